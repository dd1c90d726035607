/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Few files are ever put back, so what is known of them is kept beside the tracked files, by path. */
#include "watcher/putback.h"

#include "core/base/limits.h"

#include <stdlib.h>
#include <string.h>

struct contest {
    const char *path;
    int64_t times[QB_PUT_BACK_MOST]; /* when it was put back, the oldest first; 0: not yet */
    int64_t until;                   /* left alone until then; 0: it is not */
    int64_t pause;                   /* seconds that it was left alone the last time */
};

static struct contest *find(const struct qb_folder *folder, const struct qb_tracked *file)
{
    return folder->contests.live ? qb_map_get_string(&folder->contests, file->path) : NULL;
}

static struct contest *find_or_make(struct qb_folder *folder, const struct qb_tracked *file)
{
    struct contest *contest = find(folder, file);
    if (contest)
        return contest;
    contest = qb_mem_alloc(sizeof *contest);
    *contest = (struct contest){.path = file->path};
    qb_map_put_string(&folder->contests, contest->path, contest);
    return contest;
}

/* After a time without trouble that is longer than the last pause, the next trouble is a new one. */
static void calm_down(struct contest *contest, int64_t now)
{
    int64_t last = contest->times[QB_PUT_BACK_MOST - 1];
    if (contest->until && now >= contest->until) {
        memset(contest->times, 0, sizeof contest->times);
        contest->times[QB_PUT_BACK_MOST - 1] = last;
        contest->until = 0;
    }
    if (last && now - last > 2 * contest->pause + QB_PUT_BACK_PERIOD)
        contest->pause = 0;
}

static bool too_often(const struct contest *contest, int64_t now)
{
    return contest->times[0] && now - contest->times[0] < QB_PUT_BACK_PERIOD;
}

static void leave_alone(struct qb_folder *folder, struct contest *contest, int64_t now)
{
    contest->pause = contest->pause ? 2 * contest->pause : QB_PUT_BACK_PERIOD;
    if (contest->pause > QB_PUT_BACK_LONGEST)
        contest->pause = QB_PUT_BACK_LONGEST;
    contest->until = now + contest->pause;
    qb_folder_log(folder, "log.put-back-often", (struct qb_text_arg[]){{"path", contest->path}}, 1);
}

bool qb_put_back_may(struct qb_pass *pass, const struct qb_tracked *file)
{
    struct contest *contest = find_or_make(pass->folder, file);
    int64_t now = pass->request->now;
    calm_down(contest, now);
    if (contest->until)
        return false;
    if (too_often(contest, now)) {
        leave_alone(pass->folder, contest, now);
        return false;
    }
    memmove(contest->times, contest->times + 1, sizeof contest->times - sizeof *contest->times);
    contest->times[QB_PUT_BACK_MOST - 1] = now;
    return true;
}

bool qb_put_back_contested(const struct qb_folder *folder, const struct qb_tracked *file)
{
    const struct contest *contest = find(folder, file);
    return contest && contest->until;
}

void qb_put_back_over(struct qb_folder *folder, const struct qb_tracked *file)
{
    struct contest *contest = find(folder, file);
    if (contest && contest->until)
        free(qb_map_remove(&folder->contests, file->path, strlen(file->path)));
}

/* Where the pause is over and nothing had to be put back, somebody gave in. */
static void drop_ended(struct qb_folder *folder, int64_t now)
{
    struct qb_map_item *item;
    size_t at = 0;
    while ((item = qb_map_next(&folder->contests, &at))) {
        struct contest *contest = item->value;
        if (!contest->until || contest->until > now)
            continue;
        qb_map_remove(&folder->contests, contest->path, strlen(contest->path));
        free(contest);
        at = 0; /* the map is another one */
    }
}

bool qb_put_back_settle(struct qb_pass *pass)
{
    struct qb_folder *folder = pass->folder;
    struct qb_map_item *item;
    size_t count = 0;
    if (pass->whole)
        drop_ended(folder, pass->request->now);
    for (size_t at = 0; (item = qb_map_next(&folder->contests, &at));)
        count += ((const struct contest *)item->value)->until != 0;
    bool others = count != folder->contested;
    folder->contested = count;
    return others;
}

void qb_put_back_problems(const struct qb_folder *folder, struct qb_problems *problems)
{
    struct qb_map_item *item;
    for (size_t at = 0; (item = qb_map_next(&folder->contests, &at));) {
        const struct contest *contest = item->value;
        if (!contest->until)
            continue;
        qb_problems_add(problems, &(struct qb_problem){.code = QB_PROBLEM_PUT_BACK,
                                                       .path = contest->path,
                                                       .pointer = "",
                                                       .line = 1,
                                                       .column = 1,
                                                       .message_id = "problem.put-back",
                                                       .args = {{"path", contest->path}},
                                                       .arg_count = 1});
    }
}

int64_t qb_put_back_next(const struct qb_folder *folder)
{
    struct qb_map_item *item;
    int64_t next = 0;
    for (size_t at = 0; (item = qb_map_next(&folder->contests, &at));) {
        const struct contest *contest = item->value;
        if (contest->until && (!next || contest->until < next))
            next = contest->until;
    }
    return next;
}

void qb_put_back_forget(struct qb_folder *folder)
{
    struct qb_map_item *item;
    for (size_t at = 0; (item = qb_map_next(&folder->contests, &at));)
        free(item->value);
    qb_map_fini(&folder->contests);
}
