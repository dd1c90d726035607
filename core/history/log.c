/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looking back: the files of a revision, the commits that changed a path, what a commit changed. History is a
 * line (first parents), walked from the newest commit.
 *
 * For a path, each commit is compared with its parent along that path only: directories are read from the top, and as
 * soon as both sides have the same one the rest must be the same too.
 */
#include "core/history/internal.h"

#include "core/base/date.h"
#include "core/base/mem.h"

#include <stdlib.h>
#include <string.h>

/* --- finding --- */

static int no_revision(const char *revision, struct qb_err *err)
{
    return qb_err_set(err, QB_EABSENT, NULL, "history has no revision \"%s\"", revision);
}

static int find_by_date(struct qb_history *history, const char *revision, qb_date date, int offset_minutes,
                        struct qb_oid *id, struct qb_err *err)
{
    struct qb_buf text = {0};
    struct qb_commit commit;
    int result = qb_repository_head(history, id, err);
    while (result == QB_OK && !qb_oid_is_zero(id)) {
        result = qb_commit_read(history, id, &text, &commit, err);
        if (result == QB_OK && qb_date_at(commit.committer.when, offset_minutes) <= date)
            break;
        if (result == QB_OK)
            *id = commit.parent;
    }
    qb_buf_fini(&text);
    return result == QB_OK && qb_oid_is_zero(id) ? no_revision(revision, err) : result;
}

static int find_by_name(struct qb_history *history, const char *revision, struct qb_oid *id, struct qb_err *err)
{
    git_object *object = NULL;
    git_object *commit = NULL;
    int code = git_revparse_single(&object, history->repo, revision);
    if (!code)
        code = git_object_peel(&commit, object, GIT_OBJECT_COMMIT);
    if (!code)
        memcpy(id->raw, git_object_id(commit)->id, sizeof id->raw);
    git_object_free(commit);
    git_object_free(object);
    if (code == GIT_ENOTFOUND || code == GIT_EINVALIDSPEC || code == GIT_EPEEL)
        return no_revision(revision, err);
    return code ? qb_git_err(err, code, "revision \"%s\"", revision) : QB_OK;
}

static int find_commit(struct qb_history *history, const char *revision, int offset_minutes, struct qb_oid *id,
                       struct qb_err *err)
{
    if (!revision)
        return qb_repository_head(history, id, err);
    qb_date date = qb_date_parse(revision, strlen(revision));
    return date != QB_DATE_NONE ? find_by_date(history, revision, date, offset_minutes, id, err)
                                : find_by_name(history, revision, id, err);
}

/* The tree of a revision; zero while there is no commit and none was asked for. */
static int find_tree(struct qb_history *history, const char *revision, int offset_minutes, struct qb_oid *tree,
                     struct qb_err *err)
{
    struct qb_oid id;
    struct qb_buf text = {0};
    struct qb_commit commit;
    *tree = (struct qb_oid){0};
    int result = find_commit(history, revision, offset_minutes, &id, err);
    if (result == QB_OK && !qb_oid_is_zero(&id) &&
        (result = qb_commit_read(history, &id, &text, &commit, err)) == QB_OK)
        *tree = commit.tree;
    qb_buf_fini(&text);
    return result;
}

int qb_history_find(struct qb_history *history, const char *revision, int offset_minutes, const char *path,
                    struct qb_oid *blob, struct qb_err *err)
{
    struct qb_oid tree;
    *blob = (struct qb_oid){0};
    int result = find_tree(history, revision, offset_minutes, &tree, err);
    if (result == QB_OK)
        result = qb_tree_find(history, &tree, path, blob, err);
    if (result == QB_OK && qb_oid_is_zero(blob))
        result = qb_err_set(err, QB_EABSENT, path, "not in history there");
    return result;
}

int qb_history_files_at(struct qb_history *history, const char *revision, int offset_minutes, qb_history_file *visit,
                        void *context, struct qb_err *err)
{
    struct qb_oid tree;
    int result = find_tree(history, revision, offset_minutes, &tree, err);
    return result == QB_OK ? qb_tree_files(history, &tree, visit, context, err) : result;
}

int qb_history_files(struct qb_history *history, qb_history_file *visit, void *context, struct qb_err *err)
{
    return qb_history_files_at(history, NULL, 0, visit, context, err);
}

/* --- walking --- */

/* A commit and the objects along the path in it. */
struct step {
    struct qb_oid id;
    struct qb_buf text;
    struct qb_commit commit;
    struct qb_oid *along; /* the top directory, each directory on the path, and last the file; zero: not there */
};

struct walk {
    struct qb_history *history;
    const char *path; /* NULL: every commit */
    size_t parts;     /* names in the path */
    struct step steps[2];
};

static size_t count_parts(const char *path)
{
    size_t parts = 0;
    for (const char *at = path; at; at = strchr(at, '/')) {
        at += *at == '/';
        parts++;
    }
    return parts;
}

/* Fills step->along; where the newer step has the same directory, it has the same from there on. */
static int resolve(struct walk *walk, struct step *step, const struct step *newer, struct qb_err *err)
{
    const char *name = walk->path;
    memset(step->along, 0, (walk->parts + 1) * sizeof *step->along);
    step->along[0] = step->commit.tree;
    for (size_t i = 0; i < walk->parts && !qb_oid_is_zero(&step->along[i]); i++) {
        if (newer && qb_oid_equal(&newer->along[i], &step->along[i])) {
            memcpy(&step->along[i], &newer->along[i], (walk->parts + 1 - i) * sizeof *step->along);
            break;
        }
        size_t length = strcspn(name, "/");
        int result =
            qb_tree_child(walk->history, &step->along[i], name, length, i + 1 < walk->parts, &step->along[i + 1], err);
        if (result < 0)
            return result;
        name += length + 1;
    }
    return QB_OK;
}

static int load(struct walk *walk, struct step *step, const struct step *newer, struct qb_err *err)
{
    int result = qb_commit_read(walk->history, &step->id, &step->text, &step->commit, err);
    return result == QB_OK && walk->path ? resolve(walk, step, newer, err) : result;
}

/* 1 stops the walk. */
static int tell(const struct walk *walk, const struct step *step, const struct step *parent, qb_history_visit *visit,
                void *context, struct qb_err *err)
{
    struct qb_history_entry entry = {
        .author = step->commit.author, .committer = step->commit.committer, .message = step->commit.message};
    if (walk->path) {
        entry.after = step->along[walk->parts];
        if (parent)
            entry.before = parent->along[walk->parts];
        if (qb_oid_equal(&entry.before, &entry.after))
            return 0;
    }
    qb_oid_format(&step->id, entry.id);
    return visit(context, &entry, err);
}

static int walk_commits(struct walk *walk, qb_history_visit *visit, void *context, struct qb_err *err)
{
    struct step *step = &walk->steps[0];
    struct step *parent = &walk->steps[1];
    int result = qb_oid_is_zero(&step->id) ? 1 : load(walk, step, NULL, err);
    while (result == QB_OK) {
        bool has_parent = !qb_oid_is_zero(&step->commit.parent);
        if (has_parent) {
            parent->id = step->commit.parent;
            result = load(walk, parent, step, err);
        }
        if (result == QB_OK)
            result = tell(walk, step, has_parent ? parent : NULL, visit, context, err);
        if (result == QB_OK && !has_parent)
            result = 1;
        struct step *older = parent;
        parent = step;
        step = older;
    }
    return result < 0 ? result : QB_OK;
}

int qb_history_log(struct qb_history *history, const char *path, qb_history_visit *visit, void *context,
                   struct qb_err *err)
{
    struct walk walk = {.history = history, .path = path, .parts = path ? count_parts(path) : 0};
    for (size_t i = 0; i < 2; i++)
        walk.steps[i].along = qb_mem_array(walk.parts + 1, sizeof(struct qb_oid));
    int result = qb_repository_head(history, &walk.steps[0].id, err);
    if (result == QB_OK)
        result = walk_commits(&walk, visit, context, err);
    for (size_t i = 0; i < 2; i++) {
        qb_buf_fini(&walk.steps[i].text);
        free(walk.steps[i].along);
    }
    return result;
}

int qb_history_resolve(struct qb_history *history, const char *revision, int offset_minutes,
                       struct qb_history_entry *entry, struct qb_buf *text, struct qb_err *err)
{
    struct qb_oid id;
    struct qb_commit commit;
    int result = find_commit(history, revision, offset_minutes, &id, err);
    if (result == QB_OK && qb_oid_is_zero(&id))
        result = qb_err_set(err, QB_EABSENT, NULL, "history has no commit yet");
    if (result == QB_OK)
        result = qb_commit_read(history, &id, text, &commit, err);
    if (result < 0)
        return result;
    *entry =
        (struct qb_history_entry){.author = commit.author, .committer = commit.committer, .message = commit.message};
    qb_oid_format(&id, entry->id);
    return QB_OK;
}

int qb_history_diff(struct qb_history *history, const char *commit, qb_history_diff_visit *visit, void *context,
                    struct qb_err *err)
{
    struct qb_oid id;
    struct qb_buf text = {0};
    struct qb_commit after;
    struct qb_commit before = {0};
    struct qb_oid tree = {0};
    int result = find_by_name(history, commit, &id, err);
    if (result == QB_OK)
        result = qb_commit_read(history, &id, &text, &after, err);
    if (result == QB_OK) {
        struct qb_oid new_tree = after.tree;
        struct qb_oid parent = after.parent;
        if (!qb_oid_is_zero(&parent) && (result = qb_commit_read(history, &parent, &text, &before, err)) == QB_OK)
            tree = before.tree;
        if (result == QB_OK)
            result = qb_tree_diff(history, &tree, &new_tree, visit, context, err);
    }
    qb_buf_fini(&text);
    return result;
}
