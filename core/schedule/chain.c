/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Chains of decrees (R1 to R3). The decrees are sorted by (valid_from, id). An extension is later than what it extends,
 * so one walk in that order meets every extended decree before its extensions, and of two rivals first the one that
 * joins. Overlaps come from a sweep over the same order: a decree is compared with those that are still in force on
 * its first day, and what has ended is dropped on the way, so the work is n log n and the pairs found.
 */
#include "core/schedule/chain.h"

#include "core/base/limits.h"

#include <stdlib.h>
#include <string.h>

#define DEFAULT_MONTHS 3  /* R1 */
#define MOST_MONTHS 12000 /* a thousand years: keeps the arithmetic on months away from overflow */

/* The last day that can be written; what would lie beyond it ends there. */
static qb_date last_date(void)
{
    return qb_date_from_civil(9999, 12, 31);
}

qb_date qb_decree_last_day(const struct qb_decree *decree)
{
    if (decree->valid_until != QB_DATE_NONE)
        return decree->valid_until;
    int months = decree->validity_months > 0 ? decree->validity_months : DEFAULT_MONTHS;
    qb_date end = qb_date_add_months(decree->valid_from, months < MOST_MONTHS ? months : MOST_MONTHS);
    return end == QB_DATE_NONE ? last_date() : end - 1;
}

bool qb_decree_in_force(const struct qb_decree *decree, qb_date day)
{
    return decree->valid_from <= day && day <= qb_decree_last_day(decree) &&
           (decree->revoked_on == QB_DATE_NONE || day < decree->revoked_on);
}

size_t qb_chain_present(const struct qb_chain *chain, qb_date day)
{
    size_t at = 0;
    while (at + 1 < chain->decree_count && chain->decrees[at + 1]->valid_from <= day)
        at++;
    return at;
}

/* The last day on which it is in force, revocation included. */
static qb_date end_of_force(const struct qb_decree *decree)
{
    qb_date last = qb_decree_last_day(decree);
    bool cut = decree->revoked_on != QB_DATE_NONE && decree->revoked_on <= last;
    return cut ? decree->revoked_on - 1 : last;
}

static int compare_links(const void *left, const void *right)
{
    const struct qb_decree *a = ((const struct qb_chain_link *)left)->decree;
    const struct qb_decree *b = ((const struct qb_chain_link *)right)->decree;
    if (a->valid_from != b->valid_from)
        return a->valid_from < b->valid_from ? -1 : 1;
    return strcmp(a->id, b->id);
}

static int compare_ids(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static const char **sorted_ids(struct qb_arena *arena, const struct qb_ids *ids)
{
    const char **sorted = qb_arena_alloc(arena, ids->count * sizeof *sorted);
    for (size_t i = 0; i < ids->count; i++)
        sorted[i] = ids->items[i];
    if (ids->count > 1)
        qsort(sorted, ids->count, sizeof *sorted, compare_ids);
    return sorted;
}

bool qb_chain_covers(const struct qb_chain_link *link, const struct qb_ids *commodities)
{
    size_t named = link->decree->commodities.count;
    for (size_t i = 0; named && i < commodities->count; i++)
        if (bsearch(&commodities->items[i], link->commodities, named, sizeof *link->commodities, compare_ids))
            return true;
    return false;
}

struct qb_chain_link *qb_chain_find(const struct qb_chain_links *links, const char *decree)
{
    return decree ? qb_map_get_string(&links->by_id, decree) : NULL;
}

static void sort_links(struct qb_chain_links *links, struct qb_arena *arena, const struct qb_facility_records *records)
{
    *links = (struct qb_chain_links){.count = records->decree_count};
    links->items = qb_arena_alloc(arena, links->count * sizeof *links->items);
    for (size_t i = 0; i < links->count; i++) {
        const struct qb_decree *decree = records->decrees[i];
        links->items[i] =
            (struct qb_chain_link){.decree = decree, .commodities = sorted_ids(arena, &decree->commodities)};
    }
    if (links->count)
        qsort(links->items, links->count, sizeof *links->items, compare_links);
    for (size_t i = 0; i < links->count; i++)
        qb_map_put_string(&links->by_id, links->items[i].decree->id, &links->items[i]);
}

/* --- warnings --- */

struct warnings {
    struct qb_schedule_warning *items;
    size_t count;
    size_t capacity;
};

static void warn(struct warnings *warnings, enum qb_schedule_warning_code code, const char *decree, const char *other)
{
    QB_MEM_GROW(warnings->items, warnings->count, warnings->capacity);
    warnings->items[warnings->count++] = (struct qb_schedule_warning){.code = code, .decree = decree, .other = other};
}

static int compare_warnings(const void *left, const void *right)
{
    const struct qb_schedule_warning *a = left;
    const struct qb_schedule_warning *b = right;
    int order = strcmp(a->decree, b->decree);
    if (order)
        return order;
    if (a->code != b->code)
        return a->code < b->code ? -1 : 1;
    return strcmp(a->other, b->other);
}

static void hand_over_warnings(struct qb_facility_schedule *schedule, struct warnings *warnings)
{
    schedule->warning_count = warnings->count;
    schedule->warnings = qb_arena_alloc(&schedule->arena, warnings->count * sizeof *warnings->items);
    if (warnings->count) {
        qsort(warnings->items, warnings->count, sizeof *warnings->items, compare_warnings);
        memcpy(schedule->warnings, warnings->items, warnings->count * sizeof *warnings->items);
    }
    free(warnings->items);
}

/* --- R2 --- */

/* Whether `decree` may carry on from `extended`, rivals apart. */
static bool carries_on(const struct qb_decree *decree, const struct qb_decree *extended, int gap_days)
{
    int64_t latest = (int64_t)qb_decree_last_day(extended) + 1 + gap_days;
    return extended->revoked_on == QB_DATE_NONE && decree->valid_from > extended->valid_from &&
           decree->valid_from <= latest;
}

static void join(struct qb_chain_links *links, int gap_days, struct warnings *warnings)
{
    for (size_t i = 0; i < links->count; i++) {
        struct qb_chain_link *link = &links->items[i];
        if (!link->decree->extends)
            continue;
        struct qb_chain_link *extended = qb_chain_find(links, link->decree->extends);
        if (extended && !extended->extension && carries_on(link->decree, extended->decree, gap_days)) {
            extended->extension = link;
            link->extended = extended;
        } else {
            warn(warnings, QB_WARNING_EXTENSION_BROKEN, link->decree->id, link->decree->extends);
        }
    }
}

/* --- R3 --- */

static bool names(const struct qb_decree *decree, const struct qb_decree *other)
{
    return decree->extends && !strcmp(decree->extends, other->id);
}

/* Compares one decree with those still in force on its first day, oldest first, and drops those that are not. No more
 * than QB_MAX_FILE_PROBLEMS are named for one decree, as for any file: a folder in which thousands overlap must not
 * fill the memory with pairs. */
static size_t sweep(const struct qb_decree *decree, const struct qb_decree **active, size_t count,
                    struct warnings *warnings)
{
    size_t kept = 0;
    size_t at = 0;
    for (size_t found = 0; at < count && found < QB_MAX_FILE_PROBLEMS; at++) {
        const struct qb_decree *other = active[at];
        if (end_of_force(other) < decree->valid_from)
            continue;
        active[kept++] = other;
        if (!names(decree, other) && !names(other, decree)) {
            warn(warnings, QB_WARNING_DECREE_OVERLAP, decree->id, other->id);
            found++;
        }
    }
    memmove(active + kept, active + at, (count - at) * sizeof *active);
    return kept + (count - at);
}

static void find_overlaps(const struct qb_chain_links *links, struct warnings *warnings)
{
    const struct qb_decree **active = qb_mem_array(links->count, sizeof *active);
    size_t count = 0;
    for (size_t i = 0; i < links->count; i++) {
        const struct qb_decree *decree = links->items[i].decree;
        if (end_of_force(decree) < decree->valid_from)
            continue; /* in force on no day at all */
        count = sweep(decree, active, count, warnings);
        active[count++] = decree;
    }
    free(active);
}

/* --- the chains --- */

static int compare_chains(const void *left, const void *right)
{
    return strcmp(((const struct qb_chain *)left)->id, ((const struct qb_chain *)right)->id);
}

static void fill_chain(struct qb_arena *arena, struct qb_chain *chain, const struct qb_chain_link *root, qb_date as_of)
{
    size_t count = 0;
    const struct qb_decree *last = root->decree;
    for (const struct qb_chain_link *link = root; link; link = link->extension, count++) {
        last = link->decree;
        chain->in_force |= qb_decree_in_force(last, as_of);
    }
    const struct qb_decree **decrees = qb_arena_alloc(arena, count * sizeof *decrees);
    count = 0;
    for (const struct qb_chain_link *link = root; link; link = link->extension)
        decrees[count++] = link->decree;
    chain->facility = root->decree->facility;
    chain->decrees = decrees;
    chain->decree_count = count;
    chain->last_day = qb_decree_last_day(last);
    chain->revoked_on = last->revoked_on;
}

static void make_chains(struct qb_chain_links *links, struct qb_facility_schedule *schedule, qb_date as_of)
{
    schedule->chains = qb_arena_alloc(&schedule->arena, links->count * sizeof *schedule->chains);
    for (size_t i = 0; i < links->count; i++)
        if (!links->items[i].extended)
            schedule->chains[schedule->chain_count++] = (struct qb_chain){.id = links->items[i].decree->id};
    if (schedule->chain_count)
        qsort(schedule->chains, schedule->chain_count, sizeof *schedule->chains, compare_chains);
    for (size_t i = 0; i < schedule->chain_count; i++) {
        struct qb_chain_link *root = qb_chain_find(links, schedule->chains[i].id);
        fill_chain(&schedule->arena, &schedule->chains[i], root, as_of);
        for (struct qb_chain_link *link = root; link; link = link->extension)
            link->chain = i;
    }
}

void qb_chain_build(struct qb_chain_links *links, struct qb_facility_schedule *schedule,
                    const struct qb_facility_records *records, const struct qb_settings *settings, qb_date as_of)
{
    struct warnings warnings = {0};
    sort_links(links, &schedule->arena, records);
    join(links, settings->monitoring.extension_gap_days, &warnings);
    find_overlaps(links, &warnings);
    make_chains(links, schedule, as_of);
    hand_over_warnings(schedule, &warnings);
}

void qb_chain_links_fini(struct qb_chain_links *links)
{
    qb_map_fini(&links->by_id);
    *links = (struct qb_chain_links){0};
}
