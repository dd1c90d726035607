/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What goes to the terminal: nothing that moves a cursor, sets a colour or turns the direction of text gets through. */
#include "tests/fuzz/fuzz.h"
#include "watcher/command.h"
#include "watcher/excerpt.h"

/* watcher/say.c names the commands in its help; no command is looked at here. */
const struct qb_command qb_commands[] = {{.name = "none"}};
const size_t qb_command_count = 0;

static bool turns(uint32_t point)
{
    return point == 0x061c || point == 0x200e || point == 0x200f || (point >= 0x202a && point <= 0x202e) ||
           (point >= 0x2066 && point <= 0x2069);
}

static void expect_harmless(const char *shown, size_t length)
{
    MUST(fuzz_is_clean(shown, length, "\t\n"));
    for (size_t at = 0; at < length;) {
        uint32_t point;
        at += qb_utf8_decode(shown + at, length - at, &point);
        MUST(!turns(point));
    }
}

/* The same as a source line with a caret below it. */
static void excerpt(struct fuzz_part line)
{
    for (uint32_t column = 1; column < line.length + 3; column += 1 + column / 4) {
        struct qb_buf out = {0};
        struct qb_buf below = {0};
        qb_excerpt(&out, &below, line.text, line.length, column);
        expect_harmless(qb_buf_text(&out), out.length);
        for (size_t i = 0; i < below.length; i++)
            MUST(below.data[i] == ' ' || below.data[i] == '\t');
        qb_buf_fini(&out);
        qb_buf_fini(&below);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_part input = fuzz_input(data, size);
    char *shown = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&shown, &length);
    MUST(stream);
    qb_say_text(stream, input.text, input.length);
    fclose(stream);
    expect_harmless(shown, length);
    MUST(length >= size); /* nothing is left out */
    free(shown);
    excerpt(input);
    return 0;
}
