/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The worklist as one table in R12's order, so that a script can sort and filter it by its columns. On a phone the
 * style lays a row out as a card; browsers then forget that it is a table, hence the roles (ARIA in HTML allows them).
 * What the script goes by stands in the cells themselves; only ids are attributes.
 */
#include "core/output/html_worklist.h"

#include "core/output/html_page.h"
#include "core/output/phrase.h"
#include "core/output/piece.h"

/* What a status of a task means. */
static const char *const meanings[] = {
    [QB_STATUS_OVERDUE] = "page.meaning.overdue",
    [QB_STATUS_DUE] = "page.meaning.due",
    [QB_STATUS_DUE_SOON] = "page.meaning.due_soon",
    [QB_STATUS_OPEN] = "page.meaning.open",
};
#define TASK_STATUSES (sizeof meanings / sizeof *meanings)

/* --- how many of each status --- */

static void write_summary(struct qb_html *html, const int counts[TASK_STATUSES])
{
    qb_html_markup(html, "<ul class=\"summary\" aria-label=\"");
    qb_html_say(html, "page.summary", NULL);
    qb_html_markup(html, "\">\n");
    for (size_t i = 0; i < TASK_STATUSES; i++) {
        qb_html_markup(html, "<li class=\"");
        qb_html_markup(html, qb_status_name((enum qb_status)i));
        qb_html_markup(html, counts[i] ? "\"><a href=\"#" : " none\"><span>");
        if (counts[i]) {
            qb_html_markup(html, qb_status_name((enum qb_status)i));
            qb_html_markup(html, "\">");
        }
        qb_html_markup(html, "<strong>");
        qb_html_markup(html, qb_html_number(html, counts[i]));
        qb_html_markup(html, "</strong> ");
        qb_page_status(html, (enum qb_status)i);
        qb_html_markup(html, counts[i] ? "</a></li>\n" : "</span></li>\n");
    }
    qb_html_markup(html, "</ul>\n");
}

/* --- the cells of a task --- */

/* Its last day. A shipment to inspect has none to wait for, and a block that is not full has none yet. */
static void write_day(struct qb_html *html, const struct qb_task *task)
{
    qb_date expected = task->obligation ? task->obligation->expected_on : QB_DATE_NONE;
    qb_html_markup(html, "<td role=\"cell\" class=\"by\">");
    if (task->type == QB_TASK_NORMAL_INSPECTION) {
        qb_html_markup(html, "<span class=\"day\">");
        qb_html_say(html, "page.since", "date", qb_html_date(html, task->due_by), NULL);
        qb_html_markup(html, "</span>");
    } else if (task->due_by != QB_DATE_NONE) {
        qb_html_markup(html, "<strong class=\"distance\">");
        if (task->status == QB_STATUS_OVERDUE && task->due_by >= html->view->as_of)
            qb_html_say(html, "page.late.already", NULL); /* the next shipment did not wait for its last day */
        else
            qb_page_distance(html, "page.left.none", task->due_by);
        qb_html_markup(html, "</strong> <span class=\"day\">");
        qb_html_markup(html, qb_html_date(html, task->due_by));
        qb_html_markup(html, "</span>");
    } else if (expected != QB_DATE_NONE) {
        qb_html_markup(html, "<span class=\"day\">");
        qb_html_say(html, "page.expected", "date", qb_html_date(html, expected), NULL);
        qb_html_markup(html, "</span>");
    }
    qb_html_markup(html, "</td>\n");
}

/* What to do, in sentences. */
static void write_what(struct qb_html *html, const struct qb_task *task)
{
    struct qb_phrase phrases[QB_TASK_PHRASES];
    size_t count = qb_task_phrases(html->view, task, true, phrases);
    qb_html_markup(html, "<td role=\"cell\" class=\"what\"><p>");
    for (size_t i = 0; i < count; i++) {
        if (i)
            qb_html_markup(html, " ");
        qb_html_phrase(html, &phrases[i]);
    }
    qb_html_markup(html, "</p>\n");
    if (task->obligation)
        qb_page_shipments(html, task->chain, task->obligation);
    qb_html_markup(html, "</td>\n");
}

/* That nobody goes is worth a word only once there is something to do. */
static void say_nobody(struct qb_html *html, const struct qb_task *task)
{
    if (task->status == QB_STATUS_OPEN)
        return;
    qb_html_markup(html, "<span class=\"nobody\">");
    qb_html_say(html, task->obligation ? "page.plan.none" : "page.who.none", NULL);
    qb_html_markup(html, "</span>");
}

/* Who goes, and when. */
static void write_who(struct qb_html *html, const struct qb_task *task)
{
    const struct qb_ids *officers = qb_task_officers(task);
    const struct qb_visit *planned = task->obligation ? task->obligation->planned : NULL;
    qb_html_markup(html, "<td role=\"cell\" class=\"who\">");
    if (officers->count) {
        qb_html_markup(html, "<span class=\"label\">");
        qb_html_say(html, "page.who.label", NULL);
        qb_html_markup(html, "</span> ");
        qb_html_markup(html, qb_html_records(html, "officer", officers));
    }
    if (planned) {
        qb_html_markup(html, " <span class=\"plan\">");
        qb_html_say(html, planned->planned_on < html->view->as_of ? "page.who.missed" : "page.who.planned", "date",
                    qb_html_date(html, planned->planned_on), NULL);
        qb_html_markup(html, "</span>");
    } else if (!officers->count) {
        say_nobody(html, task);
    }
    qb_html_markup(html, "</td>\n");
}

/* Ids are of letters, digits and hyphens once a record is valid; escaped all the same. */
static void write_keys(struct qb_html *html, const struct qb_task *task)
{
    const struct qb_ids *officers = qb_task_officers(task);
    qb_html_markup(html, " data-facility=\"");
    qb_html_data(html, task->facility);
    qb_html_markup(html, "\" data-officers=\"");
    for (size_t i = 0; i < officers->count; i++) {
        qb_html_markup(html, i ? " " : "");
        qb_html_data(html, officers->items[i]);
    }
    qb_html_markup(html, "\"");
}

/* All of the row but its beginning, which depends on the tasks before it. */
static void write_row(struct qb_html *html, const struct qb_task *task)
{
    size_t start = html->out->length;
    if (qb_piece_recall(html->out, html->view, task->made, QB_PIECE_HTML))
        return;
    qb_html_markup(html, " class=\"");
    qb_html_markup(html, qb_status_name(task->status));
    qb_html_markup(html, "\"");
    write_keys(html, task);
    qb_html_markup(html, ">\n<td role=\"cell\" class=\"status\">");
    qb_page_status(html, task->status);
    qb_html_markup(html, "</td>\n");
    write_day(html, task);
    qb_html_markup(html, "<th role=\"rowheader\" scope=\"row\" class=\"where\"><a href=\"#facility-");
    qb_html_data(html, task->facility);
    qb_html_markup(html, "\">");
    qb_html_markup(html, qb_html_record(html, "facility", task->facility));
    qb_html_markup(html, "</a></th>\n");
    write_what(html, task);
    write_who(html, task);
    qb_html_markup(html, "</tr>\n");
    qb_html_forget(html);
    qb_piece_keep(html->out, start, html->view, task->made, QB_PIECE_HTML);
}

/* The summary leads to the first task of a status. */
static void write_task(struct qb_html *html, const struct qb_task *task, bool first)
{
    qb_html_markup(html, "<tr role=\"row\"");
    if (first) {
        qb_html_markup(html, " id=\"");
        qb_html_markup(html, qb_status_name(task->status));
        qb_html_markup(html, "\"");
    }
    write_row(html, task);
}

/* --- the table --- */

static void write_head(struct qb_html *html)
{
    static const struct {
        const char *name; /* for the script: how to sort by it */
        const char *word;
    } columns[] = {{"status", "page.column.status"},
                   {"by", "page.column.by"},
                   {"where", "page.column.facility"},
                   {"what", "page.column.task"},
                   {"who", "page.column.officers"}};
    qb_html_markup(html, "<thead role=\"rowgroup\"><tr role=\"row\">");
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        qb_html_markup(html, "<th role=\"columnheader\" scope=\"col\" data-sort=\"");
        qb_html_markup(html, columns[i].name);
        qb_html_markup(html, "\">");
        qb_html_say(html, columns[i].word, NULL);
        qb_html_markup(html, "</th>");
    }
    qb_html_markup(html, "</tr></thead>\n");
}

static void write_table(struct qb_html *html)
{
    const struct qb_output_view *view = html->view;
    if (view->task_count > 1)
        qb_page_filter(html, &(struct qb_page_filter){
                                 .name = "tasks", .label = "page.filter.tasks", .items = "#tasks > tr", .keys = true});
    qb_html_markup(html, "<table role=\"table\" class=\"worklist\" aria-labelledby=\"worklist\">\n");
    write_head(html);
    qb_html_markup(html, "<tbody role=\"rowgroup\" id=\"tasks\">\n");
    for (size_t i = 0; i < view->task_count; i++)
        write_task(html, view->tasks[i], !i || view->tasks[i - 1]->status != view->tasks[i]->status);
    qb_html_markup(html, "</tbody>\n</table>\n");
}

static void write_legend(struct qb_html *html)
{
    qb_html_markup(html, "<details class=\"legend\"><summary>");
    qb_html_say(html, "page.legend", NULL);
    qb_html_markup(html, "</summary>\n<dl>\n");
    for (size_t i = 0; i < TASK_STATUSES; i++) {
        qb_html_markup(html, "<dt class=\"");
        qb_html_markup(html, qb_status_name((enum qb_status)i));
        qb_html_markup(html, "\">");
        qb_page_status(html, (enum qb_status)i);
        qb_html_markup(html, "</dt><dd>");
        qb_html_say(html, meanings[i], NULL);
        qb_html_markup(html, "</dd>\n");
    }
    qb_html_markup(html, "</dl></details>\n");
}

void qb_page_worklist(struct qb_html *html)
{
    const struct qb_output_view *view = html->view;
    int counts[TASK_STATUSES] = {0};
    for (size_t i = 0; i < view->task_count; i++)
        counts[view->tasks[i]->status]++;
    qb_page_section(html, "worklist", "page.worklist");
    write_summary(html, counts);
    if (!counts[QB_STATUS_OVERDUE] && !counts[QB_STATUS_DUE])
        qb_page_paragraph(html, "<p class=\"all-well\">", view->task_count ? "page.nothing-now" : "page.nothing");
    if (view->task_count)
        write_table(html);
    write_legend(html);
    qb_html_markup(html, "</section>\n");
}
