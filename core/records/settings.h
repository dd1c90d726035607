/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The folder's settings (qbis.yaml) as the rest of the program uses them. schema/settings reads them. */
#ifndef QB_CORE_RECORDS_SETTINGS_H
#define QB_CORE_RECORDS_SETTINGS_H

#include "core/base/date.h"
#include "core/base/mem.h"
#include "core/base/text.h"

#include <stdbool.h>
#include <stddef.h>

/* Numbers of the policy skip_lot (docs/policies.md). */
struct qb_skip_lot {
    int qualify;          /* points that qualify */
    int within;           /* lots within which they are gathered */
    int step;             /* conforming visits in a row before the next smaller fraction */
    int requalify;        /* conforming visits in a row that end an interruption */
    int requalify_within; /* lots within which they are seen */
    int lowest;           /* the smallest fraction is one in so many */
};

/* Numbers of SCHEDULE.md, "Settings used", and those of the policies (docs/policies.md). */
struct qb_monitoring {
    int every;               /* shipments for one visit */
    int grace_working_days;  /* R10 */
    int warn_at_remaining;   /* R9: shipments missing when a block becomes due_soon */
    int extension_gap_days;  /* R2 */
    int decree_warning_days; /* decree_expiry */
    const char *policy;      /* where the decree names none */
    const char *seed;        /* of what is drawn by lot */
    int clearance;           /* csp1 to csp3: conforming visits in a row that end screening (i) */
    int spacing;             /* csp2, csp3: conforming visits that must lie between two others (k) */
    struct qb_skip_lot skip_lot;
};

struct qb_settings {
    struct qb_arena arena; /* owns the strings and arrays below */
    const char *folder_id; /* names the state directory */
    const char *office;    /* "K.9.A" */
    const char *office_name;
    enum qb_language language;
    const char *time_zone;
    int offset_minutes; /* of the time zone, east of UTC */
    struct qb_monitoring monitoring;
    const qb_date *holidays; /* ascending, no duplicates */
    size_t holiday_count;
    bool problem_notes;
    int settle_ms;
    int settle_longest_ms;
    const char *const *outputs_off; /* names of writers that are turned off */
    size_t outputs_off_count;
    const char *const *remotes; /* addresses of repositories that history is copied to */
    size_t remote_count;
    const char *const *ignore; /* patterns added to the built-in ones; a leading "!" takes one away */
    size_t ignore_count;
};

/* Defaults of every value; folder_id and office are "". */
void qb_settings_init(struct qb_settings *settings);
void qb_settings_fini(struct qb_settings *settings);
bool qb_settings_holiday(const struct qb_settings *settings, qb_date date);
bool qb_settings_output(const struct qb_settings *settings, const char *writer);

#endif
