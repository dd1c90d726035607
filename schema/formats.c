/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The formats that an office meets every day and a pattern cannot say: real dates inside a number, check
 * digits, lists of codes. Each is one function over the text, without allocation, and one row in the table
 * at the end.
 */
#include "schema/formats.h"

#include "core/base/date.h"

#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_capital(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool all_digits(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (!is_digit(text[i]))
            return false;
    return true;
}

/* The value of digits that are known to be digits. */
static int number(const char *text, size_t length)
{
    int value = 0;
    for (size_t i = 0; i < length; i++)
        value = value * 10 + (text[i] - '0');
    return value;
}

/* Nomor Induk Pegawai: birth yyyymmdd, appointment yyyymm, sex 1 or 2, serial of three digits. */
static bool nip(const char *text, size_t length)
{
    if (length != 18 || !all_digits(text, length))
        return false;
    qb_date birth = qb_date_from_civil(number(text, 4), number(text + 4, 2), number(text + 6, 2));
    qb_date appointment = qb_date_from_civil(number(text + 8, 4), number(text + 12, 2), 1);
    return birth != QB_DATE_NONE && appointment != QB_DATE_NONE && (text[14] == '1' || text[14] == '2');
}

/* ISO 6346 annex A: letters count 10 to 38 without the multiples of 11, digits count themselves. */
static int iso6346_value(char c)
{
    if (is_digit(c))
        return c - '0';
    int letter = c - 'A';
    return 10 + letter + (letter >= 1) + (letter >= 11) + (letter >= 21);
}

/* ISO 6346: owner of three letters, category U, J or Z, six digits; then the sum of values times 2^position,
 * modulo 11, where 10 is written 0. */
static bool iso6346(const char *text, size_t length)
{
    if (length != 11 || !all_digits(text + 4, 7) || !memchr("UJZ", text[3], 3))
        return false;
    int sum = 0;
    for (int i = 0; i < 10; i++) {
        if (i < 3 && !is_capital(text[i]))
            return false;
        sum += iso6346_value(text[i]) * (1 << i);
    }
    return sum % 11 % 10 == text[10] - '0';
}

/* ISO 3166-1, the officially assigned alpha-2 codes: second letters by the first. */
static const char *const countries[26] = {
    "DEFGILMOQRSTUWXZ",        /* A */
    "ABDEFGHIJLMNOQRSTVWYZ",   /* B */
    "ACDFGHIKLMNORUVWXYZ",     /* C */
    "EJKMOZ",                  /* D */
    "CEGHRST",                 /* E */
    "IJKMOR",                  /* F */
    "ABDEFGHILMNPQRSTUWY",     /* G */
    "KMNRTU",                  /* H */
    "DELMNOQRST",              /* I */
    "EMOP",                    /* J */
    "EGHIMNPRWYZ",             /* K */
    "ABCIKRSTUVY",             /* L */
    "ACDEFGHKLMNOPQRSTUVWXYZ", /* M */
    "ACEFGILOPRUZ",            /* N */
    "M",                       /* O */
    "AEFGHKLMNRSTWY",          /* P */
    "A",                       /* Q */
    "EOSUW",                   /* R */
    "ABCDEGHIJKLMNORSTVXYZ",   /* S */
    "CDFGHJKLMNORTVWZ",        /* T */
    "AGMSYZ",                  /* U */
    "ACEGINU",                 /* V */
    "FS",                      /* W */
    "",                        /* X: user-assigned only */
    "ET",                      /* Y */
    "AMW",                     /* Z */
};

static bool country(const char *text, size_t length)
{
    if (length != 2 || !is_capital(text[0]) || !is_capital(text[1]))
        return false;
    return strchr(countries[text[0] - 'A'], text[1]) != NULL;
}

/* UN/LOCODE manual, 3.2: a country, then three of A to Z and 2 to 9 (0 and 1 look like letters). */
static bool unlocode(const char *text, size_t length)
{
    if (length != 5 || !country(text, 2))
        return false;
    for (size_t i = 2; i < 5; i++)
        if (!is_capital(text[i]) && !(text[i] >= '2' && text[i] <= '9'))
            return false;
    return true;
}

/* Harmonized System: chapters 01 to 97, 77 being reserved; 98 and 99 are for national use. Six digits are
 * the world's, eight the tariff's. */
static bool hs_code(const char *text, size_t length)
{
    if ((length != 6 && length != 8) || !all_digits(text, length))
        return false;
    int chapter = number(text, 2);
    return chapter >= 1 && chapter <= 97 && chapter != 77;
}

/* Nomor Pokok Wajib Pajak: 15 digits, or 16 since the population number took its place. */
static bool npwp(const char *text, size_t length)
{
    return (length == 15 || length == 16) && all_digits(text, length);
}

/* E.164: at most 15 digits; a country code never begins with 0. Fewer than 7 are no subscriber. */
static bool e164(const char *text, size_t length)
{
    return length >= 8 && length <= 16 && text[0] == '+' && text[1] != '0' && all_digits(text + 1, length - 1);
}

/* A part of text up to a separator or the end. */
struct part {
    const char *text;
    size_t length;
};

/* Takes the next part off `rest`; false when nothing is left. A separator at the end leaves an empty part. */
static bool next_part(struct part *rest, char separator, struct part *part)
{
    if (!rest->text)
        return false;
    const char *end = memchr(rest->text, separator, rest->length);
    part->text = rest->text;
    part->length = end ? (size_t)(end - rest->text) : rest->length;
    rest->length -= end ? part->length + 1 : part->length;
    rest->text = end ? end + 1 : NULL;
    return true;
}

static bool part_is(const struct part *part, const char *text)
{
    return part->length == strlen(text) && !memcmp(part->text, text, part->length);
}

/* Capitals and digits in groups between single dots: OT.080, K.9.A. */
static bool dotted(const struct part *part)
{
    bool group = false;
    for (size_t i = 0; i < part->length; i++) {
        char c = part->text[i];
        if (c == '.' && !group)
            return false;
        if (c != '.' && !is_digit(c) && !is_capital(c))
            return false;
        group = c != '.';
    }
    return group;
}

/* number/Kpts/classification/office/month/year: 77/Kpts/OT.080/K.9.A/06/2020. */
static bool decree_number(const char *text, size_t length)
{
    enum { NUMBER, KPTS, CLASSIFICATION, OFFICE, MONTH, YEAR, PARTS };
    struct part rest = {text, length};
    struct part parts[PARTS];
    for (int i = 0; i < PARTS; i++)
        if (!next_part(&rest, '/', &parts[i]))
            return false;
    if (rest.text || !part_is(&parts[KPTS], "Kpts") || !dotted(&parts[CLASSIFICATION]) || !dotted(&parts[OFFICE]))
        return false;
    const struct part *serial = &parts[NUMBER];
    if (serial->length < 1 || serial->length > 6 || !all_digits(serial->text, serial->length))
        return false;
    const struct part *month = &parts[MONTH];
    const struct part *year = &parts[YEAR];
    return month->length == 2 && all_digits(month->text, 2) && year->length == 4 && all_digits(year->text, 4) &&
           qb_date_from_civil(number(year->text, 4), number(month->text, 2), 1) != QB_DATE_NONE;
}

#define TIMES "\xc3\x97" /* U+00D7, the sign of a hybrid */

/* Bytes of a small letter at `text`: a to z, or a vowel with the diaeresis that ICN article 60.7 allows; else 0. */
static size_t small_letter(const char *text, size_t length)
{
    if (length >= 1 && text[0] >= 'a' && text[0] <= 'z')
        return 1;
    return length >= 2 && text[0] == '\xc3' && memchr("\xa4\xab\xaf\xb6\xbc", text[1], 5) ? 2 : 0;
}

/* Small letters to the end, at least so many, with single hyphens between them. */
static bool small_word(const char *text, size_t length, int least)
{
    size_t at = 0;
    int letters = 0;
    bool hyphen = true;
    while (at < length) {
        size_t step = small_letter(text + at, length - at);
        if (!step && (text[at] != '-' || hyphen))
            return false;
        hyphen = !step;
        letters += step > 0;
        at += step ? step : 1;
    }
    return letters >= least && !hyphen;
}

/* Takes off a word in front of which the hybrid sign may stand, by itself (also as the letter x) or joined. */
static bool next_name(struct part *rest, struct part *word)
{
    if (!next_part(rest, ' ', word))
        return false;
    if (part_is(word, TIMES) || part_is(word, "x"))
        return next_part(rest, ' ', word);
    if (word->length > 2 && !memcmp(word->text, TIMES, 2)) {
        word->text += 2;
        word->length -= 2;
    }
    return true;
}

static bool rank(const struct part *word)
{
    static const char *const ranks[] = {"subsp.", "ssp.", "var.", "subvar.", "f.", "subf.", "nothosubsp.", "nothovar."};
    for (size_t i = 0; i < sizeof ranks / sizeof *ranks; i++)
        if (part_is(word, ranks[i]))
            return true;
    return false;
}

/* A scientific name without its author (ICN articles 20 to 27 and H.1 to H.5): Ipomoea batatas, Citrus sp.,
 * Musa x paradisiaca with the sign, Brassica oleracea var. capitata f. rubra. */
static bool binomial(const char *text, size_t length)
{
    struct part rest = {text, length};
    struct part word;
    if (!next_name(&rest, &word) || word.length < 2 || !is_capital(word.text[0]) ||
        !small_word(word.text + 1, word.length - 1, 1))
        return false;
    if (!next_name(&rest, &word))
        return false;
    if (part_is(&word, "sp.") || part_is(&word, "spp."))
        return !rest.text;
    if (part_is(&word, "sp") || part_is(&word, "spp") || !small_word(word.text, word.length, 2))
        return false; /* the full stop was forgotten */
    while (next_part(&rest, ' ', &word)) {
        struct part epithet;
        if (!rank(&word) || !next_name(&rest, &epithet) || !small_word(epithet.text, epithet.length, 2))
            return false;
    }
    return true;
}

/* The built-in one, as RFC 3339, knows a year 0000; the calendar of core/base/date begins at 0001. */
static bool date(const char *text, size_t length)
{
    return qb_date_parse(text, length) != QB_DATE_NONE;
}

static const struct qb_schema_format rows[] = {
    {"date", date, "2020-06-05"},
    {"x-qbis-nip", nip, "199003152015031001"},
    {"x-qbis-iso6346", iso6346, "CSQU3054383"},
    {"x-qbis-iso3166-alpha2", country, "JP"},
    {"x-qbis-unlocode", unlocode, "IDBLW"},
    {"x-qbis-hs-code", hs_code, "071420"},
    {"x-qbis-npwp", npwp, "012345678123000"},
    {"x-qbis-decree-number", decree_number, "77/Kpts/OT.080/K.9.A/06/2020"},
    {"x-qbis-e164", e164, "+62615550100"},
    {"x-qbis-binomial", binomial, "Ipomoea batatas"},
};

const struct qb_schema_format *qb_formats(size_t *count)
{
    *count = sizeof rows / sizeof *rows;
    return rows;
}
