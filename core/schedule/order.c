/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One array of sort keys that carry all that is compared, so that sorting ten thousand shipments does not touch the
 * records. n log n; the chains' shares come out side by side and are cut apart by a single walk.
 */
#include "core/schedule/order.h"

#include "core/base/mem.h"

#include <stdlib.h>
#include <string.h>

void qb_order_fini(struct qb_order *order)
{
    free(order->items);
    *order = (struct qb_order){0};
}

void qb_order_add(struct qb_order *order, const struct qb_order_item *item)
{
    QB_MEM_GROW(order->items, order->count, order->capacity);
    order->items[order->count++] = *item;
}

static int compare_text(const char *a, const char *b)
{
    return a == b ? 0 : strcmp(a ? a : "", b ? b : "");
}

static int compare(const void *left, const void *right)
{
    const struct qb_order_item *a = left;
    const struct qb_order_item *b = right;
    if (a->chain != b->chain)
        return a->chain < b->chain ? -1 : 1;
    if (a->date != b->date)
        return a->date < b->date ? -1 : 1;
    int order = compare_text(a->first, b->first);
    return order ? order : compare_text(a->second, b->second);
}

void qb_order_sort(struct qb_order *order)
{
    if (order->count)
        qsort(order->items, order->count, sizeof *order->items, compare);
}

struct qb_order_slice qb_order_next(struct qb_order *order, size_t chain)
{
    struct qb_order_slice slice = {0};
    if (!order->count)
        return slice;
    slice.items = order->items + order->at;
    while (order->at < order->count && order->items[order->at].chain == chain) {
        order->at++;
        slice.count++;
    }
    return slice;
}
