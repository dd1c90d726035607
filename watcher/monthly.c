/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Old and new figures of a facility are walked side by side, month by month. The list of months is short (twelve a
 * year), so it is a sorted array.
 */
#include "watcher/monthly.h"

#include "core/output/monthly.h"

#include <stdlib.h>
#include <string.h>

void qb_months_fini(struct qb_months *months)
{
    free(months->items);
    *months = (struct qb_months){0};
}

/* The place of a month, or where it would be. */
static size_t place_of(const struct qb_months *months, qb_date month)
{
    size_t low = 0;
    size_t high = months->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (months->items[middle].month < month)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct qb_month_state *state_of(struct qb_months *months, qb_date month)
{
    size_t place = place_of(months, month);
    if (place < months->count && months->items[place].month == month)
        return &months->items[place];
    QB_MEM_GROW(months->items, months->count, months->capacity);
    struct qb_month_state *state = &months->items[place];
    memmove(state + 1, state, (months->count - place) * sizeof *state);
    months->count++;
    *state = (struct qb_month_state){.month = month};
    return state;
}

void qb_months_touch(struct qb_months *months, qb_date day)
{
    if (day == QB_DATE_NONE)
        return;
    qb_date month = qb_figures_month(day);
    size_t place = place_of(months, month);
    if (place < months->count && months->items[place].month == month)
        months->items[place].changed = true;
}

/* --- two versions of a facility's figures --- */

/* One of the two, at a month. */
struct walk {
    const struct qb_facility_figures *figures; /* NULL: nothing */
    size_t month;
    size_t part;
};

static bool has_month(const struct walk *walk)
{
    return walk->figures && walk->month < walk->figures->month_count;
}

static qb_date month_at(const struct walk *walk)
{
    return has_month(walk) ? walk->figures->months[walk->month].month : INT32_MAX;
}

/* The parts of the month: their number. */
static size_t parts_at(const struct walk *walk)
{
    size_t count = 0;
    qb_date month = month_at(walk);
    while (walk->part + count < walk->figures->part_count && walk->figures->parts[walk->part + count].month == month)
        count++;
    return count;
}

/* Keys are interned: equal ones are equal pointers. */
static bool same_parts(const struct qb_part_figures *a, const struct qb_part_figures *b, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (a[i].part != b[i].part || a[i].key != b[i].key || a[i].certificates != b[i].certificates ||
            a[i].weight != b[i].weight)
            return false;
    return true;
}

/* Both stand at the same month. */
static bool same_month(const struct walk *before, const struct walk *after)
{
    size_t count = parts_at(before);
    return count == parts_at(after) &&
           !memcmp(&before->figures->months[before->month].figures, &after->figures->months[after->month].figures,
                   sizeof(struct qb_figures)) &&
           same_parts(&before->figures->parts[before->part], &after->figures->parts[after->part], count);
}

static void go_on(struct walk *walk, qb_date month)
{
    if (month_at(walk) != month)
        return;
    walk->part += parts_at(walk);
    walk->month++;
}

void qb_months_replace(struct qb_months *months, const struct qb_facility_figures *before,
                       const struct qb_facility_figures *after, bool renamed)
{
    struct walk old = {.figures = before};
    struct walk new = {.figures = after};
    while (has_month(&old) || has_month(&new)) {
        qb_date month = month_at(&old) < month_at(&new) ? month_at(&old) : month_at(&new);
        bool was = month_at(&old) == month;
        bool is = month_at(&new) == month;
        if (renamed || was != is || !same_month(&old, &new)) {
            struct qb_month_state *state = state_of(months, month);
            state->facilities += (size_t)is - (size_t)was;
            state->changed = true;
        }
        go_on(&old, month);
        go_on(&new, month);
    }
}

/* --- what is to be written --- */

static bool is_due(const struct qb_months *months, qb_date report)
{
    for (size_t i = 0; i < months->count && months->items[i].month <= report; i++)
        if (months->items[i].changed && qb_report_covers(report, months->items[i].month))
            return true;
    return false;
}

void qb_months_due(const struct qb_months *months, bool all, struct qb_arena *arena, struct qb_month_list *due,
                   struct qb_month_list *gone)
{
    *due = (struct qb_month_list){.items = qb_arena_alloc(arena, (months->count + 1) * sizeof(qb_date))};
    *gone = (struct qb_month_list){.items = qb_arena_alloc(arena, (months->count + 1) * sizeof(qb_date))};
    for (size_t i = 0; i < months->count; i++) {
        const struct qb_month_state *state = &months->items[i];
        if (!state->facilities)
            gone->items[gone->count++] = state->month;
        else if (all || is_due(months, state->month))
            due->items[due->count++] = state->month;
    }
}

void qb_months_settle(struct qb_months *months)
{
    size_t kept = 0;
    for (size_t i = 0; i < months->count; i++)
        if (months->items[i].facilities)
            months->items[kept++] = (struct qb_month_state){months->items[i].month, months->items[i].facilities, false};
    months->count = kept;
}
