/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `qbis check`: validates the whole folder, or says only what concerns the given paths. Writes nothing. */
#include "watcher/office.h"
#include "watcher/report.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Where a path leads, without links on the way, but not through a link at its end: that is a file of its own. NULL when
 * it leads nowhere. */
static char *absolute_path(const char *given)
{
    const char *slash = strrchr(given, '/');
    const char *last = slash ? slash + 1 : given;
    if (!*last || !strcmp(last, ".") || !strcmp(last, ".."))
        return realpath(given, NULL);
    struct qb_buf folder = {0};
    struct qb_buf path = {0};
    qb_buf_add(&folder, given, (size_t)(last - given));
    char *absolute = realpath(folder.length ? folder.data : ".", NULL);
    if (absolute)
        qb_buf_addf(&path, "%s/%s", strcmp(absolute, "/") ? absolute : "", last);
    qb_buf_fini(&folder);
    free(absolute);
    struct stat st;
    if (path.length && lstat(path.data, &st) == 0)
        return qb_buf_steal(&path);
    qb_buf_fini(&path);
    return NULL;
}

/* The path of a file relative to the folder: given from where the person stands, or from the folder. The string is the
 * caller's. */
static char *relative(const struct qb_folder *folder, const char *given)
{
    char *absolute = absolute_path(given);
    size_t length = strlen(folder->path);
    if (absolute && !strncmp(absolute, folder->path, length) && (absolute[length] == '/' || !absolute[length])) {
        char *path = qb_mem_string(absolute + length + (absolute[length] == '/'));
        free(absolute);
        return path;
    }
    free(absolute);
    return qb_mem_string(given);
}

/* Whether the problem's file is one of the paths or beneath one. */
static bool asked_for(const struct qb_problem *problem, char *const *paths, int count)
{
    for (int i = 0; i < count; i++) {
        size_t length = strlen(paths[i]);
        if (!length ||
            (!strncmp(problem->path, paths[i], length) && (!problem->path[length] || problem->path[length] == '/')))
            return true;
    }
    return count == 0;
}

/* Keeps only the problems of the paths. */
static void select_problems(struct qb_folder *folder, char **paths, int count)
{
    struct qb_problems *all = &folder->problems;
    size_t kept = 0;
    for (size_t i = 0; i < all->count; i++)
        if (asked_for(&all->items[i], paths, count))
            all->items[kept++] = all->items[i];
    all->count = kept;
}

static void print_json(struct qb_folder *folder, enum qb_language language)
{
    struct qb_output_view view;
    struct qb_arena arena;
    struct qb_buf out = {0};
    qb_arena_init(&arena);
    qb_folder_view(folder, language, &arena, &view);
    qb_output_find("problems")->write(&out, &view, NULL);
    fwrite(qb_buf_text(&out), 1, out.length, stdout);
    qb_buf_fini(&out);
    qb_arena_fini(&arena);
}

/* A path that is nothing: a typing mistake, not a file without problems. */
static bool all_known(const struct qb_office *office, char **paths, int count)
{
    bool fine = true;
    for (int i = 0; i < count; i++) {
        struct qb_file_stat st;
        if (!*paths[i] || qb_file_stat(office->folder->dir, paths[i], &st, NULL) == QB_OK)
            continue;
        qb_say(office->invocation, "cli.no-such-path", (struct qb_text_arg[]){{"found", paths[i]}}, 1);
        fine = false;
    }
    return fine;
}

static int check(struct qb_office *office, char **paths, int count, bool json, qb_date as_of)
{
    struct qb_result result = {0};
    size_t errors;
    size_t warnings;
    bool fine = all_known(office, paths, count) && qb_office_whole_pass(office, as_of, true, &result);
    bool whole = !result.troubles;
    qb_result_fini(&result);
    if (!fine)
        return QB_EXIT_FAILED;
    select_problems(office->folder, paths, count);
    qb_office_counts(office, &errors, &warnings);
    enum qb_language language =
        office->invocation->language_given ? office->invocation->language : office->folder->settings.language;
    if (json)
        print_json(office->folder, language);
    else
        for (size_t i = 0; i < office->folder->problems.count; i++)
            qb_report_problem(office->invocation, office->folder->path, &office->folder->problems.items[i]);
    if (!json)
        qb_report_summary(office->invocation, errors, warnings);
    return !whole ? QB_EXIT_FAILED : errors || warnings ? QB_EXIT_PROBLEMS : QB_EXIT_FINE;
}

int qb_cmd_check(const struct qb_invocation *invocation, int argc, char **argv)
{
    const char *as_of_text = NULL;
    bool json = false;
    struct qb_option options[] = {
        {.name = "--json", .given = &json},
        {.name = "--as-of", .value = &as_of_text},
    };
    int count = qb_options(invocation, "check", argc, argv, options, 2);
    qb_date as_of = QB_DATE_NONE;
    struct qb_office office;
    if (count < 0)
        return count == -2 ? QB_EXIT_FINE : QB_EXIT_FAILED;
    if (as_of_text && !qb_date_option(invocation, "--as-of", as_of_text, &as_of))
        return QB_EXIT_FAILED;
    int status = QB_EXIT_FAILED;
    if (qb_office_open(&office, invocation, false)) {
        for (int i = 0; i < count; i++)
            argv[i] = relative(office.folder, argv[i]);
        status = check(&office, argv, count, json, as_of);
        for (int i = 0; i < count; i++)
            free(argv[i]);
    }
    qb_office_close(&office);
    return status;
}
