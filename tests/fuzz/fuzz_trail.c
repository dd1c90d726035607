/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What changed between two versions of a record: two texts with a marker line between. The differences must be those
 * that equality sees, must be the same in both directions, and must be told one a line.
 */
#include "core/history/trail.h"
#include "tests/fuzz/fuzz.h"

#define INDENT "  "

struct differences {
    const struct qb_json *before;
    const struct qb_json *after;
    size_t count;
};

/* A side is absent, or is what stands at the pointer (a name with a NUL makes one that leads elsewhere). */
static bool stands_at(const struct qb_json *root, const char *pointer, const struct qb_json *value)
{
    return !value || value == qb_json_at(root, pointer);
}

static void check_difference(void *context, const char *pointer, const struct qb_json *before,
                             const struct qb_json *after)
{
    struct differences *found = context;
    found->count++;
    MUST((before || after) && !(before && after && qb_json_equal(before, after)));
    if (!fuzz_has_nul_key(found->before) && !fuzz_has_nul_key(found->after))
        MUST(stands_at(found->before, pointer, before) && stands_at(found->after, pointer, after));
}

static size_t count(const struct qb_json *before, const struct qb_json *after)
{
    struct differences found = {.before = before, .after = after};
    qb_trail_compare(before, after, check_difference, &found);
    return found.count;
}

/* "  path: old -> new" */
static void check_line(const char *line, size_t length)
{
    MUST(length > strlen(INDENT) && !memcmp(line, INDENT, strlen(INDENT)));
    const char *arrow = memmem(line, length, " -> ", 4);
    MUST(arrow);
    MUST(fuzz_is_clean(line, length, ""));
}

static void check_description(const struct qb_json *before, const struct qb_json *after, size_t lines)
{
    struct qb_buf out = {0};
    qb_trail_describe(&out, INDENT, before, after);
    const char *at = qb_buf_text(&out);
    for (; lines; lines--) {
        const char *end = strchr(at, '\n');
        MUST(end);
        check_line(at, (size_t)(end - at));
        at = end + 1;
    }
    MUST(!*at && at == qb_buf_text(&out) + out.length);
    qb_buf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_part input = fuzz_input(data, size);
    struct qb_json_fault fault;
    const struct qb_json *values[2] = {NULL, NULL}; /* an empty part: no such version */
    struct qb_json_doc *docs[2] = {qb_json_doc_new(), qb_json_doc_new()};
    struct fuzz_part part;
    for (int i = 0; i < 2 && fuzz_take(&input, &part); i++)
        values[i] = qb_json_parse(docs[i], part.text, part.length, &qb_json_record_options, &fault);
    size_t differences = count(values[0], values[1]);
    MUST(differences == count(values[1], values[0]));
    bool equal = values[0] && values[1] ? qb_json_equal(values[0], values[1]) : values[0] == values[1];
    MUST(equal == !differences);
    check_description(values[0], values[1], differences);
    check_description(values[1], values[0], differences);
    qb_json_doc_free(docs[0]);
    qb_json_doc_free(docs[1]);
    return 0;
}
