/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The store: entries by path and id, versions and who holds them, and what is kept in step with them (mentions, claims,
 * children), also after any sequence of changes.
 */
#include "core/records/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Numbers of the kinds as a folder would have them. */
enum { FACILITY = 1, DECREE, SHIPMENT, VISIT, FINDING };

static struct qb_name *name_of(struct qb_store *store, const char *id)
{
    return qb_store_name(store, id, strlen(id));
}

static struct qb_version *plain(struct qb_store *store, const char *reference, const char *unique)
{
    struct qb_version *version = qb_version_new(reference != NULL, unique != NULL, 0);
    if (reference)
        version->references[0] = (struct qb_reference){.name = name_of(store, reference), .kind = FACILITY, .field = 3};
    if (unique)
        version->uniques[0] = (struct qb_unique){.value = qb_pool_string(&store->pool, unique), .field = 7};
    return version;
}

static struct qb_version *decree(struct qb_store *store, const char *id, const char *facility)
{
    struct qb_version *version = qb_version_new(0, 0, 0);
    version->role = QB_ROLE_DECREE;
    version->as.decree.id = qb_pool_string(&store->pool, id);
    version->as.decree.facility = qb_pool_string(&store->pool, facility);
    return version;
}

static struct qb_version *shipment(struct qb_store *store, const char *id, const char *of)
{
    struct qb_version *version = qb_version_new(0, 0, 0);
    version->role = QB_ROLE_SHIPMENT;
    version->as.shipment.id = qb_pool_string(&store->pool, id);
    version->as.shipment.decree = qb_pool_string(&store->pool, of);
    return version;
}

static struct qb_version *visit(struct qb_store *store, const char *id, const char *of)
{
    struct qb_version *version = qb_version_new(0, 0, 0);
    version->role = QB_ROLE_VISIT;
    version->as.visit.id = qb_pool_string(&store->pool, id);
    version->as.visit.decree = qb_pool_string(&store->pool, of);
    return version;
}

static struct qb_version *finding(struct qb_store *store, const char *id, const char *of)
{
    struct qb_version *version = qb_version_new(0, 0, 0);
    version->role = QB_ROLE_FINDING;
    version->as.finding.id = qb_pool_string(&store->pool, id);
    version->as.finding.visit = qb_pool_string(&store->pool, of);
    return version;
}

static struct qb_entry *put(struct qb_store *store, const char *path, uint8_t kind, struct qb_version *version)
{
    struct qb_entry *entry = qb_store_entry(store, path, kind);
    qb_store_set_current(store, entry, version);
    qb_store_set_in_force(store, entry, version);
    return entry;
}

/* --- names and entries --- */

static void test_store__an_id_is_one_name(void **state)
{
    (void)state;
    struct qb_store store;
    qb_store_init(&store);
    assert_null(qb_store_find_name(&store, "SHP-A"));
    struct qb_name *name = qb_store_name(&store, "SHP-ABC", 5);
    assert_string_equal(name->id, "SHP-A");
    assert_ptr_equal(qb_store_find_name(&store, "SHP-A"), name);
    assert_ptr_equal(name_of(&store, "SHP-A"), name);
    assert_ptr_equal(qb_pool_string(&store.pool, "SHP-A"), name->id); /* interned */
    assert_ptr_not_equal(name_of(&store, "SHP-B"), name);
    assert_null(name->entries);
    assert_int_equal(name->mentions, 0);
    qb_store_fini(&store);
}

static void test_store__an_entry_is_named_after_its_file(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"records/shipments/2020/06/SHP-A.json", "SHP-A"},
        {"records/shipments/SHP-A.x.json", "SHP-A.x"},
        {"SHP-B.json", "SHP-B"},
        {"records/a.b/SHP-C", "SHP-C"},
        {"records/x/.json", ""},
    };
    struct qb_store store;
    qb_store_init(&store);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_null(qb_store_find(&store, rows[i][0]));
        struct qb_entry *entry = qb_store_entry(&store, rows[i][0], SHIPMENT);
        assert_string_equal(entry->name->id, rows[i][1]);
        assert_string_equal(entry->path, rows[i][0]);
        assert_int_equal(entry->kind, SHIPMENT);
        assert_ptr_equal(qb_store_entry(&store, rows[i][0], SHIPMENT), entry);
        assert_ptr_equal(qb_store_find(&store, rows[i][0]), entry);
        assert_ptr_equal(entry->name->entries, entry);
    }
    qb_store_fini(&store);
}

static size_t same_id(const struct qb_name *name)
{
    size_t count = 0;
    for (const struct qb_entry *entry = name->entries; entry; entry = entry->next_same_id)
        count++;
    return count;
}

static void test_store__several_files_may_have_one_id(void **state)
{
    (void)state;
    struct qb_store store;
    struct qb_entry *entries[4];
    qb_store_init(&store);
    for (size_t i = 0; i < 4; i++) {
        char path[40];
        snprintf(path, sizeof path, "records/x/%zu/A.json", i);
        entries[i] =
            put(&store, qb_pool_string(&store.pool, path), i % 2 ? DECREE : FACILITY, plain(&store, NULL, NULL));
    }
    const struct qb_name *name = entries[0]->name;
    assert_int_equal(same_id(name), 4);
    assert_int_equal(qb_store_holder(name, DECREE)->kind, DECREE);
    assert_null(qb_store_holder(name, SHIPMENT));
    qb_store_remove(&store, entries[1]);
    qb_store_remove(&store, entries[3]);
    assert_int_equal(same_id(name), 2);
    assert_null(qb_store_holder(name, DECREE));
    assert_null(qb_store_find(&store, "records/x/1/A.json"));
    qb_store_set_in_force(&store, entries[2], NULL);
    assert_ptr_equal(qb_store_holder(name, FACILITY), entries[0]);
    assert_ptr_equal(qb_store_in_force(name, FACILITY), entries[0]->in_force);
    qb_store_remove(&store, entries[0]);
    assert_null(qb_store_in_force(name, FACILITY));
    qb_store_remove(&store, entries[2]);
    assert_int_equal(same_id(name), 0);
    assert_null(qb_store_holder(NULL, FACILITY));
    qb_store_fini(&store);
}

static void test_store__a_removed_entry_can_come_back(void **state)
{
    (void)state;
    struct qb_store store;
    qb_store_init(&store);
    for (int i = 0; i < 50; i++) {
        struct qb_entry *entry = put(&store, "records/x/A.json", FACILITY, plain(&store, "B", "value"));
        assert_int_equal(name_of(&store, "B")->mentions, 1);
        assert_int_equal(qb_store_claims(&store, FACILITY, 7, "value")->count, 1);
        qb_store_remove(&store, entry);
        assert_int_equal(name_of(&store, "B")->mentions, 0);
        assert_int_equal(qb_store_claims(&store, FACILITY, 7, "value")->count, 0);
    }
    qb_store_fini(&store);
}

/* --- versions --- */

static void test_store__a_version_has_room_for_its_arrays(void **state)
{
    (void)state;
    for (size_t references = 0; references < 4; references++)
        for (size_t uniques = 0; uniques < 4; uniques++)
            for (size_t ids = 0; ids < 4; ids++) {
                struct qb_version *version = qb_version_new(references, uniques, ids);
                assert_int_equal(version->reference_count, references);
                assert_int_equal(version->unique_count, uniques);
                assert_int_equal(version->frozen_from, QB_FROZEN_NEVER);
                assert_int_equal(version->holders, 0);
                for (size_t i = 0; i < references; i++)
                    version->references[i] = (struct qb_reference){.field = 1};
                for (size_t i = 0; i < uniques; i++)
                    version->uniques[i] = (struct qb_unique){.field = 2};
                for (size_t i = 0; i < ids; i++)
                    qb_version_ids(version)[i] = "id";
                for (size_t i = 0; i < references; i++)
                    assert_int_equal(version->references[i].field, 1);
                for (size_t i = 0; i < uniques; i++)
                    assert_int_equal(version->uniques[i].field, 2);
                qb_version_free(version);
            }
    qb_version_free(NULL);
}

static void test_store__a_version_held_twice_counts_once(void **state)
{
    (void)state;
    struct qb_store store;
    qb_store_init(&store);
    struct qb_entry *entry = qb_store_entry(&store, "records/x/A.json", FACILITY);
    const struct qb_name *b = name_of(&store, "B");
    const struct qb_name *c = name_of(&store, "C");
    struct qb_version *first = plain(&store, "B", "one");
    qb_store_set_current(&store, entry, first);
    qb_store_set_current(&store, entry, first);
    qb_store_set_in_force(&store, entry, first);
    assert_int_equal(first->holders, 2);
    assert_int_equal(b->mentions, 1);
    assert_int_equal(qb_store_claims(&store, FACILITY, 7, "one")->count, 1);
    struct qb_version *second = plain(&store, "C", "one");
    qb_store_set_current(&store, entry, second);
    assert_int_equal(first->holders, 1);
    assert_int_equal(b->mentions, 1); /* in force still */
    assert_int_equal(c->mentions, 1);
    assert_int_equal(qb_store_claims(&store, FACILITY, 7, "one")->count, 2);
    qb_store_set_in_force(&store, entry, second);
    assert_int_equal(b->mentions, 0);
    assert_int_equal(qb_store_claims(&store, FACILITY, 7, "one")->count, 1);
    qb_store_set_current(&store, entry, NULL);
    assert_int_equal(c->mentions, 1);
    assert_ptr_equal(qb_store_in_force(entry->name, FACILITY), second);
    qb_store_set_current(&store, entry, second); /* back to what is in force */
    assert_int_equal(second->holders, 2);
    qb_store_fini(&store);
}

static void test_store__claims_are_by_kind_and_field(void **state)
{
    (void)state;
    struct qb_store store;
    qb_store_init(&store);
    struct qb_entry *one = put(&store, "records/x/A.json", FACILITY, plain(&store, NULL, "same"));
    struct qb_entry *two = put(&store, "records/y/B.json", DECREE, plain(&store, NULL, "same"));
    struct qb_entry *three = put(&store, "records/x/C.json", FACILITY, plain(&store, NULL, "same"));
    const struct qb_entries *claims = qb_store_claims(&store, FACILITY, 7, "same");
    assert_int_equal(claims->count, 2);
    assert_ptr_equal(claims->items[0], one);
    assert_ptr_equal(claims->items[1], three);
    claims = qb_store_claims(&store, DECREE, 7, "same");
    assert_int_equal(claims->count, 1);
    assert_ptr_equal(claims->items[0], two);
    assert_null(qb_store_claims(&store, FACILITY, 6, "same"));
    assert_null(qb_store_claims(&store, FACILITY, 7, "other"));
    assert_null(qb_store_claims(&store, FACILITY, 7, ""));
    qb_store_fini(&store);
}

/* --- parents and children --- */

static void test_store__children_follow_what_is_in_force(void **state)
{
    (void)state;
    struct qb_store store;
    qb_store_init(&store);
    const struct qb_name *one = name_of(&store, "FAC-1");
    const struct qb_name *two = name_of(&store, "FAC-2");
    struct qb_entry *entry = qb_store_entry(&store, "records/decrees/SK-1.json", DECREE);
    qb_store_set_current(&store, entry, decree(&store, "SK-1", "FAC-1"));
    assert_int_equal(one->children.count, 0); /* not in force yet */
    qb_store_set_in_force(&store, entry, entry->current);
    assert_int_equal(one->children.count, 1);
    qb_store_set_current(&store, entry, decree(&store, "SK-1", "FAC-2"));
    assert_int_equal(one->children.count, 1);
    assert_int_equal(two->children.count, 0);
    qb_store_set_in_force(&store, entry, entry->current);
    assert_int_equal(one->children.count, 0);
    assert_int_equal(two->children.count, 1);
    assert_ptr_equal(two->children.items[0], entry);
    qb_store_set_in_force(&store, entry, NULL);
    assert_int_equal(two->children.count, 0);
    qb_store_set_in_force(&store, entry, entry->current);
    qb_store_remove(&store, entry);
    assert_int_equal(two->children.count, 0);
    qb_store_fini(&store);
}

static void fill_office(struct qb_store *store)
{
    put(store, "records/decrees/SK-1.json", DECREE, decree(store, "SK-1", "FAC-1"));
    put(store, "records/decrees/SK-2.json", DECREE, decree(store, "SK-2", "FAC-1"));
    put(store, "records/decrees/SK-3.json", DECREE, decree(store, "SK-3", "FAC-2"));
    put(store, "records/shipments/SHP-1.json", SHIPMENT, shipment(store, "SHP-1", "SK-1"));
    put(store, "records/shipments/SHP-2.json", SHIPMENT, shipment(store, "SHP-2", "SK-2"));
    put(store, "records/shipments/SHP-3.json", SHIPMENT, shipment(store, "SHP-3", "SK-3"));
    put(store, "records/shipments/SHP-4.json", SHIPMENT, shipment(store, "SHP-4", "SK-9"));
    put(store, "records/visits/VIS-1.json", VISIT, visit(store, "VIS-1", "SK-2"));
    put(store, "records/visits/VIS-2.json", VISIT, visit(store, "VIS-2", "SK-3"));
    put(store, "records/findings/FND-1.json", FINDING, finding(store, "FND-1", "VIS-1"));
    put(store, "records/findings/FND-2.json", FINDING, finding(store, "FND-2", "VIS-1"));
    put(store, "records/findings/FND-3.json", FINDING, finding(store, "FND-3", "VIS-9"));
    struct qb_entry *pending = qb_store_entry(store, "records/shipments/SHP-5.json", SHIPMENT);
    qb_store_set_current(store, pending, shipment(store, "SHP-5", "SK-1")); /* not in force */
}

static void test_store__gathers_what_concerns_a_facility(void **state)
{
    (void)state;
    struct qb_store store;
    struct qb_arena arena = {0};
    qb_store_init(&store);
    fill_office(&store);
    struct qb_facility_records records = qb_store_facility(name_of(&store, "FAC-1"), &arena);
    assert_string_equal(records.facility, "FAC-1");
    assert_int_equal(records.decree_count, 2);
    assert_int_equal(records.shipment_count, 2);
    assert_int_equal(records.visit_count, 1);
    assert_int_equal(records.finding_count, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_string_equal(records.decrees[i]->facility, "FAC-1");
        assert_string_not_equal(records.shipments[i]->id, "SHP-5");
        assert_string_equal(records.findings[i]->visit, "VIS-1");
    }
    records = qb_store_facility(name_of(&store, "FAC-2"), &arena);
    assert_int_equal(records.decree_count, 1);
    assert_string_equal(records.shipments[0]->id, "SHP-3");
    assert_string_equal(records.visits[0]->id, "VIS-2");
    assert_int_equal(records.finding_count, 0);
    records = qb_store_facility(name_of(&store, "SK-1"), &arena); /* no facility */
    assert_int_equal(records.decree_count + records.shipment_count, 0);
    qb_arena_fini(&arena);
    qb_store_fini(&store);
}

static void test_store__knows_the_facility_of_each(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"SK-1", "FAC-1"},  {"SK-3", "FAC-2"},  {"SHP-2", "FAC-1"}, {"SHP-3", "FAC-2"}, {"SHP-4", ""},
        {"VIS-1", "FAC-1"}, {"VIS-2", "FAC-2"}, {"FND-1", "FAC-1"}, {"FND-3", ""},
    };
    struct qb_store store;
    qb_store_init(&store);
    fill_office(&store);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct qb_entry *entry = name_of(&store, rows[i][0])->entries;
        assert_string_equal(qb_store_facility_of(entry->in_force), rows[i][1]);
    }
    struct qb_version *other = plain(&store, NULL, NULL);
    assert_string_equal(qb_store_facility_of(other), "");
    assert_string_equal(qb_store_facility_of(NULL), "");
    other->role = QB_ROLE_SHIPMENT; /* with no decree at all */
    assert_string_equal(qb_store_facility_of(other), "");
    other->role = QB_ROLE_DECREE;
    assert_string_equal(qb_store_facility_of(other), "");
    qb_version_free(other);
    qb_store_remove(&store, name_of(&store, "SK-2")->entries);
    assert_string_equal(qb_store_facility_of(name_of(&store, "FND-1")->entries->in_force), "");
    qb_store_fini(&store);
}

/* --- any sequence of changes --- */

#define ENTRIES 12
#define NAMES 5
#define VALUES 4

static uint32_t draw(uint32_t *seed, uint32_t below)
{
    *seed = *seed * 1664525 + 1013904223;
    return (*seed >> 8) % below;
}

static struct qb_version *random_version(struct qb_store *store, uint32_t *seed)
{
    char facility[8];
    size_t references = draw(seed, 4);
    size_t uniques = draw(seed, 3);
    struct qb_version *version = qb_version_new(references, uniques, 0);
    version->role = draw(seed, 2) ? QB_ROLE_DECREE : QB_ROLE_NONE;
    snprintf(facility, sizeof facility, "N%u", draw(seed, NAMES));
    if (version->role == QB_ROLE_DECREE)
        version->as.decree.facility = name_of(store, facility)->id;
    for (size_t i = 0; i < references; i++) {
        snprintf(facility, sizeof facility, "N%u", draw(seed, NAMES));
        version->references[i].name = name_of(store, facility);
    }
    for (size_t i = 0; i < uniques; i++) {
        snprintf(facility, sizeof facility, "v%u", draw(seed, VALUES));
        version->uniques[i].value = qb_pool_string(&store->pool, facility);
        version->uniques[i].field = (uint8_t)i;
    }
    return version;
}

static uint32_t mentions_in(const struct qb_version *version, const struct qb_name *name)
{
    uint32_t count = 0;
    for (size_t i = 0; version && i < version->reference_count; i++)
        count += version->references[i].name == name;
    return count;
}

static uint32_t claims_in(const struct qb_version *version, uint8_t field, const char *value)
{
    uint32_t count = 0;
    for (size_t i = 0; version && i < version->unique_count; i++)
        count += version->uniques[i].field == field && !strcmp(version->uniques[i].value, value);
    return count;
}

/* Counts everything anew from the entries alone. */
static void expect_in_step(struct qb_store *store)
{
    char text[8];
    for (unsigned n = 0; n < NAMES; n++) {
        snprintf(text, sizeof text, "N%u", n);
        const struct qb_name *name = name_of(store, text);
        uint32_t mentions = 0;
        uint32_t children = 0;
        struct qb_entry *entry = NULL;
        for (size_t at = 0; (entry = qb_store_next(store, &at, entry));) {
            mentions += mentions_in(entry->current, name);
            if (entry->in_force != entry->current)
                mentions += mentions_in(entry->in_force, name);
            children += entry->in_force && entry->in_force->role == QB_ROLE_DECREE &&
                        entry->in_force->as.decree.facility == name->id;
        }
        assert_int_equal(name->mentions, mentions);
        assert_int_equal(name->children.count, children);
    }
    for (unsigned v = 0; v < VALUES * 2; v++) {
        snprintf(text, sizeof text, "v%u", v / 2);
        const struct qb_entries *claims = qb_store_claims(store, FACILITY, (uint8_t)(v % 2), text);
        uint32_t expected = 0;
        struct qb_entry *entry = NULL;
        for (size_t at = 0; (entry = qb_store_next(store, &at, entry));) {
            expected += claims_in(entry->current, (uint8_t)(v % 2), text);
            if (entry->in_force != entry->current)
                expected += claims_in(entry->in_force, (uint8_t)(v % 2), text);
        }
        assert_int_equal(claims ? claims->count : 0, expected);
    }
}

static void test_store__stays_in_step_through_any_changes(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 20; seed++) {
        uint32_t random = seed * 7919;
        struct qb_store store;
        qb_store_init(&store);
        for (int step = 0; step < 200; step++) {
            char path[24];
            snprintf(path, sizeof path, "records/x/%u/N%u.json", draw(&random, 2), draw(&random, ENTRIES / 2));
            struct qb_entry *entry = qb_store_entry(&store, qb_pool_string(&store.pool, path), FACILITY);
            switch (draw(&random, 5)) {
            case 0:
                qb_store_remove(&store, entry);
                break;
            case 1:
                qb_store_set_current(&store, entry, draw(&random, 4) ? random_version(&store, &random) : NULL);
                break;
            case 2:
                qb_store_set_in_force(&store, entry, draw(&random, 4) ? random_version(&store, &random) : NULL);
                break;
            case 3:
                qb_store_set_in_force(&store, entry, entry->current);
                break;
            default:
                qb_store_set_current(&store, entry, entry->in_force);
            }
            expect_in_step(&store);
        }
        qb_store_fini(&store);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_store__an_id_is_one_name),
        cmocka_unit_test(test_store__an_entry_is_named_after_its_file),
        cmocka_unit_test(test_store__several_files_may_have_one_id),
        cmocka_unit_test(test_store__a_removed_entry_can_come_back),
        cmocka_unit_test(test_store__a_version_has_room_for_its_arrays),
        cmocka_unit_test(test_store__a_version_held_twice_counts_once),
        cmocka_unit_test(test_store__claims_are_by_kind_and_field),
        cmocka_unit_test(test_store__children_follow_what_is_in_force),
        cmocka_unit_test(test_store__gathers_what_concerns_a_facility),
        cmocka_unit_test(test_store__knows_the_facility_of_each),
        cmocka_unit_test(test_store__stays_in_step_through_any_changes),
    };
    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
