# SPDX-License-Identifier: GPL-2.0-or-later
"""Policies: chosen in the settings or by the decree, shown in the outputs, tried on the past."""
import json
import os
import sys

from office import Office, case, expect, main, shipment

TOBA = lambda: os.path.join(case("toba"), "records")
POLICIES = ["fixed", "since_last", "csp1", "csp2", "csp3", "skip_lot"]


def monitoring(office, **numbers):
    """Puts the section into the settings in place of the one that is there."""
    text = office.read("qbis.yaml")
    lines = []
    skipping = False
    for line in text.split("\n"):
        skipping = line.startswith("monitoring:") or (skipping and line.startswith((" ", "#")))
        if not skipping:
            lines.append(line)
    office.write("qbis.yaml", "\n".join(lines).rstrip("\n") + "\nmonitoring: " + json.dumps(numbers) + "\n")


def visit(ident, day, result="conform", decree="SK-2020-0077"):
    return {"id": ident, "facility": "FAC-0001", "decree": decree, "type": "routine", "officers": ["OFF-0001"],
            "status": "conducted", "conducted_on": day, "result": result, "recorded_by": "OFF-0001"}


def history(office):
    """Thirty shipments from 8 June on, and visits for the first ones; the fourth finds something."""
    for name in "ABCDEF":
        for base, _, names in os.walk(office.path("records/shipments")):
            if f"SHP-{name}.json" in names:
                os.unlink(os.path.join(base, f"SHP-{name}.json"))
    for number in range(30):
        office.write(f"records/shipments/SHP-{number:04}.json",
                     shipment(f"SHP-{number:04}", f"N-{number:04}", f"2020-06-{8 + number // 2:02}"))
    for number, day in enumerate(("08", "09", "10", "11", "12", "13")):
        result = "nonconform" if number == 3 else "conform"
        office.write(f"records/visits/VIS-{number}.json", visit(f"VIS-{number}", f"2020-06-{day}", result))
        if result == "nonconform":
            office.write("records/findings/FND-1.json",
                         {"id": "FND-1", "visit": f"VIS-{number}", "severity": "minor", "description": "x", "due_on": "2020-07-30",
                          "recorded_by": "OFF-0001"})


def owed(office):
    """Of each chain of the facility: visits owed, met, the most shipments that passed between."""
    chains = office.json("schedule/facilities/FAC-0001.json")["chains"]
    blocks = [o for c in chains for o in c["obligations"]]
    between = [o["every"] - 1 if o["count"] >= o["every"] else o["count"] for o in blocks]
    return {"owed": sum(o["count"] >= o["every"] or o["visit"] is not None for o in blocks),
            "met": sum(o["visit"] is not None for o in blocks), "most_between": max(between, default=0),
            "shipments": sum(c["counted"] for c in chains)}


def test_policy__fixed_is_the_default_and_says_nothing_new():
    with Office(TOBA()) as office:
        office.once()
        before = {p: b for p, b in office.tree().items() if p.startswith("schedule/")}
        expect(b'"why"' not in before["schedule/schedule.json"], "why under fixed")
        monitoring(office, policy="fixed", seed="x", clearance=2, skip_lot={"lowest": 3})
        office.once()
        expect({p: b for p, b in office.tree().items() if p.startswith("schedule/")} == before, "the outputs are others")


def test_policy__of_the_settings_and_of_the_decree():
    with Office(TOBA()) as office:
        history(office)
        monitoring(office, every=4, policy="csp1", clearance=2, seed="toba")
        office.once(status=None)
        tasks = [t for t in office.tasks().values() if t["type"] == "monitoring"]
        expect(tasks and all(list(t)[-1] == "why" for t in tasks), str(tasks))
        states = {t["why"]["state"] for t in tasks}
        expect(states <= {"screening", "sampling"} and all(t["why"]["policy"] == "csp1" for t in tasks), str(states))
        page = office.read("schedule/schedule.html")
        text = office.qbis("--language", "en", "schedule", "--as-of", "2020-07-06", status=None).out
        expect("diundi" in page or "undian" in page or "Setiap pengiriman dikunjungi" in page, "the page does not say why")
        expect("visits in a row conform" in text or "drawn by lot" in text, text)
        path = "records/decrees/2020/SK-2020-0077.json"
        office.edit(path, monitoring={"policy": "since_last"}, correction_reason="Cara lain")
        office.once(status=None)
        tasks = [t for t in office.tasks().values() if t["type"] == "monitoring"]
        expect(len(tasks) == 1 and tasks[0]["why"] == {"policy": "since_last", "state": "counting", "progress": 0, "of": 0,
                                                       "one_in": 4}, str(tasks))
        blocks = office.json("schedule/facilities/FAC-0001.json")["chains"][0]["obligations"]
        expect(all(b["why"]["policy"] == "since_last" for b in blocks), str(blocks))
        expect(blocks[-1]["count"] > blocks[-1]["every"] and blocks[-1]["status"] == "overdue", str(blocks[-1]))


def test_policy__what_is_none_is_refused():
    with Office(TOBA()) as office:
        office.once()
        office.edit("records/decrees/2020/SK-2020-0077.json", monitoring={"every": 5, "policy": "csp9"}, correction_reason="x")
        office.once(status=None)
        expect([p["pointer"] for p in office.problems()] == ["/monitoring/policy"], str(office.problems()))
        office.edit("records/decrees/2020/SK-2020-0077.json", monitoring={}, correction_reason="x")
        office.once(status=None)
        expect([p["pointer"] for p in office.problems()] == ["/monitoring"], str(office.problems()))
    for numbers in ({"policy": "csp9"}, {"clearance": 0}, {"skip_lot": {"lowest": 6}}, {"skip_lot": {"first": 1}}):
        with Office(TOBA()) as office:
            office.once()
            monitoring(office, **numbers)
            office.once(status=None)
            expect([p["code"] for p in office.problems()] == ["settings"], str(office.problems()))


def test_policy__the_same_records_give_the_same_bytes_in_any_order():
    with Office(TOBA()) as office, Office(TOBA()) as other:
        for each in (office, other):
            monitoring(each, every=3, policy="csp3", clearance=2, seed="same")
        history(office)
        office.once(status=None)
        history(other)
        for number in reversed(range(30)):  # one by one, the last ones first
            path = other.path(f"records/shipments/SHP-{number:04}.json")
            os.rename(path, path + ".later")
        other.once(status=None)
        for number in reversed(range(30)):
            path = other.path(f"records/shipments/SHP-{number:04}.json")
            os.rename(path + ".later", path)
            if number % 7 == 0:
                other.once(status=None)
        other.once(status=None)
        expect(office.read("schedule/schedule.json") == other.read("schedule/schedule.json"), "another schedule")
        expect(office.read("schedule/facilities/FAC-0001.json") == other.read("schedule/facilities/FAC-0001.json"), "another facility")


def test_simulate__foretells_what_the_schedule_would_be():
    with Office(TOBA()) as office:
        history(office)
        options = [word for policy in POLICIES for word in ("--policy", policy)]
        for numbers in ({"every": 4, "clearance": 2}, {"every": 3, "clearance": 3, "spacing": 2, "seed": "b",
                                                       "skip_lot": {"qualify": 10, "step": 2}}):
            monitoring(office, **numbers)
            before = office.tree()
            done = office.qbis("simulate", "--as-of", "2020-07-06", "--json", *options, status=None)
            expect(office.tree() == before, "simulate wrote something")
            found = json.loads(done.out)
            expect(found["format"] == "qbis-simulation/1" and found["as_of"] == "2020-07-06", done.out)
            outcomes = found["facilities"][0]["outcomes"]
            expect([o["policy"] for o in outcomes] == [None, *POLICIES], done.out)
            expect(outcomes[0] == {**outcomes[1], "policy": None, "bound": None}, "fixed is in force")
            expect(found["total"] == outcomes, "one facility is all")
            for outcome in outcomes[1:]:
                monitoring(office, policy=outcome["policy"], **numbers)
                office.once(status=None)
                real = owed(office)
                expect({k: outcome[k] for k in real} == real, f"{outcome} {real}")
                expect(outcome["most_between"] <= outcome["bound"], str(outcome))
            expect(outcomes[3]["owed"] > outcomes[1]["owed"], "csp1 asked for no more than fixed")


def test_simulate__as_a_table_and_what_it_refuses():
    with Office(init=["--example"]) as office:
        done = office.qbis("--language", "en", "simulate", "--policy=skip_lot", "--as-of", "2020-07-20", status=None)
        lines = done.out.strip("\n").split("\n")
        expect(len(lines) == 1 + 2 * 3 and lines[0].split()[1:] == ["Policy", "Shipments", "Owed", "Met", "Between", "Bound"],
               done.out)
        expect(lines[1].split()[-6] == "now" and lines[2].split()[0] == "skip_lot" and lines[-2].startswith("All "), done.out)
        for args, words in (([], "--policy"), (["--policy", "csp4"], "fixed, since_last, csp1"), (["--policy", "csp1", "x"], '"x"'),
                            (["--policy", "csp1", "--as-of", "soon"], "soon")):
            done = office.qbis("--language", "en", "simulate", *args, status=2)
            expect(words in done.err and not done.out, f"{args}: {done.err}")


if __name__ == "__main__":
    sys.exit(main(globals()))
