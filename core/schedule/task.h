/* SPDX-License-Identifier: GPL-2.0-or-later */
/* R12 to R14: the lines of the worklist, their ids, their order, and the visits planned for them. */
#ifndef QB_CORE_SCHEDULE_TASK_H
#define QB_CORE_SCHEDULE_TASK_H

#include "core/schedule/chain.h"

/* Fills the schedule's tasks and the obligations' planned visits, once qb_obligation_build is done. */
void qb_task_build(struct qb_facility_schedule *schedule, const struct qb_chain_links *links,
                   const struct qb_facility_records *records, const struct qb_settings *settings, qb_date as_of);

#endif
