/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `qbis log [RECORD]`: what was changed, when and by whom. Of a record it tells each change property by property, and
 * follows it when it was moved; of the folder it tells the commits. Nothing is stored for it: it is worked out from the
 * versions in history each time.
 */
#include "watcher/past.h"

#include "core/base/mem.h"
#include "core/data/json.h"
#include "core/history/trail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOVE_COMMITS 64 /* that a move may be spread over: one an author */
#define BODY_LINES 12   /* of a commit's message, in the log of the folder */

struct teller {
    struct qb_past *past;
    const char *path; /* of the record that is told about, or NULL */
    bool json;
    bool colour;
    size_t most; /* commits that are told; 0: all */
    size_t told;
    struct qb_buf out;
    struct qb_json_writer writer; /* with `json` */
    struct qb_json_doc *docs[2];
    struct qb_buf texts[2];
    /* A record that was moved: where it came from, and the commit that did it. */
    struct qb_oid moved_from;
    char *moved_path;
    char moved_in[QB_OID_TEXT];
    bool waiting; /* passing over the commits that came after the move */
};

/* --- versions --- */

/* Both versions as JSON, NULL where there is none. False when one of them is no JSON. */
static bool load(struct teller *teller, const struct qb_oid *before, const struct qb_oid *after,
                 const struct qb_json *values[2])
{
    const struct qb_oid *ids[2] = {before, after};
    struct qb_json_fault fault;
    bool fine = true;
    for (int i = 0; i < 2; i++) {
        values[i] = NULL;
        if (qb_oid_is_zero(ids[i]))
            continue;
        if (qb_history_read(teller->past->history, ids[i], &teller->texts[i], NULL) == QB_OK)
            values[i] = qb_json_parse(teller->docs[i], qb_buf_text(&teller->texts[i]), teller->texts[i].length,
                                      &qb_json_document_options, &fault);
        fine = fine && values[i];
    }
    return fine;
}

/* --- for people --- */

static void flush(struct teller *teller)
{
    qb_say_text(stdout, qb_buf_text(&teller->out), teller->out.length);
    qb_buf_clear(&teller->out);
}

/* What was collected goes out first; escapes of our own must not be made visible. */
static void paint(struct teller *teller, const char *sequence)
{
    flush(teller);
    if (teller->colour)
        fputs(sequence, stdout);
}

static void say(struct teller *teller, const char *id)
{
    qb_buf_addf(&teller->out, "    %s\n", qb_text(teller->past->invocation->language, id));
}

static void tell_head(struct teller *teller, const struct qb_history_entry *entry)
{
    char when[QB_PAST_TIME];
    if (teller->told)
        qb_buf_add_char(&teller->out, '\n');
    paint(teller, "\033[33m");
    qb_buf_addf(&teller->out, "%s", qb_past_format_time(teller->past, entry->author.when, ' ', when));
    paint(teller, "\033[0m");
    qb_buf_addf(&teller->out, "  %s <%s>  %.10s\n", entry->author.name, entry->author.email, entry->id);
    paint(teller, "\033[1m");
    qb_buf_addf(&teller->out, "  %.*s", (int)strcspn(entry->message, "\n"), entry->message);
    paint(teller, "\033[0m");
    qb_buf_add_char(&teller->out, '\n');
}

static void tell_record(struct teller *teller, const struct qb_oid *before, const struct qb_oid *after)
{
    const struct qb_json *values[2];
    if (teller->moved_path) {
        qb_text_format(&teller->out, teller->past->invocation->language, "log.moved",
                       (struct qb_text_arg[]){{"path", teller->moved_path}}, 1);
        qb_buf_add_char(&teller->out, '\n');
    }
    if (qb_oid_is_zero(after))
        say(teller, "log.deleted");
    else if (!load(teller, before, after, values))
        say(teller, "log.not-json");
    else
        qb_trail_describe(&teller->out, "    ", values[0], values[1]);
}

/* "Record: ...", "As-of: ...": the last paragraph, when all its lines look like that. */
static bool is_trailer(const char *line)
{
    size_t word = strspn(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-");
    return word && line[word] == ':' && line[word + 1] == ' ';
}

static void tell_body(struct teller *teller, const char *message)
{
    size_t lines = 0;
    const char *line = message + strcspn(message, "\n");
    while (*line) {
        size_t length = strcspn(++line, "\n");
        if (length && !is_trailer(line) && ++lines <= BODY_LINES)
            qb_buf_addf(&teller->out, "    %.*s\n", (int)length, line);
        line += length;
    }
    if (lines > BODY_LINES)
        qb_buf_add_string(&teller->out, "    …\n");
}

static void tell_person(struct teller *teller, const struct qb_history_entry *entry, const struct qb_oid *before)
{
    tell_head(teller, entry);
    if (teller->path)
        tell_record(teller, before, &entry->after);
    else
        tell_body(teller, entry->message);
    flush(teller);
}

/* --- for programs --- */

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

static void write_record(struct teller *teller, const char *path, const struct qb_oid *before,
                         const struct qb_oid *after)
{
    const struct qb_json *values[2];
    struct qb_json_writer *writer = &teller->writer;
    bool readable = load(teller, before, after, values);
    qb_json_writer_object(writer, NULL);
    qb_json_writer_string(writer, "path", path);
    if (teller->moved_path)
        qb_json_writer_string(writer, "moved_from", teller->moved_path);
    if (!readable)
        qb_json_writer_bool(writer, "readable", false);
    qb_json_writer_array(writer, "changes");
    if (readable)
        qb_trail_compare(values[0], values[1], write_change, writer);
    qb_json_writer_end_array(writer);
    qb_json_writer_end_object(writer);
}

static int write_changed(void *context, const char *path, const struct qb_oid *before, const struct qb_oid *after,
                         struct qb_err *err)
{
    size_t length = strlen(path);
    (void)err;
    if (!strncmp(path, "records/", 8) && length > 5 && !strcmp(path + length - 5, ".json"))
        write_record(context, path, before, after);
    return 0;
}

static int write_entry(struct teller *teller, const struct qb_history_entry *entry, const struct qb_oid *before,
                       struct qb_err *err)
{
    struct qb_json_writer *writer = &teller->writer;
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
    qb_json_writer_string(writer, "date", qb_past_format_time(teller->past, entry->author.when, 'T', when));
    qb_json_writer_string(writer, "subject", qb_buf_text(&subject));
    qb_json_writer_array(writer, "records");
    if (teller->path)
        write_record(teller, teller->path, before, &entry->after);
    else
        result = qb_history_diff(teller->past->history, entry->id, write_changed, teller, err);
    qb_json_writer_end_array(writer);
    qb_json_writer_end_object(writer);
    fwrite(qb_buf_text(&teller->out), 1, teller->out.length, stdout);
    qb_buf_clear(&teller->out);
    qb_buf_fini(&subject);
    return result;
}

/* --- walking --- */

static int note_origin(void *context, const char *path, const struct qb_oid *before, const struct qb_oid *after,
                       struct qb_err *err)
{
    struct teller *teller = context;
    (void)err;
    if (!qb_oid_is_zero(after) || !qb_past_same_name(path, teller->path))
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
    int result = qb_history_diff(teller->past->history, entry->id, note_origin, teller, err);
    if (result == 1)
        memcpy(teller->moved_in, entry->id, sizeof entry->id);
    return result == QB_OK && ++origin->looked >= MOVE_COMMITS ? 1 : result;
}

/* A record that appears may have been moved: then the same pass deleted a file of its name elsewhere, in the same
 * commit or, since a deletion has no author, in an earlier one. */
static int find_origin(struct teller *teller, const struct qb_history_entry *entry, struct qb_err *err)
{
    struct origin origin = {.teller = teller, .since = entry->id};
    if (!teller->path || !qb_oid_is_zero(&entry->before))
        return QB_OK;
    return qb_history_log(teller->past->history, NULL, look_for_origin, &origin, err);
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
    if (teller->json)
        result = write_entry(teller, entry, before, err);
    else
        tell_person(teller, entry, before);
    teller->told++;
    bool enough = teller->most && teller->told >= teller->most;
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
        teller->path = here;
        result = qb_history_log(teller->past->history, here, tell, teller, err);
        if (teller->moved_path) {
            free(here);
            here = qb_mem_string(teller->moved_path);
            teller->waiting = true;
        }
    } while (result == QB_OK && teller->moved_path && (!teller->most || teller->told < teller->most));
    free(teller->moved_path);
    free(here);
    return result;
}

static int run(struct teller *teller, const char *record, struct qb_err *err)
{
    struct qb_past_version version = {0};
    int result = record ? qb_past_find(teller->past, record, NULL, &version, err) : QB_OK;
    if (result < 0)
        return result;
    qb_json_writer_init(&teller->writer, &teller->out);
    for (int i = 0; i < 2; i++)
        teller->docs[i] = qb_json_doc_new();
    if (teller->json)
        qb_json_writer_array(&teller->writer, NULL);
    result = tell_all(teller, version.path, err);
    if (teller->json) {
        qb_json_writer_end_array(&teller->writer);
        qb_buf_add_char(&teller->out, '\n');
        fwrite(qb_buf_text(&teller->out), 1, teller->out.length, stdout);
    }
    for (int i = 0; i < 2; i++) {
        qb_json_doc_free(teller->docs[i]);
        qb_buf_fini(&teller->texts[i]);
    }
    qb_buf_fini(&teller->out);
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

int qb_cmd_log(const struct qb_invocation *invocation, int argc, char **argv)
{
    struct qb_past past = {0};
    struct qb_err err = {0};
    const char *most = NULL;
    struct teller teller = {.past = &past, .colour = qb_say_colour(stdout)};
    struct qb_option options[] = {{.name = "--json", .given = &teller.json}, {.name = "-n", .value = &most}};
    int count = qb_options(invocation, "log", argc, argv, options, 2);
    if (count < 0)
        return count == -2 ? QB_EXIT_FINE : QB_EXIT_FAILED;
    if (count > 1)
        qb_say(invocation, "log.one-record", NULL, 0);
    if (count > 1 || !parse_count(invocation, most, &teller.most))
        return QB_EXIT_FAILED;
    int result = qb_past_open(&past, invocation) ? run(&teller, count ? argv[0] : NULL, &err) : QB_EINPUT;
    if (result == QB_EABSENT && count)
        qb_say(invocation, "history.unknown", (struct qb_text_arg[]){{"found", argv[0]}}, 1);
    else if (result < 0 && err.code)
        qb_say_error(invocation, &err);
    qb_past_close(&past);
    return result < 0 ? QB_EXIT_FAILED : QB_EXIT_FINE;
}
