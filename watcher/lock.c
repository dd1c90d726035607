/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lock of a state directory. flock (not fcntl's record locks) because it belongs to the open file: closing
 * another descriptor of the same file somewhere in the process does not give it back.
 */
#include "watcher/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LOCK_FILE "lock"
/* bytes; three short lines */
#define LOCK_TEXT_MAX 512
/* qb_lock_holder tries the lock for an instant, and that must not turn away a daemon that starts just then */
#define TRIES 5
#define TRY_NS 20000000

static int open_lock(int dir, int flags, struct qb_err *err)
{
    struct stat st;
    int fd = openat(dir, LOCK_FILE, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600);
    if (fd < 0)
        return qb_err_sys(err, LOCK_FILE, "cannot open the lock file");
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
        close(fd);
        return qb_err_set(err, QB_EUNSAFE, LOCK_FILE, "the lock file is not a regular file");
    }
    return fd;
}

/* 0, or -1 with errno. */
static int try_lock(int fd, int operation)
{
    int result;
    do {
        result = flock(fd, operation | LOCK_NB);
    } while (result < 0 && errno == EINTR);
    return result;
}

/* Whether the descriptor is still the file of that name. */
static bool same_file(int dir, int fd)
{
    struct stat held;
    struct stat named;
    return !fstat(fd, &held) && !fstatat(dir, LOCK_FILE, &named, AT_SYMLINK_NOFOLLOW) && held.st_dev == named.st_dev &&
           held.st_ino == named.st_ino;
}

/* Copies the value of a "name value" line, without control characters. */
static void line_value(const char *text, const char *name, char *value, size_t size)
{
    size_t length = strlen(name);
    *value = '\0';
    while (text && *text) {
        if (!strncmp(text, name, length) && text[length] == ' ') {
            const char *from = text + length + 1;
            size_t i = 0;
            for (; i + 1 < size && from[i] && from[i] != '\n'; i++)
                value[i] = (unsigned char)from[i] < 0x20 || from[i] == 0x7f ? '?' : from[i];
            value[i] = '\0';
            return;
        }
        text = strchr(text, '\n');
        text = text ? text + 1 : NULL;
    }
}

static void read_holder(int fd, struct qb_lock_holder *holder)
{
    char text[LOCK_TEXT_MAX + 1];
    char pid[24];
    ssize_t got = pread(fd, text, LOCK_TEXT_MAX, 0);
    text[got > 0 ? got : 0] = '\0';
    line_value(text, "pid", pid, sizeof pid);
    line_value(text, "host", holder->host, sizeof holder->host);
    line_value(text, "since", holder->since, sizeof holder->since);
    holder->pid = strtol(pid, NULL, 10);
}

/* The lock is held whatever becomes of the text: a full disk must not keep the daemon from starting. */
static void write_holder(int fd, int64_t now)
{
    char host[65] = "";
    char since[21] = "";
    char text[LOCK_TEXT_MAX];
    struct tm parts;
    time_t when = (time_t)now;
    if (gethostname(host, sizeof host - 1) < 0)
        *host = '\0';
    if (gmtime_r(&when, &parts))
        strftime(since, sizeof since, "%Y-%m-%dT%H:%M:%SZ", &parts);
    int length = snprintf(text, sizeof text, "pid %ld\nhost %s\nsince %s\n", (long)getpid(), host, since);
    /* the old text is longer or not: overwritten first and cut then, there is never nothing to read */
    if (pwrite(fd, text, (size_t)length, 0) != length || ftruncate(fd, length) < 0)
        errno = 0;
}

static int refuse(int fd, struct qb_err *err)
{
    struct qb_lock_holder holder = {0};
    if (errno != EWOULDBLOCK)
        return qb_err_sys(err, LOCK_FILE, "cannot lock the state directory");
    read_holder(fd, &holder);
    if (holder.pid <= 0)
        return qb_err_set(err, QB_EBUSY, LOCK_FILE, "another process already watches this folder");
    return qb_err_set(err, QB_EBUSY, LOCK_FILE, "process %ld on %s already watches this folder, since %s", holder.pid,
                      holder.host, holder.since);
}

/* One try: QB_OK, QB_ECHANGED when the file was exchanged meanwhile, or what stops it. */
static int take_once(int dir, int64_t now, struct qb_lock *lock, struct qb_err *err)
{
    int fd = open_lock(dir, O_RDWR | O_CREAT, err);
    if (fd < 0)
        return fd;
    int result = QB_OK;
    if (try_lock(fd, LOCK_EX) < 0)
        result = refuse(fd, err);
    else if (!same_file(dir, fd))
        result = qb_err_set(err, QB_ECHANGED, LOCK_FILE, "the lock file is being exchanged by somebody");
    if (result < 0) {
        close(fd);
        return result;
    }
    write_holder(fd, now);
    lock->fd = fd;
    return QB_OK;
}

int qb_lock_take(int dir, int64_t now, struct qb_lock *lock, struct qb_err *err)
{
    const struct timespec pause = {.tv_nsec = TRY_NS};
    lock->fd = -1;
    int result = take_once(dir, now, lock, err);
    for (int i = 1; i < TRIES && (result == QB_EBUSY || result == QB_ECHANGED); i++) {
        nanosleep(&pause, NULL);
        result = take_once(dir, now, lock, err);
    }
    if (result == QB_OK && err)
        *err = (struct qb_err){0};
    return result;
}

void qb_lock_release(struct qb_lock *lock)
{
    if (lock->fd < 0)
        return;
    close(lock->fd);
    lock->fd = -1;
}

int qb_lock_holder(int dir, struct qb_lock_holder *holder, struct qb_err *err)
{
    *holder = (struct qb_lock_holder){0};
    int fd = open_lock(dir, O_RDONLY, err);
    if (fd < 0)
        return fd;
    int result = QB_OK;
    if (try_lock(fd, LOCK_SH) == 0)
        result = qb_err_set(err, QB_EABSENT, LOCK_FILE, "nobody watches this folder");
    else if (errno == EWOULDBLOCK)
        read_holder(fd, holder);
    else
        result = qb_err_sys(err, LOCK_FILE, "cannot look at the lock");
    close(fd);
    return result;
}
