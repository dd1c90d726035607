/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `qbis accept`: a person says that the many records that are gone were meant to go. It leaves a mark in the state
 * directory, which the next pass of the daemon (or of `watch --once`) takes.
 */
#include "watcher/command.h"
#include "watcher/marks.h"

#include "core/base/file.h"

#include <stdlib.h>
#include <unistd.h>

int qb_cmd_accept(const struct qb_invocation *invocation, int argc, char **argv)
{
    int count = qb_options(invocation, "accept", argc, argv, NULL, 0);
    struct qb_err err = {0};
    if (count < 0)
        return count == -2 ? QB_EXIT_FINE : QB_EXIT_FAILED;
    char *state = qb_state_of_watched(invocation);
    int dir = state ? qb_file_open_dir(state, &err) : QB_EABSENT;
    int result = dir < 0 ? dir : qb_file_replace(dir, QB_MARK_ACCEPT, "", 0, NULL, NULL, &err);
    if (state && result < 0)
        qb_say_error(invocation, &err);
    if (result >= 0)
        qb_say(invocation, "cli.accepted", NULL, 0);
    if (dir >= 0)
        close(dir);
    free(state);
    return result < 0 ? QB_EXIT_FAILED : QB_EXIT_FINE;
}
