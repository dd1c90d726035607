/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files beneath a directory that was opened once. Every path is relative to that directory and is opened
 * with openat2(RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS): no link is followed, nothing outside is reached.
 *
 * Writing is temporary in the same directory, write, fsync, rename, fsync of the directory. Errors of the
 * single writes stick and are reported by commit; abort is always safe, also after commit:
 *
 *     struct qb_file_writer w;
 *     qb_file_writer_init(&w, dir, "schedule/schedule.json", &err);
 *     qb_file_writer_add(&w, bytes, length);
 *     if (qb_file_writer_commit(&w, &err) < 0) ...
 *     qb_file_writer_fini(&w);
 */
#ifndef QB_CORE_BASE_FILE_H
#define QB_CORE_BASE_FILE_H

#include "core/base/buf.h"
#include "core/base/err.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* What tells one state of a file from another. */
struct qb_file_stat {
    int64_t size;     /* bytes */
    int64_t mtime_ns; /* since the epoch */
    int64_t ctime_ns;
    uint64_t inode;
    uint64_t device;
    uint32_t mode; /* as in struct stat: type and permissions */
    uint32_t uid;
    uint32_t gid;
};

bool qb_file_stat_equal(const struct qb_file_stat *a, const struct qb_file_stat *b);

/* Opens a directory by any path, close-on-exec. Returns a descriptor (close it) or an error. */
int qb_file_open_dir(const char *path, struct qb_err *err);
/* The same beneath `dir`, without following links. "" and "." mean `dir` itself. */
int qb_file_open_dir_at(int dir, const char *path, struct qb_err *err);

/* Stat without following links: QB_EABSENT when nothing is there. */
int qb_file_stat(int dir, const char *path, struct qb_file_stat *st, struct qb_err *err);

/* Reads a whole regular file of at most `most` bytes into `out` (cleared first) and its stat into `st` (may
 * be NULL). QB_EABSENT, QB_EUNSAFE (link, FIFO, device, directory), QB_ELIMIT, QB_ESYS, and QB_ECHANGED when
 * size or times differ before and after. `out` is unspecified after an error. */
int qb_file_read(int dir, const char *path, size_t most, struct qb_buf *out, struct qb_file_stat *st,
                 struct qb_err *err);
/* Reads many files one after another, those of one directory with one look-up of it: what qb_file_read answers. For one
 * thread; `dir` is borrowed. */
struct qb_file_reader {
    int dir;
    int parent;         /* the directory of the last file, or -1 */
    struct qb_buf path; /* its path */
};
void qb_file_reader_init(struct qb_file_reader *reader, int dir);
void qb_file_reader_fini(struct qb_file_reader *reader);
int qb_file_reader_read(struct qb_file_reader *reader, const char *path, size_t most, struct qb_buf *out,
                        struct qb_file_stat *st, struct qb_err *err);
/* The same for any path given by a person on the command line: links are followed, "-" is standard input. */
int qb_file_read_path(const char *path, size_t most, struct qb_buf *out, struct qb_err *err);

struct qb_file_writer {
    int dir;
    char *path;
    char *temporary;
    int fd;
    struct qb_file_stat st; /* after commit: of the file as it was written, so that a later change shows */
    struct qb_err first;    /* the first error sticks */
};

/* Makes missing parent directories. The temporary's name starts with "~" and ends in ".tmp". */
int qb_file_writer_init(struct qb_file_writer *writer, int dir, const char *path, struct qb_err *err);
void qb_file_writer_add(struct qb_file_writer *writer, const void *bytes, size_t length);
int qb_file_writer_commit(struct qb_file_writer *writer, struct qb_err *err);
/* Commit in its three steps, for who writes many files (core/base/batch): to the disk, to its place, and the place to
 * the disk, which several files of one directory may share. */
int qb_file_writer_sync(struct qb_file_writer *writer);
int qb_file_writer_install(struct qb_file_writer *writer);
int qb_file_sync_parent(int dir, const char *path, struct qb_err *err);
void qb_file_writer_fini(struct qb_file_writer *writer); /* removes the temporary when not committed */

/* Whether the file holds exactly these bytes; its stat comes along (`st` may be NULL). */
bool qb_file_holds(int dir, const char *path, const void *bytes, size_t length, struct qb_file_stat *st);
/* Replaces a file by these bytes unless it already holds them. *changed (may be NULL) says whether it was
 * written; *st (may be NULL) receives the file's stat afterwards. */
int qb_file_replace(int dir, const char *path, const void *bytes, size_t length, bool *changed, struct qb_file_stat *st,
                    struct qb_err *err);
/* Removes a file; not being there is no error. */
int qb_file_remove(int dir, const char *path, struct qb_err *err);
/* Makes a directory and its parents beneath `dir`. */
int qb_file_make_dirs(int dir, const char *path, struct qb_err *err);

/* Walks everything beneath `path` ("" for all), directories before what is in them, each directory in byte
 * order of names. The callback gets the path relative to `dir` and the stat (links as links). It returns
 * 0 to go on, QB_FILE_SKIP not to enter a directory, or a negative code to stop the walk, which returns it.
 * What vanishes meanwhile is passed over. What cannot be entered or listed is left out, the walk goes on, and the
 * first such reason is returned at the end: then not everything was seen. */
#define QB_FILE_SKIP 1
typedef int qb_file_visit(void *context, const char *path, const struct qb_file_stat *st, struct qb_err *err);
int qb_file_walk(int dir, const char *path, qb_file_visit *visit, void *context, struct qb_err *err);
/* The same, and `unseen` is called for each path that could not be entered or listed, with the reason; the walk then
 * returns QB_OK. Only that `path` itself cannot be opened is an error still. */
typedef void qb_file_unseen(void *context, const char *path, const struct qb_err *why);
int qb_file_walk_around(int dir, const char *path, qb_file_visit *visit, qb_file_unseen *unseen, void *context,
                        struct qb_err *err);
/* The same, but regular files are told by what their directory says: of their stat only the type in `mode` is set. */
int qb_file_walk_names(int dir, const char *path, qb_file_visit *visit, qb_file_unseen *unseen, void *context,
                       struct qb_err *err);

#endif
