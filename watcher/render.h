/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bytes of outputs before they are files. Writers are pure functions of the view, so the slow ones can be at work
 * in a thread of their own while the pass goes on with the others:
 *
 *     struct qb_rendering *slow = qb_render_begin(&view);      those of the table that are slow and not turned off
 *     ... qb_render(&view, output, sink, context) for the others ...
 *     qb_render_end(slow, sink, context, err);                 waits, hands over
 *
 * The view and all it borrows must stay as they are in between.
 */
#ifndef QB_WATCHER_RENDER_H
#define QB_WATCHER_RENDER_H

#include "core/base/err.h"
#include "core/output/output.h"

/* Takes one file: its path and bytes, both borrowed. */
typedef int qb_render_sink(void *context, const struct qb_output *output, const char *path, const struct qb_buf *bytes,
                           struct qb_err *err);

/* Writes an output of the scope OFFICE (one file), OFFICER (one for each officer whose work some task is) or MONTH (one
 * for each of the view's months). */
int qb_render(const struct qb_output_view *view, const struct qb_output *output, qb_render_sink *sink, void *context,
              struct qb_err *err);

struct qb_rendering;
struct qb_rendering *qb_render_begin(const struct qb_output_view *view);
/* Waits, hands all files over in the order of the table unless `sink` is NULL, and frees. */
int qb_render_end(struct qb_rendering *rendering, qb_render_sink *sink, void *context, struct qb_err *err);

#endif
