/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ids that nobody has yet, and where a new record's file goes. */
#ifndef QB_WATCHER_FRESH_H
#define QB_WATCHER_FRESH_H

#include "watcher/folder.h"

/* Appends an id like "SHP-20200611-7K3F": prefix, date, four random characters. It is taken by nothing in the folder,
 * nor by anything that deleted or broken records were known by. */
int qb_fresh_id(struct qb_buf *id, const struct qb_folder *folder, const struct qb_kind *kind, qb_date today,
                struct qb_err *err);
/* Appends an id like "VIS-7K3FQ2MW9X" that the content decides: the same content always gives the same id. */
void qb_fresh_content_id(struct qb_buf *id, const struct qb_kind *kind, const char *content, size_t length);
/* Appends the path of the record's file, where the kind's habit puts it: shipments in a folder for each month, decrees,
 * visits and findings in one for each year, all others side by side. */
void qb_fresh_path(struct qb_buf *path, const struct qb_kind *kind, const char *id, const struct qb_json *record,
                   qb_date today);

#endif
