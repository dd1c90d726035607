/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the JSON Schema engine says about a value: which violations, in which order, with which words. */
#include "core/base/utf8.h"
#include "tests/unit/jsonschema_world.h"

/* All violations as "pointer keyword message" in lines; a "!" behind the pointer for a key. */
static char *report(const char *schema_text, const char *value_text, size_t most)
{
    struct qb_schema *schema = compile(schema_text);
    struct json value = json_new(value_text);
    struct qb_violations violations;
    struct qb_buf lines = {0};
    qb_violations_init(&violations);
    qb_schema_report(schema, value.root, most, &violations);
    for (size_t i = 0; i < violations.count; i++) {
        const struct qb_violation *violation = &violations.items[i];
        qb_buf_addf(&lines, "%s%s|%s|", violation->pointer, violation->at_key ? "!" : "", violation->keyword);
        qb_text_format(&lines, QB_ENGLISH, violation->message_id, violation->args, violation->arg_count);
        qb_buf_add_char(&lines, '\n');
    }
    qb_violations_fini(&violations);
    json_free(&value);
    qb_schema_free(schema);
    return qb_buf_steal(&lines);
}

static void says(const char *schema, const char *value, const char *lines)
{
    char *found = report(schema, value, 0);
    assert_string_equal(found, lines);
    free(found);
}

static void test_jsonschema_report__every_violation_in_text_order(void **state)
{
    (void)state;
    says("{'allOf': [{'properties': {'c': {'maximum': 1}}}], 'required': ['d'], 'properties': {'a': {'type': "
         "'string'}, 'b':"
         " {'items': {'minimum': 5}}}, 'additionalProperties': {}}",
         "{'c': 2, 'b': [1, 9, 2], 'a': 3}",
         "|required|\"d\" is missing. Add it.\n"
         "/c|maximum|2 is too large. The value must be 1 or less.\n"
         "/b/0|minimum|1 is too small. The value must be 5 or more.\n"
         "/b/2|minimum|2 is too small. The value must be 5 or more.\n"
         "/a|type|A text in quotes must stand here, not 3.\n");
}

static void test_jsonschema_report__most(void **state)
{
    (void)state;
    char *found = report("{'items': {'type': 'null'}}", "[1, 2, 3, 4]", 2);
    assert_string_equal(found, "/0|type|Only null (empty) may stand here, not 1.\n"
                               "/1|type|Only null (empty) may stand here, not 2.\n");
    free(found);
}

static void test_jsonschema_report__unknown_properties(void **state)
{
    (void)state;
    static const char schema[] =
        "{'properties': {'certificate_number': {}, 'status': {}}, 'additionalProperties': false}";
    says(schema, "{'certificate_numbr': 1, 'status': 1}",
         "/certificate_numbr!|additionalProperties|\"certificate_numbr\" is not known here. Perhaps you mean:"
         " certificate_number\n");
    says(schema, "{'colour': 1}",
         "/colour!|additionalProperties|\"colour\" is not known here. Check the spelling, or remove it.\n");
    /* a name that is there already is not what was meant */
    says(schema, "{'statu': 1, 'status': 1}",
         "/statu!|additionalProperties|\"statu\" is not known here. Check the spelling, or remove it.\n");
    says("{'$ref': '#/$defs/a', 'unevaluatedProperties': false, '$defs': {'a': {'properties': {'weight': {}}}}}",
         "{'wieght': 1}", "/wieght!|unevaluatedProperties|\"wieght\" is not known here. Perhaps you mean: weight\n");
    says("{'properties': {'old': false}}", "{'old': 1}", "/old!||\"old\" must not be used here. Remove it.\n");
}

static void test_jsonschema_report__values(void **state)
{
    (void)state;
    says("{'enum': ['planned', 'certified', 1, null]}", "'planed'",
         "|enum|\"planed\" is not one of the allowed values: \"planned\", \"certified\", 1, null. Perhaps you mean: "
         "planned\n");
    says("{'enum': [1, 2]}", "3", "|enum|3 is not one of the allowed values: 1, 2.\n");
    says("{'const': {'a': [1]}}", "[{}]", "|const|{\"a\": [1]} must stand here, not [{}].\n");
    says("{'type': ['integer', 'null']}", "1.5",
         "|type|A whole number without quotes or null (empty) must stand here, not 1.5.\n");
    says("{'type': ['array', 'string', 'integer']}", "true",
         "|type|true is of the wrong type. Allowed here: string, integer, array.\n");
    says("{'multipleOf': 5}", "7", "|multipleOf|7 is not a multiple of 5. Write a number that 5 divides.\n");
    says("{'exclusiveMinimum': 0, 'exclusiveMaximum': -1}", "-0.5",
         "|exclusiveMinimum|-0.5 is too small. The value must be more than 0.\n"
         "|exclusiveMaximum|-0.5 is too large. The value must be less than -1.\n");
    says("{'minLength': 3}", "'a\\u00e9'",
         "|minLength|\"a\xC3\xA9\" is too short: 2 characters, at least 3 are needed.\n");
    says("{'minLength': 1}", "''",
         "|minLength|This text is empty. Write at least 1 characters, or remove the property if it is not needed.\n");
    says("{'maxLength': 1}", "'ab'", "|maxLength|\"ab\" is too long: 2 characters, at most 1 are allowed.\n");
    says("{'pattern': '^[0-9]+$'}", "'x'", "|pattern|\"x\" does not have the form that is needed here: ^[0-9]+$\n");
    says("{'pattern': '^[0-9]+$', 'examples': ['12']}", "'x'",
         "|pattern|\"x\" does not have the form that is needed here. Right would be, for example, \"12\".\n");
    says("{'not': {'const': 'ID'}}", "'ID'", "|not|\"ID\" must not be used here. Write another value.\n");
    says("false", "1", "||Nothing may stand here. Remove it.\n");
}

static void test_jsonschema_report__containers(void **state)
{
    (void)state;
    says("{'minItems': 2, 'uniqueItems': true}", "[1]",
         "|minItems|This list has 1 entries, at least 2 are needed. Add what is missing.\n");
    says("{'maxItems': 1, 'uniqueItems': true}", "[{'a': 1}, 2, {'a': 1.0}]",
         "|maxItems|This list has 3 entries, at most 1 are allowed. Remove the others.\n"
         "|uniqueItems|Entries 1 and 3 of this list are the same: {\"a\": 1.0}. Remove one of them.\n");
    says("{'prefixItems': [true], 'items': false}", "[1, 2, 3]",
         "/1|items|This list may have at most 1 entries, but has 3. Remove those that are too many, from here on: 2\n");
    says("{'contains': {'type': 'null'}}", "[1]",
         "|contains|An entry that must be in this list is not there. Add it, or check the entries that are there.\n");
    says("{'contains': {'const': 'a'}}", "[1]", "|contains|This list must have \"a\" in it, and has not. Add it.\n");
    says("{'contains': {'enum': ['a', 7]}}", "[1]",
         "|contains|This list must have at least one of these in it: \"a\", 7. Add it.\n");
    says("{'contains': {'type': 'null'}, 'minContains': 2}", "[null]",
         "|contains|Of the entries that must be in this list there are 1, at least 2 are needed. Add what is "
         "missing.\n");
    says("{'contains': true, 'maxContains': 1}", "[1, 2]",
         "|maxContains|There are 2 entries of one sort in this list, at most 1 are allowed. Remove the others.\n");
    says("{'prefixItems': [true], 'unevaluatedItems': false}", "[1, 'x']",
         "/1|unevaluatedItems|This entry must not be in the list: \"x\". Remove it, or mend it.\n");
    says("{'minProperties': 1}", "{}",
         "|minProperties|There are 0 properties here, at least 1 are needed. Add what is missing.\n");
    says("{'dependentRequired': {'a': ['b']}}", "{'a': 1}",
         "|dependentRequired|\"b\" is missing: it is needed where \"a\" is given. Add it.\n");
    says("{'propertyNames': {'pattern': '^a'}}", "{'b': 1}",
         "/b!|pattern|The name \"b\" does not have the form that names must have here: ^a\n");
    says("{'propertyNames': {'type': 'null'}}", "{'b': 1}",
         "/b!|type|The name \"b\" must not be used here. Change the name, or remove the property.\n");
    says("{'propertyNames': {'enum': ['aa']}}", "{'b': 1}",
         "/b!|enum|The name \"b\" is not known here. The names that may be used: \"aa\".\n");
}

/* Of anyOf and oneOf the branch that came nearest. */
static void test_jsonschema_report__branches(void **state)
{
    (void)state;
    says("{'anyOf': [{'type': 'string'}, {'type': 'object', 'required': ['a', 'b']}]}", "{'a': 1}",
         "|required|\"b\" is missing. Add it.\n");
    says("{'oneOf': [{'properties': {'kind': {'const': 'x'}, 'n': {'type': 'string'}}}, {'properties': {'kind': "
         "{'const':"
         " 'y'}, 'n': {'minimum': 5}, 'm': {'type': 'null'}}}]}",
         "{'kind': 'y', 'n': 1, 'm': 1}",
         "/n|minimum|1 is too small. The value must be 5 or more.\n/m|type|Only null (empty) may stand here, not 1.\n");
    says("{'anyOf': [{'type': 'string'}, {'type': 'null'}]}", "1",
         "|anyOf|A text in quotes or null (empty) must stand here, not 1.\n");
    says("{'anyOf': [{'$ref': '#/$defs/i'}, {'type': 'boolean'}], '$defs': {'i': {'type': 'integer'}}}", "'a'",
         "|anyOf|\"a\" is of the wrong type. Allowed here: integer, boolean.\n");
    says("{'oneOf': [{'const': 'low'}, {'const': 'high'}, {'enum': ['none', 'some']}]}", "'hihg'",
         "|oneOf|\"hihg\" is not one of the allowed values: \"low\", \"high\", \"none\", \"some\". Perhaps you mean: "
         "high\n");
    says("{'oneOf': [true, {'type': 'null'}, true]}", "1",
         "|oneOf|This has two forms at once (number 1 and number 3), and may have only one. Keep the properties of one "
         "form only.\n");
    says("{'if': {'const': 1}, 'then': {'type': 'string'}}", "1", "|type|A text in quotes must stand here, not 1.\n");
}

/* The same failure on two ways is one. */
static void test_jsonschema_report__repeated(void **state)
{
    (void)state;
    says("{'allOf': [{'$ref': '#/$defs/a'}, {'$ref': '#/$defs/a'}], '$defs': {'a': {'required': ['x', 'y']}}}", "{}",
         "|required|\"x\" is missing. Add it.\n|required|\"y\" is missing. Add it.\n");
}

/* Long values are cut, nothing invisible is shown as it is. */
static void test_jsonschema_report__quotes(void **state)
{
    (void)state;
    says("{'type': 'null'}", "'a\\u0000\\u001b[31m\\u202e\\\"\\\\'",
         "|type|Only null (empty) may stand here, not \"a\\u0000\\u001B[31m\\u202E\\\"\\\\\".\n");
    struct qb_buf text = {0};
    qb_buf_add_string(&text, "[");
    for (int i = 0; i < 1000; i++)
        qb_buf_add_string(&text, "'\\u20ac\\ud83d\\udc32', ");
    qb_buf_add_string(&text, "0]");
    char *found = report("{'type': 'null'}", text.data, 0);
    assert_non_null(strstr(found, "\xE2\x80\xA6"));
    assert_in_range(qb_utf8_length(found, strlen(found)), 60, 120);
    free(found);
    qb_buf_fini(&text);
}

static void test_jsonschema_report__locations(void **state)
{
    (void)state;
    struct qb_schema *schema =
        compile("{'$id': 'http://example.com/s', '$defs': {'a b': {'$anchor': 'x', 'minimum': 3}},"
                " 'items': {'$ref': '#x'}}");
    struct json value = json_new("[1]");
    struct qb_violations violations;
    qb_violations_init(&violations);
    assert_int_equal(qb_schema_report(schema, value.root, 0, &violations), 1);
    assert_string_equal(violations.items[0].schema, "http://example.com/s#/$defs/a%20b/minimum");
    assert_string_equal(violations.items[0].message_id, "schema.minimum");
    assert_null(violations.items[0].document);
    /* a list is used again */
    qb_violations_clear(&violations);
    assert_int_equal(qb_schema_report(schema, value.root, 0, &violations), 1);
    assert_int_equal(qb_schema_report(schema, value.root, 0, &violations), 1);
    assert_int_equal(violations.count, 2);
    qb_violations_fini(&violations);
    json_free(&value);
    qb_schema_free(schema);
}

static void test_jsonschema_report__many(void **state)
{
    (void)state;
    struct qb_buf text = {0};
    qb_buf_add_string(&text, "{");
    for (int i = 0; i < 5000; i++)
        qb_buf_addf(&text, "'unknown%d': 1, ", i);
    qb_buf_add_string(&text, "'x': 1}");
    struct qb_schema *schema = compile("{'properties': {'x': {}, 'unknowm': {}}, 'additionalProperties': false}");
    struct json value = json_new(text.data);
    struct qb_violations violations;
    qb_violations_init(&violations);
    assert_int_equal(qb_schema_report(schema, value.root, 0, &violations), 5000);
    assert_string_equal(violations.items[4999].pointer, "/unknown4999");
    qb_violations_fini(&violations);
    json_free(&value);
    qb_schema_free(schema);
    qb_buf_fini(&text);
}

static bool is_even(const char *text, size_t length)
{
    return length % 2 == 0 && text;
}

/* Formats of one's own, and those that only annotate. */
static void test_jsonschema_report__formats(void **state)
{
    (void)state;
    static const struct qb_schema_format formats[] = {{"x-even", is_even, "ab"}};
    struct qb_schema_options options = {.assert_formats = true, .formats = formats, .format_count = 1};
    struct qb_violations violations;
    qb_violations_init(&violations);
    struct qb_schema *schema = compile_with("{'properties': {'e': {'format': 'x-even'}, 'd': {'format': 'date'}, 'u':"
                                            " {'format': 'unknown'}}}",
                                            options, NULL, &violations);
    assert_non_null(schema);
    expect_schema(schema, "formats", VALUES("{'e': 'ab', 'd': '2020-02-29', 'u': 'x'}", "{'e': 1}"),
                  VALUES("{'e': 'a'}", "{'d': '2021-02-29'}"));
    struct json value = json_new("{'e': 'abc', 'd': 'x'}");
    assert_int_equal(qb_schema_report(schema, value.root, 0, &violations), 2);
    assert_string_equal(violations.items[0].message_id, "schema.format");
    assert_string_equal(violations.items[1].message_id, "schema.format.date");
    qb_violations_fini(&violations);
    json_free(&value);
    qb_schema_free(schema);
}

/* An annotation of the caller's comes back with what the keywords beside it refuse, and with nothing else. */
static void test_jsonschema_report__words(void **state)
{
    (void)state;
    struct qb_violations violations;
    qb_violations_init(&violations);
    struct qb_schema *schema =
        compile_with("{'properties': {'a': {'not': {'const': 1}, 'maximum': 5, 'x-say': {'not': 'no 1'}}, 'b': "
                     "{'$ref': '#/$defs/b'},"
                     " 'c': {'type': 'null'}}, '$defs': {'b': {'$id': 'urn:b', 'minimum': 3, 'x-say': 'small'}}}",
                     (struct qb_schema_options){.words = "x-say"}, NULL, &violations);
    struct json value = json_new("{'a': 1, 'b': 2, 'c': 3}");
    assert_int_equal(qb_schema_report(schema, value.root, 0, &violations), 3);
    assert_string_equal(qb_json_string(qb_json_get(violations.items[0].words, "not")), "no 1");
    assert_string_equal(qb_json_string(violations.items[1].words), "small");
    assert_null(violations.items[2].words);
    qb_violations_fini(&violations);
    json_free(&value);
    qb_schema_free(schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_jsonschema_report__every_violation_in_text_order),
        cmocka_unit_test(test_jsonschema_report__most),
        cmocka_unit_test(test_jsonschema_report__unknown_properties),
        cmocka_unit_test(test_jsonschema_report__values),
        cmocka_unit_test(test_jsonschema_report__containers),
        cmocka_unit_test(test_jsonschema_report__branches),
        cmocka_unit_test(test_jsonschema_report__repeated),
        cmocka_unit_test(test_jsonschema_report__quotes),
        cmocka_unit_test(test_jsonschema_report__locations),
        cmocka_unit_test(test_jsonschema_report__many),
        cmocka_unit_test(test_jsonschema_report__formats),
        cmocka_unit_test(test_jsonschema_report__words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
