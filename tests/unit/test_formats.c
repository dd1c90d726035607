/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The office's formats: one table of right and wrong values a format, and a walk over the list of countries. */
#include "schema/formats.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <string.h>

static const struct qb_schema_format *format(const char *name)
{
    size_t count;
    const struct qb_schema_format *rows = qb_formats(&count);
    for (size_t i = 0; i < count; i++)
        if (!strcmp(rows[i].name, name))
            return &rows[i];
    fail_msg("no format %s", name);
    return NULL;
}

/* Every text is checked in a block of exactly its size, so that memory checkers see a read beyond it. */
static bool check(const struct qb_schema_format *row, const char *text, size_t length)
{
    char *copy = malloc(length ? length : 1);
    assert_non_null(copy);
    memcpy(copy, text, length);
    bool right = row->check(copy, length);
    free(copy);
    return right;
}

static void all(const char *name, bool right, const char *const *texts)
{
    const struct qb_schema_format *row = format(name);
    for (; *texts; texts++)
        if (check(row, *texts, strlen(*texts)) != right)
            fail_msg("%s: \"%s\" should be %s", name, *texts, right ? "right" : "wrong");
}

#define RIGHT(name, ...) all(name, true, (const char *const[]){__VA_ARGS__, NULL})
#define WRONG(name, ...) all(name, false, (const char *const[]){__VA_ARGS__, NULL})

static void test_formats__examples_are_right(void **state)
{
    (void)state;
    size_t count;
    const struct qb_schema_format *rows = qb_formats(&count);
    assert_int_equal(count, 10);
    for (size_t i = 0; i < count; i++)
        assert_true(check(&rows[i], rows[i].example, strlen(rows[i].example)));
}

/* Every example with one byte more, one less, or a NUL behind is another text, and no longer right. */
static void test_formats__whole_text_counts(void **state)
{
    (void)state;
    size_t count;
    const struct qb_schema_format *rows = qb_formats(&count);
    for (size_t i = 0; i < count; i++) {
        const struct qb_schema_format *row = &rows[i];
        char text[64] = {0};
        size_t length = strlen(row->example);
        memcpy(text + 1, row->example, length);
        assert_false(check(row, text + 1, length + 1));
        assert_false(check(row, text, length + 1));
        text[0] = ' ';
        assert_false(check(row, text, length + 1));
        text[length + 1] = '\n';
        assert_false(check(row, text + 1, length + 1));
        assert_false(check(row, text + 1, 0));
    }
}

/* The days that the rest of the program can reckon with. */
static void test_formats__date(void **state)
{
    (void)state;
    RIGHT("date", "2020-02-29", "0001-01-01", "9999-12-31");
    WRONG("date", "2019-02-29", "0000-01-01", "0000-02-29", "2020-6-05", "05-06-2020", "2020-06-05Z");
}

static void test_formats__nip(void **state)
{
    (void)state;
    RIGHT("x-qbis-nip", "199003152015031001", "198507212010122002", "200002292022011001");
    WRONG("x-qbis-nip", "199002302015031001", /* no 30 February */
          "190002292015031001",               /* 1900 was no leap year */
          "199013152015031001", "199003152015131001", "199003152015001001", "199003152015033001", "199003152015030001",
          "19900315201503100", "1990031520150310011", "19900315 201503 1 001", "19900315201503100A",
          "000003152015031001");
}

static void test_formats__iso6346(void **state)
{
    (void)state;
    RIGHT("x-qbis-iso6346", "CSQU3054383", "MSKU6011672", "MEDU8707688", "TCLU4265243");
    RIGHT("x-qbis-iso6346", "AAAU0000060"); /* the sum leaves 10: written 0 */
    WRONG("x-qbis-iso6346", "CSQU3054384", "CSQU3054380", "CSQA3054383", "csqu3054383", "CSQU 3054383", "CSQU305438-3",
          "CSQU30543833", "CSQU305438", "1SQU3054383", "CSQU305A383");
}

static void test_formats__iso3166_alpha2(void **state)
{
    (void)state;
    RIGHT("x-qbis-iso3166-alpha2", "ID", "JP", "CN", "AX", "ZW", "SS", "TL");
    WRONG("x-qbis-iso3166-alpha2", "id", "UK", "EU", "XX", "XK", "SU", "JPN", "J", "J1", "");
    const struct qb_schema_format *row = format("x-qbis-iso3166-alpha2");
    int codes = 0;
    for (char a = 'A'; a <= 'Z'; a++)
        for (char b = 'A'; b <= 'Z'; b++)
            codes += check(row, (const char[]){a, b}, 2);
    assert_int_equal(codes, 249);
}

static void test_formats__unlocode(void **state)
{
    (void)state;
    RIGHT("x-qbis-unlocode", "IDBLW", "IDTPP", "JPTYO", "JPYOK", "USC9K", "SGSIN");
    WRONG("x-qbis-unlocode", "ID BLW", "IDBL", "IDBL0", "IDBL1", "XXBLW", "idblw", "IDBLWX", "UKLON", "");
}

static void test_formats__hs_code(void **state)
{
    (void)state;
    RIGHT("x-qbis-hs-code", "071420", "07142000", "010121", "970110");
    WRONG("x-qbis-hs-code", "0714.20", "71420", "0714200", "000000", "770000", "980000", "990000", "07142A",
          "0714200000");
}

static void test_formats__npwp(void **state)
{
    (void)state;
    RIGHT("x-qbis-npwp", "012345678123000", "0123456781230001");
    WRONG("x-qbis-npwp", "01.234.567.8-123.000", "01234567812300", "01234567812300012", "01234567812300X");
}

static void test_formats__decree_number(void **state)
{
    (void)state;
    RIGHT("x-qbis-decree-number", "77/Kpts/OT.080/K.9.A/06/2020", "1/Kpts/KR.020/K9A/12/1999",
          "0077/Kpts/OT.080/K.9.A/01/2021");
    WRONG("x-qbis-decree-number", "77/Kpts/OT.080/K.9.A/13/2020", "77/Kpts/OT.080/K.9.A/00/2020",
          "77/Kpts/OT.080/K.9.A/6/2020", "77/Kpts/OT.080/K.9.A/06/20", "77/Kpts/OT.080/K.9.A/06/0000",
          "77/kpts/OT.080/K.9.A/06/2020", "/Kpts/OT.080/K.9.A/06/2020", "A/Kpts/OT.080/K.9.A/06/2020",
          "77/Kpts//K.9.A/06/2020", "77/Kpts/OT.080//06/2020", "77/Kpts/OT..080/K.9.A/06/2020",
          "77/Kpts/.OT/K.9.A/06/2020", "77/Kpts/OT./K.9.A/06/2020", "77/Kpts/OT.080/K.9.A/06/2020/1",
          "77/Kpts/OT.080/K.9.A/06", "1234567/Kpts/OT.080/K.9.A/06/2020", "77/Kpts/OT.080/K.9.A/06/2020/");
}

static void test_formats__e164(void **state)
{
    (void)state;
    RIGHT("x-qbis-e164", "+62615550100", "+1234567", "+123456789012345");
    WRONG("x-qbis-e164", "+123456", "+1234567890123456", "062615550100", "+0123456789", "+62 615550100", "+", "",
          "62615550100", "+62-615550100");
}

static void test_formats__binomial(void **state)
{
    (void)state;
    RIGHT("x-qbis-binomial", "Ipomoea batatas", "Musa \xc3\x97 paradisiaca", "Musa \xc3\x97paradisiaca",
          "Musa x paradisiaca", "Brassica oleracea var. capitata", "Brassica oleracea var. capitata f. rubra",
          "Citrus sp.", "Citrus spp.", "Capsella bursa-pastoris", "\xc3\x97 Triticosecale rimpaui", "Aa paleacea",
          "Iso\xc3\xabtes lacustris", "Beta vulgaris subsp. vulgaris");
    WRONG("x-qbis-binomial", "Ipomoea", "ipomoea batatas", "Ipomoea Batatas", "Ipomoea  batatas", "Ipomoea batatas ",
          " Ipomoea batatas", "Ipomoea batatas (L.) Lam.", "Ipomoea batatas var.", "Ipomoea batatas capitata",
          "Citrus sp. 2", "Citrus sp", "Musa x", "Musa \xc3\x97", "x", "Ipomoea b", "Ubi jalar beku",
          "Ipomoea -batatas", "Ipomoea batatas-", "Ipomoea ba--tatas", "Ipomoea\tbatatas", "Ipomoea bata\xc3",
          "IPOMOEA BATATAS", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formats__examples_are_right),
        cmocka_unit_test(test_formats__whole_text_counts),
        cmocka_unit_test(test_formats__date),
        cmocka_unit_test(test_formats__nip),
        cmocka_unit_test(test_formats__iso6346),
        cmocka_unit_test(test_formats__iso3166_alpha2),
        cmocka_unit_test(test_formats__unlocode),
        cmocka_unit_test(test_formats__hs_code),
        cmocka_unit_test(test_formats__npwp),
        cmocka_unit_test(test_formats__decree_number),
        cmocka_unit_test(test_formats__e164),
        cmocka_unit_test(test_formats__binomial),
    };
    return cmocka_run_group_tests_name("formats", tests, NULL, NULL);
}
