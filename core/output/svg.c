/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SVG 1.1 inside HTML. Shares of the width are per cent, which attributes take and paths do not: paths go into a nested
 * picture that is stretched (preserveAspectRatio="none") with strokes that are not.
 */
#include "core/output/svg.h"

void qb_svg_open(struct qb_html *html, const char *name, int height, const char *title, const char *description)
{
    qb_buf_addf(
        html->out,
        "<svg class=\"picture\" role=\"img\" aria-labelledby=\"%s-title %s-text\" width=\"100%%\" height=\"%d\">\n"
        "<title id=\"%s-title\">",
        name, name, height, name);
    qb_html_data(html, title);
    qb_buf_addf(html->out, "</title>\n<desc id=\"%s-text\">", name);
    qb_html_data(html, description);
    qb_html_markup(html, "</desc>\n");
}

void qb_svg_place(struct qb_html *html, const char *attribute, int units)
{
    qb_buf_addf(html->out, " %s=\"%d.%02d%%\"", attribute, units / 100, units % 100);
}

void qb_svg_text(struct qb_html *html, const char *class, int x, int y, const char *text)
{
    qb_buf_addf(html->out, "<text class=\"%s\"", class);
    qb_svg_place(html, "x", x);
    qb_buf_addf(html->out, " y=\"%d\">", y);
    qb_html_data(html, text);
    qb_html_markup(html, "</text>");
}

void qb_svg_open_stretched(struct qb_html *html, int height)
{
    qb_buf_addf(html->out, "<svg width=\"100%%\" height=\"%d\" viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\">\n",
                height, QB_SVG_WIDTH, height);
}

void qb_svg_key(struct qb_html *html, const char *shape, const char *message)
{
    qb_html_markup(html, "<span><svg class=\"key\" aria-hidden=\"true\" width=\"12\" height=\"12\">");
    qb_html_markup(html, shape);
    qb_html_markup(html, "</svg> ");
    qb_html_say(html, message, NULL);
    qb_html_markup(html, "</span>\n");
}
