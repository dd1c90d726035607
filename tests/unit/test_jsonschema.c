/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keywords of JSON Schema 2020-12, corner by corner. References are in test_jsonschema_reference.c. */
#include "tests/unit/jsonschema_world.h"

static void test_jsonschema__boolean_schemas(void **state)
{
    (void)state;
    expect("true", VALUES("1", "null", "{}", "[]", "'a'"), NONE);
    expect("false", NONE, VALUES("1", "null", "{}", "[]", "'a'", "false"));
    expect("{}", VALUES("1", "null", "{}"), NONE);
    expect("{'unknown': {'type': 'nothing'}, 'x-other': 3}", VALUES("1", "null"), NONE);
}

static void test_jsonschema__type(void **state)
{
    (void)state;
    expect("{'type': 'integer'}",
           VALUES("1", "-0", "1.0", "1e2", "100e-2", "1.50e1", "1e400", "123456789012345678901234567890", "-3"),
           VALUES("1.1", "1e-1", "'1'", "true", "null", "[]", "{}", "0.5"));
    expect("{'type': 'number'}", VALUES("1", "1.5", "1e400", "-0.0"), VALUES("'1'", "null", "true", "[1]"));
    expect("{'type': 'string'}", VALUES("''", "'1'", "'\\u0000'"), VALUES("1", "null", "[]", "{}", "true"));
    expect("{'type': 'object'}", VALUES("{}"), VALUES("[]", "'{}'", "null"));
    expect("{'type': 'array'}", VALUES("[]"), VALUES("{}", "''", "null"));
    expect("{'type': 'boolean'}", VALUES("true", "false"), VALUES("0", "''", "null", "'true'"));
    expect("{'type': 'null'}", VALUES("null"), VALUES("false", "0", "''", "[]"));
    expect("{'type': ['integer', 'null']}", VALUES("1", "null", "2.0"), VALUES("1.5", "''"));
    expect("{'type': ['integer', 'number']}", VALUES("1", "1.5"), VALUES("'a'"));
    expect("{'type': ['array', 'object', 'null']}", VALUES("[]", "{}", "null"), VALUES("1", "''"));
}

static void test_jsonschema__enum_and_const(void **state)
{
    (void)state;
    expect("{'enum': [1, 'a', null, [1, {'x': 2}], {'b': 1, 'a': [0]}]}",
           VALUES("1", "1.0", "10e-1", "'a'", "null", "[1, {'x': 2.0}]", "{'a': [0], 'b': 1}"),
           VALUES("true", "'A'", "[1]", "[{'x': 2}, 1]", "{'a': [0]}", "{'a': [0], 'b': 1, 'c': 1}", "false"));
    expect("{'enum': [false]}", VALUES("false"), VALUES("0", "0.0", "[false]", "null"));
    expect("{'enum': [[false]]}", VALUES("[false]"), VALUES("[0]", "[0.0]", "false"));
    expect("{'enum': [0]}", VALUES("0", "0.0", "-0", "0e9"), VALUES("false", "[0]"));
    expect("{'enum': []}", NONE, VALUES("null", "1"));
    expect("{'enum': ['hello\\u0000there']}", VALUES("'hello\\u0000there'"), VALUES("'hellothere'", "'hello'"));
    expect("{'enum': ['a', 'a']}", VALUES("'a'"), VALUES("'b'"));
    expect("{'const': 1}", VALUES("1", "1.0", "1.000e0"), VALUES("true", "'1'", "1.0000000000000000000001"));
    expect("{'const': 9007199254740993}", VALUES("9007199254740993"), VALUES("9007199254740992", "9007199254740994"));
    expect("{'const': {'a': false, 'b': 0}}", VALUES("{'b': 0, 'a': false}"), VALUES("{'a': 0, 'b': false}"));
    expect("{'const': -2.0}", VALUES("-2", "-2.0"), VALUES("2", "-2.0001"));
    expect("{'const': null}", VALUES("null"), VALUES("0", "''", "false"));
    expect("{'const': ''}", VALUES("''"), VALUES("' '", "null"));
    expect("{'const': '\\u00e9'}", VALUES("'\\u00e9'", "'\xC3\xA9'"), VALUES("'e\\u0301'"));
}

static void test_jsonschema__enum_of_many_strings(void **state)
{
    (void)state;
    /* names that agree in both their ends, and more than a small table holds */
    struct qb_buf schema = {0};
    qb_buf_add_string(&schema, "{'enum': [");
    for (int i = 0; i < 2000; i++)
        qb_buf_addf(&schema, "%s'beginning-%04d-ending'", i ? "," : "", i);
    qb_buf_add_string(&schema, "]}");
    expect(schema.data, VALUES("'beginning-0000-ending'", "'beginning-1234-ending'", "'beginning-1999-ending'"),
           VALUES("'beginning-2000-ending'", "'beginning--ending'", "''", "'beginning-'"));
    qb_buf_fini(&schema);
}

static void test_jsonschema__bounds(void **state)
{
    (void)state;
    expect("{'minimum': 1.1}", VALUES("1.1", "1.10", "2", "'x'", "1e400"), VALUES("1.0999999999999999999999", "-5"));
    expect("{'maximum': 3}", VALUES("3", "3.0", "-1e400", "[9]"), VALUES("3.0000000000000000000000001", "4"));
    expect("{'exclusiveMinimum': 0}", VALUES("1e-400", "0.1"), VALUES("0", "-0.0", "0e10", "-1"));
    expect("{'exclusiveMaximum': 1e400}", VALUES("9e399", "1"), VALUES("1e400", "2e400", "10e399"));
    expect("{'minimum': -2, 'maximum': -1}", VALUES("-2", "-1.5", "-1.0"), VALUES("-2.0001", "-0.999", "0"));
    expect("{'maximum': 18446744073709551615}", VALUES("18446744073709551615", "18446744073709551614.9"),
           VALUES("18446744073709551616", "18446744073709551615.1"));
    expect("{'minimum': 9007199254740993}", VALUES("9007199254740993"), VALUES("9007199254740992"));
    expect("{'exclusiveMaximum': 972783798187987123879878123.18878137}", VALUES("972783798187987123879878123.188781"),
           VALUES("972783798187987123879878123.18878137"));
}

static void test_jsonschema__multiple_of(void **state)
{
    (void)state;
    expect("{'multipleOf': 0.01}", VALUES("4.02", "0", "0.0", "19.99", "1e300", "-0.07"), VALUES("4.021", "0.005"));
    expect("{'multipleOf': 0.0001}", VALUES("0.0075", "1e-4"), VALUES("0.00751", "1e-5"));
    expect("{'multipleOf': 0.123456789}", VALUES("1.23456789", "0.123456789"), VALUES("1e308"));
    expect("{'multipleOf': 2}", VALUES("10", "-4", "'a'", "1e400", "0"), VALUES("7", "2.5"));
    expect("{'multipleOf': 1e-8}", VALUES("12391239123", "1.00000001"), VALUES("1.000000001"));
    expect("{'type': 'integer', 'multipleOf': 0.5}", VALUES("1e308", "3"), VALUES("0.5"));
    expect("{'multipleOf': 1.5}", VALUES("4.5", "0", "-3"), VALUES("35"));
    expect("{'multipleOf': 9007199254740993}", VALUES("18014398509481986"), VALUES("18014398509481985"));
}

static void test_jsonschema__lengths(void **state)
{
    (void)state;
    expect("{'minLength': 2}", VALUES("'ab'", "'\\ud83d\\udca9\\ud83d\\udca9'", "1", "'\\u0000\\u0000'"),
           VALUES("'a'", "'\\ud83d\\udca9'", "''"));
    expect("{'maxLength': 2}", VALUES("'ab'", "''", "'\\ud83d\\udca9\\ud83d\\udca9'", "100"),
           VALUES("'abc'", "'\\ud83d\\udca9\\ud83d\\udca9\\ud83d\\udca9'"));
    expect("{'minLength': 2.0, 'maxLength': 3.0}", VALUES("'ab'", "'abc'"), VALUES("'a'", "'abcd'"));
    expect("{'maxLength': 0}", VALUES("''"), VALUES("'a'"));
    expect("{'maxLength': 1e400}", VALUES("'abc'"), NONE);
    expect("{'minLength': 1e400}", VALUES("1"), VALUES("'abc'"));
    expect("{'minLength': 3}", VALUES("'e\\u0301a'", "'\\u20ac\\u20ac\\u20ac'"), VALUES("'\\u20ac\\u20ac'"));
}

static void test_jsonschema__array_counts(void **state)
{
    (void)state;
    expect("{'minItems': 1, 'maxItems': 2.0}", VALUES("[1]", "[1, 2]", "''", "{}"), VALUES("[]", "[1, 2, 3]"));
    expect("{'maxItems': 0}", VALUES("[]"), VALUES("[null]"));
    expect("{'minProperties': 1, 'maxProperties': 2}", VALUES("{'a': 1}", "{'a': 1, 'b': 2}", "[]", "'abc'"),
           VALUES("{}", "{'a': 1, 'b': 2, 'c': 3}"));
    expect("{'maxProperties': 0}", VALUES("{}"), VALUES("{'a': 1}"));
}

static void test_jsonschema__unique_items(void **state)
{
    (void)state;
    expect("{'uniqueItems': true}",
           VALUES("[]", "[1, true]", "[0, false]", "[[1], [true]]", "[{'a': 1}, {'a': true}]", "['1', 1]", "[1, 2]",
                  "[{'a': 1}, {'b': 1}]", "[[1, 2], [2, 1]]", "[null, 0, '', [], {}]", "'aa'", "['a', 'A']",
                  "[{'a': 'b'}, {'a': 'c'}, 1]", "[[[1], 'x'], [[true], 'x']]"),
           VALUES("[1, 1]", "[1.0, 1.00, 1]", "[1, 'a', 1e0]", "[[1], [1.0]]", "[{'a': 1, 'b': 2}, {'b': 2, 'a': 1}]",
                  "['x', 'y', 'x']", "[null, null]", "[{}, [], {}]", "[[['a']], [['a']]]", "[true, true]"));
    expect("{'uniqueItems': false}", VALUES("[1, 1]"), NONE);
    expect("{'prefixItems': [true, true], 'items': false, 'uniqueItems': true}", VALUES("[1, 2]", "[1]"),
           VALUES("[1, 1]", "[1, 2, 3]"));
}

/* Beyond a dozen items they are hashed. */
static void test_jsonschema__unique_items_of_long_arrays(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"1", "1.0"},
        {"100", "1e2"},
        {"0", "-0.0"},
        {"0.001", "1e-3"},
        {"-5", "-50e-1"},
        {"[1, 2]", "[1.0, 2]"},
        {"'a'", "'\\u0061'"},
        {"{'a': 1, 'b': [2]}", "{'b': [2], 'a': 1}"},
        {"1e500", "10e499"},
        {"null", "null"},
        {"1200.0", "12e+2"},
        {"0.10", "1e-1"},
        {"1e99999999999999999999", "10e99999999999999999998"},
    };
    struct qb_schema *schema = compile("{'uniqueItems': true}");
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct qb_buf text = {0};
        qb_buf_add_string(&text, "[");
        for (int j = 0; j < 40; j++)
            qb_buf_addf(&text, "'item %d', %d.5, [%d], {'n': %d}, ", j, j, j, j);
        qb_buf_add_string(&text, pairs[i][0]);
        size_t unique = text.length;
        qb_buf_add_string(&text, "]");
        expect_one(schema, "long", text.data, true);
        text.length = unique;
        qb_buf_addf(&text, ", %s]", pairs[i][1]);
        expect_one(schema, "long", text.data, false);
        qb_buf_fini(&text);
    }
    qb_schema_free(schema);
}

static void test_jsonschema__items(void **state)
{
    (void)state;
    expect("{'items': {'type': 'integer'}}", VALUES("[1, 2]", "[]", "{'0': 'a', 'length': 1}", "'a'"),
           VALUES("[1, 'x']", "[null]"));
    expect("{'items': false}", VALUES("[]"), VALUES("[1]"));
    expect("{'items': true}", VALUES("[1, 'a']"), NONE);
    expect("{'prefixItems': [{'type': 'integer'}, {'type': 'string'}]}",
           VALUES("[1, 'a']", "[1]", "[]", "[1, 'a', true]", "{'0': 'x'}"), VALUES("['a', 1]", "[1, 1]"));
    expect("{'prefixItems': [true, false]}", VALUES("[1]", "[]"), VALUES("[1, 2]"));
    expect("{'prefixItems': [{}], 'items': {'type': 'integer'}}", VALUES("['x', 1, 2]", "[]", "['x']"),
           VALUES("['x', 'y']"));
    expect("{'prefixItems': [{}, {}], 'items': false}", VALUES("[1, 2]", "[1]"), VALUES("[1, 2, 3]"));
    expect("{'items': {'items': {'items': {'type': 'number'}}}}", VALUES("[[[1], [2, 3]], [[4]]]", "[[], [[]]]"),
           VALUES("[[['1']]]"));
    expect("{'allOf': [{'prefixItems': [{'minimum': 3}]}], 'items': {'minimum': 5}}", VALUES("[5, 5]"),
           VALUES("[3, 5]", "[5, 3]"));
    /* keywords of other drafts mean nothing here */
    expect("{'additionalItems': false, 'prefixItems': [{}]}", VALUES("[1, 2]"), NONE);
}

static void test_jsonschema__contains(void **state)
{
    (void)state;
    expect("{'contains': {'minimum': 5}}", VALUES("[1, 5]", "[6]", "{}", "'abc'"), VALUES("[]", "[1, 2]"));
    expect("{'contains': true}", VALUES("[1]"), VALUES("[]"));
    expect("{'contains': false}", VALUES("'a'"), VALUES("[]", "[1]"));
    expect("{'contains': {'const': 1}, 'minContains': 0}", VALUES("[]", "[2]", "[1, 1]"), NONE);
    expect("{'contains': {'const': 1}, 'minContains': 2}", VALUES("[1, 1]", "[1, 2, 1]"),
           VALUES("[]", "[1]", "[2, 1]"));
    expect("{'contains': {'const': 1}, 'maxContains': 1}", VALUES("[1]", "[2, 1]"), VALUES("[]", "[1, 1]"));
    expect("{'contains': {'const': 1}, 'minContains': 1, 'maxContains': 3}", VALUES("[1, 1]", "[1, 1, 1]"),
           VALUES("[]", "[1, 1, 1, 1]"));
    expect("{'contains': {'const': 1}, 'minContains': 3, 'maxContains': 1}", NONE,
           VALUES("[]", "[1]", "[1, 1]", "[1, 1, 1]"));
    expect("{'contains': {'const': 1}, 'minContains': 0, 'maxContains': 0}", VALUES("[]", "[2]"), VALUES("[1]"));
    expect("{'contains': {'const': 1}, 'minContains': 2.0, 'maxContains': 2.0}", VALUES("[1, 1]"), VALUES("[1]"));
    /* without `contains` they say nothing */
    expect("{'minContains': 2, 'maxContains': 3}", VALUES("[]", "[1]", "1"), NONE);
}

static void test_jsonschema__properties(void **state)
{
    (void)state;
    expect("{'properties': {'a': {'type': 'integer'}, 'b': {'type': 'string'}}}",
           VALUES("{'a': 1, 'b': ''}", "{}", "{'c': []}", "[]", "1"), VALUES("{'a': []}", "{'a': 1, 'b': {}}"));
    expect("{'properties': {'a': true, 'b': false}}", VALUES("{}", "{'a': 1}"), VALUES("{'b': 1}", "{'a': 1, 'b': 2}"));
    expect(
        "{'properties': {'': {'type': 'null'}, 'a\\nb': {'type': 'number'}, 'q\\\"q': {'type': 'number'},"
        " 'b\\\\s': {'type': 'number'}, 't\\tt': {'type': 'number'}, 'f\\ff': {'type': 'number'}}}",
        VALUES("{'': null, 'a\\nb': 1, 'q\\\"q': 2, 'b\\\\s': 3, 't\\tt': 4, 'f\\ff': 5}"),
        VALUES("{'': 1}", "{'a\\nb': '1'}", "{'q\\\"q': '1'}", "{'b\\\\s': '1'}", "{'t\\tt': '1'}", "{'f\\ff': ''}"));
    expect(
        "{'properties': {'__proto__': {'type': 'number'}, 'toString': {'properties': {'length': {'type': 'string'}}},"
        " 'constructor': {'type': 'number'}}}",
        VALUES("{}", "{'__proto__': 1}", "{'toString': {'length': ''}}", "[]"),
        VALUES("{'__proto__': 'x'}", "{'toString': {'length': 1}}", "{'constructor': {'length': 1}}"));
    expect("{'properties': {'nul\\u0000a': false}}", VALUES("{'nul': 1}", "{'nul\\u0000b': 1}"),
           VALUES("{'nul\\u0000a': 1}"));
    expect("{'properties': {'f\xC3\xBC\xC3\x9F': {'type': 'null'}}}", VALUES("{'fu\xC3\x9F': 1}"),
           VALUES("{'f\\u00fc\\u00df': 1}"));
}

static void test_jsonschema__pattern_properties(void **state)
{
    (void)state;
    expect("{'patternProperties': {'f.*o': {'type': 'integer'}}}",
           VALUES("{'foo': 1, 'foooo': 2}", "{'xfoox': 1}", "{'a': 'b'}", "'foo'", "[]"),
           VALUES("{'foo': 'x'}", "{'foo': 1, 'fooo': null}"));
    expect("{'patternProperties': {'a*': {'type': 'integer'}, 'aaa*': {'maximum': 20}}}",
           VALUES("{'a': 21}", "{'aaaa': 18}"), VALUES("{'a': 'x'}", "{'aaaa': 31}", "{'aaa': 'x', 'aaaa': 31}"));
    expect("{'patternProperties': {'[0-9]{2,}': {'type': 'boolean'}, 'X_': {'type': 'string'}}}",
           VALUES("{'answer 1': 42}", "{'a_x_3': 3}"), VALUES("{'a31b': null}", "{'a_X_3': 3}"));
    expect("{'patternProperties': {'f.*': true, 'b.*': false}}", VALUES("{'foo': 1}"),
           VALUES("{'bar': 1}", "{'foo': 1, 'bar': 1}", "{'foobar': 1}"));
    expect("{'patternProperties': {'^\\\\u{1F432}$': {'type': 'integer'}}}", VALUES("{'\\ud83d\\udc32': 1}"),
           VALUES("{'\\ud83d\\udc32': ''}"));
    expect("{'patternProperties': {'': {'type': 'integer'}}}", VALUES("{'x': 1}"), VALUES("{'': 'a'}", "{'x': 'a'}"));
}

static void test_jsonschema__additional_properties(void **state)
{
    (void)state;
    expect("{'properties': {'foo': {}, 'bar': {}}, 'patternProperties': {'^v': {}}, 'additionalProperties': false}",
           VALUES("{'foo': 1}", "{'vroom': 1}", "{'foo': 1, 'vroom': 2}", "[1]", "'foobar'"),
           VALUES("{'foo': 1, 'quux': 2}", "{'': 1}"));
    expect("{'patternProperties': {'^\\u00e1': {}}, 'additionalProperties': false}",
           VALUES("{'\\u00e1rm\\u00e1nyos': 2}"), VALUES("{'\\u00e9lm\\u00e9ny': 2}"));
    expect("{'properties': {'foo': {}}, 'additionalProperties': {'type': 'boolean'}}",
           VALUES("{'foo': 1}", "{'foo': 1, 'quux': true}"), VALUES("{'quux': 12}"));
    expect("{'additionalProperties': {'type': 'boolean'}}", VALUES("{'a': true}"), VALUES("{'a': 1}"));
    /* only the neighbours count, and only the three of them */
    expect("{'allOf': [{'properties': {'foo': {}}}], 'additionalProperties': {'type': 'boolean'}}",
           VALUES("{'foo': true}"), VALUES("{'foo': 1}"));
    expect("{'required': ['a'], 'propertyNames': {'maxLength': 3}, 'additionalProperties': false}", NONE,
           VALUES("{'a': 1}"));
    expect("{'dependentSchemas': {'foo': {}, 'foo2': {'properties': {'bar': {}}}}, 'properties': {'foo2': {}},"
           " 'additionalProperties': false}",
           VALUES("{'foo2': ''}"), VALUES("{'foo': ''}", "{'bar': ''}", "{'foo2': '', 'bar': ''}"));
    expect("{'properties': {'foo': {}}, 'additionalProperties': {'type': 'null'}}", VALUES("{'foo': null, 'x': null}"),
           VALUES("{'x': 0}"));
}

static void test_jsonschema__property_names(void **state)
{
    (void)state;
    expect("{'propertyNames': {'maxLength': 3}}", VALUES("{'f': {}, 'foo': {}}", "{}", "[1]", "'foobar'"),
           VALUES("{'foo': {}, 'foobar': {}}"));
    expect("{'propertyNames': {'pattern': '^a+$'}}", VALUES("{'a': 1, 'aaa': 1}", "{}"), VALUES("{'aaA': 1}"));
    expect("{'propertyNames': true}", VALUES("{'a': 1}"), NONE);
    expect("{'propertyNames': false}", VALUES("{}"), VALUES("{'a': 1}"));
    expect("{'propertyNames': {'const': 'foo'}}", VALUES("{'foo': 1}", "{}"), VALUES("{'bar': 1}"));
    expect("{'propertyNames': {'enum': ['foo', 'bar']}}", VALUES("{'foo': 1, 'bar': 1}"), VALUES("{'baz': 1}"));
    expect("{'propertyNames': {'type': 'integer'}}", VALUES("{}"), VALUES("{'1': 1}"));
    expect("{'propertyNames': {'minLength': 1, 'not': {'const': 'x'}}}", VALUES("{'a': 1}"),
           VALUES("{'': 1}", "{'x': 1}"));
}

static void test_jsonschema__required(void **state)
{
    (void)state;
    expect("{'required': ['foo', '']}", VALUES("{'foo': 1, '': null}", "[]", "''", "0"), VALUES("{'foo': 1}", "{}"));
    expect("{'required': []}", VALUES("{}"), NONE);
    expect(
        "{'required': ['foo\\nbar', 'foo\\\"bar', 'foo\\\\bar', '__proto__', 'toString', 'constructor']}",
        VALUES("{'foo\\nbar': 1, 'foo\\\"bar': 1, 'foo\\\\bar': 1, '__proto__': 1, 'toString': 1, 'constructor': 1}"),
        VALUES("{'foo\\nbar': 1, 'foo\\\"bar': 1}", "{}", "{'__proto__': 'foo'}", "{'toString': {'length': 37}}"));
}

/* More names than a word has bits. */
static void test_jsonschema__required_of_many(void **state)
{
    (void)state;
    struct qb_buf schema = {0};
    struct qb_buf value = {0};
    qb_buf_add_string(&schema, "{'required': [");
    qb_buf_add_string(&value, "{");
    for (int i = 0; i < 400; i++) {
        qb_buf_addf(&schema, "%s'name%d'", i ? "," : "", i);
        qb_buf_addf(&value, "%s'name%d': %d", i ? "," : "", 399 - i, i);
    }
    qb_buf_add_string(&schema, "]}");
    struct qb_schema *compiled = compile(schema.data);
    qb_buf_add_string(&value, "}");
    expect_one(compiled, "all", value.data, true);
    *strstr(value.data, "name300") = 'm';
    expect_one(compiled, "one missing", value.data, false);
    qb_schema_free(compiled);
    qb_buf_fini(&schema);
    qb_buf_fini(&value);
}

static void test_jsonschema__dependencies(void **state)
{
    (void)state;
    expect("{'dependentRequired': {'bar': ['foo'], 'quux': ['foo', 'bar'], 'x': []}}",
           VALUES("{}", "{'foo': 1}", "{'foo': 1, 'bar': 2}", "['bar']", "'bar'", "{'x': 1}",
                  "{'foo': 1, 'bar': 2, 'quux': 3}"),
           VALUES("{'bar': 2}", "{'foo': 1, 'quux': 2}", "{'quux': 1}"));
    expect("{'dependentRequired': {'foo\\nbar': ['foo\\rbar'], 'foo\\\"bar': ['foo\\u0000bar']}}",
           VALUES("{'foo\\nbar': 1, 'foo\\rbar': 2}", "{'foo\\u0000bar': 1, 'foo\\\"bar': 2}"),
           VALUES("{'foo\\nbar': 1, 'foo': 2}", "{'foo\\\"bar': 2, 'foo': 1}"));
    expect("{'dependentSchemas': {'bar': {'properties': {'foo': {'type': 'integer'}, 'bar': {'type': 'integer'}}}}}",
           VALUES("{'foo': 1, 'bar': 2}", "{'foo': 'x'}", "['bar']", "12"),
           VALUES("{'foo': 'x', 'bar': 2}", "{'bar': ''}"));
    expect("{'dependentSchemas': {'foo': true, 'bar': false, 't\\tt': {'minProperties': 3}}}",
           VALUES("{'foo': 1}", "{}", "{'t\\tt': 1, 'a': 2, 'b': 3}"),
           VALUES("{'bar': 2}", "{'foo': 1, 'bar': 1}", "{'t\\tt': 1}"));
    /* of older drafts, kept by the meta-schema */
    expect("{'dependencies': {'a': ['b'], 'c': {'required': ['d']}, 'e': false}}",
           VALUES("{'a': 1, 'b': 1}", "{'c': 1, 'd': 1}", "{}"), VALUES("{'a': 1}", "{'c': 1}", "{'e': 1}"));
}

static void test_jsonschema__applicators(void **state)
{
    (void)state;
    expect("{'allOf': [{'required': ['a']}, {'properties': {'a': {'minimum': 2}}}, true]}", VALUES("{'a': 2}"),
           VALUES("{}", "{'a': 1}"));
    expect("{'allOf': [true, false]}", NONE, VALUES("1"));
    expect("{'anyOf': [{'type': 'integer'}, {'minimum': 2}]}", VALUES("1", "2.5", "3", "'a'"), VALUES("1.5"));
    expect("{'anyOf': [false, false]}", NONE, VALUES("'foo'"));
    expect("{'anyOf': [{'properties': {'a': {'type': 'integer'}}, 'required': ['a']}, {}]}", VALUES("123", "{}"), NONE);
    expect("{'oneOf': [{'type': 'integer'}, {'minimum': 2}]}", VALUES("1", "2.5"), VALUES("3", "1.5"));
    expect("{'oneOf': [true, true, true]}", NONE, VALUES("1"));
    expect("{'oneOf': [true, false, false]}", VALUES("1"), NONE);
    expect("{'type': 'string', 'oneOf': [{'minLength': 2}, {'maxLength': 4}]}", VALUES("'foobar'", "'a'"),
           VALUES("3", "'foo'"));
    expect("{'oneOf': [{'properties': {'a': true, 'b': true}, 'required': ['a']}, {'required': ['b']}]}",
           VALUES("{'a': 1}", "{'b': 1}"), VALUES("{'a': 1, 'b': 1}", "{}"));
    expect("{'not': {'type': ['integer', 'boolean']}}", VALUES("'a'", "1.5"), VALUES("1", "true"));
    expect("{'not': {'not': {}}}", VALUES("1"), NONE);
    expect("{'not': false}", VALUES("1"), NONE);
    expect("{'properties': {'a': {'not': {}}}}", VALUES("{'b': 1}"), VALUES("{'a': 1}"));
    expect("{'allOf': [{'allOf': [{'type': 'null'}]}]}", VALUES("null"), VALUES("1"));
    expect("{'allOf': [{'multipleOf': 2}], 'anyOf': [{'multipleOf': 3}], 'oneOf': [{'multipleOf': 5}]}",
           VALUES("30", "60"), VALUES("1", "2", "6", "10", "15"));
}

static void test_jsonschema__if_then_else(void **state)
{
    (void)state;
    expect("{'if': {'const': 0}}", VALUES("0", "1"), NONE);
    expect("{'then': {'const': 0}}", VALUES("0", "1"), NONE);
    expect("{'else': {'const': 0}}", VALUES("0", "1"), NONE);
    expect("{'if': {'exclusiveMaximum': 0}, 'then': {'minimum': -10}, 'else': {'multipleOf': 2}}", VALUES("-1", "4"),
           VALUES("-100", "3"));
    expect("{'if': {'exclusiveMaximum': 0}, 'else': {'multipleOf': 2}}", VALUES("-1", "4"), VALUES("3"));
    expect("{'if': true, 'then': {'const': 'then'}, 'else': {'const': 'else'}}", VALUES("'then'"), VALUES("'else'"));
    expect("{'if': false, 'then': {'const': 'then'}, 'else': {'const': 'else'}}", VALUES("'else'"), VALUES("'then'"));
    expect("{'allOf': [{'if': {'exclusiveMaximum': 0}}, {'then': {'minimum': -10}}, {'else': {'multipleOf': 2}}]}",
           VALUES("-100", "3"), NONE);
    expect("{'then': {'const': 'yes'}, 'else': {'const': 'other'}, 'if': {'maxLength': 4}}", VALUES("'yes'", "'other'"),
           VALUES("'no'", "'invalid'"));
    expect("{'if': {'const': 'x'}, 'then': false}", VALUES("1"), VALUES("'x'"));
}

static void test_jsonschema__unevaluated_properties(void **state)
{
    (void)state;
    expect("{'properties': {'a': {}}, 'unevaluatedProperties': {'type': 'string', 'minLength': 3}}",
           VALUES("{'a': 1}", "{'b': 'foo'}", "[]", "1"), VALUES("{'b': 'fo'}", "{'b': 1}"));
    expect(
        "{'$ref': '#/$defs/x', 'properties': {'a': {}}, 'unevaluatedProperties': false, '$defs': {'x': {'properties':"
        " {'b': {}}}}}",
        VALUES("{'a': 1, 'b': 1}"), VALUES("{'a': 1, 'c': 1}"));
    expect("{'allOf': [{'properties': {'a': {}}}, {'patternProperties': {'^x': {}}}], 'unevaluatedProperties': false}",
           VALUES("{'a': 1, 'xy': 1}"), VALUES("{'b': 1}"));
    expect("{'allOf': [{'additionalProperties': true}], 'unevaluatedProperties': false}", VALUES("{'z': 1}"), NONE);
    /* a branch that does not match leaves nothing behind */
    expect("{'anyOf': [{'properties': {'a': {'const': 1}}, 'required': ['a']}, {'properties': {'b': {}}, 'required':"
           " ['b']}], 'unevaluatedProperties': false}",
           VALUES("{'a': 1}", "{'b': 1}", "{'a': 1, 'b': 1}"), VALUES("{'a': 2, 'b': 1}", "{'a': 1, 'c': 1}"));
    expect("{'oneOf': [{'properties': {'a': {}}, 'required': ['a']}, {'properties': {'b': {}}, 'required': ['b']}],"
           " 'unevaluatedProperties': false}",
           VALUES("{'a': 1}", "{'b': 1}"), VALUES("{'a': 1, 'b': 1}", "{'a': 1, 'c': 1}"));
    expect("{'if': {'properties': {'a': {'const': 1}}, 'required': ['a']}, 'then': {'properties': {'b': {}}}, 'else':"
           " {'properties': {'c': {}}}, 'unevaluatedProperties': false}",
           VALUES("{'a': 1, 'b': 1}", "{'c': 1}"), VALUES("{'a': 1, 'c': 1}", "{'a': 2}", "{'b': 1}"));
    expect("{'not': {'not': {'properties': {'a': {}}, 'required': ['a']}}, 'unevaluatedProperties': false}", NONE,
           VALUES("{'a': 1}"));
    expect("{'dependentSchemas': {'a': {'properties': {'b': {}}}}, 'properties': {'a': {}}, 'unevaluatedProperties':"
           " false}",
           VALUES("{'a': 1, 'b': 1}", "{'a': 1}"), VALUES("{'b': 1}"));
    /* cousins are not seen; a nested unevaluatedProperties is */
    expect("{'allOf': [{'properties': {'a': {}}}, {'unevaluatedProperties': false}]}", VALUES("{}"),
           VALUES("{'a': 1}"));
    expect("{'allOf': [{'properties': {'a': {}}, 'unevaluatedProperties': true}], 'unevaluatedProperties': false}",
           VALUES("{'z': 1}"), NONE);
    expect("{'properties': {'a': {}}, 'allOf': [{'unevaluatedProperties': false}], 'unevaluatedProperties': true}",
           VALUES("{}"), VALUES("{'a': 1}"));
    expect(
        "{'properties': {'foo': {'properties': {'bar': {}}, 'unevaluatedProperties': false}}, 'anyOf': [{'properties':"
        " {'foo': {'properties': {'faz': {}}}}}]}",
        VALUES("{'foo': {'bar': 1}}"), VALUES("{'foo': {'bar': 1, 'faz': 1}}"));
    expect("{'propertyNames': {'maxLength': 3}, 'unevaluatedProperties': false}", VALUES("{}"), VALUES("{'a': 1}"));
    expect("{'required': ['a'], 'unevaluatedProperties': false}", NONE, VALUES("{'a': 1}"));
    expect("{'allOf': [{'allOf': [{'anyOf': [{'properties': {'deep': {}}}]}]}], 'unevaluatedProperties': false}",
           VALUES("{'deep': 1}"), VALUES("{'deeper': 1}"));
    expect("{'if': {'patternProperties': {'foo': {'type': 'string'}}}, 'unevaluatedProperties': false}",
           VALUES("{'foo': 'a'}"), VALUES("{'bar': 'a'}", "{'foo': 1}"));
    expect("{'unevaluatedProperties': {'type': 'null'}}", VALUES("{'a': null}"), VALUES("{'a': 1}"));
    expect("{'properties': {'x': {'$ref': '#'}}, 'unevaluatedProperties': false}",
           VALUES("{}", "{'x': {}}", "{'x': {'x': {}}}"), VALUES("{'x': {}, 'y': {}}", "{'x': {'x': {}, 'y': {}}}"));
}

static void test_jsonschema__unevaluated_properties_of_many(void **state)
{
    (void)state;
    struct qb_buf value = {0};
    struct qb_schema *schema =
        compile("{'anyOf': [{'patternProperties': {'^a': {}}}, {'patternProperties': {'^b': {'type': 'null'}}}],"
                " 'unevaluatedProperties': false}");
    qb_buf_add_string(&value, "{");
    for (int i = 0; i < 500; i++)
        qb_buf_addf(&value, "'a%d': 1, 'b%d': null, ", i, i);
    size_t end = value.length;
    qb_buf_add_string(&value, "'a': 1}");
    expect_one(schema, "many", value.data, true);
    value.length = end;
    qb_buf_add_string(&value, "'c': 1}");
    expect_one(schema, "many", value.data, false);
    qb_schema_free(schema);
    qb_buf_fini(&value);
}

static void test_jsonschema__unevaluated_items(void **state)
{
    (void)state;
    expect("{'prefixItems': [{'type': 'string'}], 'unevaluatedItems': false}", VALUES("['a']", "[]", "{}"),
           VALUES("['a', 1]", "[1]"));
    expect("{'prefixItems': [true], 'allOf': [{'prefixItems': [true, {'type': 'number'}]}], 'unevaluatedItems': false}",
           VALUES("['a', 1]"), VALUES("['a', 1, 2]"));
    expect("{'anyOf': [{'prefixItems': [true, {'const': 'b'}]}, {'prefixItems': [true, true, {'const': 'c'}]}],"
           " 'prefixItems': [{'const': 'a'}], 'unevaluatedItems': false}",
           VALUES("['a', 'b']", "['a', 'b', 'c']", "['a', 'x', 'c']"), VALUES("['a', 'b', 'x']"));
    expect("{'oneOf': [{'prefixItems': [true, {'const': 1}]}, {'prefixItems': [true, {'const': 2}]}],"
           " 'prefixItems': [true], 'unevaluatedItems': false}",
           VALUES("[0, 1]", "[0, 2]"), VALUES("[0, 1, 2]", "[0, 3]"));
    expect("{'contains': {'type': 'string'}, 'unevaluatedItems': {'type': 'null'}}",
           VALUES("['a', null]", "[null, 'a', 'b']"), VALUES("[null]", "['a', 1]"));
    expect("{'allOf': [{'contains': {'multipleOf': 2}}, {'contains': {'multipleOf': 3}}], 'unevaluatedItems':"
           " {'multipleOf': 5}}",
           VALUES("[2, 3, 4, 5, 6]"), VALUES("[2, 3, 4, 7, 8]"));
    expect("{'contains': {'type': 'string'}, 'minContains': 0, 'unevaluatedItems': false}", VALUES("[]", "['a', 'b']"),
           VALUES("['a', 1]", "[1]"));
    expect("{'contains': {'type': 'string'}, 'maxContains': 2, 'unevaluatedItems': false}", VALUES("['a', 'b']"),
           VALUES("['a', 'b', 'c']"));
    expect("{'if': {'prefixItems': [{'const': 'a'}]}, 'then': {'items': true}, 'unevaluatedItems': false}",
           VALUES("['a', 1, 2]", "[]"), VALUES("['b']", "[1]"));
    expect(
        "{'$ref': '#/$defs/x', 'prefixItems': [true], 'unevaluatedItems': false, '$defs': {'x': {'prefixItems': [true,"
        " true]}}}",
        VALUES("[1, 2]"), VALUES("[1, 2, 3]"));
    expect("{'allOf': [{'prefixItems': [true]}, {'unevaluatedItems': false}]}", VALUES("[]"), VALUES("[1]"));
    expect("{'not': {'not': {'prefixItems': [true, true]}}, 'prefixItems': [true], 'unevaluatedItems': false}",
           VALUES("[1]"), VALUES("[1, 2]"));
    expect("{'unevaluatedItems': {'type': 'string'}, 'items': {'type': 'number'}}", VALUES("[1]"), VALUES("['a']"));
    expect("{'allOf': [{'items': true}], 'unevaluatedItems': false}", VALUES("[1, 2]"), NONE);
    expect("{'items': {'prefixItems': [true]}, 'unevaluatedItems': false}", VALUES("[[1, 2], 3]"), NONE);
    expect("{'dependentSchemas': {'a': {'unevaluatedItems': false}}}", VALUES("[1]", "{'a': 1}"), NONE);
}

static void test_jsonschema__metadata_and_content_say_nothing(void **state)
{
    (void)state;
    expect("{'title': 'T', 'description': 'D', 'default': [], 'deprecated': true, 'readOnly': true, 'writeOnly': false,"
           " 'examples': [1], '$comment': 'C', 'contentEncoding': 'base64', 'contentMediaType': 'application/json',"
           " 'contentSchema': {'type': 'object'}}",
           VALUES("'not base64 %'", "1", "null"), NONE);
    expect("{'properties': {'a': {'type': 'integer', 'default': []}}}", VALUES("{}", "{'a': 1}"), VALUES("{'a': []}"));
    expect("{'format': 'ipv4'}", VALUES("'nonsense'", "12"), NONE);
}

static void test_jsonschema__pattern(void **state)
{
    (void)state;
    expect("{'pattern': '^a*$'}", VALUES("'aaa'", "''", "1", "null"), VALUES("'abc'", "'aaa\\n'"));
    expect("{'pattern': 'a+'}", VALUES("'xxaayy'"), VALUES("'xx'", "''"));
    expect("{'pattern': '^\\\\S(|(.|\\\\n)*\\\\S)$'}", VALUES("'a b\\nc'"), VALUES("' a'", "'a '"));
    expect("{'pattern': '\\\\u0061\\\\x62\\\\cJ'}", VALUES("'ab\\n'"), VALUES("'ab'"));
    expect("{'type': 'string', 'pattern': '^\\\\p{Lu}\\\\p{Ll}+$'}", VALUES("'\\u00c9cole'"), VALUES("'\\u00e9cole'"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_jsonschema__boolean_schemas),
        cmocka_unit_test(test_jsonschema__type),
        cmocka_unit_test(test_jsonschema__enum_and_const),
        cmocka_unit_test(test_jsonschema__enum_of_many_strings),
        cmocka_unit_test(test_jsonschema__bounds),
        cmocka_unit_test(test_jsonschema__multiple_of),
        cmocka_unit_test(test_jsonschema__lengths),
        cmocka_unit_test(test_jsonschema__array_counts),
        cmocka_unit_test(test_jsonschema__unique_items),
        cmocka_unit_test(test_jsonschema__unique_items_of_long_arrays),
        cmocka_unit_test(test_jsonschema__items),
        cmocka_unit_test(test_jsonschema__contains),
        cmocka_unit_test(test_jsonschema__properties),
        cmocka_unit_test(test_jsonschema__pattern_properties),
        cmocka_unit_test(test_jsonschema__additional_properties),
        cmocka_unit_test(test_jsonschema__property_names),
        cmocka_unit_test(test_jsonschema__required),
        cmocka_unit_test(test_jsonschema__required_of_many),
        cmocka_unit_test(test_jsonschema__dependencies),
        cmocka_unit_test(test_jsonschema__applicators),
        cmocka_unit_test(test_jsonschema__if_then_else),
        cmocka_unit_test(test_jsonschema__unevaluated_properties),
        cmocka_unit_test(test_jsonschema__unevaluated_properties_of_many),
        cmocka_unit_test(test_jsonschema__unevaluated_items),
        cmocka_unit_test(test_jsonschema__metadata_and_content_say_nothing),
        cmocka_unit_test(test_jsonschema__pattern),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
