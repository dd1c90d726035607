/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Civil dates: every day of 400 years, every length of month, weekdays, months added (SCHEDULE R1), zones. */
#include "core/base/date.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define FIRST (-719162) /* 0001-01-01 */
#define LAST 2932896    /* 9999-12-31 */

static qb_date day(const char *text)
{
    qb_date date = qb_date_parse(text, strlen(text));
    if (date == QB_DATE_NONE)
        fail_msg("%s is no date", text);
    return date;
}

/* An era of 400 years has every kind of year; counted day by day from a day that is known. */
static void test_date__every_day_of_400_years(void **state)
{
    (void)state;
    qb_date expected = day("1800-01-01");
    assert_int_equal(expected, -62091); /* 170 years of 365 days and 41 leap days before 1970 */
    int weekday = 2;                    /* a Wednesday */
    for (int year = 1800; year < 2200; year++)
        for (int month = 1; month <= 12; month++)
            for (int number = 1; number <= qb_date_month_days(year, month); number++) {
                int y, m, d;
                char text[QB_DATE_SIZE];
                assert_int_equal(qb_date_from_civil(year, month, number), expected);
                qb_date_to_civil(expected, &y, &m, &d);
                assert_true(y == year && m == month && d == number);
                assert_int_equal(qb_date_weekday(expected), weekday);
                assert_int_equal(qb_date_parse(qb_date_format(expected, text), 10), expected);
                expected++;
                weekday = (weekday + 1) % 7;
            }
    assert_int_equal(expected, -62091 + 146097);
}

static void test_date__known_days(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        qb_date date;
        int weekday;
    } rows[] = {
        {"1970-01-01", 0, 3},     {"1969-12-31", -1, 2},    {"1970-01-02", 1, 4},      {"2000-02-29", 11016, 1},
        {"2000-03-01", 11017, 2}, {"2020-06-05", 18418, 4}, {"1900-02-28", -25509, 2}, {"1900-03-01", -25508, 3},
        {"0001-01-01", FIRST, 0}, {"9999-12-31", LAST, 4},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[QB_DATE_SIZE];
        assert_int_equal(day(rows[i].text), rows[i].date);
        assert_string_equal(qb_date_format(rows[i].date, text), rows[i].text);
        assert_int_equal(qb_date_weekday(rows[i].date), rows[i].weekday);
    }
}

/* The whole range, in steps that meet every weekday, month and kind of year. */
static void test_date__round_trip_over_the_whole_range(void **state)
{
    (void)state;
    for (qb_date date = FIRST; date <= LAST; date += 13) {
        char text[QB_DATE_SIZE];
        qb_date_format(date, text);
        assert_int_equal(strlen(text), 10);
        assert_int_equal(qb_date_parse(text, 10), date);
    }
}

static void test_date__there_is_no_such_day(void **state)
{
    (void)state;
    static const int rows[][3] = {
        {0, 1, 1},     {-1, 1, 1},     {10000, 1, 1}, {2020, 0, 1},  {2020, 13, 1}, {2020, -1, 1}, {2020, 1, 0},
        {2020, 1, 32}, {2020, 4, 31},  {2020, 2, 30}, {2021, 2, 29}, {1900, 2, 29}, {2100, 2, 29}, {2020, 6, 31},
        {2020, 9, 31}, {2020, 11, 31}, {2020, 1, -5}, {2020, 99, 1}, {2020, 1, 99},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(qb_date_from_civil(rows[i][0], rows[i][1], rows[i][2]), QB_DATE_NONE);
    assert_true(qb_date_from_civil(2000, 2, 29) != QB_DATE_NONE);
}

static void test_date__parse_takes_full_dates_alone(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "",           "2020",        "2020-06",     "2020-6-05",
        "2020-06-5",  "20-06-05",    "2020-06-055", "2020/06/05",
        "20200605",   "2020-06-05 ", " 2020-06-05", "+020-06-05",
        "-020-06-05", "2020-06-5 ",  "2020-06- 5",  "2020-0x-05",
        "2020-02-30", "0000-01-01",  "2020-00-10",  "2020-06-05T00:00:00Z",
        "2020-06:05", "05-06-2020",  "2020-W23-5",  "\xD9\xA2\xD9\xA0-06-05",
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (qb_date_parse(rows[i], strlen(rows[i])) != QB_DATE_NONE)
            fail_msg("\"%s\" is taken as a date", rows[i]);
    assert_int_equal(qb_date_parse("2020-06-05T", 10), day("2020-06-05")); /* the length says where it ends */
    assert_int_equal(qb_date_parse("2020-06-0\0", 10), QB_DATE_NONE);
}

static void test_date__none_is_written_as_nothing(void **state)
{
    (void)state;
    char text[QB_DATE_SIZE] = "xxxxxxxxxx";
    assert_string_equal(qb_date_format(QB_DATE_NONE, text), "");
    assert_string_equal(qb_date_format(FIRST, text), "0001-01-01");
}

static void test_date__months_have_their_days(void **state)
{
    (void)state;
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    static const struct {
        int year;
        int february;
    } leap[] = {{2019, 28}, {2020, 29}, {2000, 29}, {1900, 28}, {2100, 28}, {2400, 29}, {4, 29}, {1, 28}};
    for (int month = 1; month <= 12; month++)
        assert_int_equal(qb_date_month_days(2021, month), days[month - 1]);
    for (size_t i = 0; i < sizeof leap / sizeof *leap; i++)
        assert_int_equal(qb_date_month_days(leap[i].year, 2), leap[i].february);
}

/* --- months --- */

static void test_date__add_months_as_the_rule_says(void **state)
{
    (void)state;
    static const struct {
        const char *from;
        int months;
        const char *to;
    } rows[] = {
        {"2020-06-05", 3, "2020-09-05"}, {"2020-11-30", 3, "2021-02-28"},   {"2019-11-30", 3, "2020-02-29"},
        {"2020-01-31", 1, "2020-02-29"}, {"2020-02-29", 12, "2021-02-28"},  {"2020-02-29", 48, "2024-02-29"},
        {"2020-12-31", 2, "2021-02-28"}, {"2020-05-31", 1, "2020-06-30"},   {"2020-05-31", 12, "2021-05-31"},
        {"2020-12-15", 1, "2021-01-15"}, {"2020-01-15", -1, "2019-12-15"},  {"2020-03-31", -1, "2020-02-29"},
        {"2020-06-05", 0, "2020-06-05"}, {"2020-06-05", 120, "2030-06-05"}, {"1970-01-31", -11, "1969-02-28"},
        {"9999-11-30", 1, "9999-12-30"}, {"0001-02-28", -1, "0001-01-28"},  {"2000-01-31", 1201, "2100-02-28"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(qb_date_add_months(day(rows[i].from), rows[i].months), day(rows[i].to));
}

/* Against the rule's words: the same day number, or the last one of that month. */
static void test_date__add_months_to_every_day_of_a_leap_cycle(void **state)
{
    (void)state;
    for (qb_date from = day("2019-01-01"); from < day("2023-01-01"); from++) {
        int year, month, number;
        qb_date_to_civil(from, &year, &month, &number);
        qb_date last = QB_DATE_NONE;
        for (int months = 0; months <= 36; months++) {
            int days = qb_date_month_days(year, month);
            qb_date expected = qb_date_from_civil(year, month, number < days ? number : days);
            assert_int_equal(qb_date_add_months(from, months), expected);
            assert_true(expected > last);
            last = expected;
            if (++month > 12) {
                month = 1;
                year++;
            }
        }
    }
}

static void test_date__add_months_ends_with_the_calendar(void **state)
{
    (void)state;
    assert_int_equal(qb_date_add_months(day("9999-12-31"), 1), QB_DATE_NONE);
    assert_int_equal(qb_date_add_months(day("9999-12-01"), 1), QB_DATE_NONE);
    assert_int_equal(qb_date_add_months(day("0001-01-31"), -1), QB_DATE_NONE);
    assert_int_equal(qb_date_add_months(day("0001-01-31"), -100000), QB_DATE_NONE);
    assert_int_equal(qb_date_add_months(day("2020-06-05"), 1000000), QB_DATE_NONE);
    assert_int_equal(qb_date_add_months(day("9999-12-31"), INT32_MAX), QB_DATE_NONE);
    assert_int_equal(qb_date_add_months(day("0001-01-01"), INT32_MIN), QB_DATE_NONE);
    assert_int_equal(qb_date_add_months(QB_DATE_NONE, 3), QB_DATE_NONE);
}

/* --- zones --- */

static void test_date__zones_that_the_settings_accept(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int minutes;
    } rows[] = {
        {"Asia/Jakarta", 420}, {"Asia/Pontianak", 420}, {"Asia/Makassar", 480}, {"Asia/Jayapura", 540}, {"UTC", 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int minutes = -1;
        assert_true(qb_date_zone(rows[i].name, &minutes));
        assert_int_equal(minutes, rows[i].minutes);
    }
    static const char *const wrong[] = {"", "asia/jakarta", "Asia/Jakarta ", "Europe/Paris", "WIB", "Z"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        int minutes = -1;
        assert_false(qb_date_zone(wrong[i], &minutes));
        assert_int_equal(minutes, -1);
    }
}

static void test_date__at_a_moment(void **state)
{
    (void)state;
    static const struct {
        int64_t seconds;
        int offset;
        const char *date;
    } rows[] = {
        {0, 0, "1970-01-01"},
        {86399, 0, "1970-01-01"},
        {86400, 0, "1970-01-02"},
        {-1, 0, "1969-12-31"},
        {-86400, 0, "1969-12-31"},
        {-86401, 0, "1969-12-30"},
        {-25200, 420, "1970-01-01"}, /* midnight in Jakarta */
        {-25201, 420, "1969-12-31"},
        {1594054799, 420, "2020-07-06"}, /* 2020-07-06T16:59:59Z: the last second of the day there */
        {1594054800, 420, "2020-07-07"},
        {1594054800, 0, "2020-07-06"},
        {1594054800, 540, "2020-07-07"},
        {-2208988800, 0, "1900-01-01"},
        {-2208988801, 0, "1899-12-31"},
        {-62135596800, 0, "0001-01-01"},
        {253402300799, 0, "9999-12-31"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[QB_DATE_SIZE];
        assert_string_equal(qb_date_format(qb_date_at(rows[i].seconds, rows[i].offset), text), rows[i].date);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_date__every_day_of_400_years),
        cmocka_unit_test(test_date__known_days),
        cmocka_unit_test(test_date__round_trip_over_the_whole_range),
        cmocka_unit_test(test_date__there_is_no_such_day),
        cmocka_unit_test(test_date__parse_takes_full_dates_alone),
        cmocka_unit_test(test_date__none_is_written_as_nothing),
        cmocka_unit_test(test_date__months_have_their_days),
        cmocka_unit_test(test_date__add_months_as_the_rule_says),
        cmocka_unit_test(test_date__add_months_to_every_day_of_a_leap_cycle),
        cmocka_unit_test(test_date__add_months_ends_with_the_calendar),
        cmocka_unit_test(test_date__zones_that_the_settings_accept),
        cmocka_unit_test(test_date__at_a_moment),
    };
    return cmocka_run_group_tests_name("date", tests, NULL, NULL);
}
