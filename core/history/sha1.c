/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SHA-1 (FIPS 180-4, section 6.1.2). The rounds are unrolled, so that the working variables change their roles
 * instead of their places and the schedule needs no index arithmetic.
 */
#include "core/history/sha1.h"

#include <string.h>

static uint32_t rotate(uint32_t word, int bits)
{
    return (word << bits) | (word >> (32 - bits));
}

static uint32_t load(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void store(unsigned char *at, uint32_t word)
{
    at[0] = (unsigned char)(word >> 24);
    at[1] = (unsigned char)(word >> 16);
    at[2] = (unsigned char)(word >> 8);
    at[3] = (unsigned char)word;
}

/* The functions of section 4.1.1; the first and the third in forms with one operation less. */
#define CHOOSE(b, c, d) ((d) ^ ((b) & ((c) ^ (d))))
#define PARITY(b, c, d) ((b) ^ (c) ^ (d))
#define MAJORITY(b, c, d) (((b) & (c)) | ((d) & ((b) | (c))))

/* Word t of the schedule, kept in sixteen places (section 6.1.3). */
#define WORD(t)                                          \
    (w[(t) % 16] = (t) < 16 ? load(block + (t) % 16 * 4) \
                            : rotate(w[((t) + 13) % 16] ^ w[((t) + 8) % 16] ^ w[((t) + 2) % 16] ^ w[(t) % 16], 1))

#define ROUND(function, k, a, b, c, d, e, t)                             \
    do {                                                                 \
        (e) += rotate((a), 5) + function((b), (c), (d)) + (k) + WORD(t); \
        (b) = rotate((b), 30);                                           \
    } while (0)

#define FIVE_ROUNDS(function, k, t)                 \
    do {                                            \
        ROUND(function, k, a, b, c, d, e, (t));     \
        ROUND(function, k, e, a, b, c, d, (t) + 1); \
        ROUND(function, k, d, e, a, b, c, (t) + 2); \
        ROUND(function, k, c, d, e, a, b, (t) + 3); \
        ROUND(function, k, b, c, d, e, a, (t) + 4); \
    } while (0)

#define TWENTY_ROUNDS(function, k, t)       \
    do {                                    \
        FIVE_ROUNDS(function, k, (t));      \
        FIVE_ROUNDS(function, k, (t) + 5);  \
        FIVE_ROUNDS(function, k, (t) + 10); \
        FIVE_ROUNDS(function, k, (t) + 15); \
    } while (0)

static void compress(uint32_t state[5], const unsigned char *block)
{
    uint32_t w[16];
    uint32_t a = state[0];
    uint32_t b = state[1];
    uint32_t c = state[2];
    uint32_t d = state[3];
    uint32_t e = state[4];
    TWENTY_ROUNDS(CHOOSE, 0x5a827999u, 0);
    TWENTY_ROUNDS(PARITY, 0x6ed9eba1u, 20);
    TWENTY_ROUNDS(MAJORITY, 0x8f1bbcdcu, 40);
    TWENTY_ROUNDS(PARITY, 0xca62c1d6u, 60);
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
}

void qb_sha1_init(struct qb_sha1 *sha)
{
    *sha = (struct qb_sha1){.state = {0x67452301u, 0xefcdab89u, 0x98badcfeu, 0x10325476u, 0xc3d2e1f0u}};
}

void qb_sha1_add(struct qb_sha1 *sha, const void *bytes, size_t length)
{
    const unsigned char *at = bytes;
    size_t held = (size_t)(sha->length % 64);
    sha->length += length;
    if (held) {
        size_t part = length < 64 - held ? length : 64 - held;
        memcpy(sha->block + held, at, part);
        at += part;
        length -= part;
        if (held + part < 64)
            return;
        compress(sha->state, sha->block);
    }
    for (; length >= 64; at += 64, length -= 64)
        compress(sha->state, at);
    if (length)
        memcpy(sha->block, at, length);
}

void qb_sha1_end(struct qb_sha1 *sha, unsigned char digest[QB_SHA1_SIZE])
{
    static const unsigned char padding[64] = {0x80};
    unsigned char bits[8];
    uint64_t length = sha->length * 8;
    size_t held = (size_t)(sha->length % 64);
    qb_sha1_add(sha, padding, held < 56 ? 56 - held : 120 - held);
    store(bits, (uint32_t)(length >> 32));
    store(bits + 4, (uint32_t)length);
    qb_sha1_add(sha, bits, sizeof bits);
    for (int i = 0; i < 5; i++)
        store(digest + i * 4, sha->state[i]);
}
