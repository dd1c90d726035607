/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Officers as authors: every version of the officer's record is asked for name and address. */
#include "watcher/authors.h"

#include "core/base/mem.h"
#include "core/data/json.h"

#include <stdlib.h>
#include <string.h>

struct search {
    struct qb_authors *authors;
    struct qb_past *past;
    struct qb_json_doc *doc;
    struct qb_buf text;
};

static int take_version(void *context, const struct qb_history_entry *entry, struct qb_err *err)
{
    struct search *search = context;
    struct qb_authors *authors = search->authors;
    struct qb_json_fault fault;
    (void)err;
    if (qb_oid_is_zero(&entry->after) || qb_history_read(search->past->history, &entry->after, &search->text, NULL) < 0)
        return 0;
    const struct qb_json *record =
        qb_json_parse(search->doc, qb_buf_text(&search->text), search->text.length, &qb_json_document_options, &fault);
    const char *name = qb_json_string(qb_json_get(record, "name"));
    const char *email = qb_json_string(qb_json_get(record, "email"));
    if (!name)
        return 0;
    struct qb_history_person person = {.name = name, .email = email ? email : ""};
    QB_MEM_GROW(authors->people, authors->count, authors->capacity);
    authors->people[authors->count++] = qb_history_person_text(&person);
    return 0;
}

int qb_authors_find(struct qb_authors *authors, struct qb_past *past, const char *text, struct qb_err *err)
{
    struct search search = {.authors = authors, .past = past};
    struct qb_past_version version = {0};
    if (strncmp(text, "OFF-", 4)) {
        authors->text = text;
        return QB_OK;
    }
    int result = qb_past_find(past, text, NULL, &version, err);
    if (result == QB_OK) {
        search.doc = qb_json_doc_new();
        result = qb_history_log(past->history, version.path, take_version, &search, err);
        qb_json_doc_free(search.doc);
        qb_buf_fini(&search.text);
    }
    free(version.path);
    return result == QB_EABSENT ? qb_err_set(err, QB_EINPUT, NULL, "history knows no officer %s", text) : result;
}

bool qb_authors_match(const struct qb_authors *authors, const struct qb_history_person *person)
{
    char *text = qb_history_person_text(person);
    bool match = authors->text && strcasestr(text, authors->text);
    for (size_t i = 0; i < authors->count && !match; i++)
        match = !strcmp(authors->people[i], text);
    free(text);
    return match;
}

void qb_authors_fini(struct qb_authors *authors)
{
    for (size_t i = 0; i < authors->count; i++)
        free(authors->people[i]);
    free(authors->people);
    *authors = (struct qb_authors){0};
}
