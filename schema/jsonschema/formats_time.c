/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Dates and times of RFC 3339: the grammar of section 5.6, the days that exist, leap seconds where they can be (the
 * last second of a month in UTC), and the durations of appendix A.
 */
#include "schema/jsonschema/formats.h"

#include "core/base/date.h"

/* What is left to read. */
struct rest {
    const char *at;
    const char *end;
};

/* Exactly so many digits. */
static bool number(struct rest *rest, unsigned count, int *value)
{
    *value = 0;
    for (unsigned i = 0; i < count; i++) {
        if (rest->at == rest->end || *rest->at < '0' || *rest->at > '9')
            return false;
        *value = *value * 10 + (*rest->at++ - '0');
    }
    return true;
}

static bool skip(struct rest *rest, char c)
{
    if (rest->at == rest->end || *rest->at != c)
        return false;
    rest->at++;
    return true;
}

/* The letter in either case. */
static bool skip_letter(struct rest *rest, char upper)
{
    return skip(rest, upper) || skip(rest, (char)(upper | 0x20));
}

struct day {
    int year, month, day;
};

static bool full_date(struct rest *rest, struct day *day)
{
    if (!number(rest, 4, &day->year) || !skip(rest, '-') || !number(rest, 2, &day->month) || !skip(rest, '-') ||
        !number(rest, 2, &day->day))
        return false;
    /* four digits are a year, so 0000 is one (and a leap year) */
    return day->month >= 1 && day->month <= 12 && day->day >= 1 &&
           day->day <= qb_date_month_days(day->year, day->month);
}

struct clock {
    int hour, minute, second;
    int offset; /* minutes east of UTC */
};

/* time-offset */
static bool time_offset(struct rest *rest, int *offset)
{
    *offset = 0;
    if (skip_letter(rest, 'Z'))
        return true;
    bool west = skip(rest, '-');
    if (!west && !skip(rest, '+'))
        return false;
    int hour;
    int minute;
    if (!number(rest, 2, &hour) || !skip(rest, ':') || !number(rest, 2, &minute))
        return false;
    *offset = (hour * 60 + minute) * (west ? -1 : 1);
    return hour <= 23 && minute <= 59;
}

/* time-secfrac, when there is one. */
static bool fraction(struct rest *rest)
{
    if (!skip(rest, '.'))
        return true;
    int digit;
    if (!number(rest, 1, &digit))
        return false;
    while (number(rest, 1, &digit))
        ;
    return true;
}

/* full-time, with the leap second by the clock of UTC alone. */
static bool full_time(struct rest *rest, struct clock *clock)
{
    if (!number(rest, 2, &clock->hour) || !skip(rest, ':') || !number(rest, 2, &clock->minute) || !skip(rest, ':') ||
        !number(rest, 2, &clock->second) || !fraction(rest) || !time_offset(rest, &clock->offset))
        return false;
    if (clock->hour > 23 || clock->minute > 59 || clock->second > 60)
        return false;
    const int day = 24 * 60;
    int utc = (clock->hour * 60 + clock->minute - clock->offset + 2 * day) % day;
    return clock->second < 60 || utc == day - 1;
}

/* Whether a leap second at this local time falls on the last day of a month in UTC. */
static bool month_ends(const struct day *day, const struct clock *clock)
{
    int utc = clock->hour * 60 + clock->minute - clock->offset;
    int days = qb_date_month_days(day->year, day->month);
    if (utc < 0) /* the day before */
        return day->day == 1;
    if (utc >= 24 * 60) /* the day after */
        return day->day == days - 1;
    return day->day == days;
}

bool qb_format_date(const char *text, size_t length)
{
    struct rest rest = {text, text + length};
    struct day day;
    return full_date(&rest, &day) && rest.at == rest.end;
}

bool qb_format_time(const char *text, size_t length)
{
    struct rest rest = {text, text + length};
    struct clock clock;
    return full_time(&rest, &clock) && rest.at == rest.end;
}

bool qb_format_date_time(const char *text, size_t length)
{
    struct rest rest = {text, text + length};
    struct day day;
    struct clock clock;
    if (!full_date(&rest, &day) || !skip_letter(&rest, 'T') || !full_time(&rest, &clock) || rest.at != rest.end)
        return false;
    return clock.second < 60 || month_ends(&day, &clock);
}

/* 1*DIGIT and one of the units, in their order and without a gap: "H" may be followed by "M", not by "S". False when
 * something else stands there; *none tells that nothing did. */
static bool units(struct rest *rest, const char *letters, bool *none)
{
    const char *unit = NULL;
    *none = true;
    while (rest->at < rest->end && *rest->at >= '0' && *rest->at <= '9') {
        int digit;
        while (number(rest, 1, &digit))
            ;
        const char *next = unit ? unit + 1 : letters;
        while (!unit && *next && rest->at < rest->end && *next != *rest->at)
            next++;
        if (!*next || !skip(rest, *next))
            return false;
        unit = next;
        *none = false;
    }
    return true;
}

/* RFC 3339 appendix A; letters of ABNF are taken in upper case, as ISO 8601 writes them. */
bool qb_format_duration(const char *text, size_t length)
{
    struct rest rest = {text, text + length};
    bool no_date;
    bool no_time = true;
    if (!skip(&rest, 'P'))
        return false;
    if (length && text[length - 1] == 'W')
        return units(&rest, "W", &no_date) && !no_date && rest.at == rest.end;
    if (!units(&rest, "YMD", &no_date))
        return false;
    if (skip(&rest, 'T') && (!units(&rest, "HMS", &no_time) || no_time))
        return false;
    return rest.at == rest.end && !(no_date && no_time);
}
