/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading, looking at, locating and writing JSON. */
#include "core/base/limits.h"
#include "core/data/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct qb_json_doc *doc; /* made anew for each test */

static int set_up(void **state)
{
    (void)state;
    doc = qb_json_doc_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    qb_json_doc_free(doc);
    doc = NULL;
    return 0;
}

static const struct qb_json *parse_bytes(const char *text, size_t length, const struct qb_json_options *options)
{
    struct qb_json_fault fault;
    const struct qb_json *root = qb_json_parse(doc, text, length, options, &fault);
    if (!root)
        fail_msg("%s: %s at %u:%u", text, fault.reason, fault.line, fault.column);
    return root;
}

static const struct qb_json *parse(const char *text)
{
    return parse_bytes(text, strlen(text), &qb_json_record_options);
}

/* --- reading --- */

static void test_json__accepts_what_the_standard_allows(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *compact; /* NULL: as the text */
    } rows[] = {
        {"null", NULL},
        {"true", NULL},
        {" false\n", "false"},
        {"0", NULL},
        {"-0", NULL},
        {"-0.0e-0", NULL},
        {"1E+2", NULL},
        {"12000.50", NULL},
        {"\"\"", NULL},
        {"[]", NULL},
        {"{}", NULL},
        {"[ ]", "[]"},
        {"{\t}", "{}"},
        {"[[],{},[{}]]", NULL},
        {"{\"a\":1,\"A\":2,\"\":3}", NULL},
        {"\xEF\xBB\xBF{\r\n  \"a\": 1\r\n}\r\n", "{\"a\":1}"},
        {"[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]", "[\"\\\"\\\\/\\b\\f\\n\\r\\t\"]"},
        {"[\"\\u0041\\u00e9\\u20AC\\uD83C\\uDF60\"]", "[\"A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x8D\xA0\"]"},
        {"[\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x8D\xA0\xEF\xBB\xBF\x7F\"]", NULL},
        {"[\"\\u001F\\u007f\\u2028\"]", "[\"\\u001F\x7F\xE2\x80\xA8\"]"},
        {"[\"\\\\u0000\"]", NULL},
        {"[true,false,null,1,\"x\",[2],{\"y\":3}]", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct qb_buf out = {0};
        size_t length = strlen(rows[i].text);
        char *text = malloc(length); /* no NUL behind it */
        assert_non_null(text);
        memcpy(text, rows[i].text, length);
        qb_json_write_compact(&out, parse_bytes(text, length, &qb_json_record_options));
        assert_string_equal(qb_buf_text(&out), rows[i].compact ? rows[i].compact : rows[i].text);
        qb_buf_fini(&out);
        free(text);
    }
}

static void test_json__keeps_order_types_and_texts(void **state)
{
    (void)state;
    const struct qb_json *root = parse("{\"z\": 12000.50, \"a\": [true, null, \"s\"], \"m\": {}}");
    assert_int_equal(root->type, QB_JSON_OBJECT);
    assert_int_equal(root->length, 3);
    assert_null(root->key);
    const struct qb_json *z = &root->as.items[0], *a = &root->as.items[1];
    assert_string_equal(z->key, "z");
    assert_int_equal(z->key_length, 1);
    assert_int_equal(z->type, QB_JSON_NUMBER);
    assert_int_equal(z->length, 8);
    assert_memory_equal(z->as.string, "12000.50", 8);
    assert_true(z->number == 12000.5);
    assert_int_equal(a->type, QB_JSON_ARRAY);
    assert_int_equal(a->length, 3);
    assert_int_equal(a->as.items[0].type, QB_JSON_TRUE);
    assert_null(a->as.items[0].key);
    assert_int_equal(a->as.items[1].type, QB_JSON_NULL);
    assert_string_equal(a->as.items[2].as.string, "s");
    assert_int_equal(root->as.items[2].length, 0);
}

static void test_json__keeps_nuls(void **state)
{
    (void)state;
    const struct qb_json *root = parse(
        "{\"a\\u0000b\": \"\\u0000x\\u0000\", \"a\": \"\\\\u0000\", \"\\u0000\": [\"\xC3\xA9\\u0000\"], \"n\": 7}");
    const struct qb_json *first = &root->as.items[0];
    assert_int_equal(first->key_length, 3);
    assert_memory_equal(first->key, "a\0b", 4);
    assert_int_equal(first->length, 3);
    assert_memory_equal(first->as.string, "\0x\0", 4);
    assert_string_equal(root->as.items[1].as.string, "\\u0000");
    assert_int_equal(root->as.items[2].key_length, 1);
    const struct qb_json *last = &root->as.items[2].as.items[0];
    assert_int_equal(last->length, 3);
    assert_memory_equal(last->as.string, "\xC3\xA9\0", 4);
    assert_memory_equal(root->as.items[3].as.string, "7", 1);
    assert_ptr_equal(qb_json_get_bytes(root, "a\0b", 3), first);
    assert_string_equal(qb_json_get(root, "a")->as.string, "\\u0000");

    struct qb_buf out = {0};
    qb_json_write_compact(&out, first);
    assert_string_equal(qb_buf_text(&out), "\"\\u0000x\\u0000\"");
    qb_buf_fini(&out);
}

static void test_json__keeps_long_numbers(void **state)
{
    (void)state;
    struct qb_buf text = {0};
    qb_buf_add_string(&text, "{\"a\": [1, ");
    size_t start = text.length;
    for (int i = 0; i < 500; i++)
        qb_buf_add_char(&text, (char)('1' + i % 9));
    qb_buf_add_string(&text, "e-498, true], \"\\u0000\": 0.");
    for (int i = 0; i < 100; i++)
        qb_buf_add_char(&text, '3');
    qb_buf_add_string(&text, "}");
    const struct qb_json *root = parse_bytes(text.data, text.length, &qb_json_document_options);
    const struct qb_json *number = qb_json_at(root, "/a/1");
    assert_ptr_equal(number->as.string, text.data + start);
    assert_int_equal(number->length, 505);
    assert_true(fabs(number->number - 12.3456789) < 1e-7);
    assert_int_equal(qb_json_at(root, "/a/2")->type, QB_JSON_TRUE);
    assert_true(root->as.items[1].number == 1.0 / 3);
    assert_int_equal(root->as.items[1].length, 102);
    qb_buf_fini(&text);
}

static void test_json__documents_may_hold_any_number(void **state)
{
    (void)state;
    static const char text[] = "[1e400, -1e400, 1e-400, 9007199254740993]";
    const struct qb_json *root = parse_bytes(text, sizeof text - 1, &qb_json_document_options);
    assert_true(isinf(root->as.items[0].number) && root->as.items[0].number > 0);
    assert_true(isinf(root->as.items[1].number) && root->as.items[1].number < 0);
    assert_true(root->as.items[2].number == 0);
    assert_memory_equal(root->as.items[3].as.string, "9007199254740993", 16);
}

static void test_json__a_document_is_used_again(void **state)
{
    (void)state;
    struct qb_json_fault fault;
    for (int i = 0; i < 100; i++) {
        char text[64];
        snprintf(text, sizeof text, "{\"id\": \"SHP-%d\", \"n\": [%d]}", i, i);
        const struct qb_json *root = parse(text);
        int64_t n;
        assert_true(qb_json_integer(qb_json_at(root, "/n/0"), &n));
        assert_int_equal(n, i);
        assert_null(qb_json_parse(doc, "{", 1, &qb_json_record_options, &fault));
    }
}

static void test_json__two_documents_live_side_by_side(void **state)
{
    (void)state;
    struct qb_json_doc *other = qb_json_doc_new();
    struct qb_json_fault fault;
    const struct qb_json *a = parse("{\"a\": \"one\"}");
    const struct qb_json *b = qb_json_parse(other, "{\"a\": \"two\"}", 12, &qb_json_record_options, &fault);
    assert_string_equal(qb_json_string(qb_json_get(a, "a")), "one");
    assert_string_equal(qb_json_string(qb_json_get(b, "a")), "two");
    qb_json_doc_free(other);
    assert_string_equal(qb_json_string(qb_json_get(a, "a")), "one");
}

static void test_json__large_objects_are_whole(void **state)
{
    (void)state;
    enum { COUNT = 56000 };
    struct qb_buf text = {0};
    qb_buf_add_char(&text, '{');
    for (int i = 0; i < COUNT; i++)
        qb_buf_addf(&text, "%s\"key%d\": %d", i ? "," : "", i, i);
    qb_buf_add_char(&text, '}');
    assert_true(text.length > 900000 && text.length < QB_MAX_RECORD);
    const struct qb_json *root = parse_bytes(text.data, text.length, &qb_json_record_options);
    assert_int_equal(root->length, COUNT);
    assert_true(root->as.items[COUNT - 1].number == COUNT - 1);

    struct qb_json_doc *other = qb_json_doc_new(); /* the same in the other order */
    struct qb_buf backwards = {0};
    struct qb_json_fault fault;
    qb_buf_add_char(&backwards, '{');
    for (int i = COUNT; i-- > 0;)
        qb_buf_addf(&backwards, "\"key%d\": %d.0%s", i, i, i ? "," : "");
    qb_buf_add_char(&backwards, '}');
    const struct qb_json *same =
        qb_json_parse(other, backwards.data, backwards.length, &qb_json_document_options, &fault);
    assert_non_null(same);
    assert_true(qb_json_equal(root, same));
    qb_json_doc_free(other);
    qb_buf_fini(&backwards);
    qb_buf_fini(&text);
}

static void test_json__free_takes_null(void **state)
{
    (void)state;
    qb_json_doc_free(NULL);
}

/* --- looking --- */

static void test_json__finds_members(void **state)
{
    (void)state;
    const struct qb_json *root = parse("{\"a\": \"x\", \"b\": 1}");
    assert_string_equal(qb_json_string(qb_json_get(root, "a")), "x");
    assert_null(qb_json_string(qb_json_get(root, "b")));
    assert_null(qb_json_get(root, "c"));
    assert_null(qb_json_get(root, ""));
    assert_null(qb_json_get(NULL, "a"));
    assert_null(qb_json_get(qb_json_get(root, "a"), "a"));
    assert_null(qb_json_string(NULL));
}

static void test_json__follows_pointers(void **state)
{
    (void)state;
    const struct qb_json *root =
        parse("{\"foo\": [\"bar\", \"baz\"], \"\": 0, \"a/b\": 1, \"m~n\": 2, \"~1\": 3, \"k\": {\"\": {\"0\": 4}}}");
    static const struct {
        const char *pointer;
        const char *found; /* NULL: nothing */
    } rows[] = {
        {"/foo/0", "\"bar\""}, {"/foo/1", "\"baz\""}, {"/", "0"},      {"/a~1b", "1"},
        {"/m~0n", "2"},        {"/~01", "3"},         {"/k//0", "4"},  {"/foo/2", NULL},
        {"/foo/-", NULL},      {"/foo/00", NULL},     {"/foo/", NULL}, {"/foo/1x", NULL},
        {"/none", NULL},       {"/foo/0/0", NULL},    {"foo", NULL},   {"/foo/99999999999999999999", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct qb_json *value = qb_json_at(root, rows[i].pointer);
        assert_int_equal(value != NULL, rows[i].found != NULL);
        if (!value)
            continue;
        struct qb_buf out = {0};
        qb_json_write_compact(&out, value);
        assert_string_equal(qb_buf_text(&out), rows[i].found);
        qb_buf_fini(&out);
    }
    assert_ptr_equal(qb_json_at(root, ""), root);
    assert_null(qb_json_at(NULL, "/a"));
}

static void test_json__builds_pointers(void **state)
{
    (void)state;
    struct qb_buf pointer = {0};
    qb_json_pointer_add(&pointer, "a/b~", 4);
    qb_json_pointer_add_index(&pointer, 12);
    qb_json_pointer_add(&pointer, "", 0);
    assert_string_equal(qb_buf_text(&pointer), "/a~1b~0/12/");
    qb_buf_fini(&pointer);
}

static void test_json__compares_values(void **state)
{
    (void)state;
    static const struct {
        const char *text; /* an array of two */
        bool equal;
    } rows[] = {
        {"[1, 1.0]", true},
        {"[100, 1e2]", true},
        {"[1, true]", false},
        {"[0, false]", false},
        {"[\"a\", \"\\u0061\"]", true},
        {"[\"a\", \"b\"]", false},
        {"[\"a\", \"a\\u0000\"]", false},
        {"[[1, 2], [1, 2]]", true},
        {"[[1, 2], [2, 1]]", false},
        {"[[1], [1, 1]]", false},
        {"[{\"a\": 1, \"b\": [2]}, {\"b\": [2.0], \"a\": 1}]", true},
        {"[{\"a\": 1}, {\"b\": 1}]", false},
        {"[{\"a\": 1}, {\"a\": 1, \"b\": 2}]", false},
        {"[{}, []]", false},
        {"[null, null]", true},
        {"[9007199254740993, 9007199254740992]", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct qb_json *root = parse_bytes(rows[i].text, strlen(rows[i].text), &qb_json_document_options);
        assert_int_equal(qb_json_equal(&root->as.items[0], &root->as.items[1]), rows[i].equal);
        assert_int_equal(qb_json_equal(&root->as.items[1], &root->as.items[0]), rows[i].equal);
    }
}

/* --- locating --- */

static const char place[] = "\xEF\xBB\xBF{\r\n"
                            "  \"id\": \"SHP-1\",\r\n"
                            "  \"caf\xC3\xA9\": {\"x\": 1}, \"m~n/o\": true,\r\n"
                            "  \"lines\": [\r\n"
                            "    {\"commodity\": \"a\\\"]},\", \"net\": 5},\r\n"
                            "    {\"\\u0061b\": [ ], \"net\" : -7}\r\n"
                            "  ],\r\n"
                            "  \"empty\": []\r\n"
                            "}";

static void test_json__locates_values_and_keys(void **state)
{
    (void)state;
    static const struct {
        const char *pointer;
        bool key, found;
        uint32_t line, column;
    } rows[] = {
        {"", false, true, 1, 1},
        {"", true, true, 1, 1},
        {"/id", false, true, 2, 9},
        {"/id", true, true, 2, 3},
        {"/caf\xC3\xA9", true, true, 3, 3},
        {"/caf\xC3\xA9/x", false, true, 3, 17},
        {"/m~0n~1o", true, true, 3, 21},
        {"/m~0n~1o", false, true, 3, 30},
        {"/lines", false, true, 4, 12},
        {"/lines/0", false, true, 5, 5},
        {"/lines/0", true, true, 5, 5},
        {"/lines/0/net", true, true, 5, 29},
        {"/lines/0/net", false, true, 5, 36},
        {"/lines/1/ab", true, true, 6, 6},
        {"/lines/1/ab", false, true, 6, 17},
        {"/lines/1/net", false, true, 6, 30},
        {"/empty", false, true, 8, 12},
        /* nowhere: the nearest that is there */
        {"/none", false, false, 1, 1},
        {"/lines/2", false, false, 4, 12},
        {"/lines/01", false, false, 4, 12},
        {"/lines/1/none", true, false, 6, 5},
        {"/lines/1/net/x", true, false, 6, 30},
        {"/empty/0", false, false, 8, 12},
        {"id", false, false, 1, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint32_t line, column;
        bool found = qb_json_locate(place, sizeof place - 1, rows[i].pointer, rows[i].key, &line, &column);
        if (found != rows[i].found || line != rows[i].line || column != rows[i].column)
            fail_msg("%s: %d %u:%u", rows[i].pointer, found, line, column);
    }
}

static void test_json__locates_as_far_as_the_text_is_right(void **state)
{
    (void)state;
    static const char text[] = "{\n \"a\": {\"b\": [1, 2\n \"c\": 3";
    uint32_t line, column;
    assert_true(qb_json_locate(text, sizeof text - 1, "/a/b/1", false, &line, &column));
    assert_int_equal(line, 2);
    assert_int_equal(column, 17);
    assert_false(qb_json_locate(text, sizeof text - 1, "/c", false, &line, &column));
    assert_int_equal(line, 1);
    assert_false(qb_json_locate("", 0, "/c", false, &line, &column));
    assert_int_equal(line, 1);
    assert_int_equal(column, 1);
}

/* --- writing --- */

static void test_json__writes_what_it_read(void **state)
{
    (void)state;
    static const char text[] = "{\n"
                               "  \"id\": \"SHP-1\",\n"
                               "  \"kg\": 12000.50,\n"
                               "  \"empty\": [],\n"
                               "  \"none\": {},\n"
                               "  \"lines\": [\n"
                               "    {\n"
                               "      \"a\": null\n"
                               "    },\n"
                               "    [\n"
                               "      true\n"
                               "    ]\n"
                               "  ]\n"
                               "}";
    struct qb_buf out = {0};
    qb_json_write(&out, parse(text));
    assert_string_equal(qb_buf_text(&out), text);
    qb_buf_fini(&out);
}

static void test_json__escapes_strings(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t length;
        const char *written;
    } rows[] = {
        {"", 0, "\"\""},
        {"a/b", 3, "\"a/b\""},
        {"\"\\\b\f\n\r\t", 7, "\"\\\"\\\\\\b\\f\\n\\r\\t\""},
        {"\0\x01\x1F\x7F", 4, "\"\\u0000\\u0001\\u001F\x7F\""},
        {"\xC3\xA9\xE2\x80\xA8\xF0\x9F\x8D\xA0", 9, "\"\xC3\xA9\xE2\x80\xA8\xF0\x9F\x8D\xA0\""},
        {"a\xFF\xC3", 3, "\"a\xEF\xBF\xBD\xEF\xBF\xBD\""},
        {"\xED\xA0\x80", 3, "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct qb_buf out = {0};
        qb_json_write_string(&out, rows[i].text, rows[i].length);
        assert_string_equal(qb_buf_text(&out), rows[i].written);
        parse(qb_buf_text(&out));
        qb_buf_fini(&out);
    }
}

static void test_json__writes_doubles(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *text;
    } rows[] = {
        {0, "0"},
        {-0.0, "-0"},
        {1, "1"},
        {-100, "-100"},
        {0.1, "0.1"},
        {12000.5, "12000.5"},
        {1.0 / 3, "0.3333333333333333"},
        {0.00001, "0.00001"},
        {0.000001, "1e-6"},
        {-0.0000012, "-1.2e-6"},
        {123456789012345, "123456789012345"},
        {100000000000000, "100000000000000"},
        {1e15, "1e15"},
        {9007199254740992, "9007199254740992"},
        {1e22, "1e22"},
        {1.5e300, "1.5e300"},
        {5e-324, "5e-324"},
        {1.7976931348623157e308, "1.7976931348623157e308"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct qb_buf out = {0};
        qb_json_write_double(&out, rows[i].value);
        assert_string_equal(qb_buf_text(&out), rows[i].text);
        assert_true(parse(qb_buf_text(&out))->number == rows[i].value);
        qb_buf_fini(&out);
    }
}

static void test_json__writer_nests(void **state)
{
    (void)state;
    struct qb_buf out = {0};
    struct qb_json_writer writer;
    qb_json_writer_init(&writer, &out);
    qb_json_writer_object(&writer, NULL);
    qb_json_writer_string(&writer, "format", "qbis/1");
    qb_json_writer_string(&writer, "using", NULL);
    qb_json_writer_array(&writer, "tasks");
    qb_json_writer_object(&writer, NULL);
    qb_json_writer_integer(&writer, "n", INT64_MIN);
    qb_json_writer_bool(&writer, "yes", true);
    qb_json_writer_bool(&writer, "no", false);
    qb_json_writer_null(&writer, "none");
    qb_json_writer_end_object(&writer);
    qb_json_writer_object(&writer, NULL);
    qb_json_writer_end_object(&writer);
    qb_json_writer_integer(&writer, NULL, 7);
    qb_json_writer_end_array(&writer);
    qb_json_writer_array(&writer, "empty");
    qb_json_writer_end_array(&writer);
    qb_json_writer_value(&writer, "copy", parse("{\"a\": [1, \"\\u00e9\"]}"));
    qb_json_writer_end_object(&writer);
    assert_string_equal(qb_buf_text(&out), "{\n"
                                           "  \"format\": \"qbis/1\",\n"
                                           "  \"using\": null,\n"
                                           "  \"tasks\": [\n"
                                           "    {\n"
                                           "      \"n\": -9223372036854775808,\n"
                                           "      \"yes\": true,\n"
                                           "      \"no\": false,\n"
                                           "      \"none\": null\n"
                                           "    },\n"
                                           "    {},\n"
                                           "    7\n"
                                           "  ],\n"
                                           "  \"empty\": [],\n"
                                           "  \"copy\": {\n"
                                           "    \"a\": [\n"
                                           "      1,\n"
                                           "      \"\xC3\xA9\"\n"
                                           "    ]\n"
                                           "  }\n"
                                           "}");
    qb_buf_fini(&out);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_json__##name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(accepts_what_the_standard_allows),
        TEST(keeps_order_types_and_texts),
        TEST(keeps_nuls),
        TEST(keeps_long_numbers),
        TEST(documents_may_hold_any_number),
        TEST(a_document_is_used_again),
        TEST(two_documents_live_side_by_side),
        TEST(large_objects_are_whole),
        TEST(free_takes_null),
        TEST(finds_members),
        TEST(follows_pointers),
        TEST(builds_pointers),
        TEST(compares_values),
        TEST(locates_values_and_keys),
        TEST(locates_as_far_as_the_text_is_right),
        TEST(writes_what_it_read),
        TEST(escapes_strings),
        TEST(writes_doubles),
        TEST(writer_nests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
