/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a set of changed paths makes of a tree. The changes are sorted so that those of one directory lie side by
 * side; each directory concerned is then read once, merged with its changes and written once, deepest first. So the
 * cost is the directories on the way to what changed, and thousands of changes in one directory cost one merge.
 *
 * A file and a directory cannot share a name: a file that is set takes the place of a directory, and files beneath
 * a name take the place of a file. A directory that nothing is left in disappears.
 */
#include "core/history/internal.h"

#include "core/base/mem.h"

#include <stdlib.h>
#include <string.h>

/* What becomes of one name in a directory; mode 0: it is gone. */
struct edit {
    const char *name;
    size_t length;
    uint32_t mode;
    struct qb_oid oid;
};

/* An entry of the directory as it was, and where its bytes lie. */
struct old {
    struct qb_tree_entry entry;
    size_t start;
    size_t end;
};

/* The names that change in one directory, and the directory as it was. */
struct level {
    struct qb_buf base;
    struct old *olds;
    size_t old_count;
    size_t old_capacity;
    struct edit *edits;
    size_t edit_count;
    size_t edit_capacity;
};

struct update {
    struct qb_history *history;
    const struct qb_history_change **changes; /* sorted */
};

static void level_fini(struct level *level)
{
    qb_buf_fini(&level->base);
    free(level->olds);
    free(level->edits);
}

static int level_open(struct update *update, struct level *level, const struct qb_oid *base, struct qb_err *err)
{
    struct old old = {.end = 0};
    size_t at = 0;
    int more = 0;
    int result = qb_tree_read(update->history, base, &level->base, err);
    while (result == QB_OK && (more = qb_tree_next(&level->base, &at, &old.entry)) > 0) {
        old.start = old.end;
        old.end = at;
        QB_MEM_GROW(level->olds, level->old_count, level->old_capacity);
        level->olds[level->old_count++] = old;
    }
    return more < 0 ? qb_tree_broken(base, err) : result;
}

static const struct qb_tree_entry *level_find(const struct level *level, const char *name, size_t length, bool tree)
{
    size_t low = 0;
    size_t high = level->old_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct qb_tree_entry *entry = &level->olds[middle].entry;
        int order = qb_tree_order(name, length, tree, entry->name, entry->length, entry->mode == QB_MODE_TREE);
        if (!order)
            return entry;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

static void level_edit(struct level *level, const char *name, size_t length, uint32_t mode, const struct qb_oid *oid)
{
    QB_MEM_GROW(level->edits, level->edit_count, level->edit_capacity);
    level->edits[level->edit_count++] = (struct edit){.name = name, .length = length, .mode = mode, .oid = *oid};
}

/* By name alone: level_edited looks them up so. They come in this order. */
static int name_order(const char *a, size_t a_length, const char *b, size_t b_length)
{
    return qb_tree_order(a, a_length, false, b, b_length, false);
}

static bool level_edited(const struct level *level, const struct qb_tree_entry *entry)
{
    size_t low = 0;
    size_t high = level->edit_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct edit *edit = &level->edits[middle];
        int order = name_order(entry->name, entry->length, edit->name, edit->length);
        if (!order)
            return true;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return false;
}

static int edit_order(const void *a, const void *b)
{
    const struct edit *one = a;
    const struct edit *two = b;
    return qb_tree_order(one->name, one->length, one->mode == QB_MODE_TREE, two->name, two->length,
                         two->mode == QB_MODE_TREE);
}

/* Drops the entries of the base whose names are edited; the rest keep their order. */
static void level_drop_edited(struct level *level)
{
    size_t kept = 0;
    for (size_t i = 0; i < level->old_count; i++)
        if (!level_edited(level, &level->olds[i].entry))
            level->olds[kept++] = level->olds[i];
    level->old_count = kept;
}

/* Writes the edits from *at on that come before `entry` (NULL: all), as far as they leave something. */
static void write_edits(const struct level *level, size_t *at, const struct qb_tree_entry *entry, struct qb_buf *out)
{
    for (; *at < level->edit_count; ++*at) {
        const struct edit *edit = &level->edits[*at];
        if (entry && qb_tree_order(edit->name, edit->length, edit->mode == QB_MODE_TREE, entry->name, entry->length,
                                   entry->mode == QB_MODE_TREE) > 0)
            return;
        if (edit->mode)
            qb_tree_add(out, edit->mode, edit->name, edit->length, &edit->oid);
    }
}

/* Merges what is left of the base with the edits that leave something. */
static void level_merge(struct level *level, struct qb_buf *out)
{
    size_t at = 0;
    level_drop_edited(level);
    qsort(level->edits, level->edit_count, sizeof *level->edits, edit_order);
    qb_buf_reserve(out, level->base.length + level->edit_count * 64);
    for (size_t i = 0; i < level->old_count; i++) {
        const struct old *old = &level->olds[i];
        write_edits(level, &at, &old->entry, out);
        qb_buf_add(out, level->base.data + old->start, old->end - old->start);
    }
    write_edits(level, &at, NULL, out);
}

static int update_tree(struct update *update, const struct qb_oid *base, size_t low, size_t high, size_t prefix,
                       struct qb_oid *tree, struct qb_err *err);

/* The changes low..high all begin with the same name behind `prefix`: first those of the name itself (the last of them
 * counts), then those beneath it. */
static int update_name(struct update *update, struct level *level, size_t low, size_t high, size_t prefix,
                       size_t length, struct qb_err *err)
{
    static const struct qb_oid none;
    const char *name = update->changes[low]->path + prefix;
    const struct qb_history_change *self = NULL;
    while (low < high && !update->changes[low]->path[prefix + length])
        self = update->changes[low++];
    bool set = self && !qb_oid_is_zero(&self->blob);
    const struct qb_tree_entry *directory = level_find(level, name, length, true);
    struct qb_oid beneath = {0};
    if (low < high) {
        const struct qb_oid *base = directory && !set ? &directory->oid : &none;
        int result = update_tree(update, base, low, high, prefix + length + 1, &beneath, err);
        if (result < 0)
            return result;
    }
    if (!qb_oid_is_zero(&beneath))
        level_edit(level, name, length, QB_MODE_TREE, &beneath);
    else if (set)
        level_edit(level, name, length, QB_MODE_FILE, &self->blob);
    else if (directory ? low < high : self && level_find(level, name, length, false))
        level_edit(level, name, length, 0, &none);
    return QB_OK;
}

static size_t name_length(const char *name)
{
    return strcspn(name, "/");
}

static int collect_edits(struct update *update, struct level *level, size_t low, size_t high, size_t prefix,
                         struct qb_err *err)
{
    int result = QB_OK;
    while (low < high && result == QB_OK) {
        const char *name = update->changes[low]->path + prefix;
        size_t length = name_length(name);
        size_t end = low + 1;
        while (end < high && !strncmp(update->changes[end]->path + prefix, name, length) &&
               name_length(update->changes[end]->path + prefix) == length)
            end++;
        result = update_name(update, level, low, end, prefix, length, err);
        low = end;
    }
    return result;
}

static int update_tree(struct update *update, const struct qb_oid *base, size_t low, size_t high, size_t prefix,
                       struct qb_oid *tree, struct qb_err *err)
{
    struct level level = {0};
    struct qb_buf merged = {0};
    *tree = *base;
    int result = level_open(update, &level, base, err);
    if (result == QB_OK)
        result = collect_edits(update, &level, low, high, prefix, err);
    if (result == QB_OK && level.edit_count) {
        level_merge(&level, &merged);
        if (!merged.length)
            *tree = (struct qb_oid){0};
        else
            result = qb_objects_write(update->history, GIT_OBJECT_TREE, merged.data, merged.length, tree, err);
    }
    qb_buf_fini(&merged);
    level_fini(&level);
    return result;
}

/* A slash sorts before every other byte, so that a directory's paths stay together; equal paths in the order given. */
static int by_path(const void *a, const void *b)
{
    const struct qb_history_change *one = *(const struct qb_history_change *const *)a;
    const struct qb_history_change *two = *(const struct qb_history_change *const *)b;
    const unsigned char *p = (const unsigned char *)one->path;
    const unsigned char *q = (const unsigned char *)two->path;
    while (*p && *p == *q) {
        p++;
        q++;
    }
    if (*p == *q)
        return (one > two) - (one < two);
    if (!*p || !*q)
        return *p ? 1 : -1;
    if (*p == '/' || *q == '/')
        return *p == '/' ? -1 : 1;
    return *p - *q;
}

int qb_tree_update(struct qb_history *history, const struct qb_oid *base, const struct qb_history_change *changes,
                   size_t count, struct qb_oid *tree, struct qb_err *err)
{
    int result = QB_OK;
    struct update update = {.history = history, .changes = qb_mem_array(count, sizeof(void *))};
    for (size_t i = 0; i < count && result == QB_OK; i++) {
        update.changes[i] = &changes[i];
        if (!qb_history_path_allowed(changes[i].path))
            result = qb_err_set(err, QB_EUNSAFE, changes[i].path, "git refuses a path of that name");
    }
    if (result == QB_OK) {
        qsort(update.changes, count, sizeof *update.changes, by_path);
        result = update_tree(&update, base, 0, count, 0, tree, err);
    }
    free(update.changes);
    return result;
}
