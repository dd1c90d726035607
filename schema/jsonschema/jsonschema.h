/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JSON Schema draft 2020-12: a schema is compiled once, then any number of values is evaluated against it.
 * Knows nothing of Q-BIS; keywords it does not know are annotations and ignored.
 *
 *     struct qb_schema *schema;
 *     if (qb_schema_compile(&schema, root, &options, &faults) < 0) ... faults says where
 *     if (!qb_schema_valid(schema, value)) qb_schema_report(schema, value, &violations);
 *     qb_schema_free(schema);
 *
 * A compiled schema is immutable: threads may share it. It copies what it needs, so `root` may go.
 */
#ifndef QB_SCHEMA_JSONSCHEMA_H
#define QB_SCHEMA_JSONSCHEMA_H

#include "core/base/err.h"
#include "core/base/text.h"
#include "core/data/json.h"

#include <stdbool.h>
#include <stddef.h>

/* A row of a table of formats. `check` sees strings only. */
struct qb_schema_format {
    const char *name;
    bool (*check)(const char *text, size_t length);
    const char *example; /* a right value, for messages */
};

struct qb_schema_options {
    const char *base_uri;                   /* of the root when it has no $id; NULL means none */
    bool assert_formats;                    /* `format` asserts also when the vocabulary does not say so */
    const struct qb_schema_format *formats; /* more rows, looked at before the built-in ones; may be NULL */
    size_t format_count;
    /* Answers for a document under an absolute URI that is neither built in nor embedded: a value that stays
     * valid until compile returns, or NULL when there is none. Nothing is ever fetched. May be NULL. */
    const struct qb_json *(*load)(void *context, const char *uri);
    void *load_context;
    const char *words; /* an annotation that violations carry from the schema that refused; NULL: none */
};

/* One thing wrong: in a value (report) or in a schema (compile). Strings live in the list's arena. */
#define QB_VIOLATION_ARGS 6
struct qb_violation {
    const char *keyword;  /* "minimum"; for schema faults the keyword at fault or "" */
    const char *pointer;  /* RFC 6901, into the value (report) or into the schema document (compile) */
    bool at_key;          /* the key at `pointer` is at fault rather than its value */
    const char *schema;   /* absolute location of the keyword: URI and fragment */
    const char *document; /* compile: URI of the document that `pointer` leads into, the base of the root; else NULL */
    const char *message_id;                     /* of the catalogue: "schema.minimum" */
    struct qb_text_arg args[QB_VIOLATION_ARGS]; /* named as the message names them: found, expected, nearest, ... */
    size_t arg_count;
    const struct qb_json *words; /* report: options.words of the schema that refused; as long as the schema; or NULL */
};

struct qb_violations {
    struct qb_arena arena;
    struct qb_violation *items;
    size_t count;
    size_t capacity;
};
void qb_violations_init(struct qb_violations *list);
void qb_violations_fini(struct qb_violations *list);
void qb_violations_clear(struct qb_violations *list);

struct qb_schema;

/* Compiles. On QB_EINPUT `faults` says what is wrong where (a keyword's value of the wrong type, a pattern
 * that does not compile, a $ref that leads nowhere, a vocabulary that is required and not known, ...). */
int qb_schema_compile(struct qb_schema **schema, const struct qb_json *root, const struct qb_schema_options *options,
                      struct qb_violations *faults);
void qb_schema_free(struct qb_schema *schema); /* NULL-safe */

/* The quick answer: stops at the first violation and allocates nothing on the usual path. */
bool qb_schema_valid(const struct qb_schema *schema, const struct qb_json *value);
/* Adds every violation in the order of the value's text; at most `most` (0: no limit). Of anyOf and oneOf
 * those of the branch that came nearest. Returns how many were added: 0 exactly when valid. */
size_t qb_schema_report(const struct qb_schema *schema, const struct qb_json *value, size_t most,
                        struct qb_violations *violations);

/* The table of built-in formats (tests and documentation iterate it). */
const struct qb_schema_format *qb_schema_formats(size_t *count);

#endif
