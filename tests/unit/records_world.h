/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An office's records in memory, for the tests of schema/link: texts are put and taken away, a pass decides, and the
 * outcome is written down as a text that can be compared.
 *
 * After every pass three things are checked that must always hold: looking at everything once more changes nothing;
 * who is not valid has an error that says why, and who is valid has none; what is valid is in force.
 */
#ifndef QB_TESTS_RECORDS_WORLD_H
#define QB_TESTS_RECORDS_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "schema/link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct office {
    struct qb_kinds *kinds; /* borrowed */
    struct qb_store store;
    struct qb_checker *checker;
    struct qb_link link;
    struct qb_map texts; /* by blob id: every text that ever was */
    struct qb_pool pool;
    size_t loads; /* texts read for positions */
};

/* --- the office --- */

static inline const char *text_of(struct office *office, const struct qb_blob_id *blob)
{
    const char *text = qb_map_get(&office->texts, (const char *)blob->raw, sizeof blob->raw);
    assert_non_null(text);
    return text;
}

static inline int load_text(void *context, const struct qb_entry *entry, struct qb_buf *text, struct qb_err *err)
{
    struct office *office = context;
    (void)err;
    office->loads++;
    qb_buf_clear(text);
    qb_buf_add_string(text, text_of(office, &entry->blob));
    return QB_OK;
}

static inline struct qb_kinds *shipped_kinds(void)
{
    struct qb_problems problems = {0};
    struct qb_kinds *kinds = qb_kinds_new();
    qb_kinds_finish(kinds, &problems);
    assert_int_equal(problems.count, 0);
    return kinds;
}

static inline void office_open(struct office *office, struct qb_kinds *kinds, const char *as_of)
{
    *office = (struct office){.kinds = kinds};
    office->checker = qb_checker_new(office->kinds);
    qb_store_init(&office->store);
    qb_link_init(&office->link, &office->store, office->kinds);
    office->link.as_of = qb_date_parse(as_of, 10);
    office->link.checker = office->checker;
    office->link.load = load_text;
    office->link.context = office;
}

static inline void office_close(struct office *office)
{
    qb_link_fini(&office->link);
    qb_checker_free(office->checker);
    qb_store_fini(&office->store);
    qb_map_fini(&office->texts);
    qb_pool_fini(&office->pool);
}

static inline struct qb_blob_id blob_of(struct office *office, const char *text)
{
    struct qb_blob_id blob = {{0}};
    uint64_t hash = qb_map_hash(text, strlen(text));
    memcpy(blob.raw, &hash, sizeof hash);
    if (!qb_map_get(&office->texts, (const char *)blob.raw, sizeof blob.raw)) {
        const char *key = qb_pool_bytes(&office->pool, (const char *)blob.raw, sizeof blob.raw);
        qb_map_put(&office->texts, key, sizeof blob.raw, (void *)(uintptr_t)qb_pool_string(&office->pool, text));
    }
    return blob;
}

/* As the daemon does when a file came or changed. */
static inline void put_file(struct office *office, const char *path, const char *text)
{
    struct qb_problems own = {0};
    struct qb_earlier earlier = {0};
    const struct qb_kind *kind = qb_kinds_of_path(office->kinds, path);
    assert_non_null(kind);
    struct qb_entry *entry = qb_store_entry(&office->store, qb_pool_string(&office->pool, path), kind->index);
    if (entry->in_force && qb_version_frozen(entry->in_force, office->link.as_of)) {
        earlier.text = text_of(office, &entry->used);
        earlier.length = strlen(earlier.text);
    }
    bool sound;
    struct qb_version *version =
        qb_check_text(office->checker, &office->store, kind, path, text, strlen(text), &earlier, &sound, &own);
    qb_store_set_current(&office->store, entry, version);
    entry->sound = sound;
    entry->blob = blob_of(office, text);
    if (entry->own) {
        qb_problems_fini(entry->own);
        free(entry->own);
        entry->own = NULL;
    }
    if (own.count) {
        entry->own = qb_mem_alloc(sizeof own);
        *entry->own = own;
    } else {
        qb_problems_fini(&own);
    }
    qb_link_suspect(&office->link, entry);
}

static inline void take_file(struct office *office, const char *path)
{
    struct qb_entry *entry = qb_store_find(&office->store, path);
    assert_non_null(entry);
    qb_link_leave(&office->link, entry);
    qb_store_remove(&office->store, entry);
}

/* --- the outcome as a text --- */

static inline int by_path(const void *a, const void *b)
{
    const struct qb_entry *const *x = a;
    const struct qb_entry *const *y = b;
    return strcmp((*x)->path, (*y)->path);
}

static inline void write_problems(struct qb_buf *out, const struct qb_problems *list)
{
    struct qb_problems sorted = {0};
    for (size_t i = 0; list && i < list->count; i++)
        qb_problems_add(&sorted, &list->items[i]);
    qb_problems_sort(&sorted);
    for (size_t i = 0; i < sorted.count; i++) {
        const struct qb_problem *problem = &sorted.items[i];
        qb_buf_addf(out, "    %s %s %u:%u ", qb_problem_rows[problem->code].name, problem->pointer, problem->line,
                    problem->column);
        qb_problem_message(out, QB_ENGLISH, problem);
        qb_buf_add_char(out, '\n');
    }
    qb_problems_fini(&sorted);
}

static inline char *outcome(struct office *office)
{
    struct qb_buf out = {0};
    size_t count = 0;
    const struct qb_entry **entries = qb_mem_array(office->store.entry_count + 1, sizeof *entries);
    struct qb_entry *next = NULL;
    for (size_t at = 0; (next = qb_store_next(&office->store, &at, next));)
        entries[count++] = next;
    qsort(entries, count, sizeof *entries, by_path);
    for (size_t i = 0; i < count; i++) {
        const struct qb_entry *entry = entries[i];
        static const unsigned char none[sizeof entry->used.raw];
        bool in_force = memcmp(entry->used.raw, none, sizeof none) != 0;
        assert_int_equal(in_force, entry->in_force != NULL);
        qb_buf_addf(&out, "%s: %s\n", entry->path,
                    entry->valid ? "valid"
                    : in_force   ? "wrong, an earlier version in force"
                                 : "wrong, none in force");
        write_problems(&out, entry->own);
        write_problems(&out, entry->linked);
    }
    free(entries);
    return qb_buf_steal(&out);
}

/* --- a pass --- */

static inline void expect_sound(const struct qb_entry *entry)
{
    size_t errors =
        (entry->own ? qb_problems_errors(entry->own) : 0) + (entry->linked ? qb_problems_errors(entry->linked) : 0);
    if (!entry->valid != !!errors)
        fail_msg("%s is %s, with %zu errors", entry->path, entry->valid ? "valid" : "wrong", errors);
    if (entry->valid)
        assert_ptr_equal(entry->in_force, entry->current);
    assert_false(entry->suspect || entry->passing);
    assert_true(entry->troubled || !(entry->own || entry->linked));
}

static inline void expect_same(const char *before, const char *after)
{
    if (strcmp(before, after))
        fail_msg("the outcome differs:\n%s---\n%s", before, after);
}

static inline void pass(struct office *office)
{
    assert_int_equal(qb_link_decide(&office->link, NULL), QB_OK);
    char *first = outcome(office);
    qb_link_suspect_all(&office->link);
    assert_int_equal(qb_link_decide(&office->link, NULL), QB_OK);
    char *again = outcome(office);
    expect_same(first, again);
    struct qb_entry *entry = NULL;
    for (size_t at = 0; (entry = qb_store_next(&office->store, &at, entry));)
        expect_sound(entry);
    free(first);
    free(again);
}

/* --- records --- */

/* Puts a record of that kind under its usual path: the text is `format` between braces, with id and author. */
__attribute__((format(printf, 4, 5))) static inline void put(struct office *office, const char *kind, const char *id,
                                                             const char *format, ...)
{
    struct qb_buf path = {0};
    struct qb_buf text = {0};
    va_list args;
    qb_buf_addf(&path, "records/%s/%s.json", qb_kinds_find(office->kinds, kind)->folder, id);
    qb_buf_addf(&text, "{\n\"id\": \"%s\",\n", id);
    va_start(args, format);
    qb_buf_addv(&text, format, args);
    va_end(args);
    if (!strstr(text.data, "recorded_by"))
        qb_buf_add_string(&text, ",\n\"recorded_by\": \"OFF-1\"");
    qb_buf_add_string(&text, "\n}\n");
    put_file(office, qb_buf_text(&path), qb_buf_text(&text));
    qb_buf_fini(&path);
    qb_buf_fini(&text);
}

static inline void take(struct office *office, const char *kind, const char *id)
{
    char path[100];
    snprintf(path, sizeof path, "records/%s/%s.json", qb_kinds_find(office->kinds, kind)->folder, id);
    take_file(office, path);
}

static inline void put_officer(struct office *office, const char *id, const char *more)
{
    put(office, "officer", id,
        "\"name\": \"%s\", \"role\": \"POPT\", \"email\": \"a@example.org\", \"status\": \"active\"%s", id, more);
}

static inline void put_company(struct office *office, const char *id)
{
    put(office, "company", id, "\"legal_name\": \"PT %s\", \"status\": \"active\"", id);
}

static inline void put_facility(struct office *office, const char *id, const char *company)
{
    put(office, "facility", id,
        "\"company\": \"%s\",\n\"name\": \"%s\", \"address\": \"x\", \"service_point\": \"x\", \"status\": "
        "\"approved\"",
        company, id);
}

static inline void put_commodity(struct office *office, const char *id, const char *risk, const char *more)
{
    put(office, "commodity", id,
        "\"name\": \"Ubi %s\", \"scientific_name\": \"Ipomoea batatas\", \"hs_code\": \"071420\","
        "\n\"pest_risk\": \"%s\"%s",
        id, risk, more);
}

/* Of 1 June 2020, valid for a month from the 5th. */
static inline void put_decree(struct office *office, const char *id, int number, const char *facility,
                              const char *commodity, const char *more)
{
    put(office, "decree", id,
        "\"number\": \"%d/Kpts/OT.080/K.9.A/06/2020\",\n\"facility\": \"%s\",\n\"decreed_on\": \"2020-06-01\","
        "\n\"valid_from\": \"2020-06-05\",\n\"valid_until\": \"2020-07-04\",\n\"commodities\": [\"%s\"]%s",
        number, facility, commodity, more);
}

static inline void put_shipment(struct office *office, const char *id, const char *certificate, const char *decree,
                                const char *more)
{
    put(office, "shipment", id,
        "\"certificate_number\": \"%s\",\n\"decree\": \"%s\",\n\"certificate_issued_on\": \"2020-06-10\","
        "\n\"import_country\": \"JP\", \"status\": \"planned\","
        "\n\"lines\": [{\"commodity\": \"CDT-1\", \"net_weight_kg\": 1}]%s",
        certificate, decree, more);
}

static inline void put_visit(struct office *office, const char *id, const char *facility, const char *decree,
                             const char *conducted_on, const char *result)
{
    put(office, "visit", id,
        "\"facility\": \"%s\",\n\"decree\": \"%s\",\n\"conducted_on\": \"%s\",\n\"result\": \"%s\","
        "\n\"type\": \"routine\", \"status\": \"conducted\",\n\"officers\": [\"OFF-1\"]",
        facility, decree, conducted_on, result);
}

static inline void put_finding(struct office *office, const char *id, const char *visit, const char *more)
{
    put(office, "finding", id,
        "\"visit\": \"%s\",\n\"severity\": \"minor\", \"description\": \"x\", \"due_on\": \"2020-07-01\"%s", visit,
        more);
}

/* OFF-1, COM-1, FAC-1, FAC-2, CDT-1, SK-1 of FAC-1: what the others need. */
static inline void put_basics(struct office *office)
{
    put_officer(office, "OFF-1", "");
    put_company(office, "COM-1");
    put_facility(office, "FAC-1", "COM-1");
    put_facility(office, "FAC-2", "COM-1");
    put_commodity(office, "CDT-1", "low", "");
    put_decree(office, "SK-1", 1, "FAC-1", "CDT-1", "");
}

/* --- questions --- */

static inline struct qb_entry *entry_at(struct office *office, const char *kind, const char *id)
{
    char path[100];
    snprintf(path, sizeof path, "records/%s/%s.json", qb_kinds_find(office->kinds, kind)->folder, id);
    struct qb_entry *entry = qb_store_find(&office->store, path);
    if (!entry)
        fail_msg("no %s", path);
    return entry;
}

static inline void expect_valid(struct office *office, const char *kind, const char *id)
{
    const struct qb_entry *entry = entry_at(office, kind, id);
    struct qb_buf why = {0};
    write_problems(&why, entry->own);
    write_problems(&why, entry->linked);
    if (!entry->valid)
        fail_msg("%s is not valid:\n%s", id, qb_buf_text(&why));
    qb_buf_fini(&why);
}

/* The record has this problem among records, once. */
static inline const struct qb_problem *expect_problem(struct office *office, const char *kind, const char *id,
                                                      enum qb_problem_code code, const char *pointer)
{
    const struct qb_entry *entry = entry_at(office, kind, id);
    const struct qb_problem *found = NULL;
    for (size_t i = 0; entry->linked && i < entry->linked->count; i++)
        if (entry->linked->items[i].code == code && !strcmp(entry->linked->items[i].pointer, pointer)) {
            assert_null(found);
            found = &entry->linked->items[i];
        }
    struct qb_buf all = {0};
    write_problems(&all, entry->linked);
    if (!found)
        fail_msg("%s has no %s at %s, but:\n%s", id, qb_problem_rows[code].name, pointer, qb_buf_text(&all));
    qb_buf_fini(&all);
    assert_string_equal(found->record, id);
    assert_string_equal(found->kind, kind);
    assert_string_equal(found->path, entry->path);
    if (qb_problem_rows[code].severity == QB_SEVERITY_ERROR)
        assert_false(entry->valid);
    return found;
}

static inline void expect_linked(struct office *office, const char *kind, const char *id, size_t count)
{
    const struct qb_entry *entry = entry_at(office, kind, id);
    struct qb_buf all = {0};
    write_problems(&all, entry->linked);
    if ((entry->linked ? entry->linked->count : 0) != count)
        fail_msg("%s has not %zu problems, but:\n%s", id, count, qb_buf_text(&all));
    qb_buf_fini(&all);
}

#endif
