/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * No fight: what Q-BIS puts back (an output or a note that somebody wrote into, deleted or made, a closed record that
 * was deleted) is put back at most three times in a minute. Then the file is left as it is, a problem says so, and
 * Q-BIS tries again after a minute, after two, and so on up to an hour, until nobody changes it any more. So two
 * machines that cannot agree, or a program that writes into the outputs, cost a file that is wrong for a while and
 * nothing else.
 */
#ifndef QB_WATCHER_PUTBACK_H
#define QB_WATCHER_PUTBACK_H

#include "watcher/folder.h"

/* Whether the file may be put back now; that it is, is noted. When it may not, the log says so once. */
bool qb_put_back_may(struct qb_pass *pass, const struct qb_tracked *file);
/* Whether the file was put back so often that it was left alone, and nobody gave in yet. */
bool qb_put_back_contested(const struct qb_folder *folder, const struct qb_tracked *file);
/* The file is as it should be without Q-BIS's doing. */
void qb_put_back_over(struct qb_folder *folder, const struct qb_tracked *file);
/* After everything was put where it should be: whether other files are left alone now than before. */
bool qb_put_back_settle(struct qb_pass *pass);
/* Adds a problem for each file that is left alone. */
void qb_put_back_problems(const struct qb_folder *folder, struct qb_problems *problems);
/* When the next of them is to be looked at, in seconds since the epoch; 0: never. */
int64_t qb_put_back_next(const struct qb_folder *folder);
void qb_put_back_forget(struct qb_folder *folder);

#endif
