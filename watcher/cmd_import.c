/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `qbis import`: records from a spreadsheet, all of them or none. Every row is looked at before anything is written:
 * against the other rows, against what is there already, and as a pass would check it. What is there already, and says
 * the same, is passed over, so that the same file can be imported again.
 */
#include "core/base/limits.h"
#include "core/history/trail.h"
#include "watcher/entry.h"
#include "watcher/fresh.h"
#include "watcher/office.h"
#include "watcher/report.h"
#include "watcher/sheet.h"
#include "watcher/tryout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum fate {
    FRESH,   /* to be written */
    SAME,    /* there already */
    DIFFERS, /* there already, and says something else */
    BAD,
    FATES
};

struct judged {
    enum fate fate;
    struct qb_trial trial; /* of a fresh row */
    struct qb_buf path;
};

struct import {
    const struct qb_invocation *invocation;
    struct qb_folder *folder;
    struct qb_sheet sheet;
    struct judged *judged; /* of each row */
    qb_date today;
    bool dry_run;
    bool partial;
    size_t counts[FATES];
    size_t written;
};

/* --- against the other rows --- */

static void complain_twice(struct import *import, size_t row, const char *path, const char *value, size_t other)
{
    char line[16];
    snprintf(line, sizeof line, "%u", import->sheet.rows[other].line);
    qb_sheet_complain(&import->sheet, &import->sheet.rows[row], path, value ? "import.twice" : "import.same-row",
                      (struct qb_text_arg[]){{"found", value}, {"line", line}}, 2);
}

/* Rows are kept under a key; the second one with the same key is at fault. */
static void claim(struct import *import, struct qb_map *claims, size_t row, const char *key, const char *path,
                  const char *value)
{
    const char *kept = qb_arena_copy(&import->sheet.arena, key, strlen(key));
    const struct qb_sheet_row *first = qb_map_get_string(claims, kept);
    if (first)
        complain_twice(import, row, path, value, (size_t)(first - import->sheet.rows));
    else
        qb_map_put_string(claims, kept, &import->sheet.rows[row]);
}

static void claim_uniques(struct import *import, struct qb_map *claims, size_t row, const struct qb_json *record)
{
    const struct qb_kind *kind = import->sheet.kind;
    for (size_t i = 0; i < kind->field_count; i++) {
        const char *value = kind->fields[i].unique && kind->fields[i].step_count == 1
                                ? qb_json_string(qb_json_get(record, kind->fields[i].steps[0].name))
                                : NULL;
        if (!value)
            continue;
        struct qb_buf key = {0};
        qb_buf_addf(&key, "%zu %s", i, value);
        claim(import, claims, row, qb_buf_text(&key), kind->fields[i].path, value);
        qb_buf_fini(&key);
    }
}

static void compare_rows(struct import *import)
{
    struct qb_map claims = {0};
    struct qb_json_doc *doc = qb_json_doc_new();
    for (size_t i = 0; i < import->sheet.count; i++) {
        struct qb_sheet_row *row = &import->sheet.rows[i];
        struct qb_json_fault fault;
        struct qb_buf key = {0};
        const struct qb_json *said =
            qb_json_parse(doc, row->said, strlen(row->said), &qb_json_document_options, &fault);
        bool given = qb_json_get(said, "id") != NULL;
        size_t before = row->complaint_count;
        claim_uniques(import, &claims, i, said);
        qb_buf_addf(&key, "id %s", row->id);
        if (row->complaint_count == before)
            claim(import, &claims, i, qb_buf_text(&key), "id", given ? row->id : NULL);
        qb_buf_fini(&key);
    }
    qb_json_doc_free(doc);
    qb_map_fini(&claims);
}

/* --- against what is there --- */

/* The record that holds one of the row's unique values; NULL when there is none. */
static const struct qb_entry *holder_of_unique(const struct import *import, const struct qb_json *said)
{
    const struct qb_kind *kind = import->sheet.kind;
    for (size_t i = 0; i < kind->field_count; i++) {
        const char *value = kind->fields[i].unique && kind->fields[i].step_count == 1
                                ? qb_json_string(qb_json_get(said, kind->fields[i].steps[0].name))
                                : NULL;
        const struct qb_entries *claims =
            value ? qb_store_claims(&import->folder->store, kind->index, (uint8_t)i, value) : NULL;
        if (claims && claims->count)
            return claims->items[0];
    }
    return NULL;
}

static const struct qb_entry *entry_of(const struct import *import, const struct qb_sheet_row *row,
                                       const struct qb_json *said)
{
    struct qb_buf path = {0};
    qb_buf_addf(&path, "%s.json", row->id);
    const struct qb_entry *entry = qb_entry_of_path(import->folder, import->sheet.kind, qb_buf_text(&path));
    qb_buf_fini(&path);
    return entry || qb_json_get(said, "id") ? entry : holder_of_unique(import, said);
}

/* Lists that the record has more items of than the sheet has columns for say something else, too. */
static bool has_more_items(const struct import *import, const struct qb_json *record)
{
    for (uint32_t i = 0; i < record->length; i++) {
        const struct qb_json *list = &record->as.items[i];
        size_t known = 0;
        bool any = false;
        for (size_t j = 0; list->type == QB_JSON_ARRAY && j < import->sheet.column_count; j++) {
            const char *path = import->sheet.columns[j].path;
            if (!path || strncmp(path, list->key, list->key_length) || path[list->key_length] != '[')
                continue;
            size_t index = (size_t)strtoul(path + list->key_length + 1, NULL, 10);
            known = index >= known ? index + 1 : known;
            any = true;
        }
        if (any && list->length > known)
            return true;
    }
    return false;
}

static void tell_difference(struct import *import, struct qb_sheet_row *row, const struct qb_entry *entry,
                            const struct qb_json *there, const struct qb_json *said)
{
    struct qb_buf changes = {0};
    if (there && said)
        qb_trail_describe(&changes, "\n    ", there, said);
    while (changes.length && changes.data[changes.length - 1] == '\n')
        changes.data[--changes.length] = '\0';
    qb_sheet_complain(&import->sheet, row, NULL, "import.differs",
                      (struct qb_text_arg[]){{"path", entry->path}, {"changes", qb_buf_text(&changes)}}, 2);
    qb_buf_fini(&changes);
}

/* What is there already says the same in all that the sheet speaks of. */
static enum fate compare_with(struct import *import, struct qb_sheet_row *row, const struct qb_entry *entry,
                              const struct qb_json *said)
{
    struct qb_buf text = {0};
    struct qb_json_doc *doc = qb_json_doc_new();
    struct qb_json_doc *there_doc = qb_json_doc_new();
    struct qb_json_fault fault;
    const struct qb_json *record = NULL;
    if (qb_file_read(import->folder->dir, entry->path, QB_MAX_RECORD, &text, NULL, NULL) == QB_OK)
        record = qb_json_parse(doc, qb_buf_text(&text), text.length, &qb_json_record_options, &fault);
    char *there_text = record ? qb_sheet_said(&import->sheet, record) : NULL;
    const struct qb_json *there =
        there_text ? qb_json_parse(there_doc, there_text, strlen(there_text), &qb_json_document_options, &fault) : NULL;
    bool same = there && said && qb_json_equal(there, said) && !has_more_items(import, record);
    if (!same)
        tell_difference(import, row, entry, there, said);
    free(there_text);
    qb_json_doc_free(doc);
    qb_json_doc_free(there_doc);
    qb_buf_fini(&text);
    return same ? SAME : DIFFERS;
}

static void compare_with_folder(struct import *import)
{
    struct qb_json_doc *doc = qb_json_doc_new();
    for (size_t i = 0; i < import->sheet.count; i++) {
        struct qb_sheet_row *row = &import->sheet.rows[i];
        struct qb_json_fault fault;
        if (row->complaint_count) {
            import->judged[i].fate = BAD;
            continue;
        }
        const struct qb_json *said =
            qb_json_parse(doc, row->said, strlen(row->said), &qb_json_document_options, &fault);
        const struct qb_entry *entry = entry_of(import, row, said);
        import->judged[i].fate = entry ? compare_with(import, row, entry, said) : FRESH;
    }
    qb_json_doc_free(doc);
}

/* --- as a pass would check them --- */

static void place(struct import *import, size_t i)
{
    struct qb_sheet_row *row = &import->sheet.rows[i];
    struct judged *judged = &import->judged[i];
    struct qb_file_stat st;
    struct qb_json_doc *doc = qb_json_doc_new();
    struct qb_json_fault fault;
    const struct qb_json *record = qb_json_parse(doc, row->record, row->length, &qb_json_document_options, &fault);
    qb_fresh_path(&judged->path, import->sheet.kind, row->id, record, import->today);
    judged->trial = (struct qb_trial){.path = qb_buf_text(&judged->path), .text = row->record, .length = row->length};
    if (qb_file_stat(import->folder->dir, judged->trial.path, &st, NULL) == QB_OK) {
        qb_sheet_complain(&import->sheet, row, NULL, "import.in-the-way",
                          (struct qb_text_arg[]){{"path", judged->trial.path}}, 1);
        judged->fate = BAD;
    }
    qb_json_doc_free(doc);
}

static bool try_fresh(struct import *import)
{
    struct qb_err err = {0};
    struct qb_trial *trials = qb_mem_array(import->sheet.count, sizeof *trials);
    size_t count = 0;
    for (size_t i = 0; i < import->sheet.count; i++) {
        if (import->judged[i].fate == FRESH)
            place(import, i);
        if (import->judged[i].fate == FRESH)
            trials[count++] = import->judged[i].trial;
    }
    bool fine = qb_tryout(import->folder, trials, count, &err) == QB_OK;
    if (!fine)
        qb_say_error(import->invocation, &err);
    count = 0;
    for (size_t i = 0; i < import->sheet.count; i++) {
        if (import->judged[i].fate != FRESH)
            continue;
        import->judged[i].trial = trials[count++];
        if (!import->judged[i].trial.good)
            import->judged[i].fate = BAD;
    }
    free(trials);
    return fine;
}

/* --- telling --- */

static void where(struct qb_buf *out, const struct import *import, const struct qb_sheet_row *row, const char *header,
                  const char *path)
{
    qb_buf_addf(out, "%s:%u", import->sheet.name, row->line);
    if (header)
        qb_buf_addf(out, ": \"%s\"", header);
    else if (path && *path)
        qb_buf_addf(out, ": %s", path);
}

static void tell_row(const struct import *import, size_t i)
{
    const struct qb_sheet_row *row = &import->sheet.rows[i];
    const struct qb_problems *problems = &import->judged[i].trial.problems;
    struct qb_buf line = {0};
    for (size_t j = 0; j < row->complaint_count; j++) {
        where(&line, import, row, row->complaints[j].header, NULL);
        qb_buf_addf(&line, ": %s\n", row->complaints[j].words);
        qb_say_text(stdout, qb_buf_text(&line), line.length);
        qb_buf_clear(&line);
    }
    for (size_t j = 0; j < problems->count; j++) {
        struct qb_buf path = {0};
        qb_draft_path(&path, problems->items[j].pointer);
        where(&line, import, row, qb_sheet_header(&import->sheet, qb_buf_text(&path)), qb_buf_text(&path));
        qb_report_at(import->invocation, qb_buf_text(&line), &problems->items[j]);
        qb_buf_fini(&path);
        qb_buf_clear(&line);
    }
    qb_buf_fini(&line);
}

/* What the table was taken for: a wrong guess shows at once. */
static void tell_table(const struct import *import)
{
    static const char *const decimals[] = {[QB_DECIMAL_OPEN] = "?", [QB_DECIMAL_POINT] = ".", [QB_DECIMAL_COMMA] = ","};
    char rows[24];
    snprintf(rows, sizeof rows, "%zu", import->sheet.count);
    qb_say(
        import->invocation, "import.table",
        (struct qb_text_arg[]){
            {"file", import->sheet.name},
            {"encoding", qb_csv_encoding_name(import->sheet.table.encoding)},
            {"delimiter", import->sheet.table.delimiter == '\t' ? "tab" : (char[]){import->sheet.table.delimiter, 0}},
            {"decimal", decimals[import->sheet.decimal]},
            {"rows", rows}},
        5);
}

static void tell_counts(const struct import *import, bool held)
{
    char texts[FATES + 1][24];
    for (int i = 0; i < FATES; i++)
        snprintf(texts[i], sizeof texts[i], "%zu", import->counts[i]);
    snprintf(texts[FATES], sizeof texts[FATES], "%zu", import->written);
    qb_say(import->invocation,
           held              ? "import.held"
           : import->dry_run ? "import.would-write"
                             : "import.written",
           (struct qb_text_arg[]){{"fresh", texts[FRESH]},
                                  {"same", texts[SAME]},
                                  {"differs", texts[DIFFERS]},
                                  {"bad", texts[BAD]},
                                  {"written", texts[FATES]}},
           5);
}

/* --- writing --- */

static bool write_fresh(struct import *import)
{
    struct qb_err err = {0};
    for (size_t i = 0; i < import->sheet.count; i++) {
        const struct qb_trial *trial = &import->judged[i].trial;
        if (import->judged[i].fate != FRESH)
            continue;
        if (!import->dry_run &&
            qb_file_replace(import->folder->dir, trial->path, trial->text, trial->length, NULL, NULL, &err) < 0) {
            qb_say_error(import->invocation, &err);
            return false;
        }
        import->written += !import->dry_run;
    }
    return true;
}

static int run(struct import *import, const char *bytes, size_t length)
{
    if (!qb_sheet_read(&import->sheet, bytes, length))
        return QB_EXIT_PROBLEMS;
    tell_table(import);
    import->judged = qb_mem_array(import->sheet.count, sizeof *import->judged);
    compare_rows(import);
    compare_with_folder(import);
    if (!try_fresh(import))
        return QB_EXIT_FAILED;
    for (size_t i = 0; i < import->sheet.count; i++) {
        import->counts[import->judged[i].fate]++;
        tell_row(import, i);
    }
    fflush(stdout);
    bool troubled = import->counts[BAD] + import->counts[DIFFERS] > 0;
    bool held = troubled && !import->partial;
    bool fine = held || write_fresh(import);
    tell_counts(import, held);
    return !fine ? QB_EXIT_FAILED : troubled ? QB_EXIT_PROBLEMS : QB_EXIT_FINE;
}

static bool read_mapping(struct import *import, const char *path)
{
    struct qb_buf text = {0};
    struct qb_err err = {0};
    struct qb_problems problems = {0};
    bool fine = true;
    if (path && qb_file_read_path(path, QB_MAX_SETTINGS, &text, &err) < 0) {
        qb_say_error(import->invocation, &err);
        fine = false;
    } else if (path) {
        fine = qb_mapping_read(&import->sheet.mapping, path, qb_buf_text(&text), text.length, &problems);
        for (size_t i = 0; i < problems.count; i++)
            qb_report_problem(import->invocation, ".", &problems.items[i]);
    }
    qb_problems_fini(&problems);
    qb_buf_fini(&text);
    return fine;
}

static int import_file(struct import *import, const char *file, const char *map)
{
    struct qb_buf bytes = {0};
    struct qb_err err = {0};
    int status = QB_EXIT_FAILED;
    if (qb_file_read_path(file, QB_MAX_TABLE, &bytes, &err) < 0)
        qb_say_error(import->invocation, &err);
    else if (read_mapping(import, map))
        status = run(import, qb_buf_text(&bytes), bytes.length);
    for (size_t i = 0; import->judged && i < import->sheet.count; i++) {
        qb_trials_fini(&import->judged[i].trial, 1);
        qb_buf_fini(&import->judged[i].path);
    }
    free(import->judged);
    qb_sheet_fini(&import->sheet);
    qb_buf_fini(&bytes);
    return status;
}

int qb_cmd_import(const struct qb_invocation *invocation, int argc, char **argv)
{
    const char *map = NULL;
    struct import import = {.invocation = invocation, .sheet.invocation = invocation};
    struct qb_option options[] = {
        {.name = "--map", .value = &map},
        {.name = "--as", .value = &import.sheet.officer},
        {.name = "--dry-run", .given = &import.dry_run},
        {.name = "--partial", .given = &import.partial},
    };
    int count = qb_options(invocation, "import", argc, argv, options, 4);
    struct qb_office office = {0};
    if (count < 0)
        return count == -2 ? QB_EXIT_FINE : QB_EXIT_FAILED;
    if (count == 1 || count > 2) {
        qb_say(invocation, count > 2 ? "cli.too-many" : "import.which-file",
               (struct qb_text_arg[]){{"found", argv[count > 2 ? 2 : 0]}}, 1);
        return QB_EXIT_FAILED;
    }
    int status = QB_EXIT_FAILED;
    const struct qb_kind *kind = qb_entry_open(&office, invocation, count ? argv[0] : NULL);
    if (kind) {
        struct qb_kind_text text;
        qb_kind_text_init(&text, kind);
        import.folder = office.folder;
        import.today = qb_today(office.folder->settings.offset_minutes, NULL);
        import.sheet.kind = kind;
        import.sheet.text = &text;
        import.sheet.name = argv[1];
        status = import_file(&import, argv[1], map);
        qb_kind_text_fini(&text);
    }
    qb_office_close(&office);
    return status;
}
