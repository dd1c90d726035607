/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Conflict copies: the second file that a sync client puts beside the first when both sides changed it. Recognised by
 * name and, where a name alone proves nothing, by the files that stand beside it.
 *
 *     struct qb_conflict_sight sight = {exists, record_id, context};
 *     const char *client;
 *     char *original = qb_conflict_original("records/visits/VIS-1 (1).json", &sight, &client);   NULL: no copy
 */
#ifndef QB_WATCHER_CONFLICT_H
#define QB_WATCHER_CONFLICT_H

#include "core/base/buf.h"
#include "core/base/date.h"

#include <stdbool.h>
#include <stddef.h>

/* Where in a name the client puts its words. */
enum qb_conflict_place {
    QB_CONFLICT_GROUP, /* "NAME (WORDS).EXT": the pattern is for what stands within the parentheses */
    QB_CONFLICT_TAIL,  /* "NAMEWORDS.EXT" */
    QB_CONFLICT_END,   /* "NAME.EXTWORDS" */
};

/* What must be true beside the name. */
enum qb_conflict_proof {
    QB_CONFLICT_NAME,    /* nothing: no person writes such a name */
    QB_CONFLICT_SIBLING, /* the file without the words stands beside it */
    QB_CONFLICT_SAME_ID, /* it does, and both hold the same record id */
};

/* One way to name copies. In a pattern "*" is for any text, none too, "#" for a digit, "%" for a number (one to four
 * digits), "@" for a capital letter or a digit, "$" for any date; the rest stands for itself. */
struct qb_conflict_row {
    const char *client;
    enum qb_conflict_place place;
    enum qb_conflict_proof proof;
    const char *pattern;
};
extern const struct qb_conflict_row qb_conflict_table[];
extern const size_t qb_conflict_table_count;

/* What the recogniser may ask of the folder. Paths are those of the caller's path's directory. */
struct qb_conflict_sight {
    bool (*exists)(void *context, const char *path);
    /* Puts the id that the record in a file holds into `id` (cleared before); false when it holds none. */
    bool (*record_id)(void *context, const char *path, struct qb_buf *id);
    void *context;
};

/* The path of the file that this one is a conflict copy of, which may itself be gone; of a copy's copy, the first
 * original. NULL when it is none. The string is the caller's; *client (may be NULL) is static. */
char *qb_conflict_original(const char *path, const struct qb_conflict_sight *sight, const char **client);

/* The day that the client put among its words in the name of a copy of `original`, as YYYY-MM-DD; false when there is
 * none. */
bool qb_conflict_day(const char *path, const char *original, char day[QB_DATE_SIZE]);

#endif
