/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * schedule/schedule.ics and schedule/officers/ID.ics: the tasks that have a date as all-day events (RFC 5545). The only
 * user of libical.
 *
 * Who subscribes reads the file again and again, so nothing in it may tell when it was written. All is a function of
 * the task:
 *
 *   UID       the task's id (or that of the planned visit) at the folder's: the same event for ever, never a second
 * one. DTSTAMP   the day on which the task came to what it is: of its latest shipment, its certificate, its decree, its
 *             visit.
 *   SEQUENCE  grows as work goes on: with the shipments of the block, with the status, with the day of the event. Only
 * a correction that makes an event earlier or a block smaller lowers it; whoever subscribes takes the file as it is all
 * the same.
 */
#include "core/base/utf8.h"
#include "core/output/phrase.h"
#include "core/output/piece.h"
#include "core/output/writers.h"

#include <libical/ical.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PRODUCT "-//Q-BIS//Q-BIS//EN"
#define LINE_OCTETS 75
#define ALARM_WORKING_DAYS 2
#define ALARM_HOUR 8        /* of the day, local */
#define MOST_SHIPMENTS 50   /* named in a description */
#define SEQUENCE_STEP 10000 /* days between two steps: 27 years */
#define SECONDS_A_DAY 86400
#define REFRESH_SECONDS 3600 /* how often a client should look again: an hour */

/* --- texts --- */

/* Characters that turn the direction of writing beyond the text they stand in (Unicode, 3.4 of UAX 9), and such as end
 * a line. */
static bool is_unruly(uint32_t point)
{
    return (point >= 0x202a && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069) || point == 0x2028 ||
           point == 0x2029;
}

static bool is_control(uint32_t point)
{
    return point < ' ' || (point >= 0x7f && point < 0xa0);
}

void qb_output_ical_clean(struct qb_buf *out, const char *text, size_t length)
{
    for (size_t at = 0; at < length;) {
        uint32_t point;
        size_t plain = qb_utf8_plain(text + at, length - at);
        if (plain) {
            qb_buf_add(out, text + at, plain);
            at += plain;
            continue;
        }
        size_t bytes = qb_utf8_decode(text + at, length - at, &point);
        if (!bytes)
            qb_buf_add_string(out, "\xef\xbf\xbd"); /* U+FFFD */
        else if (is_control(point) || is_unruly(point))
            qb_buf_add_char(out, ' ');
        else
            qb_buf_add(out, text + at, bytes);
        at += bytes ? bytes : 1;
    }
}

/* Makes `buf` clean. */
static void clean(struct qb_buf *buf)
{
    struct qb_buf fresh = {0};
    qb_output_ical_clean(&fresh, qb_buf_text(buf), buf->length);
    qb_buf_fini(buf);
    *buf = fresh;
}

/* Appends a message with one place as a line of its own. */
static void add_line(struct qb_buf *out, const struct qb_output_view *view, const char *id, const char *name,
                     const char *value)
{
    struct qb_buf line = {0};
    qb_text_format(&line, view->language, id, (struct qb_text_arg[]){{name, value}}, 1);
    clean(&line);
    if (out->length)
        qb_buf_add_char(out, '\n');
    qb_buf_add(out, qb_buf_text(&line), line.length);
    qb_buf_fini(&line);
}

static const char *title(const struct qb_output_view *view, const char *kind, const char *id)
{
    return view->title(view->context, kind, id);
}

/* --- what an event says --- */

enum event_type { EVENT_TASK, EVENT_EXPECTED, EVENT_VISIT };

struct event {
    const struct qb_output_view *view;
    const struct qb_task *task;
    enum event_type type;
    qb_date day;
};

static const char *summary_id(const struct event *event)
{
    static const char *const ids[QB_TASK_TYPES] = {
        [QB_TASK_CORRECTIVE_ACTION] = "ical.summary.corrective_action",
        [QB_TASK_DECREE_EXPIRY] = "ical.summary.decree_expiry",
        [QB_TASK_MONITORING] = "ical.summary.monitoring",
        [QB_TASK_NORMAL_INSPECTION] = "ical.summary.normal_inspection",
    };
    if (event->type == EVENT_TASK)
        return ids[event->task->type];
    return event->type == EVENT_VISIT ? "ical.summary.visit" : "ical.summary.expected";
}

static void add_summary(struct qb_buf *out, const struct event *event)
{
    const struct qb_obligation *obligation = event->task->obligation;
    struct qb_buf k = {0};
    struct qb_buf every = {0};
    if (obligation) {
        qb_buf_addf(&k, "%d", obligation->k);
        qb_buf_addf(&every, "%d", obligation->every);
    }
    const struct qb_text_arg args[] = {{"facility", title(event->view, "facility", event->task->facility)},
                                       {"k", qb_buf_text(&k)},
                                       {"every", qb_buf_text(&every)}};
    qb_text_format(out, event->view->language, summary_id(event), args, sizeof args / sizeof *args);
    clean(out);
    qb_buf_fini(&k);
    qb_buf_fini(&every);
}

static void add_status(struct qb_buf *out, const struct event *event)
{
    struct qb_buf id = {0};
    qb_buf_addf(&id, "status.%s", qb_status_name(event->task->status));
    add_line(out, event->view, "ical.status", "status", qb_text(event->view->language, qb_buf_text(&id)));
    qb_buf_fini(&id);
}

static void add_officers(struct qb_buf *out, const struct event *event)
{
    const struct qb_ids *officers = qb_task_officers(event->task);
    struct qb_buf names = {0};
    for (size_t i = 0; i < officers->count; i++) {
        qb_buf_add_string(&names, i ? ", " : "");
        qb_buf_add_string(&names, title(event->view, "officer", officers->items[i]));
    }
    if (officers->count)
        add_line(out, event->view, "ical.officers", "officers", qb_buf_text(&names));
    qb_buf_fini(&names);
}

static void add_shipments(struct qb_buf *out, const struct event *event)
{
    const struct qb_obligation *obligation = event->task->obligation;
    struct qb_buf list = {0};
    for (size_t i = 0; obligation && i < obligation->count && i < MOST_SHIPMENTS; i++) {
        qb_buf_add_string(&list, i ? ", " : "");
        qb_buf_add_string(&list,
                          title(event->view, "shipment", event->task->chain->shipments[obligation->first + i]->id));
    }
    if (obligation && obligation->count > MOST_SHIPMENTS)
        qb_buf_add_string(&list, ", ...");
    if (list.length)
        add_line(out, event->view, "ical.shipments", "shipments", qb_buf_text(&list));
    qb_buf_fini(&list);
}

/* In a chain the decree of today says more than the first one. */
static const char *decree_of(const struct event *event)
{
    const struct qb_chain *chain = event->task->chain;
    return chain ? chain->decrees[qb_chain_present(chain, event->view->as_of)]->id : event->task->decree;
}

static void add_description(struct qb_buf *out, const struct event *event)
{
    const char *company = event->view->company(event->view->context, event->task->facility);
    qb_task_text(out, event->view, event->task);
    clean(out);
    add_status(out, event);
    if (*company)
        add_line(out, event->view, "ical.company", "company", company);
    add_line(out, event->view, "ical.decree", "decree", title(event->view, "decree", decree_of(event)));
    add_officers(out, event);
    add_shipments(out, event);
}

/* --- what never changes by itself --- */

/* The day from which the days of SEQUENCE are counted: it stays while the task goes on. */
static qb_date base_of(const struct qb_task *task)
{
    return task->visit ? task->visit->conducted_on : task->chain->decrees[0]->valid_from;
}

static qb_date stamp_of(const struct event *event)
{
    const struct qb_task *task = event->task;
    const struct qb_obligation *obligation = task->obligation;
    if (task->shipment)
        return task->shipment->certificate_issued_on;
    if (task->type == QB_TASK_DECREE_EXPIRY)
        return task->chain->decrees[task->chain->decree_count - 1]->decreed_on;
    if (event->type != EVENT_VISIT && obligation && obligation->count)
        return task->chain->shipments[obligation->first + obligation->count - 1]->certificate_issued_on;
    return base_of(task);
}

static int sequence_of(const struct event *event)
{
    const struct qb_task *task = event->task;
    int64_t days = (int64_t)event->day - base_of(task);
    int step = 0;
    if (event->type != EVENT_VISIT) /* a plan stays the same while shipments go on */
        step = (task->obligation ? (int)task->obligation->count : 0) * QB_STATUSES + QB_STATUS_OPEN - (int)task->status;
    return step * SEQUENCE_STEP + (int)(days < 0 ? 0 : days < SEQUENCE_STEP ? days : SEQUENCE_STEP - 1);
}

/* --- in libical's terms --- */

/* A date, or its first second in UTC. By way of text, because libical's own dates end with the year 3000. */
static icalproperty *make_day(icalproperty_kind kind, qb_date day, bool is_date)
{
    char text[32];
    int year;
    int month;
    int number;
    qb_date_to_civil(day, &year, &month, &number);
    snprintf(text, sizeof text, "%04d%02d%02d%s", year, month, number, is_date ? "" : "T000000Z");
    icalproperty *property = icalproperty_new(kind);
    icalproperty_set_value(property, icalvalue_new_from_string(is_date ? ICAL_DATE_VALUE : ICAL_DATETIME_VALUE, text));
    return property;
}

static qb_date last_day(void)
{
    return qb_date_from_civil(9999, 12, 31);
}

/* At ALARM_HOUR of the second working day before the event, as seconds before its first. */
static int alarm_before(const struct qb_settings *settings, qb_date day)
{
    qb_date alarm = day;
    for (int left = ALARM_WORKING_DAYS; left;) {
        alarm--;
        left -= qb_date_weekday(alarm) < 5 && !qb_settings_holiday(settings, alarm);
    }
    return (day - alarm) * SECONDS_A_DAY - ALARM_HOUR * 3600;
}

static icalcomponent *make_alarm(const struct event *event, const char *summary)
{
    struct icaltriggertype trigger = {.time = icaltime_null_time()};
    trigger.duration = icaldurationtype_from_int(-alarm_before(event->view->settings, event->day));
    return icalcomponent_vanew(ICAL_VALARM_COMPONENT, icalproperty_new_action(ICAL_ACTION_DISPLAY),
                               icalproperty_new_trigger(trigger), icalproperty_new_description(summary), NULL);
}

static icalproperty *make_uid(const struct event *event)
{
    struct qb_buf uid = {0};
    if (event->type == EVENT_VISIT)
        qb_buf_addf(&uid, "visit/%s", event->task->obligation->planned->id);
    else
        qb_buf_add_string(&uid, event->task->id);
    qb_buf_addf(&uid, "@%s.qbis", event->view->settings->folder_id);
    icalproperty *property = icalproperty_new_uid(qb_buf_text(&uid));
    qb_buf_fini(&uid);
    return property;
}

static icalcomponent *make_event(const struct event *event)
{
    const struct qb_output_view *view = event->view;
    struct qb_buf summary = {0};
    struct qb_buf description = {0};
    struct qb_buf place = {0};
    struct qb_buf category = {0};
    add_summary(&summary, event);
    add_description(&description, event);
    qb_buf_add_string(&place, title(view, "facility", event->task->facility));
    clean(&place);
    qb_buf_addf(&category, "task.%s", qb_task_type_name(event->task->type));
    /* A deadline takes nobody's time: it stays transparent (RFC 5545, 3.8.2.7). */
    icalcomponent *made = icalcomponent_vanew(
        ICAL_VEVENT_COMPONENT, make_uid(event), make_day(ICAL_DTSTAMP_PROPERTY, stamp_of(event), false),
        icalproperty_new_sequence(sequence_of(event)), make_day(ICAL_DTSTART_PROPERTY, event->day, true),
        icalproperty_new_summary(qb_buf_text(&summary)), icalproperty_new_description(qb_buf_text(&description)),
        icalproperty_new_location(qb_buf_text(&place)),
        icalproperty_new_categories(qb_text(view->language, qb_buf_text(&category))),
        icalproperty_new_status(event->type == EVENT_EXPECTED ? ICAL_STATUS_TENTATIVE : ICAL_STATUS_CONFIRMED),
        icalproperty_new_transp(event->type == EVENT_VISIT ? ICAL_TRANSP_OPAQUE : ICAL_TRANSP_TRANSPARENT),
        make_alarm(event, qb_buf_text(&summary)), NULL);
    if (event->day < last_day()) /* else there is no day behind it that can be written */
        icalcomponent_add_property(made, make_day(ICAL_DTEND_PROPERTY, event->day + 1, true));
    qb_buf_fini(&summary);
    qb_buf_fini(&description);
    qb_buf_fini(&place);
    qb_buf_fini(&category);
    return made;
}

/* RFC 5545, 3.6 wants at least one component in a calendar: where there is no event, the folder's time zone. */
static void add_time_zone(icalcomponent *calendar, const struct qb_settings *settings)
{
    int offset = settings->offset_minutes * 60;
    struct icaltimetype start = icaltime_null_time();
    start.year = 1970;
    start.month = start.day = 1;
    icalcomponent *standard =
        icalcomponent_vanew(ICAL_XSTANDARD_COMPONENT, icalproperty_new_dtstart(start),
                            icalproperty_new_tzoffsetfrom(offset), icalproperty_new_tzoffsetto(offset), NULL);
    icalcomponent_add_component(
        calendar,
        icalcomponent_vanew(ICAL_VTIMEZONE_COMPONENT, icalproperty_new_tzid(settings->time_zone), standard, NULL));
}

/* A property that RFC 5545 does not know: its value is taken as it is, so text is escaped before. */
static icalproperty *make_extra(const char *name, const char *value)
{
    icalproperty *property = icalproperty_new_x(value);
    icalproperty_set_x_name(property, name);
    return property;
}

static icalproperty *make_extra_text(const char *name, const char *text)
{
    icalvalue *value = icalvalue_new_text(text);
    char *escaped = icalvalue_as_ical_string_r(value);
    icalproperty *property = make_extra(name, escaped);
    free(escaped);
    icalvalue_free(value);
    return property;
}

static icalcomponent *make_calendar(const struct qb_output_view *view)
{
    struct qb_buf name = {0};
    const struct qb_text_arg args[] = {{"office", view->settings->office},
                                       {"officer", view->officer ? title(view, "officer", view->officer) : ""}};
    qb_text_format(&name, view->language, view->officer ? "ical.name.officer" : "ical.name", args, 2);
    clean(&name);
    /* Clients older than RFC 7986 know the names with X-. */
    icalcomponent *calendar =
        icalcomponent_vanew(ICAL_VCALENDAR_COMPONENT, icalproperty_new_version("2.0"), icalproperty_new_prodid(PRODUCT),
                            icalproperty_new_calscale("GREGORIAN"), icalproperty_new_name(qb_buf_text(&name)),
                            make_extra_text("X-WR-CALNAME", qb_buf_text(&name)),
                            icalproperty_new_refreshinterval(icaldurationtype_from_int(REFRESH_SECONDS)),
                            make_extra("X-PUBLISHED-TTL", "PT1H"), NULL);
    qb_buf_fini(&name);
    return calendar;
}

/* RFC 5545, 3.1: lines of at most LINE_OCTETS, cut between characters. libical folds, too, but now and then between the
 * two characters that end a line; so its folds are taken out (what is left is right even then), and ours come in. */
static void add_folded(struct qb_buf *out, const char *text)
{
    size_t octets = 0;
    size_t length = strlen(text);
    for (size_t at = 0; at < length;) {
        uint32_t point;
        size_t plain = qb_utf8_plain(text + at, length - at);
        if (plain && octets < LINE_OCTETS) {
            plain = plain < LINE_OCTETS - octets ? plain : LINE_OCTETS - octets;
            qb_buf_add(out, text + at, plain);
            octets += plain;
            at += plain;
            continue;
        }
        if (!strncmp(text + at, "\r\n ", 3)) {
            at += 3;
            continue;
        }
        size_t bytes = qb_utf8_decode(text + at, length - at, &point); /* all of it is clean: never 0 */
        bool ends = point == '\r' || point == '\n';
        if (!ends && octets + bytes > LINE_OCTETS) {
            qb_buf_add_string(out, "\r\n ");
            octets = 1;
        }
        qb_buf_add(out, text + at, bytes);
        octets = ends ? 0 : octets + bytes;
        at += bytes;
    }
}

/* The text of a component, which is freed. */
static void add_component(struct qb_buf *out, icalcomponent *component)
{
    char *text = icalcomponent_as_ical_string_r(component);
    add_folded(out, text);
    free(text);
    icalcomponent_free(component);
}

static void add_event(struct qb_buf *out, const struct event *event)
{
    add_component(out, make_event(event));
}

/* A task has up to two days: until when, and when somebody goes. */
static void add_events(struct qb_buf *out, const struct qb_output_view *view, const struct qb_task *task)
{
    const struct qb_obligation *obligation = task->obligation;
    struct event event = {.view = view, .task = task, .type = EVENT_TASK, .day = task->due_by};
    if (obligation && task->due_by == QB_DATE_NONE) {
        event.type = EVENT_EXPECTED;
        event.day = obligation->expected_on;
    }
    if (event.day != QB_DATE_NONE)
        add_event(out, &event);
    if (obligation && obligation->planned) {
        event.type = EVENT_VISIT;
        event.day = obligation->planned->planned_on;
        add_event(out, &event);
    }
}

static void add_task(struct qb_buf *out, const struct qb_output_view *view, const struct qb_task *task)
{
    size_t start = out->length;
    if (qb_piece_recall(out, view, task->made, QB_PIECE_ICAL))
        return;
    add_events(out, view, task);
    qb_piece_keep(out, start, view, task->made, QB_PIECE_ICAL);
}

/* The calendar's own text first, then the events before its last line: so that what was made of a task before can be
 * copied. */
void qb_output_ical(struct qb_buf *out, const struct qb_output_view *view, const struct qb_facility_schedule *facility)
{
    static const char end[] = "END:VCALENDAR\r\n";
    (void)facility;
    struct qb_buf events = {0};
    for (size_t i = 0; i < view->task_count; i++)
        add_task(&events, view, view->tasks[i]);
    icalcomponent *calendar = make_calendar(view);
    if (!events.length)
        add_time_zone(calendar, view->settings);
    add_component(out, calendar);
    out->length -= strlen(end);
    qb_buf_add(out, qb_buf_text(&events), events.length);
    qb_buf_add_string(out, end);
    qb_buf_fini(&events);
}
