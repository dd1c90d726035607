/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of writers. Whoever adds an output adds a row here and a file beside this one. */
#include "core/output/output.h"

#include "core/output/writers.h"

#include <string.h>

const struct qb_output qb_outputs[] = {
    {"json", "schedule/schedule.json", QB_OUTPUT_OFFICE, "output.json", false, qb_output_json},
    {"facility", "schedule/facilities/%s.json", QB_OUTPUT_FACILITY, "output.facility", false, qb_output_facility},
    {"csv", "schedule/schedule.csv", QB_OUTPUT_OFFICE, "output.csv", false, qb_output_csv},
    {"xlsx", "schedule/schedule.xlsx", QB_OUTPUT_OFFICE, "output.xlsx", true, qb_output_xlsx},
    {"ics", "schedule/schedule.ics", QB_OUTPUT_OFFICE, "output.ics", true, qb_output_ical},
    {"officer", "schedule/officers/%s.ics", QB_OUTPUT_OFFICER, "output.officer", true, qb_output_ical},
    {"html", "schedule/schedule.html", QB_OUTPUT_OFFICE, "output.html", false, qb_output_html},
    {"facility_html", "schedule/facilities/%s.html", QB_OUTPUT_FACILITY, "output.facility_html", false,
     qb_output_facility_html},
    {"report_html", "schedule/reports/%s.html", QB_OUTPUT_MONTH, "output.report_html", false, qb_output_report_html},
    {"report_xlsx", "schedule/reports/%s.xlsx", QB_OUTPUT_MONTH, "output.report_xlsx", true, qb_output_report_xlsx},
    {"problems", "status/problems.json", QB_OUTPUT_OFFICE, "output.problems", false, qb_output_problems},
    {"problems_html", "status/problems.html", QB_OUTPUT_OFFICE, "output.problems_html", false, qb_output_problems_html},
};
const size_t qb_output_count = sizeof qb_outputs / sizeof *qb_outputs;

const struct qb_output *qb_output_find(const char *name)
{
    for (size_t i = 0; i < qb_output_count; i++)
        if (!strcmp(qb_outputs[i].name, name))
            return &qb_outputs[i];
    return NULL;
}

char *qb_output_path(const struct qb_output *output, const char *id)
{
    const char *place = strstr(output->path, "%s");
    if (!place)
        return qb_mem_string(output->path);
    struct qb_buf path = {0};
    qb_buf_add(&path, output->path, (size_t)(place - output->path));
    qb_buf_add_string(&path, id);
    qb_buf_add_string(&path, place + 2);
    return qb_buf_steal(&path);
}
