/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading goes by the types that the schema allows. With one type the words are read as that; with several, words that
 * are a JSON value of an allowed type are that value, and all else is text. Writing follows the same two ways, and puts
 * what would be read as something else into JSON, so that reading it again gives the same value.
 */
#include "schema/value.h"

#include "core/base/limits.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define BIT(type) (1U << (type))
#define BOOLEANS (BIT(QB_JSON_TRUE) | BIT(QB_JSON_FALSE))
#define ANYTHING                                                                                     \
    (BOOLEANS | BIT(QB_JSON_NULL) | BIT(QB_JSON_NUMBER) | BIT(QB_JSON_STRING) | BIT(QB_JSON_ARRAY) | \
     BIT(QB_JSON_OBJECT))

const char *qb_value_trim(const char *words, size_t *length)
{
    static const char *const blanks[] = {" ", "\t", "\r", "\n", "\xc2\xa0"};
    for (bool more = true; more;) {
        more = false;
        for (size_t i = 0; i < sizeof blanks / sizeof *blanks; i++) {
            size_t size = strlen(blanks[i]);
            while (*length >= size && !memcmp(words, blanks[i], size)) {
                words += size;
                *length -= size;
                more = true;
            }
            while (*length >= size && !memcmp(words + *length - size, blanks[i], size)) {
                *length -= size;
                more = true;
            }
        }
    }
    return words;
}

/* --- what the schema allows --- */

static unsigned bit_of_name(const char *name)
{
    static const struct {
        const char *name;
        unsigned bits;
    } rows[] = {
        {"null", BIT(QB_JSON_NULL)},     {"boolean", BOOLEANS},           {"integer", BIT(QB_JSON_NUMBER)},
        {"number", BIT(QB_JSON_NUMBER)}, {"string", BIT(QB_JSON_STRING)}, {"array", BIT(QB_JSON_ARRAY)},
        {"object", BIT(QB_JSON_OBJECT)},
    };
    for (size_t i = 0; name && i < sizeof rows / sizeof *rows; i++)
        if (!strcmp(rows[i].name, name))
            return rows[i].bits;
    return 0;
}

static unsigned bits_of_values(const struct qb_json *values)
{
    unsigned bits = 0;
    for (uint32_t i = 0; values && values->type == QB_JSON_ARRAY && i < values->length; i++) {
        enum qb_json_type type = values->as.items[i].type;
        bits |= type == QB_JSON_TRUE || type == QB_JSON_FALSE ? BOOLEANS : BIT(type);
    }
    return bits;
}

static unsigned allowed(const struct qb_kind_text *text, const struct qb_json *schema)
{
    const struct qb_json *type = qb_kind_text_find(text, schema, "type");
    unsigned bits = bit_of_name(qb_json_string(type));
    for (uint32_t i = 0; type && type->type == QB_JSON_ARRAY && i < type->length; i++)
        bits |= bit_of_name(qb_json_string(&type->as.items[i]));
    if (!bits)
        bits = bits_of_values(qb_kind_text_find(text, schema, "enum"));
    if (!bits && qb_kind_text_find(text, schema, "x-qbis-ref"))
        bits = BIT(QB_JSON_STRING);
    if (!bits && qb_kind_text_find(text, schema, "items"))
        bits = BIT(QB_JSON_ARRAY);
    if (!bits && qb_kind_text_find(text, schema, "properties"))
        bits = BIT(QB_JSON_OBJECT);
    return bits ? bits : ANYTHING;
}

static bool single(unsigned bits)
{
    return bits == BOOLEANS || !(bits & (bits - 1));
}

bool qb_value_wants_number(const struct qb_kind_text *text, const struct qb_json *schema)
{
    unsigned bits = allowed(text, schema);
    if (bits == BIT(QB_JSON_ARRAY)) {
        const struct qb_json *items = qb_kind_text_find(text, schema, "items");
        return items && items->type == QB_JSON_OBJECT && allowed(text, items) == BIT(QB_JSON_NUMBER);
    }
    return bits == BIT(QB_JSON_NUMBER);
}

/* --- reading --- */

struct reading {
    struct qb_buf *out;
    const struct qb_kind_text *text;
    enum qb_value_decimal decimal;
};

static bool read_value(struct reading *reading, const struct qb_json *schema, const char *words, size_t length);

/* The words as a JSON text of one of the types. */
static bool read_json(struct reading *reading, unsigned bits, const char *words, size_t length)
{
    struct qb_json_doc *doc = qb_json_doc_new();
    struct qb_json_fault fault;
    const struct qb_json *value = qb_json_parse(doc, words, length, &qb_json_record_options, &fault);
    bool fits = value && bits & BIT(value->type);
    if (fits)
        qb_json_write_compact(reading->out, value);
    qb_json_doc_free(doc);
    return fits;
}

static bool same_words(const char *words, size_t length, const char *other)
{
    return other && strlen(other) == length && !strncasecmp(words, other, length);
}

/* A value of the enum, by itself or by its label in any language. */
static bool read_enum(struct reading *reading, const struct qb_json *schema, const char *words, size_t length)
{
    const struct qb_json *values = qb_kind_text_find(reading->text, schema, "enum");
    const struct qb_json *labels = qb_kind_text_find(reading->text, schema, "x-qbis-labels-of-values");
    for (int exact = 1; exact >= 0; exact--) {
        for (uint32_t i = 0; values && values->type == QB_JSON_ARRAY && i < values->length; i++) {
            const char *name = qb_json_string(&values->as.items[i]);
            const struct qb_json *label = name ? qb_json_get(labels, name) : NULL;
            bool found = name && exact && strlen(name) == length && !memcmp(name, words, length);
            found |= name && !exact && same_words(words, length, name);
            for (int l = 0; !exact && l < QB_LANGUAGES; l++)
                found |= same_words(words, length,
                                    qb_json_string(qb_json_get(label, qb_text_language_tag((enum qb_language)l))));
            if (!found)
                continue;
            qb_json_write_string(reading->out, name, strlen(name));
            return true;
        }
    }
    return false;
}

static bool in_list(const char *list, const char *words, size_t length)
{
    for (const char *at = list; *at;) {
        size_t size = strcspn(at, "|");
        if (size == length && !strncasecmp(at, words, length))
            return true;
        at += size + (at[size] == '|');
    }
    return false;
}

/* "ya", "yes", "true", "1"; -1 is how Access writes it. */
static bool read_boolean(struct reading *reading, const char *words, size_t length)
{
    static const struct {
        const char *value;
        const char *always;
        const char *message_id;
    } rows[] = {{"true", "true|1|-1", "new.words-for-true"}, {"false", "false|0", "new.words-for-false"}};
    for (size_t i = 0; i < 2; i++) {
        bool found = in_list(rows[i].always, words, length);
        for (int l = 0; l < QB_LANGUAGES; l++)
            found |= in_list(qb_text((enum qb_language)l, rows[i].message_id), words, length);
        if (found) {
            qb_buf_add_string(reading->out, rows[i].value);
            return true;
        }
    }
    return false;
}

static bool read_date(struct reading *reading, const struct qb_json *schema, const char *words, size_t length)
{
    const char *format = qb_json_string(qb_kind_text_find(reading->text, schema, "format"));
    char day[QB_DATE_SIZE];
    qb_date date = format && !strcmp(format, "date") ? qb_value_date(words, length) : QB_DATE_NONE;
    if (date == QB_DATE_NONE)
        return false;
    qb_json_write_string(reading->out, qb_date_format(date, day), 10);
    return true;
}

/* Whether a comma may separate the items: not where it may stand in one. */
static bool no_commas_inside(const struct qb_kind_text *text, const struct qb_json *items)
{
    static const char *const marks[] = {"x-qbis-ref", "enum", "format"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (qb_kind_text_find(text, items, marks[i]))
            return true;
    return false;
}

static bool read_items(struct reading *reading, const struct qb_json *items, const char *words, size_t length)
{
    const char *marks = memchr(words, ';', length) || memchr(words, '\n', length) ? ";\n" : NULL;
    if (!marks && no_commas_inside(reading->text, items))
        marks = ",";
    size_t start = reading->out->length;
    bool first = true;
    qb_buf_add_char(reading->out, '[');
    for (size_t at = 0; at <= length;) {
        size_t size = 0;
        while (at + size < length && !(marks && strchr(marks, words[at + size]) && words[at + size]))
            size++;
        size_t item_length = size;
        const char *item = qb_value_trim(words + at, &item_length);
        at += size + 1;
        if (!item_length)
            continue;
        if (!first)
            qb_buf_add_char(reading->out, ',');
        first = false;
        if (!read_value(reading, items, item, item_length)) {
            reading->out->length = start;
            reading->out->data[start] = '\0';
            return false;
        }
    }
    qb_buf_add_char(reading->out, ']');
    return true;
}

static bool read_array(struct reading *reading, const struct qb_json *schema, const char *words, size_t length)
{
    const struct qb_json *items = qb_kind_text_find(reading->text, schema, "items");
    if (length && words[0] == '[' && read_json(reading, BIT(QB_JSON_ARRAY), words, length))
        return true;
    return read_items(reading, items, words, length);
}

static bool read_single(struct reading *reading, const struct qb_json *schema, unsigned bits, const char *words,
                        size_t length)
{
    bool done = false;
    if (bits == BIT(QB_JSON_ARRAY))
        return read_array(reading, schema, words, length);
    if (bits == BIT(QB_JSON_NUMBER)) {
        int result = qb_value_number(reading->out, reading->decimal, words, length);
        if (result < 0)
            return false;
        done = result > 0;
    } else if (bits == BOOLEANS) {
        done = read_boolean(reading, words, length);
    } else if (bits == BIT(QB_JSON_STRING)) {
        done = read_date(reading, schema, words, length);
    } else {
        done = read_json(reading, bits, words, length);
    }
    if (!done)
        qb_json_write_string(reading->out, words, length);
    return true;
}

static bool read_value(struct reading *reading, const struct qb_json *schema, const char *words, size_t length)
{
    unsigned bits = allowed(reading->text, schema);
    if (!single(bits) && read_json(reading, bits, words, length))
        return true;
    if (read_enum(reading, schema, words, length))
        return true;
    if (single(bits))
        return read_single(reading, schema, bits, words, length);
    qb_json_write_string(reading->out, words, length);
    return true;
}

bool qb_value_read(struct qb_buf *out, const struct qb_kind_text *text, const struct qb_json *schema,
                   enum qb_value_decimal decimal, const char *words, size_t length)
{
    struct reading reading = {out, text, decimal};
    words = qb_value_trim(words, &length);
    return read_value(&reading, schema, words, length);
}

/* --- writing --- */

/* Whether the words read as anything but themselves as text. */
static bool reads_as_json(unsigned bits, const char *words, size_t length)
{
    struct qb_buf ignored = {0};
    struct reading reading = {.out = &ignored};
    words = qb_value_trim(words, &length);
    bool is = read_json(&reading, bits, words, length);
    qb_buf_fini(&ignored);
    return is;
}

/* Items side by side, when every one of them can be found again. */
static bool write_items(struct qb_buf *out, const struct qb_kind_text *text, const struct qb_json *schema,
                        const struct qb_json *value)
{
    const struct qb_json *items = qb_kind_text_find(text, schema, "items");
    size_t start = out->length;
    bool fine = value->length > 0;
    for (uint32_t i = 0; fine && i < value->length; i++) {
        const struct qb_json *item = &value->as.items[i];
        struct qb_buf words = {0};
        qb_value_write(&words, text, items, item);
        size_t length = words.length;
        const char *trimmed = qb_value_trim(qb_buf_text(&words), &length);
        fine = length && length == words.length && !strpbrk(trimmed, ";\n,") && strlen(trimmed) == length &&
               (i || trimmed[0] != '[') && item->type != QB_JSON_ARRAY && item->type != QB_JSON_OBJECT;
        qb_buf_add_string(out, i ? "; " : "");
        qb_buf_add(out, trimmed, length);
        qb_buf_fini(&words);
    }
    if (!fine && out->length > start) {
        out->length = start;
        out->data[start] = '\0';
    }
    return fine;
}

void qb_value_write(struct qb_buf *out, const struct qb_kind_text *text, const struct qb_json *schema,
                    const struct qb_json *value)
{
    unsigned bits = allowed(text, schema);
    bool plain = value->type == QB_JSON_STRING;
    if (plain && !single(bits))
        plain = !reads_as_json(bits, value->as.string, value->length);
    if (value->type == QB_JSON_ARRAY && bits == BIT(QB_JSON_ARRAY) && write_items(out, text, schema, value))
        return;
    if (plain)
        qb_buf_add(out, value->as.string, value->length);
    else
        qb_json_write_compact(out, value);
}
