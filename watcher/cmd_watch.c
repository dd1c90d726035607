/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `qbis watch`: the daemon, or with --once a single pass over everything. */
#include "watcher/daemon.h"
#include "watcher/lock.h"
#include "watcher/marks.h"
#include "watcher/upkeep.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Opens the state directory and takes the lock. The descriptor, or -1 after saying why not. */
static int take_state(const struct qb_invocation *invocation, struct qb_lock *lock)
{
    struct qb_err err = {0};
    char *path = qb_state_dir(invocation);
    int64_t now;
    qb_today(0, &now);
    if (!path)
        return -1;
    int result = qb_folder_make_state(path, &err);
    int dir = result < 0 ? result : qb_file_open_dir(path, &err);
    free(path);
    if (dir >= 0 && qb_lock_take(dir, now, lock, &err) == QB_OK)
        return dir;
    qb_say_error(invocation, &err);
    if (dir >= 0)
        close(dir);
    return -1;
}

static int once(const struct qb_daemon_options *options, int state)
{
    struct qb_office office;
    struct qb_result result = {0};
    int status = QB_EXIT_FAILED;
    if (qb_office_open_watching(&office, options->invocation, false)) {
        bool accept = unlinkat(state, QB_MARK_ACCEPT, 0) == 0;
        if (qb_office_whole_pass(&office, options->as_of, accept, &result)) {
            size_t errors;
            size_t warnings;
            int64_t now;
            qb_today(0, &now);
            qb_folder_rest(office.folder);
            qb_upkeep_once(office.folder);
            qb_folder_keep(office.folder, now);
            qb_office_counts(&office, &errors, &warnings);
            qb_daemon_say_pass(&office, &result);
            status = result.troubles ? QB_EXIT_FAILED : errors ? QB_EXIT_PROBLEMS : QB_EXIT_FINE;
        }
    }
    qb_result_fini(&result);
    qb_office_close(&office);
    return status;
}

/* Milliseconds given on the command line; -1 after saying what is wrong. */
static int milliseconds(const struct qb_invocation *invocation, const char *text)
{
    char *end;
    errno = 0;
    long number = strtol(text, &end, 10);
    if (!errno && end != text && !*end && number >= 0 && number <= 600000)
        return (int)number;
    qb_say(invocation, "cli.settle", (struct qb_text_arg[]){{"found", text}}, 1);
    return -1;
}

int qb_cmd_watch(const struct qb_invocation *invocation, int argc, char **argv)
{
    const char *as_of = NULL;
    const char *settle = NULL;
    bool single = false;
    struct qb_option options[] = {
        {.name = "--once", .given = &single},
        {.name = "--as-of", .value = &as_of},
        {.name = "--settle", .value = &settle},
    };
    struct qb_daemon_options daemon = {.invocation = invocation, .as_of = QB_DATE_NONE, .settle_ms = -1};
    struct qb_lock lock = {.fd = -1};
    int count = qb_options(invocation, "watch", argc, argv, options, 3);
    if (count == -2)
        return QB_EXIT_FINE;
    if (count > 0)
        qb_say(invocation, "cli.too-many", (struct qb_text_arg[]){{"found", argv[0]}}, 1);
    if (count != 0 || (as_of && !qb_date_option(invocation, "--as-of", as_of, &daemon.as_of)))
        return QB_EXIT_FAILED;
    if (settle && (daemon.settle_ms = milliseconds(invocation, settle)) < 0)
        return QB_EXIT_FAILED;
    int state = take_state(invocation, &lock);
    if (state < 0)
        return QB_EXIT_FAILED;
    int status = single ? once(&daemon, state) : qb_daemon_run(&daemon, state);
    qb_lock_release(&lock);
    close(state);
    return status;
}
