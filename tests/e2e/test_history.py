# SPDX-License-Identifier: GPL-2.0-or-later
"""Looking back: log, show and git, on a folder whose records were changed, moved, deleted and broken."""
import json
import os
import subprocess
import sys

from office import QBIS, Office, expect, main

COMPANY = {"id": "COM-0009", "legal_name": "PT Contoh", "status": "active", "recorded_by": "OFF-0009"}
OFFICER = {"id": "OFF-0009", "name": "Siti <Aminah>\u202e", "email": "siti@example.org", "role": "inspector", "status": "active",
           "recorded_by": "OFF-0009"}
HERE = "records/companies/COM-0009.json"
THERE = "records/companies/lama/COM-0009.json"


def company(**changes):
    return {**COMPANY, **changes}


def lived():
    """A company that was added, changed, moved, changed, and deleted."""
    office = Office(init=["--language", "en"])
    office.write("records/officers/OFF-0009.json", OFFICER)
    office.write(HERE, company())
    office.once()
    office.write(HERE, company(status="inactive"))
    office.once()
    os.makedirs(office.path("records/companies/lama"))
    os.rename(office.path(HERE), office.path(THERE))
    office.once()
    office.write(THERE, company(status="inactive", note="a\nb"))
    office.once()
    os.unlink(office.path(THERE))
    office.once()
    return office


def test_log__follows_a_record_that_was_moved_and_deleted():
    with lived() as office:
        out = office.qbis("--language", "en", "log", "COM-0009").out
        for part in ("(deleted)", "note: none -> a\\nb", f"(moved from {HERE})", "status: active -> inactive",
                     "legal_name: none -> PT Contoh"):
            expect(part in out, f"{part} is not in\n{out}")
        expect("\u202e" not in out and "\x1b" not in out, "a control character came through")
        expect("+07:00" in out, out)
        expect(office.qbis("--language", "en", "log", "COM-0009", "-n", "1").out.count("COM-0009") == 1, "-n 1")
        expect(office.qbis("log", "COM-1234", status=2).err.startswith("qbis: "), "an unknown record")
        expect(office.qbis("log", "-n", "0", status=2).err.startswith("qbis: "), "no count")


def test_log__speaks_json():
    with lived() as office:
        entries = json.loads(office.qbis("log", "COM-0009", "--json").out)
        expect([e["records"][0]["path"] for e in entries] == [THERE, THERE, THERE, HERE, HERE], entries)
        expect(entries[2]["records"][0]["changes"] == [] and entries[2]["records"][0]["moved_from"] == HERE, entries[2])
        expect(entries[3]["records"][0]["changes"] ==
               [{"pointer": "/status", "before": "active", "after": "inactive"}], entries[3])
        expect(entries[3]["author"]["email"] == "siti@example.org" and entries[3]["date"].endswith("+07:00"), entries[3])
        commits = office.git("log", "--format=%H %s", "main").splitlines()
        whole = json.loads(office.qbis("log", "--json").out)
        expect([f"{e['commit']} {e['subject']}" for e in whole] == commits, whole)
        expect(all(r["path"].startswith("records/") for e in whole for r in e["records"]), whole)
        expect(json.loads(office.qbis("log", "--json", "-n", "2").out) == whole[:2], "-n 2")


def test_log__says_when_versions_cannot_be_compared():
    with Office(init=["--language", "en"]) as office:
        office.write(HERE, company())
        office.once(status=1)
        office.write(HERE, '{"id": ')
        office.once(status=1)
        expect("not valid JSON" in office.qbis("--language", "en", "log", "COM-0009", "-n", "1").out, "nothing said")
        entry = json.loads(office.qbis("log", "COM-0009", "--json", "-n", "1").out)[0]
        expect(entry["records"] == [{"path": HERE, "readable": False, "changes": []}], entry)


def test_show__prints_any_version_as_it_was():
    with lived() as office:
        def status(argument, **more):
            return json.loads(office.qbis("show", argument, **more).out)["status"]
        first = office.git("rev-list", "--reverse", "main", "--", HERE).split()[0]
        expect(status(f"COM-0009@{first}") == "active", "by id and commit")
        expect(status(f"{HERE}@{first[:10]}") == "active", "by path and commit")
        expect(status(f"COM-0009@main~1") == "inactive", "where it was moved to")
        gone = office.qbis("--language", "en", "show", "COM-0009")
        expect(json.loads(gone.out)["note"] == "a\nb" and "has been deleted" in gone.err, gone.err)
        expect(json.loads(office.qbis("show", THERE).out)["note"] == "a\nb", "by path")
        for wrong in ("COM-0009@2020-01-01", "COM-0009@nothing", "COM-1", "records", "COM-0009@"):
            expect(office.qbis("show", wrong, status=2).out == "", wrong)
        office.qbis("show", status=2)
        office.write("notes/a@b.txt", "c\x1b[2Jd\r\n")
        office.once()
        expect(office.qbis("show", "notes/a@b.txt").out == "c\x1b[2Jd\r\n", "bytes to a pipe")
        done = subprocess.run([QBIS, "--state", office.state, "show", "./a@b.txt"], cwd=office.path("notes"),
                              env=office.env, capture_output=True)
        expect(done.stdout == b"c\x1b[2Jd\r\n", done.stderr)


def test_git__works_on_the_history_whatever_the_environment_says():
    with lived() as office:
        env = {**office.env, "GIT_DIR": "/nowhere", "GIT_INDEX_FILE": "/nowhere/index", "GIT_OBJECT_DIRECTORY": "/nowhere",
               "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.bare", "GIT_CONFIG_VALUE_0": "true"}

        def git(*args, cwd="/"):
            done = subprocess.run([QBIS, "-C", office.folder, "--state", office.state, "git", *args], env=env, cwd=cwd,
                                  capture_output=True, text=True)
            return done.returncode, done.stdout
        expect(git("status", "--porcelain") == (0, ""), git("status", "--porcelain"))
        expect(git("rev-parse", "main") == (0, office.head() + "\n"), "another history")
        expect(git("log", "-1", "--format=%s", cwd=office.path("records"))[0] == 0, "from a folder within")
        office.write("records/officers/OFF-0009.json", {})
        expect(git("status", "--porcelain") == (0, " M records/officers/OFF-0009.json\n"), "what is not committed yet")
        expect(git("no-such-command")[0] == 1, "git's own status")
        office.fsck()


def test_history__none_yet():
    with Office(init=["--language", "en"]) as office:
        for args in (["log"], ["show", "COM-0009"], ["git", "status"]):
            done = office.qbis("--language", "en", *args, status=2)
            expect("no history yet" in done.err, done.err)
        expect(not os.path.exists(os.path.join(office.state, "history.git")), "a history was made")


if __name__ == "__main__":
    sys.exit(main(globals()))
