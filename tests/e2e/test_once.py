# SPDX-License-Identifier: GPL-2.0-or-later
"""One pass over everything: schedule, history, and that a second run changes nothing."""
import json
import os
import re
import sys

from office import Office, case, expect, main, shipment

NAMES = ["toba", "mixed-1", "mixed-2", "mixed-3", "mixed-4"]


def compare(office, expected):
    with open(os.path.join(expected, "schedule.json")) as f:
        expect(json.load(f) == office.json("schedule/schedule.json"), f"{expected}: schedule.json differs")
    wanted = sorted(os.listdir(os.path.join(expected, "facilities")))
    found = sorted(n for n in os.listdir(office.path("schedule/facilities")) if n.endswith(".json"))
    expect(wanted == found, f"{expected}: other facilities")
    for name in wanted:
        with open(os.path.join(expected, "facilities", name)) as f:
            expect(json.load(f) == office.json("schedule/facilities/" + name), f"{expected}: {name} differs")


def test_once__gives_the_expected_schedule_of_every_case_and_date():
    for name in NAMES:
        with Office(os.path.join(case(name), "records")) as office:
            for date in sorted(os.listdir(os.path.join(case(name), "expected"))):
                office.once(date)
                compare(office, os.path.join(case(name), "expected", date))
            expect(office.status_clean(), "git status is not clean")
            office.fsck()


def test_once__schedule_command_prints_the_same_without_writing():
    with Office(os.path.join(case("mixed-1"), "records")) as office:
        before = office.tree()
        for date in sorted(os.listdir(os.path.join(case("mixed-1"), "expected"))):
            out = office.qbis("schedule", "--as-of", date, "--format", "json").out
            with open(os.path.join(case("mixed-1"), "expected", date, "schedule.json")) as f:
                expect(json.load(f) == json.loads(out), f"{date} differs")
        expect(before == office.tree(), "the folder changed")
        expect(not os.path.exists(office.state), "a state directory was made")


def test_once__many_records_end_the_same_with_one_processor_or_all():
    """More files than are looked at without threads, some of them wrong in every way, some large."""
    outcomes = set()
    everything = os.sched_getaffinity(0)
    for processors in ({min(everything)}, everything):
        with Office(os.path.join(case("toba"), "records")) as office:
            settings = office.read("qbis.yaml")
            office.write("qbis.yaml", re.sub(r"folder_id: .*", "folder_id: 0123456789abcdef", settings))
            for i in range(1500):
                record = shipment(f"SHP-{i:05d}", f"2020.1.0901.0.K09.E.{i:08d}")
                if i % 97 == 0:
                    record["import_country"] = "ID"
                if i % 101 == 0:
                    record["certificate_number"] = f"2020.1.0901.0.K09.E.{i - 1:08d}"
                text = json.dumps(record)
                if i % 211 == 0:
                    text = text[:-1]
                if i % 307 == 0:
                    text += " " * 200000
                if i % 401 == 0:
                    text += " " * 1100000
                office.write(f"records/shipments/2020/{i % 7:02d}/SHP-{i:05d}.json", text)
            os.sched_setaffinity(0, processors)
            try:
                office.once(status=1)
                found = office.qbis("check", "--json", "--as-of", "2020-07-06", status=1).out
                bare = office.qbis("--state", office.state + "-none", "check", "--json", "--as-of", "2020-07-06", status=1).out
            finally:
                os.sched_setaffinity(0, everything)
            written = json.dumps(office.json("status/problems.json"))
            expect(json.dumps(json.loads(found)) == written, "check finds other problems than the pass")
            expect(json.loads(bare) == json.loads(found), "without history other problems are found")
            outcomes.add((office.git("rev-parse", "main^{tree}"), written, bare))
    expect(len(outcomes) == 1, "the outcome depends on the processors")


def test_once__a_second_run_changes_no_byte_and_makes_no_commit():
    with Office(os.path.join(case("toba"), "records")) as office:
        office.once()
        tree, head = office.tree(), office.head()
        stats = {p: os.stat(office.path(p)).st_mtime_ns for p in tree}
        office.once()
        expect(tree == office.tree(), "bytes changed")
        expect(stats == {p: os.stat(office.path(p)).st_mtime_ns for p in tree}, "a file was rewritten")
        expect(head == office.head(), "a commit was made")


def test_once__history_is_one_commit_an_author_and_holds_everything():
    with Office(os.path.join(case("toba"), "records")) as office:
        office.once()
        authors = office.git("log", "--format=%an <%ae>", "main").split("\n")[:-1]
        expect(authors == ["Petugas Contoh <popt@example.org>", "Q-BIS <q-bis@localhost>"], str(authors))
        tracked = set(office.git("ls-tree", "-r", "--name-only", "main").split("\n")[:-1])
        expect(tracked == set(office.tree()), f"history and folder differ: {tracked ^ set(office.tree())}")
        message = office.git("log", "-1", "--format=%B", "main")
        expect("Record: records/shipments/2020/06/SHP-A.json\n" in message, message)
        expect("Problems: 0\nAs-of: 2020-07-06\n" in message, message)
        trailers = office.git("log", "-1", "--format=%(trailers:key=As-of,valueonly)", "main").strip()
        expect(trailers == "2020-07-06", trailers)


def test_once__author_date_is_the_files_time_in_the_folders_zone():
    with Office(os.path.join(case("toba"), "records")) as office:
        office.once()
        office.write("records/shipments/2020/07/SHP-G.json", shipment("SHP-G", "G-1"))
        os.utime(office.path("records/shipments/2020/07/SHP-G.json"), (1594000000, 1594000000))
        office.once()
        date = office.git("log", "-1", "--format=%ad", "--date=iso-strict", "main").strip()
        expect(date == "2020-07-06T08:46:40+07:00", date)
        subject = office.git("log", "-1", "--format=%s", "main").strip()
        expect(subject == "Add shipment SHP-G", subject)


def test_once__a_change_is_told_property_by_property():
    with Office(os.path.join(case("toba"), "records")) as office:
        office.once()
        office.edit("records/companies/COM-0001.json", status="inactive", phone="+62614567890")
        office.once()
        message = office.git("log", "-1", "--format=%B", "main")
        expect(message.startswith("Change company COM-0001\n"), message)
        expect("status: active -> inactive" in message and "phone: none -> +62614567890" in message, message)


def test_once__files_that_are_no_records_are_kept_in_history_and_left_alone():
    with Office(os.path.join(case("toba"), "records")) as office:
        office.write("attachments/scan.pdf", "%PDF-1.4 not really\n")
        office.write("catatan.txt", "halo\n")
        office.write("records/shipments/2020/06/.SHP-A.json.swp", "vim\n")
        office.once()
        expect(office.in_head("attachments/scan.pdf") and office.in_head("catatan.txt"), "not in history")
        expect(not office.in_head("records/shipments/2020/06/.SHP-A.json.swp"), "a temporary file is in history")
        expect(office.status_clean(), "git status is not clean")


def test_once__a_new_history_begins_with_all_that_is_there():
    with Office(os.path.join(case("toba"), "records")) as office:
        office.once()
        tree = office.tree()
        office.state += "-new"
        done = office.once()
        expect(office.tree() == tree and office.status_clean(), "the new history is not whole")
        expect("ditulis" not in done.err or " 0 hasil ditulis" in done.err, done.err)


def test_once__edited_outputs_are_put_back_and_that_is_said():
    with Office(os.path.join(case("toba"), "records")) as office:
        office.once()
        good = office.read("schedule/schedule.csv")
        office.write("schedule/schedule.csv", good + "x\n")
        done = office.once()
        expect(office.read("schedule/schedule.csv") == good and "schedule/schedule.csv" in done.err, done.err)
        expect(office.git("show", "main~1:schedule/schedule.csv") == good + "x\n", "what was written is lost")
        expect(office.git("show", "main:schedule/schedule.csv") == good and office.status_clean(), "not put back")
        expect("dikembalikan" not in office.once("2020-07-07").err, "a new day is taken for an edit")


def test_once__another_day_rewrites_little():
    with Office(os.path.join(case("toba"), "records")) as office:
        office.once("2020-06-13")
        office.once("2020-06-14")
        changed = office.git("diff", "--name-only", "main~1", "main").split()
        expect(changed == ["schedule/schedule.html", "schedule/schedule.json", "status/anchors.txt"], str(changed))


def test_once__without_settings_it_says_so_and_writes_nothing():
    with Office(os.path.join(case("toba"), "records")) as office:
        office.once()
        head, tree = office.head(), office.tree()
        os.rename(office.path("qbis.yaml"), office.path("../qbis.yaml"))
        office.once(status=2)
        expect(office.head() == head, "a commit was made")
        os.rename(office.path("../qbis.yaml"), office.path("qbis.yaml"))
        expect(office.tree() == tree, "the folder changed")


def test_once__many_records_gone_are_held_until_accepted():
    with Office(os.path.join(case("mixed-2"), "records")) as office:
        office.once("2020-08-01")
        head = office.head()
        gone = []
        for base, _, names in os.walk(office.path("records/shipments")):
            gone += [os.path.join(base, n) for n in names if n.endswith(".json")]
        expect(len(gone) > 20, "the case is too small")
        kept = {}
        for path in gone:
            with open(path, "rb") as f:
                kept[path] = f.read()
            os.remove(path)
        done = office.once("2020-08-01", status=2)
        expect("accept" in done.err and office.head() == head, done.err)
        for path, content in kept.items():
            with open(path, "wb") as f:
                f.write(content)
        office.once("2020-08-01")
        expect(office.status_clean(), "git status is not clean")


if __name__ == "__main__":
    sys.exit(main(globals()))
