/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opens a folder: finds its settings (or, when they cannot be used, the last good ones in history), its kinds, its
 * state directory and what history holds. Reading the records is the first pass's work.
 */
#include "watcher/folder.h"

#include "core/base/limits.h"
#include "core/history/anchors.h"
#include "schema/settings.h"
#include "watcher/cache.h"
#include "watcher/copies.h"
#include "watcher/keys.h"
#include "watcher/hold.h"
#include "watcher/names.h"
#include "watcher/putback.h"
#include "watcher/reason.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SETTINGS "qbis.yaml"

_Static_assert(sizeof(struct qb_oid) == sizeof(struct qb_blob_id), "two names for one thing");

struct qb_oid qb_folder_oid(const struct qb_blob_id *id)
{
    struct qb_oid oid;
    memcpy(oid.raw, id->raw, sizeof oid.raw);
    return oid;
}

struct qb_blob_id qb_folder_blob(const struct qb_oid *oid)
{
    struct qb_blob_id id;
    memcpy(id.raw, oid->raw, sizeof id.raw);
    return id;
}

void qb_folder_log(const struct qb_folder *folder, const char *message_id, const struct qb_text_arg *args, size_t count)
{
    if (folder->options.log)
        folder->options.log(folder->options.context, message_id, args, count);
}

void qb_folder_progress(const struct qb_folder *folder, enum qb_progress_stage stage, size_t done, size_t total)
{
    if (folder->options.progress)
        folder->options.progress(folder->options.context, stage, done, total);
}

void qb_result_fini(struct qb_result *result)
{
    qb_buf_fini(&result->unrest);
    qb_held_fini(&result->hold);
    *result = (struct qb_result){0};
}

/* --- tracked files --- */

void qb_list_add(struct qb_list *list, struct qb_tracked *file)
{
    QB_MEM_GROW(list->items, list->count, list->capacity);
    list->items[list->count++] = file;
}

void qb_folder_changed(struct qb_folder *folder, struct qb_tracked *file)
{
    bool same = qb_oid_equal(&file->blob, &file->committed) && qb_oid_is_zero(&file->edited);
    if (file->changed || (same && !file->put_back))
        return;
    file->changed = true;
    qb_list_add(&folder->changed, file);
}

struct qb_tracked *qb_folder_find(const struct qb_folder *folder, const char *path)
{
    return qb_map_get_string(&folder->files, path);
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text);
    size_t size = strlen(end);
    return length > size && !strcmp(text + length - size, end);
}

/* Whether a writer makes this path: its own, or for one facility "BEFORE" ID "AFTER". */
static bool is_output(const char *path)
{
    for (size_t i = 0; i < qb_output_count; i++) {
        const char *pattern = qb_outputs[i].path;
        const char *hole = strstr(pattern, "%s");
        if (!hole) {
            if (!strcmp(path, pattern))
                return true;
            continue;
        }
        size_t before = (size_t)(hole - pattern);
        if (!strncmp(path, pattern, before) && ends_with(path + before, hole + 2) && !strchr(path + before, '/'))
            return true;
    }
    return false;
}

static enum qb_file_class classify(const struct qb_folder *folder, const char *path)
{
    if (!strcmp(path, SETTINGS))
        return QB_FILE_SETTINGS;
    if (!strncmp(path, "kinds/", 6) && !strchr(path + 6, '/') && ends_with(path, ".yaml"))
        return QB_FILE_KIND;
    if (!strncmp(path, "records/", 8)) {
        if (ends_with(path, ".problem.txt"))
            return QB_FILE_NOTE;
        if (!ends_with(path, ".json"))
            return QB_FILE_OTHER;
        return qb_kinds_of_path(folder->kinds, path) ? QB_FILE_RECORD : QB_FILE_STRAY;
    }
    return !strcmp(path, QB_ANCHORS_PATH) ? QB_FILE_ANCHORS : is_output(path) ? QB_FILE_OUTPUT : QB_FILE_OTHER;
}

void qb_folder_classify(const struct qb_folder *folder, struct qb_tracked *file)
{
    file->class = classify(folder, file->path);
}

struct qb_tracked *qb_folder_track(struct qb_folder *folder, const char *path)
{
    struct qb_tracked *file = qb_folder_find(folder, path);
    if (file)
        return file;
    file = qb_mem_alloc(sizeof *file);
    file->path = qb_pool_string(&folder->paths, path);
    file->class = folder->kinds ? classify(folder, path) : QB_FILE_OTHER;
    qb_map_put_string(&folder->files, file->path, file);
    return file;
}

/* --- settings and kinds: what stays in force when a text cannot be used --- */

void qb_folder_set_problems(struct qb_folder *folder, struct qb_tracked *file, struct qb_problems *problems)
{
    if (file->problems) {
        qb_problems_fini(file->problems);
        free(file->problems);
        file->problems = NULL;
    }
    if (!problems->count) {
        qb_problems_fini(problems);
        return;
    }
    file->problems = qb_mem_alloc(sizeof *file->problems);
    *file->problems = *problems;
    *problems = (struct qb_problems){0};
    if (!file->odd) {
        file->odd = true;
        qb_list_add(&folder->odd, file);
    }
}

/* The last good version of the file in history. False when there is none. */
static bool last_good(struct qb_folder *folder, const struct qb_tracked *file, struct qb_buf *text)
{
    const struct qb_oid *oid = file->excepted ? &file->exception : &file->committed;
    return folder->history && !qb_oid_is_zero(oid) && !qb_oid_equal(oid, &qb_oid_empty_blob) &&
           qb_history_read(folder->history, oid, text, NULL) == QB_OK;
}

/* The file's text is good: no exception. It is not: the last good version becomes one. */
static void note_validity(struct qb_tracked *file, bool good)
{
    if (good) {
        file->excepted = false;
    } else if (!file->excepted) {
        file->exception = qb_oid_is_zero(&file->committed) ? qb_oid_empty_blob : file->committed;
        file->excepted = true;
    }
}

/* Reads a configuration file. What cannot be read (too large, no permission, a link) is a text that cannot be used: a
 * problem, and *usable false. Gone or in the middle of a change: QB_EABSENT, QB_ECHANGED. */
static int read_config(struct qb_folder *folder, struct qb_tracked *file, enum qb_problem_code code,
                       struct qb_buf *text, struct qb_problems *problems, bool *usable)
{
    struct qb_err why = {0};
    int result = qb_file_read(folder->dir, file->path, QB_MAX_SETTINGS, text, NULL, &why);
    *usable = result == QB_OK && qb_oid_of_blob(qb_buf_text(text), text->length, &file->blob);
    if (result == QB_EABSENT || result == QB_ECHANGED || *usable)
        return result;
    struct qb_problem problem = {.code = code,
                                 .path = file->path,
                                 .pointer = "",
                                 .line = 1,
                                 .column = 1,
                                 .message_id = "problem.config-unreadable",
                                 .args = {{"reason", why.message}},
                                 .arg_count = 1};
    qb_problems_add(problems, &problem);
    return QB_OK;
}

/* --- settings --- */

static bool take_settings(struct qb_folder *folder, const struct qb_buf *text, struct qb_problems *problems)
{
    struct qb_settings fresh;
    qb_settings_init(&fresh);
    if (!qb_settings_read(&fresh, SETTINGS, qb_buf_text(text), text->length, problems)) {
        qb_settings_fini(&fresh);
        return false;
    }
    qb_settings_fini(&folder->settings);
    folder->settings = fresh;
    return true;
}

static int load_settings(struct qb_folder *folder, struct qb_err *err)
{
    struct qb_tracked *file = qb_folder_track(folder, SETTINGS);
    struct qb_problems problems = {0};
    struct qb_problems ignored = {0};
    struct qb_buf text = {0};
    bool usable;
    bool loaded = folder->settings.office[0]; /* some are in force already */
    int result = read_config(folder, file, QB_PROBLEM_SETTINGS, &text, &problems, &usable);
    if (result == QB_OK) {
        bool good = usable && take_settings(folder, &text, &problems);
        note_validity(file, good);
        loaded = loaded || good || (last_good(folder, file, &text) && take_settings(folder, &text, &ignored));
        qb_folder_set_problems(folder, file, &problems);
    }
    result = loaded ? QB_OK : qb_err_set(err, QB_EINPUT, SETTINGS, "the settings cannot be used");
    qb_problems_fini(&problems);
    qb_problems_fini(&ignored);
    qb_buf_fini(&text);
    return result;
}

/* --- kinds --- */

struct kind_list {
    struct qb_folder *folder;
    char **paths;
    size_t count;
    size_t capacity;
};

/* A placeholder of a kind: the kind is as history has it. */
static bool list_absent(struct kind_list *list, const char *path)
{
    struct qb_buf stands_for = {0};
    struct qb_file_stat st;
    bool kind = qb_ignore_placeholder(path, &stands_for) && ends_with(qb_buf_text(&stands_for), ".yaml") &&
                qb_file_stat(list->folder->dir, qb_buf_text(&stands_for), &st, NULL) == QB_EABSENT;
    if (kind) {
        QB_MEM_GROW(list->paths, list->count, list->capacity);
        list->paths[list->count++] = qb_mem_string(qb_buf_text(&stands_for));
    }
    qb_buf_fini(&stands_for);
    return kind;
}

static int list_kind(void *context, const char *path, const struct qb_file_stat *st, struct qb_err *err)
{
    struct kind_list *list = context;
    (void)err;
    if (S_ISDIR(st->mode))
        return QB_FILE_SKIP;
    if (S_ISREG(st->mode) && list_absent(list, path))
        return QB_OK;
    char *original = qb_copies_original(list->folder, path);
    bool copy = original != NULL;
    free(original);
    if (S_ISREG(st->mode) && ends_with(path, ".yaml") && !copy && !qb_ignore_match(list->folder->ignore, path)) {
        QB_MEM_GROW(list->paths, list->count, list->capacity);
        list->paths[list->count++] = qb_mem_string(path);
    }
    return QB_OK;
}

/* Reads a kind's text and takes it among the kinds. */
static bool take_kind(struct qb_folder *folder, const char *path, const struct qb_buf *text,
                      struct qb_problems *problems)
{
    struct qb_kind *kind = qb_kind_parse(path, qb_buf_text(text), text->length, problems);
    return kind && qb_kinds_add(folder->kinds, kind, problems);
}

static void load_kind(struct qb_folder *folder, const char *path)
{
    struct qb_tracked *file = qb_folder_track(folder, path);
    struct qb_problems problems = {0};
    struct qb_problems ignored = {0};
    struct qb_buf text = {0};
    bool usable;
    file->class = QB_FILE_KIND;
    int result = read_config(folder, file, QB_PROBLEM_KIND, &text, &problems, &usable);
    bool good = result != QB_EABSENT && usable && take_kind(folder, path, &text, &problems);
    if (result == QB_OK)
        note_validity(file, good);
    if (!good && last_good(folder, file, &text))
        take_kind(folder, path, &text, &ignored);
    qb_folder_set_problems(folder, file, &problems);
    qb_problems_fini(&ignored);
    qb_buf_fini(&text);
}

static int load_kinds(struct qb_folder *folder, struct qb_err *err)
{
    struct kind_list list = {.folder = folder};
    folder->kinds = qb_kinds_new();
    int result = qb_file_walk(folder->dir, "kinds", list_kind, &list, err);
    if (result == QB_EABSENT || result == QB_EUNSAFE) /* none, or a link that leads elsewhere */
        result = QB_OK;
    for (size_t i = 0; i < list.count; i++) {
        load_kind(folder, list.paths[i]);
        free(list.paths[i]);
    }
    free(list.paths);
    qb_problems_clear(&folder->kind_problems);
    qb_kinds_finish(folder->kinds, &folder->kind_problems);
    return result;
}

/* --- everything that is made from settings and kinds --- */

static void drop_facilities(struct qb_folder *folder)
{
    struct qb_map_item *item;
    for (size_t at = 0; (item = qb_map_next(&folder->facilities, &at));) {
        struct qb_facility_state *state = item->value;
        qb_schedule_free(state->schedule);
        qb_figures_free(state->figures);
        qb_problems_fini(&state->problems);
        free(state);
    }
    qb_map_fini(&folder->facilities);
    qb_months_fini(&folder->months);
}

static void drop_records(struct qb_folder *folder)
{
    drop_facilities(folder);
    qb_checker_free(folder->checker);
    folder->checker = NULL;
    qb_link_fini(&folder->link);
    qb_store_fini(&folder->store);
    qb_kinds_free(folder->kinds);
    folder->kinds = NULL;
}

static int load_text(void *context, const struct qb_entry *entry, struct qb_buf *text, struct qb_err *err)
{
    struct qb_folder *folder = context;
    int result = qb_file_read(folder->dir, entry->path, QB_MAX_RECORD, text, NULL, err);
    /* gone or in the middle of a change: the version that was looked at is in history, the next pass sees the rest */
    if (result < 0 && folder->history) {
        struct qb_oid oid = qb_folder_oid(&entry->blob);
        result = qb_history_read(folder->history, &oid, text, err);
    }
    if (result < 0)
        qb_buf_clear(text);
    return QB_OK;
}

void qb_folder_mark_facility(struct qb_folder *folder, const char *id)
{
    if (!*id)
        return;
    struct qb_facility_state *state = qb_map_get_string(&folder->facilities, id);
    if (!state) {
        state = qb_mem_alloc(sizeof *state);
        state->name = qb_store_name(&folder->store, id, strlen(id));
        qb_map_put_string(&folder->facilities, state->name->id, state);
    }
    state->dirty = true;
}

/* The words of a record that pages of facilities name without being of that facility; NULL for all others. */
static const char *shared_title(const struct qb_version *version)
{
    bool shared = version && (version->role == QB_ROLE_COMPANY || version->role == QB_ROLE_OFFICER ||
                              version->role == QB_ROLE_COMMODITY);
    return shared ? version->title : NULL;
}

/* A version comes into force or goes: the facilities that the old and the new one bear on are computed again. What a
 * finding or visit bears on goes through others, which are marked by their own change. */
static void replacing(void *context, const struct qb_entry *entry, const struct qb_version *next)
{
    struct qb_folder *folder = context;
    qb_folder_mark_facility(folder, qb_store_facility_of(entry->in_force));
    qb_folder_mark_facility(folder, qb_store_facility_of(next));
    folder->retitled |= shared_title(entry->in_force) != shared_title(next);
    const struct qb_version *either = next ? next : entry->in_force;
    if (either && either->role == QB_ROLE_FACILITY)
        qb_folder_mark_facility(folder, entry->name->id);
}

int qb_folder_reload(struct qb_folder *folder, struct qb_err *err)
{
    int result = load_settings(folder, err);
    if (result < 0)
        return result;
    qb_ignore_free(folder->ignore);
    folder->ignore = qb_ignore_new(folder->settings.ignore, folder->settings.ignore_count);
    drop_records(folder);
    result = load_kinds(folder, err);
    qb_store_init(&folder->store);
    qb_link_init(&folder->link, &folder->store, folder->kinds);
    folder->link.load = load_text;
    folder->link.replacing = replacing;
    folder->link.context = folder;
    folder->checker = folder->link.checker = qb_checker_new(folder->kinds);
    folder->stored = false;
    folder->generation++;
    struct qb_map_item *item;
    for (size_t at = 0; (item = qb_map_next(&folder->files, &at));) {
        struct qb_tracked *file = item->value;
        qb_folder_classify(folder, file);
    }
    if (result == QB_OK && folder->history && folder->options.writes) {
        struct qb_buf lines = {0};
        qb_ignore_lines(folder->ignore, &lines);
        result = qb_history_exclude(folder->history, qb_buf_text(&lines), err);
        qb_buf_fini(&lines);
    }
    return result;
}

/* --- opening --- */

static int remember_committed(void *context, const char *path, const struct qb_oid *blob, struct qb_err *err)
{
    (void)err;
    qb_folder_track(context, path)->committed = *blob;
    return QB_OK;
}

static int remember_exception(void *context, const char *path, const struct qb_oid *blob, struct qb_err *err)
{
    (void)err;
    struct qb_tracked *file = qb_folder_track(context, path);
    file->exception = *blob;
    file->excepted = true;
    return QB_OK;
}

/* The exceptions as they are stored, to see later whether they changed. */
static int keep_exception(void *context, const char *path, const struct qb_oid *blob, struct qb_err *err)
{
    struct qb_folder *folder = context;
    folder->exceptions = qb_mem_resize(folder->exceptions, folder->exception_count + 1, sizeof *folder->exceptions);
    folder->exceptions[folder->exception_count++] =
        (struct qb_history_change){.path = qb_pool_string(&folder->paths, path), .blob = *blob};
    return remember_exception(context, path, blob, err);
}

int qb_folder_make_state(const char *path, struct qb_err *err)
{
    char *copy = qb_mem_string(path);
    int result = QB_OK;
    for (char *at = copy + 1; result == QB_OK; at++) {
        if (*at && *at != '/')
            continue;
        char kept = *at;
        *at = '\0';
        if (mkdir(copy, 0700) < 0 && errno != EEXIST)
            result = qb_err_sys(err, copy, "cannot make the state directory");
        *at = kept;
        if (!kept)
            break;
    }
    free(copy);
    return result;
}

/* A problem of problems.json: an error says which version was used instead. */
static int except(struct qb_folder *folder, const struct qb_json *problem, struct qb_err *err)
{
    const char *severity = qb_json_string(qb_json_get(problem, "severity"));
    const char *path = qb_json_string(qb_json_get(problem, "path"));
    const char *used = qb_json_string(qb_json_get(problem, "using"));
    struct qb_oid oid = qb_oid_empty_blob;
    if (!path || !severity || strcmp(severity, "error"))
        return QB_OK;
    const struct qb_tracked *file = qb_folder_find(folder, path);
    if ((used && !qb_oid_parse(used, &oid)) || !file || file->excepted)
        return QB_OK;
    return keep_exception(folder, path, &oid, err);
}

/* The exceptions of a commit, as its list of problems tells them. */
static int read_exceptions_then(struct qb_folder *folder, const char *commit, struct qb_err *err)
{
    struct qb_oid blob;
    struct qb_buf text = {0};
    struct qb_json_fault fault;
    struct qb_json_doc *doc = qb_json_doc_new();
    int result = QB_OK;
    if (qb_history_find(folder->history, commit, 0, "status/problems.json", &blob, NULL) == QB_OK)
        result = qb_history_read(folder->history, &blob, &text, err);
    const struct qb_json *problems =
        qb_json_get(qb_json_parse(doc, qb_buf_text(&text), text.length, &qb_json_document_options, &fault), "problems");
    for (uint32_t i = 0; result == QB_OK && problems && problems->type == QB_JSON_ARRAY && i < problems->length; i++)
        result = except(folder, &problems->as.items[i], err);
    qb_json_doc_free(doc);
    qb_buf_fini(&text);
    return result;
}

int qb_folder_read_history(struct qb_folder *folder, bool files, struct qb_err *err)
{
    const char *commit = folder->options.commit;
    int result = QB_OK;
    if (files)
        result = qb_history_files_at(folder->history, commit, 0, remember_committed, folder, err);
    if (commit)
        return result == QB_OK ? read_exceptions_then(folder, commit, err) : result;
    if (result == QB_OK)
        result = qb_history_exceptions(folder->history, keep_exception, folder, err);
    return result;
}

static void forget_history(struct qb_folder *folder)
{
    struct qb_map_item *item;
    for (size_t at = 0; (item = qb_map_next(&folder->files, &at));) {
        struct qb_tracked *file = item->value;
        file->committed = (struct qb_oid){0};
        file->excepted = false;
    }
    folder->exception_count = 0;
}

/* A broken object: history is mended, and what was read of it so far is forgotten. */
static int mend_history(struct qb_folder *folder, struct qb_buf *notes, struct qb_err *err)
{
    int result = qb_history_mend(folder->history, notes, err);
    forget_history(folder);
    return result == QB_OK ? qb_folder_read_history(folder, true, err) : result;
}

/* Commits are signed from now on. Without a key (the disk is full) they are unsigned, which `qbis audit` tells. */
static void sign_history(struct qb_folder *folder)
{
    struct qb_err why = {0};
    struct qb_signer signer;
    bool replaced = false;
    int state = qb_file_open_dir(folder->state, &why);
    int result = state < 0 ? state : qb_keys_open(state, &signer, &replaced, &why);
    if (result == QB_OK)
        qb_history_sign_with(folder->history, &signer);
    else
        qb_folder_log(folder, "log.unsigned", (struct qb_text_arg[]){{"reason", why.message}, {"path", why.file}}, 2);
    if (replaced)
        qb_folder_log(folder, "log.key-replaced", NULL, 0);
    explicit_bzero(&signer, sizeof signer);
    if (state >= 0)
        close(state);
}

static int open_history(struct qb_folder *folder, struct qb_err *err)
{
    struct qb_buf path = {0};
    struct qb_buf notes = {0};
    bool writes = folder->options.writes;
    if (folder->options.repository)
        qb_buf_add_string(&path, folder->options.repository);
    else
        qb_buf_addf(&path, "%s/history.git", folder->state);
    enum qb_history_access access = !writes                 ? QB_HISTORY_SHARED
                                    : folder->options.again ? QB_HISTORY_AGAIN
                                                            : QB_HISTORY_EXCLUSIVE;
    int result = qb_history_open(&folder->history, qb_buf_text(&path), folder->path, writes, access, &notes, err);
    if (result == QB_OK && folder->options.may_sleep)
        qb_cache_open(folder);
    if (result == QB_OK && !folder->cache)
        result = qb_folder_read_history(folder, true, err);
    else if (result == QB_EABSENT && !writes)
        result = QB_OK; /* a folder without history yet */
    if (result == QB_EGIT && writes && folder->history)
        result = mend_history(folder, &notes, err);
    if (folder->history && writes)
        sign_history(folder);
    if (notes.length)
        qb_folder_log(folder, "log.history-mended", (struct qb_text_arg[]){{"text", qb_buf_text(&notes)}}, 1);
    qb_buf_fini(&path);
    qb_buf_fini(&notes);
    return result;
}

static int open_state(struct qb_folder *folder, struct qb_err *err)
{
    if (folder->options.repository)
        return open_history(folder, err);
    if (!folder->options.state)
        return QB_OK;
    if (folder->options.writes) {
        int result = qb_folder_make_state(folder->options.state, err);
        if (result < 0)
            return result;
    }
    folder->state = realpath(folder->options.state, NULL);
    if (!folder->state)
        return folder->options.writes ? qb_err_sys(err, folder->options.state, "cannot open the state directory")
                                      : QB_OK;
    return open_history(folder, err);
}

static void copy_problems(struct qb_problems *to, const struct qb_problems *from)
{
    for (size_t i = 0; from && i < from->count; i++)
        qb_problems_add(to, &from->items[i]);
}

/* Settings and kinds; where they are not what the cache was made with, or earlier ones are needed, it is done without.
 */
static int load(struct qb_folder *folder, struct qb_err *err)
{
    int result = qb_folder_reload(folder, err);
    if (!folder->cache)
        return result;
    if (result == QB_OK && !folder->odd.count && !folder->kind_problems.count && qb_cache_fits(folder))
        return QB_OK;
    qb_cache_drop(folder);
    forget_history(folder); /* what could not be used was judged without it */
    result = qb_folder_read_history(folder, true, err);
    return result == QB_OK ? qb_folder_reload(folder, err) : result;
}

void qb_folder_counts(const struct qb_folder *folder, struct qb_counts *counts)
{
    size_t errors = qb_problems_errors(&folder->problems);
    if (folder->cache)
        qb_cache_counts(folder, counts);
    else
        *counts = (struct qb_counts){folder->store.entry_count, errors, folder->problems.count - errors};
}

void qb_folder_keep(struct qb_folder *folder, int64_t now)
{
    if (folder->options.may_sleep && folder->unsaved)
        qb_cache_save(folder, now);
}

int qb_folder_open(struct qb_folder **out, const struct qb_folder_options *options, struct qb_problems *problems,
                   struct qb_err *err)
{
    struct qb_folder *folder = qb_mem_alloc(sizeof *folder);
    folder->options = *options;
    folder->dir = -1;
    folder->anchored_on = QB_DATE_NONE;
    qb_settings_init(&folder->settings);
    qb_store_init(&folder->store);
    folder->path = realpath(options->path, NULL);
    int result = folder->path ? QB_OK : qb_err_sys(err, options->path, "cannot open the folder");
    if (result == QB_OK)
        result = folder->dir = qb_file_open_dir(folder->path, err);
    if (result >= 0)
        result = open_state(folder, err);
    if (result == QB_OK)
        result = load(folder, err);
    if (result < 0) {
        const struct qb_tracked *file = qb_folder_find(folder, SETTINGS);
        copy_problems(problems, file ? file->problems : NULL);
        qb_folder_close(folder);
        return result;
    }
    *out = folder;
    return QB_OK;
}

void qb_folder_close(struct qb_folder *folder)
{
    if (!folder)
        return;
    struct qb_map_item *item;
    drop_records(folder);
    for (size_t at = 0; (item = qb_map_next(&folder->files, &at));) {
        struct qb_tracked *file = item->value;
        qb_folder_set_problems(folder, file, &(struct qb_problems){0});
        free(file->details);
        free(file->merged);
        free(file);
    }
    qb_map_fini(&folder->files);
    qb_reasons_clear(folder);
    qb_put_back_forget(folder);
    qb_names_forget(folder);
    qb_pool_fini(&folder->paths);
    qb_problems_fini(&folder->kind_problems);
    qb_problems_fini(&folder->problems);
    free(folder->odd.items);
    free(folder->changed.items);
    free(folder->personal.items);
    free(folder->copies.items);
    free(folder->absent.items);
    free(folder->exceptions);
    qb_cache_drop(folder);
    qb_history_close(folder->history);
    qb_ignore_free(folder->ignore);
    qb_settings_fini(&folder->settings);
    if (folder->dir >= 0)
        close(folder->dir);
    free(folder->path);
    free(folder->id);
    free(folder->state);
    free(folder);
}
