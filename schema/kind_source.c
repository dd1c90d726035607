/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DESIGN section 3 lets every record have a note, a reason of a correction and the like. A kind that says
 * additionalProperties: false would refuse them wherever its author forgot to list them; so they are listed here, and
 * all that read a kind (the checker, `qbis kinds`, the files for editors) see the same.
 */
#include "schema/kind_source.h"

#include "core/base/embed.h"
#include "core/data/yaml.h"

#include <stdlib.h>
#include <string.h>

void qb_kind_source_init(struct qb_kind_source *source)
{
    source->doc = qb_json_doc_new();
    source->common = qb_json_doc_new();
    qb_arena_init(&source->arena);
}

void qb_kind_source_fini(struct qb_kind_source *source)
{
    qb_json_doc_free(source->doc);
    qb_json_doc_free(source->common);
    qb_arena_fini(&source->arena);
}

/* The properties that every record may have. */
static const struct qb_json *common_properties(struct qb_kind_source *source)
{
    const char *text = "";
    size_t length = 0;
    struct qb_json_fault fault;
    qb_embed_find("schema/every_record.yaml", &text, &length);
    const struct qb_json *properties = qb_json_get(qb_yaml_parse(source->common, text, length, &fault), "properties");
    if (!properties || properties->type != QB_JSON_OBJECT)
        abort(); /* our own file: a test reads it */
    return properties;
}

/* Copies of an object's members, with room for more. */
static struct qb_json *widened(struct qb_arena *arena, const struct qb_json *object, uint32_t more)
{
    struct qb_json *items = qb_arena_alloc(arena, (object->length + more) * sizeof *items);
    if (object->length)
        memcpy(items, object->as.items, object->length * sizeof *items);
    return items;
}

static bool is_closed(const struct qb_json *root)
{
    return qb_json_get(root, "additionalProperties") || qb_json_get(root, "unevaluatedProperties");
}

/* The properties that a kind lists, and behind them the common ones that it does not. */
static struct qb_json extended(struct qb_kind_source *source, const struct qb_json *given)
{
    const struct qb_json *common = common_properties(source);
    if (!given)
        return *common;
    struct qb_json properties = *given;
    struct qb_json *items = widened(&source->arena, given, common->length);
    for (uint32_t i = 0; i < common->length; i++)
        if (!qb_json_get(given, common->as.items[i].key))
            items[properties.length++] = common->as.items[i];
    properties.as.items = items;
    return properties;
}

static const struct qb_json *completed(struct qb_kind_source *source, const struct qb_json *root)
{
    const struct qb_json *given = qb_json_get(root, "properties");
    if (!is_closed(root) || (given && given->type != QB_JSON_OBJECT))
        return root;
    struct qb_json *whole = qb_arena_alloc(&source->arena, sizeof *whole);
    struct qb_json *items = widened(&source->arena, root, 1);
    *whole = *root;
    items[given ? (size_t)(given - root->as.items) : whole->length++] = extended(source, given);
    whole->as.items = items;
    return whole;
}

const struct qb_json *qb_kind_source_read(struct qb_kind_source *source, const char *text, size_t length,
                                          struct qb_json_fault *fault)
{
    const struct qb_json *root = qb_yaml_parse(source->doc, text, length, fault);
    return root ? completed(source, root) : NULL;
}
