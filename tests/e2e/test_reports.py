# SPDX-License-Identifier: GPL-2.0-or-later
"""Reports of months: their figures counted once more from the records, and which files an edit writes."""
import datetime
import os
import re
import sys

sys.path.append("/usr/lib/python3/dist-packages")  # Debian's modules, whichever python3 comes first in the path

import openpyxl

from office import Office, expect, main, wait_for

EXAMPLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "examples", "belawan")


def example():
    office = Office(os.path.join(EXAMPLE, "records"))
    office.write("qbis.yaml", open(os.path.join(EXAMPLE, "qbis.yaml"), encoding="utf-8").read())
    return office


def reports(office):
    return {path: content for path, content in office.tree().items() if path.startswith("schedule/reports/")}


def records(office, kind):
    return [office.json(path) for path in sorted(office.tree()) if path.startswith(f"records/{kind}/") and path.endswith(".json")]


def book(office, month):
    return openpyxl.load_workbook(office.path(f"schedule/reports/{month}.xlsx"))


def column(sheet, number=1):
    """What the cells of a column are called by the first one of their row."""
    return {row[0]: row[number] for row in sheet.iter_rows(min_row=2, values_only=True)}


def two_years(office):
    """The example, and some of its shipments a year before, under a decree of their own."""
    office.write("records/decrees/2019/SK-2019-0001.json",
                 {"id": "SK-2019-0001", "number": "1/Kpts/OT.080/K.9.A/01/2019", "facility": "FAC-0001",
                  "decreed_on": "2019-01-10", "valid_from": "2019-01-10", "validity_months": 12,
                  "commodities": ["CDT-0001"], "recorded_by": "OFF-0001"})
    for number, day in enumerate(("2019-01-15", "2019-02-20", "2019-06-03", "2019-06-20", "2019-07-05")):
        office.write(f"records/shipments/2019/SHP-2019-{number}.json",
                     {"id": f"SHP-2019-{number}", "certificate_number": f"OLD-{number}", "certificate_issued_on": day,
                      "decree": "SK-2019-0001", "import_country": "KR", "status": "departed", "recorded_by": "OFF-0001",
                      "lines": [{"commodity": "CDT-0001", "net_weight_kg": 1000.125}]})


def test_reports__are_there_for_each_month_that_has_something():
    with example() as office:
        office.once("2020-07-20", status=None)
        months = {s["certificate_issued_on"][:7] for s in records(office, "shipments")
                  if s["status"] in ("certified", "departed", "cancelled") and s.get("certificate_issued_on", "9") <= "2020-07-20"}
        months |= {v["conducted_on"][:7] for v in records(office, "visits") if v.get("conducted_on", "9") <= "2020-07-20"}
        found = {os.path.basename(path) for path in reports(office)}
        expect({m + ".html" for m in months} | {m + ".xlsx" for m in months} <= found, f"{months} {found}")
        expect(all(re.fullmatch(r"\d{4}-\d\d\.(html|xlsx)", n) and n[:7] <= "2020-07" for n in found), str(found))


def test_reports__count_what_the_records_say():
    with example() as office:
        two_years(office)
        office.once("2020-07-20", status=None)
        shipped = [s for s in records(office, "shipments") if s["status"] in ("certified", "departed")]
        names = {c["id"]: c["name"] for c in records(office, "commodities")}
        spans = [("2020-06", "2020-06"), ("2019-06", "2019-06"), ("2020-01", "2020-06"), ("2019-01", "2019-06")]
        found = book(office, "2020-06")
        expect(found.sheetnames == ["Ringkasan", "Komoditas", "Negara", "Fasilitas", "Bulan"], str(found.sheetnames))
        header = [c.value for c in found["Ringkasan"][1]]
        expect(header[1:] == ["Masa Jun 2020", "Masa Jun 2019", "Masa Jan–Jun 2020", "Masa Jan–Jun 2019"], str(header))
        for number, (first, last) in enumerate(spans, 1):
            own = [s for s in shipped if first <= s["certificate_issued_on"][:7] <= last]
            weight = sum(line["net_weight_kg"] for s in own for line in s["lines"])
            total = column(found["Ringkasan"], number)
            expect(total["Sertifikat"] == len(own) and abs(total["Berat bersih (kg)"] - weight) < 1e-6, f"{number}: {total}")
            for key, name in names.items():
                lines = [(s["id"], line["net_weight_kg"]) for s in own for line in s["lines"] if line["commodity"] == key]
                got = column(found["Komoditas"], number + 1).get(name, 0)
                weighed = column(found["Komoditas"], number + 5).get(name, 0)
                expect(got == len({s for s, _ in lines}), f"{name}: {got}")
                expect(abs(weighed - sum(w for _, w in lines)) < 1e-6, f"{name}: {weighed}")
            for code in {s["import_country"] for s in own}:
                rows = [r for r in found["Negara"].iter_rows(min_row=2, values_only=True) if r[1] == code]
                expect(len(rows) == 1 and rows[0][number + 1] == sum(s["import_country"] == code for s in own), f"{code}: {rows}")
            visits = [v for v in records(office, "visits") if v["status"] in ("conducted", "closed") and
                      first <= v["conducted_on"][:7] <= last]
            expect(total["Kewajiban terpenuhi"] + total["Kunjungan lain"] == len(visits), f"{number}: {total}")
            expect(total["Kunjungan dengan hasil tidak sesuai"] == sum(v["result"] == "nonconform" for v in visits), str(total))
            findings = [f for f in records(office, "findings") if f["visit"] in {v["id"] for v in visits}]
            expect(sum(total[f"Temuan {s}"] for s in ("kritis", "mayor", "minor")) == len(findings), str(total))
        facilities = found["Fasilitas"]
        for number in range(2, 10):
            whole = column(found["Ringkasan"], (number - 2) % 4 + 1)["Sertifikat" if number < 6 else "Berat bersih (kg)"]
            expect(abs(sum(column(facilities, number).values()) - whole) < 1e-6, f"column {number}")


def test_reports__visits_are_those_of_the_schedule():
    with example() as office:
        office.once("2020-07-20", status=None)
        owed, late = {}, 0
        for path in os.listdir(office.path("schedule/facilities")):
            if path.endswith(".json"):
                for chain in office.json("schedule/facilities/" + path)["chains"]:
                    for block in chain["obligations"]:
                        if block["due_on"]:
                            owed[block["due_on"][:7]] = owed.get(block["due_on"][:7], 0) + 1
                        late += block["status"] == "overdue"
        for month, count in owed.items():
            expect(column(book(office, month)["Ringkasan"])["Kunjungan wajib"] == count, month)
        total = column(book(office, "2020-07")["Ringkasan"], 3)
        expect(total["Menjadi terlambat"] >= late and owed, f"{total} {late}")


def test_reports__sheets_are_for_paper_and_say_no_time():
    with example() as office:
        office.once("2020-07-20", status=None)
        found = book(office, "2020-06")
        for sheet in found:
            expect(sheet.freeze_panes == "A2" and sheet.page_setup.orientation == "landscape", sheet.title)
            expect(str(sheet.page_setup.paperSize) == "9" and sheet.page_setup.fitToHeight == 0, sheet.title)
            expect(sheet.print_title_rows in ("1:1", "$1:$1"), sheet.title)
            expect("Laporan Juni 2020" in (sheet.oddHeader.center.text or ""), str(sheet.oddHeader.center.text))
        expect("belum selesai" in book(office, "2020-07")["Ringkasan"].oddHeader.center.text, "July is not over")
        made = found.properties
        expect(made.created.time() == datetime.time(0) and made.title == "Laporan Juni 2020 K.9.A", made.title)


def reports_of(*months):
    return {f"schedule/reports/{m}.{e}" for m in months for e in ("html", "xlsx")}


def written(office, commits):
    """Reports that the commits since then changed."""
    changed = office.git("diff", "--name-only", commits, "main").split()
    return {path for path in changed if path.startswith("schedule/reports/")}


def test_reports__an_edit_rewrites_the_months_concerned_and_no_other():
    with example() as office:
        two_years(office)
        office.once("2020-07-20", status=None)
        office.start("2020-07-20")
        steps = [
            ("records/shipments/2020/SHP-X1.json", "2020-07-15", reports_of("2020-07")),
            ("records/shipments/2020/SHP-X2.json", "2020-06-04", reports_of("2020-06", "2020-07")),
            # A year before: in its own year from its month on, and in the same months of this year.
            ("records/shipments/2019/SHP-X3.json", "2019-06-10", reports_of("2019-06", "2019-07", "2020-06", "2020-07")),
        ]
        for number, (path, day, wanted) in enumerate(steps):
            before, ident = office.head(), os.path.basename(path)[:-5]
            decree = "SK-2019-0001" if day < "2020" else "SK-2020-0077"
            office.replace(path, {"id": ident, "certificate_number": f"NEW-{number}", "certificate_issued_on": day, "decree": decree,
                                  "import_country": "JP", "status": "departed", "recorded_by": "OFF-0001",
                                  "lines": [{"commodity": "CDT-0001", "net_weight_kg": 5}]})
            wait_for(lambda: office.in_head(path) and office.status_clean(), path)
            expect(written(office, before) == wanted, f"{path}: {sorted(written(office, before))}")
        before = office.head()
        office.edit("records/shipments/2020/SHP-X1.json", note="Tidak mengubah angka", correction_reason="catatan")
        wait_for(lambda: office.head() != before and office.status_clean(), "the note")
        expect(not written(office, before), str(written(office, before)))
        office.stop()
        kept = reports(office)
        office.state += "-new"
        office.once("2020-07-20", status=None)
        expect(reports(office) == kept, "a fresh start writes other bytes")


def test_reports__a_new_day_rewrites_none_and_a_new_month_the_one_that_ended():
    with example() as office:
        office.once("2020-07-20", status=None)
        before = reports(office)
        office.once("2020-07-21", status=None)
        expect(reports(office) == before, "a day more made other reports")
        office.once("2020-08-03", status=None)
        changed = {path for path, content in reports(office).items() if before.get(path) != content}
        expect(reports_of("2020-07") <= changed <= reports_of("2020-07", "2020-08"), str(changed))
        expect("belum selesai" not in office.read("schedule/reports/2020-07.html"), "July is over")


def test_reports__follow_names_and_go_with_what_they_are_of():
    with example() as office:
        office.once("2020-07-20", status=None)
        office.start("2020-07-20")
        office.edit("records/facilities/FAC-0001.json", name="Pabrik Baru")
        wait_for(lambda: "Pabrik Baru" in office.read("schedule/reports/2020-06.html"), "the facility's name")
        office.edit("records/commodities/CDT-0001.json", name="Ubi Ungu")
        wait_for(lambda: "Ubi Ungu" in office.read("schedule/reports/2020-06.html"), "the commodity's name")
        path = "records/visits/2015/VIS-OLD.json"
        decree = next(p for p in office.tree() if p.endswith("SK-2020-0077.json"))
        office.write(path, {"id": "VIS-OLD", "facility": office.json(decree)["facility"], "decree": "SK-2020-0077", "type": "follow_up",
                            "officers": ["OFF-0001"], "status": "conducted", "conducted_on": "2015-03-04", "result": "conform",
                            "recorded_by": "OFF-0001"})
        wait_for(lambda: office.exists("schedule/reports/2015-03.xlsx"), "a month long ago")
        os.remove(office.path(path))
        wait_for(lambda: not office.exists("schedule/reports/2015-03.html") and not office.exists("schedule/reports/2015-03.xlsx"),
                 "the month is still there")
        wait_for(office.status_clean, "git status is not clean")
        office.stop()


def test_reports__can_be_turned_off():
    with example() as office:
        settings = office.read("qbis.yaml")
        office.once("2020-07-20", status=None)
        office.write("qbis.yaml", settings + "\noutputs: {report_xlsx: false}\n")
        office.once("2020-07-20", status=None)
        expect(reports(office) and all(p.endswith(".html") for p in reports(office)), str(list(reports(office))))
        expect(".xlsx" not in office.read("schedule/reports/2020-06.html"), "a link to what is not there")
        office.write("qbis.yaml", settings + "\noutputs: {report_xlsx: false, report_html: false}\n")
        office.once("2020-07-20", status=None)
        expect(not reports(office), str(list(reports(office))))
        office.write("qbis.yaml", settings)
        office.once("2020-07-20", status=None)
        expect(len(reports(office)) >= 12, str(list(reports(office))))


if __name__ == "__main__":
    sys.exit(main(globals()))
