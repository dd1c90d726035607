/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hash map: items lie in an array in order of insertion, `slots` holds their numbers beside half of their hash in a
 * power-of-two table with linear probing, between a third and two thirds full: a look-up that fails touches nothing
 * else, one that succeeds its item and key. Removed items stay in the array without a value until the table is
 * rebuilt, so that probing chains stay whole.
 */
#include "core/base/map.h"

#include <stdlib.h>
#include <string.h>

uint64_t qb_map_hash(const char *bytes, size_t length)
{
    uint64_t hash = 14695981039346656037ULL; /* FNV-1a, 64 bits */
    for (size_t i = 0; i < length; i++) {
        hash ^= (unsigned char)bytes[i];
        hash *= 1099511628211ULL;
    }
    hash ^= hash >> 32; /* low bits decide the slot: bring the high ones down */
    return hash;
}

/* Eight bytes at a time: each word is multiplied into the hash, and the high half folded back, where the product mixed
 * best. */
static uint32_t hash_of(const char *bytes, size_t length)
{
    const uint64_t factor = 0x9E3779B97F4A7C15ULL; /* 2^64 by the golden ratio, odd */
    uint64_t hash = length * factor;
    uint64_t word;
    for (; length >= sizeof word; bytes += sizeof word, length -= sizeof word) {
        memcpy(&word, bytes, sizeof word);
        hash = (hash ^ word) * factor;
        hash ^= hash >> 32;
    }
    word = 0;
    if (length)
        memcpy(&word, bytes, length);
    hash = (hash ^ word) * factor;
    hash ^= hash >> 29;
    hash *= factor;
    return (uint32_t)(hash >> 32);
}

void qb_map_fini(struct qb_map *map)
{
    free(map->items);
    free(map->slots);
    *map = (struct qb_map){0};
}

/* The item with that key (removed ones too), or NULL; *slot is where it is or would go. */
static struct qb_map_item *find(const struct qb_map *map, const char *key, size_t length, uint32_t hash, size_t *slot)
{
    size_t mask = map->slot_count - 1;
    for (size_t at = hash & mask;; at = (at + 1) & mask) {
        *slot = at;
        if (!map->slots[at].item)
            return NULL;
        if (map->slots[at].hash != hash)
            continue;
        struct qb_map_item *item = &map->items[map->slots[at].item - 1];
        if (item->length == length && (item->key == key || !memcmp(item->key, key, length)))
            return item;
    }
}

/* Drops removed items and makes a table at most a third full. */
static void rebuild(struct qb_map *map)
{
    size_t kept = 0;
    for (size_t i = 0; i < map->count; i++)
        if (map->items[i].value)
            map->items[kept++] = map->items[i];
    map->count = kept;
    size_t wanted = 16;
    while (wanted < kept * 3)
        wanted *= 2;
    free(map->slots);
    map->slots = qb_mem_array(wanted, sizeof *map->slots);
    map->slot_count = wanted;
    for (size_t i = 0; i < kept; i++) {
        size_t at = map->items[i].hash & (wanted - 1);
        while (map->slots[at].item) /* keys differ: any free slot of the chain will do */
            at = (at + 1) & (wanted - 1);
        map->slots[at] = (struct qb_map_slot){.hash = map->items[i].hash, .item = (uint32_t)(i + 1)};
    }
}

void *qb_map_get(const struct qb_map *map, const char *key, size_t length)
{
    if (!map->slot_count)
        return NULL;
    size_t slot;
    struct qb_map_item *item = find(map, key, length, hash_of(key, length), &slot);
    return item ? item->value : NULL;
}

void *qb_map_get_string(const struct qb_map *map, const char *key)
{
    return qb_map_get(map, key, strlen(key));
}

void *qb_map_put(struct qb_map *map, const char *key, size_t length, void *value)
{
    if ((map->count + 1) * 3 > map->slot_count * 2)
        rebuild(map);
    uint32_t hash = hash_of(key, length);
    size_t slot;
    struct qb_map_item *item = find(map, key, length, hash, &slot);
    if (!item) {
        QB_MEM_GROW(map->items, map->count, map->capacity);
        item = &map->items[map->count++];
        *item = (struct qb_map_item){.length = (uint32_t)length, .hash = hash};
        map->slots[slot] = (struct qb_map_slot){.hash = hash, .item = (uint32_t)map->count};
    }
    void *earlier = item->value;
    if (!earlier) {
        item->key = key;
        map->live++;
    }
    item->value = value;
    return earlier;
}

void *qb_map_put_string(struct qb_map *map, const char *key, void *value)
{
    return qb_map_put(map, key, strlen(key), value);
}

void *qb_map_remove(struct qb_map *map, const char *key, size_t length)
{
    if (!map->slot_count)
        return NULL;
    size_t slot;
    struct qb_map_item *item = find(map, key, length, hash_of(key, length), &slot);
    if (!item || !item->value)
        return NULL;
    void *value = item->value;
    item->value = NULL;
    map->live--;
    return value;
}

struct qb_map_item *qb_map_next(const struct qb_map *map, size_t *at)
{
    while (*at < map->count) {
        struct qb_map_item *item = &map->items[(*at)++];
        if (item->value)
            return item;
    }
    return NULL;
}

void qb_pool_fini(struct qb_pool *pool)
{
    qb_map_fini(&pool->map);
    qb_arena_fini(&pool->arena);
}

/* An interned text with what stands before it. */
struct word {
    void *place;
    uint32_t length;
    char text[];
};

const char *qb_pool_bytes(struct qb_pool *pool, const char *text, size_t length)
{
    char *known = qb_map_get(&pool->map, text, length);
    if (known)
        return known;
    struct word *word = qb_arena_alloc_words(&pool->arena, offsetof(struct word, text) + length + 1);
    word->place = NULL;
    word->length = (uint32_t)length;
    if (length)
        memcpy(word->text, text, length);
    word->text[length] = '\0';
    qb_map_put(&pool->map, word->text, length, word->text);
    return word->text;
}

static struct word *word_of(const char *interned)
{
    return (struct word *)(uintptr_t)(interned - offsetof(struct word, text));
}

size_t qb_pool_length(const char *interned)
{
    return word_of(interned)->length;
}

void **qb_pool_place(const char *interned)
{
    return &word_of(interned)->place;
}

const char *qb_pool_string(struct qb_pool *pool, const char *text)
{
    return text ? qb_pool_bytes(pool, text, strlen(text)) : NULL;
}

const char *qb_pool_find(const struct qb_pool *pool, const char *text, size_t length)
{
    return qb_map_get(&pool->map, text, length);
}
