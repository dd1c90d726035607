/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A folder and its history in a temporary directory, for the tests of core/history: files are put into the folder,
 * `save` does what a pass does, and the real git looks at the outcome.
 */
#ifndef QB_TESTS_HISTORY_WORLD_H
#define QB_TESTS_HISTORY_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/base/file.h"
#include "core/base/map.h"
#include "core/base/mem.h"
#include "core/history/history.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOON 1591761600 /* 2020-06-10 04:00 UTC, 11:00 in Jakarta */
#define ZONE 420

struct world {
    char root[64];
    char folder[96];
    char repository[96];
    int dir; /* the folder */
    struct qb_history *history;
    int64_t now; /* one minute on with every save */
};

static const struct qb_history_person watcher = {"Q-BIS", "qbis@localhost", NOON, ZONE};

/* --- the world --- */

static inline void world_open(struct world *world, enum qb_history_access access, struct qb_buf *notes)
{
    struct qb_err err = {0};
    int result = qb_history_open(&world->history, world->repository, world->folder, true, access, notes, &err);
    if (result < 0)
        fail_msg("cannot open: %s", err.message);
}

static inline void world_close(struct world *world)
{
    qb_history_close(world->history);
    world->history = NULL;
}

static inline int world_setup(void **state)
{
    struct world *world = qb_mem_alloc(sizeof *world);
    strcpy(world->root, "/tmp/qbis-history-XXXXXX");
    assert_non_null(mkdtemp(world->root));
    snprintf(world->folder, sizeof world->folder, "%s/folder", world->root);
    snprintf(world->repository, sizeof world->repository, "%s/history.git", world->root);
    assert_int_equal(mkdir(world->folder, 0777), 0);
    world->dir = qb_file_open_dir(world->folder, NULL);
    world->now = NOON;
    world_open(world, QB_HISTORY_EXCLUSIVE, NULL);
    *state = world;
    return 0;
}

static inline int remove_one(const char *path, const struct stat *st, int type, struct FTW *walk)
{
    (void)st;
    (void)type;
    (void)walk;
    return remove(path);
}

static inline int world_teardown(void **state)
{
    struct world *world = *state;
    world_close(world);
    close(world->dir);
    nftw(world->root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(world);
    return 0;
}

/* --- git --- */

static inline void child(const struct world *world, int out, char **argv)
{
    char home[128];
    snprintf(home, sizeof home, "%s/home", world->root);
    setenv("HOME", home, 1);
    setenv("XDG_CONFIG_HOME", home, 1);
    setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
    if (!argv[1] || strcmp(argv[1], "clone")) {
        setenv("GIT_DIR", world->repository, 1);
        setenv("GIT_WORK_TREE", world->folder, 1);
    }
    setenv("GIT_AUTHOR_NAME", "A person", 1);
    setenv("GIT_AUTHOR_EMAIL", "person@example.org", 1);
    setenv("GIT_COMMITTER_NAME", "A person", 1);
    setenv("GIT_COMMITTER_EMAIL", "person@example.org", 1);
    setenv("LC_ALL", "C", 1);
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
    execvp(argv[0], argv);
    _exit(127);
}

/* Runs git with the words, separated by blanks; its output goes to `out` (may be NULL). Returns the exit status. */
static inline int git_try(const struct world *world, struct qb_buf *out, const char *words)
{
    struct qb_buf line = {0};
    char *argv[32] = {NULL};
    int argc = 0;
    int pipe_ends[2];
    char part[4096];
    ssize_t got;
    int status;
    char *rest;
    qb_buf_addf(&line, "git %s", words);
    for (char *word = strtok_r(line.data, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        argv[argc++] = word;
    assert_int_equal(pipe2(pipe_ends, O_CLOEXEC), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (!pid)
        child(world, pipe_ends[1], argv);
    close(pipe_ends[1]);
    while ((got = read(pipe_ends[0], part, sizeof part)) > 0)
        if (out)
            qb_buf_add(out, part, (size_t)got);
    close(pipe_ends[0]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    qb_buf_fini(&line);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The same, which must succeed; the output without its last newline is the caller's. */
static inline char *git(const struct world *world, const char *words)
{
    struct qb_buf out = {0};
    int status = git_try(world, &out, words);
    if (status)
        fail_msg("git %s: status %d: %s", words, status, qb_buf_text(&out));
    if (out.length && out.data[out.length - 1] == '\n')
        out.data[--out.length] = '\0';
    return qb_buf_steal(&out);
}

static inline void git_says(const struct world *world, const char *words, const char *expected)
{
    char *said = git(world, words);
    assert_string_equal(said, expected);
    free(said);
}

static inline void fsck(const struct world *world)
{
    struct qb_buf out = {0};
    int status = git_try(world, &out, "fsck --strict --no-dangling --no-progress");
    /* "notice: ..." lines tell of a branch without commits */
    if (status || strstr(qb_buf_text(&out), "error") || strstr(qb_buf_text(&out), "missing"))
        fail_msg("git fsck: status %d: %s", status, qb_buf_text(&out));
    qb_buf_fini(&out);
}

/* --- files and passes --- */

/* Without fsync: thousands of files are put in no time. */
static inline void put(const struct world *world, const char *path, const char *text)
{
    const char *slash = strrchr(path, '/');
    char *parent = qb_mem_copy(path, slash ? (size_t)(slash - path) : 0);
    int fd = openat(world->dir, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0 && qb_file_make_dirs(world->dir, parent, NULL) == 0)
        fd = openat(world->dir, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    free(parent);
    if (fd < 0)
        fail_msg("%s: %s", path, strerror(errno));
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static inline void take(const struct world *world, const char *path)
{
    assert_int_equal(unlinkat(world->dir, path, 0), 0);
}

struct saving {
    struct world *world;
    struct qb_pool paths;
    struct qb_map committed; /* path -> qb_oid */
    struct qb_history_change *changes;
    size_t count;
    size_t capacity;
};

static inline int save_committed(void *context, const char *path, const struct qb_oid *blob, struct qb_err *err)
{
    struct saving *saving = context;
    struct qb_oid *copy = qb_arena_alloc(&saving->paths.arena, sizeof *copy);
    (void)err;
    *copy = *blob;
    qb_map_put_string(&saving->committed, qb_pool_string(&saving->paths, path), copy);
    return 0;
}

static inline void save_change(struct saving *saving, const char *path, const struct qb_oid *blob)
{
    QB_MEM_GROW(saving->changes, saving->count, saving->capacity);
    saving->changes[saving->count++] =
        (struct qb_history_change){.path = qb_pool_string(&saving->paths, path), .blob = *blob};
}

static inline int save_file(void *context, const char *path, const struct qb_file_stat *st, struct qb_err *err)
{
    struct saving *saving = context;
    struct qb_buf text = {0};
    struct qb_oid oid;
    if (!S_ISREG(st->mode) || !qb_history_path_allowed(path))
        return 0;
    int result = qb_file_read(saving->world->dir, path, (size_t)1 << 26, &text, NULL, err);
    const struct qb_oid *before = qb_map_remove(&saving->committed, path, strlen(path));
    assert_true(qb_oid_of_blob(text.data, text.length, &oid));
    if (result == 0 && (!before || !qb_oid_equal(before, &oid))) {
        result = qb_history_add_known(saving->world->history, text.data, text.length, &oid, err);
        save_change(saving, path, &oid);
    }
    qb_buf_fini(&text);
    return result;
}

/* Commits what differs between the folder and the newest commit. */
static inline int save_try(struct world *world, const char *message, size_t announced, struct qb_err *err)
{
    static const struct qb_oid none;
    struct saving saving = {.world = world};
    struct qb_map_item *item;
    size_t at = 0;
    qb_arena_init(&saving.paths.arena);
    int result = qb_history_files(world->history, save_committed, &saving, err);
    if (result == 0)
        result = qb_history_begin(world->history, announced, err);
    if (result == 0)
        result = qb_file_walk(world->dir, "", save_file, &saving, err);
    while (result == 0 && (item = qb_map_next(&saving.committed, &at)))
        save_change(&saving, item->key, &none);
    world->now += 60;
    struct qb_history_commit commit = {.author = {"Siti", "siti@example.org", world->now - 30, ZONE},
                                       .message = message,
                                       .changes = saving.changes,
                                       .change_count = saving.count};
    struct qb_history_person committer = watcher;
    committer.when = world->now;
    if (result == 0)
        result = qb_history_commit(world->history, &commit, 1, &committer, err);
    qb_map_fini(&saving.committed);
    qb_pool_fini(&saving.paths);
    free(saving.changes);
    return result;
}

static inline void save(struct world *world, const char *message)
{
    struct qb_err err = {0};
    if (save_try(world, message, 0, &err) < 0)
        fail_msg("cannot save: %s (%s)", err.message, err.file);
}

static inline bool stat_in_folder(void *context, const char *path, struct qb_file_stat *st)
{
    struct world *world = context;
    return qb_file_stat(world->dir, path, st, NULL) == 0;
}

/* With an index, git finds the folder as it was committed. */
static inline void assert_clean(struct world *world)
{
    struct qb_err err = {0};
    if (qb_history_refresh_index(world->history, stat_in_folder, world, &err) < 0)
        fail_msg("index: %s", err.message);
    git_says(world, "status --porcelain", "");
    git_says(world, "diff --cached --name-only", "");
}

/* fsck passes and the folder is what was committed. */
static inline void assert_whole(struct world *world)
{
    fsck(world);
    assert_clean(world);
}

/* The path of the loose object that git finds for the revision. */
static inline void loose_path(const struct world *world, const char *revision, char *path, size_t size)
{
    char words[256];
    snprintf(words, sizeof words, "rev-parse %s", revision);
    char *id = git(world, words);
    snprintf(path, size, "%s/objects/%.2s/%s", world->repository, id, id + 2);
    free(id);
}

/* Replaces a file of the repository, whatever its permissions. */
static inline void spoil(const char *path, const char *text)
{
    unlink(path);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

#endif
