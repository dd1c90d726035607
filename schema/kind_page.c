/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The page: an overview, a section a kind with a table of its properties and the words for its values, the formats. A
 * section's heading is the kind's name alone, so that references can link to it by a name that is known.
 */
#include "schema/kind_page.h"

#include "schema/formats.h"
#include "schema/kind_words.h"
#include "schema/markdown.h"

#include <string.h>

struct page {
    struct qb_buf *out;
    struct qb_kind_voice voice;
};

static void add(struct page *page, const char *text)
{
    qb_buf_add_string(page->out, text);
}

static void words(struct page *page, const char *message_id)
{
    add(page, qb_text(page->voice.language, message_id));
}

static void code(struct page *page, const char *text)
{
    qb_markdown_code(page->out, text, strlen(text));
}

/* The head of a table: the texts of these messages, the ids of which end at NULL. */
static void table(struct page *page, const char *const *message_ids)
{
    size_t count = 0;
    for (; message_ids[count]; count++) {
        add(page, "| ");
        words(page, message_ids[count]);
        add(page, " ");
    }
    add(page, "|\n");
    for (size_t i = 0; i < count; i++)
        add(page, "|---");
    add(page, "|\n");
}

/* "`shipment`: Pengiriman" is in the overview, the rest in the section. */
static void overview(struct page *page, const struct qb_kinds *kinds)
{
    static const char *const columns[] = {"kinds.column.kind", "kinds.column.name",   "kinds.column.folder",
                                          "kinds.column.id",   "kinds.column.closed", NULL};
    table(page, columns);
    for (size_t i = 0; i < kinds->count; i++) {
        const struct qb_kind *kind = kinds->items[i];
        qb_buf_addf(page->out, "| [%s](#%s) | ", kind->name, kind->name);
        qb_kind_say_text(page->out, &page->voice, qb_kind_label(kind, page->voice.language));
        qb_buf_addf(page->out, " | `records/%s/` | `%s-...` | ", kind->folder, kind->prefix);
        qb_kind_say_closed(page->out, &page->voice, kind);
        add(page, " |\n");
    }
    add(page, "\n");
}

/* --- one kind --- */

/* What is known of a property beside its type: limits and marks. */
static void value_cell(struct page *page, const struct qb_kind_text *text, const struct qb_json *schema)
{
    struct qb_buf more = {0};
    qb_kind_say_type(page->out, &page->voice, text, schema);
    qb_kind_say_limits(&more, &page->voice, text, schema);
    if (more.length)
        qb_buf_addf(page->out, "; %s", qb_buf_text(&more));
    qb_buf_clear(&more);
    qb_kind_say_marks(&more, &page->voice, text, schema);
    if (more.length)
        qb_buf_addf(page->out, "; *%s*", qb_buf_text(&more));
    qb_buf_fini(&more);
}

static void text_cell(struct page *page, const struct qb_kind_text *text, const struct qb_kind_property *property,
                      const char *annotation)
{
    const char *found = qb_kind_property_words(text, property, annotation, page->voice.language);
    if (found)
        qb_kind_say_text(page->out, &page->voice, found);
}

static void property_row(struct page *page, const struct qb_kind_text *text, const struct qb_kind_property *property)
{
    add(page, "| ");
    code(page, property->path);
    add(page, " | ");
    text_cell(page, text, property, "x-qbis-label");
    add(page, " | ");
    qb_kind_say_required(page->out, &page->voice, text, property);
    add(page, " | ");
    value_cell(page, text, property->schema);
    add(page, " | ");
    text_cell(page, text, property, "x-qbis-description");
    add(page, " |\n");
}

static bool has_labels(const struct qb_kind_text *text, const struct qb_json *schema)
{
    const struct qb_json *values = qb_kind_text_find(text, schema, "enum");
    return values && values->type == QB_JSON_ARRAY && qb_kind_text_find(text, schema, "x-qbis-labels-of-values");
}

/* "Values of `status`: `planned` Planned, `certified` Certified." */
static void values_line(struct page *page, const struct qb_kind_text *text, const struct qb_kind_property *property)
{
    const struct qb_json *values = qb_kind_text_find(text, property->schema, "enum");
    add(page, "\n");
    qb_kind_say(page->out, &page->voice, "kinds.page.values", "property", property->path);
    for (uint32_t i = 0; i < values->length; i++) {
        const struct qb_json *value = &values->as.items[i];
        const char *label = qb_kind_value_label(text, property->schema, value, page->voice.language);
        add(page, i ? "; " : " ");
        qb_kind_say_value(page->out, &page->voice, value);
        if (label) {
            add(page, " ");
            qb_kind_say_text(page->out, &page->voice, label);
        }
    }
    add(page, ".\n");
}

static void section(struct page *page, const struct qb_kind *kind)
{
    static const char *const columns[] = {"kinds.column.property", "kinds.column.name",    "kinds.column.required",
                                          "kinds.column.value",    "kinds.column.remarks", NULL};
    struct qb_kind_text text;
    qb_kind_text_init(&text, kind);
    qb_buf_addf(page->out, "## %s\n\n**", kind->name);
    qb_kind_say_text(page->out, &page->voice, qb_kind_label(kind, page->voice.language));
    add(page, "**");
    const char *description = qb_kind_text_words(&text, text.root, "x-qbis-description", page->voice.language);
    if (description) {
        add(page, ": ");
        qb_kind_say_text(page->out, &page->voice, description);
    }
    if (kind->source[0]) {
        add(page, " ");
        qb_kind_say(page->out, &page->voice, "kinds.page.source", "file", kind->source);
    }
    add(page, "\n\n");
    table(page, columns);
    for (size_t i = 0; i < text.count; i++)
        property_row(page, &text, &text.properties[i]);
    for (size_t i = 0; i < text.count; i++)
        if (has_labels(&text, text.properties[i].schema))
            values_line(page, &text, &text.properties[i]);
    add(page, "\n");
    qb_kind_text_fini(&text);
}

/* --- formats --- */

static void formats(struct page *page)
{
    static const char *const columns[] = {"kinds.column.format", "kinds.column.meaning", "kinds.column.example", NULL};
    size_t count;
    const struct qb_schema_format *rows = qb_formats(&count);
    add(page, "## ");
    words(page, "kinds.page.formats");
    add(page, "\n\n");
    words(page, "kinds.page.formats.intro");
    add(page, "\n\n");
    table(page, columns);
    for (size_t i = 0; i < count; i++) {
        const char *message_id = qb_kind_format_words(rows[i].name);
        add(page, "| ");
        code(page, rows[i].name);
        add(page, " | ");
        words(page, message_id ? message_id : "kinds.type.string");
        add(page, " | ");
        code(page, rows[i].example);
        add(page, " |\n");
    }
}

void qb_kind_page(struct qb_buf *out, const struct qb_kinds *kinds, enum qb_language language)
{
    struct page page = {.out = out, .voice = {.language = language, .markdown = true}};
    add(&page, "# ");
    words(&page, "kinds.page.title");
    add(&page, "\n\n");
    words(&page, "kinds.page.intro");
    add(&page, "\n\n");
    overview(&page, kinds);
    for (size_t i = 0; i < kinds->count; i++)
        section(&page, kinds->items[i]);
    formats(&page);
}
