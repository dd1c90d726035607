/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hash map: items lie in an array in order of insertion, `slots` holds their numbers (plus one; 0 is
 * free) in a power-of-two table with linear probing, at most half full. Removed items stay in the array
 * without a value until the table is rebuilt, so that probing chains stay whole.
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

void qb_map_fini(struct qb_map *map)
{
    free(map->items);
    free(map->slots);
    *map = (struct qb_map){0};
}

/* The item with that key (removed ones too), or NULL; *slot is where it is or would go. */
static struct qb_map_item *find(const struct qb_map *map, const char *key, size_t length, uint64_t hash, size_t *slot)
{
    size_t mask = map->slot_count - 1;
    for (size_t at = (size_t)hash & mask;; at = (at + 1) & mask) {
        *slot = at;
        if (!map->slots[at])
            return NULL;
        struct qb_map_item *item = &map->items[map->slots[at] - 1];
        if (item->hash == hash && item->length == length && (item->key == key || !memcmp(item->key, key, length)))
            return item;
    }
}

/* Drops removed items and makes a table at most a quarter full. */
static void rebuild(struct qb_map *map)
{
    size_t kept = 0;
    for (size_t i = 0; i < map->count; i++)
        if (map->items[i].value)
            map->items[kept++] = map->items[i];
    map->count = kept;
    size_t wanted = 16;
    while (wanted < kept * 4)
        wanted *= 2;
    free(map->slots);
    map->slots = qb_mem_array(wanted, sizeof *map->slots);
    map->slot_count = wanted;
    for (size_t i = 0; i < kept; i++) {
        size_t slot = 0;
        find(map, map->items[i].key, map->items[i].length, map->items[i].hash, &slot);
        map->slots[slot] = (uint32_t)(i + 1);
    }
}

void *qb_map_get(const struct qb_map *map, const char *key, size_t length)
{
    if (!map->slot_count)
        return NULL;
    size_t slot;
    struct qb_map_item *item = find(map, key, length, qb_map_hash(key, length), &slot);
    return item ? item->value : NULL;
}

void *qb_map_get_string(const struct qb_map *map, const char *key)
{
    return qb_map_get(map, key, strlen(key));
}

void *qb_map_put(struct qb_map *map, const char *key, size_t length, void *value)
{
    if ((map->count + 1) * 2 > map->slot_count)
        rebuild(map);
    uint64_t hash = qb_map_hash(key, length);
    size_t slot;
    struct qb_map_item *item = find(map, key, length, hash, &slot);
    if (!item) {
        QB_MEM_GROW(map->items, map->count, map->capacity);
        item = &map->items[map->count++];
        *item = (struct qb_map_item){.length = length, .hash = hash};
        map->slots[slot] = (uint32_t)map->count;
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
    struct qb_map_item *item = find(map, key, length, qb_map_hash(key, length), &slot);
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

const char *qb_pool_bytes(struct qb_pool *pool, const char *text, size_t length)
{
    char *known = qb_map_get(&pool->map, text, length);
    if (known)
        return known;
    char *copy = qb_arena_copy(&pool->arena, text, length);
    qb_map_put(&pool->map, copy, length, copy);
    return copy;
}

const char *qb_pool_string(struct qb_pool *pool, const char *text)
{
    return text ? qb_pool_bytes(pool, text, strlen(text)) : NULL;
}

const char *qb_pool_find(const struct qb_pool *pool, const char *text, size_t length)
{
    return qb_map_get(&pool->map, text, length);
}
