/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `qbis restore`: earlier versions of records, or records that were deleted, back into the folder. It writes files as a
 * person would, so whatever Q-BIS does with an edit follows; a mark in the state directory tells the daemon, which
 * commits them, that they are restored, from where and why. Without a daemon the pass is run here.
 *
 * A file that is in the folder is only overwritten when history has just that version.
 */
#include "watcher/entrust.h"
#include "watcher/lock.h"
#include "watcher/office.h"
#include "watcher/past.h"
#include "watcher/reason.h"
#include "watcher/report.h"

#include "core/base/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct restoring {
    const struct qb_invocation *invocation;
    struct qb_past past;
    struct qb_restore restore;
    struct qb_map names; /* of files that are dealt with: name -> itself */
    struct qb_arena arena;
    int dir;
    qb_date since;
};

static void say(const struct restoring *restoring, const char *id, const char *found, const char *other)
{
    qb_say(restoring->invocation, id, (struct qb_text_arg[]){{"found", found}, {"other", other}}, 2);
}

/* --- what to restore --- */

static bool generated(const char *path)
{
    size_t length = strlen(path);
    return !strncmp(path, "schedule/", 9) || !strncmp(path, "status/", 7) ||
           (length > 12 && !strcmp(path + length - 12, ".problem.txt"));
}

/* Adds a version. `place` is where it is to lie. */
static int add(struct restoring *restoring, const char *place, const struct qb_oid *blob, const char *from,
               const char *behind, struct qb_err *err)
{
    struct qb_restore *restore = &restoring->restore;
    QB_MEM_GROW(restore->files, restore->count, restore->capacity);
    struct qb_restore_file *file = &restore->files[restore->count++];
    *file = (struct qb_restore_file){.path = qb_mem_string(place), .blob = *blob};
    snprintf(file->from, sizeof file->from, "%.40s%s", from, behind);
    return qb_history_read(restoring->past.history, blob, &file->text, err);
}

/* Where the record lies now, if it was moved since; else where it lay then. */
static char *place_now(struct restoring *restoring, const char *record, const char *then)
{
    struct qb_past_version now = {0};
    if (!strchr(record, '/') && qb_past_find(&restoring->past, record, NULL, &now, NULL) == QB_OK && !now.commit[0])
        return now.path;
    free(now.path);
    return qb_mem_string(then);
}

static int choose(struct restoring *restoring, const char *record, const char *revision, struct qb_err *err)
{
    struct qb_past *past = &restoring->past;
    struct qb_past_version version = {0};
    struct qb_history_entry entry;
    struct qb_buf text = {0};
    int result = qb_past_find(past, record, revision, &version, err);
    if (result == QB_EABSENT)
        say(restoring, "history.unknown", record, NULL);
    if (result == QB_OK && !revision && !version.commit[0]) {
        say(restoring, "restore.there", version.path, NULL);
        result = QB_EINPUT;
    }
    if (result == QB_OK && generated(version.path)) {
        say(restoring, "restore.generated", version.path, NULL);
        result = QB_EINPUT;
    }
    if (result == QB_OK && revision)
        result = qb_history_resolve(past->history, revision, past->settings.offset_minutes, &entry, &text, err);
    if (result == QB_OK) {
        char *place = place_now(restoring, record, version.path);
        result = add(restoring, place, &version.blob, revision ? entry.id : version.commit, revision ? "" : "^", err);
        free(place);
    }
    free(version.path);
    qb_buf_fini(&text);
    return result;
}

/* --- all that was deleted --- */

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* False when it was there already. */
static bool note_name(struct restoring *restoring, const char *path)
{
    char *name = qb_arena_copy(&restoring->arena, name_of(path), strlen(name_of(path)));
    return !qb_map_get_string(&restoring->names, name) && !qb_map_put_string(&restoring->names, name, name);
}

static int note_present(void *context, const char *path, const struct qb_oid *blob, struct qb_err *err)
{
    (void)blob;
    (void)err;
    if (!strncmp(path, "records/", 8))
        note_name(context, path);
    return 0;
}

struct deletions {
    struct restoring *restoring;
    const char *commit;
};

static int take_deleted(void *context, const char *path, const struct qb_oid *before, const struct qb_oid *after,
                        struct qb_err *err)
{
    struct deletions *deletions = context;
    size_t length = strlen(path);
    bool record = !strncmp(path, "records/", 8) && length > 5 && !strcmp(path + length - 5, ".json");
    if (!record || !qb_oid_is_zero(after) || !note_name(deletions->restoring, path))
        return 0;
    return add(deletions->restoring, path, before, deletions->commit, "^", err);
}

static int look_at_commit(void *context, const struct qb_history_entry *entry, struct qb_err *err)
{
    struct restoring *restoring = context;
    struct deletions deletions = {restoring, entry->id};
    if (qb_date_at(entry->committer.when, restoring->past.settings.offset_minutes) < restoring->since)
        return 1;
    return qb_history_diff(restoring->past.history, entry->id, take_deleted, &deletions, err);
}

static int choose_deleted(struct restoring *restoring, struct qb_err *err)
{
    struct qb_history *history = restoring->past.history;
    int result = qb_history_files(history, note_present, restoring, err);
    return result == QB_OK ? qb_history_log(history, NULL, look_at_commit, restoring, err) : result;
}

/* --- writing --- */

/* Whether history has what lies there. False after saying that it does not. */
static bool may_overwrite(struct restoring *restoring, const struct qb_restore_file *file)
{
    struct qb_buf bytes = {0};
    struct qb_err err = {0};
    struct qb_oid there;
    struct qb_oid known;
    int result = qb_file_read(restoring->dir, file->path, QB_MAX_ATTACHMENT, &bytes, NULL, &err);
    bool fine = result == QB_EABSENT;
    if (result == QB_OK) {
        qb_oid_of_blob(qb_buf_text(&bytes), bytes.length, &there);
        fine = qb_history_find(restoring->past.history, NULL, 0, file->path, &known, NULL) == QB_OK &&
               qb_oid_equal(&there, &known);
    }
    if (!fine)
        say(restoring, "restore.not-in-history", file->path, NULL);
    qb_buf_fini(&bytes);
    return fine;
}

/* Drops what holds the version already. False when one of them must not be overwritten. */
static bool prepare(struct restoring *restoring)
{
    struct qb_restore *restore = &restoring->restore;
    size_t kept = 0;
    bool fine = true;
    for (size_t i = 0; i < restore->count; i++) {
        struct qb_restore_file file = restore->files[i];
        struct qb_oid known = {0};
        fine = may_overwrite(restoring, &file) && fine;
        if (qb_history_find(restoring->past.history, NULL, 0, file.path, &known, NULL) == QB_OK &&
            qb_oid_equal(&known, &file.blob)) {
            say(restoring, "restore.same", file.path, NULL);
            free(file.path);
            qb_buf_fini(&file.text);
            continue;
        }
        restore->files[kept++] = file;
    }
    restore->count = kept;
    return fine;
}

static int write_all(struct restoring *restoring, struct qb_err *err)
{
    int result = QB_OK;
    for (size_t i = 0; i < restoring->restore.count && result == QB_OK; i++) {
        const struct qb_restore_file *file = &restoring->restore.files[i];
        result =
            qb_file_replace(restoring->dir, file->path, qb_buf_text(&file->text), file->text.length, NULL, NULL, err);
    }
    return result;
}

/* --- having it committed --- */

static bool have_committed(const struct restoring *restoring, bool locked)
{
    const struct qb_restore *restore = &restoring->restore;
    struct qb_entrusted *files = qb_mem_array(restore->count, sizeof *files);
    for (size_t i = 0; i < restore->count; i++)
        files[i] = (struct qb_entrusted){restore->files[i].path, restore->files[i].blob};
    bool done = qb_entrust(restoring->invocation, locked, files, restore->count);
    free(files);
    return done;
}

/* Lists what was restored with the problems that it has now. The exit status. */
static int tell(const struct restoring *restoring)
{
    struct qb_office office;
    struct qb_result result = {0};
    size_t errors = 0;
    bool fine = qb_office_open(&office, restoring->invocation, false) &&
                qb_office_whole_pass(&office, QB_DATE_NONE, true, &result);
    for (size_t i = 0; i < restoring->restore.count; i++) {
        const struct qb_restore_file *file = &restoring->restore.files[i];
        qb_say_text(stdout, file->path, strlen(file->path));
        printf("  <- %.10s%s\n", file->from, strlen(file->from) > 40 ? "^" : "");
        for (size_t j = 0; fine && j < office.folder->problems.count; j++) {
            const struct qb_problem *problem = &office.folder->problems.items[j];
            if (strcmp(problem->path, file->path))
                continue;
            qb_report_problem(restoring->invocation, restoring->invocation->folder, problem);
            errors += qb_problem_severity(problem) == QB_SEVERITY_ERROR;
        }
    }
    qb_result_fini(&result);
    qb_office_close(&office);
    return !fine ? QB_EXIT_FAILED : errors ? QB_EXIT_PROBLEMS : QB_EXIT_FINE;
}

static int carry_out(struct restoring *restoring, struct qb_err *err)
{
    struct qb_lock lock = {.fd = -1};
    int64_t now;
    char *path = qb_state_dir(restoring->invocation);
    int state = path ? qb_file_open_dir(path, err) : QB_EINPUT;
    free(path);
    if (state < 0)
        return QB_EXIT_FAILED;
    qb_today(0, &now);
    int taken = qb_lock_take(state, now, &lock, NULL);
    int result = qb_restore_announce(state, &restoring->restore, now, err);
    if (result == QB_OK)
        result = write_all(restoring, err);
    bool fine = result == QB_OK && have_committed(restoring, taken == QB_OK);
    qb_lock_release(&lock);
    close(state);
    return fine ? tell(restoring) : QB_EXIT_FAILED;
}

static int run(struct restoring *restoring, int count, char **records, const char *revision, bool dry_run,
               struct qb_err *err)
{
    int result = QB_OK;
    restoring->dir = qb_file_open_dir(restoring->past.folder, err);
    if (restoring->dir < 0)
        return QB_EXIT_FAILED;
    for (int i = 0; i < count && result == QB_OK; i++)
        result = choose(restoring, records[i], revision, err);
    if (result == QB_OK && restoring->since != QB_DATE_NONE)
        result = choose_deleted(restoring, err);
    if (result < 0) {
        if (result == QB_EABSENT)
            err->code = QB_OK; /* told */
        return QB_EXIT_FAILED;
    }
    if (!prepare(restoring))
        return QB_EXIT_FAILED;
    if (!restoring->restore.count)
        say(restoring, "restore.nothing", NULL, NULL);
    for (size_t i = 0; dry_run && i < restoring->restore.count; i++) {
        qb_say_text(stdout, restoring->restore.files[i].path, strlen(restoring->restore.files[i].path));
        putchar('\n');
    }
    return dry_run || !restoring->restore.count ? QB_EXIT_FINE : carry_out(restoring, err);
}

int qb_cmd_restore(const struct qb_invocation *invocation, int argc, char **argv)
{
    const char *revision = NULL;
    const char *since = NULL;
    const char *reason = "";
    bool dry_run = false;
    struct qb_option options[] = {
        {.name = "--at", .value = &revision},
        {.name = "--deleted-since", .value = &since},
        {.name = "--reason", .value = &reason},
        {.name = "--dry-run", .given = &dry_run},
    };
    struct restoring restoring = {.invocation = invocation, .dir = -1, .since = QB_DATE_NONE};
    struct qb_err err = {0};
    int count = qb_options(invocation, "restore", argc, argv, options, sizeof options / sizeof *options);
    if (count < 0)
        return count == -2 ? QB_EXIT_FINE : QB_EXIT_FAILED;
    if ((!count && !since) || (count && since) || (since && revision)) {
        qb_say(invocation, "restore.usage", NULL, 0);
        return QB_EXIT_FAILED;
    }
    if (since && !qb_date_option(invocation, "--deleted-since", since, &restoring.since))
        return QB_EXIT_FAILED;
    int status = QB_EXIT_FAILED;
    qb_arena_init(&restoring.arena);
    restoring.restore.reason = qb_mem_string(reason);
    if (qb_past_open(&restoring.past, invocation))
        status = run(&restoring, count, argv, revision, dry_run, &err);
    if (err.code && status == QB_EXIT_FAILED)
        qb_say_error(invocation, &err);
    if (restoring.dir >= 0)
        close(restoring.dir);
    qb_restore_fini(&restoring.restore);
    qb_map_fini(&restoring.names);
    qb_arena_fini(&restoring.arena);
    qb_past_close(&restoring.past);
    return status;
}
