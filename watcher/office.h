/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening the invocation's folder for a command: options, log and progress on standard error. */
#ifndef QB_WATCHER_OFFICE_H
#define QB_WATCHER_OFFICE_H

#include "watcher/command.h"
#include "watcher/folder.h"

/* What the folder's callbacks need; lives as long as the folder is open. */
struct qb_office {
    const struct qb_invocation *invocation;
    struct qb_folder *folder;
    struct qb_progress progress;
    char *state;
    bool quiet; /* no progress */
};

/* Opens the folder, to look at or to write. When settings cannot be used their problems are printed. False after
 * saying why not. qb_office_close is safe in any case. */
bool qb_office_open(struct qb_office *office, const struct qb_invocation *invocation, bool writes);
/* To write, and nothing is loaded as long as nothing changed since the last time: for the watcher, which asks for
 * nothing but passes and counts. */
bool qb_office_open_watching(struct qb_office *office, const struct qb_invocation *invocation, bool again);
/* The same for the folder as it was in a commit, which was taken out of this repository (watcher/backthen). */
struct qb_office_past {
    const char *repository; /* absolute */
    const char *commit;
};
bool qb_office_open_past(struct qb_office *office, const struct qb_invocation *invocation,
                         const struct qb_office_past *past);
void qb_office_close(struct qb_office *office);
/* One pass with progress. False after saying what failed. */
bool qb_office_pass(struct qb_office *office, const struct qb_request *request, struct qb_result *result);
/* A whole pass as of `as_of` (QB_DATE_NONE: today). */
bool qb_office_whole_pass(struct qb_office *office, qb_date as_of, bool accept, struct qb_result *result);
/* Milliseconds of a clock that only goes forward. */
int64_t qb_office_clock(void);
/* Counts of the folder's problems. */
void qb_office_counts(const struct qb_office *office, size_t *errors, size_t *warnings);

#endif
