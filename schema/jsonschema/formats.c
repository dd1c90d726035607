/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of built-in formats, and the checks that are a few lines each. */
#include "schema/jsonschema/formats.h"

#include "schema/jsonschema/jsonschema.h"
#include "schema/jsonschema/pattern.h"

static const struct qb_schema_format formats[] = {
    {"date", qb_format_date, "2020-06-05"},
    {"date-time", qb_format_date_time, "2020-06-05T09:30:00+07:00"},
    {"duration", qb_format_duration, "P3M"},
    {"email", qb_format_email, "nama@example.com"},
    {"hostname", qb_format_hostname, "www.example.com"},
    {"idn-email", qb_format_idn_email, "nama@example.com"},
    {"idn-hostname", qb_format_idn_hostname, "www.example.com"},
    {"ipv4", qb_format_ipv4, "192.0.2.1"},
    {"ipv6", qb_format_ipv6, "2001:db8::1"},
    {"iri", qb_format_iri, "https://example.com/"},
    {"iri-reference", qb_format_iri_reference, "/a/b"},
    {"json-pointer", qb_format_json_pointer, "/lines/0"},
    {"regex", qb_pattern_check, "^[0-9]+$"},
    {"relative-json-pointer", qb_format_relative_json_pointer, "1/lines"},
    {"time", qb_format_time, "09:30:00+07:00"},
    {"uri", qb_format_uri, "https://example.com/"},
    {"uri-reference", qb_format_uri_reference, "/a/b"},
    {"uri-template", qb_format_uri_template, "/records/{id}"},
    {"uuid", qb_format_uuid, "123e4567-e89b-12d3-a456-426614174000"},
};

const struct qb_schema_format *qb_schema_formats(size_t *count)
{
    *count = sizeof formats / sizeof *formats;
    return formats;
}

/* RFC 6901 section 3. */
bool qb_format_json_pointer(const char *text, size_t length)
{
    if (length && text[0] != '/')
        return false;
    for (size_t i = 0; i < length; i++)
        if (text[i] == '~' && (i + 1 == length || (text[i + 1] != '0' && text[i + 1] != '1')))
            return false;
    return true;
}

static size_t digits(const char *text, size_t length)
{
    size_t count = 0;
    while (count < length && text[count] >= '0' && text[count] <= '9')
        count++;
    return count;
}

/* draft-bhutton-relative-json-pointer-00 section 3: how far up, an adjustment of the index, then "#" or a pointer. */
bool qb_format_relative_json_pointer(const char *text, size_t length)
{
    size_t up = digits(text, length);
    if (!up || (up > 1 && text[0] == '0'))
        return false;
    text += up;
    length -= up;
    if (length && (text[0] == '+' || text[0] == '-')) {
        size_t by = digits(text + 1, length - 1);
        if (!by || text[1] == '0')
            return false;
        text += by + 1;
        length -= by + 1;
    }
    return (length == 1 && text[0] == '#') || qb_format_json_pointer(text, length);
}

/* RFC 4122 section 3. */
bool qb_format_uuid(const char *text, size_t length)
{
    static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    if (length != sizeof shape - 1)
        return false;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (shape[i] == '-' ? c != '-' : !hex)
            return false;
    }
    return true;
}
