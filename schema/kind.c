/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads kinds. The annotations are gathered once, when a kind is read, into a flat table of fields with the way to
 * each (through properties, items, allOf and local $ref), so that looking at a record is a walk along known ways.
 */
#include "schema/kind.h"

#include "core/base/embed.h"
#include "core/base/limits.h"
#include "core/data/yaml.h"
#include "schema/formats.h"
#include "schema/kind_gather.h"
#include "schema/kind_problem.h"
#include "schema/kind_source.h"

#include <stdlib.h>
#include <string.h>

/* The kinds that C code knows by name (the schedule and the checks that no schema can express). */
static const char *const role_names[QB_ROLES] = {
    [QB_ROLE_COMPANY] = "company", [QB_ROLE_FACILITY] = "facility", [QB_ROLE_COMMODITY] = "commodity",
    [QB_ROLE_OFFICER] = "officer", [QB_ROLE_DECREE] = "decree",     [QB_ROLE_SHIPMENT] = "shipment",
    [QB_ROLE_VISIT] = "visit",     [QB_ROLE_FINDING] = "finding",
};

/* What reading one kind needs at hand. */
struct reader {
    struct qb_kind *kind;
    const struct qb_json *root;
    struct qb_problem base;
    struct qb_problems *problems;
    const char *text;
    size_t length;
};

static const char *copy_of(struct reader *reader, const char *text)
{
    return text ? qb_arena_copy(&reader->kind->arena, text, strlen(text)) : NULL;
}

/* --- problems --- */

/* A problem of the kind file at `pointer`. */
static void complain(void *context, const char *pointer, const char *message_id, const char *found)
{
    struct reader *reader = context;
    struct qb_problem problem = reader->base;
    problem.pointer = pointer;
    problem.message_id = message_id;
    problem.args[0] = (struct qb_text_arg){"found", found};
    problem.arg_count = 1;
    qb_yaml_locate(reader->text, reader->length, pointer, false, &problem.line, &problem.column);
    qb_problems_add(reader->problems, &problem);
}

/* --- annotations of the root --- */

/* One row of x-qbis-frozen-when; false when its value is none of the three forms. */
static bool read_condition(struct reader *reader, const struct qb_json *value, struct qb_kind_condition *condition)
{
    const char *word = qb_json_string(value);
    condition->property = copy_of(reader, value->key);
    if (word && !strcmp(word, "present")) {
        condition->type = QB_CONDITION_PRESENT;
        return true;
    }
    if (word && !strcmp(word, "reached")) {
        condition->type = QB_CONDITION_REACHED;
        return true;
    }
    if (value->type != QB_JSON_ARRAY)
        return false;
    const char **values = qb_arena_alloc(&reader->kind->arena, (value->length + 1) * sizeof *values);
    for (uint32_t i = 0; i < value->length; i++) {
        if (value->as.items[i].type != QB_JSON_STRING)
            return false;
        values[i] = copy_of(reader, value->as.items[i].as.string);
    }
    condition->type = QB_CONDITION_ONE_OF;
    condition->values = values;
    condition->value_count = value->length;
    return true;
}

static void read_conditions(struct reader *reader)
{
    const struct qb_json *when = qb_json_get(reader->root, "x-qbis-frozen-when");
    if (!when)
        return;
    if (when->type != QB_JSON_OBJECT) {
        complain(reader, "/x-qbis-frozen-when", "kind.frozen-when", "");
        return;
    }
    struct qb_kind *kind = reader->kind;
    kind->conditions = qb_arena_alloc(&kind->arena, (when->length + 1) * sizeof *kind->conditions);
    for (uint32_t i = 0; i < when->length; i++) {
        struct qb_kind_condition *condition = &kind->conditions[kind->condition_count++];
        *condition = (struct qb_kind_condition){0};
        if (read_condition(reader, &when->as.items[i], condition))
            continue;
        struct qb_buf pointer = {0};
        qb_buf_add_string(&pointer, "/x-qbis-frozen-when");
        qb_json_pointer_add(&pointer, when->as.items[i].key, when->as.items[i].key_length);
        complain(reader, qb_buf_text(&pointer), "kind.frozen-when", when->as.items[i].key);
        qb_buf_fini(&pointer);
    }
}

static bool allowed(const char *text, const char *set, size_t most)
{
    size_t length = text ? strlen(text) : 0;
    return length && length <= most && strspn(text, set) == length;
}

/* Name, folder and prefix: what a kind cannot do without. */
static void read_identity(struct reader *reader)
{
    static const struct {
        const char *keyword;
        const char *pointer;
        const char *message_id;
        const char *set;
    } rows[] = {
        {"x-qbis-kind", "/x-qbis-kind", "kind.name", "abcdefghijklmnopqrstuvwxyz0123456789_-"},
        {"x-qbis-folder", "/x-qbis-folder", "kind.folder", "abcdefghijklmnopqrstuvwxyz0123456789_-"},
        {"x-qbis-prefix", "/x-qbis-prefix", "kind.prefix", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
    };
    const char *values[3];
    for (size_t i = 0; i < 3; i++) {
        const char *text = qb_json_string(qb_json_get(reader->root, rows[i].keyword));
        if (!allowed(text, rows[i].set, QB_MAX_ID))
            complain(reader, rows[i].pointer, rows[i].message_id, text ? text : "");
        values[i] = copy_of(reader, text ? text : "");
    }
    struct qb_kind *kind = reader->kind;
    kind->name = values[0];
    kind->folder = values[1];
    kind->prefix = values[2];
    for (int role = 1; role < QB_ROLES; role++)
        if (!strcmp(kind->name, role_names[role]))
            kind->role = (enum qb_role)role;
}

static void compile(struct reader *reader)
{
    struct qb_violations faults;
    qb_violations_init(&faults);
    struct qb_schema_options options = {.assert_formats = true, .words = QB_KIND_MESSAGES};
    options.formats = qb_formats(&options.format_count);
    if (qb_schema_compile(&reader->kind->schema, reader->root, &options, &faults) < 0)
        qb_kind_report(reader->problems, &reader->base, &faults, NULL, reader->text, reader->length, true);
    qb_violations_fini(&faults);
}

struct qb_kind *qb_kind_parse(const char *source, const char *text, size_t length, struct qb_problems *problems)
{
    struct qb_kind *kind = qb_mem_alloc(sizeof *kind);
    struct qb_kind_source file;
    struct qb_json_fault fault;
    size_t before = problems->count;
    struct reader reader = {
        .kind = kind,
        .base = {.code = QB_PROBLEM_KIND, .path = source, .pointer = "", .line = 1, .column = 1},
        .problems = problems,
        .text = text,
        .length = length,
    };
    qb_arena_init(&kind->arena);
    kind->source = copy_of(&reader, source);
    kind->text = qb_arena_copy(&kind->arena, text, length);
    kind->text_length = length;
    qb_kind_source_init(&file);
    reader.root = qb_kind_source_read(&file, text, length, &fault);
    if (!reader.root) {
        qb_kind_report_fault(problems, &reader.base, &fault);
    } else if (reader.root->type != QB_JSON_OBJECT) {
        complain(&reader, "", "kind.not-a-mapping", "");
    } else {
        read_identity(&reader);
        compile(&reader);
        qb_kind_read_label(kind, reader.root, kind->label);
        read_conditions(&reader);
        qb_kind_gather(kind, reader.root, complain, &reader);
    }
    qb_kind_source_fini(&file);
    if (problems->count > before) {
        qb_kind_free(kind);
        return NULL;
    }
    return kind;
}

void qb_kind_free(struct qb_kind *kind)
{
    if (!kind)
        return;
    qb_schema_free(kind->schema);
    free(kind->fields);
    qb_arena_fini(&kind->arena);
    free(kind);
}

/* --- the set --- */

struct qb_kinds *qb_kinds_new(void)
{
    struct qb_kinds *kinds = qb_mem_alloc(sizeof *kinds);
    struct qb_problems problems = {0};
    for (int role = 1; role < QB_ROLES; role++) {
        struct qb_buf name = {0};
        const char *bytes;
        size_t length;
        qb_buf_addf(&name, "schema/kinds/%s.yaml", role_names[role]);
        struct qb_kind *kind = NULL;
        if (qb_embed_find(qb_buf_text(&name), &bytes, &length))
            kind = qb_kind_parse("", bytes, length, &problems);
        if (!kind) /* the build would be broken: a test reads each */
            abort();
        qb_kinds_add(kinds, kind, &problems);
        qb_buf_fini(&name);
    }
    qb_problems_fini(&problems);
    return kinds;
}

void qb_kinds_free(struct qb_kinds *kinds)
{
    if (!kinds)
        return;
    for (size_t i = 0; i < kinds->count; i++)
        qb_kind_free(kinds->items[i]);
    free(kinds);
}

static void clash(struct qb_kind *kind, const char *pointer, const char *message_id, const char *found,
                  struct qb_problems *problems)
{
    struct qb_problem problem = {.code = QB_PROBLEM_KIND,
                                 .path = kind->source,
                                 .pointer = pointer,
                                 .line = 1,
                                 .column = 1,
                                 .message_id = message_id,
                                 .args = {{"found", found}},
                                 .arg_count = 1};
    qb_problems_add(problems, &problem);
}

bool qb_kinds_add(struct qb_kinds *kinds, struct qb_kind *kind, struct qb_problems *problems)
{
    size_t at = kinds->count;
    size_t before = problems->count;
    for (size_t i = 0; i < kinds->count; i++) {
        const struct qb_kind *other = kinds->items[i];
        if (!strcmp(other->name, kind->name))
            at = i;
        else if (!strcmp(other->folder, kind->folder))
            clash(kind, "/x-qbis-folder", "kind.folder-taken", kind->folder, problems);
        else if (!strcmp(other->prefix, kind->prefix))
            clash(kind, "/x-qbis-prefix", "kind.prefix-taken", kind->prefix, problems);
    }
    if (at < kinds->count && kinds->items[at]->source[0])
        clash(kind, "/x-qbis-kind", "kind.name-taken", kind->name, problems);
    if (at == QB_MAX_KINDS)
        clash(kind, "", "kind.too-many", kind->name, problems);
    if (problems->count > before) {
        qb_kind_free(kind);
        return false;
    }
    if (at < kinds->count)
        qb_kind_free(kinds->items[at]);
    else
        kinds->count++;
    kind->index = (uint8_t)at;
    kinds->items[at] = kind;
    return true;
}

void qb_kinds_finish(struct qb_kinds *kinds, struct qb_problems *problems)
{
    for (size_t i = 0; i < kinds->count; i++)
        for (size_t j = 0; j < kinds->items[i]->field_count; j++) {
            struct qb_kind_field *field = &kinds->items[i]->fields[j];
            if (!field->ref)
                continue;
            const struct qb_kind *target = qb_kinds_find(kinds, field->ref);
            if (target) {
                field->ref_kind = target->index;
                continue;
            }
            clash(kinds->items[i], "", "kind.unknown-ref", field->ref, problems);
            field->ref = NULL;
        }
}

const struct qb_kind *qb_kinds_find(const struct qb_kinds *kinds, const char *name)
{
    for (size_t i = 0; i < kinds->count; i++)
        if (!strcmp(kinds->items[i]->name, name))
            return kinds->items[i];
    return NULL;
}

const struct qb_kind *qb_kinds_of_role(const struct qb_kinds *kinds, enum qb_role role)
{
    return qb_kinds_find(kinds, role_names[role]);
}

const struct qb_kind *qb_kinds_of_path(const struct qb_kinds *kinds, const char *path)
{
    static const char root[] = "records/";
    if (strncmp(path, root, sizeof root - 1))
        return NULL;
    path += sizeof root - 1;
    const char *slash = strchr(path, '/');
    for (size_t i = 0; slash && i < kinds->count; i++) {
        const char *folder = kinds->items[i]->folder;
        if (strlen(folder) == (size_t)(slash - path) && !strncmp(folder, path, (size_t)(slash - path)))
            return kinds->items[i];
    }
    return NULL;
}

/* --- the way to a field --- */

struct way {
    const struct qb_kind_field *field;
    qb_kind_visit *visit;
    void *context;
    struct qb_buf pointer;
};

static void follow(struct way *way, const struct qb_json *value, size_t step)
{
    if (step == way->field->step_count) {
        way->visit(way->context, value, qb_buf_text(&way->pointer));
        return;
    }
    const struct qb_kind_step *at = &way->field->steps[step];
    const struct qb_json *member = qb_json_get_bytes(value, at->name, at->length);
    size_t length = way->pointer.length;
    if (!member)
        return;
    qb_json_pointer_add(&way->pointer, at->name, at->length);
    if (!at->items) {
        follow(way, member, step + 1);
    } else if (member->type == QB_JSON_ARRAY) {
        size_t inner = way->pointer.length;
        for (uint32_t i = 0; i < member->length; i++) {
            qb_json_pointer_add_index(&way->pointer, i);
            follow(way, &member->as.items[i], step + 1);
            way->pointer.length = inner;
        }
    }
    way->pointer.length = length;
    way->pointer.data[length] = '\0';
}

static void follow_value(const struct qb_kind_field *field, const struct qb_json *value, size_t step,
                         qb_kind_visit_value *visit, void *context)
{
    if (step == field->step_count) {
        visit(context, value);
        return;
    }
    const struct qb_kind_step *at = &field->steps[step];
    const struct qb_json *member = qb_json_get_bytes(value, at->name, at->length);
    if (!member || (at->items && member->type != QB_JSON_ARRAY))
        return;
    if (!at->items)
        follow_value(field, member, step + 1, visit, context);
    for (uint32_t i = 0; at->items && i < member->length; i++)
        follow_value(field, &member->as.items[i], step + 1, visit, context);
}

void qb_kind_each_value(const struct qb_kind_field *field, const struct qb_json *record, qb_kind_visit_value *visit,
                        void *context)
{
    follow_value(field, record, 0, visit, context);
}

void qb_kind_each(const struct qb_kind_field *field, const struct qb_json *record, qb_kind_visit *visit, void *context)
{
    struct way way = {.field = field, .visit = visit, .context = context};
    follow(&way, record, 0);
    qb_buf_fini(&way.pointer);
}
