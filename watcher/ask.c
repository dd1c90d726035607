/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Questions. An answer goes into the draft as soon as it is given and the draft is checked against the kind: what the
 * schema says about that property is said at once and the question comes again. What is required can depend on the
 * answers, so it is the schema that is asked what is missing, until nothing is.
 */
#include "watcher/ask.h"

#include "core/base/limits.h"
#include "schema/kind_problem.h"
#include "schema/kind_words.h"
#include "watcher/choices.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST_ROUNDS 200 /* of asking for what is missing */

enum answer {
    ANSWERED,
    SKIPPED, /* an empty line */
    ENDED
};

bool qb_ask_possible(void)
{
    return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

/* --- the terminal --- */

static void print(const char *text)
{
    qb_say_text(stderr, text, strlen(text));
}

static void print_message(const struct qb_ask *ask, const char *message_id, const char *name, const char *value)
{
    struct qb_buf text = {0};
    qb_text_format(&text, ask->invocation->language, message_id, (struct qb_text_arg[]){{name, value}}, 1);
    print(qb_buf_text(&text));
    print("\n");
    qb_buf_fini(&text);
}

/* One line without the blanks around it. False at the end of input. */
static bool read_line(struct qb_ask *ask, struct qb_buf *line)
{
    char *text = NULL;
    size_t size = 0;
    qb_buf_clear(line);
    print("> ");
    fflush(stderr);
    ssize_t length = getline(&text, &size, stdin);
    if (length < 0) {
        ask->ended = true;
        print("\n");
    } else {
        size_t used = (size_t)length;
        const char *start = qb_value_trim(text, &used);
        qb_buf_add(line, start, used);
    }
    free(text);
    return length >= 0;
}

bool qb_ask_yes(struct qb_ask *ask, const char *message_id, bool otherwise)
{
    struct qb_buf line = {0};
    bool yes = otherwise;
    print_message(ask, message_id, "", "");
    if (read_line(ask, &line) && line.length) {
        char letter = (char)(line.data[0] | 0x20);
        yes = letter == 'y' || letter == 'j' || (letter != 't' && letter != 'n' && otherwise);
    }
    qb_buf_fini(&line);
    return yes;
}

/* --- what the schema says so far --- */

/* Calls back with each violation of the draft as it is. */
typedef bool each_violation(void *context, const struct qb_violation *violation);

static void violations(const struct qb_ask *ask, each_violation *visit, void *context)
{
    struct qb_buf text = {0};
    struct qb_json_doc *doc = qb_json_doc_new();
    struct qb_json_fault fault;
    struct qb_violations list;
    qb_violations_init(&list);
    qb_draft_write(&text, ask->draft);
    const struct qb_json *record = qb_json_parse(doc, qb_buf_text(&text), text.length, &qb_json_record_options, &fault);
    if (record)
        qb_schema_report(ask->kind->schema, record, QB_MAX_FILE_PROBLEMS, &list);
    for (size_t i = 0; i < list.count && visit(context, &list.items[i]); i++)
        ;
    qb_violations_fini(&list);
    qb_json_doc_free(doc);
    qb_buf_fini(&text);
}

/* Says what is wrong at a path; false when nothing is. What is missing there may still come. */
struct complaint {
    const struct qb_ask *ask;
    const char *path;
    bool found;
};

static bool complain(void *context, const struct qb_violation *violation)
{
    struct complaint *complaint = context;
    struct qb_buf path = {0};
    qb_draft_path(&path, violation->pointer);
    bool here = !strcmp(qb_buf_text(&path), complaint->path);
    bool twice = !strcmp(violation->keyword, "uniqueItems") && path.length < strlen(complaint->path) &&
                 !strncmp(path.data, complaint->path, path.length) && complaint->path[path.length] == '[';
    qb_buf_fini(&path);
    here |= twice;
    if (!here || strstr(violation->keyword, "equired"))
        return true;
    struct qb_buf text = {0};
    qb_kind_violation_message(&text, complaint->ask->invocation->language, NULL, violation);
    print("  ");
    print(qb_buf_text(&text));
    print("\n");
    qb_buf_fini(&text);
    complaint->found = true;
    return true;
}

static bool wrong(const struct qb_ask *ask, const char *path)
{
    struct complaint complaint = {ask, path, false};
    violations(ask, complain, &complaint);
    return complaint.found;
}

/* What the program fills in, and what a new record has no use for. */
static bool passed_over(const struct qb_kind_property *property)
{
    static const char *const names[] = {"id", "$schema", "correction_reason"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(property->path, names[i]))
            return true;
    return strpbrk(property->path, ".[") != NULL;
}

/* The first property that the record as it is demands and does not have. */
struct demand {
    const struct qb_ask *ask;
    const struct qb_kind_property *property;
};

static bool note_demand(void *context, const struct qb_violation *violation)
{
    struct demand *demand = context;
    if (!strstr(violation->keyword, "equired") || strcmp(violation->pointer, ""))
        return true;
    for (size_t i = 0; i < violation->arg_count; i++) {
        if (strcmp(violation->args[i].name, "property") || !violation->args[i].value)
            continue;
        const struct qb_kind_property *property = qb_draft_property(demand->ask->text, violation->args[i].value, NULL);
        if (property && !passed_over(property) && !qb_draft_has(demand->ask->draft, property->path))
            demand->property = property;
    }
    return !demand->property;
}

/* --- questions --- */

static enum answer ask_value(struct qb_ask *ask, const struct qb_kind_property *property, const char *path,
                             const struct qb_json *schema, bool required);

static const char *label_of(const struct qb_ask *ask, const struct qb_kind_property *property)
{
    const char *label = qb_kind_property_words(ask->text, property, "x-qbis-label", ask->invocation->language);
    return label ? label : property->name;
}

/* "Tanggal sertifikat (certificate_issued_on)", what there is to know about it, and what kind of value. */
static void print_head(const struct qb_ask *ask, const struct qb_kind_property *property, const char *path,
                       const struct qb_json *schema)
{
    const struct qb_kind_voice voice = {.language = ask->invocation->language};
    const char *words = qb_kind_property_words(ask->text, property, "x-qbis-description", voice.language);
    struct qb_buf line = {0};
    qb_buf_addf(&line, "\n%s (%s)\n", label_of(ask, property), path);
    if (words)
        qb_buf_addf(&line, "  %s\n", words);
    if (!words && !qb_kind_text_find(ask->text, schema, "enum")) {
        struct qb_buf type = {0};
        qb_kind_say_type(&type, &voice, ask->text, schema);
        qb_buf_addf(&line, "  %s\n", qb_buf_text(&type));
        qb_buf_fini(&type);
    }
    print(qb_buf_text(&line));
    qb_buf_fini(&line);
}

/* Takes one answer. False: it was wrong, and that was said. */
static bool take(struct qb_ask *ask, struct qb_choices *choices, const char *path, const struct qb_buf *line)
{
    const char *words = qb_buf_text(line);
    if (choices->count) {
        words = qb_choices_pick(choices, words);
        if (!words)
            return false;
    }
    if (qb_draft_set(ask->draft, path, QB_DECIMAL_OPEN, words, strlen(words)) == QB_DRAFT_AMBIGUOUS) {
        print_message(ask, "new.ambiguous", "found", words);
        return false;
    }
    if (!wrong(ask, path))
        return true;
    qb_draft_unset(ask->draft, path);
    return false;
}

static enum answer ask_scalar(struct qb_ask *ask, const struct qb_kind_property *property, const char *path,
                              const struct qb_json *schema, bool required)
{
    struct qb_buf line = {0};
    struct qb_choices choices;
    enum answer answer = ENDED;
    print_head(ask, property, path, schema);
    qb_choices_init(&choices, ask, schema);
    qb_choices_print(&choices);
    while (read_line(ask, &line)) {
        if (line.length && (required || strcmp(line.data, "."))) {
            if (!take(ask, &choices, path, &line))
                continue;
            answer = ANSWERED;
            break;
        }
        if (required) {
            print_message(ask, "new.required", "property", label_of(ask, property));
            continue;
        }
        ask->enough |= line.length > 0;
        answer = SKIPPED;
        break;
    }
    qb_choices_fini(&choices);
    qb_buf_fini(&line);
    return answer;
}

/* Whether property `inner` is a member of the value (or of its items) at `outer`, and of nothing deeper. */
static bool member_of(const char *outer, const char *inner, bool items)
{
    size_t length = strlen(outer);
    if (strncmp(outer, inner, length))
        return false;
    inner += length;
    if (items && strncmp(inner, "[]", 2))
        return false;
    inner += items ? 2 : 0;
    return *inner == '.' && !strpbrk(inner + 1, ".[");
}

static bool has_members(const struct qb_ask *ask, const struct qb_kind_property *property, bool items)
{
    for (size_t i = 0; i < ask->text->count; i++)
        if (member_of(property->path, ask->text->properties[i].path, items))
            return true;
    return false;
}

/* The members of an object at `path`: those that are required, then the others. */
static enum answer ask_members(struct qb_ask *ask, const struct qb_kind_property *property, const char *path,
                               bool items)
{
    for (int required = 1; required >= 0; required--) {
        for (size_t i = 0; i < ask->text->count; i++) {
            const struct qb_kind_property *member = &ask->text->properties[i];
            if (!member_of(property->path, member->path, items) || member->required != (required > 0))
                continue;
            struct qb_buf inner = {0};
            qb_buf_addf(&inner, "%s.%s", path, member->name);
            enum answer answer = qb_draft_has(ask->draft, qb_buf_text(&inner))
                                     ? ANSWERED
                                     : ask_value(ask, member, qb_buf_text(&inner), member->schema, member->required);
            qb_buf_fini(&inner);
            if (answer == ENDED)
                return ENDED;
            if (ask->enough)
                break;
        }
    }
    ask->enough = false;
    return ANSWERED;
}

/* Items until somebody has enough. */
static enum answer ask_items(struct qb_ask *ask, const struct qb_kind_property *property, const char *path,
                             const struct qb_json *schema, bool required)
{
    const struct qb_json *items = qb_kind_text_find(ask->text, schema, "items");
    bool objects = has_members(ask, property, true);
    enum answer answer = ANSWERED;
    size_t index = 0;
    if (objects && !required) {
        print_head(ask, property, path, schema);
        if (!qb_ask_yes(ask, "new.fill-in", false))
            return ask->ended ? ENDED : SKIPPED;
    }
    for (; index < QB_DRAFT_ITEMS; index++) {
        struct qb_buf inner = {0};
        qb_buf_addf(&inner, "%s[%zu]", path, index);
        answer = objects ? ask_members(ask, property, qb_buf_text(&inner), true)
                         : ask_value(ask, property, qb_buf_text(&inner), items, required && !index);
        qb_buf_fini(&inner);
        if (answer != ANSWERED || (objects && !qb_ask_yes(ask, "new.another", false)))
            break;
    }
    return ask->ended ? ENDED : index ? ANSWERED : answer;
}

static enum answer ask_group(struct qb_ask *ask, const struct qb_kind_property *property, const char *path,
                             const struct qb_json *schema, bool required)
{
    if (!required) {
        print_head(ask, property, path, schema);
        if (!qb_ask_yes(ask, "new.fill-in", false))
            return ask->ended ? ENDED : SKIPPED;
    }
    return ask_members(ask, property, path, false);
}

static enum answer ask_value(struct qb_ask *ask, const struct qb_kind_property *property, const char *path,
                             const struct qb_json *schema, bool required)
{
    const struct qb_json *items = qb_kind_text_find(ask->text, schema, "items");
    if (items && items->type == QB_JSON_OBJECT)
        return ask_items(ask, property, path, schema, required);
    if (schema == property->schema && has_members(ask, property, false))
        return ask_group(ask, property, path, schema, required);
    return ask_scalar(ask, property, path, schema, required);
}

/* --- the record --- */

static enum answer ask_all(struct qb_ask *ask, bool required)
{
    for (size_t i = 0; i < ask->text->count && !ask->enough; i++) {
        const struct qb_kind_property *property = &ask->text->properties[i];
        if (passed_over(property) || property->required != required || qb_draft_has(ask->draft, property->path))
            continue;
        if (ask_value(ask, property, property->path, property->schema, required) == ENDED)
            return ENDED;
    }
    ask->enough = false;
    return ANSWERED;
}

/* What the answers have made necessary. */
static enum answer ask_missing(struct qb_ask *ask)
{
    for (int round = 0; round < MOST_ROUNDS; round++) {
        struct demand demand = {.ask = ask};
        violations(ask, note_demand, &demand);
        const struct qb_kind_property *property = demand.property;
        if (!property)
            return ANSWERED;
        if (ask_value(ask, property, property->path, property->schema, true) == ENDED)
            return ENDED;
    }
    return ANSWERED;
}

bool qb_ask_record(struct qb_ask *ask)
{
    print_message(ask, "new.begin", "kind", qb_kind_label(ask->kind, ask->invocation->language));
    if (ask_all(ask, true) == ENDED || ask_missing(ask) == ENDED)
        return false;
    print("\n");
    print_message(ask, "new.optional", "", "");
    return ask_all(ask, false) != ENDED && ask_missing(ask) != ENDED;
}

bool qb_ask_again(struct qb_ask *ask, const char *name)
{
    const struct qb_kind_property *property = qb_draft_property(ask->text, name, NULL);
    if (!property)
        return true;
    qb_draft_unset(ask->draft, name);
    return ask_value(ask, property, name, property->schema, property->required) != ENDED && ask_missing(ask) != ENDED;
}
