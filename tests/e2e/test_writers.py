# SPDX-License-Identifier: GPL-2.0-or-later
"""Whoever writes into the folder in whatever way: other sync programs, copying tools, editors, slow hands, plain git."""
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time

from office import Office, expect, main, shipment, wait_for
from test_conflict import FIRST, TOBA, VISIT, conflicts, text

SCHEDULE = "schedule/schedule.json"
JULY = "records/shipments/2020/07"


def counted(office):
    return office.json(SCHEDULE)["chains"][0]["counted"]


def reaches(office, count):
    wait_for(lambda: counted(office) == count, lambda: f"{counted(office)} counted, not {count}\n{office.log()}")


def run(office, *command, status=0):
    done = subprocess.run(command, env={**office.env, "TERM": "dumb"}, stdin=subprocess.DEVNULL, capture_output=True)
    expect(status is None or done.returncode == status, f"{command}: {done.stdout.decode()}{done.stderr.decode()}")
    return done


def committed(office, path, part):
    wait_for(lambda: part in office.git("show", "main:" + path, status=None), office.log)


def add_elsewhere(office, count):
    """A folder outside with so many new shipments."""
    folder = os.path.join(office.root, "elsewhere")
    os.makedirs(folder)
    for i in range(count):
        with open(os.path.join(folder, f"SHP-N{i:03}.json"), "w", encoding="utf-8") as f:
            f.write(json.dumps(shipment(f"SHP-N{i:03}", f"N-{i + 100}"), indent=2))
    return folder


def ends_well(office):
    office.stop()
    office.fsck()
    expect(office.status_clean(), office.git(f"--work-tree={office.folder}", "status"))
    expect(not office.problems(), str(office.problems()))


# --- sync and copying programs ---

def test_writers__unison():
    with Office(TOBA()) as office:
        office.write(VISIT, text(FIRST))
        office.start()
        other = os.path.join(office.root, "other")

        def sync():
            done = run(office, "unison", office.folder, other, "-batch", "-auto", "-prefer", "newer", "-copyonconflict",
                       "-ui", "text", "-times", "-ignore", "Name ~*.tmp", status=None)
            expect(done.returncode in (0, 1, 2), done.stderr.decode())  # what changed meanwhile is left to the next time

        def there(path):
            with open(os.path.join(other, path), encoding="utf-8") as f:
                return f.read()

        def change_there(path, content):
            with open(os.path.join(other, path), "w", encoding="utf-8") as f:
                f.write(content)

        def settles(condition):
            def done():
                sync()
                return condition()
            wait_for(done, lambda: f"{office.log()}\n{office.problems()}\n{sorted(office.tree())}", 60)
        sync()
        shutil.copytree(add_elsewhere(office, 200), os.path.join(other, JULY), dirs_exist_ok=True)
        settles(lambda: counted(office) == 206 and there(SCHEDULE) == office.read(SCHEDULE))
        # different properties on both sides
        office.replace(VISIT, text({**FIRST, "planned_on": "2020-07-11"}))
        committed(office, VISIT, "2020-07-11")
        change_there(VISIT, text({**FIRST, "note": "bawa alat uji"}))
        merged = {**FIRST, "planned_on": "2020-07-11", "note": "bawa alat uji"}
        settles(lambda: office.json(VISIT) == merged and json.loads(there(VISIT)) == merged)
        expect(not conflicts(office), str(conflicts(office)))
        expect(not [p for p in office.tree() if "conflict" in p], "a copy is left")
        # deleted there, edited here: unison takes the newer, which is the deletion, and keeps the other as a copy
        os.unlink(os.path.join(other, VISIT))
        office.replace(VISIT, text({**merged, "note": "tetap perlu"}))
        committed(office, VISIT, "tetap perlu")
        settles(lambda: not office.exists(VISIT) and len(conflicts(office)) == 1)
        copy = conflicts(office)[0]["path"]
        os.rename(office.path(copy), office.path(VISIT))
        settles(lambda: not office.problems() and "tetap perlu" in there(VISIT) and
                not os.path.exists(os.path.join(other, copy)))
        ends_well(office)


def test_writers__cp_and_rsync():
    with Office(TOBA()) as office:
        office.start()
        folder = add_elsewhere(office, 60)
        target = office.path(JULY)
        names = sorted(os.listdir(folder))
        run(office, "cp", *[os.path.join(folder, n) for n in names[:20]], target)
        reaches(office, 26)
        run(office, "rsync", "-a", folder + "/", target)
        reaches(office, 66)
        path = os.path.join(folder, names[0])
        for count, option in enumerate(["--inplace", "--delay-updates", "--no-whole-file"]):
            with open(path, "w", encoding="utf-8") as f:
                f.write(json.dumps(shipment("SHP-N000", "N-100", note=f"kali {count}", correction_reason="uji"), indent=2))
            run(office, "rsync", "-a", "--checksum", option, folder + "/", target)
            committed(office, f"{JULY}/SHP-N000.json", f"kali {count}")
        names = office.git("log", "--name-only", "--format=", "main").split("\n")
        expect(not [n for n in names if os.path.basename(n).startswith(".")], "a temporary file is in history")
        ends_well(office)


# --- editors ---

def test_writers__vim_sed_and_an_editor_in_place():
    with Office(TOBA()) as office:
        office.write(VISIT, text(FIRST))
        office.start()
        run(office, "vim.tiny", "-u", "NONE", "-c", "%s/awal/kedua/", "-c", "wq", office.path(VISIT))
        committed(office, VISIT, "kedua")
        run(office, "sed", "-i", "s/kedua/ketiga/", office.path(VISIT))
        committed(office, VISIT, "ketiga")
        office.write(VISIT, office.read(VISIT).replace("ketiga", "keempat"))
        committed(office, VISIT, "keempat")
        names = set(office.git("log", "--name-only", "--format=", "main", "--", "records").split("\n"))
        expect(not [n for n in names if not n.endswith(".json") and n], f"{names}")
        ends_well(office)


def test_writers__libreoffice_saves_beside_the_records():
    with Office(TOBA()) as office:
        office.start()
        target, lock = office.path(JULY), office.path(JULY, ".~lock.lain.csv#")
        sheet = os.path.join(office.root, "daftar.csv")
        with open(sheet, "w", encoding="utf-8") as f:
            f.write("nomor,berat\nN-1,12000\n")
        with open(lock, "w", encoding="utf-8") as f:  # as the program leaves it while the file is open, or when it dies
            f.write(",rina,kantor,06.07.2020 10:15,file:///home/rina/.config/libreoffice/4;")
        run(office, "soffice", f"-env:UserInstallation=file://{office.root}/profile", "--headless", "--convert-to", "csv",
            "--outdir", target, sheet)
        committed(office, f"{JULY}/daftar.csv", "N-1")
        run(office, "soffice", f"-env:UserInstallation=file://{office.root}/profile", "--headless", "--convert-to", "xlsx",
            "--outdir", target, office.path(JULY, "daftar.csv"))
        wait_for(lambda: office.in_head(f"{JULY}/daftar.xlsx"), office.log)
        names = set(office.git("log", "--name-only", "--format=", "main", "--", JULY).split("\n"))
        expect(not [n for n in names if n and not re.search(r"/(SHP-.\.json|daftar\.(csv|xlsx))$", n)], f"{names}")
        os.unlink(lock)
        ends_well(office)


# --- slow hands ---

def test_writers__a_record_that_is_broken_for_a_moment_is_never_reported():
    with Office(TOBA()) as office:
        office.write(VISIT, text(FIRST))
        office.start(settle="400")
        before = office.commits()
        for note in ("satu", "dua", "tiga"):
            new = text({**FIRST, "note": note})
            office.write(VISIT, new[:len(new) // 2])
            time.sleep(0.15)  # shorter than the settle time: the input, nothing is waited for
            office.write(VISIT, new)
        committed(office, VISIT, "tiga")
        office.stop()
        names = office.git("log", "--name-only", "--format=", "main")
        expect("problem.txt" not in names, "a note was written")
        subjects = office.git("log", "--format=%s", f"-{office.commits() - before}", "main")
        expect(office.commits() == before + 1, subjects)


def test_writers__a_file_that_is_never_quiet_is_read_all_the_same():
    with Office(TOBA()) as office:
        settings = office.read("qbis.yaml")
        expect("\nsettle:" not in settings, settings)
        office.write("qbis.yaml", settings + "\nsettle: {quiet_ms: 1000, longest_ms: 2000}\n")
        office.write(VISIT, text(FIRST))
        office.start(settle="1000")
        ended = threading.Event()

        def write_on():
            count = 0
            while not ended.wait(0.1):  # a tenth of the settle time
                count += 1
                office.replace(VISIT, text({**FIRST, "note": f"kali {count}"}))
        writer = threading.Thread(target=write_on)
        writer.start()
        try:
            committed(office, VISIT, "kali")
            expect(writer.is_alive(), "the writer ended")
        finally:
            ended.set()
            writer.join()
        committed(office, VISIT, office.json(VISIT)["note"])
        ends_well(office)


# --- git ---

def test_writers__plain_git_at_the_same_time():
    with Office(TOBA()) as office:
        office.write(VISIT, text(FIRST))
        office.start()
        ended, failed = threading.Event(), []

        def work(*commands):
            while not ended.is_set():
                for command in commands:
                    try:
                        office.plain_git(*command)
                    except Exception as error:
                        failed.append(f"{command}: {error}")
        hands = [threading.Thread(target=work, args=commands) for commands in (
            [["log", "--stat"], ["gc", "-q"]], [["status"], ["diff", "main~1", "main"], ["show"], ["repack", "-d", "-q"]],
            [["rev-list", "--objects", "--all"], ["cat-file", "-p", "main^{tree}"]])]
        for hand in hands:
            hand.start()
        try:
            for i in range(25):
                office.replace(VISIT, text({**FIRST, "note": f"kali {i}"}))
                committed(office, VISIT, f"kali {i}")
        finally:
            ended.set()
            for hand in hands:
                hand.join()
        expect(not failed, lambda: "\n".join(failed) + "\n" + office.log())
        expect(len(office.git("log", "--format=%h", "main", "--", VISIT).split()) == 26, office.git("log", "--stat", "main"))
        ends_well(office)


def test_writers__a_commit_by_hand_is_kept_and_mended():
    with Office(TOBA()) as office:
        office.write(VISIT, text(FIRST))
        office.start()
        before = office.git("rev-parse", "main:records")
        empty = office.git("hash-object", "-t", "tree", "-w", "--stdin").strip()
        by_hand = office.git("-c", "user.name=Rina", "-c", "user.email=rina@example.org", "commit-tree", empty, "-p", "main",
                             "-m", "Everything gone, by mistake").strip()
        office.git("update-ref", "refs/heads/main", by_hand)
        office.replace(VISIT, text({**FIRST, "note": "sesudah"}))
        committed(office, VISIT, "sesudah")
        office.replace(VISIT, text(FIRST))
        wait_for(lambda: office.git("rev-parse", "main:records", status=None) == before,
                 lambda: office.git("diff", "--stat", before.strip(), "main") + office.log())
        expect("by mistake" in office.git("log", "--format=%s", "main"), office.git("log", "--format=%s", "main"))
        ends_well(office)


if __name__ == "__main__":
    sys.exit(main({n: f for n, f in globals().items() if n.startswith("test_writers__")}))
