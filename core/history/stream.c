/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sequential writing of git's binary files: a buffer before the descriptor, the checksums that these files end
 * in, and zlib. Writers add without looking; the first error sticks, later writes do nothing, and whoever gives
 * the file its name asks `error` before.
 */
#include "core/history/internal.h"

#include "core/base/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BUFFER ((size_t)64 << 10) /* bytes; few calls, and still in the second-level cache */

void qb_stream_init(struct qb_stream *stream, int fd, unsigned sums)
{
    *stream = (struct qb_stream){.fd = fd, .sums = sums, .buffer = qb_mem_alloc(BUFFER)};
    qb_sha1_init(&stream->sha);
}

void qb_stream_fini(struct qb_stream *stream)
{
    free(stream->buffer);
    stream->buffer = NULL;
}

static void put(struct qb_stream *stream, const unsigned char *bytes, size_t length)
{
    while (length && !stream->error) {
        ssize_t done = write(stream->fd, bytes, length);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0) {
            stream->error = done < 0 ? errno : EIO;
            return;
        }
        bytes += done;
        length -= (size_t)done;
    }
}

void qb_stream_flush(struct qb_stream *stream)
{
    put(stream, stream->buffer, stream->used);
    stream->used = 0;
}

static void keep(struct qb_stream *stream, const unsigned char *bytes, size_t length)
{
    if (length > BUFFER - stream->used)
        qb_stream_flush(stream);
    if (length >= BUFFER) {
        put(stream, bytes, length);
        return;
    }
    memcpy(stream->buffer + stream->used, bytes, length);
    stream->used += length;
}

void qb_stream_add(struct qb_stream *stream, const void *bytes, size_t length)
{
    if (!length)
        return;
    stream->length += length;
    if (stream->sums & QB_STREAM_SHA1)
        qb_sha1_add(&stream->sha, bytes, length);
    if (stream->sums & QB_STREAM_CRC)
        stream->crc = (uint32_t)crc32_z(stream->crc, bytes, length);
    keep(stream, bytes, length);
}

void qb_stream_add_word(struct qb_stream *stream, uint32_t word)
{
    unsigned char bytes[4] = {(unsigned char)(word >> 24), (unsigned char)(word >> 16), (unsigned char)(word >> 8),
                              (unsigned char)word};
    qb_stream_add(stream, bytes, sizeof bytes);
}

void qb_stream_end(struct qb_stream *stream, unsigned char digest[QB_SHA1_SIZE])
{
    qb_sha1_end(&stream->sha, digest);
    keep(stream, digest, QB_SHA1_SIZE);
    stream->length += QB_SHA1_SIZE;
    qb_stream_flush(stream);
}

int qb_stream_err(struct qb_err *err, int error, const char *file, const char *what)
{
    errno = error;
    qb_err_sys(err, file, "%s", what);
    if (err)
        err->code = QB_ESYS;
    return QB_ESYS;
}

void qb_stream_deflater(z_stream *z, int level)
{
    /* It fails on lack of memory only. */
    memset(z, 0, sizeof *z);
    if (deflateInit(z, level) != Z_OK)
        abort();
}

void qb_stream_deflate(struct qb_stream *stream, z_stream *z, const struct qb_piece *pieces, size_t count)
{
    unsigned char out[16 << 10];
    deflateReset(z);
    for (size_t i = 0; i < count; i++) {
        const unsigned char *at = pieces[i].bytes;
        size_t left = pieces[i].length;
        int flush;
        do {
            size_t part = left < (1u << 30) ? left : (1u << 30); /* zlib counts in unsigned int */
            z->next_in = (unsigned char *)(uintptr_t)at;
            z->avail_in = (unsigned)part;
            at += part;
            left -= part;
            flush = i + 1 == count && !left ? Z_FINISH : Z_NO_FLUSH;
            do {
                z->next_out = out;
                z->avail_out = sizeof out;
                deflate(z, flush);
                qb_stream_add(stream, out, sizeof out - z->avail_out);
            } while (!z->avail_out);
        } while (left);
    }
}
