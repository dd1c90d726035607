/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cJSON takes more than RFC 8259 allows (any control character as a blank, raw line breaks in strings, bytes
 * that are no UTF-8, leading zeros) and says little about what it refuses. So the grammar is proved here, in
 * one pass by recursive descent made flat: the containers that are open lie in an array, and a container's
 * next step follows from it and from whether something stands in it already.
 *
 * The loop that matters runs over the bytes of strings; a table says which of them need a closer look.
 */
#include "core/data/json_scan.h"

#include "core/base/mem.h"
#include "core/base/utf8.h"

#include <stdlib.h>
#include <string.h>

enum byte_class { PLAIN = 1, BLANK = 2, DIGIT = 4, GLUED = 8 };

/* PLAIN: nothing special in a string. GLUED: cannot follow a number directly. */
#define SIGN (PLAIN | GLUED)
#define NUM (PLAIN | GLUED | DIGIT)
static const unsigned char classes[256] = {
    ['\t'] = BLANK,        ['\n'] = BLANK,        ['\r'] = BLANK,       [' '] = BLANK | PLAIN, ['!'] = PLAIN,
    ['#' ... '*'] = PLAIN, ['+'] = SIGN,          [','] = PLAIN,        ['-' ... '.'] = SIGN,  ['/'] = PLAIN,
    ['0' ... '9'] = NUM,   [':' ... '@'] = PLAIN, ['A' ... 'Z'] = SIGN, ['['] = PLAIN,         [']'] = PLAIN,
    ['^'] = PLAIN,         ['_'] = SIGN,          ['`'] = PLAIN,        ['a' ... 'z'] = SIGN,  ['{' ... 0x7F] = PLAIN,
};

static inline bool is(unsigned wanted, char c)
{
    return classes[(unsigned char)c] & wanted;
}

static bool fail(struct qb_json_scan *scan, const char *at, enum qb_json_want want)
{
    scan->at = at;
    scan->want = want;
    return false;
}

static inline void add_token(struct qb_json_scan *scan, const char *start, size_t length)
{
    QB_MEM_GROW(scan->tokens, scan->token_count, scan->token_capacity);
    scan->tokens[scan->token_count++] = (struct qb_json_token){(uint32_t)(start - scan->text), (uint32_t)length};
}

/* The byte at hand, 0 at the end: a NUL is right nowhere. */
static inline char peek(const struct qb_json_scan *scan)
{
    return scan->at < scan->end ? *scan->at : '\0';
}

static inline void skip_blanks(struct qb_json_scan *scan)
{
    while (scan->at < scan->end && is(BLANK, *scan->at))
        scan->at++;
}

/* Four hexadecimal digits, -1 when they are not. */
static int32_t read_hex(const char *at, const char *end)
{
    int32_t value = 0;
    if (end - at < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        char c = at[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

/* \uXXXX at `at`, or a pair of them. Adds to *saved what decoding saves; NULL after a fault. */
static const char *unicode_escape(struct qb_json_scan *scan, const char *at, size_t *saved)
{
    int32_t unit = read_hex(at + 2, scan->end);
    if (unit < 0) {
        fail(scan, at, QB_JSON_WANT_ESCAPE);
        return NULL;
    }
    if (unit >= 0xD800 && unit <= 0xDFFF) {
        bool escape = scan->end - at >= 12 && at[6] == '\\' && at[7] == 'u';
        int32_t low = escape ? read_hex(at + 8, scan->end) : -1;
        if (unit >= 0xDC00 || low < 0xDC00 || low > 0xDFFF) {
            fail(scan, at, QB_JSON_WANT_PAIR);
            return NULL;
        }
        *saved += 12 - 4;
        return at + 12;
    }
    if (!unit)
        scan->has_nul = true;
    *saved += unit < 0x80 ? 5 : unit < 0x800 ? 4 : 3;
    return at + 6;
}

/* What is special in a string at `at`: an escape or a byte beyond ASCII. Returns behind it, NULL after a fault. */
static const char *special(struct qb_json_scan *scan, const char *at, size_t *saved)
{
    if ((unsigned char)*at >= 0x80) {
        uint32_t point;
        size_t size = qb_utf8_decode(at, (size_t)(scan->end - at), &point);
        if (size)
            return at + size;
    } else if (*at == '\\') {
        char c = scan->end - at > 1 ? at[1] : '\0';
        if (c == 'u')
            return unicode_escape(scan, at, saved);
        if (c && strchr("\"\\/bfnrt", c)) {
            ++*saved;
            return at + 2;
        }
        fail(scan, at, QB_JSON_WANT_ESCAPE);
        return NULL;
    }
    fail(scan, at, QB_JSON_WANT_STRING);
    return NULL;
}

/* Over the plain bytes of a string: eight at a time as long as none of them is a quote, a backslash, a
 * control character or beyond ASCII. A byte minus its lower bound borrows into its top bit when it is below;
 * a borrow from a neighbour only sends more to the table. */
static inline const char *skip_plain(const char *at, const char *end)
{
    const uint64_t ones = 0x0101010101010101, tops = 0x8080808080808080;
    uint64_t eight;
    while ((size_t)(end - at) >= sizeof eight) {
        memcpy(&eight, at, sizeof eight);
        uint64_t quote = eight ^ (ones * '"'), backslash = eight ^ (ones * '\\');
        if (((eight - ones * 0x20) | (quote - ones) | (backslash - ones) | eight) & tops)
            break;
        at += sizeof eight;
    }
    while (at < end && is(PLAIN, *at))
        at++;
    return at;
}

static bool string(struct qb_json_scan *scan)
{
    const char *start = scan->at + 1;
    const char *at = start;
    size_t saved = 0;
    scan->string_start = scan->at;
    for (;;) {
        at = skip_plain(at, scan->end);
        if (at == scan->end)
            return fail(scan, at, QB_JSON_WANT_STRING);
        if (*at == '"')
            break;
        at = special(scan, at, &saved);
        if (!at)
            return false;
    }
    add_token(scan, start, (size_t)(at - start) - saved);
    scan->at = at + 1;
    return true;
}

/* Over digits, of which there must be one; NULL when there is none. */
static inline const char *digits(const struct qb_json_scan *scan, const char *at)
{
    const char *start = at;
    while (at < scan->end && is(DIGIT, *at))
        at++;
    return at > start ? at : NULL;
}

static bool number(struct qb_json_scan *scan)
{
    const char *start = scan->at;
    const char *at = start + (*start == '-');
    if (at < scan->end && *at == '0')
        at++;
    else
        at = digits(scan, at);
    if (at && at < scan->end && *at == '.')
        at = digits(scan, at + 1);
    if (at && at < scan->end && (*at | 0x20) == 'e') {
        at++;
        if (at < scan->end && (*at == '+' || *at == '-'))
            at++;
        at = digits(scan, at);
    }
    if (!at || (at < scan->end && is(GLUED, *at)))
        return fail(scan, start, QB_JSON_WANT_NUMBER);
    size_t length = (size_t)(at - start);
    if (length > QB_JSON_LONGEST_NUMBER)
        scan->has_long_number = true;
    add_token(scan, start, length);
    scan->at = at;
    return true;
}

static bool word(struct qb_json_scan *scan, const char *expected, size_t length)
{
    const char *at = scan->at;
    if ((size_t)(scan->end - at) < length || memcmp(at, expected, length) != 0 ||
        (at + length < scan->end && is(GLUED, at[length])))
        return fail(scan, at, QB_JSON_WANT_VALUE);
    scan->at += length;
    return true;
}

static bool open(struct qb_json_scan *scan, char close)
{
    if (scan->depth == scan->max_depth)
        return fail(scan, scan->at, QB_JSON_WANT_LESS);
    QB_MEM_GROW(scan->opens, scan->depth, scan->open_capacity);
    scan->opens[scan->depth++] = (struct qb_json_open){(uint32_t)(scan->at - scan->text), close};
    scan->fresh = true;
    scan->at++;
    return true;
}

/* A value whole, or the bracket that opens one. */
static bool value(struct qb_json_scan *scan)
{
    switch (peek(scan)) {
    case '"':
        return string(scan);
    case '{':
        return open(scan, '}');
    case '[':
        return open(scan, ']');
    case 't':
        return word(scan, "true", 4);
    case 'f':
        return word(scan, "false", 5);
    case 'n':
        return word(scan, "null", 4);
    default:
        if (is(DIGIT, peek(scan)) || peek(scan) == '-')
            return number(scan);
        return fail(scan, scan->at, QB_JSON_WANT_VALUE);
    }
}

/* A member's name and its colon. */
static bool name(struct qb_json_scan *scan)
{
    if (peek(scan) != '"')
        return fail(scan, scan->at, QB_JSON_WANT_KEY);
    if (!string(scan))
        return false;
    skip_blanks(scan);
    if (peek(scan) != ':')
        return fail(scan, scan->at, QB_JSON_WANT_COLON);
    scan->at++;
    skip_blanks(scan);
    return true;
}

/* From inside the outermost container to behind its closing bracket. */
static bool containers(struct qb_json_scan *scan)
{
    while (scan->depth) {
        char close = scan->opens[scan->depth - 1].close;
        skip_blanks(scan);
        if (peek(scan) == close) {
            scan->at++;
            scan->depth--;
            scan->fresh = false;
            continue;
        }
        if (!scan->fresh) {
            if (peek(scan) != ',')
                return fail(scan, scan->at, QB_JSON_WANT_COMMA);
            scan->at++;
            skip_blanks(scan);
        }
        scan->fresh = false;
        if ((close == '}' && !name(scan)) || !value(scan))
            return false;
    }
    return true;
}

bool qb_json_scan_text(struct qb_json_scan *scan, const char *text, size_t length, size_t max_depth)
{
    scan->text = scan->begin = text;
    scan->end = text + length;
    if (length >= 3 && !memcmp(text, "\xEF\xBB\xBF", 3))
        scan->begin += 3;
    scan->at = scan->begin;
    scan->token_count = scan->depth = 0;
    scan->max_depth = max_depth;
    scan->string_start = NULL;
    scan->fresh = scan->has_nul = scan->has_long_number = false;
    skip_blanks(scan);
    if (!value(scan) || !containers(scan))
        return false;
    skip_blanks(scan);
    return scan->at == scan->end || fail(scan, scan->at, QB_JSON_WANT_END);
}

void qb_json_scan_fini(struct qb_json_scan *scan)
{
    free(scan->tokens);
    free(scan->opens);
    *scan = (struct qb_json_scan){0};
}
