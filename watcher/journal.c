/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Puts a pass into history: one commit for each author, the generated files in the last one. Who wrote a record is what
 * the record says (x-qbis-author); what says nothing (settings, scans, deletions, texts that are no JSON) is Q-BIS's
 * own commit, which comes first.
 */
#include "watcher/folder.h"

#include "core/base/limits.h"
#include "core/base/utf8.h"
#include "core/history/crypto.h"
#include "watcher/anchor.h"
#include "watcher/reason.h"

#include <stdlib.h>
#include <string.h>

#define SELF_NAME "Q-BIS"
#define SELF_EMAIL "q-bis@localhost"

/* What a commit is about, in the order of the commits of one pass. What somebody did to files that Q-BIS puts back
 * comes first, so that history holds what really was there. */
enum purpose {
    EDITED,   /* what was written into outputs, before they were put back */
    LOST,     /* closed records that were deleted */
    PUT_BACK, /* and are there again */
    CHANGED,
};

/* The commits of one pass. */
struct batch {
    const char *author; /* officer id, NULL: Q-BIS */
    enum purpose purpose;
    int64_t when_ns; /* the newest change */
    struct qb_list files;
    struct qb_list generated;
    struct qb_buf message;
    struct qb_history_change *changes;
};

struct journal {
    struct qb_pass *pass;
    struct batch *batches;
    size_t count;
    size_t capacity;
};

static bool generated(const struct qb_tracked *file)
{
    return file->class == QB_FILE_OUTPUT || file->class == QB_FILE_NOTE || file->class == QB_FILE_ANCHORS;
}

static bool removed(const struct qb_tracked *file)
{
    return qb_oid_is_zero(&file->blob);
}

/* The officer's record in force, or NULL. */
static const struct qb_officer *officer(const struct qb_folder *folder, const char *id)
{
    const struct qb_kind *kind = qb_kinds_of_role(folder->kinds, QB_ROLE_OFFICER);
    const struct qb_name *name = id ? qb_store_find_name(&folder->store, id) : NULL;
    const struct qb_version *version = name ? qb_store_in_force(name, kind->index) : NULL;
    return version && version->as.officer.name ? &version->as.officer : NULL;
}

static struct batch *batch_of(struct journal *journal, enum purpose purpose, const char *author)
{
    for (size_t i = 0; i < journal->count; i++)
        if (journal->batches[i].purpose == purpose && journal->batches[i].author == author)
            return &journal->batches[i];
    QB_MEM_GROW(journal->batches, journal->count, journal->capacity);
    struct batch *batch = &journal->batches[journal->count++];
    *batch = (struct batch){.author = author, .purpose = purpose};
    return batch;
}

static int by_author(const void *a, const void *b)
{
    const struct batch *x = a;
    const struct batch *y = b;
    if (x->purpose != y->purpose)
        return (int)x->purpose - (int)y->purpose;
    if (!x->author || !y->author)
        return (x->author != NULL) - (y->author != NULL);
    return strcmp(x->author, y->author);
}

static int by_path(const void *a, const void *b)
{
    return strcmp((*(struct qb_tracked *const *)a)->path, (*(struct qb_tracked *const *)b)->path);
}

static void sort_list(struct qb_list *list)
{
    if (list->count)
        qsort(list->items, list->count, sizeof *list->items, by_path);
}

/* The first commit of a pass that put outputs back. */
static void keep_edited(struct journal *journal)
{
    struct qb_folder *folder = journal->pass->folder;
    const struct qb_list *changed = &folder->changed;
    struct batch kept = {.purpose = EDITED};
    struct qb_buf bytes = {0};
    for (size_t i = 0; i < changed->count; i++) {
        struct qb_tracked *file = changed->items[i];
        if (qb_oid_is_zero(&file->edited))
            continue;
        /* a pass that failed half-way may have lost it with its pack */
        if (qb_history_read(folder->history, &file->edited, &bytes, NULL) == QB_OK)
            qb_list_add(&kept.files, file);
        else
            qb_folder_log(folder, "log.edit-lost", (struct qb_text_arg[]){{"path", file->path}}, 1);
    }
    qb_buf_fini(&bytes);
    if (!kept.files.count)
        return;
    QB_MEM_GROW(journal->batches, journal->count, journal->capacity);
    journal->batches[journal->count++] = kept;
}

/* Closed records that were deleted and put back: both are told, though the folder ends as it was. */
static void keep_put_back(struct journal *journal)
{
    const struct qb_list *changed = &journal->pass->folder->changed;
    for (size_t i = 0; i < changed->count; i++) {
        struct qb_tracked *file = changed->items[i];
        if (!file->put_back || removed(file) || qb_oid_is_zero(&file->committed))
            continue;
        qb_list_add(&batch_of(journal, LOST, NULL)->files, file);
        qb_list_add(&batch_of(journal, PUT_BACK, NULL)->files, file);
    }
}

/* Authors in the order of their ids, each with its files in the order of their paths. */
static void divide(struct journal *journal)
{
    struct qb_folder *folder = journal->pass->folder;
    struct qb_list rest = {0};
    for (size_t i = 0; i < folder->changed.count; i++) {
        struct qb_tracked *file = folder->changed.items[i];
        if (generated(file)) {
            qb_list_add(&rest, file);
            continue;
        }
        if (file->put_back && qb_oid_equal(&file->blob, &file->committed))
            continue;
        const struct qb_officer *who = officer(folder, removed(file) || file->merged ? NULL : file->said_author);
        struct batch *batch = batch_of(journal, CHANGED, who ? who->id : NULL);
        qb_list_add(&batch->files, file);
        if (!removed(file) && file->stat.mtime_ns > batch->when_ns)
            batch->when_ns = file->stat.mtime_ns;
    }
    keep_put_back(journal);
    if (!journal->count && rest.count)
        batch_of(journal, CHANGED, NULL);
    keep_edited(journal);
    if (journal->count) {
        qsort(journal->batches, journal->count, sizeof *journal->batches, by_author);
        journal->batches[journal->count - 1].generated = rest;
    } else {
        free(rest.items);
    }
    for (size_t i = 0; i < journal->count; i++) {
        sort_list(&journal->batches[i].files);
        sort_list(&journal->batches[i].generated);
    }
}

/* --- messages --- */

/* A name in a message: control characters would tear the lines apart, and a message is UTF-8. */
static void add_safe(struct qb_buf *out, const char *text)
{
    size_t length = strlen(text);
    for (size_t at = 0; at < length;) {
        uint32_t point = 0;
        size_t size = qb_utf8_decode(text + at, length - at, &point);
        if (!size || point < 0x20 || point == 0x7F)
            qb_buf_addf(out, "\\x%02x", (unsigned)(unsigned char)text[at]);
        else
            qb_buf_add(out, text + at, size);
        at += size ? size : 1;
    }
}

static void add_what(const struct qb_folder *folder, struct qb_buf *out, const struct qb_tracked *file)
{
    const struct qb_kind *kind = file->class == QB_FILE_RECORD ? qb_kinds_of_path(folder->kinds, file->path) : NULL;
    const char *slash = strrchr(file->path, '/');
    const char *base = slash ? slash + 1 : file->path;
    if (kind) {
        struct qb_buf id = {0};
        qb_buf_add(&id, base, strlen(base) - strlen(".json"));
        qb_buf_addf(out, "%s ", kind->name);
        add_safe(out, qb_buf_text(&id));
        qb_buf_fini(&id);
    } else {
        add_safe(out, file->path);
    }
}

static const char *verb_of(const struct batch *batch, const struct qb_tracked *file)
{
    return batch->purpose == EDITED           ? "Keep what was written into"
           : batch->purpose == PUT_BACK       ? "Put back"
           : batch->purpose == LOST           ? "Delete"
           : removed(file)                    ? "Delete"
           : file->restored                   ? "Restore"
           : file->merged                     ? "Merge"
           : qb_oid_is_zero(&file->committed) ? "Add"
                                              : "Change";
}

/* The merged record, where all that happened is that its copy was merged into it; else NULL. */
static const struct qb_tracked *only_merged(const struct qb_list *files)
{
    const struct qb_tracked *merged = NULL;
    for (size_t i = 0; i < files->count; i++) {
        const struct qb_tracked *file = files->items[i];
        if (file->merged && !file->restored && !merged)
            merged = file;
        else if (file->class != QB_FILE_COPY || !removed(file))
            return NULL;
    }
    return merged;
}

/* Of a commit without other files than generated ones: what somebody wrote into was put back, or it is a new day. */
static void write_generated_subject(const struct qb_folder *folder, struct batch *batch)
{
    const struct qb_tracked *first = NULL;
    char day[QB_DATE_SIZE];
    size_t count = 0;
    for (size_t i = 0; i < batch->generated.count; i++) {
        const struct qb_tracked *file = batch->generated.items[i];
        if (qb_oid_is_zero(&file->edited))
            continue;
        first = first ? first : file;
        count++;
    }
    if (count == 1) {
        qb_buf_add_string(&batch->message, "Put back ");
        add_safe(&batch->message, first->path);
        qb_buf_add_char(&batch->message, '\n');
    } else if (count) {
        qb_buf_addf(&batch->message, "Put back %zu generated files\n", count);
    } else if (batch->generated.count == 1 && batch->generated.items[0]->class == QB_FILE_ANCHORS) {
        qb_buf_add_string(&batch->message, "Take the anchors of other machines\n");
    } else {
        qb_buf_addf(&batch->message, "Update the schedule to %s\n", qb_date_format(folder->as_of, day));
    }
}

static void write_subject(const struct qb_folder *folder, struct batch *batch)
{
    struct qb_buf *out = &batch->message;
    const struct qb_list *files = &batch->files;
    if (!files->count) {
        write_generated_subject(folder, batch);
        return;
    }
    const char *verb = verb_of(batch, files->items[0]);
    const struct qb_tracked *merged = only_merged(files);
    bool records = true;
    if (merged) {
        qb_buf_add_string(out, "Merge ");
        add_what(folder, out, merged);
        qb_buf_add_string(out, " with its conflict copy\n");
        return;
    }
    for (size_t i = 0; i < files->count; i++) {
        verb = strcmp(verb, verb_of(batch, files->items[i])) ? "Change" : verb;
        records &= files->items[i]->class == QB_FILE_RECORD;
    }
    qb_buf_addf(out, "%s ", verb);
    if (files->count == 1)
        add_what(folder, out, files->items[0]);
    else
        qb_buf_addf(out, "%zu %s", files->count,
                    batch->purpose == EDITED ? "generated files"
                    : records                ? "records"
                                             : "files");
    qb_buf_add_char(out, '\n');
}

/* What befell a record that is neither its author's nor an ordinary change. */
static const char *note_of(const struct batch *batch)
{
    return batch->purpose == LOST       ? "  though it is closed\n"
           : batch->purpose == PUT_BACK ? "  as it was: it is closed, and no correction_reason says why it should go\n"
                                        : NULL;
}

static void write_details(const struct qb_folder *folder, struct batch *batch)
{
    bool several = batch->files.count > 1;
    bool open = false;
    const char *note = note_of(batch);
    if (batch->purpose == EDITED)
        return;
    for (size_t i = 0; i < batch->files.count; i++) {
        const struct qb_tracked *file = batch->files.items[i];
        const char *merged = note ? note : file->merged;
        const char *details = note ? NULL : file->details;
        if (!details && !merged && !(several && batch->files.count <= QB_MAX_DESCRIBED))
            continue;
        qb_buf_add_string(&batch->message, open ? "" : "\n");
        open = true;
        qb_buf_addf(&batch->message, "%s ", verb_of(batch, file));
        add_what(folder, &batch->message, file);
        qb_buf_add_string(&batch->message, details || merged ? ":\n" : "\n");
        if (merged)
            qb_buf_add_string(&batch->message, merged);
        if (details)
            qb_buf_add_string(&batch->message, details);
    }
}

/* A trailer with the reason of a record's change, in its own words but in one line. */
static void write_reason(const struct qb_folder *folder, struct qb_buf *out, const struct qb_tracked *file)
{
    const char *reason = qb_reason_of(folder, file->path);
    if (!reason)
        return;
    qb_buf_add_string(out, "Reason: ");
    add_what(folder, out, file);
    qb_buf_add_string(out, ": ");
    add_safe(out, reason);
    qb_buf_add_char(out, '\n');
}

/* A scan or photo with the SHA-256 of its bytes: what `qbis audit` holds it against (docs/guide.md). */
static void write_attachment(const struct qb_folder *folder, struct qb_buf *out, const struct qb_tracked *file)
{
    unsigned char digest[QB_SHA256_SIZE];
    struct qb_buf bytes = {0};
    if (strncmp(file->path, "attachments/", 12) || removed(file) ||
        qb_history_read(folder->history, &file->blob, &bytes, NULL) < 0)
        return;
    qb_crypto_sha256(qb_buf_text(&bytes), bytes.length, digest);
    qb_buf_add_string(out, "Attachment: ");
    for (size_t i = 0; i < sizeof digest; i++)
        qb_buf_addf(out, "%02x", digest[i]);
    qb_buf_add_char(out, ' ');
    add_safe(out, file->path);
    qb_buf_add_char(out, '\n');
    qb_buf_fini(&bytes);
}

static void write_trailers(const struct qb_folder *folder, struct batch *batch)
{
    struct qb_buf *out = &batch->message;
    char day[QB_DATE_SIZE];
    qb_buf_add_char(out, '\n');
    for (size_t i = 0; i < batch->files.count; i++) {
        const struct qb_tracked *file = batch->files.items[i];
        if (file->class == QB_FILE_RECORD) {
            qb_buf_add_string(out, "Record: ");
            add_safe(out, file->path);
            qb_buf_add_char(out, '\n');
        }
        write_attachment(folder, out, file);
    }
    for (size_t i = 0; i < batch->files.count && batch->purpose == CHANGED; i++)
        write_reason(folder, out, batch->files.items[i]);
    qb_buf_addf(out, "Problems: %zu\n", folder->problems.count);
    qb_buf_addf(out, "As-of: %s\n", qb_date_format(folder->as_of, day));
}

/* --- commits --- */

/* The version of a file that the commit holds; zero removes it. `list` is 0 for the files it is about. */
static struct qb_oid version_in(const struct batch *batch, size_t list, const struct qb_tracked *file)
{
    static const struct qb_oid none;
    return list || batch->purpose >= PUT_BACK ? file->blob : batch->purpose == LOST ? none : file->edited;
}

static void fill_changes(struct batch *batch, size_t *count)
{
    const struct qb_list *lists[] = {&batch->files, &batch->generated};
    batch->changes = qb_mem_array(batch->files.count + batch->generated.count, sizeof *batch->changes);
    *count = 0;
    for (size_t i = 0; i < 2; i++)
        for (size_t j = 0; j < lists[i]->count; j++)
            batch->changes[(*count)++] = (struct qb_history_change){.path = lists[i]->items[j]->path,
                                                                    .blob = version_in(batch, i, lists[i]->items[j])};
}

static struct qb_history_person self(const struct qb_pass *pass)
{
    return (struct qb_history_person){.name = SELF_NAME,
                                      .email = SELF_EMAIL,
                                      .when = pass->request->now,
                                      .offset_minutes = pass->folder->settings.offset_minutes};
}

static struct qb_history_person author_of(const struct qb_pass *pass, const struct batch *batch)
{
    struct qb_history_person person = self(pass);
    const struct qb_officer *who = officer(pass->folder, batch->author);
    int64_t when = batch->when_ns / 1000000000;
    if (batch->files.count && when && when < person.when)
        person.when = when; /* never later than now */
    if (who) {
        person.name = who->name;
        person.email = who->email ? who->email : "";
    }
    return person;
}

static int commit_all(struct journal *journal, struct qb_err *err)
{
    struct qb_pass *pass = journal->pass;
    struct qb_history_commit *commits = qb_mem_array(journal->count, sizeof *commits);
    struct qb_history_person committer = self(pass);
    for (size_t i = 0; i < journal->count; i++) {
        struct batch *batch = &journal->batches[i];
        write_subject(pass->folder, batch);
        write_details(pass->folder, batch);
        write_trailers(pass->folder, batch);
        fill_changes(batch, &commits[i].change_count);
        commits[i].changes = batch->changes;
        commits[i].author = author_of(pass, batch);
        commits[i].message = qb_buf_text(&batch->message);
    }
    int result = qb_history_commit(pass->folder->history, commits, journal->count, &committer, err);
    free(commits);
    return result;
}

static void settle(struct qb_folder *folder)
{
    for (size_t i = 0; i < folder->changed.count; i++) {
        struct qb_tracked *file = folder->changed.items[i];
        file->committed = file->blob;
        file->edited = (struct qb_oid){0};
        file->changed = file->put_back = false;
        free(file->details);
        free(file->merged);
        file->details = file->merged = NULL;
    }
    folder->changed.count = 0;
    qb_reasons_clear(folder);
}

/* What changed back before it was committed needs no commit. */
static void drop_unchanged(struct qb_folder *folder)
{
    size_t kept = 0;
    for (size_t i = 0; i < folder->changed.count; i++) {
        struct qb_tracked *file = folder->changed.items[i];
        file->changed =
            !qb_oid_equal(&file->blob, &file->committed) || !qb_oid_is_zero(&file->edited) || file->put_back;
        if (file->changed)
            folder->changed.items[kept++] = file;
    }
    folder->changed.count = kept;
}

/* --- exceptions --- */

static int by_change_path(const void *a, const void *b)
{
    return strcmp(((const struct qb_history_change *)a)->path, ((const struct qb_history_change *)b)->path);
}

/* The exceptions as they are now. The array is the caller's. */
static struct qb_history_change *exceptions_now(struct qb_folder *folder, size_t *count)
{
    const struct qb_entries *invalid = &folder->link.invalid;
    struct qb_history_change *list =
        qb_mem_array(invalid->count + folder->odd.count + folder->exception_count + 1, sizeof *list);
    size_t filled = 0;
    for (uint32_t i = 0; i < invalid->count; i++) {
        const struct qb_entry *entry = invalid->items[i];
        struct qb_oid used = qb_folder_oid(&entry->used);
        list[filled++] =
            (struct qb_history_change){.path = entry->path, .blob = entry->in_force ? used : qb_oid_empty_blob};
    }
    for (size_t i = 0; i < folder->odd.count; i++) {
        const struct qb_tracked *file = folder->odd.items[i];
        bool config = file->class == QB_FILE_SETTINGS || file->class == QB_FILE_KIND;
        if (config && file->excepted)
            list[filled++] = (struct qb_history_change){.path = file->path, .blob = file->exception};
    }
    qsort(list, filled, sizeof *list, by_change_path);
    *count = filled;
    return list;
}

static bool same_exceptions(const struct qb_history_change *a, size_t a_count, const struct qb_history_change *b,
                            size_t b_count)
{
    if (a_count != b_count)
        return false;
    for (size_t i = 0; i < a_count; i++)
        if (strcmp(a[i].path, b[i].path) || !qb_oid_equal(&a[i].blob, &b[i].blob))
            return false;
    return true;
}

/* Adds those earlier exceptions that are no longer: they stay until the commit that ends them is in place. */
static size_t unite(const struct qb_folder *folder, struct qb_history_change *list, size_t count)
{
    size_t all = count;
    for (size_t i = 0; i < folder->exception_count; i++)
        if (!count || !bsearch(&folder->exceptions[i], list, count, sizeof *list, by_change_path))
            list[all++] = folder->exceptions[i];
    qsort(list, all, sizeof *list, by_change_path);
    return all;
}

/* Keeps the set that is now stored, with interned paths, and what each tracked file knows of it. */
static void keep_exceptions(struct qb_folder *folder, const struct qb_history_change *list, size_t count)
{
    for (size_t i = 0; i < folder->exception_count; i++) {
        struct qb_tracked *file = qb_folder_find(folder, folder->exceptions[i].path);
        if (file)
            file->excepted = false;
    }
    free(folder->exceptions);
    folder->exceptions = qb_mem_array(count, sizeof *list);
    folder->exception_count = count;
    for (size_t i = 0; i < count; i++) {
        struct qb_tracked *file = qb_folder_track(folder, list[i].path);
        file->excepted = true;
        file->exception = list[i].blob;
        folder->exceptions[i] = (struct qb_history_change){.path = file->path, .blob = list[i].blob};
    }
}

int qb_journal(struct qb_pass *pass, struct qb_err *err)
{
    struct qb_folder *folder = pass->folder;
    struct journal journal = {.pass = pass};
    size_t count;
    struct qb_history_change *now = exceptions_now(folder, &count);
    bool same = same_exceptions(now, count, folder->exceptions, folder->exception_count);
    int result = QB_OK;
    drop_unchanged(folder);
    qb_anchor_pass(pass);
    drop_unchanged(folder); /* its lines may be back */
    if (!same) {
        struct qb_history_change *both = qb_mem_array(count + folder->exception_count + 1, sizeof *both);
        if (count)
            memcpy(both, now, count * sizeof *both);
        result = qb_history_set_exceptions(folder->history, both, unite(folder, both, count), err);
        free(both);
    }
    if (result == QB_OK && folder->changed.count) {
        qb_folder_progress(folder, QB_PROGRESS_HISTORY, 0, 0);
        qb_marks_recognise(folder);
        divide(&journal);
        result = commit_all(&journal, err);
    }
    if (result == QB_OK) {
        pass->result->commits += journal.count;
        qb_marks_done(folder);
        settle(folder);
        if (!same)
            result = qb_history_set_exceptions(folder->history, now, count, err);
        if (!same && result == QB_OK)
            keep_exceptions(folder, now, count);
    }
    for (size_t i = 0; i < journal.count; i++) {
        free(journal.batches[i].files.items);
        free(journal.batches[i].generated.items);
        free(journal.batches[i].changes);
        qb_buf_fini(&journal.batches[i].message);
    }
    free(journal.batches);
    free(now);
    return result;
}
