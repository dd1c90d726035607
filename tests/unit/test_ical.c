/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calendars: what an event says, that it stays the same event, and that hostile text stays text. */
#include "core/output/writers.h"
#include "tests/unit/schedule_world.h"

#include "core/base/utf8.h"

#include <stdio.h>

#define DECREE "SK-2020-0077"
#define HOSTILE "a;b,c\\d\nBEGIN:VEVENT\r\nX:\"y\"\x01\xc2\x85\xe2\x80\xae\xff z"

struct office {
    struct world world;
    struct qb_problems problems;
    struct qb_output_view view;
    const struct qb_task **tasks;
    const char *word; /* that every title and company answers; NULL: ids */
    struct qb_buf text;
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
    return office->word ? office->word : "PT Toba Agro Mandiri";
}

static int setup(void **state)
{
    struct office *office = malloc(sizeof *office);
    if (!office)
        return -1;
    memset(office, 0, sizeof *office);
    world_init(&office->world);
    office->world.settings.office = "K.9.A";
    office->world.settings.folder_id = "belawan-2020";
    *state = office;
    return 0;
}

static int teardown(void **state)
{
    struct office *office = *state;
    free(office->tasks);
    qb_problems_fini(&office->problems);
    qb_buf_fini(&office->text);
    world_fini(&office->world);
    free(office);
    return 0;
}

/* The calendar of a day. */
static const char *calendar(struct office *office, const char *as_of)
{
    size_t tasks;
    struct world *w = &office->world;
    run(w, as_of);
    free(office->tasks);
    office->tasks = qb_schedule_tasks(&w->schedule, 1, &tasks);
    office->view.settings = &w->settings;
    office->view.as_of = day(as_of);
    office->view.tasks = office->tasks;
    office->view.task_count = tasks;
    office->view.problems = &office->problems;
    office->view.title = title;
    office->view.company = company;
    office->view.context = office;
    qb_buf_clear(&office->text);
    qb_output_find("ics")->write(&office->text, &office->view, NULL);
    return qb_buf_text(&office->text);
}

/* The event with that UID: from its line to the event's end, or NULL. */
static char *event(const char *text, const char *uid)
{
    char line[128];
    snprintf(line, sizeof line, "UID:%s@belawan-2020.qbis\r\n", uid);
    const char *start = strstr(text, line);
    if (!start)
        return NULL;
    assert_null(strstr(start + 1, line)); /* once only */
    const char *end = strstr(start, "END:VEVENT\r\n");
    assert_non_null(end);
    return qb_mem_copy(start, (size_t)(end - start));
}

static bool has(const char *text, const char *uid, const char *line)
{
    char *found = event(text, uid);
    assert_non_null(found);
    bool there = strstr(found, line) != NULL;
    if (!there)
        print_error("%s\nhas not: %s\n", found, line);
    free(found);
    return there;
}

static long sequence(const char *text, const char *uid)
{
    char *found = event(text, uid);
    assert_non_null(found);
    const char *line = strstr(found, "\nSEQUENCE:");
    assert_non_null(line);
    long number = strtol(line + 10, NULL, 10);
    free(found);
    return number;
}

static void add_shipments(struct world *w, size_t count)
{
    static const char *const dates[] = {"2020-06-08", "2020-06-12", "2020-06-19",
                                        "2020-06-25", "2020-07-01", "2020-07-06"};
    static const char *const ids[] = {"SHP-A", "SHP-B", "SHP-C", "SHP-D", "SHP-E", "SHP-F"};
    while (w->records.shipment_count < count) {
        size_t at = w->records.shipment_count;
        shipment(w, ids[at], DECREE, dates[at]);
    }
}

static void test_ical__an_event_says_what_and_until_when(void **state)
{
    struct office *office = *state;
    decree(&office->world, DECREE, "2020-06-05");
    add_shipments(&office->world, 5);
    const char *text = calendar(office, "2020-07-06");
    static const char expected[] = "UID:monitoring/SK-2020-0077/1@belawan-2020.qbis\r\n"
                                   "DTSTAMP:20200701T000000Z\r\n"
                                   "SEQUENCE:370035\r\n"
                                   "DTSTART;VALUE=DATE:20200710\r\n"
                                   "SUMMARY:Batas kunjungan monitoring ke-1: FAC-0001\r\n"
                                   "DESCRIPTION:Kunjungan monitoring ke-1: 5 dari 5 pengiriman\\, paling lambat \r\n"
                                   " 10 Juli 2020.\\nStatus: Jatuh tempo\\nPerusahaan: PT Toba Agro Mandiri\\nSK: \r\n"
                                   " SK-2020-0077\\nPengiriman: SHP-A\\, SHP-B\\, SHP-C\\, SHP-D\\, SHP-E\r\n"
                                   "LOCATION:FAC-0001\r\n"
                                   "CATEGORIES:Monitoring\r\n"
                                   "STATUS:CONFIRMED\r\n"
                                   "TRANSP:TRANSPARENT\r\n"
                                   "DTEND;VALUE=DATE:20200711\r\n"
                                   "BEGIN:VALARM\r\n"
                                   "ACTION:DISPLAY\r\n"
                                   "TRIGGER:-P1DT16H\r\n"
                                   "DESCRIPTION:Batas kunjungan monitoring ke-1: FAC-0001\r\n"
                                   "END:VALARM\r\n";
    char *found = event(text, "monitoring/SK-2020-0077/1");
    assert_string_equal(found, expected);
    free(found);
    assert_non_null(strstr(text, "\r\nNAME:Jadwal monitoring K.9.A\r\n"));
}

static void test_ical__an_expected_date_is_marked(void **state)
{
    struct office *office = *state;
    decree(&office->world, DECREE, "2020-06-05");
    add_shipments(&office->world, 4);
    const char *text = calendar(office, "2020-06-25");
    assert_true(has(text, "monitoring/SK-2020-0077/1", "\r\nDTSTART;VALUE=DATE:20200701\r\n"));
    assert_true(has(text, "monitoring/SK-2020-0077/1", "\r\nSUMMARY:Diperkirakan pengiriman ke-5 (kunjungan ke-1)"));
    assert_true(has(text, "monitoring/SK-2020-0077/1", "\r\nSTATUS:TENTATIVE\r\n"));
    office->world.records.shipment_count = 1; /* no pace yet, so no date: and no other task either */
    text = calendar(office, "2020-06-25");
    assert_null(strstr(text, "BEGIN:VEVENT"));
    assert_non_null(strstr(text, "BEGIN:VTIMEZONE\r\nTZID:Asia/Jakarta\r\n"));
}

/* The same event for ever, with a number that grows as work goes on, and stays when only the day is another. */
static void test_ical__sequence_grows_with_the_work(void **state)
{
    static const char uid[] = "monitoring/SK-2020-0077/1";
    struct office *office = *state;
    struct world *w = &office->world;
    decree(w, DECREE, "2020-06-05");
    add_shipments(w, 3);
    long number = sequence(calendar(office, "2020-06-19"), uid);
    assert_int_equal(sequence(calendar(office, "2020-06-20"), uid), number);
    long later = sequence(calendar(office, "2020-07-20"), uid); /* expected, but it did not come: R11 moves it */
    assert_true(later > number);
    add_shipments(w, 4);
    number = sequence(calendar(office, "2020-07-20"), uid);
    assert_true(number > later);
    add_shipments(w, 5);
    later = sequence(calendar(office, "2020-07-02"), uid);
    assert_true(later > number);
    assert_int_equal(sequence(calendar(office, "2020-07-06"), uid), later);
    number = sequence(calendar(office, "2020-07-13"), uid); /* overdue */
    assert_true(number > later);
    assert_int_equal(sequence(calendar(office, "2020-08-01"), uid), number);
}

static void test_ical__a_plan_is_an_event_of_its_own(void **state)
{
    static const char uid[] = "visit/VIS-1";
    struct office *office = *state;
    struct world *w = &office->world;
    decree(w, DECREE, "2020-06-05");
    add_shipments(w, 4);
    struct qb_visit *plan = planned(w, "VIS-1", DECREE, "2020-07-06");
    const char *text = calendar(office, "2020-06-25");
    assert_true(has(text, uid, "\r\nDTSTART;VALUE=DATE:20200706\r\n"));
    assert_true(has(text, uid, "Petugas: OFF-0001"));
    assert_true(has(text, uid, "\r\nTRIGGER:-P3DT16H\r\n")); /* Monday: Thursday at eight */
    long number = sequence(text, uid);
    add_shipments(w, 5);
    assert_int_equal(sequence(calendar(office, "2020-07-01"), uid), number);
    plan->planned_on = day("2020-07-08");
    assert_true(sequence(calendar(office, "2020-07-01"), uid) > number);
}

static void test_ical__alarms_know_holidays(void **state)
{
    struct office *office = *state;
    struct world *w = &office->world;
    const qb_date holidays[] = {day("2020-07-02"), day("2020-07-03")};
    w->settings.holidays = holidays;
    w->settings.holiday_count = 2;
    decree(w, DECREE, "2020-06-05");
    add_shipments(w, 4);
    planned(w, "VIS-1", DECREE, "2020-07-06");
    assert_true(has(calendar(office, "2020-06-25"), "visit/VIS-1", "\r\nTRIGGER:-P5DT16H\r\n"));
}

static void test_ical__every_type_has_its_event(void **state)
{
    struct office *office = *state;
    struct world *w = &office->world;
    decree(w, DECREE, "2020-06-05")->valid_until = day("2020-07-31");
    decree(w, "SK-2020-0090", "2020-07-15")->extends = DECREE;
    shipment(w, "SHP-X", DECREE, "2020-08-03");
    visit(w, "VIS-2", DECREE, "2020-06-20")->type = QB_VISIT_AD_HOC;
    finding(w, "FND-1", "VIS-2", "2020-07-20");
    const char *text = calendar(office, "2020-10-01");
    assert_true(has(text, "normal_inspection/SHP-X", "\r\nDTSTART;VALUE=DATE:20200803\r\n"));
    assert_true(has(text, "corrective_action/FND-1", "\r\nDTSTART;VALUE=DATE:20200720\r\n"));
    assert_true(has(text, "corrective_action/FND-1", "\r\nDTSTAMP:20200620T000000Z\r\n"));
    assert_true(has(text, "corrective_action/FND-1", "Petugas: OFF-0001"));
    assert_true(has(text, "decree_expiry/SK-2020-0077", "\r\nDTSTART;VALUE=DATE:20201014\r\n"));
    assert_true(has(text, "decree_expiry/SK-2020-0077", "SK: SK-2020-0090"));
}

static void test_ical__of_an_officer(void **state)
{
    struct office *office = *state;
    calendar(office, "2020-06-25");
    office->view.officer = "OFF-0001";
    office->view.language = QB_ENGLISH;
    qb_buf_clear(&office->text);
    qb_output_find("officer")->write(&office->text, &office->view, NULL);
    assert_non_null(strstr(qb_buf_text(&office->text), "\r\nNAME:Tasks of OFF-0001\\, K.9.A\r\n"));
    char *path = qb_output_path(qb_output_find("officer"), "OFF-0001");
    assert_string_equal(path, "schedule/officers/OFF-0001.ics");
    free(path);
}

/* RFC 5545, 3.1: at most 75 octets a line, ended by CRLF, never cut within a character. */
static void assert_folded(const char *text)
{
    size_t length = strlen(text);
    assert_int_equal(qb_utf8_check(text, length), length);
    for (const char *line = text; *line;) {
        const char *end = strstr(line, "\r\n");
        assert_non_null(end);
        assert_true(end - line <= 75);
        assert_int_equal(qb_utf8_check(line, (size_t)(end - line)), end - line);
        assert_null(memchr(line, '\n', (size_t)(end - line)));
        line = end + 2;
    }
}

static void test_ical__lines_are_folded_between_characters(void **state)
{
    struct office *office = *state;
    struct world *w = &office->world;
    char word[4 * 210 + 80];
    decree(w, DECREE, "2020-06-05");
    add_shipments(w, 5);
    office->word = word;
    for (size_t size = 1; size < 80; size++) { /* also a line that ends just where it is full */
        memset(word, 'x', size);
        word[size] = '\0';
        assert_folded(calendar(office, "2020-07-06"));
    }
    for (size_t shift = 0; shift < 8; shift++) {
        size_t at = 0;
        for (; at < shift; at++)
            word[at] = 'x';
        for (int i = 0; i < 200; i++, at += 4)
            memcpy(word + at, "\xf0\x9f\x8d\xa0", 4);
        word[at] = '\0';
        assert_folded(calendar(office, "2020-07-06"));
    }
    office->word = NULL;
}

static int count_of(const char *text, const char *what)
{
    int count = 0;
    for (; (text = strstr(text, what)); text++)
        count++;
    return count;
}

static void test_ical__hostile_text_stays_text(void **state)
{
    struct office *office = *state;
    struct world *w = &office->world;
    decree(w, DECREE, "2020-06-05")->valid_until = day("2020-07-20");
    add_shipments(w, 6);
    shipment(w, "SHP-X", DECREE, "2020-08-03");
    planned(w, "VIS-1", DECREE, "2020-07-09");
    visit(w, "VIS-2", DECREE, "2020-06-20")->type = QB_VISIT_AD_HOC;
    finding(w, "FND-1", "VIS-2", "2020-07-20");
    int events = count_of(calendar(office, "2020-07-06"), "BEGIN:VEVENT\r\n");
    assert_true(events >= 4);
    office->word = HOSTILE;
    w->settings.office = HOSTILE;
    const char *text = calendar(office, "2020-07-06");
    assert_folded(text);
    assert_int_equal(count_of(text, "\r\nBEGIN:VEVENT\r\n"), events);
    assert_int_equal(count_of(text, "\r\nEND:VEVENT\r\n"), events);
    assert_null(strstr(text, "\nX:"));
    assert_null(strpbrk(text, "\x01\xff"));
    assert_null(strstr(text, "\xe2\x80\xae"));
    assert_null(strstr(text, "\xc2\x85"));
    assert_non_null(strstr(text, "LOCATION:a\\;b\\,c\\\\d BEGIN:VEVENT"));
}

static void test_ical__clean(void **state)
{
    (void)state;
    struct qb_buf out = {0};
    static const char text[] = "a\tb\r\nc\0d\x7f\xc3\xa9\xc3\xe2\x80\x8f\xe2\x80\xa8\xe2\x81\xa6;,\\";
    qb_output_ical_clean(&out, text, sizeof text - 1);
    assert_string_equal(qb_buf_text(&out), "a b  c d \xc3\xa9\xef\xbf\xbd\xe2\x80\x8f  ;,\\");
    qb_buf_fini(&out);
}

/* The last day there is has none behind it. */
static void test_ical__the_last_day(void **state)
{
    struct office *office = *state;
    struct world *w = &office->world;
    decree(w, DECREE, "9999-11-01")->valid_until = day("9999-12-31");
    const char *text = calendar(office, "9999-12-10");
    assert_true(has(text, "decree_expiry/SK-2020-0077", "\r\nDTSTART;VALUE=DATE:99991231\r\n"));
    assert_null(strstr(text, "DTEND"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_ical__an_event_says_what_and_until_when, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ical__an_expected_date_is_marked, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ical__sequence_grows_with_the_work, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ical__a_plan_is_an_event_of_its_own, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ical__alarms_know_holidays, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ical__every_type_has_its_event, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ical__of_an_officer, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ical__lines_are_folded_between_characters, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ical__hostile_text_stays_text, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ical__the_last_day, setup, teardown),
        cmocka_unit_test(test_ical__clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
