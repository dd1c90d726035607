/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rules for arrays and objects. An object's members are gone over once; what `properties`, `required` and the
 * dependencies want to know about a name comes from one look-up.
 */
#include "schema/jsonschema/evaluate.h"

/* --- arrays --- */

/* prefixItems and items. */
static bool check_items(struct qb_run *run, const struct qb_node *node, const struct qb_place *place,
                        struct qb_seen *seen)
{
    const struct qb_array_rules *rules = node->array;
    const struct qb_json *value = place->value;
    bool ok = true;
    for (uint32_t i = 0; i < value->length; i++) {
        const struct qb_node *item = i < rules->prefix_count ? rules->prefix[i] : rules->items;
        struct qb_place here = {.parent = place, .value = &value->as.items[i]};
        if (!item)
            break;
        if (seen)
            qb_seen_mark(seen, i);
        if (item->anything)
            continue;
        if (item->nothing && item == rules->items && i >= rules->prefix_count)
            return qb_fail(run, node, &here, QB_FAIL_ITEMS);
        if (qb_evaluate(run, item, &here, NULL))
            continue;
        ok = false;
        if (!run->report)
            return false;
    }
    return ok;
}

static bool check_contains(struct qb_run *run, const struct qb_node *node, const struct qb_place *place,
                           struct qb_seen *seen)
{
    const struct qb_array_rules *rules = node->array;
    const struct qb_json *value = place->value;
    struct qb_seen *marks = rules->contains_counts ? seen : NULL;
    uint32_t found = 0;
    for (uint32_t i = 0; i < value->length; i++) {
        struct qb_place here = {.parent = place, .value = &value->as.items[i]};
        if (!marks && found >= rules->contains_least && rules->contains_most == QB_NO_LIMIT)
            break;
        if (!qb_evaluate_quietly(run, rules->contains, &here))
            continue;
        found++;
        if (marks)
            qb_seen_mark(marks, i);
    }
    if (found < rules->contains_least)
        return qb_fail_with(run, node, place, QB_FAIL_CONTAINS, found, 0);
    if (found > rules->contains_most)
        return qb_fail_with(run, node, place, QB_FAIL_MAX_CONTAINS, found, 0);
    return true;
}

bool qb_evaluate_array(struct qb_run *run, const struct qb_node *node, const struct qb_place *place,
                       struct qb_seen *seen)
{
    const struct qb_array_rules *rules = node->array;
    const struct qb_json *value = place->value;
    uint32_t first;
    uint32_t second;
    bool ok = true;
    if (value->length < rules->least)
        ok = qb_fail(run, node, place, QB_FAIL_MIN_ITEMS);
    if (value->length > rules->most)
        ok = qb_fail(run, node, place, QB_FAIL_MAX_ITEMS);
    if (!ok && !run->report)
        return false;
    if (rules->prefix_count || rules->items)
        ok = check_items(run, node, place, seen) && ok;
    if (!ok && !run->report)
        return false;
    if (rules->contains)
        ok = check_contains(run, node, place, seen) && ok;
    if (rules->unique && !qb_value_unique(value, &first, &second))
        ok = qb_fail_with(run, node, place, QB_FAIL_UNIQUE_ITEMS, first, second);
    return ok;
}

/* --- objects --- */

/* The name of a member as a value of its own, for propertyNames. */
static bool check_name(struct qb_run *run, const struct qb_node *names, const struct qb_place *member)
{
    struct qb_json name = {.type = QB_JSON_STRING, .length = member->value->key_length};
    name.as.string = member->value->key;
    struct qb_place here = {.parent = member, .value = &name, .name = true};
    return qb_evaluate(run, names, &here, NULL);
}

/* patternProperties for one member; *known when one of them matches its name. */
static bool check_patterns(struct qb_run *run, const struct qb_node *node, const struct qb_place *member, bool *known)
{
    const struct qb_object_rules *rules = node->object;
    bool ok = true;
    for (uint32_t i = 0; i < rules->pattern_count; i++) {
        const struct qb_pattern_property *row = &rules->patterns[i];
        enum qb_pattern_answer answer = qb_match(run, row->pattern, member->value->key, member->value->key_length);
        if (run->exhausted)
            return false;
        if (answer == QB_PATTERN_LIMIT)
            ok = qb_fail(run, node, member, QB_FAIL_PATTERN_LIMIT);
        if (answer != QB_PATTERN_YES)
            continue;
        *known = true;
        ok = qb_evaluate(run, row->node, member, NULL) && ok;
        if (!ok && !run->report)
            return false;
    }
    return ok;
}

static bool check_additional(struct qb_run *run, const struct qb_node *node, const struct qb_place *member)
{
    const struct qb_node *additional = node->object->additional;
    if (additional->nothing)
        return qb_fail(run, node, member, QB_FAIL_ADDITIONAL_PROPERTIES);
    return qb_evaluate(run, additional, member, NULL);
}

/* Any member; `property` is what `properties` has for it, or NULL. */
static bool check_member(struct qb_run *run, const struct qb_node *node, const struct qb_place *member,
                         const struct qb_node *property)
{
    const struct qb_object_rules *rules = node->object;
    bool known = property;
    bool ok = !property || qb_evaluate(run, property, member, NULL);
    if (!ok && !run->report)
        return false;
    if (rules->pattern_count)
        ok = check_patterns(run, node, member, &known) && ok;
    if (!known && rules->additional)
        ok = check_additional(run, node, member) && ok;
    if (rules->member_names)
        ok = check_name(run, rules->member_names, member) && ok;
    return ok;
}

/* All members; notes in `present` which names are there. */
static bool check_members(struct qb_run *run, const struct qb_node *node, const struct qb_place *place,
                          uint64_t *present)
{
    const struct qb_object_rules *rules = node->object;
    const uint32_t count = place->value->length;
    bool ok = true;
    for (uint32_t i = 0; i < count; i++) {
        const struct qb_json *member = &place->value->as.items[i];
        const uint32_t number = qb_names_find(&rules->names, member->key, member->key_length);
        if (number == QB_NAME_NONE && rules->open)
            continue;
        struct qb_place here = {.parent = place, .value = member};
        const struct qb_node *property = NULL;
        if (number != QB_NAME_NONE) {
            present[number / 64] |= (uint64_t)1 << number % 64;
            property = rules->nodes[number];
        }
        if (rules->plain && property ? qb_evaluate(run, property, &here, NULL)
                                     : check_member(run, node, &here, property))
            continue;
        ok = false;
        if (!run->report)
            return false;
    }
    return ok;
}

/* What properties, patternProperties and additionalProperties looked at. */
static void mark_members(struct qb_run *run, const struct qb_object_rules *rules, const struct qb_json *value,
                         struct qb_seen *seen)
{
    if (rules->additional) {
        seen->all = true; /* the three of them together leave nothing out */
        return;
    }
    for (uint32_t i = 0; i < value->length; i++) {
        const struct qb_json *member = &value->as.items[i];
        uint32_t number = qb_names_find(&rules->names, member->key, member->key_length);
        bool known = number != QB_NAME_NONE && rules->nodes[number];
        for (uint32_t j = 0; j < rules->pattern_count && !known; j++)
            known = qb_match(run, rules->patterns[j].pattern, member->key, member->key_length) == QB_PATTERN_YES;
        if (known)
            qb_seen_mark(seen, i);
    }
}

static bool check_required(struct qb_run *run, const struct qb_node *node, const struct qb_place *place,
                           const uint64_t *present)
{
    const struct qb_object_rules *rules = node->object;
    bool ok = true;
    for (uint32_t word = 0; word < rules->words; word++)
        for (uint64_t missing = rules->required[word] & ~present[word]; missing; missing &= missing - 1) {
            ok = qb_fail_with(run, node, place, QB_FAIL_REQUIRED, word * 64 + (uint32_t)__builtin_ctzll(missing), 0);
            if (!run->report)
                return false;
        }
    return ok;
}

static bool is_present(const uint64_t *present, uint32_t number)
{
    return present[number / 64] >> number % 64 & 1;
}

static bool check_dependencies(struct qb_run *run, const struct qb_node *node, const struct qb_place *place,
                               const uint64_t *present, struct qb_seen *seen)
{
    const struct qb_object_rules *rules = node->object;
    bool ok = true;
    for (uint32_t i = 0; i < rules->dependency_count; i++) {
        const struct qb_dependency *row = &rules->dependencies[i];
        if (!is_present(present, row->trigger))
            continue;
        for (uint32_t j = 0; j < row->need_count; j++)
            if (!is_present(present, row->needs[j]))
                ok = qb_fail_with(run, node, place, QB_FAIL_DEPENDENT_REQUIRED, i, j);
        if (row->node)
            ok = qb_evaluate(run, row->node, place, seen) && ok;
        if (!ok && !run->report)
            return false;
    }
    return ok;
}

bool qb_evaluate_object(struct qb_run *run, const struct qb_node *node, const struct qb_place *place,
                        struct qb_seen *seen)
{
    const struct qb_object_rules *rules = node->object;
    struct qb_bits bits;
    bool ok = true;
    if (place->value->length < rules->least)
        ok = qb_fail(run, node, place, QB_FAIL_MIN_PROPERTIES);
    if (place->value->length > rules->most)
        ok = qb_fail(run, node, place, QB_FAIL_MAX_PROPERTIES);
    if (!ok && !run->report)
        return false;
    uint64_t *present = qb_bits_init(&bits, rules->words);
    ok = check_members(run, node, place, present) && ok;
    if (seen)
        mark_members(run, rules, place->value, seen);
    if (ok || run->report)
        ok = check_required(run, node, place, present) && ok;
    if ((ok || run->report) && rules->dependency_count)
        ok = check_dependencies(run, node, place, present, seen) && ok;
    qb_bits_fini(&bits);
    return ok;
}
