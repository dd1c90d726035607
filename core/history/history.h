/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * History: a bare git repository beside the folder (never in it), through libgit2, which no other folder knows.
 *
 *     struct qb_history *history;
 *     qb_history_open(&history, "STATE/history.git", "/abs/FOLDER", true, &err);
 *     qb_history_begin(history, how_many_blobs);
 *     qb_history_add(history, bytes, length, &oid, &err);             a blob for each changed file
 *     qb_history_commit(history, commits, count, &committer, &err);   all of a pass, one after the other
 *     qb_history_close(history);
 *
 * A commit that was reported is on the disk. Trees are updated along the changed paths only. Besides
 * `main` there is refs/qbis/exceptions: a tree with the paths whose version in force differs from the one in the
 * folder; it holds the last valid blob of each, or the empty blob where there never was one. It is written so that a
 * kill at any moment leaves at most an entry too many, which the next pass drops.
 */
#ifndef QB_CORE_HISTORY_HISTORY_H
#define QB_CORE_HISTORY_HISTORY_H

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/file.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct qb_oid {
    unsigned char raw[20];
};
#define QB_OID_TEXT 41
bool qb_oid_equal(const struct qb_oid *a, const struct qb_oid *b);
bool qb_oid_is_zero(const struct qb_oid *oid);
char *qb_oid_format(const struct qb_oid *oid, char text[QB_OID_TEXT]);
bool qb_oid_parse(const char *text, struct qb_oid *oid); /* forty hexadecimal digits; false for anything else */
extern const struct qb_oid qb_oid_empty_blob;
/* The blob id of these bytes (SHA-1 of "blob LENGTH\0" and the bytes); nothing is written. False when the bytes
 * are a SHA-1 collision attack: the id is right, but history refuses them (QB_EUNSAFE), as git would. */
bool qb_oid_of_blob(const void *bytes, size_t length, struct qb_oid *oid);
/* The same id at less than half the cost, without the look for an attack: for bytes that go into no history. */
void qb_oid_of_blob_plain(const void *bytes, size_t length, struct qb_oid *oid);

struct qb_history;
struct qb_signer; /* core/history/sign.h */

/* What lies about half-made in a repository belongs to a process that was killed, or to a git that is at work now. */
enum qb_history_access {
    QB_HISTORY_SHARED,    /* nothing is touched */
    QB_HISTORY_EXCLUSIVE, /* the caller holds the state directory's lock: all of it is removed */
    QB_HISTORY_AGAIN,     /* and has opened it before: only what cannot belong to a git at work */
};

/* Opens, or makes when `create` (otherwise QB_EABSENT). Sets core.bare=false, core.worktree=`folder` (absolute),
 * core.logAllRefUpdates and what keeps the user's git configuration from changing bytes. Removes lock files and
 * temporary objects that a killed daemon left, as `access` allows.
 * `notes` (may be NULL) receives a line for each thing that was mended. */
int qb_history_open(struct qb_history **history, const char *path, const char *folder, bool create,
                    enum qb_history_access access, struct qb_buf *notes, struct qb_err *err);
void qb_history_close(struct qb_history *history); /* NULL-safe */

/* Whether somebody else has moved `main` since this was first asked, or since the last commit made here: then what was
 * remembered of its files no longer holds. */
int qb_history_moved(struct qb_history *history, bool *moved, struct qb_err *err);

/* From now on commits are signed with this key, of which a copy is taken. git finds the keys it may accept in the file
 * `allowed_signers` beside the repository. */
void qb_history_sign_with(struct qb_history *history, const struct qb_signer *signer);
/* The fingerprint of that key (QB_SIGN_FINGERPRINT); false without one. */
bool qb_history_signer_key(const struct qb_history *history, char *fingerprint);

/* Looks at the newest version of everything and mends what a bad disk or a power cut spoilt: a broken file version is
 * made anew when the folder still holds the same bytes; when the newest commit or one of its directories is lost,
 * `main` goes back to the newest one that is whole (what the folder holds is then committed again). The exclusive
 * open does this when it has reason to; call it, under the same lock, when reading answers QB_EGIT. */
int qb_history_mend(struct qb_history *history, struct qb_buf *notes, struct qb_err *err);

/* Whether git takes a path of that name: no empty part, no "." and "..", nothing that some file system reads as
 * ".git..." (`.GIT`, `git~1`, ...), at most QB_MAX_FOLDER_DEPTH levels. Committing any other fails: pass over it. */
bool qb_history_path_allowed(const char *path);

/* Lines for info/exclude, so that `git status` ignores what the watcher ignores. */
int qb_history_exclude(struct qb_history *history, const char *lines, struct qb_err *err);

/* The newest commit of `main`; zero while there is none. */
int qb_history_tip(struct qb_history *history, struct qb_oid *commit, struct qb_err *err);

/* Every file of the newest commit, in tree order; none while there is no commit. `visit` returns 0 to go on; anything
 * else ends the walk, which returns it. */
typedef int qb_history_file(void *context, const char *path, const struct qb_oid *blob, struct qb_err *err);
int qb_history_files(struct qb_history *history, qb_history_file *visit, void *context, struct qb_err *err);
/* The same for a revision as qb_history_find takes it. QB_EABSENT when there is none. */
int qb_history_files_at(struct qb_history *history, const char *revision, int offset_minutes, qb_history_file *visit,
                        void *context, struct qb_err *err);
/* The blob of one path in a revision (NULL: the newest commit; else what git's rev-parse takes, or a date
 * YYYY-MM-DD: the newest commit of that day or before, in the zone of `offset_minutes`). QB_EABSENT. */
int qb_history_find(struct qb_history *history, const char *revision, int offset_minutes, const char *path,
                    struct qb_oid *blob, struct qb_err *err);
/* The bytes of a blob. QB_EABSENT when there is no such object. */
int qb_history_read(struct qb_history *history, const struct qb_oid *blob, struct qb_buf *out, struct qb_err *err);

/* Says how many blobs are about to come, so that many go into one pack and few go loose. After an error of any of the
 * writing functions but QB_EBUSY, blobs that were not committed may be gone: add them again. */
int qb_history_begin(struct qb_history *history, size_t blobs, struct qb_err *err);
int qb_history_add(struct qb_history *history, const void *bytes, size_t length, struct qb_oid *blob,
                   struct qb_err *err);
/* The same for bytes of which qb_oid_of_blob has just given the id (and true): they are not summed again. */
int qb_history_add_known(struct qb_history *history, const void *bytes, size_t length, const struct qb_oid *blob,
                         struct qb_err *err);

struct qb_history_change {
    const char *path;
    struct qb_oid blob; /* zero: the path is removed */
};

struct qb_history_person {
    const char *name;
    const char *email;
    int64_t when;       /* seconds since the epoch */
    int offset_minutes; /* east of UTC */
};

/* "Name <email>" as a commit has it, where some characters cannot stand. The string is the caller's. */
char *qb_history_person_text(const struct qb_history_person *person);

struct qb_history_commit {
    struct qb_history_person author;
    const char *message; /* UTF-8, subject, blank line, body, trailers */
    const struct qb_history_change *changes;
    size_t change_count;
};

/* Writes the commits one upon the other and moves `main` once, when all of it is on the disk. Retries on a
 * held or moved ref (QB_EBUSY when it stays so). On an error nothing is referenced: call again later. */
int qb_history_commit(struct qb_history *history, const struct qb_history_commit *commits, size_t count,
                      const struct qb_history_person *committer, struct qb_err *err);

/* The exceptions as they are stored, and storing them: `items` replaces the whole set. */
int qb_history_exceptions(struct qb_history *history, qb_history_file *visit, void *context, struct qb_err *err);
int qb_history_set_exceptions(struct qb_history *history, const struct qb_history_change *items, size_t count,
                              struct qb_err *err);

/* Brings git's index up to the newest commit, so that `git status` is clean and quick. `stat` (may be NULL) answers for
 * a path what the folder's file looked like when the committed bytes were read from it (false: not known, git will look
 * itself). QB_EBUSY while another git is at work on it. Never needed for history. */
typedef bool qb_history_stat(void *context, const char *path, struct qb_file_stat *st);
int qb_history_refresh_index(struct qb_history *history, qb_history_stat *stat, void *context, struct qb_err *err);

/* Packing up: what was written loose, or in packs without deltas, or in many small packs, goes into one pack in which a
 * version is kept as what differs from the next one. Nothing changes but the room that history takes. It may be killed
 * at any moment, and other programs may read and write history meanwhile, another git's own gc excepted. Takes long:
 * it is for a process of its own, with a history opened there. */
struct qb_history_room {
    size_t loose;
    size_t packs;
    bool many; /* loose objects */
    bool due;  /* it is worth while: many, or packs without deltas, or many packs */
};
int qb_history_room(struct qb_history *history, struct qb_history_room *room, struct qb_err *err);
int qb_history_repack(struct qb_history *history, struct qb_err *err);
/* Removes what a killed packing up left half-way. */
int qb_history_tidy(struct qb_history *history, struct qb_err *err);
/* Sees what another process has packed up, and lets go of what it has removed. */
int qb_history_reread(struct qb_history *history, struct qb_err *err);

/* A walk over commits, newest first. */
struct qb_history_entry {
    char id[QB_OID_TEXT];
    struct qb_history_person author;
    struct qb_history_person committer;
    const char *message;
    /* The versions of the path that was asked for: zero where it does not exist. Both zero without a path. */
    struct qb_oid before;
    struct qb_oid after;
};
/* With a path only the commits that changed it. `visit` returns 0 to go on, 1 to stop, negative for an error. */
typedef int qb_history_visit(void *context, const struct qb_history_entry *entry, struct qb_err *err);
int qb_history_log(struct qb_history *history, const char *path, qb_history_visit *visit, void *context,
                   struct qb_err *err);
/* The commit that a revision means (as qb_history_find takes it), without versions of a path. Its strings are in
 * `text`. QB_EABSENT when there is none. */
int qb_history_resolve(struct qb_history *history, const char *revision, int offset_minutes,
                       struct qb_history_entry *entry, struct qb_buf *text, struct qb_err *err);
/* Takes a commit's signature off: `signature` (armoured, "" when there is none) and the bytes that it is over. */
int qb_history_signature(struct qb_history *history, const char *commit, struct qb_buf *signature,
                         struct qb_buf *payload, struct qb_err *err);
/* What one commit changed against its first parent, in path order. `visit` as qb_history_file. */
typedef int qb_history_diff_visit(void *context, const char *path, const struct qb_oid *before,
                                  const struct qb_oid *after, struct qb_err *err);
int qb_history_diff(struct qb_history *history, const char *commit, qb_history_diff_visit *visit, void *context,
                    struct qb_err *err);

#endif
