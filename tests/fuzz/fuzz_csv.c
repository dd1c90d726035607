/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The reader of tables. What it takes must be UTF-8 in the limits, and come back from a table that is written of it:
 * the same cells, though guarded against spreadsheets that would run them.
 */
#include "core/base/limits.h"
#include "core/data/csv.h"
#include "tests/fuzz/fuzz.h"

static void check_fault(const struct qb_csv_fault *fault, size_t size)
{
    MUST(fault->line >= 1 && fault->line - 1 <= size);
    fuzz_check_message(fault->reason, NULL, 0);
}

/* No cell of the line begins as a formula, for whoever cuts lines at `delimiter`. */
static void check_harmless(const char *cell, size_t length)
{
    bool number = length > 1 && cell[0] == '-' && cell[1] >= '0' && cell[1] <= '9';
    MUST(!length || number || !strchr("=+-@\t\r\n", cell[0]) || !cell[0]);
    for (size_t i = 1; i < length; i++)
        if (cell[i - 1] == ';' || cell[i - 1] == '\t')
            MUST(!memchr("=+-@", cell[i], 4));
}

static void write_row(struct qb_buf *out, const struct qb_csv_row *row)
{
    for (size_t i = 0; i < row->count; i++) {
        struct qb_buf cell = {0};
        qb_csv_write(&cell, row->cells[i].text, row->cells[i].length);
        bool quoted = cell.length && cell.data[0] == '"';
        check_harmless(qb_buf_text(&cell) + quoted, cell.length - 2 * quoted);
        qb_buf_add_string(out, i ? "," : "");
        qb_buf_add(out, cell.data, cell.length);
        qb_buf_fini(&cell);
    }
    qb_buf_add_string(out, "\r\n");
}

static void check_same(const struct qb_csv *table, const struct qb_csv *again)
{
    MUST(table->count + 1 == again->count);
    for (size_t i = 0; i < table->count; i++) {
        const struct qb_csv_row *row = &again->rows[i + 1];
        MUST(table->rows[i].count == row->count);
        for (size_t j = 0; j < table->rows[i].count; j++) {
            const struct qb_csv_cell *cell = &table->rows[i].cells[j];
            struct qb_buf plain = {0};
            qb_csv_plain(&plain, row->cells[j].text, row->cells[j].length);
            MUST(plain.length == cell->length && !memcmp(qb_buf_text(&plain), cell->text, cell->length));
            qb_buf_fini(&plain);
        }
    }
}

static void check_table(const struct qb_csv *table)
{
    struct qb_buf written = {0};
    struct qb_csv again;
    struct qb_csv_fault fault;
    uint32_t line = 0;
    qb_buf_add_string(&written, "header\r\n"); /* so that the first cell is taken for no mark and no "sep=;" */
    for (size_t i = 0; i < table->count; i++) {
        const struct qb_csv_row *row = &table->rows[i];
        MUST(row->count >= 1 && row->count <= QB_MAX_TABLE_COLUMNS && row->line > line);
        line = row->line;
        for (size_t j = 0; j < row->count; j++)
            MUST(qb_utf8_check(row->cells[j].text, row->cells[j].length) == row->cells[j].length &&
                 !row->cells[j].text[row->cells[j].length]);
        write_row(&written, row);
    }
    const struct qb_csv_options options = {.encoding = QB_CSV_UTF8, .delimiter = ','};
    MUST(qb_csv_parse(&again, qb_buf_text(&written), written.length, &options, &fault));
    check_same(table, &again);
    qb_csv_fini(&again);
    qb_buf_fini(&written);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_part input = fuzz_input(data, size);
    const struct qb_csv_options options = {0};
    struct qb_csv table;
    struct qb_csv_fault fault;
    if (qb_csv_parse(&table, input.text, input.length, &options, &fault))
        check_table(&table);
    else
        check_fault(&fault, size);
    qb_csv_fini(&table);
    return 0;
}
