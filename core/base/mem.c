/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory that never fails (or ends the program) and arenas: blocks that double in size up to 1 MiB, handed
 * out from the front, freed together.
 */
#include "core/base/mem.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BLOCK ((size_t)4096)
#define LARGEST_BLOCK ((size_t)1 << 20)

struct qb_arena_block {
    struct qb_arena_block *next;
    size_t size;
    alignas(max_align_t) char bytes[];
};

static void *sure(void *block)
{
    if (!block) {
        fputs("qbis: out of memory\n", stderr);
        abort();
    }
    return block;
}

static size_t times(size_t count, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(count, size, &total))
        sure(NULL);
    return total ? total : 1;
}

void *qb_mem_alloc(size_t size)
{
    return sure(calloc(1, size ? size : 1));
}

void *qb_mem_array(size_t count, size_t size)
{
    return sure(calloc(1, times(count, size)));
}

void *qb_mem_resize(void *block, size_t count, size_t size)
{
    return sure(realloc(block, times(count, size)));
}

char *qb_mem_copy(const char *text, size_t length)
{
    char *copy = sure(malloc(length + 1));
    if (length)
        memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

char *qb_mem_string(const char *text)
{
    return text ? qb_mem_copy(text, strlen(text)) : NULL;
}

void qb_arena_init(struct qb_arena *arena)
{
    *arena = (struct qb_arena){0};
}

void qb_arena_fini(struct qb_arena *arena)
{
    for (struct qb_arena_block *block = arena->blocks, *next; block; block = next) {
        next = block->next;
        free(block);
    }
    *arena = (struct qb_arena){0};
}

static void begin_block(struct qb_arena *arena, struct qb_arena_block *block)
{
    arena->at = block->bytes;
    arena->end = block->bytes + block->size;
}

void qb_arena_reset(struct qb_arena *arena)
{
    struct qb_arena_block *largest = arena->blocks;
    for (struct qb_arena_block *block = arena->blocks; block; block = block->next)
        if (block->size > largest->size)
            largest = block;
    for (struct qb_arena_block *block = arena->blocks, *next; block; block = next) {
        next = block->next;
        if (block != largest)
            free(block);
    }
    arena->blocks = largest;
    arena->total = 0;
    if (largest) {
        largest->next = NULL;
        arena->total = largest->size;
        begin_block(arena, largest);
    }
}

static void add_block(struct qb_arena *arena, size_t least)
{
    size_t wanted = arena->blocks ? arena->blocks->size * 2 : FIRST_BLOCK;
    if (wanted > LARGEST_BLOCK)
        wanted = LARGEST_BLOCK;
    if (wanted < least)
        wanted = least;
    struct qb_arena_block *block = NULL;
    if (wanted < SIZE_MAX - sizeof *block)
        block = malloc(sizeof *block + wanted);
    sure(block);
    block->next = arena->blocks;
    block->size = wanted;
    arena->blocks = block;
    arena->total += wanted;
    begin_block(arena, block);
}

/* `alignment` is a power of two, at most that of a block's bytes. */
static void *take(struct qb_arena *arena, size_t size, size_t alignment)
{
    size_t gap = (size_t)(-(uintptr_t)arena->at & (alignment - 1));
    size_t left = (size_t)(arena->end - arena->at);
    if (gap > left || size > left - gap) {
        add_block(arena, size);
        gap = 0;
    }
    char *at = arena->at + gap;
    arena->at = at + size;
    return at;
}

void *qb_arena_alloc(struct qb_arena *arena, size_t size)
{
    return take(arena, size ? size : 1, alignof(max_align_t)); /* nothing asked for still gets a place of its own */
}

void *qb_arena_alloc_words(struct qb_arena *arena, size_t size)
{
    return take(arena, size ? size : 1, alignof(void *));
}

char *qb_arena_copy(struct qb_arena *arena, const char *text, size_t length)
{
    char *copy = take(arena, length + 1, 1);
    if (length)
        memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}
