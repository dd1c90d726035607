/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looking at JSON values: members, RFC 6901 pointers, equality. */
#include "core/data/json.h"

#include "core/data/json_keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FEW_MEMBERS 16      /* so many are looked for one by one */
#define MOST_INDEX_DIGITS 9 /* no array is longer */

const struct qb_json *qb_json_get_bytes(const struct qb_json *object, const char *key, size_t length)
{
    if (!object || object->type != QB_JSON_OBJECT)
        return NULL;
    for (uint32_t i = 0; i < object->length; i++) {
        const struct qb_json *member = &object->as.items[i];
        if (member->key_length == length && !memcmp(member->key, key, length))
            return member;
    }
    return NULL;
}

const struct qb_json *qb_json_get(const struct qb_json *object, const char *key)
{
    return qb_json_get_bytes(object, key, strlen(key));
}

const char *qb_json_string(const struct qb_json *value)
{
    return value && value->type == QB_JSON_STRING ? value->as.string : NULL;
}

/* --- pointers (RFC 6901) --- */

/* Whether a reference token is the key, undoing ~0 and ~1 on the way. */
static bool names_member(const char *token, size_t length, const struct qb_json *member)
{
    size_t used = 0;
    for (size_t i = 0; i < length; i++, used++) {
        char c = token[i];
        if (c == '~' && i + 1 < length && (token[i + 1] == '0' || token[i + 1] == '1'))
            c = token[++i] == '0' ? '~' : '/';
        if (used >= member->key_length || member->key[used] != c)
            return false;
    }
    return used == member->key_length;
}

bool qb_json_pointer_index(const char *token, size_t length, size_t *index)
{
    if (!length || length > MOST_INDEX_DIGITS || (length > 1 && *token == '0'))
        return false;
    *index = 0;
    for (size_t i = 0; i < length; i++) {
        if (token[i] < '0' || token[i] > '9')
            return false;
        *index = *index * 10 + (size_t)(token[i] - '0');
    }
    return true;
}

const char *qb_json_pointer_take(const char *pointer, struct qb_buf *token)
{
    qb_buf_clear(token);
    for (pointer++; *pointer && *pointer != '/'; pointer++) {
        bool escaped = *pointer == '~' && (pointer[1] == '0' || pointer[1] == '1');
        qb_buf_add_char(token, escaped ? (pointer[1] == '0' ? '~' : '/') : *pointer);
        pointer += escaped;
    }
    return pointer;
}

static const struct qb_json *find_item(const struct qb_json *array, const char *token, size_t length)
{
    size_t index;
    bool right = qb_json_pointer_index(token, length, &index);
    return right && index < array->length ? &array->as.items[index] : NULL;
}

static const struct qb_json *step(const struct qb_json *value, const char *token, size_t length)
{
    if (value->type == QB_JSON_ARRAY)
        return find_item(value, token, length);
    if (value->type == QB_JSON_OBJECT)
        for (uint32_t i = 0; i < value->length; i++)
            if (names_member(token, length, &value->as.items[i]))
                return &value->as.items[i];
    return NULL;
}

const struct qb_json *qb_json_at(const struct qb_json *root, const char *pointer)
{
    const struct qb_json *value = root;
    while (value && *pointer) {
        if (*pointer++ != '/')
            return NULL;
        size_t length = strcspn(pointer, "/");
        value = step(value, pointer, length);
        pointer += length;
    }
    return value;
}

void qb_json_pointer_add(struct qb_buf *pointer, const char *key, size_t length)
{
    qb_buf_add_char(pointer, '/');
    for (size_t i = 0; i < length; i++) {
        if (key[i] == '~')
            qb_buf_add(pointer, "~0", 2);
        else if (key[i] == '/')
            qb_buf_add(pointer, "~1", 2);
        else
            qb_buf_add_char(pointer, key[i]);
    }
}

void qb_json_pointer_add_index(struct qb_buf *pointer, size_t index)
{
    qb_buf_addf(pointer, "/%zu", index);
}

/* --- equality --- */

static bool equal_arrays(const struct qb_json *a, const struct qb_json *b)
{
    for (uint32_t i = 0; i < a->length; i++)
        if (!qb_json_equal(&a->as.items[i], &b->as.items[i]))
            return false;
    return true;
}

static bool equal_sorted(const struct qb_json *a, const struct qb_json *b)
{
    const struct qb_json **left = qb_json_keys_sorted(a->as.items, a->length);
    const struct qb_json **right = qb_json_keys_sorted(b->as.items, b->length);
    bool equal = true;
    for (uint32_t i = 0; equal && i < a->length; i++)
        equal = !qb_json_keys_compare(left[i], right[i]) && qb_json_equal(left[i], right[i]);
    free(left);
    free(right);
    return equal;
}

static bool equal_objects(const struct qb_json *a, const struct qb_json *b)
{
    if (a->length > FEW_MEMBERS)
        return equal_sorted(a, b);
    for (uint32_t i = 0; i < a->length; i++) {
        const struct qb_json *member = &a->as.items[i];
        const struct qb_json *other = qb_json_get_bytes(b, member->key, member->key_length);
        if (!other || !qb_json_equal(member, other))
            return false;
    }
    return true;
}

bool qb_json_equal(const struct qb_json *a, const struct qb_json *b)
{
    if (a->type != b->type)
        return false;
    if (a->type == QB_JSON_NUMBER)
        return !qb_json_number_compare(a, b);
    if (a->length != b->length)
        return false;
    if (a->type == QB_JSON_STRING)
        return !memcmp(a->as.string, b->as.string, a->length);
    if (a->type == QB_JSON_ARRAY)
        return equal_arrays(a, b);
    return a->type != QB_JSON_OBJECT || equal_objects(a, b);
}
