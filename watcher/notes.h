/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The notes beside records with errors: which there should be, and what they say. */
#ifndef QB_WATCHER_NOTES_H
#define QB_WATCHER_NOTES_H

#include "watcher/folder.h"

/* The path of the note beside a record, into `path` (cleared first): "records/x/SHP-A.json" ->
 * "records/x/SHP-A.problem.txt". */
void qb_notes_path(struct qb_buf *path, const char *record);

/* Calls back with each note that the folder's problems ask for, by path. What the callback answers below 0 ends the
 * walk, which returns it. */
typedef int qb_notes_visit(void *context, const char *path, const struct qb_buf *bytes, struct qb_err *err);
int qb_notes_each(const struct qb_folder *folder, qb_notes_visit *visit, void *context, struct qb_err *err);

#endif
