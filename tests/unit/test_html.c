/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The office's page, written from a schedule that is spelled out here: its sentences in both languages, and that
 * hostile data changes nothing but text. For the latter the page is cut into tags: a page of hostile words must have
 * exactly the tags of a page of harmless ones.
 */
#include "core/output/writers.h"

#include "core/base/utf8.h"
#include "tests/unit/page_text.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#define DAY(text) qb_date_parse(text, 10)

static const char facility_a[] = "FAC-0001";
static const char facility_b[] = "FAC-0002";
static const char decree_a[] = "SK-2020-0077";
static const char officer_a[] = "OFF-0001";
static const char officer_b[] = "OFF-0002";
static const char officer_c[] = "OFF-0003";

#define HOSTILE "\"><script>alert(1)</script><img src=x onerror='alert(2)'>{count}&amp;\x01\xff\xe2\x80\xae\r\n"

/* Everything a page can show, on one facility; a second one with nothing going on. */
struct office {
    struct qb_settings settings;
    struct qb_decree decree;
    struct qb_decree extension;
    const struct qb_decree *decrees[2];
    struct qb_shipment shipment[7];
    const struct qb_shipment *shipments[7];
    struct qb_visit planned;
    const char *officers[3];
    struct qb_finding finding;
    struct qb_obligation obligations[3];
    struct qb_chain chain;
    struct qb_task tasks[6];
    const struct qb_task *worklist[6];
    struct qb_facility_schedule facilities[2];
    const struct qb_facility_schedule *list[2];
    struct qb_problems problems;
    bool hostile;
    struct qb_output_view view;
};

static const char *title(const void *context, const char *kind, const char *id)
{
    (void)kind;
    return ((const struct office *)context)->hostile ? HOSTILE : id;
}

static const char *company(const void *context, const char *facility)
{
    (void)facility;
    return ((const struct office *)context)->hostile ? HOSTILE : "PT Contoh";
}

static void make_decrees(struct office *o)
{
    static const char extension_id[] = "SK-2020-0090";
    o->decree = (struct qb_decree){.id = decree_a,
                                   .facility = facility_a,
                                   .number = "77/Kpts/OT.080/K.9.A/06/2020",
                                   .decreed_on = DAY("2020-06-05"),
                                   .valid_from = DAY("2020-06-05"),
                                   .valid_until = QB_DATE_NONE,
                                   .revoked_on = QB_DATE_NONE,
                                   .validity_months = 3,
                                   .every = 3};
    o->extension = o->decree;
    o->extension.id = extension_id;
    o->extension.extends = decree_a;
    o->extension.valid_from = DAY("2020-09-05");
    o->decrees[0] = &o->decree;
    o->decrees[1] = &o->extension;
}

static void make_shipments(struct office *o)
{
    static const char *const ids[] = {"SHP-1", "SHP-2", "SHP-3", "SHP-4", "SHP-5", "SHP-6", "SHP-7"};
    for (int i = 0; i < 7; i++) {
        o->shipment[i] = (struct qb_shipment){.id = ids[i],
                                              .decree = decree_a,
                                              .certificate_issued_on = DAY("2020-06-20") + i,
                                              .inspected_on = QB_DATE_NONE,
                                              .departed_on = QB_DATE_NONE,
                                              .status = QB_SHIPMENT_CERTIFIED};
        o->shipments[i] = &o->shipment[i];
    }
    o->shipment[6].certificate_issued_on = DAY("2020-09-10"); /* after the first decree's last day */
}

static void make_chain(struct office *o)
{
    o->obligations[0] = (struct qb_obligation){.k = 1,
                                               .status = QB_STATUS_OVERDUE,
                                               .first = 0,
                                               .count = 3,
                                               .every = 3,
                                               .due_on = DAY("2020-06-22"),
                                               .due_by = DAY("2020-07-08"),
                                               .expected_on = QB_DATE_NONE,
                                               .planned = &o->planned};
    o->obligations[1] = o->obligations[0];
    o->obligations[1].k = 2;
    o->obligations[1].status = QB_STATUS_DUE;
    o->obligations[1].planned = NULL;
    o->obligations[1].first = 3;
    o->obligations[1].count = 3;
    o->obligations[1].due_by = DAY("2020-07-06");
    o->obligations[2] = o->obligations[1];
    o->obligations[2].k = 3;
    o->obligations[2].status = QB_STATUS_OPEN;
    o->obligations[2].first = 6;
    o->obligations[2].count = 0;
    o->obligations[2].due_by = QB_DATE_NONE;
    o->obligations[2].expected_on = DAY("2020-07-31");
    o->chain = (struct qb_chain){.id = decree_a,
                                 .facility = facility_a,
                                 .decrees = o->decrees,
                                 .decree_count = 2,
                                 .shipments = o->shipments,
                                 .shipment_count = 6,
                                 .obligations = o->obligations,
                                 .obligation_count = 3,
                                 .last_day = DAY("2020-12-04"),
                                 .revoked_on = QB_DATE_NONE,
                                 .in_force = true,
                                 .required = 2,
                                 .met = 0};
}

static struct qb_task task(struct office *o, enum qb_task_type type, enum qb_status status, const char *due_by)
{
    return (struct qb_task){.id = "x",
                            .type = type,
                            .status = status,
                            .facility = facility_a,
                            .decree = decree_a,
                            .chain = &o->chain,
                            .due_by = due_by ? DAY(due_by) : QB_DATE_NONE};
}

static void make_tasks(struct office *o)
{
    struct qb_task *t = o->tasks;
    t[0] = task(o, QB_TASK_MONITORING, QB_STATUS_OVERDUE, "2020-07-08");
    t[0].obligation = &o->obligations[0];
    t[1] = task(o, QB_TASK_MONITORING, QB_STATUS_DUE, "2020-07-06");
    t[1].obligation = &o->obligations[1];
    t[2] = task(o, QB_TASK_NORMAL_INSPECTION, QB_STATUS_DUE, "2020-09-10");
    t[2].shipment = &o->shipment[6];
    t[3] = task(o, QB_TASK_CORRECTIVE_ACTION, QB_STATUS_DUE, "2020-07-07");
    t[3].chain = NULL;
    t[3].finding = &o->finding;
    t[4] = task(o, QB_TASK_DECREE_EXPIRY, QB_STATUS_DUE_SOON, "2020-12-04");
    t[5] = task(o, QB_TASK_MONITORING, QB_STATUS_OPEN, NULL);
    t[5].obligation = &o->obligations[2];
    for (int i = 0; i < 6; i++)
        o->worklist[i] = &t[i];
}

static void add_problem(struct office *o, enum qb_problem_code code, const char *path)
{
    struct qb_problem problem = {
        .code = code, .kind = "shipment", .path = path, .pointer = "", .line = 7, .column = 3, .message_id = "nothing"};
    qb_problems_add(&o->problems, &problem);
}

static void setup(struct office *o, enum qb_language language)
{
    memset(o, 0, sizeof *o);
    qb_settings_init(&o->settings);
    o->settings.office = "K.9.A";
    o->settings.office_name = "Karantina Belawan";
    o->officers[0] = officer_a;
    o->officers[1] = officer_b;
    o->officers[2] = officer_c;
    o->planned = (struct qb_visit){.id = "VIS-1",
                                   .facility = facility_a,
                                   .decree = decree_a,
                                   .officers = {o->officers, 3},
                                   .planned_on = DAY("2020-07-07"),
                                   .conducted_on = QB_DATE_NONE};
    o->finding = (struct qb_finding){.id = "FND-1",
                                     .visit = "VIS-9",
                                     .due_on = DAY("2020-07-07"),
                                     .verified_on = QB_DATE_NONE,
                                     .severity = QB_FINDING_CRITICAL};
    make_decrees(o);
    make_shipments(o);
    make_chain(o);
    make_tasks(o);
    o->facilities[0] = (struct qb_facility_schedule){
        .facility = facility_a, .chains = &o->chain, .chain_count = 1, .tasks = o->tasks, .task_count = 6};
    o->facilities[1] = (struct qb_facility_schedule){.facility = facility_b};
    o->list[0] = &o->facilities[0];
    o->list[1] = &o->facilities[1];
    o->view = (struct qb_output_view){.settings = &o->settings,
                                      .language = language,
                                      .as_of = DAY("2020-07-06"),
                                      .facilities = o->list,
                                      .facility_count = 2,
                                      .tasks = o->worklist,
                                      .task_count = 6,
                                      .problems = &o->problems,
                                      .title = title,
                                      .company = company,
                                      .context = o};
}

static void teardown(struct office *o)
{
    qb_problems_fini(&o->problems);
    qb_settings_init(&o->settings);
}

static void test_html__says_what_to_do_in_indonesian(void **state)
{
    (void)state;
    struct office o;
    setup(&o, QB_INDONESIAN);
    struct qb_buf page = {0};
    qb_output_html(&page, &o.view, NULL);
    assert_non_null(strstr(page.data, "<html lang=\"id\">"));
    assert_non_null(strstr(page.data, "<title>Jadwal monitoring K.9.A, 6 Juli 2020</title>"));
    assert_non_null(strstr(page.data, "default-src 'none'"));
    expect_texts(&page,
                 (const char *const[]){
                     "Keadaan pada Senin, 6 Juli 2020",
                     "1 ! Terlambat",
                     "3 \xe2\x97\x8f Jatuh tempo",
                     "Kunjungan monitoring ke-1: 3 dari 3 pengiriman, paling lambat 8 Juli 2020. Pengiriman berikutnya "
                     "(SHP-4) sudah bersertifikat sebelum kunjungan ini dilakukan.",
                     "Petugas: OFF-0001, OFF-0002 dan OFF-0003 Direncanakan 7 Juli 2020.",
                     "sudah terlambat 8 Juli 2020",
                     "Kunjungan monitoring ke-2: 3 dari 3 pengiriman, paling lambat 6 Juli 2020.",
                     "hari ini",
                     "Belum ada rencana dan petugas.",
                     "3 pengiriman",
                     "SHP-3, 22 Juni 2020",
                     "Pemeriksaan biasa untuk pengiriman SHP-7: pada 10 September 2020 SK-nya tidak berlaku.",
                     "Periksa tindakan perbaikan atas temuan FND-1 (kritis), batas waktu 7 Juli 2020.",
                     "SK SK-2020-0090 berakhir 4 Desember 2020.",
                     "Kunjungan monitoring ke-3 belum perlu: baru 0 dari 3 pengiriman. Pengiriman ke-3 diperkirakan 31 "
                     "Juli 2020.",
                     "PT Contoh, FAC-0001",
                     "SK SK-2020-0077",
                     "Berlaku sejak 5 Juni 2020",
                     "Dilanjutkan SK SK-2020-0090 mulai 5 September 2020",
                     "Sampai 4 September 2020",
                     "60 hari lagi",
                     "Kunjungan ke-3: 0 dari 3",
                     "Kunjungan wajib: 2, terpenuhi: 0. Pengiriman dihitung: 6.",
                     "Semua catatan benar.",
                     NULL});
    assert_null(strstr(page.data, facility_b)); /* nothing goes on there */
    qb_buf_fini(&page);
    teardown(&o);
}

static void test_html__says_what_to_do_in_english(void **state)
{
    (void)state;
    struct office o;
    setup(&o, QB_ENGLISH);
    o.view.as_of = DAY("2020-07-09");
    o.shipment[6].certificate_issued_on = DAY("2020-07-01");
    struct qb_buf page = {0};
    qb_output_html(&page, &o.view, NULL);
    expect_texts(&page,
                 (const char *const[]){
                     "As of Thursday, 9 July 2020", "1 ! Overdue", "1 day late", "3 days late",
                     "Monitoring visit 1: 3 of 3 shipments, due by 8 July 2020.\n",
                     "Officers: OFF-0001, OFF-0002 and OFF-0003 The plan for 7 July 2020 has passed without a report.",
                     "Normal inspection of shipment SHP-7 of 1 July 2020: the decree does not name its commodity.",
                     "All records are right.", NULL});
    qb_buf_fini(&page);
    teardown(&o);
}

static void test_html__empty_office(void **state)
{
    (void)state;
    struct office o;
    setup(&o, QB_ENGLISH);
    o.view.task_count = 0;
    o.view.facility_count = 0;
    struct qb_buf page = {0};
    qb_output_html(&page, &o.view, NULL);
    expect_texts(&page, (const char *const[]){"There are no tasks.", "No facility has a decree in force.", NULL});
    qb_buf_fini(&page);
    teardown(&o);
}

static void test_html__decree_states(void **state)
{
    (void)state;
    struct office o;
    setup(&o, QB_ENGLISH);
    o.chain.decree_count = 1;
    o.decree.revoked_on = DAY("2020-07-01");
    struct qb_buf page = {0};
    qb_output_html(&page, &o.view, NULL);
    expect_texts(&page, (const char *const[]){"Revoked on 1 July 2020", NULL});
    o.decree.revoked_on = QB_DATE_NONE;
    o.view.as_of = DAY("2020-06-01");
    qb_buf_clear(&page);
    qb_output_html(&page, &o.view, NULL);
    expect_texts(&page, (const char *const[]){"Not yet in force", NULL});
    o.view.as_of = DAY("2020-09-04");
    qb_buf_clear(&page);
    qb_output_html(&page, &o.view, NULL);
    expect_texts(&page, (const char *const[]){"Until 4 September 2020 last day", NULL});
    o.view.as_of = DAY("2020-09-05");
    qb_buf_clear(&page);
    qb_output_html(&page, &o.view, NULL);
    expect_texts(&page, (const char *const[]){"Ended on 4 September 2020", NULL});
    qb_buf_fini(&page);
    teardown(&o);
}

/* Errors come first, the list ends, and says how much is left. */
static void test_html__many_problems(void **state)
{
    (void)state;
    struct office o;
    setup(&o, QB_ENGLISH);
    for (int i = 0; i < 250; i++)
        add_problem(&o, QB_PROBLEM_FUTURE, "records/shipments/SHP-WARN.json");
    add_problem(&o, QB_PROBLEM_SCHEMA, "records/shipments/SHP-BAD.json");
    struct qb_buf page = {0};
    qb_output_html(&page, &o.view, NULL);
    expect_texts(&page, (const char *const[]){"Error: records/shipments/SHP-BAD.json, line 7",
                                              "Warning: records/shipments/SHP-WARN.json, line 7",
                                              "51 more problems are in status/problems.json.", NULL});
    assert_true(strstr(page.data, "SHP-BAD") < strstr(page.data, "SHP-WARN"));
    assert_null(strstr(page.data, "All records are right."));
    qb_buf_fini(&page);
    teardown(&o);
}

static void write_tags(struct office *o, struct qb_buf *page, struct qb_buf *tags)
{
    add_problem(o, QB_PROBLEM_SCHEMA, o->hostile ? "records/" HOSTILE : "records/x.json");
    qb_output_html(page, &o->view, NULL);
    take_out_script(page);
    tags_of(tags, page);
}

static void test_html__hostile_data_stays_text(void **state)
{
    (void)state;
    struct office harmless;
    struct office hostile;
    struct qb_buf pages[2] = {{0}, {0}};
    struct qb_buf tags[2] = {{0}, {0}};
    setup(&harmless, QB_INDONESIAN);
    setup(&hostile, QB_INDONESIAN);
    hostile.hostile = true;
    hostile.settings.office = HOSTILE;
    hostile.settings.office_name = HOSTILE;
    write_tags(&harmless, &pages[0], &tags[0]);
    write_tags(&hostile, &pages[1], &tags[1]);
    assert_string_equal(qb_buf_text(&tags[0]), qb_buf_text(&tags[1]));
    assert_int_equal(qb_utf8_check(pages[1].data, pages[1].length), pages[1].length);
    assert_int_equal(strlen(pages[1].data), pages[1].length);
    assert_null(strstr(pages[1].data, "<script"));
    assert_null(strpbrk(pages[1].data, "\x01\r\xff"));
    assert_non_null(strstr(pages[1].data, "{count}&amp;amp;")); /* a place inside data is no place */
    assert_non_null(strstr(pages[1].data, "href=\"../records/%22%3E%3Cscript%3E"));
    for (int i = 0; i < 2; i++) {
        qb_buf_fini(&pages[i]);
        qb_buf_fini(&tags[i]);
    }
    teardown(&harmless);
    teardown(&hostile);
}

/* An id comes from a record that was validated; should that ever fail, it still cannot leave its attribute. */
static void test_html__hostile_facility_id(void **state)
{
    (void)state;
    struct office o;
    setup(&o, QB_ENGLISH);
    o.facilities[0].facility = HOSTILE;
    for (int i = 0; i < 6; i++)
        o.tasks[i].facility = HOSTILE;
    struct qb_buf page = {0};
    qb_output_html(&page, &o.view, NULL);
    take_out_script(&page);
    assert_null(strstr(page.data, "<script"));
    assert_null(strstr(page.data, "<img"));
    assert_non_null(strstr(page.data, "id=\"facility-&quot;&gt;&lt;script"));
    qb_buf_fini(&page);
    teardown(&o);
}

/* No message is missing and no place is left open, in either language; twice the same view, twice the same bytes. */
static void test_html__complete_and_stable(void **state)
{
    (void)state;
    for (int language = 0; language < QB_LANGUAGES; language++) {
        struct office o;
        setup(&o, (enum qb_language)language);
        struct qb_buf first = {0};
        struct qb_buf second = {0};
        struct qb_buf text = {0};
        qb_output_html(&first, &o.view, NULL);
        qb_output_html(&second, &o.view, NULL);
        assert_string_equal(first.data, second.data);
        take_out_script(&first);
        text_of(&text, &first);
        assert_null(strstr(text.data, "page."));
        assert_null(strstr(text.data, "date."));
        assert_null(strpbrk(text.data, "{}"));
        qb_buf_fini(&first);
        qb_buf_fini(&second);
        qb_buf_fini(&text);
        teardown(&o);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_html__says_what_to_do_in_indonesian),
        cmocka_unit_test(test_html__says_what_to_do_in_english),
        cmocka_unit_test(test_html__empty_office),
        cmocka_unit_test(test_html__decree_states),
        cmocka_unit_test(test_html__many_problems),
        cmocka_unit_test(test_html__hostile_data_stays_text),
        cmocka_unit_test(test_html__hostile_facility_id),
        cmocka_unit_test(test_html__complete_and_stable),
    };
    return cmocka_run_group_tests_name("html", tests, NULL, NULL);
}
