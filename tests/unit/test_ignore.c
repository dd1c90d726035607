/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of ignored names: each row with a name that it is for, look-alikes that are data, and git's opinion. */
#include "watcher/ignore.h"

#include "core/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* One name that only this row has to be there for. */
static const struct {
    const char *pattern;
    const char *name;
} examples[] = {
    {".dropbox", ".dropbox"},
    {".dropbox.attr", ".dropbox.attr"},
    {".dropbox.cache", ".dropbox.cache"},
    {".stfolder", ".stfolder"},
    {".stfolder.removed-*", ".stfolder.removed-20200612-101530"},
    {".stversions", ".stversions"},
    {".stignore", ".stignore"},
    {".syncthing.*.tmp", ".syncthing.SHP-1.json.tmp"},
    {"~syncthing~*.tmp", "~syncthing~SHP-1.json.tmp"},
    {".owncloudsync.log*", ".owncloudsync.log.1"},
    {".nextcloudsync.log*", ".nextcloudsync.log"},
    {".csync_journal.db*", ".csync_journal.db-wal"},
    {"._sync_*.db*", "._sync_3f9a01bc77de.db-shm"},
    {".sync_*.db*", ".sync_3f9a01bc77de.db"},
    {".*.~[0-9a-f]*", ".SHP-1.json.~3f9a01bc"},
    {"*.owncloud", "SHP-1.json.owncloud"},
    {"*.nextcloud", "SHP-1.json.nextcloud"},
    {".849C9593-D756-4E56-8D6E-42412F2A707B", ".849C9593-D756-4E56-8D6E-42412F2A707B"},
    {".tmp.driveupload", ".tmp.driveupload"},
    {".tmp.drivedownload", ".tmp.drivedownload"},
    {".seafile-data", ".seafile-data"},
    {"*.sbak", "SHP-1.json.sbak"},
    {".sync", ".sync"},
    {".Sync[IA]*", ".SyncArchive"},
    {"*.!sync", "SHP-1.json.!sync"},
    {"*.!Sync", "SHP-1.json.!Sync"},
    {"*.bts", "SHP-1.json.bts"},
    {"*.partial", "SHP-1.json.9e2f01ab.partial"},
    {".unison.*", ".unison.SHP-1.json.0a1b2c.unison.tmp"},
    {"*.unison.tmp", ".#SHP-1.json.0a1b.unison.tmp"},
    {".*.icloud", ".SHP-1.json.icloud"},
    {".getxfer.*.mega", ".getxfer.4711.2.mega"},
    {".debris", ".debris"},
    {".SynologyWorkingDirectory", ".SynologyWorkingDirectory"},
    {"@eaDir", "@eaDir"},
    {"\\#recycle", "#recycle"},
    {".@__thumb", ".@__thumb"},
    {"*.ffs_tmp", "SHP-1.json.4fa1.ffs_tmp"},
    {"*.ffs_db", ".sync.ffs_db"},
    {"*.ffs_lock", "sync.ffs_lock"},
    {".~tmp~", ".~tmp~"},
    {".rsync-partial", ".rsync-partial"},
    {".*.json.??????", ".SHP-1.json.aB3xY9"},
    {".*.yaml.??????", ".qbis.yaml.aB3xY9"},
    {"*.filepart", "scan.pdf.filepart"},
    {"*.part", "scan.pdf.part"},
    {"*.crdownload", "scan.pdf.crdownload"},
    {"*.swp", ".SHP-1.json.swp"},
    {"*.swo", ".SHP-1.json.swo"},
    {"*.swn", "SHP-1.json.swn"},
    {"*.swx", ".SHP-1.json.swx"},
    {"4913", "4913"},
    {"*~", "SHP-1.json~"},
    {"\\#*#", "#SHP-1.json#"},
    {".#*", ".#SHP-1.json"},
    {"*.vsctmp", "SHP-1.json.vsctmp"},
    {".subl*.tmp", ".subl4f1.tmp"},
    {"*___jb_tmp___", "SHP-1.json___jb_tmp___"},
    {"*___jb_old___", "SHP-1.json___jb_old___"},
    {".~lock.*#", ".~lock.schedule.xlsx#"},
    {"~$*", "~$schedule.xlsx"},
    {"*.laccdb", "office.laccdb"},
    {".goutputstream-*", ".goutputstream-ABC123"},
    {".directory", ".directory"},
    {"*.kate-swp", ".SHP-1.json.kate-swp"},
    {".Trash-*", ".Trash-1000"},
    {".nfs[0-9a-f]*", ".nfs000000000a1b"},
    {".fuse_hidden*", ".fuse_hidden0000a1b2"},
    {"lost+found", "lost+found"},
    {".DS_Store", ".DS_Store"},
    {"._*", "._SHP-1.json"},
    {".AppleDouble", ".AppleDouble"},
    {".Spotlight-V100", ".Spotlight-V100"},
    {".Trashes", ".Trashes"},
    {".fseventsd", ".fseventsd"},
    {".TemporaryItems", ".TemporaryItems"},
    {".DocumentRevisions-V100", ".DocumentRevisions-V100"},
    {".apdisk", ".apdisk"},
    {"Icon[\r]", "Icon\r"},
    {"*.sb-[0-9a-f]*-*", "SHP-1.json.sb-0f8a3c2b-kQ2zqH"},
    {"Thumbs.db", "Thumbs.db"},
    {"thumbs.db", "thumbs.db"},
    {"ehthumbs.db", "ehthumbs.db"},
    {"desktop.ini", "desktop.ini"},
    {"Desktop.ini", "Desktop.ini"},
    {"$RECYCLE.BIN", "$RECYCLE.BIN"},
    {"System Volume Information", "System Volume Information"},
    {"*.tmp", "SHP-1.json.tmp"},
    {"~*.tmp", "~SHP-1.json.tmp"},
    {".[gG][iI][tT]", ".git"},
};

#define EXAMPLES (sizeof examples / sizeof *examples)

/* Data, however much they look like something else. */
static const char *const data[] = {
    "qbis.yaml",
    "kinds/.schema",
    "kinds/.schema/shipment.json",
    ".vscode",
    ".vscode/settings.json",
    "records/shipments/2020/06/SHP-20200612-7K3F.json",
    "records/shipments/a-b~c.json",
    "records/shipments/SHP-1 (Rina's conflicted copy 2020-06-12).json",
    "records/shipments/SHP-1.sync-conflict-20200612-101530-OBF7IUM.json",
    "records/shipments/SHP-1.json.conflict1",
    "records/shipments/SHP-1 (1).json",
    "records/shipments/SHP-1.problem.txt",
    "records/findings/~FND-1.json",
    "records/findings/#FND-1.json",
    "records/findings/FND-1#.json",
    "records/findings/FND-4913.json",
    "records/findings/49131",
    "records/findings/$FND.json",
    "attachments/notes.part1.pdf",
    "attachments/part.pdf",
    "attachments/partial",
    "attachments/scan.partial.pdf",
    "attachments/tmp",
    "attachments/tmp.pdf",
    "attachments/scan.tmp.pdf",
    "attachments/nextcloud.pdf",
    "attachments/photo.icloud",
    "attachments/sync",
    "attachments/sync.db",
    "attachments/.sync.json",
    "attachments/.gitignore",
    "attachments/git",
    "attachments/x.git",
    "attachments/Thumbs.db.pdf",
    "attachments/mythumbs.db",
    "attachments/Icon",
    "attachments/Icons",
    "attachments/lost+found.pdf",
    "attachments/x.swa",
    "attachments/photo.sb.jpg",
    "attachments/.hidden.json",
    "attachments/.SHP-1.json.backup1",
    "attachments/dropbox",
    "attachments/.dropboxes",
    "attachments/\xff\xfe odd bytes.pdf",
    "schedule/schedule.json",
    "schedule/facilities/FAC-1.html",
    "status/problems.json",
};

static struct qb_ignore *with(const char *pattern)
{
    return qb_ignore_new(&pattern, 1);
}

static void test_ignore__every_row_has_its_example(void **state)
{
    (void)state;
    struct qb_ignore *ignore = qb_ignore_new(NULL, 0);
    assert_int_equal(EXAMPLES, qb_ignore_table_count);
    for (size_t i = 0; i < EXAMPLES; i++) {
        char path[300];
        assert_string_equal(examples[i].pattern, qb_ignore_table[i].pattern);
        assert_true(*qb_ignore_table[i].origin != '\0');
        assert_true(qb_ignore_match(ignore, examples[i].name));
        snprintf(path, sizeof path, "records/shipments/2020/06/%s", examples[i].name);
        assert_true(qb_ignore_match(ignore, path));
        snprintf(path, sizeof path, "records/%s/2020/SHP-1.json", examples[i].name);
        assert_true(qb_ignore_match(ignore, path));
    }
    qb_ignore_free(ignore);
}

/* Taking a row away must let its example through, unless another row is for it too: so no row is without use. */
static void test_ignore__rows_can_be_taken_away(void **state)
{
    (void)state;
    for (size_t i = 0; i < EXAMPLES; i++) {
        char pattern[100];
        snprintf(pattern, sizeof pattern, "!%s", examples[i].pattern);
        struct qb_ignore *ignore = with(pattern);
        bool stays = qb_ignore_match(ignore, examples[i].name);
        assert_int_equal(stays, qb_ignore_table[i].fixed || !strcmp(examples[i].name + 1, "syncthing~SHP-1.json.tmp"));
        qb_ignore_free(ignore);
    }
}

static void test_ignore__data_is_data(void **state)
{
    (void)state;
    struct qb_ignore *ignore = qb_ignore_new(NULL, 0);
    for (size_t i = 0; i < sizeof data / sizeof *data; i++)
        if (qb_ignore_match(ignore, data[i]))
            fail_msg("%s is ignored", data[i]);
    assert_false(qb_ignore_match(ignore, ""));
    assert_false(qb_ignore_match(ignore, "records//SHP-1.json"));
    assert_true(qb_ignore_match(ignore, "records/.stversions/"));
    qb_ignore_free(ignore);
}

static void test_ignore__settings_add_patterns(void **state)
{
    (void)state;
    const char *const extra[] = {"*.bak",        "",           "# a comment", "/drafts",      "attachments/raw/*.tif",
                                 "**/private/*", "archive/**", "old/",        "\\!important", "spaced.txt   ",
                                 "!keep.tmp",    "!.git",      "!~*.tmp"};
    struct qb_ignore *ignore = qb_ignore_new(extra, sizeof extra / sizeof *extra);
    static const char *const yes[] = {"a/b.bak",   "drafts/x.json", "attachments/raw/1.tif",
                                      "private/x", "a/b/private/x", "archive/a/b",
                                      "a/old",     "!important",    "spaced.txt",
                                      "other.tmp", "a/.git/config", "~x.tmp"};
    static const char *const no[] = {
        "bak",        "records/drafts/x.json", "attachments/raw/a/1.tif", "private", "archive", "important", "keep.tmp",
        "# a comment"};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        if (!qb_ignore_match(ignore, yes[i]))
            fail_msg("%s is not ignored", yes[i]);
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        if (qb_ignore_match(ignore, no[i]))
            fail_msg("%s is ignored", no[i]);
    qb_ignore_free(ignore);
}

static void test_ignore__the_last_match_decides(void **state)
{
    (void)state;
    const char *const extra[] = {"*.pdf", "!scan*.pdf", "scan-draft.pdf"};
    struct qb_ignore *ignore = qb_ignore_new(extra, 3);
    assert_true(qb_ignore_match(ignore, "a.pdf"));
    assert_false(qb_ignore_match(ignore, "scan1.pdf"));
    assert_true(qb_ignore_match(ignore, "scan-draft.pdf"));
    qb_ignore_free(ignore);
}

static const struct {
    const char *pattern;
    const char *name;
    bool matches;
} globs[] = {
    {"*", "anything", true},
    {"a*b*c", "aXXbYYc", true},
    {"*abab", "aabababab", true},
    {"*ab*ab", "abxabab", true},
    {"a*", "a", true},
    {"**a**", "a", true},
    {"*a?", "aab", true},
    {"*a?", "baa", true},
    {"*b", "a", false},
    {"a*b*c", "aXXcYYb", false},
    {"?", "x", true},
    {"?", "xy", false},
    {"[a-c]x", "bx", true},
    {"[a-c]x", "dx", false},
    {"[!a-c]x", "dx", true},
    {"[^a-c]x", "ax", false},
    {"[]]x", "]x", true},
    {"[!]]x", "ax", true},
    {"[a-]x", "-x", true},
    {"[\\]]x", "]x", true},
    {"[[:digit:]]x", "7x", true},
    {"[[:digit:]]x", "ax", false},
    {"[![:alpha:]_]x", "7x", true},
    {"[unclosed", "[unclosed", false},
    {"[z-a]x", "mx", false},
    {"\\*", "*", true},
    {"\\*", "x", false},
    {"x\\", "x\\", false},
    {"*\\~", "a~", true},
    {"*.[ch]", "a.c", true},
    {"*]", "a]", true},
    {"end ", "end ", false}, /* a space at the end does not count, */
    {"end ", "end", true},
    {"end\\ ", "end ", true}, /* unless it is escaped */
    {"***/end", "a/b/end", true},
    {"a/b", "a/b", true},
    {"a/*", "a/b/c", true}, /* a/b is ignored, so what is in it is too */
    {"a/**/d", "a/b/c/d", true},
    {"a/**/d", "a/d", true},
    {"a/**/d", "x/a/d", false},
    {"**/a/**/b/**/c", "a/a/b/a/b/x/c", true},
    {"**/a/**/b/**/c", "a/a/a/x/a", false},
};

static void test_ignore__globs(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof globs / sizeof *globs; i++) {
        struct qb_ignore *ignore = with(globs[i].pattern);
        if (qb_ignore_match(ignore, globs[i].name) != globs[i].matches)
            fail_msg("%s on %s", globs[i].pattern, globs[i].name);
        qb_ignore_free(ignore);
    }
}

/* Patterns that take a careless matcher for ever. The test ends, that is all. */
static void test_ignore__hostile_patterns_are_cheap(void **state)
{
    (void)state;
    char pattern[1025];
    char name[256];
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    for (size_t i = 0; i < 1024; i++)
        pattern[i] = i % 2 ? '*' : 'a';
    pattern[1023] = 'b';
    pattern[1024] = '\0';
    struct qb_ignore *ignore = with(pattern);
    assert_false(qb_ignore_match(ignore, name));
    qb_ignore_free(ignore);
    char deep[256];
    for (size_t i = 0; i < 255; i++)
        deep[i] = i % 2 ? '/' : 'a';
    deep[254] = 'a';
    deep[255] = '\0';
    ignore = with("**/a/**/a/**/a/**/a/**/a/**/a/**/a/**/a/**/a/**/a/**/b");
    assert_false(qb_ignore_match(ignore, deep));
    qb_ignore_free(ignore);
    char *huge = qb_mem_alloc(5001);
    memset(huge, 'x', 5000);
    ignore = with(huge);
    assert_false(qb_ignore_match(ignore, "x"));
    qb_ignore_free(ignore);
    free(huge);
    ignore = with("two\nlines");
    assert_false(qb_ignore_match(ignore, "two\nlines"));
    qb_ignore_free(ignore);
}

static void test_ignore__placeholders(void **state)
{
    (void)state;
    struct qb_buf path = {0};
    assert_true(qb_ignore_placeholder("records/shipments/.SHP-1.json.icloud", &path));
    assert_string_equal(qb_buf_text(&path), "records/shipments/SHP-1.json");
    assert_true(qb_ignore_placeholder("SHP-1.json.nextcloud", &path));
    assert_string_equal(qb_buf_text(&path), "SHP-1.json");
    assert_true(qb_ignore_placeholder("a/SHP-1.json.owncloud", &path));
    assert_string_equal(qb_buf_text(&path), "a/SHP-1.json");
    static const char *const none[] = {".icloud", "x.icloud", ".owncloud", "records/SHP-1.json", "a.nextcloud/b.json",
                                       ""};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_false(qb_ignore_placeholder(none[i], &path));
    qb_buf_fini(&path);
}

/* --- git agrees --- */

static void write_file(const char *path, const struct qb_buf *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, qb_buf_text(text), text->length), text->length);
    close(fd);
}

static int run_git(const char *dir, const char *const *argv, const char *input, const char *output)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (!child) {
        int in = open(input, O_RDONLY);
        int out = open(output, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
        setenv("HOME", dir, 1);
        if (chdir(dir) < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0)
            _exit(126);
        char *copy[8] = {NULL};
        for (size_t i = 0; argv[i]; i++)
            copy[i] = qb_mem_string(argv[i]);
        execvp("git", copy);
        _exit(127);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void remove_tree(const char *dir)
{
    pid_t child = fork();
    if (!child) {
        execlp("rm", "rm", "-rf", dir, (char *)NULL);
        _exit(127);
    }
    waitpid(child, NULL, 0);
}

/* Whether git's answer, NUL-terminated paths, holds this one. */
static bool listed(const struct qb_buf *answer, const char *path)
{
    for (size_t at = 0; at < answer->length; at += strlen(answer->data + at) + 1)
        if (!strcmp(answer->data + at, path))
            return true;
    return false;
}

static void read_all(const char *path, struct qb_buf *out)
{
    char bytes[4096];
    int fd = open(path, O_RDONLY);
    assert_true(fd >= 0);
    for (ssize_t got; (got = read(fd, bytes, sizeof bytes)) > 0;)
        qb_buf_add(out, bytes, (size_t)got);
    close(fd);
}

/* Asks `git check-ignore` about every path that this file names, with our lines in info/exclude. */
static void agree(const char *dir, const struct qb_ignore *ignore, const struct qb_buf *paths)
{
    char exclude[200];
    char input[200];
    char output[200];
    struct qb_buf lines = {0};
    struct qb_buf answer = {0};
    snprintf(exclude, sizeof exclude, "%s/.git/info/exclude", dir);
    snprintf(input, sizeof input, "%s/paths", dir);
    snprintf(output, sizeof output, "%s/answer", dir);
    qb_ignore_lines(ignore, &lines);
    write_file(exclude, &lines);
    write_file(input, paths);
    const char *const check[] = {"git", "check-ignore", "--no-index", "-z", "--stdin", NULL};
    assert_true(run_git(dir, check, input, output) <= 1);
    read_all(output, &answer);
    for (size_t at = 0; at < paths->length; at += strlen(paths->data + at) + 1) {
        const char *path = paths->data + at;
        if (listed(&answer, path) != qb_ignore_match(ignore, path))
            fail_msg("git does not agree about %s", path);
    }
    qb_buf_fini(&answer);
    qb_buf_fini(&lines);
}

static void add_path(struct qb_buf *paths, const char *prefix, const char *path)
{
    if (strstr(path, ".git") && !strstr(path, ".gitignore"))
        return; /* git never answers for .git itself */
    qb_buf_add_string(paths, prefix);
    qb_buf_add_string(paths, path);
    qb_buf_add_char(paths, '\0');
}

static void test_ignore__git_agrees(void **state)
{
    (void)state;
    char dir[] = "/tmp/qbis-ignore-XXXXXX";
    assert_non_null(mkdtemp(dir));
    char null[] = "/dev/null";
    const char *const init[] = {"git", "init", "-q", ".", NULL};
    if (run_git(dir, init, null, null)) {
        remove_tree(dir);
        skip();
    }
    struct qb_buf paths = {0};
    for (size_t i = 0; i < EXAMPLES; i++) {
        add_path(&paths, "", examples[i].name);
        add_path(&paths, "records/", examples[i].name);
    }
    for (size_t i = 0; i < sizeof data / sizeof *data; i++)
        add_path(&paths, "", data[i]);
    for (size_t i = 0; i < sizeof globs / sizeof *globs; i++)
        add_path(&paths, "", globs[i].name);
    struct qb_ignore *ignore = qb_ignore_new(NULL, 0);
    agree(dir, ignore, &paths);
    qb_ignore_free(ignore);
    for (size_t i = 0; i < sizeof globs / sizeof *globs; i++) {
        ignore = with(globs[i].pattern);
        agree(dir, ignore, &paths);
        qb_ignore_free(ignore);
    }
    const char *const extra[] = {"*.json", "!SHP-*.json", "/attachments", "#comment",
                                 "!*.tmp", "spaced   ",   "\\#*",         "end /"};
    ignore = qb_ignore_new(extra, sizeof extra / sizeof *extra);
    agree(dir, ignore, &paths);
    qb_ignore_free(ignore);
    qb_buf_fini(&paths);
    remove_tree(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ignore__every_row_has_its_example),
        cmocka_unit_test(test_ignore__rows_can_be_taken_away),
        cmocka_unit_test(test_ignore__data_is_data),
        cmocka_unit_test(test_ignore__settings_add_patterns),
        cmocka_unit_test(test_ignore__the_last_match_decides),
        cmocka_unit_test(test_ignore__globs),
        cmocka_unit_test(test_ignore__hostile_patterns_are_cheap),
        cmocka_unit_test(test_ignore__placeholders),
        cmocka_unit_test(test_ignore__git_agrees),
    };
    return cmocka_run_group_tests_name("ignore", tests, NULL, NULL);
}
