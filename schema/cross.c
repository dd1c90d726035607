/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The checks among records, each a short function that says what it finds to a visitor. The same functions decide who
 * is valid (the visitor only counts) and tell people (the visitor writes a problem).
 */
#include "schema/cross.h"

#include "core/schedule/schedule.h"

#include <string.h>

/* The check in hand. */
struct cross {
    const struct qb_cross *world;
    const struct qb_entry *entry;
    const struct qb_version *version; /* the current one */
    qb_cross_visit *visit;
    void *context;
    const struct qb_version *(*standing)(const struct qb_entry *other); /* which version of the others counts */
};

static const struct qb_version *passing(const struct qb_entry *other)
{
    return other->passing ? other->current : other->in_force;
}

static const struct qb_version *assumed(const struct qb_entry *other)
{
    return other->assumed ? other->current : other->in_force;
}

static const struct qb_version *in_force(const struct qb_entry *other)
{
    return other->in_force;
}

static const struct qb_version *standing_of(const struct cross *cross, const struct qb_name *name, uint8_t kind)
{
    for (const struct qb_entry *entry = name ? name->entries : NULL; entry; entry = entry->next_same_id)
        if (entry->kind == kind && cross->standing(entry))
            return cross->standing(entry);
    return NULL;
}

static const struct qb_version *standing_role(const struct cross *cross, const char *id, enum qb_role role)
{
    const struct qb_kind *kind = qb_kinds_of_role(cross->world->kinds, role);
    const struct qb_name *name = id ? qb_store_find_name(cross->world->store, id) : NULL;
    const struct qb_version *version = kind ? standing_of(cross, name, kind->index) : NULL;
    return version && version->role == role ? version : NULL;
}

static void hit(const struct cross *cross, struct qb_cross_hit found)
{
    while (found.arg_count < QB_PROBLEM_ARGS && found.args[found.arg_count].name)
        found.arg_count++;
    cross->visit(cross->context, &found);
}

/* --- references --- */

/* The file of that id and kind, the lowest path of several, or NULL. */
static const char *file_of(const struct qb_reference *reference)
{
    const char *file = NULL;
    for (const struct qb_entry *entry = reference->name->entries; entry; entry = entry->next_same_id)
        if (entry->kind == reference->kind && (!file || strcmp(entry->path, file) < 0))
            file = entry->path;
    return file;
}

static void check_references(const struct cross *cross)
{
    const struct qb_entry *entry = cross->entry;
    for (size_t i = 0; i < cross->version->reference_count; i++) {
        const struct qb_reference *reference = &cross->version->references[i];
        bool itself = reference->name == entry->name && reference->kind == entry->kind;
        if (itself || standing_of(cross, reference->name, reference->kind))
            continue;
        const char *file = file_of(reference);
        hit(cross, (struct qb_cross_hit){.code = QB_PROBLEM_REFERENCE,
                                         .field = &cross->world->kinds->items[entry->kind]->fields[reference->field],
                                         .value = reference->name->id,
                                         .unknown = !file,
                                         .message_id = file ? "problem.reference.wrong" : "problem.reference",
                                         .args = {{"found", reference->name->id},
                                                  {"kind", cross->world->kinds->items[reference->kind]->name},
                                                  {file ? "file" : NULL, file}}});
    }
}

/* --- one visit, one facility; dates of a finding --- */

static void check_visit_facility(const struct cross *cross)
{
    const struct qb_visit *visit = &cross->version->as.visit;
    const struct qb_version *decree = standing_role(cross, visit->decree, QB_ROLE_DECREE);
    if (!decree || !visit->facility || !decree->as.decree.facility || visit->facility == decree->as.decree.facility)
        return;
    hit(cross,
        (struct qb_cross_hit){
            .code = QB_PROBLEM_VISIT_FACILITY,
            .property = "/facility",
            .message_id = "problem.visit-facility",
            .args = {{"found", visit->facility}, {"decree", visit->decree}, {"expected", decree->as.decree.facility}}});
}

static void check_verified(const struct cross *cross)
{
    const struct qb_finding *finding = &cross->version->as.finding;
    const struct qb_version *visit = standing_role(cross, finding->visit, QB_ROLE_VISIT);
    if (!visit || finding->verified_on == QB_DATE_NONE || visit->as.visit.conducted_on == QB_DATE_NONE ||
        finding->verified_on >= visit->as.visit.conducted_on)
        return;
    char found[QB_DATE_SIZE];
    char expected[QB_DATE_SIZE];
    hit(cross, (struct qb_cross_hit){.code = QB_PROBLEM_DATE_ORDER,
                                     .property = "/verified_on",
                                     .message_id = "problem.date-order.verified",
                                     .args = {{"found", qb_date_format(finding->verified_on, found)},
                                              {"visit", finding->visit},
                                              {"expected", qb_date_format(visit->as.visit.conducted_on, expected)}}});
}

void qb_cross_references(const struct qb_cross *world, const struct qb_entry *entry, qb_cross_visit *visit,
                         void *context)
{
    struct cross cross = {world, entry, entry->current, visit, context, passing};
    if (entry->current)
        check_references(&cross);
}

/* --- who came first --- */

static void check_id(const struct cross *cross)
{
    const struct qb_entry *entry = cross->entry;
    for (const struct qb_entry *other = entry->name->entries; other; other = other->next_same_id) {
        if (other == entry || other->kind != entry->kind || !cross->standing(other))
            continue;
        bool first =
            !entry->in_force != !other->in_force ? entry->in_force != NULL : strcmp(entry->path, other->path) < 0;
        if (first)
            continue;
        hit(cross, (struct qb_cross_hit){.code = QB_PROBLEM_ID_DUPLICATE,
                                         .property = "/id",
                                         .message_id = "problem.id-duplicate",
                                         .args = {{"found", entry->name->id}, {"other", other->path}}});
        return;
    }
}

static bool has_value(const struct qb_version *version, const struct qb_unique *unique)
{
    for (size_t i = 0; version && i < version->unique_count; i++)
        if (version->uniques[i].field == unique->field && version->uniques[i].value == unique->value)
            return true;
    return false;
}

static void check_unique(const struct cross *cross, const struct qb_unique *unique)
{
    const struct qb_entry *entry = cross->entry;
    const struct qb_entries *claims = qb_store_claims(cross->world->store, entry->kind, unique->field, unique->value);
    bool held = has_value(entry->in_force, unique);
    const struct qb_entry *first = NULL;
    for (uint32_t i = 0; claims && i < claims->count; i++) {
        const struct qb_entry *other = claims->items[i];
        if (other->name == entry->name || !has_value(cross->standing(other), unique))
            continue;
        bool other_held = has_value(other->in_force, unique);
        bool precedes = held != other_held ? other_held : strcmp(other->name->id, entry->name->id) < 0;
        if (precedes && (!first || strcmp(other->name->id, first->name->id) < 0))
            first = other;
    }
    if (!first)
        return;
    const struct qb_kind_field *field = &cross->world->kinds->items[entry->kind]->fields[unique->field];
    hit(cross,
        (struct qb_cross_hit){.code = QB_PROBLEM_UNIQUE,
                              .field = field,
                              .value = unique->value,
                              .message_id = "problem.unique",
                              .args = {{"found", unique->value}, {"other", first->name->id}, {"file", first->path}}});
}

void qb_cross_conflicts(const struct qb_cross *world, const struct qb_entry *entry, qb_cross_visit *visit,
                        void *context)
{
    struct cross cross = {world, entry, entry->current, visit, context, assumed};
    if (!entry->current)
        return;
    if (entry->current->role == QB_ROLE_VISIT)
        check_visit_facility(&cross);
    if (entry->current->role == QB_ROLE_FINDING)
        check_verified(&cross);
    check_id(&cross);
    for (size_t i = 0; i < entry->current->unique_count; i++)
        check_unique(&cross, &entry->current->uniques[i]);
}

/* --- warnings --- */

static void check_future(const struct cross *cross, qb_date day, const char *property)
{
    char found[QB_DATE_SIZE];
    if (day == QB_DATE_NONE || day <= cross->world->as_of)
        return;
    hit(cross, (struct qb_cross_hit){.code = QB_PROBLEM_FUTURE,
                                     .property = property,
                                     .message_id = "problem.future",
                                     .args = {{"property", property + 1}, {"found", qb_date_format(day, found)}}});
}

static void check_in_decree(const struct cross *cross, const char *decree, qb_date day, const char *property)
{
    const struct qb_version *version = standing_role(cross, decree, QB_ROLE_DECREE);
    if (!version || day == QB_DATE_NONE || qb_decree_in_force(&version->as.decree, day))
        return;
    char found[QB_DATE_SIZE];
    char first[QB_DATE_SIZE];
    char last[QB_DATE_SIZE];
    qb_date until = qb_decree_last_day(&version->as.decree);
    qb_date revoked = version->as.decree.revoked_on;
    if (revoked != QB_DATE_NONE && revoked <= until)
        until = revoked - 1;
    hit(cross, (struct qb_cross_hit){.code = QB_PROBLEM_OUTSIDE_DECREE,
                                     .property = property,
                                     .message_id = "problem.outside-decree",
                                     .args = {{"property", property + 1},
                                              {"found", qb_date_format(day, found)},
                                              {"decree", decree},
                                              {"from", qb_date_format(version->as.decree.valid_from, first)},
                                              {"until", qb_date_format(until, last)}}});
}

static bool contains(const struct qb_ids *ids, const char *id)
{
    for (size_t i = 0; i < ids->count; i++)
        if (ids->items[i] == id)
            return true;
    return false;
}

static void check_shipment_lines(const struct cross *cross)
{
    const struct qb_shipment *shipment = &cross->version->as.shipment;
    const struct qb_version *decree = standing_role(cross, shipment->decree, QB_ROLE_DECREE);
    if (!decree || !shipment->commodities.count)
        return;
    for (size_t i = 0; i < shipment->commodities.count; i++) {
        const char *commodity = shipment->commodities.items[i];
        if (contains(&decree->as.decree.commodities, commodity) || !standing_role(cross, commodity, QB_ROLE_COMMODITY))
            return; /* one that does not exist is told as a reference */
    }
    hit(cross,
        (struct qb_cross_hit){.code = QB_PROBLEM_OUTSIDE_DECREE,
                              .property = "/lines",
                              .message_id = "problem.outside-decree.commodity",
                              .args = {{"found", shipment->commodities.items[0]}, {"decree", shipment->decree}}});
}

static void check_risk(const struct cross *cross)
{
    const struct qb_ids *ids = &cross->version->as.decree.commodities;
    for (size_t i = 0; i < ids->count; i++) {
        const struct qb_version *commodity = standing_role(cross, ids->items[i], QB_ROLE_COMMODITY);
        if (!commodity || commodity->as.commodity.low_risk)
            continue;
        hit(cross, (struct qb_cross_hit){
                       .code = QB_PROBLEM_RISK,
                       .property = "/commodities",
                       .message_id = "problem.risk",
                       .args = {{"found", ids->items[i]}, {"name", commodity->title ? commodity->title : ""}}});
    }
}

/* A nonconform visit has a finding. */
static void check_finding(const struct cross *cross)
{
    const struct qb_name *name = cross->entry->name;
    for (uint32_t i = 0; i < name->children.count; i++)
        if (name->children.items[i]->in_force->role == QB_ROLE_FINDING)
            return;
    hit(cross, (struct qb_cross_hit){.code = QB_PROBLEM_FINDING_MISSING,
                                     .property = "/result",
                                     .message_id = "problem.finding-missing",
                                     .args = {{"found", name->id}}});
}

void qb_cross_warnings(const struct qb_cross *world, const struct qb_entry *entry, qb_cross_visit *visit, void *context)
{
    const struct qb_version *version = entry->current;
    struct cross cross = {world, entry, version, visit, context, in_force};
    if (!version)
        return;
    if (version->role == QB_ROLE_SHIPMENT) {
        const struct qb_shipment *shipment = &version->as.shipment;
        check_future(&cross, shipment->certificate_issued_on, "/certificate_issued_on");
        check_in_decree(&cross, shipment->decree, shipment->certificate_issued_on, "/certificate_issued_on");
        check_shipment_lines(&cross);
    } else if (version->role == QB_ROLE_VISIT) {
        const struct qb_visit *conducted = &version->as.visit;
        check_future(&cross, conducted->conducted_on, "/conducted_on");
        check_in_decree(&cross, conducted->decree, conducted->conducted_on, "/conducted_on");
        if (conducted->result == QB_VISIT_NONCONFORM)
            check_finding(&cross);
    } else if (version->role == QB_ROLE_DECREE) {
        check_risk(&cross);
    }
}
