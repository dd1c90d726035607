/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Problems in data: what is wrong in which file, where, and how to mend it. A closed list of codes
 * (DESIGN section 4), each a row of a table with its severity; the words are in the catalogues.
 *
 * A list owns its strings. `struct qb_problems list = {0};` is ready; qb_problems_fini frees.
 */
#ifndef QB_CORE_RECORDS_PROBLEM_H
#define QB_CORE_RECORDS_PROBLEM_H

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum qb_severity { QB_SEVERITY_ERROR, QB_SEVERITY_WARNING };

enum qb_problem_code {
    QB_PROBLEM_JSON_SYNTAX,
    QB_PROBLEM_JSON_ENCODING,
    QB_PROBLEM_JSON_DUPLICATE_KEY,
    QB_PROBLEM_JSON_NUMBER, /* a double cannot hold it and print it back */
    QB_PROBLEM_TOO_LARGE,
    QB_PROBLEM_TOO_DEEP,
    QB_PROBLEM_NOT_A_FILE,
    QB_PROBLEM_UNREADABLE, /* no permission, input/output error */
    QB_PROBLEM_NO_KIND,    /* a file under records/ that belongs to no kind */
    QB_PROBLEM_SCHEMA,
    QB_PROBLEM_ID_NAME,
    QB_PROBLEM_ID_DUPLICATE,
    QB_PROBLEM_REFERENCE,
    QB_PROBLEM_UNIQUE,
    QB_PROBLEM_FROZEN,
    QB_PROBLEM_SAMPLES, /* more positive samples than units */
    QB_PROBLEM_VISIT_FACILITY,
    QB_PROBLEM_DECREE_NUMBER,
    QB_PROBLEM_DATE_ORDER,
    QB_PROBLEM_OUTSIDE_DECREE,
    QB_PROBLEM_FUTURE,
    QB_PROBLEM_DATE_UNLIKELY,
    QB_PROBLEM_RISK,
    QB_PROBLEM_FINDING_MISSING,
    QB_PROBLEM_DECREE_OVERLAP,
    QB_PROBLEM_EXTENSION_BROKEN,
    QB_PROBLEM_CONFLICT,
    QB_PROBLEM_MASS_DELETION,
    QB_PROBLEM_MASS_INVALID,
    QB_PROBLEM_NAME_UNPORTABLE,
    QB_PROBLEM_GENERATED_EDITED,
    QB_PROBLEM_PUT_BACK, /* put back too often: somebody else keeps changing it */
    QB_PROBLEM_SETTINGS, /* qbis.yaml cannot be used: the last good one stays in force */
    QB_PROBLEM_KIND,     /* the same for a kind file */
    QB_PROBLEM_CODES
};

struct qb_problem_row {
    const char *name; /* "json-syntax" */
    enum qb_severity severity;
};
extern const struct qb_problem_row qb_problem_rows[QB_PROBLEM_CODES];

/* Words for people of an argument that is a name: of a property, of a kind. NULL where there are none. */
struct qb_problem_label {
    const char *arg;
    const char *words[QB_LANGUAGES];
};

#define QB_PROBLEM_ARGS 8
#define QB_PROBLEM_LABELS 3
struct qb_problem {
    enum qb_problem_code code;
    const char *keyword; /* of a `schema` problem, else NULL */
    const char *kind;    /* name, or NULL for files that are no records */
    const char *record;  /* id, or NULL while it is not known */
    const char *path;
    const char *pointer; /* RFC 6901; "" for the whole file */
    uint32_t line;       /* from 1; 1 when there is no text */
    uint32_t column;     /* from 1, in code points */
    const char *message_id;
    struct qb_text_arg args[QB_PROBLEM_ARGS];
    size_t arg_count;
    struct qb_problem_label labels[QB_PROBLEM_LABELS];
    size_t label_count;
    const char *sentence[QB_LANGUAGES]; /* a kind's own, said instead of message_id's; NULL: none */
    const char *used; /* blob id (40 hex digits) of the version that the schedule uses, or NULL ("using") */
};

struct qb_problems {
    struct qb_arena arena;
    struct qb_problem *items;
    size_t count;
    size_t capacity;
};

void qb_problems_fini(struct qb_problems *list);
void qb_problems_clear(struct qb_problems *list);
/* Adds a deep copy and returns it (until the next add). */
struct qb_problem *qb_problems_add(struct qb_problems *list, const struct qb_problem *problem);
enum qb_severity qb_problem_severity(const struct qb_problem *problem);
/* By path, line, column, code, then pointer and message: the order of problems.json. */
void qb_problems_sort(struct qb_problems *list);
size_t qb_problems_errors(const struct qb_problems *list);
/* Names what an argument stands for in words, in both languages; one may be NULL. Borrowed until the problem is added.
 * Does nothing when there is no such argument, or no words. */
void qb_problem_label(struct qb_problem *problem, const char *arg, const char *const words[QB_LANGUAGES]);
/* Appends the sentence in a language. A name with words is written "words (name)"; an argument "subject" with words
 * opens the sentence. */
void qb_problem_message(struct qb_buf *out, enum qb_language language, const struct qb_problem *problem);

#endif
