/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Many files written like qb_file_replace does it, with one wait for the disk instead of two a file:
 *
 *     struct qb_file_batch *batch = qb_file_batch_new(dir, done, context);
 *     qb_file_batch_add(batch, path, bytes, length, item);     written to a temporary, not in place yet
 *     qb_file_batch_flush(batch);                              all to the disk, all in place, their directories too
 *     qb_file_batch_free(batch);
 *
 * A file is in place only after its bytes are on the disk, as ever; the order of the files among each other is that in
 * which they were added. `done` is called once for each, in that order, when it is in place or has failed: `why` is
 * NULL, and `changed` false when the file held the bytes already. It may be called by add, too, which flushes when many
 * files wait.
 */
#ifndef QB_CORE_BASE_BATCH_H
#define QB_CORE_BASE_BATCH_H

#include "core/base/file.h"

struct qb_file_batch;
typedef void qb_file_batch_done(void *context, void *item, bool changed, const struct qb_file_stat *st,
                                const struct qb_err *why);

struct qb_file_batch *qb_file_batch_new(int dir, qb_file_batch_done *done, void *context);
/* NULL-safe; removes what is not in place. */
void qb_file_batch_free(struct qb_file_batch *batch);
void qb_file_batch_add(struct qb_file_batch *batch, const char *path, const void *bytes, size_t length, void *item);
void qb_file_batch_flush(struct qb_file_batch *batch);

#endif
