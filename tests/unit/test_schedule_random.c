/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random histories of a facility, computed twice: by the program, and by a second writing of the rules that lives in
 * this file. That one reads SCHEDULE.md as literally as it can and cares for nothing else: it searches where the
 * program sorts, walks day by day where the program reckons, and asks each question anew. Both are written out as
 * text, and the texts must be equal. The seeds are fixed.
 */
#include "tests/unit/schedule_world.h"

#include <stdio.h>

#define HISTORIES 3000
#define MOST 64 /* records of a kind in one history */

/* --- the rules, literally --- */

struct naive {
    const struct qb_facility_records *records;
    const struct qb_settings *settings;
    qb_date as_of;
    const struct qb_shipment *ordered[MOST]; /* of the chain in hand, R5 */
    size_t count;
    const struct qb_visit *met_by[MOST + 1]; /* by block, from 1 */
    size_t begins[MOST + 2];                 /* the first shipment of each block */
    int size[MOST + 1];                      /* n of each block */
    int blocks;
    struct qb_buf surplus;
    struct qb_buf tasks[MOST * 4]; /* one text each, to be sorted */
    size_t task_count;
};

static bool is_leap(int year)
{
    return year % 400 == 0 || (year % 4 == 0 && year % 100 != 0);
}

static qb_date naive_last_day(const struct qb_decree *d)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (d->valid_until != QB_DATE_NONE)
        return d->valid_until;
    int year;
    int month;
    int date;
    qb_date_to_civil(d->valid_from, &year, &month, &date);
    for (int i = 0; i < (d->validity_months ? d->validity_months : 3); i++)
        if (++month == 13) {
            month = 1;
            year++;
        }
    int length = month == 2 && is_leap(year) ? 29 : lengths[month - 1];
    return qb_date_from_civil(year, month, date > length ? length : date) - 1;
}

static bool naive_in_force(const struct qb_decree *d, qb_date on)
{
    if (on < d->valid_from || on > naive_last_day(d))
        return false;
    return d->revoked_on == QB_DATE_NONE || on < d->revoked_on;
}

static const struct qb_decree *naive_decree(const struct naive *n, const char *id)
{
    for (size_t i = 0; id && i < n->records->decree_count; i++)
        if (!strcmp(n->records->decrees[i]->id, id))
            return n->records->decrees[i];
    return NULL;
}

static bool naive_earlier(const struct qb_decree *a, const struct qb_decree *b)
{
    return a->valid_from < b->valid_from || (a->valid_from == b->valid_from && strcmp(a->id, b->id) < 0);
}

static bool naive_may_join(const struct naive *n, const struct qb_decree *d)
{
    const struct qb_decree *e = naive_decree(n, d->extends);
    if (!e || e->revoked_on != QB_DATE_NONE || d->valid_from <= e->valid_from)
        return false;
    qb_date no_longer_valid = naive_last_day(e) + 1;
    return d->valid_from <= no_longer_valid + n->settings->monitoring.extension_gap_days;
}

/* What it extends, when it joins that one's chain; else NULL. */
static const struct qb_decree *naive_joins(const struct naive *n, const struct qb_decree *d)
{
    if (!naive_may_join(n, d))
        return NULL;
    for (size_t i = 0; i < n->records->decree_count; i++) {
        const struct qb_decree *rival = n->records->decrees[i];
        if (rival != d && rival->extends && !strcmp(rival->extends, d->extends) && naive_may_join(n, rival) &&
            naive_earlier(rival, d))
            return NULL;
    }
    return naive_decree(n, d->extends);
}

/* The first decree of the chain that holds the decree, or NULL when there is no such decree. */
static const struct qb_decree *naive_chain(const struct naive *n, const char *decree)
{
    const struct qb_decree *d = naive_decree(n, decree);
    for (const struct qb_decree *e = d; e; e = naive_joins(n, e))
        d = e;
    return d;
}

static const struct qb_decree *naive_last(const struct naive *n, const struct qb_decree *root)
{
    const struct qb_decree *last = root;
    for (bool found = true; found;) {
        found = false;
        for (size_t i = 0; i < n->records->decree_count && !found; i++)
            if (naive_joins(n, n->records->decrees[i]) == last) {
                last = n->records->decrees[i];
                found = true;
            }
    }
    return last;
}

static bool naive_certified(const struct naive *n, const struct qb_shipment *s)
{
    return (s->status == QB_SHIPMENT_CERTIFIED || s->status == QB_SHIPMENT_DEPARTED) &&
           s->certificate_issued_on <= n->as_of;
}

static bool naive_has_basis(const struct naive *n, const struct qb_shipment *s)
{
    const struct qb_decree *d = naive_decree(n, s->decree);
    bool named = false;
    for (size_t i = 0; i < s->commodities.count; i++)
        for (size_t k = 0; k < d->commodities.count; k++)
            named |= !strcmp(s->commodities.items[i], d->commodities.items[k]);
    return named && naive_in_force(d, s->certificate_issued_on);
}

static bool naive_before(const struct qb_shipment *a, const struct qb_shipment *b)
{
    if (a->certificate_issued_on != b->certificate_issued_on)
        return a->certificate_issued_on < b->certificate_issued_on;
    int order =
        strcmp(a->certificate_number ? a->certificate_number : "", b->certificate_number ? b->certificate_number : "");
    return order ? order < 0 : strcmp(a->id, b->id) < 0;
}

/* R4, R5 by insertion. */
static void naive_count(struct naive *n, const struct qb_decree *root)
{
    n->count = 0;
    for (size_t i = 0; i < n->records->shipment_count; i++) {
        const struct qb_shipment *s = n->records->shipments[i];
        if (naive_chain(n, s->decree) != root || !naive_certified(n, s) || !naive_has_basis(n, s))
            continue;
        size_t at = n->count++;
        for (; at && naive_before(s, n->ordered[at - 1]); at--)
            n->ordered[at] = n->ordered[at - 1];
        n->ordered[at] = s;
    }
}

/* R6, one shipment after the other. */
static void naive_blocks(struct naive *n)
{
    n->blocks = 0;
    int left = 0;
    for (size_t i = 0; i < n->count; i++, left--)
        if (!left) {
            const struct qb_decree *d = naive_decree(n, n->ordered[i]->decree);
            left = d->every ? d->every : n->settings->monitoring.every;
            n->blocks++;
            n->size[n->blocks] = left;
            n->begins[n->blocks] = i;
            n->met_by[n->blocks] = NULL;
        }
    n->begins[n->blocks + 1] = n->count;
}

static bool naive_visit_can_meet(const struct naive *n, const struct qb_visit *v, const struct qb_decree *root)
{
    if (v->status != QB_VISIT_CONDUCTED && v->status != QB_VISIT_CLOSED)
        return false;
    if (v->conducted_on > n->as_of || naive_chain(n, v->decree) != root)
        return false;
    return v->type == QB_VISIT_ROUTINE || (v->type == QB_VISIT_AD_HOC && v->counts_as_routine);
}

/* R8: the visit that comes first among those not yet taken, again and again. */
static void naive_visits(struct naive *n, const struct qb_decree *root)
{
    bool taken[MOST] = {0};
    qb_buf_clear(&n->surplus);
    for (;;) {
        const struct qb_visit *first = NULL;
        size_t first_at = 0;
        for (size_t i = 0; i < n->records->visit_count; i++) {
            const struct qb_visit *v = n->records->visits[i];
            bool before = !first || v->conducted_on < first->conducted_on ||
                          (v->conducted_on == first->conducted_on && strcmp(v->id, first->id) < 0);
            if (!taken[i] && before && naive_visit_can_meet(n, v, root)) {
                first = v;
                first_at = i;
            }
        }
        if (!first)
            return;
        taken[first_at] = true;
        int k = 1;
        while (k <= n->blocks &&
               (n->met_by[k] || n->ordered[n->begins[k]]->certificate_issued_on > first->conducted_on))
            k++;
        if (k <= n->blocks)
            n->met_by[k] = first;
        else
            qb_buf_addf(&n->surplus, " %s", first->id);
    }
}

static bool naive_workday(const struct naive *n, qb_date date)
{
    for (size_t i = 0; i < n->settings->holiday_count; i++)
        if (n->settings->holidays[i] == date)
            return false;
    return qb_date_weekday(date) != 5 && qb_date_weekday(date) != 6;
}

static qb_date naive_due_by(const struct naive *n, qb_date due_on)
{
    int worked = 0;
    qb_date date = due_on;
    while (worked < n->settings->monitoring.grace_working_days)
        worked += naive_workday(n, ++date);
    return date;
}

static size_t naive_in_block(const struct naive *n, int k)
{
    return n->begins[k + 1] - n->begins[k];
}

static qb_date naive_due_on(const struct naive *n, int k)
{
    bool complete = naive_in_block(n, k) == (size_t)n->size[k];
    return complete ? n->ordered[n->begins[k + 1] - 1]->certificate_issued_on : QB_DATE_NONE;
}

static const char *naive_status(const struct naive *n, int k, const struct qb_decree *last)
{
    if (n->met_by[k])
        return "met";
    if (last->revoked_on != QB_DATE_NONE && last->revoked_on <= n->as_of)
        return "cancelled";
    qb_date due_on = naive_due_on(n, k);
    if (due_on != QB_DATE_NONE)
        return n->as_of > naive_due_by(n, due_on) || k < n->blocks ? "overdue" : "due";
    if (naive_last_day(last) < n->as_of)
        return "lapsed";
    return n->size[k] - (int)naive_in_block(n, k) <= n->settings->monitoring.warn_at_remaining ? "due_soon" : "open";
}

static qb_date naive_expected(const struct naive *n, int k)
{
    size_t looked = n->count > 10 ? 10 : n->count;
    if (looked < 2)
        return QB_DATE_NONE;
    qb_date last = n->ordered[n->count - 1]->certificate_issued_on;
    int span = last - n->ordered[n->count - looked]->certificate_issued_on;
    int missing = n->size[k] - (int)naive_in_block(n, k);
    int days = 0;
    while (days * ((int)looked - 1) < missing * span) /* the least whole number that is not less */
        days++;
    return last + days < n->as_of ? n->as_of : last + days;
}

/* R14: the planned routine visit of the chain that has `before` others before it, or NULL. */
static const struct qb_visit *naive_plan(const struct naive *n, const struct qb_decree *root, size_t before)
{
    for (size_t i = 0; i < n->records->visit_count; i++) {
        const struct qb_visit *v = n->records->visits[i];
        size_t earlier = 0;
        if (v->status != QB_VISIT_PLANNED || v->type != QB_VISIT_ROUTINE || naive_chain(n, v->decree) != root)
            continue;
        for (size_t k = 0; k < n->records->visit_count; k++) {
            const struct qb_visit *u = n->records->visits[k];
            if (u->status == QB_VISIT_PLANNED && u->type == QB_VISIT_ROUTINE && naive_chain(n, u->decree) == root)
                earlier +=
                    u->planned_on < v->planned_on || (u->planned_on == v->planned_on && strcmp(u->id, v->id) < 0);
        }
        if (earlier == before)
            return v;
    }
    return NULL;
}

/* --- writing out: what both sides say must be the same text --- */

static const char *text_of(qb_date date)
{
    static char texts[8][QB_DATE_SIZE];
    static int at;
    at = (at + 1) % 8;
    return date == QB_DATE_NONE ? "null" : qb_date_format(date, texts[at]);
}

/* Tasks are written so that the byte order of the lines is R12: status by rank, date with null last. */
static void say_task(struct qb_buf *out, const char *status, qb_date due_by, const char *facility, const char *type,
                     const char *subject, const char *decree, const struct qb_visit *plan)
{
    static const char *const ranks[] = {"overdue", "due", "due_soon", "open"};
    int rank = 0;
    while (strcmp(ranks[rank], status) != 0)
        rank++;
    qb_buf_addf(out, "task %d %s\t%s\t%s\t%s\t%s\t%s", rank, text_of(due_by), facility, type, subject, decree,
                plan ? plan->id : "null");
}

static void naive_task(struct naive *n, const char *status, qb_date due_by, const char *facility, const char *type,
                       const char *subject, const char *decree, const struct qb_visit *plan)
{
    struct qb_buf *text = &n->tasks[n->task_count++];
    qb_buf_clear(text);
    say_task(text, status, due_by, facility, type, subject, decree, plan);
}

static void naive_obligations(struct naive *n, struct qb_buf *out, const struct qb_decree *root,
                              const struct qb_decree *last)
{
    size_t planned_before = 0;
    for (int k = 1; k <= n->blocks; k++) {
        const char *status = naive_status(n, k, last);
        bool is_open = !strcmp(status, "open") || !strcmp(status, "due_soon");
        bool is_task = is_open || !strcmp(status, "due") || !strcmp(status, "overdue");
        const struct qb_visit *plan = is_task ? naive_plan(n, root, planned_before++) : NULL;
        qb_date due_on = naive_due_on(n, k);
        qb_date due_by = due_on == QB_DATE_NONE ? QB_DATE_NONE : naive_due_by(n, due_on);
        qb_buf_addf(out, "  %d %s %zu/%d %s %s %s %s:", k, status, naive_in_block(n, k), n->size[k], text_of(due_on),
                    text_of(due_by), text_of(is_open ? naive_expected(n, k) : QB_DATE_NONE),
                    n->met_by[k] ? n->met_by[k]->id : "null");
        for (size_t i = n->begins[k]; i < n->begins[k + 1]; i++)
            qb_buf_addf(out, " %s", n->ordered[i]->id);
        qb_buf_add_string(out, "\n");
        char subject[64];
        snprintf(subject, sizeof subject, "monitoring/%s/%d", root->id, k);
        if (is_task)
            naive_task(n, status, due_by, root->facility, "monitoring", subject, root->id, plan);
    }
}

static void naive_inspections(struct naive *n, const struct qb_decree *root)
{
    for (size_t i = 0; i < n->records->shipment_count; i++) {
        const struct qb_shipment *s = n->records->shipments[i];
        if (naive_chain(n, s->decree) != root || !naive_certified(n, s) || naive_has_basis(n, s))
            continue;
        if (s->inspected_on != QB_DATE_NONE && s->inspected_on <= n->as_of)
            continue;
        char subject[64];
        snprintf(subject, sizeof subject, "normal_inspection/%s", s->id);
        naive_task(n, "due", s->certificate_issued_on, root->facility, "normal_inspection", subject, root->id, NULL);
    }
}

static void naive_expiry(struct naive *n, const struct qb_decree *root, const struct qb_decree *last)
{
    qb_date end = naive_last_day(last);
    bool soon = n->as_of <= end && end <= n->as_of + n->settings->monitoring.decree_warning_days;
    bool passed = end < n->as_of && n->as_of <= end + 30;
    char subject[64];
    snprintf(subject, sizeof subject, "decree_expiry/%s", root->id);
    if ((soon || passed) && !(last->revoked_on != QB_DATE_NONE && last->revoked_on <= n->as_of))
        naive_task(n, passed ? "overdue" : "due_soon", end, root->facility, "decree_expiry", subject, root->id, NULL);
}

/* The findings' tasks; with `root`, only tells whether one is of that chain. */
static bool naive_findings(struct naive *n, const struct qb_decree *root)
{
    bool any = false;
    for (size_t i = 0; i < n->records->finding_count; i++) {
        const struct qb_finding *f = n->records->findings[i];
        for (size_t k = 0; k < n->records->visit_count; k++) {
            const struct qb_visit *v = n->records->visits[k];
            if (strcmp(f->visit, v->id) != 0 || v->conducted_on == QB_DATE_NONE || v->conducted_on > n->as_of ||
                !naive_chain(n, v->decree) || (f->verified_on != QB_DATE_NONE && f->verified_on <= n->as_of))
                continue;
            char subject[64];
            snprintf(subject, sizeof subject, "corrective_action/%s", f->id);
            if (!root)
                naive_task(n, n->as_of > f->due_on ? "overdue" : "due", f->due_on, v->facility, "corrective_action",
                           subject, v->decree, NULL);
            any |= naive_chain(n, v->decree) == root;
        }
    }
    return any;
}

static void naive_one_chain(struct naive *n, struct qb_buf *out, const struct qb_decree *root)
{
    const struct qb_decree *last = naive_last(n, root);
    bool in_force = false;
    for (size_t i = 0; i < n->records->decree_count; i++)
        in_force |=
            naive_chain(n, n->records->decrees[i]->id) == root && naive_in_force(n->records->decrees[i], n->as_of);
    naive_count(n, root);
    naive_blocks(n);
    naive_visits(n, root);
    int required = 0;
    int met = 0;
    for (int k = 1; k <= n->blocks; k++) {
        required += naive_due_on(n, k) != QB_DATE_NONE;
        met += n->met_by[k] != NULL;
    }
    size_t tasks = n->task_count;
    struct qb_buf obligations = {0};
    naive_obligations(n, &obligations, root, last);
    naive_inspections(n, root);
    naive_expiry(n, root, last);
    bool has_task = n->task_count > tasks || naive_findings(n, root);
    qb_buf_addf(out, "chain %s %s last %s %s %s %d counted %zu required %d met %d %d surplus%s\n%s", root->id,
                root->facility, last->id, text_of(naive_last_day(last)), text_of(last->revoked_on), in_force, n->count,
                required, met, has_task, qb_buf_text(&n->surplus), qb_buf_text(&obligations));
    qb_buf_fini(&obligations);
}

/* R3, day by day. */
static bool naive_overlap(const struct qb_decree *a, const struct qb_decree *b)
{
    if ((a->extends && !strcmp(a->extends, b->id)) || (b->extends && !strcmp(b->extends, a->id)))
        return false;
    for (qb_date on = a->valid_from; on <= naive_last_day(a); on++)
        if (naive_in_force(a, on) && naive_in_force(b, on))
            return true;
    return false;
}

static int compare_lines(const void *a, const void *b)
{
    return strcmp(qb_buf_text(a), qb_buf_text(b));
}

static void say_lines(struct qb_buf *out, struct qb_buf *lines, size_t count)
{
    if (count)
        qsort(lines, count, sizeof *lines, compare_lines);
    for (size_t i = 0; i < count; i++)
        qb_buf_addf(out, "%s\n", qb_buf_text(&lines[i]));
}

static void naive_warnings(struct naive *n, struct qb_buf *out)
{
    struct qb_buf lines[MOST * 2] = {0};
    size_t count = 0;
    for (size_t i = 0; i < n->records->decree_count; i++) {
        const struct qb_decree *d = n->records->decrees[i];
        if (d->extends && !naive_joins(n, d))
            qb_buf_addf(&lines[count++], "warning %s 0 %s", d->id, d->extends);
        for (size_t k = 0; k < n->records->decree_count; k++)
            if (naive_earlier(n->records->decrees[k], d) && naive_overlap(d, n->records->decrees[k]))
                qb_buf_addf(&lines[count++], "warning %s 1 %s", d->id, n->records->decrees[k]->id);
    }
    say_lines(out, lines, count);
    for (size_t i = 0; i < MOST * 2; i++)
        qb_buf_fini(&lines[i]);
}

static void naive_say(struct naive *n, struct qb_buf *out)
{
    for (const char *after = ""; after;) { /* chains in the order of their ids */
        const struct qb_decree *next = NULL;
        for (size_t i = 0; i < n->records->decree_count; i++) {
            const struct qb_decree *d = n->records->decrees[i];
            if (!naive_joins(n, d) && strcmp(d->id, after) > 0 && (!next || strcmp(d->id, next->id) < 0))
                next = d;
        }
        if (next)
            naive_one_chain(n, out, next);
        after = next ? next->id : NULL;
    }
    naive_findings(n, NULL);
    say_lines(out, n->tasks, n->task_count);
    naive_warnings(n, out);
}

/* --- what the program says --- */

static void say_obligation(struct qb_buf *out, const struct qb_chain *c, const struct qb_obligation *o)
{
    qb_buf_addf(out, "  %d %s %zu/%d %s %s %s %s:", o->k, qb_status_name(o->status), o->count, o->every,
                text_of(o->due_on), text_of(o->due_by), text_of(o->expected_on), o->visit ? o->visit->id : "null");
    for (size_t i = o->first; i < o->first + o->count; i++)
        qb_buf_addf(out, " %s", c->shipments[i]->id);
    qb_buf_add_string(out, "\n");
}

static void say(struct qb_buf *out, const struct qb_facility_schedule *s)
{
    for (size_t i = 0; i < s->chain_count; i++) {
        const struct qb_chain *c = &s->chains[i];
        qb_buf_addf(out, "chain %s %s last %s %s %s %d counted %zu required %d met %d %d surplus", c->id, c->facility,
                    c->decrees[c->decree_count - 1]->id, text_of(c->last_day), text_of(c->revoked_on), c->in_force,
                    c->shipment_count, c->required, c->met, c->has_task);
        for (size_t k = 0; k < c->surplus_count; k++)
            qb_buf_addf(out, " %s", c->surplus[k]->id);
        qb_buf_add_string(out, "\n");
        for (size_t k = 0; k < c->obligation_count; k++)
            say_obligation(out, c, &c->obligations[k]);
    }
    for (size_t i = 0; i < s->task_count; i++) {
        const struct qb_task *t = &s->tasks[i];
        say_task(out, qb_status_name(t->status), t->due_by, t->facility, qb_task_type_name(t->type), t->id, t->decree,
                 t->obligation ? t->obligation->planned : NULL);
        qb_buf_add_string(out, "\n");
    }
    for (size_t i = 0; i < s->warning_count; i++)
        qb_buf_addf(out, "warning %s %d %s\n", s->warnings[i].decree, (int)s->warnings[i].code, s->warnings[i].other);
}

/* --- random histories --- */

struct dice {
    uint64_t state;
    bool quiet;
};

/* xorshift64* : 0 .. below - 1 */
static int roll(struct dice *dice, int below)
{
    dice->state ^= dice->state >> 12;
    dice->state ^= dice->state << 25;
    dice->state ^= dice->state >> 27;
    uint64_t mixed = (dice->state * 2685821657736338717U) >> 33;
    return (int)(mixed % (unsigned)below);
}

static bool chance(struct dice *dice, int percent)
{
    return roll(dice, 100) < percent;
}

static const char *numbered(struct world *w, const char *prefix, int number)
{
    char *id = qb_arena_alloc(&w->arena, 16);
    snprintf(id, 16, "%s-%03d", prefix, number);
    return id;
}

/* A quiet history knows one commodity, few decrees and no disorder, so that its chains grow long. */
static struct qb_ids some_commodities(struct world *w, struct dice *dice)
{
    if (dice->quiet)
        return one_id(w, "CDT-0001");
    int count = 1 + roll(dice, 3);
    const char **items = qb_arena_alloc(&w->arena, (size_t)count * sizeof *items);
    for (int i = 0; i < count; i++)
        items[i] = numbered(w, "CDT", roll(dice, 4));
    return (struct qb_ids){items, (size_t)count};
}

static void random_decrees(struct world *w, struct dice *dice)
{
    int count = dice->quiet ? 1 + roll(dice, 3) : roll(dice, 8);
    qb_date from = day("2020-01-01");
    for (int i = 0; i < count; i++) {
        struct qb_decree *d = decree(w, numbered(w, "SK", (i * 7 + 3) % 10), "2020-01-01");
        from += roll(dice, 130) - 10;
        d->valid_from = from;
        d->commodities = some_commodities(w, dice);
        d->validity_months = dice->quiet ? 12 : roll(dice, 5);
        if (chance(dice, 20))
            d->valid_until = from + roll(dice, 120);
        if (chance(dice, 15))
            d->revoked_on = from + roll(dice, 100);
        if (chance(dice, 40))
            d->every = 1 + roll(dice, 6);
        if (i && chance(dice, 70))
            d->extends = chance(dice, 10) ? "SK-ABSENT" : w->decrees[roll(dice, i)]->id;
        if (i && chance(dice, 60))
            d->extends = w->decrees[i - 1]->id;
    }
}

static const char *any_decree(const struct world *w, struct dice *dice)
{
    if (!w->records.decree_count || chance(dice, 3))
        return "SK-ELSEWHERE";
    return w->decrees[roll(dice, (int)w->records.decree_count)]->id;
}

static qb_date any_day(struct dice *dice)
{
    return day("2020-01-01") + roll(dice, 500);
}

static void random_shipments(struct world *w, struct dice *dice)
{
    int count = roll(dice, MOST);
    for (int i = 0; i < count; i++) {
        struct qb_shipment *s = shipment(w, numbered(w, "SHP", i), any_decree(w, dice), "2020-01-01");
        s->certificate_issued_on = any_day(dice);
        s->certificate_number = chance(dice, 5) ? NULL : numbered(w, "N", roll(dice, 20));
        s->commodities = some_commodities(w, dice);
        s->status = (enum qb_shipment_status)(chance(dice, 80) ? 1 + roll(dice, 2) : roll(dice, 4));
        if (chance(dice, 30))
            s->inspected_on = s->certificate_issued_on + roll(dice, 60);
    }
}

static void random_visits(struct world *w, struct dice *dice)
{
    int count = roll(dice, 20);
    for (int i = 0; i < count; i++) {
        struct qb_visit *v = visit(w, numbered(w, "VIS", i), any_decree(w, dice), "2020-01-01");
        v->status = (enum qb_visit_status)roll(dice, 4);
        v->type = chance(dice, 70) ? QB_VISIT_ROUTINE : (enum qb_visit_type)roll(dice, 3);
        v->counts_as_routine = chance(dice, 30);
        v->planned_on = v->status == QB_VISIT_PLANNED || chance(dice, 30) ? any_day(dice) : QB_DATE_NONE;
        v->conducted_on =
            v->status == QB_VISIT_CONDUCTED || v->status == QB_VISIT_CLOSED ? any_day(dice) : QB_DATE_NONE;
        if (chance(dice, 5))
            v->facility = "FAC-0002";
    }
    for (int i = roll(dice, 8); count && i > 0; i--) {
        struct qb_finding *f = finding(w, numbered(w, "FND", i), numbered(w, "VIS", roll(dice, 22)), "2020-01-01");
        f->due_on = any_day(dice);
        f->verified_on = chance(dice, 40) ? any_day(dice) : QB_DATE_NONE;
    }
}

static void random_settings(struct world *w, struct dice *dice)
{
    static const qb_date holidays[] = {18263, 18264, 18300, 18381, 18382, 18405, 18491, 18621};
    w->settings.monitoring = (struct qb_monitoring){.every = 1 + roll(dice, 6),
                                                    .grace_working_days = roll(dice, 12),
                                                    .warn_at_remaining = roll(dice, 4),
                                                    .extension_gap_days = roll(dice, 45),
                                                    .decree_warning_days = roll(dice, 60)};
    w->settings.holidays = holidays;
    w->settings.holiday_count = (size_t)roll(dice, 9);
}

/* A day on which something changes, or the day after. */
static qb_date telling_day(const struct world *w, struct dice *dice)
{
    qb_date date = QB_DATE_NONE;
    int kind = roll(dice, 5);
    if (kind == 0 && w->records.decree_count)
        date = w->decrees[roll(dice, (int)w->records.decree_count)]->revoked_on;
    else if (kind == 1 && w->records.decree_count)
        date = naive_last_day(w->decrees[roll(dice, (int)w->records.decree_count)]);
    else if (kind == 2 && w->records.visit_count)
        date = w->visits[roll(dice, (int)w->records.visit_count)]->conducted_on;
    else if (kind == 3 && w->records.finding_count)
        date = w->findings[roll(dice, (int)w->records.finding_count)]->due_on;
    else if (kind == 4 && w->records.shipment_count)
        date = w->shipments[roll(dice, (int)w->records.shipment_count)]->certificate_issued_on;
    return date == QB_DATE_NONE ? any_day(dice) : date + roll(dice, 2);
}

static qb_date random_history(struct world *w, struct dice *dice)
{
    dice->quiet = chance(dice, 30);
    random_settings(w, dice);
    random_decrees(w, dice);
    random_shipments(w, dice);
    random_visits(w, dice);
    return chance(dice, 50) ? telling_day(w, dice) : any_day(dice);
}

#define SHUFFLE(dice, items, count)                \
    for (size_t i_ = (count); i_ > 1; i_--) {      \
        size_t k_ = (size_t)roll((dice), (int)i_); \
        const void *kept_ = (items)[i_ - 1];       \
        (items)[i_ - 1] = (items)[k_];             \
        (items)[k_] = kept_;                       \
    }

static void shuffle(struct world *w, struct dice *dice)
{
    SHUFFLE(dice, w->decrees, w->records.decree_count)
    SHUFFLE(dice, w->shipments, w->records.shipment_count)
    SHUFFLE(dice, w->visits, w->records.visit_count)
    SHUFFLE(dice, w->findings, w->records.finding_count)
}

static void test_schedule_random__equals_the_rules_read_literally(void **state)
{
    (void)state;
    struct naive *n = calloc(1, sizeof *n);
    assert_non_null(n);
    struct qb_buf expected = {0};
    struct qb_buf found = {0};
    for (uint64_t seed = 1; seed <= HISTORIES; seed++) {
        struct dice dice = {.state = seed * 0x9e3779b97f4a7c15ULL};
        struct world w;
        world_init(&w);
        qb_date as_of = random_history(&w, &dice);
        qb_buf_clear(&expected);
        qb_buf_clear(&found);
        n->records = &w.records;
        n->settings = &w.settings;
        n->as_of = as_of;
        n->task_count = 0;
        naive_say(n, &expected);
        w.schedule = qb_schedule_facility(&w.records, &w.settings, as_of);
        say(&found, w.schedule);
        if (strcmp(qb_buf_text(&expected), qb_buf_text(&found)) != 0)
            fail_msg("seed %d, as of %s: expected\n%s\nfound\n%s", (int)seed, text_of(as_of), qb_buf_text(&expected),
                     qb_buf_text(&found));
        world_fini(&w);
    }
    for (size_t i = 0; i < MOST * 4; i++)
        qb_buf_fini(&n->tasks[i]);
    qb_buf_fini(&n->surplus);
    free(n);
    qb_buf_fini(&expected);
    qb_buf_fini(&found);
}

static void test_schedule_random__order_of_the_records_plays_no_part(void **state)
{
    (void)state;
    struct qb_buf first = {0};
    struct qb_buf again = {0};
    for (uint64_t seed = 1; seed <= HISTORIES / 10; seed++) {
        struct dice dice = {.state = seed * 0xd1342543de82ef95ULL};
        struct world w;
        world_init(&w);
        qb_date as_of = random_history(&w, &dice);
        w.schedule = qb_schedule_facility(&w.records, &w.settings, as_of);
        qb_buf_clear(&first);
        say(&first, w.schedule);
        for (int i = 0; i < 3; i++) {
            shuffle(&w, &dice);
            qb_schedule_free(w.schedule);
            w.schedule = qb_schedule_facility(&w.records, &w.settings, as_of);
            qb_buf_clear(&again);
            say(&again, w.schedule);
            assert_string_equal(qb_buf_text(&again), qb_buf_text(&first));
        }
        world_fini(&w);
    }
    qb_buf_fini(&first);
    qb_buf_fini(&again);
}

/* The decree's own count never asks for more than one visit in n shipments. */
static void test_schedule_random__fixed_owes_no_more_than_one_in_n(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= HISTORIES / 10; seed++) {
        struct dice dice = {.state = seed * 0xa0761d6478bd642fULL};
        struct world w;
        world_init(&w);
        qb_date as_of = random_history(&w, &dice);
        for (size_t i = 0; i < w.records.decree_count; i++) /* one n for all */
            ((struct qb_decree *)(uintptr_t)w.decrees[i])->every = 0;
        w.schedule = qb_schedule_facility(&w.records, &w.settings, as_of);
        for (size_t i = 0; i < w.schedule->chain_count; i++)
            assert_int_equal(w.schedule->chains[i].required,
                             w.schedule->chains[i].shipment_count / (size_t)w.settings.monitoring.every);
        world_fini(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_schedule_random__equals_the_rules_read_literally),
        cmocka_unit_test(test_schedule_random__order_of_the_records_plays_no_part),
        cmocka_unit_test(test_schedule_random__fixed_owes_no_more_than_one_in_n),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
