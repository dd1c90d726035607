/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JSON values (strict RFC 8259), read through cJSON, which no other file knows.
 *
 * A document owns an arena and the values in it; it is made once and parsed into again and again:
 *
 *     struct qb_json_doc *doc = qb_json_doc_new();
 *     const struct qb_json *root = qb_json_parse(doc, text, length, &options, &fault);
 *     ... the values live until the next parse into doc, or qb_json_doc_free ...
 *     qb_json_doc_free(doc);
 *
 * Values are immutable. `text` must outlive them: numbers point into it.
 */
#ifndef QB_CORE_DATA_JSON_H
#define QB_CORE_DATA_JSON_H

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum qb_json_type {
    QB_JSON_NULL,
    QB_JSON_FALSE,
    QB_JSON_TRUE,
    QB_JSON_NUMBER,
    QB_JSON_STRING,
    QB_JSON_ARRAY,
    QB_JSON_OBJECT
};

/* One value. Members of an object and items of an array lie side by side at `items`, in the text's order. */
struct qb_json {
    enum qb_json_type type;
    uint32_t length;     /* bytes of a string or of a number's text; members; items */
    const char *key;     /* the member's name (UTF-8, NUL-terminated, may hold NULs), NULL when not in an object */
    uint32_t key_length; /* bytes */
    union {
        const char *string;          /* STRING: UTF-8, NUL-terminated, may hold NULs; NUMBER: its text as written,
                                        not NUL-terminated */
        const struct qb_json *items; /* ARRAY, OBJECT */
    } as;
    double number; /* NUMBER: the nearest double (infinite when beyond range) */
};

enum qb_json_fault_code {
    QB_JSON_SYNTAX,        /* not JSON (not YAML): the message of `reason` says what would be right there */
    QB_JSON_ENCODING,      /* not UTF-8, or half a surrogate pair */
    QB_JSON_DUPLICATE_KEY, /* `found` is the key */
    QB_JSON_TOO_LARGE,
    QB_JSON_TOO_DEEP,
    QB_JSON_NUMBER_RANGE, /* asked for by exact_numbers: a double cannot hold it and print it back */
};

/* Where and why a text is not taken. Lines and columns count from 1, columns in code points. */
struct qb_json_fault {
    enum qb_json_fault_code code;
    size_t offset;
    uint32_t line;
    uint32_t column;
    const char *reason; /* message id of the catalogue: "json.trailing-bytes", "json.missing-comma", ... static */
    char found[64]; /* what stands there, shortened, UTF-8, control characters as U+XXXX; "" at the end of the text */
    uint32_t other_line; /* of the bracket that is not closed, of the first of two equal keys; else 0 */
    size_t limit;        /* TOO_LARGE: bytes, TOO_DEEP: levels; else 0 */
};

/* Appends the sentence of a fault: its reason with {found}, {other_line} and {limit}. */
void qb_json_fault_message(struct qb_buf *out, enum qb_language language, const struct qb_json_fault *fault);
/* Every reason there is (tests and documentation iterate them). */
const char *const *qb_json_reasons(size_t *count);

struct qb_json_options {
    size_t max_bytes;
    unsigned max_depth; /* levels of arrays and objects */
    bool exact_numbers; /* refuse numbers that do not survive a double (records) */
};

extern const struct qb_json_options qb_json_record_options;   /* QB_MAX_RECORD, QB_MAX_DEPTH, exact */
extern const struct qb_json_options qb_json_document_options; /* QB_MAX_DOCUMENT, QB_MAX_DOCUMENT_DEPTH */

struct qb_json_doc;
struct qb_json_doc *qb_json_doc_new(void);
void qb_json_doc_free(struct qb_json_doc *doc); /* NULL-safe */
/* The arena of the document, for values that are built rather than parsed (core/data/yaml). */
struct qb_arena *qb_json_doc_arena(struct qb_json_doc *doc);

/* Drops what doc held and parses. A BOM at the start and CRLF are tolerated. NULL on a fault, which is filled
 * with the first one in the text. */
const struct qb_json *qb_json_parse(struct qb_json_doc *doc, const char *text, size_t length,
                                    const struct qb_json_options *options, struct qb_json_fault *fault);

/* The member of that name, or NULL; NULL too when `object` is NULL or no object. */
const struct qb_json *qb_json_get(const struct qb_json *object, const char *key);
const struct qb_json *qb_json_get_bytes(const struct qb_json *object, const char *key, size_t length);
/* The string's text, NULL when `value` is NULL or no string. */
const char *qb_json_string(const struct qb_json *value);
/* True when it is a number with an integral value that fits; 1.0 and 1e2 are integers. */
bool qb_json_integer(const struct qb_json *value, int64_t *out);
/* Follows an RFC 6901 pointer ("/lines/0/commodity"); NULL when it leads nowhere. */
const struct qb_json *qb_json_at(const struct qb_json *root, const char *pointer);
/* By value: 1.0 equals 1 exactly at any size, the order of members plays no part. */
bool qb_json_equal(const struct qb_json *a, const struct qb_json *b);
/* Exact comparison of two NUMBERs by their decimal texts: <0, 0, >0. */
int qb_json_number_compare(const struct qb_json *a, const struct qb_json *b);

/* Appends "/" and the key with ~ and / escaped (RFC 6901). */
void qb_json_pointer_add(struct qb_buf *pointer, const char *key, size_t length);
void qb_json_pointer_add_index(struct qb_buf *pointer, size_t index);
/* Takes the reference token at `pointer` (a "/") apart: unescaped into `token`. Returns behind it. */
const char *qb_json_pointer_take(const char *pointer, struct qb_buf *token);
/* An array index as RFC 6901 writes it: digits, no leading zero, at most 9 of them. */
bool qb_json_pointer_index(const char *token, size_t length, size_t *index);

/* Finds where the value at `pointer` begins in the text (its key when `key` is true and it is a member), by
 * a second look at the text. False when the pointer leads nowhere: then the place of the nearest enclosing
 * value that exists is given. Works on text that is JSON up to there. */
bool qb_json_locate(const char *text, size_t length, const char *pointer, bool key, uint32_t *line, uint32_t *column);

/* --- writing --- */

/* The one escaper of JSON strings, with quotes. Input that is no UTF-8 gets U+FFFD. */
void qb_json_write_string(struct qb_buf *out, const char *text, size_t length);
/* The shortest text that reads back as the same double; integers without a point. Finite numbers only. */
void qb_json_write_double(struct qb_buf *out, double number);
/* A value as it was read, two-space indent, members in their order, no newline behind. */
void qb_json_write(struct qb_buf *out, const struct qb_json *value);
/* In one line without blanks, for messages and trails. */
void qb_json_write_compact(struct qb_buf *out, const struct qb_json *value);

/* A writer of documents with a two-space indent: begin and end nest; inside an object give the key, inside
 * an array and at the top NULL. */
struct qb_json_writer {
    struct qb_buf *out;
    unsigned depth;
    bool empty; /* nothing written yet in the innermost container */
};
void qb_json_writer_init(struct qb_json_writer *writer, struct qb_buf *out);
void qb_json_writer_object(struct qb_json_writer *writer, const char *key);
void qb_json_writer_array(struct qb_json_writer *writer, const char *key);
void qb_json_writer_end_object(struct qb_json_writer *writer);
void qb_json_writer_end_array(struct qb_json_writer *writer);
void qb_json_writer_string(struct qb_json_writer *writer, const char *key, const char *text); /* NULL gives null */
void qb_json_writer_integer(struct qb_json_writer *writer, const char *key, int64_t number);
void qb_json_writer_bool(struct qb_json_writer *writer, const char *key, bool value);
void qb_json_writer_null(struct qb_json_writer *writer, const char *key);
/* A value as it was written at the same depth before: what was appended for it then, with or without the comma. */
void qb_json_writer_piece(struct qb_json_writer *writer, const char *text, size_t length);
void qb_json_writer_value(struct qb_json_writer *writer, const char *key, const struct qb_json *value);

#endif
