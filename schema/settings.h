/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads qbis.yaml: checked against schema/settings.yaml, then put into struct qb_settings. */
#ifndef QB_SCHEMA_SETTINGS_H
#define QB_SCHEMA_SETTINGS_H

#include "core/records/problem.h"
#include "core/records/settings.h"

/* Fills `settings` (initialised by the caller, who frees it) and returns true, or adds problems with code `settings`
 * and leaves it as it was. `path` names the file in problems. */
bool qb_settings_read(struct qb_settings *settings, const char *path, const char *text, size_t length,
                      struct qb_problems *problems);

/* The folder's id from a text that may be broken elsewhere; the string is the caller's, NULL when there is none. It
 * leads to the state directory, where the last good settings are. */
char *qb_settings_folder_id(const char *text, size_t length);

#endif
