/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * schedule/schedule.csv: the tasks for a spreadsheet, one a row (RFC 4180, UTF-8 with a byte order mark, without which
 * Excel takes it for another encoding). A column is a row of the table below.
 *
 * Spreadsheets run a cell that begins with = + - @ as a formula, quoted or not. Where lists are separated by ";", as in
 * Indonesia, they also cut a line there, in the middle of our cells. So an apostrophe is put before such a character
 * wherever some reader may see the start of a cell: at the start of ours, behind ";" and behind what ends a line or
 * a column, blanks and quotes in between not counting.
 */
#include "core/base/utf8.h"
#include "core/output/phrase.h"
#include "core/output/piece.h"
#include "core/output/writers.h"

#include <stdio.h>
#include <string.h>

#define BYTE_ORDER_MARK "\xef\xbb\xbf"
#define LINE_END "\r\n"

/* --- the escaper --- */

/* A plain decimal number, which no spreadsheet runs. One with a plus is a telephone number. */
static bool is_number(const char *text, size_t length)
{
    size_t at = length && text[0] == '-';
    size_t digits = 0;
    bool point = false;
    for (; at < length; at++) {
        if (text[at] >= '0' && text[at] <= '9')
            digits++;
        else if (text[at] == '.' && digits && !point)
            point = true;
        else
            return false;
    }
    return digits && text[length - 1] != '.';
}

/* Begins a formula. The wide forms do so in East Asian settings. */
static bool begins_formula(uint32_t point)
{
    return point == '=' || point == '+' || point == '-' || point == '@' || point == 0xff1d || point == 0xff0b ||
           point == 0xff0d || point == 0xff20;
}

static bool begins_cell(uint32_t point)
{
    return point == ';' || point == '\t' || point == '\r' || point == '\n';
}

/* What readers may drop from the start of a cell: quotes, blanks, and characters that nobody sees. */
static bool is_passed_over(uint32_t point)
{
    static const struct {
        uint32_t first;
        uint32_t last;
    } ranges[] = {
        {' ', ' '},       {'"', '"'},       {'\'', '\''},     {0xa0, 0xa0},     {0xad, 0xad},
        {0x2000, 0x200f}, {0x2028, 0x202f}, {0x205f, 0x206f}, {0x3000, 0x3000}, {0xfeff, 0xfeff},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (point >= ranges[i].first && point <= ranges[i].last)
            return true;
    return false;
}

/* Control characters that neither end a line nor a column: a terminal or a printer might obey them. */
static bool is_control(uint32_t point)
{
    return point < ' ' ? !begins_cell(point) : point >= 0x7f && point < 0xa0;
}

static bool needs_quotes(const char *text, size_t length)
{
    if (length && (text[0] == ' ' || text[length - 1] == ' '))
        return true;
    for (size_t i = 0; i < length; i++)
        if (text[i] && strchr("\",;\t\r\n", text[i]))
            return true;
    return false;
}

/* Appends the characters of a cell, doubled quotes and apostrophes included. */
static void add_text(struct qb_buf *out, const char *text, size_t length)
{
    bool open = true; /* a reader may take the next character for a cell's first */
    for (size_t at = 0; at < length;) {
        uint32_t point;
        size_t bytes = qb_utf8_decode(text + at, length - at, &point);
        if (!bytes) {
            qb_buf_add_string(out, "\xef\xbf\xbd"); /* U+FFFD */
            open = false;
            at++;
            continue;
        }
        if (open && begins_formula(point))
            qb_buf_add_char(out, '\'');
        if (point == '"')
            qb_buf_add_char(out, '"');
        if (is_control(point))
            qb_buf_add_char(out, ' ');
        else
            qb_buf_add(out, text + at, bytes);
        open = begins_cell(point) || (open && (is_passed_over(point) || is_control(point)));
        at += bytes;
    }
}

void qb_output_csv_cell(struct qb_buf *out, const char *text, size_t length)
{
    if (is_number(text, length)) {
        qb_buf_add(out, text, length);
        return;
    }
    bool quotes = needs_quotes(text, length);
    if (quotes)
        qb_buf_add_char(out, '"');
    if (length && begins_cell((unsigned char)text[0]))
        qb_buf_add_char(out, '\''); /* some readers drop these, and some run what follows */
    add_text(out, text, length);
    if (quotes)
        qb_buf_add_char(out, '"');
}

/* --- the columns --- */

struct row {
    const struct qb_output_view *view;
    const struct qb_task *task;
};

static void add_word(struct qb_buf *cell, const struct row *row, const char *series, const char *name)
{
    struct qb_buf id = {0};
    qb_buf_addf(&id, "%s.%s", series, name);
    qb_buf_add_string(cell, qb_text(row->view->language, qb_buf_text(&id)));
    qb_buf_fini(&id);
}

static void add_date(struct qb_buf *cell, qb_date date)
{
    char text[QB_DATE_SIZE];
    qb_buf_add_string(cell, qb_date_format(date, text));
}

static void add_title(struct qb_buf *cell, const struct row *row, const char *kind, const char *id)
{
    qb_buf_add_string(cell, row->view->title(row->view->context, kind, id));
}

static void write_status(struct qb_buf *cell, const struct row *row)
{
    add_word(cell, row, "status", qb_status_name(row->task->status));
}

static void write_type(struct qb_buf *cell, const struct row *row)
{
    add_word(cell, row, "task", qb_task_type_name(row->task->type));
}

static void write_facility(struct qb_buf *cell, const struct row *row)
{
    qb_buf_add_string(cell, row->task->facility);
}

static void write_facility_name(struct qb_buf *cell, const struct row *row)
{
    add_title(cell, row, "facility", row->task->facility);
}

static void write_company(struct qb_buf *cell, const struct row *row)
{
    qb_buf_add_string(cell, row->view->company(row->view->context, row->task->facility));
}

static void write_decree(struct qb_buf *cell, const struct row *row)
{
    add_title(cell, row, "decree", row->task->decree);
}

static void write_obligation(struct qb_buf *cell, const struct row *row)
{
    if (row->task->obligation)
        qb_buf_addf(cell, "%d", row->task->obligation->k);
}

static void write_count(struct qb_buf *cell, const struct row *row)
{
    const struct qb_obligation *obligation = row->task->obligation;
    if (!obligation)
        return;
    char count[24];
    char every[24];
    snprintf(count, sizeof count, "%zu", obligation->count);
    snprintf(every, sizeof every, "%d", obligation->every);
    const struct qb_text_arg args[] = {{"count", count}, {"every", every}};
    qb_text_format(cell, row->view->language, "csv.count-of-every", args, 2);
}

static void write_shipments(struct qb_buf *cell, const struct row *row)
{
    const struct qb_task *task = row->task;
    if (task->shipment)
        qb_buf_add_string(cell, task->shipment->id);
    for (size_t i = 0; task->obligation && i < task->obligation->count; i++) {
        qb_buf_add_string(cell, i ? "; " : "");
        qb_buf_add_string(cell, task->chain->shipments[task->obligation->first + i]->id);
    }
}

static void write_due_on(struct qb_buf *cell, const struct row *row)
{
    if (row->task->obligation)
        add_date(cell, row->task->obligation->due_on);
}

static void write_due_by(struct qb_buf *cell, const struct row *row)
{
    add_date(cell, row->task->due_by);
}

static void write_expected_on(struct qb_buf *cell, const struct row *row)
{
    if (row->task->obligation)
        add_date(cell, row->task->obligation->expected_on);
}

static const struct qb_visit *plan(const struct row *row)
{
    return row->task->obligation ? row->task->obligation->planned : NULL;
}

static void write_planned_on(struct qb_buf *cell, const struct row *row)
{
    if (plan(row))
        add_date(cell, plan(row)->planned_on);
}

static void write_officers(struct qb_buf *cell, const struct row *row)
{
    const struct qb_visit *visit = plan(row);
    for (size_t i = 0; visit && i < visit->officers.count; i++) {
        qb_buf_add_string(cell, i ? "; " : "");
        add_title(cell, row, "officer", visit->officers.items[i]);
    }
}

static void write_task_id(struct qb_buf *cell, const struct row *row)
{
    qb_buf_add_string(cell, row->task->id);
}

/* Empty under the policy "fixed", which needs no explanation. */
static void write_why(struct qb_buf *cell, const struct row *row)
{
    struct qb_phrase phrase;
    if (qb_task_why(row->task, &phrase))
        qb_phrase_text(cell, row->view, &phrase);
}

static const struct {
    const char *header; /* message id */
    void (*write)(struct qb_buf *cell, const struct row *row);
} columns[] = {
    {"csv.status", write_status},         {"csv.type", write_type},
    {"csv.facility", write_facility},     {"csv.facility-name", write_facility_name},
    {"csv.company", write_company},       {"csv.decree", write_decree},
    {"csv.obligation", write_obligation}, {"csv.count", write_count},
    {"csv.shipments", write_shipments},   {"csv.due-on", write_due_on},
    {"csv.due-by", write_due_by},         {"csv.expected-on", write_expected_on},
    {"csv.planned-on", write_planned_on}, {"csv.officers", write_officers},
    {"csv.task", write_task_id},          {"csv.why", write_why},
};
#define COLUMNS (sizeof columns / sizeof *columns)

void qb_output_csv(struct qb_buf *out, const struct qb_output_view *view, const struct qb_facility_schedule *facility)
{
    (void)facility;
    struct qb_buf cell = {0};
    qb_buf_add_string(out, BYTE_ORDER_MARK);
    for (size_t i = 0; i < COLUMNS; i++) {
        const char *header = qb_text(view->language, columns[i].header);
        qb_buf_add_string(out, i ? "," : "");
        qb_output_csv_cell(out, header, strlen(header));
    }
    qb_buf_add_string(out, LINE_END);
    for (size_t k = 0; k < view->task_count; k++) {
        struct row row = {view, view->tasks[k]};
        size_t start = out->length;
        if (qb_piece_recall(out, view, row.task->made, QB_PIECE_CSV))
            continue;
        for (size_t i = 0; i < COLUMNS; i++) {
            qb_buf_clear(&cell);
            columns[i].write(&cell, &row);
            qb_buf_add_string(out, i ? "," : "");
            qb_output_csv_cell(out, qb_buf_text(&cell), cell.length);
        }
        qb_buf_add_string(out, LINE_END);
        qb_piece_keep(out, start, view, row.task->made, QB_PIECE_CSV);
    }
    qb_buf_fini(&cell);
}
