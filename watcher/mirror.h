/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * History's copies on other machines: `remotes` of the settings. The daemon has them brought up to date by a child
 * process, so that neither a slow nor a hanging server ever delays a pass; what fails is tried again, later each time.
 *
 *     struct qb_mirror mirror;
 *     qb_mirror_init(&mirror);
 *     qb_mirror_due(&mirror, now);                  something was committed
 *     int64_t at = qb_mirror_next(&mirror);         when to call
 *     qb_mirror_act(&mirror, folder, invocation, now);
 *     qb_mirror_stop(&mirror);
 */
#ifndef QB_WATCHER_MIRROR_H
#define QB_WATCHER_MIRROR_H

#include "watcher/command.h"
#include "watcher/folder.h"

#include <sys/types.h>

struct qb_mirror {
    pid_t child;     /* at work, or 0 */
    int64_t due_at;  /* milliseconds of the office's clock; -1: nothing to do */
    int64_t look_at; /* at the child; -1: there is none */
    int64_t kill_at; /* a child that takes this long hangs */
    int64_t retry_ms;
};

void qb_mirror_init(struct qb_mirror *mirror);
/* There is something to copy: soon, or when it is time to try again. */
void qb_mirror_due(struct qb_mirror *mirror, int64_t now);
int64_t qb_mirror_next(const struct qb_mirror *mirror); /* -1: no need */
void qb_mirror_act(struct qb_mirror *mirror, const struct qb_folder *folder, const struct qb_invocation *invocation,
                   int64_t now);
void qb_mirror_stop(struct qb_mirror *mirror);

/* Copies to all these remotes, one after the other, with what the state directory has of keys and secrets. Says what
 * failed and, with `tell`, what was done; what each has now is written to QB_MARK_PUSH. Returns how many failed. */
size_t qb_mirror_push(const struct qb_invocation *invocation, struct qb_history *history, const char *state,
                      const char *const *remotes, size_t count, bool tell);

#endif
