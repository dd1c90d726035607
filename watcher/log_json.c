/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The log for programs: an array with an object a commit. */
#include "watcher/log.h"

#include <stdio.h>
#include <string.h>

static void write_change(void *context, const char *pointer, const struct qb_json *before, const struct qb_json *after)
{
    struct qb_json_writer *writer = context;
    const char *keys[2] = {"before", "after"};
    const struct qb_json *values[2] = {before, after};
    qb_json_writer_object(writer, NULL);
    qb_json_writer_string(writer, "pointer", pointer);
    for (int i = 0; i < 2; i++) {
        if (values[i])
            qb_json_writer_value(writer, keys[i], values[i]);
        else
            qb_json_writer_null(writer, keys[i]);
    }
    qb_json_writer_end_object(writer);
}

static void write_record(struct qb_log *log, const char *path, const struct qb_oid *before, const struct qb_oid *after)
{
    const struct qb_json *values[2];
    struct qb_json_writer *writer = &log->writer;
    bool readable = qb_log_load(log, before, after, values);
    qb_json_writer_object(writer, NULL);
    qb_json_writer_string(writer, "path", path);
    if (log->moved_path)
        qb_json_writer_string(writer, "moved_from", log->moved_path);
    if (!readable)
        qb_json_writer_bool(writer, "readable", false);
    qb_json_writer_array(writer, "changes");
    if (readable)
        qb_log_compare(log, values, write_change, writer);
    qb_json_writer_end_array(writer);
    qb_json_writer_end_object(writer);
}

static int write_changed(void *context, const char *path, const struct qb_oid *before, const struct qb_oid *after,
                         struct qb_err *err)
{
    (void)err;
    write_record(context, path, before, after);
    return 0;
}

static void flush(struct qb_log *log)
{
    fwrite(qb_buf_text(&log->out), 1, log->out.length, stdout);
    qb_buf_clear(&log->out);
}

static void begin(struct qb_log *log)
{
    qb_json_writer_init(&log->writer, &log->out);
    qb_json_writer_array(&log->writer, NULL);
}

static int entry(struct qb_log *log, const struct qb_history_entry *entry, const struct qb_oid *before,
                 struct qb_err *err)
{
    struct qb_json_writer *writer = &log->writer;
    struct qb_buf subject = {0};
    char when[QB_PAST_TIME];
    int result = QB_OK;
    qb_buf_add(&subject, entry->message, strcspn(entry->message, "\n"));
    qb_json_writer_object(writer, NULL);
    qb_json_writer_string(writer, "commit", entry->id);
    qb_json_writer_object(writer, "author");
    qb_json_writer_string(writer, "name", entry->author.name);
    qb_json_writer_string(writer, "email", entry->author.email);
    qb_json_writer_end_object(writer);
    qb_json_writer_string(writer, "date", qb_past_format_time(log->past, entry->author.when, 'T', when));
    qb_json_writer_string(writer, "subject", qb_buf_text(&subject));
    qb_json_writer_array(writer, "records");
    if (log->path)
        write_record(log, log->path, before, &entry->after);
    else
        result = qb_log_records(log, entry->id, write_changed, log, err);
    qb_json_writer_end_array(writer);
    qb_json_writer_end_object(writer);
    flush(log);
    qb_buf_fini(&subject);
    return result;
}

static void end(struct qb_log *log)
{
    qb_json_writer_end_array(&log->writer);
    qb_buf_add_char(&log->out, '\n');
    flush(log);
}

const struct qb_log_form qb_log_json = {begin, entry, end};
