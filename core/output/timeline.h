/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A facility's whole history as one picture: decrees and how long they last, shipments, obligations, visits, findings,
 * each in a lane of its own over the same years.
 */
#ifndef QB_CORE_OUTPUT_TIMELINE_H
#define QB_CORE_OUTPUT_TIMELINE_H

#include "core/output/html_markup.h"

/* The day on which a visit was made, or is planned. */
qb_date qb_visit_day(const struct qb_visit *visit);
/* Puts the records into an order that depends on nothing but themselves: decrees, visits and findings by day and id. */
void qb_facility_sort(struct qb_facility_records *records, struct qb_arena *arena);

/* A figure: the picture and what its marks mean. `records` are those of the facility, in the
 * order of qb_facility_sort. Its size is bounded: from some
 * hundred shipments on they are drawn month by month. */
void qb_timeline_figure(struct qb_html *html, const struct qb_facility_schedule *facility,
                        const struct qb_facility_records *records);

#endif
