/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A facility's schedule in three steps, each a module: chains of decrees, obligations, tasks. Each step only adds to
 * what the one before has made; everything lives in one arena. The worklist of the office is the facilities' tasks,
 * sorted together.
 */
#include "core/schedule/schedule.h"

#include "core/schedule/chain.h"
#include "core/schedule/obligation.h"
#include "core/schedule/task.h"

#include <stdlib.h>
#include <string.h>

const char *qb_status_name(enum qb_status status)
{
    static const char *const names[QB_STATUSES] = {
        [QB_STATUS_OVERDUE] = "overdue", [QB_STATUS_DUE] = "due", [QB_STATUS_DUE_SOON] = "due_soon",
        [QB_STATUS_OPEN] = "open",       [QB_STATUS_MET] = "met", [QB_STATUS_CANCELLED] = "cancelled",
        [QB_STATUS_LAPSED] = "lapsed",
    };
    return names[status];
}

const char *qb_task_type_name(enum qb_task_type type)
{
    static const char *const names[QB_TASK_TYPES] = {
        [QB_TASK_CORRECTIVE_ACTION] = "corrective_action",
        [QB_TASK_DECREE_EXPIRY] = "decree_expiry",
        [QB_TASK_MONITORING] = "monitoring",
        [QB_TASK_NORMAL_INSPECTION] = "normal_inspection",
    };
    return names[type];
}

/* Room for what is made of the facility and of each task. */
static void make_room(struct qb_facility_schedule *schedule)
{
    size_t size = (schedule->task_count + 1) * sizeof *schedule->made;
    schedule->made = qb_arena_alloc(&schedule->arena, size);
    memset(schedule->made, 0, size);
    for (size_t i = 0; i < schedule->task_count; i++)
        schedule->tasks[i].made = &schedule->made[i + 1];
}

struct qb_facility_schedule *qb_schedule_facility(const struct qb_facility_records *records,
                                                  const struct qb_settings *settings, qb_date as_of)
{
    struct qb_facility_schedule *schedule = qb_mem_alloc(sizeof *schedule);
    struct qb_chain_links links;
    qb_arena_init(&schedule->arena);
    schedule->facility = records->facility;
    qb_chain_build(&links, schedule, records, settings, as_of);
    qb_obligation_build(schedule, &links, records, settings, as_of);
    qb_task_build(schedule, &links, records, settings, as_of);
    make_room(schedule);
    qb_chain_links_fini(&links);
    return schedule;
}

void qb_schedule_forget(struct qb_facility_schedule *schedule)
{
    for (size_t i = 0; i <= schedule->task_count; i++)
        for (size_t k = 0; k < QB_MADE; k++)
            qb_buf_fini(&schedule->made[i].texts[k]);
}

void qb_schedule_free(struct qb_facility_schedule *schedule)
{
    if (!schedule)
        return;
    qb_schedule_forget(schedule);
    qb_arena_fini(&schedule->arena);
    free(schedule);
}

/* A task with what mostly decides about its place, so that sorting seldom has to look at the task itself. */
struct placed {
    int64_t key; /* status, then due_by, null last */
    const struct qb_task *task;
};

static int64_t key_of(const struct qb_task *task)
{
    int64_t due_by = task->due_by == QB_DATE_NONE ? INT32_MAX : task->due_by;
    return (int64_t)task->status * ((int64_t)1 << 34) + due_by;
}

static int compare(const void *left, const void *right)
{
    const struct placed *a = left;
    const struct placed *b = right;
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    return qb_task_compare(a->task, b->task);
}

const struct qb_task **qb_schedule_tasks(struct qb_facility_schedule *const *facilities, size_t count, size_t *tasks)
{
    size_t total = 0;
    for (size_t i = 0; i < count; i++)
        total += facilities[i]->task_count;
    struct placed *placed = qb_mem_array(total, sizeof *placed);
    size_t at = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < facilities[i]->task_count; k++, at++)
            placed[at] = (struct placed){key_of(&facilities[i]->tasks[k]), &facilities[i]->tasks[k]};
    if (total)
        qsort(placed, total, sizeof *placed, compare);
    const struct qb_task **all = qb_mem_array(total, sizeof *all);
    for (size_t i = 0; i < total; i++)
        all[i] = placed[i].task;
    free(placed);
    *tasks = total;
    return all;
}
