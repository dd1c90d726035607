/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of this folder share. Objects go into the repository in one of two ways, which `objects` alone
 * decides: loose, or into the pack that is being written while a burst lasts. Reading knows both.
 *
 *     repository   opening, configuration, HEAD           mend      what a kill or a bad disk left behind
 *     objects      ids, reading, writing, presence        loose     one object, one file
 *     pack         a pack and its index, streamed         stream    buffered writing, SHA-1, CRC-32, deflate
 *     delta        git's deltas                           packs     the packs that are there
 *     naming       what path an object is of              repack    loose objects and small packs into one
 *     tree         parsing, walking, comparing            update    trees that a set of changes makes
 *     path         which names git accepts                commit    commits, refs, exceptions
 *     index        git's index file                       log       finding, walking, comparing commits
 */
#ifndef QB_CORE_HISTORY_INTERNAL_H
#define QB_CORE_HISTORY_INTERNAL_H

#include "core/base/map.h"
#include "core/history/history.h"
#include "core/history/sha1.h"
#include "core/history/sign.h"

#include <git2.h>
#include <zlib.h>

/* blobs or paths; from here on a pass writes one pack: below it, loose files are quicker and pack up later */
#define QB_HISTORY_PACK_FROM 256
/* milliseconds; how long somebody else may hold or move a ref before the pass gives up */
#define QB_HISTORY_PATIENCE 2000
/* levels of directories that are walked: more than a folder can have (core/base/limits.h), and safe for the stack */
#define QB_HISTORY_MAX_DEPTH 256
/* the branch that holds the history */
#define QB_HISTORY_MAIN "refs/heads/main"
#define QB_HISTORY_EXCEPTIONS "refs/qbis/exceptions"

struct qb_pack;
struct qb_loose;

struct qb_history {
    git_repository *repo;
    git_odb *odb;
    char *path;           /* of the repository, without a slash behind */
    char *folder;         /* core.worktree */
    int dir;              /* descriptor of the repository */
    int objects;          /* descriptor of its objects/ */
    bool unsynced;        /* objects were written since the last qb_history_sync */
    struct qb_pack *pack; /* being written, or NULL */
    struct qb_loose *loose;
    bool signs; /* commits, with: */
    struct qb_signer signer;
    /* The index as it was last brought up to date, so that nothing is read when nothing happened. */
    struct qb_file_stat index_stat;
    struct qb_oid index_tree;
    /* The newest commit as it was left, so that one made by somebody else is noticed. */
    struct qb_oid tip;
    bool tip_known;
};

/* --- repository.c --- */

/* The code that fits the last error of libgit2, whose text goes into `err` behind the caller's. */
int qb_git_err(struct qb_err *err, int git_code, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Opens the repository anew: what another git has repacked meanwhile is seen. */
int qb_repository_reload(struct qb_history *history, struct qb_err *err);
/* Brings everything that was written to the disk. */
int qb_repository_sync(struct qb_history *history, struct qb_err *err);
/* The newest commit of `main`; all zero while there is none. */
int qb_repository_head(struct qb_history *history, struct qb_oid *commit, struct qb_err *err);

/* --- mend.c --- */

/* Removes locks and temporaries, finishes a pack that was being put in place, drops empty objects and counts them.
 * `again`: spares what may be a git's that is at work. */
int qb_mend_leftovers(struct qb_history *history, bool again, struct qb_buf *notes, size_t *empty, struct qb_err *err);
/* Whether the newest commit and its topmost directory can be read: a quick look. */
bool qb_mend_head_sound(struct qb_history *history);

/* --- stream.c: sequential writing; the first error sticks --- */

enum { QB_STREAM_SHA1 = 1, QB_STREAM_CRC = 2 }; /* what is reckoned on the way */

struct qb_stream {
    int fd;
    int error; /* errno of the first write that failed, else 0 */
    unsigned sums;
    uint64_t length; /* bytes taken */
    uint32_t crc;    /* CRC-32 of what came since the owner set it to 0 */
    struct qb_sha1 sha;
    size_t used;
    unsigned char *buffer;
};
void qb_stream_init(struct qb_stream *stream, int fd, unsigned sums);
void qb_stream_fini(struct qb_stream *stream); /* does not write, does not close */
void qb_stream_add(struct qb_stream *stream, const void *bytes, size_t length);
void qb_stream_add_word(struct qb_stream *stream, uint32_t word); /* big-endian */
void qb_stream_flush(struct qb_stream *stream);
/* Flushes, and adds the SHA-1 of all that came before. */
void qb_stream_end(struct qb_stream *stream, unsigned char digest[QB_SHA1_SIZE]);
/* QB_ESYS for a write that failed with `error`; a path that vanished is no QB_EABSENT here. */
int qb_stream_err(struct qb_err *err, int error, const char *file, const char *what);
/* Deflates the pieces as one zlib stream into `stream`. `z` was made ready by qb_stream_deflater. */
struct qb_piece {
    const void *bytes;
    size_t length;
};
#define QB_DEFLATE_QUICK 1 /* on a page of JSON the highest level is 4 % smaller */
#define QB_DEFLATE_SMALL 6
void qb_stream_deflater(z_stream *z, int level);
void qb_stream_deflate(struct qb_stream *stream, z_stream *z, const struct qb_piece *pieces, size_t count);

/* --- objects.c --- */

/* False when libgit2 sees a SHA-1 collision attack in the bytes; the id is right all the same. */
bool qb_objects_id(const void *bytes, size_t length, git_object_t type, struct qb_oid *oid);
/* Writes unless it is there already. An object that is there but broken is replaced. */
int qb_objects_write(struct qb_history *history, git_object_t type, const void *bytes, size_t length,
                     struct qb_oid *oid, struct qb_err *err);
/* The bytes of an object of that type; hash-checked. QB_EABSENT when there is none. */
int qb_objects_read(struct qb_history *history, const struct qb_oid *oid, git_object_t type, struct qb_buf *out,
                    struct qb_err *err);
/* Puts the pack that is being written in place; without one nothing is done. An error loses what was in it. */
int qb_objects_finish_pack(struct qb_history *history, struct qb_err *err);
void qb_objects_drop_pack(struct qb_history *history);
bool qb_objects_present(struct qb_history *history, const struct qb_oid *oid);

/* --- loose.c --- */

struct qb_loose *qb_loose_new(void);
void qb_loose_free(struct qb_loose *loose); /* NULL-safe */
int qb_loose_write(struct qb_history *history, const struct qb_oid *oid, git_object_t type, const void *bytes,
                   size_t length, struct qb_err *err);
/* Whether there is a loose file of that id whose deflated stream does not come to its end. libgit2 1.5 would read such
 * a one for ever (git_odb_read), so this is asked first. */
bool qb_loose_cut_off(struct qb_history *history, const struct qb_oid *oid);
/* "xx/yyyy..." beneath objects/ */
#define QB_LOOSE_NAME 42
void qb_loose_name(const struct qb_oid *oid, char name[QB_LOOSE_NAME]);

/* --- pack.c --- */

/* Opens a temporary beneath objects/pack; `expected` objects are reckoned with. */
int qb_pack_new(struct qb_pack **pack, const char *repository, size_t expected, int level, struct qb_err *err);
/* NULL-safe; removes the temporary unless it was put in place. */
void qb_pack_free(struct qb_pack *pack);
bool qb_pack_has(const struct qb_pack *pack, const struct qb_oid *oid);
/* Takes a copy of the bytes; it is deflated and written by another thread while the caller goes on. The caller has
 * asked qb_pack_has. Errors may show only at qb_pack_finish. */
int qb_pack_add(struct qb_pack *pack, const struct qb_oid *oid, git_object_t type, const void *bytes, size_t length,
                struct qb_err *err);
/* Writes at once; with a base, which is in the pack, the bytes are the delta that makes the object of it. */
int qb_pack_put(struct qb_pack *pack, const struct qb_oid *oid, git_object_t type, const struct qb_oid *base,
                const void *bytes, size_t length, struct qb_err *err);
int qb_pack_read(struct qb_pack *pack, const struct qb_oid *oid, git_object_t type, struct qb_buf *out,
                 struct qb_err *err);
/* Completes the pack, writes its index, brings both to the disk and gives them their names. */
int qb_pack_finish(struct qb_pack *pack, struct qb_err *err);
/* After that: "pack-NAME.pack". */
const struct qb_oid *qb_pack_name(const struct qb_pack *pack);

/* --- delta.c: git's deltas --- */

struct qb_delta;                                                /* a base, made ready for comparing others with it */
struct qb_delta *qb_delta_new(const void *base, size_t length); /* borrows the bytes */
void qb_delta_free(struct qb_delta *delta);                     /* NULL-safe */
/* Writes what makes `bytes` of the base into `out`; false when that would take more than `most` bytes. */
bool qb_delta_make(const struct qb_delta *delta, const void *bytes, size_t length, size_t most, struct qb_buf *out);
/* The other way round; false when it does not fit the base. */
bool qb_delta_apply(const void *base, size_t base_length, const void *delta, size_t length, struct qb_buf *out);

/* --- packs.c: the packs that are there --- */

struct qb_packed {
    struct qb_oid name; /* "pack-NAME.pack" */
    uint32_t count;     /* of objects */
    bool plain;         /* without deltas, as a burst leaves it */
    bool fixed;         /* somebody marked it: it is not taken apart */
};
/* All packs of git's form, smallest first. `*packs` is the caller's. */
int qb_packs_list(struct qb_history *history, struct qb_packed **packs, size_t *count, struct qb_err *err);
/* Appends the ids of a pack's objects. */
int qb_packs_ids(struct qb_history *history, const struct qb_packed *pack, struct qb_oid **ids, size_t *count,
                 size_t *capacity, struct qb_err *err);
void qb_packs_remove(struct qb_history *history, const struct qb_packed *pack);

/* --- naming.c: which version of which path an object is --- */

struct qb_named {
    struct qb_oid oid;
    const char *path;  /* in the pool; NULL: not known, or a commit */
    uint32_t version;  /* 0 is the newest; UINT32_MAX: not known */
    git_object_t type; /* GIT_OBJECT_INVALID: cannot be read */
    bool loose;
};
/* Fills in type, path and version. The objects are sorted by id. What cannot be found out stays unknown. */
void qb_naming_run(struct qb_history *history, struct qb_named *objects, size_t count, struct qb_pool *paths);

/* --- tree.c --- */

#define QB_MODE_FILE 0100644u
#define QB_MODE_TREE 0040000u

struct qb_tree_entry {
    uint32_t mode;
    struct qb_oid oid;
    const char *name; /* NUL-terminated */
    size_t length;
};
/* The entry at *at, which moves on; 0 at the end, negative when the bytes are no tree. */
int qb_tree_next(const struct qb_buf *tree, size_t *at, struct qb_tree_entry *entry);
bool qb_tree_is_file(uint32_t mode); /* a regular file, executable or not */
/* git's order of entries: <0, 0, >0. */
int qb_tree_order(const char *a, size_t a_length, bool a_tree, const char *b, size_t b_length, bool b_tree);
/* Nothing for the zero id. */
int qb_tree_read(struct qb_history *history, const struct qb_oid *oid, struct qb_buf *out, struct qb_err *err);
int qb_tree_broken(const struct qb_oid *oid, struct qb_err *err);
void qb_tree_add(struct qb_buf *tree, uint32_t mode, const char *name, size_t length, const struct qb_oid *oid);
/* The directory, or the regular file, of that name in a tree; zero when there is none. */
int qb_tree_child(struct qb_history *history, const struct qb_oid *tree, const char *name, size_t length,
                  bool directory, struct qb_oid *oid, struct qb_err *err);
/* The regular file at `path` in a tree; zero when there is none. */
int qb_tree_find(struct qb_history *history, const struct qb_oid *tree, const char *path, struct qb_oid *blob,
                 struct qb_err *err);
int qb_tree_files(struct qb_history *history, const struct qb_oid *tree, qb_history_file *visit, void *context,
                  struct qb_err *err);
/* Both may be zero. */
int qb_tree_diff(struct qb_history *history, const struct qb_oid *before, const struct qb_oid *after,
                 qb_history_diff_visit *visit, void *context, struct qb_err *err);

/* --- update.c --- */

/* The tree that the changes make of `base` (zero: of nothing). Zero in `tree` when nothing is left. */
int qb_tree_update(struct qb_history *history, const struct qb_oid *base, const struct qb_history_change *changes,
                   size_t count, struct qb_oid *tree, struct qb_err *err);

/* --- commit.c --- */

/* What a commit says of itself. The strings are in `text`, which the caller keeps. */
struct qb_commit {
    struct qb_oid tree;
    struct qb_oid parent; /* the first; zero when there is none */
    struct qb_history_person author;
    struct qb_history_person committer;
    const char *message;
};
int qb_commit_read(struct qb_history *history, const struct qb_oid *id, struct qb_buf *text, struct qb_commit *commit,
                   struct qb_err *err);

#endif
