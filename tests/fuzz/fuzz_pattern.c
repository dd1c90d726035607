/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Regular expressions: an expression, then a marker line before each text. The automaton and PCRE2 must answer alike
 * unless a budget ends; nothing may take long.
 */
#include "schema/jsonschema/pattern.h"
#include "tests/fuzz/fuzz.h"

static void check_fault(const struct qb_regex_fault *fault, size_t length)
{
    struct qb_buf id = {0};
    MUST(fault->reason && fault->offset <= length);
    qb_buf_addf(&id, "schema.fault.pattern.%s", fault->reason);
    for (int language = 0; language < QB_LANGUAGES; language++)
        MUST(qb_text_find((enum qb_language)language, qb_buf_text(&id)));
    qb_buf_fini(&id);
}

static void compare(const struct qb_pattern *quick, const struct qb_pattern *slow, struct fuzz_part text)
{
    enum qb_pattern_answer a = qb_pattern_match(quick, text.text, text.length);
    enum qb_pattern_answer b = qb_pattern_match(slow, text.text, text.length);
    MUST(a == b || a == QB_PATTERN_LIMIT || b == QB_PATTERN_LIMIT);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_part input = fuzz_input(data, size);
    struct fuzz_part part;
    struct qb_regex_fault fault = {0};
    if (qb_utf8_check(input.text, input.length) < input.length)
        return 0; /* no JSON string */
    fuzz_take(&input, &part);
    struct qb_pattern *quick = qb_pattern_new(part.text, part.length, &fault);
    if (quick)
        MUST(qb_pattern_check(part.text, part.length));
    else
        check_fault(&fault, part.length);
    struct qb_pattern *slow = qb_pattern_new_slow(part.text, part.length, &fault);
    while (quick && slow && fuzz_take(&input, &part))
        compare(quick, slow, part);
    qb_pattern_free(quick);
    qb_pattern_free(slow);
    return 0;
}
