/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walks a kind's schema through all that holds for the same place of a record: properties, items, allOf, local $ref.
 * Definitions may refer to each other, so every walk has a number of steps that it may take.
 */
#include "schema/kind_text.h"

#include "schema/kind_gather.h"

#include <stdlib.h>
#include <string.h>

/* schemas looked at for one answer */
#define FIND_STEPS 200
/* schemas looked at, and properties found, in one kind */
#define WALK_STEPS 20000
#define MOST_PROPERTIES 1000

const struct qb_json *qb_kind_text_target(const struct qb_kind_text *text, const struct qb_json *schema)
{
    const char *ref = qb_json_string(qb_json_get(schema, "$ref"));
    return ref ? qb_kind_target(text->root, ref) : NULL;
}

/* --- what a schema says --- */

static const struct qb_json *find(const struct qb_kind_text *text, const struct qb_json *schema, const char *keyword,
                                  unsigned *steps)
{
    if (!schema || schema->type != QB_JSON_OBJECT || !*steps)
        return NULL;
    --*steps;
    const struct qb_json *value = qb_json_get(schema, keyword);
    if (!value)
        value = find(text, qb_kind_text_target(text, schema), keyword, steps);
    const struct qb_json *all = qb_json_get(schema, "allOf");
    for (uint32_t i = 0; !value && all && all->type == QB_JSON_ARRAY && i < all->length; i++)
        value = find(text, &all->as.items[i], keyword, steps);
    return value;
}

const struct qb_json *qb_kind_text_find(const struct qb_kind_text *text, const struct qb_json *schema,
                                        const char *keyword)
{
    unsigned steps = FIND_STEPS;
    return find(text, schema, keyword, &steps);
}

const char *qb_kind_text_pick(const struct qb_json *words, enum qb_language language)
{
    const char *found = qb_json_string(qb_json_get(words, qb_text_language_tag(language)));
    for (int i = 0; !found && i < QB_LANGUAGES; i++)
        found = qb_json_string(qb_json_get(words, qb_text_language_tag((enum qb_language)i)));
    return found;
}

const char *qb_kind_text_words(const struct qb_kind_text *text, const struct qb_json *schema, const char *annotation,
                               enum qb_language language)
{
    return qb_kind_text_pick(qb_kind_text_find(text, schema, annotation), language);
}

const char *qb_kind_property_words(const struct qb_kind_text *text, const struct qb_kind_property *property,
                                   const char *annotation, enum qb_language language)
{
    const char *words = qb_kind_text_words(text, property->schema, annotation, language);
    if (words)
        return words;
    return qb_kind_text_words(text, qb_kind_text_find(text, property->schema, "items"), annotation, language);
}

bool qb_kind_text_lists(const struct qb_json *names, const char *name)
{
    for (uint32_t i = 0; names && names->type == QB_JSON_ARRAY && i < names->length; i++) {
        const char *item = qb_json_string(&names->as.items[i]);
        if (item && !strcmp(item, name))
            return true;
    }
    return false;
}

/* Each place that demands properties has its own list, so the first one found is not the whole answer. */
static bool requires(const struct qb_kind_text *text, const struct qb_json *schema, const char *name, unsigned *steps)
{
    if (!schema || schema->type != QB_JSON_OBJECT || !*steps)
        return false;
    --*steps;
    if (qb_kind_text_lists(qb_json_get(schema, "required"), name) ||
        requires(text, qb_kind_text_target(text, schema), name, steps))
        return true;
    const struct qb_json *all = qb_json_get(schema, "allOf");
    for (uint32_t i = 0; all && all->type == QB_JSON_ARRAY && i < all->length; i++)
        if (requires(text, &all->as.items[i], name, steps))
            return true;
    return false;
}

/* --- the properties --- */

/* A walk, and where it is. */
struct walk {
    struct qb_kind_text *text;
    struct qb_buf path;
    const struct qb_json *object;
    unsigned depth; /* properties on the way */
    unsigned steps;
};

static void walk_value(struct walk *walk, const struct qb_json *schema);

static bool known(const struct qb_kind_text *text, const char *path)
{
    for (size_t i = 0; i < text->count; i++)
        if (!strcmp(text->properties[i].path, path))
            return true;
    return false;
}

static void add_property(struct walk *walk, const struct qb_json *schema)
{
    struct qb_kind_text *text = walk->text;
    size_t length = walk->path.length;
    qb_buf_addf(&walk->path, "%s%s", length ? "." : "", schema->key);
    if (text->count < MOST_PROPERTIES && !known(text, qb_buf_text(&walk->path))) {
        unsigned steps = FIND_STEPS;
        QB_MEM_GROW(text->properties, text->count, text->capacity);
        text->properties[text->count++] = (struct qb_kind_property){
            .path = qb_arena_copy(&text->arena, qb_buf_text(&walk->path), walk->path.length),
            .name = schema->key,
            .schema = schema,
            .object = walk->object,
            .required = requires(text, walk->object, schema->key, &steps),
        };
        walk->depth++;
        walk_value(walk, schema);
        walk->depth--;
    }
    walk->path.length = length;
    walk->path.data[length] = '\0';
}

/* All properties that hold for the object at hand, wherever in its schema they stand. */
static void walk_object(struct walk *walk, const struct qb_json *schema)
{
    if (!schema || schema->type != QB_JSON_OBJECT || !walk->steps || walk->depth == QB_KIND_STEPS)
        return;
    walk->steps--;
    const struct qb_json *properties = qb_json_get(schema, "properties");
    for (uint32_t i = 0; properties && properties->type == QB_JSON_OBJECT && i < properties->length; i++)
        add_property(walk, &properties->as.items[i]);
    walk_object(walk, qb_kind_text_target(walk->text, schema));
    const struct qb_json *all = qb_json_get(schema, "allOf");
    for (uint32_t i = 0; all && all->type == QB_JSON_ARRAY && i < all->length; i++)
        walk_object(walk, &all->as.items[i]);
}

/* The properties inside a value, and inside the items of a list. */
static void walk_value(struct walk *walk, const struct qb_json *schema)
{
    const struct qb_json *outer = walk->object;
    size_t length = walk->path.length;
    for (int level = 0; schema && level < QB_KIND_STEPS; level++) {
        walk->object = schema;
        walk_object(walk, schema);
        schema = qb_kind_text_find(walk->text, schema, "items");
        qb_buf_add_string(&walk->path, "[]");
    }
    walk->object = outer;
    walk->path.length = length;
    walk->path.data[length] = '\0';
}

void qb_kind_text_init(struct qb_kind_text *text, const struct qb_kind *kind)
{
    struct qb_json_fault fault;
    *text = (struct qb_kind_text){.kind = kind};
    qb_kind_source_init(&text->source);
    qb_arena_init(&text->arena);
    text->root = qb_kind_source_read(&text->source, kind->text, kind->text_length, &fault);
    if (!text->root)
        abort(); /* it was read when the kind was made */
    struct walk walk = {.text = text, .object = text->root, .steps = WALK_STEPS};
    walk_object(&walk, text->root);
    qb_buf_fini(&walk.path);
}

void qb_kind_text_fini(struct qb_kind_text *text)
{
    qb_kind_source_fini(&text->source);
    qb_arena_fini(&text->arena);
    free(text->properties);
    *text = (struct qb_kind_text){0};
}
