/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a plain word of YAML is, by the core schema (YAML 1.2.2, section 10.3.2), as a JSON value. */
#ifndef QB_CORE_DATA_YAML_SCALAR_H
#define QB_CORE_DATA_YAML_SCALAR_H

#include "core/data/json.h"

enum qb_yaml_scalar {
    QB_YAML_TEXT, /* none of those below */
    QB_YAML_NULL,
    QB_YAML_BOOL,
    QB_YAML_INT,
    QB_YAML_FLOAT,
    QB_YAML_NOT_FINITE, /* .inf and .nan, for which JSON has no value; *value is a string */
    QB_YAML_TOO_LARGE,  /* an octal or hexadecimal number beyond 64 bits; *value is a string */
};

/* Sets *value but its key; texts go into the arena, those of numbers as JSON writes them: 007 is 7, .5 is 0.5. */
enum qb_yaml_scalar qb_yaml_scalar_resolve(struct qb_arena *arena, const char *text, size_t length,
                                           struct qb_json *value);
/* The same, taken as text. */
void qb_yaml_scalar_text(struct qb_arena *arena, const char *text, size_t length, struct qb_json *value);

#endif
