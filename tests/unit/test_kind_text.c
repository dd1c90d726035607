/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kinds in words: the way through a schema, what is said of each property, and that hostile kinds come to an end. */
#include "schema/kind_text.h"

#include "schema/formats.h"
#include "schema/kind_page.h"
#include "schema/kind_words.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#define HEAD "x-qbis-kind: asset\nx-qbis-folder: assets\nx-qbis-prefix: AST\ntype: object\n"

static struct qb_kind *parse(const char *yaml)
{
    struct qb_problems problems = {0};
    struct qb_kind *kind = qb_kind_parse("kinds/asset.yaml", yaml, strlen(yaml), &problems);
    if (!kind)
        fail_msg("%s", problems.items[0].message_id);
    qb_problems_fini(&problems);
    return kind;
}

/* The paths of all properties, required ones with a star. */
static void expect_paths(const char *yaml, const char *expected)
{
    struct qb_kind *kind = parse(yaml);
    struct qb_kind_text text;
    struct qb_buf paths = {0};
    qb_kind_text_init(&text, kind);
    for (size_t i = 0; i < text.count; i++)
        qb_buf_addf(&paths, "%s%s%s", i ? " " : "", text.properties[i].path, text.properties[i].required ? "*" : "");
    assert_string_equal(qb_buf_text(&paths), expected);
    qb_buf_fini(&paths);
    qb_kind_text_fini(&text);
    qb_kind_free(kind);
}

static void test_kind_text__goes_into_objects_and_lists(void **state)
{
    (void)state;
    expect_paths(HEAD "required: [id, lines]\n"
                      "properties:\n"
                      "  id: {type: string}\n"
                      "  place: {type: object, required: [hall], properties: {hall: {}, row: {}}}\n"
                      "  lines: {type: array, items: {type: object, properties: {lot: {}, tests: {items: {properties: "
                      "{value: {}}}}}}}\n"
                      "  table: {items: {items: {properties: {cell: true}}}}\n",
                 "id* place place.hall* place.row lines* lines[].lot lines[].tests lines[].tests[].value table "
                 "table[][].cell");
}

static void test_kind_text__follows_allOf_and_local_references(void **state)
{
    (void)state;
    expect_paths(HEAD "allOf:\n"
                      "  - {$ref: '#/$defs/every'}\n"
                      "  - {required: [name], properties: {name: {type: string}, id: {}}}\n"
                      "properties: {weight: {$ref: '#/$defs/weight'}}\n"
                      "$defs:\n"
                      "  every: {required: [id], properties: {id: {type: string}}}\n"
                      "  weight: {properties: {kg: {type: number}}}\n",
                 "weight weight.kg id* name*");
}

static void test_kind_text__a_schema_that_holds_itself_comes_to_an_end(void **state)
{
    (void)state;
    expect_paths(
        HEAD "properties: {part: {$ref: '#'}}\n",
        "part part.part part.part.part part.part.part.part part.part.part.part.part "
        "part.part.part.part.part.part part.part.part.part.part.part.part part.part.part.part.part.part.part.part");
}

static void test_kind_text__properties_by_the_thousand_come_to_an_end(void **state)
{
    (void)state;
    struct qb_buf yaml = {0};
    struct qb_kind_text text;
    qb_buf_add_string(&yaml, HEAD "properties: {a: {$ref: '#/$defs/d0'}, b: {$ref: '#/$defs/d0'}}\n$defs:\n");
    for (int i = 0; i < 7; i++)
        qb_buf_addf(&yaml, "  d%d: {properties: {a: {$ref: '#/$defs/d%d'}, b: {$ref: '#/$defs/d%d'}}}\n", i, i + 1,
                    i + 1);
    qb_buf_add_string(&yaml, "  d7: {}\n");
    struct qb_kind *kind = parse(qb_buf_text(&yaml));
    qb_kind_text_init(&text, kind);
    assert_in_range(text.count, 255, 1000);
    qb_kind_text_fini(&text);
    qb_kind_free(kind);
    qb_buf_fini(&yaml);
}

/* A kind that branches at every step is refused rather than walked for hours. */
static void test_kind_text__a_kind_that_multiplies_is_refused(void **state)
{
    (void)state;
    struct qb_buf yaml = {0};
    struct qb_problems problems = {0};
    qb_buf_add_string(&yaml, HEAD "properties:\n");
    for (int i = 0; i < 30; i++)
        qb_buf_addf(&yaml, "  p%d: {$ref: '#'}\n", i);
    assert_null(qb_kind_parse("kinds/asset.yaml", qb_buf_text(&yaml), yaml.length, &problems));
    assert_int_equal(problems.count, 1);
    assert_string_equal(problems.items[0].message_id, "kind.too-large");
    qb_problems_fini(&problems);
    qb_buf_fini(&yaml);
}

static void test_kind_text__more_annotated_properties_than_can_be_kept_are_refused(void **state)
{
    (void)state;
    struct qb_buf yaml = {0};
    struct qb_problems problems = {0};
    qb_buf_add_string(&yaml, HEAD "properties:\n");
    for (int i = 0; i < 256; i++)
        qb_buf_addf(&yaml, "  p%d: {x-qbis-frozen: true}\n", i);
    assert_null(qb_kind_parse("kinds/asset.yaml", qb_buf_text(&yaml), yaml.length, &problems));
    assert_int_equal(problems.count, 1);
    assert_string_equal(problems.items[0].message_id, "kind.too-large");
    qb_problems_fini(&problems);
    qb_buf_fini(&yaml);
}

static void test_kind_text__words_are_found_near_and_far_and_in_another_language(void **state)
{
    (void)state;
    struct qb_kind *kind = parse(HEAD "properties:\n"
                                      "  near: {$ref: '#/$defs/far', x-qbis-label: {id: Dekat}}\n"
                                      "  far: {$ref: '#/$defs/far'}\n"
                                      "  list: {type: array, items: {$ref: '#/$defs/far'}}\n"
                                      "  bare: {}\n"
                                      "$defs: {far: {x-qbis-label: {id: Jauh, en: Far}}}\n");
    struct qb_kind_text text;
    qb_kind_text_init(&text, kind);
    static const char *const expected[][QB_LANGUAGES] = {
        {"Dekat", "Dekat"}, {"Jauh", "Far"}, {"Jauh", "Far"}, {NULL, NULL}};
    for (size_t i = 0; i < 4; i++)
        for (int l = 0; l < QB_LANGUAGES; l++) {
            const char *words = qb_kind_property_words(&text, &text.properties[i], "x-qbis-label", (enum qb_language)l);
            assert_int_equal(words == NULL, expected[i][l] == NULL);
            if (words)
                assert_string_equal(words, expected[i][l]);
        }
    qb_kind_text_fini(&text);
    qb_kind_free(kind);
}

/* --- sentences --- */

/* What is said of the first property whose schema this is, in English, "type|limits|required|marks". */
static void expect_said(const char *more, const char *schema, const char *expected, bool markdown)
{
    struct qb_buf yaml = {0};
    struct qb_buf said = {0};
    struct qb_kind_text text;
    struct qb_kind_voice voice = {.language = QB_ENGLISH, .markdown = markdown};
    qb_buf_addf(&yaml, HEAD "%sproperties: {p: %s}\n", more, schema);
    struct qb_kind *kind = parse(qb_buf_text(&yaml));
    qb_kind_text_init(&text, kind);
    qb_kind_say_type(&said, &voice, &text, text.properties[0].schema);
    qb_buf_add_char(&said, '|');
    qb_kind_say_limits(&said, &voice, &text, text.properties[0].schema);
    qb_buf_add_char(&said, '|');
    qb_kind_say_required(&said, &voice, &text, &text.properties[0]);
    qb_buf_add_char(&said, '|');
    qb_kind_say_marks(&said, &voice, &text, text.properties[0].schema);
    assert_string_equal(qb_buf_text(&said), expected);
    qb_kind_text_fini(&text);
    qb_kind_free(kind);
    qb_buf_fini(&said);
    qb_buf_fini(&yaml);
}

static void test_kind_words__tell_types(void **state)
{
    (void)state;
    expect_said("", "true", "anything|||", false);
    expect_said("", "{type: string}", "text|||", false);
    expect_said("", "{type: [integer, 'null']}", "whole number or null|||", false);
    expect_said("", "{type: array}", "list|||", false);
    expect_said("", "{type: array, items: {type: array, items: {type: number}}}", "list of: list of: number|||", false);
    expect_said("", "{type: string, x-qbis-ref: officer, maxLength: 40}", "-> officer|||", false);
    expect_said("", "{type: array, items: {x-qbis-ref: officer}}", "list of: -> [officer](#officer)|||", true);
    expect_said("", "{enum: [a, 2, null]}", "a, 2, null|||", false);
    expect_said("", "{enum: [a|b, 2]}", "`a\\|b`, 2|||", true);
    expect_said("", "{const: x}", "always x|||", false);
    expect_said("", "{format: date}", "date|for example 2020-06-05||", false);
    expect_said("", "{format: ipv4}", "text in the format ipv4|for example 192.0.2.1||", false);
    expect_said("", "{format: unheard-of}", "text in the format unheard-of|||", false);
}

static void test_kind_words__tell_limits(void **state)
{
    (void)state;
    expect_said("", "{type: string, minLength: 1, maxLength: 9, pattern: '^a|b$', examples: [a, b]}",
                "text|length at least 1, length at most 9, pattern `^a\\|b$`, for example `a`||", true);
    expect_said("", "{type: number, minimum: -1, exclusiveMaximum: 2.50, multipleOf: 0.5, default: 1}",
                "number|at least -1, less than 2.50, a multiple of 0.5, 1 when not given||", false);
    expect_said("", "{type: number, exclusiveMinimum: 0, maximum: 1e3}", "number|more than 0, at most 1e3||", false);
    expect_said("", "{type: array, minItems: 1, maxItems: 5, uniqueItems: true, items: {type: string, maxLength: 3}}",
                "list of: text|at least 1 in the list, at most 5 in the list, none twice; each: length at most 3||",
                false);
    expect_said("", "{type: array, uniqueItems: false}", "list|||", false);
    expect_said("", "{type: string, not: {const: ID}}", "text|not ID||", false);
    expect_said("", "{type: string, not: {enum: [a, b]}}", "text|not a, b||", false);
    expect_said("", "{type: string, not: {minLength: 3}}", "text|||", false);
}

static void test_kind_words__tell_when_it_is_required(void **state)
{
    (void)state;
    expect_said("required: [p]\n", "true", "anything||required|", false);
    expect_said("if: {properties: {s: {const: x}}}\nthen: {required: [p]}\n", "true", "anything||required when s: x|",
                false);
    expect_said("allOf: [{if: {properties: {s: {enum: [x, y]}, t: {const: 1}}}, then: {required: [p]}}]\n", "true",
                "anything||required when `s`: `x`, `y` and `t`: 1|", true);
    expect_said("if: {properties: {s: {const: x}}}\nelse: {required: [p]}\n", "true", "anything||required unless s: x|",
                false);
    expect_said("if: {minProperties: 3}\nthen: {required: [p]}\n", "true", "anything||required in some cases|", false);
    expect_said("if: {properties: {s: {const: x}, t: {minimum: 2}}}\nthen: {required: [p]}\n", "true",
                "anything||required in some cases|", false);
    expect_said("dependentRequired: {q: [p], r: [p, q]}\n", "true",
                "anything||required when q is given; required when r is given|", false);
}

static void test_kind_words__tell_marks(void **state)
{
    (void)state;
    expect_said("", "{x-qbis-title: true, x-qbis-unique: true, x-qbis-frozen: true, x-qbis-author: true}",
                "anything|||names the record for people, differs in each record, stays once the record is closed, "
                "author of the change in history",
                false);
    expect_said("", "{x-qbis-unique: false}", "anything|||", false);
}

static void test_kind_words__tell_when_a_record_is_closed(void **state)
{
    (void)state;
    struct qb_buf said = {0};
    struct qb_kind_voice voice = {.language = QB_ENGLISH};
    struct qb_kind *kind =
        parse(HEAD "x-qbis-frozen-when: {status: [sold, lost], signed_by: present, due_on: reached}\n");
    qb_kind_say_closed(&said, &voice, kind);
    assert_string_equal(qb_buf_text(&said), "status: sold, lost or signed_by is given or the date due_on is reached");
    qb_kind_free(kind);
    qb_buf_fini(&said);
}

static void test_kind_words__have_words_for_every_format_of_the_office(void **state)
{
    (void)state;
    size_t count;
    const struct qb_schema_format *rows = qb_formats(&count);
    for (size_t i = 0; i < count; i++) {
        const char *message_id = qb_kind_format_words(rows[i].name);
        if (!message_id)
            fail_msg("%s has no words", rows[i].name);
        for (int l = 0; l < QB_LANGUAGES; l++)
            assert_non_null(qb_text_find((enum qb_language)l, message_id));
    }
    assert_null(qb_kind_format_words("x-qbis-nothing"));
}

/* Hostile words in a kind stay words, in one line of the table. */
static void test_kind_page__data_is_no_markup(void **state)
{
    (void)state;
    struct qb_kinds *kinds = qb_kinds_new();
    struct qb_problems problems = {0};
    struct qb_buf page = {0};
    assert_true(
        qb_kinds_add(kinds,
                     parse(HEAD "x-qbis-label: {en: '<b>Asset</b>'}\n"
                                "properties: {'a|`b': {x-qbis-label: {en: \"x | y\\n## z\"}, enum: ['|', '``'], "
                                "x-qbis-labels-of-values: {'|': {en: '[a](b)'}}}}\n"),
                     &problems));
    qb_kind_page(&page, kinds, QB_ENGLISH);
    assert_non_null(strstr(qb_buf_text(&page), "**\\<b\\>Asset\\</b\\>**"));
    assert_non_null(strstr(qb_buf_text(&page), "| ``a\\|`b`` | x \\| y ## z |  | `\\|`, ``` `` ``` |  |\n"));
    assert_non_null(strstr(qb_buf_text(&page), "`\\|` \\[a\\](b); ``` `` ```."));
    assert_int_equal(problems.count, 0);
    qb_buf_fini(&page);
    qb_kinds_free(kinds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kind_text__goes_into_objects_and_lists),
        cmocka_unit_test(test_kind_text__follows_allOf_and_local_references),
        cmocka_unit_test(test_kind_text__a_schema_that_holds_itself_comes_to_an_end),
        cmocka_unit_test(test_kind_text__properties_by_the_thousand_come_to_an_end),
        cmocka_unit_test(test_kind_text__a_kind_that_multiplies_is_refused),
        cmocka_unit_test(test_kind_text__more_annotated_properties_than_can_be_kept_are_refused),
        cmocka_unit_test(test_kind_text__words_are_found_near_and_far_and_in_another_language),
        cmocka_unit_test(test_kind_words__tell_types),
        cmocka_unit_test(test_kind_words__tell_limits),
        cmocka_unit_test(test_kind_words__tell_when_it_is_required),
        cmocka_unit_test(test_kind_words__tell_marks),
        cmocka_unit_test(test_kind_words__tell_when_a_record_is_closed),
        cmocka_unit_test(test_kind_words__have_words_for_every_format_of_the_office),
        cmocka_unit_test(test_kind_page__data_is_no_markup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
