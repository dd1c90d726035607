/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tasks. Each type is made by one function that walks what it is about; the lot is sorted once (R12). Ids are made in
 * the schedule's arena, everything else is borrowed.
 */
#include "core/schedule/task.h"

#include "core/schedule/obligation.h"
#include "core/schedule/order.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPIRY_KEPT_DAYS 30 /* days for which a decree that has ended stays on the worklist */

struct maker {
    struct qb_facility_schedule *schedule;
    const struct qb_chain_links *links;
    const struct qb_facility_records *records;
    const struct qb_settings *settings;
    qb_date as_of;
    size_t capacity;
};

/* R13: "TYPE/SUBJECT", and "/K" when k is not 0. */
static const char *make_id(struct qb_arena *arena, enum qb_task_type type, const char *subject, int k)
{
    const char *name = qb_task_type_name(type);
    size_t size = strlen(name) + strlen(subject) + 16; /* two slashes, the digits of an int, NUL */
    char *id = qb_arena_alloc(arena, size);
    if (k)
        snprintf(id, size, "%s/%s/%d", name, subject, k);
    else
        snprintf(id, size, "%s/%s", name, subject);
    return id;
}

static void add(struct maker *maker, const struct qb_task *task)
{
    struct qb_facility_schedule *schedule = maker->schedule;
    QB_MEM_GROW(schedule->tasks, schedule->task_count, maker->capacity);
    schedule->tasks[schedule->task_count++] = *task;
}

static void add_for_chain(struct maker *maker, struct qb_chain *chain, struct qb_task task, const char *subject, int k)
{
    task.id = make_id(&maker->schedule->arena, task.type, subject, k);
    task.facility = chain->facility;
    task.decree = chain->id;
    task.chain = chain;
    chain->has_task = true;
    add(maker, &task);
}

static void make_monitoring(struct maker *maker, struct qb_chain *chain)
{
    for (size_t i = 0; i < chain->obligation_count; i++) {
        const struct qb_obligation *obligation = &chain->obligations[i];
        if (qb_obligation_is_task(obligation))
            add_for_chain(maker, chain,
                          (struct qb_task){.type = QB_TASK_MONITORING,
                                           .status = obligation->status,
                                           .obligation = obligation,
                                           .due_by = obligation->due_by},
                          chain->id, obligation->k);
    }
}

static void make_normal_inspections(struct maker *maker, struct qb_chain *chain)
{
    for (size_t i = 0; i < chain->uncounted_count; i++) {
        const struct qb_shipment *shipment = chain->uncounted[i];
        bool inspected = shipment->inspected_on != QB_DATE_NONE && shipment->inspected_on <= maker->as_of;
        if (!inspected)
            add_for_chain(maker, chain,
                          (struct qb_task){.type = QB_TASK_NORMAL_INSPECTION,
                                           .status = QB_STATUS_DUE,
                                           .shipment = shipment,
                                           .due_by = shipment->certificate_issued_on},
                          shipment->id, 0);
    }
}

static void make_decree_expiry(struct maker *maker, struct qb_chain *chain)
{
    if (chain->revoked_on != QB_DATE_NONE && chain->revoked_on <= maker->as_of)
        return;
    int64_t left = (int64_t)chain->last_day - maker->as_of; /* days */
    if (left > maker->settings->monitoring.decree_warning_days || left < -EXPIRY_KEPT_DAYS)
        return;
    add_for_chain(maker, chain,
                  (struct qb_task){.type = QB_TASK_DECREE_EXPIRY,
                                   .status = left < 0 ? QB_STATUS_OVERDUE : QB_STATUS_DUE_SOON,
                                   .due_by = chain->last_day},
                  chain->id, 0);
}

static void make_corrective_action(struct maker *maker, const struct qb_finding *finding, const struct qb_visit *visit)
{
    const struct qb_chain_link *link = qb_chain_find(maker->links, visit->decree);
    bool verified = finding->verified_on != QB_DATE_NONE && finding->verified_on <= maker->as_of;
    bool conducted = visit->conducted_on != QB_DATE_NONE && visit->conducted_on <= maker->as_of;
    if (!link || verified || !conducted)
        return;
    maker->schedule->chains[link->chain].has_task = true;
    struct qb_task task = {.id = make_id(&maker->schedule->arena, QB_TASK_CORRECTIVE_ACTION, finding->id, 0),
                           .type = QB_TASK_CORRECTIVE_ACTION,
                           .status = maker->as_of > finding->due_on ? QB_STATUS_OVERDUE : QB_STATUS_DUE,
                           .facility = visit->facility,
                           .decree = visit->decree,
                           .finding = finding,
                           .visit = visit,
                           .due_by = finding->due_on};
    add(maker, &task);
}

static void make_corrective_actions(struct maker *maker)
{
    const struct qb_facility_records *records = maker->records;
    if (!records->finding_count)
        return;
    struct qb_map visits = {0};
    for (size_t i = 0; i < records->visit_count; i++)
        qb_map_put_string(&visits, records->visits[i]->id, (void *)(uintptr_t)records->visits[i]);
    for (size_t i = 0; i < records->finding_count; i++) {
        const struct qb_visit *visit = qb_map_get_string(&visits, records->findings[i]->visit);
        if (visit)
            make_corrective_action(maker, records->findings[i], visit);
    }
    qb_map_fini(&visits);
}

/* R14: planned visits on the obligations that are tasks, oldest first; what is left over is dropped. */
static void lay_plan(struct qb_chain *chain, struct qb_order_slice visits)
{
    size_t next = 0;
    for (size_t i = 0; i < chain->obligation_count && next < visits.count; i++)
        if (qb_obligation_is_task(&chain->obligations[i]))
            chain->obligations[i].planned = visits.items[next++].record;
}

static void plan(struct maker *maker)
{
    struct qb_order order = {0};
    for (size_t i = 0; i < maker->records->visit_count; i++) {
        const struct qb_visit *visit = maker->records->visits[i];
        const struct qb_chain_link *link = qb_chain_find(maker->links, visit->decree);
        if (link && visit->status == QB_VISIT_PLANNED && visit->type == QB_VISIT_ROUTINE)
            qb_order_add(&order, &(struct qb_order_item){.chain = link->chain,
                                                         .date = visit->planned_on,
                                                         .second = visit->id,
                                                         .decree = link->decree,
                                                         .record = visit});
    }
    qb_order_sort(&order);
    for (size_t i = 0; i < maker->schedule->chain_count; i++)
        lay_plan(&maker->schedule->chains[i], qb_order_next(&order, i));
    qb_order_fini(&order);
}

/* --- questions about tasks --- */

const struct qb_ids *qb_task_officers(const struct qb_task *task)
{
    static const struct qb_ids none = {0};
    if (task->obligation && task->obligation->planned)
        return &task->obligation->planned->officers;
    return task->visit ? &task->visit->officers : &none;
}

/* --- R12 --- */

static int compare_dates(qb_date a, qb_date b)
{
    if (a == b)
        return 0;
    if (a == QB_DATE_NONE || b == QB_DATE_NONE) /* null last */
        return a == QB_DATE_NONE ? 1 : -1;
    return a < b ? -1 : 1;
}

int qb_task_compare(const struct qb_task *a, const struct qb_task *b)
{
    if (a->status != b->status)
        return a->status < b->status ? -1 : 1;
    int order = compare_dates(a->due_by, b->due_by);
    if (!order)
        order = strcmp(a->facility, b->facility);
    if (order)
        return order;
    if (a->type != b->type)
        return a->type < b->type ? -1 : 1;
    return strcmp(a->id, b->id);
}

static int compare_tasks(const void *left, const void *right)
{
    return qb_task_compare(left, right);
}

/* Sorts the tasks and moves them from the heap to the arena. */
static void settle(struct qb_facility_schedule *schedule)
{
    struct qb_task *made = schedule->tasks;
    schedule->tasks = qb_arena_alloc(&schedule->arena, schedule->task_count * sizeof *made);
    if (schedule->task_count) {
        qsort(made, schedule->task_count, sizeof *made, compare_tasks);
        memcpy(schedule->tasks, made, schedule->task_count * sizeof *made);
    }
    free(made);
}

void qb_task_build(struct qb_facility_schedule *schedule, const struct qb_chain_links *links,
                   const struct qb_facility_records *records, const struct qb_settings *settings, qb_date as_of)
{
    struct maker maker = {
        .schedule = schedule, .links = links, .records = records, .settings = settings, .as_of = as_of};
    plan(&maker);
    for (size_t i = 0; i < schedule->chain_count; i++) {
        make_monitoring(&maker, &schedule->chains[i]);
        make_normal_inspections(&maker, &schedule->chains[i]);
        make_decree_expiry(&maker, &schedule->chains[i]);
    }
    make_corrective_actions(&maker);
    settle(schedule);
}
