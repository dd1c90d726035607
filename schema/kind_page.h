/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reference page of record kinds, in Markdown: `qbis kinds --markdown`, docs/reference-kinds.md. */
#ifndef QB_SCHEMA_KIND_PAGE_H
#define QB_SCHEMA_KIND_PAGE_H

#include "schema/kind.h"

/* Appends the page with every kind, in their order. */
void qb_kind_page(struct qb_buf *out, const struct qb_kinds *kinds, enum qb_language language);

#endif
