/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signals as a descriptor, and waiting. */
#include "watcher/signals.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <unistd.h>

static void test_signals__become_bits(void **state)
{
    (void)state;
    struct qb_signals signals;
    bool ready[1];
    assert_int_equal(qb_signals_open(&signals, NULL), QB_OK);
    assert_int_equal(qb_signals_take(&signals), 0);
    assert_int_equal(qb_wait(&signals.fd, 1, 0, ready, NULL), 0);
    kill(getpid(), SIGHUP);
    assert_int_equal(qb_wait(&signals.fd, 1, -1, ready, NULL), 1);
    assert_true(ready[0]);
    assert_int_equal(qb_signals_take(&signals), QB_SIGNAL_RESCAN);
    kill(getpid(), SIGTERM);
    kill(getpid(), SIGHUP);
    assert_int_equal(qb_signals_take(&signals), QB_SIGNAL_STOP | QB_SIGNAL_RESCAN);
    kill(getpid(), SIGINT);
    kill(getpid(), SIGINT);
    assert_int_equal(qb_signals_take(&signals), QB_SIGNAL_STOP);
    assert_int_equal(qb_signals_take(&signals), 0);
    qb_signals_close(&signals);
}

static void test_signals__a_reader_that_went_away_kills_nobody(void **state)
{
    (void)state;
    struct qb_signals signals;
    int ends[2];
    assert_int_equal(qb_signals_open(&signals, NULL), QB_OK);
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    assert_int_equal(write(ends[1], "x", 1), -1);
    assert_int_equal(errno, EPIPE);
    close(ends[1]);
    qb_signals_close(&signals);
}

static void test_signals__close_puts_everything_back(void **state)
{
    (void)state;
    struct qb_signals signals;
    sigset_t before;
    sigset_t after;
    struct sigaction action;
    pthread_sigmask(SIG_SETMASK, NULL, &before);
    assert_int_equal(qb_signals_open(&signals, NULL), QB_OK);
    kill(getpid(), SIGINT); /* not taken: it must not strike once the mask is gone */
    qb_signals_close(&signals);
    qb_signals_close(&signals);
    assert_int_equal(qb_signals_take(&signals), 0);
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    sigaction(SIGPIPE, NULL, &action);
    assert_int_equal(sigismember(&before, SIGINT), sigismember(&after, SIGINT));
    assert_true(action.sa_handler == SIG_DFL);
}

static void test_signals__wait_says_which(void **state)
{
    (void)state;
    int ends[2];
    bool ready[3] = {true, true, true};
    assert_int_equal(pipe(ends), 0);
    int fds[3] = {-1, ends[0], -1};
    assert_int_equal(qb_wait(fds, 3, 1, ready, NULL), 0);
    assert_false(ready[0] || ready[1] || ready[2]);
    assert_int_equal(write(ends[1], "x", 1), 1);
    assert_int_equal(qb_wait(fds, 3, 60000, ready, NULL), 1);
    assert_true(!ready[0] && ready[1] && !ready[2]);
    close(ends[0]);
    close(ends[1]);
    int many[9] = {0};
    bool none[9];
    assert_int_equal(qb_wait(many, 9, 0, none, NULL), QB_ELIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signals__become_bits),
        cmocka_unit_test(test_signals__a_reader_that_went_away_kills_nobody),
        cmocka_unit_test(test_signals__close_puts_everything_back),
        cmocka_unit_test(test_signals__wait_says_which),
    };
    return cmocka_run_group_tests_name("signals", tests, NULL, NULL);
}
