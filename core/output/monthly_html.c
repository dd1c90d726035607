/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * schedule/reports/YYYY-MM.html: a month's report as a page to read, to print and to hand in. The figures of the office
 * come first, then the year so far as a picture, then commodities, countries and facilities. Each number stands beside
 * the same of the year before. It names no as_of, only whether the month is over: it changes when a figure or a name in
 * it does, and once when its month ends.
 */
#include "core/output/date_words.h"
#include "core/output/html_page.h"
#include "core/output/monthly.h"
#include "core/output/svg.h"
#include "core/output/writers.h"

#include <inttypes.h>
#include <stdio.h>

#define MOST_ROWS 200 /* of a table: the rest is added up in one more, and in full in the workbook */
#define COUNT(list) (sizeof(list) / sizeof *(list))

struct page {
    struct qb_html *html;
    const struct qb_report *report;
};

static const char *number(const struct page *page, enum qb_figure figure, int64_t value)
{
    struct qb_buf text = {0};
    qb_report_number(&text, page->html->view->language, figure, value);
    const char *kept = qb_arena_copy(&page->html->arena, qb_buf_text(&text), text.length);
    qb_buf_fini(&text);
    return kept;
}

static void say_period(const struct page *page, enum qb_period period, bool brief)
{
    struct qb_buf text = {0};
    qb_report_period(&text, page->html->view, page->report->month, period, brief);
    qb_html_data(page->html, qb_buf_text(&text));
    qb_buf_fini(&text);
}

/* --- the office's figures --- */

static void write_tile(const struct page *page, const char *class, enum qb_figure figure, const char *word)
{
    qb_buf_addf(page->html->out, "<li class=\"%s\"><span><strong>", class);
    qb_html_markup(page->html, number(page, figure, page->report->total[QB_PERIOD_MONTH].of[figure]));
    qb_html_markup(page->html, "</strong> ");
    qb_html_say(page->html, word, NULL);
    qb_html_markup(page->html, "</span></li>\n");
}

static void write_tiles(const struct page *page)
{
    bool late = page->report->total[QB_PERIOD_MONTH].of[QB_FIGURE_LATE] > 0;
    qb_html_markup(page->html, "<ul class=\"summary\" aria-label=\"");
    qb_html_say(page->html, "report.summary", NULL);
    qb_html_markup(page->html, "\">\n");
    write_tile(page, "open", QB_FIGURE_CERTIFICATES, "report.certificates");
    write_tile(page, "due", QB_FIGURE_OWED, "report.owed");
    write_tile(page, "met", QB_FIGURE_MET, "report.met");
    write_tile(page, late ? "overdue" : "none", QB_FIGURE_LATE, "report.late");
    qb_html_markup(page->html, "</ul>\n");
}

/* `label` is what the place that scrolls is called. */
static void write_head(const struct page *page, const char *label, const char *first, bool measure)
{
    qb_page_open_wide(page->html, "sheet report", label);
    qb_html_markup(page->html, "<table>\n<thead><tr><th scope=\"col\">");
    qb_html_say(page->html, first, NULL);
    if (measure) {
        qb_html_markup(page->html, "</th><th scope=\"col\">");
        qb_html_say(page->html, "report.measure", NULL);
    }
    for (int i = 0; i < QB_PERIODS; i++) {
        qb_html_markup(page->html, "</th><th scope=\"col\">");
        say_period(page, (enum qb_period)i, true);
    }
    qb_html_markup(page->html, "</th></tr></thead>\n");
}

/* By how much more than the year before, where there was something. */
static void say_change(const struct page *page, int64_t value, int64_t before)
{
    if (before <= 0)
        return;
    double change = ((double)value - (double)before) * 100 / (double)before;
    int64_t rounded = (int64_t)(change < 0 ? change - 0.5 : change + 0.5);
    const char *sign = rounded < 0 ? "\xe2\x88\x92" : rounded ? "+" : ""; /* U+2212 */
    qb_buf_addf(page->html->out, "<span class=\"change\">%s", sign);
    qb_html_markup(page->html, number(page, QB_FIGURE_CERTIFICATES, rounded < 0 ? -rounded : rounded));
    qb_html_markup(page->html, "&nbsp;%</span>");
}

static void write_line(const struct page *page, const struct qb_report_line *line)
{
    const struct qb_figures *total = page->report->total;
    qb_html_markup(page->html, line->part ? "<tr class=\"part\"><th scope=\"row\">" : "<tr><th scope=\"row\">");
    qb_html_say(page->html, line->word, NULL);
    qb_html_markup(page->html, "</th>");
    for (int i = 0; i < QB_PERIODS; i++) {
        qb_html_markup(page->html, "<td>");
        qb_html_markup(page->html, number(page, line->figure, total[i].of[line->figure]));
        if (i % 2 == 0)
            say_change(page, total[i].of[line->figure], total[i + 1].of[line->figure]);
        qb_html_markup(page->html, "</td>");
    }
    qb_html_markup(page->html, "</tr>\n");
}

static void write_ratio(const struct page *page)
{
    double ratio;
    qb_html_markup(page->html, "<tr><th scope=\"row\">");
    qb_html_say(page->html, "report.ratio", NULL);
    qb_html_markup(page->html, "</th>");
    for (int i = 0; i < QB_PERIODS; i++) {
        if (qb_report_ratio(&page->report->total[i], &ratio))
            qb_buf_addf(page->html->out, "<td>%d&nbsp;%%</td>", (int)(ratio * 100 + 0.5));
        else
            qb_html_markup(page->html, "<td>\xe2\x80\x93</td>"); /* U+2013 */
    }
    qb_html_markup(page->html, "</tr>\n");
}

static void write_total(const struct page *page)
{
    qb_page_section(page->html, "total", "report.total");
    write_tiles(page);
    write_head(page, "report.total", "report.figure", false);
    qb_html_markup(page->html, "<tbody>\n");
    for (size_t i = 0; i < qb_report_line_count; i++) {
        write_line(page, &qb_report_lines[i]);
        if (qb_report_lines[i].figure == QB_FIGURE_LATE)
            write_ratio(page);
        qb_html_forget(page->html);
    }
    qb_html_markup(page->html, "</tbody>\n</table>\n</div>\n");
    qb_page_paragraph(page->html, "<p class=\"small\">", "report.explained");
    qb_html_markup(page->html, "</section>\n");
}

/* --- the year so far --- */

#define BAR_HEIGHT 72 /* pixels, of the highest bar */
#define COLUMN (QB_SVG_WIDTH / 12)
#define MOST_ABOVE 99 /* a larger number has no room above its bar: the table has it */

/* Bars of one series: a figure of this year, or of the one before. */
struct series {
    const char *class; /* of page.css */
    enum qb_figure figure;
    int before;
    int left; /* within the month's column, in units */
};

static int64_t highest(const struct page *page, const struct series *series)
{
    int64_t most = 0;
    for (int i = 0; i < 12; i++) {
        int64_t value = page->report->months[series->before][i].of[series->figure];
        most = value > most ? value : most;
    }
    return most;
}

/* The bars stand on the pixel line `base`; `most` is as high as can be. */
static void draw_series(const struct page *page, const struct series *series, int base, int64_t most)
{
    bool numbers = highest(page, series) <= MOST_ABOVE;
    for (int i = 0; i < 12; i++) {
        int64_t value = page->report->months[series->before][i].of[series->figure];
        int height = most ? (int)((value * BAR_HEIGHT + most - 1) / most) : 0;
        int left = i * COLUMN + series->left;
        char text[24];
        if (!value)
            continue;
        qb_buf_addf(page->html->out, "<rect class=\"%s\"", series->class);
        qb_svg_place(page->html, "x", left);
        qb_svg_place(page->html, "width", COLUMN * 5 / 12);
        qb_buf_addf(page->html->out, " y=\"%d\" height=\"%d\"/>", base - height, height);
        snprintf(text, sizeof text, "%" PRId64, value);
        if (numbers)
            qb_svg_text(page->html, "number", left + COLUMN * 5 / 24, base - height - 3, text);
    }
    qb_html_markup(page->html, "\n");
}

static void draw_pair(const struct page *page, const struct series pair[2], int base)
{
    int64_t first = highest(page, &pair[0]);
    int64_t second = highest(page, &pair[1]);
    for (int i = 0; i < 2; i++)
        draw_series(page, &pair[i], base, first > second ? first : second);
    qb_buf_addf(page->html->out, "<line class=\"base\" x2=\"100%%\" y1=\"%d.5\" y2=\"%d.5\"/>\n", base, base);
}

static void draw_names(const struct page *page, int base)
{
    struct qb_buf name = {0};
    for (int i = 0; i < 12; i++) {
        qb_buf_clear(&name);
        qb_date_words_short(&name, page->html->view->language, qb_date_from_civil(2000, i + 1, 1));
        qb_svg_text(page->html, "name", i * COLUMN + COLUMN / 2, base + QB_SVG_LINE, qb_buf_text(&name));
    }
    qb_html_markup(page->html, "\n");
    qb_buf_fini(&name);
}

static void draw(const struct page *page)
{
    static const struct series certificates[2] = {{"before", QB_FIGURE_CERTIFICATES, 1, COLUMN / 12},
                                                  {"on", QB_FIGURE_CERTIFICATES, 0, COLUMN / 2}};
    static const struct series visits[2] = {{"owed", QB_FIGURE_OWED, 0, COLUMN / 12},
                                            {"made", QB_FIGURE_MET, 0, COLUMN / 2}};
    enum qb_language language = page->html->view->language;
    const int first = QB_SVG_LINE * 2 + BAR_HEIGHT + 4;
    const int second = first + QB_SVG_LINE * 3 + BAR_HEIGHT;
    qb_svg_open(page->html, "year", second + QB_SVG_LINE + 8, qb_text(language, "report.year"),
                qb_text(language, "report.picture"));
    qb_svg_text(page->html, "lane", 0, QB_SVG_LINE - 2, qb_text(language, "report.certificates"));
    draw_pair(page, certificates, first);
    qb_svg_text(page->html, "lane", 0, first + QB_SVG_LINE + 4, qb_text(language, "months.visits"));
    draw_pair(page, visits, second);
    draw_names(page, second);
    qb_html_markup(page->html, "</svg>\n");
}

static void write_key(const struct page *page, const char *class, int before)
{
    struct qb_buf year = {0};
    qb_report_year(&year, page->report, before);
    qb_buf_addf(page->html->out,
                "<span><svg class=\"key\" aria-hidden=\"true\" width=\"12\" height=\"12\">"
                "<rect class=\"%s\" x=\"1\" y=\"1\" width=\"10\" height=\"10\"/></svg> ",
                class);
    qb_html_say(page->html, "report.certificates-of", "year", qb_buf_text(&year), NULL);
    qb_html_markup(page->html, "</span>\n");
    qb_buf_fini(&year);
}

/* The numbers of the picture. */
static void write_year_table(const struct page *page)
{
    static const struct {
        const char *header;
        enum qb_figure figure;
        int before;
    } shown[] = {
        {"report.certificates", QB_FIGURE_CERTIFICATES, 0},
        {"report.certificates", QB_FIGURE_CERTIFICATES, 1},
        {"report.owed", QB_FIGURE_OWED, 0},
        {"report.met", QB_FIGURE_MET, 0},
    };
    struct qb_buf text = {0};
    qb_html_markup(page->html, "<details><summary>");
    qb_html_say(page->html, "months.table", NULL);
    qb_html_markup(page->html, "</summary>\n");
    qb_page_open_wide(page->html, "", "months.table");
    qb_html_markup(page->html, "<table>\n<thead><tr><th scope=\"col\">");
    qb_html_say(page->html, "months.month", NULL);
    for (size_t i = 0; i < COUNT(shown); i++) {
        qb_html_markup(page->html, "</th><th scope=\"col\">");
        qb_html_say(page->html, shown[i].header, NULL);
        qb_buf_clear(&text);
        qb_report_year(&text, page->report, shown[i].before);
        qb_buf_addf(page->html->out, " %s", qb_buf_text(&text));
    }
    qb_html_markup(page->html, "</th></tr></thead>\n<tbody>\n");
    for (int month = 0; month < qb_report_months(page->report); month++) {
        qb_buf_clear(&text);
        qb_date_words_month_name(&text, page->html->view->language, qb_date_from_civil(2000, month + 1, 1));
        qb_html_markup(page->html, "<tr><th scope=\"row\">");
        qb_html_data(page->html, qb_buf_text(&text));
        qb_html_markup(page->html, "</th>");
        for (size_t i = 0; i < COUNT(shown); i++) {
            int64_t value = page->report->months[shown[i].before][month].of[shown[i].figure];
            qb_buf_addf(page->html->out, "<td>%s</td>", number(page, shown[i].figure, value));
        }
        qb_html_markup(page->html, "</tr>\n");
    }
    qb_html_markup(page->html, "</tbody>\n</table></div></details>\n");
    qb_buf_fini(&text);
    qb_html_forget(page->html);
}

static void write_year(const struct page *page)
{
    qb_page_section(page->html, "year", "report.year");
    qb_html_markup(page->html, "<figure class=\"sheet\">\n");
    draw(page);
    qb_html_markup(page->html, "<figcaption class=\"small keys\">");
    write_key(page, "before", 1);
    write_key(page, "made", 0);
    qb_svg_key(page->html, "<rect class=\"owed\" x=\"1\" y=\"1\" width=\"10\" height=\"10\"/>", "report.owed");
    qb_svg_key(page->html, "<rect class=\"made\" x=\"1\" y=\"1\" width=\"10\" height=\"10\"/>", "report.met");
    qb_html_markup(page->html, "</figcaption>\n");
    write_year_table(page);
    qb_html_markup(page->html, "</figure>\n</section>\n");
}

/* --- commodities, countries, facilities --- */

/* What is said of a row, where it is not all zero; the first ones hold for all groups. */
static const struct {
    enum qb_figure figure;
    const char *word;
} measures[] = {
    {QB_FIGURE_CERTIFICATES, "report.certificates"},
    {QB_FIGURE_WEIGHT, "report.kg"},
    {QB_FIGURE_OWED, "report.owed"},
    {QB_FIGURE_MET, "report.met"},
    {QB_FIGURE_LATE, "report.late"},
    {QB_FIGURE_NONCONFORM, "report.nonconform"},
};

static bool is_said(const struct qb_report_row *row, enum qb_figure figure)
{
    bool said = figure == QB_FIGURE_CERTIFICATES;
    for (size_t i = 0; i < QB_PERIODS; i++)
        said |= row->periods[i].of[figure] != 0;
    return said;
}

static void write_row_name(const struct page *page, enum qb_report_group group, const struct qb_report_row *row)
{
    bool link = group == QB_REPORT_FACILITY && qb_settings_output(page->html->view->settings, "facility_html");
    struct qb_buf text = {0};
    if (link) {
        qb_buf_addf(&text, "%s.html", row->key);
        qb_html_open_link(page->html, "../facilities/", qb_buf_text(&text));
        qb_buf_clear(&text);
    }
    qb_report_name(&text, page->html->view, group, row->key);
    qb_html_markup(page->html, qb_html_text(page->html, qb_buf_text(&text)));
    if (link)
        qb_html_markup(page->html, "</a>");
    qb_buf_fini(&text);
}

/* A row of the report is a group of rows of the table, one a measure. `row->key` is NULL for the rest. */
static void write_row(const struct page *page, enum qb_report_group group, const struct qb_report_row *row)
{
    int lines = 0;
    for (size_t i = 0; i < COUNT(measures); i++)
        lines += is_said(row, measures[i].figure);
    qb_buf_addf(page->html->out, "<tbody>\n<tr><th scope=\"rowgroup\" rowspan=\"%d\">", lines);
    if (row->key)
        write_row_name(page, group, row);
    else
        qb_html_say(page->html, "report.rest", NULL);
    qb_html_markup(page->html, "</th>");
    bool first = true;
    for (size_t i = 0; i < COUNT(measures); i++) {
        if (!is_said(row, measures[i].figure))
            continue;
        qb_html_markup(page->html, first ? "<th scope=\"row\">" : "<tr><th scope=\"row\">");
        first = false;
        qb_html_say(page->html, measures[i].word, NULL);
        qb_html_markup(page->html, "</th>");
        for (size_t k = 0; k < QB_PERIODS; k++)
            qb_buf_addf(page->html->out, "<td>%s</td>",
                        number(page, measures[i].figure, row->periods[k].of[measures[i].figure]));
        qb_html_markup(page->html, "</tr>\n");
    }
    qb_html_markup(page->html, "</tbody>\n");
    qb_html_forget(page->html);
}

static void write_table(const struct page *page, enum qb_report_group group, const char *name, const char *heading,
                        const char *first)
{
    const struct qb_report_table *table = &page->report->tables[group];
    struct qb_report_row rest = {0};
    qb_page_section(page->html, name, heading);
    if (!table->count) {
        qb_page_paragraph(page->html, "<p>", "report.none");
        qb_html_markup(page->html, "</section>\n");
        return;
    }
    write_head(page, heading, first, true);
    for (size_t i = 0; i < table->count && i < MOST_ROWS; i++)
        write_row(page, group, &table->rows[i]);
    for (size_t i = MOST_ROWS; i < table->count; i++)
        for (size_t k = 0; k < QB_PERIODS; k++)
            qb_figures_add(&rest.periods[k], &table->rows[i].periods[k]);
    if (table->count > MOST_ROWS)
        write_row(page, group, &rest);
    qb_html_markup(page->html, "</table>\n</div>\n");
    if (group == QB_REPORT_COMMODITY)
        qb_page_paragraph(page->html, "<p class=\"small\">", "report.explained-commodities");
    qb_html_markup(page->html, "</section>\n");
}

/* --- the frame --- */

static void write_header(const struct page *page, const char *title)
{
    qb_html_markup(page->html, "<header>\n");
    qb_page_office(page->html);
    qb_html_markup(page->html, "<h1>");
    qb_html_data(page->html, title);
    qb_html_markup(page->html, "</h1>\n");
    if (page->report->unfinished)
        qb_page_paragraph(page->html, "<p class=\"as-of\">", "report.unfinished");
    qb_html_markup(page->html, "</header>\n");
}

static void write_navigation(const struct page *page)
{
    static const struct qb_page_link links[] = {{"#total", "report.total"},
                                                {"#year", "report.year"},
                                                {"#commodities", "report.commodities"},
                                                {"#countries", "report.countries"},
                                                {"#facilities", "report.facilities"}};
    char month[QB_DATE_SIZE];
    qb_page_navigation(page->html, links, COUNT(links));
    if (qb_settings_output(page->html->view->settings, "report_xlsx")) {
        qb_date_format(page->report->month, month);
        qb_buf_addf(page->html->out, "<a href=\"%.7s.xlsx\">", month);
        qb_html_say(page->html, "report.workbook", NULL);
        qb_html_markup(page->html, "</a>\n");
    }
    qb_page_to_schedule(page->html, "../");
    qb_html_markup(page->html, "</nav>\n");
}

void qb_output_report_html(struct qb_buf *out, const struct qb_output_view *view,
                           const struct qb_facility_schedule *facility)
{
    (void)facility;
    struct qb_html html;
    struct qb_buf title = {0};
    qb_html_init(&html, out, view);
    struct page page = {.html = &html, .report = view->report};
    qb_report_title(&title, view);
    qb_page_begin(&html, qb_buf_text(&title), "total", "report.skip");
    write_header(&page, qb_buf_text(&title));
    write_navigation(&page);
    qb_html_markup(&html, "<main>\n");
    write_total(&page);
    write_year(&page);
    write_table(&page, QB_REPORT_COMMODITY, "commodities", "report.commodities", "report.commodity");
    write_table(&page, QB_REPORT_COUNTRY, "countries", "report.countries", "report.country");
    write_table(&page, QB_REPORT_FACILITY, "facilities", "report.facilities", "report.facility");
    qb_html_markup(&html, "</main>\n");
    qb_page_end(&html);
    qb_buf_fini(&title);
    qb_html_fini(&html);
}
