/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A key is complete before it is used: the private file comes last, and what is missing beside it is made again. */
#include "watcher/keys.h"

#include "core/base/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST_KEY ((size_t)64 << 10)    /* bytes */
#define MOST_ALLOWED ((size_t)1 << 20) /* bytes */
#define BROKEN QB_KEYS_PRIVATE ".broken"

int qb_keys_read(int state, struct qb_signer *signer, struct qb_err *err)
{
    struct qb_buf text = {0};
    int result = qb_file_read(state, QB_KEYS_PRIVATE, MOST_KEY, &text, NULL, err);
    if (result == QB_OK)
        result = qb_signer_read(signer, qb_buf_text(&text), text.length, err);
    if (text.data)
        explicit_bzero(text.data, text.capacity);
    qb_buf_fini(&text);
    return result;
}

/* The line stays for good: what was signed with an earlier key is still to be verified. */
static int allow(int state, const struct qb_signer *signer, struct qb_err *err)
{
    struct qb_buf text = {0};
    bool there = false;
    int result = qb_file_read(state, QB_KEYS_ALLOWED, MOST_ALLOWED, &text, NULL, err);
    if (result == QB_EABSENT)
        result = QB_OK;
    for (const char *line = qb_buf_text(&text); *line && !there;
         line += line[strcspn(line, "\n")] ? strcspn(line, "\n") + 1 : strlen(line))
        there = qb_sign_line_allows(line, strcspn(line, "\n"), signer->public_key);
    if (result == QB_OK && !there) {
        if (text.length && text.data[text.length - 1] != '\n')
            qb_buf_add_char(&text, '\n');
        qb_sign_allowed_line(&text, signer->public_key);
        result = qb_file_replace(state, QB_KEYS_ALLOWED, text.data, text.length, NULL, NULL, err);
    }
    qb_buf_fini(&text);
    return result;
}

static int write_public(int state, const struct qb_signer *signer, struct qb_err *err)
{
    struct qb_buf text = {0};
    qb_sign_public_text(&text, signer->public_key);
    qb_buf_add_string(&text, " " QB_SIGN_PRINCIPAL "\n");
    int result = qb_file_replace(state, QB_KEYS_PUBLIC, text.data, text.length, NULL, NULL, err);
    qb_buf_fini(&text);
    return result;
}

static int write_private(int state, const struct qb_signer *signer, struct qb_err *err)
{
    struct qb_buf text = {0};
    qb_signer_write(signer, &text);
    mode_t mask = umask(077);
    int result = qb_file_replace(state, QB_KEYS_PRIVATE, text.data, text.length, NULL, NULL, err);
    umask(mask);
    if (result == QB_OK && fchmodat(state, QB_KEYS_PRIVATE, 0600, 0) < 0)
        result = qb_err_sys(err, QB_KEYS_PRIVATE, "cannot keep the key from others");
    explicit_bzero(text.data, text.capacity);
    qb_buf_fini(&text);
    return result;
}

int qb_keys_open(int state, struct qb_signer *signer, bool *replaced, struct qb_err *err)
{
    struct qb_err why = {0};
    int result = qb_keys_read(state, signer, &why);
    *replaced = result == QB_EINPUT;
    if (*replaced && renameat(state, QB_KEYS_PRIVATE, state, BROKEN) < 0)
        return qb_err_sys(err, QB_KEYS_PRIVATE, "cannot put the broken signing key aside");
    bool fresh = result == QB_EABSENT || *replaced;
    if (result < 0 && !fresh) {
        if (err)
            *err = why;
        return result;
    }
    result = fresh ? qb_signer_make(signer, err) : QB_OK;
    if (result == QB_OK)
        result = allow(state, signer, err);
    if (result == QB_OK)
        result = write_public(state, signer, err);
    if (result == QB_OK && fresh)
        result = write_private(state, signer, err);
    return result;
}
