/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records as they are not in the folder yet, checked as if they were: against their kinds, each other and all that is
 * there. Nothing is written.
 *
 *     struct qb_trial trials[] = {{.path = "records/companies/COM-1.json", .text = text, .length = length}};
 *     qb_tryout(folder, trials, 1, &err);           after a whole pass
 *     if (trials[0].good) ... trials[0].problems holds warnings alone
 *     qb_trials_fini(trials, 1);
 */
#ifndef QB_WATCHER_TRYOUT_H
#define QB_WATCHER_TRYOUT_H

#include "watcher/folder.h"

struct qb_trial {
    const char *path; /* where the record would lie; where one does, it is what that one would say */
    const char *text;
    size_t length;
    bool good;                   /* out: no error; it may be written */
    struct qb_problems problems; /* out: errors and warnings, with positions in `text` */
};

/* From then on the folder's store holds the records too, until it is undone or the folder closed. */
int qb_tryout(struct qb_folder *folder, struct qb_trial *trials, size_t count, struct qb_err *err);
/* Takes the records that were tried out of the store again: of those that were not in the folder. */
void qb_tryout_undo(struct qb_folder *folder, const struct qb_trial *trials, size_t count);
void qb_trials_fini(struct qb_trial *trials, size_t count);

#endif
