/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Errors of operations: what went wrong, with which file, and how to mend it.
 *
 * A function that can fail returns 0 or a negative `enum qb_code` and fills the caller's
 * `struct qb_err`, its last parameter. On the way up each level may add one line of context.
 * Problems in records are data (core/records/problem.h), not errors.
 *
 *     struct qb_err err = {0};
 *     if (qb_file_read(dir, "qbis.yaml", QB_MAX_SETTINGS, &text, &err) < 0)
 *         return qb_err_context(&err, "reading the settings");
 */
#ifndef QB_CORE_BASE_ERR_H
#define QB_CORE_BASE_ERR_H

enum qb_code {
    QB_OK = 0,
    QB_ESYS = -1,     /* the operating system refused: errno is in `sys` */
    QB_EABSENT = -2,  /* what was asked for does not exist */
    QB_EINPUT = -3,   /* input that cannot be used: syntax, range, encoding */
    QB_ELIMIT = -4,   /* input larger or deeper than core/base/limits.h allows */
    QB_ECHANGED = -5, /* a file changed while it was read: read it again later */
    QB_EBUSY = -6,    /* somebody else holds it: lock, ref */
    QB_EGIT = -7,     /* libgit2 refused */
    QB_EUNSAFE = -8,  /* a link, device or foreign owner where a plain file was expected */
};

/* Caller-owned, no heap inside: zero-initialise it, copy it freely. */
struct qb_err {
    enum qb_code code;
    int sys; /* errno for QB_ESYS, else 0 */
    char message[512];
    char file[512]; /* the path concerned, or "" */
};

/* Fills `err` (which may be NULL) and returns `code`, so that `return qb_err_set(...)` reads well.
 * `file` may be NULL. Text that does not fit is cut and ends in "...". */
int qb_err_set(struct qb_err *err, enum qb_code code, const char *file, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The same for a failed system call: code QB_ESYS (QB_EABSENT for ENOENT and ENOTDIR, QB_EUNSAFE for
 * ELOOP and EXDEV), the text of errno is added. Reads errno at once. */
int qb_err_sys(struct qb_err *err, const char *file, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Puts "context: " before the message and returns the code that is there. */
int qb_err_context(struct qb_err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
