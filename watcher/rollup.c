/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The forms of a rollup: for the terminal, for programs, as a page. A task in JSON is what the office's own schedule
 * says of it, with the office before it.
 */
#include "watcher/rollup.h"

#include "core/data/json.h"
#include "core/output/html_page.h"
#include "core/output/phrase.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const enum qb_status told[] = {QB_STATUS_OVERDUE, QB_STATUS_DUE, QB_STATUS_DUE_SOON, QB_STATUS_OPEN};
#define TOLD (sizeof told / sizeof *told)

const struct qb_task *qb_rollup_task(const struct qb_rollup_task *task)
{
    return task->office->view.tasks[task->index];
}

static const char *code_of(const struct qb_rollup_office *office)
{
    return office->view.settings->office;
}

/* --- text --- */

static void say(struct qb_buf *out, const struct qb_rollup *rollup, const char *id, const struct qb_text_arg *args,
                size_t count)
{
    qb_text_format(out, rollup->invocation->language, id, args, count);
    qb_buf_add_char(out, '\n');
}

static void write_office(struct qb_buf *out, const struct qb_rollup *rollup, const struct qb_rollup_office *office)
{
    char day[QB_DATE_SIZE];
    char numbers[TOLD + 2][24];
    for (size_t i = 0; i < TOLD; i++)
        snprintf(numbers[i], sizeof numbers[i], "%zu", office->in_status[told[i]]);
    snprintf(numbers[TOLD], sizeof numbers[TOLD], "%zu", office->errors);
    snprintf(numbers[TOLD + 1], sizeof numbers[TOLD + 1], "%zu", office->warnings);
    say(out, rollup, "rollup.office",
        (struct qb_text_arg[]){{"office", code_of(office)},
                               {"overdue", numbers[0]},
                               {"due", numbers[1]},
                               {"due_soon", numbers[2]},
                               {"open", numbers[3]},
                               {"errors", numbers[4]},
                               {"warnings", numbers[5]},
                               {"day", qb_date_format(office->recorded_on, day)}},
        8);
}

void qb_rollup_text(struct qb_buf *out, const struct qb_rollup *rollup)
{
    char day[QB_DATE_SIZE];
    say(out, rollup, "rollup.title", (struct qb_text_arg[]){{"as_of", qb_date_format(rollup->as_of, day)}}, 1);
    for (size_t i = 0; i < rollup->office_count; i++)
        write_office(out, rollup, &rollup->offices[i]);
    qb_buf_add_char(out, '\n');
    for (size_t i = 0; i < rollup->task_count; i++) {
        const struct qb_rollup_office *office = rollup->tasks[i].office;
        const struct qb_task *task = qb_rollup_task(&rollup->tasks[i]);
        struct qb_output_view view = office->view;
        struct qb_buf words = {0};
        view.language = rollup->invocation->language;
        qb_task_text(&words, &view, task);
        qb_buf_addf(out, "%-8s %-10s %-10s %s: %s\n", qb_status_name(task->status), qb_date_format(task->due_by, day),
                    code_of(office), view.title(view.context, "facility", task->facility), qb_buf_text(&words));
        qb_buf_fini(&words);
    }
}

/* --- JSON --- */

static void write_summary(struct qb_json_writer *writer, const struct qb_rollup_office *offices, size_t count)
{
    qb_json_writer_object(writer, "summary");
    for (size_t i = 0; i < TOLD; i++) {
        size_t sum = 0;
        for (size_t j = 0; j < count; j++)
            sum += offices[j].in_status[told[i]];
        qb_json_writer_integer(writer, qb_status_name(told[i]), (int64_t)sum);
    }
    qb_json_writer_end_object(writer);
}

static void write_offices(struct qb_json_writer *writer, const struct qb_rollup *rollup)
{
    char day[QB_DATE_SIZE];
    qb_json_writer_array(writer, "offices");
    for (size_t i = 0; i < rollup->office_count; i++) {
        const struct qb_rollup_office *office = &rollup->offices[i];
        qb_json_writer_object(writer, NULL);
        qb_json_writer_string(writer, "office", code_of(office));
        qb_json_writer_string(writer, "office_name", office->view.settings->office_name);
        qb_json_writer_string(writer, "commit", office->then.commit);
        qb_json_writer_string(writer, "recorded_on", qb_date_format(office->recorded_on, day));
        write_summary(writer, office, 1);
        qb_json_writer_integer(writer, "errors", (int64_t)office->errors);
        qb_json_writer_integer(writer, "warnings", (int64_t)office->warnings);
        qb_json_writer_end_object(writer);
    }
    qb_json_writer_end_array(writer);
}

/* The office's own schedule.json, whose tasks are in the order of the view. */
static const struct qb_json *tasks_of(const struct qb_rollup_office *office, struct qb_json_doc *doc,
                                      struct qb_buf *text)
{
    struct qb_json_fault fault;
    qb_output_find("json")->write(text, &office->view, NULL);
    return qb_json_get(qb_json_parse(doc, qb_buf_text(text), text->length, &qb_json_document_options, &fault), "tasks");
}

void qb_rollup_json(struct qb_buf *out, const struct qb_rollup *rollup)
{
    struct qb_json_writer writer;
    char day[QB_DATE_SIZE];
    struct qb_json_doc **docs = qb_mem_array(rollup->office_count, sizeof *docs);
    struct qb_buf *texts = qb_mem_array(rollup->office_count, sizeof *texts);
    const struct qb_json **lists = qb_mem_array(rollup->office_count, sizeof *lists);
    for (size_t i = 0; i < rollup->office_count; i++) {
        docs[i] = qb_json_doc_new();
        lists[i] = tasks_of(&rollup->offices[i], docs[i], &texts[i]);
    }
    qb_json_writer_init(&writer, out);
    qb_json_writer_object(&writer, NULL);
    qb_json_writer_string(&writer, "format", "qbis-rollup/1");
    qb_json_writer_string(&writer, "as_of", qb_date_format(rollup->as_of, day));
    write_summary(&writer, rollup->offices, rollup->office_count);
    write_offices(&writer, rollup);
    qb_json_writer_array(&writer, "tasks");
    for (size_t i = 0; i < rollup->task_count; i++) {
        const struct qb_rollup_task *row = &rollup->tasks[i];
        const struct qb_json *list = lists[row->office - rollup->offices];
        qb_json_writer_object(&writer, NULL);
        qb_json_writer_string(&writer, "office", code_of(row->office));
        for (uint32_t j = 0; j < list->as.items[row->index].length; j++) {
            const struct qb_json *member = &list->as.items[row->index].as.items[j];
            qb_json_writer_value(&writer, member->key, member);
        }
        qb_json_writer_end_object(&writer);
    }
    qb_json_writer_end_array(&writer);
    qb_json_writer_end_object(&writer);
    qb_buf_add_char(out, '\n');
    for (size_t i = 0; i < rollup->office_count; i++) {
        qb_json_doc_free(docs[i]);
        qb_buf_fini(&texts[i]);
    }
    free(docs);
    free(texts);
    free(lists);
}

/* --- page --- */

static void head(struct qb_html *html, const char *label, const char *const *ids, size_t count)
{
    qb_page_open_wide(html, "sheet", label);
    qb_html_markup(html, "<table>\n<thead><tr>");
    for (size_t i = 0; i < count; i++) {
        qb_html_markup(html, "<th scope=\"col\">");
        qb_html_say(html, ids[i], NULL);
        qb_html_markup(html, "</th>");
    }
    qb_html_markup(html, "</tr></thead>\n<tbody>\n");
}

static void offices_table(struct qb_html *html, const struct qb_rollup *rollup)
{
    static const char *const columns[] = {"rollup.column.office",   "status.overdue",        "status.due",
                                          "status.due_soon",        "status.open",           "page.problems.errors",
                                          "page.problems.warnings", "rollup.column.recorded"};
    head(html, "rollup.offices", columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < rollup->office_count; i++) {
        const struct qb_rollup_office *office = &rollup->offices[i];
        qb_html_markup(html, "<tr><th scope=\"row\">");
        qb_html_markup(html, qb_html_text(html, code_of(office)));
        qb_html_markup(html, "</th>");
        for (size_t j = 0; j < TOLD; j++)
            qb_buf_addf(html->out, "<td>%zu</td>", office->in_status[told[j]]);
        qb_buf_addf(html->out, "<td>%zu</td><td>%zu</td><td>", office->errors, office->warnings);
        qb_html_markup(html, qb_html_date(html, office->recorded_on));
        qb_html_markup(html, "</td></tr>\n");
    }
    qb_html_markup(html, "</tbody>\n</table>\n</div>\n");
}

static void task_row(struct qb_html *html, const struct qb_rollup_task *row)
{
    const struct qb_task *task = qb_rollup_task(row);
    struct qb_output_view view = row->office->view;
    struct qb_buf words = {0};
    view.language = html->view->language;
    qb_task_text(&words, &view, task);
    qb_buf_addf(html->out, "<tr class=\"%s\"><th scope=\"row\">", qb_status_name(task->status));
    qb_page_status(html, task->status);
    qb_html_markup(html, "</th><td>");
    if (task->due_by != QB_DATE_NONE)
        qb_html_markup(html, qb_html_date(html, task->due_by));
    qb_html_markup(html, "</td><td>");
    qb_html_markup(html, qb_html_text(html, code_of(row->office)));
    qb_html_markup(html, "</td><td>");
    qb_html_markup(html, qb_html_text(html, view.title(view.context, "facility", task->facility)));
    qb_html_markup(html, "</td><td>");
    qb_html_markup(html, qb_html_text(html, qb_buf_text(&words)));
    qb_html_markup(html, "</td></tr>\n");
    qb_html_forget(html);
    qb_buf_fini(&words);
}

void qb_rollup_page(struct qb_buf *out, const struct qb_rollup *rollup)
{
    static const char *const columns[] = {"rollup.column.status", "rollup.column.due", "rollup.column.office",
                                          "rollup.column.facility", "rollup.column.what"};
    struct qb_output_view view = rollup->offices[0].view;
    struct qb_html html;
    struct qb_buf title = {0};
    char day[QB_DATE_SIZE];
    view.language = rollup->invocation->language;
    qb_html_init(&html, out, &view);
    qb_text_format(&title, view.language, "rollup.title",
                   (struct qb_text_arg[]){{"as_of", qb_date_format(rollup->as_of, day)}}, 1);
    qb_page_begin(&html, qb_buf_text(&title), "worklist", "page.skip");
    qb_html_markup(&html, "<header>\n<h1>");
    qb_html_markup(&html, qb_html_text(&html, qb_buf_text(&title)));
    qb_html_markup(&html, "</h1>\n</header>\n<main>\n");
    qb_page_section(&html, "offices", "rollup.offices");
    offices_table(&html, rollup);
    qb_html_markup(&html, "</section>\n");
    qb_page_section(&html, "worklist", "page.worklist");
    head(&html, "page.worklist", columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < rollup->task_count; i++)
        task_row(&html, &rollup->tasks[i]);
    qb_html_markup(&html, "</tbody>\n</table>\n</div>\n</section>\n</main>\n");
    qb_page_end(&html);
    qb_buf_fini(&title);
    qb_html_fini(&html);
}
