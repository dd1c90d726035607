/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `qbis show RECORD[@REVISION]`: the bytes of a record as they are in history. A revision is what git takes for one, or
 * a day; without one it is the newest version, and of a deleted record the last that there was.
 */
#include "watcher/past.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void print(const struct qb_buf *bytes)
{
    if (isatty(STDOUT_FILENO))
        qb_say_text(stdout, qb_buf_text(bytes), bytes->length);
    else
        fwrite(qb_buf_text(bytes), 1, bytes->length, stdout);
}

int qb_cmd_show(const struct qb_invocation *invocation, int argc, char **argv)
{
    struct qb_past past;
    struct qb_past_version version = {0};
    struct qb_buf bytes = {0};
    struct qb_err err = {0};
    int count = qb_options(invocation, "show", argc, argv, NULL, 0);
    if (count < 0)
        return count == -2 ? QB_EXIT_FINE : QB_EXIT_FAILED;
    if (count != 1) {
        qb_say(invocation, "show.one-record", NULL, 0);
        return QB_EXIT_FAILED;
    }
    int result = qb_past_open(&past, invocation) ? qb_past_find_at(&past, argv[0], &version, &err) : QB_EINPUT;
    if (result == QB_OK)
        result = qb_history_read(past.history, &version.blob, &bytes, &err);
    if (result == QB_OK && version.commit[0])
        qb_say(invocation, "show.deleted", (struct qb_text_arg[]){{"path", version.path}, {"commit", version.commit}},
               2);
    if (result == QB_OK)
        print(&bytes);
    else if (result == QB_EABSENT && past.history)
        qb_say(invocation, "history.unknown", (struct qb_text_arg[]){{"found", argv[0]}}, 1);
    else if (err.code)
        qb_say_error(invocation, &err);
    free(version.path);
    qb_buf_fini(&bytes);
    qb_past_close(&past);
    return result == QB_OK ? QB_EXIT_FINE : QB_EXIT_FAILED;
}
