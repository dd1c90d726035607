# SPDX-License-Identifier: GPL-2.0-or-later
"""The trail: what commits say, looking back by officer, day and property, and bringing records back."""
import hashlib
import os
import sys

from office import Office, expect, main

VISIT = "records/visits/2020/VIS-2020-0001.json"  # closed
OPEN = "records/visits/2020/VIS-2020-0002.json"  # conducted
LANGUAGE = ["--language", "en"]


def example():
    office = Office(init=["--language", "en", "--example"])
    office.once(status=None)
    return office


def message(office, revision="main"):
    return office.git("log", "-1", "--format=%B", revision)


def subjects(office, since):
    return office.git("log", "--reverse", "--format=%s", f"{since}..main").splitlines()


def trailers(office, key, revision="main"):
    return office.git("log", "-1", f"--format=%(trailers:key={key},valueonly)", revision).split("\n")[:-2]


def test_commit__tells_each_property_and_when_it_was_written():
    with example() as office:
        office.edit(OPEN, result="nonconform", status="conducted")
        os.utime(office.path(OPEN), (1600000000, 1600000000))
        office.once(status=None)
        text = message(office)
        expect("Change visit VIS-2020-0002" == text.split("\n")[0], text)
        expect("\n  result: conform -> nonconform\n" in text, text)
        expect(trailers(office, "Record") == [OPEN], text)
        expect(office.git("log", "-1", "--format=%at %an").strip() == "1600000000 " +
               office.json("records/officers/OFF-0002.json")["name"], "author and his date")
        office.edit(OPEN, result="conform")
        os.utime(office.path(OPEN), (4000000000, 4000000000))  # a clock that is wrong
        office.once(status=None)
        author, committer = map(int, office.git("log", "-1", "--format=%at %ct").split())
        expect(author <= committer < 4000000000, f"{author} {committer}")


def test_commit__quotes_the_reason_of_a_correction():
    with example() as office:
        reason = "Salah ketik: \"112\" seharusnya 121, lihat surat tugas asli yang disimpan di arsip\nlantai dua " + "x" * 80
        office.edit(VISIT, result="inconclusive", correction_reason=reason)
        office.once(status=None)
        expect(trailers(office, "Reason") == ["visit VIS-2020-0001: " + reason.replace("\n", "\\x0a")], message(office))
        expect(not any(p["code"] == "frozen" for p in office.problems()), "refused")


def test_commit__says_that_a_closed_record_was_put_back():
    with example() as office:
        before, text = office.head(), office.read(VISIT)
        os.unlink(office.path(VISIT))
        office.once(status=None)
        expect(office.read(VISIT) == text, "not put back")
        expect(subjects(office, before) == ["Delete visit VIS-2020-0001", "Put back visit VIS-2020-0001"],
               subjects(office, before))
        expect("though it is closed" in message(office, "main~1"), message(office, "main~1"))
        expect(office.git("ls-tree", "main~1", VISIT) == "" and office.in_head(VISIT), "trees")
        expect(trailers(office, "Record") == [VISIT], message(office))
        expect(office.status_clean(), "not clean")
        count = office.commits()
        office.once(status=None)
        expect(office.commits() == count, "told twice")
        office.fsck()


def test_commit__says_that_an_output_was_put_back():
    with example() as office:
        before = office.head()
        office.write("schedule/schedule.csv", "mine\n")
        office.once(status=None)
        expect(subjects(office, before) == ["Keep what was written into schedule/schedule.csv",
                                            "Put back schedule/schedule.csv"], subjects(office, before))


def test_commit__holds_the_sha256_of_attachments():
    with example() as office:
        office.write("attachments/sk 77.pdf", "%PDF-\x00\u00e9")
        office.write("attachments/b.jpg", "b")
        office.once(status=None)
        expected = [hashlib.sha256(open(office.path("attachments", n), "rb").read()).hexdigest() + " attachments/" + n
                    for n in ("b.jpg", "sk 77.pdf")]
        expect(trailers(office, "Attachment") == expected, message(office))


if __name__ == "__main__":
    sys.exit(main(globals()))
