/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Three-way merge of JSON values, property by property, and the choice of the ancestor by content. Pure.
 *
 *     struct qb_merge merge = {0};
 *     qb_merge_values(&merge, base, ours, theirs, rules, rule_count);
 *     if (!merge.contradiction_count) qb_merge_write(&text, &merge, &ours_text, &theirs_text);
 *     qb_merge_fini(&merge);
 *
 * Symmetric: with `ours` and `theirs` exchanged the same bytes come out, so that two machines agree.
 */
#ifndef QB_CORE_HISTORY_MERGE_H
#define QB_CORE_HISTORY_MERGE_H

#include "core/data/json.h"

enum qb_merge_how {
    QB_MERGE_SET,    /* an array of which the order means little: items come and go by themselves */
    QB_MERGE_KEYED,  /* an array of objects that are told apart by the property `key` */
    QB_MERGE_EITHER, /* no contradiction: of two new strings the lesser (who recorded a record last) */
};

/* How a property is merged, where it is not just one value. */
struct qb_merge_rule {
    const char *place; /* RFC 6901, with "*" for any index: "/officers" */
    enum qb_merge_how how;
    const char *key; /* of KEYED */
};

enum qb_merge_side { QB_MERGE_NEITHER, QB_MERGE_OURS, QB_MERGE_THEIRS };

/* A property that both changed, and not to the same. NULL where it is absent. */
struct qb_merge_contradiction {
    const char *pointer; /* into ours, or where that lacks the item, theirs */
    const struct qb_json *base;
    const struct qb_json *ours;
    const struct qb_json *theirs;
};

struct qb_merge {
    /* Set before: who has it, where both contradict; NULL or NEITHER leaves it a contradiction. */
    enum qb_merge_side (*choose)(void *context, const struct qb_merge_contradiction *contradiction);
    void *context;
    /* The result: what is merged, with ours where there is a contradiction. */
    struct qb_arena arena;
    const struct qb_json *value;
    struct qb_merge_contradiction *contradictions;
    size_t contradiction_count;
    size_t contradiction_capacity;
};

/* `base` is NULL where there is no common ancestor: then all that differs contradicts, but what only one side has is
 * taken. The result borrows from all three values, and from the texts they were read from. */
void qb_merge_values(struct qb_merge *merge, const struct qb_json *base, const struct qb_json *ours,
                     const struct qb_json *theirs, const struct qb_merge_rule *rules, size_t rule_count);
void qb_merge_fini(struct qb_merge *merge);

/* A version as it was read. */
struct qb_merge_text {
    const struct qb_json *value;
    const char *text;
    size_t length;
};
/* Appends the merged text: the very bytes of a version that says just that, else written anew with a newline behind. */
void qb_merge_write(struct qb_buf *out, const struct qb_merge *merge, const struct qb_merge_text *ours,
                    const struct qb_merge_text *theirs);

/* Which of the earlier versions of a file, newest first, a conflict copy descends from; `count` when there is none.
 * The first version is the one that stood there when the copy appeared: it is the copy's rival, never its ancestor.
 * Where the copy equals a version (this machine had it before the other side's came), only older ones count. Among
 * them the one with the fewest properties that differ from the copy; the oldest of equals, because a nearer one may
 * lie on the rival's way already, and would make its change look like the copy's. NULLs are passed over. */
size_t qb_merge_ancestor(const struct qb_json *const *versions, size_t count, const struct qb_json *copy);

#endif
