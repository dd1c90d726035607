/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The only user of libunistring, whose tables of Unicode nobody should keep by hand. */
#include "core/data/fold.h"

#include "core/base/utf8.h"

#include <stdint.h>
#include <stdlib.h>
#include <unicase.h>
#include <uninorm.h>

/* Appends what the library made, and frees it; what it could not make is appended as it was, in ASCII small letters
 * when `small`. */
static void append(struct qb_buf *out, uint8_t *made, size_t made_length, const char *text, size_t length, bool small)
{
    if (made) {
        qb_buf_add(out, (const char *)made, made_length);
        free(made);
        return;
    }
    for (size_t i = 0; i < length; i++)
        qb_buf_add_char(out, small && text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] - 'A' + 'a') : text[i]);
}

/* The library would make U+FFFD of malformed bytes, and so of two names one. */
static bool well_formed(const char *text, size_t length)
{
    return qb_utf8_check(text, length) == length;
}

void qb_fold(struct qb_buf *out, const char *text, size_t length)
{
    size_t made_length = 0;
    uint8_t *made = !well_formed(text, length)
                        ? NULL
                        : u8_casefold((const uint8_t *)text, length, NULL, UNINORM_NFC, NULL, &made_length);
    append(out, made, made_length, text, length, true);
}

void qb_fold_form(struct qb_buf *out, const char *text, size_t length)
{
    size_t made_length = 0;
    uint8_t *made = !well_formed(text, length)
                        ? NULL
                        : u8_normalize(UNINORM_NFC, (const uint8_t *)text, length, NULL, &made_length);
    append(out, made, made_length, text, length, false);
}
