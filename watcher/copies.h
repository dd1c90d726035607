/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Conflict copies in a pass: told from records by qb_copies_sort at the end of the scan, taken into history as they
 * are, merged or made problems by qb_copies_decide before publishing, and what was decided is done by qb_copies_apply
 * when history has it all.
 */
#ifndef QB_WATCHER_COPIES_H
#define QB_WATCHER_COPIES_H

#include "watcher/folder.h"

/* The path that a file is a conflict copy of, NULL when it is none. The string is the caller's. */
char *qb_copies_original(struct qb_folder *folder, const char *path);
/* Gives the files that the scan found their class. */
void qb_copies_sort(struct qb_pass *pass);
/* The copy was read: it is on the folder's list. */
void qb_copies_note(struct qb_folder *folder, struct qb_tracked *file);
/* Decides about every copy that changed or whose original did: problems, or plans. */
int qb_copies_decide(struct qb_pass *pass, struct qb_err *err);
/* Carries the plans out. The paths that it wrote or removed are added to `paths`, each NUL-terminated. */
void qb_copies_apply(struct qb_pass *pass, struct qb_buf *paths);
void qb_copies_drop(struct qb_pass *pass);

#endif
