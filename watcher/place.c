/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A folder with a .git is a clone; one that has a HEAD and objects itself is a bare one; else it is an office's. */
#include "watcher/place.h"

#include "core/base/buf.h"
#include "core/base/err.h"

#include <stdlib.h>
#include <unistd.h>

static char *join(const char *directory, const char *name)
{
    struct qb_buf path = {0};
    qb_buf_addf(&path, "%s/%s", directory, name);
    return qb_buf_steal(&path);
}

static bool exists(const char *directory, const char *name)
{
    char *path = join(directory, name);
    bool there = access(path, F_OK) == 0;
    free(path);
    return there;
}

bool qb_place_find(struct qb_place *place, const struct qb_invocation *invocation, const char *given)
{
    *place = (struct qb_place){0};
    struct qb_err err = {0};
    const char *path = given ? given : invocation->folder;
    place->folder = path ? realpath(path, NULL) : NULL;
    if (!place->folder) {
        qb_err_sys(&err, path, "cannot find the folder");
        qb_say_error(invocation, &err);
        return false;
    }
    if (exists(place->folder, ".git/HEAD")) {
        place->repository = join(place->folder, ".git");
        return true;
    }
    if (exists(place->folder, "HEAD") && exists(place->folder, "objects")) {
        place->repository = place->folder;
        place->folder = NULL;
        return true;
    }
    struct qb_invocation there = *invocation;
    there.folder = place->folder;
    char *state = qb_state_dir(&there);
    place->state = state ? realpath(state, NULL) : NULL;
    if (place->state)
        place->repository = join(place->state, "history.git");
    else if (state)
        qb_say(invocation, "history.none", (struct qb_text_arg[]){{"path", state}}, 1);
    free(state);
    return place->repository != NULL;
}

void qb_place_fini(struct qb_place *place)
{
    free(place->repository);
    free(place->folder);
    free(place->state);
    *place = (struct qb_place){0};
}
