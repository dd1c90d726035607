/* SPDX-License-Identifier: GPL-2.0-or-later */
/* References, identifiers, dynamic scope and vocabularies of the JSON Schema engine; faults of schemas. */
#include "tests/unit/jsonschema_world.h"

#define DRAFT "https://json-schema.org/draft/2020-12/"

static void test_jsonschema_reference__pointers(void **state)
{
    (void)state;
    expect("{'properties': {'a': {'$ref': '#'}}, 'additionalProperties': false}", VALUES("{'a': {'a': {}}}", "{}"),
           VALUES("{'b': 1}", "{'a': {'b': 1}}"));
    expect("{'$defs': {'a~b': {'type': 'integer'}, 'a/b': {'type': 'string'}, 'a%b': {'type': 'null'}, '': {'':"
           " {'type': 'boolean'}}, '\\u00fc': {'type': 'array'}, 'a\\\"b': {'type': 'object'}, 'a b': {'const': 7}},"
           " 'prefixItems': [{'$ref': '#/$defs/a~0b'}, {'$ref': '#/$defs/a~1b'}, {'$ref': '#/$defs/a%25b'},"
           " {'$ref': '#/$defs//'}, {'$ref': '#/$defs/%C3%BC'}, {'$ref': '#/$defs/a%22b'}, {'$ref': '#/$defs/a%20b'},"
           " {'$ref': '#/$defs/\\u00fc'}]}",
           VALUES("[1, '', null, true, [], {}, 7, []]"),
           VALUES("['']", "[1, 1]", "[1, '', 1]", "[1, '', null, 1]", "[1, '', null, true, 1]",
                  "[1, '', null, true, [], 1]", "[1, '', null, true, [], {}, 1]", "[1, '', null, true, [], {}, 7, 1]"));
    expect("{'prefixItems': [{'type': 'integer'}, {'$ref': '#/prefixItems/0'}]}", VALUES("[1, 2]"), VALUES("[1, 'a']"));
    expect("{'allOf': [{'$ref': '#/x-other/0/deep'}], 'x-other': [{'deep': {'type': 'null', 'properties': {}}}]}",
           VALUES("null"), VALUES("1"));
    expect("{'$ref': '#/examples/1', 'examples': [1, {'minimum': 3}]}", VALUES("3"), VALUES("2"));
    expect("{'$ref': '#/$defs/t', '$defs': {'t': true, 'f': false}}", VALUES("1"), NONE);
    expect("{'$ref': '#/$defs/f', '$defs': {'t': true, 'f': false}}", NONE, VALUES("1"));
    /* a reference stands beside other keywords */
    expect("{'$ref': '#/$defs/x', 'maximum': 5, '$defs': {'x': {'minimum': 2}}}", VALUES("2", "5"), VALUES("1", "6"));
    expect("{'properties': {'$ref': {'type': 'string'}}}", VALUES("{'$ref': 'a'}"), VALUES("{'$ref': 2}"));
    expect("{'enum': [{'$ref': '#/nowhere'}]}", VALUES("{'$ref': '#/nowhere'}"), VALUES("1"));
}

static void test_jsonschema_reference__long_chain(void **state)
{
    (void)state;
    struct qb_buf schema = {0};
    qb_buf_add_string(&schema, "{'$ref': '#/$defs/d0', '$defs': {");
    for (int i = 0; i < 2000; i++)
        qb_buf_addf(&schema, "'d%d': {'$ref': '#/$defs/d%d'}, ", i, i + 1);
    qb_buf_add_string(&schema, "'d2000': {'type': 'null'}}}");
    expect(schema.data, VALUES("null"), VALUES("1"));
    qb_buf_fini(&schema);
}

static void test_jsonschema_reference__identifiers(void **state)
{
    (void)state;
    expect("{'$id': 'http://example.com/root.json', '$ref': 'nested/item', '$defs': {'a': {'$id': 'nested/', '$defs': "
           "{'b':"
           " {'$id': 'item', 'type': 'integer', '$defs': {'c': {'$id': '../other', 'const': 1}}}}}}, 'not': {'$ref':"
           " 'http://example.com/other'}}",
           VALUES("2"), VALUES("'a'", "1"));
    expect("{'$id': 'http://example.com/a/b?x=1', '$ref': '?x=2', '$defs': {'q': {'$id': '/a/b?x=2', 'type': 'null'}}}",
           VALUES("null"), VALUES("1"));
    expect("{'$id': 'urn:example:root', '$ref': '#/$defs/a', '$defs': {'a': {'type': 'null'}}}", VALUES("null"),
           VALUES("1"));
    expect("{'$id': 'urn:uuid:deadbeef-1234-00ff-ff00-4321feebdaed', 'properties': {'a': {'$ref':"
           " 'urn:uuid:deadbeef-1234-00ff-ff00-4321feebdaed#/$defs/x'}, 'b': {'$ref':"
           " 'urn:uuid:deadbeef-1234-00ff-ff00-4321feebdaed#here'}}, '$defs': {'x': {'$anchor': 'here', 'type': "
           "'string'}}}",
           VALUES("{'a': '', 'b': ''}"), VALUES("{'a': 1}", "{'b': 1}"));
    expect(
        "{'$id': 'HTTP://Example.COM/x', '$ref': 'http://example.com/y', '$defs': {'y': {'$id': 'y', 'type': 'null'}}}",
        VALUES("null"), VALUES("1"));
    expect("{'$id': 'http://example.com/with#', '$ref': '#/$defs/a', '$defs': {'a': {'type': 'null'}}}", VALUES("null"),
           VALUES("1"));
    /* a relative $id without a base, and a pointer through an embedded resource */
    expect("{'$id': 'root', '$ref': 'child', '$defs': {'c': {'$id': 'child', 'type': 'null'}}}", VALUES("null"),
           VALUES("1"));
    expect("{'$id': 'http://example.com/p', '$ref': '#/$defs/c/$defs/d', '$defs': {'c': {'$id': 'c/', '$defs': {'d':"
           " {'$ref': 'e'}, 'e': {'$id': 'e', 'type': 'null'}}}}}",
           VALUES("null"), VALUES("1"));
    expect("{'$id': 'http://example.com/if', 'if': {'$id': 'cond', 'type': 'integer'}, '$ref': 'cond'}", VALUES("1"),
           VALUES("'a'"));
    /* the nearest $id counts, however deep */
    expect("{'$id': 'http://example.com/a.json', '$defs': {'x': {'$id': 'http://example.com/b/c.json', 'not': "
           "{'$defs': {'y':"
           " {'$id': 'd.json', 'type': 'number'}}}}}, '$ref': 'http://example.com/b/d.json'}",
           VALUES("1"), VALUES("'a'"));
    /* data is no identifier */
    expect("{'$id': 'http://example.com/r', '$defs': {'a': {'enum': [{'$id': 'x', 'type': 'null'}]}, 'b': {'const': "
           "{'$id':"
           " 'x'}}, 'c': {'$id': 'x', 'type': 'string'}, 'd': {'unknown': {'$id': 'x'}}}, '$ref': 'x'}",
           VALUES("'a'"), VALUES("null"));
}

static void test_jsonschema_reference__anchors(void **state)
{
    (void)state;
    expect("{'$ref': '#foo', '$defs': {'A': {'$anchor': 'foo', 'type': 'integer'}}}", VALUES("1"), VALUES("'a'"));
    expect("{'$id': 'http://example.com/r', '$ref': 'nested.json#foo', '$defs': {'A': {'$id': 'nested.json', '$defs': "
           "{'B':"
           " {'$anchor': 'foo', 'type': 'integer'}}}, 'C': {'$anchor': 'foo', 'type': 'null'}}}",
           VALUES("1"), VALUES("null"));
    expect("{'$anchor': 'self', 'properties': {'a': {'$ref': '#self'}}, 'type': 'object'}", VALUES("{'a': {'a': {}}}"),
           VALUES("{'a': {'a': 1}}"));
    expect("{'$ref': '#f%6Fo', '$defs': {'A': {'$anchor': 'foo', 'type': 'integer'}}}", VALUES("1"), VALUES("'a'"));
    expect("{'$ref': '#_.-9', '$defs': {'A': {'$anchor': '_.-9', 'type': 'integer'}}}", VALUES("1"), VALUES("'a'"));
    expect("{'properties': {'$anchor': {'type': 'string'}, '$id': {'type': 'string'}}}", VALUES("{'$anchor': 'a b'}"),
           VALUES("{'$id': 1}"));
}

static void test_jsonschema_reference__documents(void **state)
{
    (void)state;
    static const char *const library[] = {
        "http://example.com/int",
        "{'type': 'integer'}",
        "http://example.com/dir/",
        "{'$defs': {'a': {'$ref': 'b'}}, '$ref': '#/$defs/a'}",
        "http://example.com/dir/b",
        "{'$id': 'http://other.example/b', '$ref': 'c#here'}",
        "http://other.example/c",
        "{'$defs': {'x': {'$anchor': 'here', 'type': 'null'}}}",
        "http://example.com/list",
        "{'type': 'array', 'items': {'$ref': '#/$defs/item'}, '$defs': {'item': {'type':"
        " 'integer'}, 'unused': {'$ref': 'http://nowhere.example/'}}}",
        NULL};
    expect_with("{'$ref': 'http://example.com/int'}", library, VALUES("1"), VALUES("'a'"));
    expect_with("{'$id': 'http://example.com/x', '$ref': 'int#'}", library, VALUES("1"), VALUES("'a'"));
    expect_with("{'$ref': 'http://example.com/dir/'}", library, VALUES("null"), VALUES("1"));
    expect_with("{'anyOf': [{'$ref': 'http://example.com/dir/b'}, {'$ref': 'http://other.example/b'}]}", library,
                VALUES("null"), VALUES("1"));
    expect_with("{'$ref': 'http://example.com/list'}", library, VALUES("[1]"), VALUES("['a']"));
    expect_with("{'$ref': 'http://example.com/list#/$defs/item'}", library, VALUES("1"), VALUES("[1]"));
    expect_fault("{'$ref': 'http://example.com/absent'}", library, "/$ref", "schema.fault.reference-document");
    expect_fault("{'items': {'$ref': 'http://example.com/int#nothing'}}", library, "/items/$ref",
                 "schema.fault.reference");
    expect_fault("{'$ref': 'http://example.com/list#/$defs/unused'}", library, "/$defs/unused/$ref",
                 "schema.fault.reference-document");
}

static void test_jsonschema_reference__base_uri(void **state)
{
    (void)state;
    struct qb_violations faults;
    qb_violations_init(&faults);
    struct qb_schema_options options = {.base_uri = "http://example.com/dir/root.json"};
    struct qb_schema *schema = compile_with("{'$ref': 'other.json'}", options,
                                            VALUES("http://example.com/dir/other.json", "{'type': 'null'}"), &faults);
    assert_non_null(schema);
    expect_schema(schema, "base", VALUES("null"), VALUES("1"));
    qb_schema_free(schema);
    qb_violations_fini(&faults);
}

static void test_jsonschema_reference__meta_schemas(void **state)
{
    (void)state;
    expect("{'$ref': '" DRAFT "schema'}",
           VALUES("{}", "true", "{'type': 'object', 'properties': {'a': {'minLength': 1}}}",
                  "{'items': {'anyOf': [true, {'$ref': '#'}]}, '$defs': {'a': {}}}", "{'dependencies': {'a': ['b']}}"),
           VALUES("1", "[]", "{'type': 1}", "{'minLength': -1}", "{'properties': {'a': 1}}", "{'allOf': []}",
                  "{'$defs': {'a': {'type': 'nothing'}}}", "{'$id': 'a#b'}", "{'required': ['a', 'a']}",
                  "{'multipleOf': 0}", "{'$anchor': '9'}", "{'items': [{}]}", "{'dependencies': {'a': 1}}"));
    expect("{'$ref': '" DRAFT "meta/validation'}", VALUES("{'items': 1}", "{'pattern': 'a'}"), VALUES("{'type': []}"));
    static const char *const parts[] = {"core",      "applicator",        "unevaluated",      "validation",
                                        "meta-data", "format-annotation", "format-assertion", "content"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        struct qb_buf schema = {0};
        qb_buf_addf(&schema, "{'$ref': '" DRAFT "meta/%s'}", parts[i]);
        expect(schema.data, VALUES("{}", "true"), VALUES("1"));
        qb_buf_fini(&schema);
    }
}

static void test_jsonschema_reference__dynamic(void **state)
{
    (void)state;
    /* the outermost anchor on the way here */
    static const char list[] =
        "'list': {'$id': 'list', 'type': 'array', 'items': {'$dynamicRef': '#item'}, '$defs': {'d':"
        " {'$dynamicAnchor': 'item'}}}";
    struct qb_buf schema = {0};
    qb_buf_addf(&schema,
                "{'$id': 'http://example.com/r', '$ref': 'list', '$defs': {'s': {'$dynamicAnchor': 'item', 'type':"
                " 'string'}, %s}}",
                list);
    expect(schema.data, VALUES("['a']"), VALUES("[1]"));
    /* a plain $anchor of that name is none */
    qb_buf_clear(&schema);
    qb_buf_addf(&schema,
                "{'$id': 'http://example.com/r', '$ref': 'list', '$defs': {'s': {'$anchor': 'item', 'type':"
                " 'string'}, %s}}",
                list);
    expect(schema.data, VALUES("['a']", "[1]"), NONE);
    qb_buf_fini(&schema);
    /* without a dynamic anchor where it first leads, it is a $ref */
    expect(
        "{'$id': 'http://example.com/r', '$ref': 'list', '$defs': {'s': {'$dynamicAnchor': 'item', 'type': 'string'},"
        " 'l': {'$id': 'list', 'items': {'$dynamicRef': '#item'}, '$defs': {'d': {'$anchor': 'item', 'type':"
        " 'number'}}}}}",
        VALUES("[1]"), VALUES("['a']"));
    expect(
        "{'$id': 'http://example.com/r', '$ref': 'list', '$defs': {'s': {'$dynamicAnchor': 'item', 'type': 'string'},"
        " 'l': {'$id': 'list', 'items': {'$dynamicRef': '#/$defs/d'}, '$defs': {'d': {'$dynamicAnchor': 'item',"
        " 'type': 'number'}}}}}",
        VALUES("[1]"), VALUES("['a']"));
    /* a scope that was left counts no more */
    expect(
        "{'$id': 'http://example.com/r', 'allOf': [{'$ref': 'one'}, {'$ref': 'two'}], '$defs': {'1': {'$id': 'one',"
        " '$defs': {'x': {'$dynamicAnchor': 'x', 'type': 'string'}}}, '2': {'$id': 'two', '$dynamicRef': '#x', '$defs':"
        " {'x': {'$dynamicAnchor': 'x', 'type': 'null'}}}}}",
        VALUES("null"), VALUES("'a'"));
    /* a full URI */
    expect("{'$id': 'http://example.com/r', '$dynamicRef': 'http://example.com/s#x', '$defs': {'s': {'$id': 's',"
           " '$dynamicAnchor': 'x', 'type': 'null'}}}",
           VALUES("null"), VALUES("1"));
    expect("{'$dynamicRef': '#x', '$defs': {'a': {'$dynamicAnchor': 'x', 'type': 'null'}}}", VALUES("null"),
           VALUES("1"));
    expect("{'$ref': '#x', '$defs': {'a': {'$dynamicAnchor': 'x', 'type': 'null'}}}", VALUES("null"), VALUES("1"));
    expect(
        "{'$id': 'http://example.com/tree', '$dynamicAnchor': 'node', 'properties': {'kids': {'items': {'$dynamicRef':"
        " '#node'}}}, 'type': 'object'}",
        VALUES("{'kids': [{'kids': []}]}"), VALUES("{'kids': [1]}"));
    expect(
        "{'$id': 'http://example.com/strict', '$dynamicAnchor': 'node', '$ref': 'tree', 'unevaluatedProperties': false,"
        " '$defs': {'t': {'$id': 'tree', '$dynamicAnchor': 'node', 'properties': {'data': true, 'kids': {'items':"
        " {'$dynamicRef': '#node'}}}}}}",
        VALUES("{'kids': [{'data': 1}]}"), VALUES("{'kids': [{'daat': 1}]}"));
}

/* The anchor may be in a document that nothing else refers to. */
static void test_jsonschema_reference__dynamic_across_documents(void **state)
{
    (void)state;
    static const char *const library[] = {
        "http://example.com/list",
        "{'items': {'$dynamicRef': '#item'}, '$defs': {'d': {'$dynamicAnchor': 'item'}}}",
        "http://example.com/strings",
        "{'$ref': 'list', '$defs': {'s': {'$dynamicAnchor': 'item', '$ref': 'text'}}}",
        "http://example.com/text",
        "{'type': 'string'}",
        NULL};
    expect_with("{'$ref': 'http://example.com/strings'}", library, VALUES("['a']"), VALUES("[1]"));
    expect_with("{'$ref': 'http://example.com/list'}", library, VALUES("['a']", "[1]"), NONE);
}

static void test_jsonschema_reference__vocabularies(void **state)
{
    (void)state;
    static const char *const library[] = {
        "http://example.com/no-validation",
        "{'$vocabulary': {'" DRAFT "vocab/core': true, '" DRAFT "vocab/applicator': true}}",
        "http://example.com/optional",
        "{'$vocabulary': {'" DRAFT "vocab/core': true, '" DRAFT "vocab/validation': true, 'http://x/y': false}}",
        "http://example.com/required",
        "{'$vocabulary': {'" DRAFT "vocab/core': true, 'http://x/y': true}}",
        "http://example.com/formats",
        "{'$vocabulary': {'" DRAFT "vocab/core': true, '" DRAFT "vocab/format-assertion': false}}",
        "http://example.com/none",
        "{'title': 'says nothing about vocabularies'}",
        NULL};
    expect_with(
        "{'$schema': 'http://example.com/no-validation', 'type': 'null', 'minimum': -5, 'properties': {'a': false}}",
        library, VALUES("1", "-9", "{}"), VALUES("{'a': 1}"));
    expect_with("{'$schema': 'http://example.com/optional', 'type': 'null', 'properties': {'a': false}}", library,
                VALUES("null"), VALUES("1"));
    expect_fault("{'$schema': 'http://example.com/required'}", library, "/$schema", "schema.fault.vocabulary");
    expect_with("{'$schema': 'http://example.com/formats', 'format': 'ipv4', 'type': 'null'}", library,
                VALUES("'127.0.0.1'"), VALUES("'x'"));
    expect_fault("{'$schema': 'http://example.com/formats', 'format': 'no-such'}", library, "/format",
                 "schema.fault.format");
    expect_with("{'$schema': 'http://example.com/none', 'type': 'null', 'format': 'ipv4'}", library, VALUES("null"),
                VALUES("'x'"));
    expect_fault("{'$schema': 'http://example.com/absent'}", library, "/$schema", "schema.fault.meta-schema");
    expect_fault("{'$schema': 'http://json-schema.org/draft-07/schema#'}", library, "/$schema",
                 "schema.fault.meta-schema");
    expect("{'$schema': '" DRAFT "schema#', 'type': 'null'}", VALUES("null"), VALUES("1"));
    /* its own meta-schema */
    expect(
        "{'$id': 'http://example.com/own', '$schema': 'http://example.com/own', 'type': 'null', '$vocabulary': {'" DRAFT
        "vocab/core': true}}",
        VALUES("1"), NONE);
    /* an embedded resource may speak another dialect */
    expect_with("{'type': 'object', 'properties': {'a': {'$id': 'http://example.com/e', '$schema':"
                " 'http://example.com/no-validation', 'type': 'null'}}}",
                library, VALUES("{'a': 1}"), VALUES("1"));
}

static void test_jsonschema_reference__older_draft(void **state)
{
    (void)state;
    static const char *const library[] = {
        "http://example.com/old",
        "{'$schema': 'https://json-schema.org/draft/2019-09/schema', 'prefixItems': [{'type': 'string'}], 'items': "
        "[{'type':"
        " 'integer'}], 'additionalItems': {'type': 'null'}}",
        "http://example.com/tree",
        "{'$schema': 'https://json-schema.org/draft/2019-09/schema', '$recursiveAnchor': true, 'properties': {'kids':"
        " {'items': {'$recursiveRef': '#'}}}}",
        "http://example.com/strict",
        "{'$schema': 'https://json-schema.org/draft/2019-09/schema', '$recursiveAnchor': true, '$ref': 'tree',"
        " 'unevaluatedProperties': false}",
        "http://example.com/contains",
        "{'$schema': 'https://json-schema.org/draft/2019-09/schema', 'contains': {'const': 1}, 'unevaluatedItems': "
        "false}",
        NULL};
    expect_with("{'$ref': 'http://example.com/old', 'type': 'array'}", library, VALUES("[1, null]", "[1]", "[]"),
                VALUES("['a']", "[1, 2]", "1"));
    expect_with("{'$ref': 'http://example.com/tree'}", library, VALUES("{'kids': [{'x': 1}]}"), NONE);
    expect_with("{'$ref': 'http://example.com/strict'}", library, VALUES("{'kids': [{'kids': []}]}"),
                VALUES("{'kids': [{'x': 1}]}"));
    expect_with("{'$ref': 'http://example.com/contains'}", library, NONE, VALUES("[1]"));
}

static void test_jsonschema_reference__loops(void **state)
{
    (void)state;
    expect_fault("{'$ref': '#'}", NULL, "/$ref", "schema.fault.loop");
    expect_fault("{'$defs': {'a': {'$ref': '#/$defs/b'}, 'b': {'allOf': [{'$ref': '#/$defs/a'}]}}}", NULL,
                 "/$defs/a/$ref", "schema.fault.loop");
    expect_fault("{'anyOf': [{'type': 'null'}, {'$ref': '#'}]}", NULL, "/anyOf/1/$ref", "schema.fault.loop");
    expect_fault("{'if': {'not': {'$ref': '#'}}}", NULL, "/if/not/$ref", "schema.fault.loop");
    expect_fault("{'dependentSchemas': {'a': {'$ref': '#'}}}", NULL, "/dependentSchemas/a/$ref", "schema.fault.loop");
    /* going down is no circle; two ways to one place neither */
    expect("{'properties': {'a': {'$ref': '#'}}, 'items': {'$ref': '#'}, 'propertyNames': {'$ref': '#'}}", VALUES("{}"),
           NONE);
    expect("{'$defs': {'i': {'type': 'integer'}}, 'allOf': [{'$ref': '#/$defs/i'}, {'$ref': '#/$defs/i'}]}",
           VALUES("1"), VALUES("'a'"));
    /* which way a dynamic reference goes is only known when it goes there */
    expect(
        "{'$id': 'http://example.com/r', '$dynamicAnchor': 'x', '$ref': 'b', '$defs': {'b': {'$id': 'b', '$dynamicRef':"
        " '#x', '$defs': {'y': {'$dynamicAnchor': 'x'}}}}}",
        NONE, VALUES("1", "{}"));
}

/* Work is bounded: a schema whose branches double at each of forty levels. */
static void test_jsonschema_reference__doubling(void **state)
{
    (void)state;
    struct qb_buf schema = {0};
    qb_buf_add_string(&schema, "{'$ref': '#/$defs/d0', '$defs': {");
    for (int i = 0; i < 40; i++)
        qb_buf_addf(&schema, "'d%d': {'allOf': [{'$ref': '#/$defs/d%d'}, {'$ref': '#/$defs/d%d'}]}, ", i, i + 1, i + 1);
    qb_buf_add_string(&schema, "'d40': {'items': {}, 'minItems': 0, 'uniqueItems': true}}}");
    struct qb_schema *compiled = compile(schema.data);
    struct json value = json_new("[]");
    struct qb_violations violations;
    qb_violations_init(&violations);
    assert_false(qb_schema_valid(compiled, value.root));
    assert_int_equal(qb_schema_report(compiled, value.root, 10, &violations), 1);
    assert_string_equal(violations.items[0].message_id, "schema.limit");
    qb_violations_fini(&violations);
    json_free(&value);
    qb_schema_free(compiled);
    qb_buf_fini(&schema);
}

/* Patterns that backtrack for ever, many times over: each is given up, and in the end the whole. */
static void test_jsonschema_reference__hostile_patterns(void **state)
{
    (void)state;
    static const char *const schemas[] = {"{'items': {'pattern': '^(\\\\p{L}+)+$'}}",
                                          "{'items': {'patternProperties': {'^(\\\\p{L}+)+$': true}}}"};
    for (size_t i = 0; i < sizeof schemas / sizeof *schemas; i++) {
        struct qb_schema *schema = compile(schemas[i]);
        struct qb_violations violations;
        struct qb_buf text = {0};
        qb_violations_init(&violations);
        qb_buf_add_string(&text, "[");
        for (int j = 0; j < 1000; j++)
            qb_buf_addf(&text, "%s'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa%d'%s, ", i ? "{" : "", j, i ? ": 1}" : "");
        qb_buf_add_string(&text, "0]");
        struct json value = json_new(text.data);
        assert_false(qb_schema_valid(schema, value.root));
        size_t count = qb_schema_report(schema, value.root, 0, &violations);
        assert_in_range(count, 2, 50);
        assert_string_equal(violations.items[0].message_id, "schema.limit");
        assert_string_equal(violations.items[1].message_id, "schema.pattern-limit");
        qb_violations_fini(&violations);
        json_free(&value);
        qb_schema_free(schema);
        qb_buf_fini(&text);
    }
}

/* As deep as a document may be, through several schemas a level. */
static void test_jsonschema_reference__deep_values(void **state)
{
    (void)state;
    struct qb_buf text = {0};
    for (int i = 0; i < 500; i++)
        qb_buf_add_string(&text, "[");
    for (int i = 0; i < 500; i++)
        qb_buf_add_string(&text, "]");
    expect("{'$ref': '#/$defs/a', '$defs': {'a': {'allOf': [{'$ref': '#/$defs/b'}]}, 'b': {'items': {'$ref': '#'}}}}",
           VALUES(text.data), NONE);
    expect("{'type': 'array', 'items': {'$ref': '#'}, 'unevaluatedItems': false}", VALUES(text.data),
           VALUES("[[[1]]]"));
    qb_buf_fini(&text);
}

static void test_jsonschema_reference__faults(void **state)
{
    (void)state;
    static const struct {
        const char *schema;
        const char *pointer;
        const char *message;
    } faults[] = {
        {"1", "", "schema.fault.schema"},
        {"[]", "", "schema.fault.schema"},
        {"null", "", "schema.fault.schema"},
        {"{'type': 'foo'}", "/type", "schema.fault.type"},
        {"{'type': []}", "/type", "schema.fault.type"},
        {"{'type': ['null', 'null']}", "/type", "schema.fault.type"},
        {"{'type': 1}", "/type", "schema.fault.type"},
        {"{'properties': {'a': {'minimum': 'x'}}}", "/properties/a/minimum", "schema.fault.number"},
        {"{'properties': {'a/b': 1}}", "/properties/a~1b", "schema.fault.schema"},
        {"{'properties': []}", "/properties", "schema.fault.schema-map"},
        {"{'minLength': -1}", "/minLength", "schema.fault.count"},
        {"{'minLength': 1.5}", "/minLength", "schema.fault.count"},
        {"{'maxItems': '3'}", "/maxItems", "schema.fault.count"},
        {"{'multipleOf': 0}", "/multipleOf", "schema.fault.positive"},
        {"{'multipleOf': -1}", "/multipleOf", "schema.fault.positive"},
        {"{'required': 'a'}", "/required", "schema.fault.names"},
        {"{'required': ['a', 'a']}", "/required", "schema.fault.names"},
        {"{'required': [1]}", "/required", "schema.fault.names"},
        {"{'enum': 1}", "/enum", "schema.fault.array"},
        {"{'uniqueItems': 1}", "/uniqueItems", "schema.fault.boolean"},
        {"{'allOf': []}", "/allOf", "schema.fault.schemas"},
        {"{'allOf': [true, 3]}", "/allOf/1", "schema.fault.schema"},
        {"{'prefixItems': []}", "/prefixItems", "schema.fault.schemas"},
        {"{'items': [true]}", "/items", "schema.fault.schema"},
        {"{'not': 'x'}", "/not", "schema.fault.schema"},
        {"{'pattern': 1}", "/pattern", "schema.fault.string"},
        {"{'pattern': '('}", "/pattern", "schema.fault.pattern.unclosed-group"},
        {"{'pattern': 'a)'}", "/pattern", "schema.fault.pattern.unopened-group"},
        {"{'pattern': '[a'}", "/pattern", "schema.fault.pattern.unclosed-class"},
        {"{'pattern': '*'}", "/pattern", "schema.fault.pattern.nothing-to-repeat"},
        {"{'pattern': 'a{2,1}'}", "/pattern", "schema.fault.pattern.quantifier"},
        {"{'pattern': '\\\\a'}", "/pattern", "schema.fault.pattern.escape"},
        {"{'pattern': '\\\\'}", "/pattern", "schema.fault.pattern.end"},
        {"{'pattern': '(?i)a'}", "/pattern", "schema.fault.pattern.group"},
        {"{'pattern': '\\\\1'}", "/pattern", "schema.fault.pattern.reference"},
        {"{'pattern': '(?<1>a)'}", "/pattern", "schema.fault.pattern.group-name"},
        {"{'pattern': '[z-a]'}", "/pattern", "schema.fault.pattern.range"},
        {"{'pattern': 'a}'}", "/pattern", "schema.fault.pattern.lone-bracket"},
        {"{'pattern': '\\\\p{Nothing}'}", "/pattern", "schema.fault.pattern.property"},
        {"{'pattern': '\\\\p{Script=Nothing}'}", "/pattern", "schema.fault.pattern.property"},
        {"{'pattern': '(?<=(a)\\\\1+)b'}", "/pattern", "schema.fault.pattern.lookbehind"},
        {"{'pattern': '\\\\b(a{60000}){60000}'}", "/pattern", "schema.fault.pattern.too-large"},
        {"{'patternProperties': {'a': true, '[': true}}", "/patternProperties/[",
         "schema.fault.pattern.unclosed-class"},
        {"{'$ref': '#/nowhere'}", "/$ref", "schema.fault.reference.here"},
        {"{'$id': 'urn:a', '$ref': '#/nowhere'}", "/$ref", "schema.fault.reference"},
        {"{'$ref': '#/type', 'type': 'null'}", "/$ref", "schema.fault.reference.here"},
        {"{'$ref': '#nowhere'}", "/$ref", "schema.fault.reference.here"},
        {"{'$ref': '#/%zz'}", "/$ref", "schema.fault.reference.here"},
        {"{'$ref': 1}", "/$ref", "schema.fault.reference-text"},
        {"{'$ref': 'a\\u0000b'}", "/$ref", "schema.fault.reference-text"},
        {"{'items': {'$ref': 'other.json'}}", "/items/$ref", "schema.fault.reference-document"},
        {"{'$dynamicRef': '#nowhere'}", "/$dynamicRef", "schema.fault.reference.here"},
        {"{'$id': '#part'}", "/$id", "schema.fault.identifier"},
        {"{'$id': 1}", "/$id", "schema.fault.identifier"},
        {"{'$defs': {'a': {'$id': 'x'}, 'b': {'$id': 'x'}}}", "/$defs/b/$id", "schema.fault.identifier-twice"},
        {"{'$anchor': '#a'}", "/$anchor", "schema.fault.anchor"},
        {"{'$anchor': ''}", "/$anchor", "schema.fault.anchor"},
        {"{'$anchor': '1'}", "/$anchor", "schema.fault.anchor"},
        {"{'$dynamicAnchor': 'a b'}", "/$dynamicAnchor", "schema.fault.anchor"},
        {"{'$defs': {'a': {'$anchor': 'x'}, 'b': {'$anchor': 'x'}}}", "/$defs/b/$anchor", "schema.fault.anchor-twice"},
        {"{'$vocabulary': {'x': 1}}", "/$vocabulary", "schema.fault.vocabularies"},
        {"{'dependentRequired': {'a': 'b'}}", "/dependentRequired", "schema.fault.name-lists"},
        {"{'dependentSchemas': {'a': 1}}", "/dependentSchemas/a", "schema.fault.schema"},
        {"{'dependencies': {'a': [1]}}", "/dependencies", "schema.fault.dependencies"},
        {"{'format': 1}", "/format", "schema.fault.string"},
        {"{'title': 1}", "/title", "schema.fault.string"},
        {"{'$defs': {'unused': {'maximum': null}}}", "/$defs/unused/maximum", "schema.fault.number"},
    };
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        expect_fault(faults[i].schema, NULL, faults[i].pointer, faults[i].message);
}

static void test_jsonschema_reference__all_faults_in_order(void **state)
{
    (void)state;
    struct qb_violations faults;
    qb_violations_init(&faults);
    assert_null(
        compile_with("{'$id': 'http://example.com/s', 'type': 'x', 'properties': {'a': {'minimum': '1'}, 'b': {'$ref':"
                     " '#/$defs/none'}}}",
                     (struct qb_schema_options){0}, NULL, &faults));
    assert_int_equal(faults.count, 3);
    assert_string_equal(faults.items[0].pointer, "/type");
    assert_string_equal(faults.items[1].schema, "http://example.com/s#/properties/a/minimum");
    assert_string_equal(faults.items[2].keyword, "$ref");
    assert_string_equal(faults.items[2].document, "");
    qb_violations_fini(&faults);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_jsonschema_reference__pointers),
        cmocka_unit_test(test_jsonschema_reference__long_chain),
        cmocka_unit_test(test_jsonschema_reference__identifiers),
        cmocka_unit_test(test_jsonschema_reference__anchors),
        cmocka_unit_test(test_jsonschema_reference__documents),
        cmocka_unit_test(test_jsonschema_reference__base_uri),
        cmocka_unit_test(test_jsonschema_reference__meta_schemas),
        cmocka_unit_test(test_jsonschema_reference__dynamic),
        cmocka_unit_test(test_jsonschema_reference__dynamic_across_documents),
        cmocka_unit_test(test_jsonschema_reference__vocabularies),
        cmocka_unit_test(test_jsonschema_reference__older_draft),
        cmocka_unit_test(test_jsonschema_reference__loops),
        cmocka_unit_test(test_jsonschema_reference__doubling),
        cmocka_unit_test(test_jsonschema_reference__hostile_patterns),
        cmocka_unit_test(test_jsonschema_reference__deep_values),
        cmocka_unit_test(test_jsonschema_reference__faults),
        cmocka_unit_test(test_jsonschema_reference__all_faults_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
