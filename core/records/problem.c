/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The closed list of problem codes, and lists of problems. A list copies every string into its own arena, so that a
 * problem outlives the text, the document and the buffers it was found with. Sorting compares everything that a
 * problem holds: equal data give equal bytes in status/problems.json, whatever the order in which they were found.
 */
#include "core/records/problem.h"

#include <stdlib.h>
#include <string.h>

/* DESIGN section 4: an error means that the record is not used, a warning that it is. */
const struct qb_problem_row qb_problem_rows[QB_PROBLEM_CODES] = {
    [QB_PROBLEM_JSON_SYNTAX] = {"json-syntax", QB_SEVERITY_ERROR},
    [QB_PROBLEM_JSON_ENCODING] = {"json-encoding", QB_SEVERITY_ERROR},
    [QB_PROBLEM_JSON_DUPLICATE_KEY] = {"json-duplicate-key", QB_SEVERITY_ERROR},
    [QB_PROBLEM_JSON_NUMBER] = {"json-number", QB_SEVERITY_ERROR},
    [QB_PROBLEM_TOO_LARGE] = {"too-large", QB_SEVERITY_ERROR},
    [QB_PROBLEM_TOO_DEEP] = {"too-deep", QB_SEVERITY_ERROR},
    [QB_PROBLEM_NOT_A_FILE] = {"not-a-file", QB_SEVERITY_ERROR},
    [QB_PROBLEM_UNREADABLE] = {"unreadable", QB_SEVERITY_ERROR},
    [QB_PROBLEM_NO_KIND] = {"no-kind", QB_SEVERITY_ERROR},
    [QB_PROBLEM_SCHEMA] = {"schema", QB_SEVERITY_ERROR},
    [QB_PROBLEM_ID_NAME] = {"id-name", QB_SEVERITY_ERROR},
    [QB_PROBLEM_ID_DUPLICATE] = {"id-duplicate", QB_SEVERITY_ERROR},
    [QB_PROBLEM_REFERENCE] = {"reference", QB_SEVERITY_ERROR},
    [QB_PROBLEM_UNIQUE] = {"unique", QB_SEVERITY_ERROR},
    [QB_PROBLEM_FROZEN] = {"frozen", QB_SEVERITY_ERROR},
    [QB_PROBLEM_SAMPLES] = {"samples", QB_SEVERITY_ERROR},
    [QB_PROBLEM_VISIT_FACILITY] = {"visit-facility", QB_SEVERITY_ERROR},
    [QB_PROBLEM_DECREE_NUMBER] = {"decree-number", QB_SEVERITY_ERROR},
    [QB_PROBLEM_DATE_ORDER] = {"date-order", QB_SEVERITY_ERROR},
    [QB_PROBLEM_OUTSIDE_DECREE] = {"outside-decree", QB_SEVERITY_WARNING},
    [QB_PROBLEM_FUTURE] = {"future", QB_SEVERITY_WARNING},
    [QB_PROBLEM_DATE_UNLIKELY] = {"date-unlikely", QB_SEVERITY_WARNING},
    [QB_PROBLEM_RISK] = {"risk", QB_SEVERITY_WARNING},
    [QB_PROBLEM_FINDING_MISSING] = {"finding-missing", QB_SEVERITY_WARNING},
    [QB_PROBLEM_DECREE_OVERLAP] = {"decree-overlap", QB_SEVERITY_WARNING},
    [QB_PROBLEM_EXTENSION_BROKEN] = {"extension-broken", QB_SEVERITY_WARNING},
    [QB_PROBLEM_CONFLICT] = {"conflict", QB_SEVERITY_WARNING}, /* the record stays in use as it is */
    [QB_PROBLEM_MASS_DELETION] = {"mass-deletion", QB_SEVERITY_ERROR},
    [QB_PROBLEM_NAME_UNPORTABLE] = {"name-unportable", QB_SEVERITY_WARNING},
    [QB_PROBLEM_GENERATED_EDITED] = {"generated-edited", QB_SEVERITY_WARNING},
    [QB_PROBLEM_PUT_BACK] = {"put-back", QB_SEVERITY_WARNING},
    [QB_PROBLEM_SETTINGS] = {"settings", QB_SEVERITY_ERROR},
    [QB_PROBLEM_KIND] = {"kind", QB_SEVERITY_ERROR},
};

void qb_problems_fini(struct qb_problems *list)
{
    free(list->items);
    qb_arena_fini(&list->arena);
    *list = (struct qb_problems){0};
}

void qb_problems_clear(struct qb_problems *list)
{
    qb_arena_reset(&list->arena);
    list->count = 0;
}

/* NULL stays NULL. */
static const char *keep(struct qb_arena *arena, const char *text)
{
    return text ? qb_arena_copy(arena, text, strlen(text)) : NULL;
}

struct qb_problem *qb_problems_add(struct qb_problems *list, const struct qb_problem *problem)
{
    struct qb_arena *arena = &list->arena;
    struct qb_problem copy = *problem;
    copy.keyword = keep(arena, problem->keyword);
    copy.kind = keep(arena, problem->kind);
    copy.record = keep(arena, problem->record);
    copy.path = keep(arena, problem->path ? problem->path : "");
    copy.pointer = keep(arena, problem->pointer ? problem->pointer : "");
    copy.message_id = keep(arena, problem->message_id);
    copy.used = keep(arena, problem->used);
    for (size_t i = 0; i < copy.arg_count; i++) {
        copy.args[i].name = keep(arena, problem->args[i].name);
        copy.args[i].value = keep(arena, problem->args[i].value);
    }
    QB_MEM_GROW(list->items, list->count, list->capacity);
    list->items[list->count] = copy;
    return &list->items[list->count++];
}

enum qb_severity qb_problem_severity(const struct qb_problem *problem)
{
    return qb_problem_rows[problem->code].severity;
}

static int compare_text(const char *a, const char *b)
{
    if (a == b)
        return 0;
    if (!a || !b)
        return a ? 1 : -1;
    return strcmp(a, b);
}

static int compare_number(size_t a, size_t b)
{
    return a == b ? 0 : a < b ? -1 : 1;
}

static int compare_message(const struct qb_problem *a, const struct qb_problem *b)
{
    int order = compare_text(a->message_id, b->message_id);
    if (!order)
        order = compare_number(a->arg_count, b->arg_count);
    for (size_t i = 0; !order && i < a->arg_count; i++) {
        order = compare_text(a->args[i].name, b->args[i].name);
        if (!order)
            order = compare_text(a->args[i].value, b->args[i].value);
    }
    return order;
}

static int compare(const void *left, const void *right)
{
    const struct qb_problem *a = left;
    const struct qb_problem *b = right;
    int order = compare_text(a->path, b->path);
    if (!order)
        order = compare_number(a->line, b->line);
    if (!order)
        order = compare_number(a->column, b->column);
    if (!order)
        order = strcmp(qb_problem_rows[a->code].name, qb_problem_rows[b->code].name);
    if (!order)
        order = compare_text(a->pointer, b->pointer);
    if (!order)
        order = compare_message(a, b);
    if (!order)
        order = compare_text(a->keyword, b->keyword);
    if (!order)
        order = compare_text(a->kind, b->kind);
    if (!order)
        order = compare_text(a->record, b->record);
    return order ? order : compare_text(a->used, b->used);
}

void qb_problems_sort(struct qb_problems *list)
{
    if (list->count)
        qsort(list->items, list->count, sizeof *list->items, compare);
}

size_t qb_problems_errors(const struct qb_problems *list)
{
    size_t errors = 0;
    for (size_t i = 0; i < list->count; i++)
        errors += qb_problem_severity(&list->items[i]) == QB_SEVERITY_ERROR;
    return errors;
}

void qb_problem_message(struct qb_buf *out, enum qb_language language, const struct qb_problem *problem)
{
    qb_text_format(out, language, problem->message_id, problem->args, problem->arg_count);
}
