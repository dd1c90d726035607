/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Closed records: when a version closes, what may no longer change, how the problem says it, and the reason that lets
 * a correction through. Then the second look at a text, for positions.
 */
#include "schema/check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PATH "records/shipments/SHP-A.json"
/* The lines of a shipment; tests leave some out or change them. */
#define ID "  \"id\": \"SHP-A\",\n"
#define DECREE "  \"decree\": \"SK-1\",\n"
#define NUMBER "  \"certificate_number\": \"C-1\",\n"
#define DATE "  \"certificate_issued_on\": \"2020-06-08\",\n"
#define COUNTRY "  \"import_country\": \"JP\",\n"
#define LINES "  \"lines\": [{\"commodity\": \"CDT-1\", \"net_weight_kg\": 100, \"lot\": \"A\"}],\n"
#define STATUS "  \"status\": \"certified\",\n"
#define GONE "  \"status\": \"cancelled\", \"cancel_reason\": \"x\",\n"
#define BY "  \"recorded_by\": \"OFF-1\"\n"
#define CLOSED "{\n" ID DECREE NUMBER DATE COUNTRY LINES STATUS BY "}\n"

/* A kind with frozen properties inside others. */
#define ASSET_PATH "records/assets/AST-1.json"
#define ASSET                                                                        \
    "x-qbis-kind: asset\n"                                                           \
    "x-qbis-folder: assets\n"                                                        \
    "x-qbis-prefix: AST\n"                                                           \
    "x-qbis-frozen-when: {status: [gone, sold], sold_on: reached, buyer: present}\n" \
    "properties:\n"                                                                  \
    "  place: {properties: {room: {x-qbis-frozen: true}, shelf: {}}}\n"              \
    "  parts: {items: {properties: {serial: {x-qbis-frozen: true}, colour: {}}}}\n"  \
    "  tags: {items: {x-qbis-frozen: true}}\n"

struct world {
    struct qb_kinds *kinds;
    struct qb_store store;
    struct qb_checker *checker;
    struct qb_problems problems;
    bool sound;
};

static int begin(void **state)
{
    struct world *world = qb_mem_alloc(sizeof *world);
    world->kinds = qb_kinds_new();
    struct qb_kind *asset = qb_kind_parse("kinds/asset.yaml", ASSET, strlen(ASSET), &world->problems);
    if (!asset || !qb_kinds_add(world->kinds, asset, &world->problems))
        return -1;
    qb_kinds_finish(world->kinds, &world->problems);
    world->checker = qb_checker_new(world->kinds);
    qb_store_init(&world->store);
    *state = world;
    return 0;
}

static int end(void **state)
{
    struct world *world = *state;
    qb_checker_free(world->checker);
    qb_store_fini(&world->store);
    qb_kinds_free(world->kinds);
    qb_problems_fini(&world->problems);
    free(world);
    return 0;
}

static void look(struct world *world, const char *path, const char *text, const char *earlier)
{
    struct qb_earlier before = {earlier, earlier ? strlen(earlier) : 0};
    qb_problems_clear(&world->problems);
    qb_version_free(qb_check_text(world->checker, &world->store, qb_kinds_of_path(world->kinds, path), path, text,
                                  strlen(text), &before, &world->sound, &world->problems));
    qb_problems_sort(&world->problems);
}

static qb_date frozen_from(struct world *world, const char *path, const char *text)
{
    bool sound;
    struct qb_version *version = qb_check_text(world->checker, &world->store, qb_kinds_of_path(world->kinds, path),
                                               path, text, strlen(text), NULL, &sound, &world->problems);
    qb_date from = version->frozen_from;
    assert_int_equal(qb_version_frozen(version, 18418), from != QB_FROZEN_NEVER && from <= 18418);
    qb_version_free(version);
    return from;
}

/* --- when --- */

static void test_check_frozen__a_version_says_when_it_closes(void **state)
{
    struct world *world = *state;
    static const struct {
        const char *path;
        const char *text;
        qb_date from;
    } rows[] = {
        {PATH, "{\"status\": \"planned\"}", QB_FROZEN_NEVER},
        {PATH, "{\"status\": \"certified\"}", QB_FROZEN_ALWAYS},
        {PATH, "{\"status\": \"departed\"}", QB_FROZEN_ALWAYS},
        {PATH, "{\"status\": \"cancelled\"}", QB_FROZEN_ALWAYS},
        {PATH, "{\"status\": [\"certified\"]}", QB_FROZEN_NEVER},
        {PATH, "{}", QB_FROZEN_NEVER},
        {"records/visits/VIS-1.json", "{\"status\": \"conducted\"}", QB_FROZEN_NEVER},
        {"records/visits/VIS-1.json", "{\"status\": \"closed\"}", QB_FROZEN_ALWAYS},
        {"records/decrees/SK-1.json", "{\"valid_from\": \"2020-06-05\"}", 18418},
        {"records/decrees/SK-1.json", "{\"valid_from\": \"2020-06-31\"}", QB_FROZEN_NEVER},
        {"records/decrees/SK-1.json", "{\"valid_from\": 20200605}", QB_FROZEN_NEVER},
        {"records/findings/FND-1.json", "{\"verified_on\": \"2020-06-05\"}", QB_FROZEN_ALWAYS},
        {"records/findings/FND-1.json", "{\"due_on\": \"2020-06-05\"}", QB_FROZEN_NEVER},
        {"records/companies/COM-1.json", "{\"status\": \"inactive\"}", QB_FROZEN_NEVER},
        {ASSET_PATH, "{\"status\": \"sold\"}", QB_FROZEN_ALWAYS},
        {ASSET_PATH, "{\"sold_on\": \"2020-06-05\"}", 18418},
        {ASSET_PATH, "{\"sold_on\": \"2020-06-05\", \"status\": \"kept\"}", 18418},
        {ASSET_PATH, "{\"sold_on\": \"2020-06-05\", \"buyer\": null}", QB_FROZEN_ALWAYS}, /* the first that holds */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (frozen_from(world, rows[i].path, rows[i].text) != rows[i].from)
            fail_msg("row %zu: %s", i, rows[i].text);
}

static void test_check_frozen__reached_means_on_that_day(void **state)
{
    (void)state;
    struct qb_version *version = qb_version_new(0, 0, 0);
    assert_false(qb_version_frozen(version, 18418));
    version->frozen_from = 18418;
    assert_false(qb_version_frozen(version, 18417));
    assert_true(qb_version_frozen(version, 18418));
    version->frozen_from = QB_FROZEN_ALWAYS;
    assert_true(qb_version_frozen(version, -700000));
    qb_version_free(version);
}

/* --- what --- */

struct row {
    const char *path;
    const char *before;
    const char *after;
    const char *message_id; /* NULL: accepted */
    const char *property;
    const char *expected;
    const char *found;
    uint32_t line;
    uint32_t column;
};

static void expect_row(struct world *world, const struct row *row)
{
    look(world, row->path, row->after, row->before);
    if (!row->message_id) {
        if (world->problems.count)
            fail_msg("%s: %s", row->after, world->problems.items[0].message_id);
        assert_true(world->sound);
        return;
    }
    const struct qb_problem *problem = &world->problems.items[0];
    if (world->problems.count != 1 || problem->code != QB_PROBLEM_FROZEN ||
        strcmp(problem->message_id, row->message_id) || strcmp(problem->args[0].value, row->property) ||
        strcmp(problem->args[1].value, row->expected) || strcmp(problem->args[2].value, row->found) ||
        problem->line != row->line || problem->column != row->column)
        fail_msg("%s: %zu problems, %s %s \"%s\" \"%s\" at %u:%u %s", row->after, world->problems.count,
                 problem->message_id, problem->args[0].value, problem->args[1].value, problem->args[2].value,
                 problem->line, problem->column, problem->pointer);
    assert_false(world->sound);
}

#define CHANGED(...) "{\n" __VA_ARGS__ BY "}\n"

static const struct row shipments[] = {
    {PATH, CLOSED, CLOSED, NULL, "", "", "", 0, 0},
    /* the order of members, blanks and how a number is written play no part */
    {PATH, CLOSED, "{" LINES STATUS ID COUNTRY NUMBER DATE DECREE "\"recorded_by\": \"OFF-9\"}", NULL, "", "", "", 0,
     0},
    {PATH, CLOSED,
     CHANGED(ID DECREE NUMBER DATE COUNTRY
             "\"lines\":[{\"lot\":\"A\",\"net_weight_kg\":1e2,\"commodity\":\"CDT-1\"}]," STATUS),
     NULL, "", "", "", 0, 0},
    /* not frozen */
    {PATH, CLOSED, CHANGED(ID DECREE NUMBER DATE "\"import_country\": \"KR\",\"note\": \"x\"," LINES STATUS), NULL, "",
     "", "", 0, 0},
    {PATH, CLOSED, CHANGED(ID DECREE NUMBER DATE COUNTRY LINES "\"status\": \"departed\","), NULL, "", "", "", 0, 0},
    /* frozen */
    {PATH, CLOSED, CHANGED(ID "  \"decree\": \"SK-2\",\n" NUMBER DATE COUNTRY LINES STATUS), "problem.frozen", "decree",
     "SK-1", "SK-2", 3, 13},
    {PATH, CLOSED, CHANGED(ID DECREE NUMBER "  \"certificate_issued_on\": \"2020-06-09\",\n" COUNTRY LINES STATUS),
     "problem.frozen", "certificate_issued_on", "2020-06-08", "2020-06-09", 5, 28},
    {PATH, CLOSED,
     CHANGED(ID DECREE NUMBER DATE COUNTRY
             "  \"lines\": [{\"commodity\": \"CDT-1\", \"net_weight_kg\": 99}],\n" STATUS),
     "problem.frozen", "lines", "[{\"commodity\":\"CDT-1\",\"net_weight_kg\":100,\"lot\":\"A\"}]",
     "[{\"commodity\":\"CDT-1\",\"net_weight_kg\":99}]", 7, 12},
    {PATH, CLOSED, CHANGED(ID DECREE COUNTRY LINES GONE DATE), "problem.frozen.removed", "certificate_number", "C-1",
     "", 1, 1},
    {PATH, "{\n" ID DECREE COUNTRY LINES STATUS BY "}", CHANGED(ID DECREE COUNTRY LINES GONE NUMBER),
     "problem.frozen.added", "certificate_number", "", "C-1", 7, 25},
    /* a closed record stays closed */
    {PATH, CLOSED, CHANGED(ID DECREE NUMBER DATE COUNTRY LINES "  \"status\": \"planned\",\n"),
     "problem.frozen.reopened", "status", "certified", "planned", 8, 13},
    {PATH, CLOSED,
     CHANGED(ID DECREE NUMBER DATE COUNTRY LINES "\"status\": \"planned\", \"correction_reason\": \"x\","), NULL, "",
     "", "", 0, 0},
    /* opened again */
    {PATH, CLOSED, CHANGED(ID DECREE NUMBER DATE COUNTRY LINES "  \"status\": \"planned\",\n"),
     "problem.frozen.reopened", "status", "certified", "planned", 8, 13},
    /* with a reason */
    {PATH, CLOSED,
     CHANGED(ID "\"decree\": \"SK-2\"," NUMBER DATE COUNTRY LINES STATUS "\"correction_reason\": \"salah ketik\","),
     NULL, "", "", "", 0, 0},
    /* the earlier text is no record */
    {PATH, "{", CLOSED, NULL, "", "", "", 0, 0},
    {PATH, NULL, CLOSED, NULL, "", "", "", 0, 0},
};

static void test_check_frozen__a_shipment(void **state)
{
    for (size_t i = 0; i < sizeof shipments / sizeof *shipments; i++)
        expect_row(*state, &shipments[i]);
}

static void test_check_frozen__every_frozen_property_is_told(void **state)
{
    struct world *world = *state;
    look(world, PATH,
         "{" ID
         "\"decree\": \"SK-2\", \"certificate_number\": \"C-2\", \"certificate_issued_on\": \"2020-06-09\"," COUNTRY
         "\"lines\": [{\"commodity\": \"CDT-2\", \"net_weight_kg\": 1}]," STATUS BY "}",
         CLOSED);
    assert_int_equal(world->problems.count, 4);
    assert_int_equal(qb_problems_errors(&world->problems), 4);
    look(world, PATH, "{" DECREE NUMBER DATE COUNTRY LINES STATUS BY "}", CLOSED);
    assert_int_equal(world->problems.count, 2); /* the id is gone: the schema says so too */
}

static void test_check_frozen__a_reason_must_say_something(void **state)
{
    struct world *world = *state;
    static const char *const reasons[] = {"\"\"", "null", "7", "[\"x\"]"};
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        char text[1000];
        snprintf(text, sizeof text,
                 "{" ID "\"decree\": \"SK-2\"," NUMBER DATE COUNTRY LINES STATUS "\"correction_reason\": %s," BY "}",
                 reasons[i]);
        look(world, PATH, text, CLOSED);
        assert_int_equal(world->problems.count, 2); /* the schema's and that it is frozen */
        assert_false(world->sound);
    }
}

static const struct row assets[] = {
    {ASSET_PATH, "{\"place\": {\"room\": 1, \"shelf\": 1}}", "{\"place\": {\"room\": 1.0, \"shelf\": 2}}", NULL, "", "",
     "", 0, 0},
    {ASSET_PATH, "{\"place\": {\"room\": 1}}", "{\"place\": {\"room\": 2}}", "problem.frozen", "place.room", "1", "2",
     1, 20},
    {ASSET_PATH, "{\"place\": {\"room\": 1}}", "{\"place\": {}}", "problem.frozen.removed", "place.room", "1", "", 1,
     11},
    {ASSET_PATH, "{\"place\": {\"room\": 1}}", "{}", "problem.frozen.removed", "place.room", "1", "", 1, 1},
    {ASSET_PATH, "{}", "{\"place\": {\"room\": 1}}", "problem.frozen.added", "place.room", "", "1", 1, 20},
    {ASSET_PATH, "{\"parts\": [{\"serial\": \"a\", \"colour\": 1}, {\"serial\": \"b\"}]}",
     "{\"parts\": [{\"serial\": \"a\", \"colour\": 2}, {\"serial\": \"b\"}, {\"colour\": 3}]}", NULL, "", "", "", 0, 0},
    {ASSET_PATH, "{\"parts\": [{\"serial\": \"a\"}, {\"serial\": \"b\"}]}",
     "{\"parts\": [{\"serial\": \"a\"}, {\"serial\": \"c\"}]}", "problem.frozen", "parts[].serial", "b", "c", 1, 40},
    {ASSET_PATH, "{\"parts\": [{\"serial\": \"a\"}, {\"serial\": \"b\"}]}", "{\"parts\": [{\"serial\": \"a\"}]}",
     "problem.frozen.removed", "parts[].serial", "b", "", 1, 11},
    {ASSET_PATH, "{\"buyer\": \"x\"}", "{\"status\": \"sold\"}", NULL, "", "", "", 0, 0}, /* closed all the same */
    {ASSET_PATH, "{\"buyer\": \"x\"}", "{}", "problem.frozen.reopened", "buyer", "x", "", 1, 1},
    {ASSET_PATH, "{\"tags\": [\"x\", \"y\"]}", "{\"tags\": [\"x\", \"y\"]}", NULL, "", "", "", 0, 0},
    {ASSET_PATH, "{\"tags\": [\"x\", \"y\"]}", "{\"tags\": [\"y\", \"x\"]}", "problem.frozen", "tags[]", "x", "y", 1,
     11},
    {ASSET_PATH, "{\"tags\": [\"x\", \"y\"]}", "{\"tags\": [\"x\", \"y\", \"z\"]}", "problem.frozen.added", "tags[]",
     "", "z", 1, 21},
};

static void test_check_frozen__properties_inside_others(void **state)
{
    for (size_t i = 0; i < sizeof assets / sizeof *assets; i++)
        expect_row(*state, &assets[i]);
}

static void test_check_frozen__long_values_are_shortened(void **state)
{
    struct world *world = *state;
    for (size_t shift = 0; shift < 3; shift++) {
        char value[400] = "xx";
        char text[600];
        value[shift] = '\0';
        while (strlen(value) < 300)
            strcat(value, "\xE2\x82\xAC");
        snprintf(text, sizeof text, "{\"place\": {\"room\": \"%s\"}}", value);
        look(world, ASSET_PATH, text, "{\"place\": {\"room\": 1}}");
        const char *found = world->problems.items[0].args[2].value;
        size_t length = strlen(found);
        assert_true(length > 50 && length <= 60);
        assert_string_equal(found + length - 3, "...");
        assert_int_equal((length - 3 - shift) % 3, 0); /* no half character */
    }
}

/* --- a second look, for positions --- */

static void expect_place(struct world *world, const char *path, const char *value, const char *pointer, uint32_t line,
                         uint32_t column)
{
    static const char text[] =
        "{\n" ID DECREE "  \"lines\": [{\"commodity\": \"CDT-1\"},\n"
        "    {\"commodity\": \"CDT-2\"}, {\"commodity\": \"CDT-1\"}, {\"commodity\": 7}],\n" BY "}";
    const struct qb_kind *kind = qb_kinds_find(world->kinds, "shipment");
    for (size_t i = 0; i < kind->field_count; i++) {
        if (strcmp(kind->fields[i].path, path))
            continue;
        struct qb_buf found = {0};
        uint32_t at_line;
        uint32_t at_column;
        qb_check_locate(world->checker, &kind->fields[i], value, text, strlen(text), &found, NULL, &at_line,
                        &at_column);
        assert_string_equal(qb_buf_text(&found), pointer);
        assert_int_equal(at_line, line);
        assert_int_equal(at_column, column);
        qb_buf_fini(&found);
    }
}

static void test_check_frozen__locates_values(void **state)
{
    struct world *world = *state;
    expect_place(world, "decree", "SK-1", "/decree", 3, 13);
    expect_place(world, "decree", NULL, "/decree", 3, 13);
    expect_place(world, "lines[].commodity", "CDT-1", "/lines/0/commodity", 4, 27);
    expect_place(world, "lines[].commodity", "CDT-2", "/lines/1/commodity", 5, 19);
    expect_place(world, "lines[].commodity", "CDT-3", "", 1, 1); /* not there */
    expect_place(world, "replaces", "SHP-9", "", 1, 1);
    struct qb_buf pointer = {0};
    uint32_t line;
    uint32_t column;
    qb_check_locate(world->checker, &qb_kinds_find(world->kinds, "shipment")->fields[0], NULL, "{\n", 2, &pointer, NULL,
                    &line, &column);
    assert_string_equal(qb_buf_text(&pointer), "");
    assert_int_equal(line, 1);
    assert_int_equal(column, 1);
    qb_buf_fini(&pointer);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(test_check_frozen__##name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(a_version_says_when_it_closes),
        TEST(reached_means_on_that_day),
        TEST(a_shipment),
        TEST(every_frozen_property_is_told),
        TEST(a_reason_must_say_something),
        TEST(properties_inside_others),
        TEST(long_values_are_shortened),
        TEST(locates_values),
    };
#undef TEST
    return cmocka_run_group_tests_name("check_frozen", tests, NULL, NULL);
}
