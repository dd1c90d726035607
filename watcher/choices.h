/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a question can be answered with: the values of an enum, or the records that a reference may name. */
#ifndef QB_WATCHER_CHOICES_H
#define QB_WATCHER_CHOICES_H

#include "watcher/ask.h"

struct qb_choice {
    const char *value; /* what goes into the record */
    const char *words; /* for people; NULL when there are none */
};

struct qb_choices {
    const struct qb_invocation *invocation;
    const char *kind; /* of a reference; NULL otherwise */
    struct qb_choice *items;
    size_t count;  /* 0: any answer will do */
    size_t *shown; /* numbers of those that were printed last */
    size_t shown_count;
};

/* For the values of a schema: of a reference the records that are in force. */
void qb_choices_init(struct qb_choices *choices, const struct qb_ask *ask, const struct qb_json *schema);
void qb_choices_fini(struct qb_choices *choices);
/* Prints them with numbers, the first ones when there are many. */
void qb_choices_print(struct qb_choices *choices);
/* The value that an answer means: its number among those shown, itself, its words, or a part of either that only one
 * has. NULL after saying why it means none; when it is a part of several, these are shown. */
const char *qb_choices_pick(struct qb_choices *choices, const char *answer);

#endif
