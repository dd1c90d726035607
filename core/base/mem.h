/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory. Sizes are capped before they come here (core/base/limits.h), so exhaustion means that the
 * machine is out of memory: the program says so and aborts. Outputs are replaced atomically, so
 * nothing half-written stays behind.
 *
 * An arena hands out memory that is freed at once: init, alloc as often as wanted, reset or fini.
 */
#ifndef QB_CORE_BASE_MEM_H
#define QB_CORE_BASE_MEM_H

#include <stddef.h>

/* Never NULL; zeroed. Free with free(). qb_mem_array checks count * size for overflow. */
void *qb_mem_alloc(size_t size);
void *qb_mem_array(size_t count, size_t size);
/* Not zeroed beyond the old contents. */
void *qb_mem_resize(void *block, size_t count, size_t size);
char *qb_mem_copy(const char *text, size_t length); /* adds a NUL */
char *qb_mem_string(const char *text);              /* NULL gives NULL */

/* Makes room for one more item in a growing array: doubles *capacity when count has reached it. */
#define QB_MEM_GROW(items, count, capacity)                                        \
    do {                                                                           \
        if ((count) >= (capacity)) {                                               \
            (capacity) = (capacity) ? (capacity)*2 : 8;                            \
            (items) = qb_mem_resize((items), (size_t)(capacity), sizeof *(items)); \
        }                                                                          \
    } while (0)

struct qb_arena_block;
struct qb_arena {
    struct qb_arena_block *blocks; /* newest first */
    char *at;
    char *end;
    size_t total; /* bytes in all blocks */
};

void qb_arena_init(struct qb_arena *arena);
void qb_arena_fini(struct qb_arena *arena);
/* Forgets all that was handed out but keeps the largest block for the next round. */
void qb_arena_reset(struct qb_arena *arena);
/* Aligned for any type, not zeroed, lives until reset or fini. */
void *qb_arena_alloc(struct qb_arena *arena, size_t size);
/* The same, aligned for pointers and 64-bit numbers only. */
void *qb_arena_alloc_words(struct qb_arena *arena, size_t size);
char *qb_arena_copy(struct qb_arena *arena, const char *text, size_t length); /* adds a NUL */

#endif
