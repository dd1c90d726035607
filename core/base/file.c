/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files beneath a directory descriptor, read and replaced safely. openat2 (Linux 5.6) does what a chain of
 * checks cannot: it resolves a path without links and without leaving the directory in one step.
 */
#include "core/base/file.h"

#include "core/base/limits.h"
#include "core/base/mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* times that a path is tried again at once when something on it changes just then */
#define EAGAIN_MOST 32
/* bytes; NAME_MAX of every file system that a sync client knows */
#define LONGEST_NAME 255

/* One name of a path, never following it. A link where a directory is wanted gives ELOOP, as openat2 does. */
static int open_step(int dir, const char *name, int flags, mode_t mode)
{
    struct stat st;
    int fd = openat(dir, name, flags | O_NOFOLLOW | O_CLOEXEC, mode);
    int number = errno;
    if (fd < 0 && number == ENOTDIR && !fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) && S_ISLNK(st.st_mode))
        number = ELOOP;
    errno = number;
    return fd;
}

/* What openat2 does, name by name, where it is not to be had: a kernel before 5.6, a sandbox, valgrind. */
static int open_stepwise(int dir, const char *path, int flags, mode_t mode)
{
    int at = dir;
    errno = EXDEV;
    int fd = *path == '/' ? -1 : at;
    while (fd >= 0 && *path) {
        size_t length = strcspn(path, "/");
        char *name = qb_mem_copy(path, length);
        path += length + strspn(path + length, "/");
        errno = EXDEV;
        fd = !strcmp(name, "..") ? -1 : open_step(at, name, *path ? O_PATH | O_DIRECTORY : flags, mode);
        free(name);
        int number = errno;
        if (at != dir)
            close(at);
        errno = number;
        at = fd;
    }
    return fd;
}

static int open_beneath(int dir, const char *path, int flags, mode_t mode)
{
    struct open_how how = {
        .flags = (uint64_t)(unsigned)(flags | O_CLOEXEC),
        .mode = flags & (O_CREAT | O_TMPFILE) ? mode : 0,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
    };
    const char *wanted = *path ? path : ".";
    int tries = EAGAIN_MOST;
    long fd;
    do { /* EAGAIN: something on the path was renamed meanwhile; or somebody holds a lease on the file */
        fd = syscall(SYS_openat2, dir, wanted, &how, sizeof how);
    } while (fd < 0 && (errno == EINTR || (errno == EAGAIN && --tries)));
    return fd < 0 && errno == ENOSYS ? open_stepwise(dir, wanted, flags, mode) : (int)fd;
}

static void fill(struct qb_file_stat *out, const struct stat *st)
{
    *out = (struct qb_file_stat){
        .size = st->st_size,
        .mtime_ns = (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec,
        .ctime_ns = (int64_t)st->st_ctim.tv_sec * 1000000000 + st->st_ctim.tv_nsec,
        .inode = st->st_ino,
        .device = st->st_dev,
        .mode = st->st_mode,
        .uid = st->st_uid,
        .gid = st->st_gid,
    };
}

bool qb_file_stat_equal(const struct qb_file_stat *a, const struct qb_file_stat *b)
{
    return a->size == b->size && a->mtime_ns == b->mtime_ns && a->ctime_ns == b->ctime_ns && a->inode == b->inode &&
           a->device == b->device && a->mode == b->mode;
}

int qb_file_open_dir(const char *path, struct qb_err *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd >= 0 ? fd : qb_err_sys(err, path, "cannot open the directory");
}

int qb_file_open_dir_at(int dir, const char *path, struct qb_err *err)
{
    int fd = open_beneath(dir, path, O_RDONLY | O_DIRECTORY, 0); /* a link gives ELOOP, with O_NOFOLLOW ENOTDIR */
    return fd >= 0 ? fd : qb_err_sys(err, path, "cannot open the directory");
}

int qb_file_stat(int dir, const char *path, struct qb_file_stat *st, struct qb_err *err)
{
    int fd = open_beneath(dir, path, O_PATH | O_NOFOLLOW, 0);
    if (fd < 0)
        return qb_err_sys(err, path, "cannot look at the file");
    struct stat raw;
    int result = fstat(fd, &raw) < 0 ? qb_err_sys(err, path, "cannot look at the file") : QB_OK;
    close(fd);
    if (result == QB_OK)
        fill(st, &raw);
    return result;
}

/* Reads to the end, at most `most` bytes and one more to notice. `expected` is the size of a regular file: what comes
 * after so many bytes, with room for more, is its end. */
static int read_all(int fd, const char *path, size_t most, size_t expected, struct qb_buf *out, struct qb_err *err)
{
    qb_buf_reserve(out, expected < most ? expected + 2 : 4096);
    for (;;) {
        if (out->capacity - out->length < 2)
            qb_buf_reserve(out, out->capacity);
        size_t room = out->capacity - out->length - 1;
        ssize_t got = read(fd, out->data + out->length, room);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return qb_err_sys(err, path, "cannot read");
        if (!got)
            break;
        out->length += (size_t)got;
        if (out->length > most)
            return qb_err_set(err, QB_ELIMIT, path, "larger than %zu bytes", most);
        if (out->length == expected && (size_t)got < room)
            break;
    }
    out->data[out->length] = '\0';
    return QB_OK;
}

static int read_regular(int fd, const char *path, size_t most, struct qb_buf *out, struct qb_file_stat *st,
                        struct qb_err *err)
{
    struct stat raw;
    struct qb_file_stat before;
    struct qb_file_stat after;
    if (fstat(fd, &raw) < 0)
        return qb_err_sys(err, path, "cannot look at the file");
    if (!S_ISREG(raw.st_mode))
        return qb_err_set(err, QB_EUNSAFE, path, "not a regular file");
    if (raw.st_size > 0 && (size_t)raw.st_size > most)
        return qb_err_set(err, QB_ELIMIT, path, "larger than %zu bytes", most);
    fill(&before, &raw);
    int result = read_all(fd, path, most, (size_t)raw.st_size, out, err);
    if (result < 0)
        return result;
    if (fstat(fd, &raw) < 0)
        return qb_err_sys(err, path, "cannot look at the file");
    fill(&after, &raw);
    if (before.size != after.size || before.mtime_ns != after.mtime_ns || before.ctime_ns != after.ctime_ns ||
        (size_t)after.size != out->length)
        return qb_err_set(err, QB_ECHANGED, path, "changed while it was read");
    if (st)
        *st = after;
    return QB_OK;
}

#define READING (O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW)

/* With what opening answered: reads, and closes. */
static int read_opened(int fd, const char *path, size_t most, struct qb_buf *out, struct qb_file_stat *st,
                       struct qb_err *err)
{
    if (fd < 0 && errno == ENXIO) /* a socket */
        return qb_err_set(err, QB_EUNSAFE, path, "not a regular file");
    if (fd < 0 && errno == EAGAIN)
        return qb_err_set(err, QB_ECHANGED, path, "somebody is writing it");
    if (fd < 0)
        return qb_err_sys(err, path, "cannot open");
    int result = read_regular(fd, path, most, out, st, err);
    close(fd);
    return result;
}

int qb_file_read(int dir, const char *path, size_t most, struct qb_buf *out, struct qb_file_stat *st,
                 struct qb_err *err)
{
    qb_buf_clear(out);
    return read_opened(open_beneath(dir, path, READING, 0), path, most, out, st, err);
}

void qb_file_reader_init(struct qb_file_reader *reader, int dir)
{
    *reader = (struct qb_file_reader){.dir = dir, .parent = -1};
}

void qb_file_reader_fini(struct qb_file_reader *reader)
{
    if (reader->parent >= 0)
        close(reader->parent);
    qb_buf_fini(&reader->path);
    *reader = (struct qb_file_reader){.dir = -1, .parent = -1};
}

/* Makes the directory of a path the reader's; *name is the path's last part. */
static int enter_parent(struct qb_file_reader *reader, const char *path, const char **name, struct qb_err *err)
{
    const char *slash = strrchr(path, '/');
    size_t length = slash ? (size_t)(slash - path) : 0;
    *name = slash ? slash + 1 : path;
    if (reader->parent >= 0 && reader->path.length == length && !memcmp(qb_buf_text(&reader->path), path, length))
        return QB_OK;
    if (reader->parent >= 0)
        close(reader->parent);
    qb_buf_clear(&reader->path);
    qb_buf_add(&reader->path, path, length);
    reader->parent = qb_file_open_dir_at(reader->dir, qb_buf_text(&reader->path), err);
    return reader->parent < 0 ? reader->parent : QB_OK;
}

int qb_file_reader_read(struct qb_file_reader *reader, const char *path, size_t most, struct qb_buf *out,
                        struct qb_file_stat *st, struct qb_err *err)
{
    const char *name;
    qb_buf_clear(out);
    int result = enter_parent(reader, path, &name, err);
    if (result < 0)
        return result;
    return read_opened(openat(reader->parent, name, READING | O_CLOEXEC), path, most, out, st, err);
}

int qb_file_read_path(const char *path, size_t most, struct qb_buf *out, struct qb_err *err)
{
    qb_buf_clear(out);
    if (!strcmp(path, "-"))
        return read_all(STDIN_FILENO, path, most, 0, out, err);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return qb_err_sys(err, path, "cannot open");
    int result = read_all(fd, path, most, 0, out, err);
    close(fd);
    return result;
}

/* "a/b/c.json" gives "a/b" and "c.json"; "c.json" gives "" and "c.json". */
static char *parent_of(const char *path, const char **name)
{
    const char *slash = strrchr(path, '/');
    *name = slash ? slash + 1 : path;
    return qb_mem_copy(path, slash ? (size_t)(slash - path) : 0);
}

int qb_file_sync_parent(int dir, const char *path, struct qb_err *err)
{
    const char *name;
    char *parent = parent_of(path, &name);
    int fd = qb_file_open_dir_at(dir, parent, err);
    int result = fd < 0 ? fd : QB_OK;
    /* a file system that cannot sync a directory (EINVAL) has nothing to offer here */
    if (fd >= 0 && fsync(fd) < 0 && errno != EINVAL)
        result = qb_err_sys(err, parent, "cannot bring the directory to the disk");
    if (fd >= 0)
        close(fd);
    free(parent);
    return result;
}

/* Makes the last name of a path whose parent is there, and brings it to the disk with what will be in it. */
static int make_dir(int dir, const char *path, struct qb_err *err)
{
    const char *name;
    char *parent = parent_of(path, &name);
    int fd = qb_file_open_dir_at(dir, parent, err);
    int result = fd < 0 ? fd : QB_OK;
    if (fd >= 0 && mkdirat(fd, name, 0777) == 0)
        fsync(fd); /* where that fails, the sync of what is written there says so */
    else if (fd >= 0 && errno != EEXIST)
        result = qb_err_sys(err, path, "cannot make the directory");
    if (fd >= 0)
        close(fd);
    free(parent);
    return result;
}

int qb_file_make_dirs(int dir, const char *path, struct qb_err *err)
{
    const char *name;
    if (!*path)
        return QB_OK;
    if (*path == '/')
        return qb_err_set(err, QB_EUNSAFE, path, "not beneath the folder");
    int fd = qb_file_open_dir_at(dir, path, NULL);
    if (fd < 0) {
        char *parent = parent_of(path, &name);
        int result = qb_file_make_dirs(dir, parent, err);
        free(parent);
        if (result == QB_OK)
            result = make_dir(dir, path, err);
        if (result < 0)
            return result;
        fd = qb_file_open_dir_at(dir, path, err);
    }
    if (fd == QB_EABSENT)
        return qb_err_set(err, QB_EUNSAFE, path, "something else stands where a directory should be");
    if (fd < 0)
        return fd;
    close(fd);
    return QB_OK;
}

/* "a/b/c.json" gives "a/b/~c.json.tmp", the name cut where that would be too long for a name. */
static char *temporary_of(const char *parent, const char *name)
{
    struct qb_buf path = {0};
    size_t most = LONGEST_NAME - strlen("~.tmp");
    size_t length = strlen(name);
    if (length > most)
        for (length = most; length > most - 3 && ((unsigned char)name[length] & 0xC0) == 0x80;)
            length--;
    qb_buf_addf(&path, "%s%s~%.*s.tmp", parent, *parent ? "/" : "", (int)length, name);
    return qb_buf_steal(&path);
}

/* A file of our own: what is left behind or was planted under that name goes, and is never opened, written through or
 * waited for. */
static int create_anew(int dir, const char *path, struct qb_err *err)
{
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
    int fd = open_beneath(dir, path, flags, 0666);
    if (fd < 0 && errno == EEXIST) {
        int result = qb_file_remove(dir, path, err);
        if (result < 0)
            return result;
        fd = open_beneath(dir, path, flags, 0666);
    }
    return fd < 0 ? qb_err_sys(err, path, "cannot write") : fd;
}

int qb_file_writer_init(struct qb_file_writer *writer, int dir, const char *path, struct qb_err *err)
{
    const char *name;
    char *parent = parent_of(path, &name);
    *writer = (struct qb_file_writer){.dir = dir, .fd = -1, .path = qb_mem_string(path)};
    int result = qb_file_make_dirs(dir, parent, &writer->first);
    if (result == QB_OK) {
        writer->temporary = temporary_of(parent, name);
        writer->fd = create_anew(dir, writer->temporary, &writer->first);
        result = writer->fd < 0 ? writer->fd : QB_OK;
    }
    if (result < 0 && err)
        *err = writer->first;
    free(parent);
    return result;
}

void qb_file_writer_add(struct qb_file_writer *writer, const void *bytes, size_t length)
{
    const char *at = bytes;
    while (length && writer->fd >= 0 && writer->first.code == QB_OK) {
        ssize_t put = write(writer->fd, at, length);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0) {
            qb_err_sys(&writer->first, writer->temporary, "cannot write");
            return;
        }
        at += put;
        length -= (size_t)put;
    }
}

/* Both names are in one directory. */
static int rename_beneath(int dir, const char *from, const char *to, struct qb_err *err)
{
    const char *to_name;
    const char *slash = strrchr(from, '/');
    const char *from_name = slash ? slash + 1 : from;
    char *parent = parent_of(to, &to_name);
    int fd = qb_file_open_dir_at(dir, parent, err);
    int result = fd < 0 ? fd : QB_OK;
    if (fd >= 0 && renameat(fd, from_name, fd, to_name) < 0)
        result = qb_err_sys(err, to, "cannot put the new file in place");
    if (fd >= 0)
        close(fd);
    free(parent);
    return result;
}

/* The stat of the file in its place. The rename has changed its ctime; were it written to by others meanwhile, the
 * stat from before stays, which no file has, so that it will be looked at again. */
static void note_stat(struct qb_file_writer *writer)
{
    struct stat raw;
    if (fstat(writer->fd, &raw) < 0)
        return;
    struct qb_file_stat after;
    fill(&after, &raw);
    if (after.size == writer->st.size && after.mtime_ns == writer->st.mtime_ns)
        writer->st = after;
}

int qb_file_writer_sync(struct qb_file_writer *writer)
{
    struct stat raw = {0};
    if (writer->first.code == QB_OK && (fsync(writer->fd) < 0 || fstat(writer->fd, &raw) < 0))
        qb_err_sys(&writer->first, writer->temporary, "cannot bring the file to the disk");
    fill(&writer->st, &raw);
    return writer->first.code;
}

int qb_file_writer_install(struct qb_file_writer *writer)
{
    if (writer->first.code == QB_OK)
        rename_beneath(writer->dir, writer->temporary, writer->path, &writer->first);
    if (writer->first.code == QB_OK) {
        free(writer->temporary);
        writer->temporary = NULL;
        note_stat(writer);
    }
    if (writer->fd >= 0)
        close(writer->fd); /* errors of writing came with fsync */
    writer->fd = -1;
    return writer->first.code;
}

int qb_file_writer_commit(struct qb_file_writer *writer, struct qb_err *err)
{
    qb_file_writer_sync(writer);
    if (qb_file_writer_install(writer) == QB_OK)
        qb_file_sync_parent(writer->dir, writer->path, &writer->first);
    if (writer->first.code != QB_OK && err)
        *err = writer->first;
    return writer->first.code;
}

void qb_file_writer_fini(struct qb_file_writer *writer)
{
    if (writer->fd >= 0)
        close(writer->fd);
    if (writer->temporary)
        qb_file_remove(writer->dir, writer->temporary, NULL);
    free(writer->temporary);
    free(writer->path);
    *writer = (struct qb_file_writer){.fd = -1};
}

bool qb_file_holds(int dir, const char *path, const void *bytes, size_t length, struct qb_file_stat *st)
{
    struct qb_buf there = {0};
    struct qb_file_stat found;
    if (qb_file_stat(dir, path, &found, NULL) < 0 || (size_t)found.size != length)
        return false;
    bool same = qb_file_read(dir, path, length, &there, &found, NULL) == QB_OK && there.length == length &&
                !memcmp(qb_buf_text(&there), bytes, length);
    qb_buf_fini(&there);
    if (same && st)
        *st = found;
    return same;
}

int qb_file_replace(int dir, const char *path, const void *bytes, size_t length, bool *changed, struct qb_file_stat *st,
                    struct qb_err *err)
{
    if (changed)
        *changed = false;
    if (qb_file_holds(dir, path, bytes, length, st))
        return QB_OK;
    struct qb_file_writer writer;
    int result = qb_file_writer_init(&writer, dir, path, err);
    if (result == QB_OK) {
        qb_file_writer_add(&writer, bytes, length);
        result = qb_file_writer_commit(&writer, err);
    }
    if (result == QB_OK && changed)
        *changed = true;
    if (result == QB_OK && st)
        *st = writer.st;
    qb_file_writer_fini(&writer);
    return result;
}

int qb_file_remove(int dir, const char *path, struct qb_err *err)
{
    const char *name;
    struct qb_err why = {0};
    char *parent = parent_of(path, &name);
    int fd = qb_file_open_dir_at(dir, parent, &why);
    int result = fd < 0 ? fd : QB_OK;
    if (fd >= 0 && unlinkat(fd, name, 0) < 0)
        result = qb_err_sys(&why, path, "cannot remove");
    if (fd >= 0)
        close(fd);
    free(parent);
    if (result == QB_EABSENT)
        return QB_OK;
    if (result < 0 && err)
        *err = why;
    return result;
}

struct walk {
    struct qb_err first; /* of a directory that could not be entered: the walk goes on */
    qb_file_visit *visit;
    qb_file_unseen *unseen; /* may be NULL */
    void *context;
    bool names_only; /* regular files are not looked at */
    struct qb_buf path;
};

/* What a directory says of one thing in it. */
struct item {
    unsigned char type; /* DT_REG, DT_DIR, ..., or DT_UNKNOWN */
    char name[];
};

static struct item *item_new(const struct dirent *found)
{
    size_t size = strlen(found->d_name) + 1;
    struct item *item = qb_mem_alloc(sizeof *item + size);
    item->type = found->d_type;
    memcpy(item->name, found->d_name, size);
    return item;
}

static int by_name(const void *a, const void *b)
{
    return strcmp((*(struct item *const *)a)->name, (*(struct item *const *)b)->name);
}

/* What is in a directory, sorted by name; frees nothing on failure but what it made itself. */
static int list(int fd, const char *path, struct item ***items, size_t *count, struct qb_err *err)
{
    size_t capacity = 0;
    int copy = dup(fd);
    DIR *stream = copy < 0 ? NULL : fdopendir(copy);
    if (!stream) {
        int result = qb_err_sys(err, path, "cannot list the directory");
        if (copy >= 0)
            close(copy);
        return result;
    }
    *items = NULL;
    *count = 0;
    errno = 0;
    for (struct dirent *found; (found = readdir(stream)); errno = 0) {
        if (!strcmp(found->d_name, ".") || !strcmp(found->d_name, ".."))
            continue;
        QB_MEM_GROW(*items, *count, capacity);
        (*items)[(*count)++] = item_new(found);
    }
    int result = errno ? qb_err_sys(err, path, "cannot list the directory") : QB_OK;
    closedir(stream);
    if (*count)
        qsort(*items, *count, sizeof **items, by_name);
    return result;
}

static int walk_dir(struct walk *walk, int fd, unsigned depth, struct qb_err *err);

/* Keeps the first reason why something could not be looked at. What vanished meanwhile is none. */
static void miss(struct walk *walk, int code, const struct qb_err *why)
{
    if (code == QB_EABSENT || code == QB_EUNSAFE)
        return;
    if (walk->unseen)
        walk->unseen(walk->context, qb_buf_text(&walk->path), why);
    else if (walk->first.code == QB_OK)
        walk->first = *why;
}

static int walk_item(struct walk *walk, int fd, const struct item *item, unsigned depth, struct qb_err *err)
{
    struct stat raw = {.st_mode = S_IFREG};
    struct qb_file_stat st;
    struct qb_err why = {0};
    const char *name = item->name;
    bool look = !walk->names_only || item->type != DT_REG;
    if (look && fstatat(fd, name, &raw, AT_SYMLINK_NOFOLLOW) < 0) {
        miss(walk, qb_err_sys(&why, qb_buf_text(&walk->path), "cannot look at the file"), &why);
        return QB_OK;
    }
    fill(&st, &raw);
    int result = walk->visit(walk->context, qb_buf_text(&walk->path), &st, err);
    if (result != QB_OK || !S_ISDIR(raw.st_mode))
        return result == QB_FILE_SKIP ? QB_OK : result;
    int inner = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (inner < 0) {
        miss(walk, qb_err_sys(&why, qb_buf_text(&walk->path), "cannot open the directory"), &why);
        return QB_OK;
    }
    result = walk_dir(walk, inner, depth + 1, err);
    close(inner);
    return result;
}

/* Only the callback ends a walk. */
static int walk_dir(struct walk *walk, int fd, unsigned depth, struct qb_err *err)
{
    struct item **items = NULL;
    size_t count = 0;
    struct qb_err why = {0};
    int result = QB_OK;
    if (depth > QB_MAX_FOLDER_DEPTH)
        miss(
            walk,
            qb_err_set(&why, QB_ELIMIT, qb_buf_text(&walk->path), "folders nested deeper than %d", QB_MAX_FOLDER_DEPTH),
            &why);
    else if (list(fd, qb_buf_text(&walk->path), &items, &count, &why) < 0)
        miss(walk, why.code, &why);
    size_t length = walk->path.length;
    for (size_t i = 0; i < count; i++) {
        if (result == QB_OK) {
            if (length)
                qb_buf_add_char(&walk->path, '/');
            qb_buf_add_string(&walk->path, items[i]->name);
            result = walk_item(walk, fd, items[i], depth, err);
            walk->path.length = length;
            walk->path.data[length] = '\0';
        }
        free(items[i]);
    }
    free(items);
    return result;
}

static int walk_from(struct walk *walk, int dir, const char *path, struct qb_err *err)
{
    int fd = qb_file_open_dir_at(dir, path, err);
    if (fd < 0)
        return fd;
    qb_buf_add_string(&walk->path, path);
    int result = walk_dir(walk, fd, 0, err);
    close(fd);
    qb_buf_fini(&walk->path);
    if (result == QB_OK && walk->first.code != QB_OK) {
        result = walk->first.code;
        if (err)
            *err = walk->first;
    }
    return result;
}

int qb_file_walk(int dir, const char *path, qb_file_visit *visit, void *context, struct qb_err *err)
{
    return walk_from(&(struct walk){.visit = visit, .context = context}, dir, path, err);
}

int qb_file_walk_around(int dir, const char *path, qb_file_visit *visit, qb_file_unseen *unseen, void *context,
                        struct qb_err *err)
{
    return walk_from(&(struct walk){.visit = visit, .unseen = unseen, .context = context}, dir, path, err);
}

int qb_file_walk_names(int dir, const char *path, qb_file_visit *visit, qb_file_unseen *unseen, void *context,
                       struct qb_err *err)
{
    struct walk walk = {.visit = visit, .unseen = unseen, .context = context, .names_only = true};
    return walk_from(&walk, dir, path, err);
}
