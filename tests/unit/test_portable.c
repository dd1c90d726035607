/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names that do not work everywhere, plain names, and folds. */
#include "watcher/portable.h"

#include "core/data/fold.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static void fault(const char *path, const char *message_id, const char *what)
{
    struct qb_buf found = {0};
    const char *id = qb_portable_fault(path, &found);
    if ((id != NULL) != (message_id != NULL) || (id && (strcmp(id, message_id) || strcmp(qb_buf_text(&found), what))))
        fail_msg("%s: %s (%s)", path, id ? id : "fine", qb_buf_text(&found));
    qb_buf_fini(&found);
}

static void test_portable__names_that_some_client_does_not_take(void **state)
{
    static const char refused[] = "<>:\"\\|?*";
    (void)state;
    for (const char *at = refused; *at; at++) {
        char path[] = {'a', '/', 'x', *at, 'y', '\0'};
        char found[] = {*at, '\0'};
        fault(path, "problem.name.character", found);
    }
    fault("a/x\ny", "problem.name.control", "U+000A");
    fault("x\x7f", "problem.name.control", "U+007F");
    fault("a/ x", "problem.name.start", "");
    fault("a/x.", "problem.name.end", ".");
    fault("a/x ", "problem.name.end", "");
    fault("a/\xffx", "problem.name.encoding", "");
    fault("a/x\xc3", "problem.name.encoding", "");
}

static void test_portable__device_names_before_the_first_dot(void **state)
{
    (void)state;
    fault("a/con", "problem.name.device", "con");
    fault("a/NUL.json", "problem.name.device", "NUL");
    fault("a/Aux.tar.gz", "problem.name.device", "Aux");
    fault("PRN", "problem.name.device", "PRN");
    fault("COM0.txt", "problem.name.device", "COM0");
    fault("lpt9", "problem.name.device", "lpt9");
    fault("COM-1.json", NULL, NULL);
    fault("COMX", NULL, NULL);
    fault("COM10", NULL, NULL);
    fault("CONSOLE.txt", NULL, NULL);
    fault("nul/x", NULL, NULL); /* the folder is looked at by itself */
    fault("x.nul", NULL, NULL);
}

static void test_portable__too_long(void **state)
{
    char name[256];
    char path[512];
    (void)state;
    memset(name, 'x', sizeof name);
    name[143] = '\0';
    fault(name, NULL, NULL);
    name[143] = 'x';
    name[144] = '\0';
    fault(name, "problem.name.long", "144");
    memset(path, 'y', sizeof path);
    for (size_t i = 20; i < 200; i += 20)
        path[i] = '/';
    path[200] = '\0';
    fault(path, NULL, NULL);
    path[200] = 'y';
    path[201] = '\0';
    fault(path, "problem.name.path", "201");
    /* characters, not bytes */
    for (size_t i = 0; i < 40; i++)
        memcpy(path + 2 * i, "\xc3\xa9", 2);
    path[60] = '/';
    path[120] = '/';
    path[201] = '\0';
    fault(path, NULL, NULL);
}

static void test_portable__names_that_work(void **state)
{
    (void)state;
    fault("records/shipments/2020/06/SHP-20200611-7K3F.json", NULL, NULL);
    fault("attachments/Foto kebun (1), d\xc3\xa9j\xc3\xa0 vu & 100%.jpeg", NULL, NULL);
    fault(".vscode/settings.json", NULL, NULL);
    fault("a/..x", NULL, NULL);
}

static void plain(const char *path, bool expected, const char *made)
{
    struct qb_buf out = {0};
    assert_int_equal(qb_portable_plain(path), expected);
    qb_portable_make_plain(&out, path);
    assert_string_equal(qb_buf_text(&out), made);
    assert_int_equal(qb_portable_plain(qb_buf_text(&out)), qb_portable_plain(made));
    qb_buf_fini(&out);
}

static void test_portable__plain_names(void **state)
{
    (void)state;
    plain("a/SHP-1.json", true, "a/SHP-1.json");
    plain("a/shp-1.json", false, "a/SHP-1.json");
    plain("a/SHP-1.JSON", false, "a/SHP-1.json");
    plain("a/Shp.B.Json", false, "a/SHP.B.json");
    plain("2020", true, "2020");
    plain("visits", false, "VISITS");
    plain("a/caf\xc3\xa9", false, "a/CAF\xc3\xa9");
}

static void same(const char *a, const char *b, bool expected)
{
    struct qb_buf one = {0};
    struct qb_buf other = {0};
    qb_fold(&one, a, strlen(a));
    qb_fold(&other, b, strlen(b));
    assert_int_equal(!strcmp(qb_buf_text(&one), qb_buf_text(&other)), expected);
    qb_buf_fini(&one);
    qb_buf_fini(&other);
}

static void test_portable__folds(void **state)
{
    (void)state;
    same("Surat.PDF", "sURAT.pdf", true);
    same("caf\xc3\xa9", "cafe\xcc\x81", true); /* NFC and NFD */
    same("CAF\xc3\x89", "cafe\xcc\x81", true); /* both at once */
    same("Stra\xc3\x9f"
         "e",
         "STRASSE", true);              /* full folding */
    same("\xce\xa3", "\xcf\x82", true); /* final sigma */
    same("\xe2\x84\xaa", "k", true);    /* the sign of the kelvin */
    same("\xef\xac\x81", "fi", true);   /* the ligature */
    same("caf\xc3\xa9", "cafe", false);
    same("a\xff"
         "B",
         "A\xff"
         "b",
         true); /* no UTF-8 */
    same("a\xff", "a\xfe", false);
    same("", "", true);
}

static void test_portable__form_c_keeps_case(void **state)
{
    struct qb_buf out = {0};
    (void)state;
    qb_fold_form(&out, "Cafe\xcc\x81", 6);
    assert_string_equal(qb_buf_text(&out), "Caf\xc3\xa9");
    qb_buf_clear(&out);
    qb_fold_form(&out, "A\xff", 2);
    assert_string_equal(qb_buf_text(&out), "A\xff");
    qb_buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_portable__names_that_some_client_does_not_take),
        cmocka_unit_test(test_portable__device_names_before_the_first_dot),
        cmocka_unit_test(test_portable__too_long),
        cmocka_unit_test(test_portable__names_that_work),
        cmocka_unit_test(test_portable__plain_names),
        cmocka_unit_test(test_portable__folds),
        cmocka_unit_test(test_portable__form_c_keeps_case),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
