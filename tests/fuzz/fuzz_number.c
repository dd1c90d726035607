/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers as they are written: "A B". Comparing and dividing decimals of any size must agree with machine arithmetic
 * where that is exact, and with itself everywhere.
 */
#include "core/data/json_number.h"
#include "tests/fuzz/fuzz.h"

#include <math.h>

static int sign(double number)
{
    return (number > 0) - (number < 0);
}

static int direction(int order)
{
    return (order > 0) - (order < 0);
}

/* A whole number of at most 18 digits, written without point and exponent. */
static bool small(const struct qb_json *value, int64_t *number)
{
    char text[24] = {0};
    if (value->length > 18 || memchr(value->as.string, '.', value->length) ||
        memchr(value->as.string, 'e', value->length) || memchr(value->as.string, 'E', value->length))
        return false;
    memcpy(text, value->as.string, value->length);
    *number = strtoll(text, NULL, 10);
    return true;
}

static void check_alone(const struct qb_json *value, const struct qb_json *one)
{
    struct qb_buf text = {0};
    int64_t integer;
    MUST(qb_json_number_compare(value, value) == 0 && qb_json_equal(value, value));
    MUST(qb_json_number_is_integer(value) == qb_json_number_multiple(value, one));
    if (qb_json_number_sign(value))
        MUST(qb_json_number_multiple(value, value));
    MUST(value->number == 0 || sign(value->number) == qb_json_number_sign(value));
    if (qb_json_integer(value, &integer))
        MUST(qb_json_number_is_integer(value) && value->number == (double)integer);
    if (isfinite(value->number)) {
        qb_json_write_double(&text, value->number);
        MUST(qb_json_number_double(qb_buf_text(&text), text.length) == value->number);
        struct qb_json printed = {.type = QB_JSON_NUMBER,
                                  .length = (uint32_t)text.length,
                                  .as.string = qb_buf_text(&text),
                                  .number = value->number};
        MUST(qb_json_number_survives(value->as.string, value->length, value->number) ==
             !qb_json_number_compare(value, &printed));
    }
    qb_buf_fini(&text);
}

static void check_together(const struct qb_json *a, const struct qb_json *b)
{
    int order = direction(qb_json_number_compare(a, b));
    int64_t small_a;
    int64_t small_b;
    MUST(order == -direction(qb_json_number_compare(b, a)));
    MUST(qb_json_equal(a, b) == !order);
    if (a->number != b->number)
        MUST(order == sign(a->number > b->number ? 1 : -1));
    bool multiple = qb_json_number_multiple(a, b);
    if (small(a, &small_a) && small(b, &small_b)) {
        MUST(order == (small_a > small_b) - (small_a < small_b));
        MUST(multiple == (small_b && small_a % small_b == 0));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct qb_json_fault fault;
    struct qb_buf text = {0};
    struct qb_json_doc *doc = qb_json_doc_new();
    const char *space = size ? memchr(data, ' ', size) : NULL;
    size_t first = space ? (size_t)(space - (const char *)data) : size;
    qb_buf_add_string(&text, "[1,");
    qb_buf_add(&text, data, first);
    qb_buf_add_char(&text, ',');
    qb_buf_add(&text, data + first, size - first);
    qb_buf_add_char(&text, ']');
    const struct qb_json *list = qb_json_parse(doc, qb_buf_text(&text), text.length, &qb_json_document_options, &fault);
    if (list && list->length == 3 && list->as.items[1].type == QB_JSON_NUMBER &&
        list->as.items[2].type == QB_JSON_NUMBER) {
        const struct qb_json *items = list->as.items;
        check_alone(&items[1], &items[0]);
        check_alone(&items[2], &items[0]);
        check_together(&items[1], &items[2]);
    }
    qb_json_doc_free(doc);
    qb_buf_fini(&text);
    return 0;
}
