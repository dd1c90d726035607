/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What all pages have in common: the frame, and the pieces that look the same everywhere. A page needs nothing else
 * than its own file: style and script are inside, and its content security policy lets nothing else in. Without the
 * script everything can be read; it only filters and sorts.
 *
 *     qb_page_begin(&html, title, "worklist", "page.skip");
 *     qb_html_markup(&html, "<header>...</header>");
 *     ... qb_page_navigation, qb_html_markup(&html, "<main>"), qb_page_section, ... "</section>", "</main>" ...
 *     qb_page_end(&html);
 */
#ifndef QB_CORE_OUTPUT_HTML_PAGE_H
#define QB_CORE_OUTPUT_HTML_PAGE_H

#include "core/output/html_markup.h"

/* Up to the open <body>, and a link that leads the keyboard past the navigation, to `main`. `title` is plain text. */
void qb_page_begin(struct qb_html *html, const char *title, const char *main, const char *skip);
/* The footer, and all that is open. */
void qb_page_end(struct qb_html *html);
/* The office as a line of the header. */
void qb_page_office(struct qb_html *html);

struct qb_page_link {
    const char *href; /* markup: written by us */
    const char *word; /* message id */
};
/* Opens the <nav> with its links; the caller closes it. */
void qb_page_navigation(struct qb_html *html, const struct qb_page_link *links, size_t count);
/* A link to the office's page, where the folder's settings let it be written. `place` is markup: where it lies. */
void qb_page_to_schedule(struct qb_html *html, const char *place);
/* Opens a <section> with its heading. */
void qb_page_section(struct qb_html *html, const char *name, const char *heading);
/* A message between `start` and "</p>". */
void qb_page_paragraph(struct qb_html *html, const char *start, const char *id);

/* Opens a <div> around a table that may be wider than a phone: then it scrolls, also by keyboard. `label` is a message
 * id. */
void qb_page_open_wide(struct qb_html *html, const char *class, const char *label);

/* Mark and word of a status. Its class is qb_status_name. */
void qb_page_status(struct qb_html *html, enum qb_status status);
/* The shipments of a block, folded away. */
void qb_page_shipments(struct qb_html *html, const struct qb_chain *chain, const struct qb_obligation *obligation);
/* One problem as an item of a list, with a link to its file; the page lies `up` below the folder. */
void qb_page_problem(struct qb_html *html, const char *up, const struct qb_problem *problem);
/* The problems of one severity, at most `most` of them; returns how many were written. */
size_t qb_page_problems(struct qb_html *html, const char *up, enum qb_severity severity, size_t most);
/* How long from as_of to a day: "3 days late", the message `today`, "4 days left". */
void qb_page_distance(struct qb_html *html, const char *today, qb_date day);

struct qb_page_filter {
    const char *name;  /* markup: for ids */
    const char *label; /* message id: what is looked for */
    const char *items; /* a CSS selector of what is shown or hidden */
    bool keys;         /* choose by status, officer and facility, too: items have them as data- attributes and class */
};
/* What finds items of a list by their text. Hidden until the script shows it, because it does nothing without. */
void qb_page_filter(struct qb_html *html, const struct qb_page_filter *filter);
/* Shorter lists are seen at a glance and have no filter. */
#define QB_PAGE_FILTER_FROM 8

#endif
