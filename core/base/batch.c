/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Each file is written to its temporary at once, and the kernel is asked to begin bringing it to the disk. By the time
 * of the flush most of that has happened, so that the first fsync waits and the others find little left to do; on a
 * file system with a journal they share one transaction. A directory is synced once for all files in it.
 */
#include "core/base/batch.h"

#include "core/base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST 32 /* files that wait, each with an open descriptor */

struct waiting {
    struct qb_file_writer writer;
    void *item;
    bool changed;
};

struct qb_file_batch {
    int dir;
    int spare; /* kept open so that the flush has one when no more can be had */
    qb_file_batch_done *done;
    void *context;
    struct waiting files[MOST];
    size_t count;
};

struct qb_file_batch *qb_file_batch_new(int dir, qb_file_batch_done *done, void *context)
{
    struct qb_file_batch *batch = qb_mem_alloc(sizeof *batch);
    batch->dir = dir;
    batch->spare = fcntl(dir, F_DUPFD_CLOEXEC, 0);
    batch->done = done;
    batch->context = context;
    return batch;
}

void qb_file_batch_free(struct qb_file_batch *batch)
{
    if (!batch)
        return;
    for (size_t i = 0; i < batch->count; i++)
        qb_file_writer_fini(&batch->files[i].writer);
    if (batch->spare >= 0)
        close(batch->spare);
    free(batch);
}

/* "a/b.json" and "a/c.json" are of one directory. */
static bool same_directory(const char *a, const char *b)
{
    const char *end_of_a = strrchr(a, '/');
    const char *end_of_b = strrchr(b, '/');
    size_t length = end_of_a ? (size_t)(end_of_a - a) : 0;
    return length == (end_of_b ? (size_t)(end_of_b - b) : 0) && !memcmp(a, b, length);
}

/* Syncs the directory of a file that is in place; what the sync says holds for all that lie there. */
static void sync_directory(struct qb_file_batch *batch, size_t first)
{
    struct qb_err why = {0};
    const char *path = batch->files[first].writer.path;
    for (size_t i = 0; i < first; i++)
        if (batch->files[i].changed && batch->files[i].writer.first.code == QB_OK &&
            same_directory(batch->files[i].writer.path, path))
            return; /* done already */
    if (qb_file_sync_parent(batch->dir, path, &why) == QB_OK)
        return;
    for (size_t i = first; i < batch->count; i++)
        if (batch->files[i].changed && same_directory(batch->files[i].writer.path, path))
            batch->files[i].writer.first = why;
}

void qb_file_batch_flush(struct qb_file_batch *batch)
{
    if (batch->spare >= 0)
        close(batch->spare);
    for (size_t i = 0; i < batch->count; i++)
        if (batch->files[i].changed)
            qb_file_writer_sync(&batch->files[i].writer);
    for (size_t i = 0; i < batch->count; i++)
        if (batch->files[i].changed)
            qb_file_writer_install(&batch->files[i].writer);
    for (size_t i = 0; i < batch->count; i++)
        if (batch->files[i].changed && batch->files[i].writer.first.code == QB_OK)
            sync_directory(batch, i);
    for (size_t i = 0; i < batch->count; i++) {
        struct waiting *file = &batch->files[i];
        bool fine = file->writer.first.code == QB_OK;
        batch->done(batch->context, file->item, file->changed, &file->writer.st, fine ? NULL : &file->writer.first);
        qb_file_writer_fini(&file->writer);
    }
    batch->count = 0;
    batch->spare = fcntl(batch->dir, F_DUPFD_CLOEXEC, 0);
}

/* Where too many files are open, those that wait are finished first. */
static int begin(struct qb_file_batch *batch, const char *path)
{
    struct waiting *file = &batch->files[batch->count];
    int result = qb_file_writer_init(&file->writer, batch->dir, path, NULL);
    if (result < 0 && file->writer.first.sys == EMFILE && batch->count) {
        void *item = file->item;
        qb_file_writer_fini(&file->writer);
        qb_file_batch_flush(batch);
        file = &batch->files[0];
        *file = (struct waiting){.item = item, .changed = true};
        result = qb_file_writer_init(&file->writer, batch->dir, path, NULL);
    }
    return result;
}

void qb_file_batch_add(struct qb_file_batch *batch, const char *path, const void *bytes, size_t length, void *item)
{
    if (batch->count == MOST)
        qb_file_batch_flush(batch);
    struct qb_file_stat st;
    struct waiting *file = &batch->files[batch->count];
    *file = (struct waiting){.item = item, .changed = !qb_file_holds(batch->dir, path, bytes, length, &st)};
    if (!file->changed) {
        file->writer = (struct qb_file_writer){.fd = -1, .path = qb_mem_string(path), .st = st};
    } else if (begin(batch, path) == QB_OK) {
        file = &batch->files[batch->count];
        qb_file_writer_add(&file->writer, bytes, length);
        /* only a hint: errors come with the fsync */
        sync_file_range(file->writer.fd, 0, 0, SYNC_FILE_RANGE_WRITE);
    }
    batch->count++;
}
