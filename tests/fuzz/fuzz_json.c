/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The JSON reader and writers. What is refused must be explained; what is taken must come back equal after writing, and
 * every value in it must be found again by its pointer, at a place that fits it.
 */
#include "core/data/json_number.h"
#include "tests/fuzz/fuzz.h"

#define MOST_POINTERS 400 /* each is looked for from the start of the text */

struct walk {
    struct fuzz_part input;
    const struct qb_json *root;
    struct qb_buf pointer;
    uint32_t line; /* of what was found last */
    uint32_t column;
    unsigned left;
};

/* The character at a place, 0 when there is none. Lines end at LF. */
static char character_at(struct fuzz_part input, uint32_t line, uint32_t column)
{
    const char *at = input.text;
    const char *end = at + input.length;
    if (input.length >= 3 && !memcmp(at, "\xef\xbb\xbf", 3))
        at += 3;
    for (uint32_t here = 1; here < line && at < end; at++)
        here += *at == '\n';
    for (uint32_t here = 1; here < column && at < end; here++) {
        uint32_t point;
        size_t bytes = qb_utf8_decode(at, (size_t)(end - at), &point);
        at += bytes ? bytes : 1;
    }
    return at < end ? *at : '\0';
}

static bool begins(const struct qb_json *value, char c)
{
    static const char *const beginnings[] = {
        [QB_JSON_NULL] = "n",    [QB_JSON_FALSE] = "f", [QB_JSON_TRUE] = "t",   [QB_JSON_NUMBER] = "-0123456789",
        [QB_JSON_STRING] = "\"", [QB_JSON_ARRAY] = "[", [QB_JSON_OBJECT] = "{",
    };
    return c && strchr(beginnings[value->type], c);
}

/* A place behind the one before, in the order of the text. */
static void check_place(struct walk *walk, bool key, const struct qb_json *value)
{
    uint32_t line;
    uint32_t column;
    MUST(qb_json_locate(walk->input.text, walk->input.length, qb_buf_text(&walk->pointer), key, &line, &column));
    MUST(line > walk->line || (line == walk->line && column > walk->column));
    char found = character_at(walk->input, line, column);
    MUST(key ? found == '"' : begins(value, found));
    walk->line = line;
    walk->column = column;
}

static void check_number(const struct qb_json *value)
{
    int64_t integer;
    MUST(qb_json_number_compare(value, value) == 0);
    MUST(!qb_json_integer(value, &integer) || qb_json_number_is_integer(value));
}

static void walk_values(struct walk *walk, const struct qb_json *value, bool member)
{
    if (!walk->left)
        return;
    walk->left--;
    MUST(qb_json_at(walk->root, qb_buf_text(&walk->pointer)) == value);
    if (member)
        check_place(walk, true, value);
    check_place(walk, false, value);
    if (value->type == QB_JSON_NUMBER)
        check_number(value);
    if (value->type != QB_JSON_ARRAY && value->type != QB_JSON_OBJECT)
        return;
    size_t length = walk->pointer.length;
    for (uint32_t i = 0; i < value->length; i++) {
        const struct qb_json *item = &value->as.items[i];
        if (value->type == QB_JSON_ARRAY)
            qb_json_pointer_add_index(&walk->pointer, i);
        else if (memchr(item->key, '\0', item->key_length))
            continue; /* a pointer is a C string */
        else
            qb_json_pointer_add(&walk->pointer, item->key, item->key_length);
        walk_values(walk, item, value->type == QB_JSON_OBJECT);
        walk->pointer.length = length;
        walk->pointer.data[length] = '\0';
    }
}

static void check_written(const struct qb_json *root, void (*write)(struct qb_buf *, const struct qb_json *))
{
    struct qb_buf first = {0};
    struct qb_buf second = {0};
    struct qb_json_fault fault;
    struct qb_json_doc *doc = qb_json_doc_new();
    write(&first, root);
    const struct qb_json *again =
        qb_json_parse(doc, qb_buf_text(&first), first.length, &qb_json_document_options, &fault);
    MUST(again && qb_json_equal(root, again) && qb_json_equal(again, root));
    write(&second, again);
    MUST(first.length == second.length && !memcmp(first.data, second.data, first.length));
    qb_json_doc_free(doc);
    qb_buf_fini(&first);
    qb_buf_fini(&second);
}

/* A character more, and it is JSON no longer. */
static void check_trailing(struct fuzz_part input)
{
    struct qb_json_fault fault;
    struct qb_buf longer = {0};
    struct qb_json_doc *doc = qb_json_doc_new();
    qb_buf_add(&longer, input.text, input.length);
    qb_buf_add_char(&longer, 'x');
    MUST(!qb_json_parse(doc, qb_buf_text(&longer), longer.length, &qb_json_document_options, &fault));
    fuzz_check_fault(&fault, longer.length);
    qb_json_doc_free(doc);
    qb_buf_fini(&longer);
}

static void check_taken(struct fuzz_part input, const struct qb_json *root)
{
    struct walk walk = {.input = input, .root = root, .left = MOST_POINTERS};
    walk_values(&walk, root, false);
    qb_buf_fini(&walk.pointer);
    check_written(root, qb_json_write_compact);
    check_written(root, qb_json_write);
    check_trailing(input);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_part input = fuzz_input(data, size);
    struct qb_json_fault fault = {0};
    struct qb_json_fault record_fault = {0};
    struct qb_json_doc *doc = qb_json_doc_new();
    bool record = qb_json_parse(doc, input.text, input.length, &qb_json_record_options, &record_fault);
    const struct qb_json *root = qb_json_parse(doc, input.text, input.length, &qb_json_document_options, &fault);
    if (!record)
        fuzz_check_fault(&record_fault, size);
    if (root)
        MUST(record || record_fault.code >= QB_JSON_TOO_LARGE);
    else
        MUST(!record);
    if (root)
        check_taken(input, root);
    else
        fuzz_check_fault(&fault, size);
    qb_json_doc_free(doc);
    return 0;
}
