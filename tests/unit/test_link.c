/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who is in force: references, unique values, doubled ids, contradictions, and the last valid version. */
#include "records_world.h"

#define AS_OF "2020-06-20"

static int begin(void **state)
{
    struct office *office = qb_mem_alloc(sizeof *office);
    office_open(office, shipped_kinds(), AS_OF);
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

/* --- references --- */

static void test_link__whole_office(void **state)
{
    struct office *office = *state;
    put_basics(office);
    put_shipment(office, "SHP-1", "C-1", "SK-1", "");
    put_visit(office, "VIS-1", "FAC-1", "SK-1", "2020-06-15", "nonconform");
    put_finding(office, "FND-1", "VIS-1", "");
    pass(office);
    struct qb_entry *entry = NULL;
    for (size_t at = 0; (entry = qb_store_next(&office->store, &at, entry));) {
        assert_true(entry->valid);
        assert_null(entry->linked);
    }
    assert_int_equal(office->loads, 0); /* no text is read again for records that are right */
}

static void test_link__references_come_in_any_order(void **state)
{
    struct office *office = *state;
    put_finding(office, "FND-1", "VIS-1", "");
    pass(office);
    expect_problem(office, "finding", "FND-1", QB_PROBLEM_REFERENCE, "/visit");
    expect_problem(office, "finding", "FND-1", QB_PROBLEM_REFERENCE, "/recorded_by");
    put_visit(office, "VIS-1", "FAC-1", "SK-1", "2020-06-15", "conform");
    put_officer(office, "OFF-1", "");
    pass(office);
    expect_problem(office, "visit", "VIS-1", QB_PROBLEM_REFERENCE, "/decree");
    expect_problem(office, "finding", "FND-1", QB_PROBLEM_REFERENCE, "/visit"); /* the visit is not in force */
    expect_valid(office, "officer", "OFF-1");
    put_basics(office);
    pass(office);
    expect_valid(office, "visit", "VIS-1");
    expect_valid(office, "finding", "FND-1");
    expect_linked(office, "finding", "FND-1", 0);
}

static void test_link__a_reference_says_where_it_stands(void **state)
{
    struct office *office = *state;
    put_basics(office);
    put(office, "shipment", "SHP-1",
        "\"decree\": \"SK-1\", \"import_country\": \"JP\", \"status\": \"planned\",\n"
        "\"lines\": [{\"commodity\": \"CDT-1\", \"net_weight_kg\": 1},\n"
        "  {\"commodity\": \"CDT-2\", \"net_weight_kg\": 1}]");
    pass(office);
    const struct qb_problem *problem =
        expect_problem(office, "shipment", "SHP-1", QB_PROBLEM_REFERENCE, "/lines/1/commodity");
    assert_int_equal(problem->line, 5);
    assert_int_equal(problem->column, 17);
    assert_string_equal(problem->message_id, "problem.reference.nearest");
    assert_string_equal(problem->args[0].value, "CDT-2");
    assert_string_equal(problem->args[1].value, "commodity");
    assert_string_equal(problem->args[2].value, "CDT-1");
    put_shipment(office, "SHP-2", "C-2", "SK-QWERTY", ""); /* nothing is near */
    pass(office);
    problem = expect_problem(office, "shipment", "SHP-2", QB_PROBLEM_REFERENCE, "/decree");
    assert_string_equal(problem->message_id, "problem.reference");
}

/* Of two ids that are as near the lower one is named, whatever came first. */
static void test_link__the_nearest_id_does_not_depend_on_arrival(void **state)
{
    struct office *office = *state;
    put_basics(office);
    put_decree(office, "SK-30", 30, "FAC-1", "CDT-1", "");
    put_decree(office, "SK-20", 20, "FAC-1", "CDT-1", "");
    put_shipment(office, "SHP-1", "C-1", "SK-90", "");
    pass(office);
    const struct qb_problem *problem = expect_problem(office, "shipment", "SHP-1", QB_PROBLEM_REFERENCE, "/decree");
    assert_string_equal(problem->args[2].value, "SK-20");
    put_decree(office, "SK-10", 10, "FAC-1", "CDT-1", "");
    pass(office);
    problem = expect_problem(office, "shipment", "SHP-1", QB_PROBLEM_REFERENCE, "/decree");
    assert_string_equal(problem->args[2].value, "SK-10");
    take(office, "decree", "SK-10");
    pass(office);
    problem = expect_problem(office, "shipment", "SHP-1", QB_PROBLEM_REFERENCE, "/decree");
    assert_string_equal(problem->args[2].value, "SK-20");
}

static void test_link__a_reference_is_to_one_kind(void **state)
{
    struct office *office = *state;
    put_basics(office);
    put_shipment(office, "SHP-1", "C-1", "FAC-1", "");
    pass(office);
    const struct qb_problem *problem = expect_problem(office, "shipment", "SHP-1", QB_PROBLEM_REFERENCE, "/decree");
    assert_string_equal(problem->args[0].value, "FAC-1");
    assert_string_equal(problem->args[1].value, "decree");
}

static void test_link__circles_hold_each_other(void **state)
{
    struct office *office = *state;
    put_basics(office);
    put_officer(office, "OFF-2", ", \"recorded_by\": \"OFF-3\"");
    put_officer(office, "OFF-3", ", \"recorded_by\": \"OFF-2\"");
    put_officer(office, "OFF-4", ", \"recorded_by\": \"OFF-4\"");
    put_shipment(office, "SHP-1", "C-1", "SK-1", ", \"replaces\": \"SHP-2\"");
    put_shipment(office, "SHP-2", "C-2", "SK-1", ", \"replaces\": \"SHP-1\"");
    pass(office);
    for (int i = 2; i <= 4; i++) {
        char id[] = "OFF-0";
        id[4] = (char)('0' + i);
        expect_valid(office, "officer", id);
    }
    expect_valid(office, "shipment", "SHP-1");
    put_officer(office, "OFF-5", ", \"recorded_by\": \"OFF-5\", \"phone\": \"x\"");
    put_officer(office, "OFF-6", ", \"recorded_by\": \"OFF-7\"");
    put_officer(office, "OFF-7", ", \"recorded_by\": \"OFF-6\", \"phone\": \"x\""); /* breaks the circle */
    pass(office);
    expect_problem(office, "officer", "OFF-6", QB_PROBLEM_REFERENCE, "/recorded_by");
    expect_linked(office, "officer", "OFF-7", 1); /* told although its text is wrong anyway */
    expect_linked(office, "officer", "OFF-5", 0); /* it is not itself that it lacks */
}

static void test_link__who_falls_pulls_others_down(void **state)
{
    struct office *office = *state;
    put_basics(office);
    put_facility(office, "FAC-3", "COM-9"); /* no such company */
    put_decree(office, "SK-3", 3, "FAC-3", "CDT-1", "");
    put_shipment(office, "SHP-3", "C-3", "SK-3", "");
    put_visit(office, "VIS-3", "FAC-3", "SK-3", "2020-06-15", "conform");
    put_finding(office, "FND-3", "VIS-3", "");
    pass(office);
    const struct qb_problem *problem = expect_problem(office, "facility", "FAC-3", QB_PROBLEM_REFERENCE, "/company");
    assert_string_equal(problem->message_id, "problem.reference.nearest"); /* nobody has that id */
    problem = expect_problem(office, "decree", "SK-3", QB_PROBLEM_REFERENCE, "/facility");
    assert_string_equal(problem->message_id, "problem.reference.wrong"); /* it is there, but wrong itself */
    assert_string_equal(problem->args[2].value, "records/facilities/FAC-3.json");
    expect_problem(office, "shipment", "SHP-3", QB_PROBLEM_REFERENCE, "/decree");
    expect_problem(office, "visit", "VIS-3", QB_PROBLEM_REFERENCE, "/facility");
    expect_problem(office, "finding", "FND-3", QB_PROBLEM_REFERENCE, "/visit");
    expect_valid(office, "decree", "SK-1");
    put_company(office, "COM-9");
    pass(office);
    expect_valid(office, "finding", "FND-3");
}

/* --- the last valid version --- */

static void test_link__the_last_valid_version_stays_in_force(void **state)
{
    struct office *office = *state;
    put_basics(office);
    put_shipment(office, "SHP-1", "C-1", "SK-1", "");
    pass(office);
    const struct qb_version *good = entry_at(office, "shipment", "SHP-1")->in_force;
    put_shipment(office, "SHP-1", "C-1", "SK-9", ""); /* wrong among records */
    pass(office);
    const struct qb_entry *entry = entry_at(office, "shipment", "SHP-1");
    assert_false(entry->valid);
    assert_ptr_equal(entry->in_force, good);
    assert_memory_not_equal(&entry->used, &entry->blob, sizeof entry->blob);
    put_file(office, entry->path, "{"); /* wrong in itself */
    pass(office);
    assert_ptr_equal(entry->in_force, good);
    assert_null(entry->current);
    put_shipment(office, "SHP-1", "C-9", "SK-1", "");
    pass(office);
    expect_valid(office, "shipment", "SHP-1");
    assert_string_equal(entry->in_force->as.shipment.certificate_number, "C-9");
    assert_memory_equal(&entry->used, &entry->blob, sizeof entry->blob);
}

static void test_link__a_version_in_force_can_be_referred_to(void **state)
{
    struct office *office = *state;
    put_basics(office);
    pass(office);
    put_decree(office, "SK-1", 1, "FAC-9", "CDT-1", ""); /* wrong now */
    put_shipment(office, "SHP-1", "C-1", "SK-1", "");
    put_visit(office, "VIS-1", "FAC-1", "SK-1", "2020-06-15", "conform");
    pass(office);
    expect_problem(office, "decree", "SK-1", QB_PROBLEM_REFERENCE, "/facility");
    expect_valid(office, "shipment", "SHP-1");
    expect_valid(office, "visit", "VIS-1"); /* of the facility that the decree in force names */
}

static void test_link__a_record_that_goes_is_missed(void **state)
{
    struct office *office = *state;
    put_basics(office);
    put_officer(office, "OFF-2", "");
    put_decree(office, "SK-2", 2, "FAC-2", "CDT-1", ", \"signed_by\": \"OFF-2\"");
    put_shipment(office, "SHP-1", "C-1", "SK-2", "");
    pass(office);
    take(office, "officer", "OFF-2");
    pass(office);
    expect_problem(office, "decree", "SK-2", QB_PROBLEM_REFERENCE, "/signed_by");
    assert_non_null(entry_at(office, "decree", "SK-2")->in_force); /* and stays in force */
    expect_valid(office, "shipment", "SHP-1");
    take(office, "decree", "SK-2");
    pass(office);
    expect_problem(office, "shipment", "SHP-1", QB_PROBLEM_REFERENCE, "/decree");
    put_officer(office, "OFF-2", "");
    put_decree(office, "SK-2", 2, "FAC-2", "CDT-1", ", \"signed_by\": \"OFF-2\"");
    pass(office);
    expect_valid(office, "shipment", "SHP-1");
}

/* The second file of an id is wrong in itself, so nobody takes the place of the one that goes. */
static void test_link__a_record_that_goes_is_missed_although_a_file_of_its_id_stays(void **state)
{
    struct office *office = *state;
    put_basics(office);
    put_officer(office, "OFF-2", "");
    put_decree(office, "SK-2", 2, "FAC-2", "CDT-1", ", \"signed_by\": \"OFF-2\"");
    put_file(office, "records/officers/old/OFF-2.json", "{\"id\": \"OFF-2\"");
    pass(office);
    expect_valid(office, "decree", "SK-2");
    take(office, "officer", "OFF-2");
    pass(office);
    expect_problem(office, "decree", "SK-2", QB_PROBLEM_REFERENCE, "/signed_by");
}

/* What was held back comes into force later, without being touched, and bears on records that are right by then. */
static void test_link__what_comes_into_force_late_is_felt(void **state)
{
    struct office *office = *state;
    put_basics(office);
    put_visit(office, "VIS-1", "FAC-1", "SK-1", "2020-06-15", "nonconform");
    put_visit(office, "VIS-2", "FAC-1", "SK-1", "2020-06-15", "nonconform");
    put_finding(office, "FND-1", "VIS-1", ", \"verified_on\": \"2020-06-16\", \"verified_by\": \"OFF-1\"");
    put_finding(office, "FND-2", "VIS-2", ", \"verified_on\": \"2020-06-16\", \"verified_by\": \"OFF-9\"");
    pass(office);
    expect_problem(office, "visit", "VIS-2", QB_PROBLEM_FINDING_MISSING, "/result");
    put(office, "visit", "VIS-1",
        "\"facility\": \"FAC-1\", \"decree\": \"SK-1\", \"conducted_on\": \"2020-06-17\", \"result\": \"nonconform\","
        "\"type\": \"routine\", \"status\": \"conducted\", \"officers\": [\"OFF-9\"]");
    put_decree(office, "SK-1", 1, "FAC-1", "CDT-1", ", \"signed_by\": \"OFF-9\", \"correction_reason\": \"x\"");
    pass(office);
    expect_valid(office, "finding", "FND-1"); /* the visit of the 15th is in force */
    put_officer(office, "OFF-9", "");
    pass(office);
    expect_valid(office, "visit", "VIS-1");
    expect_linked(office, "visit", "VIS-2", 0);
    expect_problem(office, "finding", "FND-1", QB_PROBLEM_DATE_ORDER, "/verified_on");
}

/* --- who came first --- */

static void test_link__in_one_pass_the_lower_id_keeps_a_unique_value(void **state)
{
    struct office *office = *state;
    put_basics(office);
    put_shipment(office, "SHP-C", "SAME", "SK-1", "");
    put_shipment(office, "SHP-A", "SAME", "SK-1", "");
    put_shipment(office, "SHP-B", "SAME", "SK-1", "");
    pass(office);
    expect_valid(office, "shipment", "SHP-A");
    const struct qb_problem *problem =
        expect_problem(office, "shipment", "SHP-B", QB_PROBLEM_UNIQUE, "/certificate_number");
    assert_int_equal(problem->line, 3);
    assert_string_equal(problem->args[0].value, "SAME");
    assert_string_equal(problem->args[1].value, "SHP-A");
    assert_string_equal(problem->args[2].value, "records/shipments/SHP-A.json");
    expect_problem(office, "shipment", "SHP-C", QB_PROBLEM_UNIQUE, "/certificate_number");
    take(office, "shipment", "SHP-A");
    pass(office);
    expect_valid(office, "shipment", "SHP-B"); /* the next in order */
    expect_problem(office, "shipment", "SHP-C", QB_PROBLEM_UNIQUE, "/certificate_number");
}

static void test_link__who_was_valid_first_keeps_a_unique_value(void **state)
{
    struct office *office = *state;
    put_basics(office);
    put_shipment(office, "SHP-B", "SAME", "SK-1", "");
    pass(office);
    put_shipment(office, "SHP-A", "SAME", "SK-1", "");
    pass(office);
    expect_valid(office, "shipment", "SHP-B");
    expect_problem(office, "shipment", "SHP-A", QB_PROBLEM_UNIQUE, "/certificate_number");
    put_file(office, "records/shipments/SHP-B.json", "{"); /* its version in force keeps the value */
    pass(office);
    expect_problem(office, "shipment", "SHP-A", QB_PROBLEM_UNIQUE, "/certificate_number");
    put_shipment(office, "SHP-B", "OTHER", "SK-1", "");
    pass(office);
    expect_valid(office, "shipment", "SHP-A");
    expect_valid(office, "shipment", "SHP-B");
    put_shipment(office, "SHP-A", "OTHER", "SK-1", ""); /* they change places at once */
    put_shipment(office, "SHP-B", "SAME", "SK-1", "");
    pass(office);
    expect_valid(office, "shipment", "SHP-A");
    expect_valid(office, "shipment", "SHP-B");
}

/* A record that is wrong takes no value away from one that is right. */
static void test_link__who_is_not_valid_keeps_nothing(void **state)
{
    struct office *office = *state;
    put_basics(office);
    put_shipment(office, "SHP-A", "SAME", "SK-9", "");                     /* no such decree */
    put_shipment(office, "SHP-B", "SAME", "SK-1", ", \"statuss\": \"x\""); /* wrong in itself */
    put_shipment(office, "SHP-C", "SAME", "SK-1", "");
    pass(office);
    expect_valid(office, "shipment", "SHP-C");
    expect_problem(office, "shipment", "SHP-A", QB_PROBLEM_UNIQUE, "/certificate_number");
    expect_problem(office, "shipment", "SHP-A", QB_PROBLEM_REFERENCE, "/decree");
}

/* SHP-A loses its decree only because that loses its number: by then SHP-B must not have lost to SHP-A. */
static void test_link__who_falls_late_keeps_nothing_either(void **state)
{
    struct office *office = *state;
    put_basics(office);
    put_decree(office, "SK-2", 1, "FAC-1", "CDT-1", ""); /* the number of SK-1 */
    put_shipment(office, "SHP-A", "SAME", "SK-2", "");
    put_shipment(office, "SHP-B", "SAME", "SK-1", "");
    put_shipment(office, "SHP-C", "C-3", "SK-1", ", \"replaces\": \"SHP-B\"");
    put_shipment(office, "SHP-D", "C-3", "SK-1", "");
    pass(office);
    expect_problem(office, "decree", "SK-2", QB_PROBLEM_UNIQUE, "/number");
    expect_problem(office, "shipment", "SHP-A", QB_PROBLEM_REFERENCE, "/decree");
    expect_valid(office, "shipment", "SHP-B");
    expect_valid(office, "shipment", "SHP-C"); /* which needs SHP-B */
    expect_problem(office, "shipment", "SHP-D", QB_PROBLEM_UNIQUE, "/certificate_number");
}

/* SHP-A needs SHP-B, which cannot be beside SHP-A. There is no right answer; but there is always the same one, and
 * both say what is wrong. */
static void test_link__a_contradiction_in_itself(void **state)
{
    struct office *office = *state;
    put_basics(office);
    put_shipment(office, "SHP-B", "SAME", "SK-1", "");
    put_shipment(office, "SHP-A", "SAME", "SK-1", ", \"replaces\": \"SHP-B\"");
    put_shipment(office, "SHP-C", "C-3", "SK-1", "");
    pass(office);
    expect_problem(office, "shipment", "SHP-A", QB_PROBLEM_REFERENCE, "/replaces");
    expect_problem(office, "shipment", "SHP-B", QB_PROBLEM_UNIQUE, "/certificate_number");
    expect_valid(office, "shipment", "SHP-C");
    put_shipment(office, "SHP-A", "C-1", "SK-1", ", \"replaces\": \"SHP-B\"");
    pass(office);
    expect_valid(office, "shipment", "SHP-A");
    expect_valid(office, "shipment", "SHP-B");
}

static void test_link__two_files_of_one_id(void **state)
{
    struct office *office = *state;
    static const char text[] = "{\"id\": \"COM-2\", \"legal_name\": \"PT\", \"status\": \"active\","
                               "\n \"recorded_by\": \"OFF-1\"}";
    put_basics(office);
    put_file(office, "records/companies/b/COM-2.json", text);
    put_file(office, "records/companies/a/COM-2.json", text);
    pass(office);
    const struct qb_entry *a = qb_store_find(&office->store, "records/companies/a/COM-2.json");
    const struct qb_entry *b = qb_store_find(&office->store, "records/companies/b/COM-2.json");
    assert_true(a->valid && !b->valid); /* the lower path */
    assert_int_equal(b->linked->items[0].code, QB_PROBLEM_ID_DUPLICATE);
    assert_string_equal(b->linked->items[0].pointer, "/id");
    assert_string_equal(b->linked->items[0].args[1].value, a->path);
    take_file(office, "records/companies/a/COM-2.json");
    pass(office);
    assert_true(b->valid);
    put_file(office, "records/companies/a/COM-2.json", text);
    pass(office);
    a = qb_store_find(&office->store, "records/companies/a/COM-2.json");
    assert_true(b->valid && !a->valid);                                   /* the one that was valid first */
    put_file(office, "records/visits/COM-2.json", "{\"id\": \"COM-2\"}"); /* of another kind: its own problem */
    pass(office);
    assert_true(b->valid);
}

/* --- contradictions --- */

static void test_link__a_visit_is_to_the_decrees_facility(void **state)
{
    struct office *office = *state;
    put_basics(office);
    put_visit(office, "VIS-1", "FAC-2", "SK-1", "2020-06-15", "conform");
    pass(office);
    const struct qb_problem *problem = expect_problem(office, "visit", "VIS-1", QB_PROBLEM_VISIT_FACILITY, "/facility");
    assert_int_equal(problem->line, 3);
    assert_string_equal(problem->args[0].value, "FAC-2");
    assert_string_equal(problem->args[1].value, "SK-1");
    assert_string_equal(problem->args[2].value, "FAC-1");
    put_decree(office, "SK-1", 1, "FAC-2", "CDT-1", ", \"correction_reason\": \"salah tempat\"");
    pass(office);
    expect_valid(office, "visit", "VIS-1");
    put_decree(office, "SK-1", 1, "FAC-1", "CDT-1", ", \"correction_reason\": \"ternyata benar\"");
    pass(office);
    expect_problem(office, "visit", "VIS-1", QB_PROBLEM_VISIT_FACILITY, "/facility");
    assert_non_null(entry_at(office, "visit", "VIS-1")->in_force);
}

static void test_link__a_finding_is_verified_after_the_visit(void **state)
{
    struct office *office = *state;
    put_basics(office);
    put_visit(office, "VIS-1", "FAC-1", "SK-1", "2020-06-15", "nonconform");
    put_finding(office, "FND-1", "VIS-1", ",\n\"verified_on\": \"2020-06-14\", \"verified_by\": \"OFF-1\"");
    put_finding(office, "FND-2", "VIS-1", ",\n\"verified_on\": \"2020-06-15\", \"verified_by\": \"OFF-1\"");
    pass(office);
    const struct qb_problem *problem =
        expect_problem(office, "finding", "FND-1", QB_PROBLEM_DATE_ORDER, "/verified_on");
    assert_int_equal(problem->line, 5);
    assert_string_equal(problem->message_id, "problem.date-order.verified");
    assert_string_equal(problem->args[2].value, "2020-06-15");
    expect_valid(office, "finding", "FND-2");
    put_visit(office, "VIS-1", "FAC-1", "SK-1", "2020-06-14", "nonconform");
    pass(office);
    expect_valid(office, "finding", "FND-1");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(test_link__##name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(whole_office),
        TEST(references_come_in_any_order),
        TEST(a_reference_says_where_it_stands),
        TEST(the_nearest_id_does_not_depend_on_arrival),
        TEST(a_reference_is_to_one_kind),
        TEST(circles_hold_each_other),
        TEST(who_falls_pulls_others_down),
        TEST(the_last_valid_version_stays_in_force),
        TEST(a_version_in_force_can_be_referred_to),
        TEST(a_record_that_goes_is_missed),
        TEST(a_record_that_goes_is_missed_although_a_file_of_its_id_stays),
        TEST(what_comes_into_force_late_is_felt),
        TEST(in_one_pass_the_lower_id_keeps_a_unique_value),
        TEST(who_was_valid_first_keeps_a_unique_value),
        TEST(who_is_not_valid_keeps_nothing),
        TEST(who_falls_late_keeps_nothing_either),
        TEST(a_contradiction_in_itself),
        TEST(two_files_of_one_id),
        TEST(a_visit_is_to_the_decrees_facility),
        TEST(a_finding_is_verified_after_the_visit),
    };
#undef TEST
    return cmocka_run_group_tests_name("link", tests, NULL, NULL);
}
