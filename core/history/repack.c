/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packing up. The objects are put in an order in which those that are alike lie side by side: by kind, then by path,
 * then the newest version first. Each is then compared with the last few before it, and written as what differs from
 * the one that fits best. So the newest version of a file is whole, or made of its neighbour's, and quick to read;
 * older ones are made of newer ones. Every ANCHOR-th version of a path is made of the one ANCHOR before it: chains stay
 * short although a path may have ten thousand versions.
 *
 * Which packs are taken apart: those without deltas, once; and those smaller than twice all that is taken already, so
 * that each pack that stays is twice as large as all smaller ones together: there are few of them, and an object is
 * written anew only as often as history doubles.
 *
 * The order of what happens makes it safe: the new pack is complete, on the disk and in place before anything is
 * removed, and only what was read whole from its place is. Every delta is tried before it is written.
 */
#include "core/history/internal.h"

#include "core/base/mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MANY_LOOSE 1024                 /* objects: some seventy edits */
#define MANY_PACKS 16                   /* so many are taken together even when nothing is loose */
#define TWICE 2                         /* how much larger a pack is than all smaller ones, to be left alone */
#define WINDOW 12                       /* objects that one is compared with */
#define WINDOW_BYTES ((size_t)64 << 20) /* of all of them together */
#define ANCHOR 64                       /* versions */
#define DEEPEST 250                     /* deltas on deltas, of one path */
#define DEEPEST_ACROSS 24               /* the same, across paths: the newest versions are read most */
#define SHORTEST ((size_t)40)           /* bytes; below, a delta is not worth its header */
#define MOST_TRIED ((size_t)64 << 10)   /* bytes; up to there it is tried which is smaller when deflated */

/* --- what there is --- */

struct objects {
    struct qb_oid *ids;
    size_t count;
    size_t capacity;
    size_t loose; /* the first so many are loose */
};

static void list_fan_out(struct qb_history *history, unsigned byte, struct objects *objects)
{
    char text[QB_OID_TEXT] = {0};
    snprintf(text, sizeof text, "%02x", byte & 0xff);
    int fd = openat(history->objects, text, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    DIR *stream = fd < 0 ? NULL : fdopendir(fd);
    if (!stream) {
        if (fd >= 0)
            close(fd);
        return;
    }
    for (struct dirent *item; (item = readdir(stream));) {
        struct qb_oid oid;
        if (strlen(item->d_name) != QB_OID_TEXT - 3)
            continue;
        memcpy(text + 2, item->d_name, QB_OID_TEXT - 2);
        if (git_oid_fromstrn((git_oid *)&oid, text, QB_OID_TEXT - 1))
            continue;
        QB_MEM_GROW(objects->ids, objects->count, objects->capacity);
        objects->ids[objects->count++] = oid;
    }
    closedir(stream);
}

static void list_loose(struct qb_history *history, struct objects *objects)
{
    for (unsigned byte = 0; byte < 256; byte++)
        list_fan_out(history, byte, objects);
    objects->loose = objects->count;
}

/* Somebody's index over several packs names them: then none is removed. */
static bool has_multi_index(struct qb_history *history)
{
    return !faccessat(history->objects, "pack/multi-pack-index", F_OK, AT_SYMLINK_NOFOLLOW);
}

/* Moves the packs that are to be taken apart to the front, and returns how many they are. */
static size_t choose(struct qb_packed *packs, size_t count, size_t loose)
{
    size_t chosen = 0;
    size_t total = loose;
    for (unsigned round = 0; round < 2; round++) /* first those without deltas */
        for (size_t i = chosen; i < count; i++) {
            struct qb_packed pack = packs[i];
            bool wanted = !pack.fixed && (round ? pack.count / TWICE < total : pack.plain);
            if (!wanted)
                continue;
            total += pack.count;
            memmove(&packs[chosen + 1], &packs[chosen], (i - chosen) * sizeof *packs);
            packs[chosen++] = pack;
        }
    return chosen;
}

int qb_history_room(struct qb_history *history, struct qb_history_room *room, struct qb_err *err)
{
    struct qb_packed *packs;
    struct objects objects = {0};
    size_t plain = 0;
    size_t free_packs = 0;
    int result = qb_packs_list(history, &packs, &room->packs, err);
    list_loose(history, &objects);
    room->loose = objects.count;
    for (size_t i = 0; i < room->packs && result == QB_OK; i++) {
        plain += packs[i].plain && !packs[i].fixed;
        free_packs += !packs[i].fixed;
    }
    bool movable = !has_multi_index(history);
    room->many = room->loose >= MANY_LOOSE;
    room->due = room->many || (movable && (plain || free_packs >= MANY_PACKS));
    free(objects.ids);
    free(packs);
    return result;
}

/* --- putting them in order --- */

static int by_oid(const void *a, const void *b)
{
    return memcmp(((const struct qb_named *)a)->oid.raw, ((const struct qb_named *)b)->oid.raw, sizeof(struct qb_oid));
}

static int by_likeness(const void *a, const void *b)
{
    const struct qb_named *one = a;
    const struct qb_named *two = b;
    if (one->type != two->type)
        return one->type < two->type ? -1 : 1;
    if (one->path != two->path) {
        int order = one->path && two->path ? strcmp(one->path, two->path) : (one->path != NULL) - (two->path != NULL);
        if (order)
            return order;
    }
    if (one->version != two->version)
        return one->version < two->version ? -1 : 1;
    return by_oid(a, b);
}

/* Each object once, sorted by id. */
static struct qb_named *make_list(const struct objects *objects, size_t *count)
{
    struct qb_named *list = qb_mem_array(objects->count + 1, sizeof *list);
    size_t kept = 0;
    for (size_t i = 0; i < objects->count; i++)
        list[i] = (struct qb_named){.oid = objects->ids[i], .loose = i < objects->loose};
    qsort(list, objects->count, sizeof *list, by_oid);
    for (size_t i = 0; i < objects->count; i++) {
        if (kept && qb_oid_equal(&list[kept - 1].oid, &list[i].oid))
            list[kept - 1].loose |= list[i].loose;
        else
            list[kept++] = list[i];
    }
    *count = kept;
    return list;
}

/* --- writing them --- */

/* An object that others may be made of. */
struct slot {
    const struct qb_named *object; /* NULL: empty */
    struct qb_buf bytes;
    struct qb_delta *delta; /* made when first needed */
    unsigned depth;
    uint32_t number; /* of the version within its path, in the order of writing */
};

struct writing {
    struct qb_history *history;
    struct qb_pack *pack;
    struct slot window[WINDOW];
    size_t next; /* the slot to be filled: the oldest */
    size_t bytes;
    struct slot anchor;
    struct qb_buf best;
    struct qb_buf trial;
    z_stream z; /* to find out which is smaller */
    bool lost;  /* some object could not be read */
};

static void clear_slot(struct writing *writing, struct slot *slot)
{
    writing->bytes -= slot->bytes.length;
    qb_delta_free(slot->delta);
    slot->delta = NULL;
    slot->object = NULL;
    qb_buf_fini(&slot->bytes);
}

static void clear_all(struct writing *writing)
{
    for (size_t i = 0; i < WINDOW; i++)
        clear_slot(writing, &writing->window[i]);
    clear_slot(writing, &writing->anchor);
}

static size_t deflated(struct writing *writing, const struct qb_buf *bytes)
{
    unsigned char out[16 << 10];
    deflateReset(&writing->z);
    writing->z.next_in = (unsigned char *)bytes->data;
    writing->z.avail_in = (unsigned)bytes->length;
    do {
        writing->z.next_out = out;
        writing->z.avail_out = sizeof out;
    } while (deflate(&writing->z, Z_FINISH) == Z_OK);
    return writing->z.total_out;
}

/* Tries to make the object of the slot's; keeps the delta in `best` when it is the smallest so far. */
static bool try_slot(struct writing *writing, struct slot *slot, const struct slot *own, size_t most)
{
    if (!slot->delta)
        slot->delta = qb_delta_new(slot->bytes.data, slot->bytes.length);
    if (!qb_delta_make(slot->delta, own->bytes.data, own->bytes.length, most, &writing->trial))
        return false;
    struct qb_buf swap = writing->best;
    writing->best = writing->trial;
    writing->trial = swap;
    return true;
}

static bool fits(const struct slot *slot, const struct slot *own)
{
    if (!slot->object || !slot->bytes.length || slot->object->type != own->object->type)
        return false;
    bool same = slot->object->path && slot->object->path == own->object->path;
    return slot->depth < (same ? DEEPEST : DEEPEST_ACROSS);
}

static bool is_anchor(const struct slot *own)
{
    return own->number % ANCHOR == 0;
}

/* The slot that the object is best made of, with the delta in `best`; NULL: it is written whole. */
static struct slot *find_base(struct writing *writing, struct slot *own)
{
    struct slot *base = NULL;
    size_t length = own->bytes.length;
    size_t most = length > 2 * SHORTEST ? length - SHORTEST : 0;
    if (!most)
        return NULL;
    if (own->number && is_anchor(own)) {
        bool near = fits(&writing->anchor, own) && writing->anchor.depth < DEEPEST - ANCHOR;
        return near && try_slot(writing, &writing->anchor, own, most) ? &writing->anchor : NULL;
    }
    for (size_t i = 1; i < WINDOW; i++) {
        struct slot *slot = &writing->window[(writing->next + WINDOW - i) % WINDOW];
        if (slot == own || !fits(slot, own) || slot->bytes.length / 16 > length)
            continue;
        if (try_slot(writing, slot, own, most)) {
            base = slot;
            most = writing->best.length - 1;
        }
        if (base && writing->best.length <= SHORTEST + length / 64)
            break;
    }
    return base;
}

static bool worth(struct writing *writing, const struct slot *base, const struct slot *own)
{
    if (!qb_delta_apply(base->bytes.data, base->bytes.length, writing->best.data, writing->best.length,
                        &writing->trial) ||
        writing->trial.length != own->bytes.length ||
        memcmp(writing->trial.data, own->bytes.data, own->bytes.length) != 0)
        return false;
    return writing->best.length < own->bytes.length / 4 || own->bytes.length > MOST_TRIED ||
           deflated(writing, &writing->best) < deflated(writing, &own->bytes);
}

static void keep_anchor(struct writing *writing, const struct slot *own)
{
    clear_slot(writing, &writing->anchor);
    writing->anchor.object = own->object;
    writing->anchor.depth = own->depth;
    qb_buf_add(&writing->anchor.bytes, own->bytes.data, own->bytes.length);
    writing->bytes += own->bytes.length;
}

/* Makes room for one more, the oldest first. */
static struct slot *take_slot(struct writing *writing)
{
    struct slot *slot = &writing->window[writing->next];
    writing->next = (writing->next + 1) % WINDOW;
    clear_slot(writing, slot);
    for (size_t i = 0; i < WINDOW && writing->bytes > WINDOW_BYTES; i++)
        clear_slot(writing, &writing->window[(writing->next + i) % WINDOW]);
    return slot;
}

static int write_object(struct writing *writing, struct qb_named *object, const struct qb_named *before,
                        struct qb_err *err)
{
    bool same = before && before->type == object->type && object->path && before->path == object->path;
    const struct slot *last = &writing->window[(writing->next + WINDOW - 1) % WINDOW];
    uint32_t number = same && last->object == before ? last->number + 1 : 0;
    struct slot *own = take_slot(writing);
    if (object->type == GIT_OBJECT_INVALID ||
        qb_objects_read(writing->history, &object->oid, object->type, &own->bytes, NULL) < 0) {
        object->type = GIT_OBJECT_INVALID;
        writing->lost = true;
        return QB_OK;
    }
    own->object = object;
    own->number = number;
    own->depth = 0;
    writing->bytes += own->bytes.length;
    qb_buf_reserve(&own->bytes, 1); /* an empty one has an address too */
    struct slot *base = find_base(writing, own);
    if (base && !worth(writing, base, own))
        base = NULL;
    own->depth = base ? base->depth + 1 : 0;
    const struct qb_buf *bytes = base ? &writing->best : &own->bytes;
    int result = qb_pack_put(writing->pack, &object->oid, object->type, base ? &base->object->oid : NULL, bytes->data,
                             bytes->length, err);
    if (is_anchor(own))
        keep_anchor(writing, own);
    return result;
}

static int write_all(struct writing *writing, struct qb_named *list, size_t count, struct qb_err *err)
{
    const struct qb_named *before = NULL;
    int result = qb_pack_new(&writing->pack, writing->history->path, count, QB_DEFLATE_SMALL, err);
    qb_stream_deflater(&writing->z, QB_DEFLATE_SMALL);
    for (size_t i = 0; i < count && result == QB_OK; i++) {
        result = write_object(writing, &list[i], before, err);
        before = &list[i];
    }
    if (result == QB_OK)
        result = qb_pack_finish(writing->pack, err);
    clear_all(writing);
    deflateEnd(&writing->z);
    qb_buf_fini(&writing->best);
    qb_buf_fini(&writing->trial);
    return result;
}

/* --- removing what was packed --- */

static int sync_packs(struct qb_history *history, struct qb_err *err)
{
    int fd = openat(history->objects, "pack", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    int error = fd < 0 || fsync(fd) < 0 ? errno : 0;
    if (fd >= 0)
        close(fd);
    return error ? qb_stream_err(err, error, "objects/pack", "cannot bring a pack of history to the disk") : QB_OK;
}

static void remove_packed(struct writing *writing, const struct qb_packed *packs, size_t chosen,
                          const struct qb_named *list, size_t count)
{
    const struct qb_oid *fresh = qb_pack_name(writing->pack);
    for (size_t i = 0; i < chosen && !writing->lost; i++)
        if (!qb_oid_equal(&packs[i].name, fresh)) /* the same objects, so the same pack */
            qb_packs_remove(writing->history, &packs[i]);
    for (size_t i = 0; i < count; i++) {
        char name[QB_LOOSE_NAME];
        if (!list[i].loose || list[i].type == GIT_OBJECT_INVALID)
            continue;
        qb_loose_name(&list[i].oid, name);
        unlinkat(writing->history->objects, name, 0);
    }
}

int qb_history_repack(struct qb_history *history, struct qb_err *err)
{
    struct writing writing = {.history = history};
    struct objects objects = {0};
    struct qb_pool paths = {0};
    struct qb_packed *packs = NULL;
    size_t pack_count = 0;
    size_t chosen = 0;
    size_t count = 0;
    list_loose(history, &objects);
    int result = qb_packs_list(history, &packs, &pack_count, err);
    if (result == QB_OK && !has_multi_index(history))
        chosen = choose(packs, pack_count, objects.loose);
    for (size_t i = 0; i < chosen && result == QB_OK; i++)
        result = qb_packs_ids(history, &packs[i], &objects.ids, &objects.count, &objects.capacity, err);
    struct qb_named *list = make_list(&objects, &count);
    if (result == QB_OK && count) {
        qb_naming_run(history, list, count, &paths);
        qsort(list, count, sizeof *list, by_likeness);
        result = write_all(&writing, list, count, err);
        if (result == QB_OK)
            result = sync_packs(history, err);
        if (result == QB_OK)
            remove_packed(&writing, packs, chosen, list, count);
    }
    qb_pack_free(writing.pack);
    qb_pool_fini(&paths);
    free(objects.ids);
    free(packs);
    free(list);
    return result < 0 ? qb_err_context(err, "packing up history") : QB_OK;
}
