/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sets of characters: the classes that ECMA-262 spells out (section 21.2.2.12) and the Unicode properties that it
 * names (tables 54 to 57). Properties stay names, for PCRE2 has their tables; names that differ there are
 * translated here, and names that ECMA-262 does not know are refused although PCRE2 would take them.
 */
#include "schema/jsonschema/regex.h"

#include <stdlib.h>
#include <string.h>

#define LAST_POINT 0x10FFFFu
#define FIRST_SURROGATE 0xD800u
#define LAST_SURROGATE 0xDFFFu

static void *grow(struct qb_arena *arena, const void *items, uint32_t count, size_t size, uint32_t capacity)
{
    void *bigger = qb_arena_alloc(arena, capacity * size);
    if (count)
        memcpy(bigger, items, count * size);
    return bigger;
}

void qb_regex_set_add(struct qb_regex_set *set, struct qb_arena *arena, uint32_t low, uint32_t high)
{
    if (set->count == set->capacity) {
        set->capacity = set->capacity ? set->capacity * 2 : 4;
        set->ranges = grow(arena, set->ranges, set->count, sizeof *set->ranges, set->capacity);
    }
    set->ranges[set->count++] = (struct qb_regex_range){low, high};
}

static const struct qb_regex_range digits[] = {{'0', '9'}};
static const struct qb_regex_range words[] = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
/* WhiteSpace and LineTerminator (ECMA-262 section 11.2 and 11.3): Zs, tab, VT, FF, NBSP, BOM, LF, CR, LS, PS. */
static const struct qb_regex_range spaces[] = {{0x09, 0x0D},     {0x20, 0x20},     {0xA0, 0xA0},     {0x1680, 0x1680},
                                               {0x2000, 0x200A}, {0x2028, 0x2029}, {0x202F, 0x202F}, {0x205F, 0x205F},
                                               {0x3000, 0x3000}, {0xFEFF, 0xFEFF}};
/* What "." does not match. */
static const struct qb_regex_range line_ends[] = {{0x0A, 0x0A}, {0x0D, 0x0D}, {0x2028, 0x2029}};

#define CLASS(letter, ranges, other)                                \
    {                                                               \
        letter, ranges, sizeof(ranges) / sizeof((ranges)[0]), other \
    }
static const struct {
    char letter;
    const struct qb_regex_range *ranges;
    size_t count;
    bool other; /* all but these */
} classes[] = {
    CLASS('d', digits, false), CLASS('D', digits, true), CLASS('w', words, false),    CLASS('W', words, true),
    CLASS('s', spaces, false), CLASS('S', spaces, true), CLASS('.', line_ends, true),
};

void qb_regex_set_add_class(struct qb_regex_set *set, struct qb_arena *arena, char letter)
{
    size_t at = 0;
    while (classes[at].letter != letter)
        at++;
    uint32_t from = 0;
    for (size_t i = 0; i < classes[at].count; i++) {
        const struct qb_regex_range *range = &classes[at].ranges[i];
        if (!classes[at].other)
            qb_regex_set_add(set, arena, range->low, range->high);
        else if (range->low > from)
            qb_regex_set_add(set, arena, from, range->low - 1);
        from = range->high + 1;
    }
    if (classes[at].other)
        qb_regex_set_add(set, arena, from, LAST_POINT);
}

static int by_low(const void *a, const void *b)
{
    const struct qb_regex_range *left = a;
    const struct qb_regex_range *right = b;
    return (left->low > right->low) - (left->low < right->low);
}

/* Sorted, and no two ranges that touch. */
static void join(struct qb_regex_set *set)
{
    if (!set->count)
        return;
    qsort(set->ranges, set->count, sizeof *set->ranges, by_low);
    uint32_t kept = 0;
    for (uint32_t i = 1; i < set->count; i++) {
        struct qb_regex_range *last = &set->ranges[kept];
        const struct qb_regex_range *range = &set->ranges[i];
        if (range->low > last->high && range->low - last->high > 1)
            set->ranges[++kept] = *range;
        else if (range->high > last->high)
            last->high = range->high;
    }
    set->count = kept + 1;
}

/* The other characters. */
static void invert(struct qb_regex_set *set, struct qb_arena *arena)
{
    struct qb_regex_set others = {0};
    uint32_t from = 0;
    for (uint32_t i = 0; i < set->count; i++) {
        if (set->ranges[i].low > from)
            qb_regex_set_add(&others, arena, from, set->ranges[i].low - 1);
        from = set->ranges[i].high + 1;
    }
    if (from <= LAST_POINT)
        qb_regex_set_add(&others, arena, from, LAST_POINT);
    *set = others;
}

/* Half a surrogate pair stands in no text that is UTF-8. */
static void drop_surrogates(struct qb_regex_set *set, struct qb_arena *arena)
{
    struct qb_regex_set kept = {0};
    for (uint32_t i = 0; i < set->count; i++) {
        struct qb_regex_range range = set->ranges[i];
        if (range.low < FIRST_SURROGATE)
            qb_regex_set_add(&kept, arena, range.low, range.high < FIRST_SURROGATE ? range.high : FIRST_SURROGATE - 1);
        if (range.high > LAST_SURROGATE)
            qb_regex_set_add(&kept, arena, range.low > LAST_SURROGATE ? range.low : LAST_SURROGATE + 1, range.high);
    }
    set->ranges = kept.ranges;
    set->count = kept.count;
    set->capacity = kept.capacity;
}

void qb_regex_set_finish(struct qb_regex_set *set, struct qb_arena *arena, bool negated)
{
    join(set);
    if (negated && !set->property_count)
        invert(set, arena);
    else
        set->negated = negated;
    drop_surrogates(set, arena);
}

/* --- properties --- */

struct property {
    const char *name;
    const char *alias; /* NULL: none */
};

static const struct property categories[] = {
    {"C", "Other"},
    {"Cc", "Control"},
    {"Cc", "cntrl"},
    {"Cf", "Format"},
    {"Cn", "Unassigned"},
    {"Co", "Private_Use"},
    {"Cs", "Surrogate"},
    {"L", "Letter"},
    {"LC", "Cased_Letter"},
    {"Ll", "Lowercase_Letter"},
    {"Lm", "Modifier_Letter"},
    {"Lo", "Other_Letter"},
    {"Lt", "Titlecase_Letter"},
    {"Lu", "Uppercase_Letter"},
    {"M", "Mark"},
    {"M", "Combining_Mark"},
    {"Mc", "Spacing_Mark"},
    {"Me", "Enclosing_Mark"},
    {"Mn", "Nonspacing_Mark"},
    {"N", "Number"},
    {"Nd", "Decimal_Number"},
    {"Nd", "digit"},
    {"Nl", "Letter_Number"},
    {"No", "Other_Number"},
    {"P", "Punctuation"},
    {"P", "punct"},
    {"Pc", "Connector_Punctuation"},
    {"Pd", "Dash_Punctuation"},
    {"Pe", "Close_Punctuation"},
    {"Pf", "Final_Punctuation"},
    {"Pi", "Initial_Punctuation"},
    {"Po", "Other_Punctuation"},
    {"Ps", "Open_Punctuation"},
    {"S", "Symbol"},
    {"Sc", "Currency_Symbol"},
    {"Sk", "Modifier_Symbol"},
    {"Sm", "Math_Symbol"},
    {"So", "Other_Symbol"},
    {"Z", "Separator"},
    {"Zl", "Line_Separator"},
    {"Zp", "Paragraph_Separator"},
    {"Zs", "Space_Separator"},
};

static const struct property binaries[] = {
    {"ASCII", NULL},
    {"ASCII_Hex_Digit", "AHex"},
    {"Alphabetic", "Alpha"},
    {"Any", NULL},
    {"Bidi_Control", "Bidi_C"},
    {"Bidi_Mirrored", "Bidi_M"},
    {"Case_Ignorable", "CI"},
    {"Cased", NULL},
    {"Changes_When_Casefolded", "CWCF"},
    {"Changes_When_Casemapped", "CWCM"},
    {"Changes_When_Lowercased", "CWL"},
    {"Changes_When_Titlecased", "CWT"},
    {"Changes_When_Uppercased", "CWU"},
    {"Dash", NULL},
    {"Default_Ignorable_Code_Point", "DI"},
    {"Deprecated", "Dep"},
    {"Diacritic", "Dia"},
    {"Emoji", NULL},
    {"Emoji_Component", "EComp"},
    {"Emoji_Modifier", "EMod"},
    {"Emoji_Modifier_Base", "EBase"},
    {"Emoji_Presentation", "EPres"},
    {"Extended_Pictographic", "ExtPict"},
    {"Extender", "Ext"},
    {"Grapheme_Base", "Gr_Base"},
    {"Grapheme_Extend", "Gr_Ext"},
    {"Hex_Digit", "Hex"},
    {"IDS_Binary_Operator", "IDSB"},
    {"IDS_Trinary_Operator", "IDST"},
    {"ID_Continue", "IDC"},
    {"ID_Start", "IDS"},
    {"Ideographic", "Ideo"},
    {"Join_Control", "Join_C"},
    {"Logical_Order_Exception", "LOE"},
    {"Lowercase", "Lower"},
    {"Math", NULL},
    {"Noncharacter_Code_Point", "NChar"},
    {"Pattern_Syntax", "Pat_Syn"},
    {"Pattern_White_Space", "Pat_WS"},
    {"Quotation_Mark", "QMark"},
    {"Radical", NULL},
    {"Regional_Indicator", "RI"},
    {"Sentence_Terminal", "STerm"},
    {"Soft_Dotted", "SD"},
    {"Terminal_Punctuation", "Term"},
    {"Unified_Ideograph", "UIdeo"},
    {"Uppercase", "Upper"},
    {"Variation_Selector", "VS"},
    {"White_Space", "space"},
    {"XID_Continue", "XIDC"},
    {"XID_Start", "XIDS"},
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static bool same(const char *name, const char *text, size_t length)
{
    return name && strlen(name) == length && !memcmp(name, text, length);
}

static const char *find(const struct property *table, size_t count, const char *text, size_t length)
{
    for (size_t i = 0; i < count; i++)
        if (same(table[i].name, text, length) || same(table[i].alias, text, length))
            return table[i].name;
    return NULL;
}

static void add_property(struct qb_regex_set *set, struct qb_arena *arena, const char *front, const char *name,
                         size_t length, bool negated)
{
    char *text = qb_arena_alloc(arena, strlen(front) + length + 5);
    char *at = stpcpy(stpcpy(text, negated ? "\\P{" : "\\p{"), front);
    memcpy(at, name, length);
    stpcpy(at + length, "}");
    set->properties =
        grow(arena, set->properties, set->property_count, sizeof *set->properties, set->property_count + 1);
    set->properties[set->property_count++] = text;
}

/* Script names are taken loosely by PCRE2, exactly by ECMA-262: words of a capital and small letters. Whether
 * there is such a script is asked of PCRE2 when the pattern is made. */
static bool looks_like_script(const char *text, size_t length)
{
    bool first = true;
    for (size_t i = 0; i < length; i++) {
        bool capital = text[i] >= 'A' && text[i] <= 'Z';
        bool small = text[i] >= 'a' && text[i] <= 'z';
        if (text[i] == '_' && !first) {
            first = true;
        } else if (first ? capital : small || (capital && same("SignWriting", text, length))) {
            first = false;
        } else {
            return false;
        }
    }
    return !first;
}

/* NAME=VALUE. */
static bool add_valued(struct qb_regex_set *set, struct qb_arena *arena, const char *name, size_t name_length,
                       const char *value, size_t length, bool negated)
{
    if (same("General_Category", name, name_length) || same("gc", name, name_length)) {
        const char *category = find(categories, COUNT(categories), value, length);
        if (category)
            add_property(set, arena, "", category, strlen(category), negated);
        return category;
    }
    bool script = same("Script", name, name_length) || same("sc", name, name_length);
    bool extensions = same("Script_Extensions", name, name_length) || same("scx", name, name_length);
    if ((!script && !extensions) || !looks_like_script(value, length))
        return false;
    add_property(set, arena, script ? "sc:" : "scx:", value, length, negated);
    return true;
}

bool qb_regex_set_add_property(struct qb_regex_set *set, struct qb_arena *arena, const char *text, size_t length,
                               bool negated)
{
    const char *equals = memchr(text, '=', length);
    if (equals) {
        size_t name = (size_t)(equals - text);
        return add_valued(set, arena, text, name, equals + 1, length - name - 1, negated);
    }
    const char *known = find(categories, COUNT(categories), text, length);
    if (!known)
        known = find(binaries, COUNT(binaries), text, length);
    if (!known && same("Assigned", text, length)) {
        known = "Cn";
        negated = !negated;
    }
    if (known)
        add_property(set, arena, "", known, strlen(known), negated);
    return known;
}
