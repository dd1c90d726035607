/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packing history up, while the daemon is at rest, in a process of its own: it takes its time and its memory, and a
 * pass that comes meanwhile waits for nothing.
 *
 *     struct qb_upkeep upkeep = QB_UPKEEP_NONE;
 *     qb_upkeep_committed(&upkeep, folder, now);     after a pass: begins when there was no rest for very long
 *     qb_upkeep_consider(&upkeep, folder, now);      at rest: begins when it is worth while
 *     ... wait for upkeep.fd, too ...
 *     qb_upkeep_poll(&upkeep, folder);               takes note of its end
 *     qb_upkeep_stop(&upkeep, folder);               before the folder is closed
 */
#ifndef QB_WATCHER_UPKEEP_H
#define QB_WATCHER_UPKEEP_H

#include "watcher/folder.h"

#include <sys/types.h>

struct qb_upkeep {
    pid_t child;      /* 0: none */
    int fd;           /* readable when the child has ended; -1 */
    int64_t again;    /* milliseconds of the caller's clock; not before */
    unsigned commits; /* since it was considered */
};
#define QB_UPKEEP_NONE ((struct qb_upkeep){.fd = -1})

void qb_upkeep_committed(struct qb_upkeep *upkeep, struct qb_folder *folder, int64_t now);
/* When it is to be asked again: -1 unless it is too early now. */
int64_t qb_upkeep_consider(struct qb_upkeep *upkeep, struct qb_folder *folder, int64_t now);
/* True when it has just ended: passes meanwhile may have left enough for the next. */
bool qb_upkeep_poll(struct qb_upkeep *upkeep, struct qb_folder *folder);
void qb_upkeep_stop(struct qb_upkeep *upkeep, struct qb_folder *folder);
/* For `watch --once`, after which nobody is at rest: packs up and waits, when much lies loose. */
void qb_upkeep_once(struct qb_folder *folder);

#endif
