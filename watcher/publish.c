/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From records to what people open: recomputes the facilities that are concerned, gathers all problems, and writes the
 * outputs and notes whose bytes differ. What nobody wants any more (a facility without a decree, a mended record's
 * note, an output that is turned off) is removed.
 */
#include "watcher/folder.h"

#include "core/base/batch.h"
#include "watcher/hold.h"
#include "watcher/notes.h"
#include "watcher/putback.h"
#include "watcher/render.h"

#include <stdlib.h>
#include <string.h>

/* Facilities up to which what writers have made is kept in memory: about 20 kB each. */
#define MOST_KEPT 500

/* --- schedule --- */

static void mark_all(struct qb_folder *folder)
{
    struct qb_map_item *item;
    struct qb_entry *entry = NULL;
    for (size_t at = 0; (entry = qb_store_next(&folder->store, &at, entry));) {
        if (entry->in_force && entry->in_force->role == QB_ROLE_DECREE && entry->in_force->as.decree.facility)
            qb_folder_mark_facility(folder, entry->in_force->as.decree.facility);
    }
    for (size_t at = 0; (item = qb_map_next(&folder->facilities, &at));)
        ((struct qb_facility_state *)item->value)->dirty = true;
}

static const struct {
    enum qb_problem_code code;
    const char *property;
    const char *message_id;
} warnings[] = {
    [QB_WARNING_EXTENSION_BROKEN] = {QB_PROBLEM_EXTENSION_BROKEN, "/extends", "problem.extension-broken"},
    [QB_WARNING_DECREE_OVERLAP] = {QB_PROBLEM_DECREE_OVERLAP, "/valid_from", "problem.decree-overlap"},
};

static int warn(struct qb_folder *folder, struct qb_facility_state *state, const struct qb_schedule_warning *warning,
                struct qb_err *err)
{
    const struct qb_kind *kind = qb_kinds_of_role(folder->kinds, QB_ROLE_DECREE);
    const struct qb_entry *entry = qb_store_holder(qb_store_find_name(&folder->store, warning->decree), kind->index);
    if (!entry)
        return QB_OK;
    struct qb_cross_hit hit = {
        .code = warnings[warning->code].code,
        .property = warnings[warning->code].property,
        .message_id = warnings[warning->code].message_id,
        .args = {{"found", warning->decree}, {"other", warning->other}},
        .arg_count = 2,
    };
    return qb_link_add(&folder->link, entry, &hit, &state->problems, err);
}

static const char *title(const void *context, const char *kind, const char *id)
{
    const struct qb_folder *folder = context;
    const struct qb_kind *known = qb_kinds_find(folder->kinds, kind);
    const struct qb_name *name = qb_store_find_name(&folder->store, id);
    const struct qb_version *version = known && name ? qb_store_in_force(name, known->index) : NULL;
    return version && version->title ? version->title : id;
}

static bool reports_wanted(const struct qb_folder *folder)
{
    bool wanted = false;
    for (size_t i = 0; i < qb_output_count; i++)
        wanted |= qb_outputs[i].scope == QB_OUTPUT_MONTH && qb_settings_output(&folder->settings, qb_outputs[i].name);
    return wanted;
}

static void count_figures(struct qb_folder *folder, struct qb_facility_state *state,
                          const struct qb_facility_records *records)
{
    const char *words = title(folder, "facility", state->name->id);
    struct qb_facility_figures *before = state->figures;
    bool wanted = state->schedule && reports_wanted(folder);
    state->figures = wanted ? qb_figures_of(state->schedule, records, folder->as_of) : NULL;
    qb_months_replace(&folder->months, before, state->figures, words != state->title);
    state->title = words;
    qb_figures_free(before);
}

static int compute(struct qb_folder *folder, struct qb_facility_state *state, struct qb_err *err)
{
    struct qb_arena arena;
    int result = QB_OK;
    qb_arena_init(&arena);
    qb_schedule_free(state->schedule);
    state->schedule = NULL;
    qb_problems_clear(&state->problems);
    struct qb_facility_records records = qb_store_facility(state->name, &arena);
    if (records.decree_count) {
        state->schedule = qb_schedule_facility(&records, &folder->settings, folder->as_of);
        for (size_t i = 0; i < state->schedule->warning_count && result == QB_OK; i++)
            result = warn(folder, state, &state->schedule->warnings[i], err);
    }
    if (folder->options.writes)
        count_figures(folder, state, &records);
    qb_arena_fini(&arena);
    return result;
}

void qb_folder_count(struct qb_folder *folder)
{
    struct qb_map_item *item;
    for (size_t at = 0; (item = qb_map_next(&folder->facilities, &at));) {
        struct qb_facility_state *state = item->value;
        struct qb_arena arena;
        qb_arena_init(&arena);
        struct qb_facility_records records = qb_store_facility(state->name, &arena);
        count_figures(folder, state, &records);
        qb_arena_fini(&arena);
    }
}

/* --- problems --- */

/* The version in force. Without a history its id was not taken when it was read (watcher/look). */
static struct qb_oid used_by(struct qb_folder *folder, const struct qb_entry *entry)
{
    struct qb_oid oid = qb_folder_oid(&entry->used);
    struct qb_buf text = {0};
    if (qb_oid_is_zero(&oid) && folder->link.load(folder->link.context, entry, &text, NULL) == QB_OK)
        qb_oid_of_blob_plain(qb_buf_text(&text), text.length, &oid);
    qb_buf_fini(&text);
    return oid;
}

static void add_problems(struct qb_folder *folder, const struct qb_problems *from, const struct qb_entry *entry)
{
    char used[QB_OID_TEXT];
    for (size_t i = 0; from && i < from->count; i++) {
        struct qb_problem problem = from->items[i];
        if (entry && entry->in_force) {
            struct qb_oid oid = used_by(folder, entry);
            problem.used = qb_oid_format(&oid, used);
        }
        qb_problems_add(&folder->problems, &problem);
    }
}

static void gather_entries(struct qb_folder *folder)
{
    struct qb_entries *list = &folder->link.troubled;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        struct qb_entry *entry = list->items[i];
        entry->troubled = entry->own || entry->linked;
        if (!entry->troubled)
            continue;
        list->items[kept++] = entry;
        add_problems(folder, entry->own, entry);
        add_problems(folder, entry->linked, entry);
    }
    list->count = kept;
}

static void gather_files(struct qb_folder *folder)
{
    struct qb_list *list = &folder->odd;
    size_t kept = 0;
    char used[QB_OID_TEXT];
    for (size_t i = 0; i < list->count; i++) {
        struct qb_tracked *file = list->items[i];
        file->odd = file->problems != NULL;
        if (!file->odd)
            continue;
        list->items[kept++] = file;
        for (size_t j = 0; j < file->problems->count; j++) {
            struct qb_problem problem = file->problems->items[j];
            const struct qb_oid *base = file->excepted ? &file->exception : NULL;
            if (base && !qb_oid_equal(base, &qb_oid_empty_blob))
                problem.used = qb_oid_format(base, used);
            qb_problems_add(&folder->problems, &problem);
        }
    }
    list->count = kept;
}

static void gather_problems(struct qb_folder *folder)
{
    struct qb_map_item *item;
    qb_problems_clear(&folder->problems);
    gather_entries(folder);
    gather_files(folder);
    add_problems(folder, &folder->kind_problems, NULL);
    add_problems(folder, &folder->name_problems, NULL);
    qb_put_back_problems(folder, &folder->problems);
    const struct qb_kind *decree = qb_kinds_of_role(folder->kinds, QB_ROLE_DECREE);
    for (size_t at = 0; (item = qb_map_next(&folder->facilities, &at));) {
        const struct qb_facility_state *state = item->value;
        for (size_t i = 0; i < state->problems.count; i++) {
            const struct qb_name *name = qb_store_find_name(&folder->store, state->problems.items[i].record);
            struct qb_problems one = {.items = &state->problems.items[i], .count = 1};
            add_problems(folder, &one, name ? qb_store_holder(name, decree->index) : NULL);
        }
    }
    qb_problems_sort(&folder->problems);
}

/* --- the view --- */

static const char *company(const void *context, const char *facility)
{
    const struct qb_folder *folder = context;
    const struct qb_kind *kind = qb_kinds_of_role(folder->kinds, QB_ROLE_FACILITY);
    const struct qb_name *name = qb_store_find_name(&folder->store, facility);
    const struct qb_version *version = name ? qb_store_in_force(name, kind->index) : NULL;
    return version && version->as.facility.company ? title(context, "company", version->as.facility.company) : "";
}

static struct qb_facility_records records(const void *context, const char *facility, struct qb_arena *arena)
{
    const struct qb_folder *folder = context;
    const struct qb_name *name = qb_store_find_name(&folder->store, facility);
    return name ? qb_store_facility(name, arena) : (struct qb_facility_records){.facility = facility};
}

static int by_facility(const void *a, const void *b)
{
    const struct qb_facility_schedule *const *x = a;
    const struct qb_facility_schedule *const *y = b;
    return strcmp((*x)->facility, (*y)->facility);
}

/* The figures of the facilities in the list, in its order. */
static void view_figures(const struct qb_folder *folder, struct qb_arena *arena, struct qb_output_view *view)
{
    const struct qb_facility_figures **list = qb_arena_alloc(arena, (view->facility_count + 1) * sizeof *list);
    for (size_t i = 0; i < view->facility_count; i++) {
        const struct qb_facility_state *state = qb_map_get_string(&folder->facilities, view->facilities[i]->facility);
        if (state->figures)
            list[view->figures_count++] = state->figures;
    }
    view->figures = list;
}

void qb_folder_view(struct qb_folder *folder, enum qb_language language, struct qb_arena *arena,
                    struct qb_output_view *view)
{
    struct qb_map_item *item;
    struct qb_facility_schedule **list = qb_arena_alloc(arena, (folder->facilities.live + 1) * sizeof *list);
    size_t count = 0;
    for (size_t at = 0; (item = qb_map_next(&folder->facilities, &at));) {
        struct qb_facility_state *state = item->value;
        if (state->schedule)
            list[count++] = state->schedule;
    }
    qsort(list, count, sizeof *list, by_facility);
    size_t tasks;
    const struct qb_task **sorted = qb_schedule_tasks(list, count, &tasks);
    const struct qb_task **kept = qb_arena_alloc(arena, (tasks + 1) * sizeof *kept);
    if (tasks)
        memcpy(kept, sorted, tasks * sizeof *kept);
    free(sorted);
    *view = (struct qb_output_view){
        .settings = &folder->settings,
        .language = language,
        .as_of = folder->as_of,
        .facilities = (const struct qb_facility_schedule *const *)list,
        .facility_count = count,
        .tasks = kept,
        .task_count = tasks,
        .problems = &folder->problems,
        .title = title,
        .company = company,
        .records = records,
        .context = folder,
    };
    view_figures(folder, arena, view);
}

/* --- files --- */

/* An output on its way to the disk. */
struct written {
    struct qb_tracked *file;
    struct qb_oid oid;
};

/* An output that cannot be written stops neither the others nor history. */
static void take_written(void *context, void *item, bool changed, const struct qb_file_stat *st,
                         const struct qb_err *why)
{
    struct qb_pass *pass = context;
    struct written *written = item;
    if (why) {
        qb_pass_trouble(pass, why);
    } else {
        pass->result->written += changed;
        written->file->stat = *st;
        written->file->present = true;
        written->file->notice = false;
        written->file->blob = written->oid;
        qb_folder_changed(pass->folder, written->file);
    }
    free(written);
}

/* Whether somebody keeps changing the file: then what is there goes into history, and stays for a while. */
static bool left_alone(struct qb_pass *pass, struct qb_tracked *file, bool changed)
{
    if ((!changed && !qb_put_back_contested(pass->folder, file)) || qb_put_back_may(pass, file))
        return false;
    qb_folder_changed(pass->folder, file);
    return true;
}

/* Writes the bytes unless the file is known to hold them. */
static void put(struct qb_pass *pass, struct qb_tracked *file, const struct qb_buf *bytes, const struct qb_oid *oid)
{
    struct qb_folder *folder = pass->folder;
    if (file->present && qb_oid_equal(oid, &file->blob)) {
        qb_put_back_over(folder, file);
        qb_folder_changed(folder, file);
        return;
    }
    bool changed = !qb_oid_is_zero(&file->committed) && !qb_oid_equal(&file->blob, &file->committed);
    changed = changed && !file->notice && !qb_hold_told(folder, file);
    if (left_alone(pass, file, changed))
        return;
    if (file->present && changed) {
        file->edited = file->blob;
        qb_folder_log(folder, "log.generated-put-back", (struct qb_text_arg[]){{"path", file->path}}, 1);
    }
    struct written *written = qb_mem_alloc(sizeof *written);
    *written = (struct written){.file = file, .oid = *oid};
    qb_file_batch_add(pass->batch, file->path, qb_buf_text(bytes), bytes->length, written);
}

static int place(struct qb_pass *pass, const char *path, const struct qb_buf *bytes, struct qb_err *err)
{
    struct qb_tracked *file = qb_folder_track(pass->folder, path);
    struct qb_history *history = pass->folder->history;
    struct qb_oid oid;
    bool sound = qb_oid_of_blob(qb_buf_text(bytes), bytes->length, &oid);
    int result = QB_OK;
    file->wanted = true;
    if (!qb_oid_equal(&oid, &file->committed))
        result = (sound ? qb_history_add_known(history, qb_buf_text(bytes), bytes->length, &oid, err)
                        : qb_history_add(history, qb_buf_text(bytes), bytes->length, &oid, err));
    if (result == QB_OK)
        put(pass, file, bytes, &oid);
    return result;
}

static void clear_away(struct qb_pass *pass, struct qb_tracked *file)
{
    struct qb_err why = {0};
    file->wanted = false;
    if (!file->present) {
        qb_put_back_over(pass->folder, file);
        return;
    }
    if (left_alone(pass, file, !qb_oid_equal(&file->blob, &file->committed)))
        return;
    if (qb_file_remove(pass->folder->dir, file->path, &why) < 0) {
        qb_pass_trouble(pass, &why);
        return;
    }
    file->present = false;
    file->blob = (struct qb_oid){0};
    pass->result->written++;
    qb_folder_changed(pass->folder, file);
}

static void clear_path(struct qb_pass *pass, const char *path)
{
    struct qb_tracked *file = qb_folder_find(pass->folder, path);
    if (file)
        clear_away(pass, file);
}

/* What is there stays; the next pass tries again. */
static int cannot_make(struct qb_pass *pass, const char *path)
{
    struct qb_err why = {0};
    qb_err_set(&why, QB_ELIMIT, path, "cannot be made: no room for temporary files");
    qb_pass_trouble(pass, &why);
    qb_folder_track(pass->folder, path)->wanted = true;
    return QB_OK;
}

/* Takes a file that a writer has made. */
static int take(void *context, const struct qb_output *output, const char *path, const struct qb_buf *bytes,
                struct qb_err *err)
{
    struct qb_pass *pass = context;
    int result = bytes->length ? place(pass, path, bytes, err) : cannot_make(pass, path);
    if (output->scope == QB_OUTPUT_OFFICER)
        qb_list_add(&pass->folder->personal, qb_folder_find(pass->folder, path));
    return result;
}

static int write_facilities(struct qb_pass *pass, const struct qb_output *output, const struct qb_output_view *view,
                            struct qb_err *err)
{
    struct qb_folder *folder = pass->folder;
    struct qb_map_item *item;
    struct qb_buf bytes = {0};
    int result = QB_OK;
    for (size_t at = 0; result == QB_OK && (item = qb_map_next(&folder->facilities, &at));) {
        const struct qb_facility_state *state = item->value;
        if (!state->dirty && !folder->retitled && !pass->verify)
            continue;
        char *path = qb_output_path(output, state->name->id);
        if (state->schedule) {
            qb_buf_clear(&bytes);
            output->write(&bytes, view, state->schedule);
            result = take(pass, output, path, &bytes, err);
        } else {
            clear_path(pass, path);
        }
        free(path);
    }
    qb_buf_fini(&bytes);
    return result;
}

/* The files of a month that nothing is left of. */
static void clear_months(struct qb_pass *pass, const struct qb_month_list *gone)
{
    char month[QB_DATE_SIZE];
    for (size_t i = 0; i < qb_output_count; i++) {
        for (size_t k = 0; qb_outputs[i].scope == QB_OUTPUT_MONTH && k < gone->count; k++) {
            qb_date_format(gone->items[k], month)[7] = '\0';
            char *path = qb_output_path(&qb_outputs[i], month);
            clear_path(pass, path);
            free(path);
        }
    }
}

/* Files of officers that were asked for in the last pass: not any more, until they are again. */
static void collect_personal(struct qb_folder *folder, struct qb_list *before)
{
    *before = folder->personal;
    folder->personal = (struct qb_list){0};
    for (size_t i = 0; i < before->count; i++)
        before->items[i]->wanted = false;
}

/* Removes what is no longer asked for. */
static void clear_list(struct qb_pass *pass, const struct qb_list *before)
{
    for (size_t i = 0; i < before->count; i++)
        if (!before->items[i]->wanted)
            clear_away(pass, before->items[i]);
}

/* --- notes --- */

static int place_note(void *context, const char *path, const struct qb_buf *bytes, struct qb_err *err)
{
    return place(context, path, bytes, err);
}

/* Every output and note is asked for anew; those that nobody asked for go. */
static void clear_unwanted(struct qb_pass *pass)
{
    struct qb_map_item *item;
    for (size_t at = 0; (item = qb_map_next(&pass->folder->files, &at));) {
        struct qb_tracked *file = item->value;
        bool ours = file->class == QB_FILE_NOTE || file->class == QB_FILE_OUTPUT;
        if (ours && !file->wanted)
            clear_away(pass, file);
    }
}

/* Other words for the same records: what was made with the old ones is not used again. */
static void forget_pieces(struct qb_folder *folder)
{
    struct qb_map_item *item;
    for (size_t at = 0; (item = qb_map_next(&folder->facilities, &at));) {
        const struct qb_facility_state *state = item->value;
        if (state->schedule)
            qb_schedule_forget(state->schedule);
    }
}

static void want_none(struct qb_folder *folder)
{
    struct qb_map_item *item;
    for (size_t at = 0; (item = qb_map_next(&folder->files, &at));)
        ((struct qb_tracked *)item->value)->wanted = false;
}

static int write_all(struct qb_pass *pass, struct qb_err *err)
{
    struct qb_folder *folder = pass->folder;
    struct qb_output_view view;
    struct qb_month_list due;
    struct qb_month_list gone;
    struct qb_arena arena;
    int result = QB_OK;
    qb_arena_init(&arena);
    qb_folder_view(folder, folder->settings.language, &arena, &view);
    view.keeps = view.facility_count <= MOST_KEPT;
    pass->batch = qb_file_batch_new(folder->dir, take_written, pass);
    qb_months_due(&folder->months, pass->verify || folder->retitled, &arena, &due, &gone);
    view.months = due.items;
    view.month_count = due.count;
    if (pass->verify)
        want_none(folder);
    if (folder->retitled)
        forget_pieces(folder);
    struct qb_rendering *slow = qb_render_begin(&view);
    for (size_t i = 0; i < qb_output_count && result == QB_OK; i++) {
        const struct qb_output *output = &qb_outputs[i];
        qb_folder_progress(folder, QB_PROGRESS_WRITING, i, qb_output_count);
        if (output->slow || !qb_settings_output(&folder->settings, output->name))
            continue;
        result = output->scope == QB_OUTPUT_FACILITY ? write_facilities(pass, output, &view, err)
                                                     : qb_render(&view, output, take, pass, err);
    }
    int late = qb_render_end(slow, result == QB_OK ? take : NULL, pass, err);
    result = result == QB_OK ? late : result;
    if (result == QB_OK)
        clear_months(pass, &gone);
    if (result == QB_OK && folder->settings.problem_notes)
        result = qb_notes_each(folder, place_note, pass, err);
    qb_file_batch_flush(pass->batch);
    qb_file_batch_free(pass->batch);
    pass->batch = NULL;
    if (result == QB_OK && pass->verify)
        clear_unwanted(pass);
    qb_arena_fini(&arena);
    return result;
}

/* The notes of the last pass, no longer asked for until they are again. */
static void collect_notes(struct qb_folder *folder, struct qb_list *notes)
{
    struct qb_buf path = {0};
    for (size_t i = 0; i < folder->problems.count; i++) {
        const struct qb_problem *problem = &folder->problems.items[i];
        if (strncmp(problem->path, "records/", 8) || strlen(problem->path) < 14)
            continue;
        qb_notes_path(&path, problem->path);
        struct qb_tracked *file = qb_folder_find(folder, qb_buf_text(&path));
        if (file && file->wanted) {
            file->wanted = false;
            qb_list_add(notes, file);
        }
    }
    qb_buf_fini(&path);
}

int qb_publish(struct qb_pass *pass, struct qb_err *err)
{
    struct qb_folder *folder = pass->folder;
    struct qb_list notes = {0};
    struct qb_list personal = {0};
    struct qb_map_item *item;
    int result = QB_OK;
    qb_folder_progress(folder, QB_PROGRESS_COMPUTING, 0, 0);
    if (folder->as_of != pass->request->as_of || pass->whole)
        mark_all(folder);
    bool other_day = folder->as_of != pass->request->as_of;
    if (other_day)
        qb_months_touch(&folder->months, folder->as_of);
    folder->as_of = pass->request->as_of;
    for (size_t at = 0; result == QB_OK && (item = qb_map_next(&folder->facilities, &at));) {
        struct qb_facility_state *state = item->value;
        if (state->dirty)
            result = compute(folder, state, err);
    }
    if (other_day)
        qb_months_touch(&folder->months, folder->as_of);
    collect_notes(folder, &notes);
    if (result == QB_OK) {
        gather_problems(folder);
        if (folder->options.writes) {
            collect_personal(folder, &personal);
            result = write_all(pass, err);
        }
    }
    if (result == QB_OK && folder->options.writes) {
        qb_months_settle(&folder->months);
        clear_list(pass, &notes);
        clear_list(pass, &personal);
    }
    if (result == QB_OK && folder->options.writes && qb_put_back_settle(pass)) {
        gather_problems(folder); /* which are others now */
        result = write_all(pass, err);
    }
    for (size_t at = 0; result == QB_OK && (item = qb_map_next(&folder->facilities, &at));)
        ((struct qb_facility_state *)item->value)->dirty = false;
    folder->retitled = folder->retitled && result < 0;
    free(notes.items);
    free(personal.items);
    return result;
}
