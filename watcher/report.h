/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Problems on the terminal, as good compilers show them. */
#ifndef QB_WATCHER_REPORT_H
#define QB_WATCHER_REPORT_H

#include "core/records/problem.h"
#include "watcher/command.h"

/* Prints "PATH:LINE:COLUMN: error [code]: message", then the source line with a caret under the spot. `folder` is where
 * the paths begin. */
void qb_report_problem(const struct qb_invocation *invocation, const char *folder, const struct qb_problem *problem);
/* The same first line with another place in front of it, for what is in no file of the folder: "WHERE: error ...". */
void qb_report_at(const struct qb_invocation *invocation, const char *where, const struct qb_problem *problem);
/* The last line: how many errors and warnings. On standard error. */
void qb_report_summary(const struct qb_invocation *invocation, size_t errors, size_t warnings);

#endif
