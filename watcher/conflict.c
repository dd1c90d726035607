/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How sync clients name conflict copies, and finding the original by taking their words off a name.
 *
 * Words in parentheses are the balanced group at the end of the name, so that "Rina (HP)'s conflicted copy" is one
 * group and "Foto (sawah)" stays a name. Other words may begin at several places ("SHP-A-PC-KANTOR-2"): the shortest
 * that the proof allows. What is left may be a copy again: its own original is looked for first, and proofs are asked
 * of that one as well, because the copy in the middle is often gone.
 */
#include "watcher/conflict.h"

#include "core/base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The more telling rows first: the first that fits names the client. */
const struct qb_conflict_row qb_conflict_table[] = {
    {"Syncthing", QB_CONFLICT_TAIL, QB_CONFLICT_NAME, ".sync-conflict-########-######-@@@@@@@"},
    {"Syncthing", QB_CONFLICT_TAIL, QB_CONFLICT_NAME, ".sync-conflict-########-######"},
    {"Syncthing", QB_CONFLICT_END, QB_CONFLICT_NAME, ".sync-conflict-########-######-@@@@@@@"}, /* without extension */
    {"Seafile", QB_CONFLICT_GROUP, QB_CONFLICT_NAME, "SFConflict *####-##-##-##-##-##"},
    {"Nextcloud, ownCloud", QB_CONFLICT_GROUP, QB_CONFLICT_NAME, "conflicted copy*####-##-## ######"},
    {"Nextcloud, ownCloud", QB_CONFLICT_TAIL, QB_CONFLICT_NAME, "_conflict-########-######"},
    {"Nextcloud, ownCloud", QB_CONFLICT_TAIL, QB_CONFLICT_NAME, "_conflict-*-########-######"},
    {"Dropbox", QB_CONFLICT_GROUP, QB_CONFLICT_NAME, "*conflicted copy ####-##-##"},
    {"Dropbox", QB_CONFLICT_GROUP, QB_CONFLICT_NAME, "*conflicted copy ####-##-## %"},
    {"Dropbox", QB_CONFLICT_GROUP, QB_CONFLICT_NAME, "In Konflikt stehende Kopie*####-##-##*"},
    {"Dropbox", QB_CONFLICT_GROUP, QB_CONFLICT_NAME, "Copie en conflit*####-##-##*"},
    {"Dropbox", QB_CONFLICT_GROUP, QB_CONFLICT_NAME, "Copia en conflicto*####-##-##*"},
    {"Dropbox", QB_CONFLICT_GROUP, QB_CONFLICT_NAME, "*の競合コピー ####-##-##*"},
    {"Dropbox", QB_CONFLICT_GROUP, QB_CONFLICT_NAME, "Case Conflict"},
    {"Dropbox", QB_CONFLICT_GROUP, QB_CONFLICT_NAME, "Case Conflict %"},
    {"Dropbox", QB_CONFLICT_GROUP, QB_CONFLICT_NAME, "Unicode Encoding Conflict"},
    {"Dropbox", QB_CONFLICT_GROUP, QB_CONFLICT_NAME, "Unicode Encoding Conflict %"},
    {"Dropbox", QB_CONFLICT_GROUP, QB_CONFLICT_NAME, "Selective Sync Conflict"},
    {"Dropbox", QB_CONFLICT_GROUP, QB_CONFLICT_NAME, "Selective Sync Conflict %"},
    {"Resilio Sync", QB_CONFLICT_TAIL, QB_CONFLICT_NAME, ".Conflict"},
    {"Resilio Sync", QB_CONFLICT_TAIL, QB_CONFLICT_NAME, ".Conflict(%)"},
    {"rclone", QB_CONFLICT_END, QB_CONFLICT_NAME, ".conflict%"},
    {"rclone", QB_CONFLICT_TAIL, QB_CONFLICT_SIBLING, ".conflict%"}, /* with --suffix-keep-extension */
    {"rclone", QB_CONFLICT_END, QB_CONFLICT_NAME, "..path1"},
    {"rclone", QB_CONFLICT_END, QB_CONFLICT_NAME, "..path2"},
    {"Unison", QB_CONFLICT_GROUP, QB_CONFLICT_SIBLING, "copy: conflict*on ####-##-##"}, /* copyonconflict */
    {"Unison", QB_CONFLICT_GROUP, QB_CONFLICT_NAME, "conflict*on*####-##-##*was*deleted"},
    {"Synology Drive", QB_CONFLICT_TAIL, QB_CONFLICT_SIBLING, "_*-##-######-####_Conflict"},
    {"any client, in any language", QB_CONFLICT_GROUP, QB_CONFLICT_SIBLING, "* $*"},
    {"any client, in any language", QB_CONFLICT_GROUP, QB_CONFLICT_SIBLING, "$ *"},
    {"Google Drive", QB_CONFLICT_GROUP, QB_CONFLICT_SAME_ID, "%"},
    {"iCloud Drive", QB_CONFLICT_TAIL, QB_CONFLICT_SAME_ID, " %"},
    {"OneDrive", QB_CONFLICT_TAIL, QB_CONFLICT_SAME_ID, "-*"}, /* the machine's name, then perhaps a number */
    {"any client", QB_CONFLICT_GROUP, QB_CONFLICT_SAME_ID, "*"},
};

const size_t qb_conflict_table_count = sizeof qb_conflict_table / sizeof *qb_conflict_table;

/* a copy of a copy of a copy of a copy; what is longer is no client's doing */
#define DEEPEST 4
#define GROUPS_OPEN 32 /* parentheses within each other */

/* --- patterns --- */

struct part {
    const char *at;
    size_t length;
};

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

static int two_digits(const char *at)
{
    return (at[0] - '0') * 10 + (at[1] - '0');
}

/* Digits in the places of "#", the same separator in those of "-": bytes, 0 when it is not so. */
static size_t shaped(struct part text, const char *shape)
{
    size_t length = strlen(shape);
    const char *separator = strchr(shape, '-');
    if (text.length < length || (separator && !memchr("-._", text.at[separator - shape], 3)))
        return 0;
    for (size_t i = 0; i < length; i++)
        if (shape[i] == '#' ? !digit(text.at[i]) : text.at[i] != text.at[separator - shape])
            return 0;
    return length;
}

/* A day at the beginning of a text, in the order that some country writes it: its bytes, 0 when there is none. */
static size_t date(struct part text)
{
    static const struct {
        const char *shape;
        unsigned month, day; /* where they begin */
    } forms[] = {{"####-##-##", 5, 8}, {"##-##-####", 3, 0}, {"##-##-####", 0, 3}, {"########", 4, 6}};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        size_t length = shaped(text, forms[i].shape);
        if (!length)
            continue;
        int month = two_digits(text.at + forms[i].month);
        int day = two_digits(text.at + forms[i].day);
        if (month >= 1 && month <= 12 && day >= 1 && day <= 31)
            return length;
    }
    return 0;
}

static size_t number(struct part text)
{
    size_t count = 0;
    while (count < text.length && digit(text.at[count]))
        count++;
    return count <= 4 ? count : 0;
}

/* The bytes at the beginning of `text` that one element of a pattern, which is no star, takes; 0: it does not fit. */
static size_t element(char wanted, struct part text)
{
    if (!text.length)
        return 0;
    switch (wanted) {
    case '#':
        return digit(*text.at);
    case '@':
        return digit(*text.at) || (*text.at >= 'A' && *text.at <= 'Z');
    case '%':
        return number(text);
    case '$':
        return date(text);
    default:
        return *text.at == wanted;
    }
}

/* The whole text. Only the latest star is returned to, so it takes at most pattern times text steps. */
static bool fits(const char *pattern, struct part text)
{
    const char *star = NULL;
    size_t at = 0;
    size_t retry = 0;
    while (at < text.length || *pattern) {
        if (*pattern == '*') {
            star = ++pattern;
            retry = at;
            continue;
        }
        size_t bytes = *pattern ? element(*pattern, (struct part){text.at + at, text.length - at}) : 0;
        if (bytes) {
            at += bytes;
            pattern++;
        } else if (star && retry < text.length) {
            pattern = star;
            at = ++retry;
        } else {
            return false;
        }
    }
    return true;
}

/* --- names --- */

/* A path taken apart; what lies between `stem` and `extension` is nothing. */
struct name {
    struct part directory; /* with its slash */
    struct part stem;
    struct part extension; /* from its dot on, or empty */
};

static struct name take_apart(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    const char *dot = strrchr(base, '.');
    if (!dot || dot == base)
        dot = base + strlen(base);
    return (struct name){{path, (size_t)(base - path)}, {base, (size_t)(dot - base)}, {dot, strlen(dot)}};
}

/* Parentheses of one byte, and the wide ones of Chinese and Japanese: +1 opens, -1 closes, *bytes long. */
static int parenthesis(struct part text, size_t *bytes)
{
    *bytes = 1;
    if (*text.at == '(' || *text.at == ')')
        return *text.at == '(' ? 1 : -1;
    if (text.length >= 3 && (!memcmp(text.at, "\xef\xbc\x88", 3) || !memcmp(text.at, "\xef\xbc\x89", 3))) {
        *bytes = 3;
        return text.at[2] == '\x88' ? 1 : -1;
    }
    return 0;
}

/* The balanced group at the end of a stem, and the stem's length without it and the blanks before it. */
static bool last_group(struct part stem, struct part *group, size_t *rest)
{
    size_t opened[GROUPS_OPEN];
    size_t depth = 0;
    size_t bytes;
    bool ends = false;
    for (size_t at = 0; at < stem.length; at += bytes) {
        int kind = parenthesis((struct part){stem.at + at, stem.length - at}, &bytes);
        ends = false;
        if (kind > 0 && depth == sizeof opened / sizeof *opened)
            return false;
        if (kind > 0)
            opened[depth++] = at;
        if (kind >= 0 || !depth)
            continue;
        size_t first = opened[--depth];
        size_t size;
        parenthesis((struct part){stem.at + first, stem.length - first}, &size);
        *group = (struct part){stem.at + first + size, at - first - size};
        *rest = first;
        ends = true;
    }
    while (ends && *rest && stem.at[*rest - 1] == ' ')
        --*rest;
    return ends && *rest;
}

/* --- finding the original --- */

struct search {
    const struct qb_conflict_sight *sight;
    const char *path; /* the file that may be a copy */
    struct qb_buf id; /* of the record in it */
    bool asked;       /* `id` is known */
    bool holds;       /* there is one */
    unsigned deep;
};

static char *original(struct search *search, const char *path, const char **client);

static char *join(struct part directory, struct part stem, struct part extension)
{
    struct qb_buf path = {0};
    qb_buf_add(&path, directory.at, directory.length);
    qb_buf_add(&path, stem.at, stem.length);
    qb_buf_add(&path, extension.at, extension.length);
    return qb_buf_steal(&path);
}

/* The id of the file that all this is about. */
static bool own_id(struct search *search)
{
    if (!search->asked)
        search->holds = search->sight->record_id(search->sight->context, search->path, &search->id);
    search->asked = true;
    return search->holds;
}

static bool named(const char *path, const struct qb_buf *id)
{
    struct name name = take_apart(path);
    return name.stem.length == id->length && !memcmp(name.stem.at, qb_buf_text(id), id->length);
}

/* A file named as the id says holds that record, even while its text cannot be read. */
static bool same_id(struct search *search, const char *sibling)
{
    struct qb_buf id = {0};
    if (!own_id(search) || named(search->path, &search->id))
        return false;
    bool same = named(sibling, &search->id) ||
                (search->sight->record_id(search->sight->context, sibling, &id) && id.length == search->id.length &&
                 !memcmp(qb_buf_text(&id), qb_buf_text(&search->id), id.length));
    qb_buf_fini(&id);
    return same;
}

static bool proved(struct search *search, enum qb_conflict_proof proof, const char *candidate)
{
    if (proof == QB_CONFLICT_NAME)
        return true;
    return search->sight->exists(search->sight->context, candidate) &&
           (proof == QB_CONFLICT_SIBLING || same_id(search, candidate));
}

/* What is left of a name, as a path, or the first original of that; NULL when the proof fails. Takes `candidate`. */
static char *settle(struct search *search, enum qb_conflict_proof proof, char *candidate)
{
    const char *ignored;
    char *first = original(search, candidate, &ignored);
    bool right = proved(search, proof, candidate) || (first && proved(search, proof, first));
    if (right && !first)
        return candidate;
    free(candidate);
    if (right)
        return first;
    free(first);
    return NULL;
}

static char *try_group(struct search *search, const struct qb_conflict_row *row, const struct name *name)
{
    struct part group;
    size_t rest;
    if (!last_group(name->stem, &group, &rest) || !fits(row->pattern, group))
        return NULL;
    return settle(search, row->proof, join(name->directory, (struct part){name->stem.at, rest}, name->extension));
}

static char *try_tail(struct search *search, const struct qb_conflict_row *row, const struct name *name)
{
    char *found = NULL;
    for (size_t at = name->stem.length; at > 1 && !found;) {
        const char *start = memrchr(name->stem.at + 1, row->pattern[0], --at);
        if (!start)
            break;
        at = (size_t)(start - name->stem.at);
        if (fits(row->pattern, (struct part){start, name->stem.length - at}))
            found =
                settle(search, row->proof, join(name->directory, (struct part){name->stem.at, at}, name->extension));
    }
    return found;
}

static char *try_end(struct search *search, const struct qb_conflict_row *row, const struct name *name)
{
    struct part whole = {name->stem.at, name->stem.length + name->extension.length};
    for (size_t at = whole.length; at > 1;) {
        const char *start = memrchr(whole.at + 1, row->pattern[0], --at);
        if (!start)
            break;
        at = (size_t)(start - whole.at);
        if (fits(row->pattern, (struct part){start, whole.length - at}))
            return settle(search, row->proof, join(name->directory, (struct part){whole.at, at}, (struct part){0}));
    }
    return NULL;
}

static char *(*const try_place[])(struct search *search, const struct qb_conflict_row *row, const struct name *name) = {
    [QB_CONFLICT_GROUP] = try_group,
    [QB_CONFLICT_TAIL] = try_tail,
    [QB_CONFLICT_END] = try_end,
};

/* Letters, digits and hyphens before .json, like most names there are: only words behind a hyphen can be in it. */
static bool is_bare(const struct name *name)
{
    for (size_t i = 0; i < name->stem.length; i++) {
        char c = name->stem.at[i];
        if (!digit(c) && !(c >= 'A' && c <= 'Z') && !(c >= 'a' && c <= 'z') && c != '-')
            return false;
    }
    return name->extension.length == 5 && !memcmp(name->extension.at, ".json", 5);
}

static char *original(struct search *search, const char *path, const char **client)
{
    struct name name = take_apart(path);
    char *found = NULL;
    bool bare = is_bare(&name);
    if (search->deep == DEEPEST)
        return NULL;
    search->deep++;
    for (size_t i = 0; i < qb_conflict_table_count && !found; i++) {
        const struct qb_conflict_row *row = &qb_conflict_table[i];
        /* it takes off any number of words at once: asked again of what is left it would try them in all ways */
        if (search->deep > 1 && row->place == QB_CONFLICT_TAIL && row->proof == QB_CONFLICT_SAME_ID)
            continue;
        if (bare && row->pattern[0] != '-')
            continue;
        *client = row->client;
        found = try_place[row->place](search, row, &name);
    }
    search->deep--;
    return found;
}

char *qb_conflict_original(const char *path, const struct qb_conflict_sight *sight, const char **client)
{
    struct search search = {.sight = sight, .path = path};
    const char *who;
    char *found = original(&search, path, &who);
    if (found && client)
        *client = who;
    qb_buf_fini(&search.id);
    return found;
}

bool qb_conflict_day(const char *path, const char *original, char day[QB_DATE_SIZE])
{
    static const struct {
        const char *shape;
        size_t month, day;
    } forms[] = {{"####-##-##", 5, 8}, {"########", 4, 6}};
    size_t at = 0;
    while (path[at] && path[at] == original[at])
        at++; /* what both have is the original's name, which may hold a day of its own */
    for (; path[at]; at++) {
        struct part rest = {path + at, strlen(path + at)};
        for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
            if (!shaped(rest, forms[i].shape) || !date(rest))
                continue;
            snprintf(day, QB_DATE_SIZE, "%.4s-%.2s-%.2s", rest.at, rest.at + forms[i].month, rest.at + forms[i].day);
            return true;
        }
    }
    return false;
}
