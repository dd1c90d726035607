# SPDX-License-Identifier: GPL-2.0-or-later
"""The trail: what commits say, looking back by officer, day and property, and bringing records back."""
import hashlib
import html.parser
import json
import os
import subprocess
import sys

from office import Office, case, expect, main, shipment

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


# --- looking back ---

class Looking(html.parser.HTMLParser):
    """Collects text, tags and attributes of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.data = [], [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *a) for a in attrs]

    def handle_data(self, data):
        self.data += data


def told(office, *args):
    return [(e["subject"], [r["path"] for r in e["records"]]) for e in json.loads(office.qbis("log", "--json", *args).out)]


def test_log__is_narrowed_by_author_day_and_property():
    with example() as office:
        office.edit(OPEN, result="nonconform", recorded_by="OFF-0002")
        os.utime(office.path(OPEN), (1593000000, 1593000000))  # 2020-06-24
        office.once(status=None)
        office.edit("records/officers/OFF-0002.json", name="Nama Baru", recorded_by="OFF-0001")
        office.once(status=None)
        office.edit(OPEN, status="closed")
        office.once(status=None)
        mine = told(office, "--author", "OFF-0002")
        expect([s for s, _ in mine[:2]] == ["Change visit VIS-2020-0002"] * 2, f"by both names: {mine}")
        expect(told(office, "--author", "nama baru") == mine[:1], "by a part of the name")
        expect(told(office, "--author", "nobody") == [], "somebody")
        office.qbis("log", "--author", "OFF-9999", status=2)
        expect(told(office, "--since", "2020-06-24", "--until", "2020-06-24") == mine[1:2], "the day")
        office.qbis("log", "--since", "yesterday", status=2)
        found = told(office, "--property", "result", "--since", "2020-06-24")
        expect(found[0] == mine[1] and len(found) == 2, str(found))
        one = json.loads(office.qbis("log", "VIS-2020-0002", "--property", "status", "--json").out)
        expect([[(c["pointer"], c["after"]) for c in e["records"][0]["changes"]] for e in one] ==
               [[("/status", "closed")], [("/status", "conducted")]], str(one))
        out = office.qbis(*LANGUAGE, "log", "VIS-2020-0002", "--property", "samples").out
        expect(out.count("samples: ") == 1 and "status" not in out, out)
        out = office.qbis(*LANGUAGE, "log", "--property", "name", "-n", "1").out
        expect("-> Nama Baru" in out and "records/officers/OFF-0002.json" in out, out)


def test_log__makes_a_page_for_an_auditor():
    with example() as office:
        office.edit(VISIT, result="inconclusive", note="<script>alert(1)</script>\u202e",
                    correction_reason="Salah <ketik>, 'lihat' & \"arsip\"")
        office.once(status=None)
        page = os.path.join(office.root, "visit.html")
        office.qbis(*LANGUAGE, "log", "VIS-2020-0001", "--html", page)
        text = open(page, encoding="utf-8").read()
        found = Looking(text)
        expect("script" not in found.tags and "<script" not in text and "<ketik>" not in text, "not escaped")
        expect("default-src 'none'" in text and not any(a in ("src", "onclick") for _, a, _ in found.attributes), "CSP")
        for part in ("result", "inconclusive", "Salah <ketik>, 'lihat' & \"arsip\"", office.head(), "History of VIS-2020-0001"):
            expect(part in found.data, f"{part} is not on the page")
        expect(text.count("<section") == 2, "two versions")
        done = subprocess.run(["tidy", "-q", "-e", page], capture_output=True, text=True)
        expect(done.returncode == 0, done.stderr)
        indonesian = office.qbis("--language", "id", "log", "VIS-2020-0001", "--html", "-").out
        expect("Riwayat VIS-2020-0001" in indonesian and 'lang="id"' in indonesian, "Indonesian")
        office.qbis("log", "--html", page, status=2)


def test_schedule__as_it_was_known_then():
    with Office(records=os.path.join(case("toba"), "records"), init=LANGUAGE) as office:
        office.once("2020-07-06")
        before = office.read("schedule/schedule.json")
        rev = office.head()
        path = next(p for p in office.tree() if p.startswith("records/shipments") and p.endswith(".json"))
        good = office.read(path)
        office.write(path, "{")  # wrong now: the version before stays in force
        office.once("2020-07-06", status=1)
        wrong = office.head()
        os.unlink(office.path(path))  # closed: it is put back from history
        office.edit("records/facilities/FAC-0001.json", name="Lain")
        office.write("records/shipments/2020/07/SHP-NEW.json", shipment("SHP-NEW", "2020.9/KT/1"))
        office.once("2020-07-10", status=None)
        expect(office.read("schedule/schedule.json") != before, "nothing changed")
        for revision in (rev, wrong):
            then = office.qbis("schedule", "--as-of", "2020-07-06", "--at", revision, "--format", "json", status=None)
            expect(then.out == before, f"{revision}: {then.out}\n{then.err}")
        expect(office.qbis("schedule", "--at", rev, "--format", "json").out == before, "as of what the commit says")
        expect(office.read(path) == good, "put back")
        office.qbis("schedule", "--at", "2001-01-01", status=2)
        expect(not [n for n in os.listdir(office.root) if n.startswith("qbis-")], "temporary directory left")


def test_show__a_day_means_its_end_in_the_folders_zone():
    with example() as office:
        def commit(when, result):
            office.edit(OPEN, result=result)
            office.qbis("watch", "--once", "--as-of", "2020-07-06", status=None, clock=when)
        commit("@2031-07-01 16:59:58", "nonconform")   # 23:59:58 in Jakarta
        commit("@2031-07-01 17:00:05", "inconclusive")  # the next day there
        found = json.loads(office.qbis("show", "VIS-2020-0002@2031-07-01").out)
        expect(found["result"] == "nonconform", str(found))
        expect(json.loads(office.qbis("show", "VIS-2020-0002@2031-07-02").out)["result"] == "inconclusive", "next day")


# --- signatures ---

def test_signed__plain_git_verifies_every_commit():
    with example() as office:
        for i in range(3):
            office.edit(OPEN, note=f"{i}")
            office.once(status=None)
        for commit in office.git("rev-list", "main").split():
            office.git("verify-commit", commit)
        office.qbis("git", "verify-commit", "main")
        expect(office.git("log", "-1", "--format=%G?%GS", "main").strip() == "Gq-bis@localhost", "as git log shows it")
        expect(os.stat(os.path.join(office.state, "signing_key")).st_mode & 0o777 == 0o600, "others may read the key")
        clone = os.path.join(office.root, "clone")
        subprocess.run(["git", "clone", "-q", f"{office.state}/history.git", clone], check=True, env=office.env)
        verify = ["git", "-C", clone, "-c", f"gpg.ssh.allowedSignersFile={office.state}/allowed_signers", "verify-commit", "HEAD"]
        subprocess.run(verify, check=True, env=office.env, capture_output=True)
        amended = office.git("-c", "user.name=x", "-c", "user.email=x@y", "commit-tree", "-p", "main~1", "-m", "forged",
                             "main^{tree}").strip()
        office.git("verify-commit", amended, status=1)
        office.fsck()


def test_signed__a_key_that_is_spoilt_or_lost_is_replaced():
    with example() as office:
        with open(os.path.join(office.state, "signing_key"), "w") as f:
            f.write("spoilt")
        office.edit(OPEN, note="1")
        expect("signing_key.broken" in office.qbis(*LANGUAGE, "watch", "--once", "--as-of", "2020-07-06", status=None).err,
               "nothing said")
        os.unlink(os.path.join(office.state, "signing_key"))
        office.edit(OPEN, note="2")
        office.once(status=None)
        with open(os.path.join(office.state, "allowed_signers")) as f:
            expect(len(f.readlines()) == 3, "three keys were used")
        for commit in office.git("rev-list", "main").split():
            office.git("verify-commit", commit)


def test_signed__init_makes_the_key():
    with Office(init=LANGUAGE) as office:
        states = os.path.join(office.root, "xdg", "qbis")
        keys = [os.path.join(states, d, "signing_key") for d in os.listdir(states)]
        expect(len(keys) == 1 and os.path.exists(keys[0]), str(keys))
        listed = subprocess.run(["ssh-keygen", "-l", "-f", keys[0]], capture_output=True, text=True)
        expect("ED25519" in listed.stdout, listed.stderr)


# --- anchors ---

ANCHORS = "status/anchors.txt"


def lines(office):
    return office.read(ANCHORS).splitlines() if office.exists(ANCHORS) else []


def test_anchors__a_line_a_day_and_machine():
    with example() as office:
        expect(not office.exists(ANCHORS), "nothing to anchor yet")

        def edit(note, state=office.state, clock="@2031-07-01 03:00:00"):
            office.edit(OPEN, note=note)
            own, office.state = office.state, state
            try:
                office.qbis("watch", "--once", "--as-of", "2020-07-06", status=None, clock=clock)
                return office.head()
            finally:
                office.state = own
        first = office.head()
        head = edit("1")
        edit("2")
        expect([l.split()[0] for l in lines(office)] == ["2031-07-01"] and lines(office)[0].endswith(first), lines(office))
        expect(office.in_head(ANCHORS), "not in history")
        edit("3", clock="@2031-07-01 17:00:00")  # the next day in Jakarta
        expect([l.split()[0] for l in lines(office)] == ["2031-07-01", "2031-07-02"], lines(office))
        other = os.path.join(office.root, "other")
        edit("4", other)
        edit("5", other)  # its first commit is there to be anchored now
        expect(len(lines(office)) == 3 and len({l.split()[1] for l in lines(office)}) == 2, lines(office))
        count = office.commits()
        office.qbis("watch", "--once", "--as-of", "2020-07-06", status=None, clock="@2031-07-01 17:00:00")
        expect(office.commits() == count + 1 and len(lines(office)) == 3, "the first takes the other's line")
        office.qbis("watch", "--once", "--as-of", "2020-07-06", status=None, clock="@2031-07-01 17:00:00")
        expect(office.commits() == count + 1, "and is at rest")
        expect(head != office.head() and office.status_clean(), "not clean")


def test_anchors__lines_that_are_taken_away_come_back():
    with example() as office:
        for note in "12":
            office.edit(OPEN, note=note)
            office.once(status=None)
        kept, before = office.read(ANCHORS), office.head()
        office.write(ANCHORS, "mine\n")
        office.once(status=None)
        expect(office.read(ANCHORS) == kept, office.read(ANCHORS))
        expect(subjects(office, before) == [f"Keep what was written into {ANCHORS}", f"Put back {ANCHORS}"],
               subjects(office, before))
        os.unlink(office.path(ANCHORS))
        office.once(status=None)
        expect(office.read(ANCHORS) == kept, "deleted")
        line = "2020-07-05 SHA256:" + "A" * 43 + " " + "0" * 40
        office.write("status/anchors (Budi's conflicted copy 2020-07-06).txt", line + "\n")
        office.once(status=None)
        expect(office.read(ANCHORS) == line + "\n" + kept, office.read(ANCHORS))
        expect(len([n for n in os.listdir(office.path("status")) if n.startswith("anchors")]) == 1, "the copy stayed")
        expect(not [p for p in office.problems() if p["code"] == "conflict"], str(office.problems()))


def test_anchors__can_be_turned_off():
    with example() as office:
        office.write("qbis.yaml", office.read("qbis.yaml") + "\noutputs: {anchors: false}\n")
        office.once(status=None)
        office.edit(OPEN, note="1")
        office.once(status=None)
        expect(not office.exists(ANCHORS), "written all the same")


if __name__ == "__main__":
    sys.exit(main(globals()))
