/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rendering. The thread fills a list of files; nobody else sees the list before the thread has ended, so there is
 * nothing to lock. Where no thread can be had the work is done at once.
 */
#include "watcher/render.h"

#include "core/output/monthly.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

struct file {
    const struct qb_output *output;
    char *path;
    struct qb_buf bytes;
};

struct qb_rendering {
    const struct qb_output_view *view;
    struct file *files;
    size_t count;
    size_t capacity;
    pthread_t thread;
    bool running;
};

/* --- one output --- */

static int render_one(const struct qb_output_view *view, const struct qb_output *output, qb_render_sink *sink,
                      void *context, struct qb_err *err)
{
    struct qb_buf bytes = {0};
    char month[QB_DATE_SIZE] = "";
    if (view->report)
        qb_date_format(view->report->month, month)[7] = '\0';
    char *path = qb_output_path(output, view->report ? month : view->officer);
    output->write(&bytes, view, NULL);
    int result = sink(context, output, path, &bytes, err);
    qb_buf_fini(&bytes);
    free(path);
    return result;
}

/* A task and one of those whose work it is. */
struct duty {
    const char *officer;
    size_t place; /* of the task in the view */
};

static int by_officer(const void *left, const void *right)
{
    const struct duty *a = left;
    const struct duty *b = right;
    int order = strcmp(a->officer, b->officer);
    return order ? order : (a->place > b->place) - (a->place < b->place);
}

/* Who has to do what, by officer and then in the view's order; an officer whom a visit names twice, once. */
static struct duty *list_duties(const struct qb_output_view *view, struct qb_arena *arena, size_t *count)
{
    size_t most = 0;
    for (size_t i = 0; i < view->task_count; i++)
        most += qb_task_officers(view->tasks[i])->count;
    struct duty *duties = qb_arena_alloc(arena, (most + 1) * sizeof *duties);
    size_t made = 0;
    for (size_t i = 0; i < view->task_count; i++) {
        const struct qb_ids *officers = qb_task_officers(view->tasks[i]);
        for (size_t k = 0; k < officers->count; k++)
            duties[made++] = (struct duty){officers->items[k], i};
    }
    qsort(duties, made, sizeof *duties, by_officer);
    *count = 0;
    for (size_t i = 0; i < made; i++)
        if (!*count || by_officer(&duties[*count - 1], &duties[i]))
            duties[(*count)++] = duties[i];
    return duties;
}

/* One officer's file: the view with only that officer's tasks in it. */
static int render_officer(const struct qb_output_view *view, const struct qb_output *output, const struct duty *duties,
                          size_t count, qb_render_sink *sink, void *context, struct qb_err *err)
{
    const struct qb_task **tasks = qb_mem_array(count, sizeof *tasks);
    struct qb_output_view own = *view;
    for (size_t i = 0; i < count; i++)
        tasks[i] = view->tasks[duties[i].place];
    own.officer = duties[0].officer;
    own.tasks = tasks;
    own.task_count = count;
    int result = render_one(&own, output, sink, context, err);
    free(tasks);
    return result;
}

static int render_officers(const struct qb_output_view *view, const struct qb_output *output, qb_render_sink *sink,
                           void *context, struct qb_err *err)
{
    struct qb_arena arena;
    size_t count;
    int result = QB_OK;
    qb_arena_init(&arena);
    const struct duty *duties = list_duties(view, &arena, &count);
    for (size_t i = 0, end; i < count && result == QB_OK; i = end) {
        for (end = i; end < count && duties[end].officer == duties[i].officer;)
            end++;
        result = render_officer(view, output, &duties[i], end - i, sink, context, err);
    }
    qb_arena_fini(&arena);
    return result;
}

static int render_months(const struct qb_output_view *view, const struct qb_output *output, qb_render_sink *sink,
                         void *context, struct qb_err *err)
{
    int result = QB_OK;
    for (size_t i = 0; i < view->month_count && result == QB_OK; i++) {
        struct qb_output_view own = *view;
        struct qb_report report;
        qb_report_make(&report, view, view->months[i]);
        own.report = &report;
        result = render_one(&own, output, sink, context, err);
        qb_report_fini(&report);
    }
    return result;
}

int qb_render(const struct qb_output_view *view, const struct qb_output *output, qb_render_sink *sink, void *context,
              struct qb_err *err)
{
    static int (*const render[QB_OUTPUT_SCOPES])(const struct qb_output_view *, const struct qb_output *,
                                                 qb_render_sink *, void *, struct qb_err *) = {
        [QB_OUTPUT_OFFICE] = render_one,
        [QB_OUTPUT_OFFICER] = render_officers,
        [QB_OUTPUT_MONTH] = render_months,
    };
    return render[output->scope](view, output, sink, context, err);
}

/* --- the slow ones --- */

static int keep(void *context, const struct qb_output *output, const char *path, const struct qb_buf *bytes,
                struct qb_err *err)
{
    struct qb_rendering *rendering = context;
    (void)err;
    QB_MEM_GROW(rendering->files, rendering->count, rendering->capacity);
    struct file *file = &rendering->files[rendering->count++];
    *file = (struct file){.output = output, .path = qb_mem_string(path)};
    qb_buf_add(&file->bytes, qb_buf_text(bytes), bytes->length);
    return QB_OK;
}

static void *work(void *context)
{
    struct qb_rendering *rendering = context;
    for (size_t i = 0; i < qb_output_count; i++)
        if (qb_outputs[i].slow && qb_settings_output(rendering->view->settings, qb_outputs[i].name))
            qb_render(rendering->view, &qb_outputs[i], keep, rendering, NULL);
    return NULL;
}

struct qb_rendering *qb_render_begin(const struct qb_output_view *view)
{
    struct qb_rendering *rendering = qb_mem_alloc(sizeof *rendering);
    sigset_t all;
    sigset_t before;
    rendering->view = view;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are the main thread's */
    rendering->running = !pthread_create(&rendering->thread, NULL, work, rendering);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!rendering->running)
        work(rendering);
    return rendering;
}

int qb_render_end(struct qb_rendering *rendering, qb_render_sink *sink, void *context, struct qb_err *err)
{
    int result = QB_OK;
    if (rendering->running)
        pthread_join(rendering->thread, NULL);
    for (size_t i = 0; i < rendering->count; i++) {
        struct file *file = &rendering->files[i];
        if (sink && result == QB_OK)
            result = sink(context, file->output, file->path, &file->bytes, err);
        free(file->path);
        qb_buf_fini(&file->bytes);
    }
    free(rendering->files);
    free(rendering);
    return result;
}
