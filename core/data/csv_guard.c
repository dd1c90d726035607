/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cells that no spreadsheet runs. A cell that begins with = + - @ is a formula to them, in quotes or not; and where
 * lists are separated by ";", as in Indonesia, they cut our lines there too, in the middle of our cells. So an
 * apostrophe is put before such a character wherever some reader may see the start of a cell. Each one put there
 * stands directly before its character, so that the way back finds just these: what stood there before stays.
 */
#include "core/base/utf8.h"
#include "core/data/csv.h"

#include <string.h>

/* A plain decimal number, which no spreadsheet runs. One with a plus is a telephone number. */
static bool is_number(const char *text, size_t length)
{
    size_t at = length && text[0] == '-';
    size_t digits = 0;
    bool point = false;
    for (; at < length; at++) {
        if (text[at] >= '0' && text[at] <= '9')
            digits++;
        else if (text[at] == '.' && digits && !point)
            point = true;
        else
            return false;
    }
    return digits && text[length - 1] != '.';
}

/* Begins a formula. The wide forms do so in East Asian settings. */
static bool begins_formula(uint32_t point)
{
    return point == '=' || point == '+' || point == '-' || point == '@' || point == 0xff1d || point == 0xff0b ||
           point == 0xff0d || point == 0xff20;
}

/* Behind it some reader may see a new cell. */
static bool ends_cell(uint32_t point)
{
    return point == ';' || point == '\t' || point == '\r' || point == '\n';
}

/* What readers may drop from the start of a cell: quotes, blanks, and characters that nobody sees. */
static bool is_passed_over(uint32_t point)
{
    static const struct {
        uint32_t first;
        uint32_t last;
    } ranges[] = {
        {0, ' '},         {'"', '"'},       {'\'', '\''},     {0x7f, 0xa0},     {0xad, 0xad},
        {0x2000, 0x200f}, {0x2028, 0x202f}, {0x205f, 0x206f}, {0x3000, 0x3000}, {0xfeff, 0xfeff},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (point >= ranges[i].first && point <= ranges[i].last)
            return true;
    return false;
}

/* Whether a tab or line break is the first character, apostrophes aside: some readers drop these and run the rest. */
static bool begins_with_break(const char *text, size_t length)
{
    size_t at = 0;
    while (at < length && text[at] == '\'')
        at++;
    return at < length && (text[at] == '\t' || text[at] == '\r' || text[at] == '\n');
}

static bool needs_quotes(const char *text, size_t length)
{
    if (length && (text[0] == ' ' || text[length - 1] == ' '))
        return true;
    for (size_t i = 0; i < length; i++)
        if (text[i] && strchr("\",;|\t\r\n", text[i]))
            return true;
    return false;
}

void qb_csv_write(struct qb_buf *out, const char *text, size_t length)
{
    if (is_number(text, length)) {
        qb_buf_add(out, text, length);
        return;
    }
    bool quotes = needs_quotes(text, length);
    bool open = true; /* a reader may take the next character for a cell's first */
    qb_buf_add_string(out, quotes ? "\"" : "");
    if (begins_with_break(text, length))
        qb_buf_add_char(out, '\'');
    for (size_t at = 0, bytes; at < length; at += bytes) {
        uint32_t point = 0;
        bytes = qb_utf8_decode(text + at, length - at, &point);
        bytes = bytes ? bytes : 1;
        if (open && begins_formula(point))
            qb_buf_add_char(out, '\'');
        if (point == '"')
            qb_buf_add_char(out, '"');
        qb_buf_add(out, text + at, bytes);
        open = ends_cell(point) || (open && is_passed_over(point));
    }
    qb_buf_add_string(out, quotes ? "\"" : "");
}

void qb_csv_plain(struct qb_buf *out, const char *text, size_t length)
{
    bool open = true;
    size_t at = length && text[0] == '\'' && begins_with_break(text, length) ? 1 : 0;
    for (size_t bytes; at < length; at += bytes) {
        uint32_t point = 0;
        uint32_t next = 0;
        bytes = qb_utf8_decode(text + at, length - at, &point);
        bytes = bytes ? bytes : 1;
        if (point == '\'' && open && qb_utf8_decode(text + at + 1, length - at - 1, &next) && begins_formula(next))
            continue;
        qb_buf_add(out, text + at, bytes);
        open = ends_cell(point) || (open && is_passed_over(point));
    }
}
