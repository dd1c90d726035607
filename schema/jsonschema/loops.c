/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Endless references: a schema that comes back to itself while looking at the same value (core section 9.4.1). Only
 * applicators in place and references count as edges; a circle that goes down into properties or items ends where
 * the value ends. A depth-first search with a stack of its own finds an edge back to a node that is still open.
 *
 * $dynamicRef is left out, for where it leads depends on the way to it; evaluation is bounded in depth for its sake.
 */
#include "schema/jsonschema/compile.h"

#include <stdlib.h>

enum visit_state { UNSEEN, OPEN, DONE };

struct visit {
    const struct qb_node *node;
    const struct qb_location *location;
    enum visit_state state;
    size_t edge; /* the next one to follow */
};

struct search {
    struct qb_compiler *compiler;
    struct qb_map visits; /* by address of the node */
    struct visit **stack;
    size_t depth;
    size_t capacity;
};

/* The edge of that number: false behind the last one. *next is NULL where an edge leads nowhere (an `if` without
 * `then`, a name that is only required); *step is the step that the edge belongs to, or NULL. */
static bool edge_at(const struct qb_node *node, size_t number, const struct qb_node **next, const struct qb_step **step)
{
    *step = NULL;
    for (uint16_t i = 0; i < node->step_count; i++) {
        if (number < node->steps[i].count) {
            *step = &node->steps[i];
            *next = (*step)->kind == QB_STEP_DYNAMIC ? NULL : (*step)->nodes[number];
            return true;
        }
        number -= node->steps[i].count;
    }
    if (!node->object || number >= node->object->dependency_count)
        return false;
    *next = node->object->dependencies[number].node;
    return true;
}

static struct visit *visit_of(const struct search *s, const struct qb_node *node)
{
    return qb_map_get(&s->visits, (const char *)&node, sizeof(void *));
}

/* The circle is on the stack from `first` to the top: the first reference in it is to blame. */
static void report_circle(struct search *s, const struct visit *first)
{
    size_t at = s->depth - 1;
    while (s->stack[at] != first)
        at--;
    for (; at < s->depth; at++) {
        const struct qb_node *next;
        const struct qb_step *step;
        edge_at(s->stack[at]->node, s->stack[at]->edge - 1, &next, &step);
        if (step && step->kind == QB_STEP_REF) {
            qb_compiler_fault(s->compiler, s->stack[at]->location, step->keyword, "schema.fault.loop", NULL);
            return;
        }
    }
}

static void push(struct search *s, struct visit *visit)
{
    QB_MEM_GROW(s->stack, s->depth, s->capacity);
    s->stack[s->depth++] = visit;
    visit->state = OPEN;
}

static void search_from(struct search *s, struct visit *start)
{
    push(s, start);
    while (s->depth) {
        struct visit *top = s->stack[s->depth - 1];
        const struct qb_node *next;
        const struct qb_step *step;
        if (!edge_at(top->node, top->edge++, &next, &step)) {
            top->state = DONE;
            s->depth--;
            continue;
        }
        struct visit *visit = next ? visit_of(s, next) : NULL;
        if (visit && visit->state == OPEN)
            report_circle(s, visit);
        else if (visit && visit->state == UNSEEN)
            push(s, visit);
    }
}

void qb_loops_check(struct qb_compiler *compiler)
{
    struct search s = {.compiler = compiler};
    for (struct qb_location *location = compiler->locations; location; location = location->next)
        if (location->node) {
            struct visit *visit = qb_arena_alloc(&compiler->arena, sizeof *visit);
            *visit = (struct visit){.node = location->node, .location = location};
            qb_map_put(&s.visits, (const char *)&visit->node, sizeof(void *), visit);
        }
    for (struct qb_location *location = compiler->locations; location; location = location->next) {
        struct visit *visit = location->node ? visit_of(&s, location->node) : NULL;
        if (visit && visit->state == UNSEEN)
            search_from(&s, visit);
    }
    qb_map_fini(&s.visits);
    free(s.stack);
}
