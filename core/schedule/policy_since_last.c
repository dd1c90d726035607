/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `since_last`: shipments are counted from the last visit that met. At the n-th one a visit is owed, and one visit is
 * enough however many shipments have left meanwhile. So there is one block from visit to visit, which may grow beyond
 * n, and never more than one visit owed at a time.
 */
#include "core/schedule/policy.h"

static void begin_block(struct qb_policy_result *result, const struct qb_policy_input *input, size_t shipment)
{
    size_t number = result->obligation_count++;
    int every = qb_policy_every(input, shipment);
    result->obligations[number] =
        (struct qb_obligation){.k = (int)number + 1,
                               .first = shipment,
                               .every = every,
                               .why = {.policy = "since_last", .state = "counting", .every = every}};
}

void qb_policy_since_last(struct qb_policy_result *result, const struct qb_policy_input *input)
{
    size_t shipment = 0;
    result->obligations = qb_arena_alloc(input->arena, input->shipment_count * sizeof *result->obligations);
    result->surplus = qb_arena_alloc(input->arena, input->visit_count * sizeof *result->surplus);
    for (size_t visit = 0; visit <= input->visit_count; visit++) {
        const struct qb_visit *next = visit < input->visit_count ? input->visits[visit] : NULL;
        size_t first = shipment;
        while (shipment < input->shipment_count &&
               (!next || input->shipments[shipment]->certificate_issued_on <= next->conducted_on))
            shipment++;
        if (shipment > first) {
            begin_block(result, input, first);
            result->obligations[result->obligation_count - 1].count = shipment - first;
            result->obligations[result->obligation_count - 1].visit = next;
        } else if (next) {
            result->surplus[result->surplus_count++] = next;
        }
    }
}
