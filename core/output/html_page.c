/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The frame of all pages, and the pieces that they share. Same view, same bytes. */
#include "core/output/html_page.h"

#include "core/base/embed.h"

/* Each status has a mark that tells it apart without colour. */
static const struct {
    const char *word;
    const char *mark;
} statuses[QB_STATUSES] = {
    [QB_STATUS_OVERDUE] = {"status.overdue", "!"},
    [QB_STATUS_DUE] = {"status.due", "\xe2\x97\x8f"},
    [QB_STATUS_DUE_SOON] = {"status.due_soon", "\xe2\x97\x90"},
    [QB_STATUS_OPEN] = {"status.open", "\xe2\x97\x8b"},
    [QB_STATUS_MET] = {"status.met", "\xe2\x9c\x93"},
    [QB_STATUS_CANCELLED] = {"status.cancelled", "\xc3\x97"},
    [QB_STATUS_LAPSED] = {"status.lapsed", "\xe2\x80\x93"},
};

void qb_page_begin(struct qb_html *html, const char *title, const char *main, const char *skip)
{
    const char *style = "";
    size_t length = 0;
    qb_html_markup(html, "<!DOCTYPE html>\n<html lang=\"");
    qb_html_data(html, qb_text_language_tag(html->view->language));
    qb_html_markup(html, "\">\n<head>\n<meta charset=\"utf-8\">\n"
                         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                         "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n"
                         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                         "<meta name=\"color-scheme\" content=\"light dark\">\n"
                         "<meta name=\"referrer\" content=\"no-referrer\">\n<title>");
    qb_html_data(html, title); /* a title takes no markup: escaped as a whole */
    qb_html_markup(html, "</title>\n<style>\n");
    if (qb_embed_find("core/output/page.css", &style, &length))
        qb_buf_add(html->out, style, length);
    qb_html_markup(html, "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#");
    qb_html_markup(html, main);
    qb_html_markup(html, "\">");
    qb_html_say(html, skip, NULL);
    qb_html_markup(html, "</a>\n");
}

void qb_page_end(struct qb_html *html)
{
    qb_page_paragraph(html, "<footer>\n<p>", "page.footer");
    qb_html_markup(html, "</footer>\n</body>\n</html>\n");
}

void qb_page_office(struct qb_html *html)
{
    const struct qb_settings *settings = html->view->settings;
    qb_html_markup(html, "<p class=\"office\">");
    if (*settings->office_name) {
        qb_html_markup(html, qb_html_text(html, settings->office_name));
        qb_html_markup(html, " ");
    }
    qb_html_markup(html, qb_html_text(html, settings->office));
    qb_html_markup(html, "</p>\n");
}

void qb_page_navigation(struct qb_html *html, const struct qb_page_link *links, size_t count)
{
    qb_html_markup(html, "<nav aria-label=\"");
    qb_html_say(html, "page.sections", NULL);
    qb_html_markup(html, "\">\n");
    for (size_t i = 0; i < count; i++) {
        qb_html_markup(html, "<a href=\"");
        qb_html_markup(html, links[i].href);
        qb_html_markup(html, "\">");
        qb_html_say(html, links[i].word, NULL);
        qb_html_markup(html, "</a>\n");
    }
}

void qb_page_to_schedule(struct qb_html *html, const char *place)
{
    if (!qb_settings_output(html->view->settings, "html"))
        return;
    qb_html_markup(html, "<a href=\"");
    qb_html_markup(html, place);
    qb_html_markup(html, "schedule.html\">");
    qb_html_say(html, "page.title", NULL);
    qb_html_markup(html, "</a>\n");
}

void qb_page_section(struct qb_html *html, const char *name, const char *heading)
{
    qb_html_markup(html, "<section aria-labelledby=\"");
    qb_html_markup(html, name);
    qb_html_markup(html, "\">\n<h2 id=\"");
    qb_html_markup(html, name);
    qb_html_markup(html, "\">");
    qb_html_say(html, heading, NULL);
    qb_html_markup(html, "</h2>\n");
}

void qb_page_paragraph(struct qb_html *html, const char *start, const char *id)
{
    qb_html_markup(html, start);
    qb_html_say(html, id, NULL);
    qb_html_markup(html, "</p>\n");
}

void qb_page_status(struct qb_html *html, enum qb_status status)
{
    qb_html_markup(html, "<span class=\"mark\" aria-hidden=\"true\">");
    qb_html_markup(html, statuses[status].mark);
    qb_html_markup(html, "</span> ");
    qb_html_say(html, statuses[status].word, NULL);
}

void qb_page_shipments(struct qb_html *html, const struct qb_chain *chain, const struct qb_obligation *obligation)
{
    if (!obligation->count)
        return;
    qb_html_markup(html, "<details><summary>");
    qb_html_say_count(html, "page.shipments", (int)obligation->count);
    qb_html_markup(html, "</summary><ol>");
    for (size_t i = 0; i < obligation->count; i++) {
        const struct qb_shipment *shipment = chain->shipments[obligation->first + i];
        qb_html_markup(html, "<li>");
        qb_html_say(html, "page.shipment", "shipment", qb_html_record(html, "shipment", shipment->id), "date",
                    qb_html_date(html, shipment->certificate_issued_on), NULL);
        qb_html_markup(html, "</li>");
    }
    qb_html_markup(html, "</ol></details>\n");
}

void qb_page_problem(struct qb_html *html, const char *up, const struct qb_problem *problem)
{
    bool error = qb_problem_severity(problem) == QB_SEVERITY_ERROR;
    struct qb_buf message = {0};
    qb_problem_message(&message, html->view->language, problem);
    qb_html_markup(html,
                   error ? "<li class=\"overdue\">\n<p class=\"where\">" : "<li class=\"due\">\n<p class=\"where\">");
    qb_html_say(html, error ? "page.severity-of-problem.error" : "page.severity-of-problem.warning", NULL);
    qb_html_markup(html, ": ");
    qb_html_open_link(html, up, problem->path);
    qb_html_markup(html, qb_html_text(html, problem->path));
    qb_html_markup(html, "</a>, ");
    qb_html_say(html, "page.line", "line", qb_html_number(html, (int)problem->line), NULL);
    qb_html_markup(html, "</p>\n<p class=\"what\">");
    qb_html_markup(html, qb_html_text(html, qb_buf_text(&message)));
    qb_html_markup(html, "</p>\n</li>\n");
    qb_buf_fini(&message);
    qb_html_forget(html);
}

size_t qb_page_problems(struct qb_html *html, const char *up, enum qb_severity severity, size_t most)
{
    const struct qb_problems *problems = html->view->problems;
    size_t written = 0;
    for (size_t i = 0; i < problems->count && written < most; i++)
        if (qb_problem_severity(&problems->items[i]) == severity) {
            qb_page_problem(html, up, &problems->items[i]);
            written++;
        }
    return written;
}
