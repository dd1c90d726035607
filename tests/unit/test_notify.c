/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The doorbell with real inotify: what people, editors and sync clients do to files and folders. */
#include "tests/unit/notify_house.h"

#include "watcher/signals.h"

#include <sys/wait.h>

static void test_notify__save_by_rename(void **state)
{
    struct house *house = *state;
    make_dirs(house, "records/shipments");
    put(house, "records/shipments/SHP-1.json", "old");
    start(house);
    put(house, "records/shipments/.SHP-1.json.swp", "new");
    put(house, "records/shipments/~SHP-1.json.tmp", "new");
    move(house, "records/shipments/~SHP-1.json.tmp", "records/shipments/SHP-1.json");
    unlink_file(house, "records/shipments/.SHP-1.json.swp");
    expect_mark(house, "records/shipments/SHP-1.json", false);
    assert_int_equal(house->marks.count, 1); /* temporaries ring for nobody */
}

static void test_notify__slow_writing_in_place_shows_unrest(void **state)
{
    struct house *house = *state;
    put(house, "SHP-1.json", "old");
    start(house);
    int fd = openat(house->dir, "SHP-1.json", O_WRONLY | O_TRUNC | O_CLOEXEC);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(write(fd, "x", 1), 1);
        expect_mark(house, "SHP-1.json", false);
        clear_marks(house);
    }
    close(fd);
    expect_mark(house, "SHP-1.json", false);
}

static void test_notify__a_burst_on_one_file_comes_once(void **state)
{
    struct house *house = *state;
    start(house);
    int fd = openat(house->dir, "SHP-1.json", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(write(fd, "x", 1), 1);
    close(fd);
    expect_mark(house, "SHP-1.json", false);
    assert_int_equal(house->marks.count, 1);
    clear_marks(house);
    put(house, "SHP-1.json", "again"); /* but not once for ever */
    expect_mark(house, "SHP-1.json", false);
}

static void test_notify__moved_linked_and_deleted(void **state)
{
    struct house *house = *state;
    make_dirs(house, "a");
    make_dirs(house, "b");
    put(house, "a/1.json", "1");
    put(house, "a/2.json", "2");
    start(house);
    move(house, "a/1.json", "b/1.json");
    unlink_file(house, "a/2.json");
    assert_int_equal(linkat(house->dir, "b/1.json", house->dir, "b/3.json", 0), 0);
    assert_int_equal(symlinkat("1.json", house->dir, "b/4.json"), 0);
    assert_int_equal(mkfifoat(house->dir, "b/5.json", 0600), 0);
    drain(house);
    static const char *const wanted[] = {"a/1.json", "b/1.json", "a/2.json", "b/3.json", "b/4.json", "b/5.json"};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        expect_mark(house, wanted[i], false);
    run(house);
    assert_false(knows(house, "a/1.json") || knows(house, "a/2.json"));
    assert_true(knows(house, "b/1.json") && knows(house, "b/3.json"));
}

static void test_notify__odd_names(void **state)
{
    struct house *house = *state;
    char longest[256];
    memset(longest, 'n', 255);
    longest[255] = '\0';
    const char *const names[] = {longest, "\xff\xfe", "two\nlines", " ", "a\\b", "$(x)", "...", "..x"};
    start(house);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[600];
        make_dirs(house, names[i]);
        run(house);
        snprintf(path, sizeof path, "%s/%s.", names[i], i ? names[i] : "x");
        put(house, path, "");
        expect_mark(house, path, false);
        run(house);
        assert_true(knows(house, path));
    }
}

/* The writer does not wait for anybody, so some directories are full before they can be watched. */
static void make_thousand(struct house *house)
{
    char path[64];
    for (int i = 0; i < 1000; i++) {
        snprintf(path, sizeof path, "d%d/b/c", i);
        if (qb_file_make_dirs(house->dir, path, NULL) < 0)
            _exit(1);
        snprintf(path, sizeof path, "d%d/b/c/f", i);
        int fd = openat(house->dir, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        if (fd < 0 || write(fd, "x", 1) != 1)
            _exit(1);
        close(fd);
    }
    _exit(0);
}

static void test_notify__a_thousand_new_folders(void **state)
{
    struct house *house = *state;
    char path[64];
    start(house);
    pid_t child = fork();
    assert_true(child >= 0);
    if (!child)
        make_thousand(house);
    int status = -1;
    while (waitpid(child, &status, WNOHANG) == 0) {
        int fd = qb_notify_descriptor(house->notify);
        bool ready;
        assert_true(qb_wait(&fd, 1, 10, &ready, NULL) >= 0);
        run(house);
    }
    assert_int_equal(status, 0);
    run(house);
    for (int i = 0; i < 1000; i++) {
        snprintf(path, sizeof path, "d%d/b/c/f", i);
        if (!knows(house, path))
            fail_msg("%s was missed", path);
    }
    /* and each of them is watched */
    clear_marks(house);
    for (int i = 0; i < 1000; i += 97) {
        snprintf(path, sizeof path, "d%d/b/c/g", i);
        put(house, path, "");
        expect_mark(house, path, false);
    }
    assert_int_equal(qb_notify_counts(house->notify).watches, 3001);
}

static void test_notify__folder_renamed(void **state)
{
    struct house *house = *state;
    make_dirs(house, "records/old/deep");
    put(house, "records/old/deep/1.json", "");
    start(house);
    move(house, "records/old", "records/new");
    expect_mark(house, "records/old", true);
    expect_mark(house, "records/new", true);
    assert_true(qb_notify_wants_rebuild(house->notify));
    run(house);
    assert_true(knows(house, "records/new/deep/1.json"));
    assert_false(knows(house, "records/old/deep/1.json"));
    put(house, "records/new/deep/2.json", "");
    expect_mark(house, "records/new/deep/2.json", false);
    assert_int_equal(house->marks.count, 1);
}

static void test_notify__folder_moved_in_and_out(void **state)
{
    struct house *house = *state;
    char outside[128];
    start(house);
    make_dirs(house, "in/deep");
    put(house, "in/deep/1.json", "");
    run(house);
    snprintf(outside, sizeof outside, "%s/out", house->base);
    assert_int_equal(renameat(house->dir, "in", AT_FDCWD, outside), 0);
    run(house);
    assert_false(knows(house, "in/deep/1.json"));
    snprintf(outside, sizeof outside, "%s/out/deep/2.json", house->base);
    assert_int_equal(close(open(outside, O_WRONLY | O_CREAT | O_CLOEXEC, 0600)), 0);
    assert_false(run(house)); /* no longer ours */
    snprintf(outside, sizeof outside, "%s/out", house->base);
    assert_int_equal(renameat(AT_FDCWD, outside, house->dir, "back"), 0);
    run(house);
    assert_true(knows(house, "back/deep/1.json") && knows(house, "back/deep/2.json"));
    put(house, "back/deep/3.json", "");
    expect_mark(house, "back/deep/3.json", false);
}

static void test_notify__folder_made_again(void **state)
{
    struct house *house = *state;
    start(house);
    for (int i = 0; i < 100; i++) { /* more lives than one name is given */
        make_dirs(house, "d/e");
        put(house, "d/e/1.json", "");
        run(house);
        assert_true(knows(house, "d/e/1.json"));
        put(house, "d/e/2.json", "");
        expect_mark(house, "d/e/2.json", false);
        unlink_file(house, "d/e/1.json");
        unlink_file(house, "d/e/2.json");
        remove_dir(house, "d/e");
        remove_dir(house, "d");
        if (i % 2) /* made again before the daemon looks, or after */
            run(house);
    }
    run(house);
    assert_int_equal(house->known.live, 0);
    assert_int_equal(qb_notify_counts(house->notify).watches, 1);
    assert_int_equal(qb_notify_state(house->notify), QB_NOTIFY_WATCHING);
}

/* As long as somebody stands in a removed directory the kernel does not end its watch. */
static void test_notify__folder_made_again_while_somebody_stands_in_it(void **state)
{
    struct house *house = *state;
    make_dirs(house, "d");
    start(house);
    int stands = openat(house->dir, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    remove_dir(house, "d");
    make_dirs(house, "d");
    run(house);
    put(house, "d/1.json", "");
    expect_mark(house, "d/1.json", false);
    run(house);
    close(stands); /* now the end of the first life is told: it must not take the second along */
    run(house);
    put(house, "d/2.json", "");
    expect_mark(house, "d/2.json", false);
}

static void test_notify__folder_moved_over_another(void **state)
{
    struct house *house = *state;
    char outside[128];
    make_dirs(house, "d");
    start(house);
    int stands = openat(house->dir, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    snprintf(outside, sizeof outside, "%s/other", house->base);
    assert_int_equal(mkdir(outside, 0700), 0);
    assert_int_equal(renameat(AT_FDCWD, outside, house->dir, "d"), 0);
    run(house);
    put(house, "d/1.json", "");
    expect_mark(house, "d/1.json", false);
    close(stands);
}

static void test_notify__folder_replaced_by_a_file_or_link(void **state)
{
    struct house *house = *state;
    make_dirs(house, "d/e");
    put(house, "d/e/1.json", "");
    start(house);
    unlink_file(house, "d/e/1.json");
    remove_dir(house, "d/e");
    remove_dir(house, "d");
    assert_int_equal(symlinkat("/usr", house->dir, "d"), 0);
    qb_notify_watch_dir(house->notify, "d/x");
    run(house);
    qb_notify_watch_dir(house->notify, "d"); /* a link is not followed */
    assert_int_equal(qb_notify_counts(house->notify).watches, 1);
    assert_int_equal(qb_notify_state(house->notify), QB_NOTIFY_WATCHING);
    assert_false(knows(house, "d/e/1.json"));
}

static void test_notify__ignored_folders_are_left_alone(void **state)
{
    struct house *house = *state;
    make_dirs(house, ".stversions/deep");
    make_dirs(house, ".git/refs");
    make_dirs(house, "kinds/.schema");
    start(house);
    assert_int_equal(qb_notify_counts(house->notify).watches, 3);
    make_dirs(house, "a/.git");
    put(house, "a/.git/HEAD", "");
    put(house, ".stversions/deep/1.json", "");
    run(house);
    assert_int_equal(qb_notify_counts(house->notify).watches, 4);
    assert_int_equal(house->known.live, 0);
    const char *const extra[] = {"kinds", "!.stversions"};
    struct qb_ignore *other = qb_ignore_new(extra, 2);
    qb_notify_set_ignore(house->notify, other);
    assert_true(qb_notify_wants_rebuild(house->notify));
    assert_int_equal(qb_notify_rebuild(house->notify, NULL), QB_OK);
    assert_int_equal(qb_notify_counts(house->notify).watches, 4); /* ., .stversions, deep, a */
    qb_notify_set_ignore(house->notify, house->ignore);
    qb_ignore_free(other);
}

static void test_notify__one_instance_that_leaves_nothing_behind(void **state)
{
    struct house *house = *state;
    struct qb_notify *second = NULL;
    const struct qb_notify_options options = {0};
    size_t before = open_descriptors();
    start(house);
    assert_int_equal(qb_notify_open(&second, house->dir, house->folder, &options, NULL), QB_EBUSY);
    assert_null(second);
    for (int i = 0; i < 20; i++) {
        put(house, "waiting.json", "");
        assert_int_equal(qb_notify_rebuild(house->notify, NULL), QB_OK);
        drain(house);
        assert_int_equal(house->marks.count, 0); /* of the time before */
        int fd = qb_notify_descriptor(house->notify);
        assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
        put(house, "next.json", "");
        bool ready;
        assert_int_equal(qb_wait(&fd, 1, 10000, &ready, NULL), 1);
        expect_mark(house, "next.json", false);
        clear_marks(house);
    }
    put(house, "waiting.json", "");
    qb_notify_close(house->notify);
    house->notify = NULL;
    qb_notify_close(NULL);
    assert_int_equal(open_descriptors(), before);
    start(house);
    drain(house);
    assert_int_equal(house->marks.count, 0);
}

/* The way without a second walk: the scan itself watches each directory before it reads its names. */
static int watch_and_learn(void *context, const char *path, const struct qb_file_stat *st, struct qb_err *err)
{
    struct house *house = context;
    int result = learn(context, path, st, err);
    if (result == QB_OK && S_ISDIR(st->mode))
        qb_notify_watch_dir(house->notify, path);
    return result;
}

static void test_notify__watching_on_the_scans_walk(void **state)
{
    struct house *house = *state;
    make_dirs(house, "a/b");
    put(house, "a/b/1.json", "");
    assert_int_equal(open_notify(house, 0, NULL), QB_OK);
    assert_int_equal(qb_notify_reset(house->notify, NULL), QB_OK);
    assert_int_equal(qb_file_walk(house->dir, "", watch_and_learn, house, NULL), QB_OK);
    assert_int_equal(qb_notify_counts(house->notify).watches, 3);
    put(house, "a/b/2.json", "");
    expect_mark(house, "a/b/2.json", false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(save_by_rename),
        TEST(slow_writing_in_place_shows_unrest),
        TEST(a_burst_on_one_file_comes_once),
        TEST(moved_linked_and_deleted),
        TEST(odd_names),
        TEST(a_thousand_new_folders),
        TEST(folder_renamed),
        TEST(folder_moved_in_and_out),
        TEST(folder_made_again),
        TEST(folder_made_again_while_somebody_stands_in_it),
        TEST(folder_moved_over_another),
        TEST(folder_replaced_by_a_file_or_link),
        TEST(ignored_folders_are_left_alone),
        TEST(one_instance_that_leaves_nothing_behind),
        TEST(watching_on_the_scans_walk),
    };
    return cmocka_run_group_tests_name("notify", tests, NULL, NULL);
}
