/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Headers are compared in a plain form: letters and digits alone, small, with one blank wherever there was anything
 * else; so "Berat bersih (kg)", "BERAT BERSIH (KG)" and "berat_bersih_kg" are one. Of several properties with the same
 * label the one that is least deep in the record is meant; two equally deep ones are nobody's guess.
 */
#include "schema/columns.h"

#include "core/base/utf8.h"
#include "schema/draft.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- headers --- */

/* ASCII letters become small; other letters stay. */
static void add_plain(struct qb_buf *out, const char *text, size_t length)
{
    size_t start = out->length;
    bool gap = false;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c >= 0x80;
        if (c >= 'A' && c <= 'Z') {
            c = (unsigned char)(c - 'A' + 'a');
            letter = true;
        }
        if (letter && gap && out->length > start)
            qb_buf_add_char(out, ' ');
        if (letter)
            qb_buf_add_char(out, (char)c);
        gap = !letter;
    }
}

/* "komoditas 2": cuts the number off and returns it less one; a header without one is the first. */
static size_t cut_number(struct qb_buf *header)
{
    size_t end = header->length;
    size_t number = 0;
    size_t unit = 1;
    while (end && header->data[end - 1] >= '0' && header->data[end - 1] <= '9' && unit < QB_DRAFT_ITEMS) {
        number += unit * (size_t)(header->data[--end] - '0');
        unit *= 10;
    }
    if (end < 2 || end == header->length || header->data[end - 1] != ' ' || !number)
        return 0;
    header->length = end - 1;
    header->data[end - 1] = '\0';
    return number - 1;
}

static size_t depth_of(const char *path)
{
    size_t depth = 0;
    for (; *path; path++)
        depth += *path == '.';
    return depth;
}

static bool in_a_list(const char *path)
{
    return strstr(path, "[].") != NULL;
}

static bool equals_plain(const char *text, const struct qb_buf *header)
{
    struct qb_buf plain = {0};
    if (text)
        add_plain(&plain, text, strlen(text));
    bool equal = text && plain.length == header->length && !memcmp(plain.data, header->data, plain.length);
    qb_buf_fini(&plain);
    return equal;
}

static bool has_label(const struct qb_kind_text *text, const struct qb_kind_property *property,
                      const struct qb_buf *header)
{
    for (int l = 0; l < QB_LANGUAGES; l++)
        if (equals_plain(qb_kind_text_words(text, property->schema, "x-qbis-label", (enum qb_language)l), header))
            return true;
    return false;
}

static bool has_name(const struct qb_kind_text *text, const struct qb_kind_property *property,
                     const struct qb_buf *header)
{
    (void)text;
    return equals_plain(property->name, header);
}

typedef bool matches(const struct qb_kind_text *text, const struct qb_kind_property *property,
                     const struct qb_buf *header);

/* Of the properties that match, the least deep one; *rivals counts those that are as little deep. */
static const struct qb_kind_property *search(const struct qb_kind_text *text, const struct qb_buf *header,
                                             matches *match, bool only_in_lists, size_t *rivals)
{
    const struct qb_kind_property *best = NULL;
    *rivals = 0;
    for (size_t i = 0; header->length && i < text->count; i++) {
        const struct qb_kind_property *property = &text->properties[i];
        if ((only_in_lists && !in_a_list(property->path)) || !match(text, property, header))
            continue;
        size_t depth = depth_of(property->path);
        if (best && depth > depth_of(best->path))
            continue;
        *rivals = best && depth == depth_of(best->path) ? *rivals + 1 : 0;
        best = property;
    }
    return best;
}

/* "lines[].commodity" with the index in its first list, 0 in all others. */
static void add_indexed(struct qb_buf *path, const char *pattern, size_t index)
{
    for (const char *at = pattern; *at;) {
        const char *hole = strstr(at, "[].");
        if (!hole) {
            qb_buf_add_string(path, at);
            return;
        }
        qb_buf_add(path, at, (size_t)(hole - at));
        qb_buf_addf(path, "[%zu].", index);
        index = 0;
        at = hole + 3;
    }
}

/* A header that is a path: "lines[0].commodity", or "lines.commodity" for the first item. */
static bool find_path(struct qb_buf *path, const struct qb_kind_text *text, const char *header)
{
    if (qb_draft_property(text, header, NULL)) {
        qb_buf_add_string(path, header);
        return true;
    }
    for (size_t i = 0; i < text->count; i++) {
        struct qb_buf bare = {0};
        for (const char *at = text->properties[i].path; *at; at++)
            if (*at != '[' && *at != ']')
                qb_buf_add_char(&bare, *at);
        bool same = !strcmp(qb_buf_text(&bare), header);
        qb_buf_fini(&bare);
        if (same) {
            add_indexed(path, text->properties[i].path, 0);
            return true;
        }
    }
    return false;
}

enum qb_column_result qb_column_find(struct qb_buf *path, const struct qb_kind_text *text, const char *header,
                                     size_t length)
{
    static matches *const ways[] = {has_label, has_name};
    struct qb_buf plain = {0};
    struct qb_buf exact = {0};
    const struct qb_kind_property *found = NULL;
    size_t rivals = 0;
    size_t index = 0;
    header = qb_value_trim(header, &length);
    qb_buf_add(&exact, header, length);
    bool by_path = find_path(path, text, qb_buf_text(&exact));
    add_plain(&plain, header, length);
    for (size_t i = 0; !by_path && !found && i < 2; i++)
        found = search(text, &plain, ways[i], false, &rivals);
    if (!by_path && !found)
        index = cut_number(&plain);
    for (size_t i = 0; !by_path && !found && i < 2; i++)
        found = search(text, &plain, ways[i], true, &rivals);
    if (found && !rivals)
        add_indexed(path, found->path, index);
    qb_buf_fini(&plain);
    qb_buf_fini(&exact);
    return by_path || (found && !rivals) ? QB_COLUMN_FOUND : found ? QB_COLUMN_AMBIGUOUS : QB_COLUMN_UNKNOWN;
}

void qb_column_suggest(struct qb_buf *out, const struct qb_kind_text *text, const char *header, size_t length)
{
    struct qb_buf plain = {0};
    const char **paths = qb_mem_array(text->count + 1, sizeof *paths);
    size_t count = 0;
    add_plain(&plain, header, length);
    cut_number(&plain);
    for (size_t i = 0; i < text->count; i++)
        if (has_label(text, &text->properties[i], &plain) || has_name(text, &text->properties[i], &plain))
            paths[count++] = text->properties[i].path;
    for (size_t i = 0; !count && i < text->count; i++)
        paths[i] = text->properties[i].path;
    const char *nearest = count ? NULL : qb_utf8_nearest(header, length, paths, text->count);
    if (nearest)
        paths[count++] = nearest;
    for (size_t i = 0; i < (count ? count : text->count); i++)
        qb_buf_addf(out, "%s%s", i ? ", " : "", paths[i]);
    free(paths);
    qb_buf_fini(&plain);
}

/* --- columns of records --- */

void qb_columns_init(struct qb_columns *columns, const struct qb_kind_text *text)
{
    *columns = (struct qb_columns){.text = text, .most = qb_mem_array(text->count + 1, sizeof *columns->most)};
    qb_arena_init(&columns->arena);
}

void qb_columns_fini(struct qb_columns *columns)
{
    free(columns->most);
    free(columns->paths);
    free(columns->schemas);
    qb_arena_fini(&columns->arena);
    *columns = (struct qb_columns){0};
}

const struct qb_json *qb_column_value(const struct qb_json *record, const char *path)
{
    const struct qb_json *value = record;
    for (const char *at = path; value && *at;) {
        size_t length = strcspn(at, ".[");
        if (length)
            value = qb_json_get_bytes(value, at, length);
        at += length;
        while (value && *at == '[') {
            size_t index = (size_t)strtoul(at + 1, NULL, 10);
            value = value->type == QB_JSON_ARRAY && index < value->length ? &value->as.items[index] : NULL;
            at += strcspn(at, "]");
            at += *at == ']';
        }
        if (*at == '.')
            at++;
    }
    return value;
}

/* Whether property `inner` lies in the items of the list `outer`: "lines[].lot" in "lines". */
static bool lies_in(const char *outer, const char *inner)
{
    size_t length = strlen(outer);
    return !strncmp(outer, inner, length) && !strncmp(inner + length, "[].", 3);
}

static bool is_list_of_objects(const struct qb_kind_text *text, size_t property)
{
    return property + 1 < text->count && lies_in(text->properties[property].path, text->properties[property + 1].path);
}

static bool is_object(const struct qb_kind_text *text, size_t property)
{
    const char *path = text->properties[property].path;
    size_t length = strlen(path);
    return property + 1 < text->count && !strncmp(text->properties[property + 1].path, path, length) &&
           text->properties[property + 1].path[length] == '.';
}

void qb_columns_measure(struct qb_columns *columns, const struct qb_json *record)
{
    const struct qb_kind_text *text = columns->text;
    for (size_t i = 0; i < text->count; i++) {
        if (in_a_list(text->properties[i].path))
            continue; /* a list in a list stays in one cell */
        const struct qb_json *value = qb_column_value(record, text->properties[i].path);
        size_t count =
            value && value->type == QB_JSON_ARRAY && is_list_of_objects(text, i) ? value->length : value != NULL;
        if (count > columns->most[i])
            columns->most[i] = count;
    }
}

static void add_column(struct qb_columns *columns, const char *path, const struct qb_json *schema)
{
    size_t capacity = columns->capacity;
    QB_MEM_GROW(columns->paths, columns->count, columns->capacity);
    if (columns->capacity > capacity)
        columns->schemas = qb_mem_resize(columns->schemas, columns->capacity, sizeof *columns->schemas);
    columns->schemas[columns->count] = schema;
    columns->paths[columns->count++] = qb_arena_copy(&columns->arena, path, strlen(path));
}

/* The members of one item of the list; what lies in a deeper list stays in that one's cell. */
static void add_item(struct qb_columns *columns, size_t list, size_t index)
{
    const struct qb_kind_text *text = columns->text;
    const char *outer = text->properties[list].path;
    for (size_t i = list + 1; i < text->count && lies_in(outer, text->properties[i].path); i++) {
        struct qb_buf path = {0};
        const char *inner = text->properties[i].path + strlen(outer) + 2; /* behind "[]" */
        if (!is_object(text, i) && !in_a_list(inner)) {
            qb_buf_addf(&path, "%s[%zu]%s", outer, index, inner);
            add_column(columns, qb_buf_text(&path), text->properties[i].schema);
        }
        qb_buf_fini(&path);
    }
}

void qb_columns_make(struct qb_columns *columns)
{
    const struct qb_kind_text *text = columns->text;
    for (size_t i = 0; i < text->count; i++) {
        const struct qb_kind_property *property = &text->properties[i];
        if (in_a_list(property->path) || is_object(text, i))
            continue; /* with their list; their members */
        if (property->path[0] == '$' && !columns->most[i])
            continue; /* for editors, and nobody uses it here */
        if (!is_list_of_objects(text, i)) {
            add_column(columns, property->path, property->schema);
            continue;
        }
        for (size_t index = 0; index < (columns->most[i] ? columns->most[i] : 1); index++)
            add_item(columns, i, index);
    }
}
