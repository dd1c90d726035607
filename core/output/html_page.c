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

#define STYLE "core/output/page.css"
#define SCRIPT "core/output/page.js"

static void add_embedded(struct qb_html *html, const char *name)
{
    const char *bytes = "";
    size_t length = 0;
    if (qb_embed_find(name, &bytes, &length))
        qb_buf_add(html->out, bytes, length);
}

/* CSP Level 3, 2.3.1: nothing but our own style and script, each by the hash of its bytes. Nothing is fetched. */
static void write_policy(struct qb_html *html)
{
    qb_html_markup(html,
                   "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'sha256-");
    add_embedded(html, SCRIPT ".sha256");
    qb_html_markup(html, "'; style-src 'sha256-");
    add_embedded(html, STYLE ".sha256");
    qb_html_markup(html, "'; base-uri 'none'; form-action 'none'\">\n");
}

void qb_page_begin(struct qb_html *html, const char *title, const char *main, const char *skip)
{
    qb_html_markup(html, "<!DOCTYPE html>\n<html lang=\"");
    qb_html_data(html, qb_text_language_tag(html->view->language));
    qb_html_markup(html, "\">\n<head>\n<meta charset=\"utf-8\">\n");
    write_policy(html);
    qb_html_markup(html, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                         "<meta name=\"color-scheme\" content=\"light dark\">\n"
                         "<meta name=\"referrer\" content=\"no-referrer\">\n<title>");
    qb_html_data(html, title); /* a title takes no markup: escaped as a whole */
    qb_html_markup(html, "</title>\n<style>");
    add_embedded(html, STYLE);
    qb_html_markup(html, "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#");
    qb_html_markup(html, main);
    qb_html_markup(html, "\">");
    qb_html_say(html, skip, NULL);
    qb_html_markup(html, "</a>\n");
}

void qb_page_end(struct qb_html *html)
{
    qb_page_paragraph(html, "<footer>\n<p>", "page.footer");
    qb_html_markup(html, "</footer>\n");
    if (html->filters) {
        qb_html_markup(html, "<script>");
        add_embedded(html, SCRIPT);
        qb_html_markup(html, "</script>\n");
    }
    qb_html_markup(html, "</body>\n</html>\n");
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

void qb_page_open_wide(struct qb_html *html, const char *class, const char *label)
{
    qb_html_markup(html, "<div class=\"wide ");
    qb_html_markup(html, class);
    qb_html_markup(html, "\" role=\"group\" tabindex=\"0\" aria-label=\"");
    qb_html_say(html, label, NULL);
    qb_html_markup(html, "\">\n");
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

void qb_page_distance(struct qb_html *html, const char *today, qb_date day)
{
    int days = day - html->view->as_of;
    if (days < 0)
        qb_html_say_count(html, "page.late", -days);
    else if (days == 0)
        qb_html_say(html, today, NULL);
    else
        qb_html_say_count(html, "page.left", days);
}

/* --- filters --- */

/* A list to choose from; the script adds what there is to choose. */
static void write_choice(struct qb_html *html, const char *key, const char *label, const char *all)
{
    qb_html_markup(html, "<label>");
    qb_html_say(html, label, NULL);
    qb_html_markup(html, " <select data-key=\"");
    qb_html_markup(html, key);
    qb_html_markup(html, "\"><option value=\"\">");
    qb_html_say(html, all, NULL);
    qb_html_markup(html, "</option></select></label>\n");
}

static void write_choices(struct qb_html *html, const char *name)
{
    qb_html_markup(html, "<button type=\"button\" class=\"more\" aria-expanded=\"false\" aria-controls=\"");
    qb_html_markup(html, name);
    qb_html_markup(html, "-choices\">");
    qb_html_say(html, "page.filter.more", NULL);
    qb_html_markup(html, "</button>\n<div class=\"choices\" id=\"");
    qb_html_markup(html, name);
    qb_html_markup(html, "-choices\">\n");
    write_choice(html, "status", "page.column.status", "page.filter.all.status");
    write_choice(html, "officers", "page.column.officers", "page.filter.all.officers");
    write_choice(html, "facility", "page.column.facility", "page.filter.all.facility");
    qb_html_markup(html, "</div>\n");
}

/* What the script says, as attributes. */
static void write_words(struct qb_html *html)
{
    static const struct {
        const char *name;
        const char *id;
    } words[] = {{"found", "page.filter.found"},
                 {"none", "page.filter.none"},
                 {"up", "page.filter.up"},
                 {"down", "page.filter.down"},
                 {"nobody", "page.who.none"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        qb_buf_addf(html->out, " data-%s=\"", words[i].name);
        qb_html_data(html, qb_text(html->view->language, words[i].id));
        qb_html_markup(html, "\"");
    }
}

void qb_page_filter(struct qb_html *html, const struct qb_page_filter *filter)
{
    html->filters = true;
    qb_html_markup(html, "<div class=\"filter\" role=\"search\" hidden aria-label=\"");
    qb_html_say(html, filter->label, NULL);
    qb_html_markup(html, "\" data-items=\"");
    qb_html_data(html, filter->items);
    qb_html_markup(html, "\"");
    write_words(html);
    qb_html_markup(html, ">\n<label class=\"find\">");
    qb_html_say(html, filter->label, NULL);
    qb_html_markup(html,
                   " <input type=\"search\" maxlength=\"200\" autocomplete=\"off\" spellcheck=\"false\"></label>\n");
    if (filter->keys)
        write_choices(html, filter->name);
    qb_html_markup(html, "<p><button type=\"button\" class=\"reset\" hidden>");
    qb_html_say(html, "page.filter.reset", NULL);
    qb_html_markup(html, "</button></p>\n</div>\n");
}
