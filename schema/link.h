/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Decides which version of each record is in force, after some of them changed.
 *
 *     struct qb_link link = {...};  qb_link_init
 *     for each file that changed: qb_store_set_current(...), entry->sound = ..., qb_link_suspect(&link, entry);
 *     for each that went: qb_link_leave(&link, entry) and then qb_store_remove
 *     qb_link_decide(&link, &err);
 *
 * Every sound record is taken as valid, then those whose references fail are taken out until nothing changes: the
 * greatest fixpoint. So records may refer to each other in a circle and come in any order. What others say (who came
 * first, whose facility it is) is asked of those that are valid in the end. A record that fails keeps in force what it
 * had.
 *
 * Only what may be concerned is looked at: the changed ones, all that were invalid before, those that hang on them in
 * the schedule, those that claim the same id or value, and, where an id disappeared or a commodity changed, those that
 * mention it.
 */
#ifndef QB_SCHEMA_LINK_H
#define QB_SCHEMA_LINK_H

#include "core/base/err.h"
#include "schema/check.h"
#include "schema/cross.h"

struct qb_link {
    struct qb_store *store;
    const struct qb_kinds *kinds;
    qb_date as_of;
    struct qb_checker *checker; /* for positions */
    /* The bytes of an entry's text in the folder (for positions). */
    int (*load)(void *context, const struct qb_entry *entry, struct qb_buf *text, struct qb_err *err);
    /* Called before a version comes into force or goes. May be NULL. */
    void (*replacing)(void *context, const struct qb_entry *entry, const struct qb_version *next);
    void *context;
    struct qb_entries suspects;
    struct qb_entries invalid;  /* all that are not valid, between passes */
    struct qb_entries troubled; /* all that have a problem, between passes; some may have none any more */
    struct qb_name **sought;    /* ids whose mentions are to be looked for, all in one walk */
    size_t sought_count;
    size_t sought_capacity;
    uint32_t ids[QB_MAX_KINDS]; /* counts the changes of which ids of a kind are in force */
};

void qb_link_init(struct qb_link *link, struct qb_store *store, const struct qb_kinds *kinds);
void qb_link_fini(struct qb_link *link);

/* The entry has a new current version, or its old one is to be looked at again. */
void qb_link_suspect(struct qb_link *link, struct qb_entry *entry);
/* The entry is about to be removed from the store: those that mention it become suspects. */
void qb_link_leave(struct qb_link *link, struct qb_entry *entry);
/* Everything is to be looked at (another date, other kinds). */
void qb_link_suspect_all(struct qb_link *link);

/* Decides and writes entry->valid, in_force, used and linked problems of all suspects, then forgets them. */
int qb_link_decide(struct qb_link *link, struct qb_err *err);

/* Adds a problem at a property of the entry's text, with its position (schedule warnings). */
int qb_link_add(struct qb_link *link, const struct qb_entry *entry, const struct qb_cross_hit *hit,
                struct qb_problems *problems, struct qb_err *err);

#endif
