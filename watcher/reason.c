/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reasons are kept by path beside the tracked files, since few changes have one. The mark of a restore names each file
 * with the blob that it is to have, so that a later edit of the same file is not taken for the restore.
 */
#include "watcher/reason.h"

#include "core/base/limits.h"
#include "watcher/marks.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* seconds; a restore that was announced so long ago and never committed is forgotten */
#define MARK_LIFE 600
/* bytes of a mark: thousands of paths */
#define MARK_MOST ((size_t)16 << 20)

static void keep(struct qb_folder *folder, const char *path, const char *text)
{
    const char *key = qb_pool_string(&folder->paths, path);
    free(text ? qb_map_put_string(&folder->reasons, key, qb_mem_string(text))
              : qb_map_remove(&folder->reasons, key, strlen(key)));
}

void qb_reason_note(struct qb_folder *folder, const char *path, const struct qb_json *record)
{
    keep(folder, path, qb_json_string(qb_json_get(record, "correction_reason")));
}

const char *qb_reason_of(const struct qb_folder *folder, const char *path)
{
    return qb_map_get_string(&folder->reasons, path);
}

void qb_reasons_clear(struct qb_folder *folder)
{
    struct qb_map_item *item;
    for (size_t at = 0; (item = qb_map_next(&folder->reasons, &at));)
        free(item->value);
    qb_map_fini(&folder->reasons);
}

/* --- the mark of a restore --- */

void qb_restore_fini(struct qb_restore *restore)
{
    for (size_t i = 0; i < restore->count; i++) {
        free(restore->files[i].path);
        qb_buf_fini(&restore->files[i].text);
    }
    free(restore->files);
    free(restore->reason);
    *restore = (struct qb_restore){0};
}

static void write_mark(struct qb_buf *out, const struct qb_restore *restore, int64_t now)
{
    struct qb_json_writer writer;
    char blob[QB_OID_TEXT];
    qb_json_writer_init(&writer, out);
    qb_json_writer_object(&writer, NULL);
    qb_json_writer_integer(&writer, "announced", now);
    qb_json_writer_string(&writer, "reason", restore->reason);
    qb_json_writer_array(&writer, "files");
    for (size_t i = 0; i < restore->count; i++) {
        qb_json_writer_object(&writer, NULL);
        qb_json_writer_string(&writer, "path", restore->files[i].path);
        qb_json_writer_string(&writer, "blob", qb_oid_format(&restore->files[i].blob, blob));
        qb_json_writer_string(&writer, "from", restore->files[i].from);
        qb_json_writer_end_object(&writer);
    }
    qb_json_writer_end_array(&writer);
    qb_json_writer_end_object(&writer);
    qb_buf_add_char(out, '\n');
}

/* The mark that is there, NULL when there is none that can be read. `text` must outlive it. */
static const struct qb_json *read_mark(int state, struct qb_json_doc *doc, struct qb_buf *text)
{
    struct qb_json_fault fault;
    if (qb_file_read(state, QB_MARK_RESTORE, MARK_MOST, text, NULL, NULL) < 0)
        return NULL;
    return qb_json_parse(doc, qb_buf_text(text), text->length, &qb_json_document_options, &fault);
}

int qb_restore_announce(int state, const struct qb_restore *restore, int64_t now, struct qb_err *err)
{
    struct qb_buf text = {0};
    struct qb_json_doc *doc = qb_json_doc_new();
    const struct qb_json *other = read_mark(state, doc, &text);
    int64_t when = 0;
    int result = QB_OK;
    if (other && qb_json_integer(qb_json_get(other, "announced"), &when) && when <= now && now - when < MARK_LIFE)
        result = qb_err_set(err, QB_EBUSY, QB_MARK_RESTORE, "another restore waits to be committed: try again later");
    qb_json_doc_free(doc);
    qb_buf_clear(&text);
    if (result == QB_OK) {
        write_mark(&text, restore, now);
        result = qb_file_replace(state, QB_MARK_RESTORE, qb_buf_text(&text), text.length, NULL, NULL, err);
    }
    qb_buf_fini(&text);
    return result;
}

static void recognise(struct qb_folder *folder, const struct qb_json *item, const char *reason)
{
    const char *path = qb_json_string(qb_json_get(item, "path"));
    const char *blob = qb_json_string(qb_json_get(item, "blob"));
    const char *from = qb_json_string(qb_json_get(item, "from"));
    struct qb_tracked *file = path ? qb_folder_find(folder, path) : NULL;
    char now[QB_OID_TEXT];
    if (!file || !file->changed || !blob || !from || strcmp(blob, qb_oid_format(&file->blob, now)))
        return;
    struct qb_buf said = {0};
    qb_buf_addf(&said, "  restored from %.41s\n", from);
    free(file->merged);
    file->merged = qb_buf_steal(&said);
    file->restored = true;
    if (reason && *reason)
        keep(folder, file->path, reason);
}

void qb_restore_recognise(struct qb_folder *folder)
{
    struct qb_buf text = {0};
    int state = folder->changed.count && folder->state ? qb_file_open_dir(folder->state, NULL) : -1;
    for (size_t i = 0; i < folder->changed.count; i++)
        folder->changed.items[i]->restored = false; /* of a pass that failed */
    if (state < 0)
        return;
    if (faccessat(state, QB_MARK_RESTORE, F_OK, 0) == 0) {
        struct qb_json_doc *doc = qb_json_doc_new();
        const struct qb_json *mark = read_mark(state, doc, &text);
        const struct qb_json *files = qb_json_get(mark, "files");
        for (uint32_t i = 0; files && files->type == QB_JSON_ARRAY && i < files->length; i++)
            recognise(folder, &files->as.items[i], qb_json_string(qb_json_get(mark, "reason")));
        qb_json_doc_free(doc);
    }
    close(state);
    qb_buf_fini(&text);
}

void qb_restore_done(struct qb_folder *folder)
{
    bool any = false;
    for (size_t i = 0; i < folder->changed.count; i++) {
        any |= folder->changed.items[i]->restored;
        folder->changed.items[i]->restored = false;
    }
    int state = any ? qb_file_open_dir(folder->state, NULL) : -1;
    if (state < 0)
        return;
    qb_file_remove(state, QB_MARK_RESTORE, NULL);
    close(state);
}
