/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine's signing key in the state directory, by which every commit is signed:
 *
 *     signing_key       Ed25519, in OpenSSH's format, for nobody else's eyes
 *     signing_key.pub   its public half
 *     allowed_signers   all keys that this machine ever signed with: what git verifies against
 */
#ifndef QB_WATCHER_KEYS_H
#define QB_WATCHER_KEYS_H

#include "core/history/sign.h"

#define QB_KEYS_PRIVATE "signing_key"
#define QB_KEYS_PUBLIC "signing_key.pub"
#define QB_KEYS_ALLOWED "allowed_signers"

/* Reads the key, or makes it when there is none. One that cannot be read is put aside (*replaced) and another made; the
 * old one's signatures stay allowed. `state` is the directory's descriptor. */
int qb_keys_open(int state, struct qb_signer *signer, bool *replaced, struct qb_err *err);
/* The public key alone, of a state directory that is only looked at. QB_EABSENT when there is none. */
int qb_keys_read(int state, struct qb_signer *signer, struct qb_err *err);

#endif
