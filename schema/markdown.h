/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The escaper of Markdown (CommonMark with GitHub's tables): what is data stays data, in a line of text or a cell. */
#ifndef QB_SCHEMA_MARKDOWN_H
#define QB_SCHEMA_MARKDOWN_H

#include "core/base/buf.h"

#include <stddef.h>

/* Text as it is, in one line: marks get a backslash, line ends and control characters become blanks. */
void qb_markdown_text(struct qb_buf *out, const char *text, size_t length);
/* The same as a code span. */
void qb_markdown_code(struct qb_buf *out, const char *text, size_t length);

#endif
