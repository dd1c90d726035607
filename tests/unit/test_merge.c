/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Three-way merge: what comes of given texts, and with random values that the sides may be exchanged. */
#include "core/history/merge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static const struct qb_merge_rule rules[] = {
    {"/officers", QB_MERGE_SET, NULL},
    {"/lines", QB_MERGE_KEYED, "commodity"},
    {"/lines/*/lots", QB_MERGE_SET, NULL},
    {"/recorded_by", QB_MERGE_EITHER, NULL},
};

struct world {
    struct qb_json_doc *docs[3];
    const struct qb_json *values[3];
    const char *texts[3];
};

static void read_world(struct world *world, const char *base, const char *ours, const char *theirs)
{
    const char *texts[3] = {base, ours, theirs};
    for (int i = 0; i < 3; i++) {
        struct qb_json_fault fault;
        world->docs[i] = qb_json_doc_new();
        world->texts[i] = texts[i];
        world->values[i] =
            texts[i] ? qb_json_parse(world->docs[i], texts[i], strlen(texts[i]), &qb_json_document_options, &fault)
                     : NULL;
        if (texts[i] && !world->values[i])
            fail_msg("no JSON: %s", texts[i]);
    }
}

static void drop_world(struct world *world)
{
    for (int i = 0; i < 3; i++)
        qb_json_doc_free(world->docs[i]);
}

/* Merges with the second and third text as ours and theirs, or exchanged; says how many contradictions there are. */
static size_t merge_world(const struct world *world, bool exchanged, struct qb_buf *out)
{
    struct qb_merge merge = {0};
    int ours = exchanged ? 2 : 1;
    int theirs = exchanged ? 1 : 2;
    struct qb_merge_text mine = {world->values[ours], world->texts[ours], strlen(world->texts[ours])};
    struct qb_merge_text other = {world->values[theirs], world->texts[theirs], strlen(world->texts[theirs])};
    qb_merge_values(&merge, world->values[0], mine.value, other.value, rules, sizeof rules / sizeof *rules);
    qb_merge_write(out, &merge, &mine, &other);
    size_t count = merge.contradiction_count;
    qb_merge_fini(&merge);
    return count;
}

/* Without a contradiction, the same from both sides; compared without blanks. */
static void gives(const char *base, const char *ours, const char *theirs, const char *expected)
{
    struct world world;
    struct qb_buf texts[2] = {{0}, {0}};
    struct qb_buf compact = {0};
    read_world(&world, base, ours, theirs);
    assert_int_equal(merge_world(&world, false, &texts[0]), 0);
    assert_int_equal(merge_world(&world, true, &texts[1]), 0);
    assert_string_equal(qb_buf_text(&texts[0]), qb_buf_text(&texts[1]));
    struct qb_json_doc *doc = qb_json_doc_new();
    struct qb_json_fault fault;
    qb_json_write_compact(&compact,
                          qb_json_parse(doc, texts[0].data, texts[0].length, &qb_json_document_options, &fault));
    assert_string_equal(qb_buf_text(&compact), expected);
    qb_json_doc_free(doc);
    qb_buf_fini(&texts[0]);
    qb_buf_fini(&texts[1]);
    qb_buf_fini(&compact);
    drop_world(&world);
}

/* One contradiction, with these values (NULL: absent). */
static void contradicts(const char *base, const char *ours, const char *theirs, const char *pointer,
                        const char *const values[3])
{
    struct world world;
    struct qb_merge merge = {0};
    read_world(&world, base, ours, theirs);
    qb_merge_values(&merge, world.values[0], world.values[1], world.values[2], rules, sizeof rules / sizeof *rules);
    assert_int_equal(merge.contradiction_count, 1);
    const struct qb_merge_contradiction *found = &merge.contradictions[0];
    const struct qb_json *told[3] = {found->base, found->ours, found->theirs};
    assert_string_equal(found->pointer, pointer);
    for (int i = 0; i < 3; i++) {
        struct qb_buf text = {0};
        assert_int_equal(told[i] != NULL, values[i] != NULL);
        if (told[i])
            qb_json_write_compact(&text, told[i]);
        if (values[i])
            assert_string_equal(qb_buf_text(&text), values[i]);
        qb_buf_fini(&text);
    }
    qb_merge_fini(&merge);
    drop_world(&world);
}

static void test_merge__changes_of_different_properties_meet(void **state)
{
    (void)state;
    gives("{\"id\":1,\"a\":1,\"b\":1}", "{\"id\":1,\"a\":2,\"b\":1}", "{\"id\":1,\"a\":1,\"b\":3}",
          "{\"id\":1,\"a\":2,\"b\":3}");
    gives("{\"a\":1,\"b\":1}", "{\"b\":1}", "{\"a\":1,\"b\":1,\"c\":1}", "{\"b\":1,\"c\":1}");
    gives("{\"a\":1}", "{\"a\":2}", "{\"a\":2}", "{\"a\":2}");
    gives("{\"m\":{\"x\":1,\"y\":1}}", "{\"m\":{\"x\":2,\"y\":1}}", "{\"m\":{\"x\":1,\"y\":2}}",
          "{\"m\":{\"x\":2,\"y\":2}}");
    gives("{}", "{\"m\":{\"x\":1}}", "{\"m\":{\"y\":1}}", "{\"m\":{\"x\":1,\"y\":1}}");
}

static void test_merge__additions_stand_where_they_were_made(void **state)
{
    (void)state;
    gives("{\"a\":1,\"z\":1}", "{\"a\":1,\"n\":1,\"m\":1,\"z\":1}", "{\"a\":1,\"z\":2}",
          "{\"a\":1,\"n\":1,\"m\":1,\"z\":2}");
    gives("{\"a\":1,\"z\":1}", "{\"a\":1,\"n\":1,\"z\":1}", "{\"a\":1,\"b\":1,\"z\":1,\"y\":0}",
          "{\"a\":1,\"b\":1,\"n\":1,\"z\":1,\"y\":0}");
    gives("{\"z\":1}", "{\"f\":1,\"z\":2}", "{\"z\":1,\"f\":1,\"g\":1}", "{\"f\":1,\"z\":2,\"g\":1}");
}

static void test_merge__the_same_property_contradicts(void **state)
{
    (void)state;
    contradicts("{\"a\":1}", "{\"a\":2}", "{\"a\":3}", "/a", (const char *const[]){"1", "2", "3"});
    contradicts("{\"a\":1}", "{}", "{\"a\":3}", "/a", (const char *const[]){"1", NULL, "3"});
    contradicts("{}", "{\"a\":2}", "{\"a\":3}", "/a", (const char *const[]){NULL, "2", "3"});
    contradicts("{\"m\":{\"x/y\":1}}", "{\"m\":{\"x/y\":2}}", "{\"m\":{\"x/y\":[]}}", "/m/x~1y",
                (const char *const[]){"1", "2", "[]"});
    contradicts("{\"m\":{\"x\":1}}", "{\"m\":{\"x\":2}}", "{\"m\":4}", "/m",
                (const char *const[]){"{\"x\":1}", "{\"x\":2}", "4"});
    contradicts("{\"t\":[1]}", "{\"t\":[1,2]}", "{\"t\":[1,3]}", "/t", (const char *const[]){"[1]", "[1,2]", "[1,3]"});
}

static void test_merge__references_are_a_set(void **state)
{
    (void)state;
    gives("{\"officers\":[\"A\",\"B\"]}", "{\"officers\":[\"A\",\"B\",\"D\"]}", "{\"officers\":[\"B\",\"C\"]}",
          "{\"officers\":[\"B\",\"C\",\"D\"]}");
    gives("{\"officers\":[\"A\",\"B\"]}", "{\"officers\":[\"B\",\"A\"]}", "{\"officers\":[\"A\",\"B\"]}",
          "{\"officers\":[\"B\",\"A\"]}");
    gives("{}", "{\"officers\":[\"A\"]}", "{\"officers\":[\"B\"]}", "{\"officers\":[\"A\",\"B\"]}");
    /* what is twice in it is no set */
    contradicts("{\"officers\":[\"A\"]}", "{\"officers\":[\"A\",\"A\"]}", "{\"officers\":[\"B\"]}", "/officers",
                (const char *const[]){"[\"A\"]", "[\"A\",\"A\"]", "[\"B\"]"});
}

static void test_merge__objects_with_a_key_are_found_again(void **state)
{
    (void)state;
    gives("{\"lines\":[{\"commodity\":\"A\",\"kg\":1},{\"commodity\":\"B\",\"kg\":1}]}",
          "{\"lines\":[{\"commodity\":\"A\",\"kg\":2},{\"commodity\":\"B\",\"kg\":1}]}",
          "{\"lines\":[{\"commodity\":\"C\",\"kg\":9},{\"commodity\":\"B\",\"kg\":1,\"lots\":[1]},"
          "{\"commodity\":\"A\",\"kg\":1}]}",
          "{\"lines\":[{\"commodity\":\"C\",\"kg\":9},{\"commodity\":\"A\",\"kg\":2},"
          "{\"commodity\":\"B\",\"kg\":1,\"lots\":[1]}]}");
    gives("{\"lines\":[{\"commodity\":\"A\",\"lots\":[1]}]}", "{\"lines\":[{\"commodity\":\"A\",\"lots\":[1,2]}]}",
          "{\"lines\":[{\"commodity\":\"A\",\"lots\":[3]}]}", "{\"lines\":[{\"commodity\":\"A\",\"lots\":[3,2]}]}");
    contradicts("{\"lines\":[{\"commodity\":\"A\",\"kg\":1}]}", "{\"lines\":[{\"commodity\":\"A\",\"kg\":2}]}",
                "{\"lines\":[{\"commodity\":\"B\"},{\"commodity\":\"A\",\"kg\":3}]}", "/lines/0/kg",
                (const char *const[]){"1", "2", "3"});
    /* two of one commodity: the list is one value */
    contradicts("{\"lines\":[]}", "{\"lines\":[{\"commodity\":\"A\"},{\"commodity\":\"A\",\"kg\":1}]}",
                "{\"lines\":[{\"commodity\":\"B\"}]}", "/lines",
                (const char *const[]){"[]", "[{\"commodity\":\"A\"},{\"commodity\":\"A\",\"kg\":1}]",
                                      "[{\"commodity\":\"B\"}]"});
}

static void test_merge__who_recorded_it_never_contradicts(void **state)
{
    (void)state;
    gives("{\"recorded_by\":\"A\",\"x\":1}", "{\"recorded_by\":\"C\",\"x\":2}", "{\"recorded_by\":\"B\",\"x\":1}",
          "{\"recorded_by\":\"B\",\"x\":2}");
    contradicts("{\"recorded_by\":\"A\"}", "{\"recorded_by\":\"C\"}", "{}", "/recorded_by",
                (const char *const[]){"\"A\"", "\"C\"", NULL});
}

static void test_merge__without_an_ancestor_what_differs_contradicts(void **state)
{
    (void)state;
    gives(NULL, "{\"id\":1,\"a\":1}", "{\"id\":1,\"b\":1}", "{\"id\":1,\"a\":1,\"b\":1}");
    contradicts(NULL, "{\"id\":1,\"a\":1}", "{\"id\":1,\"a\":2}", "/a", (const char *const[]){NULL, "1", "2"});
    contradicts(NULL, "{}", "[]", "", (const char *const[]){NULL, "{}", "[]"});
}

/* A result that one side says already is that side's text to the byte. */
static void test_merge__keeps_the_text_that_says_it_already(void **state)
{
    (void)state;
    struct world world;
    struct qb_buf out = {0};
    const char *odd = "{\"b\" : 2.0,\r\n\"a\":2 }";
    read_world(&world, "{\"a\":1,\"b\":1}", odd, "{\"a\":1,\"b\":2}");
    assert_int_equal(merge_world(&world, false, &out), 0);
    assert_string_equal(qb_buf_text(&out), odd);
    qb_buf_clear(&out);
    assert_int_equal(merge_world(&world, true, &out), 0);
    assert_string_equal(qb_buf_text(&out), odd);
    drop_world(&world);
    qb_buf_clear(&out);
    read_world(&world, "{\"a\":1,\"b\":1}", "{\"a\":2,\"b\":1}", "{\"a\":1,\"b\":2}");
    merge_world(&world, false, &out);
    assert_string_equal(qb_buf_text(&out), "{\n  \"a\": 2,\n  \"b\": 2\n}\n");
    drop_world(&world);
    qb_buf_fini(&out);
}

static enum qb_merge_side choose(void *context, const struct qb_merge_contradiction *contradiction)
{
    (void)context;
    return !strcmp(contradiction->pointer, "/a")   ? QB_MERGE_OURS
           : !strcmp(contradiction->pointer, "/b") ? QB_MERGE_THEIRS
                                                   : QB_MERGE_NEITHER;
}

static void test_merge__a_choice_ends_a_contradiction(void **state)
{
    (void)state;
    struct world world;
    struct qb_merge merge = {.choose = choose};
    struct qb_buf text = {0};
    read_world(&world, "{\"a\":1,\"b\":1,\"c\":1}", "{\"a\":2,\"b\":2,\"c\":2}", "{\"a\":3,\"c\":3}");
    qb_merge_values(&merge, world.values[0], world.values[1], world.values[2], NULL, 0);
    qb_json_write_compact(&text, merge.value);
    assert_string_equal(qb_buf_text(&text), "{\"a\":2,\"c\":2}");
    assert_int_equal(merge.contradiction_count, 1);
    assert_string_equal(merge.contradictions[0].pointer, "/c");
    qb_merge_fini(&merge);
    qb_buf_fini(&text);
    drop_world(&world);
}

/* --- random values --- */

static uint32_t draw(uint64_t *seed, uint32_t below)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33) % below;
}

static void random_list(struct qb_buf *out, uint64_t *seed, bool keyed)
{
    qb_buf_add_char(out, '[');
    uint32_t count = draw(seed, 5);
    for (uint32_t i = 0; i < count; i++) {
        qb_buf_add_string(out, i ? "," : "");
        if (keyed)
            qb_buf_addf(out, "{\"commodity\":%u,\"kg\":%u%s}", (unsigned)draw(seed, 6), (unsigned)draw(seed, 2),
                        draw(seed, 2) ? ",\"lots\":[1.0,2]" : "");
        else
            qb_buf_addf(out, "%u%s", (unsigned)draw(seed, 6), draw(seed, 3) ? "" : ".0");
    }
    qb_buf_add_char(out, ']');
}

/* An object with some of a few properties, in any order. */
static void random_text(struct qb_buf *out, uint64_t *seed, unsigned depth)
{
    static const char *const names[] = {"a", "b", "officers", "lines", "recorded_by", "m"};
    bool first = true;
    uint32_t start = draw(seed, 6);
    qb_buf_add_char(out, '{');
    for (uint32_t i = 0; i < 6; i++) {
        uint32_t name = (start + i) % 6;
        if (draw(seed, 3) == 0)
            continue;
        qb_buf_addf(out, "%s\"%s\":", first ? "" : ",", names[name]);
        first = false;
        if (name == 2 || name == 3)
            random_list(out, seed, name == 3);
        else if (name == 5 && depth)
            random_text(out, seed, depth - 1);
        else if (name == 4)
            qb_buf_addf(out, "\"OFF-%u\"", (unsigned)draw(seed, 3));
        else
            qb_buf_addf(out, "%u%s", (unsigned)draw(seed, 3), draw(seed, 4) ? "" : ".0");
    }
    qb_buf_add_char(out, '}');
}

static void check_random(uint64_t seed, size_t *clean)
{
    struct qb_buf texts[3] = {{0}, {0}, {0}};
    struct qb_buf outs[2] = {{0}, {0}};
    struct world world;
    for (int i = 0; i < 3; i++)
        random_text(&texts[i], &seed, 1);
    bool no_base = draw(&seed, 8) == 0;
    read_world(&world, no_base ? NULL : texts[0].data, texts[1].data, texts[2].data);
    size_t one = merge_world(&world, false, &outs[0]);
    size_t other = merge_world(&world, true, &outs[1]);
    assert_int_equal(one, other);
    if (!one && strcmp(qb_buf_text(&outs[0]), qb_buf_text(&outs[1])))
        fail_msg("%s\n%s\n%s\n%s\n%s", texts[0].data, texts[1].data, texts[2].data, outs[0].data, outs[1].data);
    *clean += !one;
    drop_world(&world);
    /* one side changed nothing, or both the same */
    read_world(&world, texts[0].data, texts[1].data, texts[0].data);
    qb_buf_clear(&outs[0]);
    assert_int_equal(merge_world(&world, false, &outs[0]), 0);
    if (qb_json_equal(world.values[0], world.values[1]))
        assert_true(!strcmp(outs[0].data, texts[0].data) || !strcmp(outs[0].data, texts[1].data));
    else
        assert_string_equal(outs[0].data, texts[1].data);
    drop_world(&world);
    for (int i = 0; i < 3; i++)
        qb_buf_fini(&texts[i]);
    qb_buf_fini(&outs[0]);
    qb_buf_fini(&outs[1]);
}

static void test_merge__the_sides_may_be_exchanged(void **state)
{
    (void)state;
    size_t clean = 0;
    for (uint64_t seed = 1; seed <= 4000; seed++)
        check_random(seed * 7919, &clean);
    assert_true(clean > 100);
}

/* What is merged once more with what it was made of changes nothing: two machines may both do it. */
static void test_merge__done_twice_is_done_once(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 1500; seed++) {
        uint64_t at = seed * 104729;
        struct qb_buf texts[3] = {{0}, {0}, {0}};
        struct qb_buf merged = {0};
        struct qb_buf again = {0};
        struct world world;
        for (int i = 0; i < 3; i++)
            random_text(&texts[i], &at, 1);
        read_world(&world, texts[0].data, texts[1].data, texts[2].data);
        size_t contradictions = merge_world(&world, false, &merged);
        drop_world(&world);
        if (!contradictions) {
            read_world(&world, texts[0].data, merged.data, texts[2].data);
            assert_int_equal(merge_world(&world, false, &again), 0);
            struct qb_json_doc *doc = qb_json_doc_new();
            struct qb_json_fault fault;
            assert_true(qb_json_equal(qb_json_parse(doc, again.data, again.length, &qb_json_document_options, &fault),
                                      world.values[1]));
            qb_json_doc_free(doc);
            drop_world(&world);
        }
        for (int i = 0; i < 3; i++)
            qb_buf_fini(&texts[i]);
        qb_buf_fini(&merged);
        qb_buf_fini(&again);
    }
}

/* --- the ancestor --- */

static size_t ancestor(const char *copy, const char *const *texts, size_t count)
{
    struct qb_json_doc *docs[8];
    const struct qb_json *values[8];
    struct qb_json_fault fault;
    struct qb_json_doc *own = qb_json_doc_new();
    for (size_t i = 0; i < count; i++) {
        docs[i] = qb_json_doc_new();
        values[i] = qb_json_parse(docs[i], texts[i], strlen(texts[i]), &qb_json_document_options, &fault);
    }
    size_t found =
        qb_merge_ancestor(values, count, qb_json_parse(own, copy, strlen(copy), &qb_json_document_options, &fault));
    for (size_t i = 0; i < count; i++)
        qb_json_doc_free(docs[i]);
    qb_json_doc_free(own);
    return found;
}

static void test_merge__the_ancestor_is_the_nearest_that_is_no_rival(void **state)
{
    (void)state;
    static const char *const versions[] = {"{\"a\":2,\"b\":1,\"c\":2}", "{\"a\":1,\"b\":1,\"c\":2}",
                                           "{\"a\":1,\"b\":1,\"c\":1}"};
    assert_int_equal(ancestor("{\"a\":1,\"b\":2,\"c\":2}", versions, 3), 1);
    /* nearest to the first one, which is the rival */
    assert_int_equal(ancestor("{\"a\":2,\"b\":2,\"c\":2}", versions, 3), 1);
    assert_int_equal(ancestor("{\"a\":2,\"b\":2,\"c\":2}", versions, 1), 1);
    assert_int_equal(ancestor("{}", versions, 0), 0);
}

/* The machine whose edit lost had the copy's text itself: it must find what the winner finds. */
static void test_merge__the_loser_finds_the_same_ancestor(void **state)
{
    (void)state;
    static const char *const winner[] = {"{\"a\":2,\"b\":1}", "{\"a\":1,\"b\":1}"};
    static const char *const loser[] = {"{\"a\":2,\"b\":1}", "{\"a\":1,\"b\":2}", "{\"a\":1,\"b\":1}"};
    assert_int_equal(ancestor("{\"a\":1,\"b\":2}", winner, 2), 1);
    assert_int_equal(ancestor("{\"a\":1,\"b\":2}", loser, 3), 2);
    /* both added the record: no ancestor on either machine */
    static const char *const added[] = {"{\"a\":2}", "{\"a\":1}"};
    assert_int_equal(ancestor("{\"a\":1}", added, 1), 1);
    assert_int_equal(ancestor("{\"a\":1}", added, 2), 2);
}

/* The rival was saved twice: the first of these is as near to the copy, and would hide that both changed `a`. */
static void test_merge__the_oldest_of_equals_is_the_ancestor(void **state)
{
    (void)state;
    static const char *const versions[] = {"{\"a\":3,\"b\":2}", "{\"a\":3,\"b\":1}", "{\"a\":1,\"b\":1}"};
    assert_int_equal(ancestor("{\"a\":2,\"b\":1}", versions, 3), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_merge__changes_of_different_properties_meet),
        cmocka_unit_test(test_merge__additions_stand_where_they_were_made),
        cmocka_unit_test(test_merge__the_same_property_contradicts),
        cmocka_unit_test(test_merge__references_are_a_set),
        cmocka_unit_test(test_merge__objects_with_a_key_are_found_again),
        cmocka_unit_test(test_merge__who_recorded_it_never_contradicts),
        cmocka_unit_test(test_merge__without_an_ancestor_what_differs_contradicts),
        cmocka_unit_test(test_merge__keeps_the_text_that_says_it_already),
        cmocka_unit_test(test_merge__a_choice_ends_a_contradiction),
        cmocka_unit_test(test_merge__the_sides_may_be_exchanged),
        cmocka_unit_test(test_merge__done_twice_is_done_once),
        cmocka_unit_test(test_merge__the_ancestor_is_the_nearest_that_is_no_rival),
        cmocka_unit_test(test_merge__the_loser_finds_the_same_ancestor),
        cmocka_unit_test(test_merge__the_oldest_of_equals_is_the_ancestor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
