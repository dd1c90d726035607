/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The caret has to stand under the character that is meant, whatever stands before it: tabs stay tabs in both lines,
 * characters of two cells and of none are counted as such, escapes by their length.
 */
#include "watcher/excerpt.h"

#include "core/base/cells.h"
#include "core/base/utf8.h"

#include <string.h>

#define MOST_CELLS 110 /* of a line that is shown whole */
#define CELLS_BEFORE 50

/* One character as it is shown. */
struct piece {
    size_t size; /* bytes in the line */
    unsigned cells;
    char escape[16]; /* "" when it is shown as it is */
};

static void add_hexadecimal(struct qb_buf *out, uint32_t point, bool byte)
{
    qb_buf_addf(out, byte ? "\\x%02x" : "\\u{%x}", point);
}

static struct piece piece_at(const char *text, size_t length)
{
    struct piece piece = {.size = 1};
    uint32_t point = (unsigned char)*text;
    size_t size = qb_utf8_decode(text, length, &point);
    if (size)
        piece.size = size;
    if (size && !qb_cells_steers(point)) {
        piece.cells = qb_cells(point);
        return piece;
    }
    struct qb_buf escape = {0};
    add_hexadecimal(&escape, size ? point : (unsigned char)*text, !size || point < 0x80);
    memcpy(piece.escape, escape.data, escape.length + 1);
    piece.cells = (unsigned)escape.length;
    qb_buf_fini(&escape);
    return piece;
}

/* The cells before a column, and those of the whole line. */
static void measure(const char *line, size_t length, uint32_t column, size_t *before, size_t *all)
{
    uint32_t number = 1;
    *before = *all = 0;
    for (size_t at = 0; at < length; number++) {
        struct piece piece = piece_at(line + at, length - at);
        if (number < column)
            *before += piece.cells;
        *all += piece.cells;
        at += piece.size;
    }
}

static void add_piece(struct qb_buf *out, const char *text, const struct piece *piece)
{
    if (piece->escape[0])
        qb_buf_add_string(out, piece->escape);
    else
        qb_buf_add(out, text, piece->size);
}

static void add_below(struct qb_buf *below, char first, unsigned cells)
{
    for (unsigned i = 0; i < cells; i++)
        qb_buf_add_char(below, first == '\t' ? '\t' : ' ');
}

void qb_excerpt(struct qb_buf *out, struct qb_buf *below, const char *line, size_t length, uint32_t column)
{
    static const char ellipsis[] = "\xE2\x80\xA6";
    size_t before;
    size_t all;
    measure(line, length, column, &before, &all);
    bool cut = all > MOST_CELLS;
    size_t from = cut && before > CELLS_BEFORE ? before - CELLS_BEFORE : 0;
    size_t cells = 0;
    uint32_t number = 1;
    if (from) {
        qb_buf_add_string(out, ellipsis);
        add_below(below, ' ', 1);
    }
    for (size_t at = 0; at < length; number++) {
        struct piece piece = piece_at(line + at, length - at);
        if (cut && cells + piece.cells > from + MOST_CELLS) {
            qb_buf_add_string(out, ellipsis);
            return;
        }
        if (cells >= from) {
            add_piece(out, line + at, &piece);
            if (number < column)
                add_below(below, line[at], piece.cells);
        }
        cells += piece.cells;
        at += piece.size;
    }
}
