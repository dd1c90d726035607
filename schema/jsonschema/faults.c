/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Faults of schemas: what compilation says about the place and the keyword at fault; and the lists they are put in. */
#include "schema/jsonschema/compile.h"
#include "schema/jsonschema/quote.h"
#include "schema/jsonschema/uri.h"

#include <stdlib.h>
#include <string.h>

/* Faults of one schema: more help nobody. */
#define MOST_FAULTS 200

void qb_violations_init(struct qb_violations *list)
{
    *list = (struct qb_violations){0};
    qb_arena_init(&list->arena);
}

void qb_violations_fini(struct qb_violations *list)
{
    free(list->items);
    qb_arena_fini(&list->arena);
    *list = (struct qb_violations){0};
}

void qb_violations_clear(struct qb_violations *list)
{
    list->count = 0;
    qb_arena_reset(&list->arena);
}

/* The pointer from `top`, which is not part of it, down to `where`. Depth is that of the schemas' nesting. */
static void add_tails(struct qb_buf *out, const struct qb_where *top, const struct qb_where *where)
{
    if (where == top)
        return;
    add_tails(out, top, where->outer);
    qb_buf_add_string(out, where->tail);
}

void qb_where_add_pointer(struct qb_buf *out, const struct qb_where *where)
{
    add_tails(out, NULL, where);
}

void qb_where_add_uri(struct qb_buf *out, const struct qb_where *where, const char *keyword)
{
    const struct qb_where *top = where;
    struct qb_buf pointer = {0};
    while (!top->uri)
        top = top->outer;
    add_tails(&pointer, top, where);
    if (*keyword)
        qb_json_pointer_add(&pointer, keyword, strlen(keyword));
    qb_buf_addf(out, "%s#", top->uri);
    qb_uri_encode_fragment(out, qb_buf_text(&pointer));
    qb_buf_fini(&pointer);
}

static const char *uri_of(struct qb_arena *arena, const struct qb_location *location, const char *keyword)
{
    struct qb_buf uri = {0};
    qb_where_add_uri(&uri, location->where, keyword);
    const char *text = qb_arena_copy(arena, qb_buf_text(&uri), uri.length);
    qb_buf_fini(&uri);
    return text;
}

static const char *copy(struct qb_arena *arena, const char *text)
{
    return qb_arena_copy(arena, text, strlen(text));
}

/* Where the keyword's value (or the member of it) stands in its document. */
static const char *pointer_of(struct qb_arena *arena, const struct qb_location *location, const char *keyword,
                              const struct qb_json *member)
{
    struct qb_buf pointer = {0};
    qb_where_add_pointer(&pointer, location->where);
    if (*keyword)
        qb_json_pointer_add(&pointer, keyword, strlen(keyword));
    if (member)
        qb_json_pointer_add(&pointer, member->key, member->key_length);
    const char *text = qb_arena_copy(arena, qb_buf_text(&pointer), pointer.length);
    qb_buf_fini(&pointer);
    return text;
}

void qb_compiler_fault_with(struct qb_compiler *compiler, const struct qb_location *location, const char *keyword,
                            const struct qb_json *member, const char *message_id, const struct qb_text_arg *args,
                            size_t count)
{
    struct qb_violations *list = compiler->faults;
    if (list->count >= MOST_FAULTS)
        return;
    QB_MEM_GROW(list->items, list->count, list->capacity);
    struct qb_violation *fault = &list->items[list->count++];
    *fault = (struct qb_violation){.keyword = keyword,
                                   .pointer = pointer_of(&list->arena, location, keyword, member),
                                   .at_key = member,
                                   .schema = uri_of(&list->arena, location, keyword),
                                   .document = copy(&list->arena, location->resource->document->uri),
                                   .message_id = copy(&list->arena, message_id)};
    for (size_t i = 0; i < count; i++)
        fault->args[fault->arg_count++] =
            (struct qb_text_arg){args[i].name, qb_quote_text(&list->arena, args[i].value, strlen(args[i].value))};
    fault->args[fault->arg_count++] = (struct qb_text_arg){"keyword", keyword};
}

void qb_compiler_fault(struct qb_compiler *compiler, const struct qb_location *location, const char *keyword,
                       const char *message_id, const struct qb_json *found)
{
    struct qb_text_arg args[] = {{"found", found ? qb_quote_value(&compiler->arena, found) : ""}};
    qb_compiler_fault_with(compiler, location, keyword, NULL, message_id, args, found ? 1 : 0);
}
