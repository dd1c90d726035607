/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lock of a state directory, with real processes. */
#include "watcher/lock.h"

#include "core/base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOW 1591838100 /* 2020-06-11T01:15:00Z */

struct place {
    char path[64];
    int dir;
};

static int make_place(void **state)
{
    static struct place place;
    snprintf(place.path, sizeof place.path, "/tmp/qbis-lock-XXXXXX");
    if (!mkdtemp(place.path))
        return -1;
    place.dir = qb_file_open_dir(place.path, NULL);
    *state = &place;
    return place.dir < 0 ? -1 : 0;
}

static int remove_place(void **state)
{
    struct place *place = *state;
    unlinkat(place->dir, "lock", 0);
    unlinkat(place->dir, "lock", AT_REMOVEDIR);
    close(place->dir);
    return rmdir(place->path);
}

static void put_text(int dir, const char *text)
{
    int fd = openat(dir, "lock", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

/* Starts a process that holds the lock until it is killed. */
static pid_t start_holder(int dir)
{
    int ready[2];
    char byte;
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (!child) {
        struct qb_lock lock;
        if (qb_lock_take(dir, NOW, &lock, NULL) < 0 || write(ready[1], "x", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    return child;
}

static void test_lock__taken_and_released(void **state)
{
    struct place *place = *state;
    struct qb_lock lock;
    struct qb_lock_holder holder;
    struct qb_err err = {0};
    assert_int_equal(qb_lock_holder(place->dir, &holder, NULL), QB_EABSENT);
    assert_int_equal(qb_lock_take(place->dir, NOW, &lock, &err), QB_OK);
    assert_int_equal(err.code, QB_OK);
    assert_true(fcntl(lock.fd, F_GETFD) & FD_CLOEXEC);
    assert_int_equal(qb_lock_holder(place->dir, &holder, NULL), QB_OK);
    assert_int_equal(holder.pid, getpid());
    assert_string_equal(holder.since, "2020-06-11T01:15:00Z");
    qb_lock_release(&lock);
    qb_lock_release(&lock);
    assert_int_equal(lock.fd, -1);
    assert_int_equal(qb_lock_holder(place->dir, &holder, &err), QB_EABSENT);
    assert_int_equal(holder.pid, 0);
}

static void test_lock__the_second_hears_who_holds_it(void **state)
{
    struct place *place = *state;
    struct qb_lock lock;
    struct qb_err err = {0};
    char words[64];
    pid_t child = start_holder(place->dir);
    assert_int_equal(qb_lock_take(place->dir, NOW, &lock, &err), QB_EBUSY);
    assert_int_equal(lock.fd, -1);
    snprintf(words, sizeof words, "process %ld ", (long)child);
    assert_non_null(strstr(err.message, words));
    assert_non_null(strstr(err.message, "2020-06-11T01:15:00Z"));
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    /* the kernel gave it back, the text of the dead one stops nobody */
    assert_int_equal(qb_lock_take(place->dir, NOW, &lock, &err), QB_OK);
    qb_lock_release(&lock);
}

static void test_lock__twice_in_one_process(void **state)
{
    struct place *place = *state;
    struct qb_lock first;
    struct qb_lock second;
    assert_int_equal(qb_lock_take(place->dir, NOW, &first, NULL), QB_OK);
    assert_int_equal(qb_lock_take(place->dir, NOW, &second, NULL), QB_EBUSY);
    qb_lock_release(&first);
    assert_int_equal(qb_lock_take(place->dir, NOW, &second, NULL), QB_OK);
    qb_lock_release(&second);
}

static void test_lock__a_left_over_file_is_taken(void **state)
{
    struct place *place = *state;
    struct qb_lock lock;
    struct qb_lock_holder holder;
    put_text(place->dir, "pid 1\nhost elsewhere-with-a-long-name-that-is-cut\nsince 2019-01-01T00:00:00Z\nand more\n");
    assert_int_equal(qb_lock_holder(place->dir, &holder, NULL), QB_EABSENT);
    assert_int_equal(qb_lock_take(place->dir, NOW, &lock, NULL), QB_OK);
    assert_int_equal(qb_lock_holder(place->dir, &holder, NULL), QB_OK);
    assert_int_equal(holder.pid, getpid());
    struct stat st;
    assert_int_equal(fstatat(place->dir, "lock", &st, 0), 0);
    assert_true(st.st_size < 120); /* nothing of the longer text is left */
    qb_lock_release(&lock);
}

static void test_lock__odd_text_is_harmless(void **state)
{
    struct place *place = *state;
    struct qb_lock lock;
    struct qb_lock_holder holder;
    struct qb_err err = {0};
    assert_int_equal(qb_lock_take(place->dir, NOW, &lock, NULL), QB_OK);
    put_text(place->dir, "");
    assert_int_equal(qb_lock_holder(place->dir, &holder, NULL), QB_OK);
    assert_int_equal(holder.pid, 0);
    put_text(place->dir, "pid x\nhost \x1b[31mred\nsince ");
    assert_int_equal(qb_lock_holder(place->dir, &holder, NULL), QB_OK);
    assert_string_equal(holder.host, "?[31mred");
    assert_string_equal(holder.since, "");
    struct qb_lock second;
    assert_int_equal(qb_lock_take(place->dir, NOW, &second, &err), QB_EBUSY);
    assert_null(strchr(err.message, '\x1b'));
    qb_lock_release(&lock);
}

static void test_lock__only_a_regular_file(void **state)
{
    struct place *place = *state;
    struct qb_lock lock;
    struct qb_lock_holder holder;
    assert_int_equal(mkfifoat(place->dir, "lock", 0600), 0);
    assert_int_equal(qb_lock_take(place->dir, NOW, &lock, NULL), QB_EUNSAFE);
    assert_int_equal(qb_lock_holder(place->dir, &holder, NULL), QB_EUNSAFE);
    unlinkat(place->dir, "lock", 0);
    assert_int_equal(symlinkat("/etc/hostname", place->dir, "lock"), 0);
    assert_int_equal(qb_lock_take(place->dir, NOW, &lock, NULL), QB_EUNSAFE);
    unlinkat(place->dir, "lock", 0);
    assert_int_equal(mkdirat(place->dir, "lock", 0700), 0);
    assert_true(qb_lock_take(place->dir, NOW, &lock, NULL) < 0);
    assert_int_equal(lock.fd, -1);
}

/* Asking who holds it must not turn away a daemon that starts just then. */
static void test_lock__asking_does_not_disturb(void **state)
{
    struct place *place = *state;
    struct qb_lock lock;
    put_text(place->dir, "");
    pid_t child = fork();
    assert_true(child >= 0);
    if (!child) {
        struct qb_lock_holder holder;
        for (int i = 0; i < 20000; i++)
            qb_lock_holder(place->dir, &holder, NULL);
        _exit(0);
    }
    for (int i = 0; i < 50; i++) {
        assert_int_equal(qb_lock_take(place->dir, NOW, &lock, NULL), QB_OK);
        qb_lock_release(&lock);
    }
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_lock__taken_and_released, make_place, remove_place),
        cmocka_unit_test_setup_teardown(test_lock__the_second_hears_who_holds_it, make_place, remove_place),
        cmocka_unit_test_setup_teardown(test_lock__twice_in_one_process, make_place, remove_place),
        cmocka_unit_test_setup_teardown(test_lock__a_left_over_file_is_taken, make_place, remove_place),
        cmocka_unit_test_setup_teardown(test_lock__odd_text_is_harmless, make_place, remove_place),
        cmocka_unit_test_setup_teardown(test_lock__only_a_regular_file, make_place, remove_place),
        cmocka_unit_test_setup_teardown(test_lock__asking_does_not_disturb, make_place, remove_place),
    };
    return cmocka_run_group_tests_name("lock", tests, NULL, NULL);
}
