/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks up embedded files: a handful, so a walk does. */
#include "core/base/embed.h"

#include <string.h>

bool qb_embed_find(const char *name, const char **bytes, size_t *length)
{
    for (size_t i = 0; i < qb_embedded_count; i++) {
        const struct qb_embedded *file = &qb_embedded_files[i];
        if (strcmp(file->name, name))
            continue;
        *bytes = file->bytes;
        *length = (size_t)(file->end - file->bytes);
        return true;
    }
    return false;
}
