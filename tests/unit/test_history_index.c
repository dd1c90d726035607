/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The index that is kept for a person's git. */
#include "history_world.h"

/* A world whose `stat` counts how often it is asked. */
struct counting {
    struct world *world;
    size_t asked;
};

static bool counted_stat(void *context, const char *path, struct qb_file_stat *st)
{
    struct counting *counting = context;
    counting->asked++;
    return qb_file_stat(counting->world->dir, path, st, NULL) == 0;
}

static size_t refresh(struct world *world)
{
    struct counting counting = {.world = world};
    struct qb_err err = {0};
    if (qb_history_refresh_index(world->history, counted_stat, &counting, &err) < 0)
        fail_msg("%s", err.message);
    return counting.asked;
}

/* Files of long ago, so that no tick of the clock plays a part. */
static void put_old(const struct world *world, const char *path, const char *text)
{
    struct timespec times[2] = {{.tv_sec = NOON, .tv_nsec = 1}, {.tv_sec = NOON, .tv_nsec = 999999999}};
    put(world, path, text);
    assert_int_equal(utimensat(world->dir, path, times, 0), 0);
}

/* The index holds the newest commit, git believes its directories, and sees from stat alone that no file changed. */
static void assert_current(const struct world *world)
{
    char *tree = git(world, "rev-parse main^{tree}");
    git_says(world, "write-tree", tree);
    git_says(world, "diff-files --name-only", "");
    git_says(world, "diff-index --cached main", "");
    git_says(world, "ls-files --others", "");
    fsck(world);
    free(tree);
}

static void fill(struct world *world)
{
    char path[64];
    for (int i = 0; i < 60; i++) {
        snprintf(path, sizeof path, "records/%s/%d/R-%d.json", i % 2 ? "visits" : "findings", i % 5, i);
        put_old(world, path, path);
    }
    put_old(world, "qbis.yaml", "");
    put_old(world, "records/findings.txt", "1");
    put_old(world, "records/findings-old/a", "1");
    save(world, "Add");
}

static void test_history_index__asks_only_for_what_changed(void **state)
{
    struct world *world = *state;
    fill(world);
    assert_int_equal(refresh(world), 63);
    assert_current(world);
    assert_int_equal(refresh(world), 0);
    put_old(world, "records/visits/1/R-1.json", "changed");
    put_old(world, "records/visits/7/R-100.json", "new");
    take(world, "records/findings/0/R-0.json");
    save(world, "Change");
    assert_int_equal(refresh(world), 2);
    assert_current(world);
    world_close(world);
    world_open(world, QB_HISTORY_EXCLUSIVE, NULL); /* another process */
    assert_int_equal(refresh(world), 0);
    put_old(world, "a", "1");
    save(world, "Add a");
    assert_int_equal(refresh(world), 1);
    assert_current(world);
}

static void test_history_index__follows_a_history_that_went_elsewhere(void **state)
{
    struct world *world = *state;
    char path[64];
    fill(world);
    refresh(world);
    for (int i = 0; i < 60; i++) {
        snprintf(path, sizeof path, "records/%s/%d/R-%d.json", i % 2 ? "visits" : "findings", i % 5, i);
        take(world, path);
    }
    for (int i = 0; i < 5; i++) {
        snprintf(path, sizeof path, "records/findings/%d", i);
        assert_int_equal(unlinkat(world->dir, path, AT_REMOVEDIR), 0);
    }
    assert_int_equal(unlinkat(world->dir, "records/findings", AT_REMOVEDIR), 0);
    put_old(world, "records/findings", "now a file");
    take(world, "qbis.yaml");
    put_old(world, "qbis.yaml/is/now/a/directory", "1");
    save(world, "Turn around");
    assert_int_equal(refresh(world), 2);
    assert_current(world);
    take(world, "qbis.yaml/is/now/a/directory");
    take(world, "records/findings");
    take(world, "records/findings.txt");
    take(world, "records/findings-old/a");
    save(world, "Remove all");
    assert_int_equal(refresh(world), 0);
    assert_current(world);
    git_says(world, "ls-files", "");
}

static void test_history_index__takes_no_part_in_an_empty_history(void **state)
{
    struct world *world = *state;
    assert_int_equal(refresh(world), 0);
    git_says(world, "status --porcelain", "");
}

static void test_history_index__undoes_what_a_person_staged(void **state)
{
    struct world *world = *state;
    fill(world);
    refresh(world);
    put_old(world, "staged.json", "1");
    free(git(world, "add staged.json"));
    free(git(world, "rm -q --cached records/visits/1/R-1.json"));
    take(world, "staged.json");
    refresh(world);
    assert_current(world);
}

static void test_history_index__goes_on_from_gits_own(void **state)
{
    struct world *world = *state;
    fill(world);
    free(git(world, "read-tree main"));
    free(git(world, "update-index --refresh"));
    put_old(world, "a", "1");
    save(world, "Add a");
    assert_int_equal(refresh(world), 1);
    assert_current(world);
}

static void test_history_index__makes_broken_ones_anew(void **state)
{
    static const char *const commands[] = {"update-index --index-version 4", "update-index --split-index",
                                           "update-index --untracked-cache --assume-unchanged qbis.yaml",
                                           "update-index --skip-worktree qbis.yaml"};
    struct world *world = *state;
    char path[160];
    char number[16];
    fill(world);
    snprintf(path, sizeof path, "%s/index", world->repository);
    for (int i = 0; i < 8; i++) {
        refresh(world);
        struct stat st;
        assert_int_equal(stat(path, &st), 0);
        if (i < 4)
            free(git(world, commands[i]));
        else if (i == 4)
            assert_int_equal(truncate(path, st.st_size / 2), 0);
        else if (i == 5)
            assert_int_equal(truncate(path, 0), 0);
        else
            spoil(path, i == 6 ? "DIRC" : "rubbish that is no index and yet longer than the shortest one could be");
        snprintf(number, sizeof number, "%d", i);
        put_old(world, "a", number);
        save(world, "Change a");
        refresh(world);
        assert_current(world);
    }
}

static void test_history_index__waits_for_nobody(void **state)
{
    struct world *world = *state;
    struct qb_err err = {0};
    char lock[160];
    fill(world);
    snprintf(lock, sizeof lock, "%s/index.lock", world->repository);
    spoil(lock, "");
    assert_int_equal(qb_history_refresh_index(world->history, NULL, NULL, &err), QB_EBUSY);
    assert_int_equal(access(lock, F_OK), 0);
    put_old(world, "a", "1");
    save(world, "Add a");
    unlink(lock);
    refresh(world);
    assert_current(world);
}

/* Without the folder's stat git has to look itself, and finds everything as it was committed. */
static void test_history_index__does_without_stat(void **state)
{
    struct world *world = *state;
    fill(world);
    assert_int_equal(qb_history_refresh_index(world->history, NULL, NULL, NULL), 0);
    git_says(world, "status --porcelain", "");
    put(world, "qbis.yaml", "not committed");
    git_says(world, "status --porcelain", " M qbis.yaml");
}

/* A file that changes again at once, to the same length and within the same tick, is not overlooked. */
static void test_history_index__vouches_for_nothing_that_just_changed(void **state)
{
    struct world *world = *state;
    for (int i = 0; i < 30; i++) {
        put(world, "a.json", "1");
        put(world, "b.json", i % 2 ? "x" : "y");
        save(world, "Change");
        refresh(world);
        put(world, "a.json", "2");
        git_says(world, "status --porcelain", " M a.json");
    }
}

#define WORLD_TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(test_history_index__asks_only_for_what_changed),
        WORLD_TEST(test_history_index__follows_a_history_that_went_elsewhere),
        WORLD_TEST(test_history_index__takes_no_part_in_an_empty_history),
        WORLD_TEST(test_history_index__undoes_what_a_person_staged),
        WORLD_TEST(test_history_index__goes_on_from_gits_own),
        WORLD_TEST(test_history_index__makes_broken_ones_anew),
        WORLD_TEST(test_history_index__waits_for_nobody),
        WORLD_TEST(test_history_index__does_without_stat),
        WORLD_TEST(test_history_index__vouches_for_nothing_that_just_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
