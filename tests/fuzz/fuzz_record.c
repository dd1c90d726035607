/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A record against its kind: the first byte chooses the shipped kind, the rest is the text; what stands before a marker
 * line is the version that was closed earlier. Problems must have places and words, and every writer must say them in
 * its format.
 */
#include "core/output/output.h"
#include "schema/check.h"
#include "schema/kind.h"
#include "tests/fuzz/fuzz.h"

/* Reading eight kinds takes longer than reading a record: this is done once. */
static const struct qb_kinds *shipped(void)
{
    static struct qb_kinds *kinds;
    if (!kinds) {
        struct qb_problems problems = {0};
        kinds = qb_kinds_new();
        qb_kinds_finish(kinds, &problems);
        MUST(kinds->count && !problems.count);
    }
    return kinds;
}

static const char *title(const void *context, const char *kind, const char *id)
{
    (void)context;
    (void)kind;
    return id;
}

static const char *company(const void *context, const char *facility)
{
    (void)context;
    (void)facility;
    return "";
}

static void check_json(struct qb_buf *out, size_t count)
{
    struct qb_json_fault fault;
    struct qb_json_doc *doc = qb_json_doc_new();
    const struct qb_json *root = qb_json_parse(doc, qb_buf_text(out), out->length, &qb_json_document_options, &fault);
    const struct qb_json *problems = qb_json_get(root, "problems");
    MUST(problems && problems->type == QB_JSON_ARRAY && problems->length == count);
    qb_json_doc_free(doc);
}

/* The writers that quote problems. */
static void write(const struct qb_problems *problems, enum qb_language language)
{
    struct qb_settings settings;
    struct qb_buf out = {0};
    qb_settings_init(&settings);
    struct qb_output_view view = {.settings = &settings,
                                  .language = language,
                                  .as_of = 18418,
                                  .problems = problems,
                                  .title = title,
                                  .company = company};
    qb_output_note(&out, language, problems->items, problems->count);
    MUST(fuzz_is_clean(qb_buf_text(&out), out.length, "\n"));
    qb_buf_clear(&out);
    qb_output_find("problems")->write(&out, &view, NULL);
    check_json(&out, problems->count);
    qb_buf_clear(&out);
    qb_output_find("html")->write(&out, &view, NULL);
    MUST(fuzz_is_clean(qb_buf_text(&out), out.length, "\n\t"));
    qb_buf_fini(&out);
    qb_settings_fini(&settings);
}

static void check_problems(struct qb_problems *problems, const struct qb_version *version, struct fuzz_part text)
{
    struct qb_json_fault fault;
    struct qb_json_doc *doc = qb_json_doc_new();
    const struct qb_json *root = qb_json_parse(doc, text.text, text.length, &qb_json_record_options, &fault);
    bool nul = fuzz_has_nul_key(root);
    MUST(version || problems->count);
    for (size_t i = 0; i < problems->count; i++) {
        const struct qb_problem *problem = &problems->items[i];
        MUST(problem->line >= 1 && problem->column >= 1 && problem->line - 1 <= text.length &&
             problem->column - 1 <= text.length);
        MUST(!version || nul || problem->code == QB_PROBLEM_FROZEN || qb_json_at(root, problem->pointer));
        fuzz_check_message(problem->message_id, problem->args, problem->arg_count);
    }
    qb_json_doc_free(doc);
    qb_problems_sort(problems);
    write(problems, QB_INDONESIAN);
    write(problems, QB_ENGLISH);
}

static void look_at(const struct qb_kinds *kinds, const struct qb_kind *kind, struct fuzz_part text,
                    const struct qb_earlier *earlier)
{
    struct qb_store store;
    struct qb_problems problems = {0};
    struct qb_buf path = {0};
    bool sound = false;
    struct qb_checker *checker = qb_checker_new(kinds);
    qb_store_init(&store);
    qb_buf_addf(&path, "records/%s/%s-1.json", kind->folder, kind->prefix);
    struct qb_version *version =
        qb_check_text(checker, &store, kind, qb_buf_text(&path), text.text, text.length, earlier, &sound, &problems);
    MUST(sound == !qb_problems_errors(&problems));
    check_problems(&problems, version, text);
    struct qb_entry *entry = qb_store_entry(&store, qb_buf_text(&path), kind->index);
    qb_store_set_current(&store, entry, version);
    qb_store_set_in_force(&store, entry, sound ? version : NULL);
    qb_store_remove(&store, entry);
    qb_store_fini(&store);
    qb_checker_free(checker);
    qb_buf_fini(&path);
    qb_problems_fini(&problems);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct qb_kinds *kinds = shipped();
    struct fuzz_part first;
    struct fuzz_part second;
    if (!size)
        return 0;
    struct fuzz_part input = fuzz_input(data + 1, size - 1);
    const struct qb_kind *kind = kinds->items[data[0] % kinds->count];
    fuzz_take(&input, &first);
    look_at(kinds, kind, first, NULL);
    if (fuzz_take(&input, &second))
        look_at(kinds, kind, second, &(struct qb_earlier){first.text, first.length});
    return 0;
}
