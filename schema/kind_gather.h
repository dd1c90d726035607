/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds the annotated properties of a kind. Those that hold for every record are gathered: through properties, items,
 * allOf, and $ref to a place or an anchor of the kind. What would hold in some cases only (below if, anyOf, not, ...)
 * can give words, but no reference, uniqueness and the like: that is a problem, since it would be silently ignored.
 */
#ifndef QB_SCHEMA_KIND_GATHER_H
#define QB_SCHEMA_KIND_GATHER_H

#include "schema/kind.h"

/* Is told what is wrong: the place in the kind's file, the message and its argument "found". */
typedef void qb_kind_complain(void *context, const char *pointer, const char *message_id, const char *found);

/* Fills kind->fields. `root` is the kind's schema. */
void qb_kind_gather(struct qb_kind *kind, const struct qb_json *root, qb_kind_complain *complain, void *context);

/* Reads {id: ..., en: ...} under x-qbis-label into the kind's arena. */
void qb_kind_read_label(struct qb_kind *kind, const struct qb_json *schema, const char *label[QB_LANGUAGES]);
/* The schema in a kind that a $ref of it leads to: "#/...", "#anchor", or the kind's own $id before either; else NULL.
 */
const struct qb_json *qb_kind_target(const struct qb_json *root, const char *ref);

#endif
