/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The core schema of YAML: a few words, integers to the base of 10, 8 and 16, and floats; all else is text.
 * Numbers are kept as decimal texts, so that they stay exact, in the form that JSON demands.
 */
#include "core/data/yaml_scalar.h"

#include "core/data/json_number.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DIGITS "0123456789"
#define HEX_DIGITS DIGITS "abcdefABCDEF"

static const struct word {
    const char *text;
    enum qb_yaml_scalar scalar;
    enum qb_json_type type;
} words[] = {
    {"", QB_YAML_NULL, QB_JSON_NULL},       {"~", QB_YAML_NULL, QB_JSON_NULL},
    {"null", QB_YAML_NULL, QB_JSON_NULL},   {"Null", QB_YAML_NULL, QB_JSON_NULL},
    {"NULL", QB_YAML_NULL, QB_JSON_NULL},   {"true", QB_YAML_BOOL, QB_JSON_TRUE},
    {"True", QB_YAML_BOOL, QB_JSON_TRUE},   {"TRUE", QB_YAML_BOOL, QB_JSON_TRUE},
    {"false", QB_YAML_BOOL, QB_JSON_FALSE}, {"False", QB_YAML_BOOL, QB_JSON_FALSE},
    {"FALSE", QB_YAML_BOOL, QB_JSON_FALSE},
};

static const char *const not_finite[] = {".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN"};
#define INFINITIES 3 /* which come first, and may have a sign */

/* A number taken apart: [sign] units [. fraction] [e exponent] */
struct parts {
    bool negative;
    const char *units;
    size_t unit_count;
    const char *fraction;
    size_t fraction_count;
    const char *exponent; /* with its sign */
    size_t exponent_count;
};

static size_t span(const char *at, const char *end, const char *bytes)
{
    size_t count = 0;
    while (at + count < end && at[count] && strchr(bytes, at[count]))
        count++;
    return count;
}

static bool is_not_finite(const char *text, size_t length)
{
    size_t sign = span(text, text + length, "+-");
    if (sign > 1)
        return false;
    for (size_t i = 0; i < (sign ? INFINITIES : sizeof not_finite / sizeof *not_finite); i++)
        if (length - sign == strlen(not_finite[i]) && !memcmp(text + sign, not_finite[i], length - sign))
            return true;
    return false;
}

/* [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )? */
static bool take_apart(const char *text, size_t length, struct parts *parts)
{
    const char *at = text, *end = text + length;
    *parts = (struct parts){.negative = length && *at == '-'};
    at += length && (*at == '-' || *at == '+');
    parts->units = at;
    parts->unit_count = span(at, end, DIGITS);
    at += parts->unit_count;
    if (at < end && *at == '.') {
        parts->fraction = ++at;
        parts->fraction_count = span(at, end, DIGITS);
        at += parts->fraction_count;
    }
    if (!parts->unit_count && !parts->fraction_count)
        return false;
    if (at < end && (*at == 'e' || *at == 'E')) {
        parts->exponent = ++at;
        at += at < end && (*at == '-' || *at == '+');
        size_t digits = span(at, end, DIGITS);
        if (!digits)
            return false;
        at += digits;
        parts->exponent_count = (size_t)(at - parts->exponent);
    }
    return at == end;
}

/* Takes over the text, which lives in the arena. */
static void set_number(struct qb_json *value, const char *text, size_t length)
{
    value->type = QB_JSON_NUMBER;
    value->as.string = text;
    value->length = (uint32_t)length;
    value->number = qb_json_number_double(text, length);
}

static void set_decimal(struct qb_arena *arena, const struct parts *parts, struct qb_json *value)
{
    size_t zeros = 0;
    while (zeros + 1 < parts->unit_count && parts->units[zeros] == '0')
        zeros++;
    char *text = qb_arena_alloc(arena, parts->unit_count + parts->fraction_count + parts->exponent_count + 5);
    char *at = text;
    if (parts->negative)
        *at++ = '-';
    if (!parts->unit_count)
        *at++ = '0';
    at = mempcpy(at, parts->units + zeros, parts->unit_count - zeros);
    if (parts->fraction_count) {
        *at++ = '.';
        at = mempcpy(at, parts->fraction, parts->fraction_count);
    }
    if (parts->exponent) {
        *at++ = 'e';
        at = mempcpy(at, parts->exponent, parts->exponent_count);
    }
    *at = '\0';
    set_number(value, text, (size_t)(at - text));
}

/* 0o17 and 0x1F */
static bool set_based(struct qb_arena *arena, const char *text, size_t length, struct qb_json *value, bool *too_large)
{
    bool octal = length > 2 && !memcmp(text, "0o", 2);
    if (!octal && !(length > 2 && !memcmp(text, "0x", 2)))
        return false;
    if (2 + span(text + 2, text + length, octal ? "01234567" : HEX_DIGITS) != length)
        return false;
    uint64_t sum = 0;
    for (size_t i = 2; i < length && !*too_large; i++) {
        unsigned digit = text[i] <= '9' ? (unsigned)(text[i] - '0') : (unsigned)((text[i] | 0x20) - 'a' + 10);
        *too_large = __builtin_mul_overflow(sum, octal ? 8u : 16u, &sum) || __builtin_add_overflow(sum, digit, &sum);
    }
    char decimal[24];
    int written = snprintf(decimal, sizeof decimal, "%" PRIu64, sum);
    if (!*too_large)
        set_number(value, qb_arena_copy(arena, decimal, (size_t)written), (size_t)written);
    return true;
}

void qb_yaml_scalar_text(struct qb_arena *arena, const char *text, size_t length, struct qb_json *value)
{
    value->type = QB_JSON_STRING;
    value->as.string = qb_arena_copy(arena, text, length);
    value->length = (uint32_t)length;
    value->number = 0;
}

enum qb_yaml_scalar qb_yaml_scalar_resolve(struct qb_arena *arena, const char *text, size_t length,
                                           struct qb_json *value)
{
    *value = (struct qb_json){.key = value->key, .key_length = value->key_length};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (length == strlen(words[i].text) && !memcmp(text, words[i].text, length)) {
            value->type = words[i].type;
            return words[i].scalar;
        }
    }
    struct parts parts;
    if (take_apart(text, length, &parts)) {
        set_decimal(arena, &parts, value);
        return parts.fraction || parts.exponent ? QB_YAML_FLOAT : QB_YAML_INT;
    }
    bool too_large = false;
    if (set_based(arena, text, length, value, &too_large) && !too_large)
        return QB_YAML_INT;
    qb_yaml_scalar_text(arena, text, length, value);
    return too_large ? QB_YAML_TOO_LARGE : is_not_finite(text, length) ? QB_YAML_NOT_FINITE : QB_YAML_TEXT;
}
