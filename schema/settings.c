/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The settings go the way of a record: a YAML text, a JSON Schema (schema/settings.yaml), problems with line and
 * column. What the schema lets through is put into the struct by a table of scalars and a few lists.
 */
#include "schema/settings.h"

#include "core/base/embed.h"
#include "core/data/yaml.h"
#include "schema/formats.h"
#include "schema/kind_problem.h"

#include <stdlib.h>
#include <string.h>

struct number_row {
    const char *pointer;
    size_t offset; /* of an int in struct qb_settings */
};

static const struct number_row numbers[] = {
    {"/monitoring/every", offsetof(struct qb_settings, monitoring.every)},
    {"/monitoring/grace_working_days", offsetof(struct qb_settings, monitoring.grace_working_days)},
    {"/monitoring/warn_at_remaining", offsetof(struct qb_settings, monitoring.warn_at_remaining)},
    {"/monitoring/extension_gap_days", offsetof(struct qb_settings, monitoring.extension_gap_days)},
    {"/monitoring/decree_warning_days", offsetof(struct qb_settings, monitoring.decree_warning_days)},
    {"/monitoring/clearance", offsetof(struct qb_settings, monitoring.clearance)},
    {"/monitoring/spacing", offsetof(struct qb_settings, monitoring.spacing)},
    {"/monitoring/skip_lot/qualify", offsetof(struct qb_settings, monitoring.skip_lot.qualify)},
    {"/monitoring/skip_lot/within", offsetof(struct qb_settings, monitoring.skip_lot.within)},
    {"/monitoring/skip_lot/step", offsetof(struct qb_settings, monitoring.skip_lot.step)},
    {"/monitoring/skip_lot/requalify", offsetof(struct qb_settings, monitoring.skip_lot.requalify)},
    {"/monitoring/skip_lot/requalify_within", offsetof(struct qb_settings, monitoring.skip_lot.requalify_within)},
    {"/monitoring/skip_lot/lowest", offsetof(struct qb_settings, monitoring.skip_lot.lowest)},
    {"/settle/quiet_ms", offsetof(struct qb_settings, settle_ms)},
    {"/settle/longest_ms", offsetof(struct qb_settings, settle_longest_ms)},
};

static const struct number_row strings[] = {
    {"/folder_id", offsetof(struct qb_settings, folder_id)},
    {"/office", offsetof(struct qb_settings, office)},
    {"/office_name", offsetof(struct qb_settings, office_name)},
    {"/time_zone", offsetof(struct qb_settings, time_zone)},
    {"/monitoring/policy", offsetof(struct qb_settings, monitoring.policy)},
    {"/monitoring/seed", offsetof(struct qb_settings, monitoring.seed)},
};

/* The violations of the settings' schema, as problems. True when there are none. */
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
    options.formats = qb_formats(&options.format_count);
    qb_violations_init(&violations);
    qb_embed_find("schema/settings.yaml", &bytes, &size);
    const struct qb_json *source = qb_yaml_parse(doc, bytes, size, &fault);
    if (!source || qb_schema_compile(&schema, source, &options, &violations) < 0)
        abort(); /* our own file: a test reads it */
    bool fine = qb_schema_valid(schema, root);
    if (!fine) {
        qb_schema_report(schema, root, 0, &violations);
        qb_kind_report(problems, base, &violations, NULL, text, length, true);
    }
    qb_schema_free(schema);
    qb_json_doc_free(doc);
    qb_violations_fini(&violations);
    return fine;
}

static int by_date(const void *a, const void *b)
{
    qb_date x = *(const qb_date *)a;
    qb_date y = *(const qb_date *)b;
    return (x > y) - (x < y);
}

static void read_holidays(struct qb_settings *settings, const struct qb_json *list)
{
    if (!list || !list->length)
        return;
    qb_date *dates = qb_arena_alloc(&settings->arena, list->length * sizeof *dates);
    for (uint32_t i = 0; i < list->length; i++)
        dates[i] = qb_date_parse(list->as.items[i].as.string, list->as.items[i].length);
    qsort(dates, list->length, sizeof *dates, by_date);
    settings->holidays = dates;
    settings->holiday_count = list->length;
}

static const char *keep(struct qb_settings *settings, const char *text)
{
    return qb_arena_copy(&settings->arena, text, strlen(text));
}

static void read_outputs(struct qb_settings *settings, const struct qb_json *outputs)
{
    if (!outputs || !outputs->length)
        return;
    const char **off = qb_arena_alloc(&settings->arena, outputs->length * sizeof *off);
    for (uint32_t i = 0; i < outputs->length; i++)
        if (outputs->as.items[i].type == QB_JSON_FALSE)
            off[settings->outputs_off_count++] = keep(settings, outputs->as.items[i].key);
    settings->outputs_off = off;
}

static void read_remotes(struct qb_settings *settings, const struct qb_json *list)
{
    if (!list || !list->length)
        return;
    const char **remotes = qb_arena_alloc(&settings->arena, list->length * sizeof *remotes);
    for (uint32_t i = 0; i < list->length; i++)
        remotes[settings->remote_count++] = keep(settings, list->as.items[i].as.string);
    settings->remotes = remotes;
}

static void read_ignore(struct qb_settings *settings, const struct qb_json *list)
{
    if (!list || !list->length)
        return;
    const char **patterns = qb_arena_alloc(&settings->arena, list->length * sizeof *patterns);
    for (uint32_t i = 0; i < list->length; i++)
        patterns[settings->ignore_count++] = keep(settings, list->as.items[i].as.string);
    settings->ignore = patterns;
}

static void fill(struct qb_settings *settings, const struct qb_json *root)
{
    char *base = (char *)settings;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        int64_t number;
        if (qb_json_integer(qb_json_at(root, numbers[i].pointer), &number))
            *(int *)(void *)(base + numbers[i].offset) = (int)number;
    }
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++) {
        const char *text = qb_json_string(qb_json_at(root, strings[i].pointer));
        if (text)
            *(const char **)(void *)(base + strings[i].offset) = keep(settings, text);
    }
    const char *language = qb_json_string(qb_json_get(root, "language"));
    if (language)
        qb_text_language(language, &settings->language);
    const struct qb_json *notes = qb_json_get(root, "problem_notes");
    if (notes)
        settings->problem_notes = notes->type == QB_JSON_TRUE;
    qb_date_zone(settings->time_zone, &settings->offset_minutes);
    read_holidays(settings, qb_json_get(root, "holidays"));
    read_outputs(settings, qb_json_get(root, "outputs"));
    read_remotes(settings, qb_json_get(root, "remotes"));
    read_ignore(settings, qb_json_get(root, "ignore"));
}

bool qb_settings_read(struct qb_settings *settings, const char *path, const char *text, size_t length,
                      struct qb_problems *problems)
{
    struct qb_problem base = {.code = QB_PROBLEM_SETTINGS, .path = path, .pointer = "", .line = 1, .column = 1};
    struct qb_json_doc *doc = qb_json_doc_new();
    struct qb_json_fault fault;
    const struct qb_json *root = qb_yaml_parse(doc, text, length, &fault);
    bool fine = false;
    if (!root) {
        qb_kind_report_fault(problems, &base, &fault);
    } else if (conforms(root, &base, text, length, problems)) {
        fill(settings, root);
        fine = true;
    }
    qb_json_doc_free(doc);
    return fine;
}

/* The pattern of schema/settings.yaml: it becomes a directory's name. */
static char *copy_id(const char *text, size_t length)
{
    static const char allowed[] = "0123456789abcdefghijklmnopqrstuvwxyz-";
    for (size_t i = 0; i < length; i++)
        if (!memchr(allowed, text[i], sizeof allowed - 1))
            return NULL;
    return length >= 8 && length <= 40 ? qb_mem_copy(text, length) : NULL;
}

/* What stands behind "folder_id:" at the start of a line, up to a blank, a quote or the line's end. */
static char *search_id(const char *text, size_t length)
{
    static const char key[] = "folder_id:";
    const char *end = text + length;
    if (length >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) /* a byte order mark */
        text += 3;
    for (const char *line = text; line < end;) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        const char *stop = newline ? newline : end;
        if ((size_t)(stop - line) > sizeof key && !memcmp(line, key, sizeof key - 1)) {
            const char *at = line + sizeof key - 1;
            while (at < stop && (*at == ' ' || *at == '"' || *at == '\''))
                at++;
            size_t size = 0;
            while (at + size < stop && !memchr(" \t\r\"'", at[size], 5))
                size++;
            return copy_id(at, size);
        }
        line = newline ? newline + 1 : end;
    }
    return NULL;
}

char *qb_settings_folder_id(const char *text, size_t length)
{
    struct qb_json_doc *doc = qb_json_doc_new();
    struct qb_json_fault fault;
    const struct qb_json *root = qb_yaml_parse(doc, text, length, &fault);
    const struct qb_json *value = qb_json_get(root, "folder_id");
    char *id = value && value->type == QB_JSON_STRING ? copy_id(value->as.string, value->length) : NULL;
    if (!root)
        id = search_id(text, length);
    qb_json_doc_free(doc);
    return id;
}
