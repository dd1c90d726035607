# SPDX-License-Identifier: GPL-2.0-or-later
"""What a start keeps of the last run: nothing is read again that did not change, and nothing that changed is missed."""
import ctypes
import json
import os
import random
import shutil
import struct
import sys
import tempfile
import time

from office import Office, case, expect, main, shipment, wait_for

IN_OPEN, IN_ISDIR = 0x20, 0x40000000


class Opens:
    """The files beneath a directory that anybody opens."""

    def __init__(self, top):
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.fd = self.libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        expect(self.fd >= 0, "no inotify")
        for base, _, _ in os.walk(top):
            expect(self.libc.inotify_add_watch(self.fd, os.fsencode(base), IN_OPEN) >= 0, "cannot watch")

    def take(self):
        names = []
        while True:
            try:
                data = os.read(self.fd, 65536)
            except BlockingIOError:
                return sorted(names)
            at = 0
            while at < len(data):
                _, mask, _, length = struct.unpack_from("iIII", data, at)
                name = data[at + 16:at + 16 + length].rstrip(b"\0").decode()
                at += 16 + length
                if not mask & IN_ISDIR and name:
                    names.append(name)

    def close(self):
        os.close(self.fd)


def generated(office):
    """The bytes of all that Q-BIS writes for people; anchors are of one machine."""
    files = {}
    for top in ("schedule", "status"):
        for base, _, names in os.walk(office.path(top)):
            for name in names:
                path = os.path.join(base, name)
                if name != "anchors.txt" and "machines" not in path:
                    with open(path, "rb") as f:
                        files[os.path.relpath(path, office.folder)] = f.read()
    return files


def expect_as_fresh(office, why, as_of="2020-07-06"):
    """What is there is what somebody would compute who sees the folder for the first time (but what was in force before)."""
    ours = generated(office)
    with tempfile.TemporaryDirectory(prefix="qbis-e2e-") as place:
        state, kept = office.state, os.path.join(place, "folder")
        shutil.copytree(office.folder, kept, ignore=lambda top, names: ["schedule", "status"] if top == office.folder else [])
        folder = office.folder
        office.folder, office.state = kept, os.path.join(place, "state")
        try:
            office.once(as_of, status=None)
            fresh = generated(office)
        finally:
            office.folder, office.state = folder, state
    differing = sorted(p for p in ours.keys() | fresh.keys() if ours.get(p) != fresh.get(p))
    expect(not differing, f"{why}: {differing} differ")
    expect(office.status_clean(), f"{why}: git status is not clean")


def begin(office, count=40):
    for i in range(count):
        office.write(f"records/shipments/2020/07/SHP-{i:05d}.json",
                     json.dumps(shipment(f"SHP-{i:05d}", f"2020.1.0901.0.K09.E.{i:08d}")))
    for base, _, names in os.walk(office.folder):  # as if written long ago
        for name in names:
            os.utime(os.path.join(base, name), (1600000000, 1600000000))
    office.once()
    newest = max(os.stat(os.path.join(base, name)).st_ctime for base, _, names in os.walk(office.folder) for name in names)
    wait_for(lambda: time.time() > int(newest) + 1, "the clock stands still")  # until then a change might not show
    office.once()


def test_cache__a_start_reads_no_record_that_did_not_change():
    with Office(os.path.join(case("toba"), "records")) as office:
        begin(office)
        opens = Opens(office.path("records"))
        head = office.head()
        office.once()
        expect(opens.take() == [], "records were read")
        office.start()
        office.stop()
        expect(opens.take() == [], "the daemon read records")
        expect(head == office.head(), "a commit was made")
        office.edit("records/shipments/2020/07/SHP-00003.json", import_country="KR")
        opens.take()
        office.once()
        expect(set(opens.take()) == {"SHP-00003.json"}, "others were read, too")
        expect_as_fresh(office, "one edit")
        opens.close()


def test_cache__no_change_is_missed():
    """Whatever is done to files while nobody watches, the next start ends as a first one."""
    def same_size_and_time(office):
        path = office.path("records/shipments/2020/07/SHP-00001.json")
        stat = os.stat(path)
        text = office.read(path).replace('"JP"', '"KR"')
        with open(path, "w") as f:
            f.write(text)
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        expect(os.stat(path).st_size == stat.st_size, "another size")

    def replaced_by_a_copy(office):
        path = office.path("records/shipments/2020/07/SHP-00002.json")
        stat = os.stat(path)
        office.write("records/shipments/2020/07/x.tmp", office.read(path).replace('"JP"', '"KR"'))
        os.utime(office.path("records/shipments/2020/07/x.tmp"), ns=(stat.st_atime_ns, stat.st_mtime_ns))
        os.rename(office.path("records/shipments/2020/07/x.tmp"), path)

    def deleted(office):
        office.write("records/shipments/2020/07/SHP-NEW.json", json.dumps({**shipment("SHP-NEW", "x"), "status": "planned"}))
        office.once(status=None)
        os.unlink(office.path("records/shipments/2020/07/SHP-NEW.json"))

    def moved(office):
        os.makedirs(office.path("records/shipments/2021"), exist_ok=True)
        os.rename(office.path("records/shipments/2020/07/SHP-00004.json"), office.path("records/shipments/2021/SHP-00004.json"))

    def spoilt_and_mended(office):
        path = "records/shipments/2020/07/SHP-00005.json"
        text = office.read(path)
        office.write(path, text[:-2])
        office.once(status=1)
        office.once(status=1)
        expect([p["path"] for p in office.problems()] == [path], "not told")
        office.write(path, text)

    def an_output_edited(office):
        office.write("schedule/schedule.csv", "mine")

    def an_output_deleted(office):
        os.unlink(office.path("schedule/facilities/FAC-0001.json"))

    def a_kind_of_our_own(office):
        os.makedirs(office.path("kinds"), exist_ok=True)
        office.write("kinds/asset.yaml", "x-qbis-kind: asset\nx-qbis-folder: assets\nx-qbis-prefix: AST\ntype: object\n")
        office.write("records/assets/AST-1.json", '{"id": "AST-1", "recorded_by": "OFF-0001"}')

    def settings(office):
        office.write("qbis.yaml", office.read("qbis.yaml") + "\nproblem_notes: false\n")

    def settings_wrong(office):
        text = office.read("qbis.yaml")
        office.write("qbis.yaml", "office: [")
        office.once(status=1)
        office.write("qbis.yaml", text)

    changes = [same_size_and_time, replaced_by_a_copy, deleted, moved, spoilt_and_mended, an_output_edited,
               an_output_deleted, a_kind_of_our_own, settings, settings_wrong]
    with Office(os.path.join(case("toba"), "records")) as office:
        begin(office)
        for change in changes:
            change(office)
            office.once(status=None)
            expect_as_fresh(office, change.__name__)
            office.once("2020-08-01", status=None)
            expect_as_fresh(office, change.__name__ + ", another day", "2020-08-01")
            office.once(status=None)


def test_cache__damage_costs_nothing_but_time():
    with Office(os.path.join(case("toba"), "records")) as office:
        begin(office)
        path = os.path.join(office.state, "cache")
        with open(path, "rb") as f:
            whole = f.read()
        chance = random.Random(7)
        spoilt = [b"", b"x", whole[:100], whole[:-1], whole[:len(whole) // 2], whole + b"\0" * 8]
        for _ in range(12):
            at = chance.randrange(len(whole))
            spoilt.append(whole[:at] + bytes([whole[at] ^ (1 << chance.randrange(8))]) + whole[at + 1:])
        for number, damage in enumerate(spoilt):
            with open(path, "wb") as f:
                f.write(damage)
            office.edit("records/shipments/2020/07/SHP-00006.json", import_country=["KR", "CN"][number % 2])
            office.once()
            expect(office.status_clean(), f"damage {number}: git status is not clean")
        expect_as_fresh(office, "damage")
        os.unlink(path)
        os.mkdir(path)
        office.once(status=None)
        expect_as_fresh(office, "a directory in its place")


def test_cache__history_may_have_gone_on_without_it():
    """The daemon is killed before it keeps what it saw; other changes come while nobody watches."""
    with Office(os.path.join(case("toba"), "records")) as office:
        begin(office)
        for number in range(3):
            office.start()
            before = office.head()
            office.edit(f"records/shipments/2020/07/SHP-{10 + number:05d}.json", import_country="KR")
            wait_for(lambda: office.head() != before, "no commit")
            office.daemon.kill()
            office.daemon.wait()
            office.daemon = None
            office.edit(f"records/shipments/2020/07/SHP-{20 + number:05d}.json", import_country="CN")
            office.once()
            expect_as_fresh(office, f"round {number}")
            office.fsck()


def test_cache__a_closed_record_stays_closed():
    """What is in force comes from the cache as it would from history."""
    with Office(os.path.join(case("toba"), "records")) as office:
        begin(office)
        office.edit("records/shipments/2020/07/SHP-00007.json", certificate_number="2020.1.0901.0.K09.E.99999999")
        office.once(status=1)
        found = {(p["code"], p["pointer"]) for p in office.problems()}
        expect(("frozen", "/certificate_number") in found, str(found))
        office.once(status=1)
        expect({(p["code"], p["pointer"]) for p in office.problems()} == found, "forgotten at the second start")
        os.unlink(office.path("records/shipments/2020/07/SHP-00008.json"))
        office.once(status=1)
        expect(office.exists("records/shipments/2020/07/SHP-00008.json"), "a closed record is gone")


def test_cache__a_daemon_that_slept_wakes_for_the_first_edit():
    with Office(os.path.join(case("toba"), "records")) as office:
        begin(office)
        office.once()
        office.start()
        office.edit("records/shipments/2020/07/SHP-00009.json", import_country="KR")
        office.edit("records/shipments/2020/07/SHP-00011.json", import_country="ID")
        wait_for(lambda: any(p["record"] == "SHP-00011" for p in office.problems()), "no problem is told")
        office.edit("records/shipments/2020/07/SHP-00011.json", import_country="KR")
        wait_for(lambda: not office.problems() and office.status_clean(), "not mended")
        office.stop()
        expect_as_fresh(office, "after waking")


if __name__ == "__main__":
    sys.exit(main(globals()))
