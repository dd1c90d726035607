/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The walk over nodes. Steps (references, allOf, anyOf, oneOf, not, if) evaluate other nodes against the same value.
 * Where an unevaluated* keyword needs to know what they looked at, a set of bits goes along; a branch that does not
 * match must leave no bits behind, so anyOf, oneOf and `if` get a set of their own that is joined on success.
 *
 * Two limits hold against schemas that would never end: the depth of the walk (a $dynamicRef that comes back to
 * itself) and the number of nodes evaluated (branches of branches that double at each level).
 */
#include "schema/jsonschema/evaluate.h"

#include "core/base/utf8.h"
#include "core/data/json_number.h"
#include "schema/jsonschema/jsonschema.h"

/* Nodes within nodes: documents of 512 levels through a few references each, within the stack of a thread. */
#define DEEPEST 3000
/* Work for one value, a tenth of a second or so; plus so much for each value in it, and for each byte. */
#define BUDGET UINT64_C(5000000)
#define BUDGET_A_VALUE 100
/* Long strings and long lists of values to compare with cost more than their node. */
#define LONG_STRING 1024
#define LONG_LIST 32

/* --- limits --- */

static uint64_t worth(const struct qb_json *value)
{
    uint64_t sum = BUDGET_A_VALUE + value->key_length;
    if (value->type == QB_JSON_STRING || value->type == QB_JSON_NUMBER)
        return sum + value->length;
    if (value->type == QB_JSON_ARRAY || value->type == QB_JSON_OBJECT)
        for (uint32_t i = 0; i < value->length; i++)
            sum += worth(&value->as.items[i]);
    return sum;
}

/* A large document is worth more work: counted only when the usual budget is used up. */
static bool enlarge_budget(struct qb_run *run)
{
    if (run->counted)
        return false;
    run->counted = true;
    run->budget = worth(run->root);
    return true;
}

/* From here on every answer is no; evaluate_root says so once. */
static bool give_up(struct qb_run *run)
{
    run->exhausted = true;
    return false;
}

enum qb_pattern_answer qb_match(struct qb_run *run, const struct qb_pattern *pattern, const char *text, uint32_t length)
{
    uint64_t work = 0;
    if (run->exhausted || (!run->budget && !enlarge_budget(run))) {
        give_up(run);
        return QB_PATTERN_LIMIT;
    }
    enum qb_pattern_answer answer = qb_pattern_match_counting(pattern, text, length, &work);
    qb_pay(run, work);
    return answer;
}

/* --- steps --- */

struct at {
    const struct qb_node *node;
    const struct qb_place *place;
    struct qb_seen *seen;
};

bool qb_evaluate_quietly(struct qb_run *run, const struct qb_node *node, const struct qb_place *place)
{
    struct qb_findings *report = run->report;
    run->report = NULL;
    bool ok = qb_evaluate(run, node, place, NULL);
    run->report = report;
    return ok;
}

static uint32_t words_of(const struct qb_json *value)
{
    return value->length / 64 + 1;
}

static void join(struct qb_seen *seen, const struct qb_seen *more, uint32_t words)
{
    seen->all |= more->all;
    for (uint32_t i = 0; i < words; i++)
        seen->bits[i] |= more->bits[i];
}

/* Evaluates a branch without a word; what it saw counts only if it matches. */
static bool try_branch(struct qb_run *run, const struct qb_node *branch, const struct at *at)
{
    if (!at->seen)
        return qb_evaluate_quietly(run, branch, at->place);
    struct qb_bits bits;
    uint32_t words = words_of(at->place->value);
    struct qb_seen own = {.bits = qb_bits_init(&bits, words)};
    struct qb_findings *report = run->report;
    run->report = NULL;
    bool ok = qb_evaluate(run, branch, at->place, &own);
    run->report = report;
    if (ok)
        join(at->seen, &own, words);
    qb_bits_fini(&bits);
    return ok;
}

static bool step_ref(struct qb_run *run, const struct qb_step *step, const struct at *at)
{
    return qb_evaluate(run, step->nodes[0], at->place, at->seen);
}

static const struct qb_node *anchored_in(const struct qb_dynamic_anchor *anchor, uint32_t resource)
{
    uint32_t low = 0;
    uint32_t high = anchor->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (anchor->entries[middle].resource == resource)
            return anchor->entries[middle].node;
        if (anchor->entries[middle].resource < resource)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* core section 8.2.3.2: the outermost resource on the way here that has the anchor. */
static bool step_dynamic(struct qb_run *run, const struct qb_step *step, const struct at *at)
{
    const struct qb_node *target = step->nodes[0];
    for (const struct qb_scope *scope = run->scope; scope; scope = scope->outer) {
        const struct qb_node *there = anchored_in(step->anchor, scope->resource);
        target = there ? there : target;
    }
    return qb_evaluate(run, target, at->place, at->seen);
}

static bool step_all(struct qb_run *run, const struct qb_step *step, const struct at *at)
{
    bool ok = true;
    for (uint32_t i = 0; i < step->count && (ok || run->report); i++)
        ok = qb_evaluate(run, step->nodes[i], at->place, at->seen) && ok;
    return ok;
}

static bool step_any(struct qb_run *run, const struct qb_step *step, const struct at *at)
{
    bool ok = false;
    for (uint32_t i = 0; i < step->count && (!ok || at->seen); i++)
        ok = try_branch(run, step->nodes[i], at) || ok;
    if (!ok && run->report)
        qb_findings_add_nearest(run, at->node, step, at->place);
    return ok;
}

static bool step_one(struct qb_run *run, const struct qb_step *step, const struct at *at)
{
    uint32_t matches = 0;
    uint32_t first = 0;
    for (uint32_t i = 0; i < step->count; i++) {
        if (!try_branch(run, step->nodes[i], at))
            continue;
        if (++matches == 2)
            return qb_fail_with(run, at->node, at->place, QB_FAIL_ONE_OF, first, i);
        first = i;
    }
    if (!matches && run->report)
        qb_findings_add_nearest(run, at->node, step, at->place);
    return matches == 1;
}

static bool step_not(struct qb_run *run, const struct qb_step *step, const struct at *at)
{
    if (!qb_evaluate_quietly(run, step->nodes[0], at->place))
        return true;
    return qb_fail(run, at->node, at->place, QB_FAIL_NOT);
}

static bool step_if(struct qb_run *run, const struct qb_step *step, const struct at *at)
{
    bool holds = try_branch(run, step->nodes[0], at);
    const struct qb_node *next = holds ? step->nodes[1] : step->nodes[2];
    return !next || qb_evaluate(run, next, at->place, at->seen);
}

static bool (*const step_functions[])(struct qb_run *, const struct qb_step *, const struct at *) = {
    [QB_STEP_REF] = step_ref, [QB_STEP_DYNAMIC] = step_dynamic, [QB_STEP_ALL] = step_all, [QB_STEP_ANY] = step_any,
    [QB_STEP_ONE] = step_one, [QB_STEP_NOT] = step_not,         [QB_STEP_IF] = step_if,
};

static bool check_steps(struct qb_run *run, const struct at *at)
{
    bool ok = true;
    for (uint16_t i = 0; i < at->node->step_count && (ok || run->report); i++) {
        const struct qb_step *step = &at->node->steps[i];
        ok = step_functions[step->kind](run, step, at) && ok;
    }
    return ok;
}

/* --- numbers and strings --- */

/* The nearest doubles decide unless they are the same, since rounding keeps the order. */
static int compare(const struct qb_json *value, const struct qb_bound *bound)
{
    if (value->number < bound->number)
        return -1;
    if (value->number > bound->number)
        return 1;
    return qb_json_number_compare(value, bound->value);
}

static bool check_number(struct qb_run *run, const struct qb_node *node, const struct qb_place *place)
{
    const struct qb_number_rules *rules = node->number;
    const struct qb_json *value = place->value;
    bool ok = true;
    if (rules->minimum.value && compare(value, &rules->minimum) < 0)
        ok = qb_fail(run, node, place, QB_FAIL_MINIMUM);
    if (rules->exclusive_minimum.value && compare(value, &rules->exclusive_minimum) <= 0)
        ok = qb_fail(run, node, place, QB_FAIL_EXCLUSIVE_MINIMUM);
    if (rules->maximum.value && compare(value, &rules->maximum) > 0)
        ok = qb_fail(run, node, place, QB_FAIL_MAXIMUM);
    if (rules->exclusive_maximum.value && compare(value, &rules->exclusive_maximum) >= 0)
        ok = qb_fail(run, node, place, QB_FAIL_EXCLUSIVE_MAXIMUM);
    if (rules->multiple_of && !qb_json_number_multiple(value, rules->multiple_of))
        ok = qb_fail(run, node, place, QB_FAIL_MULTIPLE_OF);
    return ok;
}

static bool check_pattern(struct qb_run *run, const struct qb_node *node, const struct qb_place *place)
{
    const struct qb_json *value = place->value;
    enum qb_pattern_answer answer = qb_match(run, node->string->pattern, value->as.string, value->length);
    if (answer == QB_PATTERN_YES || run->exhausted)
        return answer == QB_PATTERN_YES;
    return qb_fail(run, node, place, answer == QB_PATTERN_NO ? QB_FAIL_PATTERN : QB_FAIL_PATTERN_LIMIT);
}

static bool check_string(struct qb_run *run, const struct qb_node *node, const struct qb_place *place)
{
    const struct qb_string_rules *rules = node->string;
    const struct qb_json *value = place->value;
    uint32_t bytes = value->length;
    bool ok = true;
    if (bytes > LONG_STRING)
        qb_pay(run, bytes / 16);
    /* a code point takes one to four bytes: often the bytes are enough to know */
    if (rules->least &&
        (bytes < rules->least || (bytes / 4 < rules->least && qb_utf8_length(value->as.string, bytes) < rules->least)))
        ok = qb_fail(run, node, place, QB_FAIL_MIN_LENGTH);
    if (bytes > rules->most && qb_utf8_length(value->as.string, bytes) > rules->most)
        ok = qb_fail(run, node, place, QB_FAIL_MAX_LENGTH);
    if (!ok)
        return false;
    if (rules->pattern)
        ok = check_pattern(run, node, place);
    if (rules->format && ok && !rules->format->check(value->as.string, bytes))
        ok = qb_fail(run, node, place, QB_FAIL_FORMAT);
    return ok;
}

/* --- nodes --- */

static bool is_integer(const struct qb_json *value)
{
    const char *text = value->as.string;
    uint32_t i = *text == '-';
    while (i < value->length && text[i] >= '0' && text[i] <= '9')
        i++;
    return i == value->length || qb_json_number_is_integer(value);
}

/* type, enum and const: what fails here makes the other keywords pointless. */
static inline bool check_kind(struct qb_run *run, const struct qb_node *node, const struct qb_place *place)
{
    const struct qb_json *value = place->value;
    if (node->nothing)
        return qb_fail(run, node, place, QB_FAIL_FALSE);
    if (!(node->types & QB_TYPE_BIT(value->type)) ||
        (node->integers && value->type == QB_JSON_NUMBER && !is_integer(value)))
        return qb_fail(run, node, place, QB_FAIL_TYPE);
    if (node->enumeration && node->enumeration->other_count > LONG_LIST)
        qb_pay(run, node->enumeration->other_count / 4);
    if (node->enumeration && !qb_value_set_has(node->enumeration, value))
        return qb_fail(run, node, place, QB_FAIL_ENUM);
    if (node->constant && !qb_value_set_has(node->constant, value))
        return qb_fail(run, node, place, QB_FAIL_CONST);
    return true;
}

static bool check_scalar(struct qb_run *run, const struct qb_node *node, const struct qb_place *place)
{
    if (place->value->type == QB_JSON_STRING)
        return !node->string || check_string(run, node, place);
    return place->value->type != QB_JSON_NUMBER || !node->number || check_number(run, node, place);
}

/* The keywords that look at the value itself and at what is in it. */
static bool check_value(struct qb_run *run, const struct at *at)
{
    const struct qb_node *node = at->node;
    if (!check_kind(run, node, at->place))
        return false;
    switch (at->place->value->type) {
    case QB_JSON_ARRAY:
        return !node->array || qb_evaluate_array(run, node, at->place, at->seen);
    case QB_JSON_OBJECT:
        return !node->object || qb_evaluate_object(run, node, at->place, at->seen);
    default:
        return check_scalar(run, node, at->place);
    }
}

/* unevaluatedItems or unevaluatedProperties for what nothing has seen. */
static bool check_rest(struct qb_run *run, const struct at *at, const struct qb_node *rest)
{
    const struct qb_json *value = at->place->value;
    bool array = value->type == QB_JSON_ARRAY;
    bool ok = true;
    for (uint32_t i = 0; i < value->length && !at->seen->all; i++) {
        struct qb_place here = {.parent = at->place, .value = &value->as.items[i]};
        if (at->seen->bits[i / 64] >> i % 64 & 1)
            continue;
        if (rest->nothing)
            ok = qb_fail(run, at->node, &here, array ? QB_FAIL_UNEVALUATED_ITEMS : QB_FAIL_UNEVALUATED_PROPERTIES);
        else
            ok = qb_evaluate(run, rest, &here, NULL) && ok;
        if (!ok && !run->report)
            return false;
    }
    return ok;
}

/* A node with an unevaluated* keyword that concerns this value: it keeps a set of its own. */
static bool check_with_rest(struct qb_run *run, const struct at *outer, const struct qb_node *rest)
{
    struct qb_bits bits;
    struct qb_seen own = {.bits = qb_bits_init(&bits, words_of(outer->place->value))};
    struct at at = {.node = outer->node, .place = outer->place, .seen = &own};
    bool ok = check_value(run, &at);
    bool steps = (ok || run->report) && check_steps(run, &at);
    /* after a step failed nobody knows what it would have seen */
    if (steps)
        ok = check_rest(run, &at, rest) && ok;
    if (outer->seen)
        outer->seen->all = true;
    qb_bits_fini(&bits);
    return ok && steps;
}

static const struct qb_node *rest_of(const struct qb_node *node, const struct qb_json *value)
{
    if (value->type == QB_JSON_OBJECT)
        return node->unevaluated_properties;
    return value->type == QB_JSON_ARRAY ? node->unevaluated_items : NULL;
}

/* Rules for the value itself: most nodes are no more. */
static __attribute__((noinline)) bool evaluate_leaf(struct qb_run *run, const struct qb_node *node,
                                                    const struct qb_place *place)
{
    return check_kind(run, node, place) && check_scalar(run, node, place);
}

static __attribute__((noinline)) bool evaluate_whole(struct qb_run *run, const struct at *at)
{
    const struct qb_json *value = at->place->value;
    if (value->type >= QB_JSON_ARRAY)
        qb_pay(run, value->length);
    const struct qb_node *rest = rest_of(at->node, value);
    if (rest)
        return check_with_rest(run, at, rest);
    bool ok = check_value(run, at);
    if (at->node->step_count && (ok || run->report))
        ok = check_steps(run, at) && ok;
    return ok;
}

static bool evaluate_in_scope(struct qb_run *run, const struct at *at)
{
    const struct qb_scope *outer = run->scope;
    struct qb_scope inner = {.outer = outer, .resource = at->node->resource};
    if (!outer || outer->resource != inner.resource)
        run->scope = &inner;
    bool ok = evaluate_whole(run, at);
    run->scope = outer;
    return ok;
}

bool qb_evaluate(struct qb_run *run, const struct qb_node *node, const struct qb_place *place, struct qb_seen *seen)
{
    if (node->anything)
        return true;
    if (node->leaf)
        return evaluate_leaf(run, node, place);
    if (run->exhausted || run->depth >= DEEPEST || (!run->budget && !enlarge_budget(run)))
        return give_up(run);
    struct at at = {.node = node, .place = place, .seen = seen};
    run->budget--;
    run->depth++;
    bool ok = run->dynamic ? evaluate_in_scope(run, &at) : evaluate_whole(run, &at);
    run->depth--;
    return ok;
}

/* --- the interface --- */

static bool evaluate_root(const struct qb_schema *schema, const struct qb_json *value, struct qb_findings *report)
{
    struct qb_run run = {.report = report, .root = value, .budget = BUDGET, .dynamic = schema->dynamic};
    struct qb_place place = {.value = value};
    bool ok = qb_evaluate(&run, schema->root, &place, NULL);
    return run.exhausted ? qb_fail(&run, schema->root, &place, QB_FAIL_LIMIT) : ok;
}

bool qb_schema_valid(const struct qb_schema *schema, const struct qb_json *value)
{
    return evaluate_root(schema, value, NULL);
}

size_t qb_schema_report(const struct qb_schema *schema, const struct qb_json *value, size_t most,
                        struct qb_violations *violations)
{
    if (qb_schema_valid(schema, value))
        return 0;
    struct qb_findings *report = qb_findings_new(violations, most);
    evaluate_root(schema, value, report);
    return qb_findings_finish(report, value);
}

void qb_schema_free(struct qb_schema *schema)
{
    if (!schema)
        return;
    for (size_t i = 0; i < schema->pattern_count; i++)
        qb_pattern_free(schema->patterns[i]);
    free(schema->patterns);
    qb_arena_fini(&schema->arena);
    free(schema);
}
