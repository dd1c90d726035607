/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The strict look at a JSON text (RFC 8259) before cJSON builds values from it. One forward pass proves the
 * text and notes where its strings and numbers are:
 *
 *     struct qb_json_scan scan = {0};
 *     if (qb_json_scan_text(&scan, text, length, 512)) ... tokens, in the text's order ...
 *     else qb_json_fault_explain(&scan, &fault);
 *     qb_json_scan_fini(&scan);      (or scan the next text: the memory is used again)
 */
#ifndef QB_CORE_DATA_JSON_SCAN_H
#define QB_CORE_DATA_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* cJSON reads at most 63 bytes of a number */
#define QB_JSON_LONGEST_NUMBER 60

/* A string (key or value) or a number. */
struct qb_json_token {
    uint32_t offset; /* of the first byte behind the quote; of the number */
    uint32_t length; /* bytes of the string once escapes are decoded; of the number as written */
};

/* What would have been right where the scan stopped. Bits, so that a rule can name several. */
enum qb_json_want {
    QB_JSON_WANT_VALUE = 1,    /* a value */
    QB_JSON_WANT_KEY = 2,      /* a member's name */
    QB_JSON_WANT_COLON = 4,    /* what stands behind a name */
    QB_JSON_WANT_COMMA = 8,    /* a comma, or the bracket that closes */
    QB_JSON_WANT_END = 16,     /* nothing but blanks */
    QB_JSON_WANT_STRING = 32,  /* the rest of a string: `at` is what cannot stand in it */
    QB_JSON_WANT_ESCAPE = 64,  /* an escape: `at` is its backslash */
    QB_JSON_WANT_PAIR = 128,   /* the other half of a surrogate pair: the same */
    QB_JSON_WANT_NUMBER = 256, /* the rest of a number: `at` is where it begins */
    QB_JSON_WANT_LESS = 512,   /* fewer levels: `at` is the bracket that is one too many */
};

/* A container that is open. */
struct qb_json_open {
    uint32_t offset; /* of its bracket */
    char close;      /* the bracket that closes it */
};

struct qb_json_scan {
    const char *text;
    const char *end;
    const char *begin; /* behind a byte order mark */
    const char *at;
    struct qb_json_token *tokens;
    size_t token_count;
    size_t token_capacity;
    struct qb_json_open *opens;
    size_t depth;
    size_t open_capacity;
    size_t max_depth;
    const char *string_start; /* the opening quote of the last string */
    enum qb_json_want want;   /* after a fault: what the text lacks at `at` */
    bool fresh;               /* the innermost container was just opened */
    bool has_nul;             /* some string holds U+0000 */
    bool has_long_number;     /* some number is longer than QB_JSON_LONGEST_NUMBER */
};

/* False when the text is not JSON: the first fault is at `at`. `text` is at most UINT32_MAX long and must
 * outlive the use of the scan. */
bool qb_json_scan_text(struct qb_json_scan *scan, const char *text, size_t length, size_t max_depth);
void qb_json_scan_fini(struct qb_json_scan *scan);

#endif
