/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which paths history takes. git refuses, or lets `git fsck --strict` complain about, every name that some file system
 * takes for `.git`, and it gives a meaning to `.gitmodules` and `.gitattributes` that nobody wants for records.
 * So no part of a path may begin with ".git", as it is written or as HFS+ (which ignores some code points) and NTFS
 * (which ignores case and has short names such as "git~1") read it.
 */
#include "core/history/history.h"

#include "core/base/limits.h"
#include "core/base/utf8.h"

#include <string.h>

/* Code points that HFS+ leaves out when it compares names (git's utf8.c names the same). */
static bool ignored(uint32_t point)
{
    return (point >= 0x200c && point <= 0x200f) || (point >= 0x202a && point <= 0x202e) ||
           (point >= 0x206a && point <= 0x206f) || point == 0xfeff;
}

static char folded(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* The first 8 characters as those file systems see them, in lower case; enough for what is looked for. */
static void beginning(const char *name, size_t length, char seen[9])
{
    size_t used = 0;
    for (size_t at = 0; at < length && used < 8;) {
        uint32_t point = 0;
        size_t bytes = qb_utf8_decode(name + at, length - at, &point);
        if (!bytes || !ignored(point))
            seen[used++] = folded(name[at]);
        at += bytes ? bytes : 1;
    }
    seen[used] = '\0';
}

/* "git~1", "gitmod~1", "gi7eba~1": NTFS short names of .git, .gitmodules, .gitattributes. */
static bool short_name(const char *seen)
{
    const char *tilde = strchr(seen, '~');
    return tilde && tilde - seen >= 2 && tilde[1] >= '0' && tilde[1] <= '9' && !strncmp(seen, "gi", 2);
}

/* Between backslashes, which NTFS takes for slashes. */
static bool special(const char *name, size_t length)
{
    const char *end = name + length;
    for (;;) {
        char seen[9];
        const char *back = memchr(name, '\\', (size_t)(end - name));
        beginning(name, (size_t)((back ? back : end) - name), seen);
        if (!strncmp(seen, ".git", 4) || short_name(seen))
            return true;
        if (!back)
            return false;
        name = back + 1;
    }
}

bool qb_history_path_allowed(const char *path)
{
    for (unsigned depth = 0; depth <= QB_MAX_FOLDER_DEPTH; depth++) {
        size_t length = strcspn(path, "/");
        bool dots = (length == 1 && path[0] == '.') || (length == 2 && path[0] == '.' && path[1] == '.');
        if (!length || dots || special(path, length))
            return false;
        if (!path[length])
            return true;
        path += length + 1;
    }
    return false;
}
