/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Patterns that are made once and matched often, from any thread. The time and the memory of a match are bounded:
 * by the length of the text where the pattern is an automaton, by a budget of steps where it needs PCRE2.
 */
#ifndef QB_SCHEMA_JSONSCHEMA_PATTERN_H
#define QB_SCHEMA_JSONSCHEMA_PATTERN_H

#include "schema/jsonschema/regex.h"

#include <stdbool.h>
#include <stddef.h>

struct qb_pattern;

enum qb_pattern_answer {
    QB_PATTERN_NO,
    QB_PATTERN_YES,
    QB_PATTERN_LIMIT /* the budget was used up before there was an answer */
};

/* NULL when the text is no regular expression of ECMA-262, or one that cannot be matched (reasons "too-large",
 * "lookbehind"). Free it. */
struct qb_pattern *qb_pattern_new(const char *text, size_t length, struct qb_regex_fault *fault);
void qb_pattern_free(struct qb_pattern *pattern); /* NULL-safe */

/* Is the pattern found in the text, which is well-formed UTF-8? */
enum qb_pattern_answer qb_pattern_match(const struct qb_pattern *pattern, const char *text, size_t length);
/* The same; *work is increased by what it took, in units of some tens of nanoseconds. */
enum qb_pattern_answer qb_pattern_match_counting(const struct qb_pattern *pattern, const char *text, size_t length,
                                                 uint64_t *work);

/* The same, always by PCRE2: quickly made, slowly matched. Tests compare the automaton with it. */
struct qb_pattern *qb_pattern_new_slow(const char *text, size_t length, struct qb_regex_fault *fault);

/* Whether a text is a regular expression (the format `regex`). */
bool qb_pattern_check(const char *text, size_t length);

#endif
