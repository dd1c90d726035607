/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values as people write them, and back; records in the making; columns and headers. */
#include "schema/columns.h"
#include "schema/draft.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The shipped kinds, the text of one of them, and a kind of every type. */
struct world {
    struct qb_kinds *kinds;
    struct qb_kind *odd;
    struct qb_kind_text shipment;
    struct qb_kind_text strange;
};

static const char odd_kind[] =
    "x-qbis-kind: odd\n"
    "x-qbis-folder: odd\n"
    "x-qbis-prefix: ODD\n"
    "type: object\n"
    "properties:\n"
    "  id: {type: string}\n"
    "  mixed: {type: [string, number, 'null']}\n"
    "  open: {}\n"
    "  yes: {type: boolean, x-qbis-label: {id: Setuju, en: Agreed}}\n"
    "  flags: {type: array, items: {type: boolean}}\n"
    "  numbers: {type: array, items: {type: number}}\n"
    "  words: {type: array, items: {type: string}}\n"
    "  nested: {type: array, items: {type: array, items: {type: number}}}\n"
    "  group: {type: object, properties: {a: {type: string}, b: {type: integer}}}\n"
    "  free: {type: object}\n"
    "  level: {enum: [low, 2, null]}\n"
    "  twin: {type: object, properties: {name: {type: string, x-qbis-label: {id: Kembar, en: Twin}}}}\n"
    "  pair: {type: object, properties: {name: {type: string, x-qbis-label: {id: Kembar, en: Twin}}}}\n";

static int setup(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    struct qb_problems problems = {0};
    if (!w)
        return -1;
    w->kinds = qb_kinds_new();
    w->odd = qb_kind_parse("kinds/odd.yaml", odd_kind, sizeof odd_kind - 1, &problems);
    assert_non_null(w->odd);
    qb_kind_text_init(&w->shipment, qb_kinds_find(w->kinds, "shipment"));
    qb_kind_text_init(&w->strange, w->odd);
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    qb_kind_text_fini(&w->shipment);
    qb_kind_text_fini(&w->strange);
    qb_kinds_free(w->kinds);
    qb_kind_free(w->odd);
    free(w);
    return 0;
}

/* --- numbers and dates --- */

static void test_value__numbers_in_both_worlds(void **state)
{
    static const struct {
        const char *words;
        const char *open; /* NULL: in two ways; "": none */
        const char *point;
        const char *comma;
    } rows[] = {
        {"12000", "12000", "12000", "12000"},
        {"12000.5", "12000.5", "12000.5", "12000.5"},
        {"12000,5", "12000.5", "12000.5", "12000.5"},
        {"12.000", NULL, "12", "12000"},
        {"12,000", NULL, "12000", "12"},
        {"12.000,50", "12000.5", "12000.5", "12000.5"},
        {"12,000.50", "12000.5", "12000.5", "12000.5"},
        {"1.234.567", "1234567", "1234567", "1234567"},
        {"1 234 567", "1234567", "1234567", "1234567"},
        {"1\xc2\xa0"
         "234,5",
         "1234.5", "1234.5", "1234.5"},
        {"0,125", "0.125", "0.125", "0.125"},
        {"0.125", "0.125", "0.125", "0.125"},
        {"1234,567", "1234.567", "1234.567", "1234.567"},
        {"007", "7", "7", "7"},
        {"-3,5", "-3.5", "-3.5", "-3.5"},
        {"+4", "4", "4", "4"},
        {"0", "0", "0", "0"},
        {"1.5e3", "1.5e3", "1.5e3", "1.5e3"},
        {"01.5e3", "", "", ""},
        {"1.2.3", "", "", ""},
        {"12.00.000", "", "", ""},
        {"1,2,3", "", "", ""},
        {"12kg", "", "", ""},
        {"12.", "", "", ""},
        {".5", "", "", ""},
        {"-", "", "", ""},
        {"", "", "", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *expected[] = {rows[i].open, rows[i].point, rows[i].comma};
        for (int decimal = QB_DECIMAL_OPEN; decimal <= QB_DECIMAL_COMMA; decimal++) {
            struct qb_buf out = {0};
            int result = qb_value_number(&out, (enum qb_value_decimal)decimal, rows[i].words, strlen(rows[i].words));
            const char *right = expected[decimal];
            assert_int_equal(result, !right ? -1 : *right ? 1 : 0);
            assert_string_equal(qb_buf_text(&out), right ? right : "");
            qb_buf_fini(&out);
        }
    }
}

static void test_value__what_a_number_tells_of_the_decimal_mark(void **state)
{
    (void)state;
    assert_int_equal(qb_value_decimal_of("12,5", 4), QB_DECIMAL_COMMA);
    assert_int_equal(qb_value_decimal_of("12.5", 4), QB_DECIMAL_POINT);
    assert_int_equal(qb_value_decimal_of("12.000", 6), QB_DECIMAL_OPEN);
    assert_int_equal(qb_value_decimal_of("12", 2), QB_DECIMAL_OPEN);
    assert_int_equal(qb_value_decimal_of("1.234.567", 9), QB_DECIMAL_COMMA);
    assert_int_equal(qb_value_decimal_of("n/a", 3), QB_DECIMAL_OPEN);
}

static void test_value__dates(void **state)
{
    static const struct {
        const char *words;
        const char *date; /* "": none */
    } rows[] = {
        {"2020-07-06", "2020-07-06"},
        {"6/7/2020", "2020-07-06"},
        {"06-07-2020", "2020-07-06"},
        {"6.7.2020", "2020-07-06"},
        {"6 Juli 2020", "2020-07-06"},
        {"6 juli 2020", "2020-07-06"},
        {"6-Jul-2020", "2020-07-06"},
        {"July 6, 2020", "2020-07-06"},
        {"6 July 2020", "2020-07-06"},
        {" 06/07/2020 ", "2020-07-06"},
        {"2020/7/6", "2020-07-06"},
        {"06/07/2020 00:00:00", "2020-07-06"},
        {"2020-07-06T00:00:00", "2020-07-06"},
        {"06/07/2020 0:00", "2020-07-06"},
        {"31 Agt 2020", "2020-08-31"},
        {"31 Agustus 2020", "2020-08-31"},
        {"1 Nopember 2020", "2020-11-01"},
        {"29 Peb 2020", "2020-02-29"},
        {"17 Mei 2020", "2020-05-17"},
        {"6/7/20", ""},
        {"13/13/2020", ""},
        {"31/6/2020", ""},
        {"7/16/2020", ""},
        {"6 Jully 2020", ""},
        {"2020-07-06 10:30", ""},
        {"6 Ju 2020", ""},
        {"6 7 20 20", ""},
        {"", ""},
        {"00012020", ""},
        {"6 Juli 2020 lagi", ""},
        {"29 Februari 2021", ""},
        {"20200706", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[QB_DATE_SIZE];
        assert_string_equal(qb_date_format(qb_value_date(rows[i].words, strlen(rows[i].words)), text), rows[i].date);
    }
}

/* --- by the schema --- */

static void assert_reads(const struct qb_kind_text *text, const char *path, const char *words, const char *json)
{
    const struct qb_json *schema;
    struct qb_buf out = {0};
    assert_non_null(qb_draft_property(text, path, &schema));
    bool read = qb_value_read(&out, text, schema, QB_DECIMAL_OPEN, words, strlen(words));
    assert_int_equal(read, json != NULL);
    assert_string_equal(qb_buf_text(&out), json ? json : "");
    qb_buf_fini(&out);
}

static void test_value__reads_what_the_schema_wants(void **state)
{
    const struct world *w = *state;
    static const struct {
        const char *path;
        const char *words;
        const char *json;
    } shipped[] = {
        {"status", "departed", "\"departed\""},
        {"status", "Berangkat", "\"departed\""},
        {"status", "CERTIFIED", "\"certified\""},
        {"status", "lost", "\"lost\""},
        {"certificate_issued_on", "6 Juli 2020", "\"2020-07-06\""},
        {"certificate_issued_on", "soon", "\"soon\""},
        {"lines[0].net_weight_kg", "12.000,5", "12000.5"},
        {"lines[0].net_weight_kg", "12.000", NULL},
        {"lines[0].net_weight_kg", "heavy", "\"heavy\""},
        {"lines[3].package_count", "1 200", "1200"},
        {"certificate_number", " 0042 ", "\"0042\""},
        {"containers", "MSKU6011672; BLWU2000044", "[\"MSKU6011672\",\"BLWU2000044\"]"},
        {"containers", "MSKU6011672,BLWU2000044", "[\"MSKU6011672\",\"BLWU2000044\"]"},
        {"containers", "[\"MSKU6011672\"]", "[\"MSKU6011672\"]"},
        {"containers[1]", "MSKU6011672", "\"MSKU6011672\""},
    };
    for (size_t i = 0; i < sizeof shipped / sizeof *shipped; i++)
        assert_reads(&w->shipment, shipped[i].path, shipped[i].words, shipped[i].json);
    static const struct {
        const char *path;
        const char *words;
        const char *json;
    } odd[] = {
        {"yes", "ya", "true"},
        {"yes", "No", "false"},
        {"yes", "-1", "true"},
        {"yes", "perhaps", "\"perhaps\""},
        {"mixed", "12", "12"},
        {"mixed", "\"12\"", "\"12\""},
        {"mixed", "true", "\"true\""},
        {"mixed", "null", "null"},
        {"open", "[1, 2]", "[1,2]"},
        {"open", "words", "\"words\""},
        {"flags", "ya; tidak", "[true,false]"},
        {"numbers", "1,5; 2", "[1.5,2]"},
        {"numbers", "12.000", NULL},
        {"words", "a, b; c", "[\"a, b\",\"c\"]"},
        {"words", "a, b", "[\"a, b\"]"},
        {"nested", "[[1],[2]]", "[[1],[2]]"},
        {"free", "{\"a\": 1}", "{\"a\":1}"},
        {"free", "x", "\"x\""},
        {"level", "LOW", "\"low\""},
        {"level", "2", "2"},
        {"level", "null", "null"},
    };
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        assert_reads(&w->strange, odd[i].path, odd[i].words, odd[i].json);
}

/* Whatever a schema allows is read back as it was written. */
static void test_value__what_is_written_reads_back(void **state)
{
    const struct world *w = *state;
    static const struct {
        const char *path;
        const char *json;
    } rows[] = {
        {"mixed", "12"},
        {"mixed", "\"12\""},
        {"mixed", "\"plain\""},
        {"mixed", "null"},
        {"mixed", "\"null\""},
        {"mixed", "\"\\\"quoted\\\"\""},
        {"open", "{\"a\":[1,true]}"},
        {"open", "\"[1]\""},
        {"open", "false"},
        {"open", "\"false\""},
        {"yes", "true"},
        {"yes", "false"},
        {"flags", "[true,false]"},
        {"numbers", "[1.5,-2,0]"},
        {"words", "[\"a\",\"b\"]"},
        {"words", "[\"a; b\",\"c\"]"},
        {"words", "[\"a, b\"]"},
        {"words", "[\"[x]\",\"y\"]"},
        {"words", "[\"\",\"x\"]"},
        {"words", "[\" x\"]"},
        {"words", "[]"},
        {"words", "[\"a\\nb\"]"},
        {"nested", "[[1,2],[]]"},
        {"free", "{}"},
        {"free", "{\"b\":{\"c\":null}}"},
        {"level", "\"low\""},
        {"level", "2"},
        {"level", "null"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct qb_json *schema;
        struct qb_json_doc *doc = qb_json_doc_new();
        struct qb_json_fault fault;
        struct qb_buf words = {0};
        const struct qb_json *value =
            qb_json_parse(doc, rows[i].json, strlen(rows[i].json), &qb_json_document_options, &fault);
        assert_non_null(qb_draft_property(&w->strange, rows[i].path, &schema));
        qb_value_write(&words, &w->strange, schema, value);
        assert_reads(&w->strange, rows[i].path, qb_buf_text(&words), rows[i].json);
        qb_buf_fini(&words);
        qb_json_doc_free(doc);
    }
}

/* --- drafts --- */

static enum qb_draft_result put(struct qb_draft *draft, const char *path, const char *words)
{
    return qb_draft_set(draft, path, QB_DECIMAL_OPEN, words, strlen(words));
}

static void assert_draft(const struct qb_draft *draft, const char *json)
{
    struct qb_buf out = {0};
    struct qb_buf compact = {0};
    struct qb_json_doc *doc = qb_json_doc_new();
    struct qb_json_fault fault;
    qb_draft_write(&out, draft);
    assert_int_equal(out.data[out.length - 1], '\n');
    const struct qb_json *record = qb_json_parse(doc, out.data, out.length, &qb_json_record_options, &fault);
    assert_non_null(record);
    qb_json_write_compact(&compact, record);
    assert_string_equal(qb_buf_text(&compact), json);
    qb_json_doc_free(doc);
    qb_buf_fini(&out);
    qb_buf_fini(&compact);
}

static void test_value__a_draft_is_written_in_the_order_of_its_kind(void **state)
{
    const struct world *w = *state;
    struct qb_draft *draft = qb_draft_new(&w->shipment);
    assert_draft(draft, "{}");
    assert_int_equal(put(draft, "status", "planned"), QB_DRAFT_SET);
    assert_int_equal(put(draft, "lines[4].lot", "B"), QB_DRAFT_SET);
    assert_int_equal(put(draft, "lines[0].lot", "A"), QB_DRAFT_SET);
    assert_int_equal(put(draft, "lines[0].commodity", "CDT-1"), QB_DRAFT_SET);
    assert_int_equal(put(draft, "id", "SHP-1"), QB_DRAFT_SET);
    assert_draft(draft, "{\"id\":\"SHP-1\",\"lines\":[{\"commodity\":\"CDT-1\",\"lot\":\"A\"},{\"lot\":\"B\"}],"
                        "\"status\":\"planned\"}");
    assert_int_equal(put(draft, "id", "SHP-2"), QB_DRAFT_SET);
    assert_true(qb_draft_has(draft, "lines[4]"));
    qb_draft_unset(draft, "lines[4].lot");
    assert_false(qb_draft_has(draft, "lines[4]"));
    qb_draft_unset(draft, "lines[7]");
    qb_draft_unset(draft, "status");
    assert_draft(draft, "{\"id\":\"SHP-2\",\"lines\":[{\"commodity\":\"CDT-1\",\"lot\":\"A\"}]}");
    qb_draft_free(draft);
}

static void test_value__a_draft_refuses_what_is_no_property(void **state)
{
    const struct world *w = *state;
    struct qb_draft *draft = qb_draft_new(&w->shipment);
    assert_int_equal(put(draft, "colour", "red"), QB_DRAFT_UNKNOWN);
    assert_int_equal(put(draft, "lines[0].colour", "red"), QB_DRAFT_UNKNOWN);
    assert_int_equal(put(draft, "status[0]", "red"), QB_DRAFT_UNKNOWN);
    assert_int_equal(put(draft, "status.deeper", "red"), QB_DRAFT_UNKNOWN);
    assert_int_equal(put(draft, "lines[99999].lot", "x"), QB_DRAFT_BAD_PATH);
    assert_int_equal(put(draft, "lines[x].lot", "x"), QB_DRAFT_BAD_PATH);
    assert_int_equal(put(draft, "lines[0", "x"), QB_DRAFT_BAD_PATH);
    assert_int_equal(put(draft, "lines[0]x", "x"), QB_DRAFT_BAD_PATH);
    assert_int_equal(put(draft, "lines[0].", "x"), QB_DRAFT_BAD_PATH);
    assert_int_equal(put(draft, ".lines", "x"), QB_DRAFT_BAD_PATH);
    assert_int_equal(put(draft, "", "x"), QB_DRAFT_BAD_PATH);
    assert_int_equal(put(draft, "lines[0].net_weight_kg", "12.000"), QB_DRAFT_AMBIGUOUS);
    assert_int_equal(put(draft, "lines", "[{\"lot\": \"A\"}]"), QB_DRAFT_SET);
    assert_int_equal(put(draft, "lines[0].lot", "x"), QB_DRAFT_CLASH);
    qb_draft_unset(draft, "lines");
    assert_int_equal(put(draft, "lines[0].lot", "x"), QB_DRAFT_SET);
    assert_int_equal(put(draft, "lines", "[]"), QB_DRAFT_CLASH);
    qb_draft_free(draft);
}

static void test_value__pointers_become_paths(void **state)
{
    struct qb_buf path = {0};
    (void)state;
    qb_draft_path(&path, "/lines/0/net_weight_kg");
    assert_string_equal(qb_buf_text(&path), "lines[0].net_weight_kg");
    qb_buf_clear(&path);
    qb_draft_path(&path, "");
    assert_string_equal(qb_buf_text(&path), "");
    qb_draft_path(&path, "/a~1b/12");
    assert_string_equal(qb_buf_text(&path), "a/b[12]");
    qb_buf_fini(&path);
}

/* --- columns --- */

static void test_value__headers(void **state)
{
    const struct world *w = *state;
    static const struct {
        const char *header;
        const char *path; /* NULL: unknown; "?": ambiguous */
    } rows[] = {
        {"certificate_number", "certificate_number"},
        {"Nomor sertifikat", "certificate_number"},
        {" NOMOR  SERTIFIKAT ", "certificate_number"},
        {"Certificate number", "certificate_number"},
        {"lines[2].lot", "lines[2].lot"},
        {"lines.lot", "lines[0].lot"},
        {"Komoditas", "lines[0].commodity"},
        {"Komoditas 2", "lines[1].commodity"},
        {"Berat bersih (kg) 3", "lines[2].net_weight_kg"},
        {"net_weight_kg", "lines[0].net_weight_kg"},
        {"Net Weight Kg 2", "lines[1].net_weight_kg"},
        {"SK", "decree"},
        {"colour", NULL},
        {"", NULL},
        {"2", NULL},
        {"lines[0].colour", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct qb_buf path = {0};
        enum qb_column_result result = qb_column_find(&path, &w->shipment, rows[i].header, strlen(rows[i].header));
        assert_int_equal(result, rows[i].path ? QB_COLUMN_FOUND : QB_COLUMN_UNKNOWN);
        assert_string_equal(qb_buf_text(&path), rows[i].path ? rows[i].path : "");
        qb_buf_fini(&path);
    }
    struct qb_buf path = {0};
    assert_int_equal(qb_column_find(&path, &w->strange, "Kembar", 6), QB_COLUMN_AMBIGUOUS);
    qb_column_suggest(&path, &w->strange, "Kembar", 6);
    assert_string_equal(qb_buf_text(&path), "twin.name, pair.name");
    qb_buf_clear(&path);
    qb_column_suggest(&path, &w->shipment, "certificate_nmber", 17);
    assert_string_equal(qb_buf_text(&path), "certificate_number");
    qb_buf_fini(&path);
}

static void test_value__columns_of_records(void **state)
{
    const struct world *w = *state;
    static const char text[] = "{\"lines\": [{\"lot\": \"A\"}, {\"lot\": \"B\"}], \"containers\": [\"X\"]}";
    struct qb_json_doc *doc = qb_json_doc_new();
    struct qb_json_fault fault;
    struct qb_columns columns;
    struct qb_buf list = {0};
    const struct qb_json *record = qb_json_parse(doc, text, sizeof text - 1, &qb_json_record_options, &fault);
    qb_columns_init(&columns, &w->shipment);
    qb_columns_measure(&columns, record);
    qb_columns_make(&columns);
    for (size_t i = 0; i < columns.count; i++)
        qb_buf_addf(&list, "%s ", columns.paths[i]);
    assert_non_null(strstr(qb_buf_text(&list), " containers lines[0].commodity lines[0].net_weight_kg "
                                               "lines[0].package_count lines[0].lot lines[1].commodity "));
    assert_null(strstr(qb_buf_text(&list), "lines[2]"));
    assert_null(strstr(qb_buf_text(&list), "$schema"));
    assert_string_equal(qb_json_string(qb_column_value(record, "lines[1].lot")), "B");
    assert_null(qb_column_value(record, "lines[2].lot"));
    assert_null(qb_column_value(record, "containers[0].lot"));
    qb_columns_fini(&columns);
    qb_buf_clear(&list);
    qb_columns_init(&columns, &w->strange);
    qb_columns_make(&columns);
    for (size_t i = 0; i < columns.count; i++)
        qb_buf_addf(&list, "%s ", columns.paths[i]);
    assert_non_null(strstr(qb_buf_text(&list), " nested group.a group.b free "));
    qb_columns_fini(&columns);
    qb_buf_fini(&list);
    qb_json_doc_free(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_value__numbers_in_both_worlds),
        cmocka_unit_test(test_value__what_a_number_tells_of_the_decimal_mark),
        cmocka_unit_test(test_value__dates),
        cmocka_unit_test(test_value__reads_what_the_schema_wants),
        cmocka_unit_test(test_value__what_is_written_reads_back),
        cmocka_unit_test(test_value__a_draft_is_written_in_the_order_of_its_kind),
        cmocka_unit_test(test_value__a_draft_refuses_what_is_no_property),
        cmocka_unit_test(test_value__pointers_become_paths),
        cmocka_unit_test(test_value__headers),
        cmocka_unit_test(test_value__columns_of_records),
    };
    return cmocka_run_group_tests_name("value", tests, setup, teardown);
}
