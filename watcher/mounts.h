/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tells that something was mounted or unmounted somewhere: what is mounted over a folder, or taken from it while the
 * daemon has it open, rings no inotify event.
 */
#ifndef QB_WATCHER_MOUNTS_H
#define QB_WATCHER_MOUNTS_H

struct qb_mounts {
    int table;
    int fd; /* can be read once mounts have changed; -1 where the system does not tell */
};

/* Where it cannot be had, nothing is told: no error, since the daemon looks from time to time anyway. */
void qb_mounts_open(struct qb_mounts *mounts);
/* Takes note of a change, so that the descriptor tells of the next one. Never waits. */
void qb_mounts_take(struct qb_mounts *mounts);
void qb_mounts_close(struct qb_mounts *mounts);

#endif
