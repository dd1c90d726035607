/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Civil dates as day numbers, by the usual arithmetic on eras of 400 years (146 097 days) with the year
 * beginning in March, so that the leap day is the last of its year.
 */
#include "core/base/date.h"

#include <stdio.h>
#include <string.h>

#define ERA_DAYS 146097
#define EPOCH_SHIFT 719468 /* days from 0000-03-01 to 1970-01-01 */

int qb_date_month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

qb_date qb_date_from_civil(int year, int month, int day)
{
    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > qb_date_month_days(year, month))
        return QB_DATE_NONE;
    int y = month <= 2 ? year - 1 : year;
    int era = y / 400;
    int year_of_era = y - era * 400;
    int day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * ERA_DAYS + day_of_era - EPOCH_SHIFT;
}

void qb_date_to_civil(qb_date date, int *year, int *month, int *day)
{
    int shifted = date + EPOCH_SHIFT;
    int era = (shifted >= 0 ? shifted : shifted - (ERA_DAYS - 1)) / ERA_DAYS;
    int day_of_era = shifted - era * ERA_DAYS;
    int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int month_from_march = (5 * day_of_year + 2) / 153;
    *day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    *month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    *year = year_of_era + era * 400 + (*month <= 2);
}

/* Reads `digits` decimal digits, -1 when there is anything else. */
static int number(const char *text, int digits)
{
    int value = 0;
    for (int i = 0; i < digits; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

qb_date qb_date_parse(const char *text, size_t length)
{
    if (length != 10 || text[4] != '-' || text[7] != '-')
        return QB_DATE_NONE;
    return qb_date_from_civil(number(text, 4), number(text + 5, 2), number(text + 8, 2));
}

/* Two decimal digits of 0..99. */
static void put2(char *text, int value)
{
    text[0] = (char)('0' + value / 10 % 10);
    text[1] = (char)('0' + value % 10);
}

char *qb_date_format(qb_date date, char text[QB_DATE_SIZE])
{
    text[0] = '\0';
    if (date == QB_DATE_NONE)
        return text;
    int year;
    int month;
    int day;
    qb_date_to_civil(date, &year, &month, &day);
    put2(text, year / 100);
    put2(text + 2, year % 100);
    text[4] = '-';
    put2(text + 5, month);
    text[7] = '-';
    put2(text + 8, day);
    text[10] = '\0';
    return text;
}

qb_date qb_date_add_months(qb_date date, int months)
{
    int year;
    int month;
    int day;
    qb_date_to_civil(date, &year, &month, &day);
    int64_t count = (int64_t)year * 12 + (month - 1) + months;
    if (count < 12 || count >= 10000 * 12)
        return QB_DATE_NONE;
    year = (int)(count / 12);
    month = (int)(count % 12) + 1;
    int last = qb_date_month_days(year, month);
    return qb_date_from_civil(year, month, day < last ? day : last);
}

int qb_date_weekday(qb_date date)
{
    int shifted = (date + 3) % 7; /* 1970-01-01 was a Thursday */
    return shifted < 0 ? shifted + 7 : shifted;
}

bool qb_date_zone(const char *name, int *minutes)
{
    static const struct {
        const char *name;
        int minutes;
    } zones[] = {
        {"Asia/Jakarta", 7 * 60},
        {"Asia/Pontianak", 7 * 60},
        {"Asia/Makassar", 8 * 60},
        {"Asia/Jayapura", 9 * 60},
        {"UTC", 0},
    };
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
        if (!strcmp(zones[i].name, name)) {
            *minutes = zones[i].minutes;
            return true;
        }
    return false;
}

qb_date qb_date_at(int64_t seconds, int offset_minutes)
{
    int64_t local = seconds + (int64_t)offset_minutes * 60;
    int64_t day = local >= 0 ? local / 86400 : -((-local + 86399) / 86400);
    return (qb_date)day;
}
