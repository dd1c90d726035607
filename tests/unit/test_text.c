/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words for people: lookup and filling in; the two catalogues against each other; and the catalogues against the
 * sources. The sources are read from the tree in which this file was compiled: every string literal that looks like a
 * message id must be one, and every message must be asked for by some literal.
 */
#include "core/base/text.h"

#include "core/base/file.h"
#include "core/base/map.h"
#include "core/base/utf8.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define MOST_SOURCE ((size_t)1 << 20)

/* --- lookup --- */

static void test_text__languages_have_tags(void **state)
{
    (void)state;
    enum qb_language language = QB_INDONESIAN;
    assert_true(qb_text_language("en", &language));
    assert_int_equal(language, QB_ENGLISH);
    assert_true(qb_text_language("id", &language));
    assert_int_equal(language, QB_INDONESIAN);
    static const char *const wrong[] = {"", "EN", "in", "id_ID", "ms", "english"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(qb_text_language(wrong[i], &language));
    assert_int_equal(language, QB_INDONESIAN);
    assert_string_equal(qb_text_language_tag(QB_INDONESIAN), "id");
    assert_string_equal(qb_text_language_tag(QB_ENGLISH), "en");
}

static void test_text__looks_up_by_language(void **state)
{
    (void)state;
    const char *indonesian = qb_text(QB_INDONESIAN, "problem.frozen.deleted");
    const char *english = qb_text(QB_ENGLISH, "problem.frozen.deleted");
    assert_string_not_equal(indonesian, english);
    assert_ptr_equal(qb_text_find(QB_ENGLISH, "problem.frozen.deleted"), english);
    static const char *const unknown[] = {"problem.no-such-message", "problem", "", "a", "zzzz", "\xFF"};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        if (*unknown[i]) /* the empty id is the catalogue's header */
            assert_null(qb_text_find(QB_ENGLISH, unknown[i]));
        if (*unknown[i])
            assert_ptr_equal(qb_text(QB_INDONESIAN, unknown[i]), unknown[i]);
    }
}

static void test_text__fills_in_by_name(void **state)
{
    (void)state;
    static const struct qb_text_arg args[] = {
        {"found", "X"}, {"other", "{found}"}, {"none", NULL}, {"", "EMPTY"}, {"found", "second"}};
    static const struct {
        const char *text;
        const char *expected;
    } rows[] = {
        {"", ""},
        {"plain", "plain"},
        {"{found}", "X"},
        {"a {found}, {found}.", "a X, X."},
        {"{other} stays", "{found} stays"}, /* what was filled in is not looked at again */
        {"<{none}>", "<>"},
        {"{unknown} {found}", "{unknown} X"},
        {"{", "{"},
        {"}", "}"},
        {"{found", "{found"},
        {"found}", "found}"},
        {"}{found}{", "}X{"},
        {"{}", "EMPTY"},
        {"{foun} {Found} { found}", "{foun} {Found} { found}"},
        {"100 % {found} %s", "100 % X %s"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct qb_buf out = {0};
        qb_buf_add_string(&out, ">");
        qb_text_fill(&out, rows[i].text, args, 5);
        assert_string_equal(qb_buf_text(&out) + 1, rows[i].expected);
        qb_buf_fini(&out);
    }
}

static void test_text__formats_a_message(void **state)
{
    (void)state;
    struct qb_buf out = {0};
    qb_text_format(&out, QB_ENGLISH, "no such {found}", (struct qb_text_arg[]){{"found", "message"}}, 1);
    assert_string_equal(qb_buf_text(&out), "no such message");
    qb_buf_clear(&out);
    qb_text_format(&out, QB_INDONESIAN, "problem.samples", (struct qb_text_arg[]){{"found", "7"}, {"most", "5"}}, 2);
    assert_non_null(strstr(qb_buf_text(&out), "(7)"));
    assert_non_null(strstr(qb_buf_text(&out), "(5)"));
    assert_null(strchr(qb_buf_text(&out), '{'));
    qb_buf_fini(&out);
}

/* --- the catalogues against each other --- */

/* The names of the places in a text, sorted and without repetition: "{found},{name},". */
static char *places(const char *text)
{
    const char *names[32];
    size_t lengths[32];
    size_t count = 0;
    for (const char *open = text; (open = strchr(open, '{'));) {
        size_t length = strspn(open + 1, "abcdefghijklmnopqrstuvwxyz_0123456789") + 2;
        if (length == 2 || open[length - 1] != '}') {
            open++; /* a brace that means itself */
            continue;
        }
        size_t at = 0;
        while (at < count && (lengths[at] != length || memcmp(names[at], open, length)))
            at++;
        if (at == count) {
            assert_true(count < 32);
            while (at > 0 && strncmp(names[at - 1], open, length) > 0) {
                names[at] = names[at - 1];
                lengths[at] = lengths[at - 1];
                at--;
            }
            names[at] = open;
            lengths[at] = length;
            count++;
        }
        open += length;
    }
    struct qb_buf list = {0};
    for (size_t i = 0; i < count; i++)
        qb_buf_addf(&list, "%.*s,", (int)lengths[i], names[i]);
    return qb_buf_steal(&list);
}

struct compare {
    enum qb_language other;
    size_t count;
};

static void compare_message(void *context, const char *id, const char *text)
{
    struct compare *compare = context;
    const char *other = qb_text_find(compare->other, id);
    compare->count++;
    if (!other)
        fail_msg("%s is not in the catalogue \"%s\"", id, qb_text_language_tag(compare->other));
    if (!*text)
        fail_msg("%s has no words", id);
    if (qb_utf8_check(text, strlen(text)) != strlen(text))
        fail_msg("%s is no UTF-8", id);
    char *here = places(text);
    char *there = places(other);
    if (strcmp(here, there))
        fail_msg("%s: places differ: %s and %s", id, here, there);
    free(here);
    free(there);
}

static void test_text__the_catalogues_say_the_same(void **state)
{
    (void)state;
    struct compare english = {.other = QB_ENGLISH};
    struct compare indonesian = {.other = QB_INDONESIAN};
    qb_text_each(QB_INDONESIAN, compare_message, &english);
    qb_text_each(QB_ENGLISH, compare_message, &indonesian);
    assert_int_equal(english.count, indonesian.count);
    assert_true(english.count > 100);
}

/* --- the catalogues against the sources --- */

struct sources {
    int root;
    struct qb_pool pool;
    struct qb_map literals; /* every string literal that could be a message id */
    struct qb_map areas;    /* what stands before the first point of some message's id */
    size_t files;
    size_t unasked;
};

static bool of_an_id(char c)
{
    return isalpha((unsigned char)c) || isdigit((unsigned char)c) || c == '.' || c == '-' || c == '_';
}

/* "problem.frozen", "task.%s", "kind." and the like: small letters, points, at most one place for a word. */
static bool could_be_id(const char *text, size_t length)
{
    size_t at = 0;
    while (at < length && of_an_id(text[at]))
        at++;
    if (at + 1 < length && text[at] == '%' && (text[at + 1] == 's' || text[at + 1] == 'd'))
        at += 2;
    return at == length && length && islower((unsigned char)text[0]) && memchr(text, '.', length);
}

/* Behind the string or character that begins at `at`. */
static const char *behind_quote(const char *at)
{
    char quote = *at++;
    while (*at && *at != quote && *at != '\n')
        at += *at == '\\' && at[1] ? 2 : 1;
    return *at ? at + 1 : at;
}

static const char *behind_comment(const char *at)
{
    const char *end = at[1] == '*' ? strstr(at + 2, "*/") : strchr(at, '\n');
    return end ? end + (at[1] == '*' ? 2 : 1) : at + strlen(at);
}

static void read_literals(struct sources *sources, const char *text)
{
    for (const char *at = text; *at;) {
        if (at[0] == '/' && (at[1] == '*' || at[1] == '/')) {
            at = behind_comment(at);
        } else if (*at == '#' && (at == text || at[-1] == '\n') && !strncmp(at, "#include", 8)) {
            at += strcspn(at, "\n");
        } else if (*at == '"' || *at == '\'') {
            const char *end = behind_quote(at);
            size_t length = (size_t)(end - at) - 2;
            if (*at == '"' && end > at + 2 && could_be_id(at + 1, length)) {
                const char *literal = qb_pool_bytes(&sources->pool, at + 1, length);
                qb_map_put_string(&sources->literals, literal, sources);
            }
            at = end;
        } else {
            at++;
        }
    }
}

static int read_source(void *context, const char *path, const struct qb_file_stat *st, struct qb_err *err)
{
    struct sources *sources = context;
    struct qb_buf text = {0};
    size_t length = strlen(path);
    bool source = length > 2 && path[length - 2] == '.' && (path[length - 1] == 'c' || path[length - 1] == 'h');
    if (!S_ISREG(st->mode) || !source)
        return QB_OK;
    int result = qb_file_read(sources->root, path, MOST_SOURCE, &text, NULL, err);
    if (result == QB_OK)
        read_literals(sources, qb_buf_text(&text));
    sources->files += result == QB_OK;
    qb_buf_fini(&text);
    return result == QB_ECHANGED || result == QB_EABSENT ? QB_OK : result;
}

static void read_area(void *context, const char *id, const char *text)
{
    struct sources *sources = context;
    (void)text;
    const char *area = qb_pool_bytes(&sources->pool, id, strcspn(id, "."));
    qb_map_put_string(&sources->areas, area, sources);
}

static int read_sources(void **state)
{
    static struct sources sources;
    static const char here[] = "tests/unit/test_text.c";
    struct qb_err err = {0};
    char *root = qb_mem_copy(__FILE__, strlen(__FILE__) - strlen(here));
    sources = (struct sources){.root = qb_file_open_dir(*root ? root : ".", &err)};
    free(root);
    static const char *const folders[] = {"core", "schema", "watcher"};
    for (size_t i = 0; i < 3; i++)
        if (sources.root < 0 || qb_file_walk(sources.root, folders[i], read_source, &sources, &err) < 0)
            fail_msg("the sources are not here (run from the root of the tree): %s: %s", err.file, err.message);
    qb_text_each(QB_ENGLISH, read_area, &sources);
    *state = &sources;
    return 0;
}

static int forget_sources(void **state)
{
    struct sources *sources = *state;
    close(sources->root);
    qb_map_fini(&sources->literals);
    qb_map_fini(&sources->areas);
    qb_pool_fini(&sources->pool);
    return 0;
}

struct prefix {
    const char *text;
    size_t length;
    bool found;
};

static void match_prefix(void *context, const char *id, const char *text)
{
    struct prefix *prefix = context;
    (void)text;
    prefix->found |= !strncmp(id, prefix->text, prefix->length);
}

/* Some message's id begins with the literal as far as it goes: "task.%s", or "date.month" for "date.month.7". */
static bool begins_a_message(const char *literal)
{
    char text[200];
    size_t length = strcspn(literal, "%");
    assert_true(length + 2 < sizeof text);
    memcpy(text, literal, length);
    if (text[length - 1] != '.' && !literal[length])
        text[length++] = '.';
    struct prefix prefix = {text, length, false};
    qb_text_each(QB_ENGLISH, match_prefix, &prefix);
    return prefix.found;
}

/* A name that others gave, and that only looks like one of ours. */
static bool is_foreign(const char *literal)
{
    if (!strcmp(literal, "json.schemas")) /* a setting of VS Code (schema/kind_editor.c) */
        return true;
    static const char *const endings[] = {".json", ".yaml", ".csv", ".html", ".txt", ".git", ".lock", ".c", ".h"};
    const char *ending = strrchr(literal, '.');
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (!strcmp(ending, endings[i]))
            return true;
    return false;
}

static void test_text__every_id_in_the_sources_has_words(void **state)
{
    const struct sources *sources = *state;
    size_t known = 0;
    struct qb_map_item *item;
    for (size_t at = 0; (item = qb_map_next(&sources->literals, &at));) {
        const char *literal = item->key;
        if (!qb_map_get(&sources->areas, literal, strcspn(literal, ".")))
            continue;
        bool there = qb_text_find(QB_ENGLISH, literal) != NULL;
        known += there;
        if (!there && !begins_a_message(literal) && !is_foreign(literal))
            fail_msg("\"%s\" looks like a message, but has no words", literal);
    }
    assert_true(sources->files > 50);
    assert_true(known > 100);
}

/* The literal itself, or one that the id goes on from: "date.month" or "task.%s". */
static bool asked_for(const struct sources *sources, const char *id)
{
    struct qb_buf name = {0};
    bool found = qb_map_get_string(&sources->literals, id) != NULL;
    for (size_t length = strlen(id); !found && length > 0; length--) {
        if (id[length - 1] != '.')
            continue;
        static const char *const endings[] = {"", "%s", "%d"};
        for (size_t i = 0; i < 3; i++) {
            qb_buf_clear(&name);
            qb_buf_add(&name, id, length);
            qb_buf_add_string(&name, endings[i]);
            found |= qb_map_get(&sources->literals, name.data, name.length) != NULL;
        }
        found |= length > 1 && qb_map_get(&sources->literals, id, length - 1);
    }
    qb_buf_fini(&name);
    return found;
}

static void count_unasked(void *context, const char *id, const char *text)
{
    struct sources *sources = context;
    (void)text;
    if (asked_for(sources, id))
        return;
    print_message("# nobody asks for %s\n", id);
    sources->unasked++;
}

static void test_text__every_message_is_asked_for(void **state)
{
    struct sources *sources = *state;
    qb_text_each(QB_ENGLISH, count_unasked, sources);
    assert_int_equal(sources->unasked, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text__languages_have_tags),
        cmocka_unit_test(test_text__looks_up_by_language),
        cmocka_unit_test(test_text__fills_in_by_name),
        cmocka_unit_test(test_text__formats_a_message),
        cmocka_unit_test(test_text__the_catalogues_say_the_same),
        cmocka_unit_test_setup_teardown(test_text__every_id_in_the_sources_has_words, read_sources, forget_sources),
        cmocka_unit_test_setup_teardown(test_text__every_message_is_asked_for, read_sources, forget_sources),
    };
    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
