# SPDX-License-Identifier: GPL-2.0-or-later
"""The daemon: every way in which a file comes, changes, moves and goes reaches history and schedule."""
import glob
import json
import os
import signal
import sys
import time

from office import QBIS, Office, case, expect, main, shipment, wait_for

TOBA = lambda: os.path.join(case("toba"), "records")
SCHEDULE = "schedule/schedule.json"


def counted(office):
    return office.json(SCHEDULE)["chains"][0]["counted"]


def reaches(office, path, count):
    wait_for(lambda: office.in_head(path) and counted(office) == count,
             lambda: f"{path} did not arrive with {count} counted\n" + office.log())


def test_daemon__a_record_renamed_into_place_reaches_schedule_and_history():
    with Office(TOBA()) as office:
        office.start()
        expect(counted(office) == 6, "the first pass is wrong")
        office.replace("records/shipments/2020/07/SHP-G.json", shipment("SHP-G", "N-7"))
        reaches(office, "records/shipments/2020/07/SHP-G.json", 7)
        office.stop()
        expect(office.status_clean(), office.git(f"--work-tree={office.folder}", "status", "--porcelain"))
        office.fsck()


def test_daemon__a_record_written_slowly_in_place_makes_one_commit_and_no_note():
    with Office(TOBA()) as office:
        office.start(settle="400")
        before = office.commits()
        text = json.dumps(shipment("SHP-G", "N-7"), indent=2)
        path = office.path("records/shipments/2020/07/SHP-G.json")
        pieces = [text[i * len(text) // 10:(i + 1) * len(text) // 10] for i in range(10)]
        with open(path, "w") as f:
            for piece in pieces:
                f.write(piece)
                f.flush()
                time.sleep(0.1)  # a person types: the pauses are the input, nothing is waited for
        reaches(office, "records/shipments/2020/07/SHP-G.json", 7)
        expect(office.commits() == before + 1, office.git("log", "--format=%s", "main"))
        office.stop()
        expect("problem.txt" not in office.git("log", "--name-only", "--format=", "main"), "a note was written")


def test_daemon__a_record_in_a_new_folder_is_seen():
    with Office(TOBA()) as office:
        office.start()
        office.write("records/shipments/2020/09/deep/er/SHP-G.json", shipment("SHP-G", "N-7"))
        reaches(office, "records/shipments/2020/09/deep/er/SHP-G.json", 7)
        office.write("records/shipments/2020/09/deep/er/SHP-H.json", shipment("SHP-H", "N-8"))
        reaches(office, "records/shipments/2020/09/deep/er/SHP-H.json", 8)
        office.stop()


def test_daemon__a_record_that_moves_is_the_same_record():
    with Office(TOBA()) as office:
        office.start()
        old, new = "records/shipments/2020/07/SHP-F.json", "records/shipments/2020/06/SHP-F.json"
        os.rename(office.path(old), office.path(new))
        wait_for(lambda: office.in_head(new) and not office.in_head(old), lambda: office.log())
        expect(counted(office) == 6 and office.problems() == [], "the record did not move whole")
        expect(not office.exists(old), "it was put back")
        os.rename(office.path("records/shipments/2020"), office.path("records/shipments/tahun-2020"))
        wait_for(lambda: office.in_head("records/shipments/tahun-2020/06/SHP-A.json")
                 and not office.in_head("records/shipments/2020/06/SHP-A.json"), lambda: office.log())
        expect(counted(office) == 6 and office.problems() == [], "the folder did not move whole")
        office.stop()
        expect(office.status_clean(), "git status is not clean")


def test_daemon__a_record_replaced_by_a_folder_is_told_and_stays_in_use():
    with Office(TOBA()) as office:
        office.start()
        path = "records/companies/COM-0001.json"
        good = office.read(path)
        os.remove(office.path(path))
        os.mkdir(office.path(path))
        wait_for(lambda: [(p["code"], p["path"]) for p in office.problems()] == [("not-a-file", path)],
                 lambda: f"{office.problems()}\n{office.log()}")
        os.rmdir(office.path(path))
        office.replace(path, good)
        wait_for(lambda: not office.problems(), lambda: f"{office.problems()}\n{office.log()}")
        office.stop()
        expect(office.status_clean(), "git status is not clean")


def test_daemon__a_deleted_record_is_gone_and_a_closed_one_comes_back():
    with Office(TOBA()) as office:
        office.write("records/shipments/2020/07/SHP-P.json",
                     {**shipment("SHP-P", None), "status": "planned", "certificate_number": "N-99"})
        office.start()
        os.remove(office.path("records/shipments/2020/07/SHP-P.json"))
        wait_for(lambda: not office.in_head("records/shipments/2020/07/SHP-P.json"), lambda: office.log())
        os.remove(office.path("records/shipments/2020/07/SHP-F.json"))
        wait_for(lambda: office.exists("records/shipments/2020/07/SHP-F.json"), lambda: office.log())
        expect(counted(office) == 6, "a closed record left the schedule")
        office.stop()
        expect("put back" in office.log(), office.log())


def test_daemon__removed_output_is_written_again():
    with Office(TOBA()) as office:
        office.start()
        good = office.read("schedule/schedule.csv")
        os.remove(office.path("schedule/schedule.csv"))
        wait_for(lambda: office.exists("schedule/schedule.csv"), lambda: office.log())
        office.write("schedule/schedule.csv", "diubah\n")
        wait_for(lambda: office.read("schedule/schedule.csv") == good, lambda: office.log())
        office.stop()


def test_daemon__ends_after_the_pass_on_either_signal():
    for how in (signal.SIGTERM, signal.SIGINT):
        with Office(TOBA()) as office:
            office.start()
            office.replace("records/shipments/2020/07/SHP-G.json", shipment("SHP-G", "N-7"))
            office.stop(how)
            office.once()  # what was not seen yet is seen now
            expect(counted(office) == 7 and office.status_clean(), "something was lost")


def test_daemon__a_second_one_says_who_holds_the_folder():
    with Office(TOBA()) as office:
        daemon = office.start()
        done = office.qbis("watch", status=2)
        expect(str(daemon.pid) in done.err, done.err)
        done = office.qbis("status", status=0)
        expect(str(daemon.pid) in done.out, done.out)
        office.stop()
        expect(str(daemon.pid) not in office.qbis("status").out, "status speaks of a daemon that ended")


def test_daemon__killed_it_goes_on_where_it_was():
    with Office(TOBA()) as office:
        office.start()
        office.daemon.kill()
        office.daemon.wait()
        office.write("records/shipments/2020/07/SHP-G.json", shipment("SHP-G", "N-7"))
        office.start()
        expect(counted(office) == 7, "the change made meanwhile was not seen")
        office.stop()
        office.fsck()


def test_daemon__at_midnight_the_schedule_has_the_new_date():
    with Office(TOBA()) as office:
        # 16:59:50 UTC is 23:59:50 in Jakarta; the clock of the daemon runs on from there
        library = glob.glob("/usr/lib/*/faketime/libfaketime.so.1")
        expect(library, "libfaketime is not installed")
        office.start(as_of=None, env={"LD_PRELOAD": library[0], "FAKETIME": "@2020-07-10 16:59:50",
                                      "DONT_FAKE_MONOTONIC": "1", "ASAN_OPTIONS": "verify_asan_link_order=0"})
        expect(office.json(SCHEDULE)["as_of"] == "2020-07-10", office.json(SCHEDULE)["as_of"])
        wait_for(lambda: office.json(SCHEDULE)["as_of"] == "2020-07-11", lambda: office.log(), 90)
        wait_for(lambda: "As-of: 2020-07-11" in office.git("log", "-1", "--format=%B", "main"), lambda: office.log())
        office.stop()


if __name__ == "__main__":
    sys.exit(main(globals()))
