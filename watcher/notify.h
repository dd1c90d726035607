/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The doorbell: tells which paths of the folder something happened to. It decides nothing; a scan does.
 *
 *     qb_notify_open(&notify, dir, folder, &options, &err);
 *     qb_notify_rebuild(notify, &err);                      watch every directory, then scan everything
 *     for (;;) {
 *         poll qb_notify_descriptor(notify);
 *         while (qb_notify_drain(notify, dirty, context))
 *             ;
 *         qb_notify_state(notify): GONE: hold; LIMITED: from time to time rebuild and scan everything
 *         qb_notify_wants_rebuild(notify): settle, qb_notify_rebuild, then scan everything
 *         else settle, then for each path marked as a directory qb_notify_watch_beneath and scan beneath it
 *     }
 *     qb_notify_close(notify);
 *
 * Scanning must come after watching, again until it stays quiet: what is made in a new directory before it is watched
 * gives no event. A scan that walks anyway can save the second walk: qb_notify_reset in place of rebuild, and
 * qb_notify_watch_dir for each directory before its names are read.
 *
 * Events wanted: CREATE, CLOSE_WRITE, MODIFY, MOVED_*, DELETE. MODIFY is there for settle, so that a file written
 * slowly in place stays unquiet; ATTRIB is not, because sync clients keep extended attributes. The daemon's own
 * writes ring too: the pass knows their stat and finds nothing changed.
 *
 * libinotifytools (3.22.6) has global state, so there is one instance in a process, used by one thread. What it
 * cannot do, and what is done about it here:
 * - its descriptor is hidden: it is the first "anon_inode:inotify" from the lowest free number up; it may change
 *   with every rebuild, so ask for it again. It is set close-on-exec, and has to be below FD_SETSIZE (select);
 * - it buffers 64 KiB behind the descriptor, which poll does not see: drain until it returns false;
 * - a watch cannot be removed quietly once the kernel has dropped it, nor does the library notice: dead ones stay
 *   in its tables, directories that are made again get a name of their own there ("./a/b"), and when too many
 *   dead ones have piled up a rebuild is asked for;
 * - its buffer outlives inotifytools_cleanup: a rebuild first puts an empty descriptor under its number (which also
 *   drops all watches at one stroke) and lets it read itself dry;
 * - a directory watched under a second name (renamed since) makes it leak some 150 bytes; a rename asks for a
 *   rebuild, so this can happen only in the moment before.
 */
#ifndef QB_WATCHER_NOTIFY_H
#define QB_WATCHER_NOTIFY_H

#include "core/base/err.h"
#include "watcher/ignore.h"

#include <stdbool.h>
#include <stddef.h>

struct qb_notify;

enum qb_notify_state {
    QB_NOTIFY_WATCHING, /* every directory that was asked for is watched */
    QB_NOTIFY_LIMITED,  /* some are not: scan from time to time */
    QB_NOTIFY_GONE, /* the folder was removed, moved, unmounted or replaced: close, and open it anew once it is back */
};

struct qb_notify_options {
    const struct qb_ignore *ignore; /* borrowed until close or qb_notify_set_ignore */
    size_t most_watches;            /* 0: as many as the system allows; tests set it */
};

struct qb_notify_counts {
    size_t watches;   /* directories that are watched */
    size_t unwatched; /* directories that could not be, since the last rebuild */
    size_t limit;     /* watches the system allows a user (/proc/sys/fs/inotify/max_user_watches) */
};

/* Opens the doorbell and watches the folder itself, nothing beneath it yet. `dir` is the folder's descriptor (it is
 * duplicated) and `folder` its path, by which a folder that was replaced is noticed. QB_EBUSY: there is an instance
 * already; QB_ELIMIT: no inotify instance to be had (scan from time to time instead); QB_ESYS. *notify is NULL then. */
int qb_notify_open(struct qb_notify **notify, int dir, const char *folder, const struct qb_notify_options *options,
                   struct qb_err *err);
void qb_notify_close(struct qb_notify *notify); /* NULL-safe */

/* The descriptor to poll, -1 when there is none after a failed rebuild. Changes with reset and rebuild. */
int qb_notify_descriptor(const struct qb_notify *notify);
/* Looks at the folder's path too, because not every end of a folder comes with an event. */
enum qb_notify_state qb_notify_state(struct qb_notify *notify);
struct qb_notify_counts qb_notify_counts(const struct qb_notify *notify);
/* The settings changed. Directories that are ignored no longer come in with the next rebuild, which is asked for. */
void qb_notify_set_ignore(struct qb_notify *notify, const struct qb_ignore *ignore);

/* Watches one directory (path relative to the folder, "" for itself) that is not watched yet. One that is no more, or
 * no directory, is passed over: the one above tells about it. What else cannot be watched makes the state LIMITED. */
void qb_notify_watch_dir(struct qb_notify *notify, const char *path);
/* The same for a directory and all beneath it that is not ignored, found by a walk. An error of the walk is returned
 * after what could be watched is watched; that `path` is no directory any more is none. */
int qb_notify_watch_beneath(struct qb_notify *notify, const char *path, struct qb_err *err);

/* Something happened to `path` (relative to the folder, borrowed for the call). `directory`: a directory came, went,
 * moved or lost its watch: watch and scan beneath it. Ignored paths do not come. */
typedef void qb_notify_dirty(void *context, const char *path, bool directory);

/* Hands on everything that is pending; equal paths one after the other come once. Never waits. True when a great deal
 * came and more is waiting behind (which poll does not see): call it again. The callback must not call this module,
 * nor leave it by a jump. */
bool qb_notify_drain(struct qb_notify *notify, qb_notify_dirty *dirty, void *context);

/* Whether watches or events were lost (queue overflow, a directory moved): rebuild, then scan everything. */
bool qb_notify_wants_rebuild(const struct qb_notify *notify);
/* Whether the kernel's queue overflowed since the last call. */
bool qb_notify_overflowed(struct qb_notify *notify);
/* Drops all watches and pending events and watches the folder itself. Clears the wish for a rebuild. */
int qb_notify_reset(struct qb_notify *notify, struct qb_err *err);
/* Reset, then watch all directories of the folder that are not ignored. */
int qb_notify_rebuild(struct qb_notify *notify, struct qb_err *err);

#endif
