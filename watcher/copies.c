/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What becomes of conflict copies (watcher/conflict says which files are some).
 *
 * A copy is taken into history like any other file, by the hand that wrote it. Only when that commit is on the disk is
 * anything done: the record is replaced by the merged one and the copy removed, and a second round of the same pass
 * takes note of it as of everybody's edits. So all three versions are in history whatever happens in between, and a
 * machine that is killed in the middle finds the copy again and does the same.
 *
 * The ancestor is looked for among the versions that the record had until the copy first appeared, so that what is
 * edited later, while a contradiction waits for a person, does not pass for one.
 */
#include "watcher/copies.h"

#include "core/base/limits.h"
#include "core/history/anchors.h"
#include "core/history/merge.h"
#include "schema/kind_problem.h"
#include "watcher/conflict.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* versions of a record among which the ancestor is looked for; the copy of an older one is no living conflict */
#define MOST_VERSIONS 64
/* characters of a value in a problem */
#define MOST_SHOWN 60

/* --- which files are copies --- */

static bool exists(void *context, const char *path)
{
    const struct qb_folder *folder = context;
    struct qb_file_stat st;
    if (qb_file_stat(folder->dir, path, &st, NULL) == QB_OK)
        return S_ISREG(st.mode);
    const struct qb_tracked *file = qb_folder_find(folder, path);
    return file && !qb_oid_is_zero(&file->committed);
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

void qb_copies_sort(struct qb_pass *pass)
{
    for (size_t i = 0; i < pass->queue.count; i++)
        sort_file(pass->folder, pass->queue.items[i]);
    for (size_t i = 0; i < pass->gone.count; i++)
        sort_file(pass->folder, pass->gone.items[i]);
}

void qb_copies_note(struct qb_folder *folder, struct qb_tracked *file)
{
    for (size_t i = 0; i < folder->copies.count; i++)
        if (folder->copies.items[i] == file)
            return;
    qb_list_add(&folder->copies, file);
}

/* --- one copy of a record --- */

struct side {
    struct qb_tracked *file;
    struct qb_buf text;
    struct qb_json_doc *doc;
    const struct qb_json *value;
};

struct conflict {
    struct qb_pass *pass;
    const struct qb_kind *kind;
    struct side ours;
    struct side theirs;
    struct qb_json_doc *docs[MOST_VERSIONS];
    struct qb_buf texts[MOST_VERSIONS];
    const struct qb_json *versions[MOST_VERSIONS]; /* of the record, newest first */
    size_t count;
    int64_t until; /* versions that came later than the copy do not count */
    struct qb_merge_rule *rules;
    size_t rule_count;
    struct qb_arena arena;
    struct qb_problems problems;
};

static const char *property(const struct qb_json *record, const char *name)
{
    const char *text = qb_json_string(qb_json_get(record, name));
    return text ? text : "-";
}

/* Tells something about the copy. */
static void tell(struct conflict *conflict, const char *message_id, const char *pointer, const struct qb_text_arg *args,
                 size_t count)
{
    const char *original = conflict->theirs.file->copy_of;
    const char *slash = strrchr(original, '/');
    struct qb_buf id = {0};
    struct qb_problem problem = {.code = QB_PROBLEM_CONFLICT,
                                 .path = conflict->theirs.file->path,
                                 .pointer = pointer,
                                 .line = 1,
                                 .column = 1,
                                 .message_id = message_id,
                                 .arg_count = count + 1};
    if (conflict->kind) {
        qb_buf_add(&id, slash + 1, strlen(slash + 1) - strlen(".json"));
        problem.kind = conflict->kind->name;
        problem.record = qb_buf_text(&id);
    }
    problem.args[0] = (struct qb_text_arg){"original", original};
    for (size_t i = 0; i < count; i++)
        problem.args[i + 1] = args[i];
    if (conflict->kind)
        qb_kind_name(&problem, conflict->pass->folder->kinds, conflict->kind);
    if (*pointer)
        qb_json_locate(qb_buf_text(&conflict->theirs.text), conflict->theirs.text.length, pointer, false, &problem.line,
                       &problem.column);
    qb_problems_add(&conflict->problems, &problem);
    qb_buf_fini(&id);
}

/* Reads what the pass has taken; false when it is already another text (the next pass sees it). */
static bool read_side(struct conflict *conflict, struct side *side)
{
    struct qb_json_fault fault;
    struct qb_oid oid;
    int result = qb_file_read(conflict->pass->folder->dir, side->file->path, QB_MAX_RECORD, &side->text, NULL, NULL);
    if (result == QB_ELIMIT) /* no record: without a value */
        return true;
    if (result < 0)
        return false;
    qb_oid_of_blob(qb_buf_text(&side->text), side->text.length, &oid);
    side->value =
        qb_json_parse(side->doc, qb_buf_text(&side->text), side->text.length, &qb_json_record_options, &fault);
    return qb_oid_equal(&oid, &side->file->blob);
}

/* --- the versions before --- */

static void add_version(struct conflict *conflict, const struct qb_oid *blob)
{
    struct qb_json_fault fault;
    size_t at = conflict->count;
    if (at == MOST_VERSIONS || qb_oid_is_zero(blob))
        return;
    if (qb_history_read(conflict->pass->folder->history, blob, &conflict->texts[at], NULL) < 0)
        return;
    conflict->docs[at] = qb_json_doc_new();
    conflict->versions[at] = qb_json_parse(conflict->docs[at], qb_buf_text(&conflict->texts[at]),
                                           conflict->texts[at].length, &qb_json_record_options, &fault);
    conflict->count++;
}

static int find_appearance(void *context, const struct qb_history_entry *entry, struct qb_err *err)
{
    struct conflict *conflict = context;
    (void)err;
    conflict->until = entry->committer.when;
    return qb_oid_is_zero(&entry->before);
}

static int list_version(void *context, const struct qb_history_entry *entry, struct qb_err *err)
{
    struct conflict *conflict = context;
    (void)err;
    if (entry->committer.when <= conflict->until)
        add_version(conflict, &entry->after);
    return conflict->count == MOST_VERSIONS;
}

/* All commits of a pass bear the same time, so what came together with the copy counts whatever its commit's place. */
static int list_versions(struct conflict *conflict, struct qb_err *err)
{
    struct qb_history *history = conflict->pass->folder->history;
    const struct qb_tracked *ours = conflict->ours.file;
    const struct qb_tracked *theirs = conflict->theirs.file;
    conflict->until = INT64_MAX;
    if (!history)
        return QB_OK;
    if (!qb_oid_is_zero(&theirs->committed)) {
        int result = qb_history_log(history, theirs->path, find_appearance, conflict, err);
        if (result < 0)
            return result;
    } else if (!qb_oid_equal(&ours->blob, &ours->committed)) {
        conflict->docs[0] = qb_json_doc_new(); /* not in history yet: the rival itself, of which nothing is asked */
        conflict->count = 1;
    }
    return qb_history_log(history, ours->path, list_version, conflict, err);
}

/* --- rules --- */

/* The place of a field, without its last `less` steps. */
static const char *place_of(struct conflict *conflict, const struct qb_kind_field *field, size_t less)
{
    struct qb_buf place = {0};
    for (size_t i = 0; i + less < field->step_count; i++) {
        qb_json_pointer_add(&place, field->steps[i].name, field->steps[i].length);
        if (field->steps[i].items && i + less + 1 < field->step_count)
            qb_buf_add_string(&place, "/*");
    }
    const char *copy = qb_arena_copy(&conflict->arena, qb_buf_text(&place), place.length);
    qb_buf_fini(&place);
    return copy;
}

/* What the kind's annotations say: lists of references are sets, objects in a list are told apart by the reference in
 * them, and who recorded a record is no contradiction. */
static void make_rules(struct conflict *conflict)
{
    const struct qb_kind *kind = conflict->kind;
    conflict->rules = qb_mem_array(kind->field_count + 1, sizeof *conflict->rules);
    for (size_t i = 0; i < kind->field_count; i++) {
        const struct qb_kind_field *field = &kind->fields[i];
        const struct qb_kind_step *last = &field->steps[field->step_count - 1];
        bool inside = field->step_count > 1 && field->steps[field->step_count - 2].items;
        struct qb_merge_rule *rule = &conflict->rules[conflict->rule_count];
        if (field->author)
            *rule = (struct qb_merge_rule){place_of(conflict, field, 0), QB_MERGE_EITHER, NULL};
        else if (field->ref && last->items)
            *rule = (struct qb_merge_rule){place_of(conflict, field, 0), QB_MERGE_SET, NULL};
        else if (field->ref && inside)
            *rule = (struct qb_merge_rule){place_of(conflict, field, 1), QB_MERGE_KEYED, last->name};
        else
            continue;
        conflict->rule_count++;
    }
}

static const char *author_of(const struct conflict *conflict, const struct qb_json *record)
{
    for (size_t i = 0; i < conflict->kind->field_count; i++)
        if (conflict->kind->fields[i].author)
            return property(record, conflict->kind->fields[i].steps[0].name);
    return "-";
}

/* --- the decision --- */

static char *shown(const struct qb_json *value)
{
    struct qb_buf text = {0};
    if (!value)
        return qb_mem_string("-");
    qb_json_write_compact(&text, value);
    if (text.length > MOST_SHOWN) {
        size_t end = MOST_SHOWN;
        while (((unsigned char)text.data[end] & 0xc0) == 0x80)
            end--;
        text.length = end;
        qb_buf_add_string(&text, "…");
    }
    return qb_buf_steal(&text);
}

static void tell_contradictions(struct conflict *conflict, const struct qb_merge *merge, bool related)
{
    if (!related)
        tell(conflict, "problem.conflict.unrelated", "", NULL, 0);
    for (size_t i = 0; i < merge->contradiction_count && i < QB_MAX_FILE_PROBLEMS; i++) {
        const struct qb_merge_contradiction *found = &merge->contradictions[i];
        char *ours = shown(found->ours);
        char *theirs = shown(found->theirs);
        tell(conflict, "problem.conflict", found->theirs ? found->pointer : "",
             (struct qb_text_arg[]){{"property", *found->pointer ? found->pointer + 1 : ""},
                                    {"ours", ours},
                                    {"theirs", theirs},
                                    {"our_author", author_of(conflict, conflict->ours.value)},
                                    {"their_author", author_of(conflict, conflict->theirs.value)}},
             5);
        free(ours);
        free(theirs);
    }
}

/* Whether the merged text could be the record: valid in itself, and not against what a closed record keeps. */
static bool fits_record(struct conflict *conflict, const struct qb_buf *text)
{
    struct qb_folder *folder = conflict->pass->folder;
    const struct qb_entry *entry = qb_store_find(&folder->store, conflict->ours.file->path);
    struct qb_earlier earlier = {0};
    struct qb_buf closed = {0};
    struct qb_problems ignored = {0};
    bool sound = false;
    if (entry && entry->in_force && folder->history &&
        qb_version_frozen(entry->in_force, conflict->pass->request->as_of)) {
        struct qb_oid used = qb_folder_oid(&entry->used);
        if (qb_history_read(folder->history, &used, &closed, NULL) == QB_OK)
            earlier = (struct qb_earlier){qb_buf_text(&closed), closed.length};
    }
    struct qb_version *version =
        qb_check_text(folder->checker, &folder->store, conflict->kind, conflict->ours.file->path, qb_buf_text(text),
                      text->length, &earlier, &sound, &ignored);
    if (version)
        qb_version_free(version);
    qb_problems_fini(&ignored);
    qb_buf_fini(&closed);
    return version && sound;
}

/* Takes the text. */
static void plan(struct qb_pass *pass, struct qb_tracked *copy, struct qb_tracked *original, struct qb_buf *text)
{
    QB_MEM_GROW(pass->plans, pass->plan_count, pass->plan_capacity);
    pass->plans[pass->plan_count++] = (struct qb_copy_plan){.copy = copy, .original = original, .text = *text};
    *text = (struct qb_buf){0};
}

static int merge_record(struct conflict *conflict, struct qb_err *err)
{
    const struct side *ours = &conflict->ours;
    const struct side *theirs = &conflict->theirs;
    struct qb_buf text = {0};
    struct qb_merge merge = {0};
    int result = list_versions(conflict, err);
    if (result < 0)
        return result;
    make_rules(conflict);
    size_t place = qb_merge_ancestor(conflict->versions, conflict->count, theirs->value);
    const struct qb_json *base = place < conflict->count ? conflict->versions[place] : NULL;
    qb_merge_values(&merge, base, ours->value, theirs->value, conflict->rules, conflict->rule_count);
    qb_merge_write(&text, &merge, &(struct qb_merge_text){ours->value, qb_buf_text(&ours->text), ours->text.length},
                   &(struct qb_merge_text){theirs->value, qb_buf_text(&theirs->text), theirs->text.length});
    bool nothing_new = qb_json_equal(merge.value, ours->value);
    if (merge.contradiction_count)
        tell_contradictions(conflict, &merge, base != NULL);
    else if (!nothing_new && !fits_record(conflict, &text))
        tell(conflict, "problem.conflict.invalid", "", NULL, 0);
    else if (conflict->pass->folder->options.writes)
        plan(conflict->pass, theirs->file, ours->file, &text);
    qb_merge_fini(&merge);
    qb_buf_fini(&text);
    return QB_OK;
}

static int decide_record(struct conflict *conflict, struct qb_err *err)
{
    const struct qb_tracked *original = conflict->ours.file;
    if (!original->present || qb_oid_is_zero(&original->blob)) {
        tell(conflict, original->present ? "problem.conflict.broken" : "problem.conflict.deleted", "", NULL, 0);
        return QB_OK;
    }
    if (!read_side(conflict, &conflict->ours) || !read_side(conflict, &conflict->theirs)) {
        const char *path = conflict->theirs.file->path;
        qb_buf_add(&conflict->pass->result->unrest, path, strlen(path) + 1);
        return QB_OK;
    }
    if (!conflict->ours.value || !conflict->theirs.value) {
        tell(conflict, conflict->ours.value ? "problem.conflict.unreadable" : "problem.conflict.broken", "", NULL, 0);
        return QB_OK;
    }
    return merge_record(conflict, err);
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
    struct conflict *conflict = qb_mem_alloc(sizeof *conflict);
    struct qb_tracked *original = qb_folder_track(folder, copy->copy_of);
    int result = QB_OK;
    *conflict = (struct conflict){.pass = pass, .ours = {.file = original}, .theirs = {.file = copy}};
    qb_arena_init(&conflict->arena);
    conflict->ours.doc = qb_json_doc_new();
    conflict->theirs.doc = qb_json_doc_new();
    if (original->class == QB_FILE_RECORD) {
        conflict->kind = qb_kinds_of_path(folder->kinds, original->path);
        result = decide_record(conflict, err);
    } else if (original->class == QB_FILE_ANCHORS) {
        if (folder->options.writes)
            unite_anchors(pass, copy, original);
    } else if (original->class == QB_FILE_OUTPUT || original->class == QB_FILE_NOTE) {
        if (folder->options.writes)
            plan(pass, copy, NULL, &(struct qb_buf){0});
    } else {
        bool config = original->class == QB_FILE_SETTINGS || original->class == QB_FILE_KIND;
        tell(conflict, config ? "problem.conflict.config" : "problem.conflict.file", "", NULL, 0);
    }
    qb_folder_set_problems(folder, copy, &conflict->problems);
    for (size_t i = 0; i < conflict->count; i++) {
        qb_json_doc_free(conflict->docs[i]);
        qb_buf_fini(&conflict->texts[i]);
    }
    qb_json_doc_free(conflict->ours.doc);
    qb_json_doc_free(conflict->theirs.doc);
    qb_buf_fini(&conflict->ours.text);
    qb_buf_fini(&conflict->theirs.text);
    qb_arena_fini(&conflict->arena);
    free(conflict->rules);
    free(conflict);
    return result;
}

static bool concerned(const struct qb_list *list, const struct qb_tracked *copy)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i] == copy || list->items[i]->path == copy->copy_of)
            return true;
    return false;
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
