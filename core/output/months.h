/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last twelve months of the office in figures: shipments that count, visits that fell due, routine visits made. */
#ifndef QB_CORE_OUTPUT_MONTHS_H
#define QB_CORE_OUTPUT_MONTHS_H

#include "core/output/html_markup.h"

#define QB_MONTHS 12

struct qb_month {
    qb_date first; /* its first day */
    int shipments;
    int owed; /* blocks completed */
    int made; /* routine visits, surplus ones included */
};

/* Fills the twelve months that end with the one of as_of, oldest first. */
void qb_months_count(struct qb_month months[QB_MONTHS], const struct qb_output_view *view);
/* A figure: a picture, what its marks mean, and the same numbers as a table. */
void qb_months_figure(struct qb_html *html);

#endif
