/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the HTML writers build pages from: sentences of the catalogue with fragments in their places, and the
 * fragments themselves. All data goes through qb_html_escape in here; a writer adds only markup of its own.
 *
 *     struct qb_html html;
 *     qb_html_init(&html, out, view);
 *     qb_html_markup(&html, "<p>");
 *     qb_html_say(&html, "page.plan", "date", qb_html_date(&html, day), "officers", ..., NULL);
 *     qb_html_fini(&html);
 *
 * Fragments are markup that is safe as text of an element. They live until qb_html_forget or qb_html_fini.
 */
#ifndef QB_CORE_OUTPUT_HTML_MARKUP_H
#define QB_CORE_OUTPUT_HTML_MARKUP_H

#include "core/base/mem.h"
#include "core/output/phrase.h"

struct qb_html {
    struct qb_buf *out;
    const struct qb_output_view *view;
    struct qb_arena arena; /* of the fragments */
    bool filters;          /* some list can be filtered, so the page needs its script */
};

void qb_html_init(struct qb_html *html, struct qb_buf *out, const struct qb_output_view *view);
void qb_html_fini(struct qb_html *html);
/* Lets go of all fragments: once an item of a list is done. */
void qb_html_forget(struct qb_html *html);

/* Markup that the writer itself spells out: never data. */
void qb_html_markup(struct qb_html *html, const char *markup);
/* Data as it is, escaped: for attributes and plain elements. */
void qb_html_data(struct qb_html *html, const char *text);
/* The text of a message, its {names} replaced by fragments: pairs of name and fragment, then NULL. */
void qb_html_say(struct qb_html *html, const char *id, ...) __attribute__((sentinel));
/* The message `series`.one or .many with {n}. */
void qb_html_say_count(struct qb_html *html, const char *series, int n);

/* A sentence about a task. */
void qb_html_phrase(struct qb_html *html, const struct qb_phrase *phrase);

/* Data in a <bdi>, so that its direction of writing stays its own. */
const char *qb_html_text(struct qb_html *html, const char *text);
/* The words of a record for people, in the same way. */
const char *qb_html_record(struct qb_html *html, const char *kind, const char *id);
/* A <time> with the date in words. */
const char *qb_html_date(struct qb_html *html, qb_date date);
const char *qb_html_number(struct qb_html *html, int n);
/* The words of records: "A", "A and B", "A, B and C". */
const char *qb_html_records(struct qb_html *html, const char *kind, const struct qb_ids *ids);

/* Opens a link to a file of the folder; `path` is relative to it, the page lies `up` ("../") below it. */
void qb_html_open_link(struct qb_html *html, const char *up, const char *path);
/* A bar of `part` out of `whole` as a picture without a name: the words stand beside it. Up to 24 steps are
 * drawn as steps. */
void qb_html_bar(struct qb_html *html, int part, int whole);

#endif
