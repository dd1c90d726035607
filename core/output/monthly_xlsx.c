/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * schedule/reports/YYYY-MM.xlsx: a month's report as sheets: the office's figures; commodities, countries and
 * facilities, each in the month and in the year so far beside the same of the year before; the months of both years.
 * It names no as_of, as its page does not.
 */
#include "core/output/date_words.h"
#include "core/output/monthly.h"
#include "core/output/workbook.h"
#include "core/output/writers.h"

#include <string.h>

#define COUNT(list) (sizeof(list) / sizeof *(list))

/* What a column of the long tables shows. */
struct column {
    const char *header;
    enum qb_figure figure;
    enum qb_period period;
};

#define FOUR(header, figure)                                                                                       \
    {header, figure, QB_PERIOD_MONTH}, {header, figure, QB_PERIOD_MONTH_BEFORE}, {header, figure, QB_PERIOD_YEAR}, \
    {                                                                                                              \
        header, figure, QB_PERIOD_YEAR_BEFORE                                                                      \
    }

static const struct column columns[] = {
    FOUR("report.certificates", QB_FIGURE_CERTIFICATES),
    FOUR("report.weight", QB_FIGURE_WEIGHT),
    FOUR("report.owed", QB_FIGURE_OWED),
    FOUR("report.met", QB_FIGURE_MET),
    FOUR("report.late", QB_FIGURE_LATE),
    FOUR("report.nonconform", QB_FIGURE_NONCONFORM),
};
#define OF_CERTIFICATES 8 /* the first columns, which commodities and countries have, too */
#define NAMES 2           /* columns before them */
_Static_assert(NAMES + COUNT(columns) + 2 <= QB_WORKBOOK_COLUMNS, "the widest sheet");

struct sheets {
    struct qb_workbook *book;
    const struct qb_output_view *view;
    const struct qb_report *report;
    struct qb_buf periods[QB_PERIODS]; /* their names */
    struct qb_buf years[2];            /* this one and the one before */
};

static void put(const struct sheets *sheets, size_t column, enum qb_figure figure, int64_t value)
{
    if (figure == QB_FIGURE_WEIGHT)
        qb_workbook_weight(sheets->book, column, value);
    else
        qb_workbook_number(sheets->book, column, value);
}

static void put_ratio(const struct sheets *sheets, size_t column, const struct qb_figures *figures)
{
    double ratio;
    if (qb_report_ratio(figures, &ratio))
        qb_workbook_share(sheets->book, column, ratio);
}

/* --- the office --- */

static void write_total(const struct sheets *sheets)
{
    struct qb_workbook_column shape[1 + QB_PERIODS] = {{.header = "report.figure", .widest = 50}};
    for (size_t i = 0; i < QB_PERIODS; i++)
        shape[i + 1] =
            (struct qb_workbook_column){.header = "report.period", .widest = 20, .under = sheets->periods[i].data};
    qb_workbook_sheet(sheets->book, "report.sheet.total", shape, COUNT(shape), COUNT(shape));
    for (size_t i = 0; i < qb_report_line_count; i++) {
        const struct qb_report_line *line = &qb_report_lines[i];
        qb_workbook_row(sheets->book);
        qb_workbook_text(sheets->book, 0, qb_text(sheets->view->language, line->word));
        for (size_t k = 0; k < QB_PERIODS; k++)
            put(sheets, k + 1, line->figure, sheets->report->total[k].of[line->figure]);
        if (line->figure != QB_FIGURE_LATE)
            continue;
        qb_workbook_row(sheets->book);
        qb_workbook_text(sheets->book, 0, qb_text(sheets->view->language, "report.ratio"));
        for (size_t k = 0; k < QB_PERIODS; k++)
            put_ratio(sheets, k + 1, &sheets->report->total[k]);
    }
}

/* --- commodities, countries, facilities --- */

static void write_table(const struct sheets *sheets, enum qb_report_group group, const char *name, const char *first)
{
    const struct qb_report_table *table = &sheets->report->tables[group];
    bool visits = group == QB_REPORT_FACILITY;
    size_t figures = visits ? COUNT(columns) : OF_CERTIFICATES;
    size_t count = NAMES + figures + (visits ? 2 : 0);
    struct qb_workbook_column shape[QB_WORKBOOK_COLUMNS] = {{.header = first, .widest = 40},
                                                            {.header = "report.id", .widest = 20}};
    for (size_t i = 0; i < figures; i++)
        shape[NAMES + i] = (struct qb_workbook_column){
            .header = columns[i].header, .widest = 16, .under = sheets->periods[columns[i].period].data};
    for (size_t i = NAMES + figures; i < count; i++)
        shape[i] = (struct qb_workbook_column){
            .header = "report.ratio",
            .widest = 16,
            .under = sheets->periods[i + 1 == count ? QB_PERIOD_YEAR_BEFORE : QB_PERIOD_YEAR].data};
    qb_workbook_sheet(sheets->book, name, shape, count, count);
    struct qb_buf words = {0};
    for (size_t i = 0; i < table->count; i++) {
        const struct qb_report_row *row = &table->rows[i];
        qb_buf_clear(&words);
        qb_report_name(&words, sheets->view, group, row->key);
        qb_workbook_row(sheets->book);
        qb_workbook_text(sheets->book, 0, qb_buf_text(&words));
        qb_workbook_text(sheets->book, 1, row->key);
        for (size_t k = 0; k < figures; k++)
            put(sheets, NAMES + k, columns[k].figure, row->periods[columns[k].period].of[columns[k].figure]);
        if (visits) {
            put_ratio(sheets, NAMES + figures, &row->periods[QB_PERIOD_YEAR]);
            put_ratio(sheets, NAMES + figures + 1, &row->periods[QB_PERIOD_YEAR_BEFORE]);
        }
    }
    qb_buf_fini(&words);
}

/* --- months --- */

static void write_months(const struct sheets *sheets)
{
    static const struct {
        const char *header;
        enum qb_figure figure;
    } shown[] = {
        {"report.certificates", QB_FIGURE_CERTIFICATES},
        {"report.weight", QB_FIGURE_WEIGHT},
        {"report.owed", QB_FIGURE_OWED},
        {"report.met", QB_FIGURE_MET},
        {"report.late", QB_FIGURE_LATE},
        {"report.nonconform", QB_FIGURE_NONCONFORM},
    };
    struct qb_workbook_column shape[1 + 2 * COUNT(shown)] = {{.header = "months.month", .widest = 20}};
    for (size_t i = 0; i < 2 * COUNT(shown); i++)
        shape[1 + i] = (struct qb_workbook_column){
            .header = shown[i / 2].header, .widest = 16, .under = sheets->years[i % 2].data};
    qb_workbook_sheet(sheets->book, "report.sheet.months", shape, COUNT(shape), COUNT(shape));
    int months = qb_report_months(sheets->report);
    struct qb_buf name = {0};
    for (int month = 0; month < months; month++) {
        qb_buf_clear(&name);
        qb_date_words_month_name(&name, sheets->view->language, qb_date_from_civil(2000, month + 1, 1));
        qb_workbook_row(sheets->book);
        qb_workbook_text(sheets->book, 0, qb_buf_text(&name));
        for (size_t i = 0; i < 2 * COUNT(shown); i++)
            put(sheets, 1 + i, shown[i / 2].figure, sheets->report->months[i % 2][month].of[shown[i / 2].figure]);
    }
    qb_buf_fini(&name);
}

/* --- the book --- */

static void begin(struct sheets *sheets)
{
    const struct qb_output_view *view = sheets->view;
    struct qb_buf title = {0};
    struct qb_buf caption = {0};
    for (size_t i = 0; i < QB_PERIODS; i++)
        qb_report_period(&sheets->periods[i], view, sheets->report->month, (enum qb_period)i, true);
    for (int i = 0; i < 2; i++)
        qb_report_year(&sheets->years[i], sheets->report, i);
    qb_report_title(&caption, view);
    qb_buf_addf(&title, "%s %s", qb_buf_text(&caption), view->settings->office);
    if (sheets->report->unfinished)
        qb_buf_addf(&caption, " (%s)", qb_text(view->language, "report.unfinished.short"));
    sheets->book = qb_workbook_new(view, qb_buf_text(&title), qb_buf_text(&caption));
    qb_buf_fini(&title);
    qb_buf_fini(&caption);
}

void qb_output_report_xlsx(struct qb_buf *out, const struct qb_output_view *view,
                           const struct qb_facility_schedule *facility)
{
    (void)facility;
    struct sheets sheets = {.view = view, .report = view->report};
    begin(&sheets);
    write_total(&sheets);
    write_table(&sheets, QB_REPORT_COMMODITY, "report.sheet.commodities", "report.commodity");
    write_table(&sheets, QB_REPORT_COUNTRY, "report.sheet.countries", "report.country");
    write_table(&sheets, QB_REPORT_FACILITY, "report.sheet.facilities", "csv.facility-name");
    write_months(&sheets);
    qb_workbook_finish(sheets.book, out);
    for (size_t i = 0; i < QB_PERIODS; i++)
        qb_buf_fini(&sheets.periods[i]);
    for (int i = 0; i < 2; i++)
        qb_buf_fini(&sheets.years[i]);
}
