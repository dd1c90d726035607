/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Properties of schema/link over random offices, with fixed seeds: records of few ids and values, so that references
 * dangle, values clash, circles close and files of one id meet. The order in which files of one pass are taken plays
 * no part; where nothing clashes, neither does the pass in which they come; and whatever happened before, each pass
 * ends in a state that explains itself (`pass` in records_world.h checks that).
 */
#include "records_world.h"

#define AS_OF "2020-06-20"
#define MOST_FILES 40

struct file {
    char path[64];
    char text[640];
};

static uint32_t draw(uint32_t *seed, uint32_t below)
{
    *seed = *seed * 1664525 + 1013904223; /* Numerical Recipes' generator */
    return (*seed >> 8) % below;
}

static const struct {
    const char *kind;
    const char *prefix;
    uint32_t ids;
} kinds[] = {
    {"officer", "OFF", 3}, {"company", "COM", 2},  {"facility", "FAC", 2}, {"commodity", "CDT", 2},
    {"decree", "SK", 4},   {"shipment", "SHP", 6}, {"visit", "VIS", 4},    {"finding", "FND", 4},
};
#define KINDS (sizeof kinds / sizeof *kinds)

/* An id of that kind; one in `wrong` is of nobody. */
static const char *some_id(char out[16], const char *prefix, uint32_t ids, uint32_t *seed, uint32_t wrong)
{
    bool dangles = wrong && !draw(seed, wrong);
    snprintf(out, 16, "%s-%u", prefix, dangles ? 99 : draw(seed, ids));
    return out;
}

/* What the kind asks for, with references drawn at random. `number` is a value of its own for the unique ones. */
static void write_properties(struct qb_buf *out, size_t kind, uint32_t *seed, uint32_t wrong, uint32_t number)
{
    char ids[4][16];
    for (size_t i = 0; i < 4; i++)
        some_id(ids[i], kinds[i].prefix, kinds[i].ids, seed, wrong);
    char decree[16];
    char other[16];
    some_id(decree, "SK", 4, seed, wrong);
    switch (kind) {
    case 0:
        qb_buf_add_string(out, "\"name\":\"A\",\"role\":\"x\",\"email\":\"a@example.org\",\"status\":\"active\"");
        break;
    case 1:
        qb_buf_add_string(out, "\"legal_name\":\"PT\",\"status\":\"active\"");
        break;
    case 2:
        qb_buf_addf(
            out, "\"company\":\"%s\",\"name\":\"A\",\"address\":\"x\",\"service_point\":\"x\",\"status\":\"approved\"",
            ids[1]);
        break;
    case 3:
        qb_buf_addf(
            out, "\"name\":\"Ubi\",\"scientific_name\":\"Ipomoea batatas\",\"hs_code\":\"071420\",\"pest_risk\":\"%s\"",
            draw(seed, 2) ? "low" : "high");
        break;
    case 4:
        qb_buf_addf(out,
                    "\"number\":\"%u/Kpts/OT.080/K.9.A/06/2020\",\"facility\":\"%s\",\"decreed_on\":\"2020-06-01\","
                    "\"valid_from\":\"2020-06-05\",\"commodities\":[\"%s\"]",
                    number + 1, ids[2], ids[3]);
        if (!draw(seed, 3))
            qb_buf_addf(out, ",\"extends\":\"%s\"", decree);
        break;
    case 5:
        qb_buf_addf(
            out,
            "\"certificate_number\":\"C-%u\",\"decree\":\"%s\",\"certificate_issued_on\":\"2020-06-%02u\","
            "\"import_country\":\"JP\",\"status\":\"planned\",\"lines\":[{\"commodity\":\"%s\",\"net_weight_kg\":1}]",
            number, decree, 1 + draw(seed, 30), ids[3]);
        if (!draw(seed, 3))
            qb_buf_addf(out, ",\"replaces\":\"%s\"", some_id(other, "SHP", 6, seed, wrong));
        break;
    case 6:
        qb_buf_addf(out,
                    "\"facility\":\"%s\",\"decree\":\"%s\",\"conducted_on\":\"2020-06-%02u\",\"result\":\"%s\","
                    "\"type\":\"routine\",\"status\":\"conducted\",\"officers\":[\"%s\"]",
                    ids[2], decree, 10 + draw(seed, 5), draw(seed, 2) ? "conform" : "nonconform", ids[0]);
        break;
    default:
        qb_buf_addf(out, "\"visit\":\"%s\",\"severity\":\"minor\",\"description\":\"x\",\"due_on\":\"2020-07-01\"",
                    some_id(other, "VIS", 4, seed, wrong));
        if (draw(seed, 2))
            qb_buf_addf(out, ",\"verified_on\":\"2020-06-%02u\",\"verified_by\":\"%s\"", 10 + draw(seed, 5), ids[0]);
    }
}

/* A file; with `clashes`, its id may be another file's, its number another record's, its text broken. */
static void write_file(struct file *file, size_t kind, uint32_t id, uint32_t *seed, bool clashes)
{
    struct qb_buf text = {0};
    char officer[16];
    const char *folder = clashes && !draw(seed, 6) ? "old/" : "";
    static const char *const folders[] = {"officers", "companies", "facilities", "commodities",
                                          "decrees",  "shipments", "visits",     "findings"};
    snprintf(file->path, sizeof file->path, "records/%s/%s%s-%u.json", folders[kind], folder, kinds[kind].prefix, id);
    qb_buf_addf(&text, "{\"id\":\"%s-%u\",", kinds[kind].prefix, id);
    write_properties(&text, kind, seed, 12, clashes ? draw(seed, 3) : id);
    qb_buf_addf(&text, ",\"recorded_by\":\"%s\",\"correction_reason\":\"x\"%s", some_id(officer, "OFF", 3, seed, 12),
                clashes && !draw(seed, 10) ? "" : "}");
    assert_true(text.length < sizeof file->text);
    memcpy(file->text, text.data, text.length + 1);
    qb_buf_fini(&text);
}

static size_t write_office(struct file files[MOST_FILES], uint32_t *seed, bool clashes)
{
    size_t count = 0;
    for (size_t kind = 0; kind < KINDS; kind++)
        for (uint32_t id = 0; id < kinds[kind].ids; id++)
            if (draw(seed, 8))
                write_file(&files[count++], kind, id, seed, clashes);
    if (clashes) /* a second file for some ids */
        for (int i = 0; i < 6; i++) {
            size_t kind = draw(seed, KINDS);
            write_file(&files[count++], kind, draw(seed, kinds[kind].ids), seed, true);
        }
    assert_true(count <= MOST_FILES);
    return count;
}

static void shuffle(struct file *files, size_t count, uint32_t *seed)
{
    for (size_t i = count; i > 1; i--) {
        size_t other = draw(seed, (uint32_t)i);
        struct file file = files[i - 1];
        files[i - 1] = files[other];
        files[other] = file;
    }
}

/* Later files of the same path win: only the last is kept, so that an order of the files is all that changes. */
static size_t drop_repeated(struct file *files, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        size_t at = 0;
        while (at < kept && strcmp(files[at].path, files[i].path))
            at++;
        files[at] = files[i];
        kept += at == kept;
    }
    return kept;
}

/* The outcome of taking the files in their order, with a pass after each `group` of them and at the end. */
static char *outcome_of(struct qb_kinds *shipped, const struct file *files, size_t count, size_t group)
{
    struct office office;
    office_open(&office, shipped, AS_OF);
    for (size_t i = 0; i < count; i++) {
        put_file(&office, files[i].path, files[i].text);
        if ((i + 1) % group == 0)
            pass(&office);
    }
    pass(&office);
    char *text = outcome(&office);
    office_close(&office);
    return text;
}

/* All in one pass: whatever is wrong with them, their order plays no part. */
static void test_link_order__files_of_one_pass(void **state)
{
    static struct file files[MOST_FILES];
    for (uint32_t round = 1; round <= 80; round++) {
        uint32_t seed = round * 2654435761u;
        size_t count = drop_repeated(files, write_office(files, &seed, true));
        char *first = outcome_of(*state, files, count, MOST_FILES + 1);
        for (int i = 0; i < 4; i++) {
            shuffle(files, count, &seed);
            char *other = outcome_of(*state, files, count, MOST_FILES + 1);
            expect_same(first, other);
            free(other);
        }
        free(first);
    }
}

/* In several passes: without clashes nobody comes first, so this plays no part either. */
static void test_link_order__files_of_several_passes(void **state)
{
    static struct file files[MOST_FILES];
    for (uint32_t round = 1; round <= 50; round++) {
        uint32_t seed = round * 40503;
        size_t count = write_office(files, &seed, false);
        char *first = outcome_of(*state, files, count, MOST_FILES + 1);
        for (size_t group = 1; group < 8; group += 3) {
            shuffle(files, count, &seed);
            char *other = outcome_of(*state, files, count, group);
            expect_same(first, other);
            free(other);
        }
        free(first);
    }
}

/* Files come, change and go at random; `pass` looks whether the state explains itself each time. */
static void test_link_order__any_history(void **state)
{
    for (uint32_t round = 1; round <= 40; round++) {
        uint32_t seed = round * 69069;
        struct office office;
        office_open(&office, *state, AS_OF);
        for (int step = 0; step < 120; step++) {
            struct file file;
            size_t kind = draw(&seed, KINDS);
            write_file(&file, kind, draw(&seed, kinds[kind].ids), &seed, draw(&seed, 2));
            if (draw(&seed, 4))
                put_file(&office, file.path, file.text);
            else if (qb_store_find(&office.store, file.path))
                take_file(&office, file.path);
            if (!draw(&seed, 3))
                pass(&office);
        }
        pass(&office);
        office_close(&office);
    }
}

/* A deleted and restored office is as it was: nothing of what went stays behind. */
static void test_link_order__everything_goes_and_comes_back(void **state)
{
    static struct file files[MOST_FILES];
    for (uint32_t round = 1; round <= 20; round++) {
        uint32_t seed = round * 12345;
        struct office office;
        size_t count = drop_repeated(files, write_office(files, &seed, true));
        office_open(&office, *state, AS_OF);
        for (size_t i = 0; i < count; i++)
            put_file(&office, files[i].path, files[i].text);
        pass(&office);
        char *before = outcome(&office);
        shuffle(files, count, &seed);
        for (size_t i = 0; i < count; i++) {
            take_file(&office, files[i].path);
            if (!draw(&seed, 4))
                pass(&office);
        }
        pass(&office);
        assert_int_equal((int)office.store.entry_count, 0);
        assert_int_equal(office.link.invalid.count + office.link.troubled.count, 0);
        for (size_t i = 0; i < count; i++)
            put_file(&office, files[i].path, files[i].text);
        pass(&office);
        char *after = outcome(&office);
        expect_same(before, after);
        free(before);
        free(after);
        office_close(&office);
    }
}

static int begin(void **state)
{
    *state = shipped_kinds();
    return 0;
}

static int end(void **state)
{
    qb_kinds_free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_link_order__files_of_one_pass),
        cmocka_unit_test(test_link_order__files_of_several_passes),
        cmocka_unit_test(test_link_order__any_history),
        cmocka_unit_test(test_link_order__everything_goes_and_comes_back),
    };
    return cmocka_run_group_tests_name("link_order", tests, begin, end);
}
