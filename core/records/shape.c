/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which properties of a record become which fields of the structs of core/records/record.h: one table, walked by the
 * reader of records (schema/check) and by the reader of summaries (core/records/summary).
 */
#include "core/records/summary.h"

#define AT(field) offsetof(struct qb_version, as.field)
#define WORD(name, field) .property = name, .type = QB_SHAPE_WORD, .offset = AT(field)
#define DATE(name, field) .property = name, .type = QB_SHAPE_DATE, .offset = AT(field)
#define NUMBER(name, field) .property = name, .type = QB_SHAPE_NUMBER, .offset = AT(field)
#define CHOICE(name, field, list, else_) \
    .property = name, .type = QB_SHAPE_CHOICE, .offset = AT(field), .choices = list, .otherwise = else_
#define NEEDED .needed = true

static const char *const shipment_statuses[] = {"planned", "certified", "departed", "cancelled", NULL};
static const char *const visit_types[] = {"routine", "ad_hoc", "follow_up", NULL};
static const char *const visit_statuses[] = {"planned", "conducted", "closed", "cancelled", NULL};
static const char *const visit_results[] = {"", "conform", "nonconform", "inconclusive", NULL};
static const char *const severities[] = {"critical", "major", "minor", NULL};
static const char *const low_risk[] = {"low", NULL};

static const struct qb_shape facility[] = {{WORD("company", facility.company)}};

static const struct qb_shape officer[] = {{WORD("name", officer.name)}, {WORD("email", officer.email)}};

static const struct qb_shape commodity[] = {
    {.property = "pest_risk", .type = QB_SHAPE_IS, .offset = AT(commodity.low_risk), .choices = low_risk},
};

static const struct qb_shape decree[] = {
    {WORD("facility", decree.facility), NEEDED},
    {WORD("number", decree.number)},
    {WORD("extends", decree.extends)},
    {WORD("monitoring", decree.policy), .member = "policy"},
    {DATE("decreed_on", decree.decreed_on)},
    {DATE("valid_from", decree.valid_from), NEEDED},
    {DATE("valid_until", decree.valid_until)},
    {DATE("revoked_on", decree.revoked_on)},
    {NUMBER("validity_months", decree.validity_months)},
    {NUMBER("monitoring", decree.every), .member = "every"},
};

static const struct qb_shape shipment[] = {
    {WORD("decree", shipment.decree), NEEDED},
    {WORD("certificate_number", shipment.certificate_number)},
    {WORD("import_country", shipment.import_country)},
    {DATE("certificate_issued_on", shipment.certificate_issued_on)},
    {DATE("inspected_on", shipment.inspected_on)},
    {DATE("departed_on", shipment.departed_on)},
    {CHOICE("status", shipment.status, shipment_statuses, QB_SHIPMENT_PLANNED)},
};

static const struct qb_shape visit[] = {
    {WORD("facility", visit.facility), NEEDED},
    {WORD("decree", visit.decree), NEEDED},
    {DATE("planned_on", visit.planned_on)},
    {DATE("conducted_on", visit.conducted_on)},
    {CHOICE("type", visit.type, visit_types, QB_VISIT_FOLLOW_UP)},
    {CHOICE("status", visit.status, visit_statuses, QB_VISIT_CANCELLED)},
    {CHOICE("result", visit.result, visit_results, QB_VISIT_NO_RESULT)},
    {.property = "counts_as_routine", .type = QB_SHAPE_TRUE, .offset = AT(visit.counts_as_routine)},
};

static const struct qb_shape finding[] = {
    {WORD("visit", finding.visit), NEEDED},
    {DATE("due_on", finding.due_on)},
    {DATE("verified_on", finding.verified_on)},
    {CHOICE("severity", finding.severity, severities, QB_FINDING_MINOR)},
};

#define SHAPES(list, name) \
    .items = list, .count = sizeof(list) / sizeof *(list), .size = offsetof(struct qb_version, as) + sizeof(struct name)

static const struct qb_shapes shapes[QB_ROLES] = {
    [QB_ROLE_NONE] = {.size = offsetof(struct qb_version, as) + sizeof(const char *)},
    [QB_ROLE_COMPANY] = {.size = offsetof(struct qb_version, as) + sizeof(const char *)},
    [QB_ROLE_FACILITY] = {SHAPES(facility, qb_facility)},
    [QB_ROLE_OFFICER] = {SHAPES(officer, qb_officer)},
    [QB_ROLE_COMMODITY] = {SHAPES(commodity, qb_commodity)},
    [QB_ROLE_DECREE] = {SHAPES(decree, qb_decree), .ids = "commodities", .ids_offset = AT(decree.commodities)},
    [QB_ROLE_SHIPMENT] = {SHAPES(shipment, qb_shipment), .ids = "lines", .ids_member = "commodity",
                          .weight_member = "net_weight_kg", .ids_offset = AT(shipment.commodities),
                          .weights_offset = AT(shipment.net_weights)},
    [QB_ROLE_VISIT] = {SHAPES(visit, qb_visit), .ids = "officers", .ids_offset = AT(visit.officers)},
    [QB_ROLE_FINDING] = {SHAPES(finding, qb_finding)},
};

const struct qb_shapes *qb_shapes_of(enum qb_role role)
{
    return &shapes[role];
}
