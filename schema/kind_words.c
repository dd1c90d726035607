/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Puts a schema into words. A keyword that people can be told about is a row of a table with its message; what has no
 * row (a condition of another form, an anyOf) is passed over here and is for the validator's messages.
 */
#include "schema/kind_words.h"

#include "schema/formats.h"
#include "schema/markdown.h"

#include <string.h>

/* --- pieces --- */

static void add_quoted(struct qb_buf *out, const struct qb_kind_voice *voice, const char *text, size_t length)
{
    if (voice->markdown)
        qb_markdown_code(out, text, length);
    else
        qb_buf_add(out, text, length);
}

void qb_kind_say_text(struct qb_buf *out, const struct qb_kind_voice *voice, const char *text)
{
    if (voice->markdown)
        qb_markdown_text(out, text, strlen(text));
    else
        qb_buf_add_string(out, text);
}

void qb_kind_say_value(struct qb_buf *out, const struct qb_kind_voice *voice, const struct qb_json *value)
{
    struct qb_buf compact = {0};
    if (value->type == QB_JSON_STRING)
        qb_buf_add(&compact, value->as.string, value->length);
    else
        qb_json_write_compact(&compact, value);
    if (value->type == QB_JSON_NUMBER)
        qb_buf_add(out, compact.data, compact.length);
    else
        add_quoted(out, voice, qb_buf_text(&compact), compact.length);
    qb_buf_fini(&compact);
}

/* A message with a phrase that is in its final form. */
static void say_phrase(struct qb_buf *out, const struct qb_kind_voice *voice, const char *message_id, const char *name,
                       const char *phrase)
{
    qb_text_format(out, voice->language, message_id, (struct qb_text_arg[]){{name, phrase}}, name ? 1 : 0);
}

void qb_kind_say(struct qb_buf *out, const struct qb_kind_voice *voice, const char *message_id, const char *name,
                 const char *value)
{
    struct qb_buf quoted = {0};
    if (name)
        add_quoted(&quoted, voice, value, strlen(value));
    say_phrase(out, voice, message_id, name, qb_buf_text(&quoted));
    qb_buf_fini(&quoted);
}

/* A message about a value of the schema. */
static void say_about(struct qb_buf *out, const struct qb_kind_voice *voice, const char *message_id,
                      const struct qb_json *value)
{
    struct qb_buf phrase = {0};
    qb_kind_say_value(&phrase, voice, value);
    say_phrase(out, voice, message_id, "value", qb_buf_text(&phrase));
    qb_buf_fini(&phrase);
}

/* Puts the separator before the next piece of a row. */
static void next(struct qb_buf *out, size_t start, const char *separator)
{
    if (out->length > start)
        qb_buf_add_string(out, separator);
}

static void say_values(struct qb_buf *out, const struct qb_kind_voice *voice, const struct qb_json *values)
{
    for (uint32_t i = 0; i < values->length; i++) {
        qb_buf_add_string(out, i ? ", " : "");
        qb_kind_say_value(out, voice, &values->as.items[i]);
    }
}

const char *qb_kind_label(const struct qb_kind *kind, enum qb_language language)
{
    const char *label = kind->label[language];
    for (int i = 0; !label && i < QB_LANGUAGES; i++)
        label = kind->label[i];
    return label ? label : kind->name;
}

const char *qb_kind_value_label(const struct qb_kind_text *text, const struct qb_json *schema,
                                const struct qb_json *value, enum qb_language language)
{
    const char *name = qb_json_string(value);
    const struct qb_json *labels = qb_kind_text_find(text, schema, "x-qbis-labels-of-values");
    return name ? qb_kind_text_pick(qb_json_get(labels, name), language) : NULL;
}

/* --- the type --- */

static const struct {
    const char *format;
    const char *message_id;
} formats[] = {
    {"date", "kinds.format.date"},
    {"time", "kinds.format.time"},
    {"date-time", "kinds.format.date-time"},
    {"duration", "kinds.format.duration"},
    {"email", "kinds.format.email"},
    {"idn-email", "kinds.format.email"},
    {"uri", "kinds.format.uri"},
    {"iri", "kinds.format.uri"},
    {"x-qbis-nip", "kinds.format.x-qbis-nip"},
    {"x-qbis-iso6346", "kinds.format.x-qbis-iso6346"},
    {"x-qbis-iso3166-alpha2", "kinds.format.x-qbis-iso3166-alpha2"},
    {"x-qbis-unlocode", "kinds.format.x-qbis-unlocode"},
    {"x-qbis-hs-code", "kinds.format.x-qbis-hs-code"},
    {"x-qbis-npwp", "kinds.format.x-qbis-npwp"},
    {"x-qbis-decree-number", "kinds.format.x-qbis-decree-number"},
    {"x-qbis-e164", "kinds.format.x-qbis-e164"},
    {"x-qbis-binomial", "kinds.format.x-qbis-binomial"},
};

const char *qb_kind_format_words(const char *format)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (!strcmp(formats[i].format, format))
            return formats[i].message_id;
    return NULL;
}

static void say_ref(struct qb_buf *out, const struct qb_kind_voice *voice, const char *kind)
{
    struct qb_buf link = {0};
    if (voice->markdown) /* the page has a section of each kind's name; names are small letters, digits, _ and - */
        qb_buf_addf(&link, "[%s](#%s)", kind, kind);
    else
        qb_buf_add_string(&link, kind);
    say_phrase(out, voice, "kinds.type.ref", "kind", qb_buf_text(&link));
    qb_buf_fini(&link);
}

static void say_type_name(struct qb_buf *out, const struct qb_kind_voice *voice, const struct qb_json *type)
{
    static const struct {
        const char *name;
        const char *message_id;
    } rows[] = {
        {"string", "kinds.type.string"},   {"number", "kinds.type.number"}, {"integer", "kinds.type.integer"},
        {"boolean", "kinds.type.boolean"}, {"null", "kinds.type.null"},     {"array", "kinds.type.array"},
        {"object", "kinds.type.object"},
    };
    const char *name = qb_json_string(type);
    for (size_t i = 0; name && i < sizeof rows / sizeof *rows; i++)
        if (!strcmp(rows[i].name, name))
            say_phrase(out, voice, rows[i].message_id, NULL, NULL);
}

/* One type or several, as `type` names them. */
static void say_types(struct qb_buf *out, const struct qb_kind_voice *voice, const struct qb_json *type)
{
    size_t start = out->length;
    if (type && type->type == QB_JSON_ARRAY)
        for (uint32_t i = 0; i < type->length; i++) {
            next(out, start, qb_text(voice->language, "kinds.or"));
            say_type_name(out, voice, &type->as.items[i]);
        }
    else if (type)
        say_type_name(out, voice, type);
    else
        say_phrase(out, voice, "kinds.type.any", NULL, NULL);
}

static void say_format(struct qb_buf *out, const struct qb_kind_voice *voice, const char *format)
{
    const char *message_id = qb_kind_format_words(format);
    if (message_id)
        say_phrase(out, voice, message_id, NULL, NULL);
    else
        qb_kind_say(out, voice, "kinds.type.format", "format", format);
}

/* A list is told by what is in it. */
static const struct qb_json *inside(struct qb_buf *out, const struct qb_kind_voice *voice,
                                    const struct qb_kind_text *text, const struct qb_json *schema)
{
    for (int level = 0; level < QB_KIND_STEPS; level++) {
        const char *type = qb_json_string(qb_kind_text_find(text, schema, "type"));
        const struct qb_json *items = qb_kind_text_find(text, schema, "items");
        if (!type || strcmp(type, "array") || !items || items->type != QB_JSON_OBJECT)
            break;
        say_phrase(out, voice, "kinds.type.list-of", NULL, NULL);
        qb_buf_add_char(out, ' ');
        schema = items;
    }
    return schema;
}

void qb_kind_say_type(struct qb_buf *out, const struct qb_kind_voice *voice, const struct qb_kind_text *text,
                      const struct qb_json *schema)
{
    schema = inside(out, voice, text, schema);
    const char *ref = qb_json_string(qb_kind_text_find(text, schema, "x-qbis-ref"));
    const char *format = qb_json_string(qb_kind_text_find(text, schema, "format"));
    const struct qb_json *values = qb_kind_text_find(text, schema, "enum");
    const struct qb_json *only = qb_kind_text_find(text, schema, "const");
    if (ref)
        say_ref(out, voice, ref);
    else if (values && values->type == QB_JSON_ARRAY)
        say_values(out, voice, values);
    else if (only)
        say_about(out, voice, "kinds.type.const", only);
    else if (format)
        say_format(out, voice, format);
    else
        say_types(out, voice, qb_kind_text_find(text, schema, "type"));
}

/* --- limits --- */

static const struct qb_json *first_example(const struct qb_kind_text *text, const struct qb_json *schema)
{
    const struct qb_json *examples = qb_kind_text_find(text, schema, "examples");
    return examples && examples->type == QB_JSON_ARRAY && examples->length ? examples->as.items : NULL;
}

static void say_example(struct qb_buf *out, size_t start, const struct qb_kind_voice *voice,
                        const struct qb_kind_text *text, const struct qb_json *schema)
{
    const struct qb_json *example = first_example(text, schema);
    const char *format = qb_json_string(qb_kind_text_find(text, schema, "format"));
    if (example) {
        next(out, start, ", ");
        say_about(out, voice, "kinds.limit.example", example);
        return;
    }
    size_t counts[2];
    const struct qb_schema_format *tables[] = {qb_formats(&counts[0]), qb_schema_formats(&counts[1])};
    for (size_t t = 0; format && t < 2; t++)
        for (size_t i = 0; i < counts[t]; i++)
            if (!strcmp(tables[t][i].name, format)) {
                next(out, start, ", ");
                qb_kind_say(out, voice, "kinds.limit.example", "value", tables[t][i].example);
                return;
            }
}

static void say_not(struct qb_buf *out, size_t start, const struct qb_kind_voice *voice,
                    const struct qb_kind_text *text, const struct qb_json *schema)
{
    const struct qb_json *not = qb_kind_text_find(text, schema, "not");
    const struct qb_json *values = qb_json_get(not, "enum");
    const struct qb_json *only = qb_json_get(not, "const");
    if (!only && (!values || values->type != QB_JSON_ARRAY))
        return;
    struct qb_buf phrase = {0};
    if (only)
        qb_kind_say_value(&phrase, voice, only);
    else
        say_values(&phrase, voice, values);
    next(out, start, ", ");
    say_phrase(out, voice, "kinds.limit.not", "value", qb_buf_text(&phrase));
    qb_buf_fini(&phrase);
}

void qb_kind_say_limits(struct qb_buf *out, const struct qb_kind_voice *voice, const struct qb_kind_text *text,
                        const struct qb_json *schema)
{
    static const struct {
        const char *keyword;
        const char *message_id;
    } rows[] = {
        {"minLength", "kinds.limit.min-length"},
        {"maxLength", "kinds.limit.max-length"},
        {"pattern", "kinds.limit.pattern"},
        {"minimum", "kinds.limit.minimum"},
        {"exclusiveMinimum", "kinds.limit.exclusive-minimum"},
        {"maximum", "kinds.limit.maximum"},
        {"exclusiveMaximum", "kinds.limit.exclusive-maximum"},
        {"multipleOf", "kinds.limit.multiple-of"},
        {"minItems", "kinds.limit.min-items"},
        {"maxItems", "kinds.limit.max-items"},
        {"uniqueItems", "kinds.limit.unique-items"},
        {"default", "kinds.limit.default"},
    };
    size_t start = out->length;
    if (qb_kind_text_find(text, schema, "x-qbis-ref"))
        return; /* an id is as the other kind has it */
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct qb_json *value = qb_kind_text_find(text, schema, rows[i].keyword);
        if (!value || (value->type == QB_JSON_FALSE && !strcmp(rows[i].keyword, "uniqueItems")))
            continue;
        next(out, start, ", ");
        say_about(out, voice, rows[i].message_id, value);
    }
    say_not(out, start, voice, text, schema);
    say_example(out, start, voice, text, schema);
    const struct qb_json *items = qb_kind_text_find(text, schema, "items");
    if (!items || items->type != QB_JSON_OBJECT || qb_kind_text_find(text, items, "items"))
        return;
    struct qb_buf inner = {0};
    qb_kind_say_limits(&inner, voice, text, items);
    if (inner.length) {
        next(out, start, "; ");
        say_phrase(out, voice, "kinds.limit.each", "limits", qb_buf_text(&inner));
    }
    qb_buf_fini(&inner);
}

/* --- required --- */

/* What is being asked: when an object demands a property. */
struct question {
    const struct qb_kind_voice *voice;
    const struct qb_kind_text *text;
    const char *name;
    struct qb_buf *out;
    size_t start;
    unsigned steps;
};

/* "status is certified or departed"; false when the condition is of another form. */
static bool say_condition(struct qb_buf *out, const struct qb_kind_voice *voice, const struct qb_json *condition)
{
    const struct qb_json *properties = qb_json_get(condition, "properties");
    size_t start = out->length;
    if (!properties || properties->type != QB_JSON_OBJECT || !properties->length)
        return false;
    for (uint32_t i = 0; i < properties->length; i++) {
        const struct qb_json *property = &properties->as.items[i];
        const struct qb_json *only = qb_json_get(property, "const");
        const struct qb_json *values = qb_json_get(property, "enum");
        struct qb_buf name = {0};
        struct qb_buf found = {0};
        if (only)
            qb_kind_say_value(&found, voice, only);
        else if (values && values->type == QB_JSON_ARRAY)
            say_values(&found, voice, values);
        add_quoted(&name, voice, property->key, property->key_length);
        next(out, start, qb_text(voice->language, "kinds.and"));
        qb_text_format(out, voice->language, "kinds.when.is",
                       (struct qb_text_arg[]){{"property", qb_buf_text(&name)}, {"values", qb_buf_text(&found)}}, 2);
        bool told = found.length > 0;
        qb_buf_fini(&name);
        qb_buf_fini(&found);
        if (!told)
            return false;
    }
    return true;
}

/* The demand of one branch of an if. */
static void say_branch(struct question *question, const struct qb_json *schema, const char *branch,
                       const char *message_id)
{
    if (!qb_kind_text_lists(qb_json_get(qb_json_get(schema, branch), "required"), question->name))
        return;
    struct qb_buf condition = {0};
    if (!say_condition(&condition, question->voice, qb_json_get(schema, "if"))) {
        qb_buf_clear(&condition);
        message_id = "kinds.required.sometimes";
    }
    next(question->out, question->start, "; ");
    say_phrase(question->out, question->voice, message_id, "condition", qb_buf_text(&condition));
    qb_buf_fini(&condition);
}

static void say_dependent(struct question *question, const struct qb_json *schema)
{
    const struct qb_json *dependent = qb_json_get(schema, "dependentRequired");
    for (uint32_t i = 0; dependent && dependent->type == QB_JSON_OBJECT && i < dependent->length; i++) {
        const struct qb_json *names = &dependent->as.items[i];
        if (!qb_kind_text_lists(names, question->name))
            continue;
        next(question->out, question->start, "; ");
        qb_kind_say(question->out, question->voice, "kinds.required.with", "property", names->key);
    }
}

static void say_demands(struct question *question, const struct qb_json *schema)
{
    if (!schema || schema->type != QB_JSON_OBJECT || !question->steps)
        return;
    question->steps--;
    say_branch(question, schema, "then", "kinds.required.when");
    say_branch(question, schema, "else", "kinds.required.unless");
    say_dependent(question, schema);
    say_demands(question, qb_kind_text_target(question->text, schema));
    const struct qb_json *all = qb_json_get(schema, "allOf");
    for (uint32_t i = 0; all && all->type == QB_JSON_ARRAY && i < all->length; i++)
        say_demands(question, &all->as.items[i]);
}

void qb_kind_say_required(struct qb_buf *out, const struct qb_kind_voice *voice, const struct qb_kind_text *text,
                          const struct qb_kind_property *property)
{
    struct question question = {voice, text, property->name, out, out->length, 200};
    if (property->required)
        say_phrase(out, voice, "kinds.required", NULL, NULL);
    else
        say_demands(&question, property->object);
}

/* --- marks and closing --- */

void qb_kind_say_marks(struct qb_buf *out, const struct qb_kind_voice *voice, const struct qb_kind_text *text,
                       const struct qb_json *schema)
{
    static const struct {
        const char *annotation;
        const char *message_id;
    } rows[] = {
        {"x-qbis-title", "kinds.mark.title"},
        {"x-qbis-unique", "kinds.mark.unique"},
        {"x-qbis-frozen", "kinds.mark.frozen"},
        {"x-qbis-author", "kinds.mark.author"},
    };
    size_t start = out->length;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct qb_json *mark = qb_kind_text_find(text, schema, rows[i].annotation);
        if (!mark || mark->type != QB_JSON_TRUE)
            continue;
        next(out, start, ", ");
        say_phrase(out, voice, rows[i].message_id, NULL, NULL);
    }
}

void qb_kind_say_closed(struct qb_buf *out, const struct qb_kind_voice *voice, const struct qb_kind *kind)
{
    static const char *const message_ids[] = {
        [QB_CONDITION_ONE_OF] = "kinds.when.is",
        [QB_CONDITION_PRESENT] = "kinds.when.present",
        [QB_CONDITION_REACHED] = "kinds.when.reached",
    };
    size_t start = out->length;
    for (size_t i = 0; i < kind->condition_count; i++) {
        const struct qb_kind_condition *condition = &kind->conditions[i];
        struct qb_buf name = {0};
        struct qb_buf values = {0};
        add_quoted(&name, voice, condition->property, strlen(condition->property));
        for (size_t j = 0; j < condition->value_count; j++) {
            next(&values, 0, ", ");
            add_quoted(&values, voice, condition->values[j], strlen(condition->values[j]));
        }
        next(out, start, qb_text(voice->language, "kinds.or"));
        qb_text_format(out, voice->language, message_ids[condition->type],
                       (struct qb_text_arg[]){{"property", qb_buf_text(&name)}, {"values", qb_buf_text(&values)}}, 2);
        qb_buf_fini(&name);
        qb_buf_fini(&values);
    }
}
