/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The store of compact entries. A version is one block of memory with its arrays behind it, counted by its two
 * possible holders, current and in_force. What can be looked up (names, claims, children) is kept in step by
 * the two setters alone: `hold` and `drop` for what a version mentions, `attach` and `detach` for what is in force.
 */
#include "core/records/store.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

void qb_store_init(struct qb_store *store)
{
    *store = (struct qb_store){0};
    qb_arena_init(&store->arena);
}

static void free_problems(struct qb_problems **list)
{
    if (*list) {
        qb_problems_fini(*list);
        free(*list);
        *list = NULL;
    }
}

static void release(struct qb_version *version)
{
    if (version && !--version->holders)
        free(version);
}

static void free_entry(struct qb_entry *entry)
{
    free_problems(&entry->own);
    free_problems(&entry->linked);
    free(entry);
}

void qb_store_fini(struct qb_store *store)
{
    struct qb_name *name;
    for (size_t at = 0; (name = qb_store_next_name(store, &at));) {
        for (struct qb_entry *entry = name->entries, *next; entry; entry = next) {
            next = entry->next_same_id;
            release(entry->current);
            release(entry->in_force);
            free_entry(entry);
        }
        for (struct qb_claim *claim = name->claims; claim; claim = claim->next)
            free(claim->entries.items);
        free(name->children.items);
    }
    qb_pool_fini(&store->pool);
    qb_arena_fini(&store->arena);
}

struct qb_name *qb_store_name_of(struct qb_store *store, const char *interned)
{
    void **place = qb_pool_place(interned);
    struct qb_name *name = *place;
    if (name)
        return name;
    name = *place = qb_arena_alloc_words(&store->arena, sizeof *name);
    *name = (struct qb_name){.id = interned};
    store->name_count++;
    return name;
}

struct qb_name *qb_store_name(struct qb_store *store, const char *id, size_t length)
{
    return qb_store_name_of(store, qb_pool_bytes(&store->pool, id, length));
}

/* What is known about an interned text, or NULL. */
static struct qb_name *known(const char *interned)
{
    return *qb_pool_place(interned);
}

static struct qb_name *find_name(const struct qb_store *store, const char *id, size_t length)
{
    const char *interned = qb_pool_find(&store->pool, id, length);
    return interned ? known(interned) : NULL;
}

struct qb_name *qb_store_find_name(const struct qb_store *store, const char *id)
{
    return find_name(store, id, strlen(id));
}

struct qb_name *qb_store_next_name(const struct qb_store *store, size_t *at)
{
    struct qb_map_item *item;
    while ((item = qb_map_next(&store->pool.map, at))) {
        struct qb_name *name = *qb_pool_place(item->value);
        if (name)
            return name;
    }
    return NULL;
}

struct qb_entry *qb_store_next(const struct qb_store *store, size_t *at, const struct qb_entry *entry)
{
    struct qb_entry *next = entry ? entry->next_same_id : NULL;
    struct qb_name *name;
    while (!next && (name = qb_store_next_name(store, at)))
        next = name->entries;
    return next;
}

/* "records/shipments/2020/06/SHP-A.json" -> "SHP-A" */
static const char *stem(const char *path, size_t *length)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    const char *dot = strrchr(base, '.');
    *length = dot ? (size_t)(dot - base) : strlen(base);
    return base;
}

static struct qb_entry *of_path(const struct qb_name *name, const char *path)
{
    struct qb_entry *entry = name ? name->entries : NULL;
    while (entry && entry->path != path && strcmp(entry->path, path))
        entry = entry->next_same_id;
    return entry;
}

struct qb_entry *qb_store_find(const struct qb_store *store, const char *path)
{
    size_t length;
    const char *id = stem(path, &length);
    return of_path(find_name(store, id, length), path);
}

struct qb_entry *qb_store_entry(struct qb_store *store, const char *path, uint8_t kind)
{
    size_t length;
    const char *id = stem(path, &length);
    struct qb_name *name = qb_store_name(store, id, length);
    struct qb_entry *entry = of_path(name, path);
    if (entry)
        return entry;
    entry = qb_mem_alloc(sizeof *entry);
    entry->path = path;
    entry->kind = kind;
    entry->name = name;
    entry->next_same_id = name->entries;
    name->entries = entry;
    store->entry_count++;
    return entry;
}

void qb_store_remove(struct qb_store *store, struct qb_entry *entry)
{
    qb_store_set_in_force(store, entry, NULL);
    qb_store_set_current(store, entry, NULL);
    struct qb_entry **link = &entry->name->entries;
    while (*link != entry)
        link = &(*link)->next_same_id;
    *link = entry->next_same_id;
    store->entry_count--;
    free_entry(entry);
}

/* --- versions --- */

struct qb_version *qb_version_new(size_t references, size_t uniques, size_t ids)
{
    return qb_version_of_size(sizeof(struct qb_version), references, uniques, ids, 0);
}

struct qb_version *qb_version_of_size(size_t size, size_t references, size_t uniques, size_t ids, size_t weights)
{
    size_t head =
        (size + alignof(struct qb_reference) - 1) / alignof(struct qb_reference) * alignof(struct qb_reference);
    struct qb_version *version =
        qb_mem_alloc(head + references * sizeof(struct qb_reference) + uniques * sizeof(struct qb_unique) +
                     ids * sizeof(const char *) + weights * sizeof(int64_t));
    version->reference_count = (uint16_t)references;
    version->unique_count = (uint8_t)uniques;
    version->references = (struct qb_reference *)((char *)version + head);
    version->uniques = (struct qb_unique *)(version->references + references);
    version->frozen_from = QB_FROZEN_NEVER;
    return version;
}

const char **qb_version_ids(struct qb_version *version)
{
    return (const char **)(version->uniques + version->unique_count);
}

void qb_version_free(struct qb_version *version)
{
    free(version);
}

/* Most lists have one or two entries, for good. */
static void list_add(struct qb_entries *list, struct qb_entry *entry)
{
    if (list->count == list->capacity) {
        list->capacity = list->capacity ? list->capacity * 2 : 2;
        list->items = qb_mem_resize(list->items, list->capacity, sizeof *list->items);
    }
    list->items[list->count++] = entry;
}

static void list_remove(struct qb_entries *list, const struct qb_entry *entry)
{
    for (uint32_t i = list->count; i > 0; i--)
        if (list->items[i - 1] == entry) {
            list->items[i - 1] = list->items[--list->count];
            return;
        }
}

/* --- claims of unique values --- */

static struct qb_claim *find_claim(const struct qb_name *name, uint8_t kind, uint8_t field)
{
    struct qb_claim *claim = name ? name->claims : NULL;
    while (claim && (claim->kind != kind || claim->field != field))
        claim = claim->next;
    return claim;
}

const struct qb_entries *qb_store_claims(const struct qb_store *store, uint8_t kind, uint8_t field, const char *value)
{
    const struct qb_claim *claim = find_claim(qb_store_find_name(store, value), kind, field);
    return claim ? &claim->entries : NULL;
}

static struct qb_entries *claims_of(struct qb_store *store, uint8_t kind, const struct qb_unique *unique)
{
    struct qb_name *name = qb_store_name_of(store, unique->value);
    struct qb_claim *claim = find_claim(name, kind, unique->field);
    if (!claim) {
        claim = qb_arena_alloc_words(&store->arena, sizeof *claim);
        *claim = (struct qb_claim){.next = name->claims, .kind = kind, .field = unique->field};
        name->claims = claim;
    }
    return &claim->entries;
}

static void hold(struct qb_store *store, struct qb_entry *entry, struct qb_version *version)
{
    if (version->holders++)
        return;
    for (size_t i = 0; i < version->reference_count; i++)
        version->references[i].name->mentions++;
    for (size_t i = 0; i < version->unique_count; i++)
        list_add(claims_of(store, entry->kind, &version->uniques[i]), entry);
}

static void drop(struct qb_store *store, struct qb_entry *entry, struct qb_version *version)
{
    if (version->holders == 1) {
        for (size_t i = 0; i < version->reference_count; i++)
            version->references[i].name->mentions--;
        for (size_t i = 0; i < version->unique_count; i++)
            list_remove(claims_of(store, entry->kind, &version->uniques[i]), entry);
    }
    release(version);
}

void qb_store_set_current(struct qb_store *store, struct qb_entry *entry, struct qb_version *version)
{
    if (version == entry->current)
        return;
    if (version)
        hold(store, entry, version);
    if (entry->current)
        drop(store, entry, entry->current);
    entry->current = version;
}

/* --- who belongs to whom --- */

/* The id under which a version in force is found by its parent in the schedule, or NULL. */
static const char *parent_of(const struct qb_version *version)
{
    switch (version->role) {
    case QB_ROLE_DECREE:
        return version->as.decree.facility;
    case QB_ROLE_SHIPMENT:
        return version->as.shipment.decree;
    case QB_ROLE_VISIT:
        return version->as.visit.decree;
    case QB_ROLE_FINDING:
        return version->as.finding.visit;
    default:
        return NULL;
    }
}

static struct qb_entries *siblings(struct qb_store *store, const struct qb_version *version)
{
    const char *parent = version ? parent_of(version) : NULL;
    return parent ? &qb_store_name_of(store, parent)->children : NULL;
}

void qb_store_set_in_force(struct qb_store *store, struct qb_entry *entry, struct qb_version *version)
{
    struct qb_version *earlier = entry->in_force;
    if (version == earlier)
        return;
    struct qb_entries *from = siblings(store, earlier);
    struct qb_entries *to = siblings(store, version);
    if (from != to) {
        if (from)
            list_remove(from, entry);
        if (to)
            list_add(to, entry);
    }
    if (version)
        hold(store, entry, version);
    entry->in_force = version;
    if (earlier)
        drop(store, entry, earlier);
}

struct qb_entry *qb_store_holder(const struct qb_name *name, uint8_t kind)
{
    for (struct qb_entry *entry = name ? name->entries : NULL; entry; entry = entry->next_same_id)
        if (entry->kind == kind && entry->in_force)
            return entry;
    return NULL;
}

const struct qb_version *qb_store_in_force(const struct qb_name *name, uint8_t kind)
{
    const struct qb_entry *entry = qb_store_holder(name, kind);
    return entry ? entry->in_force : NULL;
}

/* --- for the schedule --- */

struct gather {
    struct qb_arena *arena;
    const void **items;
    size_t count;
    size_t capacity;
};

static void gather_add(struct gather *list, const void *item)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? list->capacity * 2 : 16;
        const void **items = qb_arena_alloc(list->arena, capacity * sizeof *items);
        if (list->count)
            memcpy(items, list->items, list->count * sizeof *items);
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = item;
}

static void gather_visit(const struct qb_visit *visit, struct gather *findings)
{
    const struct qb_name *name = known(visit->id);
    for (uint32_t i = 0; name && i < name->children.count; i++) {
        const struct qb_version *version = name->children.items[i]->in_force;
        if (version->role == QB_ROLE_FINDING)
            gather_add(findings, &version->as.finding);
    }
}

struct qb_facility_records qb_store_facility(const struct qb_name *facility, struct qb_arena *arena)
{
    struct gather decrees = {.arena = arena};
    struct gather shipments = {.arena = arena};
    struct gather visits = {.arena = arena};
    struct gather findings = {.arena = arena};
    for (uint32_t i = 0; i < facility->children.count; i++) {
        const struct qb_version *version = facility->children.items[i]->in_force;
        if (version->role != QB_ROLE_DECREE)
            continue;
        gather_add(&decrees, &version->as.decree);
        const struct qb_name *decree = known(version->as.decree.id);
        for (uint32_t j = 0; decree && j < decree->children.count; j++) {
            const struct qb_version *child = decree->children.items[j]->in_force;
            if (child->role == QB_ROLE_SHIPMENT)
                gather_add(&shipments, &child->as.shipment);
            if (child->role == QB_ROLE_VISIT) {
                gather_add(&visits, &child->as.visit);
                gather_visit(&child->as.visit, &findings);
            }
        }
    }
    return (struct qb_facility_records){
        .facility = facility->id,
        .decrees = (const struct qb_decree *const *)decrees.items,
        .decree_count = decrees.count,
        .shipments = (const struct qb_shipment *const *)shipments.items,
        .shipment_count = shipments.count,
        .visits = (const struct qb_visit *const *)visits.items,
        .visit_count = visits.count,
        .findings = (const struct qb_finding *const *)findings.items,
        .finding_count = findings.count,
    };
}

/* The version in force with that id and role. */
static const struct qb_version *of_role(const char *id, enum qb_role role)
{
    const struct qb_name *name = id ? known(id) : NULL;
    for (const struct qb_entry *entry = name ? name->entries : NULL; entry; entry = entry->next_same_id)
        if (entry->in_force && entry->in_force->role == role)
            return entry->in_force;
    return NULL;
}

const char *qb_store_facility_of(const struct qb_version *version)
{
    if (version && version->role == QB_ROLE_FINDING)
        version = of_role(version->as.finding.visit, QB_ROLE_VISIT);
    if (version && version->role == QB_ROLE_VISIT)
        version = of_role(version->as.visit.decree, QB_ROLE_DECREE);
    else if (version && version->role == QB_ROLE_SHIPMENT)
        version = of_role(version->as.shipment.decree, QB_ROLE_DECREE);
    return version && version->role == QB_ROLE_DECREE && version->as.decree.facility ? version->as.decree.facility : "";
}
