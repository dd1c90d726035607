/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Texts in the places that the schedule has for them. An empty piece is not worth keeping: it is made anew. */
#include "core/output/piece.h"

bool qb_piece_recall(struct qb_buf *out, const struct qb_output_view *view, const struct qb_made *made,
                     enum qb_piece piece)
{
    if (!view->keeps || !made || !made->texts[piece].length)
        return false;
    qb_buf_add(out, made->texts[piece].data, made->texts[piece].length);
    return true;
}

void qb_piece_keep(const struct qb_buf *out, size_t start, const struct qb_output_view *view, struct qb_made *made,
                   enum qb_piece piece)
{
    if (!view->keeps || !made || out->length == start)
        return;
    qb_buf_clear(&made->texts[piece]);
    qb_buf_add(&made->texts[piece], out->data + start, out->length - start);
}
