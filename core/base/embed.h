/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files that are part of the program: kinds, catalogues, meta-schemas, the page's style. The Makefile lists
 * them (EMBED) and makes the table; a file is known by its path in the source tree.
 */
#ifndef QB_CORE_BASE_EMBED_H
#define QB_CORE_BASE_EMBED_H

#include <stdbool.h>
#include <stddef.h>

struct qb_embedded {
    const char *name; /* "schema/kinds/company.yaml" */
    const char *bytes;
    const char *end;
};

/* Made by the build. */
extern const struct qb_embedded qb_embedded_files[];
extern const size_t qb_embedded_count;

/* False when there is none of that name. The bytes are static. */
bool qb_embed_find(const char *name, const char **bytes, size_t *length);

#endif
