/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When two names are one: file systems that are blind to case or to the form of accents (Windows, macOS) and the sync
 * clients there take names for the same that differ here. Unicode normalisation form C and default case folding
 * (Unicode 3.13), in no locale.
 */
#ifndef QB_CORE_DATA_FOLD_H
#define QB_CORE_DATA_FOLD_H

#include "core/base/buf.h"

#include <stdbool.h>

/* Appends the text's fold; two names are one for a file system blind to both when their folds are the same bytes. Text
 * that is no UTF-8 keeps its bytes but for ASCII capitals. */
void qb_fold(struct qb_buf *out, const char *text, size_t length);
/* Appends the text in form C; text that is no UTF-8 as it is. */
void qb_fold_form(struct qb_buf *out, const char *text, size_t length);

#endif
