/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The reader of YAML: libyaml's events, one after another, become JSON values in the document's arena. The
 * values of containers that are open lie on a stack; when one closes, its part of the stack moves to the
 * arena. Values are immutable, so an alias is a copy of the value's head; what it stands for is counted each
 * time, in nodes and in levels, so that a short text cannot stand for a huge value.
 *
 * libyaml counts characters; places are turned into bytes of the text only when one is told.
 */
#include "core/data/yaml.h"

#include "core/base/limits.h"
#include "core/base/map.h"
#include "core/base/utf8.h"
#include "core/data/json_fault.h"
#include "core/data/json_keys.h"
#include "core/data/yaml_fault.h"
#include "core/data/yaml_scalar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#define BOM "\xEF\xBB\xBF"
#define BOM_SIZE 3
#define TAG_PREFIX "tag:yaml.org,2002:"

/* The text without its byte order mark, and libyaml looking at it. */
struct source {
    const char *text;
    size_t length;
    size_t begin; /* bytes of the byte order mark */
    yaml_parser_t parser;
    yaml_event_t event; /* the one at hand */
};

/* A value on its way. */
struct node {
    struct qb_json value;
    size_t mark;     /* characters before it */
    size_t key_mark; /* and before its key */
    size_t nodes;    /* itself and all in it */
    unsigned height; /* levels of containers in it */
};

struct anchor {
    struct node node;
    bool whole; /* false while its container is open */
};

/* A container that is open. */
struct open {
    enum qb_json_type type;
    size_t mark;
    size_t first; /* on the stack */
    struct anchor *anchor;
    size_t nodes;
    unsigned height;
    bool has_key;
    struct node key;
};

struct reader {
    struct source source;
    struct qb_arena *arena;
    struct qb_json_fault *fault;
    struct node *stack;
    size_t count;
    size_t capacity;
    struct open opens[QB_MAX_DEPTH];
    size_t depth;
    struct qb_map anchors; /* by name */
    size_t nodes;
    struct qb_json *root;
    bool ended; /* a document was read */
};

/* --- the source --- */

static void open_source(struct source *source, const char *text, size_t length)
{
    bool marked = length >= BOM_SIZE && !memcmp(text, BOM, BOM_SIZE);
    *source = (struct source){.text = text, .length = length, .begin = marked ? BOM_SIZE : 0};
    if (!yaml_parser_initialize(&source->parser))
        qb_mem_array(SIZE_MAX, 2); /* the one way to end when memory is short */
    yaml_parser_set_encoding(&source->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&source->parser, (const unsigned char *)text + source->begin, length - source->begin);
}

static void close_source(struct source *source)
{
    yaml_event_delete(&source->event);
    yaml_parser_delete(&source->parser);
}

static bool next_event(struct source *source)
{
    yaml_event_delete(&source->event);
    return yaml_parser_parse(&source->parser, &source->event);
}

/* Bytes of the text before the character of that number. */
static size_t offset_of(const struct source *source, size_t mark)
{
    size_t at = source->begin;
    for (; at < source->length; at++)
        if (((unsigned char)source->text[at] & 0xC0) != 0x80 && !mark--)
            break;
    return at;
}

/* --- faults --- */

static bool refuse(struct reader *reader, enum qb_json_fault_code code, const char *reason, size_t mark)
{
    const struct source *source = &reader->source;
    qb_yaml_fault_set(reader->fault, code, reason, source->text, source->length, offset_of(source, mark));
    return false;
}

static bool refuse_over(struct reader *reader, enum qb_json_fault_code code, const char *reason, size_t limit,
                        size_t mark)
{
    refuse(reader, code, reason, mark);
    reader->fault->limit = limit;
    return false;
}

static void refuse_syntax(struct reader *reader)
{
    const struct source *source = &reader->source;
    const yaml_parser_t *parser = &source->parser;
    struct qb_yaml_complaint complaint = {.problem = parser->problem};
    if (parser->error == YAML_READER_ERROR) {
        complaint.at = complaint.context = source->begin + parser->problem_offset;
    } else {
        complaint.at = offset_of(source, parser->problem_mark.index);
        complaint.context = parser->context ? offset_of(source, parser->context_mark.index) : complaint.at;
    }
    qb_yaml_fault_explain(&complaint, source->text, source->length, reader->fault);
}

static bool refuse_duplicate(struct reader *reader, const struct open *object, const struct qb_json_duplicate *pair)
{
    const struct node *members = &reader->stack[object->first];
    const struct node *first = &members[pair->first], *second = &members[pair->second];
    refuse(reader, QB_JSON_DUPLICATE_KEY, "yaml.duplicate-key", second->key_mark);
    qb_json_fault_found(reader->fault, second->value.key, second->value.key_length);
    uint32_t column;
    qb_json_position(reader->source.text, reader->source.length, offset_of(&reader->source, first->key_mark),
                     &reader->fault->other_line, &column);
    return false;
}

/* --- building --- */

static bool put_key(struct reader *reader, struct open *object, const struct node *node)
{
    if (node->value.type != QB_JSON_STRING)
        return refuse(reader, QB_JSON_SYNTAX, "yaml.key-not-text", node->mark);
    object->key = *node;
    object->has_key = true;
    return true;
}

/* A value is whole: into the container that is open, or it is the document. */
static bool put(struct reader *reader, struct node *node)
{
    reader->nodes += node->nodes;
    if (reader->nodes > QB_MAX_YAML_NODES)
        return refuse_over(reader, QB_JSON_TOO_LARGE, "yaml.too-many-nodes", QB_MAX_YAML_NODES, node->mark);
    if (!reader->depth) {
        reader->root = qb_arena_alloc(reader->arena, sizeof *reader->root);
        *reader->root = node->value;
        return true;
    }
    struct open *container = &reader->opens[reader->depth - 1];
    container->nodes += node->nodes;
    if (container->height < node->height + 1)
        container->height = node->height + 1;
    if (container->type == QB_JSON_OBJECT) {
        if (!container->has_key)
            return put_key(reader, container, node);
        node->value.key = container->key.value.as.string;
        node->value.key_length = container->key.value.length;
        node->key_mark = container->key.mark;
        container->has_key = false;
    }
    QB_MEM_GROW(reader->stack, reader->count, reader->capacity);
    reader->stack[reader->count++] = *node;
    return true;
}

/* Remembers what an anchor will name; a later one of the same name takes its place. NULL when there is none. */
static struct anchor *add_anchor(struct reader *reader, const yaml_char_t *name)
{
    if (!name)
        return NULL;
    struct anchor *anchor = qb_arena_alloc(reader->arena, sizeof *anchor);
    anchor->whole = false;
    const char *text = (const char *)name;
    qb_map_put_string(&reader->anchors, qb_arena_copy(reader->arena, text, strlen(text)), anchor);
    return anchor;
}

static void fill_anchor(struct anchor *anchor, const struct node *node)
{
    if (anchor)
        *anchor = (struct anchor){*node, true};
}

static bool read_alias(struct reader *reader)
{
    const yaml_event_t *event = &reader->source.event;
    const char *name = (const char *)event->data.alias.anchor;
    size_t mark = event->start_mark.index;
    const struct anchor *anchor = qb_map_get_string(&reader->anchors, name);
    if (!anchor)
        return refuse(reader, QB_JSON_SYNTAX, "yaml.unknown-alias", mark);
    if (!anchor->whole)
        return refuse(reader, QB_JSON_SYNTAX, "yaml.alias-in-itself", mark);
    if (reader->depth + anchor->node.height > QB_MAX_DEPTH)
        return refuse_over(reader, QB_JSON_TOO_DEEP, "yaml.too-deep", QB_MAX_DEPTH, mark);
    struct node copy = anchor->node;
    copy.value.key = NULL;
    copy.value.key_length = 0;
    copy.mark = mark;
    return put(reader, &copy);
}

/* What a tag asks for of a plain word's meaning. */
static bool tag_accepts(const char *tag, enum qb_yaml_scalar scalar)
{
    static const struct {
        const char *tag;
        enum qb_yaml_scalar scalar;
    } rows[] = {{"null", QB_YAML_NULL},
                {"bool", QB_YAML_BOOL},
                {"int", QB_YAML_INT},
                {"float", QB_YAML_INT},
                {"float", QB_YAML_FLOAT}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].scalar == scalar && !strcmp(tag, rows[i].tag))
            return true;
    return false;
}

static bool is_scalar_tag(const char *tag)
{
    static const char *const tags[] = {"null", "bool", "int", "float"};
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
        if (!strcmp(tag, tags[i]))
            return true;
    return false;
}

/* The tag behind "!!", "" when there is none, NULL when it is of another kind. */
static const char *short_tag(const yaml_char_t *tag)
{
    if (!tag)
        return "";
    size_t prefix = strlen(TAG_PREFIX);
    return !strncmp((const char *)tag, TAG_PREFIX, prefix) ? (const char *)tag + prefix : NULL;
}

/* The meaning of a plain or tagged scalar. */
static bool resolve(struct reader *reader, const char *tag, struct node *node)
{
    const yaml_event_t *event = &reader->source.event;
    enum qb_yaml_scalar scalar = qb_yaml_scalar_resolve(reader->arena, (const char *)event->data.scalar.value,
                                                        event->data.scalar.length, &node->value);
    if (scalar == QB_YAML_NOT_FINITE && (!*tag || !strcmp(tag, "float")))
        return refuse(reader, QB_JSON_SYNTAX, "yaml.not-finite", node->mark);
    if (scalar == QB_YAML_TOO_LARGE)
        return refuse(reader, QB_JSON_NUMBER_RANGE, "yaml.number-range", node->mark);
    if (*tag && !tag_accepts(tag, scalar))
        return refuse(reader, QB_JSON_SYNTAX, "yaml.tag-mismatch", node->mark);
    return true;
}

static bool wants_key(const struct reader *reader)
{
    const struct open *container = reader->depth ? &reader->opens[reader->depth - 1] : NULL;
    return container && container->type == QB_JSON_OBJECT && !container->has_key;
}

static bool read_scalar(struct reader *reader)
{
    const yaml_event_t *event = &reader->source.event;
    const char *text = (const char *)event->data.scalar.value;
    bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    const char *tag = short_tag(event->data.scalar.tag);
    struct node node = {.mark = event->start_mark.index, .nodes = 1};
    if (!tag || (*tag && strcmp(tag, "str") != 0 && !is_scalar_tag(tag)))
        return refuse(reader, QB_JSON_SYNTAX, "yaml.tag", node.mark);
    if (plain && !*tag && wants_key(reader) && !strcmp(text, "<<"))
        return refuse(reader, QB_JSON_SYNTAX, "yaml.merge-key", node.mark);
    if (is_scalar_tag(tag) || (plain && !*tag)) {
        if (!resolve(reader, tag, &node))
            return false;
    } else {
        qb_yaml_scalar_text(reader->arena, text, event->data.scalar.length, &node.value);
    }
    fill_anchor(add_anchor(reader, event->data.scalar.anchor), &node);
    return put(reader, &node);
}

static bool begin_container(struct reader *reader, enum qb_json_type type, const yaml_char_t *anchor, const char *tag)
{
    size_t mark = reader->source.event.start_mark.index;
    if (!tag || (*tag && strcmp(tag, type == QB_JSON_OBJECT ? "map" : "seq") != 0))
        return refuse(reader, QB_JSON_SYNTAX, "yaml.tag", mark);
    if (wants_key(reader))
        return refuse(reader, QB_JSON_SYNTAX, "yaml.key-not-text", mark);
    if (reader->depth == QB_MAX_DEPTH)
        return refuse_over(reader, QB_JSON_TOO_DEEP, "yaml.too-deep", QB_MAX_DEPTH, mark);
    reader->opens[reader->depth++] = (struct open){
        .type = type, .mark = mark, .first = reader->count, .anchor = add_anchor(reader, anchor), .nodes = 1};
    return true;
}

static bool begin_sequence(struct reader *reader)
{
    const yaml_event_t *event = &reader->source.event;
    return begin_container(reader, QB_JSON_ARRAY, event->data.sequence_start.anchor,
                           short_tag(event->data.sequence_start.tag));
}

static bool begin_mapping(struct reader *reader)
{
    const yaml_event_t *event = &reader->source.event;
    return begin_container(reader, QB_JSON_OBJECT, event->data.mapping_start.anchor,
                           short_tag(event->data.mapping_start.tag));
}

static bool end_container(struct reader *reader)
{
    const struct open *container = &reader->opens[reader->depth - 1];
    size_t count = reader->count - container->first;
    struct qb_json *items = count ? qb_arena_alloc(reader->arena, count * sizeof *items) : NULL;
    for (size_t i = 0; i < count; i++)
        items[i] = reader->stack[container->first + i].value;
    struct qb_json_duplicate duplicate;
    if (container->type == QB_JSON_OBJECT && qb_json_keys_repeat(items, count, &duplicate))
        return refuse_duplicate(reader, container, &duplicate);
    struct node node = {
        .value = {.type = container->type, .length = (uint32_t)count, .as.items = items},
        .mark = container->mark,
        .nodes = container->nodes,
        .height = container->height ? container->height : 1,
    };
    fill_anchor(container->anchor, &node);
    reader->count = container->first;
    reader->depth--;
    reader->nodes -= node.nodes - 1; /* those in it were counted as they came */
    return put(reader, &node);
}

static bool begin_document(struct reader *reader)
{
    if (reader->ended)
        return refuse(reader, QB_JSON_SYNTAX, "yaml.second-document", reader->source.event.start_mark.index);
    return true;
}

static bool end_document(struct reader *reader)
{
    reader->ended = true;
    return true;
}

static bool (*const handlers[])(struct reader *reader) = {
    [YAML_DOCUMENT_START_EVENT] = begin_document,
    [YAML_DOCUMENT_END_EVENT] = end_document,
    [YAML_ALIAS_EVENT] = read_alias,
    [YAML_SCALAR_EVENT] = read_scalar,
    [YAML_SEQUENCE_START_EVENT] = begin_sequence,
    [YAML_SEQUENCE_END_EVENT] = end_container,
    [YAML_MAPPING_START_EVENT] = begin_mapping,
    [YAML_MAPPING_END_EVENT] = end_container,
};

static bool read_events(struct reader *reader)
{
    for (;;) {
        if (!next_event(&reader->source)) {
            refuse_syntax(reader);
            return false;
        }
        yaml_event_type_t type = reader->source.event.type;
        if (type == YAML_STREAM_END_EVENT)
            return true;
        if (type < sizeof handlers / sizeof *handlers && handlers[type] && !handlers[type](reader))
            return false;
    }
}

/* What can be said before libyaml looks: size and encoding. */
static bool look_over(const char *text, size_t length, struct qb_json_fault *fault)
{
    if (length > QB_MAX_SETTINGS) {
        char bytes[24];
        snprintf(bytes, sizeof bytes, "%zu", length);
        qb_json_fault_set(fault, QB_JSON_TOO_LARGE, "yaml.too-large", text, length, 0);
        qb_json_fault_found(fault, bytes, strlen(bytes));
        fault->limit = QB_MAX_SETTINGS;
        return false;
    }
    if (length >= 2 && (!memcmp(text, "\xFF\xFE", 2) || !memcmp(text, "\xFE\xFF", 2))) {
        qb_json_fault_set(fault, QB_JSON_ENCODING, "yaml.utf16", text, length, 0);
        return false;
    }
    size_t malformed = qb_utf8_check(text, length);
    if (malformed < length) {
        qb_json_fault_set(fault, QB_JSON_ENCODING, "yaml.not-utf8", text, length, malformed);
        qb_json_fault_found(fault, text + malformed, 1);
        return false;
    }
    return true;
}

const struct qb_json *qb_yaml_parse(struct qb_json_doc *doc, const char *text, size_t length,
                                    struct qb_json_fault *fault)
{
    struct qb_arena *arena = qb_json_doc_arena(doc);
    qb_arena_reset(arena);
    if (!look_over(text, length, fault))
        return NULL;
    struct reader *reader = qb_mem_alloc(sizeof *reader);
    reader->arena = arena;
    reader->fault = fault;
    open_source(&reader->source, text, length);
    bool right = read_events(reader);
    close_source(&reader->source);
    struct qb_json *root = reader->root;
    free(reader->stack);
    qb_map_fini(&reader->anchors);
    free(reader);
    if (right && !root) {
        root = qb_arena_alloc(arena, sizeof *root);
        *root = (struct qb_json){.type = QB_JSON_NULL};
    }
    return right ? root : NULL;
}

/* --- locating --- */

/* From the first event of a node to its last. */
static bool skip_node(struct source *source)
{
    size_t depth = 0;
    for (;;) {
        yaml_event_type_t type = source->event.type;
        depth += type == YAML_SEQUENCE_START_EVENT || type == YAML_MAPPING_START_EVENT;
        depth -= type == YAML_SEQUENCE_END_EVENT || type == YAML_MAPPING_END_EVENT;
        if (!depth)
            return true;
        if (!next_event(source))
            return false;
    }
}

static bool begins_node(yaml_event_type_t type)
{
    return type == YAML_ALIAS_EVENT || type == YAML_SCALAR_EVENT || type == YAML_SEQUENCE_START_EVENT ||
           type == YAML_MAPPING_START_EVENT;
}

static bool find_root(struct source *source)
{
    do {
        if (!next_event(source) || source->event.type == YAML_STREAM_END_EVENT)
            return false;
    } while (!begins_node(source->event.type));
    return true;
}

/* From a mapping to the value of that key; *key becomes where the key stands. */
static bool enter_mapping(struct source *source, const struct qb_buf *name, size_t *key)
{
    while (next_event(source) && source->event.type != YAML_MAPPING_END_EVENT) {
        const yaml_event_t *event = &source->event;
        bool found = event->type == YAML_SCALAR_EVENT && event->data.scalar.length == name->length &&
                     !memcmp(event->data.scalar.value, qb_buf_text(name), name->length);
        *key = event->start_mark.index;
        if (!skip_node(source) || !next_event(source))
            return false;
        if (found)
            return true;
        if (!skip_node(source))
            return false;
    }
    return false;
}

static bool enter_sequence(struct source *source, const struct qb_buf *token)
{
    size_t left;
    if (!qb_json_pointer_index(qb_buf_text(token), token->length, &left))
        return false;
    for (; next_event(source); left--) {
        if (source->event.type == YAML_SEQUENCE_END_EVENT)
            return false;
        if (!left)
            return true;
        if (!skip_node(source))
            return false;
    }
    return false;
}

static const yaml_char_t *anchor_of(const yaml_event_t *event)
{
    return event->type == YAML_SCALAR_EVENT           ? event->data.scalar.anchor
           : event->type == YAML_SEQUENCE_START_EVENT ? event->data.sequence_start.anchor
           : event->type == YAML_MAPPING_START_EVENT  ? event->data.mapping_start.anchor
                                                      : NULL;
}

/* The number of the last event before the alias's that bears its anchor; 0 when there is none. */
static size_t find_anchor(const struct source *source, const char *name, size_t before)
{
    struct source again;
    size_t last = 0;
    open_source(&again, source->text, source->length);
    for (size_t i = 1; next_event(&again) && again.event.type != YAML_STREAM_END_EVENT; i++) {
        const char *anchor = (const char *)anchor_of(&again.event);
        if (again.event.start_mark.index >= before && begins_node(again.event.type))
            break;
        if (anchor && !strcmp(anchor, name))
            last = i;
    }
    close_source(&again);
    return last;
}

/* From an alias to the node it stands for. */
static bool follow_alias(struct source *source)
{
    const yaml_event_t *event = &source->event;
    size_t number = find_anchor(source, (const char *)event->data.alias.anchor, event->start_mark.index);
    if (!number)
        return false;
    const char *text = source->text;
    size_t length = source->length;
    close_source(source);
    open_source(source, text, length);
    while (number--)
        if (!next_event(source))
            return false;
    return true;
}

/* From the node at hand to that child; *key becomes where its key stands, SIZE_MAX in a sequence. */
static bool enter(struct source *source, const struct qb_buf *token, size_t *key)
{
    *key = SIZE_MAX;
    if (source->event.type == YAML_ALIAS_EVENT && !follow_alias(source))
        return false;
    if (source->event.type == YAML_MAPPING_START_EVENT)
        return enter_mapping(source, token, key);
    return source->event.type == YAML_SEQUENCE_START_EVENT && enter_sequence(source, token);
}

bool qb_yaml_locate(const char *text, size_t length, const char *pointer, bool key, uint32_t *line, uint32_t *column)
{
    struct source source;
    struct qb_buf token = {0};
    size_t value = 0, name = SIZE_MAX;
    open_source(&source, text, length);
    bool found = find_root(&source);
    if (found)
        value = source.event.start_mark.index;
    while (found && *pointer) {
        size_t member;
        found = *pointer == '/';
        if (!found)
            break;
        pointer = qb_json_pointer_take(pointer, &token);
        found = enter(&source, &token, &member);
        if (found) {
            value = source.event.start_mark.index;
            name = member;
        }
    }
    size_t offset = offset_of(&source, found && key && name != SIZE_MAX ? name : value);
    close_source(&source);
    qb_buf_fini(&token);
    qb_json_position(text, length, offset, line, column);
    return found;
}
