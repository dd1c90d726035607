/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A mapping goes the way of the settings: YAML, a schema, problems with line and column, then a plain struct. */
#include "schema/mapping.h"

#include "core/base/embed.h"
#include "core/data/yaml.h"
#include "schema/kind_problem.h"

#include <stdlib.h>
#include <string.h>

static bool conforms(const struct qb_json *root, const struct qb_problem *base, const char *text, size_t length,
                     struct qb_problems *problems)
{
    const char *bytes = "";
    size_t size = 0;
    struct qb_json_fault fault;
    struct qb_violations violations;
    struct qb_schema *schema = NULL;
    struct qb_json_doc *doc = qb_json_doc_new();
    struct qb_schema_options options = {.assert_formats = true};
    qb_violations_init(&violations);
    qb_embed_find("schema/mapping.yaml", &bytes, &size);
    const struct qb_json *source = qb_yaml_parse(doc, bytes, size, &fault);
    if (!source || qb_schema_compile(&schema, source, &options, &violations) < 0)
        abort(); /* our own file: a test reads it */
    bool fine = qb_schema_report(schema, root, 0, &violations) == 0;
    if (!fine)
        qb_kind_report(problems, base, &violations, NULL, text, length, true);
    qb_schema_free(schema);
    qb_json_doc_free(doc);
    qb_violations_fini(&violations);
    return fine;
}

static const char *keep(struct qb_mapping *mapping, const char *text, size_t length)
{
    return qb_arena_copy(&mapping->arena, text, length);
}

/* Texts stay as they are, all else is as JSON writes it. */
static const char *words_of(struct qb_mapping *mapping, const struct qb_json *value)
{
    if (value->type == QB_JSON_NULL)
        return NULL;
    if (value->type == QB_JSON_STRING)
        return keep(mapping, value->as.string, value->length);
    struct qb_buf words = {0};
    qb_json_write_compact(&words, value);
    const char *kept = keep(mapping, qb_buf_text(&words), words.length);
    qb_buf_fini(&words);
    return kept;
}

static struct qb_mapping_row *read_rows(struct qb_mapping *mapping, const struct qb_json *object, size_t *count)
{
    *count = object ? object->length : 0;
    struct qb_mapping_row *rows = qb_arena_alloc(&mapping->arena, (*count + 1) * sizeof *rows);
    for (size_t i = 0; i < *count; i++) {
        const struct qb_json *member = &object->as.items[i];
        rows[i].name = keep(mapping, member->key, member->key_length);
        rows[i].words = words_of(mapping, member);
    }
    return rows;
}

/* The code of a word of an enum, or 0. */
static int code_of(const struct qb_json *root, const char *property)
{
    static const struct {
        const char *property;
        const char *word;
        int code;
    } rows[] = {
        {"delimiter", "comma", ','},
        {"delimiter", "semicolon", ';'},
        {"delimiter", "tab", '\t'},
        {"delimiter", "bar", '|'},
        {"encoding", "utf-8", QB_CSV_UTF8},
        {"encoding", "utf-16le", QB_CSV_UTF16LE},
        {"encoding", "utf-16be", QB_CSV_UTF16BE},
        {"encoding", "windows-1252", QB_CSV_WINDOWS_1252},
        {"decimal", "comma", QB_DECIMAL_COMMA},
        {"decimal", "point", QB_DECIMAL_POINT},
    };
    const char *word = qb_json_string(qb_json_get(root, property));
    for (size_t i = 0; word && i < sizeof rows / sizeof *rows; i++)
        if (!strcmp(rows[i].property, property) && !strcmp(rows[i].word, word))
            return rows[i].code;
    return 0;
}

bool qb_mapping_read(struct qb_mapping *mapping, const char *path, const char *text, size_t length,
                     struct qb_problems *problems)
{
    struct qb_problem base = {.code = QB_PROBLEM_SETTINGS, .path = path, .pointer = "", .line = 1, .column = 1};
    struct qb_json_doc *doc = qb_json_doc_new();
    struct qb_json_fault fault;
    const struct qb_json *root = qb_yaml_parse(doc, text, length, &fault);
    *mapping = (struct qb_mapping){0};
    qb_arena_init(&mapping->arena);
    bool fine = false;
    if (!root) {
        qb_kind_report_fault(problems, &base, &fault);
    } else if (conforms(root, &base, text, length, problems)) {
        mapping->columns = read_rows(mapping, qb_json_get(root, "columns"), &mapping->column_count);
        mapping->values = read_rows(mapping, qb_json_get(root, "values"), &mapping->value_count);
        mapping->table.delimiter = (char)code_of(root, "delimiter");
        mapping->table.encoding = (enum qb_csv_encoding)code_of(root, "encoding");
        mapping->decimal = (enum qb_value_decimal)code_of(root, "decimal");
        fine = true;
    }
    qb_json_doc_free(doc);
    return fine;
}

void qb_mapping_fini(struct qb_mapping *mapping)
{
    qb_arena_fini(&mapping->arena);
    *mapping = (struct qb_mapping){0};
}
