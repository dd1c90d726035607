/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an editor needs to complete and check records while they are typed: each kind as plain JSON Schema, and the
 * settings of VS Code that say which records are of which kind.
 */
#ifndef QB_SCHEMA_KIND_EDITOR_H
#define QB_SCHEMA_KIND_EDITOR_H

#include "schema/kind.h"

/* Where they lie in a folder. */
#define QB_EDITOR_SCHEMAS "kinds/.schema/"
#define QB_EDITOR_SETTINGS ".vscode/settings.json"

/* Appends the kind's schema as JSON: all that its file says, with titles and descriptions of the standard made from
 * the words of that language. `kinds` names what references lead to. */
void qb_kind_editor_schema(struct qb_buf *out, const struct qb_kind *kind, const struct qb_kinds *kinds,
                           enum qb_language language);

/* Appends the settings: those in `present` (may be NULL) with their entries of QB_EDITOR_SCHEMAS replaced by one a
 * kind. False, and nothing added, when `present` is no object or has a "json.schemas" that is no array. */
bool qb_kind_editor_settings(struct qb_buf *out, const struct qb_kinds *kinds, const struct qb_json *present);

#endif
