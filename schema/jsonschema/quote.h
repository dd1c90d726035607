/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values and texts as messages show them: in one line, at most 60 characters, nothing that a terminal would obey. */
#ifndef QB_SCHEMA_JSONSCHEMA_QUOTE_H
#define QB_SCHEMA_JSONSCHEMA_QUOTE_H

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/data/json.h"

/* A value as JSON, cut after 60 characters; strings in quotes. Lives in the arena. */
const char *qb_quote_value(struct qb_arena *arena, const struct qb_json *value);
/* A text without quotes: names, patterns, URIs. */
const char *qb_quote_text(struct qb_arena *arena, const char *text, size_t length);
/* Appends a text whole; a NUL in it, where C would cut it off, as \u0000. */
void qb_quote_whole(struct qb_buf *out, const char *text, size_t length);
/* Several values with commas between, cut after 200 characters: what would be allowed. */
const char *qb_quote_list(struct qb_arena *arena, const struct qb_json *values, uint32_t count);
const char *qb_quote_number(struct qb_arena *arena, uint64_t number);

#endif
