/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A thin layer over libcrypto's EVP: keys come and go as raw bytes, so that nothing of it is kept between calls. What
 * can only fail for want of memory aborts as every allocation does.
 */
#include "core/history/crypto.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdlib.h>

static void digest(const EVP_MD *type, const void *bytes, size_t length, unsigned char *out)
{
    if (EVP_Digest(bytes, length, out, NULL, type, NULL) != 1)
        abort();
}

void qb_crypto_sha256(const void *bytes, size_t length, unsigned char out[QB_SHA256_SIZE])
{
    digest(EVP_sha256(), bytes, length, out);
}

void qb_crypto_sha512(const void *bytes, size_t length, unsigned char out[QB_SHA512_SIZE])
{
    digest(EVP_sha512(), bytes, length, out);
}

void qb_crypto_hmac_sha1(const void *key, size_t key_length, const void *bytes, size_t length, unsigned char out[20])
{
    if (!HMAC(EVP_sha1(), key, (int)key_length, bytes, length, out, NULL))
        abort();
}

int qb_crypto_random(void *bytes, size_t length, struct qb_err *err)
{
    if (RAND_priv_bytes(bytes, (int)length) == 1)
        return QB_OK;
    return qb_err_set(err, QB_ESYS, NULL, "no random numbers to be had for a signing key");
}

static int refused(const char *what, struct qb_err *err)
{
    return qb_err_set(err, QB_EINPUT, NULL, "libcrypto cannot %s with this key", what);
}

int qb_crypto_public(const unsigned char seed[QB_ED25519_SEED], unsigned char public_key[QB_ED25519_PUBLIC],
                     struct qb_err *err)
{
    size_t length = QB_ED25519_PUBLIC;
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, QB_ED25519_SEED);
    bool fine = key && EVP_PKEY_get_raw_public_key(key, public_key, &length) == 1 && length == QB_ED25519_PUBLIC;
    EVP_PKEY_free(key);
    return fine ? QB_OK : refused("make a public key", err);
}

int qb_crypto_sign(const unsigned char seed[QB_ED25519_SEED], const void *bytes, size_t length,
                   unsigned char signature[QB_ED25519_SIGNATURE], struct qb_err *err)
{
    size_t size = QB_ED25519_SIGNATURE;
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, QB_ED25519_SEED);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool fine = key && context && EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1 &&
                EVP_DigestSign(context, signature, &size, bytes, length) == 1 && size == QB_ED25519_SIGNATURE;
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    return fine ? QB_OK : refused("sign", err);
}

bool qb_crypto_verify(const unsigned char public_key[QB_ED25519_PUBLIC], const void *bytes, size_t length,
                      const unsigned char signature[QB_ED25519_SIGNATURE])
{
    EVP_PKEY *key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, public_key, QB_ED25519_PUBLIC);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool fine = key && context && EVP_DigestVerifyInit(context, NULL, NULL, NULL, key) == 1 &&
                EVP_DigestVerify(context, signature, QB_ED25519_SIGNATURE, bytes, length) == 1;
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    return fine;
}
