/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What changed between two versions of a record, in words. */
#include "core/history/trail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

struct pair {
    struct qb_json_doc *docs[2];
    const struct qb_json *values[2];
};

static void parse(struct pair *pair, const char *before, const char *after)
{
    const char *texts[2] = {before, after};
    for (int i = 0; i < 2; i++) {
        struct qb_json_fault fault;
        pair->docs[i] = qb_json_doc_new();
        pair->values[i] =
            texts[i] ? qb_json_parse(pair->docs[i], texts[i], strlen(texts[i]), &qb_json_record_options, &fault) : NULL;
        if (texts[i] && !pair->values[i])
            fail_msg("no JSON: %s", texts[i]);
    }
}

static void drop(struct pair *pair)
{
    qb_json_doc_free(pair->docs[0]);
    qb_json_doc_free(pair->docs[1]);
}

static void says(const char *before, const char *after, const char *expected)
{
    struct pair pair;
    struct qb_buf out = {0};
    parse(&pair, before, after);
    qb_trail_describe(&out, "  ", pair.values[0], pair.values[1]);
    assert_string_equal(qb_buf_text(&out), expected);
    qb_buf_fini(&out);
    drop(&pair);
}

static void note_pointer(void *context, const char *pointer, const struct qb_json *before, const struct qb_json *after)
{
    qb_buf_addf(context, "%s%s%s ", pointer, before ? "-" : "", after ? "+" : "");
}

static void differs(const char *before, const char *after, const char *expected)
{
    struct pair pair;
    struct qb_buf out = {0};
    parse(&pair, before, after);
    qb_trail_compare(pair.values[0], pair.values[1], note_pointer, &out);
    assert_string_equal(qb_buf_text(&out), expected);
    qb_buf_fini(&out);
    drop(&pair);
}

static void test_trail__compares_member_by_member(void **state)
{
    (void)state;
    differs("{\"a\": 1, \"b\": {\"c\": 2, \"d\": [1, 2]}}", "{\"b\": {\"d\": [1, 2.0], \"c\": 2}, \"a\": 1.0}", "");
    differs("{\"a\": 1, \"b\": 2, \"c\": 3}", "{\"d\": 4, \"c\": 5, \"a\": 1}", "/d+ /c-+ /b- ");
    differs("{\"m\": {\"every\": 10, \"x\": 1}}", "{\"m\": {\"every\": 5, \"x\": 1}}", "/m/every-+ ");
    differs("{\"m\": {\"every\": 10}}", "{}", "/m/every- ");
    differs("{}", "{\"m\": {\"every\": 10, \"n\": {}}}", "/m/every+ /m/n+ ");
    differs("{\"m\": {\"every\": 10}}", "{\"m\": 3}", "/m-+ ");
    differs("{\"m\": {}}", "{\"m\": []}", "/m-+ ");
    differs("{\"m\": {}}", "{\"m\": {}}", "");
    differs("{\"l\": [1, {\"a\": 1}]}", "{\"l\": [1, {\"a\": 2}]}", "/l-+ ");
    differs("{\"a/b~c\": 1}", "{\"a/b~c\": null}", "/a~1b~0c-+ ");
    differs(NULL, "{\"a\": 1, \"b\": null}", "/a+ /b+ ");
    differs("{\"a\": 1}", NULL, "/a- ");
    differs(NULL, NULL, "");
    differs("[1]", "[2]", "-+ ");
    differs("{}", NULL, "- ");
}

static void test_trail__describes_in_lines(void **state)
{
    (void)state;
    says("{\"result\": \"inconclusive\", \"every\": {\"n\": 10}, \"gone\": true}",
         "{\"result\": \"conform\", \"every\": {\"n\": 5}, \"planned_on\": \"2020-06-11\"}",
         "  result: inconclusive -> conform\n  every.n: 10 -> 5\n  planned_on: none -> 2020-06-11\n"
         "  gone: true -> none\n");
    says("{\"l\": [\"A\", {\"b\": 1.50}]}", "{\"l\": []}", "  l: [\"A\",{\"b\":1.50}] -> []\n");
    says("1", "2", "  1 -> 2\n");
}

static void test_trail__tells_alike_values_apart(void **state)
{
    (void)state;
    says("{\"a\": \"12\"}", "{\"a\": 12}", "  a: \"12\" -> 12\n");
    says("{\"a\": \"true\"}", "{\"a\": true}", "  a: \"true\" -> true\n");
    says("{}", "{\"a\": \"none\"}", "  a: none -> \"none\"\n");
    says("{\"a\": \"\"}", "{\"a\": \"x \"}", "  a: \"\" -> \"x \"\n");
    says("{\"a\": \"x\\\\n\"}", "{\"a\": \"x\\n\"}", "  a: \"x\\\\n\" -> \"x\\n\"\n");
}

static void test_trail__shortens_where_the_difference_is(void **state)
{
    (void)state;
    says("{\"n\": \"0123456789012345678901234567890123456789012345678901234567890123456789\"}", "{}",
         "  n: 01234567890123456789012345678901234567890123456789012345678… -> none\n");
    says("{\"n\": \"012345678901234567890123456789012345678901234567890123456789\"}", "{}",
         "  n: 012345678901234567890123456789012345678901234567890123456789 -> none\n");
    says("{\"n\": \"0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890a\"}",
         "{\"n\": \"0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890b\"}",
         "  n: …3456789012345678901234567890123456789012345678901234567890a"
         " -> …3456789012345678901234567890123456789012345678901234567890b\n");
}

static void test_trail__lets_no_line_be_forged(void **state)
{
    (void)state;
    says("{}", "{\"note\": \"x\\nRecord: y\\r\\t\\u001b[2J\\u0085\\u202e\\u2028\\u007f\"}",
         "  note: none -> x\\nRecord: y\\r\\t\\u{1b}[2J\\u{85}\\u{202e}\\u{2028}\\u{7f}\n");
    says("{}", "{\"a\\nb\": \"\\u00e9\\ud83c\\udf34\"}", "  a\\nb: none -> \xc3\xa9\xf0\x9f\x8c\xb4\n");
}

static void test_trail__cuts_between_characters(void **state)
{
    (void)state;
    struct qb_buf before = {0};
    struct qb_buf expected = {0};
    qb_buf_add_string(&before, "{\"n\": \"");
    for (int i = 0; i < 70; i++)
        qb_buf_add_string(&before, "\xe6\x97\xa5");
    qb_buf_add_string(&before, "\"}");
    qb_buf_add_string(&expected, "  n: ");
    for (int i = 0; i < 59; i++)
        qb_buf_add_string(&expected, "\xe6\x97\xa5");
    qb_buf_add_string(&expected, "… -> none\n");
    says(before.data, "{}", expected.data);
    qb_buf_fini(&before);
    qb_buf_fini(&expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trail__compares_member_by_member),
        cmocka_unit_test(test_trail__describes_in_lines),
        cmocka_unit_test(test_trail__tells_alike_values_apart),
        cmocka_unit_test(test_trail__shortens_where_the_difference_is),
        cmocka_unit_test(test_trail__lets_no_line_be_forged),
        cmocka_unit_test(test_trail__cuts_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
