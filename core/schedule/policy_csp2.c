/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `csp2`: a finding during sampling is forgiven when so many samples in a row conform after it (`spacing`, Dodge's k);
 * another one before that leads back to screening.
 * Dodge, H. F., and Torrey, M. N.: Additional continuous sampling inspection plans. Industrial Quality Control 7
 * (1951), 7-12; MIL-STD-1235B, section 4.
 */
#include "core/schedule/continuous.h"

static void sampled(struct qb_continuous *plan, bool conform)
{
    if (conform && plan->spaced)
        plan->spaced--;
    else if (!conform && plan->spaced)
        qb_continuous_screen(plan);
    else if (!conform)
        plan->spaced = plan->monitoring->spacing;
}

void qb_policy_csp2(struct qb_policy_result *result, const struct qb_policy_input *input)
{
    qb_continuous_apply(result, input, "csp2", sampled);
}
