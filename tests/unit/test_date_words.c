/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Dates in words, in both languages. */
#include "core/output/date_words.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

static void expect(const char *iso, enum qb_language language, bool weekday, const char *expected)
{
    struct qb_buf out = {0};
    qb_date date = qb_date_parse(iso, strlen(iso));
    if (weekday)
        qb_date_words_weekday(&out, language, date);
    else
        qb_date_words(&out, language, date);
    assert_string_equal(qb_buf_text(&out), expected);
    qb_buf_fini(&out);
}

static void test_date_words__both_languages(void **state)
{
    (void)state;
    expect("2020-07-10", QB_INDONESIAN, false, "10 Juli 2020");
    expect("2020-07-10", QB_ENGLISH, false, "10 July 2020");
    expect("2021-01-01", QB_INDONESIAN, false, "1 Januari 2021");
    expect("2020-12-31", QB_ENGLISH, false, "31 December 2020");
    expect("0999-08-05", QB_INDONESIAN, false, "5 Agustus 999");
}

static void test_date_words__weekday(void **state)
{
    (void)state;
    expect("2020-07-06", QB_INDONESIAN, true, "Senin, 6 Juli 2020");
    expect("2020-07-12", QB_INDONESIAN, true, "Minggu, 12 Juli 2020");
    expect("2020-07-10", QB_ENGLISH, true, "Friday, 10 July 2020");
}

static void test_date_words__no_date_no_words(void **state)
{
    (void)state;
    expect("2020-02-30", QB_INDONESIAN, false, "");
    expect("2020-02-30", QB_INDONESIAN, true, "");
}

/* Twelve months and seven days, all there and no two alike. */
static void test_date_words__every_name(void **state)
{
    (void)state;
    for (int language = 0; language < QB_LANGUAGES; language++) {
        struct qb_buf seen = {0};
        for (int month = 1; month <= 12; month++) {
            struct qb_buf out = {0};
            qb_date_words_weekday(&out, (enum qb_language)language, qb_date_from_civil(2020, month, month));
            assert_null(strstr(qb_buf_text(&out), ", , "));
            const char *name = strrchr(qb_buf_text(&out), ',');
            assert_non_null(name);
            assert_null(strstr(qb_buf_text(&seen), name));
            qb_buf_add_string(&seen, name);
            assert_true(out.length > strlen(", 1  2020"));
            qb_buf_fini(&out);
        }
        qb_buf_fini(&seen);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_date_words__both_languages),
        cmocka_unit_test(test_date_words__weekday),
        cmocka_unit_test(test_date_words__no_date_no_words),
        cmocka_unit_test(test_date_words__every_name),
    };
    return cmocka_run_group_tests_name("date_words", tests, NULL, NULL);
}
