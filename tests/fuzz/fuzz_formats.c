/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The formats, those of JSON Schema and the office's own: the first byte chooses one, the rest is the string. Formats
 * that contain others must agree with them.
 */
#include "core/base/date.h"
#include "schema/formats.h"
#include "schema/jsonschema/formats.h"
#include "schema/jsonschema/jsonschema.h"
#include "tests/fuzz/fuzz.h"

typedef bool check(const char *text, size_t length);

/* What has the narrow format has the wide one, too. */
static const struct {
    check *narrow;
    check *wide;
} wider[] = {
    {qb_format_uri, qb_format_uri_reference}, {qb_format_uri, qb_format_iri},
    {qb_format_iri, qb_format_iri_reference}, {qb_format_uri_reference, qb_format_iri_reference},
    {qb_format_email, qb_format_idn_email},
};

/* A time is one on some day; a leap second only where a month ends in UTC. */
static void check_time(const char *text, size_t length)
{
    static const char *const days[] = {"2016-12-31T", "2017-01-01T", "2016-12-30T"};
    struct qb_buf both = {0};
    bool taken = false;
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        qb_buf_clear(&both);
        qb_buf_add_string(&both, days[i]);
        qb_buf_add(&both, text, length);
        taken |= qb_format_date_time(qb_buf_text(&both), both.length);
    }
    MUST(taken == qb_format_time(text, length));
    qb_buf_fini(&both);
}

static void check_dates(const char *text, size_t length)
{
    bool date = qb_format_date(text, length);
    bool year_zero = length >= 4 && !memcmp(text, "0000", 4);
    MUST(date == (qb_date_parse(text, length) != QB_DATE_NONE) || (date && year_zero));
    if (qb_format_date_time(text, length))
        MUST(length > 11 && qb_format_date(text, 10) && qb_format_time(text + 11, length - 11));
    check_time(text, length);
}

/* A pointer falls into tokens, which make the same pointer again. */
static void check_pointer(const char *text, size_t length)
{
    struct qb_buf pointer = {0};
    struct qb_buf copy = {0};
    struct qb_buf token = {0};
    qb_buf_add(&pointer, text, length);
    for (const char *at = qb_buf_text(&pointer); *at;) {
        MUST(*at == '/');
        qb_buf_clear(&token);
        at = qb_json_pointer_take(at, &token);
        qb_json_pointer_add(&copy, qb_buf_text(&token), token.length);
    }
    MUST(copy.length == length && (!length || !memcmp(copy.data, text, length)));
    qb_buf_fini(&pointer);
    qb_buf_fini(&copy);
    qb_buf_fini(&token);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t built_in;
    size_t office;
    const struct qb_schema_format *rows = qb_schema_formats(&built_in);
    const struct qb_schema_format *more = qb_formats(&office);
    if (!size || qb_utf8_check((const char *)data + 1, size - 1) < size - 1)
        return 0;
    size_t choice = data[0] % (built_in + office);
    const struct qb_schema_format *row = choice < built_in ? &rows[choice] : &more[choice - built_in];
    const char *text = (const char *)data + 1;
    bool taken = row->check(text, size - 1);
    MUST(row->check(text, size - 1) == taken);
    MUST(row->check(row->example, strlen(row->example)));
    for (size_t i = 0; i < sizeof wider / sizeof *wider; i++)
        if (row->check == wider[i].narrow && taken)
            MUST(wider[i].wide(text, size - 1));
    if (row->check == qb_format_date || row->check == qb_format_time || row->check == qb_format_date_time)
        check_dates(text, size - 1);
    if (row->check == qb_format_json_pointer && taken && !memchr(text, '\0', size - 1))
        check_pointer(text, size - 1);
    return 0;
}
