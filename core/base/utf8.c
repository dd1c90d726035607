/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * UTF-8 by the table of well-formed byte sequences (Unicode 15, table 3-7), and the nearest word by the
 * distance of optimal string alignment: insertions, deletions, changes and swaps of neighbours.
 */
#include "core/base/utf8.h"

#include <string.h>

#define LONGEST_WORD 100

size_t qb_utf8_decode(const char *text, size_t length, uint32_t *point)
{
    const unsigned char *s = (const unsigned char *)text;
    if (!length)
        return 0;
    if (s[0] < 0x80) {
        *point = s[0];
        return 1;
    }
    size_t size = s[0] >= 0xF0 ? 4 : s[0] >= 0xE0 ? 3 : 2;
    if (s[0] < 0xC2 || s[0] > 0xF4 || length < size)
        return 0;
    unsigned char low = s[0] == 0xE0 ? 0xA0 : s[0] == 0xF0 ? 0x90 : 0x80;
    unsigned char high = s[0] == 0xED ? 0x9F : s[0] == 0xF4 ? 0x8F : 0xBF;
    if (s[1] < low || s[1] > high)
        return 0;
    uint32_t value = s[0] & (0xFFu >> (size + 1));
    for (size_t i = 1; i < size; i++) {
        if ((s[i] & 0xC0) != 0x80)
            return 0;
        value = value << 6 | (s[i] & 0x3Fu);
    }
    *point = value;
    return size;
}

size_t qb_utf8_encode(uint32_t point, char bytes[4])
{
    size_t size = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = size - 1; i > 0; i--) {
        bytes[i] = (char)(0x80u | (point & 0x3F));
        point >>= 6;
    }
    bytes[0] = (char)(lead[size] | point);
    return size;
}

size_t qb_utf8_check(const char *text, size_t length)
{
    size_t at = 0;
    while (at < length) {
        uint64_t eight;
        while (length - at >= sizeof eight) { /* most text is ASCII */
            memcpy(&eight, text + at, sizeof eight);
            if (eight & 0x8080808080808080ULL)
                break;
            at += sizeof eight;
        }
        if (at == length)
            break;
        uint32_t point;
        size_t size = qb_utf8_decode(text + at, length - at, &point);
        if (!size)
            return at;
        at += size;
    }
    return at;
}

size_t qb_utf8_plain(const char *text, size_t length)
{
    size_t at = 0;
    while (at < length && text[at] >= ' ' && text[at] <= '~')
        at++;
    return at;
}

size_t qb_utf8_length(const char *text, size_t length)
{
    size_t points = 0;
    for (size_t i = 0; i < length; i++)
        points += ((unsigned char)text[i] & 0xC0) != 0x80;
    return points;
}

static char fold(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Distance by bytes; both at most LONGEST_WORD long. Three rows are enough, for swaps look two back. */
static unsigned distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    unsigned rows[3][LONGEST_WORD + 1];
    for (size_t j = 0; j <= b_length; j++)
        rows[0][j] = (unsigned)j;
    for (size_t i = 1; i <= a_length; i++) {
        unsigned *now = rows[i % 3];
        const unsigned *last = rows[(i + 2) % 3];
        const unsigned *before = rows[(i + 1) % 3];
        now[0] = (unsigned)i;
        for (size_t j = 1; j <= b_length; j++) {
            bool same = fold(a[i - 1]) == fold(b[j - 1]);
            now[j] = least(least(last[j] + 1, now[j - 1] + 1), last[j - 1] + !same);
            if (i > 1 && j > 1 && fold(a[i - 1]) == fold(b[j - 2]) && fold(a[i - 2]) == fold(b[j - 1]))
                now[j] = least(now[j], before[j - 2] + 1);
        }
    }
    return rows[a_length % 3][b_length];
}

const char *qb_utf8_nearest(const char *word, size_t length, const char *const *candidates, size_t count)
{
    if (!length || length > LONGEST_WORD)
        return NULL;
    unsigned most = (unsigned)length / 3;
    most = most < 1 ? 1 : most > 4 ? 4 : most;
    const char *nearest = NULL;
    for (size_t i = 0; i < count; i++) {
        size_t candidate = strlen(candidates[i]);
        size_t apart = candidate > length ? candidate - length : length - candidate;
        if (candidate > LONGEST_WORD || apart > most)
            continue;
        unsigned d = distance(word, length, candidates[i], candidate);
        if (d <= most && (!nearest || d < most)) {
            nearest = candidates[i];
            most = d;
        }
    }
    return nearest;
}
