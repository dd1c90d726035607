/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files come out of the commit's tree one by one, created and never overwritten, beneath a directory of their own: a
 * clone may come from anywhere, so its paths are not trusted. Nothing is synced: it is thrown away again.
 */
#include "watcher/backthen.h"

#include "core/base/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- taking out --- */

struct export
{
    struct qb_history *history;
    int dir;
    char *parent;  /* of the last file, */
    int parent_fd; /* and that directory open; -1: none */
    struct qb_buf bytes;
};

static bool wanted(const char *path)
{
    return !strcmp(path, "qbis.yaml") || !strncmp(path, "kinds/", 6) || !strncmp(path, "records/", 8);
}

static int enter(struct export *out, const char *path, const char **name, struct qb_err *err)
{
    const char *slash = strrchr(path, '/');
    char *parent = qb_mem_copy(path, slash ? (size_t)(slash - path) : 0);
    *name = slash ? slash + 1 : path;
    if (out->parent && !strcmp(out->parent, parent)) {
        free(parent);
        return QB_OK;
    }
    if (out->parent_fd >= 0)
        close(out->parent_fd);
    free(out->parent);
    out->parent = parent;
    int result = *parent ? qb_file_make_dirs(out->dir, parent, err) : QB_OK;
    out->parent_fd = result < 0 ? -1 : qb_file_open_dir_at(out->dir, parent, err);
    return out->parent_fd < 0 ? result < 0 ? result : out->parent_fd : QB_OK;
}

static int create(int dir, const char *name, const struct qb_buf *bytes, struct qb_err *err)
{
    int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    bool fine = fd >= 0;
    for (size_t at = 0; fine && at < bytes->length;) {
        ssize_t written = write(fd, bytes->data + at, bytes->length - at);
        fine = written >= 0 || errno == EINTR;
        at += written > 0 ? (size_t)written : 0;
    }
    int result = fine ? QB_OK : qb_err_sys(err, name, "cannot take a file out of history");
    if (fd >= 0)
        close(fd);
    return result;
}

static int take_out(void *context, const char *path, const struct qb_oid *blob, struct qb_err *err)
{
    struct export *out = context;
    const char *name;
    if (!wanted(path) || !qb_history_path_allowed(path))
        return QB_OK;
    int result = qb_history_read(out->history, blob, &out->bytes, err);
    if (result == QB_OK)
        result = enter(out, path, &name, err);
    return result == QB_OK ? create(out->parent_fd, name, &out->bytes, err) : result;
}

static int make_directory(struct qb_backthen *then, struct qb_err *err)
{
    const char *base = getenv("TMPDIR");
    struct qb_buf path = {0};
    qb_buf_addf(&path, "%s/qbis-XXXXXX", base && *base == '/' ? base : "/tmp");
    then->directory = qb_buf_steal(&path);
    if (mkdtemp(then->directory))
        return QB_OK;
    int result = qb_err_sys(err, then->directory, "cannot make a temporary directory");
    free(then->directory);
    then->directory = NULL;
    return result;
}

static int take_all(struct qb_backthen *then, struct qb_history *history, struct qb_err *err)
{
    struct export out = {.history = history, .parent_fd = -1};
    int result = out.dir = qb_file_open_dir(then->directory, err);
    if (result >= 0) {
        result = qb_history_files_at(history, then->commit, 0, take_out, &out, err);
        close(out.dir);
    }
    if (out.parent_fd >= 0)
        close(out.parent_fd);
    free(out.parent);
    qb_buf_fini(&out.bytes);
    return result;
}

/* --- opening --- */

qb_date qb_backthen_as_of(const char *message)
{
    const char *line = message;
    qb_date day = QB_DATE_NONE;
    for (; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (!strncmp(line, "As-of: ", 7))
            day = qb_date_parse(line + 7, strcspn(line + 7, "\n"));
    }
    return day;
}

static int find(struct qb_backthen *then, struct qb_history *history, const char *revision, int offset_minutes,
                struct qb_err *err)
{
    struct qb_history_entry entry;
    struct qb_buf text = {0};
    int result = qb_history_resolve(history, revision, offset_minutes, &entry, &text, err);
    if (result == QB_OK) {
        memcpy(then->commit, entry.id, sizeof entry.id);
        then->as_of = qb_date_parse(revision, strlen(revision));
        if (then->as_of == QB_DATE_NONE)
            then->as_of = qb_backthen_as_of(entry.message);
        if (then->as_of == QB_DATE_NONE)
            then->as_of = qb_date_at(entry.committer.when, offset_minutes);
    }
    qb_buf_fini(&text);
    return result;
}

int qb_backthen_open(struct qb_backthen *then, const struct qb_invocation *invocation, const char *repository,
                     const char *revision, int offset_minutes, struct qb_err *err)
{
    struct qb_history *history = NULL;
    *then = (struct qb_backthen){.invocation = *invocation};
    int result = make_directory(then, err);
    if (result == QB_OK)
        result = qb_history_open(&history, repository, then->directory, false, QB_HISTORY_SHARED, NULL, err);
    if (result == QB_OK)
        result = find(then, history, revision, offset_minutes, err);
    if (result == QB_OK)
        result = take_all(then, history, err);
    qb_history_close(history);
    if (result < 0)
        return result;
    then->invocation.folder = then->directory;
    struct qb_office_past past = {.repository = repository, .commit = then->commit};
    return qb_office_open_past(&then->office, &then->invocation, &past)
               ? QB_OK
               : qb_err_set(err, QB_EABSENT, NULL, "revision %s holds no folder that can be used", revision);
}

static int drop(const char *path, const struct stat *st, int type, struct FTW *place)
{
    (void)st;
    (void)place;
    if (type == FTW_DP)
        rmdir(path);
    else
        unlink(path);
    return 0;
}

void qb_backthen_close(struct qb_backthen *then)
{
    qb_office_close(&then->office);
    if (then->directory)
        nftw(then->directory, drop, 16, FTW_DEPTH | FTW_PHYS);
    free(then->directory);
    then->directory = NULL;
}
