/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When is a path ready to be read? Once it has been quiet for the settle time. A file that somebody writes slowly is
 * put off again with every mark, but not for ever: when the unrest of any pending path has lasted for the longest
 * time, everything that is pending is ready.
 *
 *     struct qb_settle *settle = qb_settle_new(500, 10000);
 *     qb_settle_mark(settle, "records/shipments/SHP-1.json", false, now);
 *     ... wait until qb_settle_deadline(settle) ...
 *     qb_settle_take(settle, now, ready, context);
 *     qb_settle_free(settle);
 *
 * Times are milliseconds of one monotonic clock, which the caller reads; one that runs backwards is taken to stand.
 * Marking costs constant time, taking is linear in what is taken.
 */
#ifndef QB_WATCHER_SETTLE_H
#define QB_WATCHER_SETTLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct qb_settle;

struct qb_settle *qb_settle_new(int settle_ms, int longest_ms); /* never NULL */
void qb_settle_free(struct qb_settle *settle);                  /* NULL-safe */
/* New times (the settings changed), which hold at once also for what is pending. */
void qb_settle_set(struct qb_settle *settle, int settle_ms, int longest_ms);

/* Something happened to a path (copied). `directory`: everything beneath it has to be looked at again; this
 * sticks until the path is taken. */
void qb_settle_mark(struct qb_settle *settle, const char *path, bool directory, int64_t now);
/* How many paths are pending. */
size_t qb_settle_pending(const struct qb_settle *settle);
/* The time at which qb_settle_take will give something, or -1 when nothing is pending. */
int64_t qb_settle_deadline(const struct qb_settle *settle);

/* Takes every ready path, the one that has been quiet longest first, and returns how many. They are out of the list
 * before the first call, so the callback may mark again; `path` is borrowed for the call. */
typedef void qb_settle_ready(void *context, const char *path, bool directory);
size_t qb_settle_take(struct qb_settle *settle, int64_t now, qb_settle_ready *ready, void *context);
/* The same for everything that is pending, ready or not (a full scan is about to look at all of it). */
size_t qb_settle_take_all(struct qb_settle *settle, qb_settle_ready *ready, void *context);

#endif
