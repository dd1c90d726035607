/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon's signals by signalfd(2), and its one place to wait. */
#include "watcher/signals.h"

#include <errno.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#define WAIT_MAX 8

static const struct {
    int number;
    enum qb_signal meaning;
} handled[] = {{SIGTERM, QB_SIGNAL_STOP}, {SIGINT, QB_SIGNAL_STOP}, {SIGHUP, QB_SIGNAL_RESCAN}};

#define HANDLED (sizeof handled / sizeof *handled)

int qb_signals_open(struct qb_signals *signals, struct qb_err *err)
{
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < HANDLED; i++)
        sigaddset(&set, handled[i].number);
    *signals = (struct qb_signals){.fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)};
    if (signals->fd < 0)
        return qb_err_sys(err, NULL, "cannot open a descriptor for signals");
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGPIPE, &ignore, &signals->pipe_before);
    pthread_sigmask(SIG_BLOCK, &set, &signals->before);
    return QB_OK;
}

unsigned qb_signals_take(struct qb_signals *signals)
{
    struct signalfd_siginfo info;
    unsigned taken = 0;
    while (signals->fd >= 0 && read(signals->fd, &info, sizeof info) == (ssize_t)sizeof info)
        for (size_t i = 0; i < HANDLED; i++)
            if ((int)info.ssi_signo == handled[i].number)
                taken |= handled[i].meaning;
    return taken;
}

void qb_signals_close(struct qb_signals *signals)
{
    if (signals->fd < 0)
        return;
    qb_signals_take(signals); /* a second Ctrl-C must not kill what is ending anyway */
    close(signals->fd);
    signals->fd = -1;
    pthread_sigmask(SIG_SETMASK, &signals->before, NULL);
    sigaction(SIGPIPE, &signals->pipe_before, NULL);
}

int qb_wait(const int *fds, size_t count, int64_t timeout_ms, bool *ready, struct qb_err *err)
{
    struct pollfd polled[WAIT_MAX];
    struct timespec time = {.tv_sec = (time_t)(timeout_ms / 1000), .tv_nsec = (long)(timeout_ms % 1000) * 1000000};
    if (count > WAIT_MAX)
        return qb_err_set(err, QB_ELIMIT, NULL, "cannot wait for more than %d descriptors", WAIT_MAX);
    for (size_t i = 0; i < count; i++) {
        polled[i] = (struct pollfd){.fd = fds[i], .events = POLLIN};
        ready[i] = false;
    }
    int found = ppoll(polled, (nfds_t)count, timeout_ms < 0 ? NULL : &time, NULL);
    if (found < 0)
        return errno == EINTR ? 0 : qb_err_sys(err, NULL, "cannot wait for events");
    for (size_t i = 0; i < count; i++)
        ready[i] = polled[i].revents != 0;
    return found;
}
