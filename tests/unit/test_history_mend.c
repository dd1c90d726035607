/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What kills, power cuts and bad disks leave behind in a history, and how it comes right again. */
#include "history_world.h"

static void spoil_in(const struct world *world, const char *path, const char *text)
{
    char whole[256];
    snprintf(whole, sizeof whole, "%s/%s", world->repository, path);
    spoil(whole, text);
}

static bool is_there(const struct world *world, const char *path)
{
    char whole[256];
    snprintf(whole, sizeof whole, "%s/%s", world->repository, path);
    return !access(whole, F_OK);
}

static void reopen(struct world *world, struct qb_buf *notes)
{
    world_close(world);
    world_open(world, QB_HISTORY_EXCLUSIVE, notes);
}

static const char *const leftovers[] = {
    "HEAD.lock",
    "index.lock",
    "config.lock",
    "packed-refs.lock",
    "refs/heads/main.lock",
    "refs/qbis/exceptions.lock",
    "objects/tmp_object_qbis_aBcDeF",
    "objects/tmp_object_git2_aBcDeF",
    "objects/ab/tmp_obj_aBcDeF",
    "objects/pack/tmp_pack_qbis_aBcDeF",
    "objects/pack/tmp_idx_qbis_0123456789012345678901234567890123456789",
    "objects/pack/tmp_pack_aBcDeF",
    "objects/pack/.tmp-1234-pack-00.pack",
    "objects/pack/pack_git2_aBcDeF",
    "info/~exclude.tmp",
    "~HEAD.tmp",
    "objects/ab/0123456789012345678901234567890123456789",
};

static void put_leftovers(struct world *world)
{
    for (size_t i = 0; i < sizeof leftovers / sizeof *leftovers; i++)
        spoil_in(world, leftovers[i], "");
}

static void test_history_mend__removes_leftovers_and_says_so(void **state)
{
    struct world *world = *state;
    struct qb_buf notes = {0};
    put(world, "a.json", "1");
    save(world, "Add a");
    world_close(world);
    put_leftovers(world);
    world_open(world, QB_HISTORY_EXCLUSIVE, &notes);
    for (size_t i = 0; i < sizeof leftovers / sizeof *leftovers; i++) {
        assert_false(is_there(world, leftovers[i]));
        if (!strstr(qb_buf_text(&notes), leftovers[i]))
            fail_msg("%s was not mentioned in: %s", leftovers[i], qb_buf_text(&notes));
    }
    put(world, "a.json", "2");
    save(world, "Change a");
    assert_whole(world);
    qb_buf_clear(&notes);
    reopen(world, &notes);
    assert_string_equal(qb_buf_text(&notes), "");
    qb_buf_fini(&notes);
}

static void test_history_mend__touches_nothing_without_the_lock(void **state)
{
    struct world *world = *state;
    struct qb_buf notes = {0};
    put(world, "a.json", "1");
    save(world, "Add a");
    world_close(world);
    put_leftovers(world);
    world_open(world, QB_HISTORY_SHARED, &notes);
    for (size_t i = 0; i < sizeof leftovers / sizeof *leftovers; i++)
        assert_true(is_there(world, leftovers[i]));
    assert_string_equal(qb_buf_text(&notes), "");
    qb_buf_fini(&notes);
}

static void test_history_mend__spares_a_git_at_work_when_opened_again(void **state)
{
    struct world *world = *state;
    static const char *const gits[] = {"objects/ab/tmp_obj_aBcDeF", "objects/pack/tmp_pack_aBcDeF",
                                       "objects/pack/.tmp-1234-pack-00.pack"};
    size_t left = 0;
    put(world, "a.json", "1");
    save(world, "Add a");
    world_close(world);
    put_leftovers(world);
    world_open(world, QB_HISTORY_AGAIN, NULL);
    for (size_t i = 0; i < sizeof gits / sizeof *gits; i++)
        assert_true(is_there(world, gits[i]));
    for (size_t i = 0; i < sizeof leftovers / sizeof *leftovers; i++)
        left += is_there(world, leftovers[i]);
    assert_int_equal(left, sizeof gits / sizeof *gits);
}

static void test_history_mend__makes_a_half_made_repository_whole(void **state)
{
    struct world *world = *state;
    char path[256];
    world_close(world);
    snprintf(path, sizeof path, "%s/HEAD", world->repository);
    unlink(path);
    snprintf(path, sizeof path, "%s/objects/7f", world->repository);
    rmdir(path);
    snprintf(path, sizeof path, "%s/config", world->repository);
    spoil(path, "[core");
    world_open(world, QB_HISTORY_EXCLUSIVE, NULL);
    assert_true(is_there(world, "objects/7f"));
    git_says(world, "config core.worktree", world->folder);
    put(world, "a.json", "1");
    save(world, "Add a");
    assert_whole(world);
}

static void test_history_mend__sets_a_head_that_went_astray_back(void **state)
{
    struct world *world = *state;
    struct qb_buf notes = {0};
    put(world, "a.json", "1");
    save(world, "Add a");
    free(git(world, "branch other"));
    free(git(world, "symbolic-ref HEAD refs/heads/other"));
    reopen(world, &notes);
    git_says(world, "symbolic-ref HEAD", "refs/heads/main");
    assert_non_null(strstr(qb_buf_text(&notes), "HEAD"));
    qb_buf_fini(&notes);
}

static void test_history_mend__completes_a_pack_that_was_being_put_in_place(void **state)
{
    struct world *world = *state;
    struct qb_buf notes = {0};
    struct qb_err err = {0};
    char path[64];
    for (int i = 0; i < 300; i++) {
        snprintf(path, sizeof path, "records/%d.json", i);
        put(world, path, path);
    }
    assert_int_equal(save_try(world, "Add 300", 300, &err), 0);
    char *listed = git(world, "rev-parse main:records");
    free(listed);
    world_close(world);
    char pattern[256];
    char index[600];
    char temporary[600];
    snprintf(pattern, sizeof pattern, "%s/objects/pack", world->repository);
    struct qb_buf name = {0};
    assert_int_equal(git_try(world, &name, "count-objects -v"), 0);
    assert_non_null(strstr(qb_buf_text(&name), "packs: 1"));
    qb_buf_fini(&name);
    /* as a kill between the two renames leaves it */
    DIR *packs = opendir(pattern);
    for (struct dirent *item; (item = readdir(packs));)
        if (strstr(item->d_name, ".idx")) {
            snprintf(index, sizeof index, "%s/%s", pattern, item->d_name);
            snprintf(temporary, sizeof temporary, "%s/tmp_idx_qbis_%.40s", pattern, item->d_name + strlen("pack-"));
        }
    closedir(packs);
    assert_int_equal(rename(index, temporary), 0);
    world_open(world, QB_HISTORY_EXCLUSIVE, &notes);
    assert_non_null(strstr(qb_buf_text(&notes), "completed a pack"));
    assert_int_equal(access(index, F_OK), 0);
    assert_whole(world);
    qb_buf_fini(&notes);
}

/* --- broken objects --- */

static void spoil_object(const struct world *world, const char *revision, const char *text)
{
    char path[256];
    loose_path(world, revision, path, sizeof path);
    spoil(path, text);
}

static void three_commits(struct world *world)
{
    put(world, "records/visits/VIS-1.json", "1");
    put(world, "records/officers/OFF-1.json", "1");
    save(world, "First");
    put(world, "records/visits/VIS-2.json", "2");
    save(world, "Second");
    put(world, "records/visits/VIS-1.json", "3");
    save(world, "Third");
}

static void test_history_mend__revives_versions_and_directories_from_the_folder(void **state)
{
    static const char *const revisions[] = {"main:records/visits/VIS-1.json", "main:records/officers", "main:records",
                                            "main^{tree}"};
    struct world *world = *state;
    struct qb_buf notes = {0};
    three_commits(world);
    for (size_t i = 0; i < sizeof revisions / sizeof *revisions; i++) {
        qb_buf_clear(&notes);
        spoil_object(world, revisions[i], "");
        reopen(world, &notes);
        assert_non_null(strstr(qb_buf_text(&notes), "anew from the folder"));
        git_says(world, "rev-list --count main", "3");
        assert_whole(world);
    }
    qb_buf_fini(&notes);
}

static void test_history_mend__finds_broken_objects_when_asked(void **state)
{
    struct world *world = *state;
    struct qb_buf notes = {0};
    struct qb_err err = {0};
    three_commits(world);
    spoil_object(world, "main:records/officers/OFF-1.json", "rubbish");
    assert_int_equal(qb_history_mend(world->history, &notes, &err), 0);
    assert_non_null(strstr(qb_buf_text(&notes), "records/officers/OFF-1.json"));
    assert_whole(world);
    qb_buf_fini(&notes);
}

/* The folder went on: what the newest commit held cannot be made again. */
static void test_history_mend__leaves_a_commit_that_cannot_be_made_whole(void **state)
{
    static const char *const revisions[] = {"main", "main^{tree}", "main:records/visits"};
    struct world *world = *state;
    struct qb_buf notes = {0};
    three_commits(world);
    for (size_t i = 0; i < sizeof revisions / sizeof *revisions; i++) {
        qb_buf_clear(&notes);
        put(world, "records/visits/VIS-3.json", "gone on");
        spoil_object(world, revisions[i], "");
        reopen(world, &notes);
        assert_non_null(strstr(qb_buf_text(&notes), "left a commit"));
        git_says(world, "log -1 --format=%s main", "Second");
        save(world, "Third again");
        assert_whole(world);
        unlinkat(world->dir, "records/visits/VIS-3.json", 0);
        qb_history_refresh_index(world->history, NULL, NULL, NULL);
        free(git(world, "reset -q --soft main~1"));
        save(world, "Third");
    }
    assert_whole(world);
    qb_buf_fini(&notes);
}

static void test_history_mend__begins_anew_when_nothing_is_whole(void **state)
{
    struct world *world = *state;
    struct qb_buf notes = {0};
    put(world, "a.json", "1");
    save(world, "First");
    spoil_object(world, "main", "");
    reopen(world, &notes);
    save(world, "Again");
    git_says(world, "log --format=%s main", "Again");
    assert_whole(world);
    qb_buf_fini(&notes);
}

static void test_history_mend__finds_the_branch_in_its_log(void **state)
{
    static const char *const texts[] = {"", "rubbish\n", "0123456789012345678901234567890123456789\n"};
    struct world *world = *state;
    struct qb_buf notes = {0};
    three_commits(world);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        spoil_in(world, "refs/heads/main", texts[i]);
        qb_buf_clear(&notes);
        reopen(world, &notes);
        git_says(world, "log -1 --format=%s main", "Third");
        put(world, "a.json", texts[i]);
        save(world, "Third");
        assert_whole(world);
    }
    qb_buf_fini(&notes);
}

static void test_history_mend__does_not_throw_history_away(void **state)
{
    struct world *world = *state;
    struct qb_buf notes = {0};
    struct qb_err err = {0};
    put(world, "old/a.json", "1");
    for (int i = 0; i < 40; i++) {
        char text[16];
        snprintf(text, sizeof text, "%d", i);
        put(world, "b.json", text);
        save(world, "Change b");
    }
    spoil_object(world, "main:old", "");
    put(world, "old/a.json", "2");
    world_close(world);
    assert_int_equal(qb_history_open(&world->history, world->repository, world->folder, true, true, &notes, &err),
                     QB_EGIT);
    git_says(world, "rev-list --count main", "40");
    put(world, "old/a.json", "1");
    world_open(world, QB_HISTORY_EXCLUSIVE, &notes);
    assert_int_equal(qb_history_mend(world->history, &notes, &err), 0);
    assert_whole(world);
    qb_buf_fini(&notes);
}

static int list_exception(void *context, const char *path, const struct qb_oid *blob, struct qb_err *err)
{
    (void)blob;
    (void)err;
    qb_buf_addf(context, "%s ", path);
    return 0;
}

static void test_history_mend__keeps_the_exceptions_that_can_be_read(void **state)
{
    static const struct {
        const char *revision;
        const char *left;
    } cases[] = {{"refs/qbis/exceptions:a/1.json", "b/2.json c.json "},
                 {"refs/qbis/exceptions:b", "a/1.json c.json "},
                 {"refs/qbis/exceptions", ""}};
    struct world *world = *state;
    struct qb_history_change items[] = {{.path = "a/1.json"}, {.path = "b/2.json"}, {.path = "c.json"}};
    struct qb_err err = {0};
    put(world, "x.json", "x");
    save(world, "Add x");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct qb_buf notes = {0};
        struct qb_buf left = {0};
        for (size_t j = 0; j < 3; j++)
            assert_int_equal(qb_history_add(world->history, items[j].path, 5, &items[j].blob, NULL), 0);
        assert_int_equal(qb_history_set_exceptions(world->history, items, 3, NULL), 0);
        spoil_object(world, cases[i].revision, i % 2 ? "rubbish" : "");
        if (qb_history_mend(world->history, &notes, &err) < 0)
            fail_msg("%s: %s", cases[i].revision, err.message);
        assert_int_equal(qb_history_exceptions(world->history, list_exception, &left, NULL), 0);
        assert_string_equal(qb_buf_text(&left), cases[i].left);
        assert_true(notes.length > 0);
        assert_whole(world);
        qb_buf_fini(&left);
        qb_buf_fini(&notes);
    }
    spoil_in(world, "refs/qbis/exceptions", "rubbish");
    assert_int_equal(qb_history_mend(world->history, NULL, &err), 0);
    assert_whole(world);
}

#define WORLD_TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(test_history_mend__removes_leftovers_and_says_so),
        WORLD_TEST(test_history_mend__spares_a_git_at_work_when_opened_again),
        WORLD_TEST(test_history_mend__touches_nothing_without_the_lock),
        WORLD_TEST(test_history_mend__makes_a_half_made_repository_whole),
        WORLD_TEST(test_history_mend__sets_a_head_that_went_astray_back),
        WORLD_TEST(test_history_mend__completes_a_pack_that_was_being_put_in_place),
        WORLD_TEST(test_history_mend__revives_versions_and_directories_from_the_folder),
        WORLD_TEST(test_history_mend__finds_broken_objects_when_asked),
        WORLD_TEST(test_history_mend__leaves_a_commit_that_cannot_be_made_whole),
        WORLD_TEST(test_history_mend__begins_anew_when_nothing_is_whole),
        WORLD_TEST(test_history_mend__finds_the_branch_in_its_log),
        WORLD_TEST(test_history_mend__does_not_throw_history_away),
        WORLD_TEST(test_history_mend__keeps_the_exceptions_that_can_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
