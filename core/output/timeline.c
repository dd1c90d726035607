/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The timeline. A lane is a row of a table: its label and the function that draws it. What is long (how long a decree
 * lasts, a block of shipments, a finding) is a bar, what happens on a day a tick or a mark. All bars and ticks of one
 * class are one path, so that ten years of history take a few thousand bytes; only a handful of visits are marks with
 * shapes of their own, many are ticks.
 *
 * The picture tells nothing that the page's lists do not tell in words, and it does not know today: a new day leaves it
 * as it is.
 */
#include "core/output/timeline.h"

#include "core/output/date_words.h"
#include "core/output/svg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AXIS 18        /* pixels, for the names of months or years */
#define LANE 42        /* pixels, of which the label takes QB_SVG_LINE */
#define BAR_TOP 18     /* pixels, in the lane */
#define BAR 16         /* pixels */
#define LEAST 60       /* units: a day of ten years would be no wider than a hair */
#define MOST_TICKS 300 /* shipments; more are drawn month by month */
#define MOST_MARKS 60  /* visits; more are ticks */
#define MOST_NAMES 5   /* on the axis of a phone */
#define LAST_NAME 8600 /* units: a name behind it would be cut */

struct timeline {
    struct qb_html *html;
    const struct qb_facility_schedule *facility;
    const struct qb_facility_records *records;
    qb_date first; /* of the records, then with a margin */
    qb_date last;
    int margin; /* days */
    int top;    /* pixel line of the present lane */
};

/* --- records --- */

qb_date qb_visit_day(const struct qb_visit *visit)
{
    return visit->conducted_on != QB_DATE_NONE ? visit->conducted_on : visit->planned_on;
}

static int compare(qb_date a, qb_date b, const char *left, const char *right)
{
    return a != b ? (a > b) - (a < b) : strcmp(left, right);
}

static int by_decree(const void *left, const void *right)
{
    const struct qb_decree *a = *(const struct qb_decree *const *)left;
    const struct qb_decree *b = *(const struct qb_decree *const *)right;
    return compare(a->valid_from, b->valid_from, a->id, b->id);
}

static int by_visit(const void *left, const void *right)
{
    const struct qb_visit *a = *(const struct qb_visit *const *)left;
    const struct qb_visit *b = *(const struct qb_visit *const *)right;
    return compare(qb_visit_day(a), qb_visit_day(b), a->id, b->id);
}

static int by_finding(const void *left, const void *right)
{
    const struct qb_finding *a = *(const struct qb_finding *const *)left;
    const struct qb_finding *b = *(const struct qb_finding *const *)right;
    return compare(a->due_on, b->due_on, a->id, b->id);
}

static const void *sorted(struct qb_arena *arena, const void *items, size_t count,
                          int (*order)(const void *, const void *))
{
    void *copy = qb_arena_alloc(arena, (count + 1) * sizeof(void *));
    if (count) {
        memcpy(copy, items, count * sizeof(void *));
        qsort(copy, count, sizeof(void *), order);
    }
    return copy;
}

void qb_facility_sort(struct qb_facility_records *records, struct qb_arena *arena)
{
    records->decrees = sorted(arena, records->decrees, records->decree_count, by_decree);
    records->visits = sorted(arena, records->visits, records->visit_count, by_visit);
    records->findings = sorted(arena, records->findings, records->finding_count, by_finding);
}

/* --- the years that it covers --- */

static void cover(struct timeline *line, qb_date day)
{
    if (day == QB_DATE_NONE)
        return;
    if (line->first == QB_DATE_NONE || day < line->first)
        line->first = day;
    if (line->last == QB_DATE_NONE || day > line->last)
        line->last = day;
}

static void cover_chain(struct timeline *line, const struct qb_chain *chain)
{
    for (size_t i = 0; i < chain->decree_count; i++) {
        cover(line, chain->decrees[i]->valid_from);
        cover(line, qb_decree_last_day(chain->decrees[i]));
    }
    for (size_t i = 0; i < chain->obligation_count; i++)
        cover(line, chain->obligations[i].due_by);
    if (chain->uncounted_count) { /* they are sorted, and those that count lie within their decree's days */
        cover(line, chain->uncounted[0]->certificate_issued_on);
        cover(line, chain->uncounted[chain->uncounted_count - 1]->certificate_issued_on);
    }
}

static void cover_all(struct timeline *line)
{
    for (size_t i = 0; i < line->facility->chain_count; i++)
        cover_chain(line, &line->facility->chains[i]);
    for (size_t i = 0; i < line->records->visit_count; i++)
        cover(line, qb_visit_day(line->records->visits[i]));
    for (size_t i = 0; i < line->records->finding_count; i++)
        cover(line, line->records->findings[i]->due_on);
    line->margin = (line->last - line->first) / 60 + 1;
    line->first -= line->margin;
    line->last += line->margin;
}

static int place(const struct timeline *line, qb_date day)
{
    int64_t at = (int64_t)(day - line->first) * QB_SVG_WIDTH / (line->last - line->first);
    return (int)(at < 0 ? 0 : at > QB_SVG_WIDTH ? QB_SVG_WIDTH : at);
}

/* --- paths --- */

/* From the morning of one day to the evening of another. */
static void add_bar(struct qb_buf *path, const struct timeline *line, qb_date from, qb_date to, int top, int height)
{
    int left = place(line, from);
    int width = place(line, to < from ? from + 1 : to + 1) - left;
    qb_buf_addf(path, "M%d %dh%dv%dh-%dz", left, top, width < LEAST ? LEAST : width, height,
                width < LEAST ? LEAST : width);
}

static void add_tick(struct qb_buf *path, const struct timeline *line, qb_date day, int top, int height)
{
    qb_buf_addf(path, "M%d %dv%d", place(line, day), top, height);
}

/* Writes the path unless it is empty, and frees it. */
static void end_path(struct timeline *line, const char *class, struct qb_buf *path)
{
    if (path->length)
        qb_buf_addf(line->html->out, "<path class=\"%s\" d=\"%s\"/>\n", class, qb_buf_text(path));
    qb_buf_fini(path);
}

/* --- lanes --- */

static void draw_decrees(struct timeline *line)
{
    struct qb_buf paths[2] = {{0}, {0}}; /* in turns, so that neighbours can be told apart */
    int top = line->top + BAR_TOP;
    for (size_t i = 0; i < line->facility->chain_count; i++) {
        const struct qb_chain *chain = &line->facility->chains[i];
        for (size_t k = 0; k < chain->decree_count; k++) {
            const struct qb_decree *decree = chain->decrees[k];
            qb_date last = qb_decree_last_day(decree);
            if (decree->revoked_on != QB_DATE_NONE && decree->revoked_on <= last)
                last = decree->revoked_on - 1;
            if (last >= decree->valid_from)
                add_bar(&paths[k % 2], line, decree->valid_from, last, top, BAR);
        }
    }
    end_path(line, "decree", &paths[0]);
    end_path(line, "decree next", &paths[1]);
}

static size_t count_shipments(const struct timeline *line)
{
    size_t count = 0;
    for (size_t i = 0; i < line->facility->chain_count; i++)
        count += line->facility->chains[i].shipment_count;
    return count;
}

static qb_date month_start(qb_date day)
{
    int year;
    int month;
    int number;
    qb_date_to_civil(day, &year, &month, &number);
    return day - (number - 1);
}

static int by_number(const void *left, const void *right)
{
    qb_date a = *(const qb_date *)left;
    qb_date b = *(const qb_date *)right;
    return (a > b) - (a < b);
}

/* A column for each month, as high as its share of the month with most. */
static void draw_months(struct timeline *line, size_t count)
{
    struct qb_buf path = {0};
    qb_date *months = qb_mem_array(count, sizeof *months);
    size_t at = 0;
    size_t most = 1;
    for (size_t i = 0; i < line->facility->chain_count; i++)
        for (size_t k = 0; k < line->facility->chains[i].shipment_count; k++)
            months[at++] = month_start(line->facility->chains[i].shipments[k]->certificate_issued_on);
    qsort(months, count, sizeof *months, by_number);
    for (int drawing = 0; drawing < 2; drawing++)
        for (size_t i = 0, end; i < count; i = end) {
            for (end = i; end < count && months[end] == months[i];)
                end++;
            most = end - i > most ? end - i : most;
            int height = (int)(((end - i) * BAR + most - 1) / most);
            if (drawing)
                add_bar(&path, line, months[i], qb_date_add_months(months[i], 1) - 2,
                        line->top + BAR_TOP + BAR - height, height);
        }
    free(months);
    end_path(line, "months", &path);
}

static void draw_shipments(struct timeline *line)
{
    struct qb_buf counted = {0};
    struct qb_buf uncounted = {0};
    size_t count = count_shipments(line);
    int top = line->top + BAR_TOP;
    if (count > MOST_TICKS)
        draw_months(line, count);
    for (size_t i = 0; i < line->facility->chain_count; i++) {
        const struct qb_chain *chain = &line->facility->chains[i];
        for (size_t k = 0; count <= MOST_TICKS && k < chain->shipment_count; k++)
            add_tick(&counted, line, chain->shipments[k]->certificate_issued_on, top, BAR);
        for (size_t k = 0; k < chain->uncounted_count && k < MOST_TICKS; k++)
            add_tick(&uncounted, line, chain->uncounted[k]->certificate_issued_on, top + BAR / 2, BAR / 2);
    }
    end_path(line, "shipment", &counted);
    end_path(line, "shipment uncounted", &uncounted);
}

/* Blocks `from` up to but not including `to`, as one bar from the first shipment to the last. */
static void add_blocks(struct qb_buf *path, const struct timeline *line, const struct qb_chain *chain, size_t from,
                       size_t to)
{
    const struct qb_obligation *last = &chain->obligations[to - 1];
    size_t first = chain->obligations[from].first;
    if (last->first + last->count > first)
        add_bar(path, line, chain->shipments[first]->certificate_issued_on,
                chain->shipments[last->first + last->count - 1]->certificate_issued_on, line->top + BAR_TOP, BAR);
}

/* One bar for each block; where there are very many, one for each run of blocks that stand alike. */
static void draw_obligations(struct timeline *line)
{
    struct qb_buf paths[QB_STATUSES] = {{0}};
    bool many = count_shipments(line) > MOST_TICKS * 4;
    for (size_t i = 0; i < line->facility->chain_count; i++) {
        const struct qb_chain *chain = &line->facility->chains[i];
        for (size_t k = 0, end; k < chain->obligation_count; k = end) {
            enum qb_status status = chain->obligations[k].status;
            for (end = k + 1; many && end < chain->obligation_count && chain->obligations[end].status == status;)
                end++;
            add_blocks(&paths[status], line, chain, k, end);
        }
    }
    for (int status = 0; status < QB_STATUSES; status++) {
        char class[40];
        snprintf(class, sizeof class, "block %s", qb_status_name((enum qb_status)status));
        end_path(line, class, &paths[status]);
    }
}

/* What a visit looks like: a class of page.css, a shape around 0,0. */
static const struct {
    const char *class;
    const char *shape;
} looks[] = {
    [QB_VISIT_NO_RESULT] = {"visit planned", "<circle r=\"5\"/>"},
    [QB_VISIT_CONFORM] = {"visit conform", "<circle r=\"5.5\"/>"},
    [QB_VISIT_NONCONFORM] = {"visit nonconform", "<path d=\"M0-7L7 0L0 7L-7 0z\"/>"},
    [QB_VISIT_INCONCLUSIVE] = {"visit inconclusive", "<path d=\"M-5-5h10v10h-10z\"/>"},
};
#define LOOKS (sizeof looks / sizeof *looks)

static bool is_shown(const struct qb_visit *visit)
{
    return visit->status != QB_VISIT_CANCELLED && qb_visit_day(visit) != QB_DATE_NONE;
}

static void draw_visit_ticks(struct timeline *line)
{
    struct qb_buf paths[LOOKS] = {{0}};
    int drawn[LOOKS] = {-LEAST, -LEAST, -LEAST, -LEAST}; /* where the last tick of each is: ticks do not pile up */
    for (size_t i = 0; i < line->records->visit_count; i++) {
        const struct qb_visit *visit = line->records->visits[i];
        int at = place(line, qb_visit_day(visit));
        if (!is_shown(visit) || at - drawn[visit->result] < LEAST / 2)
            continue;
        add_tick(&paths[visit->result], line, qb_visit_day(visit), line->top + BAR_TOP, BAR);
        drawn[visit->result] = at;
    }
    for (size_t i = 0; i < LOOKS; i++)
        end_path(line, looks[i].class, &paths[i]);
}

/* Marks, which keep their shape where the rest is stretched. */
static void draw_visits(struct timeline *line)
{
    size_t count = line->records->visit_count;
    for (size_t i = 0; count <= MOST_MARKS && i < count; i++) {
        const struct qb_visit *visit = line->records->visits[i];
        if (!is_shown(visit))
            continue;
        qb_buf_addf(line->html->out, "<svg class=\"%s\"", looks[visit->result].class);
        qb_svg_place(line->html, "x", place(line, qb_visit_day(visit)));
        qb_buf_addf(line->html->out, " y=\"%d\">%s</svg>\n", line->top + BAR_TOP + BAR / 2, looks[visit->result].shape);
    }
}

static void draw_visit_paths(struct timeline *line)
{
    if (line->records->visit_count > MOST_MARKS)
        draw_visit_ticks(line);
}

static const struct qb_visit *visit_of(const struct timeline *line, const struct qb_finding *finding)
{
    for (size_t i = 0; i < line->records->visit_count; i++)
        if (line->records->visits[i]->id == finding->visit)
            return line->records->visits[i];
    return NULL;
}

/* From the visit to the day on which it was seen to be mended, or has to be. */
static void draw_findings(struct timeline *line)
{
    struct qb_buf waiting = {0};
    struct qb_buf verified = {0};
    for (size_t i = 0; i < line->records->finding_count; i++) {
        const struct qb_finding *finding = line->records->findings[i];
        const struct qb_visit *visit = visit_of(line, finding);
        bool done = finding->verified_on != QB_DATE_NONE;
        qb_date to = done ? finding->verified_on : finding->due_on;
        qb_date from = visit && qb_visit_day(visit) != QB_DATE_NONE ? qb_visit_day(visit) : to;
        add_bar(done ? &verified : &waiting, line, from, to, line->top + BAR_TOP + 3, BAR - 6);
    }
    end_path(line, "finding verified", &verified);
    end_path(line, "finding waiting", &waiting);
}

/* A lane has a part that is stretched and one that is not. */
static const struct {
    const char *label;   /* message id */
    const char *crowded; /* the same when shipments are drawn month by month; NULL: as ever */
    void (*stretched)(struct timeline *line);
    void (*marks)(struct timeline *line);
} lanes[] = {
    {"timeline.decrees", NULL, draw_decrees, NULL},
    {"timeline.shipments", "timeline.shipments.months", draw_shipments, NULL},
    {"timeline.obligations", NULL, draw_obligations, NULL},
    {"timeline.visits", NULL, draw_visit_paths, draw_visits},
    {"timeline.findings", NULL, draw_findings, NULL},
};
#define LANES (sizeof lanes / sizeof *lanes)
#define HEIGHT (AXIS + (int)LANES * LANE)

/* --- the axis --- */

/* The fewest months between two names that leave at most MOST_NAMES of them. */
static int axis_step(const struct timeline *line)
{
    static const int steps[] = {1, 2, 3, 6, 12, 24, 60, 120, 600, 1200, 6000};
    int months = (line->last - line->first) / 31 + 1;
    size_t at = 0;
    while (at + 1 < sizeof steps / sizeof *steps && months / steps[at] > MOST_NAMES)
        at++;
    return steps[at];
}

/* The first day of the first multiple of `step` months after the beginning. */
static qb_date axis_start(const struct timeline *line, int step)
{
    int year;
    int month;
    int day;
    qb_date_to_civil(line->first, &year, &month, &day);
    int number = ((year * 12 + month - 1) / step + 1) * step;
    return qb_date_from_civil(number / 12, number % 12 + 1, 1);
}

static void draw_grid(struct timeline *line)
{
    int step = axis_step(line);
    struct qb_buf path = {0};
    for (qb_date day = axis_start(line, step); day != QB_DATE_NONE && day < line->last;
         day = qb_date_add_months(day, step))
        qb_buf_addf(&path, "M%d 0v%d", place(line, day), HEIGHT);
    end_path(line, "grid", &path);
}

static void draw_names(struct timeline *line)
{
    int step = axis_step(line);
    struct qb_buf name = {0};
    for (qb_date day = axis_start(line, step); day != QB_DATE_NONE && day < line->last;
         day = qb_date_add_months(day, step)) {
        int year;
        int month;
        int number;
        int at = place(line, day);
        qb_date_to_civil(day, &year, &month, &number);
        qb_buf_clear(&name);
        if (step < 12) {
            qb_date_words_short(&name, line->html->view->language, day);
            qb_buf_add_char(&name, ' ');
        }
        qb_buf_addf(&name, "%d", year);
        if (at < LAST_NAME)
            qb_svg_text(line->html, "axis", at, QB_SVG_LINE - 2, qb_buf_text(&name));
    }
    qb_html_markup(line->html, "\n");
    qb_buf_fini(&name);
}

/* --- the figure --- */

static void open_picture(struct timeline *line)
{
    enum qb_language language = line->html->view->language;
    struct qb_buf from = {0};
    struct qb_buf to = {0};
    struct qb_buf text = {0};
    char counts[4][24];
    size_t shipments = count_shipments(line);
    qb_date_words(&from, language, line->first + line->margin);
    qb_date_words(&to, language, line->last - line->margin);
    snprintf(counts[0], sizeof counts[0], "%zu", line->records->decree_count);
    snprintf(counts[1], sizeof counts[1], "%zu", shipments);
    snprintf(counts[2], sizeof counts[2], "%zu", line->records->visit_count);
    snprintf(counts[3], sizeof counts[3], "%zu", line->records->finding_count);
    const struct qb_text_arg args[] = {{"from", qb_buf_text(&from)}, {"to", qb_buf_text(&to)}, {"decrees", counts[0]},
                                       {"shipments", counts[1]},     {"visits", counts[2]},    {"findings", counts[3]}};
    qb_text_format(&text, language, "timeline.text", args, sizeof args / sizeof *args);
    qb_svg_open(line->html, "timeline", HEIGHT, qb_text(language, "timeline.title"), qb_buf_text(&text));
    qb_buf_fini(&from);
    qb_buf_fini(&to);
    qb_buf_fini(&text);
}

static void draw(struct timeline *line)
{
    enum qb_language language = line->html->view->language;
    bool crowded = count_shipments(line) > MOST_TICKS;
    open_picture(line);
    qb_svg_open_stretched(line->html, HEIGHT);
    draw_grid(line);
    for (size_t i = 0; i < LANES; i++) {
        line->top = AXIS + (int)i * LANE;
        lanes[i].stretched(line);
    }
    qb_html_markup(line->html, "</svg>\n");
    for (size_t i = 0; i < LANES; i++) {
        line->top = AXIS + (int)i * LANE;
        if (lanes[i].marks)
            lanes[i].marks(line);
        qb_svg_text(line->html, "lane", 0, line->top + QB_SVG_LINE - 1,
                    qb_text(language, crowded && lanes[i].crowded ? lanes[i].crowded : lanes[i].label));
        qb_html_markup(line->html, "\n");
    }
    draw_names(line);
    qb_html_markup(line->html, "</svg>\n");
}

static void write_keys(struct timeline *line)
{
    static const struct {
        const char *shape;
        const char *message;
    } keys[] = {
        {"<path class=\"shipment\" d=\"M6 0v12\"/>", "timeline.key.counted"},
        {"<path class=\"shipment uncounted\" d=\"M6 6v6\"/>", "timeline.key.uncounted"},
        {"<rect class=\"block met\" width=\"12\" height=\"12\"/>", "timeline.key.met"},
        {"<rect class=\"block overdue\" width=\"12\" height=\"12\"/>", "timeline.key.overdue"},
        {"<rect class=\"block open\" width=\"12\" height=\"12\"/>", "timeline.key.open"},
        {"<circle class=\"visit conform\" cx=\"6\" cy=\"6\" r=\"5\"/>", "timeline.key.conform"},
        {"<path class=\"visit nonconform\" d=\"M6 0L12 6L6 12L0 6z\"/>", "timeline.key.nonconform"},
        {"<rect class=\"visit inconclusive\" x=\"1\" y=\"1\" width=\"10\" height=\"10\"/>",
         "timeline.key.inconclusive"},
        {"<circle class=\"visit planned\" cx=\"6\" cy=\"6\" r=\"4.5\"/>", "timeline.key.planned"},
        {"<rect class=\"finding waiting\" y=\"2\" width=\"12\" height=\"8\"/>", "timeline.key.waiting"},
        {"<rect class=\"finding verified\" y=\"2\" width=\"12\" height=\"8\"/>", "timeline.key.verified"},
    };
    qb_html_markup(line->html, "<figcaption class=\"small keys\">\n");
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        qb_svg_key(line->html, keys[i].shape, keys[i].message);
    qb_html_markup(line->html, "</figcaption>\n");
}

void qb_timeline_figure(struct qb_html *html, const struct qb_facility_schedule *facility,
                        const struct qb_facility_records *records)
{
    struct timeline line = {
        .html = html, .facility = facility, .records = records, .first = QB_DATE_NONE, .last = QB_DATE_NONE};
    cover_all(&line);
    qb_html_markup(html, "<figure class=\"sheet timeline\">\n");
    draw(&line);
    write_keys(&line);
    qb_html_markup(html, "</figure>\n");
}
