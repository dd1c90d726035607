/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Making nodes: each keyword of a schema becomes a rule of its node. The keywords were checked when the place was
 * indexed, so that what is taken up here has the right type; one that was wrong is left out, for then the schema is
 * refused anyway.
 *
 * Places wait in a queue and not on the stack, so that neither long chains of references nor circles trouble it.
 */
#include "schema/jsonschema/compile.h"

#include "core/base/utf8.h"
#include "schema/jsonschema/make.h"
#include "schema/jsonschema/quote.h"

#include <stdlib.h>
#include <string.h>

void *qb_make_room(struct qb_making *m, size_t size)
{
    return memset(qb_arena_alloc(m->arena, size), 0, size);
}

/* Patterns of one schema that get an automaton, which may take some milliseconds to make. */
#define MANY_PATTERNS 300

struct qb_node *qb_node_at(struct qb_compiler *compiler, struct qb_location *location)
{
    if (location->node)
        return location->node;
    location->node = qb_arena_alloc(&compiler->schema->arena, sizeof *location->node);
    *location->node = (struct qb_node){.types = QB_ALL_TYPES, .resource = location->resource->number};
    QB_MEM_GROW(compiler->queue, compiler->queue_count, compiler->queue_capacity);
    compiler->queue[compiler->queue_count++] = location;
    return location->node;
}

/* The node of a schema that stands in a keyword of this one; NULL when there is none there. */
const struct qb_node *qb_make_child(struct qb_making *m, const struct qb_json *value)
{
    struct qb_location *location = value ? qb_location_of(m->compiler, value) : NULL;
    return location ? qb_node_at(m->compiler, location) : NULL;
}

static const struct qb_node **children(struct qb_making *m, const struct qb_json *list)
{
    const struct qb_node **nodes = qb_arena_alloc(m->arena, list->length * sizeof(void *));
    for (uint32_t i = 0; i < list->length; i++)
        nodes[i] = qb_make_child(m, &list->as.items[i]);
    return nodes;
}

/* --- type, enum, const --- */

static void make_types(struct qb_making *m)
{
    const struct qb_json *type = m->given[QB_KEY_TYPE];
    if (!type)
        return;
    unsigned bits = qb_keyword_type(type);
    for (uint32_t i = 0; type->type == QB_JSON_ARRAY && i < type->length; i++)
        bits |= qb_keyword_type(&type->as.items[i]);
    m->node->integers = (bits & QB_TYPE_INTEGER) && !(bits & QB_TYPE_BIT(QB_JSON_NUMBER));
    if (bits & QB_TYPE_INTEGER)
        bits |= QB_TYPE_BIT(QB_JSON_NUMBER);
    m->node->types = (uint8_t)(bits & QB_ALL_TYPES);
}

static void make_values(struct qb_making *m)
{
    const struct qb_json *list = m->given[QB_KEY_ENUM];
    const struct qb_json *one = m->given[QB_KEY_CONST];
    if (list)
        m->node->enumeration = qb_value_set_new(m->arena, list->as.items, list->length);
    if (one)
        m->node->constant = qb_value_set_new(m->arena, one, 1);
}

/* --- numbers --- */

static bool make_bound(struct qb_making *m, enum qb_keyword keyword, struct qb_bound *bound)
{
    const struct qb_json *value = m->given[keyword];
    if (!value)
        return false;
    bound->value = qb_value_copy(m->arena, value);
    bound->number = value->number;
    return true;
}

static void make_numbers(struct qb_making *m)
{
    struct qb_number_rules rules = {0};
    bool any = make_bound(m, QB_KEY_MINIMUM, &rules.minimum);
    any |= make_bound(m, QB_KEY_MAXIMUM, &rules.maximum);
    any |= make_bound(m, QB_KEY_EXCLUSIVE_MINIMUM, &rules.exclusive_minimum);
    any |= make_bound(m, QB_KEY_EXCLUSIVE_MAXIMUM, &rules.exclusive_maximum);
    if (m->given[QB_KEY_MULTIPLE_OF])
        rules.multiple_of = qb_value_copy(m->arena, m->given[QB_KEY_MULTIPLE_OF]);
    if (!any && !rules.multiple_of)
        return;
    struct qb_number_rules *kept = qb_arena_alloc(m->arena, sizeof *kept);
    *kept = rules;
    m->node->number = kept;
}

/* --- strings --- */

/* A count, by value: 2.0 is 2, and what is larger than any length is the same as no limit. */
uint32_t qb_make_count(struct qb_making *m, enum qb_keyword keyword, uint32_t otherwise)
{
    const struct qb_json *value = m->given[keyword];
    int64_t number;
    if (!value)
        return otherwise;
    return qb_json_integer(value, &number) && number < QB_NO_LIMIT ? (uint32_t)number : QB_NO_LIMIT;
}

static void add_pattern_fault(struct qb_making *m, const char *keyword, const struct qb_json *member, const char *text,
                              uint32_t length, const struct qb_regex_fault *fault)
{
    struct qb_buf id = {0};
    struct qb_buf position = {0};
    qb_buf_addf(&id, "schema.fault.pattern.%s", fault->reason);
    qb_buf_addf(&position, "%zu", qb_utf8_length(text, fault->offset) + 1);
    struct qb_text_arg args[] = {{"found", qb_quote_text(&m->compiler->arena, text, length)},
                                 {"position", qb_buf_text(&position)}};
    qb_compiler_fault_with(m->compiler, m->location, keyword, member, qb_buf_text(&id), args, 2);
    qb_buf_fini(&id);
    qb_buf_fini(&position);
}

/* A pattern that the schema will free; NULL after adding a fault (at the key of `member` when there is one). */
const struct qb_pattern *qb_make_pattern(struct qb_making *m, const char *keyword, const struct qb_json *member,
                                         const char *text, uint32_t length)
{
    struct qb_regex_fault fault = {0};
    struct qb_schema *schema = m->compiler->schema;
    bool many = schema->pattern_count >= MANY_PATTERNS;
    struct qb_pattern *pattern =
        many ? qb_pattern_new_slow(text, length, &fault) : qb_pattern_new(text, length, &fault);
    if (pattern) {
        QB_MEM_GROW(schema->patterns, schema->pattern_count, schema->pattern_capacity);
        schema->patterns[schema->pattern_count++] = pattern;
        return pattern;
    }
    add_pattern_fault(m, keyword, member, text, length, &fault);
    return NULL;
}

static const struct qb_schema_format *find_format(const struct qb_schema_format *rows, size_t count,
                                                  const struct qb_json *name)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(rows[i].name) == name->length && !memcmp(rows[i].name, name->as.string, name->length))
            return &rows[i];
    return NULL;
}

/* The format to hold values against; NULL when it is a mere annotation (validation section 7.2). */
static const struct qb_schema_format *make_format(struct qb_making *m)
{
    const struct qb_json *name = m->given[QB_KEY_FORMAT];
    const struct qb_schema_options *options = m->compiler->options;
    bool by_vocabulary = m->location->resource->dialect.vocabularies & QB_VOCABULARY_FORMAT_ASSERTION;
    if (!name || !(by_vocabulary || options->assert_formats))
        return NULL;
    size_t count;
    const struct qb_schema_format *rows = qb_schema_formats(&count);
    const struct qb_schema_format *format = NULL;
    if (options->formats)
        format = find_format(options->formats, options->format_count, name);
    if (!format)
        format = find_format(rows, count, name);
    if (!format && by_vocabulary)
        qb_compiler_fault(m->compiler, m->location, "format", "schema.fault.format", name);
    if (!format)
        return NULL;
    struct qb_schema_format *kept = qb_arena_alloc(m->arena, sizeof *kept);
    *kept = *format;
    kept->name = qb_arena_copy(m->arena, format->name, strlen(format->name));
    if (format->example)
        kept->example = qb_arena_copy(m->arena, format->example, strlen(format->example));
    return kept;
}

static void make_strings(struct qb_making *m)
{
    const struct qb_json *pattern = m->given[QB_KEY_PATTERN];
    struct qb_string_rules rules = {.least = qb_make_count(m, QB_KEY_MIN_LENGTH, 0),
                                    .most = qb_make_count(m, QB_KEY_MAX_LENGTH, QB_NO_LIMIT),
                                    .format = make_format(m)};
    if (pattern) {
        rules.pattern = qb_make_pattern(m, "pattern", NULL, pattern->as.string, pattern->length);
        rules.pattern_text = qb_arena_copy(m->arena, pattern->as.string, pattern->length);
    }
    if (!rules.least && rules.most == QB_NO_LIMIT && !rules.pattern && !rules.format)
        return;
    struct qb_string_rules *kept = qb_arena_alloc(m->arena, sizeof *kept);
    *kept = rules;
    m->node->string = kept;
}

/* --- arrays --- */

static void set_prefix(struct qb_making *m, struct qb_array_rules *rules, const struct qb_json *list)
{
    if (!list)
        return;
    rules->prefix = children(m, list);
    rules->prefix_count = list->length;
}

/* `items` of 2019-09 is what 2020-12 calls prefixItems when it is a list; `additionalItems` then is the rest. */
static void make_old_items(struct qb_making *m, struct qb_array_rules *rules)
{
    const struct qb_json *items = m->given[QB_KEY_ITEMS_OR_TUPLE];
    if (items && items->type == QB_JSON_ARRAY) {
        set_prefix(m, rules, items);
        rules->items = qb_make_child(m, m->given[QB_KEY_ADDITIONAL_ITEMS]);
        rules->items_keyword = "additionalItems";
    } else {
        rules->items = qb_make_child(m, items);
    }
}

static void make_arrays(struct qb_making *m)
{
    struct qb_array_rules rules = {
        .least = qb_make_count(m, QB_KEY_MIN_ITEMS, 0),
        .most = qb_make_count(m, QB_KEY_MAX_ITEMS, QB_NO_LIMIT),
        .unique = m->given[QB_KEY_UNIQUE_ITEMS] && m->given[QB_KEY_UNIQUE_ITEMS]->type == QB_JSON_TRUE,
        .items = qb_make_child(m, m->given[QB_KEY_ITEMS]),
        .items_keyword = "items",
        .contains = qb_make_child(m, m->given[QB_KEY_CONTAINS]),
        .contains_counts = m->location->resource->dialect.draft == QB_DRAFT_2020_12,
        .contains_least = qb_make_count(m, QB_KEY_MIN_CONTAINS, 1),
        .contains_most = qb_make_count(m, QB_KEY_MAX_CONTAINS, QB_NO_LIMIT),
    };
    set_prefix(m, &rules, m->given[QB_KEY_PREFIX_ITEMS]);
    if (m->location->resource->dialect.draft == QB_DRAFT_2019_09)
        make_old_items(m, &rules);
    if (!rules.least && rules.most == QB_NO_LIMIT && !rules.unique && !rules.items && !rules.contains &&
        !rules.prefix_count)
        return;
    struct qb_array_rules *kept = qb_arena_alloc(m->arena, sizeof *kept);
    *kept = rules;
    m->node->array = kept;
}

/* --- applicators in place and references --- */

static struct qb_step *add_step(struct qb_making *m, enum qb_step_kind kind, const char *keyword, uint32_t count)
{
    struct qb_step *step = &m->steps[m->step_count++];
    *step = (struct qb_step){.kind = kind, .keyword = keyword, .count = count};
    step->nodes = qb_make_room(m, count * sizeof(void *));
    return step;
}

static struct qb_dynamic_anchor *dynamic_anchor(struct qb_compiler *c, const char *name)
{
    struct qb_dynamic_anchor *anchor = qb_map_get_string(&c->anchors, name);
    if (anchor)
        return anchor;
    anchor = qb_arena_alloc(&c->schema->arena, sizeof *anchor);
    *anchor = (struct qb_dynamic_anchor){.name = qb_arena_copy(&c->schema->arena, name, strlen(name))};
    qb_map_put_string(&c->anchors, (char *)(uintptr_t)anchor->name, anchor);
    return anchor;
}

/* A reference that stays dynamic only if it leads to a dynamic anchor by its name (core section 8.2.3.2). */
static void make_reference(struct qb_making *m, enum qb_keyword keyword)
{
    const struct qb_json *text = m->given[keyword];
    const char *name = qb_keyword_rows[keyword].name;
    if (!text)
        return;
    struct qb_location *found = qb_reference_find(m->compiler, m->location, name, text->as.string);
    if (!found)
        return;
    const char *fragment = strchr(text->as.string, '#');
    fragment = fragment ? fragment + 1 : "";
    bool dynamic = keyword != QB_KEY_REF && found->dynamic &&
                   (keyword == QB_KEY_RECURSIVE_REF ? !*found->dynamic : !strcmp(found->dynamic, fragment));
    struct qb_step *step = add_step(m, dynamic ? QB_STEP_DYNAMIC : QB_STEP_REF, name, 1);
    step->nodes[0] = qb_node_at(m->compiler, found);
    if (dynamic) {
        step->anchor = dynamic_anchor(m->compiler, found->dynamic);
        m->compiler->schema->dynamic = true;
    }
}

static const struct {
    enum qb_keyword keyword;
    enum qb_step_kind kind;
} list_applicators[] = {{QB_KEY_ALL_OF, QB_STEP_ALL}, {QB_KEY_ANY_OF, QB_STEP_ANY}, {QB_KEY_ONE_OF, QB_STEP_ONE}};

static void make_applicators(struct qb_making *m)
{
    make_reference(m, QB_KEY_REF);
    make_reference(m, QB_KEY_DYNAMIC_REF);
    make_reference(m, QB_KEY_RECURSIVE_REF);
    for (size_t i = 0; i < sizeof list_applicators / sizeof *list_applicators; i++) {
        enum qb_keyword keyword = list_applicators[i].keyword;
        const struct qb_json *list = m->given[keyword];
        if (list)
            add_step(m, list_applicators[i].kind, qb_keyword_rows[keyword].name, list->length)->nodes =
                children(m, list);
    }
    if (m->given[QB_KEY_NOT])
        add_step(m, QB_STEP_NOT, "not", 1)->nodes[0] = qb_make_child(m, m->given[QB_KEY_NOT]);
    if (m->given[QB_KEY_IF]) {
        struct qb_step *step = add_step(m, QB_STEP_IF, "if", 3);
        step->nodes[0] = qb_make_child(m, m->given[QB_KEY_IF]);
        step->nodes[1] = qb_make_child(m, m->given[QB_KEY_THEN]);
        step->nodes[2] = qb_make_child(m, m->given[QB_KEY_ELSE]);
    }
    struct qb_step *kept = qb_arena_alloc(m->arena, m->step_count * sizeof *kept);
    memcpy(kept, m->steps, m->step_count * sizeof *kept);
    m->node->steps = kept;
    m->node->step_count = m->step_count;
    m->node->unevaluated_items = qb_make_child(m, m->given[QB_KEY_UNEVALUATED_ITEMS]);
    m->node->unevaluated_properties = qb_make_child(m, m->given[QB_KEY_UNEVALUATED_PROPERTIES]);
}

/* --- nodes --- */

/* Sorts the members by keyword, leaving out those whose values were refused. */
static void take_keywords(struct qb_making *m)
{
    const struct qb_json *value = m->location->value;
    const struct qb_dialect dialect = m->location->resource->dialect;
    for (uint32_t i = 0; i < value->length; i++) {
        const struct qb_json *member = &value->as.items[i];
        enum qb_keyword keyword = qb_keyword_find(member->key, member->key_length, dialect.vocabularies, dialect.draft);
        if (keyword == QB_KEYWORDS)
            continue;
        const struct qb_keyword_row *row = &qb_keyword_rows[keyword];
        if (!row->check || row->check(member))
            m->given[keyword] = member;
    }
}

static void make_example(struct qb_making *m)
{
    const struct qb_json *examples = m->given[QB_KEY_EXAMPLES];
    if (examples && examples->length)
        m->node->example = qb_quote_value(m->arena, &examples->as.items[0]);
}

/* The annotation that the caller wants back with what is refused. */
static void keep_words(const struct qb_making *m)
{
    const char *keyword = m->compiler->options->words;
    const struct qb_json *words = keyword ? qb_json_get(m->location->value, keyword) : NULL;
    if (words)
        m->location->where->words = qb_value_copy(m->arena, words);
}

/* Has no schemas in it. */
static bool is_leaf(const struct qb_node *node)
{
    return !node->array && !node->object && !node->step_count && !node->unevaluated_items &&
           !node->unevaluated_properties;
}

static bool takes_anything(const struct qb_node *node)
{
    return node->types == QB_ALL_TYPES && !node->integers && !node->enumeration && !node->constant && !node->number &&
           !node->string && is_leaf(node);
}

static void make_node(struct qb_compiler *c, const struct qb_location *location)
{
    struct qb_making m = {.compiler = c, .arena = &c->schema->arena, .location = location, .node = location->node};
    m.node->where = location->where;
    if (location->value->type == QB_JSON_OBJECT) {
        take_keywords(&m);
        make_types(&m);
        make_values(&m);
        make_numbers(&m);
        make_strings(&m);
        make_arrays(&m);
        qb_make_object(&m);
        make_applicators(&m);
        make_example(&m);
        keep_words(&m);
    } else if (location->value->type == QB_JSON_FALSE) {
        m.node->types = 0;
        m.node->nothing = true;
    }
    m.node->anything = takes_anything(m.node);
    m.node->leaf = is_leaf(m.node);
}

/* --- all of it --- */

/* Dynamic anchors of one name are looked up by the resource they are in. */
static void add_dynamic_anchors(struct qb_compiler *c)
{
    for (struct qb_location *location = c->locations; location; location = location->next) {
        struct qb_dynamic_anchor *anchor = location->dynamic ? qb_map_get_string(&c->anchors, location->dynamic) : NULL;
        if (!anchor)
            continue;
        QB_MEM_GROW(anchor->entries, anchor->count, anchor->capacity);
        anchor->entries[anchor->count++] =
            (struct qb_dynamic_entry){location->resource->number, qb_node_at(c, location)};
    }
}

static int by_resource(const void *a, const void *b)
{
    const struct qb_dynamic_entry *left = a;
    const struct qb_dynamic_entry *right = b;
    return (left->resource > right->resource) - (left->resource < right->resource);
}

/* Moves the tables into the schema. */
static void keep_dynamic_anchors(struct qb_compiler *c)
{
    const struct qb_map_item *item;
    for (size_t at = 0; (item = qb_map_next(&c->anchors, &at));) {
        struct qb_dynamic_anchor *anchor = item->value;
        struct qb_dynamic_entry *kept = qb_arena_alloc(&c->schema->arena, anchor->count * sizeof *kept);
        if (anchor->count)
            memcpy(kept, anchor->entries, anchor->count * sizeof *kept);
        free(anchor->entries);
        anchor->entries = kept;
        qsort(kept, anchor->count, sizeof *kept, by_resource);
    }
}

static void drain_queue(struct qb_compiler *c)
{
    while (c->queue_done < c->queue_count)
        make_node(c, c->queue[c->queue_done++]);
}

static void forget_dynamic_anchors(struct qb_compiler *c)
{
    const struct qb_map_item *item;
    for (size_t at = 0; (item = qb_map_next(&c->anchors, &at));) {
        struct qb_dynamic_anchor *anchor = item->value;
        anchor->count = 0;
    }
}

/* New nodes may load new documents, with further dynamic anchors: until nothing is new. */
static void make_all(struct qb_compiler *c, const struct qb_document *root)
{
    for (struct qb_location *location = c->locations; location; location = location->next)
        if (location->resource->document == root)
            qb_node_at(c, location);
    do {
        drain_queue(c);
        forget_dynamic_anchors(c);
        add_dynamic_anchors(c);
    } while (c->queue_done < c->queue_count);
    keep_dynamic_anchors(c);
}

static void compiler_fini(struct qb_compiler *c)
{
    for (size_t i = 0; i < c->doc_count; i++)
        qb_json_doc_free(c->docs[i]);
    free(c->docs);
    free(c->queue);
    qb_map_fini(&c->anchors);
    qb_resources_fini(c);
    qb_arena_fini(&c->arena);
}

int qb_schema_compile(struct qb_schema **schema, const struct qb_json *root, const struct qb_schema_options *options,
                      struct qb_violations *faults)
{
    static const struct qb_schema_options none = {0};
    struct qb_compiler c = {.options = options ? options : &none, .faults = faults};
    size_t before = faults->count;
    c.schema = qb_mem_alloc(sizeof *c.schema);
    c.last_location = &c.locations;
    qb_arena_init(&c.schema->arena);
    qb_arena_init(&c.arena);
    struct qb_document *document = qb_document_add(&c, c.options->base_uri ? c.options->base_uri : "", root);
    c.schema->root = qb_node_at(&c, document->top);
    make_all(&c, document);
    if (faults->count == before)
        qb_loops_check(&c);
    compiler_fini(&c);
    *schema = c.schema;
    if (faults->count == before)
        return QB_OK;
    qb_schema_free(c.schema);
    *schema = NULL;
    return QB_EINPUT;
}
