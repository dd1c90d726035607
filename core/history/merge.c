/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Three-way merge of JSON values.
 *
 * What only one side changed is taken from it, what both changed to the same is taken once, objects are gone into
 * member by member, and the rest contradicts. Members of an object, items of a set and items with a key are one thing
 * here: a list of items that are found again in another version (by name, by value, by the key's value), each of which
 * is merged by itself.
 *
 * The order must not depend on who is called ours. What the base has keeps the base's order; what was added stands
 * behind the item of the base that it stood behind; additions at one place keep their order where only one side made
 * them, and are sorted by name where both did. Without a base, what both have gives the order. Of two ways to
 * write one value the lesser in bytes is taken.
 */
#include "core/history/merge.h"

#include "core/history/trail.h"

#include <stdlib.h>
#include <string.h>

/* Members or items; a list that is longer is merged as one value, so that no file can make the search slow. */
#define MOST_ITEMS 1000

struct work {
    struct qb_merge *merge;
    const struct qb_merge_rule *rules;
    size_t rule_count;
    struct qb_buf pointer;
    struct qb_buf place; /* the same with "*" for each index */
};

/* One value in its three versions; NULL where it is absent. */
struct three {
    const struct qb_json *base, *ours, *theirs;
};

static const struct qb_json *merge_value(struct work *work, const struct three *values);

static bool same(const struct qb_json *a, const struct qb_json *b)
{
    return a == b || (a && b && qb_json_equal(a, b));
}

static int compare_bytes(const char *a, size_t a_length, const char *b, size_t b_length)
{
    size_t least = a_length < b_length ? a_length : b_length;
    int order = least ? memcmp(a, b, least) : 0;
    return order ? order : (a_length > b_length) - (a_length < b_length);
}

/* Of two values the one that is written with the lesser bytes. */
static const struct qb_json *lesser(const struct qb_json *a, const struct qb_json *b)
{
    struct qb_buf one = {0};
    struct qb_buf other = {0};
    if (!a || !b)
        return a ? a : b;
    qb_json_write_compact(&one, a);
    qb_json_write_compact(&other, b);
    bool first = compare_bytes(one.data, one.length, other.data, other.length) <= 0;
    qb_buf_fini(&one);
    qb_buf_fini(&other);
    return first ? a : b;
}

static void cut(struct qb_buf *buf, size_t length)
{
    buf->length = length;
    if (buf->data)
        buf->data[length] = '\0';
}

/* --- lists of items --- */

/* What makes an item of one version that of another: its name, its value (no key), or its key's value. */
struct identity {
    bool members;
    const char *key;
};

static const struct qb_json *named_by(const struct identity *identity, const struct qb_json *item)
{
    return identity->key ? qb_json_get(item, identity->key) : item;
}

static bool alike(const struct identity *identity, const struct qb_json *a, const struct qb_json *b)
{
    if (identity->members)
        return a->key_length == b->key_length && !memcmp(a->key, b->key, a->key_length);
    return same(named_by(identity, a), named_by(identity, b));
}

static const struct qb_json *find(const struct identity *identity, const struct qb_json *list,
                                  const struct qb_json *item)
{
    for (uint32_t i = 0; list && i < list->length; i++)
        if (alike(identity, &list->as.items[i], item))
            return &list->as.items[i];
    return NULL;
}

/* Every item of the list can be told from all others. */
static bool distinct(const struct identity *identity, const struct qb_json *list)
{
    for (uint32_t i = 0; list && i < list->length; i++) {
        const struct qb_json *item = &list->as.items[i];
        if (!named_by(identity, item) || find(identity, list, item) != item)
            return false;
    }
    return true;
}

/* An item that the list whose order is kept does not have. */
struct addition {
    struct three values;
    size_t behind;      /* how many items of the kept order stand before it */
    size_t places[2];   /* in ours and in theirs */
    struct qb_buf name; /* for sorting */
};

struct joining {
    struct work *work;
    struct identity identity;
    struct three lists;
    const struct qb_json *order; /* the list whose order is kept */
    struct addition *additions;
    size_t count;
    struct qb_json *items; /* the result */
    uint32_t length;
};

static size_t index_in(const struct qb_json *list, const struct qb_json *item)
{
    return (size_t)(item - list->as.items);
}

static const struct qb_json *any_of(const struct three *values)
{
    return values->ours ? values->ours : values->theirs ? values->theirs : values->base;
}

static struct addition *addition_of(struct joining *joining, const struct qb_json *item)
{
    size_t at = 0;
    while (at < joining->count && !alike(&joining->identity, any_of(&joining->additions[at].values), item))
        at++;
    if (at == joining->count)
        joining->additions[joining->count++] = (struct addition){.behind = SIZE_MAX};
    return &joining->additions[at];
}

/* Notes what one side has beyond the list whose order is kept. */
static void collect(struct joining *joining, const struct qb_json *side, bool ours)
{
    size_t behind = 0;
    for (uint32_t i = 0; side && i < side->length; i++) {
        const struct qb_json *item = &side->as.items[i];
        const struct qb_json *known = find(&joining->identity, joining->order, item);
        if (known) {
            behind = index_in(joining->order, known) + 1;
            continue;
        }
        struct addition *addition = addition_of(joining, item);
        *(ours ? &addition->values.ours : &addition->values.theirs) = item;
        addition->places[!ours] = i;
        addition->behind = behind < addition->behind ? behind : addition->behind;
    }
}

static int by_place_in_ours(const void *left, const void *right)
{
    const struct addition *a = left, *b = right;
    return (a->places[0] > b->places[0]) - (a->places[0] < b->places[0]);
}

static int by_place_in_theirs(const void *left, const void *right)
{
    const struct addition *a = left, *b = right;
    return (a->places[1] > b->places[1]) - (a->places[1] < b->places[1]);
}

static int by_name(const void *left, const void *right)
{
    const struct addition *a = left, *b = right;
    return compare_bytes(a->name.data, a->name.length, b->name.data, b->name.length);
}

static int by_behind(const void *left, const void *right)
{
    const struct addition *a = left, *b = right;
    return (a->behind > b->behind) - (a->behind < b->behind);
}

static void name_addition(const struct joining *joining, struct addition *addition)
{
    const struct identity *identity = &joining->identity;
    const struct three *values = &addition->values;
    if (identity->members)
        qb_buf_add(&addition->name, any_of(values)->key, any_of(values)->key_length);
    else
        qb_json_write_compact(&addition->name, lesser(values->ours ? named_by(identity, values->ours) : NULL,
                                                      values->theirs ? named_by(identity, values->theirs) : NULL));
}

/* Additions at one place: in their own order where one side has them all and the other one does not. */
static void order_group(struct addition *group, size_t count)
{
    size_t in_ours = 0;
    size_t in_theirs = 0;
    for (size_t i = 0; i < count; i++) {
        in_ours += group[i].values.ours != NULL;
        in_theirs += group[i].values.theirs != NULL;
    }
    if (in_ours == count && in_theirs < count)
        qsort(group, count, sizeof *group, by_place_in_ours);
    else if (in_theirs == count && in_ours < count)
        qsort(group, count, sizeof *group, by_place_in_theirs);
    else
        qsort(group, count, sizeof *group, by_name);
}

static void order_additions(struct joining *joining)
{
    struct addition *additions = joining->additions;
    for (size_t i = 0; i < joining->count; i++)
        name_addition(joining, &additions[i]);
    if (joining->count)
        qsort(additions, joining->count, sizeof *additions, by_behind);
    for (size_t i = 0, end; i < joining->count; i = end) {
        for (end = i; end < joining->count && additions[end].behind == additions[i].behind;)
            end++;
        order_group(&additions[i], end - i);
    }
}

/* Goes into one item: its step is on the pointer meanwhile. */
static void join_item(struct joining *joining, const struct three *values)
{
    struct work *work = joining->work;
    size_t pointer = work->pointer.length;
    size_t place = work->place.length;
    const struct qb_json *named = any_of(values);
    if (joining->identity.members) {
        qb_json_pointer_add(&work->pointer, named->key, named->key_length);
        qb_json_pointer_add(&work->place, named->key, named->key_length);
    } else {
        const struct three *lists = &joining->lists;
        const struct qb_json *list = values->ours ? lists->ours : values->theirs ? lists->theirs : lists->base;
        qb_json_pointer_add_index(&work->pointer, index_in(list, named));
        qb_buf_add_string(&work->place, "/*");
    }
    const struct qb_json *merged = merge_value(work, values);
    if (merged) {
        struct qb_json *item = &joining->items[joining->length++];
        *item = *merged;
        item->key = named->key;
        item->key_length = named->key_length;
    }
    cut(&work->pointer, pointer);
    cut(&work->place, place);
}

static void join_all(struct joining *joining)
{
    const struct three *lists = &joining->lists;
    const struct qb_json *order = joining->order;
    size_t next = 0;
    for (size_t i = 0; i <= order->length; i++) {
        for (; next < joining->count && joining->additions[next].behind == i; next++)
            join_item(joining, &joining->additions[next].values);
        if (i == order->length)
            break;
        const struct qb_json *item = &order->as.items[i];
        struct three values = {find(&joining->identity, lists->base, item), find(&joining->identity, lists->ours, item),
                               find(&joining->identity, lists->theirs, item)};
        join_item(joining, &values);
    }
}

/* Without a base: what both have, in the order of the lesser. */
static const struct qb_json *common_order(struct qb_arena *arena, const struct identity *identity,
                                          const struct three *lists)
{
    const struct qb_json *from = lesser(lists->ours, lists->theirs);
    const struct qb_json *other = from == lists->ours ? lists->theirs : lists->ours;
    struct qb_json *items = qb_arena_alloc(arena, (from->length + 1) * sizeof *items);
    struct qb_json *order = qb_arena_alloc(arena, sizeof *order);
    *order = (struct qb_json){.type = from->type, .as = {.items = items}};
    for (uint32_t i = 0; i < from->length; i++)
        if (find(identity, other, &from->as.items[i]))
            items[order->length++] = from->as.items[i];
    return order;
}

static const struct qb_json *join(struct work *work, const struct identity *identity, const struct three *lists)
{
    size_t most = (size_t)lists->ours->length + lists->theirs->length;
    struct qb_arena *arena = &work->merge->arena;
    struct qb_json *result = qb_arena_alloc(arena, sizeof *result);
    struct joining joining = {.work = work, .identity = *identity, .lists = *lists};
    joining.order = lists->base ? lists->base : common_order(arena, identity, lists);
    joining.additions = qb_mem_array(most + 1, sizeof *joining.additions);
    most += lists->base ? lists->base->length : 0;
    joining.items = qb_arena_alloc(arena, (most + 1) * sizeof *joining.items);
    collect(&joining, lists->ours, true);
    collect(&joining, lists->theirs, false);
    order_additions(&joining);
    join_all(&joining);
    for (size_t i = 0; i < joining.count; i++)
        qb_buf_fini(&joining.additions[i].name);
    free(joining.additions);
    *result = (struct qb_json){.type = lists->ours->type, .length = joining.length, .as = {.items = joining.items}};
    return result;
}

/* --- values --- */

static const struct qb_merge_rule *rule_of(const struct work *work)
{
    for (size_t i = 0; i < work->rule_count; i++)
        if (!strcmp(work->rules[i].place, qb_buf_text(&work->place)))
            return &work->rules[i];
    return NULL;
}

static bool all_are(const struct three *values, enum qb_json_type type)
{
    return values->ours && values->ours->type == type && values->theirs && values->theirs->type == type &&
           (!values->base || values->base->type == type);
}

static bool short_enough(const struct three *values)
{
    return values->ours->length <= MOST_ITEMS && values->theirs->length <= MOST_ITEMS &&
           (!values->base || values->base->length <= MOST_ITEMS);
}

/* Whether the three can be joined item by item, and by what. */
static bool joinable(const struct work *work, const struct three *values, struct identity *identity)
{
    const struct qb_merge_rule *rule = rule_of(work);
    *identity = (struct identity){.members = all_are(values, QB_JSON_OBJECT)};
    if (identity->members)
        return short_enough(values);
    if (!rule || rule->how == QB_MERGE_EITHER || !all_are(values, QB_JSON_ARRAY) || !short_enough(values))
        return false;
    identity->key = rule->how == QB_MERGE_KEYED ? rule->key : NULL;
    return distinct(identity, values->base) && distinct(identity, values->ours) && distinct(identity, values->theirs);
}

static const struct qb_json *contradict(struct work *work, const struct three *values)
{
    struct qb_merge *merge = work->merge;
    struct qb_merge_contradiction found = {qb_buf_text(&work->pointer), values->base, values->ours, values->theirs};
    enum qb_merge_side side = merge->choose ? merge->choose(merge->context, &found) : QB_MERGE_NEITHER;
    if (side != QB_MERGE_NEITHER)
        return side == QB_MERGE_OURS ? values->ours : values->theirs;
    found.pointer = qb_arena_copy(&merge->arena, found.pointer, work->pointer.length);
    QB_MEM_GROW(merge->contradictions, merge->contradiction_count, merge->contradiction_capacity);
    merge->contradictions[merge->contradiction_count++] = found;
    return values->ours;
}

static const struct qb_json *merge_value(struct work *work, const struct three *values)
{
    struct identity identity;
    if (same(values->ours, values->theirs))
        return values->ours ? lesser(values->ours, values->theirs) : NULL;
    if (same(values->ours, values->base))
        return values->theirs;
    if (same(values->theirs, values->base))
        return values->ours;
    if (joinable(work, values, &identity))
        return join(work, &identity, values);
    const struct qb_merge_rule *rule = rule_of(work);
    if (rule && rule->how == QB_MERGE_EITHER && values->ours && values->theirs)
        return lesser(values->ours, values->theirs);
    return contradict(work, values);
}

void qb_merge_values(struct qb_merge *merge, const struct qb_json *base, const struct qb_json *ours,
                     const struct qb_json *theirs, const struct qb_merge_rule *rules, size_t rule_count)
{
    struct work work = {.merge = merge, .rules = rules, .rule_count = rule_count};
    qb_arena_init(&merge->arena);
    merge->value = merge_value(&work, &(struct three){base, ours, theirs});
    qb_buf_fini(&work.pointer);
    qb_buf_fini(&work.place);
}

void qb_merge_fini(struct qb_merge *merge)
{
    qb_arena_fini(&merge->arena);
    free(merge->contradictions);
    *merge = (struct qb_merge){0};
}

void qb_merge_write(struct qb_buf *out, const struct qb_merge *merge, const struct qb_merge_text *ours,
                    const struct qb_merge_text *theirs)
{
    bool is_ours = same(merge->value, ours->value);
    bool is_theirs = same(merge->value, theirs->value);
    if (is_ours && is_theirs)
        is_ours = compare_bytes(ours->text, ours->length, theirs->text, theirs->length) <= 0;
    if (is_ours || is_theirs) {
        const struct qb_merge_text *text = is_ours ? ours : theirs;
        qb_buf_add(out, text->text, text->length);
        return;
    }
    qb_json_write(out, merge->value);
    qb_buf_add_char(out, '\n');
}

/* --- the ancestor --- */

static void count_difference(void *context, const char *pointer, const struct qb_json *before,
                             const struct qb_json *after)
{
    size_t *count = context;
    (void)pointer;
    (void)before;
    (void)after;
    ++*count;
}

static size_t differences(const struct qb_json *a, const struct qb_json *b)
{
    size_t count = 0;
    qb_trail_compare(a, b, count_difference, &count);
    return count;
}

size_t qb_merge_ancestor(const struct qb_json *const *versions, size_t count, const struct qb_json *copy)
{
    size_t best = count;
    size_t least = SIZE_MAX;
    size_t first = 1;
    for (size_t i = 0; i < count; i++)
        if (versions[i] && qb_json_equal(versions[i], copy))
            first = i + 1;
    for (size_t i = first; i < count; i++) {
        size_t differing = versions[i] ? differences(versions[i], copy) : SIZE_MAX;
        if (versions[i] && differing <= least) {
            best = i;
            least = differing;
        }
    }
    return best;
}
