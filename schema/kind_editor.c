/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Both are made as values in an arena and then written by the one writer of JSON, so that every name survives. A schema
 * is copied member by member; where the table of keywords says that schemas stand, they are translated in turn.
 */
#include "schema/kind_editor.h"

#include "schema/formats.h"
#include "schema/jsonschema/keywords.h"
#include "schema/kind_text.h"
#include "schema/kind_words.h"

#include <string.h>

#define DRAFT "https://json-schema.org/draft/2020-12/schema"
#define SCHEMAS "json.schemas"

/* --- making values --- */

static struct qb_json make_text(struct qb_arena *arena, const char *key, const char *text)
{
    size_t length = strlen(text);
    return (struct qb_json){.type = QB_JSON_STRING,
                            .length = (uint32_t)length,
                            .key = key,
                            .key_length = key ? (uint32_t)strlen(key) : 0,
                            .as.string = qb_arena_copy(arena, text, length)};
}

static struct qb_json make_container(const char *key, enum qb_json_type type, const struct qb_json *items, size_t count)
{
    return (struct qb_json){.type = type,
                            .length = (uint32_t)count,
                            .key = key,
                            .key_length = key ? (uint32_t)strlen(key) : 0,
                            .as.items = items};
}

static struct qb_json *make_items(struct qb_arena *arena, size_t count)
{
    return qb_arena_alloc(arena, (count + 1) * sizeof(struct qb_json));
}

/* --- schemas --- */

struct translation {
    struct qb_arena arena;
    const struct qb_kind_text *text;
    const struct qb_kinds *kinds;
    struct qb_kind_voice voice;
};

/* One more sentence. */
static void sentence(struct qb_buf *out, const char *text)
{
    if (out->length)
        qb_buf_add_char(out, ' ');
    qb_buf_add_string(out, text);
}

static void hint_ref(struct translation *t, struct qb_buf *out, const struct qb_json *schema)
{
    const char *name = qb_json_string(qb_json_get(schema, "x-qbis-ref"));
    const struct qb_kind *kind = name ? qb_kinds_find(t->kinds, name) : NULL;
    if (!kind)
        return;
    struct qb_buf text = {0};
    qb_text_format(&text, t->voice.language, "kinds.hint.ref",
                   (struct qb_text_arg[]){{"kind", qb_kind_label(kind, t->voice.language)}, {"folder", kind->folder}},
                   2);
    sentence(out, qb_buf_text(&text));
    qb_buf_fini(&text);
}

static void hint_format(struct translation *t, struct qb_buf *out, const struct qb_json *schema)
{
    const char *name = qb_json_string(qb_json_get(schema, "format"));
    size_t count;
    const struct qb_schema_format *rows = qb_formats(&count);
    for (size_t i = 0; name && i < count; i++) {
        const char *message_id = strcmp(rows[i].name, name) ? NULL : qb_kind_format_words(name);
        if (!message_id)
            continue;
        struct qb_buf text = {0};
        qb_text_format(
            &text, t->voice.language, "kinds.hint.format",
            (struct qb_text_arg[]){{"format", qb_text(t->voice.language, message_id)}, {"example", rows[i].example}},
            2);
        sentence(out, qb_buf_text(&text));
        qb_buf_fini(&text);
    }
}

static void hint_mark(struct translation *t, struct qb_buf *out, const struct qb_json *schema, const char *annotation,
                      const char *message_id)
{
    const struct qb_json *mark = qb_json_get(schema, annotation);
    if (mark && mark->type == QB_JSON_TRUE)
        sentence(out, qb_text(t->voice.language, message_id));
}

/* What an editor shows where the standard's keywords say too little. */
static void describe(struct translation *t, struct qb_buf *out, const struct qb_json *schema)
{
    const char *words = qb_kind_text_pick(qb_json_get(schema, "x-qbis-description"), t->voice.language);
    if (words)
        sentence(out, words);
    hint_ref(t, out, schema);
    hint_format(t, out, schema);
    hint_mark(t, out, schema, "x-qbis-unique", "kinds.hint.unique");
    hint_mark(t, out, schema, "x-qbis-frozen", "kinds.hint.frozen");
}

/* VS Code's own keyword beside `enum`: a text for each value. */
static bool describe_values(struct translation *t, const struct qb_json *schema, struct qb_json *member)
{
    const struct qb_json *values = qb_json_get(schema, "enum");
    const struct qb_json *labels = qb_json_get(schema, "x-qbis-labels-of-values");
    if (!labels || !values || values->type != QB_JSON_ARRAY || qb_json_get(schema, "enumDescriptions"))
        return false;
    struct qb_json *items = make_items(&t->arena, values->length);
    for (uint32_t i = 0; i < values->length; i++) {
        const char *label = qb_kind_value_label(t->text, schema, &values->as.items[i], t->voice.language);
        items[i] = make_text(&t->arena, NULL, label ? label : "");
    }
    *member = make_container("enumDescriptions", QB_JSON_ARRAY, items, values->length);
    return true;
}

static struct qb_json translate(struct translation *t, const struct qb_json *schema);

static struct qb_json translate_each(struct translation *t, const struct qb_json *values)
{
    struct qb_json copy = *values;
    struct qb_json *items = make_items(&t->arena, values->length);
    for (uint32_t i = 0; i < values->length; i++)
        items[i] = translate(t, &values->as.items[i]);
    copy.as.items = items;
    return copy;
}

static struct qb_json translate_member(struct translation *t, const struct qb_json *member)
{
    enum qb_keyword keyword = qb_keyword_find(member->key, member->key_length, QB_VOCABULARY_ALL, QB_DRAFT_2020_12);
    enum qb_layout layout = keyword == QB_KEYWORDS ? QB_LAYOUT_NONE : qb_keyword_rows[keyword].layout;
    bool container = member->type == QB_JSON_OBJECT || member->type == QB_JSON_ARRAY;
    if (layout == QB_LAYOUT_SCHEMA)
        return translate(t, member);
    if (layout != QB_LAYOUT_NONE && container)
        return translate_each(t, member);
    return *member;
}

/* What a schema document is called stands first in it. */
static bool leads(const struct translation *t, const struct qb_json *schema, const struct qb_json *member)
{
    return schema == t->text->root && (!strcmp(member->key, "$schema") || !strcmp(member->key, "$id"));
}

/* A schema object with its title and description in front. */
static struct qb_json translate(struct translation *t, const struct qb_json *schema)
{
    struct qb_json copy = *schema;
    if (schema->type != QB_JSON_OBJECT)
        return copy;
    struct qb_json *items = make_items(&t->arena, schema->length + 4);
    uint32_t count = 0;
    const char *title = qb_kind_text_pick(qb_json_get(schema, "x-qbis-label"), t->voice.language);
    struct qb_buf description = {0};
    describe(t, &description, schema);
    if (schema == t->text->root && !qb_json_get(schema, "$schema"))
        items[count++] = make_text(&t->arena, "$schema", DRAFT);
    for (uint32_t i = 0; i < schema->length; i++)
        if (leads(t, schema, &schema->as.items[i]))
            items[count++] = schema->as.items[i];
    if (title && !qb_json_get(schema, "title"))
        items[count++] = make_text(&t->arena, "title", title);
    if (description.length && !qb_json_get(schema, "description"))
        items[count++] = make_text(&t->arena, "description", qb_buf_text(&description));
    qb_buf_fini(&description);
    for (uint32_t i = 0; i < schema->length; i++)
        if (!leads(t, schema, &schema->as.items[i]))
            items[count++] = translate_member(t, &schema->as.items[i]);
    count += describe_values(t, schema, &items[count]);
    copy.as.items = items;
    copy.length = count;
    return copy;
}

void qb_kind_editor_schema(struct qb_buf *out, const struct qb_kind *kind, const struct qb_kinds *kinds,
                           enum qb_language language)
{
    struct qb_kind_text text;
    struct translation t = {.text = &text, .kinds = kinds, .voice = {.language = language}};
    qb_kind_text_init(&text, kind);
    qb_arena_init(&t.arena);
    struct qb_json schema = translate(&t, text.root);
    qb_json_write(out, &schema);
    qb_buf_add_char(out, '\n');
    qb_arena_fini(&t.arena);
    qb_kind_text_fini(&text);
}

/* --- settings --- */

/* {"fileMatch": ["records/shipments/" and all below], "url": "./kinds/.schema/shipment.json"} */
static struct qb_json make_entry(struct qb_arena *arena, const struct qb_kind *kind)
{
    struct qb_buf text = {0};
    struct qb_json *match = make_items(arena, 1);
    struct qb_json *items = make_items(arena, 2);
    qb_buf_addf(&text, "records/%s/**/*.json", kind->folder);
    match[0] = make_text(arena, NULL, qb_buf_text(&text));
    items[0] = make_container("fileMatch", QB_JSON_ARRAY, match, 1);
    qb_buf_clear(&text);
    qb_buf_addf(&text, "./" QB_EDITOR_SCHEMAS "%s.json", kind->name);
    items[1] = make_text(arena, "url", qb_buf_text(&text));
    qb_buf_fini(&text);
    return make_container(NULL, QB_JSON_OBJECT, items, 2);
}

static bool ours(const struct qb_json *entry)
{
    static const char start[] = "./" QB_EDITOR_SCHEMAS;
    const char *url = qb_json_string(qb_json_get(entry, "url"));
    return url && !strncmp(url, start, sizeof start - 1);
}

/* Ours, in the order of the kinds, then those that somebody else put there. */
static struct qb_json make_entries(struct qb_arena *arena, const struct qb_kinds *kinds, const struct qb_json *earlier)
{
    struct qb_json *items = make_items(arena, kinds->count + (earlier ? earlier->length : 0));
    size_t count = 0;
    for (; count < kinds->count; count++)
        items[count] = make_entry(arena, kinds->items[count]);
    for (uint32_t i = 0; earlier && i < earlier->length; i++)
        if (!ours(&earlier->as.items[i]))
            items[count++] = earlier->as.items[i];
    return make_container(SCHEMAS, QB_JSON_ARRAY, items, count);
}

bool qb_kind_editor_settings(struct qb_buf *out, const struct qb_kinds *kinds, const struct qb_json *present)
{
    const struct qb_json *earlier = qb_json_get(present, SCHEMAS);
    if ((present && present->type != QB_JSON_OBJECT) || (earlier && earlier->type != QB_JSON_ARRAY))
        return false;
    struct qb_arena arena;
    qb_arena_init(&arena);
    uint32_t length = present ? present->length : 0;
    struct qb_json *members = make_items(&arena, length + 1);
    for (uint32_t i = 0; i < length; i++)
        members[i] = &present->as.items[i] == earlier ? make_entries(&arena, kinds, earlier) : present->as.items[i];
    if (!earlier)
        members[length++] = make_entries(&arena, kinds, NULL);
    struct qb_json settings = make_container(NULL, QB_JSON_OBJECT, members, length);
    qb_json_write(out, &settings);
    qb_buf_add_char(out, '\n');
    qb_arena_fini(&arena);
    return true;
}
