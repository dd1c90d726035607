/* SPDX-License-Identifier: GPL-2.0-or-later */
/* R4 to R11: what counts, the blocks and the visits that meet them, and how each obligation stands at a date. */
#ifndef QB_CORE_SCHEDULE_OBLIGATION_H
#define QB_CORE_SCHEDULE_OBLIGATION_H

#include "core/schedule/chain.h"

/* Fills shipments, obligations and surplus visits of the schedule's chains, which qb_chain_build made. */
void qb_obligation_build(struct qb_facility_schedule *schedule, const struct qb_chain_links *links,
                         const struct qb_facility_records *records, const struct qb_settings *settings, qb_date as_of);

/* Whether it is a line of the worklist. */
bool qb_obligation_is_task(const struct qb_obligation *obligation);

#endif
