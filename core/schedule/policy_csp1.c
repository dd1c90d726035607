/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `csp1`: any finding during sampling leads back to screening.
 * Dodge, H. F.: A sampling inspection plan for continuous production. Annals of Mathematical Statistics 14 (1943),
 * 264-279; MIL-STD-1235B, section 2.
 */
#include "core/schedule/continuous.h"

static void sampled(struct qb_continuous *plan, bool conform)
{
    if (!conform)
        qb_continuous_screen(plan);
}

void qb_policy_csp1(struct qb_policy_result *result, const struct qb_policy_input *input)
{
    qb_continuous_apply(result, input, "csp1", sampled);
}
