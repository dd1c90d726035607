/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whom a person means by an author: an officer's id stands for every name and e-mail address that the officer's record
 * ever had; any other text for whoever has it in name or address.
 */
#ifndef QB_WATCHER_AUTHORS_H
#define QB_WATCHER_AUTHORS_H

#include "watcher/past.h"

struct qb_authors {
    char **people; /* "Name <email>", as commits write them */
    size_t count;
    size_t capacity;
    const char *text; /* to be found in name or address instead */
};

/* QB_EINPUT when it is the id of no officer that history knows. `text` is borrowed. */
int qb_authors_find(struct qb_authors *authors, struct qb_past *past, const char *text, struct qb_err *err);
bool qb_authors_match(const struct qb_authors *authors, const struct qb_history_person *person);
void qb_authors_fini(struct qb_authors *authors);

#endif
