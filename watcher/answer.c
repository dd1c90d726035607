/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An answer decides what contradicts; what does not is merged as it always is. Only where there is nothing to merge (no
 * common ancestor, a text that is no JSON, a merged record that would not be valid, a file that is no record) one side
 * is taken as a whole.
 */
#include "watcher/answer.h"

#include "core/base/limits.h"
#include "watcher/dispute.h"

#include <stdlib.h>
#include <string.h>

/* --- takes --- */

/* "a.b.0" as "/a/b/0". */
static char *pointer_of(const char *name, size_t length)
{
    struct qb_buf pointer = {0};
    if (*name == '/')
        return qb_mem_copy(name, length);
    for (size_t at = 0; at <= length;) {
        const char *dot = memchr(name + at, '.', length - at);
        size_t end = dot ? (size_t)(dot - name) : length;
        qb_json_pointer_add(&pointer, name + at, end - at);
        at = end + 1;
    }
    return qb_buf_steal(&pointer);
}

bool qb_answer_take(struct qb_answer *answer, const char *text)
{
    const char *equals = strrchr(text, '=');
    const char *side = equals ? equals + 1 : text;
    bool mine = !strcmp(side, "mine");
    if ((!mine && strcmp(side, "theirs")) || equals == text)
        return false;
    QB_MEM_GROW(answer->takes, answer->take_count, answer->take_capacity);
    answer->takes[answer->take_count++] = (struct qb_take){
        .pointer = equals ? pointer_of(text, (size_t)(equals - text)) : NULL,
        .side = mine ? QB_MERGE_OURS : QB_MERGE_THEIRS,
    };
    return true;
}

void qb_answer_fini(struct qb_answer *answer)
{
    for (size_t i = 0; i < answer->take_count; i++)
        free(answer->takes[i].pointer);
    free(answer->takes);
    qb_buf_fini(&answer->text);
    qb_buf_fini(&answer->said);
    qb_buf_fini(&answer->open);
}

/* A property that was named, or what lies within it. */
static bool names(const char *taken, const char *pointer)
{
    size_t length = strlen(taken);
    return !strncmp(taken, pointer, length) && (!pointer[length] || pointer[length] == '/');
}

/* The take for one place: the last one that names it, else the default. */
static struct qb_take *take_for(struct qb_answer *answer, const char *pointer)
{
    struct qb_take *found = NULL;
    for (size_t i = 0; i < answer->take_count; i++) {
        struct qb_take *take = &answer->takes[i];
        if (take->pointer ? names(take->pointer, pointer) : !found || !found->pointer)
            found = take;
    }
    return found;
}

static const struct qb_take *by_default(const struct qb_answer *answer)
{
    const struct qb_take *found = NULL;
    for (size_t i = 0; i < answer->take_count; i++)
        found = answer->takes[i].pointer ? found : &answer->takes[i];
    return found;
}

static bool names_properties(const struct qb_answer *answer)
{
    for (size_t i = 0; i < answer->take_count; i++)
        if (answer->takes[i].pointer)
            return true;
    return false;
}

/* --- one copy --- */

struct deciding {
    struct qb_answer *answer;
    const struct qb_dispute *dispute;
};

static enum qb_merge_side choose(void *context, const struct qb_merge_contradiction *found)
{
    const struct deciding *deciding = context;
    const struct qb_dispute *dispute = deciding->dispute;
    struct qb_take *take = take_for(deciding->answer, found->pointer);
    if (!take)
        return QB_MERGE_NEITHER;
    bool ours = take->side == QB_MERGE_OURS;
    take->used = true;
    qb_buf_addf(&deciding->answer->said, "  %s %s (%s)\n", *found->pointer ? found->pointer + 1 : "the whole",
                ours ? "as in the record" : "as in the conflict copy",
                qb_dispute_author(dispute, ours ? &dispute->ours : &dispute->theirs));
    return take->side;
}

static void set_text(struct qb_answer *answer, const struct qb_buf *text)
{
    struct qb_buf copy = {0};
    qb_buf_add(&copy, qb_buf_text(text), text->length);
    qb_buf_fini(&answer->text);
    answer->text = copy;
    answer->there = answer->begun = true;
}

/* The default's side as it is. */
static enum qb_answer_end take_whole(struct qb_answer *answer, const struct qb_dispute *dispute)
{
    const struct qb_take *take = by_default(answer);
    if (!take)
        return QB_ANSWER_WHOLE;
    bool mine = take->side == QB_MERGE_OURS;
    bool deleted = dispute->state == QB_DISPUTE_DELETED;
    const struct qb_dispute_side *side = mine ? &dispute->ours : &dispute->theirs;
    if (!side->value && !(mine && deleted))
        return QB_ANSWER_UNREADABLE;
    if (!mine || !deleted)
        set_text(answer, &side->text);
    if (!mine)
        qb_buf_addf(&answer->said, "  replaced by %s (%s)\n", dispute->theirs.file->path,
                    qb_dispute_author(dispute, &dispute->theirs));
    return QB_ANSWER_ENDED;
}

static enum qb_answer_end merge(struct qb_answer *answer, struct qb_dispute *dispute)
{
    struct deciding deciding = {answer, dispute};
    struct qb_buf text = {0};
    enum qb_answer_end end = QB_ANSWER_ENDED;
    size_t before = answer->said.length;
    qb_buf_addf(&answer->said, "  merged from it and from %s (%s)\n", dispute->theirs.file->path,
                qb_dispute_author(dispute, &dispute->theirs));
    qb_dispute_merge(dispute, choose, &deciding);
    qb_dispute_write(dispute, &text);
    for (size_t i = 0; i < dispute->merge.contradiction_count; i++) {
        const char *pointer = dispute->merge.contradictions[i].pointer;
        qb_buf_add(&answer->open, pointer, strlen(pointer) + 1);
        end = QB_ANSWER_OPEN;
    }
    bool same = qb_json_equal(dispute->merge.value, dispute->ours.value);
    if (end == QB_ANSWER_ENDED && !same && by_default(answer) && !names_properties(answer) &&
        !qb_dispute_fits(dispute, &text)) {
        answer->said.length = before;
        end = take_whole(answer, dispute);
    } else if (end == QB_ANSWER_ENDED) {
        set_text(answer, same ? &dispute->ours.text : &text);
    }
    qb_buf_fini(&text);
    return end;
}

static enum qb_answer_end of_record(struct qb_answer *answer, struct qb_tracked *copy, struct qb_err *err)
{
    struct qb_dispute *dispute;
    enum qb_answer_end end;
    int result = qb_dispute_open(&dispute, answer->folder, copy, answer->as_of,
                                 answer->begun && answer->there ? &answer->text : NULL, err);
    if (result < 0)
        end = QB_ANSWER_FAILED;
    else if (dispute->state == QB_DISPUTE_MOVING)
        end = QB_ANSWER_MOVING;
    else if (dispute->state == QB_DISPUTE_OPEN && (dispute->base || names_properties(answer)))
        end = merge(answer, dispute);
    else
        end = take_whole(answer, dispute);
    qb_dispute_free(dispute);
    return end;
}

static enum qb_answer_end of_file(struct qb_answer *answer, struct qb_tracked *copy, struct qb_err *err)
{
    const struct qb_take *take = by_default(answer);
    struct qb_buf text = {0};
    if (!take)
        return QB_ANSWER_WHOLE;
    bool mine = take->side == QB_MERGE_OURS;
    int result =
        qb_file_read(answer->folder->dir, mine ? copy->copy_of : copy->path, QB_MAX_ATTACHMENT, &text, NULL, err);
    if (result == QB_OK)
        set_text(answer, &text);
    if (!mine)
        qb_buf_addf(&answer->said, "  replaced by %s\n", copy->path);
    qb_buf_fini(&text);
    return result == QB_OK || (mine && result == QB_EABSENT) ? QB_ANSWER_ENDED
           : result == QB_ECHANGED                           ? QB_ANSWER_MOVING
                                                             : QB_ANSWER_FAILED;
}

enum qb_answer_end qb_answer_copy(struct qb_answer *answer, struct qb_tracked *copy, struct qb_err *err)
{
    const struct qb_tracked *original = qb_folder_track(answer->folder, copy->copy_of);
    return original->class == QB_FILE_RECORD ? of_record(answer, copy, err) : of_file(answer, copy, err);
}
