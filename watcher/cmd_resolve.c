/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `qbis resolve`: shows what a record and its conflict copies contradict each other in, and ends it as a person
 * answers. It writes the record and removes the copies as that person would have by hand, once it is sure that the
 * outcome is a valid record and that history has every version that goes; the daemon, or a pass here, does the rest.
 */
#include "schema/settings.h"
#include "watcher/answer.h"
#include "watcher/dispute.h"
#include "watcher/entrust.h"
#include "watcher/lock.h"
#include "watcher/office.h"
#include "watcher/past.h"
#include "watcher/reason.h"
#include "watcher/report.h"
#include "watcher/tryout.h"

#include "core/base/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* milliseconds that the daemon has to take the files into history, before they are replaced */
#define PATIENCE 60000
/* nanoseconds between two looks */
#define PAUSE 100000000

struct resolving {
    const struct qb_invocation *invocation;
    const char *what; /* as the person named it */
    struct qb_answer answer;
    struct qb_office office;
    struct qb_list copies; /* of one file, by path */
    struct qb_tracked *original;
    bool dry_run;
    bool locked; /* there is no daemon */
};

static void say(const struct resolving *resolving, const char *id, const char *found, const char *other)
{
    qb_say(resolving->invocation, id, (struct qb_text_arg[]){{"found", found}, {"other", other}}, 2);
}

static void print(const struct resolving *resolving, const char *id, const struct qb_text_arg *args, size_t count)
{
    struct qb_buf out = {0};
    qb_text_format(&out, resolving->invocation->language, id, args, count);
    qb_buf_add_char(&out, '\n');
    qb_say_text(stdout, qb_buf_text(&out), out.length);
    qb_buf_fini(&out);
}

/* --- which copies --- */

/* The original's path, its id, or the copy's path. */
static bool meant(const char *what, const struct qb_tracked *copy)
{
    const char *slash = strrchr(copy->copy_of, '/');
    const char *base = slash ? slash + 1 : copy->copy_of;
    size_t length = strlen(what);
    bool record = !strncmp(copy->copy_of, "records/", 8);
    return !strcmp(what, copy->copy_of) || !strcmp(what, copy->path) ||
           (record && !strncmp(base, what, length) && !strcmp(base + length, ".json"));
}

static int by_path(const void *a, const void *b)
{
    return strcmp((*(struct qb_tracked *const *)a)->path, (*(struct qb_tracked *const *)b)->path);
}

/* A path of this machine as one of the folder. */
static const char *within(const struct qb_folder *folder, const char *what)
{
    size_t length = strlen(folder->path);
    return !strncmp(what, folder->path, length) && what[length] == '/' ? what + length + 1 : what;
}

/* False after saying that the name is not clear. */
static bool find_copies(struct resolving *resolving)
{
    const struct qb_folder *folder = resolving->office.folder;
    resolving->copies.count = 0;
    for (size_t i = 0; i < folder->copies.count; i++) {
        struct qb_tracked *copy = folder->copies.items[i];
        if (copy->class == QB_FILE_COPY && copy->present && meant(within(folder, resolving->what), copy))
            qb_list_add(&resolving->copies, copy);
    }
    struct qb_list *copies = &resolving->copies;
    if (!copies->count)
        return true;
    qsort(copies->items, copies->count, sizeof *copies->items, by_path);
    resolving->original = qb_folder_track(resolving->office.folder, copies->items[0]->copy_of);
    for (size_t i = 1; i < copies->count; i++)
        if (strcmp(copies->items[i]->copy_of, copies->items[0]->copy_of)) {
            say(resolving, "resolve.several", copies->items[0]->copy_of, copies->items[i]->copy_of);
            return false;
        }
    return true;
}

/* --- showing --- */

static int newest(void *context, const struct qb_history_entry *entry, struct qb_err *err)
{
    int64_t *when = context;
    (void)err;
    *when = entry->author.when;
    return 1;
}

/* When a file was last changed: as history says or, before it knows, as the file does. */
static void format_when(const struct resolving *resolving, const struct qb_tracked *file, char text[QB_PAST_TIME])
{
    struct qb_folder *folder = resolving->office.folder;
    struct qb_past zone = {.settings = {.offset_minutes = folder->settings.offset_minutes}};
    int64_t when = file->stat.mtime_ns / 1000000000;
    if (folder->history && qb_oid_equal(&file->blob, &file->committed))
        qb_history_log(folder->history, file->path, newest, &when, NULL);
    qb_past_format_time(&zone, when, ' ', text);
}

static void show_side(const struct resolving *resolving, const char *id, const struct qb_tracked *file,
                      const char *author)
{
    char when[QB_PAST_TIME] = "-";
    if (file->present)
        format_when(resolving, file, when);
    print(resolving, id, (struct qb_text_arg[]){{"path", file->path}, {"author", author}, {"when", when}}, 3);
}

static void show_values(const struct resolving *resolving, const struct qb_dispute *dispute)
{
    for (size_t i = 0; i < dispute->merge.contradiction_count; i++) {
        const struct qb_merge_contradiction *found = &dispute->merge.contradictions[i];
        char *ours = qb_dispute_shown(found->ours);
        char *theirs = qb_dispute_shown(found->theirs);
        print(resolving, "resolve.values",
              (struct qb_text_arg[]){
                  {"property", *found->pointer ? found->pointer + 1 : ""}, {"mine", ours}, {"theirs", theirs}},
              3);
        free(ours);
        free(theirs);
    }
}

static int show_record(const struct resolving *resolving, struct qb_tracked *copy, struct qb_err *err)
{
    static const char *const states[] = {
        [QB_DISPUTE_DELETED] = "resolve.is-deleted",
        [QB_DISPUTE_BROKEN] = "resolve.is-broken",
        [QB_DISPUTE_UNREADABLE] = "resolve.is-unreadable",
        [QB_DISPUTE_MOVING] = "resolve.moving",
    };
    struct qb_dispute *dispute;
    int result = qb_dispute_open(&dispute, resolving->office.folder, copy, resolving->office.folder->as_of, NULL, err);
    if (result == QB_OK) {
        show_side(resolving, "resolve.mine", dispute->ours.file, qb_dispute_author(dispute, &dispute->ours));
        show_side(resolving, "resolve.theirs", copy, qb_dispute_author(dispute, &dispute->theirs));
    }
    if (result == QB_OK && dispute->state == QB_DISPUTE_OPEN) {
        struct qb_buf text = {0};
        qb_dispute_merge(dispute, NULL, NULL);
        qb_dispute_write(dispute, &text);
        show_values(resolving, dispute);
        if (!dispute->base)
            print(resolving, "resolve.unrelated", NULL, 0);
        else if (!dispute->merge.contradiction_count)
            print(resolving, qb_dispute_fits(dispute, &text) ? "resolve.by-itself" : "resolve.invalid-together", NULL,
                  0);
        qb_buf_fini(&text);
    } else if (result == QB_OK) {
        print(resolving, states[dispute->state], NULL, 0);
    }
    qb_dispute_free(dispute);
    return result;
}

/* Without an answer: what there is to decide. The exit status. */
static int show(const struct resolving *resolving, struct qb_err *err)
{
    int result = QB_OK;
    for (size_t i = 0; i < resolving->copies.count && result == QB_OK; i++) {
        struct qb_tracked *copy = resolving->copies.items[i];
        if (resolving->original->class == QB_FILE_RECORD) {
            result = show_record(resolving, copy, err);
        } else {
            show_side(resolving, "resolve.mine", resolving->original, "-");
            show_side(resolving, "resolve.theirs", copy, "-");
        }
    }
    if (result < 0)
        return QB_EXIT_FAILED;
    print(resolving, "resolve.how", (struct qb_text_arg[]){{"record", resolving->what}}, 1);
    return QB_EXIT_PROBLEMS;
}

/* --- deciding --- */

static const char *const refusals[] = {
    [QB_ANSWER_OPEN] = "resolve.open",
    [QB_ANSWER_WHOLE] = "resolve.whole",
    [QB_ANSWER_UNREADABLE] = "resolve.unreadable",
    [QB_ANSWER_MOVING] = "resolve.moving",
};

/* All that is still open, in one line. */
static void say_open(const struct resolving *resolving, const char *copy)
{
    const struct qb_buf *open = &resolving->answer.open;
    struct qb_buf list = {0};
    for (size_t at = 0; at < open->length; at += strlen(open->data + at) + 1)
        qb_buf_addf(&list, "%s%s", list.length ? ", " : "", open->data + at + (open->data[at] == '/'));
    say(resolving, "resolve.open", copy, qb_buf_text(&list));
    qb_buf_fini(&list);
}

/* False after saying which name is of no contradiction. */
static bool all_used(const struct resolving *resolving)
{
    for (size_t i = 0; i < resolving->answer.take_count; i++) {
        const struct qb_take *take = &resolving->answer.takes[i];
        if (take->pointer && !take->used) {
            say(resolving, "resolve.not-disputed", take->pointer, resolving->what);
            return false;
        }
    }
    return true;
}

static bool usable_record(struct resolving *resolving, struct qb_err *err)
{
    const struct qb_answer *answer = &resolving->answer;
    struct qb_trial trial = {
        .path = resolving->original->path, .text = qb_buf_text(&answer->text), .length = answer->text.length};
    bool fine = qb_tryout(resolving->office.folder, &trial, 1, err) == QB_OK && trial.good;
    if (!fine)
        say(resolving, "resolve.invalid", resolving->original->path, NULL);
    for (size_t i = 0; !fine && i < trial.problems.count; i++)
        qb_report_at(resolving->invocation, trial.path, &trial.problems.items[i]);
    qb_trials_fini(&trial, 1);
    return fine;
}

/* Settings or a kind must be readable as such. */
static bool usable_config(struct resolving *resolving)
{
    const struct qb_answer *answer = &resolving->answer;
    struct qb_problems problems = {0};
    const char *text = qb_buf_text(&answer->text);
    bool fine;
    if (resolving->original->class == QB_FILE_SETTINGS) {
        struct qb_settings settings;
        qb_settings_init(&settings);
        fine = qb_settings_read(&settings, resolving->original->path, text, answer->text.length, &problems);
        qb_settings_fini(&settings);
    } else {
        struct qb_kind *kind = qb_kind_parse(resolving->original->path, text, answer->text.length, &problems);
        fine = kind != NULL;
        qb_kind_free(kind);
    }
    if (!fine)
        say(resolving, "resolve.invalid", resolving->original->path, NULL);
    for (size_t i = 0; !fine && i < problems.count; i++)
        qb_report_at(resolving->invocation, resolving->original->path, &problems.items[i]);
    qb_problems_fini(&problems);
    return fine;
}

/* What the answer leaves unchanged needs no leave. */
static bool usable(struct resolving *resolving, struct qb_err *err)
{
    const struct qb_tracked *original = resolving->original;
    const struct qb_answer *answer = &resolving->answer;
    struct qb_oid oid;
    if (!answer->there)
        return true;
    qb_oid_of_blob(qb_buf_text(&answer->text), answer->text.length, &oid);
    if (original->present && qb_oid_equal(&oid, &original->blob))
        return true;
    if (original->class == QB_FILE_RECORD)
        return usable_record(resolving, err);
    return (original->class != QB_FILE_SETTINGS && original->class != QB_FILE_KIND) || usable_config(resolving);
}

static void begin_answer(struct resolving *resolving)
{
    struct qb_answer *answer = &resolving->answer;
    answer->folder = resolving->office.folder;
    answer->as_of = resolving->office.folder->as_of;
    answer->there = answer->begun = false;
    qb_buf_clear(&answer->text);
    qb_buf_clear(&answer->said);
    qb_buf_clear(&answer->open);
    for (size_t i = 0; i < answer->take_count; i++)
        answer->takes[i].used = false;
}

/* QB_EXIT_FINE, or the exit status after saying what stands in the way. */
static int decide(struct resolving *resolving, struct qb_err *err)
{
    begin_answer(resolving);
    for (size_t i = 0; i < resolving->copies.count; i++) {
        struct qb_tracked *copy = resolving->copies.items[i];
        enum qb_answer_end end = qb_answer_copy(&resolving->answer, copy, err);
        if (end == QB_ANSWER_OPEN)
            say_open(resolving, copy->path);
        else if (end != QB_ANSWER_ENDED && end != QB_ANSWER_FAILED)
            say(resolving, refusals[end], copy->path, resolving->original->path);
        if (end != QB_ANSWER_ENDED)
            return end == QB_ANSWER_FAILED || end == QB_ANSWER_MOVING ? QB_EXIT_FAILED : QB_EXIT_PROBLEMS;
    }
    if (!all_used(resolving))
        return QB_EXIT_FAILED;
    return usable(resolving, err) ? QB_EXIT_FINE : QB_EXIT_PROBLEMS;
}

/* --- doing it --- */

/* What the folder holds now, or what it is to hold, as history is to have it. */
static struct qb_entrusted *list_files(const struct resolving *resolving, const struct qb_oid *original, bool copies)
{
    struct qb_entrusted *files = qb_mem_array(resolving->copies.count + 1, sizeof *files);
    for (size_t i = 0; i < resolving->copies.count; i++) {
        files[i].path = resolving->copies.items[i]->path;
        files[i].blob = copies ? resolving->copies.items[i]->blob : (struct qb_oid){0};
    }
    files[resolving->copies.count] = (struct qb_entrusted){resolving->original->path, *original};
    return files;
}

static bool in_history(const struct resolving *resolving)
{
    struct qb_entrusted *files = list_files(resolving, &resolving->original->blob, true);
    bool all = qb_entrust_done(resolving->invocation, files, resolving->copies.count + 1);
    free(files);
    return all;
}

/* Nobody wrote since the pass looked. */
static bool unchanged(const struct resolving *resolving, const struct qb_tracked *file)
{
    struct qb_file_stat st;
    int result = qb_file_stat(resolving->office.folder->dir, file->path, &st, NULL);
    return file->present ? result == QB_OK && qb_file_stat_equal(&st, &file->stat) : result == QB_EABSENT;
}

static int announce(const struct resolving *resolving, const struct qb_oid *oid, struct qb_err *err)
{
    const struct qb_answer *answer = &resolving->answer;
    int state = qb_file_open_dir(resolving->office.state, err);
    if (state < 0)
        return state;
    int result = qb_resolve_announce(state, resolving->original->path, oid, qb_buf_text(&answer->said), err);
    close(state);
    return result;
}

static int write_all(const struct resolving *resolving, const struct qb_oid *oid, struct qb_err *err)
{
    const struct qb_answer *answer = &resolving->answer;
    const struct qb_folder *folder = resolving->office.folder;
    bool moved = !unchanged(resolving, resolving->original);
    for (size_t i = 0; i < resolving->copies.count; i++)
        moved |= !unchanged(resolving, resolving->copies.items[i]);
    if (moved)
        return qb_err_set(err, QB_ECHANGED, resolving->original->path, "somebody is writing there: try again");
    int result = QB_OK;
    if (answer->there && !qb_oid_equal(oid, &resolving->original->blob)) {
        result = announce(resolving, oid, err);
        if (result == QB_OK)
            result = qb_file_replace(folder->dir, resolving->original->path, qb_buf_text(&answer->text),
                                     answer->text.length, NULL, NULL, err);
    }
    for (size_t i = 0; i < resolving->copies.count && result == QB_OK; i++)
        result = qb_file_remove(folder->dir, resolving->copies.items[i]->path, err);
    return result;
}

static void tell(const struct resolving *resolving, const struct qb_oid *oid)
{
    const struct qb_answer *answer = &resolving->answer;
    bool written = answer->there && !qb_oid_equal(oid, &resolving->original->blob);
    struct qb_text_arg path = {"path", resolving->original->path};
    print(resolving, written ? "resolve.written" : answer->there ? "resolve.kept" : "resolve.stays-deleted", &path, 1);
    if (written && answer->said.length)
        qb_say_text(stdout, qb_buf_text(&answer->said), answer->said.length);
    for (size_t i = 0; i < resolving->copies.count; i++)
        print(resolving, "resolve.removed", (struct qb_text_arg[]){{"path", resolving->copies.items[i]->path}}, 1);
    if (resolving->dry_run)
        print(resolving, "resolve.dry-run", NULL, 0);
}

static int carry_out(struct resolving *resolving, struct qb_err *err)
{
    const struct qb_answer *answer = &resolving->answer;
    struct qb_oid oid = {0};
    if (answer->there)
        qb_oid_of_blob(qb_buf_text(&answer->text), answer->text.length, &oid);
    if (resolving->dry_run) {
        tell(resolving, &oid);
        return QB_EXIT_FINE;
    }
    if (write_all(resolving, &oid, err) < 0)
        return QB_EXIT_FAILED;
    tell(resolving, &oid);
    fflush(stdout);
    struct qb_entrusted *files = list_files(resolving, &oid, false);
    bool done = qb_entrust(resolving->invocation, resolving->locked, files, resolving->copies.count + 1);
    free(files);
    return done ? QB_EXIT_FINE : QB_EXIT_FAILED;
}

/* --- all of it --- */

/* Looks at the folder anew. */
static bool look(struct resolving *resolving)
{
    struct qb_result result = {0};
    qb_office_close(&resolving->office);
    bool fine = qb_office_open(&resolving->office, resolving->invocation, false) &&
                qb_office_whole_pass(&resolving->office, QB_DATE_NONE, true, &result);
    qb_result_fini(&result);
    return fine && find_copies(resolving);
}

/* Has what is there taken into history: by a pass here, or by the daemon in a while. False when it takes too long. */
static bool give_time(const struct resolving *resolving, int64_t end)
{
    if (resolving->locked)
        return qb_entrust(resolving->invocation, true, NULL, 0);
    struct timespec pause = {.tv_nsec = PAUSE};
    nanosleep(&pause, NULL);
    return qb_office_clock() < end;
}

/* Looks and decides until history has all that is to be replaced; -1 when it does, else the exit status. */
static int prepare(struct resolving *resolving, struct qb_err *err)
{
    int64_t end = qb_office_clock() + PATIENCE;
    for (int looks = 0;; looks++) {
        if (!look(resolving))
            return QB_EXIT_FAILED;
        if (!resolving->copies.count) {
            say(resolving, "resolve.nothing", resolving->what, NULL);
            return QB_EXIT_FINE;
        }
        if (!resolving->answer.take_count)
            return show(resolving, err);
        int status = decide(resolving, err);
        if (status != QB_EXIT_FINE)
            return status;
        if (resolving->dry_run || in_history(resolving))
            return -1;
        if ((resolving->locked && looks) || !give_time(resolving, end)) {
            say(resolving, "restore.not-in-history", resolving->original->path, NULL);
            return QB_EXIT_FAILED;
        }
    }
}

static int resolve(struct resolving *resolving, struct qb_err *err)
{
    int status = prepare(resolving, err);
    return status < 0 ? carry_out(resolving, err) : status;
}

/* With an answer: under the lock, where no daemon has it. */
static int resolve_for_good(struct resolving *resolving, struct qb_err *err)
{
    struct qb_lock lock = {.fd = -1};
    int64_t now;
    char *path = qb_state_dir(resolving->invocation);
    int state = path ? qb_folder_make_state(path, err) : QB_EINPUT;
    if (state == QB_OK)
        state = qb_file_open_dir(path, err);
    free(path);
    if (state < 0)
        return QB_EXIT_FAILED;
    qb_today(0, &now);
    resolving->locked = qb_lock_take(state, now, &lock, NULL) == QB_OK;
    int status = resolve(resolving, err);
    qb_lock_release(&lock);
    close(state);
    return status;
}

static int take(void *context, const char *value)
{
    struct resolving *resolving = context;
    if (qb_answer_take(&resolving->answer, value))
        return 0;
    say(resolving, "resolve.take", value, NULL);
    return -1;
}

int qb_cmd_resolve(const struct qb_invocation *invocation, int argc, char **argv)
{
    struct resolving resolving = {.invocation = invocation};
    struct qb_option options[] = {
        {.name = "--take", .each = take, .context = &resolving},
        {.name = "--dry-run", .given = &resolving.dry_run},
    };
    struct qb_err err = {0};
    int count = qb_options(invocation, "resolve", argc, argv, options, sizeof options / sizeof *options);
    int status = count == -2 ? QB_EXIT_FINE : QB_EXIT_FAILED;
    if (count >= 0 && count != 1)
        qb_say(invocation, "resolve.usage", NULL, 0);
    if (count == 1) {
        resolving.what = argv[0];
        bool writes = resolving.answer.take_count && !resolving.dry_run;
        status = writes ? resolve_for_good(&resolving, &err) : resolve(&resolving, &err);
        if (err.code)
            qb_say_error(invocation, &err);
    }
    qb_office_close(&resolving.office);
    free(resolving.copies.items);
    qb_answer_fini(&resolving.answer);
    return status;
}
