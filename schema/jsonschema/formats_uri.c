/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * URIs and IRIs by the grammars of RFC 3986 appendix A and RFC 3987 section 2.2, which differ only in the characters
 * beyond ASCII, and URI templates by RFC 6570 section 2 (with erratum 6937: an apostrophe is a literal).
 *
 * The text is cut at "#", "?", "//" and so on as RFC 3986 appendix B does it, then each component is held against
 * the characters that it may consist of.
 */
#include "schema/jsonschema/formats.h"

#include "core/base/utf8.h"

#include <string.h>

struct part {
    const char *text;
    size_t length;
};

/* Which characters a component may hold: ASCII ones by name, escapes always. */
struct alphabet {
    const char *more; /* beside unreserved and sub-delims */
    bool international;
    bool private; /* iprivate (RFC 3987), in queries only */
};

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

static bool among(char c, const char *letters)
{
    return c && strchr(letters, c);
}

/* pct-encoded */
static bool is_escape(const char *text, size_t length)
{
    return length >= 3 && text[0] == '%' && is_hex(text[1]) && is_hex(text[2]);
}

/* ucschar of RFC 3987: beyond ASCII, but no controls, private use, non-characters or tags. */
static bool is_ucschar(uint32_t c)
{
    if (c < 0x10000)
        return (c >= 0xA0 && c <= 0xD7FF) || (c >= 0xF900 && c <= 0xFDCF) || (c >= 0xFDF0 && c <= 0xFFEF);
    return (c & 0xFFFF) <= 0xFFFD && c < 0xF0000 && !(c >= 0xE0000 && c < 0xE1000);
}

static bool is_iprivate(uint32_t c)
{
    return (c >= 0xE000 && c <= 0xF8FF) || (c >= 0xF0000 && (c & 0xFFFF) <= 0xFFFD && c <= 0x10FFFD);
}

/* Bytes of one character that the alphabet has, 0 when it has not. */
static size_t one(const char *text, size_t length, const struct alphabet *alphabet)
{
    if (is_escape(text, length))
        return 3;
    if (is_letter(*text) || is_digit(*text) || among(*text, "-._~!$&'()*+,;=") || among(*text, alphabet->more))
        return 1;
    uint32_t point = 0;
    size_t size = qb_utf8_decode(text, length, &point);
    if (size < 2 || !alphabet->international)
        return 0;
    return is_ucschar(point) || (alphabet->private && is_iprivate(point)) ? size : 0;
}

static bool consists_of(struct part part, const char *more, bool international, bool private)
{
    struct alphabet alphabet = {more, international, private};
    while (part.length) {
        size_t size = one(part.text, part.length, &alphabet);
        if (!size)
            return false;
        part.text += size;
        part.length -= size;
    }
    return true;
}

/* Cuts off what stands before the first of these characters. */
static struct part cut(struct part *rest, const char *stops)
{
    struct part front = {rest->text, 0};
    while (front.length < rest->length && !among(rest->text[front.length], stops))
        front.length++;
    rest->text += front.length;
    rest->length -= front.length;
    return front;
}

/* IPvFuture */
static bool is_future_address(struct part part)
{
    size_t dot = 1;
    if (!part.length || (part.text[0] != 'v' && part.text[0] != 'V'))
        return false;
    while (dot < part.length && is_hex(part.text[dot]))
        dot++;
    if (dot == 1 || dot + 1 >= part.length || part.text[dot] != '.')
        return false;
    struct part address = {part.text + dot + 1, part.length - dot - 1};
    return !memchr(address.text, '%', address.length) && consists_of(address, ":", false, false);
}

static bool is_port(struct part port)
{
    while (port.length && is_digit(port.text[port.length - 1]))
        port.length--;
    return !port.length;
}

/* host [":" port] */
static bool is_host(struct part host, bool international)
{
    if (host.length && host.text[0] == '[') {
        const char *end = memchr(host.text, ']', host.length);
        if (!end)
            return false;
        struct part address = {host.text + 1, (size_t)(end - host.text) - 1};
        struct part port = {end + 1, host.length - address.length - 2};
        if (!qb_format_ipv6(address.text, address.length) && !is_future_address(address))
            return false;
        return !port.length || (port.text[0] == ':' && is_port((struct part){port.text + 1, port.length - 1}));
    }
    struct part name = cut(&host, ":");
    if (host.length && !is_port((struct part){host.text + 1, host.length - 1}))
        return false;
    return consists_of(name, "", international, false);
}

static bool is_authority(struct part authority, bool international)
{
    const char *at = memchr(authority.text, '@', authority.length);
    if (at) {
        struct part user = {authority.text, (size_t)(at - authority.text)};
        if (!consists_of(user, ":", international, false))
            return false;
        authority.length -= user.length + 1;
        authority.text = at + 1;
    }
    return is_host(authority, international);
}

/* Cuts off the scheme and its colon; false when there is none. */
static bool cut_scheme(struct part *rest)
{
    size_t length = 0;
    while (length < rest->length && (is_letter(rest->text[length]) ||
                                     (length && (is_digit(rest->text[length]) || among(rest->text[length], "+-.")))))
        length++;
    if (!length || length == rest->length || rest->text[length] != ':')
        return false;
    rest->text += length + 1;
    rest->length -= length + 1;
    return true;
}

/* What follows the scheme, or a whole relative reference. */
static bool is_rest(struct part rest, bool scheme, bool international)
{
    if (rest.length >= 2 && rest.text[0] == '/' && rest.text[1] == '/') {
        rest.text += 2;
        rest.length -= 2;
        if (!is_authority(cut(&rest, "/?#"), international))
            return false;
    } else if (!scheme) {
        struct part look = rest;
        struct part first = cut(&look, "/?#");
        if (memchr(first.text, ':', first.length)) /* path-noscheme */
            return false;
    }
    if (!consists_of(cut(&rest, "?#"), ":@/", international, false))
        return false;
    if (rest.length && rest.text[0] == '?') {
        rest.text++;
        rest.length--;
        if (!consists_of(cut(&rest, "#"), ":@/?", international, true))
            return false;
    }
    if (!rest.length)
        return true;
    return consists_of((struct part){rest.text + 1, rest.length - 1}, ":@/?", international, false);
}

bool qb_format_uri(const char *text, size_t length)
{
    struct part rest = {text, length};
    return cut_scheme(&rest) && is_rest(rest, true, false);
}

bool qb_format_uri_reference(const char *text, size_t length)
{
    struct part rest = {text, length};
    bool scheme = cut_scheme(&rest);
    return is_rest(rest, scheme, false);
}

bool qb_format_iri(const char *text, size_t length)
{
    struct part rest = {text, length};
    return cut_scheme(&rest) && is_rest(rest, true, true);
}

bool qb_format_iri_reference(const char *text, size_t length)
{
    struct part rest = {text, length};
    bool scheme = cut_scheme(&rest);
    return is_rest(rest, scheme, true);
}

/* --- RFC 6570 --- */

/* varname: varchars with single dots between. */
static struct part cut_variable(struct part *rest)
{
    struct part name = {rest->text, 0};
    bool char_before = false;
    while (rest->length) {
        size_t size = is_escape(rest->text, rest->length) ? 3 : 1;
        bool dot = *rest->text == '.';
        if (dot ? !char_before : size == 1 && !is_letter(*rest->text) && !is_digit(*rest->text) && *rest->text != '_')
            break;
        char_before = !dot;
        rest->text += size;
        rest->length -= size;
        name.length += size;
    }
    if (!char_before)
        name.length = 0;
    return name;
}

/* varspec: a name, then "*" or ":" and a number from 1 to 9999. */
static bool cut_varspec(struct part *rest)
{
    if (!cut_variable(rest).length)
        return false;
    size_t size = 0;
    if (rest->length && *rest->text == '*') {
        size = 1;
    } else if (rest->length && *rest->text == ':') {
        size = 1;
        while (size < rest->length && is_digit(rest->text[size]))
            size++;
        if (size < 2 || size > 5 || rest->text[1] == '0')
            return false;
    }
    rest->text += size;
    rest->length -= size;
    return true;
}

/* What stands between the braces. */
static bool is_expression(struct part rest)
{
    if (rest.length && among(*rest.text, "+#./;?&=,!@|")) {
        rest.text++;
        rest.length--;
    }
    while (cut_varspec(&rest)) {
        if (!rest.length)
            return true;
        if (*rest.text != ',')
            return false;
        rest.text++;
        rest.length--;
    }
    return false;
}

/* Bytes of one character of literals, 0 when it is none. */
static size_t literal(const char *text, size_t length)
{
    uint32_t point = 0;
    if (is_escape(text, length))
        return 3;
    size_t size = qb_utf8_decode(text, length, &point);
    if (point < 0x80)
        return point > 0x20 && point != 0x7F && !strchr("\"%<>\\^`{|}", (char)point) ? 1 : 0;
    return is_ucschar(point) || is_iprivate(point) ? size : 0;
}

bool qb_format_uri_template(const char *text, size_t length)
{
    struct part rest = {text, length};
    while (rest.length) {
        size_t size;
        if (*rest.text == '{') {
            const char *end = memchr(rest.text, '}', rest.length);
            if (!end || !is_expression((struct part){rest.text + 1, (size_t)(end - rest.text) - 1}))
                return false;
            size = (size_t)(end - rest.text) + 1;
        } else {
            size = literal(rest.text, rest.length);
        }
        if (!size)
            return false;
        rest.text += size;
        rest.length -= size;
    }
    return true;
}
