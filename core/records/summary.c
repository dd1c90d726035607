/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Summaries. While one is made its parts grow in buffers of their own; the end puts them one behind the other after a
 * head that says how many there are. All numbers are in the machine's own order: a summary does not leave it.
 *
 * Taking one in interns each word once, whatever names it: that is most of what a record costs a store.
 */
#include "core/records/summary.h"

#include <stdlib.h>
#include <string.h>

/* A word is looked for among the first of a summary only: records that matter have few, and a hostile one may have
 * many.
 */
#define DISTINCT 32
#define ROOM 64 /* words that need no memory of their own while they are interned */

struct head {
    uint32_t size; /* of the summary, bytes */
    int32_t frozen_from;
    uint32_t title;
    uint32_t author;
    uint32_t word_count;
    uint32_t id_count;
    uint32_t reference_count;
    uint8_t unique_count;
    uint8_t role;
    uint8_t padding; /* bytes behind the words */
    uint8_t none;
};

struct link {
    uint32_t word;
    uint8_t kind; /* of a reference */
    uint8_t field;
    uint16_t none;
};

_Static_assert(sizeof(enum qb_shipment_status) == sizeof(int32_t), "choices are set as numbers of 32 bits");
_Static_assert(sizeof(qb_date) == sizeof(int32_t) && sizeof(int) == sizeof(int32_t), "dates and counts, too");

void qb_summary_begin(struct qb_summary *summary, enum qb_role role)
{
    summary->role = role;
    summary->frozen_from = QB_FROZEN_NEVER;
    summary->title = summary->author = QB_SUMMARY_NONE;
    qb_buf_clear(&summary->fields);
    qb_buf_clear(&summary->references);
    qb_buf_clear(&summary->uniques);
    qb_buf_clear(&summary->ids);
    qb_buf_clear(&summary->weights);
    qb_buf_clear(&summary->words);
    qb_buf_clear(&summary->offsets);
}

void qb_summary_fini(struct qb_summary *summary)
{
    qb_buf_fini(&summary->fields);
    qb_buf_fini(&summary->references);
    qb_buf_fini(&summary->uniques);
    qb_buf_fini(&summary->ids);
    qb_buf_fini(&summary->weights);
    qb_buf_fini(&summary->words);
    qb_buf_fini(&summary->offsets);
}

static uint32_t number_at(const char *numbers, size_t place)
{
    uint32_t number;
    memcpy(&number, numbers + place * sizeof number, sizeof number);
    return number;
}

uint32_t qb_summary_word(struct qb_summary *summary, const char *text, size_t length)
{
    uint32_t count = (uint32_t)(summary->offsets.length / sizeof(uint32_t));
    for (uint32_t i = 0; i < count && i < DISTINCT; i++) {
        size_t from = number_at(summary->offsets.data, i);
        size_t to = i + 1 < count ? number_at(summary->offsets.data, i + 1) : summary->words.length;
        if (to - from - 1 == length && !memcmp(summary->words.data + from, text, length))
            return i;
    }
    uint32_t offset = (uint32_t)summary->words.length;
    qb_buf_add(&summary->offsets, (const char *)&offset, sizeof offset);
    qb_buf_add(&summary->words, text, length);
    qb_buf_add_char(&summary->words, '\0');
    return count;
}

static void add_link(struct qb_buf *links, size_t most, uint32_t word, uint8_t kind, uint8_t field)
{
    struct link link = {.word = word, .kind = kind, .field = field};
    if (links->length < most * sizeof link)
        qb_buf_add(links, (const char *)&link, sizeof link);
}

void qb_summary_reference(struct qb_summary *summary, uint32_t word, uint8_t kind, uint8_t field)
{
    add_link(&summary->references, UINT16_MAX, word, kind, field);
}

void qb_summary_unique(struct qb_summary *summary, uint32_t word, uint8_t field)
{
    add_link(&summary->uniques, UINT8_MAX, word, 0, field);
}

void qb_summary_id(struct qb_summary *summary, uint32_t word)
{
    qb_buf_add(&summary->ids, (const char *)&word, sizeof word);
}

void qb_summary_weight(struct qb_summary *summary, int64_t grams)
{
    qb_buf_add(&summary->weights, (const char *)&grams, sizeof grams);
}

void qb_summary_field(struct qb_summary *summary, int32_t value)
{
    qb_buf_add(&summary->fields, (const char *)&value, sizeof value);
}

void qb_summary_end(struct qb_summary *summary, struct qb_buf *out)
{
    const struct qb_buf *parts[] = {&summary->fields,  &summary->references, &summary->uniques, &summary->ids,
                                    &summary->weights, &summary->offsets,    &summary->words};
    const size_t count = sizeof parts / sizeof *parts;
    size_t size = sizeof(struct head);
    for (size_t i = 0; i < count; i++)
        size += parts[i]->length;
    size_t padding = (size_t)(-size & (sizeof(uint32_t) - 1));
    struct head head = {
        .size = (uint32_t)(size + padding),
        .frozen_from = summary->frozen_from,
        .title = summary->title,
        .author = summary->author,
        .word_count = (uint32_t)(summary->offsets.length / sizeof(uint32_t)),
        .id_count = (uint32_t)(summary->ids.length / sizeof(uint32_t)),
        .reference_count = (uint32_t)(summary->references.length / sizeof(struct link)),
        .unique_count = (uint8_t)(summary->uniques.length / sizeof(struct link)),
        .role = (uint8_t)summary->role,
        .padding = (uint8_t)padding,
    };
    qb_buf_reserve(out, head.size);
    qb_buf_add(out, (const char *)&head, sizeof head);
    for (size_t i = 0; i < count; i++)
        if (parts[i]->length)
            qb_buf_add(out, parts[i]->data, parts[i]->length);
    qb_buf_add(out, "\0\0\0", padding);
}

/* --- taking in --- */

/* Where the parts of a summary are. */
struct parts {
    struct head head;
    const struct qb_shapes *shapes;
    const char *fields;
    const char *references;
    const char *uniques;
    const char *ids;
    const char *weights;
    const char *offsets;
    const char *words;
    size_t words_size;
};

/* So many weights as ids, where the role has them. */
static size_t weight_count(const struct parts *parts)
{
    return parts->shapes->weight_member ? parts->head.id_count : 0;
}

static bool find_parts(struct parts *parts, const char *bytes, size_t length)
{
    struct head *head = &parts->head;
    if (length < sizeof *head)
        return false;
    memcpy(head, bytes, sizeof *head);
    if (head->size != length || head->role >= QB_ROLES || head->reference_count > UINT16_MAX ||
        head->word_count > length || head->id_count > length)
        return false;
    parts->shapes = qb_shapes_of((enum qb_role)head->role);
    size_t at = sizeof *head;
    parts->fields = bytes + at;
    at += parts->shapes->count * sizeof(int32_t);
    parts->references = bytes + at;
    at += head->reference_count * sizeof(struct link);
    parts->uniques = bytes + at;
    at += head->unique_count * sizeof(struct link);
    parts->ids = bytes + at;
    at += head->id_count * sizeof(uint32_t);
    parts->weights = bytes + at;
    at += weight_count(parts) * sizeof(int64_t);
    parts->offsets = bytes + at;
    at += head->word_count * sizeof(uint32_t);
    parts->words = bytes + at;
    parts->words_size = length - at - head->padding;
    return at + head->padding <= length;
}

/* Interns all words. False when one lies outside. */
static bool intern_words(struct qb_store *store, const struct parts *parts, const char **words)
{
    for (uint32_t i = 0; i < parts->head.word_count; i++) {
        size_t from = number_at(parts->offsets, i);
        size_t to = i + 1 < parts->head.word_count ? number_at(parts->offsets, i + 1) : parts->words_size;
        if (from >= to || to > parts->words_size)
            return false;
        words[i] = qb_pool_bytes(&store->pool, parts->words + from, to - from - 1);
    }
    return true;
}

/* A word by its number; NULL for none, and for one that is not there. */
static const char *word(const struct parts *parts, const char *const *words, uint32_t number)
{
    return number < parts->head.word_count ? words[number] : NULL;
}

static bool fill_links(struct qb_store *store, const struct parts *parts, const char *const *words,
                       struct qb_version *version)
{
    struct link link;
    for (uint32_t i = 0; i < parts->head.reference_count; i++) {
        memcpy(&link, parts->references + i * sizeof link, sizeof link);
        const char *id = word(parts, words, link.word);
        if (!id)
            return false;
        version->references[i] =
            (struct qb_reference){.name = qb_store_name_of(store, id), .kind = link.kind, .field = link.field};
    }
    for (uint32_t i = 0; i < parts->head.unique_count; i++) {
        memcpy(&link, parts->uniques + i * sizeof link, sizeof link);
        version->uniques[i] = (struct qb_unique){.value = word(parts, words, link.word), .field = link.field};
        if (!version->uniques[i].value)
            return false;
    }
    const char **ids = qb_version_ids(version);
    for (uint32_t i = 0; i < parts->head.id_count; i++) {
        ids[i] = word(parts, words, number_at(parts->ids, i));
        if (!ids[i])
            return false;
    }
    return true;
}

/* Sets a field. False when it is one that the schedule cannot do without, and absent. */
static bool fill_field(struct qb_version *version, const struct qb_shape *shape, int32_t value, const char *text)
{
    char *place = (char *)version + shape->offset;
    bool there = true;
    switch (shape->type) {
    case QB_SHAPE_WORD:
        memcpy(place, &text, sizeof text);
        return text || !shape->needed;
    case QB_SHAPE_IS:
    case QB_SHAPE_TRUE:
        there = value != 0;
        memcpy(place, &there, sizeof there);
        return true;
    default:
        memcpy(place, &value, sizeof value);
        return !(shape->needed && value == QB_DATE_NONE);
    }
}

static void fill_role(const struct parts *parts, const char *const *words, struct qb_version *version)
{
    bool plays = true;
    for (size_t i = 0; i < parts->shapes->count; i++) {
        uint32_t value = number_at(parts->fields, i);
        plays = fill_field(version, &parts->shapes->items[i], (int32_t)value, word(parts, words, value)) && plays;
    }
    version->role = plays ? (uint8_t)parts->head.role : QB_ROLE_NONE;
    if (parts->shapes->ids) {
        struct qb_ids ids = {.items = qb_version_ids(version), .count = parts->head.id_count};
        memcpy((char *)version + parts->shapes->ids_offset, &ids, sizeof ids);
    }
    if (parts->shapes->weight_member) {
        int64_t *weights = (int64_t *)(qb_version_ids(version) + parts->head.id_count);
        if (parts->head.id_count)
            memcpy(weights, parts->weights, parts->head.id_count * sizeof *weights);
        memcpy((char *)version + parts->shapes->weights_offset, &weights, sizeof weights);
    }
}

struct qb_version *qb_version_of_summary(struct qb_store *store, const char *id, const char *bytes, size_t length)
{
    struct parts parts;
    const char *room[ROOM];
    const char **words = room;
    if (!find_parts(&parts, bytes, length))
        return NULL;
    if (parts.head.word_count > ROOM)
        words = qb_mem_array(parts.head.word_count, sizeof *words);
    struct qb_version *version = NULL;
    if (intern_words(store, &parts, words)) {
        version = qb_version_of_size(parts.shapes->size, parts.head.reference_count, parts.head.unique_count,
                                     parts.head.id_count, weight_count(&parts));
        version->title = word(&parts, words, parts.head.title);
        version->author = word(&parts, words, parts.head.author);
        version->frozen_from = parts.head.frozen_from;
        memcpy(&version->as, &id, sizeof id); /* the first field of every role */
        fill_role(&parts, words, version);
        if (!fill_links(store, &parts, words, version)) {
            qb_version_free(version);
            version = NULL;
        }
    }
    if (words != room)
        free(words);
    return version;
}

/* --- back --- */

static uint32_t word_or_none(struct qb_summary *summary, const char *text)
{
    return text ? qb_summary_word(summary, text, qb_pool_length(text)) : QB_SUMMARY_NONE;
}

static int32_t field_value(struct qb_summary *summary, const struct qb_version *version, const struct qb_shape *shape)
{
    const char *place = (const char *)version + shape->offset;
    const char *text;
    bool truth;
    int32_t value;
    switch (shape->type) {
    case QB_SHAPE_WORD:
        memcpy(&text, place, sizeof text);
        return (int32_t)word_or_none(summary, text);
    case QB_SHAPE_IS:
    case QB_SHAPE_TRUE:
        memcpy(&truth, place, sizeof truth);
        return truth;
    default:
        memcpy(&value, place, sizeof value);
        return value;
    }
}

bool qb_summary_of_version(struct qb_summary *summary, const struct qb_version *version)
{
    const struct qb_shapes *shapes = qb_shapes_of(summary->role);
    if (version->role != summary->role)
        return false;
    for (size_t i = 0; i < version->reference_count; i++)
        qb_summary_reference(summary, word_or_none(summary, version->references[i].name->id),
                             version->references[i].kind, version->references[i].field);
    for (size_t i = 0; i < version->unique_count; i++)
        qb_summary_unique(summary, word_or_none(summary, version->uniques[i].value), version->uniques[i].field);
    for (size_t i = 0; i < shapes->count; i++)
        qb_summary_field(summary, field_value(summary, version, &shapes->items[i]));
    if (shapes->ids) {
        struct qb_ids ids;
        memcpy(&ids, (const char *)version + shapes->ids_offset, sizeof ids);
        const int64_t *weights = NULL;
        if (shapes->weight_member)
            memcpy(&weights, (const char *)version + shapes->weights_offset, sizeof weights);
        for (size_t i = 0; i < ids.count; i++) {
            qb_summary_id(summary, word_or_none(summary, ids.items[i]));
            if (weights)
                qb_summary_weight(summary, weights[i]);
        }
    }
    summary->title = word_or_none(summary, version->title);
    summary->author = word_or_none(summary, version->author);
    summary->frozen_from = version->frozen_from;
    return true;
}
