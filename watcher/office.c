/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all commands that look at the folder have in common. */
#include "watcher/office.h"

#include "watcher/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* how often one pass looks again at files that change while they are read */
#define MOST_LOOKS 10

int64_t qb_office_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void log_line(void *context, const char *message_id, const struct qb_text_arg *args, size_t count)
{
    struct qb_office *office = context;
    qb_progress_clear(&office->progress);
    qb_say(office->invocation, message_id, args, count);
}

static void show_progress(void *context, enum qb_progress_stage stage, size_t done, size_t total)
{
    struct qb_office *office = context;
    int64_t now = qb_office_clock();
    if (!done || stage != office->progress.stage)
        qb_progress_stage(&office->progress, stage, total, now);
    qb_progress_step(&office->progress, done, now);
}

static bool open_folder(struct qb_office *office, struct qb_folder_options *options)
{
    const struct qb_invocation *invocation = office->invocation;
    struct qb_problems problems = {0};
    struct qb_err err = {0};
    qb_progress_init(&office->progress, -1, invocation->language, qb_office_clock());
    options->path = invocation->folder;
    options->log = log_line;
    options->progress = show_progress;
    options->context = office;
    int result = qb_folder_open(&office->folder, options, &problems, &err);
    if (result < 0) {
        for (size_t i = 0; i < problems.count; i++)
            qb_report_problem(invocation, invocation->folder, &problems.items[i]);
        qb_say_error(invocation, &err);
    }
    qb_problems_fini(&problems);
    return result == QB_OK;
}

bool qb_office_open(struct qb_office *office, const struct qb_invocation *invocation, bool writes)
{
    *office = (struct qb_office){.invocation = invocation, .state = qb_state_dir(invocation)};
    struct qb_folder_options options = {.state = office->state, .writes = writes};
    return (office->state || !writes) && open_folder(office, &options);
}

bool qb_office_open_watching(struct qb_office *office, const struct qb_invocation *invocation, bool again)
{
    *office = (struct qb_office){.invocation = invocation, .state = qb_state_dir(invocation)};
    struct qb_folder_options options = {.state = office->state, .writes = true, .again = again, .may_sleep = true};
    return office->state && open_folder(office, &options);
}

bool qb_office_open_past(struct qb_office *office, const struct qb_invocation *invocation,
                         const struct qb_office_past *past)
{
    *office = (struct qb_office){.invocation = invocation};
    struct qb_folder_options options = {.repository = past->repository, .commit = past->commit};
    return open_folder(office, &options);
}

void qb_office_close(struct qb_office *office)
{
    qb_folder_close(office->folder);
    free(office->state);
    office->folder = NULL;
    office->state = NULL;
}

bool qb_office_pass(struct qb_office *office, const struct qb_request *request, struct qb_result *result)
{
    struct qb_err err = {0};
    qb_progress_init(&office->progress, office->quiet ? -1 : STDERR_FILENO, office->invocation->language,
                     qb_office_clock());
    int code = qb_folder_pass(office->folder, request, result, &err);
    qb_progress_end(&office->progress);
    if (code < 0)
        qb_say_error(office->invocation, &err);
    return code == QB_OK;
}

/* Files that changed while they were read are looked at again, a few times: whoever writes without end has to wait for
 * the next pass. */
static bool pass_until_quiet(struct qb_office *office, struct qb_request *request, struct qb_result *result)
{
    bool fine = qb_office_pass(office, request, result);
    for (int tries = 0; fine && result->unrest.length && tries < MOST_LOOKS; tries++) {
        struct qb_buf unrest = result->unrest;
        const char **paths = NULL;
        size_t count = 0;
        size_t capacity = 0;
        result->unrest = (struct qb_buf){0};
        for (size_t at = 0; at < unrest.length; at += strlen(unrest.data + at) + 1) {
            QB_MEM_GROW(paths, count, capacity);
            paths[count++] = unrest.data + at;
        }
        request->whole = false;
        request->paths = paths;
        request->path_count = count;
        fine = qb_office_pass(office, request, result);
        free(paths);
        qb_buf_fini(&unrest);
    }
    result->troubles += result->unrest.length > 0;
    return fine;
}

bool qb_office_whole_pass(struct qb_office *office, qb_date as_of, bool accept, struct qb_result *result)
{
    struct qb_request request = {.whole = true, .accept = accept};
    request.as_of = qb_today(office->folder->settings.offset_minutes, &request.now);
    if (as_of != QB_DATE_NONE)
        request.as_of = as_of;
    if (!pass_until_quiet(office, &request, result))
        return false;
    if (!result->held)
        return true;
    char count[24];
    snprintf(count, sizeof count, "%zu", result->hold.count);
    qb_say(office->invocation, result->held, (struct qb_text_arg[]){{"count", count}, {"folder", office->folder->path}},
           2);
    return false;
}

void qb_office_counts(const struct qb_office *office, size_t *errors, size_t *warnings)
{
    struct qb_counts counts;
    qb_folder_counts(office->folder, &counts);
    *errors = counts.errors;
    *warnings = counts.warnings;
}
