/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Exact arithmetic on numbers as they are written, and doubles to and from decimals. */
#include "core/data/json_number.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct qb_json number(const char *text)
{
    return (struct qb_json){.type = QB_JSON_NUMBER, .length = (uint32_t)strlen(text), .as.string = text};
}

static void test_json_number__compares_exactly(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        int result;
    } rows[] = {
        {"1", "1.0", 0},
        {"1", "10e-1", 0},
        {"-0", "0", 0},
        {"0e99999999999", "0.000", 0},
        {"-1", "1", -1},
        {"-1", "0", -1},
        {"0", "1e-400", -1},
        {"-2", "-10", 1},
        {"9007199254740993", "9007199254740992", 1},
        {"0.1", "0.1000000000000000055511151231257827", -1},
        {"123.45", "12345e-2", 0},
        {"123.450", "123.4501", -1},
        {"1e1000000000", "9.99e999999999", 1},
        {"1e1000000000", "10e999999999", 0},
        {"-1e1000000000", "1e-1000000000", -1},
        {"1e-1000000000", "1e-1000000001", 1},
        {"1e123456789012345678901234567890", "1e123456789012345678901234567891", -1},
        {"1e0000000000000000000000000000000000000000000000000005", "100000", 0},
        {"0.00012e4", "1.2", 0},
        {"100", "99.999", 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct qb_json a = number(rows[i].a), b = number(rows[i].b);
        assert_int_equal(qb_json_number_compare(&a, &b), rows[i].result);
        assert_int_equal(qb_json_number_compare(&b, &a), -rows[i].result);
        assert_int_equal(qb_json_equal(&a, &b), !rows[i].result);
    }
}

static void test_json_number__knows_integers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool integer, fits;
        int64_t value;
    } rows[] = {
        {"0", true, true, 0},
        {"-0.0e5", true, true, 0},
        {"1.0", true, true, 1},
        {"1e2", true, true, 100},
        {"1200e-2", true, true, 12},
        {"1250e-2", false, false, 0},
        {"0.5", false, false, 0},
        {"-17", true, true, -17},
        {"9223372036854775807", true, true, INT64_MAX},
        {"-9223372036854775808", true, true, INT64_MIN},
        {"9223372036854775808", true, false, 0},
        {"-9223372036854775809", true, false, 0},
        {"1e18", true, true, 1000000000000000000},
        {"1e19", true, false, 0},
        {"1e400", true, false, 0},
        {"1e-400", false, false, 0},
        {"1e99999999999999999999999999999999999999", true, false, 0},
        {"1.00000000000000000000001", false, false, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct qb_json value = number(rows[i].text);
        int64_t out = 0;
        assert_int_equal(qb_json_number_is_integer(&value), rows[i].integer);
        assert_int_equal(qb_json_integer(&value, &out), rows[i].fits);
        assert_true(out == rows[i].value);
    }
    int64_t out;
    struct qb_json text = {.type = QB_JSON_STRING, .length = 1, .as.string = "1"};
    assert_false(qb_json_integer(&text, &out));
    assert_false(qb_json_integer(NULL, &out));
}

static void test_json_number__knows_signs(void **state)
{
    (void)state;
    struct qb_json zero = number("-0.00"), more = number("1e-999"), less = number("-1e-999");
    assert_int_equal(qb_json_number_sign(&zero), 0);
    assert_int_equal(qb_json_number_sign(&more), 1);
    assert_int_equal(qb_json_number_sign(&less), -1);
}

static void test_json_number__decides_multiples(void **state)
{
    (void)state;
    static const struct {
        const char *value, *divisor;
        bool multiple;
    } rows[] = {
        {"10", "2", true},
        {"9", "2", false},
        {"0", "5", true},
        {"-15", "5", true},
        {"15", "-5", true},
        {"4.5", "1.5", true},
        {"0.0075", "0.0001", true},
        {"0.00751", "0.0001", false},
        {"0.3", "0.1", true},
        {"1.1", "0.1", true},
        {"12391239123", "1e-8", true},
        {"1e308", "0.123456789", false},
        {"1e308", "0.5", true},
        {"1e308", "1e-308", true},
        {"1e1000000000", "8", true},
        {"1e1000000000", "3", false},
        {"3e1000000000", "3", true},
        {"1e-1000000000", "1e-1000000001", true},
        {"1e-1000000001", "1e-1000000000", false},
        {"1", "0", false},
        {"0", "0", false},
        {"121932631112635269", "123456789", true},
        {"121932631112635268", "123456789", false},
        /* divisors beyond 18 digits */
        {"121932631137021795226185032733622923332237463801111263526900", "123456789012345678901234567890", true},
        {"121932631137021795226185032733622923332237463801111263526901", "123456789012345678901234567890", false},
        {"999999999999999999999999999999999999", "999999999999999999", true},
        {"999999999999999999999999999999999999", "9999999999999999999", false},
        {"1e63", "18446744073709551616", false}, /* 2^64 */
        {"1e64", "18446744073709551616", true},
        {"1e64", "36893488147419103232", false},
        {"1e65", "36893488147419103232", true},
        {"1e400", "36893488147419103233", false},
        {"36893488147419103233e400", "36893488147419103233", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct qb_json value = number(rows[i].value), divisor = number(rows[i].divisor);
        if (qb_json_number_multiple(&value, &divisor) != rows[i].multiple)
            fail_msg("%s of %s", rows[i].value, rows[i].divisor);
    }
}

/* a x b in decimal: schoolbook, so that the check shares nothing with what it checks */
static void multiply(const char *a, const char *b, char *product)
{
    size_t m = strlen(a), n = strlen(b);
    memset(product, 0, m + n + 1);
    for (size_t i = m; i-- > 0;) {
        int carry = 0;
        for (size_t j = n; j-- > 0;) {
            int sum = product[i + j + 1] + (a[i] - '0') * (b[j] - '0') + carry;
            product[i + j + 1] = (char)(sum % 10);
            carry = sum / 10;
        }
        product[i] = (char)(product[i] + carry);
    }
    for (size_t i = 0; i < m + n; i++)
        product[i] = (char)(product[i] + '0');
    size_t zeros = strspn(product, "0");
    memmove(product, product + zeros, m + n + 1 - zeros);
}

static void fill_digits(char *text, size_t length, uint32_t *seed)
{
    for (size_t i = 0; i < length; i++) {
        *seed = *seed * 1664525u + 1013904223u;
        text[i] = (char)('0' + (*seed >> 16) % 10);
    }
    text[0] = text[0] == '0' ? '9' : text[0];
    text[length - 1] = (char)(text[length - 1] | 1); /* odd and, being no 5 as a rule, no factor of ten */
    text[length] = '\0';
}

static void test_json_number__divides_long_numbers(void **state)
{
    (void)state;
    uint32_t seed = 11;
    for (size_t size = 1; size < 120; size++) {
        char divisor[128], factor[128], product[256];
        fill_digits(divisor, size, &seed);
        fill_digits(factor, 1 + size * 7 % 120, &seed);
        multiply(divisor, factor, product);
        struct qb_json value = number(product), by = number(divisor);
        assert_true(qb_json_number_multiple(&value, &by));
        char *last = product + strlen(product) - 1;
        *last = (char)(*last == '9' ? '8' : *last + 1); /* one off, so no multiple of anything but 1 */
        assert_int_equal(qb_json_number_multiple(&value, &by), !strcmp(divisor, "1"));
    }
}

static void test_json_number__reads_doubles(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double value;
    } rows[] = {
        {"0", 0},
        {"-12.5e1", -125},
        {"0.1", 0.1},
        {"1e308", 1e308},
        {"1.7976931348623157e308", DBL_MAX},
        {"1.7976931348623159e308", INFINITY},
        {"1e309", INFINITY},
        {"-1e999999999999999999999", -INFINITY},
        {"1e-999999999999999999999", 0},
        {"5e-324", 0x1p-1074},
        {"2.4703282292062327e-324", 0},
        {"2.4703282292062329e-324", 0x1p-1074},
        {"9007199254740993", 9007199254740992.0},
        {"9007199254740993.00000000000000000000000000000000000000000000000000000000000000000000001",
         9007199254740994.0},
        {"0.000000000000000000000000000000000000000000000000000000000000000000001e69", 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_true(qb_json_number_double(rows[i].text, strlen(rows[i].text)) == rows[i].value);
    double minus_zero = qb_json_number_double("-0.0", 4);
    assert_true(minus_zero == 0 && signbit(minus_zero));
}

/* 1 + 2^-53 lies halfway; a 1 behind a thousand zeros decides. */
static void test_json_number__reads_beyond_halfway(void **state)
{
    (void)state;
    static const char half[] = "1.00000000000000011102230246251565404236316680908203125";
    char text[1200];
    memset(text, '0', sizeof text);
    memcpy(text, half, sizeof half - 1);
    assert_true(qb_json_number_double(text, sizeof text) == 1.0);
    text[sizeof text - 1] = '1';
    assert_true(qb_json_number_double(text, sizeof text) == 0x1.0000000000001p0);
}

static void test_json_number__tells_what_survives(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool survives;
    } rows[] = {
        {"0", true},
        {"-0", true},
        {"0.1", true},
        {"12000.5", true},
        {"12000.50", true},
        {"120005e-1", true},
        {"9007199254740992", true},
        {"9007199254740993", false},
        {"198503152010011002", false}, /* an officer's NIP without quotes */
        {"1e22", true},
        {"1e23", true},
        {"1e400", false},
        {"1e-400", false},
        {"5e-324", true},
        {"4.9e-324", false},
        {"0.1000000000000000055", false},
        {"1.7976931348623157e308", true},
        {"2.2250738585072014e-308", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t length = strlen(rows[i].text);
        double value = qb_json_number_double(rows[i].text, length);
        if (qb_json_number_survives(rows[i].text, length, value) != rows[i].survives)
            fail_msg("%s", rows[i].text);
    }
}

static double decimal_value(const struct qb_json_decimal *decimal)
{
    char text[64];
    snprintf(text, sizeof text, "%s%se%d", decimal->negative ? "-" : "", decimal->digits,
             decimal->point - decimal->count);
    return strtod(text, NULL);
}

/* Whether some decimal of that many digits reads back: the nearest one, or a neighbour of it. */
static bool exists_shorter(double value, int digits)
{
    char text[64];
    snprintf(text, sizeof text, "%.*e", digits - 1, value);
    if (strtod(text, NULL) == value)
        return true;
    double unit = pow(10, floor(log10(fabs(value))) - digits + 1);
    snprintf(text, sizeof text, "%.*e", digits - 1, value + unit * 0.6);
    return strtod(text, NULL) == value;
}

static void test_json_number__finds_the_shortest(void **state)
{
    (void)state;
    uint64_t seed = 99;
    for (int i = 0; i < 20000; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        double value;
        uint64_t bits = i < 2046 ? (uint64_t)(i + 1) << 52 : seed; /* every power of two, then anything */
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value) || value == 0)
            continue;
        struct qb_json_decimal decimal;
        qb_json_number_shortest(value, &decimal);
        assert_true(decimal_value(&decimal) == value);
        assert_int_equal((int)strlen(decimal.digits), decimal.count);
        assert_true(decimal.digits[0] != '0' && decimal.digits[decimal.count - 1] != '0');
        if (decimal.count > 1 && fabs(value) > 1e-300 && fabs(value) < 1e300)
            assert_false(exists_shorter(value, decimal.count - 1));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json_number__compares_exactly),
        cmocka_unit_test(test_json_number__knows_integers),
        cmocka_unit_test(test_json_number__knows_signs),
        cmocka_unit_test(test_json_number__decides_multiples),
        cmocka_unit_test(test_json_number__divides_long_numbers),
        cmocka_unit_test(test_json_number__reads_doubles),
        cmocka_unit_test(test_json_number__reads_beyond_halfway),
        cmocka_unit_test(test_json_number__tells_what_survives),
        cmocka_unit_test(test_json_number__finds_the_shortest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
