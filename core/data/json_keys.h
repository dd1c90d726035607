/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Members of an object by name: whether one is repeated, and their order by name. */
#ifndef QB_CORE_DATA_JSON_KEYS_H
#define QB_CORE_DATA_JSON_KEYS_H

#include "core/data/json.h"

struct qb_json_duplicate {
    size_t first;
    size_t second;
};

/* Whether two members have one name (decoded bytes). The pair given is the one whose second comes first. */
bool qb_json_keys_repeat(const struct qb_json *items, size_t count, struct qb_json_duplicate *duplicate);

/* The members in order of their names (by length, then bytes), those of one name in the text's order. free() it. */
const struct qb_json **qb_json_keys_sorted(const struct qb_json *items, size_t count);

/* -1, 0 or 1 by length, then bytes. */
int qb_json_keys_compare(const struct qb_json *a, const struct qb_json *b);

#endif
