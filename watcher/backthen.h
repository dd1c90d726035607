/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The folder as it was in a commit: its settings, kinds and records in a temporary directory, and the folder opened
 * there for looking, with what history says of the versions in force then. status/problems.json of that commit names
 * them (`using`), so that it works in any clone; where that output is turned off, a record that was wrong then counts
 * as having no valid version.
 *
 *     struct qb_backthen then;
 *     if (qb_backthen_open(&then, invocation, history_path, "2020-07-01", offset_minutes, &err) == QB_OK)
 *         ... a whole pass over then.office ...
 *     qb_backthen_close(&then);
 */
#ifndef QB_WATCHER_BACKTHEN_H
#define QB_WATCHER_BACKTHEN_H

#include "watcher/office.h"

struct qb_backthen {
    struct qb_invocation invocation;
    struct qb_office office;
    char *directory;          /* temporary */
    char commit[QB_OID_TEXT]; /* that the revision means */
    qb_date as_of;            /* that the commit was made with; for a revision that is a day, that day */
};

/* `repository` is the absolute path of the git directory. QB_EABSENT when there is no such revision, or when it holds
 * no folder. Close it in any case. */
int qb_backthen_open(struct qb_backthen *then, const struct qb_invocation *invocation, const char *repository,
                     const char *revision, int offset_minutes, struct qb_err *err);
void qb_backthen_close(struct qb_backthen *then);

/* The day of an "As-of:" trailer of a commit's message, or QB_DATE_NONE. */
qb_date qb_backthen_as_of(const char *message);

#endif
