/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daily line in status/anchors.txt (core/history/anchors). */
#ifndef QB_WATCHER_ANCHOR_H
#define QB_WATCHER_ANCHOR_H

#include "watcher/folder.h"

/* Called before a pass that has something to commit does so: adds the line of this day and machine when it is not there
 * yet, and those that somebody took away. What it writes rides in the pass's last commit. A file that cannot be written
 * is a trouble of the pass, and no more. */
void qb_anchor_pass(struct qb_pass *pass);

#endif
