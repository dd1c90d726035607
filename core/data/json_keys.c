/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Repeated names in an object. Objects are small as a rule: each name sets one bit out of 64, and only a
 * name whose bit is set already is compared with those before it. Large objects are sorted, which no choice
 * of names can make slow.
 */
#include "core/data/json_keys.h"

#include <stdlib.h>
#include <string.h>

#define MOST_COMPARED 64 /* members */

int qb_json_keys_compare(const struct qb_json *a, const struct qb_json *b)
{
    if (a->key_length != b->key_length)
        return a->key_length < b->key_length ? -1 : 1;
    int difference = memcmp(a->key, b->key, a->key_length);
    return (difference > 0) - (difference < 0);
}

static int compare_members(const void *left, const void *right)
{
    const struct qb_json *a = *(const struct qb_json *const *)left, *b = *(const struct qb_json *const *)right;
    int names = qb_json_keys_compare(a, b);
    return names ? names : (a > b) - (a < b);
}

const struct qb_json **qb_json_keys_sorted(const struct qb_json *items, size_t count)
{
    const struct qb_json **sorted = qb_mem_array(count, sizeof *sorted);
    for (size_t i = 0; i < count; i++)
        sorted[i] = &items[i];
    qsort(sorted, count, sizeof *sorted, compare_members);
    return sorted;
}

static bool repeat_among_many(const struct qb_json *items, size_t count, struct qb_json_duplicate *duplicate)
{
    const struct qb_json **sorted = qb_json_keys_sorted(items, count);
    duplicate->second = count;
    for (size_t i = 1, first = 0; i < count; i++) {
        if (qb_json_keys_compare(sorted[i - 1], sorted[i]) != 0) {
            first = i;
        } else if ((size_t)(sorted[i] - items) < duplicate->second) {
            duplicate->second = (size_t)(sorted[i] - items);
            duplicate->first = (size_t)(sorted[first] - items);
        }
    }
    free(sorted);
    return duplicate->second < count;
}

/* A number below 64 that differs for most names that stand in one object. */
static unsigned mark(const struct qb_json *member)
{
    uint32_t length = member->key_length;
    if (!length)
        return 0;
    const unsigned char *key = (const unsigned char *)member->key;
    uint32_t mixed = length + 5u * key[0] + 11u * key[length / 2] + 23u * key[length - 1];
    return (mixed ^ mixed >> 6) & 63;
}

static bool repeat_among_few(const struct qb_json *items, size_t count, struct qb_json_duplicate *duplicate)
{
    uint64_t seen = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t bit = (uint64_t)1 << mark(&items[i]);
        for (size_t j = 0; (seen & bit) && j < i; j++) {
            if (items[j].key_length == items[i].key_length &&
                !memcmp(items[j].key, items[i].key, items[i].key_length)) {
                *duplicate = (struct qb_json_duplicate){j, i};
                return true;
            }
        }
        seen |= bit;
    }
    return false;
}

bool qb_json_keys_repeat(const struct qb_json *items, size_t count, struct qb_json_duplicate *duplicate)
{
    return count > MOST_COMPARED ? repeat_among_many(items, count, duplicate)
                                 : repeat_among_few(items, count, duplicate);
}
