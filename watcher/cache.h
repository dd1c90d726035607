/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was seen of the folder, kept in the state directory as `cache`, so that a start reads only what changed.
 *
 *     qb_cache_open(folder);                  maps it, when it is whole and of this program
 *     if (qb_cache_unchanged(folder, as_of))  the folder is as it was: there is nothing to do, and nothing was loaded
 *     qb_cache_wake(folder, &err);            takes what it says into the folder; then a whole pass finds the rest
 *     qb_cache_save(folder, now);             writes it anew
 *
 * It is never needed: without it, or in any doubt, files are read again. A file is taken as unchanged when size, both
 * times, inode and mode are those of the bytes that were read, and were old enough then: a change within the same tick
 * of the file system's clock would not show (git calls such entries racy).
 */
#ifndef QB_WATCHER_CACHE_H
#define QB_WATCHER_CACHE_H

#include "watcher/folder.h"

void qb_cache_open(struct qb_folder *folder); /* sets folder->cache, or leaves it NULL */
/* Whether it was written under the settings and kinds that are loaded. */
bool qb_cache_fits(const struct qb_folder *folder);
void qb_cache_drop(struct qb_folder *folder);
/* Whether every file is there as it was, none is new, and the last pass left nothing to do on that day. */
bool qb_cache_unchanged(struct qb_folder *folder, qb_date as_of);
/* The numbers that the last pass ended with. */
void qb_cache_counts(const struct qb_folder *folder, struct qb_counts *counts);
int qb_cache_wake(struct qb_folder *folder, struct qb_err *err);
/* `now` in seconds since the epoch. A failure is told by the log, and costs time only. */
void qb_cache_save(struct qb_folder *folder, int64_t now);

#endif
