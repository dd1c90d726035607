/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the state directory of a folder is. The folder's id names it; but when the folder is gone, or another lies in
 * its place, the daemon that still waits for it is found by the path that it wrote into its status.
 */
#include "core/base/file.h"
#include "core/base/limits.h"
#include "core/data/json.h"
#include "schema/settings.h"
#include "watcher/command.h"
#include "watcher/lock.h"
#include "watcher/marks.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* $XDG_STATE_HOME/qbis/ID or ~/.local/state/qbis/ID; without an id, the directory of all. */
static char *default_state(const char *folder_id)
{
    struct qb_buf path = {0};
    const char *base = getenv("XDG_STATE_HOME");
    const char *home = getenv("HOME");
    if (base && *base == '/')
        qb_buf_addf(&path, "%s/qbis/%s", base, folder_id);
    else
        qb_buf_addf(&path, "%s/.local/state/qbis/%s", home && *home ? home : "/var/lib", folder_id);
    return qb_buf_steal(&path);
}

char *qb_state_dir(const struct qb_invocation *invocation)
{
    if (invocation->state)
        return qb_mem_string(invocation->state);
    struct qb_buf path = {0};
    struct qb_buf text = {0};
    struct qb_err err = {0};
    char *state = NULL;
    qb_buf_addf(&path, "%s/qbis.yaml", invocation->folder);
    if (qb_file_read_path(qb_buf_text(&path), QB_MAX_SETTINGS, &text, &err) < 0) {
        qb_say_error(invocation, &err);
    } else {
        char *id = qb_settings_folder_id(qb_buf_text(&text), text.length);
        if (id)
            state = default_state(id);
        else
            qb_say(invocation, "cli.no-folder-id", (struct qb_text_arg[]){{"file", qb_buf_text(&path)}}, 1);
        free(id);
    }
    qb_buf_fini(&path);
    qb_buf_fini(&text);
    return state;
}

/* The folder's path as the daemon knows it, also when nothing is there any more. */
static char *path_of(const char *folder)
{
    char *whole = realpath(folder, NULL);
    if (whole)
        return whole;
    struct qb_buf path = {0};
    char *above = qb_mem_string(folder);
    size_t length = strlen(above);
    while (length > 1 && above[length - 1] == '/')
        above[--length] = '\0';
    char *slash = strrchr(above, '/');
    const char *name = slash ? slash + 1 : above;
    if (slash)
        *slash = '\0';
    char *parent = realpath(!slash ? "." : *above ? above : "/", NULL);
    if (parent)
        qb_buf_addf(&path, "%s/%s", strcmp(parent, "/") ? parent : "", name);
    free(parent);
    free(above);
    return qb_buf_steal(&path);
}

/* Whether a daemon is at work that has its state here and watches, or waits for, the folder of this path. */
static bool watches(const char *state, const char *path)
{
    struct qb_lock_holder holder;
    struct qb_json_fault fault;
    struct qb_buf text = {0};
    struct qb_json_doc *doc = qb_json_doc_new();
    int dir = qb_file_open_dir(state, NULL);
    bool found = false;
    if (dir >= 0 && qb_lock_holder(dir, &holder, NULL) == QB_OK &&
        qb_file_read(dir, QB_MARK_STATUS, QB_MAX_RECORD, &text, NULL, NULL) == QB_OK) {
        const struct qb_json *status =
            qb_json_parse(doc, qb_buf_text(&text), text.length, &qb_json_record_options, &fault);
        const char *folder = qb_json_string(qb_json_get(status, "folder"));
        found = folder && !strcmp(folder, path);
    }
    if (dir >= 0)
        close(dir);
    qb_json_doc_free(doc);
    qb_buf_fini(&text);
    return found;
}

char *qb_state_of_watched(const struct qb_invocation *invocation)
{
    if (invocation->state)
        return qb_mem_string(invocation->state);
    char *all = default_state("");
    char *path = path_of(invocation->folder);
    char *found = NULL;
    DIR *states = opendir(all);
    for (struct dirent *entry; states && !found && (entry = readdir(states));) {
        char *state = default_state(entry->d_name);
        if (entry->d_name[0] != '.' && watches(state, path))
            found = qb_mem_string(state);
        free(state);
    }
    if (states)
        closedir(states);
    free(path);
    free(all);
    return found ? found : qb_state_dir(invocation);
}
