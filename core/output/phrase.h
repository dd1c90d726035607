/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What to do about a task, in sentences that are still apart from their form: a message of the catalogue and what
 * stands in its places. A page makes fragments of them (core/output/html_markup), calendars and sheets plain text.
 */
#ifndef QB_CORE_OUTPUT_PHRASE_H
#define QB_CORE_OUTPUT_PHRASE_H

#include "core/output/output.h"

enum qb_phrase_type {
    QB_PHRASE_NUMBER, /* `number` */
    QB_PHRASE_DATE,   /* `number`: a qb_date */
    QB_PHRASE_RECORD, /* `text`: the id of a record of `kind` */
    QB_PHRASE_WORD,   /* `text`: a message id */
};

struct qb_phrase_arg {
    const char *name;
    enum qb_phrase_type type;
    int number;
    const char *kind;
    const char *text;
};

#define QB_PHRASE_ARGS 4
struct qb_phrase {
    const char *id; /* of the message */
    struct qb_phrase_arg args[QB_PHRASE_ARGS];
    size_t count;
};

/* Why a monitoring task is owed, or will be; false where the policy is fixed and there is nothing to explain. */
bool qb_task_why(const struct qb_task *task, struct qb_phrase *phrase);

/* One to QB_TASK_PHRASES sentences; returns how many. They borrow the task's strings. Without `forecast` nothing is
 * said that each new day may make different while the task stands as it is. */
#define QB_TASK_PHRASES 4
size_t qb_task_phrases(const struct qb_output_view *view, const struct qb_task *task, bool forecast,
                       struct qb_phrase phrases[QB_TASK_PHRASES]);

/* Appends a phrase as plain text; what comes from records is as it is there: the format's escaper comes after. */
void qb_phrase_text(struct qb_buf *out, const struct qb_output_view *view, const struct qb_phrase *phrase);
/* All sentences of a task, a blank between them. */
void qb_task_text(struct qb_buf *out, const struct qb_output_view *view, const struct qb_task *task);

#endif
