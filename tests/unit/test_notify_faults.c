/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The doorbell when things run out or break: queue, watches, instances, path lengths, the folder itself. */
#include "tests/unit/notify_house.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>

static void test_notify__queue_overflow(void **state)
{
    struct house *house = *state;
    struct qb_buf text = {0};
    put(house, "a", "");
    start(house);
    assert_int_equal(qb_file_read_path("/proc/sys/fs/inotify/max_queued_events", 100, &text, NULL), QB_OK);
    long queue = strtol(qb_buf_text(&text), NULL, 10);
    qb_buf_fini(&text);
    if (queue > 100000)
        skip();
    for (long i = 0; i <= queue / 4 + 100; i++) { /* four events that cannot be put together */
        move(house, "a", "b");
        move(house, "b", "a");
    }
    put(house, "lost.json", "");
    drain(house);
    assert_true(qb_notify_wants_rebuild(house->notify));
    assert_false(marked(house, "lost.json", false));
    run(house);
    assert_true(knows(house, "lost.json"));
    assert_false(qb_notify_wants_rebuild(house->notify));
    put(house, "next.json", "");
    expect_mark(house, "next.json", false);
}

static void stir(void *context, const char *path, bool directory)
{
    struct house *house = context;
    bool other = !strcmp(path, "a");
    (void)directory;
    renameat(house->dir, other ? "a" : "b", house->dir, other ? "b" : "a");
    renameat(house->dir, other ? "b" : "a", house->dir, other ? "a" : "b");
}

/* A folder that is never quiet lets go of the daemon, and what the library has read meanwhile dies with a rebuild. */
static void test_notify__never_quiet(void **state)
{
    struct house *house = *state;
    put(house, "a", "");
    start(house);
    put(house, "a", "x");
    assert_true(qb_notify_drain(house->notify, stir, house));
    assert_int_equal(qb_notify_rebuild(house->notify, NULL), QB_OK);
    drain(house);
    assert_int_equal(house->marks.count, 0);
}

static void test_notify__watch_limit(void **state)
{
    struct house *house = *state;
    make_dirs(house, "a/b");
    make_dirs(house, "c/d");
    assert_int_equal(open_notify(house, 3, NULL), QB_OK);
    assert_int_equal(qb_notify_state(house->notify), QB_NOTIFY_WATCHING);
    for (int i = 0; i < 2; i++) { /* it stays limited, and the numbers with it */
        assert_int_equal(qb_notify_rebuild(house->notify, NULL), QB_OK);
        assert_int_equal(qb_notify_state(house->notify), QB_NOTIFY_LIMITED);
        struct qb_notify_counts counts = qb_notify_counts(house->notify);
        assert_int_equal(counts.watches, 3);
        assert_int_equal(counts.unwatched, 2);
        assert_int_equal(counts.limit, 3);
    }
    put(house, "a/b/1.json", ""); /* those that found room work */
    expect_mark(house, "a/b/1.json", false);
    unlink_file(house, "a/b/1.json");
    remove_dir(house, "c/d");
    remove_dir(house, "c");
    assert_int_equal(qb_notify_rebuild(house->notify, NULL), QB_OK);
    assert_int_equal(qb_notify_state(house->notify), QB_NOTIFY_WATCHING);
}

/* Whether a limit of a new user namespace could be set. */
static bool set_user_limit(const char *file, const char *value)
{
    int fd = open(file, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool written = write(fd, value, strlen(value)) == (ssize_t)strlen(value);
    close(fd);
    return written;
}

/* Exit status of a child that runs the body in a user namespace with that limit; 77: not possible here. */
static int in_namespace(const char *file, const char *value, int (*body)(struct house *), struct house *house)
{
    int status;
    pid_t child = fork();
    assert_true(child >= 0);
    if (!child) {
        if (unshare(CLONE_NEWUSER) < 0 || !set_user_limit(file, value))
            _exit(77);
        _exit(body(house));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int few_watches(struct house *house)
{
    if (open_notify(house, 0, NULL) != QB_OK || qb_notify_rebuild(house->notify, NULL) != QB_OK)
        return 1;
    struct qb_notify_counts counts = qb_notify_counts(house->notify);
    return qb_notify_state(house->notify) == QB_NOTIFY_LIMITED && counts.watches == 2 && counts.unwatched == 1 ? 0 : 2;
}

static int no_instance(struct house *house)
{
    struct qb_err err = {0};
    int result = open_notify(house, 0, &err);
    return result == QB_ELIMIT && !house->notify && strstr(err.message, "max_user_instances") ? 0 : 1;
}

/* Instances run out while the daemon is at work. */
static int no_instance_again(struct house *house)
{
    struct qb_err err = {0};
    if (open_notify(house, 0, NULL) != QB_OK || !set_user_limit("/proc/sys/user/max_inotify_instances", "0"))
        return 77;
    if (qb_notify_rebuild(house->notify, &err) != QB_ELIMIT || qb_notify_descriptor(house->notify) != -1)
        return 1;
    drain(house);
    qb_notify_watch_dir(house->notify, "a");
    if (qb_notify_state(house->notify) != QB_NOTIFY_LIMITED || qb_notify_counts(house->notify).watches)
        return 2;
    set_user_limit("/proc/sys/user/max_inotify_instances", "10");
    if (qb_notify_rebuild(house->notify, &err) != QB_OK || qb_notify_state(house->notify) != QB_NOTIFY_WATCHING)
        return 3;
    return 0;
}

static void test_notify__limits_of_the_system(void **state)
{
    struct house *house = *state;
    make_dirs(house, "a/b");
    int status = in_namespace("/proc/sys/user/max_inotify_watches", "2", few_watches, house);
    if (status == 77)
        skip();
    assert_int_equal(status, 0);
    assert_int_equal(in_namespace("/proc/sys/user/max_inotify_instances", "0", no_instance, house), 0);
    assert_int_equal(in_namespace("/proc/sys/user/max_inotify_instances", "1", no_instance_again, house), 0);
}

static void test_notify__paths_too_long_to_watch(void **state)
{
    struct house *house = *state;
    char name[201];
    memset(name, 'x', 200);
    name[200] = '\0';
    int dir = dup(house->dir);
    for (int i = 0; i < 25; i++) { /* 5 000 bytes: more than a path may have */
        assert_int_equal(mkdirat(dir, name, 0700), 0);
        int inner = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        assert_true(inner >= 0);
        close(dir);
        dir = inner;
    }
    close(dir);
    assert_int_equal(open_notify(house, 0, NULL), QB_OK);
    assert_int_equal(qb_notify_rebuild(house->notify, NULL), QB_OK);
    struct qb_notify_counts counts = qb_notify_counts(house->notify);
    assert_int_equal(counts.watches + counts.unwatched, 26);
    assert_true(counts.watches > 15 && counts.unwatched > 0);
    assert_int_equal(qb_notify_state(house->notify), QB_NOTIFY_LIMITED);
    char *absolute = getcwd(NULL, 0); /* nftw cannot remove it */
    assert_int_equal(fchdir(house->dir), 0);
    for (int i = 0; i < 24; i++)
        assert_int_equal(chdir(name), 0);
    for (int i = 0; i < 25; i++) {
        assert_int_equal(rmdir(name), 0);
        assert_int_equal(chdir(".."), 0);
    }
    assert_int_equal(chdir(absolute), 0);
    free(absolute);
}

static void test_notify__the_folder_is_removed(void **state)
{
    struct house *house = *state;
    make_dirs(house, "a");
    start(house);
    remove_dir(house, "a");
    drain(house);
    assert_int_equal(qb_notify_state(house->notify), QB_NOTIFY_WATCHING);
    assert_int_equal(rmdir(house->folder), 0);
    drain(house);
    assert_int_equal(qb_notify_state(house->notify), QB_NOTIFY_GONE);
    assert_int_equal(mkdir(house->folder, 0700), 0); /* another one of that name is not ours */
    assert_int_equal(qb_notify_state(house->notify), QB_NOTIFY_GONE);
}

static void test_notify__the_folder_is_moved(void **state)
{
    struct house *house = *state;
    char elsewhere[128];
    start(house);
    snprintf(elsewhere, sizeof elsewhere, "%s/G", house->base);
    assert_int_equal(rename(house->folder, elsewhere), 0);
    assert_int_equal(rename(elsewhere, house->folder), 0); /* back at once: the path alone tells nothing */
    drain(house);
    assert_int_equal(qb_notify_state(house->notify), QB_NOTIFY_GONE);
    qb_notify_close(house->notify); /* the way out */
    start(house);
    assert_int_equal(qb_notify_state(house->notify), QB_NOTIFY_WATCHING);
}

static int mounts(struct house *house)
{
    if (mount("none", "/", "none", MS_REC | MS_PRIVATE, "") < 0 || mount("none", house->folder, "tmpfs", 0, "") < 0)
        return 77;
    close(house->dir);
    house->dir = qb_file_open_dir(house->folder, NULL);
    start(house);
    close(house->dir);
    if (umount2(house->folder, MNT_DETACH) < 0 || qb_notify_state(house->notify) != QB_NOTIFY_GONE)
        return 1;
    qb_notify_close(house->notify);
    house->dir = qb_file_open_dir(house->folder, NULL);
    start(house);
    if (mount("none", house->folder, "tmpfs", 0, "") < 0 || qb_notify_state(house->notify) != QB_NOTIFY_GONE)
        return 2; /* something was mounted over it: no event tells */
    umount2(house->folder, MNT_DETACH);
    return 0;
}

static void test_notify__the_folder_is_unmounted(void **state)
{
    struct house *house = *state;
    int status;
    pid_t child = fork();
    assert_true(child >= 0);
    if (!child)
        _exit(unshare(CLONE_NEWNS) < 0 ? 77 : mounts(house));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77)
        skip();
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(queue_overflow),
        TEST(never_quiet),
        TEST(watch_limit),
        TEST(limits_of_the_system),
        TEST(paths_too_long_to_watch),
        TEST(the_folder_is_removed),
        TEST(the_folder_is_moved),
        TEST(the_folder_is_unmounted),
    };
    return cmocka_run_group_tests_name("notify_faults", tests, NULL, NULL);
}
