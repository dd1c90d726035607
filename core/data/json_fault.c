/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is wrong with a text that is not JSON, in terms of what a person did: forgot a comma, typed a date
 * without quotes, used a decimal comma, saved as UTF-16. The scan says what was wanted where; a table of
 * rules, the first that fits, names the mistake and the place where one would mend it (which for something
 * missing is where it belongs, not where its absence was noticed).
 *
 * None of this runs for texts that are right.
 */
#include "core/data/json_fault.h"

#include "core/base/utf8.h"

#include <stdio.h>
#include <string.h>

#define BOM "\xEF\xBB\xBF"
#define BOM_SIZE 3
#define ANY 0xFFFFu /* every enum qb_json_want */

enum where {
    HERE,          /* where the scan stopped */
    BEHIND,        /* right behind what stands before it */
    PREVIOUS,      /* at the last character of what stands before it */
    PREVIOUS_WORD, /* where the word or number before it begins */
    STRING,        /* at the opening quote of the string */
    START,         /* of the text */
    CLOSING,       /* as HERE, and the line of the bracket that is open helps */
    LAST,          /* as BEHIND, and so it does */
};

struct rule {
    unsigned wants;
    const char *bytes; /* one of which stands there; NULL: no matter */
    bool (*holds)(const struct qb_json_scan *scan);
    const char *reason; /* NULL: the word that stands there decides */
    enum where where;
    enum qb_json_fault_code code;
};

/* --- what stands around the place --- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || (unsigned char)c >= 0x80;
}

/* What a person sees as one number or word: 12.000, 2020-06-05, kg/m, ID_1. */
static bool is_word(char c)
{
    return is_digit(c) || is_letter(c) || (c && strchr("+-.", c));
}

static char at_offset(const struct qb_json_scan *scan, size_t offset)
{
    return (size_t)(scan->end - scan->at) > offset ? scan->at[offset] : '\0';
}

/* Behind the last character before the place that is no blank. */
static const char *behind_previous(const struct qb_json_scan *scan)
{
    const char *at = scan->at;
    while (at > scan->begin && is_blank(at[-1]))
        at--;
    return at;
}

static char previous(const struct qb_json_scan *scan)
{
    const char *behind = behind_previous(scan);
    return behind > scan->begin ? behind[-1] : '\0';
}

static const char *previous_word(const struct qb_json_scan *scan)
{
    const char *at = scan->at;
    while (at > scan->begin && (is_blank(at[-1]) || at[-1] == ','))
        at--;
    while (at > scan->begin && is_word(at[-1]))
        at--;
    return at;
}

static char closing(const struct qb_json_scan *scan)
{
    return scan->depth ? scan->opens[scan->depth - 1].close : '\0';
}

static size_t word_length(const char *at, const char *end)
{
    const char *start = at;
    while (at < end && is_word(*at))
        at++;
    return (size_t)(at - start);
}

/* --- conditions --- */

static bool at_end(const struct qb_json_scan *scan)
{
    return scan->at == scan->end;
}

static bool no_text(const struct qb_json_scan *scan)
{
    return scan->begin == scan->end;
}

static bool only_blanks(const struct qb_json_scan *scan)
{
    return at_end(scan) && !scan->depth;
}

static bool ends_in_object(const struct qb_json_scan *scan)
{
    return at_end(scan) && closing(scan) == '}';
}

static bool in_object(const struct qb_json_scan *scan)
{
    return closing(scan) == '}';
}

static bool in_array(const struct qb_json_scan *scan)
{
    return closing(scan) == ']';
}

static bool is_utf16(const struct qb_json_scan *scan)
{
    size_t length = (size_t)(scan->end - scan->text);
    const char *text = scan->text;
    if (length < 2)
        return false;
    if (!memcmp(text, "\xFF\xFE", 2) || !memcmp(text, "\xFE\xFF", 2))
        return true;
    return !text[0] != !text[1] && (length < 4 || (!text[0] == !text[2] && !text[1] == !text[3]));
}

static bool is_nul(const struct qb_json_scan *scan)
{
    return !at_end(scan) && !*scan->at;
}

static bool is_malformed(const struct qb_json_scan *scan)
{
    uint32_t point;
    return !at_end(scan) && !qb_utf8_decode(scan->at, (size_t)(scan->end - scan->at), &point);
}

static bool is_invisible_point(uint32_t point)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {{0x80, 0xA0},     {0xAD, 0xAD},     {0x2000, 0x200F}, {0x2028, 0x202F},
                  {0x205F, 0x206F}, {0x3000, 0x3000}, {0xFEFF, 0xFEFF}, {0xE000, 0xF8FF}};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (point >= ranges[i].first && point <= ranges[i].last)
            return true;
    return false;
}

static bool is_invisible(const struct qb_json_scan *scan)
{
    uint32_t point;
    return !at_end(scan) && qb_utf8_decode(scan->at, (size_t)(scan->end - scan->at), &point) &&
           is_invisible_point(point);
}

static bool is_quote_point(uint32_t point)
{
    return (point >= 0x2018 && point <= 0x201F) || point == 0xAB || point == 0xBB;
}

static bool is_smart_quote(const struct qb_json_scan *scan)
{
    uint32_t point;
    return !at_end(scan) && qb_utf8_decode(scan->at, (size_t)(scan->end - scan->at), &point) && is_quote_point(point);
}

static bool ends_line(const struct qb_json_scan *scan)
{
    return at_end(scan) || *scan->at == '\n' || *scan->at == '\r';
}

static bool ends_after_backslash(const struct qb_json_scan *scan)
{
    return scan->end - scan->at == 1;
}

static bool is_unicode_escape(const struct qb_json_scan *scan)
{
    return at_offset(scan, 1) == 'u';
}

/* git and others leave these in a text that could not be merged. */
static bool is_merge_marker(const struct qb_json_scan *scan)
{
    static const char *const markers[] = {"<<<<<<<", "=======", ">>>>>>>", "|||||||"};
    if (scan->end - scan->at < 7 || (scan->at > scan->begin && scan->at[-1] != '\n'))
        return false;
    for (size_t i = 0; i < sizeof markers / sizeof *markers; i++)
        if (!memcmp(scan->at, markers[i], 7))
            return true;
    return false;
}

static bool is_comment(const struct qb_json_scan *scan)
{
    return *scan->at == '#' || at_offset(scan, 1) == '/' || at_offset(scan, 1) == '*';
}

/* "PT "Maju" Jaya": a string ended and text goes on without a blank. */
static bool is_inner_quote(const struct qb_json_scan *scan)
{
    return !at_end(scan) && scan->at > scan->begin && scan->at[-1] == '"' &&
           (is_letter(*scan->at) || is_digit(*scan->at));
}

static bool follows_comma(const struct qb_json_scan *scan)
{
    return previous(scan) == ',';
}

static bool follows_colon(const struct qb_json_scan *scan)
{
    return previous(scan) == ':';
}

/* 12.000,5: in an object no number can follow a comma. */
static bool is_decimal_comma(const struct qb_json_scan *scan)
{
    const char *at = scan->at;
    return at - scan->begin >= 2 && is_digit(*at) && at[-1] == ',' && is_digit(at[-2]);
}

/* 12 000 */
static bool is_spaced_number(const struct qb_json_scan *scan)
{
    return in_object(scan) && is_digit(*scan->at) && is_digit(previous(scan));
}

/* 15/06/2020, where 15 was taken for a number */
static bool is_slashed_date(const struct qb_json_scan *scan)
{
    return is_digit(previous(scan)) && is_digit(at_offset(scan, 1));
}

static bool is_point_and_digit(const struct qb_json_scan *scan)
{
    return is_digit(at_offset(scan, 1));
}

static bool starts_word(const struct qb_json_scan *scan)
{
    return !at_end(scan) && is_letter(*scan->at);
}

/* 12 kg */
static bool is_unit(const struct qb_json_scan *scan)
{
    return starts_word(scan) && is_digit(previous(scan));
}

#define KEY QB_JSON_WANT_KEY
#define VALUE QB_JSON_WANT_VALUE
#define COLON QB_JSON_WANT_COLON
#define COMMA QB_JSON_WANT_COMMA
#define END QB_JSON_WANT_END
#define BETWEEN (KEY | VALUE | COLON | COMMA | END) /* outside of strings and numbers */
#define DIGITS "0123456789"

static const struct rule rules[] = {
    {ANY, NULL, is_utf16, "json.utf16", START, QB_JSON_ENCODING},
    {ANY, NULL, is_nul, "json.zero-bytes", HERE, QB_JSON_SYNTAX},
    {ANY, NULL, is_malformed, "json.not-utf8", HERE, QB_JSON_ENCODING},
    {QB_JSON_WANT_STRING, NULL, ends_line, "json.unclosed-string", STRING, QB_JSON_SYNTAX},
    {QB_JSON_WANT_STRING, "\t", NULL, "json.tab-in-string", HERE, QB_JSON_SYNTAX},
    {QB_JSON_WANT_STRING, NULL, NULL, "json.control-character", HERE, QB_JSON_SYNTAX},
    {QB_JSON_WANT_ESCAPE, NULL, ends_after_backslash, "json.unclosed-string", STRING, QB_JSON_SYNTAX},
    {QB_JSON_WANT_ESCAPE, NULL, is_unicode_escape, "json.unicode-escape", HERE, QB_JSON_SYNTAX},
    {QB_JSON_WANT_ESCAPE, NULL, NULL, "json.escape", HERE, QB_JSON_SYNTAX},
    {QB_JSON_WANT_PAIR, NULL, NULL, "json.lone-surrogate", HERE, QB_JSON_ENCODING},
    {QB_JSON_WANT_LESS, NULL, NULL, "json.too-deep", HERE, QB_JSON_TOO_DEEP},
    {QB_JSON_WANT_NUMBER, NULL, NULL, NULL, HERE, QB_JSON_SYNTAX},

    {VALUE, NULL, no_text, "json.empty", START, QB_JSON_SYNTAX},
    {VALUE, NULL, only_blanks, "json.blank", START, QB_JSON_SYNTAX},
    {BETWEEN, NULL, ends_in_object, "json.unclosed-object", LAST, QB_JSON_SYNTAX},
    {BETWEEN, NULL, at_end, "json.unclosed-array", LAST, QB_JSON_SYNTAX},
    {BETWEEN, NULL, is_invisible, "json.invisible-character", HERE, QB_JSON_SYNTAX},
    {BETWEEN, NULL, is_merge_marker, "json.merge-marker", HERE, QB_JSON_SYNTAX},
    {BETWEEN, "#/", is_comment, "json.comment", HERE, QB_JSON_SYNTAX},
    {COMMA | END, "/", is_slashed_date, "json.unquoted-date", PREVIOUS_WORD, QB_JSON_SYNTAX},
    {BETWEEN, "'", NULL, "json.single-quotes", HERE, QB_JSON_SYNTAX},
    {BETWEEN, NULL, is_smart_quote, "json.smart-quotes", HERE, QB_JSON_SYNTAX},
    {COLON | COMMA, NULL, is_inner_quote, "json.inner-quote", PREVIOUS, QB_JSON_SYNTAX},

    {END, "]}", NULL, "json.extra-closing", HERE, QB_JSON_SYNTAX},
    {END, "{[\"", NULL, "json.second-value", HERE, QB_JSON_SYNTAX},
    {END, NULL, NULL, "json.trailing-bytes", HERE, QB_JSON_SYNTAX},

    {COLON, "=", NULL, "json.equals-sign", HERE, QB_JSON_SYNTAX},
    {COLON, NULL, NULL, "json.missing-colon", BEHIND, QB_JSON_SYNTAX},

    {COMMA, ";", NULL, "json.semicolon", HERE, QB_JSON_SYNTAX},
    {COMMA, ":", in_array, "json.colon-in-array", HERE, QB_JSON_SYNTAX},
    {COMMA | VALUE, ":", NULL, "json.extra-colon", HERE, QB_JSON_SYNTAX},
    {COMMA, "}", NULL, "json.close-array", CLOSING, QB_JSON_SYNTAX},
    {COMMA, "]", NULL, "json.close-object", CLOSING, QB_JSON_SYNTAX},
    {COMMA, NULL, is_spaced_number, "json.digit-groups", PREVIOUS_WORD, QB_JSON_SYNTAX},
    {COMMA, "\"{[-" DIGITS, NULL, "json.missing-comma", BEHIND, QB_JSON_SYNTAX},
    {COMMA, NULL, is_unit, "json.number-tail", PREVIOUS_WORD, QB_JSON_SYNTAX},
    {COMMA, NULL, starts_word, "json.missing-comma", BEHIND, QB_JSON_SYNTAX},

    {KEY, "}", follows_comma, "json.trailing-comma", PREVIOUS, QB_JSON_SYNTAX},
    {VALUE, "]", follows_comma, "json.trailing-comma", PREVIOUS, QB_JSON_SYNTAX},
    {VALUE, ",]}", follows_colon, "json.missing-value", BEHIND, QB_JSON_SYNTAX},
    {KEY | VALUE, ",", NULL, "json.extra-comma", HERE, QB_JSON_SYNTAX},
    {KEY, "]", NULL, "json.close-object", CLOSING, QB_JSON_SYNTAX},
    {VALUE, "}", in_array, "json.close-array", CLOSING, QB_JSON_SYNTAX},
    {VALUE, "]}", NULL, "json.extra-closing", HERE, QB_JSON_SYNTAX},
    {KEY, NULL, is_decimal_comma, "json.decimal-comma", PREVIOUS_WORD, QB_JSON_SYNTAX},
    {KEY, ":", NULL, "json.missing-key", HERE, QB_JSON_SYNTAX},
    {KEY, "{[-" DIGITS, NULL, "json.key-not-text", HERE, QB_JSON_SYNTAX},
    {KEY, NULL, starts_word, "json.unquoted-key", HERE, QB_JSON_SYNTAX},
    {VALUE, "+", NULL, "json.plus-sign", HERE, QB_JSON_SYNTAX},
    {VALUE, ".", is_point_and_digit, "json.leading-point", HERE, QB_JSON_SYNTAX},
    {VALUE, NULL, starts_word, NULL, HERE, QB_JSON_SYNTAX},
    {ANY, NULL, NULL, "json.stray-character", HERE, QB_JSON_SYNTAX},
};

/* --- words and numbers that are none --- */

struct spelling {
    const char *word; /* in any case */
    const char *reason;
};

static const struct spelling spellings[] = {
    {"true", "json.boolean-case"},   {"false", "json.boolean-case"}, {"yes", "json.boolean-word"},
    {"no", "json.boolean-word"},     {"ya", "json.boolean-word"},    {"tidak", "json.boolean-word"},
    {"null", "json.null-word"},      {"none", "json.null-word"},     {"nil", "json.null-word"},
    {"undefined", "json.null-word"}, {"nan", "json.not-finite"},     {"inf", "json.not-finite"},
    {"infinity", "json.not-finite"},
};

static bool spelled(const char *word, size_t length, const char *lower)
{
    size_t i = 0;
    while (i < length && lower[i] && (word[i] | 0x20) == lower[i])
        i++;
    return i == length && !lower[i];
}

static const char *word_reason(const char *word, size_t length)
{
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++)
        if (spelled(word, length, spellings[i].word))
            return spellings[i].reason;
    return "json.unquoted-text";
}

static size_t span(const char *text, size_t length, const char *bytes)
{
    size_t count = 0;
    while (count < length && text[count] && strchr(bytes, text[count]))
        count++;
    return count;
}

/* 2020-06-05, 05/06/2020: begins like one */
static bool is_date(const char *text, size_t length)
{
    size_t at = 0;
    for (int part = 0; part < 3; part++) {
        size_t digits = span(text + at, length - at, DIGITS);
        at += digits;
        if (!digits || (part < 2 && (at == length || !strchr("-/", text[at++]))))
            return false;
    }
    return true;
}

static bool is_hexadecimal(const char *word, size_t length)
{
    size_t sign = span(word, length, "-");
    return length - sign > 1 && word[sign] == '0' && (word[sign + 1] | 0x20) == 'x';
}

static bool is_infinity(const char *word, size_t length)
{
    return length > 1 && word[0] == '-' && !strcmp(word_reason(word + 1, length - 1), "json.not-finite");
}

static bool is_bare_minus(const char *word, size_t length)
{
    return length == 1 && *word == '-';
}

static bool has_leading_point(const char *word, size_t length)
{
    return length > 1 && word[0] == '-' && word[1] == '.';
}

static bool has_groups(const char *word, size_t length)
{
    size_t points = 0;
    for (size_t i = 0; i < length; i++)
        points += word[i] == '.';
    return span(word, length, "-._" DIGITS) == length && (points > 1 || memchr(word, '_', length));
}

static bool has_leading_zero(const char *word, size_t length)
{
    size_t sign = span(word, length, "-");
    return span(word, length, "-.eE+" DIGITS) == length && length - sign > 1 && word[sign] == '0' &&
           is_digit(word[sign + 1]);
}

static bool has_bare_point(const char *word, size_t length)
{
    size_t point = span(word, length, "-" DIGITS);
    return point < length && word[point] == '.' &&
           (point + 1 == length || (word[point + 1] | 0x20) == 'e' || word[point + 1] == '-');
}

static bool has_bare_exponent(const char *word, size_t length)
{
    size_t e = span(word, length, "-." DIGITS);
    return e < length && (word[e] | 0x20) == 'e' && e + 1 + span(word + e + 1, length - e - 1, "+-") == length;
}

static const struct {
    bool (*holds)(const char *word, size_t length);
    const char *reason;
} number_rules[] = {
    {is_infinity, "json.not-finite"},          {is_bare_minus, "json.bare-minus"},
    {has_leading_point, "json.leading-point"}, {is_hexadecimal, "json.hexadecimal"},
    {has_groups, "json.digit-groups"},         {has_leading_zero, "json.leading-zero"},
    {has_bare_point, "json.bare-point"},       {has_bare_exponent, "json.bare-exponent"},
};

static const char *number_reason(const struct qb_json_scan *scan)
{
    if (is_date(scan->at, (size_t)(scan->end - scan->at)))
        return "json.unquoted-date";
    size_t length = word_length(scan->at, scan->end);
    for (size_t i = 0; i < sizeof number_rules / sizeof *number_rules; i++)
        if (number_rules[i].holds(scan->at, length))
            return number_rules[i].reason;
    return "json.number-tail";
}

/* --- places and words --- */

void qb_json_position(const char *text, size_t length, size_t offset, uint32_t *line, uint32_t *column)
{
    size_t start = length >= BOM_SIZE && !memcmp(text, BOM, BOM_SIZE) ? BOM_SIZE : 0;
    *line = 1;
    for (size_t i = start; i < offset; i++) {
        if (text[i] == '\n') {
            ++*line;
            start = i + 1;
        }
    }
    *column = 1 + (offset > start ? (uint32_t)qb_utf8_length(text + start, offset - start) : 0);
}

void qb_json_fault_set(struct qb_json_fault *fault, enum qb_json_fault_code code, const char *reason, const char *text,
                       size_t length, size_t offset)
{
    *fault = (struct qb_json_fault){.code = code, .reason = reason, .offset = offset};
    qb_json_position(text, length, offset, &fault->line, &fault->column);
}

/* One character as a person can see it; its size in the text. */
static size_t visible(char out[16], const char *at, size_t length)
{
    uint32_t point;
    size_t size = qb_utf8_decode(at, length, &point);
    if (!size)
        snprintf(out, 16, "0x%02X", (unsigned char)*at);
    else if (point < 0x20 || point == 0x7F || is_invisible_point(point))
        snprintf(out, 16, "U+%04X", (unsigned)point);
    else
        snprintf(out, 16, "%.*s", (int)size, at);
    return size ? size : 1;
}

void qb_json_fault_found(struct qb_json_fault *fault, const char *bytes, size_t length)
{
    static const char cut[] = "...";
    size_t used = 0;
    for (size_t at = 0; at < length;) {
        char shown[16];
        at += visible(shown, bytes + at, length - at);
        size_t size = strlen(shown);
        size_t after = at < length ? sizeof cut - 1 : 0;
        bool fits = used + size + after < sizeof fault->found;
        memcpy(fault->found + used, fits ? shown : cut, (fits ? size : sizeof cut - 1));
        used += fits ? size : sizeof cut - 1;
        if (!fits)
            break;
    }
    fault->found[used] = '\0';
}

/* How much of the text from `at` on belongs together: a string, an escape, a word, a character. */
static size_t extent(const char *at, const char *end)
{
    size_t left = (size_t)(end - at), length = 1;
    uint32_t point;
    if (*at == '"') {
        while (length < left && at[length] != '"' && at[length] != '\n' && at[length] != '\r')
            length += at[length] == '\\' && length + 1 < left ? 2 : 1;
        return length + (length < left && at[length] == '"');
    }
    if (*at == '\\') {
        while (length < left && length < 6 && is_word(at[length]))
            length++;
        return left > 1 && at[1] == 'u' ? length : left > 1 ? 2 : 1;
    }
    size_t size = qb_utf8_decode(at, left, &point);
    if (!size || !is_word(*at) || is_invisible_point(point) || is_quote_point(point))
        return size ? size : 1;
    while (length < left && (is_word(at[length]) || at[length] == '/'))
        length++;
    return length;
}

static bool fits(const struct rule *rule, const struct qb_json_scan *scan)
{
    if (!(rule->wants & scan->want))
        return false;
    if (rule->bytes && (scan->at == scan->end || !*scan->at || !strchr(rule->bytes, *scan->at)))
        return false;
    return !rule->holds || rule->holds(scan);
}

static const char *place(const struct qb_json_scan *scan, enum where where)
{
    switch (where) {
    case HERE:
    case CLOSING:
        return scan->at;
    case BEHIND:
    case LAST:
        return behind_previous(scan);
    case PREVIOUS:
        return behind_previous(scan) - 1;
    case PREVIOUS_WORD:
        return previous_word(scan);
    case STRING:
        return scan->string_start;
    case START:
        break;
    }
    return scan->text;
}

void qb_json_fault_explain(const struct qb_json_scan *scan, struct qb_json_fault *fault)
{
    const struct rule *rule = rules;
    while (!fits(rule, scan)) /* the last one always does */
        rule++;
    const char *reason = rule->reason;
    if (!reason)
        reason = scan->want == QB_JSON_WANT_NUMBER ? number_reason(scan)
                                                   : word_reason(scan->at, word_length(scan->at, scan->end));
    const char *at = place(scan, rule->where);
    size_t length = (size_t)(scan->end - scan->text);
    qb_json_fault_set(fault, rule->code, reason, scan->text, length, (size_t)(at - scan->text));
    const char *shown = rule->where == BEHIND || rule->where == LAST || rule->where == PREVIOUS ? scan->at : at;
    if (rule->where != START && shown < scan->end)
        qb_json_fault_found(fault, shown, extent(shown, scan->end));
    uint32_t column;
    if ((rule->where == CLOSING || rule->where == LAST) && scan->depth)
        qb_json_position(scan->text, length, scan->opens[scan->depth - 1].offset, &fault->other_line, &column);
    if (rule->code == QB_JSON_TOO_DEEP)
        fault->limit = scan->max_depth;
}

void qb_json_fault_message(struct qb_buf *out, enum qb_language language, const struct qb_json_fault *fault)
{
    char other_line[24], limit[24];
    snprintf(other_line, sizeof other_line, "%lu", (unsigned long)fault->other_line);
    snprintf(limit, sizeof limit, "%zu", fault->limit);
    const struct qb_text_arg args[] = {{"found", fault->found}, {"other_line", other_line}, {"limit", limit}};
    qb_text_format(out, language, fault->reason, args, sizeof args / sizeof *args);
}

/* The rules above and those that other files give. */
static const char *const reasons[] = {
    "json.bare-exponent",
    "json.bare-minus",
    "json.bare-point",
    "json.blank",
    "json.boolean-case",
    "json.boolean-word",
    "json.close-array",
    "json.close-object",
    "json.colon-in-array",
    "json.comment",
    "json.control-character",
    "json.decimal-comma",
    "json.digit-groups",
    "json.duplicate-key",
    "json.empty",
    "json.equals-sign",
    "json.escape",
    "json.extra-closing",
    "json.extra-colon",
    "json.extra-comma",
    "json.hexadecimal",
    "json.inner-quote",
    "json.invisible-character",
    "json.key-not-text",
    "json.leading-point",
    "json.leading-zero",
    "json.lone-surrogate",
    "json.merge-marker",
    "json.missing-colon",
    "json.missing-comma",
    "json.missing-key",
    "json.missing-value",
    "json.not-finite",
    "json.not-utf8",
    "json.null-word",
    "json.number-precision",
    "json.number-range",
    "json.number-tail",
    "json.plus-sign",
    "json.second-value",
    "json.semicolon",
    "json.single-quotes",
    "json.smart-quotes",
    "json.stray-character",
    "json.tab-in-string",
    "json.too-deep",
    "json.too-large",
    "json.trailing-bytes",
    "json.trailing-comma",
    "json.unclosed-array",
    "json.unclosed-object",
    "json.unclosed-string",
    "json.unicode-escape",
    "json.unquoted-date",
    "json.unquoted-key",
    "json.unquoted-text",
    "json.utf16",
    "json.zero-bytes",
};

const char *const *qb_json_reasons(size_t *count)
{
    *count = sizeof reasons / sizeof *reasons;
    return reasons;
}
