/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Objects of history: their ids, whether they are there, reading and writing. An id is computed by libgit2, which
 * detects SHA-1 collision attacks; such bytes are refused, since git would refuse the history that holds them.
 *
 * Writing looks first: what is there is not written again, but read, so that an object that a bad disk or a power cut
 * spoilt is found and replaced; neither git nor libgit2 ever replaces one.
 */
#include "core/history/internal.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

const struct qb_oid qb_oid_empty_blob = {{0xe6, 0x9d, 0xe2, 0x9b, 0xb2, 0xd1, 0xd6, 0x43, 0x4b, 0x8b,
                                          0x29, 0xae, 0x77, 0x5a, 0xd8, 0xc2, 0xe4, 0x8c, 0x53, 0x91}};

bool qb_oid_equal(const struct qb_oid *a, const struct qb_oid *b)
{
    return !memcmp(a->raw, b->raw, sizeof a->raw);
}

bool qb_oid_is_zero(const struct qb_oid *oid)
{
    static const struct qb_oid zero;
    return qb_oid_equal(oid, &zero);
}

char *qb_oid_format(const struct qb_oid *oid, char text[QB_OID_TEXT])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < sizeof oid->raw; i++) {
        text[i * 2] = digits[oid->raw[i] >> 4];
        text[i * 2 + 1] = digits[oid->raw[i] & 15];
    }
    text[QB_OID_TEXT - 1] = '\0';
    return text;
}

bool qb_oid_parse(const char *text, struct qb_oid *oid)
{
    return strlen(text) == QB_OID_TEXT - 1 && git_oid_fromstr((git_oid *)oid, text) == 0;
}

static git_oid *as_git(struct qb_oid *oid)
{
    _Static_assert(sizeof(git_oid) == sizeof(struct qb_oid), "both are twenty bytes");
    return (git_oid *)oid;
}

/* git's own reckoning, without the look for attacks. */
static void plain_id(const void *bytes, size_t length, git_object_t type, struct qb_oid *oid)
{
    struct qb_sha1 sha;
    char header[40];
    int written = snprintf(header, sizeof header, "%s %zu", git_object_type2string(type), length);
    qb_sha1_init(&sha);
    qb_sha1_add(&sha, header, (size_t)written + 1);
    qb_sha1_add(&sha, bytes, length);
    qb_sha1_end(&sha, oid->raw);
}

bool qb_objects_id(const void *bytes, size_t length, git_object_t type, struct qb_oid *oid)
{
    if (!git_odb_hash(as_git(oid), length ? bytes : "", length, type))
        return true;
    plain_id(bytes, length, type, oid);
    return false;
}

bool qb_oid_of_blob(const void *bytes, size_t length, struct qb_oid *oid)
{
    return qb_objects_id(bytes, length, GIT_OBJECT_BLOB, oid);
}

void qb_oid_of_blob_plain(const void *bytes, size_t length, struct qb_oid *oid)
{
    plain_id(bytes, length, GIT_OBJECT_BLOB, oid);
}

bool qb_objects_present(struct qb_history *history, const struct qb_oid *oid)
{
    if (history->pack && qb_pack_has(history->pack, oid))
        return true;
    return git_odb_exists(history->odb, (const git_oid *)oid);
}

/* Drops a loose object that cannot be read. False when there is none: then the fault is in a pack. */
static bool drop_broken(struct qb_history *history, const struct qb_oid *oid)
{
    char name[QB_LOOSE_NAME];
    qb_loose_name(oid, name);
    return !unlinkat(history->objects, name, 0);
}

/* Whether a sound object of that id is there already. It is touched, so that no `git prune` takes it away as an old
 * one that nobody refers to: that is what libgit2 does when it is asked to write what is there. */
static bool sound(struct qb_history *history, git_object_t type, const void *bytes, size_t length,
                  const struct qb_oid *oid)
{
    git_odb_object *object;
    git_oid id;
    if (!git_odb_exists_ext(history->odb, (const git_oid *)oid, GIT_ODB_LOOKUP_NO_REFRESH))
        return false;
    if (!qb_loose_cut_off(history, oid) && !git_odb_read(&object, history->odb, (const git_oid *)oid)) {
        bool same = git_odb_object_type(object) == type && git_odb_object_size(object) == length &&
                    !memcmp(git_odb_object_data(object), bytes, length);
        git_odb_object_free(object);
        return same && !git_odb_write(&id, history->odb, bytes, length, type);
    }
    drop_broken(history, oid);
    return false;
}

/* The id is that of the bytes, and they are no attack. */
static int write_known(struct qb_history *history, git_object_t type, const void *bytes, size_t length,
                       const struct qb_oid *oid, struct qb_err *err)
{
    if (history->pack && qb_pack_has(history->pack, oid))
        return QB_OK;
    if (sound(history, type, length ? bytes : "", length, oid))
        return QB_OK;
    if (!history->pack)
        return qb_loose_write(history, oid, type, bytes, length, err);
    int result = qb_pack_add(history->pack, oid, type, bytes, length, err);
    if (result < 0)
        qb_objects_drop_pack(history);
    return result;
}

int qb_objects_write(struct qb_history *history, git_object_t type, const void *bytes, size_t length,
                     struct qb_oid *oid, struct qb_err *err)
{
    char text[QB_OID_TEXT];
    if (!qb_objects_id(bytes, length, type, oid))
        return qb_err_set(err, QB_EUNSAFE, NULL, "the bytes of object %s are a SHA-1 collision attack",
                          qb_oid_format(oid, text));
    return write_known(history, type, bytes, length, oid, err);
}

void qb_objects_drop_pack(struct qb_history *history)
{
    qb_pack_free(history->pack);
    history->pack = NULL;
}

int qb_objects_finish_pack(struct qb_history *history, struct qb_err *err)
{
    if (!history->pack)
        return QB_OK;
    int result = qb_pack_finish(history->pack, err);
    qb_objects_drop_pack(history);
    history->unsynced = true;
    if (result == QB_OK && git_odb_refresh(history->odb) < 0)
        result = qb_git_err(err, -1, "cannot see the new pack");
    return result;
}

static int read_stored(struct qb_history *history, const struct qb_oid *oid, git_object_t type, struct qb_buf *out,
                       struct qb_err *err)
{
    char text[QB_OID_TEXT];
    git_odb_object *object;
    if (qb_loose_cut_off(history, oid))
        return qb_err_set(err, QB_EGIT, NULL, "object %s is cut off", qb_oid_format(oid, text));
    int result = git_odb_read(&object, history->odb, (const git_oid *)oid);
    if (result < 0 && result != GIT_ENOTFOUND && !qb_repository_reload(history, err))
        result = git_odb_read(&object, history->odb, (const git_oid *)oid); /* repacked meanwhile, or broken */
    if (result < 0)
        return qb_git_err(err, result, "cannot read object %s", qb_oid_format(oid, text));
    if (git_odb_object_type(object) == type) {
        qb_buf_clear(out);
        qb_buf_add(out, git_odb_object_data(object), git_odb_object_size(object));
        result = QB_OK;
    } else {
        result = qb_err_set(err, QB_EABSENT, NULL, "object %s is no %s", qb_oid_format(oid, text),
                            git_object_type2string(type));
    }
    git_odb_object_free(object);
    return result;
}

int qb_objects_read(struct qb_history *history, const struct qb_oid *oid, git_object_t type, struct qb_buf *out,
                    struct qb_err *err)
{
    if (history->pack && qb_pack_has(history->pack, oid))
        return qb_pack_read(history->pack, oid, type, out, err);
    return read_stored(history, oid, type, out, err);
}

int qb_history_read(struct qb_history *history, const struct qb_oid *blob, struct qb_buf *out, struct qb_err *err)
{
    return qb_objects_read(history, blob, GIT_OBJECT_BLOB, out, err);
}

int qb_history_begin(struct qb_history *history, size_t blobs, struct qb_err *err)
{
    if (history->pack || blobs < QB_HISTORY_PACK_FROM)
        return QB_OK;
    return qb_pack_new(&history->pack, history->path, blobs, QB_DEFLATE_QUICK, err);
}

int qb_history_add(struct qb_history *history, const void *bytes, size_t length, struct qb_oid *blob,
                   struct qb_err *err)
{
    int result = qb_objects_write(history, GIT_OBJECT_BLOB, bytes, length, blob, err);
    return result < 0 ? qb_err_context(err, "history") : QB_OK;
}

int qb_history_add_known(struct qb_history *history, const void *bytes, size_t length, const struct qb_oid *blob,
                         struct qb_err *err)
{
    int result = write_known(history, GIT_OBJECT_BLOB, bytes, length, blob, err);
    return result < 0 ? qb_err_context(err, "history") : QB_OK;
}
