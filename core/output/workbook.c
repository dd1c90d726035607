/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sheets by libxlsxwriter, which no other file knows.
 *
 * The library writes to a file and keeps temporaries beside it. Here both are memory: the file is a memfd, reached by
 * its name under /proc, and the temporaries lie in /dev/shm, removed as soon as they are open (elsewhere only when that
 * is missing). What it would take from the clock, the date in the document's properties, is set to the date that it
 * gives to the members of the archive itself.
 */
#include "core/output/workbook.h"

#include "core/base/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xlsxwriter.h>

#define TEMPORARIES "/dev/shm"
#define CREATED 315532800      /* 1980-01-01T00:00:00Z */
#define CELL_UNITS 32767       /* UTF-16 units in a cell */
#define MARGIN_TEXT 80         /* characters of each text in a header or footer, which has 255 in all */
#define SERIAL_OF_1970 25569   /* days from the sheets' day zero to 1970-01-01 */
#define FIRST_DAY "1900-03-01" /* before it sheets disagree about what a date is */
#define NARROWEST 8            /* characters */
#define MARGIN 2               /* characters: room for the filter's arrow */
#define LINE_HEIGHT 15         /* points, of one line of text */
#define MOST_LINES 27          /* a row is at most 409 points high */
#define PAPER_A4 9

struct qb_workbook {
    const struct qb_output_view *view;
    char *caption;
    int file; /* -1: there is none, and there will be no book */
    lxw_workbook *book;
    lxw_format *header;
    lxw_format *text;
    lxw_format *number;
    lxw_format *weight;
    lxw_format *share;
    lxw_format *date;
    lxw_format *tones[QB_TONES];
    lxw_worksheet *sheet; /* the present one, or NULL */
    struct qb_workbook_column columns[QB_WORKBOOK_COLUMNS];
    size_t column_count;
    size_t printed;
    size_t row;   /* the header's is 0 */
    size_t lines; /* of text in the fullest cell of the row */
    size_t widths[QB_WORKBOOK_COLUMNS];
    struct qb_buf cell; /* scratch */
};

/* --- text --- */

void qb_workbook_clean(struct qb_buf *out, const char *text, size_t length)
{
    size_t units = 0;
    for (size_t at = 0; at < length;) {
        uint32_t point;
        size_t plain = qb_utf8_plain(text + at, length - at);
        if (plain) {
            plain = plain < CELL_UNITS - units ? plain : CELL_UNITS - units;
            qb_buf_add(out, text + at, plain);
            units += plain;
            at += plain;
            if (units == CELL_UNITS)
                return;
            continue;
        }
        size_t bytes = qb_utf8_decode(text + at, length - at, &point);
        bool sound = bytes && point != 0xfffe && point != 0xffff; /* XML 1.0, 2.2 */
        units += sound && point > 0xffff ? 2 : 1;
        if (units > CELL_UNITS)
            return;
        if (!sound)
            qb_buf_add_string(out, "\xef\xbf\xbd"); /* U+FFFD */
        else if (point < ' ' || (point >= 0x7f && point < 0xa0))
            qb_buf_add_char(out, ' ');
        else
            qb_buf_add(out, text + at, bytes);
        at += bytes ? bytes : 1;
    }
}

static const char *word(const struct qb_workbook *book, const char *id)
{
    return qb_text(book->view->language, id);
}

/* --- formats --- */

static lxw_format *new_format(lxw_workbook *book, const char *shape)
{
    lxw_format *format = workbook_add_format(book);
    format_set_align(format, LXW_ALIGN_VERTICAL_TOP);
    if (shape)
        format_set_num_format(format, shape);
    return format;
}

static void make_formats(struct qb_workbook *book)
{
    static const struct {
        lxw_color_t ink;
        lxw_color_t ground;
    } tones[QB_TONES] = {
        [QB_TONE_BAD] = {0x8f1712, 0xffd6d2},  [QB_TONE_WARNING] = {0x6f3900, 0xffe3c4},
        [QB_TONE_SOON] = {0x524700, 0xfff5bf}, [QB_TONE_CALM] = {0x174566, 0xdcebf7},
        [QB_TONE_GOOD] = {0x0c4d35, 0xd9f0e4},
    };
    book->header = new_format(book->book, NULL);
    format_set_bold(book->header);
    format_set_text_wrap(book->header);
    format_set_bg_color(book->header, 0xe3e8e5);
    format_set_bottom(book->header, LXW_BORDER_THIN);
    book->text = new_format(book->book, NULL);
    format_set_text_wrap(book->text);
    book->number = new_format(book->book, "0");
    book->weight = new_format(book->book, "#,##0.000");
    book->share = new_format(book->book, "0%");
    book->date = new_format(book->book, word(book, "xlsx.date-format"));
    format_set_align(book->date, LXW_ALIGN_LEFT);
    for (size_t i = 0; i < QB_TONES; i++) {
        book->tones[i] = workbook_add_format(book->book);
        format_set_font_color(book->tones[i], tones[i].ink);
        format_set_bg_color(book->tones[i], tones[i].ground);
    }
}

/* --- the book --- */

static void set_properties(struct qb_workbook *book, const char *title)
{
    const struct qb_settings *settings = book->view->settings;
    struct qb_buf clean_title = {0};
    struct qb_buf company = {0};
    qb_workbook_clean(&clean_title, title, strlen(title));
    qb_workbook_clean(&company, settings->office_name, strlen(settings->office_name));
    char author[] = "Q-BIS";
    lxw_doc_properties properties = {.title = clean_title.data, .author = author, .created = CREATED};
    if (company.length)
        properties.company = company.data;
    workbook_set_properties(book->book, &properties); /* copies */
    qb_buf_fini(&clean_title);
    qb_buf_fini(&company);
}

struct qb_workbook *qb_workbook_new(const struct qb_output_view *view, const char *title, const char *caption)
{
    struct qb_workbook *book = qb_mem_alloc(sizeof *book);
    char name[40];
    char temporaries[] = TEMPORARIES;
    book->view = view;
    book->caption = qb_mem_string(caption);
    book->file = memfd_create("xlsx", MFD_CLOEXEC);
    snprintf(name, sizeof name, "/proc/self/fd/%d", book->file);
    lxw_workbook_options options = {.tmpdir = temporaries};
    book->book = workbook_new_opt(name, &options);
    make_formats(book);
    set_properties(book, title);
    return book;
}

/* --- a sheet --- */

/* Text of a page's header or footer, at most MARGIN_TEXT characters: & is a command there, so ours are doubled. */
static void add_margin_text(struct qb_buf *out, const char *text)
{
    struct qb_buf clean = {0};
    qb_workbook_clean(&clean, text, strlen(text));
    const char *at = qb_buf_text(&clean);
    for (size_t count = 0; *at && count < MARGIN_TEXT; count++) {
        uint32_t point;
        size_t bytes = qb_utf8_decode(at, strlen(at), &point);
        if (*at == '&') {
            qb_buf_add_char(out, '&');
            count++;
        }
        qb_buf_add(out, at, bytes);
        at += bytes;
    }
    qb_buf_fini(&clean);
}

static void set_paper(struct qb_workbook *book, const char *name)
{
    struct qb_buf text = {0};
    worksheet_set_landscape(book->sheet);
    worksheet_set_paper(book->sheet, PAPER_A4);
    worksheet_set_margins(book->sheet, 0.5, 0.5, 0.75, 0.75); /* inches */
    worksheet_repeat_rows(book->sheet, 0, 0);
    worksheet_gridlines(book->sheet, LXW_SHOW_ALL_GRIDLINES);
    worksheet_fit_to_pages(book->sheet, 1, 0);
    qb_buf_add_string(&text, "&L");
    add_margin_text(&text, book->view->settings->office_name);
    qb_buf_add_string(&text, " ");
    add_margin_text(&text, book->view->settings->office);
    if (*book->caption) {
        qb_buf_add_string(&text, "&C");
        add_margin_text(&text, book->caption);
    }
    qb_buf_add_string(&text, "&R");
    add_margin_text(&text, name);
    worksheet_set_header(book->sheet, qb_buf_text(&text));
    qb_buf_clear(&text);
    qb_buf_addf(&text, "&L%s &D&R&P / &N", word(book, "xlsx.printed"));
    worksheet_set_footer(book->sheet, qb_buf_text(&text));
    qb_buf_fini(&text);
}

/* How many lines a text takes in a column of that width: words do not fill lines to the last place. */
static size_t lines_of(size_t length, size_t width)
{
    return length <= width ? 1 : (length * 11 / 10 + width - 1) / width;
}

/* Programs do not agree on whether rows grow with what is in them, so their height is given. */
static void end_row(struct qb_workbook *book)
{
    size_t lines = book->lines < MOST_LINES ? book->lines : MOST_LINES;
    if (lines > 1)
        worksheet_set_row(book->sheet, (lxw_row_t)book->row, (double)(lines * LINE_HEIGHT), NULL);
    book->lines = 0;
}

static size_t longest_word(const char *text)
{
    size_t most = 0;
    while (*text) {
        size_t length = strcspn(text, " ");
        size_t width = qb_utf8_length(text, length);
        most = width > most ? width : most;
        text += length + (text[length] == ' ');
    }
    return most;
}

/* The words above a column, into the scratch buffer. */
static const char *header_of(struct qb_workbook *book, size_t column)
{
    qb_buf_clear(&book->cell);
    qb_buf_add_string(&book->cell, word(book, book->columns[column].header));
    if (book->columns[column].under)
        qb_buf_addf(&book->cell, " %s", book->columns[column].under);
    return qb_buf_text(&book->cell);
}

/* A column is as wide as its widest cell and its header's longest word; the header's other words go below. */
static size_t set_width(struct qb_workbook *book, size_t column)
{
    const char *header = header_of(book, column);
    size_t most = (size_t)book->columns[column].widest;
    size_t least = longest_word(header) > NARROWEST ? longest_word(header) : NARROWEST;
    size_t width = book->widths[column] > most ? most : book->widths[column];
    width = width < least ? least : width;
    worksheet_set_column(book->sheet, (lxw_col_t)column, (lxw_col_t)column, (double)(width + MARGIN), NULL);
    return lines_of(qb_utf8_length(header, strlen(header)), width);
}

/* The widths and all else that is known only with the last row. */
static void end_sheet(struct qb_workbook *book)
{
    if (!book->sheet)
        return;
    end_row(book);
    size_t lines = 1;
    for (size_t i = 0; i < book->column_count; i++) {
        size_t own = set_width(book, i);
        lines = own > lines ? own : lines;
    }
    worksheet_set_row(book->sheet, 0, (double)(lines * LINE_HEIGHT), NULL);
    worksheet_autofilter(book->sheet, 0, 0, (lxw_row_t)book->row, (lxw_col_t)(book->column_count - 1));
    worksheet_print_area(book->sheet, 0, 0, (lxw_row_t)book->row, (lxw_col_t)(book->printed - 1));
}

static void see_width(struct qb_workbook *book, size_t column, size_t width)
{
    size_t lines = lines_of(width, (size_t)book->columns[column].widest);
    if (width > book->widths[column])
        book->widths[column] = width;
    if (lines > book->lines)
        book->lines = lines;
}

void qb_workbook_sheet(struct qb_workbook *book, const char *name, const struct qb_workbook_column *columns,
                       size_t count, size_t printed)
{
    end_sheet(book);
    book->sheet = workbook_add_worksheet(book->book, word(book, name));
    book->column_count = count;
    book->printed = printed;
    book->row = 0;
    set_paper(book, word(book, name));
    worksheet_freeze_panes(book->sheet, 1, 0);
    for (size_t i = 0; i < count; i++) {
        book->columns[i] = columns[i];
        book->widths[i] = 0;
        worksheet_write_string(book->sheet, 0, (lxw_col_t)i, header_of(book, i), book->header);
    }
}

void qb_workbook_row(struct qb_workbook *book)
{
    end_row(book);
    book->row++;
}

void qb_workbook_text(struct qb_workbook *book, size_t column, const char *text)
{
    qb_buf_clear(&book->cell);
    qb_workbook_clean(&book->cell, text, strlen(text));
    if (!book->cell.length)
        return;
    see_width(book, column, qb_utf8_length(book->cell.data, book->cell.length));
    worksheet_write_string(book->sheet, (lxw_row_t)book->row, (lxw_col_t)column, book->cell.data, book->text);
}

void qb_workbook_number(struct qb_workbook *book, size_t column, int64_t number)
{
    worksheet_write_number(book->sheet, (lxw_row_t)book->row, (lxw_col_t)column, (double)number, book->number);
}

void qb_workbook_weight(struct qb_workbook *book, size_t column, int64_t grams)
{
    char text[32];
    int length = snprintf(text, sizeof text, "%lld.000,,", (long long)(grams / 1000));
    see_width(book, column, (size_t)length);
    worksheet_write_number(book->sheet, (lxw_row_t)book->row, (lxw_col_t)column, (double)grams / 1000, book->weight);
}

void qb_workbook_share(struct qb_workbook *book, size_t column, double share)
{
    worksheet_write_number(book->sheet, (lxw_row_t)book->row, (lxw_col_t)column, share, book->share);
}

void qb_workbook_date(struct qb_workbook *book, size_t column, qb_date date)
{
    char text[QB_DATE_SIZE];
    if (date == QB_DATE_NONE)
        return;
    see_width(book, column, QB_DATE_SIZE);
    if (date < qb_date_parse(FIRST_DAY, strlen(FIRST_DAY)))
        qb_workbook_text(book, column, qb_date_format(date, text));
    else
        worksheet_write_number(book->sheet, (lxw_row_t)book->row, (lxw_col_t)column, (double)date + SERIAL_OF_1970,
                               book->date);
}

void qb_workbook_tone(struct qb_workbook *book, size_t column, const char *text, enum qb_tone tone)
{
    struct qb_buf value = {0};
    if (!book->row)
        return;
    qb_buf_add_char(&value, '"');
    for (; *text; text++) {
        if (*text == '"')
            qb_buf_add_char(&value, '"');
        qb_buf_add_char(&value, *text);
    }
    qb_buf_add_char(&value, '"');
    lxw_conditional_format rule = {.type = LXW_CONDITIONAL_TYPE_CELL,
                                   .criteria = LXW_CONDITIONAL_CRITERIA_EQUAL_TO,
                                   .value_string = value.data,
                                   .format = book->tones[tone]};
    worksheet_conditional_format_range(book->sheet, 1, (lxw_col_t)column, (lxw_row_t)book->row, (lxw_col_t)column,
                                       &rule);
    qb_buf_fini(&value);
}

/* --- its bytes --- */

static void read_file(int file, struct qb_buf *out)
{
    off_t size = lseek(file, 0, SEEK_END);
    if (size <= 0)
        return;
    size_t length = (size_t)size;
    size_t start = out->length;
    qb_buf_reserve(out, length);
    for (size_t at = 0; at < length;) {
        char block[65536];
        ssize_t got = pread(file, block, sizeof block, (off_t)at);
        if (got <= 0) { /* memory does not fail, but half a file must not come out */
            out->length = start;
            return;
        }
        qb_buf_add(out, block, (size_t)got);
        at += (size_t)got;
    }
}

void qb_workbook_finish(struct qb_workbook *book, struct qb_buf *out)
{
    end_sheet(book);
    lxw_error error = workbook_close(book->book); /* frees it */
    if (book->file >= 0 && error == LXW_NO_ERROR)
        read_file(book->file, out);
    if (book->file >= 0)
        close(book->file);
    qb_buf_fini(&book->cell);
    free(book->caption);
    free(book);
}
