/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `qbis rollup DIR...`: one schedule and one report of several offices, each computed from the newest commit of its
 * history with its own settings and kinds. The directories are offices' folders, or clones of their histories.
 */
#include "watcher/rollup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int newest(const struct qb_place *place, struct qb_history_entry *entry, struct qb_buf *text, struct qb_err *err)
{
    struct qb_history *history = NULL;
    int result = qb_history_open(&history, place->repository, place->folder ? place->folder : "/", false,
                                 QB_HISTORY_SHARED, NULL, err);
    if (result == QB_OK)
        result = qb_history_resolve(history, NULL, 0, entry, text, err);
    qb_history_close(history);
    return result;
}

/* Computes one office. False after saying why not. */
static bool take(struct qb_rollup *rollup, struct qb_rollup_office *office, const char *directory)
{
    struct qb_history_entry entry;
    struct qb_buf text = {0};
    struct qb_result result = {0};
    struct qb_err err = {0};
    if (!qb_place_find(&office->place, rollup->invocation, directory))
        return false;
    int code = newest(&office->place, &entry, &text, &err);
    if (code == QB_OK)
        code = qb_backthen_open(&office->then, rollup->invocation, office->place.repository, entry.id, 0, &err);
    bool fine = code == QB_OK;
    if (fine) {
        const struct qb_settings *settings = &office->then.office.folder->settings;
        office->recorded_on = qb_date_at(entry.committer.when, settings->offset_minutes);
        if (rollup->as_of == QB_DATE_NONE) /* the first office's day is everybody's */
            rollup->as_of = qb_today(settings->offset_minutes, NULL);
        fine = qb_office_whole_pass(&office->then.office, rollup->as_of, true, &result);
    } else {
        qb_err_context(&err, "%s", directory);
        qb_say_error(rollup->invocation, &err);
    }
    if (fine) {
        qb_folder_view(office->then.office.folder, rollup->invocation->language, &rollup->arena, &office->view);
        qb_office_counts(&office->then.office, &office->errors, &office->warnings);
        for (size_t i = 0; i < office->view.task_count; i++)
            office->in_status[office->view.tasks[i]->status]++;
    }
    qb_result_fini(&result);
    qb_buf_fini(&text);
    return fine;
}

static int by_urgency(const void *a, const void *b)
{
    const struct qb_rollup_task *x = a;
    const struct qb_rollup_task *y = b;
    const struct qb_task *s = qb_rollup_task(x);
    const struct qb_task *t = qb_rollup_task(y);
    int order = (int)s->status - (int)t->status;
    if (!order && s->due_by != t->due_by)
        order = s->due_by == QB_DATE_NONE || (t->due_by != QB_DATE_NONE && s->due_by > t->due_by) ? 1 : -1;
    if (!order)
        order = strcmp(x->office->view.settings->office, y->office->view.settings->office);
    return order ? order : x->office != y->office ? (x->office < y->office ? -1 : 1) : qb_task_compare(s, t);
}

static void gather(struct qb_rollup *rollup)
{
    size_t count = 0;
    for (size_t i = 0; i < rollup->office_count; i++)
        count += rollup->offices[i].view.task_count;
    rollup->tasks = qb_mem_array(count + 1, sizeof *rollup->tasks);
    for (size_t i = 0; i < rollup->office_count; i++)
        for (size_t j = 0; j < rollup->offices[i].view.task_count; j++)
            rollup->tasks[rollup->task_count++] = (struct qb_rollup_task){&rollup->offices[i], j};
    if (count)
        qsort(rollup->tasks, count, sizeof *rollup->tasks, by_urgency);
}

static bool deliver(const struct qb_rollup *rollup, const char *file, bool json)
{
    struct qb_buf out = {0};
    struct qb_err err = {0};
    bool fine = true;
    (file ? qb_rollup_page : json ? qb_rollup_json : qb_rollup_text)(&out, rollup);
    if (!file && json)
        fwrite(out.data, 1, out.length, stdout);
    else if (!file)
        qb_say_text(stdout, out.data, out.length);
    else {
        FILE *stream = strcmp(file, "-") ? fopen(file, "wb") : stdout;
        fine = stream && fwrite(out.data, 1, out.length, stream) == out.length;
        if (stream && stream != stdout)
            fine = fclose(stream) == 0 && fine;
        if (!fine) {
            qb_err_sys(&err, file, "cannot write");
            qb_say_error(rollup->invocation, &err);
        }
    }
    qb_buf_fini(&out);
    return fine;
}

int qb_cmd_rollup(const struct qb_invocation *invocation, int argc, char **argv)
{
    const char *as_of = NULL;
    const char *file = NULL;
    bool json = false;
    struct qb_option options[] = {
        {.name = "--as-of", .value = &as_of},
        {.name = "--html", .value = &file},
        {.name = "--json", .given = &json},
    };
    struct qb_rollup rollup = {.invocation = invocation, .as_of = QB_DATE_NONE};
    int count = qb_options(invocation, "rollup", argc, argv, options, sizeof options / sizeof *options);
    if (count < 0)
        return count == -2 ? QB_EXIT_FINE : QB_EXIT_FAILED;
    if (!count || (json && file)) {
        qb_say(invocation, "rollup.usage", NULL, 0);
        return QB_EXIT_FAILED;
    }
    if (as_of && !qb_date_option(invocation, "--as-of", as_of, &rollup.as_of))
        return QB_EXIT_FAILED;
    qb_arena_init(&rollup.arena);
    rollup.offices = qb_mem_array((size_t)count, sizeof *rollup.offices);
    bool fine = true;
    size_t errors = 0;
    for (int i = 0; i < count && fine; i++) {
        fine = take(&rollup, &rollup.offices[rollup.office_count++], argv[i]);
        errors += rollup.offices[i].errors;
    }
    if (fine) {
        gather(&rollup);
        fine = deliver(&rollup, file, json);
    }
    for (size_t i = 0; i < rollup.office_count; i++) {
        qb_backthen_close(&rollup.offices[i].then);
        qb_place_fini(&rollup.offices[i].place);
    }
    free(rollup.offices);
    free(rollup.tasks);
    qb_arena_fini(&rollup.arena);
    return !fine ? QB_EXIT_FAILED : errors ? QB_EXIT_PROBLEMS : QB_EXIT_FINE;
}
