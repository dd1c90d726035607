/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The same writers as in a pass, asked one after the other. */
#include "watcher/expected.h"

#include "watcher/notes.h"
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
        result = qb_notes_each(folder, visit, context, err);
    qb_arena_fini(&arena);
    return result;
}
