/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Civil dates of the proleptic Gregorian calendar, years 0001 to 9999, as days since 1970-01-01.
 * Pure: no clock, no time zone database. Today is always a parameter.
 */
#ifndef QB_CORE_BASE_DATE_H
#define QB_CORE_BASE_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef int32_t qb_date; /* days since 1970-01-01 */

#define QB_DATE_NONE INT32_MIN
#define QB_DATE_SIZE 11 /* "YYYY-MM-DD" and its NUL */

/* QB_DATE_NONE when there is no such day. month 1..12, day 1..31. */
qb_date qb_date_from_civil(int year, int month, int day);
void qb_date_to_civil(qb_date date, int *year, int *month, int *day);
int qb_date_month_days(int year, int month);

/* RFC 3339 full-date, nothing before or after. QB_DATE_NONE when it is none. */
qb_date qb_date_parse(const char *text, size_t length);
/* Writes 10 bytes and a NUL and returns `text`; QB_DATE_NONE gives "". */
char *qb_date_format(qb_date date, char text[QB_DATE_SIZE]);

/* Keeps the day of the month, or takes the month's last day where it does not exist (SCHEDULE R1). */
qb_date qb_date_add_months(qb_date date, int months);
/* 0 = Monday .. 6 = Sunday (ISO 8601, less one). */
int qb_date_weekday(qb_date date);

/* Offset in minutes east of UTC of the zones that the settings accept ("Asia/Jakarta" 420, ...): the
 * Indonesian ones, which know no summer time, and UTC. False when the name is not known. */
bool qb_date_zone(const char *name, int *minutes);
/* The civil date in a zone at `seconds` since the epoch. */
qb_date qb_date_at(int64_t seconds, int offset_minutes);

#endif
