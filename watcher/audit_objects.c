/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The repository as git sees it: objects, packs, and in the office's own one the log of the branch. */
#include "watcher/audit.h"

#include "core/base/file.h"

#include <string.h>
#include <unistd.h>

#define MOST_LOG ((size_t)1 << 30) /* bytes, as core/history/mend */

static void flaw(void *context, enum qb_flaw flaw, const char *name, const char *path)
{
    static const enum qb_audit_code codes[] = {
        [QB_FLAW_PACK] = QB_FINDING_PACK_BROKEN,
        [QB_FLAW_BROKEN] = QB_FINDING_OBJECT_BROKEN,
        [QB_FLAW_MISSING] = QB_FINDING_OBJECT_MISSING,
    };
    qb_audit_add(context, codes[flaw], path && *path ? path : name, path && *path ? name : path ? "" : "-");
}

static int note_commit(void *context, const struct qb_history_entry *entry, struct qb_err *err)
{
    struct qb_audit *audit = context;
    (void)err;
    qb_audit_note(audit, &audit->commits, entry->id);
    return 0;
}

/* Every commit that the branch ever was at is in its history still. git itself writes this log, and whoever moves the
 * branch back has to know of it. */
static void look_at_log(struct qb_audit *audit)
{
    struct qb_buf text = {0};
    struct qb_map told = {0};
    char id[QB_OID_TEXT];
    int dir = audit->state ? qb_file_open_dir(audit->repository, NULL) : -1;
    if (dir >= 0 && qb_file_read(dir, "logs/refs/heads/main", MOST_LOG, &text, NULL, NULL) == QB_OK) {
        for (const char *line = text.data; line && *line; line = strchr(line, '\n'), line = line ? line + 1 : NULL) {
            for (size_t side = 0; side < 2; side++) {
                if (strcspn(line, "\n") < 82)
                    continue;
                memcpy(id, line + 41 * side, sizeof id - 1);
                id[sizeof id - 1] = '\0';
                if (strspn(id, "0") == 40 || qb_map_get_string(&audit->commits, id) || qb_map_get_string(&told, id))
                    continue;
                qb_audit_note(audit, &told, id);
                qb_audit_add(audit, QB_FINDING_COMMIT_DROPPED, id, NULL);
            }
        }
    }
    if (dir >= 0)
        close(dir);
    qb_map_fini(&told);
    qb_buf_fini(&text);
}

int qb_audit_objects(struct qb_audit *audit, struct qb_err *err)
{
    int result = qb_history_examine(audit->history, flaw, audit, &audit->whole, err);
    if (result == QB_OK && qb_history_log(audit->history, NULL, note_commit, audit, NULL) == QB_OK)
        look_at_log(audit);
    return result;
}
