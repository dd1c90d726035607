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

/* --- marks --- */

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
static const struct qb_json *read_mark(int state, const char *name, struct qb_json_doc *doc, struct qb_buf *text)
{
    struct qb_json_fault fault;
    if (qb_file_read(state, name, MARK_MOST, text, NULL, NULL) < 0)
        return NULL;
    return qb_json_parse(doc, qb_buf_text(text), text->length, &qb_json_document_options, &fault);
}

int qb_restore_announce(int state, const struct qb_restore *restore, int64_t now, struct qb_err *err)
{
    struct qb_buf text = {0};
    struct qb_json_doc *doc = qb_json_doc_new();
    const struct qb_json *other = read_mark(state, QB_MARK_RESTORE, doc, &text);
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

int qb_resolve_announce(int state, const char *path, const struct qb_oid *blob, const char *said, struct qb_err *err)
{
    struct qb_json_writer writer;
    struct qb_buf out = {0};
    char text[QB_OID_TEXT];
    qb_json_writer_init(&writer, &out);
    qb_json_writer_object(&writer, NULL);
    qb_json_writer_array(&writer, "files");
    qb_json_writer_object(&writer, NULL);
    qb_json_writer_string(&writer, "path", path);
    qb_json_writer_string(&writer, "blob", qb_oid_format(blob, text));
    qb_json_writer_string(&writer, "said", said);
    qb_json_writer_end_object(&writer);
    qb_json_writer_end_array(&writer);
    qb_json_writer_end_object(&writer);
    qb_buf_add_char(&out, '\n');
    int result = qb_file_replace(state, QB_MARK_RESOLVE, qb_buf_text(&out), out.length, NULL, NULL, err);
    qb_buf_fini(&out);
    return result;
}

static const char *const marks[] = {QB_MARK_RESTORE, QB_MARK_RESOLVE};
#define MARKS (sizeof marks / sizeof *marks)

static void recognise(struct qb_folder *folder, const struct qb_json *item, const char *reason)
{
    const char *path = qb_json_string(qb_json_get(item, "path"));
    const char *blob = qb_json_string(qb_json_get(item, "blob"));
    const char *from = qb_json_string(qb_json_get(item, "from"));
    const char *told = qb_json_string(qb_json_get(item, "said"));
    struct qb_tracked *file = path ? qb_folder_find(folder, path) : NULL;
    char now[QB_OID_TEXT];
    if (!file || !file->changed || !blob || (!from && !told) || strcmp(blob, qb_oid_format(&file->blob, now)))
        return;
    struct qb_buf said = {0};
    if (from)
        qb_buf_addf(&said, "  restored from %.41s\n", from);
    else
        qb_buf_add_string(&said, told);
    free(file->merged);
    file->merged = qb_buf_steal(&said);
    file->restored = from != NULL;
    file->resolved = !from;
    if (reason && *reason)
        keep(folder, file->path, reason);
}

static void recognise_mark(struct qb_folder *folder, int state, const char *name)
{
    struct qb_buf text = {0};
    if (faccessat(state, name, F_OK, 0) < 0)
        return;
    struct qb_json_doc *doc = qb_json_doc_new();
    const struct qb_json *mark = read_mark(state, name, doc, &text);
    const struct qb_json *files = qb_json_get(mark, "files");
    for (uint32_t i = 0; files && files->type == QB_JSON_ARRAY && i < files->length; i++)
        recognise(folder, &files->as.items[i], qb_json_string(qb_json_get(mark, "reason")));
    qb_json_doc_free(doc);
    qb_buf_fini(&text);
}

void qb_marks_recognise(struct qb_folder *folder)
{
    int state = folder->changed.count && folder->state ? qb_file_open_dir(folder->state, NULL) : -1;
    for (size_t i = 0; i < folder->changed.count; i++) /* of a pass that failed */
        folder->changed.items[i]->restored = folder->changed.items[i]->resolved = false;
    if (state < 0)
        return;
    for (size_t i = 0; i < MARKS; i++)
        recognise_mark(folder, state, marks[i]);
    close(state);
}

void qb_marks_done(struct qb_folder *folder)
{
    bool any[MARKS] = {false};
    for (size_t i = 0; i < folder->changed.count; i++) {
        struct qb_tracked *file = folder->changed.items[i];
        any[0] |= file->restored;
        any[1] |= file->resolved;
        file->restored = file->resolved = false;
    }
    int state = any[0] || any[1] ? qb_file_open_dir(folder->state, NULL) : -1;
    if (state < 0)
        return;
    for (size_t i = 0; i < MARKS; i++)
        if (any[i])
            qb_file_remove(state, marks[i], NULL);
    close(state);
}
