/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * schedule/schedule.json (SCHEDULE.md, format qbis-schedule/1): the worklist, and the chains that are in force or have
 * a task. Every task has the same keys; one that does not apply is null, or an empty list.
 */
#include "core/output/piece.h"
#include "core/output/writers.h"

static void write_summary(struct qb_json_writer *writer, const struct qb_output_view *view)
{
    int64_t counts[QB_STATUSES] = {0};
    for (size_t i = 0; i < view->task_count; i++)
        counts[view->tasks[i]->status]++;
    qb_json_writer_object(writer, "summary");
    for (int status = QB_STATUS_OVERDUE; status <= QB_STATUS_OPEN; status++)
        qb_json_writer_integer(writer, qb_status_name((enum qb_status)status), counts[status]);
    qb_json_writer_end_object(writer);
}

static void write_shipments(struct qb_json_writer *writer, const struct qb_task *task)
{
    qb_json_writer_array(writer, "shipments");
    if (task->shipment)
        qb_json_writer_string(writer, NULL, task->shipment->id);
    for (size_t i = 0; task->obligation && i < task->obligation->count; i++)
        qb_json_writer_string(writer, NULL, task->chain->shipments[task->obligation->first + i]->id);
    qb_json_writer_end_array(writer);
}

static void write_plan(struct qb_json_writer *writer, const struct qb_visit *visit)
{
    qb_json_writer_string(writer, "planned_visit", visit ? visit->id : NULL);
    qb_output_date(writer, "planned_on", visit ? visit->planned_on : QB_DATE_NONE);
    qb_json_writer_array(writer, "officers");
    for (size_t i = 0; visit && i < visit->officers.count; i++)
        qb_json_writer_string(writer, NULL, visit->officers.items[i]);
    qb_json_writer_end_array(writer);
}

static void write_integer(struct qb_json_writer *writer, const char *key, bool applies, int64_t number)
{
    if (applies)
        qb_json_writer_integer(writer, key, number);
    else
        qb_json_writer_null(writer, key);
}

static void write_task(struct qb_json_writer *writer, const struct qb_task *task)
{
    const struct qb_obligation *obligation = task->obligation;
    qb_json_writer_object(writer, NULL);
    qb_json_writer_string(writer, "id", task->id);
    qb_json_writer_string(writer, "type", qb_task_type_name(task->type));
    qb_json_writer_string(writer, "status", qb_status_name(task->status));
    qb_json_writer_string(writer, "facility", task->facility);
    qb_json_writer_string(writer, "decree", task->decree);
    write_integer(writer, "obligation", obligation, obligation ? obligation->k : 0);
    write_integer(writer, "count", obligation, obligation ? (int64_t)obligation->count : 0);
    write_integer(writer, "every", obligation, obligation ? obligation->every : 0);
    write_shipments(writer, task);
    qb_output_date(writer, "due_on", obligation ? obligation->due_on : QB_DATE_NONE);
    qb_output_date(writer, "due_by", task->due_by);
    qb_output_date(writer, "expected_on", obligation ? obligation->expected_on : QB_DATE_NONE);
    write_plan(writer, obligation ? obligation->planned : NULL);
    if (obligation)
        qb_output_why(writer, obligation);
    qb_json_writer_end_object(writer);
}

static void write_chains(struct qb_json_writer *writer, const struct qb_facility_schedule *facility)
{
    for (size_t i = 0; i < facility->chain_count; i++) {
        const struct qb_chain *chain = &facility->chains[i];
        if (!chain->in_force && !chain->has_task)
            continue;
        qb_json_writer_object(writer, NULL);
        qb_output_chain(writer, chain);
        qb_json_writer_end_object(writer);
    }
}

/* Copies the piece that was made of a task or a facility before; false: it is to be made, and kept from `out->length`
 * on.
 */
static bool recall(struct qb_json_writer *writer, const struct qb_output_view *view, const struct qb_made *made)
{
    struct qb_buf piece = {0};
    bool there = qb_piece_recall(&piece, view, made, QB_PIECE_JSON);
    if (there)
        qb_json_writer_piece(writer, piece.data, piece.length);
    qb_buf_fini(&piece);
    return there;
}

static void add_task(struct qb_json_writer *writer, const struct qb_output_view *view, const struct qb_task *task)
{
    size_t start = writer->out->length;
    if (recall(writer, view, task->made))
        return;
    write_task(writer, task);
    qb_piece_keep(writer->out, start, view, task->made, QB_PIECE_JSON);
}

static void add_chains(struct qb_json_writer *writer, const struct qb_output_view *view,
                       const struct qb_facility_schedule *facility)
{
    size_t start = writer->out->length;
    if (recall(writer, view, facility->made))
        return;
    write_chains(writer, facility);
    qb_piece_keep(writer->out, start, view, facility->made, QB_PIECE_JSON);
}

void qb_output_json(struct qb_buf *out, const struct qb_output_view *view, const struct qb_facility_schedule *facility)
{
    (void)facility;
    struct qb_json_writer writer;
    qb_json_writer_init(&writer, out);
    qb_json_writer_object(&writer, NULL);
    qb_json_writer_string(&writer, "format", "qbis-schedule/1");
    qb_json_writer_string(&writer, "office", view->settings->office);
    qb_output_date(&writer, "as_of", view->as_of);
    write_summary(&writer, view);
    qb_json_writer_array(&writer, "tasks");
    for (size_t i = 0; i < view->task_count; i++)
        add_task(&writer, view, view->tasks[i]);
    qb_json_writer_end_array(&writer);
    qb_json_writer_array(&writer, "chains");
    for (size_t i = 0; i < view->facility_count; i++)
        add_chains(&writer, view, view->facilities[i]);
    qb_json_writer_end_array(&writer);
    qb_json_writer_end_object(&writer);
    qb_buf_add_char(out, '\n');
}
