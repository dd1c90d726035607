# SPDX-License-Identifier: GPL-2.0-or-later
"""Each command as a person types it: what it prints, where, and with which status."""
import json
import os
import subprocess
import sys

from office import QBIS, Office, case, expect, main, shipment

TOBA = lambda: os.path.join(case("toba"), "records")
COMMANDS = ["init", "watch", "check", "schedule", "simulate", "validate", "new", "import", "export", "kinds", "log", "show", "status", "accept", "git"]


def test_help__every_command_explains_itself_in_both_languages():
    with Office() as office:
        for language in ("id", "en"):
            done = office.qbis("--language", language, "--help", place=False)
            for name in COMMANDS:
                expect(f"\n  {name} " in done.out, f"{name} is not in the help")
                if name != "git":
                    expect(name in office.qbis("--language", language, name, "--help").out, f"{name} --help says nothing")
        expect(office.qbis("--version", place=False).out.startswith("qbis "), "no version")
        for args in (["nothing"], ["check", "--nothing"], ["watch", "--settle", "soon"], ["schedule", "--as-of", "2020-02-30"],
                     ["schedule", "--format", "pdf"], ["check", "no/such/file.json"], ["--language", "fr", "check"]):
            done = office.qbis(*args, status=2)
            expect(done.err.startswith("qbis: ") and not done.out, f"{args}: {done.out}{done.err}")


def test_init__makes_a_folder_that_is_fine_and_touches_nothing_twice():
    with Office(init=["--office", "K.9.Z", "--language", "en"]) as office:
        settings = office.read("qbis.yaml")
        expect('office: "K.9.Z"' in settings and "language: en" in settings, settings)
        office.qbis("init", office.folder, place=False)
        expect(office.read("qbis.yaml") == settings, "the settings were written again")
        expect(sorted(os.listdir(office.path("records"))) == ["commodities", "companies", "decrees", "facilities",
                                                             "findings", "officers", "shipments", "visits"], "folders")
        office.qbis("check")
        office.once()
        expect(office.json("schedule/schedule.json")["office"] == "K.9.Z", "another office")


def test_init__two_folders_have_different_ids():
    with Office() as one, Office() as two:
        expect(one.read("qbis.yaml") != two.read("qbis.yaml"), "the ids are the same")


def test_init__the_example_has_no_error():
    with Office(init=["--example"]) as office:
        done = office.qbis("check", "--as-of", "2020-07-06", status=None)
        expect(done.returncode in (0, 1) and "kesalahan [" not in done.out, done.out)
        office.once()


def test_check__shows_the_line_with_a_caret_and_writes_nothing():
    with Office(TOBA()) as office:
        office.write("records/shipments/SHP-G.json",
                     json.dumps(shipment("SHP-G", "N-7"), indent=2).replace('"JP"', '"ID"'))
        before = office.tree()
        done = office.qbis("--language", "en", "check", "--as-of", "2020-07-06", status=1)
        lines = done.out.split("\n")
        expect(lines[0].startswith("records/shipments/SHP-G.json:6:21: error [schema"), done.out)
        expect(lines[1].endswith('"import_country": "ID",'), done.out)
        expect(lines[2].index("^") == lines[1].index('"ID"'), done.out)
        expect("1 errors" in done.err, done.err)
        expect(office.tree() == before and not os.path.exists(office.state), "something was written")


def test_check__of_a_long_line_shows_the_part_that_matters():
    with Office(TOBA()) as office:
        record = json.dumps(shipment("SHP-G", "N-7"), ensure_ascii=False).replace('"JP"', '"ID"')
        office.write("records/shipments/SHP-G.json", '{"note": "' + "\u9577" * 300 + '",\t' + record[1:])  # nor a last newline
        lines = office.qbis("--language", "en", "check", "--as-of", "2020-07-06", status=1).out.split("\n")
        expect(lines[1].startswith("     1 | \u2026") and lines[1].endswith("\u2026") and len(lines[1]) < 130, lines[1])
        expect(lines[1].replace("\u9577", "xx").index('"ID"') == lines[2].index("^"), "\n".join(lines[:3]))


def test_check__json_and_paths():
    with Office(TOBA()) as office:
        office.write("records/shipments/SHP-G.json", "{")
        office.write("records/visits/VIS-1.json", "[]")
        found = json.loads(office.qbis("check", "--json", status=1).out)
        expect(found["format"] == "qbis-problems/1" and len({p["path"] for p in found["problems"]}) == 2, str(found))
        keys = ["severity", "code", "kind", "record", "path", "line", "column", "pointer", "message", "using"]
        expect([k for k in found["problems"][0] if k != "keyword"] == keys, str(found["problems"][0]))
        one = json.loads(office.qbis("check", "--json", "records/visits/VIS-1.json", status=1).out)
        expect({p["path"] for p in one["problems"]} == {"records/visits/VIS-1.json"}, str(one))
        office.qbis("check", "records/companies", status=0)
        office.qbis("check", office.path("records/companies/COM-0001.json"), status=0)
        os.symlink("VIS-1.json", office.path("records/visits/VIS-2.json"))  # a link is a file of its own
        one = json.loads(office.qbis("check", "--json", office.path("records/visits/VIS-2.json"), status=1).out)
        expect({p["path"] for p in one["problems"]} == {"records/visits/VIS-2.json"}, str(one))


def test_schedule__every_format_and_a_file():
    with Office(TOBA()) as office:
        text = office.qbis("--language", "en", "schedule", "--as-of", "2020-07-06").out
        expect("overdue" in text.lower() and "Pabrik Toba" in text and "5/5" in text, text)
        expect("\x1b" not in text, "colours without a terminal")
        for name in ("json", "csv", "html"):
            out = office.path("..", name)
            office.qbis("schedule", "--as-of", "2020-07-06", "--format", name, "-o", out)
            office.once()
            with open(out, "rb") as f, open(office.path("schedule/schedule." + name), "rb") as g:
                expect(f.read() == g.read(), f"{name} differs from the file in the folder")


def test_schedule__filters_cut_every_format_the_same_way():
    with Office(init=["--example"]) as office:
        run = lambda *args, **how: office.qbis("schedule", "--as-of", "2020-07-06", *args, **how)
        whole = json.loads(run("--format", "json").out)
        tasks = whole["tasks"]
        day = lambda t: t["due_by"] or t["planned_on"] or t["expected_on"]
        officers = {o for t in tasks for o in t["officers"]}
        expect(officers and len({t["facility"] for t in tasks}) > 1 and len({t["status"] for t in tasks}) > 1, str(tasks))
        cases = [(["--officer", o], lambda t, o=o: o in t["officers"]) for o in officers]
        cases += [(["--facility", f], lambda t, f=f: t["facility"] == f) for f in ("FAC-0001", "FAC-0002")]
        cases += [(["--status", s], lambda t, s=s: t["status"] in s.split(","))
                  for s in ("overdue", "due", "due_soon", "open", "open,due_soon")]
        cases += [(["--until", d], lambda t, d=d: day(t) and day(t) <= d) for d in ("2020-01-01", "2020-07-14", "2020-12-31")]
        cases += [(["--facility=FAC-0001", "--status=due_soon", "--until=2020-07-31"],
                   lambda t: t["facility"] == "FAC-0001" and t["status"] == "due_soon" and day(t) and day(t) <= "2020-07-31")]
        for args, keep in cases:
            wanted = [t for t in tasks if keep(t) or (args[0] == "--officer" and t["type"] == "corrective_action")]
            found = json.loads(run("--format", "json", *args).out)
            if args[0] == "--officer":
                expect({t["id"] for t in tasks if keep(t)} <= {t["id"] for t in found["tasks"]} <= {t["id"] for t in wanted},
                       str(args))
            else:
                expect(found["tasks"] == wanted, f"{args}: {found['tasks']}")
            expect(sum(found["summary"].values()) == len(found["tasks"]), str(found["summary"]))
            if args[0] != "--facility":
                expect({c["facility"] for c in found["chains"]} == {t["facility"] for t in found["tasks"]}, str(args))
            else:
                expect({c["facility"] for c in found["chains"]} == {args[1]}, str(args))
            rows = run("--format", "csv", *args).out.strip("\r\n").split("\r\n")
            expect(len(rows) - 1 == len(found["tasks"]), f"{args}: {rows}")
            text = run(*args).out.strip("\n").split("\n")
            expect(len(text) == (len(found["tasks"]) + 2 if found["tasks"] else 1), f"{args}: {text}")
        for args, words in ((["--officer", "OFF-9999"], "OFF-0001, OFF-0002"), (["--facility", "x"], "FAC-0001, FAC-0002"),
                            (["--status", "late"], "overdue, due, due_soon, open"), (["--status", "due,"], "overdue"),
                            (["--status", "met"], "overdue"), (["--until", "soon"], "--until"), (["--officer", "FAC-0001"], "OFF-0001")):
            done = run(*args, status=2)
            expect(words in done.err and not done.out, f"{args}: {done.err}")


def test_folder__is_found_from_within_and_by_the_environment():
    with Office(TOBA()) as office:
        for cwd, env in ((office.path("records/shipments"), {}), ("/", {"QBIS_FOLDER": office.folder})):
            done = subprocess.run([QBIS, "check"], cwd=cwd, env={**office.env, **env}, capture_output=True)
            expect(done.returncode == 0, done.stderr.decode())
        done = subprocess.run([QBIS, "check"], cwd="/", env=office.env, capture_output=True)
        expect(done.returncode == 2, "a folder was found where there is none")


def test_state__lies_by_the_folders_id_so_that_it_can_be_moved():
    with Office(TOBA()) as office:
        run = lambda *args: subprocess.run([QBIS, "-C", office.folder, *args], env=office.env, capture_output=True)
        expect(run("watch", "--once", "--as-of", "2020-07-06").returncode == 0, "the first pass failed")
        moved = office.folder + "-lain"
        os.rename(office.folder, moved)
        office.folder = moved
        done = run("watch", "--once", "--as-of", "2020-07-06")
        expect(done.returncode == 0, done.stderr.decode())
        expect(run("git", "status", "--porcelain").stdout == b"", "git status is not clean after the move")
        expect(len(run("git", "log", "--format=%h").stdout.split()) == 2, "the history is another one")


def test_log_and_show__tell_a_records_story():
    with Office(TOBA()) as office:
        path = "records/companies/COM-0001.json"
        office.once()
        first = office.read(path)
        office.edit(path, status="inactive")
        office.once()
        out = office.qbis("log", "COM-0001").out
        expect("status: active -> inactive" in out and "Petugas Contoh" in out, out)
        found = json.loads(office.qbis("log", "COM-0001", "--json").out)
        expect(len(found) == 2, str(found))
        expect(office.qbis("show", "COM-0001").out == office.read(path), "show differs")
        expect(office.qbis("show", "COM-0001@main~1").out == first, "show@REV differs")
        expect(office.qbis("show", path).out == office.read(path), "show by path differs")
        office.qbis("show", "COM-9999", status=2)
        os.remove(office.path(path))
        office.once(status=None)
        expect("status: active" in office.qbis("log", "COM-0001").out, "a deleted record's story is lost")
        expect("Change company COM-0001" in office.qbis("log").out, office.qbis("log").out)


def test_git__is_plain_git_on_the_history():
    with Office(TOBA()) as office:
        office.once()
        expect(office.qbis("git", "log", "--oneline").out.count("\n") == 2, "log")
        expect(office.qbis("git", "status", "--porcelain").out == "", "status")
        clone = os.path.join(office.root, "clone")
        subprocess.run(["git", "clone", "-q", f"{office.state}/history.git", clone], check=True, env=office.env)
        tree = office.tree()
        for path, content in tree.items():
            with open(os.path.join(clone, path), "rb") as f:
                expect(f.read() == content, f"{path} differs in a clone")


def test_terminal__control_characters_in_data_never_come_out_raw():
    with Office(TOBA()) as office:
        office.edit("records/facilities/FAC-0001.json", name="Pabrik \x1b[31m\u202eToba\x07")
        office.write("records/shipments/SHP-G.json", '{"\x1b[2J": 1}')
        for args in (["check"], ["schedule", "--as-of", "2020-07-06"]):
            out = office.qbis(*args, status=None).out
            expect("\x1b" not in out and "\u202e" not in out and "\x07" not in out, f"{args}: {out!r}")
        office.once(status=1)
        expect("\x1b" not in office.qbis("log", status=None).out, "log")


def test_output__that_cannot_be_written_is_a_failure():
    with Office(TOBA()) as office:
        with open("/dev/full", "w") as full:
            done = subprocess.run([QBIS, "-C", office.folder, "schedule", "--format", "html"], env=office.env,
                                  stdout=full, stderr=subprocess.PIPE)
        expect(done.returncode == 2 and done.stderr, "a full disk went unnoticed")


if __name__ == "__main__":
    sys.exit(main(globals()))
