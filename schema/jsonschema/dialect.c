/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Dialects and the documents that are always there. A meta-schema says by $vocabulary which keywords a schema uses
 * (core section 8.1.2); those of the standard are known by their URI, others are loaded and read. A vocabulary that
 * is not known is a fault when it is marked true, for then the schema cannot be understood.
 *
 * The meta-schemas of draft 2020-12 are part of the program (schema/jsonschema/meta/), as documents that a $ref may
 * lead to.
 */
#include "core/base/embed.h"
#include "schema/jsonschema/compile.h"
#include "schema/jsonschema/uri.h"

#include <string.h>

#define META "https://json-schema.org/draft/2020-12/"

static const struct {
    const char *uri;
    const char *file;
} built_in[] = {
    {META "schema", "schema/jsonschema/meta/schema.json"},
    {META "meta/core", "schema/jsonschema/meta/core.json"},
    {META "meta/applicator", "schema/jsonschema/meta/applicator.json"},
    {META "meta/unevaluated", "schema/jsonschema/meta/unevaluated.json"},
    {META "meta/validation", "schema/jsonschema/meta/validation.json"},
    {META "meta/meta-data", "schema/jsonschema/meta/meta-data.json"},
    {META "meta/format-annotation", "schema/jsonschema/meta/format-annotation.json"},
    {META "meta/format-assertion", "schema/jsonschema/meta/format-assertion.json"},
    {META "meta/content", "schema/jsonschema/meta/content.json"},
};

static const struct {
    const char *uri;
    struct qb_dialect dialect;
} known_dialects[] = {
    {META "schema", {QB_VOCABULARY_ALL, QB_DRAFT_2020_12}},
    {"https://json-schema.org/draft/2019-09/schema", {QB_VOCABULARY_ALL, QB_DRAFT_2019_09}},
};

#define OLD_VOCABULARY "https://json-schema.org/draft/2019-09/vocab/"

static const struct {
    const char *uri;
    unsigned bits;
    unsigned draft;
} vocabularies[] = {
    {META "vocab/core", QB_VOCABULARY_CORE, QB_DRAFT_2020_12},
    {META "vocab/applicator", QB_VOCABULARY_APPLICATOR, QB_DRAFT_2020_12},
    {META "vocab/unevaluated", QB_VOCABULARY_UNEVALUATED, QB_DRAFT_2020_12},
    {META "vocab/validation", QB_VOCABULARY_VALIDATION, QB_DRAFT_2020_12},
    {META "vocab/meta-data", QB_VOCABULARY_META_DATA, QB_DRAFT_2020_12},
    {META "vocab/format-annotation", QB_VOCABULARY_FORMAT, QB_DRAFT_2020_12},
    {META "vocab/format-assertion", QB_VOCABULARY_FORMAT_ASSERTION, QB_DRAFT_2020_12},
    {META "vocab/content", QB_VOCABULARY_CONTENT, QB_DRAFT_2020_12},
    {OLD_VOCABULARY "core", QB_VOCABULARY_CORE, QB_DRAFT_2019_09},
    {OLD_VOCABULARY "applicator", QB_VOCABULARY_APPLICATOR | QB_VOCABULARY_UNEVALUATED, QB_DRAFT_2019_09},
    {OLD_VOCABULARY "validation", QB_VOCABULARY_VALIDATION, QB_DRAFT_2019_09},
    {OLD_VOCABULARY "meta-data", QB_VOCABULARY_META_DATA, QB_DRAFT_2019_09},
    {OLD_VOCABULARY "format", QB_VOCABULARY_FORMAT, QB_DRAFT_2019_09},
    {OLD_VOCABULARY "content", QB_VOCABULARY_CONTENT, QB_DRAFT_2019_09},
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct qb_json *load_built_in(struct qb_compiler *c, const char *file)
{
    const char *bytes;
    size_t length;
    struct qb_json_fault fault;
    if (!qb_embed_find(file, &bytes, &length))
        return NULL;
    QB_MEM_GROW(c->docs, c->doc_count, c->doc_capacity);
    struct qb_json_doc *doc = qb_json_doc_new();
    c->docs[c->doc_count++] = doc;
    return qb_json_parse(doc, bytes, length, &qb_json_document_options, &fault);
}

const struct qb_json *qb_document_load(struct qb_compiler *compiler, const char *uri)
{
    for (size_t i = 0; i < COUNT(built_in); i++)
        if (!strcmp(uri, built_in[i].uri))
            return load_built_in(compiler, built_in[i].file);
    const struct qb_schema_options *options = compiler->options;
    return options->load ? options->load(options->load_context, uri) : NULL;
}

/* Reads $vocabulary of a meta-schema. Without one it describes the standard's vocabularies. */
static bool read_vocabularies(struct qb_compiler *c, const struct qb_location *location, const struct qb_json *meta,
                              struct qb_dialect *dialect)
{
    const struct qb_json *list = qb_json_get(meta, "$vocabulary");
    *dialect = (struct qb_dialect){.vocabularies = QB_VOCABULARY_ALL, .draft = QB_DRAFT_2020_12};
    if (!list || !qb_keyword_rows[QB_KEY_VOCABULARY].check(list))
        return true;
    *dialect = (struct qb_dialect){.vocabularies = QB_VOCABULARY_CORE, .draft = QB_DRAFT_2020_12};
    bool understood = true;
    for (uint32_t i = 0; i < list->length; i++) {
        const struct qb_json *member = &list->as.items[i];
        size_t at = 0;
        while (at < COUNT(vocabularies) && strcmp(vocabularies[at].uri, member->key) != 0)
            at++;
        if (at < COUNT(vocabularies)) {
            dialect->vocabularies |= vocabularies[at].bits;
            dialect->draft = vocabularies[at].draft;
        } else if (member->type == QB_JSON_TRUE) {
            struct qb_text_arg args[] = {{"vocabulary", member->key}};
            qb_compiler_fault_with(c, location, "$schema", NULL, "schema.fault.vocabulary", args, 1);
            understood = false;
        }
    }
    return understood;
}

/* The document of a meta-schema, which need not be indexed as a schema. */
static const struct qb_json *find_meta(struct qb_compiler *c, const char *uri)
{
    const struct qb_resource *resource = qb_map_get_string(&c->by_uri, uri);
    return resource ? resource->top->value : qb_document_load(c, uri);
}

bool qb_dialect_find(struct qb_compiler *compiler, const struct qb_location *location, const char *uri,
                     const struct qb_json *own, struct qb_dialect *dialect)
{
    for (size_t i = 0; i < COUNT(known_dialects); i++)
        if (!strcmp(uri, known_dialects[i].uri)) {
            *dialect = known_dialects[i].dialect;
            return true;
        }
    const struct qb_dialect *known = qb_map_get_string(&compiler->dialects, uri);
    if (known) {
        *dialect = *known;
        return true;
    }
    const struct qb_json *meta = own ? own : find_meta(compiler, uri);
    if (!meta) {
        struct qb_text_arg args[] = {{"reference", uri}};
        qb_compiler_fault_with(compiler, location, "$schema", NULL, "schema.fault.meta-schema", args, 1);
        return false;
    }
    if (!read_vocabularies(compiler, location, meta, dialect))
        return false;
    struct qb_dialect *kept = qb_arena_alloc(&compiler->arena, sizeof *kept);
    *kept = *dialect;
    qb_map_put_string(&compiler->dialects, (char *)(uintptr_t)uri, kept);
    return true;
}
