/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * schedule/facilities/ID.html: one facility for the officer and the exporter side by side. What both have to know now
 * in plain sentences, the whole timeline as a picture, then obligations, visits, findings and decrees, newest first.
 *
 * It names neither as_of nor how many days are left, so that a new day rewrites only what the day changes. Lists end
 * after some dozens of items, so that ten years of history do not make the page heavy; the years in figures go back to
 * the first, and facilities/ID.json holds everything.
 */
#include "core/output/html_page.h"
#include "core/output/timeline.h"
#include "core/output/writers.h"

#include <stdlib.h>
#include <string.h>

#define MOST_OBLIGATIONS 24
#define MOST_VISITS 24
#define MOST_FINDINGS 24
#define MOST_DECREES 12

struct page {
    struct qb_html *html;
    const struct qb_facility_schedule *facility;
    struct qb_facility_records records; /* sorted, oldest first */
    bool has_json;                      /* facilities/ID.json is written, too */
};

static const char *text_of(const struct page *page, const char *id)
{
    return qb_html_text(page->html, qb_text(page->html->view->language, id));
}

static const char *record_of(const struct page *page, const char *kind, const char *id)
{
    return qb_html_record(page->html, kind, id);
}

/* Begins a sentence of a list; the caller says it and closes the item. */
static void item(const struct page *page, const char *class)
{
    qb_html_markup(page->html, "<li class=\"");
    qb_html_markup(page->html, class);
    qb_html_markup(page->html, "\">");
}

static void end_item(const struct page *page)
{
    qb_html_markup(page->html, "</li>\n");
}

/* That a list goes on in the file for programs. */
static void say_more(const struct page *page, size_t left)
{
    if (!left)
        return;
    qb_html_markup(page->html, "<p class=\"small\">");
    qb_html_say_count(page->html, "facility.more", (int)left);
    if (page->has_json) {
        qb_html_markup(page->html, " <a href=\"");
        qb_html_data(page->html, page->facility->facility);
        qb_html_markup(page->html, ".json\">");
        qb_html_say(page->html, "facility.more.json", NULL);
        qb_html_markup(page->html, "</a>");
    }
    qb_html_markup(page->html, "</p>\n");
}

/* --- what to know now --- */

static bool revoked(const struct page *page, const struct qb_decree *decree)
{
    return decree->revoked_on != QB_DATE_NONE && decree->revoked_on <= page->html->view->as_of;
}

/* How a decree stands: a message of a series with {decree}, {from} and {to}. */
static void say_decree(const struct page *page, const char *series, const struct qb_decree *decree)
{
    qb_date as_of = page->html->view->as_of;
    qb_date last = qb_decree_last_day(decree);
    struct qb_buf id = {0};
    qb_buf_addf(&id, "%s.%s", series,
                revoked(page, decree)        ? "revoked"
                : as_of < decree->valid_from ? "later"
                : as_of > last               ? "ended"
                                             : "in-force");
    qb_html_say(page->html, qb_buf_text(&id), "decree", record_of(page, "decree", decree->id), "from",
                qb_html_date(page->html, decree->valid_from), "to",
                qb_html_date(page->html, revoked(page, decree) ? decree->revoked_on : last), NULL);
    qb_buf_fini(&id);
}

static void say_commodities(const struct page *page, const struct qb_decree *decree)
{
    qb_html_say(page->html, "facility.commodities", "commodities",
                qb_html_records(page->html, "commodity", &decree->commodities), NULL);
}

/* How far the present block is. */
static void say_block(const struct page *page, const struct qb_chain *chain, const struct qb_decree *decree)
{
    const struct qb_obligation *last =
        chain->obligation_count ? &chain->obligations[chain->obligation_count - 1] : NULL;
    bool open = last && last->due_on == QB_DATE_NONE;
    int every = open ? last->every : decree->every ? decree->every : page->html->view->settings->monitoring.every;
    int count = open ? (int)last->count : 0;
    bool met = open && last->visit;
    bool by_lot = open && last->why.policy; /* the block may end sooner */
    qb_html_say(page->html,
                met      ? "facility.block.met"
                : by_lot ? "facility.block.by-lot"
                         : "facility.block",
                "count", qb_html_number(page->html, count), "every", qb_html_number(page->html, every), "k",
                qb_html_number(page->html, open ? last->k : (int)chain->obligation_count + 1), "left",
                qb_html_number(page->html, every - count), NULL);
}

/* Why the block that is being filled is as it is; tasks that wait for somebody say it themselves. */
static void say_why(const struct page *page, const struct qb_chain *chain)
{
    struct qb_phrase phrase;
    for (size_t i = 0; i < page->facility->task_count; i++) {
        const struct qb_task *task = &page->facility->tasks[i];
        if (task->chain != chain || task->status != QB_STATUS_OPEN || !qb_task_why(task, &phrase))
            continue;
        qb_html_markup(page->html, " ");
        qb_html_phrase(page->html, &phrase);
    }
}

static void say_chain(const struct page *page, const struct qb_chain *chain)
{
    const struct qb_decree *decree = chain->decrees[qb_chain_present(chain, page->html->view->as_of)];
    item(page, "fact");
    say_decree(page, "facility.decree", decree);
    end_item(page);
    if (!chain->in_force)
        return;
    item(page, "fact");
    say_commodities(page, decree);
    end_item(page);
    item(page, "fact");
    say_block(page, chain, decree);
    say_why(page, chain);
    end_item(page);
}

static void say_task(const struct page *page, const struct qb_task *task)
{
    struct qb_phrase phrases[QB_TASK_PHRASES];
    const struct qb_visit *planned = task->obligation ? task->obligation->planned : NULL;
    size_t count = qb_task_phrases(page->html->view, task, false, phrases);
    item(page, qb_status_name(task->status));
    qb_html_markup(page->html, "<strong class=\"status\">");
    qb_page_status(page->html, task->status);
    qb_html_markup(page->html, "</strong>");
    for (size_t i = 0; i < count; i++) {
        qb_html_markup(page->html, " ");
        qb_html_phrase(page->html, &phrases[i]);
    }
    if (planned) {
        qb_html_markup(page->html, " ");
        qb_html_say(page->html, "page.plan", "date", qb_html_date(page->html, planned->planned_on), "officers",
                    qb_html_records(page->html, "officer", &planned->officers), NULL);
    }
    end_item(page);
}

static void write_know(const struct page *page)
{
    bool any = false;
    const struct qb_chain *newest = NULL;
    qb_page_section(page->html, "know", "facility.know");
    qb_html_markup(page->html, "<ul class=\"facts\">\n");
    for (size_t i = 0; i < page->facility->task_count; i++)
        if (page->facility->tasks[i].status != QB_STATUS_OPEN)
            say_task(page, &page->facility->tasks[i]);
    for (size_t i = 0; i < page->facility->chain_count; i++) {
        const struct qb_chain *chain = &page->facility->chains[i];
        if (!newest || chain->last_day > newest->last_day)
            newest = chain;
        if (chain->in_force)
            say_chain(page, chain);
        any |= chain->in_force;
    }
    if (!any && newest)
        say_chain(page, newest);
    item(page, "fact");
    qb_html_say(page->html, "facility.rule", NULL);
    end_item(page);
    qb_html_markup(page->html, "</ul>\n</section>\n");
    qb_html_forget(page->html);
}

/* --- years in figures --- */

#define MOST_YEARS 40

struct year {
    int number;
    int shipments;
    int owed;
    int met;
    int inspections;
    int findings;
};

static int year_of(qb_date day)
{
    int year;
    int month;
    int number;
    qb_date_to_civil(day, &year, &month, &number);
    return year;
}

/* The year of a day, made when it is new; NULL for none, and for those before the newest MOST_YEARS. */
static struct year *find_year(struct year *years, size_t *count, qb_date day)
{
    int number = day == QB_DATE_NONE ? 0 : year_of(day);
    size_t at = 0;
    while (at < *count && years[at].number > number)
        at++;
    if (day == QB_DATE_NONE || at == MOST_YEARS)
        return NULL;
    if (at < *count && years[at].number == number)
        return &years[at];
    size_t kept = *count < MOST_YEARS ? *count : MOST_YEARS - 1;
    memmove(&years[at + 1], &years[at], (kept - at) * sizeof *years);
    *count = kept + 1;
    years[at] = (struct year){.number = number};
    return &years[at];
}

static void count_chain(struct year *years, size_t *count, const struct qb_chain *chain)
{
    struct year *year;
    for (size_t i = 0; i < chain->shipment_count; i++)
        if ((year = find_year(years, count, chain->shipments[i]->certificate_issued_on)))
            year->shipments++;
    for (size_t i = 0; i < chain->uncounted_count; i++)
        if ((year = find_year(years, count, chain->uncounted[i]->certificate_issued_on)))
            year->inspections++;
    for (size_t i = 0; i < chain->obligation_count; i++)
        if ((year = find_year(years, count, chain->obligations[i].due_on))) {
            year->owed++;
            year->met += chain->obligations[i].status == QB_STATUS_MET;
        }
}

static void write_years(const struct page *page)
{
    static const char *const headers[] = {"facility.year", "months.shipments",     "facility.owed",
                                          "facility.met",  "facility.inspections", "facility.findings"};
    struct year years[MOST_YEARS + 1];
    size_t count = 0;
    for (size_t i = 0; i < page->facility->chain_count; i++)
        count_chain(years, &count, &page->facility->chains[i]);
    for (size_t i = 0; i < page->records.finding_count; i++) {
        struct year *year = find_year(years, &count, page->records.findings[i]->due_on);
        if (year)
            year->findings++;
    }
    if (!count)
        return;
    qb_page_open_wide(page->html, "sheet", "facility.years");
    qb_html_markup(page->html, "<table>\n<thead><tr>");
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        qb_html_markup(page->html, "<th scope=\"col\">");
        qb_html_say(page->html, headers[i], NULL);
        qb_html_markup(page->html, "</th>");
    }
    qb_html_markup(page->html, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < count; i++)
        qb_buf_addf(page->html->out,
                    "<tr><th scope=\"row\">%d</th><td>%d</td><td>%d</td><td>%d</td><td>%d</td><td>%d</td></tr>\n",
                    years[i].number, years[i].shipments, years[i].owed, years[i].met, years[i].inspections,
                    years[i].findings);
    qb_html_markup(page->html, "</tbody>\n</table>\n</div>\n");
}

static void write_timeline(const struct page *page)
{
    qb_page_section(page->html, "timeline", "timeline.title");
    qb_timeline_figure(page->html, page->facility, &page->records);
    qb_html_markup(page->html, "<h3>");
    qb_html_say(page->html, "facility.years", NULL);
    qb_html_markup(page->html, "</h3>\n");
    write_years(page);
    qb_html_markup(page->html, "</section>\n");
}

/* --- obligations --- */

static void say_obligation(const struct page *page, const struct qb_obligation *obligation)
{
    const struct qb_visit *visit = obligation->visit;
    if (obligation->due_on != QB_DATE_NONE) {
        qb_html_say(page->html, "facility.obligation.due", "due_on", qb_html_date(page->html, obligation->due_on),
                    "due_by", qb_html_date(page->html, obligation->due_by), NULL);
        qb_html_markup(page->html, " ");
    }
    if (visit)
        qb_html_say(page->html, "facility.obligation.met", "visit", record_of(page, "visit", visit->id), "date",
                    qb_html_date(page->html, visit->conducted_on), "officers",
                    qb_html_records(page->html, "officer", &visit->officers), NULL);
    else if (obligation->planned)
        qb_html_say(page->html, "page.plan", "date", qb_html_date(page->html, obligation->planned->planned_on),
                    "officers", qb_html_records(page->html, "officer", &obligation->planned->officers), NULL);
    else if (obligation->status == QB_STATUS_CANCELLED || obligation->status == QB_STATUS_LAPSED)
        qb_html_say(page->html,
                    obligation->status == QB_STATUS_LAPSED ? "facility.obligation.lapsed"
                                                           : "facility.obligation.cancelled",
                    NULL);
}

static void write_obligation(const struct page *page, const struct qb_chain *chain,
                             const struct qb_obligation *obligation)
{
    item(page, qb_status_name(obligation->status));
    qb_html_markup(page->html, "\n<p class=\"where\"><span>");
    qb_html_say(page->html, "page.block", "k", qb_html_number(page->html, obligation->k), "count",
                qb_html_number(page->html, (int)obligation->count), "every",
                qb_html_number(page->html, obligation->every), NULL);
    qb_html_markup(page->html, "</span> <strong class=\"status\">");
    qb_page_status(page->html, obligation->status);
    qb_html_markup(page->html, "</strong></p>\n<p class=\"what\">");
    say_obligation(page, obligation);
    qb_html_markup(page->html, "</p>\n");
    qb_page_shipments(page->html, chain, obligation);
    end_item(page);
    qb_html_forget(page->html);
}

/* The chains by the day on which they began, newest first. The array is the caller's. */
static const struct qb_chain **newest_chains(const struct page *page)
{
    size_t count = page->facility->chain_count;
    const struct qb_chain **list = qb_mem_array(count, sizeof *list);
    for (size_t i = 0; i < count; i++) {
        const struct qb_chain *chain = &page->facility->chains[i];
        size_t at = i;
        for (; at > 0 && list[at - 1]->decrees[0]->valid_from < chain->decrees[0]->valid_from; at--)
            list[at] = list[at - 1];
        list[at] = chain;
    }
    return list;
}

static void write_chain(const struct page *page, const struct qb_chain *chain, size_t *room)
{
    size_t shown = chain->obligation_count < *room ? chain->obligation_count : *room;
    if (!shown)
        return;
    *room -= shown;
    qb_html_markup(page->html, "<h3>");
    qb_html_say(page->html, "page.decree", "decree",
                record_of(page, "decree", chain->decrees[chain->decree_count - 1]->id), NULL);
    qb_html_markup(page->html, "</h3>\n<ol class=\"tasks two\">\n");
    for (size_t i = 0; i < shown; i++)
        write_obligation(page, chain, &chain->obligations[chain->obligation_count - 1 - i]);
    qb_html_markup(page->html, "</ol>\n");
}

static void write_obligations(const struct page *page)
{
    size_t total = 0;
    size_t room = MOST_OBLIGATIONS;
    size_t count = page->facility->chain_count;
    const struct qb_chain **chains = newest_chains(page);
    for (size_t i = 0; i < count; i++)
        total += chains[i]->obligation_count;
    qb_page_section(page->html, "obligations", "facility.obligations");
    for (size_t i = 0; i < count; i++)
        write_chain(page, chains[i], &room);
    if (!total)
        qb_page_paragraph(page->html, "<p>", "facility.obligations.none");
    say_more(page, total - (MOST_OBLIGATIONS - room));
    qb_html_markup(page->html, "</section>\n");
    free(chains);
}

/* --- visits --- */

static const char *const visit_types[] = {
    [QB_VISIT_ROUTINE] = "visit.routine",
    [QB_VISIT_AD_HOC] = "visit.ad_hoc",
    [QB_VISIT_FOLLOW_UP] = "visit.follow_up",
};

static const char *const visit_results[] = {
    [QB_VISIT_NO_RESULT] = "visit.no-result",
    [QB_VISIT_CONFORM] = "visit.conform",
    [QB_VISIT_NONCONFORM] = "visit.nonconform",
    [QB_VISIT_INCONCLUSIVE] = "visit.inconclusive",
};

/* What it looks like: the classes of statuses serve. */
static const char *visit_class(const struct qb_visit *visit)
{
    if (visit->status == QB_VISIT_CANCELLED)
        return "cancelled";
    if (visit->status == QB_VISIT_PLANNED)
        return "open";
    return visit->result == QB_VISIT_NONCONFORM ? "overdue" : visit->result == QB_VISIT_CONFORM ? "met" : "due";
}

static const struct qb_obligation *met_by(const struct page *page, const struct qb_visit *visit)
{
    for (size_t i = 0; i < page->facility->chain_count; i++) {
        const struct qb_chain *chain = &page->facility->chains[i];
        for (size_t k = chain->obligation_count; k-- > 0;)
            if (chain->obligations[k].visit == visit)
                return &chain->obligations[k];
    }
    return NULL;
}

static void write_visit(const struct page *page, const struct qb_visit *visit)
{
    const struct qb_obligation *obligation = met_by(page, visit);
    const char *word = visit->status == QB_VISIT_CANCELLED ? "visit.cancelled"
                       : visit->status == QB_VISIT_PLANNED ? "visit.planned"
                                                           : visit_results[visit->result];
    item(page, visit_class(visit));
    qb_html_markup(page->html, "\n<p class=\"where\"><span>");
    qb_html_say(page->html, "facility.visit", "date", qb_html_date(page->html, qb_visit_day(visit)), "type",
                text_of(page, visit_types[visit->type]), NULL);
    qb_html_markup(page->html, "</span> <strong class=\"status\">");
    qb_html_say(page->html, word, NULL);
    qb_html_markup(page->html, "</strong></p>\n<p class=\"what\">");
    if (obligation) {
        qb_html_say(page->html, "facility.visit.meets", "k", qb_html_number(page->html, obligation->k), NULL);
        qb_html_markup(page->html, " ");
    }
    qb_html_say(page->html, "facility.visit.who", "visit", record_of(page, "visit", visit->id), "officers",
                qb_html_records(page->html, "officer", &visit->officers), NULL);
    qb_html_markup(page->html, "</p>\n");
    end_item(page);
    qb_html_forget(page->html);
}

static void write_visits(const struct page *page)
{
    size_t count = page->records.visit_count;
    size_t shown = count < MOST_VISITS ? count : MOST_VISITS;
    qb_page_section(page->html, "visits", "facility.visits");
    if (!count)
        qb_page_paragraph(page->html, "<p>", "facility.visits.none");
    else
        qb_html_markup(page->html, "<ol class=\"tasks two\">\n");
    for (size_t i = 0; i < shown; i++)
        write_visit(page, page->records.visits[count - 1 - i]);
    if (count)
        qb_html_markup(page->html, "</ol>\n");
    say_more(page, count - shown);
    qb_html_markup(page->html, "</section>\n");
}

/* --- findings --- */

static void write_finding(const struct page *page, const struct qb_finding *finding)
{
    static const char *const severities[] = {
        [QB_FINDING_CRITICAL] = "page.severity.critical",
        [QB_FINDING_MAJOR] = "page.severity.major",
        [QB_FINDING_MINOR] = "page.severity.minor",
    };
    bool done = finding->verified_on != QB_DATE_NONE && finding->verified_on <= page->html->view->as_of;
    item(page, done ? "met" : finding->due_on < page->html->view->as_of ? "overdue" : "due");
    qb_html_markup(page->html, "\n<p class=\"where\"><span>");
    qb_html_say(page->html, "facility.finding", "finding", record_of(page, "finding", finding->id), "severity",
                text_of(page, severities[finding->severity]), NULL);
    qb_html_markup(page->html, "</span> <strong class=\"status\">");
    qb_html_say(page->html, done ? "facility.finding.verified" : "facility.finding.waiting", NULL);
    qb_html_markup(page->html, "</strong></p>\n<p class=\"what\">");
    qb_html_say(page->html, done ? "facility.finding.done" : "facility.finding.due", "visit",
                record_of(page, "visit", finding->visit), "due_on", qb_html_date(page->html, finding->due_on), "date",
                qb_html_date(page->html, finding->verified_on), NULL);
    qb_html_markup(page->html, "</p>\n");
    end_item(page);
    qb_html_forget(page->html);
}

static void write_findings(const struct page *page)
{
    size_t count = page->records.finding_count;
    size_t shown = count < MOST_FINDINGS ? count : MOST_FINDINGS;
    qb_page_section(page->html, "findings", "facility.findings");
    if (!count)
        qb_page_paragraph(page->html, "<p>", "facility.findings.none");
    else
        qb_html_markup(page->html, "<ol class=\"tasks two\">\n");
    for (size_t i = 0; i < shown; i++)
        write_finding(page, page->records.findings[count - 1 - i]);
    if (count)
        qb_html_markup(page->html, "</ol>\n");
    say_more(page, count - shown);
    qb_html_markup(page->html, "</section>\n");
}

/* --- decrees --- */

static void write_decree(const struct page *page, const struct qb_decree *decree)
{
    bool in_force = qb_decree_in_force(decree, page->html->view->as_of);
    item(page, in_force ? "met" : "lapsed");
    qb_html_markup(page->html, "\n<p class=\"where\"><span>");
    qb_html_say(page->html, "page.decree", "decree", record_of(page, "decree", decree->id), NULL);
    qb_html_markup(page->html, "</span></p>\n<p class=\"what\">");
    say_decree(page, "facility.validity", decree);
    qb_html_markup(page->html, " ");
    if (decree->extends) {
        qb_html_say(page->html, "facility.extends", "decree", record_of(page, "decree", decree->extends), NULL);
        qb_html_markup(page->html, " ");
    }
    say_commodities(page, decree);
    qb_html_markup(page->html, "</p>\n");
    end_item(page);
    qb_html_forget(page->html);
}

static void write_decrees(const struct page *page)
{
    size_t count = page->records.decree_count;
    size_t shown = count < MOST_DECREES ? count : MOST_DECREES;
    qb_page_section(page->html, "decrees", "facility.decrees");
    qb_html_markup(page->html, "<ol class=\"tasks two\">\n");
    for (size_t i = 0; i < shown; i++)
        write_decree(page, page->records.decrees[count - 1 - i]);
    qb_html_markup(page->html, "</ol>\n");
    say_more(page, count - shown);
    qb_html_markup(page->html, "</section>\n");
}

/* --- the frame --- */

/* One for the lists below it: which visit does this shipment count for, what did this officer see? */
static void write_filter(const struct page *page)
{
    size_t count = page->records.visit_count + page->records.finding_count + page->records.decree_count;
    for (size_t i = 0; i < page->facility->chain_count; i++)
        count += page->facility->chains[i].obligation_count;
    if (count >= QB_PAGE_FILTER_FROM)
        qb_page_filter(page->html, &(struct qb_page_filter){.label = "page.filter.lists", .items = ".two > li"});
}

static void begin(const struct page *page)
{
    static const struct qb_page_link links[] = {
        {"#know", "facility.know.short"}, {"#timeline", "timeline.title"},    {"#obligations", "facility.obligations"},
        {"#visits", "facility.visits"},   {"#findings", "facility.findings"}, {"#decrees", "facility.decrees"},
    };
    const struct qb_output_view *view = page->html->view;
    const char *id = page->facility->facility;
    const char *company = view->company(view->context, id);
    qb_page_begin(page->html, view->title(view->context, "facility", id), "know", "facility.skip");
    qb_html_markup(page->html, "<header>\n");
    qb_page_office(page->html);
    qb_html_markup(page->html, "<h1>");
    qb_html_markup(page->html, record_of(page, "facility", id));
    qb_html_markup(page->html, "</h1>\n<p class=\"company\">");
    if (*company) {
        qb_html_markup(page->html, qb_html_text(page->html, company));
        qb_html_markup(page->html, ", ");
    }
    qb_html_markup(page->html, qb_html_text(page->html, id));
    qb_html_markup(page->html, "</p>\n</header>\n");
    qb_page_navigation(page->html, links, sizeof links / sizeof *links);
    qb_page_to_schedule(page->html, "../");
    qb_html_markup(page->html, "</nav>\n<main>\n");
}

void qb_output_facility_html(struct qb_buf *out, const struct qb_output_view *view,
                             const struct qb_facility_schedule *facility)
{
    struct qb_html html;
    struct qb_arena arena;
    qb_html_init(&html, out, view);
    qb_arena_init(&arena);
    struct page page = {.html = &html,
                        .facility = facility,
                        .records = view->records(view->context, facility->facility, &arena),
                        .has_json = qb_settings_output(view->settings, "facility")};
    qb_facility_sort(&page.records, &arena);
    begin(&page);
    write_know(&page);
    write_timeline(&page);
    write_filter(&page);
    write_obligations(&page);
    write_visits(&page);
    write_findings(&page);
    write_decrees(&page);
    qb_html_markup(&html, "</main>\n");
    qb_page_end(&html);
    qb_arena_fini(&arena);
    qb_html_fini(&html);
}
