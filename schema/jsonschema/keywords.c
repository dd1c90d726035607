/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of keywords of JSON Schema 2020-12, of those that 2019-09 has differently (schemas of both may refer to
 * each other) and of the two old ones that 2020-12 keeps for compatibility (`definitions`, `dependencies`).
 *
 * The checks are what the meta-schemas demand. They are functions and not an evaluation of the meta-schemas, so
 * that each fault has words of its own and a broken schema is never walked further than it is sound.
 */
#include "schema/jsonschema/keywords.h"

#include "core/base/map.h"
#include "core/data/json_number.h"

#include <string.h>

/* --- checks of values --- */

static bool is_string(const struct qb_json *value)
{
    return value->type == QB_JSON_STRING;
}

/* A reference or name that will be handled as a C string. */
static bool is_text(const struct qb_json *value)
{
    return is_string(value) && strlen(value->as.string) == value->length;
}

static bool is_boolean(const struct qb_json *value)
{
    return value->type == QB_JSON_TRUE || value->type == QB_JSON_FALSE;
}

static bool is_number(const struct qb_json *value)
{
    return value->type == QB_JSON_NUMBER;
}

static bool is_positive(const struct qb_json *value)
{
    return is_number(value) && qb_json_number_sign(value) > 0;
}

static bool is_count(const struct qb_json *value)
{
    return is_number(value) && qb_json_number_sign(value) >= 0 && qb_json_number_is_integer(value);
}

static bool is_array(const struct qb_json *value)
{
    return value->type == QB_JSON_ARRAY;
}

static bool is_filled_array(const struct qb_json *value)
{
    return is_array(value) && value->length;
}

static bool is_object(const struct qb_json *value)
{
    return value->type == QB_JSON_OBJECT;
}

/* Strings, each once. */
static bool is_names(const struct qb_json *value)
{
    struct qb_map seen = {0};
    bool right = is_array(value);
    for (uint32_t i = 0; right && i < value->length; i++) {
        const struct qb_json *item = &value->as.items[i];
        right = is_string(item) && !qb_map_put(&seen, item->as.string, item->length, (void *)(uintptr_t)item);
    }
    qb_map_fini(&seen);
    return right;
}

static bool is_name_lists(const struct qb_json *value)
{
    bool right = is_object(value);
    for (uint32_t i = 0; right && i < value->length; i++)
        right = is_names(&value->as.items[i]);
    return right;
}

/* Members: lists of names, or schemas (which are checked where they stand). */
static bool is_dependencies(const struct qb_json *value)
{
    bool right = is_object(value);
    for (uint32_t i = 0; right && i < value->length; i++)
        right = !is_array(&value->as.items[i]) || is_names(&value->as.items[i]);
    return right;
}

static const struct {
    const char *name;
    unsigned bits;
} type_names[] = {
    {"null", 1u << QB_JSON_NULL},     {"boolean", 1u << QB_JSON_FALSE | 1u << QB_JSON_TRUE},
    {"object", 1u << QB_JSON_OBJECT}, {"array", 1u << QB_JSON_ARRAY},
    {"number", 1u << QB_JSON_NUMBER}, {"string", 1u << QB_JSON_STRING},
    {"integer", QB_TYPE_INTEGER},
};

unsigned qb_keyword_type(const struct qb_json *name)
{
    for (size_t i = 0; is_text(name) && i < sizeof type_names / sizeof *type_names; i++)
        if (!strcmp(name->as.string, type_names[i].name))
            return type_names[i].bits;
    return 0;
}

static bool is_type(const struct qb_json *value)
{
    if (!is_filled_array(value))
        return qb_keyword_type(value);
    for (uint32_t i = 0; i < value->length; i++)
        if (!qb_keyword_type(&value->as.items[i]))
            return false;
    return is_names(value);
}

/* core section 8.2.2: XML names without colons, of ASCII. */
static bool is_anchor(const struct qb_json *value)
{
    if (!is_text(value) || !value->length)
        return false;
    for (uint32_t i = 0; i < value->length; i++) {
        char c = value->as.string[i];
        bool first = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!first && !(i && ((c >= '0' && c <= '9') || c == '-' || c == '.')))
            return false;
    }
    return true;
}

/* core section 8.2.1: no fragment, unless it is empty. */
static bool is_identifier(const struct qb_json *value)
{
    const char *hash = is_text(value) ? strchr(value->as.string, '#') : NULL;
    return is_text(value) && (!hash || !hash[1]);
}

static bool is_vocabulary(const struct qb_json *value)
{
    bool right = is_object(value);
    for (uint32_t i = 0; right && i < value->length; i++)
        right = is_boolean(&value->as.items[i]);
    return right;
}

/* 2019-09 knows no other. */
static bool is_recursive_reference(const struct qb_json *value)
{
    return is_text(value) && !strcmp(value->as.string, "#");
}

/* --- the table --- */

#define BOTH (QB_DRAFT_2019_09 | QB_DRAFT_2020_12)
#define OLD QB_DRAFT_2019_09
#define NEW QB_DRAFT_2020_12
#define CORE QB_VOCABULARY_CORE
#define APPLICATOR QB_VOCABULARY_APPLICATOR
#define UNEVALUATED QB_VOCABULARY_UNEVALUATED
#define VALIDATION QB_VOCABULARY_VALIDATION
#define META QB_VOCABULARY_META_DATA
#define FORMAT QB_VOCABULARY_FORMAT
#define CONTENT QB_VOCABULARY_CONTENT

#define ROW(name, vocabulary, drafts, layout, check, fault)                        \
    {                                                                              \
        name, vocabulary, drafts, QB_LAYOUT_##layout, check, "schema.fault." fault \
    }
#define SCHEMA(name, vocabulary, drafts) ROW(name, vocabulary, drafts, SCHEMA, NULL, "schema")
#define COUNT(name) ROW(name, VALIDATION, BOTH, NONE, is_count, "count")
#define NUMBER(name) ROW(name, VALIDATION, BOTH, NONE, is_number, "number")
#define STRING(name, vocabulary) ROW(name, vocabulary, BOTH, NONE, is_string, "string")
#define FLAG(name, vocabulary) ROW(name, vocabulary, BOTH, NONE, is_boolean, "boolean")

/* In the order of enum qb_keyword, which is that of the words. */
const struct qb_keyword_row qb_keyword_rows[QB_KEYWORDS] = {
    [QB_KEY_ADDITIONAL_ITEMS] = SCHEMA("additionalItems", APPLICATOR, OLD),
    [QB_KEY_ADDITIONAL_PROPERTIES] = SCHEMA("additionalProperties", APPLICATOR, BOTH),
    [QB_KEY_ALL_OF] = ROW("allOf", APPLICATOR, BOTH, LIST, is_filled_array, "schemas"),
    [QB_KEY_ANCHOR] = ROW("$anchor", CORE, BOTH, NONE, is_anchor, "anchor"),
    [QB_KEY_ANY_OF] = ROW("anyOf", APPLICATOR, BOTH, LIST, is_filled_array, "schemas"),
    [QB_KEY_COMMENT] = STRING("$comment", CORE),
    [QB_KEY_CONST] = ROW("const", VALIDATION, BOTH, NONE, NULL, "any"),
    [QB_KEY_CONTAINS] = SCHEMA("contains", APPLICATOR, BOTH),
    [QB_KEY_CONTENT_ENCODING] = STRING("contentEncoding", CONTENT),
    [QB_KEY_CONTENT_MEDIA_TYPE] = STRING("contentMediaType", CONTENT),
    [QB_KEY_CONTENT_SCHEMA] = SCHEMA("contentSchema", CONTENT, BOTH),
    [QB_KEY_DEFAULT] = ROW("default", META, BOTH, NONE, NULL, "any"),
    [QB_KEY_DEFINITIONS] = ROW("definitions", CORE, BOTH, MAP, is_object, "schema-map"),
    [QB_KEY_DEFS] = ROW("$defs", CORE, BOTH, MAP, is_object, "schema-map"),
    [QB_KEY_DEPENDENCIES] = ROW("dependencies", APPLICATOR, BOTH, DEPENDENCIES, is_dependencies, "dependencies"),
    [QB_KEY_DEPENDENT_REQUIRED] = ROW("dependentRequired", VALIDATION, BOTH, NONE, is_name_lists, "name-lists"),
    [QB_KEY_DEPENDENT_SCHEMAS] = ROW("dependentSchemas", APPLICATOR, BOTH, MAP, is_object, "schema-map"),
    [QB_KEY_DEPRECATED] = FLAG("deprecated", META),
    [QB_KEY_DESCRIPTION] = STRING("description", META),
    [QB_KEY_DYNAMIC_ANCHOR] = ROW("$dynamicAnchor", CORE, NEW, NONE, is_anchor, "anchor"),
    [QB_KEY_DYNAMIC_REF] = ROW("$dynamicRef", CORE, NEW, NONE, is_text, "reference-text"),
    [QB_KEY_ELSE] = SCHEMA("else", APPLICATOR, BOTH),
    [QB_KEY_ENUM] = ROW("enum", VALIDATION, BOTH, NONE, is_array, "array"),
    [QB_KEY_EXAMPLES] = ROW("examples", META, BOTH, NONE, is_array, "array"),
    [QB_KEY_EXCLUSIVE_MAXIMUM] = NUMBER("exclusiveMaximum"),
    [QB_KEY_EXCLUSIVE_MINIMUM] = NUMBER("exclusiveMinimum"),
    [QB_KEY_FORMAT] = STRING("format", FORMAT | QB_VOCABULARY_FORMAT_ASSERTION),
    [QB_KEY_ID] = ROW("$id", CORE, BOTH, NONE, is_identifier, "identifier"),
    [QB_KEY_IF] = SCHEMA("if", APPLICATOR, BOTH),
    [QB_KEY_ITEMS] = SCHEMA("items", APPLICATOR, NEW),
    [QB_KEY_ITEMS_OR_TUPLE] = ROW("items", APPLICATOR, OLD, SCHEMA_OR_LIST, NULL, "schema"),
    [QB_KEY_MAX_CONTAINS] = COUNT("maxContains"),
    [QB_KEY_MAX_ITEMS] = COUNT("maxItems"),
    [QB_KEY_MAX_LENGTH] = COUNT("maxLength"),
    [QB_KEY_MAX_PROPERTIES] = COUNT("maxProperties"),
    [QB_KEY_MAXIMUM] = NUMBER("maximum"),
    [QB_KEY_MIN_CONTAINS] = COUNT("minContains"),
    [QB_KEY_MIN_ITEMS] = COUNT("minItems"),
    [QB_KEY_MIN_LENGTH] = COUNT("minLength"),
    [QB_KEY_MIN_PROPERTIES] = COUNT("minProperties"),
    [QB_KEY_MINIMUM] = NUMBER("minimum"),
    [QB_KEY_MULTIPLE_OF] = ROW("multipleOf", VALIDATION, BOTH, NONE, is_positive, "positive"),
    [QB_KEY_NOT] = SCHEMA("not", APPLICATOR, BOTH),
    [QB_KEY_ONE_OF] = ROW("oneOf", APPLICATOR, BOTH, LIST, is_filled_array, "schemas"),
    [QB_KEY_PATTERN] = STRING("pattern", VALIDATION),
    [QB_KEY_PATTERN_PROPERTIES] = ROW("patternProperties", APPLICATOR, BOTH, MAP, is_object, "schema-map"),
    [QB_KEY_PREFIX_ITEMS] = ROW("prefixItems", APPLICATOR, NEW, LIST, is_filled_array, "schemas"),
    [QB_KEY_PROPERTIES] = ROW("properties", APPLICATOR, BOTH, MAP, is_object, "schema-map"),
    [QB_KEY_PROPERTY_NAMES] = SCHEMA("propertyNames", APPLICATOR, BOTH),
    [QB_KEY_READ_ONLY] = FLAG("readOnly", META),
    [QB_KEY_RECURSIVE_ANCHOR] = ROW("$recursiveAnchor", CORE, OLD, NONE, is_boolean, "boolean"),
    [QB_KEY_RECURSIVE_REF] = ROW("$recursiveRef", CORE, OLD, NONE, is_recursive_reference, "reference-text"),
    [QB_KEY_REF] = ROW("$ref", CORE, BOTH, NONE, is_text, "reference-text"),
    [QB_KEY_REQUIRED] = ROW("required", VALIDATION, BOTH, NONE, is_names, "names"),
    [QB_KEY_SCHEMA] = ROW("$schema", CORE, BOTH, NONE, is_text, "reference-text"),
    [QB_KEY_THEN] = SCHEMA("then", APPLICATOR, BOTH),
    [QB_KEY_TITLE] = STRING("title", META),
    [QB_KEY_TYPE] = ROW("type", VALIDATION, BOTH, NONE, is_type, "type"),
    [QB_KEY_UNEVALUATED_ITEMS] = SCHEMA("unevaluatedItems", UNEVALUATED, BOTH),
    [QB_KEY_UNEVALUATED_PROPERTIES] = SCHEMA("unevaluatedProperties", UNEVALUATED, BOTH),
    [QB_KEY_UNIQUE_ITEMS] = FLAG("uniqueItems", VALIDATION),
    [QB_KEY_VOCABULARY] = ROW("$vocabulary", CORE, BOTH, NONE, is_vocabulary, "vocabularies"),
    [QB_KEY_WRITE_ONLY] = FLAG("writeOnly", META),
};

enum qb_keyword qb_keyword_find(const char *name, size_t length, unsigned vocabularies, unsigned draft)
{
    for (int i = 0; i < QB_KEYWORDS; i++) {
        const struct qb_keyword_row *row = &qb_keyword_rows[i];
        if ((row->vocabulary & vocabularies) && (row->drafts & draft) && row->name[0] == *name &&
            strlen(row->name) == length && !memcmp(row->name, name, length))
            return (enum qb_keyword)i;
    }
    return QB_KEYWORDS;
}
