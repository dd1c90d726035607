/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Dates in words. The catalogue holds the names and the order; nothing here knows a language. */
#include "core/output/date_words.h"

#include <stdio.h>

/* The text of one of a numbered series of messages, "date.month.7". */
static const char *numbered(enum qb_language language, const char *series, int number)
{
    char id[40];
    snprintf(id, sizeof id, "%s.%d", series, number);
    const char *text = qb_text_find(language, id);
    return text ? text : "";
}

void qb_date_words(struct qb_buf *out, enum qb_language language, qb_date date)
{
    if (date == QB_DATE_NONE)
        return;
    int year;
    int month;
    int day;
    qb_date_to_civil(date, &year, &month, &day);
    char day_text[12];
    char year_text[12];
    snprintf(day_text, sizeof day_text, "%d", day);
    snprintf(year_text, sizeof year_text, "%d", year);
    const struct qb_text_arg args[] = {
        {"day", day_text}, {"month", numbered(language, "date.month", month)}, {"year", year_text}};
    qb_text_format(out, language, "date.words", args, sizeof args / sizeof *args);
}

void qb_date_words_weekday(struct qb_buf *out, enum qb_language language, qb_date date)
{
    if (date == QB_DATE_NONE)
        return;
    struct qb_buf words = {0};
    qb_date_words(&words, language, date);
    const struct qb_text_arg args[] = {{"weekday", numbered(language, "date.weekday", qb_date_weekday(date))},
                                       {"date", qb_buf_text(&words)}};
    qb_text_format(out, language, "date.words.weekday", args, sizeof args / sizeof *args);
    qb_buf_fini(&words);
}

void qb_date_words_month(struct qb_buf *out, enum qb_language language, qb_date date)
{
    if (date == QB_DATE_NONE)
        return;
    int year;
    int month;
    int day;
    char text[12];
    qb_date_to_civil(date, &year, &month, &day);
    snprintf(text, sizeof text, "%d", year);
    const struct qb_text_arg args[] = {{"month", numbered(language, "date.month", month)}, {"year", text}};
    qb_text_format(out, language, "date.words.month", args, sizeof args / sizeof *args);
}

static void add_month(struct qb_buf *out, enum qb_language language, const char *series, qb_date date)
{
    int year;
    int month;
    int day;
    if (date == QB_DATE_NONE)
        return;
    qb_date_to_civil(date, &year, &month, &day);
    qb_buf_add_string(out, numbered(language, series, month));
}

void qb_date_words_month_name(struct qb_buf *out, enum qb_language language, qb_date date)
{
    add_month(out, language, "date.month", date);
}

void qb_date_words_short(struct qb_buf *out, enum qb_language language, qb_date date)
{
    add_month(out, language, "date.month.short", date);
}
