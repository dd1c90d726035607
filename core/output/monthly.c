/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Adding up. A facility's rows are sorted by month, so the two stretches of months that a report looks at are found by
 * bisection and the rest of its history is not looked at. Commodities and countries meet in a map.
 */
#include "core/output/monthly.h"

#include "core/base/map.h"
#include "core/output/date_words.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct qb_report_line qb_report_lines[] = {
    {QB_FIGURE_CERTIFICATES, "report.certificates", false},
    {QB_FIGURE_INLINE, "report.inline", true},
    {QB_FIGURE_NORMAL, "report.normal", true},
    {QB_FIGURE_CANCELLED, "report.cancelled", false},
    {QB_FIGURE_WEIGHT, "report.weight", false},
    {QB_FIGURE_OWED, "report.owed", false},
    {QB_FIGURE_MET, "report.met", false},
    {QB_FIGURE_LATE, "report.late", false},
    {QB_FIGURE_OTHER_VISITS, "report.other-visits", false},
    {QB_FIGURE_NONCONFORM, "report.nonconform", false},
    {QB_FIGURE_CRITICAL, "report.critical", false},
    {QB_FIGURE_MAJOR, "report.major", false},
    {QB_FIGURE_MINOR, "report.minor", false},
    {QB_FIGURE_VERIFIED, "report.verified", false},
};
const size_t qb_report_line_count = sizeof qb_report_lines / sizeof *qb_report_lines;

/* --- months --- */

/* Months since the year 0, so that months can be counted with. */
static int month_number(qb_date month)
{
    int year;
    int number;
    int day;
    qb_date_to_civil(month, &year, &number, &day);
    return year * 12 + number - 1;
}

bool qb_report_covers(qb_date report, qb_date month)
{
    int last = month_number(report);
    int at = month_number(month);
    int first = last - last % 12;
    return (at >= first && at <= last) || (at >= first - 12 && at <= last - 12);
}

/* --- adding up --- */

struct sum {
    struct qb_report *report;
    int first; /* month number of January */
    int last;  /* of the report */
    struct qb_map rows[QB_PARTS];
};

static struct qb_report_row *add_row(struct qb_report_table *table, const char *key)
{
    QB_MEM_GROW(table->rows, table->count, table->capacity);
    table->rows[table->count] = (struct qb_report_row){.key = key};
    return &table->rows[table->count++];
}

/* The row of a commodity or a country; the map holds numbers of rows, plus one. */
static struct qb_report_row *row_of(struct sum *sum, enum qb_figures_part part, const char *key)
{
    static const enum qb_report_group groups[] = {
        [QB_PART_COMMODITY] = QB_REPORT_COMMODITY,
        [QB_PART_COUNTRY] = QB_REPORT_COUNTRY,
    };
    struct qb_report_table *table = &sum->report->tables[groups[part]];
    uintptr_t number = (uintptr_t)qb_map_get_string(&sum->rows[part], key);
    if (number)
        return &table->rows[number - 1];
    qb_map_put_string(&sum->rows[part], key, (void *)(uintptr_t)(table->count + 1));
    return add_row(table, key);
}

/* Adds figures of a month to the periods that it is in. */
static void add_periods(const struct sum *sum, struct qb_figures periods[QB_PERIODS], int month,
                        const struct qb_figures *figures)
{
    bool before = month < sum->first;
    qb_figures_add(&periods[before ? QB_PERIOD_YEAR_BEFORE : QB_PERIOD_YEAR], figures);
    if (month == (before ? sum->last - 12 : sum->last))
        qb_figures_add(&periods[before ? QB_PERIOD_MONTH_BEFORE : QB_PERIOD_MONTH], figures);
}

/* The first of the sorted months that is `month` or later. */
static size_t first_month(const struct qb_facility_figures *figures, int month)
{
    size_t low = 0;
    size_t high = figures->month_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (month_number(figures->months[middle].month) < month)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static size_t first_part(const struct qb_facility_figures *figures, int month)
{
    size_t low = 0;
    size_t high = figures->part_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (month_number(figures->parts[middle].month) < month)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Adds a facility's months from `from` to `to`. */
static void add_months(struct sum *sum, const struct qb_facility_figures *figures, struct qb_report_row **row, int from,
                       int to)
{
    struct qb_report *report = sum->report;
    for (size_t i = first_month(figures, from); i < figures->month_count; i++) {
        int month = month_number(figures->months[i].month);
        if (month > to)
            break;
        if (!*row)
            *row = add_row(&report->tables[QB_REPORT_FACILITY], figures->facility);
        add_periods(sum, (*row)->periods, month, &figures->months[i].figures);
        add_periods(sum, report->total, month, &figures->months[i].figures);
        qb_figures_add(&report->months[month < sum->first][month % 12], &figures->months[i].figures);
    }
    for (size_t i = first_part(figures, from); i < figures->part_count; i++) {
        const struct qb_part_figures *part = &figures->parts[i];
        int month = month_number(part->month);
        if (month > to)
            break;
        struct qb_figures own = {
            .of = {[QB_FIGURE_CERTIFICATES] = part->certificates, [QB_FIGURE_WEIGHT] = part->weight}};
        add_periods(sum, row_of(sum, part->part, part->key)->periods, month, &own);
    }
}

static int by_certificates(const void *left, const void *right)
{
    static const enum qb_period order[] = {QB_PERIOD_YEAR, QB_PERIOD_YEAR_BEFORE};
    const struct qb_report_row *a = left;
    const struct qb_report_row *b = right;
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        int64_t x = a->periods[order[i]].of[QB_FIGURE_CERTIFICATES];
        int64_t y = b->periods[order[i]].of[QB_FIGURE_CERTIFICATES];
        if (x != y)
            return x > y ? -1 : 1;
    }
    return strcmp(a->key, b->key);
}

void qb_report_make(struct qb_report *report, const struct qb_output_view *view, qb_date month)
{
    int last = month_number(month);
    *report = (struct qb_report){.month = month, .unfinished = view->as_of < qb_date_add_months(month, 1) - 1};
    struct sum sum = {.report = report, .first = last - last % 12, .last = last};
    for (size_t i = 0; i < view->figures_count; i++) {
        struct qb_report_row *row = NULL;
        add_months(&sum, view->figures[i], &row, sum.first - 12, last - 12);
        add_months(&sum, view->figures[i], &row, sum.first, last);
    }
    for (size_t i = 0; i < QB_PARTS; i++)
        qb_map_fini(&sum.rows[i]);
    for (size_t i = 0; i < QB_REPORT_GROUPS; i++)
        if (report->tables[i].count)
            qsort(report->tables[i].rows, report->tables[i].count, sizeof *report->tables[i].rows, by_certificates);
}

void qb_report_fini(struct qb_report *report)
{
    for (size_t i = 0; i < QB_REPORT_GROUPS; i++)
        free(report->tables[i].rows);
    *report = (struct qb_report){0};
}

/* --- words --- */

bool qb_report_ratio(const struct qb_figures *figures, double *ratio)
{
    if (!figures->of[QB_FIGURE_OWED])
        return false;
    *ratio = (double)figures->of[QB_FIGURE_MET] / (double)figures->of[QB_FIGURE_OWED];
    return true;
}

void qb_report_name(struct qb_buf *out, const struct qb_output_view *view, enum qb_report_group group, const char *key)
{
    char id[40];
    if (group != QB_REPORT_COUNTRY) {
        qb_buf_add_string(out,
                          view->title(view->context, group == QB_REPORT_COMMODITY ? "commodity" : "facility", key));
        return;
    }
    snprintf(id, sizeof id, "country.%s", key);
    const char *name = qb_text_find(view->language, id);
    if (name)
        qb_buf_addf(out, "%s (%s)", name, key);
    else
        qb_buf_add_string(out, key);
}

void qb_report_period(struct qb_buf *out, const struct qb_output_view *view, qb_date month, enum qb_period period,
                      bool brief)
{
    bool before = period == QB_PERIOD_MONTH_BEFORE || period == QB_PERIOD_YEAR_BEFORE;
    int number = month_number(month) - (before ? 12 : 0);
    qb_date last = qb_date_from_civil(number / 12, number % 12 + 1, 1);
    qb_date first = period < QB_PERIOD_YEAR ? last : qb_date_from_civil(number / 12, 1, 1);
    struct qb_buf names[2] = {{0}};
    char year[12];
    const qb_date days[2] = {first, last};
    for (int i = 0; i < 2; i++)
        (brief ? qb_date_words_short : qb_date_words_month_name)(&names[i], view->language, days[i]);
    snprintf(year, sizeof year, "%d", number / 12);
    const struct qb_text_arg args[] = {
        {"first", qb_buf_text(&names[0])}, {"last", qb_buf_text(&names[1])}, {"year", year}};
    qb_text_format(out, view->language, first == last ? "report.period.month" : "report.period.months", args, 3);
    qb_buf_fini(&names[0]);
    qb_buf_fini(&names[1]);
}

void qb_report_title(struct qb_buf *out, const struct qb_output_view *view)
{
    struct qb_buf month = {0};
    qb_report_period(&month, view, view->report->month, QB_PERIOD_MONTH, false);
    qb_text_format(out, view->language, "report.title", (struct qb_text_arg[]){{"month", qb_buf_text(&month)}}, 1);
    qb_buf_fini(&month);
}

void qb_report_year(struct qb_buf *out, const struct qb_report *report, int before)
{
    qb_buf_addf(out, "%d", month_number(report->month) / 12 - before);
}

int qb_report_months(const struct qb_report *report)
{
    return month_number(report->month) % 12 + 1;
}

void qb_report_number(struct qb_buf *out, enum qb_language language, enum qb_figure figure, int64_t value)
{
    int64_t thousandths = figure == QB_FIGURE_WEIGHT ? value % 1000 : 0;
    char digits[24];
    snprintf(digits, sizeof digits, "%" PRId64, figure == QB_FIGURE_WEIGHT ? value / 1000 : value);
    size_t length = strlen(digits);
    for (size_t i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0)
            qb_buf_add_string(out, qb_text(language, "report.thousands-sign"));
        qb_buf_add_char(out, digits[i]);
    }
    if (!thousandths)
        return;
    qb_buf_addf(out, "%s%03d", qb_text(language, "report.decimal-sign"), (int)thousandths);
    while (out->data[out->length - 1] == '0')
        out->data[--out->length] = '\0';
}
