/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A record in the making. Values are set one by one, at paths ("lines[0].commodity"), in any order; the record is
 * written in the order of its kind.
 *
 *     struct qb_draft *draft = qb_draft_new(&text);            the kind's text must outlive it
 *     qb_draft_set(draft, "status", QB_DECIMAL_OPEN, "departed", 8);
 *     qb_draft_write(&out, draft);                             JSON, as records are written
 *     qb_draft_free(draft);
 */
#ifndef QB_SCHEMA_DRAFT_H
#define QB_SCHEMA_DRAFT_H

#include "schema/value.h"

enum qb_draft_result {
    QB_DRAFT_SET,
    QB_DRAFT_UNKNOWN,   /* the kind has no such property */
    QB_DRAFT_BAD_PATH,  /* no path at all: brackets, an index that is none */
    QB_DRAFT_CLASH,     /* a value where members were set, or the other way round */
    QB_DRAFT_AMBIGUOUS, /* a number that can be read in two ways */
};

/* items of one list; what a kind allows is mostly less */
#define QB_DRAFT_ITEMS 10000

struct qb_draft;
struct qb_draft *qb_draft_new(const struct qb_kind_text *text);
void qb_draft_free(struct qb_draft *draft); /* NULL-safe */

/* Sets or replaces the value at a path; anything but QB_DRAFT_SET leaves the draft as it was. */
enum qb_draft_result qb_draft_set(struct qb_draft *draft, const char *path, enum qb_value_decimal decimal,
                                  const char *words, size_t length);
/* The same with a value that is at hand. */
enum qb_draft_result qb_draft_set_value(struct qb_draft *draft, const char *path, const struct qb_json *value);
/* Takes away what is at a path and beneath; nothing there is no error. */
void qb_draft_unset(struct qb_draft *draft, const char *path);
bool qb_draft_has(const struct qb_draft *draft, const char *path);

/* Appends the record with a newline behind it. Items that were left out close up. */
void qb_draft_write(struct qb_buf *out, const struct qb_draft *draft);

/* The property that a path leads to, its indices put aside ("lines[3].lot" and "lines[].lot" are one); NULL when there
 * is none. *schema (may be NULL) is that of the value there: of the list, or of its items behind an index. */
const struct qb_kind_property *qb_draft_property(const struct qb_kind_text *text, const char *path,
                                                 const struct qb_json **schema);
/* Appends the path of a pointer: "/lines/0/lot" is "lines[0].lot". */
void qb_draft_path(struct qb_buf *path, const char *pointer);

#endif
