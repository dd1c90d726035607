/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a history lies that a person names by a directory: an office's folder, a clone with files, or a bare one. */
#ifndef QB_WATCHER_PLACE_H
#define QB_WATCHER_PLACE_H

#include "watcher/command.h"

/* Absolute paths, links resolved. */
struct qb_place {
    char *repository; /* the git directory */
    char *folder;     /* with the files; NULL: bare */
    char *state;      /* the state directory of an office's folder; NULL: a clone */
};

/* `given` is NULL for the invocation's folder. False after saying why not; qb_place_fini is safe in any case. */
bool qb_place_find(struct qb_place *place, const struct qb_invocation *invocation, const char *given);
void qb_place_fini(struct qb_place *place);

#endif
