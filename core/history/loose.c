/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loose objects: "TYPE LENGTH\0" and the bytes, deflated, in a file named after their SHA-1 (gitformat:
 * objects/xx/...). libgit2 can do this; here it is done so that errno survives, an error leaves nothing behind, the
 * file that is there already can be replaced, and nothing is synced one by one: qb_repository_sync does it for the
 * whole pass.
 */
#include "core/history/internal.h"

#include "core/base/file.h"
#include "core/base/limits.h"
#include "core/base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct qb_loose {
    z_stream z; /* kept: making one ready costs more than a record's deflation */
};

struct qb_loose *qb_loose_new(void)
{
    struct qb_loose *loose = qb_mem_alloc(sizeof *loose);
    qb_stream_deflater(&loose->z, QB_DEFLATE_QUICK);
    return loose;
}

void qb_loose_free(struct qb_loose *loose)
{
    if (!loose)
        return;
    deflateEnd(&loose->z);
    free(loose);
}

void qb_loose_name(const struct qb_oid *oid, char name[QB_LOOSE_NAME])
{
    char text[QB_OID_TEXT];
    qb_oid_format(oid, text);
    snprintf(name, QB_LOOSE_NAME, "%.2s/%s", text, text + 2);
}

/* Inflates to nowhere; whether the stream comes to its end. */
static bool ends(const struct qb_buf *file)
{
    unsigned char scratch[16384];
    z_stream z = {.next_in = (unsigned char *)file->data, .avail_in = (unsigned)file->length};
    if (!file->length || inflateInit(&z) != Z_OK)
        return false;
    int state;
    do {
        z.next_out = scratch;
        z.avail_out = sizeof scratch;
        state = inflate(&z, Z_NO_FLUSH);
    } while (state == Z_OK);
    inflateEnd(&z);
    return state == Z_STREAM_END;
}

bool qb_loose_cut_off(struct qb_history *history, const struct qb_oid *oid)
{
    char name[QB_LOOSE_NAME];
    struct qb_buf file = {0};
    qb_loose_name(oid, name);
    int result = QB_ECHANGED; /* while another process packs up, and takes it away */
    for (unsigned tries = 0; result == QB_ECHANGED && tries < 8; tries++)
        result = qb_file_read(history->objects, name, QB_MAX_LOOSE, &file, NULL, NULL);
    bool cut = result == QB_OK ? !ends(&file) : result != QB_EABSENT;
    qb_buf_fini(&file);
    return cut;
}

/* A git that packs up over and over takes a directory away this often at most before the file is in it. */
#define INSTALL_TRIES 64

/* Gives the temporary its name; git removes empty fan-out directories, so one may have to be made again, and again. */
static int install(struct qb_history *history, const char *temporary, const char *name)
{
    char folder[3] = {name[0], name[1], '\0'};
    for (unsigned tries = 0; renameat(history->dir, temporary, history->objects, name) < 0; tries++)
        if (errno != ENOENT || tries == INSTALL_TRIES ||
            (mkdirat(history->objects, folder, 0777) < 0 && errno != EEXIST))
            return -1;
    return 0;
}

static int fill(struct qb_loose *loose, int fd, git_object_t type, const void *bytes, size_t length)
{
    char header[40];
    struct qb_stream stream;
    int written = snprintf(header, sizeof header, "%s %zu", git_object_type2string(type), length);
    struct qb_piece pieces[] = {{header, (size_t)written + 1}, {bytes, length}};
    qb_stream_init(&stream, fd, 0);
    qb_stream_deflate(&stream, &loose->z, pieces, 2);
    qb_stream_flush(&stream);
    qb_stream_fini(&stream);
    return stream.error;
}

/* errno of what failed, or 0. */
static int write_to(struct qb_history *history, int fd, const char *temporary, const struct qb_oid *oid,
                    git_object_t type, const void *bytes, size_t length)
{
    char name[QB_LOOSE_NAME];
    int error = fill(history->loose, fd, type, bytes, length);
    qb_loose_name(oid, name);
    if (!error && fchmod(fd, 0444) < 0)
        error = errno;
    if (close(fd) < 0 && !error)
        error = errno;
    if (!error && install(history, temporary, name) < 0)
        error = errno;
    if (error)
        unlink(temporary);
    return error;
}

int qb_loose_write(struct qb_history *history, const struct qb_oid *oid, git_object_t type, const void *bytes,
                   size_t length, struct qb_err *err)
{
    struct qb_buf temporary = {0};
    qb_buf_addf(&temporary, "%s/objects/tmp_object_qbis_XXXXXX", history->path);
    int fd = mkostemp(temporary.data, O_CLOEXEC);
    int error = fd < 0 ? errno : write_to(history, fd, temporary.data, oid, type, bytes, length);
    int result = error ? qb_stream_err(err, error, temporary.data, "cannot write an object of history") : QB_OK;
    history->unsynced = true;
    qb_buf_fini(&temporary);
    return result;
}
