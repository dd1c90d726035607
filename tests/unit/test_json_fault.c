/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Texts that are refused: for what reason, at which place, with what found there, and in which words. */
#include "core/base/limits.h"
#include "core/base/utf8.h"
#include "core/data/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

struct refused {
    const char *text;
    const char *reason; /* without "json." */
    uint32_t line;
    uint32_t column;
    const char *found;
    enum qb_json_fault_code code;
    uint32_t other_line;
    size_t length; /* of texts with a NUL, else 0 */
};

static const struct refused table[] = {
    /* nothing */
    {"", "empty", 1, 1, "", QB_JSON_SYNTAX, 0, 0},
    {"\xEF\xBB\xBF", "empty", 1, 1, "", QB_JSON_SYNTAX, 0, 0},
    {" \r\n\t\n", "blank", 1, 1, "", QB_JSON_SYNTAX, 0, 0},

    /* commas */
    {"{\n  \"a\": 1\n  \"b\": 2\n}", "missing-comma", 2, 9, "\"b\"", QB_JSON_SYNTAX, 0, 0},
    {"[1 2]", "missing-comma", 1, 3, "2", QB_JSON_SYNTAX, 0, 0},
    {"{\"a\": [1]\r\n \"b\": 2}", "missing-comma", 1, 10, "\"b\"", QB_JSON_SYNTAX, 0, 0},
    {"{\"a\": true b", "missing-comma", 1, 11, "b", QB_JSON_SYNTAX, 0, 0},
    {"[{} {}]", "missing-comma", 1, 4, "{", QB_JSON_SYNTAX, 0, 0},
    {"{\"a\": 1,\n}", "trailing-comma", 1, 8, "}", QB_JSON_SYNTAX, 0, 0},
    {"{\n  \"a\": [\n    1 ,\n  ]\n}", "trailing-comma", 3, 7, "]", QB_JSON_SYNTAX, 0, 0},
    {"[1,,2]", "extra-comma", 1, 4, ",", QB_JSON_SYNTAX, 0, 0},
    {"[,1]", "extra-comma", 1, 2, ",", QB_JSON_SYNTAX, 0, 0},
    {"{,\"a\": 1}", "extra-comma", 1, 2, ",", QB_JSON_SYNTAX, 0, 0},
    {"{\"a\": 1; \"b\": 2}", "semicolon", 1, 8, ";", QB_JSON_SYNTAX, 0, 0},

    /* colons */
    {"{\"a\" 1}", "missing-colon", 1, 5, "1", QB_JSON_SYNTAX, 0, 0},
    {"{\n  \"a\"\n}", "missing-colon", 2, 6, "}", QB_JSON_SYNTAX, 0, 0},
    {"{\"a\": 1, \"b\", \"c\": 2}", "missing-colon", 1, 13, ",", QB_JSON_SYNTAX, 0, 0},
    {"{\"a\" = 1}", "equals-sign", 1, 6, "=", QB_JSON_SYNTAX, 0, 0},
    {"{\"a\":: 1}", "extra-colon", 1, 6, ":", QB_JSON_SYNTAX, 0, 0},
    {"{\"a\": \"b\": 1}", "extra-colon", 1, 10, ":", QB_JSON_SYNTAX, 0, 0},
    {"[\"a\": 1]", "colon-in-array", 1, 5, ":", QB_JSON_SYNTAX, 0, 0},
    {"{: 1}", "missing-key", 1, 2, ":", QB_JSON_SYNTAX, 0, 0},
    {"{\"a\":,\"b\":1}", "missing-value", 1, 6, ",", QB_JSON_SYNTAX, 0, 0},
    {"{\n \"a\":\n}", "missing-value", 2, 6, "}", QB_JSON_SYNTAX, 0, 0},

    /* brackets */
    {"{\n  \"a\": {\n    \"b\": 1\n", "unclosed-object", 3, 11, "", QB_JSON_SYNTAX, 2, 0},
    {"{\"a\": 1\n\n", "unclosed-object", 1, 8, "", QB_JSON_SYNTAX, 1, 0},
    {"\n{", "unclosed-object", 2, 2, "", QB_JSON_SYNTAX, 2, 0},
    {"{\"a\":", "unclosed-object", 1, 6, "", QB_JSON_SYNTAX, 1, 0},
    {"{\"a\"", "unclosed-object", 1, 5, "", QB_JSON_SYNTAX, 1, 0},
    {"{\"a\": 1,", "unclosed-object", 1, 9, "", QB_JSON_SYNTAX, 1, 0},
    {"{\"a\":\n[1,", "unclosed-array", 2, 4, "", QB_JSON_SYNTAX, 2, 0},
    {"[", "unclosed-array", 1, 2, "", QB_JSON_SYNTAX, 1, 0},
    {"{\n \"l\": [\n  {\"a\": 1,\n   \"b\": 2\n ]\n}", "close-object", 5, 2, "]", QB_JSON_SYNTAX, 3, 0},
    {"{\"a\": 1, ]", "close-object", 1, 10, "]", QB_JSON_SYNTAX, 1, 0},
    {"{\n\"a\": [1\n}", "close-array", 3, 1, "}", QB_JSON_SYNTAX, 2, 0},
    {"[1,}", "close-array", 1, 4, "}", QB_JSON_SYNTAX, 1, 0},
    {"{\"a\": 1}}", "extra-closing", 1, 9, "}", QB_JSON_SYNTAX, 0, 0},
    {"]", "extra-closing", 1, 1, "]", QB_JSON_SYNTAX, 0, 0},
    {"{} {}", "second-value", 1, 4, "{", QB_JSON_SYNTAX, 0, 0},
    {"{}\n,{}", "trailing-bytes", 2, 1, ",", QB_JSON_SYNTAX, 0, 0},
    {"null x", "trailing-bytes", 1, 6, "x", QB_JSON_SYNTAX, 0, 0},

    /* names */
    {"{name: 1}", "unquoted-key", 1, 2, "name", QB_JSON_SYNTAX, 0, 0},
    {"{\"a\": 1, b_c: 2}", "unquoted-key", 1, 10, "b_c", QB_JSON_SYNTAX, 0, 0},
    {"{1: 2}", "key-not-text", 1, 2, "1", QB_JSON_SYNTAX, 0, 0},
    {"{\"a\": 1, {\"b\": 2}}", "key-not-text", 1, 10, "{", QB_JSON_SYNTAX, 0, 0},
    {"{\n \"a\": 1,\n \"b\": 2,\n \"a\": 3\n}", "duplicate-key", 4, 2, "a", QB_JSON_DUPLICATE_KEY, 2, 0},
    {"{\"a\": 1, \"\\u0061\": 2}", "duplicate-key", 1, 10, "a", QB_JSON_DUPLICATE_KEY, 1, 0},
    {"[0, {\"x\": [\"y\", {\"b\": 1}], \"a\": \"s\", \"x\": 0}]", "duplicate-key", 1, 38, "x", QB_JSON_DUPLICATE_KEY, 1,
     0},
    {"{\"\": 1, \"\": 2}", "duplicate-key", 1, 9, "", QB_JSON_DUPLICATE_KEY, 1, 0},
    {"{\"a\\u0000b\": 1, \"a\\u0000c\": 2, \"a\\u0000b\": 3}", "duplicate-key", 1, 32, "aU+0000b",
     QB_JSON_DUPLICATE_KEY, 1, 0},

    /* words */
    {"{\"a\": Medan}", "unquoted-text", 1, 7, "Medan", QB_JSON_SYNTAX, 0, 0},
    {"id: SHP-1", "unquoted-text", 1, 1, "id", QB_JSON_SYNTAX, 0, 0},
    {"[trueish]", "unquoted-text", 1, 2, "trueish", QB_JSON_SYNTAX, 0, 0},
    {"[True]", "boolean-case", 1, 2, "True", QB_JSON_SYNTAX, 0, 0},
    {"[FALSE]", "boolean-case", 1, 2, "FALSE", QB_JSON_SYNTAX, 0, 0},
    {"[ya]", "boolean-word", 1, 2, "ya", QB_JSON_SYNTAX, 0, 0},
    {"[None]", "null-word", 1, 2, "None", QB_JSON_SYNTAX, 0, 0},
    {"[undefined]", "null-word", 1, 2, "undefined", QB_JSON_SYNTAX, 0, 0},
    {"[NaN]", "not-finite", 1, 2, "NaN", QB_JSON_SYNTAX, 0, 0},
    {"[-Infinity]", "not-finite", 1, 2, "-Infinity", QB_JSON_SYNTAX, 0, 0},

    /* numbers */
    {"[-]", "bare-minus", 1, 2, "-", QB_JSON_SYNTAX, 0, 0},
    {"[012]", "leading-zero", 1, 2, "012", QB_JSON_SYNTAX, 0, 0},
    {"[-00.5]", "leading-zero", 1, 2, "-00.5", QB_JSON_SYNTAX, 0, 0},
    {"[.5]", "leading-point", 1, 2, ".5", QB_JSON_SYNTAX, 0, 0},
    {"[-.5]", "leading-point", 1, 2, "-.5", QB_JSON_SYNTAX, 0, 0},
    {"[+5]", "plus-sign", 1, 2, "+5", QB_JSON_SYNTAX, 0, 0},
    {"[5.]", "bare-point", 1, 2, "5.", QB_JSON_SYNTAX, 0, 0},
    {"[5.e3]", "bare-point", 1, 2, "5.e3", QB_JSON_SYNTAX, 0, 0},
    {"[5e]", "bare-exponent", 1, 2, "5e", QB_JSON_SYNTAX, 0, 0},
    {"[5E+]", "bare-exponent", 1, 2, "5E+", QB_JSON_SYNTAX, 0, 0},
    {"[0x1F]", "hexadecimal", 1, 2, "0x1F", QB_JSON_SYNTAX, 0, 0},
    {"{\"kg\": 12,5}", "decimal-comma", 1, 8, "12", QB_JSON_SYNTAX, 0, 0},
    {"{\"kg\": 12.000,5}", "decimal-comma", 1, 8, "12.000", QB_JSON_SYNTAX, 0, 0},
    {"[1.200.000]", "digit-groups", 1, 2, "1.200.000", QB_JSON_SYNTAX, 0, 0},
    {"[1_000]", "digit-groups", 1, 2, "1_000", QB_JSON_SYNTAX, 0, 0},
    {"{\"kg\": 12 000}", "digit-groups", 1, 8, "12", QB_JSON_SYNTAX, 0, 0},
    {"{\"kg\": 12kg}", "number-tail", 1, 8, "12kg", QB_JSON_SYNTAX, 0, 0},
    {"{\"kg\": 12 kg}", "number-tail", 1, 8, "12", QB_JSON_SYNTAX, 0, 0},
    {"[2020-06-05]", "unquoted-date", 1, 2, "2020-06-05", QB_JSON_SYNTAX, 0, 0},
    {"[05/06/2020]", "unquoted-date", 1, 2, "05/06/2020", QB_JSON_SYNTAX, 0, 0},
    {"[15/06/2020]", "unquoted-date", 1, 2, "15/06/2020", QB_JSON_SYNTAX, 0, 0},
    {"[1, 9007199254740993]", "number-precision", 1, 5, "9007199254740993", QB_JSON_NUMBER_RANGE, 0, 0},
    {"[0.1000000000000000055]", "number-precision", 1, 2, "0.1000000000000000055", QB_JSON_NUMBER_RANGE, 0, 0},
    {"[1e400]", "number-range", 1, 2, "1e400", QB_JSON_NUMBER_RANGE, 0, 0},
    {"[-1e-400]", "number-range", 1, 2, "-1e-400", QB_JSON_NUMBER_RANGE, 0, 0},

    /* strings */
    {"{\"a\": \"Medan,\n \"b\": 1}", "unclosed-string", 1, 7, "\"Medan,", QB_JSON_SYNTAX, 0, 0},
    {"[\"abc", "unclosed-string", 1, 2, "\"abc", QB_JSON_SYNTAX, 0, 0},
    {"[\"abc\\", "unclosed-string", 1, 2, "\"abc\\", QB_JSON_SYNTAX, 0, 0},
    {"{\"n\": \"PT \"Maju\" Jaya\"}", "inner-quote", 1, 11, "Maju", QB_JSON_SYNTAX, 0, 0},
    {"{\"a\"b\": 1}", "inner-quote", 1, 4, "b", QB_JSON_SYNTAX, 0, 0},
    {"['a']", "single-quotes", 1, 2, "'", QB_JSON_SYNTAX, 0, 0},
    {"{'a': 1}", "single-quotes", 1, 2, "'", QB_JSON_SYNTAX, 0, 0},
    {"{\xE2\x80\x9C"
     "a\xE2\x80\x9D: 1}",
     "smart-quotes", 1, 2, "\xE2\x80\x9C", QB_JSON_SYNTAX, 0, 0},
    {"[\"a\tb\"]", "tab-in-string", 1, 4, "U+0009", QB_JSON_SYNTAX, 0, 0},
    {"[\"a\x1F"
     "b\"]",
     "control-character", 1, 4, "U+001F", QB_JSON_SYNTAX, 0, 0},
    {"[\"C:\\data\"]", "escape", 1, 5, "\\d", QB_JSON_SYNTAX, 0, 0},
    {"[\"\\u12G4\"]", "unicode-escape", 1, 3, "\\u12G4", QB_JSON_SYNTAX, 0, 0},
    {"[\"\\u12\"]", "unicode-escape", 1, 3, "\\u12", QB_JSON_SYNTAX, 0, 0},
    {"[\"\\uD800\"]", "lone-surrogate", 1, 3, "\\uD800", QB_JSON_ENCODING, 0, 0},
    {"[\"\\uD83D\\u0041\"]", "lone-surrogate", 1, 3, "\\uD83D", QB_JSON_ENCODING, 0, 0},
    {"[\"x\\uDE00\"]", "lone-surrogate", 1, 4, "\\uDE00", QB_JSON_ENCODING, 0, 0},

    /* bytes */
    {"[\"caf\xE9\"]", "not-utf8", 1, 6, "0xE9", QB_JSON_ENCODING, 0, 0},
    {"[\"\xC0\x80\"]", "not-utf8", 1, 3, "0xC0", QB_JSON_ENCODING, 0, 0},
    {"[\"\xED\xA0\x80\"]", "not-utf8", 1, 3, "0xED", QB_JSON_ENCODING, 0, 0},
    {"[\"\xF4\x90\x80\x80\"]", "not-utf8", 1, 3, "0xF4", QB_JSON_ENCODING, 0, 0},
    {"[\"\xC3", "not-utf8", 1, 3, "0xC3", QB_JSON_ENCODING, 0, 0},
    {"[1] \xFF", "not-utf8", 1, 5, "0xFF", QB_JSON_ENCODING, 0, 0},
    {"\xFF\xFE{\0}\0", "utf16", 1, 1, "", QB_JSON_ENCODING, 0, 6},
    {"\0{\0}", "utf16", 1, 1, "", QB_JSON_ENCODING, 0, 4},
    {"{\"a\": 1\0\0\0\0\0", "zero-bytes", 1, 8, "U+0000", QB_JSON_SYNTAX, 0, 12},
    {"[\"a\0b\"]", "zero-bytes", 1, 4, "U+0000", QB_JSON_SYNTAX, 0, 7},
    {"\0\0\0\0", "zero-bytes", 1, 1, "U+0000", QB_JSON_SYNTAX, 0, 4},
    {"{\xC2\xA0\"a\": 1}", "invisible-character", 1, 2, "U+00A0", QB_JSON_SYNTAX, 0, 0},
    {"\xEF\xBB\xBF\xEF\xBB\xBF{}", "invisible-character", 1, 1, "U+FEFF", QB_JSON_SYNTAX, 0, 0},
    {"[1,\v2]", "stray-character", 1, 4, "U+000B", QB_JSON_SYNTAX, 0, 0},
    {"(1)", "stray-character", 1, 1, "(", QB_JSON_SYNTAX, 0, 0},
    {"{\"a\": 1 | 2}", "stray-character", 1, 9, "|", QB_JSON_SYNTAX, 0, 0},
    {"{\n// x\n\"a\": 1}", "comment", 2, 1, "/", QB_JSON_SYNTAX, 0, 0},
    {"{\"a\": 1 /* x */}", "comment", 1, 9, "/", QB_JSON_SYNTAX, 0, 0},
    {"{\"a\": 1 # x\n}", "comment", 1, 9, "#", QB_JSON_SYNTAX, 0, 0},
    {"{\"a\": 1// x\n}", "comment", 1, 8, "/", QB_JSON_SYNTAX, 0, 0},
    {"{\n<<<<<<< HEAD\n\"a\": 1}", "merge-marker", 2, 1, "<", QB_JSON_SYNTAX, 0, 0},

    /* columns count code points, and a byte order mark is none */
    {"{\"nama\": \"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x8D\xA0\" x", "missing-comma", 1, 15, "x", QB_JSON_SYNTAX, 0, 0},
    {"\xEF\xBB\xBF[x]", "unquoted-text", 1, 2, "x", QB_JSON_SYNTAX, 0, 0},
    {"{\r\n\"a\": x}", "unquoted-text", 2, 6, "x", QB_JSON_SYNTAX, 0, 0},

    /* of two faults the first in the text is told */
    {"[{\"a\": 1e400, \"a\": 1}]", "number-range", 1, 8, "1e400", QB_JSON_NUMBER_RANGE, 0, 0},
    {"[{\"a\": {\"b\": 1, \"b\": 2}, \"a\": 1e400}]", "duplicate-key", 1, 17, "b", QB_JSON_DUPLICATE_KEY, 1, 0},
    {"[{\"a\": 1, \"a\": {\"b\": 1, \"b\": 2}}]", "duplicate-key", 1, 11, "a", QB_JSON_DUPLICATE_KEY, 1, 0},
};

static size_t length_of(const struct refused *row)
{
    return row->length ? row->length : strlen(row->text);
}

/* The text in memory of exactly its length, so that a checker sees any byte too far. */
static char *exact_copy(const char *text, size_t length)
{
    char *copy = malloc(length ? length : 1);
    assert_non_null(copy);
    memcpy(copy, text, length);
    return copy;
}

static void test_json_fault__names_reason_and_place(void **state)
{
    (void)state;
    struct qb_json_doc *doc = qb_json_doc_new();
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const struct refused *row = &table[i];
        char *text = exact_copy(row->text, length_of(row));
        struct qb_json_fault fault;
        if (qb_json_parse(doc, text, length_of(row), &qb_json_record_options, &fault))
            fail_msg("accepted: %s", row->text);
        bool right = !strcmp(fault.reason + strlen("json."), row->reason) && fault.line == row->line &&
                     fault.column == row->column && !strcmp(fault.found, row->found) && fault.code == row->code &&
                     fault.other_line == row->other_line;
        if (!right)
            fail_msg("%s\n  is %s %u:%u \"%s\" code %d, other line %u", row->text, fault.reason, fault.line,
                     fault.column, fault.found, fault.code, fault.other_line);
        free(text);
    }
    qb_json_doc_free(doc);
}

static void test_json_fault__every_reason_has_a_case(void **state)
{
    (void)state;
    size_t count;
    const char *const *reasons = qb_json_reasons(&count);
    for (size_t i = 0; i < count; i++) {
        const char *name = reasons[i] + strlen("json.");
        bool seen = !strcmp(name, "too-deep") || !strcmp(name, "too-large"); /* have tests of their own */
        for (size_t row = 0; row < sizeof table / sizeof *table; row++)
            seen = seen || !strcmp(table[row].reason, name);
        if (!seen)
            fail_msg("no case for %s", reasons[i]);
    }
    for (size_t row = 0; row < sizeof table / sizeof *table; row++) {
        bool listed = false;
        for (size_t i = 0; i < count; i++)
            listed = listed || !strcmp(table[row].reason, reasons[i] + strlen("json."));
        assert_true(listed);
    }
}

static void test_json_fault__is_told_in_both_languages(void **state)
{
    (void)state;
    size_t count;
    const char *const *reasons = qb_json_reasons(&count);
    for (size_t i = 0; i < count; i++) {
        for (int language = 0; language < QB_LANGUAGES; language++) {
            struct qb_json_fault fault = {.reason = reasons[i], .found = "FOUND", .other_line = 7, .limit = 99};
            struct qb_buf out = {0};
            assert_non_null(qb_text_find((enum qb_language)language, reasons[i]));
            qb_json_fault_message(&out, (enum qb_language)language, &fault);
            assert_int_not_equal(out.data[out.length - 1], ' ');
            /* every place that is named was filled */
            assert_null(strstr(qb_buf_text(&out), "{found}"));
            assert_null(strstr(qb_buf_text(&out), "{other_line}"));
            assert_null(strstr(qb_buf_text(&out), "{limit}"));
            qb_buf_fini(&out);
        }
    }
}

static void test_json_fault__message_fills_places(void **state)
{
    (void)state;
    struct qb_json_fault fault = {.reason = "json.close-array", .found = "}", .other_line = 12};
    struct qb_buf out = {0};
    qb_json_fault_message(&out, QB_ENGLISH, &fault);
    assert_non_null(strstr(qb_buf_text(&out), "There is a } here"));
    assert_non_null(strstr(qb_buf_text(&out), "line 12"));
    qb_buf_fini(&out);
}

static void test_json_fault__long_text_is_shortened(void **state)
{
    (void)state;
    /* a word of two-byte letters: what is shown ends on a whole one */
    struct qb_buf text = {0};
    struct qb_json_fault fault;
    struct qb_json_doc *doc = qb_json_doc_new();
    qb_buf_add_string(&text, "[x");
    for (int i = 0; i < 100; i++)
        qb_buf_add_string(&text, "\xC3\xA9");
    assert_null(qb_json_parse(doc, text.data, text.length, &qb_json_record_options, &fault));
    assert_string_equal(fault.reason, "json.unquoted-text");
    size_t length = strlen(fault.found);
    assert_true(length > 50 && length < sizeof fault.found);
    assert_string_equal(fault.found + length - 3, "...");
    assert_int_equal(qb_utf8_check(fault.found, length), length);
    qb_json_doc_free(doc);
    qb_buf_fini(&text);
}

static void test_json_fault__size_is_limited(void **state)
{
    (void)state;
    struct qb_json_fault fault;
    struct qb_json_doc *doc = qb_json_doc_new();
    struct qb_json_options options = {.max_bytes = 4, .max_depth = 3, .exact_numbers = false};
    assert_non_null(qb_json_parse(doc, "1234", 4, &options, &fault));
    assert_null(qb_json_parse(doc, "12345", 5, &options, &fault));
    assert_int_equal(fault.code, QB_JSON_TOO_LARGE);
    assert_string_equal(fault.reason, "json.too-large");
    assert_string_equal(fault.found, "5");
    assert_int_equal(fault.limit, 4);
    assert_int_equal(fault.line, 1);
    assert_int_equal(fault.column, 1);
    qb_json_doc_free(doc);
}

static void nest(struct qb_buf *text, unsigned levels)
{
    qb_buf_clear(text);
    for (unsigned i = 0; i < levels; i++)
        qb_buf_add_string(text, i % 2 ? "{\"a\":" : "[");
    qb_buf_add_string(text, "0");
    for (unsigned i = levels; i > 0; i--)
        qb_buf_add_string(text, i % 2 ? "]" : "}");
}

static void test_json_fault__depth_is_limited(void **state)
{
    (void)state;
    const struct qb_json_options *const both[] = {&qb_json_record_options, &qb_json_document_options};
    struct qb_json_fault fault;
    struct qb_json_doc *doc = qb_json_doc_new();
    struct qb_buf text = {0};
    for (int i = 0; i < 2; i++) {
        nest(&text, both[i]->max_depth);
        assert_non_null(qb_json_parse(doc, text.data, text.length, both[i], &fault));
        nest(&text, both[i]->max_depth + 1);
        assert_null(qb_json_parse(doc, text.data, text.length, both[i], &fault));
        assert_int_equal(fault.code, QB_JSON_TOO_DEEP);
        assert_string_equal(fault.reason, "json.too-deep");
        assert_string_equal(fault.found, "[");
        assert_int_equal(fault.limit, both[i]->max_depth);
        assert_int_equal(fault.offset, both[i]->max_depth / 2 * 6);
    }
    nest(&text, 100000);
    assert_null(qb_json_parse(doc, text.data, text.length, &qb_json_document_options, &fault));
    assert_int_equal(fault.code, QB_JSON_TOO_DEEP);
    qb_json_doc_free(doc);
    qb_buf_fini(&text);
}

/* Many members: the sorted way finds the same pair as the short one, the first in the text. */
static void test_json_fault__duplicates_among_many(void **state)
{
    (void)state;
    struct qb_json_fault fault;
    struct qb_json_doc *doc = qb_json_doc_new();
    struct qb_buf text = {0};
    for (unsigned count = 60; count <= 70; count++) {
        qb_buf_clear(&text);
        qb_buf_add_char(&text, '{');
        for (unsigned i = 0; i < count; i++)
            qb_buf_addf(&text, "\n\"k%u\": [%u],", i, i);
        qb_buf_add_string(&text, "\n\"k40\": 0,\n\"k12\": 0,\n\"k40\": 0}");
        assert_null(qb_json_parse(doc, text.data, text.length, &qb_json_record_options, &fault));
        assert_int_equal(fault.code, QB_JSON_DUPLICATE_KEY);
        assert_string_equal(fault.found, "k40");
        assert_int_equal(fault.line, count + 2);
        assert_int_equal(fault.other_line, 42);
    }
    qb_json_doc_free(doc);
    qb_buf_fini(&text);
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

/* Texts that are nearly right: never a byte too far, and a fault is always whole. */
static void test_json_fault__survives_damaged_texts(void **state)
{
    (void)state;
    static const char whole[] = "{\"id\": \"SHP-1\", \"n\": [1, -2.5e3, 0.1], \"s\": \"a\\u00e9\\ud83d\\ude00\\n\","
                                " \"t\": true, \"o\": {\"x\": null, \"y\": [false, {}]}, \"u\": \"\xC3\xA9\"}";
    static const char bytes[] = "\"\\{}[]:,0123456789-+.eEutfnax \t\n\r'/\xC3\xA9\xFF\x00";
    struct qb_json_doc *doc = qb_json_doc_new();
    uint32_t seed = 7;
    for (int round = 0; round < 20000; round++) {
        size_t length = sizeof whole - 1;
        char *text = exact_copy(whole, length);
        for (uint32_t i = next_random(&seed) % 4; i > 0; i--)
            text[next_random(&seed) % length] = bytes[next_random(&seed) % (sizeof bytes - 1)];
        size_t cut = next_random(&seed) % 3 ? length : next_random(&seed) % length;
        char *shorter = exact_copy(text, cut);
        struct qb_json_fault fault = {.reason = NULL};
        if (!qb_json_parse(doc, shorter, cut, &qb_json_record_options, &fault)) {
            assert_non_null(fault.reason);
            assert_true(fault.offset <= cut && fault.line > 0 && fault.column > 0);
            assert_int_equal(qb_utf8_check(fault.found, strlen(fault.found)), strlen(fault.found));
        }
        uint32_t line, column;
        qb_json_locate(shorter, cut, "/o/y/1", true, &line, &column);
        free(shorter);
        free(text);
    }
    qb_json_doc_free(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json_fault__names_reason_and_place),
        cmocka_unit_test(test_json_fault__every_reason_has_a_case),
        cmocka_unit_test(test_json_fault__is_told_in_both_languages),
        cmocka_unit_test(test_json_fault__message_fills_places),
        cmocka_unit_test(test_json_fault__long_text_is_shortened),
        cmocka_unit_test(test_json_fault__size_is_limited),
        cmocka_unit_test(test_json_fault__depth_is_limited),
        cmocka_unit_test(test_json_fault__duplicates_among_many),
        cmocka_unit_test(test_json_fault__survives_damaged_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
