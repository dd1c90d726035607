/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The settings of a folder. Whatever is taken must lie within the bounds of schema/settings.yaml; whatever is refused
 * must leave the settings as they were.
 */
#include "schema/settings.h"
#include "tests/fuzz/fuzz.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyz0123456789-" /* of a folder's id, which becomes a directory's name */

static void check_bounds(const struct qb_settings *settings)
{
    const struct qb_monitoring *monitoring = &settings->monitoring;
    int minutes;
    MUST(*settings->folder_id && strlen(settings->folder_id) <= 40 && !strchr(settings->folder_id, '/'));
    MUST(*settings->office && settings->office_name);
    MUST(settings->language < QB_LANGUAGES);
    MUST(qb_date_zone(settings->time_zone, &minutes) && minutes == settings->offset_minutes);
    MUST(monitoring->every >= 1 && monitoring->every <= 1000);
    MUST(monitoring->grace_working_days >= 0 && monitoring->grace_working_days <= 250);
    MUST(monitoring->warn_at_remaining >= 0 && monitoring->warn_at_remaining <= 1000);
    MUST(monitoring->extension_gap_days >= 0 && monitoring->extension_gap_days <= 366);
    MUST(monitoring->decree_warning_days >= 0 && monitoring->decree_warning_days <= 366);
    MUST(settings->settle_ms >= 0 && settings->settle_longest_ms >= 0);
    for (size_t i = 0; i < settings->holiday_count; i++) {
        MUST(settings->holidays[i] != QB_DATE_NONE && qb_settings_holiday(settings, settings->holidays[i]));
        MUST(!i || settings->holidays[i - 1] < settings->holidays[i]);
    }
    for (size_t i = 0; i < settings->outputs_off_count; i++)
        MUST(!qb_settings_output(settings, settings->outputs_off[i]));
    for (size_t i = 0; i < settings->ignore_count; i++)
        MUST(*settings->ignore[i]);
}

static void check_refused(const struct qb_settings *settings, const struct qb_problems *problems)
{
    MUST(qb_problems_errors(problems) > 0);
    MUST(!*settings->folder_id && !*settings->office && settings->monitoring.every == 5 && !settings->holiday_count &&
         !settings->ignore_count && !settings->outputs_off_count);
    for (size_t i = 0; i < problems->count; i++) {
        const struct qb_problem *problem = &problems->items[i];
        MUST(problem->line >= 1 && problem->column >= 1);
        fuzz_check_message(problem->message_id, problem->args, problem->arg_count);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_part input = fuzz_input(data, size);
    struct qb_settings settings;
    struct qb_problems problems = {0};
    qb_settings_init(&settings);
    bool taken = qb_settings_read(&settings, "qbis.yaml", input.text, input.length, &problems);
    char *folder_id = qb_settings_folder_id(input.text, input.length);
    if (taken) {
        check_bounds(&settings);
        MUST(folder_id && !strcmp(folder_id, settings.folder_id));
    } else {
        check_refused(&settings, &problems);
    }
    MUST(!folder_id || (strlen(folder_id) <= 40 && strspn(folder_id, LETTERS) == strlen(folder_id)));
    free(folder_id);
    qb_problems_fini(&problems);
    qb_settings_fini(&settings);
    return 0;
}
