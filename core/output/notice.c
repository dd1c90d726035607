/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A problem put into outputs that are there and cannot be made anew: while Q-BIS holds, there may be nothing to make
 * them of. An earlier notice is replaced, so that the same notice gives the same bytes, and can be taken out again to
 * see that nothing else was done to the file.
 */
#include "core/output/html_escape.h"
#include "core/output/writers.h"

#include <string.h>

static const char page_main[] = "<main>\n";
static const char notice_begin[] = "<p class=\"all-well overdue\" role=\"alert\">";
static const char notice_end[] = "</p>\n";

#define LENGTH(text) (sizeof text - 1)

static bool on_page(struct qb_buf *out, const char *text, size_t length, enum qb_language language,
                    const struct qb_problem *problem)
{
    struct qb_buf message = {0};
    const char *end = text + length;
    const char *at = memmem(text, length, page_main, LENGTH(page_main));
    if (!at)
        return false;
    at += LENGTH(page_main);
    const char *rest = at;
    if ((size_t)(end - at) > LENGTH(notice_begin) && !memcmp(at, notice_begin, LENGTH(notice_begin))) {
        const char *close = memmem(at, (size_t)(end - at), notice_end, LENGTH(notice_end));
        rest = close ? close + LENGTH(notice_end) : at;
    }
    qb_buf_add(out, text, (size_t)(at - text));
    if (problem) {
        qb_problem_message(&message, language, problem);
        qb_buf_add_string(out, notice_begin);
        qb_html_escape(out, qb_buf_text(&message), message.length);
        qb_buf_add_string(out, notice_end);
    }
    qb_buf_add(out, rest, (size_t)(end - rest));
    qb_buf_fini(&message);
    return true;
}

static bool text_of(const struct qb_json *problem, const char *key, const char *text)
{
    const char *found = qb_json_string(qb_json_get(problem, key));
    return found && !strcmp(found, text);
}

/* A notice is of the whole folder of records, as no other problem is. */
static bool is_notice(const struct qb_json *problem)
{
    return text_of(problem, "code", qb_problem_rows[QB_PROBLEM_MASS_DELETION].name) ||
           text_of(problem, "code", qb_problem_rows[QB_PROBLEM_MASS_INVALID].name);
}

static bool in_list(struct qb_buf *out, const char *text, size_t length, enum qb_language language,
                    const struct qb_problem *problem)
{
    struct qb_json_doc *doc = qb_json_doc_new();
    struct qb_json_fault fault;
    struct qb_json_writer writer;
    const struct qb_json *root = qb_json_parse(doc, text, length, &qb_json_document_options, &fault);
    const struct qb_json *list = qb_json_get(root, "problems");
    bool fine = list && list->type == QB_JSON_ARRAY;
    bool told = !problem;
    qb_json_writer_init(&writer, out);
    qb_json_writer_object(&writer, NULL);
    qb_json_writer_string(&writer, "format", QB_PROBLEMS_FORMAT);
    qb_json_writer_array(&writer, "problems");
    for (uint32_t i = 0; fine && i <= list->length; i++) {
        const struct qb_json *item = i < list->length ? &list->as.items[i] : NULL;
        const char *path = qb_json_string(qb_json_get(item, "path"));
        if (!told && (!item || (path && strcmp(path, problem->path) > 0))) {
            qb_output_problem(&writer, language, problem);
            told = true;
        }
        if (item && !is_notice(item))
            qb_json_writer_value(&writer, NULL, item);
    }
    qb_json_writer_end_array(&writer);
    qb_json_writer_end_object(&writer);
    qb_buf_add_char(out, '\n');
    qb_json_doc_free(doc);
    return fine;
}

static const struct {
    const char *output;
    bool (*put)(struct qb_buf *out, const char *text, size_t length, enum qb_language language,
                const struct qb_problem *problem);
} notices[] = {{"html", on_page}, {"problems_html", on_page}, {"problems", in_list}};

bool qb_output_notice(struct qb_buf *out, const struct qb_output *output, const char *text, size_t length,
                      enum qb_language language, const struct qb_problem *problem)
{
    for (size_t i = 0; i < sizeof notices / sizeof *notices; i++)
        if (!strcmp(notices[i].output, output->name))
            return notices[i].put(out, text, length, language, problem);
    return false;
}
