/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Summaries of records as the cache keeps them. Any bytes are a version or none; a version's own summary says the same
 * again, byte by byte, when it is made from what was taken in.
 */
#include "core/records/summary.h"
#include "tests/fuzz/fuzz.h"

static struct qb_version *take(struct qb_store *store, const char *bytes, size_t length)
{
    return qb_version_of_summary(store, qb_pool_string(&store->pool, "A-1"), bytes, length);
}

/* The role stands in the head; a version that plays no part in the schedule does not tell it. */
static bool summarise(const struct qb_version *version, struct qb_buf *out)
{
    struct qb_summary summary = {0};
    qb_summary_begin(&summary, (enum qb_role)version->role);
    bool told = qb_summary_of_version(&summary, version);
    if (told)
        qb_summary_end(&summary, out);
    qb_summary_fini(&summary);
    return told;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct qb_store store;
    struct qb_buf first = {0};
    struct qb_buf second = {0};
    qb_store_init(&store);
    char *bytes = qb_mem_copy((const char *)data, size); /* aligned, and its end is watched */
    struct qb_version *version = take(&store, bytes, size);
    if (version) {
        MUST(summarise(version, &first));
        struct qb_version *again = take(&store, first.data, first.length);
        MUST(again && again->role == version->role);
        MUST(again->reference_count == version->reference_count && again->unique_count == version->unique_count);
        MUST(again->frozen_from == version->frozen_from && again->title == version->title);
        MUST(summarise(again, &second));
        MUST(first.length == second.length && !memcmp(first.data, second.data, first.length));
        qb_version_free(again);
    }
    qb_version_free(version);
    free(bytes);
    qb_store_fini(&store);
    qb_buf_fini(&first);
    qb_buf_fini(&second);
    return 0;
}
