/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A tree along the paths: each node has the JSON text of its value, or children. Children of an object lie in the order
 * of the kind's properties, those of a list by index, so writing is one walk.
 */
#include "schema/draft.h"

#include <stdlib.h>
#include <string.h>

/* One step of a path: a name, or an index. */
struct step {
    const char *name; /* NULL: an index */
    size_t length;
    size_t index;
};
#define MOST_STEPS 32

struct node {
    const struct qb_kind_property *property; /* of a member; NULL: an item */
    size_t order;                            /* its place among the children */
    char *value;                             /* JSON; NULL: children, or nothing yet */
    struct node **children;
    size_t count;
    size_t capacity;
};

struct qb_draft {
    const struct qb_kind_text *text;
    struct node root;
};

struct qb_draft *qb_draft_new(const struct qb_kind_text *text)
{
    struct qb_draft *draft = qb_mem_alloc(sizeof *draft);
    draft->text = text;
    return draft;
}

static void clear(struct node *node)
{
    for (size_t i = 0; i < node->count; i++) {
        clear(node->children[i]);
        free(node->children[i]);
    }
    free(node->children);
    free(node->value);
    *node = (struct node){.property = node->property, .order = node->order};
}

void qb_draft_free(struct qb_draft *draft)
{
    if (!draft)
        return;
    clear(&draft->root);
    free(draft);
}

/* --- paths --- */

/* Takes "[12]", "[]" (index 0). Returns behind it, NULL when it is none. */
static const char *take_index(struct step *step, const char *at)
{
    *step = (struct step){0};
    for (at++; *at >= '0' && *at <= '9'; at++) {
        step->index = step->index * 10 + (size_t)(*at - '0');
        if (step->index >= QB_DRAFT_ITEMS)
            return NULL;
    }
    return *at == ']' ? at + 1 : NULL;
}

/* How many steps the path has, 0 when it is none. */
static size_t take_steps(struct step steps[MOST_STEPS], const char *path)
{
    size_t count = 0;
    for (const char *at = path; *at;) {
        size_t length = strcspn(at, ".[");
        if (!length || count == MOST_STEPS)
            return 0;
        steps[count++] = (struct step){.name = at, .length = length};
        for (at += length; *at == '[';) {
            if (count == MOST_STEPS || !(at = take_index(&steps[count++], at)))
                return 0;
        }
        if (*at && *at != '.')
            return 0;
        at += *at == '.';
        if (!*at && at[-1] == '.')
            return 0;
    }
    return count;
}

static const struct qb_kind_property *find_property(const struct qb_kind_text *text, const char *path)
{
    for (size_t i = 0; i < text->count; i++)
        if (!strcmp(text->properties[i].path, path))
            return &text->properties[i];
    return NULL;
}

/* Follows the steps; properties[i] is that of steps[i], or NULL for an index. */
static const struct qb_json *follow(const struct qb_kind_text *text, const struct step *steps, size_t count,
                                    const struct qb_kind_property *properties[MOST_STEPS])
{
    struct qb_buf path = {0};
    const struct qb_json *schema = text->root;
    for (size_t i = 0; schema && i < count; i++) {
        properties[i] = NULL;
        if (!steps[i].name) {
            schema = qb_kind_text_find(text, schema, "items");
            qb_buf_add_string(&path, "[]");
            continue;
        }
        qb_buf_add_string(&path, path.length ? "." : "");
        qb_buf_add(&path, steps[i].name, steps[i].length);
        properties[i] = find_property(text, qb_buf_text(&path));
        schema = properties[i] ? properties[i]->schema : NULL;
    }
    qb_buf_fini(&path);
    return schema;
}

const struct qb_kind_property *qb_draft_property(const struct qb_kind_text *text, const char *path,
                                                 const struct qb_json **schema)
{
    struct step steps[MOST_STEPS];
    const struct qb_kind_property *properties[MOST_STEPS];
    size_t count = take_steps(steps, path);
    const struct qb_json *found = count ? follow(text, steps, count, properties) : NULL;
    if (schema)
        *schema = found;
    while (found && count && !properties[count - 1])
        count--;
    return found && count ? properties[count - 1] : NULL;
}

void qb_draft_path(struct qb_buf *path, const char *pointer)
{
    struct qb_buf token = {0};
    size_t start = path->length;
    while (*pointer == '/') {
        size_t index;
        pointer = qb_json_pointer_take(pointer, &token);
        if (path->length > start && qb_json_pointer_index(qb_buf_text(&token), token.length, &index))
            qb_buf_addf(path, "[%zu]", index);
        else
            qb_buf_addf(path, "%s%s", path->length > start ? "." : "", qb_buf_text(&token));
    }
    qb_buf_fini(&token);
}

/* --- the tree --- */

static size_t order_of(const struct qb_kind_text *text, const struct qb_kind_property *property,
                       const struct step *step)
{
    return property ? (size_t)(property - text->properties) : step->index;
}

static struct node *child(const struct node *node, const struct qb_kind_property *property, size_t order)
{
    for (size_t i = 0; i < node->count; i++)
        if (node->children[i]->order == order && node->children[i]->property == property)
            return node->children[i];
    return NULL;
}

static struct node *add_child(struct node *node, const struct qb_kind_property *property, size_t order)
{
    struct node *made = qb_mem_alloc(sizeof *made);
    *made = (struct node){.property = property, .order = order};
    QB_MEM_GROW(node->children, node->count, node->capacity);
    size_t at = node->count++;
    for (; at && node->children[at - 1]->order > order; at--)
        node->children[at] = node->children[at - 1];
    node->children[at] = made;
    return made;
}

static struct node *find_node(const struct qb_draft *draft, const char *path, struct node **parent)
{
    struct step steps[MOST_STEPS];
    const struct qb_kind_property *properties[MOST_STEPS];
    size_t count = take_steps(steps, path);
    struct node *node = (struct node *)(uintptr_t)&draft->root;
    if (!count || !follow(draft->text, steps, count, properties))
        return NULL;
    for (size_t i = 0; node && i < count; i++) {
        if (parent)
            *parent = node;
        node = child(node, properties[i], order_of(draft->text, properties[i], &steps[i]));
    }
    return node;
}

/* Nothing was set at it or beneath, or all of it was taken away again. */
static bool hollow(const struct node *node)
{
    for (size_t i = 0; i < node->count; i++)
        if (!hollow(node->children[i]))
            return false;
    return !node->value;
}

bool qb_draft_has(const struct qb_draft *draft, const char *path)
{
    const struct node *node = find_node(draft, path, NULL);
    return node && !hollow(node);
}

void qb_draft_unset(struct qb_draft *draft, const char *path)
{
    struct node *parent = NULL;
    struct node *node = find_node(draft, path, &parent);
    size_t at = 0;
    if (!node)
        return;
    while (parent->children[at] != node)
        at++;
    memmove(&parent->children[at], &parent->children[at + 1], (parent->count - at - 1) * sizeof *parent->children);
    parent->count--;
    clear(node);
    free(node);
}

/* Whether the whole way may be taken: no value stands on it, and no members where it ends. */
static bool passable(const struct qb_draft *draft, const struct step *steps, size_t count,
                     const struct qb_kind_property *const *properties)
{
    const struct node *node = &draft->root;
    for (size_t i = 0; i < count; i++) {
        node = child(node, properties[i], order_of(draft->text, properties[i], &steps[i]));
        if (!node)
            return true;
        if (i + 1 < count && node->value)
            return false;
    }
    return !node->count;
}

/* Takes the value, or frees it. */
static enum qb_draft_result put(struct qb_draft *draft, const char *path, char *value)
{
    struct step steps[MOST_STEPS];
    const struct qb_kind_property *properties[MOST_STEPS];
    size_t count = take_steps(steps, path);
    enum qb_draft_result result = QB_DRAFT_SET;
    if (!count)
        result = QB_DRAFT_BAD_PATH;
    else if (!follow(draft->text, steps, count, properties))
        result = QB_DRAFT_UNKNOWN;
    else if (!passable(draft, steps, count, properties))
        result = QB_DRAFT_CLASH;
    if (result != QB_DRAFT_SET) {
        free(value);
        return result;
    }
    struct node *node = &draft->root;
    for (size_t i = 0; i < count; i++) {
        size_t order = order_of(draft->text, properties[i], &steps[i]);
        struct node *next = child(node, properties[i], order);
        node = next ? next : add_child(node, properties[i], order);
    }
    free(node->value);
    node->value = value;
    return result;
}

enum qb_draft_result qb_draft_set(struct qb_draft *draft, const char *path, enum qb_value_decimal decimal,
                                  const char *words, size_t length)
{
    const struct qb_json *schema;
    struct qb_buf value = {0};
    qb_draft_property(draft->text, path, &schema);
    if (schema && !qb_value_read(&value, draft->text, schema, decimal, words, length)) {
        qb_buf_fini(&value);
        return QB_DRAFT_AMBIGUOUS;
    }
    return put(draft, path, qb_buf_steal(&value));
}

enum qb_draft_result qb_draft_set_value(struct qb_draft *draft, const char *path, const struct qb_json *value)
{
    struct qb_buf text = {0};
    qb_json_write_compact(&text, value);
    return put(draft, path, qb_buf_steal(&text));
}

/* --- writing --- */

static void write_node(struct qb_buf *out, const struct node *node)
{
    bool list = node->count && !node->children[0]->property;
    bool first = true;
    if (node->value) {
        qb_buf_add_string(out, node->value);
        return;
    }
    qb_buf_add_char(out, list ? '[' : '{');
    for (size_t i = 0; i < node->count; i++) {
        const struct node *member = node->children[i];
        if (hollow(member))
            continue;
        qb_buf_add_string(out, first ? "" : ",");
        first = false;
        if (!list) {
            qb_json_write_string(out, member->property->name, strlen(member->property->name));
            qb_buf_add_char(out, ':');
        }
        write_node(out, member);
    }
    qb_buf_add_char(out, list ? ']' : '}');
}

void qb_draft_write(struct qb_buf *out, const struct qb_draft *draft)
{
    struct qb_buf compact = {0};
    struct qb_json_doc *doc = qb_json_doc_new();
    struct qb_json_fault fault;
    write_node(&compact, &draft->root);
    const struct qb_json *record =
        qb_json_parse(doc, qb_buf_text(&compact), compact.length, &qb_json_document_options, &fault);
    if (record)
        qb_json_write(out, record);
    else
        qb_buf_add(out, compact.data, compact.length); /* deeper than records may be: the check says so */
    qb_buf_add_char(out, '\n');
    qb_json_doc_free(doc);
    qb_buf_fini(&compact);
}
