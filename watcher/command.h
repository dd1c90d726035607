/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The commands: a table of rows, each with what it needs and where its code is. main parses what stands before
 * the command's name; each command parses its own options with the table that it owns.
 */
#ifndef QB_WATCHER_COMMAND_H
#define QB_WATCHER_COMMAND_H

#include "core/base/date.h"
#include "core/base/err.h"
#include "core/base/text.h"

#include <stdbool.h>

/* Exit statuses of every command (DESIGN section 9). */
enum qb_exit { QB_EXIT_FINE = 0, QB_EXIT_PROBLEMS = 1, QB_EXIT_FAILED = 2 };

/* What main found out for the command. */
struct qb_invocation {
    const char *folder; /* -C, else $QBIS_FOLDER, else the nearest parent with a qbis.yaml; NULL when there is none */
    const char *state;  /* --state, else $QBIS_STATE; NULL: by the folder's id */
    enum qb_language language; /* of the terminal: --language, else $LANG, else Indonesian */
    bool language_given;       /* by --language */
};

struct qb_command {
    const char *name;
    const char *arguments; /* "[FOLDER] [--office CODE]": for the usage line */
    const char *help;      /* message id of one line: "cli.init" */
    bool needs_folder;     /* main refuses when there is none */
    bool raw;              /* its arguments are handed on as they are */
    int (*run)(const struct qb_invocation *invocation, int argc, char **argv); /* argv[0] is the name */
};

extern const struct qb_command qb_commands[];
extern const size_t qb_command_count;

/* One file each: watcher/cmd_NAME.c */
int qb_cmd_init(const struct qb_invocation *invocation, int argc, char **argv);
int qb_cmd_watch(const struct qb_invocation *invocation, int argc, char **argv);
int qb_cmd_check(const struct qb_invocation *invocation, int argc, char **argv);
int qb_cmd_schedule(const struct qb_invocation *invocation, int argc, char **argv);
int qb_cmd_simulate(const struct qb_invocation *invocation, int argc, char **argv);
int qb_cmd_validate(const struct qb_invocation *invocation, int argc, char **argv);
int qb_cmd_new(const struct qb_invocation *invocation, int argc, char **argv);
int qb_cmd_import(const struct qb_invocation *invocation, int argc, char **argv);
int qb_cmd_export(const struct qb_invocation *invocation, int argc, char **argv);
int qb_cmd_kinds(const struct qb_invocation *invocation, int argc, char **argv);
int qb_cmd_log(const struct qb_invocation *invocation, int argc, char **argv);
int qb_cmd_show(const struct qb_invocation *invocation, int argc, char **argv);
int qb_cmd_restore(const struct qb_invocation *invocation, int argc, char **argv);
int qb_cmd_resolve(const struct qb_invocation *invocation, int argc, char **argv);
int qb_cmd_audit(const struct qb_invocation *invocation, int argc, char **argv);
int qb_cmd_push(const struct qb_invocation *invocation, int argc, char **argv);
int qb_cmd_rollup(const struct qb_invocation *invocation, int argc, char **argv);
int qb_cmd_status(const struct qb_invocation *invocation, int argc, char **argv);
int qb_cmd_accept(const struct qb_invocation *invocation, int argc, char **argv);
int qb_cmd_git(const struct qb_invocation *invocation, int argc, char **argv);

/* --- for commands: options --- */

/* One option of a command: "--as-of" with a value (`value` != NULL) or a switch (`given` != NULL). */
struct qb_option {
    const char *name; /* "--as-of" */
    const char **value;
    bool *given;
    /* For options that may come several times: called for each; `value` and `given` are NULL then. */
    int (*each)(void *context, const char *value);
    void *context;
};
/* Takes the options out of argv (also "--name=value"; "--" ends them) and leaves the arguments in front: returns how
 * many there are, or -1 after saying what is wrong on standard error. "--help" prints the usage and returns -2. */
int qb_options(const struct qb_invocation *invocation, const char *command, int argc, char **argv,
               const struct qb_option *options, size_t count);

/* --- for commands: saying things --- */

/* "qbis: message (file)" on standard error, control characters made visible. */
void qb_say_error(const struct qb_invocation *invocation, const struct qb_err *err);
/* A message of the catalogue on standard error, with its newline. */
void qb_say(const struct qb_invocation *invocation, const char *id, const struct qb_text_arg *args, size_t count);
/* Writes text to a stream with control characters (but newline and tab) as \xNN, C1 controls and bidi overrides as
 * \u{...}: data never reaches the terminal raw. */
void qb_say_text(void *stream, const char *text, size_t length);
/* Whether colours may be used on that stream. */
bool qb_say_colour(void *stream);

/* --- for commands: the folder --- */

/* The state directory of the invocation's folder: --state, $QBIS_STATE, or by the folder's id. The string is the
 * caller's; NULL after saying why not. */
char *qb_state_dir(const struct qb_invocation *invocation);
/* The same, but first that of a daemon at work that watches the folder, or waits for it because it is gone or another
 * lies in its place. */
char *qb_state_of_watched(const struct qb_invocation *invocation);
/* Today in a zone, by this machine's clock; *now (may be NULL) receives the seconds since the epoch. */
qb_date qb_today(int offset_minutes, int64_t *now);
/* Reads a date given on the command line; false after saying what is wrong. */
bool qb_date_option(const struct qb_invocation *invocation, const char *option, const char *text, qb_date *date);

#endif
