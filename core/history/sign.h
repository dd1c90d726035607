/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SSH signatures as git makes and takes them: `ssh-keygen -Y sign -n git` (OpenSSH, PROTOCOL.sshsig), with Ed25519
 * keys in OpenSSH's own file format (PROTOCOL.key), so that ssh-keygen and plain git can read, use and verify all of
 * it. Made in this process: no program is run for a commit. Pure.
 *
 *     struct qb_signer signer;
 *     qb_signer_make(&signer, &err);                      a fresh key; qb_signer_write gives the file's text
 *     qb_signer_read(&signer, text, length, &err);        or the one from the file
 *     qb_signer_sign(&signer, bytes, length, &out, &err); appends "-----BEGIN SSH SIGNATURE-----..."
 */
#ifndef QB_CORE_HISTORY_SIGN_H
#define QB_CORE_HISTORY_SIGN_H

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/history/crypto.h"

#include <stdbool.h>

#define QB_SIGN_NAMESPACE "git"
/* Who signs, in allowed_signers: the committer's address. */
#define QB_SIGN_PRINCIPAL "q-bis@localhost"

struct qb_signer {
    unsigned char seed[QB_ED25519_SEED]; /* the private key */
    unsigned char public_key[QB_ED25519_PUBLIC];
};

int qb_signer_make(struct qb_signer *signer, struct qb_err *err);
/* Reads an unencrypted Ed25519 key in OpenSSH's format. QB_EINPUT for anything else. */
int qb_signer_read(struct qb_signer *signer, const char *text, size_t length, struct qb_err *err);
/* Appends the private key's file. */
void qb_signer_write(const struct qb_signer *signer, struct qb_buf *out);
int qb_signer_sign(const struct qb_signer *signer, const void *bytes, size_t length, struct qb_buf *out,
                   struct qb_err *err);

/* "ssh-ed25519 AAAA...", as in .pub files. */
void qb_sign_public_text(struct qb_buf *out, const unsigned char public_key[QB_ED25519_PUBLIC]);
/* The line of allowed_signers that lets git take this key's signatures. */
void qb_sign_allowed_line(struct qb_buf *out, const unsigned char public_key[QB_ED25519_PUBLIC]);
/* Whether a line of allowed_signers names this key for git, whichever principal it is for. */
bool qb_sign_line_allows(const char *line, size_t length, const unsigned char public_key[QB_ED25519_PUBLIC]);
/* "SHA256:..." as ssh-keygen -l shows it: 50 characters and a NUL. */
#define QB_SIGN_FINGERPRINT 51
char *qb_sign_fingerprint(const unsigned char public_key[QB_ED25519_PUBLIC], char text[QB_SIGN_FINGERPRINT]);

/* Appends what base64 (RFC 4648) stands for, up to the padding; newlines are passed over. False for any other
 * character.
 */
bool qb_sign_decode(struct qb_buf *out, const char *text, size_t length);

enum qb_sign_verdict {
    QB_SIGN_GOOD,
    QB_SIGN_BAD,     /* not over these bytes, or not by that key */
    QB_SIGN_FOREIGN, /* no Ed25519 SSH signature for git: another kind, which is not judged */
};
/* Takes an armoured signature apart and verifies it over the bytes. `public_key` is filled unless FOREIGN. */
enum qb_sign_verdict qb_sign_verify(const char *armour, size_t armour_length, const void *bytes, size_t length,
                                    unsigned char public_key[QB_ED25519_PUBLIC]);

#endif
