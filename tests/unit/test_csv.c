/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables as text: what is a cell, what is a fault and on which line, encodings, and cells that nobody can run. */
#include "core/base/limits.h"
#include "core/data/csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct qb_csv csv;
static struct qb_csv_fault fault;

static bool parse_bytes(const char *bytes, size_t length)
{
    const struct qb_csv_options options = {0};
    return qb_csv_parse(&csv, bytes, length, &options, &fault);
}

static bool parse(const char *text)
{
    return parse_bytes(text, strlen(text));
}

/* Cells as "a|b|c" lines. */
static void assert_table(const char *expected)
{
    struct qb_buf out = {0};
    for (size_t i = 0; i < csv.count; i++) {
        for (size_t j = 0; j < csv.rows[i].count; j++) {
            qb_buf_add_string(&out, j ? "|" : "");
            qb_buf_add(&out, csv.rows[i].cells[j].text, csv.rows[i].cells[j].length);
        }
        qb_buf_add_string(&out, "\n");
    }
    assert_string_equal(qb_buf_text(&out), expected);
    qb_buf_fini(&out);
    qb_csv_fini(&csv);
}

static void assert_fault(const char *text, const char *reason, uint32_t line)
{
    assert_false(parse(text));
    assert_string_equal(fault.reason, reason);
    assert_int_equal(fault.line, line);
    assert_int_equal(csv.count, 0);
}

static void test_csv__cells_rows_and_line_ends(void **state)
{
    (void)state;
    assert_true(parse("a,b,c\r\n1,2,3\r\n"));
    assert_table("a|b|c\n1|2|3\n");
    assert_true(parse("a,b\n1,\n,2\n"));
    assert_table("a|b\n1|\n|2\n");
    assert_true(parse("a,b\r1,2"));
    assert_table("a|b\n1|2\n");
    assert_true(parse("alone"));
    assert_table("alone\n");
    assert_true(parse("a,b\n\n\n1,2\n,\n"));
    assert_int_equal(csv.rows[1].line, 4);
    assert_table("a|b\n1|2\n");
}

static void test_csv__quotes(void **state)
{
    (void)state;
    assert_true(parse("a,b\n\"x,y\",\"say \"\"hi\"\"\"\n\"two\r\nlines\",\"\"\nlast,1\n"));
    assert_int_equal(csv.rows[1].line, 2);
    assert_int_equal(csv.rows[2].line, 3);
    assert_int_equal(csv.rows[3].line, 5);
    assert_table("a|b\nx,y|say \"hi\"\ntwo\r\nlines|\nlast|1\n");
    assert_fault("a,b\n1,\"open\nand more\n", "import.csv.open-quote", 2);
    assert_fault("a,b\n1,\"x\"y\n", "import.csv.behind-quote", 2);
    assert_fault("a,b\n1,2\n3,x\"y\n", "import.csv.quote-inside", 3);
    assert_fault("", "import.csv.empty", 1);
    assert_fault("\n\n,,\n", "import.csv.empty", 1);
}

static void test_csv__finds_the_separator(void **state)
{
    static const struct {
        const char *text;
        char delimiter;
        const char *table;
    } rows[] = {
        {"a;b\n1,5;2\n", ';', "a|b\n1,5|2\n"},
        {"a\tb\n1;2\t3\n", '\t', "a|b\n1;2|3\n"},
        {"a|b\n1|2\n", '|', "a|b\n1|2\n"},
        {"a;b;c\n\"x;y,z\";1,5;2,5\n", ';', "a|b|c\nx;y,z|1,5|2,5\n"},
        {"sep=;\r\na;b,c\r\n1;2\r\n", ';', "a|b,c\n1|2\n"},
        {"one column\nof text, with a comma\n", ',', "one column\nof text| with a comma\n"},
        {"a;b;c\n1;2\n", ';', "a|b|c\n1|2\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_true(parse(rows[i].text));
        assert_int_equal(csv.delimiter, rows[i].delimiter);
        assert_table(rows[i].table);
    }
    const struct qb_csv_options given = {.delimiter = ';'};
    assert_true(qb_csv_parse(&csv, "a,b;c\n", 6, &given, &fault));
    assert_table("a,b|c\n");
}

static void test_csv__lines_count_behind_a_named_separator(void **state)
{
    (void)state;
    assert_true(parse("sep=;\na;b\n1;2\n"));
    assert_int_equal(csv.rows[0].line, 2);
    assert_int_equal(csv.rows[1].line, 3);
    qb_csv_fini(&csv);
}

static void test_csv__encodings(void **state)
{
    static const struct {
        const char *bytes;
        size_t length;
        enum qb_csv_encoding encoding;
        const char *table;
    } rows[] = {
        {"\xef\xbb\xbf"
         "a,\xc3\xa9\n",
         8, QB_CSV_UTF8, "a|\xc3\xa9\n"},
        {"a,\xc3\xa9\n", 5, QB_CSV_UTF8, "a|\xc3\xa9\n"},
        {"a,\xe9\x80\n", 5, QB_CSV_WINDOWS_1252, "a|\xc3\xa9\xe2\x82\xac\n"},
        {"\xff\xfe"
         "a\0,\0\xe9\0\n\0",
         10, QB_CSV_UTF16LE, "a|\xc3\xa9\n"},
        {"\xfe\xff"
         "\0a\0,\0\xe9\0\n",
         10, QB_CSV_UTF16BE, "a|\xc3\xa9\n"},
        {"a\0,\0b\0\n\0", 8, QB_CSV_UTF16LE, "a|b\n"},
        {"\0a\0,\0b\0\n", 8, QB_CSV_UTF16BE, "a|b\n"},
        {"\xff\xfe"
         "a\0,\0\x3d\xd8\x00\xde",
         10, QB_CSV_UTF16LE, "a|\xf0\x9f\x98\x80\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_true(parse_bytes(rows[i].bytes, rows[i].length));
        assert_int_equal(csv.encoding, rows[i].encoding);
        assert_table(rows[i].table);
    }
    assert_false(parse_bytes("a,b\n\x81,1\n", 8));
    assert_string_equal(fault.reason, "import.csv.encoding");
    assert_int_equal(fault.line, 2);
    assert_false(parse_bytes("\xff\xfe"
                             "a\0\x00\xdc",
                             6));
    assert_false(parse_bytes("\xff\xfe"
                             "a\0b",
                             5));
    const struct qb_csv_options utf8 = {.encoding = QB_CSV_UTF8};
    assert_false(qb_csv_parse(&csv, "a\xe9", 2, &utf8, &fault));
}

static void test_csv__limits(void **state)
{
    struct qb_buf text = {0};
    (void)state;
    for (int i = 0; i <= QB_MAX_TABLE_COLUMNS; i++)
        qb_buf_add_string(&text, "a,");
    assert_fault(qb_buf_text(&text), "import.csv.columns", 1);
    assert_int_equal(fault.limit, QB_MAX_TABLE_COLUMNS);
    qb_buf_clear(&text);
    for (int i = 0; i <= QB_MAX_TABLE_ROWS; i++)
        qb_buf_add_string(&text, "a\n");
    assert_fault(qb_buf_text(&text), "import.csv.rows", QB_MAX_TABLE_ROWS + 1);
    qb_buf_fini(&text);
    char *large = qb_mem_alloc(QB_MAX_TABLE + 1);
    assert_false(parse_bytes(large, QB_MAX_TABLE + 1));
    assert_string_equal(fault.reason, "import.csv.too-large");
    free(large);
}

static void assert_written(const char *text, const char *expected)
{
    struct qb_buf out = {0};
    qb_csv_write(&out, text, strlen(text));
    assert_string_equal(qb_buf_text(&out), expected);
    qb_buf_fini(&out);
}

static void test_csv__guards_what_a_spreadsheet_would_run(void **state)
{
    (void)state;
    assert_written("plain", "plain");
    assert_written("-12.5", "-12.5");
    assert_written("+62615550100", "'+62615550100");
    assert_written("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\"");
    assert_written("@SUM(A1)", "'@SUM(A1)");
    assert_written("a; =b", "\"a; '=b\"");
    assert_written("\t=b", "\"'\t'=b\"");
    assert_written("a-b", "a-b");
    assert_written(" a", "\" a\"");
    assert_written("", "");
}

/* Whatever a cell holds comes back from the table. */
static void test_csv__what_is_written_reads_back(void **state)
{
    static const char pieces[][4] = {"=",  "+",  "-", "@", "'", "\"", ";",        ",", "\t",
                                     "\r", "\n", " ", "a", "1", ".",  "\xc3\xa9", "|"};
    uint32_t random = 1;
    (void)state;
    for (int round = 0; round < 20000; round++) {
        struct qb_buf cell = {0};
        struct qb_buf line = {0};
        struct qb_buf back = {0};
        random = random * 1664525 + 1013904223;
        size_t count = random >> 29;
        for (size_t i = 0; i < count; i++) {
            random = random * 1664525 + 1013904223;
            qb_buf_add_string(&cell, pieces[(random >> 16) % (sizeof pieces / sizeof *pieces)]);
        }
        qb_buf_add_string(&line, "x,");
        qb_csv_write(&line, qb_buf_text(&cell), cell.length);
        qb_buf_add_string(&line, ",y\r\n");
        const struct qb_csv_options comma = {.delimiter = ','};
        assert_true(qb_csv_parse(&csv, qb_buf_text(&line), line.length, &comma, &fault));
        assert_int_equal(csv.rows[0].count, 3);
        qb_csv_plain(&back, csv.rows[0].cells[1].text, csv.rows[0].cells[1].length);
        assert_string_equal(qb_buf_text(&back), qb_buf_text(&cell));
        qb_csv_fini(&csv);
        qb_buf_fini(&cell);
        qb_buf_fini(&line);
        qb_buf_fini(&back);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_csv__cells_rows_and_line_ends),
        cmocka_unit_test(test_csv__quotes),
        cmocka_unit_test(test_csv__finds_the_separator),
        cmocka_unit_test(test_csv__lines_count_behind_a_named_separator),
        cmocka_unit_test(test_csv__encodings),
        cmocka_unit_test(test_csv__limits),
        cmocka_unit_test(test_csv__guards_what_a_spreadsheet_would_run),
        cmocka_unit_test(test_csv__what_is_written_reads_back),
    };
    return cmocka_run_group_tests_name("csv", tests, NULL, NULL);
}
