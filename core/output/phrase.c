/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sentences about tasks. Which message says it is decided here, once for all formats; the words are in the catalogue.
 */
#include "core/output/phrase.h"

#include "core/output/date_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct qb_phrase_arg number(const char *name, int value)
{
    return (struct qb_phrase_arg){.name = name, .type = QB_PHRASE_NUMBER, .number = value};
}

static struct qb_phrase_arg date(const char *name, qb_date value)
{
    return (struct qb_phrase_arg){.name = name, .type = QB_PHRASE_DATE, .number = value};
}

static struct qb_phrase_arg record(const char *name, const char *kind, const char *id)
{
    return (struct qb_phrase_arg){.name = name, .type = QB_PHRASE_RECORD, .kind = kind, .text = id};
}

static struct qb_phrase_arg word(const char *name, const char *id)
{
    return (struct qb_phrase_arg){.name = name, .type = QB_PHRASE_WORD, .text = id};
}

/* Overdue although the last day has not passed: the next block has begun (R9). */
static bool next_left(const struct qb_output_view *view, const struct qb_task *task)
{
    const struct qb_obligation *obligation = task->obligation;
    return obligation->status == QB_STATUS_OVERDUE && view->as_of <= obligation->due_by &&
           obligation->first + (size_t)obligation->every < task->chain->shipment_count;
}

bool qb_task_why(const struct qb_task *task, struct qb_phrase *phrase)
{
    static const struct {
        const char *state;
        const char *id;
    } states[] = {
        {"counting", "policy.why.counting"}, {"screening", "policy.why.screening"},
        {"sampling", "policy.why.sampling"}, {"watching", "policy.why.watching"},
        {"checking", "policy.why.checking"}, {"lot_by_lot", "policy.why.lot_by_lot"},
        {"skipping", "policy.why.skipping"}, {"interrupted", "policy.why.interrupted"},
    };
    const struct qb_why *why = task->obligation ? &task->obligation->why : NULL;
    for (size_t i = 0; why && why->policy && i < sizeof states / sizeof *states; i++) {
        if (strcmp(states[i].state, why->state))
            continue;
        *phrase = (struct qb_phrase){
            .id = states[i].id,
            .args = {number("every", why->every), number("progress", why->progress), number("of", why->of)},
            .count = 3};
        return true;
    }
    return false;
}

static size_t say_monitoring(const struct qb_output_view *view, const struct qb_task *task, bool forecast,
                             struct qb_phrase *phrases)
{
    static const char *const ids[] = {
        [QB_STATUS_OVERDUE] = "page.task.monitoring.due",
        [QB_STATUS_DUE] = "page.task.monitoring.due",
        [QB_STATUS_DUE_SOON] = "page.task.monitoring.due_soon",
        [QB_STATUS_OPEN] = "page.task.monitoring.open",
    };
    const struct qb_obligation *obligation = task->obligation;
    size_t count = 0;
    phrases[count++] =
        (struct qb_phrase){.id = ids[obligation->status],
                           .args = {number("k", obligation->k), number("count", (int)obligation->count),
                                    number("every", obligation->every), date("due_by", obligation->due_by)},
                           .count = 4};
    if (forecast && obligation->expected_on != QB_DATE_NONE)
        phrases[count++] =
            (struct qb_phrase){.id = "page.task.expected",
                               .args = {number("every", obligation->every), date("date", obligation->expected_on)},
                               .count = 2};
    if (next_left(view, task)) {
        const struct qb_shipment *next = task->chain->shipments[obligation->first + (size_t)obligation->every];
        phrases[count++] = (struct qb_phrase){
            .id = "page.task.next-left", .args = {record("shipment", "shipment", next->id)}, .count = 1};
    }
    count += qb_task_why(task, &phrases[count]);
    return count;
}

static size_t say_decree_expiry(const struct qb_output_view *view, const struct qb_task *task, bool forecast,
                                struct qb_phrase *phrases)
{
    (void)forecast;
    (void)view;
    const struct qb_chain *chain = task->chain;
    bool ended = task->status == QB_STATUS_OVERDUE;
    phrases[0] =
        (struct qb_phrase){.id = ended ? "page.task.decree_expiry.overdue" : "page.task.decree_expiry.due_soon",
                           .args = {record("decree", "decree", chain->decrees[chain->decree_count - 1]->id),
                                    date("date", chain->last_day)},
                           .count = 2};
    return 1;
}

/* Why R4 does not count it: the decree's days, or else the commodity. */
static size_t say_normal_inspection(const struct qb_output_view *view, const struct qb_task *task, bool forecast,
                                    struct qb_phrase *phrases)
{
    (void)forecast;
    (void)view;
    const struct qb_shipment *shipment = task->shipment;
    bool in_force = false;
    for (size_t i = 0; i < task->chain->decree_count; i++)
        if (task->chain->decrees[i]->id == shipment->decree)
            in_force = qb_decree_in_force(task->chain->decrees[i], shipment->certificate_issued_on);
    phrases[0] = (struct qb_phrase){
        .id = in_force ? "page.task.normal_inspection.commodity" : "page.task.normal_inspection.decree",
        .args = {record("shipment", "shipment", shipment->id), date("date", shipment->certificate_issued_on)},
        .count = 2};
    return 1;
}

static size_t say_corrective_action(const struct qb_output_view *view, const struct qb_task *task, bool forecast,
                                    struct qb_phrase *phrases)
{
    (void)forecast;
    static const char *const severities[] = {
        [QB_FINDING_CRITICAL] = "page.severity.critical",
        [QB_FINDING_MAJOR] = "page.severity.major",
        [QB_FINDING_MINOR] = "page.severity.minor",
    };
    (void)view;
    phrases[0] = (struct qb_phrase){.id = "page.task.corrective_action",
                                    .args = {record("finding", "finding", task->finding->id),
                                             word("severity", severities[task->finding->severity]),
                                             date("date", task->finding->due_on)},
                                    .count = 3};
    return 1;
}

size_t qb_task_phrases(const struct qb_output_view *view, const struct qb_task *task, bool forecast,
                       struct qb_phrase phrases[QB_TASK_PHRASES])
{
    static size_t (*const say[QB_TASK_TYPES])(const struct qb_output_view *, const struct qb_task *, bool,
                                              struct qb_phrase *) = {
        [QB_TASK_CORRECTIVE_ACTION] = say_corrective_action,
        [QB_TASK_DECREE_EXPIRY] = say_decree_expiry,
        [QB_TASK_MONITORING] = say_monitoring,
        [QB_TASK_NORMAL_INSPECTION] = say_normal_inspection,
    };
    return say[task->type](view, task, forecast, phrases);
}

/* --- as plain text --- */

static void add_arg(struct qb_buf *out, const struct qb_output_view *view, const struct qb_phrase_arg *arg)
{
    switch (arg->type) {
    case QB_PHRASE_NUMBER:
        qb_buf_addf(out, "%d", arg->number);
        break;
    case QB_PHRASE_DATE:
        qb_date_words(out, view->language, arg->number);
        break;
    case QB_PHRASE_RECORD:
        qb_buf_add_string(out, view->title(view->context, arg->kind, arg->text));
        break;
    case QB_PHRASE_WORD:
        qb_buf_add_string(out, qb_text(view->language, arg->text));
        break;
    }
}

void qb_phrase_text(struct qb_buf *out, const struct qb_output_view *view, const struct qb_phrase *phrase)
{
    struct qb_buf values[QB_PHRASE_ARGS] = {{0}};
    struct qb_text_arg args[QB_PHRASE_ARGS];
    for (size_t i = 0; i < phrase->count; i++) {
        add_arg(&values[i], view, &phrase->args[i]);
        args[i] = (struct qb_text_arg){phrase->args[i].name, qb_buf_text(&values[i])};
    }
    qb_text_format(out, view->language, phrase->id, args, phrase->count);
    for (size_t i = 0; i < phrase->count; i++)
        qb_buf_fini(&values[i]);
}

void qb_task_text(struct qb_buf *out, const struct qb_output_view *view, const struct qb_task *task)
{
    struct qb_phrase phrases[QB_TASK_PHRASES];
    size_t count = qb_task_phrases(view, task, true, phrases);
    for (size_t i = 0; i < count; i++) {
        if (i)
            qb_buf_add_char(out, ' ');
        qb_phrase_text(out, view, &phrases[i]);
    }
}
