/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The log for people: a paragraph a commit. */
#include "watcher/log.h"

#include <stdio.h>
#include <string.h>

#define BODY_LINES 12 /* of a commit's message, in the log of the folder */

static void flush(struct qb_log *log)
{
    qb_say_text(stdout, qb_buf_text(&log->out), log->out.length);
    qb_buf_clear(&log->out);
}

/* What was collected goes out first; escapes of our own must not be made visible. */
static void paint(struct qb_log *log, const char *sequence)
{
    flush(log);
    if (log->colour)
        fputs(sequence, stdout);
}

static void say(struct qb_log *log, const char *id)
{
    qb_buf_addf(&log->out, "    %s\n", qb_text(log->past->invocation->language, id));
}

static void tell_head(struct qb_log *log, const struct qb_history_entry *entry)
{
    char when[QB_PAST_TIME];
    if (log->told)
        qb_buf_add_char(&log->out, '\n');
    paint(log, "\033[33m");
    qb_buf_addf(&log->out, "%s", qb_past_format_time(log->past, entry->author.when, ' ', when));
    paint(log, "\033[0m");
    qb_buf_addf(&log->out, "  %s <%s>  %.10s\n", entry->author.name, entry->author.email, entry->id);
    paint(log, "\033[1m");
    qb_buf_addf(&log->out, "  %.*s", (int)strcspn(entry->message, "\n"), entry->message);
    paint(log, "\033[0m");
    qb_buf_add_char(&log->out, '\n');
}

static void tell_change(void *context, const char *pointer, const struct qb_json *before, const struct qb_json *after)
{
    struct qb_log *log = context;
    qb_trail_describe_one(&log->out, "    ", pointer, before, after);
}

static void tell_versions(struct qb_log *log, const struct qb_oid *before, const struct qb_oid *after)
{
    const struct qb_json *values[2];
    if (qb_oid_is_zero(after))
        say(log, "log.deleted");
    else if (!qb_log_load(log, before, after, values))
        say(log, "log.not-json");
    else
        qb_log_compare(log, values, tell_change, log);
}

static void tell_record(struct qb_log *log, const struct qb_oid *before, const struct qb_oid *after)
{
    if (log->moved_path) {
        qb_text_format(&log->out, log->past->invocation->language, "log.moved",
                       (struct qb_text_arg[]){{"path", log->moved_path}}, 1);
        qb_buf_add_char(&log->out, '\n');
    }
    tell_versions(log, before, after);
}

/* "Record: ...", "As-of: ...": the last paragraph, when all its lines look like that. */
static bool is_trailer(const char *line)
{
    size_t word = strspn(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-");
    return word && line[word] == ':' && line[word + 1] == ' ';
}

static void tell_body(struct qb_log *log, const char *message)
{
    size_t lines = 0;
    const char *line = message + strcspn(message, "\n");
    while (*line) {
        size_t length = strcspn(++line, "\n");
        bool told = !is_trailer(line) || !strncmp(line, "Reason: ", 8);
        if (length && told && ++lines <= BODY_LINES)
            qb_buf_addf(&log->out, "    %.*s\n", (int)length, line);
        line += length;
    }
    if (lines > BODY_LINES)
        qb_buf_add_string(&log->out, "    …\n");
}

static int tell_one(void *context, const char *path, const struct qb_oid *before, const struct qb_oid *after,
                    struct qb_err *err)
{
    struct qb_log *log = context;
    (void)err;
    qb_buf_addf(&log->out, "    %s\n", path);
    tell_versions(log, before, after);
    return 0;
}

static int entry(struct qb_log *log, const struct qb_history_entry *entry, const struct qb_oid *before,
                 struct qb_err *err)
{
    int result = QB_OK;
    tell_head(log, entry);
    if (log->path)
        tell_record(log, before, &entry->after);
    else if (log->property)
        result = qb_log_records(log, entry->id, tell_one, log, err);
    else
        tell_body(log, entry->message);
    flush(log);
    return result;
}

static void nothing(struct qb_log *log)
{
    (void)log;
}

const struct qb_log_form qb_log_text = {nothing, entry, nothing};
