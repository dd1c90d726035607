/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What commands say on the terminal, and the small things that all of them ask: options, dates, the state directory. */
#include "watcher/command.h"

#include "core/base/buf.h"
#include "core/base/cells.h"
#include "core/base/file.h"
#include "core/base/limits.h"
#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "schema/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

void qb_say_text(void *stream, const char *text, size_t length)
{
    for (size_t at = 0; at < length;) {
        uint32_t point;
        size_t size = qb_utf8_decode(text + at, length - at, &point);
        if (!size) {
            fprintf(stream, "\\x%02x", (unsigned)(unsigned char)text[at++]);
            continue;
        }
        if (!qb_cells_steers(point))
            fwrite(text + at, 1, size, stream);
        else if (point < 0x80)
            fprintf(stream, "\\x%02x", (unsigned)point);
        else
            fprintf(stream, "\\u{%x}", (unsigned)point);
        at += size;
    }
}

bool qb_say_colour(void *stream)
{
    const char *term = getenv("TERM");
    return isatty(fileno(stream)) && !getenv("NO_COLOR") && term && strcmp(term, "dumb");
}

void qb_say(const struct qb_invocation *invocation, const char *id, const struct qb_text_arg *args, size_t count)
{
    struct qb_buf text = {0};
    qb_text_format(&text, invocation->language, id, args, count);
    fputs("qbis: ", stderr);
    qb_say_text(stderr, qb_buf_text(&text), text.length);
    fputc('\n', stderr);
    qb_buf_fini(&text);
}

void qb_say_error(const struct qb_invocation *invocation, const struct qb_err *err)
{
    (void)invocation;
    fputs("qbis: ", stderr);
    qb_say_text(stderr, err->message, strlen(err->message));
    if (err->file[0]) {
        fputs(" (", stderr);
        qb_say_text(stderr, err->file, strlen(err->file));
        fputc(')', stderr);
    }
    fputc('\n', stderr);
}

static void print_help(const struct qb_invocation *invocation, const char *command)
{
    for (size_t i = 0; i < qb_command_count; i++)
        if (!strcmp(qb_commands[i].name, command))
            printf("qbis [-C FOLDER] %s %s\n\n%s\n", command, qb_commands[i].arguments,
                   qb_text(invocation->language, qb_commands[i].help));
}

/* Handles argv[*at] as one of the options. False after saying what is wrong. */
static bool take_option(const struct qb_invocation *invocation, int argc, char **argv, int *at,
                        const struct qb_option *options, size_t count)
{
    const char *word = argv[*at];
    for (size_t i = 0; i < count; i++) {
        const struct qb_option *option = &options[i];
        size_t length = strlen(option->name);
        bool equals = !strncmp(word, option->name, length) && word[length] == '=' && option->name[1] == '-';
        if (strcmp(word, option->name) && !equals)
            continue;
        if (option->given && !equals) {
            *option->given = true;
            return true;
        }
        const char *value = equals ? word + length + 1 : *at + 1 < argc ? argv[++*at] : NULL;
        if (option->given || !value) {
            qb_say(invocation, option->given ? "cli.option-no-value" : "cli.option-value",
                   (struct qb_text_arg[]){{"found", option->name}}, 1);
            return false;
        }
        if (option->each)
            return option->each(option->context, value) == 0;
        *option->value = value;
        return true;
    }
    qb_say(invocation, "cli.unknown-option", (struct qb_text_arg[]){{"found", word}}, 1);
    return false;
}

int qb_options(const struct qb_invocation *invocation, const char *command, int argc, char **argv,
               const struct qb_option *options, size_t count)
{
    int kept = 0;
    for (int at = 1; at < argc; at++) {
        if (!strcmp(argv[at], "--")) {
            while (++at < argc)
                argv[kept++] = argv[at];
            break;
        }
        if (!strcmp(argv[at], "--help") || !strcmp(argv[at], "-h")) {
            print_help(invocation, command);
            return -2;
        }
        if (argv[at][0] != '-' || !argv[at][1])
            argv[kept++] = argv[at];
        else if (!take_option(invocation, argc, argv, &at, options, count))
            return -1;
    }
    return kept;
}

qb_date qb_today(int offset_minutes, int64_t *now)
{
    int64_t seconds = (int64_t)time(NULL);
    if (now)
        *now = seconds;
    return qb_date_at(seconds, offset_minutes);
}

bool qb_date_option(const struct qb_invocation *invocation, const char *option, const char *text, qb_date *date)
{
    *date = qb_date_parse(text, strlen(text));
    if (*date != QB_DATE_NONE)
        return true;
    qb_say(invocation, "cli.date", (struct qb_text_arg[]){{"option", option}, {"found", text}}, 2);
    return false;
}
