/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The writers of programs' formats, the CSV and the note: their bytes, and hostile text in every place. */
#include "core/output/writers.h"
#include "tests/unit/schedule_world.h"

#include <stdio.h>

#define DECREE "SK-2020-0077"

/* The worked example with a planned visit, a shipment without basis, a finding, and the decree's end in sight. */
struct office {
    struct world world;
    struct qb_problems problems;
    struct qb_output_view view;
    const struct qb_task **tasks;
    const struct qb_facility_schedule *facilities[1];
    const char *word; /* that every title and company answers; NULL: words of their own */
};

static const char *title(const void *context, const char *kind, const char *id)
{
    const struct office *office = context;
    if (office->word)
        return office->word;
    if (!strcmp(kind, "facility"))
        return "Pabrik Toba, Belawan";
    if (!strcmp(kind, "decree"))
        return "77/Kpts/OT.080/K.9.A/06/2020";
    if (!strcmp(kind, "officer"))
        return !strcmp(id, "OFF-0001") ? "Siti \"Ade\" Nasution" : "Togar Manurung";
    return id;
}

static const char *company(const void *context, const char *facility)
{
    const struct office *office = context;
    (void)facility;
    return office->word ? office->word : "PT Toba Agro Mandiri";
}

static void fill(struct world *w)
{
    static const char *const dates[] = {"2020-06-08", "2020-06-12", "2020-06-19",
                                        "2020-06-25", "2020-07-01", "2020-07-06"};
    static const char *const ids[] = {"SHP-A", "SHP-B", "SHP-C", "SHP-D", "SHP-E", "SHP-F"};
    static const char *const officers[] = {"OFF-0001", "OFF-0002"};
    static const char *const others[] = {"CDT-0009"};
    decree(w, DECREE, "2020-06-05")->valid_until = day("2020-07-31");
    for (size_t i = 0; i < 6; i++)
        shipment(w, ids[i], DECREE, dates[i]);
    shipment(w, "SHP-X", DECREE, "2020-06-30")->commodities = (struct qb_ids){others, 1};
    planned(w, "VIS-1", DECREE, "2020-07-09")->officers = (struct qb_ids){officers, 2};
    visit(w, "VIS-2", DECREE, "2020-06-20")->type = QB_VISIT_AD_HOC;
    visit(w, "VIS-3", DECREE, "2020-06-06"); /* before the first shipment: surplus */
    finding(w, "FND-1", "VIS-2", "2020-07-20");
}

static int setup(void **state)
{
    struct office *office = malloc(sizeof *office);
    if (!office)
        return -1;
    memset(office, 0, sizeof *office);
    struct world *w = &office->world;
    world_init(w);
    w->settings.office = "K.9.A";
    fill(w);
    office->facilities[0] = run(w, "2020-07-06");
    size_t tasks;
    office->tasks = qb_schedule_tasks(&w->schedule, 1, &tasks);
    office->view = (struct qb_output_view){.settings = &w->settings,
                                           .language = QB_INDONESIAN,
                                           .as_of = day("2020-07-06"),
                                           .facilities = office->facilities,
                                           .facility_count = 1,
                                           .tasks = office->tasks,
                                           .task_count = tasks,
                                           .problems = &office->problems,
                                           .title = title,
                                           .company = company,
                                           .context = office};
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

/* Compares what a writer says with the bytes expected, and that it says them again. */
static void assert_written(const struct office *office, const char *writer, const char *expected)
{
    struct qb_buf out = {0};
    const struct qb_output *output = qb_output_find(writer);
    assert_non_null(output);
    output->write(&out, &office->view, office->facilities[0]);
    assert_string_equal(qb_buf_text(&out), expected);
    qb_buf_clear(&out);
    output->write(&out, &office->view, office->facilities[0]);
    assert_string_equal(qb_buf_text(&out), expected);
    qb_buf_fini(&out);
}

static const struct qb_problem problem = {.code = QB_PROBLEM_REFERENCE,
                                          .kind = "shipment",
                                          .record = "SHP-A",
                                          .path = "records/shipments/SHP-A.json",
                                          .pointer = "/decree",
                                          .line = 3,
                                          .column = 13,
                                          .message_id = "no decree {found}",
                                          .args = {{"found", "SK-9"}},
                                          .arg_count = 1};

/* --- the table --- */

static void test_output__table(void **state)
{
    (void)state;
    static const char *const names[] = {"json",    "facility", "csv",           "xlsx",     "ics",
                                        "officer", "html",     "facility_html", "problems", "problems_html"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct qb_output *output = qb_output_find(names[i]);
        assert_non_null(output);
        assert_non_null(output->write);
        for (int language = 0; language < QB_LANGUAGES; language++)
            assert_non_null(qb_text_find((enum qb_language)language, output->help));
    }
    assert_null(qb_output_find("pdf"));
    assert_null(qb_output_find(""));
    for (size_t i = 0; i < qb_output_count; i++) {
        bool has_place = strstr(qb_outputs[i].path, "%s") != NULL;
        assert_int_equal(has_place, qb_outputs[i].scope != QB_OUTPUT_OFFICE);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(qb_outputs[i].name, qb_outputs[k].name);
    }
}

static void test_output__path(void **state)
{
    (void)state;
    char *path = qb_output_path(qb_output_find("facility"), "FAC-0001");
    assert_string_equal(path, "schedule/facilities/FAC-0001.json");
    free(path);
    path = qb_output_path(qb_output_find("problems"), NULL);
    assert_string_equal(path, "status/problems.json");
    free(path);
}

/* --- schedule.json, facilities/ID.json --- */

#define NO_PLAN                        \
    "      \"planned_visit\": null,\n" \
    "      \"planned_on\": null,\n"    \
    "      \"officers\": []\n"

static void test_output__schedule_json(void **state)
{
    assert_written(*state, "json",
                   "{\n"
                   "  \"format\": \"qbis-schedule/1\",\n"
                   "  \"office\": \"K.9.A\",\n"
                   "  \"as_of\": \"2020-07-06\",\n"
                   "  \"summary\": {\n"
                   "    \"overdue\": 1,\n"
                   "    \"due\": 2,\n"
                   "    \"due_soon\": 1,\n"
                   "    \"open\": 1\n"
                   "  },\n"
                   "  \"tasks\": [\n"
                   "    {\n"
                   "      \"id\": \"monitoring/SK-2020-0077/1\",\n"
                   "      \"type\": \"monitoring\",\n"
                   "      \"status\": \"overdue\",\n"
                   "      \"facility\": \"FAC-0001\",\n"
                   "      \"decree\": \"SK-2020-0077\",\n"
                   "      \"obligation\": 1,\n"
                   "      \"count\": 5,\n"
                   "      \"every\": 5,\n"
                   "      \"shipments\": [\n"
                   "        \"SHP-A\",\n"
                   "        \"SHP-B\",\n"
                   "        \"SHP-C\",\n"
                   "        \"SHP-D\",\n"
                   "        \"SHP-E\"\n"
                   "      ],\n"
                   "      \"due_on\": \"2020-07-01\",\n"
                   "      \"due_by\": \"2020-07-10\",\n"
                   "      \"expected_on\": null,\n"
                   "      \"planned_visit\": \"VIS-1\",\n"
                   "      \"planned_on\": \"2020-07-09\",\n"
                   "      \"officers\": [\n"
                   "        \"OFF-0001\",\n"
                   "        \"OFF-0002\"\n"
                   "      ]\n"
                   "    },\n"
                   "    {\n"
                   "      \"id\": \"normal_inspection/SHP-X\",\n"
                   "      \"type\": \"normal_inspection\",\n"
                   "      \"status\": \"due\",\n"
                   "      \"facility\": \"FAC-0001\",\n"
                   "      \"decree\": \"SK-2020-0077\",\n"
                   "      \"obligation\": null,\n"
                   "      \"count\": null,\n"
                   "      \"every\": null,\n"
                   "      \"shipments\": [\n"
                   "        \"SHP-X\"\n"
                   "      ],\n"
                   "      \"due_on\": null,\n"
                   "      \"due_by\": \"2020-06-30\",\n"
                   "      \"expected_on\": null,\n" NO_PLAN "    },\n"
                   "    {\n"
                   "      \"id\": \"corrective_action/FND-1\",\n"
                   "      \"type\": \"corrective_action\",\n"
                   "      \"status\": \"due\",\n"
                   "      \"facility\": \"FAC-0001\",\n"
                   "      \"decree\": \"SK-2020-0077\",\n"
                   "      \"obligation\": null,\n"
                   "      \"count\": null,\n"
                   "      \"every\": null,\n"
                   "      \"shipments\": [],\n"
                   "      \"due_on\": null,\n"
                   "      \"due_by\": \"2020-07-20\",\n"
                   "      \"expected_on\": null,\n" NO_PLAN "    },\n"
                   "    {\n"
                   "      \"id\": \"decree_expiry/SK-2020-0077\",\n"
                   "      \"type\": \"decree_expiry\",\n"
                   "      \"status\": \"due_soon\",\n"
                   "      \"facility\": \"FAC-0001\",\n"
                   "      \"decree\": \"SK-2020-0077\",\n"
                   "      \"obligation\": null,\n"
                   "      \"count\": null,\n"
                   "      \"every\": null,\n"
                   "      \"shipments\": [],\n"
                   "      \"due_on\": null,\n"
                   "      \"due_by\": \"2020-07-31\",\n"
                   "      \"expected_on\": null,\n" NO_PLAN "    },\n"
                   "    {\n"
                   "      \"id\": \"monitoring/SK-2020-0077/2\",\n"
                   "      \"type\": \"monitoring\",\n"
                   "      \"status\": \"open\",\n"
                   "      \"facility\": \"FAC-0001\",\n"
                   "      \"decree\": \"SK-2020-0077\",\n"
                   "      \"obligation\": 2,\n"
                   "      \"count\": 1,\n"
                   "      \"every\": 5,\n"
                   "      \"shipments\": [\n"
                   "        \"SHP-F\"\n"
                   "      ],\n"
                   "      \"due_on\": null,\n"
                   "      \"due_by\": null,\n"
                   "      \"expected_on\": \"2020-07-29\",\n" NO_PLAN "    }\n"
                   "  ],\n"
                   "  \"chains\": [\n"
                   "    {\n"
                   "      \"chain\": \"SK-2020-0077\",\n"
                   "      \"facility\": \"FAC-0001\",\n"
                   "      \"decrees\": [\n"
                   "        \"SK-2020-0077\"\n"
                   "      ],\n"
                   "      \"last_day\": \"2020-07-31\",\n"
                   "      \"in_force\": true,\n"
                   "      \"counted\": 6,\n"
                   "      \"required\": 1,\n"
                   "      \"met\": 0\n"
                   "    }\n"
                   "  ]\n"
                   "}\n");
}

static void test_output__facility_json(void **state)
{
    assert_written(*state, "facility",
                   "{\n"
                   "  \"format\": \"qbis-facility/1\",\n"
                   "  \"facility\": \"FAC-0001\",\n"
                   "  \"chains\": [\n"
                   "    {\n"
                   "      \"chain\": \"SK-2020-0077\",\n"
                   "      \"facility\": \"FAC-0001\",\n"
                   "      \"decrees\": [\n"
                   "        \"SK-2020-0077\"\n"
                   "      ],\n"
                   "      \"last_day\": \"2020-07-31\",\n"
                   "      \"in_force\": true,\n"
                   "      \"counted\": 6,\n"
                   "      \"required\": 1,\n"
                   "      \"met\": 0,\n"
                   "      \"obligations\": [\n"
                   "        {\n"
                   "          \"k\": 1,\n"
                   "          \"status\": \"overdue\",\n"
                   "          \"count\": 5,\n"
                   "          \"every\": 5,\n"
                   "          \"due_on\": \"2020-07-01\",\n"
                   "          \"due_by\": \"2020-07-10\",\n"
                   "          \"visit\": null\n"
                   "        },\n"
                   "        {\n"
                   "          \"k\": 2,\n"
                   "          \"status\": \"open\",\n"
                   "          \"count\": 1,\n"
                   "          \"every\": 5,\n"
                   "          \"due_on\": null,\n"
                   "          \"due_by\": null,\n"
                   "          \"visit\": null\n"
                   "        }\n"
                   "      ],\n"
                   "      \"surplus_visits\": [\n"
                   "        \"VIS-3\"\n"
                   "      ]\n"
                   "    }\n"
                   "  ]\n"
                   "}\n");
}

static void test_output__chains_without_force_or_task_are_left_out(void **state)
{
    struct office *office = *state;
    struct world *w = &office->world;
    struct qb_buf out = {0};
    w->records.finding_count = 0;
    w->records.shipment_count = 0;
    office->facilities[0] = run(w, "2021-07-06");
    office->view.task_count = 0;
    qb_output_json(&out, &office->view, NULL);
    assert_non_null(strstr(qb_buf_text(&out), "\"tasks\": [],\n  \"chains\": []\n}\n"));
    qb_buf_clear(&out);
    qb_output_facility(&out, &office->view, office->facilities[0]);
    assert_non_null(strstr(qb_buf_text(&out), "\"chain\": \"" DECREE "\"")); /* history keeps it */
    finding(w, "FND-1", "VIS-2", "2020-07-20");
    office->facilities[0] = run(w, "2021-07-06");
    qb_buf_clear(&out);
    qb_output_json(&out, &office->view, NULL);
    assert_non_null(strstr(qb_buf_text(&out), "\"chain\": \"" DECREE "\"")); /* a finding is a task of it */
    qb_buf_fini(&out);
}

/* --- problems.json --- */

static void test_output__problems_json(void **state)
{
    struct office *office = *state;
    assert_written(office, "problems", "{\n  \"format\": \"qbis-problems/1\",\n  \"problems\": []\n}\n");
    struct qb_problem second = problem;
    second.code = QB_PROBLEM_SCHEMA;
    second.keyword = "required";
    second.line = 4;
    second.message_id = "\"{found}\"\n\x1b[31m";
    second.used = "0123456789abcdef0123456789abcdef01234567";
    struct qb_problem third = {.code = QB_PROBLEM_GENERATED_EDITED,
                               .path = "schedule/schedule.csv",
                               .line = 1,
                               .column = 1,
                               .message_id = "x"};
    qb_problems_add(&office->problems, &problem);
    qb_problems_add(&office->problems, &second);
    qb_problems_add(&office->problems, &third);
    assert_written(office, "problems",
                   "{\n"
                   "  \"format\": \"qbis-problems/1\",\n"
                   "  \"problems\": [\n"
                   "    {\n"
                   "      \"severity\": \"error\",\n"
                   "      \"code\": \"reference\",\n"
                   "      \"kind\": \"shipment\",\n"
                   "      \"record\": \"SHP-A\",\n"
                   "      \"path\": \"records/shipments/SHP-A.json\",\n"
                   "      \"line\": 3,\n"
                   "      \"column\": 13,\n"
                   "      \"pointer\": \"/decree\",\n"
                   "      \"message\": \"no decree SK-9\",\n"
                   "      \"using\": null\n"
                   "    },\n"
                   "    {\n"
                   "      \"severity\": \"error\",\n"
                   "      \"code\": \"schema\",\n"
                   "      \"kind\": \"shipment\",\n"
                   "      \"record\": \"SHP-A\",\n"
                   "      \"path\": \"records/shipments/SHP-A.json\",\n"
                   "      \"line\": 4,\n"
                   "      \"column\": 13,\n"
                   "      \"pointer\": \"/decree\",\n"
                   "      \"message\": \"\\\"SK-9\\\"\\n\\u001B[31m\",\n"
                   "      \"using\": \"0123456789abcdef0123456789abcdef01234567\",\n"
                   "      \"keyword\": \"required\"\n"
                   "    },\n"
                   "    {\n"
                   "      \"severity\": \"warning\",\n"
                   "      \"code\": \"generated-edited\",\n"
                   "      \"kind\": null,\n"
                   "      \"record\": null,\n"
                   "      \"path\": \"schedule/schedule.csv\",\n"
                   "      \"line\": 1,\n"
                   "      \"column\": 1,\n"
                   "      \"pointer\": \"\",\n"
                   "      \"message\": \"x\",\n"
                   "      \"using\": null\n"
                   "    }\n"
                   "  ]\n"
                   "}\n");
}

/* --- schedule.csv --- */

static void test_output__csv(void **state)
{
    struct office *office = *state;
#define FACILITY "FAC-0001,\"Pabrik Toba, Belawan\",PT Toba Agro Mandiri,77/Kpts/OT.080/K.9.A/06/2020,"
    assert_written(office, "csv",
                   "\xef\xbb\xbf"
                   "Status,Jenis tugas,ID fasilitas,Nama fasilitas,Perusahaan,Nomor SK,Kewajiban ke-,Jumlah "
                   "pengiriman,Pengiriman,Jatuh tempo sejak,Batas waktu,Perkiraan jatuh tempo,Rencana "
                   "kunjungan,Petugas,ID tugas,Alasan\r\n"
                   "Terlambat,Monitoring," FACILITY "1,5 dari 5,\"SHP-A; SHP-B; SHP-C; SHP-D; SHP-E\",2020-07-01,"
                   "2020-07-10,,2020-07-09,\"Siti \"\"Ade\"\" Nasution; Togar Manurung\",monitoring/SK-2020-0077/1,\r\n"
                   "Jatuh tempo,Pemeriksaan biasa," FACILITY ",,SHP-X,,2020-06-30,,,,normal_inspection/SHP-X,\r\n"
                   "Jatuh tempo,Tindakan perbaikan," FACILITY ",,,,2020-07-20,,,,corrective_action/FND-1,\r\n"
                   "Segera,Masa berlaku SK," FACILITY ",,,,2020-07-31,,,,decree_expiry/SK-2020-0077,\r\n"
                   "Berjalan,Monitoring," FACILITY "2,1 dari 5,SHP-F,,,2020-07-29,,,monitoring/SK-2020-0077/2,\r\n");
    struct qb_buf out = {0};
    office->view.language = QB_ENGLISH;
    qb_output_csv(&out, &office->view, NULL);
    assert_non_null(strstr(qb_buf_text(&out), "Status,Task type,Facility id,"));
    assert_non_null(strstr(qb_buf_text(&out), "\r\nOverdue,Monitoring,FAC-0001,"));
    assert_non_null(strstr(qb_buf_text(&out), ",5 of 5,"));
    qb_buf_fini(&out);
}

static void test_output__csv_says_why_under_another_policy(void **state)
{
    struct office *office = *state;
    struct world *w = &office->world;
    struct qb_buf out = {0};
    w->settings.monitoring.policy = "csp1";
    office->facilities[0] = run(w, "2020-07-06");
    free(office->tasks);
    office->tasks = qb_schedule_tasks(&w->schedule, 1, &office->view.task_count);
    office->view.tasks = office->tasks;
    office->view.language = QB_ENGLISH;
    qb_output_csv(&out, &office->view, NULL);
    assert_non_null(strstr(qb_buf_text(&out), ",Task id,Why\r\n"));
    assert_non_null(strstr(qb_buf_text(&out), ",monitoring/SK-2020-0077/1,\"Every shipment"));
    assert_non_null(strstr(qb_buf_text(&out), ",decree_expiry/SK-2020-0077,\r\n"));
    qb_buf_fini(&out);
}

static const struct {
    const char *text;
    const char *cell;
} cells[] = {
    {"", ""},
    {"Pabrik Toba", "Pabrik Toba"},
    {"a,b", "\"a,b\""},
    {"a\"b", "\"a\"\"b\""},
    {"a\r\nb", "\"a\r\nb\""},
    {" a", "\" a\""},
    {"a;b", "\"a;b\""},
    {"5", "5"},
    {"-5", "-5"},
    {"+62811234567", "'+62811234567"},
    {"-0.25", "-0.25"},
    {"-", "'-"},
    {"-5.", "'-5."},
    {"-.5", "'-.5"},
    {"-1.2.3", "'-1.2.3"},
    {"-5+2", "'-5+2"},
    {"2020-07-01", "2020-07-01"},
    {"=1+1", "'=1+1"},
    {"=HYPERLINK(\"http://x\",\"y\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\""},
    {"@SUM(A1)", "'@SUM(A1)"},
    {"+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"},
    {"\t=1", "\"'\t'=1\""},
    {"\r=1", "\"'\r'=1\""},
    {"\tx", "\"'\tx\""},
    {"\"=1+1\"", "\"\"\"'=1+1\"\"\""},
    {"''=1", "'''=1"},
    {"  =1", "\"  '=1\""},
    {"\xef\xbb\xbf=1", "\xef\xbb\xbf'=1"}, /* a byte order mark, which a reader drops */
    {"\xe2\x80\x8f=1", "\xe2\x80\x8f'=1"}, /* a right-to-left mark */
    {"\xef\xbc\x9d"
     "1",
     "'\xef\xbc\x9d"
     "1"},                           /* the wide form of = */
    {"PT A;=1+1", "\"PT A;'=1+1\""}, /* where ; separates */
    {"PT A; \"=1", "\"PT A; \"\"'=1\""},
    {"a\n=1", "\"a\n'=1\""},
    {"a\n\n@x", "\"a\n\n'@x\""},
    {"a-b=c+d@e", "a-b=c+d@e"},
    {"\x1b[31mred\x07", " [31mred "},
    {"\x1b=1", " '=1"},
    {"a\xff\xc3", "a\xef\xbf\xbd\xef\xbf\xbd"},
    {"<script>alert(1)</script>", "<script>alert(1)</script>"},
    {"\xf0\x9f\x98\x80 Se\xc3\xb1or", "\xf0\x9f\x98\x80 Se\xc3\xb1or"},
};

static void test_output__csv_cells(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        struct qb_buf out = {0};
        qb_output_csv_cell(&out, cells[i].text, strlen(cells[i].text));
        assert_string_equal(qb_buf_text(&out), cells[i].cell);
        qb_buf_fini(&out);
    }
    struct qb_buf out = {0};
    qb_output_csv_cell(&out, "a\0b", 3);
    assert_string_equal(qb_buf_text(&out), "a b");
    qb_buf_fini(&out);
}

/* Reads RFC 4180 and calls `see` for each cell; returns the rows, -1 when a row has another number of cells. */
static int read_csv(const char *text, size_t columns, void (*see)(const struct qb_buf *cell))
{
    struct qb_buf cell = {0};
    int rows = 0;
    size_t column = 0;
    for (const char *at = text; *at;) {
        qb_buf_clear(&cell);
        if (*at == '"') {
            for (at++; at[0] != '"' || at[1] == '"'; at++) {
                at += *at == '"';
                qb_buf_add_char(&cell, *at);
            }
            at++;
        } else {
            for (; *at != ',' && *at != '\r'; at++)
                qb_buf_add_char(&cell, *at);
        }
        see(&cell);
        column++;
        if (*at == ',') {
            at++;
            continue;
        }
        assert_memory_equal(at, "\r\n", 2);
        at += 2;
        rows++;
        if (column != columns) {
            qb_buf_fini(&cell);
            return -1;
        }
        column = 0;
    }
    qb_buf_fini(&cell);
    return rows;
}

static void see_harmless(const struct qb_buf *cell)
{
    const char *text = qb_buf_text(cell);
    text += strspn(text, " \"");
    if (*text && strchr("=+@\t\r", *text))
        fail_msg("a cell begins like a formula: %s", qb_buf_text(cell));
    if (*text == '-' && strspn(text, "-0123456789.") != strlen(text))
        fail_msg("a cell begins like a formula: %s", qb_buf_text(cell));
}

static void test_output__csv_with_hostile_words_everywhere(void **state)
{
    struct office *office = *state;
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        struct qb_buf out = {0};
        office->word = cells[i].text;
        qb_output_csv(&out, &office->view, NULL);
        assert_int_equal(read_csv(qb_buf_text(&out) + 3, 16, see_harmless), 6);
        qb_buf_fini(&out);
    }
}

static void test_output__json_with_hostile_ids(void **state)
{
    struct office *office = *state;
    struct world *w = &office->world;
    struct qb_buf out = {0};
    shipment(w, "SHP-\"\\\n\x01\xff</script>", DECREE, "2020-07-06");
    office->facilities[0] = run(w, "2020-07-06");
    free(office->tasks);
    office->tasks = qb_schedule_tasks(&w->schedule, 1, &office->view.task_count);
    office->view.tasks = office->tasks;
    qb_output_json(&out, &office->view, NULL);
    struct qb_json_doc *doc = qb_json_doc_new();
    struct qb_json_fault fault;
    const struct qb_json *root = qb_json_parse(doc, qb_buf_text(&out), out.length, &qb_json_document_options, &fault);
    assert_non_null(root);
    assert_string_equal(qb_json_string(qb_json_at(root, "/tasks/4/shipments/0")),
                        "SHP-\"\\\n\x01\xef\xbf\xbd</script>");
    qb_json_doc_free(doc);
    qb_buf_fini(&out);
}

/* --- the note --- */

static void test_output__note(void **state)
{
    (void)state;
    struct qb_buf out = {0};
    struct qb_problem items[3] = {problem, problem, problem};
    items[0].code = QB_PROBLEM_RISK;
    items[0].message_id = "not low";
    items[2].pointer = "";
    items[2].line = 1;
    items[2].column = 1;
    qb_output_note(&out, QB_INDONESIAN, items, 3);
    assert_string_equal(qb_buf_text(&out),
                        "SHP-A.json: ada yang harus diperbaiki\n"
                        "\n"
                        "Harus diperbaiki:\n"
                        "\n"
                        "  * Baris 3, kolom 13 (/decree)\n"
                        "    no decree SK-9\n"
                        "\n"
                        "  * Baris 1, kolom 1\n"
                        "    no decree SK-9\n"
                        "\n"
                        "Perlu diperiksa (berkas tetap dipakai):\n"
                        "\n"
                        "  * Baris 3, kolom 13 (/decree)\n"
                        "    not low\n"
                        "\n"
                        "Sampai diperbaiki, berkas ini belum dipakai dalam jadwal.\n"
                        "Perbaiki berkasnya, bukan catatan ini: catatan ini dibuat oleh Q-BIS dan hilang sendiri "
                        "setelah berkas benar.\n");
    qb_buf_clear(&out);
    items[1].used = "0123456789abcdef0123456789abcdef01234567";
    qb_output_note(&out, QB_ENGLISH, items, 3);
    assert_non_null(strstr(qb_buf_text(&out), "SHP-A.json: something must be mended\n"));
    assert_non_null(strstr(qb_buf_text(&out), "goes on with the last valid version"));
    qb_buf_clear(&out);
    qb_output_note(&out, QB_ENGLISH, items, 1);
    assert_string_equal(qb_buf_text(&out),
                        "SHP-A.json: something should be looked at\n"
                        "\n"
                        "To be looked at (the file is used all the same):\n"
                        "\n"
                        "  * Line 3, column 13 (/decree)\n"
                        "    not low\n"
                        "\n"
                        "Q-BIS wrote this note; it goes away by itself once there is nothing left to look at.\n");
    qb_buf_fini(&out);
}

static void test_output__note_keeps_data_in_its_line(void **state)
{
    (void)state;
    struct qb_buf out = {0};
    struct qb_problem hostile = problem;
    hostile.path = "records/shipments/SHP-\x1b]0;x\x07.json";
    hostile.pointer = "/a\nb";
    hostile.args[0].value = "x\r\nMended\xff\x1b[2J\xc2\x9b";
    qb_output_note(&out, QB_ENGLISH, &hostile, 1);
    for (size_t i = 0; i < out.length; i++)
        assert_true(out.data[i] == '\n' || (unsigned char)out.data[i] >= ' ');
    assert_non_null(strstr(qb_buf_text(&out), "    no decree x  Mended\xef\xbf\xbd [2J \n"));
    assert_non_null(strstr(qb_buf_text(&out), "(/a b)"));
    qb_buf_fini(&out);
}

static void test_output__every_word_is_in_both_languages(void **state)
{
    (void)state;
    char id[64];
    for (int language = 0; language < QB_LANGUAGES; language++) {
        for (int i = 0; i < QB_STATUSES; i++) {
            snprintf(id, sizeof id, "status.%s", qb_status_name((enum qb_status)i));
            assert_non_null(qb_text_find((enum qb_language)language, id));
        }
        for (int i = 0; i < QB_TASK_TYPES; i++) {
            snprintf(id, sizeof id, "task.%s", qb_task_type_name((enum qb_task_type)i));
            assert_non_null(qb_text_find((enum qb_language)language, id));
        }
    }
}

/* A title that a test can change behind the schedule's back. */
static const char *renamed(const void *context, const char *kind, const char *id)
{
    (void)context;
    return strcmp(kind, "facility") ? id : "Gudang Baru";
}

/* Writers that keep what they make write the same, and use it until it is forgotten. */
static void test_output__pieces_are_the_same_bytes_and_kept_until_forgotten(void **state)
{
    struct office *office = *state;
    for (size_t i = 0; i < qb_output_count; i++) {
        struct qb_buf outs[4] = {{0}};
        if (qb_outputs[i].scope != QB_OUTPUT_OFFICE)
            continue;
        for (size_t k = 0; k < 4; k++) {
            office->view.keeps = k > 0;
            office->view.title = k < 3 ? title : renamed;
            qb_outputs[i].write(&outs[k], &office->view, NULL);
        }
        for (size_t k = 1; k < 3; k++) {
            assert_int_equal(outs[k].length, outs[0].length);
            assert_memory_equal(outs[k].data, outs[0].data, outs[0].length);
        }
        bool keeps = !strcmp(qb_outputs[i].name, "csv") || !strcmp(qb_outputs[i].name, "ics") ||
                     !strcmp(qb_outputs[i].name, "html");
        assert_true(!keeps || !strstr(qb_buf_text(&outs[3]), "Gudang Baru"));
        qb_schedule_forget((struct qb_facility_schedule *)(uintptr_t)office->facilities[0]);
        qb_buf_clear(&outs[3]);
        qb_outputs[i].write(&outs[3], &office->view, NULL);
        assert_true(!keeps || strstr(qb_buf_text(&outs[3]), "Gudang Baru"));
        qb_schedule_forget((struct qb_facility_schedule *)(uintptr_t)office->facilities[0]);
        for (size_t k = 0; k < 4; k++)
            qb_buf_fini(&outs[k]);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_output__##name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(table),
        TEST(path),
        TEST(schedule_json),
        TEST(facility_json),
        TEST(chains_without_force_or_task_are_left_out),
        TEST(problems_json),
        TEST(csv),
        TEST(csv_cells),
        TEST(csv_says_why_under_another_policy),
        TEST(csv_with_hostile_words_everywhere),
        TEST(json_with_hostile_ids),
        TEST(note),
        TEST(note_keeps_data_in_its_line),
        TEST(every_word_is_in_both_languages),
        TEST(pieces_are_the_same_bytes_and_kept_until_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
