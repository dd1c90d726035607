/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading kinds: what the shipped ones say to the program, the ways to annotated properties, kinds of a folder's own
 * beside and in place of the shipped ones, and broken ones with the place of each mistake.
 */
#include "schema/kind.h"

#include "core/base/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A small kind that is right; tests change a line of it. */
#define ASSET                                                              \
    "x-qbis-kind: asset\n"                                                 \
    "x-qbis-folder: assets\n"                                              \
    "x-qbis-prefix: AST\n"                                                 \
    "x-qbis-label: {id: Barang, en: Asset}\n"                              \
    "type: object\n"                                                       \
    "properties:\n"                                                        \
    "  id: {type: string, x-qbis-label: {id: Nomor, en: Id}}\n"            \
    "  number: {type: string, x-qbis-unique: true, x-qbis-frozen: true}\n" \
    "  keeper: {type: string, x-qbis-ref: officer, x-qbis-author: true}\n"

static struct qb_kind *parse(const char *text, struct qb_problems *problems)
{
    return qb_kind_parse("kinds/asset.yaml", text, strlen(text), problems);
}

static struct qb_kind *parse_right(const char *text)
{
    struct qb_problems problems = {0};
    struct qb_kind *kind = parse(text, &problems);
    struct qb_buf words = {0};
    for (size_t i = 0; i < problems.count; i++)
        qb_problem_message(&words, QB_ENGLISH, &problems.items[i]);
    if (!kind)
        fail_msg("%s", qb_buf_text(&words));
    assert_int_equal(problems.count, 0);
    qb_buf_fini(&words);
    qb_problems_fini(&problems);
    return kind;
}

static const struct qb_kind_field *field(const struct qb_kind *kind, const char *path)
{
    for (size_t i = 0; i < kind->field_count; i++)
        if (!strcmp(kind->fields[i].path, path))
            return &kind->fields[i];
    return NULL;
}

/* --- the shipped kinds --- */

static void test_kind__the_shipped_ones_have_roles_folders_and_prefixes(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *folder;
        const char *prefix;
        enum qb_role role;
    } rows[] = {
        {"company", "companies", "COM", QB_ROLE_COMPANY},
        {"facility", "facilities", "FAC", QB_ROLE_FACILITY},
        {"commodity", "commodities", "CDT", QB_ROLE_COMMODITY},
        {"officer", "officers", "OFF", QB_ROLE_OFFICER},
        {"decree", "decrees", "SK", QB_ROLE_DECREE},
        {"shipment", "shipments", "SHP", QB_ROLE_SHIPMENT},
        {"visit", "visits", "VIS", QB_ROLE_VISIT},
        {"finding", "findings", "FND", QB_ROLE_FINDING},
    };
    struct qb_kinds *kinds = qb_kinds_new();
    assert_int_equal(kinds->count, sizeof rows / sizeof *rows);
    for (size_t i = 0; i < kinds->count; i++) {
        const struct qb_kind *kind = kinds->items[i];
        assert_string_equal(kind->name, rows[i].name);
        assert_string_equal(kind->folder, rows[i].folder);
        assert_string_equal(kind->prefix, rows[i].prefix);
        assert_string_equal(kind->source, "");
        assert_int_equal(kind->role, rows[i].role);
        assert_int_equal(kind->index, i);
        assert_non_null(kind->schema);
        assert_ptr_equal(qb_kinds_find(kinds, rows[i].name), kind);
        assert_ptr_equal(qb_kinds_of_role(kinds, rows[i].role), kind);
    }
    assert_null(qb_kinds_find(kinds, "asset"));
    qb_kinds_free(kinds);
    qb_kinds_free(NULL);
}

static void test_kind__every_property_has_a_name_in_both_languages(void **state)
{
    (void)state;
    struct qb_kinds *kinds = qb_kinds_new();
    for (size_t i = 0; i < kinds->count; i++) {
        const struct qb_kind *kind = kinds->items[i];
        for (int language = 0; language < QB_LANGUAGES; language++) {
            assert_true(kind->label[language] && *kind->label[language]);
            for (size_t j = 0; j < kind->field_count; j++)
                if (!kind->fields[j].label[language])
                    fail_msg("%s: %s has no name", kind->name, kind->fields[j].path);
        }
        assert_string_not_equal(kind->label[QB_INDONESIAN], kind->label[QB_ENGLISH]);
    }
    assert_string_equal(kinds->items[5]->label[QB_INDONESIAN], "Pengiriman");
    assert_string_equal(field(kinds->items[5], "lines[].lot")->label[QB_ENGLISH], "Lot");
    qb_kinds_free(kinds);
}

enum { UNIQUE = 1, FROZEN = 2, AUTHOR = 4, TITLE = 8 };

static void test_kind__the_shipped_ones_annotate_their_properties(void **state)
{
    (void)state;
    static const struct {
        const char *kind;
        const char *path;
        const char *ref;
        int flags;
    } rows[] = {
        {"company", "legal_name", NULL, TITLE},
        {"company", "recorded_by", "officer", AUTHOR},
        {"facility", "company", "company", 0},
        {"facility", "name", NULL, TITLE},
        {"commodity", "name", NULL, TITLE},
        {"officer", "name", NULL, TITLE},
        {"officer", "recorded_by", "officer", AUTHOR},
        {"decree", "id", NULL, FROZEN},
        {"decree", "number", NULL, UNIQUE | FROZEN | TITLE},
        {"decree", "facility", "facility", FROZEN},
        {"decree", "commodities", NULL, FROZEN},
        {"decree", "commodities[]", "commodity", 0},
        {"decree", "monitoring", NULL, FROZEN},
        {"decree", "monitoring.every", NULL, 0},
        {"decree", "extends", "decree", FROZEN},
        {"decree", "signed_by", "officer", FROZEN},
        {"decree", "revoked_on", NULL, 0},
        {"shipment", "decree", "decree", FROZEN},
        {"shipment", "certificate_number", NULL, UNIQUE | FROZEN | TITLE},
        {"shipment", "lines", NULL, FROZEN},
        {"shipment", "lines[].commodity", "commodity", 0},
        {"shipment", "replaces", "shipment", 0},
        {"shipment", "departed_on", NULL, 0},
        {"visit", "facility", "facility", FROZEN},
        {"visit", "decree", "decree", FROZEN},
        {"visit", "officers[]", "officer", 0},
        {"visit", "samples[].units", NULL, 0},
        {"finding", "visit", "visit", FROZEN},
        {"finding", "verified_by", "officer", FROZEN},
        {"finding", "recorded_by", "officer", AUTHOR},
    };
    struct qb_kinds *kinds = qb_kinds_new();
    struct qb_problems problems = {0};
    qb_kinds_finish(kinds, &problems);
    assert_int_equal(problems.count, 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct qb_kind_field *found = field(qb_kinds_find(kinds, rows[i].kind), rows[i].path);
        if (!found)
            fail_msg("%s has no %s", rows[i].kind, rows[i].path);
        int flags = (found->unique ? UNIQUE : 0) | (found->frozen ? FROZEN : 0) | (found->author ? AUTHOR : 0) |
                    (found->title ? TITLE : 0);
        if (flags != rows[i].flags || !found->ref != !rows[i].ref || (found->ref && strcmp(found->ref, rows[i].ref)))
            fail_msg("%s: annotations of %s", rows[i].kind, rows[i].path);
        if (found->ref)
            assert_string_equal(kinds->items[found->ref_kind]->name, rows[i].ref);
    }
    qb_problems_fini(&problems);
    qb_kinds_free(kinds);
}

static void test_kind__the_shipped_ones_close(void **state)
{
    (void)state;
    struct qb_kinds *kinds = qb_kinds_new();
    static const size_t counts[] = {0, 0, 0, 0, 1, 1, 1, 1};
    for (size_t i = 0; i < kinds->count; i++)
        assert_int_equal(kinds->items[i]->condition_count, counts[i]);
    const struct qb_kind_condition *decree = kinds->items[4]->conditions;
    assert_string_equal(decree->property, "valid_from");
    assert_int_equal(decree->type, QB_CONDITION_REACHED);
    const struct qb_kind_condition *shipment = kinds->items[5]->conditions;
    assert_int_equal(shipment->type, QB_CONDITION_ONE_OF);
    assert_int_equal(shipment->value_count, 3);
    assert_string_equal(shipment->values[0], "certified");
    assert_string_equal(shipment->values[2], "cancelled");
    const struct qb_kind_condition *finding = kinds->items[7]->conditions;
    assert_string_equal(finding->property, "verified_on");
    assert_int_equal(finding->type, QB_CONDITION_PRESENT);
    qb_kinds_free(kinds);
}

static void test_kind__of_a_path(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        const char *kind;
    } rows[] = {
        {"records/shipments/SHP-A.json", "shipment"},
        {"records/shipments/2020/06/SHP-A.json", "shipment"},
        {"records/companies/x", "company"},
        {"records/shipments", NULL},
        {"records/shipment/SHP-A.json", NULL},
        {"records/shipmentsx/SHP-A.json", NULL},
        {"records/Shipments/SHP-A.json", NULL},
        {"records/SHP-A.json", NULL},
        {"records//SHP-A.json", NULL},
        {"shipments/SHP-A.json", NULL},
        {"xrecords/shipments/SHP-A.json", NULL},
        {"records", NULL},
        {"", NULL},
    };
    struct qb_kinds *kinds = qb_kinds_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct qb_kind *kind = qb_kinds_of_path(kinds, rows[i].path);
        if (!kind != !rows[i].kind || (kind && strcmp(kind->name, rows[i].kind)))
            fail_msg("%s is of the kind %s", rows[i].path, kind ? kind->name : "none");
    }
    qb_kinds_free(kinds);
}

/* --- ways to properties --- */

static void note_visit(void *context, const struct qb_json *value, const char *pointer)
{
    qb_buf_addf(context, "%s=", pointer);
    qb_json_write_compact(context, value);
    qb_buf_add_char(context, ' ');
}

static void expect_visits(const struct qb_kind *kind, const char *path, const char *text, const char *expected)
{
    struct qb_json_fault fault;
    struct qb_buf seen = {0};
    struct qb_json_doc *doc = qb_json_doc_new();
    const struct qb_json *record = qb_json_parse(doc, text, strlen(text), &qb_json_record_options, &fault);
    assert_non_null(record);
    const struct qb_kind_field *found = field(kind, path);
    if (!found)
        fail_msg("no %s", path);
    qb_kind_each(found, record, note_visit, &seen);
    assert_string_equal(qb_buf_text(&seen), expected);
    qb_buf_fini(&seen);
    qb_json_doc_free(doc);
}

static void test_kind__each_value_of_a_property(void **state)
{
    (void)state;
    struct qb_kinds *kinds = qb_kinds_new();
    const struct qb_kind *shipment = qb_kinds_find(kinds, "shipment");
    const struct qb_kind *decree = qb_kinds_find(kinds, "decree");
    static const char lines[] =
        "{\"lines\":[{\"commodity\":\"A\"},{\"lot\":\"x\"},{\"commodity\":7},null,[1],{\"commodity\":\"B\"}]}";
    expect_visits(shipment, "lines[].commodity", lines,
                  "/lines/0/commodity=\"A\" /lines/2/commodity=7 /lines/5/commodity=\"B\" ");
    expect_visits(shipment, "lines[].commodity", "{\"lines\":{\"commodity\":\"A\"}}", "");
    expect_visits(shipment, "lines[].commodity", "{\"lines\":[]}", "");
    expect_visits(shipment, "lines[].commodity", "[]", "");
    expect_visits(shipment, "lines[].commodity", "null", "");
    expect_visits(shipment, "lines", "{\"lines\":3}", "/lines=3 ");
    expect_visits(decree, "commodities[]", "{\"commodities\":[\"A\",\"B\"]}",
                  "/commodities/0=\"A\" /commodities/1=\"B\" ");
    expect_visits(decree, "commodities[]", "{\"commodities\":\"A\"}", "");
    expect_visits(decree, "monitoring.every", "{\"monitoring\":{\"every\":5}}", "/monitoring/every=5 ");
    expect_visits(decree, "monitoring.every", "{\"monitoring\":[5]}", "");
    qb_kinds_free(kinds);
}

static void test_kind__annotations_are_found_wherever_they_apply(void **state)
{
    (void)state;
    struct qb_kind *kind = parse_right(ASSET "  place: {$ref: '#/$defs/place'}\n"
                                             "  a/b~c: {x-qbis-ref: visit}\n"
                                             "  list: {items: {properties: {deep: {items: {x-qbis-ref: company}}}}}\n"
                                             "allOf:\n"
                                             "  - properties: {number: {x-qbis-title: true}}\n"
                                             "  - {$ref: '#/$defs/more'}\n"
                                             "$defs:\n"
                                             "  place: {properties: {facility: {x-qbis-ref: facility}}}\n"
                                             "  more: {properties: {extra: {x-qbis-unique: true}}}\n");
    assert_string_equal(field(kind, "place.facility")->ref, "facility");
    assert_string_equal(field(kind, "list[].deep[]")->ref, "company");
    assert_true(field(kind, "extra")->unique);
    assert_true(field(kind, "number")->unique && field(kind, "number")->title); /* said in two places */
    expect_visits(kind, "place.facility", "{\"place\":{\"facility\":\"FAC-1\"}}", "/place/facility=\"FAC-1\" ");
    expect_visits(kind, "list[].deep[]", "{\"list\":[{},{\"deep\":[1,2]},{\"deep\":[3]}]}",
                  "/list/1/deep/0=1 /list/1/deep/1=2 /list/2/deep/0=3 ");
    expect_visits(kind, "a/b~c", "{\"a/b~c\":\"VIS-1\"}", "/a~1b~0c=\"VIS-1\" ");
    assert_null(field(kind, "keeper.x"));
    qb_kind_free(kind);
    qb_kind_free(NULL);
}

/* Anchors, the kind's own $id, and what stands behind them. */
static void test_kind__references_of_every_form_lead_to_annotations(void **state)
{
    (void)state;
    struct qb_kind *kind = parse_right(ASSET "  a: {$ref: '#person'}\n"
                                             "  b: {$ref: 'urn:qbis:kind:asset#person'}\n"
                                             "  c: {$ref: 'urn:qbis:kind:asset#/$defs/site'}\n"
                                             "  d: {$ref: 'urn:qbis:kind:asset'}\n"
                                             "$id: urn:qbis:kind:asset\n"
                                             "$defs:\n"
                                             "  person: {$anchor: person, x-qbis-ref: officer}\n"
                                             "  site: {x-qbis-ref: facility}\n");
    assert_string_equal(field(kind, "a")->ref, "officer");
    assert_string_equal(field(kind, "b")->ref, "officer");
    assert_string_equal(field(kind, "c")->ref, "facility");
    assert_true(field(kind, "d.number")->unique);
    qb_kind_free(kind);
}

/* What holds in some cases only can give words; a reference there would be looked at never, so it is refused. */
static void test_kind__annotations_that_hold_in_some_cases_only(void **state)
{
    (void)state;
    static const char *const places[] = {
        "if: {properties: {x: {%s}}}\n",
        "if: true\nthen: {properties: {x: {%s}}}\n",
        "if: true\nelse: {properties: {x: {%s}}}\n",
        "anyOf: [{properties: {x: {%s}}}]\n",
        "oneOf: [true, {$ref: '#/$defs/d'}]\n$defs: {d: {properties: {x: {%s}}}}\n",
        "dependentSchemas: {keeper: {properties: {x: {%s}}}}\n",
        "allOf: [{anyOf: [{properties: {x: {%s}}}]}]\n",
    };
    static const char *const silent[] = {
        "not: {properties: {x: {%s}}}\n",
        "patternProperties: {'^x': {%s}}\n",
        "additionalProperties: {%s}\n",
        "propertyNames: {%s}\n",
        "$defs: {unused: {properties: {x: {%s}}}}\n",
        "allOf: [{properties: {x: {prefixItems: [{%s}]}}}]\n",
        "allOf: [{properties: {x: {contains: {%s}}}}]\n",
        "allOf: [{properties: {x: {items: {items: {%s}}}}}]\n",
    };
    static const char *const acting[] = {"x-qbis-ref: officer", "x-qbis-unique: true", "x-qbis-frozen: true",
                                         "x-qbis-author: true", "x-qbis-title: true"};
    const size_t count = sizeof places / sizeof *places;
    for (size_t i = 0; i < count + sizeof silent / sizeof *silent; i++) {
        for (size_t j = 0; j < sizeof acting / sizeof *acting; j++) {
            struct qb_problems problems = {0};
            struct qb_buf text = {0};
            const char *place = i < count ? places[i] : silent[i - count];
            const char *at = strstr(place, "%s");
            qb_buf_addf(&text, "%s%.*s%s%s", ASSET, (int)(at - place), place, acting[j], at + 2);
            assert_null(parse(text.data, &problems));
            assert_int_equal(problems.count, 1);
            assert_string_equal(problems.items[0].message_id, "kind.out-of-reach");
            assert_non_null(strstr(problems.items[0].pointer, "/x-qbis-"));
            assert_true(problems.items[0].line > 9);
            qb_problems_fini(&problems);
            qb_buf_fini(&text);
        }
        if (i >= count)
            continue;
        struct qb_buf text = {0};
        const char *at = strstr(places[i], "%s");
        qb_buf_addf(&text, "%s%.*sx-qbis-label: {id: Iks, en: Ex}%s", ASSET, (int)(at - places[i]), places[i], at + 2);
        struct qb_kind *kind = parse_right(text.data);
        assert_string_equal(field(kind, "x")->label[QB_INDONESIAN], "Iks");
        qb_kind_free(kind);
        qb_buf_fini(&text);
    }
}

static bool takes(const struct qb_kind *kind, const char *text)
{
    struct qb_json_fault fault;
    struct qb_json_doc *doc = qb_json_doc_new();
    const struct qb_json *record = qb_json_parse(doc, text, strlen(text), &qb_json_record_options, &fault);
    bool valid = qb_schema_valid(kind->schema, record);
    qb_json_doc_free(doc);
    return valid;
}

/* What DESIGN section 3 allows on every record, no kind has to list. */
static void test_kind__every_record_may_have_what_all_may_have(void **state)
{
    (void)state;
    static const char whole[] = "{\"id\":\"AST-1\",\"$schema\":\"../x.json\",\"note\":\"n\",\"recorded_by\":\"OFF-1\","
                                "\"correction_reason\":\"c\"}";
    static const char *const closed[] = {"additionalProperties: false\n", "unevaluatedProperties: false\n"};
    static const char names[] = "x-qbis-kind: asset\nx-qbis-folder: assets\nx-qbis-prefix: AST\n";
    for (size_t i = 0; i < 2; i++)
        for (int listed = 0; listed < 2; listed++) {
            struct qb_buf text = {0};
            qb_buf_addf(&text, "%s%s%s", names, closed[i], listed ? "properties: {n: {}, note: {const: n}}\n" : "");
            struct qb_kind *kind = parse_right(text.data);
            assert_true(takes(kind, whole));
            assert_false(takes(kind, "{\"other\":1}"));
            assert_false(takes(kind, "{\"correction_reason\":\"\"}"));
            assert_true(takes(kind, "{\"note\":\"m\"}") == !listed); /* a kind's own description goes before */
            assert_true(takes(kind, "{\"n\":1}") == listed);
            assert_true(field(kind, "recorded_by")->author);
            if (!listed)
                assert_string_equal(field(kind, "note")->label[QB_ENGLISH], "Note");
            qb_kind_free(kind);
            qb_buf_fini(&text);
        }
    struct qb_kind *open = parse_right(ASSET);
    assert_true(takes(open, "{\"note\":1}")); /* nothing is added to a kind that takes everything */
    qb_kind_free(open);
}

/* A property may hold things of its own kind: the way is followed a few steps, not for ever. */
static void test_kind__may_refer_to_itself(void **state)
{
    (void)state;
    struct qb_kind *kind = parse_right(ASSET "  parts: {items: {$ref: '#'}}\n");
    assert_string_equal(field(kind, "parts[].keeper")->ref, "officer");
    assert_string_equal(field(kind, "parts[].parts[].parts[].keeper")->ref, "officer");
    expect_visits(kind, "parts[].parts[].keeper", "{\"parts\":[{\"parts\":[{\"keeper\":\"X\"}]}]}",
                  "/parts/0/parts/0/keeper=\"X\" ");
    qb_kind_free(kind);
}

/* --- kinds of a folder's own --- */

static void test_kind__of_a_folder_stands_beside_the_shipped_ones(void **state)
{
    (void)state;
    struct qb_problems problems = {0};
    struct qb_kinds *kinds = qb_kinds_new();
    assert_true(qb_kinds_add(kinds, parse_right(ASSET), &problems));
    qb_kinds_finish(kinds, &problems);
    assert_int_equal(problems.count, 0);
    assert_int_equal(kinds->count, 9);
    const struct qb_kind *kind = qb_kinds_find(kinds, "asset");
    assert_int_equal(kind->index, 8);
    assert_int_equal(kind->role, QB_ROLE_NONE);
    assert_string_equal(kind->source, "kinds/asset.yaml");
    assert_string_equal(kind->label[QB_INDONESIAN], "Barang");
    assert_ptr_equal(qb_kinds_of_path(kinds, "records/assets/AST-1.json"), kind);
    assert_int_equal(field(kind, "keeper")->ref_kind, qb_kinds_find(kinds, "officer")->index);
    qb_kinds_free(kinds);
    qb_problems_fini(&problems);
}

static void test_kind__of_a_folder_takes_the_place_of_a_shipped_one(void **state)
{
    (void)state;
    struct qb_problems problems = {0};
    struct qb_kinds *kinds = qb_kinds_new();
    size_t before = qb_kinds_find(kinds, "officer")->index;
    struct qb_kind *kind = parse_right("x-qbis-kind: officer\nx-qbis-folder: people\nx-qbis-prefix: OFF\n");
    assert_true(qb_kinds_add(kinds, kind, &problems));
    assert_int_equal(kinds->count, 8);
    assert_ptr_equal(qb_kinds_find(kinds, "officer"), kind);
    assert_ptr_equal(qb_kinds_of_role(kinds, QB_ROLE_OFFICER), kind);
    assert_int_equal(kind->index, before);
    assert_ptr_equal(qb_kinds_of_path(kinds, "records/people/OFF-1.json"), kind);
    assert_null(qb_kinds_of_path(kinds, "records/officers/OFF-1.json"));
    qb_kinds_finish(kinds, &problems);
    assert_int_equal(problems.count, 0);
    qb_kinds_free(kinds);
    qb_problems_fini(&problems);
}

static void test_kind__clashes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *message_id;
        const char *pointer;
        const char *found;
    } rows[] = {
        {"x-qbis-kind: a\nx-qbis-folder: visits\nx-qbis-prefix: AAA\n", "kind.folder-taken", "/x-qbis-folder",
         "visits"},
        {"x-qbis-kind: a\nx-qbis-folder: aa\nx-qbis-prefix: SHP\n", "kind.prefix-taken", "/x-qbis-prefix", "SHP"},
        {"x-qbis-kind: visit\nx-qbis-folder: findings\nx-qbis-prefix: VIS\n", "kind.folder-taken", "/x-qbis-folder",
         "findings"},
        {"x-qbis-kind: asset\nx-qbis-folder: other\nx-qbis-prefix: OTH\n", "kind.name-taken", "/x-qbis-kind", "asset"},
    };
    struct qb_kinds *kinds = qb_kinds_new();
    struct qb_problems problems = {0};
    assert_true(qb_kinds_add(kinds, parse_right(ASSET), &problems));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_false(qb_kinds_add(kinds, parse_right(rows[i].text), &problems)); /* freed */
        assert_int_equal(problems.count, 1);
        assert_int_equal(problems.items[0].code, QB_PROBLEM_KIND);
        assert_string_equal(problems.items[0].path, "kinds/asset.yaml");
        assert_string_equal(problems.items[0].message_id, rows[i].message_id);
        assert_string_equal(problems.items[0].pointer, rows[i].pointer);
        assert_string_equal(problems.items[0].args[0].value, rows[i].found);
        qb_problems_clear(&problems);
    }
    assert_int_equal(kinds->count, 9);
    qb_kinds_free(kinds);
    qb_problems_fini(&problems);
}

static void test_kind__there_is_a_most(void **state)
{
    (void)state;
    struct qb_kinds *kinds = qb_kinds_new();
    struct qb_problems problems = {0};
    for (int i = 0; kinds->count < QB_MAX_KINDS; i++) {
        char text[120];
        snprintf(text, sizeof text, "x-qbis-kind: k%d\nx-qbis-folder: f%d\nx-qbis-prefix: P%c%c\n", i, i, 'A' + i % 26,
                 'A' + i / 26);
        assert_true(qb_kinds_add(kinds, parse_right(text), &problems));
    }
    assert_int_equal(kinds->items[QB_MAX_KINDS - 1]->index, QB_MAX_KINDS - 1);
    assert_false(qb_kinds_add(kinds, parse_right(ASSET), &problems));
    assert_string_equal(problems.items[0].message_id, "kind.too-many");
    qb_problems_clear(&problems);
    assert_true(qb_kinds_add(kinds, parse_right("x-qbis-kind: visit\nx-qbis-folder: visits\nx-qbis-prefix: VIS\n"),
                             &problems)); /* in place of another there is room */
    qb_kinds_free(kinds);
    qb_problems_fini(&problems);
}

static void test_kind__refers_to_a_kind_that_is_not_there(void **state)
{
    (void)state;
    struct qb_kinds *kinds = qb_kinds_new();
    struct qb_problems problems = {0};
    struct qb_kind *kind = parse_right(ASSET "  owner: {x-qbis-ref: ministry}\n  old: {x-qbis-ref: asset}\n");
    assert_true(qb_kinds_add(kinds, kind, &problems));
    qb_kinds_finish(kinds, &problems);
    assert_int_equal(problems.count, 1);
    assert_string_equal(problems.items[0].message_id, "kind.unknown-ref");
    assert_string_equal(problems.items[0].args[0].value, "ministry");
    assert_string_equal(problems.items[0].path, "kinds/asset.yaml");
    assert_null(field(kind, "owner")->ref); /* refers to nothing */
    assert_int_equal(field(kind, "old")->ref_kind, kind->index);
    qb_kinds_free(kinds);
    qb_problems_fini(&problems);
}

/* --- broken kinds --- */

#define NAMES "x-qbis-kind: asset\nx-qbis-folder: assets\nx-qbis-prefix: AST\n"

static const struct {
    const char *text;
    const char *message_id; /* or its beginning, with a star behind */
    uint32_t line;
    uint32_t column;
    const char *pointer;
} broken[] = {
    {"", "kind.not-a-mapping", 1, 1, ""},
    {"- a\n- b\n", "kind.not-a-mapping", 1, 1, ""},
    {"just words\n", "kind.not-a-mapping", 1, 1, ""},
    {"x-qbis-folder: assets\nx-qbis-prefix: AST\n", "kind.name", 1, 1, "/x-qbis-kind"},
    {NAMES "properties: {a: {x-qbis-label: Nama}}\n", "kind.words", 4, 32, "/properties/a/x-qbis-label"},
    {NAMES "x-qbis-label: {id: Nama, de: Name}\n", "kind.words", 4, 15, "/x-qbis-label"},
    {NAMES "x-qbis-description: {en: 1}\n", "kind.words", 4, 21, "/x-qbis-description"},
    {NAMES "x-qbis-messages: no\nnot: {}\n", "kind.messages", 4, 18, "/x-qbis-messages"},
    {NAMES "x-qbis-messages: {not: no}\nnot: {}\n", "kind.messages", 4, 24, "/x-qbis-messages/not"},
    {NAMES "x-qbis-messages: {not: {id: x}}\n", "kind.messages", 4, 24, "/x-qbis-messages/not"},
    {"x-qbis-kind: Asset\nx-qbis-folder: assets\nx-qbis-prefix: AST\n", "kind.name", 1, 14, "/x-qbis-kind"},
    {"x-qbis-kind: 7\nx-qbis-folder: assets\nx-qbis-prefix: AST\n", "kind.name", 1, 14, "/x-qbis-kind"},
    {"x-qbis-kind: asset\nx-qbis-folder: as/sets\nx-qbis-prefix: AST\n", "kind.folder", 2, 16, "/x-qbis-folder"},
    {"x-qbis-kind: asset\nx-qbis-folder: ..\nx-qbis-prefix: AST\n", "kind.folder", 2, 16, "/x-qbis-folder"},
    {"x-qbis-kind: asset\nx-qbis-folder: assets\nx-qbis-prefix: ast\n", "kind.prefix", 3, 16, "/x-qbis-prefix"},
    {"x-qbis-kind: asset\nx-qbis-folder: assets\nx-qbis-prefix: ''\n", "kind.prefix", 3, 16, "/x-qbis-prefix"},
    {NAMES "x-qbis-frozen-when: closed\n", "kind.frozen-when", 4, 21, "/x-qbis-frozen-when"},
    {NAMES "x-qbis-frozen-when:\n  status: gone\n", "kind.frozen-when", 5, 11, "/x-qbis-frozen-when/status"},
    {NAMES "x-qbis-frozen-when:\n  a/b: [1, 2]\n", "kind.frozen-when", 5, 8, "/x-qbis-frozen-when/a~1b"},
    {NAMES "x-qbis-frozen-when: {status: true}\n", "kind.frozen-when", 4, 30, "/x-qbis-frozen-when/status"},
    {NAMES "type: objekt\n", "schema.*", 4, 7, "/type"},
    {NAMES "properties:\n  a:\n    minimum: many\n", "schema.*", 6, 14, "/properties/a/minimum"},
    {NAMES "properties:\n  a: {pattern: '('}\n", "schema.*", 5, 16, "/properties/a/pattern"},
    {NAMES "properties:\n  a: {$ref: '#/$defs/b'}\n", "schema.*", 5, 13, "/properties/a/$ref"},
    {NAMES "\ttype: object\n", "yaml.*", 4, 1, ""},
    {NAMES "type: [object\n", "yaml.*", 5, 1, ""},
    {NAMES "type: object\ntype: object\n", "yaml.duplicate-key", 5, 1, ""},
    {NAMES "a: 1\n---\nb: 1\n", "yaml.second-document", 5, 1, ""},
    {NAMES "a: &a {b: *a}\n", "yaml.*", 4, 11, ""},
};

static void test_kind__broken_ones_say_where(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        struct qb_problems problems = {0};
        if (parse(broken[i].text, &problems) || !problems.count)
            fail_msg("row %zu is taken", i);
        const struct qb_problem *problem = &problems.items[0];
        size_t length = strcspn(broken[i].message_id, "*");
        bool same = !strncmp(problem->message_id, broken[i].message_id, length) &&
                    (broken[i].message_id[length] || !problem->message_id[length]);
        if (!same || problem->line != broken[i].line || problem->column != broken[i].column ||
            strcmp(problem->pointer, broken[i].pointer))
            fail_msg("row %zu: %s at %u:%u %s", i, problem->message_id, problem->line, problem->column,
                     problem->pointer);
        assert_int_equal(problem->code, QB_PROBLEM_KIND);
        assert_string_equal(problem->path, "kinds/asset.yaml");
        for (int language = 0; language < QB_LANGUAGES; language++) {
            struct qb_buf words = {0};
            qb_problem_message(&words, (enum qb_language)language, problem);
            assert_true(words.length > 10 && !strchr(words.data, '{'));
            qb_buf_fini(&words);
        }
        qb_problems_fini(&problems);
    }
}

static void test_kind__all_mistakes_are_told_at_once(void **state)
{
    (void)state;
    struct qb_problems problems = {0};
    assert_null(
        parse("x-qbis-kind: A\nx-qbis-folder: B\nx-qbis-prefix: c\nx-qbis-frozen-when: 1\ntype: x\n", &problems));
    assert_int_equal(problems.count, 5);
    qb_problems_fini(&problems);
}

static void test_kind__too_many_ways_are_refused(void **state)
{
    (void)state;
    struct qb_problems problems = {0};
    struct qb_buf text = {0};
    qb_buf_add_string(&text, NAMES "$ref: '#/$defs/d0'\n$defs:\n");
    for (int i = 0; i < 40; i++) /* each step doubles the ways */
        qb_buf_addf(&text, "  d%d: {allOf: [{$ref: '#/$defs/d%d'}, {$ref: '#/$defs/d%d'}]}\n", i, i + 1, i + 1);
    qb_buf_add_string(&text, "  d40: {properties: {a: {x-qbis-unique: true}}}\n");
    assert_null(parse(qb_buf_text(&text), &problems));
    assert_string_equal(problems.items[problems.count - 1].message_id, "kind.too-large");
    qb_problems_clear(&problems);
    qb_buf_clear(&text);
    qb_buf_add_string(&text, NAMES "properties:\n");
    for (int i = 0; i < 255; i++)
        qb_buf_addf(&text, "  p%d: {x-qbis-unique: true}\n", i);
    qb_kind_free(parse_right(qb_buf_text(&text)));
    qb_buf_add_string(&text, "  p255: {x-qbis-ref: officer}\n");
    assert_null(parse(qb_buf_text(&text), &problems));
    assert_string_equal(problems.items[0].message_id, "kind.too-large");
    qb_buf_fini(&text);
    qb_problems_fini(&problems);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kind__the_shipped_ones_have_roles_folders_and_prefixes),
        cmocka_unit_test(test_kind__every_property_has_a_name_in_both_languages),
        cmocka_unit_test(test_kind__the_shipped_ones_annotate_their_properties),
        cmocka_unit_test(test_kind__the_shipped_ones_close),
        cmocka_unit_test(test_kind__of_a_path),
        cmocka_unit_test(test_kind__each_value_of_a_property),
        cmocka_unit_test(test_kind__annotations_are_found_wherever_they_apply),
        cmocka_unit_test(test_kind__references_of_every_form_lead_to_annotations),
        cmocka_unit_test(test_kind__annotations_that_hold_in_some_cases_only),
        cmocka_unit_test(test_kind__every_record_may_have_what_all_may_have),
        cmocka_unit_test(test_kind__may_refer_to_itself),
        cmocka_unit_test(test_kind__of_a_folder_stands_beside_the_shipped_ones),
        cmocka_unit_test(test_kind__of_a_folder_takes_the_place_of_a_shipped_one),
        cmocka_unit_test(test_kind__clashes),
        cmocka_unit_test(test_kind__there_is_a_most),
        cmocka_unit_test(test_kind__refers_to_a_kind_that_is_not_there),
        cmocka_unit_test(test_kind__broken_ones_say_where),
        cmocka_unit_test(test_kind__all_mistakes_are_told_at_once),
        cmocka_unit_test(test_kind__too_many_ways_are_refused),
    };
    return cmocka_run_group_tests_name("kind", tests, NULL, NULL);
}
