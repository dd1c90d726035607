/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two names that are one elsewhere: at least one of them is not plain, because two plain names never are. So a name
 * that is kept is held against the others that are, by their folds, and against the plain name that it would be.
 */
#include "watcher/names.h"

#include "core/data/fold.h"
#include "watcher/portable.h"

#include <stdlib.h>
#include <string.h>

/* Of a file or a folder: one that is not plain, or any folder. */
struct known {
    const char *path; /* interned */
    size_t files;     /* of a folder: that lie in it and are named */
};

/* --- what there is --- */

static struct known *find(const struct qb_folder *folder, const char *path)
{
    return qb_map_get_string(&folder->names, path);
}

static struct known *keep(struct qb_folder *folder, const char *path)
{
    struct known *known = find(folder, path);
    if (known)
        return known;
    known = qb_mem_alloc(sizeof *known);
    *known = (struct known){.path = path};
    qb_map_put_string(&folder->names, path, known);
    folder->names_changed = true;
    return known;
}

/* Remembers which plain name is to be looked for, for good: there are few, and to look once too often is no harm. */
static void expect_plain(struct qb_folder *folder, const char *path)
{
    struct qb_buf plain = {0};
    qb_portable_make_plain(&plain, path);
    const char *key = qb_pool_bytes(&folder->paths, qb_buf_text(&plain), plain.length);
    qb_map_put_string(&folder->plain_names, key, folder);
    qb_buf_fini(&plain);
}

static bool expected(const struct qb_folder *folder, const char *path)
{
    return folder->plain_names.live && qb_map_get_string(&folder->plain_names, path);
}

static void drop(struct qb_folder *folder, struct known *known)
{
    qb_map_remove(&folder->names, known->path, strlen(known->path));
    folder->names_changed = true;
    free(known);
}

/* Counts a file, or a folder that has one, in the folder that it lies in. */
static void count_in(struct qb_folder *folder, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return;
    const char *above = qb_pool_bytes(&folder->paths, path, (size_t)(slash - path));
    struct known *known = keep(folder, above);
    if (!known->files++)
        count_in(folder, above);
}

static void count_out(struct qb_folder *folder, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *above = slash ? qb_pool_find(&folder->paths, path, (size_t)(slash - path)) : NULL;
    struct known *known = above ? find(folder, above) : NULL;
    if (!known || --known->files)
        return;
    count_out(folder, above);
    drop(folder, known);
}

/* What people and programs brought; Q-BIS's own names work everywhere, and a client's copy goes again. */
static bool brought(const struct qb_tracked *file)
{
    return file->class != QB_FILE_OUTPUT && file->class != QB_FILE_NOTE && file->class != QB_FILE_ANCHORS &&
           file->class != QB_FILE_COPY;
}

static void take(struct qb_folder *folder, struct qb_tracked *file)
{
    struct qb_buf found = {0};
    if (!file->present || file->named || !brought(file))
        return;
    file->named = true;
    count_in(folder, file->path);
    if (!qb_portable_plain(file->path) || qb_portable_fault(file->path, &found)) {
        keep(folder, file->path);
        expect_plain(folder, file->path);
    } else {
        folder->names_changed |= expected(folder, file->path);
    }
    qb_buf_fini(&found);
}

static void leave(struct qb_folder *folder, struct qb_tracked *file)
{
    if (!file->named || (file->present && brought(file)))
        return;
    file->named = false;
    count_out(folder, file->path);
    struct known *known = find(folder, file->path);
    if (known)
        drop(folder, known);
    folder->names_changed |= expected(folder, file->path);
}

/* --- what is wrong with it --- */

struct finding {
    struct qb_folder *folder;
    const struct known **list; /* by path */
    size_t count;
    struct qb_map folds; /* fold -> the first of that fold */
    struct qb_buf fold;
    struct qb_arena arena;
};

static void tell(struct finding *finding, const char *path, const char *message_id, const char *found)
{
    struct qb_tracked *file = qb_folder_find(finding->folder, path);
    const struct qb_kind *kind =
        file && file->class == QB_FILE_RECORD ? qb_kinds_of_path(finding->folder->kinds, path) : NULL;
    qb_problems_add(&finding->folder->name_problems, &(struct qb_problem){.code = QB_PROBLEM_NAME_UNPORTABLE,
                                                                          .kind = kind ? kind->name : NULL,
                                                                          .path = path,
                                                                          .pointer = "",
                                                                          .line = 1,
                                                                          .column = 1,
                                                                          .message_id = message_id,
                                                                          .args = {{"found", found}},
                                                                          .arg_count = 1});
}

static bool same_form(const char *a, const char *b)
{
    struct qb_buf one = {0};
    struct qb_buf other = {0};
    qb_fold_form(&one, a, strlen(a));
    qb_fold_form(&other, b, strlen(b));
    bool same = one.length == other.length && !memcmp(qb_buf_text(&one), qb_buf_text(&other), one.length);
    qb_buf_fini(&one);
    qb_buf_fini(&other);
    return same;
}

/* The other name that is this one elsewhere, or NULL. */
static const char *twin(struct finding *finding, const char *path)
{
    struct qb_buf plain = {0};
    qb_buf_clear(&finding->fold);
    qb_fold(&finding->fold, path, strlen(path));
    const char *other = qb_map_get(&finding->folds, qb_buf_text(&finding->fold), finding->fold.length);
    if (other)
        return other;
    const char *key = qb_arena_copy(&finding->arena, qb_buf_text(&finding->fold), finding->fold.length);
    qb_map_put(&finding->folds, key, finding->fold.length, (void *)path);
    qb_portable_make_plain(&plain, path);
    const struct qb_tracked *file = qb_folder_find(finding->folder, qb_buf_text(&plain));
    bool there = file && file->present && file->named && strcmp(file->path, path) != 0;
    other = there ? file->path : NULL;
    qb_buf_fini(&plain);
    return other;
}

static void look_at(struct finding *finding, const struct known *known)
{
    struct qb_buf found = {0};
    const char *fault = qb_portable_fault(known->path, &found);
    if (fault)
        tell(finding, known->path, fault, qb_buf_text(&found));
    const char *other = twin(finding, known->path);
    if (other) {
        tell(finding, known->path, same_form(known->path, other) ? "problem.name.form" : "problem.name.case", other);
    }
    qb_buf_fini(&found);
}

static int by_path(const void *a, const void *b)
{
    return strcmp((*(const struct known *const *)a)->path, (*(const struct known *const *)b)->path);
}

static void find_problems(struct qb_folder *folder)
{
    struct finding finding = {.folder = folder};
    struct qb_map_item *item;
    qb_problems_clear(&folder->name_problems);
    qb_arena_init(&finding.arena);
    finding.list = qb_mem_array(folder->names.live + 1, sizeof *finding.list);
    for (size_t at = 0; (item = qb_map_next(&folder->names, &at));)
        finding.list[finding.count++] = item->value;
    qsort(finding.list, finding.count, sizeof *finding.list, by_path);
    for (size_t i = 0; i < finding.count; i++)
        look_at(&finding, finding.list[i]);
    qb_map_fini(&finding.folds);
    qb_buf_fini(&finding.fold);
    qb_arena_fini(&finding.arena);
    free(finding.list);
}

void qb_names_pass(struct qb_pass *pass)
{
    struct qb_folder *folder = pass->folder;
    struct qb_map_item *item;
    if (!folder->named)
        for (size_t at = 0; (item = qb_map_next(&folder->files, &at));)
            take(folder, item->value);
    folder->named = true;
    for (size_t i = 0; i < pass->queue.count; i++) {
        leave(folder, pass->queue.items[i]);
        take(folder, pass->queue.items[i]);
    }
    for (size_t i = 0; i < pass->gone.count; i++)
        leave(folder, pass->gone.items[i]);
    if (folder->names_changed)
        find_problems(folder);
    folder->names_changed = false;
}

void qb_names_forget(struct qb_folder *folder)
{
    struct qb_map_item *item;
    for (size_t at = 0; (item = qb_map_next(&folder->names, &at));)
        free(item->value);
    qb_map_fini(&folder->names);
    qb_map_fini(&folder->plain_names);
    qb_problems_fini(&folder->name_problems);
}
