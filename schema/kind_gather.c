/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two walks over a kind. The first follows what holds for every record, from the root down, and makes a field of each
 * annotated property with the way to it; so looking at a record later is a walk along known ways. The second visits
 * every schema of the text and complains of annotations that the first did not come to.
 */
#include "schema/kind_gather.h"

#include "core/base/limits.h"
#include "core/base/map.h"
#include "schema/jsonschema/keywords.h"
#include "schema/kind_problem.h"

#include <stdlib.h>
#include <string.h>

/* places looked at for annotations: where definitions refer to each other, ways multiply at every step */
#define MOST_LOOKS 20000
#define LABEL "x-qbis-label"

struct gathering {
    struct qb_kind *kind;
    const struct qb_json *root;
    qb_kind_complain *complain;
    void *context;
    struct qb_kind_step steps[QB_KIND_STEPS];
    size_t depth;
    unsigned looks;
    bool sometimes;     /* at a place that applies to some records only */
    bool too_large;     /* said already */
    struct qb_map read; /* schemas whose annotations became fields, by address */
    struct qb_arena scratch;
    struct qb_buf pointer;
};

static const char *copy_of(struct gathering *g, const char *text)
{
    return qb_arena_copy(&g->kind->arena, text, strlen(text));
}

/* --- references --- */

/* The schema with that anchor, anywhere below a value. */
static const struct qb_json *anchored(const struct qb_json *value, const char *anchor)
{
    static const char *const keywords[] = {"$anchor", "$dynamicAnchor"};
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++) {
        const char *text = qb_json_string(qb_json_get(value, keywords[i]));
        if (text && !strcmp(text, anchor))
            return value;
    }
    const struct qb_json *found = NULL;
    bool container = value->type == QB_JSON_OBJECT || value->type == QB_JSON_ARRAY;
    for (uint32_t i = 0; container && !found && i < value->length; i++)
        found = anchored(&value->as.items[i], anchor);
    return found;
}

const struct qb_json *qb_kind_target(const struct qb_json *root, const char *ref)
{
    const char *id = qb_json_string(qb_json_get(root, "$id"));
    size_t length = id ? strcspn(id, "#") : 0;
    if (length && !strncmp(ref, id, length) && (ref[length] == '#' || !ref[length]))
        ref += length;
    if (!*ref || !strcmp(ref, "#"))
        return root;
    if (*ref != '#')
        return NULL;
    return ref[1] == '/' ? qb_json_at(root, ref + 1) : anchored(root, ref + 1);
}

/* --- fields --- */

void qb_kind_read_label(struct qb_kind *kind, const struct qb_json *schema, const char *label[QB_LANGUAGES])
{
    const struct qb_json *labels = qb_json_get(schema, LABEL);
    for (int i = 0; i < QB_LANGUAGES; i++) {
        const char *text = qb_json_string(qb_json_get(labels, qb_text_language_tag((enum qb_language)i)));
        if (text)
            label[i] = qb_arena_copy(&kind->arena, text, strlen(text));
    }
}

static void complain_too_large(struct gathering *g)
{
    if (!g->too_large)
        g->complain(g->context, "/properties", "kind.too-large", "");
    g->too_large = true;
}

static bool flag(const struct qb_json *schema, const char *keyword)
{
    const struct qb_json *value = qb_json_get(schema, keyword);
    return value && value->type == QB_JSON_TRUE;
}

static const char *path_of(struct gathering *g)
{
    struct qb_buf path = {0};
    for (size_t i = 0; i < g->depth; i++)
        qb_buf_addf(&path, "%s%s%s", i ? "." : "", g->steps[i].name, g->steps[i].items ? "[]" : "");
    const char *copy = copy_of(g, qb_buf_text(&path));
    qb_buf_fini(&path);
    return copy;
}

/* The field of the present way: an earlier one when the property is described in two places. */
static struct qb_kind_field *field_here(struct gathering *g)
{
    struct qb_kind *kind = g->kind;
    const char *path = path_of(g);
    for (size_t i = 0; i < kind->field_count; i++)
        if (!strcmp(kind->fields[i].path, path))
            return &kind->fields[i];
    if (kind->field_count == UINT8_MAX) {
        complain_too_large(g);
        return NULL;
    }
    QB_MEM_GROW(kind->fields, kind->field_count, kind->field_capacity);
    struct qb_kind_field *field = &kind->fields[kind->field_count++];
    *field = (struct qb_kind_field){.path = path, .step_count = g->depth};
    memcpy(field->steps, g->steps, sizeof field->steps);
    for (size_t i = 0; i < g->depth; i++)
        field->steps[i].name = qb_arena_copy(&kind->arena, field->steps[i].name, field->steps[i].length);
    return field;
}

/* Annotations that the program acts on, and those that are only words. */
static const char *const acting[] = {"x-qbis-ref", "x-qbis-unique", "x-qbis-frozen", "x-qbis-author", "x-qbis-title"};

static const char *acting_annotation(const struct qb_json *schema)
{
    for (size_t i = 0; i < sizeof acting / sizeof *acting; i++)
        if (qb_json_get(schema, acting[i]))
            return acting[i];
    return NULL;
}

static void note_read(struct gathering *g, const struct qb_json *schema)
{
    if (qb_map_get(&g->read, (const char *)&schema, sizeof schema))
        return;
    char *key = qb_arena_copy(&g->scratch, (const char *)&schema, sizeof schema);
    qb_map_put(&g->read, key, sizeof schema, key);
}

static void read_field(struct gathering *g, const struct qb_json *schema)
{
    bool acts = acting_annotation(schema) && !g->sometimes;
    struct qb_kind_field *field = acts || qb_json_get(schema, LABEL) ? field_here(g) : NULL;
    if (!field)
        return;
    qb_kind_read_label(g->kind, schema, field->label);
    if (!acts)
        return;
    note_read(g, schema);
    const char *ref = qb_json_string(qb_json_get(schema, "x-qbis-ref"));
    if (ref)
        field->ref = copy_of(g, ref);
    field->unique |= flag(schema, "x-qbis-unique");
    field->frozen |= flag(schema, "x-qbis-frozen");
    field->author |= flag(schema, "x-qbis-author");
    field->title |= flag(schema, "x-qbis-title");
}

static void gather(struct gathering *g, const struct qb_json *schema, unsigned follow);

static void gather_properties(struct gathering *g, const struct qb_json *properties, unsigned follow)
{
    if (!properties || properties->type != QB_JSON_OBJECT || g->depth == QB_KIND_STEPS)
        return;
    for (uint32_t i = 0; i < properties->length; i++) {
        const struct qb_json *member = &properties->as.items[i];
        g->steps[g->depth++] = (struct qb_kind_step){member->key, member->key_length, false};
        gather(g, member, follow);
        g->depth--;
    }
}

static void gather_items(struct gathering *g, const struct qb_json *items, unsigned follow)
{
    if (!items || !g->depth || g->steps[g->depth - 1].items)
        return;
    g->steps[g->depth - 1].items = true;
    gather(g, items, follow);
    g->steps[g->depth - 1].items = false;
}

static void gather_each(struct gathering *g, const struct qb_json *schemas, unsigned follow)
{
    bool container = schemas && (schemas->type == QB_JSON_ARRAY || schemas->type == QB_JSON_OBJECT);
    for (uint32_t i = 0; container && i < schemas->length; i++)
        gather(g, &schemas->as.items[i], follow);
}

/* What applies to the same place in some records only: it may still give the place its words. */
static void gather_sometimes(struct gathering *g, const struct qb_json *schema, unsigned follow)
{
    static const char *const branches[] = {"if", "then", "else"};
    static const char *const lists[] = {"anyOf", "oneOf", "dependentSchemas"};
    bool before = g->sometimes;
    g->sometimes = true;
    for (size_t i = 0; i < sizeof branches / sizeof *branches; i++)
        gather(g, qb_json_get(schema, branches[i]), follow);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        gather_each(g, qb_json_get(schema, lists[i]), follow);
    g->sometimes = before;
}

/* Walks a schema object and what applies to the same place in a record. */
static void gather(struct gathering *g, const struct qb_json *schema, unsigned follow)
{
    if (!schema || schema->type != QB_JSON_OBJECT || !follow || g->too_large)
        return;
    if (g->looks++ == MOST_LOOKS) {
        complain_too_large(g);
        return;
    }
    if (g->depth)
        read_field(g, schema);
    const char *ref = qb_json_string(qb_json_get(schema, "$ref"));
    if (ref)
        gather(g, qb_kind_target(g->root, ref), follow - 1);
    gather_each(g, qb_json_get(schema, "allOf"), follow - 1);
    gather_properties(g, qb_json_get(schema, "properties"), follow - 1);
    gather_items(g, qb_json_get(schema, "items"), follow - 1);
    gather_sometimes(g, schema, follow - 1);
}

/* --- what was not reached --- */

static void look_over(struct gathering *g, const struct qb_json *schema);

static void look_over_member(struct gathering *g, const struct qb_json *member)
{
    enum qb_keyword keyword = qb_keyword_find(member->key, member->key_length, QB_VOCABULARY_ALL, QB_DRAFT_2020_12);
    enum qb_layout layout = keyword == QB_KEYWORDS ? QB_LAYOUT_NONE : qb_keyword_rows[keyword].layout;
    size_t length = g->pointer.length;
    qb_json_pointer_add(&g->pointer, member->key, member->key_length);
    bool container = member->type == QB_JSON_OBJECT || member->type == QB_JSON_ARRAY;
    size_t inner = g->pointer.length;
    if (layout == QB_LAYOUT_SCHEMA)
        look_over(g, member);
    else if (layout != QB_LAYOUT_NONE && container)
        for (uint32_t i = 0; i < member->length; i++) {
            const struct qb_json *item = &member->as.items[i];
            if (item->key)
                qb_json_pointer_add(&g->pointer, item->key, item->key_length);
            else
                qb_json_pointer_add_index(&g->pointer, i);
            look_over(g, item);
            g->pointer.length = inner;
        }
    g->pointer.length = length;
    g->pointer.data[length] = '\0';
}

/* Complains of a member of the schema at hand. */
static void complain_of(struct gathering *g, const char *outer, const char *name, const char *message_id)
{
    size_t length = g->pointer.length;
    if (outer)
        qb_json_pointer_add(&g->pointer, outer, strlen(outer));
    qb_json_pointer_add(&g->pointer, name, strlen(name));
    g->complain(g->context, qb_buf_text(&g->pointer), message_id, name);
    g->pointer.length = length;
    g->pointer.data[length] = '\0';
}

/* {id: ..., en: ...}, or one of them. */
static bool is_words(const struct qb_json *value)
{
    uint32_t known = 0;
    for (int i = 0; i < QB_LANGUAGES; i++)
        known += qb_json_string(qb_json_get(value, qb_text_language_tag((enum qb_language)i))) != NULL;
    return known && known == value->length;
}

/* Words that nobody would ever see are told of. */
static void look_over_words(struct gathering *g, const struct qb_json *schema)
{
    static const char *const annotations[] = {LABEL, "x-qbis-description"};
    for (size_t i = 0; i < sizeof annotations / sizeof *annotations; i++) {
        const struct qb_json *words = qb_json_get(schema, annotations[i]);
        if (words && !is_words(words))
            complain_of(g, NULL, annotations[i], "kind.words");
    }
    const struct qb_json *messages = qb_json_get(schema, QB_KIND_MESSAGES);
    if (messages && messages->type != QB_JSON_OBJECT)
        complain_of(g, NULL, QB_KIND_MESSAGES, "kind.messages");
    for (uint32_t i = 0; messages && messages->type == QB_JSON_OBJECT && i < messages->length; i++) {
        const struct qb_json *message = &messages->as.items[i];
        if (!is_words(message) || !qb_json_get(schema, message->key))
            complain_of(g, QB_KIND_MESSAGES, message->key, "kind.messages");
    }
}

/* Complains of each acting annotation that no unconditional way led to, and of words in another form. */
static void look_over(struct gathering *g, const struct qb_json *schema)
{
    if (schema->type != QB_JSON_OBJECT)
        return;
    const char *annotation = acting_annotation(schema);
    if (annotation && !qb_map_get(&g->read, (const char *)&schema, sizeof schema))
        complain_of(g, NULL, annotation, "kind.out-of-reach");
    look_over_words(g, schema);
    for (uint32_t i = 0; i < schema->length; i++)
        look_over_member(g, &schema->as.items[i]);
}

void qb_kind_gather(struct qb_kind *kind, const struct qb_json *root, qb_kind_complain *complain, void *context)
{
    struct gathering g = {.kind = kind, .root = root, .complain = complain, .context = context};
    qb_arena_init(&g.scratch);
    gather(&g, root, QB_MAX_DEPTH);
    if (!g.too_large)
        look_over(&g, root);
    qb_map_fini(&g.read);
    qb_arena_fini(&g.scratch);
    qb_buf_fini(&g.pointer);
}
