/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The trials go the way of files in a pass: checked alone, put into the store, decided together with all that is there
 * (schema/link). So whatever a pass would say of them is said before they are written, and in the same words.
 */
#include "watcher/tryout.h"

#include <stdlib.h>
#include <string.h>

/* The link's own way to a text, with the trials' texts before it. */
struct texts {
    struct qb_map trials; /* path -> struct qb_trial */
    int (*load)(void *context, const struct qb_entry *entry, struct qb_buf *text, struct qb_err *err);
    void *context;
};

static int load(void *context, const struct qb_entry *entry, struct qb_buf *text, struct qb_err *err)
{
    const struct texts *texts = context;
    const struct qb_trial *trial = qb_map_get_string(&texts->trials, entry->path);
    if (!trial)
        return texts->load(texts->context, entry, text, err);
    qb_buf_clear(text);
    qb_buf_add(text, trial->text, trial->length);
    return QB_OK;
}

/* The text of the closed version in force, which a change is held against. */
static struct qb_earlier closed_text(const struct qb_folder *folder, const struct qb_entry *entry, struct qb_buf *text)
{
    struct qb_oid used = qb_folder_oid(&entry->used);
    bool closed = entry->in_force && folder->history && qb_version_frozen(entry->in_force, folder->as_of) &&
                  qb_history_read(folder->history, &used, text, NULL) == QB_OK;
    return closed ? (struct qb_earlier){qb_buf_text(text), text->length} : (struct qb_earlier){0};
}

static struct qb_entry *enter(struct qb_folder *folder, const struct qb_trial *trial)
{
    struct qb_buf closed = {0};
    const struct qb_kind *kind = qb_kinds_of_path(folder->kinds, trial->path);
    struct qb_entry *entry = qb_store_entry(&folder->store, qb_pool_string(&folder->paths, trial->path), kind->index);
    struct qb_problems problems = {0};
    struct qb_earlier earlier = closed_text(folder, entry, &closed);
    struct qb_version *version = qb_check_text(folder->checker, &folder->store, kind, entry->path, trial->text,
                                               trial->length, &earlier, &entry->sound, &problems);
    qb_store_set_current(&folder->store, entry, version);
    if (entry->own) {
        qb_problems_fini(entry->own);
        free(entry->own);
        entry->own = NULL;
    }
    if (problems.count) {
        entry->own = qb_mem_alloc(sizeof *entry->own);
        *entry->own = problems;
    }
    qb_buf_fini(&closed);
    qb_link_suspect(&folder->link, entry);
    return entry;
}

static void add_all(struct qb_problems *to, const struct qb_problems *from)
{
    for (size_t i = 0; from && i < from->count; i++)
        qb_problems_add(to, &from->items[i]);
}

static void collect(struct qb_trial *trial, const struct qb_entry *entry)
{
    trial->good = entry->valid;
    add_all(&trial->problems, entry->own);
    add_all(&trial->problems, entry->linked);
    qb_problems_sort(&trial->problems);
}

static int decide(struct qb_folder *folder, struct texts *texts, struct qb_err *err)
{
    struct qb_link *link = &folder->link;
    struct qb_link before = *link;
    texts->load = link->load;
    texts->context = link->context;
    link->load = load;
    link->context = texts;
    link->replacing = NULL; /* no schedule follows */
    int result = qb_link_decide(link, err);
    link->load = before.load;
    link->context = before.context;
    link->replacing = before.replacing;
    return result;
}

int qb_tryout(struct qb_folder *folder, struct qb_trial *trials, size_t count, struct qb_err *err)
{
    struct texts texts = {0};
    struct qb_entry **entries = qb_mem_array(count, sizeof *entries);
    folder->link.as_of = folder->as_of;
    for (size_t i = 0; i < count; i++) {
        qb_map_put_string(&texts.trials, trials[i].path, &trials[i]);
        entries[i] = enter(folder, &trials[i]);
    }
    int result = decide(folder, &texts, err);
    for (size_t i = 0; i < count; i++)
        collect(&trials[i], entries[i]);
    qb_map_fini(&texts.trials);
    free(entries);
    return result;
}

void qb_tryout_undo(struct qb_folder *folder, const struct qb_trial *trials, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct qb_entry *entry = qb_store_find(&folder->store, trials[i].path);
        qb_link_leave(&folder->link, entry);
        qb_store_remove(&folder->store, entry);
    }
}

void qb_trials_fini(struct qb_trial *trials, size_t count)
{
    for (size_t i = 0; i < count; i++)
        qb_problems_fini(&trials[i].problems);
}
