/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * schedule/schedule.html: what must be done today, and by whom; then every facility with something going on;
 * then what is wrong in the data. The frame and what other pages show alike are in core/output/html_page.
 */
#include "core/output/writers.h"

#include "core/output/date_words.h"
#include "core/output/html_page.h"
#include "core/output/html_worklist.h"
#include "core/output/months.h"
#include "core/output/piece.h"

#define MOST_PROBLEMS 200 /* on the page, so that a broken import does not make it too heavy for a phone */

/* --- facility cards --- */

static void write_decree(struct qb_html *html, const struct qb_chain *chain, size_t at)
{
    const struct qb_decree *decree = chain->decrees[at];
    qb_html_markup(html, "<p class=\"decree\">");
    qb_html_say(html, "page.decree", "decree", qb_html_record(html, "decree", decree->id), NULL);
    qb_html_markup(html, "</p>\n<p class=\"small\">");
    qb_html_say(html, at ? "page.decree.from-extends" : "page.decree.from", "from",
                qb_html_date(html, decree->valid_from), "decree",
                at ? qb_html_record(html, "decree", chain->decrees[at - 1]->id) : "", NULL);
    qb_html_markup(html, "</p>\n");
    if (at + 1 < chain->decree_count) {
        const struct qb_decree *next = chain->decrees[at + 1];
        qb_html_markup(html, "<p class=\"small\">");
        qb_html_say(html, "page.decree.next", "decree", qb_html_record(html, "decree", next->id), "date",
                    qb_html_date(html, next->valid_from), NULL);
        qb_html_markup(html, "</p>\n");
    }
}

static void write_validity(struct qb_html *html, const struct qb_decree *decree)
{
    qb_date as_of = html->view->as_of;
    qb_date last = qb_decree_last_day(decree);
    bool revoked = decree->revoked_on != QB_DATE_NONE && decree->revoked_on <= as_of;
    const char *id = revoked                      ? "page.validity.revoked"
                     : as_of < decree->valid_from ? "page.validity.later"
                     : as_of > last               ? "page.validity.ended"
                                                  : "page.validity";
    qb_html_markup(html, "<p class=\"measure\"><span>");
    qb_html_say(html, id, "to", qb_html_date(html, revoked ? decree->revoked_on : last), NULL);
    qb_html_markup(html, "</span>");
    if (qb_decree_in_force(decree, as_of)) {
        qb_html_markup(html, " <strong>");
        qb_page_distance(html, "page.validity.left.none", last);
        qb_html_markup(html, "</strong></p>\n<p class=\"validity\">");
        qb_html_bar(html, as_of - decree->valid_from, last - decree->valid_from + 1);
    }
    qb_html_markup(html, "</p>\n");
}

static void write_block(struct qb_html *html, int k, int count, int every, enum qb_status status)
{
    qb_html_markup(html, "<p class=\"measure\"><span>");
    qb_html_say(html, "page.block", "k", qb_html_number(html, k), "count", qb_html_number(html, count), "every",
                qb_html_number(html, every), NULL);
    qb_html_markup(html, "</span> <strong class=\"status ");
    qb_html_markup(html, qb_status_name(status));
    qb_html_markup(html, "\">");
    qb_page_status(html, status);
    qb_html_markup(html, "</strong></p>\n<p class=\"block ");
    qb_html_markup(html, qb_status_name(status));
    qb_html_markup(html, "\">");
    qb_html_bar(html, count, every);
    qb_html_markup(html, "</p>\n");
}

/* Every block that still owes a visit; when there is none and shipments may go on, the one to come. */
static void write_blocks(struct qb_html *html, const struct qb_chain *chain, const struct qb_decree *decree)
{
    bool open = false;
    for (size_t i = 0; i < chain->obligation_count; i++) {
        const struct qb_obligation *obligation = &chain->obligations[i];
        open = (int)obligation->count < obligation->every;
        if (obligation->status <= QB_STATUS_OPEN)
            write_block(html, obligation->k, (int)obligation->count, obligation->every, obligation->status);
    }
    if (!open && chain->in_force)
        write_block(html, (int)chain->obligation_count + 1, 0,
                    decree->every ? decree->every : html->view->settings->monitoring.every, QB_STATUS_OPEN);
}

static void write_chain(struct qb_html *html, const struct qb_chain *chain)
{
    size_t present = qb_chain_present(chain, html->view->as_of);
    qb_html_markup(html, "<div class=\"chain\">\n");
    write_decree(html, chain, present);
    write_validity(html, chain->decrees[present]);
    write_blocks(html, chain, chain->decrees[present]);
    qb_html_markup(html, "<p class=\"small\">");
    qb_html_say(html, "page.obligations", "required", qb_html_number(html, chain->required), "met",
                qb_html_number(html, chain->met), "counted", qb_html_number(html, (int)chain->shipment_count), NULL);
    qb_html_markup(html, "</p>\n</div>\n");
    qb_html_forget(html);
}

/* As in schedule.json: chains in force at as_of, or with a task. */
static bool going_on(const struct qb_facility_schedule *facility, const struct qb_chain *chain)
{
    if (chain->in_force)
        return true;
    for (size_t i = 0; i < facility->task_count; i++)
        if (facility->tasks[i].chain == chain)
            return true;
    return false;
}

/* A facility without such a chain can still have a finding that waits: then the worklist links here. */
static bool has_card(const struct qb_facility_schedule *facility)
{
    for (size_t i = 0; i < facility->chain_count; i++)
        if (going_on(facility, &facility->chains[i]))
            return true;
    return facility->task_count > 0;
}

/* The facility's name, which leads to its page. */
static void write_name(struct qb_html *html, const struct qb_facility_schedule *facility)
{
    bool link = qb_settings_output(html->view->settings, "facility_html");
    struct qb_buf path = {0};
    qb_buf_addf(&path, "%s.html", facility->facility);
    if (link)
        qb_html_open_link(html, "facilities/", qb_buf_text(&path));
    qb_html_markup(html, qb_html_record(html, "facility", facility->facility));
    if (link)
        qb_html_markup(html, "</a>");
    qb_buf_fini(&path);
}

static void write_card(struct qb_html *html, const struct qb_facility_schedule *facility)
{
    size_t start = html->out->length;
    if (qb_piece_recall(html->out, html->view, facility->made, QB_PIECE_HTML))
        return;
    qb_html_markup(html, "<article class=\"card\" id=\"facility-");
    qb_html_data(html, facility->facility);
    qb_html_markup(html, "\">\n<h3>");
    write_name(html, facility);
    qb_html_markup(html, "</h3>\n<p class=\"company\">");
    const char *company = html->view->company(html->view->context, facility->facility);
    if (*company) {
        qb_html_markup(html, qb_html_text(html, company));
        qb_html_markup(html, ", ");
    }
    qb_html_markup(html, qb_html_text(html, facility->facility));
    qb_html_markup(html, "</p>\n");
    for (size_t i = 0; i < facility->chain_count; i++)
        if (going_on(facility, &facility->chains[i]))
            write_chain(html, &facility->chains[i]);
    qb_html_markup(html, "</article>\n");
    qb_html_forget(html);
    qb_piece_keep(html->out, start, html->view, facility->made, QB_PIECE_HTML);
}

static void write_facilities(struct qb_html *html)
{
    const struct qb_output_view *view = html->view;
    size_t count = 0;
    for (size_t i = 0; i < view->facility_count; i++)
        count += has_card(view->facilities[i]);
    qb_page_section(html, "facilities", "page.facilities");
    if (count >= QB_PAGE_FILTER_FROM)
        qb_page_filter(html, &(struct qb_page_filter){.label = "page.filter.facilities", .items = ".card"});
    if (count)
        qb_html_markup(html, "<div class=\"cards\">\n");
    for (size_t i = 0; i < view->facility_count; i++)
        if (has_card(view->facilities[i]))
            write_card(html, view->facilities[i]);
    if (count)
        qb_html_markup(html, "</div>\n");
    else
        qb_page_paragraph(html, "<p>", "page.facilities.none");
    qb_html_markup(html, "</section>\n");
}

/* --- months --- */

static void write_months(struct qb_html *html)
{
    qb_page_section(html, "months", "months.title");
    qb_months_figure(html);
    qb_html_markup(html, "</section>\n");
}

/* --- problems --- */

/* Errors come first: a warning must not push one off the page. */
static void write_problem_list(struct qb_html *html)
{
    size_t count = html->view->problems->count;
    if (count >= QB_PAGE_FILTER_FROM)
        qb_page_filter(html, &(struct qb_page_filter){.label = "page.filter.problems", .items = ".problems > li"});
    qb_html_markup(html, "<ol class=\"tasks problems\">\n");
    size_t written = qb_page_problems(html, "../", QB_SEVERITY_ERROR, MOST_PROBLEMS);
    written += qb_page_problems(html, "../", QB_SEVERITY_WARNING, MOST_PROBLEMS - written);
    qb_html_markup(html, "</ol>\n");
    if (count > written) {
        qb_html_markup(html, "<p>");
        qb_html_say_count(html, "page.problems.more", (int)(count - written));
        qb_html_markup(html, "</p>\n");
    }
    if (qb_settings_output(html->view->settings, "problems_html")) {
        qb_html_markup(html, "<p><a href=\"../status/problems.html\">");
        qb_html_say(html, "page.problems.all", NULL);
        qb_html_markup(html, "</a></p>\n");
    }
}

static void write_problems(struct qb_html *html)
{
    qb_page_section(html, "problems", "page.problems");
    if (html->view->problems->count)
        write_problem_list(html);
    else
        qb_page_paragraph(html, "<p class=\"all-well\">", "page.problems.none");
    qb_html_markup(html, "</section>\n");
}

/* --- the frame --- */

static void begin(struct qb_html *html)
{
    const struct qb_output_view *view = html->view;
    struct qb_buf date = {0};
    struct qb_buf title = {0};
    qb_date_words(&date, view->language, view->as_of);
    const struct qb_text_arg args[] = {{"office", view->settings->office}, {"date", qb_buf_text(&date)}};
    qb_text_format(&title, view->language, "page.title.full", args, 2);
    qb_page_begin(html, qb_buf_text(&title), "worklist", "page.skip");
    qb_buf_fini(&title);
    qb_buf_fini(&date);
}

static void write_header(struct qb_html *html)
{
    const struct qb_output_view *view = html->view;
    struct qb_buf date = {0};
    qb_date_words_weekday(&date, view->language, view->as_of);
    qb_html_markup(html, "<header>\n");
    qb_page_office(html);
    qb_html_markup(html, "<h1>");
    qb_html_say(html, "page.title", NULL);
    qb_html_markup(html, "</h1>\n<p class=\"as-of\">");
    qb_html_say(html, "page.as-of", "date", qb_html_text(html, qb_buf_text(&date)), NULL);
    qb_html_markup(html, "</p>\n</header>\n");
    qb_buf_fini(&date);
}

static void write_navigation(struct qb_html *html)
{
    static const struct qb_page_link links[] = {{"#worklist", "page.worklist.short"},
                                                {"#facilities", "page.facilities"},
                                                {"#months", "months.short"},
                                                {"#problems", "page.problems.short"}};
    qb_page_navigation(html, links, sizeof links / sizeof *links);
    if (html->view->problems->count) {
        qb_html_markup(html, "<span class=\"count\">");
        qb_html_markup(html, qb_html_number(html, (int)html->view->problems->count));
        qb_html_markup(html, "</span>\n");
    }
    qb_html_markup(html, "</nav>\n");
}

void qb_output_html(struct qb_buf *out, const struct qb_output_view *view, const struct qb_facility_schedule *facility)
{
    (void)facility; /* the page of the whole office */
    struct qb_html html;
    qb_html_init(&html, out, view);
    begin(&html);
    write_header(&html);
    write_navigation(&html);
    qb_html_markup(&html, "<main>\n");
    qb_page_worklist(&html);
    write_facilities(&html);
    write_months(&html);
    write_problems(&html);
    qb_html_markup(&html, "</main>\n");
    qb_page_end(&html);
    qb_html_fini(&html);
}
