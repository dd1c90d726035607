/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The YAML reader. What it makes are JSON values: they must come back equal from JSON text, stay within the limits, and
 * be found by their pointers.
 */
#include "core/base/limits.h"
#include "core/data/yaml.h"
#include "tests/fuzz/fuzz.h"

#define MOST_POINTERS 60 /* each is looked for from the start of the text */

struct walk {
    struct fuzz_part input;
    const struct qb_json *root;
    struct qb_buf pointer;
    unsigned left;
};

static void check_place(struct walk *walk, bool key)
{
    uint32_t line = 0;
    uint32_t column = 0;
    bool found = qb_yaml_locate(walk->input.text, walk->input.length, qb_buf_text(&walk->pointer), key, &line, &column);
    /* that of an empty document stands nowhere; names that are aliases are not looked through */
    MUST(found || walk->root->type == QB_JSON_NULL || memchr(walk->input.text, '*', walk->input.length));
    MUST(line >= 1 && column >= 1 && line - 1 <= walk->input.length && column - 1 <= walk->input.length);
}

static void walk_values(struct walk *walk, const struct qb_json *value, bool member, unsigned depth)
{
    MUST(depth <= QB_MAX_DEPTH);
    if (!walk->left)
        return;
    walk->left--;
    MUST(qb_json_at(walk->root, qb_buf_text(&walk->pointer)) == value);
    if (member)
        check_place(walk, true);
    check_place(walk, false);
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
        walk_values(walk, item, value->type == QB_JSON_OBJECT, depth + 1);
        walk->pointer.length = length;
        walk->pointer.data[length] = '\0';
    }
}

static void check_written(const struct qb_json *root)
{
    struct qb_buf text = {0};
    struct qb_json_fault fault;
    struct qb_json_doc *doc = qb_json_doc_new();
    qb_json_write_compact(&text, root);
    const struct qb_json *again =
        qb_json_parse(doc, qb_buf_text(&text), text.length, &qb_json_document_options, &fault);
    MUST(again && qb_json_equal(root, again));
    qb_json_doc_free(doc);
    qb_buf_fini(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_part input = fuzz_input(data, size);
    struct qb_json_fault fault = {0};
    struct qb_json_doc *doc = qb_json_doc_new();
    const struct qb_json *root = qb_yaml_parse(doc, input.text, input.length, &fault);
    if (root) {
        struct walk walk = {.input = input, .root = root, .left = MOST_POINTERS};
        walk_values(&walk, root, false, 0);
        qb_buf_fini(&walk.pointer);
        check_written(root);
    } else {
        fuzz_check_fault(&fault, size);
    }
    qb_json_doc_free(doc);
    return 0;
}
