/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The note beside a record with problems: plain text for whoever typed the record, errors first, each with its place
 * and the sentence that says what is wrong and how to mend it. What the sentences quote from the record is data: it
 * is kept from breaking lines or steering a terminal.
 */
#include "core/base/utf8.h"
#include "core/output/output.h"

#include <stdio.h>
#include <string.h>

/* Appends with control characters as blanks and stray bytes as U+FFFD. */
static void add_plain(struct qb_buf *out, const char *text)
{
    size_t length = strlen(text);
    for (size_t at = 0; at < length;) {
        uint32_t point;
        size_t bytes = qb_utf8_decode(text + at, length - at, &point);
        if (!bytes)
            qb_buf_add_string(out, "\xef\xbf\xbd");
        else if (point < ' ' || (point >= 0x7f && point < 0xa0))
            qb_buf_add_char(out, ' ');
        else
            qb_buf_add(out, text + at, bytes);
        at += bytes ? bytes : 1;
    }
}

static void add_message(struct qb_buf *out, enum qb_language language, const char *id, const struct qb_text_arg *args,
                        size_t count)
{
    struct qb_buf text = {0};
    qb_text_format(&text, language, id, args, count);
    add_plain(out, qb_buf_text(&text));
    qb_buf_fini(&text);
}

static void add_line(struct qb_buf *out, enum qb_language language, const char *id)
{
    add_message(out, language, id, NULL, 0);
    qb_buf_add_char(out, '\n');
}

static void add_place(struct qb_buf *out, enum qb_language language, const struct qb_problem *problem)
{
    char line[16];
    char column[16];
    snprintf(line, sizeof line, "%u", problem->line);
    snprintf(column, sizeof column, "%u", problem->column);
    const struct qb_text_arg args[] = {{"line", line}, {"column", column}, {"pointer", problem->pointer}};
    bool whole = !problem->pointer || !*problem->pointer;
    add_message(out, language, whole ? "note.place" : "note.place.pointer", args, 3);
}

/* The problems of one severity under a heading, or nothing. */
static void add_problems(struct qb_buf *out, enum qb_language language, const struct qb_problem *items, size_t count,
                         enum qb_severity severity, const char *heading)
{
    struct qb_buf message = {0};
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        if (qb_problem_severity(&items[i]) != severity)
            continue;
        if (!any)
            add_line(out, language, heading);
        any = true;
        qb_buf_add_string(out, "\n  * ");
        add_place(out, language, &items[i]);
        qb_buf_add_string(out, "\n    ");
        qb_buf_clear(&message);
        qb_problem_message(&message, language, &items[i]);
        add_plain(out, qb_buf_text(&message));
        qb_buf_add_char(out, '\n');
    }
    if (any)
        qb_buf_add_char(out, '\n');
    qb_buf_fini(&message);
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

void qb_output_note(struct qb_buf *out, enum qb_language language, const struct qb_problem *items, size_t count)
{
    bool errors = false;
    bool used = false;
    for (size_t i = 0; i < count; i++) {
        errors |= qb_problem_severity(&items[i]) == QB_SEVERITY_ERROR;
        used |= items[i].used != NULL;
    }
    const struct qb_text_arg args[] = {{"file", count ? base_name(items[0].path) : ""}};
    add_message(out, language, errors ? "note.title.errors" : "note.title.warnings", args, 1);
    qb_buf_add_string(out, "\n\n");
    add_problems(out, language, items, count, QB_SEVERITY_ERROR, "note.errors");
    add_problems(out, language, items, count, QB_SEVERITY_WARNING, "note.warnings");
    if (errors)
        add_line(out, language, used ? "note.earlier-used" : "note.not-used");
    add_line(out, language, errors ? "note.goes-away" : "note.goes-away.warnings");
}
