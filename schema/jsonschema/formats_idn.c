/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Internationalised host names as IDNA2008 has them (RFC 5890 to 5893), and the only file that knows libidn2. The
 * library is asked about one label at a time, as for a registration, for that is the strict test: NFC, code points
 * that are allowed (RFC 5892), rules of context for both kinds of code points, order of writing inside the label.
 *
 * What it leaves open in version 2.3.3 is done here: the rule that European and Arabic digits do not meet in a label
 * (RFC 5893 section 2, rule 4) and that in a name with a right-to-left label no label begins with a digit (section
 * 1.4 and rule 1), labels with "--" in their third and fourth place, and that an A-label is the only one of its kind.
 */
#include "schema/jsonschema/formats.h"

#include "core/base/utf8.h"

#include <idn2.h>
#include <string.h>
#include <strings.h>

#define LONGEST_NAME 253 /* of the name in ASCII, RFC 1035 section 2.3.4 */
#define LONGEST_LABEL 63
#define LONGEST_TEXT 1000 /* bytes of UTF-8: more cannot be a name */

/* What a name has shown so far. */
struct direction {
    bool right_to_left; /* a label with letters or digits of a right-to-left script */
    bool digit_first;   /* a label of the other kind that begins with a European digit */
};

struct range {
    uint32_t low;
    uint32_t high;
};

static bool within(uint32_t point, const struct range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (point >= ranges[i].low && point <= ranges[i].high)
            return true;
    return false;
}

#define WITHIN(point, ranges) within(point, ranges, sizeof(ranges) / sizeof((ranges)[0]))

/* Bidi_Class EN and AN among the code points that labels may hold. */
static const struct range european_digits[] = {{'0', '9'}, {0x6F0, 0x6F9}};
static const struct range arabic_digits[] = {{0x660, 0x669}, {0x10D30, 0x10D39}};
/* Blocks whose letters are R or AL. Marks in them are of no direction, but do not stand without a letter. */
static const struct range right_to_left[] = {{0x590, 0x6EF},   {0x6FA, 0x8FF},     {0xFB1D, 0xFDFF},
                                             {0xFE70, 0xFEFF}, {0x10800, 0x10FFF}, {0x1E800, 0x1EFFF}};

/* Rules of direction for one U-label or ASCII label. */
static bool note_direction(const char *text, size_t length, struct direction *direction)
{
    bool european = false;
    bool arabic = false;
    bool rtl = false;
    bool digit_first = false;
    for (size_t at = 0; at < length;) {
        uint32_t point = 0;
        size_t size = qb_utf8_decode(text + at, length - at, &point);
        bool digit = WITHIN(point, european_digits);
        if (!at)
            digit_first = digit;
        european |= digit;
        arabic |= WITHIN(point, arabic_digits);
        rtl |= WITHIN(point, right_to_left);
        at += size ? size : 1;
    }
    direction->right_to_left |= rtl;
    direction->digit_first |= digit_first;
    return !(rtl && european && arabic);
}

/* "--" where A-labels have it is reserved (RFC 5890 section 2.3.1). */
static bool is_reserved(const char *text, size_t length)
{
    return length >= 4 && text[2] == '-' && text[3] == '-';
}

/* The same by characters, for U-labels (RFC 5891 section 4.2.3.1). */
static bool is_reserved_wide(const char *text, size_t length)
{
    for (int i = 0; i < 2; i++) {
        uint32_t point;
        size_t size = qb_utf8_decode(text, length, &point);
        if (!size)
            return false;
        text += size;
        length -= size;
    }
    return length >= 2 && text[0] == '-' && text[1] == '-';
}

/* A U-label: bytes of its A-label, 0 when it is none. `expected`: the A-label that it must have, or NULL. */
static size_t check_u_label(const char *text, const char *expected, struct direction *direction)
{
    size_t length = strlen(text);
    uint8_t *ascii = NULL;
    if (text[0] == '-' || text[length - 1] == '-' || is_reserved_wide(text, length) ||
        !note_direction(text, length, direction))
        return 0;
    int result = idn2_register_u8((const uint8_t *)text, NULL, &ascii, 0);
    size_t size = result == IDN2_OK ? strlen((const char *)ascii) : 0;
    if (size > LONGEST_LABEL || (size && expected && strcasecmp((const char *)ascii, expected) != 0))
        size = 0;
    idn2_free(ascii);
    return size;
}

static bool has_wide(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (text[i] & 0x80)
            return true;
    return false;
}

/* An A-label of at most 63 bytes, NUL-terminated. */
static bool check_a_label(const char *label, struct direction *direction)
{
    char *unicode = NULL;
    char lower[LONGEST_LABEL + 1];
    size_t length = 0;
    for (; label[length]; length++)
        lower[length] = label[length] >= 'A' && label[length] <= 'Z' ? (char)(label[length] | 0x20) : label[length];
    lower[length] = '\0';
    int result = idn2_to_unicode_8z8z(lower, &unicode, 0);
    bool right = result == IDN2_OK && has_wide(unicode, strlen(unicode)) && check_u_label(unicode, lower, direction);
    idn2_free(unicode);
    return right;
}

bool qb_format_a_label(const char *text, size_t length)
{
    char label[LONGEST_LABEL + 1];
    struct direction direction = {0};
    if (length > LONGEST_LABEL)
        return false;
    memcpy(label, text, length);
    label[length] = '\0';
    return strlen(label) == length && check_a_label(label, &direction);
}

/* Any label of a name: bytes that it takes in ASCII, 0 when it is none. */
static size_t check_label(const char *text, size_t length, struct direction *direction)
{
    char label[LONGEST_TEXT + 1];
    memcpy(label, text, length);
    label[length] = '\0';
    if (strlen(label) != length || !length)
        return 0;
    if (has_wide(label, length))
        return check_u_label(label, NULL, direction);
    if (!qb_format_ldh_label(label, length))
        return 0;
    if (!strncasecmp(label, "xn--", 4))
        return check_a_label(label, direction) ? length : 0;
    return !is_reserved(label, length) && note_direction(label, length, direction) ? length : 0;
}

/* Bytes of a separator of labels (RFC 3490 section 3.1: U+002E, U+3002, U+FF0E, U+FF61), 0 when none begins here. */
static size_t separator(const char *text, size_t length)
{
    static const char *const others[] = {"\xE3\x80\x82", "\xEF\xBC\x8E", "\xEF\xBD\xA1"};
    if (length && text[0] == '.')
        return 1;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (length >= 3 && !memcmp(text, others[i], 3))
            return 3;
    return 0;
}

bool qb_format_idn_hostname(const char *text, size_t length)
{
    struct direction direction = {0};
    size_t total = 0;
    if (length > LONGEST_TEXT)
        return false;
    for (size_t start = 0; start <= length;) {
        size_t end = start;
        while (end < length && !separator(text + end, length - end))
            end++;
        size_t size = check_label(text + start, end - start, &direction);
        if (!size)
            return false;
        total += size + 1;
        size_t step = separator(text + end, length - end);
        start = end + (step ? step : 1);
    }
    return total - 1 <= LONGEST_NAME && !(direction.right_to_left && direction.digit_first);
}
