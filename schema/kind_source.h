/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A kind's file as a schema: what stands in it, and what every record may have without being listed. */
#ifndef QB_SCHEMA_KIND_SOURCE_H
#define QB_SCHEMA_KIND_SOURCE_H

#include "core/base/mem.h"
#include "core/data/json.h"

struct qb_kind_source {
    struct qb_json_doc *doc;    /* of the kind's text */
    struct qb_json_doc *common; /* of schema/every_record.yaml */
    struct qb_arena arena;
};
void qb_kind_source_init(struct qb_kind_source *source);
void qb_kind_source_fini(struct qb_kind_source *source);

/* Reads a kind's YAML. Where its root refuses unknown properties (additionalProperties, unevaluatedProperties), those
 * of schema/every_record.yaml that it does not list are put behind its own. The value lives in `source`; NULL with a
 * fault when the text is no YAML. */
const struct qb_json *qb_kind_source_read(struct qb_kind_source *source, const char *text, size_t length,
                                          struct qb_json_fault *fault);

#endif
