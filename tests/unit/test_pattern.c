/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Regular expressions of ECMA-262: the parser's yes and no, both engines, and the bounds of a match. */
#include "schema/jsonschema/pattern.h"
#include "core/base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct row {
    const char *pattern;
    const char *text;
    bool found;
};

/* By whatever engine the pattern gets, and by PCRE2. */
static void check_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct qb_regex_fault fault;
        size_t length = strlen(rows[i].pattern);
        struct qb_pattern *fast = qb_pattern_new(rows[i].pattern, length, &fault);
        struct qb_pattern *slow = qb_pattern_new_slow(rows[i].pattern, length, &fault);
        if (!fast || !slow)
            fail_msg("%s: %s at %zu", rows[i].pattern, fault.reason, fault.offset);
        enum qb_pattern_answer wanted = rows[i].found ? QB_PATTERN_YES : QB_PATTERN_NO;
        if (qb_pattern_match(fast, rows[i].text, strlen(rows[i].text)) != wanted)
            fail_msg("%s on \"%s\"", rows[i].pattern, rows[i].text);
        if (qb_pattern_match(slow, rows[i].text, strlen(rows[i].text)) != wanted)
            fail_msg("%s on \"%s\" by PCRE2", rows[i].pattern, rows[i].text);
        qb_pattern_free(fast);
        qb_pattern_free(slow);
    }
}

#define CHECK(rows) check_rows(rows, sizeof(rows) / sizeof *(rows))

static void test_pattern__anchors(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"^$", "", true},
        {"^$", "\n", false},
        {"$^", "", true},
        {"$^", "a", false},
        {"^a", "ba", false},
        {"a$", "ab", false},
        {"a$", "ba", true},
        {"a$", "a\n", false},
        {"^a|b$", "ab", true},
        {"^a|b$", "cb", true},
        {"^a|b$", "ca", false},
        {"(^a)", "ba", false},
        {"(a|^)b", "b", true},
        {"(a|^)b", "cb", false},
        {"a(b|$)", "a", true},
        {"a(b|$)", "ac", false},
        {"", "", true},
        {"", "x", true},
        {"(^|,)x($|,)", "a,x,b", true},
        {"(^|,)x($|,)", "ax", false},
        {"^^a$$", "a", true},
        {"a^b", "ab", false},
        {"x*$", "yyy", true},
    };
    CHECK(rows);
}

static void test_pattern__classes(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"^\\d$", "5", true},
        {"^\\d$", "\u0665", false},
        {"^\\D$", "\u0665", true},
        {"^\\w+$", "aZ_9", true},
        {"^\\w$", "\u00e9", false},
        {"^\\W$", "\u00e9", true},
        {"^\\s+$", " \t\n\v\f\r\u00a0\u1680\u2003\u2028\u2029\u202f\u205f\u3000\ufeff", true},
        {"\\s", "\xC2\x85", false},
        {"\\s", "\u200b", false},
        {"^\\S$", "\xC2\x85", true},
        {"^.$", "\n", false},
        {"^.$", "\r", false},
        {"^.$", "\u2028", false},
        {"^.$", "\xC2\x85", true},
        {"^.$", "\U0001f432", true},
        {"^[^]$", "\n", true},
        {"[]", "a", false},
        {"^[^a]$", "\u20ac", true},
        {"^[^\\d\\s]$", "x", true},
        {"^[\\d-]+$", "1-2", true},
        {"^[-a]$", "-", true},
        {"^[a-]$", "-", true},
        {"^[\\w.-]+$", "a.b-c", true},
        {"^[\\]]$", "]", true},
        {"^[\\b]$", "\b", true},
        {"^[a-z&&b]$", "&", true},
        {"^[\u0430-\u044f]+$", "\u043f\u0440\u0438", true},
        {"^[\u0430-\u044f]+$", "\u0411", false},
        {"^[\\u{1F400}-\\u{1F4FF}]$", "\U0001f432", true},
        {"^[\\u{1F400}-\\u{1F4FF}]$", "\U0001f332", false},
        {"^[\x01-\U0010ffff]$", "\U0010ffff", true},
        {"^[\u07ff-\u0800]$", "\u0800", true},
        {"^[\u07ff-\u0800]$", "\u0801", false},
        {"^[\uffff-\U00010000]$", "\U00010000", true},
        {"^[\\0-\\x1f]$", "\x1f", true},
        {"[^\\0-\\u{10FFFF}]", "a", false},
        {"[[]", "[", true},
    };
    CHECK(rows);
}

static void test_pattern__escapes(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"^\\t\\n\\v\\f\\r$", "\t\n\v\f\r", true},
        {"^\\cA\\cz$", "\x01\x1a", true},
        {"^\\x41\\u0042\\u{43}$", "ABC", true},
        {"^\\ud83d\\udc32$", "\U0001f432", true},
        {"\\ud83d", "\U0001f432", false},
        {"^\\u{0000041}$", "A", true},
        {"^\\^\\$\\\\\\.\\*\\+\\?\\(\\)\\[\\]\\{\\}\\|\\/$", "^$\\.*+?()[]{}|/", true},
        {"^a/b$", "a/b", true},
        {"^#$", "#", true},
        {"^a b$", "ab", false},
        {"^-$", "-", true},
    };
    CHECK(rows);
}

static void test_pattern__repetition_and_groups(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"^a{2}$", "aa", true},
        {"^a{2}$", "aaa", false},
        {"^a{2,}$", "aaaa", true},
        {"^a{1,3}$", "aaaa", false},
        {"^a{0}$", "", true},
        {"^(ab|c){2,3}$", "abcab", true},
        {"^(ab|c){2,3}$", "ab", false},
        {"^a*?b$", "aab", true},
        {"^a+?$", "aaa", true},
        {"^a??b$", "b", true},
        {"^a{1,2}?$", "aa", true},
        {"^(?:a|b)+c?$", "abbac", true},
        {"^(a*)*$", "aaa", true},
        {"^(a*)*$", "ab", false},
        {"^(|a)+$", "aaa", true},
        {"^(a|ab)(c|bcd)$", "abcd", true},
        {"^(?<year>\\d{4})-(?<month>\\d\\d)$", "2020-06", true},
        {"^(a)(b)\\2\\1$", "abba", true},
        {"^(a)(b)\\2\\1$", "abab", false},
        {"^(?<x>.)\\k<x>$", "zz", true},
        {"^\\k<x>(?<x>a)$", "a", true},
        {"^(?:(a)|b)\\1$", "b", true},
        {"^(?:(a)|b)\\1$", "aa", true},
        {"^(()|a)+$", "aa", true},
    };
    CHECK(rows);
}

static void test_pattern__look_around(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"^(?=.*\\d)(?=.*[a-z]).{3,}$", "a1b", true},
        {"^(?=.*\\d)(?=.*[a-z]).{3,}$", "abc", false},
        {"^(?!ID$)[A-Z]{2}$", "JP", true},
        {"^(?!ID$)[A-Z]{2}$", "ID", false},
        {"(?<=\\$)\\d+", "cost $42", true},
        {"(?<!\\$)\\b\\d+", "cost $42", false},
        {"(?<=a+)b", "caab", true},
        {"(?<=a+)b", "cb", false},
        {"(?<!a+)b", "aab", false},
        {"(?<!a+)b", "cb", true},
        {"(?<=^|,\\s*)x", "a,  x", true},
        {"(?<=^|,\\s*)x", "a x", false},
        {"(?<=^\\p{L})x", "yx", true},
        {"\\bfoo\\b", "a foo.", true},
        {"\\bfoo\\b", "foobar", false},
        {"\\Boo", "foo", true},
        {"\\b", "\u00e9", false},
    };
    CHECK(rows);
}

static void test_pattern__properties(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"^\\p{Lu}$", "\u00c9", true},
        {"^\\p{Letter}+$", "a\u00df\u4e2d", true},
        {"^\\P{L}$", "1", true},
        {"^[\\p{L}\\p{Nd}_-]+$", "\u00e91-_", true},
        {"^[^\\p{L}]$", "\u00e9", false},
        {"^\\p{gc=Decimal_Number}$", "\u0665", true},
        {"^\\p{digit}$", "7", true},
        {"^\\p{punct}$", "!", true},
        {"^\\p{Script=Greek}$", "\u03b1", true},
        {"^\\p{sc=Grek}$", "a", false},
        {"^\\p{scx=Cyrl}$", "\u0436", true},
        {"^\\p{ASCII}$", "a", true},
        {"^\\p{Any}$", "\U0010ffff", true},
        {"^\\P{Any}$", "a", false},
        {"^\\p{Assigned}$", "a", true},
        {"^\\p{Emoji_Presentation}$", "\U0001f432", true},
        {"^\\p{White_Space}$", "\xC2\x85", true},
        {"^\\p{Alpha}\\p{Lowercase}\\p{IDS}$", "abc", true},
        {"^\\p{Surrogate}$", "a", false},
        {"^\\p{LC}$", "a", true},
    };
    CHECK(rows);
}

static void test_pattern__faults(void **state)
{
    (void)state;
    static const struct {
        const char *pattern;
        const char *reason;
        size_t offset;
    } faults[] = {
        {"(", "unclosed-group", 0},
        {"a(b(c)", "unclosed-group", 1},
        {"(?=a", "unclosed-group", 0},
        {"a)", "unopened-group", 1},
        {"x[a-z", "unclosed-class", 1},
        {"[\\]", "unclosed-class", 0},
        {"]", "lone-bracket", 0},
        {"a{", "quantifier", 1},
        {"{1}", "lone-bracket", 0},
        {"}", "lone-bracket", 0},
        {"a{1", "quantifier", 1},
        {"a{,2}", "quantifier", 1},
        {"a{2,1}", "quantifier", 1},
        {"*a", "nothing-to-repeat", 0},
        {"a**", "nothing-to-repeat", 2},
        {"a|+", "nothing-to-repeat", 2},
        {"^*", "nothing-to-repeat", 1},
        {"(?=a)*", "nothing-to-repeat", 5},
        {"(?<=a)?", "nothing-to-repeat", 6},
        {"\\b+", "nothing-to-repeat", 2},
        {"ab\\", "end", 2},
        {"[\\", "end", 1},
        {"\\a", "escape", 0},
        {"\\Z", "escape", 0},
        {"\\A", "escape", 0},
        {"\\-", "escape", 0},
        {"\\_", "escape", 0},
        {"\\ ", "escape", 0},
        {"\\\u00e9", "escape", 0},
        {"\\01", "escape", 0},
        {"\\c", "escape", 0},
        {"\\c1", "escape", 0},
        {"\\x4", "escape", 0},
        {"\\u41", "escape", 0},
        {"\\u{}", "escape", 0},
        {"\\u{110000}", "escape", 0},
        {"\\u{41", "escape", 0},
        {"[\\B]", "escape", 1},
        {"[\\1]", "escape", 1},
        {"[b-a]", "range", 1},
        {"[\\d-z]", "range", 1},
        {"[a-\\w]", "range", 1},
        {"[\\u{1F432}-a]", "range", 1},
        {"(?i)a", "group", 0},
        {"(?i:a)", "group", 0},
        {"(?P<n>a)", "group", 0},
        {"(?#c)", "group", 0},
        {"(?>a)", "group", 0},
        {"(?", "group", 0},
        {"(?<>a)", "group-name", 3},
        {"(?<1a>a)", "group-name", 3},
        {"(?<a>x)(?<a>y)", "group-name", 10},
        {"\\k", "group-name", 0},
        {"\\k<a", "group-name", 0},
        {"\\k<a>", "reference", 3},
        {"(a)\\2", "reference", 3},
        {"\\99999999999", "reference", 0},
        {"\\p", "property", 0},
        {"\\pL", "property", 0},
        {"\\p{", "property", 0},
        {"\\p{}", "property", 0},
        {"\\p{greek}", "property", 0},
        {"\\p{Greek}", "property", 0},
        {"\\p{lu}", "property", 0},
        {"\\p{Script}", "property", 0},
        {"\\p{Script=}", "property", 0},
        {"\\p{sc=Klingon}", "property", 0},
        {"\\p{^L}", "property", 0},
        {"\\p{ L}", "property", 0},
        {"[\\p{nope}]", "property", 1},
        {"\\p{Line_Break=Alphabetic}", "property", 0},
    };
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct qb_regex_fault fault = {0};
        struct qb_pattern *pattern = qb_pattern_new(faults[i].pattern, strlen(faults[i].pattern), &fault);
        if (pattern)
            fail_msg("taken: %s", faults[i].pattern);
        if (strcmp(fault.reason, faults[i].reason) != 0 || fault.offset != faults[i].offset)
            fail_msg("%s: %s at %zu", faults[i].pattern, fault.reason, fault.offset);
        assert_false(qb_pattern_check(faults[i].pattern, strlen(faults[i].pattern)));
    }
}

static void test_pattern__nul_is_a_character(void **state)
{
    (void)state;
    struct qb_regex_fault fault;
    struct qb_pattern *pattern = qb_pattern_new("^a\0b$", 5, &fault);
    assert_non_null(pattern);
    assert_int_equal(qb_pattern_match(pattern, "a\0b", 3), QB_PATTERN_YES);
    assert_int_equal(qb_pattern_match(pattern, "a", 1), QB_PATTERN_NO);
    qb_pattern_free(pattern);
}

static void test_pattern__deep_and_large(void **state)
{
    (void)state;
    struct qb_buf text = {0};
    struct qb_regex_fault fault;
    for (int i = 0; i < 150; i++)
        qb_buf_add_string(&text, "(a");
    for (int i = 0; i < 150; i++)
        qb_buf_add_string(&text, ")");
    qb_pattern_free(qb_pattern_new(text.data, text.length, &fault));
    qb_buf_clear(&text);
    for (int i = 0; i < 300; i++)
        qb_buf_add_string(&text, "(");
    assert_null(qb_pattern_new(text.data, text.length, &fault));
    assert_string_equal(fault.reason, "too-large");
    qb_buf_clear(&text);
    for (int i = 0; i < 100000; i++)
        qb_buf_add_string(&text, "ab?");
    qb_pattern_free(qb_pattern_new(text.data, text.length, &fault));
    qb_buf_fini(&text);
    assert_null(qb_pattern_new("\\b(?:(?:a{50000}){50000}){50000}", 32, &fault));
    assert_string_equal(fault.reason, "too-large");
}

/* Time is bounded by the length of the text, or by a budget. */
static void test_pattern__hostile_patterns_end(void **state)
{
    (void)state;
    static const struct {
        const char *pattern;
        enum qb_pattern_answer answer;
    } rows[] = {
        {"^(a+)+$", QB_PATTERN_NO},           {"^(a|a)*$", QB_PATTERN_NO},       {"^(a|aa)+$", QB_PATTERN_NO},
        {"(.*)(.*)(.*)[0-9]", QB_PATTERN_NO}, {"^(?=(a+)+$)", QB_PATTERN_LIMIT}, {"^((a+)+)\\1$", QB_PATTERN_LIMIT},
        {"^(\\p{L}+)+$", QB_PATTERN_LIMIT},
    };
    struct qb_buf text = {0};
    for (int i = 0; i < 3000; i++)
        qb_buf_add_char(&text, 'a');
    qb_buf_add_char(&text, '!');
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct qb_regex_fault fault;
        struct qb_pattern *pattern = qb_pattern_new(rows[i].pattern, strlen(rows[i].pattern), &fault);
        assert_non_null(pattern);
        if (qb_pattern_match(pattern, text.data, text.length) != rows[i].answer)
            fail_msg("%s", rows[i].pattern);
        qb_pattern_free(pattern);
    }
    qb_buf_fini(&text);
}

/* --- the two engines agree on whatever comes --- */

static uint32_t drawn(uint32_t *seed, uint32_t below)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 8) % below;
}

static void draw_pattern(struct qb_buf *out, uint32_t *seed, int depth)
{
    static const char *const atoms[] = {"a",          "b",         ".",      "[ab]",       "[^a]", "\\d",
                                        "\\w",        "\\s",       "\u00e9", "[a-\u00e9]", "^",    "$",
                                        "\U0001f432", "[^\u00e9]", "\\W",    "(?:)",       "[]",   "\\u{e9}"};
    static const char *const counts[] = {"*", "+", "?", "{2}", "{1,2}", "{0,3}", "*?", "{2,}"};
    uint32_t parts = drawn(seed, 4) + 1;
    for (uint32_t i = 0; i < parts; i++) {
        bool group = depth && drawn(seed, 3) == 0;
        uint32_t atom = drawn(seed, sizeof atoms / sizeof *atoms);
        if (group) {
            qb_buf_add_char(out, '(');
            draw_pattern(out, seed, depth - 1);
            qb_buf_add_char(out, ')');
        } else {
            qb_buf_add_string(out, atoms[atom]);
        }
        bool countable = group || (*atoms[atom] != '^' && *atoms[atom] != '$');
        if (countable && drawn(seed, 3) == 0)
            qb_buf_add_string(out, counts[drawn(seed, sizeof counts / sizeof *counts)]);
        if (drawn(seed, 6) == 0)
            qb_buf_add_char(out, '|');
    }
}

static void draw_text(struct qb_buf *out, uint32_t *seed)
{
    static const char *const pieces[] = {"a", "b", "c", "1", " ", "\n", "\u00e9", "\u20ac", "\U0001f432", "_"};
    for (uint32_t i = drawn(seed, 7); i; i--)
        qb_buf_add_string(out, pieces[drawn(seed, sizeof pieces / sizeof *pieces)]);
}

static void test_pattern__engines_agree(void **state)
{
    (void)state;
    uint32_t seed = 20200605;
    for (int i = 0; i < 1500; i++) {
        struct qb_buf expression = {0};
        struct qb_regex_fault fault;
        draw_pattern(&expression, &seed, 2);
        struct qb_pattern *fast = qb_pattern_new(expression.data, expression.length, &fault);
        struct qb_pattern *slow = qb_pattern_new_slow(expression.data, expression.length, &fault);
        if (!fast || !slow)
            fail_msg("%s: %s", expression.data, fault.reason);
        for (int j = 0; j < 8; j++) {
            struct qb_buf text = {0};
            draw_text(&text, &seed);
            enum qb_pattern_answer one = qb_pattern_match(fast, qb_buf_text(&text), text.length);
            if (one != qb_pattern_match(slow, qb_buf_text(&text), text.length))
                fail_msg("%s on \"%s\": automaton says %d", expression.data, qb_buf_text(&text), one);
            qb_buf_fini(&text);
        }
        qb_pattern_free(fast);
        qb_pattern_free(slow);
        qb_buf_fini(&expression);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pattern__anchors),        cmocka_unit_test(test_pattern__classes),
        cmocka_unit_test(test_pattern__escapes),        cmocka_unit_test(test_pattern__repetition_and_groups),
        cmocka_unit_test(test_pattern__look_around),    cmocka_unit_test(test_pattern__properties),
        cmocka_unit_test(test_pattern__faults),         cmocka_unit_test(test_pattern__nul_is_a_character),
        cmocka_unit_test(test_pattern__deep_and_large), cmocka_unit_test(test_pattern__hostile_patterns_end),
        cmocka_unit_test(test_pattern__engines_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
