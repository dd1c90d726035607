/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Summaries: what goes in comes out in a store of its own, and bytes that are none are refused without harm. */
#include "core/records/summary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint32_t put(struct qb_summary *summary, const char *text)
{
    return qb_summary_word(summary, text, strlen(text));
}

static void write_shipment(struct qb_buf *out)
{
    struct qb_summary summary = {0};
    qb_summary_begin(&summary, QB_ROLE_SHIPMENT);
    uint32_t decree = put(&summary, "SK-1");
    qb_summary_reference(&summary, decree, 5, 2);
    qb_summary_reference(&summary, put(&summary, "CDT-1"), 3, 4);
    qb_summary_unique(&summary, put(&summary, "C-77"), 1);
    summary.title = put(&summary, "C-77");
    summary.author = put(&summary, "OFF-1");
    summary.frozen_from = 18000;
    qb_summary_field(&summary, (int32_t)decree);
    qb_summary_field(&summary, (int32_t)put(&summary, "C-77"));
    qb_summary_field(&summary, (int32_t)put(&summary, "JP"));
    qb_summary_field(&summary, 18001);
    qb_summary_field(&summary, QB_DATE_NONE);
    qb_summary_field(&summary, 18003);
    qb_summary_field(&summary, QB_SHIPMENT_DEPARTED);
    qb_summary_id(&summary, put(&summary, "CDT-1"));
    qb_summary_weight(&summary, 12000500);
    qb_summary_id(&summary, put(&summary, "CDT-2"));
    qb_summary_weight(&summary, 1000000000000);
    qb_summary_end(&summary, out);
    qb_summary_fini(&summary);
}

static void test_summary__comes_back_as_it_was(void **state)
{
    (void)state;
    struct qb_store store;
    struct qb_buf bytes = {0};
    qb_store_init(&store);
    write_shipment(&bytes);
    const char *id = qb_pool_string(&store.pool, "SHP-1");
    struct qb_version *version = qb_version_of_summary(&store, id, bytes.data, bytes.length);
    assert_non_null(version);
    assert_int_equal(version->role, QB_ROLE_SHIPMENT);
    assert_string_equal(version->title, "C-77");
    assert_string_equal(version->author, "OFF-1");
    assert_int_equal(version->frozen_from, 18000);
    const struct qb_shipment *shipment = &version->as.shipment;
    assert_ptr_equal(shipment->id, id);
    assert_ptr_equal(shipment->decree, qb_pool_string(&store.pool, "SK-1"));
    assert_ptr_equal(shipment->certificate_number, version->title);
    assert_int_equal(shipment->certificate_issued_on, 18001);
    assert_int_equal(shipment->inspected_on, QB_DATE_NONE);
    assert_int_equal(shipment->departed_on, 18003);
    assert_int_equal(shipment->status, QB_SHIPMENT_DEPARTED);
    assert_int_equal(shipment->commodities.count, 2);
    assert_string_equal(shipment->commodities.items[1], "CDT-2");
    assert_int_equal(shipment->net_weights[0], 12000500);
    assert_int_equal(shipment->net_weights[1], 1000000000000);
    assert_string_equal(shipment->import_country, "JP");
    assert_int_equal(version->reference_count, 2);
    assert_ptr_equal(version->references[0].name->id, shipment->decree);
    assert_int_equal(version->references[0].kind, 5);
    assert_int_equal(version->references[1].field, 4);
    assert_int_equal(version->unique_count, 1);
    assert_ptr_equal(version->uniques[0].value, version->title);
    assert_int_equal(version->uniques[0].field, 1);
    struct qb_summary summary = {0};
    struct qb_buf again = {0};
    qb_summary_begin(&summary, QB_ROLE_SHIPMENT);
    assert_true(qb_summary_of_version(&summary, version));
    qb_summary_end(&summary, &again);
    struct qb_version *second = qb_version_of_summary(&store, id, again.data, again.length);
    assert_memory_equal(&second->as.shipment.certificate_issued_on, &shipment->certificate_issued_on,
                        sizeof(struct qb_shipment) - offsetof(struct qb_shipment, certificate_issued_on));
    assert_ptr_equal(second->as.shipment.decree, shipment->decree);
    assert_ptr_equal(second->title, version->title);
    assert_ptr_equal(second->author, version->author);
    assert_int_equal(second->frozen_from, version->frozen_from);
    assert_memory_equal(second->references, version->references, 2 * sizeof *version->references);
    assert_ptr_equal(second->uniques[0].value, version->uniques[0].value);
    assert_memory_equal(qb_version_ids(second), qb_version_ids(version), 2 * sizeof(char *));
    assert_memory_equal(second->as.shipment.net_weights, shipment->net_weights, 2 * sizeof(int64_t));
    assert_ptr_equal(second->as.shipment.import_country, shipment->import_country);
    version->role = QB_ROLE_NONE;
    qb_summary_begin(&summary, QB_ROLE_SHIPMENT);
    assert_false(qb_summary_of_version(&summary, version));
    qb_version_free(second);
    qb_version_free(version);
    qb_summary_fini(&summary);
    qb_buf_fini(&again);
    qb_buf_fini(&bytes);
    qb_store_fini(&store);
}

/* One that is used again holds nothing of the time before. */
static void test_summary__begins_anew(void **state)
{
    (void)state;
    struct qb_store store;
    struct qb_summary summary = {0};
    struct qb_buf first = {0};
    struct qb_buf second = {0};
    qb_store_init(&store);
    qb_summary_begin(&summary, QB_ROLE_NONE);
    qb_summary_end(&summary, &first);
    qb_summary_begin(&summary, QB_ROLE_FINDING);
    qb_summary_reference(&summary, put(&summary, "VIS-1"), 1, 1);
    qb_summary_id(&summary, 0);
    summary.title = 0;
    qb_summary_begin(&summary, QB_ROLE_NONE);
    qb_summary_end(&summary, &second);
    assert_int_equal(first.length, second.length);
    assert_memory_equal(first.data, second.data, first.length);
    qb_summary_fini(&summary);
    qb_buf_fini(&first);
    qb_buf_fini(&second);
    qb_store_fini(&store);
}

/* Words are bytes: empty, with a NUL inside, and more of them than are looked through for doubles. */
static void test_summary__words_are_bytes(void **state)
{
    (void)state;
    struct qb_store store;
    struct qb_summary summary = {0};
    struct qb_buf bytes = {0};
    char text[12];
    qb_store_init(&store);
    qb_summary_begin(&summary, QB_ROLE_NONE);
    assert_int_equal(qb_summary_word(&summary, "", 0), 0);
    assert_int_equal(qb_summary_word(&summary, "a\0b", 3), 1);
    assert_int_equal(qb_summary_word(&summary, "a\0b", 3), 1);
    assert_int_equal(qb_summary_word(&summary, "a", 1), 2);
    for (int i = 0; i < 100; i++) {
        snprintf(text, sizeof text, "w%d", i);
        qb_summary_id(&summary, put(&summary, text));
    }
    summary.title = 1;
    summary.author = 0;
    qb_summary_end(&summary, &bytes);
    struct qb_version *version =
        qb_version_of_summary(&store, qb_pool_string(&store.pool, "A"), bytes.data, bytes.length);
    assert_non_null(version);
    assert_memory_equal(version->title, "a\0b", 4);
    assert_string_equal(version->author, "");
    assert_string_equal(qb_version_ids(version)[99], "w99");
    qb_version_free(version);
    qb_summary_fini(&summary);
    qb_buf_fini(&bytes);
    qb_store_fini(&store);
}

/* A record that lacks what the schedule cannot do without plays no part in it. */
static void test_summary__without_what_is_needed_there_is_no_role(void **state)
{
    (void)state;
    for (int missing = 0; missing < 3; missing++) {
        struct qb_store store;
        struct qb_summary summary = {0};
        struct qb_buf bytes = {0};
        const struct qb_shapes *shapes = qb_shapes_of(QB_ROLE_DECREE);
        qb_store_init(&store);
        qb_summary_begin(&summary, QB_ROLE_DECREE);
        for (size_t i = 0, needed = 0; i < shapes->count; i++) {
            bool date = shapes->items[i].type == QB_SHAPE_DATE;
            bool leave_out = shapes->items[i].needed && (int)++needed == missing;
            qb_summary_field(&summary, leave_out ? (date ? QB_DATE_NONE : (int32_t)QB_SUMMARY_NONE)
                                                 : (date ? 1 : (int32_t)put(&summary, "x")));
        }
        qb_summary_end(&summary, &bytes);
        struct qb_version *version =
            qb_version_of_summary(&store, qb_pool_string(&store.pool, "A"), bytes.data, bytes.length);
        assert_int_equal(version->role, missing ? QB_ROLE_NONE : QB_ROLE_DECREE);
        qb_version_free(version);
        qb_summary_fini(&summary);
        qb_buf_fini(&bytes);
        qb_store_fini(&store);
    }
}

/* Every byte changed, and every length: a version or none, never a crash (run under the sanitizers, too). */
static void test_summary__damaged_bytes_do_no_harm(void **state)
{
    (void)state;
    struct qb_buf bytes = {0};
    write_shipment(&bytes);
    for (size_t i = 0; i < bytes.length; i++)
        for (int change = 0; change < 4; change++) {
            static const unsigned char flips[] = {0x01, 0x80, 0xFF, 0x7F};
            struct qb_store store;
            char *copy = qb_mem_copy(bytes.data, bytes.length);
            copy[i] = (char)((unsigned char)copy[i] ^ flips[change]);
            qb_store_init(&store);
            qb_version_free(qb_version_of_summary(&store, qb_pool_string(&store.pool, "A"), copy, bytes.length));
            qb_store_fini(&store);
            free(copy);
        }
    for (size_t length = 0; length < bytes.length; length++) {
        struct qb_store store;
        char *copy = qb_mem_alloc(length + 1);
        memcpy(copy, bytes.data, length);
        qb_store_init(&store);
        assert_null(qb_version_of_summary(&store, qb_pool_string(&store.pool, "A"), copy, length));
        qb_store_fini(&store);
        free(copy);
    }
    qb_buf_fini(&bytes);
}

/* More than a version can hold is left out. */
static void test_summary__has_limits(void **state)
{
    (void)state;
    struct qb_store store;
    struct qb_summary summary = {0};
    struct qb_buf bytes = {0};
    qb_store_init(&store);
    qb_summary_begin(&summary, QB_ROLE_NONE);
    uint32_t word = put(&summary, "X-1");
    for (size_t i = 0; i < UINT16_MAX + 5; i++)
        qb_summary_reference(&summary, word, 1, 1);
    for (size_t i = 0; i < UINT8_MAX + 5; i++)
        qb_summary_unique(&summary, word, 1);
    qb_summary_end(&summary, &bytes);
    struct qb_version *version =
        qb_version_of_summary(&store, qb_pool_string(&store.pool, "A"), bytes.data, bytes.length);
    assert_int_equal(version->reference_count, UINT16_MAX);
    assert_int_equal(version->unique_count, UINT8_MAX);
    qb_version_free(version);
    qb_summary_fini(&summary);
    qb_buf_fini(&bytes);
    qb_store_fini(&store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_summary__comes_back_as_it_was),
        cmocka_unit_test(test_summary__begins_anew),
        cmocka_unit_test(test_summary__words_are_bytes),
        cmocka_unit_test(test_summary__without_what_is_needed_there_is_no_role),
        cmocka_unit_test(test_summary__damaged_bytes_do_no_harm),
        cmocka_unit_test(test_summary__has_limits),
    };
    return cmocka_run_group_tests_name("summary", tests, NULL, NULL);
}
