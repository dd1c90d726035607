/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A line costs a look at the file once a day; on all other passes the file is only looked at when it changed. Machines
 * that share a folder never fight over it: each only adds, and all keep what the others added.
 */
#include "watcher/anchor.h"

#include "core/base/limits.h"
#include "core/history/anchors.h"

#include <string.h>

#define MOST_BYTES ((size_t)16 << 20) /* of the file: a hundred machines for forty years have a tenth of it */

/* Puts the new text into the folder and among what is to be committed. What somebody wrote there that does not stay
 * goes into history before. */
static int put(struct qb_pass *pass, struct qb_tracked *file, const struct qb_buf *text, struct qb_err *err)
{
    struct qb_folder *folder = pass->folder;
    struct qb_oid blob;
    int result = qb_history_add(folder->history, text->data, text->length, &blob, err);
    if (result == QB_OK)
        result = qb_file_replace(folder->dir, file->path, text->data, text->length, NULL, &file->stat, err);
    if (result < 0)
        return result;
    pass->result->written++;
    file->present = true;
    file->blob = blob;
    qb_folder_changed(folder, file);
    return QB_OK;
}

static int add_line(struct qb_pass *pass, struct qb_buf *text, qb_date day, struct qb_err *err)
{
    struct qb_folder *folder = pass->folder;
    struct qb_history_entry head;
    struct qb_buf commit = {0};
    struct qb_anchor anchor = {.day = day};
    if (!qb_history_signer_key(folder->history, anchor.key) ||
        qb_anchors_have(qb_buf_text(text), text->length, day, anchor.key))
        return QB_OK;
    int result = qb_history_resolve(folder->history, NULL, 0, &head, &commit, err);
    if (result == QB_OK) {
        struct qb_buf line = {0};
        memcpy(anchor.commit, head.id, sizeof anchor.commit);
        qb_anchor_write(&line, &anchor);
        qb_anchors_unite(text, line.data, line.length);
        qb_buf_fini(&line);
    }
    qb_buf_fini(&commit);
    return result == QB_EABSENT ? QB_OK : result; /* no commit yet: nothing to anchor */
}

static int renew(struct qb_pass *pass, struct qb_tracked *file, qb_date day, struct qb_err *err)
{
    struct qb_folder *folder = pass->folder;
    struct qb_buf text = {0};
    struct qb_buf known = {0};
    struct qb_buf there = {0};
    int result = qb_file_read(folder->dir, QB_ANCHORS_PATH, MOST_BYTES, &there, NULL, err);
    if (result == QB_EABSENT)
        result = QB_OK;
    if (result == QB_OK && !qb_oid_is_zero(&file->committed))
        result = qb_history_read(folder->history, &file->committed, &known, err);
    if (result == QB_OK) {
        qb_buf_add(&text, there.data, there.length);
        qb_anchors_unite(&text, qb_buf_text(&known), known.length);
        bool taken = there.length && (text.length != there.length || memcmp(text.data, there.data, text.length) != 0);
        if (taken && file->changed)
            file->edited = file->blob; /* somebody took lines away, or wrote others: into history before they go */
        result = add_line(pass, &text, day, err);
    }
    if (result == QB_OK && text.length &&
        (text.length != there.length || memcmp(text.data, there.data, text.length) != 0))
        result = put(pass, file, &text, err);
    qb_buf_fini(&text);
    qb_buf_fini(&known);
    qb_buf_fini(&there);
    return result;
}

void qb_anchor_pass(struct qb_pass *pass)
{
    struct qb_folder *folder = pass->folder;
    struct qb_err why = {0};
    qb_date day = qb_date_at(pass->request->now, folder->settings.offset_minutes);
    if (!folder->changed.count || !qb_settings_output(&folder->settings, "anchors"))
        return;
    struct qb_tracked *file = qb_folder_track(folder, QB_ANCHORS_PATH);
    if (!file->changed && folder->anchored_on == day)
        return;
    if (renew(pass, file, day, &why) < 0)
        qb_pass_trouble(pass, &why);
    else
        folder->anchored_on = day;
}
