/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Evaluation alone: reads a kind and a file with a record in each line, parses all of them, and then evaluates one
 * after the other, several rounds.
 *
 *   evaluate KIND.yaml RECORDS.jsonl ROUNDS        "N records, N wrong, S seconds": of the median round
 */
#include "core/base/buf.h"
#include "core/base/file.h"
#include "core/base/limits.h"
#include "schema/kind.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct records {
    struct qb_json_doc **docs;
    const struct qb_json **values;
    size_t count;
    size_t capacity;
};

static double now(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec * 1e-9;
}

static void add(struct records *records, const char *line, size_t length)
{
    struct qb_json_fault fault;
    if (records->count == records->capacity) {
        records->capacity = records->capacity ? records->capacity * 2 : 1024;
        records->docs = qb_mem_resize(records->docs, records->capacity, sizeof *records->docs);
        records->values = qb_mem_resize(records->values, records->capacity, sizeof *records->values);
    }
    struct qb_json_doc *doc = qb_json_doc_new();
    records->docs[records->count] = doc;
    records->values[records->count++] = qb_json_parse(doc, line, length, &qb_json_record_options, &fault);
}

static struct qb_kind *read_kind(const char *path)
{
    struct qb_buf text = {0};
    struct qb_problems problems = {0};
    struct qb_kind *kind = NULL;
    if (qb_file_read_path(path, QB_MAX_SETTINGS, &text, NULL) == QB_OK)
        kind = qb_kind_parse(path, qb_buf_text(&text), text.length, &problems);
    qb_problems_fini(&problems);
    qb_buf_fini(&text);
    return kind;
}

static int by_size(const void *a, const void *b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;
    return (left > right) - (left < right);
}

static size_t evaluate(const struct qb_kind *kind, const struct records *records)
{
    size_t wrong = 0;
    for (size_t i = 0; i < records->count; i++)
        wrong += !records->values[i] || !qb_schema_valid(kind->schema, records->values[i]);
    return wrong;
}

int main(int argc, char **argv)
{
    struct qb_buf text = {0};
    struct records records = {0};
    struct qb_kind *kind = argc == 4 ? read_kind(argv[1]) : NULL;
    size_t rounds = argc == 4 ? strtoul(argv[3], NULL, 10) : 0;
    if (!kind || !rounds || qb_file_read_path(argv[2], (size_t)1 << 31, &text, NULL) < 0) {
        fprintf(stderr, "usage: evaluate KIND.yaml RECORDS.jsonl ROUNDS\n");
        return 2;
    }
    for (const char *line = text.data, *end; (end = strchr(line, '\n')); line = end + 1)
        add(&records, line, (size_t)(end - line));
    double *took = qb_mem_array(rounds, sizeof *took);
    size_t wrong = 0;
    for (size_t i = 0; i < rounds; i++) {
        double start = now();
        wrong = evaluate(kind, &records);
        took[i] = now() - start;
    }
    qsort(took, rounds, sizeof *took, by_size);
    printf("%zu records, %zu wrong, %.6f seconds\n", records.count, wrong, took[rounds / 2]);
    for (size_t i = 0; i < records.count; i++)
        qb_json_doc_free(records.docs[i]);
    free(records.docs);
    free(records.values);
    free(took);
    qb_kind_free(kind);
    qb_buf_fini(&text);
    return 0;
}
