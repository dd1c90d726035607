/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * R1 to R3: how long a decree is in force, and which decrees carry on from one another.
 *
 *     struct qb_chain_links links;
 *     qb_chain_build(&links, schedule, records, settings, as_of);     schedule->chains, ->warnings
 *     ... qb_chain_find(&links, shipment->decree) ...
 *     qb_chain_links_fini(&links);
 */
#ifndef QB_CORE_SCHEDULE_CHAIN_H
#define QB_CORE_SCHEDULE_CHAIN_H

#include "core/base/map.h"
#include "core/schedule/schedule.h"

/* A decree and its place. */
struct qb_chain_link {
    const struct qb_decree *decree;
    const char **commodities;        /* of the decree, in byte order */
    struct qb_chain_link *extended;  /* the one whose chain it joined, or NULL */
    struct qb_chain_link *extension; /* the one that joined, or NULL */
    size_t chain;                    /* its chain's number in schedule->chains */
};

struct qb_chain_links {
    struct qb_chain_link *items; /* by (valid_from, id) */
    size_t count;
    struct qb_map by_id;
};

/* Fills the links, the schedule's chains as far as their decrees go, and its warnings. The links live in the
 * schedule's arena and borrow the records. */
void qb_chain_build(struct qb_chain_links *links, struct qb_facility_schedule *schedule,
                    const struct qb_facility_records *records, const struct qb_settings *settings, qb_date as_of);
void qb_chain_links_fini(struct qb_chain_links *links);

/* The link of a decree, or NULL when it is not among the facility's. */
struct qb_chain_link *qb_chain_find(const struct qb_chain_links *links, const char *decree);
/* Whether the decree names at least one of these commodities. */
bool qb_chain_covers(const struct qb_chain_link *link, const struct qb_ids *commodities);

#endif
