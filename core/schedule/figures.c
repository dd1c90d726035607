/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Figures. Every record becomes a few events (month, figure, amount); sorted events of the same month add up to a row.
 * So the cost is that of a sort, whatever the dates are.
 */
#include "core/schedule/figures.h"

#include "core/base/map.h"

#include <stdlib.h>
#include <string.h>

struct event {
    qb_date month;
    enum qb_figure figure;
    int64_t amount;
};

/* Of a line of a shipment, or of the country it goes to. */
struct part_event {
    qb_date month;
    enum qb_figures_part part;
    const char *key;
    size_t shipment; /* its number: one certificate, however many lines of a commodity it has */
    int64_t weight;
};

struct collection {
    const struct qb_facility_schedule *schedule;
    const struct qb_facility_records *records;
    qb_date as_of;
    struct event *events;
    size_t event_count;
    size_t event_capacity;
    struct part_event *parts;
    size_t part_count;
    size_t part_capacity;
    size_t shipments; /* seen so far */
};

qb_date qb_figures_month(qb_date day)
{
    int year;
    int month;
    int of_month;
    qb_date_to_civil(day, &year, &month, &of_month);
    return day - (of_month - 1);
}

void qb_figures_add(struct qb_figures *to, const struct qb_figures *more)
{
    for (size_t i = 0; i < QB_FIGURES; i++)
        to->of[i] += more->of[i];
}

/* --- events --- */

static void note(struct collection *all, qb_date day, enum qb_figure figure, int64_t amount)
{
    if (day == QB_DATE_NONE || day > all->as_of || !amount)
        return;
    QB_MEM_GROW(all->events, all->event_count, all->event_capacity);
    all->events[all->event_count++] = (struct event){qb_figures_month(day), figure, amount};
}

static void note_part(struct collection *all, qb_date month, enum qb_figures_part part, const char *key, int64_t weight)
{
    if (!key)
        return;
    QB_MEM_GROW(all->parts, all->part_count, all->part_capacity);
    all->parts[all->part_count++] = (struct part_event){month, part, key, all->shipments, weight};
}

static void note_certificate(struct collection *all, const struct qb_shipment *shipment, enum qb_figure basis)
{
    if (shipment->certificate_issued_on == QB_DATE_NONE)
        return; /* it left without a certificate */
    qb_date month = qb_figures_month(shipment->certificate_issued_on);
    int64_t weight = 0;
    for (size_t i = 0; shipment->net_weights && i < shipment->commodities.count; i++) {
        weight += shipment->net_weights[i];
        note_part(all, month, QB_PART_COMMODITY, shipment->commodities.items[i], shipment->net_weights[i]);
    }
    note_part(all, month, QB_PART_COUNTRY, shipment->import_country, weight);
    note(all, month, QB_FIGURE_CERTIFICATES, 1);
    note(all, month, basis, 1);
    note(all, month, QB_FIGURE_WEIGHT, weight);
    all->shipments++;
}

static void note_cancelled(struct collection *all)
{
    for (size_t i = 0; i < all->records->shipment_count; i++) {
        const struct qb_shipment *shipment = all->records->shipments[i];
        if (shipment->status == QB_SHIPMENT_CANCELLED && shipment->certificate_number)
            note(all, shipment->certificate_issued_on, QB_FIGURE_CANCELLED, 1);
    }
}

/* The first day on which the block was overdue by R9, or QB_DATE_NONE: the day after the grace, or the day on which the
 * next shipment left, unless it was met or the chain was revoked by then. */
static qb_date became_overdue(const struct qb_chain *chain, const struct qb_obligation *block)
{
    size_t next = block->first + (size_t)block->every;
    if (block->due_on == QB_DATE_NONE)
        return QB_DATE_NONE;
    qb_date day = block->due_by + 1;
    if (next < chain->shipment_count && chain->shipments[next]->certificate_issued_on < day)
        day = chain->shipments[next]->certificate_issued_on;
    bool met = block->visit && block->visit->conducted_on <= day;
    bool revoked = chain->revoked_on != QB_DATE_NONE && chain->revoked_on <= day;
    return met || revoked ? QB_DATE_NONE : day;
}

static void note_chain(struct collection *all, const struct qb_chain *chain)
{
    for (size_t i = 0; i < chain->shipment_count; i++)
        note_certificate(all, chain->shipments[i], QB_FIGURE_INLINE);
    for (size_t i = 0; i < chain->uncounted_count; i++)
        note_certificate(all, chain->uncounted[i], QB_FIGURE_NORMAL);
    for (size_t i = 0; i < chain->obligation_count; i++) {
        const struct qb_obligation *block = &chain->obligations[i];
        note(all, block->due_on, QB_FIGURE_OWED, 1);
        note(all, became_overdue(chain, block), QB_FIGURE_LATE, 1);
        if (block->visit) {
            note(all, block->visit->conducted_on, QB_FIGURE_MET, 1);
            note(all, block->visit->conducted_on, QB_FIGURE_OTHER_VISITS, -1); /* note_visits counts all */
        }
    }
}

static bool was_made(const struct qb_visit *visit)
{
    return visit->status == QB_VISIT_CONDUCTED || visit->status == QB_VISIT_CLOSED;
}

static void note_visits(struct collection *all)
{
    for (size_t i = 0; i < all->records->visit_count; i++) {
        const struct qb_visit *visit = all->records->visits[i];
        if (!was_made(visit))
            continue;
        note(all, visit->conducted_on, QB_FIGURE_OTHER_VISITS, 1);
        note(all, visit->conducted_on, QB_FIGURE_NONCONFORM, visit->result == QB_VISIT_NONCONFORM);
    }
}

static void note_findings(struct collection *all)
{
    static const enum qb_figure severities[] = {
        [QB_FINDING_CRITICAL] = QB_FIGURE_CRITICAL,
        [QB_FINDING_MAJOR] = QB_FIGURE_MAJOR,
        [QB_FINDING_MINOR] = QB_FIGURE_MINOR,
    };
    struct qb_map visits = {0};
    for (size_t i = 0; all->records->finding_count && i < all->records->visit_count; i++)
        qb_map_put_string(&visits, all->records->visits[i]->id, (void *)all->records->visits[i]);
    for (size_t i = 0; i < all->records->finding_count; i++) {
        const struct qb_finding *finding = all->records->findings[i];
        const struct qb_visit *visit = qb_map_get_string(&visits, finding->visit);
        if (!visit || !was_made(visit) || visit->conducted_on == QB_DATE_NONE || visit->conducted_on > all->as_of)
            continue;
        note(all, visit->conducted_on, severities[finding->severity], 1);
        note(all, finding->verified_on, QB_FIGURE_VERIFIED, 1);
    }
    qb_map_fini(&visits);
}

/* --- rows --- */

static int by_month(const void *left, const void *right)
{
    const struct event *a = left;
    const struct event *b = right;
    return (a->month > b->month) - (a->month < b->month);
}

static int by_key(const void *left, const void *right)
{
    const struct part_event *a = left;
    const struct part_event *b = right;
    if (a->month != b->month)
        return a->month < b->month ? -1 : 1;
    if (a->part != b->part)
        return a->part < b->part ? -1 : 1;
    int order = a->key == b->key ? 0 : strcmp(a->key, b->key);
    return order ? order : (a->shipment > b->shipment) - (a->shipment < b->shipment);
}

static void make_months(struct collection *all, struct qb_facility_figures *figures)
{
    size_t count = 0;
    if (all->event_count)
        qsort(all->events, all->event_count, sizeof *all->events, by_month);
    for (size_t i = 0; i < all->event_count; i++)
        count += !i || all->events[i].month != all->events[i - 1].month;
    figures->months = qb_mem_array(count, sizeof *figures->months);
    for (size_t i = 0; i < all->event_count; i++) {
        const struct event *event = &all->events[i];
        if (!i || event->month != all->events[i - 1].month)
            figures->months[figures->month_count++].month = event->month;
        figures->months[figures->month_count - 1].figures.of[event->figure] += event->amount;
    }
}

static bool same_row(const struct part_event *a, const struct part_event *b)
{
    return a->month == b->month && a->part == b->part && !strcmp(a->key, b->key);
}

static void make_parts(struct collection *all, struct qb_facility_figures *figures)
{
    size_t count = 0;
    if (all->part_count)
        qsort(all->parts, all->part_count, sizeof *all->parts, by_key);
    for (size_t i = 0; i < all->part_count; i++)
        count += !i || !same_row(&all->parts[i], &all->parts[i - 1]);
    figures->parts = qb_mem_array(count, sizeof *figures->parts);
    for (size_t i = 0; i < all->part_count; i++) {
        const struct part_event *event = &all->parts[i];
        bool first = !i || !same_row(event, event - 1);
        if (first)
            figures->parts[figures->part_count++] =
                (struct qb_part_figures){.month = event->month, .part = event->part, .key = event->key};
        struct qb_part_figures *row = &figures->parts[figures->part_count - 1];
        row->certificates += first || event->shipment != event[-1].shipment;
        row->weight += event->weight;
    }
}

struct qb_facility_figures *qb_figures_of(const struct qb_facility_schedule *schedule,
                                          const struct qb_facility_records *records, qb_date as_of)
{
    struct qb_facility_figures *figures = qb_mem_alloc(sizeof *figures);
    struct collection all = {.schedule = schedule, .records = records, .as_of = as_of};
    figures->facility = schedule->facility;
    for (size_t i = 0; i < schedule->chain_count; i++)
        note_chain(&all, &schedule->chains[i]);
    note_cancelled(&all);
    note_visits(&all);
    note_findings(&all);
    make_months(&all, figures);
    make_parts(&all, figures);
    free(all.events);
    free(all.parts);
    return figures;
}

void qb_figures_free(struct qb_facility_figures *figures)
{
    if (!figures)
        return;
    free(figures->months);
    free(figures->parts);
    free(figures);
}
