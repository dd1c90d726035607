/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The keywords: one table that says of each in which drafts and vocabulary it lives, what its value must look like
 * and where schemas are in it. Everything else about a keyword is in compile.c (what it becomes) and evaluate.c.
 */
#ifndef QB_SCHEMA_JSONSCHEMA_KEYWORDS_H
#define QB_SCHEMA_JSONSCHEMA_KEYWORDS_H

#include "core/data/json.h"

#include <stdbool.h>

enum qb_keyword {
    QB_KEY_ADDITIONAL_ITEMS,
    QB_KEY_ADDITIONAL_PROPERTIES,
    QB_KEY_ALL_OF,
    QB_KEY_ANCHOR,
    QB_KEY_ANY_OF,
    QB_KEY_COMMENT,
    QB_KEY_CONST,
    QB_KEY_CONTAINS,
    QB_KEY_CONTENT_ENCODING,
    QB_KEY_CONTENT_MEDIA_TYPE,
    QB_KEY_CONTENT_SCHEMA,
    QB_KEY_DEFAULT,
    QB_KEY_DEFINITIONS,
    QB_KEY_DEFS,
    QB_KEY_DEPENDENCIES,
    QB_KEY_DEPENDENT_REQUIRED,
    QB_KEY_DEPENDENT_SCHEMAS,
    QB_KEY_DEPRECATED,
    QB_KEY_DESCRIPTION,
    QB_KEY_DYNAMIC_ANCHOR,
    QB_KEY_DYNAMIC_REF,
    QB_KEY_ELSE,
    QB_KEY_ENUM,
    QB_KEY_EXAMPLES,
    QB_KEY_EXCLUSIVE_MAXIMUM,
    QB_KEY_EXCLUSIVE_MINIMUM,
    QB_KEY_FORMAT,
    QB_KEY_ID,
    QB_KEY_IF,
    QB_KEY_ITEMS,
    QB_KEY_ITEMS_OR_TUPLE,
    QB_KEY_MAX_CONTAINS,
    QB_KEY_MAX_ITEMS,
    QB_KEY_MAX_LENGTH,
    QB_KEY_MAX_PROPERTIES,
    QB_KEY_MAXIMUM,
    QB_KEY_MIN_CONTAINS,
    QB_KEY_MIN_ITEMS,
    QB_KEY_MIN_LENGTH,
    QB_KEY_MIN_PROPERTIES,
    QB_KEY_MINIMUM,
    QB_KEY_MULTIPLE_OF,
    QB_KEY_NOT,
    QB_KEY_ONE_OF,
    QB_KEY_PATTERN,
    QB_KEY_PATTERN_PROPERTIES,
    QB_KEY_PREFIX_ITEMS,
    QB_KEY_PROPERTIES,
    QB_KEY_PROPERTY_NAMES,
    QB_KEY_READ_ONLY,
    QB_KEY_RECURSIVE_ANCHOR,
    QB_KEY_RECURSIVE_REF,
    QB_KEY_REF,
    QB_KEY_REQUIRED,
    QB_KEY_SCHEMA,
    QB_KEY_THEN,
    QB_KEY_TITLE,
    QB_KEY_TYPE,
    QB_KEY_UNEVALUATED_ITEMS,
    QB_KEY_UNEVALUATED_PROPERTIES,
    QB_KEY_UNIQUE_ITEMS,
    QB_KEY_VOCABULARY,
    QB_KEY_WRITE_ONLY,
    QB_KEYWORDS
};

/* Vocabularies, as bits. */
enum qb_vocabulary {
    QB_VOCABULARY_CORE = 1,
    QB_VOCABULARY_APPLICATOR = 2,
    QB_VOCABULARY_UNEVALUATED = 4,
    QB_VOCABULARY_VALIDATION = 8,
    QB_VOCABULARY_META_DATA = 16,
    QB_VOCABULARY_FORMAT = 32,
    QB_VOCABULARY_FORMAT_ASSERTION = 64,
    QB_VOCABULARY_CONTENT = 128,
    QB_VOCABULARY_ALL = 255 & ~64 /* of the standard meta-schema: formats are annotations */
};

enum qb_draft { QB_DRAFT_2019_09 = 1, QB_DRAFT_2020_12 = 2 };

/* Where in a keyword's value schemas stand. */
enum qb_layout {
    QB_LAYOUT_NONE,
    QB_LAYOUT_SCHEMA,         /* it is one */
    QB_LAYOUT_LIST,           /* items of an array */
    QB_LAYOUT_MAP,            /* members of an object */
    QB_LAYOUT_SCHEMA_OR_LIST, /* `items` of 2019-09 */
    QB_LAYOUT_DEPENDENCIES    /* members of an object that are no arrays */
};

struct qb_keyword_row {
    const char *name;
    unsigned vocabulary;
    unsigned drafts;
    enum qb_layout layout;
    bool (*check)(const struct qb_json *value); /* NULL: any value will do (schemas are checked where they stand) */
    const char *fault;                          /* message id when check says no */
};

extern const struct qb_keyword_row qb_keyword_rows[QB_KEYWORDS];

/* The keyword of that name under these vocabularies and this draft; QB_KEYWORDS when there is none. */
enum qb_keyword qb_keyword_find(const char *name, size_t length, unsigned vocabularies, unsigned draft);

/* The bit of a type's name ("integer" is QB_TYPE_INTEGER), 0 when it is none. */
#define QB_TYPE_INTEGER 0x80
unsigned qb_keyword_type(const struct qb_json *name);

#endif
