/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the fuzz targets share. A target is one file fuzz_NAME.c with libFuzzer's entry point. It is built twice: with
 * libFuzzer (`make fuzz`), and with replay.c as a test that runs its corpus (`make check`).
 *
 * A target ends the program when something that must hold does not; it keeps no state that another input could see.
 */
#ifndef QB_TESTS_FUZZ_H
#define QB_TESTS_FUZZ_H

#include "core/base/text.h"
#include "core/base/utf8.h"
#include "core/data/json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(what)                                                             \
    do {                                                                       \
        if (!(what)) {                                                         \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #what); \
            abort();                                                           \
        }                                                                      \
    } while (0)

/* Stands on a line of its own between the parts of an input. Neither JSON nor an expression of one line can hold it. */
#define FUZZ_MARKER "\n---\n"

struct fuzz_part {
    const char *text;
    size_t length;
};

/* Takes what stands before the next marker, or the rest. False, and an empty part, when nothing is left. */
static inline bool fuzz_take(struct fuzz_part *input, struct fuzz_part *part)
{
    *part = (struct fuzz_part){"", 0};
    if (!input->text)
        return false;
    const char *marker = input->length ? memmem(input->text, input->length, FUZZ_MARKER, strlen(FUZZ_MARKER)) : NULL;
    *part = (struct fuzz_part){input->text, marker ? (size_t)(marker - input->text) : input->length};
    if (marker) {
        input->length -= part->length + strlen(FUZZ_MARKER);
        input->text = marker + strlen(FUZZ_MARKER);
    } else {
        input->text = NULL;
    }
    return true;
}

/* The whole input; a pointer that is never NULL. */
static inline struct fuzz_part fuzz_input(const uint8_t *data, size_t size)
{
    return (struct fuzz_part){size ? (const char *)data : "", size};
}

/* Well-formed UTF-8 without control characters but those in `allowed`. */
static inline bool fuzz_is_clean(const char *text, size_t length, const char *allowed)
{
    for (size_t at = 0; at < length;) {
        uint32_t point;
        size_t bytes = qb_utf8_decode(text + at, length - at, &point);
        bool control = bytes && (point < 0x20 || (point >= 0x7f && point < 0xa0));
        if (!bytes || (control && (!point || point >= 0x7f || !strchr(allowed, (int)point))))
            return false;
        at += bytes;
    }
    return true;
}

/* Some member's name holds U+0000: no pointer, which is a C string, leads there. */
static inline bool fuzz_has_nul_key(const struct qb_json *value)
{
    if (!value || (value->key && memchr(value->key, '\0', value->key_length)))
        return value != NULL;
    if (value->type == QB_JSON_OBJECT || value->type == QB_JSON_ARRAY)
        for (uint32_t i = 0; i < value->length; i++)
            if (fuzz_has_nul_key(&value->as.items[i]))
                return true;
    return false;
}

/* A message can be said in both languages. */
static inline void fuzz_check_message(const char *id, const struct qb_text_arg *args, size_t count)
{
    struct qb_buf text = {0};
    for (int language = 0; language < QB_LANGUAGES; language++) {
        MUST(qb_text_find((enum qb_language)language, id));
        qb_buf_clear(&text);
        qb_text_format(&text, (enum qb_language)language, id, args, count);
        MUST(text.length > 0);
    }
    qb_buf_fini(&text);
}

/* What a reader says of a text that it refuses. */
static inline void fuzz_check_fault(const struct qb_json_fault *fault, size_t size)
{
    struct qb_buf text = {0};
    MUST(fault->line >= 1 && fault->column >= 1);
    MUST(fault->offset <= size);
    MUST(fault->line - 1 <= size && fault->column - 1 <= size && fault->other_line <= fault->line);
    MUST(memchr(fault->found, '\0', sizeof fault->found));
    MUST(fuzz_is_clean(fault->found, strlen(fault->found), ""));
    MUST((fault->limit > 0) == (fault->code == QB_JSON_TOO_LARGE || fault->code == QB_JSON_TOO_DEEP));
    for (int language = 0; language < QB_LANGUAGES; language++) {
        MUST(qb_text_find((enum qb_language)language, fault->reason));
        qb_buf_clear(&text);
        qb_json_fault_message(&text, (enum qb_language)language, fault);
        MUST(text.length > 0 && fuzz_is_clean(qb_buf_text(&text), text.length, ""));
    }
    qb_buf_fini(&text);
}

#endif
