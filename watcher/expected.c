/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The same writers as in a pass, asked one after the other. */
#include "watcher/expected.h"

#include "core/base/limits.h"
#include "watcher/render.h"

#include <stdlib.h>
#include <string.h>

struct asking {
    qb_expected_file *visit;
    void *context;
};

static int take(void *context, const struct qb_output *output, const char *path, const struct qb_buf *bytes,
                struct qb_err *err)
{
    struct asking *asking = context;
    (void)output;
    return asking->visit(asking->context, path, bytes, err);
}

static int facilities(const struct qb_output_view *view, const struct qb_output *output, struct asking *asking,
                      struct qb_err *err)
{
    struct qb_buf bytes = {0};
    int result = QB_OK;
    for (size_t i = 0; i < view->facility_count && result == QB_OK; i++) {
        char *path = qb_output_path(output, view->facilities[i]->facility);
        qb_buf_clear(&bytes);
        output->write(&bytes, view, view->facilities[i]);
        result = asking->visit(asking->context, path, &bytes, err);
        free(path);
    }
    qb_buf_fini(&bytes);
    return result;
}

/* Whether a note of that record can lie beside it (watcher/publish). */
static bool noted(const struct qb_folder *folder, const char *path)
{
    const struct qb_tracked *file = qb_folder_find(folder, path);
    const char *slash = strrchr(path, '/');
    return file && file->class == QB_FILE_RECORD && file->present && strlen(slash ? slash : path) <= QB_MAX_NOTED_NAME;
}

static int notes(struct qb_folder *folder, struct asking *asking, struct qb_err *err)
{
    const struct qb_problems *all = &folder->problems;
    struct qb_buf path = {0};
    struct qb_buf bytes = {0};
    int result = QB_OK;
    for (size_t i = 0, end; i < all->count && result == QB_OK; i = end) {
        size_t errors = 0;
        for (end = i; end < all->count && !strcmp(all->items[end].path, all->items[i].path); end++)
            errors += qb_problem_severity(&all->items[end]) == QB_SEVERITY_ERROR;
        if (!errors || !noted(folder, all->items[i].path))
            continue;
        qb_buf_clear(&path);
        qb_buf_clear(&bytes);
        qb_output_note(&bytes, folder->settings.language, &all->items[i], end - i);
        qb_buf_add(&path, all->items[i].path, strlen(all->items[i].path) - strlen(".json"));
        qb_buf_add_string(&path, ".problem.txt");
        result = asking->visit(asking->context, path.data, &bytes, err);
    }
    qb_buf_fini(&path);
    qb_buf_fini(&bytes);
    return result;
}

int qb_expected_files(struct qb_folder *folder, qb_expected_file *visit, void *context, struct qb_err *err)
{
    struct asking asking = {visit, context};
    struct qb_output_view view;
    struct qb_month_list due;
    struct qb_month_list gone;
    struct qb_arena arena;
    int result = QB_OK;
    qb_arena_init(&arena);
    qb_folder_count(folder);
    qb_folder_view(folder, folder->settings.language, &arena, &view);
    qb_months_due(&folder->months, true, &arena, &due, &gone);
    view.months = due.items;
    view.month_count = due.count;
    for (size_t i = 0; i < qb_output_count && result == QB_OK; i++) {
        const struct qb_output *output = &qb_outputs[i];
        if (!qb_settings_output(&folder->settings, output->name))
            continue;
        result = output->scope == QB_OUTPUT_FACILITY ? facilities(&view, output, &asking, err)
                                                     : qb_render(&view, output, take, &asking, err);
    }
    if (result == QB_OK && folder->settings.problem_notes)
        result = notes(folder, &asking, err);
    qb_arena_fini(&arena);
    return result;
}
