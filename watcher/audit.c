/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The findings of an audit and the report of them: for people and for programs. */
#include "watcher/audit.h"

#include "core/base/mem.h"
#include "core/data/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* of one code that are told one by one: a pack that is cut off takes thousands of objects with it */
#define MOST_OF_A_CODE 50

static const struct {
    const char *name;
    const char *what; /* message ids */
    const char *mend;
} codes[QB_FINDING_CODES] = {
    [QB_FINDING_PACK_BROKEN] = {"pack-broken", "audit.pack-broken", "audit.mend.objects"},
    [QB_FINDING_OBJECT_BROKEN] = {"object-broken", "audit.object-broken", "audit.mend.objects"},
    [QB_FINDING_OBJECT_MISSING] = {"object-missing", "audit.object-missing", "audit.mend.objects"},
    [QB_FINDING_COMMIT_DROPPED] = {"commit-dropped", "audit.commit-dropped", "audit.mend.dropped"},
    [QB_FINDING_NOT_LINEAR] = {"not-linear", "audit.not-linear", "audit.mend.rewritten"},
    [QB_FINDING_UNSIGNED] = {"unsigned", "audit.unsigned", "audit.mend.rewritten"},
    [QB_FINDING_SIGNATURE_BAD] = {"signature-bad", "audit.signature-bad", "audit.mend.rewritten"},
    [QB_FINDING_SIGNATURE_UNKNOWN] = {"signature-unknown", "audit.signature-unknown", "audit.mend.signers"},
    [QB_FINDING_COMMITTER] = {"committer", "audit.committer", "audit.mend.rewritten"},
    [QB_FINDING_AUTHOR_UNKNOWN] = {"author-unknown", "audit.author-unknown", "audit.mend.rewritten"},
    [QB_FINDING_AUTHOR_OTHER] = {"author-other", "audit.author-other", "audit.mend.rewritten"},
    [QB_FINDING_FROZEN_CHANGED] = {"frozen-changed", "audit.frozen-changed", "audit.mend.frozen"},
    [QB_FINDING_FROZEN_DELETED] = {"frozen-deleted", "audit.frozen-deleted", "audit.mend.deleted"},
    [QB_FINDING_FOLDER_DIFFERS] = {"folder-differs", "audit.folder-differs", "audit.mend.folder"},
    [QB_FINDING_OUTPUT_DIFFERS] = {"output-differs", "audit.output-differs", "audit.mend.output"},
    [QB_FINDING_ATTACHMENT_DIFFERS] = {"attachment-differs", "audit.attachment-differs", "audit.mend.attachment"},
    [QB_FINDING_ANCHOR_LOST] = {"anchor-lost", "audit.anchor-lost", "audit.mend.rewritten"},
    [QB_FINDING_ANCHOR_REMOVED] = {"anchor-removed", "audit.anchor-removed", "audit.mend.anchor"},
};

void qb_audit_add(struct qb_audit *audit, enum qb_audit_code code, const char *where, const char *detail)
{
    audit->of_code[code]++;
    if (audit->of_code[code] > MOST_OF_A_CODE)
        return;
    QB_MEM_GROW(audit->findings, audit->count, audit->capacity);
    audit->findings[audit->count++] = (struct qb_audit_finding){
        .code = code,
        .where = qb_arena_copy(&audit->arena, where, strlen(where)),
        .detail = qb_arena_copy(&audit->arena, detail ? detail : "", strlen(detail ? detail : "")),
    };
}

void qb_audit_note(struct qb_audit *audit, struct qb_map *set, const char *text)
{
    if (qb_map_get_string(set, text))
        return;
    char *copy = qb_arena_copy(&audit->arena, text, strlen(text));
    qb_map_put_string(set, copy, copy);
}

static void add_sentence(struct qb_buf *out, const struct qb_audit *audit, const char *id,
                         const struct qb_audit_finding *finding)
{
    qb_text_format(out, audit->invocation->language, id,
                   (struct qb_text_arg[]){{"where", finding->where}, {"detail", finding->detail}}, 2);
}

/* --- for people --- */

static void say(const struct qb_audit *audit, const char *id, const struct qb_text_arg *args, size_t count)
{
    struct qb_buf out = {0};
    qb_text_format(&out, audit->invocation->language, id, args, count);
    qb_buf_add_char(&out, '\n');
    qb_say_text(stdout, out.data, out.length);
    qb_buf_fini(&out);
}

static void list_keys(const struct qb_audit *audit)
{
    struct qb_map_item *item;
    for (size_t at = 0; (item = qb_map_next(&audit->keys, &at));)
        say(audit, "audit.key", (struct qb_text_arg[]){{"key", item->key}}, 1);
}

static void say_numbers(const struct qb_audit *audit)
{
    const size_t numbers[] = {audit->whole.commits, audit->whole.objects, audit->signed_commits, audit->unsigned_before,
                              audit->anchors.live,  audit->anchors_here,  audit->outputs,        audit->attachments};
    char text[sizeof numbers / sizeof *numbers][24];
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        snprintf(text[i], sizeof text[i], "%zu", numbers[i]);
    say(audit, "audit.history",
        (struct qb_text_arg[]){{"commits", text[0]},
                               {"objects", text[1]},
                               {"first", audit->first_day},
                               {"last", audit->last_day},
                               {"head", audit->head}},
        5);
    say(audit, audit->unsigned_before ? "audit.signed-since" : "audit.signed",
        (struct qb_text_arg[]){{"signed", text[2]}, {"before", text[3]}}, 2);
    list_keys(audit);
    say(audit, "audit.anchors", (struct qb_text_arg[]){{"lines", text[4]}, {"here", text[5]}}, 2);
    say(audit, "audit.outputs", (struct qb_text_arg[]){{"outputs", text[6]}, {"attachments", text[7]}}, 2);
}

static void say_rest(const struct qb_audit *audit)
{
    char more[24];
    for (size_t i = 0; i < QB_FINDING_CODES; i++) {
        if (audit->of_code[i] <= MOST_OF_A_CODE)
            continue;
        snprintf(more, sizeof more, "%zu", audit->of_code[i] - MOST_OF_A_CODE);
        say(audit, "audit.more", (struct qb_text_arg[]){{"count", more}, {"code", codes[i].name}}, 2);
    }
}

void qb_audit_report(const struct qb_audit *audit)
{
    struct qb_buf out = {0};
    char count[24];
    say_numbers(audit);
    for (size_t i = 0; i < audit->count; i++) {
        const struct qb_audit_finding *finding = &audit->findings[i];
        qb_buf_clear(&out);
        qb_buf_addf(&out, "\n[%s] %s: ", codes[finding->code].name, finding->where);
        add_sentence(&out, audit, codes[finding->code].what, finding);
        qb_buf_add_string(&out, "\n    ");
        add_sentence(&out, audit, codes[finding->code].mend, finding);
        qb_buf_add_char(&out, '\n');
        qb_say_text(stdout, out.data, out.length);
    }
    qb_buf_fini(&out);
    say_rest(audit);
    size_t all = 0;
    for (size_t i = 0; i < QB_FINDING_CODES; i++)
        all += audit->of_code[i];
    snprintf(count, sizeof count, "%zu", all);
    putchar('\n');
    say(audit, all ? "audit.findings" : "audit.nothing", (struct qb_text_arg[]){{"count", count}}, 1);
}

/* --- for programs --- */

static void write_finding(struct qb_json_writer *writer, const struct qb_audit *audit,
                          const struct qb_audit_finding *finding)
{
    struct qb_buf text = {0};
    qb_json_writer_object(writer, NULL);
    qb_json_writer_string(writer, "code", codes[finding->code].name);
    qb_json_writer_string(writer, "where", finding->where);
    qb_json_writer_string(writer, "detail", *finding->detail ? finding->detail : NULL);
    add_sentence(&text, audit, codes[finding->code].what, finding);
    qb_json_writer_string(writer, "message", qb_buf_text(&text));
    qb_buf_clear(&text);
    add_sentence(&text, audit, codes[finding->code].mend, finding);
    qb_json_writer_string(writer, "mend", qb_buf_text(&text));
    qb_json_writer_end_object(writer);
    qb_buf_fini(&text);
}

static void write_numbers(struct qb_json_writer *writer, const struct qb_audit *audit)
{
    const struct {
        const char *key;
        size_t number;
    } rows[] = {
        {"commits", audit->whole.commits}, {"objects", audit->whole.objects},
        {"signed", audit->signed_commits}, {"unsigned_before", audit->unsigned_before},
        {"anchors", audit->anchors.live},  {"anchors_here", audit->anchors_here},
        {"outputs", audit->outputs},       {"attachments", audit->attachments},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        qb_json_writer_integer(writer, rows[i].key, (int64_t)rows[i].number);
}

void qb_audit_report_json(const struct qb_audit *audit)
{
    struct qb_buf out = {0};
    struct qb_json_writer writer;
    struct qb_map_item *item;
    qb_json_writer_init(&writer, &out);
    qb_json_writer_object(&writer, NULL);
    qb_json_writer_string(&writer, "format", "qbis-audit/1");
    qb_json_writer_string(&writer, "head", *audit->head ? audit->head : NULL);
    write_numbers(&writer, audit);
    qb_json_writer_array(&writer, "keys");
    for (size_t at = 0; (item = qb_map_next(&audit->keys, &at));)
        qb_json_writer_string(&writer, NULL, item->key);
    qb_json_writer_end_array(&writer);
    qb_json_writer_object(&writer, "counts");
    for (size_t i = 0; i < QB_FINDING_CODES; i++)
        if (audit->of_code[i])
            qb_json_writer_integer(&writer, codes[i].name, (int64_t)audit->of_code[i]);
    qb_json_writer_end_object(&writer);
    qb_json_writer_array(&writer, "findings");
    for (size_t i = 0; i < audit->count; i++)
        write_finding(&writer, audit, &audit->findings[i]);
    qb_json_writer_end_array(&writer);
    qb_json_writer_end_object(&writer);
    qb_buf_add_char(&out, '\n');
    fwrite(out.data, 1, out.length, stdout);
    qb_buf_fini(&out);
}
