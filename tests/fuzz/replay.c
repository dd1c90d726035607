/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs a fuzz target over the inputs that are kept for it, so that what was found once stays mended.
 *
 *     suite_fuzz_NAME [FILE...]
 *
 * Without files that exist it takes every file of CORPUS, a directory in the source tree (the test runner starts at its
 * top and gives every suite the shared directory as argument). Each input that comes back is a test that passed; one
 * that does not is the last name on standard error. The inputs lie in blocks of just their size, so that a look beyond
 * the end is seen by sanitizers and valgrind.
 */
#include "core/base/buf.h"
#include "core/base/file.h"
#include "core/base/mem.h"
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <sys/stat.h>

#define LARGEST ((size_t)16 << 20) /* bytes */

static bool replay(const char *path)
{
    struct qb_buf text = {0};
    struct qb_err err = {0};
    fprintf(stderr, "%s\n", path);
    if (qb_file_read_path(path, LARGEST, &text, &err) < 0) {
        printf("%s: %s\n", path, err.message);
        return false;
    }
    uint8_t *block = qb_mem_alloc(text.length ? text.length : 1);
    if (text.length)
        memcpy(block, text.data, text.length);
    LLVMFuzzerTestOneInput(block, text.length);
    free(block);
    qb_buf_fini(&text);
    return true;
}

static int visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void replay_corpus(size_t *passed, size_t *failed)
{
    struct dirent **names = NULL;
    int count = scandir(CORPUS, &names, visible, alphasort);
    if (count <= 0) {
        printf("%s: no inputs\n", CORPUS);
        ++*failed;
    }
    for (int i = 0; i < count; i++) {
        struct qb_buf path = {0};
        qb_buf_addf(&path, "%s/%s", CORPUS, names[i]->d_name);
        ++*(replay(qb_buf_text(&path)) ? passed : failed);
        qb_buf_fini(&path);
        free(names[i]);
    }
    free(names);
}

int main(int argc, char **argv)
{
    size_t passed = 0;
    size_t failed = 0;
    struct stat st;
    bool files = argc > 1 && !stat(argv[1], &st) && S_ISREG(st.st_mode);
    for (int i = 1; files && i < argc; i++)
        ++*(replay(argv[i]) ? &passed : &failed);
    if (!files)
        replay_corpus(&passed, &failed);
    printf("%zu passed, %zu failed\n", passed, failed);
    return failed > 0;
}
