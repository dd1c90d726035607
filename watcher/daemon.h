/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The daemon's life: wait for events, let them settle, pass; at midnight pass with the new date; hold while the
 * folder is not itself; end after the pass in hand when asked to.
 */
#ifndef QB_WATCHER_DAEMON_H
#define QB_WATCHER_DAEMON_H

#include "watcher/office.h"

struct qb_daemon_options {
    const struct qb_invocation *invocation;
    qb_date as_of; /* QB_DATE_NONE: today */
    int settle_ms; /* -1: as in the settings */
};

/* Runs until SIGTERM or SIGINT; an exit status. `state` is the state directory, whose lock the caller holds. */
int qb_daemon_run(const struct qb_daemon_options *options, int state);

/* One line of what a pass did, when it did something. */
void qb_daemon_say_pass(const struct qb_office *office, const struct qb_result *result);

#endif
