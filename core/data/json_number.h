/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers as they are written: decimals of any length and exponent, compared and divided without rounding.
 * Nothing is ever expanded: 1e1000000000 costs no more than 1. Exponents of more than 36 digits all count
 * as the largest. The values given to the functions on `struct qb_json` must be of type NUMBER.
 */
#ifndef QB_CORE_DATA_JSON_NUMBER_H
#define QB_CORE_DATA_JSON_NUMBER_H

#include "core/data/json.h"

/* No fraction: 1, 1.0, 10e-1, 1e400. */
bool qb_json_number_is_integer(const struct qb_json *value);
/* -1, 0 or 1. */
int qb_json_number_sign(const struct qb_json *value);
/* Whether value is divisor times an integer (JSON Schema validation 6.2.1, multipleOf), signs playing no part.
 * False for a divisor of zero. Work: the digits of the value times those of a divisor beyond 18 digits. */
bool qb_json_number_multiple(const struct qb_json *value, const struct qb_json *divisor);

/* The nearest double of a JSON number's text, infinite when beyond range; the locale plays no part. */
double qb_json_number_double(const char *text, size_t length);
/* Whether `number`, which was read from that text, printed by qb_json_write_double is the same value. */
bool qb_json_number_survives(const char *text, size_t length, double number);

/* The shortest decimal that reads back as `number` (finite): 0.DIGITS times ten to `point`. */
struct qb_json_decimal {
    char digits[18]; /* no zero before or behind, NUL-terminated; "0" for zero, with point 1 */
    int count;
    int point;
    bool negative;
};
void qb_json_number_shortest(double number, struct qb_json_decimal *decimal);

#endif
