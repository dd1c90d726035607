/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names that work here and not everywhere: on the desks with Windows or macOS, or in a sync client. Each rule says who
 * will stumble, before it does.
 */
#ifndef QB_WATCHER_PORTABLE_H
#define QB_WATCHER_PORTABLE_H

#include "core/base/buf.h"

#include <stdbool.h>

/* What is wrong with the last name of a path ("a/b.json": of b.json; the length of the whole path too): the message id,
 * with what was found in `found` (cleared first); NULL when it works everywhere. Of several faults the first. */
const char *qb_portable_fault(const char *path, struct qb_buf *found);
/* Whether the last name is written as records' are: ASCII, capitals but for the extension. Two such names are never
 * one. */
bool qb_portable_plain(const char *path);
/* The path with its last name written so. Only ASCII letters are changed. */
void qb_portable_make_plain(struct qb_buf *out, const char *path);

#endif
