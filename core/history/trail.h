/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What changed between two versions of a record, property by property, in words for commit messages and
 * `qbis log`: "result: none -> conform". Pure; works on JSON values.
 */
#ifndef QB_CORE_HISTORY_TRAIL_H
#define QB_CORE_HISTORY_TRAIL_H

#include "core/base/buf.h"
#include "core/data/json.h"

/* One property that differs: `before` or `after` is NULL where it is absent. `pointer` is RFC 6901. Objects are
 * compared member by member, arrays as one value. */
typedef void qb_trail_visit(void *context, const char *pointer, const struct qb_json *before,
                            const struct qb_json *after);
void qb_trail_compare(const struct qb_json *before, const struct qb_json *after, qb_trail_visit *visit, void *context);

/* Appends a line for each difference: `indent`, the property's path with dots ("monitoring.every"), old value -> new
 * value ("none" where absent), values shortened to 60 characters, control characters escaped. */
void qb_trail_describe(struct qb_buf *out, const char *indent, const struct qb_json *before,
                       const struct qb_json *after);
/* One such line. */
void qb_trail_describe_one(struct qb_buf *out, const char *indent, const char *pointer, const struct qb_json *before,
                           const struct qb_json *after);
/* Appends the property's path with dots. */
void qb_trail_name(struct qb_buf *out, const char *pointer);

#endif
