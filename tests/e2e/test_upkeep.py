# SPDX-License-Identifier: GPL-2.0-or-later
"""The daemon packs its history up when it is at rest, and nobody notices: edits, clones, a person's git, kills."""
import glob
import os
import signal
import subprocess
import sys

from office import Office, case, expect, main, shipment, wait_for


def write_many(office, count, start=0):
    for number in range(start, start + count):
        office.write(f"records/shipments/2020/07/SHP-M{number}.json", shipment(f"SHP-M{number}", f"M-{number}"))


def deltas(office):
    """How many objects are kept as what differs from others."""
    count = 0
    for index in glob.glob(office.state + "/history.git/objects/pack/*.idx"):
        done = subprocess.run(["git", "verify-pack", "-v", index], capture_output=True, text=True)
        expect(done.returncode == 0 or not os.path.exists(index), done.stderr)
        count += sum(len(line.split()) == 7 for line in done.stdout.splitlines())
    return count


def children(office):
    with open(f"/proc/{office.daemon.pid}/task/{office.daemon.pid}/children", encoding="ascii") as file:
        return [int(word) for word in file.read().split()]


def story(office):
    return office.git("log", "--raw", "--no-abbrev", "main")


def test_upkeep__a_burst_is_packed_up_at_rest():
    with Office(os.path.join(case("toba"), "records")) as office:
        write_many(office, 300)
        office.start()
        before = story(office)
        wait_for(lambda: deltas(office) > 200 and not children(office), lambda: "not packed up\n" + office.log())
        expect(story(office) == before, "history says something else")
        count = office.git("count-objects", "-v")
        expect("count: 0\n" in count and "garbage: 0\n" in count, count)
        write_many(office, 1, 300)  # the same daemon goes on upon what is packed now
        wait_for(lambda: office.in_head("records/shipments/2020/07/SHP-M300.json"), "the next edit did not arrive")
        wait_for(office.status_clean, "git status is not clean")
        office.stop()
        expect("packed up" not in office.log(), office.log())
        office.fsck()


def test_upkeep__ends_with_the_daemon_and_leaves_nothing():
    for how in (signal.SIGTERM, signal.SIGKILL):
        with Office(os.path.join(case("toba"), "records")) as office:
            write_many(office, 3000)
            office.start()
            child = wait_for(lambda: children(office), lambda: "no packing up\n" + office.log())[0]
            if how == signal.SIGKILL:
                office.daemon.kill()
                office.daemon.wait()
            else:
                office.stop()
            wait_for(lambda: not os.path.exists(f"/proc/{child}"), "packing up outlives the daemon")
            office.fsck()
            office.start()
            write_many(office, 1, 3000)
            wait_for(lambda: office.in_head("records/shipments/2020/07/SHP-M3000.json"),
                     lambda: "the next edit did not arrive\n" + office.log())
            office.stop()
            left = glob.glob(office.state + "/history.git/objects/pack/tmp_*")
            expect(not left, str(left))
            office.fsck()


def test_upkeep__a_person_packs_up_and_clones_meanwhile():
    with Office(os.path.join(case("toba"), "records")) as office:
        write_many(office, 300)
        office.start(settle="30")
        for number in range(6):
            write_many(office, 40, 300 + number * 40)
            office.git(*(("gc", "-q"), ("repack", "-q", "-a", "-d"), ("repack", "-q"))[number % 3])
            clone = os.path.join(office.root, f"clone-{number}")
            subprocess.run(["git", "clone", "-q", "--bare", "--no-local", office.state + "/history.git", clone],
                           env=office.env, check=True, capture_output=True)
            path = f"records/shipments/2020/07/SHP-M{300 + number * 40 + 39}.json"
            wait_for(lambda: office.in_head(path), lambda: f"{path} did not arrive\n" + office.log())
        office.stop()
        office.fsck()


if __name__ == "__main__":
    sys.exit(main(globals()))
