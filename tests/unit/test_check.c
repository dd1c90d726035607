/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One record's text: faults of JSON, the schema, the checks that no schema expresses, freezing, and what is taken out
 * of a record for references and the schedule. Whatever stands in a text, looking at it ends in problems, not worse.
 */
#include "schema/check.h"

#include "core/base/embed.h"
#include "core/base/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DAY(year, month, day) qb_date_from_civil(year, month, day)

struct world {
    struct qb_kinds *kinds;
    struct qb_store store;
    struct qb_checker *checker;
    struct qb_problems problems; /* of the last look */
    bool sound;
};

static int begin(void **state)
{
    struct world *world = qb_mem_alloc(sizeof *world);
    world->kinds = qb_kinds_new();
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
    qb_checker_free(NULL);
    qb_store_fini(&world->store);
    qb_kinds_free(world->kinds);
    qb_problems_fini(&world->problems);
    free(world);
    return 0;
}

/* Looks at a text; the version is the caller's. The text is gone afterwards: nothing may point into it. */
static struct qb_version *look_after(struct world *world, const char *path, const char *text, const char *earlier)
{
    struct qb_earlier before = {earlier, earlier ? strlen(earlier) : 0};
    size_t length = strlen(text);
    char *copy = qb_mem_copy(text, length);
    qb_problems_clear(&world->problems);
    struct qb_version *version = qb_check_text(world->checker, &world->store, qb_kinds_of_path(world->kinds, path),
                                               path, copy, length, &before, &world->sound, &world->problems);
    memset(copy, 'x', length);
    free(copy);
    qb_problems_sort(&world->problems);
    return version;
}

static struct qb_version *look(struct world *world, const char *path, const char *text)
{
    return look_after(world, path, text, NULL);
}

/* A record that is right, with all problems told when it is not. */
static struct qb_version *look_right(struct world *world, const char *path, const char *text)
{
    struct qb_version *version = look(world, path, text);
    for (size_t i = 0; i < world->problems.count; i++)
        print_message("# %s %s\n", world->problems.items[i].pointer, world->problems.items[i].message_id);
    assert_int_equal(world->problems.count, 0);
    assert_true(world->sound);
    assert_non_null(version);
    return version;
}

static void expect_problem(const struct world *world, size_t number, enum qb_problem_code code, const char *pointer,
                           uint32_t line, uint32_t column)
{
    assert_true(number < world->problems.count);
    const struct qb_problem *problem = &world->problems.items[number];
    if (problem->code != code || strcmp(problem->pointer, pointer) || problem->line != line ||
        problem->column != column)
        fail_msg("%s (%s) at %u:%u %s", qb_problem_rows[problem->code].name, problem->message_id, problem->line,
                 problem->column, problem->pointer);
}

/* A place that was not filled in: {name}. */
static bool holds_a_place(const char *text)
{
    for (; (text = strchr(text, '{')); text++) {
        size_t length = strspn(text + 1, "abcdefghijklmnopqrstuvwxyz_");
        if (length && text[length + 1] == '}')
            return true;
    }
    return false;
}

static void expect_words(const struct world *world)
{
    for (size_t i = 0; i < world->problems.count; i++)
        for (int language = 0; language < QB_LANGUAGES; language++) {
            const struct qb_problem *problem = &world->problems.items[i];
            struct qb_buf words = {0};
            qb_problem_message(&words, (enum qb_language)language, problem);
            if (words.length < 10 || holds_a_place(words.data) || !strcmp(words.data, problem->message_id))
                fail_msg("%s: %s", problem->message_id, qb_buf_text(&words));
            qb_buf_fini(&words);
        }
}

/* --- right records --- */

#define DECREE_PATH "records/decrees/2020/SK-2020-0077.json"
#define DECREE                                           \
    "{\n"                                                \
    "  \"id\": \"SK-2020-0077\",\n"                      \
    "  \"number\": \"77/Kpts/OT.080/K.9.A/06/2020\",\n"  \
    "  \"facility\": \"FAC-0001\",\n"                    \
    "  \"decreed_on\": \"2020-06-05\",\n"                \
    "  \"valid_from\": \"2020-06-05\",\n"                \
    "  \"commodities\": [\"CDT-0001\", \"CDT-0002\"],\n" \
    "  \"recorded_by\": \"OFF-0004\""
#define SHIPMENT_PATH "records/shipments/SHP-A.json"
#define SHIPMENT                                                                  \
    "{\n"                                                                         \
    "  \"id\": \"SHP-A\",\n"                                                      \
    "  \"decree\": \"SK-2020-0077\",\n"                                           \
    "  \"certificate_number\": \"C-1\",\n"                                        \
    "  \"certificate_issued_on\": \"2020-06-08\",\n"                              \
    "  \"import_country\": \"JP\",\n"                                             \
    "  \"lines\": [{\"commodity\": \"CDT-0001\", \"net_weight_kg\": 12000.5}],\n" \
    "  \"recorded_by\": \"OFF-0004\""
#define VISIT_PATH "records/visits/VIS-1.json"
#define VISIT                                         \
    "{\n"                                             \
    "  \"id\": \"VIS-1\",\n"                          \
    "  \"facility\": \"FAC-0001\",\n"                 \
    "  \"decree\": \"SK-2020-0077\",\n"               \
    "  \"conducted_on\": \"2020-06-20\",\n"           \
    "  \"officers\": [\"OFF-0002\", \"OFF-0001\"],\n" \
    "  \"recorded_by\": \"OFF-0002\""
#define FINDING_PATH "records/findings/FND-1.json"
#define FINDING                       \
    "{\n"                             \
    "  \"id\": \"FND-1\",\n"          \
    "  \"visit\": \"VIS-1\",\n"       \
    "  \"description\": \"Tanah\",\n" \
    "  \"due_on\": \"2020-07-01\",\n" \
    "  \"recorded_by\": \"OFF-0002\""

static void test_check__the_example_folder_is_right(void **state)
{
    struct world *world = *state;
    static const char prefix[] = "examples/belawan/";
    size_t records = 0;
    for (size_t i = 0; i < qb_embedded_count; i++) {
        const struct qb_embedded *file = &qb_embedded_files[i];
        if (strncmp(file->name, prefix, sizeof prefix - 1))
            continue;
        char *text = qb_mem_copy(file->bytes, (size_t)(file->end - file->bytes));
        qb_version_free(look_right(world, file->name + sizeof prefix - 1, text));
        free(text);
        records++;
    }
    assert_true(records > 30);
}

static void test_check__takes_out_decrees(void **state)
{
    struct world *world = *state;
    struct qb_version *version = look_right(world, DECREE_PATH,
                                            DECREE ", \"validity_months\": 6, \"valid_until\": \"2020-12-04\","
                                                   "\"extends\": \"SK-2020-0001\", \"monitoring\": {\"every\": 4.0},"
                                                   "\"revoked_on\": \"2020-10-01\", \"revocation_reason\": \"x\"}");
    const struct qb_decree *decree = &version->as.decree;
    assert_int_equal(version->role, QB_ROLE_DECREE);
    assert_string_equal(decree->id, "SK-2020-0077");
    assert_string_equal(decree->facility, "FAC-0001");
    assert_string_equal(decree->number, "77/Kpts/OT.080/K.9.A/06/2020");
    assert_string_equal(decree->extends, "SK-2020-0001");
    assert_int_equal(decree->commodities.count, 2);
    assert_string_equal(decree->commodities.items[1], "CDT-0002");
    assert_int_equal(decree->decreed_on, DAY(2020, 6, 5));
    assert_int_equal(decree->valid_from, DAY(2020, 6, 5));
    assert_int_equal(decree->valid_until, DAY(2020, 12, 4));
    assert_int_equal(decree->revoked_on, DAY(2020, 10, 1));
    assert_int_equal(decree->validity_months, 6);
    assert_int_equal(decree->every, 4);
    assert_ptr_equal(decree->facility, qb_pool_string(&world->store.pool, "FAC-0001")); /* interned */
    assert_ptr_equal(decree->id, qb_store_name(&world->store, "SK-2020-0077", 12)->id);
    assert_string_equal(version->title, "77/Kpts/OT.080/K.9.A/06/2020");
    assert_string_equal(version->author, "OFF-0004");
    qb_version_free(version);
    version = look_right(world, DECREE_PATH, DECREE "}");
    assert_null(version->as.decree.extends);
    assert_int_equal(version->as.decree.valid_until, QB_DATE_NONE);
    assert_int_equal(version->as.decree.revoked_on, QB_DATE_NONE);
    assert_int_equal(version->as.decree.validity_months + version->as.decree.every, 0);
    qb_version_free(version);
}

static void test_check__takes_out_shipments(void **state)
{
    struct world *world = *state;
    static const char *const statuses[] = {"planned", "certified", "departed", "cancelled"};
    for (int i = 0; i < 4; i++) {
        char text[1000];
        snprintf(text, sizeof text,
                 SHIPMENT ", \"departed_on\": \"2020-06-10\", \"inspected_on\": \"2020-06-09\","
                          "\"cancel_reason\": \"x\", \"status\": \"%s\"}",
                 statuses[i]);
        struct qb_version *version = look_right(world, SHIPMENT_PATH, text);
        const struct qb_shipment *shipment = &version->as.shipment;
        assert_int_equal(shipment->status, i);
        assert_string_equal(shipment->id, "SHP-A");
        assert_string_equal(shipment->decree, "SK-2020-0077");
        assert_string_equal(shipment->certificate_number, "C-1");
        assert_int_equal(shipment->commodities.count, 1);
        assert_string_equal(shipment->commodities.items[0], "CDT-0001");
        assert_int_equal(shipment->certificate_issued_on, DAY(2020, 6, 8));
        assert_int_equal(shipment->departed_on, DAY(2020, 6, 10));
        assert_int_equal(shipment->inspected_on, DAY(2020, 6, 9));
        qb_version_free(version);
    }
}

static void test_check__takes_out_visits_and_findings(void **state)
{
    struct world *world = *state;
    struct qb_version *version = look_right(world, VISIT_PATH,
                                            VISIT ", \"type\": \"ad_hoc\", \"technical_grounds\": \"x\","
                                                  "\"counts_as_routine\": true, \"result\": \"nonconform\","
                                                  "\"planned_on\": \"2020-06-19\", \"status\": \"closed\"}");
    const struct qb_visit *visit = &version->as.visit;
    assert_string_equal(visit->id, "VIS-1");
    assert_string_equal(visit->facility, "FAC-0001");
    assert_string_equal(visit->decree, "SK-2020-0077");
    assert_int_equal(visit->officers.count, 2);
    assert_string_equal(visit->officers.items[0], "OFF-0002"); /* in the order of the record */
    assert_int_equal(visit->planned_on, DAY(2020, 6, 19));
    assert_int_equal(visit->conducted_on, DAY(2020, 6, 20));
    assert_int_equal(visit->type, QB_VISIT_AD_HOC);
    assert_int_equal(visit->status, QB_VISIT_CLOSED);
    assert_int_equal(visit->result, QB_VISIT_NONCONFORM);
    assert_true(visit->counts_as_routine);
    qb_version_free(version);
    version = look_right(world, FINDING_PATH,
                         FINDING ", \"severity\": \"major\", \"verified_on\": \"2020-06-30\","
                                 "\"verified_by\": \"OFF-0001\"}");
    assert_string_equal(version->as.finding.visit, "VIS-1");
    assert_int_equal(version->as.finding.due_on, DAY(2020, 7, 1));
    assert_int_equal(version->as.finding.verified_on, DAY(2020, 6, 30));
    assert_int_equal(version->as.finding.severity, QB_FINDING_MAJOR);
    assert_null(version->title);
    qb_version_free(version);
}

static void test_check__takes_out_the_others(void **state)
{
    struct world *world = *state;
    struct qb_version *version =
        look_right(world, "records/facilities/FAC-1.json",
                   "{\"id\":\"FAC-1\",\"company\":\"COM-1\",\"name\":\"Gudang\",\"address\":\"x\","
                   "\"service_point\":\"x\",\"status\":\"approved\",\"recorded_by\":\"OFF-1\"}");
    assert_string_equal(version->as.facility.company, "COM-1");
    assert_string_equal(version->title, "Gudang");
    qb_version_free(version);
    static const char *const risks[] = {"low", "medium", "high"};
    for (int i = 0; i < 3; i++) {
        char text[300];
        snprintf(text, sizeof text,
                 "{\"id\":\"CDT-1\",\"name\":\"Ubi\",\"scientific_name\":\"Ipomoea batatas\",\"hs_code\":\"071420\","
                 "\"pest_risk\":\"%s\",\"recorded_by\":\"OFF-1\"}",
                 risks[i]);
        version = look_right(world, "records/commodities/CDT-1.json", text);
        assert_int_equal(version->as.commodity.low_risk, i == 0);
        qb_version_free(version);
    }
    version = look_right(world, "records/officers/OFF-1.json",
                         "{\"id\":\"OFF-1\",\"name\":\"Sari\",\"role\":\"x\",\"email\":\"sari@example.org\","
                         "\"status\":\"active\",\"recorded_by\":\"OFF-1\"}");
    assert_string_equal(version->as.officer.name, "Sari");
    assert_string_equal(version->as.officer.email, "sari@example.org");
    assert_int_equal(version->reference_count, 1); /* to itself */
    qb_version_free(version);
}

static void expect_reference(const struct world *world, const struct qb_version *version, size_t number,
                             const char *kind, const char *path, const char *id)
{
    const struct qb_reference *reference = &version->references[number];
    const struct qb_kind *from = qb_kinds_find(world->kinds, kind);
    assert_string_equal(from->fields[reference->field].path, path);
    assert_string_equal(from->fields[reference->field].ref, world->kinds->items[reference->kind]->name);
    assert_string_equal(reference->name->id, id);
}

static void test_check__gathers_references_and_unique_values(void **state)
{
    struct world *world = *state;
    struct qb_version *version = look_right(world, DECREE_PATH, DECREE ", \"signed_by\": \"OFF-0001\"}");
    assert_int_equal(version->reference_count, 5);
    expect_reference(world, version, 0, "decree", "facility", "FAC-0001");
    expect_reference(world, version, 1, "decree", "commodities[]", "CDT-0001");
    expect_reference(world, version, 2, "decree", "commodities[]", "CDT-0002");
    expect_reference(world, version, 3, "decree", "signed_by", "OFF-0001");
    expect_reference(world, version, 4, "decree", "recorded_by", "OFF-0004");
    assert_int_equal(version->unique_count, 1);
    assert_string_equal(version->uniques[0].value, "77/Kpts/OT.080/K.9.A/06/2020");
    qb_version_free(version);
    version = look_right(world, SHIPMENT_PATH, SHIPMENT ", \"status\": \"certified\", \"replaces\": \"SHP-0\"}");
    assert_int_equal(version->reference_count, 4);
    expect_reference(world, version, 1, "shipment", "lines[].commodity", "CDT-0001");
    assert_string_equal(version->uniques[0].value, "C-1");
    qb_version_free(version);
}

/* --- what is wrong --- */

static void test_check__faults_of_json(void **state)
{
    struct world *world = *state;
    static const struct {
        const char *text;
        enum qb_problem_code code;
        uint32_t line;
        uint32_t column;
    } rows[] = {
        {"", QB_PROBLEM_JSON_SYNTAX, 1, 1},
        {"{\n  \"id\": \"VIS-1\"\n", QB_PROBLEM_JSON_SYNTAX, 2, 16},
        {"{\n  \"id\": \"VIS-1\",\n}", QB_PROBLEM_JSON_SYNTAX, 2, 16},
        {"{\"id\": \"\xFF\"}", QB_PROBLEM_JSON_ENCODING, 1, 9},
        {"{\"id\": \"a\",\n\"id\": \"b\"}", QB_PROBLEM_JSON_DUPLICATE_KEY, 2, 1},
        {"{\"a\": 12345678901234567890123}", QB_PROBLEM_JSON_NUMBER, 1, 7},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_null(look(world, VISIT_PATH, rows[i].text));
        assert_false(world->sound);
        assert_int_equal(world->problems.count, 1);
        expect_problem(world, 0, rows[i].code, "", rows[i].line, rows[i].column);
        assert_string_equal(world->problems.items[0].record, "VIS-1");
        assert_string_equal(world->problems.items[0].kind, "visit");
        assert_string_equal(world->problems.items[0].path, VISIT_PATH);
        expect_words(world);
    }
    struct qb_buf text = {0};
    for (int i = 0; i < QB_MAX_DEPTH + 1; i++)
        qb_buf_add_char(&text, '[');
    assert_null(look(world, VISIT_PATH, qb_buf_text(&text)));
    expect_problem(world, 0, QB_PROBLEM_TOO_DEEP, "", 1, QB_MAX_DEPTH + 1);
    expect_words(world);
    qb_buf_clear(&text);
    while (text.length <= QB_MAX_RECORD)
        qb_buf_add_string(&text, "                ");
    assert_null(look(world, VISIT_PATH, qb_buf_text(&text)));
    assert_int_equal(world->problems.items[0].code, QB_PROBLEM_TOO_LARGE);
    expect_words(world);
    qb_buf_fini(&text);
}

static void test_check__violations_of_the_schema(void **state)
{
    struct world *world = *state;
    struct qb_version *version = look(
        world, VISIT_PATH,
        VISIT ",\n  \"type\": \"rutine\",\n  \"result\": 7,\n  \"statuss\": \"closed\",\n  \"status\": \"closed\"}");
    assert_non_null(version); /* what it refers to is known all the same */
    assert_int_equal(version->reference_count, 5);
    assert_false(world->sound);
    assert_int_equal(world->problems.count, 3);
    expect_problem(world, 0, QB_PROBLEM_SCHEMA, "/type", 8, 11);
    expect_problem(world, 1, QB_PROBLEM_SCHEMA, "/result", 9, 13);
    expect_problem(world, 2, QB_PROBLEM_SCHEMA, "/statuss", 10, 3);
    assert_string_equal(world->problems.items[0].keyword, "enum");
    assert_string_equal(world->problems.items[2].keyword, "additionalProperties");
    expect_words(world);
    qb_version_free(version);
    static const char *const others[] = {"[]", "null", "7", "\"VIS-1\"", "true"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        assert_null(look_after(world, VISIT_PATH, others[i], VISIT ", \"status\": \"closed\"}"));
        assert_false(world->sound);
        assert_int_equal(world->problems.items[0].code, QB_PROBLEM_SCHEMA);
        expect_words(world);
    }
}

static void test_check__more_problems_than_anybody_reads(void **state)
{
    struct world *world = *state;
    struct qb_buf text = {0};
    for (int lines = 99; lines <= 300; lines += 201 / 3) {
        qb_buf_clear(&text);
        qb_buf_add_string(&text, "{\"id\": \"SHP-A\", \"decree\": \"SK-1\", \"import_country\": \"JP\","
                                 "\"status\": \"planned\", \"recorded_by\": \"OFF-1\", \"lines\": [");
        for (int i = 0; i < lines; i++)
            qb_buf_addf(&text, "%s\n{\"commodity\": \"CDT-1\", \"net_weight_kg\": 0}", i ? "," : "");
        qb_buf_add_string(&text, "]}");
        qb_version_free(look(world, SHIPMENT_PATH, qb_buf_text(&text)));
        assert_int_equal(world->problems.count, lines > QB_MAX_FILE_PROBLEMS ? QB_MAX_FILE_PROBLEMS + 1 : lines);
        if (lines > QB_MAX_FILE_PROBLEMS) {
            const struct qb_problem *last = &world->problems.items[QB_MAX_FILE_PROBLEMS];
            assert_string_equal(last->message_id, "problem.more");
            assert_int_equal(last->line, QB_MAX_FILE_PROBLEMS + 2);
        }
        expect_words(world);
    }
    qb_buf_fini(&text);
}

static void test_check__the_id_is_the_name_of_the_file(void **state)
{
    struct world *world = *state;
    struct qb_version *version = look(world, "records/findings/2020/FND-2.json", FINDING ", \"severity\": \"major\"}");
    assert_false(world->sound);
    assert_int_equal(world->problems.count, 1);
    expect_problem(world, 0, QB_PROBLEM_ID_NAME, "/id", 2, 9);
    assert_string_equal(world->problems.items[0].record, "FND-2");
    expect_words(world);
    qb_version_free(version);
    version = look(world, "records/findings/fnd-1.json", FINDING ", \"severity\": \"major\"}");
    expect_problem(world, 0, QB_PROBLEM_ID_NAME, "/id", 2, 9); /* case counts */
    qb_version_free(version);
    version = look(world, "records/findings/FND-1.json", "{\"id\": \"FND-1\\u0000\"}");
    bool told = false;
    for (size_t i = 0; i < world->problems.count; i++)
        told |= world->problems.items[i].code == QB_PROBLEM_ID_NAME;
    assert_true(told); /* a NUL ends a text only in C */
    qb_version_free(version);
}

struct row {
    const char *path;
    const char *start;
    const char *rest;
    enum qb_problem_code code; /* QB_PROBLEM_CODES: none */
    const char *pointer;
    uint32_t line;
    uint32_t column;
};

static const struct row dates[] = {
    {DECREE_PATH, DECREE, ",\n  \"valid_until\": \"2020-06-04\"}", QB_PROBLEM_DATE_ORDER, "/valid_until", 9, 18},
    {DECREE_PATH, DECREE, ",\n  \"valid_until\": \"2020-06-05\"}", QB_PROBLEM_CODES, "", 0, 0},
    {DECREE_PATH, DECREE, ",\n  \"revocation_reason\": \"x\", \"revoked_on\": \"2020-06-04\"}", QB_PROBLEM_DATE_ORDER,
     "/revoked_on", 9, 43},
    {DECREE_PATH, DECREE, ",\n  \"revocation_reason\": \"x\", \"revoked_on\": \"2020-06-05\"}", QB_PROBLEM_CODES, "", 0,
     0},
    {SHIPMENT_PATH, SHIPMENT, ",\n  \"status\": \"departed\", \"departed_on\": \"2020-06-07\"}",
     QB_PROBLEM_DATE_UNLIKELY, "/departed_on", 9, 40},
    {SHIPMENT_PATH, SHIPMENT, ",\n  \"status\": \"departed\", \"departed_on\": \"2020-06-08\"}", QB_PROBLEM_CODES, "",
     0, 0},
    {VISIT_PATH, VISIT,
     ",\n  \"type\": \"routine\", \"status\": \"cancelled\", \"samples\": [{\"units\": 5, \"positives\": 5},\n"
     "   {\"units\": 5, \"positives\": 6}]}",
     QB_PROBLEM_SAMPLES, "/samples/1/positives", 9, 30},
    {VISIT_PATH, VISIT, ",\n  \"type\": \"routine\", \"status\": \"cancelled\", \"samples\": [{\"units\": 5}]}",
     QB_PROBLEM_CODES, "", 0, 0},
};

static void test_check__dates_and_samples(void **state)
{
    struct world *world = *state;
    for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
        const struct row *row = &dates[i];
        char text[2000];
        snprintf(text, sizeof text, "%s%s", row->start, row->rest);
        qb_version_free(look(world, row->path, text));
        assert_int_equal(world->problems.count, row->code != QB_PROBLEM_CODES);
        if (row->code != QB_PROBLEM_CODES)
            expect_problem(world, 0, row->code, row->pointer, row->line, row->column);
        bool error = row->code != QB_PROBLEM_CODES && qb_problem_rows[row->code].severity == QB_SEVERITY_ERROR;
        assert_int_equal(world->sound, !error); /* a warning does not stop a record */
        expect_words(world);
    }
}

static void test_check__valid_before_it_was_decreed(void **state)
{
    struct world *world = *state;
    qb_version_free(look(world, DECREE_PATH,
                         "{\"id\": \"SK-2020-0077\", \"number\": \"77/Kpts/OT.080/K.9.A/06/2020\",\n"
                         "\"facility\": \"FAC-1\", \"decreed_on\": \"2020-06-05\", \"valid_from\": \"2020-06-04\",\n"
                         "\"commodities\": [\"CDT-1\"], \"recorded_by\": \"OFF-1\"}"));
    assert_int_equal(world->problems.count, 1);
    expect_problem(world, 0, QB_PROBLEM_DATE_UNLIKELY, "/valid_from", 2, 64);
    assert_true(world->sound);
}

static void test_check__the_number_of_a_decree_says_its_month(void **state)
{
    struct world *world = *state;
    static const struct {
        const char *number;
        const char *decreed_on;
        bool right;
    } rows[] = {
        {"77/Kpts/OT.080/K.9.A/06/2020", "2020-06-30", true},  {"77/Kpts/OT.080/K.9.A/05/2020", "2020-06-05", false},
        {"77/Kpts/OT.080/K.9.A/06/2021", "2020-06-05", false}, {"1/Kpts/A/K.9/12/2019", "2019-12-01", true},
        {"1/Kpts/A/K.9/12/2019", "2020-01-01", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[600];
        snprintf(text, sizeof text,
                 "{\"id\": \"SK-2020-0077\",\n \"number\": \"%s\", \"facility\": \"FAC-1\", \"decreed_on\": \"%s\","
                 "\"valid_from\": \"2021-01-01\", \"commodities\": [\"CDT-1\"], \"recorded_by\": \"OFF-1\"}",
                 rows[i].number, rows[i].decreed_on);
        qb_version_free(look(world, DECREE_PATH, text));
        assert_int_equal(world->problems.count, !rows[i].right);
        assert_int_equal(world->sound, rows[i].right);
        if (!rows[i].right)
            expect_problem(world, 0, QB_PROBLEM_DECREE_NUMBER, "/number", 2, 12);
        expect_words(world);
    }
}

/* --- what a record may not do to this program --- */

static void put_in(struct qb_buf *out, const char *text, const char *key, const char *value)
{
    const char *at = strstr(text, key);
    assert_non_null(at);
    at += strlen(key) + 3; /* quotation mark, colon, blank */
    size_t depth = 0;
    bool quoted = false;
    const char *end = at;
    for (; *end && (depth || quoted || !strchr(",}\n", *end)); end++) {
        quoted ^= *end == '"';
        depth += !quoted && (*end == '[' || *end == '{');
        depth -= !quoted && depth && (*end == ']' || *end == '}');
    }
    qb_buf_clear(out);
    qb_buf_add(out, text, (size_t)(at - text));
    qb_buf_add_string(out, value);
    qb_buf_add_string(out, end);
}

static void test_check__values_of_any_type_do_no_harm(void **state)
{
    struct world *world = *state;
    static const char *const values[] = {
        "null",
        "true",
        "0",
        "-1",
        "1e300",
        "\"\"",
        "\"\\u0000\"",
        "\"2020-99-99\"",
        "[]",
        "{}",
        "[[]]",
        "[null]",
        "[7,\"x\",{}]",
        "[{\"commodity\":7,\"units\":\"x\",\"positives\":[]}]",
        "{\"every\":\"x\"}",
        "{\"every\":1e99}",
        "[{\"units\":1e-400,\"positives\":1}]",
        "\"99999999999999999999999999999999999999999999999999999999999/99\"",
    };
    static const char *const texts[][2] = {
        {DECREE_PATH, DECREE ", \"validity_months\": 3, \"valid_until\": \"2020-09-04\", \"extends\": \"SK-1\","
                             "\"monitoring\": {\"every\": 5}, \"revoked_on\": \"2020-07-01\"}"},
        {SHIPMENT_PATH, SHIPMENT ", \"departed_on\": \"2020-06-10\", \"inspected_on\": \"2020-06-10\","
                                 "\"status\": \"departed\", \"replaces\": \"SHP-0\"}"},
        {VISIT_PATH,
         VISIT ", \"type\": \"routine\", \"status\": \"closed\", \"result\": \"conform\","
               "\"counts_as_routine\": true, \"planned_on\": \"2020-06-01\", \"samples\": [{\"units\": 1}]}"},
        {FINDING_PATH, FINDING ", \"severity\": \"major\", \"verified_on\": \"2020-07-01\","
                               "\"correction_reason\": \"x\"}"},
    };
    struct qb_buf text = {0};
    for (size_t i = 0; i < 4; i++) {
        const struct qb_kind *kind = qb_kinds_of_path(world->kinds, texts[i][0]);
        for (size_t j = 0; j < kind->field_count; j++) {
            char key[60];
            snprintf(key, sizeof key, "\"%s", kind->fields[j].path);
            size_t length = strlen(key);
            key[length] = '\0';
            if (kind->fields[j].step_count > 1 || !strstr(texts[i][1], key))
                continue;
            for (size_t k = 0; k < sizeof values / sizeof *values; k++) {
                put_in(&text, texts[i][1], key, values[k]);
                qb_version_free(look_after(world, texts[i][0], qb_buf_text(&text), texts[i][1]));
                qb_version_free(look_after(world, texts[i][0], texts[i][1], qb_buf_text(&text)));
                expect_words(world);
            }
        }
    }
    qb_buf_fini(&text);
}

/* A folder's own version of a kind may leave out what the program uses. */
static void test_check__a_kind_may_require_nothing(void **state)
{
    struct world *world = *state;
    static const char *const kinds[] = {"decree", "shipment", "visit", "finding", "facility", "commodity", "officer"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        char text[100];
        char path[100];
        struct qb_problems problems = {0};
        snprintf(text, sizeof text, "x-qbis-kind: %s\nx-qbis-folder: f%zu\nx-qbis-prefix: P%c\n", kinds[i], i,
                 (char)('A' + i));
        snprintf(path, sizeof path, "records/f%zu/P-1.json", i);
        assert_true(
            qb_kinds_add(world->kinds, qb_kind_parse("kinds/x.yaml", text, strlen(text), &problems), &problems));
        struct qb_entry *entry = qb_store_entry(&world->store, qb_pool_string(&world->store.pool, path),
                                                qb_kinds_of_path(world->kinds, path)->index);
        struct qb_version *version = look_right(world, path, "{}");
        assert_ptr_equal(version->as.decree.id, entry->name->id); /* first in every struct; the file says it */
        assert_int_equal(version->role == QB_ROLE_NONE, i < 4);   /* no parent: not in the schedule */
        qb_store_set_current(&world->store, entry, version);
        qb_store_set_in_force(&world->store, entry, version);
        qb_problems_fini(&problems);
    }
    struct qb_arena arena = {0};
    const struct qb_name *name;
    for (size_t at = 0; (name = qb_store_next_name(&world->store, &at));)
        qb_store_facility(name, &arena);
    qb_arena_fini(&arena);
}

static void expect_sentence(const struct world *world, size_t number, const char *indonesian, const char *english)
{
    const char *const expected[] = {indonesian, english};
    assert_true(number < world->problems.count);
    for (int language = 0; language < QB_LANGUAGES; language++) {
        struct qb_buf words = {0};
        qb_problem_message(&words, (enum qb_language)language, &world->problems.items[number]);
        assert_string_equal(qb_buf_text(&words), expected[language]);
        qb_buf_fini(&words);
    }
}

/* A clerk reads what a property is called, beside what stands in the file. */
static void test_check__names_properties_in_words(void **state)
{
    struct world *world = *state;
    qb_version_free(look(world, "records/shipments/SHP-A.json",
                         "{\"id\":\"SHP-A\",\"decree\":\"SK-1\",\"import_country\":\"ID\",\n"
                         "\"lines\":[{\"commodity\":\"CDT-1\"}],\"status\":\"cancelled\",\n"
                         "\"containers\":[7],\"inspected_ons\":1,\"recorded_by\":\"OFF-1\"}"));
    assert_int_equal(world->problems.count, 5);
    expect_sentence(world, 0,
                    "Alasan pembatalan (cancel_reason) belum ada, padahal wajib untuk pengiriman yang dibatalkan "
                    "(cancelled). Tambahkan isian ini.",
                    "Reason of the cancellation (cancel_reason) is missing: a shipment that is cancelled needs it. Add "
                    "it.");
    expect_sentence(world, 1,
                    "Negara tujuan (import_country): Harus negara lain, bukan Indonesia. Tulis kode dua "
                    "huruf negara itu, misalnya JP untuk Jepang.",
                    "Country of import (import_country): It must be another country than Indonesia. "
                    "Write its two-letter code, such as JP for Japan.");
    expect_sentence(world, 2, "Berat bersih (kg) (net_weight_kg) belum ada. Tambahkan isian ini.",
                    "Net weight (kg) (net_weight_kg) is missing. Add it.");
    expect_sentence(world, 3, "Nomor peti kemas (containers): Di sini harus ada teks dalam tanda kutip, bukan 7.",
                    "Container number (containers): A text in quotes must stand here, not 7.");
    expect_sentence(
        world, 4,
        "\"inspected_ons\" tidak dikenal di sini. Mungkin maksudnya: Tanggal pemeriksaan biasa (inspected_on)",
        "\"inspected_ons\" is not known here. Perhaps you mean: inspected_on");
}

/* Where C would end a text, a message does not. */
static void test_check__shows_a_nul(void **state)
{
    struct world *world = *state;
    qb_version_free(look(world, "records/officers/OFF-1.json",
                         "{\"id\":\"OFF-1\\u0000B\",\"name\":\"A\\u0000\",\"role\":\"r\",\"email\":\"a@b.id\",\n"
                         "\"status\":\"active\\u0000x\",\"recorded_by\":\"OFF-1\"}"));
    bool id = false;
    bool status = false;
    for (size_t i = 0; i < world->problems.count; i++) {
        struct qb_buf words = {0};
        qb_problem_message(&words, QB_ENGLISH, &world->problems.items[i]);
        id |= strstr(words.data, "(\"OFF-1\\u0000B\")") && strstr(words.data, "OFF-1\\u0000B.json");
        status |= strstr(words.data, "\"active\\u0000x\"") != NULL;
        qb_buf_fini(&words);
    }
    assert_true(id && status);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(test_check__##name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(the_example_folder_is_right),
        TEST(takes_out_decrees),
        TEST(takes_out_shipments),
        TEST(takes_out_visits_and_findings),
        TEST(takes_out_the_others),
        TEST(gathers_references_and_unique_values),
        TEST(faults_of_json),
        TEST(violations_of_the_schema),
        TEST(names_properties_in_words),
        TEST(shows_a_nul),
        TEST(more_problems_than_anybody_reads),
        TEST(the_id_is_the_name_of_the_file),
        TEST(dates_and_samples),
        TEST(valid_before_it_was_decreed),
        TEST(the_number_of_a_decree_says_its_month),
        TEST(values_of_any_type_do_no_harm),
        TEST(a_kind_may_require_nothing),
    };
#undef TEST
    return cmocka_run_group_tests_name("check", tests, NULL, NULL);
}
