# SPDX-License-Identifier: GPL-2.0-or-later
"""Settings and kinds: mistakes name the line, the last good ones stay in force, a new kind needs no C."""
import os
import sys

from office import Office, case, expect, main, wait_for

TOBA = lambda: os.path.join(case("toba"), "records")
ASSET = """$schema: https://json-schema.org/draft/2020-12/schema
x-qbis-kind: asset
x-qbis-folder: assets
x-qbis-prefix: AST
x-qbis-label: {id: Aset, en: Asset}
type: object
additionalProperties: false
required: [id, inventory_number, holder, recorded_by]
properties:
  id: {type: string, pattern: "^AST(-[0-9A-Z]+)+$", maxLength: 40}
  inventory_number: {type: string, minLength: 1, x-qbis-unique: true, x-qbis-title: true}
  holder: {type: string, x-qbis-ref: officer}
  recorded_by: {type: string, x-qbis-ref: officer, x-qbis-author: true}
"""


def asset(ident, number, holder="OFF-0002"):
    return {"id": ident, "inventory_number": number, "holder": holder, "recorded_by": "OFF-0002"}


def test_settings__a_mistake_names_its_line_and_the_last_good_ones_stay():
    with Office(TOBA()) as office:
        good = office.read("qbis.yaml")
        office.once()
        before = office.json("schedule/schedule.json")
        for bad, line in [(good.replace("every: 5", "every: lima"), "every: 5"), (good + "langage: id\n", None),
                          (good.replace("  grace_working_days", "\tgrace_working_days"), "grace_working_days")]:
            office.write("qbis.yaml", bad)
            office.once(status=1)
            found = [p for p in office.problems() if p["path"] == "qbis.yaml"]
            expect(len(found) == 1 and found[0]["code"] == "settings", str(office.problems()))
            wanted = good[:good.index(line)].count("\n") + 1 if line else good.count("\n") + 1
            expect(found[0]["line"] == wanted, f"{found[0]}: line {wanted} expected")
            expect(office.read("qbis.yaml") == bad, "the settings were overwritten")
            expect(office.json("schedule/schedule.json") == before, "the schedule changed")
        office.write("qbis.yaml", good.replace("every: 5", "every: 3"))
        office.once()
        expect(office.problems() == [] and office.tasks()["monitoring/SK-2020-0077/1"]["every"] == 5, "not mended")


def test_settings__the_daemon_follows_them():
    with Office(TOBA()) as office:
        decree = office.json("records/decrees/2020/SK-2020-0077.json")
        del decree["monitoring"]
        office.write("records/decrees/2020/SK-2020-0077.json", decree)
        office.start()
        good = office.read("qbis.yaml")
        office.replace("qbis.yaml", good.replace("every: 5", "every: 3"))
        wait_for(lambda: office.tasks()["monitoring/SK-2020-0077/1"]["every"] == 3, lambda: office.log())
        office.replace("qbis.yaml", good.replace("every: 5", "every: nol"))
        wait_for(lambda: [p["code"] for p in office.problems()] == ["settings"], lambda: office.log())
        expect(office.tasks()["monitoring/SK-2020-0077/1"]["every"] == 3, "the last good ones are not in force")
        office.replace("qbis.yaml", good)
        wait_for(lambda: office.tasks()["monitoring/SK-2020-0077/1"]["every"] == 5 and not office.problems(),
                 lambda: office.log())
        office.stop()


def test_settings__without_any_good_ones_it_ends_and_names_the_line():
    with Office(TOBA()) as office:
        office.write("qbis.yaml", office.read("qbis.yaml").replace("every: 5", "every: -5"))
        tree = office.tree()
        done = office.once(status=2)
        expect("qbis.yaml:" in done.out and "every" in done.out, done.out + done.err)
        expect(office.tree() == tree, "the folder changed")


def test_settings__that_cannot_be_read_leave_the_last_good_ones_in_force():
    with Office(TOBA()) as office:
        office.write("kinds/asset.yaml", ASSET)
        office.write("records/assets/AST-1.json", asset("AST-1", "INV-1"))
        office.start()
        good = {name: office.read(name) for name in ("qbis.yaml", "kinds/asset.yaml")}
        for name, code in (("qbis.yaml", "settings"), ("kinds/asset.yaml", "kind")):
            office.replace(name, good[name] + "# " + "x" * (2 << 20) + "\n")
            wait_for(lambda: [(p["code"], p["path"]) for p in office.problems()] == [(code, name)], lambda: office.log())
            office.replace("records/assets/AST-2.json", asset("AST-2", "INV-2", "OFF-9999"))
            wait_for(lambda: len(office.problems()) == 2, lambda: office.log())
            office.replace("records/assets/AST-2.json", asset("AST-2", "INV-2"))
            wait_for(lambda: len(office.problems()) == 1, lambda: office.log())
            office.replace(name, good[name])
            wait_for(lambda: not office.problems(), lambda: office.log())
        office.stop()
        expect(office.status_clean(), "git status is not clean")


def test_settings__a_pattern_that_hides_many_records_is_held_like_their_deletion():
    with Office(os.path.join(case("mixed-2"), "records")) as office:
        office.start("2020-08-01")
        head = office.head()
        good = office.read("qbis.yaml")
        office.replace("qbis.yaml", good + 'ignore: ["SHP-*"]\n')
        office.wait_log("holding")
        expect(office.head() == head, office.git("log", "--stat", "-1", "main"))
        office.replace("qbis.yaml", good)
        office.wait_log("no longer holding")
        office.stop()
        expect(office.head() == head and office.status_clean(), "something was committed")


def test_settings__outputs_and_notes_can_be_turned_off():
    with Office(TOBA()) as office:
        office.once()
        office.write("qbis.yaml", office.read("qbis.yaml") + "outputs: {csv: false}\nproblem_notes: false\n")
        office.write("records/shipments/SHP-X.json", "{")
        office.once(status=1)
        expect(not office.exists("schedule/schedule.csv"), "csv is still there")
        expect(not office.exists("records/shipments/SHP-X.problem.txt"), "a note was written")


def test_kinds__a_new_one_needs_no_c():
    with Office(TOBA()) as office:
        office.write("kinds/asset.yaml", ASSET)
        office.write("records/assets/AST-1.json", asset("AST-1", "INV-1"))
        office.write("records/assets/AST-2.json", asset("AST-2", "INV-1"))
        office.write("records/assets/AST-3.json", asset("AST-3", "INV-3", "OFF-9999"))
        office.once(status=1)
        found = sorted((p["record"], p["code"], p["kind"]) for p in office.problems())
        expect(found == [("AST-2", "unique", "asset"), ("AST-3", "reference", "asset")], str(found))
        log = office.git("log", "--format=%an|%s", "main")
        expect("Petugas Kedua|Add 3 records" in log, log)
        office.edit("records/assets/AST-2.json", inventory_number="INV-2")
        office.edit("records/assets/AST-3.json", holder="OFF-0001")
        office.once()
        expect("inventory_number: INV-1 -> INV-2" in office.qbis("log", "AST-2").out, office.qbis("log", "AST-2").out)


def test_kinds__a_broken_one_names_its_line_and_the_last_good_one_stays():
    with Office(TOBA()) as office:
        office.start()
        office.write("kinds/asset.yaml", ASSET)
        office.write("records/assets/AST-1.json", asset("AST-1", "INV-1"))
        wait_for(lambda: office.in_head("records/assets/AST-1.json") and not office.problems(), lambda: office.log())
        office.replace("kinds/asset.yaml", ASSET.replace("minLength: 1", "minLength: satu"))
        found = wait_for(office.problems, lambda: office.log())
        expect([(p["code"], p["path"], p["line"]) for p in found] == [("kind", "kinds/asset.yaml", 11)], str(found))
        office.write("records/assets/AST-2.json", asset("AST-2", "INV-1"))
        wait_for(lambda: len(office.problems()) == 2, lambda: office.log())
        expect([p["code"] for p in office.problems()] == ["kind", "unique"], str(office.problems()))
        office.replace("kinds/asset.yaml", ASSET)
        wait_for(lambda: [p["code"] for p in office.problems()] == ["unique"], lambda: office.log())
        office.stop()


if __name__ == "__main__":
    sys.exit(main(globals()))
