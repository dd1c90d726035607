/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The part of a source line around a column, and what stands below it up to a caret. */
#ifndef QB_WATCHER_EXCERPT_H
#define QB_WATCHER_EXCERPT_H

#include "core/base/buf.h"

#include <stdint.h>

/* Appends the line to `out`, ready for a terminal (what would steer it is escaped), and to `below` blanks and tabs as
 * wide as what stands before the column (from 1, in code points; behind the end counts as the end). Of a line that is
 * too wide only what is near the column, with an ellipsis where it is cut. Bytes that are no UTF-8 count one each. */
void qb_excerpt(struct qb_buf *out, struct qb_buf *below, const char *line, size_t length, uint32_t column);

#endif
