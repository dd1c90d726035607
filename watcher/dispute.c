/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Record against conflict copy, on the common ancestor from history.
 *
 * The ancestor is looked for among the versions that the record had until the copy first appeared, so that what is
 * edited later, while a contradiction waits for a person, does not pass for one. The one that stood there then is the
 * copy's rival. But a copy may come before its rival does: then the record that follows was written before the copy
 * came, as its time says, and takes that place, and what stood there before is their ancestor like any other version.
 */
#include "watcher/dispute.h"

#include "core/base/limits.h"

#include <stdlib.h>
#include <string.h>

/* characters of a value that is shown */
#define MOST_SHOWN 60

/* --- the two sides --- */

/* Reads what the pass has taken; false when it is already another text (the next pass sees it). */
static bool read_side(struct qb_folder *folder, struct qb_dispute_side *side)
{
    struct qb_json_fault fault;
    struct qb_oid oid;
    int result = qb_file_read(folder->dir, side->file->path, QB_MAX_RECORD, &side->text, NULL, NULL);
    if (result == QB_ELIMIT) /* no record: without a value */
        return true;
    if (result < 0)
        return false;
    qb_oid_of_blob(qb_buf_text(&side->text), side->text.length, &oid);
    side->value =
        qb_json_parse(side->doc, qb_buf_text(&side->text), side->text.length, &qb_json_record_options, &fault);
    return qb_oid_equal(&oid, &side->file->blob);
}

/* The record as it would be after what was decided so far. */
static bool take_text(struct qb_dispute_side *side, const struct qb_buf *text)
{
    struct qb_json_fault fault;
    qb_buf_add(&side->text, qb_buf_text(text), text->length);
    side->value =
        qb_json_parse(side->doc, qb_buf_text(&side->text), side->text.length, &qb_json_record_options, &fault);
    return true;
}

static enum qb_dispute_state look(struct qb_dispute *dispute, const struct qb_buf *text)
{
    struct qb_dispute_side *ours = &dispute->ours;
    struct qb_dispute_side *theirs = &dispute->theirs;
    bool there = text || (ours->file->present && !qb_oid_is_zero(&ours->file->blob));
    if (!read_side(dispute->folder, theirs) ||
        (there && !(text ? take_text(ours, text) : read_side(dispute->folder, ours))))
        return QB_DISPUTE_MOVING;
    if (!there)
        return ours->file->present ? QB_DISPUTE_BROKEN : QB_DISPUTE_DELETED;
    return !ours->value ? QB_DISPUTE_BROKEN : !theirs->value ? QB_DISPUTE_UNREADABLE : QB_DISPUTE_OPEN;
}

/* --- the versions before --- */

static void add_version(struct qb_dispute *dispute, const struct qb_oid *blob)
{
    struct qb_json_fault fault;
    size_t at = dispute->count;
    if (at == QB_DISPUTE_VERSIONS || qb_oid_is_zero(blob) ||
        qb_history_read(dispute->folder->history, blob, &dispute->texts[at], NULL) < 0)
        return;
    dispute->docs[at] = qb_json_doc_new();
    dispute->versions[at] = qb_json_parse(dispute->docs[at], qb_buf_text(&dispute->texts[at]),
                                          dispute->texts[at].length, &qb_json_record_options, &fault);
    dispute->known |= qb_oid_equal(blob, &dispute->ours.file->blob);
    dispute->count++;
}

static int find_appearance(void *context, const struct qb_history_entry *entry, struct qb_err *err)
{
    struct qb_dispute *dispute = context;
    (void)err;
    dispute->until = entry->committer.when;
    return qb_oid_is_zero(&entry->before);
}

static int list_version(void *context, const struct qb_history_entry *entry, struct qb_err *err)
{
    struct qb_dispute *dispute = context;
    (void)err;
    if (entry->committer.when <= dispute->until)
        add_version(dispute, &entry->after);
    return dispute->count == QB_DISPUTE_VERSIONS;
}

/* All commits of a pass bear the same time, so what came together with the copy counts whatever its commit's place. */
static int list_versions(struct qb_dispute *dispute, struct qb_err *err)
{
    struct qb_history *history = dispute->folder->history;
    const struct qb_tracked *theirs = dispute->theirs.file;
    dispute->until = INT64_MAX;
    if (!history)
        return QB_OK;
    if (!qb_oid_is_zero(&theirs->committed)) {
        int result = qb_history_log(history, theirs->path, find_appearance, dispute, err);
        if (result < 0)
            return result;
    }
    return qb_history_log(history, dispute->ours.file->path, list_version, dispute, err);
}

/* Whether the record is a rival that none of the versions is: not in history yet, or it came after the copy, but was
 * written before that did (sync clients keep a file's time). */
static bool late_rival(const struct qb_dispute *dispute)
{
    const struct qb_tracked *ours = dispute->ours.file;
    if (qb_oid_is_zero(&dispute->theirs.file->committed))
        return !qb_oid_equal(&ours->blob, &ours->committed);
    return !dispute->known && ours->stat.mtime_ns / 1000000000 < dispute->until;
}

static void find_base(struct qb_dispute *dispute)
{
    const struct qb_json *list[QB_DISPUTE_VERSIONS + 1] = {NULL}; /* the first: of a rival nothing is asked */
    memcpy(list + 1, dispute->versions, dispute->count * sizeof *list);
    size_t count = dispute->count + late_rival(dispute);
    const struct qb_json *const *from = list + !late_rival(dispute);
    size_t place = qb_merge_ancestor(from, count, dispute->theirs.value);
    dispute->base = place < count ? from[place] : NULL;
}

/* --- rules --- */

/* The place of a field, without its last `less` steps. */
static const char *place_of(struct qb_dispute *dispute, const struct qb_kind_field *field, size_t less)
{
    struct qb_buf place = {0};
    for (size_t i = 0; i + less < field->step_count; i++) {
        qb_json_pointer_add(&place, field->steps[i].name, field->steps[i].length);
        if (field->steps[i].items && i + less + 1 < field->step_count)
            qb_buf_add_string(&place, "/*");
    }
    const char *copy = qb_arena_copy(&dispute->arena, qb_buf_text(&place), place.length);
    qb_buf_fini(&place);
    return copy;
}

/* What the kind's annotations say: lists of references are sets, objects in a list are told apart by the reference in
 * them, and who recorded a record is no contradiction. */
static void make_rules(struct qb_dispute *dispute)
{
    const struct qb_kind *kind = dispute->kind;
    dispute->rules = qb_mem_array(kind->field_count + 1, sizeof *dispute->rules);
    for (size_t i = 0; i < kind->field_count; i++) {
        const struct qb_kind_field *field = &kind->fields[i];
        const struct qb_kind_step *last = &field->steps[field->step_count - 1];
        bool inside = field->step_count > 1 && field->steps[field->step_count - 2].items;
        struct qb_merge_rule *rule = &dispute->rules[dispute->rule_count];
        if (field->author)
            *rule = (struct qb_merge_rule){place_of(dispute, field, 0), QB_MERGE_EITHER, NULL};
        else if (field->ref && last->items)
            *rule = (struct qb_merge_rule){place_of(dispute, field, 0), QB_MERGE_SET, NULL};
        else if (field->ref && inside)
            *rule = (struct qb_merge_rule){place_of(dispute, field, 1), QB_MERGE_KEYED, last->name};
        else
            continue;
        dispute->rule_count++;
    }
}

/* --- outside --- */

const char *qb_dispute_author(const struct qb_dispute *dispute, const struct qb_dispute_side *side)
{
    for (size_t i = 0; i < dispute->kind->field_count; i++) {
        const struct qb_kind_field *field = &dispute->kind->fields[i];
        const char *officer = field->author ? qb_json_string(qb_json_get(side->value, field->steps[0].name)) : NULL;
        if (officer)
            return officer;
    }
    return "-";
}

char *qb_dispute_shown(const struct qb_json *value)
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

bool qb_dispute_fits(const struct qb_dispute *dispute, const struct qb_buf *text)
{
    struct qb_folder *folder = dispute->folder;
    const struct qb_entry *entry = qb_store_find(&folder->store, dispute->ours.file->path);
    struct qb_earlier earlier = {0};
    struct qb_buf closed = {0};
    struct qb_problems ignored = {0};
    bool sound = false;
    if (entry && entry->in_force && folder->history && qb_version_frozen(entry->in_force, dispute->as_of)) {
        struct qb_oid used = qb_folder_oid(&entry->used);
        if (qb_history_read(folder->history, &used, &closed, NULL) == QB_OK)
            earlier = (struct qb_earlier){qb_buf_text(&closed), closed.length};
    }
    struct qb_version *version = qb_check_text(folder->checker, &folder->store, dispute->kind, dispute->ours.file->path,
                                               qb_buf_text(text), text->length, &earlier, &sound, &ignored);
    if (version)
        qb_version_free(version);
    qb_problems_fini(&ignored);
    qb_buf_fini(&closed);
    return version && sound;
}

void qb_dispute_merge(struct qb_dispute *dispute, qb_dispute_choose *choose, void *context)
{
    qb_merge_fini(&dispute->merge);
    dispute->merge.choose = choose;
    dispute->merge.context = context;
    qb_merge_values(&dispute->merge, dispute->base, dispute->ours.value, dispute->theirs.value, dispute->rules,
                    dispute->rule_count);
}

void qb_dispute_write(const struct qb_dispute *dispute, struct qb_buf *out)
{
    const struct qb_dispute_side *ours = &dispute->ours;
    const struct qb_dispute_side *theirs = &dispute->theirs;
    qb_merge_write(out, &dispute->merge,
                   &(struct qb_merge_text){ours->value, qb_buf_text(&ours->text), ours->text.length},
                   &(struct qb_merge_text){theirs->value, qb_buf_text(&theirs->text), theirs->text.length});
}

int qb_dispute_open(struct qb_dispute **out, struct qb_folder *folder, struct qb_tracked *copy, qb_date as_of,
                    const struct qb_buf *text, struct qb_err *err)
{
    struct qb_dispute *dispute = *out = qb_mem_alloc(sizeof *dispute);
    *dispute = (struct qb_dispute){.folder = folder,
                                   .as_of = as_of,
                                   .ours = {.file = qb_folder_track(folder, copy->copy_of)},
                                   .theirs = {.file = copy}};
    qb_arena_init(&dispute->arena);
    qb_arena_init(&dispute->merge.arena);
    dispute->ours.doc = qb_json_doc_new();
    dispute->theirs.doc = qb_json_doc_new();
    dispute->kind = qb_kinds_of_path(folder->kinds, copy->copy_of);
    dispute->state = look(dispute, text);
    if (dispute->state != QB_DISPUTE_OPEN)
        return QB_OK;
    make_rules(dispute);
    int result = list_versions(dispute, err);
    if (result == QB_OK)
        find_base(dispute);
    return result;
}

void qb_dispute_free(struct qb_dispute *dispute)
{
    if (!dispute)
        return;
    for (size_t i = 0; i < dispute->count; i++)
        qb_json_doc_free(dispute->docs[i]);
    for (size_t i = 0; i < QB_DISPUTE_VERSIONS; i++)
        qb_buf_fini(&dispute->texts[i]);
    qb_merge_fini(&dispute->merge);
    qb_json_doc_free(dispute->ours.doc);
    qb_json_doc_free(dispute->theirs.doc);
    qb_buf_fini(&dispute->ours.text);
    qb_buf_fini(&dispute->theirs.text);
    qb_arena_fini(&dispute->arena);
    free(dispute->rules);
    free(dispute);
}
