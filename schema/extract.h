/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a record says, taken out of its JSON: references, unique values, words for people, and the fields of its role.
 */
#ifndef QB_SCHEMA_EXTRACT_H
#define QB_SCHEMA_EXTRACT_H

#include "core/data/json.h"
#include "core/records/summary.h"
#include "schema/kind.h"

/* Appends the summary of a record (an object, else whatever of it can be taken) to `out`; `summary` is working place.
 * All is tolerant of what the schema has refused. */
void qb_extract(struct qb_summary *summary, const struct qb_kind *kind, const struct qb_json *record,
                struct qb_buf *out);

/* The day from which the record is closed (x-qbis-frozen-when), or QB_FROZEN_*. */
qb_date qb_extract_frozen_from(const struct qb_kind *kind, const struct qb_json *record);

#endif
