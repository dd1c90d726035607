/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The growing byte buffer: what was added is there, with a NUL behind it, at every length. */
#include "core/base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include <cmocka.h>

static void test_buf__empty_is_a_text(void **state)
{
    (void)state;
    struct qb_buf buf = {0};
    assert_string_equal(qb_buf_text(&buf), "");
    qb_buf_clear(&buf);
    assert_null(buf.data);
    qb_buf_add(&buf, NULL, 0);
    assert_int_equal(buf.length, 0);
    assert_string_equal(qb_buf_text(&buf), "");
    qb_buf_fini(&buf);
    qb_buf_fini(&buf);
    qb_buf_fini(NULL);
}

static void test_buf__adds_in_order(void **state)
{
    (void)state;
    struct qb_buf buf = {0};
    qb_buf_add(&buf, "ab\0cd", 5);
    qb_buf_add_char(&buf, 'e');
    qb_buf_add_string(&buf, "fgh");
    qb_buf_add_string(&buf, "");
    qb_buf_addf(&buf, "%s-%03d", "i", 7);
    assert_int_equal(buf.length, 14);
    assert_memory_equal(buf.data, "ab\0cdefghi-007", 15);
    qb_buf_fini(&buf);
}

static void test_buf__a_nul_stands_behind_every_length(void **state)
{
    (void)state;
    struct qb_buf buf = {0};
    for (size_t i = 0; i < 5000; i++) {
        assert_int_equal(buf.length, i);
        qb_buf_add_char(&buf, (char)('a' + i % 26));
        assert_int_equal(buf.data[buf.length], '\0');
        assert_true(buf.capacity > buf.length);
    }
    for (size_t i = 0; i < buf.length; i++)
        assert_int_equal(buf.data[i], 'a' + (int)(i % 26));
    qb_buf_fini(&buf);
}

/* The first try at formatting has a certain room: every length around it must come out whole. */
static void test_buf__formats_texts_of_any_length(void **state)
{
    (void)state;
    char text[700];
    for (size_t length = 0; length < sizeof text; length++) {
        struct qb_buf buf = {0};
        memset(text, 'x', length);
        text[length] = '\0';
        qb_buf_add_string(&buf, "<");
        qb_buf_addf(&buf, "%s", text);
        qb_buf_addf(&buf, "%c", '>');
        assert_int_equal(buf.length, length + 2);
        assert_int_equal(buf.data[0], '<');
        assert_int_equal(strspn(buf.data + 1, "x"), length);
        assert_string_equal(buf.data + 1 + length, ">");
        qb_buf_fini(&buf);
    }
}

static void test_buf__a_format_that_fails_adds_nothing(void **state)
{
    (void)state;
    struct qb_buf buf = {0};
    qb_buf_add_string(&buf, "before");
    qb_buf_addf(&buf, "abc%lc", (wint_t)0x110000); /* no character: vsnprintf answers EILSEQ */
    assert_int_equal(buf.length, 6);
    assert_string_equal(qb_buf_text(&buf), "before");
    qb_buf_fini(&buf);
}

static void test_buf__reserve_keeps_the_text(void **state)
{
    (void)state;
    struct qb_buf buf = {0};
    qb_buf_reserve(&buf, 0);
    assert_string_equal(qb_buf_text(&buf), "");
    qb_buf_add_string(&buf, "abc");
    qb_buf_reserve(&buf, 100000);
    assert_true(buf.capacity > 100003);
    const char *before = buf.data;
    for (size_t i = 0; i < 100000; i++)
        qb_buf_add_char(&buf, 'x');
    assert_ptr_equal(buf.data, before); /* the room was there */
    assert_memory_equal(buf.data, "abcx", 4);
    qb_buf_fini(&buf);
}

static void test_buf__clear_keeps_the_memory(void **state)
{
    (void)state;
    struct qb_buf buf = {0};
    qb_buf_add_string(&buf, "abc");
    const char *before = buf.data;
    qb_buf_clear(&buf);
    assert_int_equal(buf.length, 0);
    assert_string_equal(qb_buf_text(&buf), "");
    assert_ptr_equal(buf.data, before);
    qb_buf_fini(&buf);
}

static void test_buf__steal_leaves_an_empty_buffer(void **state)
{
    (void)state;
    struct qb_buf buf = {0};
    char *text = qb_buf_steal(&buf);
    assert_string_equal(text, "");
    free(text);
    qb_buf_add_string(&buf, "abc");
    text = qb_buf_steal(&buf);
    assert_string_equal(text, "abc");
    assert_null(buf.data);
    assert_int_equal(buf.length, 0);
    assert_int_equal(buf.capacity, 0);
    qb_buf_add_string(&buf, "def");
    assert_string_equal(text, "abc");
    free(text);
    qb_buf_fini(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_buf__empty_is_a_text),
        cmocka_unit_test(test_buf__adds_in_order),
        cmocka_unit_test(test_buf__a_nul_stands_behind_every_length),
        cmocka_unit_test(test_buf__formats_texts_of_any_length),
        cmocka_unit_test(test_buf__a_format_that_fails_adds_nothing),
        cmocka_unit_test(test_buf__reserve_keeps_the_text),
        cmocka_unit_test(test_buf__clear_keeps_the_memory),
        cmocka_unit_test(test_buf__steal_leaves_an_empty_buffer),
    };
    return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
