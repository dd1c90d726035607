/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `qbis simulate`: what the folder's history would have asked for under other policies. The records stay what they are;
 * only blocks and what meets them are made anew, for each facility and each policy asked for, beside those in force.
 */
#include "core/base/utf8.h"
#include "core/data/json.h"
#include "core/schedule/policy.h"
#include "watcher/office.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_POLICIES 10

/* What a policy made of a facility's history, or of all. */
struct outcome {
    size_t shipments; /* that count */
    size_t owed;      /* visits: blocks that are complete, or met before that */
    size_t met;
    size_t between; /* the most shipments that passed between two for which a visit fell due */
    int bound;      /* the most that could have passed; 0 for the policies in force, which may be several */
};

struct simulation {
    const struct qb_invocation *invocation;
    struct qb_folder *folder;
    const struct qb_policy *policies[MOST_POLICIES]; /* NULL: those in force */
    size_t policy_count;
    struct outcome total[MOST_POLICIES];
    struct qb_json_writer *json; /* or NULL: a table */
    struct qb_buf out;
    size_t width; /* of the first column of the table */
};

/* --- computing --- */

/* The shipments that a block let pass before the one for which its visit fell due. */
static size_t let_through(const struct qb_obligation *block)
{
    size_t every = (size_t)block->every;
    return block->count < every ? block->count : every - 1;
}

static struct outcome count_up(const struct qb_facility_schedule *schedule)
{
    struct outcome outcome = {0};
    for (size_t i = 0; i < schedule->chain_count; i++) {
        const struct qb_chain *chain = &schedule->chains[i];
        outcome.shipments += chain->shipment_count;
        outcome.met += (size_t)chain->met;
        for (size_t k = 0; k < chain->obligation_count; k++) {
            const struct qb_obligation *block = &chain->obligations[k];
            outcome.owed += block->visit || block->count >= (size_t)block->every;
            outcome.between = let_through(block) > outcome.between ? let_through(block) : outcome.between;
        }
    }
    return outcome;
}

/* The decrees with the policy in place of their own. */
static void replace_policies(struct qb_facility_records *records, struct qb_arena *arena, const char *policy)
{
    const struct qb_decree **replaced = qb_arena_alloc(arena, records->decree_count * sizeof *replaced);
    struct qb_decree *copies = qb_arena_alloc(arena, records->decree_count * sizeof *copies);
    for (size_t i = 0; i < records->decree_count; i++) {
        copies[i] = *records->decrees[i];
        copies[i].policy = policy;
        replaced[i] = &copies[i];
    }
    records->decrees = replaced;
}

static int bound_of(const struct qb_policy *policy, const struct qb_facility_records *records,
                    const struct qb_monitoring *monitoring)
{
    int most = 0;
    for (size_t i = 0; policy && i < records->decree_count; i++) {
        int every = records->decrees[i]->every ? records->decrees[i]->every : monitoring->every;
        int bound = policy->most_between(monitoring, every);
        most = bound > most ? bound : most;
    }
    return most;
}

static struct outcome simulate(const struct simulation *simulation, const struct qb_name *facility,
                               const struct qb_policy *policy)
{
    struct qb_folder *folder = simulation->folder;
    struct qb_arena arena;
    qb_arena_init(&arena);
    struct qb_facility_records records = qb_store_facility(facility, &arena);
    if (policy)
        replace_policies(&records, &arena, policy->name);
    struct qb_facility_schedule *schedule = qb_schedule_facility(&records, &folder->settings, folder->as_of);
    struct outcome outcome = count_up(schedule);
    outcome.bound = bound_of(policy, &records, &folder->settings.monitoring);
    qb_schedule_free(schedule);
    qb_arena_fini(&arena);
    return outcome;
}

static void add_to_total(struct outcome *total, const struct outcome *outcome)
{
    total->shipments += outcome->shipments;
    total->owed += outcome->owed;
    total->met += outcome->met;
    total->between = outcome->between > total->between ? outcome->between : total->between;
    total->bound = outcome->bound > total->bound ? outcome->bound : total->bound;
}

/* --- telling --- */

static const char *policy_name(const struct simulation *simulation, size_t i)
{
    const struct qb_policy *policy = simulation->policies[i];
    return policy ? policy->name : qb_text(simulation->invocation->language, "policy.in-force");
}

static void pad(struct qb_buf *out, const char *text, size_t width)
{
    size_t length = qb_utf8_length(text, strlen(text));
    qb_buf_add_string(out, text);
    for (; length < width; length++)
        qb_buf_add_char(out, ' ');
}

static void write_row(struct simulation *simulation, const char *title, size_t i, const struct outcome *outcome)
{
    struct qb_buf *out = &simulation->out;
    pad(out, title, simulation->width);
    qb_buf_add_string(out, "  ");
    pad(out, policy_name(simulation, i), 10);
    qb_buf_addf(out, " %9zu %6zu %6zu %8zu", outcome->shipments, outcome->owed, outcome->met, outcome->between);
    if (simulation->policies[i])
        qb_buf_addf(out, " %6d\n", outcome->bound);
    else
        qb_buf_addf(out, " %6s\n", "-");
}

static void write_object(struct simulation *simulation, size_t i, const struct outcome *outcome)
{
    struct qb_json_writer *json = simulation->json;
    qb_json_writer_object(json, NULL);
    qb_json_writer_string(json, "policy", simulation->policies[i] ? simulation->policies[i]->name : NULL);
    qb_json_writer_integer(json, "shipments", (int64_t)outcome->shipments);
    qb_json_writer_integer(json, "owed", (int64_t)outcome->owed);
    qb_json_writer_integer(json, "met", (int64_t)outcome->met);
    qb_json_writer_integer(json, "most_between", (int64_t)outcome->between);
    if (simulation->policies[i])
        qb_json_writer_integer(json, "bound", outcome->bound);
    else
        qb_json_writer_null(json, "bound");
    qb_json_writer_end_object(json);
}

/* All policies' outcomes of a facility, or (id NULL) of all together. */
static void tell(struct simulation *simulation, const char *id, const char *title, const struct outcome *outcomes)
{
    if (simulation->json) {
        qb_json_writer_object(simulation->json, NULL);
        qb_json_writer_string(simulation->json, "facility", id);
        qb_json_writer_array(simulation->json, "outcomes");
    }
    for (size_t i = 0; i < simulation->policy_count; i++)
        if (simulation->json)
            write_object(simulation, i, &outcomes[i]);
        else
            write_row(simulation, i ? "" : title, i, &outcomes[i]);
    if (simulation->json) {
        qb_json_writer_end_array(simulation->json);
        qb_json_writer_end_object(simulation->json);
    }
}

static void begin(struct simulation *simulation)
{
    enum qb_language language = simulation->invocation->language;
    char day[QB_DATE_SIZE];
    qb_date_format(simulation->folder->as_of, day);
    if (simulation->json) {
        qb_json_writer_object(simulation->json, NULL);
        qb_json_writer_string(simulation->json, "format", "qbis-simulation/1");
        qb_json_writer_string(simulation->json, "as_of", day);
        qb_json_writer_array(simulation->json, "facilities");
        return;
    }
    pad(&simulation->out, qb_text(language, "worklist.facility"), simulation->width);
    qb_buf_add_string(&simulation->out, "  ");
    pad(&simulation->out, qb_text(language, "policy.column.policy"), 10);
    qb_buf_addf(&simulation->out, " %9s %6s %6s %8s %6s\n", qb_text(language, "policy.column.shipments"),
                qb_text(language, "policy.column.owed"), qb_text(language, "policy.column.met"),
                qb_text(language, "policy.column.between"), qb_text(language, "policy.column.bound"));
}

static void end(struct simulation *simulation)
{
    if (simulation->json) {
        qb_json_writer_end_array(simulation->json);
        qb_json_writer_array(simulation->json, "total");
        for (size_t i = 0; i < simulation->policy_count; i++)
            write_object(simulation, i, &simulation->total[i]);
        qb_json_writer_end_array(simulation->json);
        qb_json_writer_end_object(simulation->json);
        fwrite(qb_buf_text(&simulation->out), 1, simulation->out.length, stdout);
        putchar('\n');
        return;
    }
    tell(simulation, NULL, qb_text(simulation->invocation->language, "policy.total"), simulation->total);
    qb_say_text(stdout, qb_buf_text(&simulation->out), simulation->out.length);
}

static void run(struct simulation *simulation)
{
    struct qb_output_view view;
    struct qb_arena arena;
    qb_arena_init(&arena);
    qb_folder_view(simulation->folder, simulation->invocation->language, &arena, &view);
    for (size_t i = 0; i < view.facility_count; i++) {
        const char *title = view.title(view.context, "facility", view.facilities[i]->facility);
        size_t width = qb_utf8_length(title, strlen(title));
        simulation->width = width > simulation->width ? width : simulation->width;
    }
    begin(simulation);
    for (size_t i = 0; i < view.facility_count; i++) {
        const char *id = view.facilities[i]->facility;
        const struct qb_name *name = qb_store_find_name(&simulation->folder->store, id);
        struct outcome outcomes[MOST_POLICIES];
        for (size_t j = 0; j < simulation->policy_count; j++) {
            outcomes[j] = simulate(simulation, name, simulation->policies[j]);
            add_to_total(&simulation->total[j], &outcomes[j]);
        }
        tell(simulation, id, view.title(view.context, "facility", id), outcomes);
    }
    end(simulation);
    qb_arena_fini(&arena);
}

/* --- the command --- */

static int add_policy(void *context, const char *name)
{
    struct simulation *simulation = context;
    const struct qb_policy *policy = qb_policy_find(name);
    struct qb_buf known = {0};
    if (policy && simulation->policy_count < MOST_POLICIES) {
        simulation->policies[simulation->policy_count++] = policy;
        return 0;
    }
    for (size_t i = 0; i < qb_policy_count; i++)
        qb_buf_addf(&known, "%s%s", i ? ", " : "", qb_policies[i].name);
    qb_say(simulation->invocation, "filter.unknown-value",
           (struct qb_text_arg[]){{"option", "--policy"}, {"found", name}, {"known", qb_buf_text(&known)}}, 3);
    qb_buf_fini(&known);
    return -1;
}

int qb_cmd_simulate(const struct qb_invocation *invocation, int argc, char **argv)
{
    const char *as_of_text = NULL;
    bool json = false;
    struct simulation simulation = {.invocation = invocation, .policy_count = 1};
    struct qb_option options[] = {
        {.name = "--policy", .each = add_policy, .context = &simulation},
        {.name = "--as-of", .value = &as_of_text},
        {.name = "--json", .given = &json},
    };
    int count = qb_options(invocation, "simulate", argc, argv, options, 3);
    qb_date as_of = QB_DATE_NONE;
    struct qb_office office = {0};
    struct qb_result result = {0};
    if (count < 0)
        return count == -2 ? QB_EXIT_FINE : QB_EXIT_FAILED;
    if (count || simulation.policy_count == 1) {
        qb_say(invocation, count ? "cli.too-many" : "policy.which", (struct qb_text_arg[]){{"found", argv[0]}}, 1);
        return QB_EXIT_FAILED;
    }
    if (as_of_text && !qb_date_option(invocation, "--as-of", as_of_text, &as_of))
        return QB_EXIT_FAILED;
    bool fine = qb_office_open(&office, invocation, false) && qb_office_whole_pass(&office, as_of, true, &result);
    size_t errors = 0;
    size_t warnings = 0;
    if (fine) {
        struct qb_json_writer writer;
        qb_json_writer_init(&writer, &simulation.out);
        simulation.folder = office.folder;
        simulation.json = json ? &writer : NULL;
        run(&simulation);
        qb_office_counts(&office, &errors, &warnings);
    }
    if (errors)
        qb_say(invocation, "cli.schedule-problems", NULL, 0);
    fine = fine && !result.troubles;
    qb_buf_fini(&simulation.out);
    qb_result_fini(&result);
    qb_office_close(&office);
    return !fine ? QB_EXIT_FAILED : errors ? QB_EXIT_PROBLEMS : QB_EXIT_FINE;
}
