# SPDX-License-Identifier: GPL-2.0-or-later
"""Entering records: qbis new, with arguments and on a terminal."""
import json
import os
import pty
import re
import select
import sys
import time

from office import DEADLINE, QBIS, WRAP, Office, Failure, case, expect, main, shipment

TOBA = lambda: os.path.join(case("toba"), "records")
PLAIN = ["shipment", "decree=SK-2020-0077", "import_country=JP", "lines[0].commodity=CDT-0001",
         "lines[0].net_weight_kg=12000.5", "status=planned"]


def records(office):
    return {path: data for path, data in office.tree().items() if path.startswith("records/") and path.endswith(".json")}


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


if __name__ == "__main__":
    sys.exit(main(globals()))
