/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Digests and Ed25519 signatures (RFC 8032), through libcrypto, which no other file knows. Pure but for
 * qb_crypto_random, which asks the system for random bytes when a key is made.
 */
#ifndef QB_CORE_HISTORY_CRYPTO_H
#define QB_CORE_HISTORY_CRYPTO_H

#include "core/base/err.h"

#include <stdbool.h>
#include <stddef.h>

#define QB_SHA256_SIZE 32
#define QB_SHA512_SIZE 64
#define QB_ED25519_SEED 32
#define QB_ED25519_PUBLIC 32
#define QB_ED25519_SIGNATURE 64

void qb_crypto_sha256(const void *bytes, size_t length, unsigned char digest[QB_SHA256_SIZE]);
void qb_crypto_sha512(const void *bytes, size_t length, unsigned char digest[QB_SHA512_SIZE]);

/* RFC 2104: what OpenSSH hides host names with. */
void qb_crypto_hmac_sha1(const void *key, size_t key_length, const void *bytes, size_t length,
                         unsigned char digest[20]);

/* Fills with bytes that nobody can guess: QB_ESYS when the system has none. */
int qb_crypto_random(void *bytes, size_t length, struct qb_err *err);
/* The public half of a private key. */
int qb_crypto_public(const unsigned char seed[QB_ED25519_SEED], unsigned char public_key[QB_ED25519_PUBLIC],
                     struct qb_err *err);
int qb_crypto_sign(const unsigned char seed[QB_ED25519_SEED], const void *bytes, size_t length,
                   unsigned char signature[QB_ED25519_SIGNATURE], struct qb_err *err);
bool qb_crypto_verify(const unsigned char public_key[QB_ED25519_PUBLIC], const void *bytes, size_t length,
                      const unsigned char signature[QB_ED25519_SIGNATURE]);

#endif
