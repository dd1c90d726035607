/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Screening, and how a plan's state is told. Nothing here knows which of the three plans it is. */
#include "core/schedule/continuous.h"

void qb_continuous_screen(struct qb_continuous *plan)
{
    plan->phase = QB_SCREENING;
    plan->clear = plan->spaced = plan->checks = 0;
}

static void screened(struct qb_continuous *plan, bool conform)
{
    plan->clear = conform ? plan->clear + 1 : 0;
    if (plan->clear >= plan->monitoring->clearance)
        plan->phase = QB_SAMPLING;
}

static bool seen(void *context, enum qb_visit_result result)
{
    struct qb_continuous *plan = context;
    enum qb_continuous_phase before = plan->phase;
    bool conform = result == QB_VISIT_CONFORM;
    if (!conform && result != QB_VISIT_NONCONFORM)
        return false; /* neither in order nor not: it proves nothing */
    if (before == QB_SCREENING)
        screened(plan, conform);
    else
        plan->sampled(plan, conform);
    return plan->phase != before;
}

static void why(const void *context, int every_of_block, struct qb_why *out)
{
    const struct qb_continuous *plan = context;
    out->every = plan->phase == QB_SAMPLING ? every_of_block : 1;
    if (plan->phase == QB_SCREENING) {
        out->state = "screening";
        out->progress = plan->clear;
        out->of = plan->monitoring->clearance;
    } else if (plan->phase == QB_CHECKING) {
        out->state = "checking";
        out->progress = QB_CONTINUOUS_CHECKS - plan->checks;
        out->of = QB_CONTINUOUS_CHECKS;
    } else if (plan->spaced) {
        out->state = "watching";
        out->progress = plan->monitoring->spacing - plan->spaced;
        out->of = plan->monitoring->spacing;
    } else {
        out->state = "sampling";
    }
}

void qb_continuous_apply(struct qb_policy_result *result, const struct qb_policy_input *input, const char *policy,
                         void (*sampled)(struct qb_continuous *plan, bool conform))
{
    struct qb_continuous plan = {.monitoring = &input->settings->monitoring, .sampled = sampled};
    const struct qb_replay_rules rules = {.policy = policy, .why = why, .seen = seen};
    qb_continuous_screen(&plan);
    qb_replay(result, input, &rules, &plan);
}
