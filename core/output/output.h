/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What people and programs open. A writer is one row of the table below and one file of code: a pure function
 * from the view to bytes. Who calls it owns temporary, fsync, rename and comparison.
 */
#ifndef QB_CORE_OUTPUT_OUTPUT_H
#define QB_CORE_OUTPUT_OUTPUT_H

#include "core/base/buf.h"
#include "core/records/problem.h"
#include "core/records/settings.h"
#include "core/schedule/figures.h"
#include "core/schedule/schedule.h"

struct qb_report;

/* All that a writer may see. */
struct qb_output_view {
    const struct qb_settings *settings;
    enum qb_language language;
    qb_date as_of;
    const struct qb_facility_schedule *const *facilities; /* every facility that has a decree, by id */
    size_t facility_count;
    const struct qb_task *const *tasks; /* of all, or of the officer, in the order of R12 */
    size_t task_count;
    const char *officer;                              /* whose file it is: for the scope OFFICER, else NULL */
    const struct qb_facility_figures *const *figures; /* of facilities with records, by id; for the scope MONTH */
    size_t figures_count;
    const qb_date *months; /* first days of those whose files are to be written, rising; for the scope MONTH */
    size_t month_count;
    const struct qb_report *report;     /* whose file it is: for the scope MONTH, else NULL */
    const struct qb_problems *problems; /* sorted */
    bool keeps;                         /* writers keep what they make with the schedules (core/output/piece) */
    /* The words of a record for people (a name, a number), the id itself when it has none. Never NULL. */
    const char *(*title)(const void *context, const char *kind, const char *id);
    /* The company of a facility: its legal name, or "". */
    const char *(*company)(const void *context, const char *facility);
    /* All records in force that concern a facility, in any order; the arrays live in `arena`. */
    struct qb_facility_records (*records)(const void *context, const char *facility, struct qb_arena *arena);
    const void *context;
};

/* What a writer makes one file of: the office; each facility that has a decree; each officer whose work some task is
 * (qb_task_officers); each month in which something happened, up to the one of as_of (core/schedule/figures). */
enum qb_output_scope { QB_OUTPUT_OFFICE, QB_OUTPUT_FACILITY, QB_OUTPUT_OFFICER, QB_OUTPUT_MONTH, QB_OUTPUT_SCOPES };

struct qb_output {
    const char *name; /* in `outputs:` of the settings and in `qbis schedule --format` */
    const char *path; /* "schedule/schedule.json"; "%s" stands for the id of a facility or an officer, or a month */
    enum qb_output_scope scope;
    const char *help; /* message id */
    bool slow;        /* takes longer than others: worth to be written beside them */
    /* `facility` is NULL but for the scope FACILITY. A file is never empty: one that could not be made (a sheet for
     * want of room for its temporaries) is. */
    void (*write)(struct qb_buf *out, const struct qb_output_view *view, const struct qb_facility_schedule *facility);
};

extern const struct qb_output qb_outputs[];
extern const size_t qb_output_count;

/* The writer of that name, or NULL. */
const struct qb_output *qb_output_find(const char *name);
/* The path of its file; the string is the caller's. */
char *qb_output_path(const struct qb_output *output, const char *id);

/* Appends the text of an output that is there with a problem put in that it does not have (of the whole folder), in the
 * place of such a one from before; `problem` NULL: without. False where the output has no place for it, or the text is
 * another thing. */
bool qb_output_notice(struct qb_buf *out, const struct qb_output *output, const char *text, size_t length,
                      enum qb_language language, const struct qb_problem *problem);

/* The note that lies beside a record with errors (<id>.problem.txt). `list` holds the problems of that one
 * file. Plain text in the view's language. */
void qb_output_note(struct qb_buf *out, enum qb_language language, const struct qb_problem *items, size_t count);

#endif
