/* SPDX-License-Identifier: GPL-2.0-or-later */
/* status/problems.json (DESIGN section 4, format qbis-problems/1). `keyword` stands only with the code `schema`. */
#include "core/output/writers.h"

void qb_output_problem(struct qb_json_writer *writer, enum qb_language language, const struct qb_problem *problem)
{
    bool error = qb_problem_severity(problem) == QB_SEVERITY_ERROR;
    struct qb_buf message = {0};
    qb_problem_message(&message, language, problem);
    qb_json_writer_object(writer, NULL);
    qb_json_writer_string(writer, "severity", error ? "error" : "warning");
    qb_json_writer_string(writer, "code", qb_problem_rows[problem->code].name);
    qb_json_writer_string(writer, "kind", problem->kind);
    qb_json_writer_string(writer, "record", problem->record);
    qb_json_writer_string(writer, "path", problem->path);
    qb_json_writer_integer(writer, "line", problem->line);
    qb_json_writer_integer(writer, "column", problem->column);
    qb_json_writer_string(writer, "pointer", problem->pointer);
    qb_json_writer_string(writer, "message", qb_buf_text(&message));
    qb_json_writer_string(writer, "using", problem->used);
    if (problem->code == QB_PROBLEM_SCHEMA && problem->keyword)
        qb_json_writer_string(writer, "keyword", problem->keyword);
    qb_json_writer_end_object(writer);
    qb_buf_fini(&message);
}

void qb_output_problems(struct qb_buf *out, const struct qb_output_view *view,
                        const struct qb_facility_schedule *facility)
{
    (void)facility;
    struct qb_json_writer writer;
    qb_json_writer_init(&writer, out);
    qb_json_writer_object(&writer, NULL);
    qb_json_writer_string(&writer, "format", QB_PROBLEMS_FORMAT);
    qb_json_writer_array(&writer, "problems");
    for (size_t i = 0; i < view->problems->count; i++)
        qb_output_problem(&writer, view->language, &view->problems->items[i]);
    qb_json_writer_end_array(&writer);
    qb_json_writer_end_object(&writer);
    qb_buf_add_char(out, '\n');
}
