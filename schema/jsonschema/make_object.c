/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rules for objects. Every name that one of the keywords mentions gets a number, so that evaluation goes over
 * the members of a value once, looks each name up once, and knows from a few bits afterwards what was missing.
 */
#include "schema/jsonschema/make.h"

#include <stdlib.h>

/* All names that a schema's keywords mention, numbered as they come. */
struct mentioned {
    struct qb_map numbers; /* number + 1 */
    struct qb_name_text *texts;
    uint32_t count;
    uint32_t capacity;
};

static uint32_t mention(struct mentioned *names, const char *text, uint32_t length)
{
    void *known = qb_map_get(&names->numbers, text, length);
    if (known)
        return (uint32_t)((uintptr_t)known - 1);
    QB_MEM_GROW(names->texts, names->count, names->capacity);
    names->texts[names->count] = (struct qb_name_text){text, length};
    qb_map_put(&names->numbers, text, length, (void *)(uintptr_t)(names->count + 1));
    return names->count++;
}

static void mention_keys(struct mentioned *names, const struct qb_json *object)
{
    for (uint32_t i = 0; object && i < object->length; i++)
        mention(names, object->as.items[i].key, object->as.items[i].key_length);
}

static void mention_strings(struct mentioned *names, const struct qb_json *list)
{
    for (uint32_t i = 0; list && i < list->length; i++)
        if (list->as.items[i].type == QB_JSON_STRING)
            mention(names, list->as.items[i].as.string, list->as.items[i].length);
}

/* Keywords whose members are named for the property that brings them into force. */
static const enum qb_keyword dependency_keywords[] = {QB_KEY_DEPENDENT_REQUIRED, QB_KEY_DEPENDENT_SCHEMAS,
                                                      QB_KEY_DEPENDENCIES};
#define DEPENDENCY_KEYWORDS (sizeof dependency_keywords / sizeof *dependency_keywords)

static void mention_all(struct qb_making *m, struct mentioned *names)
{
    mention_keys(names, m->given[QB_KEY_PROPERTIES]);
    mention_strings(names, m->given[QB_KEY_REQUIRED]);
    for (size_t i = 0; i < DEPENDENCY_KEYWORDS; i++) {
        const struct qb_json *map = m->given[dependency_keywords[i]];
        mention_keys(names, map);
        for (uint32_t j = 0; map && j < map->length; j++)
            if (map->as.items[j].type == QB_JSON_ARRAY)
                mention_strings(names, &map->as.items[j]);
    }
}

static uint32_t *numbers_of(struct qb_making *m, struct mentioned *names, const struct qb_json *list)
{
    uint32_t *numbers = qb_arena_alloc(m->arena, list->length * sizeof *numbers);
    for (uint32_t i = 0; i < list->length; i++)
        numbers[i] = mention(names, list->as.items[i].as.string, list->as.items[i].length);
    return numbers;
}

static void make_dependencies(struct qb_making *m, struct mentioned *names, struct qb_object_rules *rules)
{
    uint32_t count = 0;
    for (size_t i = 0; i < DEPENDENCY_KEYWORDS; i++)
        count += m->given[dependency_keywords[i]] ? m->given[dependency_keywords[i]]->length : 0;
    struct qb_dependency *made = qb_arena_alloc(m->arena, count * sizeof *made);
    rules->dependencies = made;
    rules->dependency_count = count;
    for (size_t i = 0; i < DEPENDENCY_KEYWORDS; i++) {
        const struct qb_json *map = m->given[dependency_keywords[i]];
        for (uint32_t j = 0; map && j < map->length; j++) {
            const struct qb_json *member = &map->as.items[j];
            *made = (struct qb_dependency){.trigger = mention(names, member->key, member->key_length),
                                           .keyword = qb_keyword_rows[dependency_keywords[i]].name};
            if (member->type == QB_JSON_ARRAY) {
                made->needs = numbers_of(m, names, member);
                made->need_count = member->length;
            } else {
                made->node = qb_make_child(m, member);
            }
            made++;
        }
    }
}

static void make_properties(struct qb_making *m, struct mentioned *names, struct qb_object_rules *rules)
{
    const struct qb_json *properties = m->given[QB_KEY_PROPERTIES];
    const struct qb_json *required = m->given[QB_KEY_REQUIRED];
    const struct qb_node **nodes = qb_make_room(m, names->count * sizeof(void *));
    rules->words = (names->count + 63) / 64;
    uint64_t *bits = qb_make_room(m, rules->words * sizeof *bits);
    for (uint32_t i = 0; properties && i < properties->length; i++) {
        const struct qb_json *member = &properties->as.items[i];
        nodes[mention(names, member->key, member->key_length)] = qb_make_child(m, member);
    }
    for (uint32_t i = 0; required && i < required->length; i++) {
        uint32_t number = mention(names, required->as.items[i].as.string, required->as.items[i].length);
        bits[number / 64] |= (uint64_t)1 << number % 64;
    }
    rules->nodes = nodes;
    rules->required = bits;
    rules->required_count = required ? required->length : 0;
}

static void keep_names(struct qb_making *m, const struct mentioned *names, struct qb_object_rules *rules)
{
    const char **texts = qb_arena_alloc(m->arena, names->count * sizeof(void *));
    uint32_t *lengths = qb_arena_alloc(m->arena, names->count * sizeof *lengths);
    for (uint32_t i = 0; i < names->count; i++) {
        texts[i] = qb_arena_copy(m->arena, names->texts[i].text, names->texts[i].length);
        lengths[i] = names->texts[i].length;
    }
    rules->texts = texts;
    rules->lengths = lengths;
    qb_names_build(&rules->names, m->arena, names->texts, names->count);
}

static void make_pattern_properties(struct qb_making *m, struct qb_object_rules *rules)
{
    const struct qb_json *map = m->given[QB_KEY_PATTERN_PROPERTIES];
    if (!map)
        return;
    struct qb_pattern_property *patterns = qb_arena_alloc(m->arena, map->length * sizeof *patterns);
    for (uint32_t i = 0; i < map->length; i++) {
        const struct qb_json *member = &map->as.items[i];
        patterns[i].pattern = qb_make_pattern(m, "patternProperties", member, member->key, member->key_length);
        patterns[i].node = qb_make_child(m, member);
    }
    rules->patterns = patterns;
    rules->pattern_count = map->length;
}

void qb_make_object(struct qb_making *m)
{
    struct mentioned names = {0};
    struct qb_object_rules *rules = qb_make_room(m, sizeof *rules);
    rules->least = qb_make_count(m, QB_KEY_MIN_PROPERTIES, 0);
    rules->most = qb_make_count(m, QB_KEY_MAX_PROPERTIES, QB_NO_LIMIT);
    rules->additional = qb_make_child(m, m->given[QB_KEY_ADDITIONAL_PROPERTIES]);
    rules->member_names = qb_make_child(m, m->given[QB_KEY_PROPERTY_NAMES]);
    make_pattern_properties(m, rules);
    mention_all(m, &names);
    make_properties(m, &names, rules);
    make_dependencies(m, &names, rules);
    keep_names(m, &names, rules);
    rules->plain = !rules->pattern_count && !rules->member_names;
    rules->open = rules->plain && !rules->additional;
    qb_map_fini(&names.numbers);
    free(names.texts);
    if (names.count || rules->least || rules->most != QB_NO_LIMIT || rules->additional || rules->member_names ||
        rules->pattern_count)
        m->node->object = rules;
}
