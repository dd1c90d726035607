/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The JSON Schema engine: a schema, then a marker line before each value. The quick answer, the full report and the
 * report that ends at the first violation must agree, also where an evaluation ends because it is too much work.
 */
#include "schema/jsonschema/jsonschema.h"
#include "tests/fuzz/fuzz.h"

#define MOST_VALUES 6 /* each may use up the whole budget of an evaluation, three times */

static void check_faults(const struct qb_json *root, const struct qb_violations *faults)
{
    MUST(faults->count > 0);
    for (size_t i = 0; i < faults->count; i++) {
        const struct qb_violation *fault = &faults->items[i];
        MUST(fault->keyword && fault->pointer && fault->document);
        MUST(*fault->document || fuzz_has_nul_key(root) || qb_json_at(root, fault->pointer));
        fuzz_check_message(fault->message_id, fault->args, fault->arg_count);
    }
}

static void judge(const struct qb_schema *schema, const struct qb_json *value)
{
    struct qb_violations all;
    struct qb_violations one;
    qb_violations_init(&all);
    qb_violations_init(&one);
    bool nul = fuzz_has_nul_key(value);
    bool valid = qb_schema_valid(schema, value);
    size_t count = qb_schema_report(schema, value, 0, &all);
    MUST(count == all.count && valid == !count);
    MUST(qb_schema_report(schema, value, 1, &one) == !valid && one.count == !valid);
    for (size_t i = 0; i < all.count; i++) {
        const struct qb_violation *violation = &all.items[i];
        MUST(violation->keyword && violation->schema);
        MUST(nul || qb_json_at(value, violation->pointer));
        fuzz_check_message(violation->message_id, violation->args, violation->arg_count);
    }
    qb_violations_fini(&all);
    qb_violations_fini(&one);
}

static void judge_all(const struct qb_schema *schema, struct fuzz_part input)
{
    struct qb_json_fault fault;
    struct qb_json_doc *doc = qb_json_doc_new();
    struct fuzz_part part;
    for (int left = MOST_VALUES; left && fuzz_take(&input, &part); left--) {
        const struct qb_json *value = qb_json_parse(doc, part.text, part.length, &qb_json_document_options, &fault);
        if (value)
            judge(schema, value);
    }
    qb_json_doc_free(doc);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_part input = fuzz_input(data, size);
    struct fuzz_part part;
    struct qb_json_fault fault;
    struct qb_json_doc *doc = qb_json_doc_new();
    fuzz_take(&input, &part);
    const struct qb_json *root = qb_json_parse(doc, part.text, part.length, &qb_json_document_options, &fault);
    for (int formats = 0; root && formats < 2; formats++) {
        struct qb_schema_options options = {.assert_formats = formats};
        struct qb_schema *schema = NULL;
        struct qb_violations faults;
        qb_violations_init(&faults);
        if (qb_schema_compile(&schema, root, &options, &faults) < 0)
            check_faults(root, &faults);
        else if (formats)
            judge_all(schema, input);
        qb_schema_free(schema);
        qb_violations_fini(&faults);
    }
    qb_json_doc_free(doc);
    return 0;
}
