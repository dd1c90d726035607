/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One pack written straight through (git's gitformat-pack, version 2), for a pass that brings many objects: a file
 * for each costs more than all the rest. No deltas are looked for; packing up does that later.
 *
 * The caller's thread hashes and goes on reading; a second thread deflates and writes what comes in batches, in
 * their order, so that the bytes do not depend on timing. The header holds the number of objects, which is known
 * only at the end: it is put in then, and the checksum is reckoned by reading the file once more. Until the pack
 * and its index are complete and on the disk, both have names that git takes for rubbish; what the caller needs
 * back meanwhile (trees, when several commits follow each other) is read from the unfinished file.
 */
#include "core/history/internal.h"

#include "core/base/mem.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEADER 12                            /* bytes: "PACK", version, number of objects */
#define BATCH ((size_t)256 << 10)            /* bytes of objects handed over at once */
#define BATCHES 4                            /* one filled, one worked on, two so that neither waits */
#define ALONE ((size_t)1 << 20)              /* bytes; from here on an object is not copied but written at once */
#define EARLY ((uint64_t)16 << 20)           /* bytes after which the kernel is asked to begin writing */
#define OFFSET_LIMIT ((uint64_t)0x80000000u) /* offsets from here on go into the table of 64-bit offsets */

struct entry {
    struct qb_oid oid;
    uint32_t crc;
    uint64_t offset; /* 0 until it is written */
};

/* An object in a batch, and what became of it. */
struct item {
    size_t entry; /* its number */
    git_object_t type;
    size_t at; /* where its bytes begin in the batch */
    size_t length;
    uint64_t offset;
    uint32_t crc;
    uint64_t base; /* 0; of a delta: where its base is */
};

enum state { EMPTY, FULL, DONE };

struct batch {
    enum state state;
    int error; /* of the stream, as it was when the batch was done */
    struct qb_buf bytes;
    struct item *items;
    size_t count;
    size_t capacity;
};

struct qb_pack {
    char *folder;    /* .../objects/pack */
    char *temporary; /* NULL once the pack has its name */
    struct qb_oid name;
    int error; /* errno of what went wrong, as far as the caller's thread has heard */
    struct qb_stream stream;
    uint64_t pushed; /* up to there the kernel was asked to write */
    z_stream z;
    struct entry *entries;
    size_t count;
    size_t capacity;
    uint32_t *slots; /* hash table of entry numbers plus one, at most half full; ids are random bits already */
    size_t slot_count;
    struct batch batches[BATCHES];
    unsigned filling; /* the batch that the caller fills */
    bool threaded;
    pthread_t thread;
    /* Guards the batches' states and `stop`. */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool stop;
};

static const char what[] = "cannot write a pack of history";

/* --- the table of objects --- */

static size_t slot_of(const struct qb_pack *pack, const struct qb_oid *oid)
{
    size_t at;
    memcpy(&at, oid->raw, sizeof at);
    for (at &= pack->slot_count - 1; pack->slots[at]; at = (at + 1) & (pack->slot_count - 1))
        if (qb_oid_equal(&pack->entries[pack->slots[at] - 1].oid, oid))
            break;
    return at;
}

static void grow_slots(struct qb_pack *pack, size_t wanted)
{
    free(pack->slots);
    pack->slot_count = 1024;
    while (pack->slot_count < wanted * 2)
        pack->slot_count *= 2;
    pack->slots = qb_mem_array(pack->slot_count, sizeof *pack->slots);
    for (size_t i = 0; i < pack->count; i++)
        pack->slots[slot_of(pack, &pack->entries[i].oid)] = (uint32_t)(i + 1);
}

static size_t add_entry(struct qb_pack *pack, const struct qb_oid *oid)
{
    if ((pack->count + 1) * 2 > pack->slot_count)
        grow_slots(pack, (pack->count + 1) * 2);
    QB_MEM_GROW(pack->entries, pack->count, pack->capacity);
    pack->entries[pack->count] = (struct entry){.oid = *oid};
    pack->slots[slot_of(pack, oid)] = (uint32_t)(pack->count + 1);
    return pack->count++;
}

static struct entry *find(const struct qb_pack *pack, const struct qb_oid *oid)
{
    uint32_t number = pack->slots[slot_of(pack, oid)];
    return number ? &pack->entries[number - 1] : NULL;
}

bool qb_pack_has(const struct qb_pack *pack, const struct qb_oid *oid)
{
    return find(pack, oid) != NULL;
}

/* --- writing objects: by the second thread, or by the first while the second rests --- */

/* Type and length: four bits of length in the first byte, seven in each that follows, lowest first. */
static size_t entry_header(unsigned char bytes[16], git_object_t type, size_t length)
{
    size_t count = 0;
    unsigned char byte = (unsigned char)((unsigned)type << 4 | (length & 15));
    for (length >>= 4; length; length >>= 7) {
        bytes[count++] = byte | 0x80;
        byte = length & 0x7f;
    }
    bytes[count++] = byte;
    return count;
}

/* How far back the base of a delta is: seven bits a byte, highest first, each but the last one less than it counts. */
static size_t distance_header(unsigned char bytes[16], uint64_t distance)
{
    unsigned char reversed[16];
    size_t count = 0;
    reversed[count++] = distance & 0x7f;
    while (distance >>= 7)
        reversed[count++] = (unsigned char)(0x80 | (--distance & 0x7f));
    for (size_t i = 0; i < count; i++)
        bytes[i] = reversed[count - 1 - i];
    return count;
}

static void write_object(struct qb_pack *pack, struct item *item, const void *bytes)
{
    unsigned char header[16];
    git_object_t type = item->base ? GIT_OBJECT_OFS_DELTA : item->type;
    struct qb_piece piece = {bytes, item->length};
    item->offset = pack->stream.length;
    pack->stream.crc = 0;
    qb_stream_add(&pack->stream, header, entry_header(header, type, item->length));
    if (item->base)
        qb_stream_add(&pack->stream, header, distance_header(header, item->offset - item->base));
    qb_stream_deflate(&pack->stream, &pack->z, &piece, 1);
    item->crc = pack->stream.crc;
}

static void write_batch(struct qb_pack *pack, struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        write_object(pack, &batch->items[i], batch->bytes.data + batch->items[i].at);
    batch->error = pack->stream.error;
    if (pack->stream.length - pack->pushed >= EARLY) {
        /* so that the fsync at the end has little left to do; only a hint */
        sync_file_range(pack->stream.fd, (off_t)pack->pushed, 0, SYNC_FILE_RANGE_WRITE);
        pack->pushed = pack->stream.length;
    }
}

static void *work(void *context)
{
    struct qb_pack *pack = context;
    unsigned next = 0;
    pthread_mutex_lock(&pack->lock);
    for (;;) {
        struct batch *batch = &pack->batches[next];
        while (batch->state != FULL && !pack->stop)
            pthread_cond_wait(&pack->changed, &pack->lock);
        if (batch->state != FULL)
            break;
        pthread_mutex_unlock(&pack->lock);
        write_batch(pack, batch);
        pthread_mutex_lock(&pack->lock);
        batch->state = DONE;
        pthread_cond_broadcast(&pack->changed);
        next = (next + 1) % BATCHES;
    }
    pthread_mutex_unlock(&pack->lock);
    return NULL;
}

/* Signals stay with the caller's thread. Without a second thread all goes on, in one. */
static void start(struct qb_pack *pack)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pack->threaded = !pthread_create(&pack->thread, NULL, work, pack);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void stop(struct qb_pack *pack)
{
    if (!pack->threaded)
        return;
    pthread_mutex_lock(&pack->lock);
    pack->stop = true;
    pthread_cond_broadcast(&pack->changed);
    pthread_mutex_unlock(&pack->lock);
    pthread_join(pack->thread, NULL);
    pack->threaded = false;
}

/* --- batches: by the caller's thread --- */

/* Waits until the batch is not being worked on, and takes over what became of its objects. */
static void settle(struct qb_pack *pack, struct batch *batch)
{
    pthread_mutex_lock(&pack->lock);
    while (batch->state == FULL)
        pthread_cond_wait(&pack->changed, &pack->lock);
    enum state state = batch->state;
    batch->state = EMPTY;
    pthread_mutex_unlock(&pack->lock);
    if (state != DONE)
        return;
    for (size_t i = 0; i < batch->count; i++) {
        struct item *item = &batch->items[i];
        pack->entries[item->entry].crc = item->crc;
        pack->entries[item->entry].offset = item->offset;
    }
    pack->error = batch->error;
    batch->count = 0;
    qb_buf_clear(&batch->bytes);
}

static void hand_over(struct qb_pack *pack)
{
    struct batch *batch = &pack->batches[pack->filling];
    if (!batch->count)
        return;
    if (!pack->threaded)
        write_batch(pack, batch);
    pthread_mutex_lock(&pack->lock);
    batch->state = pack->threaded ? FULL : DONE;
    pthread_cond_broadcast(&pack->changed);
    pthread_mutex_unlock(&pack->lock);
    pack->filling = (pack->filling + 1) % BATCHES;
    settle(pack, &pack->batches[pack->filling]);
}

/* Until everything that was added is in the stream and the second thread rests. */
static void drain(struct qb_pack *pack)
{
    hand_over(pack);
    for (unsigned i = 0; i < BATCHES; i++)
        settle(pack, &pack->batches[i]);
}

static int check(const struct qb_pack *pack, struct qb_err *err)
{
    return pack->error ? qb_stream_err(err, pack->error, pack->temporary, what) : QB_OK;
}

int qb_pack_new(struct qb_pack **out, const char *repository, size_t expected, int level, struct qb_err *err)
{
    struct qb_buf path = {0};
    qb_buf_addf(&path, "%s/objects/pack/tmp_pack_qbis_XXXXXX", repository);
    int fd = mkostemp(path.data, O_CLOEXEC);
    if (fd < 0) {
        int result = qb_stream_err(err, errno, path.data, what);
        qb_buf_fini(&path);
        return result;
    }
    struct qb_pack *pack = qb_mem_alloc(sizeof *pack);
    pack->folder = qb_mem_copy(path.data, path.length - strlen("/tmp_pack_qbis_XXXXXX"));
    pack->temporary = qb_buf_steal(&path);
    qb_stream_init(&pack->stream, fd, QB_STREAM_CRC);
    qb_stream_deflater(&pack->z, level);
    grow_slots(pack, expected < (1u << 24) ? expected : 1u << 24);
    pthread_mutex_init(&pack->lock, NULL);
    pthread_cond_init(&pack->changed, NULL);
    qb_stream_add(&pack->stream, "PACK", 4);
    qb_stream_add_word(&pack->stream, 2);
    qb_stream_add_word(&pack->stream, 0); /* put in at the end */
    start(pack);
    *out = pack;
    return QB_OK;
}

void qb_pack_free(struct qb_pack *pack)
{
    if (!pack)
        return;
    stop(pack);
    for (unsigned i = 0; i < BATCHES; i++) {
        qb_buf_fini(&pack->batches[i].bytes);
        free(pack->batches[i].items);
    }
    if (pack->stream.fd >= 0)
        close(pack->stream.fd);
    if (pack->temporary)
        unlink(pack->temporary);
    qb_stream_fini(&pack->stream);
    deflateEnd(&pack->z);
    pthread_mutex_destroy(&pack->lock);
    pthread_cond_destroy(&pack->changed);
    free(pack->temporary);
    free(pack->folder);
    free(pack->entries);
    free(pack->slots);
    free(pack);
}

static int add_alone(struct qb_pack *pack, struct item *item, const void *bytes, struct qb_err *err)
{
    drain(pack);
    write_object(pack, item, bytes);
    pack->entries[item->entry].crc = item->crc;
    pack->entries[item->entry].offset = item->offset;
    pack->error = pack->stream.error;
    return check(pack, err);
}

int qb_pack_add(struct qb_pack *pack, const struct qb_oid *oid, git_object_t type, const void *bytes, size_t length,
                struct qb_err *err)
{
    if (pack->count >= UINT32_MAX - 1)
        return qb_err_set(err, QB_ELIMIT, pack->temporary, "more objects than a pack can hold");
    struct item item = {.entry = add_entry(pack, oid), .type = type, .length = length};
    if (length >= ALONE)
        return add_alone(pack, &item, bytes, err);
    struct batch *batch = &pack->batches[pack->filling];
    item.at = batch->bytes.length;
    qb_buf_reserve(&batch->bytes, length + 1); /* a batch of empty objects has an address too */
    qb_buf_add(&batch->bytes, bytes, length);
    QB_MEM_GROW(batch->items, batch->count, batch->capacity);
    batch->items[batch->count++] = item;
    if (batch->bytes.length >= BATCH)
        hand_over(pack);
    return check(pack, err);
}

int qb_pack_put(struct qb_pack *pack, const struct qb_oid *oid, git_object_t type, const struct qb_oid *base,
                const void *bytes, size_t length, struct qb_err *err)
{
    const struct entry *found = base ? find(pack, base) : NULL;
    if (pack->count >= UINT32_MAX - 1)
        return qb_err_set(err, QB_ELIMIT, pack->temporary, "more objects than a pack can hold");
    uint64_t offset = found ? found->offset : 0;
    struct item item = {.entry = add_entry(pack, oid), .type = type, .length = length, .base = offset};
    return add_alone(pack, &item, bytes, err);
}

/* --- reading what was written --- */

struct source {
    int fd;
    uint64_t offset;
    unsigned char buffer[16 << 10];
};

static ssize_t more(struct source *source)
{
    ssize_t got = pread(source->fd, source->buffer, sizeof source->buffer, (off_t)source->offset);
    if (got > 0)
        source->offset += (uint64_t)got;
    return got;
}

/* Inflates to out->length bytes; false when the file does not hold what was written there. */
static bool inflate_to(struct source *source, struct qb_buf *out, size_t at, size_t got)
{
    z_stream z = {0};
    if (inflateInit(&z) != Z_OK)
        return false;
    z.next_out = (unsigned char *)out->data;
    z.avail_out = (unsigned)out->length + 1; /* the end of the stream wants room too */
    z.next_in = source->buffer + at;
    z.avail_in = (unsigned)(got - at);
    int state;
    while ((state = inflate(&z, Z_NO_FLUSH)) == Z_OK && !z.avail_in) {
        ssize_t next = more(source);
        if (next <= 0)
            break;
        z.next_in = source->buffer;
        z.avail_in = (unsigned)next;
    }
    inflateEnd(&z);
    return state == Z_STREAM_END && z.total_out == out->length;
}

/* Type and length as entry_header wrote them: at most ten bytes, and no entry is shorter than nine. */
static bool read_entry(const struct qb_pack *pack, uint64_t offset, git_object_t type, struct qb_buf *out)
{
    struct source source = {.fd = pack->stream.fd, .offset = offset};
    ssize_t got = more(&source);
    size_t at = 0;
    if (got <= 0 || (git_object_t)(source.buffer[0] >> 4 & 7) != type)
        return false;
    size_t length = source.buffer[0] & 15;
    for (unsigned shift = 4; source.buffer[at++] & 0x80; shift += 7) {
        if ((ssize_t)at >= got || shift > 60)
            return false;
        length |= (size_t)(source.buffer[at] & 0x7f) << shift;
    }
    qb_buf_clear(out);
    qb_buf_reserve(out, length + 1);
    out->length = length;
    bool fine = inflate_to(&source, out, at, (size_t)got);
    out->data[length] = '\0';
    return fine;
}

int qb_pack_read(struct qb_pack *pack, const struct qb_oid *oid, git_object_t type, struct qb_buf *out,
                 struct qb_err *err)
{
    char text[QB_OID_TEXT];
    const struct entry *entry = find(pack, oid);
    if (!entry)
        return qb_err_set(err, QB_EABSENT, pack->temporary, "no object %s", qb_oid_format(oid, text));
    drain(pack);
    qb_stream_flush(&pack->stream);
    pack->error = pack->stream.error;
    if (pack->error)
        return check(pack, err);
    if (!read_entry(pack, entry->offset, type, out))
        return qb_err_set(err, QB_EGIT, pack->temporary, "object %s is not what was written", qb_oid_format(oid, text));
    return QB_OK;
}

/* --- the end --- */

/* Puts in the number of objects and reckons the checksum by reading everything once more. */
static int complete(struct qb_pack *pack, unsigned char digest[QB_SHA1_SIZE])
{
    struct qb_stream *stream = &pack->stream;
    uint32_t count = htobe32((uint32_t)pack->count);
    struct source source = {.fd = stream->fd};
    struct qb_sha1 sha;
    ssize_t got;
    qb_stream_flush(stream);
    if (stream->error)
        return stream->error;
    if (pwrite(stream->fd, &count, 4, 8) != 4)
        return errno;
    qb_sha1_init(&sha);
    while ((got = more(&source)) > 0)
        qb_sha1_add(&sha, source.buffer, (size_t)got);
    if (got < 0 || source.offset != stream->length)
        return got < 0 ? errno : EIO;
    qb_sha1_end(&sha, digest);
    qb_stream_add(stream, digest, QB_SHA1_SIZE);
    qb_stream_flush(stream);
    if (!stream->error && (fchmod(stream->fd, 0444) < 0 || fsync(stream->fd) < 0))
        return errno;
    return stream->error;
}

static int by_oid(const void *a, const void *b)
{
    return memcmp(((const struct entry *)a)->oid.raw, ((const struct entry *)b)->oid.raw, sizeof(struct qb_oid));
}

/* For each first byte, how many ids begin with it or a lower one. */
static void write_fanout(const struct qb_pack *pack, struct qb_stream *out)
{
    size_t at = 0;
    for (unsigned byte = 0; byte < 256; byte++) {
        while (at < pack->count && pack->entries[at].oid.raw[0] <= byte)
            at++;
        qb_stream_add_word(out, (uint32_t)at);
    }
}

static void write_offsets(const struct qb_pack *pack, struct qb_stream *out)
{
    uint32_t large = 0;
    for (size_t i = 0; i < pack->count; i++) {
        bool fits = pack->entries[i].offset < OFFSET_LIMIT;
        qb_stream_add_word(out, fits ? (uint32_t)pack->entries[i].offset : (uint32_t)OFFSET_LIMIT | large++);
    }
    for (size_t i = 0; i < pack->count; i++) {
        uint64_t offset = pack->entries[i].offset;
        if (offset < OFFSET_LIMIT)
            continue;
        qb_stream_add_word(out, (uint32_t)(offset >> 32));
        qb_stream_add_word(out, (uint32_t)offset);
    }
}

/* The index, version 2 (git's gitformat-pack): fan-out, ids, CRC-32s, offsets, large offsets, two checksums. */
static int write_index(struct qb_pack *pack, const char *path, const unsigned char digest[QB_SHA1_SIZE])
{
    unsigned char own[QB_SHA1_SIZE];
    struct qb_stream out;
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0)
        return errno;
    qsort(pack->entries, pack->count, sizeof *pack->entries, by_oid);
    qb_stream_init(&out, fd, QB_STREAM_SHA1);
    qb_stream_add(&out, "\377tOc", 4);
    qb_stream_add_word(&out, 2);
    write_fanout(pack, &out);
    for (size_t i = 0; i < pack->count; i++)
        qb_stream_add(&out, pack->entries[i].oid.raw, sizeof pack->entries[i].oid.raw);
    for (size_t i = 0; i < pack->count; i++)
        qb_stream_add_word(&out, pack->entries[i].crc);
    write_offsets(pack, &out);
    qb_stream_add(&out, digest, QB_SHA1_SIZE);
    qb_stream_end(&out, own);
    int error = out.error;
    if (!error && (fchmod(fd, 0444) < 0 || fsync(fd) < 0))
        error = errno;
    if (close(fd) < 0 && !error)
        error = errno;
    qb_stream_fini(&out);
    return error;
}

/* The pack first: git looks for indexes. A kill between the two leaves what qb_mend_leftovers completes. */
static int install(struct qb_pack *pack, const char *name, const char *index)
{
    struct qb_buf to = {0};
    int error = 0;
    qb_buf_addf(&to, "%s/pack-%s.pack", pack->folder, name);
    if (rename(pack->temporary, to.data) < 0) {
        error = errno;
    } else {
        free(pack->temporary);
        pack->temporary = NULL;
        qb_buf_clear(&to);
        qb_buf_addf(&to, "%s/pack-%s.idx", pack->folder, name);
        error = rename(index, to.data) < 0 ? errno : 0;
    }
    qb_buf_fini(&to);
    return error;
}

int qb_pack_finish(struct qb_pack *pack, struct qb_err *err)
{
    char name[QB_OID_TEXT];
    struct qb_buf index = {0};
    drain(pack);
    stop(pack);
    if (!pack->count)
        return QB_OK;
    if (!pack->error)
        pack->error = complete(pack, pack->name.raw);
    if (!pack->error) {
        qb_oid_format(&pack->name, name);
        qb_buf_addf(&index, "%s/tmp_idx_qbis_%s", pack->folder, name);
        pack->error = write_index(pack, index.data, pack->name.raw);
        if (!pack->error)
            pack->error = install(pack, name, index.data);
        if (pack->error)
            unlink(index.data);
    }
    qb_buf_fini(&index);
    return check(pack, err);
}

const struct qb_oid *qb_pack_name(const struct qb_pack *pack)
{
    return &pack->name;
}
