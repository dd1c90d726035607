/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One daemon per folder and machine: an flock on the file `lock` in the state directory, in which the holder writes
 * who it is.
 *
 *     struct qb_lock lock;
 *     if (qb_lock_take(state_dir, now, &lock, &err) == QB_EBUSY)
 *         ... qb_lock_holder(state_dir, &holder, NULL) says who ...
 *     qb_lock_release(&lock);
 *
 * The kernel gives the lock back when the process ends in whatever way, so a file that was left behind stops nobody.
 * The file is never removed: whoever waits might hold the removed one while another takes a new one.
 */
#ifndef QB_WATCHER_LOCK_H
#define QB_WATCHER_LOCK_H

#include "core/base/err.h"

#include <stdint.h>

struct qb_lock {
    int fd; /* -1: not held */
};

/* What stands in the lock file; control characters are replaced by "?". */
struct qb_lock_holder {
    long pid;
    char host[65];
    char since[21]; /* "2020-06-11T01:15:00Z" */
};

/* Takes the lock of the state directory (a descriptor; `now` in seconds since the epoch is what the file says).
 * QB_EBUSY when another process or another open of this one holds it, with a message that names it; QB_EUNSAFE when
 * `lock` is no regular file; QB_ESYS. lock->fd is -1 after an error. */
int qb_lock_take(int dir, int64_t now, struct qb_lock *lock, struct qb_err *err);
/* Does nothing when it is not held. */
void qb_lock_release(struct qb_lock *lock);

/* Who holds the lock now: QB_OK; QB_EABSENT when nobody does, with *holder cleared. A holder that has not written its
 * name yet has pid 0. Never waits. */
int qb_lock_holder(int dir, struct qb_lock_holder *holder, struct qb_err *err);

#endif
