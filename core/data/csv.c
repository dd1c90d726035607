/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes become UTF-8 first, in one buffer; then one walk cuts them into cells. The same walk, with cells only counted,
 * is how the separator is found: the one with which the first rows have the most columns, all equally many.
 *
 * RFC 4180 to the letter but for two things: lines may end in LF or CR alone, and the separator may be another one. A
 * quote in the middle of a cell, or text behind the closing quote, is a fault: what such a file means is a guess.
 */
#include "core/data/csv.h"

#include "core/base/limits.h"
#include "core/base/utf8.h"
#include "core/data/csv_text.h"

#include <stdlib.h>
#include <string.h>

#define SAMPLED_ROWS 50

static const char separators[] = ";,\t|";

/* A walk over the text. */
struct walk {
    const char *at;
    const char *end;
    uint32_t line;
    char delimiter;
    struct qb_arena *arena; /* NULL: cells are only counted */
    struct qb_csv_cell *cells;
    size_t count;
    size_t capacity;
    bool any; /* some cell of the row has text */
    struct qb_csv_fault *fault;
};

static bool fail(struct walk *walk, const char *reason, uint32_t line, size_t limit)
{
    *walk->fault = (struct qb_csv_fault){reason, line, limit};
    return false;
}

static bool at_line_end(const struct walk *walk)
{
    return walk->at < walk->end && (*walk->at == '\n' || *walk->at == '\r');
}

static void pass_line_end(struct walk *walk)
{
    walk->at += walk->end - walk->at > 1 && walk->at[0] == '\r' && walk->at[1] == '\n' ? 2 : 1;
    walk->line++;
}

static bool add_cell(struct walk *walk, const char *text, size_t length)
{
    if (walk->count == QB_MAX_TABLE_COLUMNS)
        return fail(walk, "import.csv.columns", walk->line, QB_MAX_TABLE_COLUMNS);
    if (walk->arena) {
        QB_MEM_GROW(walk->cells, walk->count, walk->capacity);
        walk->cells[walk->count] = (struct qb_csv_cell){qb_arena_copy(walk->arena, text, length), length};
    }
    walk->any |= length > 0;
    walk->count++;
    return true;
}

/* From behind the opening quote to behind the closing one. */
static bool take_quoted(struct walk *walk)
{
    uint32_t opened = walk->line;
    struct qb_buf text = {0};
    for (walk->at++;;) {
        const char *start = walk->at;
        while (walk->at < walk->end && *walk->at != '"' && !at_line_end(walk))
            walk->at++;
        if (walk->arena)
            qb_buf_add(&text, start, (size_t)(walk->at - start));
        if (walk->at == walk->end) {
            qb_buf_fini(&text);
            return fail(walk, "import.csv.open-quote", opened, 0);
        }
        start = walk->at;
        if (*walk->at != '"') {
            pass_line_end(walk);
            qb_buf_add(&text, start, (size_t)(walk->at - start));
            continue;
        }
        walk->at++;
        if (walk->at == walk->end || *walk->at != '"')
            break;
        qb_buf_add_char(&text, '"');
        walk->at++;
    }
    bool fine = add_cell(walk, qb_buf_text(&text), text.length);
    qb_buf_fini(&text);
    if (fine && walk->at < walk->end && *walk->at != walk->delimiter && !at_line_end(walk))
        return fail(walk, "import.csv.behind-quote", walk->line, 0);
    return fine;
}

static bool take_plain(struct walk *walk)
{
    const char *start = walk->at;
    while (walk->at < walk->end && *walk->at != walk->delimiter && !at_line_end(walk)) {
        if (*walk->at == '"')
            return fail(walk, "import.csv.quote-inside", walk->line, 0);
        walk->at++;
    }
    return add_cell(walk, start, (size_t)(walk->at - start));
}

/* One row, up to behind its line end. */
static bool take_row(struct walk *walk)
{
    walk->count = 0;
    walk->any = false;
    for (;;) {
        if (!(walk->at < walk->end && *walk->at == '"' ? take_quoted(walk) : take_plain(walk)))
            return false;
        if (walk->at == walk->end)
            return true;
        if (at_line_end(walk)) {
            pass_line_end(walk);
            return true;
        }
        walk->at++;
    }
}

/* --- the separator --- */

/* Columns of the first row when all sampled rows have as many; 1 when they differ. */
static size_t columns_with(const char *text, size_t length, char delimiter)
{
    struct qb_csv_fault ignored;
    struct walk walk = {.at = text, .end = text + length, .line = 1, .delimiter = delimiter, .fault = &ignored};
    size_t columns = 0;
    for (int row = 0; row < SAMPLED_ROWS && walk.at < walk.end; row++) {
        if (!take_row(&walk))
            break; /* the fault is told when the text is read in earnest */
        if (!walk.any)
            continue;
        if (columns && walk.count != columns)
            return 1;
        columns = walk.count;
    }
    return columns;
}

static char find_delimiter(const char *text, size_t length)
{
    size_t most = 1;
    char best = '\0';
    for (const char *separator = separators; *separator; separator++) {
        size_t columns = columns_with(text, length, *separator);
        if (columns > most) {
            most = columns;
            best = *separator;
        }
    }
    if (best)
        return best;
    /* rows of different lengths: the one that the first row has most of, so that the rows at fault can be named */
    size_t first = strcspn(text, "\r\n");
    for (const char *separator = separators; *separator; separator++) {
        size_t columns = columns_with(text, first < length ? first : length, *separator);
        if (columns > most) {
            most = columns;
            best = *separator;
        }
    }
    return best ? best : ',';
}

/* "sep=;" in the first line, as Excel understands it. Returns the bytes to pass over. */
static size_t named_delimiter(const char *text, size_t length, char *delimiter)
{
    if (length < 5 || memcmp(text, "sep=", 4) || (length > 5 && text[5] != '\r' && text[5] != '\n'))
        return 0;
    *delimiter = text[4];
    return length > 6 && text[5] == '\r' && text[6] == '\n' ? 7 : length > 5 ? 6 : 5;
}

/* --- all --- */

static bool take_rows(struct qb_csv *csv, struct walk *walk)
{
    while (walk->at < walk->end) {
        uint32_t line = walk->line;
        if (!take_row(walk))
            return false;
        if (!walk->any)
            continue;
        if (csv->count == QB_MAX_TABLE_ROWS)
            return fail(walk, "import.csv.rows", line, QB_MAX_TABLE_ROWS);
        struct qb_csv_cell *cells = qb_arena_alloc(&csv->arena, walk->count * sizeof *cells);
        memcpy(cells, walk->cells, walk->count * sizeof *cells);
        QB_MEM_GROW(csv->rows, csv->count, csv->capacity);
        csv->rows[csv->count++] = (struct qb_csv_row){cells, walk->count, line};
    }
    return csv->count || fail(walk, "import.csv.empty", 1, 0);
}

bool qb_csv_parse(struct qb_csv *csv, const char *bytes, size_t length, const struct qb_csv_options *options,
                  struct qb_csv_fault *fault)
{
    struct qb_buf text = {0};
    struct walk walk = {.line = 1, .fault = fault};
    *csv = (struct qb_csv){.encoding = options->encoding, .delimiter = options->delimiter};
    *fault = (struct qb_csv_fault){.line = 1};
    qb_arena_init(&csv->arena);
    bool fine = length <= QB_MAX_TABLE || fail(&walk, "import.csv.too-large", 1, QB_MAX_TABLE);
    fine = fine && qb_csv_decode(&text, bytes, length, &csv->encoding, fault);
    if (fine) {
        char named = '\0';
        size_t skip = named_delimiter(qb_buf_text(&text), text.length, &named);
        walk.at = qb_buf_text(&text) + skip;
        walk.end = qb_buf_text(&text) + text.length;
        walk.line += skip > 0;
        if (!csv->delimiter)
            csv->delimiter = named ? named : find_delimiter(walk.at, (size_t)(walk.end - walk.at));
        walk.delimiter = csv->delimiter;
        walk.arena = &csv->arena;
        fine = take_rows(csv, &walk);
    }
    free(walk.cells);
    qb_buf_fini(&text);
    if (!fine)
        qb_csv_fini(csv);
    return fine;
}

void qb_csv_fini(struct qb_csv *csv)
{
    qb_arena_fini(&csv->arena);
    free(csv->rows);
    *csv = (struct qb_csv){.encoding = csv->encoding, .delimiter = csv->delimiter};
}
