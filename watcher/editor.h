/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files that let an editor help with records (schema/kind_editor), in a folder. */
#ifndef QB_WATCHER_EDITOR_H
#define QB_WATCHER_EDITOR_H

#include "core/base/err.h"
#include "core/base/text.h"
#include "schema/kind.h"

#include <stdbool.h>

/* Writes those that are missing; with `rewrite` brings those that are there up to date, too, and keeps what others
 * have put into the editor's settings. QB_EINPUT when those settings cannot be read or are of another form: then they
 * stay as they are, and all else is written. */
int qb_editor_write(int dir, const struct qb_kinds *kinds, enum qb_language language, bool rewrite, struct qb_err *err);

#endif
