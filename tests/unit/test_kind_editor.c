/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The editor's files: schemas that say the same as the kinds, in the words of the standard, and settings that keep
 * what somebody else put there. */
#include "schema/kind_editor.h"

#include "core/base/embed.h"
#include "schema/formats.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

static const struct qb_json *parse_json(struct qb_json_doc *doc, const char *text, size_t length)
{
    struct qb_json_fault fault;
    const struct qb_json *root = qb_json_parse(doc, text, length, &qb_json_document_options, &fault);
    if (!root)
        fail_msg("%s at %u:%u", fault.reason, fault.line, fault.column);
    return root;
}

/* Adds a kind of the office to the shipped ones and gives its schema for editors. */
static const struct qb_json *editor_schema(struct qb_json_doc *doc, const char *yaml, enum qb_language language,
                                           struct qb_buf *out)
{
    struct qb_kinds *kinds = qb_kinds_new();
    struct qb_problems problems = {0};
    struct qb_kind *kind = qb_kind_parse("kinds/asset.yaml", yaml, strlen(yaml), &problems);
    if (!kind)
        fail_msg("%s", problems.items[0].message_id);
    assert_true(qb_kinds_add(kinds, kind, &problems));
    qb_kind_editor_schema(out, kind, kinds, language);
    qb_kinds_free(kinds);
    return parse_json(doc, qb_buf_text(out), out->length);
}

static void expect_at(const struct qb_json *root, const char *pointer, const char *expected)
{
    const struct qb_json *value = qb_json_at(root, pointer);
    struct qb_buf text = {0};
    if (value)
        qb_json_write_compact(&text, value);
    assert_string_equal(qb_buf_text(&text), expected);
    qb_buf_fini(&text);
}

#define ASSET                                                                                                          \
    "x-qbis-kind: asset\nx-qbis-folder: assets\nx-qbis-prefix: AST\ntype: object\n"                                    \
    "x-qbis-label: {id: Barang, en: Asset}\n"                                                                          \
    "properties:\n"                                                                                                    \
    "  keeper: {x-qbis-ref: officer, x-qbis-description: {id: Pemegangnya., en: Its keeper.}}\n"                       \
    "  nip: {format: x-qbis-nip, x-qbis-unique: true, x-qbis-frozen: true}\n"                                          \
    "  told: {title: T, description: D, x-qbis-label: {en: no}, x-qbis-description: {en: no}}\n"                       \
    "  state: {enum: [used, 2], x-qbis-labels-of-values: {used: {id: Dipakai, en: In use}}}\n"                         \
    "  parts: {items: {properties: {x-qbis-label: {x-qbis-label: {en: Part}}}}, default: [{x-qbis-label: {en: x}}]}\n" \
    "  big: {maximum: 0x10, const: 1.50}\n"

static void test_kind_editor__says_titles_and_descriptions_in_the_words_of_the_standard(void **state)
{
    (void)state;
    struct qb_json_doc *doc = qb_json_doc_new();
    struct qb_buf text = {0};
    const struct qb_json *root = editor_schema(doc, ASSET, QB_ENGLISH, &text);
    expect_at(root, "/$schema", "\"https://json-schema.org/draft/2020-12/schema\"");
    expect_at(root, "/title", "\"Asset\"");
    expect_at(root, "/properties/keeper/description",
              "\"Its keeper. The id of a record in records/officers: Officer.\"");
    expect_at(root, "/properties/nip/description",
              "\"Format: NIP (18 digits), for example 199003152015031001. Must differ in each record. Stays once the "
              "record is closed.\"");
    expect_at(root, "/properties/told/title", "\"T\"");
    expect_at(root, "/properties/told/description", "\"D\"");
    expect_at(root, "/properties/state/enumDescriptions", "[\"In use\",\"\"]");
    expect_at(root, "/properties/parts/items/properties/x-qbis-label/title", "\"Part\"");
    expect_at(root, "/properties/parts/default", "[{\"x-qbis-label\":{\"en\":\"x\"}}]");
    expect_at(root, "/properties/big", "{\"maximum\":16,\"const\":1.50}");
    qb_buf_fini(&text);
    root = editor_schema(doc, ASSET, QB_INDONESIAN, &text);
    expect_at(root, "/title", "\"Barang\"");
    expect_at(root, "/properties/state/enumDescriptions", "[\"Dipakai\",\"\"]");
    qb_buf_fini(&text);
    qb_json_doc_free(doc);
}

static void test_kind_editor__keeps_the_names_of_the_document_first(void **state)
{
    (void)state;
    struct qb_json_doc *doc = qb_json_doc_new();
    struct qb_buf text = {0};
    const struct qb_json *root =
        editor_schema(doc, ASSET "$id: urn:example:asset\n$schema: https://json-schema.org/draft/2020-12/schema\n",
                      QB_ENGLISH, &text);
    assert_string_equal(root->as.items[0].key, "$id");
    assert_string_equal(root->as.items[1].key, "$schema");
    assert_string_equal(root->as.items[2].key, "title");
    qb_buf_fini(&text);
    qb_json_doc_free(doc);
}

/* --- the shipped kinds: every record of the example is right by both, and wrong by both without its id --- */

static struct qb_schema *compile(const struct qb_json *root)
{
    struct qb_violations faults;
    struct qb_schema *schema = NULL;
    struct qb_schema_options options = {.assert_formats = true};
    options.formats = qb_formats(&options.format_count);
    qb_violations_init(&faults);
    if (qb_schema_compile(&schema, root, &options, &faults) < 0)
        fail_msg("%s: %s", faults.items[0].pointer, faults.items[0].message_id);
    qb_violations_fini(&faults);
    return schema;
}

static void expect_same(const struct qb_kind *kind, const struct qb_schema *schema, const struct qb_embedded *file)
{
    struct qb_json_doc *doc = qb_json_doc_new();
    const struct qb_json *record = parse_json(doc, file->bytes, (size_t)(file->end - file->bytes));
    if (!qb_schema_valid(kind->schema, record) || !qb_schema_valid(schema, record))
        fail_msg("%s is wrong", file->name);
    struct qb_json less = *record;
    less.length--;
    assert_int_equal(qb_schema_valid(kind->schema, &less), qb_schema_valid(schema, &less));
    less.as.items++;
    assert_int_equal(qb_schema_valid(kind->schema, &less), qb_schema_valid(schema, &less));
    qb_json_doc_free(doc);
}

static void test_kind_editor__schemas_say_the_same_as_the_kinds(void **state)
{
    (void)state;
    static const char start[] = "examples/belawan/";
    struct qb_kinds *kinds = qb_kinds_new();
    size_t seen = 0;
    for (size_t k = 0; k < kinds->count; k++) {
        struct qb_json_doc *doc = qb_json_doc_new();
        struct qb_buf text = {0};
        qb_kind_editor_schema(&text, kinds->items[k], kinds, QB_INDONESIAN);
        struct qb_schema *schema = compile(parse_json(doc, qb_buf_text(&text), text.length));
        for (size_t i = 0; i < qb_embedded_count; i++) {
            const struct qb_embedded *file = &qb_embedded_files[i];
            if (strncmp(file->name, start, sizeof start - 1) ||
                qb_kinds_of_path(kinds, file->name + sizeof start - 1) != kinds->items[k])
                continue;
            expect_same(kinds->items[k], schema, file);
            seen++;
        }
        qb_schema_free(schema);
        qb_buf_fini(&text);
        qb_json_doc_free(doc);
    }
    assert_true(seen > 30);
    qb_kinds_free(kinds);
}

/* --- settings --- */

static void test_kind_editor__settings_name_each_kind(void **state)
{
    (void)state;
    struct qb_json_doc *doc = qb_json_doc_new();
    struct qb_kinds *kinds = qb_kinds_new();
    struct qb_buf text = {0};
    assert_true(qb_kind_editor_settings(&text, kinds, NULL));
    const struct qb_json *root = parse_json(doc, qb_buf_text(&text), text.length);
    assert_int_equal(qb_json_get(root, "json.schemas")->length, kinds->count);
    expect_at(root, "/json.schemas/5",
              "{\"fileMatch\":[\"records/shipments/**/*.json\"],\"url\":\"./kinds/.schema/shipment.json\"}");
    qb_buf_fini(&text);
    qb_kinds_free(kinds);
    qb_json_doc_free(doc);
}

static void test_kind_editor__settings_keep_what_is_not_ours(void **state)
{
    (void)state;
    static const char before[] = "{\"a\": 1, \"json.schemas\": [{\"url\": \"./kinds/.schema/gone.json\"}, "
                                 "{\"url\": \"./mine.json\"}, 7], \"b\": {\"c\": []}}";
    struct qb_json_doc *doc = qb_json_doc_new();
    struct qb_json_doc *again = qb_json_doc_new();
    struct qb_kinds *kinds = qb_kinds_new();
    struct qb_buf text = {0};
    struct qb_buf twice = {0};
    assert_true(qb_kind_editor_settings(&text, kinds, parse_json(doc, before, sizeof before - 1)));
    const struct qb_json *root = parse_json(again, qb_buf_text(&text), text.length);
    assert_null(strstr(qb_buf_text(&text), "gone.json"));
    assert_int_equal(qb_json_get(root, "json.schemas")->length, kinds->count + 2);
    expect_at(root, "/json.schemas/8", "{\"url\":\"./mine.json\"}");
    expect_at(root, "/a", "1");
    expect_at(root, "/b", "{\"c\":[]}");
    assert_true(qb_kind_editor_settings(&twice, kinds, root));
    assert_string_equal(qb_buf_text(&twice), qb_buf_text(&text));
    qb_buf_fini(&text);
    qb_buf_fini(&twice);
    qb_kinds_free(kinds);
    qb_json_doc_free(doc);
    qb_json_doc_free(again);
}

static void test_kind_editor__settings_of_another_form_are_left_alone(void **state)
{
    (void)state;
    static const char *const forms[] = {"[]", "7", "{\"json.schemas\": {}}"};
    struct qb_kinds *kinds = qb_kinds_new();
    struct qb_json_doc *doc = qb_json_doc_new();
    struct qb_buf text = {0};
    for (size_t i = 0; i < 3; i++)
        assert_false(qb_kind_editor_settings(&text, kinds, parse_json(doc, forms[i], strlen(forms[i]))));
    assert_int_equal(text.length, 0);
    qb_buf_fini(&text);
    qb_json_doc_free(doc);
    qb_kinds_free(kinds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kind_editor__says_titles_and_descriptions_in_the_words_of_the_standard),
        cmocka_unit_test(test_kind_editor__keeps_the_names_of_the_document_first),
        cmocka_unit_test(test_kind_editor__schemas_say_the_same_as_the_kinds),
        cmocka_unit_test(test_kind_editor__settings_name_each_kind),
        cmocka_unit_test(test_kind_editor__settings_keep_what_is_not_ours),
        cmocka_unit_test(test_kind_editor__settings_of_another_form_are_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
