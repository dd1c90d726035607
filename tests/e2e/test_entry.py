# SPDX-License-Identifier: GPL-2.0-or-later
"""Entering records: qbis new (arguments and on a terminal), qbis import, qbis export."""
import csv
import io
import json
import os
import pty
import re
import select
import sys
import time

from office import DEADLINE, QBIS, WRAP, Office, Failure, case, expect, main, shipment

TOBA = lambda: os.path.join(case("toba"), "records")
KINDS = ["company", "facility", "commodity", "officer", "decree", "shipment", "visit", "finding"]
PLAIN = ["shipment", "decree=SK-2020-0077", "import_country=JP", "lines[0].commodity=CDT-0001",
         "lines[0].net_weight_kg=12000.5", "status=planned"]


def records(office):
    return {path: data for path, data in office.tree().items() if path.startswith("records/") and path.endswith(".json")}


def values(office):
    return {path: json.loads(data) for path, data in records(office).items()}


# --- new ---

def test_new__writes_a_checked_record_where_its_kind_lies():
    with Office(TOBA()) as office:
        done = office.qbis("new", *PLAIN, "status=Bersertifikat", "certificate_number=2020.1.0901.0.K09.E.000099",
                           "certificate_issued_on=6 Juli 2020", "containers=MSKU6011672, BLWU2000044", "note=Kiriman baru",
                           "--as", "OFF-0001")
        path = done.out.strip()
        expect(re.fullmatch(r"records/shipments/2020/07/SHP-\d{8}-[2-9A-HJ-NP-Z]{4}\.json", path), path)
        text = office.read(path)
        expect(text.endswith("}\n") and text.startswith('{\n  "id": "SHP-'), text)
        record = json.loads(text)
        expect(list(record) == ["id", "decree", "certificate_number", "certificate_issued_on", "import_country",
                                "containers", "lines", "status", "note", "recorded_by"], text)
        expect(record["lines"] == [{"commodity": "CDT-0001", "net_weight_kg": 12000.5}], text)
        expect(record["certificate_issued_on"] == "2020-07-06" and record["status"] == "certified", text)
        expect(record["containers"] == ["MSKU6011672", "BLWU2000044"] and record["recorded_by"] == "OFF-0001", text)
        office.qbis("check")
        expect(not os.path.exists(office.state), "something was written into the state directory")


def test_new__each_kind_has_its_habit():
    kind = """x-qbis-kind: seal
x-qbis-folder: seals
x-qbis-prefix: SEAL
type: object
additionalProperties: false
required: [id, colour, recorded_by]
properties:
  id: {type: string, pattern: '^SEAL(-[0-9A-Z]+)+$'}
  colour: {enum: [red, blue], x-qbis-labels-of-values: {red: {id: Merah, en: Red}}}
  used: {type: boolean}
  recorded_by: {type: string, x-qbis-ref: officer, x-qbis-author: true}
"""
    with Office(TOBA()) as office:
        office.write("kinds/seal.yaml", kind)
        office.env["QBIS_OFFICER"] = "OFF-0001"
        rows = [
            (["company", "legal_name=PT Baru", "status=Aktif"], r"records/companies/COM-\d{8}-....\.json"),
            (["officer", "name=Siti", "role=POPT", "email=siti@example.org", "status=active"],
             r"records/officers/OFF-\d{8}-....\.json"),
            (["decree", "number=78/Kpts/OT.080/K.9.A/09/2021", "facility=FAC-0001", "decreed_on=3/9/2021",
              "valid_from=2021-09-03", "commodities=CDT-0001", "monitoring.every=4"],
             r"records/decrees/2021/SK-\d{8}-....\.json"),
            (["visit", "facility=FAC-0001", "decree=SK-2020-0077", "type=routine", "officers=OFF-0001", "status=conducted",
              "conducted_on=2020-06-20", "result=conform", "samples[0].units=30"], r"records/visits/2020/VIS-\d{8}-....\.json"),
            (["seal", "colour=merah", "used=ya"], r"records/seals/SEAL-\d{8}-....\.json"),
        ]
        for args, pattern in rows:
            path = office.qbis("new", *args).out.strip()
            expect(re.fullmatch(pattern, path), path)
            expect(office.json(path)["id"] in path, path)
        expect(office.json(path) == {"id": office.json(path)["id"], "colour": "red", "used": True,
                                     "recorded_by": "OFF-0001"}, office.read(path))
        office.qbis("check", status=None)
        office.once("2021-09-03", status=None)
        expect(not [p for p in office.problems() if p["severity"] == "error"], str(office.problems()))


def test_new__refuses_what_is_wrong_and_writes_nothing():
    with Office(TOBA()) as office:
        before = office.tree()
        number = office.json("records/shipments/2020/06/SHP-A.json")["certificate_number"]
        signed = [*PLAIN, "recorded_by=OFF-0001"]
        rows = [
            (signed[:1], 2, "", "decree"),
            (["ship", "a=b"], 2, "", "company, facility"),
            ([], 2, "", "company, facility"),
            ([*signed, "colour=red"], 2, "", "colour"),
            ([*signed, "certificate_numbr=1"], 2, "", "certificate_number"),
            ([*signed, "red"], 2, "", "red"),
            ([*signed, "lines[0].net_weight_kg=12.000"], 2, "", "12.000"),
            ([*signed, "lines=[]"], 2, "", "lines"),
            ([*signed, "containers=MSKU6011672", "containers=BLWU2000044"], 2, "", "containers=A;B"),
            ([*signed, "id=../../x"], 2, "", "../../x"),
            ([*signed, "id=SHP-A"], 1, "", "records/shipments/2020/06/SHP-A.json"),
            (PLAIN, 1, "recorded_by", "--as"),
            ([*signed, "status=departed"], 1, "certificate_number", ""),
            ([*signed, "status=lost"], 1, "status: error [schema:enum]", ""),
            ([*signed, "import_country=ID"], 1, "import_country: error [schema", ""),
            ([*signed, "decree=SK-2020-0078"], 1, "decree: error [reference]", ""),
            ([*signed, "certificate_number=" + number], 1, "certificate_number: error [unique]", ""),
            ([*signed, "lines[1].commodity=CDT-0002"], 1, "lines[1]: error [schema:required]", ""),
            ([*signed, "containers=MSKU6011673"], 1, "containers[0]: error [schema:format]", ""),
        ]
        for args, status, out, err in rows:
            done = office.qbis("--language", "en", "new", *args, status=status)
            expect(out in done.out and err in done.err and done.err.startswith("qbis: "), f"{args}\n{done.out}\n{done.err}")
        done = office.qbis("new", *signed, "note=\x1b[31m\u202e", "status=\x1b]0;x\x07", status=1)
        expect("\x1b" not in done.out + done.err and "\u202e" not in done.out + done.err, done.out)
        done = office.qbis("new", *signed, "--dry-run")
        expect(json.loads(done.out)["status"] == "planned", done.out)
        expect(office.tree() == before, "something was written")


def test_new__labels_and_empty_values_and_warnings():
    with Office(TOBA()) as office:
        done = office.qbis("--language", "en", "new", *PLAIN, "Nomor permohonan=P-1", "note=", "departed_on=", "Catatan= x ",
                           "status=certified", "certificate_number=N-9", "certificate_issued_on=2030-01-01",
                           "--as=OFF-0001")
        expect("certificate_issued_on: warning [outside-decree]" in done.out, done.out)
        record = office.json(done.out.strip().split("\n")[-1])
        expect(record["application_number"] == "P-1" and record["note"] == "x" and "departed_on" not in record, str(record))


class Terminal:
    """Runs a command on a terminal of its own and answers its questions."""

    def __init__(self, office, *args):
        self.out = ""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            command = [*WRAP, QBIS, "-C", office.folder, "--state", office.state, *args]
            os.execvpe(command[0], command, {**office.env, "TERM": "dumb"})

    def read(self):
        """Up to the next prompt; False at the end."""
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end:
            if select.select([self.fd], [], [], 0.2)[0]:
                try:
                    data = os.read(self.fd, 65536)
                except OSError:
                    return False
                if not data:
                    return False
                self.out += data.decode("utf-8", "replace").replace("\r\n", "\n")
                if self.out.endswith("> "):
                    return True
        raise Failure("no prompt: " + self.out)

    def answer(self, *answers):
        for answer in answers:
            expect(self.read(), "ended too soon:\n" + self.out)
            os.write(self.fd, answer.encode() + (b"" if answer == "\x04" else b"\n"))

    def end(self):
        while self.read():
            raise Failure("one more question:\n" + self.out)
        os.close(self.fd)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def test_new__asks_on_a_terminal():
    with Office(TOBA()) as office:
        number = office.json("records/shipments/2020/06/SHP-A.json")["certificate_number"]
        talk = Terminal(office, "--language", "id", "new", "shipment", "--as", "OFF-0001")
        talk.answer("nothing like it", "77",          # no such decree; a part of one
                    "XX", "JP",                       # no country; one
                    "1", "12.000", "-1", "12000,5",   # a choice by number; ambiguous; too small; right
                    "", "LOT-1", "t",                 # no package count; no second line
                    "Bersertifikat",                  # a label
                    number, "6 Juli 2020",            # both required by the status; the number is taken
                    "", "IDBLW", ".",                 # the rest is optional
                    "2020.1.0901.0.K09.E.000099",     # asked again
                    "y")
        expect(talk.end() == 0, talk.out)
        for words in ("Nomor sertifikat (certificate_number)", "\"nothing like it\" tidak ada", "12.000", "[unique]", "Simpan?"):
            expect(words in talk.out, words + "\n" + talk.out)
        path = [line for line in talk.out.split("\n") if line.startswith("records/")][0]
        expect(office.json(path) == {"id": office.json(path)["id"], "decree": "SK-2020-0077",
                                     "certificate_number": "2020.1.0901.0.K09.E.000099",
                                     "certificate_issued_on": "2020-07-06", "import_country": "JP",
                                     "port_of_loading": "IDBLW",
                                     "lines": [{"commodity": "CDT-0001", "net_weight_kg": 12000.5, "lot": "LOT-1"}],
                                     "status": "certified", "recorded_by": "OFF-0001"}, office.read(path))
        office.qbis("check")


def test_new__lists_are_asked_item_by_item():
    with Office(TOBA()) as office:
        talk = Terminal(office, "--language", "en", "new", "visit")
        talk.answer("1", "1", "ad_hoc", "1", "1", "", "conducted", "", "1",   # an officer twice; recorded_by is required
                    "Notification", "2020-06-20", "1",                        # required by type and status
                    "y", "",                                                  # counts_as_routine; no letter
                    "", "y", "LOT-1", "30", "31", "y", "", "12", "", "n",     # no plan; two samples
                    "note", "n",                                              # too many positives: asked again, none
                    "n")                                                      # do not save
        expect(talk.end() == 1, talk.out)
        expect('"counts_as_routine": true' in talk.out and "[samples]" in talk.out, talk.out)
        expect(not os.listdir(office.path("records/visits")), "it was saved")


def test_new__gives_up_at_the_end_of_input():
    with Office(TOBA()) as office:
        before = office.tree()
        for answers in ([], ["77"], ["77", "JP", "1", "5", "", "", "", "planned"]):
            talk = Terminal(office, "new", "shipment", "--as", "OFF-0001")
            talk.answer(*answers, "\x04")
            expect(talk.end() == 2, talk.out)
        expect(office.tree() == before, "something was written")


# --- import and export ---

def table(rows, **how):
    out = io.StringIO()
    csv.writer(out, **how).writerows(rows)
    return out.getvalue()


def put(office, text, encoding="utf-8"):
    path = os.path.join(office.root, "table.csv")
    with open(path, "wb") as f:
        f.write(text.encode(encoding))
    return path


HEADER = ["id", "decree", "certificate_number", "certificate_issued_on", "import_country", "lines[0].commodity",
          "lines[0].net_weight_kg", "status", "recorded_by"]


def row(number, **changes):
    values = dict(zip(HEADER, [f"SHP-N{number}", "SK-2020-0077", f"N-{number}", "2020-07-06", "JP", "CDT-0001", "5",
                               "certified", "OFF-0001"]))
    return list({**values, **changes}.values())


def test_import__a_table_as_offices_keep_it():
    with Office(TOBA()) as office:
        rows = [["Nomor sertifikat", "Tanggal sertifikat", "Negara tujuan", "SK", "Komoditas", "Berat bersih (kg)",
                 "Komoditas 2", "Berat bersih (kg) 2", "Peti kemas", "Status", "Catatan"],
                ["N-1", "6/7/2020", "JP", "SK-2020-0077", "CDT-0001", "12.000", "CDT-0002", "1.500,25",
                 "MSKU6011672; BLWU2000044", "Berangkat", "Kemasan “baru”; é"],
                ["N-2", "07-07-2020", "KR", "SK-2020-0077", "CDT-0002", "800", "", "", "", "Bersertifikat", ""],
                ["N-3", "8 Juli 2020", "JP", "SK-2020-0077", "CDT-0001", "750,5", "", "", "", "Direncanakan", ""]]
        path = put(office, table(rows, delimiter=";"), "cp1252")
        done = office.qbis("--language", "en", "import", "shipment", path, "--as", "OFF-0001")
        expect("Windows-1252" in done.err and '";"' in done.err and '","' in done.err and "3 new" in done.err, done.err)
        made = {r.get("certificate_number"): (p, r) for p, r in values(office).items() if "N-" in str(r.get("certificate_number"))}
        path_one, one = made["N-1"]
        expect(path_one.startswith("records/shipments/2020/07/SHP-"), path_one)
        expect(one["lines"] == [{"commodity": "CDT-0001", "net_weight_kg": 12000},
                                {"commodity": "CDT-0002", "net_weight_kg": 1500.25}], str(one))
        expect(one["containers"] == ["MSKU6011672", "BLWU2000044"] and one["note"] == "Kemasan “baru”; é", str(one))
        expect(one["status"] == "departed" and one["certificate_issued_on"] == "2020-07-06", str(one))
        expect(made["N-3"][1]["certificate_issued_on"] == "2020-07-08" and len(made["N-3"][1]["lines"]) == 1, str(made))
        before = office.tree()
        again = office.qbis("--language", "en", "import", "shipment", path, "--as", "OFF-0002")
        expect("0 new records were written; 3 are there already" in again.err, again.err)
        expect(office.tree() == before, "the second import changed something")
        office.qbis("check", status=None)


def test_import__other_encodings_and_separators():
    rows = [HEADER, row(1), row(2)]
    with Office(TOBA()) as office:
        for number, (text, encoding) in enumerate([(table(rows, delimiter="\t"), "utf-16"),
                                                   (table(rows, delimiter="\t"), "utf-16-be"),
                                                   (table(rows, lineterminator="\r"), "utf-8-sig"),
                                                   ("sep=|\n" + table(rows, delimiter="|"), "utf-8"),
                                                   (table(rows, quoting=csv.QUOTE_ALL), "utf-8")]):
            done = office.qbis("--language", "en", "import", "shipment", put(office, text, encoding))
            expect(("2 new" if not number else "0 new records were written; 2 are") in done.err, f"{number}: {done.err}")


def test_import__names_each_bad_row_and_writes_nothing():
    with Office(TOBA()) as office:
        taken = office.json("records/shipments/2020/06/SHP-A.json")["certificate_number"]
        rows = [HEADER,
                row(1),
                row(2, import_country="ID", status="lost"),
                row(3, decree="SK-2020-0078"),
                row(4, certificate_number="N-1"),
                row(5, id="SHP-N1"),
                row(6, certificate_issued_on="31/6/2020"),
                row(7, id="SHP-A", certificate_number=taken),
                row(8)[:5],
                row(9, **{"lines[0].net_weight_kg": "12,5x"}),
                row(10, id="../x"),
                row(11, certificate_number="two\nlines", status=""),
                row(12)]
        path = put(office, table(rows))
        before = records(office)
        done = office.qbis("--language", "en", "import", "shipment", path, status=1)
        found = [line[len(path) + 1:] for line in done.out.split("\n") if line.startswith(path)]
        for start in ('3: "import_country": error [schema', '3: "status": error [schema:enum]', '4: "decree": error [reference]',
                      '5: "certificate_number": "N-1" is in line 2', '6: "id": "SHP-N1" is in line 2',
                      '7: "certificate_issued_on": error [schema:format]', "8: records/shipments/2020/06/SHP-A.json is there",
                      "9: the row has 5 cells", '10: "lines[0].net_weight_kg": error [schema:type]', '11: "id": "../x"',
                      "12: error [schema:required]"):
            expect(any(line.startswith(start) for line in found), start + "\n" + done.out)
        expect(not any(line.startswith(("2:", "14:")) for line in found), done.out)
        expect("nothing was written" in done.err and records(office) == before, done.err)
        dry = office.qbis("--language", "en", "import", "shipment", path, "--partial", "--dry-run", status=1)
        expect("2 new records would be written" in dry.err and records(office) == before, dry.err)
        done = office.qbis("--language", "en", "import", "shipment", path, "--partial", status=1)
        expect("2 new records were written" in done.err, done.err)
        fresh = sorted(set(records(office)) - set(before))
        expect(fresh == ["records/shipments/2020/07/SHP-N1.json", "records/shipments/2020/07/SHP-N12.json"], str(fresh))


def test_import__rows_may_refer_to_each_other():
    with Office(TOBA()) as office:
        header = [*HEADER[:-1], "replaces", "recorded_by"]
        first = row(1, status="cancelled")
        rows = [[*header, "cancel_reason"],
                [*row(2)[:-1], "SHP-N1", "OFF-0001", ""],
                [*first[:-1], "", "OFF-0001", "Batal"],
                [*row(3)[:-1], "SHP-N4", "OFF-0001", ""],
                [*row(4, import_country="XX")[:-1], "", "OFF-0001", ""]]
        path = put(office, table(rows))
        done = office.qbis("--language", "en", "import", "shipment", path, "--partial", status=1)
        expect("2 new records were written" in done.err and "4: \"replaces\": error [reference]" in done.out, done.out + done.err)
        expect(office.exists("records/shipments/2020/07/SHP-N1.json") and not office.exists("records/shipments/2020/07/SHP-N3.json"),
               "other rows were written")


def test_import__without_ids_nothing_is_doubled():
    with Office(TOBA()) as office:
        rows = [["facility", "decree", "type", "officers", "status", "conducted_on", "result"],
                ["FAC-0001", "SK-2020-0077", "routine", "OFF-0001", "conducted", "2020-06-20", "conform"],
                ["FAC-0001", "SK-2020-0077", "routine", "OFF-0001", "conducted", "2020-06-23", "conform"]]
        path = put(office, table(rows))
        office.qbis("import", "visit", path, "--as", "OFF-0001")
        made = [p for p in values(office) if "visits" in p]
        expect(len(made) == 2, str(made))
        office.qbis("import", "visit", path, "--as", "OFF-0001")
        expect(len([p for p in values(office) if "visits" in p]) == 2, "doubled")
        office.edit(made[0], result="nonconform")
        done = office.qbis("--language", "en", "import", "visit", path, "--as", "OFF-0001", status=1)
        expect("result: nonconform -> conform" in done.out and "1 differ" in done.err, done.out + done.err)
        expect(len([p for p in values(office) if "visits" in p]) == 2, "doubled")
        done = office.qbis("--language", "en", "import", "visit", put(office, table([*rows, rows[1]])), status=1)
        expect(":4: the same as line 2" in done.out, done.out)


def test_import__a_mapping_says_what_columns_mean():
    with Office(TOBA()) as office:
        rows = [["No.", "No PC", "Tgl PC", "Kg", "Ket"], ["1", "N-1", "6/7/2020", "12.000", "x"],
                ["2", "N-2", "7/7/2020", "1.000", ""]]
        path = put(office, table(rows, delimiter="\t"))
        office.qbis("import", "shipment", path, status=1)
        mapping = os.path.join(office.root, "map.yaml")

        def map_it(text):
            with open(mapping, "w", encoding="utf-8") as f:
                f.write(text)

        good = ("columns: {No.: null, No PC: certificate_number, Tgl PC: certificate_issued_on, "
                "Kg: 'lines[0].net_weight_kg', Ket: Catatan}\n"
                "values: {decree: SK-2020-0077, import_country: JP, status: departed, 'lines[0].commodity': CDT-0001, "
                "recorded_by: OFF-0001}\n")
        map_it(good)
        done = office.qbis("--language", "en", "import", "shipment", path, "--map", mapping, status=1)
        expect('"Kg": "12.000" can be read in two ways' in done.out, done.out)
        map_it(good + "decimal: comma\n")
        office.qbis("import", "shipment", path, "--map", mapping)
        made = [r for r in values(office).values() if str(r.get("certificate_number")).startswith("N-")]
        expect(sorted(r["lines"][0]["net_weight_kg"] for r in made) == [1000, 12000], str(made))
        expect({r.get("note") for r in made} == {"x", None}, str(made))
        for text, words in ((good + "decimals: comma\n", "decimals"), ("columns: [a]\n", "settings:type"), ("columns: {", "map.yaml"),
                            (good.replace("Tgl PC", "Tanggal PC"), "Tanggal PC"), (good.replace("status:", "state:"), "state")):
            map_it(text)
            done = office.qbis("import", "shipment", path, "--map", mapping, status=None)
            expect(done.returncode in (1, 2) and words in done.out, f"{text}\n{done.out}{done.err}")


def test_import__refuses_what_is_no_table():
    with Office(TOBA()) as office:
        before = office.tree()
        good = table([HEADER, row(1)])
        for text, words in ((good + '"open', ":3:"), ("", ":1:"), (good.replace("decree", "desicion"), '"desicion"'),
                            (good.replace("status", "id"), '"id"'), (good.replace("JP", 'J"P'), ":2:")):
            done = office.qbis("import", "shipment", put(office, text), status=1)
            expect(words in done.out, f"{text}\n{done.out}{done.err}")
        office.qbis("import", "shipment", os.path.join(office.root, "none.csv"), status=2)
        office.qbis("import", "shipment", status=2)
        office.qbis("import", "ship", put(office, good), status=2)
        office.qbis("import", "shipment", put(office, good), "--map", os.path.join(office.root, "none.yaml"), status=2)
        expect(office.tree() == before, "something was written")


HOSTILE = ["=HYPERLINK(\"http://x\")", "-1+1", "@SUM(A1)", "'=1", "''", "\t=1", "a;=b", "\"quoted\"", "two\nlines", "cr\r\nlf",
           "a,b;c|d\te", "\u202eright to left", "\x1b[31m", "emoji \U0001f600 and \u00e9", "x" * 200, "null", "[1]", "1.5", "true",
           "\u0001control", "+62"]


def test_export__importing_an_export_changes_nothing():
    with Office(init=["--example"]) as office:
        for number, text in enumerate(HOSTILE):
            office.write(f"records/companies/COM-H{number}.json",
                         {"id": f"COM-H{number}", "legal_name": text, "address": f"  {text}  ", "contact_name": "", "status": "active",
                          "recorded_by": "OFF-0001"})
        before = office.tree()
        for kind in KINDS:
            path = os.path.join(office.root, kind + ".csv")
            office.qbis("export", kind, "-o", path)
            with open(path, "rb") as f:
                data = f.read()
            expect(office.qbis("export", kind, wrap=False).out.encode() == data, "standard output is another")
            expect(data.startswith(b"\xef\xbb\xbf") and data.endswith(b"\r\n"), kind)
            done = office.qbis("--language", "en", "import", kind, path)
            expect("0 new records were written" in done.err and " 0 differ, 0 are wrong" in
                   done.err.replace(" from what is there", ""), done.err)
        expect(office.tree() == before, "something changed")


def test_export__brings_everything_back():
    with Office(init=["--example"]) as office:
        for number, text in enumerate(HOSTILE):
            office.write(f"records/companies/COM-H{number}.json",
                         {"id": f"COM-H{number}", "legal_name": text.strip(), "status": "active", "recorded_by": "OFF-0001"})
        tables = {}
        for kind in KINDS:
            tables[kind] = os.path.join(office.root, kind + ".csv")
            office.qbis("export", kind, "-o", tables[kind])
        with open(tables["company"], encoding="utf-8-sig", newline="") as f:
            for line in csv.reader(f):
                expect(not any(cell[:1] in "=+@\t\r" or (cell[:1] == "-" and not cell[1:].replace(".", "").isdigit())
                               for cell in line if cell), str(line))
        before = values(office)
        order = ["officer", "company", "facility", "commodity", "decree", "shipment", "visit", "finding"]
        for path in before:
            os.unlink(office.path(path))
        for kind in order:
            office.qbis("import", kind, tables[kind], status=0)
        after = values(office)
        expect({r["id"]: r for r in after.values()} == {r["id"]: r for r in before.values()},
               lambda: str([(a, after.get(a), before.get(a)) for a in {*after, *before} if after.get(a) != before.get(a)][:3]))


def test_export__leaves_out_what_is_wrong_and_says_so():
    with Office(TOBA()) as office:
        office.write("records/shipments/SHP-Z.json", shipment("SHP-Z", "N-9", import_country="ID"))
        done = office.qbis("--language", "en", "export", "shipment", status=1)
        expect("SHP-Z" not in done.out and "1 records with errors" in done.err, done.err)
        rows = list(csv.DictReader(io.StringIO(done.out.lstrip("\ufeff"))))
        expect([r["id"] for r in rows] == ["SHP-A", "SHP-B", "SHP-C", "SHP-D", "SHP-E", "SHP-F"], done.out)
        expect(rows[0]["lines[0].commodity"] == "CDT-0001" and "$schema" not in rows[0], str(rows[0]))
        template = office.qbis("export", "visit")
        expect(template.out.startswith("\ufeffid,facility,decree,") and template.out.count("\n") == 1, template.out)


if __name__ == "__main__":
    sys.exit(main(globals()))
