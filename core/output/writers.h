/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The writers themselves, each in the file of its name, and what they share. Others know them by the table only. */
#ifndef QB_CORE_OUTPUT_WRITERS_H
#define QB_CORE_OUTPUT_WRITERS_H

#include "core/data/json.h"
#include "core/output/output.h"

typedef void qb_output_write(struct qb_buf *out, const struct qb_output_view *view,
                             const struct qb_facility_schedule *facility);

qb_output_write qb_output_json;          /* schedule/schedule.json, format qbis-schedule/1 */
qb_output_write qb_output_facility;      /* schedule/facilities/ID.json, format qbis-facility/1 */
qb_output_write qb_output_csv;           /* schedule/schedule.csv */
qb_output_write qb_output_xlsx;          /* schedule/schedule.xlsx */
qb_output_write qb_output_ical;          /* schedule/schedule.ics, schedule/officers/ID.ics */
qb_output_write qb_output_html;          /* schedule/schedule.html */
qb_output_write qb_output_facility_html; /* schedule/facilities/ID.html */
qb_output_write qb_output_report_html;   /* schedule/reports/YYYY-MM.html */
qb_output_write qb_output_report_xlsx;   /* schedule/reports/YYYY-MM.xlsx */
qb_output_write qb_output_problems_html; /* status/problems.html */
qb_output_write qb_output_problems;      /* status/problems.json, format qbis-problems/1 */

#define QB_PROBLEMS_FORMAT "qbis-problems/1"
/* A problem as an item of the list that is open. */
void qb_output_problem(struct qb_json_writer *writer, enum qb_language language, const struct qb_problem *problem);

/* The members that a chain has in both JSON formats, into the object that is open. */
void qb_output_chain(struct qb_json_writer *writer, const struct qb_chain *chain);
/* "why" as a member of the object that is open, where the obligation's policy is another than fixed. */
void qb_output_why(struct qb_json_writer *writer, const struct qb_obligation *obligation);
/* A date as a member of the object that is open; null when there is none. */
void qb_output_date(struct qb_json_writer *writer, const char *key, qb_date date);

/* The one escaper of CSV: appends one cell (RFC 4180, UTF-8). What a spreadsheet would run as a formula gets an
 * apostrophe in front; a number stays a number. `text` may hold NULs. */
void qb_output_csv_cell(struct qb_buf *out, const char *text, size_t length);

/* What every text of a calendar passes through: appends it as well-formed UTF-8 in one line, without control characters
 * and without those that turn the direction of writing of what follows. What RFC 5545 wants escaped is escaped later.
 */
void qb_output_ical_clean(struct qb_buf *out, const char *text, size_t length);

#endif
