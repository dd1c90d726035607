# SPDX-License-Identifier: GPL-2.0-or-later
"""Conflict copies as sync clients leave them: merged where they agree, a problem where they do not, never lost."""
import json
import os
import sys
import time

from office import Office, case, expect, main, wait_for

TOBA = lambda: os.path.join(case("toba"), "records")
VISIT = "records/visits/2020/VIS-C.json"
FIRST = {"id": "VIS-C", "facility": "FAC-0001", "decree": "SK-2020-0077", "type": "routine", "planned_on": "2020-07-10",
         "officers": ["OFF-0001"], "status": "planned", "recorded_by": "OFF-0001", "note": "awal"}


def beside(path, words, end=".json"):
    return path[:-len(end)] + words + end


def text(record):
    return json.dumps(record, indent=2) + "\n"


def begin(office, record=None):
    """The record is in history, and its office has another officer."""
    officer = office.json("records/officers/OFF-0001.json")
    second = {**officer, "id": "OFF-0009", "name": "Budi", "email": "budi@example.org"}
    second.pop("nip", None)
    office.write("records/officers/OFF-0009.json", second)
    office.write(VISIT, text(record or FIRST))
    office.once()
    expect(not office.problems(), str(office.problems()))


def conflicts(office):
    return [p for p in office.problems() if p["code"] == "conflict"]


def versions(office):
    """Every blob that history holds."""
    listing = office.git("rev-list", "--objects", "main").split("\n")
    return {line.split(" ")[0] for line in listing}


def blob(office, content):
    path = os.path.join(office.root, "content")
    with open(path, "w", encoding="utf-8") as f:
        f.write(content)
    return office.git("hash-object", "--no-filters", path).strip()


NAMES = [" (Rina's conflicted copy 2020-07-06)", " (Salinan yang konflik dari Rina 2020-07-06)",
         ".sync-conflict-20200706-101530-OBF7IUM", " (conflicted copy 2020-07-06 101530)",
         " (SFConflict rina@example.org 2020-07-06-10-15-30)", "-PC-KANTOR", "-PC-KANTOR-2", " (1)", " 2", ".Conflict"]


def test_conflict__different_properties_are_merged_under_every_name():
    for words in NAMES + [None]:
        with Office(TOBA()) as office:
            begin(office)
            path = beside(VISIT, words) if words else VISIT + ".conflict1"
            ours = text({**FIRST, "planned_on": "2020-07-11"})
            theirs = text({**FIRST, "note": "bawa alat uji", "recorded_by": "OFF-0009"})
            office.write(VISIT, ours)
            office.write(path, theirs)
            office.once()
            expect(not office.exists(path), f"{path} is still there\n{office.problems()}")
            merged = office.json(VISIT)
            expect(merged == {**FIRST, "planned_on": "2020-07-11", "note": "bawa alat uji", "recorded_by": "OFF-0009"}, str(merged))
            expect(not office.problems(), str(office.problems()))
            held = versions(office)
            expect({blob(office, ours), blob(office, theirs), blob(office, office.read(VISIT))} <= held, "a version is lost")
            message = office.git("log", "-1", "--format=%an%n%B", "main")
            expect("Merge visit VIS-C" in message and os.path.basename(path) in message and "OFF-0009" in message
                   and message.startswith("Q-BIS"), message)
            expect("Budi" in office.git("log", "--format=%an", "main", "--", path), "the copy is not its author's")
            head = office.head()
            office.once()
            expect(office.head() == head and office.status_clean(), "it is not at rest")
            office.fsck()


def test_conflict__the_machine_that_lost_makes_the_same_bytes():
    ours = text({**FIRST, "planned_on": "2020-07-11"})
    theirs = text({**FIRST, "note": "bawa alat uji"})
    path = beside(VISIT, ".sync-conflict-20200706-101530-OBF7IUM")
    results = []
    for loser in (False, True):
        with Office(TOBA()) as office:
            begin(office)
            office.write(VISIT, theirs if loser else ours)
            office.once()
            office.write(VISIT, ours)
            office.write(path, theirs)
            office.once()
            expect(not office.exists(path), str(office.problems()))
            results.append(office.read(VISIT))
    expect(results[0] == results[1], "\n".join(results))


def test_conflict__a_contradiction_waits_and_ends_by_hand():
    with Office(TOBA()) as office:
        begin(office)
        path = beside(VISIT, " (Rina's conflicted copy 2020-07-06)")
        ours = {**FIRST, "planned_on": "2020-07-11"}
        theirs = {**FIRST, "planned_on": "2020-07-12", "note": "lain", "recorded_by": "OFF-0009"}
        office.write(VISIT, text(ours))
        office.write(path, text(theirs))
        office.once()
        expect(office.read(VISIT) == text(ours) and office.read(path) == text(theirs), "something was changed")
        found = conflicts(office)
        expect(len(found) == 1 and found[0]["path"] == path and found[0]["pointer"] == "/planned_on", str(found))
        expect(found[0]["severity"] == "warning" and found[0]["record"] == "VIS-C" and found[0]["line"] == 6, str(found))
        for part in ("2020-07-11", "2020-07-12", "OFF-0001", "OFF-0009"):
            expect(part in found[0]["message"], found[0]["message"])
        # a later edit of another property does not pass for an answer
        office.write(VISIT, text({**ours, "type": "follow_up"}))
        office.once()
        expect(len(conflicts(office)) == 1 and office.exists(path), str(office.problems()))
        # taking the copy's value is one: what is left is merged
        office.write(VISIT, text({**ours, "type": "follow_up", "planned_on": "2020-07-12"}))
        office.once()
        expect(not office.problems() and not office.exists(path), str(office.problems()))
        expect(office.json(VISIT)["note"] == "lain", office.read(VISIT))


def test_conflict__deleting_the_copy_ends_it():
    with Office(TOBA()) as office:
        begin(office)
        path = beside(VISIT, " (1)")
        office.write(VISIT, text({**FIRST, "planned_on": "2020-07-11"}))
        office.write(path, text({**FIRST, "planned_on": "2020-07-12"}))
        office.once()
        expect(len(conflicts(office)) == 1, str(office.problems()))
        os.unlink(office.path(path))
        office.once()
        expect(not office.problems() and office.json(VISIT)["planned_on"] == "2020-07-11", str(office.problems()))
        expect(office.status_clean(), "it is not at rest")


def test_conflict__what_would_be_no_valid_record_is_none():
    with Office(TOBA()) as office:
        begin(office)
        path = beside(VISIT, ".sync-conflict-20200706-101530-OBF7IUM")
        conducted = {**FIRST, "status": "conducted", "conducted_on": "2020-07-05", "result": "conform"}
        office.write(VISIT, text(conducted))
        without = {k: v for k, v in FIRST.items() if k != "officers"}
        office.write(path, text(without))
        office.once()
        found = conflicts(office)
        expect(len(found) == 1 and found[0]["pointer"] == "" and office.json(VISIT) == conducted, str(office.problems()))


def test_conflict__two_records_of_one_id():
    with Office(TOBA()) as office:
        office.once()
        path = beside(VISIT, ".sync-conflict-20200706-101530-OBF7IUM")
        other = {**FIRST, "planned_on": "2020-07-20", "note": "yang lain"}
        office.write(VISIT, text(FIRST))
        office.write(path, text(other))
        office.once()
        expect(office.json(VISIT) == FIRST and office.json(path) == other, "something was changed")
        expect([p["pointer"] for p in conflicts(office)] == ["", "/planned_on", "/note"], str(conflicts(office)))


def test_conflict__edited_here_and_deleted_there():
    with Office(TOBA()) as office:
        begin(office)
        path = beside(VISIT, ".sync-conflict-20200706-101530-OBF7IUM")
        os.unlink(office.path(VISIT))
        office.write(path, text({**FIRST, "note": "tetap perlu"}))
        office.once()
        expect(len(conflicts(office)) == 1 and office.exists(path) and not office.exists(VISIT), str(office.problems()))
        os.rename(office.path(path), office.path(VISIT))
        office.once()
        expect(not office.problems() and office.json(VISIT)["note"] == "tetap perlu", str(office.problems()))


def test_conflict__several_copies_of_one_record():
    with Office(TOBA()) as office:
        begin(office)
        paths = [beside(VISIT, words) for words in NAMES[:3]]
        changes = [{"note": "satu"}, {"assignment_letter": "ST-2"}, {"officers": ["OFF-0001", "OFF-0009"]}]
        office.write(VISIT, text({**FIRST, "planned_on": "2020-07-11"}))
        for path, change in zip(paths, changes):
            office.write(path, text({**FIRST, **change}))
        office.once()
        expected = {**FIRST, "planned_on": "2020-07-11"}
        for change in changes:
            expected.update(change)
        expect(office.json(VISIT) == expected and not any(map(office.exists, paths)), office.read(VISIT))
        office.fsck()


def test_conflict__copies_of_everything_else():
    with Office(TOBA()) as office:
        office.write("attachments/surat.txt", "satu")
        begin(office)
        words = " (Rina's conflicted copy 2020-07-06)"
        page = beside("schedule/schedule.json", words)
        settings = beside("qbis.yaml", words, ".yaml")
        letter = beside("attachments/surat.txt", words, ".txt")
        office.write(page, "lama")
        office.write(settings, office.read("qbis.yaml") + "\n# lain\n")
        office.write(letter, "dua")
        office.once()
        expect(not office.exists(page), "the copy of an output is still there")
        expect(blob(office, "lama") in versions(office), "what was in it is lost")
        expect(sorted(p["path"] for p in conflicts(office)) == sorted([settings, letter]), str(office.problems()))
        expect(office.exists(settings) and office.read(letter) == "dua", "a copy is gone")
        # an unchanged whole pass says the same
        office.once()
        expect(len(conflicts(office)) == 2 and office.status_clean(), str(office.problems()))


def test_conflict__a_kind_and_its_copy():
    with Office(TOBA()) as office:
        kind = "kinds/asset.yaml"
        office.write(kind, "x-qbis-kind: asset\nx-qbis-folder: assets\nx-qbis-prefix: AST\ntype: object\n"
                           "properties:\n  id: {type: string}\n  recorded_by: {type: string}\n")
        begin(office)
        copy = beside(kind, ".sync-conflict-20200706-101530-OBF7IUM", ".yaml")
        office.write(copy, office.read(kind).replace("AST", "ASX"))
        office.once()
        expect([p["path"] for p in office.problems()] == [copy], str(office.problems()))
        office.write("records/assets/AST-1.json", {"id": "AST-1", "recorded_by": "OFF-0001"})
        office.once()
        expect([p["path"] for p in office.problems()] == [copy], str(office.problems()))


def test_conflict__records_that_look_alike_stay_records():
    with Office(TOBA()) as office:
        begin(office)
        twin = "records/visits/2020/VIS-C-2.json"
        office.write(twin, text({**FIRST, "id": "VIS-C-2", "planned_on": "2020-07-12"}))
        office.once()
        expect(not office.problems() and office.exists(twin), str(office.problems()))


def test_conflict__a_copy_that_comes_before_its_rival():
    """On a third machine: the copy arrives while the record is still what both changed."""
    ours, theirs = {**FIRST, "planned_on": "2020-07-11"}, {**FIRST, "note": "bawa alat uji"}
    with Office(TOBA()) as office:
        begin(office)
        office.start()
        path = beside(VISIT, ".sync-conflict-20200706-101530-OBF7IUM")
        before = os.stat(office.path(VISIT)).st_mtime - 60
        office.replace(path, text(theirs))
        wait_for(lambda: conflicts(office), office.log)
        other = os.path.join(office.root, "other.json")
        with open(other, "w", encoding="utf-8") as f:
            f.write(text(ours))
        os.utime(other, (before, before))  # as sync clients keep it
        os.rename(other, office.path(VISIT))
        wait_for(lambda: not office.exists(path), lambda: office.log() + str(office.problems()))
        expect(office.json(VISIT) == {**ours, "note": "bawa alat uji"}, office.read(VISIT))
        wait_for(lambda: not office.problems() and office.status_clean(), office.log)
        office.stop()
        office.fsck()


def test_conflict__what_a_person_writes_later_is_no_rival():
    """Without an ancestor in history the copy's values are not taken for the change of the other side."""
    with Office(TOBA()) as office:
        begin(office)
        path = beside(VISIT, ".sync-conflict-20200706-101530-OBF7IUM")
        office.write(path, text({**FIRST, "planned_on": "2020-07-12", "note": "mereka"}))
        office.once()
        expect(len(conflicts(office)) == 3, str(office.problems()))
        office.write(VISIT, text({**FIRST, "type": "follow_up"}))
        os.utime(office.path(VISIT), (time.time() + 5, time.time() + 5))
        office.once()
        expect(office.json(VISIT)["note"] == "awal" and office.exists(path) and conflicts(office), office.read(VISIT))


def test_conflict__an_ambiguous_name_settles_when_its_record_comes():
    for words in (" 2", " (1)", "-PC-KANTOR", " (kopi 2020-07-06)"):
        with Office(TOBA()) as office:
            begin(office)
            os.unlink(office.path(VISIT))
            office.once()
            office.start()
            path = beside(VISIT, words)
            office.replace(path, text({**FIRST, "note": "bawa alat uji"}))
            wait_for(lambda: any(p["code"] == "id-name" for p in office.problems()), office.log)
            office.replace(VISIT, text(FIRST))
            wait_for(lambda: not any(p["code"] == "id-name" for p in office.problems()), lambda: str(office.problems()))
            wait_for(lambda: conflicts(office) or not office.exists(path), office.log)
            # the original goes again: it is what a start would find
            if office.exists(path):
                os.unlink(office.path(VISIT))
                wait_for(lambda: [p["code"] for p in office.problems()] == ["id-name"], lambda: str(office.problems()))
            office.stop()
            before = office.read("status/problems.json")
            office.once(status=None)
            expect(office.read("status/problems.json") == before, office.read("status/problems.json"))


def test_conflict__the_daemon_merges_at_once():
    with Office(TOBA()) as office:
        begin(office)
        office.start()
        path = beside(VISIT, ".sync-conflict-20200706-101530-OBF7IUM")
        # the record first: a copy that is seen before the record's other version waits for a person
        office.replace(VISIT, text({**FIRST, "planned_on": "2020-07-11"}))
        office.replace(path, text({**FIRST, "note": "bawa alat uji"}))
        wait_for(lambda: not office.exists(path), lambda: office.log())
        wait_for(lambda: office.status_clean(), lambda: office.log())
        expect(office.json(VISIT) == {**FIRST, "planned_on": "2020-07-11", "note": "bawa alat uji"}, office.read(VISIT))
        expect("merged into" in office.log(), office.log())
        office.stop()
        office.fsck()


if __name__ == "__main__":
    sys.exit(main(globals()))
