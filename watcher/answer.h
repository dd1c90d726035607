/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a person answered to conflict copies (`--take`), and what becomes of a file by it. Looks and computes; writes
 * nothing.
 *
 *     struct qb_answer answer = {.folder = folder, .as_of = today};
 *     qb_answer_take(&answer, "theirs"); qb_answer_take(&answer, "note=mine");
 *     enum qb_answer_end end = qb_answer_copy(&answer, copy, &err);    for each copy of one file, in their order
 *     if (end == QB_ANSWER_ENDED) ... answer.text is what the file is to say, answer.said how it came about
 *     qb_answer_fini(&answer);
 */
#ifndef QB_WATCHER_ANSWER_H
#define QB_WATCHER_ANSWER_H

#include "core/history/merge.h"
#include "watcher/folder.h"

/* One --take. */
struct qb_take {
    char *pointer; /* RFC 6901; NULL: all that no other one is for */
    enum qb_merge_side side;
    bool used;
};

/* How one copy ends. */
enum qb_answer_end {
    QB_ANSWER_ENDED,      /* the copy can go */
    QB_ANSWER_OPEN,       /* there are contradictions that nobody decided: in `open` */
    QB_ANSWER_WHOLE,      /* the two can only be taken as wholes: there is no default */
    QB_ANSWER_UNREADABLE, /* the side that was taken is no JSON */
    QB_ANSWER_MOVING,     /* somebody is at work on one of the files */
    QB_ANSWER_FAILED,
};

struct qb_answer {
    struct qb_folder *folder;
    qb_date as_of;
    struct qb_take *takes;
    size_t take_count;
    size_t take_capacity;
    bool there;         /* the file is to exist, and say `text` */
    bool begun;         /* a copy was answered already: `text` is what the next one is merged with */
    struct qb_buf text; /* out */
    struct qb_buf said; /* out: lines for the commit's message */
    struct qb_buf open; /* out: pointers, each NUL-terminated */
};

/* Takes "mine", "theirs", "PROPERTY=mine" or "PROPERTY=theirs"; a property is a JSON pointer or dotted names. False
 * when it is none of them. */
bool qb_answer_take(struct qb_answer *answer, const char *text);
enum qb_answer_end qb_answer_copy(struct qb_answer *answer, struct qb_tracked *copy, struct qb_err *err);
void qb_answer_fini(struct qb_answer *answer);

#endif
