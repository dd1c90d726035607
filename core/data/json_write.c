/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writing JSON: the one escaper of strings, the shortest doubles, values as they were read, and a writer for
 * documents that are made member by member.
 */
#include "core/data/json.h"

#include "core/base/utf8.h"
#include "core/data/json_number.h"

#include <inttypes.h>
#include <string.h>

#define INDENT "  "
#define REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD */
/* places; numbers from 1e-5 to below 1e15 (or to their last digit) are written without an exponent */
#define LOWEST_POINT (-4)
#define HIGHEST_POINT 15

/* --- strings --- */

/* The letter behind the backslash, 0 when there is none (RFC 8259, section 7). */
static char short_escape(unsigned char c)
{
    static const char letters[] = {
        ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r', ['"'] = '"', ['\\'] = '\\'};
    return c < sizeof letters ? letters[c] : '\0';
}

void qb_json_write_string(struct qb_buf *out, const char *text, size_t length)
{
    size_t from = 0, at = 0;
    qb_buf_reserve(out, length + 2);
    qb_buf_add_char(out, '"');
    while (at < length) {
        uint32_t point;
        size_t size = qb_utf8_decode(text + at, length - at, &point);
        if (size && point >= 0x20 && point != '"' && point != '\\') {
            at += size;
            continue;
        }
        qb_buf_add(out, text + from, at - from);
        char letter = short_escape((unsigned char)text[at]);
        if (!size)
            qb_buf_add_string(out, REPLACEMENT);
        else if (letter)
            qb_buf_add(out, (char[]){'\\', letter}, 2);
        else
            qb_buf_addf(out, "\\u%04X", (unsigned)point);
        from = ++at;
    }
    qb_buf_add(out, text + from, length - from);
    qb_buf_add_char(out, '"');
}

/* --- numbers --- */

static void add_zeros(struct qb_buf *out, int count)
{
    for (; count > 0; count--)
        qb_buf_add_char(out, '0');
}

static void write_plain(struct qb_buf *out, const struct qb_json_decimal *decimal)
{
    int units = decimal->point < 0 ? 0 : decimal->point < decimal->count ? decimal->point : decimal->count;
    if (!units)
        qb_buf_add_char(out, '0');
    qb_buf_add(out, decimal->digits, (size_t)units);
    add_zeros(out, decimal->point - decimal->count);
    if (units < decimal->count) {
        qb_buf_add_char(out, '.');
        add_zeros(out, -decimal->point);
        qb_buf_add_string(out, decimal->digits + units);
    }
}

static void write_scientific(struct qb_buf *out, const struct qb_json_decimal *decimal)
{
    qb_buf_add_char(out, decimal->digits[0]);
    if (decimal->count > 1)
        qb_buf_addf(out, ".%s", decimal->digits + 1);
    qb_buf_addf(out, "e%d", decimal->point - 1);
}

void qb_json_write_double(struct qb_buf *out, double number)
{
    struct qb_json_decimal decimal;
    qb_json_number_shortest(number, &decimal);
    if (decimal.negative)
        qb_buf_add_char(out, '-');
    int highest = decimal.count > HIGHEST_POINT ? decimal.count : HIGHEST_POINT;
    if (decimal.point >= LOWEST_POINT && decimal.point <= highest)
        write_plain(out, &decimal);
    else
        write_scientific(out, &decimal);
}

/* --- values --- */

static void new_line(struct qb_buf *out, unsigned depth)
{
    qb_buf_add_char(out, '\n');
    for (; depth; depth--)
        qb_buf_add_string(out, INDENT);
}

static void write_scalar(struct qb_buf *out, const struct qb_json *value)
{
    static const char *const words[] = {[QB_JSON_NULL] = "null", [QB_JSON_FALSE] = "false", [QB_JSON_TRUE] = "true"};
    if (value->type == QB_JSON_STRING)
        qb_json_write_string(out, value->as.string, value->length);
    else if (value->type == QB_JSON_NUMBER)
        qb_buf_add(out, value->as.string, value->length);
    else
        qb_buf_add_string(out, words[value->type]);
}

/* `depth` is that of the value; a compact one is written without blanks. */
static void write_value(struct qb_buf *out, const struct qb_json *value, bool compact, unsigned depth)
{
    if (value->type != QB_JSON_ARRAY && value->type != QB_JSON_OBJECT) {
        write_scalar(out, value);
        return;
    }
    bool named = value->type == QB_JSON_OBJECT;
    qb_buf_add_char(out, named ? '{' : '[');
    for (uint32_t i = 0; i < value->length; i++) {
        const struct qb_json *item = &value->as.items[i];
        if (i)
            qb_buf_add_char(out, ',');
        if (!compact)
            new_line(out, depth + 1);
        if (named) {
            qb_json_write_string(out, item->key, item->key_length);
            qb_buf_add_string(out, compact ? ":" : ": ");
        }
        write_value(out, item, compact, depth + 1);
    }
    if (!compact && value->length)
        new_line(out, depth);
    qb_buf_add_char(out, named ? '}' : ']');
}

void qb_json_write(struct qb_buf *out, const struct qb_json *value)
{
    write_value(out, value, false, 0);
}

void qb_json_write_compact(struct qb_buf *out, const struct qb_json *value)
{
    write_value(out, value, true, 0);
}

/* --- the writer --- */

void qb_json_writer_init(struct qb_json_writer *writer, struct qb_buf *out)
{
    *writer = (struct qb_json_writer){.out = out, .empty = true};
}

/* What stands before a value: comma, line, name. */
static void begin(struct qb_json_writer *writer, const char *key)
{
    if (writer->depth) {
        if (!writer->empty)
            qb_buf_add_char(writer->out, ',');
        new_line(writer->out, writer->depth);
    }
    if (key) {
        qb_json_write_string(writer->out, key, strlen(key));
        qb_buf_add_string(writer->out, ": ");
    }
    writer->empty = false;
}

static void begin_container(struct qb_json_writer *writer, const char *key, char bracket)
{
    begin(writer, key);
    qb_buf_add_char(writer->out, bracket);
    writer->depth++;
    writer->empty = true;
}

static void end_container(struct qb_json_writer *writer, char bracket)
{
    writer->depth--;
    if (!writer->empty)
        new_line(writer->out, writer->depth);
    qb_buf_add_char(writer->out, bracket);
    writer->empty = false;
}

void qb_json_writer_piece(struct qb_json_writer *writer, const char *text, size_t length)
{
    size_t comma = length && *text == ',';
    if (!writer->empty)
        qb_buf_add_char(writer->out, ',');
    qb_buf_add(writer->out, text + comma, length - comma);
    writer->empty = false;
}

void qb_json_writer_object(struct qb_json_writer *writer, const char *key)
{
    begin_container(writer, key, '{');
}

void qb_json_writer_array(struct qb_json_writer *writer, const char *key)
{
    begin_container(writer, key, '[');
}

void qb_json_writer_end_object(struct qb_json_writer *writer)
{
    end_container(writer, '}');
}

void qb_json_writer_end_array(struct qb_json_writer *writer)
{
    end_container(writer, ']');
}

void qb_json_writer_string(struct qb_json_writer *writer, const char *key, const char *text)
{
    begin(writer, key);
    if (text)
        qb_json_write_string(writer->out, text, strlen(text));
    else
        qb_buf_add_string(writer->out, "null");
}

void qb_json_writer_integer(struct qb_json_writer *writer, const char *key, int64_t number)
{
    begin(writer, key);
    qb_buf_addf(writer->out, "%" PRId64, number);
}

void qb_json_writer_bool(struct qb_json_writer *writer, const char *key, bool value)
{
    begin(writer, key);
    qb_buf_add_string(writer->out, value ? "true" : "false");
}

void qb_json_writer_null(struct qb_json_writer *writer, const char *key)
{
    begin(writer, key);
    qb_buf_add_string(writer->out, "null");
}

void qb_json_writer_value(struct qb_json_writer *writer, const char *key, const struct qb_json *value)
{
    begin(writer, key);
    write_value(writer->out, value, false, writer->depth);
}
