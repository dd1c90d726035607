/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For commands that write into the folder as a person would: having it taken into history, by the daemon that watches
 * the folder or, where none does, by a pass of their own.
 */
#ifndef QB_WATCHER_ENTRUST_H
#define QB_WATCHER_ENTRUST_H

#include "core/history/history.h"
#include "watcher/command.h"

/* What the newest commit is to have: a version of a file, or none (zero). */
struct qb_entrusted {
    const char *path;
    struct qb_oid blob;
};

/* Whether the newest commit has all of it. */
bool qb_entrust_done(const struct qb_invocation *invocation, const struct qb_entrusted *files, size_t count);
/* Waits until it does. `locked`: the caller holds the state directory's lock, so there is no daemon and the pass is run
 * here. False after saying what failed, or that the daemon has not done it yet. */
bool qb_entrust(const struct qb_invocation *invocation, bool locked, const struct qb_entrusted *files, size_t count);

#endif
