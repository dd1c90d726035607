/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words for people: message catalogues (po/id.po, po/en.po), checked and compiled by msgfmt and
 * linked into the program. A message has an id ("problem.reference") and a text per language, with named
 * places: "Tidak ada {kind} dengan id {found}.". The machine's locale plays no part.
 */
#ifndef QB_CORE_BASE_TEXT_H
#define QB_CORE_BASE_TEXT_H

#include "core/base/buf.h"

#include <stdbool.h>

enum qb_language { QB_INDONESIAN, QB_ENGLISH, QB_LANGUAGES };

/* "id" and "en"; false for any other. */
bool qb_text_language(const char *tag, enum qb_language *language);
const char *qb_text_language_tag(enum qb_language language);

/* The text of a message; the id itself when the catalogue lacks it (a test walks all ids). Borrowed, static. */
const char *qb_text(enum qb_language language, const char *id);
/* NULL when the catalogue lacks it. */
const char *qb_text_find(enum qb_language language, const char *id);

struct qb_text_arg {
    const char *name;
    const char *value; /* NULL counts as "" */
};

/* Appends the text with each {name} replaced; a name without a value stays as it is written. */
void qb_text_format(struct qb_buf *out, enum qb_language language, const char *id, const struct qb_text_arg *args,
                    size_t count);
/* The same for a text that is at hand. */
void qb_text_fill(struct qb_buf *out, const char *text, const struct qb_text_arg *args, size_t count);

/* Calls `visit` for every message id of a language (tests, documentation). */
void qb_text_each(enum qb_language language, void (*visit)(void *context, const char *id, const char *text),
                  void *context);

#endif
