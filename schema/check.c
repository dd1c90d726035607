/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One record's text. The order is that of DESIGN section 4: strict JSON, then the schema, then the name, the record's
 * own dates and freezing. All problems are reported: a text with a schema error still says to what it refers, so what
 * else is wrong with it is found in the same pass.
 */
#include "schema/check.h"

#include "core/base/limits.h"

#include <stdlib.h>
#include <string.h>

struct qb_checker {
    const struct qb_kinds *kinds;
    struct qb_json_doc *doc;
    struct qb_json_doc *earlier;
    struct qb_violations violations;
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
    free(checker);
}

/* What the steps below need of the record in hand. */
struct look {
    struct qb_checker *checker;
    struct qb_store *store;
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

static int whole(const struct qb_json *record, const char *property)
{
    int64_t number;
    bool fits = qb_json_integer(qb_json_get(record, property), &number) && number >= 0 && number <= INT32_MAX;
    return fits ? (int)number : 0;
}

static const char *interned(struct look *look, const struct qb_json *value)
{
    return value && value->type == QB_JSON_STRING ? qb_pool_bytes(&look->store->pool, value->as.string, value->length)
                                                  : NULL;
}

static const char *intern(struct look *look, const char *property)
{
    return interned(look, qb_json_get(look->record, property));
}

/* The place of a word in a list, or `otherwise`. */
static int place(const char *text, const char *const *words, int count, int otherwise)
{
    for (int i = 0; text && i < count; i++)
        if (!strcmp(text, words[i]))
            return i;
    return otherwise;
}

/* --- extraction --- */

/* Interned strings of an array: of its items, or of one member of each item. */
static size_t gather_ids(struct look *look, const char *property, const char *member, const char **ids)
{
    const struct qb_json *list = qb_json_get(look->record, property);
    size_t count = 0;
    for (uint32_t i = 0; list && list->type == QB_JSON_ARRAY && i < list->length; i++) {
        const struct qb_json *item = &list->as.items[i];
        const char *id = interned(look, member ? qb_json_get(item, member) : item);
        if (id && ids)
            ids[count] = id;
        count += id != NULL;
    }
    return count;
}

static const struct {
    const char *property;
    const char *member;
} id_lists[QB_ROLES] = {
    [QB_ROLE_DECREE] = {"commodities", NULL},
    [QB_ROLE_SHIPMENT] = {"lines", "commodity"},
    [QB_ROLE_VISIT] = {"officers", NULL},
};

/* Ids are those that the files' names say: a valid record has the same inside, and a folder's own version of a kind
 * may forget to ask for one. */
static void extract_decree(struct look *look, struct qb_version *version, struct qb_ids ids)
{
    version->as.decree = (struct qb_decree){
        .id = look->base.record,
        .facility = intern(look, "facility"),
        .number = intern(look, "number"),
        .extends = intern(look, "extends"),
        .commodities = ids,
        .decreed_on = date(look->record, "decreed_on"),
        .valid_from = date(look->record, "valid_from"),
        .valid_until = date(look->record, "valid_until"),
        .revoked_on = date(look->record, "revoked_on"),
        .validity_months = whole(look->record, "validity_months"),
        .every = whole(qb_json_get(look->record, "monitoring"), "every"),
        .policy = interned(look, qb_json_get(qb_json_get(look->record, "monitoring"), "policy")),
    };
}

static void extract_shipment(struct look *look, struct qb_version *version, struct qb_ids ids)
{
    static const char *const statuses[] = {"planned", "certified", "departed", "cancelled"};
    version->as.shipment = (struct qb_shipment){
        .id = look->base.record,
        .decree = intern(look, "decree"),
        .certificate_number = intern(look, "certificate_number"),
        .commodities = ids,
        .certificate_issued_on = date(look->record, "certificate_issued_on"),
        .inspected_on = date(look->record, "inspected_on"),
        .departed_on = date(look->record, "departed_on"),
        .status = (enum qb_shipment_status)place(word(look->record, "status"), statuses, 4, QB_SHIPMENT_PLANNED),
    };
}

static void extract_visit(struct look *look, struct qb_version *version, struct qb_ids ids)
{
    static const char *const types[] = {"routine", "ad_hoc", "follow_up"};
    static const char *const statuses[] = {"planned", "conducted", "closed", "cancelled"};
    static const char *const results[] = {"", "conform", "nonconform", "inconclusive"};
    const struct qb_json *counts = qb_json_get(look->record, "counts_as_routine");
    version->as.visit = (struct qb_visit){
        .id = look->base.record,
        .facility = intern(look, "facility"),
        .decree = intern(look, "decree"),
        .officers = ids,
        .planned_on = date(look->record, "planned_on"),
        .conducted_on = date(look->record, "conducted_on"),
        .type = (enum qb_visit_type)place(word(look->record, "type"), types, 3, QB_VISIT_FOLLOW_UP),
        .status = (enum qb_visit_status)place(word(look->record, "status"), statuses, 4, QB_VISIT_CANCELLED),
        .result = (enum qb_visit_result)place(word(look->record, "result"), results, 4, QB_VISIT_NO_RESULT),
        .counts_as_routine = counts && counts->type == QB_JSON_TRUE,
    };
}

static void extract_finding(struct look *look, struct qb_version *version)
{
    static const char *const severities[] = {"critical", "major", "minor"};
    version->as.finding = (struct qb_finding){
        .id = look->base.record,
        .visit = intern(look, "visit"),
        .due_on = date(look->record, "due_on"),
        .verified_on = date(look->record, "verified_on"),
        .severity = (enum qb_severity_of_finding)place(word(look->record, "severity"), severities, 3, QB_FINDING_MINOR),
    };
}

static void extract_role(struct look *look, struct qb_version *version, struct qb_ids ids)
{
    const char *risk;
    switch (look->kind->role) {
    case QB_ROLE_FACILITY:
        version->as.facility = (struct qb_facility){.id = look->base.record, .company = intern(look, "company")};
        break;
    case QB_ROLE_OFFICER:
        version->as.officer =
            (struct qb_officer){.id = look->base.record, .name = intern(look, "name"), .email = intern(look, "email")};
        break;
    case QB_ROLE_COMMODITY:
        risk = word(look->record, "pest_risk");
        version->as.commodity =
            (struct qb_commodity){.id = look->base.record, .low_risk = risk && !strcmp(risk, "low")};
        break;
    case QB_ROLE_DECREE:
        extract_decree(look, version, ids);
        break;
    case QB_ROLE_SHIPMENT:
        extract_shipment(look, version, ids);
        break;
    case QB_ROLE_VISIT:
        extract_visit(look, version, ids);
        break;
    case QB_ROLE_FINDING:
        extract_finding(look, version);
        break;
    default:
        break;
    }
}

/* Holds what the schedule cannot do without. A folder's own version of a kind may leave it out: then its records are
 * kept, but play no part in the schedule. */
static bool plays_its_role(const struct qb_version *version)
{
    switch (version->role) {
    case QB_ROLE_DECREE:
        return version->as.decree.facility && version->as.decree.valid_from != QB_DATE_NONE;
    case QB_ROLE_SHIPMENT:
        return version->as.shipment.decree;
    case QB_ROLE_VISIT:
        return version->as.visit.facility && version->as.visit.decree;
    case QB_ROLE_FINDING:
        return version->as.finding.visit;
    default:
        return true;
    }
}

/* Gathers references and unique values in two rounds: counting, then filling. */
struct links {
    struct look *look;
    struct qb_version *version; /* NULL while counting */
    const struct qb_kind_field *field;
    uint8_t number;
    size_t references;
    size_t uniques;
    const char *title;
    const char *author;
};

static void link_value(void *context, const struct qb_json *value, const char *pointer)
{
    struct links *links = context;
    (void)pointer;
    if (value->type != QB_JSON_STRING)
        return;
    const struct qb_kind_field *field = links->field;
    if (field->ref && links->references < UINT16_MAX) {
        if (links->version)
            links->version->references[links->references] =
                (struct qb_reference){.name = qb_store_name(links->look->store, value->as.string, value->length),
                                      .kind = field->ref_kind,
                                      .field = links->number};
        links->references++;
    }
    if (field->unique && links->uniques < UINT8_MAX) {
        if (links->version)
            links->version->uniques[links->uniques] =
                (struct qb_unique){.value = interned(links->look, value), .field = links->number};
        links->uniques++;
    }
    if (field->title && links->version)
        links->version->title = interned(links->look, value);
    if (field->author && links->version)
        links->version->author = interned(links->look, value);
}

static void walk_links(struct links *links)
{
    const struct qb_kind *kind = links->look->kind;
    links->references = links->uniques = 0;
    for (size_t i = 0; i < kind->field_count; i++) {
        const struct qb_kind_field *field = &kind->fields[i];
        if (!field->ref && !field->unique && !field->title && !field->author)
            continue;
        links->field = field;
        links->number = (uint8_t)i;
        qb_kind_each(field, links->look->record, link_value, links);
    }
}

static qb_date frozen_from(const struct look *look)
{
    qb_date from = QB_FROZEN_NEVER;
    for (size_t i = 0; i < look->kind->condition_count; i++) {
        const struct qb_kind_condition *condition = &look->kind->conditions[i];
        const struct qb_json *value = qb_json_get(look->record, condition->property);
        qb_date day = QB_FROZEN_NEVER;
        if (!value)
            continue;
        if (condition->type == QB_CONDITION_PRESENT)
            day = QB_FROZEN_ALWAYS;
        else if (condition->type == QB_CONDITION_REACHED && value->type == QB_JSON_STRING)
            day = qb_date_parse(value->as.string, value->length);
        for (size_t j = 0; condition->type == QB_CONDITION_ONE_OF && j < condition->value_count; j++)
            if (value->type == QB_JSON_STRING && !strcmp(value->as.string, condition->values[j]))
                day = QB_FROZEN_ALWAYS;
        if (day == QB_DATE_NONE && condition->type == QB_CONDITION_REACHED)
            day = QB_FROZEN_NEVER; /* no date: the schema says so */
        if (day < from)
            from = day;
    }
    return from;
}

static struct qb_version *extract(struct look *look)
{
    struct links links = {.look = look};
    enum qb_role role = look->kind->role;
    const char *list = id_lists[role].property;
    size_t ids = list ? gather_ids(look, list, id_lists[role].member, NULL) : 0;
    walk_links(&links);
    struct qb_version *version = links.version = qb_version_new(links.references, links.uniques, ids);
    walk_links(&links);
    version->role = (uint8_t)role;
    version->frozen_from = frozen_from(look);
    const char **items = qb_version_ids(version);
    if (ids)
        gather_ids(look, list, id_lists[role].member, items);
    extract_role(look, version, (struct qb_ids){.items = items, .count = ids});
    if (!plays_its_role(version))
        version->role = QB_ROLE_NONE;
    return version;
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
    qb_buf_addf(&right, "%s.json", id);
    complain(look, QB_PROBLEM_ID_NAME, "/id", "problem.id-name",
             (struct qb_text_arg[]){{"found", id}, {"name", look->base.record}, {"file", qb_buf_text(&right)}}, 3);
    qb_buf_fini(&right);
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
        qb_buf_add_string(out, value->as.string);
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
    if (frozen_from(look) != QB_FROZEN_NEVER)
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
    if (!earlier || !earlier->text || (reason && *reason) || look->record->type != QB_JSON_OBJECT)
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
    qb_kind_report(look->problems, &look->base, violations, look->text, look->length, false);
}

static size_t errors_since(const struct qb_problems *problems, size_t before)
{
    size_t errors = 0;
    for (size_t i = before; i < problems->count; i++)
        errors += qb_problem_severity(&problems->items[i]) == QB_SEVERITY_ERROR;
    return errors;
}

static void look_at(struct look *look, const struct qb_earlier *earlier)
{
    check_schema(look);
    check_name(look);
    check_orders(look);
    if (look->kind->role == QB_ROLE_DECREE)
        check_decree_number(look);
    if (look->kind->role == QB_ROLE_VISIT)
        check_samples(look);
    check_frozen(look, earlier);
}

/* "records/shipments/SHP-A.json" -> "SHP-A", interned. */
static const char *stem(struct qb_store *store, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    const char *dot = strrchr(base, '.');
    return qb_pool_bytes(&store->pool, base, dot ? (size_t)(dot - base) : strlen(base));
}

struct qb_version *qb_check_text(struct qb_checker *checker, struct qb_store *store, const struct qb_kind *kind,
                                 const char *path, const char *text, size_t length, const struct qb_earlier *earlier,
                                 bool *sound, struct qb_problems *problems)
{
    struct qb_json_fault fault;
    struct look look = {
        .checker = checker,
        .store = store,
        .kind = kind,
        .text = text,
        .length = length,
        .base = {.code = QB_PROBLEM_SCHEMA,
                 .kind = kind->name,
                 .record = stem(store, path),
                 .path = path,
                 .pointer = "",
                 .line = 1,
                 .column = 1},
        .problems = problems,
    };
    size_t before = problems->count;
    struct qb_version *version = NULL;
    look.record = qb_json_parse(checker->doc, text, length, &qb_json_record_options, &fault);
    if (!look.record) {
        qb_kind_report_fault(problems, &look.base, &fault);
    } else {
        look_at(&look, earlier);
        if (look.record->type == QB_JSON_OBJECT)
            version = extract(&look);
    }
    *sound = version && !errors_since(problems, before);
    return version;
}

/* --- a second look, for positions --- */

struct spot {
    const char *value;
    struct qb_buf *pointer;
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
}

void qb_check_locate(struct qb_checker *checker, const struct qb_kind_field *field, const char *value, const char *text,
                     size_t length, struct qb_buf *pointer, uint32_t *line, uint32_t *column)
{
    struct qb_json_fault fault;
    struct spot spot = {.value = value, .pointer = pointer};
    const struct qb_json *record = qb_json_parse(checker->doc, text, length, &qb_json_record_options, &fault);
    *line = *column = 1;
    if (!record)
        return;
    qb_kind_each(field, record, spot_value, &spot);
    qb_json_locate(text, length, qb_buf_text(pointer), false, line, column);
}
