/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The built-in formats, each against texts that its standard takes and that it refuses. */
#include "schema/jsonschema/jsonschema.h"
#include "core/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct qb_schema_format *find(const char *name)
{
    size_t count;
    const struct qb_schema_format *formats = qb_schema_formats(&count);
    for (size_t i = 0; i < count; i++)
        if (!strcmp(formats[i].name, name))
            return &formats[i];
    fail_msg("no format %s", name);
    return NULL;
}

static void check(const char *name, const char *const *right, const char *const *wrong)
{
    const struct qb_schema_format *format = find(name);
    for (; *right; right++)
        if (!format->check(*right, strlen(*right)))
            fail_msg("%s refuses \"%s\"", name, *right);
    for (; *wrong; wrong++)
        if (format->check(*wrong, strlen(*wrong)))
            fail_msg("%s takes \"%s\"", name, *wrong);
}

#define TEXTS(...)        \
    (const char *const[]) \
    {                     \
        __VA_ARGS__, NULL \
    }

static void test_jsonschema_formats__examples_are_right(void **state)
{
    (void)state;
    size_t count;
    const struct qb_schema_format *formats = qb_schema_formats(&count);
    assert_int_equal(count, 19);
    for (size_t i = 0; i < count; i++) {
        if (!formats[i].check(formats[i].example, strlen(formats[i].example)))
            fail_msg("%s refuses its own example", formats[i].name);
        if (i)
            assert_true(strcmp(formats[i - 1].name, formats[i].name) < 0);
    }
}

/* Whatever the bytes: an answer, and no byte beyond the end. */
static void test_jsonschema_formats__any_bytes(void **state)
{
    (void)state;
    static const char pieces[] =
        "0123456789abcxyzPTZWDHMS:-.+@/%{}[]()#?\"\\~*, \n\xC3\xA9\xE3\x80\x82\xF0\x9F\x90\xB2xn--";
    size_t count;
    const struct qb_schema_format *formats = qb_schema_formats(&count);
    uint32_t seed = 7;
    for (int i = 0; i < 20000; i++) {
        char text[24];
        size_t length = 0;
        while (length < sizeof text - 4 && (seed = seed * 1664525u + 1013904223u) >> 28) {
            unsigned char c = (unsigned char)pieces[(seed >> 8) % (sizeof pieces - 1)];
            if (c < 0x80)
                text[length++] = (char)c;
        }
        char *exact = qb_mem_copy(text, length);
        for (size_t j = 0; j < count; j++)
            formats[j].check(exact, length);
        free(exact);
    }
}

static void test_jsonschema_formats__dates(void **state)
{
    (void)state;
    check("date",
          TEXTS("1963-06-19", "2020-02-29", "2000-02-29", "0000-02-29", "9999-12-31", "2020-01-31", "2020-04-30"),
          TEXTS("", "06/19/1963", "2021-02-29", "1900-02-29", "2020-04-31", "2020-13-01", "2020-00-10", "2020-01-00",
                "1998-1-20", "1998-01-1", "2013-350", "1963-06-1\u09ea", "2020-02-30", "20200605", "2020-W10-1",
                "2020-02-29Z", " 2020-02-29", "2020-02-29\n", "+2020-02-29", "-2020-02-29", "2020-02-2", "2020/02/29",
                "12020-01-01"));
    check("time",
          TEXTS("08:30:06Z", "08:30:06z", "00:00:00+00:00", "23:59:60Z", "23:59:60+00:00", "15:59:60-08:00",
                "23:20:50.52Z", "08:30:06.283185Z", "08:30:06-23:59", "01:29:60+01:30", "23:29:60+23:30",
                "23:29:60-00:30", "23:59:60.5Z", "00:29:60+00:30"),
          TEXTS("", "008:030:006Z", "8:3:6Z", "24:00:00Z", "00:60:00Z", "00:00:61Z", "22:59:60Z", "23:58:60Z",
                "23:59:60+01:00", "23:59:60-01:00", "01:02:03+24:00", "01:02:03+00:60", "01:02:03Z+00:30",
                "08:30:06 PST", "01:01:01,1111", "12:00:00", "12:00:00.Z", "12:00Z", "1\u09e8:00:00Z", "12:00:00Z\n",
                "12:00:00+0100", "12:00:00+1:00", "12:00:00.52", "#23:20:50Z", "12:00:00+1", "ab:cd:efZ",
                "12:00:00 Z"));
    check("date-time",
          TEXTS("1963-06-19T08:30:06.283185Z", "1990-12-31T15:59:50.123-08:00", "1963-06-19t08:30:06z",
                "1998-12-31T23:59:60Z", "1998-12-31T15:59:60.123-08:00", "1999-01-01T06:59:60+07:00",
                "2016-06-30T23:59:60Z", "2020-02-29T00:00:00-00:00"),
          TEXTS("1998-12-31T23:59:61Z", "1998-12-31T23:58:60Z", "1998-12-31T22:59:60Z", "1998-12-30T23:59:60Z",
                "1999-01-02T06:59:60+07:00", "1990-02-31T15:59:59.123-08:00", "1990-12-31T15:59:59-24:00",
                "1963-06-19T08:30:06.28123+01:00Z", "06/19/1963 08:30:06 PST", "2013-350T01:01:01",
                "1963-6-19T08:30:06Z", "1963-06-1T08:30:06Z", "1963-06-1\u09eaT00:00:00Z", "1963-06-11T0\u09ea:00:00Z",
                "1963-06-19 08:30:06Z", "1963-06-19", "1963-06-19T", "1963-06-19T08:30:06", "2021-02-29T00:00:00Z",
                "2020-01-01T24:00:00Z"));
    check("duration",
          TEXTS("P4DT12H30M5S", "P4Y", "PT0S", "P0D", "P1M", "PT1M", "PT36H", "P1DT12H", "P2W", "P1Y2M3DT4H5M6S",
                "P1Y2M", "P10000D", "P1M2D", "PT1H2M", "PT2M3S", "P01D"),
          TEXTS("", "P", "PT", "PT1D", "P2D1Y", "P1D2H", "P2S", "P1YT", "4DT12H30M5S", "P1", "P1Y2W", "P2WT1H",
                "P1\u09e8Y", "P1.5D", "PT0.5S", "P-1D", "-P1D", "P1Y2D", "PT1H2S", "P1D ", "P1DT", "PT1Y", "P1W2D",
                "p1d", "P1DT12", "PD", "P1H", "PW", "P1D1D", "P1Y1Y", "P1D\n"));
}

static void test_jsonschema_formats__addresses(void **state)
{
    (void)state;
    check("ipv4", TEXTS("0.0.0.0", "127.0.0.1", "255.255.255.255", "10.0.0.9"),
          TEXTS("", "127.0.0.0.1", "256.256.256.256", "127.0", "0x7f000001", "2130706433", "087.10.0.1", "87.10.0.01",
                "1\u09e87.0.0.1", "192.168.1.0/24", " 1.2.3.4", "1.2.3.4 ", "1.2.3.4\n", ".1.2.3", "1.2.3.", "1..2.3",
                "-1.2.3.4", "1.2.3.1000", "00.0.0.0", "1.2.3.a"));
    check("ipv6",
          TEXTS("::", "::1", "1::", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "::ffff:192.0.2.1",
                "1:2::192.0.2.1", "ABCD:ef01:2345:6789:abcd:EF01:2345:6789", "1:2:3:4:5:6:1.2.3.4", "::1.2.3.4"),
          TEXTS("", ":", "1", ":::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "::g",
                ":1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8:", "1:2:3:4:5:6:7:1.2.3.4", "::1.2.3", "::1.2.3.256",
                "1.2.3.4::", "::1.2.3.4:5", "fe80::1%eth0", "::1/64", "[::1]", " ::1", "::1\n", "1::2:3:4:5:6:7:8",
                "1:2:3:4:5:6:7::8", "::01.2.3.4", "00001::"));
    check("hostname",
          TEXTS("example.com", "localhost", "a", "1a", "a-b.c-d", "3com.com", "xn--bcher-kva.example", "EXAMPLE.com",
                "1.2.3.4", "a--b", "xn--4gbwdl.xn--wgbh1c"),
          TEXTS("", ".", "a..b", ".a", "a.", "-a", "a-", "a.-b", "a_b", "a b", "b\u00fccher.example", "xn--X", "xn--",
                "a\n", "xn--bcher-kvb.", "not_valid", "xn---", "XN--X",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
    check("idn-hostname",
          TEXTS("b\u00fccher.example", "\u4f8b\u3048.\u30c6\u30b9\u30c8", "example.com", "xn--bcher-kva.example",
                "\u05d0\u05d1", "stra\u00dfe.de", "a\u3002b", "\u0628\u064a\u200c\u0628\u064a"),
          TEXTS("", "\u3002", "\u00fc..a", "\u00fc.", "B\u00dcCHER", "bu\u0308cher", "a\u0308-", "-\u00fc", "\u00fc-",
                "ab--\u00fc", "ab--cd", "a_b", "\u0300a", "\u05d0a", "\u0661\u06f1\u0628", "\u00fc\x01", "a\u00b7",
                "xn--abc\u00fc", "\u05d0.1a", "\u2603.net", "a b"));
    check("email",
          TEXTS("a@b", "joe.bloggs@example.com", "te~st@example.com", "\"joe bloggs\"@example.com", "\"a\\\"b\"@x.org",
                "\"\"@example.com", "joe@[127.0.0.1]", "joe@[IPv6:::1]", "joe@[ipv6:::1]", "x@[tag:content]",
                "a+b/c=d@e.org", "!#$%&'*+-/=?^_`{|}~@x.org", "a@xn--bcher-kva.example"),
          TEXTS("", "2962", "@", "a@", "@b", "a@b@c", ".a@b", "a.@b", "a..b@c", "a b@c", "a@b.", "a@-b", "a@b_c",
                "a@[127.0.0.256]", "a@[::1]", "a@[IPv6:127.0.0.1]", "a@[]", "a@[x:]", "\"a@b", "\"a\"b@c", "\"a\nb\"@c",
                "\"a\\\"@c", "a@b, c@d", "\u00e9@example.com", "a@b\u00fccher.example", "\"\u00e9\"@x.org", "a@b\n",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@b.c"));
    check("idn-email",
          TEXTS("\uc2e4\ub840@\uc2e4\ub840.\ud14c\uc2a4\ud2b8", "joe@example.com", "\u00e9t\u00e9@b\u00fccher.example",
                "\"\u00e9 \u00e9\"@x.org", "a@[127.0.0.1]", "\"\\\\\u00e9\"@x.org"),
          TEXTS("", "2962", "\u00e9", "\u00e9@", "@\u00fc", "\u00e9..\u00e9@x", "\u00e9@-\u00fc", "\"\\\u00e9\"@x.org",
                "a@\u2603.net"));
}

static void test_jsonschema_formats__uris(void **state)
{
    (void)state;
    check("uri",
          TEXTS("a:", "a:b", "http://example.com", "http://u:p@h:80/p?q#f", "http://[::1]:8080/", "http://[v1.a:b]/",
                "urn:a:b:c", "file:///etc/x", "mailto:a@b", "http://h:/", "x+y-z.1:?#", "http://a/%41", "a:/b",
                "http://a?b?c/d", "http://a#b/c?d", "http://1.2.3.4/", "tel:+62-61"),
          TEXTS("", ":", "//h/p", "/p", "p", "#f", "?q", "1a:b", "a b:c", "a:b c", "a:%", "a:%4", "a:%zz",
                "http://[::1", "http://::1]/", "http://[1]/", "http://[v.a]/", "http://[v1.]/", "http://h:8a/",
                "http://a@b@c/", "a:b\"c", "a:<b>", "a:b\\c", "a:b^c", "a:`", "a:{b}", "a:|", "a:[b]", "a:b#c#d",
                "http://\u00e9/", "a:\n", "http://a/\u00e9", "a_b:c"));
    check("uri-reference",
          TEXTS("", "a", "/a", "//a", "//", "?q", "#f", "#", "./a:b", "a/b:c", "../..", "a:b", "?a:b", "a?b#c",
                "//[::1]", "//a:1/b"),
          TEXTS("1:b", "a b", ":", "#a#b", "%", "\\a", "/a\"", "[a]", "//a:b", "\u00e9", "#\u00e9"));
    check("iri",
          TEXTS("http://b\u00fccher.example/\u00e9?\u00e9#\u00e9", "a:\u4e2d", "http://\u4e2d@\u4e2d/",
                "http://a?\ue000", "a:\U00010000", "http://a"),
          TEXTS("", "/\u00e9", "\u00e9:b", "a:\ue000", "http://a#\ue000", "a:\xC2\x80", "a:\ufdd0", "a:\U0001fffe",
                "a: ", "a:\U000e0001", "http://[\u00e9]/"));
    check("iri-reference", TEXTS("", "\u00e9", "/\u00e9", "//\u00e9", "#\u00e9", "?\ue000", "\u00e9/a:b"),
          TEXTS("\u00e9:b", "\\\u00e9", "#\u00e9\\", "\u00e9 b", "\ufffe"));
    check("uri-template",
          TEXTS("", "a", "{a}", "/x/{a}/y{?b,c*}", "{+a}", "{#a:3}", "{a.b_c}", "{a%20b}", "\u00e9", "%41", "'",
                "{v:9999}", "{=a}", "{&x,y}", "a{b}{c}d", "[a]", "~"),
          TEXTS("{", "}", "{}", "{a", "a}", "{a b}", "{a:}", "{a:0}", "{a:01}", "{a:10000}", "{a*:1}", "{a:1*}", "{.}",
                "{a.}", "{.a.}", "{-a}", "{a,}", "{,a,}", "{{a}}", "a b", "\"", "<", ">", "\\", "^", "`", "|", "%",
                "%4", "{%}", "{a\u00e9}", "\x7f"));
}

static void test_jsonschema_formats__pointers_and_others(void **state)
{
    (void)state;
    check("json-pointer", TEXTS("", "/", "/a", "/a~0b~1c", "//", "/\u00e9", "/ ", "/~01"),
          TEXTS("a", "#", "#/a", "/~", "/~2", "/a~", "0", "/a/~b"));
    check("relative-json-pointer", TEXTS("0", "1", "0#", "10", "2/a~0", "0/", "0+1", "0-1/a", "1+10#"),
          TEXTS("", "/a", "-1", "+1", "01", "01#", "#", "0##", "0#a", "a", "0a", "1/~", "0+", "0+0", "0+01", "0-/a",
                "1\n", " 1", "\u0661"));
    check("uuid",
          TEXTS("123e4567-e89b-12d3-a456-426614174000", "00000000-0000-0000-0000-000000000000",
                "FFFFFFFF-ffff-FFFF-ffff-FFFFFFFFFFFF"),
          TEXTS("", "123e4567-e89b-12d3-a456-42661417400", "123e4567-e89b-12d3-a456-4266141740000",
                "123e4567e89b12d3a456426614174000", "{123e4567-e89b-12d3-a456-426614174000}",
                "123e4567-e89b-12d3-a456-42661417400g", "123e4567-e89b-12d3-a45-6426614174000",
                "123e4567_e89b_12d3_a456_426614174000", "urn:uuid:123e4567-e89b-12d3-a456-426614174000"));
    check("regex", TEXTS("", "a", "([abc])+\\s+$", "^(?<a>x)\\k<a>$", "(?<=a+)b", "\\p{Script=Latin}"),
          TEXTS("^(abc]", "(", "a**", "\\a", "^\\S(|(.|\\n)*\\S)\\Z", "\\p{Script=Nowhere}", "(?P<a>x)"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_jsonschema_formats__examples_are_right),
        cmocka_unit_test(test_jsonschema_formats__any_bytes),
        cmocka_unit_test(test_jsonschema_formats__dates),
        cmocka_unit_test(test_jsonschema_formats__addresses),
        cmocka_unit_test(test_jsonschema_formats__uris),
        cmocka_unit_test(test_jsonschema_formats__pointers_and_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
