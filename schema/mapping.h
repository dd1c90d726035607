/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the columns of a spreadsheet become records: a YAML file that schema/mapping.yaml describes.
 *
 *     columns: {Nomor PC: certificate_number, Keterangan: null}
 *     values: {status: departed}
 *     decimal: comma
 */
#ifndef QB_SCHEMA_MAPPING_H
#define QB_SCHEMA_MAPPING_H

#include "core/data/csv.h"
#include "core/records/problem.h"
#include "schema/value.h"

struct qb_mapping_row {
    const char *name;  /* header of a column; path of a fixed value */
    const char *words; /* the property's path, NULL: left out; the value */
};

struct qb_mapping {
    struct qb_arena arena;
    struct qb_mapping_row *columns;
    size_t column_count;
    struct qb_mapping_row *values;
    size_t value_count;
    struct qb_csv_options table;
    enum qb_value_decimal decimal; /* OPEN: to be found */
};

/* Ready without a file, too: `struct qb_mapping mapping = {0}` says nothing. */
bool qb_mapping_read(struct qb_mapping *mapping, const char *path, const char *text, size_t length,
                     struct qb_problems *problems);
void qb_mapping_fini(struct qb_mapping *mapping);

#endif
