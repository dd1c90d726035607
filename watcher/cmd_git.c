/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `qbis git ARGUMENTS...`: plain git on the folder's history. The repository stands in the state directory and its work
 * tree is the folder; this command only tells git so, in place of what the environment may say.
 */
#include "watcher/past.h"

#include "core/base/mem.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Variables of git that say how it speaks to the person or to a server, and not what it works on. */
static const char *const kept[] = {
    "GIT_PAGER",       "GIT_EDITOR",  "GIT_SEQUENCE_EDITOR", "GIT_SSH",
    "GIT_SSH_COMMAND", "GIT_ASKPASS", "GIT_TERMINAL_PROMPT",
};

static bool stays(const char *variable, size_t length)
{
    if (strncmp(variable, "GIT_", 4))
        return true;
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (strlen(kept[i]) == length && !strncmp(variable, kept[i], length))
            return true;
    return false;
}

static void clean_environment(void)
{
    for (size_t i = 0; environ[i];) {
        size_t length = strcspn(environ[i], "=");
        char *name = qb_mem_copy(environ[i], length);
        if (stays(environ[i], length) || unsetenv(name) != 0)
            i++;
        free(name);
    }
}

int qb_cmd_git(const struct qb_invocation *invocation, int argc, char **argv)
{
    struct qb_past past;
    struct qb_err err = {0};
    int status = QB_EXIT_FAILED;
    (void)argc;
    if (qb_past_open(&past, invocation)) {
        /* so that `git status` compares with the newest commit; when it cannot be done git goes on with what is there
         */
        qb_history_refresh_index(past.history, NULL, NULL, NULL);
        qb_history_close(past.history);
        past.history = NULL;
        clean_environment();
        fflush(NULL);
        argv[0] = (char[]){"git"};
        if (setenv("GIT_DIR", past.repository, 1) == 0 && setenv("GIT_WORK_TREE", past.folder, 1) == 0)
            execvp("git", argv);
        qb_err_sys(&err, "git", "cannot run git");
        qb_say_error(invocation, &err);
    }
    qb_past_close(&past);
    return status;
}
