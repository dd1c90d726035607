/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Escaping for HTML (WHATWG HTML, 13.1.2.3 and 13.2.3.5). Runs of harmless ASCII are copied at once; all else is
 * decoded point by point, because what a browser must not see (13.2.3.5: controls and noncharacters are parse
 * errors; malformed bytes are read differently by different programs) is known only after decoding.
 */
#include "core/output/html_escape.h"

#include "core/base/utf8.h"

#include <stdbool.h>

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* What stands for an ASCII character that must not pass as it is; NULL when it may. */
static const char *reference(unsigned char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    case '\r':
        return " ";
    case '\t':
    case '\n':
        return NULL;
    default:
        return c < 0x20 || c == 0x7f ? REPLACEMENT : NULL;
    }
}

/* C1 controls and noncharacters (Infra, 4.5); and what embeds, overrides or isolates directions of writing (UAX #9, 2.1
 * to 2.5): one that is left open, or closed once too often, gets out of its <bdi> and turns the text behind it. */
static bool forbidden(uint32_t point)
{
    bool turns = (point >= 0x202a && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069);
    return turns || (point >= 0x80 && point < 0xa0) || (point >= 0xfdd0 && point <= 0xfdef) ||
           (point & 0xfffe) == 0xfffe;
}

/* Appends what begins at `text`, which is no plain ASCII, and returns its bytes. */
static size_t add_one(struct qb_buf *out, const char *text, size_t length)
{
    unsigned char first = (unsigned char)text[0];
    if (first < 0x80) {
        qb_buf_add_string(out, reference(first));
        return 1;
    }
    uint32_t point;
    size_t bytes = qb_utf8_decode(text, length, &point);
    if (!bytes || forbidden(point))
        qb_buf_add_string(out, REPLACEMENT);
    else
        qb_buf_add(out, text, bytes);
    return bytes ? bytes : 1;
}

void qb_html_escape(struct qb_buf *out, const char *text, size_t length)
{
    size_t at = 0;
    while (at < length) {
        size_t from = at;
        while (at < length && (unsigned char)text[at] < 0x80 && !reference((unsigned char)text[at]))
            at++;
        if (at > from)
            qb_buf_add(out, text + from, at - from);
        if (at < length)
            at += add_one(out, text + at, length - at);
    }
}
