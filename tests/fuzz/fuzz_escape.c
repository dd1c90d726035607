/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The escapers of JSON, CSV, HTML, iCalendar, sheets, JSON Pointer and messages: whatever goes in, what comes out is
 * inert in its format, and says the same.
 */
#include "core/base/err.h"
#include "core/data/json_number.h"
#include "core/output/html_escape.h"
#include "core/output/workbook.h"
#include "core/output/writers.h"
#include "tests/fuzz/fuzz.h"

#include <math.h>

static void check_json_string(struct fuzz_part input, bool well_formed)
{
    struct qb_buf out = {0};
    struct qb_json_fault fault;
    struct qb_json_doc *doc = qb_json_doc_new();
    qb_json_write_string(&out, input.text, input.length);
    MUST(qb_utf8_check(qb_buf_text(&out), out.length) == out.length);
    const struct qb_json *value = qb_json_parse(doc, qb_buf_text(&out), out.length, &qb_json_document_options, &fault);
    MUST(value && value->type == QB_JSON_STRING);
    if (well_formed)
        MUST(value->length == input.length && !memcmp(value->as.string, input.text, input.length));
    qb_json_doc_free(doc);
    qb_buf_fini(&out);
}

/* As a key and as a value of a document. */
static void check_json_writer(const char *text)
{
    struct qb_buf out = {0};
    struct qb_json_writer writer;
    struct qb_json_fault fault;
    struct qb_json_doc *doc = qb_json_doc_new();
    qb_json_writer_init(&writer, &out);
    qb_json_writer_object(&writer, NULL);
    qb_json_writer_string(&writer, text, text);
    qb_json_writer_array(&writer, "");
    qb_json_writer_string(&writer, NULL, text);
    qb_json_writer_end_array(&writer);
    qb_json_writer_end_object(&writer);
    const struct qb_json *root = qb_json_parse(doc, qb_buf_text(&out), out.length, &qb_json_document_options, &fault);
    if (*text) {
        MUST(root && root->type == QB_JSON_OBJECT && root->length == 2);
        MUST(qb_json_equal(&root->as.items[0], &root->as.items[1].as.items[0]));
    } else {
        MUST(!root && fault.code == QB_JSON_DUPLICATE_KEY);
    }
    qb_json_doc_free(doc);
    qb_buf_fini(&out);
}

static void check_double(const char *text, size_t length)
{
    struct qb_buf out = {0};
    double number;
    if (length < sizeof number)
        return;
    memcpy(&number, text, sizeof number);
    if (!isfinite(number))
        return;
    qb_json_write_double(&out, number);
    MUST(qb_json_number_double(qb_buf_text(&out), out.length) == number);
    MUST(strtod(qb_buf_text(&out), NULL) == number);
    MUST(qb_json_number_survives(qb_buf_text(&out), out.length, number));
    qb_buf_fini(&out);
}

/* The content of a cell, by the rules of RFC 4180. */
static void unquote(const struct qb_buf *cell, struct qb_buf *content)
{
    const char *text = qb_buf_text(cell);
    if (!cell->length || text[0] != '"') {
        MUST(!strpbrk(text, "\",\r\n") && strlen(text) == cell->length);
        qb_buf_add(content, text, cell->length);
        return;
    }
    MUST(cell->length >= 2 && text[cell->length - 1] == '"');
    for (size_t at = 1; at < cell->length - 1; at++) {
        qb_buf_add_char(content, text[at]);
        if (text[at] == '"')
            MUST(++at < cell->length - 1 && text[at] == '"');
    }
}

/* No place where a reader may see the start of a cell has a formula. */
static void check_formulas(const struct qb_buf *content)
{
    const char *text = qb_buf_text(content);
    for (size_t at = 0; at < content->length; at++) {
        bool start = !at || strchr(";\t\r\n", text[at - 1]);
        size_t blanks = start ? strspn(text + at, " \"") : 0;
        if (start && text[at + blanks] && strchr("=+-@", text[at + blanks]))
            MUST(text[at] == '-' && at == 0 && strspn(text + 1, "0123456789.") == content->length - 1);
    }
}

static void check_csv(struct fuzz_part input)
{
    struct qb_buf cell = {0};
    struct qb_buf content = {0};
    qb_output_csv_cell(&cell, input.text, input.length);
    MUST(fuzz_is_clean(qb_buf_text(&cell), cell.length, "\t\r\n"));
    unquote(&cell, &content);
    check_formulas(&content);
    qb_buf_fini(&cell);
    qb_buf_fini(&content);
}

static void check_html(struct fuzz_part input, bool clean)
{
    static const struct {
        const char *reference;
        char character;
    } references[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&#39;", '\''}};
    struct qb_buf out = {0};
    struct qb_buf back = {0};
    qb_html_escape(&out, input.text, input.length);
    const char *text = qb_buf_text(&out);
    MUST(fuzz_is_clean(text, out.length, "\t\n") && !strpbrk(text, "<>\"'"));
    for (size_t at = 0; at < out.length;) {
        size_t i = 0;
        while (i < 5 && strncmp(text + at, references[i].reference, strlen(references[i].reference)) != 0)
            i++;
        MUST(text[at] != '&' || i < 5);
        qb_buf_add_char(&back, i < 5 ? references[i].character : text[at]);
        at += i < 5 ? strlen(references[i].reference) : 1;
    }
    if (clean && !strstr(text, "\xef\xbf\xbd"))
        MUST(back.length == input.length && (!back.length || !memcmp(back.data, input.text, input.length)));
    qb_buf_fini(&out);
    qb_buf_fini(&back);
}

static const char *same_title(const void *context, const char *kind, const char *id)
{
    (void)kind;
    (void)id;
    return context;
}

static const char *same_company(const void *context, const char *facility)
{
    (void)facility;
    return context;
}

/* A calendar of one event that is called by the text: the lines of the file are its own. */
static void check_calendar(const char *text)
{
    struct qb_buf out = {0};
    struct qb_settings settings;
    qb_settings_init(&settings);
    settings.office = text;
    struct qb_decree decree = {.id = "SK-1", .valid_from = 18418};
    const struct qb_decree *decrees[] = {&decree};
    struct qb_chain chain = {.id = "SK-1", .decrees = decrees, .decree_count = 1, .last_day = 18500};
    struct qb_task task = {.id = "decree_expiry/SK-1",
                           .type = QB_TASK_DECREE_EXPIRY,
                           .status = QB_STATUS_DUE_SOON,
                           .facility = "FAC-1",
                           .decree = "SK-1",
                           .chain = &chain,
                           .due_by = 18500};
    const struct qb_task *tasks[] = {&task};
    struct qb_output_view view = {.settings = &settings,
                                  .as_of = 18480,
                                  .tasks = tasks,
                                  .task_count = 1,
                                  .title = same_title,
                                  .company = same_company,
                                  .context = text};
    qb_output_find("ics")->write(&out, &view, NULL);
    MUST(fuzz_is_clean(qb_buf_text(&out), out.length, "\r\n"));
    int begins = 0;
    for (const char *line = qb_buf_text(&out); *line;) {
        const char *end = strstr(line, "\r\n");
        MUST(end && end - line <= 75 && qb_utf8_check(line, (size_t)(end - line)) == (size_t)(end - line));
        MUST(!memchr(line, '\n', (size_t)(end - line)) && !memchr(line, '\r', (size_t)(end - line)));
        begins += !strncmp(line, "BEGIN:", 6);
        line = end + 2;
    }
    MUST(begins == 3);
    qb_buf_fini(&out);
    qb_settings_init(&settings);
}

static void check_cell(struct fuzz_part input, bool clean)
{
    struct qb_buf out = {0};
    qb_workbook_clean(&out, input.text, input.length);
    MUST(fuzz_is_clean(qb_buf_text(&out), out.length, ""));
    MUST(!strstr(qb_buf_text(&out), "\xef\xbf\xbe") && !strstr(qb_buf_text(&out), "\xef\xbf\xbf"));
    if (clean && input.length < 8000 && !strstr(qb_buf_text(&out), "\xef\xbf\xbd"))
        MUST(out.length == input.length && (!out.length || !memcmp(out.data, input.text, input.length)));
    qb_buf_fini(&out);
}

static void check_pointer(const char *text)
{
    struct qb_buf pointer = {0};
    struct qb_buf token = {0};
    qb_json_pointer_add(&pointer, text, strlen(text));
    const char *end = qb_json_pointer_take(qb_buf_text(&pointer), &token);
    MUST(!*end && !strcmp(qb_buf_text(&token), text));
    qb_buf_fini(&pointer);
    qb_buf_fini(&token);
}

/* A message whose text and values are data; an error whose text is cut. */
static void check_messages(const char *text)
{
    static const char *const words[] = {"certificate_number", "status", "import_country", ""};
    struct qb_buf out = {0};
    struct qb_err err = {0};
    const struct qb_text_arg args[] = {{"found", text}, {text, "value"}, {"none", NULL}};
    qb_text_fill(&out, text, args, 3);
    qb_buf_clear(&out);
    qb_text_fill(&out, "<{found}>{none}", (const struct qb_text_arg[]){args[0], args[2]}, 2);
    MUST(out.length == strlen(text) + 2 && !strncmp(qb_buf_text(&out) + 1, text, strlen(text)));
    MUST(qb_err_set(&err, QB_EINPUT, text, "%s", text) == QB_EINPUT);
    MUST(qb_err_context(&err, "%s", text) == QB_EINPUT);
    MUST(memchr(err.message, '\0', sizeof err.message) && memchr(err.file, '\0', sizeof err.file));
    (void)qb_utf8_nearest(text, strlen(text), words, sizeof words / sizeof *words);
    qb_buf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_part input = fuzz_input(data, size);
    bool well_formed = qb_utf8_check(input.text, input.length) == input.length;
    char *copy = qb_mem_copy(input.text, input.length);
    check_json_string(input, well_formed);
    check_json_writer(copy);
    check_double(input.text, input.length);
    check_csv(input);
    check_html(input, fuzz_is_clean(input.text, input.length, "\t\n"));
    check_calendar(copy);
    check_cell(input, fuzz_is_clean(input.text, input.length, ""));
    check_pointer(copy);
    check_messages(copy);
    free(copy);
    return 0;
}
