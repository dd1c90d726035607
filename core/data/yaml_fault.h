/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What libyaml says about a text, in terms of what was typed. */
#ifndef QB_CORE_DATA_YAML_FAULT_H
#define QB_CORE_DATA_YAML_FAULT_H

#include "core/data/json.h"

/* A complaint of libyaml, offsets in bytes of the text. */
struct qb_yaml_complaint {
    const char *problem; /* NULL: none given */
    size_t at;
    size_t context; /* where what it was reading began; as `at` when it does not say */
};

/* Fills `fault`. The text is well-formed UTF-8. */
void qb_yaml_fault_explain(const struct qb_yaml_complaint *complaint, const char *text, size_t length,
                           struct qb_json_fault *fault);
/* Begins a fault of a given reason; what stands there up to the end of its line is `found`. */
void qb_yaml_fault_set(struct qb_json_fault *fault, enum qb_json_fault_code code, const char *reason, const char *text,
                       size_t length, size_t offset);

#endif
