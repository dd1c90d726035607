/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Problems are sorted by path, so those of one file lie together: one walk makes all notes. */
#include "watcher/notes.h"

#include "core/base/limits.h"

#include <string.h>

void qb_notes_path(struct qb_buf *path, const char *record)
{
    qb_buf_clear(path);
    qb_buf_add(path, record, strlen(record) - strlen(".json"));
    qb_buf_add_string(path, ".problem.txt");
}

/* Whether a note can lie beside the file: it is a record in the folder, and its name leaves room for that of the note.
 * problems.json has the problems all the same. */
static bool has_place(const struct qb_tracked *file)
{
    const char *slash = file ? strrchr(file->path, '/') : NULL;
    return slash && file->class == QB_FILE_RECORD && file->present && strlen(slash) <= QB_MAX_NOTED_NAME;
}

int qb_notes_each(const struct qb_folder *folder, qb_notes_visit *visit, void *context, struct qb_err *err)
{
    const struct qb_problems *all = &folder->problems;
    struct qb_buf path = {0};
    struct qb_buf bytes = {0};
    int result = QB_OK;
    for (size_t i = 0, end; i < all->count && result == QB_OK; i = end) {
        size_t errors = 0;
        for (end = i; end < all->count && !strcmp(all->items[end].path, all->items[i].path); end++)
            errors += qb_problem_severity(&all->items[end]) == QB_SEVERITY_ERROR;
        if (!errors || !has_place(qb_folder_find(folder, all->items[i].path)))
            continue;
        qb_buf_clear(&bytes);
        qb_output_note(&bytes, folder->settings.language, &all->items[i], end - i);
        qb_notes_path(&path, all->items[i].path);
        result = visit(context, qb_buf_text(&path), &bytes, err);
    }
    qb_buf_fini(&path);
    qb_buf_fini(&bytes);
    return result;
}
