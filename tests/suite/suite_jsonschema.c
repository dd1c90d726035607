/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs the JSON Schema test suite (draft 2020-12) and our own corners of it through the C interface.
 *
 *     suite_jsonschema SHARED
 *
 * SHARED/suites/json-schema-2020-12/tests holds files of groups, each a schema with values that are valid or not;
 * tests/suite/corners, in the same form, has what the suite leaves out: each group names the section that it reads.
 * SHARED/suites/json-schema-2020-12/remotes answers under http://localhost:1234/. Files below optional/format assert
 * formats. A case counts as passed when qb_schema_valid says what the suite says, qb_schema_report agrees with it, and
 * everything that was reported can be said in both languages.
 */
#include "core/base/file.h"
#include "core/base/limits.h"
#include "core/base/map.h"
#include "schema/jsonschema/jsonschema.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REMOTE "http://localhost:1234/"

struct suite {
    char *base;            /* .../json-schema-2020-12 */
    struct qb_map remotes; /* document of a URI */
    struct qb_arena arena;
    size_t passed;
    size_t failed;
};

struct document {
    struct qb_json_doc *doc;
    struct qb_buf text;
    const struct qb_json *root;
};

static struct document *read_document(const char *path)
{
    struct qb_err err = {0};
    struct qb_json_fault fault;
    struct document *document = qb_mem_alloc(sizeof *document);
    document->doc = qb_json_doc_new();
    if (qb_file_read_path(path, QB_MAX_DOCUMENT, &document->text, &err) == QB_OK)
        document->root = qb_json_parse(document->doc, qb_buf_text(&document->text), document->text.length,
                                       &qb_json_document_options, &fault);
    return document;
}

static void free_document(struct document *document)
{
    qb_json_doc_free(document->doc);
    qb_buf_fini(&document->text);
    free(document);
}

static const struct qb_json *load(void *context, const char *uri)
{
    struct suite *suite = context;
    struct document *known = qb_map_get_string(&suite->remotes, uri);
    if (known)
        return known->root;
    if (strncmp(uri, REMOTE, strlen(REMOTE)) != 0)
        return NULL;
    struct qb_buf path = {0};
    qb_buf_addf(&path, "%s/remotes/%s", suite->base, uri + strlen(REMOTE));
    struct document *document = read_document(qb_buf_text(&path));
    qb_map_put_string(&suite->remotes, qb_arena_copy(&suite->arena, uri, strlen(uri)), document);
    qb_buf_fini(&path);
    return document->root;
}

/* Whether the violation has an argument of that name. */
static bool has_argument(const struct qb_violation *violation, const char *name, size_t length)
{
    for (size_t i = 0; i < violation->arg_count; i++)
        if (strlen(violation->args[i].name) == length && !memcmp(violation->args[i].name, name, length))
            return true;
    return false;
}

/* Whether a message can be said: known in both languages, and something there for each of its places. */
static bool sayable(const struct qb_violation *violation)
{
    for (int language = 0; language < QB_LANGUAGES; language++) {
        const char *text = qb_text_find((enum qb_language)language, violation->message_id);
        if (!text)
            return false;
        for (const char *open = text; (open = strchr(open, '{')); open++)
            if (!has_argument(violation, open + 1, strcspn(open + 1, "}")))
                return false;
    }
    return true;
}

static const char *judge(const struct qb_schema *schema, const struct qb_json *value, bool expected)
{
    struct qb_violations violations;
    const char *wrong = NULL;
    qb_violations_init(&violations);
    bool valid = qb_schema_valid(schema, value);
    size_t count = qb_schema_report(schema, value, 0, &violations);
    if (valid != expected)
        wrong = valid ? "taken as valid" : "refused";
    else if (valid != !count || count != violations.count)
        wrong = "the report does not agree";
    for (size_t i = 0; i < violations.count && !wrong; i++) {
        if (!sayable(&violations.items[i]))
            wrong = violations.items[i].message_id;
        else if (!qb_json_at(value, violations.items[i].pointer))
            wrong = "a pointer leads nowhere";
    }
    qb_violations_fini(&violations);
    return wrong;
}

static void run_group(struct suite *suite, const char *file, const struct qb_json *group, bool formats)
{
    struct qb_schema_options options = {.assert_formats = formats, .load = load, .load_context = suite};
    struct qb_violations faults;
    struct qb_schema *schema = NULL;
    const struct qb_json *tests = qb_json_get(group, "tests");
    const char *about = qb_json_string(qb_json_get(group, "description"));
    qb_violations_init(&faults);
    int code = qb_schema_compile(&schema, qb_json_get(group, "schema"), &options, &faults);
    for (uint32_t i = 0; i < tests->length; i++) {
        const struct qb_json *test = &tests->as.items[i];
        bool expected = qb_json_get(test, "valid")->type == QB_JSON_TRUE;
        const char *wrong = code < 0 ? faults.items[0].message_id : NULL;
        if (!wrong)
            wrong = judge(schema, qb_json_get(test, "data"), expected);
        suite->passed += !wrong;
        suite->failed += wrong != NULL;
        if (wrong)
            printf("%s: %s: %s: %s\n", file, about, qb_json_string(qb_json_get(test, "description")), wrong);
    }
    qb_schema_free(schema);
    qb_violations_fini(&faults);
}

static void run_file(struct suite *suite, const char *folder, const char *name, bool formats)
{
    struct qb_buf path = {0};
    qb_buf_addf(&path, "%s/%s", folder, name);
    struct document *document = read_document(qb_buf_text(&path));
    if (!document->root) {
        printf("%s: cannot be read\n", qb_buf_text(&path));
        suite->failed++;
    }
    for (uint32_t i = 0; document->root && i < document->root->length; i++)
        run_group(suite, name, &document->root->as.items[i], formats);
    free_document(document);
    qb_buf_fini(&path);
}

static int is_json(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return length > 5 && !strcmp(entry->d_name + length - 5, ".json");
}

static void run_folder(struct suite *suite, const char *base, const char *folder, bool formats)
{
    struct qb_buf path = {0};
    struct dirent **entries = NULL;
    qb_buf_addf(&path, "%s/%s", base, folder);
    int count = scandir(qb_buf_text(&path), &entries, is_json, alphasort);
    if (count <= 0) {
        printf("%s: the suite is missing\n", qb_buf_text(&path));
        suite->failed++;
    }
    for (int i = 0; i < count; i++) {
        run_file(suite, qb_buf_text(&path), entries[i]->d_name, formats);
        free(entries[i]);
    }
    free(entries);
    qb_buf_fini(&path);
}

int main(int argc, char **argv)
{
    struct suite suite = {0};
    struct qb_buf base = {0};
    if (argc != 2) {
        fputs("usage: suite_jsonschema SHARED\n", stderr);
        return 2;
    }
    qb_arena_init(&suite.arena);
    qb_buf_addf(&base, "%s/suites/json-schema-2020-12", argv[1]);
    suite.base = qb_buf_steal(&base);
    run_folder(&suite, suite.base, "tests", false);
    run_folder(&suite, suite.base, "tests/optional", false);
    run_folder(&suite, suite.base, "tests/optional/format", true);
    run_folder(&suite, "tests/suite", "corners", false);
    run_folder(&suite, "tests/suite", "corners/format", true);
    const struct qb_map_item *item;
    for (size_t at = 0; (item = qb_map_next(&suite.remotes, &at));)
        free_document(item->value);
    qb_map_fini(&suite.remotes);
    qb_arena_fini(&suite.arena);
    free(suite.base);
    printf("%zu passed, %zu failed\n", suite.passed, suite.failed);
    return suite.failed ? 1 : 0;
}
