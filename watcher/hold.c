/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hold covers files: how many, in which folders, and a few of them by name, so that a person sees at once what it is
 * about. The outputs are not made anew during a hold (there may be nothing to make them of), so the notice is put into
 * the files that are there, and goes when they are next written.
 */
#include "watcher/hold.h"

#include "core/base/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* that are named: folders, and files */
#define NAMED 5

/* --- what it covers --- */

struct place {
    const char *folder; /* interned */
    size_t count;
};

static int most_first(const void *a, const void *b)
{
    const struct place *x = a;
    const struct place *y = b;
    return x->count != y->count ? (x->count < y->count) - (x->count > y->count) : strcmp(x->folder, y->folder);
}

static int by_path(const void *a, const void *b)
{
    return strcmp((*(struct qb_tracked *const *)a)->path, (*(struct qb_tracked *const *)b)->path);
}

static void add_place(struct qb_held *held, const struct place *place)
{
    qb_buf_addf(&held->folders, "%zu %s", place->count, place->folder);
    qb_buf_add_char(&held->folders, '\0');
}

static const char *folder_of(struct qb_folder *folder, const char *path)
{
    return qb_pool_bytes(&folder->paths, path, (size_t)(strrchr(path, '/') - path));
}

/* Fills the result; sorts the list. */
static void cover(struct qb_pass *pass, const char *why, struct qb_list *files)
{
    struct qb_held *held = &pass->result->hold;
    struct place *places = qb_mem_array(files->count + 1, sizeof *places);
    size_t count = 0;
    qb_held_fini(held);
    held->count = files->count;
    qsort(files->items, files->count, sizeof *files->items, by_path);
    for (size_t i = 0; i < files->count; i++) {
        const char *folder = folder_of(pass->folder, files->items[i]->path);
        if (!count || places[count - 1].folder != folder)
            places[count++] = (struct place){folder, 0};
        places[count - 1].count++;
        if (i < NAMED)
            qb_buf_add(&held->names, files->items[i]->path, strlen(files->items[i]->path) + 1);
    }
    qsort(places, count, sizeof *places, most_first);
    for (size_t i = 0; i < count && i < NAMED; i++)
        add_place(held, &places[i]);
    free(places);
    pass->result->held = why;
}

void qb_held_fini(struct qb_held *held)
{
    qb_buf_fini(&held->folders);
    qb_buf_fini(&held->names);
    *held = (struct qb_held){0};
}

void qb_held_copy(struct qb_held *to, const struct qb_held *from)
{
    qb_held_fini(to);
    to->count = from->count;
    qb_buf_add(&to->folders, qb_buf_text(&from->folders), from->folders.length);
    qb_buf_add(&to->names, qb_buf_text(&from->names), from->names.length);
}

/* --- when --- */

/* How many records history holds (or, before the first commit, are in the folder). */
static size_t known_records(const struct qb_folder *folder)
{
    struct qb_map_item *item;
    size_t count = 0;
    for (size_t at = 0; (item = qb_map_next(&folder->files, &at));) {
        const struct qb_tracked *file = item->value;
        count += file->class == QB_FILE_RECORD && (file->present || !qb_oid_is_zero(&file->committed));
    }
    return count;
}

static bool too_many(const struct qb_pass *pass, size_t count, size_t least, size_t percent)
{
    return count > least && count > known_records(pass->folder) * percent / 100;
}

bool qb_hold_gone(struct qb_pass *pass)
{
    struct qb_list files = {0};
    for (size_t i = 0; i < pass->gone.count; i++)
        if (pass->gone.items[i]->class == QB_FILE_RECORD)
            qb_list_add(&files, pass->gone.items[i]);
    bool hold = too_many(pass, files.count, QB_MASS_DELETION, QB_MASS_DELETION_PERCENT);
    if (hold)
        cover(pass, "hold.mass-deletion", &files);
    free(files.items);
    return hold;
}

/* Valid until now: there is a version in force, and no exception says that it was another before. */
bool qb_hold_invalid(struct qb_pass *pass)
{
    struct qb_folder *folder = pass->folder;
    const struct qb_entries *invalid = &folder->link.invalid;
    struct qb_list files = {0};
    for (uint32_t i = 0; invalid->count > QB_MASS_INVALID && i < invalid->count; i++) {
        struct qb_tracked *file = qb_folder_find(folder, invalid->items[i]->path);
        if (invalid->items[i]->in_force && file && file->present && !file->excepted)
            qb_list_add(&files, file);
    }
    bool hold = too_many(pass, files.count, QB_MASS_INVALID, QB_MASS_INVALID_PERCENT);
    if (hold)
        cover(pass, "hold.mass-invalid", &files);
    free(files.items);
    return hold;
}

/* --- telling --- */

static const struct {
    const char *hold;
    enum qb_problem_code code;
    const char *message_id;
} told[] = {
    {"hold.mass-deletion", QB_PROBLEM_MASS_DELETION, "problem.mass-deletion"},
    {"hold.mass-invalid", QB_PROBLEM_MASS_INVALID, "problem.mass-invalid"},
};

/* "records/visits/2020 (25), records/shipments/2020/06 (7)" */
static void list_folders(struct qb_buf *out, const struct qb_held *held)
{
    for (size_t at = 0; at < held->folders.length; at += strlen(held->folders.data + at) + 1) {
        const char *item = held->folders.data + at;
        int digits = (int)strcspn(item, " ");
        qb_buf_addf(out, "%s%s (%.*s)", out->length ? ", " : "", item + digits + 1, digits, item);
    }
}

/* Puts other bytes into a file that is there, and keeps in mind that nobody else did. */
static void replace(struct qb_pass *pass, struct qb_tracked *file, const struct qb_buf *text)
{
    struct qb_err why = {0};
    if (qb_file_replace(pass->folder->dir, file->path, qb_buf_text(text), text->length, NULL, &file->stat, &why) < 0) {
        qb_pass_trouble(pass, &why);
        return;
    }
    qb_oid_of_blob(qb_buf_text(text), text->length, &file->blob);
    file->present = true;
    file->notice = true;
}

static void tell_file(struct qb_pass *pass, const struct qb_output *output, const struct qb_problem *problem)
{
    struct qb_folder *folder = pass->folder;
    struct qb_tracked *file = output->scope == QB_OUTPUT_OFFICE ? qb_folder_find(folder, output->path) : NULL;
    struct qb_buf text = {0};
    struct qb_buf out = {0};
    if (file && qb_file_read(folder->dir, file->path, QB_MAX_ATTACHMENT, &text, NULL, NULL) == QB_OK &&
        qb_output_notice(&out, output, qb_buf_text(&text), text.length, folder->settings.language, problem))
        replace(pass, file, &out);
    qb_buf_fini(&text);
    qb_buf_fini(&out);
}

bool qb_hold_told(const struct qb_folder *folder, const struct qb_tracked *file)
{
    struct qb_buf text = {0};
    struct qb_buf out = {0};
    struct qb_oid oid;
    bool told_only = false;
    for (size_t i = 0; i < qb_output_count && !told_only; i++) {
        const struct qb_output *output = &qb_outputs[i];
        if (strcmp(output->path, file->path) ||
            qb_file_read(folder->dir, file->path, QB_MAX_ATTACHMENT, &text, NULL, NULL) != QB_OK ||
            !qb_output_notice(&out, output, qb_buf_text(&text), text.length, folder->settings.language, NULL))
            continue;
        qb_oid_of_blob(qb_buf_text(&out), out.length, &oid);
        told_only = qb_oid_equal(&oid, &file->committed);
    }
    qb_buf_fini(&text);
    qb_buf_fini(&out);
    return told_only;
}

static void tell_all(struct qb_pass *pass, enum qb_problem_code code, const char *message_id)
{
    const struct qb_held *held = &pass->result->hold;
    struct qb_buf folders = {0};
    char count[24];
    snprintf(count, sizeof count, "%zu", held->count);
    list_folders(&folders, held);
    struct qb_problem problem = {.code = code,
                                 .path = "records",
                                 .pointer = "",
                                 .line = 1,
                                 .column = 1,
                                 .message_id = message_id,
                                 .args = {{"count", count}, {"folders", qb_buf_text(&folders)}},
                                 .arg_count = 2};
    for (size_t i = 0; i < qb_output_count; i++)
        tell_file(pass, &qb_outputs[i], &problem);
    qb_buf_fini(&folders);
}

void qb_hold_tell(struct qb_pass *pass)
{
    struct qb_folder *folder = pass->folder;
    const char *why = pass->result->held;
    bool same = why && folder->told == why && folder->told_count == pass->result->hold.count;
    folder->told = why;
    folder->told_count = pass->result->hold.count;
    for (size_t i = 0; why && !same && i < sizeof told / sizeof *told; i++)
        if (!strcmp(told[i].hold, why))
            tell_all(pass, told[i].code, told[i].message_id);
}

void qb_hold_write(struct qb_json_writer *writer, const struct qb_held *held)
{
    qb_json_writer_integer(writer, "held_files", (int64_t)held->count);
    qb_json_writer_array(writer, "held_folders");
    for (size_t at = 0; at < held->folders.length; at += strlen(held->folders.data + at) + 1) {
        char *space;
        qb_json_writer_object(writer, NULL);
        qb_json_writer_integer(writer, "count", strtoll(held->folders.data + at, &space, 10));
        qb_json_writer_string(writer, "folder", space + 1);
        qb_json_writer_end_object(writer);
    }
    qb_json_writer_end_array(writer);
    qb_json_writer_array(writer, "held_names");
    for (size_t at = 0; at < held->names.length; at += strlen(held->names.data + at) + 1)
        qb_json_writer_string(writer, NULL, held->names.data + at);
    qb_json_writer_end_array(writer);
}
