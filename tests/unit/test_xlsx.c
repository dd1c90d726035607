/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The escaper of sheets, and that a book is the same bytes every time. What is in it, programs that are not ours read
 * in tests/e2e/test_outputs.py. */
#include "core/output/workbook.h"
#include "core/output/writers.h"
#include "tests/unit/schedule_world.h"

#include <stdio.h>
#include <unistd.h>

static const char *title(const void *context, const char *kind, const char *id)
{
    (void)kind;
    return context ? context : id;
}

static const char *company(const void *context, const char *facility)
{
    return context ? context : facility;
}

static void write_book(struct world *w, struct qb_buf *out, const char *as_of, const char *word)
{
    struct qb_problems problems = {0};
    size_t count;
    const struct qb_facility_schedule *facilities[1] = {run(w, as_of)};
    const struct qb_task **tasks = qb_schedule_tasks(&w->schedule, 1, &count);
    struct qb_output_view view = {.settings = &w->settings,
                                  .as_of = day(as_of),
                                  .facilities = facilities,
                                  .facility_count = 1,
                                  .tasks = tasks,
                                  .task_count = count,
                                  .problems = &problems,
                                  .title = title,
                                  .company = company,
                                  .context = word};
    qb_problems_add(&problems, &(struct qb_problem){.code = QB_PROBLEM_REFERENCE,
                                                    .path = "records/\xff\x01=1.json",
                                                    .pointer = "",
                                                    .line = 3,
                                                    .column = 1,
                                                    .message_id = "x"});
    qb_output_find("xlsx")->write(out, &view, NULL);
    qb_problems_fini(&problems);
    free(tasks);
}

static int open_files(void)
{
    int count = 0;
    for (int file = 0; file < 256; file++)
        count += lseek(file, 0, SEEK_CUR) >= 0;
    return count;
}

static void test_xlsx__is_the_same_bytes_every_time(void **state)
{
    struct world *w = *state;
    struct qb_buf first = {0};
    struct qb_buf second = {0};
    decree(w, "SK-1", "2020-06-05");
    shipment(w, "SHP-A", "SK-1", "2020-06-08");
    shipment(w, "SHP-B", "SK-1", "2020-06-12");
    int before = open_files();
    write_book(w, &first, "2020-06-13", NULL);
    write_book(w, &second, "2020-06-14", NULL); /* as_of alone changes nothing */
    assert_true(first.length > 4000);
    assert_memory_equal(first.data, "PK\x03\x04", 4);
    assert_int_equal(first.length, second.length);
    assert_memory_equal(first.data, second.data, first.length);
    assert_int_equal(open_files(), before);
    qb_buf_fini(&first);
    qb_buf_fini(&second);
}

static void test_xlsx__hostile_and_long_text(void **state)
{
    struct world *w = *state;
    struct qb_buf out = {0};
    char *word = qb_mem_alloc(100001);
    memset(word, '&', 100000);
    decree(w, "SK-1", "1899-06-05")->valid_until = day("9999-12-31"); /* days that sheets know and do not know */
    shipment(w, "SHP-A", "SK-1", "2020-06-08");
    w->settings.office_name = word;
    w->settings.office = word;
    write_book(w, &out, "2020-06-13", word);
    assert_true(out.length > 4000);
    qb_buf_fini(&out);
    free(word);
}

static void test_xlsx__clean(void **state)
{
    (void)state;
    struct qb_buf out = {0};
    static const char text[] = "=a\t\r\nb\0\x1b\x7f\xc2\x9b\xff\xef\xbf\xbe\xef\xbf\xbf\xf0\x9f\x98\x80";
    qb_workbook_clean(&out, text, sizeof text - 1);
    assert_string_equal(qb_buf_text(&out), "=a   b    \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xf0\x9f\x98\x80");
    qb_buf_clear(&out);
    char wide[4 * 20000];
    for (size_t i = 0; i < sizeof wide; i += 4)
        memcpy(wide + i, "\xf0\x9f\x98\x80", 4);
    qb_workbook_clean(&out, wide, sizeof wide);
    assert_int_equal(out.length, 16383 * 4); /* two units each, 32767 at most */
    qb_buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_xlsx__is_the_same_bytes_every_time, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_xlsx__hostile_and_long_text, world_setup, world_teardown),
        cmocka_unit_test(test_xlsx__clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
