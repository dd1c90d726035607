/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Many files written at once: in place together, each with its own success or failure, nothing left behind. */
#include "core/base/batch.h"

#include "core/base/mem.h"

#include <errno.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define MOST 100

struct place {
    char path[64];
    int dir;
    struct qb_file_batch *batch;
    /* What `done` was told, in order. */
    size_t count;
    size_t items[MOST];
    bool changed[MOST];
    bool failed[MOST];
    struct qb_file_stat st[MOST];
};

static void done(void *context, void *item, bool changed, const struct qb_file_stat *st, const struct qb_err *why)
{
    struct place *place = context;
    assert_true(place->count < MOST);
    place->items[place->count] = (size_t)item;
    place->changed[place->count] = changed;
    place->failed[place->count] = why != NULL;
    place->st[place->count++] = *st;
}

static int begin(void **state)
{
    struct place *place = qb_mem_alloc(sizeof *place);
    strcpy(place->path, "/tmp/qbis-test-batch-XXXXXX");
    if (!mkdtemp(place->path))
        return -1;
    place->dir = qb_file_open_dir(place->path, NULL);
    place->batch = qb_file_batch_new(place->dir, done, place);
    *state = place;
    return place->dir < 0 ? -1 : 0;
}

static int remove_item(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static int end(void **state)
{
    struct place *place = *state;
    qb_file_batch_free(place->batch);
    close(place->dir);
    nftw(place->path, remove_item, 8, FTW_DEPTH | FTW_PHYS);
    free(place);
    return 0;
}

static bool there(const struct place *place, const char *path, const char *text)
{
    return qb_file_holds(place->dir, path, text, strlen(text), NULL);
}

static int count_item(void *context, const char *path, const struct qb_file_stat *st, struct qb_err *err)
{
    (void)path;
    (void)err;
    *(size_t *)context += S_ISREG(st->mode);
    return 0;
}

static size_t files(const struct place *place)
{
    size_t count = 0;
    assert_int_equal(qb_file_walk(place->dir, "", count_item, &count, NULL), QB_OK);
    return count;
}

static void test_batch__files_are_in_place_after_the_flush_and_not_before(void **state)
{
    struct place *place = *state;
    qb_file_batch_add(place->batch, "a/one.txt", "1", 1, (void *)1);
    qb_file_batch_add(place->batch, "a/two.txt", "22", 2, (void *)2);
    qb_file_batch_add(place->batch, "three.txt", "333", 3, (void *)3);
    assert_false(there(place, "a/one.txt", "1"));
    assert_int_equal(place->count, 0);
    qb_file_batch_flush(place->batch);
    assert_true(there(place, "a/one.txt", "1") && there(place, "a/two.txt", "22") && there(place, "three.txt", "333"));
    assert_int_equal(files(place), 3);
    assert_int_equal(place->count, 3);
    for (size_t i = 0; i < 3; i++) {
        struct qb_file_stat now;
        const char *paths[] = {"a/one.txt", "a/two.txt", "three.txt"};
        assert_int_equal(place->items[i], i + 1);
        assert_true(place->changed[i] && !place->failed[i]);
        assert_int_equal(qb_file_stat(place->dir, paths[i], &now, NULL), QB_OK);
        assert_true(qb_file_stat_equal(&now, &place->st[i]));
    }
}

static void test_batch__what_holds_the_bytes_is_not_written(void **state)
{
    struct place *place = *state;
    struct qb_file_stat before;
    struct qb_file_stat after;
    qb_file_batch_add(place->batch, "one.txt", "1", 1, NULL);
    qb_file_batch_flush(place->batch);
    assert_int_equal(qb_file_stat(place->dir, "one.txt", &before, NULL), QB_OK);
    qb_file_batch_add(place->batch, "one.txt", "1", 1, NULL);
    qb_file_batch_flush(place->batch);
    assert_int_equal(qb_file_stat(place->dir, "one.txt", &after, NULL), QB_OK);
    assert_true(!place->changed[1] && !place->failed[1] && qb_file_stat_equal(&before, &after));
}

static void test_batch__one_that_fails_does_not_stop_the_others(void **state)
{
    struct place *place = *state;
    assert_int_equal(mkdirat(place->dir, "wall", 0777), 0);
    assert_int_equal(mkdirat(place->dir, "wall/inside", 0777), 0);
    qb_file_batch_add(place->batch, "one.txt", "1", 1, (void *)1);
    qb_file_batch_flush(place->batch);
    qb_file_batch_add(place->batch, "wall", "2", 1, (void *)2); /* a directory that is not empty stands there */
    qb_file_batch_add(place->batch, "one.txt/below", "3", 1, (void *)3);
    qb_file_batch_add(place->batch, "four.txt", "4", 1, (void *)4);
    qb_file_batch_flush(place->batch);
    assert_true(there(place, "one.txt", "1") && there(place, "four.txt", "4"));
    assert_int_equal(place->count, 4);
    assert_true(!place->failed[0] && place->failed[1] && place->failed[2] && !place->failed[3]);
}

static void test_batch__many_files_need_few_descriptors(void **state)
{
    struct place *place = *state;
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    struct rlimit few = {.rlim_cur = (rlim_t)place->dir + 6, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    for (size_t i = 0; i < 80; i++) {
        char path[32];
        snprintf(path, sizeof path, "d%zu/%zu.txt", i % 3, i);
        qb_file_batch_add(place->batch, path, path, strlen(path), (void *)i);
    }
    qb_file_batch_flush(place->batch);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(place->count, 80);
    for (size_t i = 0; i < 80; i++)
        assert_true(place->items[i] == i && !place->failed[i]);
    assert_int_equal(files(place), 80);
}

static void test_batch__without_a_flush_nothing_stays(void **state)
{
    struct place *place = *state;
    qb_file_batch_add(place->batch, "one.txt", "1", 1, NULL);
    qb_file_batch_free(place->batch);
    place->batch = NULL;
    assert_int_equal(files(place), 0);
    assert_int_equal(place->count, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_batch__##name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(files_are_in_place_after_the_flush_and_not_before),
        TEST(what_holds_the_bytes_is_not_written),
        TEST(one_that_fails_does_not_stop_the_others),
        TEST(many_files_need_few_descriptors),
        TEST(without_a_flush_nothing_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
