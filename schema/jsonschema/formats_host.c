/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses of hosts and mailboxes: host names of RFC 1123 section 2.1 (with A-labels that are really some), IPv4
 * dotted quads, the text forms of IPv6 (RFC 4291 section 2.2), mailboxes of RFC 5321 section 4.1.2 and 4.1.3 and
 * their extension by RFC 6531 section 3.3.
 */
#include "schema/jsonschema/formats.h"

#include "core/base/utf8.h"

#include <string.h>
#include <strings.h>

#define LONGEST_NAME 253   /* RFC 1035 section 2.3.4: 255 octets on the wire */
#define LONGEST_LABEL 63   /* the same */
#define LONGEST_LOCAL 64   /* octets, RFC 5321 section 4.5.3.1.1 */
#define LONGEST_DOMAIN 255 /* octets, section 4.5.3.1.2 */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* --- host names --- */

bool qb_format_ldh_label(const char *text, size_t length)
{
    if (!length || length > LONGEST_LABEL || text[0] == '-' || text[length - 1] == '-')
        return false;
    for (size_t i = 0; i < length; i++)
        if (!is_letter(text[i]) && !is_digit(text[i]) && text[i] != '-')
            return false;
    return true;
}

bool qb_format_hostname(const char *text, size_t length)
{
    if (!length || length > LONGEST_NAME)
        return false;
    for (size_t start = 0; start <= length;) {
        const char *label = text + start;
        const char *dot = memchr(label, '.', length - start);
        size_t size = dot ? (size_t)(dot - label) : length - start;
        if (!qb_format_ldh_label(label, size))
            return false;
        if (size > 4 && !strncasecmp(label, "xn--", 4) && !qb_format_a_label(label, size))
            return false;
        start += size + 1;
    }
    return true;
}

/* --- IP addresses --- */

bool qb_format_ipv4(const char *text, size_t length)
{
    size_t at = 0;
    for (int part = 0; part < 4; part++) {
        if (part && (at == length || text[at++] != '.'))
            return false;
        size_t start = at;
        int value = 0;
        while (at < length && is_digit(text[at]) && at - start < 3)
            value = value * 10 + (text[at++] - '0');
        if (at == start || value > 255 || (text[start] == '0' && at - start > 1))
            return false;
    }
    return at == length;
}

/* Groups of up to four hexadecimal digits between colons; an IPv4 address at the end counts as two when allowed.
 * Returns how many, -1 when something else stands there. */
static int groups(const char *text, size_t length, bool last)
{
    int count = 0;
    size_t at = 0;
    if (!length)
        return 0;
    for (;;) {
        size_t start = at;
        while (at < length && is_hex(text[at]))
            at++;
        if (last && at < length && text[at] == '.')
            return qb_format_ipv4(text + start, length - start) ? count + 2 : -1;
        if (at == start || at - start > 4)
            return -1;
        count++;
        if (at == length)
            return count;
        if (text[at++] != ':')
            return -1;
    }
}

bool qb_format_ipv6(const char *text, size_t length)
{
    const char *gap = memmem(text, length, "::", 2);
    if (!gap)
        return groups(text, length, true) == 8;
    size_t front = (size_t)(gap - text);
    int before = groups(text, front, false);
    int after = groups(gap + 2, length - front - 2, true);
    return before >= 0 && after >= 0 && before + after <= 7;
}

/* --- mailboxes --- */

static bool is_atom_char(char c)
{
    return is_letter(c) || is_digit(c) || (c && strchr("!#$%&'*+-/=?^_`{|}~", c));
}

/* Dot-string: atoms with single dots between. `wide` takes what is beyond ASCII as well. */
static bool is_dot_string(const char *text, size_t length, bool wide)
{
    bool atom = false;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '.' && !atom)
            return false;
        atom = text[i] != '.';
        if (atom && !is_atom_char(text[i]) && !(wide && (text[i] & 0x80)))
            return false;
    }
    return atom;
}

/* Bytes of a Quoted-string at the start of the text, quotes included; 0 when there is none. */
static size_t quoted_length(const char *text, size_t length, bool wide)
{
    for (size_t i = 1; i < length && text[0] == '"'; i++) {
        bool escaped = text[i] == '\\';
        if (text[i] == '"')
            return i + 1;
        i += escaped;
        unsigned char c = i < length ? (unsigned char)text[i] : 0;
        if (c < 0x20 || c == 0x7F || (c > 0x7F && (!wide || escaped)))
            return 0;
    }
    return 0;
}

/* General-address-literal: a tag, a colon and printable characters without brackets. */
static bool is_general_literal(const char *text, size_t length)
{
    const char *colon = memchr(text, ':', length);
    if (!colon || !qb_format_ldh_label(text, (size_t)(colon - text)) || colon + 1 == text + length)
        return false;
    for (const char *c = colon + 1; c < text + length; c++)
        if (*c < 33 || *c > 126 || (*c >= '[' && *c <= ']'))
            return false;
    return true;
}

/* What stands between the brackets of an address literal. */
static bool is_literal(const char *text, size_t length)
{
    static const char tag[] = "IPv6:";
    const size_t size = sizeof tag - 1;
    if (length > size && !strncasecmp(text, tag, size))
        return qb_format_ipv6(text + size, length - size);
    return qb_format_ipv4(text, length) || is_general_literal(text, length);
}

static bool is_mailbox(const char *text, size_t length, bool wide)
{
    size_t local = quoted_length(text, length, wide);
    if (!local) {
        const char *at = memchr(text, '@', length);
        local = at ? (size_t)(at - text) : 0;
        if (!is_dot_string(text, local, wide))
            return false;
    }
    if (local > LONGEST_LOCAL || local == length || text[local] != '@')
        return false;
    text += local + 1;
    length -= local + 1;
    if (length > LONGEST_DOMAIN)
        return false;
    if (length > 2 && text[0] == '[' && text[length - 1] == ']')
        return is_literal(text + 1, length - 2);
    /* RFC 6531 adds U-labels to what RFC 5321 allows: "ab--cd" is no U-label, but a domain */
    return qb_format_hostname(text, length) || (wide && qb_format_idn_hostname(text, length));
}

bool qb_format_email(const char *text, size_t length)
{
    return is_mailbox(text, length, false);
}

bool qb_format_idn_email(const char *text, size_t length)
{
    return is_mailbox(text, length, true);
}
