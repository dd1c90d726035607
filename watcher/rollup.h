/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Several offices side by side, for whoever is responsible for all: what the forms of `qbis rollup` share. */
#ifndef QB_WATCHER_ROLLUP_H
#define QB_WATCHER_ROLLUP_H

#include "watcher/backthen.h"
#include "watcher/place.h"

/* One office, computed from the newest commit of its history. */
struct qb_rollup_office {
    struct qb_place place;
    struct qb_backthen then;
    struct qb_output_view view;
    qb_date recorded_on; /* the day of the newest commit */
    size_t errors;
    size_t warnings;
    size_t in_status[QB_STATUSES];
};

/* A task of one of them. */
struct qb_rollup_task {
    const struct qb_rollup_office *office;
    size_t index; /* in its view */
};

struct qb_rollup {
    const struct qb_invocation *invocation;
    struct qb_arena arena;
    struct qb_rollup_office *offices;
    size_t office_count;
    struct qb_rollup_task *tasks; /* of all, in the order of R12, then by office */
    size_t task_count;
    qb_date as_of;
};

const struct qb_task *qb_rollup_task(const struct qb_rollup_task *task);
void qb_rollup_text(struct qb_buf *out, const struct qb_rollup *rollup);
void qb_rollup_json(struct qb_buf *out, const struct qb_rollup *rollup); /* format qbis-rollup/1 */
void qb_rollup_page(struct qb_buf *out, const struct qb_rollup *rollup);

#endif
