/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pass: scan, intake, publish, journal. From one file or a hundred thousand, the same way (DESIGN section 5).
 *
 * A folder that is not itself is left alone: without qbis.yaml, or with very many records gone at once, nothing is
 * believed and nothing is written until it is back or a person says so.
 */
#include "watcher/folder.h"

#include "core/base/limits.h"
#include "schema/settings.h"
#include "watcher/cache.h"
#include "watcher/copies.h"
#include "watcher/hold.h"
#include "watcher/names.h"
#include "watcher/putback.h"

#include <stdlib.h>
#include <string.h>

void qb_pass_trouble(struct qb_pass *pass, const struct qb_err *err)
{
    pass->result->troubles++;
    qb_folder_log(pass->folder, "log.trouble", (struct qb_text_arg[]){{"reason", err->message}, {"path", err->file}},
                  2);
}

static void end_lists(struct qb_pass *pass)
{
    for (size_t i = 0; i < pass->queue.count; i++)
        pass->queue.items[i]->queued = false;
    for (size_t i = 0; i < pass->gone.count; i++)
        pass->gone.items[i]->queued = false;
    pass->queue.count = pass->gone.count = 0;
}

static bool hold(struct qb_pass *pass, const char *why)
{
    pass->result->held = why;
    end_lists(pass);
    return true;
}

/* The id of the folder whose history this is: of its newest settings there, or else of those in the folder. */
static const char *known_id(struct qb_folder *folder)
{
    const struct qb_tracked *file = qb_folder_find(folder, "qbis.yaml");
    struct qb_buf text = {0};
    if (!folder->id && file && folder->history && !qb_oid_is_zero(&file->committed) &&
        qb_history_read(folder->history, &file->committed, &text, NULL) == QB_OK)
        folder->id = qb_settings_folder_id(qb_buf_text(&text), text.length);
    if (!folder->id)
        folder->id = qb_mem_string(folder->settings.folder_id);
    qb_buf_fini(&text);
    return folder->id;
}

/* Whether another folder lies here by now, or was copied over this one. */
static bool is_another(struct qb_pass *pass, const struct qb_buf *settings)
{
    struct qb_folder *folder = pass->folder;
    char *id = qb_settings_folder_id(qb_buf_text(settings), settings->length);
    bool another = id && *known_id(folder) && strcmp(id, known_id(folder)) != 0;
    if (another && pass->request->accept) {
        free(folder->id);
        folder->id = qb_mem_string(id);
        another = false;
    }
    free(id);
    return another;
}

/* Without settings that can be read this is not the folder that it was (DESIGN section 6), nor with another's. */
static bool not_itself(struct qb_pass *pass)
{
    struct qb_buf text = {0};
    int result = qb_file_read(pass->folder->dir, "qbis.yaml", QB_MAX_SETTINGS, &text, NULL, NULL);
    bool there = result == QB_OK || result == QB_ECHANGED || result == QB_ELIMIT;
    bool another = result == QB_OK && pass->folder->options.writes && is_another(pass, &text);
    qb_buf_fini(&text);
    return (!there && hold(pass, "hold.settings-gone")) || (another && hold(pass, "hold.other-folder"));
}

/* Whether the pass must not go on, because what it found may not be meant (watcher/hold). */
static bool held(struct qb_pass *pass, bool (*too_many)(struct qb_pass *pass))
{
    if (pass->request->accept || !too_many(pass))
        return false;
    end_lists(pass);
    return true;
}

/* When settings or kinds changed, all that was made from them is made anew. A reload that fails stays due. */
static int renew(struct qb_pass *pass, struct qb_err *err)
{
    struct qb_folder *folder = pass->folder;
    int result = qb_intake_config(pass, &folder->reload_due, err);
    if (result < 0 || !folder->reload_due)
        return result;
    result = qb_folder_reload(folder, err);
    if (result < 0)
        return result;
    folder->reload_due = false;
    end_lists(pass);
    qb_buf_clear(&pass->unseen);
    pass->whole = pass->verify = true;
    return qb_scan(pass, err); /* with other patterns to ignore, other files are gone */
}

static int run(struct qb_pass *pass, struct qb_err *err)
{
    struct qb_folder *folder = pass->folder;
    bool same_day = folder->stored && folder->as_of == pass->request->as_of;
    int result = qb_scan(pass, err);
    if (result < 0 || not_itself(pass))
        return result;
    if (folder->options.writes)
        result = qb_history_begin(folder->history, pass->queue.count, err);
    if (result == QB_OK)
        result = renew(pass, err);
    if (result < 0 || held(pass, qb_hold_gone))
        return result;
    size_t changed = pass->queue.count + pass->gone.count;
    pass->result->changed += changed;
    if (same_day && !pass->whole && !changed && !folder->changed.count)
        return QB_OK;
    result = qb_intake(pass, err);
    if (result < 0 || held(pass, qb_hold_invalid))
        return result;
    qb_names_pass(pass);
    if (result == QB_OK)
        result = qb_copies_decide(pass, err);
    if (result == QB_OK)
        result = qb_publish(pass, err);
    if (result == QB_OK && folder->options.writes)
        result = qb_journal(pass, err);
    return result;
}

static void end_pass(struct qb_pass *pass)
{
    end_lists(pass);
    qb_copies_drop(pass);
    free(pass->queue.items);
    free(pass->gone.items);
    qb_buf_fini(&pass->unseen);
}

/* of merging in one pass; what is left then is left to the next, so that no busy writer keeps this one for ever */
#define MOST_ROUNDS 50

/* Does what the pass decided about conflict copies, and takes note of what that changed; in several rounds, since
 * copies of one record are merged one after the other. */
static int merge_copies(struct qb_pass *first, struct qb_err *err)
{
    struct qb_request request = *first->request;
    struct qb_buf paths = {0};
    int code = QB_OK;
    request.whole = false;
    struct qb_pass pass = {.folder = first->folder, .request = &request, .result = first->result};
    qb_copies_apply(first, &paths);
    for (int round = 0; code == QB_OK && paths.length && round < MOST_ROUNDS; round++) {
        const char **list = qb_mem_array(paths.length, sizeof *list);
        request.path_count = 0;
        for (size_t at = 0; at < paths.length; at += strlen(paths.data + at) + 1)
            list[request.path_count++] = paths.data + at;
        request.paths = list;
        code = run(&pass, err);
        free(list);
        end_lists(&pass);
        qb_buf_clear(&pass.unseen);
        qb_buf_clear(&paths);
        if (code == QB_OK)
            qb_copies_apply(&pass, &paths);
    }
    end_pass(&pass);
    qb_buf_fini(&paths);
    return code;
}

/* A commit by another hand may hold other files than are remembered: the folder has to be opened anew. */
static int same_history(struct qb_folder *folder, struct qb_err *err)
{
    bool moved = false;
    int result = folder->options.writes ? qb_history_moved(folder->history, &moved, err) : QB_OK;
    if (moved)
        result = qb_err_set(err, QB_EBUSY, NULL, "somebody else has committed to history: it is read anew");
    return result;
}

/* Nothing is left for later: neither a hold nor a file that was in the middle of a change. */
static bool is_done(const struct qb_result *result)
{
    return !result->held && !result->troubles && !result->unrest.length && !result->again_at;
}

/* When something may have changed that no event tells of; 0: never. */
static int64_t next_look(const struct qb_folder *folder, int64_t now)
{
    int64_t contest = qb_put_back_next(folder);
    int64_t absent = folder->absent.count ? now + QB_LOOK_FOR_ABSENT : 0;
    return !contest || (absent && absent < contest) ? absent : contest;
}

int qb_folder_pass(struct qb_folder *folder, const struct qb_request *request, struct qb_result *result,
                   struct qb_err *err)
{
    bool woken = false;
    if (folder->cache) {
        bool look = request->whole && !request->accept && !request->awake;
        if (look && qb_cache_unchanged(folder, request->as_of))
            return QB_OK;
        woken = true;
        int waking = qb_cache_wake(folder, err);
        if (waking < 0)
            return waking;
    }
    bool whole = request->whole || woken || !folder->stored;
    struct qb_pass pass = {.folder = folder, .request = request, .result = result, .whole = whole, .verify = whole};
    int code = same_history(folder, err);
    if (code == QB_OK)
        code = run(&pass, err);
    if (code == QB_OK && pass.plan_count)
        code = merge_copies(&pass, err);
    if (code == QB_OK && folder->options.writes)
        qb_hold_tell(&pass);
    if (code < 0)
        folder->stored = false; /* in doubt everything is read again */
    result->again_at = next_look(folder, request->now);
    folder->quiet = code == QB_OK && is_done(result);
    folder->unsaved += result->changed + woken;
    end_pass(&pass);
    return code;
}

static bool stat_of(void *context, const char *path, struct qb_file_stat *st)
{
    const struct qb_tracked *file = qb_folder_find(context, path);
    if (!file || !file->present || !qb_oid_equal(&file->blob, &file->committed))
        return false;
    *st = file->stat;
    return true;
}

bool qb_folder_rest(struct qb_folder *folder)
{
    struct qb_err err = {0};
    if (!folder->history || !folder->options.writes)
        return true;
    int result = qb_history_refresh_index(folder->history, stat_of, folder, &err);
    if (result < 0 && result != QB_EBUSY)
        qb_folder_log(folder, "log.index", (struct qb_text_arg[]){{"reason", err.message}}, 1);
    return result != QB_EBUSY;
}
