# SPDX-License-Identifier: GPL-2.0-or-later
"""What people open, read back by programs that are not ours."""
import collections
import datetime
import hashlib
import html.parser
import os
import subprocess
import sys
import urllib.parse
import xml.dom.minidom
import zipfile

sys.path.append("/usr/lib/python3/dist-packages")  # Debian's modules, whichever python3 comes first in the path

import icalendar
import openpyxl

from office import Office, expect, main, shipment, wait_for

EXAMPLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "examples", "belawan")
OUTPUTS = ("schedule", "status")


def example():
    office = Office(os.path.join(EXAMPLE, "records"))
    office.write("qbis.yaml", open(os.path.join(EXAMPLE, "qbis.yaml"), encoding="utf-8").read())
    return office


def outputs(office):
    return {path: content for path, content in office.tree().items() if path.startswith(OUTPUTS)}


# --- same records, same bytes ---

def locale_of(office, name):
    """Makes a locale of glibc's sources, since machines have few of them, and puts it in force for what the office runs."""
    where = os.path.join(office.root, "locales")
    os.makedirs(where, exist_ok=True)
    made = subprocess.run(["localedef", "-i", name, "-f", "UTF-8", os.path.join(where, name + ".UTF-8")], capture_output=True)
    expect(os.path.isdir(os.path.join(where, name + ".UTF-8")), made.stderr.decode())
    office.env.update(LOCPATH=where, LC_ALL=name + ".UTF-8", LANG=name + ".UTF-8", LANGUAGE=name)
    sign = subprocess.run(["locale", "decimal_point"], env=office.env, capture_output=True, text=True).stdout.strip()
    expect(sign == ",", f"{name} is not in force: {sign}")


def moved(office, paths):
    """Another machine: the same files made anew in another order, with other inodes and times."""
    content = office.tree()
    for path in paths:
        os.remove(office.path(path))
    for number, path in enumerate(paths):
        office.write(path, content[path].decode())
        os.utime(office.path(path), (1500000000 + number, 1600000000 - number))


def test_outputs__are_the_same_on_any_machine():
    """Two locales with other commas and other letters (a Turkish "I" has another small one), the ends of the world's time
    zones, and files that come in other orders, all at once or one by one to a daemon."""
    made = {}
    for make in (example, hostile):
        with make() as office:
            office.env.update(TZ="UTC", LC_ALL="C", LANG="C")
            office.once("2020-07-20", status=None)
            made[make] = outputs(office)
            expect(len(made[make]) > 20 and {os.path.splitext(p)[1] for p in made[make]} >=
                   {".json", ".csv", ".xlsx", ".ics", ".html"}, str(sorted(made[make])))
    for make in (example, hostile):
        with make() as office:
            locale_of(office, "tr_TR")
            office.env.update(TZ="Pacific/Kiritimati", TMPDIR=office.root)
            moved(office, sorted((p for p in office.tree() if p.startswith("records/")), reverse=True))
            office.once("2020-07-20", status=None)
            compare(made[make], outputs(office), "Kiritimati")
        with make() as office:
            locale_of(office, "id_ID")
            office.env.update(TZ="America/Los_Angeles", XDG_RUNTIME_DIR=office.root)
            paths = [p for p in office.tree() if p.startswith("records/")]
            paths.sort(key=lambda p: hashlib.sha256(p.encode()).digest())
            content = office.tree()
            for path in paths:
                os.remove(office.path(path))
            office.start("2020-07-20", settle="20")
            for path in paths:
                office.replace(path, content[path].decode())
            office.stop()
            office.once("2020-07-20", status=None)
            compare(made[make], outputs(office), "Los Angeles")


def compare(wanted, found, where):
    """All but what tells of a machine's own history, of which each has its own."""
    wanted, found = ({p: b for p, b in each.items() if p != "status/anchors.txt"} for each in (wanted, found))
    expect(set(wanted) == set(found), f"{where}: other files: {sorted(set(wanted) ^ set(found))}")
    other = sorted(path for path in wanted if wanted[path] != found[path])
    expect(not other, f"{where}: other bytes in {other}")


HOSTILE = ["<script>alert(1)</script>", "=HYPERLINK(\"http://x.example\",\"y\")", "+1+1", "-2", "@SUM(A1)", "\");alert(1)",
           "a;b,c\\d\nBEGIN:VEVENT\nX:1", "\u202egnp.exe\u200f \u2066x", "\U0001f420" * 60, "x" * 150, "{k} {facility} %s %n",
           "a\tb\u0085c\u2028d", "_x0041_ &#65; &amp; ]]>", "\ufffe\uffff"]


def hostile():
    """Names and titles in every record that has one, as far as the kinds let them in."""
    office = example()
    names = {"companies": "legal_name", "facilities": "name", "officers": "name", "commodities": "name",
             "findings": "description"}
    count = 0
    for path in sorted(p for p in office.tree() if p.split("/")[1:2] and p.split("/")[1] in names):
        office.edit(path, **{names[path.split("/")[1]]: HOSTILE[count % len(HOSTILE)]})
        count += 1
    expect(count >= 12, "too few records to be hostile in")
    return office


# --- sheets ---

SHEETS = ["Tugas", "Fasilitas", "SK", "Masalah"]


def book(office):
    return openpyxl.load_workbook(office.path("schedule/schedule.xlsx"))


def table(sheet):
    rows = list(sheet.iter_rows(values_only=True))
    return [dict(zip(rows[0], row)) for row in rows[1:]]


def as_date(value):
    return value.date().isoformat() if value else None


def test_outputs__sheets_hold_the_tasks_as_dates_and_numbers():
    with example() as office:
        office.write("records/shipments/SHP-BAD.json", shipment("SHP-BAD", "B-1", decree="SK-NONE"))
        office.once(status=1)
        found = book(office)
        expect(found.sheetnames == SHEETS, str(found.sheetnames))
        rows = table(found["Tugas"])
        tasks = list(office.tasks().values())
        expect([r["ID tugas"] for r in rows] == [t["id"] for t in tasks], "other tasks")
        for row, task in zip(rows, tasks):
            for header, key in (("Batas waktu", "due_by"), ("Jatuh tempo sejak", "due_on"),
                                ("Perkiraan jatuh tempo", "expected_on"), ("Rencana kunjungan", "planned_on")):
                expect(as_date(row[header]) == task[key], f"{task['id']} {header}: {row[header]}")
            for header, key in (("Kewajiban ke-", "obligation"), ("Jumlah pengiriman", "count")):
                expect(row[header] == task[key], f"{task['id']} {header}: {row[header]}")
        chains = office.json("schedule/schedule.json")["chains"]
        rows = table(found["Fasilitas"])
        expect([(r["ID rangkaian SK"], as_date(r["Hari terakhir"]), r["Pengiriman dihitung"], r["Kunjungan wajib"],
                 r["Terpenuhi"]) for r in rows] ==
               [(c["chain"], c["last_day"], c["counted"], c["required"], c["met"]) for c in chains], str(rows))
        expect([r["ID SK"] for r in table(found["SK"])] == ["SK-2020-0077", "SK-2020-0058"], "decrees")
        problems = table(found["Masalah"])
        expect([(r["Berkas"], r["Baris"], r["Kode"]) for r in problems] ==
               [(p["path"], p["line"], p["code"]) for p in office.problems()] and problems, str(problems))


def test_outputs__sheets_are_made_for_screen_and_paper():
    with example() as office:
        office.once()
        found = book(office)
        for sheet in found:
            last = sheet.cell(sheet.max_row, sheet.max_column).coordinate
            expect(sheet.freeze_panes == "A2" and sheet.auto_filter.ref == "A1:" + last, sheet.title)
            expect(sheet.print_title_rows in ("1:1", "$1:$1"), f"{sheet.title}: {sheet.print_title_rows}")
            setup = sheet.page_setup
            expect(setup.orientation == "landscape" and str(setup.paperSize) == "9" and setup.fitToHeight == 0, sheet.title)
            words = {r.formula[0] for rules in sheet.conditional_formatting for r in rules.rules}
            expect(words or sheet.max_row == 1, f"{sheet.title}: no colours")
            for column in sheet.column_dimensions.values():
                expect(9 < column.width < 90, f"{sheet.title}: {column.width}")
        words = {r.formula[0] for rules in found["Tugas"].conditional_formatting for r in rules.rules}
        expect(words == {'"Terlambat"', '"Jatuh tempo"', '"Segera"', '"Berjalan"'}, str(words))
        made = found.properties
        expect(made.created == made.modified and made.created.time() == datetime.time(0), str(made.created))
        expect(made.title == "Jadwal monitoring K.9.A", made.title)


def test_outputs__sheets_run_nothing():
    with hostile() as office:
        office.once()
        names = [r["Nama fasilitas"] for r in table(book(office)["Fasilitas"])]
        expect(any(n.startswith(("=", "<", "+", "-", "@", '"', "a;")) for n in names), str(names))
        with zipfile.ZipFile(office.path("schedule/schedule.xlsx")) as archive:
            for member in archive.infolist():
                expect(member.date_time == (1980, 1, 1, 0, 0, 0), member.filename)
                text = archive.read(member).decode()
                expect("<f>" not in text and "<hyperlink" not in text, member.filename)
                xml.dom.minidom.parseString(text)


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


def test_outputs__calendar_takes_no_lines_from_data():
    with example() as calm, hostile() as office:
        calm.once()
        office.once()
        for path in ("schedule/schedule.ics", "schedule/officers/OFF-0002.ics"):
            found, wanted = events(office, path), events(calm, path)
            expect(set(found) == set(wanted), path)
            for uid, event in found.items():
                expect(set(event) == set(wanted[uid]) and len(event.subcomponents) == 1, f"{path}: {uid}")
            for line in office.read(path).split("\r\n"):
                expect(len(line.encode()) <= 75 and line.isprintable(), f"{path}: {line!r}")


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


# --- pages ---

class Links(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.links, self.ids = collections.Counter(), [], set()

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags[tag] += 1
        self.ids.add(attributes.get("id"))
        self.links += [attributes[k] for k in ("href", "src", "action", "xlink:href") if k in attributes]
        bad = [k for k in attributes if k.startswith("on") or k == "style"]
        expect(not bad, f"{tag}: {bad}")


def pages(office):
    return sorted(path for path in outputs(office) if path.endswith(".html"))


def parse(office, path):
    page = Links()
    page.feed(office.read(path))
    return page


def test_outputs__pages_are_sound_html():
    for make in (example, hostile):
        with make() as office:
            office.write("records/shipments/SHP-BAD.json", "{")
            office.once(status=1)
            expect(len(pages(office)) == 10, str(pages(office)))
            for path in pages(office):
                done = subprocess.run(["tidy", "-q", "-e", "-utf8", office.path(path)], capture_output=True, text=True)
                wrong = [l for l in done.stderr.split("\n") if l and " - Warning: <" not in l]
                expect(done.returncode < 2 and not wrong, f"{path}: {wrong}")


def test_outputs__pages_link_to_what_is_there_and_fetch_nothing():
    with example() as office:
        office.write("records/shipments/SHP #1&.json", "{")
        office.once(status=1)
        for path in pages(office):
            page = parse(office, path)
            expect(not {"img", "link", "iframe", "object", "form", "base"} & set(page.tags), path)
            expect(page.links and "url(" not in office.read(path), path)
            for link in page.links:
                target, _, part = link.partition("#")
                expect(not part or part in page.ids, f"{path}: {link}")
                there = os.path.normpath(os.path.join(os.path.dirname(path), urllib.parse.unquote(target)))
                expect(":" not in link and (not target or office.exists(there)), f"{path}: {link}")


def test_outputs__pages_have_the_same_tags_whatever_the_data_says():
    with example() as calm, hostile() as office:
        calm.once()
        office.once()
        for path in pages(calm):
            expect(parse(calm, path).tags == parse(office, path).tags, path)


def test_outputs__pages_of_facilities_follow_names_that_change():
    with example() as office:
        office.start()
        for number, (path, key) in enumerate((("companies/COM-0001", "legal_name"), ("officers/OFF-0002", "name"),
                                              ("commodities/CDT-0001", "name"), ("facilities/FAC-0001", "name"))):
            office.edit(f"records/{path}.json", **{key: f"Nama Baru {number}"})
            wait_for(lambda: f"Nama Baru {number}" in office.read("schedule/facilities/FAC-0001.html"), path)
        wait_for(office.status_clean, "git status is not clean")
        office.stop()
        before = outputs(office)
        office.state += "-new"
        office.once()
        expect(outputs(office) == before, "a fresh start writes other bytes")


if __name__ == "__main__":
    sys.exit(main(globals()))
