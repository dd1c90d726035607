/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Conflict copies by name: the shared list of what clients write, and many names more. */
#include "watcher/conflict.h"

#include "core/base/file.h"
#include "core/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

/* A folder in which some files are, each with the id of the record in it (NULL: none). */
struct shelf {
    const char *paths[8];
    const char *ids[8];
    unsigned asked;
};

static int place_of(const struct shelf *shelf, const char *path)
{
    for (int i = 0; i < 8 && shelf->paths[i]; i++)
        if (!strcmp(shelf->paths[i], path))
            return i;
    return -1;
}

static bool exists(void *context, const char *path)
{
    return place_of(context, path) >= 0;
}

static bool record_id(void *context, const char *path, struct qb_buf *id)
{
    struct shelf *shelf = context;
    int place = place_of(shelf, path);
    shelf->asked++;
    qb_buf_clear(id);
    if (place < 0 || !shelf->ids[place])
        return false;
    qb_buf_add_string(id, shelf->ids[place]);
    return true;
}

static void check(struct shelf *shelf, const char *path, const char *expected, const char *client)
{
    struct qb_conflict_sight sight = {exists, record_id, shelf};
    const char *who = NULL;
    char *found = qb_conflict_original(path, &sight, &who);
    if ((found != NULL) != (expected != NULL) || (found && strcmp(found, expected)))
        fail_msg("%s: %s, not %s", path, found ? found : "no copy", expected ? expected : "no copy");
    if (client)
        assert_string_equal(who, client);
    free(found);
}

/* Beside SHP-A.json with the record SHP-A in both. */
static void copy(const char *name, const char *expected, const char *client)
{
    struct shelf shelf = {{name, "SHP-A.json"}, {"SHP-A", "SHP-A"}, 0};
    check(&shelf, name, expected, client);
}

/* Where the original is not there. */
static void copy_alone(const char *name, const char *expected)
{
    struct shelf shelf = {{name}, {"SHP-A"}, 0};
    check(&shelf, name, expected, NULL);
}

static void day_of(const char *name, const char *original, const char *expected)
{
    char day[QB_DATE_SIZE] = "";
    assert_int_equal(qb_conflict_day(name, original, day), *expected != 0);
    assert_string_equal(day, expected);
}

static void test_conflict__the_day_among_the_words(void **state)
{
    (void)state;
    day_of("v/VIS-1 (Rina's conflicted copy 2020-06-12).json", "v/VIS-1.json", "2020-06-12");
    day_of("v/VIS-1.sync-conflict-20200612-101530-OBF7IUM.json", "v/VIS-1.json", "2020-06-12");
    day_of("v/SHP-20200611-7K3F (1).json", "v/SHP-20200611-7K3F.json", "");
    day_of("v/SHP-20200611-7K3F (SFConflict a@b.c 2020-06-12-10-15-30).json", "v/SHP-20200611-7K3F.json", "2020-06-12");
    day_of("v/VIS-1.Conflict.json", "v/VIS-1.json", "");
    day_of("v/VIS-1 99999999.json", "v/VIS-1.json", "");
}

/* A row of the shared list. A name that is a record's own holds its own id. */
static void check_row(char *line)
{
    char *rest = line;
    const char *name = strsep(&rest, "\t");
    const char *of = strsep(&rest, "\t");
    struct qb_buf own = {0};
    if (!of)
        fail_msg("no columns: %s", name);
    qb_buf_add(&own, name, strcspn(name, "."));
    struct shelf shelf = {{name, "SHP-A.json"}, {*of ? "SHP-A" : qb_buf_text(&own), "SHP-A"}, 0};
    check(&shelf, name, *of ? of : NULL, NULL);
    qb_buf_fini(&own);
}

static void test_conflict__every_name_of_the_shared_list(void **state)
{
    (void)state;
    const char *shared = getenv("QBIS_SHARED");
    struct qb_buf path = {0};
    struct qb_buf text = {0};
    struct qb_err err = {0};
    qb_buf_addf(&path, "%s/cases/sync/names.tsv", shared ? shared : "../shared");
    if (qb_file_read_path(qb_buf_text(&path), 1 << 20, &text, &err) < 0)
        fail_msg("%s is needed: %s", qb_buf_text(&path), err.message);
    char *copied = qb_buf_steal(&text);
    char *rest = copied;
    int rows = 0;
    for (char *line; (line = strsep(&rest, "\n")); rows++)
        if (*line && rows)
            check_row(line);
    assert_true(rows > 20);
    free(copied);
    qb_buf_fini(&path);
}

static void test_conflict__exact_names_need_no_sibling(void **state)
{
    (void)state;
    copy_alone("SHP-A (conflict_on_2026-11-25_was_deleted).json", "SHP-A.json");
    copy_alone("SHP-A (Rina's conflicted copy 2020-06-12).json", "SHP-A.json");
    copy_alone("SHP-A.sync-conflict-20200612-101530-OBF7IUM.json", "SHP-A.json");
    copy_alone("SHP-A (SFConflict rina@example.org 2020-06-12-10-15-30).json", "SHP-A.json");
    copy_alone("SHP-A_conflict-20200612-101530.json", "SHP-A.json");
    copy_alone("SHP-A_conflict-rina-20200612-101530.json", "SHP-A.json");
    copy_alone("SHP-A.json.conflict12", "SHP-A.json");
    copy_alone("SHP-A.json..path1", "SHP-A.json");
    copy_alone("SHP-A.Conflict(2).json", "SHP-A.json");
    copy_alone("README.sync-conflict-20200612-101530-OBF7IUM", "README");
    copy_alone("records/a.b/SHP-A.sync-conflict-20200612-101530-OBF7IUM.json", "records/a.b/SHP-A.json");
}

static void test_conflict__names_the_client(void **state)
{
    (void)state;
    copy("SHP-A.sync-conflict-20200612-101530-OBF7IUM.json", "SHP-A.json", "Syncthing");
    copy("SHP-A (PC's conflicted copy 2020-06-12).json", "SHP-A.json", "Dropbox");
    copy("SHP-A (conflicted copy 2020-06-12 101530).json", "SHP-A.json", "Nextcloud, ownCloud");
    copy("SHP-A (1).json", "SHP-A.json", "Google Drive");
    copy("SHP-A 2.json", "SHP-A.json", "iCloud Drive");
    copy("SHP-A-PC.json", "SHP-A.json", "OneDrive");
    copy("SHP-A_RINA_Jun-12-101530-2020_Conflict.json", "SHP-A.json", "Synology Drive");
    copy("SHP-A_RINA_PC_Jun-12-101530-2020_Conflict.json", "SHP-A.json", "Synology Drive");
}

static void test_conflict__a_dated_group_in_any_language_needs_a_sibling(void **state)
{
    (void)state;
    static const char *const names[] = {
        "SHP-A (salinan konflik milik Rina 2020-06-12).json",
        "SHP-A (Salinan yang berbeda 12-06-2020).json",
        "SHP-A (2020-06-12 salinan Rina).json",
        "SHP-A (Rina 的冲突副本 2020-06-12).json",
        "SHP-A（Rina 的冲突副本 2020-06-12）.json",
        "SHP-A (копия 12.06.2020 1).json",
        "SHP-A (konfliktní kopie 2020_06_12).json",
        "SHP-A (kopi 20200612).json",
        "SHP-A (conflicted 06-30-2020).json",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        copy(names[i], "SHP-A.json", NULL);
        copy_alone(names[i], NULL);
    }
}

static void test_conflict__names_of_people_with_parentheses(void **state)
{
    (void)state;
    copy("SHP-A (Rina (HP)'s conflicted copy 2020-06-12).json", "SHP-A.json", "Dropbox");
    struct shelf shelf = {{"Foto (sawah) (Rina's conflicted copy 2020-06-12).jpg"}, {0}, 0};
    check(&shelf, shelf.paths[0], "Foto (sawah).jpg", "Dropbox");
}

static void test_conflict__ambiguous_forms_need_the_same_id(void **state)
{
    (void)state;
    static const char *const names[] = {
        "SHP-A-PC-KANTOR.json", "SHP-A-PC-KANTOR-2.json",        "SHP-A (1).json",
        "SHP-A 2.json",         "SHP-A-MacBook milik Rina.json", "SHP-A (salinan).json"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        copy(names[i], "SHP-A.json", NULL);
        copy_alone(names[i], NULL);
        struct shelf other = {{names[i], "SHP-A.json"}, {"SHP-B", "SHP-A"}, 0};
        check(&other, names[i], NULL, NULL);
        struct shelf none = {{names[i], "SHP-A.json"}, {NULL, "SHP-A"}, 0};
        check(&none, names[i], NULL, NULL);
        /* the original cannot be read just now: its name says whose it is */
        struct shelf broken = {{names[i], "SHP-A.json"}, {"SHP-A", NULL}, 0};
        check(&broken, names[i], "SHP-A.json", NULL);
    }
}

static void test_conflict__look_alikes_are_none(void **state)
{
    (void)state;
    static const char *const names[] = {
        "SHP-A-2.json",
        "SHP-20200612-7K3F.json",
        "SHP-A.json",
        "Foto (2020-06-12).jpg",
        "Surat (1).pdf",
        "Laporan-2.txt",
        "SHP-A.sync-conflict.json",
        "SHP-A.sync-conflict-2020-10.json",
        "SHP-A (conflicted copy.json",
        "SHP-A conflicted copy 2020-06-12).json",
        "SHP-A (Rina 2020-13-12).json",
        "SHP-A (Rina 2020-06-32).json",
        ".sync-conflict-20200612-101530-OBF7IUM.json",
        "(conflicted copy 2020-06-12).json",
        "conflict.json",
        "notes.conflict.txt",
        "",
        "a/",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct qb_buf own = {0};
        qb_buf_add(&own, names[i], strcspn(names[i], "."));
        struct shelf shelf = {{names[i], "SHP-A.json", "SHP-20200612.json", "Foto.jpg", "Surat.pdf", "Laporan.txt"},
                              {qb_buf_text(&own), "SHP-A", "SHP-20200612"},
                              0};
        if (!strchr(names[i], '-') || strstr(names[i], "jpg") || strstr(names[i], "txt"))
            shelf.ids[0] = NULL;
        check(&shelf, names[i], NULL, NULL);
        qb_buf_fini(&own);
    }
}

static void test_conflict__copies_of_copies_lead_to_the_first(void **state)
{
    (void)state;
    copy("SHP-A.sync-conflict-20200612-101530-OBF7IUM.sync-conflict-20200613-090000-OBF7IUM.json", "SHP-A.json", NULL);
    copy("SHP-A (Rina's conflicted copy 2020-06-12) (Budi's conflicted copy 2020-06-13).json", "SHP-A.json", NULL);
    copy("SHP-A (Rina's conflicted copy 2020-06-12) (1).json", "SHP-A.json", "Google Drive");
    copy("SHP-A (Rina's conflicted copy 2020-06-12)-PC-KANTOR.json", "SHP-A.json", "OneDrive");
    copy("SHP-A-PC-KANTOR.sync-conflict-20200612-101530-OBF7IUM.json", "SHP-A-PC-KANTOR.json", "Syncthing");
    copy("SHP-A (salinan Rina 2020-06-12) (salinan Budi 2020-06-13).json", "SHP-A.json", NULL);
    copy("SHP-A.json.conflict1.conflict2", "SHP-A.json", "rclone");
}

static void test_conflict__copies_of_everything_else(void **state)
{
    (void)state;
    static const struct {
        const char *name, *of;
    } rows[] = {
        {"qbis (Rina's conflicted copy 2020-06-12).yaml", "qbis.yaml"},
        {"qbis.sync-conflict-20200612-101530-OBF7IUM.yaml", "qbis.yaml"},
        {"schedule/facilities/FAC-1.sync-conflict-20200612-101530-OBF7IUM.html", "schedule/facilities/FAC-1.html"},
        {"schedule/schedule (conflicted copy 2020-06-12 101530).csv", "schedule/schedule.csv"},
        {"records/x/SHP-A.problem (conflicted copy 2020-06-12 101530).txt", "records/x/SHP-A.problem.txt"},
        {"attachments/surat tugas (Rina's conflicted copy 2020-06-12 2).pdf", "attachments/surat tugas.pdf"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        copy_alone(rows[i].name, rows[i].of);
}

/* Names that offer very many places to cut: each is judged with few questions. */
static void test_conflict__a_hostile_name_is_no_work(void **state)
{
    (void)state;
    static const char *const pieces[] = {
        "-A",         " (1)", "_x-10-101530-2020_Conflict", "(", "_conflict-a-20200612-101530", " (a 2020-06-12)",
        ".conflict1", "（"};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        struct qb_buf name = {0};
        qb_buf_add_string(&name, "X");
        while (name.length < 240)
            qb_buf_add_string(&name, pieces[i]);
        qb_buf_add_string(&name, ".json");
        struct shelf shelf = {{"-"}, {0}, 0};
        struct qb_conflict_sight sight = {exists, record_id, &shelf};
        char *found = qb_conflict_original(qb_buf_text(&name), &sight, NULL);
        assert_true(shelf.asked <= 1);
        free(found);
        qb_buf_fini(&name);
    }
}

static void test_conflict__every_row_is_well_formed(void **state)
{
    (void)state;
    for (size_t i = 0; i < qb_conflict_table_count; i++) {
        const struct qb_conflict_row *row = &qb_conflict_table[i];
        assert_true(*row->client && *row->pattern);
        /* the place where the words begin is found by their first byte */
        if (row->place != QB_CONFLICT_GROUP)
            assert_null(strchr("*#%@$", row->pattern[0]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conflict__the_day_among_the_words),
        cmocka_unit_test(test_conflict__every_name_of_the_shared_list),
        cmocka_unit_test(test_conflict__exact_names_need_no_sibling),
        cmocka_unit_test(test_conflict__names_the_client),
        cmocka_unit_test(test_conflict__a_dated_group_in_any_language_needs_a_sibling),
        cmocka_unit_test(test_conflict__names_of_people_with_parentheses),
        cmocka_unit_test(test_conflict__ambiguous_forms_need_the_same_id),
        cmocka_unit_test(test_conflict__look_alikes_are_none),
        cmocka_unit_test(test_conflict__copies_of_copies_lead_to_the_first),
        cmocka_unit_test(test_conflict__copies_of_everything_else),
        cmocka_unit_test(test_conflict__a_hostile_name_is_no_work),
        cmocka_unit_test(test_conflict__every_row_is_well_formed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
