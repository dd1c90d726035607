/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One shared folder, open: its settings, kinds, records, schedule and history, and the pass that brings them in step.
 *
 *     struct qb_folder *folder;
 *     qb_folder_open(&folder, &options, &err);
 *     qb_folder_pass(folder, &request, &result, &err);     whole, or the paths that changed
 *     qb_folder_close(folder);
 *
 * The parts of a pass are in files of their own: scan (what is there), intake (read, check, store), publish
 * (schedule, outputs, notes), journal (commits). A folder that is open without `writes` is only looked at: the same
 * pass computes everything and writes nothing, neither in the folder nor in history.
 */
#ifndef QB_WATCHER_FOLDER_H
#define QB_WATCHER_FOLDER_H

#include "core/base/file.h"
#include "core/base/map.h"
#include "core/data/json.h"
#include "core/history/history.h"
#include "core/output/output.h"
#include "core/records/store.h"
#include "core/schedule/schedule.h"
#include "schema/check.h"
#include "schema/link.h"
#include "watcher/ignore.h"
#include "watcher/monthly.h"
#include "watcher/progress.h"

/* What a file in the folder is to Q-BIS. */
enum qb_file_class {
    QB_FILE_OTHER,    /* kept in history, else left alone */
    QB_FILE_SETTINGS, /* qbis.yaml */
    QB_FILE_KIND,     /* kinds/NAME.yaml */
    QB_FILE_RECORD,   /* records/FOLDER/.../ID.json */
    QB_FILE_STRAY,    /* a .json under records/ that belongs to no kind */
    QB_FILE_OUTPUT,   /* written by a writer */
    QB_FILE_NOTE,     /* ID.problem.txt beside a record */
    QB_FILE_COPY,     /* a conflict copy of another file (watcher/copies) */
    QB_FILE_ANCHORS,  /* status/anchors.txt (watcher/anchor) */
};

/* A path that is in the folder or in history. Zero ids: not there. */
struct qb_tracked {
    const char *path; /* interned in the folder's pool */
    struct qb_file_stat stat;
    int64_t looked_at;            /* seconds since the epoch, at most when the bytes were read; 0: not known */
    struct qb_oid committed;      /* in the newest commit */
    struct qb_oid blob;           /* in the folder, as last read or written */
    struct qb_oid exception;      /* last valid version, where it is not `committed`; the empty blob: none */
    struct qb_oid edited;         /* what somebody wrote into an output before it was put back: goes into history */
    struct qb_problems *problems; /* of files that are no records, or could not be read */
    enum qb_file_class class;
    bool present;            /* in the folder */
    bool excepted;           /* `exception` is set */
    bool odd;                /* on the folder's list of files with problems of their own */
    bool wanted;             /* an output or a note that should be there */
    bool absent;             /* a placeholder stands for it (watcher/ignore): not here, but not deleted */
    bool named;              /* watcher/names has looked at it */
    bool seen;               /* scratch of the scan */
    bool queued;             /* scratch of the pass: to be read */
    bool changed;            /* on the folder's list of what is to be committed */
    bool notice;             /* an output into which Q-BIS put that it holds (watcher/hold): nobody's edit */
    bool put_back;           /* it was deleted although closed, and written again: the commit says so */
    bool restored;           /* by `qbis restore`; `merged` says from where */
    bool resolved;           /* by `qbis resolve`; `merged` says how */
    char *details;           /* what changed, property by property, for the commit */
    const char *copy_of;     /* of a conflict copy: the path of its original; interned */
    char *merged;            /* what a merge made the text in the folder from, for the commit */
    const char *said_author; /* the officer that the text in the folder names; interned, or NULL */
};

struct qb_list {
    struct qb_tracked **items;
    size_t count;
    size_t capacity;
};
void qb_list_add(struct qb_list *list, struct qb_tracked *file);

/* One facility's part of the schedule. */
struct qb_facility_state {
    const struct qb_name *name;
    struct qb_facility_schedule *schedule; /* NULL until computed, or without a decree */
    struct qb_facility_figures *figures;   /* for the reports of months; NULL as `schedule`, or when there are none */
    const char *title;                     /* the words for it in the reports that were written; interned, or NULL */
    struct qb_problems problems;           /* warnings of the schedule */
    bool dirty;
};

struct qb_folder_options {
    const char *path;  /* of the folder */
    const char *state; /* the state directory, or NULL: by the folder's id */
    bool writes;
    bool again;     /* this process had it open before */
    bool may_sleep; /* as long as nothing changed since the last time, nothing is loaded (watcher/cache) */
    /* Instead of a state directory: the folder was taken out of this commit of this repository (watcher/backthen). */
    const char *repository;
    const char *commit;
    /* Told what happens (a line of the log); may be NULL. */
    void (*log)(void *context, const char *message_id, const struct qb_text_arg *args, size_t count);
    /* Told how far a stage is; may be NULL. */
    void (*progress)(void *context, enum qb_progress_stage stage, size_t done, size_t total);
    void *context;
};

/* What a pass ended with. */
struct qb_counts {
    uint64_t records;
    uint64_t errors;
    uint64_t warnings;
};

struct qb_folder {
    struct qb_folder_options options;
    char *path;  /* absolute, links resolved */
    char *id;    /* that it had when history last saw it; NULL: not looked for yet */
    char *state; /* absolute; NULL when there is none and nothing is to be written */
    int dir;
    struct qb_settings settings;
    struct qb_ignore *ignore;
    struct qb_kinds *kinds;
    struct qb_store store;
    struct qb_link link;
    struct qb_checker *checker;
    struct qb_cache *cache;     /* while it sleeps: what is known of it is there, and nothing below is filled */
    size_t unsaved;             /* files that changed since the cache was written */
    bool quiet;                 /* the last pass left nothing to do */
    struct qb_history *history; /* NULL: none yet (only without `writes`) */
    struct qb_pool paths;
    struct qb_map files;       /* path -> struct qb_tracked */
    struct qb_map names;       /* path -> a name that is not plain (watcher/names) */
    struct qb_map plain_names; /* path -> anything: of the plain name that one of them would be */
    struct qb_problems name_problems;
    struct qb_map contests; /* path -> what somebody keeps changing (watcher/putback) */
    size_t contested;       /* of them, left alone */
    const char *told;       /* the hold that the outputs tell of, or NULL, and how many files it covers */
    size_t told_count;
    struct qb_map reasons;                /* path -> why it changed, for the commit (watcher/reason) */
    struct qb_problems kind_problems;     /* between kinds */
    struct qb_list odd;                   /* tracked files with problems of their own */
    struct qb_list changed;               /* tracked files that differ from the newest commit */
    struct qb_list absent;                /* records and others of which a client keeps only a placeholder here */
    struct qb_list copies;                /* conflict copies in the folder */
    struct qb_list personal;              /* outputs of the scope OFFICER that the last pass asked for */
    struct qb_history_change *exceptions; /* as they are stored, by path */
    size_t exception_count;
    struct qb_map facilities;    /* id -> struct qb_facility_state */
    struct qb_months months;     /* that have figures */
    struct qb_problems problems; /* all, sorted: as in problems.json */
    qb_date as_of;
    qb_date anchored_on; /* the day of which the line in status/anchors.txt is known to be there */
    unsigned generation; /* counts reloads: settings, kinds and ignore patterns are others then */
    bool reload_due;     /* settings or kinds changed and could not be loaded yet */
    bool retitled;       /* words that files of facilities use are others: a company's, an officer's, a commodity's */
    bool named;          /* all names have been looked at once */
    bool names_changed;  /* some that are kept, since their problems were found */
    bool stored;         /* records have been read once since the kinds were loaded */
};

struct qb_request {
    bool whole;               /* look at everything */
    bool awake;               /* load the folder even when nothing changed */
    bool accept;              /* believe what is being held: that it is the folder, that many records were deleted */
    const char *const *paths; /* else: files or directories that may have changed */
    size_t path_count;
    qb_date as_of;
    int64_t now; /* seconds since the epoch */
};

/* What a hold covers (watcher/hold). */
struct qb_held {
    size_t count;          /* of records */
    struct qb_buf folders; /* "COUNT FOLDER", the fullest, each NUL-terminated */
    struct qb_buf names;   /* a few of their paths, each NUL-terminated */
};

struct qb_result {
    const char *held;    /* nothing was done, and why: a message id ("hold.settings-gone", "hold.other-folder",
                            "hold.mass-deletion", "hold.mass-invalid") */
    struct qb_held hold; /* of the last two: what it covers */
    size_t read;         /* files read */
    size_t changed;      /* files that differ from the last pass */
    size_t written;      /* outputs and notes written or removed */
    size_t commits;
    size_t troubles;      /* things that failed beside the main thing (told by the log): try again later */
    int64_t again_at;     /* look at everything again then, in seconds since the epoch; 0: no need */
    struct qb_buf unrest; /* paths that changed while they were read, each NUL-terminated: look again */
};
void qb_result_fini(struct qb_result *result);

/* Opens the folder and its state. Without `writes` history may be missing. When the settings cannot be used and there
 * are no earlier ones, QB_EINPUT, and the problems are added to `problems`. */
int qb_folder_open(struct qb_folder **folder, const struct qb_folder_options *options, struct qb_problems *problems,
                   struct qb_err *err);
void qb_folder_close(struct qb_folder *folder); /* NULL-safe */
/* Makes a state directory and its parents, for the owner's eyes only. */
int qb_folder_make_state(const char *path, struct qb_err *err);

int qb_folder_pass(struct qb_folder *folder, const struct qb_request *request, struct qb_result *result,
                   struct qb_err *err);

void qb_folder_counts(const struct qb_folder *folder, struct qb_counts *counts);
/* Keeps what is known of the files, for a quicker start (watcher/cache). */
void qb_folder_keep(struct qb_folder *folder, int64_t now);

/* What writers see. The tasks and facilities live in `arena`. Valid until the next pass. */
void qb_folder_view(struct qb_folder *folder, enum qb_language language, struct qb_arena *arena,
                    struct qb_output_view *view);

/* Counts the figures that reports of months are made of, which a pass without `writes` does not. */
void qb_folder_count(struct qb_folder *folder);

/* Brings git's index up to the newest commit (when there is time). False when a git that a person runs holds it: ask
 * again later. */
bool qb_folder_rest(struct qb_folder *folder);

/* --- between the parts --- */

/* Takes the problems (and leaves the list empty) as those of the file. */
void qb_folder_set_problems(struct qb_folder *folder, struct qb_tracked *file, struct qb_problems *problems);
/* The file differs from the newest commit, or no longer does. */
void qb_folder_changed(struct qb_folder *folder, struct qb_tracked *file);
void qb_folder_mark_facility(struct qb_folder *folder, const char *id);

/* A conflict copy that is to go, and the text that its original is to have; without an original it just goes. */
struct qb_copy_plan {
    struct qb_tracked *copy;
    struct qb_tracked *original;
    struct qb_buf text;
};

/* What the parts of one pass hand to each other. */
struct qb_pass {
    struct qb_folder *folder;
    const struct qb_request *request;
    struct qb_result *result;
    struct qb_list queue;        /* to be read */
    struct qb_list gone;         /* no longer in the folder */
    struct qb_buf unseen;        /* directories that could not be looked into, each NUL-terminated */
    bool verify;                 /* outputs and notes are compared with the folder, all of them */
    bool whole;                  /* of the request, or because kinds or settings changed */
    struct qb_file_batch *batch; /* of watcher/publish: outputs on their way to the disk */
    struct qb_copy_plan *plans;  /* of watcher/copies */
    size_t plan_count;
    size_t plan_capacity;
};
/* Something failed that must not stop the rest: a directory that cannot be read, an output that cannot be written. */
void qb_pass_trouble(struct qb_pass *pass, const struct qb_err *err);
/* Reads the exceptions of history and, with `files`, what is committed. */
int qb_folder_read_history(struct qb_folder *folder, bool files, struct qb_err *err);
/* Whether a path that the walk met is of interest: 0 no, negative: nor what is beneath. */
int qb_scan_interest(const struct qb_folder *folder, const char *path, const struct qb_file_stat *st);
/* scan: fills queue and gone. */
int qb_scan(struct qb_pass *pass, struct qb_err *err);
/* intake: reads what is queued, takes note of what is gone, decides who is in force. */
int qb_intake(struct qb_pass *pass, struct qb_err *err);
/* Reads qbis.yaml and kinds that are queued; *reload says that they changed. */
int qb_intake_config(struct qb_pass *pass, bool *reload, struct qb_err *err);
/* publish: schedule, outputs, notes. */
int qb_publish(struct qb_pass *pass, struct qb_err *err);
/* journal: commits. */
int qb_journal(struct qb_pass *pass, struct qb_err *err);

struct qb_tracked *qb_folder_track(struct qb_folder *folder, const char *path); /* finds or makes */
void qb_folder_classify(const struct qb_folder *folder, struct qb_tracked *file);
struct qb_tracked *qb_folder_find(const struct qb_folder *folder, const char *path);
void qb_folder_log(const struct qb_folder *folder, const char *message_id, const struct qb_text_arg *args,
                   size_t count);
void qb_folder_progress(const struct qb_folder *folder, enum qb_progress_stage stage, size_t done, size_t total);
/* Reads settings and kinds again: the store is emptied and everything is to be read anew. */
int qb_folder_reload(struct qb_folder *folder, struct qb_err *err);
/* The id as history knows it (oid) and as the store keeps it (blob id) are the same twenty bytes. */
struct qb_oid qb_folder_oid(const struct qb_blob_id *id);
struct qb_blob_id qb_folder_blob(const struct qb_oid *oid);

#endif
