/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /proc/self/mountinfo has something exceptional (POLLPRI, proc(5)) when the table has changed, but can be read at
 * all times, so that poll would never wait. An epoll descriptor in between asks for the exceptional alone.
 */
#include "watcher/mounts.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

void qb_mounts_open(struct qb_mounts *mounts)
{
    struct epoll_event wanted = {.events = EPOLLPRI | EPOLLET};
    mounts->table = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
    mounts->fd = mounts->table < 0 ? -1 : epoll_create1(EPOLL_CLOEXEC);
    if (mounts->fd < 0 || epoll_ctl(mounts->fd, EPOLL_CTL_ADD, mounts->table, &wanted) < 0)
        qb_mounts_close(mounts);
}

void qb_mounts_take(struct qb_mounts *mounts)
{
    struct epoll_event event;
    if (mounts->fd >= 0)
        epoll_wait(mounts->fd, &event, 1, 0);
}

void qb_mounts_close(struct qb_mounts *mounts)
{
    if (mounts->fd >= 0)
        close(mounts->fd);
    if (mounts->table >= 0)
        close(mounts->table);
    mounts->table = mounts->fd = -1;
}
