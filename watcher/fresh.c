/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ids are read aloud, typed and written by hand, so they are made of the 32 characters that are taken for no other: no
 * 0 and O, no 1 and I. Four of them are a million for each kind and day.
 */
#include "watcher/fresh.h"

#include <string.h>
#include <sys/random.h>

#define RANDOM_CHARACTERS 4
#define CONTENT_CHARACTERS 10 /* 50 bits */
#define MOST_TRIES 1000

static const char alphabet[] = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

static bool taken(const struct qb_folder *folder, const char *id)
{
    return qb_store_find_name(&folder->store, id) != NULL;
}

int qb_fresh_id(struct qb_buf *id, const struct qb_folder *folder, const struct qb_kind *kind, qb_date today,
                struct qb_err *err)
{
    int year, month, day;
    struct qb_buf made = {0};
    qb_date_to_civil(today, &year, &month, &day);
    for (int tries = 0; tries < MOST_TRIES; tries++) {
        unsigned char random[RANDOM_CHARACTERS];
        if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random) {
            qb_buf_fini(&made);
            return qb_err_sys(err, NULL, "no random numbers to be had");
        }
        qb_buf_clear(&made);
        qb_buf_addf(&made, "%s-%04d%02d%02d-", kind->prefix, year, month, day);
        for (size_t i = 0; i < sizeof random; i++)
            qb_buf_add_char(&made, alphabet[random[i] % 32]);
        if (taken(folder, qb_buf_text(&made)))
            continue;
        qb_buf_add(id, made.data, made.length);
        qb_buf_fini(&made);
        return QB_OK;
    }
    qb_buf_fini(&made);
    return qb_err_set(err, QB_ELIMIT, NULL, "no free id for %s on this day", kind->name);
}

void qb_fresh_content_id(struct qb_buf *id, const struct qb_kind *kind, const char *content, size_t length)
{
    uint64_t hash = qb_map_hash(content, length);
    qb_buf_addf(id, "%s-", kind->prefix);
    for (int i = 0; i < CONTENT_CHARACTERS; i++, hash >>= 5)
        qb_buf_add_char(id, alphabet[hash % 32]);
}

/* The kinds whose files lie in folders by date: how fine, and which of its dates decides. */
static const struct {
    enum qb_role role;
    bool months;
    const char *dates[2];
} habits[] = {
    {QB_ROLE_SHIPMENT, true, {"certificate_issued_on", NULL}},
    {QB_ROLE_DECREE, false, {"decreed_on", NULL}},
    {QB_ROLE_VISIT, false, {"conducted_on", "planned_on"}},
    {QB_ROLE_FINDING, false, {NULL, NULL}},
};

void qb_fresh_path(struct qb_buf *path, const struct qb_kind *kind, const char *id, const struct qb_json *record,
                   qb_date today)
{
    qb_buf_addf(path, "records/%s/", kind->folder);
    for (size_t i = 0; i < sizeof habits / sizeof *habits; i++) {
        int year, month, day;
        qb_date date = QB_DATE_NONE;
        if (habits[i].role != kind->role)
            continue;
        for (size_t j = 0; j < 2 && date == QB_DATE_NONE && habits[i].dates[j]; j++) {
            const struct qb_json *value = qb_json_get(record, habits[i].dates[j]);
            if (value && value->type == QB_JSON_STRING)
                date = qb_date_parse(value->as.string, value->length);
        }
        qb_date_to_civil(date == QB_DATE_NONE ? today : date, &year, &month, &day);
        qb_buf_addf(path, "%04d/", year);
        if (habits[i].months)
            qb_buf_addf(path, "%02d/", month);
    }
    qb_buf_addf(path, "%s.json", id);
}
