/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One record and one conflict copy of it: both texts, what they descend from, and what they say together. The pass
 * decides by it what merges by itself (watcher/copies), `qbis resolve` what a person answered.
 *
 *     struct qb_dispute *dispute;
 *     qb_dispute_open(&dispute, folder, copy, as_of, NULL, &err);
 *     if (dispute->state == QB_DISPUTE_OPEN) { qb_dispute_merge(dispute, NULL, NULL); ... dispute->merge ... }
 *     qb_dispute_free(dispute);
 */
#ifndef QB_WATCHER_DISPUTE_H
#define QB_WATCHER_DISPUTE_H

#include "core/history/merge.h"
#include "watcher/folder.h"

/* versions of a record among which the ancestor is looked for; the copy of an older one is no living conflict */
#define QB_DISPUTE_VERSIONS 64

enum qb_dispute_state {
    QB_DISPUTE_OPEN,       /* both are JSON */
    QB_DISPUTE_MOVING,     /* one is another text by now than the pass has seen */
    QB_DISPUTE_DELETED,    /* there is no record */
    QB_DISPUTE_BROKEN,     /* the record is no JSON */
    QB_DISPUTE_UNREADABLE, /* the copy is none */
};

/* The file is tracked; the value is NULL when the text is no JSON. */
struct qb_dispute_side {
    struct qb_tracked *file;
    struct qb_buf text;
    struct qb_json_doc *doc;
    const struct qb_json *value;
};

struct qb_dispute {
    struct qb_folder *folder;
    const struct qb_kind *kind;
    qb_date as_of;
    enum qb_dispute_state state;
    struct qb_dispute_side ours;   /* the record */
    struct qb_dispute_side theirs; /* the copy */
    const struct qb_json *base;    /* NULL: they have no ancestor in history */
    struct qb_merge merge;
    /* the versions before */
    struct qb_json_doc *docs[QB_DISPUTE_VERSIONS];
    struct qb_buf texts[QB_DISPUTE_VERSIONS];
    const struct qb_json *versions[QB_DISPUTE_VERSIONS]; /* newest first */
    size_t count;
    int64_t until; /* seconds; versions that came later than the copy do not count */
    bool known;    /* the record's text is one of them */
    struct qb_merge_rule *rules;
    size_t rule_count;
    struct qb_arena arena;
};

/* `copy` is of a record. `text` is what the record is taken to say; NULL: what the file says. *dispute is the caller's
 * whatever is returned. */
int qb_dispute_open(struct qb_dispute **dispute, struct qb_folder *folder, struct qb_tracked *copy, qb_date as_of,
                    const struct qb_buf *text, struct qb_err *err);
void qb_dispute_free(struct qb_dispute *dispute); /* NULL-safe */
/* Merges the two, anew each time; of an OPEN dispute. `choose` as in struct qb_merge. */
typedef enum qb_merge_side qb_dispute_choose(void *context, const struct qb_merge_contradiction *contradiction);
void qb_dispute_merge(struct qb_dispute *dispute, qb_dispute_choose *choose, void *context);
/* The merged text. */
void qb_dispute_write(const struct qb_dispute *dispute, struct qb_buf *out);
/* Whether a text could be the record: valid in itself, and not against what a closed record keeps. */
bool qb_dispute_fits(const struct qb_dispute *dispute, const struct qb_buf *text);
/* The officer that one side names, "-" when none. Borrowed. */
const char *qb_dispute_author(const struct qb_dispute *dispute, const struct qb_dispute_side *side);
/* A value on one line, shortened. The string is the caller's. */
char *qb_dispute_shown(const struct qb_json *value);

#endif
