/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Patterns of ignored files: one a line, then a marker line before each path. What is beneath an ignored directory is
 * ignored, and the lines that are handed to git say the same as the patterns they came from.
 */
#include "tests/fuzz/fuzz.h"
#include "watcher/ignore.h"

#define MOST_PATTERNS 64

struct lines {
    const char *items[MOST_PATTERNS * 8];
    size_t count;
};

/* Cuts the text, which is changed, at its line feeds. */
static void cut(char *text, struct lines *lines, size_t most)
{
    for (char *at = text; at && lines->count < most;) {
        char *end = strchr(at, '\n');
        if (end)
            *end++ = '\0';
        lines->items[lines->count++] = at;
        at = end;
    }
}

static void check_path(const struct qb_ignore *ignore, const struct qb_ignore *again, const char *path)
{
    struct qb_buf below = {0};
    struct qb_buf stands_for = {0};
    bool ignored = qb_ignore_match(ignore, path);
    MUST(qb_ignore_match(again, path) == ignored);
    qb_buf_addf(&below, "%s/SHP-1.json", path);
    if (ignored)
        MUST(qb_ignore_match(ignore, qb_buf_text(&below)));
    if (qb_ignore_placeholder(path, &stands_for))
        MUST(stands_for.length && stands_for.length < strlen(path));
    qb_buf_fini(&below);
    qb_buf_fini(&stands_for);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_part input = fuzz_input(data, size);
    struct fuzz_part part;
    struct lines given = {.count = 0};
    struct lines written = {.count = 0};
    struct qb_buf text = {0};
    fuzz_take(&input, &part);
    char *patterns = qb_mem_copy(part.text, part.length);
    cut(patterns, &given, MOST_PATTERNS);
    struct qb_ignore *ignore = qb_ignore_new(given.items, given.count);
    qb_ignore_lines(ignore, &text);
    qb_buf_reserve(&text, 1);
    cut(text.data, &written, sizeof written.items / sizeof *written.items);
    struct qb_ignore *again = qb_ignore_new(written.items, written.count);
    while (fuzz_take(&input, &part)) {
        char *path = qb_mem_copy(part.text, part.length);
        check_path(ignore, again, path);
        free(path);
    }
    qb_ignore_free(ignore);
    qb_ignore_free(again);
    qb_buf_fini(&text);
    free(patterns);
    return 0;
}
