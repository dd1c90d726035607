/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds out what differs from what was last seen: by stat alone, over the whole folder or beneath the paths that the
 * doorbell named. What differs is queued for reading; what was there and no longer is, is listed as gone.
 */
#include "watcher/folder.h"

#include <string.h>
#include <sys/stat.h>

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text);
    size_t size = strlen(end);
    return length > size && !strcmp(text + length - size, end);
}

/* A directory may be named like a record; all else that is no regular file is of interest only then. */
static bool of_interest(const char *path, const struct qb_file_stat *st)
{
    if (S_ISREG(st->mode))
        return true;
    return !strncmp(path, "records/", 8) && ends_with(path, ".json");
}

static int visit(void *context, const char *path, const struct qb_file_stat *st, struct qb_err *err)
{
    struct qb_pass *pass = context;
    (void)err;
    if (qb_ignore_match(pass->folder->ignore, path) || !qb_history_path_allowed(path))
        return QB_FILE_SKIP;
    if (!of_interest(path, st))
        return QB_OK;
    struct qb_tracked *file = qb_folder_track(pass->folder, path);
    file->seen = true;
    bool known = file->present && qb_file_stat_equal(&file->stat, st) && (pass->folder->stored || !pass->whole);
    if (!known && !file->queued) {
        file->queued = true;
        qb_list_add(&pass->queue, file);
    }
    return QB_OK;
}

static bool beneath(const char *path, const char *directory)
{
    size_t length = strlen(directory);
    return !length || (!strncmp(path, directory, length) && path[length] == '/');
}

/* What is tracked beneath a directory and was not seen there is gone. */
static void find_gone(struct qb_pass *pass, const char *directory)
{
    struct qb_map_item *item;
    for (size_t at = 0; (item = qb_map_next(&pass->folder->files, &at));) {
        struct qb_tracked *file = item->value;
        if (file->seen) {
            file->seen = false;
            continue;
        }
        bool there = file->present || !qb_oid_is_zero(&file->committed);
        if (there && !file->queued && beneath(file->path, directory)) {
            file->queued = true;
            qb_list_add(&pass->gone, file);
        }
    }
}

static int scan_directory(struct qb_pass *pass, const char *path, struct qb_err *err)
{
    int result = qb_file_walk(pass->folder->dir, path, visit, pass, err);
    if (result == QB_EABSENT && *path)
        result = QB_OK;
    if (result == QB_OK) {
        find_gone(pass, path);
        return QB_OK;
    }
    if (!*path && result == QB_EABSENT)
        return result;
    /* not everything could be seen: what was seen is dealt with, nothing is taken for gone */
    struct qb_map_item *item;
    for (size_t at = 0; (item = qb_map_next(&pass->folder->files, &at));)
        ((struct qb_tracked *)item->value)->seen = false;
    qb_pass_trouble(pass, err);
    return QB_OK;
}

static int scan_path(struct qb_pass *pass, const char *path, struct qb_err *err)
{
    struct qb_file_stat st;
    if (!*path)
        return scan_directory(pass, path, err);
    if (qb_ignore_match(pass->folder->ignore, path) || !qb_history_path_allowed(path))
        return QB_OK;
    int result = qb_file_stat(pass->folder->dir, path, &st, err);
    if (result == QB_EUNSAFE)
        return QB_OK; /* beneath a link: not ours */
    if (result == QB_OK && !S_ISDIR(st.mode)) {
        result = visit(pass, path, &st, err);
        struct qb_tracked *file = qb_folder_find(pass->folder, path);
        if (file)
            file->seen = false;
        return result == QB_FILE_SKIP ? QB_OK : result;
    }
    if (result < 0 && result != QB_EABSENT)
        return result;
    struct qb_tracked *file = result == QB_EABSENT ? qb_folder_find(pass->folder, path) : NULL;
    if (!file || !(file->present || !qb_oid_is_zero(&file->committed)))
        return scan_directory(pass, path, err); /* a directory, here or gone */
    if (!file->queued) {
        file->queued = true;
        qb_list_add(&pass->gone, file);
    }
    return QB_OK;
}

int qb_scan(struct qb_pass *pass, struct qb_err *err)
{
    int result = QB_OK;
    if (pass->whole)
        return scan_directory(pass, "", err);
    for (size_t i = 0; i < pass->request->path_count && result == QB_OK; i++)
        result = scan_path(pass, pass->request->paths[i], err);
    return result;
}
