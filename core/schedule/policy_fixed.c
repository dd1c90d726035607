/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `fixed`, the decree's own policy: blocks of n shipments, whatever the visits do. Shipments and visits both come in
 * the order of their dates, so the oldest block that is not met is always the one behind the last that was, and one
 * walk over both is enough.
 */
#include "core/schedule/policy.h"

/* The shipments in the block that begins with `first`. */
static size_t block_count(const struct qb_policy_input *input, size_t first)
{
    size_t every = (size_t)qb_policy_every(input, first);
    size_t left = input->shipment_count - first;
    return every < left ? every : left;
}

static void fixed_blocks(struct qb_policy_result *result, const struct qb_policy_input *input)
{
    size_t blocks = 0;
    for (size_t first = 0; first < input->shipment_count; first += block_count(input, first))
        blocks++;
    result->obligations = qb_arena_alloc(input->arena, blocks * sizeof *result->obligations);
    result->obligation_count = blocks;
    size_t first = 0;
    for (size_t i = 0; i < blocks; i++) {
        size_t count = block_count(input, first);
        result->obligations[i] = (struct qb_obligation){
            .k = (int)i + 1, .first = first, .count = count, .every = qb_policy_every(input, first)};
        first += count;
    }
}

static void fixed_visits(struct qb_policy_result *result, const struct qb_policy_input *input)
{
    result->surplus = qb_arena_alloc(input->arena, input->visit_count * sizeof *result->surplus);
    size_t next = 0; /* the oldest block that is not met */
    for (size_t i = 0; i < input->visit_count; i++) {
        const struct qb_visit *visit = input->visits[i];
        struct qb_obligation *block = next < result->obligation_count ? &result->obligations[next] : NULL;
        if (block && input->shipments[block->first]->certificate_issued_on <= visit->conducted_on) {
            block->visit = visit;
            next++;
        } else {
            result->surplus[result->surplus_count++] = visit;
        }
    }
}

void qb_policy_fixed(struct qb_policy_result *result, const struct qb_policy_input *input)
{
    fixed_blocks(result, input);
    fixed_visits(result, input);
}
