/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reports of months: the sums against simple additions over random figures; and which reports a change makes due. */
#include "core/output/monthly.h"
#include "watcher/monthly.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FACILITIES 7
#define FIRST_YEAR 2017
#define MONTHS 48

static uint64_t state_of_dice;

static int64_t roll(int64_t sides) /* xorshift64* */
{
    state_of_dice ^= state_of_dice >> 12;
    state_of_dice ^= state_of_dice << 25;
    state_of_dice ^= state_of_dice >> 27;
    return (int64_t)((state_of_dice * 2685821657736338717u) >> 33) % sides;
}

static qb_date month_of(int number)
{
    return qb_date_from_civil(FIRST_YEAR + number / 12, number % 12 + 1, 1);
}

static const char *const names[FACILITIES] = {"FAC-1", "FAC-2", "FAC-3", "FAC-4", "FAC-5", "FAC-6", "FAC-7"};
static const char *const keys[] = {"AU", "CDT-1", "JP", "SG"};

static struct qb_facility_figures *random_figures(const char *facility)
{
    struct qb_facility_figures *made = calloc(1, sizeof *made);
    made->facility = facility;
    made->months = calloc(MONTHS, sizeof *made->months);
    made->parts = calloc(MONTHS * 8, sizeof *made->parts);
    for (int i = 0; i < MONTHS; i++) {
        if (!roll(3))
            continue;
        struct qb_month_figures *month = &made->months[made->month_count++];
        month->month = month_of(i);
        for (size_t k = 0; k < QB_FIGURES; k++)
            month->figures.of[k] = roll(1000);
        for (int part = 0; part < QB_PARTS; part++)
            for (size_t k = 0; k < 4; k++)
                if (roll(2))
                    made->parts[made->part_count++] = (struct qb_part_figures){month->month, (enum qb_figures_part)part,
                                                                               keys[k], 1 + roll(50), roll(1000000)};
    }
    return made;
}

/* --- a report --- */

static bool is_in(int month, int report, enum qb_period period)
{
    int shift = period == QB_PERIOD_MONTH_BEFORE || period == QB_PERIOD_YEAR_BEFORE ? 12 : 0;
    if (period == QB_PERIOD_MONTH || period == QB_PERIOD_MONTH_BEFORE)
        return month + shift == report;
    return (month + shift) / 12 == report / 12 && month + shift <= report && month + shift >= 0;
}

static int number_of(qb_date month)
{
    int year;
    int number;
    int day;
    qb_date_to_civil(month, &year, &number, &day);
    return (year - FIRST_YEAR) * 12 + number - 1;
}

static void assert_row(const struct qb_facility_figures *const *all, int month, const struct qb_report_row *row,
                       enum qb_report_group group)
{
    for (int period = 0; period < QB_PERIODS; period++) {
        struct qb_figures sum = {0};
        for (size_t i = 0; i < FACILITIES; i++) {
            for (size_t k = 0; group == QB_REPORT_FACILITY && k < all[i]->month_count; k++)
                if (!strcmp(all[i]->facility, row->key) &&
                    is_in(number_of(all[i]->months[k].month), month, (enum qb_period)period))
                    qb_figures_add(&sum, &all[i]->months[k].figures);
            for (size_t k = 0; group != QB_REPORT_FACILITY && k < all[i]->part_count; k++) {
                const struct qb_part_figures *part = &all[i]->parts[k];
                bool here = part->part == (group == QB_REPORT_COUNTRY ? QB_PART_COUNTRY : QB_PART_COMMODITY);
                if (!here || strcmp(part->key, row->key) ||
                    !is_in(number_of(part->month), month, (enum qb_period)period))
                    continue;
                sum.of[QB_FIGURE_CERTIFICATES] += part->certificates;
                sum.of[QB_FIGURE_WEIGHT] += part->weight;
            }
        }
        assert_memory_equal(&sum, &row->periods[period], sizeof sum);
    }
}

static void assert_report(const struct qb_output_view *view, int month)
{
    struct qb_report report;
    struct qb_figures total[QB_PERIODS] = {{{0}}};
    qb_report_make(&report, view, month_of(month));
    for (int group = 0; group < QB_REPORT_GROUPS; group++) {
        const struct qb_report_table *table = &report.tables[group];
        for (size_t i = 0; i < table->count; i++) {
            assert_row(view->figures, month, &table->rows[i], (enum qb_report_group)group);
            for (size_t k = 0; group == QB_REPORT_FACILITY && k < QB_PERIODS; k++)
                qb_figures_add(&total[k], &table->rows[i].periods[k]);
            if (i)
                assert_true(table->rows[i - 1].periods[QB_PERIOD_YEAR].of[QB_FIGURE_CERTIFICATES] >=
                            table->rows[i].periods[QB_PERIOD_YEAR].of[QB_FIGURE_CERTIFICATES]);
        }
    }
    assert_memory_equal(total, report.total, sizeof total);
    for (int before = 0; before < 2; before++) {
        struct qb_figures year = {0};
        for (int i = 0; i < 12; i++)
            qb_figures_add(&year, &report.months[before][i]);
        assert_memory_equal(&year, &total[before ? QB_PERIOD_YEAR_BEFORE : QB_PERIOD_YEAR], sizeof year);
    }
    assert_int_equal(report.unfinished, view->as_of < qb_date_add_months(month_of(month), 1) - 1);
    qb_report_fini(&report);
}

static void test_monthly__sums_are_those_of_the_facilities(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 30; seed++) {
        struct qb_facility_figures *all[FACILITIES];
        state_of_dice = seed * 0x9e3779b97f4a7c15u;
        for (size_t i = 0; i < FACILITIES; i++)
            all[i] = random_figures(names[i]);
        struct qb_output_view view = {.figures = (const struct qb_facility_figures *const *)all,
                                      .figures_count = FACILITIES,
                                      .as_of = qb_date_from_civil(2020, 12, 30)};
        for (int month = 0; month < MONTHS; month++)
            assert_report(&view, month);
        for (size_t i = 0; i < FACILITIES; i++)
            qb_figures_free(all[i]);
    }
}

static void test_monthly__numbers_as_people_write_them(void **state)
{
    (void)state;
    static const struct {
        enum qb_figure figure;
        int64_t value;
        const char *id;
        const char *en;
    } numbers[] = {
        {QB_FIGURE_CERTIFICATES, 0, "0", "0"},
        {QB_FIGURE_CERTIFICATES, 999, "999", "999"},
        {QB_FIGURE_CERTIFICATES, 1000, "1.000", "1,000"},
        {QB_FIGURE_CERTIFICATES, 1234567, "1.234.567", "1,234,567"},
        {QB_FIGURE_WEIGHT, 12000500, "12.000,5", "12,000.5"},
        {QB_FIGURE_WEIGHT, 1, "0,001", "0.001"},
        {QB_FIGURE_WEIGHT, 1000, "1", "1"},
        {QB_FIGURE_WEIGHT, 1010, "1,01", "1.01"},
        {QB_FIGURE_WEIGHT, INT64_C(1000000000000), "1.000.000.000", "1,000,000,000"},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct qb_buf text = {0};
        qb_report_number(&text, QB_INDONESIAN, numbers[i].figure, numbers[i].value);
        assert_string_equal(qb_buf_text(&text), numbers[i].id);
        qb_buf_clear(&text);
        qb_report_number(&text, QB_ENGLISH, numbers[i].figure, numbers[i].value);
        assert_string_equal(qb_buf_text(&text), numbers[i].en);
        qb_buf_fini(&text);
    }
}

/* --- what is due --- */

static bool has(const struct qb_month_list *list, qb_date month)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i] == month)
            return true;
    return false;
}

static bool has_figures(struct qb_facility_figures *const *all, qb_date month)
{
    for (size_t i = 0; i < FACILITIES; i++)
        for (size_t k = 0; all[i] && k < all[i]->month_count; k++)
            if (all[i]->months[k].month == month)
                return true;
    return false;
}

/* Whether the two reports say the same, field by field. */
static bool same_report(struct qb_facility_figures *const *before, struct qb_facility_figures *const *after, int month)
{
    struct qb_facility_figures *const *sides[2] = {before, after};
    struct qb_report reports[2];
    bool same = true;
    for (int i = 0; i < 2; i++) {
        const struct qb_facility_figures *list[FACILITIES];
        size_t count = 0;
        for (size_t k = 0; k < FACILITIES; k++)
            if (sides[i][k])
                list[count++] = sides[i][k];
        struct qb_output_view view = {.figures = list, .figures_count = count};
        qb_report_make(&reports[i], &view, month_of(month));
    }
    for (int group = 0; group < QB_REPORT_GROUPS; group++) {
        const struct qb_report_table *a = &reports[0].tables[group];
        const struct qb_report_table *b = &reports[1].tables[group];
        same = same && a->count == b->count;
        for (size_t i = 0; same && i < a->count; i++)
            same = a->rows[i].key == b->rows[i].key &&
                   !memcmp(a->rows[i].periods, b->rows[i].periods, sizeof a->rows[i].periods);
    }
    for (int i = 0; i < 2; i++)
        qb_report_fini(&reports[i]);
    return same;
}

/* A copy with one small change in one month, or none. */
static struct qb_facility_figures *changed(const struct qb_facility_figures *from)
{
    struct qb_facility_figures *made = random_figures(from->facility);
    memcpy(made->months, from->months, from->month_count * sizeof *made->months);
    memcpy(made->parts, from->parts, from->part_count * sizeof *made->parts);
    made->month_count = from->month_count;
    made->part_count = from->part_count;
    int64_t what = roll(5);
    if (what == 0 && made->month_count)
        made->months[roll((int64_t)made->month_count)].figures.of[roll(QB_FIGURES)] += 1 + roll(5);
    if (what == 1 && made->part_count)
        made->parts[roll((int64_t)made->part_count)].weight += 1;
    if (what == 2 && made->month_count) { /* the last month goes */
        qb_date month = made->months[--made->month_count].month;
        while (made->part_count && made->parts[made->part_count - 1].month == month)
            made->part_count--;
    }
    return made;
}

static void test_monthly__what_changed_is_due_and_nothing_else(void **state)
{
    (void)state;
    size_t dues = 0;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct qb_facility_figures *before[FACILITIES] = {NULL};
        struct qb_facility_figures *after[FACILITIES];
        struct qb_months months = {0};
        struct qb_month_list due;
        struct qb_month_list gone;
        struct qb_arena arena;
        qb_arena_init(&arena);
        state_of_dice = seed * 0x9e3779b97f4a7c15u;
        for (size_t i = 0; i < FACILITIES; i++) {
            before[i] = roll(8) ? random_figures(names[i]) : NULL;
            qb_months_replace(&months, NULL, before[i], true);
            after[i] = before[i];
        }
        qb_months_settle(&months);
        size_t which = (size_t)roll(FACILITIES);
        if (before[which])
            after[which] = roll(6) ? changed(before[which]) : NULL;
        qb_months_replace(&months, before[which], after[which], false);
        qb_months_due(&months, false, &arena, &due, &gone);
        dues += due.count;
        for (int month = 0; month < MONTHS; month++) {
            bool there = has_figures(after, month_of(month));
            bool other = !same_report(before, after, month);
            assert_int_equal(has(&due, month_of(month)), there && other);
            assert_int_equal(has(&gone, month_of(month)), !there && has_figures(before, month_of(month)));
        }
        qb_months_settle(&months);
        qb_months_due(&months, false, &arena, &due, &gone);
        assert_int_equal(due.count + gone.count, 0);
        qb_months_due(&months, true, &arena, &due, &gone);
        for (int month = 0; month < MONTHS; month++)
            assert_int_equal(has(&due, month_of(month)), has_figures(after, month_of(month)));
        for (size_t i = 0; i < FACILITIES; i++) {
            if (after[i] != before[i])
                qb_figures_free(after[i]);
            qb_figures_free(before[i]);
        }
        qb_months_fini(&months);
        qb_arena_fini(&arena);
    }
    assert_true(dues > 1000);
}

/* Not only what changed: the month that a new day begins or ends says whether it is over. */
static void test_monthly__a_touched_month_is_due_with_those_that_cover_it(void **state)
{
    (void)state;
    struct qb_months months = {0};
    struct qb_month_list due;
    struct qb_month_list gone;
    struct qb_arena arena;
    qb_arena_init(&arena);
    state_of_dice = 99;
    struct qb_facility_figures *figures = random_figures(names[0]);
    qb_months_replace(&months, NULL, figures, false);
    qb_months_settle(&months);
    qb_months_touch(&months, QB_DATE_NONE);
    qb_months_touch(&months, qb_date_from_civil(1999, 5, 5)); /* no figures */
    qb_months_due(&months, false, &arena, &due, &gone);
    assert_int_equal(due.count + gone.count, 0);
    qb_date last = figures->months[figures->month_count - 1].month;
    qb_months_touch(&months, last + 20);
    qb_months_due(&months, false, &arena, &due, &gone);
    assert_int_equal(due.count, 1);
    assert_int_equal(due.items[0], last);
    qb_figures_free(figures);
    qb_months_fini(&months);
    qb_arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_monthly__sums_are_those_of_the_facilities),
        cmocka_unit_test(test_monthly__numbers_as_people_write_them),
        cmocka_unit_test(test_monthly__what_changed_is_due_and_nothing_else),
        cmocka_unit_test(test_monthly__a_touched_month_is_due_with_those_that_cover_it),
    };
    return cmocka_run_group_tests_name("monthly", tests, NULL, NULL);
}
