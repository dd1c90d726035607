/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * "House" is a small daemon around the doorbell, in a temporary folder: it drains, watches and scans as the header
 * tells, without a settle time (which is harder on races), and keeps the set of files it knows.
 */
#ifndef QB_TESTS_UNIT_NOTIFY_HOUSE_H
#define QB_TESTS_UNIT_NOTIFY_HOUSE_H

#include "core/base/file.h"
#include "core/base/map.h"
#include "watcher/notify.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct marks {
    struct qb_buf text; /* "path\0flag" after each other */
    size_t count;
};

struct house {
    char base[64];   /* the temporary directory, with what lies beside the folder */
    char folder[80]; /* base/F */
    int dir;
    struct qb_ignore *ignore;
    struct qb_notify *notify;
    struct marks marks;
    struct qb_pool names;
    struct qb_map known; /* files by path */
};

/* --- the file system --- */

static inline void make_dirs(struct house *house, const char *path)
{
    assert_int_equal(qb_file_make_dirs(house->dir, path, NULL), QB_OK);
}

static inline void put(struct house *house, const char *path, const char *text)
{
    int fd = openat(house->dir, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static inline void move(struct house *house, const char *from, const char *to)
{
    assert_int_equal(renameat(house->dir, from, house->dir, to), 0);
}

static inline void unlink_file(struct house *house, const char *path)
{
    assert_int_equal(unlinkat(house->dir, path, 0), 0);
}

static inline void remove_dir(struct house *house, const char *path)
{
    assert_int_equal(unlinkat(house->dir, path, AT_REMOVEDIR), 0);
}

static inline int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st;
    (void)kind;
    (void)ftw;
    return remove(path);
}

static inline void remove_tree(const char *path)
{
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* --- the house --- */

static inline void clear_marks(struct house *house)
{
    qb_buf_clear(&house->marks.text);
    house->marks.count = 0;
}

static inline void note(void *context, const char *path, bool directory)
{
    struct marks *marks = context;
    qb_buf_add(&marks->text, path, strlen(path) + 1);
    qb_buf_add_char(&marks->text, directory ? 'd' : 'f');
    marks->count++;
}

static inline void drain(struct house *house)
{
    while (qb_notify_drain(house->notify, note, &house->marks))
        ;
}

static inline const char *next_mark(const struct house *house, size_t *at, bool *directory)
{
    if (*at >= house->marks.text.length)
        return NULL;
    const char *path = house->marks.text.data + *at;
    *at += strlen(path) + 2;
    *directory = house->marks.text.data[*at - 1] == 'd';
    return path;
}

static inline bool marked(const struct house *house, const char *path, bool directory)
{
    bool found;
    size_t at = 0;
    for (const char *mark; (mark = next_mark(house, &at, &found));)
        if (!strcmp(mark, path) && found == directory)
            return true;
    return false;
}

static inline void expect_mark(struct house *house, const char *path, bool directory)
{
    drain(house);
    if (!marked(house, path, directory))
        fail_msg("no mark for %s", path);
}

static inline int learn(void *context, const char *path, const struct qb_file_stat *st, struct qb_err *err)
{
    struct house *house = context;
    (void)err;
    if (qb_ignore_match(house->ignore, path))
        return S_ISDIR(st->mode) ? QB_FILE_SKIP : QB_OK;
    if (!S_ISDIR(st->mode)) {
        const char *name = qb_pool_string(&house->names, path);
        qb_map_put_string(&house->known, name, house);
    }
    return QB_OK;
}

static inline void forget_beneath(struct house *house, const char *path)
{
    size_t length = strlen(path);
    for (size_t i = 0; i < house->known.count; i++) {
        struct qb_map_item *item = &house->known.items[i];
        if (item->value && (!length || (!strncmp(item->key, path, length) && item->key[length] == '/')))
            qb_map_remove(&house->known, item->key, item->length);
    }
}

static inline void scan(struct house *house, const char *path)
{
    forget_beneath(house, path);
    int result = qb_file_walk(house->dir, path, learn, house, NULL);
    assert_true(result == QB_OK || result == QB_EABSENT || result == QB_EUNSAFE);
}

static inline void look_at_file(struct house *house, const char *path)
{
    struct qb_file_stat st;
    qb_map_remove(&house->known, path, strlen(path));
    if (qb_file_stat(house->dir, path, &st, NULL) == QB_OK)
        learn(house, path, &st, NULL);
}

/* One pass of the daemon. */
static inline void respond(struct house *house)
{
    bool directory;
    size_t at = 0;
    if (qb_notify_wants_rebuild(house->notify)) {
        assert_int_equal(qb_notify_rebuild(house->notify, NULL), QB_OK);
        scan(house, "");
    } else {
        for (const char *path; (path = next_mark(house, &at, &directory));) {
            if (!directory) {
                look_at_file(house, path);
                continue;
            }
            assert_int_equal(qb_notify_watch_beneath(house->notify, path, NULL), QB_OK);
            scan(house, path);
        }
    }
    clear_marks(house);
}

/* Until nothing comes any more: true when something was done. */
static inline bool run(struct house *house)
{
    bool worked = false;
    for (;;) {
        drain(house);
        if (!house->marks.count && !qb_notify_wants_rebuild(house->notify))
            return worked;
        respond(house);
        worked = true;
    }
}

static inline bool knows(const struct house *house, const char *path)
{
    return qb_map_get_string(&house->known, path) != NULL;
}

static inline int open_notify(struct house *house, size_t most, struct qb_err *err)
{
    const struct qb_notify_options options = {.ignore = house->ignore, .most_watches = most};
    return qb_notify_open(&house->notify, house->dir, house->folder, &options, err);
}

/* Watches what is there and knows it. */
static inline void start(struct house *house)
{
    assert_int_equal(open_notify(house, 0, NULL), QB_OK);
    assert_int_equal(qb_notify_rebuild(house->notify, NULL), QB_OK);
    scan(house, "");
    clear_marks(house);
}

static inline int make_house(void **state)
{
    static struct house house;
    house = (struct house){.ignore = qb_ignore_new(NULL, 0)};
    snprintf(house.base, sizeof house.base, "/tmp/qbis-notify-XXXXXX");
    if (!mkdtemp(house.base))
        return -1;
    snprintf(house.folder, sizeof house.folder, "%s/F", house.base);
    if (mkdir(house.folder, 0700) < 0)
        return -1;
    house.dir = qb_file_open_dir(house.folder, NULL);
    *state = &house;
    return house.dir < 0 ? -1 : 0;
}

static inline int leave_house(void **state)
{
    struct house *house = *state;
    qb_notify_close(house->notify);
    qb_ignore_free(house->ignore);
    qb_buf_fini(&house->marks.text);
    qb_map_fini(&house->known);
    qb_pool_fini(&house->names);
    close(house->dir);
    remove_tree(house->base);
    return 0;
}

static inline size_t open_descriptors(void)
{
    size_t count = 0;
    DIR *list = opendir("/proc/self/fd");
    assert_non_null(list);
    while (readdir(list))
        count++;
    closedir(list);
    return count;
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_notify__##name, make_house, leave_house)

#endif
