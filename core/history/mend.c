/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a kill, a power cut or a bad disk left behind.
 *
 * At every start under the lock: locks (each would block all later commits) and temporaries go, a pack whose index
 * missed its last rename is completed, empty objects (a power cut's usual trace) go, because git takes an empty object
 * for one that is there and never writes it again.
 *
 * When there is reason to, a look at all that the newest commit holds. A lost version of a file is made anew from the
 * folder if that still has the bytes, a lost directory if it still has the files. Otherwise the commit that needs
 * it can be left: `main` goes back to the newest commit that is whole, the next pass finds the folder different from it
 * and commits that again. Only the last few commits are left so: that is what a power cut can spoil.
 */
#include "core/history/internal.h"

#include "core/base/limits.h"
#include "core/base/mem.h"

#include <errno.h>
#include <fnmatch.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAIN_LOG "logs/refs/heads/main"
#define MAX_LEFT 32               /* commits that may be left; more would be losing history to save it */
#define MAX_LOG ((size_t)1 << 30) /* bytes; a reflog line has about 150, one a pass */

/* --- leftovers --- */

enum leftover { REMOVE, FOREIGN, INDEX, LONE_INDEX, EMPTY_OBJECT };

/* Patterns of fnmatch(3) without flags: a star crosses slashes. The first that fits decides. */
static const struct {
    const char *pattern;
    enum leftover kind;
} leftovers[] = {
    {"*.lock", REMOVE},
    {"*/~*.tmp", REMOVE},                     /* core/base/file */
    {"~*.tmp", REMOVE},                       /* the same */
    {"objects/pack/tmp_idx_qbis_*", INDEX},   /* core/history/pack */
    {"objects/pack/pack-*.idx", LONE_INDEX},  /* core/history/packs */
    {"objects/pack/tmp_pack_qbis_*", REMOVE}, /* the same */
    {"objects/tmp_obj*", REMOVE},             /* libgit2, core/history/loose */
    {"objects/*/tmp_*", FOREIGN},             /* git */
    {"objects/pack/.tmp-*", FOREIGN},         /* git repack */
    {"objects/pack/pack_git2_*", REMOVE},     /* libgit2 */
    {"objects/[0-9a-f][0-9a-f]/*", EMPTY_OBJECT},
};

struct sweep {
    struct qb_history *history;
    struct qb_buf *notes;
    size_t empty;
    bool again; /* FOREIGN ones may be in use */
};

static void note(struct qb_buf *notes, const char *what, const char *path)
{
    if (notes)
        qb_buf_addf(notes, "history: %s: %s\n", what, path);
}

static int sweep_away(struct sweep *sweep, const char *path, const char *what, struct qb_err *err)
{
    int result = qb_file_remove(sweep->history->dir, path, err);
    if (result == QB_OK)
        note(sweep->notes, what, path);
    return result;
}

/* The index was complete and on the disk before its pack got its name: if the pack has it, the index gets its own. */
static int sweep_index(struct sweep *sweep, const char *path, struct qb_err *err)
{
    const char *digest = path + strlen("objects/pack/tmp_idx_qbis_");
    struct qb_buf pack = {0};
    int result = QB_OK;
    qb_buf_addf(&pack, "objects/pack/pack-%s.pack", digest);
    if (!faccessat(sweep->history->dir, pack.data, F_OK, AT_SYMLINK_NOFOLLOW)) {
        note(sweep->notes, "completed a pack that was being put in place", pack.data);
        pack.length -= strlen("pack");
        qb_buf_add_string(&pack, "idx");
        if (renameat(sweep->history->dir, path, sweep->history->dir, pack.data) < 0)
            result = qb_err_sys(err, pack.data, "cannot complete a pack");
    } else {
        result = sweep_away(sweep, path, "removed a temporary that a killed process left", err);
    }
    qb_buf_fini(&pack);
    return result;
}

/* Its pack was removed because another one has all that was in it. */
static int sweep_lone_index(struct sweep *sweep, const char *path, struct qb_err *err)
{
    struct qb_buf pack = {0};
    qb_buf_add(&pack, path, strlen(path) - strlen("idx"));
    qb_buf_add_string(&pack, "pack");
    bool lone = faccessat(sweep->history->dir, pack.data, F_OK, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT;
    qb_buf_fini(&pack);
    return lone ? sweep_away(sweep, path, "removed the index of a pack that is gone", err) : QB_OK;
}

static int sweep_visit(void *context, const char *path, const struct qb_file_stat *st, struct qb_err *err)
{
    struct sweep *sweep = context;
    if (S_ISDIR(st->mode))
        return QB_OK;
    for (size_t i = 0; i < sizeof leftovers / sizeof *leftovers; i++) {
        if (fnmatch(leftovers[i].pattern, path, 0))
            continue;
        if (leftovers[i].kind == FOREIGN && sweep->again)
            return QB_OK;
        if (leftovers[i].kind == REMOVE || leftovers[i].kind == FOREIGN)
            return sweep_away(sweep, path, "removed what a killed process left", err);
        if (leftovers[i].kind == INDEX)
            return sweep_index(sweep, path, err);
        if (leftovers[i].kind == LONE_INDEX)
            return sweep_lone_index(sweep, path, err);
        if (st->size)
            return QB_OK;
        sweep->empty++;
        return sweep_away(sweep, path, "removed an empty object", err);
    }
    return QB_OK;
}

int qb_mend_leftovers(struct qb_history *history, bool again, struct qb_buf *notes, size_t *empty, struct qb_err *err)
{
    struct sweep sweep = {.history = history, .notes = notes, .again = again};
    int result = qb_file_walk(history->dir, "", sweep_visit, &sweep, err);
    *empty = sweep.empty;
    return result < 0 ? qb_err_context(err, "tidying up history") : QB_OK;
}

int qb_history_tidy(struct qb_history *history, struct qb_err *err)
{
    struct sweep sweep = {.history = history, .again = true};
    return qb_file_walk(history->dir, "objects/pack", sweep_visit, &sweep, err);
}

/* --- the newest commit --- */

struct look {
    struct qb_history *history;
    struct qb_buf *notes;
    int folder; /* descriptor, or negative */
    size_t lost_trees;
    struct qb_arena arena; /* paths that are being gathered */
};

bool qb_mend_head_sound(struct qb_history *history)
{
    struct qb_oid head;
    struct qb_commit commit;
    struct qb_buf text = {0};
    struct qb_buf tree = {0};
    bool sound = qb_repository_head(history, &head, NULL) == QB_OK;
    if (sound && !qb_oid_is_zero(&head))
        sound = qb_commit_read(history, &head, &text, &commit, NULL) == QB_OK &&
                qb_tree_read(history, &commit.tree, &tree, NULL) == QB_OK;
    qb_buf_fini(&text);
    qb_buf_fini(&tree);
    return sound;
}

static void look_init(struct look *look, struct qb_history *history, struct qb_buf *notes)
{
    *look = (struct look){.history = history, .notes = notes, .folder = qb_file_open_dir(history->folder, NULL)};
    qb_arena_init(&look->arena);
}

static void look_fini(struct look *look)
{
    if (look->folder >= 0)
        close(look->folder);
    qb_arena_fini(&look->arena);
}

static bool readable(struct look *look, const struct qb_oid *oid, git_object_t type, struct qb_buf *out)
{
    return qb_objects_read(look->history, oid, type, out, NULL) == QB_OK;
}

static void drop(struct look *look, const struct qb_oid *oid)
{
    char name[QB_LOOSE_NAME];
    qb_loose_name(oid, name);
    if (!unlinkat(look->history->objects, name, 0))
        note(look->notes, "removed a broken object", name);
}

/* A lost version of a file: the folder may have the same bytes still. */
static void revive(struct look *look, const char *path, const struct qb_oid *oid, struct qb_err *err)
{
    struct qb_buf bytes = {0};
    struct qb_oid found = {0};
    drop(look, oid);
    if (look->folder >= 0 && qb_file_read(look->folder, path, QB_MAX_ATTACHMENT, &bytes, NULL, NULL) == QB_OK)
        qb_oid_of_blob(bytes.data, bytes.length, &found);
    if (qb_oid_equal(&found, oid) &&
        qb_objects_write(look->history, GIT_OBJECT_BLOB, bytes.data, bytes.length, &found, err) == QB_OK)
        note(look->notes, "made a broken version anew from the folder", path);
    else
        note(look->notes, "the newest version is lost, and the folder does not hold it any more", path);
    qb_buf_fini(&bytes);
}

/* The files beneath one directory of the folder, as changes against nothing. */
struct gathering {
    struct look *look;
    size_t skip; /* bytes of the directory's path and its slash */
    struct qb_history_change *changes;
    size_t count;
    size_t capacity;
};

static int gather(void *context, const char *path, const struct qb_file_stat *st, struct qb_err *err)
{
    struct gathering *all = context;
    struct look *look = all->look;
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    struct qb_buf bytes = {0};
    if (*name == '.' || *name == '~' || !qb_history_path_allowed(path)) /* nothing that history holds */
        return S_ISDIR(st->mode) ? QB_FILE_SKIP : QB_OK;
    if (!S_ISREG(st->mode))
        return QB_OK;
    int result = qb_file_read(look->folder, path, QB_MAX_ATTACHMENT, &bytes, NULL, err);
    if (result == QB_OK) {
        QB_MEM_GROW(all->changes, all->count, all->capacity);
        struct qb_history_change *change = &all->changes[all->count++];
        change->path = qb_arena_copy(&look->arena, path + all->skip, strlen(path + all->skip));
        result = qb_objects_write(look->history, GIT_OBJECT_BLOB, bytes.data, bytes.length, &change->blob, err);
    }
    qb_buf_fini(&bytes);
    return result;
}

/* A lost directory: if the folder's holds the same files, the same tree comes out and is written. */
static bool revive_tree(struct look *look, const char *path, const struct qb_oid *oid)
{
    static const struct qb_oid none;
    struct gathering all = {.look = look, .skip = strlen(path) + (*path != '\0')};
    struct qb_oid made = {0};
    if (look->folder >= 0 && qb_file_walk(look->folder, path, gather, &all, NULL) == QB_OK &&
        qb_tree_update(look->history, &none, all.changes, all.count, &made, NULL) < 0)
        made = none;
    free(all.changes);
    qb_arena_reset(&look->arena);
    if (!qb_oid_equal(&made, oid))
        return false;
    note(look->notes, "made a broken directory anew from the folder", *path ? path : "/");
    return true;
}

static bool tree_readable(struct look *look, const struct qb_oid *oid, const char *path, struct qb_buf *out)
{
    if (readable(look, oid, GIT_OBJECT_TREE, out))
        return true;
    drop(look, oid);
    return revive_tree(look, path, oid) && readable(look, oid, GIT_OBJECT_TREE, out);
}

static void add_path(struct qb_buf *path, const struct qb_tree_entry *entry)
{
    qb_buf_addf(path, "%s%s", path->length ? "/" : "", entry->name);
}

static void look_at_tree(struct look *look, const struct qb_oid *tree, struct qb_buf *path, unsigned depth,
                         struct qb_err *err)
{
    struct qb_buf bytes = {0};
    struct qb_buf blob = {0};
    struct qb_tree_entry entry;
    size_t at = 0;
    if (depth > QB_HISTORY_MAX_DEPTH || !tree_readable(look, tree, qb_buf_text(path), &bytes)) {
        look->lost_trees++;
        return;
    }
    while (qb_tree_next(&bytes, &at, &entry) > 0) {
        size_t length = path->length;
        add_path(path, &entry);
        if (entry.mode == QB_MODE_TREE)
            look_at_tree(look, &entry.oid, path, depth + 1, err);
        else if (qb_tree_is_file(entry.mode) && !readable(look, &entry.oid, GIT_OBJECT_BLOB, &blob))
            revive(look, path->data, &entry.oid, err);
        path->length = length;
        path->data[length] = '\0';
    }
    qb_buf_fini(&blob);
    qb_buf_fini(&bytes);
}

/* Whether the commit and all its directories are there; its first parent in `parent` (zero: none, or not known). */
static bool whole(struct look *look, const struct qb_oid *id, struct qb_oid *parent, struct qb_err *err)
{
    struct qb_buf text = {0};
    struct qb_buf path = {0};
    struct qb_commit commit;
    bool fine = qb_commit_read(look->history, id, &text, &commit, NULL) == QB_OK;
    *parent = fine ? commit.parent : (struct qb_oid){0};
    look->lost_trees = 0;
    if (fine)
        look_at_tree(look, &commit.tree, &path, 0, err);
    else
        drop(look, id);
    qb_buf_fini(&path);
    qb_buf_fini(&text);
    return fine && !look->lost_trees;
}

/* --- going back --- */

static bool parse_oid(const char *text, struct qb_oid *oid)
{
    return !git_oid_fromstrn((git_oid *)oid, text, QB_OID_TEXT - 1);
}

/* The values that `main` had before, newest first, each line of the reflog being "OLD NEW ...". */
static void read_log(struct qb_history *history, struct qb_oid **ids, size_t *count)
{
    struct qb_buf text = {0};
    size_t capacity = 0;
    *ids = NULL;
    *count = 0;
    if (qb_file_read(history->dir, MAIN_LOG, MAX_LOG, &text, NULL, NULL) == QB_OK) {
        for (size_t end = text.length; end;) {
            size_t start = --end; /* the newline, or the last byte of an unfinished line */
            while (start && text.data[start - 1] != '\n')
                start--;
            struct qb_oid oid;
            if (end - start >= 82 && parse_oid(text.data + start + 41, &oid)) {
                QB_MEM_GROW(*ids, *count, capacity);
                (*ids)[(*count)++] = oid;
            }
            end = start;
        }
    }
    qb_buf_fini(&text);
}

/* Drops the lines that name a commit which is left, or git fsck would miss it for ever. */
static int clean_log(struct qb_history *history, const char *path, const char *left, struct qb_err *err)
{
    struct qb_buf text = {0};
    struct qb_buf kept = {0};
    if (qb_file_read(history->dir, path, MAX_LOG, &text, NULL, NULL) < 0)
        return QB_OK;
    for (char *line = text.data; *line;) {
        size_t length = strcspn(line, "\n");
        length += line[length] == '\n';
        if (length < 82 || (memcmp(line, left, 40) && memcmp(line + 41, left, 40)))
            qb_buf_add(&kept, line, length);
        line += length;
    }
    int result = qb_file_replace(history->dir, path, qb_buf_text(&kept), kept.length, NULL, NULL, err);
    qb_buf_fini(&kept);
    qb_buf_fini(&text);
    return result;
}

/* The newest commit before `id` that may be whole: its parent, else the next older value of the branch. */
static bool go_back(struct qb_oid *id, const struct qb_oid *parent, const struct qb_oid *log, size_t log_count,
                    size_t *at)
{
    if (!qb_oid_is_zero(parent)) {
        *id = *parent;
        return true;
    }
    while (*at < log_count && qb_oid_equal(&log[*at], id))
        ++*at;
    if (*at >= log_count)
        return false;
    *id = log[(*at)++];
    return true;
}

/* `id` zero: the branch begins anew. */
static int set_main(struct qb_history *history, const struct qb_oid *id, struct qb_err *err)
{
    git_reference *reference = NULL;
    int code;
    unlinkat(history->dir, QB_HISTORY_MAIN, 0); /* what libgit2 cannot read it would not replace */
    git_repository_set_ident(history->repo, "qbis", "qbis@localhost");
    if (qb_oid_is_zero(id))
        code = git_reference_remove(history->repo, QB_HISTORY_MAIN);
    else
        code = git_reference_create(&reference, history->repo, QB_HISTORY_MAIN, (const git_oid *)id, 1, "mend");
    git_reference_free(reference);
    return code ? qb_git_err(err, code, "cannot move the branch main") : QB_OK;
}

struct trail_back {
    struct qb_oid *left; /* commits that were left */
    size_t count;
    size_t capacity;
};

static int leave(struct look *look, const struct trail_back *back, const struct qb_oid *to, struct qb_err *err)
{
    int result = set_main(look->history, to, err);
    for (size_t i = 0; i < back->count && result == QB_OK; i++) {
        char text[QB_OID_TEXT];
        qb_oid_format(&back->left[i], text);
        note(look->notes, "left a commit that is not whole; what the folder holds will be committed again", text);
        result = clean_log(look->history, MAIN_LOG, text, err);
        if (result == QB_OK)
            result = clean_log(look->history, "logs/HEAD", text, err);
    }
    return result;
}

static int find_whole(struct look *look, struct trail_back *back, struct qb_oid *id, struct qb_err *err)
{
    struct qb_oid *log;
    struct qb_oid parent = {0};
    size_t count;
    size_t at = 0;
    int result = QB_OK;
    read_log(look->history, &log, &count);
    bool known = qb_repository_head(look->history, id, NULL) == QB_OK;
    if (known ? !qb_oid_is_zero(id) : go_back(id, &parent, log, count, &at)) {
        while (!whole(look, id, &parent, err)) {
            QB_MEM_GROW(back->left, back->count, back->capacity);
            back->left[back->count++] = *id;
            if (back->count > MAX_LEFT) {
                result = qb_err_set(err, QB_EGIT, look->history->path,
                                    "the last %d commits all need objects that are lost: bring back a copy of history",
                                    MAX_LEFT);
                break;
            }
            if (!go_back(id, &parent, log, count, &at)) {
                *id = (struct qb_oid){0}; /* nothing is left: history begins anew */
                break;
            }
        }
    }
    if (result == QB_OK && (back->count || !known))
        result = leave(look, back, id, err);
    free(log);
    return result;
}

/* --- the exceptions --- */

/* Gathers the exceptions that can still be read; true when all of them can. */
static bool gather_exceptions(struct gathering *all, const struct qb_oid *tree, struct qb_buf *path, unsigned depth)
{
    struct qb_buf bytes = {0};
    struct qb_buf blob = {0};
    struct qb_tree_entry entry;
    size_t at = 0;
    bool fine = depth <= QB_HISTORY_MAX_DEPTH && readable(all->look, tree, GIT_OBJECT_TREE, &bytes);
    if (!fine) {
        drop(all->look, tree);
        qb_buf_clear(&bytes);
    }
    while (qb_tree_next(&bytes, &at, &entry) > 0) {
        size_t length = path->length;
        add_path(path, &entry);
        if (entry.mode == QB_MODE_TREE) {
            fine = gather_exceptions(all, &entry.oid, path, depth + 1) && fine;
        } else if (readable(all->look, &entry.oid, GIT_OBJECT_BLOB, &blob)) {
            QB_MEM_GROW(all->changes, all->count, all->capacity);
            all->changes[all->count++] = (struct qb_history_change){
                .path = qb_arena_copy(&all->look->arena, path->data, path->length), .blob = entry.oid};
        } else {
            drop(all->look, &entry.oid);
            note(all->look->notes, "the last valid version is lost", path->data);
            fine = false;
        }
        path->length = length;
        path->data[length] = '\0';
    }
    qb_buf_fini(&blob);
    qb_buf_fini(&bytes);
    return fine;
}

static int mend_exceptions(struct look *look, struct qb_err *err)
{
    struct gathering all = {.look = look};
    struct qb_buf path = {0};
    struct qb_oid tree;
    int result = QB_OK;
    int code = git_reference_name_to_id((git_oid *)&tree, look->history->repo, QB_HISTORY_EXCEPTIONS);
    if (code && code != GIT_ENOTFOUND) {
        unlinkat(look->history->dir, QB_HISTORY_EXCEPTIONS, 0); /* not even an id */
        note(look->notes, "removed a broken list of last valid versions", QB_HISTORY_EXCEPTIONS);
    } else if (!code && !gather_exceptions(&all, &tree, &path, 0)) {
        result = qb_history_set_exceptions(look->history, all.changes, all.count, err);
        note(look->notes, "the list of last valid versions was not whole", QB_HISTORY_EXCEPTIONS);
    }
    free(all.changes);
    qb_arena_reset(&look->arena);
    qb_buf_fini(&path);
    return result;
}

int qb_history_mend(struct qb_history *history, struct qb_buf *notes, struct qb_err *err)
{
    struct look look;
    struct trail_back back = {0};
    struct qb_oid id = {0};
    look_init(&look, history, notes);
    int result = qb_repository_reload(history, err); /* what libgit2 remembers may be whole, and the disk not */
    if (result == QB_OK)
        result = find_whole(&look, &back, &id, err);
    if (result == QB_OK)
        result = mend_exceptions(&look, err);
    if (result == QB_OK)
        result = qb_repository_sync(history, err);
    if (result == QB_OK)
        result = qb_repository_reload(history, err);
    look_fini(&look);
    free(back.left);
    return result < 0 ? qb_err_context(err, "mending history") : QB_OK;
}
