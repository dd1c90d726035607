/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Quiet timers in simulated time. */
#include "watcher/settle.h"

#include "core/base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct taken {
    struct qb_buf text; /* "a b/ c": directories with a slash */
    struct qb_settle *again;
    int64_t now;
};

static void note(void *context, const char *path, bool directory)
{
    struct taken *taken = context;
    if (taken->text.length)
        qb_buf_add_char(&taken->text, ' ');
    qb_buf_add_string(&taken->text, path);
    if (directory)
        qb_buf_add_char(&taken->text, '/');
    if (taken->again)
        qb_settle_mark(taken->again, path, false, taken->now);
}

static void count(void *context, const char *path, bool directory)
{
    (void)path;
    (void)directory;
    ++*(size_t *)context;
}

static void expect(struct qb_settle *settle, int64_t now, const char *wanted)
{
    struct taken taken = {0};
    qb_settle_take(settle, now, note, &taken);
    assert_string_equal(qb_buf_text(&taken.text), wanted);
    qb_buf_fini(&taken.text);
}

static void test_settle__quiet_paths_are_ready(void **state)
{
    (void)state;
    struct qb_settle *settle = qb_settle_new(500, 10000);
    assert_int_equal(qb_settle_deadline(settle), -1);
    expect(settle, 1000, "");
    qb_settle_mark(settle, "a", false, 1000);
    qb_settle_mark(settle, "b", false, 1200);
    assert_int_equal(qb_settle_pending(settle), 2);
    assert_int_equal(qb_settle_deadline(settle), 1500);
    expect(settle, 1499, "");
    expect(settle, 1500, "a");
    assert_int_equal(qb_settle_deadline(settle), 1700);
    expect(settle, 1800, "b");
    assert_int_equal(qb_settle_deadline(settle), -1);
    assert_int_equal(qb_settle_pending(settle), 0);
    qb_settle_free(settle);
}

static void test_settle__a_mark_puts_off(void **state)
{
    (void)state;
    struct qb_settle *settle = qb_settle_new(500, 10000);
    qb_settle_mark(settle, "a", false, 0);
    qb_settle_mark(settle, "b", false, 100);
    qb_settle_mark(settle, "a", false, 400);
    assert_int_equal(qb_settle_pending(settle), 2);
    expect(settle, 600, "b");
    expect(settle, 899, "");
    expect(settle, 900, "a");
    qb_settle_free(settle);
}

static void test_settle__a_slow_writer_is_read_at_last(void **state)
{
    (void)state;
    struct qb_settle *settle = qb_settle_new(500, 10000);
    for (int64_t now = 0; now < 10000; now += 100) {
        qb_settle_mark(settle, "slow", false, now);
        expect(settle, now, "");
    }
    qb_settle_mark(settle, "fresh", false, 9950);
    assert_int_equal(qb_settle_deadline(settle), 10000);
    expect(settle, 9999, "");
    expect(settle, 10000, "slow fresh"); /* all that is pending */
    qb_settle_mark(settle, "slow", false, 10050);
    assert_int_equal(qb_settle_deadline(settle), 10550); /* the unrest counts anew */
    qb_settle_free(settle);
}

static void test_settle__a_stream_of_files_does_not_hurry(void **state)
{
    (void)state;
    struct qb_settle *settle = qb_settle_new(500, 2000);
    char path[32];
    char ready[32];
    for (int i = 0; i < 100; i++) {
        snprintf(path, sizeof path, "f%d", i);
        snprintf(ready, sizeof ready, "f%d", i - 5);
        qb_settle_mark(settle, path, false, i * 100);
        expect(settle, i * 100, i < 5 ? "" : ready);
    }
    qb_settle_free(settle);
}

static void test_settle__directory_marks_stick(void **state)
{
    (void)state;
    struct qb_settle *settle = qb_settle_new(500, 10000);
    qb_settle_mark(settle, "d", true, 0);
    qb_settle_mark(settle, "d", false, 10);
    qb_settle_mark(settle, "", true, 20);
    expect(settle, 600, "d/ /");
    qb_settle_mark(settle, "d", false, 700);
    expect(settle, 1200, "d");
    qb_settle_free(settle);
}

static void test_settle__the_clock_may_be_set_back(void **state)
{
    (void)state;
    struct qb_settle *settle = qb_settle_new(500, 10000);
    qb_settle_mark(settle, "a", false, 5000);
    qb_settle_mark(settle, "b", false, 1000); /* counts as 5000 */
    expect(settle, 2000, "");
    expect(settle, 5499, "");
    expect(settle, 5500, "a b");
    qb_settle_free(settle);
}

static void test_settle__new_times_hold_at_once(void **state)
{
    (void)state;
    struct qb_settle *settle = qb_settle_new(500, 10000);
    qb_settle_mark(settle, "a", false, 0);
    qb_settle_set(settle, 100, 10000);
    assert_int_equal(qb_settle_deadline(settle), 100);
    qb_settle_set(settle, 5000, 200);
    assert_int_equal(qb_settle_deadline(settle), 200);
    qb_settle_set(settle, 0, 0);
    expect(settle, 0, "a");
    qb_settle_mark(settle, "b", false, 10);
    qb_settle_set(settle, -1, -1);
    expect(settle, 10, "b");
    qb_settle_free(settle);
}

static void test_settle__marks_while_taking_stay(void **state)
{
    (void)state;
    struct qb_settle *settle = qb_settle_new(500, 10000);
    struct taken taken = {.again = settle, .now = 1000};
    qb_settle_mark(settle, "a", true, 0);
    qb_settle_mark(settle, "b", false, 0);
    assert_int_equal(qb_settle_take(settle, 1000, note, &taken), 2);
    assert_string_equal(qb_buf_text(&taken.text), "a/ b");
    assert_int_equal(qb_settle_pending(settle), 2);
    expect(settle, 1499, "");
    expect(settle, 1500, "a b");
    qb_buf_fini(&taken.text);
    qb_settle_free(settle);
}

static void test_settle__take_all(void **state)
{
    (void)state;
    struct qb_settle *settle = qb_settle_new(500, 10000);
    struct taken taken = {0};
    qb_settle_mark(settle, "a", false, 0);
    qb_settle_mark(settle, "b", true, 400);
    assert_int_equal(qb_settle_take_all(settle, note, &taken), 2);
    assert_string_equal(qb_buf_text(&taken.text), "a b/");
    assert_int_equal(qb_settle_take_all(settle, note, &taken), 0);
    qb_settle_mark(settle, "c", false, 500);
    qb_buf_fini(&taken.text);
    qb_settle_free(settle); /* with something pending */
    qb_settle_free(NULL);
}

/* Would take hours if marking or taking looked at the others. */
static void test_settle__many_marks(void **state)
{
    (void)state;
    struct qb_settle *settle = qb_settle_new(500, 1000000);
    char path[40];
    size_t taken = 0;
    for (int round = 0; round < 3; round++)
        for (int i = 0; i < 100000; i++) {
            snprintf(path, sizeof path, "records/shipments/2020/06/%d.json", i);
            qb_settle_mark(settle, path, false, round * 100000 + i);
        }
    assert_int_equal(qb_settle_pending(settle), 100000);
    for (int64_t now = 200500; now <= 300499; now += 7)
        qb_settle_take(settle, now, count, &taken);
    qb_settle_take(settle, 300499, count, &taken);
    assert_int_equal(taken, 100000);
    assert_int_equal(qb_settle_pending(settle), 0);
    qb_settle_free(settle);
}

/* One path is never quiet, others come and go: what is taken must not pile up, and marks must be found again. */
static void test_settle__never_at_rest(void **state)
{
    (void)state;
    struct qb_settle *settle = qb_settle_new(10, 1000000);
    char path[40];
    size_t taken = 0;
    for (int i = 0; i < 50000; i++) {
        snprintf(path, sizeof path, "%d", i % 3000);
        qb_settle_mark(settle, path, false, i);
        qb_settle_mark(settle, "busy", false, i);
        qb_settle_take(settle, i, count, &taken);
        assert_true(qb_settle_pending(settle) <= 11);
    }
    assert_int_equal(taken, 49990);
    qb_settle_free(settle);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_settle__quiet_paths_are_ready),
        cmocka_unit_test(test_settle__a_mark_puts_off),
        cmocka_unit_test(test_settle__a_slow_writer_is_read_at_last),
        cmocka_unit_test(test_settle__a_stream_of_files_does_not_hurry),
        cmocka_unit_test(test_settle__directory_marks_stick),
        cmocka_unit_test(test_settle__the_clock_may_be_set_back),
        cmocka_unit_test(test_settle__new_times_hold_at_once),
        cmocka_unit_test(test_settle__marks_while_taking_stay),
        cmocka_unit_test(test_settle__take_all),
        cmocka_unit_test(test_settle__many_marks),
        cmocka_unit_test(test_settle__never_at_rest),
    };
    return cmocka_run_group_tests_name("settle", tests, NULL, NULL);
}
