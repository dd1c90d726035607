/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers as people write them. Half the world separates the decimals with a comma and thousands with points, the other
 * half the other way round, so one mark with three digits behind it ("12.000") may be either: then nothing is guessed.
 *
 * A number is taken apart into its runs of digits and the marks between them. Each of the two readings (the decimals
 * behind a point, or behind a comma) is tried by itself; thousands must stand in groups of three.
 */
#include "schema/value.h"

#include <string.h>

#define MOST_DIGITS 400 /* characters of one number; more than any double needs */

/* "-" and "+" aside: digits with the marks between them. */
struct written {
    const char *at;
    size_t length;
    bool negative;
    bool any_point;
    bool any_comma;
};

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The bytes of a blank that may stand between thousands: " ", U+00A0, U+202F; 0 when there is none. */
static size_t blank(const char *at, size_t length)
{
    if (length && (*at == ' ' || *at == '\''))
        return 1;
    if (length >= 2 && !memcmp(at, "\xc2\xa0", 2))
        return 2;
    return length >= 3 && !memcmp(at, "\xe2\x80\xaf", 3) ? 3 : 0;
}

/* Copies the number with every such blank as one ' '. False when something else stands in it. */
static bool take_apart(struct written *written, char copy[MOST_DIGITS], const char *words, size_t length)
{
    size_t at = 0;
    size_t size = 0;
    *written = (struct written){.at = copy};
    if (length && (words[0] == '-' || words[0] == '+')) {
        written->negative = words[0] == '-';
        at = 1;
    }
    if (length == at || !digit(words[at]) || !digit(words[length - 1]))
        return false;
    while (at < length) {
        size_t gap = blank(words + at, length - at);
        char c = gap ? ' ' : words[at];
        if (size == MOST_DIGITS || (!digit(c) && c != ' ' && c != '.' && c != ','))
            return false;
        written->any_point |= c == '.';
        written->any_comma |= c == ',';
        copy[size++] = c;
        at += gap ? gap : 1;
    }
    written->length = size;
    return true;
}

/* Whether the whole part is right when `thousands` (or a blank) stands between its groups. */
static bool grouped(const char *whole, size_t length, char thousands)
{
    size_t since = 0; /* digits since the last mark */
    bool marks = false;
    char mark = '\0';
    for (size_t i = 0; i < length; i++) {
        if (digit(whole[i])) {
            since++;
            continue;
        }
        if ((whole[i] != thousands && whole[i] != ' ') || (mark && whole[i] != mark))
            return false;
        if (marks ? since != 3 : since < 1 || since > 3 || whole[0] == '0')
            return false;
        mark = whole[i];
        marks = true;
        since = 0;
    }
    return !marks || since == 3;
}

/* Whether it can be read with the decimals behind `point`. */
static bool readable(const struct written *written, char point)
{
    const char *mark = memchr(written->at, point, written->length);
    size_t whole = mark ? (size_t)(mark - written->at) : written->length;
    for (size_t i = whole + 1; i < written->length; i++)
        if (!digit(written->at[i]))
            return false;
    return grouped(written->at, whole, point == '.' ? ',' : '.');
}

static void add_number(struct qb_buf *out, const struct written *written, char point)
{
    const char *mark = memchr(written->at, point, written->length);
    size_t whole = mark ? (size_t)(mark - written->at) : written->length;
    size_t first = 0;
    size_t last = written->length;
    while (first + 1 < whole && !(digit(written->at[first]) && written->at[first] != '0'))
        first++;
    while (mark && last > whole && (written->at[last - 1] == '0' || last - 1 == whole))
        last--;
    if (written->negative)
        qb_buf_add_char(out, '-');
    for (size_t i = first; i < last; i++)
        if (digit(written->at[i]) || i == whole)
            qb_buf_add_char(out, i == whole ? '.' : written->at[i]);
}

static size_t digits_at(const char *words, size_t length, size_t at)
{
    size_t count = 0;
    while (at + count < length && digit(words[at + count]))
        count++;
    return count;
}

/* A number with an exponent, as programs write it (RFC 8259, section 6). */
static bool scientific(const char *words, size_t length)
{
    size_t at = length && words[0] == '-';
    size_t count = digits_at(words, length, at);
    if (!count || (count > 1 && words[at] == '0'))
        return false;
    at += count;
    if (at < length && words[at] == '.') {
        count = digits_at(words, length, ++at);
        if (!count)
            return false;
        at += count;
    }
    if (at >= length || (words[at] != 'e' && words[at] != 'E'))
        return false;
    at++;
    if (at < length && (words[at] == '-' || words[at] == '+'))
        at++;
    count = digits_at(words, length, at);
    return count && at + count == length;
}

enum qb_value_decimal qb_value_decimal_of(const char *words, size_t length)
{
    char copy[MOST_DIGITS];
    struct written written;
    words = qb_value_trim(words, &length);
    if (!take_apart(&written, copy, words, length) || (!written.any_point && !written.any_comma))
        return QB_DECIMAL_OPEN;
    bool point = readable(&written, '.');
    bool comma = readable(&written, ',');
    return point == comma ? QB_DECIMAL_OPEN : point ? QB_DECIMAL_POINT : QB_DECIMAL_COMMA;
}

int qb_value_number(struct qb_buf *out, enum qb_value_decimal decimal, const char *words, size_t length)
{
    char copy[MOST_DIGITS];
    struct written written;
    if (scientific(words, length)) {
        qb_buf_add(out, words, length);
        return 1;
    }
    if (!take_apart(&written, copy, words, length))
        return 0;
    bool point = readable(&written, '.');
    bool comma = readable(&written, ',');
    if (!point && !comma)
        return 0;
    if (point && comma && decimal == QB_DECIMAL_OPEN && (written.any_point || written.any_comma))
        return -1;
    bool by_comma = point && comma ? decimal == QB_DECIMAL_COMMA : comma;
    add_number(out, &written, by_comma ? ',' : '.');
    return 1;
}
