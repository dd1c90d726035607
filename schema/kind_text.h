/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kind as its file says it, for those who show kinds to people: the properties in the order of the text, those inside
 * objects and lists too, with all that the schema says of each. (struct qb_kind keeps only what checking needs.)
 *
 *     struct qb_kind_text text;
 *     qb_kind_text_init(&text, kind);
 *     for (size_t i = 0; i < text.count; i++) ... text.properties[i] ...
 *     qb_kind_text_fini(&text);
 */
#ifndef QB_SCHEMA_KIND_TEXT_H
#define QB_SCHEMA_KIND_TEXT_H

#include "schema/kind.h"
#include "schema/kind_source.h"

struct qb_kind_property {
    const char *path;             /* "lines[].commodity" */
    const char *name;             /* the last step of it: "commodity" */
    const struct qb_json *schema; /* of the value: look into it with qb_kind_text_find */
    const struct qb_json *object; /* of the object that has the property */
    bool required;                /* always; what is required at times is in the object's schema */
};

struct qb_kind_text {
    const struct qb_kind *kind;
    struct qb_kind_source source;
    const struct qb_json *root;
    struct qb_arena arena;
    struct qb_kind_property *properties;
    size_t count;
    size_t capacity;
};

/* Reads the kind's text, which must outlive this one. */
void qb_kind_text_init(struct qb_kind_text *text, const struct qb_kind *kind);
void qb_kind_text_fini(struct qb_kind_text *text);

/* What a schema says under a keyword: itself, or through a local $ref or allOf; NULL when it says nothing. */
const struct qb_json *qb_kind_text_find(const struct qb_kind_text *text, const struct qb_json *schema,
                                        const char *keyword);
/* The words under an annotation ("x-qbis-label") in a language, or in another when that one is missing; NULL when
 * there are none. Borrowed from the text. */
const char *qb_kind_text_words(const struct qb_kind_text *text, const struct qb_json *schema, const char *annotation,
                               enum qb_language language);
/* The same of a property; a list often leaves it to its items to be explained. */
const char *qb_kind_property_words(const struct qb_kind_text *text, const struct qb_kind_property *property,
                                   const char *annotation, enum qb_language language);
/* Of {id: ..., en: ...} the words in a language, or in another; NULL when there are none. */
const char *qb_kind_text_pick(const struct qb_json *words, enum qb_language language);
/* Whether an array of names (`required`) has this one. */
bool qb_kind_text_lists(const struct qb_json *names, const char *name);
/* What a local $ref ("#/$defs/weight") leads to; NULL when it is none or leads nowhere. */
const struct qb_json *qb_kind_text_target(const struct qb_kind_text *text, const struct qb_json *schema);

#endif
