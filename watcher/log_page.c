/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The log of one record as a page that an auditor can take along: every change with its date, its author, the commit
 * that proves it, and each property before and after in full. It needs nothing beside its own file.
 */
#include "watcher/log.h"

#include "core/output/html_page.h"

#include <stdio.h>
#include <string.h>

static void element(struct qb_html *html, const char *start, const char *text, const char *end)
{
    qb_html_markup(html, start);
    qb_html_markup(html, qb_html_text(html, text));
    qb_html_markup(html, end);
}

static const char *title(const void *context, const char *kind, const char *id)
{
    (void)context;
    (void)kind;
    return id;
}

/* "SHP-20200608-0065" of ".../SHP-20200608-0065.json" */
static void add_id(struct qb_buf *out, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    size_t length = strlen(name);
    qb_buf_add(out, name, length > 5 && !strcmp(name + length - 5, ".json") ? length - 5 : length);
}

static void begin(struct qb_log *log)
{
    const struct qb_invocation *invocation = log->past->invocation;
    const struct qb_settings *settings = &log->past->settings;
    struct qb_html *html = &log->html;
    struct qb_buf heading = {0};
    struct qb_buf id = {0};
    log->view = (struct qb_output_view){
        .settings = settings,
        .language = invocation->language_given ? invocation->language : settings->language,
        .title = title,
    };
    qb_html_init(html, &log->out, &log->view);
    add_id(&id, log->path);
    qb_text_format(&heading, log->view.language, "log.page.title",
                   (struct qb_text_arg[]){{"record", qb_buf_text(&id)}, {"office", settings->office}}, 2);
    qb_page_begin(html, qb_buf_text(&heading), "trail", "log.page.skip");
    qb_html_markup(html, "<header>\n");
    qb_page_office(html);
    element(html, "<h1>", qb_buf_text(&heading), "</h1>\n");
    element(html, "<p class=\"small\">", log->path, "</p>\n");
    qb_page_paragraph(html, "<p class=\"small\">", "log.page.what");
    qb_html_markup(html, "</header>\n<main>\n<div id=\"trail\">\n");
    qb_buf_fini(&heading);
    qb_buf_fini(&id);
}

static void cell(struct qb_html *html, const struct qb_json *value)
{
    struct qb_buf text = {0};
    if (!value) {
        qb_html_markup(html, "<td>–</td>");
        return;
    }
    if (value->type == QB_JSON_STRING)
        qb_buf_add(&text, value->as.string, value->length);
    else
        qb_json_write_compact(&text, value);
    element(html, "<td>", qb_buf_text(&text), "</td>");
    qb_buf_fini(&text);
}

static void row(void *context, const char *pointer, const struct qb_json *before, const struct qb_json *after)
{
    struct qb_html *html = context;
    struct qb_buf name = {0};
    qb_trail_name(&name, pointer);
    element(html, "<tr><th scope=\"row\">", qb_buf_text(&name), "</th>");
    cell(html, before);
    cell(html, after);
    qb_html_markup(html, "</tr>\n");
    qb_buf_fini(&name);
}

static void heading_cell(struct qb_html *html, const char *id)
{
    qb_html_markup(html, "<th scope=\"col\">");
    qb_html_say(html, id, NULL);
    qb_html_markup(html, "</th>");
}

static void table(struct qb_log *log, const struct qb_oid *before, const struct qb_oid *after)
{
    struct qb_html *html = &log->html;
    const struct qb_json *values[2];
    if (qb_oid_is_zero(after)) {
        qb_page_paragraph(html, "<p>", "log.page.deleted");
    } else if (!qb_log_load(log, before, after, values)) {
        qb_page_paragraph(html, "<p>", "log.page.not-json");
    } else {
        qb_page_open_wide(html, "sheet trail", "log.page.changes");
        qb_html_markup(html, "<table>\n<thead><tr>");
        heading_cell(html, "log.page.property");
        heading_cell(html, "log.page.before");
        heading_cell(html, "log.page.after");
        qb_html_markup(html, "</tr></thead>\n<tbody>\n");
        qb_log_compare(log, values, row, html);
        qb_html_markup(html, "</tbody>\n</table>\n</div>\n");
    }
}

/* The trailers that say why: of each commit, whichever record they are about. */
static void reasons(struct qb_html *html, const char *message)
{
    for (const char *line = message; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, "Reason: ", 8))
            continue;
        struct qb_buf text = {0};
        qb_buf_add(&text, line + 8, strcspn(line, "\n") - 8);
        qb_html_markup(html, "<p>");
        qb_html_say(html, "log.page.reason", "reason", qb_html_text(html, qb_buf_text(&text)), NULL);
        qb_html_markup(html, "</p>\n");
        qb_buf_fini(&text);
    }
}

static int entry(struct qb_log *log, const struct qb_history_entry *entry, const struct qb_oid *before,
                 struct qb_err *err)
{
    struct qb_html *html = &log->html;
    struct qb_buf subject = {0};
    char when[QB_PAST_TIME];
    (void)err;
    qb_buf_add(&subject, entry->message, strcspn(entry->message, "\n"));
    element(html, "<section>\n<h2>", qb_past_format_time(log->past, entry->author.when, ' ', when), "</h2>\n");
    element(html, "<p>", qb_buf_text(&subject), "</p>\n");
    qb_html_markup(html, "<p class=\"small\">");
    qb_html_say(html, "log.page.by", "author", qb_html_text(html, entry->author.name), "commit",
                qb_html_text(html, entry->id), "recorded",
                qb_html_text(html, qb_past_format_time(log->past, entry->committer.when, ' ', when)), NULL);
    qb_html_markup(html, "</p>\n");
    reasons(html, entry->message);
    if (log->moved_path) {
        qb_html_markup(html, "<p>");
        qb_html_say(html, "log.page.moved", "path", qb_html_text(html, log->moved_path), NULL);
        qb_html_markup(html, "</p>\n");
    }
    table(log, before, &entry->after);
    qb_html_markup(html, "</section>\n");
    qb_html_forget(html);
    qb_buf_fini(&subject);
    return QB_OK;
}

static void end(struct qb_log *log)
{
    struct qb_html *html = &log->html;
    if (!log->told)
        qb_page_paragraph(html, "<p>", "log.page.none");
    qb_html_markup(html, "</div>\n</main>\n");
    qb_page_end(html);
    qb_html_fini(html);
}

const struct qb_log_form qb_log_page = {begin, entry, end};
