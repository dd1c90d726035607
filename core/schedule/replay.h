/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the policies have in common that go by the results of visits: shipments and visits are replayed together, day by
 * day, and the policy's plan is told what each visit found. At any time the plan says how often a visit is owed: for
 * each shipment, or for one in n. Which one of n is drawn by lot, from a hash of the seed in the settings and the
 * shipment's id, so that every replay draws the same, and nobody knows before the shipment is there.
 *
 *     struct plan plan = {...};
 *     qb_replay(result, input, &rules, &plan);
 */
#ifndef QB_CORE_SCHEDULE_REPLAY_H
#define QB_CORE_SCHEDULE_REPLAY_H

#include "core/schedule/policy.h"

struct qb_replay_rules {
    const char *policy; /* its name */
    /* State, progress and n as they are; `every_of_block` is what the decree or the settings say at that shipment. */
    void (*why)(const void *plan, int every_of_block, struct qb_why *why);
    /* What a visit found: QB_VISIT_NONCONFORM, whatever it was made for; else, of a visit for a block that began in the
     * present state, its result. Returns whether the state is another now. */
    bool (*seen)(void *plan, enum qb_visit_result result);
};

void qb_replay(struct qb_policy_result *result, const struct qb_policy_input *input,
               const struct qb_replay_rules *rules, void *plan);

/* A number below `most` (more than 0) from the seed and an id: FNV-1a of 64 bits over the seed, a zero byte and the id,
 * mixed by the finaliser of MurmurHash3, and the upper 64 bits of its product with `most`. */
uint64_t qb_replay_draw(const char *seed, const char *id, uint64_t most);

#endif
