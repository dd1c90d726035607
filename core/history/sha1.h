/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SHA-1 over a stream: the checksum at the end of git's pack, pack index and index files, which libgit2 offers no
 * way to compute. Only a checksum: object ids are made by libgit2, whose SHA-1 detects collision attacks.
 *
 *     struct qb_sha1 sha;
 *     qb_sha1_init(&sha);
 *     qb_sha1_add(&sha, bytes, length);      as often as wanted
 *     qb_sha1_end(&sha, digest);
 */
#ifndef QB_CORE_HISTORY_SHA1_H
#define QB_CORE_HISTORY_SHA1_H

#include <stddef.h>
#include <stdint.h>

#define QB_SHA1_SIZE 20

struct qb_sha1 {
    uint32_t state[5];
    uint64_t length; /* bytes so far */
    unsigned char block[64];
};

void qb_sha1_init(struct qb_sha1 *sha);
void qb_sha1_add(struct qb_sha1 *sha, const void *bytes, size_t length);
void qb_sha1_end(struct qb_sha1 *sha, unsigned char digest[QB_SHA1_SIZE]);

#endif
