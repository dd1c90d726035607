/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * git's index (gitformat-index, version 2), kept only for the person who runs git on the history: with it `git status`
 * is clean and need not read a file. Commits never touch it.
 *
 * The new index is written along the newest commit's tree. Beside the entries it has the extension TREE, which says for
 * each directory which tree its entries are equal to. So, when it is brought up to date, the entries of every
 * directory whose tree is still the same are copied as one piece, and only changed directories are read. An entry whose
 * version is unchanged keeps what it says about the file; for the others the caller is asked.
 *
 * The old index is believed only after its checksum. Whatever cannot be understood (another version, a split
 * index, rubbish) is left out of account and everything is written anew. No fsync: what a power cut spoils, the next
 * time mends.
 */
#include "core/history/internal.h"

#include "core/base/mem.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEADER 12                   /* bytes: "DIRC", version, number of entries */
#define FIXED 62                    /* bytes of an entry before its name */
#define STAGE_MASK 0x3000u          /* of the flags: a merge left undone */
#define NAME_MASK 0x0fffu           /* of the flags: the name's length, or this when it is longer */
#define MAX_INDEX ((size_t)2 << 30) /* bytes */
/* nanoseconds; a file changed within so short a time before the index was written may change again without its times
 * showing it (the kernel's clock ticks 100 to 1000 times a second): git is told to look for itself */
#define RACY 20000000

/* A directory of the TREE extension: the `count` entries beneath it are equal to the tree. */
struct node {
    char *name;
    struct qb_oid tree; /* zero: not known */
    size_t count;
    struct node *children;
    size_t child_count;
    size_t child_capacity;
};

/* The index that is there. */
struct old_index {
    struct qb_buf bytes;
    size_t *starts; /* of each entry, and one more for their end */
    size_t count;
    size_t capacity;
    struct node root;
};

/* The entries of the old index that lie beneath a directory. */
struct range {
    size_t first;
    size_t end;
};

struct writing {
    struct qb_history *history;
    struct old_index *old;
    struct qb_stream out;
    int64_t racy_from; /* mtime_ns from which on a file is not vouched for */
    qb_history_stat *stat;
    void *context;
    struct qb_buf path; /* with a slash behind each directory */
};

static uint32_t word_at(const char *bytes)
{
    uint32_t word;
    memcpy(&word, bytes, sizeof word);
    return be32toh(word);
}

static void node_fini(struct node *node)
{
    for (size_t i = 0; i < node->child_count; i++)
        node_fini(&node->children[i]);
    free(node->children);
    free(node->name);
    *node = (struct node){0};
}

static void old_fini(struct old_index *old)
{
    node_fini(&old->root);
    free(old->starts);
    qb_buf_fini(&old->bytes);
    *old = (struct old_index){0};
}

/* --- reading --- */

static bool checksum_fits(const struct qb_buf *bytes)
{
    struct qb_sha1 sha;
    unsigned char digest[QB_SHA1_SIZE];
    if (bytes->length < HEADER + QB_SHA1_SIZE)
        return false;
    qb_sha1_init(&sha);
    qb_sha1_add(&sha, bytes->data, bytes->length - QB_SHA1_SIZE);
    qb_sha1_end(&sha, digest);
    return !memcmp(digest, bytes->data + bytes->length - QB_SHA1_SIZE, QB_SHA1_SIZE);
}

/* The bytes of the entry at `at`: padded with 1 to 8 NULs to a multiple of 8. 0 when it does not fit. */
static size_t entry_size(const struct qb_buf *bytes, size_t at)
{
    size_t end = bytes->length - QB_SHA1_SIZE;
    if (end - at < FIXED + 2)
        return 0;
    size_t length = strnlen(bytes->data + at + FIXED, end - at - FIXED);
    size_t size = (FIXED + length + 8) & ~(size_t)7;
    return size <= end - at ? size : 0;
}

static bool read_entries(struct old_index *old, size_t *at)
{
    const char *bytes = old->bytes.data;
    size_t count = word_at(bytes + 8);
    *at = HEADER;
    if (memcmp(bytes, "DIRC", 4) || word_at(bytes + 4) != 2)
        return false;
    for (size_t i = 0; i <= count; i++) {
        size_t size = i < count ? entry_size(&old->bytes, *at) : 0;
        if (i < count && !size)
            return false;
        QB_MEM_GROW(old->starts, i, old->capacity);
        old->starts[i] = *at;
        *at += size;
    }
    old->count = count;
    return true;
}

/* One directory of TREE: name, NUL, entries, blank, sub-directories, newline, and the tree's id unless the number of
 * entries is negative. */
static bool read_node(struct node *node, const char **at, const char *end, unsigned depth)
{
    const char *nul = memchr(*at, '\0', (size_t)(end - *at));
    const char *newline = nul ? memchr(nul, '\n', (size_t)(end - nul)) : NULL;
    char *rest;
    if (!newline || depth > QB_HISTORY_MAX_DEPTH)
        return false;
    long count = strtol(nul + 1, &rest, 10);
    long children = strtol(rest, &rest, 10);
    if (rest != newline || children < 0)
        return false;
    node->name = qb_mem_copy(*at, (size_t)(nul - *at));
    *at = newline + 1;
    if (count >= 0) {
        if (end - *at < (ptrdiff_t)sizeof node->tree.raw)
            return false;
        memcpy(node->tree.raw, *at, sizeof node->tree.raw);
        *at += sizeof node->tree.raw;
        node->count = (size_t)count;
    }
    for (long i = 0; i < children; i++) {
        QB_MEM_GROW(node->children, node->child_count, node->child_capacity);
        node->children[node->child_count++] = (struct node){0};
        if (!read_node(&node->children[node->child_count - 1], at, end, depth + 1))
            return false;
    }
    return true;
}

/* Extensions whose names begin with a capital letter may be passed over; the others change the meaning of the rest. */
static bool read_extensions(struct old_index *old, size_t at)
{
    size_t end = old->bytes.length - QB_SHA1_SIZE;
    const char *bytes = old->bytes.data;
    while (end - at >= 8) {
        size_t size = word_at(bytes + at + 4);
        const char *body = bytes + at + 8;
        if (bytes[at] < 'A' || bytes[at] > 'Z' || size > end - at - 8)
            return false;
        if (!memcmp(bytes + at, "TREE", 4) && !read_node(&old->root, &body, body + size, 0))
            node_fini(&old->root);
        at += 8 + size;
    }
    return at == end;
}

/* Leaves it empty when there is none, or none that can be used. */
static void read_old(struct qb_history *history, struct old_index *old)
{
    size_t at;
    if (qb_file_read(history->dir, "index", MAX_INDEX, &old->bytes, NULL, NULL) < 0 || !checksum_fits(&old->bytes) ||
        !read_entries(old, &at) || !read_extensions(old, at))
        old_fini(old);
}

static const char *old_path(const struct old_index *old, size_t number)
{
    return old->bytes.data + old->starts[number] + FIXED;
}

/* The first entry that is not before `path`, of which `length` bytes count. */
static size_t lower_bound(const struct old_index *old, const char *path, size_t length, struct range range)
{
    while (range.first < range.end) {
        size_t middle = range.first + (range.end - range.first) / 2;
        if (strncmp(old_path(old, middle), path, length) < 0)
            range.first = middle + 1;
        else
            range.end = middle;
    }
    return range.first;
}

static struct range beneath(const struct writing *writing, struct range within)
{
    const struct qb_buf *path = &writing->path;
    if (!path->length || within.first == within.end)
        return within;
    struct range range = within;
    range.first = lower_bound(writing->old, path->data, path->length, within);
    path->data[path->length - 1]++; /* a slash becomes "0": what comes behind all of the directory */
    range.end = lower_bound(writing->old, path->data, path->length, within);
    path->data[path->length - 1]--;
    return range;
}

static struct node *child_of(struct node *node, const char *name)
{
    for (size_t i = 0; node && i < node->child_count; i++)
        if (!strcmp(node->children[i].name, name))
            return &node->children[i];
    return NULL;
}

/* --- writing --- */

static uint16_t flags_of(size_t length)
{
    return htobe16((uint16_t)(length < NAME_MASK ? length : NAME_MASK));
}

static bool keeps_stat(const struct old_index *old, size_t number, const struct qb_tree_entry *entry)
{
    const char *bytes = old->bytes.data + old->starts[number];
    uint16_t flags;
    memcpy(&flags, bytes + FIXED - 2, sizeof flags);
    return !(be16toh(flags) & STAGE_MASK) && word_at(bytes + 24) == entry->mode && word_at(bytes + 8) &&
           !memcmp(bytes + 40, entry->oid.raw, sizeof entry->oid.raw);
}

/* Times, device, inode, mode, owner, group, size, as git takes them over from stat: cut to 32 bits. */
static void write_stat(struct writing *writing, uint32_t mode)
{
    struct qb_file_stat st = {0};
    bool known = qb_tree_is_file(mode) && writing->stat &&
                 writing->stat(writing->context, qb_buf_text(&writing->path), &st) && st.mtime_ns < writing->racy_from;
    if (!known)
        st = (struct qb_file_stat){0};
    qb_stream_add_word(&writing->out, (uint32_t)(st.ctime_ns / 1000000000));
    qb_stream_add_word(&writing->out, (uint32_t)(st.ctime_ns % 1000000000));
    qb_stream_add_word(&writing->out, (uint32_t)(st.mtime_ns / 1000000000));
    qb_stream_add_word(&writing->out, (uint32_t)(st.mtime_ns % 1000000000));
    qb_stream_add_word(&writing->out, (uint32_t)st.device);
    qb_stream_add_word(&writing->out, (uint32_t)st.inode);
    qb_stream_add_word(&writing->out, mode);
    qb_stream_add_word(&writing->out, st.uid);
    qb_stream_add_word(&writing->out, st.gid);
    qb_stream_add_word(&writing->out, (uint32_t)st.size);
}

static void write_entry(struct writing *writing, const struct qb_tree_entry *entry, struct range range)
{
    static const char padding[8];
    const struct old_index *old = writing->old;
    const struct qb_buf *path = &writing->path;
    size_t at = lower_bound(old, path->data, path->length + 1, range);
    if (at < range.end && !strcmp(old_path(old, at), path->data) && keeps_stat(old, at, entry)) {
        qb_stream_add(&writing->out, old->bytes.data + old->starts[at], old->starts[at + 1] - old->starts[at]);
        return;
    }
    uint16_t flags = flags_of(path->length);
    write_stat(writing, entry->mode);
    qb_stream_add(&writing->out, entry->oid.raw, sizeof entry->oid.raw);
    qb_stream_add(&writing->out, &flags, sizeof flags);
    qb_stream_add(&writing->out, path->data, path->length);
    qb_stream_add(&writing->out, padding, 8 - (FIXED + path->length) % 8);
}

/* Whether the old entries beneath the directory are those of the tree. */
static bool unchanged(const struct node *old, const struct qb_oid *tree, struct range range)
{
    return old && qb_oid_equal(&old->tree, tree) && old->count == range.end - range.first;
}

/* Twice over the same tree: first `node` is filled, because the header wants the number of entries; then, with
 * `write`, the entries are written. */
static int go_through(struct writing *writing, const struct qb_oid *tree, struct range within, struct node *old,
                      struct node *node, bool write, struct qb_err *err);

static int go_through_child(struct writing *writing, const struct qb_tree_entry *entry, struct range range,
                            struct node *old, struct node *node, bool write, struct qb_err *err)
{
    if (!write) {
        QB_MEM_GROW(node->children, node->child_count, node->child_capacity);
        node->children[node->child_count++] = (struct node){.name = qb_mem_string(entry->name)};
    }
    struct node *child = write ? child_of(node, entry->name) : &node->children[node->child_count - 1];
    qb_buf_add_char(&writing->path, '/');
    int result = go_through(writing, &entry->oid, range, child_of(old, entry->name), child, write, err);
    if (!write)
        node->count += child->count;
    return result;
}

static int go_through(struct writing *writing, const struct qb_oid *tree, struct range within, struct node *old,
                      struct node *node, bool write, struct qb_err *err)
{
    struct range range = beneath(writing, within);
    struct qb_buf bytes = {0};
    struct qb_tree_entry entry;
    size_t at = 0;
    int more = 0;
    if (unchanged(old, tree, range)) {
        if (write && range.first < range.end)
            qb_stream_add(&writing->out, writing->old->bytes.data + writing->old->starts[range.first],
                          writing->old->starts[range.end] - writing->old->starts[range.first]);
        node->tree = *tree;
        node->count = old->count;
        return QB_OK;
    }
    node->tree = *tree;
    int result = qb_tree_read(writing->history, tree, &bytes, err);
    while (result == QB_OK && (more = qb_tree_next(&bytes, &at, &entry)) > 0) {
        size_t length = writing->path.length;
        qb_buf_add(&writing->path, entry.name, entry.length);
        if (entry.mode == QB_MODE_TREE)
            result = go_through_child(writing, &entry, range, old, node, write, err);
        else if (write)
            write_entry(writing, &entry, range);
        else
            node->count++;
        writing->path.length = length;
        writing->path.data[length] = '\0';
    }
    qb_buf_fini(&bytes);
    return more < 0 ? qb_tree_broken(tree, err) : result;
}

/* An unchanged directory's part of TREE is the old one's. */
static void add_node(struct qb_buf *out, const struct node *node, const struct node *old)
{
    bool same = old && qb_oid_equal(&old->tree, &node->tree);
    const struct node *from = same && !node->child_count ? old : node;
    qb_buf_add(out, node->name ? node->name : "", strlen(node->name ? node->name : "") + 1);
    if (qb_oid_is_zero(&node->tree)) {
        qb_buf_addf(out, "-1 %zu\n", from->child_count);
    } else {
        qb_buf_addf(out, "%zu %zu\n", node->count, from->child_count);
        qb_buf_add(out, node->tree.raw, sizeof node->tree.raw);
    }
    for (size_t i = 0; i < from->child_count; i++) {
        const struct node *child = &from->children[i];
        add_node(out, child, from == old ? child : child_of((struct node *)(uintptr_t)old, child->name));
    }
}

static int write_all(struct writing *writing, const struct qb_oid *tree, struct node *root, struct qb_err *err)
{
    struct range all = {0, writing->old->count};
    struct qb_buf extension = {0};
    unsigned char digest[QB_SHA1_SIZE];
    int result = go_through(writing, tree, all, &writing->old->root, root, false, err);
    if (result < 0)
        return result;
    qb_stream_add(&writing->out, "DIRC", 4);
    qb_stream_add_word(&writing->out, 2);
    qb_stream_add_word(&writing->out, (uint32_t)root->count);
    result = go_through(writing, tree, all, &writing->old->root, root, true, err);
    add_node(&extension, root, &writing->old->root);
    qb_stream_add(&writing->out, "TREE", 4);
    qb_stream_add_word(&writing->out, (uint32_t)extension.length);
    qb_stream_add(&writing->out, extension.data, extension.length);
    qb_stream_end(&writing->out, digest);
    qb_buf_fini(&extension);
    return result;
}

/* Into index.lock, as git does it, which then becomes the index. */
static int replace(struct writing *writing, const struct qb_oid *tree, struct qb_err *err)
{
    static const char lock[] = "index.lock";
    int dir = writing->history->dir;
    struct stat st;
    struct node root = {0};
    int fd = openat(dir, lock, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (fd < 0 && errno == EEXIST)
        return qb_err_set(err, QB_EBUSY, lock, "another git is at work on the index");
    if (fd < 0)
        return qb_stream_err(err, errno, lock, "cannot write the index");
    /* the file's own time stands for the clock */
    writing->racy_from = fstat(fd, &st) < 0 ? 0 : (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec - RACY;
    qb_stream_init(&writing->out, fd, QB_STREAM_SHA1);
    int result = write_all(writing, tree, &root, err);
    int error = writing->out.error;
    if (close(fd) < 0 && !error)
        error = errno;
    if (result == QB_OK && !error && renameat(dir, lock, dir, "index") < 0)
        error = errno;
    if (result < 0 || error)
        unlinkat(dir, lock, 0);
    qb_stream_fini(&writing->out);
    node_fini(&root);
    return result == QB_OK && error ? qb_stream_err(err, error, lock, "cannot write the index") : result;
}

static void remember(struct qb_history *history, const struct qb_oid *tree)
{
    history->index_tree = (struct qb_oid){0};
    if (qb_file_stat(history->dir, "index", &history->index_stat, NULL) == QB_OK)
        history->index_tree = *tree;
}

static bool remembered(struct qb_history *history, const struct qb_oid *tree)
{
    struct qb_file_stat now;
    return qb_oid_equal(&history->index_tree, tree) && qb_file_stat(history->dir, "index", &now, NULL) == QB_OK &&
           qb_file_stat_equal(&now, &history->index_stat);
}

static int refresh(struct qb_history *history, const struct qb_oid *tree, qb_history_stat *stat, void *context,
                   struct qb_err *err)
{
    struct old_index old = {0};
    struct writing writing = {.history = history, .old = &old, .stat = stat, .context = context};
    int result = QB_OK;
    if (remembered(history, tree))
        return QB_OK;
    read_old(history, &old);
    if (!unchanged(&old.root, tree, (struct range){0, old.count}))
        result = replace(&writing, tree, err);
    if (result == QB_OK)
        remember(history, tree);
    qb_buf_fini(&writing.path);
    old_fini(&old);
    return result;
}

int qb_history_refresh_index(struct qb_history *history, qb_history_stat *stat, void *context, struct qb_err *err)
{
    struct qb_oid head;
    struct qb_buf text = {0};
    struct qb_commit commit;
    int result = qb_repository_head(history, &head, err);
    if (result == QB_OK && !qb_oid_is_zero(&head)) {
        result = qb_commit_read(history, &head, &text, &commit, err);
        if (result == QB_OK)
            result = refresh(history, &commit.tree, stat, context, err);
    }
    qb_buf_fini(&text);
    return result < 0 ? qb_err_context(err, "git's index") : QB_OK;
}
