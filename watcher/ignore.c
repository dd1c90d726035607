/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of patterns of temporary and partial files, and the matching of names against it.
 *
 * A walk asks for every path, so a name must not be held against ninety patterns: each pattern hangs on its
 * literal first byte or else its literal last byte, and a name looks only at the patterns of its own two. Chains run
 * from the last pattern to the first, because as in gitignore(5) the last one that matches decides. Matching keeps
 * only the latest star to return to, so it takes at most pattern x name steps, whatever the settings hold.
 */
#include "watcher/ignore.h"

#include "core/base/mem.h"

#include <stdlib.h>
#include <string.h>

/* bytes; a name has at most 255, and no pattern needs more than a path of a few names */
#define PATTERN_MAX 1024

const struct qb_ignore_row qb_ignore_table[] = {
    {".dropbox", "Dropbox", false, false},
    {".dropbox.attr", "Dropbox", false, false},
    {".dropbox.cache", "Dropbox", true, false},
    {".stfolder", "Syncthing", true, false},
    {".stfolder.removed-*", "Syncthing", true, false},
    {".stversions", "Syncthing", true, false},
    {".stignore", "Syncthing", false, false},
    {".syncthing.*.tmp", "Syncthing", false, false},
    {"~syncthing~*.tmp", "Syncthing", false, false},
    {".owncloudsync.log*", "ownCloud", false, false},
    {".nextcloudsync.log*", "Nextcloud", false, false},
    {".csync_journal.db*", "ownCloud", false, false},
    {"._sync_*.db*", "Nextcloud, ownCloud", false, false},
    {".sync_*.db*", "Nextcloud, ownCloud", false, false},
    {".*.~[0-9a-f]*", "Nextcloud, ownCloud", false, false}, /* .NAME.~3f9a01bc while it downloads */
    {"*.owncloud", "ownCloud", false, false},
    {"*.nextcloud", "Nextcloud", false, false},
    {".849C9593-D756-4E56-8D6E-42412F2A707B", "OneDrive", false, false}, /* marks the root, on every machine */
    {".tmp.driveupload", "Google Drive", true, false},
    {".tmp.drivedownload", "Google Drive", true, false},
    {".seafile-data", "Seafile", true, false},
    {"*.sbak", "Seafile", false, false}, /* the local version, while the new one is put in its place */
    {".sync", "Resilio Sync", true, false},
    {".Sync[IA]*", "Resilio Sync", false, false}, /* .SyncID, .SyncIgnore, .SyncArchive */
    {"*.!sync", "Resilio Sync", false, false},
    {"*.!Sync", "Resilio Sync", false, false},
    {"*.bts", "Resilio Sync", false, false},
    {"*.partial", "rclone", false, false},
    {".unison.*", "Unison", false, false},
    {"*.unison.tmp", "Unison", false, false},
    {".*.icloud", "iCloud Drive", false, false},
    {".getxfer.*.mega", "MEGA", false, false},
    {".debris", "MEGA", true, false},
    {".SynologyWorkingDirectory", "Synology Drive", true, false},
    {"@eaDir", "Synology", true, false},
    {"\\#recycle", "Synology", true, false},
    {".@__thumb", "QNAP", true, false},
    {"*.ffs_tmp", "FreeFileSync", false, false},
    {"*.ffs_db", "FreeFileSync", false, false},
    {"*.ffs_lock", "FreeFileSync", false, false},
    {".~tmp~", "rsync", true, false},
    {".rsync-partial", "rsync", true, false},
    {".*.json.??????", "rsync", false, false}, /* six random letters behind the name */
    {".*.yaml.??????", "rsync", false, false},
    {"*.filepart", "WinSCP", false, false},
    {"*.part", "Firefox, KDE", false, false},
    {"*.crdownload", "Chrome", false, false},
    {"*.swp", "vim", false, false},
    {"*.swo", "vim", false, false},
    {"*.swn", "vim", false, false},
    {"*.swx", "vim", false, false},
    {"4913", "vim", false, false}, /* written and removed to see whether the directory can be written */
    {"*~", "vim, Emacs, nano, Seafile", false, false},
    {"\\#*#", "Emacs", false, false},
    {".#*", "Emacs", false, false},
    {"*.vsctmp", "VS Code", false, false},
    {".subl*.tmp", "Sublime Text", false, false},
    {"*___jb_tmp___", "JetBrains", false, false},
    {"*___jb_old___", "JetBrains", false, false},
    {".~lock.*#", "LibreOffice", false, false},
    {"~$*", "Microsoft Office", false, false},
    {"*.laccdb", "Microsoft Access", false, false},
    {".goutputstream-*", "GNOME", false, false},
    {".directory", "KDE", false, false},
    {"*.kate-swp", "KDE", false, false},
    {".Trash-*", "Linux desktops", true, false},
    {".nfs[0-9a-f]*", "NFS", false, false},
    {".fuse_hidden*", "FUSE", false, false},
    {"lost+found", "Linux", true, false},
    {".DS_Store", "macOS", false, false},
    {"._*", "macOS", false, false},
    {".AppleDouble", "macOS", true, false},
    {".Spotlight-V100", "macOS", true, false},
    {".Trashes", "macOS", true, false},
    {".fseventsd", "macOS", true, false},
    {".TemporaryItems", "macOS", true, false},
    {".DocumentRevisions-V100", "macOS", true, false},
    {".apdisk", "macOS", false, false},
    {"Icon[\r]", "macOS", false, false}, /* in brackets: git takes a bare CR at the end for a line's end */
    {"*.sb-[0-9a-f]*-*", "macOS", true, false},
    {"Thumbs.db", "Windows", false, false},
    {"thumbs.db", "Windows", false, false},
    {"ehthumbs.db", "Windows", false, false},
    {"desktop.ini", "Windows", false, false},
    {"Desktop.ini", "Windows", false, false},
    {"$RECYCLE.BIN", "Windows", true, false},
    {"System Volume Information", "Windows", true, false},
    {"*.tmp", "many programs", false, false},
    {"~*.tmp", "Q-BIS", false, true},
    {".[gG][iI][tT]", "git", true, true}, /* case-blind file systems find .GIT as .git too */
};

const size_t qb_ignore_table_count = sizeof qb_ignore_table / sizeof *qb_ignore_table;

/* One name of a path or of a pattern: `length` bytes that hold no slash, or for a pattern without its end. */
struct part {
    const char *at;
    size_t length;
};

struct rule {
    char *pattern; /* without "!" and the slashes around it */
    size_t length;
    bool negative;
    bool path; /* held against the whole path, from the folder's root */
    int next;  /* the rule before it in its chain, or -1 */
};

#define CHAIN_ANY 512 /* chains: 0..255 by the first byte, 256..511 by the last, then the rest */

struct qb_ignore {
    struct rule *rules;
    size_t count;
    size_t capacity;
    int heads[CHAIN_ANY + 1]; /* the last rule of each chain, or -1 */
};

/* POSIX character classes as pairs of first and last byte, in ASCII only. */
static const struct {
    const char *name;
    const char *ranges;
} classes[] = {
    {"alpha", "azAZ"}, {"digit", "09"},     {"alnum", "azAZ09"},  {"upper", "AZ"},
    {"lower", "az"},   {"space", "\t\r  "}, {"blank", "\t\t  "},  {"punct", "!/:@[`{~"},
    {"print", " ~"},   {"graph", "!~"},     {"xdigit", "09afAF"}, {"cntrl", "\001\037\177\177"},
};

static bool in_class(const char *name, size_t length, unsigned char c)
{
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (strlen(classes[i].name) == length && !memcmp(classes[i].name, name, length))
            for (const char *range = classes[i].ranges; *range; range += 2)
                if (c >= (unsigned char)range[0] && c <= (unsigned char)range[1])
                    return true;
    return false;
}

/* One member of a bracket at `pattern` (a class, a range or a byte): says whether it holds `c` and returns its bytes,
 * 0 when the pattern ends within it. */
static size_t bracket_member(struct part pattern, unsigned char c, bool *holds)
{
    const char *p = pattern.at;
    const char *end = p + pattern.length;
    if (end - p > 3 && p[0] == '[' && p[1] == ':') {
        const char *close = memmem(p + 2, (size_t)(end - p - 2), ":]", 2);
        if (close) {
            *holds = in_class(p + 2, (size_t)(close - p - 2), c);
            return (size_t)(close + 2 - p);
        }
    }
    if (*p == '\\' && ++p == end)
        return 0;
    unsigned char low = (unsigned char)*p++;
    unsigned char high = low;
    if (end - p > 1 && p[0] == '-' && p[1] != ']') {
        p++;
        if (*p == '\\' && ++p == end)
            return 0;
        high = (unsigned char)*p++;
    }
    *holds = c >= low && c <= high;
    return (size_t)(p - pattern.at);
}

/* The bracket expression behind "[" at `pattern`: says whether it takes `c` and returns its bytes with the "]", 0
 * when it is not closed. */
static size_t bracket(struct part pattern, unsigned char c, bool *takes)
{
    size_t at = 0;
    bool negated = pattern.length && (*pattern.at == '!' || *pattern.at == '^');
    bool found = false;
    if (negated)
        at++;
    for (size_t first = at; at < pattern.length;) {
        if (pattern.at[at] == ']' && at > first) {
            *takes = found != negated;
            return at + 1;
        }
        bool holds = false;
        size_t bytes = bracket_member((struct part){pattern.at + at, pattern.length - at}, c, &holds);
        if (!bytes)
            return 0;
        found = found || holds;
        at += bytes;
    }
    return 0;
}

/* Holds the pattern's next element, which is no star, against one byte: its bytes, or 0 when it does not match. */
static size_t element(struct part pattern, unsigned char c)
{
    bool takes = false;
    switch (*pattern.at) {
    case '?':
        return 1;
    case '[': {
        size_t bytes = bracket((struct part){pattern.at + 1, pattern.length - 1}, c, &takes);
        return bytes && takes ? bytes + 1 : 0;
    }
    case '\\':
        return pattern.length > 1 && (unsigned char)pattern.at[1] == c ? 2 : 0;
    default:
        return (unsigned char)*pattern.at == c;
    }
}

/* Where a star that has taken what is before `from` can end next: at the byte that must follow, if one byte must. */
static size_t next_try(struct part pattern, size_t star, struct part name, size_t from)
{
    if (star >= pattern.length || strchr("*?[\\", pattern.at[star]))
        return from;
    const char *at = memchr(name.at + from, pattern.at[star], name.length - from);
    return at ? (size_t)(at - name.at) : name.length;
}

/* One name against one name's pattern. */
static bool name_matches(struct part pattern, struct part name)
{
    size_t p = 0;
    size_t n = 0;
    size_t star = 0;  /* behind the latest star, 0 when there was none */
    size_t retry = 0; /* what that star has taken ends here */
    while (n < name.length) {
        if (p < pattern.length && pattern.at[p] == '*') {
            star = ++p;
            n = retry = next_try(pattern, star, name, n);
            continue;
        }
        size_t bytes = 0;
        if (p < pattern.length)
            bytes = element((struct part){pattern.at + p, pattern.length - p}, (unsigned char)name.at[n]);
        if (bytes) {
            p += bytes;
            n++;
        } else if (star) {
            p = star;
            n = retry = next_try(pattern, star, name, retry + 1);
        } else {
            return false;
        }
    }
    while (p < pattern.length && pattern.at[p] == '*')
        p++;
    return p == pattern.length;
}

/* Takes the first name off a path. */
static struct part shift(struct part *path)
{
    const char *slash = memchr(path->at, '/', path->length);
    struct part name = {path->at, slash ? (size_t)(slash - path->at) : path->length};
    size_t taken = name.length + (slash != NULL);
    path->at += taken;
    path->length -= taken;
    return name;
}

/* Any folders; git takes three stars for two. */
static bool is_double_star(struct part name)
{
    return name.length >= 2 && strspn(name.at, "*") >= name.length;
}

/* A path against a pattern with slashes: the same search as in name_matches, with names for bytes. A "**" at the end
 * is for what lies inside, so it wants at least one name. */
static bool path_matches(struct part pattern, struct part path)
{
    struct part star = {0};
    struct part retry = {0};
    while (path.length) {
        struct part rest = pattern;
        struct part wanted = pattern.length ? shift(&rest) : (struct part){0};
        if (is_double_star(wanted)) {
            if (!rest.length)
                return true;
            star = pattern = rest;
            retry = path;
            continue;
        }
        struct part behind = path;
        struct part name = shift(&behind);
        if (pattern.length && name_matches(wanted, name)) {
            pattern = rest;
            path = behind;
        } else if (star.at) {
            pattern = star;
            shift(&retry);
            path = retry;
        } else {
            return false;
        }
    }
    return !pattern.length;
}

/* The chain a rule belongs to. Only a byte that stands for itself will do. */
static size_t chain_of(const struct rule *rule)
{
    if (rule->path)
        return CHAIN_ANY;
    const char *first = rule->pattern;
    if (*first == '\\' && first[1])
        return (unsigned char)first[1];
    if (!strchr("*?[\\", *first))
        return (unsigned char)*first;
    char last = rule->pattern[rule->length - 1];
    /* an escaped or bracketed end is left to the rest; a lone "]" may close a bracket */
    if (strchr("*?]\\", last) || (rule->length > 1 && rule->pattern[rule->length - 2] == '\\'))
        return CHAIN_ANY;
    return strchr(rule->pattern, '[') ? CHAIN_ANY : (size_t)256 + (unsigned char)last;
}

static void add_rule(struct qb_ignore *ignore, const char *text)
{
    struct rule rule = {.negative = *text == '!'};
    text += rule.negative;
    size_t length = strlen(text);
    while (length && text[length - 1] == ' ' && !(length > 1 && text[length - 2] == '\\'))
        length--; /* gitignore(5): trailing spaces count only when escaped */
    while (length && text[length - 1] == '/')
        length--;
    bool rooted = length && *text == '/';
    if (rooted) {
        text++;
        length--;
    }
    if (!length || length > PATTERN_MAX || memchr(text, '\n', length) || (!rooted && !rule.negative && *text == '#'))
        return;
    rule.pattern = qb_mem_copy(text, length);
    rule.length = length;
    rule.path = rooted || strchr(rule.pattern, '/');
    size_t chain = chain_of(&rule);
    rule.next = ignore->heads[chain];
    QB_MEM_GROW(ignore->rules, ignore->count, ignore->capacity);
    ignore->heads[chain] = (int)ignore->count;
    ignore->rules[ignore->count++] = rule;
}

struct qb_ignore *qb_ignore_new(const char *const *extra, size_t count)
{
    struct qb_ignore *ignore = qb_mem_alloc(sizeof *ignore);
    for (size_t i = 0; i <= CHAIN_ANY; i++)
        ignore->heads[i] = -1;
    for (size_t i = 0; i < qb_ignore_table_count; i++)
        if (!qb_ignore_table[i].fixed)
            add_rule(ignore, qb_ignore_table[i].pattern);
    for (size_t i = 0; i < count; i++)
        add_rule(ignore, extra[i]);
    for (size_t i = 0; i < qb_ignore_table_count; i++)
        if (qb_ignore_table[i].fixed)
            add_rule(ignore, qb_ignore_table[i].pattern);
    return ignore;
}

void qb_ignore_free(struct qb_ignore *ignore)
{
    if (!ignore)
        return;
    for (size_t i = 0; i < ignore->count; i++)
        free(ignore->rules[i].pattern);
    free(ignore->rules);
    free(ignore);
}

/* The last rule of a chain that matches, when it is later than `best`. */
static int search_chain(const struct qb_ignore *ignore, size_t chain, struct part path, struct part name, int best)
{
    for (int i = ignore->heads[chain]; i > best; i = ignore->rules[i].next) {
        const struct rule *rule = &ignore->rules[i];
        struct part pattern = {rule->pattern, rule->length};
        if (rule->path ? path_matches(pattern, path) : name_matches(pattern, name))
            return i;
    }
    return best;
}

/* A path by its own name, without those above it. */
static bool ignored(const struct qb_ignore *ignore, struct part path, struct part name)
{
    int best = search_chain(ignore, (unsigned char)name.at[0], path, name, -1);
    best = search_chain(ignore, (size_t)256 + (unsigned char)name.at[name.length - 1], path, name, best);
    best = search_chain(ignore, CHAIN_ANY, path, name, best);
    return best >= 0 && !ignore->rules[best].negative;
}

bool qb_ignore_match(const struct qb_ignore *ignore, const char *path)
{
    struct part rest = {path, strlen(path)};
    while (rest.length) {
        struct part name = shift(&rest);
        struct part whole = {path, (size_t)(name.at + name.length - path)};
        if (name.length && ignored(ignore, whole, name))
            return true;
    }
    return false;
}

void qb_ignore_lines(const struct qb_ignore *ignore, struct qb_buf *out)
{
    for (size_t i = 0; i < ignore->count; i++) {
        const struct rule *rule = &ignore->rules[i];
        if (rule->negative)
            qb_buf_add_char(out, '!');
        if (rule->path)
            qb_buf_add_char(out, '/');
        /* a space at the end counts only when it is escaped; a bare one stood before a slash that was dropped */
        bool space = rule->pattern[rule->length - 1] == ' ';
        bool escaped = rule->length > 1 && rule->pattern[rule->length - 2] == '\\';
        qb_buf_add(out, rule->pattern, rule->length - space);
        if (space)
            qb_buf_add_string(out, escaped ? " " : "\\ ");
        qb_buf_add_char(out, '\n');
    }
}

static const struct {
    const char *prefix;
    const char *suffix;
} forms[] = {{".", ".icloud"}, {"", ".owncloud"}, {"", ".nextcloud"}};

void qb_ignore_placeholders(const char *path, struct qb_buf *placeholders)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    qb_buf_clear(placeholders);
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        qb_buf_add(placeholders, path, (size_t)(name - path));
        qb_buf_addf(placeholders, "%s%s%s", forms[i].prefix, name, forms[i].suffix);
        qb_buf_add_char(placeholders, '\0');
    }
}

bool qb_ignore_placeholder(const char *path, struct qb_buf *stands_for)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    size_t length = strlen(name);
    qb_buf_clear(stands_for);
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        size_t before = strlen(forms[i].prefix);
        size_t after = strlen(forms[i].suffix);
        if (length <= before + after || strncmp(name, forms[i].prefix, before) ||
            strcmp(name + length - after, forms[i].suffix))
            continue;
        qb_buf_add(stands_for, path, (size_t)(name - path));
        qb_buf_add(stands_for, name + before, length - before - after);
        return true;
    }
    return false;
}
