/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files that are not the office's data: temporaries, partial downloads and notes that sync clients, editors and
 * systems leave in a folder. They are neither read nor watched nor taken into history.
 *
 *     struct qb_ignore *ignore = qb_ignore_new(settings.ignore, settings.ignore_count);
 *     if (qb_ignore_match(ignore, "records/shipments/.SHP-1.json.swp")) ...
 *     qb_ignore_free(ignore);
 *
 * Patterns are those of gitignore(5), so that the same lines can stand in history's info/exclude
 * (qb_ignore_lines): `*`, `?`, `[a-z]`, `[!a-z]`, `[[:digit:]]` and `\` work on bytes, in no locale; a pattern
 * without an inner slash is for a name at any depth, one with a slash for a path from the folder's root, where
 * `**` stands for any folders; a leading "!" takes away; the last one that matches decides. One thing differs: a
 * slash at the end ("for directories only") is dropped, also in the lines, because an event does not say what it
 * was that vanished.
 */
#ifndef QB_WATCHER_IGNORE_H
#define QB_WATCHER_IGNORE_H

#include "core/base/buf.h"

#include <stdbool.h>
#include <stddef.h>

/* One built-in pattern. */
struct qb_ignore_row {
    const char *pattern; /* as it stands in info/exclude */
    const char *origin;  /* the program that makes such files */
    bool directory;      /* these are directories as a rule */
    bool fixed;          /* the settings cannot take it away: our own files, and .git */
};

extern const struct qb_ignore_row qb_ignore_table[];
extern const size_t qb_ignore_table_count;

struct qb_ignore;

/* The built-in patterns, then those of the settings (borrowed only during the call; NULL when `count` is 0), then the
 * fixed ones. Never NULL. Empty patterns and those that start with "#" are passed over, as git does, and so are those
 * longer than 1024 bytes or with a line feed, which no line of info/exclude can hold. */
struct qb_ignore *qb_ignore_new(const char *const *extra, size_t count);
void qb_ignore_free(struct qb_ignore *ignore); /* NULL-safe */

/* Whether the name of a path (relative to the folder, "a/b.json") or a directory above it is to be ignored. ""
 * (the folder itself) never is. */
bool qb_ignore_match(const struct qb_ignore *ignore, const char *path);

/* Adds every pattern in its order, one a line, for info/exclude. */
void qb_ignore_lines(const struct qb_ignore *ignore, struct qb_buf *out);

/* Whether the path is a placeholder that a client leaves for a file whose content is not on this machine
 * (.NAME.icloud, NAME.owncloud, NAME.nextcloud): NAME is absent, not deleted. Its path comes in *stands_for
 * (cleared first). Placeholders are ignored like all the others. */
bool qb_ignore_placeholder(const char *path, struct qb_buf *stands_for);
/* The paths of the placeholders that a file may have, each NUL-terminated. */
void qb_ignore_placeholders(const char *path, struct qb_buf *placeholders);

#endif
