/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The shipped kinds and the settings' schema, as files: complete in both languages, true to the program's defaults,
 * their examples right, and each rule of the tables in docs/kinds.md shown by a record that keeps and one that
 * breaks it.
 */
#include "core/base/embed.h"
#include "core/data/yaml.h"
#include "core/records/settings.h"
#include "schema/formats.h"
#include "schema/kind.h"

#include <stdarg.h>
#include <stdio.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

static const char *const files[] = {
    "schema/kinds/company.yaml", "schema/kinds/facility.yaml", "schema/kinds/commodity.yaml",
    "schema/kinds/officer.yaml", "schema/kinds/decree.yaml",   "schema/kinds/shipment.yaml",
    "schema/kinds/visit.yaml",   "schema/kinds/finding.yaml",  "schema/settings.yaml",
};
#define FILES (sizeof files / sizeof *files)

static const struct qb_json *read_file(struct qb_json_doc *doc, const char *name)
{
    const char *bytes;
    size_t length;
    struct qb_json_fault fault;
    if (!qb_embed_find(name, &bytes, &length))
        fail_msg("%s is not part of the program", name);
    const struct qb_json *root = qb_yaml_parse(doc, bytes, length, &fault);
    if (!root)
        fail_msg("%s:%u: %s", name, fault.line, fault.reason);
    return root;
}

/* --- completeness --- */

static void expect_words(const char *file, const char *where, const struct qb_json *words)
{
    for (int i = 0; i < QB_LANGUAGES; i++) {
        const char *text = qb_json_string(qb_json_get(words, qb_text_language_tag((enum qb_language)i)));
        if (!text || !*text)
            fail_msg("%s: %s has no words in language %d", file, where, i);
    }
    assert_int_equal(words->length, QB_LANGUAGES);
}

static void expect_values(const char *file, const char *where, const struct qb_json *schema)
{
    const struct qb_json *values = qb_json_get(schema, "enum");
    const struct qb_json *labels = qb_json_get(schema, "x-qbis-labels-of-values");
    if (!values)
        return;
    if (!labels || labels->length != values->length)
        fail_msg("%s: %s does not label its values", file, where);
    for (uint32_t i = 0; i < values->length; i++)
        expect_words(file, where, qb_json_get(labels, qb_json_string(&values->as.items[i])));
}

static void expect_examples(const char *file, const char *where, const struct qb_json *schema)
{
    const struct qb_json *examples = qb_json_get(schema, "examples");
    if (!examples)
        return;
    struct qb_violations faults;
    struct qb_schema *compiled = NULL;
    struct qb_schema_options options = {.assert_formats = true};
    options.formats = qb_formats(&options.format_count);
    qb_violations_init(&faults);
    assert_int_equal(qb_schema_compile(&compiled, schema, &options, &faults), 0);
    for (uint32_t i = 0; i < examples->length; i++)
        if (!qb_schema_valid(compiled, &examples->as.items[i]))
            fail_msg("%s: example %u of %s is wrong", file, i, where);
    qb_schema_free(compiled);
    qb_violations_fini(&faults);
}

/* A schema and all below it: labels, descriptions, values and examples; objects are closed. */
static void walk(const char *file, const char *where, const struct qb_json *schema)
{
    const struct qb_json *description = qb_json_get(schema, "x-qbis-description");
    expect_words(file, where, qb_json_get(schema, "x-qbis-label"));
    if (description)
        expect_words(file, where, description);
    expect_values(file, where, schema);
    expect_examples(file, where, schema);
    const struct qb_json *items = qb_json_get(schema, "items");
    if (items)
        walk(file, where, items);
    const struct qb_json *properties = qb_json_get(schema, "properties");
    if (!properties)
        return;
    const struct qb_json *more = qb_json_get(schema, "additionalProperties");
    assert_true(more && more->type == QB_JSON_FALSE);
    for (uint32_t i = 0; i < properties->length; i++)
        walk(file, properties->as.items[i].key, &properties->as.items[i]);
}

static void test_kind_files__complete_in_both_languages(void **state)
{
    (void)state;
    struct qb_json_doc *doc = qb_json_doc_new();
    for (size_t i = 0; i < FILES; i++)
        walk(files[i], "the root", read_file(doc, files[i]));
    qb_json_doc_free(doc);
}

static void test_kind_files__annotations_fit_together(void **state)
{
    (void)state;
    struct qb_kinds *kinds = qb_kinds_new();
    struct qb_problems problems = {0};
    qb_kinds_finish(kinds, &problems);
    assert_int_equal(problems.count, 0);
    assert_int_equal(kinds->count, FILES - 1);
    for (size_t i = 0; i < kinds->count; i++) {
        const struct qb_kind *kind = kinds->items[i];
        int authors = 0;
        int frozen = 0;
        for (size_t j = 0; j < kind->field_count; j++) {
            authors += kind->fields[j].author;
            frozen += kind->fields[j].frozen;
            if (kind->fields[j].author)
                assert_string_equal(kind->fields[j].ref, "officer");
            if (!strcmp(kind->fields[j].path, "id"))
                assert_int_equal(kind->fields[j].frozen, kind->condition_count > 0);
        }
        assert_int_equal(authors, 1);
        assert_int_equal(frozen > 0, kind->condition_count > 0);
    }
    qb_problems_fini(&problems);
    qb_kinds_free(kinds);
}

/* --- the settings' defaults --- */

static void expect_number(const struct qb_json *root, const char *pointer, int expected)
{
    int64_t number;
    if (!qb_json_integer(qb_json_at(root, pointer), &number) || number != expected)
        fail_msg("schema/settings.yaml#%s is not the program's default", pointer);
}

static void test_kind_files__settings_name_the_real_defaults(void **state)
{
    (void)state;
    struct qb_json_doc *doc = qb_json_doc_new();
    struct qb_settings settings;
    qb_settings_init(&settings);
    const struct qb_json *root = read_file(doc, "schema/settings.yaml");
    const struct qb_monitoring *monitoring = &settings.monitoring;
    expect_number(root, "/properties/monitoring/properties/every/default", monitoring->every);
    expect_number(root, "/properties/monitoring/properties/grace_working_days/default", monitoring->grace_working_days);
    expect_number(root, "/properties/monitoring/properties/warn_at_remaining/default", monitoring->warn_at_remaining);
    expect_number(root, "/properties/monitoring/properties/extension_gap_days/default", monitoring->extension_gap_days);
    expect_number(root, "/properties/monitoring/properties/decree_warning_days/default",
                  monitoring->decree_warning_days);
    expect_number(root, "/properties/monitoring/properties/clearance/default", monitoring->clearance);
    expect_number(root, "/properties/monitoring/properties/spacing/default", monitoring->spacing);
    static const struct {
        const char *name;
        size_t offset;
    } lots[] = {
        {"qualify", offsetof(struct qb_skip_lot, qualify)},
        {"within", offsetof(struct qb_skip_lot, within)},
        {"step", offsetof(struct qb_skip_lot, step)},
        {"requalify", offsetof(struct qb_skip_lot, requalify)},
        {"requalify_within", offsetof(struct qb_skip_lot, requalify_within)},
        {"lowest", offsetof(struct qb_skip_lot, lowest)},
    };
    for (size_t i = 0; i < sizeof lots / sizeof *lots; i++) {
        char pointer[120];
        snprintf(pointer, sizeof pointer, "/properties/monitoring/properties/skip_lot/properties/%s/default",
                 lots[i].name);
        expect_number(root, pointer,
                      *(const int *)(const void *)((const char *)&monitoring->skip_lot + lots[i].offset));
    }
    assert_string_equal(qb_json_string(qb_json_at(root, "/properties/monitoring/properties/policy/default")),
                        monitoring->policy);
    assert_string_equal(qb_json_string(qb_json_at(root, "/properties/monitoring/properties/seed/default")),
                        monitoring->seed);
    expect_number(root, "/properties/settle/properties/quiet_ms/default", settings.settle_ms);
    expect_number(root, "/properties/settle/properties/longest_ms/default", settings.settle_longest_ms);
    assert_string_equal(qb_json_string(qb_json_at(root, "/properties/time_zone/default")), settings.time_zone);
    assert_string_equal(qb_json_string(qb_json_at(root, "/properties/language/default")),
                        qb_text_language_tag(settings.language));
    assert_true(settings.problem_notes);
    assert_int_equal(qb_json_at(root, "/properties/problem_notes/default")->type, QB_JSON_TRUE);
    const struct qb_json *zones = qb_json_at(root, "/properties/time_zone/enum");
    for (uint32_t i = 0; i < zones->length; i++) {
        int minutes;
        assert_true(qb_date_zone(qb_json_string(&zones->as.items[i]), &minutes));
    }
    qb_settings_fini(&settings);
    qb_json_doc_free(doc);
}

/* --- the rules --- */

struct rule {
    const char *kind;
    bool right;
    const char *start; /* of a record that lacks only what `rest` holds */
    const char *rest;
};

#define SHIPMENT                                                                                       \
    "{\"id\":\"SHP-1\",\"decree\":\"SK-1\",\"lines\":[{\"commodity\":\"CDT-1\",\"net_weight_kg\":1}]," \
    "\"recorded_by\":\"OFF-1\","
#define VISIT                                                                                \
    "{\"id\":\"VIS-1\",\"facility\":\"FAC-1\",\"decree\":\"SK-1\",\"officers\":[\"OFF-1\"]," \
    "\"recorded_by\":\"OFF-1\","
#define DECREE                                                                                 \
    "{\"id\":\"SK-1\",\"number\":\"77/Kpts/OT.080/K.9.A/06/2020\",\"facility\":\"FAC-1\","     \
    "\"decreed_on\":\"2020-06-05\",\"valid_from\":\"2020-06-05\",\"commodities\":[\"CDT-1\"]," \
    "\"recorded_by\":\"OFF-1\""
#define FINDING                                                                           \
    "{\"id\":\"FND-1\",\"visit\":\"VIS-1\",\"severity\":\"minor\",\"description\":\"x\"," \
    "\"due_on\":\"2020-07-10\",\"recorded_by\":\"OFF-1\""

static const struct rule rules[] = {
    {"shipment", true, SHIPMENT, "\"import_country\":\"JP\",\"status\":\"planned\"}"},
    {"shipment", false, SHIPMENT, "\"import_country\":\"ID\",\"status\":\"planned\"}"},
    {"shipment", false, SHIPMENT, "\"import_country\":\"XX\",\"status\":\"planned\"}"},
    {"shipment", false, SHIPMENT, "\"import_country\":\"JP\",\"status\":\"certified\"}"},
    {"shipment", false, SHIPMENT, "\"import_country\":\"JP\",\"status\":\"departed\",\"certificate_number\":\"1\"}"},
    {"shipment", true, SHIPMENT,
     "\"import_country\":\"JP\",\"status\":\"departed\",\"certificate_number\":\"1\","
     "\"certificate_issued_on\":\"2020-06-08\"}"},
    {"shipment", false, SHIPMENT,
     "\"import_country\":\"JP\",\"status\":\"departed\",\"certificate_number\":\"1\","
     "\"certificate_issued_on\":\"2020-06-31\"}"},
    {"shipment", false, SHIPMENT, "\"import_country\":\"JP\",\"status\":\"cancelled\"}"},
    {"shipment", true, SHIPMENT, "\"import_country\":\"JP\",\"status\":\"cancelled\",\"cancel_reason\":\"x\"}"},
    {"shipment", false, SHIPMENT, "\"import_country\":\"JP\",\"status\":\"planned\",\"statuss\":1}"},
    {"shipment", true, SHIPMENT,
     "\"import_country\":\"JP\",\"status\":\"planned\",\"note\":\"\",\"$schema\":\"x\",\"correction_reason\":\"x\"}"},
    {"shipment", false, SHIPMENT, "\"import_country\":\"JP\",\"status\":\"planned\",\"correction_reason\":\"\"}"},
    {"shipment", false, SHIPMENT, "\"import_country\":\"JP\",\"status\":\"planned\",\"containers\":[\"CSQU3054384\"]}"},
    {"shipment", true, SHIPMENT, "\"import_country\":\"JP\",\"status\":\"planned\",\"containers\":[\"CSQU3054383\"]}"},
    {"visit", false, VISIT, "\"type\":\"routine\",\"status\":\"planned\"}"},
    {"visit", true, VISIT, "\"type\":\"routine\",\"status\":\"planned\",\"planned_on\":\"2020-07-08\"}"},
    {"visit", true, VISIT, "\"type\":\"routine\",\"status\":\"cancelled\"}"},
    {"visit", false, VISIT, "\"type\":\"routine\",\"status\":\"conducted\",\"conducted_on\":\"2020-07-08\"}"},
    {"visit", false, VISIT, "\"type\":\"routine\",\"status\":\"closed\",\"result\":\"conform\"}"},
    {"visit", true, VISIT,
     "\"type\":\"routine\",\"status\":\"closed\",\"conducted_on\":\"2020-07-08\",\"result\":\"conform\"}"},
    {"visit", false, VISIT, "\"type\":\"ad_hoc\",\"status\":\"planned\",\"planned_on\":\"2020-07-08\"}"},
    {"visit", true, VISIT,
     "\"type\":\"ad_hoc\",\"status\":\"planned\",\"planned_on\":\"2020-07-08\",\"technical_grounds\":\"x\"}"},
    {"visit", false, VISIT, "\"type\":\"routine\",\"status\":\"cancelled\",\"samples\":[{\"positives\":1}]}"},
    {"visit", true, VISIT,
     "\"type\":\"routine\",\"status\":\"cancelled\",\"samples\":[{\"lot\":\"A\",\"units\":5,\"positives\":1}]}"},
    {"visit", false, VISIT, "\"type\":\"routine\",\"status\":\"cancelled\",\"samples\":[{\"unit\":5}]}"},
    {"decree", true, DECREE, "}"},
    {"decree", false, DECREE, ",\"revoked_on\":\"2020-07-01\"}"},
    {"decree", false, DECREE, ",\"revocation_reason\":\"x\"}"},
    {"decree", true, DECREE, ",\"revoked_on\":\"2020-07-01\",\"revocation_reason\":\"x\"}"},
    {"decree", true, DECREE, ",\"commitment\":\"attachments/2020/a b.pdf\"}"},
    {"decree", false, DECREE, ",\"commitment\":\"attachments/../qbis.yaml\"}"},
    {"decree", false, DECREE, ",\"commitment\":\"attachments/2020/..\"}"},
    {"decree", false, DECREE, ",\"commitment\":\"/etc/passwd\"}"},
    {"decree", false, DECREE, ",\"commitment\":\"attachments/\"}"},
    {"decree", true, DECREE, ",\"commitment\":\"attachments/..scan\"}"},
    {"decree", false, DECREE, ",\"monitoring\":{}}"},
    {"decree", false, DECREE, ",\"monitoring\":{\"every\":0}}"},
    {"decree", true, DECREE, ",\"monitoring\":{\"every\":5},\"validity_months\":3,\"valid_until\":\"2020-09-04\"}"},
    {"finding", true, FINDING, "}"},
    {"finding", false, FINDING, ",\"verified_on\":\"2020-07-08\"}"},
    {"finding", false, FINDING, ",\"verified_by\":\"OFF-1\"}"},
    {"finding", true, FINDING, ",\"verified_on\":\"2020-07-08\",\"verified_by\":\"OFF-1\"}"},
};

static void test_kind_files__rules(void **state)
{
    (void)state;
    struct qb_kinds *kinds = qb_kinds_new();
    struct qb_json_doc *doc = qb_json_doc_new();
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        struct qb_buf text = {0};
        struct qb_json_fault fault;
        qb_buf_addf(&text, "%s%s", rules[i].start, rules[i].rest);
        const struct qb_json *record = qb_json_parse(doc, text.data, text.length, &qb_json_record_options, &fault);
        assert_non_null(record);
        if (qb_schema_valid(qb_kinds_find(kinds, rules[i].kind)->schema, record) != rules[i].right)
            fail_msg("%s should be %s", text.data, rules[i].right ? "right" : "wrong");
        qb_buf_fini(&text);
    }
    qb_json_doc_free(doc);
    qb_kinds_free(kinds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kind_files__complete_in_both_languages),
        cmocka_unit_test(test_kind_files__annotations_fit_together),
        cmocka_unit_test(test_kind_files__settings_name_the_real_defaults),
        cmocka_unit_test(test_kind_files__rules),
    };
    return cmocka_run_group_tests_name("kind_files", tests, NULL, NULL);
}
