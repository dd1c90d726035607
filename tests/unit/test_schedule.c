/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Obligations and tasks rule by rule (R1 to R3: test_chain.c), each with its corner cases reckoned by hand, and the
 * worked examples of the rules. */
#include "tests/unit/schedule_world.h"

#include <stdlib.h>

#define DECREE "SK-2020-0077"

/* The obligation K of the facility's first chain. */
static struct qb_obligation *block(struct world *w, int k)
{
    assert_true(w->schedule->chain_count > 0);
    assert_true(w->schedule->chains[0].obligation_count >= (size_t)k);
    return &w->schedule->chains[0].obligations[k - 1];
}

static const struct qb_task *task(struct world *w, const char *id)
{
    for (size_t i = 0; i < w->schedule->task_count; i++)
        if (!strcmp(w->schedule->tasks[i].id, id))
            return &w->schedule->tasks[i];
    return NULL;
}

/* --- R4 --- */

static void test_schedule__what_counts(void **state)
{
    struct world *w = *state;
    decree(w, DECREE, "2020-06-05");
    struct qb_shipment *s = shipment(w, "SHP-A", DECREE, "2020-06-08");
    run(w, "2020-06-07"); /* certified tomorrow */
    assert_int_equal(chain(w, DECREE)->shipment_count, 0);
    run(w, "2020-06-08");
    assert_int_equal(chain(w, DECREE)->shipment_count, 1);
    s->status = QB_SHIPMENT_DEPARTED;
    run(w, "2020-06-08");
    assert_int_equal(chain(w, DECREE)->shipment_count, 1);
    s->status = QB_SHIPMENT_PLANNED;
    run(w, "2020-06-08");
    assert_int_equal(chain(w, DECREE)->shipment_count, 0);
    s->status = QB_SHIPMENT_CANCELLED;
    run(w, "2020-06-08");
    assert_int_equal(chain(w, DECREE)->shipment_count, 0);
    assert_int_equal(chain(w, DECREE)->uncounted_count, 0);
    s->status = QB_SHIPMENT_CERTIFIED;
    s->certificate_issued_on = QB_DATE_NONE;
    run(w, "2020-06-08");
    assert_int_equal(chain(w, DECREE)->uncounted_count, 0);
    s->certificate_issued_on = day("2020-06-08");
    s->decree = "SK-ELSEWHERE";
    run(w, "2020-06-08");
    assert_int_equal(chain(w, DECREE)->shipment_count + chain(w, DECREE)->uncounted_count, 0);
}

static void test_schedule__one_line_of_the_decree_is_enough(void **state)
{
    struct world *w = *state;
    static const char *const named[] = {"CDT-0005", "CDT-0001", "CDT-0003"};
    static const char *const mixed[] = {"CDT-0009", "CDT-0003"};
    static const char *const others[] = {"CDT-0009", "CDT-0002"};
    decree(w, DECREE, "2020-06-05")->commodities = (struct qb_ids){named, 3};
    shipment(w, "SHP-A", DECREE, "2020-06-08")->commodities = (struct qb_ids){mixed, 2};
    shipment(w, "SHP-B", DECREE, "2020-06-08")->commodities = (struct qb_ids){others, 2};
    shipment(w, "SHP-C", DECREE, "2020-06-08")->commodities = (struct qb_ids){NULL, 0};
    run(w, "2020-07-01");
    assert_int_equal(chain(w, DECREE)->shipment_count, 1);
    assert_string_equal(chain(w, DECREE)->shipments[0]->id, "SHP-A");
    assert_int_equal(chain(w, DECREE)->uncounted_count, 2);
    assert_non_null(task(w, "normal_inspection/SHP-B"));
    assert_non_null(task(w, "normal_inspection/SHP-C"));
}

static void test_schedule__normal_inspection_until_inspected(void **state)
{
    struct world *w = *state;
    decree(w, "SK-A", "2020-06-05");
    decree(w, "SK-B", "2020-09-06")->extends = "SK-A";
    struct qb_shipment *s = shipment(w, "SHP-A", "SK-B", "2020-09-05"); /* the day between */
    shipment(w, "SHP-B", "SK-B", "2020-06-10");                         /* A was in force then, but it names B */
    run(w, "2020-09-05");
    const struct qb_task *t = task(w, "normal_inspection/SHP-A");
    assert_non_null(t);
    assert_int_equal(t->status, QB_STATUS_DUE);
    assert_date(t->due_by, "2020-09-05");
    assert_string_equal(t->decree, "SK-A"); /* the chain's first */
    assert_string_equal(t->facility, "FAC-0001");
    assert_ptr_equal(t->shipment, s);
    assert_non_null(task(w, "normal_inspection/SHP-B"));
    s->inspected_on = day("2020-09-10");
    run(w, "2020-09-09");
    assert_non_null(task(w, "normal_inspection/SHP-A"));
    run(w, "2020-09-10");
    assert_null(task(w, "normal_inspection/SHP-A"));
    assert_int_equal(chain(w, "SK-A")->uncounted_count, 2);
    assert_string_equal(chain(w, "SK-A")->uncounted[0]->id, "SHP-B");
}

/* --- R5, R6 --- */

static void test_schedule__order_is_date_certificate_id(void **state)
{
    struct world *w = *state;
    decree(w, DECREE, "2020-06-05");
    shipment(w, "SHP-D", DECREE, "2020-06-09")->certificate_number = "a"; /* "Z" < "a" byte by byte */
    shipment(w, "SHP-C", DECREE, "2020-06-09")->certificate_number = "Z";
    shipment(w, "SHP-B", DECREE, "2020-06-09")->certificate_number = "Z";
    shipment(w, "SHP-E", DECREE, "2020-06-09")->certificate_number = "\xc3\xa9"; /* bytes are unsigned */
    shipment(w, "SHP-F", DECREE, "2020-06-09")->certificate_number = NULL;
    shipment(w, "SHP-Z", DECREE, "2020-06-08");
    run(w, "2020-07-01");
    static const char *const expected[] = {"SHP-Z", "SHP-F", "SHP-B", "SHP-C", "SHP-D", "SHP-E"};
    for (size_t i = 0; i < 6; i++)
        assert_string_equal(chain(w, DECREE)->shipments[i]->id, expected[i]);
}

static void test_schedule__block_size_is_that_of_its_first_shipment(void **state)
{
    struct world *w = *state;
    decree(w, "SK-A", "2020-06-05"); /* the folder's: 3 */
    struct qb_decree *b = decree(w, "SK-B", "2020-09-05");
    b->extends = "SK-A";
    b->every = 2;
    w->settings.monitoring.every = 3;
    shipment(w, "SHP-1", "SK-A", "2020-06-08");
    shipment(w, "SHP-2", "SK-A", "2020-06-09");
    shipment(w, "SHP-3", "SK-A", "2020-06-10");
    shipment(w, "SHP-4", "SK-A", "2020-06-11");
    shipment(w, "SHP-5", "SK-B", "2020-09-05");
    shipment(w, "SHP-6", "SK-B", "2020-09-06");
    shipment(w, "SHP-7", "SK-B", "2020-09-07");
    run(w, "2020-09-07");
    assert_int_equal(chain(w, "SK-A")->obligation_count, 3);
    assert_int_equal(block(w, 2)->every, 3);
    assert_int_equal(block(w, 2)->first, 3);
    assert_int_equal(block(w, 2)->count, 3);
    assert_int_equal(block(w, 3)->every, 2);
    assert_int_equal(block(w, 3)->count, 1);
    assert_int_equal(chain(w, "SK-A")->required, 2);
    shipment(w, "SHP-0", "SK-A", "2020-06-07"); /* a late record moves the blocks */
    run(w, "2020-09-07");
    assert_string_equal(chain(w, "SK-A")->shipments[block(w, 2)->first]->id, "SHP-3");
    assert_int_equal(block(w, 3)->every, 2);
    assert_int_equal(block(w, 3)->count, 2);
}

/* --- R7, R8 --- */

static void six_shipments(struct world *w)
{
    static const char *const dates[] = {"2020-06-08", "2020-06-12", "2020-06-19",
                                        "2020-06-25", "2020-07-01", "2020-07-06"};
    static const char *const ids[] = {"SHP-A", "SHP-B", "SHP-C", "SHP-D", "SHP-E", "SHP-F"};
    for (size_t i = 0; i < 6; i++)
        shipment(w, ids[i], DECREE, dates[i]);
}

static void test_schedule__what_meets(void **state)
{
    struct world *w = *state;
    decree(w, DECREE, "2020-06-05");
    six_shipments(w);
    struct qb_visit *v = visit(w, "VIS-A", DECREE, "2020-06-20");
    static const struct {
        enum qb_visit_type type;
        enum qb_visit_status status;
        enum qb_visit_result result;
        bool counts_as_routine;
        bool meets;
    } rows[] = {
        {QB_VISIT_ROUTINE, QB_VISIT_CONDUCTED, QB_VISIT_CONFORM, false, true},
        {QB_VISIT_ROUTINE, QB_VISIT_CLOSED, QB_VISIT_NONCONFORM, false, true},
        {QB_VISIT_ROUTINE, QB_VISIT_CONDUCTED, QB_VISIT_INCONCLUSIVE, false, true},
        {QB_VISIT_ROUTINE, QB_VISIT_PLANNED, QB_VISIT_NO_RESULT, false, false},
        {QB_VISIT_ROUTINE, QB_VISIT_CANCELLED, QB_VISIT_NO_RESULT, false, false},
        {QB_VISIT_AD_HOC, QB_VISIT_CONDUCTED, QB_VISIT_CONFORM, false, false},
        {QB_VISIT_AD_HOC, QB_VISIT_CLOSED, QB_VISIT_CONFORM, true, true},
        {QB_VISIT_FOLLOW_UP, QB_VISIT_CONDUCTED, QB_VISIT_CONFORM, false, false},
        {QB_VISIT_FOLLOW_UP, QB_VISIT_CONDUCTED, QB_VISIT_CONFORM, true, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        v->type = rows[i].type;
        v->status = rows[i].status;
        v->result = rows[i].result;
        v->counts_as_routine = rows[i].counts_as_routine;
        run(w, "2020-06-25");
        assert_int_equal(block(w, 1)->status, rows[i].meets ? QB_STATUS_MET : QB_STATUS_DUE_SOON);
        assert_int_equal(chain(w, DECREE)->surplus_count, 0); /* what cannot meet is no surplus either */
    }
    v->type = QB_VISIT_ROUTINE;
    v->decree = "SK-OTHER";
    run(w, "2020-06-25");
    assert_int_equal(block(w, 1)->status, QB_STATUS_DUE_SOON);
    v->decree = DECREE;
    v->status = QB_VISIT_CONDUCTED;
    run(w, "2020-06-19"); /* tomorrow's visit */
    assert_int_equal(block(w, 1)->status, QB_STATUS_OPEN);
}

static void test_schedule__visits_meet_the_oldest_or_are_surplus(void **state)
{
    struct world *w = *state;
    decree(w, DECREE, "2020-06-05");
    w->settings.monitoring.every = 2;
    six_shipments(w); /* blocks begin on 06-08, 06-19, 07-01 */
    visit(w, "VIS-1", DECREE, "2020-06-07");
    visit(w, "VIS-5", DECREE, "2020-07-05");
    visit(w, "VIS-3", DECREE, "2020-06-19");
    visit(w, "VIS-2", DECREE, "2020-06-18");
    visit(w, "VIS-4", DECREE, "2020-06-19");
    visit(w, "VIS-6", DECREE, "2020-07-06");
    run(w, "2020-07-06");
    assert_string_equal(block(w, 1)->visit->id, "VIS-2");
    assert_string_equal(block(w, 2)->visit->id, "VIS-3");
    assert_string_equal(block(w, 3)->visit->id, "VIS-5");
    assert_int_equal(chain(w, DECREE)->met, 3);
    static const char *const surplus[] = {"VIS-1", "VIS-4", "VIS-6"};
    assert_int_equal(chain(w, DECREE)->surplus_count, 3);
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(chain(w, DECREE)->surplus[i]->id, surplus[i]);
}

static void test_schedule__surplus_is_not_banked(void **state)
{
    struct world *w = *state;
    decree(w, DECREE, "2020-06-05");
    six_shipments(w);
    visit(w, "VIS-1", DECREE, "2020-06-20");
    visit(w, "VIS-2", DECREE, "2020-06-23");
    run(w, "2020-07-06");
    assert_int_equal(block(w, 1)->status, QB_STATUS_MET);
    assert_int_equal(block(w, 2)->status, QB_STATUS_OPEN);
    assert_string_equal(chain(w, DECREE)->surplus[0]->id, "VIS-2");
}

static void test_schedule__a_late_visit_meets_the_oldest(void **state)
{
    struct world *w = *state;
    decree(w, DECREE, "2020-06-05");
    six_shipments(w);
    visit(w, "VIS-1", DECREE, "2020-07-20");
    run(w, "2020-07-20");
    assert_int_equal(block(w, 1)->status, QB_STATUS_MET);
    assert_int_equal(block(w, 2)->status, QB_STATUS_OPEN);
}

/* --- R9, R10 --- */

static void test_schedule__cancelled_once_revoked(void **state)
{
    struct world *w = *state;
    struct qb_decree *d = decree(w, DECREE, "2020-06-05");
    w->settings.monitoring.every = 2;
    six_shipments(w);
    visit(w, "VIS-1", DECREE, "2020-06-10");
    d->revoked_on = day("2020-07-03");
    run(w, "2020-07-02");
    assert_int_equal(block(w, 1)->status, QB_STATUS_MET);
    assert_int_equal(block(w, 2)->status, QB_STATUS_OVERDUE);
    assert_int_equal(block(w, 3)->status, QB_STATUS_DUE_SOON);
    run(w, "2020-07-03"); /* that day itself */
    assert_int_equal(block(w, 2)->status, QB_STATUS_CANCELLED);
    run(w, "2020-07-06");
    assert_int_equal(block(w, 1)->status, QB_STATUS_MET);
    assert_int_equal(block(w, 2)->status, QB_STATUS_CANCELLED);
    assert_int_equal(block(w, 3)->status, QB_STATUS_CANCELLED);
    assert_null(task(w, "monitoring/" DECREE "/2"));
    assert_null(task(w, "decree_expiry/" DECREE));
    assert_non_null(task(w, "normal_inspection/SHP-F")); /* certified after the revocation */
    assert_false(chain(w, DECREE)->in_force);
}

static void test_schedule__lapsed_after_the_last_day(void **state)
{
    struct world *w = *state;
    decree(w, DECREE, "2020-06-05");
    six_shipments(w);
    run(w, "2020-09-04");
    assert_int_equal(block(w, 2)->status, QB_STATUS_OPEN);
    assert_date(block(w, 2)->expected_on, "2020-09-04");
    run(w, "2020-09-05");
    assert_int_equal(block(w, 1)->status, QB_STATUS_OVERDUE); /* a complete one stays owed */
    assert_int_equal(block(w, 2)->status, QB_STATUS_LAPSED);
    assert_int_equal(block(w, 2)->expected_on, QB_DATE_NONE);
}

static void test_schedule__due_until_past_due_by(void **state)
{
    struct world *w = *state;
    decree(w, DECREE, "2020-06-05");
    six_shipments(w);
    w->records.shipment_count = 5;
    run(w, "2020-07-10");
    assert_int_equal(block(w, 1)->status, QB_STATUS_DUE);
    assert_date(block(w, 1)->due_on, "2020-07-01");
    assert_date(block(w, 1)->due_by, "2020-07-10");
    run(w, "2020-07-11");
    assert_int_equal(block(w, 1)->status, QB_STATUS_OVERDUE);
}

static void test_schedule__due_soon_by_setting(void **state)
{
    struct world *w = *state;
    decree(w, DECREE, "2020-06-05");
    six_shipments(w);
    w->settings.monitoring.warn_at_remaining = 0;
    run(w, "2020-06-25");
    assert_int_equal(block(w, 1)->status, QB_STATUS_OPEN);
    w->settings.monitoring.warn_at_remaining = 4;
    run(w, "2020-06-08");
    assert_int_equal(block(w, 1)->status, QB_STATUS_DUE_SOON);
}

static void test_schedule__working_days(void **state)
{
    struct world *w = *state;
    static const qb_date holidays[] = {18491 /* Mon 2020-08-17 */, 18493 /* Wed 2020-08-19 */, 18496 /* Sat */};
    w->settings.holidays = holidays;
    w->settings.holiday_count = 3;
    static const struct {
        const char *from;
        int count;
        const char *to;
    } rows[] = {
        {"2020-07-01", 7, "2020-07-10"}, {"2020-07-03", 1, "2020-07-06"}, {"2020-07-04", 1, "2020-07-06"},
        {"2020-07-05", 1, "2020-07-06"}, {"2020-07-06", 5, "2020-07-13"}, {"2020-08-14", 1, "2020-08-18"},
        {"2020-08-14", 2, "2020-08-20"}, {"2020-08-16", 3, "2020-08-21"}, {"2020-08-20", 2, "2020-08-24"},
        {"2020-07-04", 0, "2020-07-04"}, {"9999-12-30", 9, "9999-12-31"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_date(qb_schedule_working_day(&w->settings, day(rows[i].from), rows[i].count), rows[i].to);
}

/* --- R11 --- */

static void test_schedule__forecast_rounds_up_and_is_not_past(void **state)
{
    struct world *w = *state;
    decree(w, DECREE, "2020-06-05");
    shipment(w, "SHP-A", DECREE, "2020-06-08");
    run(w, "2020-06-08");
    assert_int_equal(block(w, 1)->expected_on, QB_DATE_NONE); /* one alone has no pace */
    shipment(w, "SHP-B", DECREE, "2020-06-10");
    shipment(w, "SHP-C", DECREE, "2020-06-13"); /* 5 days over 2 gaps, 2 missing: 5 days */
    run(w, "2020-06-13");
    assert_date(block(w, 1)->expected_on, "2020-06-18");
    shipment(w, "SHP-D", DECREE, "2020-06-15"); /* 7 days over 3 gaps, 1 missing: ceil(2.33) */
    run(w, "2020-06-15");
    assert_date(block(w, 1)->expected_on, "2020-06-18");
    run(w, "2020-06-18");
    assert_date(block(w, 1)->expected_on, "2020-06-18");
    run(w, "2020-06-30");
    assert_date(block(w, 1)->expected_on, "2020-06-30");
    w->records.shipment_count = 1;
    shipment(w, "SHP-B", DECREE, "2020-06-08");
    run(w, "2020-06-08"); /* all on one day */
    assert_date(block(w, 1)->expected_on, "2020-06-08");
}

static void test_schedule__forecast_looks_at_the_last_ten(void **state)
{
    struct world *w = *state;
    decree(w, DECREE, "2020-06-05");
    static const char *const ids[] = {"SHP-A", "SHP-B", "SHP-C", "SHP-D", "SHP-E", "SHP-F",
                                      "SHP-G", "SHP-H", "SHP-I", "SHP-J", "SHP-K"};
    char date[QB_DATE_SIZE];
    shipment(w, ids[0], DECREE, "2020-06-05"); /* an old one that must not slow the pace */
    for (int i = 1; i <= 10; i++)
        shipment(w, ids[i], DECREE, qb_date_format(day("2020-07-01") + i, date));
    run(w, "2020-07-11"); /* 11 shipments, 4 missing, one a day */
    assert_int_equal(block(w, 3)->count, 1);
    assert_date(block(w, 3)->expected_on, "2020-07-15");
}

/* --- tasks --- */

static void test_schedule__corrective_action(void **state)
{
    struct world *w = *state;
    decree(w, "SK-A", "2020-06-05");
    decree(w, "SK-B", "2020-09-05")->extends = "SK-A";
    struct qb_visit *v = visit(w, "VIS-1", "SK-B", "2020-09-10");
    v->facility = "FAC-0002";
    struct qb_finding *f = finding(w, "FND-1", "VIS-1", "2020-09-20");
    finding(w, "FND-2", "VIS-ABSENT", "2020-09-20");
    run(w, "2020-09-09");
    assert_null(task(w, "corrective_action/FND-1"));
    run(w, "2020-09-10");
    const struct qb_task *t = task(w, "corrective_action/FND-1");
    assert_non_null(t);
    assert_int_equal(t->status, QB_STATUS_DUE);
    assert_string_equal(t->facility, "FAC-0002"); /* the visit's */
    assert_string_equal(t->decree, "SK-B");       /* the visit's, not the chain's first */
    assert_null(t->chain);
    assert_ptr_equal(t->finding, f);
    run(w, "2020-09-20");
    assert_int_equal(task(w, "corrective_action/FND-1")->status, QB_STATUS_DUE);
    run(w, "2020-09-21");
    assert_int_equal(task(w, "corrective_action/FND-1")->status, QB_STATUS_OVERDUE);
    assert_null(task(w, "corrective_action/FND-2"));
    f->verified_on = day("2020-09-22");
    run(w, "2020-09-21");
    assert_non_null(task(w, "corrective_action/FND-1"));
    run(w, "2020-09-22");
    assert_null(task(w, "corrective_action/FND-1"));
    f->verified_on = QB_DATE_NONE;
    run(w, "2021-06-01"); /* a chain long over still has its task */
    assert_true(chain(w, "SK-A")->has_task);
    assert_false(chain(w, "SK-A")->in_force);
    v->conducted_on = QB_DATE_NONE;
    run(w, "2021-06-01");
    assert_int_equal(w->schedule->task_count, 0);
    assert_false(chain(w, "SK-A")->has_task);
}

static void test_schedule__decree_expiry_window(void **state)
{
    struct world *w = *state;
    struct qb_decree *d = decree(w, DECREE, "2020-06-05"); /* to 2020-09-04 */
    run(w, "2020-08-04");
    assert_null(task(w, "decree_expiry/" DECREE));
    run(w, "2020-08-05"); /* thirty days before */
    assert_int_equal(task(w, "decree_expiry/" DECREE)->status, QB_STATUS_DUE_SOON);
    assert_date(task(w, "decree_expiry/" DECREE)->due_by, "2020-09-04");
    run(w, "2020-09-04");
    assert_int_equal(task(w, "decree_expiry/" DECREE)->status, QB_STATUS_DUE_SOON);
    run(w, "2020-09-05");
    assert_int_equal(task(w, "decree_expiry/" DECREE)->status, QB_STATUS_OVERDUE);
    run(w, "2020-10-04"); /* thirty days ago */
    assert_int_equal(task(w, "decree_expiry/" DECREE)->status, QB_STATUS_OVERDUE);
    run(w, "2020-10-05");
    assert_null(task(w, "decree_expiry/" DECREE));
    w->settings.monitoring.decree_warning_days = 31;
    run(w, "2020-08-04");
    assert_non_null(task(w, "decree_expiry/" DECREE));
    d->revoked_on = day("2020-08-30");
    run(w, "2020-08-29");
    assert_non_null(task(w, "decree_expiry/" DECREE));
    run(w, "2020-08-30");
    assert_null(task(w, "decree_expiry/" DECREE));
}

static void test_schedule__order_of_tasks(void **state)
{
    (void)state;
    const struct qb_task tasks[] = {
        {.id = "z", .type = QB_TASK_MONITORING, .status = QB_STATUS_OVERDUE, .facility = "F", .due_by = 20},
        {.id = "a", .type = QB_TASK_CORRECTIVE_ACTION, .status = QB_STATUS_DUE, .facility = "A", .due_by = 10},
        {.id = "b", .type = QB_TASK_CORRECTIVE_ACTION, .status = QB_STATUS_DUE, .facility = "B", .due_by = 10},
        {.id = "a", .type = QB_TASK_DECREE_EXPIRY, .status = QB_STATUS_DUE, .facility = "B", .due_by = 10},
        {.id = "monitoring/A/10", .type = QB_TASK_MONITORING, .status = QB_STATUS_DUE, .facility = "B", .due_by = 10},
        {.id = "monitoring/A/2", .type = QB_TASK_MONITORING, .status = QB_STATUS_DUE, .facility = "B", .due_by = 10},
        {.id = "a", .type = QB_TASK_NORMAL_INSPECTION, .status = QB_STATUS_DUE, .facility = "B", .due_by = 10},
        {.id = "a", .type = QB_TASK_MONITORING, .status = QB_STATUS_DUE_SOON, .facility = "A", .due_by = -5},
        {.id = "a", .type = QB_TASK_MONITORING, .status = QB_STATUS_DUE_SOON, .facility = "A", .due_by = QB_DATE_NONE},
        {.id = "a", .type = QB_TASK_MONITORING, .status = QB_STATUS_OPEN, .facility = "A", .due_by = 1},
    };
    for (size_t i = 0; i < sizeof tasks / sizeof *tasks; i++)
        for (size_t k = 0; k < sizeof tasks / sizeof *tasks; k++)
            assert_int_equal(qb_task_compare(&tasks[i], &tasks[k]) < 0, i < k);
}

static void test_schedule__tasks_of_all_facilities(void **state)
{
    struct world *w = *state;
    decree(w, DECREE, "2020-06-05");
    six_shipments(w);
    run(w, "2020-09-01"); /* overdue, due_soon (expiry), open */
    struct world other;
    world_init(&other);
    decree(&other, "SK-OTHER", "2020-05-20")->facility = "FAC-0000";
    run(&other, "2020-09-01"); /* expiry overdue */
    struct qb_facility_schedule *both[] = {w->schedule, other.schedule};
    size_t count;
    const struct qb_task **all = qb_schedule_tasks(both, 2, &count);
    assert_int_equal(count, 4);
    assert_string_equal(all[0]->id, "monitoring/" DECREE "/1");
    assert_string_equal(all[1]->id, "decree_expiry/SK-OTHER");
    assert_string_equal(all[2]->id, "decree_expiry/" DECREE);
    assert_string_equal(all[3]->id, "monitoring/" DECREE "/2");
    free(all);
    all = qb_schedule_tasks(both, 0, &count);
    assert_int_equal(count, 0);
    free(all);
    world_fini(&other);
}

/* --- R14 --- */

static void test_schedule__plan_goes_to_the_oldest_tasks(void **state)
{
    struct world *w = *state;
    decree(w, DECREE, "2020-06-05");
    w->settings.monitoring.every = 2;
    six_shipments(w);                        /* three complete blocks */
    visit(w, "VIS-0", DECREE, "2020-06-10"); /* meets the first: it is no task */
    planned(w, "VIS-9", DECREE, "2020-07-08");
    planned(w, "VIS-8", DECREE, "2020-07-20"); /* left over */
    planned(w, "VIS-7", DECREE, "2020-07-09");
    planned(w, "VIS-6", DECREE, "2020-07-01")->type = QB_VISIT_AD_HOC;
    planned(w, "VIS-5", DECREE, "2020-07-01")->status = QB_VISIT_CANCELLED;
    planned(w, "VIS-4", "SK-OTHER", "2020-07-01");
    run(w, "2020-07-06");
    assert_null(block(w, 1)->planned);
    assert_string_equal(block(w, 2)->planned->id, "VIS-9");
    assert_string_equal(block(w, 3)->planned->id, "VIS-7");
    planned(w, "VIS-A", DECREE, "2020-07-08"); /* the same day: by id */
    run(w, "2020-07-06");
    assert_string_equal(block(w, 2)->planned->id, "VIS-9");
    assert_string_equal(block(w, 3)->planned->id, "VIS-A");
}

/* --- the worked examples --- */

static void test_schedule__example_of_the_decree(void **state)
{
    struct world *w = *state;
    decree(w, DECREE, "2020-06-05");
    six_shipments(w);
    run(w, "2020-06-19");
    assert_int_equal(block(w, 1)->status, QB_STATUS_OPEN);
    assert_int_equal(block(w, 1)->count, 3);
    run(w, "2020-06-25");
    assert_int_equal(block(w, 1)->status, QB_STATUS_DUE_SOON);
    assert_date(block(w, 1)->expected_on, "2020-07-01");
    run(w, "2020-07-01");
    assert_int_equal(block(w, 1)->status, QB_STATUS_DUE);
    assert_date(block(w, 1)->due_by, "2020-07-10");
    run(w, "2020-07-06");
    assert_int_equal(block(w, 1)->status, QB_STATUS_OVERDUE);
    assert_int_equal(block(w, 2)->status, QB_STATUS_OPEN);
    assert_int_equal(block(w, 2)->count, 1);
    assert_int_equal(chain(w, DECREE)->required, 1);
    struct qb_visit *v = visit(w, "VIS-1", DECREE, "2020-06-20");
    run(w, "2020-06-20");
    assert_int_equal(block(w, 1)->status, QB_STATUS_MET);
    run(w, "2020-07-06");
    assert_int_equal(block(w, 1)->count, 5); /* the block still ends at the fifth */
    assert_date(block(w, 1)->due_on, "2020-07-01");
    v->type = QB_VISIT_AD_HOC;
    run(w, "2020-07-06");
    assert_int_equal(block(w, 1)->status, QB_STATUS_OVERDUE);
}

static void test_schedule__example_of_extension_and_lapse(void **state)
{
    struct world *w = *state;
    decree(w, "SK-A", "2020-06-05");
    struct qb_decree *b = decree(w, "SK-B", "2020-09-05");
    b->extends = "SK-A";
    static const char *const ids[] = {"SHP-1", "SHP-2", "SHP-3", "SHP-4", "SHP-5", "SHP-6", "SHP-7"};
    char date[QB_DATE_SIZE];
    for (int i = 0; i < 7; i++)
        shipment(w, ids[i], "SK-A", qb_date_format(day("2020-06-08") + 10 * i, date));
    visit(w, "VIS-1", "SK-A", "2020-07-20");
    run(w, "2020-09-05");
    assert_int_equal(w->schedule->chain_count, 1);
    assert_int_equal(block(w, 1)->status, QB_STATUS_MET);
    assert_int_equal(block(w, 2)->status, QB_STATUS_OPEN);
    assert_int_equal(block(w, 2)->count, 2);
    b->valid_from = day("2020-10-05");
    shipment(w, "SHP-8", "SK-B", "2020-09-15"); /* between the two */
    run(w, "2020-10-05");
    assert_int_equal(w->schedule->chain_count, 1);
    assert_int_equal(block(w, 2)->status, QB_STATUS_OPEN);
    assert_int_equal(block(w, 2)->count, 2);
    assert_non_null(task(w, "normal_inspection/SHP-8"));
    b->valid_from = day("2020-10-06");
    run(w, "2020-10-06");
    assert_int_equal(w->schedule->chain_count, 2);
    assert_int_equal(block(w, 2)->status, QB_STATUS_LAPSED);
    assert_int_equal(w->schedule->warning_count, 1);
}

static void test_schedule__a_facility_without_records(void **state)
{
    struct world *w = *state;
    run(w, "2020-07-01");
    assert_int_equal(w->schedule->chain_count + w->schedule->task_count + w->schedule->warning_count, 0);
    assert_string_equal(w->schedule->facility, "FAC-0001");
    qb_schedule_free(NULL);
}

static void test_schedule__names(void **state)
{
    (void)state;
    assert_string_equal(qb_status_name(QB_STATUS_DUE_SOON), "due_soon");
    assert_string_equal(qb_status_name(QB_STATUS_CANCELLED), "cancelled");
    for (int i = 0; i < QB_STATUSES; i++)
        assert_non_null(qb_status_name((enum qb_status)i));
    for (int i = 1; i < QB_TASK_TYPES; i++) /* the enum is in the byte order of the names */
        assert_true(strcmp(qb_task_type_name((enum qb_task_type)(i - 1)), qb_task_type_name((enum qb_task_type)i)) < 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_schedule__##name, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_counts),
        TEST(one_line_of_the_decree_is_enough),
        TEST(normal_inspection_until_inspected),
        TEST(order_is_date_certificate_id),
        TEST(block_size_is_that_of_its_first_shipment),
        TEST(what_meets),
        TEST(visits_meet_the_oldest_or_are_surplus),
        TEST(surplus_is_not_banked),
        TEST(a_late_visit_meets_the_oldest),
        TEST(cancelled_once_revoked),
        TEST(lapsed_after_the_last_day),
        TEST(due_until_past_due_by),
        TEST(due_soon_by_setting),
        TEST(working_days),
        TEST(forecast_rounds_up_and_is_not_past),
        TEST(forecast_looks_at_the_last_ten),
        TEST(corrective_action),
        TEST(decree_expiry_window),
        TEST(order_of_tasks),
        TEST(tasks_of_all_facilities),
        TEST(plan_goes_to_the_oldest_tasks),
        TEST(example_of_the_decree),
        TEST(example_of_extension_and_lapse),
        TEST(a_facility_without_records),
        TEST(names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
