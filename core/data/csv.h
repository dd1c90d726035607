/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tables as text (RFC 4180), as spreadsheets and databases write them: the separator and the encoding are found, all
 * else is strict.
 *
 *     struct qb_csv csv;
 *     if (!qb_csv_parse(&csv, bytes, length, &options, &fault)) ... fault says where and why
 *     csv.rows[0].cells[0].text, ...
 *     qb_csv_fini(&csv);
 *
 * Cells are UTF-8, NUL-terminated, and may hold line breaks. Rows without any text are left out.
 */
#ifndef QB_CORE_DATA_CSV_H
#define QB_CORE_DATA_CSV_H

#include "core/base/buf.h"
#include "core/base/mem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum qb_csv_encoding {
    QB_CSV_FIND, /* options only: a byte order mark, else UTF-16 by its zeros, else UTF-8, else Windows-1252 */
    QB_CSV_UTF8,
    QB_CSV_UTF16LE,
    QB_CSV_UTF16BE,
    QB_CSV_WINDOWS_1252,
    QB_CSV_ENCODINGS
};
/* "UTF-8", "UTF-16LE", ... */
const char *qb_csv_encoding_name(enum qb_csv_encoding encoding);

struct qb_csv_options {
    enum qb_csv_encoding encoding;
    char delimiter; /* 0: found, of ; , tab | */
};

struct qb_csv_cell {
    const char *text;
    size_t length;
};

struct qb_csv_row {
    const struct qb_csv_cell *cells;
    size_t count;
    uint32_t line; /* on which it begins, from 1 */
};

struct qb_csv {
    struct qb_arena arena;
    struct qb_csv_row *rows;
    size_t count;
    size_t capacity;
    enum qb_csv_encoding encoding; /* found or given */
    char delimiter;
};

/* Why a text is no table. */
struct qb_csv_fault {
    const char *reason; /* message id: "import.csv.open-quote", ... static; {line} and {limit} are its places */
    uint32_t line;
    size_t limit;
};

/* Replaces what csv held (it need not be initialised). False on a fault; then csv is empty. At most QB_MAX_TABLE bytes,
 * QB_MAX_TABLE_ROWS rows, QB_MAX_TABLE_COLUMNS columns. */
bool qb_csv_parse(struct qb_csv *csv, const char *bytes, size_t length, const struct qb_csv_options *options,
                  struct qb_csv_fault *fault);
void qb_csv_fini(struct qb_csv *csv);

/* Appends a cell, in quotes where it needs them. No spreadsheet takes it for a formula: an apostrophe stands before
 * what would begin one, and qb_csv_plain takes it away again. */
void qb_csv_write(struct qb_buf *out, const char *text, size_t length);
/* Appends the text that qb_csv_write has guarded. */
void qb_csv_plain(struct qb_buf *out, const char *text, size_t length);

#endif
