/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Defaults of the settings, and the questions that are asked of them. */
#include "core/records/settings.h"

#include "core/base/limits.h"

#include <string.h>

void qb_settings_init(struct qb_settings *settings)
{
    *settings = (struct qb_settings){
        .folder_id = "",
        .office = "",
        .office_name = "",
        .language = QB_INDONESIAN,
        .time_zone = "Asia/Jakarta",
        .offset_minutes = 7 * 60,
        .monitoring = {.every = 5,
                       .grace_working_days = 7,
                       .warn_at_remaining = 1,
                       .extension_gap_days = 30,
                       .decree_warning_days = 30,
                       .policy = "fixed",
                       .seed = "",
                       .clearance = 5,
                       .spacing = 5,
                       .skip_lot = {.qualify = 50,
                                    .within = 20,
                                    .step = 10,
                                    .requalify = 4,
                                    .requalify_within = 10,
                                    .lowest = 5}},
        .problem_notes = true,
        .settle_ms = QB_SETTLE_DEFAULT,
        .settle_longest_ms = QB_SETTLE_LONGEST,
    };
}

void qb_settings_fini(struct qb_settings *settings)
{
    qb_arena_fini(&settings->arena);
    qb_settings_init(settings);
}

bool qb_settings_holiday(const struct qb_settings *settings, qb_date date)
{
    size_t low = 0;
    size_t high = settings->holiday_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (settings->holidays[middle] == date)
            return true;
        if (settings->holidays[middle] < date)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

bool qb_settings_output(const struct qb_settings *settings, const char *writer)
{
    for (size_t i = 0; i < settings->outputs_off_count; i++)
        if (!strcmp(settings->outputs_off[i], writer))
            return false;
    return true;
}
