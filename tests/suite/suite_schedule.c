/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs the cases of the schedule's rules: suite_schedule [FOLDER]. Each case is a folder with records/ and, for some
 * dates, what the rules give: expected/DATE/schedule.json and facilities/ID.json. The records are read with the JSON
 * reader and mapped here, the schedule is computed and written by the program's writers, read again, and compared as
 * JSON values, arrays in order. A line for each failure, and the count at the end; status 1 when one fails.
 */
#include "core/base/file.h"
#include "core/base/limits.h"
#include "core/base/map.h"
#include "core/data/json.h"
#include "core/output/output.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEFAULT_SHARED "../shared"
#define MOST 20000 /* records of a kind in one case */

/* One case: its records, and the documents that must stay open because the records borrow from them. */
struct cases {
    const char *folder;
    char name[256]; /* of the case */
    struct qb_arena arena;
    struct qb_pool pool;
    const struct qb_decree *decrees[MOST];
    const struct qb_shipment *shipments[MOST];
    const struct qb_visit *visits[MOST];
    const struct qb_finding *findings[MOST];
    size_t decree_count;
    size_t shipment_count;
    size_t visit_count;
    size_t finding_count;
    int passed;
    int failed;
};

static void fail(struct cases *cases, const char *date, const char *file, const char *what)
{
    printf("FAIL %s %s %s: %s\n", cases->name, date, file, what);
    cases->failed++;
}

/* --- records --- */

static const char *text(struct cases *cases, const struct qb_json *record, const char *key)
{
    return qb_pool_string(&cases->pool, qb_json_string(qb_json_get(record, key)));
}

static qb_date date(const struct qb_json *record, const char *key)
{
    const char *value = qb_json_string(qb_json_get(record, key));
    return value ? qb_date_parse(value, strlen(value)) : QB_DATE_NONE;
}

static int whole(const struct qb_json *record, const char *pointer)
{
    int64_t number;
    return qb_json_integer(qb_json_at(record, pointer), &number) ? (int)number : 0;
}

/* The strings of an array, or those of a member of the objects in it. */
static struct qb_ids ids(struct cases *cases, const struct qb_json *array, const char *member)
{
    if (!array)
        return (struct qb_ids){0};
    const char **items = qb_arena_alloc(&cases->arena, array->length * sizeof *items);
    for (uint32_t i = 0; i < array->length; i++) {
        const struct qb_json *item = &array->as.items[i];
        items[i] = qb_pool_string(&cases->pool, qb_json_string(member ? qb_json_get(item, member) : item));
    }
    return (struct qb_ids){items, array->length};
}

/* The number of the word in a NULL-terminated list, 0 when it is none of them. */
static int choice(const struct qb_json *record, const char *key, const char *const *words)
{
    const char *value = qb_json_string(qb_json_get(record, key));
    for (int i = 0; value && words[i]; i++)
        if (!strcmp(words[i], value))
            return i;
    return 0;
}

static void map_decree(struct cases *cases, const struct qb_json *record)
{
    struct qb_decree *decree = qb_arena_alloc(&cases->arena, sizeof *decree);
    *decree = (struct qb_decree){.id = text(cases, record, "id"),
                                 .facility = text(cases, record, "facility"),
                                 .number = text(cases, record, "number"),
                                 .extends = text(cases, record, "extends"),
                                 .commodities = ids(cases, qb_json_get(record, "commodities"), NULL),
                                 .decreed_on = date(record, "decreed_on"),
                                 .valid_from = date(record, "valid_from"),
                                 .valid_until = date(record, "valid_until"),
                                 .revoked_on = date(record, "revoked_on"),
                                 .validity_months = whole(record, "/validity_months"),
                                 .every = whole(record, "/monitoring/every")};
    cases->decrees[cases->decree_count++] = decree;
}

static void map_shipment(struct cases *cases, const struct qb_json *record)
{
    static const char *const statuses[] = {"planned", "certified", "departed", "cancelled", NULL};
    struct qb_shipment *shipment = qb_arena_alloc(&cases->arena, sizeof *shipment);
    *shipment = (struct qb_shipment){.id = text(cases, record, "id"),
                                     .decree = text(cases, record, "decree"),
                                     .certificate_number = text(cases, record, "certificate_number"),
                                     .commodities = ids(cases, qb_json_get(record, "lines"), "commodity"),
                                     .certificate_issued_on = date(record, "certificate_issued_on"),
                                     .inspected_on = date(record, "inspected_on"),
                                     .departed_on = date(record, "departed_on"),
                                     .status = (enum qb_shipment_status)choice(record, "status", statuses)};
    cases->shipments[cases->shipment_count++] = shipment;
}

static void map_visit(struct cases *cases, const struct qb_json *record)
{
    static const char *const types[] = {"routine", "ad_hoc", "follow_up", NULL};
    static const char *const statuses[] = {"planned", "conducted", "closed", "cancelled", NULL};
    static const char *const results[] = {"", "conform", "nonconform", "inconclusive", NULL};
    const struct qb_json *counts = qb_json_get(record, "counts_as_routine");
    struct qb_visit *visit = qb_arena_alloc(&cases->arena, sizeof *visit);
    *visit = (struct qb_visit){.id = text(cases, record, "id"),
                               .facility = text(cases, record, "facility"),
                               .decree = text(cases, record, "decree"),
                               .officers = ids(cases, qb_json_get(record, "officers"), NULL),
                               .planned_on = date(record, "planned_on"),
                               .conducted_on = date(record, "conducted_on"),
                               .type = (enum qb_visit_type)choice(record, "type", types),
                               .status = (enum qb_visit_status)choice(record, "status", statuses),
                               .result = (enum qb_visit_result)choice(record, "result", results),
                               .counts_as_routine = counts && counts->type == QB_JSON_TRUE};
    cases->visits[cases->visit_count++] = visit;
}

static void map_finding(struct cases *cases, const struct qb_json *record)
{
    static const char *const severities[] = {"critical", "major", "minor", NULL};
    struct qb_finding *finding = qb_arena_alloc(&cases->arena, sizeof *finding);
    *finding = (struct qb_finding){.id = text(cases, record, "id"),
                                   .visit = text(cases, record, "visit"),
                                   .due_on = date(record, "due_on"),
                                   .verified_on = date(record, "verified_on"),
                                   .severity = (enum qb_severity_of_finding)choice(record, "severity", severities)};
    cases->findings[cases->finding_count++] = finding;
}

static const struct {
    const char *folder;
    void (*map)(struct cases *cases, const struct qb_json *record);
} kinds[] = {
    {"records/decrees/", map_decree},
    {"records/shipments/", map_shipment},
    {"records/visits/", map_visit},
    {"records/findings/", map_finding},
};

/* --- files --- */

/* Reads and parses a file beneath `dir`. NULL when that fails. The text lives in `bytes`. */
static const struct qb_json *load(int dir, const char *path, struct qb_json_doc *doc, struct qb_buf *bytes)
{
    struct qb_err err = {0};
    struct qb_json_fault fault;
    if (qb_file_read(dir, path, QB_MAX_DOCUMENT, bytes, NULL, &err) < 0)
        return NULL;
    return qb_json_parse(doc, qb_buf_text(bytes), bytes->length, &qb_json_document_options, &fault);
}

struct walk {
    struct cases *cases;
    int dir;
    struct qb_json_doc *doc;
    struct qb_buf bytes;
};

static int take_record(void *context, const char *path, const struct qb_file_stat *st, struct qb_err *err)
{
    (void)st;
    (void)err;
    struct walk *walk = context;
    size_t length = strlen(path);
    if (length < 5 || strcmp(path + length - 5, ".json") != 0)
        return 0;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strncmp(path, kinds[i].folder, strlen(kinds[i].folder)) != 0)
            continue;
        const struct qb_json *record = load(walk->dir, path, walk->doc, &walk->bytes);
        if (record)
            kinds[i].map(walk->cases, record);
        else
            fail(walk->cases, "-", path, "cannot be read");
    }
    return 0;
}

static void load_records(struct cases *cases, int dir)
{
    struct qb_err err = {0};
    struct walk walk = {.cases = cases, .dir = dir, .doc = qb_json_doc_new()};
    if (qb_file_walk(dir, "records", take_record, &walk, &err) < 0)
        fail(cases, "-", "records", err.message);
    qb_json_doc_free(walk.doc);
    qb_buf_fini(&walk.bytes);
}

/* --- the schedule --- */

struct computed {
    struct qb_settings settings;
    struct qb_facility_schedule **facilities; /* by id */
    size_t count;
    const struct qb_task **tasks;
    size_t task_count;
    struct qb_problems problems;
};

static const char *own_id(const void *context, const char *kind, const char *id)
{
    (void)context;
    (void)kind;
    return id;
}

static const char *nothing(const void *context, const char *facility)
{
    (void)context;
    (void)facility;
    return "";
}

static int compare_ids(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The ids of the facilities that have a decree, ascending, each once. */
static size_t facility_ids(const struct cases *cases, const char **found)
{
    size_t count = 0;
    for (size_t i = 0; i < cases->decree_count; i++)
        found[count++] = cases->decrees[i]->facility;
    if (count)
        qsort(found, count, sizeof *found, compare_ids);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (!kept || strcmp(found[kept - 1], found[i]) != 0)
            found[kept++] = found[i];
    return kept;
}

/* All records of the case, less the decrees of other facilities: what names those plays no part. */
static struct qb_facility_schedule *compute_one(struct cases *cases, const char *facility,
                                                const struct qb_settings *settings, qb_date as_of)
{
    const struct qb_decree **decrees = qb_arena_alloc(&cases->arena, cases->decree_count * sizeof *decrees);
    size_t count = 0;
    for (size_t i = 0; i < cases->decree_count; i++)
        if (!strcmp(cases->decrees[i]->facility, facility))
            decrees[count++] = cases->decrees[i];
    struct qb_facility_records records = {.facility = facility,
                                          .decrees = decrees,
                                          .decree_count = count,
                                          .shipments = cases->shipments,
                                          .shipment_count = cases->shipment_count,
                                          .visits = cases->visits,
                                          .visit_count = cases->visit_count,
                                          .findings = cases->findings,
                                          .finding_count = cases->finding_count};
    return qb_schedule_facility(&records, settings, as_of);
}

static void compute(struct cases *cases, struct computed *computed, qb_date as_of)
{
    *computed = (struct computed){0};
    qb_settings_init(&computed->settings);
    computed->settings.office = "K.9.A";
    const char **found = qb_mem_array(cases->decree_count, sizeof *found);
    computed->count = facility_ids(cases, found);
    computed->facilities = qb_mem_array(computed->count, sizeof(struct qb_facility_schedule *));
    for (size_t i = 0; i < computed->count; i++)
        computed->facilities[i] = compute_one(cases, found[i], &computed->settings, as_of);
    computed->tasks = qb_schedule_tasks(computed->facilities, computed->count, &computed->task_count);
    free(found);
}

static void computed_fini(struct computed *computed)
{
    for (size_t i = 0; i < computed->count; i++)
        qb_schedule_free(computed->facilities[i]);
    free(computed->facilities);
    free(computed->tasks);
    qb_settings_fini(&computed->settings);
}

/* --- comparing --- */

/* The pointer of the first difference, for a person who has to find it. */
static bool differ(const struct qb_json *expected, const struct qb_json *found, struct qb_buf *pointer)
{
    if (qb_json_equal(expected, found))
        return false;
    if (expected->type != found->type || expected->type < QB_JSON_ARRAY)
        return true;
    for (uint32_t i = 0; i < expected->length; i++) {
        const struct qb_json *item = &expected->as.items[i];
        const struct qb_json *other = i < found->length ? &found->as.items[i] : NULL;
        if (expected->type == QB_JSON_OBJECT)
            other = qb_json_get_bytes(found, item->key, item->key_length);
        if (other && qb_json_equal(item, other))
            continue;
        if (expected->type == QB_JSON_OBJECT)
            qb_json_pointer_add(pointer, item->key, item->key_length);
        else
            qb_json_pointer_add_index(pointer, i);
        return !other || differ(item, other, pointer);
    }
    return true; /* more members or items than expected */
}

static void compare(struct cases *cases, int dir, const char *date_name, const char *file, const struct qb_buf *written)
{
    struct qb_json_doc *expected_doc = qb_json_doc_new();
    struct qb_json_doc *found_doc = qb_json_doc_new();
    struct qb_buf bytes = {0};
    struct qb_buf pointer = {0};
    struct qb_json_fault fault;
    const struct qb_json *expected = load(dir, file, expected_doc, &bytes);
    const struct qb_json *found =
        qb_json_parse(found_doc, qb_buf_text(written), written->length, &qb_json_document_options, &fault);
    if (!expected) {
        fail(cases, date_name, file, "is not expected, or cannot be read");
    } else if (!found) {
        fail(cases, date_name, file, "what was written is no JSON");
    } else if (differ(expected, found, &pointer)) {
        qb_buf_add_string(&pointer, " differs");
        fail(cases, date_name, file, qb_buf_text(&pointer));
    } else {
        cases->passed++;
    }
    qb_buf_fini(&pointer);
    qb_buf_fini(&bytes);
    qb_json_doc_free(expected_doc);
    qb_json_doc_free(found_doc);
}

struct expected_files {
    struct cases *cases;
    const char *date;
    const struct computed *computed;
};

/* A facility file that is expected but was not written. */
static int look_for(void *context, const char *path, const struct qb_file_stat *st, struct qb_err *err)
{
    (void)err;
    struct expected_files *files = context;
    if (!S_ISREG(st->mode))
        return 0;
    for (size_t i = 0; i < files->computed->count; i++) {
        char name[512];
        snprintf(name, sizeof name, "facilities/%s.json", files->computed->facilities[i]->facility);
        if (!strcmp(name, path))
            return 0;
    }
    fail(files->cases, files->date, path, "was not written");
    return 0;
}

static void run_date(struct cases *cases, int case_dir, const char *name)
{
    struct qb_err err = {0};
    struct computed computed;
    struct qb_buf path = {0};
    struct qb_buf written = {0};
    qb_date as_of = qb_date_parse(name, strlen(name));
    qb_buf_addf(&path, "expected/%s", name);
    int dir = qb_file_open_dir_at(case_dir, qb_buf_text(&path), &err);
    if (dir < 0 || as_of == QB_DATE_NONE) {
        fail(cases, name, "-", "is no folder named after a date");
        qb_buf_fini(&path);
        return;
    }
    compute(cases, &computed, as_of);
    struct qb_output_view view = {.settings = &computed.settings,
                                  .as_of = as_of,
                                  .facilities = (const struct qb_facility_schedule *const *)computed.facilities,
                                  .facility_count = computed.count,
                                  .tasks = computed.tasks,
                                  .task_count = computed.task_count,
                                  .problems = &computed.problems,
                                  .title = own_id,
                                  .company = nothing};
    qb_output_find("json")->write(&written, &view, NULL);
    compare(cases, dir, name, "schedule.json", &written);
    for (size_t i = 0; i < computed.count; i++) {
        qb_buf_clear(&written);
        qb_buf_clear(&path);
        qb_buf_addf(&path, "facilities/%s.json", computed.facilities[i]->facility);
        qb_output_find("facility")->write(&written, &view, computed.facilities[i]);
        compare(cases, dir, name, qb_buf_text(&path), &written);
    }
    struct expected_files files = {cases, name, &computed};
    if (qb_file_walk(dir, "facilities", look_for, &files, &err) < 0)
        fail(cases, name, "facilities", err.message);
    computed_fini(&computed);
    qb_buf_fini(&path);
    qb_buf_fini(&written);
    close(dir);
}

/* Calls `each` for every name in a folder, in byte order. Returns how many there are, -1 when it cannot be listed. */
static int each_name(const char *folder, void (*each)(void *context, const char *name), void *context)
{
    struct dirent **names;
    int count = scandir(folder, &names, NULL, alphasort);
    if (count < 0)
        return -1;
    int used = 0;
    for (int i = 0; i < count; i++) {
        if (names[i]->d_name[0] != '.' && !strchr(names[i]->d_name, '.')) {
            each(context, names[i]->d_name);
            used++;
        }
        free(names[i]);
    }
    free(names);
    return used;
}

struct one_case {
    struct cases *cases;
    int dir;
};

static void each_date(void *context, const char *name)
{
    struct one_case *one = context;
    run_date(one->cases, one->dir, name);
}

static void each_case(void *context, const char *name)
{
    struct cases *cases = context;
    struct qb_err err = {0};
    struct qb_buf path = {0};
    snprintf(cases->name, sizeof cases->name, "%s", name);
    cases->decree_count = cases->shipment_count = cases->visit_count = cases->finding_count = 0;
    qb_buf_addf(&path, "%s/%s", cases->folder, name);
    struct one_case one = {cases, qb_file_open_dir(qb_buf_text(&path), &err)};
    qb_buf_add_string(&path, "/expected");
    if (one.dir < 0) {
        fail(cases, "-", "-", err.message);
    } else {
        load_records(cases, one.dir);
        if (each_name(qb_buf_text(&path), each_date, &one) < 1)
            fail(cases, "-", "expected", "holds nothing to compare with");
        close(one.dir);
    }
    qb_buf_fini(&path);
    qb_pool_fini(&cases->pool);
    qb_arena_fini(&cases->arena);
}

int main(int argc, char **argv)
{
    struct cases *cases = qb_mem_alloc(sizeof *cases);
    struct qb_buf folder = {0};
    qb_buf_addf(&folder, "%s/cases/schedule", argc > 1 ? argv[1] : DEFAULT_SHARED);
    cases->folder = qb_buf_text(&folder);
    int count = each_name(cases->folder, each_case, cases);
    if (count < 1) {
        printf("FAIL there are no cases in %s: give the folder of the schedule's cases as argument\n", cases->folder);
        cases->failed++;
    }
    printf("%d passed, %d failed\n", cases->passed, cases->failed);
    int status = cases->failed ? 1 : 0;
    free(cases);
    qb_buf_fini(&folder);
    return status;
}
