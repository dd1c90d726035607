/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The worklist of schedule.html: how many tasks of each status, then every task with its last day and its officers. */
#ifndef QB_CORE_OUTPUT_HTML_WORKLIST_H
#define QB_CORE_OUTPUT_HTML_WORKLIST_H

#include "core/output/html_markup.h"

/* The whole <section>. */
void qb_page_worklist(struct qb_html *html);

#endif
