/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One node in the making: what the files that turn keywords into rules share (compile.c, make_object.c). Nodes are
 * made one after the other; rules go straight into the schema's arena.
 */
#ifndef QB_SCHEMA_JSONSCHEMA_MAKE_H
#define QB_SCHEMA_JSONSCHEMA_MAKE_H

#include "schema/jsonschema/compile.h"

struct qb_making {
    struct qb_compiler *compiler;
    struct qb_arena *arena; /* of the schema */
    const struct qb_location *location;
    struct qb_node *node;
    const struct qb_json *given[QB_KEYWORDS]; /* values by keyword, NULL where there is none */
    struct qb_step steps[QB_KEYWORDS];
    uint16_t step_count;
};

/* Memory of the schema, all zeros. */
void *qb_make_room(struct qb_making *making, size_t size);
/* The node of a schema that stands in a keyword of this one; NULL when there is none there. */
const struct qb_node *qb_make_child(struct qb_making *making, const struct qb_json *value);
/* A count, by value: 2.0 is 2, and what is larger than any length is the same as no limit. */
uint32_t qb_make_count(struct qb_making *making, enum qb_keyword keyword, uint32_t otherwise);
/* A pattern that the schema will free; NULL after adding a fault (at the key of `member` when there is one). */
const struct qb_pattern *qb_make_pattern(struct qb_making *making, const char *keyword, const struct qb_json *member,
                                         const char *text, uint32_t length);

/* properties, required, patternProperties and so on become node->object (make_object.c). */
void qb_make_object(struct qb_making *making);

#endif
