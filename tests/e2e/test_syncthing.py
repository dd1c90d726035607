# SPDX-License-Identifier: GPL-2.0-or-later
"""Two machines with a real sync engine between them: each a folder, a state directory and a daemon of its own."""
import json
import os
import shutil
import subprocess
import sys

from office import SHARED, Office, case, expect, main, wait_for
from test_conflict import FIRST, TOBA, VISIT, conflicts, text

PAIR = os.path.join(SHARED, "tools", "syncthing-pair")
LONG = 120  # seconds: the engine looks for changes at its own pace


def shared(office):
    """What is the office's: the engine keeps its list of patterns, and what it has half fetched, to itself."""
    return {p: b for p, b in office.tree().items()
            if not p.startswith(".st") and not os.path.basename(p).startswith(".syncthing.")}


def copies(office):
    return [p for p in shared(office) if "conflict" in p]


class Machines:
    """Two offices whose folders are kept in step, and the link between them."""

    def __init__(self):
        self.a, self.b = Office(TOBA()), Office()
        shutil.rmtree(self.b.folder)
        self.work = os.path.join(self.a.root, "pair")

    def pair(self, *args):
        done = subprocess.run([PAIR, args[0], self.work, *args[1:]], env=self.a.env, capture_output=True, text=True)
        expect(done.returncode == 0, f"syncthing-pair {args}: {done.stdout}{done.stderr}")

    def __enter__(self):
        try:
            self.begin()
        except BaseException:
            self.__exit__()
            raise
        return self

    def begin(self):
        self.a.write(VISIT, text(FIRST))
        with open(self.a.path(".stignore"), "w", encoding="utf-8") as f:
            f.write("~*.tmp\n")
        self.pair("start", self.a.folder, self.b.folder)
        wait_for(lambda: self.b.exists(VISIT) and self.b.exists("qbis.yaml"), "the folder does not arrive", LONG)
        self.pair("idle")
        for office in (self.a, self.b):
            office.start()
        self.settle()

    def __exit__(self, *exc):
        pair = os.path.join(self.work, "pair.json")
        if os.path.exists(pair):
            with open(pair, encoding="utf-8") as f:
                engines = [side["pid"] for side in json.load(f)["sides"]]
            subprocess.run([PAIR, "stop", self.work], capture_output=True)
            wait_for(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in engines), "the engines do not end")
        self.b.__exit__(*exc)
        self.a.__exit__(*exc)

    def logs(self):
        return f"{self.a.log()}\n{self.b.log()}\n{sorted(self.a.tree())}\n{sorted(self.b.tree())}"

    def settle(self, condition=lambda office: True):
        """Until both hold the same bytes, and the condition."""
        def done():
            try:
                return shared(self.a) == shared(self.b) and all(
                    condition(office) for office in (self.a, self.b))
            except FileNotFoundError:  # it moved while this looked
                return False
        wait_for(done, self.logs, LONG)


def test_syncthing__different_properties_become_one_record_on_both():
    with Machines() as machines:
        a, b = machines.a, machines.b
        machines.pair("pause")
        a.replace(VISIT, text({**FIRST, "planned_on": "2020-07-11"}))
        b.replace(VISIT, text({**FIRST, "note": "bawa alat uji"}))
        for office, part in ((a, "2020-07-11"), (b, "alat uji")):
            wait_for(lambda: part in office.git("show", "main:" + VISIT, status=None), machines.logs)
        machines.pair("resume")
        merged = {**FIRST, "planned_on": "2020-07-11", "note": "bawa alat uji"}
        machines.settle(lambda office: not copies(office) and office.json(VISIT) == merged)
        expect(not a.problems() and not b.problems(), str(a.problems()))
        for office in (a, b):
            office.stop()
            office.fsck()
            expect(office.status_clean(), office.git("status"))


def test_syncthing__the_same_property_is_a_problem_on_both_until_one_ends_it():
    with Machines() as machines:
        a, b = machines.a, machines.b
        machines.pair("pause")
        a.replace(VISIT, text({**FIRST, "planned_on": "2020-07-11"}))
        b.replace(VISIT, text({**FIRST, "planned_on": "2020-07-12"}))
        for office, part in ((a, "2020-07-11"), (b, "2020-07-12")):
            wait_for(lambda: part in office.git("show", "main:" + VISIT, status=None), machines.logs)
        machines.pair("resume")
        machines.settle(lambda office: len(conflicts(office)) == 1)
        expect(conflicts(a) == conflicts(b) and conflicts(a)[0]["pointer"] == "/planned_on", str(conflicts(a)))
        os.unlink(a.path(conflicts(a)[0]["path"]))
        machines.settle(lambda office: not copies(office) and not office.problems())


if __name__ == "__main__":
    sys.exit(main({n: f for n, f in globals().items() if n.startswith("test_syncthing__")}))
