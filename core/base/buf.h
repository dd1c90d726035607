/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A growing byte buffer, always NUL-terminated behind its length (the NUL is not counted).
 * `struct qb_buf b = {0};` is ready to use; qb_buf_fini frees it; qb_buf_clear keeps the memory.
 */
#ifndef QB_CORE_BASE_BUF_H
#define QB_CORE_BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>

struct qb_buf {
    char *data; /* NULL while nothing was ever added */
    size_t length;
    size_t capacity;
};

void qb_buf_fini(struct qb_buf *buf); /* NULL-safe */
void qb_buf_clear(struct qb_buf *buf);
void qb_buf_reserve(struct qb_buf *buf, size_t more);
void qb_buf_add(struct qb_buf *buf, const void *bytes, size_t length);
void qb_buf_add_string(struct qb_buf *buf, const char *text);
void qb_buf_add_char(struct qb_buf *buf, char c);
void qb_buf_addf(struct qb_buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void qb_buf_addv(struct qb_buf *buf, const char *format, va_list args) __attribute__((format(printf, 2, 0)));
/* The text so far, "" when empty: never NULL. Borrowed until the next change. */
const char *qb_buf_text(const struct qb_buf *buf);
/* Hands the memory to the caller (free() it) and leaves the buffer empty. Never NULL. */
char *qb_buf_steal(struct qb_buf *buf);

#endif
