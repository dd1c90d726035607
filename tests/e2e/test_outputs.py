# SPDX-License-Identifier: GPL-2.0-or-later
"""What people open, read back by programs that are not ours."""
import datetime
import os
import sys

sys.path.append("/usr/lib/python3/dist-packages")  # Debian's modules, whichever python3 comes first in the path

import icalendar

from office import Office, expect, main

EXAMPLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "examples", "belawan")
OUTPUTS = ("schedule", "status")


def example():
    office = Office(os.path.join(EXAMPLE, "records"))
    office.write("qbis.yaml", open(os.path.join(EXAMPLE, "qbis.yaml"), encoding="utf-8").read())
    return office


def outputs(office):
    return {path: content for path, content in office.tree().items() if path.startswith(OUTPUTS)}


# --- same records, same bytes ---

def test_outputs__are_the_same_in_any_time_zone_and_locale():
    with example() as office:
        office.once()
        first = outputs(office)
        for zone, locale in (("Pacific/Kiritimati", "C"), ("America/Los_Angeles", "id_ID.UTF-8")):
            office.env.update(TZ=zone, LC_ALL=locale, LANG=locale, TMPDIR="/nonexistent")
            office.state += "-"
            for path in first:
                os.remove(office.path(path))
            office.once()
            expect(outputs(office) == first, f"{zone} {locale}: other bytes")


# --- calendars ---

def events(office, path="schedule/schedule.ics"):
    with open(office.path(path), "rb") as f:
        calendar = icalendar.Calendar.from_ical(f.read())
    return {str(e["UID"]): e for e in calendar.walk("VEVENT")}


def test_outputs__calendar_has_every_date_of_the_tasks():
    with example() as office:
        office.once()
        found = events(office)
        wanted = {}
        for ident, task in office.tasks().items():
            day = task["due_by"] or task["expected_on"]
            if day:
                wanted[ident] = day
            if task["planned_visit"]:
                wanted["visit/" + task["planned_visit"]] = task["planned_on"]
        domain = "@belawan-contoh-2020.qbis"
        dates = {uid: str(e["DTSTART"].dt) for uid, e in found.items()}
        expect(dates == {ident + domain: day for ident, day in wanted.items()}, f"{dates}\n{wanted}")
        for uid, event in found.items():
            start = event["DTSTART"].dt
            expect(type(start) is datetime.date and event["DTEND"].dt - start == datetime.timedelta(1), uid)
            expect(event["DTSTAMP"].dt.time() == datetime.time(0) and event["DTSTAMP"].dt.date() <= start, uid)
            alarm = event.walk("VALARM")[0]["TRIGGER"].dt
            expect(datetime.timedelta(-9) < alarm < datetime.timedelta(-1), f"{uid}: {alarm}")
        tentative = {uid for uid, e in found.items() if e["STATUS"] == "TENTATIVE"}
        expect(tentative == {"monitoring/SK-2020-0021/3" + domain}, str(tentative))


def test_outputs__calendar_of_a_folder_without_tasks_is_a_calendar():
    with Office() as office:
        office.once()
        expect(events(office) == {} and not office.exists("schedule/officers"), "events of nothing")


def test_outputs__officers_have_a_calendar_as_long_as_they_have_work():
    with example() as office:
        office.once()
        files = sorted(os.listdir(office.path("schedule/officers")))
        expect(files == ["OFF-0002.ics", "OFF-0003.ics"], str(files))
        domain = "@belawan-contoh-2020.qbis"
        plan = {"monitoring/SK-2020-0077/1" + domain, "visit/VIS-2020-0004" + domain}
        expect(set(events(office, "schedule/officers/OFF-0003.ics")) == plan, "OFF-0003")
        expect(set(events(office, "schedule/officers/OFF-0002.ics")) ==
               plan | {"corrective_action/FND-2020-0001" + domain}, "OFF-0002")
        whole = events(office)
        for uid, event in events(office, "schedule/officers/OFF-0002.ics").items():
            expect(event.to_ical() == whole[uid].to_ical(), uid + " is another event there")
        office.edit("records/visits/2020/VIS-2020-0004.json", officers=["OFF-0004"])
        office.once()
        files = sorted(os.listdir(office.path("schedule/officers")))
        expect(files == ["OFF-0002.ics", "OFF-0004.ics"], str(files))
        expect(office.status_clean(), "git status is not clean")


if __name__ == "__main__":
    sys.exit(main(globals()))
