/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the tree to a table in two classic steps: Thompson's construction makes a nondeterministic automaton whose
 * edges are ranges of bytes (a set of characters becomes sequences of ranges of its UTF-8 bytes), then the subset
 * construction makes it deterministic. "^" and "$" are edges that can be followed only at the start and at the end
 * of the text. Bytes that no edge tells apart share a column of the table.
 *
 * A match may begin anywhere: the start is added to every set of states. It may end anywhere: a set that holds the
 * accepting state is the state FOUND, which ends the search.
 */
#include "schema/jsonschema/automaton.h"

#include "core/base/map.h"
#include "core/base/utf8.h"

#include <stdlib.h>
#include <string.h>

/* Beyond these an expression is left to PCRE2: a table of at most some hundred kilobytes, made in milliseconds. */
#define MOST_PLACES 2000
#define MOST_STATES 1000
#define MOST_CELLS 20000

/* States of the table that mean something by themselves. */
#define LOST 0
#define FOUND 1

enum place_kind { BYTES, FORK, AT_START, AT_END, ACCEPT };

/* A state of the nondeterministic automaton, and its edges. */
struct place {
    enum place_kind kind;
    uint8_t low; /* BYTES */
    uint8_t high;
    uint32_t out;
    uint32_t other; /* FORK */
};

struct maker {
    struct qb_arena *arena;
    struct place *places;
    uint32_t count;
    uint32_t capacity;
    bool impossible;
    bool to_the_end;
};

#define NOWHERE UINT32_MAX

static uint32_t add_place(struct maker *m, struct place place)
{
    if (m->count >= MOST_PLACES) {
        m->impossible = true;
        return 0;
    }
    QB_MEM_GROW(m->places, m->count, m->capacity);
    m->places[m->count] = place;
    return m->count++;
}

static uint32_t add_fork(struct maker *m, uint32_t out, uint32_t other)
{
    return add_place(m, (struct place){.kind = FORK, .out = out, .other = other});
}

/* --- sets of characters as bytes --- */

/* Code points of one length in UTF-8 that differ only in trailing bytes which take all values or lie in line. */
static uint32_t add_bytes(struct maker *m, uint32_t low, uint32_t high, uint32_t next)
{
    char from[4];
    char to[4];
    size_t size = qb_utf8_encode(low, from);
    qb_utf8_encode(high, to);
    for (size_t i = size; i-- > 0;)
        next =
            add_place(m, (struct place){.kind = BYTES, .low = (uint8_t)from[i], .high = (uint8_t)to[i], .out = next});
    return next;
}

/* Splits low..high until each piece is a product of ranges of bytes; `*entry` forks to all of them. */
static void add_range(struct maker *m, uint32_t low, uint32_t high, uint32_t next, uint32_t *entry)
{
    static const uint32_t last_of_size[] = {0x7F, 0x7FF, 0xFFFF};
    if (m->impossible)
        return;
    for (size_t i = 0; i < 3; i++)
        if (low <= last_of_size[i] && high > last_of_size[i]) {
            add_range(m, low, last_of_size[i], next, entry);
            add_range(m, last_of_size[i] + 1, high, next, entry);
            return;
        }
    for (unsigned shift = 6; shift <= 18 && high > 0x7F; shift += 6) {
        uint32_t mask = ((uint32_t)1 << shift) - 1;
        if ((low & ~mask) == (high & ~mask))
            continue;
        uint32_t split = low & mask ? low | mask : (high & mask) != mask ? (high & ~mask) - 1 : high;
        if (split == high)
            continue;
        add_range(m, low, split, next, entry);
        add_range(m, split + 1, high, next, entry);
        return;
    }
    uint32_t bytes = add_bytes(m, low, high, next);
    *entry = *entry == NOWHERE ? bytes : add_fork(m, bytes, *entry);
}

static uint32_t add_set(struct maker *m, const struct qb_regex_set *set, uint32_t next)
{
    uint32_t entry = NOWHERE;
    if (set->property_count) {
        m->impossible = true;
        return 0;
    }
    for (uint32_t i = 0; i < set->count; i++)
        add_range(m, set->ranges[i].low, set->ranges[i].high, next, &entry);
    if (entry == NOWHERE) /* the empty set: an edge that no byte follows */
        entry = add_place(m, (struct place){.kind = BYTES, .low = 1, .high = 0, .out = next});
    return entry;
}

/* --- Thompson's construction: each returns the place from which the node leads to `next` --- */

static uint32_t add_node(struct maker *m, const struct qb_regex_node *node, uint32_t next);

static uint32_t add_sequence(struct maker *m, const struct qb_regex_node *first, uint32_t next)
{
    uint32_t count = 0;
    for (const struct qb_regex_node *node = first; node; node = node->next)
        count++;
    const struct qb_regex_node **nodes = qb_arena_alloc(m->arena, count * sizeof(void *));
    for (const struct qb_regex_node *node = first; node; node = node->next)
        *nodes++ = node;
    for (uint32_t i = 0; i < count && !m->impossible; i++)
        next = add_node(m, *--nodes, next);
    return next;
}

static uint32_t add_choice(struct maker *m, const struct qb_regex_node *node, uint32_t next)
{
    uint32_t entry = NOWHERE;
    for (const struct qb_regex_node *branch = node->child; branch && !m->impossible; branch = branch->next) {
        uint32_t way = add_node(m, branch, next);
        entry = entry == NOWHERE ? way : add_fork(m, entry, way);
    }
    return entry;
}

static uint32_t add_repeat(struct maker *m, const struct qb_regex_node *node, uint32_t next)
{
    uint32_t entry = next;
    if (node->most == QB_REGEX_NO_END) {
        entry = add_fork(m, next, next);
        uint32_t body = add_node(m, node->child, entry);
        if (!m->impossible)
            m->places[entry].out = body;
    } else {
        for (uint32_t i = node->least; i < node->most && !m->impossible; i++)
            entry = add_fork(m, add_node(m, node->child, entry), next);
    }
    for (uint32_t i = 0; i < node->least && !m->impossible; i++) {
        uint32_t before = m->count;
        entry = add_node(m, node->child, entry);
        if (m->count == before) /* (?:){1000000} */
            break;
    }
    return entry;
}

static uint32_t add_node(struct maker *m, const struct qb_regex_node *node, uint32_t next)
{
    if (m->impossible)
        return 0;
    switch (node->kind) {
    case QB_REGEX_EMPTY:
        return next;
    case QB_REGEX_SET:
        return add_set(m, node->set, next);
    case QB_REGEX_START:
        return add_place(m, (struct place){.kind = AT_START, .out = next});
    case QB_REGEX_END:
        if (m->to_the_end) /* the end of the piece looked at is not the end of the text */
            m->impossible = true;
        return add_place(m, (struct place){.kind = AT_END, .out = next});
    case QB_REGEX_SEQUENCE:
        return add_sequence(m, node->child, next);
    case QB_REGEX_CHOICE:
        return add_choice(m, node, next);
    case QB_REGEX_REPEAT:
        return add_repeat(m, node, next);
    case QB_REGEX_GROUP:
        return add_node(m, node->child, next);
    case QB_REGEX_BOUNDARY:
    case QB_REGEX_LOOK:
    case QB_REGEX_BACK:
        m->impossible = true;
        return 0;
    }
    return next;
}

/* --- subset construction --- */

/* A state of the table: places in ascending order, forks followed. */
struct state {
    const uint16_t *places;
    uint32_t count;
    bool at_end;
};

struct builder {
    struct maker *maker;
    struct qb_automaton *automaton;
    uint32_t entry;
    struct state *states;
    uint32_t count;
    uint32_t capacity;
    struct qb_map known; /* sets of places -> number + 1 */
    uint16_t *next;
    size_t next_capacity;
    bool *member;  /* by place: is it in the set being made? */
    uint16_t *set; /* the same as a list */
    uint32_t *stack;
};

/* Marks what is reached from `place` without a byte. */
static void follow(struct builder *b, uint32_t place, bool at_start, bool at_end)
{
    uint32_t depth = 0;
    b->stack[depth++] = place;
    while (depth) {
        uint32_t at = b->stack[--depth];
        const struct place *here = &b->maker->places[at];
        if (b->member[at])
            continue;
        b->member[at] = true;
        bool open = here->kind == FORK || (here->kind == AT_START && at_start) || (here->kind == AT_END && at_end);
        if (open)
            b->stack[depth++] = here->out;
        if (here->kind == FORK)
            b->stack[depth++] = here->other;
    }
}

static bool accepts(const struct builder *b)
{
    return b->member[0]; /* the accepting place is made first */
}

/* Whether the set would accept at the end of the text. Adds to it what "$" leads to. */
static bool accepts_at_end(struct builder *b)
{
    uint32_t count = b->maker->count;
    for (uint32_t i = 0; i < count; i++)
        if (b->member[i] && b->maker->places[i].kind == AT_END) {
            b->member[i] = false;
            follow(b, i, false, true);
        }
    return accepts(b);
}

/* The number of the state for the set in `member`, which is cleared. A set that was not met before becomes a new
 * state. At the start of an empty text both "^" and "$" hold, hence `at_start`. */
static uint16_t state_of(struct builder *b, bool at_start)
{
    uint32_t places = b->maker->count;
    uint32_t count = 0;
    bool found = accepts(b) && !b->maker->to_the_end;
    for (uint32_t i = 0; i < places; i++)
        if (b->member[i] && b->maker->places[i].kind != FORK && b->maker->places[i].kind != AT_START)
            b->set[count++] = (uint16_t)i;
    bool at_end = accepts_at_end(b);
    if (at_start && !at_end) { /* "^" behind "$": follow both together */
        memset(b->member, 0, places);
        follow(b, b->entry, true, true);
        at_end = accepts(b);
    }
    memset(b->member, 0, places);
    if (found)
        return FOUND;
    if (!count && !at_end)
        return LOST;
    b->set[count] = at_start; /* the state at the start is one of its own: its end may differ */
    size_t length = (count + 1) * sizeof *b->set;
    void *known = qb_map_get(&b->known, (const char *)b->set, length);
    if (known)
        return (uint16_t)((uintptr_t)known - 1);
    char *kept = qb_arena_alloc(b->maker->arena, length);
    memcpy(kept, b->set, length);
    QB_MEM_GROW(b->states, b->count, b->capacity);
    b->states[b->count] = (struct state){.places = (const uint16_t *)(void *)kept, .count = count, .at_end = at_end};
    qb_map_put(&b->known, kept, length, (void *)(uintptr_t)(b->count + 1));
    return (uint16_t)b->count++;
}

/* Bytes between two neighbouring bounds of edges behave alike. */
static void find_classes(struct maker *m, struct qb_automaton *automaton, uint8_t *example)
{
    bool begins[257] = {true};
    for (uint32_t i = 0; i < m->count; i++)
        if (m->places[i].kind == BYTES && m->places[i].low <= m->places[i].high) {
            begins[m->places[i].low] = true;
            begins[m->places[i].high + 1] = true;
        }
    automaton->classes = 0;
    for (unsigned byte = 0; byte < 256; byte++) {
        if (begins[byte])
            example[automaton->classes++] = (uint8_t)byte;
        automaton->class_of[byte] = (uint8_t)(automaton->classes - 1);
    }
}

static uint16_t step(struct builder *b, const struct state *from, uint8_t byte)
{
    for (uint32_t i = 0; i < from->count; i++) {
        const struct place *place = &b->maker->places[from->places[i]];
        if (place->kind == BYTES && byte >= place->low && byte <= place->high)
            follow(b, place->out, false, false);
    }
    follow(b, b->entry, false, false);
    return state_of(b, false);
}

/* Fills the rows of all states, which makes new ones on the way. */
static bool fill_table(struct builder *b)
{
    uint8_t example[256];
    find_classes(b->maker, b->automaton, example);
    uint32_t classes = b->automaton->classes;
    for (uint32_t row = FOUND + 1; row < b->count; row++) {
        if (b->count > MOST_STATES || (size_t)b->count * classes > MOST_CELLS)
            return false;
        while (b->next_capacity < (size_t)(row + 1) * classes) {
            b->next_capacity = b->next_capacity ? b->next_capacity * 2 : 1024;
            b->next = qb_mem_resize(b->next, b->next_capacity, sizeof *b->next);
        }
        for (uint32_t class = 0; class < classes; class ++) {
            struct state from = b->states[row];
            b->next[(size_t)row * classes + class] = step(b, &from, example[class]);
        }
    }
    return true;
}

static void keep(struct builder *b, struct qb_arena *arena)
{
    size_t cells = (size_t)b->count * b->automaton->classes;
    uint16_t *next = qb_arena_alloc(arena, cells * sizeof *next);
    bool *at_end = qb_arena_alloc(arena, b->count * sizeof *at_end);
    for (size_t i = 0; i < (size_t)(FOUND + 1) * b->automaton->classes; i++)
        next[i] = i < b->automaton->classes ? LOST : FOUND;
    for (size_t i = (size_t)(FOUND + 1) * b->automaton->classes; i < cells; i++)
        next[i] = b->next[i];
    for (uint32_t i = 0; i < b->count; i++)
        at_end[i] = b->states[i].at_end;
    b->automaton->next = next;
    b->automaton->at_end = at_end;
}

static bool determine(struct maker *m, struct qb_automaton *automaton, struct qb_arena *arena, uint32_t entry)
{
    struct builder b = {.maker = m, .automaton = automaton, .entry = entry};
    b.member = qb_mem_array(m->count, sizeof *b.member);
    b.set = qb_mem_array((size_t)m->count + 1, sizeof *b.set);
    b.stack = qb_mem_array((size_t)m->count * 2 + 2, sizeof *b.stack);
    QB_MEM_GROW(b.states, b.count, b.capacity);
    b.states[LOST] = (struct state){0};
    b.states[FOUND] = (struct state){.at_end = true};
    b.count = FOUND + 1;
    follow(&b, entry, true, false);
    automaton->start = state_of(&b, true);
    bool done = fill_table(&b);
    if (done)
        keep(&b, arena);
    free(b.member);
    free(b.set);
    free(b.stack);
    free(b.states);
    free(b.next);
    qb_map_fini(&b.known);
    return done;
}

static bool build(struct qb_automaton *automaton, struct qb_arena *arena, const struct qb_regex_node *root,
                  bool to_the_end)
{
    struct qb_arena scratch;
    qb_arena_init(&scratch);
    struct maker m = {.arena = &scratch, .to_the_end = to_the_end};
    uint32_t accept = add_place(&m, (struct place){.kind = ACCEPT});
    uint32_t entry = add_node(&m, root, accept);
    bool done = !m.impossible && determine(&m, automaton, arena, entry);
    free(m.places);
    qb_arena_fini(&scratch);
    return done;
}

bool qb_automaton_build(struct qb_automaton *automaton, struct qb_arena *arena, const struct qb_regex_node *root)
{
    return build(automaton, arena, root, false);
}

bool qb_automaton_build_to_the_end(struct qb_automaton *automaton, struct qb_arena *arena,
                                   const struct qb_regex_node *root)
{
    return build(automaton, arena, root, true);
}

bool qb_automaton_match(const struct qb_automaton *automaton, const char *text, size_t length)
{
    const uint16_t *next = automaton->next;
    uint32_t classes = automaton->classes;
    uint32_t state = automaton->start;
    for (size_t i = 0; i < length && state > FOUND; i++)
        state = next[state * classes + automaton->class_of[(unsigned char)text[i]]];
    return automaton->at_end[state];
}
