/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes of history that may be damaged, and paths that it is asked to take: git's tree objects as they are read entry
 * by entry, and the names that git refuses. The input serves as both.
 */
#include "core/history/internal.h"
#include "tests/fuzz/fuzz.h"

/* An entry that is written reads as it was. */
static void check_entry(const struct qb_tree_entry *entry)
{
    struct qb_buf copy = {0};
    struct qb_tree_entry again;
    size_t at = 0;
    qb_tree_add(&copy, entry->mode, entry->name, entry->length, &entry->oid);
    MUST(qb_tree_next(&copy, &at, &again) == 1 && at == copy.length);
    MUST(again.mode == entry->mode && qb_oid_equal(&again.oid, &entry->oid));
    MUST(again.length == entry->length && !memcmp(again.name, entry->name, entry->length));
    MUST(!qb_tree_order(entry->name, entry->length, true, again.name, again.length, true));
    MUST(qb_tree_order(entry->name, entry->length, false, again.name, again.length, true) < 0);
    qb_buf_fini(&copy);
}

/* Entries lie within the bytes, one behind the other. */
static void check_tree(const uint8_t *data, size_t size)
{
    struct qb_buf tree = {0};
    struct qb_tree_entry entry;
    size_t at = 0;
    qb_buf_add(&tree, data, size);
    for (size_t before = 0; qb_tree_next(&tree, &at, &entry) > 0; before = at) {
        MUST(at > before && at <= tree.length);
        MUST(entry.name >= tree.data && entry.name + entry.length < tree.data + tree.length);
        MUST(strlen(entry.name) == entry.length);
        check_entry(&entry);
    }
    qb_buf_fini(&tree);
}

static void check_path(const uint8_t *data, size_t size)
{
    char *path = qb_mem_copy((const char *)data, size);
    struct qb_buf longer = {0};
    if (qb_history_path_allowed(path)) {
        MUST(*path && *path != '/' && path[strlen(path) - 1] != '/' && !strstr(path, "//") && !strstr(path, "/../"));
        MUST(strcasestr(path, "/.git") == NULL && strncasecmp(path, ".git", 4) != 0);
        qb_buf_addf(&longer, "%s/.git", path);
        MUST(!qb_history_path_allowed(qb_buf_text(&longer)));
    } else {
        qb_buf_addf(&longer, "records/%s", path);
        MUST(!qb_history_path_allowed(qb_buf_text(&longer)));
    }
    qb_buf_fini(&longer);
    free(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_tree(data, size);
    check_path(data, size);
    return 0;
}
