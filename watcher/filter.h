/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A part of the schedule: the tasks of one officer, one facility, some statuses, up to a date. It is cut out of the
 * view before any writer sees it, so every format shows the same part.
 */
#ifndef QB_WATCHER_FILTER_H
#define QB_WATCHER_FILTER_H

#include "watcher/office.h"

/* What was asked for on the command line; NULL: everything. */
struct qb_filter {
    const char *officer;  /* id: whose work it is */
    const char *facility; /* id */
    const char *status;   /* names, separated by commas */
    const char *until; /* a date: tasks due, planned or expected on it or before; those without any date are left out */
};

/* Cuts the view's tasks down, and its facilities to those that still have one (with a facility alone: to that one). The
 * arrays live in the arena. False after saying which value is none, and what there is. */
bool qb_filter_view(const struct qb_filter *filter, const struct qb_office *office, struct qb_arena *arena,
                    struct qb_output_view *view);

#endif
