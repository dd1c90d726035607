/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line: what stands before the command's name, the table of commands, and finding the folder.
 */
#include "watcher/command.h"

#include "core/base/buf.h"
#include "core/base/mem.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const struct qb_command qb_commands[] = {
    {"init", "[FOLDER] [--office CODE] [--language id|en] [--example]", "cli.init", false, false, qb_cmd_init},
    {"watch", "[--once] [--as-of DATE] [--settle MS] [--state DIR]", "cli.watch", true, false, qb_cmd_watch},
    {"check", "[PATH...] [--json] [--as-of DATE]", "cli.check", true, false, qb_cmd_check},
    {"schedule",
     "[--as-of DATE] [--at REVISION] [--format NAME] [-o FILE] [--officer ID] [--facility ID] [--status NAME,...] "
     "[--until DATE]",
     "cli.schedule", true, false, qb_cmd_schedule},
    {"simulate", "--policy NAME [--policy NAME]... [--as-of DATE] [--json]", "policy.help", true, false,
     qb_cmd_simulate},
    {"validate", "--schema FILE [--base URI=DIR]... [--assert-formats] [--jsonl] FILE...", "cli.validate", false, false,
     qb_cmd_validate},
    {"new", "KIND [PROPERTY=VALUE...] [--as OFFICER] [--dry-run]", "new.help", true, false, qb_cmd_new},
    {"import", "KIND FILE.csv [--map FILE] [--dry-run] [--partial] [--as OFFICER]", "import.help", true, false,
     qb_cmd_import},
    {"export", "KIND [-o FILE]", "export.help", true, false, qb_cmd_export},
    {"kinds", "[KIND...] [--markdown] [--editor] [--shipped]", "cli.kinds", false, false, qb_cmd_kinds},
    {"log",
     "[RECORD] [--author OFFICER] [--since DATE] [--until DATE] [--property NAME] [--json | --html FILE] [-n COUNT]",
     "cli.log", true, false, qb_cmd_log},
    {"show", "RECORD[@REVISION]", "cli.show", true, false, qb_cmd_show},
    {"restore",
     "RECORD... [--at REVISION] [--reason TEXT] [--dry-run] | --deleted-since DATE [--reason TEXT] [--dry-run]",
     "restore.help", true, false, qb_cmd_restore},
    {"resolve", "RECORD [--take mine|theirs|PROPERTY=mine|PROPERTY=theirs]... [--dry-run]", "resolve.help", true, false,
     qb_cmd_resolve},
    {"audit", "[CLONE] [--allowed-signers FILE] [--json]", "audit.help", false, false, qb_cmd_audit},
    {"push", "[ADDRESS...]", "push.help", true, false, qb_cmd_push},
    {"rollup", "DIRECTORY... [--as-of DATE] [--json | --html FILE]", "rollup.help", false, false, qb_cmd_rollup},
    {"status", "[--json]", "cli.status", true, false, qb_cmd_status},
    {"accept", "", "cli.accept", true, false, qb_cmd_accept},
    {"git", "ARGUMENTS...", "cli.git", true, true, qb_cmd_git},
};
const size_t qb_command_count = sizeof qb_commands / sizeof *qb_commands;

static void print_usage(enum qb_language language, FILE *stream)
{
    fprintf(stream, "%s\n\n", qb_text(language, "cli.usage"));
    for (size_t i = 0; i < qb_command_count; i++)
        fprintf(stream, "  %-10s %s\n", qb_commands[i].name, qb_text(language, qb_commands[i].help));
    fprintf(stream, "\n%s\n", qb_text(language, "cli.usage.more"));
}

static const struct qb_command *find_command(const char *name)
{
    for (size_t i = 0; i < qb_command_count; i++)
        if (!strcmp(qb_commands[i].name, name))
            return &qb_commands[i];
    return NULL;
}

/* "en_GB.UTF-8" is English; all else, and nothing, is the office's own language. */
static enum qb_language terminal_language(void)
{
    static const char *const variables[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
        const char *value = getenv(variables[i]);
        if (value && *value)
            return strncmp(value, "en", 2) ? QB_INDONESIAN : QB_ENGLISH;
    }
    return QB_INDONESIAN;
}

/* The value of "--name VALUE" or "--name=VALUE" at argv[*at]; NULL when it is another word. */
static const char *value_of(const char *name, int argc, char **argv, int *at)
{
    size_t length = strlen(name);
    if (strncmp(argv[*at], name, length))
        return NULL;
    if (argv[*at][length] == '=' && name[1] == '-')
        return argv[*at] + length + 1;
    if (argv[*at][length] || *at + 1 >= argc)
        return NULL;
    return argv[++*at];
}

/* Takes one of the options that stand before or behind any command. 1: taken, 0: another word, -1: not understood. */
static int take_global(struct qb_invocation *invocation, int argc, char **argv, int *at)
{
    const char *value;
    if ((value = value_of("--state", argc, argv, at))) {
        invocation->state = value;
        return 1;
    }
    if ((value = value_of("--language", argc, argv, at))) {
        if (qb_text_language(value, &invocation->language)) {
            invocation->language_given = true;
            return 1;
        }
        qb_say(invocation, "cli.language", (struct qb_text_arg[]){{"found", value}}, 1);
        return -1;
    }
    return 0;
}

/* The nearest directory upwards that holds a qbis.yaml; the string is the caller's. */
static char *nearest_folder(void)
{
    char *here = realpath(".", NULL);
    while (here) {
        struct qb_buf settings = {0};
        qb_buf_addf(&settings, "%s/qbis.yaml", strcmp(here, "/") ? here : "");
        bool found = !access(qb_buf_text(&settings), F_OK);
        qb_buf_fini(&settings);
        if (found)
            return here;
        char *slash = strrchr(here, '/');
        if (!strcmp(here, "/"))
            break;
        slash[slash == here ? 1 : 0] = '\0';
    }
    free(here);
    return NULL;
}

/* Takes the global options out of a command's arguments. */
static int strip_globals(struct qb_invocation *invocation, int argc, char **argv)
{
    int kept = 1;
    for (int at = 1; at < argc; at++) {
        if (!strcmp(argv[at], "--")) {
            while (at < argc)
                argv[kept++] = argv[at++];
            break;
        }
        int taken = take_global(invocation, argc, argv, &at);
        if (taken < 0)
            return -1;
        if (!taken)
            argv[kept++] = argv[at];
    }
    argv[kept] = NULL;
    return kept;
}

static int run_command(struct qb_invocation *invocation, int argc, char **argv)
{
    const struct qb_command *command = find_command(argv[0]);
    if (!command) {
        qb_say(invocation, "cli.unknown-command", (struct qb_text_arg[]){{"found", argv[0]}}, 1);
        return QB_EXIT_FAILED;
    }
    if (!command->raw && (argc = strip_globals(invocation, argc, argv)) < 0)
        return QB_EXIT_FAILED;
    bool help = !command->raw && argc == 2 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"));
    char *found = NULL;
    if (!invocation->folder)
        invocation->folder = getenv("QBIS_FOLDER");
    if (!invocation->folder)
        invocation->folder = found = nearest_folder();
    if (!invocation->state)
        invocation->state = getenv("QBIS_STATE");
    int status = QB_EXIT_FAILED;
    if (command->needs_folder && !invocation->folder && !help)
        qb_say(invocation, "cli.no-folder", NULL, 0);
    else
        status = command->run(invocation, argc, argv);
    free(found);
    return status;
}

/* Output that could not be written is a failure, whatever the command thought. */
static int finish(const struct qb_invocation *invocation, int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    struct qb_err err = {0};
    qb_err_sys(&err, NULL, "cannot write the output");
    qb_say_error(invocation, &err);
    return QB_EXIT_FAILED;
}

int main(int argc, char **argv)
{
    struct qb_invocation invocation = {.language = terminal_language()};
    int at = 1;
    for (; at < argc && argv[at][0] == '-'; at++) {
        const char *folder = value_of("-C", argc, argv, &at);
        if (folder) {
            invocation.folder = folder;
            continue;
        }
        int taken = take_global(&invocation, argc, argv, &at);
        if (taken < 0)
            return QB_EXIT_FAILED;
        if (taken)
            continue;
        if (!strcmp(argv[at], "--help") || !strcmp(argv[at], "-h")) {
            print_usage(invocation.language, stdout);
            return finish(&invocation, QB_EXIT_FINE);
        }
        if (!strcmp(argv[at], "--version")) {
            puts("qbis " QB_VERSION);
            return finish(&invocation, QB_EXIT_FINE);
        }
        qb_say(&invocation, "cli.unknown-option", (struct qb_text_arg[]){{"found", argv[at]}}, 1);
        return QB_EXIT_FAILED;
    }
    if (at == argc) {
        print_usage(invocation.language, stderr);
        return QB_EXIT_FAILED;
    }
    return finish(&invocation, run_command(&invocation, argc - at, argv + at));
}
