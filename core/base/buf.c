/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A growing byte buffer: capacity doubles, a NUL always stands behind the text. */
#include "core/base/buf.h"

#include "core/base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void qb_buf_fini(struct qb_buf *buf)
{
    if (!buf)
        return;
    free(buf->data);
    *buf = (struct qb_buf){0};
}

void qb_buf_clear(struct qb_buf *buf)
{
    buf->length = 0;
    if (buf->data)
        buf->data[0] = '\0';
}

void qb_buf_reserve(struct qb_buf *buf, size_t more)
{
    size_t needed = buf->length + more + 1;
    if (needed <= buf->capacity)
        return;
    size_t capacity = buf->capacity ? buf->capacity : 64;
    while (capacity < needed)
        capacity *= 2;
    buf->data = qb_mem_resize(buf->data, capacity, 1);
    buf->capacity = capacity;
    buf->data[buf->length] = '\0';
}

void qb_buf_add(struct qb_buf *buf, const void *bytes, size_t length)
{
    qb_buf_reserve(buf, length);
    if (length)
        memcpy(buf->data + buf->length, bytes, length);
    buf->length += length;
    buf->data[buf->length] = '\0';
}

void qb_buf_add_string(struct qb_buf *buf, const char *text)
{
    qb_buf_add(buf, text, strlen(text));
}

void qb_buf_add_char(struct qb_buf *buf, char c)
{
    qb_buf_add(buf, &c, 1);
}

void qb_buf_addv(struct qb_buf *buf, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    qb_buf_reserve(buf, 128);
    size_t room = buf->capacity - buf->length;
    int wanted = vsnprintf(buf->data + buf->length, room, format, args);
    if (wanted >= 0 && (size_t)wanted >= room) {
        qb_buf_reserve(buf, (size_t)wanted);
        vsnprintf(buf->data + buf->length, (size_t)wanted + 1, format, again);
    }
    va_end(again);
    if (wanted > 0)
        buf->length += (size_t)wanted;
    buf->data[buf->length] = '\0'; /* also behind a format that failed half-way */
}

void qb_buf_addf(struct qb_buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    qb_buf_addv(buf, format, args);
    va_end(args);
}

const char *qb_buf_text(const struct qb_buf *buf)
{
    return buf->data ? buf->data : "";
}

char *qb_buf_steal(struct qb_buf *buf)
{
    char *text = buf->data ? buf->data : qb_mem_copy("", 0);
    *buf = (struct qb_buf){0};
    return text;
}
