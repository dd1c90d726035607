/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * History from its first commit on, pass by pass, as it was recorded: who signed, who could have been the author then,
 * and whether a closed record ever changed without a reason. What the versions in force were is followed on the way,
 * with the help of each pass's own status/problems.json: a version that it calls wrong never came into force.
 *
 * A pass is a run of commits with one committer's time, up to the one with the generated files. Kinds are those of the
 * time, taken from the commits.
 */
#include "watcher/audit.h"

#include "core/base/limits.h"
#include "core/base/mem.h"
#include "core/data/json.h"
#include "core/history/anchors.h"
#include "core/history/sign.h"
#include "schema/check.h"
#include "watcher/backthen.h"

#include <stdlib.h>
#include <string.h>

#define SELF "Q-BIS <q-bis@localhost>"
#define PROBLEMS "status/problems.json"

struct revision {
    char id[QB_OID_TEXT];
    int64_t when;
    char *author; /* "Name <email>"; of the pass that is looked at */
    qb_date as_of;
};

struct change {
    size_t revision;
    const char *path;
    struct qb_oid before;
    struct qb_oid after;
};

/* The version of a record that is in force, by its file's name. */
struct held {
    const char *path;
    struct qb_oid blob;
    /* in the pass that is looked at */
    const char *new_path;
    struct qb_oid new_blob;
    size_t revision;
    bool touched;
    bool removed;
};

struct examiner {
    struct qb_audit *audit;
    struct revision *revisions; /* newest first */
    size_t revision_count;
    size_t revision_capacity;
    struct change *changes; /* of one pass */
    size_t change_count;
    size_t change_capacity;
    struct qb_arena arena;
    struct qb_map held;       /* file name -> struct held */
    struct qb_map officers;   /* id -> "Name <email>" in force before the pass */
    struct qb_map newcomers;  /* "ID Name <email>" -> itself: said in this pass */
    struct qb_map wrong;      /* paths with an error, by the newest problems.json */
    struct qb_map kind_files; /* path -> hexadecimal blob id */
    struct qb_kinds *kinds;
    struct qb_checker *checker;
    struct qb_store store;
    struct qb_json_doc *doc;
    struct qb_buf text;
    struct qb_buf earlier;
    qb_date as_of;
    bool any_signed;
};

/* --- one commit --- */

static bool allowed(const struct qb_audit *audit, const unsigned char *key)
{
    const char *text = qb_buf_text(&audit->allowed);
    for (size_t at = 0; at < audit->allowed.length;) {
        size_t length = strcspn(text + at, "\n");
        if (qb_sign_line_allows(text + at, length, key))
            return true;
        at += length + 1;
    }
    return !audit->allowed.length;
}

static void check_signature(struct examiner *all, const char *id, const struct qb_buf *signature,
                            const struct qb_buf *payload)
{
    struct qb_audit *audit = all->audit;
    unsigned char key[QB_ED25519_PUBLIC];
    char fingerprint[QB_SIGN_FINGERPRINT];
    if (!signature->length) {
        audit->unsigned_before += !all->any_signed;
        if (all->any_signed)
            qb_audit_add(audit, QB_FINDING_UNSIGNED, id, NULL);
        return;
    }
    all->any_signed = true;
    enum qb_sign_verdict verdict =
        qb_sign_verify(signature->data, signature->length, payload->data, payload->length, key);
    if (verdict == QB_SIGN_GOOD && allowed(audit, key)) {
        audit->signed_commits++;
        qb_audit_note(audit, &audit->keys, qb_sign_fingerprint(key, fingerprint));
    } else if (verdict == QB_SIGN_BAD) {
        qb_audit_add(audit, QB_FINDING_SIGNATURE_BAD, id, NULL);
    } else {
        qb_audit_add(audit, QB_FINDING_SIGNATURE_UNKNOWN, id,
                     verdict == QB_SIGN_GOOD ? qb_sign_fingerprint(key, fingerprint) : "-");
    }
}

static size_t count_parents(const struct qb_buf *payload)
{
    size_t count = 0;
    for (const char *line = qb_buf_text(payload); *line && *line != '\n'; line += strcspn(line, "\n") + 1)
        count += !strncmp(line, "parent ", 7);
    return count;
}

/* "Attachment: SHA256 PATH" */
static void note_attachments(struct qb_audit *audit, const char *message)
{
    for (const char *line = message; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        size_t length = strcspn(line, "\n");
        if (strncmp(line, "Attachment: ", 12) || length < 12 + 65)
            continue;
        char *digest = qb_arena_copy(&audit->arena, line + 12, 64);
        char *path = qb_arena_copy(&audit->arena, line + 12 + 65, length - 12 - 65);
        qb_map_put_string(&audit->digests, path, digest);
    }
}

static int look_at_commit(struct examiner *all, struct revision *revision, struct qb_err *err)
{
    struct qb_audit *audit = all->audit;
    struct qb_history_entry entry;
    struct qb_buf signature = {0};
    struct qb_buf payload = {0};
    int result = qb_history_signature(audit->history, revision->id, &signature, &payload, err);
    if (result == QB_OK) {
        check_signature(all, revision->id, &signature, &payload);
        if (count_parents(&payload) > 1)
            qb_audit_add(audit, QB_FINDING_NOT_LINEAR, revision->id, NULL);
        result = qb_history_resolve(audit->history, revision->id, 0, &entry, &payload, err);
    }
    if (result == QB_OK) {
        char *committer = qb_history_person_text(&entry.committer);
        if (strcmp(committer, SELF))
            qb_audit_add(audit, QB_FINDING_COMMITTER, revision->id, committer);
        free(committer);
        revision->author = qb_history_person_text(&entry.author);
        revision->as_of = qb_backthen_as_of(entry.message);
        note_attachments(audit, entry.message);
    }
    qb_buf_fini(&signature);
    qb_buf_fini(&payload);
    return result;
}

struct gathering {
    struct examiner *all;
    size_t revision;
    bool generated;
};

static int gather(void *context, const char *path, const struct qb_oid *before, const struct qb_oid *after,
                  struct qb_err *err)
{
    struct gathering *gathering = context;
    struct examiner *all = gathering->all;
    bool generated = !strncmp(path, "schedule/", 9) || !strncmp(path, "status/", 7);
    (void)err;
    gathering->generated |= generated;
    if (generated && strcmp(path, PROBLEMS) && strcmp(path, QB_ANCHORS_PATH))
        return 0;
    QB_MEM_GROW(all->changes, all->change_count, all->change_capacity);
    all->changes[all->change_count++] = (struct change){.revision = gathering->revision,
                                                        .path = qb_arena_copy(&all->arena, path, strlen(path)),
                                                        .before = *before,
                                                        .after = *after};
    return 0;
}

/* --- what a pass brought --- */

static bool read_blob(struct examiner *all, const struct qb_oid *blob, struct qb_buf *text)
{
    return !qb_oid_is_zero(blob) && qb_history_read(all->audit->history, blob, text, NULL) == QB_OK;
}

static const struct qb_json *parse(struct examiner *all)
{
    struct qb_json_fault fault;
    return qb_json_parse(all->doc, qb_buf_text(&all->text), all->text.length, &qb_json_document_options, &fault);
}

static void take_problems(struct examiner *all, const struct qb_oid *blob)
{
    qb_map_fini(&all->wrong);
    if (!read_blob(all, blob, &all->text))
        return;
    const struct qb_json *list = qb_json_get(parse(all), "problems");
    for (uint32_t i = 0; list && list->type == QB_JSON_ARRAY && i < list->length; i++) {
        const char *path = qb_json_string(qb_json_get(&list->as.items[i], "path"));
        const char *severity = qb_json_string(qb_json_get(&list->as.items[i], "severity"));
        if (path && severity && !strcmp(severity, "error") && !qb_map_get_string(&all->wrong, path)) {
            char *copy = qb_arena_copy(&all->arena, path, strlen(path));
            qb_map_put_string(&all->wrong, copy, copy);
        }
    }
}

static void take_anchors(struct examiner *all, const struct qb_oid *blob)
{
    struct qb_anchor anchor;
    if (!read_blob(all, blob, &all->text))
        return;
    for (size_t at = 0; qb_anchors_next(qb_buf_text(&all->text), all->text.length, &at, &anchor);) {
        struct qb_buf line = {0};
        qb_anchor_write(&line, &anchor);
        qb_audit_note(all->audit, &all->audit->anchors, line.data);
        qb_buf_fini(&line);
    }
}

static int by_key(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The kinds as they are from this pass on. */
static void make_kinds(struct examiner *all)
{
    struct qb_problems ignored = {0};
    struct qb_map_item *item;
    struct qb_oid blob;
    size_t count = 0;
    const char **paths = qb_mem_array(all->kind_files.live + 1, sizeof *paths);
    for (size_t at = 0; (item = qb_map_next(&all->kind_files, &at));)
        paths[count++] = item->key;
    if (count)
        qsort(paths, count, sizeof *paths, by_key);
    qb_checker_free(all->checker);
    qb_kinds_free(all->kinds);
    all->kinds = qb_kinds_new();
    for (size_t i = 0; i < count; i++) {
        const char *hex = qb_map_get_string(&all->kind_files, paths[i]);
        if (!qb_oid_parse(hex, &blob) || !read_blob(all, &blob, &all->text))
            continue;
        struct qb_kind *kind = qb_kind_parse(paths[i], qb_buf_text(&all->text), all->text.length, &ignored);
        if (kind)
            qb_kinds_add(all->kinds, kind, &ignored);
    }
    qb_kinds_finish(all->kinds, &ignored);
    all->checker = qb_checker_new(all->kinds);
    qb_problems_fini(&ignored);
    free(paths);
}

/* True when it was one. */
static bool take_kind(struct examiner *all, const struct change *change)
{
    size_t length = strlen(change->path);
    char hex[QB_OID_TEXT];
    if (strncmp(change->path, "kinds/", 6) || length < 12 || strcmp(change->path + length - 5, ".yaml"))
        return false;
    qb_map_remove(&all->kind_files, change->path, length);
    if (!qb_oid_is_zero(&change->after))
        qb_map_put_string(&all->kind_files, change->path,
                          qb_arena_copy(&all->arena, qb_oid_format(&change->after, hex), QB_OID_TEXT - 1));
    return true;
}

/* The kind of a record's path, or NULL. */
static const struct qb_kind *kind_of(const struct examiner *all, const char *path)
{
    size_t length = strlen(path);
    bool record = !strncmp(path, "records/", 8) && length > 13 && !strcmp(path + length - 5, ".json");
    return record ? qb_kinds_of_path(all->kinds, path) : NULL;
}

/* The file's name without ".json". */
static char *id_of(struct examiner *all, const char *path)
{
    const char *slash = strrchr(path, '/');
    return qb_arena_copy(&all->arena, slash + 1, strlen(slash + 1) - 5);
}

/* --- authors --- */

static char *officer_person(struct examiner *all, const struct qb_oid *blob)
{
    if (!read_blob(all, blob, &all->text))
        return NULL;
    const struct qb_json *record = parse(all);
    const char *name = qb_json_string(qb_json_get(record, "name"));
    const char *email = qb_json_string(qb_json_get(record, "email"));
    struct qb_history_person person = {.name = name, .email = email ? email : ""};
    return name ? qb_history_person_text(&person) : NULL;
}

static char *newcomer(struct examiner *all, const char *id, const char *person)
{
    struct qb_buf text = {0};
    qb_buf_addf(&text, "%s %s", id, person);
    char *copy = qb_arena_copy(&all->arena, text.data, text.length);
    qb_buf_fini(&text);
    return copy;
}

static void note_newcomer(struct examiner *all, const struct change *change)
{
    const struct qb_kind *kind = kind_of(all, change->path);
    char *person = kind && kind->role == QB_ROLE_OFFICER ? officer_person(all, &change->after) : NULL;
    if (!person)
        return;
    char *key = newcomer(all, id_of(all, change->path), person);
    qb_map_put_string(&all->newcomers, key, key);
    free(person);
}

/* Whether the officer of that id was that person before the pass or in it. */
static bool was(struct examiner *all, const char *id, const char *person)
{
    const char *before = qb_map_get_string(&all->officers, id);
    return (before && !strcmp(before, person)) || qb_map_get_string(&all->newcomers, newcomer(all, id, person));
}

static bool anybody(struct examiner *all, const char *person)
{
    struct qb_map_item *item;
    for (size_t at = 0; (item = qb_map_next(&all->officers, &at));)
        if (!strcmp(item->value, person))
            return true;
    for (size_t at = 0; (item = qb_map_next(&all->newcomers, &at));)
        if (!strcmp(strchr(item->key, ' ') + 1, person))
            return true;
    return false;
}

/* Every record that an officer's commit changed names that officer. */
static void check_named(struct examiner *all, const struct change *change, const struct revision *revision)
{
    const struct qb_kind *kind = kind_of(all, change->path);
    struct qb_problems ignored = {0};
    bool sound;
    if (!kind || !read_blob(all, &change->after, &all->text))
        return;
    struct qb_version *version = qb_check_text(all->checker, &all->store, kind, change->path, qb_buf_text(&all->text),
                                               all->text.length, NULL, &sound, &ignored);
    if (!version || !version->author || !was(all, version->author, revision->author))
        qb_audit_add(all->audit, QB_FINDING_AUTHOR_OTHER, revision->id, change->path);
    if (version)
        qb_version_free(version);
    qb_problems_fini(&ignored);
}

static void check_authors(struct examiner *all, size_t oldest, size_t newest)
{
    for (size_t i = oldest + 1; i-- > newest;) {
        const struct revision *revision = &all->revisions[i];
        if (!strcmp(revision->author, SELF))
            continue;
        if (!anybody(all, revision->author)) {
            qb_audit_add(all->audit, QB_FINDING_AUTHOR_UNKNOWN, revision->id, revision->author);
            continue;
        }
        for (size_t j = 0; j < all->change_count; j++)
            if (all->changes[j].revision == i)
                check_named(all, &all->changes[j], revision);
    }
}

/* --- closed records --- */

static void touch(struct examiner *all, const struct change *change)
{
    if (!kind_of(all, change->path))
        return;
    char *name = id_of(all, change->path);
    struct held *held = qb_map_get_string(&all->held, name);
    if (!held) {
        held = qb_arena_alloc(&all->arena, sizeof *held);
        *held = (struct held){0};
        qb_map_put_string(&all->held, name, held);
    }
    if (!held->touched) {
        held->touched = true;
        held->new_path = held->path;
        held->new_blob = held->blob;
        held->removed = false;
    }
    if (!qb_oid_is_zero(&change->after)) {
        held->new_path = change->path;
        held->new_blob = change->after;
        held->removed = false;
        held->revision = change->revision;
    } else if (held->new_path && !strcmp(held->new_path, change->path)) {
        held->removed = true;
        held->revision = change->revision;
    }
}

/* Whether the version in force before the pass was closed on its day. Its text is in all->earlier. */
static bool closed(struct examiner *all, const struct held *held, const struct qb_kind *kind)
{
    struct qb_problems ignored = {0};
    bool sound;
    if (!kind || !read_blob(all, &held->blob, &all->earlier))
        return false;
    struct qb_version *version = qb_check_text(all->checker, &all->store, kind, held->path, qb_buf_text(&all->earlier),
                                               all->earlier.length, NULL, &sound, &ignored);
    bool is = version && qb_version_frozen(version, all->as_of);
    if (version)
        qb_version_free(version);
    qb_problems_fini(&ignored);
    return is;
}

/* Whether the new version changes what a closed record keeps. The property's place in `where`. */
static bool breaks(struct examiner *all, const struct held *held, const struct qb_kind *kind, struct qb_buf *where)
{
    struct qb_problems problems = {0};
    bool sound;
    if (!read_blob(all, &held->new_blob, &all->text))
        return false;
    struct qb_earlier earlier = {qb_buf_text(&all->earlier), all->earlier.length};
    struct qb_version *version = qb_check_text(all->checker, &all->store, kind, held->new_path, qb_buf_text(&all->text),
                                               all->text.length, &earlier, &sound, &problems);
    for (size_t i = 0; i < problems.count; i++)
        if (problems.items[i].code == QB_PROBLEM_FROZEN)
            qb_buf_addf(where, "%s%s", where->length ? ", " : "", problems.items[i].pointer);
    if (version)
        qb_version_free(version);
    qb_problems_fini(&problems);
    return where->length > 0;
}

static void check_held(struct examiner *all, struct held *held)
{
    const char *id = all->revisions[held->revision].id;
    const char *path = held->new_path ? held->new_path : "";
    bool wrong = qb_map_get_string(&all->wrong, path) != NULL;
    bool changed = held->removed || !qb_oid_equal(&held->blob, &held->new_blob);
    const struct qb_kind *kind = held->path ? kind_of(all, held->path) : NULL;
    struct qb_buf where = {0};
    if (changed && !wrong && !qb_oid_is_zero(&held->blob) && closed(all, held, kind)) {
        if (held->removed)
            qb_audit_add(all->audit, QB_FINDING_FROZEN_DELETED, path, id);
        else if (breaks(all, held, kind, &where)) {
            qb_buf_addf(&where, " (%.10s)", id);
            qb_audit_add(all->audit, QB_FINDING_FROZEN_CHANGED, path, where.data);
        }
    }
    qb_buf_fini(&where);
    held->touched = false;
    if (wrong)
        return;
    held->path = held->removed ? NULL : held->new_path;
    held->blob = held->new_blob;
    if (held->removed)
        memset(&held->blob, 0, sizeof held->blob);
}

static void check_closed(struct examiner *all)
{
    for (size_t i = 0; i < all->change_count; i++)
        touch(all, &all->changes[i]);
    for (size_t i = 0; i < all->change_count; i++) {
        const char *path = all->changes[i].path;
        struct held *held = kind_of(all, path) ? qb_map_get_string(&all->held, id_of(all, path)) : NULL;
        if (held && held->touched)
            check_held(all, held);
    }
}

/* Officers as they are in force after the pass. */
static void settle_officers(struct examiner *all)
{
    for (size_t i = 0; i < all->change_count; i++) {
        const struct change *change = &all->changes[i];
        const struct qb_kind *kind = kind_of(all, change->path);
        if (!kind || kind->role != QB_ROLE_OFFICER)
            continue;
        char *id = id_of(all, change->path);
        const struct held *held = qb_map_get_string(&all->held, id);
        char *person = held ? officer_person(all, &held->blob) : NULL;
        qb_map_remove(&all->officers, id, strlen(id));
        if (person)
            qb_map_put_string(&all->officers, id, qb_arena_copy(&all->arena, person, strlen(person)));
        free(person);
    }
    qb_map_fini(&all->newcomers);
}

/* --- passes --- */

static void judge_pass(struct examiner *all, size_t oldest, size_t newest)
{
    bool kinds = false;
    for (size_t i = 0; i < all->change_count; i++) {
        const struct change *change = &all->changes[i];
        kinds |= take_kind(all, change);
        if (!strcmp(change->path, PROBLEMS))
            take_problems(all, &change->after);
        else if (!strcmp(change->path, QB_ANCHORS_PATH))
            take_anchors(all, &change->after);
    }
    if (kinds)
        make_kinds(all);
    for (size_t i = 0; i < all->change_count; i++)
        note_newcomer(all, &all->changes[i]);
    for (size_t i = oldest + 1; i-- > newest;)
        if (all->revisions[i].as_of != QB_DATE_NONE)
            all->as_of = all->revisions[i].as_of;
    check_authors(all, oldest, newest);
    check_closed(all);
    settle_officers(all);
    for (size_t i = newest; i <= oldest; i++) {
        free(all->revisions[i].author);
        all->revisions[i].author = NULL;
    }
    all->change_count = 0;
}

static int walk_passes(struct examiner *all, struct qb_err *err)
{
    int result = QB_OK;
    for (size_t left = all->revision_count; left && result == QB_OK;) {
        size_t oldest = --left;
        struct gathering gathering = {.all = all};
        for (size_t at = oldest;; at = --left) {
            gathering.revision = at;
            result = look_at_commit(all, &all->revisions[at], err);
            if (result == QB_OK)
                result = qb_history_diff(all->audit->history, all->revisions[at].id, gather, &gathering, err);
            if (result < 0 || gathering.generated || !at || all->revisions[at - 1].when != all->revisions[at].when)
                break;
        }
        if (result == QB_OK)
            judge_pass(all, oldest, left);
    }
    return result;
}

static int list_revision(void *context, const struct qb_history_entry *entry, struct qb_err *err)
{
    struct examiner *all = context;
    (void)err;
    QB_MEM_GROW(all->revisions, all->revision_count, all->revision_capacity);
    struct revision *revision = &all->revisions[all->revision_count++];
    *revision = (struct revision){.when = entry->committer.when};
    memcpy(revision->id, entry->id, sizeof revision->id);
    return 0;
}

static void tell_span(struct examiner *all)
{
    struct qb_audit *audit = all->audit;
    if (!all->revision_count)
        return;
    memcpy(audit->head, all->revisions[0].id, sizeof audit->head);
    qb_date_format(qb_date_at(all->revisions[all->revision_count - 1].when, 0), audit->first_day);
    qb_date_format(qb_date_at(all->revisions[0].when, 0), audit->last_day);
    if (!all->any_signed && (audit->allowed.length || audit->anchors.live))
        qb_audit_add(audit, QB_FINDING_UNSIGNED, audit->head, NULL);
}

int qb_audit_commits(struct qb_audit *audit, struct qb_err *err)
{
    struct examiner all = {.audit = audit, .as_of = QB_DATE_NONE, .doc = qb_json_doc_new()};
    qb_arena_init(&all.arena);
    qb_store_init(&all.store);
    make_kinds(&all);
    int result = qb_history_log(audit->history, NULL, list_revision, &all, err);
    if (result == QB_OK)
        result = walk_passes(&all, err);
    tell_span(&all);
    for (size_t i = 0; i < all.revision_count; i++)
        free(all.revisions[i].author);
    free(all.revisions);
    free(all.changes);
    qb_map_fini(&all.held);
    qb_map_fini(&all.officers);
    qb_map_fini(&all.newcomers);
    qb_map_fini(&all.wrong);
    qb_map_fini(&all.kind_files);
    qb_checker_free(all.checker);
    qb_kinds_free(all.kinds);
    qb_store_fini(&all.store);
    qb_json_doc_free(all.doc);
    qb_buf_fini(&all.text);
    qb_buf_fini(&all.earlier);
    qb_arena_fini(&all.arena);
    return result;
}
