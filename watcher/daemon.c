/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One loop, one place to wait. What there is to do next is held in a few fields (paths that settle, a rescan that is
 * due, the next look at a folder that is held), so that every wake-up, for whatever reason, asks the same questions.
 */
#include "watcher/daemon.h"

#include "core/base/limits.h"
#include "core/data/json.h"
#include "schema/settings.h"
#include "watcher/hold.h"
#include "watcher/marks.h"
#include "watcher/mirror.h"
#include "watcher/mounts.h"
#include "watcher/notify.h"
#include "watcher/settle.h"
#include "watcher/signals.h"
#include "watcher/upkeep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* milliseconds */
#define KEEP_AFTER \
    1000 /* files that changed since the cache was written; it grows with the folder, so not after each */
#define REST_AFTER 1000      /* of quiet, before git's index is brought up to date */
#define LOOK_AGAIN 1000      /* at a folder that is held or gone */
#define LIMITED_RESCAN 30000 /* when not every directory can be watched */
#define LONGEST_WAIT 30000   /* so that a clock that was set is noticed */
#define FIRST_RETRY 1000     /* after a pass that failed; doubles */
#define LONGEST_RETRY 60000
/* files that the status names */
#define NAMED 5

struct paths {
    char **items;
    size_t count;
    size_t capacity;
};

struct daemon {
    const struct qb_daemon_options *options;
    int state;
    char *path; /* of the folder, absolute: it may be gone */
    struct qb_office office;
    struct qb_notify *notify;
    struct qb_settle *settle;
    struct qb_signals signals;
    struct qb_mounts mounts;
    struct qb_upkeep upkeep;
    struct paths waiting; /* settled, but not looked at yet: see pass_settled */
    unsigned generation;  /* of the folder's settings that notify and settle know */
    const char *held;     /* why, or NULL */
    struct qb_held hold;  /* what it covers */
    struct qb_counts counts;
    qb_date as_of; /* of the last pass */
    bool stop;
    bool whole;       /* the next pass looks at everything */
    bool rebuild;     /* and all directories are watched anew before */
    int64_t whole_at; /* when, in ms; -1: not due */
    int64_t rest_at;  /* -1: nothing to bring up to date */
    int64_t retry_ms;
    struct qb_mirror mirror;
    bool limits_told;
    bool reopen; /* a pass failed: history may have to be opened (and mended) anew */
};

static const struct qb_invocation *who(const struct daemon *daemon)
{
    return daemon->options->invocation;
}

static qb_date today(const struct daemon *daemon, int64_t *now)
{
    qb_date date = qb_today(daemon->office.folder->settings.offset_minutes, now);
    return daemon->options->as_of == QB_DATE_NONE ? date : daemon->options->as_of;
}

/* --- what others may know --- */

static void count(struct daemon *daemon)
{
    qb_folder_counts(daemon->office.folder, &daemon->counts);
}

/* Files of which only a placeholder is here: how many, and a few of them. */
static void write_absent(struct qb_json_writer *writer, const struct qb_folder *folder)
{
    size_t count = folder ? folder->absent.count : 0;
    qb_json_writer_integer(writer, "absent", (int64_t)count);
    qb_json_writer_array(writer, "absent_names");
    for (size_t i = 0; i < count && i < NAMED; i++)
        qb_json_writer_string(writer, NULL, folder->absent.items[i]->path);
    qb_json_writer_end_array(writer);
}

static void write_status(struct daemon *daemon, int64_t now)
{
    struct qb_buf out = {0};
    struct qb_json_writer writer;
    struct qb_err err = {0};
    char day[QB_DATE_SIZE];
    struct qb_notify_counts watched = {0};
    if (daemon->notify)
        watched = qb_notify_counts(daemon->notify);
    qb_json_writer_init(&writer, &out);
    qb_json_writer_object(&writer, NULL);
    qb_json_writer_string(&writer, "folder", daemon->path);
    qb_json_writer_integer(&writer, "last_pass", now);
    qb_json_writer_string(&writer, "as_of", qb_date_format(daemon->as_of, day));
    qb_json_writer_integer(&writer, "records", (int64_t)daemon->counts.records);
    qb_json_writer_integer(&writer, "errors", (int64_t)daemon->counts.errors);
    qb_json_writer_integer(&writer, "warnings", (int64_t)daemon->counts.warnings);
    qb_json_writer_string(&writer, "held", daemon->held);
    qb_hold_write(&writer, &daemon->hold);
    write_absent(&writer, daemon->office.folder);
    qb_json_writer_integer(&writer, "directories", (int64_t)(watched.watches + watched.unwatched));
    qb_json_writer_integer(&writer, "unwatched", (int64_t)watched.unwatched);
    qb_json_writer_end_object(&writer);
    qb_buf_add_char(&out, '\n');
    if (qb_file_replace(daemon->state, QB_MARK_STATUS, qb_buf_text(&out), out.length, NULL, NULL, &err) < 0)
        qb_say_error(who(daemon), &err);
    qb_buf_fini(&out);
}

void qb_daemon_say_pass(const struct qb_office *office, const struct qb_result *result)
{
    char numbers[5][24];
    char day[QB_DATE_SIZE];
    size_t errors;
    size_t warnings;
    if (!result->written && !result->commits)
        return;
    qb_office_counts(office, &errors, &warnings);
    const size_t values[] = {result->changed, result->written, result->commits, errors, warnings};
    for (size_t i = 0; i < 5; i++)
        snprintf(numbers[i], sizeof numbers[i], "%zu", values[i]);
    qb_say(office->invocation, "log.pass",
           (struct qb_text_arg[]){{"changed", numbers[0]},
                                  {"written", numbers[1]},
                                  {"commits", numbers[2]},
                                  {"errors", numbers[3]},
                                  {"warnings", numbers[4]},
                                  {"as_of", qb_date_format(office->folder->as_of, day)}},
           6);
}

/* --- passes --- */

static void hold(struct daemon *daemon, const struct qb_result *result)
{
    daemon->held = result->held;
    qb_held_copy(&daemon->hold, &result->hold);
    if (result->held) {
        daemon->whole = true;
        daemon->whole_at = qb_office_clock() + LOOK_AGAIN;
    }
}

/* After the status was written: whoever reads the log and asks for the status then, finds it there. */
static void say_hold(const struct daemon *daemon, const char *before)
{
    if (daemon->held == before)
        return;
    char count[24];
    snprintf(count, sizeof count, "%zu", daemon->hold.count);
    qb_say(who(daemon), daemon->held ? daemon->held : "hold.over",
           (struct qb_text_arg[]){{"count", count}, {"folder", daemon->path}}, 2);
}

static void mark_unrest(struct daemon *daemon, const struct qb_result *result)
{
    for (size_t at = 0; at < result->unrest.length; at += strlen(result->unrest.data + at) + 1)
        qb_settle_mark(daemon->settle, result->unrest.data + at, false, qb_office_clock());
}

/* Settings that the pass read bear on the doorbell and on settling. */
static void learn(struct daemon *daemon)
{
    const struct qb_folder *folder = daemon->office.folder;
    if (daemon->generation == folder->generation)
        return;
    daemon->generation = folder->generation;
    qb_notify_set_ignore(daemon->notify, folder->ignore);
    int settle = daemon->options->settle_ms >= 0 ? daemon->options->settle_ms : folder->settings.settle_ms;
    qb_settle_set(daemon->settle, settle, folder->settings.settle_longest_ms);
}

/* A whole pass at a time that the last one named, unless one is due anyway. */
static void look_again(struct daemon *daemon, const struct qb_request *request, const struct qb_result *result)
{
    if (!result->again_at || daemon->whole)
        return;
    int64_t seconds = result->again_at > request->now ? result->again_at - request->now : 1;
    daemon->whole = true;
    daemon->whole_at = qb_office_clock() + seconds * 1000;
}

static void fail(struct daemon *daemon)
{
    daemon->retry_ms = daemon->retry_ms ? daemon->retry_ms * 2 : FIRST_RETRY;
    if (daemon->retry_ms > LONGEST_RETRY)
        daemon->retry_ms = LONGEST_RETRY;
    daemon->whole = true;
    daemon->whole_at = qb_office_clock() + daemon->retry_ms;
}

static void run_pass(struct daemon *daemon, struct qb_request *request)
{
    struct qb_result result = {0};
    request->as_of = today(daemon, &request->now);
    /* a mark made before the hold is not about it */
    bool accept = unlinkat(daemon->state, QB_MARK_ACCEPT, 0) == 0;
    request->accept = accept && daemon->held;
    if (request->whole) { /* one that is due later stays due */
        daemon->whole = false;
        daemon->whole_at = -1;
    }
    const char *held = daemon->held;
    qb_date before = daemon->as_of;
    bool fine = qb_office_pass(&daemon->office, request, &result);
    learn(daemon);
    if (fine) {
        if (!result.troubles)
            daemon->retry_ms = 0;
        hold(daemon, &result);
        mark_unrest(daemon, &result);
        look_again(daemon, request, &result);
        if (!result.held)
            daemon->as_of = request->as_of;
        qb_daemon_say_pass(&daemon->office, &result);
        count(daemon);
        write_status(daemon, request->now);
        say_hold(daemon, held);
        if (result.commits || daemon->office.folder->cache)
            daemon->rest_at = qb_office_clock() + REST_AFTER;
        if (result.commits)
            qb_upkeep_committed(&daemon->upkeep, daemon->office.folder, qb_office_clock());
        if (result.commits || before == QB_DATE_NONE)
            qb_mirror_due(&daemon->mirror, qb_office_clock());
    }
    if (!fine || result.troubles)
        fail(daemon);
    daemon->reopen = !fine;
    qb_result_fini(&result);
}

static void take_ready(void *context, const char *path, bool directory)
{
    struct daemon *daemon = context;
    struct paths *waiting = &daemon->waiting;
    struct qb_err err = {0};
    if (directory && qb_notify_watch_beneath(daemon->notify, path, &err) < 0)
        qb_say_error(who(daemon), &err);
    QB_MEM_GROW(waiting->items, waiting->count, waiting->capacity);
    waiting->items[waiting->count++] = qb_mem_string(path);
}

static void forget_waiting(struct daemon *daemon)
{
    for (size_t i = 0; i < daemon->waiting.count; i++)
        free(daemon->waiting.items[i]);
    daemon->waiting.count = 0;
}

/* The one that is found goes to the front, where the next look finds it at once. */
static bool any_gone(struct daemon *daemon)
{
    char **items = daemon->waiting.items;
    struct qb_file_stat st;
    for (size_t i = 0; i < daemon->waiting.count; i++)
        if (qb_file_stat(daemon->office.folder->dir, items[i], &st, NULL) == QB_EABSENT) {
            char *found = items[i];
            items[i] = items[0];
            items[0] = found;
            return true;
        }
    return false;
}

/* A whole pass looks at the path anyway, but a new directory is to be watched all the same. */
static void watch_new(void *context, const char *path, bool directory)
{
    struct daemon *daemon = context;
    struct qb_err err = {0};
    if (directory && !daemon->rebuild && qb_notify_watch_beneath(daemon->notify, path, &err) < 0)
        qb_say_error(who(daemon), &err);
}

/* Paths that have settled are looked at; but not as long as something is gone while other paths are still unquiet.
 * What is deleted one by one has to be counted together, and what moves is to be seen at both its ends. That cannot
 * last for ever: after the longest time of unrest all paths count as settled. */
static void pass_settled(struct daemon *daemon)
{
    struct paths *waiting = &daemon->waiting;
    qb_settle_take(daemon->settle, qb_office_clock(), take_ready, daemon);
    if (!waiting->count || (qb_settle_pending(daemon->settle) && any_gone(daemon)))
        return;
    struct qb_request request = {.paths = (const char *const *)waiting->items, .path_count = waiting->count};
    if (daemon->held)
        request.whole = true;
    run_pass(daemon, &request);
    forget_waiting(daemon);
}

/* --- opening and the folder that goes and comes back --- */

static void close_folder(struct daemon *daemon)
{
    qb_upkeep_stop(&daemon->upkeep, daemon->office.folder);
    qb_notify_close(daemon->notify);
    qb_settle_free(daemon->settle);
    forget_waiting(daemon);
    qb_office_close(&daemon->office);
    daemon->notify = NULL;
    daemon->settle = NULL;
}

static bool open_folder(struct daemon *daemon)
{
    struct qb_err err = {0};
    if (!qb_office_open_watching(&daemon->office, who(daemon), daemon->path != NULL))
        return false;
    const struct qb_folder *folder = daemon->office.folder;
    int settle = daemon->options->settle_ms >= 0 ? daemon->options->settle_ms : folder->settings.settle_ms;
    struct qb_notify_options options = {.ignore = folder->ignore};
    daemon->settle = qb_settle_new(settle, folder->settings.settle_longest_ms);
    daemon->generation = folder->generation;
    if (qb_notify_open(&daemon->notify, folder->dir, folder->path, &options, &err) < 0) {
        qb_say_error(who(daemon), &err);
        return false;
    }
    daemon->whole = daemon->rebuild = true;
    daemon->whole_at = qb_office_clock();
    return true;
}

/* Waits for one of the descriptors or the time, and takes what came. */
static void wait_for(struct daemon *daemon, int64_t timeout)
{
    int fds[] = {daemon->signals.fd, daemon->notify ? qb_notify_descriptor(daemon->notify) : -1, daemon->mounts.fd,
                 daemon->upkeep.fd};
    bool ready[4];
    struct qb_err err = {0};
    if (qb_wait(fds, 4, timeout, ready, &err) < 0)
        qb_say_error(who(daemon), &err);
    qb_mounts_take(&daemon->mounts);
    unsigned got = qb_signals_take(&daemon->signals);
    daemon->stop |= (got & QB_SIGNAL_STOP) != 0;
    if (got & QB_SIGNAL_RESCAN) {
        daemon->whole = true;
        daemon->whole_at = qb_office_clock();
    }
}

/* Why the folder of this id cannot be opened where it was; NULL when it is there. */
static const char *why_not_back(const struct daemon *daemon, const char *folder_id)
{
    struct qb_buf path = {0};
    struct qb_buf text = {0};
    const char *why = "hold.folder-gone";
    qb_buf_addf(&path, "%s/qbis.yaml", who(daemon)->folder);
    if (qb_file_read_path(qb_buf_text(&path), QB_MAX_SETTINGS, &text, NULL) == QB_OK) {
        char *id = qb_settings_folder_id(qb_buf_text(&text), text.length);
        why = strcmp(id ? id : "", folder_id) != 0 ? "hold.other-folder" : NULL;
        free(id);
    }
    qb_buf_fini(&path);
    qb_buf_fini(&text);
    return why;
}

/* While the folder is closed. */
static void hold_closed(struct daemon *daemon, const char *why)
{
    const char *before = daemon->held;
    int64_t now;
    if (why == before)
        return;
    daemon->held = why;
    qb_held_fini(&daemon->hold);
    qb_today(0, &now);
    write_status(daemon, now);
    say_hold(daemon, before);
}

/* Opens the folder as soon as it is there and can be opened. False when it is time to end. */
static bool open_when_possible(struct daemon *daemon, const char *folder_id)
{
    int64_t wait = LOOK_AGAIN;
    while (!daemon->stop) {
        const char *why = why_not_back(daemon, folder_id);
        if (why) {
            hold_closed(daemon, why);
        } else {
            if (open_folder(daemon))
                return true;
            close_folder(daemon);
            wait = wait * 2 < LONGEST_RETRY ? wait * 2 : LONGEST_RETRY; /* said each time, so not every second */
        }
        wait_for(daemon, wait);
    }
    return false;
}

/* Closes the folder and waits until it can be opened: nothing is believed until it is back, and what a damaged or
 * vanished history needs is done when it is opened. False when it is time to end. */
static bool open_anew(struct daemon *daemon)
{
    char *id = qb_mem_string(daemon->office.folder->settings.folder_id);
    daemon->reopen = false;
    close_folder(daemon);
    bool open = open_when_possible(daemon, id);
    free(id);
    return open;
}

/* A pass over everything, after watching everything anew where that is due. */
static void pass_whole(struct daemon *daemon)
{
    struct qb_request request = {.whole = true};
    struct qb_err err = {0};
    if (daemon->reopen && !open_anew(daemon))
        return;
    qb_settle_take_all(daemon->settle, watch_new, daemon);
    forget_waiting(daemon);
    if (daemon->rebuild && qb_notify_rebuild(daemon->notify, &err) < 0)
        qb_say_error(who(daemon), &err);
    daemon->rebuild = false;
    run_pass(daemon, &request);
}

/* --- the loop --- */

static void mark(void *context, const char *path, bool directory)
{
    struct daemon *daemon = context;
    qb_settle_mark(daemon->settle, path, directory, qb_office_clock());
}

static void listen(struct daemon *daemon)
{
    while (qb_notify_drain(daemon->notify, mark, daemon))
        ;
    if (qb_notify_overflowed(daemon->notify))
        qb_say(who(daemon), "log.overflow", NULL, 0);
    if (qb_notify_wants_rebuild(daemon->notify) && !daemon->rebuild) {
        daemon->rebuild = daemon->whole = true;
        daemon->whole_at =
            qb_office_clock() +
            (daemon->options->settle_ms >= 0 ? daemon->options->settle_ms : daemon->office.folder->settings.settle_ms);
    }
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < 0 ? b : b < 0 ? a : a < b ? a : b;
}

static int64_t next_wake(const struct daemon *daemon)
{
    int64_t now = qb_office_clock();
    int64_t at = now + LONGEST_WAIT;
    int64_t seconds;
    if (daemon->options->as_of == QB_DATE_NONE) {
        qb_today(0, &seconds);
        int64_t local = seconds + (int64_t)daemon->office.folder->settings.offset_minutes * 60;
        at = earlier(at, now + (86400 - local % 86400) * 1000); /* midnight */
    }
    at = earlier(at, qb_settle_deadline(daemon->settle));
    at = earlier(at, daemon->whole_at);
    at = earlier(at, daemon->rest_at);
    at = earlier(at, qb_mirror_next(&daemon->mirror));
    return at > now ? at - now : 0;
}

/* With time on its hands: git's index, a folder that was asleep since the start, and what makes the next start quick.
 */
static void rest(struct daemon *daemon)
{
    struct qb_folder *folder = daemon->office.folder;
    int64_t now;
    qb_today(0, &now);
    daemon->rest_at = qb_folder_rest(folder) ? -1 : qb_office_clock() + REST_AFTER;
    if (folder->cache) {
        struct qb_request request = {.whole = true, .awake = true};
        run_pass(daemon, &request);
    } else if (folder->unsaved > KEEP_AFTER) {
        qb_folder_keep(folder, now);
    }
    if (daemon->rest_at < 0)
        daemon->rest_at = qb_upkeep_consider(&daemon->upkeep, folder, qb_office_clock());
}

/* The one question after every wake-up: what is due? */
static void act(struct daemon *daemon)
{
    int64_t now = qb_office_clock();
    if (qb_upkeep_poll(&daemon->upkeep, daemon->office.folder))
        daemon->rest_at = now + REST_AFTER;
    if (qb_notify_state(daemon->notify) == QB_NOTIFY_LIMITED && daemon->whole_at < 0) {
        daemon->whole = daemon->rebuild = true; /* there may be watches again */
        daemon->whole_at = now + LIMITED_RESCAN;
    }
    if (daemon->whole && daemon->whole_at <= now) {
        pass_whole(daemon);
    } else if (qb_settle_deadline(daemon->settle) >= 0 && qb_settle_deadline(daemon->settle) <= now) {
        pass_settled(daemon);
    } else if (!daemon->held && !daemon->retry_ms && today(daemon, NULL) != daemon->as_of) {
        struct qb_request request = {0}; /* midnight: nothing but the date changed */
        run_pass(daemon, &request);
    } else if (daemon->rest_at >= 0 && daemon->rest_at <= now) {
        rest(daemon);
    } else {
        qb_mirror_act(&daemon->mirror, daemon->office.folder, who(daemon), now);
    }
}

/* Once each time that it comes to that. */
static void say_limits(struct daemon *daemon)
{
    struct qb_notify_counts counts = qb_notify_counts(daemon->notify);
    bool limited = counts.unwatched > 0;
    char wanted[24];
    char watched[24];
    if (limited && !daemon->limits_told) {
        snprintf(wanted, sizeof wanted, "%zu", counts.watches + counts.unwatched);
        snprintf(watched, sizeof watched, "%zu", counts.watches);
        qb_say(who(daemon), "log.limited", (struct qb_text_arg[]){{"wanted", wanted}, {"watched", watched}}, 2);
    }
    daemon->limits_told = limited;
}

/* What would have been done at rest. */
static void end_rest(const struct daemon *daemon)
{
    int64_t now;
    qb_today(0, &now);
    if (daemon->rest_at >= 0)
        qb_folder_rest(daemon->office.folder);
    qb_folder_keep(daemon->office.folder, now);
}

int qb_daemon_run(const struct qb_daemon_options *options, int state)
{
    struct daemon daemon = {.options = options,
                            .state = state,
                            .upkeep = QB_UPKEEP_NONE,
                            .as_of = QB_DATE_NONE,
                            .rest_at = -1,
                            .whole_at = -1};
    struct qb_err err = {0};
    if (qb_signals_open(&daemon.signals, &err) < 0) {
        qb_say_error(options->invocation, &err);
        return QB_EXIT_FAILED;
    }
    qb_mounts_open(&daemon.mounts);
    int status = open_folder(&daemon) ? QB_EXIT_FINE : QB_EXIT_FAILED;
    if (status == QB_EXIT_FINE)
        daemon.path = qb_mem_string(daemon.office.folder->path);
    bool greeted = false;
    qb_mirror_init(&daemon.mirror);
    while (status == QB_EXIT_FINE && !daemon.stop) {
        act(&daemon);
        if (daemon.stop)
            break;
        say_limits(&daemon);
        if (!greeted && (daemon.as_of != QB_DATE_NONE || daemon.held)) {
            greeted = true;
            qb_say(options->invocation, "log.watching", (struct qb_text_arg[]){{"folder", daemon.office.folder->path}},
                   1);
        }
        wait_for(&daemon, next_wake(&daemon));
        listen(&daemon);
        if (!daemon.stop && qb_notify_state(daemon.notify) == QB_NOTIFY_GONE && !open_anew(&daemon))
            break;
    }
    if (daemon.office.folder)
        end_rest(&daemon);
    qb_mirror_stop(&daemon.mirror);
    close_folder(&daemon);
    free(daemon.waiting.items);
    free(daemon.path);
    qb_held_fini(&daemon.hold);
    qb_mounts_close(&daemon.mounts);
    qb_signals_close(&daemon.signals);
    if (status == QB_EXIT_FINE)
        qb_say(options->invocation, "log.stopped", NULL, 0);
    return status;
}
