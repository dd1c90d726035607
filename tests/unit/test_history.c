/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing history and reading it again, judged by the real git. */
#include "history_world.h"

#include "core/history/sha1.h"

#include <pthread.h>
#include <sys/resource.h>
#include <time.h>

/* --- ids --- */

static void test_history__sums_as_libgit2_does(void **state)
{
    (void)state;
    char *bytes = qb_mem_alloc(70000);
    for (size_t i = 0; i < 70000; i++)
        bytes[i] = (char)(i * 7 + i / 256);
    for (size_t length = 0; length < 70000; length += length < 300 ? 1 : 6899) {
        struct qb_oid theirs;
        struct qb_oid ours;
        struct qb_sha1 sha;
        char header[32];
        int written = snprintf(header, sizeof header, "blob %zu", length);
        qb_oid_of_blob(bytes, length, &theirs);
        qb_sha1_init(&sha);
        qb_sha1_add(&sha, header, (size_t)written + 1);
        qb_sha1_add(&sha, bytes, length / 3);
        qb_sha1_add(&sha, bytes + length / 3, length - length / 3);
        qb_sha1_end(&sha, ours.raw);
        assert_true(qb_oid_equal(&theirs, &ours));
    }
    free(bytes);
}

static void test_history__knows_the_empty_blob(void **state)
{
    (void)state;
    char text[QB_OID_TEXT];
    struct qb_oid oid;
    qb_oid_of_blob(NULL, 0, &oid);
    assert_true(qb_oid_equal(&oid, &qb_oid_empty_blob));
    assert_string_equal(qb_oid_format(&oid, text), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
    assert_false(qb_oid_is_zero(&oid));
}

/* --- the repository --- */

static void test_history__makes_a_repository_outside_the_folder(void **state)
{
    struct world *world = *state;
    struct stat st;
    char path[160];
    git_says(world, "config core.worktree", world->folder);
    git_says(world, "config core.bare", "false");
    git_says(world, "config gc.auto", "0");
    git_says(world, "symbolic-ref HEAD", "refs/heads/main");
    git_says(world, "status --porcelain", "");
    for (unsigned i = 0; i < 256; i++) {
        snprintf(path, sizeof path, "%s/objects/%02x", world->repository, i);
        assert_int_equal(stat(path, &st), 0);
    }
    assert_int_equal(stat(world->repository, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    snprintf(path, sizeof path, "%s/.git", world->folder);
    assert_int_equal(stat(path, &st), -1);
    fsck(world);
}

static void test_history__is_absent_unless_made(void **state)
{
    struct world *world = *state;
    struct qb_err err = {0};
    struct qb_history *history = NULL;
    char path[160];
    snprintf(path, sizeof path, "%s/nothing.git", world->root);
    assert_int_equal(qb_history_open(&history, path, world->folder, false, false, NULL, &err), QB_EABSENT);
    assert_null(history);
    assert_int_equal(qb_history_open(&history, world->repository, "relative", false, false, NULL, &err), QB_EINPUT);
}

static void test_history__follows_a_moved_folder(void **state)
{
    struct world *world = *state;
    char moved[128];
    put(world, "a.json", "{}");
    save(world, "Add a");
    world_close(world);
    snprintf(moved, sizeof moved, "%s/moved \"there\" #1; \xc3\xa9\n\t\\", world->root);
    assert_int_equal(rename(world->folder, moved), 0);
    strcpy(world->folder, moved);
    world_open(world, QB_HISTORY_EXCLUSIVE, NULL);
    git_says(world, "config core.worktree", moved);
    assert_whole(world);
}

static void test_history__keeps_a_persons_configuration(void **state)
{
    struct world *world = *state;
    world_close(world);
    git_says(world, "config remote.office.url /srv/office.git", "");
    git_says(world, "config gc.auto 6700", "");
    world_open(world, QB_HISTORY_EXCLUSIVE, NULL);
    git_says(world, "config remote.office.url", "/srv/office.git");
    git_says(world, "config gc.auto", "0");
}

static void test_history__refuses_somebody_elses(void **state)
{
    struct world *world = *state;
    struct qb_err err = {0};
    struct qb_history *history = NULL;
    if (geteuid())
        skip();
    world_close(world);
    assert_int_equal(chown(world->repository, 12345, 12345), 0);
    assert_int_equal(qb_history_open(&history, world->repository, world->folder, true, true, NULL, &err), QB_EUNSAFE);
    assert_non_null(strstr(err.message, "12345"));
}

static void test_history__is_untouched_by_a_persons_git_settings(void **state)
{
    struct world *world = *state;
    struct qb_buf blob = {0};
    char home[128];
    char path[192];
    snprintf(home, sizeof home, "%s/home", world->root);
    assert_int_equal(mkdir(home, 0777), 0);
    snprintf(path, sizeof path, "%s/.gitconfig", home);
    spoil(path, "[core]\n\tautocrlf = true\n\tattributesFile = ~/attributes\n\teol = crlf\n\tfileMode = true\n"
                "[index]\n\tversion = 4\n[feature]\n\tmanyFiles = true\n[user]\n\tname = Somebody\n");
    snprintf(path, sizeof path, "%s/attributes", home);
    spoil(path, "* text eol=crlf ident working-tree-encoding=UTF-16LE\n");
    world_close(world);
    world_open(world, QB_HISTORY_EXCLUSIVE, NULL);
    put(world, "a.json", "{\r\n\"$Id$\": 1\n}\r\n");
    put(world, ".gitattributes", "* text=auto eol=crlf\n");
    assert_int_equal(qb_history_exclude(world->history, "", NULL), 0);
    save(world, "Add a");
    assert_whole(world);
    assert_int_equal(git_try(world, &blob, "cat-file blob main:a.json"), 0);
    assert_string_equal(qb_buf_text(&blob), "{\r\n\"$Id$\": 1\n}\r\n");
    git_says(world, "log --format=%cn", "Q-BIS");
    qb_buf_fini(&blob);
}

static void test_history__ignores_what_it_is_told_to(void **state)
{
    struct world *world = *state;
    put(world, "a.json", "{}");
    save(world, "Add a");
    put(world, "~a.json.tmp", "");
    assert_int_equal(qb_history_exclude(world->history, "~*.tmp\n", NULL), 0);
    assert_clean(world);
}

/* --- commits --- */

static void test_history__commits_with_author_and_committer(void **state)
{
    struct world *world = *state;
    put(world, "records/visits/VIS-1.json", "{\"id\": \"VIS-1\"}\n");
    save(world, "Add visit VIS-1\n\nid: none -> VIS-1\n\nRecord: records/visits/VIS-1.json");
    git_says(world, "log --format=%an|%ae|%ai|%cn|%ce|%ci|%s",
             "Siti|siti@example.org|2020-06-10 11:00:30 +0700|Q-BIS|qbis@localhost|2020-06-10 11:01:00 +0700|"
             "Add visit VIS-1");
    git_says(world, "log --format=%(trailers:key=Record,valueonly)", "records/visits/VIS-1.json\n");
    git_says(world, "reflog show --format=%gs main", "commit: Add visit VIS-1");
    git_says(world, "show main:records/visits/VIS-1.json", "{\"id\": \"VIS-1\"}");
    assert_whole(world);
}

static void test_history__writes_names_that_git_cannot_quote(void **state)
{
    struct world *world = *state;
    struct qb_err err = {0};
    struct qb_history_commit commits[] = {
        {.author = {"  Ani <ani>\n\tParent: x ", "a<b>@c\n", -5, -570}, .message = "One"},
        {.author = {"<>", NULL, 4102444800, 5000}, .message = ""},
    };
    assert_int_equal(qb_history_commit(world->history, commits, 2, &watcher, &err), 0);
    git_says(world, "log --reverse --format=%an|%ae|%ad --date=raw",
             "Ani ani Parent: x|a b @c|0 -0930\nunknown||4102444800 +0000");
    fsck(world);
}

static void test_history__puts_many_files_into_one_pack(void **state)
{
    struct world *world = *state;
    struct qb_buf text = {0};
    struct qb_err err = {0};
    char path[64];
    for (int i = 0; i < 2000; i++) {
        snprintf(path, sizeof path, "records/shipments/2020/%02d/SHP-%d.json", i % 12 + 1, i);
        qb_buf_clear(&text);
        qb_buf_addf(&text, "{\n  \"id\": \"SHP-%d\",\n  \"note\": \"%d\"\n}\n", i / 2, i / 2); /* each twice */
        put(world, path, qb_buf_text(&text));
    }
    put(world, "empty.txt", "");
    char *large = qb_mem_alloc(3000001);
    for (size_t i = 0; i < 3000000; i++)
        large[i] = (char)('0' + (i * i / 7) % 10);
    put(world, "attachments/scan.pdf", large);
    assert_int_equal(save_try(world, "Add 2002 files", 2002, &err), 0);
    char *counted = git(world, "count-objects -v");
    assert_non_null(strstr(counted, "count: 0\n"));
    assert_non_null(strstr(counted, "in-pack: 1020\n")); /* 1002 versions, 17 directories, the commit */
    assert_non_null(strstr(counted, "packs: 1\n"));
    assert_non_null(strstr(counted, "garbage: 0\n"));
    free(counted);
    free(git(world, "fsck --strict --full"));
    assert_whole(world);
    snprintf(path, sizeof path, "records/shipments/2020/01/SHP-0.json");
    put(world, path, "{}");
    save(world, "Change one");
    assert_whole(world);
    qb_buf_fini(&text);
    free(large);
}

static void test_history__packs_verify(void **state)
{
    struct world *world = *state;
    struct qb_err err = {0};
    char path[64];
    for (int i = 0; i < 300; i++) {
        snprintf(path, sizeof path, "records/%d.json", i);
        put(world, path, path);
    }
    assert_int_equal(save_try(world, "Add 300", 300, &err), 0);
    char directory[160];
    char words[512];
    snprintf(directory, sizeof directory, "%s/objects/pack", world->repository);
    DIR *packs = opendir(directory);
    assert_non_null(packs);
    size_t verified = 0;
    for (struct dirent *item; (item = readdir(packs));) {
        if (item->d_name[0] == '.' || !strstr(item->d_name, ".idx"))
            continue;
        snprintf(words, sizeof words, "verify-pack -v %s/%s", directory, item->d_name);
        char *shown = git(world, words);
        assert_non_null(strstr(shown, "non delta: 303 objects"));
        free(shown);
        verified++;
    }
    closedir(packs);
    assert_int_equal(verified, 1);
}

static void read_back(struct world *world, const char *text)
{
    struct qb_oid oid;
    struct qb_buf back = {0};
    qb_oid_of_blob(text, strlen(text), &oid);
    assert_int_equal(qb_history_read(world->history, &oid, &back, NULL), 0);
    assert_string_equal(qb_buf_text(&back), text);
    qb_buf_fini(&back);
}

static void test_history__reads_what_the_open_pack_holds(void **state)
{
    struct world *world = *state;
    struct qb_err err = {0};
    struct qb_oid oid;
    char text[32];
    assert_int_equal(qb_history_begin(world->history, 1000, &err), 0);
    for (int i = 0; i < 1000; i++) {
        snprintf(text, sizeof text, "version %d", i);
        assert_int_equal(qb_history_add(world->history, text, strlen(text), &oid, &err), 0);
    }
    for (int i = 0; i < 1000; i += 333) {
        snprintf(text, sizeof text, "version %d", i);
        read_back(world, text);
    }
    assert_int_equal(qb_history_add(world->history, "", 0, &oid, &err), 0);
    read_back(world, "");
}

static void test_history__forgets_a_pass_that_was_broken_off(void **state)
{
    struct world *world = *state;
    struct qb_oid oid;
    assert_int_equal(qb_history_begin(world->history, 1000, NULL), 0);
    assert_int_equal(qb_history_add(world->history, "x", 1, &oid, NULL), 0);
    world_close(world);
    char *counted = git(world, "count-objects -v");
    assert_non_null(strstr(counted, "garbage: 0\n"));
    free(counted);
    world_open(world, QB_HISTORY_SHARED, NULL);
    put(world, "a.json", "x");
    save(world, "Add a");
    assert_whole(world);
}

static void test_history__chains_the_commits_of_a_pass(void **state)
{
    struct world *world = *state;
    struct qb_err err = {0};
    struct qb_history_commit commits[40];
    struct qb_history_change changes[40][10];
    char paths[40][10][48];
    assert_int_equal(qb_history_begin(world->history, 400, &err), 0);
    for (size_t i = 0; i < 40; i++) {
        for (size_t j = 0; j < 10; j++) {
            snprintf(paths[i][j], sizeof paths[i][j], "records/visits/%zu/VIS-%zu.json", j, i);
            changes[i][j].path = paths[i][j];
            assert_int_equal(
                qb_history_add(world->history, paths[i][j], strlen(paths[i][j]), &changes[i][j].blob, &err), 0);
            put(world, paths[i][j], paths[i][j]);
        }
        commits[i] = (struct qb_history_commit){.author = {"Ani", "ani@example.org", NOON, ZONE},
                                                .message = "Add",
                                                .changes = changes[i],
                                                .change_count = 10};
    }
    assert_int_equal(qb_history_commit(world->history, commits, 40, &watcher, &err), 0);
    git_says(world, "rev-list --count main", "40");
    git_says(world, "reflog show --format=%gs main", "commit: Add");
    assert_whole(world);
}

static void test_history__refuses_versions_it_does_not_have(void **state)
{
    struct world *world = *state;
    struct qb_err err = {0};
    struct qb_history_change change = {.path = "a.json", .blob = {{1}}};
    struct qb_history_commit commit = {.author = watcher, .message = "Add", .changes = &change, .change_count = 1};
    assert_int_equal(qb_history_commit(world->history, &commit, 1, &watcher, &err), QB_EABSENT);
    assert_string_equal(err.file, "a.json");
    assert_int_equal(git_try(world, NULL, "rev-parse --verify -q main"), 1);
}

/* --- trees --- */

static void test_history__drops_directories_that_nothing_is_left_in(void **state)
{
    struct world *world = *state;
    put(world, "records/visits/2020/VIS-1.json", "1");
    put(world, "records/findings/2020/FND-1.json", "1");
    save(world, "Add two");
    take(world, "records/visits/2020/VIS-1.json");
    save(world, "Remove one");
    git_says(world, "ls-tree -r -t --name-only main",
             "records\nrecords/findings\nrecords/findings/2020\nrecords/findings/2020/FND-1.json");
    take(world, "records/findings/2020/FND-1.json");
    save(world, "Remove all");
    git_says(world, "ls-tree -r -t main", "");
    assert_whole(world);
    put(world, "records/visits/2020/VIS-2.json", "2");
    save(world, "Begin again");
    assert_whole(world);
}

static void test_history__lets_files_and_directories_take_each_others_place(void **state)
{
    struct world *world = *state;
    put(world, "a", "file");
    put(world, "a-b", "between");
    put(world, "a.b", "between");
    put(world, "b/x/y", "1");
    put(world, "b/z", "1");
    save(world, "Add");
    take(world, "a");
    put(world, "a/deep/er", "now a directory");
    take(world, "b/x/y");
    take(world, "b/z");
    assert_int_equal(unlinkat(world->dir, "b/x", AT_REMOVEDIR), 0);
    assert_int_equal(unlinkat(world->dir, "b", AT_REMOVEDIR), 0);
    put(world, "b", "now a file");
    save(world, "Exchange");
    git_says(world, "ls-tree -r --name-only main", "a-b\na.b\na/deep/er\nb");
    assert_whole(world);
}

/* Changes as a pass may name them that raced with the person: a file is set, and what was beneath its name is not
 * said to be gone. */
static void test_history__resolves_contradictory_changes(void **state)
{
    struct world *world = *state;
    struct qb_err err = {0};
    struct qb_oid oid;
    put(world, "d/one", "1");
    put(world, "d/two", "2");
    put(world, "f", "3");
    save(world, "Add");
    assert_int_equal(qb_history_add(world->history, "n", 1, &oid, &err), 0);
    struct qb_history_change changes[] = {
        {.path = "d", .blob = oid},          {.path = "f/below", .blob = oid}, {.path = "not/there"},
        {.path = "twice", .blob = {{1, 2}}}, {.path = "twice", .blob = oid},   {.path = "both", .blob = oid},
        {.path = "both/below", .blob = oid},
    };
    changes[3].blob = qb_oid_empty_blob;
    assert_int_equal(qb_history_add(world->history, "", 0, &changes[3].blob, &err), 0);
    struct qb_history_commit commit = {.author = watcher, .message = "Race", .changes = changes, .change_count = 7};
    assert_int_equal(qb_history_commit(world->history, &commit, 1, &watcher, &err), 0);
    git_says(world, "ls-tree -r --name-only main", "both/below\nd\nf/below\ntwice");
    git_says(world, "show main:twice", "n");
    struct qb_history_change gone[] = {{.path = "both"}, {.path = "d/one"}, {.path = "d/"}};
    commit = (struct qb_history_commit){.author = watcher, .message = "No-op", .changes = gone, .change_count = 2};
    assert_int_equal(qb_history_commit(world->history, &commit, 1, &watcher, &err), 0);
    git_says(world, "diff --name-only main~1 main", "");
    commit.change_count = 3;
    assert_int_equal(qb_history_commit(world->history, &commit, 1, &watcher, &err), QB_EUNSAFE);
    fsck(world);
}

static void test_history__keeps_odd_names(void **state)
{
    struct world *world = *state;
    struct qb_err err = {0};
    char longest[256 + 16];
    memset(longest, 'x', 255);
    longest[255] = '\0';
    const char *const names[] = {
        "new\nline.json",
        "\"quoted\" 'name'.json",
        "back\\slash.json",
        "tab\tbed",
        "\xc3\xa9.json",
        "e\xcc\x81.json",
        "\xff\xfe not utf-8",
        "-leading",
        " blank ",
        "caf\xc3\xa9/\xe6\x97\xa5\xe6\x9c\xac/\xf0\x9f\x8c\xb4.json",
        longest,
        "git",
        "a.git",
        "a:b*c?.json",
        "gitignore",
        "#!",
        "a.",
        "a/b",
        "A",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        put(world, names[i], names[i]);
    save(world, "Add odd names");
    assert_whole(world);
    assert_int_equal(save_try(world, "Nothing changed", 0, &err), 0);
    git_says(world, "diff --name-only main~1 main", "");
}

static void test_history__refuses_names_that_git_refuses(void **state)
{
    struct world *world = *state;
    static const char *const bad[] = {
        ".git",
        "a/.git/config",
        ".GIT",
        ".g\xe2\x80\x8cit",
        ".git.",
        ".git ",
        "git~1",
        "GIT~1/x",
        ".gitmodules",
        "a/.gitattributes",
        "GITMOD~1",
        "gi7eba~1",
        "a\\.git\\x",
        ".",
        "..",
        "a/../b",
        "",
        "/a",
        "a//b",
        "a/",
        "\xef\xbb\xbf.git",
    };
    static const char *const good[] = {"git", "a.git", "x.gitignore", "gift~x/a", "a~1", "github.json", "...", ".a"};
    struct qb_oid oid;
    struct qb_err err = {0};
    assert_int_equal(qb_history_add(world->history, "x", 1, &oid, &err), 0);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct qb_history_change change = {.path = bad[i], .blob = oid};
        struct qb_history_commit commit = {.author = watcher, .message = "X", .changes = &change, .change_count = 1};
        if (qb_history_path_allowed(bad[i]))
            fail_msg("%s is allowed", bad[i]);
        assert_int_equal(qb_history_commit(world->history, &commit, 1, &watcher, &err), QB_EUNSAFE);
    }
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (!qb_history_path_allowed(good[i]))
            fail_msg("%s is not allowed", good[i]);
}

static void test_history__handles_thousands_of_changes_in_one_directory(void **state)
{
    struct world *world = *state;
    struct qb_err err = {0};
    char path[64];
    for (int i = 0; i < 5000; i++) {
        snprintf(path, sizeof path, "records/visits/VIS-%d.json", i);
        put(world, path, path);
    }
    assert_int_equal(save_try(world, "Add 5000", 5000, &err), 0);
    for (int i = 0; i < 5000; i += 2) {
        snprintf(path, sizeof path, "records/visits/VIS-%d.json", i);
        if (i % 4)
            take(world, path);
        else
            put(world, path, "changed");
    }
    assert_int_equal(save_try(world, "Change 2500", 2500, &err), 0);
    assert_whole(world);
    put(world, "records/visits/VIS-4999.json", "edited");
    save(world, "Edit one");
    assert_whole(world);
    char *count = git(world, "diff --name-only main~1 main");
    assert_string_equal(count, "records/visits/VIS-4999.json");
    free(count);
}

/* --- others at work --- */

static void test_history__continues_after_gc(void **state)
{
    struct world *world = *state;
    char path[64];
    for (int i = 0; i < 40; i++) {
        snprintf(path, sizeof path, "records/%d/a.json", i % 7);
        put(world, path, path);
        struct qb_buf text = {0};
        qb_buf_addf(&text, "%d", i);
        put(world, "changing.json", qb_buf_text(&text));
        qb_buf_fini(&text);
        save(world, "Change");
        if (i % 13 == 5) {
            free(git(world, "gc --quiet --prune=now"));
            read_back(world, "0");
        }
    }
    free(git(world, "gc --quiet --aggressive --prune=now"));
    for (int i = 0; i < 40; i++) {
        snprintf(path, sizeof path, "%d", i);
        read_back(world, path);
    }
    put(world, "changing.json", "last");
    save(world, "Change");
    assert_whole(world);
    git_says(world, "rev-list --count main", "41");
}

static void *commit_as_a_person(void *context)
{
    struct world *world = context;
    for (int i = 0; i < 15; i++) {
        char words[256];
        char *head = git(world, "rev-parse main");
        snprintf(words, sizeof words, "commit-tree -p %s -m Person %s^{tree}", head, head);
        char *commit = git(world, words);
        snprintf(words, sizeof words, "update-ref refs/heads/main %s %s", commit, head);
        if (git_try(world, NULL, words))
            i--; /* the other was quicker */
        free(head);
        free(commit);
    }
    return NULL;
}

static void test_history__shares_the_branch_with_a_persons_git(void **state)
{
    struct world *world = *state;
    pthread_t person;
    char path[32];
    put(world, "0.json", "0");
    save(world, "Watcher");
    assert_int_equal(pthread_create(&person, NULL, commit_as_a_person, world), 0);
    for (int i = 1; i < 60; i++) {
        snprintf(path, sizeof path, "%d.json", i);
        put(world, path, path);
        save(world, "Watcher");
    }
    pthread_join(person, NULL);
    git_says(world, "rev-list --count --grep=Watcher main", "60");
    git_says(world, "rev-list --count --grep=Person main", "15");
    git_says(world, "rev-list --count --min-parents=2 main", "0");
    assert_whole(world);
}

static void *release_later(void *context)
{
    struct timespec pause = {.tv_nsec = 200000000};
    nanosleep(&pause, NULL);
    unlink(context);
    return NULL;
}

static void test_history__waits_for_a_held_branch_but_not_for_ever(void **state)
{
    struct world *world = *state;
    struct qb_err err = {0};
    pthread_t holder;
    char lock[160];
    snprintf(lock, sizeof lock, "%s/refs/heads/main.lock", world->repository);
    spoil(lock, "");
    assert_int_equal(pthread_create(&holder, NULL, release_later, lock), 0);
    put(world, "a.json", "1");
    save(world, "Add a");
    pthread_join(holder, NULL);
    spoil(lock, "");
    put(world, "a.json", "2");
    assert_int_equal(save_try(world, "Change a", 0, &err), QB_EBUSY);
    assert_non_null(strstr(err.message, "main.lock"));
    git_says(world, "rev-list --count main", "1");
    unlink(lock);
    save(world, "Change a");
    assert_whole(world);
}

/* --- faults --- */

/* A limit on the size of files is the nearest thing to a full disk that needs no rights. */
static void limit_files(rlim_t bytes)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes ? bytes : limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void test_history__outlives_a_full_disk(void **state)
{
    struct world *world = *state;
    struct qb_err err = {0};
    char *noise = qb_mem_alloc(400001);
    uint32_t seed = 1;
    for (size_t i = 0; i < 400000; i++)
        noise[i] = (char)(' ' + ((seed = seed * 1664525 + 1013904223) >> 25) % 90);
    signal(SIGXFSZ, SIG_IGN);
    put(world, "a.json", "1");
    save(world, "Add a");
    put(world, "big.pdf", noise);
    for (size_t announced = 0; announced <= 1000; announced += 1000) { /* loose, then packed */
        limit_files(65536);
        int result = save_try(world, "Add big", announced, &err);
        limit_files(0);
        assert_int_equal(result, QB_ESYS);
        assert_int_equal(err.sys, EFBIG);
        char *counted = git(world, "count-objects -v");
        assert_non_null(strstr(counted, "garbage: 0\n"));
        free(counted);
        fsck(world);
    }
    save(world, "Add big");
    assert_whole(world);
    free(noise);
}

static void test_history__replaces_broken_objects_when_they_come_again(void **state)
{
    struct world *world = *state;
    struct qb_err err = {0};
    struct qb_oid oid;
    char path[160];
    put(world, "a.json", "first");
    save(world, "Add a");
    loose_path(world, "main:a.json", path, sizeof path);
    for (int i = 0; i < 2; i++) {
        spoil(path, i ? "rubbish" : "");
        assert_int_equal(qb_history_add(world->history, "first", 5, &oid, &err), 0);
        read_back(world, "first");
        fsck(world);
    }
}

/* --- exceptions --- */

struct collected {
    struct qb_buf text;
};

static int collect(void *context, const char *path, const struct qb_oid *blob, struct qb_err *err)
{
    struct collected *collected = context;
    char text[QB_OID_TEXT];
    (void)err;
    qb_buf_addf(&collected->text, "%s %.7s\n", path, qb_oid_format(blob, text));
    return 0;
}

static void exceptions_are(struct world *world, const char *expected)
{
    struct collected collected = {{0}};
    assert_int_equal(qb_history_exceptions(world->history, collect, &collected, NULL), 0);
    assert_string_equal(qb_buf_text(&collected.text), expected);
    qb_buf_fini(&collected.text);
}

static void test_history__stores_exceptions(void **state)
{
    struct world *world = *state;
    struct qb_err err = {0};
    struct qb_history_change items[3] = {{.path = "records/visits/VIS-1.json"},
                                         {.path = "records/companies/COM-1.json", .blob = qb_oid_empty_blob},
                                         {.path = "qbis.yaml"}};
    put(world, "a.json", "1");
    save(world, "Add a");
    exceptions_are(world, "");
    assert_int_equal(qb_history_add(world->history, "valid", 5, &items[0].blob, &err), 0);
    items[2].blob = items[0].blob;
    assert_int_equal(qb_history_set_exceptions(world->history, items, 3, &err), 0);
    exceptions_are(world,
                   "qbis.yaml 375b567\nrecords/companies/COM-1.json e69de29\nrecords/visits/VIS-1.json 375b567\n");
    free(git(world, "gc --quiet --prune=now"));
    exceptions_are(world,
                   "qbis.yaml 375b567\nrecords/companies/COM-1.json e69de29\nrecords/visits/VIS-1.json 375b567\n");
    assert_whole(world);
    free(git(world, "log --all --format=%s"));
    assert_int_equal(qb_history_set_exceptions(world->history, items, 1, &err), 0);
    exceptions_are(world, "records/visits/VIS-1.json 375b567\n");
    assert_int_equal(qb_history_set_exceptions(world->history, NULL, 0, &err), 0);
    assert_int_equal(qb_history_set_exceptions(world->history, NULL, 0, &err), 0);
    exceptions_are(world, "");
    git_says(world, "for-each-ref refs/qbis", "");
    fsck(world);
}

static void test_history__is_cloned_whole(void **state)
{
    struct world *world = *state;
    struct qb_err err = {0};
    struct qb_history_change item = {.path = "a.json", .blob = qb_oid_empty_blob};
    char words[256];
    put(world, "a.json", "1");
    put(world, "b/c.json", "2");
    save(world, "Add two");
    assert_int_equal(qb_history_set_exceptions(world->history, &item, 1, &err), 0);
    snprintf(words, sizeof words, "clone --quiet --mirror %s %s/mirror.git", world->repository, world->root);
    free(git(world, words));
    struct world mirror = *world;
    snprintf(mirror.repository, sizeof mirror.repository, "%s/mirror.git", world->root);
    fsck(&mirror);
    git_says(&mirror, "for-each-ref --format=%(refname)", "refs/heads/main\nrefs/qbis/exceptions");
    snprintf(words, sizeof words, "clone --quiet %s %s/clone", world->repository, world->root);
    free(git(world, words));
}

#define WORLD_TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_history__sums_as_libgit2_does),
        cmocka_unit_test(test_history__knows_the_empty_blob),
        WORLD_TEST(test_history__makes_a_repository_outside_the_folder),
        WORLD_TEST(test_history__is_absent_unless_made),
        WORLD_TEST(test_history__follows_a_moved_folder),
        WORLD_TEST(test_history__keeps_a_persons_configuration),
        WORLD_TEST(test_history__refuses_somebody_elses),
        WORLD_TEST(test_history__is_untouched_by_a_persons_git_settings),
        WORLD_TEST(test_history__ignores_what_it_is_told_to),
        WORLD_TEST(test_history__commits_with_author_and_committer),
        WORLD_TEST(test_history__writes_names_that_git_cannot_quote),
        WORLD_TEST(test_history__puts_many_files_into_one_pack),
        WORLD_TEST(test_history__packs_verify),
        WORLD_TEST(test_history__reads_what_the_open_pack_holds),
        WORLD_TEST(test_history__forgets_a_pass_that_was_broken_off),
        WORLD_TEST(test_history__chains_the_commits_of_a_pass),
        WORLD_TEST(test_history__refuses_versions_it_does_not_have),
        WORLD_TEST(test_history__drops_directories_that_nothing_is_left_in),
        WORLD_TEST(test_history__lets_files_and_directories_take_each_others_place),
        WORLD_TEST(test_history__resolves_contradictory_changes),
        WORLD_TEST(test_history__keeps_odd_names),
        WORLD_TEST(test_history__refuses_names_that_git_refuses),
        WORLD_TEST(test_history__handles_thousands_of_changes_in_one_directory),
        WORLD_TEST(test_history__continues_after_gc),
        WORLD_TEST(test_history__shares_the_branch_with_a_persons_git),
        WORLD_TEST(test_history__waits_for_a_held_branch_but_not_for_ever),
        WORLD_TEST(test_history__outlives_a_full_disk),
        WORLD_TEST(test_history__replaces_broken_objects_when_they_come_again),
        WORLD_TEST(test_history__stores_exceptions),
        WORLD_TEST(test_history__is_cloned_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
