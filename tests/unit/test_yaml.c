/* SPDX-License-Identifier: GPL-2.0-or-later */
/* YAML as JSON values: what plain words mean, what is refused and where, places, hostile texts. */
#include "core/data/yaml.h"

#include "core/base/limits.h"
#include "core/base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
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

/* The text in memory of exactly its length, so that a checker sees any byte too far. */
static char *exact_copy(const char *text, size_t length)
{
    char *copy = malloc(length ? length : 1);
    assert_non_null(copy);
    memcpy(copy, text, length);
    return copy;
}

static const struct qb_json *parse(const char *text)
{
    struct qb_json_fault fault;
    char *copy = exact_copy(text, strlen(text));
    const struct qb_json *root = qb_yaml_parse(doc, copy, strlen(text), &fault);
    free(copy); /* values do not point into the text */
    if (!root)
        fail_msg("%s: %s at %u:%u", text, fault.reason, fault.line, fault.column);
    return root;
}

static void assert_yaml(const char *text, const char *json)
{
    struct qb_buf out = {0};
    qb_json_write_compact(&out, parse(text));
    if (strcmp(qb_buf_text(&out), json) != 0)
        fail_msg("%s gives %s", text, qb_buf_text(&out));
    qb_buf_fini(&out);
}

static void test_yaml__plain_words_follow_the_core_schema(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"", "null"},
        {"# a remark\n", "null"},
        {"~", "null"},
        {"null", "null"},
        {"Null", "null"},
        {"NULL", "null"},
        {"nULL", "\"nULL\""},
        {"true", "true"},
        {"True", "true"},
        {"TRUE", "true"},
        {"tRUE", "\"tRUE\""},
        {"false", "false"},
        {"False", "false"},
        {"FALSE", "false"},
        {"yes", "\"yes\""},
        {"no", "\"no\""},
        {"On", "\"On\""},
        {"2020-08-17", "\"2020-08-17\""},
        {"12:30", "\"12:30\""},
        {"0", "0"},
        {"-0", "-0"},
        {"+5", "5"},
        {"05", "5"},
        {"-007", "-7"},
        {"000", "0"},
        {"0o17", "15"},
        {"0x1F", "31"},
        {"0xfF", "255"},
        {"0xFFFFFFFFFFFFFFFF", "18446744073709551615"},
        {"-0x1F", "\"-0x1F\""},
        {"0o8", "\"0o8\""},
        {"0x", "\"0x\""},
        {"0b11", "\"0b11\""},
        {"1_000", "\"1_000\""},
        {"12345678901234567890123", "12345678901234567890123"},
        {".5", "0.5"},
        {"-.5", "-0.5"},
        {"5.", "5"},
        {"5.e3", "5e3"},
        {"00.50", "0.50"},
        {"1e+5", "1e+5"},
        {"1E-5", "1e-5"},
        {"+12.5e3", "12.5e3"},
        {"1e400", "1e400"},
        {".", "\".\""},
        {"+", "\"+\""},
        {"e5", "\"e5\""},
        {"1e", "\"1e\""},
        {"1.2.3", "\"1.2.3\""},
        {".inf.", "\".inf.\""},
        {"'5'", "\"5\""},
        {"\"true\"", "\"true\""},
        {"\"\"", "\"\""},
        {"|\n  5\n", "\"5\\n\""},
        {">-\n  null\n", "\"null\""},
        {"!!str 5", "\"5\""},
        {"!!str", "\"\""},
        {"!!int \"5\"", "5"},
        {"!!float 1", "1"},
        {"!!float 1.5", "1.5"},
        {"!!bool 'true'", "true"},
        {"!!null ''", "null"},
        {"!!map {}", "{}"},
        {"!!seq []", "[]"},
        {"!!str .inf", "\".inf\""},
        {"\"a\\0b\\u00e9\"", "\"a\\u0000b\xC3\xA9\""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_yaml(rows[i][0], rows[i][1]);
    assert_true(parse("0.1")->number == 0.1);
    assert_true(parse("0x1F")->number == 31);
    assert_true(isinf(parse("1e400")->number));
}

static void test_yaml__collections_keep_their_order(void **state)
{
    (void)state;
    assert_yaml("z: 1\na: [x, {y: ~}, ]\nm:\n  - b\n  -\n    c: d\ne: {}\n",
                "{\"z\":1,\"a\":[\"x\",{\"y\":null}],\"m\":[\"b\",{\"c\":\"d\"}],\"e\":{}}");
    assert_yaml("\xEF\xBB\xBF"
                "a: 1\r\nb:\r\n  - 2\r\n",
                "{\"a\":1,\"b\":[2]}");
    assert_yaml("---\na: |\n  satu\n  dua\n...\n", "{\"a\":\"satu\\ndua\\n\"}");
    assert_yaml("%YAML 1.2\n---\n\"<<\": 1\n'5': 2\nyes: 3\n", "{\"<<\":1,\"5\":2,\"yes\":3}");
    assert_yaml("{\"a\": 1, \"b\": [true, null, \"x\"]}", "{\"a\":1,\"b\":[true,null,\"x\"]}");
    const struct qb_json *root = parse("a: 1\nb: [2]");
    assert_null(root->key);
    assert_string_equal(root->as.items[1].key, "b");
    assert_int_equal(root->as.items[1].key_length, 1);
    assert_null(root->as.items[1].as.items[0].key);
}

static void test_yaml__aliases_are_followed(void **state)
{
    (void)state;
    assert_yaml("a: &x {b: [1]}\nc: *x\nd: [*x]", "{\"a\":{\"b\":[1]},\"c\":{\"b\":[1]},\"d\":[{\"b\":[1]}]}");
    assert_yaml("a: &x 1\nb: &x 2\nc: *x", "{\"a\":1,\"b\":2,\"c\":2}");
    assert_yaml("a: &k name\n*k : 1", "{\"a\":\"name\",\"name\":1}");
    assert_yaml("- &x a\n- *x", "[\"a\",\"a\"]");
}

struct refused {
    const char *text;
    const char *reason; /* without "yaml." */
    uint32_t line;
    uint32_t column;
    const char *found;
    enum qb_json_fault_code code;
    uint32_t other_line;
};

static const struct refused table[] = {
    {"a: .inf", "not-finite", 1, 4, ".inf", QB_JSON_SYNTAX, 0},
    {"a: -.INF", "not-finite", 1, 4, "-.INF", QB_JSON_SYNTAX, 0},
    {"a: .NaN", "not-finite", 1, 4, ".NaN", QB_JSON_SYNTAX, 0},
    {"a: 0x10000000000000000", "number-range", 1, 4, "0x10000000000000000", QB_JSON_NUMBER_RANGE, 0},
    {"a: !!int x", "tag-mismatch", 1, 4, "!!int x", QB_JSON_SYNTAX, 0},
    {"a: !!bool 1", "tag-mismatch", 1, 4, "!!bool 1", QB_JSON_SYNTAX, 0},
    {"a: !!int 1.5", "tag-mismatch", 1, 4, "!!int 1.5", QB_JSON_SYNTAX, 0},
    {"a: !foo x", "tag", 1, 4, "!foo x", QB_JSON_SYNTAX, 0},
    {"a: !!python/object:x y", "tag", 1, 4, "!!python/object:x y", QB_JSON_SYNTAX, 0},
    {"a: !!set {b}", "tag", 1, 4, "!!set {b}", QB_JSON_SYNTAX, 0},
    {"a: !x!y z", "tag", 1, 4, "!x!y z", QB_JSON_SYNTAX, 0},
    {"b: 0\na: 1\n\"a\": 2", "duplicate-key", 3, 1, "a", QB_JSON_DUPLICATE_KEY, 2},
    {"- x\n- {b: {c: 1, c: 2}}", "duplicate-key", 2, 14, "c", QB_JSON_DUPLICATE_KEY, 2},
    {"5: x", "key-not-text", 1, 1, "5: x", QB_JSON_SYNTAX, 0},
    {"true: x", "key-not-text", 1, 1, "true: x", QB_JSON_SYNTAX, 0},
    {"~: x", "key-not-text", 1, 1, "~: x", QB_JSON_SYNTAX, 0},
    {"? [a]\n: b", "key-not-text", 1, 3, "[a]", QB_JSON_SYNTAX, 0},
    {"a: &x [1]\n*x : b", "key-not-text", 2, 1, "*x : b", QB_JSON_SYNTAX, 0},
    {"a: 1\n<<: {b: 1}", "merge-key", 2, 1, "<<: {b: 1}", QB_JSON_SYNTAX, 0},
    {"a: *y", "unknown-alias", 1, 4, "*y", QB_JSON_SYNTAX, 0},
    {"a: &a [*a]", "alias-in-itself", 1, 8, "*a]", QB_JSON_SYNTAX, 0},
    {"&a\nb:\n  c: *a", "alias-in-itself", 3, 6, "*a", QB_JSON_SYNTAX, 0},
    {"a: 1\n---\nb: 2", "second-document", 2, 1, "---", QB_JSON_SYNTAX, 0},

    {"a: b: c", "extra-colon", 1, 5, ": c", QB_JSON_SYNTAX, 0},
    {"a: 1\nb: c: d", "extra-colon", 2, 5, ": d", QB_JSON_SYNTAX, 0},
    {"a: 1\n b: 2", "indentation", 2, 2, "b: 2", QB_JSON_SYNTAX, 0},
    {" a: 1\nb: 2", "indentation", 2, 1, "b: 2", QB_JSON_SYNTAX, 0},
    {"a:\n  b: 1\n c: 2", "indentation", 3, 2, "c: 2", QB_JSON_SYNTAX, 0},
    {"a:\n  - x\n - y", "indentation", 3, 2, "- y", QB_JSON_SYNTAX, 0},
    {"- a\nb: 1", "indentation", 2, 1, "b: 1", QB_JSON_SYNTAX, 0},
    {"a:\n\tb: 1", "tab", 2, 1, "U+0009", QB_JSON_SYNTAX, 0},
    {"\ta: 1", "tab", 1, 1, "U+0009", QB_JSON_SYNTAX, 0},
    {"a: 1\nb\nc: 2", "missing-colon", 2, 1, "b", QB_JSON_SYNTAX, 0},
    {"a: 1\nb:2\nc: 3", "missing-colon", 2, 1, "b:2", QB_JSON_SYNTAX, 0},
    {"a:1\nb: 2", "missing-colon", 1, 1, "a:1", QB_JSON_SYNTAX, 0},
    {"x:\n  a:1\n  b: 2", "missing-colon", 2, 3, "a:1", QB_JSON_SYNTAX, 0},
    {"a: 1\nb: \"abc\nc: 1", "unclosed-quote", 2, 4, "\"abc", QB_JSON_SYNTAX, 0},
    {"a: 'abc", "unclosed-quote", 1, 4, "'abc", QB_JSON_SYNTAX, 0},
    {"a: 'abc\n---\nb", "unclosed-quote", 1, 4, "'abc", QB_JSON_SYNTAX, 0},
    {"a: \"PT\" Maju\nb: 1", "text-behind-quote", 1, 9, "Maju", QB_JSON_SYNTAX, 0},
    {"a: 'it's'\nb: 1", "text-behind-quote", 1, 8, "s'", QB_JSON_SYNTAX, 0},
    {"\"PT\" Maju", "text-behind-quote", 1, 6, "Maju", QB_JSON_SYNTAX, 0},
    {"a: [1, 2\nb: 3", "unclosed-list", 2, 2, ": 3", QB_JSON_SYNTAX, 1},
    {"a: 0\nb: [1, 2", "unclosed-list", 2, 9, "", QB_JSON_SYNTAX, 2},
    {"a:\n  {b: 1\nc: 2", "unclosed-mapping", 3, 2, ": 2", QB_JSON_SYNTAX, 2},
    {"a: [1,,2]", "missing-value", 1, 7, ",2]", QB_JSON_SYNTAX, 0},
    {"office: [", "unclosed-list", 1, 10, "", QB_JSON_SYNTAX, 1},
    {"a: 1\noffice: [\n\n", "unclosed-list", 4, 1, "", QB_JSON_SYNTAX, 2},
    {"a: {", "unclosed-mapping", 1, 5, "", QB_JSON_SYNTAX, 1},
    {"a: [{", "unclosed-mapping", 1, 6, "", QB_JSON_SYNTAX, 1},
    {"{a: 1}}", "extra-closing", 1, 7, "}", QB_JSON_SYNTAX, 0},
    {"a: 1\n}", "extra-closing", 2, 1, "}", QB_JSON_SYNTAX, 0},
    {"a: [1]]\nb: 2", "extra-closing", 1, 7, "]", QB_JSON_SYNTAX, 0},
    {"b: 0\n<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> x\n", "merge-marker", 2, 1, "<<<<<<< HEAD", QB_JSON_SYNTAX, 0},
    {"a: \"C:\\data\"", "escape", 1, 7, "\\data\"", QB_JSON_SYNTAX, 0},
    {"a: @x", "reserved-character", 1, 4, "@x", QB_JSON_SYNTAX, 0},
    {"a: `x`", "reserved-character", 1, 4, "`x`", QB_JSON_SYNTAX, 0},
    {"a: %x", "reserved-character", 1, 4, "%x", QB_JSON_SYNTAX, 0},
    {"a: }", "reserved-character", 1, 4, "}", QB_JSON_SYNTAX, 0},
    {"a: * b", "reserved-character", 1, 4, "* b", QB_JSON_SYNTAX, 0},
    {"a: ? b", "reserved-character", 1, 4, "? b", QB_JSON_SYNTAX, 0},
    {"a: - b", "extra-dash", 1, 4, "- b", QB_JSON_SYNTAX, 0},
    {"%YAML 3.0\n---\na", "syntax", 1, 1, "found incompatible YAML document", QB_JSON_SYNTAX, 0},

    {"a: x\x01y", "control-character", 1, 5, "U+0001", QB_JSON_SYNTAX, 0},
    {"a: 1\nb: caf\xE9", "not-utf8", 2, 7, "0xE9", QB_JSON_ENCODING, 0},
    {"\xFF\xFE"
     "a",
     "utf16", 1, 1, "", QB_JSON_ENCODING, 0},

    /* columns count code points, a byte order mark is none, line ends may be CRLF */
    {"\xEF\xBB\xBF"
     "a: 1\r\n\xC3\xA9\xE2\x82\xAC: \xF0\x9F\x8D\xA0: x",
     "extra-colon", 2, 6, ": x", QB_JSON_SYNTAX, 0},
    {"\xEF\xBB\xBF"
     "a: *y",
     "unknown-alias", 1, 4, "*y", QB_JSON_SYNTAX, 0},
    {"\xC3\xA9: \x02", "control-character", 1, 4, "U+0002", QB_JSON_SYNTAX, 0},
};

static void test_yaml__names_reason_and_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const struct refused *row = &table[i];
        char *text = exact_copy(row->text, strlen(row->text));
        struct qb_json_fault fault;
        if (qb_yaml_parse(doc, text, strlen(row->text), &fault))
            fail_msg("accepted: %s", row->text);
        bool right = !strcmp(fault.reason + strlen("yaml."), row->reason) && fault.line == row->line &&
                     fault.column == row->column && !strcmp(fault.found, row->found) && fault.code == row->code &&
                     fault.other_line == row->other_line;
        if (!right)
            fail_msg("%s\n  is %s %u:%u \"%s\" code %d, other line %u", row->text, fault.reason, fault.line,
                     fault.column, fault.found, fault.code, fault.other_line);
        free(text);
    }
}

static void test_yaml__every_reason_has_a_case(void **state)
{
    (void)state;
    static const char *const elsewhere[] = {"too-deep", "too-large", "too-many-nodes"};
    size_t count;
    const char *const *reasons = qb_yaml_reasons(&count);
    for (size_t i = 0; i < count; i++) {
        const char *name = reasons[i] + strlen("yaml.");
        bool seen = false;
        for (size_t row = 0; row < sizeof table / sizeof *table; row++)
            seen = seen || !strcmp(table[row].reason, name);
        for (size_t row = 0; row < sizeof elsewhere / sizeof *elsewhere; row++)
            seen = seen || !strcmp(elsewhere[row], name);
        if (!seen)
            fail_msg("no case for %s", reasons[i]);
        for (int language = 0; language < QB_LANGUAGES; language++)
            assert_non_null(qb_text_find((enum qb_language)language, reasons[i]));
    }
}

static void test_yaml__messages_fill_their_places(void **state)
{
    (void)state;
    size_t count;
    const char *const *reasons = qb_yaml_reasons(&count);
    for (size_t i = 0; i < count; i++) {
        for (int language = 0; language < QB_LANGUAGES; language++) {
            struct qb_json_fault fault = {.reason = reasons[i], .found = "FOUND", .other_line = 7, .limit = 99};
            struct qb_buf out = {0};
            qb_json_fault_message(&out, (enum qb_language)language, &fault);
            assert_null(strchr(qb_buf_text(&out), '{'));
            qb_buf_fini(&out);
        }
    }
}

/* --- hostile texts --- */

static const char *refusal(const char *text, size_t length, struct qb_json_fault *fault)
{
    assert_null(qb_yaml_parse(doc, text, length, fault));
    return fault->reason;
}

static void test_yaml__refuses_a_billion_laughs(void **state)
{
    (void)state;
    struct qb_json_fault fault;
    struct qb_buf text = {0};
    qb_buf_add_string(&text, "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 12; i++) {
        qb_buf_addf(&text, "a%d: &a%d [*a%d", i, i, i - 1);
        for (int j = 0; j < 9; j++)
            qb_buf_addf(&text, ", *a%d", i - 1);
        qb_buf_add_string(&text, "]\n");
    }
    assert_string_equal(refusal(text.data, text.length, &fault), "yaml.too-many-nodes");
    assert_int_equal(fault.code, QB_JSON_TOO_LARGE);
    assert_int_equal(fault.limit, QB_MAX_YAML_NODES);
    assert_int_equal(fault.line, 5);
    qb_buf_fini(&text);
}

static void test_yaml__counts_nodes_exactly(void **state)
{
    (void)state;
    struct qb_json_fault fault;
    struct qb_buf text = {0};
    for (int i = 1; i < QB_MAX_YAML_NODES; i++) /* and the sequence itself */
        qb_buf_add_string(&text, "- 1\n");
    const struct qb_json *root = qb_yaml_parse(doc, text.data, text.length, &fault);
    assert_non_null(root);
    assert_int_equal(root->length, QB_MAX_YAML_NODES - 1);
    qb_buf_add_string(&text, "- 1\n");
    assert_string_equal(refusal(text.data, text.length, &fault), "yaml.too-many-nodes");
    qb_buf_fini(&text);
}

static void nest(struct qb_buf *text, unsigned levels)
{
    qb_buf_clear(text);
    for (unsigned i = 0; i < levels; i++)
        qb_buf_add_string(text, i % 2 ? "{a: " : "[");
    for (unsigned i = levels; i > 0; i--)
        qb_buf_add_string(text, i % 2 ? "]" : "}");
}

static void test_yaml__depth_is_limited(void **state)
{
    (void)state;
    struct qb_json_fault fault;
    struct qb_buf text = {0};
    nest(&text, QB_MAX_DEPTH);
    assert_non_null(qb_yaml_parse(doc, text.data, text.length, &fault));
    nest(&text, QB_MAX_DEPTH + 1);
    assert_string_equal(refusal(text.data, text.length, &fault), "yaml.too-deep");
    assert_int_equal(fault.code, QB_JSON_TOO_DEEP);
    assert_int_equal(fault.limit, QB_MAX_DEPTH);
    nest(&text, 50000);
    assert_string_equal(refusal(text.data, text.length, &fault), "yaml.too-deep");

    /* by aliases that stand for one another */
    for (int levels = QB_MAX_DEPTH - 1; levels <= QB_MAX_DEPTH; levels++) {
        qb_buf_clear(&text);
        qb_buf_add_string(&text, "a0: &a0 x\n");
        for (int i = 1; i <= levels; i++)
            qb_buf_addf(&text, "a%d: &a%d [*a%d]\n", i, i, i - 1);
        bool right = qb_yaml_parse(doc, text.data, text.length, &fault) != NULL;
        assert_int_equal(right, levels < QB_MAX_DEPTH);
    }
    assert_string_equal(fault.reason, "yaml.too-deep");
    qb_buf_fini(&text);
}

static void test_yaml__size_is_limited(void **state)
{
    (void)state;
    struct qb_json_fault fault;
    char *text = malloc(QB_MAX_SETTINGS + 1);
    assert_non_null(text);
    memset(text, ' ', QB_MAX_SETTINGS + 1);
    assert_non_null(qb_yaml_parse(doc, text, QB_MAX_SETTINGS, &fault));
    assert_string_equal(refusal(text, QB_MAX_SETTINGS + 1, &fault), "yaml.too-large");
    assert_string_equal(fault.found, "1048577");
    free(text);
}

/* Texts that are nearly right: never a byte too far, and a fault is always whole. */
static void test_yaml__survives_damaged_texts(void **state)
{
    (void)state;
    static const char whole[] =
        "a: &x [1, 'two', \"t\\u00e9\"]\nb:\n  - c: *x\n    d: |\n      text\n  - {e: ~, f: .5}\n"
        "? g\n: !!str 5 # remark\n\xC3\xA9: >-\n  h\n";
    static const char bytes[] = "\"'\\{}[]:,-?&*!|>%@#~. \t\n\r\xC3\xA9\xFF\x01";
    uint32_t seed = 3;
    for (int round = 0; round < 5000; round++) {
        char *text = exact_copy(whole, sizeof whole - 1);
        for (int i = 0; i < 3; i++) {
            seed = seed * 1664525u + 1013904223u;
            text[(seed >> 8) % (sizeof whole - 1)] = bytes[(seed >> 20) % (sizeof bytes - 1)];
        }
        size_t cut = round % 3 ? sizeof whole - 1 : (seed >> 8) % sizeof whole;
        char *shorter = exact_copy(text, cut);
        struct qb_json_fault fault = {.reason = NULL};
        if (!qb_yaml_parse(doc, shorter, cut, &fault)) {
            assert_non_null(fault.reason);
            assert_true(fault.offset <= cut && fault.line > 0 && fault.column > 0);
            assert_int_equal(qb_utf8_check(fault.found, strlen(fault.found)), strlen(fault.found));
        }
        uint32_t line, column;
        qb_yaml_locate(shorter, cut, "/b/0/c/1", true, &line, &column);
        free(shorter);
        free(text);
    }
}

/* --- places --- */

static const char place[] = "\xEF\xBB\xBF"
                            "# kinds\r\n"
                            "caf\xC3\xA9: &x\r\n"
                            "  type: object\r\n"
                            "  list: [a, {b: 1}]\r\n"
                            "\"m/n\":\r\n"
                            "  - one\r\n"
                            "  - two: 2\r\n"
                            "    three: *x\r\n"
                            "empty:\r\n"
                            "last: 'x'\r\n";

static void test_yaml__locates_values_and_keys(void **state)
{
    (void)state;
    static const struct {
        const char *pointer;
        bool key, found;
        uint32_t line, column;
    } rows[] = {
        {"", false, true, 2, 1},
        {"/caf\xC3\xA9", true, true, 2, 1},
        {"/caf\xC3\xA9", false, true, 2, 7},
        {"/caf\xC3\xA9/type", true, true, 3, 3},
        {"/caf\xC3\xA9/type", false, true, 3, 9},
        {"/caf\xC3\xA9/list/1/b", true, true, 4, 14},
        {"/caf\xC3\xA9/list/1/b", false, true, 4, 17},
        {"/m~1n", true, true, 5, 1},
        {"/m~1n/0", false, true, 6, 5},
        {"/m~1n/0", true, true, 6, 5},
        {"/m~1n/1", false, true, 7, 5},
        {"/m~1n/1/three", true, true, 8, 5},
        {"/m~1n/1/three", false, true, 8, 12},
        {"/m~1n/1/three/list/0", false, true, 4, 10}, /* where the alias leads */
        {"/empty", true, true, 9, 1},
        {"/last", false, true, 10, 7},
        /* nowhere: the nearest that is there */
        {"/none", false, false, 2, 1},
        {"/m~1n/2", false, false, 6, 3},
        {"/m~1n/1/three/none", false, false, 8, 12},
        {"/last/x", true, false, 10, 7},
        {"last", false, false, 2, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint32_t line, column;
        bool found = qb_yaml_locate(place, sizeof place - 1, rows[i].pointer, rows[i].key, &line, &column);
        if (found != rows[i].found || line != rows[i].line || column != rows[i].column)
            fail_msg("%s: %d %u:%u", rows[i].pointer, found, line, column);
    }
    uint32_t line, column;
    assert_false(qb_yaml_locate("", 0, "/a", false, &line, &column));
    assert_int_equal(line, 1);
    assert_int_equal(column, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_yaml__##name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(plain_words_follow_the_core_schema),
        TEST(collections_keep_their_order),
        TEST(aliases_are_followed),
        TEST(names_reason_and_place),
        TEST(every_reason_has_a_case),
        TEST(messages_fill_their_places),
        TEST(refuses_a_billion_laughs),
        TEST(counts_nodes_exactly),
        TEST(depth_is_limited),
        TEST(size_is_limited),
        TEST(survives_damaged_texts),
        TEST(locates_values_and_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
