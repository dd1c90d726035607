/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads what is queued. Each file's bytes go the same way once: read, blob (so that the version seen is in history
 * whatever becomes of it), check, store. Then schema/link decides who is in force.
 *
 * The version in force at the start of the process is what history says: the exception of a path where there is one,
 * else its committed version. So a daemon that was off for a week judges a change as one that never slept.
 */
#include "watcher/folder.h"

#include "core/base/limits.h"
#include "core/history/trail.h"
#include "core/records/summary.h"
#include "watcher/copies.h"
#include "watcher/look.h"
#include "watcher/putback.h"
#include "watcher/reason.h"

#include <stdlib.h>
#include <string.h>

/* Changes are described property by property only when a person could read them. */
#define DESCRIBE_MOST 500

static int add_blob(struct qb_pass *pass, struct qb_tracked *file, const struct qb_buf *bytes, struct qb_err *err)
{
    struct qb_folder *folder = pass->folder;
    if (!folder->options.writes || qb_oid_equal(&file->blob, &file->committed))
        return QB_OK;
    return qb_history_add_known(folder->history, qb_buf_text(bytes), bytes->length, &file->blob, err);
}

/* Reads a file that is no record and takes the id of its bytes; where that fails, the id stays what it was. */
static int read_file(struct qb_pass *pass, struct qb_tracked *file, size_t most, struct qb_buf *bytes,
                     struct qb_err *why)
{
    struct qb_oid before = file->blob;
    struct qb_file_reader reader;
    qb_file_reader_init(&reader, pass->folder->dir);
    int result = qb_look_read(&reader, file->path, most, pass->folder->history ? QB_LOOK_ID_SAFE : QB_LOOK_ID_PLAIN,
                              bytes, &file->stat, &file->blob, why);
    qb_file_reader_fini(&reader);
    if (result < 0)
        file->blob = before;
    return result;
}

/* --- files that cannot be read --- */

static const struct {
    enum qb_code code;
    enum qb_problem_code problem;
    const char *message_id;
} refusals[] = {
    {QB_EUNSAFE, QB_PROBLEM_NOT_A_FILE, "problem.not-a-file"},
    {QB_ELIMIT, QB_PROBLEM_TOO_LARGE, "problem.too-large"},
    {QB_ESYS, QB_PROBLEM_UNREADABLE, "problem.unreadable"},
};

/* Adds the problem that a failed read is. False when it is none (changed meanwhile, gone). */
static bool refuse(const struct qb_tracked *file, const struct qb_kind *kind, const struct qb_entry *entry, int code,
                   const struct qb_err *why, struct qb_problems *problems)
{
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        if (refusals[i].code != (enum qb_code)code)
            continue;
        struct qb_problem problem = {.code = refusals[i].problem,
                                     .kind = kind ? kind->name : NULL,
                                     .record = entry ? entry->name->id : NULL,
                                     .path = file->path,
                                     .pointer = "",
                                     .line = 1,
                                     .column = 1,
                                     .message_id = refusals[i].message_id,
                                     .args = {{"reason", why->message}},
                                     .arg_count = 1};
        qb_problems_add(problems, &problem);
        return true;
    }
    return false;
}

/* --- records --- */

static const struct qb_oid *base_of(const struct qb_tracked *file)
{
    const struct qb_oid *base = file->excepted ? &file->exception : &file->committed;
    return qb_oid_is_zero(base) || qb_oid_equal(base, &qb_oid_empty_blob) ? NULL : base;
}

/* Puts a version from history in force: of a record that this process sees for the first time, or that moved. */
static void adopt(struct qb_folder *folder, struct qb_entry *entry, const struct qb_oid *oid)
{
    struct qb_buf text = {0};
    struct qb_problems ignored = {0};
    bool sound;
    if (qb_history_read(folder->history, oid, &text, NULL) == QB_OK) {
        struct qb_version *version =
            qb_check_text(folder->checker, &folder->store, folder->kinds->items[entry->kind], entry->path,
                          qb_buf_text(&text), text.length, NULL, &sound, &ignored);
        if (version) {
            qb_store_set_in_force(&folder->store, entry, version);
            entry->used = qb_folder_blob(oid);
        }
    }
    qb_problems_fini(&ignored);
    qb_buf_fini(&text);
}

static struct qb_entry *entry_of(struct qb_pass *pass, struct qb_tracked *file, bool *fresh)
{
    struct qb_folder *folder = pass->folder;
    size_t before = folder->store.entry_count;
    struct qb_entry *entry =
        qb_store_entry(&folder->store, file->path, qb_kinds_of_path(folder->kinds, file->path)->index);
    *fresh = folder->store.entry_count != before;
    return entry;
}

static void describe(struct qb_pass *pass, struct qb_tracked *file, const struct qb_buf *text)
{
    struct qb_folder *folder = pass->folder;
    struct qb_buf before = {0};
    struct qb_buf out = {0};
    struct qb_json_fault fault;
    free(file->details);
    file->details = NULL;
    bool many = pass->queue.count > DESCRIBE_MOST;
    if (!folder->options.writes || qb_oid_is_zero(&file->committed) || qb_oid_equal(&file->blob, &file->committed) ||
        (many && !strstr(qb_buf_text(text), "\"correction_reason\"")))
        return;
    struct qb_json_doc *old_doc = qb_json_doc_new();
    struct qb_json_doc *new_doc = qb_json_doc_new();
    if (qb_history_read(folder->history, &file->committed, &before, NULL) == QB_OK) {
        const struct qb_json *old_value =
            qb_json_parse(old_doc, qb_buf_text(&before), before.length, &qb_json_record_options, &fault);
        const struct qb_json *new_value =
            qb_json_parse(new_doc, qb_buf_text(text), text->length, &qb_json_record_options, &fault);
        if (old_value && new_value && !many)
            qb_trail_describe(&out, "  ", old_value, new_value);
        qb_reason_note(folder, file->path, new_value);
        if (out.length)
            file->details = qb_buf_steal(&out);
    }
    qb_json_doc_free(old_doc);
    qb_json_doc_free(new_doc);
    qb_buf_fini(&before);
    qb_buf_fini(&out);
}

static void set_own(struct qb_entry *entry, struct qb_problems *problems)
{
    if (entry->own) {
        qb_problems_fini(entry->own);
        free(entry->own);
        entry->own = NULL;
    }
    if (problems->count) {
        entry->own = qb_mem_alloc(sizeof *entry->own);
        *entry->own = *problems;
    } else {
        qb_problems_fini(problems);
    }
}

/* The text of the closed version in force, for comparison; false when there is none or it is open. */
static bool closed_text(struct qb_pass *pass, const struct qb_entry *entry, const struct qb_oid *now,
                        struct qb_buf *text)
{
    struct qb_oid used = qb_folder_oid(&entry->used);
    return entry->in_force && pass->folder->history && qb_version_frozen(entry->in_force, pass->request->as_of) &&
           !qb_oid_equal(&used, now) && qb_history_read(pass->folder->history, &used, text, NULL) == QB_OK;
}

/* Puts what was looked at into the store, judged against the version in force where that is closed. */
static void judge(struct qb_pass *pass, struct qb_look *look, struct qb_entry *entry, bool fresh)
{
    struct qb_folder *folder = pass->folder;
    struct qb_tracked *file = look->file;
    struct qb_buf closed = {0};
    const struct qb_oid *base = fresh ? base_of(file) : NULL;
    bool same = base && qb_oid_equal(base, &file->blob);
    if (base && !same && folder->history)
        adopt(folder, entry, base);
    if (look->summary.length && closed_text(pass, entry, &file->blob, &closed)) {
        struct qb_earlier earlier = {qb_buf_text(&closed), closed.length};
        look->sound = qb_check_closed(folder->checker, folder->kinds->items[entry->kind], file->path,
                                      qb_buf_text(&look->bytes), look->bytes.length, &earlier, &look->problems) &&
                      look->sound;
    }
    struct qb_version *version = NULL;
    if (look->summary.length)
        version = qb_version_of_summary(&folder->store, entry->name->id, look->summary.data, look->summary.length);
    qb_store_set_current(&folder->store, entry, version);
    entry->sound = look->sound;
    entry->blob = qb_folder_blob(&file->blob);
    if (same && version && !entry->in_force) {
        qb_store_set_in_force(&folder->store, entry, version);
        entry->used = entry->blob;
    }
    file->said_author = version ? qb_pool_string(&folder->paths, version->author) : NULL;
    set_own(entry, &look->problems);
    look->problems = (struct qb_problems){0};
    qb_buf_fini(&closed);
}

static void unread_record(struct qb_pass *pass, struct qb_tracked *file, struct qb_entry *entry, bool fresh, int code,
                          const struct qb_err *why)
{
    struct qb_problems problems = {0};
    const struct qb_oid *base = fresh ? base_of(file) : NULL;
    refuse(file, pass->folder->kinds->items[entry->kind], entry, code, why, &problems);
    if (base && pass->folder->history)
        adopt(pass->folder, entry, base);
    qb_store_set_current(&pass->folder->store, entry, NULL);
    entry->sound = false;
    set_own(entry, &problems);
    qb_link_suspect(&pass->folder->link, entry);
}

/* Changed while it was read, or gone by now: the next pass looks again. */
static void look_again(struct qb_pass *pass, const struct qb_tracked *file)
{
    qb_buf_add(&pass->result->unrest, file->path, strlen(file->path) + 1);
}

static int take_record(struct qb_pass *pass, struct qb_look *look, struct qb_err *err)
{
    struct qb_folder *folder = pass->folder;
    struct qb_tracked *file = look->file;
    struct qb_oid before = file->blob;
    bool fresh;
    if (look->result == QB_ECHANGED || look->result == QB_EABSENT) {
        look_again(pass, file);
        return QB_OK;
    }
    struct qb_entry *entry = entry_of(pass, file, &fresh);
    qb_folder_set_problems(folder, file, &(struct qb_problems){0}); /* of a time when it was no record, or deleted */
    if (look->result < 0) {
        qb_file_stat(folder->dir, file->path, &file->stat, NULL);
        file->present = true;
        unread_record(pass, file, entry, fresh, look->result, &look->why);
        return QB_OK;
    }
    file->stat = look->stat;
    file->blob = look->blob;
    int result = add_blob(pass, file, &look->bytes, err);
    if (result < 0)
        return result;
    pass->result->read++;
    if (!fresh && file->present && qb_oid_equal(&before, &file->blob) && folder->history && folder->stored &&
        entry->current)
        return QB_OK; /* touched, not changed */
    file->present = true;
    judge(pass, look, entry, fresh);
    qb_link_suspect(&folder->link, entry);
    describe(pass, file, &look->bytes);
    qb_folder_changed(folder, file);
    return QB_OK;
}

/* --- other files --- */

static void stray(const struct qb_tracked *file, struct qb_problems *problems)
{
    struct qb_problem problem = {.code = QB_PROBLEM_NO_KIND,
                                 .path = file->path,
                                 .pointer = "",
                                 .line = 1,
                                 .column = 1,
                                 .message_id = "problem.no-kind",
                                 .args = {{"found", file->path}},
                                 .arg_count = 1};
    qb_problems_add(problems, &problem);
}

static int take_other(struct qb_pass *pass, struct qb_tracked *file, struct qb_buf *bytes, struct qb_err *err)
{
    struct qb_err why = {0};
    struct qb_problems problems = {0};
    int result = read_file(pass, file, QB_MAX_ATTACHMENT, bytes, &why);
    if (result == QB_ECHANGED || result == QB_EABSENT) {
        look_again(pass, file);
        return QB_OK;
    }
    file->present = true;
    if (result < 0) {
        qb_file_stat(pass->folder->dir, file->path, &file->stat, NULL);
        refuse(file, NULL, NULL, result, &why, &problems);
    } else {
        result = add_blob(pass, file, bytes, err);
        if (result < 0)
            return result;
        pass->result->read++;
        qb_folder_changed(pass->folder, file);
    }
    if (file->class == QB_FILE_STRAY)
        stray(file, &problems);
    qb_folder_set_problems(pass->folder, file, &problems);
    return QB_OK;
}

/* A conflict copy goes into history as it came, by the officer whom its text names. */
static int take_copy(struct qb_pass *pass, struct qb_tracked *file, struct qb_buf *bytes, struct qb_err *err)
{
    struct qb_folder *folder = pass->folder;
    const struct qb_kind *kind = qb_kinds_of_path(folder->kinds, file->copy_of);
    struct qb_problems ignored = {0};
    bool sound;
    file->said_author = NULL;
    int result = take_other(pass, file, bytes, err);
    qb_copies_note(folder, file);
    if (result < 0 || !kind || file->problems)
        return result;
    struct qb_version *version = qb_check_text(folder->checker, &folder->store, kind, file->copy_of, qb_buf_text(bytes),
                                               bytes->length, NULL, &sound, &ignored);
    if (version) {
        file->said_author = qb_pool_string(&folder->paths, version->author);
        qb_version_free(version);
    }
    qb_problems_fini(&ignored);
    return QB_OK;
}

/* Somebody may have written where Q-BIS writes: publish compares what is there with what should be. What differs is
 * replaced, so it goes into history first. */
static int take_generated(struct qb_pass *pass, struct qb_tracked *file, struct qb_buf *bytes, struct qb_err *err)
{
    file->present = true;
    if (!pass->folder->options.writes)
        return QB_OK; /* nothing will be put back */
    pass->verify = true;
    struct qb_oid before = file->blob;
    if (read_file(pass, file, QB_MAX_ATTACHMENT, bytes, NULL) == QB_OK) {
        file->notice = file->notice && qb_oid_equal(&before, &file->blob);
        return add_blob(pass, file, bytes, err);
    }
    file->blob = (struct qb_oid){0};
    return QB_OK;
}

/* Settings or a kind: into history. Whether the text can be used is qb_folder_reload's question, which has to be asked
 * when it is another one than was loaded, or none that can be read. */
static int take_config(struct qb_pass *pass, struct qb_tracked *file, struct qb_buf *bytes, bool *reload,
                       struct qb_err *err)
{
    struct qb_err why = {0};
    struct qb_oid loaded = file->blob;
    int result = read_file(pass, file, QB_MAX_SETTINGS, bytes, &why);
    if (result == QB_ECHANGED || result == QB_EABSENT) {
        look_again(pass, file);
        return QB_OK;
    }
    file->present = true;
    /* a text that came back after one that could not be used is to be loaded, too */
    *reload |= result < 0 || file->problems || !qb_oid_equal(&loaded, &file->blob);
    if (result < 0) {
        qb_file_stat(pass->folder->dir, file->path, &file->stat, NULL);
        return QB_OK;
    }
    result = add_blob(pass, file, bytes, err);
    pass->result->read++;
    qb_folder_changed(pass->folder, file);
    return result;
}

int qb_intake_config(struct qb_pass *pass, bool *reload, struct qb_err *err)
{
    struct qb_buf bytes = {0};
    int result = QB_OK;
    for (size_t i = 0; i < pass->queue.count && result == QB_OK; i++) {
        struct qb_tracked *file = pass->queue.items[i];
        if (file->class == QB_FILE_SETTINGS || file->class == QB_FILE_KIND)
            result = take_config(pass, file, &bytes, reload, err);
    }
    for (size_t i = 0; i < pass->gone.count; i++)
        *reload |= pass->gone.items[i]->class == QB_FILE_KIND;
    qb_buf_fini(&bytes);
    return result;
}

/* --- what is gone --- */

/* Another file of the same record, in the store or about to be read: the record moved. */
static struct qb_tracked *successor(struct qb_pass *pass, const struct qb_entry *entry, const struct qb_map *arrivals)
{
    struct qb_tracked *file = qb_map_get_string(arrivals, entry->name->id);
    if (file && qb_kinds_of_path(pass->folder->kinds, file->path)->index == entry->kind)
        return file;
    for (const struct qb_entry *other = entry->name->entries; other; other = other->next_same_id)
        if (other != entry && other->kind == entry->kind && !other->in_force)
            return qb_folder_find(pass->folder, other->path);
    return NULL;
}

/* Puts a closed record that was deleted back as it was. Where that cannot be done now, the rest goes on. */
static bool put_back(struct qb_pass *pass, struct qb_tracked *file, struct qb_entry *entry)
{
    struct qb_folder *folder = pass->folder;
    struct qb_buf text = {0};
    struct qb_err why = {0};
    struct qb_oid used = qb_folder_oid(&entry->used);
    if (!qb_put_back_may(pass, file))
        return false;
    int result = qb_history_read(folder->history, &used, &text, &why);
    if (result == QB_OK)
        result = qb_file_replace(folder->dir, file->path, qb_buf_text(&text), text.length, NULL, &file->stat, &why);
    qb_buf_fini(&text);
    if (result < 0) {
        qb_pass_trouble(pass, &why);
        return false;
    }
    qb_folder_log(folder, "log.put-back", (struct qb_text_arg[]){{"path", file->path}}, 1);
    file->put_back = true;
    file->queued = true;
    qb_list_add(&pass->queue, file);
    pass->result->written++;
    return true;
}

static void tell_deleted(struct qb_pass *pass, struct qb_tracked *file, const struct qb_entry *entry)
{
    struct qb_problems problems = {0};
    struct qb_problem problem = {.code = QB_PROBLEM_FROZEN,
                                 .kind = pass->folder->kinds->items[entry->kind]->name,
                                 .record = entry->name->id,
                                 .path = file->path,
                                 .pointer = "",
                                 .line = 1,
                                 .column = 1,
                                 .message_id = "problem.frozen.deleted"};
    qb_problems_add(&problems, &problem);
    qb_folder_set_problems(pass->folder, file, &problems);
}

/* False when the record is closed and stays in force although its file is gone: to history it is not deleted. */
static bool leave(struct qb_pass *pass, struct qb_tracked *file, const struct qb_map *arrivals)
{
    struct qb_folder *folder = pass->folder;
    bool fresh;
    struct qb_entry *entry = entry_of(pass, file, &fresh);
    const struct qb_oid *base = base_of(file);
    if (fresh && base && folder->history)
        adopt(folder, entry, base);
    struct qb_tracked *next = successor(pass, entry, arrivals);
    if (next && entry->in_force) {
        bool unused;
        struct qb_entry *heir = entry_of(pass, next, &unused);
        struct qb_oid used = qb_folder_oid(&entry->used);
        if (!heir->in_force && folder->history)
            adopt(folder, heir, &used);
        if (!next->queued) {
            next->queued = true;
            qb_list_add(&pass->queue, next);
        }
        qb_store_set_current(&folder->store, heir, NULL); /* to be judged against what it inherits */
    } else if (entry->in_force && qb_version_frozen(entry->in_force, pass->request->as_of)) {
        bool back = folder->options.writes && put_back(pass, file, entry);
        if (!back)
            tell_deleted(pass, file, entry);
        return back;
    }
    file->said_author = NULL;
    qb_link_leave(&folder->link, entry);
    qb_store_remove(&folder->store, entry);
    return true;
}

/* Records whose content is elsewhere and which this process never saw here: in force as history has them. */
static void take_absent(struct qb_pass *pass)
{
    struct qb_folder *folder = pass->folder;
    for (size_t i = 0; i < folder->absent.count; i++) {
        struct qb_tracked *file = folder->absent.items[i];
        const struct qb_oid *base = base_of(file);
        bool fresh;
        if (file->class != QB_FILE_RECORD || file->present || !base || !folder->history)
            continue;
        struct qb_entry *entry = entry_of(pass, file, &fresh);
        if (!fresh)
            continue;
        adopt(folder, entry, base);
        qb_store_set_current(&folder->store, entry, entry->in_force);
        entry->sound = entry->in_force != NULL;
        entry->blob = entry->used;
        qb_link_suspect(&folder->link, entry);
    }
}

static void take_gone(struct qb_pass *pass)
{
    struct qb_map arrivals = {0};
    struct qb_store *store = &pass->folder->store;
    for (size_t i = 0; pass->gone.count && i < pass->queue.count; i++) {
        struct qb_tracked *file = pass->queue.items[i];
        const char *slash = strrchr(file->path, '/');
        if (file->class != QB_FILE_RECORD)
            continue;
        const char *id = qb_pool_bytes(&store->pool, slash + 1, strlen(slash + 1) - strlen(".json"));
        qb_map_put_string(&arrivals, id, file);
    }
    for (size_t i = 0; i < pass->gone.count; i++) {
        struct qb_tracked *file = pass->gone.items[i];
        file->present = false;
        file->queued = false;
        file->blob = (struct qb_oid){0};
        qb_folder_set_problems(pass->folder, file, &(struct qb_problems){0});
        if (file->class == QB_FILE_OUTPUT || file->class == QB_FILE_NOTE)
            pass->verify = true;
        bool left = file->class != QB_FILE_RECORD || leave(pass, file, &arrivals);
        if (file->class == QB_FILE_KIND)
            file->excepted = false;
        free(file->details);
        file->details = NULL;
        if (left)
            qb_folder_changed(pass->folder, file);
    }
    qb_map_fini(&arrivals);
}

/* --- all --- */

static int take(struct qb_pass *pass, struct qb_tracked *file, struct qb_buf *bytes, struct qb_err *err)
{
    switch (file->class) {
    case QB_FILE_OUTPUT:
    case QB_FILE_NOTE:
        return take_generated(pass, file, bytes, err);
    case QB_FILE_COPY:
        return take_copy(pass, file, bytes, err);
    case QB_FILE_SETTINGS:
    case QB_FILE_KIND:
        return QB_OK; /* qb_intake_config has read them */
    default:
        return take_other(pass, file, bytes, err);
    }
}

/* Records are looked at ahead of their turn, in several threads. */
static struct qb_looks *begin_looks(struct qb_pass *pass, struct qb_list *records)
{
    for (size_t i = 0; i < pass->queue.count; i++)
        if (pass->queue.items[i]->class == QB_FILE_RECORD)
            qb_list_add(records, pass->queue.items[i]);
    return qb_looks_begin(pass->folder, records->items, records->count);
}

static int take_queue(struct qb_pass *pass, struct qb_err *err)
{
    struct qb_buf bytes = {0};
    struct qb_list records = {0};
    struct qb_looks *looks = begin_looks(pass, &records);
    int result = QB_OK;
    for (size_t i = 0; i < pass->queue.count && result == QB_OK; i++) {
        struct qb_tracked *file = pass->queue.items[i];
        file->queued = false;
        if (file->class == QB_FILE_RECORD)
            result = take_record(pass, qb_looks_next(looks), err);
        else
            result = take(pass, file, &bytes, err);
        if (!(i % 512))
            qb_folder_progress(pass->folder, QB_PROGRESS_READING, i, pass->queue.count);
    }
    qb_looks_end(looks);
    free(records.items);
    qb_buf_fini(&bytes);
    return result;
}

int qb_intake(struct qb_pass *pass, struct qb_err *err)
{
    struct qb_folder *folder = pass->folder;
    folder->link.as_of = pass->request->as_of;
    take_gone(pass);
    take_absent(pass);
    int result = take_queue(pass, err);
    if (folder->stored && folder->as_of != pass->request->as_of)
        qb_link_suspect_all(&folder->link);
    if (result == QB_OK) {
        qb_folder_progress(folder, QB_PROGRESS_CHECKING, 0, 0);
        result = qb_link_decide(&folder->link, err);
    }
    folder->stored |= result == QB_OK;
    return result;
}
