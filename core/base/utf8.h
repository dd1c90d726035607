/* SPDX-License-Identifier: GPL-2.0-or-later */
/* UTF-8 (RFC 3629: no surrogates, no overlong forms, nothing beyond U+10FFFF), lengths, nearness of words. */
#ifndef QB_CORE_BASE_UTF8_H
#define QB_CORE_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decodes one code point at `text` and returns its bytes (1..4), or 0 when it is malformed or length is 0. */
size_t qb_utf8_decode(const char *text, size_t length, uint32_t *point);
/* Writes 1..4 bytes and returns how many; `point` must be a scalar value. */
size_t qb_utf8_encode(uint32_t point, char bytes[4]);
/* Offset of the first malformed byte, or `length` when all is well. */
size_t qb_utf8_check(const char *text, size_t length);
/* How many bytes at the start are printable ASCII: most of any text, and harmless to all who clean texts. */
size_t qb_utf8_plain(const char *text, size_t length);
/* Code points in well-formed text. */
size_t qb_utf8_length(const char *text, size_t length);

/* The candidate nearest to `word` by Damerau-Levenshtein distance (optimal string alignment, case folded
 * for ASCII), NULL when none is within a third of its length (at least 1, at most 4). Borrowed. First of
 * equals in the order given. Words longer than 100 bytes have no nearest. */
const char *qb_utf8_nearest(const char *word, size_t length, const char *const *candidates, size_t count);

#endif
