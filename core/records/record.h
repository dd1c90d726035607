/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the schedule needs to know of the kinds that it knows by name, in compact form. Ids are interned in the
 * store's pool: equal ids are equal pointers, and they outlive every record. Dates that are absent are
 * QB_DATE_NONE. Field names are those of the kinds.
 */
#ifndef QB_CORE_RECORDS_RECORD_H
#define QB_CORE_RECORDS_RECORD_H

#include "core/base/date.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct qb_ids {
    const char *const *items; /* interned */
    size_t count;
};

struct qb_decree {
    const char *id;
    const char *facility;
    const char *number;
    const char *extends; /* decree id or NULL */
    struct qb_ids commodities;
    qb_date decreed_on;
    qb_date valid_from;
    qb_date valid_until; /* as written, or QB_DATE_NONE */
    qb_date revoked_on;
    int validity_months; /* as written, or 0 */
    int every;           /* monitoring.every, or 0 */
    const char *policy;  /* monitoring.policy, or NULL */
};

enum qb_shipment_status { QB_SHIPMENT_PLANNED, QB_SHIPMENT_CERTIFIED, QB_SHIPMENT_DEPARTED, QB_SHIPMENT_CANCELLED };

struct qb_shipment {
    const char *id;
    const char *decree;
    const char *certificate_number; /* NULL while there is none */
    const char *import_country;     /* two letters, interned; NULL when absent */
    struct qb_ids commodities;      /* of its lines, in their order */
    const int64_t *net_weights;     /* of the same lines, in grams */
    qb_date certificate_issued_on;
    qb_date inspected_on;
    qb_date departed_on;
    enum qb_shipment_status status;
};

enum qb_visit_type { QB_VISIT_ROUTINE, QB_VISIT_AD_HOC, QB_VISIT_FOLLOW_UP };
enum qb_visit_status { QB_VISIT_PLANNED, QB_VISIT_CONDUCTED, QB_VISIT_CLOSED, QB_VISIT_CANCELLED };
enum qb_visit_result { QB_VISIT_NO_RESULT, QB_VISIT_CONFORM, QB_VISIT_NONCONFORM, QB_VISIT_INCONCLUSIVE };

struct qb_visit {
    const char *id;
    const char *facility;
    const char *decree;
    struct qb_ids officers; /* in the order of the record */
    qb_date planned_on;
    qb_date conducted_on;
    enum qb_visit_type type;
    enum qb_visit_status status;
    enum qb_visit_result result;
    bool counts_as_routine;
};

enum qb_severity_of_finding { QB_FINDING_CRITICAL, QB_FINDING_MAJOR, QB_FINDING_MINOR };

struct qb_finding {
    const char *id;
    const char *visit;
    qb_date due_on;
    qb_date verified_on;
    enum qb_severity_of_finding severity;
};

struct qb_facility {
    const char *id;
    const char *company;
};

struct qb_officer {
    const char *id;
    const char *name;
    const char *email; /* NULL when absent */
};

struct qb_commodity {
    const char *id;
    bool low_risk;
};

/* Everything in force that concerns one facility, in any order. */
struct qb_facility_records {
    const char *facility;
    const struct qb_decree *const *decrees;
    size_t decree_count;
    const struct qb_shipment *const *shipments; /* of these decrees */
    size_t shipment_count;
    const struct qb_visit *const *visits; /* of these decrees */
    size_t visit_count;
    const struct qb_finding *const *findings; /* of these visits */
    size_t finding_count;
};

#endif
