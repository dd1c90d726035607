/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A facility's records made by hand for the tests of the schedule. A record is added in one line and changed through
 * the pointer that comes back; all live in the world's arena.
 */
#ifndef QB_TESTS_UNIT_SCHEDULE_WORLD_H
#define QB_TESTS_UNIT_SCHEDULE_WORLD_H

#include "core/schedule/schedule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define WORLD_MOST 4000

struct world {
    struct qb_arena arena;
    struct qb_settings settings;
    const struct qb_decree **decrees;
    const struct qb_shipment **shipments;
    const struct qb_visit **visits;
    const struct qb_finding **findings;
    struct qb_facility_records records;
    struct qb_facility_schedule *schedule; /* of the last run */
};

static inline qb_date day(const char *text)
{
    return qb_date_parse(text, strlen(text));
}

static inline void world_init(struct world *w)
{
    *w = (struct world){0};
    qb_settings_init(&w->settings);
    w->decrees = qb_arena_alloc(&w->arena, WORLD_MOST * sizeof *w->decrees);
    w->shipments = qb_arena_alloc(&w->arena, WORLD_MOST * sizeof *w->shipments);
    w->visits = qb_arena_alloc(&w->arena, WORLD_MOST * sizeof *w->visits);
    w->findings = qb_arena_alloc(&w->arena, WORLD_MOST * sizeof *w->findings);
    w->records = (struct qb_facility_records){.facility = "FAC-0001",
                                              .decrees = w->decrees,
                                              .shipments = w->shipments,
                                              .visits = w->visits,
                                              .findings = w->findings};
}

static inline void world_fini(struct world *w)
{
    qb_schedule_free(w->schedule);
    qb_settings_fini(&w->settings);
    qb_arena_fini(&w->arena);
}

static inline struct qb_facility_schedule *run(struct world *w, const char *as_of)
{
    qb_schedule_free(w->schedule);
    w->schedule = qb_schedule_facility(&w->records, &w->settings, day(as_of));
    return w->schedule;
}

static inline struct qb_ids one_id(struct world *w, const char *id)
{
    const char **items = qb_arena_alloc(&w->arena, sizeof *items);
    items[0] = id;
    return (struct qb_ids){items, 1};
}

/* Names CDT-0001, valid for three months. */
static inline struct qb_decree *decree(struct world *w, const char *id, const char *valid_from)
{
    struct qb_decree *made = qb_arena_alloc(&w->arena, sizeof *made);
    *made = (struct qb_decree){.id = id,
                               .facility = "FAC-0001",
                               .number = id,
                               .commodities = one_id(w, "CDT-0001"),
                               .decreed_on = day(valid_from),
                               .valid_from = day(valid_from),
                               .valid_until = QB_DATE_NONE,
                               .revoked_on = QB_DATE_NONE};
    w->decrees[w->records.decree_count++] = made;
    return made;
}

/* Certified, of CDT-0001; its certificate number is its id. */
static inline struct qb_shipment *shipment(struct world *w, const char *id, const char *of, const char *date)
{
    struct qb_shipment *made = qb_arena_alloc(&w->arena, sizeof *made);
    *made = (struct qb_shipment){.id = id,
                                 .decree = of,
                                 .certificate_number = id,
                                 .commodities = one_id(w, "CDT-0001"),
                                 .certificate_issued_on = day(date),
                                 .inspected_on = QB_DATE_NONE,
                                 .departed_on = QB_DATE_NONE,
                                 .status = QB_SHIPMENT_CERTIFIED};
    w->shipments[w->records.shipment_count++] = made;
    return made;
}

/* Routine, conducted on `date`, conform. */
static inline struct qb_visit *visit(struct world *w, const char *id, const char *of, const char *date)
{
    struct qb_visit *made = qb_arena_alloc(&w->arena, sizeof *made);
    *made = (struct qb_visit){.id = id,
                              .facility = "FAC-0001",
                              .decree = of,
                              .officers = one_id(w, "OFF-0001"),
                              .planned_on = QB_DATE_NONE,
                              .conducted_on = day(date),
                              .type = QB_VISIT_ROUTINE,
                              .status = QB_VISIT_CONDUCTED,
                              .result = QB_VISIT_CONFORM};
    w->visits[w->records.visit_count++] = made;
    return made;
}

static inline struct qb_visit *planned(struct world *w, const char *id, const char *of, const char *date)
{
    struct qb_visit *made = visit(w, id, of, date);
    made->planned_on = made->conducted_on;
    made->conducted_on = QB_DATE_NONE;
    made->status = QB_VISIT_PLANNED;
    made->result = QB_VISIT_NO_RESULT;
    return made;
}

static inline struct qb_finding *finding(struct world *w, const char *id, const char *of, const char *due_on)
{
    struct qb_finding *made = qb_arena_alloc(&w->arena, sizeof *made);
    *made = (struct qb_finding){
        .id = id, .visit = of, .due_on = day(due_on), .verified_on = QB_DATE_NONE, .severity = QB_FINDING_MAJOR};
    w->findings[w->records.finding_count++] = made;
    return made;
}

/* The chain of the last run. */
static inline const struct qb_chain *chain(struct world *w, const char *id)
{
    for (size_t i = 0; i < w->schedule->chain_count; i++)
        if (!strcmp(w->schedule->chains[i].id, id))
            return &w->schedule->chains[i];
    fail_msg("no chain %s", id);
    return NULL;
}

/* --- for cmocka: *state is the world --- */

static inline int world_setup(void **state)
{
    struct world *w = malloc(sizeof *w);
    if (!w)
        return -1;
    world_init(w);
    *state = w;
    return 0;
}

static inline int world_teardown(void **state)
{
    world_fini(*state);
    free(*state);
    return 0;
}

#define assert_date(date, text)                                       \
    do {                                                              \
        char written[QB_DATE_SIZE];                                   \
        assert_string_equal(qb_date_format((date), written), (text)); \
    } while (0)

#endif
