/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hash map from byte strings to pointers, and a pool of interned strings built on the same table.
 * Open addressing, linear probing, power-of-two sizes.
 *
 * The map borrows its keys: they must outlive it, those of removed items too (interned strings do). Order of iteration
 * is the order of insertion as long as nothing was removed; sort where order must not depend on history.
 */
#ifndef QB_CORE_BASE_MAP_H
#define QB_CORE_BASE_MAP_H

#include "core/base/mem.h"

#include <stddef.h>
#include <stdint.h>

struct qb_map_item {
    const char *key;
    void *value; /* NULL marks a removed item */
    uint32_t length;
    uint32_t hash;
};

struct qb_map_slot {
    uint32_t hash;
    uint32_t item; /* its number plus one; 0: free */
};

struct qb_map {
    struct qb_map_item *items; /* in order of insertion */
    struct qb_map_slot *slots;
    size_t count; /* items in use, removed ones included */
    size_t capacity;
    size_t live; /* without removed ones */
    size_t slot_count;
};

/* FNV-1a of 64 bits with a final mix: the same in every version of the program, for what is kept in files. */
uint64_t qb_map_hash(const char *bytes, size_t length);
void qb_map_fini(struct qb_map *map); /* leaves it zeroed; values are the caller's */
void *qb_map_get(const struct qb_map *map, const char *key, size_t length); /* NULL when absent; keys below 4 GiB */
void *qb_map_get_string(const struct qb_map *map, const char *key);
/* Sets or replaces; `value` must not be NULL. Returns the earlier value or NULL. */
void *qb_map_put(struct qb_map *map, const char *key, size_t length, void *value);
void *qb_map_put_string(struct qb_map *map, const char *key, void *value);
/* Returns the value that was there, or NULL. */
void *qb_map_remove(struct qb_map *map, const char *key, size_t length);
/* Walks: `size_t at = 0; while ((item = qb_map_next(&map, &at)))`. Do not change the map meanwhile. */
struct qb_map_item *qb_map_next(const struct qb_map *map, size_t *at);

/* Interned strings: equal texts give the same pointer, which lives as long as the pool. Beside each is a place for one
 * pointer of the pool's owner, NULL at first: what is known about the text is then found without a look-up. */
struct qb_pool {
    struct qb_map map;
    struct qb_arena arena;
};

void qb_pool_fini(struct qb_pool *pool);
const char *qb_pool_string(struct qb_pool *pool, const char *text); /* NULL gives NULL */
const char *qb_pool_bytes(struct qb_pool *pool, const char *text, size_t length);
/* The interned pointer if the text is known, else NULL. Adds nothing. */
const char *qb_pool_find(const struct qb_pool *pool, const char *text, size_t length);
/* Bytes of an interned string, which may hold NULs. */
size_t qb_pool_length(const char *interned);
/* The place beside an interned string. */
void **qb_pool_place(const char *interned);

#endif
