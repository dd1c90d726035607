/* SPDX-License-Identifier: GPL-2.0-or-later */
/* UTF-8: every scalar value, every sequence of the table of well-formed bytes, and the nearest word. */
#include "core/base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bool scalar(uint32_t point)
{
    return point <= 0x10FFFF && (point < 0xD800 || point > 0xDFFF);
}

static void test_utf8__every_scalar_value_there_and_back(void **state)
{
    (void)state;
    for (uint32_t point = 0; point <= 0x10FFFF; point++) {
        char bytes[4];
        uint32_t read = 0;
        if (!scalar(point))
            continue;
        size_t size = qb_utf8_encode(point, bytes);
        if (size != (point < 0x80      ? 1u
                     : point < 0x800   ? 2u
                     : point < 0x10000 ? 3u
                                       : 4u) ||
            qb_utf8_decode(bytes, size, &read) != size || read != point || qb_utf8_check(bytes, size) != size)
            fail_msg("U+%04X does not come back", point);
        for (size_t part = 0; part < size; part++)
            assert_int_equal(qb_utf8_decode(bytes, part, &read), 0);
    }
}

/* Unicode, table 3-7, row by row. */
static const struct {
    unsigned char lead[2];
    unsigned char second[2];
    size_t size;
} well_formed[] = {
    {{0x00, 0x7F}, {0, 0}, 1},       {{0xC2, 0xDF}, {0x80, 0xBF}, 2}, {{0xE0, 0xE0}, {0xA0, 0xBF}, 3},
    {{0xE1, 0xEC}, {0x80, 0xBF}, 3}, {{0xED, 0xED}, {0x80, 0x9F}, 3}, {{0xEE, 0xEF}, {0x80, 0xBF}, 3},
    {{0xF0, 0xF0}, {0x90, 0xBF}, 4}, {{0xF1, 0xF3}, {0x80, 0xBF}, 4}, {{0xF4, 0xF4}, {0x80, 0x8F}, 4},
};

/* The size that the table gives to these four bytes, 0 when none begins with them. */
static size_t by_the_table(const unsigned char *bytes)
{
    for (size_t i = 0; i < sizeof well_formed / sizeof *well_formed; i++) {
        size_t size = well_formed[i].size;
        if (bytes[0] < well_formed[i].lead[0] || bytes[0] > well_formed[i].lead[1])
            continue;
        if (size > 1 && (bytes[1] < well_formed[i].second[0] || bytes[1] > well_formed[i].second[1]))
            continue;
        bool rest = true;
        for (size_t j = 2; j < size; j++)
            rest &= bytes[j] >= 0x80 && bytes[j] <= 0xBF;
        if (rest)
            return size;
    }
    return 0;
}

static void test_utf8__decodes_by_the_table_of_well_formed_bytes(void **state)
{
    (void)state;
    static const unsigned char last[] = {0x00, 0x41, 0x7F, 0x80, 0xBF, 0xC0, 0xFF};
    for (unsigned lead = 0; lead < 256; lead++)
        for (unsigned second = 0; second < 256; second++)
            for (size_t third = 0; third < sizeof last; third++)
                for (size_t fourth = 0; fourth < sizeof last; fourth++) {
                    unsigned char bytes[4] = {(unsigned char)lead, (unsigned char)second, last[third], last[fourth]};
                    uint32_t point;
                    size_t size = qb_utf8_decode((const char *)bytes, 4, &point);
                    if (size != by_the_table(bytes))
                        fail_msg("%02X %02X %02X %02X", bytes[0], bytes[1], bytes[2], bytes[3]);
                    assert_true(!size || scalar(point));
                }
}

/* The quick look at eight ASCII bytes at a time must not pass over anything, whatever the position. */
static void test_utf8__check_finds_the_first_bad_byte(void **state)
{
    (void)state;
    static const char *const wrong[] = {"\x80", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\xFF"};
    char text[64];
    for (size_t length = 1; length < 40; length++)
        for (size_t at = 0; at < length; at++)
            for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
                size_t size = strlen(wrong[i]);
                if (at + size > length)
                    continue;
                memset(text, 'a', length);
                memcpy(text + at, wrong[i], size);
                assert_int_equal(qb_utf8_check(text, length), at);
            }
    memset(text, 'a', sizeof text);
    for (size_t length = 0; length < sizeof text; length++)
        assert_int_equal(qb_utf8_check(text, length), length);
    memcpy(text + 5, "\xE2\x82\xAC", 3);
    assert_int_equal(qb_utf8_check(text, 6), 5); /* cut off */
    assert_int_equal(qb_utf8_check(text, 8), 8);
    assert_int_equal(qb_utf8_check("a\0b", 3), 3); /* NUL is a character */
}

static void test_utf8__length_counts_code_points(void **state)
{
    (void)state;
    assert_int_equal(qb_utf8_length("", 0), 0);
    assert_int_equal(qb_utf8_length("abc", 3), 3);
    assert_int_equal(qb_utf8_length("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x8C\xB1", 10), 4);
    assert_int_equal(qb_utf8_length("e\xCC\x81", 3), 2); /* a letter and its accent are two */
}

/* --- the nearest word --- */

static const char *nearest(const char *word, const char *const *candidates, size_t count)
{
    return qb_utf8_nearest(word, strlen(word), candidates, count);
}

static const char *nearest_one(const char *word, const char *candidate)
{
    return nearest(word, &candidate, 1);
}

static void test_utf8__nearest_knows_the_four_slips(void **state)
{
    (void)state;
    assert_string_equal(nearest_one("status", "status"), "status");
    assert_string_equal(nearest_one("statsu", "status"), "status");  /* swapped */
    assert_string_equal(nearest_one("sttus", "status"), "status");   /* left out */
    assert_string_equal(nearest_one("statuss", "status"), "status"); /* doubled */
    assert_string_equal(nearest_one("statos", "status"), "status");  /* changed */
    assert_string_equal(nearest_one("STATUS", "status"), "status");  /* case plays no part */
    assert_string_equal(nearest_one("satuts", "status"), "status");  /* two swaps: a third of six */
    assert_null(nearest_one("sattsu", "stazus"));                    /* two swaps and a change are too many */
    assert_string_equal(nearest_one("FAC-0010", "FAC-0001"), "FAC-0001");
}

static void test_utf8__nearest_has_limits(void **state)
{
    (void)state;
    assert_null(nearest_one("", "a"));
    assert_string_equal(nearest_one("a", "b"), "b"); /* at least one slip is forgiven */
    assert_string_equal(nearest_one("ab", "abc"), "abc");
    assert_null(nearest_one("ab", "abcd"));
    assert_null(nearest_one("abcde", "abxye"));
    assert_string_equal(nearest_one("abcdef", "abxyef"), "abxyef");
    assert_string_equal(nearest_one("abcdefghijklmnopqrst", "abcdWXYZijklmnopqrst"), "abcdWXYZijklmnopqrst");
    assert_null(nearest_one("abcdefghijklmnopqrst", "abcdVWXYZjklmnopqrst")); /* never more than four */
    char word[103];
    memset(word, 'a', sizeof word);
    word[102] = '\0';
    char candidate[103];
    memcpy(candidate, word, sizeof word);
    assert_null(qb_utf8_nearest(word, 101, &(const char *){candidate}, 1));
    assert_null(qb_utf8_nearest(word, 100, &(const char *){candidate}, 1));
    candidate[100] = '\0';
    assert_string_equal(qb_utf8_nearest(word, 100, &(const char *){candidate}, 1), candidate);
    assert_null(qb_utf8_nearest("abc", 3, NULL, 0));
    assert_null(nearest_one("abc", ""));
    assert_string_equal(nearest_one("a", ""), ""); /* one letter too many */
}

static void test_utf8__nearest_takes_the_first_of_the_best(void **state)
{
    (void)state;
    static const char *const candidates[] = {"stop", "slat", "slot", "slop", "step"};
    assert_string_equal(nearest("slip", candidates, 5), "slop");
    assert_string_equal(nearest("slxt", candidates, 5), "slat"); /* slot is as near */
    assert_string_equal(nearest("slot", candidates, 5), "slot");
    assert_null(nearest("word", candidates, 5));
    assert_ptr_equal(nearest("step", candidates, 5), candidates[4]); /* borrowed */
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Optimal string alignment, as its definition recurses. */
static size_t alignment(const char *a, size_t i, const char *b, size_t j)
{
    if (!i || !j)
        return i + j;
    size_t best = least(alignment(a, i - 1, b, j) + 1, alignment(a, i, b, j - 1) + 1);
    best = least(best, alignment(a, i - 1, b, j - 1) + (a[i - 1] != b[j - 1]));
    if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        best = least(best, alignment(a, i - 2, b, j - 2) + 1);
    return best;
}

static void random_word(char word[8], uint32_t *seed)
{
    size_t length = 0;
    do {
        *seed = *seed * 1664525 + 1013904223;
        word[length++] = (char)('a' + (*seed >> 16) % 3);
    } while (length < 6 && (*seed >> 24) % 5);
    word[length] = '\0';
}

static void test_utf8__nearest_is_that_of_the_definition(void **state)
{
    (void)state;
    uint32_t seed = 77;
    for (int round = 0; round < 1500; round++) {
        char word[8];
        char words[4][8];
        const char *candidates[4];
        const char *expected = NULL;
        random_word(word, &seed);
        size_t length = strlen(word);
        size_t best = least(length / 3 ? length / 3 : 1, 4) + 1;
        for (size_t i = 0; i < 4; i++) {
            random_word(words[i], &seed);
            candidates[i] = words[i];
            size_t distance = alignment(word, length, words[i], strlen(words[i]));
            if (distance < best) {
                best = distance;
                expected = candidates[i];
            }
        }
        assert_ptr_equal(nearest(word, candidates, 4), expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_utf8__every_scalar_value_there_and_back),
        cmocka_unit_test(test_utf8__decodes_by_the_table_of_well_formed_bytes),
        cmocka_unit_test(test_utf8__check_finds_the_first_bad_byte),
        cmocka_unit_test(test_utf8__length_counts_code_points),
        cmocka_unit_test(test_utf8__nearest_knows_the_four_slips),
        cmocka_unit_test(test_utf8__nearest_has_limits),
        cmocka_unit_test(test_utf8__nearest_takes_the_first_of_the_best),
        cmocka_unit_test(test_utf8__nearest_is_that_of_the_definition),
    };
    return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
