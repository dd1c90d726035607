/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds out what differs from what was last seen: by stat alone, over the whole folder or beneath the paths that the
 * doorbell named. What differs is queued for reading; what was there and no longer is, is listed as gone.
 */
#include "watcher/folder.h"

#include "watcher/copies.h"

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

int qb_scan_interest(const struct qb_folder *folder, const char *path, const struct qb_file_stat *st)
{
    if (qb_ignore_match(folder->ignore, path) || !qb_history_path_allowed(path))
        return -1;
    return of_interest(path, st);
}

static int visit(void *context, const char *path, const struct qb_file_stat *st, struct qb_err *err)
{
    struct qb_pass *pass = context;
    (void)err;
    int interest = qb_scan_interest(pass->folder, path, st);
    if (interest <= 0)
        return interest < 0 ? QB_FILE_SKIP : QB_OK;
    struct qb_tracked *file = qb_folder_track(pass->folder, path);
    file->seen = true;
    file->absent = false;
    bool known = file->present && qb_file_stat_equal(&file->stat, st) && (pass->folder->stored || !pass->whole);
    if (!known && !file->queued) {
        file->queued = true;
        file->looked_at = pass->request->now;
        qb_list_add(&pass->queue, file);
    }
    return QB_OK;
}

static bool beneath(const char *path, const char *directory)
{
    size_t length = strlen(directory);
    return !length || (!strncmp(path, directory, length) && path[length] == '/');
}

/* Whether the path lies where the scan could not look: then not seeing it means nothing. */
static bool hidden(const struct qb_pass *pass, const char *path)
{
    for (size_t at = 0; at < pass->unseen.length; at += strlen(pass->unseen.data + at) + 1)
        if (beneath(path, pass->unseen.data + at))
            return true;
    return false;
}

/* A client keeps the content elsewhere, and a placeholder here. */
static bool has_placeholder(const struct qb_folder *folder, const char *path)
{
    struct qb_buf paths = {0};
    struct qb_file_stat st;
    bool found = false;
    qb_ignore_placeholders(path, &paths);
    for (size_t at = 0; at < paths.length && !found; at += strlen(paths.data + at) + 1)
        found = qb_file_stat(folder->dir, paths.data + at, &st, NULL) == QB_OK && S_ISREG(st.mode);
    qb_buf_fini(&paths);
    return found;
}

/* The file is not there any more; deleted, unless a placeholder says where it is. */
static void lose(struct qb_pass *pass, struct qb_tracked *file)
{
    bool before = file->absent;
    file->absent = has_placeholder(pass->folder, file->path);
    if (!file->absent) {
        file->queued = true;
        qb_list_add(&pass->gone, file);
    } else if (!before) {
        qb_list_add(&pass->folder->absent, file);
    }
}

static void forget_present(struct qb_folder *folder)
{
    struct qb_list *absent = &folder->absent;
    size_t kept = 0;
    for (size_t i = 0; i < absent->count; i++)
        if (absent->items[i]->absent)
            absent->items[kept++] = absent->items[i];
    absent->count = kept;
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
        if (there && !file->queued && beneath(file->path, directory) && !hidden(pass, file->path))
            lose(pass, file);
    }
}

/* What cannot be looked into is told, and spared. Folders nested too deep stay so: no reason to try again soon. */
static void unseen(void *context, const char *path, const struct qb_err *why)
{
    struct qb_pass *pass = context;
    qb_buf_add(&pass->unseen, path, strlen(path) + 1);
    qb_pass_trouble(pass, why);
    pass->result->troubles -= why->code == QB_ELIMIT;
}

static int scan_directory(struct qb_pass *pass, const char *path, struct qb_err *err)
{
    /* when everything is to be read, reading tells the rest */
    bool all = pass->whole && !pass->folder->stored;
    int result = (all ? qb_file_walk_names : qb_file_walk_around)(pass->folder->dir, path, visit, unseen, pass, err);
    if (result == QB_EABSENT && *path)
        result = QB_OK;
    if (result == QB_OK)
        find_gone(pass, path);
    if (result == QB_OK || !*path)
        return result;
    unseen(pass, path, err);
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
    if (result == QB_OK) {
        result = visit(pass, path, &st, err); /* a directory, too: it may be named like a record */
        if (S_ISDIR(st.mode))
            return result == QB_OK ? scan_directory(pass, path, err) : QB_OK;
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
    if (!file->queued)
        lose(pass, file);
    return QB_OK;
}

int qb_scan(struct qb_pass *pass, struct qb_err *err)
{
    int result = QB_OK;
    if (pass->whole)
        result = scan_directory(pass, "", err);
    for (size_t i = 0; !pass->whole && i < pass->request->path_count && result == QB_OK; i++)
        result = scan_path(pass, pass->request->paths[i], err);
    forget_present(pass->folder);
    qb_copies_sort(pass);
    return result;
}
