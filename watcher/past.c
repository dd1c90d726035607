/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records in history by the names that people use. An id is looked for as the file `<id>.json` anywhere in the
 * revision; for one that is not there any more the commits are gone through, newest first, until one touched such a
 * file.
 */
#include "watcher/past.h"

#include "core/base/file.h"
#include "core/base/limits.h"
#include "core/base/mem.h"
#include "schema/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Only the time zone matters here, so settings that cannot be used are no reason not to look back. */
static void read_settings(struct qb_past *past)
{
    struct qb_problems problems = {0};
    struct qb_buf path = {0};
    struct qb_buf text = {0};
    qb_settings_init(&past->settings);
    qb_buf_addf(&path, "%s/qbis.yaml", past->folder);
    if (qb_file_read_path(qb_buf_text(&path), QB_MAX_SETTINGS, &text, NULL) == QB_OK)
        qb_settings_read(&past->settings, "qbis.yaml", qb_buf_text(&text), text.length, &problems);
    qb_problems_fini(&problems);
    qb_buf_fini(&path);
    qb_buf_fini(&text);
}

bool qb_past_open(struct qb_past *past, const struct qb_invocation *invocation)
{
    struct qb_err err = {0};
    struct qb_buf path = {0};
    *past = (struct qb_past){.invocation = invocation, .folder = realpath(invocation->folder, NULL)};
    if (!past->folder) {
        qb_err_sys(&err, invocation->folder, "cannot find the folder");
        qb_say_error(invocation, &err);
        return false;
    }
    read_settings(past);
    char *state = qb_state_dir(invocation);
    if (!state)
        return false;
    qb_buf_addf(&path, "%s/history.git", state);
    free(state);
    int result =
        qb_history_open(&past->history, qb_buf_text(&path), past->folder, false, QB_HISTORY_SHARED, NULL, &err);
    if (result == QB_EABSENT)
        qb_say(invocation, "history.none", (struct qb_text_arg[]){{"path", qb_buf_text(&path)}}, 1);
    else if (result < 0)
        qb_say_error(invocation, &err);
    else
        past->repository = realpath(qb_buf_text(&path), NULL);
    qb_buf_fini(&path);
    return past->repository != NULL;
}

void qb_past_close(struct qb_past *past)
{
    if (past->folder)
        qb_settings_fini(&past->settings);
    qb_history_close(past->history);
    free(past->folder);
    free(past->repository);
    *past = (struct qb_past){0};
}

char *qb_past_format_time(const struct qb_past *past, int64_t seconds, char separator, char text[QB_PAST_TIME])
{
    int offset = past->settings.offset_minutes;
    int minutes = abs(offset);
    char day[QB_DATE_SIZE];
    qb_date date = qb_date_at(seconds, offset);
    int of_day = (int)(seconds + (int64_t)offset * 60 - (int64_t)date * 86400);
    snprintf(text, QB_PAST_TIME, "%s%c%02d:%02d:%02d%s%c%02d:%02d", qb_date_format(date, day), separator,
             of_day / 3600 % 24, of_day / 60 % 60, of_day % 60, separator == ' ' ? " " : "", offset < 0 ? '-' : '+',
             minutes / 60 % 100, minutes % 60);
    return text;
}

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

bool qb_past_same_name(const char *path, const char *other)
{
    return !strcmp(name_of(path), name_of(other));
}

/* --- finding --- */

struct search {
    struct qb_past *past;
    const char *name; /* of the file */
    struct qb_past_version *version;
};

static int match_file(void *context, const char *path, const struct qb_oid *blob, struct qb_err *err)
{
    struct search *search = context;
    (void)err;
    if (!qb_past_same_name(path, search->name))
        return 0;
    search->version->path = qb_mem_string(path);
    search->version->blob = *blob;
    return 1;
}

/* As far as it was deleted: a commit that did not delete it would have left it to be found before. */
static int match_change(void *context, const char *path, const struct qb_oid *before, const struct qb_oid *after,
                        struct qb_err *err)
{
    return qb_oid_is_zero(after) ? match_file(context, path, before, err) : 0;
}

static int match_commit(void *context, const struct qb_history_entry *entry, struct qb_err *err)
{
    struct search *search = context;
    int result = qb_history_diff(search->past->history, entry->id, match_change, search, err);
    if (result == 1)
        memcpy(search->version->commit, entry->id, sizeof entry->id);
    return result;
}

static int find_id(struct qb_past *past, const char *id, const char *revision, struct qb_past_version *version,
                   struct qb_err *err)
{
    struct qb_buf name = {0};
    qb_buf_addf(&name, "%s.json", id);
    struct search search = {.past = past, .name = qb_buf_text(&name), .version = version};
    int result = qb_history_files_at(past->history, revision, past->settings.offset_minutes, match_file, &search, err);
    if (result == QB_OK && !revision)
        result = qb_history_log(past->history, NULL, match_commit, &search, err);
    if (result >= 0)
        result = version->path ? QB_OK : qb_err_set(err, QB_EABSENT, id, "not in history there");
    qb_buf_fini(&name);
    return result;
}

static int last_version(void *context, const struct qb_history_entry *entry, struct qb_err *err)
{
    struct qb_past_version *version = context;
    (void)err;
    version->blob = entry->before;
    memcpy(version->commit, entry->id, sizeof entry->id);
    return 1;
}

static int find_path(struct qb_past *past, const char *path, const char *revision, struct qb_past_version *version,
                     struct qb_err *err)
{
    int result = qb_history_find(past->history, revision, past->settings.offset_minutes, path, &version->blob, err);
    if (result == QB_EABSENT && !revision) {
        int walked = qb_history_log(past->history, path, last_version, version, err);
        if (walked < 0)
            return walked;
        if (version->commit[0])
            result = QB_OK;
    }
    if (result == QB_OK)
        version->path = qb_mem_string(path);
    return result;
}

/* A path as it is typed, seen from the folder: absolute ones lose the folder's, others are first tried as they are. */
static int find_typed(struct qb_past *past, const char *typed, const char *revision, struct qb_past_version *version,
                      struct qb_err *err)
{
    size_t length = strlen(past->folder);
    if (!strncmp(typed, past->folder, length) && typed[length] == '/')
        return find_path(past, typed + length + 1, revision, version, err);
    while (!strncmp(typed, "./", 2))
        typed += 2;
    int result = find_path(past, typed, revision, version, err);
    char *here = realpath(".", NULL);
    if (result == QB_EABSENT && here && !strncmp(here, past->folder, length) && here[length] == '/') {
        struct qb_buf path = {0};
        qb_buf_addf(&path, "%s/%s", here + length + 1, typed);
        result = find_path(past, qb_buf_text(&path), revision, version, err);
        qb_buf_fini(&path);
    }
    free(here);
    return result;
}

/* PREFIX(-[0-9A-Z]+)+, as ids are made (DESIGN, section 3). */
static bool is_id(const char *text)
{
    size_t prefix = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    return prefix && text[prefix] == '-' && !text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")];
}

int qb_past_find(struct qb_past *past, const char *record, const char *revision, struct qb_past_version *version,
                 struct qb_err *err)
{
    *version = (struct qb_past_version){0};
    return is_id(record) ? find_id(past, record, revision, version, err)
                         : find_typed(past, record, revision, version, err);
}

int qb_past_find_at(struct qb_past *past, const char *argument, struct qb_past_version *version, struct qb_err *err)
{
    bool path = strchr(argument, '/') || strstr(argument, ".json");
    int result = QB_EABSENT;
    for (size_t at = strlen(argument); at-- > 1 && result == QB_EABSENT;) {
        if (argument[at] != '@')
            continue;
        char *record = qb_mem_copy(argument, at);
        if (path || is_id(record))
            result = qb_past_find(past, record, argument + at + 1, version, err);
        free(record);
    }
    return result == QB_EABSENT && (path || !strchr(argument, '@')) ? qb_past_find(past, argument, NULL, version, err)
                                                                    : result;
}
