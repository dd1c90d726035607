/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Values as people write them - on the command line, in a cell of a spreadsheet - and the JSON values that a kind's
 * schema wants there:
 *
 *     "6 Juli 2020"          "2020-07-06"       format: date (also 6/7/2020, 06-07-2020; never month first)
 *     "12.000,5"             12000.5            type: number
 *     "ya"                   true               type: boolean
 *     "Rendah"               "low"              a label of an enum's value, in either language
 *     "OFF-0001; OFF-0002"   ["OFF-0001", ...]  type: array
 *
 * What cannot be read as the schema wants stays a string: the check then says what is wrong, in the same words as for
 * a record. Writing is the way back: what qb_value_write wrote, qb_value_read reads as the same value, but for blanks
 * around text, which never count.
 */
#ifndef QB_SCHEMA_VALUE_H
#define QB_SCHEMA_VALUE_H

#include "core/base/date.h"
#include "schema/kind_text.h"

/* What separates the decimals. OPEN: whatever the number itself leaves no doubt about. */
enum qb_value_decimal { QB_DECIMAL_OPEN, QB_DECIMAL_POINT, QB_DECIMAL_COMMA };

/* Appends the value as JSON in one line. False, and nothing appended, when it is a number that can be read in two ways:
 * "12.000" is 12 or 12000 (only with QB_DECIMAL_OPEN). Text of blanks alone is the empty string. */
bool qb_value_read(struct qb_buf *out, const struct qb_kind_text *text, const struct qb_json *schema,
                   enum qb_value_decimal decimal, const char *words, size_t length);
/* Appends the words for a value. */
void qb_value_write(struct qb_buf *out, const struct qb_kind_text *text, const struct qb_json *schema,
                    const struct qb_json *value);

/* What a number says about its decimals: OPEN when it may be either, or is none. */
enum qb_value_decimal qb_value_decimal_of(const char *words, size_t length);
/* Whether the schema wants a number, itself or in the items of a list. */
bool qb_value_wants_number(const struct qb_kind_text *text, const struct qb_json *schema);
/* Without the blanks around it, non-breaking ones included. Points into `words`. */
const char *qb_value_trim(const char *words, size_t *length);

/* --- schema/value_number, schema/value_date --- */

/* Appends the number as JSON writes it. 1: done; 0: it is none; -1: it can be read in two ways. */
int qb_value_number(struct qb_buf *out, enum qb_value_decimal decimal, const char *words, size_t length);
/* QB_DATE_NONE when it is none: year first, or day first with the month as a number or by name. */
qb_date qb_value_date(const char *words, size_t length);

#endif
