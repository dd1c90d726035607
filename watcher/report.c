/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Problems on the terminal: a line that editors can jump from, the line of the file, a caret. */
#include "watcher/report.h"

#include "core/base/file.h"
#include "core/base/limits.h"
#include "watcher/excerpt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The source line, or NULL when it cannot be had. */
static const char *line_of(const struct qb_buf *text, uint32_t number, size_t *length)
{
    const char *at = qb_buf_text(text);
    const char *end = at + text->length;
    for (uint32_t line = 1; line < number; line++) {
        at = memchr(at, '\n', (size_t)(end - at));
        if (!at++)
            return NULL;
    }
    const char *newline = memchr(at, '\n', (size_t)(end - at));
    *length = (size_t)((newline ? newline : end) - at);
    if (*length && at[*length - 1] == '\r')
        --*length;
    return at;
}

static void show_source(const char *folder, const struct qb_problem *problem, bool colour)
{
    struct qb_buf path = {0};
    struct qb_buf text = {0};
    size_t length = 0;
    qb_buf_addf(&path, "%s/%s", folder, problem->path);
    const char *line = NULL;
    if (qb_file_read_path(qb_buf_text(&path), QB_MAX_RECORD, &text, NULL) == QB_OK)
        line = line_of(&text, problem->line, &length);
    if (line && length) {
        struct qb_buf shown = {0};
        struct qb_buf below = {0};
        qb_excerpt(&shown, &below, line, length, problem->column);
        printf("%6u | %s\n       | %s", problem->line, qb_buf_text(&shown), qb_buf_text(&below));
        puts(colour ? "\033[1;32m^\033[0m" : "^");
        qb_buf_fini(&shown);
        qb_buf_fini(&below);
    }
    qb_buf_fini(&path);
    qb_buf_fini(&text);
}

void qb_report_at(const struct qb_invocation *invocation, const char *where, const struct qb_problem *problem)
{
    bool colour = qb_say_colour(stdout);
    bool error = qb_problem_severity(problem) == QB_SEVERITY_ERROR;
    struct qb_buf message = {0};
    qb_problem_message(&message, invocation->language, problem);
    qb_say_text(stdout, where, strlen(where));
    printf(": %s%s%s [%s%s%s]: ", colour ? error ? "\033[1;31m" : "\033[1;33m" : "",
           qb_text(invocation->language, error ? "severity.error" : "severity.warning"), colour ? "\033[0m" : "",
           qb_problem_rows[problem->code].name, problem->keyword ? ":" : "", problem->keyword ? problem->keyword : "");
    qb_say_text(stdout, qb_buf_text(&message), message.length);
    putchar('\n');
    qb_buf_fini(&message);
}

void qb_report_problem(const struct qb_invocation *invocation, const char *folder, const struct qb_problem *problem)
{
    struct qb_buf where = {0};
    for (const char *at = problem->path; *at; at++) /* a line break in a name is not one of the report */
        if (*at == '\n')
            qb_buf_add_string(&where, "\\x0a");
        else
            qb_buf_add_char(&where, *at);
    qb_buf_addf(&where, ":%u:%u", problem->line, problem->column);
    qb_report_at(invocation, qb_buf_text(&where), problem);
    show_source(folder, problem, qb_say_colour(stdout));
    qb_buf_fini(&where);
}

void qb_report_summary(const struct qb_invocation *invocation, size_t errors, size_t warnings)
{
    char error_text[24];
    char warning_text[24];
    snprintf(error_text, sizeof error_text, "%zu", errors);
    snprintf(warning_text, sizeof warning_text, "%zu", warnings);
    qb_say(invocation, errors || warnings ? "cli.summary" : "cli.summary.fine",
           (struct qb_text_arg[]){{"errors", error_text}, {"warnings", warning_text}}, 2);
}
