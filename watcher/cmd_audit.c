/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `qbis audit [CLONE]`: of the office's folder with the history in its state directory, or of a clone of it anywhere,
 * with a work tree or bare. Nothing is written.
 */
#include "watcher/audit.h"
#include "watcher/keys.h"
#include "watcher/place.h"

#include "core/base/file.h"
#include "core/base/limits.h"
#include "core/base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The keys that may sign: of the file that is named, else of the state directory. */
static int read_keys(struct qb_audit *audit, const char *file, struct qb_err *err)
{
    struct qb_signer signer;
    char fingerprint[QB_SIGN_FINGERPRINT];
    int result = QB_OK;
    if (audit->state) {
        int state = qb_file_open_dir(audit->state, err);
        if (state < 0)
            return state;
        if (qb_keys_read(state, &signer, NULL) == QB_OK)
            qb_audit_note(audit, &audit->keys, qb_sign_fingerprint(signer.public_key, fingerprint));
        if (!file)
            qb_file_read(state, QB_KEYS_ALLOWED, QB_MAX_SETTINGS, &audit->allowed, NULL, NULL);
        explicit_bzero(&signer, sizeof signer);
        close(state);
    }
    if (file)
        result = qb_file_read_path(file, QB_MAX_SETTINGS, &audit->allowed, err);
    return result;
}

/* What breaks off the look at commits or folder is no error of its own when it is a finding already. */
static int run(struct qb_audit *audit, struct qb_err *err)
{
    const char *path = audit->folder ? audit->folder : "/";
    int result = qb_history_open(&audit->history, audit->repository, path, false, QB_HISTORY_SHARED, NULL, err);
    if (result == QB_OK)
        result = qb_audit_objects(audit, err);
    bool broken = audit->count > 0;
    if (result == QB_OK)
        result = qb_audit_commits(audit, err);
    if (result == QB_OK && *audit->head)
        result = qb_audit_folder(audit, err);
    return broken && result < 0 ? QB_OK : result;
}

static void finish(struct qb_audit *audit)
{
    qb_history_close(audit->history);
    qb_map_fini(&audit->keys);
    qb_map_fini(&audit->commits);
    qb_map_fini(&audit->digests);
    qb_map_fini(&audit->anchors);
    qb_buf_fini(&audit->allowed);
    free(audit->findings);
    qb_arena_fini(&audit->arena);
}

int qb_cmd_audit(const struct qb_invocation *invocation, int argc, char **argv)
{
    const char *signers = NULL;
    bool json = false;
    struct qb_option options[] = {
        {.name = "--json", .given = &json},
        {.name = "--allowed-signers", .value = &signers},
    };
    struct qb_err err = {0};
    struct qb_place place;
    int count = qb_options(invocation, "audit", argc, argv, options, sizeof options / sizeof *options);
    if (count < 0)
        return count == -2 ? QB_EXIT_FINE : QB_EXIT_FAILED;
    if (count > 1 || (!count && !invocation->folder)) {
        qb_say(invocation, count > 1 ? "cli.too-many" : "cli.no-folder",
               (struct qb_text_arg[]){{"found", count > 1 ? argv[1] : ""}}, 1);
        return QB_EXIT_FAILED;
    }
    int status = QB_EXIT_FAILED;
    if (qb_place_find(&place, invocation, count ? argv[0] : NULL)) {
        struct qb_audit audit = {
            .invocation = invocation, .repository = place.repository, .folder = place.folder, .state = place.state};
        qb_arena_init(&audit.arena);
        int result = read_keys(&audit, signers, &err);
        if (result == QB_OK)
            result = run(&audit, &err);
        if (result == QB_OK) {
            (json ? qb_audit_report_json : qb_audit_report)(&audit);
            status = audit.count ? QB_EXIT_PROBLEMS : QB_EXIT_FINE;
        } else {
            qb_say_error(invocation, &err);
        }
        finish(&audit);
    }
    qb_place_fini(&place);
    return status;
}
