/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads records and checks each for itself, in as many threads as there are processors when there are many. The looks
 * come back in the order of the list, so that what is made of them never depends on the threads.
 *
 *     struct qb_looks *looks = qb_looks_begin(folder, files, count);
 *     struct qb_look *look = qb_looks_next(looks);        once for each file; valid until the next call
 *     qb_looks_end(looks);
 *
 * Until the end, kinds and paths of the folder must stay as they are.
 */
#ifndef QB_WATCHER_LOOK_H
#define QB_WATCHER_LOOK_H

#include "watcher/folder.h"

struct qb_look {
    struct qb_tracked *file;
    int result; /* of reading: then `why`, and the rest is empty */
    struct qb_err why;
    struct qb_file_stat stat;
    struct qb_oid blob;
    struct qb_buf bytes;
    struct qb_buf summary;       /* of what the text says; empty when it is no JSON object */
    struct qb_problems problems; /* of the text for itself; the caller may take them */
    bool sound;
};

struct qb_looks;
struct qb_looks *qb_looks_begin(const struct qb_folder *folder, struct qb_tracked *const *files, size_t count);
struct qb_look *qb_looks_next(struct qb_looks *looks);
void qb_looks_end(struct qb_looks *looks); /* NULL-safe */

/* The blob id of what is read: where there is no history, nobody may ever ask for it (zero then), or only to tell two
 * texts apart. */
enum qb_look_id { QB_LOOK_ID_NONE, QB_LOOK_ID_PLAIN, QB_LOOK_ID_SAFE };

/* Reads a file's bytes and takes their id. When it is to be safe, bytes that forge a SHA-1 have none: they are
 * refused like a file that cannot be read. `reader` is of the folder. */
int qb_look_read(struct qb_file_reader *reader, const char *path, size_t most, enum qb_look_id id, struct qb_buf *bytes,
                 struct qb_file_stat *stat, struct qb_oid *blob, struct qb_err *why);

#endif
