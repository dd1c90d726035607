/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Obligations. Shipments and visits are sorted into their chains (core/schedule/order), the policy makes blocks of
 * them, and each block is judged at as_of. Everything is computed anew from the records (R6): a facility with ten
 * thousand shipments takes a few milliseconds, and no state can go stale.
 */
#include "core/schedule/obligation.h"

#include "core/schedule/order.h"
#include "core/schedule/policy.h"

#include <stdlib.h>

#define FORECAST_SHIPMENTS 10 /* R11: looks back at most this far */

/* --- R4, R5, R7: what belongs to which chain --- */

struct sorted {
    struct qb_order counted;   /* shipments, in the order of R5 */
    struct qb_order uncounted; /* shipments without an in-line basis, by (date, id) */
    struct qb_order visits;    /* that can meet, in the order of R8 */
};

static bool certified_by(const struct qb_shipment *shipment, qb_date as_of)
{
    return (shipment->status == QB_SHIPMENT_CERTIFIED || shipment->status == QB_SHIPMENT_DEPARTED) &&
           shipment->certificate_issued_on != QB_DATE_NONE && shipment->certificate_issued_on <= as_of;
}

static void sort_shipments(struct sorted *sorted, const struct qb_chain_links *links,
                           const struct qb_facility_records *records, qb_date as_of)
{
    for (size_t i = 0; i < records->shipment_count; i++) {
        const struct qb_shipment *shipment = records->shipments[i];
        const struct qb_chain_link *link = qb_chain_find(links, shipment->decree);
        if (!link || !certified_by(shipment, as_of))
            continue;
        struct qb_order_item item = {.chain = link->chain,
                                     .date = shipment->certificate_issued_on,
                                     .second = shipment->id,
                                     .decree = link->decree,
                                     .record = shipment};
        if (qb_decree_in_force(link->decree, item.date) && qb_chain_covers(link, &shipment->commodities)) {
            item.first = shipment->certificate_number;
            qb_order_add(&sorted->counted, &item);
        } else {
            qb_order_add(&sorted->uncounted, &item);
        }
    }
    qb_order_sort(&sorted->counted);
    qb_order_sort(&sorted->uncounted);
}

static bool can_meet(const struct qb_visit *visit, qb_date as_of)
{
    bool done = visit->status == QB_VISIT_CONDUCTED || visit->status == QB_VISIT_CLOSED;
    bool routine = visit->type == QB_VISIT_ROUTINE || (visit->type == QB_VISIT_AD_HOC && visit->counts_as_routine);
    return done && routine && visit->conducted_on != QB_DATE_NONE && visit->conducted_on <= as_of;
}

static void sort_visits(struct sorted *sorted, const struct qb_chain_links *links,
                        const struct qb_facility_records *records, qb_date as_of)
{
    for (size_t i = 0; i < records->visit_count; i++) {
        const struct qb_visit *visit = records->visits[i];
        const struct qb_chain_link *link = qb_chain_find(links, visit->decree);
        if (link && can_meet(visit, as_of))
            qb_order_add(&sorted->visits, &(struct qb_order_item){.chain = link->chain,
                                                                  .date = visit->conducted_on,
                                                                  .second = visit->id,
                                                                  .decree = link->decree,
                                                                  .record = visit});
    }
    qb_order_sort(&sorted->visits);
}

static const struct qb_shipment **take_shipments(struct qb_arena *arena, struct qb_order_slice slice)
{
    const struct qb_shipment **shipments = qb_arena_alloc(arena, slice.count * sizeof *shipments);
    for (size_t i = 0; i < slice.count; i++)
        shipments[i] = slice.items[i].record;
    return shipments;
}

/* These two only serve the policy: the caller frees them. */
static const struct qb_visit **list_visits(struct qb_order_slice slice)
{
    const struct qb_visit **visits = qb_mem_array(slice.count, sizeof *visits);
    for (size_t i = 0; i < slice.count; i++)
        visits[i] = slice.items[i].record;
    return visits;
}

static const struct qb_decree **list_decrees(struct qb_order_slice slice)
{
    const struct qb_decree **decrees = qb_mem_array(slice.count, sizeof *decrees);
    for (size_t i = 0; i < slice.count; i++)
        decrees[i] = slice.items[i].decree;
    return decrees;
}

/* --- R9, R10, R11: how a block stands --- */

qb_date qb_schedule_working_day(const struct qb_settings *settings, qb_date date, int count)
{
    qb_date last = qb_date_from_civil(9999, 12, 31); /* no later day can be written */
    while (count > 0 && date < last) {
        date++;
        if (qb_date_weekday(date) < 5 && !qb_settings_holiday(settings, date))
            count--;
    }
    return date;
}

/* R11: when the `missing` next shipments can be expected at the pace of the latest ones. */
static qb_date forecast(const struct qb_chain *chain, size_t missing, qb_date as_of)
{
    size_t looked_at = chain->shipment_count < FORECAST_SHIPMENTS ? chain->shipment_count : FORECAST_SHIPMENTS;
    if (looked_at < 2)
        return QB_DATE_NONE;
    qb_date first = chain->shipments[chain->shipment_count - looked_at]->certificate_issued_on;
    qb_date last = chain->shipments[chain->shipment_count - 1]->certificate_issued_on;
    int64_t gaps = (int64_t)looked_at - 1;
    int64_t days = ((int64_t)missing * (last - first) + gaps - 1) / gaps;
    int64_t latest = qb_date_from_civil(9999, 12, 31);
    int64_t expected = last + days < latest ? last + days : latest;
    return expected > as_of ? (qb_date)expected : as_of;
}

static bool complete(const struct qb_obligation *block)
{
    return block->count >= (size_t)block->every;
}

/* R9, in its order. `passed`: a shipment has left that came after the one for which the visit is due. */
static enum qb_status judge(const struct qb_chain *chain, const struct qb_obligation *block, bool passed,
                            const struct qb_settings *settings, qb_date as_of)
{
    if (block->visit)
        return QB_STATUS_MET;
    if (chain->revoked_on != QB_DATE_NONE && chain->revoked_on <= as_of)
        return QB_STATUS_CANCELLED;
    if (complete(block))
        return as_of > block->due_by || passed ? QB_STATUS_OVERDUE : QB_STATUS_DUE;
    if (chain->last_day < as_of)
        return QB_STATUS_LAPSED;
    int64_t missing = block->every - (int64_t)block->count;
    return missing <= settings->monitoring.warn_at_remaining ? QB_STATUS_DUE_SOON : QB_STATUS_OPEN;
}

static void judge_all(struct qb_chain *chain, const struct qb_settings *settings, qb_date as_of)
{
    for (size_t i = 0; i < chain->obligation_count; i++) {
        struct qb_obligation *block = &chain->obligations[i];
        block->due_on = block->due_by = block->expected_on = QB_DATE_NONE;
        if (complete(block)) {
            block->due_on = chain->shipments[block->first + (size_t)block->every - 1]->certificate_issued_on;
            block->due_by = qb_schedule_working_day(settings, block->due_on, settings->monitoring.grace_working_days);
            chain->required++;
        }
        bool passed = i + 1 < chain->obligation_count || block->count > (size_t)block->every;
        block->status = judge(chain, block, passed, settings, as_of);
        if (block->status == QB_STATUS_OPEN || block->status == QB_STATUS_DUE_SOON)
            block->expected_on = forecast(chain, (size_t)block->every - block->count, as_of);
        if (block->status == QB_STATUS_MET)
            chain->met++;
    }
}

bool qb_obligation_is_task(const struct qb_obligation *obligation)
{
    return obligation->status <= QB_STATUS_OPEN;
}

/* --- a chain --- */

/* The policy of a shipment under a decree: the decree's, else the folder's. */
static const struct qb_policy *policy_of(const struct qb_decree *decree, const struct qb_settings *settings)
{
    const struct qb_policy *policy = qb_policy_find(decree->policy);
    if (!policy)
        policy = qb_policy_find(settings->monitoring.policy);
    return policy ? policy : qb_policy_find(QB_POLICY_DEFAULT);
}

/* A chain changes its policy with the first shipment under a decree that has another one, and does not go back for late
 * shipments under an earlier decree. Returns how many shipments from `first` on go by the same policy. */
static size_t run_length(const struct qb_chain *chain, const struct qb_policy_input *all, size_t first,
                         size_t *latest_decree)
{
    const struct qb_policy *policy = NULL;
    size_t at = first;
    for (; at < all->shipment_count; at++) {
        size_t number = *latest_decree;
        while (number + 1 < chain->decree_count && chain->decrees[number] != all->decrees[at])
            number++;
        if (chain->decrees[number] != all->decrees[at])
            number = *latest_decree; /* under an earlier one */
        const struct qb_policy *here = policy_of(chain->decrees[number], all->settings);
        if (policy && here != policy)
            break;
        policy = here;
        *latest_decree = number;
    }
    return at - first;
}

/* Adds what a policy made of a run of shipments. A block that the change of policy leaves incomplete ends there. */
static void append(struct qb_chain *chain, const struct qb_policy_result *run, size_t first)
{
    struct qb_obligation *last = chain->obligation_count ? &chain->obligations[chain->obligation_count - 1] : NULL;
    if (last && run->obligation_count && last->count < (size_t)last->every)
        last->every = (int)last->count;
    for (size_t i = 0; i < run->obligation_count; i++) {
        struct qb_obligation *block = &chain->obligations[chain->obligation_count++];
        *block = run->obligations[i];
        block->first += first;
        block->k = (int)chain->obligation_count;
    }
}

/* Visits that meet nothing in one run are there for the next one: its blocks are younger than all of this one's. */
static void apply_policies(struct qb_chain *chain, const struct qb_policy_input *all)
{
    const struct qb_visit *const *visits = all->visits;
    size_t visit_count = all->visit_count;
    size_t latest_decree = 0;
    size_t first = 0;
    chain->obligations = qb_arena_alloc(all->arena, all->shipment_count * sizeof *chain->obligations);
    do {
        size_t decree = latest_decree;
        size_t length = run_length(chain, all, first, &decree);
        struct qb_policy_input input = *all;
        struct qb_policy_result result = {0};
        latest_decree = decree;
        input.shipments += first;
        input.decrees += first;
        input.shipment_count = length;
        input.visits = visits;
        input.visit_count = visit_count;
        policy_of(chain->decrees[latest_decree], all->settings)->apply(&result, &input);
        append(chain, &result, first);
        visits = result.surplus;
        visit_count = result.surplus_count;
        first += length;
    } while (first < all->shipment_count);
    chain->surplus = visits;
    chain->surplus_count = visit_count;
}

static void apply_policy(struct qb_chain *chain, struct qb_arena *arena, struct qb_order_slice counted,
                         struct qb_order_slice visits, const struct qb_settings *settings)
{
    const struct qb_decree **decrees = list_decrees(counted);
    const struct qb_visit **can_meet_it = list_visits(visits);
    struct qb_policy_input input = {.shipments = chain->shipments,
                                    .decrees = decrees,
                                    .shipment_count = chain->shipment_count,
                                    .visits = can_meet_it,
                                    .visit_count = visits.count,
                                    .settings = settings,
                                    .arena = arena};
    apply_policies(chain, &input);
    free(decrees);
    free(can_meet_it);
}

static void fill_chain(struct qb_facility_schedule *schedule, size_t number, struct sorted *sorted,
                       const struct qb_settings *settings)
{
    struct qb_chain *chain = &schedule->chains[number];
    struct qb_order_slice counted = qb_order_next(&sorted->counted, number);
    struct qb_order_slice uncounted = qb_order_next(&sorted->uncounted, number);
    chain->shipments = take_shipments(&schedule->arena, counted);
    chain->shipment_count = counted.count;
    chain->uncounted = take_shipments(&schedule->arena, uncounted);
    chain->uncounted_count = uncounted.count;
    apply_policy(chain, &schedule->arena, counted, qb_order_next(&sorted->visits, number), settings);
}

void qb_obligation_build(struct qb_facility_schedule *schedule, const struct qb_chain_links *links,
                         const struct qb_facility_records *records, const struct qb_settings *settings, qb_date as_of)
{
    struct sorted sorted = {0};
    sort_shipments(&sorted, links, records, as_of);
    sort_visits(&sorted, links, records, as_of);
    for (size_t i = 0; i < schedule->chain_count; i++) {
        fill_chain(schedule, i, &sorted, settings);
        judge_all(&schedule->chains[i], settings, as_of);
    }
    qb_order_fini(&sorted.counted);
    qb_order_fini(&sorted.uncounted);
    qb_order_fini(&sorted.visits);
}
