/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files beneath a directory: links, FIFOs, devices and directories where files should be; limits; files that change;
 * replacing, also when it fails half-way; walking. Each test has a directory of its own. An alarm ends what blocks.
 */
#include "core/base/file.h"

#include "core/base/limits.h"
#include "core/base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* seconds; longer than anything here takes under valgrind */
#define DEADLINE 10

struct place {
    char path[64];
    int dir;
};

static int begin(void **state)
{
    struct place *place = qb_mem_alloc(sizeof *place);
    strcpy(place->path, "/tmp/qbis-test-file-XXXXXX");
    if (!mkdtemp(place->path))
        return -1;
    place->dir = qb_file_open_dir(place->path, NULL);
    alarm(DEADLINE);
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
    alarm(0);
    close(place->dir);
    int result = nftw(place->path, remove_item, 16, FTW_DEPTH | FTW_PHYS);
    free(place);
    return result;
}

/* Straight, without the module under test. */
static void write_file(int dir, const char *path, const char *text)
{
    int fd = openat(dir, path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static void expect_file(int dir, const char *path, const char *text)
{
    struct qb_buf out = {0};
    struct qb_err err = {0};
    if (qb_file_read(dir, path, 1 << 20, &out, NULL, &err) < 0)
        fail_msg("%s: %s", path, err.message);
    assert_string_equal(qb_buf_text(&out), text);
    qb_buf_fini(&out);
}

static int read_code(int dir, const char *path, size_t most)
{
    struct qb_buf out = {0};
    struct qb_err err = {0};
    int code = qb_file_read(dir, path, most, &out, NULL, &err);
    assert_int_equal(err.code, code);
    if (code < 0)
        assert_string_equal(err.file, path);
    qb_buf_fini(&out);
    return code;
}

static int count_name(void *context, const char *path, const struct qb_file_stat *st, struct qb_err *err)
{
    (void)path;
    (void)st;
    (void)err;
    ++*(size_t *)context;
    return QB_OK;
}

static size_t count_files(int dir)
{
    size_t count = 0;
    assert_int_equal(qb_file_walk(dir, "", count_name, &count, NULL), QB_OK);
    return count;
}

/* --- reading --- */

static void test_file__reads_whole_files(void **state)
{
    int dir = ((struct place *)*state)->dir;
    struct qb_buf out = {0};
    struct qb_file_stat st;
    write_file(dir, "empty", "");
    write_file(dir, "short", "abc");
    assert_int_equal(qb_file_read(dir, "short", 10, &out, &st, NULL), QB_OK);
    assert_string_equal(qb_buf_text(&out), "abc");
    assert_int_equal(st.size, 3);
    assert_true(S_ISREG(st.mode));
    assert_int_equal(qb_file_read(dir, "empty", 10, &out, &st, NULL), QB_OK); /* clears what was there */
    assert_int_equal(out.length, 0);
    assert_string_equal(qb_buf_text(&out), "");
    assert_int_equal(qb_file_read(dir, "absent", 10, &out, NULL, NULL), QB_EABSENT);
    assert_int_equal(qb_file_read(dir, "short/x", 10, &out, NULL, NULL), QB_EABSENT);
    assert_int_equal(qb_file_read(dir, "no/such/file", 10, &out, NULL, NULL), QB_EABSENT);
    qb_buf_fini(&out);
}

static void test_file__size_limits(void **state)
{
    int dir = ((struct place *)*state)->dir;
    write_file(dir, "f", "12345");
    write_file(dir, "empty", "");
    assert_int_equal(read_code(dir, "f", 5), QB_OK);
    assert_int_equal(read_code(dir, "f", 4), QB_ELIMIT);
    assert_int_equal(read_code(dir, "f", 0), QB_ELIMIT);
    assert_int_equal(read_code(dir, "empty", 0), QB_OK);
    char big[20001];
    memset(big, 'x', sizeof big - 1);
    big[sizeof big - 1] = '\0';
    write_file(dir, "big", big);
    assert_int_equal(read_code(dir, "big", 20000), QB_OK);
    assert_int_equal(read_code(dir, "big", 19999), QB_ELIMIT);
    int fd = openat(dir, "hole", O_WRONLY | O_CREAT, 0644);
    assert_int_equal(ftruncate(fd, (off_t)1 << 40), 0); /* a tebibyte of nothing: refused before a byte is read */
    close(fd);
    assert_int_equal(read_code(dir, "hole", QB_MAX_RECORD), QB_ELIMIT);
}

static void test_file__follows_no_link_at_any_level(void **state)
{
    int dir = ((struct place *)*state)->dir;
    assert_int_equal(qb_file_make_dirs(dir, "real/deep", NULL), QB_OK);
    write_file(dir, "real/deep/f", "inside");
    assert_int_equal(symlinkat("real/deep/f", dir, "file-link"), 0);
    assert_int_equal(symlinkat("real", dir, "dir-link"), 0);
    assert_int_equal(symlinkat("deep", dir, "real/deep-link"), 0);
    assert_int_equal(symlinkat("/etc/passwd", dir, "out-link"), 0);
    assert_int_equal(symlinkat("absent", dir, "dangling"), 0);
    assert_int_equal(symlinkat("loop", dir, "loop"), 0);
    static const char *const paths[] = {"file-link", "dir-link/deep/f", "real/deep-link/f", "out-link", "dangling",
                                        "loop",      "loop/f",          "dir-link/absent"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        if (read_code(dir, paths[i], 100000) != QB_EUNSAFE)
            fail_msg("%s is read", paths[i]);
    assert_int_equal(read_code(dir, "real/deep/f", 100), QB_OK);
    assert_int_equal(qb_file_open_dir_at(dir, "dir-link", NULL), QB_EUNSAFE);
    assert_int_equal(qb_file_open_dir_at(dir, "dir-link/deep", NULL), QB_EUNSAFE);
    struct qb_file_stat st;
    assert_int_equal(qb_file_stat(dir, "out-link", &st, NULL), QB_OK); /* the link itself */
    assert_true(S_ISLNK(st.mode));
    assert_int_equal(qb_file_stat(dir, "dangling", &st, NULL), QB_OK);
    assert_int_equal(qb_file_stat(dir, "dir-link/deep", &st, NULL), QB_EUNSAFE);
}

static void test_file__stays_beneath(void **state)
{
    int dir = ((struct place *)*state)->dir;
    struct qb_file_stat st;
    bool changed;
    write_file(dir, "outside", "secret");
    assert_int_equal(mkdirat(dir, "folder", 0755), 0);
    int folder = qb_file_open_dir_at(dir, "folder", NULL);
    assert_true(folder >= 0);
    static const char *const paths[] = {"../outside", "../folder/../outside", "a/../../outside", "/etc/passwd", "..",
                                        "/"};
    assert_int_equal(mkdirat(folder, "a", 0755), 0);
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        assert_int_equal(read_code(folder, paths[i], 100000), QB_EUNSAFE);
        assert_int_equal(qb_file_stat(folder, paths[i], &st, NULL), QB_EUNSAFE);
        assert_true(qb_file_replace(folder, paths[i], "x", 1, &changed, NULL, NULL) < 0);
    }
    assert_int_equal(qb_file_remove(folder, "../outside", NULL), QB_EUNSAFE);
    assert_int_equal(qb_file_make_dirs(folder, "../new", NULL), QB_EUNSAFE);
    expect_file(dir, "outside", "secret");
    assert_int_equal(count_files(dir), 3);
    close(folder);
}

static void make_socket(const struct place *place, const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s/%s", place->path, name);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
    close(fd);
}

static void test_file__refuses_what_is_no_file_without_blocking(void **state)
{
    const struct place *place = *state;
    assert_int_equal(mkfifoat(place->dir, "fifo", 0644), 0);
    assert_int_equal(mkdirat(place->dir, "folder", 0755), 0);
    make_socket(place, "socket");
    assert_int_equal(read_code(place->dir, "fifo", 100), QB_EUNSAFE);
    assert_int_equal(read_code(place->dir, "folder", 100), QB_EUNSAFE);
    assert_int_equal(read_code(place->dir, "socket", 100), QB_EUNSAFE);
    if (mknodat(place->dir, "device", S_IFCHR | 0644, makedev(1, 5)) == 0) { /* /dev/zero; needs root */
        int code = read_code(place->dir, "device", 100);
        assert_true(code == QB_EUNSAFE || code == QB_ESYS); /* refused by us, or by a file system without devices */
    }
    int dev = qb_file_open_dir("/dev", NULL);
    assert_int_equal(read_code(dev, "zero", 100), QB_EUNSAFE);
    close(dev);
}

static void test_file__a_person_may_name_any_path(void **state)
{
    const struct place *place = *state;
    struct qb_buf out = {0};
    struct qb_err err = {0};
    char path[100];
    write_file(place->dir, "f", "text");
    assert_int_equal(symlinkat("f", place->dir, "link"), 0);
    snprintf(path, sizeof path, "%s/link", place->path);
    assert_int_equal(qb_file_read_path(path, 4, &out, &err), QB_OK);
    assert_string_equal(qb_buf_text(&out), "text");
    assert_int_equal(qb_file_read_path(path, 3, &out, &err), QB_ELIMIT);
    assert_string_equal(err.file, path);
    assert_int_equal(qb_file_read_path(place->path, 100, &out, &err), QB_ESYS); /* a directory */
    snprintf(path, sizeof path, "%s/absent", place->path);
    assert_int_equal(qb_file_read_path(path, 100, &out, &err), QB_EABSENT);
    int ends[2];
    int input = dup(STDIN_FILENO);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "piped", 5), 5);
    close(ends[1]);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    assert_int_equal(qb_file_read_path("-", 100, &out, &err), QB_OK);
    assert_string_equal(qb_buf_text(&out), "piped");
    dup2(input, STDIN_FILENO);
    close(input);
    qb_buf_fini(&out);
}

/* --- files that change --- */

struct growing {
    int fd;
    atomic_bool stop;
};

static void *grow(void *argument)
{
    struct growing *growing = argument;
    while (!atomic_load(&growing->stop)) {
        if (write(growing->fd, "more and more", 13) < 0 || lseek(growing->fd, 0, SEEK_END) > (4 << 20))
            (void)!ftruncate(growing->fd, 1 << 20);
    }
    return NULL;
}

static void test_file__notices_that_a_file_changes(void **state)
{
    int dir = ((struct place *)*state)->dir;
    struct growing growing = {.fd = openat(dir, "f", O_WRONLY | O_CREAT | O_APPEND, 0644)};
    struct qb_buf out = {0};
    struct qb_file_stat st;
    pthread_t thread;
    assert_int_equal(ftruncate(growing.fd, 1 << 20), 0);
    assert_int_equal(pthread_create(&thread, NULL, grow, &growing), 0);
    time_t deadline = time(NULL) + 60;
    int code = QB_OK;
    while (code != QB_ECHANGED && time(NULL) < deadline) {
        code = qb_file_read(dir, "f", 64 << 20, &out, &st, NULL);
        if (code == QB_OK)
            assert_int_equal(out.length, st.size);
    }
    atomic_store(&growing.stop, true);
    pthread_join(thread, NULL);
    close(growing.fd);
    assert_int_equal(code, QB_ECHANGED);
    assert_int_equal(qb_file_read(dir, "f", 64 << 20, &out, &st, NULL), QB_OK); /* quiet again */
    qb_buf_fini(&out);
}

static void test_file__stats_tell_states_apart(void **state)
{
    int dir = ((struct place *)*state)->dir;
    struct qb_file_stat first;
    struct qb_file_stat second;
    write_file(dir, "f", "abc");
    write_file(dir, "g", "abc");
    assert_int_equal(qb_file_stat(dir, "f", &first, NULL), QB_OK);
    assert_int_equal(qb_file_stat(dir, "f", &second, NULL), QB_OK);
    assert_true(qb_file_stat_equal(&first, &second));
    assert_int_equal(first.size, 3);
    assert_int_equal(first.uid, geteuid());
    assert_int_equal(qb_file_stat(dir, "g", &second, NULL), QB_OK);
    assert_false(qb_file_stat_equal(&first, &second));
    assert_int_equal(fchmodat(dir, "f", 0600, 0), 0);
    assert_int_equal(qb_file_stat(dir, "f", &second, NULL), QB_OK);
    assert_false(qb_file_stat_equal(&first, &second));
    struct timespec times[2] = {{-100, 5}, {-100, 5}}; /* before 1970 */
    assert_int_equal(utimensat(dir, "f", times, 0), 0);
    assert_int_equal(qb_file_stat(dir, "f", &second, NULL), QB_OK);
    assert_true(second.mtime_ns == -100 * (int64_t)1000000000 + 5);
    assert_int_equal(qb_file_stat(dir, "absent", &second, NULL), QB_EABSENT);
    assert_int_equal(qb_file_stat(dir, "", &second, NULL), QB_OK);
    assert_true(S_ISDIR(second.mode));
}

/* Somebody holds a write lease (as file servers do) and does not give it up at once: the open must neither wait nor
 * turn in a circle. */
static void test_file__a_lease_is_read_later(void **state)
{
    int dir = ((struct place *)*state)->dir;
    int ready[2];
    write_file(dir, "f", "abc");
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (!child) {
        char byte = 'x';
        alarm(DEADLINE);
        signal(SIGIO, SIG_IGN);
        int fd = openat(dir, "f", O_RDWR);
        if (fcntl(fd, F_SETLEASE, F_WRLCK) < 0)
            byte = 'n';
        (void)!write(ready[1], &byte, 1);
        for (;;)
            pause();
    }
    char byte = 0;
    assert_int_equal(read(ready[0], &byte, 1), 1);
    struct timespec from;
    struct timespec to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    int code = read_code(dir, "f", 100);
    clock_gettime(CLOCK_MONOTONIC, &to);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    close(ready[0]);
    close(ready[1]);
    if (byte == 'n')
        skip(); /* no leases on this file system */
    assert_int_equal(code, QB_ECHANGED);
    assert_true(to.tv_sec - from.tv_sec < 20);
    expect_file(dir, "f", "abc");
}

/* --- writing --- */

static void test_file__replaces_and_says_so(void **state)
{
    int dir = ((struct place *)*state)->dir;
    struct qb_file_stat written;
    struct qb_file_stat later;
    struct qb_file_stat seen;
    bool changed = false;
    assert_int_equal(qb_file_replace(dir, "a/b/f", "one", 3, &changed, &written, NULL), QB_OK);
    assert_true(changed);
    expect_file(dir, "a/b/f", "one");
    assert_int_equal(qb_file_stat(dir, "a/b/f", &seen, NULL), QB_OK);
    assert_true(qb_file_stat_equal(&written, &seen));
    assert_int_equal(qb_file_replace(dir, "a/b/f", "one", 3, &changed, &later, NULL), QB_OK);
    assert_false(changed);
    assert_true(qb_file_stat_equal(&written, &later)); /* not touched: inode and times are the same */
    assert_int_equal(qb_file_replace(dir, "a/b/f", "two", 3, &changed, &later, NULL), QB_OK);
    assert_true(changed);
    assert_true(written.inode != later.inode);
    assert_int_equal(qb_file_replace(dir, "a/b/f", "", 0, &changed, NULL, NULL), QB_OK);
    assert_true(changed);
    expect_file(dir, "a/b/f", "");
    assert_int_equal(qb_file_replace(dir, "a/b/f", "", 0, NULL, NULL, NULL), QB_OK);
    assert_int_equal(qb_file_replace(dir, "empty", "", 0, &changed, NULL, NULL), QB_OK);
    assert_true(changed); /* not there is not empty */
    assert_int_equal(count_files(dir), 4);
}

static void test_file__replaces_what_is_no_file(void **state)
{
    int dir = ((struct place *)*state)->dir;
    bool changed;
    write_file(dir, "victim", "same");
    assert_int_equal(symlinkat("victim", dir, "link"), 0);
    assert_int_equal(mkfifoat(dir, "fifo", 0644), 0);
    assert_int_equal(qb_file_replace(dir, "link", "same", 4, &changed, NULL, NULL), QB_OK);
    assert_true(changed);
    assert_int_equal(qb_file_replace(dir, "fifo", "", 0, &changed, NULL, NULL), QB_OK);
    assert_true(changed);
    expect_file(dir, "link", "same"); /* a file of its own now */
    expect_file(dir, "fifo", "");
    expect_file(dir, "victim", "same");
    assert_int_equal(symlinkat("/tmp", dir, "way"), 0);
    assert_int_equal(qb_file_replace(dir, "way/f", "x", 1, &changed, NULL, NULL), QB_EUNSAFE);
    assert_int_equal(count_files(dir), 4);
}

/* Whatever was planted under the temporary's name: it is not waited for, not followed, not written through. */
static void test_file__a_planted_temporary_does_no_harm(void **state)
{
    int dir = ((struct place *)*state)->dir;
    write_file(dir, "victim", "precious");
    assert_int_equal(mkfifoat(dir, "~fifo.tmp", 0644), 0);
    assert_int_equal(linkat(dir, "victim", dir, "~hard.tmp", 0), 0);
    assert_int_equal(symlinkat("victim", dir, "~soft.tmp"), 0);
    write_file(dir, "~old.tmp", "left behind when the power went, and longer than the new text");
    static const char *const names[] = {"fifo", "hard", "soft", "old"};
    for (size_t i = 0; i < 4; i++) {
        struct qb_err err = {0};
        if (qb_file_replace(dir, names[i], "new", 3, NULL, NULL, &err) < 0)
            fail_msg("%s: %s", names[i], err.message);
        expect_file(dir, names[i], "new");
    }
    expect_file(dir, "victim", "precious");
    assert_int_equal(count_files(dir), 5);
}

static void test_file__a_failed_replace_leaves_nothing(void **state)
{
    int dir = ((struct place *)*state)->dir;
    static char text[20000];
    bool changed = true;
    struct qb_err err = {0};
    write_file(dir, "f", "old");
    assert_int_equal(mkdirat(dir, "folder", 0755), 0);
    write_file(dir, "folder/inside", "kept");
    assert_true(qb_file_replace(dir, "folder", "x", 1, &changed, NULL, &err) < 0);
    assert_false(changed);
    assert_string_equal(err.file, "folder");
    struct rlimit before;
    struct rlimit tight;
    getrlimit(RLIMIT_FSIZE, &before);
    tight = before;
    tight.rlim_cur = 4096;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &tight); /* as a full disk: the write stops half-way */
    int code = qb_file_replace(dir, "f", text, sizeof text, &changed, NULL, &err);
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, SIG_DFL);
    assert_int_equal(code, QB_ESYS);
    assert_int_equal(err.sys, EFBIG);
    assert_false(changed);
    expect_file(dir, "f", "old");
    expect_file(dir, "folder/inside", "kept");
    assert_int_equal(count_files(dir), 3);
}

static void test_file__the_writer_reports_the_first_error(void **state)
{
    int dir = ((struct place *)*state)->dir;
    struct qb_file_writer writer;
    struct qb_err err = {0};
    write_file(dir, "f", "old");
    assert_int_equal(qb_file_writer_init(&writer, dir, "f", &err), QB_OK);
    qb_file_writer_add(&writer, "ne", 2);
    qb_file_writer_add(&writer, "w", 1);
    qb_file_writer_add(&writer, NULL, 0);
    expect_file(dir, "f", "old"); /* until it is committed */
    assert_int_equal(count_files(dir), 2);
    assert_int_equal(qb_file_writer_commit(&writer, &err), QB_OK);
    qb_file_writer_fini(&writer);
    qb_file_writer_fini(&writer);
    expect_file(dir, "f", "new");
    assert_int_equal(qb_file_writer_init(&writer, dir, "f", &err), QB_OK);
    qb_file_writer_add(&writer, "given up", 8);
    qb_file_writer_fini(&writer);
    expect_file(dir, "f", "new");
    assert_int_equal(count_files(dir), 1);
    assert_true(qb_file_writer_init(&writer, dir, "f/g", &err) < 0); /* beneath a file */
    qb_file_writer_add(&writer, "x", 1);
    struct qb_err again = {0};
    assert_int_equal(qb_file_writer_commit(&writer, &again), err.code);
    assert_string_equal(again.message, err.message);
    qb_file_writer_fini(&writer);
    assert_int_equal(count_files(dir), 1);
}

static void test_file__names_of_255_bytes_and_odd_bytes(void **state)
{
    int dir = ((struct place *)*state)->dir;
    char longest[256];
    char wide[256];
    memset(longest, 'x', 255);
    for (size_t i = 0; i < 255; i += 3)
        memcpy(wide + i, "\xE2\x82\xAC", 3);
    longest[255] = wide[255] = '\0';
    const char *const names[] = {longest, wide,   "\xFF\xFE", "new\nline", " ",        "...",
                                 "-rf",   "\x01", "a\\b",     "~",         "e\xCC\x81"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct qb_err err = {0};
        if (qb_file_replace(dir, names[i], names[i], strlen(names[i]), NULL, NULL, &err) < 0)
            fail_msg("%s: %s", names[i], err.message);
        expect_file(dir, names[i], names[i]);
    }
    assert_int_equal(count_files(dir), sizeof names / sizeof *names);
    char too_long[300];
    memset(too_long, 'x', 256);
    too_long[256] = '\0';
    assert_int_equal(qb_file_replace(dir, too_long, "x", 1, NULL, NULL, NULL), QB_ESYS);
    assert_int_equal(count_files(dir), sizeof names / sizeof *names);
}

static void test_file__removes(void **state)
{
    int dir = ((struct place *)*state)->dir;
    struct qb_err err = {0};
    write_file(dir, "f", "x");
    assert_int_equal(mkdirat(dir, "folder", 0755), 0);
    assert_int_equal(symlinkat("folder", dir, "link"), 0);
    assert_int_equal(qb_file_remove(dir, "f", &err), QB_OK);
    assert_int_equal(qb_file_remove(dir, "f", &err), QB_OK);
    assert_int_equal(qb_file_remove(dir, "no/such/f", &err), QB_OK);
    assert_int_equal(err.code, QB_OK); /* not being there is no error */
    assert_int_equal(qb_file_remove(dir, "link/x", &err), QB_EUNSAFE);
    assert_int_equal(qb_file_remove(dir, "link", &err), QB_OK); /* the link, not what it leads to */
    assert_int_equal(qb_file_remove(dir, "folder", &err), QB_ESYS);
    assert_int_equal(count_files(dir), 1);
}

static void test_file__makes_directories(void **state)
{
    int dir = ((struct place *)*state)->dir;
    struct qb_err err = {0};
    assert_int_equal(qb_file_make_dirs(dir, "a/b/c", &err), QB_OK);
    assert_int_equal(qb_file_make_dirs(dir, "a/b/c", &err), QB_OK);
    assert_int_equal(qb_file_make_dirs(dir, "a/d", &err), QB_OK);
    assert_int_equal(qb_file_make_dirs(dir, "", &err), QB_OK);
    write_file(dir, "a/f", "kept");
    assert_int_equal(symlinkat("b", dir, "a/link"), 0);
    assert_int_equal(symlinkat("nowhere", dir, "a/dangling"), 0);
    static const char *const wrong[] = {"a/f", "a/f/g", "a/f/g/h", "a/link", "a/link/x", "a/dangling", "a/dangling/x"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        err = (struct qb_err){0};
        if (qb_file_make_dirs(dir, wrong[i], &err) >= 0 || err.code == QB_OK)
            fail_msg("%s is made", wrong[i]);
    }
    assert_int_equal(err.code, QB_EUNSAFE);
    expect_file(dir, "a/f", "kept");
    assert_int_equal(count_files(dir), 7);
}

/* --- walking --- */

struct journey {
    struct qb_buf seen; /* "path\n", a directory with a slash behind it */
    const char *skip;
    const char *stop;
};

static int record(void *context, const char *path, const struct qb_file_stat *st, struct qb_err *err)
{
    struct journey *journey = context;
    qb_buf_addf(&journey->seen, "%s%s\n", path, S_ISDIR(st->mode) ? "/" : S_ISLNK(st->mode) ? "@" : "");
    if (journey->stop && !strcmp(path, journey->stop))
        return qb_err_set(err, QB_EBUSY, path, "enough");
    return journey->skip && !strcmp(path, journey->skip) ? QB_FILE_SKIP : QB_OK;
}

static void expect_walk(int dir, const char *from, struct journey journey, int code, const char *seen)
{
    struct qb_err err = {0};
    assert_int_equal(qb_file_walk(dir, from, record, &journey, &err), code);
    assert_int_equal(err.code, code);
    assert_string_equal(qb_buf_text(&journey.seen), seen);
    qb_buf_fini(&journey.seen);
}

static void test_file__walks_in_the_order_of_bytes(void **state)
{
    int dir = ((struct place *)*state)->dir;
    static const char *const files[] = {"b/z", "b/a/f", "a", "B", "b-c", "b.c", "\xC3\xA9", "_", "b/a/-"};
    expect_walk(dir, "", (struct journey){0}, QB_OK, "");
    assert_int_equal(qb_file_make_dirs(dir, "b/a", NULL), QB_OK);
    assert_int_equal(qb_file_make_dirs(dir, "c", NULL), QB_OK);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        write_file(dir, files[i], "");
    assert_int_equal(symlinkat("b", dir, "link"), 0);
    expect_walk(dir, "", (struct journey){0}, QB_OK,
                "B\n_\na\nb/\nb/a/\nb/a/-\nb/a/f\nb/z\nb-c\nb.c\nc/\nlink@\n\xC3\xA9\n");
    expect_walk(dir, "b", (struct journey){0}, QB_OK, "b/a/\nb/a/-\nb/a/f\nb/z\n");
    expect_walk(dir, "", (struct journey){.skip = "b"}, QB_OK, "B\n_\na\nb/\nb-c\nb.c\nc/\nlink@\n\xC3\xA9\n");
    expect_walk(dir, "", (struct journey){.skip = "a"}, QB_OK,
                "B\n_\na\nb/\nb/a/\nb/a/-\nb/a/f\nb/z\nb-c\nb.c\nc/\nlink@\n\xC3\xA9\n");
    expect_walk(dir, "", (struct journey){.stop = "b/a"}, QB_EBUSY, "B\n_\na\nb/\nb/a/\n");
    expect_walk(dir, "a", (struct journey){0}, QB_EABSENT, "");
    expect_walk(dir, "absent", (struct journey){0}, QB_EABSENT, "");
    expect_walk(dir, "link", (struct journey){0}, QB_EUNSAFE, "");
}

/* Makes directories d/d/d/... one in the other. */
static void nest(int dir, int levels)
{
    int at = dup(dir);
    for (int i = 0; i < levels; i++) {
        assert_int_equal(mkdirat(at, "d", 0755), 0);
        int inner = openat(at, "d", O_RDONLY | O_DIRECTORY);
        close(at);
        at = inner;
    }
    write_file(at, "f", "");
    close(at);
}

static int pass_over(void *context, const char *path, const struct qb_file_stat *st, struct qb_err *err)
{
    (void)context;
    (void)path;
    (void)st;
    (void)err;
    return QB_OK;
}

static void note_unseen(void *context, const char *path, const struct qb_err *why)
{
    char *unseen = context;
    assert_string_equal(unseen, ""); /* once */
    assert_int_equal(why->code, QB_ELIMIT);
    assert_string_equal(why->file, path);
    memcpy(unseen, path, strlen(path) + 1);
}

static void test_file__walks_to_a_certain_depth(void **state)
{
    int dir = ((struct place *)*state)->dir;
    nest(dir, QB_MAX_FOLDER_DEPTH);
    write_file(dir, "z", "");
    assert_int_equal(count_files(dir), QB_MAX_FOLDER_DEPTH + 2);
    assert_int_equal(mkdirat(dir, "deeper", 0755), 0);
    int deeper = openat(dir, "deeper", O_RDONLY | O_DIRECTORY);
    nest(deeper, QB_MAX_FOLDER_DEPTH);
    close(deeper);
    size_t count = 0;
    struct qb_err err = {0};
    assert_int_equal(qb_file_walk(dir, "", count_name, &count, &err), QB_ELIMIT); /* told, but the rest is seen */
    assert_int_equal(count, 2 * QB_MAX_FOLDER_DEPTH + 3);
    assert_int_equal(err.code, QB_ELIMIT);
    assert_int_equal(strncmp(err.file, "deeper/d/d/", 11), 0);
    char unseen[QB_MAX_FOLDER_DEPTH * 2 + 20] = "";
    assert_int_equal(qb_file_walk_around(dir, "", pass_over, note_unseen, unseen, &err), QB_OK);
    assert_int_equal(strncmp(unseen, "deeper/d/d/", 11), 0);
    assert_int_equal(strlen(unseen), strlen("deeper") + 2 * QB_MAX_FOLDER_DEPTH);
    assert_int_equal(qb_file_walk_around(dir, "absent", pass_over, note_unseen, unseen, &err), QB_EABSENT);
}

static void test_file__walks_past_a_directory_that_cannot_be_read(void **state)
{
    int dir = ((struct place *)*state)->dir;
    struct qb_err err = {0};
    struct journey journey = {0};
    if (!geteuid())
        skip(); /* root reads everything */
    assert_int_equal(qb_file_make_dirs(dir, "b", NULL), QB_OK);
    write_file(dir, "b/hidden", "");
    write_file(dir, "a", "");
    write_file(dir, "c", "");
    assert_int_equal(fchmodat(dir, "b", 0, 0), 0);
    int code = qb_file_walk(dir, "", record, &journey, &err);
    assert_int_equal(fchmodat(dir, "b", 0755, 0), 0);
    assert_int_equal(code, QB_ESYS);
    assert_int_equal(err.sys, EACCES);
    assert_string_equal(err.file, "b");
    assert_string_equal(qb_buf_text(&journey.seen), "a\nb/\nc\n");
    qb_buf_fini(&journey.seen);
}

static int remove_next(void *context, const char *path, const struct qb_file_stat *st, struct qb_err *err)
{
    int dir = *(int *)context;
    (void)st;
    (void)err;
    if (!strcmp(path, "a")) {
        assert_int_equal(unlinkat(dir, "b", 0), 0);
        assert_int_equal(unlinkat(dir, "c", AT_REMOVEDIR), 0);
    }
    if (!strcmp(path, "d")) { /* a directory becomes a link between the look and the entering */
        assert_int_equal(unlinkat(dir, "d", AT_REMOVEDIR), 0);
        assert_int_equal(symlinkat("e", dir, "d"), 0);
    }
    assert_true(strcmp(path, "b") && strcmp(path, "d/f"));
    return QB_OK;
}

static void test_file__walks_past_what_vanishes(void **state)
{
    int dir = ((struct place *)*state)->dir;
    static const char *const folders[] = {"c", "d", "e"};
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(mkdirat(dir, folders[i], 0755), 0);
    write_file(dir, "a", "");
    write_file(dir, "b", "");
    write_file(dir, "e/f", "");
    assert_int_equal(qb_file_walk(dir, "", remove_next, &dir, NULL), QB_OK);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(test_file__##name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(reads_whole_files),
        TEST(size_limits),
        TEST(follows_no_link_at_any_level),
        TEST(stays_beneath),
        TEST(refuses_what_is_no_file_without_blocking),
        TEST(a_person_may_name_any_path),
        TEST(notices_that_a_file_changes),
        TEST(stats_tell_states_apart),
        TEST(a_lease_is_read_later),
        TEST(replaces_and_says_so),
        TEST(replaces_what_is_no_file),
        TEST(a_planted_temporary_does_no_harm),
        TEST(a_failed_replace_leaves_nothing),
        TEST(the_writer_reports_the_first_error),
        TEST(names_of_255_bytes_and_odd_bytes),
        TEST(removes),
        TEST(makes_directories),
        TEST(walks_in_the_order_of_bytes),
        TEST(walks_to_a_certain_depth),
        TEST(walks_past_a_directory_that_cannot_be_read),
        TEST(walks_past_what_vanishes),
    };
#undef TEST
    return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}
