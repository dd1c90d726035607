/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists of problems: their table, their copies, their order, their words. */
#include "core/records/problem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct qb_problem example(void)
{
    return (struct qb_problem){.code = QB_PROBLEM_REFERENCE,
                               .kind = "shipment",
                               .record = "SHP-A",
                               .path = "records/shipments/SHP-A.json",
                               .pointer = "/decree",
                               .line = 3,
                               .column = 13,
                               .message_id = "problem.test {found}",
                               .args = {{"found", "SK-1"}},
                               .arg_count = 1};
}

static void test_problem__every_code_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (int i = 0; i < QB_PROBLEM_CODES; i++) {
        const char *name = qb_problem_rows[i].name;
        assert_non_null(name);
        assert_true(*name && name[strspn(name, "abcdefghijklmnopqrstuvwxyz-")] == '\0');
        for (int k = 0; k < i; k++)
            assert_string_not_equal(name, qb_problem_rows[k].name);
    }
}

static void test_problem__severities_are_those_of_the_design(void **state)
{
    (void)state;
    static const enum qb_problem_code warnings[] = {
        QB_PROBLEM_OUTSIDE_DECREE,  QB_PROBLEM_FUTURE,         QB_PROBLEM_DATE_UNLIKELY,   QB_PROBLEM_RISK,
        QB_PROBLEM_FINDING_MISSING, QB_PROBLEM_DECREE_OVERLAP, QB_PROBLEM_EXTENSION_BROKEN};
    for (size_t i = 0; i < sizeof warnings / sizeof *warnings; i++)
        assert_int_equal(qb_problem_rows[warnings[i]].severity, QB_SEVERITY_WARNING);
    for (int i = QB_PROBLEM_JSON_SYNTAX; i <= QB_PROBLEM_DATE_ORDER; i++)
        assert_int_equal(qb_problem_rows[i].severity, QB_SEVERITY_ERROR);
}

static void test_problem__add_copies_everything(void **state)
{
    (void)state;
    struct qb_problems list = {0};
    char words[8][32] = {"required", "shipment", "SHP-A", "a/b.json", "/decree", "a {found}", "found", "SK-1"};
    char used[41];
    memset(used, 'a', 40);
    used[40] = '\0';
    qb_problems_add(&list, &(struct qb_problem){.code = QB_PROBLEM_SCHEMA,
                                                .keyword = words[0],
                                                .kind = words[1],
                                                .record = words[2],
                                                .path = words[3],
                                                .pointer = words[4],
                                                .message_id = words[5],
                                                .args = {{words[6], words[7]}, {words[6], NULL}},
                                                .arg_count = 2,
                                                .used = used});
    memset(words, 'X', sizeof words);
    memset(used, 'X', sizeof used);
    const struct qb_problem *kept = &list.items[0];
    assert_string_equal(kept->keyword, "required");
    assert_string_equal(kept->kind, "shipment");
    assert_string_equal(kept->record, "SHP-A");
    assert_string_equal(kept->path, "a/b.json");
    assert_string_equal(kept->pointer, "/decree");
    assert_string_equal(kept->message_id, "a {found}");
    assert_string_equal(kept->args[0].name, "found");
    assert_string_equal(kept->args[0].value, "SK-1");
    assert_null(kept->args[1].value);
    assert_int_equal(strlen(kept->used), 40);
    qb_problems_fini(&list);
    assert_int_equal(list.count, 0);
    assert_null(list.items);
}

static void test_problem__what_is_absent_stays_absent(void **state)
{
    (void)state;
    struct qb_problems list = {0};
    struct qb_problem *kept = qb_problems_add(&list, &(struct qb_problem){.code = QB_PROBLEM_UNREADABLE});
    assert_null(kept->keyword);
    assert_null(kept->kind);
    assert_null(kept->record);
    assert_null(kept->used);
    assert_string_equal(kept->path, "");
    assert_string_equal(kept->pointer, "");
    qb_problems_clear(&list);
    assert_int_equal(list.count, 0);
    qb_problems_sort(&list);
    qb_problems_fini(&list);
    qb_problems_fini(&list);
}

static void test_problem__order(void **state)
{
    (void)state;
    struct qb_problem rows[10];
    for (size_t i = 0; i < 10; i++)
        rows[i] = example();
    rows[0].path = "records/a.json";
    rows[0].line = 9;
    rows[1].line = 2;
    rows[1].column = 99;
    rows[2].line = 2;
    rows[2].column = 100;
    rows[3].code = QB_PROBLEM_DATE_ORDER; /* "date-order" < "reference", though later in the table */
    rows[3].pointer = "/z";
    rows[4].pointer = "/a";
    rows[5].args[0].value = "SK-0";
    /* rows[6] as it is */
    rows[7].args[0].value = "SK-2";
    rows[8].message_id = "problem.tests";
    rows[9].path = "records/shipments/SHP-B.json";
    for (size_t turn = 0; turn < 10; turn++) {
        struct qb_problems list = {0};
        for (size_t i = 0; i < 10; i++)
            qb_problems_add(&list, &rows[(i * 3 + turn) % 10]);
        qb_problems_sort(&list);
        for (size_t i = 0; i < 10; i++) {
            assert_string_equal(list.items[i].path, rows[i].path);
            assert_int_equal(list.items[i].line, rows[i].line);
            assert_int_equal(list.items[i].column, rows[i].column);
            assert_int_equal(list.items[i].code, rows[i].code);
            assert_string_equal(list.items[i].pointer, rows[i].pointer);
            assert_string_equal(list.items[i].message_id, rows[i].message_id);
            assert_string_equal(list.items[i].args[0].value, rows[i].args[0].value);
        }
        qb_problems_fini(&list);
    }
}

static void test_problem__errors_are_counted(void **state)
{
    (void)state;
    struct qb_problems list = {0};
    struct qb_problem problem = example();
    qb_problems_add(&list, &problem);
    problem.code = QB_PROBLEM_RISK;
    qb_problems_add(&list, &problem);
    problem.code = QB_PROBLEM_TOO_LARGE;
    qb_problems_add(&list, &problem);
    assert_int_equal(qb_problems_errors(&list), 2);
    assert_int_equal(qb_problem_severity(&list.items[1]), QB_SEVERITY_WARNING);
    qb_problems_fini(&list);
}

static void test_problem__message_has_its_values(void **state)
{
    (void)state;
    struct qb_buf out = {0};
    struct qb_problem problem = example();
    qb_problem_message(&out, QB_ENGLISH, &problem); /* no catalogue has it: the id is its own text */
    assert_string_equal(qb_buf_text(&out), "problem.test SK-1");
    qb_buf_fini(&out);
}

static void expect_message(const struct qb_problem *problem, const char *indonesian, const char *english)
{
    const char *const expected[] = {indonesian, english};
    struct qb_problems list = {0};
    const struct qb_problem *kept = qb_problems_add(&list, problem);
    for (int language = 0; language < QB_LANGUAGES; language++) {
        struct qb_buf text = {0};
        qb_problem_message(&text, (enum qb_language)language, kept);
        assert_string_equal(qb_buf_text(&text), expected[language]);
        qb_buf_fini(&text);
    }
    qb_problems_fini(&list);
}

static void test_problem__names_have_their_words(void **state)
{
    (void)state;
    static const char *const number[] = {"Nomor sertifikat", "Certificate number"};
    static const char *const country[] = {"Negara {found}", NULL};
    static const char *const none[] = {NULL, NULL};
    struct qb_problem problem = example();
    problem.message_id = "\"{property}\" {found} {property}";
    problem.args[1] = (struct qb_text_arg){"property", "certificate_number"};
    problem.args[2] = (struct qb_text_arg){"subject", "country"};
    problem.arg_count = 3;
    qb_problem_label(&problem, "property", none);
    qb_problem_label(&problem, "nothing", number);
    expect_message(&problem, "\"certificate_number\" SK-1 certificate_number",
                   "\"certificate_number\" SK-1 certificate_number");
    qb_problem_label(&problem, "property", number); /* in English it says no more than the name */
    expect_message(&problem, "Nomor sertifikat (certificate_number) SK-1 Nomor sertifikat (certificate_number)",
                   "\"certificate_number\" SK-1 certificate_number");
    static const char *const longer[] = {"Nomor", "Certificate number (new)"};
    problem.labels[0].words[QB_ENGLISH] = longer[QB_ENGLISH]; /* begins with it */
    expect_message(&problem, "Nomor sertifikat (certificate_number) SK-1 Nomor sertifikat (certificate_number)",
                   "Certificate number (new) SK-1 Certificate number (new)");
    problem.labels[0].words[QB_ENGLISH] = number[QB_ENGLISH];
    qb_problem_label(&problem, "subject", country); /* another language's words are better than none */
    problem.message_id = "{found}!";
    expect_message(&problem, "Negara {found} (country): SK-1!", "Negara {found} (country): SK-1!");
    problem.sentence[QB_ENGLISH] = "Own: {found} \"{property}\".";
    expect_message(&problem, "Negara {found} (country): SK-1!",
                   "Negara {found} (country): Own: SK-1 \"certificate_number\".");
}

static void test_problem__many(void **state)
{
    (void)state;
    struct qb_problems list = {0};
    struct qb_problem problem = example();
    for (uint32_t i = 0; i < 20000; i++) {
        problem.line = (i * 7919) % 20000;
        qb_problems_add(&list, &problem);
    }
    qb_problems_sort(&list);
    for (uint32_t i = 0; i < 20000; i++)
        assert_int_equal(list.items[i].line, i);
    qb_problems_fini(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_problem__every_code_has_a_name_of_its_own),
        cmocka_unit_test(test_problem__severities_are_those_of_the_design),
        cmocka_unit_test(test_problem__add_copies_everything),
        cmocka_unit_test(test_problem__what_is_absent_stays_absent),
        cmocka_unit_test(test_problem__order),
        cmocka_unit_test(test_problem__errors_are_counted),
        cmocka_unit_test(test_problem__message_has_its_values),
        cmocka_unit_test(test_problem__names_have_their_words),
        cmocka_unit_test(test_problem__many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
