/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How far a long pass has come, on standard error. A pass of less than a second says nothing. On a terminal a bar
 * is drawn in place, at most ten times a second, and wiped out at the end; anywhere else there is a plain line every
 * five seconds.
 *
 *     struct qb_progress progress;
 *     qb_progress_init(&progress, STDERR_FILENO, language, now);
 *     qb_progress_stage(&progress, QB_PROGRESS_READING, total, now);
 *     qb_progress_step(&progress, done, now);
 *     qb_progress_end(&progress);
 *
 * Times are milliseconds of one monotonic clock, which the caller reads. A descriptor that cannot be written to
 * is no reason for a pass to fail: what does not go out is left out.
 */
#ifndef QB_WATCHER_PROGRESS_H
#define QB_WATCHER_PROGRESS_H

#include "core/base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum qb_progress_stage {
    QB_PROGRESS_READING,
    QB_PROGRESS_CHECKING,
    QB_PROGRESS_COMPUTING,
    QB_PROGRESS_WRITING,
    QB_PROGRESS_HISTORY,
    QB_PROGRESS_STAGES,
};

/* The fields are this module's own. */
struct qb_progress {
    int fd; /* -1: says nothing */
    bool terminal;
    enum qb_language language;
    int64_t next; /* nothing is said before */
    enum qb_progress_stage stage;
    size_t total;
    size_t done;
    size_t drawn; /* columns that the bar on the terminal takes, 0 when there is none */
};

/* Begins a pass. `fd` is borrowed; -1 for none (a quiet run). */
void qb_progress_init(struct qb_progress *progress, int fd, enum qb_language language, int64_t now);
/* The next stage begins, with `total` steps (0: not known). */
void qb_progress_stage(struct qb_progress *progress, enum qb_progress_stage stage, size_t total, int64_t now);
/* `done` steps of the stage are done. Costs next to nothing unless something is due. */
void qb_progress_step(struct qb_progress *progress, size_t done, int64_t now);
/* Wipes the bar, so that something else can be said; the next step draws it again. */
void qb_progress_clear(struct qb_progress *progress);
/* The pass is over: wipes the bar and says nothing more. */
void qb_progress_end(struct qb_progress *progress);

#endif
