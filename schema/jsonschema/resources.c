/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finding schemas. Indexing a document visits every place where a keyword of the dialect in force says that a schema
 * stands, and nothing else: an "$id" inside an enum, or below a keyword that nobody knows, is just data. On the way
 * the values of keywords are checked, resources begin at each "$id", anchors are noted.
 *
 * A reference is resolved against the URI of the resource it stands in (core section 8.2), the document is looked
 * up or loaded, and the fragment is followed: a JSON Pointer walks the values and may cross into embedded resources
 * or end below an unknown keyword, which then is indexed as a schema on the spot.
 */
#include "schema/jsonschema/compile.h"
#include "schema/jsonschema/uri.h"

#include <stdio.h>
#include <string.h>

/* Levels of schemas in schemas; the parser allows fewer, but a value may come from elsewhere. */
#define DEEPEST 1000

static struct qb_location *index_schema(struct qb_compiler *c, const struct qb_json *value,
                                        const struct qb_location *outer, struct qb_document *document, unsigned depth);

static char *copy(struct qb_compiler *c, const char *text, size_t length)
{
    return qb_arena_copy(&c->arena, text, length);
}

struct qb_location *qb_location_of(const struct qb_compiler *compiler, const struct qb_json *value)
{
    return qb_map_get(&compiler->by_value, (const char *)&value, sizeof(void *));
}

static struct qb_location *add_location(struct qb_compiler *c, const struct qb_json *value,
                                        const struct qb_location *outer)
{
    struct qb_location *location = qb_arena_alloc(&c->arena, sizeof *location);
    struct qb_arena *kept = &c->schema->arena;
    const char *tail = qb_buf_text(&c->pointer) + c->tail;
    *location = (struct qb_location){.value = value, .resource = outer ? outer->resource : NULL};
    location->where = qb_arena_alloc(kept, sizeof *location->where);
    *location->where =
        (struct qb_where){.outer = outer ? outer->where : NULL, .tail = qb_arena_copy(kept, tail, strlen(tail))};
    qb_map_put(&c->by_value, (const char *)&location->value, sizeof(void *), location);
    *c->last_location = location;
    c->last_location = &location->next;
    return location;
}

/* --- resources and anchors --- */

/* Notes under which URI a resource is found. The first one of that URI keeps it; in one document there must not be
 * two (core section 9.2). */
static void register_uri(struct qb_compiler *c, struct qb_resource *resource, const char *uri)
{
    struct qb_resource *known = qb_map_get_string(&c->by_uri, uri);
    if (!known)
        qb_map_put_string(&c->by_uri, (char *)(uintptr_t)uri, resource);
    else if (known != resource && known->document == resource->document)
        qb_compiler_fault(c, resource->top, "$id", "schema.fault.identifier-twice",
                          qb_json_get(resource->top->value, "$id"));
}

static struct qb_resource *add_resource(struct qb_compiler *c, struct qb_document *document, const char *uri,
                                        struct qb_location *top)
{
    struct qb_resource *resource = qb_arena_alloc(&c->arena, sizeof *resource);
    *resource = (struct qb_resource){.uri = uri, .number = c->resource_count++, .document = document, .top = top};
    resource->next = c->resources;
    c->resources = resource;
    return resource;
}

static const char *without_fragment(struct qb_compiler *c, const char *uri)
{
    const char *fragment;
    return copy(c, uri, qb_uri_split(uri, &fragment));
}

/* A member of a schema that is text. */
static const char *text_of(const struct qb_json *schema, const char *keyword)
{
    const struct qb_json *value = qb_json_get(schema, keyword);
    return value && qb_keyword_rows[QB_KEY_REF].check(value) ? value->as.string : NULL;
}

/* The dialect of a resource: what its $schema says, else that of the resource around it. */
static void choose_dialect(struct qb_compiler *c, struct qb_resource *resource, const struct qb_resource *around)
{
    const char *meta = text_of(resource->top->value, "$schema");
    resource->dialect =
        around ? around->dialect : (struct qb_dialect){.vocabularies = QB_VOCABULARY_ALL, .draft = QB_DRAFT_2020_12};
    if (!meta)
        return;
    const char *uri = without_fragment(c, qb_uri_resolve(&c->arena, resource->uri, meta));
    bool self = !strcmp(uri, resource->uri);
    qb_dialect_find(c, resource->top, uri, self ? resource->top->value : NULL, &resource->dialect);
}

/* Begins a resource at `location` if one begins there. */
static void open_resource(struct qb_compiler *c, struct qb_location *location, struct qb_document *document)
{
    struct qb_resource *around = location->resource;
    const struct qb_json *id = qb_json_get(location->value, "$id");
    const char *base = around ? around->uri : document->uri;
    bool has_id = id && qb_keyword_rows[QB_KEY_ID].check(id);
    if (around && !has_id)
        return;
    const char *uri = has_id ? without_fragment(c, qb_uri_resolve(&c->arena, base, id->as.string)) : base;
    struct qb_resource *resource = add_resource(c, document, uri, location);
    location->resource = resource;
    location->where->uri = qb_arena_copy(&c->schema->arena, uri, strlen(uri));
    register_uri(c, resource, uri);
    choose_dialect(c, resource, around);
}

static void add_anchor(struct qb_compiler *c, struct qb_location *location, const char *keyword, const char *name)
{
    struct qb_map *anchors = &location->resource->anchors;
    struct qb_location *known = qb_map_get_string(anchors, name);
    if (known && known != location)
        qb_compiler_fault(c, location, keyword, "schema.fault.anchor-twice", qb_json_get(location->value, keyword));
    else
        qb_map_put_string(anchors, (char *)(uintptr_t)name, location);
}

/* --- walking a schema --- */

static size_t push_key(struct qb_compiler *c, const struct qb_json *member)
{
    size_t before = c->pointer.length;
    qb_json_pointer_add(&c->pointer, member->key, member->key_length);
    return before;
}

static void pop(struct qb_compiler *c, size_t before)
{
    c->pointer.length = before;
    if (c->pointer.data)
        c->pointer.data[before] = '\0';
}

static void index_items(struct qb_compiler *c, const struct qb_json *list, struct qb_location *location, bool arrays,
                        unsigned depth)
{
    for (uint32_t i = 0; i < list->length; i++) {
        const struct qb_json *item = &list->as.items[i];
        size_t before = c->pointer.length;
        if (item->type == QB_JSON_ARRAY && !arrays)
            continue;
        if (list->type == QB_JSON_OBJECT)
            push_key(c, item);
        else
            qb_json_pointer_add_index(&c->pointer, i);
        index_schema(c, item, location, location->resource->document, depth);
        pop(c, before);
    }
}

/* Visits the schemas in a keyword's value, which has been checked. */
static void index_below(struct qb_compiler *c, const struct qb_json *value, enum qb_layout layout,
                        struct qb_location *location, unsigned depth)
{
    switch (layout) {
    case QB_LAYOUT_NONE:
        break;
    case QB_LAYOUT_SCHEMA_OR_LIST:
        if (value->type == QB_JSON_ARRAY) {
            index_items(c, value, location, true, depth);
            break;
        }
        /* fall through */
    case QB_LAYOUT_SCHEMA:
        index_schema(c, value, location, location->resource->document, depth);
        break;
    case QB_LAYOUT_LIST:
    case QB_LAYOUT_MAP:
        index_items(c, value, location, true, depth);
        break;
    case QB_LAYOUT_DEPENDENCIES:
        index_items(c, value, location, false, depth);
        break;
    }
}

static void note_anchor(struct qb_compiler *c, struct qb_location *location, enum qb_keyword keyword,
                        const struct qb_json *value)
{
    if (keyword == QB_KEY_ANCHOR || keyword == QB_KEY_DYNAMIC_ANCHOR)
        add_anchor(c, location, qb_keyword_rows[keyword].name, value->as.string);
    if (keyword == QB_KEY_DYNAMIC_ANCHOR)
        location->dynamic = value->as.string;
    else if (keyword == QB_KEY_RECURSIVE_ANCHOR && value->type == QB_JSON_TRUE && location->resource->top == location)
        location->dynamic = "";
}

static void index_keywords(struct qb_compiler *c, struct qb_location *location, unsigned depth)
{
    const struct qb_dialect dialect = location->resource->dialect;
    size_t tail = c->tail;
    c->tail = c->pointer.length;
    for (uint32_t i = 0; i < location->value->length; i++) {
        const struct qb_json *member = &location->value->as.items[i];
        enum qb_keyword keyword = qb_keyword_find(member->key, member->key_length, dialect.vocabularies, dialect.draft);
        if (keyword == QB_KEYWORDS)
            continue;
        const struct qb_keyword_row *row = &qb_keyword_rows[keyword];
        if (row->check && !row->check(member)) {
            qb_compiler_fault(c, location, row->name, row->fault, member);
            continue;
        }
        note_anchor(c, location, keyword, member);
        size_t before = push_key(c, member);
        index_below(c, member, row->layout, location, depth + 1);
        pop(c, before);
    }
    c->tail = tail;
}

/* Indexes the schema at c->pointer; `outer` is the one around it, NULL for a document's root. */
static struct qb_location *index_schema(struct qb_compiler *c, const struct qb_json *value,
                                        const struct qb_location *outer, struct qb_document *document, unsigned depth)
{
    struct qb_location *location = qb_location_of(c, value);
    if (location)
        return location;
    bool object = value->type == QB_JSON_OBJECT;
    location = add_location(c, value, outer);
    if (object || !outer)
        open_resource(c, location, document);
    if (depth > DEEPEST)
        qb_compiler_fault(c, location, "", "schema.fault.depth", NULL);
    else if (object)
        index_keywords(c, location, depth);
    else if (value->type != QB_JSON_TRUE && value->type != QB_JSON_FALSE)
        qb_compiler_fault(c, location, "", "schema.fault.schema", value);
    return location;
}

struct qb_document *qb_document_add(struct qb_compiler *compiler, const char *uri, const struct qb_json *root)
{
    struct qb_document *document = qb_arena_alloc(&compiler->arena, sizeof *document);
    *document = (struct qb_document){.uri = without_fragment(compiler, uri), .root = root};
    document->next = compiler->documents;
    compiler->documents = document;
    qb_buf_clear(&compiler->pointer);
    compiler->tail = 0;
    document->top = index_schema(compiler, root, NULL, document, 0);
    register_uri(compiler, document->top->resource, document->uri);
    return document;
}

/* --- following references --- */

/* Takes the next token of a JSON Pointer and unescapes it in place. */
static bool next_token(char **at, size_t *left, char **token, size_t *length)
{
    if (!*left || **at != '/')
        return false;
    char *in = *at + 1;
    char *end = *at + *left;
    char *out = in;
    *token = in;
    for (; in < end && *in != '/'; in++) {
        char c = *in;
        if (c == '~' && in + 1 < end && (in[1] == '0' || in[1] == '1'))
            c = *++in == '0' ? '~' : '/';
        *out++ = c;
    }
    *length = (size_t)(out - *token);
    *left = (size_t)(end - in);
    *at = in;
    return true;
}

/* An item by its index as RFC 6901 section 4 writes it. */
static const struct qb_json *item_at(const struct qb_json *array, const char *token, size_t length)
{
    uint64_t index = 0;
    if (!length || length > 9 || (token[0] == '0' && length > 1))
        return NULL;
    for (size_t i = 0; i < length; i++) {
        if (token[i] < '0' || token[i] > '9')
            return NULL;
        index = index * 10 + (uint64_t)(token[i] - '0');
    }
    return index < array->length ? &array->as.items[index] : NULL;
}

/* Walks from a resource's top; finds or makes the place where the pointer (which is written over) ends. */
static struct qb_location *follow_pointer(struct qb_compiler *c, struct qb_resource *resource, char *pointer,
                                          size_t left)
{
    const struct qb_json *value = resource->top->value;
    struct qb_location *near = resource->top;
    char *token;
    size_t length;
    qb_buf_clear(&c->pointer);
    c->tail = 0;
    while (value && next_token(&pointer, &left, &token, &length)) {
        if (value->type == QB_JSON_ARRAY)
            value = item_at(value, token, length);
        else
            value = qb_json_get_bytes(value, token, length);
        qb_json_pointer_add(&c->pointer, token, length);
        struct qb_location *here = value ? qb_location_of(c, value) : NULL;
        if (here) {
            near = here;
            qb_buf_clear(&c->pointer);
        }
    }
    bool schema =
        value && (value->type == QB_JSON_OBJECT || value->type <= QB_JSON_TRUE) && value->type != QB_JSON_NULL;
    return schema ? index_schema(c, value, near, near->resource->document, 0) : NULL;
}

static struct qb_resource *find_resource(struct qb_compiler *c, const char *uri)
{
    struct qb_resource *resource = qb_map_get_string(&c->by_uri, uri);
    if (resource)
        return resource;
    const struct qb_json *root = qb_document_load(c, uri);
    return root ? qb_document_add(c, uri, root)->top->resource : NULL;
}

struct qb_location *qb_reference_find(struct qb_compiler *compiler, const struct qb_location *from, const char *keyword,
                                      const char *reference)
{
    const char *fragment;
    const char *whole = qb_uri_resolve(&compiler->arena, from->resource->uri, reference);
    const char *uri = copy(compiler, whole, qb_uri_split(whole, &fragment));
    struct qb_text_arg args[] = {{"reference", reference}, {"document", uri}};
    struct qb_resource *resource = find_resource(compiler, uri);
    if (!resource) {
        qb_compiler_fault_with(compiler, from, keyword, NULL, "schema.fault.reference-document", args, 2);
        return NULL;
    }
    size_t length;
    char *decoded = qb_uri_decode(&compiler->arena, fragment, strlen(fragment), &length);
    struct qb_location *found = NULL;
    if (decoded && !length)
        found = resource->top;
    else if (decoded && *decoded == '/')
        found = follow_pointer(compiler, resource, decoded, length);
    else if (decoded)
        found = qb_map_get(&resource->anchors, decoded, length);
    if (!found)
        qb_compiler_fault_with(compiler, from, keyword, NULL,
                               *args[1].value ? "schema.fault.reference" : "schema.fault.reference.here", args, 2);
    return found;
}

void qb_resources_fini(struct qb_compiler *compiler)
{
    for (struct qb_resource *resource = compiler->resources; resource; resource = resource->next)
        qb_map_fini(&resource->anchors);
    qb_map_fini(&compiler->by_uri);
    qb_map_fini(&compiler->by_value);
    qb_map_fini(&compiler->dialects);
    qb_buf_fini(&compiler->pointer);
}
