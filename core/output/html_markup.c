/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sentences and fragments of the HTML writers. A message is escaped first and filled afterwards with fragments
 * that were escaped when they were made, so each byte is escaped exactly once, and a "{name}" inside data is
 * never taken for a place.
 */
#include "core/output/html_markup.h"

#include "core/output/date_words.h"
#include "core/output/html_escape.h"

#include <stdio.h>
#include <string.h>

#define MOST_ARGS 8
#define MOST_STEPS 24 /* of a bar: more would be thinner than a pixel on a phone */

void qb_html_init(struct qb_html *html, struct qb_buf *out, const struct qb_output_view *view)
{
    html->out = out;
    html->view = view;
    html->filters = false;
    qb_arena_init(&html->arena);
}

void qb_html_fini(struct qb_html *html)
{
    qb_arena_fini(&html->arena);
}

void qb_html_forget(struct qb_html *html)
{
    qb_arena_reset(&html->arena);
}

void qb_html_markup(struct qb_html *html, const char *markup)
{
    qb_buf_add_string(html->out, markup);
}

void qb_html_data(struct qb_html *html, const char *text)
{
    qb_html_escape(html->out, text, strlen(text));
}

/* Makes a fragment of what is in the buffer, and frees the buffer. */
static const char *fragment(struct qb_html *html, struct qb_buf *buf)
{
    const char *kept = qb_arena_copy(&html->arena, qb_buf_text(buf), buf->length);
    qb_buf_fini(buf);
    return kept;
}

static void fill(struct qb_buf *out, enum qb_language language, const char *id, const struct qb_text_arg *args,
                 size_t count)
{
    struct qb_buf text = {0};
    const char *message = qb_text(language, id);
    qb_html_escape(&text, message, strlen(message));
    qb_text_fill(out, qb_buf_text(&text), args, count);
    qb_buf_fini(&text);
}

void qb_html_say(struct qb_html *html, const char *id, ...)
{
    struct qb_text_arg args[MOST_ARGS];
    size_t count = 0;
    va_list list;
    va_start(list, id);
    const char *name;
    while (count < MOST_ARGS && (name = va_arg(list, const char *)))
        args[count++] = (struct qb_text_arg){name, va_arg(list, const char *)};
    va_end(list);
    fill(html->out, html->view->language, id, args, count);
}

void qb_html_say_count(struct qb_html *html, const char *series, int n)
{
    char id[64];
    snprintf(id, sizeof id, "%s.%s", series, n == 1 ? "one" : "many");
    qb_html_say(html, id, "n", qb_html_number(html, n), NULL);
}

static void add_text(struct qb_buf *out, const char *text)
{
    qb_buf_add_string(out, "<bdi>");
    qb_html_escape(out, text, strlen(text));
    qb_buf_add_string(out, "</bdi>");
}

const char *qb_html_text(struct qb_html *html, const char *text)
{
    struct qb_buf buf = {0};
    add_text(&buf, text);
    return fragment(html, &buf);
}

static const char *title(const struct qb_html *html, const char *kind, const char *id)
{
    return html->view->title(html->view->context, kind, id);
}

const char *qb_html_record(struct qb_html *html, const char *kind, const char *id)
{
    return qb_html_text(html, title(html, kind, id));
}

const char *qb_html_date(struct qb_html *html, qb_date date)
{
    char iso[QB_DATE_SIZE];
    struct qb_buf words = {0};
    struct qb_buf buf = {0};
    qb_date_words(&words, html->view->language, date);
    qb_buf_addf(&buf, "<time datetime=\"%s\">", qb_date_format(date, iso));
    qb_html_escape(&buf, qb_buf_text(&words), words.length);
    qb_buf_add_string(&buf, "</time>");
    qb_buf_fini(&words);
    return fragment(html, &buf);
}

const char *qb_html_number(struct qb_html *html, int n)
{
    struct qb_buf buf = {0};
    qb_buf_addf(&buf, "%d", n);
    return fragment(html, &buf);
}

const char *qb_html_records(struct qb_html *html, const char *kind, const struct qb_ids *ids)
{
    struct qb_buf first = {0};
    for (size_t i = 0; i + 1 < ids->count; i++) {
        if (i)
            qb_buf_add_string(&first, ", ");
        add_text(&first, title(html, kind, ids->items[i]));
    }
    if (!ids->count)
        return fragment(html, &first);
    const char *last = qb_html_record(html, kind, ids->items[ids->count - 1]);
    if (!first.length)
        return last;
    struct qb_buf all = {0};
    const struct qb_text_arg args[] = {{"first", qb_buf_text(&first)}, {"last", last}};
    fill(&all, html->view->language, "page.and", args, 2);
    qb_buf_fini(&first);
    return fragment(html, &all);
}

static const char *fragment_of(struct qb_html *html, const struct qb_phrase_arg *arg)
{
    switch (arg->type) {
    case QB_PHRASE_NUMBER:
        return qb_html_number(html, arg->number);
    case QB_PHRASE_DATE:
        return qb_html_date(html, arg->number);
    case QB_PHRASE_RECORD:
        return qb_html_record(html, arg->kind, arg->text);
    case QB_PHRASE_WORD:
        return qb_html_text(html, qb_text(html->view->language, arg->text));
    }
    return "";
}

void qb_html_phrase(struct qb_html *html, const struct qb_phrase *phrase)
{
    struct qb_text_arg args[QB_PHRASE_ARGS];
    for (size_t i = 0; i < phrase->count; i++)
        args[i] = (struct qb_text_arg){phrase->args[i].name, fragment_of(html, &phrase->args[i])};
    fill(html->out, html->view->language, phrase->id, args, phrase->count);
}

/* RFC 3986, 2.3: all but the unreserved characters and the slash is percent-encoded, byte by byte, so that no
 * file name can become a scheme, a query or markup. */
void qb_html_open_link(struct qb_html *html, const char *up, const char *path)
{
    qb_buf_addf(html->out, "<a href=\"%s", up);
    for (const unsigned char *at = (const unsigned char *)path; *at; at++) {
        bool plain = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') || (*at >= '0' && *at <= '9');
        if (plain || strchr("-._~/", *at))
            qb_buf_add_char(html->out, (char)*at);
        else
            qb_buf_addf(html->out, "%%%02X", *at);
    }
    qb_buf_add_string(html->out, "\">");
}

static void steps(struct qb_buf *out, int part, int whole)
{
    qb_buf_addf(out, "<svg class=\"bar\" viewBox=\"0 0 %d 8\" preserveAspectRatio=\"none\" aria-hidden=\"true\">",
                whole * 20 - 1);
    for (int i = 0; i < whole; i++)
        qb_buf_addf(out, "<rect class=\"%s\" x=\"%d\" width=\"19\" height=\"8\"/>", i < part ? "on" : "off", i * 20);
    qb_buf_add_string(out, "</svg>");
}

void qb_html_bar(struct qb_html *html, int part, int whole)
{
    part = part < 0 ? 0 : part > whole ? whole : part;
    if (whole < 1)
        return;
    if (whole <= MOST_STEPS) {
        steps(html->out, part, whole);
        return;
    }
    qb_buf_addf(html->out,
                "<svg class=\"bar\" viewBox=\"0 0 %d 8\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
                "<rect class=\"off\" width=\"%d\" height=\"8\"/><rect class=\"on\" width=\"%d\" height=\"8\"/></svg>",
                whole, whole, part);
}
