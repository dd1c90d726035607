/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The store: one compact entry for each record file, and what leads from one record to another. No parsed trees.
 *
 * A *version* is what one text of a record says, as far as references and the schedule need it. An entry knows the
 * version in the folder (`current`) and the one that the schedule uses (`in_force`): they are the same unless the text
 * has an error, then the last valid one stays in force, or none.
 *
 *     entry = qb_store_entry(store, path, kind);      finds or makes it
 *     qb_store_set_current(store, entry, version);    the store takes the version
 *     ... schema/link decides ...
 *     qb_store_set_in_force(store, entry, version);   current, the earlier one, or NULL
 *     qb_store_remove(store, entry);
 *
 * Ids are names: every id that was ever mentioned has one struct qb_name, so a reference is a pointer.
 */
#ifndef QB_CORE_RECORDS_STORE_H
#define QB_CORE_RECORDS_STORE_H

#include "core/base/map.h"
#include "core/records/problem.h"
#include "core/records/record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct qb_entry;

/* A growing list of entries, in no order. */
struct qb_entries {
    struct qb_entry **items;
    uint32_t count;
    uint32_t capacity;
};

/* A value that is to be unique, and those who have it. */
struct qb_claim {
    struct qb_claim *next; /* of the same text, for another field */
    uint8_t kind;
    uint8_t field;
    struct qb_entries entries; /* whose current or in_force version has it */
};

/* What is known about a text that is an id or a unique value. It stands beside the interned text. */
struct qb_name {
    const char *id;             /* interned */
    struct qb_entry *entries;   /* the files with that id (by next_same_id): usually one */
    struct qb_claim *claims;    /* as a unique value */
    uint32_t mentions;          /* how many versions held refer to it */
    bool sought;                /* scratch of schema/link: who mentions it is to be looked at */
    struct qb_entries children; /* facility: decrees; decree: shipments and visits; visit: findings; in force */
};

struct qb_reference {
    struct qb_name *name;
    uint8_t kind;  /* the kind it must be of */
    uint8_t field; /* the kind's field that says so */
};

struct qb_unique {
    const char *value; /* interned */
    uint8_t field;
};

/* Which C struct a version carries: the kinds that the schedule and the checks know by name. */
enum qb_role {
    QB_ROLE_NONE,
    QB_ROLE_COMPANY,
    QB_ROLE_FACILITY,
    QB_ROLE_COMMODITY,
    QB_ROLE_OFFICER,
    QB_ROLE_DECREE,
    QB_ROLE_SHIPMENT,
    QB_ROLE_VISIT,
    QB_ROLE_FINDING,
    QB_ROLES
};

/* When a record is closed (x-qbis-frozen-when). */
#define QB_FROZEN_NEVER INT32_MAX
#define QB_FROZEN_ALWAYS INT32_MIN

struct qb_version {
    const char *title;   /* words for people, or NULL; interned */
    const char *author;  /* officer id, or NULL; interned */
    qb_date frozen_from; /* the day from which it is closed, or QB_FROZEN_* */
    unsigned holders;    /* current and in_force may be the same version */
    uint16_t reference_count;
    uint8_t unique_count;
    uint8_t role;
    struct qb_reference *references; /* all three arrays lie behind the struct, in its own block */
    struct qb_unique *uniques;
    union {
        struct qb_facility facility;
        struct qb_commodity commodity;
        struct qb_officer officer;
        struct qb_decree decree;
        struct qb_shipment shipment;
        struct qb_visit visit;
        struct qb_finding finding;
    } as;
};

struct qb_blob_id {
    unsigned char raw[20];
};

struct qb_entry {
    const char *path; /* borrowed: it outlives the entry */
    struct qb_name *name;
    struct qb_entry *next_same_id;
    struct qb_version *current;  /* of the text in the folder; NULL when that is no JSON object */
    struct qb_version *in_force; /* NULL: none */
    struct qb_problems *own;     /* found in the text alone; NULL: none */
    struct qb_problems *linked;  /* found among records; NULL: none */
    struct qb_blob_id blob;      /* of the text in the folder */
    struct qb_blob_id used;      /* of the version in force; zero: none */
    uint8_t kind;
    bool sound;    /* no error of its own */
    bool valid;    /* sound, and no error among records: current is in force */
    bool troubled; /* on the list of schema/link of those with problems */
    bool suspect;  /* scratch of schema/link: to be decided in this pass */
    bool passing;  /* scratch of schema/link: the current version is taken as valid so far */
    bool assumed;  /* scratch of schema/link: the same, where it is asked what others say */
};

struct qb_store {
    struct qb_pool pool;   /* ids and values, each with its struct qb_name beside it if it has one */
    struct qb_arena arena; /* names and claims */
    size_t name_count;
    size_t entry_count;
};

void qb_store_init(struct qb_store *store);
void qb_store_fini(struct qb_store *store);

struct qb_name *qb_store_name(struct qb_store *store, const char *id, size_t length); /* finds or makes */
struct qb_name *qb_store_find_name(const struct qb_store *store, const char *id);     /* or NULL */
/* The same for an id that is interned in the store's pool: without a look-up. */
struct qb_name *qb_store_name_of(struct qb_store *store, const char *interned);
/* Finds or makes; an entry that is made borrows the path. */
struct qb_entry *qb_store_entry(struct qb_store *store, const char *path, uint8_t kind);
struct qb_entry *qb_store_find(const struct qb_store *store, const char *path); /* or NULL */
void qb_store_remove(struct qb_store *store, struct qb_entry *entry);           /* frees it */
/* Walks all names: `size_t at = 0; while ((name = qb_store_next_name(store, &at)))`. */
struct qb_name *qb_store_next_name(const struct qb_store *store, size_t *at);
/* Walks all entries, in the order in which their ids came: `size_t at = 0; struct qb_entry *entry = NULL;
 * while ((entry = qb_store_next(store, &at, entry)))`. Entries may be changed meanwhile, none made or removed. */
struct qb_entry *qb_store_next(const struct qb_store *store, size_t *at, const struct qb_entry *entry);

/* Makes a version with room for its arrays (counts set, contents zero) plus `ids` ids in qb_version_ids. Held by nobody
 * until it is set; qb_version_free frees one that never was. */
struct qb_version *qb_version_new(size_t references, size_t uniques, size_t ids);
/* The same, with so many bytes of the struct as the role needs (core/records/summary), and room for `weights` numbers
 * behind the ids. */
struct qb_version *qb_version_of_size(size_t size, size_t references, size_t uniques, size_t ids, size_t weights);
const char **qb_version_ids(struct qb_version *version);
void qb_version_free(struct qb_version *version);

/* Both keep the names' mentions, the claims and the children right, and free what nobody holds any more. */
void qb_store_set_current(struct qb_store *store, struct qb_entry *entry, struct qb_version *version);
void qb_store_set_in_force(struct qb_store *store, struct qb_entry *entry, struct qb_version *version);

/* The version in force of the record of that kind and id, or NULL. */
const struct qb_version *qb_store_in_force(const struct qb_name *name, uint8_t kind);
/* The entry that holds it, or NULL. */
struct qb_entry *qb_store_holder(const struct qb_name *name, uint8_t kind);
/* Those whose current or in_force version has the value: borrowed until the next change. */
const struct qb_entries *qb_store_claims(const struct qb_store *store, uint8_t kind, uint8_t field, const char *value);

/* Everything in force that concerns a facility, for core/schedule; the arrays live in `arena`. */
struct qb_facility_records qb_store_facility(const struct qb_name *facility, struct qb_arena *arena);
/* The facility that a version in force bears on ("" when none): of a decree its own, of a shipment, visit or
 * finding its decree's. */
const char *qb_store_facility_of(const struct qb_version *version);

#endif
