# SPDX-License-Identifier: GPL-2.0-or-later
"""Two machines with a real sync engine between them. Starting a pair takes time, so each test tells a longer story."""
import os
import sys

from machines import Machines, copies
from office import expect, main, shipment, wait_for
from test_conflict import FIRST, TOBA, conflicts, text

VISITS = "records/visits/2020/"
SCHEDULE = "schedule/schedule.json"


def visit(letter, **more):
    return {**FIRST, "id": f"VIS-{letter}", **more}


def put(office, letter, **more):
    office.replace(f"{VISITS}VIS-{letter}.json", text(visit(letter, **more)))


def prepare(office):
    for letter in "CDE":
        office.write(f"{VISITS}VIS-{letter}.json", text(visit(letter)))


def of(office, letter):
    return office.json(f"{VISITS}VIS-{letter}.json")


def counted(office):
    return office.json(SCHEDULE)["chains"][0]["counted"]


def recorded(machines, office, letter, part):
    path = f"main:{VISITS}VIS-{letter}.json"
    wait_for(lambda: part in office.git("show", path, status=None), machines.logs)


def add_shipments(office, count):
    for i in range(count):
        office.write(f"records/shipments/2020/07/SHP-N{i:03}.json", shipment(f"SHP-N{i:03}", f"N-{i + 100}"))


def ends_well(machines, offices):
    machines.settle(lambda office: office not in offices or office.status_clean())
    for office in offices:
        office.stop()
        office.fsck()
        expect(office.status_clean(), office.git(f"--work-tree={office.folder}", "status"))


def test_syncthing__a_daemon_on_one_side_serves_both():
    with Machines(TOBA(), "a", prepare) as machines:
        a, b = machines.a, machines.b
        add_shipments(b, 200)
        machines.settle(lambda office: counted(office) == 206)
        machines.pair("pause")
        put(a, "C", planned_on="2020-07-11")
        recorded(machines, a, "C", "2020-07-11")
        put(b, "C", note="bawa alat uji", recorded_by="OFF-0002")
        machines.pair("resume")
        merged = visit("C", planned_on="2020-07-11", note="bawa alat uji", recorded_by="OFF-0002")
        machines.settle(lambda office: of(office, "C") == merged and not copies(office) and not office.problems())
        expect(a.git("log", "--format=%an", "main").count("Petugas Kedua"), a.git("log", "--format=%an %s", "main"))
        ends_well(machines, [a])


def test_syncthing__daemons_on_both_sides_agree():
    with Machines(TOBA(), "ab", prepare) as machines:
        a, b = machines.a, machines.b
        add_shipments(a, 200)
        machines.settle(lambda office: counted(office) == 206)
        machines.pair("pause")
        # C: different properties; D: the same one; E: deleted here, edited there
        put(a, "C", planned_on="2020-07-11")
        put(b, "C", note="bawa alat uji", recorded_by="OFF-0002")
        put(a, "D", planned_on="2020-07-11")
        put(b, "D", planned_on="2020-07-12", recorded_by="OFF-0002")
        os.unlink(a.path(f"{VISITS}VIS-E.json"))
        put(b, "E", note="tetap perlu")
        for office, parts in ((a, ("2020-07-11", "2020-07-11", "")), (b, ("alat uji", "2020-07-12", "tetap perlu"))):
            for letter, part in zip("CDE", parts):
                recorded(machines, office, letter, part)
        wait_for(lambda: not a.in_head(f"{VISITS}VIS-E.json"), machines.logs)
        machines.pair("resume")
        merged = visit("C", planned_on="2020-07-11", note="bawa alat uji", recorded_by="OFF-0002")
        machines.settle(lambda office: of(office, "C") == merged and len(copies(office)) == 1 and
                        len(conflicts(office)) == 1 and of(office, "E") == visit("E", note="tetap perlu"))
        for office in (a, b):
            problem = conflicts(office)[0]
            expect(problem["record"] == "VIS-D" and problem["pointer"] == "/planned_on", str(problem))
            authors = office.git("log", "--format=%an", "main", "--", f"{VISITS}VIS-C*")
            expect("Petugas Kedua" in authors and "Petugas Contoh" in authors, office.git("log", "--stat", "main"))
            expect(office.in_head(f"{VISITS}VIS-E.json"), "the edit is not in history")
        b.qbis("resolve", "VIS-D", "--take", "theirs")
        machines.settle(lambda office: not copies(office) and not office.problems())
        expect(of(a, "D")["planned_on"] in ("2020-07-11", "2020-07-12"), a.read(f"{VISITS}VIS-D.json"))
        ends_well(machines, [a, b])


if __name__ == "__main__":
    sys.exit(main({n: f for n, f in globals().items() if n.startswith("test_syncthing__")}))
