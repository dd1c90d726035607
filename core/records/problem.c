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
    [QB_PROBLEM_MASS_INVALID] = {"mass-invalid", QB_SEVERITY_ERROR},
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
    for (int l = 0; l < QB_LANGUAGES; l++) {
        copy.sentence[l] = keep(arena, problem->sentence[l]);
        for (size_t i = 0; i < copy.label_count; i++)
            copy.labels[i].words[l] = keep(arena, problem->labels[i].words[l]);
    }
    for (size_t i = 0; i < copy.label_count; i++)
        copy.labels[i].arg = keep(arena, problem->labels[i].arg);
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

/* --- words --- */

static size_t arg_named(const struct qb_problem *problem, const char *name)
{
    size_t i = 0;
    while (i < problem->arg_count && strcmp(problem->args[i].name, name))
        i++;
    return i;
}

void qb_problem_label(struct qb_problem *problem, const char *arg, const char *const words[QB_LANGUAGES])
{
    if (arg_named(problem, arg) == problem->arg_count || problem->label_count == QB_PROBLEM_LABELS)
        return;
    struct qb_problem_label label = {.arg = arg};
    bool any = false;
    for (int i = 0; i < QB_LANGUAGES; i++) {
        for (int other = 0; !label.words[i] && other < QB_LANGUAGES; other++) /* its own first, else another's */
            label.words[i] = words[(i + other) % QB_LANGUAGES];
        any |= label.words[i] != NULL;
    }
    if (any)
        problem->labels[problem->label_count++] = label;
}

/* How much of the words is the name in other letters: all of "Certificate number" for certificate_number. */
static size_t repeats(const char *words, const char *name)
{
    size_t i = 0;
    for (; name[i]; i++) {
        char a = words[i] >= 'A' && words[i] <= 'Z' ? (char)(words[i] - 'A' + 'a') : words[i];
        if (a != name[i] && !(a == ' ' && name[i] == '_'))
            return 0;
    }
    return words[i] && words[i] != ' ' ? 0 : i;
}

/* "Nomor sertifikat (certificate_number)"; where the words begin with the name, one of them says both. False when that
 * is the name. */
static bool compose(struct qb_buf *out, const char *words, const char *name)
{
    size_t repeated = repeats(words, name);
    if (repeated && !words[repeated])
        return false;
    if (repeated)
        qb_buf_add_string(out, words);
    else
        qb_buf_addf(out, "%s (%s)", words, name);
    return true;
}

/* Takes the quotation marks off a name that is going to be in brackets behind its words. */
static void unquote(struct qb_buf *text, const char *arg)
{
    struct qb_buf quoted = {0};
    char *at;
    qb_buf_addf(&quoted, "\"{%s}\"", arg);
    while (text->length && (at = strstr(text->data, quoted.data))) {
        memmove(at, at + 1, quoted.length - 2);
        memmove(at + quoted.length - 2, at + quoted.length, strlen(at + quoted.length) + 1);
        text->length -= 2;
    }
    qb_buf_fini(&quoted);
}

void qb_problem_message(struct qb_buf *out, enum qb_language language, const struct qb_problem *problem)
{
    struct qb_text_arg args[QB_PROBLEM_ARGS];
    struct qb_buf names[QB_PROBLEM_LABELS] = {0};
    struct qb_buf text = {0};
    bool subject = false;
    memcpy(args, problem->args, sizeof args);
    const char *own = problem->sentence[language];
    qb_buf_add_string(&text, own ? own : qb_text(language, problem->message_id));
    for (size_t i = 0; i < problem->label_count; i++) {
        const struct qb_problem_label *label = &problem->labels[i];
        struct qb_text_arg *arg = &args[arg_named(problem, label->arg)];
        const char *name = arg->value ? arg->value : "";
        subject |= !strcmp(arg->name, "subject");
        if (!compose(&names[i], label->words[language], name))
            continue;
        arg->value = names[i].data;
        unquote(&text, arg->name);
    }
    if (subject)
        qb_text_format(out, language, "problem.subject", args, problem->arg_count);
    qb_text_fill(out, qb_buf_text(&text), args, problem->arg_count);
    for (size_t i = 0; i < problem->label_count; i++)
        qb_buf_fini(&names[i]);
    qb_buf_fini(&text);
}
