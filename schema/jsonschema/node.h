/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The compiled form: a flat node for every schema, made by compile.c, walked by evaluate.c, never changed after.
 * A node holds what its keywords come down to, grouped by the type of value that they concern, so that a value meets
 * only what can fail it; applicators in place and the like are a short list of steps. Everything lives in the
 * schema's arena (patterns apart, which the schema lists).
 */
#ifndef QB_SCHEMA_JSONSCHEMA_NODE_H
#define QB_SCHEMA_JSONSCHEMA_NODE_H

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/data/json.h"
#include "schema/jsonschema/jsonschema.h"
#include "schema/jsonschema/names.h"
#include "schema/jsonschema/pattern.h"

#include <stdbool.h>
#include <stdint.h>

#define QB_ALL_TYPES 0x7F /* a bit for each enum qb_json_type */
#define QB_TYPE_BIT(type) (1u << (type))

/* The values of an enum or a const. Strings are looked up, the others compared one by one. */
struct qb_value_set {
    const struct qb_json *values; /* all of them, in their order; a copy */
    uint32_t count;
    struct qb_names strings;
    const struct qb_json **others; /* in values: arrays, objects, numbers */
    uint32_t other_count;
    uint8_t words; /* bits of null, false and true that are among them */
};

struct qb_bound {
    const struct qb_json *value; /* NULL: there is none */
    double number;
};

struct qb_number_rules {
    struct qb_bound minimum, exclusive_minimum, maximum, exclusive_maximum;
    const struct qb_json *multiple_of;
};

/* Lengths and counts: above what any value has means no limit. */
#define QB_NO_LIMIT UINT32_MAX

struct qb_string_rules {
    uint32_t least; /* code points */
    uint32_t most;
    const struct qb_pattern *pattern;
    const char *pattern_text;
    const struct qb_schema_format *format;
};

struct qb_node;

struct qb_pattern_property {
    const struct qb_pattern *pattern;
    const struct qb_node *node;
};

/* What follows from a property being there. */
struct qb_dependency {
    uint32_t trigger; /* number of the name */
    uint32_t need_count;
    const uint32_t *needs;      /* numbers of names; dependentRequired */
    const struct qb_node *node; /* dependentSchemas; NULL: none */
    const char *keyword;
};

struct qb_object_rules {
    struct qb_names names;    /* every name that a keyword of this schema mentions */
    const char *const *texts; /* by number */
    const uint32_t *lengths;
    const struct qb_node *const *nodes; /* by number: of `properties`; NULL: only mentioned */
    bool plain;                         /* neither patternProperties nor propertyNames */
    bool open;                          /* plain, and no additionalProperties either */
    const uint64_t *required;           /* bits by number */
    uint32_t required_count;
    uint32_t words; /* of 64 bits, for a bit a name */
    uint32_t least;
    uint32_t most;
    const struct qb_pattern_property *patterns;
    uint32_t pattern_count;
    const struct qb_node *additional;   /* NULL: none */
    const struct qb_node *member_names; /* propertyNames */
    const struct qb_dependency *dependencies;
    uint32_t dependency_count;
};

struct qb_array_rules {
    uint32_t least;
    uint32_t most;
    bool unique;
    bool contains_counts; /* what `contains` matches counts as evaluated (2020-12, not 2019-09) */
    const struct qb_node *const *prefix;
    uint32_t prefix_count;
    const struct qb_node *items;
    const char *items_keyword;
    const struct qb_node *contains;
    uint32_t contains_least;
    uint32_t contains_most;
};

enum qb_step_kind { QB_STEP_REF, QB_STEP_DYNAMIC, QB_STEP_ALL, QB_STEP_ANY, QB_STEP_ONE, QB_STEP_NOT, QB_STEP_IF };

/* A $dynamicAnchor, in every resource that has one of that name. Sorted by resource. */
struct qb_dynamic_entry {
    uint32_t resource;
    const struct qb_node *node;
};
struct qb_dynamic_anchor {
    struct qb_dynamic_entry *entries;
    uint32_t count;
    uint32_t capacity;
    const char *name;
};

struct qb_step {
    enum qb_step_kind kind;
    uint32_t count;
    const struct qb_node **nodes; /* REF, DYNAMIC, NOT: one; ALL, ANY, ONE: count; IF: if, then, else or NULL */
    const struct qb_dynamic_anchor *anchor; /* DYNAMIC */
    const char *keyword;
};

/* Where a schema stands, as steps from the document's root: names of any length cost their length once, however
 * deep the schemas below are. Texts are put together when somebody asks. */
struct qb_where {
    const struct qb_where *outer; /* the schema around it; NULL at the document's root */
    const char *tail;             /* JSON Pointer from there: "/properties/a" */
    const char *uri;              /* of the resource that begins here, else NULL */
    const struct qb_json *words;  /* options.words of this schema, a copy; NULL: none */
};

/* Appends the pointer from the document's root (faults.c). */
void qb_where_add_pointer(struct qb_buf *out, const struct qb_where *where);
/* Appends the absolute location: the resource's URI, "#", the pointer in it, and the keyword unless it is "". */
void qb_where_add_uri(struct qb_buf *out, const struct qb_where *where, const char *keyword);

struct qb_node {
    uint8_t types; /* bits of the types that it takes */
    bool integers; /* of numbers only those without a fraction */
    bool anything; /* takes every value: nothing to look at */
    bool nothing;  /* the schema false */
    bool leaf;     /* nothing in it but rules for the value itself */
    uint16_t step_count;
    uint32_t resource;
    const struct qb_value_set *enumeration;
    const struct qb_value_set *constant;
    const struct qb_number_rules *number;
    const struct qb_string_rules *string;
    const struct qb_array_rules *array;
    const struct qb_object_rules *object;
    const struct qb_step *steps;
    const struct qb_node *unevaluated_items;
    const struct qb_node *unevaluated_properties;
    const struct qb_where *where;
    const char *example; /* of `examples`, for messages; NULL: none */
};

struct qb_schema {
    struct qb_arena arena;
    const struct qb_node *root;
    bool dynamic; /* has a reference that depends on the way to it */
    struct qb_pattern **patterns;
    size_t pattern_count;
    size_t pattern_capacity;
};

/* A copy of a value that needs nothing of the old one (values.c). */
const struct qb_json *qb_value_copy(struct qb_arena *arena, const struct qb_json *value);
struct qb_value_set *qb_value_set_new(struct qb_arena *arena, const struct qb_json *values, uint32_t count);
bool qb_value_set_has(const struct qb_value_set *set, const struct qb_json *value);
/* False when two items are equal; then *first and *second are their indices. */
bool qb_value_unique(const struct qb_json *array, uint32_t *first, uint32_t *second);

#endif
