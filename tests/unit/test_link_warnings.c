/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Warnings among records: they come and go with their cause, whichever of the records changes, and never keep a record
 * out. Then closed records, what the caller is told, and what happens when a text cannot be read again.
 */
#include "records_world.h"

#define AS_OF "2020-06-20"

static int begin(void **state)
{
    struct office *office = qb_mem_alloc(sizeof *office);
    office_open(office, shipped_kinds(), AS_OF);
    put_basics(office);
    *state = office;
    return 0;
}

static int end(void **state)
{
    struct office *office = *state;
    struct qb_kinds *kinds = office->kinds;
    office_close(office);
    qb_kinds_free(kinds);
    free(office);
    return 0;
}

static void put_sent(struct office *office, const char *id, const char *issued_on, const char *commodity)
{
    put(office, "shipment", id,
        "\"certificate_number\": \"%s\",\n\"decree\": \"SK-1\",\n\"certificate_issued_on\": \"%s\",\n"
        "\"import_country\": \"JP\", \"status\": \"certified\", \"correction_reason\": \"x\",\n"
        "\"lines\": [{\"commodity\": \"%s\", \"net_weight_kg\": 1}]",
        id, issued_on, commodity);
}

static void correct_decree(struct office *office, const char *commodity, const char *more)
{
    char text[200];
    snprintf(text, sizeof text, ", \"correction_reason\": \"x\"%s", more);
    put_decree(office, "SK-1", 1, "FAC-1", commodity, text);
}

/* --- dates --- */

static void test_link_warnings__outside_the_decrees_days(void **state)
{
    struct office *office = *state;
    static const struct {
        const char *day;
        bool inside;
    } rows[] = {{"2020-06-04", false}, {"2020-06-05", true}, {"2020-06-20", true}};
    for (size_t i = 0; i < 3; i++) {
        put_sent(office, "SHP-1", rows[i].day, "CDT-1");
        put_visit(office, "VIS-1", "FAC-1", "SK-1", rows[i].day, "conform");
        pass(office);
        expect_valid(office, "shipment", "SHP-1");
        expect_linked(office, "shipment", "SHP-1", !rows[i].inside);
        expect_linked(office, "visit", "VIS-1", !rows[i].inside);
        if (rows[i].inside)
            continue;
        expect_problem(office, "visit", "VIS-1", QB_PROBLEM_OUTSIDE_DECREE, "/conducted_on");
        const struct qb_problem *problem =
            expect_problem(office, "shipment", "SHP-1", QB_PROBLEM_OUTSIDE_DECREE, "/certificate_issued_on");
        assert_int_equal(problem->line, 5);
        assert_string_equal(problem->args[0].value, "certificate_issued_on");
        assert_string_equal(problem->args[1].value, "2020-06-04");
        assert_string_equal(problem->args[2].value, "SK-1");
        assert_string_equal(problem->args[3].value, "2020-06-05");
        assert_string_equal(problem->args[4].value, "2020-07-04");
    }
}

static void test_link_warnings__the_decree_changes_under_them(void **state)
{
    struct office *office = *state;
    put_sent(office, "SHP-1", "2020-06-10", "CDT-1");
    put_visit(office, "VIS-1", "FAC-1", "SK-1", "2020-06-10", "conform");
    pass(office);
    expect_linked(office, "shipment", "SHP-1", 0);
    correct_decree(office, "CDT-1", ", \"revoked_on\": \"2020-06-10\", \"revocation_reason\": \"x\"");
    pass(office);
    const struct qb_problem *problem =
        expect_problem(office, "shipment", "SHP-1", QB_PROBLEM_OUTSIDE_DECREE, "/certificate_issued_on");
    assert_string_equal(problem->args[4].value, "2020-06-09"); /* the last day before the revocation */
    expect_problem(office, "visit", "VIS-1", QB_PROBLEM_OUTSIDE_DECREE, "/conducted_on");
    correct_decree(office, "CDT-1", ", \"revoked_on\": \"2020-06-11\", \"revocation_reason\": \"x\"");
    pass(office);
    expect_linked(office, "shipment", "SHP-1", 0);
    expect_linked(office, "visit", "VIS-1", 0);
    correct_decree(office, "CDT-9", ", \"revoked_on\": \"2020-06-01\", \"revocation_reason\": \"x\"");
    pass(office); /* that version is wrong: the one in force says the same as before */
    expect_linked(office, "shipment", "SHP-1", 0);
}

static void test_link_warnings__the_future(void **state)
{
    struct office *office = *state;
    put_sent(office, "SHP-1", "2020-06-21", "CDT-1");
    put_visit(office, "VIS-1", "FAC-1", "SK-1", "2020-06-21", "conform");
    put_sent(office, "SHP-2", "2020-06-20", "CDT-1");
    pass(office);
    expect_problem(office, "shipment", "SHP-1", QB_PROBLEM_FUTURE, "/certificate_issued_on");
    expect_problem(office, "visit", "VIS-1", QB_PROBLEM_FUTURE, "/conducted_on");
    expect_linked(office, "shipment", "SHP-2", 0);
    office->link.as_of++; /* midnight */
    qb_link_suspect_all(&office->link);
    pass(office);
    expect_linked(office, "shipment", "SHP-1", 0);
    expect_linked(office, "visit", "VIS-1", 0);
    office->link.as_of -= 2; /* the clock was set back */
    qb_link_suspect_all(&office->link);
    pass(office);
    expect_problem(office, "shipment", "SHP-2", QB_PROBLEM_FUTURE, "/certificate_issued_on");
    expect_valid(office, "shipment", "SHP-2");
}

/* --- commodities --- */

static void test_link_warnings__a_commodity_of_high_risk(void **state)
{
    struct office *office = *state;
    put_decree(office, "SK-2", 2, "FAC-2", "CDT-1", "");
    pass(office);
    expect_linked(office, "decree", "SK-1", 0);
    put_commodity(office, "CDT-1", "high", "");
    pass(office);
    const struct qb_problem *problem = expect_problem(office, "decree", "SK-1", QB_PROBLEM_RISK, "/commodities");
    assert_string_equal(problem->args[0].value, "CDT-1");
    assert_string_equal(problem->args[1].value, "Ubi CDT-1");
    expect_problem(office, "decree", "SK-2", QB_PROBLEM_RISK, "/commodities");
    expect_valid(office, "decree", "SK-2");
    put_commodity(office, "CDT-1", "lowest", ""); /* wrong: the risk in force stays high */
    pass(office);
    expect_problem(office, "decree", "SK-1", QB_PROBLEM_RISK, "/commodities");
    put_commodity(office, "CDT-1", "low", ", \"recorded_by\": \"OFF-9\""); /* held back by a reference */
    pass(office);
    expect_problem(office, "decree", "SK-1", QB_PROBLEM_RISK, "/commodities");
    put_officer(office, "OFF-9", "");
    pass(office);
    expect_linked(office, "decree", "SK-1", 0);
    expect_linked(office, "decree", "SK-2", 0);
    take(office, "commodity", "CDT-1");
    pass(office);
    expect_problem(office, "decree", "SK-1", QB_PROBLEM_REFERENCE, "/commodities/0");
    expect_linked(office, "decree", "SK-1", 1);
}

static void test_link_warnings__no_line_is_in_the_decree(void **state)
{
    struct office *office = *state;
    put_commodity(office, "CDT-2", "low", "");
    put_sent(office, "SHP-1", "2020-06-10", "CDT-2");
    put(office, "shipment", "SHP-2",
        "\"certificate_number\": \"C\", \"decree\": \"SK-1\", \"import_country\": \"JP\", \"status\": \"planned\","
        "\"lines\": [{\"commodity\": \"CDT-2\", \"net_weight_kg\": 1}, {\"commodity\": \"CDT-1\", \"net_weight_kg\": "
        "1}]");
    pass(office);
    const struct qb_problem *problem = expect_problem(office, "shipment", "SHP-1", QB_PROBLEM_OUTSIDE_DECREE, "/lines");
    assert_string_equal(problem->message_id, "problem.outside-decree.commodity");
    assert_string_equal(problem->args[0].value, "CDT-2");
    expect_valid(office, "shipment", "SHP-1");
    expect_linked(office, "shipment", "SHP-2", 0); /* one of them is enough */
    correct_decree(office, "CDT-2", "");
    pass(office);
    expect_linked(office, "shipment", "SHP-1", 0);
    put_sent(office, "SHP-1", "2020-06-10", "CDT-3"); /* one that does not exist is told as that alone */
    pass(office);
    expect_problem(office, "shipment", "SHP-1", QB_PROBLEM_REFERENCE, "/lines/0/commodity");
    expect_linked(office, "shipment", "SHP-1", 1);
}

/* --- findings --- */

static void test_link_warnings__a_visit_without_its_finding(void **state)
{
    struct office *office = *state;
    put_visit(office, "VIS-1", "FAC-1", "SK-1", "2020-06-15", "nonconform");
    put_visit(office, "VIS-2", "FAC-1", "SK-1", "2020-06-15", "nonconform");
    put_visit(office, "VIS-3", "FAC-1", "SK-1", "2020-06-15", "inconclusive");
    pass(office);
    expect_problem(office, "visit", "VIS-1", QB_PROBLEM_FINDING_MISSING, "/result");
    expect_linked(office, "visit", "VIS-3", 0);
    put_finding(office, "FND-1", "VIS-1", "");
    pass(office);
    expect_linked(office, "visit", "VIS-1", 0);
    put_finding(office, "FND-1", "VIS-2", ""); /* it was another visit's */
    pass(office);
    expect_problem(office, "visit", "VIS-1", QB_PROBLEM_FINDING_MISSING, "/result");
    expect_linked(office, "visit", "VIS-2", 0);
    put_finding(office, "FND-1", "VIS-9", ""); /* wrong: the version in force still counts */
    pass(office);
    expect_linked(office, "visit", "VIS-2", 0);
    take(office, "finding", "FND-1");
    pass(office);
    expect_problem(office, "visit", "VIS-2", QB_PROBLEM_FINDING_MISSING, "/result");
    put_visit(office, "VIS-2", "FAC-1", "SK-1", "2020-06-15", "conform");
    pass(office);
    expect_linked(office, "visit", "VIS-2", 0);
}

static void test_link_warnings__a_visit_goes_and_its_findings_stay(void **state)
{
    struct office *office = *state;
    put_visit(office, "VIS-1", "FAC-1", "SK-1", "2020-06-15", "nonconform");
    put_finding(office, "FND-1", "VIS-1", "");
    pass(office);
    take(office, "visit", "VIS-1");
    pass(office);
    expect_problem(office, "finding", "FND-1", QB_PROBLEM_REFERENCE, "/visit");
    put_visit(office, "VIS-1", "FAC-1", "SK-1", "2020-06-15", "nonconform");
    pass(office);
    expect_valid(office, "finding", "FND-1");
    expect_linked(office, "visit", "VIS-1", 0);
}

/* --- closed records --- */

static void test_link_warnings__a_closed_record_keeps_its_version(void **state)
{
    struct office *office = *state;
    pass(office);
    put_decree(office, "SK-1", 1, "FAC-2", "CDT-1", ""); /* closed since 5 June */
    pass(office);
    const struct qb_entry *entry = entry_at(office, "decree", "SK-1");
    assert_false(entry->valid);
    assert_int_equal(entry->own->items[0].code, QB_PROBLEM_FROZEN);
    assert_string_equal(entry->in_force->as.decree.facility, "FAC-1");
    put_decree(office, "SK-1", 1, "FAC-2", "CDT-1", ", \"correction_reason\": \"salah tempat\"");
    pass(office);
    expect_valid(office, "decree", "SK-1");
    assert_string_equal(entry->in_force->as.decree.facility, "FAC-2");
}

/* --- what the caller sees --- */

struct listener {
    struct office *office;
    struct qb_buf said;
};

static void hear(void *context, const struct qb_entry *entry, const struct qb_version *next)
{
    struct listener *listener = context;
    qb_buf_addf(&listener->said, "%s %s%s\n", entry->name->id, entry->in_force ? "changes" : "comes",
                next ? "" : ", goes");
}

static int load_for_listener(void *context, const struct qb_entry *entry, struct qb_buf *text, struct qb_err *err)
{
    struct listener *listener = context;
    return load_text(listener->office, entry, text, err);
}

static void test_link_warnings__the_caller_hears_what_is_replaced(void **state)
{
    struct office *office = *state;
    struct listener listener = {.office = office};
    pass(office);
    office->link.replacing = hear;
    office->link.load = load_for_listener;
    office->link.context = &listener;
    put_company(office, "COM-2");
    pass(office); /* which looks at everything twice */
    put_company(office, "COM-2");
    pass(office);
    put_facility(office, "FAC-3", "COM-9");
    pass(office);
    take(office, "facility", "FAC-3"); /* was never in force */
    take(office, "company", "COM-2");
    pass(office);
    assert_string_equal(qb_buf_text(&listener.said), "COM-2 comes\nCOM-2 changes\nCOM-2 changes, goes\n");
    qb_buf_fini(&listener.said);
}

static void test_link_warnings__only_those_concerned_are_read_again(void **state)
{
    struct office *office = *state;
    for (int i = 0; i < 50; i++) {
        char id[16];
        snprintf(id, sizeof id, "SHP-%d", i);
        put_sent(office, id, "2020-06-30", "CDT-1"); /* each has a warning: it is in the future */
    }
    pass(office);
    office->loads = 0;
    put_company(office, "COM-2");
    assert_int_equal(qb_link_decide(&office->link, NULL), QB_OK);
    assert_int_equal(office->loads, 0);
    put_sent(office, "SHP-7", "2020-06-29", "CDT-1");
    assert_int_equal(qb_link_decide(&office->link, NULL), QB_OK);
    assert_int_equal(office->loads, 1);
}

/* Those that are wrong are decided anew in every pass, but their texts are not read again for that. */
static void test_link_warnings__what_is_still_wrong_is_not_read_again(void **state)
{
    struct office *office = *state;
    for (int i = 0; i < 50; i++) {
        char id[16];
        snprintf(id, sizeof id, "SHP-%d", i);
        put_shipment(office, id, id, "SK-2", "");
    }
    pass(office);
    office->loads = 0;
    put_company(office, "COM-2");
    assert_int_equal(qb_link_decide(&office->link, NULL), QB_OK);
    assert_int_equal(office->loads, 0);
    put_decree(office, "SK-20", 20, "FAC-1", "CDT-1", ""); /* may be the one that was meant */
    assert_int_equal(qb_link_decide(&office->link, NULL), QB_OK);
    assert_int_equal(office->loads, 50);
    put_shipment(office, "SHP-7", "SHP-7", "SK-3", "");
    assert_int_equal(qb_link_decide(&office->link, NULL), QB_OK);
    assert_int_equal(office->loads, 51);
    pass(office);
    assert_int_equal(office->loads, 51);
}

static void test_link_warnings__beyond_a_hundred_no_nearest_id_is_looked_for(void **state)
{
    struct office *office = *state;
    for (int i = 0; i <= 100; i++) {
        char id[16];
        snprintf(id, sizeof id, "SHP-%d", i);
        put_shipment(office, id, id, "SK-2", "");
        if (i == 99) {
            pass(office);
            const struct qb_problem *problem =
                expect_problem(office, "shipment", "SHP-5", QB_PROBLEM_REFERENCE, "/decree");
            assert_string_equal(problem->message_id, "problem.reference.nearest");
        }
    }
    pass(office);
    const struct qb_problem *problem = expect_problem(office, "shipment", "SHP-5", QB_PROBLEM_REFERENCE, "/decree");
    assert_string_equal(problem->message_id, "problem.reference");
}

static int load_nothing(void *context, const struct qb_entry *entry, struct qb_buf *text, struct qb_err *err)
{
    (void)context;
    (void)text;
    return qb_err_set(err, QB_EGIT, entry->path, "the object is broken");
}

/* Who is in force is decided all the same; that a text could not be read is an error of the pass. */
static void test_link_warnings__a_text_that_cannot_be_read_again(void **state)
{
    struct office *office = *state;
    struct qb_err err = {0};
    pass(office);
    office->link.load = load_nothing;
    put_shipment(office, "SHP-1", "C-1", "SK-9", "");
    put_sent(office, "SHP-2", "2020-06-21", "CDT-1");
    assert_int_equal(qb_link_decide(&office->link, &err), QB_EGIT);
    assert_false(entry_at(office, "shipment", "SHP-1")->valid);
    expect_valid(office, "shipment", "SHP-2");
    const struct qb_problem *problem =
        expect_problem(office, "shipment", "SHP-2", QB_PROBLEM_FUTURE, "/certificate_issued_on");
    assert_int_equal(problem->line, 1); /* where it stands is not known */
    expect_problem(office, "shipment", "SHP-1", QB_PROBLEM_REFERENCE, "");
    office->link.load = load_text;
    pass(office);
    expect_problem(office, "shipment", "SHP-1", QB_PROBLEM_REFERENCE, "/decree");
    problem = expect_problem(office, "shipment", "SHP-2", QB_PROBLEM_FUTURE, "/certificate_issued_on");
    assert_int_equal(problem->line, 5);
}

static void test_link_warnings__the_schedule_adds_its_own(void **state)
{
    struct office *office = *state;
    struct qb_problems problems = {0};
    pass(office);
    const struct qb_cross_hit hit = {.code = QB_PROBLEM_EXTENSION_BROKEN,
                                     .property = "/facility",
                                     .message_id = "problem.extension-broken",
                                     .args = {{"found", "SK-1"}, {"other", "SK-0"}},
                                     .arg_count = 2};
    assert_int_equal(qb_link_add(&office->link, entry_at(office, "decree", "SK-1"), &hit, &problems, NULL), QB_OK);
    assert_int_equal(problems.count, 1);
    assert_string_equal(problems.items[0].pointer, "/facility");
    assert_string_equal(problems.items[0].record, "SK-1");
    assert_int_equal(problems.items[0].line, 4);
    assert_int_equal(problems.items[0].column, 13);
    qb_problems_fini(&problems);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(test_link_warnings__##name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(outside_the_decrees_days),
        TEST(the_decree_changes_under_them),
        TEST(the_future),
        TEST(a_commodity_of_high_risk),
        TEST(no_line_is_in_the_decree),
        TEST(a_visit_without_its_finding),
        TEST(a_visit_goes_and_its_findings_stay),
        TEST(a_closed_record_keeps_its_version),
        TEST(the_caller_hears_what_is_replaced),
        TEST(only_those_concerned_are_read_again),
        TEST(what_is_still_wrong_is_not_read_again),
        TEST(beyond_a_hundred_no_nearest_id_is_looked_for),
        TEST(a_text_that_cannot_be_read_again),
        TEST(the_schedule_adds_its_own),
    };
#undef TEST
    return cmocka_run_group_tests_name("link_warnings", tests, NULL, NULL);
}
