/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Regular expressions as JSON Schema means them (core section 6.4): the grammar of ECMA-262, 11th edition, section
 * 21.2.1, with the flag `u`. The parser knows no engine; automaton.c and pattern.c make something that runs of the
 * tree. Characters are code points throughout.
 */
#ifndef QB_SCHEMA_JSONSCHEMA_REGEX_H
#define QB_SCHEMA_JSONSCHEMA_REGEX_H

#include "core/base/mem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct qb_regex_range {
    uint32_t low;
    uint32_t high;
};

/* One character of these. Without properties the ranges are sorted, apart, free of surrogates and never negated. */
struct qb_regex_set {
    struct qb_regex_range *ranges;
    uint32_t count;
    uint32_t capacity;
    const char **properties; /* as PCRE2 writes them: "\\p{Lu}", "\\P{sc:Greek}" */
    uint32_t property_count;
    bool negated;
};

enum qb_regex_kind {
    QB_REGEX_EMPTY,
    QB_REGEX_SET,
    QB_REGEX_START,    /* ^ */
    QB_REGEX_END,      /* $ */
    QB_REGEX_BOUNDARY, /* \b, or \B when negative */
    QB_REGEX_SEQUENCE,
    QB_REGEX_CHOICE,
    QB_REGEX_REPEAT,
    QB_REGEX_GROUP,
    QB_REGEX_LOOK,
    QB_REGEX_BACK
};

#define QB_REGEX_NO_END UINT32_MAX

struct qb_regex_node {
    enum qb_regex_kind kind;
    bool lazy;      /* REPEAT */
    bool behind;    /* LOOK */
    bool negative;  /* LOOK, BOUNDARY */
    uint32_t least; /* REPEAT */
    uint32_t most;  /* REPEAT; QB_REGEX_NO_END */
    uint32_t group; /* GROUP and BACK: its number from 1; 0: a group that captures nothing */
    const struct qb_regex_set *set;
    struct qb_regex_node *child; /* the first one */
    struct qb_regex_node *next;  /* sibling */
};

/* Why a text is no regular expression. */
struct qb_regex_fault {
    const char *reason; /* end of a message id: "unclosed-group" stands for "schema.fault.pattern.unclosed-group" */
    size_t offset;      /* bytes */
};

/* Parses. NULL when the text is none; then `fault` says why. The tree lives in the arena. */
const struct qb_regex_node *qb_regex_parse(struct qb_arena *arena, const char *text, size_t length,
                                           struct qb_regex_fault *fault);

/* --- sets of characters (regex_set.c) --- */

void qb_regex_set_add(struct qb_regex_set *set, struct qb_arena *arena, uint32_t low, uint32_t high);
/* Adds \d, \s or \w (or what is in none of them, for the capital letter). */
void qb_regex_set_add_class(struct qb_regex_set *set, struct qb_arena *arena, char letter);
/* Adds the property between the braces of \p{...} (\P when negated). False when ECMA-262 knows none of that name. */
bool qb_regex_set_add_property(struct qb_regex_set *set, struct qb_arena *arena, const char *text, size_t length,
                               bool negated);
/* Sorts and joins the ranges, takes the surrogates out, carries a negation out where there are no properties. */
void qb_regex_set_finish(struct qb_regex_set *set, struct qb_arena *arena, bool negated);

#endif
