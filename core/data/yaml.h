/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * YAML 1.1 files (kinds, settings, schemas for `qbis validate`) as JSON values, read through libyaml,
 * which no other file knows. The core schema of YAML 1.2 decides what a plain word is: true, false, null, ~,
 * integers, floats; all else is a string (so 2020-08-17 and "no" are strings). Quoted scalars are strings.
 *
 * Refused: more than one document, duplicate keys, keys that are no strings, merge keys (<<), unknown tags,
 * infinities, aliases that contain themselves, more than QB_MAX_SETTINGS bytes, QB_MAX_DEPTH levels or
 * QB_MAX_YAML_NODES nodes after aliases are followed.
 */
#ifndef QB_CORE_DATA_YAML_H
#define QB_CORE_DATA_YAML_H

#include "core/data/json.h"

/* As qb_json_parse: drops what doc held; NULL on a fault. `reason` is a message id ("yaml...."). An empty
 * document is null. Values live in doc and do not point into `text`. */
const struct qb_json *qb_yaml_parse(struct qb_json_doc *doc, const char *text, size_t length,
                                    struct qb_json_fault *fault);

/* Every reason there is (tests and documentation iterate them); qb_json_fault_message tells them. */
const char *const *qb_yaml_reasons(size_t *count);

/* As qb_json_locate, for YAML. What an alias stands for is found where it is written; a member whose name is an alias
 * is not found. */
bool qb_yaml_locate(const char *text, size_t length, const char *pointer, bool key, uint32_t *line, uint32_t *column);

#endif
