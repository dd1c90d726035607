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
    const char *message_id;
    struct qb_text_arg args[QB_PROBLEM_ARGS];
    size_t arg_count;
};
typedef void qb_cross_visit(void *context, const struct qb_cross_hit *hit);

/* The version that counts while it is being decided who is valid: the current one as long as it passes, else the one in
 * force. NULL: none. */
const struct qb_version *qb_cross_candidate(const struct qb_entry *entry);

/* Errors that depend on what exists and what it says: reference, visit-facility, date-order. */
void qb_cross_dependence(const struct qb_cross *cross, const struct qb_entry *entry, qb_cross_visit *visit,
                         void *context);
/* Errors that depend on who came first: id-duplicate, unique. */
void qb_cross_precedence(const struct qb_cross *cross, const struct qb_entry *entry, qb_cross_visit *visit,
                         void *context);
/* Warnings: outside-decree, future, risk, finding-missing. */
void qb_cross_warnings(const struct qb_cross *cross, const struct qb_entry *entry, qb_cross_visit *visit,
                       void *context);

#endif
