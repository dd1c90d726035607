/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Batches of files go round a ring: whoever is free, a worker or the caller who waits, looks at the next batch that has
 * room; the caller takes them out in order. What a look holds is used again for the file that comes into its place.
 *
 * Reading is most of the work, then hashing and parsing; a store is not touched, so nothing but the ring is shared.
 */
#include "watcher/look.h"

#include "core/base/limits.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>

#define BATCH 64  /* files: long enough that the lock costs nothing, short enough that the threads end together */
#define RING 16   /* batches looked at and not yet taken */
#define FEW 256   /* files for which no thread is started */
#define THREADS 8 /* at most; a disk and a store do not feed more */
/* Bytes. Larger files are looked at when their turn comes, so that a ring of them does not fill the memory. */
#define LARGE ((size_t)64 << 10)

struct qb_looks {
    const struct qb_folder *folder;
    enum qb_look_id id;
    struct qb_tracked *const *files;
    size_t count;
    size_t batches;
    size_t at;            /* the next look to hand out */
    struct qb_look *ring; /* RING * BATCH of them, or as many as there are files */
    bool ready[RING];
    size_t next;  /* batch that nobody looks at yet */
    size_t taken; /* batches that are done with */
    bool stop;
    pthread_mutex_t lock;
    pthread_cond_t room; /* a batch was taken, or it is the end */
    pthread_cond_t done; /* a batch is ready */
    pthread_t threads[THREADS];
    size_t thread_count;
    struct looker *lookers[THREADS + 1]; /* the first is the caller's */
};

/* The working place of one thread. */
struct looker {
    struct qb_looks *looks;
    struct qb_checker *checker;
    struct qb_file_reader reader;
};

int qb_look_read(struct qb_file_reader *reader, const char *path, size_t most, enum qb_look_id id, struct qb_buf *bytes,
                 struct qb_file_stat *stat, struct qb_oid *blob, struct qb_err *why)
{
    int result = qb_file_reader_read(reader, path, most, bytes, stat, why);
    *blob = (struct qb_oid){0};
    if (result == QB_OK && id == QB_LOOK_ID_PLAIN)
        qb_oid_of_blob_plain(qb_buf_text(bytes), bytes->length, blob);
    if (result < 0 || id != QB_LOOK_ID_SAFE || qb_oid_of_blob(qb_buf_text(bytes), bytes->length, blob))
        return result;
    return qb_err_set(why, QB_ESYS, path, "its bytes were made to collide with another file's (SHA-1)");
}

static void look_at(struct looker *looker, struct qb_look *look, size_t most)
{
    const struct qb_folder *folder = looker->looks->folder;
    const struct qb_kinds *kinds = folder->kinds;
    const char *path = look->file->path;
    qb_buf_clear(&look->summary);
    qb_problems_clear(&look->problems);
    look->sound = false;
    look->result = qb_look_read(&looker->reader, path, most, looker->looks->id, &look->bytes, &look->stat, &look->blob,
                                &look->why);
    if (look->result == QB_OK)
        look->sound = qb_check_look(looker->checker, qb_kinds_of_path(kinds, path), path, qb_buf_text(&look->bytes),
                                    look->bytes.length, &look->summary, &look->problems);
}

static void look_at_batch(struct looker *looker, size_t batch)
{
    struct qb_looks *looks = looker->looks;
    size_t first = batch * BATCH;
    for (size_t i = first; i < first + BATCH && i < looks->count; i++) {
        struct qb_look *look = &looks->ring[i % (RING * BATCH)];
        look->file = looks->files[i];
        look_at(looker, look, LARGE);
    }
}

/* Under the lock: whether there is a batch to look at, with room for it. */
static bool has_work(const struct qb_looks *looks)
{
    return looks->next < looks->batches && looks->next < looks->taken + RING;
}

/* Under the lock, which is let go meanwhile. */
static void work_once(struct looker *looker)
{
    struct qb_looks *looks = looker->looks;
    size_t batch = looks->next++;
    pthread_mutex_unlock(&looks->lock);
    look_at_batch(looker, batch);
    pthread_mutex_lock(&looks->lock);
    looks->ready[batch % RING] = true;
    pthread_cond_signal(&looks->done);
}

static void *work(void *context)
{
    struct looker *looker = context;
    struct qb_looks *looks = looker->looks;
    pthread_mutex_lock(&looks->lock);
    while (!looks->stop && looks->next < looks->batches) {
        if (has_work(looks))
            work_once(looker);
        else
            pthread_cond_wait(&looks->room, &looks->lock);
    }
    pthread_mutex_unlock(&looks->lock);
    return NULL;
}

static struct looker *looker_new(struct qb_looks *looks)
{
    struct looker *looker = qb_mem_alloc(sizeof *looker);
    looker->looks = looks;
    looker->checker = qb_checker_new(looks->folder->kinds);
    qb_file_reader_init(&looker->reader, looks->folder->dir);
    return looker;
}

static size_t processors(void)
{
    cpu_set_t set;
    int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return count > 1 ? (size_t)count : 1;
}

/* A thread that cannot be started is done without: the caller looks for itself. Signals stay the caller's. */
static void start_threads(struct qb_looks *looks)
{
    sigset_t all;
    sigset_t before;
    size_t wanted = looks->count < FEW ? 0 : processors() - 1;
    if (wanted > THREADS)
        wanted = THREADS;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (looks->thread_count < wanted) {
        struct looker *looker = looks->lookers[looks->thread_count + 1] = looker_new(looks);
        if (pthread_create(&looks->threads[looks->thread_count], NULL, work, looker))
            break;
        looks->thread_count++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static size_t places(const struct qb_looks *looks)
{
    return looks->count < RING * BATCH ? looks->count : RING * BATCH;
}

struct qb_looks *qb_looks_begin(const struct qb_folder *folder, struct qb_tracked *const *files, size_t count)
{
    struct qb_looks *looks = qb_mem_alloc(sizeof *looks);
    looks->folder = folder;
    looks->id = folder->history ? QB_LOOK_ID_SAFE : folder->copies.count ? QB_LOOK_ID_PLAIN : QB_LOOK_ID_NONE;
    looks->files = files;
    looks->count = count;
    looks->batches = (count + BATCH - 1) / BATCH;
    looks->ring = qb_mem_array(places(looks), sizeof *looks->ring);
    pthread_mutex_init(&looks->lock, NULL);
    pthread_cond_init(&looks->room, NULL);
    pthread_cond_init(&looks->done, NULL);
    looks->lookers[0] = looker_new(looks);
    start_threads(looks);
    return looks;
}

/* The batch before is done with, and the one that begins here has to be ready. */
static void begin_batch(struct qb_looks *looks)
{
    size_t batch = looks->at / BATCH;
    pthread_mutex_lock(&looks->lock);
    looks->taken = batch;
    if (batch) {
        looks->ready[(batch - 1) % RING] = false;
        pthread_cond_broadcast(&looks->room);
    }
    while (!looks->ready[batch % RING]) {
        if (has_work(looks))
            work_once(looks->lookers[0]);
        else
            pthread_cond_wait(&looks->done, &looks->lock);
    }
    pthread_mutex_unlock(&looks->lock);
}

struct qb_look *qb_looks_next(struct qb_looks *looks)
{
    if (looks->at % BATCH == 0)
        begin_batch(looks);
    struct qb_look *look = &looks->ring[looks->at++ % (RING * BATCH)];
    if (look->result == QB_ELIMIT)
        look_at(looks->lookers[0], look, QB_MAX_RECORD);
    return look;
}

void qb_looks_end(struct qb_looks *looks)
{
    if (!looks)
        return;
    pthread_mutex_lock(&looks->lock);
    looks->stop = true;
    pthread_cond_broadcast(&looks->room);
    pthread_mutex_unlock(&looks->lock);
    for (size_t i = 0; i < looks->thread_count; i++)
        pthread_join(looks->threads[i], NULL);
    for (size_t i = 0; i <= THREADS; i++) {
        if (!looks->lookers[i])
            continue;
        qb_checker_free(looks->lookers[i]->checker);
        qb_file_reader_fini(&looks->lookers[i]->reader);
        free(looks->lookers[i]);
    }
    for (size_t i = 0; i < places(looks); i++) {
        qb_buf_fini(&looks->ring[i].bytes);
        qb_buf_fini(&looks->ring[i].summary);
        qb_problems_fini(&looks->ring[i].problems);
    }
    free(looks->ring);
    pthread_cond_destroy(&looks->room);
    pthread_cond_destroy(&looks->done);
    pthread_mutex_destroy(&looks->lock);
    free(looks);
}
