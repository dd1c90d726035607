/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What can be wrong with a record because of other records: references, unique values, doubled ids and the dated
 * checks of DESIGN section 4. Works on versions alone; texts and positions are schema/link's part.
 */
#ifndef QB_SCHEMA_CROSS_H
#define QB_SCHEMA_CROSS_H

#include "core/records/store.h"
#include "schema/kind.h"

struct qb_cross {
    const struct qb_store *store;
    const struct qb_kinds *kinds;
    qb_date as_of;
};

/* One thing found. Strings live as long as the store, or as the call. */
struct qb_cross_hit {
    enum qb_problem_code code;
    const struct qb_kind_field *field; /* where it stands; NULL: at `property` */
    const char *property;
    const char *value; /* of the field */
    bool unknown;      /* a reference to an id that no file has: another may have been meant */
    const char *message_id;
    struct qb_text_arg args[QB_PROBLEM_ARGS];
    size_t arg_count;
};
typedef void qb_cross_visit(void *context, const struct qb_cross_hit *hit);

/* Errors of what is not there: reference. Of the others the current version counts while it is `passing`, else the one
 * in force. So the fewer pass, the more errors: never fewer. */
void qb_cross_references(const struct qb_cross *cross, const struct qb_entry *entry, qb_cross_visit *visit,
                         void *context);
/* Errors of what others say, and of who came first: visit-facility, date-order, id-duplicate, unique. Of the others the
 * current version counts where it is `assumed`, else the one in force. */
void qb_cross_conflicts(const struct qb_cross *cross, const struct qb_entry *entry, qb_cross_visit *visit,
                        void *context);
/* Warnings, by what is in force: outside-decree, future, risk, finding-missing. */
void qb_cross_warnings(const struct qb_cross *cross, const struct qb_entry *entry, qb_cross_visit *visit,
                       void *context);

#endif
