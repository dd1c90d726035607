/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Trees in git's own form: "MODE NAME\0ID" for each entry, ordered as if directories had a slash behind their name.
 * They are read and walked as they lie in the object, without libgit2's parsed copies: looking up one path in a
 * commit and comparing two commits then cost little more than reading the trees on the way.
 *
 * Comparing walks both sides like a merge and enters only what differs.
 */
#include "core/history/internal.h"

#include "core/base/limits.h"
#include "core/base/mem.h"

#include <stdlib.h>
#include <string.h>

int qb_tree_next(const struct qb_buf *tree, size_t *at, struct qb_tree_entry *entry)
{
    if (*at >= tree->length)
        return 0;
    const char *start = tree->data + *at;
    const char *end = tree->data + tree->length;
    entry->mode = 0;
    while (start < end && *start >= '0' && *start <= '7')
        entry->mode = entry->mode << 3 | (uint32_t)(*start++ - '0');
    if (start >= end || *start++ != ' ')
        return -1;
    const char *nul = memchr(start, '\0', (size_t)(end - start));
    if (!nul || nul == start || end - nul <= (ptrdiff_t)sizeof entry->oid.raw)
        return -1;
    entry->name = start;
    entry->length = (size_t)(nul - start);
    memcpy(entry->oid.raw, nul + 1, sizeof entry->oid.raw);
    *at = (size_t)(nul + 1 - tree->data) + sizeof entry->oid.raw;
    return 1;
}

int qb_tree_order(const char *a, size_t a_length, bool a_tree, const char *b, size_t b_length, bool b_tree)
{
    size_t both = a_length < b_length ? a_length : b_length;
    int order = memcmp(a, b, both);
    if (order)
        return order;
    int a_next = a_length > both ? (unsigned char)a[both] : a_tree ? '/' : 0;
    int b_next = b_length > both ? (unsigned char)b[both] : b_tree ? '/' : 0;
    return a_next - b_next;
}

bool qb_tree_is_file(uint32_t mode)
{
    return (mode & 0170000) == 0100000;
}

void qb_tree_add(struct qb_buf *tree, uint32_t mode, const char *name, size_t length, const struct qb_oid *oid)
{
    qb_buf_addf(tree, "%o ", mode);
    qb_buf_add(tree, name, length);
    qb_buf_add_char(tree, '\0');
    qb_buf_add(tree, oid->raw, sizeof oid->raw);
}

int qb_tree_read(struct qb_history *history, const struct qb_oid *oid, struct qb_buf *out, struct qb_err *err)
{
    if (qb_oid_is_zero(oid)) {
        qb_buf_clear(out);
        return QB_OK;
    }
    int result = qb_objects_read(history, oid, GIT_OBJECT_TREE, out, err);
    return result < 0 ? qb_err_context(err, "a directory of history") : QB_OK;
}

int qb_tree_broken(const struct qb_oid *oid, struct qb_err *err)
{
    char text[QB_OID_TEXT];
    return qb_err_set(err, QB_EGIT, NULL, "tree %s of history is malformed", qb_oid_format(oid, text));
}

int qb_tree_child(struct qb_history *history, const struct qb_oid *tree, const char *name, size_t length,
                  bool directory, struct qb_oid *oid, struct qb_err *err)
{
    struct qb_buf bytes = {0};
    struct qb_tree_entry entry;
    size_t at = 0;
    int more = 0;
    int result = qb_tree_read(history, tree, &bytes, err);
    *oid = (struct qb_oid){0};
    while (result == QB_OK && (more = qb_tree_next(&bytes, &at, &entry)) > 0) {
        if (entry.length != length || memcmp(entry.name, name, length))
            continue;
        if (directory ? entry.mode == QB_MODE_TREE : qb_tree_is_file(entry.mode))
            *oid = entry.oid;
        break;
    }
    qb_buf_fini(&bytes);
    return more < 0 ? qb_tree_broken(tree, err) : result;
}

int qb_tree_find(struct qb_history *history, const struct qb_oid *tree, const char *path, struct qb_oid *blob,
                 struct qb_err *err)
{
    const char *slash;
    int result = QB_OK;
    *blob = *tree;
    do {
        struct qb_oid within = *blob;
        slash = strchr(path, '/');
        size_t length = slash ? (size_t)(slash - path) : strlen(path);
        result = qb_tree_child(history, &within, path, length, slash != NULL, blob, err);
        path += length + 1;
    } while (result == QB_OK && slash && !qb_oid_is_zero(blob));
    return result;
}

/* --- walking and comparing --- */

struct walk {
    struct qb_history *history;
    qb_history_file *visit_file;
    qb_history_diff_visit *visit_change;
    void *context;
    struct qb_buf path; /* with a slash behind each directory */
};

static void step_in(struct walk *walk, const struct qb_tree_entry *entry)
{
    qb_buf_add(&walk->path, entry->name, entry->length);
}

static void step_out(struct walk *walk, size_t length)
{
    walk->path.length = length;
    walk->path.data[length] = '\0';
}

static int walk_tree(struct walk *walk, const struct qb_oid *tree, unsigned depth, struct qb_err *err);

static int walk_entry(struct walk *walk, const struct qb_tree_entry *entry, unsigned depth, struct qb_err *err)
{
    int result = QB_OK;
    size_t length = walk->path.length;
    step_in(walk, entry);
    if (qb_tree_is_file(entry->mode)) {
        result = walk->visit_file(walk->context, qb_buf_text(&walk->path), &entry->oid, err);
    } else if (entry->mode == QB_MODE_TREE) {
        qb_buf_add_char(&walk->path, '/');
        result = walk_tree(walk, &entry->oid, depth + 1, err);
    }
    step_out(walk, length);
    return result;
}

static int walk_tree(struct walk *walk, const struct qb_oid *tree, unsigned depth, struct qb_err *err)
{
    struct qb_buf bytes = {0};
    struct qb_tree_entry entry;
    size_t at = 0;
    int more = 0;
    if (depth > QB_HISTORY_MAX_DEPTH)
        return qb_err_set(err, QB_ELIMIT, qb_buf_text(&walk->path), "directories of history nested too deep");
    int result = qb_tree_read(walk->history, tree, &bytes, err);
    while (result == QB_OK && (more = qb_tree_next(&bytes, &at, &entry)) > 0)
        result = walk_entry(walk, &entry, depth, err);
    if (more < 0)
        result = qb_tree_broken(tree, err);
    qb_buf_fini(&bytes);
    return result;
}

int qb_tree_files(struct qb_history *history, const struct qb_oid *tree, qb_history_file *visit, void *context,
                  struct qb_err *err)
{
    struct walk walk = {.history = history, .visit_file = visit, .context = context};
    int result = walk_tree(&walk, tree, 0, err);
    qb_buf_fini(&walk.path);
    return result;
}

/* One side of a comparison. */
struct side {
    struct qb_buf bytes;
    size_t at;
    struct qb_tree_entry entry; /* mode 0 at the end */
};

static int side_next(struct side *side, const struct qb_oid *tree, struct qb_err *err)
{
    int more = qb_tree_next(&side->bytes, &side->at, &side->entry);
    if (more <= 0)
        side->entry.mode = 0;
    return more < 0 ? qb_tree_broken(tree, err) : QB_OK;
}

static int side_open(struct walk *walk, struct side *side, const struct qb_oid *tree, struct qb_err *err)
{
    int result = qb_tree_read(walk->history, tree, &side->bytes, err);
    return result < 0 ? result : side_next(side, tree, err);
}

static int diff_trees(struct walk *walk, const struct qb_oid *before, const struct qb_oid *after, unsigned depth,
                      struct qb_err *err);

/* Entries of one name and kind; either may be absent (mode 0). */
static int diff_entries(struct walk *walk, const struct qb_tree_entry *before, const struct qb_tree_entry *after,
                        unsigned depth, struct qb_err *err)
{
    static const struct qb_oid none;
    const struct qb_tree_entry *one = after->mode ? after : before;
    const struct qb_oid *old = before->mode ? &before->oid : &none;
    const struct qb_oid *new = after->mode ? &after->oid : &none;
    if (qb_oid_equal(old, new))
        return QB_OK;
    int result = QB_OK;
    size_t length = walk->path.length;
    step_in(walk, one);
    if (one->mode == QB_MODE_TREE) {
        qb_buf_add_char(&walk->path, '/');
        result = diff_trees(walk, old, new, depth + 1, err);
    } else if (qb_tree_is_file(one->mode)) {
        result = walk->visit_change(walk->context, qb_buf_text(&walk->path), old, new, err);
    }
    step_out(walk, length);
    return result;
}

static int entry_order(const struct qb_tree_entry *a, const struct qb_tree_entry *b)
{
    if (!a->mode || !b->mode)
        return a->mode ? -1 : 1;
    return qb_tree_order(a->name, a->length, a->mode == QB_MODE_TREE, b->name, b->length, b->mode == QB_MODE_TREE);
}

/* Links and submodules, which only a person's own git can have brought in, count as absent. */
static struct qb_tree_entry known(const struct qb_tree_entry *entry)
{
    struct qb_tree_entry copy = *entry;
    if (copy.mode != QB_MODE_TREE && !qb_tree_is_file(copy.mode))
        copy.mode = 0;
    return copy;
}

static int diff_sides(struct walk *walk, struct side sides[2], const struct qb_oid *before, const struct qb_oid *after,
                      unsigned depth, struct qb_err *err)
{
    int result = QB_OK;
    while (result == QB_OK && (sides[0].entry.mode || sides[1].entry.mode)) {
        int order = entry_order(&sides[0].entry, &sides[1].entry);
        struct qb_tree_entry old = order <= 0 ? known(&sides[0].entry) : (struct qb_tree_entry){0};
        struct qb_tree_entry new = order >= 0 ? known(&sides[1].entry) : (struct qb_tree_entry){0};
        if (old.mode || new.mode)
            result = diff_entries(walk, &old, &new, depth, err);
        if (result == QB_OK && order <= 0)
            result = side_next(&sides[0], before, err);
        if (result == QB_OK && order >= 0)
            result = side_next(&sides[1], after, err);
    }
    return result;
}

static int diff_trees(struct walk *walk, const struct qb_oid *before, const struct qb_oid *after, unsigned depth,
                      struct qb_err *err)
{
    struct side sides[2] = {0};
    if (depth > QB_HISTORY_MAX_DEPTH)
        return qb_err_set(err, QB_ELIMIT, qb_buf_text(&walk->path), "directories of history nested too deep");
    int result = side_open(walk, &sides[0], before, err);
    if (result == QB_OK)
        result = side_open(walk, &sides[1], after, err);
    if (result == QB_OK)
        result = diff_sides(walk, sides, before, after, depth, err);
    qb_buf_fini(&sides[0].bytes);
    qb_buf_fini(&sides[1].bytes);
    return result;
}

int qb_tree_diff(struct qb_history *history, const struct qb_oid *before, const struct qb_oid *after,
                 qb_history_diff_visit *visit, void *context, struct qb_err *err)
{
    struct walk walk = {.history = history, .visit_change = visit, .context = context};
    if (qb_oid_equal(before, after))
        return QB_OK;
    int result = diff_trees(&walk, before, after, 0, err);
    qb_buf_fini(&walk.path);
    return result;
}
