/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The repository as a whole: making, opening, configuring, HEAD.
 *
 * It is made by hand rather than by libgit2: only so is the order known in which its parts reach the disk. HEAD comes
 * last, and what has no HEAD is made again; all steps can be repeated. It looks like the `.git` of a work
 * tree, but stands elsewhere and is opened as a bare repository: nothing here may ever touch the folder.
 */
#include "core/history/internal.h"

#include "core/base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char head_text[] = "ref: " QB_HISTORY_MAIN "\n";

/* Highest precedence in git, so neither the user's attributes nor a .gitattributes in the folder change a byte. */
static const char attributes[] = "* -text -eol -ident -filter -working-tree-encoding\n";

/* What keeps a git that a person runs here from changing bytes, guessing, or tidying up at the wrong moment. */
static const struct {
    const char *key;
    const char *value;
} settings[] = {
    {"core.repositoryformatversion", "0"},
    {"core.bare", "false"},
    {"core.logallrefupdates", "true"},
    {"core.filemode", "false"},   /* sync clients lose the executable bit or set it */
    {"core.symlinks", "true"},    /* a link in place of a record shows as one */
    {"core.ignorecase", "false"}, /* names are bytes, whatever the folder's other copies live on */
    {"core.precomposeunicode", "false"},
    {"core.autocrlf", "false"},
    {"core.safecrlf", "false"},
    {"core.quotepath", "false"}, /* names are shown as they are */
    {"core.fsmonitor", "false"}, /* starts no process and puts nothing into the index */
    {"core.untrackedcache", "false"},
    {"core.splitindex", "false"},
    {"index.version", "2"}, /* core/history/index.c reads and writes this one */
    {"index.sparse", "false"},
    {"gc.auto", "0"}, /* a gc behind the back of a pass could drop what it just wrote; packing up is the watcher's */
    {"maintenance.auto", "false"},
};

int qb_git_err(struct qb_err *err, int git_code, const char *format, ...)
{
    static const struct {
        int git;
        enum qb_code code;
    } codes[] = {
        {GIT_ENOTFOUND, QB_EABSENT}, {GIT_ELOCKED, QB_EBUSY},       {GIT_EMODIFIED, QB_EBUSY},
        {GIT_EAMBIGUOUS, QB_EINPUT}, {GIT_EINVALIDSPEC, QB_EINPUT}, {GIT_EOWNER, QB_EUNSAFE},
    };
    int number = errno;
    const git_error *last = git_error_last();
    enum qb_code code = last && last->klass == GIT_ERROR_OS && number ? QB_ESYS : QB_EGIT;
    char message[256];
    va_list args;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (codes[i].git == git_code)
            code = codes[i].code;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    qb_err_set(err, code, NULL, "%s: %s", message, last && last->message ? last->message : "no reason given");
    if (err && code == QB_ESYS)
        err->sys = number;
    return code;
}

/* --- making --- */

static int make_dir(int dir, const char *path, mode_t mode, struct qb_err *err)
{
    if (mkdirat(dir, path, mode) < 0 && errno != EEXIST)
        return qb_stream_err(err, errno, path, "cannot make a directory of history");
    return QB_OK;
}

static int make_dirs(struct qb_history *history, struct qb_err *err)
{
    static const char *const paths[] = {"objects",    "objects/info", "objects/pack",   "refs",
                                        "refs/heads", "refs/tags",    "refs/qbis",      "info",
                                        "logs",       "logs/refs",    "logs/refs/heads"};
    int result = QB_OK;
    for (size_t i = 0; i < sizeof paths / sizeof *paths && result == QB_OK; i++)
        result = make_dir(history->dir, paths[i], 0777, err);
    for (unsigned i = 0; i < 256 && result == QB_OK; i++) {
        char fan_out[16];
        snprintf(fan_out, sizeof fan_out, "objects/%02x", i);
        result = make_dir(history->dir, fan_out, 0777, err);
    }
    return result;
}

static int make_file(struct qb_history *history, const char *path, const char *text, struct qb_err *err)
{
    int result = qb_file_replace(history->dir, path, text, strlen(text), NULL, NULL, err);
    return result < 0 ? qb_err_context(err, "setting up history") : QB_OK;
}

/* A file that is no configuration (a power cut, an editor) is put aside and made anew. */
static int open_config(struct qb_history *history, git_config **config, struct qb_buf *notes, const char *path)
{
    int code = git_config_open_ondisk(config, path);
    if (!code || renameat(history->dir, "config", history->dir, "config.broken") < 0)
        return code;
    if (notes)
        qb_buf_add_string(notes,
                          "history: the configuration could not be read; made anew, the old one is config.broken\n");
    git_config_free(*config);
    *config = NULL;
    return git_config_open_ondisk(config, path);
}

/* The settings that depend on where history lies: 0 the folder, 1 the keys whose signatures git accepts. */
static char *placed_value(const struct qb_history *history, size_t which)
{
    struct qb_buf value = {0};
    const char *slash = strrchr(history->path, '/');
    if (which)
        qb_buf_addf(&value, "%.*s/allowed_signers", slash ? (int)(slash - history->path) : 0, history->path);
    else
        qb_buf_add_string(&value, history->folder);
    return qb_buf_steal(&value);
}

/* Sets what differs; the rest of the file, such as a person's remotes, stays. */
static int configure(struct qb_history *history, struct qb_buf *notes, struct qb_err *err)
{
    git_config *config = NULL;
    git_buf old = {0};
    struct qb_buf path = {0};
    qb_buf_addf(&path, "%s/config", history->path);
    int code = open_config(history, &config, notes, path.data);
    const size_t fixed = sizeof settings / sizeof *settings;
    static const char *const placed[] = {"core.worktree", "gpg.ssh.allowedSignersFile"};
    for (size_t i = 0; !code && i < fixed + sizeof placed / sizeof *placed; i++) {
        const char *key = i < fixed ? settings[i].key : placed[i - fixed];
        char *value = i < fixed ? qb_mem_string(settings[i].value) : placed_value(history, i - fixed);
        int there = git_config_get_string_buf(&old, config, key);
        if (there || strcmp(old.ptr, value))
            code = git_config_set_string(config, key, value);
        git_buf_dispose(&old);
        free(value);
    }
    int result = code ? qb_git_err(err, code, "cannot set up history's configuration") : QB_OK;
    git_config_free(config);
    qb_buf_fini(&path);
    return result;
}

static int make(struct qb_history *history, struct qb_buf *notes, struct qb_err *err)
{
    int result = make_dirs(history, err);
    if (result == QB_OK)
        result = make_file(history, "info/attributes", attributes, err);
    if (result == QB_OK)
        result = configure(history, notes, err);
    if (result == QB_OK && syncfs(history->dir) < 0)
        result = qb_stream_err(err, errno, history->path, "cannot bring history to the disk");
    return result == QB_OK ? make_file(history, "HEAD", head_text, err) : result;
}

/* --- opening --- */

/* libgit2 would refuse a repository of somebody else with words that help nobody; and it would look at the folder's
 * owner too, who may well be another. */
static int check_owner(struct qb_history *history, struct qb_err *err)
{
    struct stat st;
    if (fstat(history->dir, &st) < 0)
        return qb_err_sys(err, history->path, "cannot look at history");
    if (st.st_uid != geteuid())
        return qb_err_set(err, QB_EUNSAFE, history->path,
                          "history belongs to user %u and this is user %u: run as its owner, or change the owner",
                          (unsigned)st.st_uid, (unsigned)geteuid());
    return QB_OK;
}

static int open_dirs(struct qb_history *history, const char *path, bool create, struct qb_err *err)
{
    if (create && mkdir(path, 0700) < 0 && errno != EEXIST) /* personal data: not for other users of the machine */
        return qb_stream_err(err, errno, path, "cannot make the directory of history");
    history->path = realpath(path, NULL);
    if (!history->path)
        return qb_err_sys(err, path, "no history");
    history->dir = qb_file_open_dir(history->path, err);
    return history->dir < 0 ? history->dir : QB_OK;
}

/* Process-wide settings of libgit2: the same for every history, so it does not matter who sets them when. */
static void prepare_library(void)
{
    static const git_config_level_t levels[] = {GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM,
                                                GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL};
    git_libgit2_init();
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, (int)levels[i], "");
    git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0); /* check_owner */
    git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1);  /* refs; objects are written by core/history/loose and pack */
    git_libgit2_opts(GIT_OPT_ENABLE_STRICT_OBJECT_CREATION, 1);
    git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 1);
}

static void close_library(struct qb_history *history)
{
    git_odb_free(history->odb);
    git_repository_free(history->repo);
    history->odb = NULL;
    history->repo = NULL;
}

int qb_repository_reload(struct qb_history *history, struct qb_err *err)
{
    git_repository *repo = NULL;
    git_odb *odb = NULL;
    int code =
        git_repository_open_ext(&repo, history->path, GIT_REPOSITORY_OPEN_NO_SEARCH | GIT_REPOSITORY_OPEN_BARE, NULL);
    if (!code)
        code = git_repository_odb(&odb, repo);
    if (code) {
        int result = qb_git_err(err, code, "cannot open history");
        git_repository_free(repo);
        return result;
    }
    close_library(history);
    history->repo = repo;
    history->odb = odb;
    return QB_OK;
}

/* HEAD must lead to `main`: a person's `git checkout` of something else would let git status compare with that. */
static int check_head(struct qb_history *history, struct qb_buf *notes, struct qb_err *err)
{
    struct qb_buf text = {0};
    int result = qb_file_read(history->dir, "HEAD", 4096, &text, NULL, err);
    if (result == QB_OK && strcmp(qb_buf_text(&text), head_text)) {
        result = make_file(history, "HEAD", head_text, err);
        if (result == QB_OK && notes)
            qb_buf_add_string(notes, "history: HEAD did not lead to the branch main; set back\n");
    }
    qb_buf_fini(&text);
    return result;
}

static int open_all(struct qb_history *history, const char *path, bool create, enum qb_history_access access,
                    struct qb_buf *notes, struct qb_err *err)
{
    bool exclusive = access != QB_HISTORY_SHARED;
    if (history->folder[0] != '/')
        return qb_err_set(err, QB_EINPUT, history->folder, "the folder of a history needs an absolute path");
    int result = open_dirs(history, path, create, err);
    if (result == QB_OK)
        result = check_owner(history, err);
    if (result < 0)
        return result;
    size_t empty = 0;
    bool there = !faccessat(history->dir, "HEAD", F_OK, AT_SYMLINK_NOFOLLOW);
    if (!there && !create)
        return qb_err_set(err, QB_EABSENT, path, "no history");
    if (exclusive && (result = qb_mend_leftovers(history, access == QB_HISTORY_AGAIN, notes, &empty, err)) < 0)
        return result;
    if (!there)
        result = make(history, notes, err);
    else if (exclusive || create)
        result = configure(history, notes, err);
    if (result == QB_OK)
        result = qb_file_open_dir_at(history->dir, "objects", err);
    if (result < 0)
        return result;
    history->objects = result;
    result = qb_repository_reload(history, err);
    if (result == QB_OK && exclusive)
        result = check_head(history, notes, err);
    if (result == QB_OK && exclusive && (empty || !qb_mend_head_sound(history)))
        result = qb_history_mend(history, notes, err);
    return result;
}

int qb_history_open(struct qb_history **out, const char *path, const char *folder, bool create,
                    enum qb_history_access access, struct qb_buf *notes, struct qb_err *err)
{
    struct qb_history *history = qb_mem_alloc(sizeof *history);
    history->dir = -1;
    history->objects = -1;
    history->folder = qb_mem_string(folder);
    history->loose = qb_loose_new();
    prepare_library();
    int result = open_all(history, path, create, access, notes, err);
    if (result < 0) {
        qb_history_close(history);
        history = NULL;
    }
    *out = history;
    return result;
}

void qb_history_close(struct qb_history *history)
{
    if (!history)
        return;
    qb_pack_free(history->pack);
    qb_loose_free(history->loose);
    close_library(history);
    git_libgit2_shutdown();
    if (history->objects >= 0)
        close(history->objects);
    if (history->dir >= 0)
        close(history->dir);
    free(history->path);
    free(history->folder);
    free(history);
}

/* --- in use --- */

int qb_history_exclude(struct qb_history *history, const char *lines, struct qb_err *err)
{
    struct qb_buf text = {0};
    /* qb_history_path_allowed refuses these */
    qb_buf_add_string(&text, ".[gG][iI][tT]*\n[gG][iI]*~[0-9]*\n");
    qb_buf_add_string(&text, lines);
    int result = make_file(history, "info/exclude", qb_buf_text(&text), err);
    qb_buf_fini(&text);
    return result;
}

int qb_history_reread(struct qb_history *history, struct qb_err *err)
{
    return qb_repository_reload(history, err);
}

int qb_repository_sync(struct qb_history *history, struct qb_err *err)
{
    if (!history->unsynced)
        return QB_OK;
    if (syncfs(history->dir) < 0)
        return qb_stream_err(err, errno, history->path, "cannot bring history to the disk");
    history->unsynced = false;
    return QB_OK;
}

int qb_history_tip(struct qb_history *history, struct qb_oid *commit, struct qb_err *err)
{
    return qb_repository_head(history, commit, err);
}

int qb_repository_head(struct qb_history *history, struct qb_oid *commit, struct qb_err *err)
{
    *commit = (struct qb_oid){0};
    int code = git_reference_name_to_id((git_oid *)commit, history->repo, QB_HISTORY_MAIN);
    if (code && code != GIT_ENOTFOUND)
        return qb_git_err(err, code, "cannot read the branch main");
    return QB_OK;
}
