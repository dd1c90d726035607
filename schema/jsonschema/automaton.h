/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A regular expression as a finite automaton over bytes: one table look-up a byte, no memory, no backtracking, so
 * that the time is bounded by the length of the text alone. Not every expression has one (references to groups,
 * look-around, Unicode properties, counts too large): then there is none and pattern.c asks PCRE2.
 */
#ifndef QB_SCHEMA_JSONSCHEMA_AUTOMATON_H
#define QB_SCHEMA_JSONSCHEMA_AUTOMATON_H

#include "schema/jsonschema/regex.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct qb_automaton {
    const uint16_t *next; /* state * classes + class */
    const bool *at_end;   /* by state: does it match if the text ends here? */
    uint32_t classes;
    uint16_t start;
    uint8_t class_of[256];
};

/* Whether `root` is found anywhere in a text of well-formed UTF-8. False when there is no automaton of reasonable
 * size; then nothing is kept but some memory of the arena. */
bool qb_automaton_build(struct qb_automaton *automaton, struct qb_arena *arena, const struct qb_regex_node *root);

/* Safe to call from several threads. */
bool qb_automaton_match(const struct qb_automaton *automaton, const char *text, size_t length);

/* The same for a match that ends where the text ends. Only for automata built with `to_the_end`. */
bool qb_automaton_build_to_the_end(struct qb_automaton *automaton, struct qb_arena *arena,
                                   const struct qb_regex_node *root);

#endif
