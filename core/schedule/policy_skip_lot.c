/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `skip_lot`: the three states of ISO 2859-3 - lot by lot until the product is qualified, skipping lots at one of the
 * fractions 1/2 to 1/5, and interrupted. A lot is a shipment; it is accepted when its visit conforms. Which numbers are
 * the standard's and which are adapted is told in docs/policies.md.
 */
#include "core/schedule/replay.h"

#define POINTS 5       /* for an accepted lot; the standard gives fewer to one that only just passes */
#define FIRST_LOWEST 4 /* 1/5 is reached step by step only */
#define FIRST_HIGHEST 2
#define MORE_FOR_THIRD 2 /* lots beyond the fewest possible: qualified later, skipped less */
#define MORE_FOR_HALF 5

enum state { LOT_BY_LOT, SKIPPING, INTERRUPTED };

struct plan {
    const struct qb_skip_lot *numbers;
    enum state state;
    int score; /* points, lot by lot */
    int lots;  /* looked at since the score began, or since the interruption */
    int every; /* one in so many, skipping; before, interrupted */
    int row;   /* conforming visits in a row, skipping or interrupted */
};

static void enter(struct plan *plan, enum state state)
{
    plan->state = state;
    plan->score = plan->lots = plan->row = 0;
}

static int fewest_lots(const struct qb_skip_lot *numbers)
{
    return (numbers->qualify + POINTS - 1) / POINTS;
}

static int at_most(int number, int most)
{
    return number < most ? number : most;
}

/* The sooner a product qualifies, the more of its lots are skipped at first. */
static int first_fraction(const struct plan *plan)
{
    int more = plan->lots - fewest_lots(plan->numbers);
    int every = more < MORE_FOR_THIRD ? FIRST_LOWEST : more < MORE_FOR_HALF ? FIRST_LOWEST - 1 : FIRST_HIGHEST;
    return at_most(every, plan->numbers->lowest);
}

static void lot_by_lot(struct plan *plan, enum qb_visit_result result)
{
    plan->lots++;
    plan->score += result == QB_VISIT_CONFORM ? POINTS : 0;
    if (result == QB_VISIT_NONCONFORM) {
        enter(plan, LOT_BY_LOT);
    } else if (plan->score >= plan->numbers->qualify) {
        plan->every = first_fraction(plan);
        enter(plan, SKIPPING);
    } else if (plan->lots >= plan->numbers->within) {
        enter(plan, LOT_BY_LOT);
    }
}

static void skipping(struct plan *plan, enum qb_visit_result result)
{
    plan->row += result == QB_VISIT_CONFORM;
    if (result == QB_VISIT_NONCONFORM) {
        enter(plan, INTERRUPTED);
    } else if (plan->row >= plan->numbers->step && plan->every < plan->numbers->lowest) {
        plan->every++;
        plan->row = 0;
    }
}

static void interrupted(struct plan *plan, enum qb_visit_result result)
{
    plan->lots++;
    plan->row += result == QB_VISIT_CONFORM;
    if (result == QB_VISIT_NONCONFORM) {
        enter(plan, LOT_BY_LOT);
    } else if (plan->row >= plan->numbers->requalify) {
        plan->every = plan->every > FIRST_HIGHEST ? plan->every - 1 : FIRST_HIGHEST;
        enter(plan, SKIPPING);
    } else if (plan->lots >= plan->numbers->requalify_within) {
        enter(plan, LOT_BY_LOT);
    }
}

static bool seen(void *context, enum qb_visit_result result)
{
    static void (*const states[])(struct plan * plan, enum qb_visit_result result) = {
        [LOT_BY_LOT] = lot_by_lot, [SKIPPING] = skipping, [INTERRUPTED] = interrupted};
    struct plan *plan = context;
    enum state before = plan->state;
    states[before](plan, result);
    return plan->state != before;
}

static void why(const void *context, int every_of_block, struct qb_why *out)
{
    const struct plan *plan = context;
    (void)every_of_block; /* the fractions are the policy's own */
    switch (plan->state) {
    case LOT_BY_LOT:
        *out = (struct qb_why){out->policy, "lot_by_lot", plan->score, plan->numbers->qualify, 1};
        break;
    case SKIPPING:
        *out = (struct qb_why){out->policy, "skipping", plan->row, plan->numbers->step, plan->every};
        if (plan->every >= plan->numbers->lowest)
            out->progress = out->of = 0;
        break;
    case INTERRUPTED:
        *out = (struct qb_why){out->policy, "interrupted", plan->row, plan->numbers->requalify, 1};
        break;
    }
}

void qb_policy_skip_lot(struct qb_policy_result *result, const struct qb_policy_input *input)
{
    static const struct qb_replay_rules rules = {.policy = "skip_lot", .why = why, .seen = seen};
    struct plan plan = {.numbers = &input->settings->monitoring.skip_lot};
    qb_replay(result, input, &rules, &plan);
}
