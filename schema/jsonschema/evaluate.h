/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Evaluation, shared by its files: evaluate.c (nodes, steps, scalars), evaluate_containers.c (arrays, objects) and
 * report.c (what is said about a failure). One walk serves both purposes: without a report it stops at the first
 * failure and allocates nothing; with one it goes on and writes everything down.
 */
#ifndef QB_SCHEMA_JSONSCHEMA_EVALUATE_H
#define QB_SCHEMA_JSONSCHEMA_EVALUATE_H

#include "schema/jsonschema/node.h"

#include <stdlib.h>

/* Where in the value evaluation is: a chain of frames on the stack up to the root. */
struct qb_place {
    const struct qb_place *parent;
    const struct qb_json *value;
    bool name; /* `value` is the key of the member at `parent` (propertyNames) */
};

/* Which members or items of a value were evaluated (core section 11); tracked only below an unevaluated* keyword. */
struct qb_seen {
    uint64_t *bits;
    bool all;
};

/* Schema resources that were entered, the innermost first; kept only for schemas with dynamic references. */
struct qb_scope {
    const struct qb_scope *outer;
    uint32_t resource;
};

struct qb_findings;

struct qb_run {
    struct qb_findings *report; /* NULL: the quick answer */
    const struct qb_json *root;
    const struct qb_scope *scope;
    uint64_t budget; /* work that may still be done: a unit is about what a node or an item costs */
    uint32_t depth;
    bool dynamic;
    bool counted;   /* the budget has been enlarged by the size of the value */
    bool exhausted; /* a limit was reached: the answer is no */
};

/* Everything that can fail; report.c has a row for each. */
enum qb_failure {
    QB_FAIL_FALSE,
    QB_FAIL_TYPE,
    QB_FAIL_ENUM,
    QB_FAIL_CONST,
    QB_FAIL_MINIMUM,
    QB_FAIL_EXCLUSIVE_MINIMUM,
    QB_FAIL_MAXIMUM,
    QB_FAIL_EXCLUSIVE_MAXIMUM,
    QB_FAIL_MULTIPLE_OF,
    QB_FAIL_MIN_LENGTH,
    QB_FAIL_MAX_LENGTH,
    QB_FAIL_PATTERN,
    QB_FAIL_PATTERN_LIMIT,
    QB_FAIL_FORMAT,
    QB_FAIL_MIN_ITEMS,
    QB_FAIL_MAX_ITEMS,
    QB_FAIL_UNIQUE_ITEMS, /* indices of two equal items */
    QB_FAIL_ITEMS,        /* an item too many */
    QB_FAIL_CONTAINS,     /* items that match */
    QB_FAIL_MAX_CONTAINS, /* items that match */
    QB_FAIL_UNEVALUATED_ITEMS,
    QB_FAIL_MIN_PROPERTIES,
    QB_FAIL_MAX_PROPERTIES,
    QB_FAIL_REQUIRED,           /* number of the name */
    QB_FAIL_DEPENDENT_REQUIRED, /* numbers of the dependency and of what it needs */
    QB_FAIL_ADDITIONAL_PROPERTIES,
    QB_FAIL_UNEVALUATED_PROPERTIES,
    QB_FAIL_NOT,
    QB_FAIL_ONE_OF, /* indices of two branches that both match */
    QB_FAIL_LIMIT,
    QB_FAILURES
};

/* --- evaluate.c --- */

bool qb_evaluate(struct qb_run *run, const struct qb_node *node, const struct qb_place *place, struct qb_seen *seen);
/* The same without a word. */
bool qb_evaluate_quietly(struct qb_run *run, const struct qb_node *node, const struct qb_place *place);

/* Matches a pattern and pays for it; QB_PATTERN_LIMIT too when there is nothing left to pay with. */
enum qb_pattern_answer qb_match(struct qb_run *run, const struct qb_pattern *pattern, const char *text,
                                uint32_t length);

/* --- evaluate_containers.c: the rules for one type of value; false when one is broken --- */

bool qb_evaluate_array(struct qb_run *run, const struct qb_node *node, const struct qb_place *place,
                       struct qb_seen *seen);
bool qb_evaluate_object(struct qb_run *run, const struct qb_node *node, const struct qb_place *place,
                        struct qb_seen *seen);

/* --- report.c --- */

void qb_findings_add(struct qb_run *run, const struct qb_node *node, const struct qb_place *place,
                     enum qb_failure failure, uint32_t first, uint32_t second);
/* No branch of this anyOf or oneOf matched: reports those of the one that came nearest. */
void qb_findings_add_nearest(struct qb_run *run, const struct qb_node *node, const struct qb_step *step,
                             const struct qb_place *place);

struct qb_findings *qb_findings_new(struct qb_violations *violations, size_t most);
/* Moves what was found into the list, in the order of the text; returns how many. Frees the report. */
size_t qb_findings_finish(struct qb_findings *report, const struct qb_json *root);

/* Says no, and why if somebody wants to know. */
static inline bool qb_fail_with(struct qb_run *run, const struct qb_node *node, const struct qb_place *place,
                                enum qb_failure failure, uint32_t first, uint32_t second)
{
    if (__builtin_expect(run->report != NULL, 0))
        qb_findings_add(run, node, place, failure, first, second);
    return false;
}

static inline bool qb_fail(struct qb_run *run, const struct qb_node *node, const struct qb_place *place,
                           enum qb_failure failure)
{
    return qb_fail_with(run, node, place, failure, 0, 0);
}

/* Pays for work beyond the usual; when nothing is left, the next node ends it. */
static inline void qb_pay(struct qb_run *run, uint64_t work)
{
    run->budget = work < run->budget ? run->budget - work : 0;
}

/* Small sets of bits on the stack, large ones from the heap. Clear, then use, then drop. */
#define QB_FEW_WORDS 4
struct qb_bits {
    uint64_t few[QB_FEW_WORDS];
    uint64_t *words;
};

static inline uint64_t *qb_bits_init(struct qb_bits *bits, uint32_t words)
{
    bits->words = bits->few;
    if (__builtin_expect(words > QB_FEW_WORDS, 0))
        bits->words = qb_mem_array(words, sizeof(uint64_t));
    else
        memset(bits->few, 0, sizeof bits->few);
    return bits->words;
}

static inline void qb_bits_fini(struct qb_bits *bits)
{
    if (bits->words != bits->few)
        free(bits->words);
}

static inline void qb_seen_mark(struct qb_seen *seen, uint32_t index)
{
    seen->bits[index / 64] |= (uint64_t)1 << index % 64;
}

#endif
