/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The store of compact entries. A version is one block of memory with its arrays behind it, counted by its two
 * possible holders, current and in_force. What can be looked up (names, claims, children) is kept in step by
 * the two setters alone: `hold` and `drop` for what a version mentions, `attach` and `detach` for what is in force.
 */
#include "core/records/store.h"

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
    struct qb_map_item *item;
    for (size_t at = 0; (item = qb_map_next(&store->paths, &at));) {
        struct qb_entry *entry = item->value;
        release(entry->current);
        release(entry->in_force);
        free_entry(entry);
    }
    for (size_t at = 0; (item = qb_map_next(&store->names, &at));)
        free(((struct qb_name *)item->value)->children.items);
    for (size_t at = 0; (item = qb_map_next(&store->claims, &at));)
        free(((struct qb_entries *)item->value)->items);
    qb_map_fini(&store->paths);
    qb_map_fini(&store->names);
    qb_map_fini(&store->claims);
    qb_pool_fini(&store->pool);
    qb_arena_fini(&store->arena);
}

struct qb_name *qb_store_name(struct qb_store *store, const char *id, size_t length)
{
    struct qb_name *name = qb_map_get(&store->names, id, length);
    if (name)
        return name;
    name = qb_arena_alloc(&store->arena, sizeof *name);
    *name = (struct qb_name){.id = qb_pool_bytes(&store->pool, id, length)};
    qb_map_put(&store->names, name->id, length, name);
    return name;
}

struct qb_name *qb_store_find_name(const struct qb_store *store, const char *id)
{
    return qb_map_get_string(&store->names, id);
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

struct qb_entry *qb_store_find(const struct qb_store *store, const char *path)
{
    return qb_map_get_string(&store->paths, path);
}

struct qb_entry *qb_store_entry(struct qb_store *store, const char *path, uint8_t kind)
{
    struct qb_entry *entry = qb_store_find(store, path);
    if (entry)
        return entry;
    size_t length;
    const char *id = stem(path, &length);
    entry = qb_mem_alloc(sizeof *entry);
    entry->path = qb_pool_string(&store->pool, path);
    entry->kind = kind;
    entry->name = qb_store_name(store, id, length);
    entry->next_same_id = entry->name->entries;
    entry->name->entries = entry;
    qb_map_put_string(&store->paths, entry->path, entry);
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
    qb_map_remove(&store->paths, entry->path, strlen(entry->path));
    free_entry(entry);
}

/* --- versions --- */

struct qb_version *qb_version_new(size_t references, size_t uniques, size_t ids)
{
    struct qb_version *version = qb_mem_alloc(sizeof *version + references * sizeof(struct qb_reference) +
                                              uniques * sizeof(struct qb_unique) + ids * sizeof(const char *));
    version->reference_count = (uint16_t)references;
    version->unique_count = (uint8_t)uniques;
    version->references = (struct qb_reference *)(version + 1);
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

static void list_add(struct qb_entries *list, struct qb_entry *entry)
{
    QB_MEM_GROW(list->items, list->count, list->capacity);
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

static void claim_key(struct qb_buf *key, uint8_t kind, uint8_t field, const char *value)
{
    qb_buf_add_char(key, (char)kind);
    qb_buf_add_char(key, (char)field);
    qb_buf_add_string(key, value);
}

const struct qb_entries *qb_store_claims(const struct qb_store *store, uint8_t kind, uint8_t field, const char *value)
{
    struct qb_buf key = {0};
    claim_key(&key, kind, field, value);
    const struct qb_entries *claims = qb_map_get(&store->claims, key.data, key.length);
    qb_buf_fini(&key);
    return claims;
}

static struct qb_entries *claims_of(struct qb_store *store, uint8_t kind, const struct qb_unique *unique)
{
    struct qb_buf key = {0};
    claim_key(&key, kind, unique->field, unique->value);
    struct qb_entries *claims = qb_map_get(&store->claims, key.data, key.length);
    if (!claims) {
        claims = qb_arena_alloc(&store->arena, sizeof *claims);
        *claims = (struct qb_entries){0};
        qb_map_put(&store->claims, qb_arena_copy(&store->arena, key.data, key.length), key.length, claims);
    }
    qb_buf_fini(&key);
    return claims;
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
    return parent ? &qb_store_name(store, parent, strlen(parent))->children : NULL;
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

static void gather_visit(const struct qb_store *store, const struct qb_visit *visit, struct gather *findings)
{
    const struct qb_name *name = qb_store_find_name(store, visit->id);
    for (uint32_t i = 0; name && i < name->children.count; i++) {
        const struct qb_version *version = name->children.items[i]->in_force;
        if (version->role == QB_ROLE_FINDING)
            gather_add(findings, &version->as.finding);
    }
}

struct qb_facility_records qb_store_facility(const struct qb_store *store, const struct qb_name *facility,
                                             struct qb_arena *arena)
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
        const struct qb_name *decree = qb_store_find_name(store, version->as.decree.id);
        for (uint32_t j = 0; decree && j < decree->children.count; j++) {
            const struct qb_version *child = decree->children.items[j]->in_force;
            if (child->role == QB_ROLE_SHIPMENT)
                gather_add(&shipments, &child->as.shipment);
            if (child->role == QB_ROLE_VISIT) {
                gather_add(&visits, &child->as.visit);
                gather_visit(store, &child->as.visit, &findings);
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
static const struct qb_version *of_role(const struct qb_store *store, const char *id, enum qb_role role)
{
    const struct qb_name *name = id ? qb_store_find_name(store, id) : NULL;
    for (const struct qb_entry *entry = name ? name->entries : NULL; entry; entry = entry->next_same_id)
        if (entry->in_force && entry->in_force->role == role)
            return entry->in_force;
    return NULL;
}

const char *qb_store_facility_of(const struct qb_store *store, const struct qb_version *version)
{
    if (version && version->role == QB_ROLE_FINDING)
        version = of_role(store, version->as.finding.visit, QB_ROLE_VISIT);
    if (version && version->role == QB_ROLE_VISIT)
        version = of_role(store, version->as.visit.decree, QB_ROLE_DECREE);
    else if (version && version->role == QB_ROLE_SHIPMENT)
        version = of_role(store, version->as.shipment.decree, QB_ROLE_DECREE);
    return version && version->role == QB_ROLE_DECREE && version->as.decree.facility ? version->as.decree.facility : "";
}
