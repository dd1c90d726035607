/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The office's own values of `format` in kinds ("x-qbis-nip", "x-qbis-iso6346", ...), rows that go with
 * the engine's own (qb_schema_options.formats). docs/kinds.md lists them.
 */
#ifndef QB_SCHEMA_FORMATS_H
#define QB_SCHEMA_FORMATS_H

#include "schema/jsonschema/jsonschema.h"

/* The table; static. */
const struct qb_schema_format *qb_formats(size_t *count);

#endif
