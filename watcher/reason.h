/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why a file changed, as far as somebody said so: the `correction_reason` of a record, and what `qbis restore` was
 * told. The journal quotes it in the commit.
 *
 * A restore that a daemon is to commit is announced by the file QB_MARK_RESTORE in the state directory, before the
 * files are written; whoever commits them removes it.
 */
#ifndef QB_WATCHER_REASON_H
#define QB_WATCHER_REASON_H

#include "watcher/folder.h"

/* Takes the correction_reason of a record's text as the reason of its change; none takes an earlier one away. */
void qb_reason_note(struct qb_folder *folder, const char *path, const struct qb_json *record);
/* The reason of the change of that path, or NULL. */
const char *qb_reason_of(const struct qb_folder *folder, const char *path);
void qb_reasons_clear(struct qb_folder *folder);

/* What is to be restored. */
struct qb_restore_file {
    char *path;
    struct qb_oid blob;
    char from[QB_OID_TEXT + 1]; /* the commit that has this version; "^" behind it: the one before */
    struct qb_buf text;
};
struct qb_restore {
    char *reason; /* "" when none was given */
    struct qb_restore_file *files;
    size_t count;
    size_t capacity;
};
void qb_restore_fini(struct qb_restore *restore);
/* Writes the mark. QB_EBUSY while another restore is waiting to be committed. `now` in seconds since the epoch. */
int qb_restore_announce(int state, const struct qb_restore *restore, int64_t now, struct qb_err *err);
/* Reads a mark that is there into what the folder knows of its changed files: those that hold just the restored version
 * are said to be restored. Called before they are committed. */
void qb_restore_recognise(struct qb_folder *folder);
/* Removes the mark once all its files were committed. */
void qb_restore_done(struct qb_folder *folder);

#endif
