/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The figures of months against a second computation that shares nothing with the first: the schedule is made anew for
 * every single day, and what changed from one day to the next is what happened on that day. Over random histories,
 * under every policy.
 */
#include "core/output/monthly.h"
#include "core/schedule/figures.h"
#include "core/schedule/policy.h"
#include "tests/unit/schedule_world.h"

#include <stdio.h>

/* --- a random history --- */

struct dice {
    uint64_t state;
};

static uint32_t roll(struct dice *dice, uint32_t sides) /* xorshift64* */
{
    dice->state ^= dice->state >> 12;
    dice->state ^= dice->state << 25;
    dice->state ^= dice->state >> 27;
    return (uint32_t)((dice->state * 2685821657736338717u) >> 33) % sides;
}

static const char *name_of(struct world *w, const char *prefix, size_t number)
{
    char text[32];
    int length = snprintf(text, sizeof text, "%s-%03zu", prefix, number);
    return qb_arena_copy(&w->arena, text, (size_t)length);
}

#define FIRST "2019-11-01"
#define DAYS 330
static const char *const commodities[] = {"CDT-0001", "CDT-0002", "CDT-0003"};
static const char *const countries[] = {"JP", "SG", "KR"};

static void give_lines(struct world *w, struct dice *dice, struct qb_shipment *made)
{
    size_t count = 1 + roll(dice, 3);
    const char **ids = qb_arena_alloc(&w->arena, count * sizeof *ids);
    int64_t *weights = qb_arena_alloc(&w->arena, count * sizeof *weights);
    for (size_t i = 0; i < count; i++) {
        ids[i] = commodities[roll(dice, 3)];
        weights[i] = 1 + roll(dice, 20000000);
    }
    made->commodities = (struct qb_ids){ids, count};
    made->net_weights = weights;
    made->import_country = countries[roll(dice, 3)];
}

static void make_history(struct world *w, struct dice *dice)
{
    char text[QB_DATE_SIZE];
    qb_date first = day(FIRST);
    for (size_t i = 0; i < 3; i++) {
        struct qb_decree *made =
            decree(w, name_of(w, "SK", i), qb_date_format(first + 10 + (qb_date)i * 95 + (qb_date)roll(dice, 9), text));
        made->every = (int)roll(dice, 5);
        if (i && roll(dice, 3))
            made->extends = name_of(w, "SK", i - 1);
        if (!roll(dice, 3))
            made->revoked_on = made->valid_from + (qb_date)roll(dice, 60);
    }
    size_t shipments = 10 + roll(dice, 60);
    size_t visits = roll(dice, 20);
    for (size_t i = 0; i < shipments; i++) {
        qb_date on = first + (qb_date)roll(dice, DAYS);
        struct qb_shipment *made =
            shipment(w, name_of(w, "SHP", i), name_of(w, "SK", roll(dice, 3)), qb_date_format(on, text));
        made->status = (enum qb_shipment_status)roll(dice, 4);
        give_lines(w, dice, made);
    }
    for (size_t i = 0; i < visits; i++) {
        qb_date on = first + (qb_date)roll(dice, DAYS);
        struct qb_visit *made =
            visit(w, name_of(w, "VIS", i), name_of(w, "SK", roll(dice, 3)), qb_date_format(on, text));
        made->type = roll(dice, 4) ? QB_VISIT_ROUTINE : QB_VISIT_AD_HOC;
        made->counts_as_routine = roll(dice, 2);
        made->result = (enum qb_visit_result)(1 + roll(dice, 3));
        made->status = roll(dice, 6) ? QB_VISIT_CONDUCTED : QB_VISIT_CANCELLED;
        if (roll(dice, 2))
            continue;
        struct qb_finding *found = finding(w, name_of(w, "FND", i), made->id, qb_date_format(on + 20, text));
        found->severity = (enum qb_severity_of_finding)roll(dice, 3);
        found->verified_on = roll(dice, 2) ? on + (qb_date)roll(dice, 40) : QB_DATE_NONE;
    }
}

/* --- the second computation --- */

#define MOST_MONTHS 14
struct tally {
    qb_date months[MOST_MONTHS];
    struct qb_figures figures[MOST_MONTHS];
    size_t count;
};

static int64_t *counter(struct tally *tally, qb_date on, enum qb_figure figure)
{
    char text[QB_DATE_SIZE];
    char month[QB_DATE_SIZE];
    qb_date_format(on, text);
    for (size_t i = 0; i < tally->count; i++)
        if (!strncmp(qb_date_format(tally->months[i], month), text, 7))
            return &tally->figures[i].of[figure];
    assert_true(tally->count < MOST_MONTHS);
    memcpy(text + 8, "01", 3);
    tally->months[tally->count] = day(text);
    return &tally->figures[tally->count++].of[figure];
}

/* What is true at the end of a day. */
struct state {
    int64_t counted;
    int64_t uncounted;
    int64_t owed;
    int64_t met;
};

static struct state look(struct world *w, qb_date on, bool *ever, int64_t *overdue)
{
    char text[QB_DATE_SIZE];
    struct state state = {0};
    const struct qb_facility_schedule *schedule = run(w, qb_date_format(on, text));
    for (size_t i = 0; i < schedule->chain_count; i++) {
        const struct qb_chain *each = &schedule->chains[i];
        state.counted += (int64_t)each->shipment_count;
        state.uncounted += (int64_t)each->uncounted_count;
        for (size_t k = 0; k < each->obligation_count; k++) {
            const struct qb_obligation *block = &each->obligations[k];
            state.owed += block->due_on != QB_DATE_NONE;
            state.met += block->visit != NULL;
            bool *before = &ever[i * 200 + k];
            *overdue += block->status == QB_STATUS_OVERDUE && !*before;
            *before |= block->status == QB_STATUS_OVERDUE;
        }
    }
    return state;
}

static void tally_schedule(struct world *w, struct tally *tally, qb_date last)
{
    static bool ever[600];
    struct state before = {0};
    memset(ever, 0, sizeof ever);
    for (qb_date on = day(FIRST); on <= last; on++) {
        int64_t overdue = 0;
        struct state now = look(w, on, ever, &overdue);
        if (now.counted != before.counted)
            *counter(tally, on, QB_FIGURE_INLINE) += now.counted - before.counted;
        if (now.uncounted != before.uncounted)
            *counter(tally, on, QB_FIGURE_NORMAL) += now.uncounted - before.uncounted;
        if (now.owed != before.owed)
            *counter(tally, on, QB_FIGURE_OWED) += now.owed - before.owed;
        if (now.met != before.met)
            *counter(tally, on, QB_FIGURE_MET) += now.met - before.met;
        if (overdue)
            *counter(tally, on, QB_FIGURE_LATE) += overdue;
        before = now;
    }
}

static void tally_records(struct world *w, struct tally *tally, qb_date last)
{
    for (size_t i = 0; i < w->records.shipment_count; i++) {
        const struct qb_shipment *each = w->shipments[i];
        qb_date on = each->certificate_issued_on;
        if (on > last || each->status == QB_SHIPMENT_PLANNED)
            continue;
        bool cancelled = each->status == QB_SHIPMENT_CANCELLED;
        ++*counter(tally, on, cancelled ? QB_FIGURE_CANCELLED : QB_FIGURE_CERTIFICATES);
        for (size_t k = 0; !cancelled && k < each->commodities.count; k++)
            *counter(tally, on, QB_FIGURE_WEIGHT) += each->net_weights[k];
    }
    for (size_t i = 0; i < w->records.visit_count; i++) {
        const struct qb_visit *each = w->visits[i];
        if (each->conducted_on > last || each->status != QB_VISIT_CONDUCTED)
            continue;
        ++*counter(tally, each->conducted_on, QB_FIGURE_OTHER_VISITS);
        *counter(tally, each->conducted_on, QB_FIGURE_NONCONFORM) += each->result == QB_VISIT_NONCONFORM;
        for (size_t k = 0; k < w->records.finding_count; k++) {
            const struct qb_finding *found = w->findings[k];
            if (strcmp(found->visit, each->id))
                continue;
            ++*counter(tally, each->conducted_on, (enum qb_figure)(QB_FIGURE_CRITICAL + (int)found->severity));
            if (found->verified_on != QB_DATE_NONE && found->verified_on <= last)
                ++*counter(tally, found->verified_on, QB_FIGURE_VERIFIED);
        }
    }
    for (size_t i = 0; i < tally->count; i++)
        tally->figures[i].of[QB_FIGURE_OTHER_VISITS] -= tally->figures[i].of[QB_FIGURE_MET];
}

/* `drawn`: under a policy that draws lots a visit can end the block that was being filled, and so make a visit owed
 * since an earlier day: then only the sum of those owed is what it was day by day. */
static void assert_same(const struct tally *tally, const struct qb_facility_figures *figures, uint64_t seed, bool drawn)
{
    int64_t owed = 0;
    static const struct qb_figures none;
    size_t found = 0;
    for (size_t i = 0; i < tally->count; i++) {
        const struct qb_figures *made = &none;
        for (size_t k = 0; k < figures->month_count; k++)
            if (figures->months[k].month == tally->months[i])
                made = &figures->months[k].figures;
        found += made != &none;
        owed += made->of[QB_FIGURE_OWED] - tally->figures[i].of[QB_FIGURE_OWED];
        for (size_t k = 0; k < QB_FIGURES; k++)
            if ((!drawn || (k != QB_FIGURE_OWED && k != QB_FIGURE_LATE)) && made->of[k] != tally->figures[i].of[k])
                fail_msg("seed %llu, month %zu, figure %zu: %lld, not %lld", (unsigned long long)seed, i, k,
                         (long long)made->of[k], (long long)tally->figures[i].of[k]);
    }
    assert_int_equal(owed, 0);
    assert_true(drawn || found == figures->month_count);
}

/* Certificates and weight of a commodity or a country in a month, straight from the records. */
static void assert_parts(struct world *w, const struct qb_facility_figures *figures, qb_date last)
{
    int64_t rows = 0;
    for (size_t i = 0; i < figures->part_count; i++) {
        const struct qb_part_figures *part = &figures->parts[i];
        int64_t certificates = 0;
        int64_t weight = 0;
        for (size_t k = 0; k < w->records.shipment_count; k++) {
            const struct qb_shipment *each = w->shipments[k];
            bool named = false;
            if ((each->status != QB_SHIPMENT_CERTIFIED && each->status != QB_SHIPMENT_DEPARTED) ||
                each->certificate_issued_on > last || qb_figures_month(each->certificate_issued_on) != part->month)
                continue;
            for (size_t l = 0; l < each->commodities.count; l++) {
                bool here = part->part == QB_PART_COMMODITY ? !strcmp(each->commodities.items[l], part->key)
                                                            : !strcmp(each->import_country, part->key);
                named |= here;
                weight += here ? each->net_weights[l] : 0;
            }
            certificates += named;
        }
        assert_int_equal(part->certificates, certificates);
        assert_int_equal(part->weight, weight);
        assert_true(certificates > 0);
        rows += part->part == QB_PART_COUNTRY ? part->certificates : 0;
    }
    for (size_t i = 0; i < figures->month_count; i++)
        rows -= figures->months[i].figures.of[QB_FIGURE_CERTIFICATES];
    assert_int_equal(rows, 0); /* each certificate goes to one country */
}

static void compare(uint64_t seed, const char *policy)
{
    struct world w;
    struct dice dice = {seed * 0x9e3779b97f4a7c15u + 1};
    struct tally tally = {0};
    char text[QB_DATE_SIZE];
    world_init(&w);
    w.settings.monitoring.policy = policy;
    w.settings.monitoring.every = 1 + (int)roll(&dice, 5);
    w.settings.monitoring.clearance = 2;
    make_history(&w, &dice);
    qb_date last = day(FIRST) + 100 + (qb_date)roll(&dice, DAYS - 100);
    tally_schedule(&w, &tally, last);
    tally_records(&w, &tally, last);
    run(&w, qb_date_format(last, text));
    struct qb_facility_figures *figures = qb_figures_of(w.schedule, &w.records, last);
    assert_same(&tally, figures, seed, strcmp(policy, "fixed") && strcmp(policy, "since_last"));
    assert_parts(&w, figures, last);
    qb_figures_free(figures);
    world_fini(&w);
}

static void test_figures__are_what_happened_day_by_day(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 300; seed++)
        compare(seed, "fixed");
}

/* Under every policy: the blocks of the others are drawn and judged in other ways. */
static void test_figures__under_every_policy(void **state)
{
    (void)state;
    for (size_t i = 0; i < qb_policy_count; i++)
        for (uint64_t seed = 1; seed <= 60; seed++)
            compare(1000 + seed, qb_policies[i].name);
}

/* A month that is over says the same whenever it is asked. */
static void test_figures__of_a_past_month_stay(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 100; seed++) {
        struct world w;
        struct dice dice = {seed * 77777777777u + 3};
        world_init(&w);
        make_history(&w, &dice);
        struct qb_facility_figures *now = qb_figures_of(run(&w, "2020-04-30"), &w.records, day("2020-04-30"));
        struct qb_facility_figures *later = qb_figures_of(run(&w, "2020-09-15"), &w.records, day("2020-09-15"));
        assert_true(later->month_count >= now->month_count);
        for (size_t i = 0; i < now->month_count; i++) {
            assert_int_equal(now->months[i].month, later->months[i].month);
            assert_memory_equal(&now->months[i].figures, &later->months[i].figures, sizeof now->months[i].figures);
        }
        qb_figures_free(now);
        qb_figures_free(later);
        world_fini(&w);
    }
}

static void test_figures__of_nothing_are_none(void **state)
{
    struct world *w = *state;
    decree(w, "SK-1", "2020-01-01");
    struct qb_facility_figures *figures = qb_figures_of(run(w, "2020-03-01"), &w->records, day("2020-03-01"));
    assert_int_equal(figures->month_count, 0);
    assert_int_equal(figures->part_count, 0);
    qb_figures_free(figures);
    qb_figures_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_figures__are_what_happened_day_by_day),
        cmocka_unit_test(test_figures__under_every_policy),
        cmocka_unit_test(test_figures__of_a_past_month_stay),
        cmocka_unit_test_setup_teardown(test_figures__of_nothing_are_none, world_setup, world_teardown),
    };
    return cmocka_run_group_tests_name("figures", tests, NULL, NULL);
}
