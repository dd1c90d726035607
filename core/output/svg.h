/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pictures in pages. They scale sideways only: places across are shares of the width, heights and letters are pixels,
 * so that one picture stays readable from a phone to A4. Places across are counted in QB_SVG_WIDTH units.
 */
#ifndef QB_CORE_OUTPUT_SVG_H
#define QB_CORE_OUTPUT_SVG_H

#include "core/output/html_markup.h"

#define QB_SVG_WIDTH 10000
#define QB_SVG_LINE 14 /* pixels, of text */

/* Opens a picture that has a name and a description for those who do not see it: messages were resolved to text. */
void qb_svg_open(struct qb_html *html, const char *name, int height, const char *title, const char *description);
/* An attribute whose value is a place or a width: ` x="12.34%"`. */
void qb_svg_place(struct qb_html *html, const char *attribute, int units);
/* Text of a class of page.css at a place. */
void qb_svg_text(struct qb_html *html, const char *class, int x, int y, const char *text);
/* Opens a part whose geometry is stretched: units across, pixels down; for paths of bars and ticks. */
void qb_svg_open_stretched(struct qb_html *html, int height);
/* A mark with its meaning, for the line below a picture: `shape` is the inside of a 12 by 12 picture, our markup. */
void qb_svg_key(struct qb_html *html, const char *shape, const char *message);

#endif
