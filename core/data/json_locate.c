/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a value stands in its text. Values keep no places, for places are asked for only when something is
 * wrong; then the text is looked at a second time, along the pointer, skipping what lies beside it. The text
 * is taken to be JSON: whatever is not ends the search where it is met.
 */
#include "core/data/json.h"

#include "core/data/json_fault.h"

#include <string.h>

#define BOM "\xEF\xBB\xBF"
#define BOM_SIZE 3

struct cursor {
    const char *at;
    const char *end;
};

static char peek(const struct cursor *cursor)
{
    return cursor->at < cursor->end ? *cursor->at : '\0';
}

static void skip_blanks(struct cursor *cursor)
{
    while (cursor->at < cursor->end && strchr(" \t\r\n", *cursor->at) && *cursor->at)
        cursor->at++;
}

static void skip_string(struct cursor *cursor)
{
    cursor->at++;
    while (cursor->at < cursor->end && *cursor->at != '"')
        cursor->at += *cursor->at == '\\' && cursor->end - cursor->at > 1 ? 2 : 1;
    if (cursor->at < cursor->end)
        cursor->at++;
}

/* Over a value, by its brackets. */
static void skip_value(struct cursor *cursor)
{
    size_t depth = 0;
    while (cursor->at < cursor->end) {
        char c = *cursor->at;
        if (!depth && strchr(",]} \t\r\n", c))
            return;
        if (c == '"') {
            skip_string(cursor);
        } else {
            cursor->at++;
            depth += c == '{' || c == '[';
            depth -= c == '}' || c == ']';
        }
        if (!depth && strchr("\"]}", c))
            return;
    }
}

/* Whether the string, quotes included, decodes to `name`. */
static bool is_named(const char *string, size_t length, const struct qb_buf *name)
{
    if (!memchr(string, '\\', length))
        return length == name->length + 2 && !memcmp(string + 1, qb_buf_text(name), name->length);
    struct qb_json_doc *doc = qb_json_doc_new();
    struct qb_json_fault fault;
    const struct qb_json *key = qb_json_parse(doc, string, length, &qb_json_document_options, &fault);
    bool named = key && key->type == QB_JSON_STRING && key->length == name->length &&
                 !memcmp(key->as.string, qb_buf_text(name), name->length);
    qb_json_doc_free(doc);
    return named;
}

/* From the brace to the value of that member; *key becomes where its name stands. */
static bool enter_object(struct cursor *cursor, const struct qb_buf *name, const char **key)
{
    do {
        cursor->at++; /* the brace or the comma */
        skip_blanks(cursor);
        if (peek(cursor) != '"')
            return false;
        *key = cursor->at;
        skip_string(cursor);
        bool found = is_named(*key, (size_t)(cursor->at - *key), name);
        skip_blanks(cursor);
        if (peek(cursor) != ':')
            return false;
        cursor->at++;
        skip_blanks(cursor);
        if (found)
            return cursor->at < cursor->end;
        skip_value(cursor);
        skip_blanks(cursor);
    } while (peek(cursor) == ',');
    return false;
}

static bool enter_array(struct cursor *cursor, const struct qb_buf *token)
{
    size_t left;
    if (!qb_json_pointer_index(qb_buf_text(token), token->length, &left))
        return false;
    cursor->at++;
    skip_blanks(cursor);
    if (peek(cursor) == ']')
        return false;
    for (; left; left--) {
        skip_value(cursor);
        skip_blanks(cursor);
        if (peek(cursor) != ',')
            return false;
        cursor->at++;
        skip_blanks(cursor);
    }
    return cursor->at < cursor->end;
}

bool qb_json_locate(const char *text, size_t length, const char *pointer, bool key, uint32_t *line, uint32_t *column)
{
    bool marked = length >= BOM_SIZE && !memcmp(text, BOM, BOM_SIZE);
    struct cursor cursor = {text + (marked ? BOM_SIZE : 0), text + length};
    skip_blanks(&cursor);
    const char *value = cursor.at;
    const char *name = NULL;
    struct qb_buf token = {0};
    bool found = cursor.at < cursor.end;
    while (found && *pointer) {
        const char *member = NULL;
        found = *pointer == '/';
        if (!found)
            break;
        pointer = qb_json_pointer_take(pointer, &token);
        found = peek(&cursor) == '{'   ? enter_object(&cursor, &token, &member)
                : peek(&cursor) == '[' ? enter_array(&cursor, &token)
                                       : false;
        if (found) {
            value = cursor.at;
            name = member;
        }
    }
    qb_buf_fini(&token);
    const char *place = found && key && name ? name : value;
    qb_json_position(text, length, (size_t)(place - text), line, column);
    return found;
}
