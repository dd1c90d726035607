/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory that never fails, and arenas: contents, alignment, reuse, and the end of the program when there is no more. */
#include "core/base/mem.h"

#include <setjmp.h>
#include <signal.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void test_mem__fresh_memory_is_zero(void **state)
{
    (void)state;
    static const char zeros[64];
    for (size_t size = 0; size <= sizeof zeros; size++) {
        char *block = qb_mem_alloc(size);
        char *array = qb_mem_array(size, 1);
        assert_non_null(block);
        assert_non_null(array);
        assert_memory_equal(block, zeros, size);
        assert_memory_equal(array, zeros, size);
        free(block);
        free(array);
    }
}

static void test_mem__resize_keeps_what_was_there(void **state)
{
    (void)state;
    uint32_t *numbers = qb_mem_resize(NULL, 4, sizeof *numbers);
    for (uint32_t i = 0; i < 4; i++)
        numbers[i] = i;
    numbers = qb_mem_resize(numbers, 4000, sizeof *numbers);
    for (uint32_t i = 0; i < 4; i++)
        assert_int_equal(numbers[i], i);
    numbers = qb_mem_resize(numbers, 0, sizeof *numbers);
    assert_non_null(numbers); /* realloc to nothing frees: that must not happen */
    free(numbers);
}

static void test_mem__copies_end_in_a_nul(void **state)
{
    (void)state;
    char *copy = qb_mem_copy("abcdef", 3);
    assert_string_equal(copy, "abc");
    free(copy);
    copy = qb_mem_copy("a\0b", 3);
    assert_memory_equal(copy, "a\0b", 4);
    free(copy);
    copy = qb_mem_copy(NULL, 0);
    assert_string_equal(copy, "");
    free(copy);
    copy = qb_mem_string("abc");
    assert_string_equal(copy, "abc");
    free(copy);
    assert_null(qb_mem_string(NULL));
}

static void test_mem__grow_doubles(void **state)
{
    (void)state;
    size_t *items = NULL;
    size_t count = 0;
    uint32_t capacity = 0;
    uint32_t steps = 0;
    for (size_t i = 0; i < 1000; i++) {
        uint32_t before = capacity;
        QB_MEM_GROW(items, count, capacity);
        steps += capacity != before;
        assert_true(count < capacity);
        items[count++] = i;
    }
    assert_int_equal(steps, 8); /* 8, 16, ... 1024 */
    for (size_t i = 0; i < count; i++)
        assert_int_equal(items[i], i);
    free(items);
}

/* In a child: what it wrote to standard error, and the signal that ended it. */
static int ends_with_signal(void (*act)(void), char *said, size_t size)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (!child) {
        dup2(ends[1], STDERR_FILENO);
        signal(SIGABRT, SIG_DFL);
        act();
        _exit(0);
    }
    close(ends[1]);
    size_t length = 0;
    for (ssize_t got; (got = read(ends[0], said + length, size - 1 - length)) > 0;)
        length += (size_t)got;
    said[length] = '\0';
    close(ends[0]);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void array_too_large(void)
{
    free(qb_mem_array(SIZE_MAX / 2, 3));
}

static void resize_too_large(void)
{
    free(qb_mem_resize(NULL, SIZE_MAX / 8, 16));
}

static void arena_too_large(void)
{
    struct qb_arena arena;
    qb_arena_init(&arena);
    qb_arena_alloc(&arena, SIZE_MAX);
    qb_arena_fini(&arena);
}

static void test_mem__exhaustion_ends_the_program(void **state)
{
    (void)state;
    static void (*const acts[])(void) = {array_too_large, resize_too_large, arena_too_large};
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
        char said[200];
        assert_int_equal(ends_with_signal(acts[i], said, sizeof said), SIGABRT);
        assert_string_equal(said, "qbis: out of memory\n");
    }
}

/* --- arenas --- */

static void test_mem__arena_hands_out_aligned_places_of_their_own(void **state)
{
    (void)state;
    struct qb_arena arena;
    unsigned char *places[600];
    qb_arena_init(&arena);
    for (size_t i = 0; i < 600; i++) {
        places[i] = qb_arena_alloc(&arena, i % 100);
        assert_int_equal((uintptr_t)places[i] % alignof(max_align_t), 0);
        memset(places[i], (int)(i % 251), i % 100);
    }
    for (size_t i = 0; i < 600; i++) {
        for (size_t j = 0; j < i % 100; j++)
            assert_int_equal(places[i][j], i % 251);
        for (size_t j = 0; j < i; j++)
            assert_ptr_not_equal(places[i], places[j]);
    }
    qb_arena_fini(&arena);
    assert_null(arena.blocks);
    assert_int_equal(arena.total, 0);
}

static void test_mem__arena_takes_requests_of_any_size(void **state)
{
    (void)state;
    struct qb_arena arena;
    qb_arena_init(&arena);
    static const size_t sizes[] = {1, 4096, 4097, 1 << 20, (1 << 20) + 1, 5 << 20, 3};
    size_t asked = 0;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char *place = qb_arena_alloc(&arena, sizes[i]);
        place[0] = place[sizes[i] - 1] = 'x';
        asked += sizes[i];
    }
    assert_true(arena.total >= asked);
    qb_arena_fini(&arena);
}

static void test_mem__arena_reset_keeps_the_largest_block(void **state)
{
    (void)state;
    struct qb_arena arena;
    qb_arena_init(&arena);
    qb_arena_reset(&arena);
    assert_int_equal(arena.total, 0);
    for (size_t i = 0; i < 100; i++)
        qb_arena_alloc(&arena, 1000);
    size_t before = arena.total;
    qb_arena_reset(&arena);
    size_t kept = arena.total;
    assert_true(kept > 0 && kept < before);
    const char *first = qb_arena_alloc(&arena, 16);
    qb_arena_reset(&arena);
    assert_ptr_equal(qb_arena_alloc(&arena, 16), first); /* handed out from the front again */
    assert_int_equal(arena.total, kept);
    qb_arena_alloc(&arena, kept + 1);
    qb_arena_reset(&arena);
    assert_true(arena.total > kept);
    qb_arena_fini(&arena);
    qb_arena_fini(&arena);
}

static void test_mem__arena_copies_end_in_a_nul(void **state)
{
    (void)state;
    struct qb_arena arena = {0}; /* as good as initialised */
    assert_string_equal(qb_arena_copy(&arena, "abcdef", 3), "abc");
    assert_string_equal(qb_arena_copy(&arena, NULL, 0), "");
    char long_text[10000];
    memset(long_text, 'x', sizeof long_text);
    const char *copy = qb_arena_copy(&arena, long_text, sizeof long_text);
    assert_int_equal(strlen(copy), sizeof long_text);
    qb_arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mem__fresh_memory_is_zero),
        cmocka_unit_test(test_mem__resize_keeps_what_was_there),
        cmocka_unit_test(test_mem__copies_end_in_a_nul),
        cmocka_unit_test(test_mem__grow_doubles),
        cmocka_unit_test(test_mem__exhaustion_ends_the_program),
        cmocka_unit_test(test_mem__arena_hands_out_aligned_places_of_their_own),
        cmocka_unit_test(test_mem__arena_takes_requests_of_any_size),
        cmocka_unit_test(test_mem__arena_reset_keeps_the_largest_block),
        cmocka_unit_test(test_mem__arena_copies_end_in_a_nul),
    };
    return cmocka_run_group_tests_name("mem", tests, NULL, NULL);
}
