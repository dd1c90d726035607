/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * URI references as schemas use them: resolved against a base (RFC 3986 section 5.2), split from their fragment,
 * percent-decoded. No network, no validation: the formats of the same name do that (formats_uri.c).
 */
#ifndef QB_SCHEMA_JSONSCHEMA_URI_H
#define QB_SCHEMA_JSONSCHEMA_URI_H

#include "core/base/buf.h"
#include "core/base/mem.h"

#include <stddef.h>

/* The reference as seen from `base` (which may be "" or relative itself), its fragment kept, dot segments removed,
 * scheme and host in lower case. Lives in the arena. */
char *qb_uri_resolve(struct qb_arena *arena, const char *base, const char *reference);

/* Cuts an URI at its "#": returns the bytes before it; *fragment is what stands behind, "" when there is none. */
size_t qb_uri_split(const char *uri, const char **fragment);

/* Decodes %XX. NULL when an escape is broken or the result is no UTF-8. Lives in the arena, NUL-terminated. */
char *qb_uri_decode(struct qb_arena *arena, const char *text, size_t length, size_t *decoded_length);

/* Appends text with everything percent-encoded that a fragment may not hold (RFC 3986 section 3.5). */
void qb_uri_encode_fragment(struct qb_buf *out, const char *text);

#endif
