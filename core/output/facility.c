/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * schedule/facilities/ID.json (SCHEDULE.md, format qbis-facility/1): all of one facility's history. It names no as_of,
 * so that a new day rewrites only what the day changes.
 */
#include "core/output/writers.h"

void qb_output_date(struct qb_json_writer *writer, const char *key, qb_date date)
{
    char text[QB_DATE_SIZE];
    qb_json_writer_string(writer, key, date == QB_DATE_NONE ? NULL : qb_date_format(date, text));
}

void qb_output_chain(struct qb_json_writer *writer, const struct qb_chain *chain)
{
    qb_json_writer_string(writer, "chain", chain->id);
    qb_json_writer_string(writer, "facility", chain->facility);
    qb_json_writer_array(writer, "decrees");
    for (size_t i = 0; i < chain->decree_count; i++)
        qb_json_writer_string(writer, NULL, chain->decrees[i]->id);
    qb_json_writer_end_array(writer);
    qb_output_date(writer, "last_day", chain->last_day);
    qb_json_writer_bool(writer, "in_force", chain->in_force);
    qb_json_writer_integer(writer, "counted", (int64_t)chain->shipment_count);
    qb_json_writer_integer(writer, "required", chain->required);
    qb_json_writer_integer(writer, "met", chain->met);
}

void qb_output_why(struct qb_json_writer *writer, const struct qb_obligation *obligation)
{
    const struct qb_why *why = &obligation->why;
    if (!why->policy)
        return;
    qb_json_writer_object(writer, "why");
    qb_json_writer_string(writer, "policy", why->policy);
    qb_json_writer_string(writer, "state", why->state);
    qb_json_writer_integer(writer, "progress", why->progress);
    qb_json_writer_integer(writer, "of", why->of);
    qb_json_writer_integer(writer, "one_in", why->every);
    qb_json_writer_end_object(writer);
}

static void write_obligation(struct qb_json_writer *writer, const struct qb_obligation *obligation)
{
    qb_json_writer_object(writer, NULL);
    qb_json_writer_integer(writer, "k", obligation->k);
    qb_json_writer_string(writer, "status", qb_status_name(obligation->status));
    qb_json_writer_integer(writer, "count", (int64_t)obligation->count);
    qb_json_writer_integer(writer, "every", obligation->every);
    qb_output_date(writer, "due_on", obligation->due_on);
    qb_output_date(writer, "due_by", obligation->due_by);
    qb_json_writer_string(writer, "visit", obligation->visit ? obligation->visit->id : NULL);
    qb_output_why(writer, obligation);
    qb_json_writer_end_object(writer);
}

static void write_chain(struct qb_json_writer *writer, const struct qb_chain *chain)
{
    qb_json_writer_object(writer, NULL);
    qb_output_chain(writer, chain);
    qb_json_writer_array(writer, "obligations");
    for (size_t i = 0; i < chain->obligation_count; i++)
        write_obligation(writer, &chain->obligations[i]);
    qb_json_writer_end_array(writer);
    qb_json_writer_array(writer, "surplus_visits");
    for (size_t i = 0; i < chain->surplus_count; i++)
        qb_json_writer_string(writer, NULL, chain->surplus[i]->id);
    qb_json_writer_end_array(writer);
    qb_json_writer_end_object(writer);
}

void qb_output_facility(struct qb_buf *out, const struct qb_output_view *view,
                        const struct qb_facility_schedule *facility)
{
    (void)view;
    struct qb_json_writer writer;
    qb_json_writer_init(&writer, out);
    qb_json_writer_object(&writer, NULL);
    qb_json_writer_string(&writer, "format", "qbis-facility/1");
    qb_json_writer_string(&writer, "facility", facility->facility);
    qb_json_writer_array(&writer, "chains");
    for (size_t i = 0; i < facility->chain_count; i++)
        write_chain(&writer, &facility->chains[i]);
    qb_json_writer_end_array(&writer);
    qb_json_writer_end_object(&writer);
    qb_buf_add_char(out, '\n');
}
