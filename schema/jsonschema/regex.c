/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parser of regular expressions: recursive descent along the grammar of ECMA-262 section 21.2.1 with [U]. It
 * is strict where the standard is: "{", "}" and "]" must be escaped, escapes of letters that mean nothing are
 * errors, a look-around takes no quantifier. References to groups are checked at the end, for they may stand
 * before their group.
 */
#include "schema/jsonschema/regex.h"

#include "core/base/utf8.h"

#include <string.h>

#define DEEPEST 200      /* levels of groups */
#define MOST_GROUPS 1000 /* that capture */

struct name {
    struct name *next;
    const char *text;
    size_t length;
    uint32_t group;
    struct qb_regex_node *node; /* of a reference */
    size_t offset;
};

struct parser {
    struct qb_arena *arena;
    const char *text;
    size_t length;
    size_t at;
    unsigned depth;
    uint32_t groups;
    struct name *names;      /* of groups */
    struct name *references; /* by name (text) or by number */
    struct qb_regex_fault *fault;
};

static struct qb_regex_node *parse_choice(struct parser *p);

static void *failed_at(struct parser *p, size_t offset, const char *reason)
{
    *p->fault = (struct qb_regex_fault){.reason = reason, .offset = offset};
    return NULL;
}

static void *failed(struct parser *p, const char *reason)
{
    return failed_at(p, p->at, reason);
}

static bool looking_at(const struct parser *p, const char *text)
{
    size_t length = strlen(text);
    return p->length - p->at >= length && !memcmp(p->text + p->at, text, length);
}

static bool skip(struct parser *p, const char *text)
{
    if (!looking_at(p, text))
        return false;
    p->at += strlen(text);
    return true;
}

/* The byte here, 0 at the end (a NUL in the text is an ordinary character: look at `at` first). */
static char peek(const struct parser *p)
{
    return p->at < p->length ? p->text[p->at] : '\0';
}

static struct qb_regex_node *make(struct parser *p, enum qb_regex_kind kind)
{
    struct qb_regex_node *node = qb_arena_alloc(p->arena, sizeof *node);
    *node = (struct qb_regex_node){.kind = kind};
    return node;
}

static struct qb_regex_set *make_set(struct parser *p)
{
    struct qb_regex_set *set = qb_arena_alloc(p->arena, sizeof *set);
    *set = (struct qb_regex_set){0};
    return set;
}

static struct qb_regex_node *set_node(struct parser *p, struct qb_regex_set *set, bool negated)
{
    struct qb_regex_node *node = make(p, QB_REGEX_SET);
    qb_regex_set_finish(set, p->arena, negated);
    node->set = set;
    return node;
}

static struct qb_regex_node *character(struct parser *p, uint32_t point)
{
    struct qb_regex_set *set = make_set(p);
    qb_regex_set_add(set, p->arena, point, point);
    return set_node(p, set, false);
}

static uint32_t take_point(struct parser *p)
{
    uint32_t point = 0xFFFD;
    size_t size = qb_utf8_decode(p->text + p->at, p->length - p->at, &point);
    p->at += size ? size : 1;
    return point;
}

/* --- escapes --- */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Exactly so many hexadecimal digits. */
static bool take_hex(struct parser *p, unsigned count, uint32_t *value)
{
    *value = 0;
    for (unsigned i = 0; i < count; i++) {
        int digit = hex_digit(peek(p));
        if (digit < 0)
            return false;
        *value = *value * 16 + (uint32_t)digit;
        p->at++;
    }
    return true;
}

static bool take_braced_hex(struct parser *p, uint32_t *value)
{
    size_t start = p->at;
    *value = 0;
    for (int digit; (digit = hex_digit(peek(p))) >= 0; p->at++) {
        *value = *value * 16 + (uint32_t)digit;
        if (*value > 0x10FFFF)
            return false;
    }
    return p->at > start && skip(p, "}");
}

/* Behind "\u": XXXX, XXXX\uXXXX for a pair of surrogates, or {X...}. */
static bool take_unicode(struct parser *p, uint32_t *point)
{
    if (skip(p, "{"))
        return take_braced_hex(p, point);
    if (!take_hex(p, 4, point))
        return false;
    if (*point >= 0xD800 && *point <= 0xDBFF && looking_at(p, "\\u")) {
        size_t back = p->at;
        uint32_t low;
        p->at += 2;
        if (take_hex(p, 4, &low) && low >= 0xDC00 && low <= 0xDFFF)
            *point = 0x10000 + ((*point - 0xD800) << 10) + (low - 0xDC00);
        else
            p->at = back;
    }
    return true;
}

static const struct {
    char letter;
    char value;
} control_letters[] = {{'t', '\t'}, {'n', '\n'}, {'v', '\v'}, {'f', '\f'}, {'r', '\r'}};

/* CharacterEscape[U]: the backslash is taken already. */
static bool take_character_escape(struct parser *p, uint32_t *point)
{
    char c = peek(p);
    p->at++;
    for (size_t i = 0; i < sizeof control_letters / sizeof *control_letters; i++)
        if (c == control_letters[i].letter) {
            *point = (uint32_t)control_letters[i].value;
            return true;
        }
    if (c == 'c') {
        char letter = (char)(peek(p) | 0x20);
        *point = (uint32_t)peek(p) & 0x1F;
        p->at++;
        return letter >= 'a' && letter <= 'z';
    }
    if (c == '0') {
        *point = 0;
        return !(peek(p) >= '0' && peek(p) <= '9');
    }
    if (c == 'x')
        return take_hex(p, 2, point);
    if (c == 'u')
        return take_unicode(p, point);
    *point = (unsigned char)c;
    return c && strchr("^$\\.*+?()[]{}|/", c);
}

/* Behind "\p" or "\P". */
static bool take_property(struct parser *p, struct qb_regex_set *set, bool negated)
{
    if (!skip(p, "{"))
        return false;
    const char *start = p->text + p->at;
    const char *end = memchr(start, '}', p->length - p->at);
    if (!end)
        return false;
    size_t length = (size_t)(end - start);
    if (!qb_regex_set_add_property(set, p->arena, start, length, negated))
        return false;
    p->at += length + 1;
    return true;
}

/* CharacterClassEscape: true when one stood there and is taken; a fault when it is a wrong one. */
static bool take_class_escape(struct parser *p, struct qb_regex_set *set)
{
    char c = peek(p);
    if (c && strchr("dDsSwW", c)) {
        p->at++;
        qb_regex_set_add_class(set, p->arena, c);
        return true;
    }
    if (c == 'p' || c == 'P') {
        size_t start = p->at - 1;
        p->at++;
        if (take_property(p, set, c == 'P'))
            return true;
        failed_at(p, start, "property");
    }
    return false;
}

/* --- [...] --- */

/* One ClassAtom: a character (returned in *point), or a class (false in *single). */
static bool take_class_atom(struct parser *p, struct qb_regex_set *set, bool *single, uint32_t *point)
{
    size_t start = p->at;
    *single = true;
    if (!skip(p, "\\")) {
        *point = take_point(p);
        return true;
    }
    if (p->at == p->length) {
        failed_at(p, start, "end");
        return false;
    }
    if (skip(p, "-") || skip(p, "b")) {
        *point = p->text[p->at - 1] == '-' ? '-' : '\b';
        return true;
    }
    *single = !take_class_escape(p, set);
    if (!*single)
        return true;
    if (p->fault->reason)
        return false;
    if (!take_character_escape(p, point)) {
        failed_at(p, start, "escape");
        return false;
    }
    return true;
}

/* One atom, or a range of two. */
static bool take_class_range(struct parser *p, struct qb_regex_set *set)
{
    size_t start = p->at;
    bool single;
    bool last_single;
    uint32_t low = 0;
    uint32_t high = 0;
    if (!take_class_atom(p, set, &single, &low))
        return false;
    bool range = peek(p) == '-' && p->at + 1 < p->length && p->text[p->at + 1] != ']';
    if (!range) {
        if (single)
            qb_regex_set_add(set, p->arena, low, low);
        return true;
    }
    p->at++;
    if (!take_class_atom(p, set, &last_single, &high))
        return false;
    if (!single || !last_single || low > high) {
        failed_at(p, start, "range");
        return false;
    }
    qb_regex_set_add(set, p->arena, low, high);
    return true;
}

static struct qb_regex_node *parse_class(struct parser *p)
{
    size_t start = p->at++;
    struct qb_regex_set *set = make_set(p);
    bool negated = skip(p, "^");
    while (!skip(p, "]")) {
        if (p->at == p->length)
            return failed_at(p, start, "unclosed-class");
        if (!take_class_range(p, set))
            return NULL;
    }
    return set_node(p, set, negated);
}

/* --- groups and references --- */

/* A GroupName behind its "<": letters, digits, "_", "$" and anything beyond ASCII; NULL when it is none. */
static struct name *take_name(struct parser *p)
{
    size_t start = p->at;
    while (p->at < p->length) {
        unsigned char c = (unsigned char)p->text[p->at];
        bool digit = c >= '0' && c <= '9';
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' || c >= 0x80;
        if (!letter && !(digit && p->at > start))
            break;
        p->at++;
    }
    if (p->at == start || !looking_at(p, ">"))
        return NULL;
    struct name *name = qb_arena_alloc(p->arena, sizeof *name);
    *name = (struct name){.text = p->text + start, .length = p->at - start, .offset = start};
    p->at++;
    return name;
}

static const struct name *find_name(const struct parser *p, const struct name *wanted)
{
    for (const struct name *name = p->names; name; name = name->next)
        if (name->length == wanted->length && !memcmp(name->text, wanted->text, name->length))
            return name;
    return NULL;
}

/* "(?<name>": false after a fault. */
static bool take_group_name(struct parser *p, uint32_t group)
{
    size_t start = p->at;
    struct name *name = take_name(p);
    if (!name || find_name(p, name)) {
        failed_at(p, start, "group-name");
        return false;
    }
    name->group = group;
    name->next = p->names;
    p->names = name;
    return true;
}

/* Disjunction and ")" of a group whose front has been taken. */
static struct qb_regex_node *parse_inside(struct parser *p, struct qb_regex_node *group, size_t start)
{
    if (++p->depth > DEEPEST)
        return failed_at(p, start, "too-large");
    group->child = parse_choice(p);
    p->depth--;
    if (!group->child)
        return NULL;
    return skip(p, ")") ? group : failed_at(p, start, "unclosed-group");
}

static const struct {
    const char *front;
    bool behind;
    bool negative;
} looks[] = {{"(?=", false, false}, {"(?!", false, true}, {"(?<=", true, false}, {"(?<!", true, true}};

static struct qb_regex_node *parse_look(struct parser *p)
{
    size_t start = p->at;
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++)
        if (skip(p, looks[i].front)) {
            struct qb_regex_node *look = make(p, QB_REGEX_LOOK);
            look->behind = looks[i].behind;
            look->negative = looks[i].negative;
            return parse_inside(p, look, start);
        }
    return NULL;
}

static struct qb_regex_node *parse_group(struct parser *p)
{
    size_t start = p->at;
    struct qb_regex_node *group = make(p, QB_REGEX_GROUP);
    if (skip(p, "(?:"))
        return parse_inside(p, group, start);
    bool named = skip(p, "(?<");
    if (!named && looking_at(p, "(?"))
        return failed(p, "group");
    if (!named)
        p->at++;
    group->group = ++p->groups;
    if (p->groups > MOST_GROUPS)
        return failed_at(p, start, "too-large");
    if (named && !take_group_name(p, group->group))
        return NULL;
    return parse_inside(p, group, start);
}

static struct qb_regex_node *reference(struct parser *p, struct name *name)
{
    name->node = make(p, QB_REGEX_BACK);
    name->node->group = name->group;
    name->next = p->references;
    p->references = name;
    return name->node;
}

/* DecimalEscape: the digits behind the backslash. */
static struct qb_regex_node *parse_number_reference(struct parser *p)
{
    struct name *name = qb_arena_alloc(p->arena, sizeof *name);
    *name = (struct name){.offset = p->at - 1};
    for (char c; (c = peek(p)) >= '0' && c <= '9'; p->at++)
        if (name->group <= MOST_GROUPS)
            name->group = name->group * 10 + (uint32_t)(c - '0');
    return reference(p, name);
}

static struct qb_regex_node *parse_name_reference(struct parser *p)
{
    size_t start = p->at - 1;
    p->at++;
    struct name *name = skip(p, "<") ? take_name(p) : NULL;
    return name ? reference(p, name) : failed_at(p, start, "group-name");
}

/* Every reference has its group. */
static bool check_references(struct parser *p)
{
    for (struct name *wanted = p->references; wanted; wanted = wanted->next) {
        if (wanted->text) {
            const struct name *name = find_name(p, wanted);
            wanted->node->group = name ? name->group : 0;
        }
        if (!wanted->node->group || wanted->node->group > p->groups) {
            failed_at(p, wanted->offset, "reference");
            return false;
        }
    }
    return true;
}

/* --- terms --- */

/* Behind a backslash, outside a class; \b and \B are taken before. */
static struct qb_regex_node *parse_escape(struct parser *p)
{
    size_t start = p->at++;
    char c = peek(p);
    if (p->at == p->length)
        return failed_at(p, start, "end");
    if (c >= '1' && c <= '9')
        return parse_number_reference(p);
    if (c == 'k')
        return parse_name_reference(p);
    struct qb_regex_set *set = make_set(p);
    if (take_class_escape(p, set))
        return set_node(p, set, false);
    if (p->fault->reason)
        return NULL;
    uint32_t point;
    if (!take_character_escape(p, &point))
        return failed_at(p, start, "escape");
    return character(p, point);
}

static struct qb_regex_node *parse_atom(struct parser *p)
{
    struct qb_regex_set *set;
    switch (peek(p)) {
    case '.':
        p->at++;
        set = make_set(p);
        qb_regex_set_add_class(set, p->arena, '.');
        return set_node(p, set, false);
    case '\\':
        return parse_escape(p);
    case '[':
        return parse_class(p);
    case '(':
        return parse_group(p);
    case '*':
    case '+':
    case '?':
        return failed(p, "nothing-to-repeat");
    case ']':
    case '{':
    case '}':
        return failed(p, "lone-bracket");
    default:
        return character(p, take_point(p));
    }
}

/* Assertion: NULL when none stands here (or after a fault). */
static struct qb_regex_node *parse_assertion(struct parser *p)
{
    if (skip(p, "^"))
        return make(p, QB_REGEX_START);
    if (skip(p, "$"))
        return make(p, QB_REGEX_END);
    if (looking_at(p, "\\b") || looking_at(p, "\\B")) {
        struct qb_regex_node *node = make(p, QB_REGEX_BOUNDARY);
        node->negative = p->text[p->at + 1] == 'B';
        p->at += 2;
        return node;
    }
    return parse_look(p);
}

static bool take_number(struct parser *p, uint32_t *value)
{
    size_t start = p->at;
    *value = 0;
    for (char c; (c = peek(p)) >= '0' && c <= '9'; p->at++)
        *value = *value > 100000000 ? QB_REGEX_NO_END - 1 : *value * 10 + (uint32_t)(c - '0');
    return p->at > start;
}

/* "{n}", "{n,}" or "{n,m}" behind its brace. */
static bool take_counts(struct parser *p, uint32_t *least, uint32_t *most)
{
    if (!take_number(p, least))
        return false;
    *most = *least;
    if (skip(p, ",") && !take_number(p, most))
        *most = QB_REGEX_NO_END;
    return skip(p, "}") && *least <= *most;
}

/* Puts the atom into a repetition if a quantifier follows. */
static struct qb_regex_node *parse_quantifier(struct parser *p, struct qb_regex_node *atom)
{
    size_t start = p->at;
    uint32_t least = 0;
    uint32_t most = QB_REGEX_NO_END;
    if (skip(p, "+"))
        least = 1;
    else if (skip(p, "?"))
        most = 1;
    else if (skip(p, "{")) {
        if (!take_counts(p, &least, &most))
            return failed_at(p, start, "quantifier");
    } else if (!skip(p, "*"))
        return atom;
    struct qb_regex_node *repeat = make(p, QB_REGEX_REPEAT);
    repeat->least = least;
    repeat->most = most;
    repeat->lazy = skip(p, "?");
    repeat->child = atom;
    return repeat;
}

static struct qb_regex_node *parse_term(struct parser *p)
{
    struct qb_regex_node *node = parse_assertion(p);
    if (node || p->fault->reason)
        return node;
    node = parse_atom(p);
    return node ? parse_quantifier(p, node) : NULL;
}

static struct qb_regex_node *parse_sequence(struct parser *p)
{
    struct qb_regex_node *sequence = make(p, QB_REGEX_SEQUENCE);
    struct qb_regex_node **last = &sequence->child;
    while (p->at < p->length && peek(p) != '|' && peek(p) != ')') {
        *last = parse_term(p);
        if (!*last)
            return NULL;
        last = &(*last)->next;
    }
    if (!sequence->child)
        return make(p, QB_REGEX_EMPTY);
    return sequence;
}

static struct qb_regex_node *parse_choice(struct parser *p)
{
    struct qb_regex_node *choice = make(p, QB_REGEX_CHOICE);
    struct qb_regex_node **last = &choice->child;
    do {
        *last = parse_sequence(p);
        if (!*last)
            return NULL;
        last = &(*last)->next;
    } while (skip(p, "|"));
    return choice->child->next ? choice : choice->child;
}

const struct qb_regex_node *qb_regex_parse(struct qb_arena *arena, const char *text, size_t length,
                                           struct qb_regex_fault *fault)
{
    struct parser p = {.arena = arena, .text = text, .length = length, .fault = fault};
    *fault = (struct qb_regex_fault){0};
    struct qb_regex_node *root = parse_choice(&p);
    if (!root)
        return NULL;
    if (p.at < length)
        return failed(&p, "unopened-group");
    return check_references(&p) ? root : NULL;
}
