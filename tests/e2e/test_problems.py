# SPDX-License-Identifier: GPL-2.0-or-later
"""Mistakes: each gets its own problem at the right line, nothing else changes, and mending clears it."""
import json
import os
import sys

from office import Office, case, expect, main, shipment, wait_for

TOBA = lambda: os.path.join(case("toba"), "records")
VISIT = {"id": "VIS-1", "facility": "FAC-0001", "decree": "SK-2020-0077", "type": "routine", "officers": ["OFF-0001"],
         "planned_on": "2020-07-10", "status": "planned", "recorded_by": "OFF-0001"}
PATH = "records/shipments/2020/07/SHP-G.json"


def lines(record):
    return json.dumps(record, indent=2)


def line_of(text, part):
    return text[:text.index(part)].count("\n") + 1


def mistaken(office, path, text, code, part, pointer, keyword=None):
    """Writes a broken text; says what there has to be of it."""
    before = office.json("schedule/schedule.json")
    office.replace(path, text)
    found = wait_for(lambda: [p for p in office.problems() if p["path"] == path], lambda: office.log())
    expect(len(found) == 1, f"{path}: {found}")
    problem = found[0]
    expect(problem["code"] == code and problem["severity"] == "error", str(problem))
    expect(problem["line"] == line_of(text, part), f"{problem} is not in line {line_of(text, part)}")
    expect(problem["pointer"] == pointer, str(problem))
    expect(keyword is None or problem.get("keyword") == keyword, str(problem))
    note = path[:-5] + ".problem.txt"
    wait_for(lambda: office.exists(note), "no note beside the record")
    expect(problem["message"] in office.read(note), office.read(note))
    expect(office.json("schedule/schedule.json") == before, "the schedule changed")
    wait_for(lambda: office.git("show", "main:" + path, status=None) == text, "the wrong version is not in history")
    return problem


def mended(office, path, text):
    office.replace(path, text)
    wait_for(lambda: not office.problems() and not office.exists(path[:-5] + ".problem.txt"),
             lambda: f"{office.problems()}\n{office.log()}")


def test_problems__each_mistake_is_told_at_its_line_and_clears_when_mended():
    good = lines(shipment("SHP-G", "N-7"))
    with Office(TOBA()) as office:
        office.start()
        office.replace(PATH, good)
        wait_for(lambda: office.in_head(PATH), lambda: office.log())
        was = office.git("rev-parse", "main:" + PATH).strip()
        for old, new, code, pointer, keyword in [
                ('"2020-07-06"', '"2020-02-30"', "schema", "/certificate_issued_on", "format"),
                ("CDT-0001", "CDT-0009", "reference", "/lines/0/commodity", None),
                ('"N-7"', '"2020.1.0901.0.K09.E.000065"', "unique", "/certificate_number", None),
                ('"port_of_loading"', '"port_of_lodaing"', "schema", "/port_of_lodaing", "additionalProperties"),
        ]:
            broken = good.replace(old, new)
            if code == "unique" or code == "schema" and keyword == "format" or code == "reference":
                # the shipment has departed, so a change of these is a correction of a closed record as well
                broken = broken.replace('"recorded_by"', '"correction_reason": "salah ketik",\n  "recorded_by"')
            problem = mistaken(office, PATH, broken, code, new, pointer, keyword)
            expect(problem["using"] == was and problem["record"] == "SHP-G" and problem["kind"] == "shipment", str(problem))
            mended(office, PATH, good)
        broken = good.rstrip()[:-1]  # a missing brace
        problem = mistaken(office, PATH, broken, "json-syntax", '"recorded_by"', "")
        mended(office, PATH, good)
        office.stop()
        office.fsck()


def test_problems__a_visit_to_another_facility_than_its_decrees():
    with Office(TOBA()) as office:
        office.write("records/facilities/FAC-0002.json",
                     {**office.json("records/facilities/FAC-0001.json"), "id": "FAC-0002"})
        office.start()
        path = "records/visits/2020/VIS-1.json"
        mistaken(office, path, lines({**VISIT, "facility": "FAC-0002"}), "visit-facility", '"facility"', "/facility")
        mended(office, path, lines(VISIT))
        wait_for(lambda: office.tasks()["monitoring/SK-2020-0077/1"]["planned_visit"] == "VIS-1", lambda: office.log())
        office.stop()


def test_problems__a_wrong_record_does_not_stop_the_right_ones():
    with Office(TOBA()) as office:
        office.start()
        office.write(PATH, "{")
        office.write("records/shipments/2020/07/SHP-H.json", shipment("SHP-H", "N-8"))
        wait_for(lambda: office.json("schedule/schedule.json")["chains"][0]["counted"] == 7, lambda: office.log())
        wait_for(lambda: [p["using"] for p in office.problems()] == [None], lambda: str(office.problems()))
        office.stop()


def test_problems__records_may_come_in_any_order_and_refer_in_circles():
    with Office() as office:
        office.start()
        records = {}
        for base, _, names in os.walk(TOBA()):
            for name in names:
                with open(os.path.join(base, name)) as f:
                    records[os.path.join("records", os.path.relpath(os.path.join(base, name), TOBA()))] = f.read()
        for path in sorted(records, reverse=True):  # shipments long before the officer who recorded them
            office.replace(path, records[path])
        wait_for(lambda: office.exists("schedule/facilities/FAC-0001.json") and not office.problems(),
                 lambda: office.log())
        with open(os.path.join(case("toba"), "expected/2020-07-06/schedule.json")) as f:
            expect(json.load(f) == office.json("schedule/schedule.json"), "the schedule differs")
        office.stop()


def test_problems__a_reference_that_goes_makes_those_wrong_who_mention_it_but_they_stay_in_use():
    with Office(TOBA()) as office:
        office.start()
        os.remove(office.path("records/commodities/CDT-0002.json"))
        wait_for(lambda: [p["path"] for p in office.problems()] == ["records/decrees/2020/SK-2020-0077.json"],
                 lambda: f"{office.problems()}\n{office.log()}")
        expect(office.json("schedule/schedule.json")["chains"][0]["counted"] == 6, "the decree is not used any more")
        office.stop()
        office.once(status=1)  # nor after a restart
        expect(office.json("schedule/schedule.json")["chains"][0]["counted"] == 6, "the decree is forgotten")
        expect([p["code"] for p in office.problems()] == ["reference"], str(office.problems()))


def test_problems__a_closed_record_changes_only_with_a_reason():
    path = "records/shipments/2020/06/SHP-A.json"
    with Office(TOBA()) as office:
        office.start()
        good = office.git("rev-parse", "main:" + path).strip()
        office.edit(path, certificate_issued_on="2020-06-09")
        found = wait_for(office.problems, lambda: office.log())
        expect([(p["code"], p["pointer"], p["using"]) for p in found] == [("frozen", "/certificate_issued_on", good)], str(found))
        expect(office.json(path)["certificate_issued_on"] == "2020-06-09", "the file was changed")
        office.stop()
        office.once(status=1)  # the daemon forgets nothing over a restart
        expect([p["code"] for p in office.problems()] == ["frozen"], str(office.problems()))
        office.edit(path, correction_reason="Tanggal salah ketik")
        office.once()
        expect(office.problems() == [], str(office.problems()))
        office.edit(path, note="boleh", status="departed")
        office.once()
        expect(office.problems() == [], str(office.problems()))


def test_problems__closing_cannot_be_undone_without_a_reason():
    path = "records/shipments/2020/06/SHP-A.json"
    with Office(TOBA()) as office:
        office.once()
        office.edit(path, status="planned")
        office.once(status=1)
        expect([(p["code"], p["pointer"]) for p in office.problems()] == [("frozen", "/status")], str(office.problems()))
        expect(office.json("schedule/schedule.json")["chains"][0]["counted"] == 6, "it does not count any more")
        os.remove(office.path(path))
        office.once(status=None)
        expect(office.json(path)["status"] == "departed", "a closed record could be deleted by way of another state")
        office.edit(path, status="cancelled", cancel_reason="Batal muat")
        office.once()
        expect(office.problems() == [], str(office.problems()))


def test_problems__a_closed_record_that_cannot_be_put_back_stops_nothing():
    with Office(TOBA()) as office:
        office.once()
        os.rename(office.path("records/shipments"), os.path.join(office.root, "aside"))
        office.write("records/shipments", "x\n")
        office.edit("records/companies/COM-0001.json", status="inactive")
        done = office.once(status=2)
        expect("records/shipments" in done.err, done.err)
        expect("inactive" in office.git("show", "main:records/companies/COM-0001.json"), "history stopped")
        expect(office.json("schedule/schedule.json")["chains"][0]["counted"] == 6, "the schedule forgot them")
        os.remove(office.path("records/shipments"))
        os.rename(os.path.join(office.root, "aside"), office.path("records/shipments"))
        office.once()
        expect(office.problems() == [] and office.status_clean(), str(office.problems()))


def test_problems__folders_nested_too_deep_are_left_out_and_the_rest_goes_on():
    with Office(TOBA()) as office:
        office.write("records/shipments/SHP-K.json", {**shipment("SHP-K", "N-9"), "status": "planned"})
        office.once()
        os.makedirs(office.path("attachments", *["d"] * 80))
        os.remove(office.path("records/shipments/SHP-K.json"))
        office.once()
        expect(not office.in_head("records/shipments/SHP-K.json"), "a deletion was not seen")


def test_problems__two_with_one_value_the_first_keeps_it_over_a_restart():
    with Office(TOBA()) as office:
        office.write("records/shipments/2020/07/SHP-G.json", shipment("SHP-G", "N-7"))
        office.once()
        office.write("records/shipments/2020/07/SHP-AA.json", shipment("SHP-AA", "N-7"))
        for _ in range(2):
            office.once(status=1)
            expect([p["record"] for p in office.problems()] == ["SHP-AA"], str(office.problems()))
        office.write("records/shipments/2020/07/SHP-Z.json", shipment("SHP-Z", "N-8"))
        office.write("records/shipments/2020/07/SHP-Y.json", shipment("SHP-Y", "N-8"))
        office.once(status=1)
        expect([p["record"] for p in office.problems()] == ["SHP-AA", "SHP-Z"], str(office.problems()))


def test_problems__all_of_a_record_are_told_at_once():
    with Office(TOBA()) as office:
        office.write(PATH, {**shipment("SHP-G", "N-7"), "decree": "SK-2020-0078", "import_country": "ID", "colour": 1})
        office.once(status=1)
        found = sorted((p["code"], p["pointer"]) for p in office.problems())
        expect(("reference", "/decree") in found and ("schema", "/import_country") in found
               and ("schema", "/colour") in found, str(found))
        expect("SK-2020-0077" in [p for p in office.problems() if p["code"] == "reference"][0]["message"], "no nearest id")


def test_problems__odd_files_are_told_not_followed():
    with Office(TOBA()) as office:
        os.symlink("/etc/passwd", office.path("records/shipments/SHP-L.json"))
        os.mkfifo(office.path("records/shipments/SHP-P.json"))
        os.mkdir(office.path("records/shipments/SHP-D.json"))
        office.write("records/shipments/SHP-X.json", shipment("SHP-OTHER", "N-9"))
        office.write("records/SHP-Y.json", shipment("SHP-Y", "N-10"))
        office.write("records/shipments/SHP-BIG.json", '{"note": "' + "x" * (1 << 20) + '"}')
        office.once(status=1)
        found = sorted((p["path"].rsplit("/", 1)[1], p["code"]) for p in office.problems())
        expect(found == [("SHP-BIG.json", "too-large"), ("SHP-D.json", "not-a-file"), ("SHP-L.json", "not-a-file"),
                         ("SHP-P.json", "not-a-file"), ("SHP-X.json", "id-name"), ("SHP-Y.json", "no-kind")], str(found))
        expect("root:x:0" not in office.git("log", "-p", "main"), "a link was followed")


def test_problems__a_file_name_too_long_for_a_note_stops_nothing():
    with Office(TOBA()) as office:
        office.write("records/shipments/" + "SHP-" + "9" * 246 + ".json", "{")
        office.write(PATH, shipment("SHP-G", "N-7"))
        office.once(status=1)
        expect(office.json("schedule/schedule.json")["chains"][0]["counted"] == 7 and office.status_clean(), "stopped")


def test_problems__an_output_that_cannot_be_written_stops_neither_the_others_nor_history():
    with Office(TOBA()) as office:
        os.makedirs(office.path("schedule/schedule.csv/in-the-way"))
        office.write(PATH, shipment("SHP-G", "N-7"))
        done = office.once(status=2)
        expect("schedule/schedule.csv" in done.err, done.err)
        expect(office.json("schedule/schedule.json")["chains"][0]["counted"] == 7, "the others were not written")
        expect(office.in_head(PATH), "history stopped")
        os.removedirs(office.path("schedule/schedule.csv/in-the-way"))
        office.once()
        expect(os.path.isfile(office.path("schedule/schedule.csv")) and office.status_clean(), "it did not recover")


def test_problems__warnings_leave_the_record_in_use():
    with Office(TOBA()) as office:
        office.write(PATH, shipment("SHP-G", "N-7", "2020-09-20"))
        office.once("2020-09-10")
        found = sorted((p["code"], p["severity"], p["pointer"]) for p in office.problems())
        expect(found == [("future", "warning", "/certificate_issued_on"),
                         ("outside-decree", "warning", "/certificate_issued_on")], str(found))
        expect(not office.exists(PATH[:-5] + ".problem.txt"), "a note for a warning")
        office.once("2020-09-21")
        expect([p["code"] for p in office.problems()] == ["outside-decree"], str(office.problems()))
        expect("normal_inspection/SHP-G" in office.tasks(), "no task for the normal inspection")


if __name__ == "__main__":
    sys.exit(main(globals()))
