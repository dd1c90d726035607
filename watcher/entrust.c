/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon is not told: it sees the files like anybody's. That it is done is seen in history, which both read. */
#include "watcher/entrust.h"

#include "watcher/office.h"
#include "watcher/past.h"

#include <time.h>

/* milliseconds to wait for the daemon, beside the settle time */
#define PATIENCE 60000
/* nanoseconds between two looks at history */
#define PAUSE 50000000

static bool has_all(struct qb_past *past, const struct qb_entrusted *files, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct qb_oid blob = {0};
        int result = qb_history_find(past->history, NULL, 0, files[i].path, &blob, NULL);
        if ((result < 0 && result != QB_EABSENT) || !qb_oid_equal(&blob, &files[i].blob))
            return false;
    }
    return true;
}

bool qb_entrust_done(const struct qb_invocation *invocation, const struct qb_entrusted *files, size_t count)
{
    struct qb_past past;
    bool done = qb_past_open(&past, invocation) && has_all(&past, files, count);
    qb_past_close(&past);
    return done;
}

static int64_t settle_time(const struct qb_invocation *invocation)
{
    struct qb_past past;
    int64_t longest = qb_past_open(&past, invocation) ? past.settings.settle_longest_ms : 0;
    qb_past_close(&past);
    return longest;
}

static bool wait_for_daemon(const struct qb_invocation *invocation, const struct qb_entrusted *files, size_t count)
{
    int64_t end = qb_office_clock() + PATIENCE + settle_time(invocation);
    while (!qb_entrust_done(invocation, files, count)) {
        struct timespec pause = {.tv_nsec = PAUSE};
        if (qb_office_clock() > end) {
            qb_say(invocation, "restore.waiting", NULL, 0);
            return false;
        }
        nanosleep(&pause, NULL);
    }
    return true;
}

static bool pass_here(const struct qb_invocation *invocation)
{
    struct qb_office office;
    struct qb_result result = {0};
    bool fine =
        qb_office_open(&office, invocation, true) && qb_office_whole_pass(&office, QB_DATE_NONE, false, &result);
    if (fine)
        qb_folder_rest(office.folder);
    qb_result_fini(&result);
    qb_office_close(&office);
    return fine;
}

bool qb_entrust(const struct qb_invocation *invocation, bool locked, const struct qb_entrusted *files, size_t count)
{
    if (!locked)
        return wait_for_daemon(invocation, files, count);
    return pass_here(invocation) && qb_entrust_done(invocation, files, count);
}
