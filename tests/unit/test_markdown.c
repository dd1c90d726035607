/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Markdown: data never becomes markup, neither in text nor in a code span nor in a table's cell. */
#include "schema/markdown.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

static void expect_text(const char *text, const char *expected)
{
    struct qb_buf out = {0};
    qb_markdown_text(&out, text, strlen(text));
    assert_string_equal(qb_buf_text(&out), expected);
    qb_buf_fini(&out);
}

static void expect_code(const char *text, const char *expected)
{
    struct qb_buf out = {0};
    qb_markdown_code(&out, text, strlen(text));
    assert_string_equal(qb_buf_text(&out), expected);
    qb_buf_fini(&out);
}

static void test_markdown__text_gets_backslashes_before_marks(void **state)
{
    (void)state;
    expect_text("Berat bersih (kg), 3.5", "Berat bersih (kg), 3.5");
    expect_text("a*b_c`d[e]<f>|&~\\", "a\\*b\\_c\\`d\\[e\\]\\<f\\>\\|\\&\\~\\\\");
    expect_text("Pé × \xE2\x80\x94", "Pé × \xE2\x80\x94");
}

static void test_markdown__text_stays_in_its_line(void **state)
{
    (void)state;
    expect_text("a\nb\r\tc\x7F", "a b  c ");
    struct qb_buf out = {0};
    qb_markdown_text(&out, "a\0b", 3);
    assert_int_equal(out.length, 3);
    assert_string_equal(qb_buf_text(&out), "a b");
    qb_buf_fini(&out);
}

static void test_markdown__code_is_fenced_longer_than_what_is_inside(void **state)
{
    (void)state;
    expect_code("a_b", "`a_b`");
    expect_code("a`b", "``a`b``");
    expect_code("a``b`", "``` a``b` ```");
    expect_code("`", "`` ` ``");
    expect_code(" x", "`  x `");
    expect_code("", "`  `");
}

static void test_markdown__code_does_not_end_a_cell(void **state)
{
    (void)state;
    expect_code("(/|$)\\", "`(/\\|$)\\`");
    expect_code("a\nb", "`a b`");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_markdown__text_gets_backslashes_before_marks),
        cmocka_unit_test(test_markdown__text_stays_in_its_line),
        cmocka_unit_test(test_markdown__code_is_fenced_longer_than_what_is_inside),
        cmocka_unit_test(test_markdown__code_does_not_end_a_cell),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
