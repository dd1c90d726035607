/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The encodings of tables: UTF-8, UTF-16 and Windows-1252 as UTF-8. */
#ifndef QB_CORE_DATA_CSV_TEXT_H
#define QB_CORE_DATA_CSV_TEXT_H

#include "core/data/csv.h"

/* Appends the text without its byte order mark. *encoding is QB_CSV_FIND or what to take it for, and is set to what it
 * was taken for. False when it is not in that encoding: the fault says on which line. */
bool qb_csv_decode(struct qb_buf *out, const char *bytes, size_t length, enum qb_csv_encoding *encoding,
                   struct qb_csv_fault *fault);

#endif
