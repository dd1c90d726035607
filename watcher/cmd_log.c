/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `qbis log [RECORD]`: what was changed, when and by whom. Of a record it tells each change property by property, and
 * follows it when it was moved; of the folder it tells the commits. An author, a time span and a property narrow it.
 * Nothing is stored for it: it is worked out from the versions in history each time.
 */
#include "watcher/log.h"

#include "core/base/mem.h"
#include "watcher/authors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOVE_COMMITS 64 /* that a move may be spread over: one an author */

/* What a person asked for, and where the walk is. */
struct teller {
    struct qb_log log;
    struct qb_authors authors; /* that are asked for; none: all */
    const char *author;
    const char *file; /* of the page */
    qb_date since;
    qb_date until;
    size_t most; /* commits that are told; 0: all */
    /* A record that was moved: where it came from, and the commit that did it. */
    struct qb_oid moved_from;
    char *moved_path;
    char moved_in[QB_OID_TEXT];
    bool waiting; /* passing over the commits that came after the move */
};

/* --- versions --- */

bool qb_log_load(struct qb_log *log, const struct qb_oid *before, const struct qb_oid *after,
                 const struct qb_json *values[2])
{
    const struct qb_oid *ids[2] = {before, after};
    struct qb_json_fault fault;
    bool fine = true;
    for (int i = 0; i < 2; i++) {
        values[i] = NULL;
        if (qb_oid_is_zero(ids[i]))
            continue;
        if (qb_history_read(log->past->history, ids[i], &log->texts[i], NULL) == QB_OK)
            values[i] = qb_json_parse(log->docs[i], qb_buf_text(&log->texts[i]), log->texts[i].length,
                                      &qb_json_document_options, &fault);
        fine = fine && values[i];
    }
    return fine;
}

struct comparison {
    const char *property;
    qb_trail_visit *visit;
    void *context;
    size_t count;
};

/* "lines" asks for "/lines" and all that is in it. */
static void narrow(void *context, const char *pointer, const struct qb_json *before, const struct qb_json *after)
{
    struct comparison *comparison = context;
    struct qb_buf name = {0};
    qb_trail_name(&name, pointer);
    size_t length = comparison->property ? strlen(comparison->property) : 0;
    const char *text = qb_buf_text(&name);
    bool asked = !length || (!strncmp(text, comparison->property, length) && (!text[length] || text[length] == '.'));
    comparison->count += asked;
    if (asked && comparison->visit)
        comparison->visit(comparison->context, pointer, before, after);
    qb_buf_fini(&name);
}

void qb_log_compare(const struct qb_log *log, const struct qb_json *const values[2], qb_trail_visit *visit,
                    void *context)
{
    struct comparison comparison = {.property = log->property, .visit = visit, .context = context};
    qb_trail_compare(values[0], values[1], narrow, &comparison);
}

bool qb_log_touches(struct qb_log *log, const struct qb_oid *before, const struct qb_oid *after)
{
    struct comparison comparison = {.property = log->property};
    const struct qb_json *values[2];
    if (!log->property)
        return true;
    if (qb_log_load(log, before, after, values))
        qb_trail_compare(values[0], values[1], narrow, &comparison);
    return comparison.count > 0;
}

struct records {
    struct qb_log *log;
    qb_history_diff_visit *visit;
    void *context;
};

static int visit_record(void *context, const char *path, const struct qb_oid *before, const struct qb_oid *after,
                        struct qb_err *err)
{
    struct records *records = context;
    size_t length = strlen(path);
    bool record = !strncmp(path, "records/", 8) && length > 5 && !strcmp(path + length - 5, ".json");
    return record && qb_log_touches(records->log, before, after)
               ? records->visit(records->context, path, before, after, err)
               : 0;
}

int qb_log_records(struct qb_log *log, const char *commit, qb_history_diff_visit *visit, void *context,
                   struct qb_err *err)
{
    struct records records = {log, visit, context};
    return qb_history_diff(log->past->history, commit, visit_record, &records, err);
}

/* --- walking --- */

static int note_origin(void *context, const char *path, const struct qb_oid *before, const struct qb_oid *after,
                       struct qb_err *err)
{
    struct teller *teller = context;
    (void)err;
    if (!qb_oid_is_zero(after) || !qb_past_same_name(path, teller->log.path))
        return 0;
    teller->moved_from = *before;
    teller->moved_path = qb_mem_string(path);
    return 1;
}

/* The search for the commit that took a record away from where it was. */
struct origin {
    struct teller *teller;
    const char *since; /* the commit that put it where it is */
    size_t looked;
};

static int look_for_origin(void *context, const struct qb_history_entry *entry, struct qb_err *err)
{
    struct origin *origin = context;
    struct teller *teller = origin->teller;
    if (!origin->looked && strcmp(entry->id, origin->since) != 0)
        return 0;
    int result = qb_history_diff(teller->log.past->history, entry->id, note_origin, teller, err);
    if (result == 1)
        memcpy(teller->moved_in, entry->id, sizeof entry->id);
    return result == QB_OK && ++origin->looked >= MOVE_COMMITS ? 1 : result;
}

/* A record that appears may have been moved: then the same pass deleted a file of its name elsewhere, in the same
 * commit or, since a deletion has no author, in an earlier one. */
static int find_origin(struct teller *teller, const struct qb_history_entry *entry, struct qb_err *err)
{
    struct origin origin = {.teller = teller, .since = entry->id};
    if (!teller->log.path || !qb_oid_is_zero(&entry->before))
        return QB_OK;
    return qb_history_log(teller->log.past->history, NULL, look_for_origin, &origin, err);
}

/* --- what is asked for --- */

static int found(void *context, const char *path, const struct qb_oid *before, const struct qb_oid *after,
                 struct qb_err *err)
{
    (void)context;
    (void)path;
    (void)before;
    (void)after;
    (void)err;
    return 1;
}

/* 1 when the commit is to be told, 0 when not. */
static int asked_for(struct teller *teller, const struct qb_history_entry *entry, const struct qb_oid *before,
                     struct qb_err *err)
{
    qb_date day = qb_date_at(entry->author.when, teller->log.past->settings.offset_minutes);
    if ((teller->since != QB_DATE_NONE && day < teller->since) ||
        (teller->until != QB_DATE_NONE && day > teller->until))
        return 0;
    if (teller->author && !qb_authors_match(&teller->authors, &entry->author))
        return 0;
    if (!teller->log.property)
        return 1;
    return teller->log.path ? qb_log_touches(&teller->log, before, &entry->after)
                            : qb_log_records(&teller->log, entry->id, found, NULL, err);
}

static int tell(void *context, const struct qb_history_entry *entry, struct qb_err *err)
{
    struct teller *teller = context;
    if (teller->waiting) {
        teller->waiting = strcmp(entry->id, teller->moved_in) != 0;
        return 0;
    }
    int result = find_origin(teller, entry, err);
    if (result < 0)
        return result;
    const struct qb_oid *before = teller->moved_path ? &teller->moved_from : &entry->before;
    teller->log.moved_path = teller->moved_path;
    result = asked_for(teller, entry, before, err);
    if (result == 1) {
        result = teller->log.form->entry(&teller->log, entry, before, err);
        teller->log.told++;
    }
    bool enough = teller->most && teller->log.told >= teller->most;
    return result < 0 ? result : enough || teller->moved_path || ferror(stdout);
}

/* From place to place, as the record was moved. */
static int tell_all(struct teller *teller, const char *path, struct qb_err *err)
{
    char *here = qb_mem_string(path);
    int result;
    do {
        free(teller->moved_path);
        teller->moved_path = NULL;
        teller->log.path = here;
        result = qb_history_log(teller->log.past->history, here, tell, teller, err);
        if (teller->moved_path) {
            free(here);
            here = qb_mem_string(teller->moved_path);
            teller->waiting = true;
        }
    } while (result == QB_OK && teller->moved_path && (!teller->most || teller->log.told < teller->most));
    free(teller->moved_path);
    free(here);
    return result;
}

/* The page goes into its file, when it is whole. */
static int deliver(const struct teller *teller, struct qb_err *err)
{
    const struct qb_buf *out = &teller->log.out;
    if (!teller->file)
        return QB_OK;
    if (!strcmp(teller->file, "-")) {
        fwrite(qb_buf_text(out), 1, out->length, stdout);
        return QB_OK;
    }
    FILE *stream = fopen(teller->file, "wb");
    bool fine = stream && fwrite(qb_buf_text(out), 1, out->length, stream) == out->length;
    fine = (!stream || fclose(stream) == 0) && fine;
    return fine ? QB_OK : qb_err_sys(err, teller->file, "cannot write");
}

static int run(struct teller *teller, const char *record, struct qb_err *err)
{
    struct qb_log *log = &teller->log;
    struct qb_past_version version = {0};
    int result = record ? qb_past_find(log->past, record, NULL, &version, err) : QB_OK;
    if (result == QB_OK && teller->author)
        result = qb_authors_find(&teller->authors, log->past, teller->author, err);
    if (result == QB_OK) {
        for (int i = 0; i < 2; i++)
            log->docs[i] = qb_json_doc_new();
        log->path = version.path;
        log->form->begin(log);
        result = tell_all(teller, version.path, err);
        log->form->end(log);
        if (result == QB_OK)
            result = deliver(teller, err);
    }
    for (int i = 0; i < 2; i++) {
        qb_json_doc_free(log->docs[i]);
        qb_buf_fini(&log->texts[i]);
    }
    qb_authors_fini(&teller->authors);
    qb_buf_fini(&log->out);
    free(version.path);
    return result;
}

static bool parse_count(const struct qb_invocation *invocation, const char *text, size_t *count)
{
    char *end = NULL;
    long number = text ? strtol(text, &end, 10) : 0;
    if (text && (number <= 0 || *end)) {
        qb_say(invocation, "log.count", (struct qb_text_arg[]){{"found", text}}, 1);
        return false;
    }
    *count = (size_t)number;
    return true;
}

/* Reads the options. False after saying what is wrong. */
static bool understand(const struct qb_invocation *invocation, struct teller *teller, const char *most,
                       const char *since, const char *until, int count, bool json)
{
    teller->since = teller->until = QB_DATE_NONE;
    if (count > 1 || (teller->file && (!count || json))) {
        qb_say(invocation, count > 1 ? "log.one-record" : "log.page.one-record", NULL, 0);
        return false;
    }
    teller->log.form = json ? &qb_log_json : teller->file ? &qb_log_page : &qb_log_text;
    return parse_count(invocation, most, &teller->most) &&
           (!since || qb_date_option(invocation, "--since", since, &teller->since)) &&
           (!until || qb_date_option(invocation, "--until", until, &teller->until));
}

int qb_cmd_log(const struct qb_invocation *invocation, int argc, char **argv)
{
    struct qb_past past = {0};
    struct qb_err err = {0};
    const char *most = NULL;
    const char *since = NULL;
    const char *until = NULL;
    bool json = false;
    struct teller teller = {.log = {.past = &past, .colour = qb_say_colour(stdout)}};
    struct qb_option options[] = {
        {.name = "--json", .given = &json},
        {.name = "-n", .value = &most},
        {.name = "--author", .value = &teller.author},
        {.name = "--since", .value = &since},
        {.name = "--until", .value = &until},
        {.name = "--property", .value = &teller.log.property},
        {.name = "--html", .value = &teller.file},
    };
    int count = qb_options(invocation, "log", argc, argv, options, sizeof options / sizeof *options);
    if (count < 0)
        return count == -2 ? QB_EXIT_FINE : QB_EXIT_FAILED;
    if (!understand(invocation, &teller, most, since, until, count, json))
        return QB_EXIT_FAILED;
    int result = qb_past_open(&past, invocation) ? run(&teller, count ? argv[0] : NULL, &err) : QB_EINPUT;
    if (result == QB_EABSENT && count)
        qb_say(invocation, "history.unknown", (struct qb_text_arg[]){{"found", argv[0]}}, 1);
    else if (result < 0 && err.code)
        qb_say_error(invocation, &err);
    qb_past_close(&past);
    return result < 0 ? QB_EXIT_FAILED : QB_EXIT_FINE;
}
