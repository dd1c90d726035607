/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The worklist as text. Columns are as wide as their widest cell, measured in terminal columns (East Asian wide
 * characters take two, combining marks none), so that names in any script stay aligned.
 */
#include "watcher/worklist.h"

#include "core/base/utf8.h"
#include "core/output/phrase.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum column { STATUS, DUE, FACILITY, WHAT, DETAIL, COLUMNS };

struct row {
    enum qb_status status;
    char *cells[COLUMNS];
};

/* Ranges that take two columns (Unicode East Asian Width W and F, the large blocks) or none (combining marks). */
static const struct {
    uint32_t first;
    uint32_t last;
    int width;
} widths[] = {
    {0x0300, 0x036F, 0}, {0x0483, 0x0489, 0},   {0x0591, 0x05BD, 0},   {0x064B, 0x065F, 0},   {0x1AB0, 0x1AFF, 0},
    {0x1DC0, 0x1DFF, 0}, {0x200B, 0x200D, 0},   {0x20D0, 0x20FF, 0},   {0xFE00, 0xFE0F, 0},   {0xFE20, 0xFE2F, 0},
    {0x1100, 0x115F, 2}, {0x2E80, 0x303E, 2},   {0x3041, 0x33FF, 2},   {0x3400, 0x4DBF, 2},   {0x4E00, 0x9FFF, 2},
    {0xA000, 0xA4CF, 2}, {0xAC00, 0xD7A3, 2},   {0xF900, 0xFAFF, 2},   {0xFE30, 0xFE6F, 2},   {0xFF00, 0xFF60, 2},
    {0xFFE0, 0xFFE6, 2}, {0x1F300, 0x1F64F, 2}, {0x1F900, 0x1F9FF, 2}, {0x20000, 0x3FFFD, 2},
};

static int width_of(const char *text)
{
    int width = 0;
    size_t length = strlen(text);
    for (size_t at = 0, size; at < length; at += size) {
        uint32_t point = 0;
        int columns = 1;
        size = qb_utf8_decode(text + at, length - at, &point);
        if (!size)
            size = 1;
        for (size_t i = 0; i < sizeof widths / sizeof *widths; i++)
            if (point >= widths[i].first && point <= widths[i].last)
                columns = widths[i].width;
        width += columns;
    }
    return width;
}

/* Data with nothing in it that a terminal would act on. */
static void add_safe(struct qb_buf *out, const char *text)
{
    size_t length = strlen(text);
    for (size_t at = 0, size; at < length; at += size) {
        uint32_t point;
        size = qb_utf8_decode(text + at, length - at, &point);
        bool bad = !size || point < 0x20 || (point >= 0x7F && point < 0xA0) || point == 0x061C || point == 0x200E ||
                   point == 0x200F || (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
        size = size ? size : 1;
        if (bad)
            qb_buf_add_char(out, '?');
        else
            qb_buf_add(out, text + at, size);
    }
}

static const char *title(const struct qb_output_view *view, const char *kind, const char *id)
{
    return view->title(view->context, kind, id);
}

static void add_officers(struct qb_buf *out, const struct qb_output_view *view, const struct qb_visit *visit)
{
    for (size_t i = 0; i < visit->officers.count; i++) {
        qb_buf_add_string(out, i ? ", " : " ");
        add_safe(out, title(view, "officer", visit->officers.items[i]));
    }
}

static void describe(struct qb_buf *out, const struct qb_output_view *view, const struct qb_task *task)
{
    char day[QB_DATE_SIZE];
    if (task->obligation) {
        const struct qb_obligation *owed = task->obligation;
        qb_buf_addf(out, "%d: %zu/%d", owed->k, owed->count, owed->every);
        if (owed->expected_on != QB_DATE_NONE)
            qb_buf_addf(out, " ~%s", qb_date_format(owed->expected_on, day));
        if (owed->planned) {
            qb_buf_addf(out, " %s %s", qb_text(view->language, "worklist.planned"),
                        qb_date_format(owed->planned->planned_on, day));
            add_officers(out, view, owed->planned);
        }
        struct qb_phrase why;
        if (qb_task_why(task, &why)) {
            qb_buf_add_char(out, ' ');
            qb_phrase_text(out, view, &why);
        }
    } else if (task->shipment) {
        add_safe(out, task->shipment->id);
    } else if (task->finding) {
        add_safe(out, task->finding->id);
    } else {
        add_safe(out, title(view, "decree", task->chain->decrees[task->chain->decree_count - 1]->id));
    }
}

static void fill(struct row *row, const struct qb_output_view *view, const struct qb_task *task)
{
    char id[64];
    char day[QB_DATE_SIZE];
    struct qb_buf facility = {0};
    struct qb_buf detail = {0};
    row->status = task->status;
    snprintf(id, sizeof id, "status.%s", qb_status_name(task->status));
    row->cells[STATUS] = qb_mem_string(qb_text(view->language, id));
    row->cells[DUE] = qb_mem_string(task->due_by == QB_DATE_NONE ? "-" : qb_date_format(task->due_by, day));
    add_safe(&facility, title(view, "facility", task->facility));
    row->cells[FACILITY] = qb_buf_steal(&facility);
    snprintf(id, sizeof id, "task.%s", qb_task_type_name(task->type));
    row->cells[WHAT] = qb_mem_string(qb_text(view->language, id));
    describe(&detail, view, task);
    row->cells[DETAIL] = qb_buf_steal(&detail);
}

static void print_row(struct qb_buf *out, const struct row *row, const int *wide, const char *colour)
{
    for (int i = 0; i < COLUMNS; i++) {
        if (i == STATUS && colour)
            qb_buf_add_string(out, colour);
        qb_buf_add_string(out, row->cells[i]);
        if (i == STATUS && colour)
            qb_buf_add_string(out, "\033[0m");
        for (int pad = width_of(row->cells[i]); i + 1 < COLUMNS && pad < wide[i] + 2; pad++)
            qb_buf_add_char(out, ' ');
    }
    qb_buf_add_char(out, '\n');
}

void qb_worklist_write(struct qb_buf *out, const struct qb_output_view *view, bool colour)
{
    static const char *const colours[QB_STATUSES] = {
        [QB_STATUS_OVERDUE] = "\033[1;31m",
        [QB_STATUS_DUE] = "\033[1;33m",
        [QB_STATUS_DUE_SOON] = "\033[33m",
    };
    static const char *const heads[COLUMNS] = {"worklist.status", "worklist.due", "worklist.facility", "worklist.what",
                                               "worklist.detail"};
    size_t count = view->task_count + 1;
    struct row *rows = qb_mem_array(count, sizeof *rows);
    int wide[COLUMNS] = {0};
    char day[QB_DATE_SIZE];
    for (int i = 0; i < COLUMNS; i++)
        rows[0].cells[i] = qb_mem_string(qb_text(view->language, heads[i]));
    for (size_t i = 1; i < count; i++)
        fill(&rows[i], view, view->tasks[i - 1]);
    for (size_t i = 0; i < count; i++)
        for (int j = 0; j < COLUMNS; j++)
            if (width_of(rows[i].cells[j]) > wide[j])
                wide[j] = width_of(rows[i].cells[j]);
    qb_text_format(
        out, view->language, view->task_count ? "worklist.title" : "worklist.empty",
        (struct qb_text_arg[]){{"office", view->settings->office}, {"as_of", qb_date_format(view->as_of, day)}}, 2);
    qb_buf_add_char(out, '\n');
    for (size_t i = 0; view->task_count && i < count; i++)
        print_row(out, &rows[i], wide, i && colour ? colours[rows[i].status] : NULL);
    for (size_t i = 0; i < count; i++)
        for (int j = 0; j < COLUMNS; j++)
            free(rows[i].cells[j]);
    free(rows);
}
