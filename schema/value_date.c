/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Dates as people write them: 2020-07-06, 6/7/2020, 06-07-2020, 6.7.2020, 6 Juli 2020, 6-Jul-2020, July 6, 2020. In
 * numbers the day stands before the month, as in Indonesia; a date that only makes sense the other way round is
 * refused, and so are years of two digits. Databases add a time of midnight, which says nothing and is passed over.
 */
#include "core/base/text.h"
#include "schema/value.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

struct part {
    const char *at;
    size_t length;
    int number; /* -1: letters */
};

static bool letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* One run of digits (at most four) or letters. */
static size_t take_part(struct part *part, const char *at, size_t length)
{
    *part = (struct part){.at = at, .number = -1};
    while (part->length < length && letter(at[part->length]))
        part->length++;
    if (part->length)
        return part->length;
    part->number = 0;
    while (part->length < length && at[part->length] >= '0' && at[part->length] <= '9' && part->length < 5)
        part->number = part->number * 10 + (at[part->length++] - '0');
    return part->length < 5 ? part->length : 0;
}

/* Three parts and nothing else. */
static bool take_parts(struct part parts[3], const char *words, size_t length)
{
    size_t at = 0;
    for (int i = 0; i < 3; i++) {
        size_t marks = strspn(words + at, "/-., ");
        if (i ? !marks : marks)
            return false;
        at += marks;
        size_t size = take_part(&parts[i], words + at, length - at);
        if (!size)
            return false;
        at += size;
    }
    return at == length;
}

/* "00:00", "0:00:00.000" behind a blank or a T. */
static size_t without_midnight(const char *words, size_t length)
{
    const char *colon = memchr(words, ':', length);
    if (!colon)
        return length;
    size_t start = (size_t)(colon - words);
    while (start && words[start - 1] == '0')
        start--;
    if (!start || (words[start - 1] != ' ' && words[start - 1] != 'T') || words + start == colon)
        return length;
    for (size_t i = start; i < length; i++)
        if (!strchr("0:.", words[i]) || !words[i])
            return length;
    return start - 1;
}

/* Whether `word` is the name, or begins it and is at least three letters long. */
static bool names(const struct part *part, const char *name)
{
    size_t length = strlen(name);
    return part->length >= 3 && part->length <= length && !strncasecmp(part->at, name, part->length);
}

/* Other spellings, one a word: "agt=8 nopember=11". */
static int listed(const struct part *part, const char *list)
{
    for (const char *at = list; *at; at += strspn(at, " ")) {
        const char *equals = strchr(at, '=');
        if (!equals)
            return 0;
        if ((size_t)(equals - at) == part->length && !strncasecmp(at, part->at, part->length)) {
            int month = 0;
            return sscanf(equals + 1, "%d", &month) == 1 ? month : 0;
        }
        at = equals + strcspn(equals, " ");
    }
    return 0;
}

/* The month of that name in either language, 0 when there is none. */
static int month_of(const struct part *part)
{
    if (part->number >= 0)
        return part->number;
    for (int language = 0; language < QB_LANGUAGES; language++) {
        for (int month = 1; month <= 12; month++) {
            char id[24];
            snprintf(id, sizeof id, "date.month.%d", month);
            if (names(part, qb_text((enum qb_language)language, id)))
                return month;
        }
        int month = listed(part, qb_text((enum qb_language)language, "new.months"));
        if (month)
            return month;
    }
    return 0;
}

qb_date qb_value_date(const char *words, size_t length)
{
    struct part parts[3];
    char copy[64];
    words = qb_value_trim(words, &length);
    length = without_midnight(words, length);
    if (!length || length >= sizeof copy)
        return QB_DATE_NONE;
    memcpy(copy, words, length);
    copy[length] = '\0';
    if (!take_parts(parts, copy, length))
        return QB_DATE_NONE;
    bool year_first = parts[0].length == 4 && parts[0].number >= 0;
    const struct part *year = year_first ? &parts[0] : &parts[2];
    bool by_name = !year_first && parts[0].number < 0; /* "July 6, 2020" */
    const struct part *month = by_name ? &parts[0] : &parts[1];
    const struct part *day = year_first ? &parts[2] : by_name ? &parts[1] : &parts[0];
    if (year->length != 4 || year->number < 0 || day->number < 0 || day->length > 2 ||
        (month->number >= 0 && month->length > 2))
        return QB_DATE_NONE;
    return qb_date_from_civil(year->number, month_of(month), day->number);
}
