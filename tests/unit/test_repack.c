/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packing history up: what git reads afterwards is what it read before, whatever was packed, killed, broken or at work
 * meanwhile; and deltas do what they say.
 */
#include "tests/unit/history_world.h"

#include "core/history/internal.h"

#include <time.h>

/* --- deltas --- */

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static void fill(struct qb_buf *buf, size_t length, uint32_t *seed, uint32_t letters)
{
    qb_buf_clear(buf);
    qb_buf_reserve(buf, length + 1);
    for (size_t i = 0; i < length; i++)
        qb_buf_add_char(buf, (char)(next_random(seed) % letters));
}

/* Some pieces of `from` in another order, with other bytes between. */
static void change(struct qb_buf *to, const struct qb_buf *from, uint32_t *seed)
{
    qb_buf_clear(to);
    for (unsigned i = next_random(seed) % 9; i; i--) {
        size_t at = from->length ? next_random(seed) % from->length : 0;
        size_t length = from->length - at ? next_random(seed) % (from->length - at) + 1 : 0;
        qb_buf_add(to, qb_buf_text(from) + at, length);
        for (unsigned k = next_random(seed) % 200; k; k--)
            qb_buf_add_char(to, (char)next_random(seed));
    }
}

static void assert_delta(const struct qb_buf *base, const struct qb_buf *target)
{
    struct qb_buf delta = {0};
    struct qb_buf again = {0};
    struct qb_delta *ready = qb_delta_new(qb_buf_text(base), base->length);
    assert_true(qb_delta_make(ready, qb_buf_text(target), target->length, SIZE_MAX, &delta));
    assert_true(qb_delta_apply(qb_buf_text(base), base->length, delta.data, delta.length, &again));
    assert_int_equal(again.length, target->length);
    assert_memory_equal(qb_buf_text(&again), qb_buf_text(target), target->length);
    assert_false(qb_delta_make(ready, qb_buf_text(target), target->length, delta.length - 1, &again));
    for (size_t cut = 0; cut < delta.length; cut += 1 + delta.length / 16) /* never past the end */
        assert_false(qb_delta_apply(qb_buf_text(base), base->length, delta.data, cut, &again));
    assert_false(qb_delta_apply(qb_buf_text(base), base->length + 1, delta.data, delta.length, &again));
    qb_delta_free(ready);
    qb_buf_fini(&again);
    qb_buf_fini(&delta);
}

static void test_repack__deltas_make_what_they_were_made_of(void **state)
{
    (void)state;
    static const size_t lengths[] = {0, 1, 7, 8, 9, 100, 4096, 16384, 16385, 70000, 300000};
    struct qb_buf base = {0};
    struct qb_buf target = {0};
    uint32_t seed = 1;
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
        for (unsigned round = 0; round < 6; round++) {
            fill(&base, lengths[i], &seed, round % 2 ? 2 : 256);
            change(&target, &base, &seed);
            assert_delta(&base, &target);
            assert_delta(&target, &base);
            assert_delta(&base, &base);
        }
    qb_buf_fini(&base);
    qb_buf_fini(&target);
}

static void test_repack__a_small_change_makes_a_small_delta(void **state)
{
    (void)state;
    struct qb_buf base = {0};
    struct qb_buf target = {0};
    struct qb_buf delta = {0};
    uint32_t seed = 7;
    fill(&base, 40000, &seed, 256);
    qb_buf_add(&target, base.data, base.length);
    target.data[20000] ^= 1;
    struct qb_delta *ready = qb_delta_new(base.data, base.length);
    assert_true(qb_delta_make(ready, target.data, target.length, 40, &delta));
    qb_delta_free(ready);
    qb_buf_fini(&base);
    qb_buf_fini(&target);
    qb_buf_fini(&delta);
}

/* --- history --- */

/* Record number `i` as of some round. */
static void put_record(const struct world *world, unsigned i, unsigned round)
{
    char path[64];
    struct qb_buf text = {0};
    snprintf(path, sizeof path, "records/shipments/2020/%02u/SHP-%u.json", i % 12 + 1, i);
    qb_buf_addf(&text, "{\n  \"id\": \"SHP-%u\",\n  \"certificate_number\": \"%u/%u\",\n", i, i * 7919, round);
    qb_buf_addf(&text,
                "  \"port_of_loading\": \"IDBLW\",\n  \"note\": \"round %u of a record that is a little longer\"\n}\n",
                round * 31);
    put(world, path, qb_buf_text(&text));
    qb_buf_fini(&text);
}

static void save_rounds(struct world *world, unsigned from, unsigned to, unsigned records)
{
    for (unsigned round = from; round < to; round++) {
        for (unsigned i = 0; i < (round ? 3 : records); i++)
            put_record(world, round ? round * 13 % records + i : i, round);
        save(world, "Change some records");
    }
}

static void repack(struct world *world)
{
    struct qb_err err = {0};
    if (qb_history_repack(world->history, &err) < 0)
        fail_msg("cannot pack up: %s (%s)", err.message, err.file);
    assert_int_equal(qb_history_reread(world->history, &err), 0);
}

/* All that history says. */
static char *whole_story(const struct world *world)
{
    return git(world, "log -p --raw --no-abbrev --format=raw main");
}

static struct qb_history_room room_of(struct world *world)
{
    struct qb_history_room room = {0};
    assert_int_equal(qb_history_room(world->history, &room, NULL), 0);
    return room;
}

/* Every pack is one that git verifies. */
static void verify_packs(const struct world *world)
{
    struct qb_packed *packs;
    size_t count;
    char id[QB_OID_TEXT];
    char words[256];
    assert_int_equal(qb_packs_list(world->history, &packs, &count, NULL), 0);
    for (size_t i = 0; i < count; i++) {
        snprintf(words, sizeof words, "verify-pack %s/objects/pack/pack-%s.idx", world->repository,
                 qb_oid_format(&packs[i].name, id));
        git_says(world, words, "");
    }
    free(packs);
}

static uint64_t size_of_packs(const char *path)
{
    uint64_t size = 0;
    DIR *stream = opendir(path);
    assert_non_null(stream);
    for (struct dirent *item; (item = readdir(stream));) {
        struct stat st;
        size_t length = strlen(item->d_name);
        if (length > 5 && !strcmp(item->d_name + length - 5, ".pack") && !fstatat(dirfd(stream), item->d_name, &st, 0))
            size += (uint64_t)st.st_size;
    }
    closedir(stream);
    return size;
}

static void test_repack__history_is_the_same_and_smaller(void **state)
{
    struct world *world = *state;
    char words[256];
    save_rounds(world, 0, 80, 40);
    char *before = whole_story(world);
    assert_true(room_of(world).loose > 400);
    repack(world);
    assert_int_equal(room_of(world).loose, 0);
    assert_int_equal(room_of(world).packs, 1);
    git_says(world, "log -p --raw --no-abbrev --format=raw main", before);
    verify_packs(world);
    assert_whole(world);
    char *deltas = git(world, "count-objects -v");
    assert_non_null(strstr(deltas, "garbage: 0"));
    free(deltas);
    free(before);
    /* at most 1.3 times what git's own best makes of it */
    snprintf(words, sizeof words, "clone -q --no-local --bare %s %s/twin.git", world->repository, world->root);
    git_says(world, words, "");
    snprintf(words, sizeof words, "--git-dir=%s/twin.git gc -q --aggressive --prune=now", world->root);
    git_says(world, words, "");
    snprintf(words, sizeof words, "%s/twin.git/objects/pack", world->root);
    uint64_t best = size_of_packs(words);
    snprintf(words, sizeof words, "%s/objects/pack", world->repository);
    assert_true(size_of_packs(words) * 10 <= best * 13);
    /* and on it goes, with objects that are packed now */
    save_rounds(world, 80, 84, 40);
    assert_whole(world);
}

static void test_repack__many_versions_stay_readable(void **state)
{
    struct world *world = *state;
    char path[96];
    for (unsigned i = 0; i < 330; i++) {
        put_record(world, 0, i);
        save(world, "Change one");
    }
    char *before = whole_story(world);
    repack(world);
    git_says(world, "log -p --raw --no-abbrev --format=raw main", before);
    free(before);
    verify_packs(world);
    snprintf(path, sizeof path, "log --format=%%s main~329");
    git_says(world, path, "Change one");
}

static void test_repack__packs_stay_few(void **state)
{
    struct world *world = *state;
    for (unsigned burst = 0; burst < 12; burst++) {
        struct qb_err err = {0};
        for (unsigned i = 0; i < 260; i++)
            put_record(world, burst * 260 + i, 0);
        assert_int_equal(save_try(world, "Many", 260, &err), 0);
        assert_true(room_of(world).due); /* a pack without deltas */
        repack(world);
        assert_true(room_of(world).packs <= 4);
        assert_false(room_of(world).due);
    }
    verify_packs(world);
    assert_whole(world);
}

static void test_repack__nothing_to_do(void **state)
{
    struct world *world = *state;
    assert_false(room_of(world).due);
    repack(world); /* no object at all */
    save_rounds(world, 0, 3, 5);
    repack(world);
    char *before = git(world, "count-objects -v");
    repack(world);
    git_says(world, "count-objects -v", before);
    free(before);
    assert_whole(world);
}

static void test_repack__what_is_broken_stays_and_the_rest_is_packed(void **state)
{
    struct world *world = *state;
    char path[192];
    save_rounds(world, 0, 10, 10);
    loose_path(world, "main~3:records/shipments/2020/01/SHP-0.json", path, sizeof path);
    spoil(path, "rubbish");
    repack(world);
    assert_int_equal(room_of(world).loose, 1);
    assert_int_equal(access(path, F_OK), 0);
    git_says(world, "log --format=%s -1 main", "Change some records");
    verify_packs(world);
}

static void test_repack__packs_that_somebody_keeps_are_left(void **state)
{
    struct world *world = *state;
    struct qb_packed *packs;
    size_t count;
    char id[QB_OID_TEXT];
    char path[256];
    save_rounds(world, 0, 10, 10);
    repack(world);
    assert_int_equal(qb_packs_list(world->history, &packs, &count, NULL), 0);
    assert_int_equal(count, 1);
    snprintf(path, sizeof path, "%s/objects/pack/pack-%s.keep", world->repository, qb_oid_format(&packs[0].name, id));
    spoil(path, "");
    free(packs);
    save_rounds(world, 10, 40, 10);
    repack(world);
    assert_int_equal(room_of(world).packs, 2);
    assert_int_equal(access(path, F_OK), 0);
    assert_whole(world);
}

static void test_repack__after_a_persons_gc(void **state)
{
    struct world *world = *state;
    save_rounds(world, 0, 20, 20);
    git_says(world, "gc -q", "");
    assert_int_equal(qb_history_reread(world->history, NULL), 0);
    save_rounds(world, 20, 40, 20);
    char *before = whole_story(world);
    git_says(world, "multi-pack-index write --no-progress", "");
    repack(world); /* only what is loose: the index over packs stays true */
    assert_int_equal(room_of(world).loose, 0);
    git_says(world, "multi-pack-index verify --no-progress", "");
    git_says(world, "log -p --raw --no-abbrev --format=raw main", before);
    free(before);
    assert_whole(world);
}

/* Packs up in a process of its own that is killed after a while. */
static bool repack_and_kill(struct world *world, long microseconds)
{
    int status;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (!pid) {
        struct qb_history *own;
        bool fine = qb_history_open(&own, world->repository, world->folder, false, false, NULL, NULL) == 0 &&
                    qb_history_repack(own, NULL) == 0;
        _exit(fine ? 0 : 1);
    }
    struct timespec pause = {.tv_sec = microseconds / 1000000, .tv_nsec = microseconds % 1000000 * 1000};
    nanosleep(&pause, NULL);
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (WIFEXITED(status))
        assert_int_equal(WEXITSTATUS(status), 0);
    return WIFEXITED(status);
}

static void test_repack__killed_at_any_moment(void **state)
{
    struct world *world = *state;
    save_rounds(world, 0, 30, 60);
    char *before = whole_story(world);
    unsigned kills = 0;
    for (unsigned round = 0; round < 12; round++) {
        kills += !repack_and_kill(world, 1000 + (long)round * 4000);
        fsck(world);
        git_says(world, "log -p --raw --no-abbrev --format=raw main", before);
        free(before);
        save_rounds(world, 60 + round * 2, 62 + round * 2, 60);
        before = whole_story(world);
    }
    assert_true(kills > 0);
    world_close(world);
    world_open(world, QB_HISTORY_EXCLUSIVE, NULL); /* removes what was left half-way */
    repack(world);
    git_says(world, "log -p --raw --no-abbrev --format=raw main", before);
    char *count = git(world, "count-objects -v");
    assert_non_null(strstr(count, "garbage: 0"));
    free(count);
    free(before);
    assert_int_equal(room_of(world).loose, 0);
    assert_whole(world);
}

static void test_repack__an_index_without_its_pack_goes_at_the_next_start(void **state)
{
    struct world *world = *state;
    char path[256];
    save_rounds(world, 0, 3, 5);
    snprintf(path, sizeof path, "%s/objects/pack/pack-%040d.idx", world->repository, 7);
    spoil(path, "whatever");
    world_close(world);
    world_open(world, QB_HISTORY_EXCLUSIVE, NULL);
    assert_int_not_equal(access(path, F_OK), 0);
    assert_whole(world);
}

/* Another process packs up again and again while this one commits, and git clones. */
static void test_repack__passes_and_clones_go_on_meanwhile(void **state)
{
    struct world *world = *state;
    char words[256];
    int status;
    save_rounds(world, 0, 20, 60);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (!pid) {
        bool fine = true;
        for (unsigned i = 0; i < 10 && fine; i++) {
            struct qb_history *own = NULL;
            fine = qb_history_open(&own, world->repository, world->folder, false, false, NULL, NULL) == 0 &&
                   qb_history_repack(own, NULL) == 0;
            qb_history_close(own);
        }
        _exit(fine ? 0 : 1);
    }
    for (unsigned round = 20; round < 40; round++) {
        save_rounds(world, round, round + 1, 60);
        if (round % 10)
            continue;
        snprintf(words, sizeof words, "clone -q --no-local --bare %s %s/clone-%u", world->repository, world->root,
                 round);
        git_says(world, words, "");
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && !WEXITSTATUS(status));
    assert_whole(world);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_repack__##name, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_repack__deltas_make_what_they_were_made_of),
        cmocka_unit_test(test_repack__a_small_change_makes_a_small_delta),
        TEST(history_is_the_same_and_smaller),
        TEST(many_versions_stay_readable),
        TEST(packs_stay_few),
        TEST(nothing_to_do),
        TEST(what_is_broken_stays_and_the_rest_is_packed),
        TEST(packs_that_somebody_keeps_are_left),
        TEST(after_a_persons_gc),
        TEST(killed_at_any_moment),
        TEST(an_index_without_its_pack_goes_at_the_next_start),
        TEST(passes_and_clones_go_on_meanwhile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
