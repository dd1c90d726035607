/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The names of all files in the folder and of the folders that they lie in, as other systems see them: those that do
 * not work everywhere, and those that are one elsewhere. Problems with the code `name-unportable`, in
 * folder->name_problems.
 *
 * Nearly all names are plain (watcher/portable): they are looked at once and not kept. Only the others are, so that
 * what a pass costs here follows what came and went.
 */
#ifndef QB_WATCHER_NAMES_H
#define QB_WATCHER_NAMES_H

#include "watcher/folder.h"

/* Takes note of what the pass found and missed. */
void qb_names_pass(struct qb_pass *pass);
void qb_names_forget(struct qb_folder *folder);

#endif
