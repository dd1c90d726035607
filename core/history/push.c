/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One connection: ask what the other side has, decide for a branch, send. libgit2 asks back for credentials and about
 * the host's key; each way in is tried once, since a wrong secret is asked for again for ever.
 */
#include "core/history/push.h"

#include "core/history/internal.h"

#include "core/base/mem.h"
#include "core/history/crypto.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct pushing {
    struct qb_history *history;
    const char *url;
    const struct qb_push_access *access;
    bool agent_tried;
    bool key_tried;
    bool secret_tried;
    bool host_refused;
    char *refused; /* why the other side refused the branch */
};

/* --- secrets --- */

/* Undoes %XX. */
static char *unescape(const char *text, size_t length)
{
    struct qb_buf out = {0};
    for (size_t i = 0; i < length; i++) {
        char digits[3] = {text[i], 0, 0};
        if (text[i] == '%' && i + 2 < length) {
            memcpy(digits, text + i + 1, 2);
            char *end;
            long byte = strtol(digits, &end, 16);
            if (!*end && byte) {
                qb_buf_add_char(&out, (char)byte);
                i += 2;
                continue;
            }
        }
        qb_buf_add_char(&out, text[i]);
    }
    return qb_buf_steal(&out);
}

/* "https://user:secret@host/path" cut up; what is absent has the length 0. */
struct address {
    const char *scheme, *user, *secret, *host;
    size_t scheme_length, user_length, secret_length, host_length;
};

static bool cut(const char *text, size_t length, struct address *address)
{
    const char *end = text + length;
    const char *colon = memmem(text, length, "://", 3);
    if (!colon)
        return false;
    *address = (struct address){.scheme = text, .scheme_length = (size_t)(colon - text), .host = colon + 3};
    const char *slash = memchr(address->host, '/', (size_t)(end - address->host));
    const char *stop = slash ? slash : end;
    const char *at = memrchr(address->host, '@', (size_t)(stop - address->host));
    if (at) {
        const char *separator = memchr(address->host, ':', (size_t)(at - address->host));
        address->user = address->host;
        address->user_length = (size_t)((separator ? separator : at) - address->host);
        address->secret = separator ? separator + 1 : at;
        address->secret_length = (size_t)(at - address->secret);
        address->host = at + 1;
    }
    address->host_length = (size_t)(stop - address->host);
    return true;
}

static bool same(const char *a, size_t a_length, const char *b, size_t b_length)
{
    return a_length == b_length && !strncasecmp(a, b, a_length);
}

bool qb_push_credentials(const char *lines, const char *url, char **user, char **secret)
{
    struct address wanted;
    struct address found;
    if (!cut(url, strlen(url), &wanted))
        return false;
    for (const char *line = lines; line && *line; line += strcspn(line, "\n"), line += *line == '\n') {
        if (!cut(line, strcspn(line, "\r\n"), &found) || !found.secret_length ||
            !same(found.scheme, found.scheme_length, wanted.scheme, wanted.scheme_length) ||
            !same(found.host, found.host_length, wanted.host, wanted.host_length) ||
            (wanted.user_length && !same(found.user, found.user_length, wanted.user, wanted.user_length)))
            continue;
        *user = unescape(found.user, found.user_length);
        *secret = unescape(found.secret, found.secret_length);
        return true;
    }
    return false;
}

/* --- hosts of ssh --- */

/* "|1|SALT|HASH" for HMAC-SHA1(SALT, host), as `HashKnownHosts yes` writes it. */
static bool hashed_host(const char *pattern, size_t length, const char *host)
{
    struct qb_buf salt = {0};
    struct qb_buf hash = {0};
    unsigned char digest[QB_SHA1_SIZE];
    const char *bar = length > 3 && !strncmp(pattern, "|1|", 3) ? memchr(pattern + 3, '|', length - 3) : NULL;
    bool fits = bar && qb_sign_decode(&salt, pattern + 3, (size_t)(bar - pattern) - 3) &&
                qb_sign_decode(&hash, bar + 1, length - (size_t)(bar - pattern) - 1) && hash.length == sizeof digest;
    if (fits) {
        qb_crypto_hmac_sha1(qb_buf_text(&salt), salt.length, host, strlen(host), digest);
        fits = !memcmp(hash.data, digest, sizeof digest);
    }
    qb_buf_fini(&salt);
    qb_buf_fini(&hash);
    return fits;
}

/* One of the names before the first blank, between commas. */
static bool names_host(const char *names, size_t length, const char *host)
{
    if (length && *names == '|')
        return hashed_host(names, length, host);
    for (size_t at = 0; at < length;) {
        const char *comma = memchr(names + at, ',', length - at);
        size_t size = comma ? (size_t)(comma - names) - at : length - at;
        if (same(names + at, size, host, strlen(host)))
            return true;
        at += size + 1;
    }
    return false;
}

bool qb_push_host_known(const char *lines, const char *host, const void *key, size_t length)
{
    struct qb_buf raw = {0};
    bool known = false;
    for (const char *line = lines; line && *line && !known; line += strcspn(line, "\n"), line += *line == '\n') {
        size_t names = strcspn(line, " \n");
        size_t type = strcspn(line + names + (line[names] == ' '), " \n");
        const char *base64 = line + names + 1 + type + 1;
        if (*line == '#' || *line == '@' || line[names] != ' ' || line[names + 1 + type] != ' ')
            continue;
        qb_buf_clear(&raw);
        known = names_host(line, names, host) && qb_sign_decode(&raw, base64, strcspn(base64, " \r\n")) &&
                raw.length == length && !memcmp(raw.data, key, length);
    }
    qb_buf_fini(&raw);
    return known;
}

/* libgit2 has looked first: into the certificates of the system, and into the user's known_hosts if it finds it. */
static int judge_host(git_cert *cert, int valid, const char *host, void *context)
{
    struct pushing *pushing = context;
    const git_cert_hostkey *key = (const git_cert_hostkey *)(void *)cert;
    if (valid)
        return 0;
    if (cert->cert_type != GIT_CERT_HOSTKEY_LIBSSH2)
        return GIT_ECERTIFICATE;
    struct address address;
    struct qb_buf name = {0};
    const char *colon =
        cut(pushing->url, strlen(pushing->url), &address) ? memchr(address.host, ':', address.host_length) : NULL;
    size_t port = colon ? address.host_length - (size_t)(colon - address.host) - 1 : 0;
    if (port && strncmp(colon + 1, "22", port > 2 ? port : 2))
        qb_buf_addf(&name, "[%s]:%.*s", host, (int)port, colon + 1);
    else
        qb_buf_add_string(&name, host);
    bool known = (key->type & GIT_CERT_SSH_RAW) &&
                 qb_push_host_known(pushing->access->known_hosts, name.data, key->hostkey, key->hostkey_len);
    qb_buf_fini(&name);
    pushing->host_refused = !known;
    return known ? 0 : GIT_ECERTIFICATE;
}

/* --- being let in --- */

/* The machine's own key first, then what an agent has: libgit2 gives up for good on an agent that is not there. */
static int give_ssh(git_credential **out, struct pushing *pushing, const char *user)
{
    const struct qb_push_access *access = pushing->access;
    if (!pushing->key_tried && access->private_key) {
        pushing->key_tried = true;
        return git_credential_ssh_key_new(out, user, access->public_key, access->private_key, "");
    }
    if (pushing->agent_tried || !access->agent)
        return GIT_EAUTH;
    pushing->agent_tried = true;
    return git_credential_ssh_key_from_agent(out, user);
}

static int give(git_credential **out, const char *url, const char *user, unsigned types, void *context)
{
    struct pushing *pushing = context;
    const char *name = user && *user ? user : "git";
    char *known = NULL;
    char *secret = NULL;
    if (types & GIT_CREDENTIAL_USERNAME)
        return git_credential_username_new(out, name);
    if (types & GIT_CREDENTIAL_SSH_KEY)
        return give_ssh(out, pushing, name);
    if (!(types & GIT_CREDENTIAL_USERPASS_PLAINTEXT) || pushing->secret_tried ||
        !qb_push_credentials(pushing->access->credentials, url, &known, &secret))
        return GIT_EAUTH;
    pushing->secret_tried = true;
    int code = git_credential_userpass_plaintext_new(out, known, secret);
    explicit_bzero(secret, strlen(secret));
    free(known);
    free(secret);
    return code;
}

static int note_refusal(const char *branch, const char *status, void *context)
{
    struct pushing *pushing = context;
    (void)branch;
    if (status && !pushing->refused)
        pushing->refused = qb_mem_string(status);
    return 0;
}

/* --- the branch --- */

static const git_oid *find_branch(const git_remote_head **heads, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(heads[i]->name, name))
            return &heads[i]->oid;
    return NULL;
}

/* Whether what the other side has is part of this history. */
static bool ours(struct pushing *pushing, const struct qb_oid *head, const git_oid *theirs)
{
    const git_oid *mine = (const git_oid *)head;
    return git_oid_equal(mine, theirs) || git_graph_descendant_of(pushing->history->repo, mine, theirs) == 1;
}

/* Fills result->branch; *there says that it has the newest commit already. */
static int choose(struct pushing *pushing, git_remote *remote, const struct qb_oid *head, struct qb_push_result *result,
                  bool *there, struct qb_err *err)
{
    const git_remote_head **heads = NULL;
    size_t count = 0;
    char own[64];
    int code = git_remote_ls(&heads, &count, remote);
    if (code)
        return qb_git_err(err, code, "asking %s for its branches", pushing->url);
    snprintf(result->branch, sizeof result->branch, "machine-%.8s", pushing->access->machine);
    snprintf(own, sizeof own, "refs/heads/%s", result->branch);
    const git_oid *at = find_branch(heads, count, own);
    const git_oid *main = find_branch(heads, count, QB_HISTORY_MAIN);
    if (!at && (!main || ours(pushing, head, main))) {
        snprintf(result->branch, sizeof result->branch, "main");
        at = main;
    }
    *there = at && git_oid_equal(at, (const git_oid *)head);
    if (at && !ours(pushing, head, at))
        return qb_err_set(err, QB_EUNSAFE, NULL,
                          "%s has commits on %s that this history does not have: one of the two was rewritten; run "
                          "`qbis audit` here and on a clone of it",
                          pushing->url, result->branch);
    return QB_OK;
}

static int send(struct pushing *pushing, git_remote *remote, const git_remote_callbacks *callbacks, const char *branch,
                struct qb_err *err)
{
    git_push_options options;
    struct qb_buf spec = {0};
    qb_buf_addf(&spec, QB_HISTORY_MAIN ":refs/heads/%s", branch);
    git_strarray specs = {&spec.data, 1};
    git_push_options_init(&options, GIT_PUSH_OPTIONS_VERSION);
    options.callbacks = *callbacks;
    int code = git_remote_upload(remote, &specs, &options);
    int result = code ? qb_git_err(err, code, "sending to %s", pushing->url) : QB_OK;
    if (result == QB_OK && pushing->refused)
        result = qb_err_set(err, QB_EGIT, NULL, "%s refuses %s: %s", pushing->url, branch, pushing->refused);
    qb_buf_fini(&spec);
    return result;
}

static int talk(struct pushing *pushing, git_remote *remote, const struct qb_oid *head, struct qb_push_result *result,
                struct qb_err *err)
{
    git_remote_callbacks callbacks;
    bool there = false;
    git_remote_init_callbacks(&callbacks, GIT_REMOTE_CALLBACKS_VERSION);
    callbacks.credentials = give;
    callbacks.certificate_check = judge_host;
    callbacks.push_update_reference = note_refusal;
    callbacks.payload = pushing;
    int code = git_remote_connect(remote, GIT_DIRECTION_PUSH, &callbacks, NULL, NULL);
    if (pushing->host_refused)
        return qb_err_set(err, QB_EUNSAFE, NULL, "the key of the host of %s is not known: add it to known_hosts",
                          pushing->url);
    if (code == GIT_EAUTH)
        return qb_err_set(err, QB_EUNSAFE, NULL, "%s takes none of the keys and secrets that there are", pushing->url);
    if (code)
        return qb_git_err(err, code, "cannot reach %s", pushing->url);
    int status = choose(pushing, remote, head, result, &there, err);
    if (status == QB_OK && !there)
        status = send(pushing, remote, &callbacks, result->branch, err);
    result->pushed = status == QB_OK && !there;
    git_remote_disconnect(remote);
    return status;
}

int qb_history_push(struct qb_history *history, const char *url, const struct qb_push_access *access,
                    struct qb_push_result *result, struct qb_err *err)
{
    struct pushing pushing = {.history = history, .url = url, .access = access};
    struct qb_oid head;
    git_remote *remote = NULL;
    *result = (struct qb_push_result){0};
    int status = qb_repository_head(history, &head, err);
    if (status == QB_OK && qb_oid_is_zero(&head))
        status = qb_err_set(err, QB_EABSENT, NULL, "history has no commit yet");
    if (status < 0)
        return status;
    qb_oid_format(&head, result->commit);
    /* no url.*.insteadOf: the address is as the settings say it (and libgit2 1.5 leaks where it looks for them) */
    git_remote_create_options options;
    git_remote_create_options_init(&options, GIT_REMOTE_CREATE_OPTIONS_VERSION);
    options.repository = history->repo;
    options.flags = GIT_REMOTE_CREATE_SKIP_INSTEADOF | GIT_REMOTE_CREATE_SKIP_DEFAULT_FETCHSPEC;
    int code = git_remote_create_with_opts(&remote, url, &options);
    status = code ? qb_git_err(err, code, "no address of a repository: %s", url)
                  : talk(&pushing, remote, &head, result, err);
    git_remote_free(remote);
    free(pushing.refused);
    return status;
}
