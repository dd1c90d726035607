/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `qbis push [ADDRESS...]`: copies history now, to the remotes of the settings or to those that are named. */
#include "watcher/mirror.h"
#include "watcher/past.h"

#include <stdlib.h>

int qb_cmd_push(const struct qb_invocation *invocation, int argc, char **argv)
{
    struct qb_past past;
    int count = qb_options(invocation, "push", argc, argv, NULL, 0);
    if (count < 0)
        return count == -2 ? QB_EXIT_FINE : QB_EXIT_FAILED;
    size_t failed = 1;
    if (qb_past_open(&past, invocation)) {
        char *state = qb_state_dir(invocation);
        const char *const *remotes = count ? (const char *const *)argv : past.settings.remotes;
        size_t remote_count = count ? (size_t)count : past.settings.remote_count;
        if (remote_count)
            failed = qb_mirror_push(invocation, past.history, state, remotes, remote_count, true);
        else
            qb_say(invocation, "push.none", NULL, 0);
        free(state);
    }
    qb_past_close(&past);
    return failed ? QB_EXIT_FAILED : QB_EXIT_FINE;
}
