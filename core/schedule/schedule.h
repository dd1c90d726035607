/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The monitoring schedule (SCHEDULE.md, R1 to R14) as pure functions. Every rule stays within one facility, so
 * a facility is the unit of computation: an edit recomputes the facility that it concerns.
 *
 *     struct qb_facility_schedule *s = qb_schedule_facility(&records, &settings, as_of);
 *     ... s->chains, s->tasks, s->warnings ...
 *     qb_schedule_free(s);
 *
 * The result borrows ids (interned, they outlive it) and owns everything else.
 */
#ifndef QB_CORE_SCHEDULE_SCHEDULE_H
#define QB_CORE_SCHEDULE_SCHEDULE_H

#include "core/base/mem.h"
#include "core/records/record.h"
#include "core/records/settings.h"

enum qb_status {
    QB_STATUS_OVERDUE, /* in the order of R12 */
    QB_STATUS_DUE,
    QB_STATUS_DUE_SOON,
    QB_STATUS_OPEN,
    QB_STATUS_MET,
    QB_STATUS_CANCELLED,
    QB_STATUS_LAPSED,
    QB_STATUSES
};
/* "overdue", "due", ... */
const char *qb_status_name(enum qb_status status);

enum qb_task_type {
    QB_TASK_CORRECTIVE_ACTION, /* byte order of the names, as R12 sorts them */
    QB_TASK_DECREE_EXPIRY,
    QB_TASK_MONITORING,
    QB_TASK_NORMAL_INSPECTION,
    QB_TASK_TYPES
};
const char *qb_task_type_name(enum qb_task_type type);

/* Why a block is as it is, where the policy is another than "fixed" (docs/policies.md). */
struct qb_why {
    const char *policy; /* its name; NULL: fixed */
    const char *state;  /* "screening", "sampling", ...: in which it began */
    int progress;       /* of what leads out of the state: so many ... */
    int of;             /* ... of so many; 0: nothing is counted */
    int every;          /* a visit for so many shipments, on the average; 1: for each */
};

/* Texts that others keep with a part of a schedule for as long as it lives (core/output/piece). All empty at first. */
#define QB_MADE 8
struct qb_made {
    struct qb_buf texts[QB_MADE];
};

/* One visit owed for one block of shipments. */
struct qb_obligation {
    int k; /* from 1 */
    enum qb_status status;
    size_t first; /* the block's first shipment in the chain's list */
    size_t count; /* shipments in the block so far */
    int every;    /* R6; of a block whose end is drawn by lot, until then: the most it can have */
    struct qb_why why;
    qb_date due_on;
    qb_date due_by;
    qb_date expected_on;            /* R11 */
    const struct qb_visit *visit;   /* that met it, or NULL */
    const struct qb_visit *planned; /* R14, or NULL */
};

struct qb_chain {
    const char *id; /* of its first decree */
    const char *facility;
    const struct qb_decree *const *decrees; /* first to last */
    size_t decree_count;
    const struct qb_shipment *const *shipments; /* that count (R4), in the order of R5 */
    size_t shipment_count;
    const struct qb_shipment *const *uncounted; /* R4's last sentence, inspected or not, by (date, id) */
    size_t uncounted_count;
    struct qb_obligation *obligations;
    size_t obligation_count;
    const struct qb_visit *const *surplus; /* R8, in the order of R8 */
    size_t surplus_count;
    qb_date last_day;
    qb_date revoked_on; /* of the last decree */
    bool in_force;      /* some decree of it, at as_of */
    int required;       /* complete blocks */
    int met;
    bool has_task; /* a task concerns it; of a finding, when its visit's decree is one of the chain's */
};

struct qb_task {
    const char *id; /* R13 */
    enum qb_task_type type;
    enum qb_status status;
    const char *facility;
    const char *decree;                     /* the chain's first, or a finding's visit's */
    const struct qb_chain *chain;           /* NULL for corrective_action */
    const struct qb_obligation *obligation; /* monitoring only */
    const struct qb_shipment *shipment;     /* normal_inspection only */
    const struct qb_finding *finding;       /* corrective_action only */
    const struct qb_visit *visit;           /* corrective_action only: the finding's */
    qb_date due_by;
    struct qb_made *made; /* room for what is made of it */
};

enum qb_schedule_warning_code { QB_WARNING_EXTENSION_BROKEN, QB_WARNING_DECREE_OVERLAP };
struct qb_schedule_warning {
    enum qb_schedule_warning_code code;
    const char *decree; /* the one to look at */
    const char *other;  /* the one it should extend, or overlaps */
};

struct qb_facility_schedule {
    struct qb_arena arena;
    const char *facility;
    struct qb_chain *chains; /* by id, byte order */
    size_t chain_count;
    struct qb_task *tasks; /* in the order of R12 */
    size_t task_count;
    struct qb_made *made;                 /* of the facility, then of its tasks */
    struct qb_schedule_warning *warnings; /* by (decree, code, other); at most QB_MAX_FILE_PROBLEMS overlaps a decree */
    size_t warning_count;
};

/* Never NULL. Shipments, visits and findings whose decree or visit is not among the records play no part. The
 * result borrows the records themselves: they must outlive it. */
struct qb_facility_schedule *qb_schedule_facility(const struct qb_facility_records *records,
                                                  const struct qb_settings *settings, qb_date as_of);
void qb_schedule_free(struct qb_facility_schedule *schedule); /* NULL-safe */
/* Drops what was made of it. */
void qb_schedule_forget(struct qb_facility_schedule *schedule);

/* R1. */
qb_date qb_decree_last_day(const struct qb_decree *decree);
bool qb_decree_in_force(const struct qb_decree *decree, qb_date day);
/* Which of the chain's decrees is the one of a day: the last that has begun, else the first. */
size_t qb_chain_present(const struct qb_chain *chain, qb_date day);
/* R10: the `count`-th working day after `date`. */
qb_date qb_schedule_working_day(const struct qb_settings *settings, qb_date date, int count);

/* Whose work a task is: the officers of the visit that is planned for it, or of a finding's visit. Never NULL. */
const struct qb_ids *qb_task_officers(const struct qb_task *task);
/* R12 for two tasks of any facilities: <0, 0, >0. */
int qb_task_compare(const struct qb_task *a, const struct qb_task *b);
/* The tasks of all facilities in the order of R12. The array is the caller's (free it). */
const struct qb_task **qb_schedule_tasks(struct qb_facility_schedule *const *facilities, size_t count, size_t *tasks);

#endif
