/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the forms of `qbis log` share. cmd_log walks over the commits and decides which are told; a form tells them:
 * log_text for people, log_json for programs, log_page as an HTML page for an auditor.
 */
#ifndef QB_WATCHER_LOG_H
#define QB_WATCHER_LOG_H

#include "core/data/json.h"
#include "core/history/trail.h"
#include "core/output/html_markup.h"
#include "watcher/past.h"

struct qb_log;

struct qb_log_form {
    void (*begin)(struct qb_log *log);
    /* `before` is the version of the record before the commit, when one record is told about: where it was then. */
    int (*entry)(struct qb_log *log, const struct qb_history_entry *entry, const struct qb_oid *before,
                 struct qb_err *err);
    void (*end)(struct qb_log *log);
};
extern const struct qb_log_form qb_log_text;
extern const struct qb_log_form qb_log_json;
extern const struct qb_log_form qb_log_page;

struct qb_log {
    struct qb_past *past;
    const struct qb_log_form *form;
    const char *path;       /* of the record that is told about, or NULL: the folder */
    const char *moved_path; /* where the record came from with this commit, or NULL */
    const char *property;   /* only its changes are told, or NULL: "monitoring.every" */
    bool colour;
    size_t told;
    struct qb_buf out;
    struct qb_json_writer writer;
    struct qb_html html;
    struct qb_output_view view;
    struct qb_json_doc *docs[2];
    struct qb_buf texts[2];
};

/* Both versions as JSON, NULL where there is none. False when one of them is no JSON. */
bool qb_log_load(struct qb_log *log, const struct qb_oid *before, const struct qb_oid *after,
                 const struct qb_json *values[2]);
/* Visits the properties that differ, as far as they are asked for. */
void qb_log_compare(const struct qb_log *log, const struct qb_json *const values[2], qb_trail_visit *visit,
                    void *context);
/* Calls `visit` for each record that the commit changed (the properties asked for). */
int qb_log_records(struct qb_log *log, const char *commit, qb_history_diff_visit *visit, void *context,
                   struct qb_err *err);
/* Whether the versions differ in what is asked for. */
bool qb_log_touches(struct qb_log *log, const struct qb_oid *before, const struct qb_oid *after);

#endif
