/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What becomes of conflict copies (watcher/conflict says which files are some).
 *
 * A copy is taken into history like any other file, by the hand that wrote it. Only when that commit is on the disk is
 * anything done: the record is replaced by the merged one and the copy removed, and a second round of the same pass
 * takes note of it as of everybody's edits. So all three versions are in history whatever happens in between, and a
 * machine that is killed in the middle finds the copy again and does the same.
 */
#include "watcher/copies.h"

#include "core/base/limits.h"
#include "core/history/anchors.h"
#include "schema/kind_problem.h"
#include "watcher/conflict.h"
#include "watcher/dispute.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* --- which files are copies --- */

static bool exists(void *context, const char *path)
{
    const struct qb_folder *folder = context;
    struct qb_file_stat st;
    return qb_file_stat(folder->dir, path, &st, NULL) == QB_OK && S_ISREG(st.mode);
}

/* The same after a scan, which has tracked all that is there: most names are asked about in vain. */
static bool scanned(void *context, const char *path)
{
    return qb_folder_find(context, path) && exists(context, path);
}

/* The text in the folder, or of a file that is gone, the one in history. */
static bool text_of(const struct qb_folder *folder, const char *path, struct qb_buf *text)
{
    const struct qb_tracked *file = qb_folder_find(folder, path);
    if (qb_file_read(folder->dir, path, QB_MAX_RECORD, text, NULL, NULL) == QB_OK)
        return true;
    return file && folder->history && !qb_oid_is_zero(&file->committed) &&
           qb_history_read(folder->history, &file->committed, text, NULL) == QB_OK;
}

static bool record_id(void *context, const char *path, struct qb_buf *id)
{
    struct qb_buf text = {0};
    struct qb_json_fault fault;
    struct qb_json_doc *doc = qb_json_doc_new();
    const struct qb_json *value = NULL;
    qb_buf_clear(id);
    if (text_of(context, path, &text))
        value = qb_json_get(qb_json_parse(doc, qb_buf_text(&text), text.length, &qb_json_record_options, &fault), "id");
    if (qb_json_string(value))
        qb_buf_add(id, value->as.string, value->length);
    bool found = qb_json_string(value) != NULL;
    qb_json_doc_free(doc);
    qb_buf_fini(&text);
    return found;
}

char *qb_copies_original(struct qb_folder *folder, const char *path)
{
    struct qb_conflict_sight sight = {exists, record_id, folder};
    return qb_conflict_original(path, &sight, NULL);
}

static void sort_file(struct qb_folder *folder, struct qb_tracked *file)
{
    struct qb_conflict_sight sight = {scanned, record_id, folder};
    char *original = qb_conflict_original(file->path, &sight, NULL);
    if (!original) {
        if (file->class == QB_FILE_COPY)
            qb_folder_classify(folder, file);
        return;
    }
    struct qb_entry *entry = qb_store_find(&folder->store, file->path);
    if (entry) { /* it passed for a record until its original came */
        qb_link_leave(&folder->link, entry);
        qb_store_remove(&folder->store, entry);
    }
    file->class = QB_FILE_COPY;
    file->copy_of = qb_pool_string(&folder->paths, original);
    free(original);
}

static bool concerned(const struct qb_list *list, const struct qb_tracked *copy)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i] == copy || list->items[i]->path == copy->copy_of)
            return true;
    return false;
}

static void queue(struct qb_pass *pass, struct qb_tracked *file)
{
    file->queued = true;
    qb_list_add(&pass->queue, file);
}

/* Whether a record came into the folder, or one went, of which another file may now be (or no longer be) a copy. */
static bool records_came(const struct qb_pass *pass)
{
    for (size_t i = 0; i < pass->queue.count; i++)
        if (!pass->queue.items[i]->present && pass->queue.items[i]->class == QB_FILE_RECORD)
            return true;
    return false;
}

/* A name that alone proves nothing is that of a record with a wrong name until its original comes. */
static void sort_invalid(struct qb_pass *pass)
{
    struct qb_folder *folder = pass->folder;
    const struct qb_entries *invalid = &folder->link.invalid;
    struct qb_list found = {0};
    for (uint32_t i = 0; i < invalid->count; i++) {
        struct qb_tracked *file = qb_folder_find(folder, invalid->items[i]->path);
        if (!file || !file->present || file->queued)
            continue;
        char *original = qb_copies_original(folder, file->path);
        if (original)
            qb_list_add(&found, file);
        free(original);
    }
    for (size_t i = 0; i < found.count; i++) {
        sort_file(folder, found.items[i]);
        queue(pass, found.items[i]);
    }
    free(found.items);
}

/* And becomes one again when its original goes. */
static void sort_copies(struct qb_pass *pass)
{
    const struct qb_list *copies = &pass->folder->copies;
    for (size_t i = 0; i < copies->count; i++) {
        struct qb_tracked *copy = copies->items[i];
        if (copy->class != QB_FILE_COPY || !copy->present || copy->queued || !concerned(&pass->gone, copy))
            continue;
        sort_file(pass->folder, copy);
        if (copy->class != QB_FILE_COPY)
            queue(pass, copy);
    }
}

void qb_copies_sort(struct qb_pass *pass)
{
    for (size_t i = 0; i < pass->queue.count; i++)
        sort_file(pass->folder, pass->queue.items[i]);
    for (size_t i = 0; i < pass->gone.count; i++)
        sort_file(pass->folder, pass->gone.items[i]);
    if (pass->folder->stored && records_came(pass))
        sort_invalid(pass);
    if (pass->gone.count)
        sort_copies(pass);
}

void qb_copies_note(struct qb_folder *folder, struct qb_tracked *file)
{
    for (size_t i = 0; i < folder->copies.count; i++)
        if (folder->copies.items[i] == file)
            return;
    qb_list_add(&folder->copies, file);
}

/* --- one copy of a record --- */

/* What the pass says about a copy that it cannot merge. */
struct conflict {
    struct qb_pass *pass;
    struct qb_tracked *copy;
    const struct qb_dispute *dispute; /* NULL unless it is the copy of a record */
    struct qb_problems problems;
};

/* Tells something about the copy. */
static void tell(struct conflict *conflict, const char *message_id, const char *pointer, const struct qb_text_arg *args,
                 size_t count)
{
    const char *original = conflict->copy->copy_of;
    const char *slash = strrchr(original, '/');
    const struct qb_dispute *dispute = conflict->dispute;
    struct qb_buf name = {0};
    struct qb_problem problem = {.code = QB_PROBLEM_CONFLICT,
                                 .path = conflict->copy->path,
                                 .pointer = pointer,
                                 .line = 1,
                                 .column = 1,
                                 .message_id = message_id,
                                 .arg_count = count + 2};
    if (dispute) {
        qb_buf_add(&name, slash + 1, strlen(slash + 1) - strlen(".json"));
        problem.kind = dispute->kind->name;
        problem.record = qb_buf_text(&name);
    } else {
        qb_buf_add_string(&name, original);
    }
    problem.args[0] = (struct qb_text_arg){"original", original};
    problem.args[1] = (struct qb_text_arg){"name", qb_buf_text(&name)};
    for (size_t i = 0; i < count; i++)
        problem.args[i + 2] = args[i];
    if (dispute)
        qb_kind_name(&problem, conflict->pass->folder->kinds, dispute->kind);
    if (*pointer)
        qb_json_locate(qb_buf_text(&dispute->theirs.text), dispute->theirs.text.length, pointer, false, &problem.line,
                       &problem.column);
    qb_problems_add(&conflict->problems, &problem);
    qb_buf_fini(&name);
}

/* --- the decision --- */

/* Who recorded what the copy says and, where the client put it into the name, on which day. */
static void add_their_author(struct qb_buf *out, const struct qb_dispute *dispute)
{
    char day[QB_DATE_SIZE];
    const struct qb_tracked *copy = dispute->theirs.file;
    qb_buf_add_string(out, qb_dispute_author(dispute, &dispute->theirs));
    if (qb_conflict_day(copy->path, copy->copy_of, day))
        qb_buf_addf(out, ", %s", day);
}

static void tell_contradictions(struct conflict *conflict)
{
    const struct qb_dispute *dispute = conflict->dispute;
    const struct qb_merge *merge = &dispute->merge;
    struct qb_buf their_author = {0};
    add_their_author(&their_author, dispute);
    if (!dispute->base)
        tell(conflict, "problem.conflict.unrelated", "", NULL, 0);
    for (size_t i = 0; i < merge->contradiction_count && i < QB_MAX_FILE_PROBLEMS; i++) {
        const struct qb_merge_contradiction *found = &merge->contradictions[i];
        char *ours = qb_dispute_shown(found->ours);
        char *theirs = qb_dispute_shown(found->theirs);
        tell(conflict, "problem.conflict", found->theirs ? found->pointer : "",
             (struct qb_text_arg[]){{"property", *found->pointer ? found->pointer + 1 : ""},
                                    {"ours", ours},
                                    {"theirs", theirs},
                                    {"our_author", qb_dispute_author(dispute, &dispute->ours)},
                                    {"their_author", qb_buf_text(&their_author)}},
             5);
        free(ours);
        free(theirs);
    }
    qb_buf_fini(&their_author);
}

/* Takes the text. */
static void plan(struct qb_pass *pass, struct qb_tracked *copy, struct qb_tracked *original, struct qb_buf *text)
{
    QB_MEM_GROW(pass->plans, pass->plan_count, pass->plan_capacity);
    pass->plans[pass->plan_count++] = (struct qb_copy_plan){.copy = copy, .original = original, .text = *text};
    *text = (struct qb_buf){0};
}

static void merge_record(struct conflict *conflict, struct qb_dispute *dispute)
{
    struct qb_buf text = {0};
    qb_dispute_merge(dispute, NULL, NULL);
    qb_dispute_write(dispute, &text);
    bool nothing_new = qb_json_equal(dispute->merge.value, dispute->ours.value);
    if (dispute->merge.contradiction_count)
        tell_contradictions(conflict);
    else if (!nothing_new && !qb_dispute_fits(dispute, &text))
        tell(conflict, "problem.conflict.invalid", "", NULL, 0);
    else if (conflict->pass->folder->options.writes)
        plan(conflict->pass, conflict->copy, dispute->ours.file, &text);
    qb_buf_fini(&text);
}

static int decide_record(struct conflict *conflict, struct qb_err *err)
{
    static const char *const messages[] = {
        [QB_DISPUTE_DELETED] = "problem.conflict.deleted",
        [QB_DISPUTE_BROKEN] = "problem.conflict.broken",
        [QB_DISPUTE_UNREADABLE] = "problem.conflict.unreadable",
    };
    struct qb_pass *pass = conflict->pass;
    struct qb_dispute *dispute;
    int result = qb_dispute_open(&dispute, pass->folder, conflict->copy, pass->request->as_of, NULL, err);
    conflict->dispute = dispute;
    if (result == QB_OK && dispute->state == QB_DISPUTE_OPEN)
        merge_record(conflict, dispute);
    else if (result == QB_OK && dispute->state == QB_DISPUTE_MOVING)
        qb_buf_add(&pass->result->unrest, conflict->copy->path, strlen(conflict->copy->path) + 1);
    else if (result == QB_OK)
        tell(conflict, messages[dispute->state], "", NULL, 0);
    qb_dispute_free(dispute);
    conflict->dispute = NULL;
    return result;
}

/* Machines only ever add lines, so all of both are kept. */
static void unite_anchors(struct qb_pass *pass, struct qb_tracked *copy, struct qb_tracked *original)
{
    struct qb_buf text = {0};
    struct qb_buf other = {0};
    int dir = pass->folder->dir;
    if (qb_file_read(dir, original->path, QB_MAX_ATTACHMENT, &text, NULL, NULL) == QB_OK &&
        qb_file_read(dir, copy->path, QB_MAX_ATTACHMENT, &other, NULL, NULL) == QB_OK) {
        qb_anchors_unite(&text, qb_buf_text(&other), other.length);
        plan(pass, copy, original, &text);
    }
    qb_buf_fini(&text);
    qb_buf_fini(&other);
}

static int decide(struct qb_pass *pass, struct qb_tracked *copy, struct qb_err *err)
{
    struct qb_folder *folder = pass->folder;
    struct qb_tracked *original = qb_folder_track(folder, copy->copy_of);
    struct conflict conflict = {.pass = pass, .copy = copy};
    int result = QB_OK;
    if (original->class == QB_FILE_RECORD) {
        result = decide_record(&conflict, err);
    } else if (original->class == QB_FILE_ANCHORS) {
        if (folder->options.writes)
            unite_anchors(pass, copy, original);
    } else if (original->class == QB_FILE_OUTPUT || original->class == QB_FILE_NOTE) {
        if (folder->options.writes)
            plan(pass, copy, NULL, &(struct qb_buf){0});
    } else {
        bool config = original->class == QB_FILE_SETTINGS || original->class == QB_FILE_KIND;
        tell(&conflict, config ? "problem.conflict.config" : "problem.conflict.file", "", NULL, 0);
    }
    qb_folder_set_problems(folder, copy, &conflict.problems);
    return result;
}

/* One plan for a record at a time: what it makes is what the next copy is merged with. */
static bool planned(const struct qb_pass *pass, const char *original)
{
    for (size_t i = 0; i < pass->plan_count; i++)
        if (pass->plans[i].original && pass->plans[i].original->path == original)
            return true;
    return false;
}

int qb_copies_decide(struct qb_pass *pass, struct qb_err *err)
{
    struct qb_list *copies = &pass->folder->copies;
    size_t kept = 0;
    int result = QB_OK;
    for (size_t i = 0; i < copies->count; i++) {
        struct qb_tracked *copy = copies->items[i];
        if (copy->class != QB_FILE_COPY || !copy->present)
            continue;
        copies->items[kept++] = copy;
        bool look = !qb_oid_is_zero(&copy->blob) && (concerned(&pass->queue, copy) || concerned(&pass->gone, copy));
        if (result == QB_OK && look && !planned(pass, copy->copy_of))
            result = decide(pass, copy, err);
    }
    copies->count = kept;
    return result;
}

/* --- doing it --- */

static bool unchanged(const struct qb_folder *folder, const struct qb_tracked *file)
{
    struct qb_file_stat st;
    return qb_file_stat(folder->dir, file->path, &st, NULL) == QB_OK && qb_file_stat_equal(&st, &file->stat);
}

/* Puts the merged text in the record's place, unless somebody has written the record or the copy by the time that it
 * is on the disk: bringing it there takes long enough for a sync client, and what it brought would be lost unseen. */
static int write_merged(struct qb_folder *folder, const struct qb_copy_plan *plan, bool *written, struct qb_err *err)
{
    const char *path = plan->original->path;
    const char *text = qb_buf_text(&plan->text);
    struct qb_file_writer writer;
    if (qb_file_holds(folder->dir, path, text, plan->text.length, NULL))
        return QB_OK;
    int result = qb_file_writer_init(&writer, folder->dir, path, err);
    if (result == QB_OK) {
        qb_file_writer_add(&writer, text, plan->text.length);
        qb_file_writer_sync(&writer);
        bool same = unchanged(folder, plan->copy) && unchanged(folder, plan->original);
        result = same ? qb_file_writer_commit(&writer, err) : QB_ECHANGED;
    }
    *written = result == QB_OK;
    qb_file_writer_fini(&writer);
    return result;
}

static int carry_out(struct qb_pass *pass, struct qb_copy_plan *plan, struct qb_err *err)
{
    struct qb_folder *folder = pass->folder;
    struct qb_tracked *copy = plan->copy;
    struct qb_tracked *original = plan->original;
    struct qb_buf said = {0};
    bool written = false;
    int result = QB_OK;
    if (!unchanged(folder, copy) || (original && !unchanged(folder, original)))
        return QB_OK; /* somebody is at work there: the next pass decides anew */
    if (original)
        result = write_merged(folder, plan, &written, err);
    if (result == QB_ECHANGED || (result == QB_OK && !unchanged(folder, copy)))
        return QB_OK; /* the same */
    if (result == QB_OK)
        result = qb_file_remove(folder->dir, copy->path, err);
    if (result < 0)
        return result;
    pass->result->written++;
    qb_folder_log(folder, original ? written ? "log.merged" : "log.copy-old" : "log.copy-of-output",
                  (struct qb_text_arg[]){{"path", copy->copy_of}, {"copy", copy->path}}, 2);
    if (written) {
        qb_buf_addf(&said, "  merged from it and from %s%s%s%s\n", copy->path, copy->said_author ? " (" : "",
                    copy->said_author ? copy->said_author : "", copy->said_author ? ")" : "");
        free(original->merged);
        original->merged = qb_buf_steal(&said);
    }
    return QB_OK;
}

void qb_copies_apply(struct qb_pass *pass, struct qb_buf *paths)
{
    for (size_t i = 0; i < pass->plan_count; i++) {
        struct qb_copy_plan *plan = &pass->plans[i];
        struct qb_err why = {0};
        if (carry_out(pass, plan, &why) < 0) {
            qb_pass_trouble(pass, &why);
        } else {
            qb_buf_add(paths, plan->copy->path, strlen(plan->copy->path) + 1);
            if (plan->original)
                qb_buf_add(paths, plan->original->path, strlen(plan->original->path) + 1);
        }
    }
    qb_copies_drop(pass);
}

void qb_copies_drop(struct qb_pass *pass)
{
    for (size_t i = 0; i < pass->plan_count; i++)
        qb_buf_fini(&pass->plans[i].text);
    free(pass->plans);
    pass->plans = NULL;
    pass->plan_count = pass->plan_capacity = 0;
}
