/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Continuous sampling after Dodge (csp1, csp2, csp3): a visit for every shipment until so many in a row found
 * everything in order (screening), then for one in n (sampling). The plans differ only in what a finding during
 * sampling leads to, which is their own function.
 */
#ifndef QB_CORE_SCHEDULE_CONTINUOUS_H
#define QB_CORE_SCHEDULE_CONTINUOUS_H

#include "core/schedule/replay.h"

enum qb_continuous_phase { QB_SCREENING, QB_SAMPLING, QB_CHECKING };

struct qb_continuous {
    const struct qb_monitoring *monitoring;
    /* Told what a visit found while the phase is not screening; changes the phase. */
    void (*sampled)(struct qb_continuous *plan, bool conform);
    enum qb_continuous_phase phase;
    int clear;  /* conforming visits in a row, while screening */
    int spaced; /* conforming visits still to come before the next finding is forgiven again; 0: it is */
    int checks; /* shipments still to be checked one by one */
};

/* Back to every shipment. */
void qb_continuous_screen(struct qb_continuous *plan);
/* Replays with the plan; `policy` is its name. */
void qb_continuous_apply(struct qb_policy_result *result, const struct qb_policy_input *input, const char *policy,
                         void (*sampled)(struct qb_continuous *plan, bool conform));

/* The shipments that csp3 looks at one by one after a finding (Dodge and Torrey). */
#define QB_CONTINUOUS_CHECKS 4

#endif
