/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The child is a fork at a moment when the daemon has one thread. It opens history for itself, gives way to everything
 * else on the machine, and dies with the daemon, so that the daemon's lock, which it inherits, never outlives it.
 *
 * With a person's own `git gc` it agrees as git does with itself: whoever has written its number and the machine's name
 * into gc.pid is at work, unless that process is gone or the file is older than twelve hours.
 */
#include "watcher/upkeep.h"

#include "core/base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define AGAIN 30000  /* milliseconds from one begin to the next */
#define RESTLESS 256 /* passes in a row without a second of quiet */
#define GC_HOURS 12  /* as git has it */
#define LOWEST_PRIORITY 19
#define IDLE (3 << 13) /* ioprio_set(2): class idle, which glibc has no name for */

/* --- gc.pid --- */

static bool alive(int dir)
{
    struct qb_buf text = {0};
    struct stat st;
    char host[256] = "";
    char here[256] = "";
    long pid = 0;
    bool there = qb_file_read(dir, "gc.pid", 4096, &text, NULL, NULL) == QB_OK &&
                 sscanf(qb_buf_text(&text), "%ld %255s", &pid, host) == 2 && !fstatat(dir, "gc.pid", &st, 0);
    qb_buf_fini(&text);
    if (!there || pid <= 0 || time(NULL) - st.st_mtime > GC_HOURS * 3600)
        return false;
    gethostname(here, sizeof here - 1);
    return strcmp(host, here) != 0 || !kill((pid_t)pid, 0) || errno == EPERM;
}

static bool take_gc(int dir)
{
    static const char lock[] = "gc.pid.lock";
    char host[256] = "";
    int fd = openat(dir, lock, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (fd < 0)
        return false;
    gethostname(host, sizeof host - 1);
    bool fine = !alive(dir) && dprintf(fd, "%ld %s", (long)getpid(), host) > 0;
    close(fd);
    if (fine && !renameat(dir, lock, dir, "gc.pid"))
        return true;
    unlinkat(dir, lock, 0);
    return false;
}

/* --- the child --- */

static void step_back(void)
{
    setpriority(PRIO_PROCESS, 0, LOWEST_PRIORITY);
    syscall(SYS_ioprio_set, 1, 0, IDLE);
}

static int pack_up(const struct qb_folder *folder)
{
    struct qb_history *history = NULL;
    struct qb_buf path = {0};
    struct qb_err err = {0};
    int result = QB_OK;
    qb_buf_addf(&path, "%s/history.git", folder->state);
    int dir = qb_file_open_dir(path.data, &err);
    if (dir >= 0 && take_gc(dir)) {
        result = qb_history_open(&history, path.data, folder->path, false, QB_HISTORY_SHARED, NULL, &err);
        if (result == QB_OK)
            result = qb_history_repack(history, &err);
        unlinkat(dir, "gc.pid", 0);
    }
    if (result < 0)
        qb_folder_log(folder, "log.packing", (struct qb_text_arg[]){{"reason", err.message}}, 1);
    qb_history_close(history);
    if (dir >= 0)
        close(dir);
    qb_buf_fini(&path);
    return result < 0;
}

static pid_t begin(const struct qb_folder *folder, bool gently)
{
    pid_t parent = getpid();
    pid_t child = fork();
    if (child)
        return child;
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
        _exit(1);
    if (gently)
        step_back();
    _exit(pack_up(folder));
}

/* --- the daemon's side --- */

static bool is_due(struct qb_folder *folder, struct qb_history_room *room)
{
    return folder->history && folder->options.writes && qb_history_room(folder->history, room, NULL) == QB_OK &&
           room->due;
}

static void reread(struct qb_folder *folder)
{
    struct qb_err err = {0};
    if (folder->history && qb_history_reread(folder->history, &err) < 0)
        qb_folder_log(folder, "log.packing", (struct qb_text_arg[]){{"reason", err.message}}, 1);
}

int64_t qb_upkeep_consider(struct qb_upkeep *upkeep, struct qb_folder *folder, int64_t now)
{
    struct qb_history_room room = {0};
    upkeep->commits = 0;
    if (upkeep->child || !is_due(folder, &room))
        return -1;
    if (now < upkeep->again)
        return upkeep->again;
    upkeep->again = now + AGAIN;
    pid_t child = begin(folder, true);
    if (child < 0)
        return upkeep->again; /* no room for another process */
    upkeep->child = child;
    upkeep->fd = (int)syscall(SYS_pidfd_open, child, 0);
    return -1;
}

void qb_upkeep_committed(struct qb_upkeep *upkeep, struct qb_folder *folder, int64_t now)
{
    if (++upkeep->commits >= RESTLESS)
        qb_upkeep_consider(upkeep, folder, now);
}

static void forget(struct qb_upkeep *upkeep)
{
    if (upkeep->fd >= 0)
        close(upkeep->fd);
    upkeep->fd = -1;
    upkeep->child = 0;
}

bool qb_upkeep_poll(struct qb_upkeep *upkeep, struct qb_folder *folder)
{
    if (!upkeep->child || !waitpid(upkeep->child, NULL, WNOHANG))
        return false;
    forget(upkeep);
    reread(folder);
    return true;
}

void qb_upkeep_stop(struct qb_upkeep *upkeep, struct qb_folder *folder)
{
    if (!upkeep->child)
        return;
    kill(upkeep->child, SIGKILL);
    while (waitpid(upkeep->child, NULL, 0) < 0 && errno == EINTR)
        ;
    forget(upkeep);
    upkeep->again = 0;
    if (folder && folder->history)
        qb_history_tidy(folder->history, NULL);
}

void qb_upkeep_once(struct qb_folder *folder)
{
    struct qb_history_room room = {0};
    if (!is_due(folder, &room) || !room.many)
        return;
    pid_t child = begin(folder, false);
    while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
        ;
    reread(folder);
}
