/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes kinds/.schema/KIND.json and .vscode/settings.json. To the pass they are files like any other: kept in history
 * and left alone.
 */
#include "watcher/editor.h"

#include "core/base/file.h"
#include "core/base/limits.h"
#include "schema/kind_editor.h"

/* Whether the path is free to be written. */
static int wanted(int dir, const char *path, bool rewrite, bool *want, struct qb_err *err)
{
    struct qb_file_stat st;
    int result = qb_file_stat(dir, path, &st, err);
    *want = rewrite || result == QB_EABSENT;
    return result == QB_EABSENT ? QB_OK : result;
}

static int write_schema(int dir, const struct qb_kind *kind, const struct qb_kinds *kinds, enum qb_language language,
                        bool rewrite, struct qb_err *err)
{
    struct qb_buf path = {0};
    struct qb_buf text = {0};
    bool want = false;
    qb_buf_addf(&path, QB_EDITOR_SCHEMAS "%s.json", kind->name);
    int result = wanted(dir, qb_buf_text(&path), rewrite, &want, err);
    if (result == QB_OK && want) {
        qb_kind_editor_schema(&text, kind, kinds, language);
        result = qb_file_replace(dir, qb_buf_text(&path), qb_buf_text(&text), text.length, NULL, NULL, err);
    }
    qb_buf_fini(&path);
    qb_buf_fini(&text);
    return result;
}

/* Settings with comments are what VS Code allows and JSON does not: no reason to take the comments away. */
static int write_settings(int dir, const struct qb_kinds *kinds, bool rewrite, struct qb_err *err)
{
    struct qb_json_doc *doc = qb_json_doc_new();
    struct qb_json_fault fault;
    struct qb_buf before = {0};
    struct qb_buf after = {0};
    const struct qb_json *present = NULL;
    bool want = false;
    bool fine = true;
    int result = wanted(dir, QB_EDITOR_SETTINGS, rewrite, &want, err);
    if (result == QB_OK && want) {
        result = qb_file_read(dir, QB_EDITOR_SETTINGS, QB_MAX_SETTINGS, &before, NULL, err);
        if (result == QB_OK)
            fine = (present = qb_json_parse(doc, qb_buf_text(&before), before.length, &qb_json_document_options,
                                            &fault)) != NULL;
        if (result == QB_EABSENT)
            result = QB_OK;
        if (result == QB_OK && !(fine && qb_kind_editor_settings(&after, kinds, present)))
            result = qb_err_set(err, QB_EINPUT, QB_EDITOR_SETTINGS, "cannot be brought up to date");
        if (result == QB_OK)
            result = qb_file_replace(dir, QB_EDITOR_SETTINGS, qb_buf_text(&after), after.length, NULL, NULL, err);
    }
    qb_json_doc_free(doc);
    qb_buf_fini(&before);
    qb_buf_fini(&after);
    return result;
}

int qb_editor_write(int dir, const struct qb_kinds *kinds, enum qb_language language, bool rewrite, struct qb_err *err)
{
    int result = QB_OK;
    for (size_t i = 0; i < kinds->count && result == QB_OK; i++)
        result = write_schema(dir, kinds->items[i], kinds, language, rewrite, err);
    return result == QB_OK ? write_settings(dir, kinds, rewrite, err) : result;
}
