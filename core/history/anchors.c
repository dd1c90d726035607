/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines are kept sorted, so that two machines that know the same lines have the same bytes. */
#include "core/history/anchors.h"

#include "core/base/mem.h"

#include <stdlib.h>
#include <string.h>

#define DAY 10 /* characters */
#define COMMIT 40
#define LINE (DAY + 1 + (QB_SIGN_FINGERPRINT - 1) + 1 + COMMIT)

bool qb_anchor_parse(const char *line, size_t length, struct qb_anchor *anchor)
{
    static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *key = line + DAY + 1;
    const char *commit = key + QB_SIGN_FINGERPRINT;
    if (length != LINE || line[DAY] != ' ' || commit[-1] != ' ' || strncmp(key, "SHA256:", 7))
        return false;
    for (size_t i = 7; i < QB_SIGN_FINGERPRINT - 1; i++)
        if (!key[i] || !strchr(base64, key[i]))
            return false;
    for (size_t i = 0; i < COMMIT; i++)
        if (!commit[i] || !strchr("0123456789abcdef", commit[i]))
            return false;
    *anchor = (struct qb_anchor){.day = qb_date_parse(line, DAY)};
    memcpy(anchor->key, key, QB_SIGN_FINGERPRINT - 1);
    memcpy(anchor->commit, commit, COMMIT);
    return anchor->day != QB_DATE_NONE;
}

void qb_anchor_write(struct qb_buf *out, const struct qb_anchor *anchor)
{
    char day[QB_DATE_SIZE];
    qb_buf_addf(out, "%s %s %s\n", qb_date_format(anchor->day, day), anchor->key, anchor->commit);
}

bool qb_anchors_next(const char *text, size_t length, size_t *at, struct qb_anchor *anchor)
{
    while (*at < length) {
        const char *line = text + *at;
        const char *newline = memchr(line, '\n', length - *at);
        size_t size = newline ? (size_t)(newline - line) : length - *at;
        *at += size + (newline != NULL);
        if (size && line[size - 1] == '\r') /* an editor of another system */
            size--;
        if (qb_anchor_parse(line, size, anchor))
            return true;
    }
    return false;
}

bool qb_anchors_have(const char *text, size_t length, qb_date day, const char *key)
{
    struct qb_anchor anchor;
    for (size_t at = 0; qb_anchors_next(text, length, &at, &anchor);)
        if (anchor.day == day && !strcmp(anchor.key, key))
            return true;
    return false;
}

static int by_line(const void *a, const void *b)
{
    const struct qb_anchor *x = a;
    const struct qb_anchor *y = b;
    int keys = strcmp(x->key, y->key);
    return x->day != y->day ? (x->day < y->day ? -1 : 1) : keys ? keys : strcmp(x->commit, y->commit);
}

void qb_anchors_unite(struct qb_buf *text, const char *other, size_t length)
{
    struct qb_anchor *list = NULL;
    struct qb_anchor anchor;
    size_t count = 0;
    size_t capacity = 0;
    for (size_t at = 0; qb_anchors_next(qb_buf_text(text), text->length, &at, &anchor);) {
        QB_MEM_GROW(list, count, capacity);
        list[count++] = anchor;
    }
    for (size_t at = 0; qb_anchors_next(other, length, &at, &anchor);) {
        QB_MEM_GROW(list, count, capacity);
        list[count++] = anchor;
    }
    if (count)
        qsort(list, count, sizeof *list, by_line);
    qb_buf_clear(text);
    for (size_t i = 0; i < count; i++)
        if (!i || by_line(&list[i - 1], &list[i]))
            qb_anchor_write(text, &list[i]);
    free(list);
}
