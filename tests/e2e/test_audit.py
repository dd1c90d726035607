# SPDX-License-Identifier: GPL-2.0-or-later
"""qbis audit: a sound history passes, in the office and in clones; each way of tampering is named."""
import json
import os
import re
import subprocess
import sys
import zlib

from office import Office, expect, main

VISIT = "records/visits/2020/VIS-2020-0001.json"  # closed
OPEN = "records/visits/2020/VIS-2020-0002.json"
SCAN = "attachments/sk.pdf"
EN = ["--language", "en"]
CLOCK = "@2031-07-{:02d} 03:00:00"


def lived():
    """A week of an office: every day one change and its pass."""
    office = Office(init=["--language", "en", "--example"])
    office.day = 0

    def day(status=None):
        office.day += 1
        office.qbis("watch", "--once", "--as-of", "2020-07-06", status=status, clock=CLOCK.format(office.day))
    office.next_day = day
    day()
    office.write(SCAN, "scan")
    day()
    for note in ("one", "two", "three"):
        office.edit(OPEN, note=note)
        day()
    return office


def audit(office, *args, status=None):
    done = office.qbis("audit", "--json", *args, status=status)
    report = json.loads(done.out)
    expect(done.returncode == (1 if report["findings"] else 0), f"status {done.returncode}: {report['findings']}")
    return report


def found(office, *args):
    return {(f["code"], f["where"]) for f in audit(office, *args)["findings"]}


def codes(office, *args):
    return {c for c, _ in found(office, *args)}


def insider(office):
    """Options and environment by which a person at the machine signs and commits as Q-BIS does."""
    return ["-c", "gpg.format=ssh", "-c", f"user.signingkey={office.state}/signing_key"]


def commit(office, tree, parent, message, author="Q-BIS <q-bis@localhost>", sign=True, committer="Q-BIS <q-bis@localhost>",
           when="1940000000 +0700"):
    who = {}
    for role, person in (("AUTHOR", author), ("COMMITTER", committer)):
        name, email = re.fullmatch(r"(.*) <(.*)>", person).groups()
        who.update({f"GIT_{role}_NAME": name, f"GIT_{role}_EMAIL": email, f"GIT_{role}_DATE": when})
    kept, office.env = office.env, {**office.env, **who}
    try:
        parents = [w for p in ([parent] if isinstance(parent, str) else parent) for w in ("-p", p)]
        return office.git(*(insider(office) if sign else []), "commit-tree", *(["-S"] if sign else []), *parents, "-m", message,
                          tree).strip()
    finally:
        office.env = kept


def change_tree(office, path, text, base="main"):
    """A tree like that of a commit, with another text at a path."""
    index = {"GIT_INDEX_FILE": os.path.join(office.root, "index")}
    kept, office.env = office.env, {**office.env, **index}
    try:
        with open(os.path.join(office.root, "blob"), "w", encoding="utf-8") as f:
            f.write(text)
        blob = office.git("hash-object", "-w", os.path.join(office.root, "blob")).strip()
        office.git("read-tree", base)
        office.git("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}")
        return office.git("write-tree").strip()
    finally:
        office.env = kept


def body(office, revision="main"):
    return office.git("log", "-1", "--format=%B", revision)


def loose(office, revision):
    name = office.git("rev-parse", revision).strip()
    return os.path.join(office.state, "history.git", "objects", name[:2], name[2:]), name


def test_audit__a_sound_history_passes_wherever_it_is():
    with lived() as office:
        os.unlink(office.path(VISIT))  # what Q-BIS mends by itself is no finding
        office.next_day()
        office.edit(VISIT, result="inconclusive")  # without a reason: refused, and told
        office.next_day()
        office.edit(VISIT, result="inconclusive", correction_reason="typing error")
        office.next_day()
        office.write(OPEN, "{")
        office.next_day()
        office.edit("records/officers/OFF-0002.json", name="Nama Baru")
        office.write(OPEN, {**json.loads(office.git("show", f"main~3:{OPEN}")), "note": "mended"})
        office.next_day()
        office.write("schedule/schedule.csv", "mine")
        office.next_day()
        report = audit(office, status=0)
        expect(report["signed"] == report["commits"] == office.commits() and report["anchors"] > 3, str(report))
        expect(report["anchors_here"] == report["anchors"] and report["attachments"] == 1, str(report))
        done = office.qbis(*EN, "audit")
        expect("Nothing was found." in done.out and report["head"] in done.out, done.out)
        for kind in ([], ["--bare"], ["--mirror"]):
            clone = os.path.join(office.root, "clone" + "".join(kind))
            subprocess.run(["git", "clone", "-q", *kind, f"{office.state}/history.git", clone], check=True, env=office.env)
            there = json.loads(office.qbis("audit", clone, "--json", place=False).out)
            expect(there["head"] == report["head"] and not there["findings"], str(there))
            signers = ["--allowed-signers", os.path.join(office.state, "allowed_signers")]
            office.qbis("audit", clone, *signers, place=False)
        before = office.tree()
        office.git("repack", "-adq")
        office.git("prune-packed")
        expect(codes(office) == set() and office.tree() == before, "packed")


def test_audit__a_rewritten_commit():
    with lived() as office:
        old = office.git("rev-parse", "main~1").strip()
        new = commit(office, "main~1^{tree}", "main~2", "Change nothing", sign=False)
        office.git("update-ref", "refs/heads/main", commit(office, "main^{tree}", new, body(office), sign=False))
        there = found(office)
        expect(("unsigned", new) in there and ("anchor-lost", old) in there and ("commit-dropped", old) in there, str(there))
        text = office.qbis(*EN, "audit", status=1).out
        expect(f"[anchor-lost] {old}: " in text and "Compare with a copy" in text, text)


def test_audit__history_rewritten_by_somebody_who_has_the_key():
    with lived() as office:
        old = office.git("rev-parse", "main~1").strip()
        new = commit(office, change_tree(office, OPEN, "{}\n", "main~1"), "main~2", body(office, "main~1"))
        office.git("update-ref", "refs/heads/main", commit(office, "main^{tree}", new, body(office)))
        os.unlink(os.path.join(office.state, "history.git", "logs", "refs", "heads", "main"))
        there = found(office)
        expect(("anchor-lost", old) in there and not {"unsigned", "signature-bad"} & {c for c, _ in there}, str(there))
        kept = office.read("status/anchors.txt")
        office.write("status/anchors.txt", "".join(l for l in kept.splitlines(True) if old not in l))
        expect(("anchor-removed", "status/anchors.txt") in found(office), "it takes the anchors of all desks")


def test_audit__a_forged_author():
    with lived() as office:
        # git takes a full stop off the end of a name, so one without
        office.write("records/officers/OFF-0009.json", {"id": "OFF-0009", "name": "Dewi Contoh", "email": "dewi@example.org",
                                                        "role": "inspector", "status": "active", "recorded_by": "OFF-0001"})
        office.next_day()
        office.edit(OPEN, note="three again")
        office.next_day()
        text = office.git("cat-file", "commit", "main")
        person = "Dewi Contoh <dewi@example.org>"
        forged = re.sub(r"^author .*? <.*?>", f"author {person}", text, flags=re.M)
        expect(forged != text, "nothing forged")
        with open(os.path.join(office.root, "commit"), "w", encoding="utf-8") as f:
            f.write(forged)
        new = office.git("hash-object", "-t", "commit", "-w", os.path.join(office.root, "commit")).strip()
        office.git("update-ref", "refs/heads/main", new)
        there = found(office)
        expect(("signature-bad", new) in there and ("author-other", new) in there, str(there))
        for author, code in ((person, "author-other"), ("Orang Lain <lain@example.org>", "author-unknown")):
            new = commit(office, change_tree(office, OPEN, office.read(OPEN).replace("three", "four")), "main~1", "Change it", author)
            office.git("update-ref", "refs/heads/main", new)
            there = found(office)
            expect((code, new) in there and "signature-bad" not in {c for c, _ in there}, f"{code}: {there}")
        new = commit(office, "main^{tree}", "main~1", "Change it", committer="Orang Lain <lain@example.org>")
        office.git("update-ref", "refs/heads/main", new)
        expect(("committer", new) in found(office), "another committer")


def test_audit__a_changed_blob():
    with lived() as office:
        path, name = loose(office, f"main:{OPEN}")
        text = office.read(OPEN).replace("nonconform", "conform").replace("three", "third").encode()
        os.chmod(path, 0o644)
        with open(path, "wb") as f:
            f.write(zlib.compress(b"blob %d\0" % len(text) + text))
        expect(("object-broken", OPEN) in found(office), str(found(office)))
        with open(path, "wb") as f:
            f.write(b"nothing")
        expect(("object-broken", OPEN) in found(office), "no zlib stream")
        with open(path, "wb") as f:
            f.write(zlib.compress(b"blob %d\0" % len(text) + text)[:-9])
        expect(("object-broken", OPEN) in found(office), "cut off")
        os.unlink(path)
        there = audit(office)["findings"]
        expect([f["detail"] for f in there if f["code"] == "object-missing" and f["where"] == OPEN] == [name], str(there))


def test_audit__a_dropped_commit():
    with lived() as office:
        old = office.git("rev-parse", "main").strip()
        office.git("update-ref", "refs/heads/main", "main~1")
        there = found(office)
        expect({("commit-dropped", old), ("folder-differs", OPEN)} <= there, str(there))
        office.git("update-ref", "refs/heads/main", old)
        middle = office.git("rev-parse", "main~1").strip()
        office.git("update-ref", "refs/heads/main", commit(office, "main^{tree}", "main~2", body(office)))
        there = found(office)
        expect({("commit-dropped", middle), ("anchor-lost", middle)} <= there, str(there))


def test_audit__an_edited_output():
    with lived() as office:
        path = "schedule/schedule.csv"
        kept = office.read(path)
        office.write(path, kept.replace(",", ";"))
        expect(found(office) == {("output-differs", path)}, str(found(office)))
        os.unlink(office.path(path))
        expect(found(office) == {("output-differs", path)}, "deleted")
        office.write(path, kept)
        new = commit(office, change_tree(office, path, "forged\n"), "main", "Update the schedule\n\nAs-of: 2020-07-06")
        office.git("update-ref", "refs/heads/main", new)
        office.write(path, "forged\n")
        expect(("output-differs", path) in found(office), "in history too")
        clone = os.path.join(office.root, "clone")
        subprocess.run(["git", "clone", "-q", "--bare", f"{office.state}/history.git", clone], check=True, env=office.env)
        expect(("output-differs", path) in found(office, clone), "in a bare clone")


def test_audit__a_truncated_pack():
    with lived() as office:
        office.git("repack", "-adq")
        packs = os.path.join(office.state, "history.git", "objects", "pack")
        pack = next(n for n in os.listdir(packs) if n.endswith(".pack"))
        full = os.path.join(packs, pack)
        os.chmod(full, 0o644)
        with open(full, "r+b") as f:
            f.truncate(os.path.getsize(full) // 2)
        report = audit(office)
        there = {(f["code"], f["where"]) for f in report["findings"]}
        expect(("pack-broken", f"objects/pack/{pack}") in there, str(there))
        expect(report["counts"]["object-broken"] + report["counts"].get("object-missing", 0) > 10, str(report["counts"]))


def test_audit__a_closed_record_changed_behind_everybody():
    with lived() as office:
        record = {**office.json(VISIT), "result": "nonconform"}
        text = json.dumps(record, indent=2) + "\n"
        office.write(VISIT, text)
        person = office.git("log", "-1", "--format=%an <%ae>", "--", VISIT).strip()
        tree = change_tree(office, VISIT, text)
        new = commit(office, tree, "main", f"Change visit\n\nRecord: {VISIT}\nAs-of: 2020-07-06")
        office.git("update-ref", "refs/heads/main", new)
        there = {f["where"]: f["detail"] for f in audit(office)["findings"] if f["code"] == "frozen-changed"}
        expect(VISIT in there and "/result" in there[VISIT] and new[:10] in there[VISIT], f"{there} {person}")
        os.unlink(office.path(VISIT))
        index = {"GIT_INDEX_FILE": os.path.join(office.root, "index")}
        office.env.update(index)
        office.git("read-tree", "main~1")
        office.git("update-index", "--force-remove", VISIT)
        tree = office.git("write-tree").strip()
        for key in index:
            del office.env[key]
        office.git("update-ref", "refs/heads/main", commit(office, tree, "main~1", "Delete visit\n\nAs-of: 2020-07-06"))
        expect(("frozen-deleted", VISIT) in found(office), str(found(office)))


def test_audit__a_replaced_attachment():
    with lived() as office:
        office.write(SCAN, "scam")
        expect(found(office) == {("attachment-differs", SCAN)}, str(found(office)))
        new = commit(office, change_tree(office, SCAN, "scam"), "main", "Change it\n\nAs-of: 2020-07-06")
        office.git("update-ref", "refs/heads/main", new)
        expect(("attachment-differs", SCAN) in found(office), "committed without its sum")


def test_audit__what_history_does_not_know_of_the_folder():
    with lived() as office:
        office.write("records/companies/COM-0077.json", {"id": "COM-0077"})
        office.edit(OPEN, note="not recorded")
        os.unlink(office.path("records/commodities/CDT-0003.json"))
        expect(found(office) == {("folder-differs", "records/companies/COM-0077.json"), ("folder-differs", OPEN),
                                 ("folder-differs", "records/commodities/CDT-0003.json")}, str(found(office)))


def test_audit__two_parents_and_foreign_keys():
    with lived() as office:
        new = commit(office, "main^{tree}", ["main", "main~2"], "Merge\n\nAs-of: 2020-07-06")
        head = office.head()
        office.git("update-ref", "refs/heads/main", new)
        expect(("not-linear", new) in found(office), str(found(office)))
        office.git("update-ref", "refs/heads/main", head)
        os.unlink(os.path.join(office.state, "history.git", "logs", "refs", "heads", "main"))
        other = os.path.join(office.root, "other")
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", other], check=True)
        report = audit(office, "--allowed-signers", other + ".pub")
        expect(report["counts"]["signature-unknown"] == office.commits(), str(report["counts"]))
        expect(codes(office) == set(), "by its own keys")


def test_audit__where_there_is_nothing_to_look_at():
    with Office(init=EN) as office:
        expect("no history yet" in office.qbis(*EN, "audit", status=2).err, "none yet")
        office.qbis("audit", "/nowhere", status=2)
        office.qbis("audit", "a", "b", status=2)


if __name__ == "__main__":
    sys.exit(main(globals()))
