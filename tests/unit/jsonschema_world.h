/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tests of the JSON Schema engine share: schemas and values written as JSON, where ' stands for ".
 *
 *     expect("{'type': 'string'}", VALUES("'a'", "''"), VALUES("1"));
 */
#ifndef QB_TESTS_UNIT_JSONSCHEMA_WORLD_H
#define QB_TESTS_UNIT_JSONSCHEMA_WORLD_H

#include "core/base/mem.h"
#include "core/data/json.h"
#include "schema/jsonschema/jsonschema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define VALUES(...)       \
    (const char *const[]) \
    {                     \
        __VA_ARGS__, NULL \
    }

#define NONE ((const char *const[]){NULL})

/* A JSON text that owns what it needs. */
struct json {
    char *text;
    struct qb_json_doc *doc;
    const struct qb_json *root;
};

static inline struct json json_new(const char *text)
{
    struct json json = {.text = qb_mem_string(text), .doc = qb_json_doc_new()};
    struct qb_json_fault fault;
    for (char *c = json.text; *c; c++)
        if (*c == '\'')
            *c = '"';
    json.root = qb_json_parse(json.doc, json.text, strlen(json.text), &qb_json_document_options, &fault);
    if (!json.root)
        fail_msg("no JSON (%s, %u): %s", fault.reason, fault.column, json.text);
    return json;
}

static inline void json_free(struct json *json)
{
    qb_json_doc_free(json->doc);
    free(json->text);
}

/* Documents that exist beside the schema: URI, text, URI, text, ..., NULL. */
struct library {
    const char *const *texts;
    struct json loaded[16];
    size_t count;
};

static inline const struct qb_json *library_load(void *context, const char *uri)
{
    struct library *library = context;
    for (const char *const *at = library->texts; at && *at; at += 2)
        if (!strcmp(at[0], uri)) {
            library->loaded[library->count] = json_new(at[1]);
            return library->loaded[library->count++].root;
        }
    return NULL;
}

static inline void library_free(struct library *library)
{
    for (size_t i = 0; i < library->count; i++)
        json_free(&library->loaded[i]);
}

/* Compiles; the schema's text may go afterwards. NULL after a fault. */
static inline struct qb_schema *compile_with(const char *text, struct qb_schema_options options,
                                             const char *const *documents, struct qb_violations *faults)
{
    struct json schema_text = json_new(text);
    struct library library = {.texts = documents};
    struct qb_schema *schema = NULL;
    options.load = library_load;
    options.load_context = &library;
    int code = qb_schema_compile(&schema, schema_text.root, &options, faults);
    assert_int_equal(code, schema ? QB_OK : QB_EINPUT);
    assert_true(!schema == (faults->count > 0));
    library_free(&library);
    json_free(&schema_text);
    return schema;
}

static inline struct qb_schema *compile(const char *text)
{
    struct qb_violations faults;
    qb_violations_init(&faults);
    struct qb_schema *schema = compile_with(text, (struct qb_schema_options){0}, NULL, &faults);
    if (!schema)
        fail_msg("%s: %s at %s", text, faults.items[0].message_id, faults.items[0].pointer);
    qb_violations_fini(&faults);
    return schema;
}

static inline void expect_one(const struct qb_schema *schema, const char *about, const char *text, bool valid)
{
    struct json value = json_new(text);
    struct qb_violations violations;
    qb_violations_init(&violations);
    if (qb_schema_valid(schema, value.root) != valid)
        fail_msg("%s %s: %s", about, valid ? "refuses" : "takes", text);
    size_t count = qb_schema_report(schema, value.root, 0, &violations);
    assert_int_equal(count, violations.count);
    assert_int_equal(count == 0, valid);
    for (size_t i = 0; i < count; i++)
        if (!qb_json_at(value.root, violations.items[i].pointer) && !strstr(text, "\\u0000")) /* pointers end at NUL */
            fail_msg("%s: %s: no such place: %s", about, text, violations.items[i].pointer);
    qb_violations_fini(&violations);
    json_free(&value);
}

static inline void expect_schema(const struct qb_schema *schema, const char *about, const char *const *valid,
                                 const char *const *invalid)
{
    for (; *valid; valid++)
        expect_one(schema, about, *valid, true);
    for (; *invalid; invalid++)
        expect_one(schema, about, *invalid, false);
}

/* The schema takes these values and refuses those. */
static inline void expect(const char *text, const char *const *valid, const char *const *invalid)
{
    struct qb_schema *schema = compile(text);
    expect_schema(schema, text, valid, invalid);
    qb_schema_free(schema);
}

/* The same with documents beside it. */
static inline void expect_with(const char *text, const char *const *documents, const char *const *valid,
                               const char *const *invalid)
{
    struct qb_violations faults;
    qb_violations_init(&faults);
    struct qb_schema *schema = compile_with(text, (struct qb_schema_options){0}, documents, &faults);
    if (!schema)
        fail_msg("%s: %s at %s", text, faults.items[0].message_id, faults.items[0].pointer);
    expect_schema(schema, text, valid, invalid);
    qb_schema_free(schema);
    qb_violations_fini(&faults);
}

/* The schema is refused, with this message at this place first. */
static inline void expect_fault(const char *text, const char *const *documents, const char *pointer,
                                const char *message)
{
    struct qb_violations faults;
    qb_violations_init(&faults);
    struct qb_schema *schema = compile_with(text, (struct qb_schema_options){0}, documents, &faults);
    if (schema)
        fail_msg("taken: %s", text);
    if (strcmp(faults.items[0].message_id, message) != 0 || strcmp(faults.items[0].pointer, pointer) != 0)
        fail_msg("%s: %s at %s", text, faults.items[0].message_id, faults.items[0].pointer);
    assert_non_null(qb_text_find(QB_INDONESIAN, message));
    assert_non_null(qb_text_find(QB_ENGLISH, message));
    qb_violations_fini(&faults);
}

#endif
