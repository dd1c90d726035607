/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fixpoint. Whether all that a record refers to is there gets only worse as others fall: taking out who fails until
 * nobody does has one outcome, whatever the order. What others say is different: when one falls, another that had lost
 * to it is right again. So that is asked of an assumption, and the judgement that comes out is the next assumption,
 * until both are the same. Where records contradict themselves that never happens: then those that would fall and rise
 * for ever all fall.
 */
#include "schema/link.h"

#include "core/base/utf8.h"
#include "schema/kind_problem.h"

#include <stdlib.h>
#include <string.h>

/* With more records than this that are wrong no nearest id is looked for: each is compared with all ids of its kind. */
#define NEAREST_MOST 100
/* assumptions tried; each step but the last settles one more link of a chain of records that fall by each other */
#define ASSUMPTIONS_MOST 64

void qb_link_init(struct qb_link *link, struct qb_store *store, const struct qb_kinds *kinds)
{
    *link = (struct qb_link){.store = store, .kinds = kinds};
}

void qb_link_fini(struct qb_link *link)
{
    free(link->suspects.items);
    free(link->invalid.items);
    free(link->troubled.items);
    free(link->sought);
    *link = (struct qb_link){0};
}

/* --- who is to be looked at --- */

static void add(struct qb_entries *list, struct qb_entry *entry)
{
    QB_MEM_GROW(list->items, list->count, list->capacity);
    list->items[list->count++] = entry;
}

static void take_out(struct qb_entries *list, const struct qb_entry *entry)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (list->items[i] == entry)
            list->items[i--] = list->items[--list->count];
}

static void suspect(struct qb_link *link, struct qb_entry *entry)
{
    if (entry->suspect)
        return;
    entry->suspect = true;
    add(&link->suspects, entry);
}

/* Those that hang on this record in the schedule, and whom it hangs on: what it says bears on their checks. */
static void suspect_neighbours(struct qb_link *link, const struct qb_entry *entry)
{
    for (uint32_t i = 0; i < entry->name->children.count; i++)
        suspect(link, entry->name->children.items[i]);
    for (struct qb_entry *same = entry->name->entries; same; same = same->next_same_id)
        suspect(link, same);
    const struct qb_version *versions[] = {entry->in_force, entry->current};
    for (size_t i = 0; i < 2; i++) {
        const struct qb_version *version = versions[i];
        if (!version || (i && version == versions[0]))
            continue;
        for (size_t j = 0; j < version->unique_count; j++) {
            const struct qb_entries *claims =
                qb_store_claims(link->store, entry->kind, version->uniques[j].field, version->uniques[j].value);
            for (uint32_t k = 0; claims && k < claims->count; k++)
                suspect(link, claims->items[k]);
        }
        const char *visit = version->role == QB_ROLE_FINDING ? version->as.finding.visit : NULL;
        const struct qb_name *name = visit ? qb_store_find_name(link->store, visit) : NULL;
        for (struct qb_entry *other = name ? name->entries : NULL; other; other = other->next_same_id)
            suspect(link, other);
    }
}

/* An id that others mention went, or a commodity changed. */
static void seek(struct qb_link *link, struct qb_name *name)
{
    if (name->sought || !name->mentions)
        return;
    name->sought = true;
    QB_MEM_GROW(link->sought, link->sought_count, link->sought_capacity);
    link->sought[link->sought_count++] = name;
}

static bool mentions_sought(const struct qb_version *version)
{
    for (size_t i = 0; version && i < version->reference_count; i++)
        if (version->references[i].name->sought)
            return true;
    return false;
}

/* One walk over all records, however many ids are sought. */
static void suspect_mentioning(struct qb_link *link)
{
    struct qb_entry *entry = NULL;
    for (size_t at = 0; link->sought_count && (entry = qb_store_next(link->store, &at, entry));) {
        if (mentions_sought(entry->current) || mentions_sought(entry->in_force))
            suspect(link, entry);
    }
    for (size_t i = 0; i < link->sought_count; i++)
        link->sought[i]->sought = false;
    link->sought_count = 0;
}

void qb_link_suspect(struct qb_link *link, struct qb_entry *entry)
{
    suspect(link, entry);
    suspect_neighbours(link, entry);
}

/* Another file takes the entry's place at once: it has a version in force. */
static bool has_heir(const struct qb_entry *entry)
{
    for (const struct qb_entry *other = entry->name->entries; other; other = other->next_same_id)
        if (other != entry && other->kind == entry->kind && other->in_force)
            return true;
    return false;
}

void qb_link_leave(struct qb_link *link, struct qb_entry *entry)
{
    suspect_neighbours(link, entry);
    if (entry->in_force && !has_heir(entry))
        seek(link, entry->name);
    if (entry->suspect)
        take_out(&link->suspects, entry);
    if (!entry->valid)
        take_out(&link->invalid, entry);
    if (entry->troubled)
        take_out(&link->troubled, entry);
    if (!entry->in_force)
        return;
    link->ids[entry->kind]++;
    if (link->replacing)
        link->replacing(link->context, entry, NULL);
}

void qb_link_suspect_all(struct qb_link *link)
{
    struct qb_entry *entry = NULL;
    for (size_t at = 0; (entry = qb_store_next(link->store, &at, entry));)
        suspect(link, entry);
}

/* --- the fixpoint --- */

static void count_error(void *context, const struct qb_cross_hit *hit)
{
    (void)hit;
    ++*(size_t *)context;
}

typedef void checks(const struct qb_cross *cross, const struct qb_entry *entry, qb_cross_visit *visit, void *context);

static bool fails(const struct qb_cross *cross, const struct qb_entry *entry, checks *check)
{
    size_t errors = 0;
    check(cross, entry, count_error, &errors);
    return errors > 0;
}

/* Takes out whose references fail, to and fro: a chain is through after one round when it lies in either direction. */
static void drop_dangling(struct qb_link *link, const struct qb_cross *cross)
{
    uint32_t count = link->suspects.count;
    bool fell = true;
    for (bool backwards = false; fell; backwards = !backwards) {
        fell = false;
        for (uint32_t i = 0; i < count; i++) {
            struct qb_entry *entry = link->suspects.items[backwards ? count - 1 - i : i];
            if (!entry->passing || !fails(cross, entry, qb_cross_references))
                continue;
            entry->passing = false;
            fell = true;
        }
    }
}

/* Who passes, if the others are as assumed. */
static void judge(struct qb_link *link, const struct qb_cross *cross)
{
    for (uint32_t i = 0; i < link->suspects.count; i++) {
        struct qb_entry *entry = link->suspects.items[i];
        entry->passing = entry->sound && !fails(cross, entry, qb_cross_conflicts);
    }
    drop_dangling(link, cross);
}

/* Takes the judgement as the next assumption. False when it is the one that it was made by. */
static bool assume(struct qb_link *link)
{
    bool changed = false;
    for (uint32_t i = 0; i < link->suspects.count; i++) {
        struct qb_entry *entry = link->suspects.items[i];
        changed |= entry->assumed != entry->passing;
        entry->assumed = entry->passing;
    }
    return changed;
}

static void settle(struct qb_link *link, const struct qb_cross *cross)
{
    for (uint32_t i = 0; i < link->suspects.count; i++)
        link->suspects.items[i]->assumed = link->suspects.items[i]->sound;
    judge(link, cross);
    for (int i = 0; i < ASSUMPTIONS_MOST; i++) {
        if (!assume(link))
            return;
        judge(link, cross);
    }
    for (uint32_t i = 0; i < link->suspects.count; i++) {
        struct qb_entry *entry = link->suspects.items[i];
        bool both = entry->passing && entry->assumed;
        entry->assumed |= entry->passing; /* so that each is told what it falls by */
        entry->passing = both;
    }
    drop_dangling(link, cross);
}

static void put_in_force(struct qb_link *link, struct qb_entry *entry)
{
    const struct qb_version *earlier = entry->in_force;
    entry->valid = entry->passing;
    if (!entry->valid)
        return;
    entry->used = entry->blob;
    if (earlier == entry->current)
        return;
    uint8_t role = earlier ? earlier->role : QB_ROLE_NONE;
    link->ids[entry->kind] += !earlier;
    if (link->replacing)
        link->replacing(link->context, entry, entry->current);
    qb_store_set_in_force(link->store, entry, entry->current);
    if (role == QB_ROLE_COMMODITY) /* its risk bears on decrees: warnings, so that nobody falls any more */
        seek(link, entry->name);
}

/* --- telling --- */

/* What was told of an entry, and of what: behind entry->linked stands one of these. Told again is only what differs,
 * for where a mistake stands takes a look into the text, and those that are wrong are decided anew in every pass. */
struct told {
    struct qb_problems problems; /* first, so that a pointer to it is one to the whole */
    uint64_t hits;
};

static struct told *told_of(const struct qb_entry *entry)
{
    return (struct told *)(void *)entry->linked;
}

/* The existing ids of one kind, ascending: gathered by one walk over all ids when first asked for in a pass. */
struct known_ids {
    const char **items;
    size_t count;
    size_t capacity;
    bool gathered;
};

struct teller {
    struct qb_link *link;
    const struct qb_entry *entry;
    struct qb_buf text;
    bool loaded;
    struct known_ids *known; /* by kind; NULL when no nearest id is looked for */
    struct qb_problems *problems;
    struct qb_err *err;
    int result;
};

static bool load(struct teller *teller)
{
    if (teller->loaded)
        return true;
    teller->result = teller->link->load(teller->link->context, teller->entry, &teller->text, teller->err);
    teller->loaded = teller->result == QB_OK;
    return teller->loaded;
}

static int by_id(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void gather_ids(const struct qb_store *store, uint8_t kind, struct known_ids *known)
{
    const struct qb_name *name;
    for (size_t at = 0; (name = qb_store_next_name(store, &at));) {
        if (!qb_store_in_force(name, kind))
            continue;
        QB_MEM_GROW(known->items, known->count, known->capacity);
        known->items[known->count++] = name->id;
    }
    if (known->count)
        qsort(known->items, known->count, sizeof *known->items, by_id);
    known->gathered = true;
}

/* The existing id of that kind nearest to a mistyped one, the lower of two that are as near, or NULL. */
static const char *nearest_id(const struct teller *teller, const struct qb_cross_hit *hit)
{
    if (!teller->known)
        return NULL;
    struct known_ids *known = &teller->known[hit->field->ref_kind];
    if (!known->gathered)
        gather_ids(teller->link->store, hit->field->ref_kind, known);
    return qb_utf8_nearest(hit->value, strlen(hit->value), known->items, known->count);
}

/* What was found is told as the record has it: an interned value ends at a NUL. */
static void show_whole(struct qb_problem *problem, const struct qb_buf *shown)
{
    for (size_t i = 0; shown->length && i < problem->arg_count; i++)
        if (!strcmp(problem->args[i].name, "found"))
            problem->args[i].value = shown->data;
}

static void tell(void *context, const struct qb_cross_hit *hit)
{
    struct teller *teller = context;
    struct qb_buf pointer = {0};
    struct qb_buf shown = {0};
    struct qb_problem problem = {
        .code = hit->code,
        .kind = teller->link->kinds->items[teller->entry->kind]->name,
        .record = teller->entry->name->id,
        .path = teller->entry->path,
        .line = 1,
        .column = 1,
        .message_id = hit->message_id,
        .arg_count = hit->arg_count,
    };
    memcpy(problem.args, hit->args, sizeof problem.args);
    const char *text = load(teller) ? qb_buf_text(&teller->text) : NULL;
    if (!text) {
        qb_buf_add_string(&pointer, hit->field ? "" : hit->property); /* said all the same, with the error */
    } else if (hit->field) {
        qb_check_locate(teller->link->checker, hit->field, hit->value, text, teller->text.length, &pointer, &shown,
                        &problem.line, &problem.column);
        show_whole(&problem, &shown);
    } else {
        qb_buf_add_string(&pointer, hit->property);
        qb_json_locate(text, teller->text.length, hit->property, false, &problem.line, &problem.column);
    }
    const char *nearest = hit->unknown ? nearest_id(teller, hit) : NULL;
    if (nearest) {
        problem.message_id = "problem.reference.nearest";
        problem.args[problem.arg_count++] = (struct qb_text_arg){"nearest", nearest};
    }
    problem.pointer = qb_buf_text(&pointer);
    qb_kind_name(&problem, teller->link->kinds, teller->link->kinds->items[teller->entry->kind]);
    qb_problems_add(teller->problems, &problem);
    qb_buf_fini(&pointer);
    qb_buf_fini(&shown);
}

/* Gathers all that was found into one number: equal when the same would be told. */
struct digest {
    const struct qb_link *link;
    struct qb_buf bytes;
    bool nearest;
};

static void digest_hit(void *context, const struct qb_cross_hit *hit)
{
    struct digest *digest = context;
    struct qb_buf *bytes = &digest->bytes;
    qb_buf_addf(bytes, "%d %s %s", hit->code, hit->field ? hit->field->path : hit->property, hit->message_id);
    for (size_t i = 0; i < hit->arg_count; i++)
        qb_buf_addf(bytes, " %s", hit->args[i].value);
    if (digest->nearest && hit->unknown)
        qb_buf_addf(bytes, " %u", digest->link->ids[hit->field->ref_kind]);
    qb_buf_add_char(bytes, '\n');
}

static void each_hit(const struct qb_cross *cross, const struct qb_entry *entry, qb_cross_visit *visit, void *context)
{
    qb_cross_references(cross, entry, visit, context);
    qb_cross_conflicts(cross, entry, visit, context);
    qb_cross_warnings(cross, entry, visit, context);
}

/* 0 when there is nothing to tell. */
static uint64_t digest_of(const struct qb_link *link, const struct qb_cross *cross, const struct qb_entry *entry,
                          bool nearest)
{
    struct digest digest = {.link = link, .nearest = nearest};
    each_hit(cross, entry, digest_hit, &digest);
    uint64_t hash = 0;
    if (digest.bytes.length) {
        qb_buf_add(&digest.bytes, &entry->blob, sizeof entry->blob);
        hash = qb_map_hash(digest.bytes.data, digest.bytes.length) | 1;
    }
    qb_buf_fini(&digest.bytes);
    return hash;
}

static int tell_all(struct qb_link *link, const struct qb_cross *cross, struct qb_entry *entry, struct known_ids *known,
                    struct qb_err *err)
{
    struct told *told = told_of(entry);
    uint64_t hits = digest_of(link, cross, entry, known != NULL);
    if (hits == (told ? told->hits : 0))
        return QB_OK;
    if (told)
        qb_problems_fini(&told->problems);
    free(told);
    entry->linked = NULL;
    if (!hits)
        return QB_OK;
    told = qb_mem_alloc(sizeof *told);
    struct teller teller = {.link = link, .entry = entry, .known = known, .problems = &told->problems, .err = err};
    each_hit(cross, entry, tell, &teller);
    qb_buf_fini(&teller.text);
    told->hits = teller.result == QB_OK ? hits : 0; /* to be told again */
    entry->linked = &told->problems;
    return teller.result;
}

int qb_link_add(struct qb_link *link, const struct qb_entry *entry, const struct qb_cross_hit *hit,
                struct qb_problems *problems, struct qb_err *err)
{
    struct teller teller = {.link = link, .entry = entry, .problems = problems, .err = err};
    tell(&teller, hit);
    qb_buf_fini(&teller.text);
    return teller.result;
}

/* All that were invalid before. One that may come into force now is felt by its neighbours. */
static void suspect_invalid(struct qb_link *link)
{
    for (uint32_t i = 0; i < link->invalid.count; i++) {
        struct qb_entry *entry = link->invalid.items[i];
        suspect(link, entry);
        if (entry->sound)
            suspect_neighbours(link, entry);
    }
}

/* Writes down who is valid; the suspects that are added on the way are those that only warnings concern. */
static size_t enforce(struct qb_link *link)
{
    size_t invalid = 0;
    uint32_t judged = link->suspects.count;
    for (uint32_t i = 0; i < judged; i++) {
        put_in_force(link, link->suspects.items[i]);
        invalid += !link->suspects.items[i]->valid;
    }
    suspect_mentioning(link);
    for (uint32_t i = judged; i < link->suspects.count; i++) {
        struct qb_entry *entry = link->suspects.items[i];
        entry->passing = entry->assumed = entry->valid; /* all that were not valid have been judged */
    }
    return invalid;
}

/* All but those whose text could not be read: their problems have no place yet. */
static void forget_suspects(struct qb_link *link)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < link->suspects.count; i++) {
        struct qb_entry *entry = link->suspects.items[i];
        entry->passing = entry->assumed = false;
        entry->suspect = entry->linked && !told_of(entry)->hits;
        if (entry->suspect)
            link->suspects.items[kept++] = entry;
    }
    link->suspects.count = kept;
}

int qb_link_decide(struct qb_link *link, struct qb_err *err)
{
    struct qb_cross cross = {.store = link->store, .kinds = link->kinds, .as_of = link->as_of};
    int result = QB_OK;
    suspect_mentioning(link);
    suspect_invalid(link);
    settle(link, &cross);
    size_t invalid = enforce(link);
    struct known_ids *known = qb_mem_array(link->kinds->count, sizeof *known);
    link->invalid.count = 0;
    for (uint32_t i = 0; i < link->suspects.count; i++) {
        struct qb_entry *entry = link->suspects.items[i];
        if (!entry->valid)
            add(&link->invalid, entry);
        int told = tell_all(link, &cross, entry, invalid <= NEAREST_MOST ? known : NULL, err);
        result = result < 0 ? result : told;
        if ((entry->own || entry->linked) && !entry->troubled) {
            entry->troubled = true;
            add(&link->troubled, entry);
        }
    }
    for (size_t i = 0; i < link->kinds->count; i++)
        free(known[i].items);
    free(known);
    forget_suspects(link);
    return result;
}
