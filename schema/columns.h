/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Columns of a spreadsheet and the properties that they stand for. A header may be a property's path
 * ("lines[0].commodity"), its label in either language ("Nomor sertifikat", "Komoditas 2" for the second item of a
 * list), or the last name of its path where no other property ends in it ("net_weight_kg").
 */
#ifndef QB_SCHEMA_COLUMNS_H
#define QB_SCHEMA_COLUMNS_H

#include "schema/value.h"

enum qb_column_result {
    QB_COLUMN_FOUND,
    QB_COLUMN_UNKNOWN,
    QB_COLUMN_AMBIGUOUS, /* the label of several properties */
};

/* Appends the path that a header stands for, with an index behind every list of objects on the way. */
enum qb_column_result qb_column_find(struct qb_buf *path, const struct qb_kind_text *text, const char *header,
                                     size_t length);
/* Appends the paths that would be right: those a header could stand for, or the nearest one to it, or (when nothing is
 * near) all, separated by ", ". */
void qb_column_suggest(struct qb_buf *out, const struct qb_kind_text *text, const char *header, size_t length);

/* The columns that records of a kind need, in the order of the kind: lists of objects taken apart, one column for each
 * member of each item; every other list in one; what begins with "$" only where it is used. Count first with
 * qb_columns_measure, then make them:
 *
 *     struct qb_columns columns;
 *     qb_columns_init(&columns, &text);
 *     for each record: qb_columns_measure(&columns, record);
 *     qb_columns_make(&columns);                          columns.paths[0..count)
 *     qb_columns_fini(&columns);
 */
struct qb_columns {
    const struct qb_kind_text *text;
    struct qb_arena arena;
    size_t *most; /* of each property: items of the longest list of objects seen; else 1 once it was seen */
    const char **paths;
    const struct qb_json **schemas; /* of the values in each column */
    size_t count;
    size_t capacity;
};
void qb_columns_init(struct qb_columns *columns, const struct qb_kind_text *text);
void qb_columns_fini(struct qb_columns *columns);
void qb_columns_measure(struct qb_columns *columns, const struct qb_json *record);
void qb_columns_make(struct qb_columns *columns);
/* The value in a record at a path, or NULL. */
const struct qb_json *qb_column_value(const struct qb_json *record, const char *path);

#endif
