/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Resolution of URI references (the examples of RFC 3986 section 5.4 and what lies beside them), names in tables. */
#include "schema/jsonschema/uri.h"
#include "schema/jsonschema/names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct row {
    const char *base;
    const char *reference;
    const char *result;
};

static void check_rows(const struct row *rows, size_t count)
{
    struct qb_arena arena;
    qb_arena_init(&arena);
    for (size_t i = 0; i < count; i++) {
        const char *result = qb_uri_resolve(&arena, rows[i].base, rows[i].reference);
        if (strcmp(result, rows[i].result) != 0)
            fail_msg("%s from %s: %s", rows[i].reference, rows[i].base, result);
    }
    qb_arena_fini(&arena);
}

#define CHECK(rows) check_rows(rows, sizeof(rows) / sizeof *(rows))

static void test_uri__normal_and_abnormal_examples(void **state)
{
    (void)state;
#define BASE "http://a/b/c/d;p?q"
    static const struct row rows[] = {
        {BASE, "g:h", "g:h"},
        {BASE, "g", "http://a/b/c/g"},
        {BASE, "./g", "http://a/b/c/g"},
        {BASE, "g/", "http://a/b/c/g/"},
        {BASE, "/g", "http://a/g"},
        {BASE, "//g", "http://g"},
        {BASE, "?y", "http://a/b/c/d;p?y"},
        {BASE, "g?y", "http://a/b/c/g?y"},
        {BASE, "#s", "http://a/b/c/d;p?q#s"},
        {BASE, "g?y#s", "http://a/b/c/g?y#s"},
        {BASE, ";x", "http://a/b/c/;x"},
        {BASE, "", "http://a/b/c/d;p?q"},
        {BASE, ".", "http://a/b/c/"},
        {BASE, "..", "http://a/b/"},
        {BASE, "../g", "http://a/b/g"},
        {BASE, "../..", "http://a/"},
        {BASE, "../../../../g", "http://a/g"},
        {BASE, "/./g", "http://a/g"},
        {BASE, "/../g", "http://a/g"},
        {BASE, "g.", "http://a/b/c/g."},
        {BASE, "..g", "http://a/b/c/..g"},
        {BASE, "./../g", "http://a/b/g"},
        {BASE, "./g/.", "http://a/b/c/g/"},
        {BASE, "g/../h", "http://a/b/c/h"},
        {BASE, "g;x=1/../y", "http://a/b/c/y"},
        {BASE, "g?y/../x", "http://a/b/c/g?y/../x"},
        {BASE, "g#s/../x", "http://a/b/c/g#s/../x"},
        {BASE, "http:g", "http:g"},
    };
    CHECK(rows);
}

static void test_uri__other_bases(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"", "#a", "#a"},
        {"", "a/b", "a/b"},
        {"", "./a", "a"},
        {"", "", ""},
        {"root", "child", "child"},
        {"dir/root", "child", "dir/child"},
        {"http://a", "b", "http://a/b"},
        {"http://a?q", "b", "http://a/b"},
        {"urn:x:y", "#a", "urn:x:y#a"},
        {"urn:x:y?=q", "#a", "urn:x:y?=q#a"},
        {"urn:x:y", "z", "urn:z"},
        {"http://a/b#old", "#new", "http://a/b#new"},
        {"HTTP://User@Host:80/Path", "x", "http://User@host:80/x"},
        {"file:///c:/dir/a.json", "b.json", "file:///c:/dir/b.json"},
        {"http://a/b/", "", "http://a/b/"},
        {"http://a/b/c", "d#", "http://a/b/d#"},
    };
    CHECK(rows);
}

static void test_uri__splits_and_decodes(void **state)
{
    (void)state;
    struct qb_arena arena;
    const char *fragment;
    size_t length;
    struct qb_buf out = {0};
    qb_arena_init(&arena);
    assert_int_equal(qb_uri_split("http://a#b#c", &fragment), 8);
    assert_string_equal(fragment, "b#c");
    assert_int_equal(qb_uri_split("abc", &fragment), 3);
    assert_string_equal(fragment, "");
    assert_string_equal(qb_uri_decode(&arena, "a%20b%c3%A9", 11, &length), "a b\u00e9");
    assert_int_equal(length, 5);
    assert_null(qb_uri_decode(&arena, "%", 1, &length));
    assert_null(qb_uri_decode(&arena, "%4", 2, &length));
    assert_null(qb_uri_decode(&arena, "%4g", 3, &length));
    assert_null(qb_uri_decode(&arena, "%ff", 3, &length));
    qb_uri_encode_fragment(&out, "/a b/\"\u00e9~1%");
    assert_string_equal(out.data, "/a%20b/%22%C3%A9~1%25");
    qb_buf_fini(&out);
    qb_arena_fini(&arena);
}

/* front, number, back */
static uint32_t compose(char name[64], const char *front, uint32_t number, const char *back)
{
    return (uint32_t)snprintf(name, 64, "%s%08u%s", front, number, back);
}

/* All that are in are found under their numbers, and nothing else. */
static void check_names(const char *front, const char *back, uint32_t count)
{
    struct qb_arena arena;
    struct qb_names names;
    struct qb_name_text *texts = qb_mem_array(count, sizeof *texts);
    char name[64];
    qb_arena_init(&arena);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t length = compose(name, front, i, back);
        texts[i] = (struct qb_name_text){qb_arena_copy(&arena, name, length), length};
    }
    qb_names_build(&names, &arena, texts, count);
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(qb_names_find(&names, texts[i].text, texts[i].length), i);
    for (uint32_t i = count; i < count * 2 + 5; i++)
        assert_int_equal(qb_names_find(&names, name, compose(name, front, i, back)), QB_NAME_NONE);
    assert_int_equal(qb_names_find(&names, "", 0), QB_NAME_NONE);
    free(texts);
    qb_arena_fini(&arena);
}

static void test_uri__tables_of_names(void **state)
{
    (void)state;
    static const uint32_t counts[] = {0, 1, 2, 3, 10, 40, 255, 300, 5000};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        check_names("", "", counts[i]);
        check_names("name-", "", counts[i]);
        check_names("the same begin ", " the same end", counts[i]);
    }
    struct qb_arena arena;
    struct qb_names names;
    static const struct qb_name_text few[] = {{"", 0},
                                              {"a", 1},
                                              {"a\0", 2},
                                              {"aa", 2},
                                              {"aaaaaaa", 7},
                                              {"aaaaaaaa", 8},
                                              {"aaaaaaaaa", 9},
                                              {"aaaaaaaaaaaaaaaa", 16},
                                              {"aaaaaaaaaaaaaaaaa", 17}};
    qb_arena_init(&arena);
    qb_names_build(&names, &arena, few, 9);
    for (uint32_t i = 0; i < 9; i++)
        assert_int_equal(qb_names_find(&names, few[i].text, few[i].length), i);
    assert_int_equal(qb_names_find(&names, "aaa", 3), QB_NAME_NONE);
    assert_int_equal(qb_names_find(&names, "aaaaaaaaaabaaaaaa", 17), QB_NAME_NONE);
    qb_arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_uri__normal_and_abnormal_examples),
        cmocka_unit_test(test_uri__other_bases),
        cmocka_unit_test(test_uri__splits_and_decodes),
        cmocka_unit_test(test_uri__tables_of_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
