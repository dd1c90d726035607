/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small writer that stops when it has written enough, so that a message about a value costs the same however large
 * the value is.
 */
#include "schema/jsonschema/quote.h"

#include "core/base/utf8.h"

#include <stdbool.h>
#include <string.h>

#define MOST_SHOWN 60 /* characters of one value */
#define MOST_LISTED 200

struct shortened {
    struct qb_buf out;
    unsigned left; /* characters */
    bool full;
};

static const struct {
    uint32_t low;
    uint32_t high;
} invisible[] = {{0x00, 0x1F},     {0x7F, 0x9F},     {0xAD, 0xAD},     {0x200B, 0x200F},  {0x2028, 0x202E},
                 {0x2060, 0x206F}, {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB}, {0xE0000, 0xE0FFF}};

/* Controls, marks of direction, characters without width: they could make a message look like another one. */
static bool is_invisible(uint32_t point)
{
    for (size_t i = 0; i < sizeof invisible / sizeof *invisible; i++)
        if (point >= invisible[i].low && point <= invisible[i].high)
            return true;
    return false;
}

static void add_bytes(struct shortened *s, const char *bytes, size_t length)
{
    if (s->full)
        return;
    if (!s->left) {
        qb_buf_add_string(&s->out, "\xE2\x80\xA6");
        s->full = true;
        return;
    }
    s->left--;
    qb_buf_add(&s->out, bytes, length);
}

static void add_ascii(struct shortened *s, const char *text)
{
    for (; *text; text++)
        add_bytes(s, text, 1);
}

static void add_point(struct shortened *s, const char *bytes, size_t size, uint32_t point)
{
    char escape[16] = "";
    if (!is_invisible(point)) {
        add_bytes(s, bytes, size);
        return;
    }
    struct qb_buf text = {0};
    qb_buf_addf(&text, point > 0xFFFF ? "\\u{%X}" : "\\u%04X", point);
    memcpy(escape, text.data, text.length + 1);
    qb_buf_fini(&text);
    add_ascii(s, escape);
}

static void add_text(struct shortened *s, const char *text, size_t length, bool in_quotes)
{
    for (size_t at = 0; at < length && !s->full;) {
        uint32_t point = 0xFFFD;
        size_t size = qb_utf8_decode(text + at, length - at, &point);
        if (in_quotes && (point == '"' || point == '\\'))
            add_ascii(s, "\\");
        add_point(s, text + at, size ? size : 1, point);
        at += size ? size : 1;
    }
}

static void add_value(struct shortened *s, const struct qb_json *value);

static void add_items(struct shortened *s, const struct qb_json *items, uint32_t count)
{
    for (uint32_t i = 0; i < count && !s->full; i++) {
        if (i)
            add_ascii(s, ", ");
        if (items[i].key) {
            add_ascii(s, "\"");
            add_text(s, items[i].key, items[i].key_length, true);
            add_ascii(s, "\": ");
        }
        add_value(s, &items[i]);
    }
}

static void add_value(struct shortened *s, const struct qb_json *value)
{
    static const char *const words[] = {[QB_JSON_NULL] = "null", [QB_JSON_FALSE] = "false", [QB_JSON_TRUE] = "true"};
    switch (value->type) {
    case QB_JSON_NULL:
    case QB_JSON_FALSE:
    case QB_JSON_TRUE:
        add_ascii(s, words[value->type]);
        break;
    case QB_JSON_NUMBER:
        add_text(s, value->as.string, value->length, false);
        break;
    case QB_JSON_STRING:
        add_ascii(s, "\"");
        add_text(s, value->as.string, value->length, true);
        add_ascii(s, "\"");
        break;
    case QB_JSON_ARRAY:
    case QB_JSON_OBJECT:
        add_ascii(s, value->type == QB_JSON_ARRAY ? "[" : "{");
        add_items(s, value->as.items, value->length);
        add_ascii(s, value->type == QB_JSON_ARRAY ? "]" : "}");
        break;
    }
}

static const char *finish(struct shortened *s, struct qb_arena *arena)
{
    const char *text = qb_arena_copy(arena, qb_buf_text(&s->out), s->out.length);
    qb_buf_fini(&s->out);
    return text;
}

const char *qb_quote_value(struct qb_arena *arena, const struct qb_json *value)
{
    struct shortened s = {.left = MOST_SHOWN - 1};
    add_value(&s, value);
    return finish(&s, arena);
}

const char *qb_quote_text(struct qb_arena *arena, const char *text, size_t length)
{
    struct shortened s = {.left = MOST_SHOWN - 1};
    add_text(&s, text, length, false);
    return finish(&s, arena);
}

void qb_quote_whole(struct qb_buf *out, const char *text, size_t length)
{
    for (const char *nul; (nul = memchr(text, '\0', length));) {
        size_t before = (size_t)(nul - text);
        qb_buf_add(out, text, before);
        qb_buf_add_string(out, "\\u0000");
        text += before + 1;
        length -= before + 1;
    }
    qb_buf_add(out, text, length);
}

const char *qb_quote_list(struct qb_arena *arena, const struct qb_json *values, uint32_t count)
{
    struct shortened s = {.left = MOST_LISTED - 1};
    for (uint32_t i = 0; i < count && !s.full; i++) {
        if (i)
            add_ascii(&s, ", ");
        struct qb_json plain = values[i];
        plain.key = NULL;
        add_value(&s, &plain);
    }
    return finish(&s, arena);
}

const char *qb_quote_number(struct qb_arena *arena, uint64_t number)
{
    char digits[24];
    char *at = digits + sizeof digits - 1;
    *at = '\0';
    do
        *--at = (char)('0' + number % 10);
    while (number /= 10);
    return qb_arena_copy(arena, at, strlen(at));
}
