/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is said about a failure. Each kind has a row: the keyword, the message, and a function that fills in what the
 * message names: what was found, what would be right, the nearest known name. Words come from the catalogues, so
 * only facts are written here.
 *
 * Failures are collected with the path of indices that leads to them, for two reasons: at the end they are put into
 * the order of the value's text, and among the branches of an anyOf the nearest one is found by looking at how far
 * down and how many its failures are.
 */
#include "core/base/map.h"
#include "core/base/utf8.h"
#include "schema/jsonschema/evaluate.h"
#include "schema/jsonschema/quote.h"

#include <string.h>

/* Names looked at for the nearest one, and failures of a report that get it: it is no small work. */
#define MOST_CANDIDATES 1000
#define MOST_NEAREST 100
/* Collected beyond what is asked for, since the first in the text may be found last. */
#define SPARE 1000

struct finding {
    struct qb_violation violation;
    enum qb_failure failure;
    const struct qb_where *where; /* of the schema that refused */
    uint32_t *path;               /* indices from the root */
    uint32_t depth;
    size_t number; /* order of discovery */
};

struct qb_findings {
    struct qb_violations *list;
    struct finding *items;
    size_t count;
    size_t capacity;
    size_t most; /* 0: no limit */
};

/* A failure being explained. */
struct subject {
    struct qb_arena *arena;
    struct qb_violation *violation;
    const struct qb_node *node;
    const struct qb_place *place;
    const struct qb_json *value;
    uint32_t first;
    uint32_t second;
    bool nearest; /* look for the nearest name */
};

/* --- arguments --- */

static void add(struct subject *s, const char *name, const char *value)
{
    if (value && s->violation->arg_count < QB_VIOLATION_ARGS)
        s->violation->args[s->violation->arg_count++] = (struct qb_text_arg){name, value};
}

static void add_number(struct subject *s, const char *name, uint64_t number)
{
    add(s, name, qb_quote_number(s->arena, number));
}

static void add_found(struct subject *s)
{
    add(s, "found", qb_quote_value(s->arena, s->value));
}

/* The key of the member at fault. */
static void add_property(struct subject *s)
{
    const struct qb_json *value = s->place->value;
    if (s->place->name)
        add(s, "property", qb_quote_text(s->arena, value->as.string, value->length));
    else if (value->key)
        add(s, "property", qb_quote_text(s->arena, value->key, value->key_length));
}

/* Appends ".suffix" to the message's id. */
static void variant(struct subject *s, const char *suffix)
{
    struct qb_buf id = {0};
    qb_buf_addf(&id, "%s.%s", s->violation->message_id, suffix);
    s->violation->message_id = qb_arena_copy(s->arena, id.data, id.length);
    qb_buf_fini(&id);
}

/* --- the nearest name --- */

struct candidates {
    const char *texts[MOST_CANDIDATES];
    size_t count;
};

/* Names of `properties` that the object does not have yet. */
static void add_candidates(struct candidates *c, const struct qb_object_rules *rules, const struct qb_json *object)
{
    for (uint32_t i = 0; rules && i < rules->names.count && c->count < MOST_CANDIDATES; i++) {
        bool known = rules->nodes[i] && !rules->nodes[i]->nothing;
        if (known && !qb_json_get_bytes(object, rules->texts[i], rules->lengths[i]))
            c->texts[c->count++] = rules->texts[i];
    }
}

/* The same of everything that is applied in place, a few references deep. */
static void add_all_candidates(struct candidates *c, const struct qb_node *node, const struct qb_json *object,
                               unsigned depth)
{
    add_candidates(c, node->object, object);
    for (uint16_t i = 0; depth && i < node->step_count; i++)
        for (uint32_t j = 0; j < node->steps[i].count && node->steps[i].kind != QB_STEP_NOT; j++)
            if (node->steps[i].nodes[j] && c->count < MOST_CANDIDATES)
                add_all_candidates(c, node->steps[i].nodes[j], object, depth - 1);
}

static void add_nearest(struct subject *s, const struct candidates *c, const char *text, size_t length)
{
    const char *nearest = qb_utf8_nearest(text, length, c->texts, c->count);
    if (!nearest)
        return;
    variant(s, "nearest");
    add(s, "nearest", qb_quote_text(s->arena, nearest, strlen(nearest)));
}

/* --- explanations --- */

static void explain_found(struct subject *s)
{
    add_found(s);
}

static void explain_false(struct subject *s)
{
    if (!s->place->value->key)
        return;
    variant(s, "property");
    s->violation->at_key = true;
    add_property(s);
}

static const struct {
    unsigned bit;
    const char *name;
} type_names[] = {
    {QB_TYPE_BIT(QB_JSON_STRING), "string"}, {QB_TYPE_BIT(QB_JSON_NUMBER), "number"},
    {QB_TYPE_BIT(QB_JSON_TRUE), "boolean"},  {QB_TYPE_BIT(QB_JSON_ARRAY), "array"},
    {QB_TYPE_BIT(QB_JSON_OBJECT), "object"}, {QB_TYPE_BIT(QB_JSON_NULL), "null"},
};

static const char *type_name(const struct qb_node *node, size_t row)
{
    return node->integers && type_names[row].bit == QB_TYPE_BIT(QB_JSON_NUMBER) ? "integer" : type_names[row].name;
}

/* "string" alone and "string-null" have messages of their own; other mixtures are listed. */
static void explain_type(struct subject *s)
{
    struct qb_buf names = {0};
    const char *single = NULL;
    unsigned count = 0;
    for (size_t i = 0; i < sizeof type_names / sizeof *type_names; i++) {
        if (!(s->node->types & type_names[i].bit))
            continue;
        single = count ? single : type_name(s->node, i);
        qb_buf_addf(&names, "%s%s", count++ ? ", " : "", type_name(s->node, i));
    }
    bool or_null = count == 2 && (s->node->types & QB_TYPE_BIT(QB_JSON_NULL));
    if (count == 1 || or_null) {
        struct qb_buf suffix = {0};
        qb_buf_addf(&suffix, "%s%s", single, or_null ? "-null" : "");
        variant(s, suffix.data);
        qb_buf_fini(&suffix);
    }
    add_found(s);
    add(s, "expected", qb_arena_copy(s->arena, qb_buf_text(&names), names.length));
    qb_buf_fini(&names);
}

static void explain_enum(struct subject *s)
{
    const struct qb_value_set *set = s->node->enumeration;
    struct candidates c = {.count = 0};
    add_found(s);
    add(s, "expected", qb_quote_list(s->arena, set->values, set->count));
    if (s->value->type != QB_JSON_STRING || !s->nearest)
        return;
    for (uint32_t i = 0; i < set->count && c.count < MOST_CANDIDATES; i++)
        if (set->values[i].type == QB_JSON_STRING)
            c.texts[c.count++] = set->values[i].as.string;
    add_nearest(s, &c, s->value->as.string, s->value->length);
}

static void explain_const(struct subject *s)
{
    add_found(s);
    add(s, "expected", qb_quote_value(s->arena, s->node->constant->values));
}

static void add_limit(struct subject *s, const struct qb_json *limit)
{
    add_found(s);
    add(s, "limit", qb_quote_value(s->arena, limit));
}

static void explain_minimum(struct subject *s)
{
    add_limit(s, s->node->number->minimum.value);
}

static void explain_exclusive_minimum(struct subject *s)
{
    add_limit(s, s->node->number->exclusive_minimum.value);
}

static void explain_maximum(struct subject *s)
{
    add_limit(s, s->node->number->maximum.value);
}

static void explain_exclusive_maximum(struct subject *s)
{
    add_limit(s, s->node->number->exclusive_maximum.value);
}

static void explain_multiple(struct subject *s)
{
    add_limit(s, s->node->number->multiple_of);
}

static void explain_min_length(struct subject *s)
{
    if (!s->value->length)
        variant(s, "empty");
    add_found(s);
    add_number(s, "count", qb_utf8_length(s->value->as.string, s->value->length));
    add_number(s, "limit", s->node->string->least);
}

static void explain_max_length(struct subject *s)
{
    add_found(s);
    add_number(s, "count", qb_utf8_length(s->value->as.string, s->value->length));
    add_number(s, "limit", s->node->string->most);
}

static void explain_pattern(struct subject *s)
{
    const char *text = s->node->string ? s->node->string->pattern_text : NULL;
    add_found(s);
    if (text)
        add(s, "pattern", qb_quote_text(s->arena, text, strlen(text)));
    if (!s->node->example)
        return;
    variant(s, "example");
    add(s, "example", s->node->example);
}

/* A format whose name the catalogue knows has a message of its own. */
static void explain_format(struct subject *s)
{
    const struct qb_schema_format *format = s->node->string->format;
    const char *general = s->violation->message_id;
    variant(s, format->name);
    if (!qb_text_find(QB_INDONESIAN, s->violation->message_id))
        s->violation->message_id = general;
    add_found(s);
    add(s, "format", format->name);
    add(s, "example", format->example ? format->example : "");
}

static void explain_count(struct subject *s, uint32_t limit)
{
    add_number(s, "count", s->value->length);
    add_number(s, "limit", limit);
}

static void explain_min_items(struct subject *s)
{
    explain_count(s, s->node->array->least);
}

static void explain_max_items(struct subject *s)
{
    explain_count(s, s->node->array->most);
}

static void explain_unique(struct subject *s)
{
    add(s, "found", qb_quote_value(s->arena, &s->value->as.items[s->second]));
    add_number(s, "first", (uint64_t)s->first + 1);
    add_number(s, "second", (uint64_t)s->second + 1);
}

static void explain_items(struct subject *s)
{
    add_found(s);
    add_number(s, "count", s->place->parent->value->length);
    add_number(s, "limit", s->node->array->prefix_count);
    s->violation->keyword = s->node->array->items_keyword;
}

static void explain_contains(struct subject *s)
{
    uint32_t limit = s->node->array->contains_least;
    const struct qb_node *wanted = s->node->array->contains;
    const struct qb_value_set *values = wanted->constant ? wanted->constant : wanted->enumeration;
    if (limit != 1)
        variant(s, "many");
    else if (values)
        variant(s, values->count == 1 ? "values" : "choice");
    if (values)
        add(s, "expected", qb_quote_list(s->arena, values->values, values->count));
    add_number(s, "count", s->first);
    add_number(s, "limit", limit);
}

static void explain_max_contains(struct subject *s)
{
    add_number(s, "count", s->first);
    add_number(s, "limit", s->node->array->contains_most);
}

static void explain_min_properties(struct subject *s)
{
    explain_count(s, s->node->object->least);
}

static void explain_max_properties(struct subject *s)
{
    explain_count(s, s->node->object->most);
}

static void add_name(struct subject *s, const char *name, uint32_t number)
{
    const struct qb_object_rules *rules = s->node->object;
    add(s, name, qb_quote_text(s->arena, rules->texts[number], rules->lengths[number]));
}

static void explain_required(struct subject *s)
{
    add_name(s, "property", s->first);
}

static void explain_dependent_required(struct subject *s)
{
    const struct qb_dependency *row = &s->node->object->dependencies[s->first];
    s->violation->keyword = row->keyword;
    add_name(s, "property", row->needs[s->second]);
    add_name(s, "trigger", row->trigger);
}

static void explain_unknown(struct subject *s)
{
    struct candidates c = {.count = 0};
    s->violation->at_key = true;
    add_property(s);
    if (!s->nearest)
        return;
    add_all_candidates(&c, s->node, s->place->parent->value, 6);
    add_nearest(s, &c, s->value->key, s->value->key_length);
}

static void explain_one_of(struct subject *s)
{
    add_number(s, "first", (uint64_t)s->first + 1);
    add_number(s, "second", (uint64_t)s->second + 1);
}

static void explain_nothing(struct subject *s)
{
    (void)s;
}

static const struct {
    const char *keyword; /* "" for what no keyword alone is to blame for */
    const char *message;
    void (*explain)(struct subject *);
} rows[QB_FAILURES] = {
    [QB_FAIL_FALSE] = {"", "schema.false", explain_false},
    [QB_FAIL_TYPE] = {"type", "schema.type", explain_type},
    [QB_FAIL_ENUM] = {"enum", "schema.enum", explain_enum},
    [QB_FAIL_CONST] = {"const", "schema.const", explain_const},
    [QB_FAIL_MINIMUM] = {"minimum", "schema.minimum", explain_minimum},
    [QB_FAIL_EXCLUSIVE_MINIMUM] = {"exclusiveMinimum", "schema.exclusiveMinimum", explain_exclusive_minimum},
    [QB_FAIL_MAXIMUM] = {"maximum", "schema.maximum", explain_maximum},
    [QB_FAIL_EXCLUSIVE_MAXIMUM] = {"exclusiveMaximum", "schema.exclusiveMaximum", explain_exclusive_maximum},
    [QB_FAIL_MULTIPLE_OF] = {"multipleOf", "schema.multipleOf", explain_multiple},
    [QB_FAIL_MIN_LENGTH] = {"minLength", "schema.minLength", explain_min_length},
    [QB_FAIL_MAX_LENGTH] = {"maxLength", "schema.maxLength", explain_max_length},
    [QB_FAIL_PATTERN] = {"pattern", "schema.pattern", explain_pattern},
    [QB_FAIL_PATTERN_LIMIT] = {"pattern", "schema.pattern-limit", explain_found},
    [QB_FAIL_FORMAT] = {"format", "schema.format", explain_format},
    [QB_FAIL_MIN_ITEMS] = {"minItems", "schema.minItems", explain_min_items},
    [QB_FAIL_MAX_ITEMS] = {"maxItems", "schema.maxItems", explain_max_items},
    [QB_FAIL_UNIQUE_ITEMS] = {"uniqueItems", "schema.uniqueItems", explain_unique},
    [QB_FAIL_ITEMS] = {"items", "schema.items", explain_items},
    [QB_FAIL_CONTAINS] = {"contains", "schema.contains", explain_contains},
    [QB_FAIL_MAX_CONTAINS] = {"maxContains", "schema.maxContains", explain_max_contains},
    [QB_FAIL_UNEVALUATED_ITEMS] = {"unevaluatedItems", "schema.unevaluatedItems", explain_found},
    [QB_FAIL_MIN_PROPERTIES] = {"minProperties", "schema.minProperties", explain_min_properties},
    [QB_FAIL_MAX_PROPERTIES] = {"maxProperties", "schema.maxProperties", explain_max_properties},
    [QB_FAIL_REQUIRED] = {"required", "schema.required", explain_required},
    [QB_FAIL_DEPENDENT_REQUIRED] = {"dependentRequired", "schema.dependentRequired", explain_dependent_required},
    [QB_FAIL_ADDITIONAL_PROPERTIES] = {"additionalProperties", "schema.additionalProperties", explain_unknown},
    [QB_FAIL_UNEVALUATED_PROPERTIES] = {"unevaluatedProperties", "schema.additionalProperties", explain_unknown},
    [QB_FAIL_NOT] = {"not", "schema.not", explain_found},
    [QB_FAIL_ONE_OF] = {"oneOf", "schema.oneOf", explain_one_of},
    [QB_FAIL_LIMIT] = {"", "schema.limit", explain_nothing},
};

/* --- places --- */

static void set_path(struct qb_arena *arena, struct finding *finding, const struct qb_place *place)
{
    for (const struct qb_place *p = place; p->parent; p = p->parent)
        finding->depth += !p->name;
    finding->path = qb_arena_alloc(arena, finding->depth * sizeof *finding->path);
    uint32_t at = finding->depth;
    for (const struct qb_place *p = place; p->parent; p = p->parent)
        if (!p->name)
            finding->path[--at] = (uint32_t)(p->value - p->parent->value->as.items);
}

static const char *kept(struct qb_arena *arena, struct qb_buf *text)
{
    const char *copy = qb_arena_copy(arena, qb_buf_text(text), text->length);
    qb_buf_fini(text);
    return copy;
}

static const char *pointer_of(struct qb_arena *arena, const struct qb_json *value, const struct finding *finding)
{
    struct qb_buf pointer = {0};
    for (uint32_t i = 0; i < finding->depth; i++) {
        const struct qb_json *item = &value->as.items[finding->path[i]];
        if (value->type == QB_JSON_OBJECT)
            qb_json_pointer_add(&pointer, item->key, item->key_length);
        else
            qb_json_pointer_add_index(&pointer, finding->path[i]);
        value = item;
    }
    return kept(arena, &pointer);
}

static const char *schema_of(struct qb_arena *arena, const struct finding *finding)
{
    struct qb_buf uri = {0};
    qb_where_add_uri(&uri, finding->where, finding->violation.keyword);
    return kept(arena, &uri);
}

/* --- adding --- */

/* Failures of a key have words that speak of a name. */
static void speak_of_name(struct subject *s, enum qb_failure failure)
{
    bool own = failure == QB_FAIL_PATTERN || failure == QB_FAIL_MIN_LENGTH || failure == QB_FAIL_MAX_LENGTH ||
               failure == QB_FAIL_ENUM || failure == QB_FAIL_CONST || failure == QB_FAIL_FORMAT;
    const char *keyword = s->violation->keyword;
    s->violation->at_key = true;
    s->violation->message_id = "schema.propertyNames";
    if (own)
        variant(s, keyword);
    add_property(s);
}

void qb_findings_add(struct qb_run *run, const struct qb_node *node, const struct qb_place *place,
                     enum qb_failure failure, uint32_t first, uint32_t second)
{
    struct qb_findings *report = run->report;
    struct qb_arena *arena = &report->list->arena;
    if (report->most && report->count >= report->most + SPARE)
        return;
    QB_MEM_GROW(report->items, report->count, report->capacity);
    struct finding *finding = &report->items[report->count];
    *finding = (struct finding){.failure = failure, .where = node->where, .number = report->count};
    finding->violation = (struct qb_violation){.keyword = rows[failure].keyword, .message_id = rows[failure].message};
    struct subject s = {.arena = arena,
                        .violation = &finding->violation,
                        .node = node,
                        .place = place,
                        .value = place->value,
                        .first = first,
                        .second = second,
                        .nearest = report->count < MOST_NEAREST};
    set_path(arena, finding, place);
    rows[failure].explain(&s);
    if (place->name)
        speak_of_name(&s, failure);
    report->count++;
}

/* --- branches --- */

/* How far a failure is from being none, seen from the place of the anyOf: a wrong type there rules a branch out, a
 * wrong value of a property that names the kind nearly does, all else is a detail. */
static uint64_t distance(const struct finding *finding, uint32_t depth)
{
    bool decisive = finding->failure == QB_FAIL_TYPE || finding->failure == QB_FAIL_CONST ||
                    finding->failure == QB_FAIL_ENUM || finding->failure == QB_FAIL_FALSE;
    if (finding->depth <= depth)
        return decisive ? 10000 : 10;
    if (finding->depth == depth + 1)
        return decisive ? 100 : 5;
    return 1;
}

static uint32_t depth_of(const struct qb_place *place)
{
    uint32_t depth = 0;
    for (; place->parent; place = place->parent)
        depth += !place->name;
    return depth;
}

/* Whether each branch said one thing about the value itself, of one of two kinds. */
static bool all_said(const struct qb_findings *findings, size_t from, const struct qb_step *step, uint32_t depth,
                     enum qb_failure this, enum qb_failure that)
{
    if (findings->count - from != step->count || step->count < 2)
        return false;
    for (size_t i = from; i < findings->count; i++) {
        const struct finding *finding = &findings->items[i];
        if ((finding->failure != this && finding->failure != that) || finding->depth != depth)
            return false;
    }
    return true;
}

/* The node that a branch is a mere reference to. */
static const struct qb_node *behind(const struct qb_node *branch)
{
    while (branch->step_count == 1 && branch->types == QB_ALL_TYPES && branch->steps[0].kind == QB_STEP_REF)
        branch = branch->steps[0].nodes[0];
    return branch;
}

/* Every branch wants another type: the types of all. */
static bool join_types(const struct qb_step *step, const struct qb_json *value, struct qb_node *joined)
{
    bool numbers = false;
    for (uint32_t i = 0; i < step->count; i++) {
        const struct qb_node *branch = behind(step->nodes[i]);
        joined->types |= branch->types;
        numbers |= (branch->types & QB_TYPE_BIT(QB_JSON_NUMBER)) && !branch->integers;
    }
    joined->integers = !numbers;
    return !(joined->types & QB_TYPE_BIT(value->type)); /* else the failure was further inside */
}

/* Every branch wants other values: the values of all. */
static bool join_values(struct qb_arena *arena, const struct qb_step *step, struct qb_node *joined)
{
    struct qb_value_set *set = qb_arena_alloc(arena, sizeof *set);
    uint32_t count = 0;
    for (uint32_t i = 0; i < step->count; i++) {
        const struct qb_node *branch = behind(step->nodes[i]);
        const struct qb_value_set *values = branch->constant ? branch->constant : branch->enumeration;
        if (!values)
            return false;
        count += values->count;
    }
    struct qb_json *all = qb_arena_alloc(arena, count * sizeof *all);
    *set = (struct qb_value_set){.values = all, .count = count};
    for (uint32_t i = 0; i < step->count; i++) {
        const struct qb_node *branch = behind(step->nodes[i]);
        const struct qb_value_set *values = branch->constant ? branch->constant : branch->enumeration;
        memcpy(all, values->values, values->count * sizeof *all);
        all += values->count;
    }
    joined->enumeration = set;
    return true;
}

/* When all branches fail for the same simple reason, one failure says what any of them would take. */
static bool add_joined(struct qb_run *run, const struct qb_node *node, const struct qb_step *step,
                       const struct qb_place *place, size_t from)
{
    struct qb_findings *findings = run->report;
    struct qb_node joined = {.where = node->where};
    uint32_t depth = depth_of(place);
    enum qb_failure failure = QB_FAIL_TYPE;
    bool done =
        all_said(findings, from, step, depth, QB_FAIL_TYPE, QB_FAIL_TYPE) && join_types(step, place->value, &joined);
    if (!done && all_said(findings, from, step, depth, QB_FAIL_CONST, QB_FAIL_ENUM)) {
        failure = QB_FAIL_ENUM;
        done = join_values(&findings->list->arena, step, &joined);
    }
    if (!done)
        return false;
    findings->count = from;
    qb_findings_add(run, &joined, place, failure, 0, 0);
    findings->items[from].violation.keyword = step->keyword;
    return true;
}

/* Each branch is evaluated once more, aloud; only what the nearest one said is kept. */
void qb_findings_add_nearest(struct qb_run *run, const struct qb_node *node, const struct qb_step *step,
                             const struct qb_place *place)
{
    struct qb_findings *report = run->report;
    size_t from = report->count;
    size_t best_at = from;
    size_t best_count = 0;
    uint64_t best = UINT64_MAX;
    uint32_t depth = depth_of(place);
    for (uint32_t i = 0; i < step->count; i++) {
        size_t at = report->count;
        uint64_t total = 0;
        qb_evaluate(run, step->nodes[i], place, NULL);
        for (size_t j = at; j < report->count; j++)
            total += distance(&report->items[j], depth);
        if (report->count > at && total < best) {
            best = total;
            best_at = at;
            best_count = report->count - at;
        }
    }
    if (add_joined(run, node, step, place, from))
        return;
    if (best_count)
        memmove(&report->items[from], &report->items[best_at], best_count * sizeof *report->items);
    report->count = from + best_count;
}

/* --- the end --- */

struct qb_findings *qb_findings_new(struct qb_violations *violations, size_t most)
{
    struct qb_findings *report = qb_mem_alloc(sizeof *report);
    report->list = violations;
    report->most = most;
    return report;
}

/* The order of the text: a container before what is in it, a key before its value. */
static int by_place(const void *a, const void *b)
{
    const struct finding *left = a;
    const struct finding *right = b;
    for (uint32_t i = 0; i < left->depth && i < right->depth; i++)
        if (left->path[i] != right->path[i])
            return left->path[i] < right->path[i] ? -1 : 1;
    if (left->depth != right->depth)
        return left->depth < right->depth ? -1 : 1;
    if (left->violation.at_key != right->violation.at_key)
        return left->violation.at_key ? -1 : 1;
    return (left->number > right->number) - (left->number < right->number);
}

/* Whether the same was said before, since two ways led to one schema. */
static bool is_repeated(struct qb_map *said, struct qb_arena *arena, const struct finding *finding)
{
    const struct qb_violation *violation = &finding->violation;
    struct qb_buf whole = {0};
    qb_buf_add(&whole, &finding->where, sizeof finding->where);
    qb_buf_add(&whole, finding->path, finding->depth * sizeof *finding->path);
    qb_buf_addf(&whole, "\n%s\n%s", violation->keyword, violation->message_id);
    for (size_t i = 0; i < violation->arg_count; i++)
        qb_buf_addf(&whole, "\n%s", violation->args[i].value);
    bool repeated = qb_map_get(said, whole.data, whole.length);
    if (!repeated) {
        char *key = qb_arena_copy(arena, whole.data, whole.length);
        qb_map_put(said, key, whole.length, key);
    }
    qb_buf_fini(&whole);
    return repeated;
}

/* Texts as long as a place is deep are made for what is kept, not for all that was found. */
static void keep(struct qb_violations *list, const struct qb_json *root, const struct finding *finding)
{
    QB_MEM_GROW(list->items, list->count, list->capacity);
    struct qb_violation *violation = &list->items[list->count++];
    *violation = finding->violation;
    violation->pointer = pointer_of(&list->arena, root, finding);
    violation->schema = schema_of(&list->arena, finding);
    violation->words = finding->where->words;
}

size_t qb_findings_finish(struct qb_findings *report, const struct qb_json *root)
{
    struct qb_violations *list = report->list;
    struct qb_map said = {0};
    struct qb_arena scratch;
    size_t before = list->count;
    qb_arena_init(&scratch);
    if (report->count)
        qsort(report->items, report->count, sizeof *report->items, by_place);
    for (size_t i = 0; i < report->count && (!report->most || list->count - before < report->most); i++)
        if (!is_repeated(&said, &scratch, &report->items[i]))
            keep(list, root, &report->items[i]);
    size_t added = list->count - before;
    qb_map_fini(&said);
    qb_arena_fini(&scratch);
    free(report->items);
    free(report);
    return added;
}
