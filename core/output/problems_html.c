/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * status/problems.html: every problem in the data, for whoever entered it: errors first, each with a link to its file.
 * It names no day, so that it changes only when the problems do.
 */
#include "core/output/html_page.h"
#include "core/output/writers.h"

#include <stdint.h>

static void begin(struct qb_html *html)
{
    const struct qb_output_view *view = html->view;
    struct qb_buf title = {0};
    qb_text_format(&title, view->language, "page.problems.title",
                   (struct qb_text_arg[]){{"office", view->settings->office}}, 1);
    qb_page_begin(html, qb_buf_text(&title), "problems", "page.problems.skip");
    qb_buf_fini(&title);
    qb_html_markup(html, "<header>\n");
    qb_page_office(html);
    qb_html_markup(html, "<h1>");
    qb_html_say(html, "page.problems", NULL);
    qb_html_markup(html, "</h1>\n</header>\n");
    qb_page_navigation(html, NULL, 0);
    qb_page_to_schedule(html, "../schedule/");
    qb_html_markup(html, "</nav>\n<main>\n");
}

static void write_severity(struct qb_html *html, const char *name, const char *heading, enum qb_severity severity,
                           size_t count)
{
    if (!count)
        return;
    qb_page_section(html, name, heading);
    qb_html_markup(html, "<p class=\"small\">");
    qb_html_say_count(html, "page.problems.count", (int)count);
    qb_html_markup(html, "</p>\n<ol class=\"tasks problems\">\n");
    qb_page_problems(html, "../", severity, SIZE_MAX);
    qb_html_markup(html, "</ol>\n</section>\n");
}

void qb_output_problems_html(struct qb_buf *out, const struct qb_output_view *view,
                             const struct qb_facility_schedule *facility)
{
    (void)facility;
    struct qb_html html;
    size_t errors = qb_problems_errors(view->problems);
    qb_html_init(&html, out, view);
    begin(&html);
    qb_html_markup(&html, "<div id=\"problems\">\n");
    if (!view->problems->count)
        qb_page_paragraph(&html, "<p class=\"all-well\">", "page.problems.none");
    if (view->problems->count >= QB_PAGE_FILTER_FROM)
        qb_page_filter(&html, &(struct qb_page_filter){.label = "page.filter.problems", .items = ".problems > li"});
    write_severity(&html, "errors", "page.problems.errors", QB_SEVERITY_ERROR, errors);
    write_severity(&html, "warnings", "page.problems.warnings", QB_SEVERITY_WARNING, view->problems->count - errors);
    qb_html_markup(&html, "</div>\n</main>\n");
    qb_page_end(&html);
    qb_html_fini(&html);
}
