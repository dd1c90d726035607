/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signals as a descriptor, so that the daemon has one place where it waits and no code that runs in between.
 *
 *     struct qb_signals signals;
 *     qb_signals_open(&signals, &err);
 *     int fds[] = {signals.fd, qb_notify_descriptor(notify)};
 *     qb_wait(fds, 2, timeout, ready, &err);
 *     unsigned got = qb_signals_take(&signals);
 *     qb_signals_close(&signals);
 *
 * Open it before any thread is started: they inherit the mask. So do programs that are executed: those that should
 * end on a signal need qb_signals_close first.
 */
#ifndef QB_WATCHER_SIGNALS_H
#define QB_WATCHER_SIGNALS_H

#include "core/base/err.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum qb_signal {
    QB_SIGNAL_STOP = 1,   /* SIGTERM, SIGINT: end after the pass in hand */
    QB_SIGNAL_RESCAN = 2, /* SIGHUP: look at everything again */
};

struct qb_signals {
    int fd;          /* readable when a signal waits; -1: closed */
    sigset_t before; /* the mask as it was */
    struct sigaction pipe_before;
};

/* Blocks SIGTERM, SIGINT and SIGHUP, ignores SIGPIPE (a reader that went away is an error of write) and opens the
 * descriptor. QB_ESYS, with everything as it was before. */
int qb_signals_open(struct qb_signals *signals, struct qb_err *err);
/* All that came since the last call, as bits of enum qb_signal; 0 when nothing did. Never waits. */
unsigned qb_signals_take(struct qb_signals *signals);
/* Puts mask and SIGPIPE back. Safe to call twice. */
void qb_signals_close(struct qb_signals *signals);

/* Waits until one of at most 8 descriptors can be read, or for `timeout_ms` (-1: for ever; negative descriptors are
 * passed over). ready[i] says which; returns how many, 0 when the time is over or an unblocked signal came. */
int qb_wait(const int *fds, size_t count, int64_t timeout_ms, bool *ready, struct qb_err *err);

#endif
