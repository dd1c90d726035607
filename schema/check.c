/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One record's text. The order is that of DESIGN section 4: strict JSON, then the schema, then the name, the record's
 * own dates and freezing. All problems are reported: a text with a schema error still says to what it refers, so what
 * else is wrong with it is found in the same pass.
 */
#include "schema/check.h"

#include "core/base/limits.h"
#include "schema/extract.h"
#include "schema/jsonschema/quote.h"
#include "schema/kind_problem.h"

#include <stdlib.h>
#include <string.h>

struct qb_checker {
    const struct qb_kinds *kinds;
    struct qb_json_doc *doc;
    struct qb_json_doc *earlier;
    struct qb_violations violations;
    struct qb_summary extract; /* working place of schema/extract */
    struct qb_buf summary;
    struct qb_buf id; /* of the record in hand */
};

struct qb_checker *qb_checker_new(const struct qb_kinds *kinds)
{
    struct qb_checker *checker = qb_mem_alloc(sizeof *checker);
    checker->kinds = kinds;
    checker->doc = qb_json_doc_new();
    checker->earlier = qb_json_doc_new();
    qb_violations_init(&checker->violations);
    return checker;
}

void qb_checker_free(struct qb_checker *checker)
{
    if (!checker)
        return;
    qb_json_doc_free(checker->doc);
    qb_json_doc_free(checker->earlier);
    qb_violations_fini(&checker->violations);
    qb_summary_fini(&checker->extract);
    qb_buf_fini(&checker->summary);
    qb_buf_fini(&checker->id);
    free(checker);
}

/* What the steps below need of the record in hand. */
struct look {
    struct qb_checker *checker;
    const struct qb_kind *kind;
    const struct qb_json *record;
    const char *text;
    size_t length;
    struct qb_problem base;
    struct qb_problems *problems;
};

static void complain(struct look *look, enum qb_problem_code code, const char *pointer, const char *message_id,
                     const struct qb_text_arg *args, size_t count)
{
    struct qb_problem problem = look->base;
    problem.code = code;
    problem.pointer = pointer;
    problem.message_id = message_id;
    problem.arg_count = count;
    if (count)
        memcpy(problem.args, args, count * sizeof *args);
    qb_kind_name(&problem, look->checker->kinds, look->kind);
    qb_json_locate(look->text, look->length, pointer, false, &problem.line, &problem.column);
    qb_problems_add(look->problems, &problem);
}

/* --- small readers, all tolerant of what the schema has refused --- */

static const char *word(const struct qb_json *record, const char *property)
{
    return qb_json_string(qb_json_get(record, property));
}

static qb_date date(const struct qb_json *record, const char *property)
{
    const struct qb_json *value = qb_json_get(record, property);
    return value && value->type == QB_JSON_STRING ? qb_date_parse(value->as.string, value->length) : QB_DATE_NONE;
}

bool qb_version_frozen(const struct qb_version *version, qb_date day)
{
    return version->frozen_from != QB_FROZEN_NEVER && version->frozen_from <= day;
}

/* --- the checks that no schema expresses, within one record --- */

/* The file is named after the id. */
static void check_name(struct look *look)
{
    const struct qb_json *value = qb_json_get(look->record, "id");
    const char *id = qb_json_string(value);
    if (!id || (!strcmp(id, look->base.record) && strlen(id) == value->length))
        return;
    struct qb_buf right = {0};
    struct qb_buf found = {0};
    qb_quote_whole(&found, id, value->length);
    qb_buf_addf(&right, "%s.json", found.data);
    complain(look, QB_PROBLEM_ID_NAME, "/id", "problem.id-name",
             (struct qb_text_arg[]){{"found", found.data}, {"name", look->base.record}, {"file", qb_buf_text(&right)}},
             3);
    qb_buf_fini(&right);
    qb_buf_fini(&found);
}

struct order {
    enum qb_problem_code code;
    const char *early; /* must not be after... */
    const char *late;
    const char *message_id;
};

/* Pairs of dates of one record, by kind. */
static const struct {
    enum qb_role role;
    struct order order;
} orders[] = {
    {QB_ROLE_DECREE, {QB_PROBLEM_DATE_ORDER, "valid_from", "valid_until", "problem.date-order"}},
    {QB_ROLE_DECREE, {QB_PROBLEM_DATE_ORDER, "valid_from", "revoked_on", "problem.date-order"}},
    {QB_ROLE_DECREE, {QB_PROBLEM_DATE_UNLIKELY, "decreed_on", "valid_from", "problem.date-unlikely"}},
    {QB_ROLE_SHIPMENT, {QB_PROBLEM_DATE_UNLIKELY, "certificate_issued_on", "departed_on", "problem.date-unlikely"}},
};

static void check_orders(struct look *look)
{
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        const struct order *order = &orders[i].order;
        qb_date early = date(look->record, order->early);
        qb_date late = date(look->record, order->late);
        if (orders[i].role != look->kind->role || early == QB_DATE_NONE || late == QB_DATE_NONE || late >= early)
            continue;
        char early_text[QB_DATE_SIZE];
        char late_text[QB_DATE_SIZE];
        struct qb_buf pointer = {0};
        qb_json_pointer_add(&pointer, order->late, strlen(order->late));
        complain(look, order->code, qb_buf_text(&pointer), order->message_id,
                 (struct qb_text_arg[]){{"property", order->late},
                                        {"found", qb_date_format(late, late_text)},
                                        {"other", order->early},
                                        {"expected", qb_date_format(early, early_text)}},
                 4);
        qb_buf_fini(&pointer);
    }
}

/* ".../06/2020" says the month and year of decreed_on. */
static void check_decree_number(struct look *look)
{
    const char *number = word(look->record, "number");
    qb_date decreed = date(look->record, "decreed_on");
    size_t length = number ? strlen(number) : 0;
    if (length < 8 || decreed == QB_DATE_NONE || number[length - 8] != '/' || number[length - 5] != '/')
        return; /* the schema has said what is wrong with it */
    char day[QB_DATE_SIZE];
    qb_date_format(decreed, day);
    char right[8] = {day[5], day[6], '/', day[0], day[1], day[2], day[3], '\0'};
    if (strcmp(number + length - 7, right))
        complain(look, QB_PROBLEM_DECREE_NUMBER, "/number", "problem.decree-number",
                 (struct qb_text_arg[]){{"found", number + length - 7}, {"expected", right}, {"date", day}}, 3);
}

/* No more positive samples than there were units. */
static void check_samples(struct look *look)
{
    const struct qb_json *samples = qb_json_get(look->record, "samples");
    for (uint32_t i = 0; samples && samples->type == QB_JSON_ARRAY && i < samples->length; i++) {
        const struct qb_json *units = qb_json_get(&samples->as.items[i], "units");
        const struct qb_json *positives = qb_json_get(&samples->as.items[i], "positives");
        if (!units || !positives || units->type != QB_JSON_NUMBER || positives->type != QB_JSON_NUMBER ||
            qb_json_number_compare(positives, units) <= 0)
            continue;
        struct qb_buf pointer = {0};
        struct qb_buf found = {0};
        struct qb_buf most = {0};
        qb_buf_addf(&pointer, "/samples/%u/positives", i);
        qb_json_write_compact(&found, positives);
        qb_json_write_compact(&most, units);
        complain(look, QB_PROBLEM_SAMPLES, qb_buf_text(&pointer), "problem.samples",
                 (struct qb_text_arg[]){{"found", qb_buf_text(&found)}, {"most", qb_buf_text(&most)}}, 2);
        qb_buf_fini(&pointer);
        qb_buf_fini(&found);
        qb_buf_fini(&most);
    }
}

/* --- freezing --- */

static void shorten(struct qb_buf *out, const struct qb_json *value)
{
    if (value && value->type == QB_JSON_STRING)
        qb_quote_whole(out, value->as.string, value->length);
    else if (value)
        qb_json_write_compact(out, value);
    if (out->length <= 60)
        return;
    size_t end = 57;
    while (end && ((unsigned char)out->data[end] & 0xC0) == 0x80)
        end--;
    out->length = end;
    qb_buf_add_string(out, "...");
}

static void complain_frozen(struct look *look, const struct qb_kind_field *field, const char *pointer,
                            const struct qb_json *before, const struct qb_json *after)
{
    struct qb_buf old_value = {0};
    struct qb_buf new_value = {0};
    shorten(&old_value, before);
    shorten(&new_value, after);
    const char *message = !after ? "problem.frozen.removed" : !before ? "problem.frozen.added" : "problem.frozen";
    complain(look, QB_PROBLEM_FROZEN, pointer, message,
             (struct qb_text_arg[]){
                 {"property", field->path}, {"expected", qb_buf_text(&old_value)}, {"found", qb_buf_text(&new_value)}},
             3);
    qb_buf_fini(&old_value);
    qb_buf_fini(&new_value);
}

/* The values that a field stands for, in the record's order, with their pointers one behind the other. */
struct values {
    const struct qb_json **items;
    size_t count;
    size_t capacity;
    struct qb_buf pointers; /* each with its NUL */
};

static void add_value(void *context, const struct qb_json *value, const char *pointer)
{
    struct values *values = context;
    QB_MEM_GROW(values->items, values->count, values->capacity);
    values->items[values->count++] = value;
    qb_buf_add(&values->pointers, pointer, strlen(pointer) + 1);
}

static void compare_frozen(struct look *look, const struct qb_kind_field *field, const struct qb_json *earlier)
{
    struct values before = {0};
    struct values after = {0};
    qb_kind_each(field, earlier, add_value, &before);
    qb_kind_each(field, look->record, add_value, &after);
    const char *before_pointer = qb_buf_text(&before.pointers);
    const char *pointer = qb_buf_text(&after.pointers);
    size_t at = 0;
    while (at < before.count && at < after.count && qb_json_equal(before.items[at], after.items[at])) {
        pointer += strlen(pointer) + 1;
        before_pointer += strlen(before_pointer) + 1;
        at++;
    }
    if (at < before.count || at < after.count) /* the first difference is enough */
        complain_frozen(look, field, at < after.count ? pointer : before_pointer,
                        at < before.count ? before.items[at] : NULL, at < after.count ? after.items[at] : NULL);
    free(before.items);
    free(after.items);
    qb_buf_fini(&before.pointers);
    qb_buf_fini(&after.pointers);
}

static bool is_frozen(const struct qb_kind *kind, const char *property)
{
    for (size_t i = 0; i < kind->field_count; i++)
        if (kind->fields[i].frozen && !strcmp(kind->fields[i].path, property))
            return true;
    return false;
}

/* A closed record stays closed: a state from which it could be changed or deleted is none to go back to. */
static void check_reopened(struct look *look, const struct qb_json *before)
{
    if (qb_extract_frozen_from(look->kind, look->record) != QB_FROZEN_NEVER)
        return;
    for (size_t i = 0; i < look->kind->condition_count; i++) {
        const char *property = look->kind->conditions[i].property;
        const struct qb_json *old_value = qb_json_get(before, property);
        if (!old_value || is_frozen(look->kind, property))
            continue; /* a change of a frozen one is told as such */
        struct qb_buf pointer = {0};
        struct qb_buf was = {0};
        struct qb_buf is = {0};
        qb_json_pointer_add(&pointer, property, strlen(property));
        shorten(&was, old_value);
        shorten(&is, qb_json_get(look->record, property));
        complain(look, QB_PROBLEM_FROZEN, qb_buf_text(&pointer), "problem.frozen.reopened",
                 (struct qb_text_arg[]){
                     {"property", property}, {"expected", qb_buf_text(&was)}, {"found", qb_buf_text(&is)}},
                 3);
        qb_buf_fini(&pointer);
        qb_buf_fini(&was);
        qb_buf_fini(&is);
    }
}

/* A closed record's frozen properties stay as they were, unless the change says why. */
static void check_frozen(struct look *look, const struct qb_earlier *earlier)
{
    struct qb_json_fault fault;
    const char *reason = word(look->record, "correction_reason");
    if ((reason && *reason) || look->record->type != QB_JSON_OBJECT)
        return;
    const struct qb_json *before =
        qb_json_parse(look->checker->earlier, earlier->text, earlier->length, &qb_json_record_options, &fault);
    for (size_t i = 0; before && i < look->kind->field_count; i++)
        if (look->kind->fields[i].frozen)
            compare_frozen(look, &look->kind->fields[i], before);
    if (before)
        check_reopened(look, before);
}

/* --- all together --- */

static void check_schema(struct look *look)
{
    if (qb_schema_valid(look->kind->schema, look->record))
        return;
    struct qb_violations *violations = &look->checker->violations;
    qb_violations_clear(violations);
    if (qb_schema_report(look->kind->schema, look->record, QB_MAX_FILE_PROBLEMS + 1, violations) >
        QB_MAX_FILE_PROBLEMS) {
        struct qb_violation *last = &violations->items[QB_MAX_FILE_PROBLEMS];
        last->message_id = "problem.more";
        last->arg_count = 0;
    }
    qb_kind_report(look->problems, &look->base, violations, look->kind, look->text, look->length, false);
}

static size_t errors_since(const struct qb_problems *problems, size_t before)
{
    size_t errors = 0;
    for (size_t i = before; i < problems->count; i++)
        errors += qb_problem_severity(&problems->items[i]) == QB_SEVERITY_ERROR;
    return errors;
}

static void look_at(struct look *look)
{
    check_schema(look);
    check_name(look);
    check_orders(look);
    if (look->kind->role == QB_ROLE_DECREE)
        check_decree_number(look);
    if (look->kind->role == QB_ROLE_VISIT)
        check_samples(look);
}

/* "records/shipments/SHP-A.json" -> "SHP-A" */
static size_t stem(const char *path, const char **start)
{
    const char *slash = strrchr(path, '/');
    *start = slash ? slash + 1 : path;
    const char *dot = strrchr(*start, '.');
    return dot ? (size_t)(dot - *start) : strlen(*start);
}

static struct look begin(struct qb_checker *checker, const struct qb_kind *kind, const char *path, const char *text,
                         size_t length, struct qb_problems *problems)
{
    const char *id;
    size_t size = stem(path, &id);
    qb_buf_clear(&checker->id);
    qb_buf_add(&checker->id, id, size);
    return (struct look){.checker = checker,
                         .kind = kind,
                         .text = text,
                         .length = length,
                         .base = {.code = QB_PROBLEM_SCHEMA,
                                  .kind = kind->name,
                                  .record = qb_buf_text(&checker->id),
                                  .path = path,
                                  .pointer = "",
                                  .line = 1,
                                  .column = 1},
                         .problems = problems};
}

bool qb_check_look(struct qb_checker *checker, const struct qb_kind *kind, const char *path, const char *text,
                   size_t length, struct qb_buf *summary, struct qb_problems *problems)
{
    struct qb_json_fault fault;
    struct look look = begin(checker, kind, path, text, length, problems);
    size_t before = problems->count;
    look.record = qb_json_parse(checker->doc, text, length, &qb_json_record_options, &fault);
    if (!look.record) {
        qb_kind_report_fault(problems, &look.base, &fault);
        return false;
    }
    look_at(&look);
    if (look.record->type != QB_JSON_OBJECT)
        return false;
    qb_extract(&checker->extract, kind, look.record, summary);
    return !errors_since(problems, before);
}

bool qb_check_closed(struct qb_checker *checker, const struct qb_kind *kind, const char *path, const char *text,
                     size_t length, const struct qb_earlier *earlier, struct qb_problems *problems)
{
    struct qb_json_fault fault;
    struct look look = begin(checker, kind, path, text, length, problems);
    size_t before = problems->count;
    look.record = qb_json_parse(checker->doc, text, length, &qb_json_record_options, &fault);
    if (look.record)
        check_frozen(&look, earlier);
    return !errors_since(problems, before);
}

struct qb_version *qb_check_text(struct qb_checker *checker, struct qb_store *store, const struct qb_kind *kind,
                                 const char *path, const char *text, size_t length, const struct qb_earlier *earlier,
                                 bool *sound, struct qb_problems *problems)
{
    qb_buf_clear(&checker->summary);
    *sound = qb_check_look(checker, kind, path, text, length, &checker->summary, problems);
    if (!checker->summary.length)
        return NULL;
    if (earlier && earlier->text)
        *sound = qb_check_closed(checker, kind, path, text, length, earlier, problems) && *sound;
    const char *id;
    size_t size = stem(path, &id);
    return qb_version_of_summary(store, qb_pool_bytes(&store->pool, id, size), checker->summary.data,
                                 checker->summary.length);
}

/* --- a second look, for positions --- */

struct spot {
    const char *value;
    struct qb_buf *pointer;
    struct qb_buf *shown;
    bool found;
};

static void spot_value(void *context, const struct qb_json *value, const char *pointer)
{
    struct spot *spot = context;
    const char *text = qb_json_string(value);
    if (spot->found || (spot->value && (!text || strcmp(text, spot->value))))
        return;
    spot->found = true;
    qb_buf_add_string(spot->pointer, pointer);
    if (text && spot->shown)
        qb_quote_whole(spot->shown, text, value->length);
}

void qb_check_locate(struct qb_checker *checker, const struct qb_kind_field *field, const char *value, const char *text,
                     size_t length, struct qb_buf *pointer, struct qb_buf *shown, uint32_t *line, uint32_t *column)
{
    struct qb_json_fault fault;
    struct spot spot = {.value = value, .pointer = pointer, .shown = shown};
    const struct qb_json *record = qb_json_parse(checker->doc, text, length, &qb_json_record_options, &fault);
    *line = *column = 1;
    if (!record)
        return;
    qb_kind_each(field, record, spot_value, &spot);
    qb_json_locate(text, length, qb_buf_text(pointer), false, line, column);
}
