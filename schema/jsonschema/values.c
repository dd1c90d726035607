/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Values as values: copies of them, sets of them (enum, const), and the search for equals among the items of an
 * array. Small arrays are compared pair by pair; large ones are hashed first and sorted by hash, so that only what
 * hashes alike is compared. Equal values hash alike however they are written: numbers by their digits without
 * leading and trailing zeros and by the place of the point, objects by the sum of their members' hashes.
 */
#include "core/base/map.h"
#include "schema/jsonschema/node.h"

#include <stdlib.h>
#include <string.h>

#define FEW_ITEMS 12

/* --- copies --- */

static void copy_into(struct qb_arena *arena, struct qb_json *to, const struct qb_json *from)
{
    *to = *from;
    if (from->key)
        to->key = qb_arena_copy(arena, from->key, from->key_length);
    if (from->type == QB_JSON_STRING || from->type == QB_JSON_NUMBER) {
        to->as.string = qb_arena_copy(arena, from->as.string, from->length);
    } else if (from->type == QB_JSON_ARRAY || from->type == QB_JSON_OBJECT) {
        struct qb_json *items = qb_arena_alloc(arena, from->length * sizeof *items);
        for (uint32_t i = 0; i < from->length; i++)
            copy_into(arena, &items[i], &from->as.items[i]);
        to->as.items = items;
    }
}

const struct qb_json *qb_value_copy(struct qb_arena *arena, const struct qb_json *value)
{
    struct qb_json *copy = qb_arena_alloc(arena, sizeof *copy);
    copy_into(arena, copy, value);
    copy->key = NULL;
    copy->key_length = 0;
    return copy;
}

/* --- sets --- */

static bool known_string(const struct qb_map *map, const struct qb_json *value)
{
    return qb_map_get(map, value->as.string, value->length);
}

struct qb_value_set *qb_value_set_new(struct qb_arena *arena, const struct qb_json *values, uint32_t count)
{
    struct qb_value_set *set = qb_arena_alloc(arena, sizeof *set);
    struct qb_json *copies = qb_arena_alloc(arena, count * sizeof *copies);
    struct qb_name_text *strings = qb_mem_array(count, sizeof *strings);
    struct qb_map seen = {0}; /* an enum should have no equal values, but may */
    uint32_t string_count = 0;
    *set = (struct qb_value_set){.values = copies, .count = count};
    set->others = qb_arena_alloc(arena, count * sizeof *set->others);
    for (uint32_t i = 0; i < count; i++) {
        copy_into(arena, &copies[i], &values[i]);
        copies[i].key = NULL;
        copies[i].key_length = 0;
        if (copies[i].type == QB_JSON_STRING) {
            if (!known_string(&seen, &copies[i]))
                strings[string_count++] = (struct qb_name_text){copies[i].as.string, copies[i].length};
            qb_map_put(&seen, copies[i].as.string, copies[i].length, &copies[i]);
        } else if (copies[i].type <= QB_JSON_TRUE) {
            set->words |= (uint8_t)QB_TYPE_BIT(copies[i].type);
        } else {
            set->others[set->other_count++] = &copies[i];
        }
    }
    qb_names_build(&set->strings, arena, strings, string_count);
    qb_map_fini(&seen);
    free(strings);
    return set;
}

bool qb_value_set_has(const struct qb_value_set *set, const struct qb_json *value)
{
    if (value->type == QB_JSON_STRING)
        return qb_names_find(&set->strings, value->as.string, value->length) != QB_NAME_NONE;
    if (value->type <= QB_JSON_TRUE)
        return set->words & QB_TYPE_BIT(value->type);
    for (uint32_t i = 0; i < set->other_count; i++)
        if (qb_json_equal(set->others[i], value))
            return true;
    return false;
}

/* --- hashes of values --- */

static uint64_t mix(uint64_t hash, uint64_t more)
{
    hash = (hash ^ more) * 0x9E3779B97F4A7C15ULL;
    return hash ^ (hash >> 29);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Beyond this many digits before or behind the point all numbers hash alike. */
#define FAR_AWAY INT64_C(900000000000000)

/* The exponent written behind "e", exact up to FAR_AWAY and never so large that a sum with it overflows. */
static int64_t exponent_of(const char *text, size_t length)
{
    int64_t exponent = 0;
    bool negative = length && *text == '-';
    for (size_t i = 0; i < length; i++)
        if (is_digit(text[i]) && exponent < INT64_C(1000000000000000)) /* > FAR_AWAY */
            exponent = exponent * 10 + (text[i] - '0');
    return negative ? -exponent : exponent;
}

/* Equal for equal numbers: sign, digits from the first to the last that is not zero, place of the first digit. */
static uint64_t hash_number(const struct qb_json *value)
{
    const char *text = value->as.string;
    uint64_t hash = 3;
    uint64_t zeros = 0;    /* that count only if another digit follows */
    int64_t magnitude = 0; /* digits before the point, less zeros behind it */
    bool point = false;
    bool begun = false;
    size_t i = 0;
    for (; i < value->length && text[i] != 'e' && text[i] != 'E'; i++) {
        if (!is_digit(text[i])) {
            point |= text[i] == '.';
            continue;
        }
        begun |= text[i] != '0';
        if (begun && !point)
            magnitude++;
        else if (!begun && point)
            magnitude--;
        if (text[i] == '0') {
            zeros += begun;
            continue;
        }
        for (; zeros; zeros--)
            hash = mix(hash, '0');
        hash = mix(hash, (uint64_t)text[i]);
    }
    if (!begun)
        return 3;
    if (i < value->length)
        magnitude += exponent_of(text + i + 1, value->length - i - 1);
    if (magnitude > FAR_AWAY)
        magnitude = FAR_AWAY;
    if (magnitude < -FAR_AWAY)
        magnitude = -FAR_AWAY;
    return mix(mix(hash, (uint64_t)magnitude), *text == '-');
}

static uint64_t hash_value(const struct qb_json *value)
{
    uint64_t hash = value->type + 11;
    switch (value->type) {
    case QB_JSON_NUMBER:
        return hash_number(value);
    case QB_JSON_STRING:
        return mix(hash, qb_map_hash(value->as.string, value->length));
    case QB_JSON_ARRAY:
        for (uint32_t i = 0; i < value->length; i++)
            hash = mix(hash, hash_value(&value->as.items[i]));
        return hash;
    case QB_JSON_OBJECT:
        for (uint32_t i = 0; i < value->length; i++) {
            const struct qb_json *member = &value->as.items[i];
            hash += mix(qb_map_hash(member->key, member->key_length), hash_value(member));
        }
        return hash;
    default:
        return hash;
    }
}

/* --- equals in an array --- */

struct hashed {
    uint64_t hash;
    uint32_t index;
};

static int by_hash(const void *a, const void *b)
{
    const struct hashed *left = a;
    const struct hashed *right = b;
    if (left->hash != right->hash)
        return left->hash < right->hash ? -1 : 1;
    return (left->index > right->index) - (left->index < right->index);
}

/* Pairs below `count` whose hashes are the same (all of them when hashes is NULL). */
static bool unique_by_pairs(const struct qb_json *array, const struct hashed *hashes, uint32_t count, uint32_t *first,
                            uint32_t *second)
{
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t j = i + 1; j < count && (!hashes || hashes[i].hash == hashes[j].hash); j++) {
            *first = hashes ? hashes[i].index : i;
            *second = hashes ? hashes[j].index : j;
            if (qb_json_equal(&array->as.items[*first], &array->as.items[*second]))
                return false;
        }
    return true;
}

bool qb_value_unique(const struct qb_json *array, uint32_t *first, uint32_t *second)
{
    uint32_t count = array->length;
    if (count <= FEW_ITEMS)
        return unique_by_pairs(array, NULL, count, first, second);
    struct hashed *hashes = qb_mem_array(count, sizeof *hashes);
    for (uint32_t i = 0; i < count; i++)
        hashes[i] = (struct hashed){hash_value(&array->as.items[i]), i};
    qsort(hashes, count, sizeof *hashes, by_hash);
    bool unique = unique_by_pairs(array, hashes, count, first, second);
    free(hashes);
    return unique;
}
