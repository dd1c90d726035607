/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looking back in history: finding versions, walking commits, comparing them. */
#include "history_world.h"

#include "core/base/date.h"

static void seven_saves(struct world *world)
{
    put(world, "records/visits/VIS-1.json", "one"); /* 2020-06-10 11:01 in Jakarta */
    put(world, "records/visits/VIS-2.json", "other");
    save(world, "Add two");
    put(world, "records/visits/VIS-1.json", "two");
    save(world, "Change VIS-1");
    world->now = NOON + 12 * 3600 + 3540; /* 23:59 */
    put(world, "records/visits/VIS-2.json", "changed");
    save(world, "Change VIS-2"); /* 2020-06-11 00:00 in Jakarta, still the 10th in UTC */
    take(world, "records/visits/VIS-1.json");
    save(world, "Remove VIS-1");
    world->now = NOON + 3 * 86400;
    take(world, "records/visits/VIS-2.json");
    assert_int_equal(unlinkat(world->dir, "records/visits", AT_REMOVEDIR), 0);
    put(world, "records/visits", "a file");
    save(world, "Make visits a file");
    take(world, "records/visits");
    put(world, "records/visits/VIS-1.json", "back");
    save(world, "Add VIS-1 again");
    put(world, "qbis.yaml", "1");
    save(world, "Something else");
}

struct lines {
    struct qb_buf text;
    size_t most;
};

static int add_entry(void *context, const struct qb_history_entry *entry, struct qb_err *err)
{
    struct lines *lines = context;
    char before[QB_OID_TEXT];
    char after[QB_OID_TEXT];
    (void)err;
    qb_buf_addf(&lines->text, "%.*s|%.6s>%.6s\n", (int)strcspn(entry->message, "\n"), entry->message,
                qb_oid_format(&entry->before, before), qb_oid_format(&entry->after, after));
    return lines->most && --lines->most == 0;
}

static void log_is(struct world *world, const char *path, size_t most, const char *expected)
{
    struct lines lines = {.most = most};
    assert_int_equal(qb_history_log(world->history, path, add_entry, &lines, NULL), 0);
    assert_string_equal(qb_buf_text(&lines.text), expected);
    qb_buf_fini(&lines.text);
}

static void test_history_log__is_empty_without_commits(void **state)
{
    struct world *world = *state;
    struct qb_oid blob;
    struct qb_err err = {0};
    log_is(world, NULL, 0, "");
    log_is(world, "records/visits/VIS-1.json", 0, "");
    assert_int_equal(qb_history_find(world->history, NULL, 0, "a", &blob, &err), QB_EABSENT);
    assert_int_equal(qb_history_find(world->history, "2020-06-10", 0, "a", &blob, &err), QB_EABSENT);
    assert_int_equal(qb_history_find(world->history, "main", 0, "a", &blob, &err), QB_EABSENT);
    assert_int_equal(qb_history_diff(world->history, "main", NULL, NULL, &err), QB_EABSENT);
}

static void test_history_log__names_every_commit(void **state)
{
    struct world *world = *state;
    seven_saves(world);
    log_is(world, NULL, 0,
           "Something else|000000>000000\nAdd VIS-1 again|000000>000000\nMake visits a file|000000>000000\n"
           "Remove VIS-1|000000>000000\nChange VIS-2|000000>000000\nChange VIS-1|000000>000000\n"
           "Add two|000000>000000\n");
    log_is(world, NULL, 2, "Something else|000000>000000\nAdd VIS-1 again|000000>000000\n");
}

static void test_history_log__follows_one_path(void **state)
{
    struct world *world = *state;
    seven_saves(world);
    log_is(world, "records/visits/VIS-1.json", 0,
           "Add VIS-1 again|000000>02fd75\nRemove VIS-1|64c5e5>000000\nChange VIS-1|43dd47>64c5e5\n"
           "Add two|000000>43dd47\n");
    log_is(world, "records/visits/VIS-2.json", 0,
           "Make visits a file|21fb1e>000000\nChange VIS-2|27fa34>21fb1e\nAdd two|000000>27fa34\n");
    log_is(world, "records/visits", 0, "Add VIS-1 again|aeef42>000000\nMake visits a file|000000>aeef42\n");
    log_is(world, "records", 0, "");
    log_is(world, "records/visits/VIS-1.json/x", 0, "");
    log_is(world, "qbis.yaml", 0, "Something else|000000>56a605\n");
}

static int passes_person(void *context, const struct qb_history_entry *entry, struct qb_err *err)
{
    struct qb_history_person *person = context;
    (void)err;
    assert_string_equal(entry->author.name, "Siti");
    assert_string_equal(entry->author.email, "siti@example.org");
    assert_int_equal(entry->author.offset_minutes, ZONE);
    assert_string_equal(entry->committer.name, "Q-BIS");
    assert_int_equal(strlen(entry->id), 40);
    *person = entry->author;
    return 1;
}

static void test_history_log__tells_who_and_when(void **state)
{
    struct world *world = *state;
    struct qb_history_person person;
    put(world, "a", "1");
    save(world, "Add a");
    assert_int_equal(qb_history_log(world->history, NULL, passes_person, &person, NULL), 0);
    assert_int_equal(person.when, NOON + 30);
}

static int refuses(void *context, const struct qb_history_entry *entry, struct qb_err *err)
{
    (void)context;
    (void)entry;
    return qb_err_set(err, QB_EINPUT, NULL, "enough");
}

static void test_history_log__hands_an_error_on(void **state)
{
    struct world *world = *state;
    struct qb_err err = {0};
    put(world, "a", "1");
    save(world, "Add a");
    assert_int_equal(qb_history_log(world->history, NULL, refuses, NULL, &err), QB_EINPUT);
    assert_string_equal(err.message, "enough");
}

/* --- finding --- */

static void found_is(struct world *world, const char *revision, int offset, const char *path, const char *expected)
{
    struct qb_oid blob;
    struct qb_err err = {0};
    struct qb_buf text = {0};
    int result = qb_history_find(world->history, revision, offset, path, &blob, &err);
    if (!expected) {
        assert_int_equal(result, QB_EABSENT);
        return;
    }
    if (result < 0)
        fail_msg("%s at %s: %s", path, revision ? revision : "-", err.message);
    assert_int_equal(qb_history_read(world->history, &blob, &text, &err), 0);
    assert_string_equal(qb_buf_text(&text), expected);
    qb_buf_fini(&text);
}

static void test_history_log__finds_versions_by_revision(void **state)
{
    struct world *world = *state;
    seven_saves(world);
    char *id = git(world, "rev-parse --short main~5");
    found_is(world, NULL, 0, "records/visits/VIS-1.json", "back");
    found_is(world, "main~5", 0, "records/visits/VIS-1.json", "two");
    found_is(world, id, 0, "records/visits/VIS-1.json", "two");
    found_is(world, "HEAD~6", 0, "records/visits/VIS-1.json", "one");
    found_is(world, "main@{1}", 0, "records/visits/VIS-1.json", "back");
    found_is(world, "main~3", 0, "records/visits/VIS-1.json", NULL);
    found_is(world, "main~9", 0, "records/visits/VIS-1.json", NULL);
    found_is(world, "no such thing", 0, "records/visits/VIS-1.json", NULL);
    found_is(world, "main^{tree}", 0, "records/visits/VIS-1.json", NULL);
    found_is(world, "", 0, "records/visits/VIS-1.json", NULL);
    found_is(world, NULL, 0, "records", NULL);
    found_is(world, NULL, 0, "records/visits", NULL);
    found_is(world, NULL, 0, "", NULL);
    free(id);
}

static void test_history_log__finds_versions_by_date_in_a_zone(void **state)
{
    struct world *world = *state;
    seven_saves(world);
    found_is(world, "2020-06-09", ZONE, "records/visits/VIS-2.json", NULL);
    found_is(world, "2020-06-10", ZONE, "records/visits/VIS-2.json", "other");
    found_is(world, "2020-06-10", 0, "records/visits/VIS-2.json", "changed");
    found_is(world, "2020-06-11", ZONE, "records/visits/VIS-2.json", "changed");
    found_is(world, "2020-06-11", ZONE, "records/visits/VIS-1.json", NULL);
    found_is(world, "2099-01-01", ZONE, "records/visits/VIS-1.json", "back");
}

/* --- comparing --- */

static int add_difference(void *context, const char *path, const struct qb_oid *before, const struct qb_oid *after,
                          struct qb_err *err)
{
    struct qb_buf *out = context;
    (void)err;
    qb_buf_addf(out, "%c %s\n", qb_oid_is_zero(before) ? 'A' : qb_oid_is_zero(after) ? 'D' : 'M', path);
    return 0;
}

static void diff_is(struct world *world, const char *commit, const char *expected)
{
    struct qb_buf out = {0};
    assert_int_equal(qb_history_diff(world->history, commit, add_difference, &out, NULL), 0);
    assert_string_equal(qb_buf_text(&out), expected);
    qb_buf_fini(&out);
}

static void test_history_log__compares_commits(void **state)
{
    struct world *world = *state;
    seven_saves(world);
    diff_is(world, "main~6", "A records/visits/VIS-1.json\nA records/visits/VIS-2.json\n");
    diff_is(world, "main~5", "M records/visits/VIS-1.json\n");
    diff_is(world, "main~3", "D records/visits/VIS-1.json\n");
    diff_is(world, "main~2", "A records/visits\nD records/visits/VIS-2.json\n");
    diff_is(world, "main~1", "D records/visits\nA records/visits/VIS-1.json\n");
    diff_is(world, "main", "A qbis.yaml\n");
}

static int add_path(void *context, const char *path, const struct qb_oid *blob, struct qb_err *err)
{
    (void)blob;
    (void)err;
    qb_buf_addf(context, "%s\n", path);
    return 0;
}

static void test_history_log__lists_files_in_trees_order(void **state)
{
    struct world *world = *state;
    struct qb_buf out = {0};
    put(world, "a/b", "1");
    put(world, "a.b", "1");
    put(world, "a-b/c", "1");
    put(world, "a0", "1");
    save(world, "Add");
    assert_int_equal(qb_history_files(world->history, add_path, &out, NULL), 0);
    assert_string_equal(qb_buf_text(&out), "a-b/c\na.b\na/b\na0\n");
    take(world, "a.b");
    save(world, "Remove a.b");
    qb_buf_clear(&out);
    assert_int_equal(qb_history_files_at(world->history, "main~1", 0, add_path, &out, NULL), 0);
    assert_string_equal(qb_buf_text(&out), "a-b/c\na.b\na/b\na0\n");
    assert_int_equal(qb_history_files_at(world->history, "main~2", 0, add_path, &out, NULL), QB_EABSENT);
    qb_buf_fini(&out);
}

/* Links and submodules that a person's own git brought in are no files. */
static void test_history_log__passes_over_what_is_no_file(void **state)
{
    struct world *world = *state;
    struct qb_buf out = {0};
    put(world, "a", "1");
    put(world, "tool.sh", "1");
    save(world, "Add");
    char words[256];
    char *head = git(world, "rev-parse main");
    char *blob = git(world, "rev-parse main:a");
    free(git(world, "read-tree main"));
    snprintf(words, sizeof words, "update-index --add --cacheinfo 120000,%s,link --cacheinfo 160000,%s,module", blob,
             head);
    free(git(world, words));
    free(git(world, "update-index --chmod=+x tool.sh"));
    free(git(world, "commit -q -m Person"));
    assert_int_equal(qb_history_files(world->history, add_path, &out, NULL), 0);
    assert_string_equal(qb_buf_text(&out), "a\ntool.sh\n");
    diff_is(world, "main", "");
    put(world, "b", "1");
    save(world, "Add b");
    git_says(world, "ls-tree --name-only main", "a\nb\nlink\nmodule\ntool.sh");
    fsck(world);
    free(head);
    free(blob);
    qb_buf_fini(&out);
}

#define WORLD_TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(test_history_log__is_empty_without_commits),
        WORLD_TEST(test_history_log__names_every_commit),
        WORLD_TEST(test_history_log__follows_one_path),
        WORLD_TEST(test_history_log__tells_who_and_when),
        WORLD_TEST(test_history_log__hands_an_error_on),
        WORLD_TEST(test_history_log__finds_versions_by_revision),
        WORLD_TEST(test_history_log__finds_versions_by_date_in_a_zone),
        WORLD_TEST(test_history_log__compares_commits),
        WORLD_TEST(test_history_log__lists_files_in_trees_order),
        WORLD_TEST(test_history_log__passes_over_what_is_no_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
