/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * First all objects that the repository lists are read, which proves their hashes; then the commits are walked, and
 * their trees, each tree once. What the walk needs and the reading did not find sound is a flaw at the path where it is
 * needed first; what is broken but not needed is told last.
 */
#include "core/history/whole.h"

#include "core/history/internal.h"

#include "core/base/map.h"
#include "core/base/mem.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum state { SOUND = 1, BROKEN, TOLD };

struct known {
    struct qb_oid oid;
    enum state state;
    bool walked; /* a tree that was gone through */
};

struct examination {
    struct qb_history *history;
    qb_flaw_visit *visit;
    void *context;
    struct qb_whole *whole;
    struct qb_arena arena;
    struct qb_map objects; /* id -> struct known */
};

static struct known *know(struct examination *all, const struct qb_oid *oid, enum state state)
{
    struct known *known = qb_map_get(&all->objects, (const char *)oid->raw, sizeof oid->raw);
    if (known)
        return known;
    known = qb_arena_alloc(&all->arena, sizeof *known);
    *known = (struct known){.oid = *oid, .state = state};
    qb_map_put(&all->objects, (const char *)known->oid.raw, sizeof known->oid.raw, known);
    return known;
}

/* --- packs --- */

/* Whether the last twenty bytes of the file are the SHA-1 of all before them. */
static bool sums_up(int dir, const char *name)
{
    unsigned char buffer[65536];
    unsigned char digest[QB_SHA1_SIZE];
    struct qb_sha1 sha;
    struct stat st;
    int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    bool fine = fd >= 0 && fstat(fd, &st) == 0 && st.st_size > QB_SHA1_SIZE;
    qb_sha1_init(&sha);
    for (off_t left = fine ? st.st_size - QB_SHA1_SIZE : 0; fine && left;) {
        ssize_t got = read(fd, buffer, left < (off_t)sizeof buffer ? (size_t)left : sizeof buffer);
        fine = got > 0;
        if (fine)
            qb_sha1_add(&sha, buffer, (size_t)got);
        left -= got;
    }
    qb_sha1_end(&sha, digest);
    fine = fine && read(fd, buffer, QB_SHA1_SIZE) == QB_SHA1_SIZE && !memcmp(buffer, digest, QB_SHA1_SIZE);
    if (fd >= 0)
        close(fd);
    return fine;
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text);
    size_t size = strlen(end);
    return length > size && !strcmp(text + length - size, end);
}

static void look_at_packs(struct examination *all)
{
    int fd = openat(all->history->objects, "pack", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *list = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *item;
    while (list && (item = readdir(list))) {
        bool pack = ends_with(item->d_name, ".pack");
        if ((!pack && !ends_with(item->d_name, ".idx")) || sums_up(dirfd(list), item->d_name))
            continue;
        struct qb_buf path = {0};
        qb_buf_addf(&path, "objects/pack/%s", item->d_name);
        all->visit(all->context, QB_FLAW_PACK, path.data, NULL);
        qb_buf_fini(&path);
    }
    if (list)
        closedir(list);
    else if (fd >= 0)
        close(fd);
}

/* --- objects --- */

static int read_object(const git_oid *id, void *context)
{
    struct examination *all = context;
    git_odb_object *object = NULL;
    struct qb_oid oid;
    memcpy(oid.raw, id->id, sizeof oid.raw);
    bool sound = !qb_loose_cut_off(all->history, &oid) && git_odb_read(&object, all->history->odb, id) == 0;
    git_odb_object_free(object);
    know(all, &oid, sound ? SOUND : BROKEN);
    all->whole->objects += sound;
    return 0;
}

/* Whether the object is sound; else it is told, once. */
static bool sound(struct examination *all, const struct qb_oid *oid, const char *path)
{
    char name[QB_OID_TEXT];
    struct known *known = qb_map_get(&all->objects, (const char *)oid->raw, sizeof oid->raw);
    if (known && known->state != BROKEN)
        return known->state == SOUND;
    all->visit(all->context, known ? QB_FLAW_BROKEN : QB_FLAW_MISSING, qb_oid_format(oid, name), path);
    know(all, oid, TOLD)->state = TOLD;
    return false;
}

static void walk_tree(struct examination *all, const struct qb_oid *tree, struct qb_buf *path, unsigned depth)
{
    struct qb_buf bytes = {0};
    struct qb_tree_entry entry;
    if (depth > QB_HISTORY_MAX_DEPTH || !sound(all, tree, qb_buf_text(path)))
        return;
    struct known *known = know(all, tree, SOUND);
    if (known->walked)
        return;
    known->walked = true;
    if (qb_objects_read(all->history, tree, GIT_OBJECT_TREE, &bytes, NULL) < 0)
        all->visit(all->context, QB_FLAW_BROKEN, "", qb_buf_text(path));
    size_t length = path->length;
    for (size_t at = 0; qb_tree_next(&bytes, &at, &entry) > 0;) {
        qb_buf_addf(path, "%s%s", length ? "/" : "", entry.name);
        if (entry.mode == QB_MODE_TREE)
            walk_tree(all, &entry.oid, path, depth + 1);
        else if (qb_tree_is_file(entry.mode))
            sound(all, &entry.oid, qb_buf_text(path));
        path->length = length;
        path->data[length] = '\0';
    }
    qb_buf_fini(&bytes);
}

static int walk_commits(struct examination *all, struct qb_err *err)
{
    struct qb_oid id;
    struct qb_buf text = {0};
    struct qb_buf path = {0};
    struct qb_commit commit;
    int result = qb_repository_head(all->history, &id, err);
    while (result == QB_OK && !qb_oid_is_zero(&id) && sound(all, &id, "")) {
        result = qb_commit_read(all->history, &id, &text, &commit, err);
        if (result < 0)
            break;
        struct qb_oid tree = commit.tree;
        id = commit.parent;
        all->whole->commits++;
        walk_tree(all, &tree, &path, 0);
    }
    qb_buf_fini(&text);
    qb_buf_fini(&path);
    return result;
}

static void tell_rest(struct examination *all)
{
    struct qb_map_item *item;
    char name[QB_OID_TEXT];
    for (size_t at = 0; (item = qb_map_next(&all->objects, &at));) {
        const struct known *known = item->value;
        if (known->state == BROKEN)
            all->visit(all->context, QB_FLAW_BROKEN, qb_oid_format(&known->oid, name), NULL);
    }
}

int qb_history_examine(struct qb_history *history, qb_flaw_visit *visit, void *context, struct qb_whole *whole,
                       struct qb_err *err)
{
    struct examination all = {.history = history, .visit = visit, .context = context, .whole = whole};
    *whole = (struct qb_whole){0};
    qb_arena_init(&all.arena);
    look_at_packs(&all);
    git_odb_foreach(history->odb, read_object, &all); /* what it cannot list is missed by the walk */
    int result = walk_commits(&all, err);
    tell_rest(&all);
    qb_map_fini(&all.objects);
    qb_arena_fini(&all.arena);
    return result;
}
