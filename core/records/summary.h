/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A summary: what one text of a record says, before it belongs to a store. One run of bytes without pointers, so that
 * any thread can make it, a file can keep it, and the store of the same or another process can take it in.
 *
 *     qb_summary_begin(&summary, role);
 *     word = qb_summary_word(&summary, text, length);        written once, however often it is named
 *     qb_summary_reference(&summary, word, kind, field);     ... _unique, _id, _field
 *     qb_summary_end(&summary, &out);                        appends the bytes
 *     version = qb_version_of_summary(store, id, bytes, length);
 *
 * A summary that is begun again uses its memory again.
 */
#ifndef QB_CORE_RECORDS_SUMMARY_H
#define QB_CORE_RECORDS_SUMMARY_H

#include "core/base/buf.h"
#include "core/records/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How a property of a record becomes a field of the role's struct. */
enum qb_shape_type {
    QB_SHAPE_WORD,   /* a string, interned; absent: NULL */
    QB_SHAPE_DATE,   /* absent or none: QB_DATE_NONE */
    QB_SHAPE_NUMBER, /* a whole number from 0 to INT32_MAX; else 0 */
    QB_SHAPE_CHOICE, /* the place of a string among `choices`; else `otherwise` */
    QB_SHAPE_IS,     /* bool: whether the string is the first of `choices` */
    QB_SHAPE_TRUE,   /* bool: whether it is true */
};

struct qb_shape {
    const char *property;
    const char *member; /* of the object that the property is, or NULL */
    enum qb_shape_type type;
    uint16_t offset; /* of the field, within struct qb_version */
    bool needed;     /* without it the record plays no part in the schedule (a date or a word) */
    int32_t otherwise;
    const char *const *choices; /* ends in NULL */
};

struct qb_shapes {
    const struct qb_shape *items;
    size_t count;
    const char *ids;           /* the property whose items are the role's ids, or NULL */
    const char *ids_member;    /* of each item, or NULL: the items themselves */
    const char *weight_member; /* of each of these items, a number of kilograms, or NULL: they weigh nothing */
    uint16_t ids_offset;       /* of the struct qb_ids, within struct qb_version */
    uint16_t weights_offset;   /* of the const int64_t *, in the same way */
    uint16_t size;             /* of a version of that role, without what lies behind it */
};

/* The table of the kinds that the schedule knows by name: the properties are those of DESIGN section 3. */
const struct qb_shapes *qb_shapes_of(enum qb_role role);

#define QB_SUMMARY_NONE UINT32_MAX /* no word */

struct qb_summary {
    enum qb_role role;
    int32_t frozen_from;
    uint32_t title; /* words, or QB_SUMMARY_NONE */
    uint32_t author;
    struct qb_buf fields; /* int32_t each, in the order of the role's shapes */
    struct qb_buf references;
    struct qb_buf uniques;
    struct qb_buf ids;
    struct qb_buf weights; /* int64_t each */
    struct qb_buf words;   /* each with its NUL */
    struct qb_buf offsets; /* uint32_t each: where a word begins */
};

void qb_summary_begin(struct qb_summary *summary, enum qb_role role); /* a zeroed one, or one that was used */
void qb_summary_fini(struct qb_summary *summary);
uint32_t qb_summary_word(struct qb_summary *summary, const char *text, size_t length);
/* The most references and unique values that a version can hold are kept, the rest is left out. */
void qb_summary_reference(struct qb_summary *summary, uint32_t word, uint8_t kind, uint8_t field);
void qb_summary_unique(struct qb_summary *summary, uint32_t word, uint8_t field);
void qb_summary_id(struct qb_summary *summary, uint32_t word);
/* What the id just added weighs, in grams: for a role with `weight_member`, after each id. */
void qb_summary_weight(struct qb_summary *summary, int64_t grams);
/* The next field, in the order of the role's shapes: a word, or the number of any other type. */
void qb_summary_field(struct qb_summary *summary, int32_t value);
void qb_summary_end(struct qb_summary *summary, struct qb_buf *out);

/* The other way: what a version of that role says, after qb_summary_begin. False when the version does not tell (it is
 * of the role, but plays no part in the schedule). */
bool qb_summary_of_version(struct qb_summary *summary, const struct qb_version *version);

/* The version that a summary says, of the record `id` (interned in the store): held by nobody yet. NULL when the bytes
 * are no summary (of a damaged file). */
struct qb_version *qb_version_of_summary(struct qb_store *store, const char *id, const char *bytes, size_t length);

#endif
