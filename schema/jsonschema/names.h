/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A fixed set of strings, each with its number, made once and then only asked: property names and the strings of
 * an enum. Built for speed: the first and the last eight bytes of a name hold all of it up to sixteen bytes, so
 * that a lookup is two loads, a multiplication and (nearly always) one comparison of integers.
 */
#ifndef QB_SCHEMA_JSONSCHEMA_NAMES_H
#define QB_SCHEMA_JSONSCHEMA_NAMES_H

#include "core/base/map.h"
#include "core/base/mem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define QB_NAME_NONE UINT32_MAX

struct qb_name {
    uint64_t head;
    uint64_t tail;
    const char *text;
    uint32_t length;
    uint32_t number; /* QB_NAME_NONE: the slot is free */
};

struct qb_names {
    const struct qb_name *slots;
    uint64_t multiplier;
    uint32_t shift;
    uint32_t mask;
    uint32_t farthest; /* slots that a name may lie behind its own */
    uint64_t lengths;  /* a bit for each length that a name has, modulo 64 */
    uint32_t count;
    bool whole; /* too many names have the same ends: the slot follows from the whole text */
};

struct qb_name_text {
    const char *text;
    uint32_t length;
};

/* Makes the set of `count` different texts, numbered in their order. Texts and table live in the arena. */
void qb_names_build(struct qb_names *names, struct qb_arena *arena, const struct qb_name_text *texts, uint32_t count);

/* The whole of a text of up to sixteen bytes, ends of a longer one. */
static inline __attribute__((always_inline)) void qb_name_ends(const char *text, uint32_t length, uint64_t *head,
                                                               uint64_t *tail)
{
    if (length >= 8) {
        memcpy(head, text, 8);
        memcpy(tail, text + length - 8, 8);
        return;
    }
    *tail = 0;
    if (length >= 4) {
        uint32_t first;
        uint32_t last;
        memcpy(&first, text, 4);
        memcpy(&last, text + length - 4, 4);
        *head = first | (uint64_t)last << 32;
    } else if (length) {
        *head = (uint64_t)(unsigned char)text[0] | (uint64_t)(unsigned char)text[length / 2] << 8 |
                (uint64_t)(unsigned char)text[length - 1] << 16;
    } else {
        *head = 0;
    }
}

static inline uint32_t qb_name_slot(const struct qb_names *names, const char *text, uint32_t length, uint64_t head,
                                    uint64_t tail)
{
    uint64_t mixed = (head ^ (tail << 7 | tail >> 57)) + length;
    if (names->whole)
        mixed ^= qb_map_hash(text, length);
    return (uint32_t)((mixed * names->multiplier) >> names->shift) & names->mask;
}

/* The number of the text, QB_NAME_NONE when it is not in the set. */
static inline __attribute__((always_inline)) uint32_t qb_names_find(const struct qb_names *names, const char *text,
                                                                    uint32_t length)
{
    uint64_t head;
    uint64_t tail;
    if (!(names->lengths >> (length & 63) & 1))
        return QB_NAME_NONE;
    qb_name_ends(text, length, &head, &tail);
    uint32_t slot = qb_name_slot(names, text, length, head, tail);
    for (uint32_t step = 0; step <= names->farthest; step++) {
        const struct qb_name *name = &names->slots[(slot + step) & names->mask];
        if (name->head == head && name->tail == tail && name->length == length && name->number != QB_NAME_NONE &&
            (length <= 16 || !memcmp(name->text, text, length)))
            return name->number;
    }
    return QB_NAME_NONE;
}

#endif
