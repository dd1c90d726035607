/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `qbis export`: the records of a kind as a spreadsheet, one a row, that `qbis import` reads back: importing an export
 * changes nothing. A kind without records gives the header alone, a sheet to be filled in.
 */
#include "core/base/limits.h"
#include "core/data/csv.h"
#include "schema/columns.h"
#include "watcher/entry.h"
#include "watcher/office.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BYTE_ORDER_MARK "\xef\xbb\xbf" /* without it Excel takes UTF-8 for another encoding */

struct export
{
    const struct qb_invocation *invocation;
    const struct qb_folder *folder;
    const struct qb_kind *kind;
    const struct qb_entry **entries; /* valid ones, by id */
    size_t count;
    size_t left_out;
    struct qb_columns columns;
    struct qb_buf out;
};

static int by_id(const void *left, const void *right)
{
    const struct qb_entry *a = *(const struct qb_entry *const *)left;
    const struct qb_entry *b = *(const struct qb_entry *const *)right;
    return strcmp(a->name->id, b->name->id);
}

static void gather(struct export *export)
{
    struct qb_entry *entry = NULL;
    export->entries = qb_mem_array(export->folder->store.entry_count + 1, sizeof *export->entries);
    for (size_t at = 0; (entry = qb_store_next(&export->folder->store, &at, entry));) {
        if (entry->kind != export->kind->index)
            continue;
        if (entry->valid)
            export->entries[export->count++] = entry;
        else
            export->left_out++;
    }
    if (export->count)
        qsort(export->entries, export->count, sizeof *export->entries, by_id);
}

/* Calls back with each record, in order. False after saying which could not be read. */
typedef void each_record(struct export *export, const struct qb_json *record);

static bool each(struct export *export, each_record *visit)
{
    struct qb_buf text = {0};
    struct qb_err err = {0};
    struct qb_json_doc *doc = qb_json_doc_new();
    bool fine = true;
    for (size_t i = 0; fine && i < export->count; i++) {
        struct qb_json_fault fault;
        const struct qb_json *record = NULL;
        fine = qb_file_read(export->folder->dir, export->entries[i]->path, QB_MAX_RECORD, &text, NULL, &err) == QB_OK;
        if (fine)
            record = qb_json_parse(doc, qb_buf_text(&text), text.length, &qb_json_record_options, &fault);
        if (record)
            visit(export, record);
        else
            export->left_out += fine; /* changed since it was looked at */
    }
    if (!fine)
        qb_say_error(export->invocation, &err);
    qb_json_doc_free(doc);
    qb_buf_fini(&text);
    return fine;
}

static void measure(struct export *export, const struct qb_json *record)
{
    qb_columns_measure(&export->columns, record);
}

static void add_row(struct export *export, const struct qb_json *record)
{
    struct qb_buf cell = {0};
    for (size_t i = 0; i < export->columns.count; i++) {
        const struct qb_json *value = qb_column_value(record, export->columns.paths[i]);
        qb_buf_clear(&cell);
        if (value)
            qb_value_write(&cell, export->columns.text, export->columns.schemas[i], value);
        qb_buf_add_string(&export->out, i ? "," : "");
        qb_csv_write(&export->out, qb_buf_text(&cell), cell.length);
    }
    qb_buf_add_string(&export->out, "\r\n");
    qb_buf_fini(&cell);
}

static void add_header(struct export *export)
{
    qb_buf_add_string(&export->out, BYTE_ORDER_MARK);
    for (size_t i = 0; i < export->columns.count; i++) {
        qb_buf_add_string(&export->out, i ? "," : "");
        qb_csv_write(&export->out, export->columns.paths[i], strlen(export->columns.paths[i]));
    }
    qb_buf_add_string(&export->out, "\r\n");
}

static bool deliver(const struct export *export, const char *file)
{
    if (!file && isatty(STDOUT_FILENO)) {
        qb_say_text(stdout, qb_buf_text(&export->out), export->out.length);
        return true;
    }
    FILE *stream = file ? fopen(file, "wb") : stdout;
    struct qb_err err = {0};
    bool fine = stream && fwrite(qb_buf_text(&export->out), 1, export->out.length, stream) == export->out.length;
    if (file && stream)
        fine = fclose(stream) == 0 && fine;
    if (!fine) {
        qb_err_sys(&err, file, "cannot write");
        qb_say_error(export->invocation, &err);
    }
    return fine;
}

static int run(struct export *export, const char *file)
{
    struct qb_kind_text text;
    qb_kind_text_init(&text, export->kind);
    qb_columns_init(&export->columns, &text);
    gather(export);
    bool fine = each(export, measure);
    if (fine) {
        qb_columns_make(&export->columns);
        add_header(export);
        fine = each(export, add_row) && deliver(export, file);
    }
    if (fine && export->left_out) {
        char count[24];
        snprintf(count, sizeof count, "%zu", export->left_out);
        qb_say(export->invocation, "export.left-out", (struct qb_text_arg[]){{"count", count}}, 1);
    }
    free(export->entries);
    qb_buf_fini(&export->out);
    qb_columns_fini(&export->columns);
    qb_kind_text_fini(&text);
    return !fine ? QB_EXIT_FAILED : export->left_out ? QB_EXIT_PROBLEMS : QB_EXIT_FINE;
}

int qb_cmd_export(const struct qb_invocation *invocation, int argc, char **argv)
{
    const char *file = NULL;
    struct qb_option options[] = {{.name = "-o", .value = &file}};
    int count = qb_options(invocation, "export", argc, argv, options, 1);
    struct qb_office office = {0};
    if (count < 0)
        return count == -2 ? QB_EXIT_FINE : QB_EXIT_FAILED;
    if (count > 1) {
        qb_say(invocation, "cli.too-many", (struct qb_text_arg[]){{"found", argv[1]}}, 1);
        return QB_EXIT_FAILED;
    }
    int status = QB_EXIT_FAILED;
    const struct qb_kind *kind = qb_entry_open(&office, invocation, count ? argv[0] : NULL);
    if (kind) {
        struct export export = {.invocation = invocation, .folder = office.folder, .kind = kind};
        status = run(&export, file);
    }
    qb_office_close(&office);
    return status;
}
