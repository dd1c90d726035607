/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kind files. One that is refused must have a problem that can be said; one that is taken must do what a kind does:
 * stand among kinds, and look at records.
 */
#include "schema/check.h"
#include "schema/kind.h"
#include "tests/fuzz/fuzz.h"

static const char *const records[] = {
    "{}",
    "{\"id\": \"AST-1\", \"serial\": \"A\", \"held_by\": \"OFF-0001\", \"status\": \"closed\", \"note\": null}",
    "{\"id\": \"AST-2\", \"items\": [{\"serial\": 1}, [2]], \"parent\": {\"parent\": {}}}",
};

static void check_problems(const struct qb_problems *problems)
{
    for (size_t i = 0; i < problems->count; i++) {
        const struct qb_problem *problem = &problems->items[i];
        MUST(problem->line >= 1 && problem->column >= 1 && problem->pointer && problem->path);
        fuzz_check_message(problem->message_id, problem->args, problem->arg_count);
    }
}

static void look_at(const struct qb_kinds *kinds, const struct qb_kind *kind, const char *record)
{
    struct qb_store store;
    struct qb_problems problems = {0};
    struct qb_buf path = {0};
    bool sound = false;
    struct qb_checker *checker = qb_checker_new(kinds);
    qb_store_init(&store);
    qb_buf_addf(&path, "records/%s/AST-1.json", kind->folder);
    struct qb_version *version =
        qb_check_text(checker, &store, kind, qb_buf_text(&path), record, strlen(record), NULL, &sound, &problems);
    MUST(sound == !qb_problems_errors(&problems));
    check_problems(&problems);
    qb_version_free(version);
    qb_buf_fini(&path);
    qb_problems_fini(&problems);
    qb_checker_free(checker);
    qb_store_fini(&store);
}

static void use(struct qb_kind *kind)
{
    struct qb_problems problems = {0};
    struct qb_kinds *kinds = qb_mem_alloc(sizeof *kinds);
    MUST(kind->name && *kind->name && kind->folder && *kind->folder && kind->prefix && *kind->prefix && kind->schema);
    MUST(qb_kinds_add(kinds, kind, &problems));
    qb_kinds_finish(kinds, &problems);
    MUST(qb_kinds_find(kinds, kind->name) == kind);
    check_problems(&problems);
    for (size_t i = 0; i < sizeof records / sizeof *records; i++)
        look_at(kinds, kind, records[i]);
    qb_kinds_free(kinds);
    qb_problems_fini(&problems);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_part input = fuzz_input(data, size);
    struct qb_problems problems = {0};
    struct qb_kind *kind = qb_kind_parse("kinds/asset.yaml", input.text, input.length, &problems);
    MUST(kind || qb_problems_errors(&problems));
    check_problems(&problems);
    if (kind)
        use(kind);
    qb_problems_fini(&problems);
    return 0;
}
