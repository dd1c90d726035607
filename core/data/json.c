/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The reader of JSON. The scan proves the text (core/data/json_scan), cJSON builds its tree in the document's
 * arena, and the tree is laid out flat: the members of an object side by side, numbers with their text. The
 * tokens of the scan come in the same order as the values of the tree, so that the lengths of strings and
 * the places of numbers are taken from them one after another.
 *
 * Two things cJSON cannot read get to it in a rewritten copy of the text: U+0000 as the bytes C0 80, which
 * well-formed UTF-8 never holds, turned back when the tree is laid out; and numbers longer than its buffer
 * as 0, for they are taken from their tokens anyway.
 *
 * cJSON allocates through hooks that are global to the program. They are set once, and look for the scratch arena of
 * the document that this thread is reading; freeing does nothing then, the arena goes as a whole. What stays of a
 * document are its values and strings, close together: a third of what cJSON's tree takes.
 */
#include "core/data/json.h"

#include "core/base/limits.h"
#include "core/data/json_fault.h"
#include "core/data/json_keys.h"
#include "core/data/json_number.h"
#include "core/data/json_scan.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SENTINEL "\xC0\x80" /* U+0000 on its way through cJSON */
#define SENTINEL_SIZE 2
#define NUL_ESCAPE "\\u0000"
#define NUL_ESCAPE_SIZE 6
#define SURE_DIGITS 15 /* a decimal of so many digits always survives a normal double (DBL_DIG) */

const struct qb_json_options qb_json_record_options = {QB_MAX_RECORD, QB_MAX_DEPTH, true};
const struct qb_json_options qb_json_document_options = {QB_MAX_DOCUMENT, QB_MAX_DOCUMENT_DEPTH, false};

struct qb_json_doc {
    struct qb_arena arena;   /* of the values */
    struct qb_arena scratch; /* of cJSON's tree */
    struct qb_json_scan scan;
    struct qb_buf rewritten;
};

/* A tree on its way to being flat. */
struct layout {
    struct qb_arena *arena;
    const struct qb_json_scan *scan;
    const struct qb_json_token *token; /* the next string or number of the text */
    const struct qb_json_options *options;
    struct qb_json_fault *fault;
    bool failed;
};

static _Thread_local struct qb_arena *reading;

static void *take(size_t size)
{
    return reading ? qb_arena_alloc(reading, size) : malloc(size);
}

static void give_back(void *block)
{
    if (!reading)
        free(block);
}

static void install_hooks(void)
{
    cJSON_Hooks hooks = {take, give_back};
    cJSON_InitHooks(&hooks);
}

struct qb_json_doc *qb_json_doc_new(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, install_hooks);
    struct qb_json_doc *doc = qb_mem_alloc(sizeof *doc);
    qb_arena_init(&doc->arena);
    qb_arena_init(&doc->scratch);
    return doc;
}

void qb_json_doc_free(struct qb_json_doc *doc)
{
    if (!doc)
        return;
    qb_arena_fini(&doc->arena);
    qb_arena_fini(&doc->scratch);
    qb_json_scan_fini(&doc->scan);
    qb_buf_fini(&doc->rewritten);
    free(doc);
}

struct qb_arena *qb_json_doc_arena(struct qb_json_doc *doc)
{
    return &doc->arena;
}

/* --- the rewritten copy --- */

/* A string of the text, from its opening quote; returns behind its closing one. */
static const char *rewrite_string(struct qb_buf *out, const char *at)
{
    const char *from = at++;
    for (; *at != '"'; at++) {
        if (*at != '\\')
            continue;
        if (!memcmp(at, "\\u", 2) && !memcmp(at, NUL_ESCAPE, NUL_ESCAPE_SIZE)) {
            qb_buf_add(out, from, (size_t)(at - from));
            qb_buf_add(out, SENTINEL, SENTINEL_SIZE);
            from = at + NUL_ESCAPE_SIZE;
            at = from - 1;
        } else {
            at++;
        }
    }
    qb_buf_add(out, from, (size_t)(at + 1 - from));
    return at + 1;
}

static void rewrite(const struct qb_json_scan *scan, struct qb_buf *out)
{
    qb_buf_clear(out);
    qb_buf_reserve(out, (size_t)(scan->end - scan->begin));
    for (const char *at = scan->begin; at < scan->end;) {
        const char *start = at;
        if (*at == '"') {
            at = rewrite_string(out, at);
            continue;
        }
        while (at < scan->end && *at && strchr("0123456789+-.eE", *at)) /* true and false: one letter, no harm */
            at++;
        if (at == start)
            qb_buf_add_char(out, *at++);
        else if (at - start > QB_JSON_LONGEST_NUMBER)
            qb_buf_add_char(out, '0');
        else
            qb_buf_add(out, start, (size_t)(at - start));
    }
}

/* Turns the sentinels of a string back, in place. */
static void restore_nuls(char *text, size_t length)
{
    const char *from = text;
    for (size_t i = 0; i < length; i++) {
        bool is_sentinel = !memcmp(from, SENTINEL, SENTINEL_SIZE);
        text[i] = is_sentinel ? '\0' : *from;
        from += is_sentinel ? SENTINEL_SIZE : 1;
    }
    text[length] = '\0';
}

/* --- laying out --- */

/* Keeps the fault that stands first in the text; they are not met in that order. */
static bool is_first_fault(const struct layout *layout, size_t offset)
{
    return !layout->failed || offset < layout->fault->offset;
}

static void begin_fault(struct layout *layout, enum qb_json_fault_code code, const char *reason, size_t offset)
{
    const struct qb_json_scan *scan = layout->scan;
    layout->failed = true;
    qb_json_fault_set(layout->fault, code, reason, scan->text, (size_t)(scan->end - scan->text), offset);
}

static void lay_number(struct layout *layout, const cJSON *node, struct qb_json *value)
{
    const struct qb_json_token *token = layout->token++;
    value->type = QB_JSON_NUMBER;
    value->length = token->length;
    value->as.string = layout->scan->text + token->offset;
    value->number = token->length > QB_JSON_LONGEST_NUMBER ? qb_json_number_double(value->as.string, token->length)
                                                           : node->valuedouble;
    double size = fabs(value->number);
    if (!layout->options->exact_numbers || (token->length <= SURE_DIGITS && size > 1e-300 && size < 1e300) ||
        qb_json_number_survives(value->as.string, token->length, value->number) ||
        !is_first_fault(layout, token->offset))
        return;
    bool beyond = isinf(value->number) || value->number == 0;
    begin_fault(layout, QB_JSON_NUMBER_RANGE, beyond ? "json.number-range" : "json.number-precision", token->offset);
    qb_json_fault_found(layout->fault, value->as.string, value->length);
}

/* The string of the next token, which cJSON has decoded, copied to where the values are. */
static const char *lay_string(struct layout *layout, char *decoded, uint32_t *length)
{
    *length = layout->token++->length;
    if (layout->scan->has_nul)
        restore_nuls(decoded, *length);
    return qb_arena_copy(layout->arena, decoded, *length);
}

/* The tokens that a value took. */
static size_t tokens_of(const struct qb_json *value)
{
    size_t count = value->type == QB_JSON_STRING || value->type == QB_JSON_NUMBER;
    if (value->type == QB_JSON_ARRAY || value->type == QB_JSON_OBJECT)
        for (uint32_t i = 0; i < value->length; i++)
            count += (value->type == QB_JSON_OBJECT) + tokens_of(&value->as.items[i]);
    return count;
}

/* Where the quote before the key of a member stands, `first` being the first token in the object. */
static size_t key_offset(const struct qb_json_token *first, const struct qb_json *items, size_t member)
{
    for (size_t i = 0; i < member; i++)
        first += 1 + tokens_of(&items[i]);
    return first->offset - 1;
}

static void refuse_duplicate(struct layout *layout, const struct qb_json_token *first, const struct qb_json *items,
                             const struct qb_json_duplicate *duplicate)
{
    size_t offset = key_offset(first, items, duplicate->second);
    if (!is_first_fault(layout, offset))
        return;
    begin_fault(layout, QB_JSON_DUPLICATE_KEY, "json.duplicate-key", offset);
    qb_json_fault_found(layout->fault, items[duplicate->second].key, items[duplicate->second].key_length);
    const struct qb_json_scan *scan = layout->scan;
    uint32_t column;
    qb_json_position(scan->text, (size_t)(scan->end - scan->text), key_offset(first, items, duplicate->first),
                     &layout->fault->other_line, &column);
}

static void lay_value(struct layout *layout, const cJSON *node, struct qb_json *value);

static void lay_items(struct layout *layout, const cJSON *node, struct qb_json *value)
{
    const struct qb_json_token *first = layout->token;
    bool named = value->type == QB_JSON_OBJECT;
    uint32_t count = 0;
    for (const cJSON *child = node->child; child; child = child->next)
        count++;
    struct qb_json *items = count ? qb_arena_alloc(layout->arena, count * sizeof *items) : NULL;
    value->length = count;
    value->as.items = items;
    struct qb_json *item = items;
    for (const cJSON *child = node->child; child; child = child->next, item++) {
        item->key = NULL;
        item->key_length = 0;
        if (named)
            item->key = lay_string(layout, child->string, &item->key_length);
        lay_value(layout, child, item);
    }
    struct qb_json_duplicate duplicate;
    if (named && qb_json_keys_repeat(items, count, &duplicate))
        refuse_duplicate(layout, first, items, &duplicate);
}

/* All of *value but its key. The scan has bounded the depth. */
static void lay_value(struct layout *layout, const cJSON *node, struct qb_json *value)
{
    value->length = 0;
    value->as.string = NULL;
    value->number = 0;
    switch (node->type & 0xFF) {
    case cJSON_String:
        value->type = QB_JSON_STRING;
        value->as.string = lay_string(layout, node->valuestring, &value->length);
        break;
    case cJSON_Number:
        lay_number(layout, node, value);
        break;
    case cJSON_Array:
        value->type = QB_JSON_ARRAY;
        lay_items(layout, node, value);
        break;
    case cJSON_Object:
        value->type = QB_JSON_OBJECT;
        lay_items(layout, node, value);
        break;
    case cJSON_True:
        value->type = QB_JSON_TRUE;
        break;
    case cJSON_False:
        value->type = QB_JSON_FALSE;
        break;
    default:
        value->type = QB_JSON_NULL;
        break;
    }
}

/* --- reading --- */

static cJSON *read_tree(struct qb_json_doc *doc, const char **stopped)
{
    const struct qb_json_scan *scan = &doc->scan;
    const char *text = scan->begin;
    size_t length = (size_t)(scan->end - scan->begin);
    if (scan->has_nul || scan->has_long_number) {
        rewrite(scan, &doc->rewritten);
        text = doc->rewritten.data;
        length = doc->rewritten.length;
    }
    struct qb_arena *outer = reading;
    reading = &doc->scratch;
    cJSON *tree = cJSON_ParseWithLengthOpts(text, length, stopped, 0);
    reading = outer;
    return tree;
}

static void refuse_large(struct qb_json_fault *fault, const char *text, size_t length, size_t limit)
{
    char bytes[24];
    qb_json_fault_set(fault, QB_JSON_TOO_LARGE, "json.too-large", text, length, 0);
    fault->limit = limit;
    snprintf(bytes, sizeof bytes, "%zu", length);
    qb_json_fault_found(fault, bytes, strlen(bytes));
}

const struct qb_json *qb_json_parse(struct qb_json_doc *doc, const char *text, size_t length,
                                    const struct qb_json_options *options, struct qb_json_fault *fault)
{
    qb_arena_reset(&doc->arena);
    qb_arena_reset(&doc->scratch);
    size_t most = options->max_bytes < QB_MAX_DOCUMENT ? options->max_bytes : QB_MAX_DOCUMENT;
    if (length > most) {
        refuse_large(fault, text, length, most);
        return NULL;
    }
    unsigned levels = options->max_depth < QB_MAX_DOCUMENT_DEPTH ? options->max_depth : QB_MAX_DOCUMENT_DEPTH;
    if (!qb_json_scan_text(&doc->scan, text, length, levels)) {
        qb_json_fault_explain(&doc->scan, fault);
        return NULL;
    }
    const char *stopped = text;
    const cJSON *tree = read_tree(doc, &stopped);
    if (!tree) { /* cJSON knows better than the scan: then where it stopped is not to be trusted either */
        qb_json_fault_set(fault, QB_JSON_SYNTAX, "json.stray-character", text, length, 0);
        return NULL;
    }
    struct layout layout = {
        .arena = &doc->arena, .scan = &doc->scan, .token = doc->scan.tokens, .options = options, .fault = fault};
    struct qb_json *root = qb_arena_alloc(&doc->arena, sizeof *root);
    root->key = NULL;
    root->key_length = 0;
    lay_value(&layout, tree, root);
    return layout.failed ? NULL : root;
}
