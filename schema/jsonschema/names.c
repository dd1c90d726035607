/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Making the table: a power of two at least twice as large as the set, open addressing with linear probing. Some
 * multipliers are tried for one that gives every name a slot of its own; if none does, the table is doubled a few
 * times, and in the end probing does its work (names that differ only in their middles). Where it would have to do
 * too much of it, the whole texts are hashed instead.
 */
#include "schema/jsonschema/names.h"

#include <stdlib.h>

#define TRIES 64    /* multipliers for one size */
#define DOUBLINGS 2 /* sizes */
#define TOO_FAR 16  /* slots: beyond, ends of names tell too little */
#define MANY 256    /* names: no search for a perfect table */

/* Odd numbers without pattern, always the same ones (splitmix64). */
static uint64_t multiplier(uint64_t number)
{
    uint64_t z = (number + 1) * 0x9E3779B97F4A7C15ULL;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return (z ^ (z >> 31)) | 1;
}

/* Fills the slots; returns how far a name came to lie behind its own slot at most. Gives up beyond TOO_FAR
 * unless whole texts are hashed. */
static uint32_t fill(const struct qb_names *names, struct qb_name *slots, const struct qb_name *all)
{
    uint32_t farthest = 0;
    for (uint32_t i = 0; i <= names->mask; i++)
        slots[i] = (struct qb_name){.number = QB_NAME_NONE};
    for (uint32_t i = 0; i < names->count; i++) {
        uint32_t slot = qb_name_slot(names, all[i].text, all[i].length, all[i].head, all[i].tail);
        uint32_t step = 0;
        while (slots[(slot + step) & names->mask].number != QB_NAME_NONE)
            if (++step > TOO_FAR && !names->whole)
                return UINT32_MAX;
        slots[(slot + step) & names->mask] = all[i];
        if (step > farthest)
            farthest = step;
    }
    return farthest;
}

static void size_for(struct qb_names *names, uint32_t bits)
{
    names->mask = ((uint32_t)1 << bits) - 1;
    names->shift = 64 - bits;
}

/* Looks for the multiplier of this size that leaves the names nearest to their slots. */
static void choose(struct qb_names *names, struct qb_name *slots, const struct qb_name *all)
{
    uint64_t best = 0;
    uint32_t tries = names->count > MANY ? 1 : TRIES;
    names->farthest = UINT32_MAX;
    for (uint32_t i = 0; i < tries && names->farthest; i++) {
        names->multiplier = multiplier(i);
        uint32_t far = fill(names, slots, all);
        if (far < names->farthest || !best) {
            names->farthest = far;
            best = names->multiplier;
        }
    }
    names->multiplier = best;
}

static struct qb_name *copy_texts(struct qb_arena *arena, const struct qb_name_text *texts, uint32_t count)
{
    struct qb_name *all = qb_mem_array(count, sizeof *all);
    for (uint32_t i = 0; i < count; i++) {
        all[i] = (struct qb_name){
            .text = qb_arena_copy(arena, texts[i].text, texts[i].length), .length = texts[i].length, .number = i};
        qb_name_ends(all[i].text, all[i].length, &all[i].head, &all[i].tail);
    }
    return all;
}

void qb_names_build(struct qb_names *names, struct qb_arena *arena, const struct qb_name_text *texts, uint32_t count)
{
    uint32_t bits = 3;
    *names = (struct qb_names){.count = count};
    if (!count)
        return;
    while (((uint32_t)1 << bits) < count * 2)
        bits++;
    struct qb_name *all = copy_texts(arena, texts, count);
    struct qb_name *slots = NULL;
    for (uint32_t i = 0; i < count; i++)
        names->lengths |= (uint64_t)1 << (texts[i].length & 63);
    names->farthest = UINT32_MAX;
    for (uint32_t more = 0; more <= DOUBLINGS && names->farthest; more++) {
        size_for(names, bits + more);
        free(slots);
        slots = qb_mem_array((size_t)names->mask + 1, sizeof *slots);
        choose(names, slots, all);
        if (count > MANY)
            break;
    }
    names->whole = names->farthest == UINT32_MAX;
    struct qb_name *kept = qb_arena_alloc(arena, ((size_t)names->mask + 1) * sizeof *kept);
    names->farthest = fill(names, kept, all);
    names->slots = kept;
    free(slots);
    free(all);
}
