/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `qbis validate`: JSON Schema alone, for any schema and any JSON. A schema is JSON, or YAML when its name says so;
 * documents that it refers to are looked for in the directories given with --base, beneath them and nowhere else.
 *
 * Status: 0 when every instance is valid, 1 when one is not (or is no JSON), 2 when the schema is broken or a file
 * cannot be read.
 */
#include "core/base/file.h"
#include "core/base/limits.h"
#include "core/base/mem.h"
#include "core/data/yaml.h"
#include "schema/jsonschema/jsonschema.h"
#include "watcher/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Violations of one instance that are printed, each found by a look through the text. */
#define MOST_SHOWN 1000

/* --base URI=DIR */
struct base {
    char *uri;
    int dir;
    const char *name; /* of the directory, as given */
};

/* A schema document that was read. */
struct source {
    char *uri;  /* under which it was asked for; NULL: the root */
    char *path; /* for messages */
    bool yaml;
    struct qb_buf text;
    struct qb_json_doc *doc;
    const struct qb_json *root; /* NULL: broken */
};

struct validation {
    const struct qb_invocation *invocation;
    struct base *bases;
    size_t base_count, base_capacity;
    struct source **sources;
    size_t source_count, source_capacity;
    struct qb_schema *schema;
    struct qb_json_doc *doc; /* of the instance in hand */
    struct qb_violations violations;
    struct qb_buf line; /* of output */
    bool lines;         /* --jsonl */
    size_t checked, invalid;
    bool failed;
};

/* --- output --- */

static void begin_line(struct validation *v, const char *path, size_t line, uint32_t column)
{
    qb_buf_clear(&v->line);
    qb_buf_addf(&v->line, "%s:%zu:%u: ", path, line, column);
}

static void end_line(struct validation *v)
{
    qb_buf_add_char(&v->line, '\n');
    qb_say_text(stdout, qb_buf_text(&v->line), v->line.length);
}

static void print_json_fault(struct validation *v, const char *path, size_t line, const struct qb_json_fault *fault)
{
    begin_line(v, path, line, fault->column);
    qb_json_fault_message(&v->line, v->invocation->language, fault);
    end_line(v);
}

static void print_message(struct validation *v, const struct qb_violation *violation)
{
    qb_text_format(&v->line, v->invocation->language, violation->message_id, violation->args, violation->arg_count);
    end_line(v);
}

/* --- schema documents --- */

static bool ends_in(const char *text, const char *end)
{
    size_t length = strlen(text);
    size_t size = strlen(end);
    return length >= size && !strcmp(text + length - size, end);
}

static struct source *add_source(struct validation *v, const char *uri, const char *path)
{
    struct source *source = qb_mem_alloc(sizeof *source);
    source->uri = qb_mem_string(uri);
    source->path = qb_mem_string(path);
    source->yaml = ends_in(path, ".yaml") || ends_in(path, ".yml");
    source->doc = qb_json_doc_new();
    QB_MEM_GROW(v->sources, v->source_count, v->source_capacity);
    v->sources[v->source_count++] = source;
    return source;
}

static void free_source(struct source *source)
{
    qb_json_doc_free(source->doc);
    qb_buf_fini(&source->text);
    free(source->uri);
    free(source->path);
    free(source);
}

/* Parses what was read; a fault is printed and makes the run fail. */
static void parse_source(struct validation *v, struct source *source)
{
    struct qb_json_fault fault;
    const char *text = qb_buf_text(&source->text);
    source->root = source->yaml
                       ? qb_yaml_parse(source->doc, text, source->text.length, &fault)
                       : qb_json_parse(source->doc, text, source->text.length, &qb_json_document_options, &fault);
    if (source->root)
        return;
    print_json_fault(v, source->path, fault.line, &fault);
    v->failed = true;
}

/* What stands behind a base in an URI, decoded into `rest`; false when the URI is not under it. */
static bool relative_to(const struct base *base, const char *uri, struct qb_buf *rest)
{
    size_t length = strlen(base->uri);
    if (strncmp(uri, base->uri, length) != 0 || (length && base->uri[length - 1] != '/' && uri[length] != '/'))
        return false;
    uri += length;
    uri += strspn(uri, "/");
    qb_buf_clear(rest);
    for (; *uri && *uri != '?'; uri++) {
        unsigned value;
        char digits[3] = {0};
        if (*uri == '%' && uri[1] && uri[2]) {
            memcpy(digits, uri + 1, 2);
            if (sscanf(digits, "%2x", &value) != 1 || !value)
                return false;
            qb_buf_add_char(rest, (char)value);
            uri += 2;
        } else {
            qb_buf_add_char(rest, *uri);
        }
    }
    return rest->length;
}

/* Reads PATH, PATH.json, PATH.yaml or PATH.yml beneath the base's directory. */
static struct source *read_below(struct validation *v, const struct base *base, const char *uri, const char *path)
{
    static const char *const endings[] = {"", ".json", ".yaml", ".yml"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        struct qb_buf name = {0};
        struct qb_buf text = {0};
        struct source *source = NULL;
        qb_buf_addf(&name, "%s%s", path, endings[i]);
        if (qb_file_read(base->dir, name.data, QB_MAX_DOCUMENT, &text, NULL, NULL) == QB_OK) {
            struct qb_buf shown = {0};
            qb_buf_addf(&shown, "%s/%s", base->name, name.data);
            source = add_source(v, uri, shown.data);
            source->text = text;
            text = (struct qb_buf){0};
            qb_buf_fini(&shown);
        }
        qb_buf_fini(&name);
        qb_buf_fini(&text);
        if (source)
            return source;
    }
    return NULL;
}

static struct source *find_source(const struct validation *v, const char *uri)
{
    for (size_t i = 0; i < v->source_count; i++)
        if (v->sources[i]->uri && !strcmp(v->sources[i]->uri, uri))
            return v->sources[i];
    return NULL;
}

/* qb_schema_options.load: the base with the longest URI first. */
static const struct qb_json *load(void *context, const char *uri)
{
    struct validation *v = context;
    struct source *source = find_source(v, uri);
    const struct base *best = NULL;
    struct qb_buf rest = {0};
    if (source)
        return source->root;
    for (size_t i = 0; i < v->base_count; i++)
        if (relative_to(&v->bases[i], uri, &rest) && (!best || strlen(v->bases[i].uri) > strlen(best->uri)))
            best = &v->bases[i];
    if (best && relative_to(best, uri, &rest))
        source = read_below(v, best, uri, qb_buf_text(&rest));
    qb_buf_fini(&rest);
    if (!source)
        return NULL;
    parse_source(v, source);
    return source->root;
}

/* The document that a fault of compilation is in. */
static const struct source *source_of(const struct validation *v, const struct qb_violation *fault)
{
    const struct source *source = find_source(v, fault->document);
    return source ? source : v->sources[0];
}

/* A fault with its place. */
struct placed {
    const struct source *source;
    const struct qb_violation *fault;
    uint32_t line;
    uint32_t column;
};

static void place(struct placed *placed)
{
    const struct source *source = placed->source;
    const struct qb_violation *fault = placed->fault;
    const char *text = qb_buf_text(&source->text);
    placed->line = placed->column = 1;
    if (source->yaml)
        qb_yaml_locate(text, source->text.length, fault->pointer, fault->at_key, &placed->line, &placed->column);
    else
        qb_json_locate(text, source->text.length, fault->pointer, fault->at_key, &placed->line, &placed->column);
}

static int by_place(const void *a, const void *b)
{
    const struct placed *left = a;
    const struct placed *right = b;
    int order = strcmp(left->source->path, right->source->path);
    if (order)
        return order;
    if (left->line != right->line)
        return left->line < right->line ? -1 : 1;
    return (left->column > right->column) - (left->column < right->column);
}

/* In the order of the texts. */
static void print_faults(struct validation *v, const struct qb_violations *faults)
{
    struct placed *placed = qb_mem_array(faults->count, sizeof *placed);
    for (size_t i = 0; i < faults->count; i++) {
        placed[i].fault = &faults->items[i];
        placed[i].source = source_of(v, placed[i].fault);
        place(&placed[i]);
    }
    qsort(placed, faults->count, sizeof *placed, by_place);
    for (size_t i = 0; i < faults->count; i++) {
        begin_line(v, placed[i].source->path, placed[i].line, placed[i].column);
        print_message(v, placed[i].fault);
    }
    free(placed);
}

static bool read_schema(struct validation *v, const char *path, bool assert_formats)
{
    struct qb_schema_options options = {.assert_formats = assert_formats, .load = load, .load_context = v};
    struct qb_violations faults;
    struct qb_err err = {0};
    struct source *source = add_source(v, NULL, path);
    if (qb_file_read_path(path, QB_MAX_DOCUMENT, &source->text, &err) < 0) {
        qb_say_error(v->invocation, &err);
        return false;
    }
    parse_source(v, source);
    if (!source->root)
        return false;
    qb_violations_init(&faults);
    bool done = qb_schema_compile(&v->schema, source->root, &options, &faults) == QB_OK;
    print_faults(v, &faults);
    qb_violations_fini(&faults);
    return done && !v->failed;
}

/* --- instances --- */

static void print_violations(struct validation *v, const char *path, const char *text, size_t length, size_t first_line)
{
    for (size_t i = 0; i < v->violations.count; i++) {
        const struct qb_violation *violation = &v->violations.items[i];
        uint32_t line = 1;
        uint32_t column = 1;
        qb_json_locate(text, length, violation->pointer, violation->at_key, &line, &column);
        begin_line(v, path, first_line + line - 1, column);
        if (*violation->pointer)
            qb_buf_addf(&v->line, "%s: ", violation->pointer);
        print_message(v, violation);
    }
}

/* One instance, which begins on that line of its file. */
static bool check_instance(struct validation *v, const char *path, const char *text, size_t length, size_t line)
{
    struct qb_json_fault fault;
    const struct qb_json *value = qb_json_parse(v->doc, text, length, &qb_json_document_options, &fault);
    bool valid = value && qb_schema_valid(v->schema, value);
    v->checked++;
    v->invalid += !valid;
    if (!value)
        print_json_fault(v, path, line + fault.line - 1, &fault);
    if (!value || valid)
        return valid;
    qb_violations_clear(&v->violations);
    qb_schema_report(v->schema, value, MOST_SHOWN, &v->violations);
    print_violations(v, path, text, length, line);
    if (v->violations.count == MOST_SHOWN)
        qb_say(v->invocation, "validate.more", (struct qb_text_arg[]){{"file", path}}, 1);
    return false;
}

static bool is_blank(const char *text, size_t length)
{
    while (length && strchr(" \t\r", text[length - 1]))
        length--;
    return !length;
}

/* Each line that is not blank is an instance. */
static bool check_lines(struct validation *v, const char *path, const char *text, size_t length)
{
    bool valid = true;
    size_t number = 1;
    for (size_t start = 0; start < length; number++) {
        const char *end = memchr(text + start, '\n', length - start);
        size_t size = end ? (size_t)(end - text) - start : length - start;
        if (!is_blank(text + start, size))
            valid = check_instance(v, path, text + start, size, number) && valid;
        start += size + 1;
    }
    return valid;
}

static void check_file(struct validation *v, const char *path)
{
    struct qb_buf text = {0};
    struct qb_err err = {0};
    if (qb_file_read_path(path, QB_MAX_DOCUMENT, &text, &err) < 0) {
        qb_say_error(v->invocation, &err);
        v->failed = true;
    } else if (v->lines ? check_lines(v, path, qb_buf_text(&text), text.length)
                        : check_instance(v, path, qb_buf_text(&text), text.length, 1)) {
        qb_buf_clear(&v->line);
        qb_buf_addf(&v->line, "%s: valid", path);
        end_line(v);
    }
    qb_buf_fini(&text);
}

static void print_summary(const struct validation *v)
{
    char checked[24];
    char invalid[24];
    snprintf(checked, sizeof checked, "%zu", v->checked);
    snprintf(invalid, sizeof invalid, "%zu", v->invalid);
    qb_say(v->invocation, "validate.summary", (struct qb_text_arg[]){{"count", checked}, {"invalid", invalid}}, 2);
}

/* --- the command --- */

static int add_base(void *context, const char *value)
{
    struct validation *v = context;
    struct qb_err err = {0};
    const char *equals = strrchr(value, '=');
    if (!equals || equals == value || !equals[1]) {
        qb_say(v->invocation, "validate.base", (struct qb_text_arg[]){{"found", value}}, 1);
        return -1;
    }
    int dir = qb_file_open_dir(equals + 1, &err);
    if (dir < 0) {
        qb_say_error(v->invocation, &err);
        return -1;
    }
    QB_MEM_GROW(v->bases, v->base_count, v->base_capacity);
    v->bases[v->base_count++] =
        (struct base){.uri = qb_mem_copy(value, (size_t)(equals - value)), .dir = dir, .name = equals + 1};
    return 0;
}

static void validation_fini(struct validation *v)
{
    qb_schema_free(v->schema);
    for (size_t i = 0; i < v->source_count; i++)
        free_source(v->sources[i]);
    for (size_t i = 0; i < v->base_count; i++) {
        close(v->bases[i].dir);
        free(v->bases[i].uri);
    }
    free(v->sources);
    free(v->bases);
    qb_json_doc_free(v->doc);
    qb_violations_fini(&v->violations);
    qb_buf_fini(&v->line);
}

static int validate(struct validation *v, const char *schema, bool assert_formats, char **paths, int count)
{
    if (!schema || !count) {
        qb_say(v->invocation, schema ? "validate.no-file" : "validate.no-schema", NULL, 0);
        return QB_EXIT_FAILED;
    }
    if (!read_schema(v, schema, assert_formats))
        return QB_EXIT_FAILED;
    for (int i = 0; i < count; i++)
        check_file(v, paths[i]);
    if (v->lines)
        print_summary(v);
    if (v->failed)
        return QB_EXIT_FAILED;
    return v->invalid ? QB_EXIT_PROBLEMS : QB_EXIT_FINE;
}

int qb_cmd_validate(const struct qb_invocation *invocation, int argc, char **argv)
{
    struct validation v = {.invocation = invocation};
    const char *schema = NULL;
    bool assert_formats = false;
    struct qb_option options[] = {
        {.name = "--schema", .value = &schema},
        {.name = "--base", .each = add_base, .context = &v},
        {.name = "--assert-formats", .given = &assert_formats},
        {.name = "--jsonl", .given = &v.lines},
    };
    qb_violations_init(&v.violations);
    v.doc = qb_json_doc_new();
    int count = qb_options(invocation, "validate", argc, argv, options, sizeof options / sizeof *options);
    int status = count == -2 ? QB_EXIT_FINE : QB_EXIT_FAILED;
    if (count >= 0)
        status = validate(&v, schema, assert_formats, argv, count);
    validation_fini(&v);
    return status;
}
