/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libyaml's complaints are written for those who know its grammar. A table turns each that people run into
 * into the mistake behind it and the place where one would mend it: where the quote was opened, say, and not
 * the end of the file that was reached in search of the other one.
 */
#include "core/data/yaml_fault.h"

#include "core/data/json_fault.h"
#include "core/data/yaml.h"

#include <string.h>

enum where {
    AT,
    CONTEXT,
    AT_WITH_CONTEXT, /* the context's line is the other one */
    LINE,            /* where the line begins */
    LINE_ABOVE,
};

struct rule {
    const char *problem;
    bool (*holds)(const char *text, size_t at); /* NULL: always */
    const char *reason;
    enum where where;
};

/* Where the first word of the line stands that `at` is on; `at` when there is none before it. */
static size_t line_start(const char *text, size_t at)
{
    size_t start = at;
    while (start > 0 && text[start - 1] != '\n')
        start--;
    while (start < at && text[start] == ' ')
        start++;
    return start;
}

static size_t line_above_start(const char *text, size_t at)
{
    while (at > 0 && text[at - 1] != '\n')
        at--;
    return line_start(text, at ? at - 1 : 0);
}

static bool at_tab(const char *text, size_t at)
{
    return text[at] == '\t';
}

/* "Medan" Belawan: the colon, key or end that was looked for would stand where the text goes on. */
static bool behind_quote(const char *text, size_t at)
{
    while (at > 0 && text[at - 1] == ' ')
        at--;
    return at > 0 && (text[at - 1] == '"' || text[at - 1] == '\'');
}

/* A bracket that nothing opened: behind a whole value, or where a line should begin. */
static bool at_closing(const char *text, size_t at)
{
    return text[at] == ']' || text[at] == '}';
}

/* A colon behind the first word of its line: it is the line that stands wrong. */
static bool first_colon(const char *text, size_t at)
{
    size_t start = line_start(text, at);
    return start > 0 && !memchr(text + start, ':', at - start);
}

/* With "status:planned" in the line above, that line and this one were taken for one name. */
static bool glued_above(const char *text, size_t at)
{
    size_t end = line_above_start(text, at);
    while (end < at && !memchr(": \r\n", text[end], 4))
        end++;
    return end < at && text[end] == ':' && !memchr(" \r\n", text[end + 1], 3) && first_colon(text, at);
}

static const struct rule rules[] = {
    {"control characters are not allowed", NULL, "yaml.control-character", AT},
    {"found a tab character that violates indentation", NULL, "yaml.tab", AT},
    {"found a tab character where an indentation space is expected", NULL, "yaml.tab", AT},
    {"found character that cannot start any token", at_tab, "yaml.tab", AT},
    {"found character that cannot start any token", NULL, "yaml.reserved-character", AT},
    {"did not find expected alphabetic or numeric character", NULL, "yaml.reserved-character", CONTEXT},
    {"could not find expected ':'", NULL, "yaml.missing-colon", CONTEXT},
    {"mapping values are not allowed in this context", glued_above, "yaml.missing-colon", LINE_ABOVE},
    {"mapping values are not allowed in this context", first_colon, "yaml.indentation", LINE},
    {"mapping values are not allowed in this context", NULL, "yaml.extra-colon", AT},
    {"mapping keys are not allowed in this context", NULL, "yaml.reserved-character", AT},
    {"block sequence entries are not allowed in this context", NULL, "yaml.extra-dash", AT},
    {"did not find expected key", behind_quote, "yaml.text-behind-quote", AT},
    {"did not find expected <document start>", behind_quote, "yaml.text-behind-quote", AT},
    {"did not find expected key", at_closing, "yaml.extra-closing", AT},
    {"did not find expected <document start>", at_closing, "yaml.extra-closing", AT},
    {"did not find expected key", NULL, "yaml.indentation", AT},
    {"did not find expected '-' indicator", NULL, "yaml.indentation", AT},
    {"did not find expected <document start>", NULL, "yaml.indentation", AT},
    {"did not find expected node content", at_closing, "yaml.reserved-character", AT},
    {"did not find expected node content", NULL, "yaml.missing-value", AT},
    {"found unexpected end of stream", NULL, "yaml.unclosed-quote", CONTEXT},
    {"found unexpected document indicator", NULL, "yaml.unclosed-quote", CONTEXT},
    {"did not find expected ',' or ']'", NULL, "yaml.unclosed-list", AT_WITH_CONTEXT},
    {"did not find expected ',' or '}'", NULL, "yaml.unclosed-mapping", AT_WITH_CONTEXT},
    {"found unknown escape character", NULL, "yaml.escape", AT},
    {"did not find expected hexdecimal number", NULL, "yaml.escape", AT},
    {"found invalid Unicode character escape code", NULL, "yaml.escape", AT},
    {"found undefined tag handle", NULL, "yaml.tag", AT},
};

void qb_yaml_fault_set(struct qb_json_fault *fault, enum qb_json_fault_code code, const char *reason, const char *text,
                       size_t length, size_t offset)
{
    size_t end = offset;
    while (end < length && text[end] != '\n' && text[end] != '\r')
        end++;
    while (end > offset + 1 && text[end - 1] == ' ')
        end--;
    if (end > offset && (unsigned char)text[offset] < ' ') /* a control character alone */
        end = offset + 1;
    qb_json_fault_set(fault, code, reason, text, length, offset);
    qb_json_fault_found(fault, text + offset, end - offset);
}

static size_t place(const struct qb_yaml_complaint *complaint, const char *text, enum where where)
{
    switch (where) {
    case CONTEXT:
        return complaint->context;
    case LINE:
        return line_start(text, complaint->at);
    case LINE_ABOVE:
        return line_above_start(text, complaint->at);
    case AT:
    case AT_WITH_CONTEXT:
        break;
    }
    return complaint->at;
}

/* What two versions of a file leave when a program put them together and could not decide. */
static bool find_merge_marker(const char *text, size_t length, size_t *at)
{
    static const char marker[] = "<<<<<<< ";
    for (const char *line = text; line;) {
        size_t left = length - (size_t)(line - text);
        if (left >= sizeof marker - 1 && !memcmp(line, marker, sizeof marker - 1)) {
            *at = (size_t)(line - text);
            return true;
        }
        line = memchr(line, '\n', left);
        line = line ? line + 1 : NULL;
    }
    return false;
}

/* The text ends behind an opening bracket: its place, else `length`. */
static size_t open_at_end(const char *text, size_t length)
{
    size_t at = length;
    while (at > 0 && memchr(" \t\r\n", text[at - 1], 4))
        at--;
    return at > 0 && (text[at - 1] == '[' || text[at - 1] == '{') ? at - 1 : length;
}

/* Faults that show in the text, whatever the reader says of it; true when it was one. */
static bool explain_text(const char *text, size_t length, size_t at, struct qb_json_fault *fault)
{
    size_t place;
    uint32_t column;
    if (find_merge_marker(text, length, &place)) {
        qb_yaml_fault_set(fault, QB_JSON_SYNTAX, "yaml.merge-marker", text, length, place);
        return true;
    }
    place = open_at_end(text, length);
    if (place >= at)
        return false;
    const char *reason = text[place] == '[' ? "yaml.unclosed-list" : "yaml.unclosed-mapping";
    qb_yaml_fault_set(fault, QB_JSON_SYNTAX, reason, text, length, at);
    qb_json_position(text, length, place, &fault->other_line, &column);
    return true;
}

void qb_yaml_fault_explain(const struct qb_yaml_complaint *complaint, const char *text, size_t length,
                           struct qb_json_fault *fault)
{
    const char *problem = complaint->problem ? complaint->problem : "";
    if (explain_text(text, length, complaint->at, fault))
        return;
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        const struct rule *rule = &rules[i];
        bool holds = !rule->holds || (complaint->at < length && rule->holds(text, complaint->at));
        if (strcmp(rule->problem, problem) != 0 || !holds)
            continue;
        uint32_t column;
        qb_yaml_fault_set(fault, QB_JSON_SYNTAX, rule->reason, text, length, place(complaint, text, rule->where));
        if (rule->where == AT_WITH_CONTEXT)
            qb_json_position(text, length, complaint->context, &fault->other_line, &column);
        return;
    }
    qb_json_fault_set(fault, QB_JSON_SYNTAX, "yaml.syntax", text, length, complaint->at);
    qb_json_fault_found(fault, problem, strlen(problem));
}

/* The rules above and those that the reader gives. */
static const char *const reasons[] = {
    "yaml.alias-in-itself",
    "yaml.control-character",
    "yaml.duplicate-key",
    "yaml.escape",
    "yaml.extra-closing",
    "yaml.extra-colon",
    "yaml.extra-dash",
    "yaml.indentation",
    "yaml.key-not-text",
    "yaml.merge-key",
    "yaml.merge-marker",
    "yaml.missing-colon",
    "yaml.missing-value",
    "yaml.not-finite",
    "yaml.not-utf8",
    "yaml.number-range",
    "yaml.reserved-character",
    "yaml.second-document",
    "yaml.syntax",
    "yaml.tab",
    "yaml.tag",
    "yaml.tag-mismatch",
    "yaml.text-behind-quote",
    "yaml.too-deep",
    "yaml.too-large",
    "yaml.too-many-nodes",
    "yaml.unclosed-list",
    "yaml.unclosed-mapping",
    "yaml.unclosed-quote",
    "yaml.unknown-alias",
    "yaml.utf16",
};

const char *const *qb_yaml_reasons(size_t *count)
{
    *count = sizeof reasons / sizeof *reasons;
    return reasons;
}
