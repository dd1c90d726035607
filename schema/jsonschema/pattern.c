/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engines behind a pattern, and the only file that knows PCRE2. An expression becomes an automaton if it can
 * (nearly all that people write in schemas); the others are written out again in the dialect of PCRE2:
 *
 *   - every character and class as [\x{..}-\x{..}], so that \d, \w, \s and "." mean what ECMA-262 says;
 *   - "$" as \z, names of groups as numbers, references to groups that matched nothing match the empty text;
 *   - look-behind of variable length, which PCRE2 10.42 lacks, as a callout that asks an automaton.
 *
 * PCRE2 limits the steps for each place at which a match may start, which is no bound for long texts. So each item
 * of the pattern reports (PCRE2_AUTO_CALLOUT) and pays for the way it went from a budget of the whole match. Its JIT is
 * left alone: it does not count like that, and memory that is written and run is what a sandbox forbids.
 */
#include "schema/jsonschema/pattern.h"

#include "core/base/buf.h"
#include "schema/jsonschema/automaton.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

/* Steps of one match: some milliseconds. */
#define BUDGET 1000000
#define BUDGET_A_BYTE 64
/* What a match costs besides, in the same steps; bytes that an automaton reads in the time of one. */
#define FIXED_PRICE 20
#define BYTES_A_UNIT 16
/* KiB of memory of one match. */
#define MOST_MEMORY 16384
/* Counts in PCRE2 end here. */
#define MOST_TIMES 65535
/* Numbers of callouts: 255 is that of PCRE2_AUTO_CALLOUT. */
#define MOST_LOOKS 254
#define STEP_CALLOUT 255

struct qb_pattern {
    struct qb_arena arena;
    bool fast;
    struct qb_automaton automaton;
    pcre2_code *code;
    struct qb_automaton *looks; /* behind, in the order of their callouts */
    uint32_t look_count;
};

/* --- writing an expression for PCRE2 --- */

struct writer {
    struct qb_buf out;
    struct qb_pattern *pattern;
    bool callouts; /* look-behind by callouts */
    const char *fault;
};

static void write_node(struct writer *w, const struct qb_regex_node *node);

static void write_set(struct writer *w, const struct qb_regex_set *set)
{
    if (!set->count && !set->property_count) {
        qb_buf_add_string(&w->out, set->negated ? "[\\x{0}-\\x{10ffff}]" : "(?!)");
        return;
    }
    qb_buf_add_string(&w->out, set->negated ? "[^" : "[");
    for (uint32_t i = 0; i < set->count; i++) {
        qb_buf_addf(&w->out, "\\x{%x}", set->ranges[i].low);
        if (set->ranges[i].high != set->ranges[i].low)
            qb_buf_addf(&w->out, "-\\x{%x}", set->ranges[i].high);
    }
    for (uint32_t i = 0; i < set->property_count; i++)
        qb_buf_add_string(&w->out, set->properties[i]);
    qb_buf_add_char(&w->out, ']');
}

static void write_children(struct writer *w, const struct qb_regex_node *node, const char *between)
{
    for (const struct qb_regex_node *child = node->child; child; child = child->next) {
        write_node(w, child);
        if (child->next)
            qb_buf_add_string(&w->out, between);
    }
}

static void write_repeat(struct writer *w, const struct qb_regex_node *node)
{
    if (node->least > MOST_TIMES || (node->most > MOST_TIMES && node->most != QB_REGEX_NO_END)) {
        w->fault = "too-large";
        return;
    }
    write_node(w, node->child);
    if (node->most == QB_REGEX_NO_END)
        qb_buf_addf(&w->out, "{%u,}", node->least);
    else
        qb_buf_addf(&w->out, "{%u,%u}", node->least, node->most);
    if (node->lazy)
        qb_buf_add_char(&w->out, '?');
}

/* Look-behind as a question to an automaton; its answer is turned round by a look-ahead where it is negative. */
static void write_callout(struct writer *w, const struct qb_regex_node *node)
{
    struct qb_pattern *pattern = w->pattern;
    if (pattern->look_count == MOST_LOOKS ||
        !qb_automaton_build_to_the_end(&pattern->looks[pattern->look_count], &pattern->arena, node->child)) {
        w->fault = "lookbehind";
        return;
    }
    qb_buf_addf(&w->out, node->negative ? "(?!(?C%u))" : "(?C%u)", pattern->look_count++);
}

static void write_look(struct writer *w, const struct qb_regex_node *node)
{
    if (node->behind && w->callouts) {
        write_callout(w, node);
        return;
    }
    qb_buf_add_string(&w->out, node->behind ? "(?<" : "(?");
    qb_buf_add_char(&w->out, node->negative ? '!' : '=');
    write_node(w, node->child);
    qb_buf_add_char(&w->out, ')');
}

static void write_node(struct writer *w, const struct qb_regex_node *node)
{
    switch (node->kind) {
    case QB_REGEX_EMPTY:
        break;
    case QB_REGEX_SET:
        write_set(w, node->set);
        break;
    case QB_REGEX_START:
        qb_buf_add_string(&w->out, "\\A");
        break;
    case QB_REGEX_END:
        qb_buf_add_string(&w->out, "\\z");
        break;
    case QB_REGEX_BOUNDARY:
        qb_buf_add_string(&w->out, node->negative ? "\\B" : "\\b");
        break;
    case QB_REGEX_SEQUENCE:
        write_children(w, node, "");
        break;
    case QB_REGEX_CHOICE:
        write_children(w, node, "|");
        break;
    case QB_REGEX_REPEAT:
        write_repeat(w, node);
        break;
    case QB_REGEX_GROUP:
        qb_buf_add_string(&w->out, node->group ? "(" : "(?:");
        write_node(w, node->child);
        qb_buf_add_char(&w->out, ')');
        break;
    case QB_REGEX_LOOK:
        write_look(w, node);
        break;
    case QB_REGEX_BACK:
        qb_buf_addf(&w->out, "\\g{%u}", node->group);
        break;
    }
}

/* --- compiling --- */

static const char *reason_of(int error)
{
    switch (error) {
    case PCRE2_ERROR_LOOKBEHIND_NOT_FIXED_LENGTH:
    case PCRE2_ERROR_LOOKBEHIND_TOO_LONG:
    case PCRE2_ERROR_LOOKBEHIND_TOO_COMPLICATED:
        return "lookbehind";
    case PCRE2_ERROR_UNKNOWN_UNICODE_PROPERTY:
    case PCRE2_ERROR_MALFORMED_UNICODE_PROPERTY:
        return "property";
    default:
        return "too-large";
    }
}

static pcre2_code *compile_text(const char *text, size_t length, const char **reason)
{
    int error;
    PCRE2_SIZE offset;
    uint32_t options =
        PCRE2_UTF | PCRE2_NO_UTF_CHECK | PCRE2_MATCH_UNSET_BACKREF | PCRE2_NEVER_BACKSLASH_C | PCRE2_AUTO_CALLOUT;
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)text, length, options, &error, &offset, NULL);
    if (!code)
        *reason = reason_of(error);
    return code;
}

static bool compile_for_pcre2(struct qb_pattern *pattern, const struct qb_regex_node *root, bool callouts,
                              const char **reason)
{
    struct writer w = {.pattern = pattern, .callouts = callouts};
    if (callouts)
        pattern->looks = qb_arena_alloc(&pattern->arena, MOST_LOOKS * sizeof *pattern->looks);
    write_node(&w, root);
    *reason = w.fault;
    if (!w.fault)
        pattern->code = compile_text(qb_buf_text(&w.out), w.out.length, reason);
    qb_buf_fini(&w.out);
    return pattern->code;
}

static struct qb_pattern *make(const char *text, size_t length, bool fast, struct qb_regex_fault *fault)
{
    struct qb_arena scratch;
    qb_arena_init(&scratch);
    struct qb_pattern *pattern = qb_mem_alloc(sizeof *pattern);
    qb_arena_init(&pattern->arena);
    const struct qb_regex_node *root = qb_regex_parse(&scratch, text, length, fault);
    bool done = false;
    if (root) {
        pattern->fast = fast && qb_automaton_build(&pattern->automaton, &pattern->arena, root);
        done = pattern->fast || compile_for_pcre2(pattern, root, false, &fault->reason);
        if (!done && !strcmp(fault->reason, "lookbehind"))
            done = compile_for_pcre2(pattern, root, true, &fault->reason);
    }
    qb_arena_fini(&scratch);
    if (done)
        return pattern;
    qb_pattern_free(pattern);
    return NULL;
}

struct qb_pattern *qb_pattern_new(const char *text, size_t length, struct qb_regex_fault *fault)
{
    return make(text, length, true, fault);
}

struct qb_pattern *qb_pattern_new_slow(const char *text, size_t length, struct qb_regex_fault *fault)
{
    return make(text, length, false, fault);
}

void qb_pattern_free(struct qb_pattern *pattern)
{
    if (!pattern)
        return;
    pcre2_code_free(pattern->code);
    qb_arena_fini(&pattern->arena);
    free(pattern);
}

/* Names of scripts are known to PCRE2 alone. */
static bool properties_known(const struct qb_regex_node *node)
{
    for (; node; node = node->next) {
        for (uint32_t i = 0; node->set && i < node->set->property_count; i++) {
            const char *property = node->set->properties[i];
            const char *reason;
            pcre2_code *code = compile_text(property, strlen(property), &reason);
            pcre2_code_free(code);
            if (!code)
                return false;
        }
        if (!properties_known(node->child))
            return false;
    }
    return true;
}

bool qb_pattern_check(const char *text, size_t length)
{
    struct qb_arena scratch;
    struct qb_regex_fault fault;
    qb_arena_init(&scratch);
    const struct qb_regex_node *root = qb_regex_parse(&scratch, text, length, &fault);
    bool right = root && properties_known(root);
    qb_arena_fini(&scratch);
    return right;
}

/* --- matching --- */

struct match {
    const struct qb_pattern *pattern;
    size_t budget;
    size_t last; /* where the text was looked at before */
    const char *text;
};

static bool pay(struct match *match, size_t price)
{
    bool enough = price < match->budget;
    match->budget = enough ? match->budget - price : 0;
    return enough;
}

/* 0 goes on, 1 backtracks, a negative number ends the match. */
static int at_item(pcre2_callout_block *block, void *data)
{
    struct match *match = data;
    size_t here = block->current_position;
    size_t way = here > match->last ? here - match->last : match->last - here;
    match->last = here;
    if (!pay(match, way + 1))
        return PCRE2_ERROR_CALLOUT;
    if (block->callout_number == STEP_CALLOUT)
        return 0;
    if (!pay(match, here))
        return PCRE2_ERROR_CALLOUT;
    return !qb_automaton_match(&match->pattern->looks[block->callout_number], match->text, here);
}

static enum qb_pattern_answer match_by_pcre2(const struct qb_pattern *pattern, const char *text, size_t length,
                                             uint64_t *work)
{
    const size_t budget = BUDGET + length * BUDGET_A_BYTE;
    struct match match = {.pattern = pattern, .text = text, .budget = budget};
    pcre2_match_data *data = pcre2_match_data_create(1, NULL);
    pcre2_match_context *context = pcre2_match_context_create(NULL);
    int found = PCRE2_ERROR_NOMEMORY;
    if (data && context) {
        pcre2_set_heap_limit(context, MOST_MEMORY);
        pcre2_set_callout(context, at_item, &match);
        found = pcre2_match(pattern->code, (PCRE2_SPTR)text, length, 0, PCRE2_NO_UTF_CHECK, data, context);
    }
    pcre2_match_context_free(context);
    pcre2_match_data_free(data);
    *work += FIXED_PRICE + budget - match.budget;
    if (found >= 0) /* 0: matched, with more groups than there is room for */
        return QB_PATTERN_YES;
    return found == PCRE2_ERROR_NOMATCH ? QB_PATTERN_NO : QB_PATTERN_LIMIT;
}

enum qb_pattern_answer qb_pattern_match_counting(const struct qb_pattern *pattern, const char *text, size_t length,
                                                 uint64_t *work)
{
    if (!pattern->fast)
        return match_by_pcre2(pattern, text, length, work);
    *work += length / BYTES_A_UNIT;
    return qb_automaton_match(&pattern->automaton, text, length) ? QB_PATTERN_YES : QB_PATTERN_NO;
}

enum qb_pattern_answer qb_pattern_match(const struct qb_pattern *pattern, const char *text, size_t length)
{
    uint64_t work = 0;
    return qb_pattern_match_counting(pattern, text, length, &work);
}
