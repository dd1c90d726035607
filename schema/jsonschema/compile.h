/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What lives while a schema is compiled, and is gone afterwards: documents, the resources in them and the places of
 * all schemas (resources.c), dialects (dialect.c), and the faults found. compile.c drives it:
 *
 *   1. the root document is indexed: every place where a keyword says that a schema stands;
 *   2. a node is made for each place, keyword by keyword; references index further documents when they lead there;
 *   3. dynamic anchors get their tables, endless loops are looked for (loops.c).
 */
#ifndef QB_SCHEMA_JSONSCHEMA_COMPILE_H
#define QB_SCHEMA_JSONSCHEMA_COMPILE_H

#include "core/base/buf.h"
#include "core/base/map.h"
#include "schema/jsonschema/keywords.h"
#include "schema/jsonschema/node.h"

struct qb_dialect {
    unsigned vocabularies;
    unsigned draft;
};

struct qb_location;

struct qb_document {
    struct qb_document *next;
    const char *uri; /* under which it was found, "" for a root without */
    const struct qb_json *root;
    struct qb_location *top;
    bool compiled; /* every schema in it is to become a node: the root document */
};

/* A schema resource: a document's root, or a schema with an $id. */
struct qb_resource {
    struct qb_resource *next;
    const char *uri; /* without fragment */
    uint32_t number;
    struct qb_dialect dialect;
    struct qb_document *document;
    struct qb_location *top;
    struct qb_map anchors; /* name -> location: $anchor and $dynamicAnchor */
};

/* A place where a schema stands. */
struct qb_location {
    struct qb_location *next; /* in the order in which they were found */
    const struct qb_json *value;
    struct qb_resource *resource;
    struct qb_where *where; /* in the schema's arena */
    const char *dynamic;    /* name of its $dynamicAnchor, "" for $recursiveAnchor; NULL: none */
    struct qb_node *node;   /* NULL until something wants it */
};

struct qb_compiler {
    struct qb_schema *schema;
    const struct qb_schema_options *options;
    struct qb_violations *faults;
    struct qb_arena arena;     /* of everything that ends with the compilation */
    struct qb_json_doc **docs; /* of built-in documents */
    size_t doc_count;
    size_t doc_capacity;
    struct qb_document *documents;
    struct qb_resource *resources;
    uint32_t resource_count;
    struct qb_map by_uri;   /* resources, by URI without fragment */
    struct qb_map by_value; /* locations, by the address of their value */
    struct qb_map dialects; /* of meta-schemas, by URI */
    struct qb_map anchors;  /* struct qb_dynamic_anchor, by name */
    struct qb_location *locations;
    struct qb_location **last_location;
    struct qb_location **queue; /* to be made into nodes */
    size_t queue_count;
    size_t queue_done;
    size_t queue_capacity;
    struct qb_buf pointer; /* of the place being indexed, from the document's root or from the last reference */
    size_t tail;           /* what of it lies behind the schema around */
};

/* Adds a fault at `location`, whose keyword may be "". `found` becomes the argument of that name; may be NULL. */
void qb_compiler_fault(struct qb_compiler *compiler, const struct qb_location *location, const char *keyword,
                       const char *message_id, const struct qb_json *found);
/* The same with arguments of one's own; at the key of `member` in the keyword's value unless that is NULL. */
void qb_compiler_fault_with(struct qb_compiler *compiler, const struct qb_location *location, const char *keyword,
                            const struct qb_json *member, const char *message_id, const struct qb_text_arg *args,
                            size_t count);

/* --- resources.c --- */

/* Indexes a document. NULL when it is no schema at all (a fault then). */
struct qb_document *qb_document_add(struct qb_compiler *compiler, const char *uri, const struct qb_json *root);

/* Where a reference of `from` leads, NULL after adding a fault. */
struct qb_location *qb_reference_find(struct qb_compiler *compiler, const struct qb_location *from, const char *keyword,
                                      const char *reference);
/* The place of a value that stands directly below a keyword of `location`; NULL after a fault was added there. */
struct qb_location *qb_location_of(const struct qb_compiler *compiler, const struct qb_json *value);
void qb_resources_fini(struct qb_compiler *compiler);

/* --- dialect.c --- */

/* A document that is part of the program or that the caller knows, NULL when there is none. */
const struct qb_json *qb_document_load(struct qb_compiler *compiler, const char *uri);
/* What the meta-schema of that URI stands for. False after adding a fault. `own`: the document being indexed, which
 * may be its own meta-schema. */
bool qb_dialect_find(struct qb_compiler *compiler, const struct qb_location *location, const char *uri,
                     const struct qb_json *own, struct qb_dialect *dialect);

/* --- compile.c --- */

/* The node of a place, made later when it is not made yet. */
struct qb_node *qb_node_at(struct qb_compiler *compiler, struct qb_location *location);

/* --- loops.c --- */

/* Adds a fault for each circle of references that no value ever leaves. */
void qb_loops_check(struct qb_compiler *compiler);

#endif
