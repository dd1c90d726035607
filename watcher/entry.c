/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Entering records: the folder is looked at as `qbis check` looks at it, so nothing is written but the records. */
#include "watcher/entry.h"

#include "core/base/limits.h"

#include <stdlib.h>
#include <string.h>

static void say_kinds(const struct qb_invocation *invocation, const struct qb_kinds *kinds, const char *name)
{
    struct qb_buf list = {0};
    for (size_t i = 0; i < kinds->count; i++)
        qb_buf_addf(&list, "%s%s", i ? ", " : "", kinds->items[i]->name);
    qb_say(invocation, name ? "new.unknown-kind" : "new.which-kind",
           (struct qb_text_arg[]){{"found", name}, {"known", qb_buf_text(&list)}}, 2);
    qb_buf_fini(&list);
}

const struct qb_kind *qb_entry_open(struct qb_office *office, const struct qb_invocation *invocation, const char *name)
{
    struct qb_result result = {0};
    if (!qb_office_open(office, invocation, false))
        return NULL;
    const struct qb_kind *kind = name ? qb_kinds_find(office->folder->kinds, name) : NULL;
    if (!kind)
        say_kinds(invocation, office->folder->kinds, name);
    else if (!qb_office_whole_pass(office, QB_DATE_NONE, true, &result))
        kind = NULL; /* what is wrong has been said */
    qb_result_fini(&result);
    return kind;
}

void qb_entry_sign(struct qb_draft *draft, const struct qb_kind *kind, const char *officer)
{
    if (!officer)
        officer = getenv("QBIS_OFFICER");
    for (size_t i = 0; officer && *officer && i < kind->field_count; i++)
        if (kind->fields[i].author && !qb_draft_has(draft, kind->fields[i].path))
            qb_draft_set(draft, kind->fields[i].path, QB_DECIMAL_OPEN, officer, strlen(officer));
}

bool qb_entry_signed(const struct qb_draft *draft, const struct qb_kind *kind)
{
    for (size_t i = 0; i < kind->field_count; i++)
        if (kind->fields[i].author && !qb_draft_has(draft, kind->fields[i].path))
            return false;
    return true;
}

bool qb_entry_id_usable(const char *id)
{
    size_t length = strlen(id);
    return length && length <= QB_MAX_ID &&
           strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") == length;
}

const struct qb_entry *qb_entry_of_path(const struct qb_folder *folder, const struct qb_kind *kind, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    char *id = qb_mem_copy(base, strlen(base) - strlen(".json"));
    const struct qb_name *name = qb_store_find_name(&folder->store, id);
    const struct qb_entry *entry = name ? name->entries : NULL;
    while (entry && entry->kind != kind->index)
        entry = entry->next_same_id;
    free(id);
    return entry;
}

void qb_entry_required(struct qb_buf *out, const struct qb_kind_text *text)
{
    size_t start = out->length;
    for (size_t i = 0; i < text->count; i++) {
        const struct qb_kind_property *property = &text->properties[i];
        if (!property->required || !strcmp(property->path, "id") || strpbrk(property->path, ".["))
            continue;
        qb_buf_addf(out, "%s%s", out->length > start ? ", " : "", property->path);
    }
}
