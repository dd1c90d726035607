/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * schedule/schedule.xlsx: worklist, facilities, decrees and problems, a sheet each. A sheet is a table of columns, a
 * column a header and a function that fills its cell. What people read comes first and is what is printed; what
 * programs and the curious want stands to the right of it.
 *
 * The book does not name as_of: like schedule.csv it changes only when something in it does.
 */
#include "core/output/phrase.h"
#include "core/output/workbook.h"
#include "core/output/writers.h"

#include <string.h>

/* What a row is about; of each sheet the part that it is made of is set. */
struct row {
    struct qb_workbook *book;
    const struct qb_output_view *view;
    const struct qb_task *task;
    const struct qb_facility_schedule *facility;
    const struct qb_chain *chain;
    const struct qb_decree *decree;
    const struct qb_problem *problem;
    size_t column;
};

struct column {
    struct {
        const char *header; /* message id */
        int widest;
    } shape;
    void (*fill)(const struct row *row);
};

static void text(const struct row *row, const char *value)
{
    qb_workbook_text(row->book, row->column, value);
}

static void number(const struct row *row, int64_t value)
{
    qb_workbook_number(row->book, row->column, value);
}

static void date(const struct row *row, qb_date value)
{
    qb_workbook_date(row->book, row->column, value);
}

static const char *title_of(const struct row *row, const char *kind, const char *id)
{
    return row->view->title(row->view->context, kind, id);
}

static void title(const struct row *row, const char *kind, const char *id)
{
    text(row, title_of(row, kind, id));
}

static void word(const struct row *row, const char *id)
{
    text(row, qb_text(row->view->language, id));
}

/* The word of a series: "status.due". */
static void named(const struct row *row, const char *series, const char *name)
{
    struct qb_buf id = {0};
    qb_buf_addf(&id, "%s.%s", series, name);
    word(row, qb_buf_text(&id));
    qb_buf_fini(&id);
}

/* Titles of records, "; " between them. */
static void titles(const struct row *row, const char *kind, const struct qb_ids *ids)
{
    struct qb_buf list = {0};
    for (size_t i = 0; i < ids->count; i++) {
        qb_buf_add_string(&list, i ? "; " : "");
        qb_buf_add_string(&list, title_of(row, kind, ids->items[i]));
    }
    text(row, qb_buf_text(&list));
    qb_buf_fini(&list);
}

static void present_decree(const struct row *row, const struct qb_chain *chain)
{
    title(row, "decree", chain->decrees[qb_chain_present(chain, row->view->as_of)]->id);
}

/* --- worklist --- */

static void task_status(const struct row *row)
{
    named(row, "status", qb_status_name(row->task->status));
}

static void task_type(const struct row *row)
{
    named(row, "task", qb_task_type_name(row->task->type));
}

static void task_due_by(const struct row *row)
{
    date(row, row->task->due_by);
}

static void task_expected(const struct row *row)
{
    if (row->task->obligation)
        date(row, row->task->obligation->expected_on);
}

static void task_facility(const struct row *row)
{
    title(row, "facility", row->task->facility);
}

static void task_company(const struct row *row)
{
    text(row, row->view->company(row->view->context, row->task->facility));
}

static void task_what(const struct row *row)
{
    struct qb_buf words = {0};
    qb_task_text(&words, row->view, row->task);
    text(row, qb_buf_text(&words));
    qb_buf_fini(&words);
}

static void task_planned_on(const struct row *row)
{
    if (row->task->obligation && row->task->obligation->planned)
        date(row, row->task->obligation->planned->planned_on);
}

static void task_officers(const struct row *row)
{
    titles(row, "officer", qb_task_officers(row->task));
}

static void task_decree(const struct row *row)
{
    if (row->task->chain)
        present_decree(row, row->task->chain);
    else
        title(row, "decree", row->task->decree);
}

static void task_obligation(const struct row *row)
{
    if (row->task->obligation)
        number(row, row->task->obligation->k);
}

static void task_count(const struct row *row)
{
    if (row->task->obligation)
        number(row, (int64_t)row->task->obligation->count);
}

static void task_every(const struct row *row)
{
    if (row->task->obligation)
        number(row, row->task->obligation->every);
}

static void task_due_on(const struct row *row)
{
    if (row->task->obligation)
        date(row, row->task->obligation->due_on);
}

static void task_shipments(const struct row *row)
{
    const struct qb_task *task = row->task;
    struct qb_buf list = {0};
    if (task->shipment)
        qb_buf_add_string(&list, title_of(row, "shipment", task->shipment->id));
    for (size_t i = 0; task->obligation && i < task->obligation->count; i++) {
        qb_buf_add_string(&list, i ? "; " : "");
        qb_buf_add_string(&list, title_of(row, "shipment", task->chain->shipments[task->obligation->first + i]->id));
    }
    text(row, qb_buf_text(&list));
    qb_buf_fini(&list);
}

static void task_facility_id(const struct row *row)
{
    text(row, row->task->facility);
}

static void task_id(const struct row *row)
{
    text(row, row->task->id);
}

static const struct column worklist[] = {
    {{"csv.status", 14}, task_status},
    {{"csv.due-by", 12}, task_due_by},
    {{"csv.facility-name", 26}, task_facility},
    {{"csv.company", 26}, task_company},
    {{"xlsx.what", 56}, task_what},
    {{"csv.planned-on", 12}, task_planned_on},
    {{"csv.officers", 26}, task_officers},
    {{"csv.expected-on", 12}, task_expected},
    {{"csv.type", 20}, task_type},
    {{"csv.decree", 32}, task_decree},
    {{"csv.obligation", 11}, task_obligation},
    {{"csv.count", 11}, task_count},
    {{"xlsx.every", 11}, task_every},
    {{"csv.due-on", 12}, task_due_on},
    {{"csv.shipments", 60}, task_shipments},
    {{"csv.facility", 20}, task_facility_id},
    {{"csv.task", 34}, task_id},
};

/* --- facilities: a row for each chain in force; where none is but something waits, for the latest chain --- */

/* The latest chain of a facility in which none is in force but something waits; else NULL. */
static const struct qb_chain *left_over(const struct qb_facility_schedule *facility)
{
    const struct qb_chain *latest = NULL;
    for (size_t i = 0; i < facility->chain_count; i++) {
        if (facility->chains[i].in_force)
            return NULL;
        if (!latest || facility->chains[i].last_day > latest->last_day)
            latest = &facility->chains[i];
    }
    return facility->task_count ? latest : NULL;
}

/* The most urgent obligation of the chain, or NULL. */
static const struct qb_obligation *most_urgent(const struct qb_chain *chain)
{
    const struct qb_obligation *found = NULL;
    for (size_t i = 0; i < chain->obligation_count; i++) {
        const struct qb_obligation *obligation = &chain->obligations[i];
        if (obligation->status <= QB_STATUS_OPEN && (!found || obligation->status < found->status))
            found = obligation;
    }
    return found;
}

static void chain_facility(const struct row *row)
{
    title(row, "facility", row->facility->facility);
}

static void chain_company(const struct row *row)
{
    text(row, row->view->company(row->view->context, row->facility->facility));
}

static void chain_status(const struct row *row)
{
    const struct qb_obligation *obligation = most_urgent(row->chain);
    if (obligation)
        named(row, "status", qb_status_name(obligation->status));
}

static void chain_due_by(const struct row *row)
{
    const struct qb_obligation *obligation = most_urgent(row->chain);
    if (obligation)
        date(row, obligation->due_by);
}

static void chain_decree(const struct row *row)
{
    present_decree(row, row->chain);
}

static void chain_last_day(const struct row *row)
{
    date(row, row->chain->last_day);
}

static void chain_in_force(const struct row *row)
{
    word(row, row->chain->in_force ? "xlsx.yes" : "xlsx.no");
}

/* The block that is being filled: the last one, while it is not complete. */
static const struct qb_obligation *present_block(const struct qb_chain *chain)
{
    const struct qb_obligation *last =
        chain->obligation_count ? &chain->obligations[chain->obligation_count - 1] : NULL;
    return last && last->due_on == QB_DATE_NONE ? last : NULL;
}

static void chain_block_count(const struct row *row)
{
    const struct qb_obligation *block = present_block(row->chain);
    number(row, block ? (int64_t)block->count : 0);
}

static void chain_every(const struct row *row)
{
    const struct qb_obligation *block = present_block(row->chain);
    const struct qb_decree *decree = row->chain->decrees[qb_chain_present(row->chain, row->view->as_of)];
    number(row, block ? block->every : decree->every ? decree->every : row->view->settings->monitoring.every);
}

static void chain_counted(const struct row *row)
{
    number(row, (int64_t)row->chain->shipment_count);
}

static void chain_required(const struct row *row)
{
    number(row, row->chain->required);
}

static void chain_met(const struct row *row)
{
    number(row, row->chain->met);
}

/* Visits made of those owed so far; a visit may come before its block is complete. */
static void chain_ratio(const struct row *row)
{
    if (row->chain->required)
        qb_workbook_share(
            row->book, row->column,
            row->chain->met < row->chain->required ? (double)row->chain->met / (double)row->chain->required : 1.0);
}

static void chain_facility_id(const struct row *row)
{
    text(row, row->facility->facility);
}

static void chain_id(const struct row *row)
{
    text(row, row->chain->id);
}

static const struct column facilities[] = {
    {{"csv.facility-name", 30}, chain_facility},
    {{"csv.company", 30}, chain_company},
    {{"csv.status", 14}, chain_status},
    {{"csv.due-by", 12}, chain_due_by},
    {{"csv.decree", 32}, chain_decree},
    {{"xlsx.last-day", 12}, chain_last_day},
    {{"xlsx.in-force", 10}, chain_in_force},
    {{"xlsx.block-count", 12}, chain_block_count},
    {{"xlsx.every", 11}, chain_every},
    {{"xlsx.counted", 12}, chain_counted},
    {{"xlsx.required", 10}, chain_required},
    {{"xlsx.met", 10}, chain_met},
    {{"xlsx.ratio", 11}, chain_ratio},
    {{"csv.facility", 20}, chain_facility_id},
    {{"xlsx.chain", 20}, chain_id},
};

/* --- decrees in force, and those that will be or have just been --- */

static bool is_listed(const struct row *row)
{
    qb_date end = row->decree->revoked_on != QB_DATE_NONE ? row->decree->revoked_on : qb_decree_last_day(row->decree);
    return row->view->as_of <= end + row->view->settings->monitoring.decree_warning_days;
}

static void decree_number(const struct row *row)
{
    title(row, "decree", row->decree->id);
}

/* How the decree stands at as_of: a word of the catalogue. */
static const char *decree_state(const struct qb_decree *decree, qb_date as_of)
{
    if (decree->revoked_on != QB_DATE_NONE && decree->revoked_on <= as_of)
        return "decree.revoked";
    if (as_of < decree->valid_from)
        return "decree.later";
    return as_of > qb_decree_last_day(decree) ? "decree.ended" : "decree.in-force";
}

static void decree_standing(const struct row *row)
{
    word(row, decree_state(row->decree, row->view->as_of));
}

static void decree_decreed_on(const struct row *row)
{
    date(row, row->decree->decreed_on);
}

static void decree_valid_from(const struct row *row)
{
    date(row, row->decree->valid_from);
}

static void decree_last_day(const struct row *row)
{
    date(row, qb_decree_last_day(row->decree));
}

static void decree_revoked_on(const struct row *row)
{
    date(row, row->decree->revoked_on);
}

static void decree_extends(const struct row *row)
{
    if (row->decree->extends)
        title(row, "decree", row->decree->extends);
}

static void decree_commodities(const struct row *row)
{
    titles(row, "commodity", &row->decree->commodities);
}

static void decree_every(const struct row *row)
{
    number(row, row->decree->every ? row->decree->every : row->view->settings->monitoring.every);
}

static void decree_id(const struct row *row)
{
    text(row, row->decree->id);
}

static const struct column decrees[] = {
    {{"csv.decree", 34}, decree_number},          {{"csv.facility-name", 28}, chain_facility},
    {{"csv.company", 28}, chain_company},         {{"xlsx.standing", 14}, decree_standing},
    {{"xlsx.valid-from", 12}, decree_valid_from}, {{"xlsx.last-day", 12}, decree_last_day},
    {{"xlsx.extends", 34}, decree_extends},       {{"xlsx.commodities", 34}, decree_commodities},
    {{"xlsx.every", 11}, decree_every},           {{"xlsx.decreed-on", 12}, decree_decreed_on},
    {{"xlsx.revoked-on", 12}, decree_revoked_on}, {{"csv.facility", 20}, chain_facility_id},
    {{"xlsx.decree-id", 20}, decree_id},          {{"xlsx.chain", 20}, chain_id},
};

/* --- problems --- */

static const char *severity_word(enum qb_severity severity)
{
    return severity == QB_SEVERITY_ERROR ? "page.severity-of-problem.error" : "page.severity-of-problem.warning";
}

static void problem_severity(const struct row *row)
{
    word(row, severity_word(qb_problem_severity(row->problem)));
}

static void problem_path(const struct row *row)
{
    text(row, row->problem->path);
}

static void problem_line(const struct row *row)
{
    number(row, row->problem->line);
}

static void problem_column(const struct row *row)
{
    number(row, row->problem->column);
}

static void problem_message(const struct row *row)
{
    struct qb_buf message = {0};
    qb_problem_message(&message, row->view->language, row->problem);
    text(row, qb_buf_text(&message));
    qb_buf_fini(&message);
}

static void problem_code(const struct row *row)
{
    text(row, qb_problem_rows[row->problem->code].name);
}

static void problem_record(const struct row *row)
{
    text(row, row->problem->record ? row->problem->record : "");
}

static const struct column problems[] = {
    {{"xlsx.severity", 12}, problem_severity}, {{"xlsx.file", 48}, problem_path},
    {{"xlsx.line", 8}, problem_line},          {{"xlsx.column", 8}, problem_column},
    {{"xlsx.message", 80}, problem_message},   {{"xlsx.code", 20}, problem_code},
    {{"xlsx.record", 24}, problem_record},
};

/* --- sheets --- */

enum sheet { WORKLIST, FACILITIES, DECREES, PROBLEMS, SHEETS };
#define COUNT(list) (sizeof(list) / sizeof *(list))

static const struct {
    const char *name; /* message id, at most 31 characters of text */
    const struct column *columns;
    size_t count;
    size_t printed;
} sheets[SHEETS] = {
    [WORKLIST] = {"xlsx.sheet.worklist", worklist, COUNT(worklist), 7},
    [FACILITIES] = {"xlsx.sheet.facilities", facilities, COUNT(facilities), 13},
    [DECREES] = {"xlsx.sheet.decrees", decrees, COUNT(decrees), 9},
    [PROBLEMS] = {"xlsx.sheet.problems", problems, COUNT(problems), 5},
};
_Static_assert(COUNT(worklist) <= QB_WORKBOOK_COLUMNS, "the widest sheet");

static void begin(struct qb_workbook *book, enum sheet sheet)
{
    struct qb_workbook_column shapes[QB_WORKBOOK_COLUMNS];
    for (size_t i = 0; i < sheets[sheet].count; i++)
        shapes[i] = (struct qb_workbook_column){.header = sheets[sheet].columns[i].shape.header,
                                                .widest = sheets[sheet].columns[i].shape.widest};
    qb_workbook_sheet(book, sheets[sheet].name, shapes, sheets[sheet].count, sheets[sheet].printed);
}

static void add_row(struct row row, enum sheet sheet)
{
    qb_workbook_row(row.book);
    for (row.column = 0; row.column < sheets[sheet].count; row.column++)
        sheets[sheet].columns[row.column].fill(&row);
}

static void add_tones(const struct row *row, size_t column, const char *const ids[QB_TONES])
{
    for (size_t i = 0; i < QB_TONES; i++)
        if (ids[i])
            qb_workbook_tone(row->book, column, qb_text(row->view->language, ids[i]), (enum qb_tone)i);
}

static const char *const status_tones[QB_TONES] = {
    [QB_TONE_BAD] = "status.overdue",
    [QB_TONE_WARNING] = "status.due",
    [QB_TONE_SOON] = "status.due_soon",
    [QB_TONE_CALM] = "status.open",
};

static void write_worklist(struct row row)
{
    begin(row.book, WORKLIST);
    for (size_t i = 0; i < row.view->task_count; i++) {
        row.task = row.view->tasks[i];
        add_row(row, WORKLIST);
    }
    add_tones(&row, 0, status_tones);
}

static void write_facilities(struct row row)
{
    begin(row.book, FACILITIES);
    for (size_t i = 0; i < row.view->facility_count; i++) {
        row.facility = row.view->facilities[i];
        const struct qb_chain *latest = left_over(row.facility);
        for (size_t k = 0; k < row.facility->chain_count; k++) {
            row.chain = &row.facility->chains[k];
            if (row.chain->in_force || row.chain == latest)
                add_row(row, FACILITIES);
        }
    }
    add_tones(&row, 2, status_tones);
}

static void write_decrees(struct row row)
{
    static const char *const tones[QB_TONES] = {
        [QB_TONE_BAD] = "decree.revoked",
        [QB_TONE_WARNING] = "decree.ended",
        [QB_TONE_CALM] = "decree.later",
        [QB_TONE_GOOD] = "decree.in-force",
    };
    begin(row.book, DECREES);
    for (size_t i = 0; i < row.view->facility_count; i++) {
        row.facility = row.view->facilities[i];
        for (size_t k = 0; k < row.facility->chain_count; k++) {
            row.chain = &row.facility->chains[k];
            for (size_t n = 0; n < row.chain->decree_count; n++) {
                row.decree = row.chain->decrees[n];
                if (is_listed(&row))
                    add_row(row, DECREES);
            }
        }
    }
    add_tones(&row, 3, tones);
}

static void write_problems(struct row row)
{
    static const char *const tones[QB_TONES] = {
        [QB_TONE_BAD] = "page.severity-of-problem.error",
        [QB_TONE_WARNING] = "page.severity-of-problem.warning",
    };
    begin(row.book, PROBLEMS);
    for (size_t i = 0; i < row.view->problems->count; i++) {
        row.problem = &row.view->problems->items[i];
        add_row(row, PROBLEMS);
    }
    add_tones(&row, 0, tones);
}

void qb_output_xlsx(struct qb_buf *out, const struct qb_output_view *view, const struct qb_facility_schedule *facility)
{
    (void)facility;
    struct qb_buf title_text = {0};
    qb_text_format(&title_text, view->language, "xlsx.title",
                   (struct qb_text_arg[]){{"office", view->settings->office}}, 1);
    struct row row = {.book = qb_workbook_new(view, qb_buf_text(&title_text), ""), .view = view};
    qb_buf_fini(&title_text);
    write_worklist(row);
    write_facilities(row);
    write_decrees(row);
    write_problems(row);
    qb_workbook_finish(row.book, out);
}
