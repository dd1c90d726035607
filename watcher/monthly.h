/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which months have figures, and whose reports are to be written anew: those that cover a month in which some
 * facility's figures are others than before.
 *
 *     qb_months_replace(&months, old, new, renamed);     a facility was computed again
 *     qb_months_touch(&months, day);                     the month's report says something else though its figures
 * stand
 *     ... qb_months_due(&months, all, due, gone) ...
 *     qb_months_settle(&months);                         the files are written
 */
#ifndef QB_WATCHER_MONTHLY_H
#define QB_WATCHER_MONTHLY_H

#include "core/schedule/figures.h"

struct qb_month_state {
    qb_date month;     /* its first day */
    size_t facilities; /* that have figures of it */
    bool changed;
};

struct qb_months {
    struct qb_month_state *items; /* by month */
    size_t count;
    size_t capacity;
};

void qb_months_fini(struct qb_months *months);
/* Either may be NULL. `renamed`: the facility has another name, so whatever it is in is to be written. */
void qb_months_replace(struct qb_months *months, const struct qb_facility_figures *before,
                       const struct qb_facility_figures *after, bool renamed);
void qb_months_touch(struct qb_months *months, qb_date day); /* QB_DATE_NONE: nothing */

struct qb_month_list {
    qb_date *items; /* first days, rising */
    size_t count;
};
/* What is due (of all months, or of the changes) and has figures, and what had some and has none any more. The arrays
 * live in the arena. */
void qb_months_due(const struct qb_months *months, bool all, struct qb_arena *arena, struct qb_month_list *due,
                   struct qb_month_list *gone);
void qb_months_settle(struct qb_months *months);

#endif
