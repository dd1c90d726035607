/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `qbis schedule`: computes the schedule and prints it in one of the writers' formats, or as text. */
#include "watcher/backthen.h"
#include "watcher/filter.h"
#include "watcher/office.h"
#include "watcher/past.h"
#include "watcher/worklist.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Says which formats there are. */
static void say_formats(const struct qb_invocation *invocation, const char *found)
{
    struct qb_buf list = {0};
    qb_buf_add_string(&list, "text");
    for (size_t i = 0; i < qb_output_count; i++)
        if (qb_outputs[i].scope == QB_OUTPUT_OFFICE)
            qb_buf_addf(&list, ", %s", qb_outputs[i].name);
    qb_say(invocation, "cli.format", (struct qb_text_arg[]){{"found", found}, {"list", qb_buf_text(&list)}}, 2);
    qb_buf_fini(&list);
}

static bool render(struct qb_office *office, const char *format, const struct qb_filter *filter, struct qb_buf *out)
{
    const struct qb_output *output = qb_output_find(format);
    bool text = !strcmp(format, "text");
    struct qb_output_view view;
    struct qb_arena arena;
    if (!text && (!output || output->scope != QB_OUTPUT_OFFICE)) {
        say_formats(office->invocation, format);
        return false;
    }
    enum qb_language language =
        text || office->invocation->language_given ? office->invocation->language : office->folder->settings.language;
    qb_arena_init(&arena);
    qb_folder_view(office->folder, language, &arena, &view);
    bool fine = qb_filter_view(filter, office, &arena, &view);
    if (fine && text)
        qb_worklist_write(out, &view, qb_say_colour(stdout));
    else if (fine)
        output->write(out, &view, NULL);
    qb_arena_fini(&arena);
    if (fine && !out->length)
        qb_say(office->invocation, "cli.no-room", (struct qb_text_arg[]){{"found", format}}, 1);
    return out->length > 0;
}

/* To standard output. A terminal gets no bytes that are no text: it might obey them. */
static bool print(const struct qb_office *office, const struct qb_buf *out)
{
    if (isatty(STDOUT_FILENO) && memchr(qb_buf_text(out), 0, out->length)) {
        qb_say(office->invocation, "cli.binary", NULL, 0);
        return false;
    }
    fwrite(qb_buf_text(out), 1, out->length, stdout); /* main looks at the stream's end whether it went well */
    return true;
}

static bool deliver(struct qb_office *office, const struct qb_buf *out, const char *file)
{
    struct qb_err err = {0};
    if (!file)
        return print(office, out);
    FILE *stream = fopen(file, "wb");
    bool fine = stream && fwrite(qb_buf_text(out), 1, out->length, stream) == out->length;
    fine = (!stream || fclose(stream) == 0) && fine;
    if (!fine) {
        qb_err_sys(&err, file, "cannot write");
        qb_say_error(office->invocation, &err);
    }
    return fine;
}

/* The folder as it was in a revision. False after saying why not. */
static bool then_opened(struct qb_backthen *then, const struct qb_invocation *invocation, const char *revision)
{
    struct qb_past past;
    struct qb_err err = {0};
    bool open = qb_past_open(&past, invocation);
    int result = open
                     ? qb_backthen_open(then, invocation, past.repository, revision, past.settings.offset_minutes, &err)
                     : QB_EINPUT;
    if (open && result == QB_EABSENT)
        qb_say(invocation, "schedule.unknown-revision", (struct qb_text_arg[]){{"found", revision}}, 1);
    else if (open && result < 0)
        qb_say_error(invocation, &err);
    qb_past_close(&past);
    return result == QB_OK;
}

int qb_cmd_schedule(const struct qb_invocation *invocation, int argc, char **argv)
{
    const char *as_of_text = NULL;
    const char *at = NULL;
    const char *format = "text";
    const char *file = NULL;
    struct qb_filter filter = {0};
    struct qb_option options[] = {
        {.name = "--as-of", .value = &as_of_text},       {.name = "--at", .value = &at},
        {.name = "--format", .value = &format},          {.name = "-o", .value = &file},
        {.name = "--officer", .value = &filter.officer}, {.name = "--facility", .value = &filter.facility},
        {.name = "--status", .value = &filter.status},   {.name = "--until", .value = &filter.until},
    };
    int count = qb_options(invocation, "schedule", argc, argv, options, sizeof options / sizeof *options);
    qb_date as_of = QB_DATE_NONE;
    struct qb_office here = {0};
    struct qb_backthen then = {0};
    struct qb_result result = {0};
    struct qb_buf out = {0};
    if (count < 0)
        return count == -2 ? QB_EXIT_FINE : QB_EXIT_FAILED;
    if (count)
        qb_say(invocation, "cli.too-many", (struct qb_text_arg[]){{"found", argv[0]}}, 1);
    if (count || (as_of_text && !qb_date_option(invocation, "--as-of", as_of_text, &as_of)))
        return QB_EXIT_FAILED;
    bool fine = at ? then_opened(&then, invocation, at) : qb_office_open(&here, invocation, false);
    struct qb_office *office = at ? &then.office : &here;
    if (at && as_of == QB_DATE_NONE)
        as_of = then.as_of;
    fine = fine && qb_office_whole_pass(office, as_of, true, &result) && render(office, format, &filter, &out) &&
           deliver(office, &out, file);
    size_t errors = 0;
    size_t warnings = 0;
    if (fine)
        qb_office_counts(office, &errors, &warnings);
    if (errors)
        qb_say(invocation, "cli.schedule-problems", NULL, 0);
    fine = fine && !result.troubles;
    qb_result_fini(&result);
    qb_buf_fini(&out);
    qb_backthen_close(&then);
    qb_office_close(&here);
    return !fine ? QB_EXIT_FAILED : errors ? QB_EXIT_PROBLEMS : QB_EXIT_FINE;
}
