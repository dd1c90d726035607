/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looking at pages as a reader and as a browser does: their text, and their tags. */
#ifndef QB_TESTS_UNIT_PAGE_TEXT_H
#define QB_TESTS_UNIT_PAGE_TEXT_H

#include "core/base/buf.h"
#include "core/base/embed.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

/* Takes our script out of a page, so that any other is seen. */
static inline void take_out_script(struct qb_buf *page)
{
    static const char start[] = "<script>";
    static const char end[] = "</script>\n";
    const char *script = NULL;
    size_t length = 0;
    assert_true(qb_embed_find("core/output/page.js", &script, &length));
    char *at = strstr(page->data, start);
    assert_non_null(at);
    char *inside = at + sizeof start - 1;
    assert_memory_equal(inside, script, length);
    assert_memory_equal(inside + length, end, sizeof end - 1);
    char *behind = inside + length + sizeof end - 1;
    memmove(at, behind, strlen(behind) + 1);
    page->length = strlen(page->data);
}

/* What a reader sees: the page without its head, tags and isolates taken out, white space as it is. */
static inline void text_of(struct qb_buf *text, const struct qb_buf *page)
{
    const char *at = strstr(qb_buf_text(page), "<body>");
    assert_non_null(at);
    while (*at) {
        if (*at == '<')
            at = strchr(at, '>');
        else
            qb_buf_add_char(text, *at);
        assert_non_null(at);
        at++;
    }
}

static inline void expect_texts(const struct qb_buf *page, const char *const *texts)
{
    struct qb_buf text = {0};
    text_of(&text, page);
    for (; *texts; texts++)
        if (!strstr(qb_buf_text(&text), *texts))
            fail_msg("not on the page: %s", *texts);
    qb_buf_fini(&text);
}

/* The tags of a page, one a line, as they are written except for links to files. */
static inline void tags_of(struct qb_buf *tags, const struct qb_buf *page)
{
    const char *at = qb_buf_text(page);
    while ((at = strchr(at, '<'))) {
        const char *end = strchr(at, '>');
        assert_non_null(end);
        if (!strncmp(at, "<a href=\"../", 12))
            qb_buf_add_string(tags, "<a href=\"../");
        else
            qb_buf_add(tags, at, (size_t)(end - at));
        qb_buf_add_string(tags, ">\n");
        at = end + 1;
    }
}

#endif
