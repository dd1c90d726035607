/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The cache is one file: a head, then an entry for each file of the folder in the order in which a walk meets them, so
 * that a walk over an unchanged folder only compares, without a table. An entry has the file's stat, its blob id, and
 * of a record in force its summary (core/records/summary). Records with problems have none: they are read again.
 *
 * Written to a temporary and renamed; a checksum covers everything, and the head names what else must be the same: the
 * format, the program's own file, settings and kinds. The newest commit is named, too: when history went on without the
 * cache (the daemon was killed), what is committed is asked of history.
 */
#include "watcher/cache.h"

#include "core/base/limits.h"
#include "core/records/summary.h"
#include "watcher/look.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME "cache"
#define MAGIC "qbis-cac"
#define FORMAT 1
#define SECOND INT64_C(1000000000) /* nanoseconds */
/* Ticks of clocks of file systems: of the kernel, and of FAT, which keeps whole seconds, even ones. */
#define TICK (SECOND / 50)
#define COARSE_TICK (2 * SECOND)

/* What must be the same for a cache to be believed. */
struct identity {
    struct qb_oid config; /* of settings and kinds, with their names */
    uint32_t format;
    int64_t program_size;
    int64_t program_mtime_ns;
    uint64_t program_inode;
};

struct head {
    char magic[8];
    uint64_t checksum; /* of everything behind it */
    struct identity identity;
    struct qb_oid tip; /* of history */
    qb_date as_of;
    uint32_t quiet; /* the last pass left nothing to do */
    struct qb_counts counts;
    uint64_t entry_count;
    uint64_t size; /* of the file, bytes */
};

enum {
    TRUSTED = 1,   /* the stat tells whether the bytes are still these */
    COMMITTED = 2, /* they are in the newest commit, and in force */
    USABLE = 4,    /* nothing else is to be known of the file */
};

struct entry {
    uint32_t size; /* of all of it, a multiple of 8 */
    uint16_t path_length;
    uint8_t flags;
    uint8_t none;
    int64_t file_size;
    int64_t mtime_ns;
    int64_t ctime_ns;
    uint64_t inode;
    uint32_t mode;
    struct qb_oid blob;
    uint32_t summary_length;
    uint32_t none2;
    /* the path with its NUL, padded to 8, then the summary, padded to 8 */
};

struct qb_cache {
    const char *bytes;
    size_t size;
    struct head head;
};

/* Sums eight bytes at a time: against a disk that lies, not against people. */
static uint64_t sum(const char *bytes, size_t size)
{
    const uint64_t factor = 0xD6E8FEB86659FD93ULL;
    uint64_t total = size * factor;
    for (; size >= sizeof(uint64_t); bytes += sizeof(uint64_t), size -= sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, bytes, sizeof word);
        total = (total ^ word) * factor;
        total ^= total >> 32;
    }
    for (; size; bytes++, size--)
        total = (total ^ (unsigned char)*bytes) * factor;
    return total;
}

#define SUMMED_FROM offsetof(struct head, identity)

static size_t padded(size_t size)
{
    return (size + 7) & ~(size_t)7;
}

/* --- identity --- */

static int by_path(const void *a, const void *b)
{
    return strcmp((*(struct qb_tracked *const *)a)->path, (*(struct qb_tracked *const *)b)->path);
}

static void name_config(const struct qb_folder *folder, struct qb_oid *id)
{
    struct qb_list files = {0};
    struct qb_map_item *item;
    struct qb_buf text = {0};
    char hex[QB_OID_TEXT];
    for (size_t at = 0; (item = qb_map_next(&folder->files, &at));) {
        struct qb_tracked *file = item->value;
        if (file->class == QB_FILE_SETTINGS || (file->class == QB_FILE_KIND && !qb_oid_is_zero(&file->blob)))
            qb_list_add(&files, file);
    }
    if (files.count)
        qsort(files.items, files.count, sizeof *files.items, by_path);
    for (size_t i = 0; i < files.count; i++)
        qb_buf_addf(&text, "%s %s\n", qb_oid_format(&files.items[i]->blob, hex), files.items[i]->path);
    qb_oid_of_blob_plain(qb_buf_text(&text), text.length, id);
    free(files.items);
    qb_buf_fini(&text);
}

/* False when the program cannot be told from another one. */
static bool identify(struct identity *identity)
{
    struct stat st;
    if (stat("/proc/self/exe", &st) < 0)
        return false;
    identity->format = FORMAT;
    identity->program_size = st.st_size;
    identity->program_mtime_ns = st.st_mtim.tv_sec * SECOND + st.st_mtim.tv_nsec;
    identity->program_inode = st.st_ino;
    return true;
}

static bool is_ours(const struct identity *kept)
{
    struct identity now = {0};
    return identify(&now) && now.format == kept->format && now.program_size == kept->program_size &&
           now.program_mtime_ns == kept->program_mtime_ns && now.program_inode == kept->program_inode;
}

bool qb_cache_fits(const struct qb_folder *folder)
{
    struct qb_oid config;
    name_config(folder, &config);
    return qb_oid_equal(&config, &folder->cache->head.identity.config);
}

/* --- reading --- */

static const struct entry *entry_at(const struct qb_cache *cache, size_t at)
{
    return (const struct entry *)(const void *)(cache->bytes + at);
}

static const char *path_of(const struct entry *entry)
{
    return (const char *)(entry + 1);
}

static const char *summary_of(const struct entry *entry)
{
    return path_of(entry) + padded((size_t)entry->path_length + 1);
}

/* Every entry lies within the file and ends where it says. */
static bool entries_sound(const struct qb_cache *cache)
{
    size_t at = padded(sizeof cache->head);
    for (uint64_t i = 0; i < cache->head.entry_count; i++) {
        if (at > cache->size || cache->size - at < sizeof(struct entry))
            return false;
        const struct entry *entry = entry_at(cache, at);
        size_t wanted = sizeof *entry + padded((size_t)entry->path_length + 1) + padded(entry->summary_length);
        if (entry->size != wanted || cache->size - at < wanted || path_of(entry)[entry->path_length] ||
            strlen(path_of(entry)) != entry->path_length)
            return false;
        at += wanted;
    }
    return at == cache->size;
}

static bool believable(struct qb_cache *cache)
{
    if (cache->size < padded(sizeof cache->head))
        return false;
    memcpy(&cache->head, cache->bytes, sizeof cache->head);
    return !memcmp(cache->head.magic, MAGIC, sizeof cache->head.magic) && cache->head.size == cache->size &&
           is_ours(&cache->head.identity) &&
           sum(cache->bytes + SUMMED_FROM, cache->size - SUMMED_FROM) == cache->head.checksum && entries_sound(cache);
}

static void *map_file(const char *state, size_t *size)
{
    struct stat st;
    int dir = open(state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int fd = dir < 0 ? -1 : openat(dir, NAME, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    void *bytes = MAP_FAILED;
    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0) {
        *size = (size_t)st.st_size;
        bytes = mmap(NULL, *size, PROT_READ, MAP_PRIVATE, fd, 0);
    }
    if (fd >= 0)
        close(fd);
    if (dir >= 0)
        close(dir);
    return bytes == MAP_FAILED ? NULL : bytes;
}

void qb_cache_open(struct qb_folder *folder)
{
    size_t size;
    void *bytes = folder->state ? map_file(folder->state, &size) : NULL;
    if (!bytes)
        return;
    folder->cache = qb_mem_alloc(sizeof *folder->cache);
    folder->cache->bytes = bytes;
    folder->cache->size = size;
    if (!believable(folder->cache))
        qb_cache_drop(folder);
}

void qb_cache_drop(struct qb_folder *folder)
{
    if (!folder->cache)
        return;
    munmap((void *)(uintptr_t)folder->cache->bytes, folder->cache->size);
    free(folder->cache);
    folder->cache = NULL;
}

void qb_cache_counts(const struct qb_folder *folder, struct qb_counts *counts)
{
    *counts = folder->cache->head.counts;
}

/* --- is all as it was? --- */

struct comparison {
    const struct qb_folder *folder;
    size_t at; /* of the entry that the walk must meet next */
    uint64_t met;
};

static bool stat_as_kept(const struct entry *entry, const struct qb_file_stat *st)
{
    return entry->file_size == st->size && entry->mtime_ns == st->mtime_ns && entry->ctime_ns == st->ctime_ns &&
           entry->inode == st->inode && entry->mode == st->mode;
}

#define DIFFERENT QB_ECHANGED

static int compare(void *context, const char *path, const struct qb_file_stat *st, struct qb_err *err)
{
    struct comparison *comparison = context;
    const struct qb_cache *cache = comparison->folder->cache;
    (void)err;
    int interest = qb_scan_interest(comparison->folder, path, st);
    if (interest <= 0)
        return interest < 0 ? QB_FILE_SKIP : QB_OK;
    if (comparison->met == cache->head.entry_count)
        return DIFFERENT;
    const struct entry *entry = entry_at(cache, comparison->at);
    if (!(entry->flags & TRUSTED) || !stat_as_kept(entry, st) || strcmp(path_of(entry), path))
        return DIFFERENT;
    comparison->at += entry->size;
    comparison->met++;
    return QB_OK;
}

bool qb_cache_unchanged(struct qb_folder *folder, qb_date as_of)
{
    const struct head *head = &folder->cache->head;
    struct comparison comparison = {.folder = folder, .at = padded(sizeof *head)};
    struct qb_oid tip;
    return head->quiet && head->as_of == as_of && qb_history_tip(folder->history, &tip, NULL) == QB_OK &&
           qb_oid_equal(&tip, &head->tip) && qb_file_walk(folder->dir, "", compare, &comparison, NULL) == QB_OK &&
           comparison.met == head->entry_count;
}

/* --- taking it in --- */

static void take_record(struct qb_folder *folder, struct qb_tracked *file, const struct entry *kept)
{
    const struct qb_kind *kind = qb_kinds_of_path(folder->kinds, file->path);
    struct qb_entry *entry = qb_store_entry(&folder->store, file->path, kind->index);
    struct qb_version *version =
        qb_version_of_summary(&folder->store, entry->name->id, summary_of(kept), kept->summary_length);
    if (!version) {
        qb_store_remove(&folder->store, entry);
        file->present = false;
        return;
    }
    qb_store_set_current(&folder->store, entry, version);
    qb_store_set_in_force(&folder->store, entry, version);
    entry->sound = true;
    entry->valid = true;
    entry->blob = entry->used = qb_folder_blob(&file->blob);
    file->said_author = qb_pool_string(&folder->paths, version->author);
}

static void take_entry(struct qb_folder *folder, const struct entry *kept, bool same_tip, uint64_t device)
{
    struct qb_tracked *file = qb_folder_track(folder, path_of(kept));
    if (same_tip && (kept->flags & COMMITTED))
        file->committed = kept->blob;
    if (!(kept->flags & TRUSTED) || !(kept->flags & USABLE) || file->excepted ||
        !qb_oid_equal(&file->committed, &kept->blob))
        return; /* to be read */
    file->blob = kept->blob;
    file->present = true;
    file->stat = (struct qb_file_stat){.size = kept->file_size,
                                       .mtime_ns = kept->mtime_ns,
                                       .ctime_ns = kept->ctime_ns,
                                       .inode = kept->inode,
                                       .device = device,
                                       .mode = kept->mode};
    file->looked_at = INT64_MAX / SECOND; /* trusted already */
    if (file->class == QB_FILE_RECORD)
        take_record(folder, file, kept);
}

/* Settings and kinds that are loaded and right have no earlier version in force, whatever history says. */
static void forget_old_faults(struct qb_folder *folder)
{
    struct qb_map_item *item;
    for (size_t at = 0; (item = qb_map_next(&folder->files, &at));) {
        struct qb_tracked *file = item->value;
        bool config = file->class == QB_FILE_SETTINGS || file->class == QB_FILE_KIND;
        file->excepted = file->excepted && !(config && !qb_oid_is_zero(&file->blob) && !file->problems);
    }
}

int qb_cache_wake(struct qb_folder *folder, struct qb_err *err)
{
    const struct qb_cache *cache = folder->cache;
    struct qb_oid tip = {0};
    struct qb_file_stat root = {0};
    int result = qb_history_tip(folder->history, &tip, err);
    if (result == QB_OK)
        result = qb_file_stat(folder->dir, "", &root, err);
    bool same_tip = result == QB_OK && cache->head.quiet && qb_oid_equal(&tip, &cache->head.tip);
    if (result == QB_OK)
        result = qb_folder_read_history(folder, !same_tip, err);
    forget_old_faults(folder);
    size_t at = padded(sizeof cache->head);
    for (uint64_t i = 0; result == QB_OK && i < cache->head.entry_count; i++) {
        const struct entry *entry = entry_at(cache, at);
        take_entry(folder, entry, same_tip, root.device);
        at += entry->size;
    }
    if (result == QB_OK) {
        folder->stored = true;
        folder->as_of = QB_DATE_NONE; /* all is decided and computed again */
    }
    qb_cache_drop(folder);
    return result;
}

/* --- writing --- */

static int64_t newest(const struct qb_file_stat *st)
{
    return st->mtime_ns > st->ctime_ns ? st->mtime_ns : st->ctime_ns;
}

static bool old_enough(const struct qb_file_stat *st, int64_t seconds)
{
    int64_t tick = st->mtime_ns % SECOND || st->ctime_ns % SECOND ? TICK : COARSE_TICK;
    return newest(st) / SECOND < seconds && newest(st) + tick <= seconds * SECOND;
}

/* A file that was read too soon after its last change is read once more, when that tells something. */
static bool trust(struct qb_tracked *file, struct qb_file_reader *reader, int64_t now)
{
    struct qb_buf bytes = {0};
    struct qb_file_stat st;
    struct qb_oid blob;
    if (file->looked_at >= INT64_MAX / SECOND || old_enough(&file->stat, file->looked_at))
        return true;
    bool same =
        old_enough(&file->stat, now) &&
        qb_look_read(reader, file->path, QB_MAX_ATTACHMENT, QB_LOOK_ID_PLAIN, &bytes, &st, &blob, NULL) == QB_OK &&
        qb_oid_equal(&blob, &file->blob) && qb_file_stat_equal(&st, &file->stat);
    if (same)
        file->looked_at = now;
    qb_buf_fini(&bytes);
    return same;
}

/* The summary of a record of which nothing but its version in force is to be known. */
static bool summarise(const struct qb_folder *folder, const struct qb_tracked *file, struct qb_summary *summary,
                      struct qb_buf *out)
{
    const struct qb_entry *entry = qb_store_find(&folder->store, file->path);
    if (!entry || !entry->valid || entry->own || !entry->current || entry->current != entry->in_force)
        return false;
    qb_summary_begin(summary, (enum qb_role)folder->kinds->items[entry->kind]->role);
    if (!qb_summary_of_version(summary, entry->current))
        return false;
    qb_summary_end(summary, out);
    return true;
}

/* Classes of which nothing is known but that they are there and what they hold. */
static bool plain(enum qb_file_class class)
{
    return class == QB_FILE_OTHER || class == QB_FILE_OUTPUT || class == QB_FILE_NOTE || class == QB_FILE_SETTINGS ||
           class == QB_FILE_KIND;
}

static void pad(struct qb_buf *out, size_t written)
{
    qb_buf_add(out, "\0\0\0\0\0\0\0", padded(written) - written);
}

struct saving {
    struct qb_folder *folder;
    struct qb_file_reader reader;
    struct qb_summary summary;
    struct qb_buf words; /* of the record in hand */
    int64_t now;
};

static void add_entry(struct qb_buf *out, struct saving *saving, struct qb_tracked *file)
{
    size_t length = strlen(file->path);
    struct entry entry = {.path_length = (uint16_t)length,
                          .file_size = file->stat.size,
                          .mtime_ns = file->stat.mtime_ns,
                          .ctime_ns = file->stat.ctime_ns,
                          .inode = file->stat.inode,
                          .mode = file->stat.mode,
                          .blob = file->blob};
    bool committed = qb_oid_equal(&file->blob, &file->committed) && !file->excepted && !qb_oid_is_zero(&file->blob);
    qb_buf_clear(&saving->words);
    bool usable = file->class == QB_FILE_RECORD ? summarise(saving->folder, file, &saving->summary, &saving->words)
                                                : plain(file->class);
    if (trust(file, &saving->reader, saving->now))
        entry.flags |= TRUSTED;
    if (qb_oid_equal(&file->blob, &file->committed))
        entry.flags |= COMMITTED;
    if (committed && usable && !file->problems)
        entry.flags |= USABLE;
    entry.summary_length = entry.flags & USABLE ? (uint32_t)saving->words.length : 0;
    entry.size = (uint32_t)(sizeof entry + padded(length + 1) + padded(entry.summary_length));
    qb_buf_add(out, (const char *)&entry, sizeof entry);
    qb_buf_add(out, file->path, length + 1);
    pad(out, length + 1);
    qb_buf_add(out, qb_buf_text(&saving->words), entry.summary_length);
    pad(out, entry.summary_length);
}

/* The order of a walk: part by part, so "a/b" comes before "a-b". */
static int by_walk(const void *left, const void *right)
{
    const unsigned char *a = (const unsigned char *)(*(struct qb_tracked *const *)left)->path;
    const unsigned char *b = (const unsigned char *)(*(struct qb_tracked *const *)right)->path;
    while (*a && *a == *b)
        a++, b++;
    return (*a == '/' ? 1 : *a ? *a + 1 : 0) - (*b == '/' ? 1 : *b ? *b + 1 : 0);
}

static void gather(const struct qb_folder *folder, struct qb_list *files)
{
    struct qb_map_item *item;
    for (size_t at = 0; (item = qb_map_next(&folder->files, &at));) {
        struct qb_tracked *file = item->value;
        if (file->present && strlen(file->path) <= UINT16_MAX)
            qb_list_add(files, file);
    }
    if (files->count)
        qsort(files->items, files->count, sizeof *files->items, by_walk);
}

static int write_out(const struct qb_folder *folder, const struct qb_buf *out, struct qb_err *err)
{
    int dir = qb_file_open_dir(folder->state, err);
    int result = dir < 0 ? dir : qb_file_replace(dir, NAME, out->data, out->length, NULL, NULL, err);
    if (dir >= 0)
        close(dir);
    return result;
}

void qb_cache_save(struct qb_folder *folder, int64_t now)
{
    struct saving saving = {.folder = folder, .now = now};
    struct qb_list files = {0};
    struct qb_buf out = {0};
    struct qb_err err = {0};
    struct head head;
    memset(&head, 0, sizeof head);
    if (folder->cache || !folder->stored || !folder->state || !identify(&head.identity) ||
        qb_history_tip(folder->history, &head.tip, &err) < 0)
        return;
    name_config(folder, &head.identity.config);
    gather(folder, &files);
    qb_file_reader_init(&saving.reader, folder->dir);
    qb_buf_add(&out, (const char *)&head, sizeof head);
    pad(&out, sizeof head);
    for (size_t i = 0; i < files.count; i++)
        add_entry(&out, &saving, files.items[i]);
    memcpy(head.magic, MAGIC, sizeof head.magic);
    head.as_of = folder->as_of;
    head.quiet = folder->quiet && !folder->changed.count;
    qb_folder_counts(folder, &head.counts);
    head.entry_count = files.count;
    head.size = out.length;
    memcpy(out.data, &head, sizeof head);
    head.checksum = sum(out.data + SUMMED_FROM, out.length - SUMMED_FROM);
    memcpy(out.data, &head, sizeof head);
    if (write_out(folder, &out, &err) < 0)
        qb_folder_log(folder, "log.trouble", (struct qb_text_arg[]){{"reason", err.message}, {"path", err.file}}, 2);
    else
        folder->unsaved = 0;
    qb_file_reader_fini(&saving.reader);
    qb_summary_fini(&saving.summary);
    qb_buf_fini(&saving.words);
    qb_buf_fini(&out);
    free(files.items);
}
