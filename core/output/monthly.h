/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a report of one month says: the office's figures of the month and of the year up to it, each beside the same of
 * the year before. Made of the figures of the facilities (core/schedule/figures), written by two writers.
 *
 *     struct qb_report report;
 *     qb_report_make(&report, view, month);
 *     ... report.total, report.tables ...
 *     qb_report_fini(&report);
 */
#ifndef QB_CORE_OUTPUT_MONTHLY_H
#define QB_CORE_OUTPUT_MONTHLY_H

#include "core/output/output.h"

enum qb_period {
    QB_PERIOD_MONTH,
    QB_PERIOD_MONTH_BEFORE, /* the same month of the year before */
    QB_PERIOD_YEAR,         /* from January up to the month */
    QB_PERIOD_YEAR_BEFORE,  /* the same months of the year before */
    QB_PERIODS
};

enum qb_report_group { QB_REPORT_COMMODITY, QB_REPORT_COUNTRY, QB_REPORT_FACILITY, QB_REPORT_GROUPS };

struct qb_report_row {
    const char *key; /* an id, a country's code */
    struct qb_figures periods[QB_PERIODS];
};

struct qb_report_table {
    struct qb_report_row *rows; /* most certificates of the year first, then the year before, then by key */
    size_t count;
    size_t capacity;
};

struct qb_report {
    qb_date month;   /* its first day */
    bool unfinished; /* as_of is not its last day or later */
    struct qb_figures total[QB_PERIODS];
    struct qb_figures months[2][12]; /* of the year up to the month, and of the year before: the same months */
    struct qb_report_table tables[QB_REPORT_GROUPS];
};

void qb_report_make(struct qb_report *report, const struct qb_output_view *view, qb_date month);
void qb_report_fini(struct qb_report *report);

/* Whether what happens in a month is in the report of another: `month` and `report` are first days. */
bool qb_report_covers(qb_date report, qb_date month);

/* A line of a report: a figure with its words. The ratio is no figure of its own. */
struct qb_report_line {
    enum qb_figure figure;
    const char *word; /* message id */
    bool part;        /* of the line before it that is none */
};
extern const struct qb_report_line qb_report_lines[];
extern const size_t qb_report_line_count;
/* Visits made of those owed, as a message (`ratio` stands behind the line of QB_FIGURE_LATE); false: none were owed. */
bool qb_report_ratio(const struct qb_figures *figures, double *ratio);

/* Appends what people call a row: a title, the name of a country and its code. */
void qb_report_name(struct qb_buf *out, const struct qb_output_view *view, enum qb_report_group group, const char *key);
/* Appends the name of a period: "Juni 2020", "Januari-Juni 2020"; `brief` with short names of months. */
void qb_report_period(struct qb_buf *out, const struct qb_output_view *view, qb_date month, enum qb_period period,
                      bool brief);
/* Appends "Laporan Juni 2020". */
void qb_report_title(struct qb_buf *out, const struct qb_output_view *view);
/* Appends the report's year, less `before`. */
void qb_report_year(struct qb_buf *out, const struct qb_report *report, int before);
/* How many months of a year it looks at: 6 for June. */
int qb_report_months(const struct qb_report *report);
/* Appends a figure as people read it: thousands apart, a weight in kilograms to the gram. */
void qb_report_number(struct qb_buf *out, enum qb_language language, enum qb_figure figure, int64_t value);

#endif
