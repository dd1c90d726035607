/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The newest commit against what lies in the folder, against outputs that are computed anew from its records, against
 * the SHA-256 that commits say of attachments, and against the anchors that all machines keep.
 */
#include "watcher/audit.h"

#include "core/base/limits.h"
#include "core/base/mem.h"
#include "core/history/anchors.h"
#include "core/history/crypto.h"
#include "watcher/backthen.h"
#include "watcher/expected.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct comparison {
    struct qb_audit *audit;
    struct qb_folder *folder; /* as it was in the newest commit */
    int dir;                  /* of the real one; -1: a bare clone has none */
    struct qb_map files;      /* path -> hexadecimal blob id, in the newest commit */
    struct qb_map expected;   /* paths of outputs that should be there */
    struct qb_buf bytes;
};

static bool generated(const struct comparison *comparison, const char *path)
{
    const struct qb_tracked *file = qb_folder_find(comparison->folder, path);
    return file && (file->class == QB_FILE_OUTPUT || file->class == QB_FILE_NOTE);
}

/* --- attachments --- */

/* The SHA-256 that history says of the path, NULL when it is no attachment or was recorded before that was kept. */
static const char *digest_of(const struct comparison *comparison, const char *path)
{
    return strncmp(path, "attachments/", 12) ? NULL : qb_map_get_string(&comparison->audit->digests, path);
}

static bool sums_to(const struct qb_buf *bytes, const char *digest)
{
    unsigned char raw[QB_SHA256_SIZE];
    struct qb_buf text = {0};
    qb_crypto_sha256(qb_buf_text(bytes), bytes->length, raw);
    for (size_t i = 0; i < sizeof raw; i++)
        qb_buf_addf(&text, "%02x", raw[i]);
    bool same = !strcmp(text.data, digest);
    qb_buf_fini(&text);
    return same;
}

static int check_attachment(struct comparison *comparison, const char *path, const struct qb_oid *blob)
{
    const char *digest = digest_of(comparison, path);
    if (digest && qb_history_read(comparison->audit->history, blob, &comparison->bytes, NULL) == QB_OK) {
        comparison->audit->attachments++;
        if (!sums_to(&comparison->bytes, digest))
            qb_audit_add(comparison->audit, QB_FINDING_ATTACHMENT_DIFFERS, path, digest);
    }
    return 0;
}

/* --- the folder --- */

static void check_file(struct comparison *comparison, const char *path, const struct qb_oid *blob)
{
    struct qb_oid there = {0};
    struct qb_buf *bytes = &comparison->bytes;
    const char *digest = digest_of(comparison, path);
    int result = qb_file_read(comparison->dir, path, QB_MAX_ATTACHMENT, bytes, NULL, NULL);
    if (result == QB_OK)
        qb_oid_of_blob(qb_buf_text(bytes), bytes->length, &there);
    bool same = result == QB_OK && qb_oid_equal(&there, blob);
    if (result == QB_OK && digest && !sums_to(bytes, digest))
        qb_audit_add(comparison->audit, QB_FINDING_ATTACHMENT_DIFFERS, path, digest);
    else if (!same)
        qb_audit_add(comparison->audit,
                     generated(comparison, path) ? QB_FINDING_OUTPUT_DIFFERS : QB_FINDING_FOLDER_DIFFERS, path,
                     result == QB_EABSENT ? "-" : NULL);
}

static int note_file(void *context, const char *path, const struct qb_oid *blob, struct qb_err *err)
{
    struct comparison *comparison = context;
    char hex[QB_OID_TEXT];
    (void)err;
    char *copy = qb_arena_copy(&comparison->audit->arena, path, strlen(path));
    qb_map_put_string(&comparison->files, copy,
                      qb_arena_copy(&comparison->audit->arena, qb_oid_format(blob, hex), QB_OID_TEXT - 1));
    qb_folder_track(comparison->folder, path);
    if (comparison->dir >= 0)
        check_file(comparison, path, blob);
    return check_attachment(comparison, path, blob);
}

static int find_unknown(void *context, const char *path, const struct qb_file_stat *st, struct qb_err *err)
{
    struct comparison *comparison = context;
    (void)err;
    if (qb_ignore_match(comparison->folder->ignore, path) || !qb_history_path_allowed(path))
        return QB_FILE_SKIP;
    if (S_ISREG(st->mode) && !qb_map_get_string(&comparison->files, path))
        qb_audit_add(comparison->audit,
                     generated(comparison, path) ? QB_FINDING_OUTPUT_DIFFERS : QB_FINDING_FOLDER_DIFFERS, path, "+");
    return QB_OK;
}

/* --- outputs --- */

static int check_output(void *context, const char *path, const struct qb_buf *bytes, struct qb_err *err)
{
    struct comparison *comparison = context;
    struct qb_oid oid;
    char hex[QB_OID_TEXT];
    (void)err;
    qb_oid_of_blob(qb_buf_text(bytes), bytes->length, &oid);
    const char *committed = qb_map_get_string(&comparison->files, path);
    comparison->audit->outputs++;
    qb_audit_note(comparison->audit, &comparison->expected, path);
    if (!committed || strcmp(committed, qb_oid_format(&oid, hex)))
        qb_audit_add(comparison->audit, QB_FINDING_OUTPUT_DIFFERS, path, comparison->audit->head);
    return QB_OK;
}

static int check_outputs(struct comparison *comparison, struct qb_backthen *then, struct qb_err *err)
{
    struct qb_result result = {0};
    struct qb_map_item *item;
    bool fine = qb_office_whole_pass(&then->office, then->as_of, true, &result);
    qb_result_fini(&result);
    if (!fine)
        return qb_err_set(err, QB_EINPUT, NULL, "the outputs of commit %s cannot be computed", then->commit);
    int code = qb_expected_files(then->office.folder, check_output, comparison, err);
    for (size_t at = 0; code == QB_OK && (item = qb_map_next(&comparison->files, &at));)
        if (generated(comparison, item->key) && !qb_map_get_string(&comparison->expected, item->key))
            qb_audit_add(comparison->audit, QB_FINDING_OUTPUT_DIFFERS, item->key, comparison->audit->head);
    return code;
}

/* --- anchors --- */

static void check_anchor(struct qb_audit *audit, const struct qb_anchor *anchor)
{
    char day[QB_DATE_SIZE];
    if (!qb_map_get_string(&audit->keys, anchor->key))
        return; /* another machine's */
    audit->anchors_here++;
    if (!qb_map_get_string(&audit->commits, anchor->commit))
        qb_audit_add(audit, QB_FINDING_ANCHOR_LOST, anchor->commit, qb_date_format(anchor->day, day));
}

/* The lines that are there now, and those that any commit ever had. */
static void check_anchors(struct comparison *comparison)
{
    struct qb_audit *audit = comparison->audit;
    struct qb_buf *now = &comparison->bytes;
    struct qb_map present = {0};
    struct qb_map_item *item;
    struct qb_anchor anchor;
    struct qb_oid blob;
    const char *hex = qb_map_get_string(&comparison->files, QB_ANCHORS_PATH);
    qb_buf_clear(now);
    if (comparison->dir >= 0)
        qb_file_read(comparison->dir, QB_ANCHORS_PATH, QB_MAX_ATTACHMENT, now, NULL, NULL);
    else if (hex && qb_oid_parse(hex, &blob))
        qb_history_read(audit->history, &blob, now, NULL);
    for (size_t at = 0; qb_anchors_next(qb_buf_text(now), now->length, &at, &anchor);) {
        struct qb_buf line = {0};
        qb_anchor_write(&line, &anchor);
        qb_audit_note(audit, &present, line.data);
        qb_audit_note(audit, &audit->anchors, line.data);
        qb_buf_fini(&line);
    }
    for (size_t at = 0; (item = qb_map_next(&audit->anchors, &at));) {
        size_t place = 0;
        if (!qb_anchors_next(item->key, item->length, &place, &anchor))
            continue;
        if (!qb_map_get_string(&present, item->key)) {
            char *line = qb_arena_copy(&audit->arena, item->key, item->length - 1);
            qb_audit_add(audit, QB_FINDING_ANCHOR_REMOVED, QB_ANCHORS_PATH, line);
        }
        check_anchor(audit, &anchor);
    }
    qb_map_fini(&present);
}

static int compare(struct qb_audit *audit, struct qb_backthen *then, struct qb_err *err)
{
    struct comparison comparison = {.audit = audit, .folder = then->office.folder, .dir = -1};
    int result = QB_OK;
    if (audit->folder)
        result = comparison.dir = qb_file_open_dir(audit->folder, err);
    if (result >= 0)
        result = qb_history_files(audit->history, note_file, &comparison, err);
    if (result == QB_OK && comparison.dir >= 0)
        result = qb_file_walk(comparison.dir, "", find_unknown, &comparison, err);
    if (result == QB_OK)
        result = check_outputs(&comparison, then, err);
    check_anchors(&comparison);
    if (comparison.dir >= 0)
        close(comparison.dir);
    qb_map_fini(&comparison.files);
    qb_map_fini(&comparison.expected);
    qb_buf_fini(&comparison.bytes);
    return result;
}

int qb_audit_folder(struct qb_audit *audit, struct qb_err *err)
{
    struct qb_backthen then;
    int result = qb_backthen_open(&then, audit->invocation, audit->repository, audit->head, 0, err);
    if (result == QB_OK)
        result = compare(audit, &then, err);
    qb_backthen_close(&then);
    return result;
}
