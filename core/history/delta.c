/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Deltas as git's packs have them (gitformat-pack, "deltified representation"): both lengths, then "copy so many bytes
 * from there of the base" and "insert these bytes".
 *
 * Of the base, every STEP-th place is in a hash table by the WORD bytes that begin there; places with the same hash are
 * chained, newest first. The target is gone through once: where some place of the base begins with the same word, the
 * longest of the first few matches is taken, made longer backwards over what was to be inserted. Records are small, so
 * there every place counts; in large files a change moves whole lines, and every fourth place finds them.
 */
#include "core/history/internal.h"

#include "core/base/mem.h"

#include <stdlib.h>
#include <string.h>

#define WORD 8                      /* bytes that must be the same for a place to be looked at */
#define SMALL ((size_t)16 << 10)    /* bytes; up to there every place of a base is in the table */
#define PROBES 12                   /* places that are looked at for one word */
#define GOOD ((size_t)256)          /* bytes; a match of that length is good enough */
#define LEAST_COPY ((size_t)8)      /* bytes; a copy takes up to seven itself */
#define MOST_COPY ((size_t)0x10000) /* bytes; pack version 2 */
#define MOST_INSERT ((size_t)0x7f)  /* bytes */

struct qb_delta {
    const unsigned char *base;
    size_t length;
    size_t step;
    unsigned bits;   /* of the table */
    uint32_t *heads; /* number of a place plus one */
    uint32_t *next;  /* for each place */
};

static uint32_t hash_of(const unsigned char *at, unsigned bits)
{
    uint64_t word;
    memcpy(&word, at, WORD);
    return (uint32_t)(word * 0x9e3779b97f4a7c15u >> (64 - bits));
}

struct qb_delta *qb_delta_new(const void *base, size_t length)
{
    struct qb_delta *delta = qb_mem_alloc(sizeof *delta);
    delta->base = base;
    delta->length = length; /* below 4 GiB: core/base/limits.h */
    delta->step = length <= SMALL ? 1 : 4;
    size_t places = delta->length < WORD ? 0 : (delta->length - WORD) / delta->step + 1;
    for (delta->bits = 4; (size_t)1 << delta->bits < places; delta->bits++)
        ;
    delta->heads = qb_mem_array((size_t)1 << delta->bits, sizeof *delta->heads);
    delta->next = qb_mem_array(places + 1, sizeof *delta->next);
    for (size_t i = places; i-- > 0;) { /* so that the first place is found first */
        uint32_t slot = hash_of(delta->base + i * delta->step, delta->bits);
        delta->next[i] = delta->heads[slot];
        delta->heads[slot] = (uint32_t)i + 1;
    }
    return delta;
}

void qb_delta_free(struct qb_delta *delta)
{
    if (!delta)
        return;
    free(delta->heads);
    free(delta->next);
    free(delta);
}

/* --- making --- */

/* Seven bits a byte, lowest first. */
static void add_length(struct qb_buf *out, size_t length)
{
    for (; length > 0x7f; length >>= 7)
        qb_buf_add_char(out, (char)(length & 0x7f) | (char)0x80);
    qb_buf_add_char(out, (char)length);
}

static void add_insert(struct qb_buf *out, const unsigned char *bytes, size_t length)
{
    while (length) {
        size_t part = length < MOST_INSERT ? length : MOST_INSERT;
        qb_buf_add_char(out, (char)part);
        qb_buf_add(out, bytes, part);
        bytes += part;
        length -= part;
    }
}

/* Only the bytes of offset and length that are not zero are written; the first byte says which. */
static void add_copy(struct qb_buf *out, size_t offset, size_t length)
{
    while (length) {
        size_t part = length < MOST_COPY ? length : MOST_COPY;
        unsigned char bytes[8];
        size_t count = 1;
        unsigned char flags = 0x80;
        for (unsigned i = 0; i < 4; i++)
            if (offset >> (8 * i) & 0xff) {
                flags |= (unsigned char)(1u << i);
                bytes[count++] = (unsigned char)(offset >> (8 * i));
            }
        for (unsigned i = 0; i < 2 && part < MOST_COPY; i++) /* 0x10000 is written as 0 */
            if (part >> (8 * i) & 0xff) {
                flags |= (unsigned char)(0x10u << i);
                bytes[count++] = (unsigned char)(part >> (8 * i));
            }
        bytes[0] = flags;
        qb_buf_add(out, bytes, count);
        offset += part;
        length -= part;
    }
}

static size_t common(const unsigned char *a, const unsigned char *b, size_t most)
{
    size_t length = 0;
    while (length + 8 <= most && !memcmp(a + length, b + length, 8))
        length += 8;
    while (length < most && a[length] == b[length])
        length++;
    return length;
}

/* The longest match of what begins at `at` with some place of the base; 0: none. */
static size_t find_match(const struct qb_delta *delta, const unsigned char *at, size_t left, size_t *offset)
{
    size_t best = 0;
    if (left < WORD)
        return 0;
    uint32_t place = delta->heads[hash_of(at, delta->bits)];
    for (unsigned probes = 0; place && probes < PROBES && best < GOOD; probes++, place = delta->next[place - 1]) {
        size_t from = (size_t)(place - 1) * delta->step;
        size_t most = delta->length - from < left ? delta->length - from : left;
        size_t length = common(delta->base + from, at, most);
        if (length > best) {
            best = length;
            *offset = from;
        }
    }
    return best;
}

bool qb_delta_make(const struct qb_delta *delta, const void *bytes, size_t length, size_t most, struct qb_buf *out)
{
    const unsigned char *target = bytes;
    size_t pending = 0; /* from where on bytes are to be inserted */
    size_t at = 0;
    qb_buf_clear(out);
    add_length(out, delta->length);
    add_length(out, length);
    while (at < length) {
        size_t from = 0;
        size_t match = find_match(delta, target + at, length - at, &from);
        if (match < LEAST_COPY) {
            at++;
            if (out->length + (at - pending) > most)
                return false;
            continue;
        }
        for (; at > pending && from && target[at - 1] == delta->base[from - 1]; at--, from--)
            match++;
        add_insert(out, target + pending, at - pending);
        add_copy(out, from, match);
        at += match;
        pending = at;
    }
    add_insert(out, target + pending, at - pending);
    return out->length <= most;
}

/* --- applying --- */

struct reading {
    const unsigned char *at;
    const unsigned char *end;
    bool broken;
};

static size_t take_byte(struct reading *reading)
{
    if (reading->at < reading->end)
        return *reading->at++;
    reading->broken = true;
    return 0;
}

static size_t take_length(struct reading *reading)
{
    size_t length = 0;
    for (unsigned shift = 0; shift < 63; shift += 7) {
        size_t byte = take_byte(reading);
        length |= (byte & 0x7f) << shift;
        if (!(byte & 0x80))
            return length;
    }
    reading->broken = true;
    return 0;
}

static size_t take_bytes(struct reading *reading, size_t flags, unsigned count)
{
    size_t value = 0;
    for (unsigned i = 0; i < count; i++)
        if (flags >> i & 1)
            value |= take_byte(reading) << (8 * i);
    return value;
}

bool qb_delta_apply(const void *base, size_t base_length, const void *delta, size_t length, struct qb_buf *out)
{
    struct reading reading = {delta, (const unsigned char *)delta + length, false};
    qb_buf_clear(out);
    bool fits = take_length(&reading) == base_length;
    size_t wanted = take_length(&reading);
    while (fits && !reading.broken && reading.at < reading.end) {
        size_t op = take_byte(&reading);
        if (op & 0x80) {
            size_t offset = take_bytes(&reading, op, 4);
            size_t count = take_bytes(&reading, op >> 4, 3);
            count = count ? count : MOST_COPY;
            fits = !reading.broken && offset <= base_length && count <= base_length - offset;
            if (fits)
                qb_buf_add(out, (const unsigned char *)base + offset, count);
        } else {
            fits = op && op <= (size_t)(reading.end - reading.at);
            if (fits) {
                qb_buf_add(out, reading.at, op);
                reading.at += op;
            }
        }
        fits = fits && out->length <= wanted;
    }
    return fits && !reading.broken && out->length == wanted;
}
