/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Errors of operations: codes of system errors, context on the way up, texts that do not fit. */
#include "core/base/err.h"

#include "core/base/utf8.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void test_err__set_fills_and_answers_the_code(void **state)
{
    (void)state;
    struct qb_err err = {.code = QB_EGIT, .sys = 7, .message = "old", .file = "old"};
    assert_int_equal(qb_err_set(&err, QB_ELIMIT, "a/b.json", "larger than %d bytes", 5), QB_ELIMIT);
    assert_int_equal(err.code, QB_ELIMIT);
    assert_int_equal(err.sys, 0);
    assert_string_equal(err.message, "larger than 5 bytes");
    assert_string_equal(err.file, "a/b.json");
    qb_err_set(&err, QB_EBUSY, NULL, "held");
    assert_string_equal(err.file, "");
}

static void test_err__nobody_has_to_listen(void **state)
{
    (void)state;
    errno = ENOENT;
    assert_int_equal(qb_err_sys(NULL, "a", "cannot open"), QB_EABSENT);
    assert_int_equal(qb_err_set(NULL, QB_ELIMIT, "a", "too large"), QB_ELIMIT);
    assert_true(qb_err_context(NULL, "reading") < 0);
}

static void test_err__system_errors_have_codes(void **state)
{
    (void)state;
    static const struct {
        int number;
        enum qb_code code;
    } rows[] = {
        {ENOENT, QB_EABSENT}, {ENOTDIR, QB_EABSENT}, {ELOOP, QB_EUNSAFE}, {EXDEV, QB_EUNSAFE},
        {EACCES, QB_ESYS},    {ENOSPC, QB_ESYS},     {EIO, QB_ESYS},      {EMFILE, QB_ESYS},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct qb_err err = {0};
        char expected[200];
        errno = rows[i].number;
        assert_int_equal(qb_err_sys(&err, "f", "cannot open %s", "it"), rows[i].code);
        assert_int_equal(err.code, rows[i].code);
        assert_int_equal(err.sys, rows[i].number);
        snprintf(expected, sizeof expected, "cannot open it: %s", strerror(rows[i].number));
        assert_string_equal(err.message, expected);
    }
}

static void test_err__context_goes_before(void **state)
{
    (void)state;
    struct qb_err err = {0};
    qb_err_set(&err, QB_EABSENT, "f", "cannot open");
    assert_int_equal(qb_err_context(&err, "reading %s", "the settings"), QB_EABSENT);
    assert_int_equal(qb_err_context(&err, "starting"), QB_EABSENT);
    assert_string_equal(err.message, "starting: reading the settings: cannot open");
    assert_string_equal(err.file, "f");
}

/* What did not fit ends in "..." and is still well-formed. */
static void expect_cut(const char *text, size_t size)
{
    size_t length = strlen(text);
    assert_true(length < size);
    assert_true(length + 4 >= size - 4);
    assert_string_equal(text + length - 3, "...");
    assert_int_equal(qb_utf8_check(text, length), length);
}

static void test_err__long_texts_are_cut_visibly(void **state)
{
    (void)state;
    static const char *const units[] = {"x", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x8C\xB1"};
    for (size_t unit = 0; unit < 4; unit++)
        for (size_t shift = 0; shift < 4; shift++) {
            char text[1200] = "xxxx";
            text[shift] = '\0';
            while (strlen(text) < 1000)
                strcat(text, units[unit]);
            struct qb_err err = {0};
            qb_err_set(&err, QB_EINPUT, text, "%s", text);
            expect_cut(err.message, sizeof err.message);
            expect_cut(err.file, sizeof err.file);
            qb_err_context(&err, "%s", text);
            expect_cut(err.message, sizeof err.message);
            errno = ENOENT;
            qb_err_sys(&err, text, "%s", text);
            expect_cut(err.message, sizeof err.message);
        }
}

static void test_err__texts_that_just_fit_are_whole(void **state)
{
    (void)state;
    struct qb_err err = {0};
    char text[sizeof err.message];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    qb_err_set(&err, QB_EINPUT, text, "%s", text);
    assert_string_equal(err.message, text);
    assert_string_equal(err.file, text);
    text[sizeof text - 6] = '\0';
    qb_err_set(&err, QB_EINPUT, "", "%s", text);
    qb_err_context(&err, "ab");
    assert_int_equal(strlen(err.message), sizeof err.message - 2);
    qb_err_context(&err, "c");
    expect_cut(err.message, sizeof err.message);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_err__set_fills_and_answers_the_code),
        cmocka_unit_test(test_err__nobody_has_to_listen),
        cmocka_unit_test(test_err__system_errors_have_codes),
        cmocka_unit_test(test_err__context_goes_before),
        cmocka_unit_test(test_err__long_texts_are_cut_visibly),
        cmocka_unit_test(test_err__texts_that_just_fit_are_whole),
    };
    return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
