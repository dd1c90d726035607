/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Resolution of URI references, step by step as RFC 3986 section 5.2 gives it, on slices of the two texts. The
 * parser is that of appendix B: it takes any text, so that a broken reference simply leads nowhere later on.
 */
#include "schema/jsonschema/uri.h"

#include "core/base/utf8.h"

#include <stdbool.h>
#include <string.h>

struct part {
    const char *text; /* NULL: the component is not there, which differs from being empty */
    size_t length;
};

struct uri {
    struct part scheme, authority, path, query, fragment;
};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_scheme_char(char c)
{
    return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
}

/* The bytes of the scheme before its ":", 0 when there is none. */
static size_t scheme_length(const char *text)
{
    size_t length = 0;
    if (!is_letter(*text))
        return 0;
    while (is_scheme_char(text[length]))
        length++;
    return text[length] == ':' ? length : 0;
}

static struct uri parse(const char *text)
{
    struct uri uri = {0};
    size_t scheme = scheme_length(text);
    if (scheme) {
        uri.scheme = (struct part){text, scheme};
        text += scheme + 1;
    }
    if (text[0] == '/' && text[1] == '/') {
        text += 2;
        uri.authority = (struct part){text, strcspn(text, "/?#")};
        text += uri.authority.length;
    }
    uri.path = (struct part){text, strcspn(text, "?#")};
    text += uri.path.length;
    if (*text == '?') {
        text++;
        uri.query = (struct part){text, strcspn(text, "#")};
        text += uri.query.length;
    }
    if (*text == '#')
        uri.fragment = (struct part){text + 1, strlen(text + 1)};
    return uri;
}

/* RFC 3986 section 5.2.4; works in place on buf from `start`. */
static void remove_dot_segments(struct qb_buf *buf, size_t start)
{
    char *text = buf->data + start;
    size_t length = buf->length - start;
    size_t in = 0;
    size_t out = 0;
    while (in < length) {
        const char *rest = text + in;
        size_t left = length - in;
        if (left >= 3 && !memcmp(rest, "../", 3)) {
            in += 3;
        } else if (left >= 2 && !memcmp(rest, "./", 2)) {
            in += 2;
        } else if (left >= 3 && !memcmp(rest, "/./", 3)) {
            in += 2;
        } else if (left == 2 && !memcmp(rest, "/.", 2)) {
            text[++in] = '/';
        } else if ((left >= 4 && !memcmp(rest, "/../", 4)) || (left == 3 && !memcmp(rest, "/..", 3))) {
            in += left == 3 ? 2 : 3;
            text[in] = '/';
            while (out && text[--out] != '/')
                ;
        } else if ((left == 1 && *rest == '.') || (left == 2 && !memcmp(rest, "..", 2))) {
            in = length;
        } else {
            do
                text[out++] = text[in++];
            while (in < length && text[in] != '/');
        }
    }
    buf->length = start + out;
    buf->data[buf->length] = '\0';
}

static void add_part(struct qb_buf *out, const struct part *part)
{
    qb_buf_add(out, part->text, part->length);
}

static void add_lower(struct qb_buf *out, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        qb_buf_add_char(out, text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] + ('a' - 'A')) : text[i]);
}

/* Scheme and authority with what RFC 3986 section 6.2.2.1 calls case-insensitive in lower case. */
static void add_front(struct qb_buf *out, const struct part *scheme, const struct part *authority)
{
    if (scheme->text) {
        add_lower(out, scheme->text, scheme->length);
        qb_buf_add_char(out, ':');
    }
    if (authority->text) {
        const char *at = memchr(authority->text, '@', authority->length);
        size_t user = at ? (size_t)(at - authority->text) + 1 : 0;
        qb_buf_add_string(out, "//");
        qb_buf_add(out, authority->text, user);
        add_lower(out, authority->text + user, authority->length - user);
    }
}

/* RFC 3986 section 5.2.3. */
static void merge_paths(struct qb_buf *out, const struct uri *base, const struct part *path)
{
    if (base->authority.text && !base->path.length) {
        qb_buf_add_char(out, '/');
    } else {
        const char *slash = memrchr(base->path.text, '/', base->path.length);
        qb_buf_add(out, base->path.text, slash ? (size_t)(slash - base->path.text) + 1 : 0);
    }
    add_part(out, path);
}

/* RFC 3986 section 5.2.2, the part behind the authority. */
static void add_path_and_query(struct qb_buf *out, const struct uri *base, const struct uri *reference, bool own)
{
    const struct part *query = &reference->query;
    size_t start = out->length;
    if (own || reference->path.length) {
        if (own || *reference->path.text == '/')
            add_part(out, &reference->path);
        else
            merge_paths(out, base, &reference->path);
        /* "urn:a/../b" has no hierarchy to walk, but RFC 3986 makes no exception */
        if (out->length > start)
            remove_dot_segments(out, start);
    } else {
        add_part(out, &base->path);
        if (!query->text)
            query = &base->query;
    }
    if (query->text) {
        qb_buf_add_char(out, '?');
        add_part(out, query);
    }
}

char *qb_uri_resolve(struct qb_arena *arena, const char *base, const char *reference)
{
    struct uri from = parse(base);
    struct uri to = parse(reference);
    struct qb_buf out = {0};
    bool own = to.scheme.text || to.authority.text;
    add_front(&out, to.scheme.text ? &to.scheme : &from.scheme, own ? &to.authority : &from.authority);
    add_path_and_query(&out, &from, &to, own);
    if (to.fragment.text) {
        qb_buf_add_char(&out, '#');
        add_part(&out, &to.fragment);
    }
    char *result = qb_arena_copy(arena, qb_buf_text(&out), out.length);
    qb_buf_fini(&out);
    return result;
}

size_t qb_uri_split(const char *uri, const char **fragment)
{
    size_t length = strcspn(uri, "#");
    *fragment = uri[length] ? uri + length + 1 : "";
    return length;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

char *qb_uri_decode(struct qb_arena *arena, const char *text, size_t length, size_t *decoded_length)
{
    char *decoded = qb_arena_copy(arena, text, length);
    size_t out = 0;
    for (size_t in = 0; in < length; in++) {
        char c = text[in];
        if (c == '%') {
            int high = length - in > 2 ? hex_value(text[in + 1]) : -1;
            int low = high >= 0 ? hex_value(text[in + 2]) : -1;
            if (low < 0)
                return NULL;
            c = (char)(high * 16 + low);
            in += 2;
        }
        decoded[out++] = c;
    }
    decoded[out] = '\0';
    *decoded_length = out;
    return qb_utf8_check(decoded, out) == out ? decoded : NULL;
}

void qb_uri_encode_fragment(struct qb_buf *out, const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (is_letter(*text) || (c >= '0' && c <= '9') || strchr("-._~!$&'()*+,;=:@/?", c))
            qb_buf_add_char(out, *text);
        else
            qb_buf_addf(out, "%%%02X", c);
    }
}
