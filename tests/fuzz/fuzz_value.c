/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Values as people write them, and records in the making. The input is a header or path, a marker, and the words for
 * it. Whatever they are, the draft is a JSON record; a value that was read is read again as the same from the words
 * that are written for it.
 */
#include "schema/columns.h"
#include "schema/draft.h"
#include "tests/fuzz/fuzz.h"

static const char odd[] =
    "x-qbis-kind: odd\nx-qbis-folder: odd\nx-qbis-prefix: ODD\ntype: object\nproperties:\n"
    "  m: {type: [string, number, boolean, 'null']}\n  o: {}\n  b: {type: boolean}\n"
    "  n: {type: number}\n  s: {type: string}\n  d: {type: string, format: date}\n"
    "  e: {enum: [low, 2, null]}\n  a: {type: array, items: {type: string}}\n"
    "  f: {type: array, items: {type: number}}\n  g: {type: array, items: {type: [string, number]}}\n"
    "  h: {type: array, items: {type: object, properties: {x: {type: string}, y: {type: integer}}}}\n"
    "  i: {type: object, properties: {x: {type: string}}}\n";

static const struct qb_json *parse(struct qb_json_doc *doc, const struct qb_buf *text)
{
    struct qb_json_fault fault;
    return qb_json_parse(doc, qb_buf_text(text), text->length, &qb_json_document_options, &fault);
}

/* Written and read once, a value stays the same ever after. */
static void check_value(const struct qb_kind_text *text, const char *path, const struct qb_json *value)
{
    struct qb_buf words = {0};
    struct qb_buf again = {0};
    struct qb_json_doc *doc = qb_json_doc_new();
    const struct qb_json *schema;
    MUST(qb_draft_property(text, path, &schema));
    qb_value_write(&words, text, schema, value);
    MUST(qb_value_read(&again, text, schema, QB_DECIMAL_POINT, qb_buf_text(&words), words.length));
    const struct qb_json *read = parse(doc, &again);
    MUST(read);
    struct qb_buf words_again = {0};
    qb_value_write(&words_again, text, schema, read);
    struct qb_buf third = {0};
    MUST(qb_value_read(&third, text, schema, QB_DECIMAL_POINT, qb_buf_text(&words_again), words_again.length));
    struct qb_json_doc *other = qb_json_doc_new();
    MUST(qb_json_equal(read, parse(other, &third)));
    qb_json_doc_free(other);
    qb_json_doc_free(doc);
    qb_buf_fini(&words);
    qb_buf_fini(&words_again);
    qb_buf_fini(&again);
    qb_buf_fini(&third);
}

static void check_draft(const struct qb_kind_text *text, const char *path, struct fuzz_part words)
{
    struct qb_draft *draft = qb_draft_new(text);
    struct qb_json_doc *doc = qb_json_doc_new();
    struct qb_buf record = {0};
    enum qb_draft_result result = qb_draft_set(draft, path, QB_DECIMAL_OPEN, words.text, words.length);
    qb_draft_write(&record, draft);
    const struct qb_json *root = parse(doc, &record);
    MUST(root && root->type == QB_JSON_OBJECT);
    MUST((result == QB_DRAFT_SET) == (root->length > 0) && qb_draft_has(draft, path) == (root->length > 0));
    if (result == QB_DRAFT_SET && !strchr(path, '['))
        check_value(text, path, qb_column_value(root, path));
    qb_draft_unset(draft, path);
    MUST(!qb_draft_has(draft, path));
    qb_json_doc_free(doc);
    qb_buf_fini(&record);
    qb_draft_free(draft);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_part input = fuzz_input(data, size);
    struct fuzz_part header;
    struct fuzz_part words;
    struct qb_problems problems = {0};
    struct qb_kind *kind = qb_kind_parse("", odd, sizeof odd - 1, &problems);
    struct qb_kind_text text;
    struct qb_buf path = {0};
    MUST(kind);
    qb_kind_text_init(&text, kind);
    fuzz_take(&input, &header);
    fuzz_take(&input, &words);
    if (qb_column_find(&path, &text, header.text, header.length) == QB_COLUMN_FOUND)
        MUST(qb_draft_property(&text, qb_buf_text(&path), NULL));
    qb_buf_fini(&path);
    char *name = qb_mem_copy(header.text, header.length);
    if (!memchr(header.text, '\0', header.length))
        check_draft(&text, name, words);
    qb_value_date(words.text, words.length);
    qb_value_decimal_of(words.text, words.length);
    free(name);
    qb_kind_text_fini(&text);
    qb_kind_free(kind);
    return 0;
}
