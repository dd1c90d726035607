/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Settings: defaults, every value read, each mistake told at its line, and nothing changed by what cannot be used. */
#include "schema/settings.h"

#include "core/base/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LEAST "folder_id: belawan-2020\noffice: K.9.A\n"

static bool read(struct qb_settings *settings, const char *text, struct qb_problems *problems)
{
    return qb_settings_read(settings, "qbis.yaml", text, strlen(text), problems);
}

static void read_right(struct qb_settings *settings, const char *text)
{
    struct qb_problems problems = {0};
    qb_settings_init(settings);
    if (!read(settings, text, &problems))
        fail_msg("line %u: %s", problems.items[0].line, problems.items[0].message_id);
    assert_int_equal(problems.count, 0);
    qb_problems_fini(&problems);
}

static void expect_defaults(const struct qb_settings *settings)
{
    assert_string_equal(settings->office_name, "");
    assert_int_equal(settings->language, QB_INDONESIAN);
    assert_string_equal(settings->time_zone, "Asia/Jakarta");
    assert_int_equal(settings->offset_minutes, 420);
    assert_int_equal(settings->monitoring.every, 5);
    assert_int_equal(settings->monitoring.grace_working_days, 7);
    assert_int_equal(settings->monitoring.warn_at_remaining, 1);
    assert_int_equal(settings->monitoring.extension_gap_days, 30);
    assert_int_equal(settings->monitoring.decree_warning_days, 30);
    assert_int_equal(settings->holiday_count, 0);
    assert_true(settings->problem_notes);
    assert_int_equal(settings->settle_ms, QB_SETTLE_DEFAULT);
    assert_int_equal(settings->settle_longest_ms, QB_SETTLE_LONGEST);
    assert_int_equal(settings->outputs_off_count, 0);
    assert_int_equal(settings->ignore_count, 0);
    assert_true(qb_settings_output(settings, "html"));
    assert_false(qb_settings_holiday(settings, 0));
}

static void test_settings__defaults(void **state)
{
    (void)state;
    struct qb_settings settings;
    qb_settings_init(&settings);
    assert_string_equal(settings.folder_id, "");
    assert_string_equal(settings.office, "");
    expect_defaults(&settings);
    qb_settings_fini(&settings);
    read_right(&settings, LEAST);
    assert_string_equal(settings.folder_id, "belawan-2020");
    assert_string_equal(settings.office, "K.9.A");
    expect_defaults(&settings);
    qb_settings_fini(&settings);
    expect_defaults(&settings); /* ready again */
    qb_settings_fini(&settings);
}

static void test_settings__every_value_is_read(void **state)
{
    (void)state;
    struct qb_settings settings;
    read_right(&settings, "# our office\n"
                          "$schema: x\n"
                          "folder_id: 'makassar-01'\n"
                          "office: \"K.21.B\"\n"
                          "office_name: Balai Besar \xE2\x80\x93 Makassar\n"
                          "language: en\n"
                          "time_zone: Asia/Jayapura\n"
                          "monitoring: {every: 4, grace_working_days: 0, warn_at_remaining: 2,\n"
                          "  extension_gap_days: 10, decree_warning_days: 45}\n"
                          "holidays: [2020-12-25, 2020-08-17, '2020-05-25']\n"
                          "problem_notes: false\n"
                          "settle: {quiet_ms: 250, longest_ms: 5000}\n"
                          "outputs: {csv: false, html: true, problems: false}\n"
                          "ignore: ['*.bak', '!*.tmp']\n");
    assert_string_equal(settings.folder_id, "makassar-01");
    assert_string_equal(settings.office, "K.21.B");
    assert_string_equal(settings.office_name, "Balai Besar \xE2\x80\x93 Makassar");
    assert_int_equal(settings.language, QB_ENGLISH);
    assert_string_equal(settings.time_zone, "Asia/Jayapura");
    assert_int_equal(settings.offset_minutes, 540);
    assert_int_equal(settings.monitoring.every, 4);
    assert_int_equal(settings.monitoring.grace_working_days, 0);
    assert_int_equal(settings.monitoring.warn_at_remaining, 2);
    assert_int_equal(settings.monitoring.extension_gap_days, 10);
    assert_int_equal(settings.monitoring.decree_warning_days, 45);
    assert_int_equal(settings.holiday_count, 3);
    for (size_t i = 1; i < 3; i++)
        assert_true(settings.holidays[i - 1] < settings.holidays[i]);
    assert_false(settings.problem_notes);
    assert_int_equal(settings.settle_ms, 250);
    assert_int_equal(settings.settle_longest_ms, 5000);
    assert_int_equal(settings.outputs_off_count, 2);
    assert_false(qb_settings_output(&settings, "csv"));
    assert_false(qb_settings_output(&settings, "problems"));
    assert_true(qb_settings_output(&settings, "html"));
    assert_true(qb_settings_output(&settings, "json"));
    assert_int_equal(settings.ignore_count, 2);
    assert_string_equal(settings.ignore[1], "!*.tmp");
    qb_settings_fini(&settings);
}

static void test_settings__holidays_are_found(void **state)
{
    (void)state;
    struct qb_settings settings;
    struct qb_buf text = {0};
    char day[QB_DATE_SIZE];
    qb_date first = qb_date_from_civil(2020, 1, 1);
    qb_buf_add_string(&text, LEAST "holidays:\n");
    for (int i = 0; i < 50; i++) /* every seventh day, in no order */
        qb_buf_addf(&text, "- %s\n", qb_date_format(first + (i * 37 % 50) * 7, day));
    read_right(&settings, qb_buf_text(&text));
    for (qb_date date = first - 10; date < first + 400; date++) {
        bool expected = date >= first && date < first + 350 && (date - first) % 7 == 0;
        assert_int_equal(qb_settings_holiday(&settings, date), expected);
    }
    qb_settings_fini(&settings);
    qb_buf_fini(&text);
}

static void test_settings__texts_outlive_the_file(void **state)
{
    (void)state;
    struct qb_settings settings;
    char *text = qb_mem_string(LEAST "office_name: Belawan\nignore: [a]\noutputs: {csv: false}\n");
    read_right(&settings, text);
    memset(text, 'x', strlen(text));
    free(text);
    assert_string_equal(settings.office_name, "Belawan");
    assert_string_equal(settings.ignore[0], "a");
    assert_false(qb_settings_output(&settings, "csv"));
    qb_settings_fini(&settings);
}

/* --- mistakes --- */

static const struct {
    const char *text;
    const char *keyword; /* NULL: a fault of the reader */
    uint32_t line;
    uint32_t column;
    const char *pointer;
} wrong[] = {
    {"office: K.9.A\n", "required", 1, 1, ""},
    {"folder_id: belawan-2020\n", "required", 1, 1, ""},
    {"", "type", 1, 1, ""},
    {"# office: K.9.A\n", "type", 1, 1, ""},
    {LEAST "holidays: {a: 1}\n", "type", 3, 11, "/holidays"},
    {"- folder_id\n", "type", 1, 1, ""},
    {LEAST "officename: x\n", "additionalProperties", 3, 1, "/officename"},
    {"folder_id: short\noffice: K.9.A\n", "pattern", 1, 12, "/folder_id"},
    {"folder_id: Belawan-2020\noffice: K.9.A\n", "pattern", 1, 12, "/folder_id"},
    {"folder_id: ../../../etc\noffice: K.9.A\n", "pattern", 1, 12, "/folder_id"},
    {"folder_id: belawan-2020\noffice: 9\n", "type", 2, 9, "/office"},
    {LEAST "language: fr\n", "enum", 3, 11, "/language"},
    {LEAST "time_zone: Europe/Paris\n", "enum", 3, 12, "/time_zone"},
    {LEAST "monitoring:\n  every: 0\n", "minimum", 4, 10, "/monitoring/every"},
    {LEAST "monitoring:\n  every: 2.5\n", "type", 4, 10, "/monitoring/every"},
    {LEAST "monitoring:\n  every: '5'\n", "type", 4, 10, "/monitoring/every"},
    {LEAST "monitoring:\n  every: 99999999999\n", "maximum", 4, 10, "/monitoring/every"},
    {LEAST "monitoring:\n  evry: 5\n", "additionalProperties", 4, 3, "/monitoring/evry"},
    {LEAST "monitoring: 5\n", "type", 3, 13, "/monitoring"},
    {LEAST "holidays:\n- 2020-08-17\n- 2020-02-30\n", "format", 5, 3, "/holidays/1"},
    {LEAST "holidays:\n- 2020-08-17\n- 2020-08-17\n", "uniqueItems", 4, 1, "/holidays"},
    {LEAST "holidays: 2020-08-17\n", "type", 3, 11, "/holidays"},
    {LEAST "problem_notes: no\n", "type", 3, 16, "/problem_notes"},
    {LEAST "settle: {quiet_ms: -1}\n", "minimum", 3, 20, "/settle/quiet_ms"},
    {LEAST "outputs: {pdf: true}\n", "additionalProperties", 3, 11, "/outputs/pdf"},
    {LEAST "ignore: ['']\n", "minLength", 3, 10, "/ignore/0"},
    {LEAST "office: again\n", NULL, 3, 1, ""},
    {LEAST "\tlanguage: en\n", NULL, 3, 1, ""},
    {LEAST "language: [en\n", NULL, 4, 1, ""},
    {LEAST "office_name: \xFF\n", NULL, 3, 14, ""},
};

/* YAML has lines where JSON has brackets: who writes settings reads of lines. */
static void expect_words_of_yaml(const struct qb_problem *problem)
{
    static const char *const foreign[] = {"kurung kurawal,", "curly", "kurung siku [ ]", "square", "JSON"};
    for (int language = 0; language < QB_LANGUAGES; language++) {
        struct qb_buf words = {0};
        qb_problem_message(&words, (enum qb_language)language, problem);
        for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
            if (strstr(words.data, foreign[i]))
                fail_msg("%s", words.data);
        qb_buf_fini(&words);
    }
}

static void test_settings__mistakes_are_told_where_they_are(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct qb_settings settings;
        struct qb_problems problems = {0};
        qb_settings_init(&settings);
        if (read(&settings, wrong[i].text, &problems) || !problems.count)
            fail_msg("row %zu is taken", i);
        const struct qb_problem *problem = &problems.items[0];
        expect_words_of_yaml(problem);
        bool keyword = problem->keyword ? wrong[i].keyword && !strcmp(problem->keyword, wrong[i].keyword)
                                        : wrong[i].keyword == NULL;
        if (!keyword || problem->line != wrong[i].line || problem->column != wrong[i].column ||
            strcmp(problem->pointer, wrong[i].pointer))
            fail_msg("row %zu: %s at %u:%u %s", i, problem->message_id, problem->line, problem->column,
                     problem->pointer);
        assert_int_equal(problem->code, QB_PROBLEM_SETTINGS);
        assert_string_equal(problem->path, "qbis.yaml");
        expect_defaults(&settings); /* left as it was */
        assert_string_equal(settings.folder_id, "");
        qb_settings_fini(&settings);
        qb_problems_fini(&problems);
    }
}

static void test_settings__all_mistakes_are_told_at_once(void **state)
{
    (void)state;
    struct qb_settings settings;
    struct qb_problems problems = {0};
    qb_settings_init(&settings);
    assert_false(read(&settings, "folder_id: x\nlanguage: fr\nmonitoring: {every: 0, grace: 1}\n", &problems));
    assert_int_equal(problems.count, 5); /* with the office that is missing */
    qb_settings_fini(&settings);
    qb_problems_fini(&problems);
}

/* --- the folder's id, also of a broken file --- */

static void test_settings__the_folder_id_is_found(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *id;
    } rows[] = {
        {LEAST, "belawan-2020"},
        {"office: K.9.A\nfolder_id: belawan-2020", "belawan-2020"},
        {"office: K.9.A\r\nfolder_id: belawan-2020\r\n", "belawan-2020"},
        {"\xEF\xBB\xBF" LEAST, "belawan-2020"},
        {"folder_id: 'belawan-2020' # ours\n", "belawan-2020"},
        {"folder_id   :   belawan-2020\n", "belawan-2020"},
        {"\"folder_id\": \"belawan-2020\"\n", "belawan-2020"},
        {"{folder_id: belawan-2020, office: x}\n", "belawan-2020"},
        {LEAST "language: fr\n", "belawan-2020"}, /* wrong elsewhere */
        {LEAST "\tlanguage: en\n", "belawan-2020"},
        {"monitoring: [\nfolder_id: belawan-2020\n", "belawan-2020"},
        {"", NULL},
        {"folder_id:\n", NULL},
        {"folder_id: 7\n", NULL},
        {"folder_id: Belawan-2020\n", NULL},
        {"folder_id: ../../../../etc\n", NULL},
        {"\tx\nfolder_id: ../../../../etc\n", NULL},
        {"my_folder_id: belawan-2020\n", NULL},
        {"a: {folder_id: belawan-2020}\n", NULL},
        {"# folder_id: belawan-2020\n", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *id = qb_settings_folder_id(rows[i].text, strlen(rows[i].text));
        if (!id != !rows[i].id || (id && strcmp(id, rows[i].id)))
            fail_msg("row %zu: %s", i, id ? id : "none");
        free(id);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_settings__defaults),
        cmocka_unit_test(test_settings__every_value_is_read),
        cmocka_unit_test(test_settings__holidays_are_found),
        cmocka_unit_test(test_settings__texts_outlive_the_file),
        cmocka_unit_test(test_settings__mistakes_are_told_where_they_are),
        cmocka_unit_test(test_settings__all_mistakes_are_told_at_once),
        cmocka_unit_test(test_settings__the_folder_id_is_found),
    };
    return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
