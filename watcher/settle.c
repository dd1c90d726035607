/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Quiet timers. The settle time is the same for all paths, so the order in which they become ready is the order in
 * which they were last marked: a list, in which a mark moves its path to the end. A second list, in which a path stays
 * where it was first marked, tells whose unrest has lasted longest. Both earliest times stand at the heads; no heap
 * is needed, and a hundred thousand marks are a hundred thousand lookups.
 */
#include "watcher/settle.h"

#include "core/base/map.h"
#include "core/base/mem.h"

#include <stdlib.h>
#include <string.h>

enum order { BY_LAST, BY_FIRST, ORDERS };

struct mark {
    struct mark *before[ORDERS];
    struct mark *after[ORDERS];
    int64_t time[ORDERS]; /* when it was last and when it was first marked */
    size_t length;
    bool directory;
    char path[];
};

struct qb_settle {
    int64_t settle_ms;
    int64_t longest_ms;
    int64_t now; /* the latest time heard of */
    struct qb_map marks;
    struct mark *heads[ORDERS];
    struct mark *tails[ORDERS];
    struct mark *removed; /* out of the map, which still borrows their paths; chained by after[BY_LAST] */
    size_t removed_count;
};

struct qb_settle *qb_settle_new(int settle_ms, int longest_ms)
{
    struct qb_settle *settle = qb_mem_alloc(sizeof *settle);
    settle->now = INT64_MIN;
    qb_settle_set(settle, settle_ms, longest_ms);
    return settle;
}

void qb_settle_set(struct qb_settle *settle, int settle_ms, int longest_ms)
{
    settle->settle_ms = settle_ms > 0 ? settle_ms : 0;
    settle->longest_ms = longest_ms > 0 ? longest_ms : 0;
}

static void free_chain(struct mark *mark)
{
    while (mark) {
        struct mark *next = mark->after[BY_LAST];
        free(mark);
        mark = next;
    }
}

void qb_settle_free(struct qb_settle *settle)
{
    if (!settle)
        return;
    qb_map_fini(&settle->marks);
    free_chain(settle->heads[BY_LAST]);
    free_chain(settle->removed);
    free(settle);
}

static void append(struct qb_settle *settle, enum order order, struct mark *mark)
{
    mark->before[order] = settle->tails[order];
    mark->after[order] = NULL;
    if (settle->tails[order])
        settle->tails[order]->after[order] = mark;
    else
        settle->heads[order] = mark;
    settle->tails[order] = mark;
}

static void detach(struct qb_settle *settle, enum order order, struct mark *mark)
{
    if (mark->before[order])
        mark->before[order]->after[order] = mark->after[order];
    else
        settle->heads[order] = mark->after[order];
    if (mark->after[order])
        mark->after[order]->before[order] = mark->before[order];
    else
        settle->tails[order] = mark->before[order];
}

/* The latest time there was: the clock does not run backwards here. */
static int64_t advance(struct qb_settle *settle, int64_t now)
{
    if (now > settle->now)
        settle->now = now;
    return settle->now;
}

void qb_settle_mark(struct qb_settle *settle, const char *path, bool directory, int64_t now)
{
    now = advance(settle, now);
    size_t length = strlen(path);
    struct mark *mark = qb_map_get(&settle->marks, path, length);
    if (mark) {
        detach(settle, BY_LAST, mark);
    } else {
        mark = qb_mem_alloc(sizeof *mark + length + 1);
        mark->length = length;
        memcpy(mark->path, path, length);
        mark->time[BY_FIRST] = now;
        append(settle, BY_FIRST, mark);
        qb_map_put(&settle->marks, mark->path, length, mark);
    }
    mark->time[BY_LAST] = now;
    mark->directory = mark->directory || directory;
    append(settle, BY_LAST, mark);
}

size_t qb_settle_pending(const struct qb_settle *settle)
{
    return settle->marks.live;
}

int64_t qb_settle_deadline(const struct qb_settle *settle)
{
    if (!settle->heads[BY_LAST])
        return -1;
    int64_t quiet = settle->heads[BY_LAST]->time[BY_LAST] + settle->settle_ms;
    int64_t longest = settle->heads[BY_FIRST]->time[BY_FIRST] + settle->longest_ms;
    return quiet < longest ? quiet : longest;
}

/* The map borrows the paths of removed marks until it is made anew. Doing so once they outnumber the pending ones
 * keeps the cost of a mark constant however long the folder never comes to rest. */
static void forget_removed(struct qb_settle *settle)
{
    if (settle->removed_count <= settle->marks.live + 64)
        return;
    qb_map_fini(&settle->marks);
    for (struct mark *mark = settle->heads[BY_LAST]; mark; mark = mark->after[BY_LAST])
        qb_map_put(&settle->marks, mark->path, mark->length, mark);
    free_chain(settle->removed);
    settle->removed = NULL;
    settle->removed_count = 0;
}

/* Takes the marks from the head of BY_LAST whose last mark is not after `until`. */
static size_t take_until(struct qb_settle *settle, int64_t until, qb_settle_ready *ready, void *context)
{
    struct mark *first = settle->heads[BY_LAST];
    struct mark *last = NULL;
    size_t count = 0;
    while (settle->heads[BY_LAST] && settle->heads[BY_LAST]->time[BY_LAST] <= until) {
        last = settle->heads[BY_LAST];
        qb_map_remove(&settle->marks, last->path, last->length);
        detach(settle, BY_FIRST, last);
        settle->heads[BY_LAST] = last->after[BY_LAST];
        count++;
    }
    if (!last)
        return 0;
    if (settle->heads[BY_LAST])
        settle->heads[BY_LAST]->before[BY_LAST] = NULL;
    else
        settle->tails[BY_LAST] = NULL;
    last->after[BY_LAST] = NULL;
    for (struct mark *mark = first; mark; mark = mark->after[BY_LAST])
        ready(context, mark->path, mark->directory);
    last->after[BY_LAST] = settle->removed;
    settle->removed = first;
    settle->removed_count += count;
    forget_removed(settle);
    return count;
}

size_t qb_settle_take(struct qb_settle *settle, int64_t now, qb_settle_ready *ready, void *context)
{
    now = advance(settle, now);
    if (!settle->heads[BY_FIRST])
        return 0;
    bool longest = settle->heads[BY_FIRST]->time[BY_FIRST] + settle->longest_ms <= now;
    return take_until(settle, longest ? INT64_MAX : now - settle->settle_ms, ready, context);
}

size_t qb_settle_take_all(struct qb_settle *settle, qb_settle_ready *ready, void *context)
{
    return take_until(settle, INT64_MAX, ready, context);
}
