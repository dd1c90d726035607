/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records of all chains of a facility, laid out chain after chain in the order of a rule. Each rule orders by a date
 * and then by one or two strings, byte by byte, so one sort serves them all:
 *
 *     struct qb_order order = {0};
 *     qb_order_add(&order, &(struct qb_order_item){.chain = 0, .date = ..., .second = id, .record = shipment});
 *     qb_order_sort(&order);
 *     for (size_t chain = 0; chain < chains; chain++) {
 *         struct qb_order_slice slice = qb_order_next(&order, chain);
 *         ... slice.items, slice.count ...
 *     }
 *     qb_order_fini(&order);
 */
#ifndef QB_CORE_SCHEDULE_ORDER_H
#define QB_CORE_SCHEDULE_ORDER_H

#include "core/records/record.h"

struct qb_order_item {
    size_t chain; /* its number among the facility's chains */
    qb_date date;
    const char *first; /* NULL counts as "" */
    const char *second;
    const struct qb_decree *decree; /* the one that the record names */
    const void *record;             /* not compared */
};

struct qb_order {
    struct qb_order_item *items;
    size_t count;
    size_t capacity;
    size_t at; /* where the next slice begins */
};

struct qb_order_slice {
    const struct qb_order_item *items; /* borrowed; NULL when there are none at all */
    size_t count;
};

void qb_order_fini(struct qb_order *order);
void qb_order_add(struct qb_order *order, const struct qb_order_item *item);
/* By chain, date, first, second. */
void qb_order_sort(struct qb_order *order);
/* The items of a chain. Ask once for each chain, in ascending order. */
struct qb_order_slice qb_order_next(struct qb_order *order, size_t chain);

#endif
