/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Errors of operations. The struct holds its texts, so that an error can be copied, kept and dropped without
 * care; a text that does not fit is cut visibly.
 */
#include "core/base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Marks a text that did not fit; a character of several bytes goes whole. `size` is that of the rest of a text that
 * is longer than four bytes. */
static void cut(char *text, size_t size, int wanted)
{
    if (wanted < 0 || (size_t)wanted < size)
        return;
    char *end = text + size - 4;
    for (int i = 0; i < 3 && ((unsigned char)*end & 0xC0) == 0x80; i++)
        end--;
    memcpy(end, "...", 4);
}

__attribute__((format(printf, 4, 0))) static void set(struct qb_err *err, enum qb_code code, const char *file,
                                                      const char *format, va_list args)
{
    err->code = code;
    err->sys = 0;
    cut(err->message, sizeof err->message, vsnprintf(err->message, sizeof err->message, format, args));
    cut(err->file, sizeof err->file, snprintf(err->file, sizeof err->file, "%s", file ? file : ""));
}

int qb_err_set(struct qb_err *err, enum qb_code code, const char *file, const char *format, ...)
{
    if (err) {
        va_list args;
        va_start(args, format);
        set(err, code, file, format, args);
        va_end(args);
    }
    return code;
}

static enum qb_code code_of(int number)
{
    switch (number) {
    case ENOENT:
    case ENOTDIR:
        return QB_EABSENT;
    case ELOOP:
    case EXDEV:
        return QB_EUNSAFE;
    default:
        return QB_ESYS;
    }
}

int qb_err_sys(struct qb_err *err, const char *file, const char *format, ...)
{
    int number = errno;
    enum qb_code code = code_of(number);
    if (err) {
        char reason[128];
        va_list args;
        va_start(args, format);
        set(err, code, file, format, args);
        va_end(args);
        err->sys = number;
        size_t used = strlen(err->message);
        const char *text = strerror_r(number, reason, sizeof reason);
        cut(err->message + used, sizeof err->message - used,
            snprintf(err->message + used, sizeof err->message - used, ": %s", text));
    }
    return code;
}

int qb_err_context(struct qb_err *err, const char *format, ...)
{
    if (!err)
        return QB_EINPUT;
    char context[256];
    char whole[sizeof err->message];
    va_list args;
    va_start(args, format);
    cut(context, sizeof context, vsnprintf(context, sizeof context, format, args));
    va_end(args);
    cut(whole, sizeof whole, snprintf(whole, sizeof whole, "%s: %s", context, err->message));
    memcpy(err->message, whole, sizeof whole);
    return err->code;
}
