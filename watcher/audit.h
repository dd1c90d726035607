/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `qbis audit`: proof that history is whole, that it is what was recorded at the time, and that the folder matches it.
 * Each part looks at one side and adds findings; a finding says what, where and how to mend.
 *
 *     audit_objects   every object is there and hash-true, packs, the reflog
 *     audit_commits   one line, signatures, authors, closed records, over all commits from the first on
 *     audit_folder    the folder, the outputs, attachments, anchors
 */
#ifndef QB_WATCHER_AUDIT_H
#define QB_WATCHER_AUDIT_H

#include "core/base/map.h"
#include "core/history/history.h"
#include "core/history/whole.h"
#include "watcher/command.h"

enum qb_audit_code {
    QB_FINDING_PACK_BROKEN,
    QB_FINDING_OBJECT_BROKEN,
    QB_FINDING_OBJECT_MISSING,
    QB_FINDING_COMMIT_DROPPED,
    QB_FINDING_NOT_LINEAR,
    QB_FINDING_UNSIGNED,
    QB_FINDING_SIGNATURE_BAD,
    QB_FINDING_SIGNATURE_UNKNOWN,
    QB_FINDING_COMMITTER,
    QB_FINDING_AUTHOR_UNKNOWN,
    QB_FINDING_AUTHOR_OTHER,
    QB_FINDING_FROZEN_CHANGED,
    QB_FINDING_FROZEN_DELETED,
    QB_FINDING_FOLDER_DIFFERS,
    QB_FINDING_OUTPUT_DIFFERS,
    QB_FINDING_ATTACHMENT_DIFFERS,
    QB_FINDING_ANCHOR_LOST,
    QB_FINDING_ANCHOR_REMOVED,
    QB_FINDING_CODES
};

struct qb_audit_finding {
    enum qb_audit_code code;
    char *where;  /* a commit, a path, a pack */
    char *detail; /* more about it, "" when there is none */
};

struct qb_audit {
    const struct qb_invocation *invocation;
    const char *repository; /* absolute */
    const char *folder;     /* absolute; NULL for a bare clone */
    const char *state;      /* the state directory; NULL for a clone */
    struct qb_buf allowed;  /* text of the allowed_signers; empty: whoever signed is believed, and told */
    struct qb_history *history;
    struct qb_arena arena;
    struct qb_audit_finding *findings;
    size_t count;
    size_t capacity;
    size_t of_code[QB_FINDING_CODES];
    /* What was seen on the way. */
    struct qb_whole whole;
    size_t signed_commits;
    size_t unsigned_before; /* commits before the first signed one */
    struct qb_map keys;     /* fingerprint -> itself: of good signatures, and the machine's own */
    struct qb_map commits;  /* id -> itself */
    struct qb_map digests;  /* path of an attachment -> SHA-256 in hexadecimal, as its newest commit says */
    struct qb_map anchors;  /* line -> itself: all that history ever had */
    size_t anchors_here;    /* lines that are about this history */
    size_t outputs;         /* files that were computed anew */
    size_t attachments;
    char first_day[QB_DATE_SIZE];
    char last_day[QB_DATE_SIZE];
    char head[QB_OID_TEXT];
};

void qb_audit_add(struct qb_audit *audit, enum qb_audit_code code, const char *where, const char *detail);
/* Remembers a string as a member of a set. */
void qb_audit_note(struct qb_audit *audit, struct qb_map *set, const char *text);

int qb_audit_objects(struct qb_audit *audit, struct qb_err *err);
int qb_audit_commits(struct qb_audit *audit, struct qb_err *err);
int qb_audit_folder(struct qb_audit *audit, struct qb_err *err);

/* The report on standard output. */
void qb_audit_report(const struct qb_audit *audit);
void qb_audit_report_json(const struct qb_audit *audit);

#endif
