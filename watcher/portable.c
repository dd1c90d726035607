/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rules of Windows (Naming Files, Paths, and Namespaces), which OneDrive applies everywhere and all other clients
 * meet on a desk with Windows, and of encrypted folders (eCryptfs, Synology).
 */
#include "watcher/portable.h"

#include "core/base/utf8.h"

#include <string.h>
#include <strings.h>

/* bytes of a name in a folder that eCryptfs encrypts */
#define LONGEST_NAME 143
/* characters of a path within the folder: Windows programs take 260, and the folder itself lies somewhere, too */
#define LONGEST_PATH 200

static const char *last_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* --- rules: each says whether the name breaks it, and by what --- */

static bool encoding(const char *path, const char *name, struct qb_buf *found)
{
    (void)path;
    (void)found;
    return qb_utf8_check(name, strlen(name)) < strlen(name);
}

static bool control(const char *path, const char *name, struct qb_buf *found)
{
    (void)path;
    for (const char *at = name; *at; at++)
        if ((unsigned char)*at < ' ' || *at == 0x7f) {
            qb_buf_addf(found, "U+%04X", (unsigned char)*at);
            return true;
        }
    return false;
}

static bool character(const char *path, const char *name, struct qb_buf *found)
{
    (void)path;
    const char *at = strpbrk(name, "<>:\"\\|?*");
    if (at)
        qb_buf_add_char(found, *at);
    return at != NULL;
}

static bool start(const char *path, const char *name, struct qb_buf *found)
{
    (void)path;
    (void)found;
    return *name == ' ';
}

static bool end(const char *path, const char *name, struct qb_buf *found)
{
    (void)path;
    char last = name[strlen(name) - 1];
    if (last == '.')
        qb_buf_add_char(found, '.');
    return last == '.' || last == ' ';
}

/* Before the first dot, in any case. */
static bool device(const char *path, const char *name, struct qb_buf *found)
{
    static const char *const devices[] = {"CON", "PRN", "AUX", "NUL", "COM", "LPT"};
    (void)path;
    size_t length = strcspn(name, ".");
    for (size_t i = 0; i < sizeof devices / sizeof *devices; i++) {
        bool numbered = i >= 4;
        if (length != (numbered ? 4u : 3u) || strncasecmp(name, devices[i], 3) ||
            (numbered && (name[3] < '0' || name[3] > '9')))
            continue;
        qb_buf_add(found, name, length);
        return true;
    }
    return false;
}

static bool long_name(const char *path, const char *name, struct qb_buf *found)
{
    (void)path;
    if (strlen(name) > LONGEST_NAME)
        qb_buf_addf(found, "%zu", strlen(name));
    return strlen(name) > LONGEST_NAME;
}

static bool long_path(const char *path, const char *name, struct qb_buf *found)
{
    size_t characters = 0;
    (void)name;
    for (const char *at = path; *at; at++)
        characters += ((unsigned char)*at & 0xc0) != 0x80;
    if (characters > LONGEST_PATH)
        qb_buf_addf(found, "%zu", characters);
    return characters > LONGEST_PATH;
}

static const struct {
    bool (*broken)(const char *path, const char *name, struct qb_buf *found);
    const char *message_id;
} rules[] = {
    {encoding, "problem.name.encoding"}, {control, "problem.name.control"}, {character, "problem.name.character"},
    {start, "problem.name.start"},       {end, "problem.name.end"},         {device, "problem.name.device"},
    {long_name, "problem.name.long"},    {long_path, "problem.name.path"},
};

const char *qb_portable_fault(const char *path, struct qb_buf *found)
{
    const char *name = last_name(path);
    qb_buf_clear(found);
    for (size_t i = 0; i < sizeof rules / sizeof *rules && *name; i++)
        if (rules[i].broken(path, name, found))
            return rules[i].message_id;
    return NULL;
}

/* --- plain names --- */

/* Where the extension begins, its dot counted to what is before it; the end when there is none. */
static size_t extension(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot ? (size_t)(dot - name) : strlen(name);
}

bool qb_portable_plain(const char *path)
{
    const char *name = last_name(path);
    size_t dot = extension(name);
    for (size_t i = 0; name[i]; i++) {
        bool letter = i < dot ? name[i] >= 'A' && name[i] <= 'Z' : name[i] >= 'a' && name[i] <= 'z';
        if (!letter && !(name[i] >= '0' && name[i] <= '9') && !strchr("-_.", name[i]))
            return false;
    }
    return true;
}

void qb_portable_make_plain(struct qb_buf *out, const char *path)
{
    const char *name = last_name(path);
    size_t dot = extension(name);
    qb_buf_add(out, path, (size_t)(name - path));
    for (size_t i = 0; name[i]; i++) {
        char c = name[i];
        if (i < dot && c >= 'a' && c <= 'z')
            c = (char)(c - 'a' + 'A');
        else if (i > dot && c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        qb_buf_add_char(out, c);
    }
}
