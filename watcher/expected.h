/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The generated files as they should be, computed and written nowhere: every output that the settings ask for, and the
 * notes beside records with errors. After a whole pass over a folder that is only looked at.
 */
#ifndef QB_WATCHER_EXPECTED_H
#define QB_WATCHER_EXPECTED_H

#include "watcher/folder.h"

typedef int qb_expected_file(void *context, const char *path, const struct qb_buf *bytes, struct qb_err *err);
int qb_expected_files(struct qb_folder *folder, qb_expected_file *visit, void *context, struct qb_err *err);

#endif
