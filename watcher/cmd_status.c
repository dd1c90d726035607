/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `qbis status`: who watches the folder, what its last pass found, and whether it holds. */
#include "watcher/command.h"

#include "core/base/file.h"
#include "core/base/limits.h"
#include "core/data/json.h"
#include "watcher/lock.h"
#include "watcher/marks.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct status {
    const struct qb_invocation *invocation;
    char *state;
    bool running;
    struct qb_lock_holder holder;
    struct qb_json_doc *doc;
    struct qb_buf text;
    const struct qb_json *last; /* what the last pass left, or NULL */
};

static int64_t number(const struct status *status, const char *key)
{
    int64_t value = 0;
    qb_json_integer(qb_json_get(status->last, key), &value);
    return value;
}

static void read_status(struct status *status, int dir)
{
    struct qb_json_fault fault;
    status->running = qb_lock_holder(dir, &status->holder, NULL) == QB_OK;
    if (qb_file_read(dir, QB_MARK_STATUS, QB_MAX_RECORD, &status->text, NULL, NULL) == QB_OK)
        status->last = qb_json_parse(status->doc, qb_buf_text(&status->text), status->text.length,
                                     &qb_json_record_options, &fault);
}

/* "2020-07-06 08:15:02 UTC" */
static void format_time(int64_t seconds, char *text, size_t size)
{
    char day[QB_DATE_SIZE];
    int64_t rest = seconds % 86400;
    snprintf(text, size, "%s %02" PRId64 ":%02" PRId64 ":%02" PRId64 " UTC",
             qb_date_format(qb_date_at(seconds, 0), day), rest / 3600, rest / 60 % 60, rest % 60);
}

static void line(const struct status *status, const char *id, const struct qb_text_arg *args, size_t count)
{
    struct qb_buf out = {0};
    qb_text_format(&out, status->invocation->language, id, args, count);
    qb_buf_add_char(&out, '\n');
    qb_say_text(stdout, qb_buf_text(&out), out.length);
    qb_buf_fini(&out);
}

/* In the words of the log. */
static void print_limits(const struct status *status)
{
    char wanted[24];
    char watched[24];
    snprintf(wanted, sizeof wanted, "%" PRId64, number(status, "directories"));
    snprintf(watched, sizeof watched, "%" PRId64, number(status, "directories") - number(status, "unwatched"));
    line(status, "log.limited", (struct qb_text_arg[]){{"wanted", wanted}, {"watched", watched}}, 2);
}

/* What the hold covers. */
static void print_held(const struct status *status)
{
    const struct qb_json *folders = qb_json_get(status->last, "held_folders");
    const struct qb_json *names = qb_json_get(status->last, "held_names");
    for (uint32_t i = 0; folders && folders->type == QB_JSON_ARRAY && i < folders->length; i++) {
        const struct qb_json *item = &folders->as.items[i];
        char count[24];
        int64_t number = 0;
        qb_json_integer(qb_json_get(item, "count"), &number);
        snprintf(count, sizeof count, "%" PRId64, number);
        line(status, "status.held-folder",
             (struct qb_text_arg[]){{"count", count}, {"folder", qb_json_string(qb_json_get(item, "folder"))}}, 2);
    }
    for (uint32_t i = 0; names && names->type == QB_JSON_ARRAY && i < names->length; i++)
        line(status, "status.held-name", (struct qb_text_arg[]){{"name", qb_json_string(&names->as.items[i])}}, 1);
}

/* Files that a sync client keeps elsewhere. */
static void print_absent(const struct status *status)
{
    const struct qb_json *names = qb_json_get(status->last, "absent_names");
    char count[24];
    if (!number(status, "absent"))
        return;
    snprintf(count, sizeof count, "%" PRId64, number(status, "absent"));
    line(status, "status.absent", (struct qb_text_arg[]){{"count", count}}, 1);
    for (uint32_t i = 0; names && names->type == QB_JSON_ARRAY && i < names->length; i++)
        line(status, "status.held-name", (struct qb_text_arg[]){{"name", qb_json_string(&names->as.items[i])}}, 1);
}

static void print_last(const struct status *status)
{
    static const char *const keys[] = {"records", "errors", "warnings"};
    char numbers[3][24];
    char when[40];
    const char *as_of = qb_json_string(qb_json_get(status->last, "as_of"));
    const char *held = qb_json_string(qb_json_get(status->last, "held"));
    for (size_t i = 0; i < 3; i++)
        snprintf(numbers[i], sizeof numbers[i], "%" PRId64, number(status, keys[i]));
    format_time(number(status, "last_pass"), when, sizeof when);
    line(status, "status.last",
         (struct qb_text_arg[]){{"when", when},
                                {"as_of", as_of},
                                {"records", numbers[0]},
                                {"errors", numbers[1]},
                                {"warnings", numbers[2]}},
         5);
    char gone[24];
    snprintf(gone, sizeof gone, "%" PRId64, number(status, "held_files"));
    if (number(status, "unwatched"))
        print_limits(status);
    print_absent(status);
    if (held) {
        line(status, held, (struct qb_text_arg[]){{"count", gone}, {"folder", status->invocation->folder}}, 2);
        print_held(status);
    }
}

static void print_human(const struct status *status)
{
    char pid[24];
    snprintf(pid, sizeof pid, "%ld", status->holder.pid);
    line(status, "status.folder",
         (struct qb_text_arg[]){{"folder", status->invocation->folder}, {"state", status->state}}, 2);
    line(status, status->running ? "status.running" : "status.not-running",
         (struct qb_text_arg[]){{"pid", pid}, {"host", status->holder.host}, {"since", status->holder.since}}, 3);
    if (status->last)
        print_last(status);
    else
        line(status, "status.never", NULL, 0);
}

static void print_json(const struct status *status)
{
    struct qb_buf out = {0};
    struct qb_json_writer writer;
    qb_json_writer_init(&writer, &out);
    qb_json_writer_object(&writer, NULL);
    qb_json_writer_string(&writer, "folder", status->invocation->folder);
    qb_json_writer_string(&writer, "state", status->state);
    qb_json_writer_bool(&writer, "running", status->running);
    if (status->running)
        qb_json_writer_integer(&writer, "pid", status->holder.pid);
    else
        qb_json_writer_null(&writer, "pid");
    if (status->last)
        qb_json_writer_value(&writer, "last", status->last);
    else
        qb_json_writer_null(&writer, "last");
    qb_json_writer_end_object(&writer);
    qb_buf_add_char(&out, '\n');
    fwrite(qb_buf_text(&out), 1, out.length, stdout);
    qb_buf_fini(&out);
}

int qb_cmd_status(const struct qb_invocation *invocation, int argc, char **argv)
{
    bool json = false;
    struct qb_option options[] = {{.name = "--json", .given = &json}};
    struct status status = {.invocation = invocation};
    struct qb_err err = {0};
    int count = qb_options(invocation, "status", argc, argv, options, 1);
    if (count < 0)
        return count == -2 ? QB_EXIT_FINE : QB_EXIT_FAILED;
    status.state = qb_state_of_watched(invocation);
    if (!status.state)
        return QB_EXIT_FAILED;
    status.doc = qb_json_doc_new();
    int dir = qb_file_open_dir(status.state, &err);
    if (dir >= 0)
        read_status(&status, dir);
    (json ? print_json : print_human)(&status);
    bool look = status.last && (number(&status, "errors") || qb_json_string(qb_json_get(status.last, "held")));
    if (dir >= 0)
        close(dir);
    qb_json_doc_free(status.doc);
    qb_buf_fini(&status.text);
    free(status.state);
    return look ? QB_EXIT_PROBLEMS : QB_EXIT_FINE;
}
