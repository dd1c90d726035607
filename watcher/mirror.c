/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The child is a fork that opens history for itself, pushes and ends; it holds no lock of the daemon's, and reading
 * history needs none. Secrets are looked for in the state directory only, which is not shared.
 */
#include "watcher/mirror.h"

#include "core/base/limits.h"
#include "core/history/push.h"
#include "core/history/sign.h"
#include "watcher/keys.h"
#include "watcher/marks.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* milliseconds */
#define AFTER 2000           /* of rest, so that a burst of passes is one push */
#define LOOK 500             /* at the child */
#define LONGEST_PUSH 1800000 /* half an hour: ten years of an office over a slow line */
#define FIRST_RETRY 15000    /* doubles */
#define LONGEST_RETRY 3600000

#define CREDENTIALS "credentials" /* in the state directory, as git's credential store; for nobody else's eyes */
#define KNOWN_HOSTS "known_hosts"

/* --- pushing --- */

struct wallet {
    char machine[17];
    struct qb_buf private_key; /* path */
    struct qb_buf public_key;
    struct qb_buf credentials; /* text */
    struct qb_buf known_hosts;
};

static void read_known_hosts(struct wallet *wallet, int state)
{
    const char *home = getenv("HOME");
    struct qb_buf more = {0};
    qb_file_read(state, KNOWN_HOSTS, QB_MAX_SETTINGS, &wallet->known_hosts, NULL, NULL);
    if (home && *home) {
        struct qb_buf path = {0};
        qb_buf_addf(&path, "%s/.ssh/known_hosts", home);
        if (qb_file_read_path(path.data, QB_MAX_SETTINGS, &more, NULL) == QB_OK) {
            qb_buf_add_char(&wallet->known_hosts, '\n');
            qb_buf_add(&wallet->known_hosts, qb_buf_text(&more), more.length);
        }
        qb_buf_fini(&path);
    }
    qb_buf_fini(&more);
}

/* Secrets that others could read are no secrets. */
static void read_credentials(const struct qb_invocation *invocation, struct wallet *wallet, int state)
{
    struct qb_file_stat st;
    if (qb_file_read(state, CREDENTIALS, QB_MAX_SETTINGS, &wallet->credentials, &st, NULL) < 0 || !(st.mode & 077))
        return;
    qb_say(invocation, "push.open-credentials", (struct qb_text_arg[]){{"file", CREDENTIALS}}, 1);
    qb_buf_clear(&wallet->credentials);
}

static void open_wallet(const struct qb_invocation *invocation, struct wallet *wallet, const char *path)
{
    struct qb_signer signer;
    unsigned char digest[QB_SHA256_SIZE];
    int state = qb_file_open_dir(path, NULL);
    snprintf(wallet->machine, sizeof wallet->machine, "unknown0");
    if (state < 0)
        return;
    if (qb_keys_read(state, &signer, NULL) == QB_OK) {
        qb_crypto_sha256(signer.public_key, sizeof signer.public_key, digest);
        for (size_t i = 0; i < 8; i++)
            snprintf(wallet->machine + 2 * i, 3, "%02x", digest[i]);
        qb_buf_addf(&wallet->private_key, "%s/%s", path, QB_KEYS_PRIVATE);
        qb_buf_addf(&wallet->public_key, "%s/%s", path, QB_KEYS_PUBLIC);
    }
    explicit_bzero(&signer, sizeof signer);
    read_known_hosts(wallet, state);
    read_credentials(invocation, wallet, state);
    close(state);
}

static void close_wallet(struct wallet *wallet)
{
    if (wallet->credentials.data)
        explicit_bzero(wallet->credentials.data, wallet->credentials.capacity);
    qb_buf_fini(&wallet->credentials);
    qb_buf_fini(&wallet->private_key);
    qb_buf_fini(&wallet->public_key);
    qb_buf_fini(&wallet->known_hosts);
}

static void tell_result(const struct qb_invocation *invocation, const char *url, const struct qb_push_result *result)
{
    struct qb_buf out = {0};
    qb_text_format(&out, invocation->language, result->pushed ? "push.done" : "push.same",
                   (struct qb_text_arg[]){{"url", url}, {"branch", result->branch}, {"commit", result->commit}}, 3);
    qb_buf_add_char(&out, '\n');
    qb_say_text(stdout, out.data, out.length);
    qb_buf_fini(&out);
}

static void write_row(struct qb_json_writer *writer, const char *url, const struct qb_push_result *result,
                      const struct qb_err *err)
{
    qb_json_writer_object(writer, NULL);
    qb_json_writer_string(writer, "remote", url);
    qb_json_writer_string(writer, "branch", *result->branch ? result->branch : NULL);
    qb_json_writer_string(writer, "commit", err->code ? NULL : result->commit);
    qb_json_writer_string(writer, "error", err->code ? err->message : NULL);
    qb_json_writer_end_object(writer);
}

static void write_mark(const char *path, struct qb_buf *text)
{
    int state = qb_file_open_dir(path, NULL);
    qb_buf_add_char(text, '\n');
    if (state >= 0) {
        qb_file_replace(state, QB_MARK_PUSH, text->data, text->length, NULL, NULL, NULL);
        close(state);
    }
}

size_t qb_mirror_push(const struct qb_invocation *invocation, struct qb_history *history, const char *state,
                      const char *const *remotes, size_t count, bool tell)
{
    struct wallet wallet = {0};
    struct qb_buf mark = {0};
    struct qb_json_writer writer;
    int64_t now;
    size_t failed = 0;
    open_wallet(invocation, &wallet, state);
    struct qb_push_access access = {
        .machine = wallet.machine,
        .agent = getenv("SSH_AUTH_SOCK") != NULL,
        .private_key = wallet.private_key.length ? wallet.private_key.data : NULL,
        .public_key = wallet.public_key.length ? wallet.public_key.data : NULL,
        .credentials = wallet.credentials.length ? wallet.credentials.data : NULL,
        .known_hosts = wallet.known_hosts.length ? wallet.known_hosts.data : NULL,
    };
    qb_today(0, &now);
    qb_json_writer_init(&writer, &mark);
    qb_json_writer_object(&writer, NULL);
    qb_json_writer_integer(&writer, "at", now);
    qb_json_writer_array(&writer, "remotes");
    for (size_t i = 0; i < count; i++) {
        struct qb_push_result result;
        struct qb_err err = {0};
        if (qb_history_push(history, remotes[i], &access, &result, &err) < 0) {
            failed++;
            qb_say(invocation, "push.failed", (struct qb_text_arg[]){{"url", remotes[i]}, {"reason", err.message}}, 2);
        } else if (tell) {
            tell_result(invocation, remotes[i], &result);
        }
        write_row(&writer, remotes[i], &result, &err);
    }
    qb_json_writer_end_array(&writer);
    qb_json_writer_end_object(&writer);
    write_mark(state, &mark);
    qb_buf_fini(&mark);
    close_wallet(&wallet);
    return failed;
}

/* --- the daemon's child --- */

void qb_mirror_init(struct qb_mirror *mirror)
{
    *mirror = (struct qb_mirror){.due_at = -1, .look_at = -1};
}

void qb_mirror_due(struct qb_mirror *mirror, int64_t now)
{
    if (mirror->due_at < 0)
        mirror->due_at = now + (mirror->retry_ms ? mirror->retry_ms : AFTER);
}

int64_t qb_mirror_next(const struct qb_mirror *mirror)
{
    return mirror->child ? mirror->look_at : mirror->due_at;
}

/* In the child. It has the daemon's memory and nothing to do with its signals or its lock. */
static int work(const struct qb_folder *folder, const struct qb_invocation *invocation)
{
    struct qb_history *history = NULL;
    struct qb_buf path = {0};
    struct qb_err err = {0};
    sigset_t none;
    sigemptyset(&none);
    signal(SIGTERM, SIG_DFL);
    signal(SIGHUP, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
    qb_buf_addf(&path, "%s/history.git", folder->state);
    if (qb_history_open(&history, path.data, folder->path, false, QB_HISTORY_SHARED, NULL, &err) < 0) {
        qb_say_error(invocation, &err);
        return 1;
    }
    const struct qb_settings *settings = &folder->settings;
    return qb_mirror_push(invocation, history, folder->state, settings->remotes, settings->remote_count, false) > 0;
}

static void begin(struct qb_mirror *mirror, const struct qb_folder *folder, const struct qb_invocation *invocation,
                  int64_t now)
{
    mirror->due_at = -1;
    if (!folder->settings.remote_count || !folder->state)
        return;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        _exit(work(folder, invocation));
    if (child < 0) {
        struct qb_err err = {0};
        qb_err_sys(&err, NULL, "cannot begin to copy history");
        qb_say_error(invocation, &err);
        mirror->due_at = now + FIRST_RETRY;
        return;
    }
    mirror->child = child;
    mirror->look_at = now + LOOK;
    mirror->kill_at = now + LONGEST_PUSH;
}

static void look(struct qb_mirror *mirror, int64_t now)
{
    int status = 0;
    mirror->look_at = now + LOOK;
    if (now >= mirror->kill_at)
        kill(mirror->child, SIGKILL);
    if (waitpid(mirror->child, &status, now >= mirror->kill_at ? 0 : WNOHANG) == 0)
        return;
    mirror->child = 0;
    mirror->look_at = -1;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        mirror->retry_ms = 0;
        return;
    }
    mirror->retry_ms = mirror->retry_ms ? mirror->retry_ms * 2 : FIRST_RETRY;
    if (mirror->retry_ms > LONGEST_RETRY)
        mirror->retry_ms = LONGEST_RETRY;
    mirror->due_at = now + mirror->retry_ms;
}

void qb_mirror_act(struct qb_mirror *mirror, const struct qb_folder *folder, const struct qb_invocation *invocation,
                   int64_t now)
{
    if (mirror->child && mirror->look_at <= now)
        look(mirror, now);
    if (!mirror->child && mirror->due_at >= 0 && mirror->due_at <= now)
        begin(mirror, folder, invocation, now);
}

void qb_mirror_stop(struct qb_mirror *mirror)
{
    if (!mirror->child)
        return;
    kill(mirror->child, SIGTERM);
    while (waitpid(mirror->child, NULL, 0) < 0 && errno == EINTR)
        ;
    mirror->child = 0;
}
