/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `qbis kinds`: what may be in records, for people (a list, or kinds in detail), for the documentation (--markdown) and
 * for editors (--editor). Without a folder, or with --shipped, of the kinds that are part of the program.
 */
#include "core/base/utf8.h"
#include "schema/kind_page.h"
#include "schema/kind_words.h"
#include "watcher/editor.h"
#include "watcher/office.h"

#include <stdio.h>
#include <string.h>

/* columns; a longer name pushes the rest of its line to the right */
#define WIDEST_NAME 32
#define WIDEST_LABEL 40

struct listing {
    const struct qb_kinds *kinds;
    struct qb_kind_voice voice;
    struct qb_buf out;
    bool colour;
};

static void words(struct listing *listing, const char *message_id)
{
    qb_buf_add_string(&listing->out, qb_text(listing->voice.language, message_id));
}

/* Prints what has been gathered; colours are added here, so that data brings none. */
static void flush(struct listing *listing, const char *colour)
{
    if (listing->colour && colour)
        fputs(colour, stdout);
    qb_say_text(stdout, qb_buf_text(&listing->out), listing->out.length);
    if (listing->colour && colour)
        fputs("\033[0m", stdout);
    qb_buf_clear(&listing->out);
}

/* Fills with blanks up to a column, counted from `start`; at least one. */
static void pad(struct listing *listing, size_t start, size_t column)
{
    struct qb_buf *out = &listing->out;
    size_t used = qb_utf8_length(qb_buf_text(out) + start, out->length - start);
    do
        qb_buf_add_char(out, ' ');
    while (++used < column);
}

static void print_head(struct listing *listing, const struct qb_kind *kind)
{
    qb_buf_add_string(&listing->out, kind->name);
    flush(listing, "\033[1m");
    qb_buf_addf(&listing->out, "  %s (records/%s/, %s-...)", qb_kind_label(kind, listing->voice.language), kind->folder,
                kind->prefix);
    if (kind->source[0]) {
        qb_buf_add_string(&listing->out, "  ");
        qb_kind_say(&listing->out, &listing->voice, "kinds.page.source", "file", kind->source);
    }
    qb_buf_add_char(&listing->out, '\n');
}

/* --- the list --- */

static const char *label_of(const struct listing *listing, const struct qb_kind_text *text,
                            const struct qb_kind_property *property)
{
    const char *label = qb_kind_property_words(text, property, "x-qbis-label", listing->voice.language);
    return label ? label : "";
}

/* The widest entry of a column within its limit. */
static size_t widen(size_t width, const char *text, size_t more, size_t most)
{
    size_t length = qb_utf8_length(text, strlen(text)) + more;
    return length > width && length <= most ? length : width;
}

static void print_row(struct listing *listing, const struct qb_kind_text *text, const struct qb_kind_property *property,
                      size_t name_width, size_t label_width)
{
    static const char *const marks[][2] = {{"x-qbis-unique", "kinds.short.unique"},
                                           {"x-qbis-frozen", "kinds.short.frozen"}};
    struct qb_buf required = {0};
    size_t start = listing->out.length;
    qb_kind_say_required(&required, &listing->voice, text, property);
    qb_buf_addf(&listing->out, "  %s%s", property->path, property->required ? " *" : required.length ? " (*)" : "");
    qb_buf_fini(&required);
    pad(listing, start, name_width + 8);
    start = listing->out.length;
    qb_buf_add_string(&listing->out, label_of(listing, text, property));
    pad(listing, start, label_width + 2);
    qb_kind_say_type(&listing->out, &listing->voice, text, property->schema);
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        const struct qb_json *mark = qb_kind_text_find(text, property->schema, marks[i][0]);
        if (!mark || mark->type != QB_JSON_TRUE)
            continue;
        qb_buf_add_string(&listing->out, "; ");
        words(listing, marks[i][1]);
    }
    qb_buf_add_char(&listing->out, '\n');
}

static void print_short(struct listing *listing, const struct qb_kind *kind)
{
    struct qb_kind_text text;
    size_t name_width = 0;
    size_t label_width = 0;
    qb_kind_text_init(&text, kind);
    print_head(listing, kind);
    for (size_t i = 0; i < text.count; i++) {
        name_width = widen(name_width, text.properties[i].path, 0, WIDEST_NAME);
        label_width = widen(label_width, label_of(listing, &text, &text.properties[i]), 0, WIDEST_LABEL);
    }
    for (size_t i = 0; i < text.count; i++)
        print_row(listing, &text, &text.properties[i], name_width, label_width);
    qb_buf_add_char(&listing->out, '\n');
    flush(listing, NULL);
    qb_kind_text_fini(&text);
}

static void print_list(struct listing *listing)
{
    for (size_t i = 0; i < listing->kinds->count; i++)
        print_short(listing, listing->kinds->items[i]);
    words(listing, "kinds.legend");
    qb_buf_add_char(&listing->out, '\n');
    flush(listing, NULL);
}

/* --- one in detail --- */

/* A line of its own, when there is something to say. */
static void add_line(struct listing *listing, struct qb_buf *text)
{
    if (text->length)
        qb_buf_addf(&listing->out, "    %s\n", qb_buf_text(text));
    qb_buf_fini(text);
}

static void print_values(struct listing *listing, const struct qb_kind_text *text, const struct qb_json *schema)
{
    const struct qb_json *values = qb_kind_text_find(text, schema, "enum");
    for (uint32_t i = 0; values && values->type == QB_JSON_ARRAY && i < values->length; i++) {
        const char *label = qb_kind_value_label(text, schema, &values->as.items[i], listing->voice.language);
        if (!label)
            continue;
        size_t start = listing->out.length;
        qb_buf_add_string(&listing->out, "      ");
        qb_kind_say_value(&listing->out, &listing->voice, &values->as.items[i]);
        pad(listing, start, 20);
        qb_buf_addf(&listing->out, "%s\n", label);
    }
}

static void print_property(struct listing *listing, const struct qb_kind_text *text,
                           const struct qb_kind_property *property)
{
    struct qb_buf line = {0};
    const char *label = label_of(listing, text, property);
    qb_buf_addf(&listing->out, "\n  %s", property->path);
    flush(listing, "\033[1m");
    qb_buf_addf(&listing->out, "%s%s\n", *label ? "  " : "", label);
    qb_kind_say_type(&line, &listing->voice, text, property->schema);
    struct qb_buf limits = {0};
    qb_kind_say_limits(&limits, &listing->voice, text, property->schema);
    if (limits.length)
        qb_buf_addf(&line, "; %s", qb_buf_text(&limits));
    qb_buf_fini(&limits);
    add_line(listing, &line);
    print_values(listing, text, property->schema);
    qb_kind_say_required(&line, &listing->voice, text, property);
    add_line(listing, &line);
    qb_kind_say_marks(&line, &listing->voice, text, property->schema);
    add_line(listing, &line);
    const char *description = qb_kind_property_words(text, property, "x-qbis-description", listing->voice.language);
    if (description)
        qb_buf_addf(&listing->out, "    %s\n", description);
}

static void print_detail(struct listing *listing, const struct qb_kind *kind)
{
    struct qb_kind_text text;
    struct qb_buf closed = {0};
    qb_kind_text_init(&text, kind);
    print_head(listing, kind);
    const char *description = qb_kind_text_words(&text, text.root, "x-qbis-description", listing->voice.language);
    if (description)
        qb_buf_addf(&listing->out, "  %s\n", description);
    qb_kind_say_closed(&closed, &listing->voice, kind);
    if (closed.length) {
        qb_buf_add_string(&listing->out, "  ");
        qb_text_format(&listing->out, listing->voice.language, "kinds.closed",
                       (struct qb_text_arg[]){{"condition", qb_buf_text(&closed)}}, 1);
        qb_buf_add_char(&listing->out, '\n');
    }
    qb_buf_fini(&closed);
    for (size_t i = 0; i < text.count; i++)
        print_property(listing, &text, &text.properties[i]);
    flush(listing, NULL);
    qb_kind_text_fini(&text);
}

/* False after saying which name is not known. */
static bool print_named(struct listing *listing, const struct qb_invocation *invocation, char **names, int count)
{
    const char *known[QB_MAX_KINDS];
    for (size_t i = 0; i < listing->kinds->count; i++)
        known[i] = listing->kinds->items[i]->name;
    for (int i = 0; i < count; i++) {
        const struct qb_kind *kind = qb_kinds_find(listing->kinds, names[i]);
        if (kind) {
            if (i)
                putchar('\n');
            print_detail(listing, kind);
            continue;
        }
        const char *nearest = qb_utf8_nearest(names[i], strlen(names[i]), known, listing->kinds->count);
        qb_say(invocation, nearest ? "kinds.unknown.nearest" : "kinds.unknown",
               (struct qb_text_arg[]){{"found", names[i]}, {"nearest", nearest}}, 2);
        return false;
    }
    return true;
}

/* --- the command --- */

struct choice {
    bool markdown;
    bool editor;
    bool shipped;
};

static void print_page(const struct qb_kinds *kinds, enum qb_language language)
{
    struct qb_buf page = {0};
    qb_kind_page(&page, kinds, language);
    fwrite(qb_buf_text(&page), 1, page.length, stdout);
    qb_buf_fini(&page);
}

static bool tell_problems(const struct qb_office *office, const struct qb_problems *problems)
{
    if (!problems || !problems->count)
        return false;
    qb_say(office->invocation, "kinds.broken", (struct qb_text_arg[]){{"file", problems->items[0].path}}, 1);
    return true;
}

/* Kinds that cannot be used as they are: what is shown is without them, or by their last good version. */
static bool tell_broken(const struct qb_office *office)
{
    bool any = tell_problems(office, &office->folder->kind_problems);
    for (size_t i = 0; i < office->folder->odd.count; i++)
        if (office->folder->odd.items[i]->class == QB_FILE_KIND)
            any |= tell_problems(office, office->folder->odd.items[i]->problems);
    return any;
}

static int write_editor(const struct qb_office *office)
{
    const struct qb_folder *folder = office->folder;
    struct qb_err err = {0};
    int result = qb_editor_write(folder->dir, folder->kinds, folder->settings.language, true, &err);
    if (result == QB_EINPUT)
        qb_say(office->invocation, "kinds.editor-settings", (struct qb_text_arg[]){{"file", err.file}}, 1);
    else if (result < 0)
        qb_say_error(office->invocation, &err);
    else
        qb_say(office->invocation, "kinds.editor-done", NULL, 0);
    return result < 0 ? QB_EXIT_FAILED : QB_EXIT_FINE;
}

static int show(const struct qb_invocation *invocation, const struct qb_kinds *kinds, const struct choice *choice,
                char **names, int count)
{
    struct listing listing = {
        .kinds = kinds, .voice = {.language = invocation->language}, .colour = qb_say_colour(stdout)};
    bool fine = true;
    if (choice->markdown)
        print_page(kinds, invocation->language);
    else if (count)
        fine = print_named(&listing, invocation, names, count);
    else
        print_list(&listing);
    qb_buf_fini(&listing.out);
    return fine ? QB_EXIT_FINE : QB_EXIT_FAILED;
}

static int show_shipped(const struct qb_invocation *invocation, const struct choice *choice, char **names, int count)
{
    struct qb_kinds *kinds = qb_kinds_new();
    int status = show(invocation, kinds, choice, names, count);
    qb_kinds_free(kinds);
    return status;
}

static int show_folder(const struct qb_invocation *invocation, const struct choice *choice, char **names, int count)
{
    struct qb_office office;
    int status = QB_EXIT_FAILED;
    if (qb_office_open(&office, invocation, false)) {
        bool broken = tell_broken(&office);
        status = choice->editor ? write_editor(&office) : show(invocation, office.folder->kinds, choice, names, count);
        if (status == QB_EXIT_FINE && broken)
            status = QB_EXIT_PROBLEMS;
    }
    qb_office_close(&office);
    return status;
}

int qb_cmd_kinds(const struct qb_invocation *invocation, int argc, char **argv)
{
    struct choice choice = {0};
    struct qb_option options[] = {
        {.name = "--markdown", .given = &choice.markdown},
        {.name = "--editor", .given = &choice.editor},
        {.name = "--shipped", .given = &choice.shipped},
    };
    int count = qb_options(invocation, "kinds", argc, argv, options, 3);
    if (count < 0)
        return count == -2 ? QB_EXIT_FINE : QB_EXIT_FAILED;
    if (count && (choice.markdown || choice.editor)) {
        qb_say(invocation, "cli.too-many", (struct qb_text_arg[]){{"found", argv[0]}}, 1);
        return QB_EXIT_FAILED;
    }
    if (choice.editor && (choice.shipped || choice.markdown)) {
        qb_say(invocation, "kinds.editor-alone", NULL, 0);
        return QB_EXIT_FAILED;
    }
    if (choice.editor && !invocation->folder) {
        qb_say(invocation, "cli.no-folder", NULL, 0);
        return QB_EXIT_FAILED;
    }
    if (choice.shipped || !invocation->folder)
        return show_shipped(invocation, &choice, argv, count);
    return show_folder(invocation, &choice, argv, count);
}
