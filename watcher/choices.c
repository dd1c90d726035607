/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Choices. An office has a handful of decrees and officers but thousands of shipments, so only the first are shown, and
 * any part of an id or a name narrows the list.
 */
#include "watcher/choices.h"

#include "schema/kind_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_SHOWN 20

static int by_value(const void *left, const void *right)
{
    return strcmp(((const struct qb_choice *)left)->value, ((const struct qb_choice *)right)->value);
}

static void add_records(struct qb_choices *choices, const struct qb_folder *folder, const struct qb_kind *kind)
{
    const struct qb_name *name;
    choices->items = qb_mem_array(folder->store.name_count + 1, sizeof *choices->items);
    for (size_t at = 0; (name = qb_store_next_name(&folder->store, &at));) {
        const struct qb_version *version = qb_store_in_force(name, kind->index);
        if (version)
            choices->items[choices->count++] = (struct qb_choice){name->id, version->title};
    }
    if (choices->count)
        qsort(choices->items, choices->count, sizeof *choices->items, by_value);
}

static void add_values(struct qb_choices *choices, const struct qb_ask *ask, const struct qb_json *schema,
                       const struct qb_json *values)
{
    choices->items = qb_mem_array(values->length + 1, sizeof *choices->items);
    for (uint32_t i = 0; i < values->length; i++) {
        const char *name = qb_json_string(&values->as.items[i]);
        const char *label =
            name ? qb_kind_value_label(ask->text, schema, &values->as.items[i], choices->invocation->language) : NULL;
        if (name)
            choices->items[choices->count++] = (struct qb_choice){name, label};
    }
}

void qb_choices_init(struct qb_choices *choices, const struct qb_ask *ask, const struct qb_json *schema)
{
    *choices = (struct qb_choices){.invocation = ask->invocation};
    const struct qb_json *values = qb_kind_text_find(ask->text, schema, "enum");
    const char *ref = qb_json_string(qb_kind_text_find(ask->text, schema, "x-qbis-ref"));
    const struct qb_kind *kind = ref ? qb_kinds_find(ask->folder->kinds, ref) : NULL;
    if (values && values->type == QB_JSON_ARRAY)
        add_values(choices, ask, schema, values);
    else if (kind)
        add_records(choices, ask->folder, kind);
    choices->kind = kind ? qb_kind_label(kind, choices->invocation->language) : NULL;
    choices->shown = qb_mem_array(MOST_SHOWN, sizeof *choices->shown);
}

void qb_choices_fini(struct qb_choices *choices)
{
    free(choices->items);
    free(choices->shown);
    *choices = (struct qb_choices){0};
}

static bool holds(const char *text, const char *part)
{
    return text && strcasestr(text, part);
}

/* Prints those in which a part occurs; the empty part occurs in all. */
static size_t show(struct qb_choices *choices, const char *part)
{
    size_t found = 0;
    choices->shown_count = 0;
    for (size_t i = 0; i < choices->count; i++) {
        const struct qb_choice *choice = &choices->items[i];
        if (!holds(choice->value, part) && !holds(choice->words, part))
            continue;
        if (found++ >= MOST_SHOWN)
            continue;
        choices->shown[choices->shown_count++] = i;
        struct qb_buf line = {0};
        qb_buf_addf(&line, "%4zu  %s", choices->shown_count, choice->value);
        if (choice->words)
            qb_buf_addf(&line, "  %s", choice->words);
        qb_buf_add_char(&line, '\n');
        qb_say_text(stderr, qb_buf_text(&line), line.length);
        qb_buf_fini(&line);
    }
    return found;
}

static void say(const struct qb_choices *choices, const char *message_id, const char *name, const char *value)
{
    struct qb_buf text = {0};
    qb_text_format(&text, choices->invocation->language, message_id, (struct qb_text_arg[]){{name, value}}, 1);
    qb_buf_add_char(&text, '\n');
    qb_say_text(stderr, qb_buf_text(&text), text.length);
    qb_buf_fini(&text);
}

static void say_more(const struct qb_choices *choices, size_t found)
{
    char more[24];
    snprintf(more, sizeof more, "%zu", found - choices->shown_count);
    if (found > choices->shown_count)
        say(choices, "new.more-choices", "count", more);
}

void qb_choices_print(struct qb_choices *choices)
{
    if (choices->count)
        say_more(choices, show(choices, ""));
    else if (choices->kind)
        say(choices, "new.no-choices", "kind", choices->kind);
}

/* The number of one that was shown, or 0. */
static size_t number_of(const char *answer)
{
    char *end;
    unsigned long number = strtoul(answer, &end, 10);
    return answer[0] >= '1' && answer[0] <= '9' && !*end ? (size_t)number : 0;
}

static bool is_exactly(const struct qb_choice *choice, const char *answer)
{
    return !strcasecmp(choice->value, answer) || (choice->words && !strcasecmp(choice->words, answer));
}

const char *qb_choices_pick(struct qb_choices *choices, const char *answer)
{
    size_t number = number_of(answer);
    size_t found = 0;
    const struct qb_choice *only = NULL;
    for (size_t i = 0; i < choices->count; i++)
        if (!strcmp(choices->items[i].value, answer))
            return choices->items[i].value;
    if (number && number <= choices->shown_count)
        return choices->items[choices->shown[number - 1]].value;
    for (size_t i = 0; i < choices->count; i++) {
        const struct qb_choice *choice = &choices->items[i];
        if (is_exactly(choice, answer))
            return choice->value;
        if (holds(choice->value, answer) || holds(choice->words, answer)) {
            found++;
            only = choice;
        }
    }
    if (found == 1)
        return only->value;
    if (!found)
        say(choices, "new.no-such-choice", "found", answer);
    else
        say_more(choices, show(choices, answer));
    return NULL;
}
