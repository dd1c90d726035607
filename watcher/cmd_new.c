/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `qbis new`: one record with a fresh id. Its properties come from the command line, or are asked for on a terminal
 * when none is given there. The record is checked as a pass would check it, and written only when it has no error.
 */
#include "core/base/utf8.h"
#include "schema/columns.h"
#include "schema/draft.h"
#include "schema/kind_words.h"
#include "watcher/ask.h"
#include "watcher/entry.h"
#include "watcher/fresh.h"
#include "watcher/office.h"
#include "watcher/report.h"
#include "watcher/tryout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct making {
    const struct qb_invocation *invocation;
    struct qb_folder *folder;
    const struct qb_kind *kind;
    struct qb_kind_text text;
    struct qb_draft *draft;
    qb_date today;
    bool dry_run;
    bool asking;
    struct qb_buf record; /* the record's text */
    struct qb_buf path;
};

/* --- PROPERTY=VALUE --- */

static bool refuse(const struct making *making, enum qb_draft_result result, const char *property, const char *value)
{
    static const char *const message_ids[] = {
        [QB_DRAFT_UNKNOWN] = "new.unknown-property",
        [QB_DRAFT_BAD_PATH] = "new.unknown-property",
        [QB_DRAFT_CLASH] = "new.clash",
        [QB_DRAFT_AMBIGUOUS] = "new.ambiguous",
    };
    struct qb_buf known = {0};
    qb_column_suggest(&known, &making->text, property, strlen(property));
    qb_say(making->invocation, message_ids[result],
           (struct qb_text_arg[]){
               {"property", property}, {"kind", making->kind->name}, {"known", qb_buf_text(&known)}, {"found", value}},
           4);
    qb_buf_fini(&known);
    return false;
}

/* Whether a list stands at the path already: a second one is meant to add to it, not to take its place as with a single
 * value. */
static bool has_list(const struct making *making, const char *path)
{
    const struct qb_json *schema = NULL;
    qb_draft_property(&making->text, path, &schema);
    const char *type = qb_json_string(qb_json_get(schema, "type"));
    return type && !strcmp(type, "array") && qb_draft_has(making->draft, path);
}

static bool set(struct making *making, const char *property, const char *value)
{
    struct qb_buf path = {0};
    enum qb_draft_result result = QB_DRAFT_UNKNOWN;
    if (qb_column_find(&path, &making->text, property, strlen(property)) == QB_COLUMN_FOUND) {
        if (*value && has_list(making, qb_buf_text(&path))) {
            qb_say(making->invocation, "new.twice", (struct qb_text_arg[]){{"property", property}}, 1);
            qb_buf_fini(&path);
            return false;
        }
        if (*value)
            result = qb_draft_set(making->draft, qb_buf_text(&path), QB_DECIMAL_OPEN, value, strlen(value));
        else
            result = QB_DRAFT_SET; /* nothing: left out */
    }
    qb_buf_fini(&path);
    return result == QB_DRAFT_SET || refuse(making, result, property, value);
}

static bool set_arguments(struct making *making, int count, char **arguments)
{
    for (int i = 0; i < count; i++) {
        size_t length = strlen(arguments[i]);
        char *equals = strchr(arguments[i], '=');
        if (!equals || qb_utf8_check(arguments[i], length) != length) {
            qb_say(making->invocation, equals ? "new.not-utf8" : "new.no-value",
                   (struct qb_text_arg[]){{"found", arguments[i]}}, 1);
            return false;
        }
        *equals = '\0';
        if (!set(making, arguments[i], equals + 1))
            return false;
    }
    return true;
}

/* --- the record --- */

/* Gives it an id when it has none, and writes its text and path. False after saying why not. */
static bool settle(struct making *making)
{
    struct qb_err err = {0};
    struct qb_buf id = {0};
    struct qb_json_doc *doc = qb_json_doc_new();
    struct qb_json_fault fault;
    bool fine = true;
    if (!qb_draft_has(making->draft, "id")) {
        fine = qb_fresh_id(&id, making->folder, making->kind, making->today, &err) == QB_OK;
        if (fine)
            qb_draft_set(making->draft, "id", QB_DECIMAL_OPEN, qb_buf_text(&id), id.length);
        else
            qb_say_error(making->invocation, &err);
    }
    qb_buf_clear(&making->record);
    qb_buf_clear(&making->path);
    qb_draft_write(&making->record, making->draft);
    const struct qb_json *record =
        qb_json_parse(doc, qb_buf_text(&making->record), making->record.length, &qb_json_record_options, &fault);
    const char *said = qb_json_string(qb_json_get(record, "id"));
    if (fine && said && !qb_entry_id_usable(said)) {
        qb_say(making->invocation, "new.bad-id", (struct qb_text_arg[]){{"found", said}}, 1);
        fine = false;
    }
    qb_fresh_path(&making->path, making->kind, said ? said : qb_buf_text(&id), record, making->today);
    qb_json_doc_free(doc);
    qb_buf_fini(&id);
    return fine;
}

/* Whether there is a record of that id, or a file where this one would go. */
static bool is_there(const struct making *making)
{
    struct qb_file_stat st;
    const char *path = qb_buf_text(&making->path);
    const struct qb_entry *entry = qb_entry_of_path(making->folder, making->kind, path);
    if (!entry && qb_file_stat(making->folder->dir, path, &st, NULL) < 0)
        return false;
    qb_say(making->invocation, "new.exists", (struct qb_text_arg[]){{"path", entry ? entry->path : path}}, 1);
    return true;
}

static void print_problems(const struct making *making, const struct qb_problems *problems)
{
    for (size_t i = 0; i < problems->count; i++) {
        struct qb_buf where = {0};
        qb_draft_path(&where, problems->items[i].pointer);
        qb_report_at(making->invocation, where.length ? qb_buf_text(&where) : making->kind->name, &problems->items[i]);
        qb_buf_fini(&where);
    }
    fflush(stdout);
}

/* Asks again for what the problems are about. False when nothing can be asked. */
static bool ask_again(struct making *making, struct qb_ask *ask, const struct qb_problems *problems)
{
    struct qb_buf last = {0};
    bool asked = false;
    for (size_t i = 0; i < problems->count && !ask->ended; i++) {
        if (qb_problem_severity(&problems->items[i]) != QB_SEVERITY_ERROR)
            continue;
        struct qb_buf path = {0};
        qb_draft_path(&path, problems->items[i].pointer);
        size_t length = strcspn(qb_buf_text(&path), ".["); /* the property of the record, whatever is wrong in it */
        if (length && (length != last.length || memcmp(path.data, last.data, length))) {
            qb_buf_clear(&last);
            qb_buf_add(&last, path.data, length);
            asked |= qb_ask_again(ask, qb_buf_text(&last));
        }
        qb_buf_fini(&path);
    }
    qb_buf_fini(&last);
    return asked && !ask->ended && settle(making);
}

static int write_record(const struct making *making)
{
    struct qb_err err = {0};
    const char *path = qb_buf_text(&making->path);
    if (making->dry_run) {
        qb_say_text(stdout, qb_buf_text(&making->record), making->record.length);
        return QB_EXIT_FINE;
    }
    if (qb_file_replace(making->folder->dir, path, qb_buf_text(&making->record), making->record.length, NULL, NULL,
                        &err) < 0) {
        qb_say_error(making->invocation, &err);
        return QB_EXIT_FAILED;
    }
    qb_say_text(stdout, path, making->path.length);
    putchar('\n');
    return QB_EXIT_FINE;
}

/* Checks, and asks again on a terminal until the record is right. */
static int check_and_write(struct making *making, struct qb_ask *ask)
{
    struct qb_err err = {0};
    if (!settle(making))
        return QB_EXIT_FAILED;
    if (is_there(making))
        return QB_EXIT_PROBLEMS;
    for (;;) {
        struct qb_trial trial = {
            .path = qb_buf_text(&making->path), .text = qb_buf_text(&making->record), .length = making->record.length};
        bool tried = qb_tryout(making->folder, &trial, 1, &err) == QB_OK;
        if (tried)
            print_problems(making, &trial.problems);
        else
            qb_say_error(making->invocation, &err);
        if (!trial.good)
            qb_tryout_undo(making->folder, &trial, 1);
        bool again = tried && !trial.good && making->asking && ask_again(making, ask, &trial.problems);
        qb_trials_fini(&trial, 1);
        if (again)
            continue;
        if (tried && trial.good)
            break;
        qb_say(making->invocation, "new.refused", NULL, 0);
        if (!qb_entry_signed(making->draft, making->kind))
            qb_say(making->invocation, "new.who", NULL, 0);
        return tried ? QB_EXIT_PROBLEMS : QB_EXIT_FAILED;
    }
    if (making->asking && !making->dry_run) {
        qb_say_text(stderr, qb_buf_text(&making->record), making->record.length);
        if (!qb_ask_yes(ask, "new.save", !ask->ended)) {
            qb_say(making->invocation, "new.given-up", NULL, 0);
            return QB_EXIT_PROBLEMS;
        }
    }
    return write_record(making);
}

static int make(struct making *making, int count, char **arguments, const char *officer)
{
    struct qb_ask ask = {.invocation = making->invocation,
                         .folder = making->folder,
                         .kind = making->kind,
                         .text = &making->text,
                         .draft = making->draft};
    if (!set_arguments(making, count, arguments))
        return QB_EXIT_FAILED;
    qb_entry_sign(making->draft, making->kind, officer);
    making->asking = !count && qb_ask_possible();
    if (!count && !making->asking) {
        struct qb_buf required = {0};
        qb_entry_required(&required, &making->text);
        qb_say(making->invocation, "new.nothing-given",
               (struct qb_text_arg[]){{"kind", making->kind->name}, {"properties", qb_buf_text(&required)}}, 2);
        qb_buf_fini(&required);
        return QB_EXIT_FAILED;
    }
    if (making->asking && !qb_ask_record(&ask)) {
        qb_say(making->invocation, "new.given-up", NULL, 0);
        return QB_EXIT_FAILED;
    }
    return check_and_write(making, &ask);
}

int qb_cmd_new(const struct qb_invocation *invocation, int argc, char **argv)
{
    const char *officer = NULL;
    bool dry_run = false;
    struct qb_option options[] = {
        {.name = "--as", .value = &officer},
        {.name = "--dry-run", .given = &dry_run},
    };
    int count = qb_options(invocation, "new", argc, argv, options, 2);
    struct qb_office office;
    if (count < 0)
        return count == -2 ? QB_EXIT_FINE : QB_EXIT_FAILED;
    int status = QB_EXIT_FAILED;
    const struct qb_kind *kind = qb_entry_open(&office, invocation, count ? argv[0] : NULL);
    if (kind) {
        struct making making = {.invocation = invocation,
                                .folder = office.folder,
                                .kind = kind,
                                .today = qb_today(office.folder->settings.offset_minutes, NULL),
                                .dry_run = dry_run};
        qb_kind_text_init(&making.text, kind);
        making.draft = qb_draft_new(&making.text);
        status = make(&making, count - 1, argv + 1, officer);
        qb_draft_free(making.draft);
        qb_kind_text_fini(&making.text);
        qb_buf_fini(&making.record);
        qb_buf_fini(&making.path);
    }
    qb_office_close(&office);
    return status;
}
