/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An object does not say what it is a version of; the commits do. They are gone through from the newest on, as far as
 * there are commits among the objects, and what each of them changed gives its objects their path and place. So the
 * cost is what those commits changed.
 */
#include "core/history/internal.h"

#include <stdlib.h>
#include <string.h>

struct naming {
    struct qb_history *history;
    struct qb_named *objects;
    size_t count;
    struct qb_pool *paths;
    struct qb_buf path; /* with a slash behind each directory */
    uint32_t version;
};

static int by_oid(const void *a, const void *b)
{
    return memcmp(((const struct qb_oid *)a)->raw, ((const struct qb_named *)b)->oid.raw, sizeof(struct qb_oid));
}

static struct qb_named *find(const struct naming *naming, const struct qb_oid *oid)
{
    return naming->count ? bsearch(oid, naming->objects, naming->count, sizeof *naming->objects, by_oid) : NULL;
}

static void name(struct naming *naming, const struct qb_oid *oid)
{
    struct qb_named *object = find(naming, oid);
    if (!object || object->version != UINT32_MAX)
        return;
    object->path = qb_pool_string(naming->paths, qb_buf_text(&naming->path));
    object->version = naming->version;
}

/* One side of a comparison; mode 0 at the end. */
struct side {
    struct qb_buf bytes;
    size_t at;
    struct qb_tree_entry entry;
};

static void next(struct side *side)
{
    if (qb_tree_next(&side->bytes, &side->at, &side->entry) <= 0)
        side->entry.mode = 0;
}

static int order(const struct side *a, const struct side *b)
{
    return qb_tree_order(a->entry.name, a->entry.length, a->entry.mode == QB_MODE_TREE, b->entry.name, b->entry.length,
                         b->entry.mode == QB_MODE_TREE);
}

static void compare(struct naming *naming, const struct qb_oid *before, const struct qb_oid *after, unsigned depth);

static void name_entry(struct naming *naming, const struct qb_tree_entry *entry, const struct qb_oid *before,
                       unsigned depth)
{
    size_t length = naming->path.length;
    qb_buf_add(&naming->path, entry->name, entry->length);
    if (entry->mode == QB_MODE_TREE) {
        qb_buf_add_char(&naming->path, '/');
        compare(naming, before, &entry->oid, depth + 1);
    } else {
        name(naming, &entry->oid);
    }
    naming->path.length = length;
    naming->path.data[length] = '\0';
}

/* Names the tree `after` and what differs in it from `before`; either may be missing. */
static void compare(struct naming *naming, const struct qb_oid *before, const struct qb_oid *after, unsigned depth)
{
    static const struct qb_oid none;
    struct side old = {0};
    struct side new = {0};
    name(naming, after);
    if (depth <= QB_HISTORY_MAX_DEPTH && qb_tree_read(naming->history, after, &new.bytes, NULL) == QB_OK) {
        if (qb_tree_read(naming->history, before, &old.bytes, NULL) < 0)
            qb_buf_clear(&old.bytes);
        next(&old);
        for (next(&new); new.entry.mode; next(&new)) {
            while (old.entry.mode && order(&old, &new) < 0)
                next(&old);
            bool same = old.entry.mode && !order(&old, &new);
            if (!same || !qb_oid_equal(&old.entry.oid, &new.entry.oid))
                name_entry(naming, &new.entry, same ? &old.entry.oid : &none, depth);
        }
    }
    qb_buf_fini(&old.bytes);
    qb_buf_fini(&new.bytes);
}

static int read_commit(struct naming *naming, const struct qb_oid *id, struct qb_commit *commit)
{
    struct qb_buf text = {0};
    int result = qb_commit_read(naming->history, id, &text, commit, NULL);
    qb_buf_fini(&text);
    return result;
}

/* What the commit changed against its parent. */
static void name_commit(struct naming *naming, struct qb_named *object, const struct qb_commit *commit)
{
    struct qb_commit parent = {0};
    object->version = naming->version;
    if (!qb_oid_is_zero(&commit->parent) && read_commit(naming, &commit->parent, &parent) < 0)
        return;
    qb_buf_clear(&naming->path);
    compare(naming, &parent.tree, &commit->tree, 0);
}

static size_t find_types(struct naming *naming)
{
    size_t commits = 0;
    for (size_t i = 0; i < naming->count; i++) {
        size_t length;
        struct qb_named *object = &naming->objects[i];
        object->version = UINT32_MAX;
        object->path = NULL;
        if (git_odb_read_header(&length, &object->type, naming->history->odb, (const git_oid *)&object->oid))
            object->type = GIT_OBJECT_INVALID;
        commits += object->type == GIT_OBJECT_COMMIT;
    }
    return commits;
}

void qb_naming_run(struct qb_history *history, struct qb_named *objects, size_t count, struct qb_pool *paths)
{
    struct naming naming = {.history = history, .objects = objects, .count = count, .paths = paths};
    struct qb_oid id;
    struct qb_commit commit;
    size_t left = find_types(&naming);
    if (qb_repository_head(history, &id, NULL) < 0)
        return;
    for (; left && !qb_oid_is_zero(&id) && read_commit(&naming, &id, &commit) == QB_OK; id = commit.parent) {
        struct qb_named *object = find(&naming, &id);
        if (object && object->version == UINT32_MAX) {
            name_commit(&naming, object, &commit);
            left--;
        }
        naming.version++;
    }
    qb_buf_fini(&naming.path);
}
