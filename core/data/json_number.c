/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers as they are written. A text is looked at as a sign, significant digits (no zero before or behind)
 * and the place of the point: 0.DIGITS times ten to `point`. So two writings of one value look the same, and
 * comparing is comparing places, then digits.
 *
 * Whether V x 10^a is a multiple of D x 10^b: with e = a - b below zero it is not, for V does not end in
 * zero; else D must divide V x 10^e. Tens beyond the twos and fives in D change nothing, and n digits hold
 * fewer than 4n of those, so e is cut there and one long division by digits decides.
 */
#include "core/data/json_number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__extension__ typedef __int128 wide; /* exponents of up to 36 digits */

#define MOST_EXPONENT_DIGITS 36
#define LARGEST_EXPONENT ((wide)1000000000000000000 * 1000000000000000000)
/* more digits than any halfway case between two binary64 doubles has (768), the last one saying "and more" */
#define MOST_DOUBLE_DIGITS 800
#define LIMB ((uint64_t)1000000000)
#define LIMB_DIGITS 9
#define SMALL_DIVISOR_DIGITS 18 /* remainder x 10 + 9 stays below 2^64 */

struct written {
    const char *first; /* the first significant digit; a '.' may stand among them */
    size_t count;      /* 0 for zero */
    wide point;
    bool negative;
};

static wide read_exponent(const char *at, const char *end)
{
    bool negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+'))
        at++;
    while (at < end && *at == '0')
        at++;
    wide exponent = 0;
    for (int i = 0; at < end; i++, at++) {
        if (i == MOST_EXPONENT_DIGITS) {
            exponent = LARGEST_EXPONENT;
            break;
        }
        exponent = exponent * 10 + (*at - '0');
    }
    return negative ? -exponent : exponent;
}

static struct written read_written(const char *text, size_t length)
{
    struct written number = {.negative = length && *text == '-'};
    const char *at = text + number.negative;
    const char *end = text + length;
    const char *mantissa_end = at;
    const char *dot = NULL;
    const char *last = NULL;
    for (; mantissa_end < end && (*mantissa_end | 0x20) != 'e'; mantissa_end++) {
        if (*mantissa_end == '.') {
            dot = mantissa_end;
        } else if (*mantissa_end != '0') {
            last = mantissa_end;
            if (!number.first)
                number.first = last;
        }
    }
    if (!number.first)
        return (struct written){0};
    const char *units_end = dot ? dot : mantissa_end;
    number.count = (size_t)(last - number.first) + 1;
    if (dot && number.first < dot && last > dot)
        number.count--;
    number.point = units_end - number.first;
    if (number.first > units_end)
        number.point++; /* the '.' is no digit */
    if (mantissa_end < end)
        number.point += read_exponent(mantissa_end + 1, end);
    return number;
}

static struct written value_written(const struct qb_json *value)
{
    return read_written(value->as.string, value->length);
}

/* The digit at *at, which moves on. */
static int next_digit(const char **at)
{
    if (**at == '.')
        ++*at;
    return *(*at)++ - '0';
}

static int compare_magnitudes(const struct written *a, const struct written *b)
{
    if (!a->count || !b->count)
        return (a->count > 0) - (b->count > 0);
    if (a->point != b->point)
        return a->point < b->point ? -1 : 1;
    const char *x = a->first, *y = b->first;
    size_t both = a->count < b->count ? a->count : b->count;
    for (size_t i = 0; i < both; i++) {
        int difference = next_digit(&x) - next_digit(&y);
        if (difference)
            return difference < 0 ? -1 : 1;
    }
    return (a->count > b->count) - (a->count < b->count);
}

int qb_json_number_compare(const struct qb_json *a, const struct qb_json *b)
{
    struct written x = value_written(a), y = value_written(b);
    if (x.negative != y.negative)
        return x.negative ? -1 : 1;
    int magnitudes = compare_magnitudes(&x, &y);
    return x.negative ? -magnitudes : magnitudes;
}

int qb_json_number_sign(const struct qb_json *value)
{
    struct written number = value_written(value);
    return !number.count ? 0 : number.negative ? -1 : 1;
}

bool qb_json_number_is_integer(const struct qb_json *value)
{
    struct written number = value_written(value);
    return !number.count || (wide)number.count <= number.point;
}

bool qb_json_integer(const struct qb_json *value, int64_t *out)
{
    if (!value || value->type != QB_JSON_NUMBER)
        return false;
    struct written number = value_written(value);
    int64_t sum = 0;
    if (number.count) {
        if (number.point > 19 || number.point < (wide)number.count)
            return false;
        const char *at = number.first;
        for (size_t i = 0; i < (size_t)number.point; i++) {
            int digit = i < number.count ? next_digit(&at) : 0;
            /* the negative range is the larger one */
            if (__builtin_mul_overflow(sum, 10, &sum) ||
                __builtin_add_overflow(sum, number.negative ? -digit : digit, &sum))
                return false;
        }
    }
    *out = sum;
    return true;
}

/* --- multiples --- */

/* Digits in order, then `zeros` of them. */
struct digits {
    const char *at;
    size_t count;
    size_t zeros;
};

static unsigned take_digit(struct digits *digits)
{
    if (digits->count) {
        digits->count--;
        return (unsigned)next_digit(&digits->at);
    }
    digits->zeros--;
    return 0;
}

/* The next `count` of them as one number below LIMB. */
static uint64_t take_limb(struct digits *digits, size_t count)
{
    uint64_t limb = 0;
    while (count--)
        limb = limb * 10 + take_digit(digits);
    return limb;
}

static bool small_divides(struct digits value, struct digits divisor)
{
    uint64_t by = 0, rest = 0;
    while (divisor.count)
        by = by * 10 + take_digit(&divisor);
    while (value.count + value.zeros)
        rest = (rest * 10 + take_digit(&value)) % by;
    return !rest;
}

/* rest = rest x LIMB + more, for the n + 1 limbs of rest, the lowest first. */
static void shift_in(uint32_t *rest, size_t n, uint64_t more)
{
    memmove(rest + 1, rest, n * sizeof *rest);
    rest[0] = 0;
    for (size_t i = 0; more && i <= n; i++) {
        more += rest[i];
        rest[i] = (uint32_t)(more % LIMB);
        more /= LIMB;
    }
}

/* rest += by; whether there was a carry out of the n + 1 limbs. */
static bool add_back(uint32_t *rest, const uint32_t *by, size_t n)
{
    uint64_t carry = 0;
    for (size_t i = 0; i <= n; i++) {
        uint64_t sum = rest[i] + carry + (i < n ? by[i] : 0);
        rest[i] = (uint32_t)(sum % LIMB);
        carry = sum / LIMB;
    }
    return carry;
}

/* rest %= by: one step of long division (Knuth, TAOCP 4.3.1, algorithm D), for which the top limb of `by` is
 * at least LIMB / 2 and rest < by x LIMB. */
static void reduce(uint32_t *rest, const uint32_t *by, size_t n)
{
    uint64_t quotient = (rest[n] * LIMB + rest[n - 1]) / by[n - 1];
    if (quotient >= LIMB)
        quotient = LIMB - 1;
    uint64_t carry = 0;
    bool borrow = false;
    for (size_t i = 0; i <= n; i++) {
        uint64_t product = (i < n ? by[i] : 0) * quotient + carry;
        carry = product / LIMB;
        uint64_t take = product % LIMB + borrow;
        borrow = rest[i] < take;
        rest[i] = (uint32_t)(rest[i] + (borrow ? LIMB : 0) - take);
    }
    while (borrow) /* the estimate was at most two too high */
        borrow = !add_back(rest, by, n);
}

static bool large_divides(struct digits value, struct digits divisor)
{
    size_t n = (divisor.count + LIMB_DIGITS - 1) / LIMB_DIGITS;
    uint32_t *by = qb_mem_array(n, sizeof *by);
    uint32_t *rest = qb_mem_array(n + 1, sizeof *rest);
    size_t head = divisor.count - (n - 1) * LIMB_DIGITS;
    for (size_t i = n; i > 0; i--)
        by[i - 1] = (uint32_t)take_limb(&divisor, i == n ? head : LIMB_DIGITS);
    uint64_t factor = LIMB / (by[n - 1] + 1); /* all is scaled so that the top limb is large */
    uint64_t carry = 0;
    for (size_t i = 0; i < n; i++) {
        carry += by[i] * factor;
        by[i] = (uint32_t)(carry % LIMB);
        carry /= LIMB;
    }
    size_t left = value.count + value.zeros;
    while (left) {
        size_t step = left % LIMB_DIGITS ? left % LIMB_DIGITS : LIMB_DIGITS;
        shift_in(rest, n, take_limb(&value, step) * factor);
        reduce(rest, by, n);
        left -= step;
    }
    bool divides = true;
    for (size_t i = 0; i <= n; i++)
        divides = divides && !rest[i];
    free(by);
    free(rest);
    return divides;
}

bool qb_json_number_multiple(const struct qb_json *value, const struct qb_json *divisor)
{
    struct written v = value_written(value), d = value_written(divisor);
    if (!d.count || !v.count)
        return d.count > 0;
    wide tens = (v.point - (wide)v.count) - (d.point - (wide)d.count);
    if (tens < 0 || compare_magnitudes(&v, &d) < 0)
        return false;
    wide most = (wide)d.count * 4;
    struct digits left = {v.first, v.count, (size_t)(tens < most ? tens : most)};
    struct digits by = {d.first, d.count, 0};
    return d.count <= SMALL_DIVISOR_DIGITS ? small_divides(left, by) : large_divides(left, by);
}

/* --- doubles --- */

/* Written without a point, for which strtod would ask the locale. */
static double read_double(const char *digits, int count, int exponent, bool negative)
{
    char text[MOST_DOUBLE_DIGITS + 32];
    snprintf(text, sizeof text, "%s%.*se%d", negative ? "-" : "", count, digits, exponent);
    return strtod(text, NULL);
}

double qb_json_number_double(const char *text, size_t length)
{
    struct written number = read_written(text, length);
    bool negative = length && *text == '-';
    if (!number.count || number.point < -400)
        return negative ? -0.0 : 0.0;
    if (number.point > 400)
        return negative ? -INFINITY : INFINITY;
    char digits[MOST_DOUBLE_DIGITS];
    size_t count = number.count < MOST_DOUBLE_DIGITS ? number.count : MOST_DOUBLE_DIGITS;
    const char *at = number.first;
    for (size_t i = 0; i < count; i++)
        digits[i] = (char)('0' + next_digit(&at));
    if (count < number.count) /* what is cut is not zero: keep a halfway case from looking like one */
        digits[count - 1] = '1';
    return read_double(digits, (int)count, (int)number.point - (int)count, negative);
}

static bool reads_back(const struct qb_json_decimal *decimal, double number)
{
    double back = read_double(decimal->digits, decimal->count, decimal->point - decimal->count, decimal->negative);
    return back == number;
}

static void strip_zeros(struct qb_json_decimal *decimal)
{
    while (decimal->count > 1 && decimal->digits[decimal->count - 1] == '0')
        decimal->count--;
    decimal->digits[decimal->count] = '\0';
}

/* The nearest decimal of `precision` digits, by printf, whose point may be any character. */
static void print_digits(double number, int precision, struct qb_json_decimal *decimal)
{
    char text[40];
    snprintf(text, sizeof text, "%.*e", precision - 1, fabs(number));
    const char *at = text;
    decimal->count = 0;
    for (; *at && *at != 'e'; at++)
        if (*at >= '0' && *at <= '9' && decimal->count < 17)
            decimal->digits[decimal->count++] = *at;
    decimal->digits[decimal->count] = '\0';
    decimal->point = *at ? (int)strtol(at + 1, NULL, 10) + 1 : 0;
}

/* One more in the last place. At powers of two a double reaches further up than down, so that a decimal that
 * is not the nearest can be the only one of its length. */
static void next_up(struct qb_json_decimal *decimal)
{
    int i = decimal->count - 1;
    while (i >= 0 && decimal->digits[i] == '9')
        decimal->digits[i--] = '0';
    if (i >= 0) {
        decimal->digits[i]++;
    } else {
        decimal->digits[0] = '1';
        decimal->point++;
    }
}

void qb_json_number_shortest(double number, struct qb_json_decimal *decimal)
{
    *decimal = (struct qb_json_decimal){.digits = "0", .count = 1, .point = 1, .negative = signbit(number)};
    if (number == 0)
        return;
    /* 15 digits always come back through a normal double, so that shorter ones show by their zeros */
    int precision = fabs(number) < 2.3e-308 ? 1 : 15;
    for (; precision <= 17; precision++) {
        print_digits(number, precision, decimal);
        if (precision == 17 || reads_back(decimal, number))
            break;
        next_up(decimal);
        if (reads_back(decimal, number))
            break;
    }
    strip_zeros(decimal);
}

bool qb_json_number_survives(const char *text, size_t length, double number)
{
    if (!isfinite(number))
        return false;
    struct written as_written = read_written(text, length);
    struct qb_json_decimal decimal;
    qb_json_number_shortest(number, &decimal);
    if (number == 0)
        return !as_written.count;
    struct written printed = {decimal.digits, (size_t)decimal.count, decimal.point, decimal.negative};
    return as_written.negative == printed.negative && !compare_magnitudes(&as_written, &printed);
}
