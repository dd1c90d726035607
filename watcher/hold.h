/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What Q-BIS does not believe at once: that very many records are gone, or wrong, all of a sudden. It holds then:
 * nothing is committed and the outputs stay, until the records are as before or a person agrees (`qbis accept`). The
 * pages that are there say so meanwhile.
 */
#ifndef QB_WATCHER_HOLD_H
#define QB_WATCHER_HOLD_H

#include "watcher/folder.h"

/* Both fill the result and say whether to hold. DESIGN section 6: more than max(20, 10 %) of the records are gone;
 * issue 5: more than max(200, 30 %) that were valid at the newest commit no longer are. */
bool qb_hold_gone(struct qb_pass *pass);
bool qb_hold_invalid(struct qb_pass *pass);
/* Puts the hold of the pass into status/problems.json and on the pages, where they are; once for each hold. */
void qb_hold_tell(struct qb_pass *pass);
/* Whether what lies there is the committed output, but for the notice of a hold that another process put in. */
bool qb_hold_told(const struct qb_folder *folder, const struct qb_tracked *file);
/* Adds "held", "held_files", "held_folders" and "held_names" to an object. */
void qb_hold_write(struct qb_json_writer *writer, const struct qb_held *held);
void qb_held_fini(struct qb_held *held);
void qb_held_copy(struct qb_held *to, const struct qb_held *from);

#endif
