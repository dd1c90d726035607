# SPDX-License-Identifier: GPL-2.0-or-later
"""What is put back is so at most three times in a minute; then a problem says it, and it is tried again later."""
import os
import signal
import sys

from office import Office, case, expect, faked, main, wait_for

TOBA = lambda: os.path.join(case("toba"), "records")
CSV = "schedule/schedule.csv"
CLOCK = "@2020-07-06 03:00:00"
FAST = CLOCK + " x40"  # a minute in 1.5 s


def fight(office, path, change, back):
    """Changes the file whenever it is as it should be; how often it was put back, until it is not any more."""
    times = 0
    while True:
        change()
        wait_for(lambda: back() or "again and again" in office.log(), office.log)
        if not back():
            return times
        times += 1
        expect(times < 10, office.log)


def problem(office, path):
    return [p for p in office.problems() if p["code"] == "put-back" and p["path"] == path]


def begin(office, clock=CLOCK):
    office.once()
    office.start(as_of=None, env=faketime(clock))


def faketime(clock):
    return {**faked(clock), "FAKETIME_DONT_RESET": "1"}


def test_putback__an_output_that_somebody_keeps_writing_is_left_alone():
    with Office(TOBA()) as office:
        begin(office)
        wait_for(lambda: office.status_clean(), office.log)
        right = office.read(CSV)
        times = fight(office, CSV, lambda: office.write(CSV, "ganti\n"), lambda: office.read(CSV) == right)
        expect(times == 3, f"put back {times} times\n{office.log()}")
        found = wait_for(lambda: problem(office, CSV), office.log)
        expect(found[0]["severity"] == "warning", str(found))
        wait_for(lambda: office.status_clean(), lambda: office.git("status") + office.log())
        expect(office.read(CSV) == "ganti\n" and office.git("show", "main:" + CSV) == "ganti\n", "what is there is not kept")
        # whoever wrote gives in
        office.write(CSV, right)
        wait_for(lambda: not problem(office, CSV), office.log)
        office.stop()
        office.fsck()


def test_putback__other_outputs_go_on_meanwhile():
    with Office(TOBA()) as office:
        begin(office)
        right = office.read(CSV)
        fight(office, CSV, lambda: office.write(CSV, "ganti\n"), lambda: office.read(CSV) == right)
        office.edit("records/companies/COM-0001.json", legal_name="PT Lain")
        wait_for(lambda: "PT Lain" in office.read("schedule/schedule.html"), office.log)
        expect(office.read(CSV) == "ganti\n", "it was put back")
        office.stop()


def test_putback__it_is_tried_again_later():
    with Office(TOBA()) as office:
        begin(office, FAST)
        path = "schedule/schedule.ics"
        for _ in range(50):
            before = office.log().count("was undone")
            office.write(path, "ganti\n")
            wait_for(lambda: (office.log().count("was undone") > before and office.read(path) != "ganti\n") or
                     "again and again" in office.log(), office.log)
            if "again and again" in office.log():
                break
        expect("again and again" in office.log(), office.log)
        # its minute is over soon on that clock; a signal asks for a look
        def back():
            office.daemon.send_signal(signal.SIGHUP)
            return office.read(path) != "ganti\n" and not problem(office, path)
        wait_for(back, lambda: office.log() + str(office.problems()))
        office.stop()


def test_putback__a_removed_output_and_a_closed_record():
    with Office(TOBA()) as office:
        begin(office)
        times = fight(office, CSV, lambda: os.unlink(office.path(CSV)), lambda: office.exists(CSV))
        expect(times == 3, f"put back {times} times\n{office.log()}")
        record = "records/decrees/2020/SK-2020-0077.json"
        expect(office.exists(record), "no such decree")
        log = office.log().count("again and again")
        times = 0
        while True:
            os.unlink(office.path(record))
            wait_for(lambda: office.exists(record) or office.log().count("again and again") > log, office.log)
            if not office.exists(record):
                break
            times += 1
            wait_for(lambda: office.status_clean(), office.log)
        expect(times == 3, f"put back {times} times\n{office.log()}")
        wait_for(lambda: problem(office, record), office.log)
        expect(office.in_head(record), "it was taken for deleted")
        tasks = office.tasks()
        expect(tasks, "the decree is out of force")
        office.stop()
        # the next start puts it back
        office.once(status=None)
        expect(office.exists(record) and office.exists(CSV) and not problem(office, record), "it is lost")
        office.fsck()


def test_putback__a_note_that_somebody_keeps_making():
    with Office(TOBA()) as office:
        begin(office)
        note = "records/companies/COM-0001.problem.txt"
        times = fight(office, note, lambda: office.write(note, "bukan\n"), lambda: not office.exists(note))
        expect(times == 3, f"removed {times} times\n{office.log()}")
        wait_for(lambda: problem(office, note), office.log)
        os.unlink(office.path(note))
        wait_for(lambda: not problem(office, note), office.log)
        office.stop()


if __name__ == "__main__":
    sys.exit(main({n: f for n, f in globals().items() if n.startswith("test_putback__")}))
