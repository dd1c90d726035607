/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From cells to records. A row without an id gets one that its content decides - the value that no two records share,
 * or else all its cells - so that the same row gives the same record however often it is imported.
 */
#include "watcher/sheet.h"

#include "core/base/limits.h"
#include "schema/columns.h"
#include "watcher/entry.h"
#include "watcher/fresh.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *keep(struct qb_sheet *sheet, const char *text)
{
    return text ? qb_arena_copy(&sheet->arena, text, strlen(text)) : NULL;
}

/* "data.csv:3: MESSAGE" on standard output. */
static void say(const struct qb_sheet *sheet, uint32_t line, const char *message_id, const struct qb_text_arg *args,
                size_t count)
{
    struct qb_buf out = {0};
    qb_buf_addf(&out, "%s:%u: ", sheet->name, line);
    qb_text_format(&out, sheet->invocation->language, message_id, args, count);
    qb_buf_add_char(&out, '\n');
    qb_say_text(stdout, qb_buf_text(&out), out.length);
    qb_buf_fini(&out);
}

void qb_sheet_complain(struct qb_sheet *sheet, struct qb_sheet_row *row, const char *path, const char *message_id,
                       const struct qb_text_arg *args, size_t count)
{
    struct qb_buf words = {0};
    qb_text_format(&words, sheet->invocation->language, message_id, args, count);
    QB_MEM_GROW(row->complaints, row->complaint_count, row->complaint_capacity);
    row->complaints[row->complaint_count++] = (struct qb_complaint){
        .header = path ? qb_sheet_header(sheet, path) : NULL, .words = keep(sheet, qb_buf_text(&words))};
    qb_buf_fini(&words);
}

/* Whether one path lies in the value at the other: "lines[0].lot" in "lines[0]" and in "lines". */
static bool within(const char *outer, const char *inner)
{
    size_t length = strlen(outer);
    return !strncmp(outer, inner, length) && (inner[length] == '.' || inner[length] == '[');
}

const char *qb_sheet_header(const struct qb_sheet *sheet, const char *path)
{
    const char *near = NULL;
    for (size_t i = 0; i < sheet->column_count; i++) {
        const struct qb_sheet_column *column = &sheet->columns[i];
        if (!column->path)
            continue;
        if (!strcmp(column->path, path))
            return column->header;
        if (!near && *path && (within(column->path, path) || within(path, column->path)))
            near = column->header;
    }
    return near;
}

/* --- columns --- */

static const struct qb_mapping_row *mapped(const struct qb_sheet *sheet, const char *header)
{
    for (size_t i = 0; i < sheet->mapping.column_count; i++)
        if (!strcmp(sheet->mapping.columns[i].name, header))
            return &sheet->mapping.columns[i];
    return NULL;
}

/* Finds what a column stands for. False after saying that it cannot be told. */
static bool find_property(struct qb_sheet *sheet, struct qb_sheet_column *column, const char *words)
{
    struct qb_buf path = {0};
    enum qb_column_result result = qb_column_find(&path, sheet->text, words, strlen(words));
    if (result == QB_COLUMN_FOUND) {
        column->path = keep(sheet, qb_buf_text(&path));
        qb_draft_property(sheet->text, column->path, &column->schema);
    } else {
        struct qb_buf known = {0};
        qb_column_suggest(&known, sheet->text, words, strlen(words));
        say(sheet, sheet->table.rows[0].line,
            result == QB_COLUMN_UNKNOWN ? "import.unknown-column" : "import.ambiguous-column",
            (struct qb_text_arg[]){{"column", words}, {"kind", sheet->kind->name}, {"known", qb_buf_text(&known)}}, 3);
        qb_buf_fini(&known);
    }
    qb_buf_fini(&path);
    return result == QB_COLUMN_FOUND;
}

/* Two columns for one property, or one for a property and one within it. */
static bool check_clash(const struct qb_sheet *sheet, size_t number)
{
    const struct qb_sheet_column *column = &sheet->columns[number];
    for (size_t i = 0; column->path && i < number; i++) {
        const struct qb_sheet_column *other = &sheet->columns[i];
        if (!other->path || (strcmp(other->path, column->path) && !within(other->path, column->path) &&
                             !within(column->path, other->path)))
            continue;
        say(sheet, sheet->table.rows[0].line, "import.column-twice",
            (struct qb_text_arg[]){{"column", column->header}, {"other", other->header}, {"property", column->path}},
            3);
        return false;
    }
    return true;
}

static bool read_header(struct qb_sheet *sheet)
{
    const struct qb_csv_row *header = &sheet->table.rows[0];
    bool fine = true;
    sheet->columns = qb_mem_array(header->count, sizeof *sheet->columns);
    sheet->column_count = header->count;
    for (size_t i = 0; i < header->count; i++) {
        struct qb_buf plain = {0};
        qb_csv_plain(&plain, header->cells[i].text, header->cells[i].length);
        size_t length = plain.length;
        const char *trimmed = qb_value_trim(qb_buf_text(&plain), &length);
        struct qb_sheet_column *column = &sheet->columns[i];
        column->header = qb_arena_copy(&sheet->arena, trimmed, length);
        qb_buf_fini(&plain);
        const struct qb_mapping_row *row = mapped(sheet, column->header);
        if (!length || (row && !row->words))
            continue; /* left out; a column without a header must be empty */
        fine &= find_property(sheet, column, row ? row->words : column->header) && check_clash(sheet, i);
    }
    return fine;
}

/* A mapping that speaks of a column that is not there, or of a property that the kind has not. */
static bool check_mapping(struct qb_sheet *sheet)
{
    bool fine = true;
    for (size_t i = 0; i < sheet->mapping.column_count; i++) {
        bool there = false;
        for (size_t j = 0; j < sheet->column_count; j++)
            there |= !strcmp(sheet->columns[j].header, sheet->mapping.columns[i].name);
        if (!there)
            say(sheet, sheet->table.rows[0].line, "import.no-such-column",
                (struct qb_text_arg[]){{"column", sheet->mapping.columns[i].name}}, 1);
        fine &= there;
    }
    for (size_t i = 0; i < sheet->mapping.value_count; i++) {
        struct qb_mapping_row *row = &sheet->mapping.values[i];
        struct qb_sheet_column found = {0};
        if (find_property(sheet, &found, row->name))
            row->name = found.path;
        else
            fine = false;
    }
    return fine;
}

/* --- the decimal mark --- */

/* What all numbers of the table say together; OPEN when they say nothing, or disagree. */
static enum qb_value_decimal common_decimal(const struct qb_sheet *sheet, bool *disagree)
{
    size_t said[3] = {0};
    for (size_t i = 0; i < sheet->column_count; i++) {
        if (!sheet->columns[i].schema || !qb_value_wants_number(sheet->text, sheet->columns[i].schema))
            continue;
        for (size_t r = 1; r < sheet->table.count; r++)
            if (i < sheet->table.rows[r].count)
                said[qb_value_decimal_of(sheet->table.rows[r].cells[i].text, sheet->table.rows[r].cells[i].length)]++;
    }
    *disagree = said[QB_DECIMAL_POINT] && said[QB_DECIMAL_COMMA];
    return *disagree                ? QB_DECIMAL_OPEN
           : said[QB_DECIMAL_POINT] ? QB_DECIMAL_POINT
           : said[QB_DECIMAL_COMMA] ? QB_DECIMAL_COMMA
                                    : QB_DECIMAL_OPEN;
}

/* Where the numbers themselves leave it open, the separator tells: programs separate columns by ";" just where the
 * comma is the decimal mark. */
static void find_decimal(struct qb_sheet *sheet)
{
    bool disagree;
    sheet->decimal = sheet->mapping.decimal;
    if (sheet->decimal != QB_DECIMAL_OPEN)
        return;
    sheet->decimal = common_decimal(sheet, &disagree);
    if (sheet->decimal == QB_DECIMAL_OPEN && !disagree)
        sheet->decimal = sheet->table.delimiter == ';'   ? QB_DECIMAL_COMMA
                         : sheet->table.delimiter == ',' ? QB_DECIMAL_POINT
                                                         : QB_DECIMAL_OPEN;
}

/* --- rows --- */

static void set_cell(struct qb_sheet *sheet, struct qb_sheet_row *row, struct qb_draft *draft,
                     const struct qb_sheet_column *column, const struct qb_csv_cell *cell)
{
    struct qb_buf plain = {0};
    qb_csv_plain(&plain, cell->text, cell->length);
    size_t length = plain.length;
    const char *words = qb_value_trim(qb_buf_text(&plain), &length);
    if (length && !column->path && !*column->header)
        qb_sheet_complain(sheet, row, NULL, "import.no-header", (struct qb_text_arg[]){{"found", words}}, 1);
    if (length && column->path &&
        qb_draft_set(draft, column->path, sheet->decimal, words, length) == QB_DRAFT_AMBIGUOUS)
        qb_sheet_complain(sheet, row, column->path, "import.ambiguous-number", (struct qb_text_arg[]){{"found", words}},
                          1);
    qb_buf_fini(&plain);
}

static void set_values(const struct qb_sheet *sheet, struct qb_draft *draft)
{
    for (size_t i = 0; i < sheet->mapping.value_count; i++) {
        const struct qb_mapping_row *value = &sheet->mapping.values[i];
        if (value->words && !qb_draft_has(draft, value->name))
            qb_draft_set(draft, value->name, QB_DECIMAL_POINT, value->words, strlen(value->words));
    }
}

/* What a row's id is made from: the first value that no two records share, else everything. */
static void add_content(struct qb_buf *content, const struct qb_kind *kind, const struct qb_json *said)
{
    for (size_t i = 0; i < kind->field_count; i++) {
        const struct qb_kind_field *field = &kind->fields[i];
        const struct qb_json *value =
            field->unique && field->step_count == 1 ? qb_json_get(said, field->steps[0].name) : NULL;
        if (!value)
            continue;
        qb_buf_addf(content, "%s=", field->path);
        qb_json_write_compact(content, value);
        return;
    }
    qb_json_write_compact(content, said);
}

static void set_id(struct qb_sheet *sheet, struct qb_sheet_row *row, struct qb_draft *draft)
{
    struct qb_json_doc *doc = qb_json_doc_new();
    struct qb_json_fault fault;
    struct qb_buf id = {0};
    const struct qb_json *said = qb_json_parse(doc, row->said, strlen(row->said), &qb_json_document_options, &fault);
    const char *given = qb_json_string(qb_json_get(said, "id"));
    if (given) {
        qb_buf_add_string(&id, given);
        if (!qb_entry_id_usable(given))
            qb_sheet_complain(sheet, row, "id", "new.bad-id", (struct qb_text_arg[]){{"found", given}}, 1);
    } else if (said) {
        struct qb_buf content = {0};
        add_content(&content, sheet->kind, said);
        qb_fresh_content_id(&id, sheet->kind, qb_buf_text(&content), content.length);
        qb_draft_set(draft, "id", QB_DECIMAL_POINT, qb_buf_text(&id), id.length);
        qb_buf_fini(&content);
    }
    row->id = keep(sheet, qb_buf_text(&id));
    qb_buf_fini(&id);
    qb_json_doc_free(doc);
}

static void read_row(struct qb_sheet *sheet, struct qb_sheet_row *row, const struct qb_csv_row *cells)
{
    struct qb_draft *draft = qb_draft_new(sheet->text);
    struct qb_buf text = {0};
    row->line = cells->line;
    size_t used = cells->count;
    while (used > sheet->column_count && !cells->cells[used - 1].length)
        used--; /* separators at the end of a line */
    if (used != sheet->column_count) {
        char found[24];
        char expected[24];
        snprintf(found, sizeof found, "%zu", cells->count);
        snprintf(expected, sizeof expected, "%zu", sheet->column_count);
        qb_sheet_complain(sheet, row, NULL, "import.cells",
                          (struct qb_text_arg[]){{"found", found}, {"expected", expected}}, 2);
    }
    for (size_t i = 0; i < used && i < sheet->column_count; i++)
        set_cell(sheet, row, draft, &sheet->columns[i], &cells->cells[i]);
    set_values(sheet, draft);
    qb_draft_write(&text, draft);
    row->said = qb_buf_steal(&text);
    set_id(sheet, row, draft);
    qb_entry_sign(draft, sheet->kind, sheet->officer);
    qb_draft_write(&text, draft);
    row->length = text.length;
    row->record = qb_buf_steal(&text);
    qb_draft_free(draft);
}

char *qb_sheet_said(const struct qb_sheet *sheet, const struct qb_json *record)
{
    struct qb_draft *draft = qb_draft_new(sheet->text);
    struct qb_buf text = {0};
    for (size_t i = 0; i < sheet->column_count + sheet->mapping.value_count; i++) {
        const char *path =
            i < sheet->column_count ? sheet->columns[i].path : sheet->mapping.values[i - sheet->column_count].name;
        const struct qb_json *value = path ? qb_column_value(record, path) : NULL;
        const struct qb_json *schema;
        struct qb_buf words = {0};
        if (!value || qb_draft_has(draft, path))
            continue;
        qb_draft_property(sheet->text, path, &schema);
        qb_value_write(&words, sheet->text, schema, value);
        size_t length = words.length;
        const char *trimmed = qb_value_trim(qb_buf_text(&words), &length);
        if (length)
            qb_draft_set(draft, path, QB_DECIMAL_POINT, trimmed, length);
        qb_buf_fini(&words);
    }
    qb_draft_write(&text, draft);
    qb_draft_free(draft);
    return qb_buf_steal(&text);
}

/* --- all --- */

bool qb_sheet_read(struct qb_sheet *sheet, const char *bytes, size_t length)
{
    struct qb_csv_fault fault;
    qb_arena_init(&sheet->arena);
    if (!qb_csv_parse(&sheet->table, bytes, length, &sheet->mapping.table, &fault)) {
        char limit[24];
        snprintf(limit, sizeof limit, "%zu", fault.limit);
        say(sheet, fault.line, fault.reason, (struct qb_text_arg[]){{"limit", limit}}, 1);
        return false;
    }
    bool fine = read_header(sheet);
    fine &= check_mapping(sheet);
    if (!fine)
        return false;
    find_decimal(sheet);
    sheet->count = sheet->table.count - 1;
    sheet->rows = qb_mem_array(sheet->count, sizeof *sheet->rows);
    for (size_t i = 0; i < sheet->count; i++)
        read_row(sheet, &sheet->rows[i], &sheet->table.rows[i + 1]);
    return true;
}

void qb_sheet_fini(struct qb_sheet *sheet)
{
    for (size_t i = 0; i < sheet->count; i++) {
        free(sheet->rows[i].said);
        free(sheet->rows[i].record);
        free(sheet->rows[i].complaints);
    }
    free(sheet->rows);
    free(sheet->columns);
    qb_csv_fini(&sheet->table);
    qb_mapping_fini(&sheet->mapping);
    qb_arena_fini(&sheet->arena);
}
