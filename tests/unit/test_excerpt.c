/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The source line that a problem is shown with: the caret stands under the character that is meant. */
#include "watcher/excerpt.h"

#include "core/base/cells.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void expect(const char *line, uint32_t column, const char *shown, const char *below)
{
    struct qb_buf out = {0};
    struct qb_buf blanks = {0};
    size_t length = strlen(line);
    char *exact = malloc(length ? length : 1); /* nothing behind it to read */
    memcpy(exact, line, length);
    qb_excerpt(&out, &blanks, exact, length, column);
    assert_string_equal(qb_buf_text(&out), shown);
    assert_string_equal(qb_buf_text(&blanks), below);
    free(exact);
    qb_buf_fini(&out);
    qb_buf_fini(&blanks);
}

static void test_excerpt__the_caret_stands_under_the_character(void **state)
{
    (void)state;
    expect("{\"a\": 1}", 1, "{\"a\": 1}", "");
    expect("{\"a\": 1}", 7, "{\"a\": 1}", "      ");
    expect("ab", 3, "ab", "  ");
    expect("ab", 99, "ab", "  "); /* behind the end */
    expect("", 1, "", "");
    expect("\ta:\tb", 5, "\ta:\tb", "\t  \t");
    expect("\u4e2d\u6587x", 3, "\u4e2d\u6587x", "    ");
    expect("\U0001F600x", 2, "\U0001F600x", "  ");
    expect("e\u0301x", 3, "e\u0301x", " ");
    expect("\u00e9x", 2, "\u00e9x", " ");
}

static void test_excerpt__what_steers_a_terminal_is_escaped(void **state)
{
    (void)state;
    expect("a\x1b[1mb", 6, "a\\x1b[1mb", "        ");
    expect("\u202ex", 2, "\\u{202e}x", "        ");
    expect("a\xffz", 3, "a\\xffz", "     ");
}

static void test_excerpt__of_a_long_line_the_part_that_matters(void **state)
{
    (void)state;
    char line[1001];
    char from_50[60];
    memset(line, 'x', 1000);
    line[1000] = '\0';
    memset(from_50, ' ', sizeof from_50);
    from_50[51] = '\0';
    static const uint32_t columns[] = {1, 40, 51, 52, 500, 995, 1000, 1001};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        struct qb_buf out = {0};
        struct qb_buf below = {0};
        memset(line, 'x', 1000);
        if (columns[i] <= 1000)
            line[columns[i] - 1] = '!';
        qb_excerpt(&out, &below, line, 1000, columns[i]);
        const char *mark = strchr(out.data, '!');
        bool cut_before = !strncmp(out.data, "\u2026", 3);
        assert_int_equal(cut_before, columns[i] > 51);
        size_t cells = mark ? (size_t)(mark - out.data) : out.length;
        assert_int_equal(below.length, cells - (cut_before ? 2 : 0));
        assert_true(out.length < 120);
        if (cut_before)
            assert_string_equal(qb_buf_text(&below), from_50);
        qb_buf_fini(&out);
        qb_buf_fini(&below);
    }
}

static void test_excerpt__cells(void **state)
{
    (void)state;
    static const struct {
        uint32_t point;
        unsigned cells;
    } rows[] = {{'a', 1},    {0xE9, 1},   {0x300, 0},  {0x4E00, 2},  {0xAC00, 2},  {0xFF21, 2},
                {0xFF61, 1}, {0x200D, 0}, {0xFE0F, 0}, {0x3042, 2},  {0x1F600, 2}, {0x20000, 2},
                {0xE33, 1},  {0xE34, 0},  {0x2014, 1}, {0x10FFFF, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(qb_cells(rows[i].point), rows[i].cells);
    assert_true(qb_cells_steers(0x1B) && qb_cells_steers(0x9B) && qb_cells_steers(0x202E) && qb_cells_steers(0x7F));
    assert_false(qb_cells_steers('\t') || qb_cells_steers('a') || qb_cells_steers(0xA0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_excerpt__the_caret_stands_under_the_character),
        cmocka_unit_test(test_excerpt__what_steers_a_terminal_is_escaped),
        cmocka_unit_test(test_excerpt__of_a_long_line_the_part_that_matters),
        cmocka_unit_test(test_excerpt__cells),
    };
    return cmocka_run_group_tests_name("excerpt", tests, NULL, NULL);
}
