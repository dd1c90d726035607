/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One walk over the kind's fields gathers what leads to other records; the table of shapes (core/records/summary.h)
 * says which properties the schedule needs.
 */
#include "schema/extract.h"

#include <math.h>
#include <string.h>

static uint32_t word_of(struct qb_summary *summary, const struct qb_json *value)
{
    return value && value->type == QB_JSON_STRING ? qb_summary_word(summary, value->as.string, value->length)
                                                  : QB_SUMMARY_NONE;
}

/* --- the role's fields --- */

static int32_t whole(const struct qb_json *value)
{
    int64_t number;
    bool fits = qb_json_integer(value, &number) && number >= 0 && number <= INT32_MAX;
    return fits ? (int32_t)number : 0;
}

/* Of a number of kilograms. Whole grams add up to the same sum in any order, which doubles do not. What the schema
 * refuses anyway (nothing, too much) weighs nothing. */
static int64_t grams(const struct qb_json *value)
{
    const double most = 1e9; /* kilograms, as schema/kinds/shipment.yaml has it */
    bool fits = value && value->type == QB_JSON_NUMBER && value->number > 0 && value->number <= most;
    return fits ? llround(value->number * 1000) : 0;
}

static int32_t choice(const struct qb_shape *shape, const char *text)
{
    for (int32_t i = 0; text && shape->choices[i]; i++)
        if (!strcmp(text, shape->choices[i]))
            return i;
    return shape->otherwise;
}

static int32_t field_of(struct qb_summary *summary, const struct qb_shape *shape, const struct qb_json *value)
{
    const char *text = qb_json_string(value);
    switch (shape->type) {
    case QB_SHAPE_WORD:
        return (int32_t)word_of(summary, value);
    case QB_SHAPE_DATE:
        return text ? qb_date_parse(text, value->length) : QB_DATE_NONE;
    case QB_SHAPE_NUMBER:
        return whole(value);
    case QB_SHAPE_CHOICE:
        return choice(shape, text);
    case QB_SHAPE_IS:
        return text && !strcmp(text, shape->choices[0]);
    default:
        return value && value->type == QB_JSON_TRUE;
    }
}

static void take_role(struct qb_summary *summary, const struct qb_json *record)
{
    const struct qb_shapes *shapes = qb_shapes_of(summary->role);
    for (size_t i = 0; i < shapes->count; i++) {
        const struct qb_shape *shape = &shapes->items[i];
        const struct qb_json *value = qb_json_get(record, shape->property);
        if (shape->member)
            value = qb_json_get(value, shape->member);
        qb_summary_field(summary, field_of(summary, shape, value));
    }
    const struct qb_json *list = shapes->ids ? qb_json_get(record, shapes->ids) : NULL;
    for (uint32_t i = 0; list && list->type == QB_JSON_ARRAY && i < list->length; i++) {
        const struct qb_json *item = &list->as.items[i];
        uint32_t word = word_of(summary, shapes->ids_member ? qb_json_get(item, shapes->ids_member) : item);
        if (word == QB_SUMMARY_NONE)
            continue;
        qb_summary_id(summary, word);
        if (shapes->weight_member)
            qb_summary_weight(summary, grams(qb_json_get(item, shapes->weight_member)));
    }
}

/* --- the kind's annotations --- */

struct links {
    struct qb_summary *summary;
    const struct qb_kind_field *field;
    uint8_t number;
};

static void link_value(void *context, const struct qb_json *value)
{
    struct links *links = context;
    const struct qb_kind_field *field = links->field;
    uint32_t word = word_of(links->summary, value);
    if (word == QB_SUMMARY_NONE)
        return;
    if (field->ref)
        qb_summary_reference(links->summary, word, field->ref_kind, links->number);
    if (field->unique)
        qb_summary_unique(links->summary, word, links->number);
    if (field->title)
        links->summary->title = word;
    if (field->author)
        links->summary->author = word;
}

static void take_links(struct qb_summary *summary, const struct qb_kind *kind, const struct qb_json *record)
{
    struct links links = {.summary = summary};
    for (size_t i = 0; i < kind->field_count; i++) {
        const struct qb_kind_field *field = &kind->fields[i];
        if (!field->ref && !field->unique && !field->title && !field->author)
            continue;
        links.field = field;
        links.number = (uint8_t)i;
        qb_kind_each_value(field, record, link_value, &links);
    }
}

static qb_date closed_from(const struct qb_kind_condition *condition, const struct qb_json *value)
{
    const char *text = qb_json_string(value);
    if (condition->type == QB_CONDITION_PRESENT)
        return QB_FROZEN_ALWAYS;
    if (condition->type == QB_CONDITION_REACHED) {
        qb_date day = text ? qb_date_parse(text, value->length) : QB_DATE_NONE;
        return day == QB_DATE_NONE ? QB_FROZEN_NEVER : day; /* no date: the schema says so */
    }
    for (size_t i = 0; text && i < condition->value_count; i++)
        if (!strcmp(text, condition->values[i]))
            return QB_FROZEN_ALWAYS;
    return QB_FROZEN_NEVER;
}

qb_date qb_extract_frozen_from(const struct qb_kind *kind, const struct qb_json *record)
{
    qb_date from = QB_FROZEN_NEVER;
    for (size_t i = 0; i < kind->condition_count; i++) {
        const struct qb_json *value = qb_json_get(record, kind->conditions[i].property);
        qb_date day = value ? closed_from(&kind->conditions[i], value) : QB_FROZEN_NEVER;
        if (day < from)
            from = day;
    }
    return from;
}

void qb_extract(struct qb_summary *summary, const struct qb_kind *kind, const struct qb_json *record,
                struct qb_buf *out)
{
    qb_summary_begin(summary, (enum qb_role)kind->role);
    take_links(summary, kind, record);
    take_role(summary, record);
    summary->frozen_from = qb_extract_frozen_from(kind, record);
    qb_summary_end(summary, out);
}
