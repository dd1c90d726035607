/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `csp3`: as csp2, but after the first finding the next four shipments are looked at one by one, against a sudden run
 * of bad ones. A finding among them leads back to screening; when all four conform, sampling goes on, and they count
 * towards the spacing.
 * Dodge, H. F., and Torrey, M. N.: Additional continuous sampling inspection plans. Industrial Quality Control 7
 * (1951), 7-12. (MIL-STD-1235B has no such plan.)
 */
#include "core/schedule/continuous.h"

static void first_finding(struct qb_continuous *plan)
{
    plan->spaced = plan->monitoring->spacing;
    plan->checks = QB_CONTINUOUS_CHECKS;
    plan->phase = QB_CHECKING;
}

static void sampled(struct qb_continuous *plan, bool conform)
{
    if (!conform && (plan->phase == QB_CHECKING || plan->spaced)) {
        qb_continuous_screen(plan);
    } else if (!conform) {
        first_finding(plan);
    } else {
        plan->spaced -= plan->spaced > 0;
        if (plan->phase == QB_CHECKING && !--plan->checks)
            plan->phase = QB_SAMPLING;
    }
}

void qb_policy_csp3(struct qb_policy_result *result, const struct qb_policy_input *input)
{
    qb_continuous_apply(result, input, "csp3", sampled);
}
