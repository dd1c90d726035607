/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The packs that lie in history, whoever wrote them: how large they are, whether they have deltas, what is in them, and
 * taking one away. Only indexes of version 2 are read, which is what every git since 2008 writes; other packs, and
 * those with a mark of somebody's beside them, are left as they are.
 */
#include "core/history/internal.h"

#include "core/base/mem.h"

#include <dirent.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TABLE (8 + 256 * 4) /* bytes before the ids of an index */
#define SAMPLES 64          /* objects that are looked at to tell whether a pack has deltas */
#define MOST_INDEX ((size_t)4 << 30)

/* "objects/pack/pack-NAME.EXTENSION" */
static void path_of(char path[128], const struct qb_oid *name, const char *extension)
{
    char text[QB_OID_TEXT];
    snprintf(path, 128, "objects/pack/pack-%s.%s", qb_oid_format(name, text), extension);
}

static int open_part(struct qb_history *history, const struct qb_oid *name, const char *extension)
{
    char path[128];
    path_of(path, name, extension);
    return openat(history->dir, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
}

static uint32_t word_at(int fd, uint64_t offset, bool *fine)
{
    uint32_t word = 0;
    *fine &= pread(fd, &word, sizeof word, (off_t)offset) == sizeof word;
    return be32toh(word);
}

static bool is_delta(int pack, uint64_t offset)
{
    unsigned char byte = 0;
    int type = pread(pack, &byte, 1, (off_t)offset) == 1 ? byte >> 4 & 7 : 0;
    return type == GIT_OBJECT_OFS_DELTA || type == GIT_OBJECT_REF_DELTA;
}

/* Whether none of a sample of its objects is a delta. */
static bool is_plain(int index, int pack, uint32_t count)
{
    bool fine = true;
    for (uint32_t i = 0; i < SAMPLES && fine; i++) {
        uint64_t number = (uint64_t)count * i / SAMPLES;
        uint32_t offset = word_at(index, TABLE + (uint64_t)count * 24 + number * 4, &fine);
        if (fine && !(offset & 0x80000000u) && is_delta(pack, offset))
            return false;
    }
    return fine && count >= SAMPLES;
}

static bool has_mark(struct qb_history *history, const struct qb_oid *name)
{
    static const char *const marks[] = {"keep", "promisor", "mtimes"};
    char path[128];
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        path_of(path, name, marks[i]);
        if (!faccessat(history->dir, path, F_OK, AT_SYMLINK_NOFOLLOW))
            return true;
    }
    return false;
}

/* False when it is not one that can be read. */
static bool look_at(struct qb_history *history, struct qb_packed *packed)
{
    bool fine = true;
    int index = open_part(history, &packed->name, "idx");
    int pack = open_part(history, &packed->name, "pack");
    if (index < 0 || pack < 0) {
        fine = false;
    } else {
        bool second = word_at(index, 0, &fine) == 0xff744f63u && word_at(index, 4, &fine) == 2;
        packed->count = word_at(index, TABLE - 4, &fine);
        packed->fixed = !second || has_mark(history, &packed->name);
        packed->plain = second && is_plain(index, pack, packed->count);
    }
    if (index >= 0)
        close(index);
    if (pack >= 0)
        close(pack);
    return fine;
}

static int by_size(const void *a, const void *b)
{
    const struct qb_packed *one = a;
    const struct qb_packed *two = b;
    if (one->count != two->count)
        return one->count < two->count ? -1 : 1;
    return memcmp(one->name.raw, two->name.raw, sizeof one->name.raw);
}

int qb_packs_list(struct qb_history *history, struct qb_packed **packs, size_t *count, struct qb_err *err)
{
    size_t capacity = 0;
    *packs = NULL;
    *count = 0;
    int fd = openat(history->objects, "pack", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    DIR *stream = fd < 0 ? NULL : fdopendir(fd);
    if (!stream) {
        int result = qb_err_sys(err, "objects/pack", "cannot list the packs of history");
        if (fd >= 0)
            close(fd);
        return result;
    }
    for (struct dirent *item; (item = readdir(stream));) {
        struct qb_packed packed = {0};
        size_t length = strlen(item->d_name);
        if (length != strlen("pack-.idx") + QB_OID_TEXT - 1 || strncmp(item->d_name, "pack-", 5) ||
            strcmp(item->d_name + length - 4, ".idx") ||
            git_oid_fromstrn((git_oid *)&packed.name, item->d_name + 5, 40))
            continue;
        if (!look_at(history, &packed))
            continue;
        QB_MEM_GROW(*packs, *count, capacity);
        (*packs)[(*count)++] = packed;
    }
    closedir(stream);
    if (*count)
        qsort(*packs, *count, sizeof **packs, by_size);
    return QB_OK;
}

int qb_packs_ids(struct qb_history *history, const struct qb_packed *pack, struct qb_oid **ids, size_t *count,
                 size_t *capacity, struct qb_err *err)
{
    char path[128];
    struct qb_buf bytes = {0};
    path_of(path, &pack->name, "idx");
    int result = qb_file_read(history->dir, path, MOST_INDEX, &bytes, NULL, err);
    if (result == QB_OK && bytes.length < TABLE + (size_t)pack->count * sizeof(struct qb_oid))
        result = qb_err_set(err, QB_EGIT, path, "the index of a pack is cut off");
    for (uint32_t i = 0; i < pack->count && result == QB_OK; i++) {
        QB_MEM_GROW(*ids, *count, *capacity);
        memcpy((*ids)[(*count)++].raw, bytes.data + TABLE + (size_t)i * sizeof(struct qb_oid), sizeof(struct qb_oid));
    }
    qb_buf_fini(&bytes);
    return result;
}

/* The index last: one without a pack is ignored by every git, and removed at the next start; a pack without an index
 * would lie there for ever. */
void qb_packs_remove(struct qb_history *history, const struct qb_packed *pack)
{
    static const char *const parts[] = {"bitmap", "rev", "pack", "idx"};
    char path[128];
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        path_of(path, &pack->name, parts[i]);
        unlinkat(history->dir, path, 0);
    }
}
