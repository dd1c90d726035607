/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * status/anchors.txt: where the histories of all machines of an office stood, a line a day and machine:
 *
 *     2020-07-06 SHA256:<43 characters> <40 hexadecimal digits>
 *     day        the machine's key      its newest commit before the first one of that day
 *
 * It lies in the shared folder, so it is on every desk, and with the sync service: a history that was rewritten later
 * does not have that commit any more. Lines are only ever added; two versions of the file are merged as a union,
 * whatever they were. Pure.
 */
#ifndef QB_CORE_HISTORY_ANCHORS_H
#define QB_CORE_HISTORY_ANCHORS_H

#include "core/base/buf.h"
#include "core/base/date.h"
#include "core/history/history.h"
#include "core/history/sign.h"

#include <stdbool.h>

#define QB_ANCHORS_PATH "status/anchors.txt"

struct qb_anchor {
    qb_date day;
    char key[QB_SIGN_FINGERPRINT]; /* fingerprint */
    char commit[QB_OID_TEXT];
};

/* Takes one line (without its newline) apart; false when it is none. */
bool qb_anchor_parse(const char *line, size_t length, struct qb_anchor *anchor);
/* Appends the line, with its newline. */
void qb_anchor_write(struct qb_buf *out, const struct qb_anchor *anchor);
/* The next line of a text that is one, from *at on, which moves on; false at the end. */
bool qb_anchors_next(const char *text, size_t length, size_t *at, struct qb_anchor *anchor);
/* Whether the text has a line of that day and key. */
bool qb_anchors_have(const char *text, size_t length, qb_date day, const char *key);
/* Replaces `text` by the lines of both in order of their bytes, each once, and nothing else. */
void qb_anchors_unite(struct qb_buf *text, const char *other, size_t length);

#endif
