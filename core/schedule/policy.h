/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Policies: how a chain's shipments fall into blocks, and which visit meets which block (R6, R8). A policy is one row
 * of the table and one function; all else (what counts, status, dates, forecast, tasks) is the same for every policy.
 *
 * A policy is a pure function of its input and a replay of the chain from its first shipment: a late or backdated
 * record moves blocks, so nothing is carried over from an earlier run.
 */
#ifndef QB_CORE_SCHEDULE_POLICY_H
#define QB_CORE_SCHEDULE_POLICY_H

#include "core/schedule/schedule.h"

struct qb_policy_input {
    const struct qb_shipment *const *shipments; /* that count, in the order of R5 */
    const struct qb_decree *const *decrees;     /* of each of these shipments */
    size_t shipment_count;
    const struct qb_visit *const *visits; /* that can meet (R7), in the order of R8 */
    size_t visit_count;
    const struct qb_settings *settings;
    struct qb_arena *arena; /* for what it hands back */
};

/* Handed back; of an obligation `k`, `first`, `count`, `every`, `why` and `visit` are set, all else is zero. Blocks
 * come in the order of their shipments and side by side; only the last may be incomplete (count < every) without a
 * visit. */
struct qb_policy_result {
    struct qb_obligation *obligations;
    size_t obligation_count;
    const struct qb_visit **surplus;
    size_t surplus_count;
};

struct qb_policy {
    const char *name; /* "fixed" */
    /* The result comes zeroed. */
    void (*apply)(struct qb_policy_result *result, const struct qb_policy_input *input);
    /* The most shipments that pass between two for which a visit falls due, with blocks of `every`. */
    int (*most_between)(const struct qb_monitoring *monitoring, int every);
};

#define QB_POLICY_DEFAULT "fixed"

/* The policies themselves, each in the file of its name. */
void qb_policy_fixed(struct qb_policy_result *result, const struct qb_policy_input *input);
void qb_policy_since_last(struct qb_policy_result *result, const struct qb_policy_input *input);
void qb_policy_csp1(struct qb_policy_result *result, const struct qb_policy_input *input);
void qb_policy_csp2(struct qb_policy_result *result, const struct qb_policy_input *input);
void qb_policy_csp3(struct qb_policy_result *result, const struct qb_policy_input *input);
void qb_policy_skip_lot(struct qb_policy_result *result, const struct qb_policy_input *input);

extern const struct qb_policy qb_policies[];
extern const size_t qb_policy_count;

/* The policy of that name, or NULL; NULL too when `name` is. */
const struct qb_policy *qb_policy_find(const char *name);

/* R6: the size of a block that begins with that shipment: its decree's `monitoring.every`, else the folder's; never
 * less than 1. */
int qb_policy_every(const struct qb_policy_input *input, size_t shipment);

#endif
