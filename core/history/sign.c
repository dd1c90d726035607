/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The two envelopes of OpenSSH around raw Ed25519 keys and signatures. Everything in them is a string with its length
 * in four bytes before it (RFC 4251, section 5); armour is base64 (RFC 4648) between two lines.
 *
 * What is signed is not the text but a small block that names the purpose and the text's SHA-512 (PROTOCOL.sshsig), so
 * that a signature for git can never be taken for one made for something else.
 */
#include "core/history/sign.h"

#include <stdint.h>
#include <string.h>

#define KEY_TYPE "ssh-ed25519"
#define KEY_MAGIC "openssh-key-v1" /* with its NUL */
#define KEY_BEGIN "-----BEGIN OPENSSH PRIVATE KEY-----\n"
#define KEY_END "-----END OPENSSH PRIVATE KEY-----\n"
#define SIGNATURE_MAGIC "SSHSIG" /* without a NUL */
#define SIGNATURE_BEGIN "-----BEGIN SSH SIGNATURE-----\n"
#define SIGNATURE_END "-----END SSH SIGNATURE-----\n"
#define LINE 70                /* characters of armour */
#define MOST_ARMOUR (64 << 10) /* bytes; ours have some hundred */

/* --- base64 --- */

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Lines of `width` characters, each with its newline; 0: no newlines. */
static void encode(struct qb_buf *out, const unsigned char *bytes, size_t length, size_t width, bool pad)
{
    size_t column = 0;
    for (size_t at = 0; at < length; at += 3) {
        size_t left = length - at;
        uint32_t group =
            (uint32_t)bytes[at] << 16 | (left > 1 ? (uint32_t)bytes[at + 1] << 8 : 0) | (left > 2 ? bytes[at + 2] : 0);
        for (size_t i = 0; i < 4; i++) {
            if (i <= left)
                qb_buf_add_char(out, digits[group >> (18 - 6 * i) & 63]);
            else if (pad)
                qb_buf_add_char(out, '=');
            if (width && ++column % width == 0)
                qb_buf_add_char(out, '\n');
        }
    }
    if (width && column % width)
        qb_buf_add_char(out, '\n');
}

bool qb_sign_decode(struct qb_buf *out, const char *text, size_t length)
{
    uint32_t group = 0;
    unsigned bits = 0;
    for (size_t at = 0; at < length && text[at] != '='; at++) {
        if (text[at] == '\n' || text[at] == '\r')
            continue;
        const char *digit = text[at] ? strchr(digits, text[at]) : NULL;
        if (!digit)
            return false;
        group = group << 6 | (uint32_t)(digit - digits);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            qb_buf_add_char(out, (char)(group >> bits & 255));
        }
    }
    return true;
}

/* What stands between the two lines. */
static bool strip(struct qb_buf *out, const char *text, size_t length, const char *begin, const char *end)
{
    size_t head = strlen(begin);
    if (length > MOST_ARMOUR || length < head || memcmp(text, begin, head))
        return false;
    const char *tail = memmem(text + head, length - head, end, strlen(end) - 1);
    return tail && qb_sign_decode(out, text + head, (size_t)(tail - text) - head);
}

/* --- strings with their length --- */

static void add_word(struct qb_buf *out, uint32_t word)
{
    unsigned char bytes[4] = {(unsigned char)(word >> 24), (unsigned char)(word >> 16), (unsigned char)(word >> 8),
                              (unsigned char)word};
    qb_buf_add(out, bytes, sizeof bytes);
}

static void add_bytes(struct qb_buf *out, const void *bytes, size_t length)
{
    add_word(out, (uint32_t)length);
    qb_buf_add(out, bytes, length);
}

static void add_string(struct qb_buf *out, const char *text)
{
    add_bytes(out, text, strlen(text));
}

static void add_public(struct qb_buf *out, const unsigned char public_key[QB_ED25519_PUBLIC])
{
    struct qb_buf blob = {0};
    add_string(&blob, KEY_TYPE);
    add_bytes(&blob, public_key, QB_ED25519_PUBLIC);
    add_bytes(out, blob.data, blob.length);
    qb_buf_fini(&blob);
}

/* A reader that fails once and for all. */
struct reader {
    const unsigned char *at;
    size_t left;
    bool failed;
};

static uint32_t take_word(struct reader *reader)
{
    if (reader->failed || reader->left < 4) {
        reader->failed = true;
        return 0;
    }
    const unsigned char *at = reader->at;
    reader->at += 4;
    reader->left -= 4;
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static struct reader take_string(struct reader *reader)
{
    uint32_t length = take_word(reader);
    if (reader->failed || reader->left < length) {
        reader->failed = true;
        return (struct reader){.failed = true};
    }
    struct reader string = {.at = reader->at, .left = length};
    reader->at += length;
    reader->left -= length;
    return string;
}

static bool expect_string(struct reader *reader, const char *text)
{
    struct reader string = take_string(reader);
    return !string.failed && string.left == strlen(text) && !memcmp(string.at, text, string.left);
}

static bool expect_magic(struct reader *reader, const char *magic, size_t length)
{
    if (reader->left < length || memcmp(reader->at, magic, length))
        return false;
    reader->at += length;
    reader->left -= length;
    return true;
}

/* A string of just that many bytes. */
static bool take_fixed(struct reader *reader, void *out, size_t length)
{
    struct reader string = take_string(reader);
    if (string.failed || string.left != length)
        return false;
    memcpy(out, string.at, length);
    return true;
}

static bool take_public(struct reader *reader, unsigned char public_key[QB_ED25519_PUBLIC])
{
    struct reader blob = take_string(reader);
    return !blob.failed && expect_string(&blob, KEY_TYPE) && take_fixed(&blob, public_key, QB_ED25519_PUBLIC) &&
           !blob.left;
}

/* --- keys --- */

int qb_signer_make(struct qb_signer *signer, struct qb_err *err)
{
    int result = qb_crypto_random(signer->seed, sizeof signer->seed, err);
    return result == QB_OK ? qb_crypto_public(signer->seed, signer->public_key, err) : result;
}

void qb_signer_write(const struct qb_signer *signer, struct qb_buf *out)
{
    struct qb_buf secret = {0};
    struct qb_buf file = {0};
    unsigned char both[QB_ED25519_SEED + QB_ED25519_PUBLIC];
    memcpy(both, signer->seed, QB_ED25519_SEED);
    memcpy(both + QB_ED25519_SEED, signer->public_key, QB_ED25519_PUBLIC);
    add_word(&secret, 0x51424953); /* twice the same number, which tells a right passphrase from a wrong one */
    add_word(&secret, 0x51424953);
    add_string(&secret, KEY_TYPE);
    add_bytes(&secret, signer->public_key, QB_ED25519_PUBLIC);
    add_bytes(&secret, both, sizeof both);
    add_string(&secret, QB_SIGN_PRINCIPAL);
    for (char pad = 1; secret.length % 8; pad++)
        qb_buf_add_char(&secret, pad);
    qb_buf_add(&file, KEY_MAGIC, sizeof KEY_MAGIC);
    add_string(&file, "none"); /* cipher, how its key is made, and that one's options */
    add_string(&file, "none");
    add_string(&file, "");
    add_word(&file, 1);
    add_public(&file, signer->public_key);
    add_bytes(&file, secret.data, secret.length);
    qb_buf_add_string(out, KEY_BEGIN);
    encode(out, (const unsigned char *)file.data, file.length, LINE, true);
    qb_buf_add_string(out, KEY_END);
    explicit_bzero(both, sizeof both);
    explicit_bzero(secret.data, secret.capacity);
    explicit_bzero(file.data, file.capacity);
    qb_buf_fini(&secret);
    qb_buf_fini(&file);
}

static bool read_key(struct qb_signer *signer, struct reader *reader)
{
    unsigned char both[QB_ED25519_SEED + QB_ED25519_PUBLIC];
    unsigned char again[QB_ED25519_PUBLIC];
    if (!expect_magic(reader, KEY_MAGIC, sizeof KEY_MAGIC) || !expect_string(reader, "none") ||
        !expect_string(reader, "none") || !expect_string(reader, "") || take_word(reader) != 1 ||
        !take_public(reader, signer->public_key))
        return false;
    struct reader secret = take_string(reader);
    uint32_t check = take_word(&secret);
    if (secret.failed || check != take_word(&secret) || !expect_string(&secret, KEY_TYPE) ||
        !take_fixed(&secret, again, sizeof again) || !take_fixed(&secret, both, sizeof both))
        return false;
    memcpy(signer->seed, both, sizeof signer->seed);
    return qb_crypto_public(signer->seed, again, NULL) == QB_OK && !memcmp(again, signer->public_key, sizeof again);
}

int qb_signer_read(struct qb_signer *signer, const char *text, size_t length, struct qb_err *err)
{
    struct qb_buf bytes = {0};
    bool fine = strip(&bytes, text, length, KEY_BEGIN, KEY_END);
    struct reader reader = {.at = (const unsigned char *)qb_buf_text(&bytes), .left = bytes.length};
    fine = fine && read_key(signer, &reader);
    qb_buf_fini(&bytes);
    return fine ? QB_OK : qb_err_set(err, QB_EINPUT, NULL, "no Ed25519 key of OpenSSH without a passphrase");
}

void qb_sign_public_text(struct qb_buf *out, const unsigned char public_key[QB_ED25519_PUBLIC])
{
    struct qb_buf blob = {0};
    add_string(&blob, KEY_TYPE);
    add_bytes(&blob, public_key, QB_ED25519_PUBLIC);
    qb_buf_add_string(out, KEY_TYPE " ");
    encode(out, (const unsigned char *)blob.data, blob.length, 0, true);
    qb_buf_fini(&blob);
}

void qb_sign_allowed_line(struct qb_buf *out, const unsigned char public_key[QB_ED25519_PUBLIC])
{
    qb_buf_add_string(out, QB_SIGN_PRINCIPAL " namespaces=\"" QB_SIGN_NAMESPACE "\" ");
    qb_sign_public_text(out, public_key);
    qb_buf_add_char(out, '\n');
}

bool qb_sign_line_allows(const char *line, size_t length, const unsigned char public_key[QB_ED25519_PUBLIC])
{
    struct qb_buf key = {0};
    qb_sign_public_text(&key, public_key);
    bool allows = length && *line != '#' && memmem(line, length, key.data, key.length);
    qb_buf_fini(&key);
    return allows;
}

char *qb_sign_fingerprint(const unsigned char public_key[QB_ED25519_PUBLIC], char text[QB_SIGN_FINGERPRINT])
{
    struct qb_buf blob = {0};
    struct qb_buf out = {0};
    unsigned char digest[QB_SHA256_SIZE];
    add_string(&blob, KEY_TYPE);
    add_bytes(&blob, public_key, QB_ED25519_PUBLIC);
    qb_crypto_sha256(blob.data, blob.length, digest);
    qb_buf_add_string(&out, "SHA256:");
    encode(&out, digest, sizeof digest, 0, false);
    memcpy(text, out.data, QB_SIGN_FINGERPRINT - 1);
    text[QB_SIGN_FINGERPRINT - 1] = '\0';
    qb_buf_fini(&blob);
    qb_buf_fini(&out);
    return text;
}

/* --- signatures --- */

/* What is signed in place of the bytes. */
static void add_block(struct qb_buf *out, const char *hash, const unsigned char *digest, size_t length)
{
    qb_buf_add(out, SIGNATURE_MAGIC, sizeof SIGNATURE_MAGIC - 1);
    add_string(out, QB_SIGN_NAMESPACE);
    add_string(out, "");
    add_string(out, hash);
    add_bytes(out, digest, length);
}

int qb_signer_sign(const struct qb_signer *signer, const void *bytes, size_t length, struct qb_buf *out,
                   struct qb_err *err)
{
    unsigned char digest[QB_SHA512_SIZE];
    unsigned char raw[QB_ED25519_SIGNATURE];
    struct qb_buf block = {0};
    struct qb_buf inner = {0};
    qb_crypto_sha512(bytes, length, digest);
    add_block(&block, "sha512", digest, sizeof digest);
    int result = qb_crypto_sign(signer->seed, block.data, block.length, raw, err);
    qb_buf_clear(&block);
    if (result == QB_OK) {
        add_string(&inner, KEY_TYPE);
        add_bytes(&inner, raw, sizeof raw);
        qb_buf_add(&block, SIGNATURE_MAGIC, sizeof SIGNATURE_MAGIC - 1);
        add_word(&block, 1); /* the version of the format */
        add_public(&block, signer->public_key);
        add_string(&block, QB_SIGN_NAMESPACE);
        add_string(&block, "");
        add_string(&block, "sha512");
        add_bytes(&block, inner.data, inner.length);
        qb_buf_add_string(out, SIGNATURE_BEGIN);
        encode(out, (const unsigned char *)block.data, block.length, LINE, true);
        qb_buf_add_string(out, SIGNATURE_END);
    }
    qb_buf_fini(&block);
    qb_buf_fini(&inner);
    return result;
}

/* Whether the raw signature is over the bytes, by the hash that the envelope names. */
static bool holds(struct reader *hash, const unsigned char public_key[QB_ED25519_PUBLIC], const void *bytes,
                  size_t length, const unsigned char raw[QB_ED25519_SIGNATURE])
{
    unsigned char digest[QB_SHA512_SIZE];
    bool longer = hash->left == 6 && !memcmp(hash->at, "sha512", 6);
    if (!longer && (hash->left != 6 || memcmp(hash->at, "sha256", 6)))
        return false;
    if (longer)
        qb_crypto_sha512(bytes, length, digest);
    else
        qb_crypto_sha256(bytes, length, digest);
    struct qb_buf block = {0};
    add_block(&block, longer ? "sha512" : "sha256", digest, longer ? QB_SHA512_SIZE : QB_SHA256_SIZE);
    bool good = qb_crypto_verify(public_key, block.data, block.length, raw);
    qb_buf_fini(&block);
    return good;
}

enum qb_sign_verdict qb_sign_verify(const char *armour, size_t armour_length, const void *bytes, size_t length,
                                    unsigned char public_key[QB_ED25519_PUBLIC])
{
    struct qb_buf envelope = {0};
    unsigned char raw[QB_ED25519_SIGNATURE];
    enum qb_sign_verdict verdict = QB_SIGN_FOREIGN;
    bool fine = strip(&envelope, armour, armour_length, SIGNATURE_BEGIN, SIGNATURE_END);
    struct reader reader = {.at = (const unsigned char *)qb_buf_text(&envelope), .left = envelope.length};
    if (fine && expect_magic(&reader, SIGNATURE_MAGIC, sizeof SIGNATURE_MAGIC - 1) && take_word(&reader) == 1 &&
        take_public(&reader, public_key) && expect_string(&reader, QB_SIGN_NAMESPACE)) {
        take_string(&reader); /* reserved */
        struct reader hash = take_string(&reader);
        struct reader inner = take_string(&reader);
        bool whole = !reader.failed && expect_string(&inner, KEY_TYPE) && take_fixed(&inner, raw, sizeof raw);
        verdict = whole && holds(&hash, public_key, bytes, length, raw) ? QB_SIGN_GOOD : QB_SIGN_BAD;
    }
    qb_buf_fini(&envelope);
    return verdict;
}
