# SPDX-License-Identifier: GPL-2.0-or-later
"""qbis rollup: several offices from clones of their histories."""
import json
import os
import shutil
import subprocess
import sys

from office import Office, case, expect, main

EN = ["--language", "en"]
ORDER = ["overdue", "due", "due_soon", "open"]


def cloned(office, into, name, *kind):
    path = os.path.join(into.root, name)
    subprocess.run(["git", "clone", "-q", *kind, f"{office.state}/history.git", path], check=True, env=office.env)
    return path


def test_rollup__one_schedule_of_several_offices():
    with Office(os.path.join(case("toba"), "records"), init=["--language", "en", "--office", "K.1"]) as a, \
            Office(init=["--language", "id", "--office", "K.2", "--example"]) as b:
        wrong = "records/companies/COM-0002.json"
        a.once()
        b.once(status=None)
        b.write(wrong, "{")  # its last valid version stays in force, in a clone too
        b.once(status=1)
        clones = [cloned(a, a, "one"), cloned(b, a, "two.git", "--bare")]
        shutil.rmtree(b.state)
        done = a.qbis("rollup", *clones, "--as-of", "2020-07-06", "--json", place=False, status=1)
        found = json.loads(done.out)
        expect([o["office"] for o in found["offices"]] == ["K.1", "K.2"] and found["offices"][1]["errors"] == 1, done.out)
        own = {"K.1": a.json("schedule/schedule.json"), "K.2": b.json("schedule/schedule.json")}
        for office, schedule in own.items():
            mine = [{k: v for k, v in t.items() if k != "office"} for t in found["tasks"] if t["office"] == office]
            expect(sorted(mine, key=lambda t: t["id"]) == sorted(schedule["tasks"], key=lambda t: t["id"]), office)
        expect(found["summary"] == {s: sum(o["summary"][s] for o in own.values()) for s in ORDER}, str(found["summary"]))
        keys = [(ORDER.index(t["status"]), t["due_by"] or "9999", t["office"]) for t in found["tasks"]]
        expect(keys == sorted(keys), str(keys))
        text = a.qbis(*EN, "rollup", *clones, "--as-of", "2020-07-06", place=False, status=1).out
        expect("K.1: " in text and "K.2: " in text and text.count("\n") >= len(found["tasks"]) + 3, text)
        page = os.path.join(a.root, "page.html")
        a.qbis(*EN, "rollup", *clones, "--as-of", "2020-07-06", "--html", page, place=False, status=1)
        tidy = subprocess.run(["tidy", "-q", "-e", page], capture_output=True, text=True)
        expect(tidy.returncode == 0, tidy.stderr)


def test_rollup__what_cannot_be_rolled_up():
    with Office(init=EN) as office:
        for args in ([], ["/nowhere"], [office.root], [office.folder]):
            office.qbis("rollup", *args, status=2, place=False)
        office.once(status=None)
        office.qbis("rollup", office.folder, "--as-of", "soon", status=2)
        office.qbis("rollup", office.folder, "--as-of", "2020-07-06", status=None)


if __name__ == "__main__":
    sys.exit(main(globals()))
