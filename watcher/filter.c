/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Filters: what was asked for is understood and checked first, then one walk keeps the tasks that match. */
#include "watcher/filter.h"

#include <stdlib.h>
#include <string.h>

#define MOST_NAMED 30 /* ids in a message */

struct wanted {
    const struct qb_filter *filter;
    bool statuses[QB_STATUSES];
    qb_date until;
};

/* --- understanding --- */

static int by_text(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* "OFF-0001, OFF-0002, ...": the ids of all records of a kind, the first of many. */
static void add_ids(struct qb_buf *out, const struct qb_store *store, uint8_t kind)
{
    const struct qb_name *name;
    const char **ids = qb_mem_array(store->name_count + 1, sizeof *ids);
    size_t count = 0;
    for (size_t at = 0; (name = qb_store_next_name(store, &at));) {
        if (qb_store_in_force(name, kind))
            ids[count++] = name->id;
    }
    if (count)
        qsort(ids, count, sizeof *ids, by_text);
    for (size_t i = 0; i < count && i < MOST_NAMED; i++)
        qb_buf_addf(out, "%s%s", i ? ", " : "", ids[i]);
    if (count > MOST_NAMED)
        qb_buf_add_string(out, ", ...");
    free(ids);
}

static bool know_record(const struct qb_office *office, const char *option, enum qb_role role, const char *id)
{
    const struct qb_folder *folder = office->folder;
    const struct qb_kind *kind = qb_kinds_of_role(folder->kinds, role);
    const struct qb_name *name = id ? qb_store_find_name(&folder->store, id) : NULL;
    if (!id || (name && qb_store_in_force(name, kind->index)))
        return true;
    struct qb_buf known = {0};
    add_ids(&known, &folder->store, kind->index);
    qb_say(office->invocation, "filter.unknown-value",
           (struct qb_text_arg[]){{"option", option}, {"found", id}, {"known", qb_buf_text(&known)}}, 3);
    qb_buf_fini(&known);
    return false;
}

static bool know_status(const struct qb_office *office, struct wanted *wanted, const char *name, size_t length)
{
    struct qb_buf known = {0};
    bool found = false;
    for (int i = 0; i <= QB_STATUS_OPEN; i++) { /* those that tasks have */
        const char *status = qb_status_name((enum qb_status)i);
        bool is = strlen(status) == length && !memcmp(status, name, length);
        wanted->statuses[i] |= is;
        found |= is;
        qb_buf_addf(&known, "%s%s", i ? ", " : "", status);
    }
    if (!found) {
        char *word = qb_mem_copy(name, length);
        qb_say(office->invocation, "filter.unknown-value",
               (struct qb_text_arg[]){{"option", "--status"}, {"found", word}, {"known", qb_buf_text(&known)}}, 3);
        free(word);
    }
    qb_buf_fini(&known);
    return found;
}

static bool know_statuses(const struct qb_office *office, struct wanted *wanted)
{
    const char *at = wanted->filter->status;
    bool more = at != NULL;
    while (more) {
        size_t length = strcspn(at, ",");
        if (!know_status(office, wanted, at, length))
            return false;
        more = at[length] == ',';
        at += length + 1;
    }
    return true;
}

static bool understand(const struct qb_office *office, struct wanted *wanted)
{
    const struct qb_filter *filter = wanted->filter;
    return know_record(office, "--officer", QB_ROLE_OFFICER, filter->officer) &&
           know_record(office, "--facility", QB_ROLE_FACILITY, filter->facility) && know_statuses(office, wanted) &&
           (!filter->until || qb_date_option(office->invocation, "--until", filter->until, &wanted->until));
}

/* --- cutting --- */

static bool is_officers(const struct qb_task *task, const char *officer)
{
    const struct qb_ids *officers = qb_task_officers(task);
    for (size_t i = 0; i < officers->count; i++)
        if (!strcmp(officers->items[i], officer))
            return true;
    return false;
}

/* The day to think of it: when it is due, else when it is planned, else when it is expected. */
static qb_date day_of(const struct qb_task *task)
{
    if (task->due_by != QB_DATE_NONE || !task->obligation)
        return task->due_by;
    return task->obligation->planned ? task->obligation->planned->planned_on : task->obligation->expected_on;
}

static bool matches(const struct wanted *wanted, const struct qb_task *task)
{
    const struct qb_filter *filter = wanted->filter;
    qb_date day = day_of(task);
    return (!filter->officer || is_officers(task, filter->officer)) &&
           (!filter->facility || !strcmp(task->facility, filter->facility)) &&
           (!filter->status || wanted->statuses[task->status]) &&
           (!filter->until || (day != QB_DATE_NONE && day <= wanted->until));
}

static void cut_tasks(const struct wanted *wanted, struct qb_arena *arena, struct qb_output_view *view)
{
    const struct qb_task **kept = qb_arena_alloc(arena, (view->task_count + 1) * sizeof *kept);
    size_t count = 0;
    for (size_t i = 0; i < view->task_count; i++)
        if (matches(wanted, view->tasks[i]))
            kept[count++] = view->tasks[i];
    view->tasks = kept;
    view->task_count = count;
}

static bool has_task(const struct qb_output_view *view, const char *facility)
{
    for (size_t i = 0; i < view->task_count; i++)
        if (!strcmp(view->tasks[i]->facility, facility))
            return true;
    return false;
}

static void cut_facilities(const struct qb_filter *filter, struct qb_arena *arena, struct qb_output_view *view)
{
    const struct qb_facility_schedule **kept = qb_arena_alloc(arena, (view->facility_count + 1) * sizeof *kept);
    bool by_task = filter->officer || filter->status || filter->until;
    size_t count = 0;
    for (size_t i = 0; i < view->facility_count; i++) {
        const char *facility = view->facilities[i]->facility;
        if (by_task ? has_task(view, facility) : !strcmp(facility, filter->facility))
            kept[count++] = view->facilities[i];
    }
    view->facilities = kept;
    view->facility_count = count;
}

bool qb_filter_view(const struct qb_filter *filter, const struct qb_office *office, struct qb_arena *arena,
                    struct qb_output_view *view)
{
    struct wanted wanted = {.filter = filter, .until = QB_DATE_NONE};
    if (!filter->officer && !filter->facility && !filter->status && !filter->until)
        return true;
    if (!understand(office, &wanted))
        return false;
    cut_tasks(&wanted, arena, view);
    cut_facilities(filter, arena, view);
    return true;
}
