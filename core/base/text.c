/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Message catalogues. They are linked in as MO files, which msgfmt made and checked; the format (GNU gettext
 * manual, "The Format of GNU MO Files") is a header of 32-bit words and two sorted tables of (length,
 * offset), so a lookup is a binary search. libintl is not used: it chooses by the process's locale, and the
 * language here is the folder's.
 */
#include "core/base/text.h"

#include "core/base/embed.h"

#include <stdint.h>
#include <string.h>

#define MO_MAGIC 0x950412deu /* of a file in this machine's byte order, as msgfmt writes it */

struct catalogue {
    const char *bytes;
    size_t length;
    uint32_t count;
    uint32_t ids;   /* offset of the table of ids */
    uint32_t texts; /* offset of the table of texts */
};

static const struct {
    const char *tag;
    const char *file;
} languages[QB_LANGUAGES] = {
    [QB_INDONESIAN] = {"id", "po/id.mo"},
    [QB_ENGLISH] = {"en", "po/en.mo"},
};

bool qb_text_language(const char *tag, enum qb_language *language)
{
    for (int i = 0; i < QB_LANGUAGES; i++)
        if (!strcmp(tag, languages[i].tag)) {
            *language = (enum qb_language)i;
            return true;
        }
    return false;
}

const char *qb_text_language_tag(enum qb_language language)
{
    return languages[language].tag;
}

static uint32_t word(const struct catalogue *catalogue, uint32_t offset)
{
    uint32_t value;
    memcpy(&value, catalogue->bytes + offset, sizeof value);
    return value;
}

static bool open_catalogue(struct catalogue *catalogue, enum qb_language language)
{
    if (!qb_embed_find(languages[language].file, &catalogue->bytes, &catalogue->length))
        return false;
    if (catalogue->length < 28 || word(catalogue, 0) != MO_MAGIC)
        return false;
    catalogue->count = word(catalogue, 8);
    catalogue->ids = word(catalogue, 12);
    catalogue->texts = word(catalogue, 16);
    return true;
}

static const char *entry(const struct catalogue *catalogue, uint32_t table, uint32_t number)
{
    return catalogue->bytes + word(catalogue, table + number * 8 + 4);
}

const char *qb_text_find(enum qb_language language, const char *id)
{
    struct catalogue catalogue;
    if (!open_catalogue(&catalogue, language))
        return NULL;
    uint32_t low = 0;
    uint32_t high = catalogue.count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = strcmp(id, entry(&catalogue, catalogue.ids, middle));
        if (!order)
            return entry(&catalogue, catalogue.texts, middle);
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const char *qb_text(enum qb_language language, const char *id)
{
    const char *text = qb_text_find(language, id);
    return text ? text : id;
}

static const struct qb_text_arg *named(const struct qb_text_arg *args, size_t count, const char *name, size_t length)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(args[i].name) == length && !memcmp(args[i].name, name, length))
            return &args[i];
    return NULL;
}

void qb_text_fill(struct qb_buf *out, const char *text, const struct qb_text_arg *args, size_t count)
{
    while (*text) {
        const char *open = strchr(text, '{');
        const char *close = open ? strchr(open, '}') : NULL;
        if (!close)
            break;
        qb_buf_add(out, text, (size_t)(open - text));
        const struct qb_text_arg *arg = named(args, count, open + 1, (size_t)(close - open - 1));
        if (arg)
            qb_buf_add_string(out, arg->value ? arg->value : "");
        else
            qb_buf_add(out, open, (size_t)(close - open + 1));
        text = close + 1;
    }
    qb_buf_add_string(out, text);
}

void qb_text_format(struct qb_buf *out, enum qb_language language, const char *id, const struct qb_text_arg *args,
                    size_t count)
{
    qb_text_fill(out, qb_text(language, id), args, count);
}

void qb_text_each(enum qb_language language, void (*visit)(void *context, const char *id, const char *text),
                  void *context)
{
    struct catalogue catalogue;
    if (!open_catalogue(&catalogue, language))
        return;
    for (uint32_t i = 0; i < catalogue.count; i++) {
        const char *id = entry(&catalogue, catalogue.ids, i);
        if (*id) /* the empty id is the header */
            visit(context, id, entry(&catalogue, catalogue.texts, i));
    }
}
