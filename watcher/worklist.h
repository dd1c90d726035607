/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The worklist for a terminal: a line a task, aligned by display width, coloured by status where colours are on. */
#ifndef QB_WATCHER_WORKLIST_H
#define QB_WATCHER_WORKLIST_H

#include "core/output/output.h"

#include <stdbool.h>

/* Appends the table. Control characters in data are made visible. */
void qb_worklist_write(struct qb_buf *out, const struct qb_output_view *view, bool colour);

#endif
