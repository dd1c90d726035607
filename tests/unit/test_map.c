/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The hash map and the pool of strings: against a plain array as a model, small and large, with removals. */
#include "core/base/map.h"

#include "core/base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MANY 100000

static int one, two, three;

static void test_map__empty_has_nothing(void **state)
{
    (void)state;
    struct qb_map map = {0};
    size_t at = 0;
    assert_null(qb_map_get(&map, "a", 1));
    assert_null(qb_map_get_string(&map, ""));
    assert_null(qb_map_remove(&map, "a", 1));
    assert_null(qb_map_next(&map, &at));
    qb_map_fini(&map);
    qb_map_fini(&map);
}

static void test_map__put_answers_the_earlier_value(void **state)
{
    (void)state;
    struct qb_map map = {0};
    assert_null(qb_map_put_string(&map, "a", &one));
    assert_ptr_equal(qb_map_put_string(&map, "a", &two), &one);
    assert_ptr_equal(qb_map_get_string(&map, "a"), &two);
    assert_int_equal(map.live, 1);
    assert_ptr_equal(qb_map_remove(&map, "a", 1), &two);
    assert_null(qb_map_remove(&map, "a", 1));
    assert_null(qb_map_get_string(&map, "a"));
    assert_int_equal(map.live, 0);
    assert_null(qb_map_put_string(&map, "a", &three)); /* nothing was there any more */
    assert_ptr_equal(qb_map_get_string(&map, "a"), &three);
    assert_int_equal(map.live, 1);
    qb_map_fini(&map);
    assert_null(map.items);
}

static void test_map__keys_are_bytes(void **state)
{
    (void)state;
    struct qb_map map = {0};
    qb_map_put(&map, "", 0, &one);
    qb_map_put(&map, "\0", 1, &two);
    qb_map_put(&map, "a\0b", 3, &three);
    assert_ptr_equal(qb_map_get(&map, "", 0), &one);
    assert_ptr_equal(qb_map_get(&map, "\0", 1), &two);
    assert_ptr_equal(qb_map_get(&map, "a\0b", 3), &three);
    assert_null(qb_map_get(&map, "a", 1));
    assert_null(qb_map_get(&map, "a\0c", 3));
    assert_null(qb_map_get(&map, "\0\0", 2));
    qb_map_fini(&map);
}

/* A key that comes back after a removal is the caller's new one: the old may be gone by then... once it was put. */
static void test_map__takes_the_new_key_when_put_again(void **state)
{
    (void)state;
    struct qb_map map = {0};
    char first[] = "key";
    char second[] = "key";
    size_t at = 0;
    qb_map_put_string(&map, first, &one);
    qb_map_remove(&map, first, 3);
    qb_map_put_string(&map, second, &two);
    memcpy(first, "XXX", 3);
    assert_ptr_equal(qb_map_get_string(&map, "key"), &two);
    assert_ptr_equal(qb_map_next(&map, &at)->key, second);
    qb_map_fini(&map);
}

static void test_map__iterates_in_the_order_of_insertion(void **state)
{
    (void)state;
    static const char *const keys[] = {"zebra", "ape", "lion", "bee", "yak", "cow"};
    struct qb_map map = {0};
    for (size_t i = 0; i < 6; i++)
        qb_map_put_string(&map, keys[i], &one);
    qb_map_put_string(&map, "lion", &two); /* a replaced one keeps its place */
    struct qb_map_item *item;
    size_t at = 0;
    for (size_t i = 0; i < 6; i++) {
        item = qb_map_next(&map, &at);
        assert_string_equal(item->key, keys[i]);
        assert_int_equal(item->length, strlen(keys[i]));
    }
    assert_null(qb_map_next(&map, &at));
    qb_map_remove(&map, "ape", 3);
    qb_map_remove(&map, "cow", 3);
    at = 0;
    for (size_t i = 0; i < 6; i++)
        if (i != 1 && i != 5)
            assert_string_equal(qb_map_next(&map, &at)->key, keys[i]);
    assert_null(qb_map_next(&map, &at));
    qb_map_fini(&map);
}

static char (*many_keys(void))[16]
{
    char(*keys)[16] = qb_mem_array(MANY, sizeof *keys);
    for (int i = 0; i < MANY; i++)
        snprintf(keys[i], sizeof *keys, "SHP-%06d", i);
    return keys;
}

static void test_map__grows_to_many(void **state)
{
    (void)state;
    char(*keys)[16] = many_keys();
    struct qb_map map = {0};
    for (size_t i = 0; i < MANY; i++)
        assert_null(qb_map_put_string(&map, keys[i], keys[i]));
    assert_int_equal(map.live, MANY);
    assert_int_equal(map.count, MANY);
    assert_true(map.slot_count >= 2 * map.count);
    for (size_t i = 0; i < MANY; i++) {
        char copy[16];
        memcpy(copy, keys[i], sizeof copy);
        assert_ptr_equal(qb_map_get_string(&map, copy), keys[i]);
    }
    assert_null(qb_map_get_string(&map, "SHP-100000"));
    size_t at = 0;
    for (size_t i = 0; i < MANY; i++)
        assert_ptr_equal(qb_map_next(&map, &at)->value, keys[i]);
    qb_map_fini(&map);
    free(keys);
}

static void test_map__removed_items_do_not_pile_up(void **state)
{
    (void)state;
    char(*keys)[16] = many_keys();
    struct qb_map map = {0};
    for (size_t i = 0; i < MANY; i++) { /* never more than ten at a time */
        qb_map_put_string(&map, keys[i], keys[i]);
        if (i >= 10)
            assert_ptr_equal(qb_map_remove(&map, keys[i - 10], 10), keys[i - 10]);
    }
    assert_int_equal(map.live, 10);
    assert_true(map.slot_count <= 1024);
    size_t at = 0;
    for (size_t i = MANY - 10; i < MANY; i++)
        assert_ptr_equal(qb_map_next(&map, &at)->value, keys[i]);
    assert_null(qb_map_next(&map, &at));
    qb_map_fini(&map);
    free(keys);
}

static uint32_t random_number(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223; /* Numerical Recipes' generator */
    return *seed >> 8;
}

/* Any mixture of putting, replacing and removing does what an array of all keys does. */
static void test_map__does_what_a_plain_array_does(void **state)
{
    (void)state;
    enum { KEYS = 300, STEPS = 60000 };
    char(*keys)[16] = many_keys();
    void *model[KEYS] = {0};
    struct qb_map map = {0};
    uint32_t seed = 20200605;
    size_t live = 0;
    for (int step = 0; step < STEPS; step++) {
        uint32_t key = random_number(&seed) % KEYS;
        size_t length = strlen(keys[key]);
        void *value = keys[random_number(&seed) % MANY];
        void *earlier = model[key];
        switch (random_number(&seed) % 3) {
        case 0:
            assert_ptr_equal(qb_map_put(&map, keys[key], length, value), earlier);
            model[key] = value;
            break;
        case 1:
            assert_ptr_equal(qb_map_remove(&map, keys[key], length), earlier);
            model[key] = NULL;
            break;
        default:
            assert_ptr_equal(qb_map_get(&map, keys[key], length), earlier);
        }
        live += (model[key] != NULL) - (size_t)(earlier != NULL);
        assert_int_equal(map.live, live);
    }
    size_t found = 0;
    for (size_t at = 0; qb_map_next(&map, &at);)
        found++;
    assert_int_equal(found, live);
    qb_map_fini(&map);
    free(keys);
}

static void test_map__hash_uses_every_byte(void **state)
{
    (void)state;
    char text[32] = {0};
    uint64_t first = qb_map_hash(text, sizeof text);
    for (size_t i = 0; i < sizeof text; i++)
        for (int bit = 0; bit < 8; bit++) {
            text[i] = (char)(1 << bit);
            assert_true(qb_map_hash(text, sizeof text) != first);
            text[i] = 0;
        }
    assert_true(qb_map_hash(text, 31) != first);
    assert_true(qb_map_hash(NULL, 0) == qb_map_hash("x", 0));
}

/* --- the pool --- */

static void test_pool__equal_texts_are_one_pointer(void **state)
{
    (void)state;
    struct qb_pool pool = {0};
    char text[] = "SHP-A";
    const char *first = qb_pool_string(&pool, text);
    assert_ptr_not_equal(first, text);
    text[4] = 'B';
    assert_string_equal(first, "SHP-A"); /* a copy */
    assert_ptr_equal(qb_pool_bytes(&pool, "SHP-ABC", 5), first);
    assert_ptr_equal(qb_pool_find(&pool, "SHP-ABC", 5), first);
    assert_ptr_not_equal(qb_pool_string(&pool, text), first);
    assert_null(qb_pool_find(&pool, "SHP-C", 5));
    assert_int_equal(pool.map.live, 2); /* looking adds nothing */
    assert_null(qb_pool_string(&pool, NULL));
    const char *empty = qb_pool_string(&pool, "");
    assert_string_equal(empty, "");
    assert_ptr_equal(qb_pool_bytes(&pool, "x", 0), empty);
    assert_ptr_not_equal(qb_pool_bytes(&pool, "\0", 1), empty);
    qb_pool_fini(&pool);
}

static void test_pool__pointers_outlive_growth(void **state)
{
    (void)state;
    char(*keys)[16] = many_keys();
    const char **kept = qb_mem_array(MANY, sizeof *kept);
    struct qb_pool pool = {0};
    for (size_t i = 0; i < MANY; i++)
        kept[i] = qb_pool_string(&pool, keys[i]);
    for (size_t i = 0; i < MANY; i++) {
        assert_string_equal(kept[i], keys[i]);
        assert_ptr_equal(qb_pool_string(&pool, keys[i]), kept[i]);
    }
    qb_pool_fini(&pool);
    assert_null(qb_pool_find(&pool, keys[0], 10));
    free(kept);
    free(keys);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_map__empty_has_nothing),
        cmocka_unit_test(test_map__put_answers_the_earlier_value),
        cmocka_unit_test(test_map__keys_are_bytes),
        cmocka_unit_test(test_map__takes_the_new_key_when_put_again),
        cmocka_unit_test(test_map__iterates_in_the_order_of_insertion),
        cmocka_unit_test(test_map__grows_to_many),
        cmocka_unit_test(test_map__removed_items_do_not_pile_up),
        cmocka_unit_test(test_map__does_what_a_plain_array_does),
        cmocka_unit_test(test_map__hash_uses_every_byte),
        cmocka_unit_test(test_pool__equal_texts_are_one_pointer),
        cmocka_unit_test(test_pool__pointers_outlive_growth),
    };
    return cmocka_run_group_tests_name("map", tests, NULL, NULL);
}
