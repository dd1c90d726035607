/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Dates as people write them: "10 Juli 2020", "10 July 2020". */
#ifndef QB_CORE_OUTPUT_DATE_WORDS_H
#define QB_CORE_OUTPUT_DATE_WORDS_H

#include "core/base/buf.h"
#include "core/base/date.h"
#include "core/base/text.h"

/* Appends; nothing for QB_DATE_NONE. */
void qb_date_words(struct qb_buf *out, enum qb_language language, qb_date date);
/* The same after the day of the week: "Jumat, 10 Juli 2020". */
void qb_date_words_weekday(struct qb_buf *out, enum qb_language language, qb_date date);
/* The month alone: "Juli 2020", and its short name: "Jul". */
void qb_date_words_month(struct qb_buf *out, enum qb_language language, qb_date date);
void qb_date_words_month_name(struct qb_buf *out, enum qb_language language, qb_date date); /* "Juli" */
void qb_date_words_short(struct qb_buf *out, enum qb_language language, qb_date date);

#endif
