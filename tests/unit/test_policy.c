/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Policies: the worked examples of docs/policies.md, the long run against the published formulas, and what must hold
 * for every policy in random histories.
 */
#include "core/schedule/policy.h"

#include "core/schedule/replay.h"
#include "tests/unit/schedule_world.h"

#include <math.h>
#include <stdio.h>

static const char *numbered(struct world *w, const char *prefix, int number)
{
    char *id = qb_arena_alloc(&w->arena, 32);
    snprintf(id, 32, "%s-%04d", prefix, number);
    return id;
}

/* A decree of ten years from 2020-01-01. */
static struct qb_decree *long_decree(struct world *w, const char *policy)
{
    struct qb_decree *made = decree(w, "SK-1", "2020-01-01");
    made->valid_until = day("2029-12-31");
    made->policy = policy;
    return made;
}

static const struct qb_chain *compute(struct world *w)
{
    run(w, "2029-12-31");
    return &w->schedule->chains[0];
}

/* One shipment a day from 2020-01-01 on, SHP-0001 first. */
static void ship(struct world *w, int number)
{
    char text[QB_DATE_SIZE];
    shipment(w, numbered(w, "SHP", number), "SK-1", qb_date_format(day("2020-01-01") + number - 1, text));
}

static void look(struct world *w, int number, enum qb_visit_result result)
{
    char text[QB_DATE_SIZE];
    visit(w, numbered(w, "VIS", number), "SK-1", qb_date_format(day("2020-01-01") + number - 1, text))->result = result;
}

static bool due(const struct qb_chain *chain)
{
    const struct qb_obligation *last = &chain->obligations[chain->obligation_count - 1];
    return !last->visit && last->count >= (size_t)last->every;
}

/* Ships day by day and visits at once whenever the policy asks for it; the results come in the order given, and conform
 * after that ("." conforms, "x" does not, "?" is inconclusive). Appends a letter a shipment: "v" visited, "-" not. */
static void live(struct world *w, int shipments, const char *results, struct qb_buf *out)
{
    size_t seen = 0;
    for (int number = (int)w->records.shipment_count + 1; shipments > 0; number++, shipments--) {
        ship(w, number);
        bool visited = due(compute(w));
        if (visited) {
            char result = seen < strlen(results) ? results[seen++] : '.';
            look(w, number,
                 result == '.'   ? QB_VISIT_CONFORM
                 : result == 'x' ? QB_VISIT_NONCONFORM
                                 : QB_VISIT_INCONCLUSIVE);
        }
        qb_buf_add_char(out, visited ? 'v' : '-');
    }
    compute(w);
}

static void assert_lives(struct world *w, int shipments, const char *results, const char *expected)
{
    struct qb_buf out = {0};
    live(w, shipments, results, &out);
    assert_string_equal(qb_buf_text(&out), expected);
    qb_buf_fini(&out);
}

/* The reason of the newest block. */
static const struct qb_why *why(const struct world *w)
{
    const struct qb_chain *chain = &w->schedule->chains[0];
    return &chain->obligations[chain->obligation_count - 1].why;
}

static void assert_why(const struct world *w, const char *state, int progress, int of, int every)
{
    assert_string_equal(why(w)->state, state);
    assert_int_equal(why(w)->progress, progress);
    assert_int_equal(why(w)->of, of);
    assert_int_equal(why(w)->every, every);
}

/* --- the table and the draw --- */

static void test_policy__the_table(void **state)
{
    static const char *const names[] = {"fixed", "since_last", "csp1", "csp2", "csp3", "skip_lot"};
    const struct world *w = *state;
    assert_int_equal(qb_policy_count, sizeof names / sizeof *names);
    for (size_t i = 0; i < qb_policy_count; i++) {
        assert_string_equal(qb_policies[i].name, names[i]);
        assert_ptr_equal(qb_policy_find(names[i]), &qb_policies[i]);
        assert_int_equal(qb_policies[i].most_between(&w->settings.monitoring, 5), i < 2 ? 4 : 8);
    }
    assert_null(qb_policy_find("csp4"));
    assert_null(qb_policy_find(NULL));
}

/* Reckoned once by a program in another language (docs/policies.md has it). */
static void test_policy__the_draw_is_the_documented_one(void **state)
{
    (void)state;
    assert_int_equal(qb_replay_draw("", "SHP-0001", 1), 0);
    assert_int_equal(qb_replay_draw("", "SHP-0001", 1000000), 950450);
    assert_int_equal(qb_replay_draw("belawan", "SHP-0001", 1000000), 39621);
    assert_int_equal(qb_replay_draw("belawan", "SHP-20200611-7K3F", 1000000), 782937);
    assert_int_equal(qb_replay_draw("", "", 1000000), 722706);
}

/* Every length from 1 to 2n - 1 is equally likely. */
static void test_policy__lots_are_drawn_fairly(void **state)
{
    struct world *w = *state;
    int lengths[9] = {0};
    long_decree(w, "csp1")->every = 5;
    w->settings.monitoring.clearance = 1;
    for (int i = 1; i <= 3000; i++)
        ship(w, i);
    look(w, 1, QB_VISIT_CONFORM);
    const struct qb_chain *chain = compute(w);
    int blocks = 0;
    for (size_t i = 1; i + 1 < chain->obligation_count; i++, blocks++)
        lengths[chain->obligations[i].count - 1]++;
    assert_true(blocks > 550 && blocks < 650);
    for (int i = 0; i < 9; i++)
        assert_true(lengths[i] > blocks / 9 * 6 / 10 && lengths[i] < blocks / 9 * 14 / 10);
}

/* --- worked examples --- */

/* SCHEDULE.md, worked example 1, as it is under `fixed`. */
static void test_policy__fixed(void **state)
{
    struct world *w = *state;
    long_decree(w, "fixed");
    assert_lives(w, 12, "", "----v----v--");
    assert_null(why(w)->policy);
}

/* The same days: a visit after the third shipment starts the count anew; one visit clears any backlog. */
static void test_policy__since_last(void **state)
{
    struct world *w = *state;
    long_decree(w, "since_last");
    for (int i = 1; i <= 3; i++)
        ship(w, i);
    look(w, 3, QB_VISIT_CONFORM);
    assert_lives(w, 6, "", "----v-");
    for (int i = 10; i <= 21; i++)
        ship(w, i);
    const struct qb_chain *chain = compute(w);
    const struct qb_obligation *last = &chain->obligations[chain->obligation_count - 1];
    assert_int_equal(chain->obligation_count, 3);
    assert_int_equal(last->count, 13);
    assert_int_equal(last->every, 5);
    assert_int_equal(last->status, QB_STATUS_OVERDUE);
    assert_date(last->due_on, "2020-01-13");
    look(w, 21, QB_VISIT_NONCONFORM);
    look(w, 22, QB_VISIT_CONFORM);
    chain = compute(w);
    assert_int_equal(chain->obligation_count, 3);
    assert_ptr_equal(chain->obligations[2].visit, w->visits[2]);
    assert_int_equal(chain->surplus_count, 1);
    assert_int_equal(chain->required, 2);
    assert_int_equal(chain->met, 3);
    assert_string_equal(why(w)->state, "counting");
}

static void test_policy__since_last_is_overdue_only_once_one_more_has_left(void **state)
{
    struct world *w = *state;
    struct qb_decree *sk = long_decree(w, "since_last");
    for (int i = 1; i <= 5; i++)
        ship(w, i);
    run(w, "2020-01-05");
    assert_int_equal(w->schedule->chains[0].obligations[0].status, QB_STATUS_DUE);
    ship(w, 6);
    run(w, "2020-01-06");
    assert_int_equal(w->schedule->chains[0].obligations[0].status, QB_STATUS_OVERDUE);
    assert_int_equal(w->schedule->chains[0].obligation_count, 1);
    sk->every = 7;
    run(w, "2020-01-06");
    assert_int_equal(w->schedule->chains[0].obligations[0].status, QB_STATUS_DUE_SOON);
}

/* Dodge 1943: i = 3, f = 1/4. A finding while screening starts the row anew; three in a row lead to sampling; a finding
 * there leads back. */
static void test_policy__csp1(void **state)
{
    struct world *w = *state;
    long_decree(w, "csp1")->every = 4;
    w->settings.monitoring.clearance = 3;
    assert_lives(w, 5, "..x..", "vvvvv");
    ship(w, 6);
    compute(w);
    assert_why(w, "screening", 2, 3, 1);
    look(w, 6, QB_VISIT_CONFORM);
    struct qb_buf out = {0};
    live(w, 20, "...x", &out);
    ship(w, 27);
    compute(w);
    assert_why(w, "screening", 2, 3, 1);
    assert_string_equal(qb_buf_text(&out), "--v-----v------v-vvv");
    qb_buf_fini(&out);
}

/* Dodge and Torrey 1951: a finding is forgiven, a second one within k is not. */
static void test_policy__csp2(void **state)
{
    struct world *w = *state;
    long_decree(w, "csp2")->every = 1;
    w->settings.monitoring.clearance = 2;
    w->settings.monitoring.spacing = 3;
    /* one in one: every shipment is visited, so that the states can be followed */
    assert_lives(w, 2, "..", "vv");
    assert_lives(w, 2, "x.", "vv");
    ship(w, 5);
    compute(w);
    assert_why(w, "watching", 1, 3, 1);
    look(w, 5, QB_VISIT_CONFORM);
    assert_lives(w, 2, ".x", "vv"); /* the third after it: forgiven; and again one */
    ship(w, 8);
    compute(w);
    assert_why(w, "watching", 0, 3, 1);
    look(w, 8, QB_VISIT_NONCONFORM);
    ship(w, 9);
    compute(w);
    assert_why(w, "screening", 0, 2, 1);
}

/* The same authors: after the first finding four shipments are looked at one by one. */
static void test_policy__csp3(void **state)
{
    struct world *w = *state;
    long_decree(w, "csp3")->every = 6;
    w->settings.monitoring.clearance = 1;
    w->settings.monitoring.spacing = 6;
    struct qb_buf out = {0};
    live(w, 1, ".", &out);
    while (!strchr(qb_buf_text(&out) + 1, 'v'))
        live(w, 1, "x", &out);
    live(w, 4, "....", &out);
    assert_string_equal(qb_buf_text(&out) + out.length - 5, "vvvvv");
    ship(w, (int)w->records.shipment_count + 1);
    compute(w);
    assert_why(w, "watching", 4, 6, 6);
    qb_buf_fini(&out);
}

static void test_policy__csp3_does_not_forgive_one_among_the_four(void **state)
{
    struct world *w = *state;
    long_decree(w, "csp3")->every = 6;
    w->settings.monitoring.clearance = 1;
    struct qb_buf out = {0};
    live(w, 1, ".", &out);
    while (!strchr(qb_buf_text(&out) + 1, 'v'))
        live(w, 1, "x", &out);
    ship(w, (int)w->records.shipment_count + 1);
    compute(w);
    assert_why(w, "checking", 0, 4, 1);
    look(w, (int)w->records.shipment_count, QB_VISIT_CONFORM);
    live(w, 1, "x", &out);
    ship(w, (int)w->records.shipment_count + 1);
    compute(w);
    assert_why(w, "screening", 0, 1, 1);
    qb_buf_fini(&out);
}

/* ISO 2859-3: fifty points qualify; the sooner, the more is skipped. */
static void test_policy__skip_lot_qualifies(void **state)
{
    static const struct {
        const char *results;
        int every;
    } rows[] = {
        {"..........", 4},      {"?..........", 4}, {"??..........", 3},         {"?.?.?.?.......", 3},
        {"?????..........", 2}, {"..........", 4},  {".........x..........", 4},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct world *w = *state;
        int lots = (int)strlen(rows[i].results);
        struct qb_buf out = {0};
        world_fini(w);
        world_init(w);
        long_decree(w, "skip_lot");
        live(w, lots, rows[i].results, &out);
        assert_int_equal(strspn(qb_buf_text(&out), "v"), lots);
        ship(w, lots + 1);
        compute(w);
        assert_string_equal(why(w)->state, "skipping");
        assert_int_equal(why(w)->every, rows[i].every);
        qb_buf_fini(&out);
    }
}

/* Visits of skipped lots until the fraction is another, or the state. */
static void live_until(struct world *w, const char *results, size_t visits)
{
    struct qb_buf out = {0};
    size_t before = w->records.visit_count;
    for (size_t at = 0; w->records.visit_count < before + visits;) {
        size_t made = w->records.visit_count;
        live(w, 1, at < strlen(results) ? results + at : "", &out);
        at += w->records.visit_count - made;
    }
    ship(w, (int)w->records.shipment_count + 1);
    compute(w);
    w->records.shipment_count--; /* only to see what would come */
    qb_buf_fini(&out);
}

static void test_policy__skip_lot_through_its_states(void **state)
{
    struct world *w = *state;
    long_decree(w, "skip_lot");
    live_until(w, "..........", 10);
    assert_why(w, "skipping", 0, 10, 4);
    live_until(w, "..........", 10);
    assert_why(w, "skipping", 0, 0, 5); /* the smallest: nothing more to come */
    live_until(w, "x", 1);
    assert_why(w, "interrupted", 0, 4, 1);
    live_until(w, "....", 4);
    assert_why(w, "skipping", 0, 10, 4);
    live_until(w, "x", 1);
    live_until(w, "..x", 3);
    assert_why(w, "lot_by_lot", 0, 50, 1);
    live_until(w, "..", 2);
    assert_why(w, "lot_by_lot", 10, 50, 1);
}

static void test_policy__skip_lot_gives_up_what_takes_too_long(void **state)
{
    struct world *w = *state;
    long_decree(w, "skip_lot");
    live_until(w, ".........???????????", 20); /* nine in twenty */
    assert_why(w, "lot_by_lot", 0, 50, 1);
    live_until(w, "..........", 10);
    live_until(w, "x", 1);
    live_until(w, "...???????", 10);
    assert_why(w, "lot_by_lot", 0, 50, 1);
}

/* --- visits that come late, and news that comes early --- */

static void test_policy__what_is_owed_stays_owed(void **state)
{
    struct world *w = *state;
    long_decree(w, "csp1")->every = 4;
    w->settings.monitoring.clearance = 2;
    for (int i = 1; i <= 6; i++)
        ship(w, i);
    look(w, 6, QB_VISIT_CONFORM);
    look(w, 7, QB_VISIT_CONFORM);
    const struct qb_chain *chain = compute(w);
    assert_int_equal(chain->required, 6);
    assert_int_equal(chain->met, 2);
    ship(w, 8);
    chain = compute(w);
    assert_why(w, "sampling", 0, 0, 4);
    look(w, 9, QB_VISIT_NONCONFORM); /* meets the third of the screening */
    ship(w, 10);
    chain = compute(w);
    assert_string_equal(why(w)->state, "screening");
}

static void test_policy__an_open_block_ends_when_every_shipment_is_to_be_seen(void **state)
{
    struct world *w = *state;
    long_decree(w, "csp1")->every = 50;
    w->settings.monitoring.clearance = 1;
    ship(w, 1);
    look(w, 1, QB_VISIT_CONFORM);
    for (int i = 2; i <= 4; i++)
        ship(w, i);
    const struct qb_chain *chain = compute(w);
    assert_int_equal(chain->obligation_count, 2);
    assert_int_equal(chain->obligations[1].every, 99);
    visit(w, "VIS-X", "SK-1", "2020-01-04")->result = QB_VISIT_NONCONFORM; /* meets the open block */
    ship(w, 5);
    ship(w, 6);
    chain = compute(w);
    assert_int_equal(chain->obligation_count, 4);
    assert_int_equal(chain->obligations[1].every, 3);
    assert_int_equal(chain->obligations[2].every, 1);
    visit(w, "VIS-Y", "SK-1", "2020-01-06");
    visit(w, "VIS-Z", "SK-1", "2020-01-06");
    for (int i = 7; i <= 9; i++)
        ship(w, i);
    visit(w, "VIS-ZZ", "SK-1", "2020-01-09");
    visit(w, "VIS-ZZZ", "SK-1", "2020-01-09")->result =
        QB_VISIT_NONCONFORM; /* meets nothing, and counts all the same */
    ship(w, 10);
    ship(w, 11);
    chain = compute(w);
    assert_int_equal(chain->surplus_count, 1);
    assert_string_equal(why(w)->state, "screening");
    assert_int_equal(chain->obligations[chain->obligation_count - 1].every, 1);
}

/* --- a chain whose decrees have different policies --- */

static void test_policy__a_chain_may_change_its_policy(void **state)
{
    struct world *w = *state;
    struct qb_decree *first = decree(w, "SK-1", "2020-01-01");
    struct qb_decree *second = decree(w, "SK-2", "2020-04-01");
    second->extends = "SK-1";
    second->policy = "csp1";
    first->policy = "fixed";
    for (int i = 1; i <= 7; i++)
        ship(w, i);
    shipment(w, "SHP-A", "SK-2", "2020-04-01");
    shipment(w, "SHP-B", "SK-2", "2020-04-02");
    visit(w, "VIS-1", "SK-1", "2020-01-07");
    visit(w, "VIS-2", "SK-2", "2020-04-02");
    run(w, "2020-04-03");
    const struct qb_chain *c = &w->schedule->chains[0];
    static const struct {
        size_t first, count;
        int every;
        const char *policy;
    } expected[] = {{0, 5, 5, NULL}, {5, 2, 2, NULL}, {7, 1, 1, "csp1"}, {8, 1, 1, "csp1"}};
    assert_int_equal(c->obligation_count, 4);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(c->obligations[i].k, i + 1);
        assert_int_equal(c->obligations[i].first, expected[i].first);
        assert_int_equal(c->obligations[i].count, expected[i].count);
        assert_int_equal(c->obligations[i].every, expected[i].every);
        assert_true(!c->obligations[i].why.policy == !expected[i].policy);
    }
    assert_string_equal(c->obligations[1].visit->id, "VIS-2");
    assert_int_equal(c->met, 2);
    w->settings.monitoring.policy = "since_last";
    first->policy = second->policy = NULL;
    run(w, "2020-04-03");
    c = &w->schedule->chains[0];
    assert_int_equal(c->obligation_count, 2);
    assert_string_equal(c->obligations[0].why.policy, "since_last");
    w->settings.monitoring.policy = "unheard of";
    run(w, "2020-04-03");
    assert_int_equal(w->schedule->chains[0].obligation_count, 2);
    assert_null(w->schedule->chains[0].obligations[0].why.policy);
}

/* --- the long run --- */

struct dice {
    uint64_t state;
};

static double roll(struct dice *dice)
{
    dice->state = dice->state * 6364136223846793005U + 1442695040888963407U;
    return (double)(dice->state >> 11) / 9007199254740992.0;
}

/* The share of shipments that are visited when each is bad with the chance p and every visit is made at once. */
static double share_visited(const char *policy, double p, int n, int i, int k, int shipments)
{
    struct world w;
    struct dice dice = {42};
    world_init(&w);
    long_decree(&w, policy)->every = n;
    w.settings.monitoring.clearance = i;
    w.settings.monitoring.spacing = k;
    w.settings.monitoring.seed = "long run";
    size_t visits = 0;
    for (int number = 1; number <= shipments; number++) {
        ship(&w, number);
        bool bad = roll(&dice) < p;
        if (!due(compute(&w)))
            continue;
        look(&w, number, bad ? QB_VISIT_NONCONFORM : QB_VISIT_CONFORM);
        visits++;
    }
    world_fini(&w);
    return (double)visits / shipments;
}

/* Shipments screened in a row on the average (Dodge 1943, u). */
static double screened(double p, int i)
{
    double q = pow(1 - p, i);
    return (1 - q) / (p * q);
}

/* Dodge 1943: F = (u + f v) / (u + v) with v = 1 / (f p). Dodge and Torrey 1951, csp2: v = (2 - q^k) / (f p (1 - q^k)).
 * csp3 in the same way: of each round in sampling, the four are all visited, and n times fewer of the rest. */
static void test_policy__the_long_run_is_as_published(void **state)
{
    const double p = 0.2;
    const int n = 4;
    const int i = 3;
    const int k = 6;
    const int shipments = 2400;
    (void)state;
    double q = 1 - p;
    double u = screened(p, i);
    double v1 = n / p;
    double r = pow(q, k);
    double seen2 = (2 - r) / (p * (1 - r)); /* visits in sampling, csp2 and csp3 alike */
    double four = (1 - pow(q, 4)) / p;
    double v3 = (n / p + four + pow(q, 4) * n * (1 - pow(q, k - 4)) / p) / (1 - r);
    const double expected[] = {(u + v1 / n) / (u + v1), (u + seen2) / (u + seen2 * n), (u + seen2) / (u + v3)};
    static const char *const names[] = {"csp1", "csp2", "csp3"};
    for (int j = 0; j < 3; j++) {
        double found = share_visited(names[j], p, n, i, k, shipments);
        if (fabs(found - expected[j]) > 0.04)
            fail_msg("%s: %.3f, not %.3f", names[j], found, expected[j]);
    }
}

/* --- random histories --- */

static int upto(struct dice *dice, int most)
{
    return (int)(roll(dice) * most);
}

static void random_history(struct world *w, struct dice *dice)
{
    static const enum qb_visit_result results[] = {QB_VISIT_CONFORM, QB_VISIT_CONFORM, QB_VISIT_CONFORM,
                                                   QB_VISIT_NONCONFORM, QB_VISIT_INCONCLUSIVE};
    int decrees = 1 + upto(dice, 3);
    for (int i = 0; i < decrees; i++) {
        char from[QB_DATE_SIZE];
        struct qb_decree *made = decree(w, numbered(w, "SK", i), qb_date_format(day("2020-01-01") + i * 90, from));
        made->every = upto(dice, 6);
        made->policy = upto(dice, 3) ? NULL : qb_policies[upto(dice, (int)qb_policy_count)].name;
        if (i)
            made->extends = w->decrees[i - 1]->id;
    }
    for (int i = upto(dice, 120); i > 0; i--) {
        char on[QB_DATE_SIZE];
        shipment(w, numbered(w, "SHP", upto(dice, 100000)), w->decrees[upto(dice, decrees)]->id,
                 qb_date_format(day("2020-01-01") + upto(dice, 300), on));
    }
    for (int i = upto(dice, 60); i > 0; i--) {
        char on[QB_DATE_SIZE];
        visit(w, numbered(w, "VIS", upto(dice, 100000)), w->decrees[upto(dice, decrees)]->id,
              qb_date_format(day("2020-01-01") + upto(dice, 300), on))
            ->result = results[upto(dice, 5)];
    }
    struct qb_monitoring *monitoring = &w->settings.monitoring;
    monitoring->every = 1 + upto(dice, 6);
    monitoring->clearance = 1 + upto(dice, 4);
    monitoring->spacing = 1 + upto(dice, 6);
    monitoring->skip_lot = (struct qb_skip_lot){.qualify = 5 * (1 + upto(dice, 4)),
                                                .within = 1 + upto(dice, 8),
                                                .step = 1 + upto(dice, 4),
                                                .requalify = 1 + upto(dice, 3),
                                                .requalify_within = 1 + upto(dice, 5),
                                                .lowest = 2 + upto(dice, 4)};
    monitoring->policy = qb_policies[upto(dice, (int)qb_policy_count)].name;
    monitoring->seed = upto(dice, 2) ? "a" : "b";
}

/* All that a schedule says of blocks and visits. */
static char *written(const struct world *w)
{
    struct qb_buf out = {0};
    for (size_t c = 0; c < w->schedule->chain_count; c++) {
        const struct qb_chain *chain = &w->schedule->chains[c];
        qb_buf_addf(&out, "%s %d %d:", chain->id, chain->required, chain->met);
        for (size_t i = 0; i < chain->obligation_count; i++) {
            const struct qb_obligation *block = &chain->obligations[i];
            qb_buf_addf(&out, " %zu+%zu/%d %s %s %d/%d", block->first, block->count, block->every,
                        block->visit ? block->visit->id : "-", block->why.policy ? block->why.state : "fixed",
                        block->why.progress, block->why.of);
        }
        for (size_t i = 0; i < chain->surplus_count; i++)
            qb_buf_addf(&out, " %s", chain->surplus[i]->id);
        qb_buf_add_char(&out, '\n');
    }
    return qb_buf_steal(&out);
}

static const struct qb_policy *policy_of(const struct qb_obligation *block)
{
    return qb_policy_find(block->why.policy ? block->why.policy : "fixed");
}

/* What holds for the blocks of any policy. */
static void check_chain(const struct world *w, const struct qb_chain *chain)
{
    size_t next = 0;
    size_t visits = chain->surplus_count;
    bool waiting = false;
    for (size_t i = 0; i < chain->obligation_count; i++) {
        const struct qb_obligation *block = &chain->obligations[i];
        bool complete = block->count >= (size_t)block->every;
        assert_int_equal(block->k, i + 1);
        assert_int_equal(block->first, next);
        assert_true(block->count > 0 && block->every > 0);
        next += block->count;
        assert_true(complete || block->visit || i + 1 == chain->obligation_count);
        /* no more pass unseen than the policy lets */
        size_t passed = complete ? (size_t)block->every - 1 : block->count;
        int most = 0;
        for (size_t d = 0; d < w->records.decree_count; d++) {
            int every = w->decrees[d]->every ? w->decrees[d]->every : w->settings.monitoring.every;
            int bound = policy_of(block)->most_between(&w->settings.monitoring, every);
            most = bound > most ? bound : most;
        }
        assert_true((int)passed <= most);
        /* the oldest first, and not before its first shipment */
        assert_true(!(waiting && block->visit));
        waiting |= !block->visit;
        visits += block->visit != NULL;
        if (block->visit)
            assert_true(block->visit->conducted_on >= chain->shipments[block->first]->certificate_issued_on);
        if (i && block->visit)
            assert_true(block->visit->conducted_on >= chain->obligations[i - 1].visit->conducted_on);
    }
    assert_int_equal(next, chain->shipment_count);
    size_t all = 0;
    for (size_t i = 0; i < w->records.visit_count; i++)
        for (size_t d = 0; d < chain->decree_count; d++)
            all += !strcmp(w->visits[i]->decree, chain->decrees[d]->id);
    assert_int_equal(visits, all);
}

#define SHUFFLE(dice, items, count)                \
    for (size_t i_ = (count); i_ > 1; i_--) {      \
        size_t k_ = (size_t)upto((dice), (int)i_); \
        const void *kept_ = (items)[i_ - 1];       \
        (items)[i_ - 1] = (items)[k_];             \
        (items)[k_] = kept_;                       \
    }

static void test_policy__holds_in_random_histories(void **state)
{
    struct dice dice = {1};
    (void)state;
    for (int round = 0; round < 1500; round++) {
        struct world w;
        world_init(&w);
        random_history(&w, &dice);
        run(&w, "2020-12-31");
        for (size_t i = 0; i < w.schedule->chain_count; i++)
            check_chain(&w, &w.schedule->chains[i]);
        char *before = written(&w);
        SHUFFLE(&dice, w.decrees, w.records.decree_count)
        SHUFFLE(&dice, w.shipments, w.records.shipment_count)
        SHUFFLE(&dice, w.visits, w.records.visit_count)
        run(&w, "2020-12-31");
        char *after = written(&w);
        assert_string_equal(after, before);
        free(before);
        free(after);
        world_fini(&w);
    }
}

/* One policy throughout: what it must never do. */
static void test_policy__never_owes_too_much(void **state)
{
    struct dice dice = {2};
    (void)state;
    for (int round = 0; round < 600; round++) {
        struct world w;
        world_init(&w);
        random_history(&w, &dice);
        for (size_t i = 0; i < w.records.decree_count; i++) {
            ((struct qb_decree *)(uintptr_t)w.decrees[i])->policy = NULL;
            ((struct qb_decree *)(uintptr_t)w.decrees[i])->every = 0;
        }
        run(&w, "2020-12-31");
        const char *policy = w.settings.monitoring.policy;
        for (size_t c = 0; c < w.schedule->chain_count; c++) {
            const struct qb_chain *chain = &w.schedule->chains[c];
            size_t unmet = 0;
            for (size_t i = 0; i < chain->obligation_count; i++)
                unmet += !chain->obligations[i].visit;
            if (!strcmp(policy, "fixed"))
                assert_true((size_t)chain->required <= chain->shipment_count / (size_t)w.settings.monitoring.every);
            if (!strcmp(policy, "since_last"))
                assert_true(unmet <= 1);
            assert_true((size_t)chain->required <= chain->shipment_count);
        }
        world_fini(&w);
    }
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, world_setup, world_teardown)
    const struct CMUnitTest tests[] = {
        EACH(test_policy__the_table),
        EACH(test_policy__the_draw_is_the_documented_one),
        EACH(test_policy__lots_are_drawn_fairly),
        EACH(test_policy__fixed),
        EACH(test_policy__since_last),
        EACH(test_policy__since_last_is_overdue_only_once_one_more_has_left),
        EACH(test_policy__csp1),
        EACH(test_policy__csp2),
        EACH(test_policy__csp3),
        EACH(test_policy__csp3_does_not_forgive_one_among_the_four),
        EACH(test_policy__skip_lot_qualifies),
        EACH(test_policy__skip_lot_through_its_states),
        EACH(test_policy__skip_lot_gives_up_what_takes_too_long),
        EACH(test_policy__what_is_owed_stays_owed),
        EACH(test_policy__an_open_block_ends_when_every_shipment_is_to_be_seen),
        EACH(test_policy__a_chain_may_change_its_policy),
        EACH(test_policy__the_long_run_is_as_published),
        EACH(test_policy__holds_in_random_histories),
        EACH(test_policy__never_owes_too_much),
    };
    return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
