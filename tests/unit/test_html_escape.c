/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The escaper of HTML: what comes out is inert, well-formed and, for harmless text, unchanged. */
#include "core/output/html_escape.h"

#include "core/base/utf8.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#define LOST "\xef\xbf\xbd" /* U+FFFD */

static void expect_bytes(const char *text, size_t length, const char *expected)
{
    struct qb_buf out = {0};
    qb_html_escape(&out, text, length);
    assert_string_equal(qb_buf_text(&out), expected);
    qb_buf_fini(&out);
}

static void expect(const char *text, const char *expected)
{
    expect_bytes(text, strlen(text), expected);
}

static void test_html_escape__plain_text_stays(void **state)
{
    (void)state;
    expect("", "");
    expect("Pabrik Toba, 5 dari 5 {count}\n\tlot `A`", "Pabrik Toba, 5 dari 5 {count}\n\tlot `A`");
    expect("Musa \xc3\x97 paradisiaca \xe2\x80\x93 \xf0\x9f\x8d\xa0",
           "Musa \xc3\x97 paradisiaca \xe2\x80\x93 \xf0\x9f\x8d\xa0");
}

static void test_html_escape__markup_becomes_references(void **state)
{
    (void)state;
    expect("<script>alert(\"1\")</script>", "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;");
    expect("' onload='x", "&#39; onload=&#39;x");
    expect("&lt;&amp;", "&amp;lt;&amp;amp;");
    expect("<!-- ]]> -->", "&lt;!-- ]]&gt; --&gt;");
}

static void test_html_escape__controls_are_replaced(void **state)
{
    (void)state;
    expect_bytes("a\0b", 3, "a" LOST "b");
    expect("\x01\x08\x0b\x0c\x1f\x7f", LOST LOST LOST LOST LOST LOST);
    expect("a\r\nb", "a \nb");
    expect("\xc2\x85\xc2\x9f\xc2\xa0", LOST LOST "\xc2\xa0");
    expect("\xef\xb7\x90\xef\xbf\xbe\xef\xbf\xbf\xf0\x9f\xbf\xbf", LOST LOST LOST LOST);
}

/* U+202A to U+202E and U+2066 to U+2069; marks (U+200E, U+200F) turn nothing but themselves. */
static void test_html_escape__directions_are_not_turned(void **state)
{
    (void)state;
    expect("\xe2\x80\xaegnp.exe\xe2\x81\xa6x\xe2\x81\xa9", LOST "gnp.exe" LOST "x" LOST);
    expect("\xe2\x80\xaa\xe2\x81\xa5", LOST "\xe2\x81\xa5");
    expect("\xd9\x86\xd8\xb5\xe2\x80\x8f (1)", "\xd9\x86\xd8\xb5\xe2\x80\x8f (1)");
}

static void test_html_escape__malformed_bytes_are_replaced(void **state)
{
    (void)state;
    expect("a\xffz", "a" LOST "z");
    expect("\xc3", LOST);                            /* cut short */
    expect("\xc3<", LOST "&lt;");                    /* and it swallows no markup */
    expect("\xe2\x80\"", LOST LOST "&quot;");        /* the same, longer */
    expect("\xc0\xbcscript", LOST LOST "script");    /* overlong "<" */
    expect("\xed\xa0\x80", LOST LOST LOST);          /* a surrogate */
    expect("\xf4\x90\x80\x80", LOST LOST LOST LOST); /* beyond U+10FFFF */
}

/* Every pair of bytes: the result is UTF-8 and holds none of the characters that HTML acts on. */
static void test_html_escape__every_pair_is_inert(void **state)
{
    (void)state;
    struct qb_buf out = {0};
    for (int a = 0; a < 256; a++)
        for (int b = 0; b < 256; b++) {
            char text[2] = {(char)a, (char)b};
            qb_buf_clear(&out);
            qb_html_escape(&out, text, 2);
            assert_int_equal(qb_utf8_check(out.data, out.length), out.length);
            assert_int_equal(strlen(out.data), out.length);
            assert_null(strpbrk(out.data, "<>\"'\r\x01\x0b\x1f\x7f"));
        }
    qb_buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_html_escape__plain_text_stays),
        cmocka_unit_test(test_html_escape__markup_becomes_references),
        cmocka_unit_test(test_html_escape__controls_are_replaced),
        cmocka_unit_test(test_html_escape__directions_are_not_turned),
        cmocka_unit_test(test_html_escape__malformed_bytes_are_replaced),
        cmocka_unit_test(test_html_escape__every_pair_is_inert),
    };
    return cmocka_run_group_tests_name("html_escape", tests, NULL, NULL);
}
