/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `qbis new`, `import` and `export` have in common: the folder with its records, the kind, who enters a record. */
#ifndef QB_WATCHER_ENTRY_H
#define QB_WATCHER_ENTRY_H

#include "schema/draft.h"
#include "watcher/office.h"

/* Opens the folder to look at, reads all of it and finds the kind of that name. NULL after saying why not; close the
 * office in any case. */
const struct qb_kind *qb_entry_open(struct qb_office *office, const struct qb_invocation *invocation, const char *name);

/* Fills in who enters the record where it does not say so: the officer given, else $QBIS_OFFICER, else nobody. */
void qb_entry_sign(struct qb_draft *draft, const struct qb_kind *kind, const char *officer);
/* Whether the record says who entered it, where its kind wants to know. */
bool qb_entry_signed(const struct qb_draft *draft, const struct qb_kind *kind);
/* Whether an id can be a file's name at all; that it is a right one the check says. */
bool qb_entry_id_usable(const char *id);
/* The record of the kind whose file has the name that this path ends in, valid or not; NULL when there is none. */
const struct qb_entry *qb_entry_of_path(const struct qb_folder *folder, const struct qb_kind *kind, const char *path);
/* Appends the paths of what the kind always requires of people, separated by ", ". */
void qb_entry_required(struct qb_buf *out, const struct qb_kind_text *text);

#endif
