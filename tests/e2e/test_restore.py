# SPDX-License-Identifier: GPL-2.0-or-later
"""qbis restore: with and without a daemon, one record and many, and what it refuses."""
import os
import sys

from office import Office, expect, main, wait_for

OPEN = "records/visits/2020/VIS-2020-0002.json"
CLOSED = "records/visits/2020/VIS-2020-0001.json"
COMPANY = "records/companies/COM-0002.json"
EN = ["--language", "en"]


def example():
    office = Office(init=["--language", "en", "--example"])
    office.once(status=None)
    return office


def body(office):
    return office.git("log", "-1", "--format=%B", "main")


def gone(office, *paths):
    """Deletes records that are not closed and are used by nobody who is."""
    kept = {p: office.read(p) for p in paths}
    for path in paths:
        os.unlink(office.path(path))
    return kept


def test_restore__a_deleted_record_without_a_daemon():
    with example() as office:
        kept = gone(office, OPEN)
        office.once(status=None)
        before = office.head()
        done = office.qbis(*EN, "restore", "VIS-2020-0002", "--reason", "deleted by\nmistake", status=None)
        expect(OPEN in done.out and before[:10] in done.out, done.out + done.err)
        expect(office.read(OPEN) == kept[OPEN], "other bytes")
        text = body(office)
        expect(text.startswith("Restore visit VIS-2020-0002\n"), text)
        expect(f"restored from {before}^" in text, text)
        expect("\nReason: visit VIS-2020-0002: deleted by\\x0amistake\n" in text, text)
        expect(office.git("log", "-1", "--format=%an").strip() == "Q-BIS", "who restored is not known")
        expect(not os.path.exists(os.path.join(office.state, "restore.json")), "the mark stayed")
        expect("nothing" in office.qbis(*EN, "restore", "--deleted-since", "2020-01-01").err, "restored twice")
        office.fsck()


def test_restore__an_earlier_version_with_a_daemon():
    with example() as office:
        first, text = office.head(), office.read(OPEN)
        office.start()
        office.edit(OPEN, result="nonconform")
        wait_for(lambda: office.head() != first, "no commit")
        office.qbis(*EN, "restore", "VIS-2020-0002", "--at", first, "--reason", "wrong form", status=None)
        expect(office.read(OPEN) == text, "other bytes")
        expect("Restore visit VIS-2020-0002" in body(office) and "Reason: visit VIS-2020-0002: wrong form" in body(office),
               body(office))
        expect("result: nonconform -> conform" in body(office), body(office))
        office.edit(OPEN, result="inconclusive")  # an edit after it is an edit
        wait_for(lambda: "Change visit" in body(office), lambda: body(office))
        office.stop()
        office.fsck()


def test_restore__all_that_was_deleted_since_a_day():
    with example() as office:
        findings = [p for p in office.tree() if p.startswith("records/findings/")]
        kept = gone(office, OPEN, *[p for p in findings if not office.json(p).get("verified_on")])
        office.once(status=None)
        missing = [p for p in kept if not office.exists(p)]
        expect(len(missing) >= 2, str(missing))
        office.qbis("restore", "--deleted-since", "2099-01-01")
        expect([p for p in kept if not office.exists(p)] == missing, "of another time")
        listed = office.qbis("restore", "--deleted-since", "2020-01-01", "--dry-run").out.splitlines()
        expect(sorted(listed) == sorted(missing) and not office.exists(missing[0]), str(listed))
        os.makedirs(office.path("records/visits/lain"), exist_ok=True)
        office.qbis("restore", "--deleted-since", "2020-01-01", "--reason", "all", status=None)
        expect({p: office.read(p) for p in kept} == kept, "not all are back")
        expect(body(office).count("Reason: ") == len(missing), body(office))
        expect(office.status_clean(), "not clean")


def test_restore__where_the_record_lies_now():
    with example() as office:
        first = office.head()
        moved = "records/visits/lain/VIS-2020-0002.json"
        os.makedirs(office.path("records/visits/lain"))
        os.rename(office.path(OPEN), office.path(moved))
        office.edit(moved, result="nonconform")
        office.once(status=None)
        office.qbis("restore", "VIS-2020-0002", "--at", first, status=None)
        expect(office.json(moved)["result"] == "conform" and not office.exists(OPEN), "elsewhere")


def test_restore__tells_the_problems_of_what_it_brought_back():
    with example() as office:
        office.edit(OPEN, facility="FAC-9999")
        office.once(status=1)
        wrong = office.head()
        office.edit(OPEN, facility="FAC-0002")
        office.once(status=None)
        done = office.qbis(*EN, "restore", "VIS-2020-0002", "--at", wrong, status=1)
        expect("FAC-9999" in done.out and "error" in done.out, done.out)


def test_restore__refuses():
    with example() as office:
        first = office.head()
        office.edit(OPEN, result="nonconform")
        office.once(status=None)
        head = office.head()
        unseen = {**office.json(OPEN), "note": "not in history yet"}
        office.write(OPEN, unseen)
        done = office.qbis(*EN, "restore", "VIS-2020-0002", "--at", first, status=2)
        expect("history does not have" in done.err and office.json(OPEN) == unseen, done.err)
        office.write("notes.txt", "mine")
        expect("history knows no" in office.qbis(*EN, "restore", "VIS-1", status=2).err.lower(), "unknown")
        expect("still in the folder" in office.qbis(*EN, "restore", "COM-0001", status=2).err, "there")
        expect("by Q-BIS" in office.qbis(*EN, "restore", "schedule/schedule.csv", "--at", first, status=2).err, "output")
        for wrong in ([], ["COM-0001", "--deleted-since", "2020-01-01"], ["--deleted-since", "soon"],
                      ["COM-0001", "--at", "nothing"]):
            office.qbis("restore", *wrong, status=2)
        expect(office.head() == head and office.json(OPEN) == unseen, "something was done")
        office.once(status=None)
        expect("already" in office.qbis(*EN, "restore", "COM-0001", "--at", first).err, "the same")


if __name__ == "__main__":
    sys.exit(main(globals()))
