/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one escaper of HTML: whatever comes from a record, a file name or a catalogue passes here on its way into
 * a page. The result is inert as text and inside a quoted attribute, and always well-formed UTF-8 without
 * characters that HTML forbids.
 */
#ifndef QB_CORE_OUTPUT_HTML_ESCAPE_H
#define QB_CORE_OUTPUT_HTML_ESCAPE_H

#include "core/base/buf.h"

/* Appends. & < > " ' become references; malformed bytes, control characters, noncharacters and what turns the direction
 * of writing of the text behind it become U+FFFD; a carriage return becomes a blank. `text` may hold NULs. */
void qb_html_escape(struct qb_buf *out, const char *text, size_t length);

#endif
