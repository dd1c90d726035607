/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lines of status/anchors.txt: what is one, and the union of two files. */
#include "history_world.h"

#include "core/history/anchors.h"

#define KEY_A "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define KEY_B "SHA256:BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"
#define ONE "0123456789abcdef0123456789abcdef01234567"
#define TWO "76543210fedcba9876543210fedcba9876543210"

static void test_anchors__only_whole_lines_count(void **state)
{
    struct qb_anchor anchor;
    static const char good[] = "2020-07-06 " KEY_A " " ONE;
    static const char *const bad[] = {"",
                                      "2020-07-06",
                                      "2020-02-30 " KEY_A " " ONE,
                                      "2020-07-06  " KEY_A " " ONE,
                                      "2020-07-06 MD5256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA " ONE,
                                      "2020-07-06 " KEY_A " " ONE "0",
                                      "2020-07-06 " KEY_A " 0123456789ABCDEF0123456789abcdef01234567",
                                      "2020-07-06 SHA256:A AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA " ONE};
    (void)state;
    assert_true(qb_anchor_parse(good, strlen(good), &anchor));
    assert_string_equal(anchor.key, KEY_A);
    assert_string_equal(anchor.commit, ONE);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(qb_anchor_parse(bad[i], strlen(bad[i]), &anchor));
}

static void test_anchors__a_union_is_the_same_whichever_came_first(void **state)
{
    static const char ours[] = "2020-07-07 " KEY_B " " ONE "\r\n2020-07-06 " KEY_A " " ONE "\n";
    static const char theirs[] = "note\n2020-07-07 " KEY_A " " TWO "\n2020-07-06 " KEY_A " " ONE;
    static const char both[] =
        "2020-07-06 " KEY_A " " ONE "\n2020-07-07 " KEY_A " " TWO "\n2020-07-07 " KEY_B " " ONE "\n";
    struct qb_buf text = {0};
    (void)state;
    qb_buf_add_string(&text, ours);
    qb_anchors_unite(&text, theirs, strlen(theirs));
    assert_string_equal(qb_buf_text(&text), both);
    qb_buf_clear(&text);
    qb_buf_add_string(&text, theirs);
    qb_anchors_unite(&text, ours, strlen(ours));
    assert_string_equal(qb_buf_text(&text), both);
    assert_true(qb_anchors_have(text.data, text.length, qb_date_parse("2020-07-07", 10), KEY_B));
    assert_false(qb_anchors_have(text.data, text.length, qb_date_parse("2020-07-06", 10), KEY_B));
    qb_anchors_unite(&text, "", 0);
    assert_string_equal(qb_buf_text(&text), both);
    qb_buf_fini(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_anchors__only_whole_lines_count),
        cmocka_unit_test(test_anchors__a_union_is_the_same_whichever_came_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
