/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `qbis init`: makes a folder ready. Nothing that is there already is touched. */
#include "core/base/embed.h"
#include "core/base/file.h"
#include "watcher/editor.h"
#include "watcher/keys.h"
#include "watcher/office.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define EXAMPLE "examples/belawan/"

/* Sixteen random hexadecimal digits: a folder can be moved, and two are never taken for one. */
static bool make_id(char id[17])
{
    unsigned char bytes[8];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return false;
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(id + 2 * i, 3, "%02x", bytes[i]);
    return true;
}

/* An office code ends up in a YAML scalar and in decree numbers. */
static bool plain(const char *text)
{
    size_t length = strlen(text);
    return length && length <= 40 &&
           strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == length;
}

static int write_settings(int dir, const char *office, enum qb_language language, struct qb_err *err)
{
    char id[17];
    struct qb_buf text = {0};
    if (!make_id(id))
        return qb_err_sys(err, NULL, "no random numbers to be had");
    qb_text_format(
        &text, language, "init.settings",
        (struct qb_text_arg[]){{"folder_id", id}, {"office", office}, {"language", qb_text_language_tag(language)}}, 3);
    qb_buf_add_char(&text, '\n');
    int result = qb_file_replace(dir, "qbis.yaml", qb_buf_text(&text), text.length, NULL, NULL, err);
    qb_buf_fini(&text);
    return result;
}

static int make_folders(int dir, const struct qb_kinds *kinds, struct qb_err *err)
{
    int result = QB_OK;
    for (size_t i = 0; i < kinds->count && result == QB_OK; i++) {
        struct qb_buf path = {0};
        qb_buf_addf(&path, "records/%s", kinds->items[i]->folder);
        result = qb_file_make_dirs(dir, qb_buf_text(&path), err);
        qb_buf_fini(&path);
    }
    return result;
}

/* Writes the example's records; those that are there already stay. */
static int write_example(int dir, struct qb_err *err)
{
    int result = QB_OK;
    struct qb_file_stat st;
    for (size_t i = 0; i < qb_embedded_count && result == QB_OK; i++) {
        const struct qb_embedded *file = &qb_embedded_files[i];
        const char *path = file->name + sizeof EXAMPLE - 1;
        if (strncmp(file->name, EXAMPLE, sizeof EXAMPLE - 1) || strncmp(path, "records/", 8))
            continue;
        if (qb_file_stat(dir, path, &st, NULL) < 0)
            result = qb_file_replace(dir, path, file->bytes, (size_t)(file->end - file->bytes), NULL, NULL, err);
    }
    return result;
}

/* The folder itself and its settings. */
static int begin(const char *folder, const char *office, enum qb_language language, struct qb_err *err)
{
    struct qb_file_stat st;
    if (mkdir(folder, 0777) < 0 && errno != EEXIST)
        return qb_err_sys(err, folder, "cannot make the folder");
    int dir = qb_file_open_dir(folder, err);
    if (dir < 0)
        return dir;
    int result = QB_OK;
    if (qb_file_stat(dir, "qbis.yaml", &st, NULL) < 0)
        result = write_settings(dir, office, language, err);
    close(dir);
    return result;
}

/* What goes by the folder's settings and kinds, which may have been there before. False after saying what failed. */
static bool furnish(const struct qb_invocation *invocation, bool example)
{
    struct qb_office office;
    struct qb_err err = {0};
    bool fine = qb_office_open(&office, invocation, false);
    if (fine) {
        const struct qb_folder *folder = office.folder;
        int result = make_folders(folder->dir, folder->kinds, &err);
        if (result == QB_OK && example)
            result = write_example(folder->dir, &err);
        if (result == QB_OK)
            result = qb_editor_write(folder->dir, folder->kinds, folder->settings.language, false, &err);
        fine = result == QB_OK;
        if (!fine)
            qb_say_error(invocation, &err);
    }
    qb_office_close(&office);
    return fine;
}

/* The signing key. Where the state directory cannot be made, the first watch makes it, or says why not. */
static void make_key(const struct qb_invocation *invocation)
{
    struct qb_signer signer;
    bool replaced;
    char *path = qb_state_dir(invocation);
    int state = path && qb_folder_make_state(path, NULL) == QB_OK ? qb_file_open_dir(path, NULL) : -1;
    if (state >= 0) {
        qb_keys_open(state, &signer, &replaced, NULL);
        explicit_bzero(&signer, sizeof signer);
        close(state);
    }
    free(path);
}

int qb_cmd_init(const struct qb_invocation *invocation, int argc, char **argv)
{
    const char *office = "K.9.A";
    bool example = false;
    struct qb_option options[] = {
        {.name = "--office", .value = &office},
        {.name = "--example", .given = &example},
    };
    int count = qb_options(invocation, "init", argc, argv, options, 2);
    struct qb_err err = {0};
    if (count < 0)
        return count == -2 ? QB_EXIT_FINE : QB_EXIT_FAILED;
    const char *folder = count ? argv[0] : invocation->folder ? invocation->folder : ".";
    if (count > 1 || !plain(office)) {
        qb_say(invocation, count > 1 ? "cli.too-many" : "cli.office",
               (struct qb_text_arg[]){{"found", count > 1 ? argv[1] : office}}, 1);
        return QB_EXIT_FAILED;
    }
    enum qb_language language = invocation->language_given ? invocation->language : QB_INDONESIAN;
    if (begin(folder, office, language, &err) < 0) {
        qb_say_error(invocation, &err);
        return QB_EXIT_FAILED;
    }
    struct qb_invocation there = *invocation;
    there.folder = folder;
    if (!furnish(&there, example))
        return QB_EXIT_FAILED;
    make_key(&there);
    qb_say(invocation, "cli.init-done", (struct qb_text_arg[]){{"folder", folder}}, 1);
    return QB_EXIT_FINE;
}
