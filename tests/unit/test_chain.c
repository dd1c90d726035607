/* SPDX-License-Identifier: GPL-2.0-or-later */
/* R1 to R3: how long a decree is in force, which carry on from one another, which overlap. */
#include "tests/unit/schedule_world.h"

#include <stdio.h>

#define DECREE "SK-2020-0077"

/* "code decree other" of each warning, joined by commas. */
static void assert_warnings(struct world *w, const char *expected)
{
    struct qb_buf text = {0};
    for (size_t i = 0; i < w->schedule->warning_count; i++) {
        const struct qb_schedule_warning *warning = &w->schedule->warnings[i];
        qb_buf_addf(&text, "%s%s %s %s", i ? ", " : "",
                    warning->code == QB_WARNING_DECREE_OVERLAP ? "overlap" : "broken", warning->decree, warning->other);
    }
    assert_string_equal(qb_buf_text(&text), expected);
    qb_buf_fini(&text);
}

/* --- R1 --- */

static void test_chain__last_day_of_months(void **state)
{
    static const struct {
        const char *from;
        int months;
        const char *last;
    } rows[] = {
        {"2020-06-05", 3, "2020-09-04"}, /* the decree of the rules */
        {"2020-06-05", 0, "2020-09-04"}, /* three when not given */
        {"2020-11-30", 3, "2021-02-27"}, /* 28 February, less one day */
        {"2019-11-30", 3, "2020-02-28"}, /* leap year: 29 February, less one */
        {"2019-12-31", 2, "2020-02-28"},          {"2020-01-31", 1, "2020-02-28"},  {"2021-01-31", 1, "2021-02-27"},
        {"2020-02-29", 12, "2021-02-27"},         {"2020-02-29", 48, "2024-02-28"}, {"2020-03-31", 1, "2020-04-29"},
        {"2020-12-01", 1, "2020-12-31"},          {"1900-01-31", 1, "1900-02-27"}, /* no leap year */
        {"2000-01-31", 1, "2000-02-28"},                                           /* one */
        {"9999-12-15", 3, "9999-12-31"},                                           /* no later day can be written */
        {"2020-01-01", 2147483647, "3019-12-31"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct qb_decree *d = decree(*state, DECREE, rows[i].from);
        d->validity_months = rows[i].months;
        assert_date(qb_decree_last_day(d), rows[i].last);
    }
}

static void test_chain__in_force_ends_with_last_day_or_revocation(void **state)
{
    struct qb_decree *d = decree(*state, DECREE, "2020-06-05");
    d->validity_months = 12;
    d->valid_until = day("2020-08-31"); /* goes before the months */
    assert_false(qb_decree_in_force(d, day("2020-06-04")));
    assert_true(qb_decree_in_force(d, day("2020-06-05")));
    assert_true(qb_decree_in_force(d, day("2020-08-31")));
    assert_false(qb_decree_in_force(d, day("2020-09-01")));
    d->revoked_on = day("2020-07-10");
    assert_true(qb_decree_in_force(d, day("2020-07-09")));
    assert_false(qb_decree_in_force(d, day("2020-07-10")));
    d->revoked_on = day("2020-06-05"); /* never in force */
    assert_false(qb_decree_in_force(d, day("2020-06-05")));
}

/* --- R2 --- */

static void test_chain__extension_joins_within_the_gap(void **state)
{
    struct world *w = *state;
    decree(w, "SK-A", "2020-06-05");
    struct qb_decree *b = decree(w, "SK-B", "2020-10-05");
    b->extends = "SK-A";
    run(w, "2020-07-01");
    assert_int_equal(w->schedule->chain_count, 1);
    assert_int_equal(w->schedule->chains[0].decree_count, 2);
    assert_string_equal(w->schedule->chains[0].decrees[1]->id, "SK-B");
    assert_date(w->schedule->chains[0].last_day, "2021-01-04");
    assert_warnings(w, "");
    b->valid_from = day("2020-10-06"); /* a day too late */
    run(w, "2020-07-01");
    assert_int_equal(w->schedule->chain_count, 2);
    assert_warnings(w, "broken SK-B SK-A");
    w->settings.monitoring.extension_gap_days = 31;
    run(w, "2020-07-01");
    assert_int_equal(w->schedule->chain_count, 1);
    w->settings.monitoring.extension_gap_days = 0;
    b->valid_from = day("2020-09-05");
    run(w, "2020-07-01");
    assert_int_equal(w->schedule->chain_count, 1);
    b->valid_from = day("2020-09-06");
    run(w, "2020-07-01");
    assert_int_equal(w->schedule->chain_count, 2);
}

static void test_chain__extension_must_begin_later(void **state)
{
    struct world *w = *state;
    decree(w, "SK-A", "2020-06-05");
    struct qb_decree *b = decree(w, "SK-B", "2020-06-06"); /* overlaps, but extends: no warning */
    b->extends = "SK-A";
    run(w, "2020-07-01");
    assert_int_equal(w->schedule->chain_count, 1);
    assert_warnings(w, "");
    b->valid_from = day("2020-06-05");
    run(w, "2020-07-01");
    assert_int_equal(w->schedule->chain_count, 2);
    assert_warnings(w, "broken SK-B SK-A");
}

static void test_chain__extension_of_a_revoked_decree_is_broken(void **state)
{
    struct world *w = *state;
    struct qb_decree *a = decree(w, "SK-A", "2020-06-05");
    decree(w, "SK-B", "2020-09-05")->extends = "SK-A";
    a->revoked_on = day("2020-08-01");
    run(w, "2020-07-01"); /* even before that day */
    assert_int_equal(w->schedule->chain_count, 2);
    assert_warnings(w, "broken SK-B SK-A");
}

static void test_chain__extension_of_itself_or_nothing_is_broken(void **state)
{
    struct world *w = *state;
    decree(w, "SK-A", "2020-06-05")->extends = "SK-A";
    decree(w, "SK-B", "2020-10-05")->extends = "SK-ABSENT";
    run(w, "2020-07-01");
    assert_int_equal(w->schedule->chain_count, 2);
    assert_warnings(w, "broken SK-A SK-A, broken SK-B SK-ABSENT");
}

static void test_chain__of_two_extensions_the_earlier_joins(void **state)
{
    struct world *w = *state;
    decree(w, "SK-C", "2020-09-05")->extends = "SK-A";
    struct qb_decree *b = decree(w, "SK-B", "2020-09-05");
    b->extends = "SK-A";
    decree(w, "SK-A", "2020-06-05");
    run(w, "2020-07-01");
    assert_int_equal(chain(w, "SK-A")->decree_count, 2);
    assert_string_equal(chain(w, "SK-A")->decrees[1]->id, "SK-B"); /* the same day: the lower id */
    assert_warnings(w, "broken SK-C SK-A, overlap SK-C SK-B");
    b->valid_from = day("2020-09-06");
    run(w, "2020-07-01");
    assert_string_equal(chain(w, "SK-A")->decrees[1]->id, "SK-C");
    b->valid_from = day("2020-06-05"); /* does not qualify, so it is no rival */
    run(w, "2020-07-01");
    assert_string_equal(chain(w, "SK-A")->decrees[1]->id, "SK-C");
    assert_warnings(w, "broken SK-B SK-A");
}

static void test_chain__chain_of_three_is_known_by_the_first(void **state)
{
    struct world *w = *state;
    decree(w, "SK-A", "2021-01-01")->extends = "SK-Z";
    decree(w, "SK-Z", "2020-10-01")->extends = "SK-M";
    decree(w, "SK-M", "2020-07-01");
    run(w, "2021-02-01");
    assert_int_equal(w->schedule->chain_count, 1);
    assert_string_equal(w->schedule->chains[0].id, "SK-M");
    assert_string_equal(w->schedule->chains[0].decrees[2]->id, "SK-A");
    assert_date(w->schedule->chains[0].last_day, "2021-03-31");
    assert_true(w->schedule->chains[0].in_force);
    run(w, "2021-04-01");
    assert_false(w->schedule->chains[0].in_force);
}

/* --- R3 --- */

static void test_chain__overlap_warns_on_the_later(void **state)
{
    struct world *w = *state;
    decree(w, "SK-B", "2020-06-05");
    struct qb_decree *a = decree(w, "SK-A", "2020-09-04"); /* the last day of B */
    run(w, "2020-07-01");
    assert_warnings(w, "overlap SK-A SK-B");
    a->valid_from = day("2020-09-05");
    run(w, "2020-07-01");
    assert_warnings(w, "");
    a->valid_from = day("2020-06-05"); /* the same day: the higher id is the later */
    run(w, "2020-07-01");
    assert_warnings(w, "overlap SK-B SK-A");
}

static void test_chain__overlap_knows_revocation(void **state)
{
    struct world *w = *state;
    struct qb_decree *a = decree(w, "SK-A", "2020-06-05");
    decree(w, "SK-B", "2020-07-01");
    a->revoked_on = day("2020-07-01");
    run(w, "2020-07-01");
    assert_warnings(w, "");
    a->revoked_on = day("2020-07-02");
    run(w, "2020-07-01");
    assert_warnings(w, "overlap SK-B SK-A");
    a->revoked_on = day("2020-06-05"); /* never in force */
    run(w, "2020-07-01");
    assert_warnings(w, "");
}

static void test_chain__overlap_names_every_pair_once(void **state)
{
    struct world *w = *state;
    decree(w, "SK-A", "2020-06-01")->valid_until = day("2020-12-31");
    decree(w, "SK-B", "2020-06-02")->valid_until = day("2020-06-30");
    decree(w, "SK-C", "2020-06-30")->valid_until = day("2020-08-31");
    decree(w, "SK-D", "2020-08-01")->extends = "SK-C";
    run(w, "2020-07-01");
    assert_warnings(w, "overlap SK-B SK-A, overlap SK-C SK-A, overlap SK-C SK-B, overlap SK-D SK-A");
}

static void test_chain__many_overlaps_stay_bounded(void **state)
{
    struct world *w = *state;
    for (int i = 0; i < 3000; i++) {
        char *id = qb_arena_alloc(&w->arena, 16);
        snprintf(id, 16, "SK-%05d", i);
        decree(w, id, "2020-06-05");
    }
    run(w, "2020-07-01");
    assert_int_equal(w->schedule->chain_count, 3000);
    assert_int_equal(w->schedule->warning_count, 100 * 99 / 2 + 2900 * 100);
    assert_string_equal(w->schedule->warnings[0].decree, "SK-00001");
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_chain__##name, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(last_day_of_months),
        TEST(in_force_ends_with_last_day_or_revocation),
        TEST(extension_joins_within_the_gap),
        TEST(extension_must_begin_later),
        TEST(extension_of_a_revoked_decree_is_broken),
        TEST(extension_of_itself_or_nothing_is_broken),
        TEST(of_two_extensions_the_earlier_joins),
        TEST(chain_of_three_is_known_by_the_first),
        TEST(overlap_warns_on_the_later),
        TEST(overlap_knows_revocation),
        TEST(overlap_names_every_pair_once),
        TEST(many_overlaps_stay_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
