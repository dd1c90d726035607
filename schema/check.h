/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What one record's text says, looked at alone: strict JSON, its kind's schema, its name, its own dates, freezing. What
 * depends on other records is schema/link's part.
 *
 * A checker is the working place of one thread: its document and buffers are used again for each record.
 */
#ifndef QB_SCHEMA_CHECK_H
#define QB_SCHEMA_CHECK_H

#include "core/records/store.h"
#include "schema/kind.h"

struct qb_checker;
struct qb_checker *qb_checker_new(const struct qb_kinds *kinds);
void qb_checker_free(struct qb_checker *checker); /* NULL-safe */

/* The text that was in force before, for freezing: NULL when there was none, or it was not closed. */
struct qb_earlier {
    const char *text;
    size_t length;
};

/* Looks at a text for itself. Appends the summary of what it says (nothing when it is no JSON object) and adds all
 * problems. Returns whether it is without errors. Touches nothing but the checker: any thread with one of its own may.
 */
bool qb_check_look(struct qb_checker *checker, const struct qb_kind *kind, const char *path, const char *text,
                   size_t length, struct qb_buf *summary, struct qb_problems *problems);
/* Compares a text with an earlier one that is closed. Adds what was changed without a reason, and returns whether there
 * is no such thing. */
bool qb_check_closed(struct qb_checker *checker, const struct qb_kind *kind, const char *path, const char *text,
                     size_t length, const struct qb_earlier *earlier, struct qb_problems *problems);

/* Both, and what the text says as a version. Returns the version it says, which the caller takes (NULL when it is no
 * JSON object), and adds all problems. *sound (no errors) says whether it may come into force. Ids and values are
 * interned in `store`. */
struct qb_version *qb_check_text(struct qb_checker *checker, struct qb_store *store, const struct qb_kind *kind,
                                 const char *path, const char *text, size_t length, const struct qb_earlier *earlier,
                                 bool *sound, struct qb_problems *problems);

/* Whether the version is closed on that day. */
bool qb_version_frozen(const struct qb_version *version, qb_date day);

/* Where in the text the reference or unique value of a field stands: its pointer is appended, line and column set. The
 * first value equal to `value`, or the field itself when `value` is NULL. A text is appended to `shown` (may be NULL)
 * whole: `value` ends at a NUL. */
void qb_check_locate(struct qb_checker *checker, const struct qb_kind_field *field, const char *value, const char *text,
                     size_t length, struct qb_buf *pointer, struct qb_buf *shown, uint32_t *line, uint32_t *column);

#endif
