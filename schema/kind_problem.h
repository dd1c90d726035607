/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is wrong in a file, as problems that name properties and kinds in words: "Nomor sertifikat
 * (certificate_number)".
 */
#ifndef QB_SCHEMA_KIND_PROBLEM_H
#define QB_SCHEMA_KIND_PROBLEM_H

#include "schema/kind.h"

/* The annotation with a kind's own sentences: {KEYWORD: {id: ..., en: ...}}, said when that keyword beside it refuses.
 */
#define QB_KIND_MESSAGES "x-qbis-messages"

/* The annotated property that a pointer into a record leads to, or NULL. */
const struct qb_kind_field *qb_kind_field_at(const struct qb_kind *kind, const char *pointer);

/* Gives a problem of a record the words for what its arguments name: "property" and "other" (a field's path), "kind";
 * without a "property" the field at its pointer is its "subject". Words are borrowed from the kinds. */
void qb_kind_name(struct qb_problem *problem, const struct qb_kinds *kinds, const struct qb_kind *kind);

/* Adds the violations of a schema as problems, with their positions in `text` (JSON, or YAML when `yaml`). `kind` is
 * that of the record, for words; NULL when it is none. */
void qb_kind_report(struct qb_problems *problems, const struct qb_problem *base, const struct qb_violations *violations,
                    const struct qb_kind *kind, const char *text, size_t length, bool yaml);
/* Appends what qb_kind_report says of one, in a language. */
void qb_kind_violation_message(struct qb_buf *out, enum qb_language language, const struct qb_kind *kind,
                               const struct qb_violation *violation);
/* Adds a fault of the JSON or YAML reader. */
void qb_kind_report_fault(struct qb_problems *problems, const struct qb_problem *base,
                          const struct qb_json_fault *fault);

#endif
