/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether history is whole: every object that the newest commit leads to is there and is what its name says, and every
 * pack's checksum holds. Everything is read; nothing is changed.
 */
#ifndef QB_CORE_HISTORY_WHOLE_H
#define QB_CORE_HISTORY_WHOLE_H

#include "core/history/history.h"

enum qb_flaw {
    QB_FLAW_PACK,    /* `name` is the pack's path: cut off, or its checksum does not hold */
    QB_FLAW_BROKEN,  /* the object is there, but not with the bytes that its name demands */
    QB_FLAW_MISSING, /* the object is not there */
};

/* `name` is an object's id; `path` where a commit has it: "" for the commit or its topmost directory, NULL when no
 * commit of `main` leads to it. */
typedef void qb_flaw_visit(void *context, enum qb_flaw flaw, const char *name, const char *path);

struct qb_whole {
    size_t commits; /* on the way from the newest to the first */
    size_t objects; /* that were read and are sound */
};
/* `visit` is called for each flaw. The whole is an error only when it could not be looked at all. */
int qb_history_examine(struct qb_history *history, qb_flaw_visit *visit, void *context, struct qb_whole *whole,
                       struct qb_err *err);

#endif
