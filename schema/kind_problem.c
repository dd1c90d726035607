/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JSON Schema speaks of names and pointers; a clerk knows the words that the kind gives them. They are looked up by the
 * place of the violation: a pointer is followed along the steps of each annotated field. Only problems come here, so a
 * walk over the fields of the kind is cheap enough.
 */
#include "schema/kind_problem.h"

#include "core/data/yaml.h"

#include <stdio.h>
#include <string.h>

/* --- the field at a place --- */

/* What follows the reference token that stands for `name` (RFC 6901 section 3), or NULL. */
static const char *after_name(const char *pointer, const struct qb_kind_step *step)
{
    if (*pointer++ != '/')
        return NULL;
    for (size_t i = 0; i < step->length; i++) {
        char c = step->name[i];
        bool escaped = c == '~' || c == '/';
        if (escaped && *pointer++ != '~')
            return NULL;
        if (*pointer++ != (escaped ? (c == '~' ? '0' : '1') : c))
            return NULL;
    }
    return *pointer == '/' || !*pointer ? pointer : NULL;
}

static const char *after_index(const char *pointer)
{
    size_t digits = *pointer == '/' ? strspn(pointer + 1, "0123456789") : 0;
    return digits ? pointer + 1 + digits : NULL;
}

static bool leads_to(const char *pointer, const struct qb_kind_field *field)
{
    for (size_t i = 0; pointer && i < field->step_count; i++) {
        pointer = after_name(pointer, &field->steps[i]);
        if (pointer && field->steps[i].items)
            pointer = after_index(pointer);
    }
    return pointer && !*pointer;
}

const struct qb_kind_field *qb_kind_field_at(const struct qb_kind *kind, const char *pointer)
{
    for (size_t i = 0; i < kind->field_count; i++)
        if (leads_to(pointer, &kind->fields[i]))
            return &kind->fields[i];
    return NULL;
}

/* --- words --- */

static const char *arg_value(const struct qb_problem *problem, const char *name)
{
    for (size_t i = 0; i < problem->arg_count; i++)
        if (!strcmp(problem->args[i].name, name))
            return problem->args[i].value;
    return NULL;
}

/* What the problem is about, when its sentence does not say so. */
static void name_subject(struct qb_problem *problem, const struct qb_kind *kind)
{
    const struct qb_kind_field *field = qb_kind_field_at(kind, problem->pointer);
    if (!field || arg_value(problem, "property") || problem->arg_count == QB_PROBLEM_ARGS)
        return;
    const char *name = field->steps[field->step_count - 1].name;
    problem->args[problem->arg_count++] = (struct qb_text_arg){"subject", name};
    qb_problem_label(problem, "subject", field->label);
}

void qb_kind_name(struct qb_problem *problem, const struct qb_kinds *kinds, const struct qb_kind *kind)
{
    static const char *const names[] = {"property", "other"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = arg_value(problem, names[i]);
        for (size_t j = 0; value && j < kind->field_count; j++)
            if (!strcmp(kind->fields[j].path, value))
                qb_problem_label(problem, names[i], kind->fields[j].label);
    }
    const char *name = arg_value(problem, "kind");
    const struct qb_kind *named = name ? qb_kinds_find(kinds, name) : NULL;
    if (named)
        qb_problem_label(problem, "kind", named->label);
    name_subject(problem, kind);
}

/* --- violations of a schema --- */

/* Names an argument that is the name of a member of the object at the first `length` bytes of a pointer. */
static void name_member(struct qb_problem *problem, const char *arg, const struct qb_kind *kind, size_t length)
{
    const char *name = arg_value(problem, arg);
    if (!name)
        return;
    struct qb_buf pointer = {0};
    qb_buf_add(&pointer, problem->pointer, length);
    qb_json_pointer_add(&pointer, name, strlen(name));
    const struct qb_kind_field *field = qb_kind_field_at(kind, qb_buf_text(&pointer));
    if (field)
        qb_problem_label(problem, arg, field->label);
    qb_buf_fini(&pointer);
}

static void name_members(struct qb_problem *problem, const struct qb_violation *violation, const struct qb_kind *kind)
{
    const char *last = strrchr(violation->pointer, '/');
    size_t length = violation->at_key && last ? (size_t)(last - violation->pointer) : strlen(violation->pointer);
    if (arg_value(problem, "property")) {
        name_member(problem, "property", kind, length);
        name_member(problem, "trigger", kind, length);
        name_member(problem, "nearest", kind, length);
    } else if (violation->arg_count) {
        name_subject(problem, kind);
    }
}

static struct qb_problem problem_of(const struct qb_problem *base, const struct qb_violation *violation,
                                    const struct qb_kind *kind)
{
    struct qb_problem problem = *base;
    problem.keyword = violation->keyword;
    problem.pointer = violation->pointer;
    problem.message_id = violation->message_id;
    problem.arg_count = violation->arg_count;
    memcpy(problem.args, violation->args, sizeof problem.args);
    const struct qb_json *own = qb_json_get(violation->words, violation->keyword);
    for (int i = 0; i < QB_LANGUAGES; i++)
        problem.sentence[i] = qb_json_string(qb_json_get(own, qb_text_language_tag((enum qb_language)i)));
    if (kind)
        name_members(&problem, violation, kind);
    return problem;
}

/* Some sentences speak of brackets and quotes, where YAML has lines. */
static void speak_of_yaml(struct qb_problem *problem, struct qb_buf *id)
{
    bool whole = !*problem->pointer && !strcmp(problem->message_id, "schema.type.object");
    if (whole) {
        const char *found = arg_value(problem, "found");
        problem->message_id = found && !strcmp(found, "null") ? "yaml.empty" : "yaml.not-a-mapping";
        return;
    }
    qb_buf_addf(id, "%s.yaml", problem->message_id);
    if (qb_text_find(QB_INDONESIAN, id->data))
        problem->message_id = id->data;
}

void qb_kind_report(struct qb_problems *problems, const struct qb_problem *base, const struct qb_violations *violations,
                    const struct qb_kind *kind, const char *text, size_t length, bool yaml)
{
    for (size_t i = 0; i < violations->count; i++) {
        const struct qb_violation *violation = &violations->items[i];
        struct qb_problem problem = problem_of(base, violation, kind);
        struct qb_buf id = {0};
        if (yaml)
            speak_of_yaml(&problem, &id);
        (yaml ? qb_yaml_locate : qb_json_locate)(text, length, violation->pointer, violation->at_key, &problem.line,
                                                 &problem.column);
        qb_problems_add(problems, &problem);
        qb_buf_fini(&id);
    }
}

void qb_kind_violation_message(struct qb_buf *out, enum qb_language language, const struct qb_kind *kind,
                               const struct qb_violation *violation)
{
    struct qb_problem problem = problem_of(&(struct qb_problem){0}, violation, kind);
    qb_problem_message(out, language, &problem);
}

void qb_kind_report_fault(struct qb_problems *problems, const struct qb_problem *base,
                          const struct qb_json_fault *fault)
{
    static const enum qb_problem_code codes[] = {
        [QB_JSON_SYNTAX] = QB_PROBLEM_JSON_SYNTAX,
        [QB_JSON_ENCODING] = QB_PROBLEM_JSON_ENCODING,
        [QB_JSON_DUPLICATE_KEY] = QB_PROBLEM_JSON_DUPLICATE_KEY,
        [QB_JSON_TOO_LARGE] = QB_PROBLEM_TOO_LARGE,
        [QB_JSON_TOO_DEEP] = QB_PROBLEM_TOO_DEEP,
        [QB_JSON_NUMBER_RANGE] = QB_PROBLEM_JSON_NUMBER,
    };
    struct qb_problem problem = *base;
    if (problem.code == QB_PROBLEM_SCHEMA)
        problem.code = codes[fault->code];
    problem.pointer = "";
    problem.line = fault->line;
    problem.column = fault->column;
    problem.message_id = fault->reason;
    char other_line[16];
    char limit[24];
    snprintf(other_line, sizeof other_line, "%u", fault->other_line);
    snprintf(limit, sizeof limit, "%zu", fault->limit);
    problem.args[0] = (struct qb_text_arg){"found", fault->found};
    problem.args[1] = (struct qb_text_arg){"other_line", other_line};
    problem.args[2] = (struct qb_text_arg){"limit", limit};
    problem.arg_count = 3;
    qb_problems_add(problems, &problem);
}
