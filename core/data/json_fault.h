/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Faults of texts: where, why, and what a person sees there. Shared by the readers of JSON and YAML. */
#ifndef QB_CORE_DATA_JSON_FAULT_H
#define QB_CORE_DATA_JSON_FAULT_H

#include "core/data/json.h"
#include "core/data/json_scan.h"

/* Fills `fault` from a scan that stopped. */
void qb_json_fault_explain(const struct qb_json_scan *scan, struct qb_json_fault *fault);

/* Begins a fault at an offset of the text: what is not given is empty. */
void qb_json_fault_set(struct qb_json_fault *fault, enum qb_json_fault_code code, const char *reason, const char *text,
                       size_t length, size_t offset);
/* Sets `found`: shortened, control and invisible characters as U+XXXX, stray bytes as 0xXX. */
void qb_json_fault_found(struct qb_json_fault *fault, const char *bytes, size_t length);

/* Line and column of an offset, both from 1; columns count code points, a byte order mark is none. */
void qb_json_position(const char *text, size_t length, size_t offset, uint32_t *line, uint32_t *column);

#endif
