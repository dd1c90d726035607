/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looking back, for the commands that do: the folder's history opened for reading, and what a person calls a record
 * (its id, or a path) found in it, also when the record was moved or deleted long ago.
 *
 *     struct qb_past past;
 *     if (qb_past_open(&past, invocation)) ...
 *     qb_past_close(&past);
 */
#ifndef QB_WATCHER_PAST_H
#define QB_WATCHER_PAST_H

#include "core/history/history.h"
#include "core/records/settings.h"
#include "watcher/command.h"

struct qb_past {
    const struct qb_invocation *invocation;
    struct qb_settings settings; /* defaults where the folder's cannot be used */
    struct qb_history *history;
    char *folder;     /* absolute, links resolved */
    char *repository; /* absolute */
};

/* False after saying why not; qb_past_close is safe in any case. */
bool qb_past_open(struct qb_past *past, const struct qb_invocation *invocation);
void qb_past_close(struct qb_past *past);

/* One version of a record, or its deletion. */
struct qb_past_version {
    char *path; /* the caller's */
    struct qb_oid blob;
    char commit[QB_OID_TEXT]; /* that deleted it; "" when it is in the revision that was asked for */
};

/* Finds what the person named at a revision (NULL: the newest, and when it is not there any more, the last version
 * that was). QB_EABSENT, or another error. */
int qb_past_find(struct qb_past *past, const char *record, const char *revision, struct qb_past_version *version,
                 struct qb_err *err);
/* The same for "RECORD@REVISION" or "RECORD"; in a path, an @ that is followed by no revision belongs to the name. */
int qb_past_find_at(struct qb_past *past, const char *argument, struct qb_past_version *version, struct qb_err *err);
/* Whether the last part of the path is the same, as that of a record which is only moved stays. */
bool qb_past_same_name(const char *path, const char *other);

/* "2020-06-10 11:00:30 +07:00" in the folder's zone, with `separator` between day and time. */
#define QB_PAST_TIME 32
char *qb_past_format_time(const struct qb_past *past, int64_t seconds, char separator, char text[QB_PAST_TIME]);

#endif
