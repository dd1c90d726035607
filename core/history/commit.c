/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commits and the two refs: `main` and the exceptions.
 *
 * A pass's commits are written one upon the other: trees, then the commit that names them. Then everything is brought
 * to the disk at once, and only then does the branch move, by a reference transaction of libgit2: the ref is locked,
 * compared with what was built upon, and replaced (written, synced, renamed). If somebody else has moved it, the
 * commits are made again upon theirs; if somebody else holds it, it is tried again after a while.
 */
#include "core/history/internal.h"

#include "core/base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* --- writing a commit --- */

/* git knows no way to quote a name: what would end it, or the line, becomes a blank. */
static void add_plain(struct qb_buf *out, const char *text)
{
    size_t start = out->length;
    for (; *text; text++) {
        bool ends = (unsigned char)*text < ' ' || *text == '<' || *text == '>' || *text == 0x7f;
        if (!(ends || *text == ' ') || (out->length > start && out->data[out->length - 1] != ' '))
            qb_buf_add_char(out, ends ? ' ' : *text);
    }
    while (out->length > start && out->data[out->length - 1] == ' ')
        out->data[--out->length] = '\0';
}

static void add_person(struct qb_buf *out, const char *role, const struct qb_history_person *person)
{
    int offset = person->offset_minutes;
    int minutes = offset < 0 ? -offset : offset;
    if (minutes >= 24 * 60)
        minutes = 0;
    qb_buf_addf(out, "%s ", role);
    size_t start = out->length;
    add_plain(out, person->name ? person->name : "");
    if (out->length == start)
        qb_buf_add_string(out, "unknown"); /* git fsck wants a name */
    qb_buf_add_string(out, " <");
    add_plain(out, person->email ? person->email : "");
    qb_buf_addf(out, "> %lld %c%02d%02d\n", person->when > 0 ? (long long)person->when : 0, offset < 0 ? '-' : '+',
                minutes / 60, minutes % 60);
}

char *qb_history_person_text(const struct qb_history_person *person)
{
    struct qb_buf out = {0};
    add_plain(&out, person->name ? person->name : "");
    if (!out.length)
        qb_buf_add_string(&out, "unknown"); /* as add_person writes it */
    qb_buf_add_string(&out, " <");
    add_plain(&out, person->email ? person->email : "");
    qb_buf_add_char(&out, '>');
    return qb_buf_steal(&out);
}

/* A header of several lines: those behind the first begin with a blank (git, "signature format"). */
static void add_signature(struct qb_buf *out, const struct qb_buf *armour)
{
    qb_buf_add_string(out, "gpgsig");
    for (size_t at = 0; at < armour->length;) {
        size_t length = strcspn(armour->data + at, "\n");
        qb_buf_add_char(out, ' ');
        qb_buf_add(out, armour->data + at, length);
        qb_buf_add_char(out, '\n');
        at += length + 1;
    }
}

/* Puts the signature of header and message between them. */
static int sign(struct qb_history *history, struct qb_buf *header, const struct qb_buf *message, struct qb_err *err)
{
    struct qb_buf all = {0};
    struct qb_buf armour = {0};
    if (!history->signs)
        return QB_OK;
    qb_buf_add(&all, header->data, header->length);
    qb_buf_add(&all, message->data, message->length);
    int result = qb_signer_sign(&history->signer, all.data, all.length, &armour, err);
    if (result == QB_OK)
        add_signature(header, &armour);
    qb_buf_fini(&all);
    qb_buf_fini(&armour);
    return result;
}

static int write_commit(struct qb_history *history, const struct qb_history_commit *commit,
                        const struct qb_history_person *committer, const struct qb_oid *tree,
                        const struct qb_oid *parent, struct qb_oid *id, struct qb_err *err)
{
    char text[QB_OID_TEXT];
    struct qb_buf out = {0};
    struct qb_buf message = {0};
    qb_buf_addf(&out, "tree %s\n", qb_oid_format(tree, text));
    if (!qb_oid_is_zero(parent))
        qb_buf_addf(&out, "parent %s\n", qb_oid_format(parent, text));
    add_person(&out, "author", &commit->author);
    add_person(&out, "committer", committer);
    qb_buf_addf(&message, "\n%s", commit->message);
    if (message.data[message.length - 1] != '\n')
        qb_buf_add_char(&message, '\n');
    int result = sign(history, &out, &message, err);
    qb_buf_add(&out, message.data, message.length);
    if (result == QB_OK)
        result = qb_objects_write(history, GIT_OBJECT_COMMIT, out.data, out.length, id, err);
    qb_buf_fini(&out);
    qb_buf_fini(&message);
    return result;
}

void qb_history_sign_with(struct qb_history *history, const struct qb_signer *signer)
{
    history->signer = *signer;
    history->signs = true;
}

bool qb_history_signer_key(const struct qb_history *history, char *fingerprint)
{
    if (history->signs)
        qb_sign_fingerprint(history->signer.public_key, fingerprint);
    return history->signs;
}

int qb_history_signature(struct qb_history *history, const char *commit, struct qb_buf *signature,
                         struct qb_buf *payload, struct qb_err *err)
{
    struct qb_oid id;
    struct qb_buf text = {0};
    qb_buf_clear(signature);
    qb_buf_clear(payload);
    int result = qb_oid_parse(commit, &id) ? QB_OK : qb_err_set(err, QB_EINPUT, NULL, "no commit's id: %s", commit);
    if (result == QB_OK)
        result = qb_objects_read(history, &id, GIT_OBJECT_COMMIT, &text, err);
    const char *at = qb_buf_text(&text);
    const char *end = at + text.length;
    bool within = false;
    while (result == QB_OK && at < end && *at != '\n') {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        size_t length = newline ? (size_t)(newline + 1 - at) : (size_t)(end - at);
        within = (within && *at == ' ') || (length > 7 && !strncmp(at, "gpgsig ", 7));
        size_t skip = *at == ' ' ? 1 : 7;
        qb_buf_add(within ? signature : payload, at + (within ? skip : 0), length - (within ? skip : 0));
        at += length;
    }
    if (result == QB_OK)
        qb_buf_add(payload, at, (size_t)(end - at));
    qb_buf_fini(&text);
    return result;
}

/* --- reading one --- */

/* "NAME <EMAIL> SECONDS +ZZZZ": cuts the line up. What does not fit stays empty or 0. */
static void parse_person(char *line, struct qb_history_person *person)
{
    char *open = strchr(line, '<');
    char *close = open ? strchr(open, '>') : NULL;
    *person = (struct qb_history_person){.name = line, .email = ""};
    if (!close)
        return;
    *close = '\0';
    person->email = open + 1;
    while (open > line && open[-1] == ' ')
        open--;
    *open = '\0';
    char *zone;
    person->when = strtoll(close + 1, &zone, 10);
    long number = strtol(zone, NULL, 10);
    long minutes = labs(number) / 100 * 60 + labs(number) % 100;
    if (minutes < 24 * 60)
        person->offset_minutes = (int)(number < 0 ? -minutes : minutes);
}

/* The value behind `key` and a blank in a header line, NULL when it is another line. */
static char *value_of(char *line, const char *key)
{
    size_t length = strlen(key);
    return !strncmp(line, key, length) && line[length] == ' ' ? line + length + 1 : NULL;
}

static void parse_header(char *line, struct qb_commit *commit)
{
    char *value;
    if ((value = value_of(line, "tree")))
        git_oid_fromstr((git_oid *)&commit->tree, value);
    else if ((value = value_of(line, "parent")) && qb_oid_is_zero(&commit->parent))
        git_oid_fromstr((git_oid *)&commit->parent, value);
    else if ((value = value_of(line, "author")))
        parse_person(value, &commit->author);
    else if ((value = value_of(line, "committer")))
        parse_person(value, &commit->committer);
}

int qb_commit_read(struct qb_history *history, const struct qb_oid *id, struct qb_buf *text, struct qb_commit *commit,
                   struct qb_err *err)
{
    int result = qb_objects_read(history, id, GIT_OBJECT_COMMIT, text, err);
    if (result < 0)
        return qb_err_context(err, "a commit of history");
    *commit = (struct qb_commit){.author = {.name = "", .email = ""}, .committer = {.name = "", .email = ""}};
    qb_buf_reserve(text, 1); /* an empty one has an address too */
    char *line = text->data;
    while (*line && *line != '\n') {
        char *end = strchr(line, '\n');
        if (!end)
            break;
        *end = '\0';
        parse_header(line, commit);
        line = end + 1;
    }
    commit->message = *line == '\n' ? line + 1 : line;
    return QB_OK;
}

/* --- building --- */

/* git would only find out later: with fsck, or never. */
static int check_blobs(struct qb_history *history, const struct qb_history_change *changes, size_t count,
                       struct qb_err *err)
{
    for (size_t i = 0; i < count; i++)
        if (!qb_oid_is_zero(&changes[i].blob) && !qb_objects_present(history, &changes[i].blob))
            return qb_err_set(err, QB_EABSENT, changes[i].path, "a version to commit is not in history");
    return QB_OK;
}

/* A tree object needs writing even when it is empty. */
static int tree_or_empty(struct qb_history *history, struct qb_oid *tree, struct qb_err *err)
{
    return qb_oid_is_zero(tree) ? qb_objects_write(history, GIT_OBJECT_TREE, "", 0, tree, err) : QB_OK;
}

static int build(struct qb_history *history, const struct qb_history_commit *commits, size_t count,
                 const struct qb_history_person *committer, const struct qb_oid *head, struct qb_oid *tip,
                 struct qb_err *err)
{
    struct qb_buf text = {0};
    struct qb_commit newest = {0};
    struct qb_oid tree = {0};
    int result = QB_OK;
    *tip = *head;
    if (!qb_oid_is_zero(head) && (result = qb_commit_read(history, head, &text, &newest, err)) == QB_OK)
        tree = newest.tree;
    for (size_t i = 0; i < count && result == QB_OK; i++) {
        struct qb_oid parent = *tip;
        result = qb_tree_update(history, &tree, commits[i].changes, commits[i].change_count, &tree, err);
        if (result == QB_OK)
            result = tree_or_empty(history, &tree, err);
        if (result == QB_OK)
            result = write_commit(history, &commits[i], committer, &tree, &parent, tip, err);
    }
    qb_buf_fini(&text);
    return result;
}

/* Everything that was written so far is complete and on the disk. */
static int settle(struct qb_history *history, struct qb_err *err)
{
    int result = qb_objects_finish_pack(history, err);
    return result < 0 ? result : qb_repository_sync(history, err);
}

/* --- moving a ref --- */

static int signature(git_signature **out, const struct qb_history_person *person)
{
    struct qb_buf name = {0};
    struct qb_buf email = {0};
    add_plain(&name, person->name ? person->name : "");
    add_plain(&email, person->email ? person->email : "");
    int code = git_signature_new(out, name.length ? name.data : "unknown", email.length ? email.data : "unknown",
                                 person->when, person->offset_minutes);
    qb_buf_fini(&name);
    qb_buf_fini(&email);
    return code;
}

/* The first line, which is what git's reflog keeps. */
static char *reflog_message(const char *message)
{
    struct qb_buf out = {0};
    qb_buf_add_string(&out, "commit: ");
    qb_buf_add(&out, message, strcspn(message, "\n"));
    return qb_buf_steal(&out);
}

/* GIT_ELOCKED while somebody holds it; GIT_EMODIFIED when it is not `from` any more. */
static int move_ref(struct qb_history *history, const struct qb_oid *from, const struct qb_oid *to,
                    const struct qb_history_person *person, const char *message)
{
    git_transaction *transaction = NULL;
    git_signature *who = NULL;
    struct qb_oid now = {0};
    char *line = reflog_message(message);
    int code = signature(&who, person);
    if (!code)
        code = git_transaction_new(&transaction, history->repo);
    if (!code)
        code = git_transaction_lock_ref(transaction, QB_HISTORY_MAIN);
    if (!code)
        code = git_reference_name_to_id((git_oid *)&now, history->repo, QB_HISTORY_MAIN);
    if (code == GIT_ENOTFOUND)
        code = 0; /* `now` is zero: the branch has no commit yet */
    if (!code && !qb_oid_equal(&now, from))
        code = GIT_EMODIFIED;
    if (!code)
        code = git_transaction_set_target(transaction, QB_HISTORY_MAIN, (const git_oid *)to, who, line);
    if (!code)
        code = git_transaction_commit(transaction);
    git_transaction_free(transaction);
    git_signature_free(who);
    free(line);
    return code;
}

/* Waits a little longer each time; false when QB_HISTORY_PATIENCE is used up. */
static bool wait_again(int *waited)
{
    int milliseconds = *waited < 40 ? 10 : *waited / 4;
    struct timespec pause = {.tv_sec = milliseconds / 1000, .tv_nsec = (long)(milliseconds % 1000) * 1000000};
    if (*waited >= QB_HISTORY_PATIENCE)
        return false;
    *waited += milliseconds;
    nanosleep(&pause, NULL);
    return true;
}

static int commit_on(struct qb_history *history, const struct qb_history_commit *commits, size_t count,
                     const struct qb_history_person *committer, int *git_code, struct qb_err *err)
{
    struct qb_oid head;
    struct qb_oid tip;
    *git_code = 0;
    int result = qb_repository_head(history, &head, err);
    if (result == QB_OK)
        result = build(history, commits, count, committer, &head, &tip, err);
    if (result == QB_OK)
        result = settle(history, err);
    for (int waited = 0; result == QB_OK;) {
        *git_code = move_ref(history, &head, &tip, committer, commits[count - 1].message);
        if (*git_code != GIT_ELOCKED || !wait_again(&waited))
            break;
    }
    if (result == QB_OK && !*git_code && history->tip_known && qb_oid_equal(&head, &history->tip))
        history->tip = tip;
    return result;
}

int qb_history_moved(struct qb_history *history, bool *moved, struct qb_err *err)
{
    struct qb_oid head;
    int result = qb_repository_head(history, &head, err);
    *moved = result == QB_OK && history->tip_known && !qb_oid_equal(&head, &history->tip);
    if (result == QB_OK && !history->tip_known) {
        history->tip = head;
        history->tip_known = true;
    }
    return result;
}

int qb_history_commit(struct qb_history *history, const struct qb_history_commit *commits, size_t count,
                      const struct qb_history_person *committer, struct qb_err *err)
{
    int git_code = 0;
    int result = QB_OK;
    size_t changes = 0;
    if (!count)
        return QB_OK;
    for (size_t i = 0; i < count && result == QB_OK; i++) {
        result = check_blobs(history, commits[i].changes, commits[i].change_count, err);
        changes += commits[i].change_count;
    }
    if (result == QB_OK)
        result = qb_history_begin(history, changes, err); /* many paths, many trees: a pack for them, too */
    for (int waited = 0; result == QB_OK;) {
        result = commit_on(history, commits, count, committer, &git_code, err);
        if (git_code != GIT_EMODIFIED || !wait_again(&waited))
            break;
    }
    if (result == QB_OK && git_code)
        result = qb_git_err(err, git_code, "cannot move the branch main (%s/%s.lock)", history->path, QB_HISTORY_MAIN);
    if (result < 0)
        qb_objects_drop_pack(history);
    return result < 0 ? qb_err_context(err, "committing to history") : QB_OK;
}

/* --- exceptions --- */

static int exceptions_tree(struct qb_history *history, struct qb_oid *tree, struct qb_err *err)
{
    *tree = (struct qb_oid){0};
    int code = git_reference_name_to_id((git_oid *)tree, history->repo, QB_HISTORY_EXCEPTIONS);
    return code && code != GIT_ENOTFOUND ? qb_git_err(err, code, "cannot read the exceptions of history") : QB_OK;
}

int qb_history_exceptions(struct qb_history *history, qb_history_file *visit, void *context, struct qb_err *err)
{
    struct qb_oid tree;
    int result = exceptions_tree(history, &tree, err);
    if (result == QB_OK && !qb_oid_is_zero(&tree))
        result = qb_tree_files(history, &tree, visit, context, err);
    return result;
}

static int store_exceptions(struct qb_history *history, const struct qb_oid *before, const struct qb_oid *tree)
{
    git_reference *reference = NULL;
    const git_oid *old = qb_oid_is_zero(before) ? NULL : (const git_oid *)before;
    if (qb_oid_is_zero(tree))
        return git_reference_remove(history->repo, QB_HISTORY_EXCEPTIONS);
    int code = git_reference_create_matching(&reference, history->repo, QB_HISTORY_EXCEPTIONS, (const git_oid *)tree, 1,
                                             old, NULL);
    git_reference_free(reference);
    return code;
}

int qb_history_set_exceptions(struct qb_history *history, const struct qb_history_change *items, size_t count,
                              struct qb_err *err)
{
    static const struct qb_oid none;
    struct qb_oid before;
    struct qb_oid tree = {0};
    struct qb_oid empty;
    int code = 0;
    int result = exceptions_tree(history, &before, err);
    if (result == QB_OK && count)
        result = qb_objects_write(history, GIT_OBJECT_BLOB, "", 0, &empty, err);
    if (result == QB_OK)
        result = check_blobs(history, items, count, err);
    if (result == QB_OK)
        result = qb_tree_update(history, &none, items, count, &tree, err);
    if (result == QB_OK && !qb_oid_equal(&before, &tree)) {
        result = settle(history, err);
        for (int waited = 0; result == QB_OK;) {
            code = store_exceptions(history, &before, &tree);
            if (code != GIT_ELOCKED || !wait_again(&waited))
                break;
        }
    }
    if (result == QB_OK && code)
        result = qb_git_err(err, code, "cannot move %s", QB_HISTORY_EXCEPTIONS);
    return result < 0 ? qb_err_context(err, "the exceptions of history") : QB_OK;
}
