/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Spreadsheets (XLSX): a book of sheets, each a table with a header, written row by row.
 *
 *     struct qb_workbook *book = qb_workbook_new(view, "Schedule K.9.A", "");
 *     qb_workbook_sheet(book, "xlsx.sheet.worklist", columns, count, printed);
 *     qb_workbook_row(book);
 *     qb_workbook_text(book, 0, "...");
 *     qb_workbook_tone(book, 0, "Overdue", QB_TONE_BAD);
 *     ... further rows and sheets ...
 *     qb_workbook_finish(book, out);
 *
 * Whatever text is given becomes text: nothing in a book is a formula or a link. The same calls give the same bytes.
 */
#ifndef QB_CORE_OUTPUT_WORKBOOK_H
#define QB_CORE_OUTPUT_WORKBOOK_H

#include "core/output/output.h"

#define QB_WORKBOOK_COLUMNS 32 /* at most, of a sheet */
struct qb_workbook_column {
    const char *header; /* message id */
    int widest;         /* characters; longer text goes on in the next line of its cell */
    const char *under;  /* text behind the header's words, or NULL; it must outlive the sheet */
};

/* How a word looks where it stands in a cell: colour beside the word, never instead of it. */
enum qb_tone { QB_TONE_BAD, QB_TONE_WARNING, QB_TONE_SOON, QB_TONE_CALM, QB_TONE_GOOD, QB_TONES };

struct qb_workbook;

/* A book in the view's language. Both are texts: `title` is a property of the document; `caption` stands above each
 * printed page, "" leaves the place empty. */
struct qb_workbook *qb_workbook_new(const struct qb_output_view *view, const char *title, const char *caption);
/* Begins a sheet: `name` and the headers are messages. The first `printed` columns come on paper. */
void qb_workbook_sheet(struct qb_workbook *book, const char *name, const struct qb_workbook_column *columns,
                       size_t count, size_t printed);
/* Begins the next row. */
void qb_workbook_row(struct qb_workbook *book);
/* Fill cells of the row. Text is cut at what a cell can hold; QB_DATE_NONE and "" leave the cell empty. */
void qb_workbook_text(struct qb_workbook *book, size_t column, const char *text);
void qb_workbook_number(struct qb_workbook *book, size_t column, int64_t number);
void qb_workbook_weight(struct qb_workbook *book, size_t column, int64_t grams); /* a number of kilograms */
void qb_workbook_share(struct qb_workbook *book, size_t column, double share);   /* shown as per cent */
void qb_workbook_date(struct qb_workbook *book, size_t column, qb_date date);
/* Cells of the column that hold exactly this word have that tone, in the rows that are there by now. */
void qb_workbook_tone(struct qb_workbook *book, size_t column, const char *word, enum qb_tone tone);
/* Appends the file and frees the book. Nothing is appended when it could not be made (no room for temporaries). */
void qb_workbook_finish(struct qb_workbook *book, struct qb_buf *out);

/* The one escaper of sheets: appends the text as a cell can hold it: well-formed UTF-8 of characters that XML 1.0
 * allows, controls as blanks, at most 32767 units of UTF-16. */
void qb_workbook_clean(struct qb_buf *out, const char *text, size_t length);

#endif
