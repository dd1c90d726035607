/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The checks behind the built-in formats (JSON Schema validation, section 7.3), each a pure function of a string of
 * well-formed UTF-8; the table of them is in formats.c, the checks by subject in formats_*.c.
 */
#ifndef QB_SCHEMA_JSONSCHEMA_FORMATS_H
#define QB_SCHEMA_JSONSCHEMA_FORMATS_H

#include <stdbool.h>
#include <stddef.h>

/* RFC 3339 (formats_time.c) */
bool qb_format_date(const char *text, size_t length);
bool qb_format_time(const char *text, size_t length);
bool qb_format_date_time(const char *text, size_t length);
bool qb_format_duration(const char *text, size_t length);

/* Hosts and mail (formats_host.c); internationalised names (formats_idn.c) */
bool qb_format_email(const char *text, size_t length);
bool qb_format_idn_email(const char *text, size_t length);
bool qb_format_hostname(const char *text, size_t length);
bool qb_format_idn_hostname(const char *text, size_t length);
bool qb_format_ipv4(const char *text, size_t length);
bool qb_format_ipv6(const char *text, size_t length);
/* Whether a label that begins with "xn--" is the A-label of a U-label (RFC 5891 section 5.4). */
bool qb_format_a_label(const char *text, size_t length);
/* A label of letters, digits and inner hyphens, at most 63 (RFC 1123 section 2.1). */
bool qb_format_ldh_label(const char *text, size_t length);

/* RFC 3986, 3987, 6570 (formats_uri.c) */
bool qb_format_uri(const char *text, size_t length);
bool qb_format_uri_reference(const char *text, size_t length);
bool qb_format_iri(const char *text, size_t length);
bool qb_format_iri_reference(const char *text, size_t length);
bool qb_format_uri_template(const char *text, size_t length);

/* RFC 6901, relative pointers, RFC 4122 (formats.c); regex is qb_pattern_check */
bool qb_format_json_pointer(const char *text, size_t length);
bool qb_format_relative_json_pointer(const char *text, size_t length);
bool qb_format_uuid(const char *text, size_t length);

#endif
