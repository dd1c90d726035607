/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Months in figures. Everything is found from the newest end of each chain's lists, so that the cost follows the twelve
 * months, not the history. No number is in the picture alone.
 */
#include "core/output/months.h"

#include "core/output/date_words.h"
#include "core/output/html_page.h"
#include "core/output/piece.h"
#include "core/output/svg.h"

#include <stdio.h>
#include <string.h>

/* --- counting --- */

/* The month of a day among the twelve, or NULL. */
static struct qb_month *month_of(struct qb_month months[QB_MONTHS], qb_date day)
{
    if (day == QB_DATE_NONE || day < months[0].first)
        return NULL;
    for (size_t i = QB_MONTHS; i-- > 0;)
        if (day >= months[i].first)
            return day < qb_date_add_months(months[i].first, 1) ? &months[i] : NULL;
    return NULL;
}

static void count_visit(struct qb_month months[QB_MONTHS], const struct qb_visit *visit)
{
    struct qb_month *month = visit ? month_of(months, visit->conducted_on) : NULL;
    if (month)
        month->made++;
}

static void count_chain(struct qb_month months[QB_MONTHS], const struct qb_chain *chain)
{
    qb_date first = months[0].first;
    for (size_t i = chain->shipment_count; i-- > 0 && chain->shipments[i]->certificate_issued_on >= first;)
        month_of(months, chain->shipments[i]->certificate_issued_on)->shipments++;
    for (size_t i = chain->surplus_count; i-- > 0 && chain->surplus[i]->conducted_on >= first;)
        count_visit(months, chain->surplus[i]);
    for (size_t i = chain->obligation_count; i-- > 0;) {
        const struct qb_obligation *obligation = &chain->obligations[i];
        struct qb_month *due = month_of(months, obligation->due_on);
        if (due)
            due->owed++;
        count_visit(months, obligation->visit);
        /* Met and complete before the first month: those before it were, too (R5, R8). */
        if (obligation->visit && obligation->visit->conducted_on < first && obligation->due_on < first)
            break;
    }
}

/* What one facility adds to the months, which are all of the same first days. */
static void count_facility(struct qb_month months[QB_MONTHS], const struct qb_output_view *view,
                           const struct qb_facility_schedule *facility)
{
    struct qb_month own[QB_MONTHS];
    struct qb_buf piece = {0};
    if (qb_piece_recall(&piece, view, facility->made, QB_PIECE_MONTHS)) {
        memcpy(own, piece.data, sizeof own);
    } else {
        for (size_t i = 0; i < QB_MONTHS; i++)
            own[i] = (struct qb_month){.first = months[i].first};
        for (size_t k = 0; k < facility->chain_count; k++)
            count_chain(own, &facility->chains[k]);
        qb_buf_add(&piece, own, sizeof own);
        qb_piece_keep(&piece, 0, view, facility->made, QB_PIECE_MONTHS);
    }
    for (size_t i = 0; i < QB_MONTHS; i++) {
        months[i].shipments += own[i].shipments;
        months[i].owed += own[i].owed;
        months[i].made += own[i].made;
    }
    qb_buf_fini(&piece);
}

void qb_months_count(struct qb_month months[QB_MONTHS], const struct qb_output_view *view)
{
    int year;
    int month;
    int day;
    qb_date_to_civil(view->as_of, &year, &month, &day);
    qb_date present = view->as_of - (day - 1);
    for (int i = 0; i < QB_MONTHS; i++)
        months[i] = (struct qb_month){.first = qb_date_add_months(present, i - (QB_MONTHS - 1))};
    for (size_t i = 0; i < view->facility_count; i++)
        count_facility(months, view, view->facilities[i]);
}

/* --- the picture --- */

#define BAR_HEIGHT 72 /* pixels, of the highest bar */
#define COLUMN (QB_SVG_WIDTH / QB_MONTHS)

/* Bars of one series, each with its number on top. */
struct series {
    const char *class; /* of page.css */
    int (*value)(const struct qb_month *month);
    int left;  /* within the month's column, in units */
    int width; /* in units */
    int most;  /* the largest number that has room above the bar */
};

static int shipments_of(const struct qb_month *month)
{
    return month->shipments;
}

static int owed_of(const struct qb_month *month)
{
    return month->owed;
}

static int made_of(const struct qb_month *month)
{
    return month->made;
}

static int highest(const struct qb_month months[QB_MONTHS], int (*value)(const struct qb_month *month))
{
    int most = 0;
    for (size_t i = 0; i < QB_MONTHS; i++)
        most = value(&months[i]) > most ? value(&months[i]) : most;
    return most;
}

/* The bars stand on the pixel line `base`; `most` is as high as can be. What has no room is left to the table. */
static void draw_series(struct qb_html *html, const struct qb_month months[QB_MONTHS], const struct series *series,
                        int base, int most)
{
    bool numbers = highest(months, series->value) <= series->most;
    for (int i = 0; i < QB_MONTHS; i++) {
        int value = series->value(&months[i]);
        int height = most ? (int)(((int64_t)value * BAR_HEIGHT + most - 1) / most) : 0;
        int left = i * COLUMN + series->left;
        char number[16];
        if (!value)
            continue;
        qb_buf_addf(html->out, "<rect class=\"%s\"", series->class);
        qb_svg_place(html, "x", left);
        qb_svg_place(html, "width", series->width);
        qb_buf_addf(html->out, " y=\"%d\" height=\"%d\"/>", base - height, height);
        snprintf(number, sizeof number, "%d", value);
        if (numbers)
            qb_svg_text(html, "number", left + series->width / 2, base - height - 3, number);
    }
    qb_html_markup(html, "\n");
}

/* The names of the months, and the year where it begins. */
static void draw_names(struct qb_html *html, const struct qb_month months[QB_MONTHS], int base)
{
    struct qb_buf name = {0};
    for (int i = 0; i < QB_MONTHS; i++) {
        int year;
        int month;
        int day;
        qb_date_to_civil(months[i].first, &year, &month, &day);
        qb_buf_clear(&name);
        qb_date_words_short(&name, html->view->language, months[i].first);
        qb_svg_text(html, "name", i * COLUMN + COLUMN / 2, base + QB_SVG_LINE, qb_buf_text(&name));
        qb_buf_clear(&name);
        qb_buf_addf(&name, "%d", year);
        if (i == 0 || month == 1)
            qb_svg_text(html, "name", i * COLUMN + COLUMN / 2, base + 2 * QB_SVG_LINE, qb_buf_text(&name));
    }
    qb_html_markup(html, "\n");
    qb_buf_fini(&name);
}

static void draw(struct qb_html *html, const struct qb_month months[QB_MONTHS])
{
    static const struct series shipments = {"on", shipments_of, COLUMN / 8, COLUMN * 3 / 4, 9999};
    static const struct series owed = {"owed", owed_of, COLUMN / 12, COLUMN * 5 / 12, 99};
    static const struct series made = {"made", made_of, COLUMN / 2, COLUMN * 5 / 12, 99};
    enum qb_language language = html->view->language;
    const int first = QB_SVG_LINE * 2 + BAR_HEIGHT + 4;
    const int second = first + QB_SVG_LINE * 3 + BAR_HEIGHT;
    int visits = highest(months, owed_of);
    if (highest(months, made_of) > visits)
        visits = highest(months, made_of);
    qb_svg_open(html, "months", second + 2 * QB_SVG_LINE + 4, qb_text(language, "months.title"),
                qb_text(language, "months.picture"));
    qb_svg_text(html, "lane", 0, QB_SVG_LINE - 2, qb_text(language, "months.shipments"));
    draw_series(html, months, &shipments, first, highest(months, shipments_of));
    qb_svg_text(html, "lane", 0, first + QB_SVG_LINE + 4, qb_text(language, "months.visits"));
    draw_series(html, months, &owed, second, visits);
    draw_series(html, months, &made, second, visits);
    for (int i = 0; i < 2; i++)
        qb_buf_addf(html->out, "<line class=\"base\" x2=\"100%%\" y1=\"%d.5\" y2=\"%d.5\"/>\n", i ? second : first,
                    i ? second : first);
    draw_names(html, months, second);
    qb_html_markup(html, "</svg>\n");
}

/* --- the same as a table --- */

static void write_cell(struct qb_html *html, int value)
{
    qb_buf_addf(html->out, "<td>%d</td>", value);
}

static void write_table(struct qb_html *html, const struct qb_month months[QB_MONTHS])
{
    static const char *const headers[] = {"months.month", "months.shipments", "months.owed", "months.made"};
    struct qb_buf name = {0};
    qb_html_markup(html, "<details><summary>");
    qb_html_say(html, "months.table", NULL);
    qb_html_markup(html, "</summary>\n");
    qb_page_open_wide(html, "numbers", "months.table");
    qb_html_markup(html, "<table>\n<thead><tr>");
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        qb_html_markup(html, "<th scope=\"col\">");
        qb_html_say(html, headers[i], NULL);
        qb_html_markup(html, "</th>");
    }
    qb_html_markup(html, "</tr></thead>\n<tbody>\n");
    for (size_t i = QB_MONTHS; i-- > 0;) {
        qb_buf_clear(&name);
        qb_date_words_month(&name, html->view->language, months[i].first);
        qb_html_markup(html, "<tr><th scope=\"row\">");
        qb_html_data(html, qb_buf_text(&name));
        qb_html_markup(html, "</th>");
        write_cell(html, months[i].shipments);
        write_cell(html, months[i].owed);
        write_cell(html, months[i].made);
        qb_html_markup(html, "</tr>\n");
    }
    qb_html_markup(html, "</tbody>\n</table>\n</div></details>\n");
    qb_buf_fini(&name);
}

void qb_months_figure(struct qb_html *html)
{
    struct qb_month months[QB_MONTHS];
    qb_months_count(months, html->view);
    qb_html_markup(html, "<figure class=\"sheet\">\n");
    draw(html, months);
    qb_html_markup(html, "<figcaption class=\"small keys\">");
    qb_svg_key(html, "<rect class=\"owed\" x=\"1\" y=\"1\" width=\"10\" height=\"10\"/>", "months.owed");
    qb_svg_key(html, "<rect class=\"made\" x=\"1\" y=\"1\" width=\"10\" height=\"10\"/>", "months.made");
    qb_html_markup(html, "</figcaption>\n");
    write_table(html, months);
    qb_html_markup(html, "</figure>\n");
}
