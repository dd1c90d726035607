/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why a file changed, as far as somebody said so: the `correction_reason` of a record, and what `qbis restore` was
 * told. The journal quotes it in the commit.
 *
 * What `qbis restore` and `qbis resolve` write is announced by a file in the state directory (watcher/marks), before
 * the records are written; whoever commits them removes it.
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
/* The same for a record that `qbis resolve` writes: how it was decided, as lines of the commit's message. */
int qb_resolve_announce(int state, const char *path, const struct qb_oid *blob, const char *said, struct qb_err *err);
/* Reads the marks that are there into what the folder knows of its changed files: those that hold just the announced
 * version are said to be restored or resolved. Called before they are committed. */
void qb_marks_recognise(struct qb_folder *folder);
/* Removes the marks once their files were committed. */
void qb_marks_done(struct qb_folder *folder);

#endif
