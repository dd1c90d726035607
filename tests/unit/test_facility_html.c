/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The page of a facility with its timeline, the months in figures and the page of problems: what they say, that they do
 * not depend on the order of records nor on the day alone, that they stay small, and that hostile data stays text.
 */
#include "core/output/months.h"
#include "core/output/writers.h"
#include "tests/unit/page_text.h"
#include "tests/unit/schedule_world.h"

#include "core/base/utf8.h"

#include <stdio.h>

#define DECREE "SK-2020-0077"
#define HOSTILE "\"><script>alert(1)</script><img src=x onerror='alert(2)'>{count}&amp;\x01\xff\xe2\x80\xae\r\n"

struct office {
    struct world world;
    struct qb_problems problems;
    struct qb_output_view view;
    const struct qb_facility_schedule *facilities[1];
    const struct qb_task **tasks;
    const char *word; /* that every title and company answers; NULL: ids */
};

static const char *title(const void *context, const char *kind, const char *id)
{
    const struct office *office = context;
    (void)kind;
    return office->word ? office->word : id;
}

static const char *company(const void *context, const char *facility)
{
    const struct office *office = context;
    (void)facility;
    return office->word ? office->word : "PT Contoh";
}

static struct qb_facility_records records(const void *context, const char *facility, struct qb_arena *arena)
{
    const struct office *office = context;
    (void)facility;
    (void)arena;
    return office->world.records;
}

static int setup(void **state)
{
    struct office *office = malloc(sizeof *office);
    if (!office)
        return -1;
    memset(office, 0, sizeof *office);
    world_init(&office->world);
    office->world.settings.office = "K.9.A";
    *state = office;
    return 0;
}

static int teardown(void **state)
{
    struct office *office = *state;
    free(office->tasks);
    qb_problems_fini(&office->problems);
    world_fini(&office->world);
    free(office);
    return 0;
}

static void look(struct office *office, const char *as_of)
{
    size_t count;
    office->facilities[0] = run(&office->world, as_of);
    free(office->tasks);
    office->tasks = qb_schedule_tasks(&office->world.schedule, 1, &count);
    office->view = (struct qb_output_view){.settings = &office->world.settings,
                                           .language = office->view.language,
                                           .as_of = day(as_of),
                                           .facilities = office->facilities,
                                           .facility_count = 1,
                                           .tasks = office->tasks,
                                           .task_count = count,
                                           .problems = &office->problems,
                                           .title = title,
                                           .company = company,
                                           .records = records,
                                           .context = office};
}

static void write_page(struct office *office, const char *writer, const char *as_of, struct qb_buf *page)
{
    look(office, as_of);
    qb_buf_clear(page);
    qb_output_find(writer)->write(page, &office->view, office->facilities[0]);
}

/* A bit of everything. */
static void fill(struct world *w)
{
    static const char *const dates[] = {"2020-06-08", "2020-06-12", "2020-06-19",
                                        "2020-06-25", "2020-07-01", "2020-07-06"};
    static const char *const ids[] = {"SHP-A", "SHP-B", "SHP-C", "SHP-D", "SHP-E", "SHP-F"};
    static const char *const others[] = {"CDT-0009"};
    decree(w, DECREE, "2020-06-05");
    decree(w, "SK-2020-0001", "2019-11-01");
    shipment(w, "SHP-0", "SK-2020-0001", "2019-12-03");
    for (size_t i = 0; i < 6; i++)
        shipment(w, ids[i], DECREE, dates[i]);
    shipment(w, "SHP-X", DECREE, "2020-06-30")->commodities = (struct qb_ids){others, 1};
    visit(w, "VIS-1", DECREE, "2020-06-20");
    visit(w, "VIS-2", DECREE, "2020-06-22")->result = QB_VISIT_NONCONFORM;
    visit(w, "VIS-3", DECREE, "2020-06-29")->type = QB_VISIT_AD_HOC;
    planned(w, "VIS-4", DECREE, "2020-07-16")->type = QB_VISIT_FOLLOW_UP;
    visit(w, "VIS-5", DECREE, "2020-07-02")->status = QB_VISIT_CANCELLED;
    finding(w, "FND-1", "VIS-2", "2020-07-20");
    finding(w, "FND-2", "VIS-2", "2020-07-10")->verified_on = day("2020-07-03");
}

static void test_facility_html__says_what_the_exporter_has_to_know(void **state)
{
    struct office *office = *state;
    struct qb_buf page = {0};
    fill(&office->world);
    office->view.language = QB_ENGLISH;
    write_page(office, "facility_html", "2020-07-06", &page);
    expect_texts(
        &page, (const char *const[]){
                   "PT Contoh, FAC-0001", "Normal inspection of shipment SHP-X of 30 June 2020",
                   "Decree SK-2020-0077 is in force from 5 June 2020 to 4 September 2020.", "Commodities: CDT-0001",
                   "Shipments towards visit 2: 1 of 5. After 4 more, a monitoring visit is owed.",
                   "From 1 November 2019 to 4 September 2020: "
                   "2 decrees, 7 shipments, 5 visits, 2 findings.",
                   "2020611", "Visit 1: 5 of 5",
                   "Due since 1 July 2020, at the latest on 10 July 2020. Met by visit VIS-1 on 20 June 2020.",
                   "SHP-E, 1 July 2020", "The decree ended before the block was complete.",
                   "16 July 2020, follow-up planned", "22 June 2020, routine nonconform",
                   "20 June 2020, routine conform", "Meets obligation 1. Visit VIS-1. Officers: OFF-0001",
                   "FND-1 (major) waiting", "From visit VIS-2. To be mended by 10 July 2020, verified on 3 July 2020.",
                   "Was in force from 1 November 2019 to 31 January 2020.", NULL});
    assert_non_null(strstr(page.data, "href=\"../schedule.html\""));
    take_out_script(&page);
    assert_null(strstr(page.data, "<script"));
    qb_buf_fini(&page);
}

static void test_facility_html__without_a_decree_in_force(void **state)
{
    struct office *office = *state;
    struct qb_buf page = {0};
    struct qb_decree *only = decree(&office->world, DECREE, "2020-06-05");
    write_page(office, "facility_html", "2020-12-01", &page);
    expect_texts(&page, (const char *const[]){"SK SK-2020-0077 sudah berakhir 4 September 2020. Pengiriman sesudahnya "
                                              "perlu pemeriksaan biasa.",
                                              "Belum ada pengiriman yang dihitung.", "Belum ada kunjungan.",
                                              "Tidak ada temuan.", NULL});
    only->revoked_on = day("2020-07-01");
    write_page(office, "facility_html", "2020-12-01", &page);
    expect_texts(&page, (const char *const[]){"SK SK-2020-0077 dicabut 1 Juli 2020.", NULL});
    write_page(office, "facility_html", "2020-06-01", &page);
    expect_texts(&page, (const char *const[]){"SK SK-2020-0077 mulai berlaku 5 Juni 2020.", NULL});
    qb_buf_fini(&page);
}

/* The store hands records out in any order. */
static void test_facility_html__is_the_same_in_any_order_and_on_any_day(void **state)
{
    struct office *office = *state;
    struct world *w = &office->world;
    struct qb_buf first = {0};
    struct qb_buf second = {0};
    fill(w);
    write_page(office, "facility_html", "2020-07-06", &first);
    for (size_t i = 0; i < w->records.visit_count / 2; i++) {
        const struct qb_visit *kept = w->visits[i];
        w->visits[i] = w->visits[w->records.visit_count - 1 - i];
        w->visits[w->records.visit_count - 1 - i] = kept;
    }
    const struct qb_finding *other = w->findings[0];
    w->findings[0] = w->findings[1];
    w->findings[1] = other;
    const struct qb_decree *another = w->decrees[0];
    w->decrees[0] = w->decrees[1];
    w->decrees[1] = another;
    write_page(office, "facility_html", "2020-07-07", &second);
    assert_string_equal(qb_buf_text(&first), qb_buf_text(&second));
    qb_buf_fini(&first);
    qb_buf_fini(&second);
}

static char *make_id(struct world *w, const char *prefix, int number)
{
    char *id = qb_arena_alloc(&w->arena, 32);
    snprintf(id, 32, "%s-%05d", prefix, number);
    return id;
}

/* Ten years, three shipments a week. */
static void test_facility_html__stays_small(void **state)
{
    struct office *office = *state;
    struct world *w = &office->world;
    struct qb_buf page = {0};
    for (int quarter = 0; quarter < 40; quarter++) {
        qb_date from = qb_date_add_months(day("2010-01-01"), quarter * 3);
        struct qb_decree *made = decree(w, make_id(w, "SK", quarter), "2010-01-01");
        made->valid_from = made->decreed_on = from;
        made->extends = quarter ? w->decrees[quarter - 1]->id : NULL;
        for (int i = 0; i < 39; i++)
            shipment(w, make_id(w, "SHP", quarter * 100 + i), made->id, "2010-01-01")->certificate_issued_on =
                from + i * 2;
        for (int i = 0; i < 7; i++)
            visit(w, make_id(w, "VIS", quarter * 100 + i), made->id, "2010-01-01")->conducted_on = from + i * 11 + 9;
        finding(w, make_id(w, "FND", quarter), make_id(w, "VIS", quarter * 100), "2020-07-20");
    }
    write_page(office, "facility_html", "2019-12-20", &page);
    assert_in_range(page.length, 20000, 100000);
    expect_texts(&page, (const char *const[]){"Pengiriman tiap bulan", "2010156", "2019156",
                                              "288 yang lebih lama tidak ditampilkan.", NULL});
    qb_buf_fini(&page);
}

static void test_facility_html__hostile_data_stays_text(void **state)
{
    struct office *office = *state;
    struct qb_buf calm = {0};
    struct qb_buf page = {0};
    struct qb_buf tags[2] = {{0}, {0}};
    fill(&office->world);
    office->world.settings.office_name = "Karantina";
    write_page(office, "facility_html", "2020-07-06", &calm);
    tags_of(&tags[0], &calm);
    office->word = HOSTILE;
    office->world.settings.office = HOSTILE;
    office->world.settings.office_name = HOSTILE;
    write_page(office, "facility_html", "2020-07-06", &page);
    tags_of(&tags[1], &page);
    assert_string_equal(qb_buf_text(&tags[0]), qb_buf_text(&tags[1]));
    assert_int_equal(qb_utf8_check(page.data, page.length), page.length);
    assert_null(strpbrk(page.data, "\x01\r\xff"));
    qb_buf_fini(&calm);
    qb_buf_fini(&page);
    qb_buf_fini(&tags[0]);
    qb_buf_fini(&tags[1]);
}

static void test_facility_html__links_only_to_what_is_written(void **state)
{
    static const char *const off[] = {"html", "facility", "facility_html", "problems_html"};
    struct office *office = *state;
    struct qb_buf page = {0};
    fill(&office->world);
    qb_problems_add(&office->problems, &(struct qb_problem){.code = QB_PROBLEM_FUTURE,
                                                            .path = "records/x.json",
                                                            .pointer = "",
                                                            .line = 2,
                                                            .column = 1,
                                                            .message_id = "x"});
    write_page(office, "html", "2020-07-06", &page);
    assert_non_null(strstr(page.data, "<a href=\"facilities/FAC-0001.html\">"));
    assert_non_null(strstr(page.data, "<a href=\"../status/problems.html\">"));
    office->world.settings.outputs_off = off;
    office->world.settings.outputs_off_count = 4;
    write_page(office, "html", "2020-07-06", &page);
    assert_null(strstr(page.data, "facilities/FAC"));
    assert_null(strstr(page.data, "problems.html"));
    write_page(office, "facility_html", "2020-07-06", &page);
    assert_null(strstr(page.data, "schedule.html"));
    assert_null(strstr(page.data, ".json"));
    qb_buf_fini(&page);
}

/* --- months --- */

static void test_facility_html__months_are_counted(void **state)
{
    struct office *office = *state;
    struct world *w = &office->world;
    struct qb_month months[QB_MONTHS];
    fill(w);
    shipment(w, "SHP-OLD", "SK-2020-0001", "2019-07-31"); /* before the first month, and before its decree */
    look(office, "2020-07-06");
    qb_months_count(months, &office->view);
    assert_date(months[0].first, "2019-08-01");
    assert_date(months[11].first, "2020-07-01");
    assert_int_equal(months[4].shipments, 1);  /* December */
    assert_int_equal(months[10].shipments, 4); /* June */
    assert_int_equal(months[11].shipments, 2);
    assert_int_equal(months[11].owed, 1);
    assert_int_equal(months[10].made, 2); /* one meets, one is surplus; the ad hoc one is neither */
    assert_int_equal(months[11].made, 0);
    look(office, "2021-06-30"); /* eleven months later only July is left */
    qb_months_count(months, &office->view);
    assert_date(months[0].first, "2020-07-01");
    assert_int_equal(months[0].shipments, 2);
    assert_int_equal(months[0].owed, 1);
    assert_int_equal(months[0].made, 0);
}

static void test_facility_html__months_are_a_picture_and_a_table(void **state)
{
    struct office *office = *state;
    struct qb_buf page = {0};
    fill(&office->world);
    write_page(office, "html", "2020-07-06", &page);
    expect_texts(&page, (const char *const[]){"Juni 2020402", "Juli 2020210", NULL});
    assert_non_null(strstr(page.data, "<svg class=\"picture\" role=\"img\""));
    qb_buf_fini(&page);
}

/* --- problems --- */

static void test_facility_html__all_problems_with_links(void **state)
{
    struct office *office = *state;
    struct qb_buf page = {0};
    write_page(office, "problems_html", "2020-07-06", &page);
    expect_texts(&page, (const char *const[]){"Semua catatan benar.", NULL});
    for (int i = 0; i < 300; i++)
        qb_problems_add(&office->problems, &(struct qb_problem){.code = QB_PROBLEM_FUTURE,
                                                                .path = "records/a b/#1.json",
                                                                .pointer = "",
                                                                .line = 2,
                                                                .column = 1,
                                                                .message_id = "x"});
    qb_problems_add(
        &office->problems,
        &(struct qb_problem){
            .code = QB_PROBLEM_SCHEMA, .path = HOSTILE, .pointer = "", .line = 2, .column = 1, .message_id = HOSTILE});
    write_page(office, "problems_html", "2020-07-06", &page);
    expect_texts(&page, (const char *const[]){"1 masalah", "300 masalah", "Kesalahan: ", "Peringatan: ", NULL});
    take_out_script(&page);
    assert_null(strstr(page.data, "<script"));
    assert_non_null(strstr(page.data, "href=\"../records/a%20b/%231.json\""));
    assert_true(strstr(page.data, "id=\"errors\"") < strstr(page.data, "id=\"warnings\""));
    struct qb_buf other = {0};
    write_page(office, "problems_html", "2020-07-07", &other);
    take_out_script(&other);
    assert_string_equal(qb_buf_text(&page), qb_buf_text(&other));
    qb_buf_fini(&page);
    qb_buf_fini(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_facility_html__says_what_the_exporter_has_to_know, setup, teardown),
        cmocka_unit_test_setup_teardown(test_facility_html__without_a_decree_in_force, setup, teardown),
        cmocka_unit_test_setup_teardown(test_facility_html__is_the_same_in_any_order_and_on_any_day, setup, teardown),
        cmocka_unit_test_setup_teardown(test_facility_html__stays_small, setup, teardown),
        cmocka_unit_test_setup_teardown(test_facility_html__hostile_data_stays_text, setup, teardown),
        cmocka_unit_test_setup_teardown(test_facility_html__links_only_to_what_is_written, setup, teardown),
        cmocka_unit_test_setup_teardown(test_facility_html__months_are_counted, setup, teardown),
        cmocka_unit_test_setup_teardown(test_facility_html__months_are_a_picture_and_a_table, setup, teardown),
        cmocka_unit_test_setup_teardown(test_facility_html__all_problems_with_links, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
