/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A spreadsheet as records in the making: its columns understood, each row a record's text with an id. What is wrong is
 * kept with its row; nothing is judged against other records yet (watcher/cmd_import does).
 *
 *     struct qb_sheet sheet = {.invocation = ..., .kind = ..., .text = &text, .name = "data.csv", .officer = ...};
 *     if (qb_sheet_read(&sheet, bytes, length)) ... sheet.rows[i] ...     else: what is wrong has been said
 *     qb_sheet_fini(&sheet);
 */
#ifndef QB_WATCHER_SHEET_H
#define QB_WATCHER_SHEET_H

#include "schema/draft.h"
#include "schema/mapping.h"
#include "watcher/command.h"

struct qb_sheet_column {
    const char *header;
    const char *path; /* of the property, with indices; NULL: left out */
    const struct qb_json *schema;
};

/* What is wrong with a row, in words. */
struct qb_complaint {
    const char *header; /* the column's; NULL: the whole row */
    const char *words;
};

struct qb_sheet_row {
    uint32_t line;
    char *said;   /* the record as the row alone says it, JSON: to compare with what is there */
    char *record; /* the record that would be written */
    size_t length;
    const char *id;
    struct qb_complaint *complaints;
    size_t complaint_count;
    size_t complaint_capacity;
};

struct qb_sheet {
    const struct qb_invocation *invocation;
    const struct qb_kind *kind;
    const struct qb_kind_text *text;
    const char *name;    /* of the file, for messages */
    const char *officer; /* who enters the records, or NULL */
    struct qb_mapping mapping;
    struct qb_csv table;
    struct qb_arena arena;
    struct qb_sheet_column *columns;
    size_t column_count;
    enum qb_value_decimal decimal;
    struct qb_sheet_row *rows;
    size_t count;
};

/* The mapping may be filled in before. False after saying on standard output what is wrong with the table as a whole.
 */
bool qb_sheet_read(struct qb_sheet *sheet, const char *bytes, size_t length);
void qb_sheet_fini(struct qb_sheet *sheet);

/* Keeps a complaint with a row: a message of the catalogue, the column of a path (NULL: of the whole row). */
void qb_sheet_complain(struct qb_sheet *sheet, struct qb_sheet_row *row, const char *path, const char *message_id,
                       const struct qb_text_arg *args, size_t count);
/* The header of the column that a path belongs to: its own, of a value around it, or of the first one within; NULL when
 * there is none. */
const char *qb_sheet_header(const struct qb_sheet *sheet, const char *path);
/* What a record says of the sheet's columns, in the form of qb_sheet_row.said. The string is the caller's. */
char *qb_sheet_said(const struct qb_sheet *sheet, const struct qb_json *record);

#endif
