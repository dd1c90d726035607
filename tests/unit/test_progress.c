/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Progress in simulated time: plain lines into a pipe, the bar into a pseudo-terminal. */
#include "watcher/progress.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

struct screen {
    int ours;   /* what was written is read here */
    int theirs; /* the descriptor that progress gets */
    char text[8192];
};

static void open_pipe(struct screen *screen)
{
    int ends[2];
    assert_int_equal(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
    screen->ours = ends[0];
    screen->theirs = ends[1];
}

static void set_width(struct screen *screen, unsigned short width)
{
    struct winsize size = {.ws_row = 24, .ws_col = width};
    assert_int_equal(ioctl(screen->theirs, TIOCSWINSZ, &size), 0);
}

static void open_terminal(struct screen *screen, unsigned short width)
{
    char name[64];
    struct termios mode;
    screen->ours = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (screen->ours < 0 || grantpt(screen->ours) < 0 || unlockpt(screen->ours) < 0 ||
        ptsname_r(screen->ours, name, sizeof name))
        skip(); /* a machine without pseudo-terminals */
    screen->theirs = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(screen->theirs >= 0);
    assert_int_equal(tcgetattr(screen->theirs, &mode), 0);
    cfmakeraw(&mode);
    assert_int_equal(tcsetattr(screen->theirs, TCSANOW, &mode), 0);
    set_width(screen, width);
}

static void close_screen(struct screen *screen)
{
    close(screen->theirs);
    close(screen->ours);
}

/* What was written since the last call. */
static const char *seen(struct screen *screen)
{
    size_t length = 0;
    ssize_t got;
    while ((got = read(screen->ours, screen->text + length, sizeof screen->text - 1 - length)) > 0)
        length += (size_t)got;
    screen->text[length] = '\0';
    return screen->text;
}

static void test_progress__plain_lines(void **state)
{
    (void)state;
    struct screen screen;
    struct qb_progress progress;
    open_pipe(&screen);
    qb_progress_init(&progress, screen.theirs, QB_INDONESIAN, 50000);
    qb_progress_stage(&progress, QB_PROGRESS_READING, 20000, 50000);
    qb_progress_step(&progress, 500, 50999);
    assert_string_equal(seen(&screen), "");
    qb_progress_step(&progress, 1234, 51000);
    assert_string_equal(seen(&screen), "qbis: Membaca berkas: 1.234 dari 20.000 (6 %)\n");
    qb_progress_step(&progress, 5000, 55999);
    assert_string_equal(seen(&screen), "");
    qb_progress_stage(&progress, QB_PROGRESS_COMPUTING, 0, 56000);
    assert_string_equal(seen(&screen), "qbis: Menghitung jadwal ...\n");
    qb_progress_step(&progress, 1234567, 61000);
    assert_string_equal(seen(&screen), "qbis: Menghitung jadwal: 1.234.567\n");
    qb_progress_clear(&progress);
    qb_progress_end(&progress);
    qb_progress_step(&progress, 2, 99000);
    assert_string_equal(seen(&screen), "");
    close_screen(&screen);
}

static void test_progress__a_short_pass_says_nothing(void **state)
{
    (void)state;
    struct screen screen;
    struct qb_progress progress;
    open_terminal(&screen, 80);
    qb_progress_init(&progress, screen.theirs, QB_ENGLISH, 0);
    for (int stage = 0; stage < QB_PROGRESS_STAGES; stage++)
        for (size_t i = 0; i < 50; i++)
            qb_progress_stage(&progress, (enum qb_progress_stage)stage, 10, stage * 199);
    qb_progress_end(&progress);
    assert_string_equal(seen(&screen), "");
    close_screen(&screen);
}

static void test_progress__bar_in_place(void **state)
{
    (void)state;
    struct screen screen;
    struct qb_progress progress;
    open_terminal(&screen, 80);
    qb_progress_init(&progress, screen.theirs, QB_ENGLISH, 0);
    qb_progress_stage(&progress, QB_PROGRESS_CHECKING, 1000, 900);
    qb_progress_step(&progress, 250, 1000);
    assert_string_equal(seen(&screen),
                        "\r[#########----------------------------] Checking records: 250 of 1,000 (25%)");
    qb_progress_step(&progress, 260, 1050); /* at most ten times a second */
    assert_string_equal(seen(&screen), "");
    qb_progress_step(&progress, 1000, 1100);
    assert_string_equal(seen(&screen),
                        "\r[#####################################] Checking records: 1,000 of 1,000 (100%)");
    qb_progress_stage(&progress, QB_PROGRESS_HISTORY, 0, 1200);
    /* blanks wipe the rest of the longer line */
    assert_string_equal(seen(&screen),
                        "\rKeeping history ...                                                            ");
    qb_progress_end(&progress);
    assert_string_equal(seen(&screen), "\r                   \r");
    qb_progress_end(&progress);
    assert_string_equal(seen(&screen), "");
    close_screen(&screen);
}

static void test_progress__fits_any_width(void **state)
{
    (void)state;
    struct screen screen;
    struct qb_progress progress;
    open_terminal(&screen, 80);
    for (unsigned short width = 1; width <= 400; width++) {
        set_width(&screen, width);
        qb_progress_init(&progress, screen.theirs, QB_INDONESIAN, 0);
        qb_progress_stage(&progress, QB_PROGRESS_READING, 3, 0);
        qb_progress_step(&progress, 2, 5000);
        const char *text = seen(&screen);
        assert_int_equal(text[0], '\r');
        assert_true(strlen(text) <= width); /* with the carriage return: the last column stays free */
        assert_null(strchr(text, '\n'));
        qb_progress_end(&progress);
        seen(&screen);
    }
    set_width(&screen, 0); /* not known */
    qb_progress_init(&progress, screen.theirs, QB_INDONESIAN, 0);
    qb_progress_stage(&progress, QB_PROGRESS_READING, 3, 5000);
    assert_non_null(strstr(seen(&screen), "[---"));
    qb_progress_end(&progress);
    close_screen(&screen);
}

static void test_progress__clear_and_draw_again(void **state)
{
    (void)state;
    struct screen screen;
    struct qb_progress progress;
    open_terminal(&screen, 80);
    qb_progress_init(&progress, screen.theirs, QB_ENGLISH, 0);
    qb_progress_clear(&progress);
    assert_string_equal(seen(&screen), "");
    qb_progress_stage(&progress, QB_PROGRESS_WRITING, 0, 1000);
    assert_string_equal(seen(&screen), "\rWriting the schedule ...");
    set_width(&screen, 10); /* the window became narrower meanwhile */
    qb_progress_clear(&progress);
    assert_string_equal(seen(&screen), "\r         \r");
    qb_progress_step(&progress, 0, 1100);
    assert_string_equal(seen(&screen), "\rWriting t");
    qb_progress_end(&progress);
    close_screen(&screen);
}

static void test_progress__nobody_reads(void **state)
{
    (void)state;
    struct qb_progress progress;
    int ends[2];
    char filler[4096] = "";
    qb_progress_init(&progress, -1, QB_ENGLISH, 0);
    qb_progress_stage(&progress, QB_PROGRESS_WRITING, 5, 5000);
    qb_progress_end(&progress);
    qb_progress_init(&progress, 99999, QB_ENGLISH, 0); /* no such descriptor */
    qb_progress_stage(&progress, QB_PROGRESS_WRITING, 5, 5000);
    qb_progress_end(&progress);
    /* a full pipe that blocks: the pass goes on all the same */
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    fcntl(ends[1], F_SETFL, O_NONBLOCK);
    while (write(ends[1], filler, sizeof filler) > 0)
        ;
    fcntl(ends[1], F_SETFL, 0);
    qb_progress_init(&progress, ends[1], QB_ENGLISH, 0);
    qb_progress_stage(&progress, QB_PROGRESS_WRITING, 5, 5000);
    qb_progress_end(&progress);
    close(ends[0]);
    close(ends[1]);
}

static void test_progress__more_done_than_announced(void **state)
{
    (void)state;
    struct screen screen;
    struct qb_progress progress;
    open_pipe(&screen);
    qb_progress_init(&progress, screen.theirs, QB_ENGLISH, 0);
    qb_progress_stage(&progress, QB_PROGRESS_READING, 10, 0);
    qb_progress_step(&progress, 25, 2000);
    assert_string_equal(seen(&screen), "qbis: Reading files: 25 of 10 (100%)\n");
    close_screen(&screen);
}

static void check_ascii(void *context, const char *id, const char *text)
{
    if (strncmp(id, "progress.", 9) != 0)
        return;
    ++*(size_t *)context;
    for (; *text; text++)
        assert_in_range(*text, ' ', '~');
}

static void test_progress__words_are_ascii_in_both_languages(void **state)
{
    (void)state;
    size_t counts[QB_LANGUAGES] = {0};
    for (int i = 0; i < QB_LANGUAGES; i++)
        qb_text_each((enum qb_language)i, check_ascii, &counts[i]);
    assert_int_equal(counts[QB_INDONESIAN], QB_PROGRESS_STAGES + 4);
    assert_int_equal(counts[QB_ENGLISH], QB_PROGRESS_STAGES + 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_progress__plain_lines),
        cmocka_unit_test(test_progress__a_short_pass_says_nothing),
        cmocka_unit_test(test_progress__bar_in_place),
        cmocka_unit_test(test_progress__fits_any_width),
        cmocka_unit_test(test_progress__clear_and_draw_again),
        cmocka_unit_test(test_progress__nobody_reads),
        cmocka_unit_test(test_progress__more_done_than_announced),
        cmocka_unit_test(test_progress__words_are_ascii_in_both_languages),
    };
    return cmocka_run_group_tests_name("progress", tests, NULL, NULL);
}
