/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The doorbell on libinotifytools; the header says what of it needs care.
 *
 * Directories are watched as /proc/self/fd/N/PATH, N being the folder's own descriptor: so it is the folder that
 * the program has open which is watched, whatever its path leads to by now, and no change of the working directory or
 * of a folder above matters. Events come back with that name, and what follows the prefix is the path.
 *
 * A table of our own says which watch number a path has at present. When a directory is removed and made again, its
 * former watch can live on (a shell stands in it) or die late; the number tells the two apart. For each life the
 * directory has a different name in the library ("PATH", "./PATH", "././PATH"), because only a name gives a number
 * there.
 */
#include "watcher/notify.h"

#include "core/base/file.h"
#include "core/base/map.h"
#include "core/base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <inotifytools/inotify.h>
#include <inotifytools/inotifytools.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <unistd.h>

#define WANTED                                                                                           \
    (IN_CREATE | IN_CLOSE_WRITE | IN_MODIFY | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE | IN_DELETE_SELF | \
     IN_MOVE_SELF | IN_ONLYDIR | IN_DONT_FOLLOW | IN_EXCL_UNLINK)

/* events for one call of drain: twice the kernel's usual queue, so that a folder that is never quiet lets go */
#define DRAIN_MAX 32768
/* lives of one path: its name in the library grows with each */
#define LIVES_MAX 64
/* dead watches in the library's tables, some 150 bytes each */
#define DEAD_MAX 4096

struct watch {
    int number;     /* the watch descriptor, 0 when it is not watched at present */
    unsigned lives; /* how often it was watched before */
    char path[];
};

struct qb_notify {
    int root;
    char *folder;    /* absolute */
    char prefix[32]; /* "/proc/self/fd/N/" */
    int fd;          /* the library's, -1 when it is not open */
    const struct qb_ignore *ignore;
    size_t most;
    struct qb_map watches; /* path to struct watch */
    struct qb_arena arena; /* they lie here until the next reset */
    size_t live;
    size_t dead;
    size_t unwatched;
    bool rebuild;
    bool overflowed;
    bool limited;
    bool gone;
    struct qb_buf name;   /* of a directory in the library */
    struct qb_buf path;   /* of the event in hand */
    struct qb_buf before; /* of the one handed on last */
    bool before_directory;
};

/* The library's state is global. */
static bool taken;

/* --- the library's descriptor --- */

static bool is_inotify(int fd)
{
    static const char target[] = "anon_inode:inotify";
    char link[40];
    char found[sizeof target] = "";
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, found, sizeof found);
    return length == (ssize_t)sizeof target - 1 && !memcmp(found, target, sizeof target - 1);
}

/* Descriptors are given out from the lowest free one; another thread may take it in between, but not many. */
static int find_descriptor(int lowest)
{
    for (int fd = lowest; fd < FD_SETSIZE; fd++)
        if (is_inotify(fd))
            return fd;
    return -1;
}

static int refuse_instance(int number, struct qb_err *err)
{
    errno = number;
    if (number == EMFILE || number == ENFILE)
        return qb_err_set(err, QB_ELIMIT, NULL,
                          "no inotify instance to be had: all of the %d that a user may have "
                          "(fs.inotify.max_user_instances), or all file descriptors, are in use",
                          inotifytools_get_max_user_instances());
    return qb_err_sys(err, NULL, "cannot open inotify");
}

static int library_open(struct qb_notify *notify, struct qb_err *err)
{
    int lowest = fcntl(notify->root, F_DUPFD_CLOEXEC, 0);
    if (lowest < 0)
        return refuse_instance(errno, err);
    close(lowest);
    if (!inotifytools_initialize())
        return refuse_instance(inotifytools_error(), err);
    notify->fd = find_descriptor(lowest);
    if (notify->fd < 0) {
        inotifytools_cleanup();
        return qb_err_set(err, QB_ELIMIT, NULL, "inotify's descriptor is not to be found below %d", FD_SETSIZE);
    }
    fcntl(notify->fd, F_SETFD, FD_CLOEXEC);
    return QB_OK;
}

/* An empty descriptor takes the place of inotify's: that ends all watches, and the library, which would keep
 * what it has read for its next life, reads itself dry. */
static void library_close(struct qb_notify *notify)
{
    if (notify->fd < 0)
        return;
    int empty = eventfd(0, EFD_CLOEXEC);
    if (empty >= 0 && dup3(empty, notify->fd, O_CLOEXEC) >= 0)
        while (inotifytools_next_events(0, 1) || inotifytools_error() == EINTR)
            ;
    if (empty >= 0)
        close(empty);
    inotifytools_cleanup();
    notify->fd = -1;
}

/* --- opening and closing --- */

static char *absolute(const char *path)
{
    char *here = *path == '/' ? NULL : getcwd(NULL, 0);
    struct qb_buf out = {0};
    if (here) {
        qb_buf_add_string(&out, here);
        qb_buf_add_char(&out, '/');
    }
    qb_buf_add_string(&out, path);
    free(here);
    return qb_buf_steal(&out);
}

int qb_notify_open(struct qb_notify **out, int dir, const char *folder, const struct qb_notify_options *options,
                   struct qb_err *err)
{
    *out = NULL;
    if (taken)
        return qb_err_set(err, QB_EBUSY, folder, "a folder is being watched already");
    int root = fcntl(dir, F_DUPFD_CLOEXEC, 0);
    if (root < 0)
        return qb_err_sys(err, folder, "cannot watch the folder");
    struct qb_notify *notify = qb_mem_alloc(sizeof *notify);
    *notify = (struct qb_notify){
        .root = root, .folder = absolute(folder), .fd = -1, .ignore = options->ignore, .most = options->most_watches};
    snprintf(notify->prefix, sizeof notify->prefix, "/proc/self/fd/%d/", root);
    qb_arena_init(&notify->arena);
    taken = true;
    int result = qb_notify_reset(notify, err);
    if (result == QB_OK)
        *out = notify;
    else
        qb_notify_close(notify);
    return result;
}

void qb_notify_close(struct qb_notify *notify)
{
    if (!notify)
        return;
    library_close(notify);
    close(notify->root);
    qb_map_fini(&notify->watches);
    qb_arena_fini(&notify->arena);
    qb_buf_fini(&notify->name);
    qb_buf_fini(&notify->path);
    qb_buf_fini(&notify->before);
    free(notify->folder);
    free(notify);
    taken = false;
}

int qb_notify_descriptor(const struct qb_notify *notify)
{
    return notify->fd;
}

void qb_notify_set_ignore(struct qb_notify *notify, const struct qb_ignore *ignore)
{
    notify->ignore = ignore;
    notify->rebuild = true;
}

bool qb_notify_wants_rebuild(const struct qb_notify *notify)
{
    return notify->rebuild;
}

bool qb_notify_overflowed(struct qb_notify *notify)
{
    bool overflowed = notify->overflowed;
    notify->overflowed = false;
    return overflowed;
}

enum qb_notify_state qb_notify_state(struct qb_notify *notify)
{
    struct stat here;
    struct stat there;
    if (fstat(notify->root, &here) < 0 || !here.st_nlink || stat(notify->folder, &there) < 0 ||
        here.st_dev != there.st_dev || here.st_ino != there.st_ino)
        notify->gone = true;
    if (notify->gone)
        return QB_NOTIFY_GONE;
    return notify->limited ? QB_NOTIFY_LIMITED : QB_NOTIFY_WATCHING;
}

struct qb_notify_counts qb_notify_counts(const struct qb_notify *notify)
{
    int limit = inotifytools_get_max_user_watches();
    return (struct qb_notify_counts){.watches = notify->live,
                                     .unwatched = notify->unwatched,
                                     .limit = notify->most ? notify->most
                                              : limit > 0  ? (size_t)limit
                                                           : 0};
}

/* --- watching --- */

static struct watch *watch_of(struct qb_notify *notify, const char *path, bool make)
{
    size_t length = strlen(path);
    struct watch *watch = qb_map_get(&notify->watches, path, length);
    if (!watch && make) {
        watch = qb_arena_alloc(&notify->arena, sizeof *watch + length + 1);
        *watch = (struct watch){0};
        memcpy(watch->path, path, length + 1);
        qb_map_put(&notify->watches, watch->path, length, watch);
    }
    return watch;
}

/* "/proc/self/fd/N/PATH", with "./" before PATH for each earlier life (behind it, a link would be followed). The folder
 * itself is ".", never the magic link alone. */
static const char *library_name(struct qb_notify *notify, const struct watch *watch)
{
    qb_buf_clear(&notify->name);
    qb_buf_add_string(&notify->name, notify->prefix);
    for (unsigned i = 0; i < watch->lives; i++)
        qb_buf_add_string(&notify->name, "./");
    qb_buf_add_string(&notify->name, *watch->path ? watch->path : ".");
    return qb_buf_text(&notify->name);
}

/* The path that belongs to a name of the library (which ends in a slash when it was a directory at that moment);
 * NULL for a name that is not ours. Written to notify->path. */
static const char *path_of(struct qb_notify *notify, const char *name)
{
    size_t prefix = strlen(notify->prefix);
    qb_buf_clear(&notify->path);
    if (strncmp(name, notify->prefix, prefix) != 0)
        return NULL;
    name += prefix;
    while (name[0] == '.' && name[1] == '/')
        name += 2;
    size_t length = strlen(name);
    if (length && name[length - 1] == '/')
        length--;
    if (length != 1 || *name != '.')
        qb_buf_add(&notify->path, name, length);
    return qb_buf_text(&notify->path);
}

static void forget(struct qb_notify *notify, struct watch *watch)
{
    watch->number = 0;
    watch->lives++;
    notify->live--;
    notify->dead++;
    if (watch->lives > LIVES_MAX || notify->dead > DEAD_MAX)
        notify->rebuild = true;
}

/* The number of the watch that was just made. The library looks names up with the slash it may have added. */
static int number_of(struct qb_notify *notify)
{
    int number = inotifytools_wd_from_filename(qb_buf_text(&notify->name));
    if (number <= 0) {
        qb_buf_add_char(&notify->name, '/');
        number = inotifytools_wd_from_filename(qb_buf_text(&notify->name));
    }
    return number;
}

static void not_watched(struct qb_notify *notify)
{
    notify->unwatched++;
    notify->limited = true;
}

static void watch_failed(struct qb_notify *notify, const char *path, int number)
{
    bool vanished = number == ENOENT || number == ENOTDIR || number == ELOOP;
    if (!vanished)
        not_watched(notify);
    else if (!*path)
        notify->gone = true;
}

void qb_notify_watch_dir(struct qb_notify *notify, const char *path)
{
    struct watch *watch = watch_of(notify, path, false);
    if (watch && watch->number)
        return;
    if (notify->fd < 0 || (notify->most && notify->live >= notify->most)) {
        not_watched(notify);
        return;
    }
    watch = watch_of(notify, path, true);
    if (!inotifytools_watch_file(library_name(notify, watch), WANTED)) {
        watch_failed(notify, path, inotifytools_error());
        return;
    }
    int number = number_of(notify);
    if (number <= 0) {
        not_watched(notify);
        return;
    }
    watch->number = number;
    notify->live++;
    /* the same directory under another name: it was renamed a moment ago */
    const char *known = path_of(notify, inotifytools_filename_from_wd(number));
    if (!known || strcmp(known, path) != 0)
        notify->rebuild = true;
}

static int watch_found(void *context, const char *path, const struct qb_file_stat *st, struct qb_err *err)
{
    struct qb_notify *notify = context;
    (void)err;
    if (!S_ISDIR(st->mode))
        return QB_OK;
    if (notify->ignore && qb_ignore_match(notify->ignore, path))
        return QB_FILE_SKIP;
    qb_notify_watch_dir(notify, path);
    return QB_OK;
}

int qb_notify_watch_beneath(struct qb_notify *notify, const char *path, struct qb_err *err)
{
    if (notify->ignore && qb_ignore_match(notify->ignore, path))
        return QB_OK;
    qb_notify_watch_dir(notify, path);
    int result = qb_file_walk(notify->root, path, watch_found, notify, err);
    /* by now nothing is there, or a file, or a link */
    bool vanished = result == QB_EABSENT || result == QB_EUNSAFE;
    if (!vanished || !*path)
        return result;
    if (err)
        *err = (struct qb_err){0};
    return QB_OK;
}

int qb_notify_reset(struct qb_notify *notify, struct qb_err *err)
{
    library_close(notify);
    qb_map_fini(&notify->watches);
    qb_arena_reset(&notify->arena);
    notify->live = notify->dead = notify->unwatched = 0;
    notify->limited = notify->rebuild = false;
    int result = library_open(notify, err);
    if (result == QB_OK)
        qb_notify_watch_dir(notify, "");
    else
        not_watched(notify);
    return result;
}

int qb_notify_rebuild(struct qb_notify *notify, struct qb_err *err)
{
    int result = qb_notify_reset(notify, err);
    return result == QB_OK ? qb_notify_watch_beneath(notify, "", err) : result;
}

/* --- events --- */

struct hand_on {
    qb_notify_dirty *dirty;
    void *context;
};

/* A slow writer gives one event after the other for the same file. */
static void hand_on(struct qb_notify *notify, const struct hand_on *to, bool directory)
{
    const char *path = qb_buf_text(&notify->path);
    if (notify->before.length == notify->path.length && notify->before_directory == directory && notify->before.data &&
        !strcmp(qb_buf_text(&notify->before), path))
        return;
    qb_buf_clear(&notify->before);
    qb_buf_add(&notify->before, path, notify->path.length);
    notify->before_directory = directory;
    to->dirty(to->context, path, directory);
}

/* Something happened to a watched directory itself, whose path is in notify->path. */
static void on_watched(struct qb_notify *notify, const struct inotify_event *event, const struct hand_on *to)
{
    struct watch *watch = watch_of(notify, qb_buf_text(&notify->path), false);
    bool present = watch && watch->number == event->wd;
    if (!present || !(event->mask & (IN_IGNORED | IN_UNMOUNT | IN_DELETE_SELF | IN_MOVE_SELF)))
        return; /* an earlier life of that path came to its end */
    if (!notify->path.length) {
        notify->gone = true;
        return;
    }
    if (event->mask & IN_IGNORED)
        forget(notify, watch);
    if (event->mask & (IN_MOVE_SELF | IN_UNMOUNT))
        notify->rebuild = true;
    hand_on(notify, to, true);
}

/* Something happened to what lies in a watched directory; its path is in notify->path. */
static void on_entry(struct qb_notify *notify, const struct inotify_event *event, const struct hand_on *to)
{
    const char *path = qb_buf_text(&notify->path);
    bool directory = event->mask & IN_ISDIR;
    struct watch *watch = directory ? watch_of(notify, path, false) : NULL;
    /* Removed, or another directory was moved over it. IN_IGNORED does not come as long as somebody stands in it. */
    if (watch && watch->number && event->mask & (IN_DELETE | IN_MOVED_TO))
        forget(notify, watch);
    /* the watches beneath it now have wrong names */
    if (watch && watch->number && event->mask & IN_MOVED_FROM)
        notify->rebuild = true;
    if (!notify->ignore || !qb_ignore_match(notify->ignore, path))
        hand_on(notify, to, directory);
}

static void on_event(struct qb_notify *notify, const struct inotify_event *event, const struct hand_on *to)
{
    const char *path = event->wd > 0 ? path_of(notify, inotifytools_filename_from_wd(event->wd)) : NULL;
    if (!path) { /* the queue overflowed, or the watch is not known */
        notify->rebuild = true;
        notify->overflowed |= (event->mask & IN_Q_OVERFLOW) != 0;
        return;
    }
    if (!event->len || !*event->name) {
        on_watched(notify, event, to);
        return;
    }
    if (*path)
        qb_buf_add_char(&notify->path, '/');
    qb_buf_add_string(&notify->path, event->name);
    on_entry(notify, event, to);
}

bool qb_notify_drain(struct qb_notify *notify, qb_notify_dirty *dirty, void *context)
{
    const struct hand_on to = {dirty, context};
    qb_buf_fini(&notify->before);
    for (size_t count = 0; notify->fd >= 0 && count < DRAIN_MAX;) {
        const struct inotify_event *event = inotifytools_next_events(0, 1);
        if (event) {
            on_event(notify, event, &to);
            count++;
        } else if (inotifytools_error() != EINTR) {
            if (inotifytools_error())
                notify->rebuild = true;
            return false;
        }
    }
    return notify->fd >= 0;
}
