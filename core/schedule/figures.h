/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A facility's work in figures, month by month: certificates, weight, visits owed and made, findings. A month's figures
 * say what happened in it and are final once it is over: what comes later changes none of them, only what somebody
 * changes in the records does. Months without any event have no figures.
 *
 *     struct qb_facility_figures *figures = qb_figures_of(schedule, &records, as_of);
 *     ... figures->months, figures->parts ...
 *     qb_figures_free(figures);
 *
 * The keys are interned ids of the records: they must outlive the figures.
 */
#ifndef QB_CORE_SCHEDULE_FIGURES_H
#define QB_CORE_SCHEDULE_FIGURES_H

#include "core/schedule/schedule.h"

enum qb_figure {
    QB_FIGURE_CERTIFICATES, /* shipments certified or departed, by certificate_issued_on */
    QB_FIGURE_INLINE,       /* those of them that count (R4) */
    QB_FIGURE_NORMAL,       /* those that do not: without an in-line basis */
    QB_FIGURE_CANCELLED,    /* shipments that are cancelled but had a certificate, in the same way */
    QB_FIGURE_WEIGHT,       /* of the certificates: grams, net */
    QB_FIGURE_OWED,         /* blocks completed: each owes a visit */
    QB_FIGURE_MET,          /* visits that met an obligation, by conducted_on */
    QB_FIGURE_LATE,         /* obligations that became overdue (R9), by the day on which they did */
    QB_FIGURE_OTHER_VISITS, /* visits that met none: surplus, ad hoc, follow-up */
    QB_FIGURE_NONCONFORM,   /* of all visits: with a nonconform result */
    QB_FIGURE_CRITICAL,     /* findings, by their visit's conducted_on */
    QB_FIGURE_MAJOR,
    QB_FIGURE_MINOR,
    QB_FIGURE_VERIFIED, /* findings, by verified_on */
    QB_FIGURES
};

struct qb_figures {
    int64_t of[QB_FIGURES];
};

/* What the certificates are counted by, beside the facility. */
enum qb_figures_part { QB_PART_COMMODITY, QB_PART_COUNTRY, QB_PARTS };

struct qb_month_figures {
    qb_date month; /* its first day */
    struct qb_figures figures;
};

/* A certificate counts once for each commodity in it, and with what that one weighs. */
struct qb_part_figures {
    qb_date month;
    enum qb_figures_part part;
    const char *key; /* a commodity's id, a country's code */
    int64_t certificates;
    int64_t weight; /* grams */
};

struct qb_facility_figures {
    const char *facility;
    struct qb_month_figures *months; /* by month */
    size_t month_count;
    struct qb_part_figures *parts; /* by month, part and key (byte order) */
    size_t part_count;
};

/* Never NULL. `records` are those that the schedule was made of, for the same as_of. */
struct qb_facility_figures *qb_figures_of(const struct qb_facility_schedule *schedule,
                                          const struct qb_facility_records *records, qb_date as_of);
void qb_figures_free(struct qb_facility_figures *figures); /* NULL-safe */

/* The first day of a day's month. */
qb_date qb_figures_month(qb_date day);
void qb_figures_add(struct qb_figures *to, const struct qb_figures *more);

#endif
