# SPDX-License-Identifier: GPL-2.0-or-later
"""`qbis resolve`: what contradicts is shown, and ends as a person answers, with a daemon and without one."""
import os
import sys

from office import Office, expect, main, wait_for
from test_conflict import FIRST, TOBA, VISIT, begin, beside, blob, conflicts, text, versions

COPY = beside(VISIT, " (Rina's conflicted copy 2020-07-06)")
OURS = {**FIRST, "planned_on": "2020-07-11", "note": "kami"}
THEIRS = {**FIRST, "planned_on": "2020-07-12", "note": "mereka", "recorded_by": "OFF-0009", "assignment_letter": "ST-9"}


def contradict(office, ours=OURS, theirs=THEIRS, status=0):
    begin(office)
    office.write(VISIT, ours if isinstance(ours, str) else text(ours))
    office.write(COPY, theirs if isinstance(theirs, str) else text(theirs))
    office.once(status=status)
    expect(conflicts(office), "there is no conflict")


def unseen(office):
    """The same without a pass that has seen it."""
    begin(office)
    office.write(VISIT, text(OURS))
    office.write(COPY, text(THEIRS))


def ended(office, record):
    expect(not office.exists(COPY) and not conflicts(office), str(office.problems()))
    expect(office.json(VISIT) == record, office.read(VISIT))
    held = versions(office)
    expect({blob(office, text(OURS)), blob(office, text(THEIRS))} <= held, "a version is lost")
    expect(office.status_clean(), office.git("status"))
    office.fsck()


def test_resolve__shows_both_values_whose_and_when():
    with Office(TOBA()) as office:
        contradict(office)
        message = conflicts(office)[0]["message"]
        for part in ("mine", "theirs", "qbis resolve VIS-C --take", "2020-07-06", "OFF-0001", "OFF-0009"):
            expect(part in message, message)
        before = office.tree()
        out = office.qbis("--language", "en", "resolve", "VIS-C", status=1).out
        for part in (VISIT, COPY, "OFF-0001", "OFF-0009", "planned_on", "note", '"2020-07-11"', '"2020-07-12"', '"kami"',
                     '"mereka"', "+07:00", "--take mine"):
            expect(part in out, part + "\n" + out)
        expect(office.tree() == before, "it wrote something")
        expect(office.qbis("resolve", VISIT, status=1).out and office.qbis("resolve", COPY, status=1).out, "by path")


def test_resolve__takes_one_side_or_property_by_property():
    merged = {**FIRST, "assignment_letter": "ST-9", "recorded_by": "OFF-0009"}
    for takes, record in ((("mine",), {**merged, "planned_on": "2020-07-11", "note": "kami"}),
                          (("theirs",), {**merged, "planned_on": "2020-07-12", "note": "mereka"}),
                          (("planned_on=theirs", "/note=mine"), {**merged, "planned_on": "2020-07-12", "note": "kami"}),
                          (("theirs", "note=mine"), {**merged, "planned_on": "2020-07-12", "note": "kami"})):
        with Office(TOBA()) as office:
            contradict(office)
            args = [part for take in takes for part in ("--take", take)]
            before = office.tree()
            office.qbis("resolve", "VIS-C", *args, "--dry-run")
            expect(office.tree() == before, "--dry-run wrote something")
            done = office.qbis("--language", "en", "resolve", "VIS-C", *args)
            expect("written" in done.out and "removed" in done.out, done.out)
            ended(office, record)
            message = office.git("log", "-1", "--format=%B", "main", "--", VISIT)
            expect("Merge visit VIS-C" in message and "planned_on as in the" in message, message)
            expect(office.qbis("resolve", "VIS-C", *args).out == "", "a second time")


def test_resolve__writes_nothing_while_something_is_open_or_wrong():
    with Office(TOBA()) as office:
        contradict(office)
        before = office.tree()
        for args, status, words in ((("--take", "note=theirs"), 1, "planned_on"),
                                    (("--take", "theirs", "--take", "officers=mine"), 2, "officers"),
                                    (("--take", "both"), 2, "both"), (("--take", "=mine"), 2, "=mine")):
            done = office.qbis("resolve", "VIS-C", *args, status=status)
            expect(words in done.err, done.err)
            expect(office.tree() == before, f"{args} wrote something")
        office.qbis("resolve", status=2)
        expect(office.qbis("resolve", "VIS-NONE", "--take", "mine").out == "", "nothing to decide is fine")


def test_resolve__refuses_what_would_be_invalid():
    with Office(TOBA()) as office:
        bad = {**THEIRS, "planned_on": "2020-07-12", "facility": "FAC-NONE"}
        contradict(office, theirs=bad)
        before = office.tree()
        done = office.qbis("resolve", "VIS-C", "--take", "theirs", status=1)
        expect("FAC-NONE" in done.out + done.err, done.out + done.err)
        expect(office.tree() == before, "it wrote something")


def test_resolve__what_makes_no_record_together_is_taken_whole():
    conducted = {**FIRST, "status": "conducted", "conducted_on": "2020-07-05", "result": "conform"}
    without = {k: v for k, v in FIRST.items() if k != "officers"}
    with Office(TOBA()) as office:
        contradict(office, conducted, without)
        office.qbis("resolve", "VIS-C", "--take", "mine")
        expect(office.json(VISIT) == conducted and not office.exists(COPY) and not office.problems(), office.read(VISIT))


def test_resolve__two_records_of_one_id():
    for take, record in (("mine", FIRST), ("theirs", {**FIRST, "planned_on": "2020-07-20", "assignment_letter": "ST-2"})):
        with Office(TOBA()) as office:
            office.once()
            office.write(VISIT, text(FIRST))
            office.write(COPY, text({**FIRST, "planned_on": "2020-07-20", "assignment_letter": "ST-2"}))
            office.once()
            expect("unrelated" not in str(conflicts(office)) and conflicts(office), str(office.problems()))
            office.qbis("resolve", "VIS-C", "--take", take)
            expect(office.json(VISIT) == record and not office.exists(COPY), office.read(VISIT))


def test_resolve__a_deleted_record():
    for take in ("mine", "theirs"):
        with Office(TOBA()) as office:
            begin(office)
            path = beside(VISIT, ".sync-conflict-20200706-101530-OBF7IUM")
            os.unlink(office.path(VISIT))
            edited = {**FIRST, "note": "tetap perlu"}
            office.write(path, text(edited))
            office.once()
            office.qbis("resolve", "VIS-C", status=1)
            office.qbis("resolve", "VIS-C", "--take", "note=mine", status=1)
            office.qbis("resolve", "VIS-C", "--take", take)
            expect(not office.exists(path) and not office.problems(), str(office.problems()))
            expect(office.exists(VISIT) == (take == "theirs"), "the wrong one won")
            if take == "theirs":
                expect(office.json(VISIT) == edited, office.read(VISIT))
            expect(blob(office, text(edited)) in versions(office) and office.status_clean(), "a version is lost")


def test_resolve__texts_that_are_no_json():
    with Office(TOBA()) as office:
        contradict(office, theirs='{"id": "VIS-C", "note": ')
        office.qbis("resolve", "VIS-C", "--take", "theirs", status=1)
        expect(office.exists(COPY), "the copy is gone")
        office.qbis("resolve", "VIS-C", "--take", "mine")
        expect(office.json(VISIT) == OURS and not office.exists(COPY), office.read(VISIT))
    with Office(TOBA()) as office:
        contradict(office, ours='{"id": "VIS-C", "note": ', status=1)
        office.qbis("resolve", "VIS-C", "--take", "mine", status=1)
        office.qbis("resolve", "VIS-C", "--take", "theirs")
        expect(office.json(VISIT) == THEIRS and not office.exists(COPY) and not office.problems(), office.read(VISIT))


def test_resolve__several_copies():
    with Office(TOBA()) as office:
        begin(office)
        others = [beside(VISIT, f".sync-conflict-20200706-10153{n}-OBF7IUM") for n in range(3)]
        office.write(VISIT, text(OURS))
        for number, path in enumerate(others):
            office.write(path, text({**FIRST, "planned_on": f"2020-07-2{number}", "officers": ["OFF-0001", "OFF-0009"]}))
        office.once()
        expect(len(conflicts(office)) == 3, str(office.problems()))
        office.qbis("resolve", others[1], "--take", "theirs")
        expect(office.json(VISIT)["planned_on"] == "2020-07-21" and not office.exists(others[1]), office.read(VISIT))
        office.qbis("resolve", "VIS-C", "--take", "mine")
        expect(not any(map(office.exists, others)) and not office.problems(), str(office.problems()))
        expect(office.json(VISIT) == {**OURS, "planned_on": "2020-07-21", "officers": ["OFF-0001", "OFF-0009"]},
               office.read(VISIT))


def test_resolve__copies_of_other_files():
    with Office(TOBA()) as office:
        office.write("attachments/surat.txt", "satu")
        begin(office)
        words = " (Rina's conflicted copy 2020-07-06)"
        letter, settings = beside("attachments/surat.txt", words, ".txt"), beside("qbis.yaml", words, ".yaml")
        office.write(letter, "dua")
        office.write(settings, "office: [")
        office.once()
        office.qbis("resolve", "attachments/surat.txt", "--take", "theirs")
        expect(office.read("attachments/surat.txt") == "dua" and not office.exists(letter), "the letter")
        done = office.qbis("resolve", "qbis.yaml", "--take", "theirs", status=1)
        expect(office.exists(settings), done.err)
        office.write(settings, office.read("qbis.yaml") + "\n# lain\n")
        office.once()
        office.qbis("resolve", "qbis.yaml", "--take", "theirs")
        expect("# lain" in office.read("qbis.yaml") and not office.problems(), str(office.problems()))
        expect({blob(office, "satu"), blob(office, "dua")} <= versions(office), "a version is lost")


def test_resolve__takes_what_history_does_not_have_into_it_first():
    with Office(TOBA()) as office:
        unseen(office)
        office.qbis("resolve", "VIS-C", "--take", "theirs")
        ended(office, {**FIRST, "assignment_letter": "ST-9", "recorded_by": "OFF-0009", "planned_on": "2020-07-12",
                       "note": "mereka"})


def test_resolve__while_a_daemon_runs():
    with Office(TOBA()) as office:
        contradict(office)
        office.start()
        office.qbis("resolve", "VIS-C", "--take", "theirs")
        wait_for(lambda: office.status_clean() and not conflicts(office), office.log)
        office.stop()
        ended(office, {**FIRST, "assignment_letter": "ST-9", "recorded_by": "OFF-0009", "planned_on": "2020-07-12",
                       "note": "mereka"})
        message = office.git("log", "-1", "--format=%B", "main", "--", VISIT)
        expect("Merge visit VIS-C" in message and "planned_on as in the conflict copy" in message, message)
        expect(not os.path.exists(os.path.join(office.state, "resolve.json")), "the mark is left")


def test_resolve__a_closed_record_stays_closed():
    with Office(TOBA()) as office:
        closed = {**FIRST, "status": "closed", "conducted_on": "2020-07-05", "result": "conform"}
        begin(office, closed)
        office.write(COPY, text({**closed, "result": "inconclusive"}))
        office.write(VISIT, text({**closed, "note": "lain"}))
        office.once(status=None)
        if office.exists(COPY):
            before = office.tree()
            office.qbis("resolve", "VIS-C", "--take", "theirs", status=1)
            expect(office.tree() == before, "it wrote something")
            office.qbis("resolve", "VIS-C", "--take", "mine")
        expect(office.json(VISIT)["result"] == "conform", office.read(VISIT))


if __name__ == "__main__":
    sys.exit(main({n: f for n, f in globals().items() if n.startswith("test_resolve__")}))
