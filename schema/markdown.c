/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Escaping for Markdown. Within text a backslash before a mark is enough (CommonMark 0.31, section 2.4); within a code
 * span backslashes are no escapes, so its fence is one backtick longer than any run inside (section 6.1), and only
 * the bar that would end a table's cell has one (GitHub Flavored Markdown 0.29, section 4.10).
 */
#include "schema/markdown.h"

#include <stdbool.h>
#include <string.h>

/* Blanks for what would end the line or is no text. */
static char plain(char c)
{
    return (unsigned char)c < 0x20 || c == 0x7F ? ' ' : c;
}

void qb_markdown_text(struct qb_buf *out, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] && strchr("\\`*_[]<>|&~", text[i]))
            qb_buf_add_char(out, '\\');
        qb_buf_add_char(out, plain(text[i]));
    }
}

static size_t longest_run(const char *text, size_t length)
{
    size_t longest = 0, run = 0;
    for (size_t i = 0; i < length; i++) {
        run = text[i] == '`' ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    return longest;
}

void qb_markdown_code(struct qb_buf *out, const char *text, size_t length)
{
    size_t fence = longest_run(text, length) + 1;
    /* a blank at each end is taken off again; needed where a backtick or blank stands there, or nothing at all */
    bool padded = !length || strchr("` ", text[0]) || strchr("` ", text[length - 1]);
    for (size_t i = 0; i < fence; i++)
        qb_buf_add_char(out, '`');
    if (padded)
        qb_buf_add_char(out, ' ');
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '|')
            qb_buf_add_char(out, '\\');
        qb_buf_add_char(out, plain(text[i]));
    }
    if (padded)
        qb_buf_add_char(out, ' ');
    for (size_t i = 0; i < fence; i++)
        qb_buf_add_char(out, '`');
}
