/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A byte order mark decides. Without one, text of the Latin alphabet in UTF-16 has a zero in every other byte; what is
 * no UTF-8 either is taken for Windows-1252, in which older versions of Excel and Access write.
 */
#include "core/data/csv_text.h"

#include "core/base/utf8.h"

#include <string.h>

#define SAMPLED_BYTES 4096

static const struct {
    const char *name;
    const char *mark;
    size_t mark_length;
} rows[QB_CSV_ENCODINGS] = {
    [QB_CSV_FIND] = {"", "", 0},
    [QB_CSV_UTF8] = {"UTF-8", "\xef\xbb\xbf", 3},
    [QB_CSV_UTF16LE] = {"UTF-16LE", "\xff\xfe", 2},
    [QB_CSV_UTF16BE] = {"UTF-16BE", "\xfe\xff", 2},
    [QB_CSV_WINDOWS_1252] = {"Windows-1252", "", 0},
};

/* 0x80 to 0x9F (WHATWG Encoding, index windows-1252); 0: not used. */
static const uint16_t windows[32] = {
    0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017d, 0,      0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178,
};

const char *qb_csv_encoding_name(enum qb_csv_encoding encoding)
{
    return rows[encoding].name;
}

static bool has_mark(const char *bytes, size_t length, enum qb_csv_encoding encoding)
{
    size_t size = rows[encoding].mark_length;
    return size && length >= size && !memcmp(bytes, rows[encoding].mark, size);
}

static enum qb_csv_encoding find(const char *bytes, size_t length)
{
    for (int i = QB_CSV_UTF8; i < QB_CSV_ENCODINGS; i++)
        if (has_mark(bytes, length, (enum qb_csv_encoding)i))
            return (enum qb_csv_encoding)i;
    size_t sampled = length < SAMPLED_BYTES ? length : SAMPLED_BYTES;
    size_t zeros[2] = {0};
    for (size_t i = 0; i < sampled; i++)
        zeros[i % 2] += !bytes[i];
    if (zeros[1] > sampled / 4 && !zeros[0])
        return QB_CSV_UTF16LE;
    if (zeros[0] > sampled / 4 && !zeros[1])
        return QB_CSV_UTF16BE;
    return qb_utf8_check(bytes, length) == length ? QB_CSV_UTF8 : QB_CSV_WINDOWS_1252;
}

static void add_point(struct qb_buf *out, uint32_t point)
{
    char bytes[4];
    qb_buf_add(out, bytes, qb_utf8_encode(point, bytes));
}

static bool fail(struct qb_csv_fault *fault, const struct qb_buf *so_far)
{
    uint32_t line = 1;
    for (size_t i = 0; i < so_far->length; i++)
        line += so_far->data[i] == '\n';
    *fault = (struct qb_csv_fault){.reason = "import.csv.encoding", .line = line};
    return false;
}

static uint32_t unit(const unsigned char *at, bool little)
{
    return little ? (uint32_t)at[0] | (uint32_t)at[1] << 8 : (uint32_t)at[1] | (uint32_t)at[0] << 8;
}

static bool decode_utf16(struct qb_buf *out, const unsigned char *bytes, size_t length, bool little,
                         struct qb_csv_fault *fault)
{
    for (size_t at = 0; at < length; at += 2) {
        if (length - at < 2)
            return fail(fault, out);
        uint32_t point = unit(bytes + at, little);
        if (point >= 0xdc00 && point < 0xe000)
            return fail(fault, out);
        if (point >= 0xd800 && point < 0xdc00) {
            uint32_t low = length - at >= 4 ? unit(bytes + at + 2, little) : 0;
            if (low < 0xdc00 || low >= 0xe000)
                return fail(fault, out);
            point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
            at += 2;
        }
        add_point(out, point);
    }
    return true;
}

static bool decode_windows(struct qb_buf *out, const unsigned char *bytes, size_t length, struct qb_csv_fault *fault)
{
    for (size_t i = 0; i < length; i++) {
        uint32_t point = bytes[i];
        if (point >= 0x80 && point < 0xa0)
            point = windows[point - 0x80];
        if (!point && bytes[i])
            return fail(fault, out);
        add_point(out, point);
    }
    return true;
}

static bool decode_utf8(struct qb_buf *out, const char *bytes, size_t length, struct qb_csv_fault *fault)
{
    size_t good = qb_utf8_check(bytes, length);
    qb_buf_add(out, bytes, good);
    return good == length || fail(fault, out);
}

bool qb_csv_decode(struct qb_buf *out, const char *bytes, size_t length, enum qb_csv_encoding *encoding,
                   struct qb_csv_fault *fault)
{
    if (*encoding == QB_CSV_FIND)
        *encoding = find(bytes, length);
    if (has_mark(bytes, length, *encoding)) {
        bytes += rows[*encoding].mark_length;
        length -= rows[*encoding].mark_length;
    }
    const unsigned char *raw = (const unsigned char *)bytes;
    qb_buf_reserve(out, length);
    switch (*encoding) {
    case QB_CSV_UTF16LE:
    case QB_CSV_UTF16BE:
        return decode_utf16(out, raw, length, *encoding == QB_CSV_UTF16LE, fault);
    case QB_CSV_WINDOWS_1252:
        return decode_windows(out, raw, length, fault);
    default:
        return decode_utf8(out, bytes, length, fault);
    }
}
