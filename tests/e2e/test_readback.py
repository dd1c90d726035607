# SPDX-License-Identifier: GPL-2.0-or-later
"""Outputs opened by what the office opens them with: LibreOffice for sheets, khal for calendars.

LibreOffice turns each sheet into flat XML, in which every cell says what it is to a spreadsheet: text, number, date, share,
and whether it is a formula. Every test has a profile of its own, so that tests may run side by side.
"""
import os
import subprocess
import sys
import xml.etree.ElementTree

sys.path.append("/usr/lib/python3/dist-packages")  # Debian's modules, whichever python3 comes first in the path

import icalendar

from office import DEADLINE, Office, expect, main
from test_outputs import as_date, book, example, hostile, table

OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
# Commas, UTF-8, English; numbers and dates are looked for, and formulas are run: the least careful way to open it.
CAREFREE = "CSV:44,34,76,1,,1033,false,true,false,false,false,,true"


def value_of(cell):
    """(type, value, formula) of a cell as LibreOffice sees it."""
    kind = cell.get(OFFICE + "value-type")
    text = "\n".join("".join(p.itertext()) for p in cell.findall(TEXT + "p"))
    value = {"float": cell.get(OFFICE + "value"), "percentage": cell.get(OFFICE + "value"), "date": cell.get(OFFICE + "date-value"),
             "string": text}.get(kind, text)
    return kind, value, cell.get(TABLE + "formula")


def rows_of(sheet):
    """The rows of a sheet that hold something; repeated cells are written once."""
    for row in sheet.iter(TABLE + "table-row"):
        cells = []
        for cell in row:
            if cell.tag in (TABLE + "table-cell", TABLE + "covered-table-cell"):
                cells += [value_of(cell)] * min(int(cell.get(TABLE + "number-columns-repeated", "1")), 100)
        while cells and cells[-1][0] is None:
            cells.pop()
        if cells:
            yield from [cells] * min(int(row.get(TABLE + "number-rows-repeated", "1")), 1000)


def opened(office, *files, options=()):
    """Sheets of each file: {file: {sheet: rows}}."""
    out = os.path.join(office.root, "opened")
    done = subprocess.run(["soffice", f"-env:UserInstallation=file://{office.root}/profile", "--headless", *options, "--convert-to", "fods",
                           "--outdir", out, *files], capture_output=True, timeout=8 * DEADLINE, stdin=subprocess.DEVNULL,
                          env={**office.env, "HOME": office.root})
    found = {}
    for file in files:
        path = os.path.join(out, os.path.splitext(os.path.basename(file))[0] + ".fods")
        expect(os.path.exists(path), lambda: f"{file}: {done.stdout.decode()} {done.stderr.decode()}")
        tree = xml.etree.ElementTree.parse(path)
        found[file] = {s.get(TABLE + "name"): list(rows_of(s)) for s in tree.iter(TABLE + "table")}
    return found


def all_cells(sheets):
    return [cell for rows in sheets.values() for row in rows for cell in row]


# --- workbooks ---

def test_readback__libreoffice_sees_dates_numbers_and_text():
    with example() as office:
        office.once("2020-07-20", status=None)
        schedule, report = office.path("schedule/schedule.xlsx"), office.path("schedule/reports/2020-06.xlsx")
        found = opened(office, schedule, report)
        ours = book(office)
        expect(list(found[schedule]) == ours.sheetnames, str(list(found[schedule])))
        rows = found[schedule]["Tugas"]
        header = [c[1] for c in rows[0]]
        tasks = table(ours["Tugas"])
        expect(len(rows) == len(tasks) + 1 and len(tasks) > 2, f"{len(rows)} rows")
        for row, task in zip(rows[1:], tasks):
            row = dict(zip(header, row + [(None, "", None)] * len(header)))
            for name in ("Batas waktu", "Jatuh tempo sejak", "Rencana kunjungan"):
                wanted = as_date(task[name])
                expect(row[name][:2] == (("date", wanted) if wanted else (None, "")), f"{name}: {row[name]} {wanted}")
            for name in ("Kewajiban ke-", "Jumlah pengiriman"):
                expect(row[name][0] == (None if task[name] is None else "float"), f"{name}: {row[name]}")
            expect(row["Status"][0] == row["ID tugas"][0] == "string" and row["ID tugas"][1] == task["ID tugas"], str(row))
        shares = [c for c in all_cells(found[schedule]) if c[0] == "percentage"]
        expect(shares and all(0 <= float(c[1]) <= 1 for c in shares), str(shares))
        total = {row[0][1]: row[1:] for row in found[report]["Ringkasan"][1:]}
        weight = total["Berat bersih (kg)"]
        expect(weight[0][0] == "float" and float(weight[2][1]) > float(weight[0][1]) > 1000, str(weight))
        expect(total["Terpenuhi dari yang wajib"][0][0] == "percentage", str(total["Terpenuhi dari yang wajib"]))
        for sheets in found.values():
            expect(not [c for c in all_cells(sheets) if c[2]], "a formula")


def test_readback__libreoffice_runs_nothing_of_hostile_names():
    with hostile() as office:
        office.once("2020-07-20", status=None)
        control = os.path.join(office.root, "control.csv")
        with open(control, "w", encoding="utf-8") as f:
            f.write('name,day,number\n=1+1,2020-07-10,-0.5\n"=HYPERLINK(""http://x.example"",""y"")",,\n')
        sheets = opened(office, office.path("schedule/schedule.xlsx"), office.path("schedule/reports/2020-06.xlsx"))
        csv = office.path("schedule/schedule.csv")
        text = opened(office, csv, control, options=[f"--infilter={CAREFREE}"])
        run = [c for c in all_cells(text[control]) if c[2]]
        expect(len(run) == 2 and run[0][1] == "2", f"LibreOffice would not have run a formula anyway: {run}")
        for file, content in {**sheets, csv: text[csv]}.items():
            cells = all_cells(content)
            expect(not [c for c in cells if c[2]], f"{file}: {[c for c in cells if c[2]]}")
            words = {c[1] for c in cells if c[0] == "string"}
            begun = {w for w in words if w.lstrip("'").startswith(("=", "+", "@"))}
            expect(begun and all(w.startswith("'") for w in begun) == (file == csv), f"{file}: {begun}")
        names = {r[0][1] for r in sheets[office.path("schedule/schedule.xlsx")]["Fasilitas"][1:]}
        given = {office.json(p)["name"] for p in office.tree() if p.startswith("records/facilities/")}
        plain = {n for n in given if n.isprintable() and n == " ".join(n.split())}
        expect(plain and plain <= names, f"{plain} {names}")
        rows = next(iter(text[csv].values()))
        header = [c[1] for c in rows[0]]
        kinds = {name: {r[header.index(name)][0] for r in rows[1:] if len(r) > header.index(name)} - {None}
                 for name in ("Kewajiban ke-", "Batas waktu", "ID tugas", "Nama fasilitas")}
        expect(kinds == {"Kewajiban ke-": {"float"}, "Batas waktu": {"date"}, "ID tugas": {"string"}, "Nama fasilitas": {"string"}},
               str(kinds))


# --- calendars ---

KHAL = """[calendars]
[[kantor]]
path = {root}/khal/calendar
type = calendar
[sqlite]
path = {root}/khal/khal.db
[locale]
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
local_timezone = Asia/Jakarta
default_timezone = Asia/Jakarta
"""


class Khal:
    """A calendar program with nothing but one empty calendar."""

    def __init__(self, office):
        self.office = office
        os.makedirs(os.path.join(office.root, "khal", "calendar"))
        self.config = os.path.join(office.root, "khal", "config")
        with open(self.config, "w", encoding="utf-8") as f:
            f.write(KHAL.format(root=office.root))

    def run(self, *args):
        # /usr/bin first: khal belongs to Debian's python3, whichever comes first in the path
        env = {**self.office.env, "HOME": self.office.root, "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"}
        for name in ("CONFIG", "DATA", "CACHE", "STATE"):
            env[f"XDG_{name}_HOME"] = os.path.join(self.office.root, "khal", name.lower())
        done = subprocess.run(["khal", "-c", self.config, *args], capture_output=True, env=env, stdin=subprocess.DEVNULL,
                              timeout=4 * DEADLINE)
        expect(done.returncode == 0, f"khal {args}: {done.stdout.decode()} {done.stderr.decode()}")
        return done.stdout.decode()

    def take(self, path):
        self.run("import", "--batch", "-a", "kantor", path)

    def events(self):
        """(first day, title) of every event it knows, sorted."""
        lines = self.run("list", "--once", "--notstarted", "--format", "{start-date}\t{all-day}\t{title}", "--day-format", "", "2015-01-01",
                         "2034-12-31").splitlines()
        return sorted(tuple(line.split("\t")[::2]) for line in lines if "\t" in line)


def wanted(office, path):
    with open(office.path(path), "rb") as f:
        return sorted((str(e["DTSTART"].dt), str(e["SUMMARY"])) for e in icalendar.Calendar.from_ical(f.read()).walk("VEVENT"))


def test_readback__khal_imports_a_calendar_twice_and_counts_once():
    with example() as office:
        office.once("2020-07-20", status=None)
        khal = Khal(office)
        expect(khal.events() == [], "it is not empty")
        khal.take(office.path("schedule/schedule.ics"))
        once = khal.events()
        expect(once == wanted(office, "schedule/schedule.ics") and len(once) > 2, f"{once}\n{wanted(office, 'schedule/schedule.ics')}")
        khal.take(office.path("schedule/schedule.ics"))
        expect(khal.events() == once, "the second time made it other events")
        khal.take(office.path("schedule/officers/OFF-0002.ics"))
        expect(khal.events() == once, "an officer's events are not those of the office")
        office.edit("records/facilities/FAC-0001.json", name="Pabrik Baru")
        office.once("2020-07-20", status=None)
        khal.take(office.path("schedule/schedule.ics"))
        expect(khal.events() == wanted(office, "schedule/schedule.ics") and khal.events() != once, "a changed event came twice or not")


def test_readback__khal_reads_hostile_names():
    with hostile() as office:
        office.once("2020-07-20", status=None)
        khal = Khal(office)
        khal.take(office.path("schedule/schedule.ics"))
        days = [day for day, _ in wanted(office, "schedule/schedule.ics")]
        expect([day for day, _ in khal.events()] == days and days, str(khal.events()))


if __name__ == "__main__":
    sys.exit(main({name: value for name, value in globals().items() if getattr(value, "__module__", None) == __name__}))
