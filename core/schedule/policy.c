/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of policies. Whoever adds one adds a row here and a file beside this one. */
#include "core/schedule/policy.h"

#include <string.h>

int qb_policy_every(const struct qb_policy_input *input, size_t shipment)
{
    int every = input->decrees[shipment]->every;
    if (every < 1)
        every = input->settings->monitoring.every;
    return every < 1 ? 1 : every;
}

static int every_less_one(const struct qb_monitoring *monitoring, int every)
{
    (void)monitoring;
    return every - 1;
}

/* A draw by lot decides within 2n - 1 shipments (core/schedule/replay). */
static int drawn(const struct qb_monitoring *monitoring, int every)
{
    (void)monitoring;
    return 2 * every - 2;
}

static int drawn_at_lowest(const struct qb_monitoring *monitoring, int every)
{
    (void)every; /* its own fractions */
    return 2 * monitoring->skip_lot.lowest - 2;
}

const struct qb_policy qb_policies[] = {
    {"fixed", qb_policy_fixed, every_less_one},
    {"since_last", qb_policy_since_last, every_less_one},
    {"csp1", qb_policy_csp1, drawn},
    {"csp2", qb_policy_csp2, drawn},
    {"csp3", qb_policy_csp3, drawn},
    {"skip_lot", qb_policy_skip_lot, drawn_at_lowest},
};
const size_t qb_policy_count = sizeof qb_policies / sizeof *qb_policies;

const struct qb_policy *qb_policy_find(const char *name)
{
    for (size_t i = 0; name && i < qb_policy_count; i++)
        if (!strcmp(qb_policies[i].name, name))
            return &qb_policies[i];
    return NULL;
}
