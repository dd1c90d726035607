/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pieces: what a writer has made of one task or of one facility, kept with the schedule that it was made of. The
 * office's files are whole files, but a pass makes only those pieces anew whose facility it has computed anew; the
 * others are copied.
 *
 *     size_t start = out->length;
 *     if (!qb_piece_recall(out, view, task->made, QB_PIECE_CSV)) {
 *         ... write the row ...
 *         qb_piece_keep(out, start, view, task->made, QB_PIECE_CSV);
 *     }
 *
 * So what a piece says may depend on the task or facility, the settings, the language, the date, and titles of records;
 * on nothing else of the view. Whoever owns the schedules forgets the pieces when titles change (qb_schedule_forget);
 * with another date or other settings the schedule is another one.
 */
#ifndef QB_CORE_OUTPUT_PIECE_H
#define QB_CORE_OUTPUT_PIECE_H

#include "core/output/output.h"

/* One a writer and place: writers may be at work in several threads, each with its own. */
enum qb_piece { QB_PIECE_JSON, QB_PIECE_CSV, QB_PIECE_HTML, QB_PIECE_ICAL, QB_PIECE_MONTHS, QB_PIECES };
_Static_assert(QB_PIECES <= QB_MADE, "there is a place for each");

/* Appends the piece; false when there is none. `made` may be NULL. */
bool qb_piece_recall(struct qb_buf *out, const struct qb_output_view *view, const struct qb_made *made,
                     enum qb_piece piece);
/* Keeps what was appended from `start` on. */
void qb_piece_keep(const struct qb_buf *out, size_t start, const struct qb_output_view *view, struct qb_made *made,
                   enum qb_piece piece);

#endif
