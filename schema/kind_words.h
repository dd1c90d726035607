/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a kind demands, in words for people: the value of a property, when it is required, what becomes of it, when a
 * record is closed. For the terminal and for Markdown; the sentences are in the catalogues (kinds.po).
 */
#ifndef QB_SCHEMA_KIND_WORDS_H
#define QB_SCHEMA_KIND_WORDS_H

#include "schema/kind_text.h"

struct qb_kind_voice {
    enum qb_language language;
    bool markdown; /* values as code, references as links, everything escaped */
};

/* Each appends, and nothing when there is nothing to say. */

/* Text that is data (a label, a description), a value or name, and a message with such values filled in. */
void qb_kind_say_text(struct qb_buf *out, const struct qb_kind_voice *voice, const char *text);
void qb_kind_say_value(struct qb_buf *out, const struct qb_kind_voice *voice, const struct qb_json *value);
void qb_kind_say(struct qb_buf *out, const struct qb_kind_voice *voice, const char *message_id, const char *name,
                 const char *value);

/* "text", "-> company", "list of -> officer", "planned, certified, departed". */
void qb_kind_say_type(struct qb_buf *out, const struct qb_kind_voice *voice, const struct qb_kind_text *text,
                      const struct qb_json *schema);
/* What narrows it: "length at most 40, for example SHP-20200608-0065". */
void qb_kind_say_limits(struct qb_buf *out, const struct qb_kind_voice *voice, const struct qb_kind_text *text,
                        const struct qb_json *schema);
/* "required", "required when status is certified or departed". */
void qb_kind_say_required(struct qb_buf *out, const struct qb_kind_voice *voice, const struct qb_kind_text *text,
                          const struct qb_kind_property *property);
/* "differs in each record, stays once the record is closed". */
void qb_kind_say_marks(struct qb_buf *out, const struct qb_kind_voice *voice, const struct qb_kind_text *text,
                       const struct qb_json *schema);
/* "status is certified, departed or cancelled": when a record is closed. */
void qb_kind_say_closed(struct qb_buf *out, const struct qb_kind_voice *voice, const struct qb_kind *kind);

/* The label of the kind, its name when it has none. Borrowed. */
const char *qb_kind_label(const struct qb_kind *kind, enum qb_language language);
/* Message id of the words for a format, "kinds.format.date"; NULL when there are none. */
const char *qb_kind_format_words(const char *format);
/* The words for one value of an enum; NULL when it has none. Borrowed from the text. */
const char *qb_kind_value_label(const struct qb_kind_text *text, const struct qb_json *schema,
                                const struct qb_json *value, enum qb_language language);

#endif
