/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Progress of a pass. The bar is made of ASCII and redrawn behind a carriage return; blanks wipe it, so it needs no
 * escape sequences and works on any terminal. Words and number marks come from the catalogue.
 */
#include "watcher/progress.h"

#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* milliseconds */
#define QUIET 1000         /* nothing is said before */
#define TERMINAL_EVERY 100 /* between two drawings */
#define PLAIN_EVERY 5000   /* between two lines */
/* columns */
#define WIDTH_DEFAULT 80
#define WIDTH_MAX 200
#define BAR_MAX 40
#define BAR_LEAST 10

static const char *const stages[QB_PROGRESS_STAGES] = {
    [QB_PROGRESS_READING] = "progress.reading",     [QB_PROGRESS_CHECKING] = "progress.checking",
    [QB_PROGRESS_COMPUTING] = "progress.computing", [QB_PROGRESS_WRITING] = "progress.writing",
    [QB_PROGRESS_HISTORY] = "progress.history",
};

void qb_progress_init(struct qb_progress *progress, int fd, enum qb_language language, int64_t now)
{
    *progress = (struct qb_progress){.fd = fd, .language = language, .next = now + QUIET};
    progress->terminal = fd >= 0 && isatty(fd);
}

/* 12345 as "12.345" or "12,345". */
static void add_number(struct qb_buf *out, size_t number, enum qb_language language)
{
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%zu", number);
    for (int i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0)
            qb_buf_add_string(out, qb_text(language, "progress.thousands"));
        qb_buf_add_char(out, digits[i]);
    }
}

/* "Reading: 1,200 of 5,000 (24 %)", or without what is not known. */
static void add_words(struct qb_buf *out, const struct qb_progress *progress)
{
    struct qb_buf done = {0};
    struct qb_buf total = {0};
    char percent[8];
    size_t part = progress->total ? progress->done * 100 / progress->total : 0;
    snprintf(percent, sizeof percent, "%zu", part < 100 ? part : 100);
    add_number(&done, progress->done, progress->language);
    add_number(&total, progress->total, progress->language);
    const struct qb_text_arg args[] = {
        {"stage", qb_text(progress->language, stages[progress->stage])},
        {"done", qb_buf_text(&done)},
        {"total", qb_buf_text(&total)},
        {"percent", percent},
    };
    const char *id = progress->total ? "progress.share" : progress->done ? "progress.count" : "progress.stage";
    qb_text_format(out, progress->language, id, args, sizeof args / sizeof *args);
    qb_buf_fini(&done);
    qb_buf_fini(&total);
}

static size_t width_of(int fd)
{
    struct winsize size = {0};
    if (ioctl(fd, TIOCGWINSZ, &size) < 0 || !size.ws_col)
        return WIDTH_DEFAULT;
    return size.ws_col < WIDTH_MAX ? size.ws_col : WIDTH_MAX;
}

/* What does not go out is left out: neither a full pipe nor a terminal that somebody stopped (Ctrl-S) may hold up the
 * pass. The descriptor is shared with other programs, so it cannot be made non-blocking. */
static void put(int fd, const struct qb_buf *text)
{
    struct pollfd polled = {.fd = fd, .events = POLLOUT};
    if (poll(&polled, 1, 0) != 1 || !(polled.revents & POLLOUT) || write(fd, qb_buf_text(text), text->length) < 0)
        return;
}

/* The bar leaves room for the longest words of the stage, so that it keeps its width; none when it would be too short.
 */
static void add_bar(struct qb_buf *out, const struct qb_progress *progress, size_t width)
{
    struct qb_progress last = *progress;
    struct qb_buf words = {0};
    last.done = last.total;
    add_words(&words, &last);
    size_t room = words.length + 1 < width ? width - words.length - 1 : 0;
    qb_buf_fini(&words);
    if (!progress->total || room < BAR_LEAST)
        return;
    size_t cells = (room < BAR_MAX ? room : BAR_MAX) - 2;
    size_t full = progress->done < progress->total ? progress->done * cells / progress->total : cells;
    qb_buf_add_char(out, '[');
    for (size_t i = 0; i < cells; i++)
        qb_buf_add_char(out, i < full ? '#' : '-');
    qb_buf_add_string(out, "] ");
}

/* The catalogue's words are ASCII (a test sees to it), so bytes are columns. The last column stays free: writing it
 * makes some terminals go to the next line. */
static void draw(struct qb_progress *progress)
{
    struct qb_buf line = {0};
    size_t width = width_of(progress->fd) - 1;
    qb_buf_add_char(&line, '\r');
    add_bar(&line, progress, width);
    add_words(&line, progress);
    if (line.length > width + 1)
        line.length = width + 1;
    size_t drawn = line.length - 1;
    for (size_t i = drawn; i < progress->drawn && i < width; i++)
        qb_buf_add_char(&line, ' ');
    put(progress->fd, &line);
    progress->drawn = drawn;
    qb_buf_fini(&line);
}

static void say(struct qb_progress *progress)
{
    struct qb_buf line = {0};
    qb_buf_add_string(&line, "qbis: ");
    add_words(&line, progress);
    qb_buf_add_char(&line, '\n');
    put(progress->fd, &line);
    qb_buf_fini(&line);
}

void qb_progress_stage(struct qb_progress *progress, enum qb_progress_stage stage, size_t total, int64_t now)
{
    progress->stage = stage;
    progress->total = total;
    qb_progress_step(progress, 0, now);
}

void qb_progress_step(struct qb_progress *progress, size_t done, int64_t now)
{
    progress->done = done;
    if (progress->fd < 0 || now < progress->next)
        return;
    if (progress->terminal)
        draw(progress);
    else
        say(progress);
    progress->next = now + (progress->terminal ? TERMINAL_EVERY : PLAIN_EVERY);
}

void qb_progress_clear(struct qb_progress *progress)
{
    if (!progress->drawn)
        return;
    struct qb_buf blanks = {0};
    size_t width = width_of(progress->fd) - 1; /* the window may be narrower by now */
    qb_buf_add_char(&blanks, '\r');
    for (size_t i = 0; i < progress->drawn && i < width; i++)
        qb_buf_add_char(&blanks, ' ');
    qb_buf_add_char(&blanks, '\r');
    put(progress->fd, &blanks);
    progress->drawn = 0;
    qb_buf_fini(&blanks);
}

void qb_progress_end(struct qb_progress *progress)
{
    qb_progress_clear(progress);
    progress->fd = -1;
}
