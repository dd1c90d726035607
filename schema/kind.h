/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Record kinds: a YAML file each, a JSON Schema with the annotations of DESIGN section 3 (docs/kinds.md). The shipped
 * ones are part of the program; a folder may bring its own kinds, or its own version of a shipped one.
 *
 *     struct qb_kind *kind = qb_kind_parse("kinds/asset.yaml", text, length, &problems);   NULL: problems say why
 *     struct qb_kinds *kinds = qb_kinds_new();         the shipped ones
 *     qb_kinds_add(kinds, kind, &problems);            takes the kind; replaces the one of that name
 *     qb_kinds_finish(kinds, &problems);               references between kinds
 */
#ifndef QB_SCHEMA_KIND_H
#define QB_SCHEMA_KIND_H

#include "core/records/problem.h"
#include "core/records/store.h"
#include "schema/jsonschema/jsonschema.h"

/* One step of the way from a record to an annotated property: a member's name, then into the items or not. */
struct qb_kind_step {
    const char *name;
    size_t length;
    bool items;
};
#define QB_KIND_STEPS 8

/* A property that carries annotations. */
struct qb_kind_field {
    struct qb_kind_step steps[QB_KIND_STEPS];
    size_t step_count;
    const char *path; /* "lines[].commodity" */
    const char *ref;  /* x-qbis-ref: a kind's name, or NULL */
    uint8_t ref_kind; /* its index, after qb_kinds_finish */
    bool unique;
    bool frozen;
    bool author;
    bool title;
    const char *label[QB_LANGUAGES]; /* NULL when there is none */
};

enum qb_kind_condition_type { QB_CONDITION_ONE_OF, QB_CONDITION_PRESENT, QB_CONDITION_REACHED };
/* A row of x-qbis-frozen-when: the record is closed when any of them holds. */
struct qb_kind_condition {
    const char *property;
    enum qb_kind_condition_type type;
    const char *const *values; /* ONE_OF: strings */
    size_t value_count;
};

struct qb_kind {
    struct qb_arena arena;
    const char *source; /* "kinds/asset.yaml", or "" for a shipped one */
    const char *text;   /* the YAML it was read from (schema/kind_text) */
    size_t text_length;
    const char *name;
    const char *folder; /* under records/ */
    const char *prefix;
    const char *label[QB_LANGUAGES];
    enum qb_role role;
    struct qb_schema *schema;
    struct qb_kind_field *fields;
    size_t field_count;
    size_t field_capacity;
    struct qb_kind_condition *conditions;
    size_t condition_count;
    uint8_t index; /* among the kinds */
};

#define QB_MAX_KINDS 200

struct qb_kinds {
    struct qb_kind *items[QB_MAX_KINDS];
    size_t count;
};

struct qb_kind *qb_kind_parse(const char *source, const char *text, size_t length, struct qb_problems *problems);
void qb_kind_free(struct qb_kind *kind); /* NULL-safe */

/* The shipped kinds, in the order of DESIGN section 3. */
struct qb_kinds *qb_kinds_new(void);
void qb_kinds_free(struct qb_kinds *kinds); /* NULL-safe */
/* Takes the kind. False, with a problem and the kind freed, when its folder or prefix is another kind's. */
bool qb_kinds_add(struct qb_kinds *kinds, struct qb_kind *kind, struct qb_problems *problems);
/* Resolves references between kinds; one that names no kind is a problem and the field refers to nothing. */
void qb_kinds_finish(struct qb_kinds *kinds, struct qb_problems *problems);

const struct qb_kind *qb_kinds_find(const struct qb_kinds *kinds, const char *name);
/* The kind of "records/shipments/2020/06/SHP-A.json", or NULL. */
const struct qb_kind *qb_kinds_of_path(const struct qb_kinds *kinds, const char *path);
const struct qb_kind *qb_kinds_of_role(const struct qb_kinds *kinds, enum qb_role role);

/* Calls `visit` for each value in a record that the field stands for, with its pointer. */
typedef void qb_kind_visit(void *context, const struct qb_json *value, const char *pointer);
void qb_kind_each(const struct qb_kind_field *field, const struct qb_json *record, qb_kind_visit *visit, void *context);
/* The same for those who need no pointers. */
typedef void qb_kind_visit_value(void *context, const struct qb_json *value);
void qb_kind_each_value(const struct qb_kind_field *field, const struct qb_json *record, qb_kind_visit_value *visit,
                        void *context);

#endif
