/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What changed between two versions of a record, for commit messages and `qbis log`. Objects are compared member by
 * member, in the order of the newer version and then what only the older one has, so that the lines read like the
 * record; arrays are compared as one value, since no line could say which of their items was meant.
 *
 * A value is shown in one line and at most 60 characters. Where two different values would look the same, both are
 * shown in a way that tells them apart: quoted, or from the place on where they begin to differ.
 */
#include "core/history/trail.h"

#include "core/base/utf8.h"

#include <stdint.h>
#include <string.h>

#define SHOWN 60  /* characters of a value; more do not fit a line beside the other one */
#define BEFORE 20 /* characters shown before the first that differs */

/* --- comparing --- */

struct comparison {
    struct qb_buf pointer;
    qb_trail_visit *visit;
    void *context;
};

static void compare(struct comparison *comparison, const struct qb_json *before, const struct qb_json *after);

static void compare_member(struct comparison *comparison, const struct qb_json *member, const struct qb_json *before,
                           const struct qb_json *after)
{
    size_t length = comparison->pointer.length;
    qb_json_pointer_add(&comparison->pointer, member->key, member->key_length);
    compare(comparison, before, after);
    comparison->pointer.length = length;
    if (comparison->pointer.data)
        comparison->pointer.data[length] = '\0';
}

static bool is_object(const struct qb_json *value)
{
    return value && value->type == QB_JSON_OBJECT;
}

/* An object that is absent on one side is shown by its members, too: a new record has many lines, not one. */
static void compare(struct comparison *comparison, const struct qb_json *before, const struct qb_json *after)
{
    bool members = (is_object(before) || is_object(after)) && (!before || is_object(before)) &&
                   (!after || is_object(after)) && (before ? before->length : 0) + (after ? after->length : 0) > 0;
    if (!members) {
        if (before != after && !(before && after && qb_json_equal(before, after)))
            comparison->visit(comparison->context, qb_buf_text(&comparison->pointer), before, after);
        return;
    }
    for (uint32_t i = 0; after && i < after->length; i++) {
        const struct qb_json *member = &after->as.items[i];
        compare_member(comparison, member, qb_json_get_bytes(before, member->key, member->key_length), member);
    }
    for (uint32_t i = 0; before && i < before->length; i++) {
        const struct qb_json *member = &before->as.items[i];
        if (!qb_json_get_bytes(after, member->key, member->key_length))
            compare_member(comparison, member, member, NULL);
    }
}

void qb_trail_compare(const struct qb_json *before, const struct qb_json *after, qb_trail_visit *visit, void *context)
{
    struct comparison comparison = {.visit = visit, .context = context};
    compare(&comparison, before, after);
    qb_buf_fini(&comparison.pointer);
}

/* --- describing --- */

/* What moves the cursor, hides itself or turns the direction of the text round. */
static bool hidden(uint32_t point)
{
    return point < ' ' || (point >= 0x7f && point <= 0x9f) || point == 0xad || point == 0x061c ||
           (point >= 0x200b && point <= 0x200f) || (point >= 0x2028 && point <= 0x202e) ||
           (point >= 0x2060 && point <= 0x206f) || point == 0xfeff;
}

static void add_visible(struct qb_buf *out, const char *text, size_t length)
{
    static const struct {
        char byte;
        char shown;
    } named[] = {{'\n', 'n'}, {'\r', 'r'}, {'\t', 't'}, {'\b', 'b'}, {'\f', 'f'}};
    for (size_t at = 0; at < length;) {
        uint32_t point = 0;
        size_t bytes = qb_utf8_decode(text + at, length - at, &point);
        size_t name = 0;
        while (name < sizeof named / sizeof *named && text[at] != named[name].byte)
            name++;
        if (!bytes)
            qb_buf_addf(out, "\\x%02x", (unsigned char)text[at]);
        else if (name < sizeof named / sizeof *named)
            qb_buf_addf(out, "\\%c", named[name].shown);
        else if (hidden(point))
            qb_buf_addf(out, "\\u{%x}", point);
        else
            qb_buf_add(out, text + at, bytes);
        at += bytes ? bytes : 1;
    }
}

/* A string as its text, unless that is nothing, or would be taken for something else or overlooked. */
static bool plain(const struct qb_json *value)
{
    const char *text = value->as.string;
    size_t length = value->length;
    return length && text[0] != ' ' && text[length - 1] != ' ' && text[0] != '"' && strcmp(text, "none");
}

static void add_value(struct qb_buf *out, const struct qb_json *value, bool quoted)
{
    struct qb_buf text = {0};
    if (!value) {
        qb_buf_add_string(out, "none");
    } else if (value->type == QB_JSON_STRING && !quoted && plain(value)) {
        add_visible(out, value->as.string, value->length);
    } else {
        qb_json_write_compact(&text, value);
        add_visible(out, qb_buf_text(&text), text.length);
    }
    qb_buf_fini(&text);
}

/* The offset of character `count`, or the end. */
static size_t skip(const char *text, size_t length, size_t count)
{
    size_t at = 0;
    for (; count && at < length; count--) {
        uint32_t point;
        size_t bytes = qb_utf8_decode(text + at, length - at, &point);
        at += bytes ? bytes : 1;
    }
    return at;
}

/* Characters that both have at their beginning. */
static size_t same_characters(const struct qb_buf *a, const struct qb_buf *b)
{
    size_t least = a->length < b->length ? a->length : b->length;
    size_t at = 0;
    while (at < least && a->data[at] == b->data[at])
        at++;
    while (at && ((unsigned char)a->data[at] & 0xc0) == 0x80) /* not within a character */
        at--;
    return qb_utf8_length(a->data, at);
}

/* SHOWN characters from character `first` on, with dots where something is left out. */
static void add_shortened(struct qb_buf *out, const struct qb_buf *text, size_t first)
{
    size_t total = qb_utf8_length(text->data, text->length);
    size_t room = SHOWN;
    if (total <= SHOWN)
        first = 0;
    else if (total - first < SHOWN)
        first = total - SHOWN + 1; /* one for the dots */
    if (first) {
        qb_buf_add_string(out, "…");
        room--;
    }
    size_t start = skip(text->data, text->length, first);
    bool more = total - first > room;
    size_t end = start + skip(text->data + start, text->length - start, more ? room - 1 : room);
    qb_buf_add(out, text->data + start, end - start);
    if (more)
        qb_buf_add_string(out, "…");
}

static void add_change(struct qb_buf *out, const struct qb_json *before, const struct qb_json *after)
{
    struct qb_buf old = {0};
    struct qb_buf new = {0};
    add_value(&old, before, false);
    add_value(&new, after, false);
    if (old.length == new.length && !memcmp(old.data, new.data, old.length)) {
        qb_buf_clear(&old);
        qb_buf_clear(&new);
        add_value(&old, before, true);
        add_value(&new, after, true);
    }
    size_t same = same_characters(&old, &new);
    size_t first = same >= SHOWN - 1 ? same - BEFORE : 0;
    add_shortened(out, &old, first);
    qb_buf_add_string(out, " -> ");
    add_shortened(out, &new, first);
    qb_buf_fini(&old);
    qb_buf_fini(&new);
}

/* "/monitoring/every" as "monitoring.every": the escapes of RFC 6901 undone. */
void qb_trail_name(struct qb_buf *out, const char *pointer)
{
    struct qb_buf name = {0};
    for (const char *at = pointer + (*pointer == '/'); *at; at++) {
        bool escape = *at == '~' && (at[1] == '0' || at[1] == '1');
        if (escape)
            at++;
        qb_buf_add_char(&name, escape ? (*at == '0' ? '~' : '/') : *at == '/' ? '.' : *at);
    }
    add_visible(out, qb_buf_text(&name), name.length);
    qb_buf_fini(&name);
}

struct description {
    struct qb_buf *out;
    const char *indent;
};

void qb_trail_describe_one(struct qb_buf *out, const char *indent, const char *pointer, const struct qb_json *before,
                           const struct qb_json *after)
{
    qb_buf_add_string(out, indent);
    qb_trail_name(out, pointer);
    if (*pointer)
        qb_buf_add_string(out, ": ");
    add_change(out, before, after);
    qb_buf_add_char(out, '\n');
}

static void describe(void *context, const char *pointer, const struct qb_json *before, const struct qb_json *after)
{
    struct description *description = context;
    qb_trail_describe_one(description->out, description->indent, pointer, before, after);
}

void qb_trail_describe(struct qb_buf *out, const char *indent, const struct qb_json *before,
                       const struct qb_json *after)
{
    struct description description = {out, indent};
    qb_trail_compare(before, after, describe, &description);
}
