# SPDX-License-Identifier: GPL-2.0-or-later
"""Very many records gone or wrong at once are held: nothing is recorded, and status and pages say what it covers."""
import os
import sys

from office import Office, case, expect, main, wait_for
from test_conflict import TOBA

MANY = 320
STRICT = "kinds/company.yaml"


def path(number):
    return f"records/companies/{number % 2}/COM-X{number:04}.json"


def company(number, **more):
    return {"id": f"COM-X{number:04}", "legal_name": f"PT {number}", "status": "active", "recorded_by": "OFF-0001", **more}


def begin(office, count=MANY):
    for number in range(count):
        office.write(path(number), company(number))
    office.once()
    expect(not office.problems(), str(office.problems()))


def spoil(office, count, start=0):
    for number in range(start, start + count):
        office.write(path(number), company(number, status="ngawur"))


def outputs(office):
    """Without what tells of the hold."""
    return {p: b for p, b in office.tree().items() if p.startswith("schedule/") and p != "schedule/schedule.html"}


def told(office, code, count):
    found = [p for p in office.problems() if p["code"] == code]
    expect(len(found) == 1 and found[0]["severity"] == "error" and str(count) in found[0]["message"], str(found))
    for page in ("schedule/schedule.html", "status/problems.html"):
        expect(office.read(page).count('role="alert"') == 1 and "records/companies/" in office.read(page), page)


def untold(office):
    expect(not any('role="alert"' in office.read(p) for p in ("schedule/schedule.html", "status/problems.html")), "pages")
    expect(not any(p["code"].startswith("mass-") for p in office.problems()), str(office.problems()))


def test_hold__many_records_made_wrong_until_accepted():
    with Office(TOBA()) as office:
        begin(office)
        head, before = office.head(), outputs(office)
        spoil(office, 230)
        done = office.once(status=2)
        expect("230" in done.err and "qbis accept" in done.err, done.err)
        expect(office.head() == head and outputs(office) == before, "something was written")
        expect(not [p for p in office.tree() if p.endswith(".problem.txt")], "there are notes")
        told(office, "mass-invalid", 230)
        page = office.read("schedule/schedule.html")
        office.once(status=2)
        expect(office.read("schedule/schedule.html") == page, "the notice is told twice")
        office.qbis("accept")
        office.once(status=1)
        untold(office)
        expect(len({p["path"] for p in office.problems()}) == 230 and office.head() != head, "it was not accepted")
        # they are known to be wrong now: a few more hold nothing
        spoil(office, 50, 230)
        office.once(status=1)
        expect(office.status_clean(), office.git("status"))
        office.fsck()


def test_hold__many_records_made_wrong_and_right_again():
    with Office(TOBA()) as office:
        begin(office)
        head, before = office.head(), office.tree()
        spoil(office, 230)
        office.once(status=2)
        for number in range(230):
            office.write(path(number), company(number))
        office.once()
        untold(office)
        now = office.tree()
        expect({p for p in before if now.get(p) != before[p]} <= {"status/anchors.txt"}, office.git("log", "--stat", "-1"))
        expect("Put back" not in office.git("log", "--format=%s", f"{head}..main"), office.git("log", "--stat", "-1"))


def test_hold__not_so_many_are_not_held():
    with Office(TOBA()) as office:
        begin(office)
        spoil(office, 200)
        office.once(status=1)
    with Office(TOBA()) as office:
        begin(office, 30)
        spoil(office, 30)
        office.once(status=1)
    with Office(TOBA()) as office:  # a folder that is full of errors from the beginning
        spoil(office, 300)
        office.once(status=1)


def test_hold__a_kind_that_makes_everything_wrong():
    with Office(TOBA()) as office:
        begin(office)
        shipped = office.qbis("kinds", "company", "--shipped", status=None).out
        head = office.head()
        with open("schema/kinds/company.yaml", encoding="utf-8") as f:
            kind = f.read()
        office.write(STRICT, kind.replace("required: [", "required: [nib, ", 1))
        expect("nib," in office.read(STRICT), shipped)
        office.start()
        office.wait_log("wrong all at once")
        told(office, "mass-invalid", MANY + 1)
        out = office.qbis("--language", "en", "status", status=1).out
        for words in (f"{MANY + 1} records", "records/companies/0: 160", "records/companies/1: 160", "such as records/companies/",
                      "qbis accept"):
            expect(words in out, words + "\n" + out)
        last = office.qbis("status", "--json", status=1).out
        expect('"held_folders"' in last and '"held_names"' in last, last)
        expect(office.head() == head, "something was recorded")
        os.unlink(office.path(STRICT))
        office.wait_log("no longer holding")
        wait_for(lambda: not office.problems(), lambda: str(office.problems()))
        untold(office)
        office.stop()
        expect(office.status_clean(), office.git("status"))
        office.fsck()


def test_hold__the_daemon_accepts():
    with Office(TOBA()) as office:
        begin(office)
        office.start(settle="1000")
        for number in range(230):
            os.unlink(office.path(path(number)))
        office.wait_log("holding")
        told(office, "mass-deletion", 230)
        out = office.qbis("--language", "en", "status", status=1).out
        expect("230 records" in out and "records/companies/0: 115" in out and "COM-X0000" in out, out)
        office.qbis("accept")
        office.wait_log("no longer holding")
        wait_for(lambda: office.status_clean() and not office.in_head(path(0)), office.log)
        untold(office)
        expect("was undone" not in office.log(), office.log)
        office.stop()
        office.fsck()


if __name__ == "__main__":
    sys.exit(main({n: f for n, f in globals().items() if n.startswith("test_hold__")}))
