# SPDX-License-Identifier: GPL-2.0-or-later
"""A folder that vanishes is not an empty folder: nothing is recorded as deleted, and work goes on when it is back.

What needs mounts runs this program again in a user namespace of its own (unshare -Urm), so that nothing outside sees
them.
"""
import os
import re
import shutil
import subprocess
import sys
import time

from office import Office, Skip, case, expect, main, shipment, wait_for
from test_conflict import TOBA

NEW = "records/shipments/2020/07/SHP-G.json"


def many():
    return os.path.join(case("mixed-2"), "records")


def deletions(office):
    """Of records, in all of history."""
    names = office.git("log", "--diff-filter=D", "--no-renames", "--name-only", "--format=", "main", "--", "records")
    return [n for n in names.split("\n") if n.endswith(".json")]


def status_says(office, words, state=True):
    """In the words of `qbis status`, also of somebody who gives no state directory."""
    place = ["-C", office.folder] + (["--state", office.state] if state else [])
    wait_for(lambda: words in office.qbis("--language", "en", *place, "status", place=False, status=None).out,
             lambda: office.qbis("--language", "en", *place, "status", place=False, status=None).out + office.log())


def works_on(office, path=NEW, record=None):
    office.replace(path, record or shipment("SHP-G", "N-7"))
    wait_for(lambda: office.in_head(path), office.log)
    expect(not deletions(office), str(deletions(office)))
    office.stop()
    office.fsck()
    expect(office.status_clean(), office.git(f"--work-tree={office.folder}", "status"))


def test_vanish__rm_of_all_records_is_held():
    with Office(many()) as office:
        office.start("2020-08-01", settle="1000")  # so that a busy machine does not make two of one deletion
        aside = os.path.join(office.root, "aside")
        shutil.copytree(office.path("records"), aside)
        shutil.rmtree(office.path("records"))
        office.wait_log("holding")
        status_says(office, "records are gone at once")
        expect(not deletions(office), str(deletions(office)))
        shutil.copytree(aside, office.path("records"), dirs_exist_ok=True)  # closed records come back meanwhile
        office.wait_log("no longer holding")
        works_on(office, "records/companies/COM-NEW.json",
                 {"id": "COM-NEW", "legal_name": "PT Baru", "status": "active", "recorded_by": "OFF-0001"})


def test_vanish__deletions_that_come_one_after_the_other_count_together():
    """A sync client that deletes what was deleted elsewhere is slower than the settle time in all, not in between."""
    with Office(many()) as office:
        office.start("2020-08-01", settle="1000")
        for base, _, names in os.walk(office.path("records")):
            for name in names:
                if not name.endswith(".json"):
                    continue
                os.unlink(os.path.join(base, name))
                time.sleep(0.02)  # the client's pace: input, nothing is waited for
        office.wait_log("holding")
        expect(not deletions(office), str(deletions(office)))
        office.stop()


def test_vanish__moved_away_and_back():
    with Office(TOBA()) as office:
        office.start()
        os.rename(office.folder, office.folder + "-away")
        office.wait_log("is gone")
        status_says(office, "is gone")
        os.rename(office.folder + "-away", office.folder)
        office.wait_log("no longer holding")
        works_on(office)


def test_vanish__status_finds_the_state_of_a_folder_that_is_gone():
    with Office(TOBA()) as office:
        ident = office.read("qbis.yaml").split("folder_id:")[1].split()[0].strip("\"'")
        office.state = os.path.join(office.root, "xdg", "qbis", ident)
        office.start()
        os.rename(office.folder, office.folder + "-away")
        office.wait_log("is gone")
        status_says(office, "is gone", state=False)
        os.rename(office.folder + "-away", office.folder)
        works_on(office)


def test_vanish__another_folder_in_its_place():
    with Office(TOBA()) as office, Office() as other:
        office.start()
        os.rename(office.folder, office.folder + "-away")
        shutil.copytree(other.folder, office.folder)
        status_says(office, "another folder")
        os.rename(office.folder, office.folder + "-other")
        os.rename(office.folder + "-away", office.folder)
        office.wait_log("no longer holding")
        works_on(office)


def test_vanish__another_folder_copied_over_it():
    with Office(TOBA()) as office, Office() as other:
        office.start()
        settings = office.read("qbis.yaml")
        head = office.head()
        office.replace("qbis.yaml", other.read("qbis.yaml"))
        shutil.move(office.path("records"), os.path.join(office.root, "aside"))
        status_says(office, "another folder")
        expect(office.head() == head, office.git("log", "--stat", "main"))
        # nor is it believed after a new start
        office.stop()
        office.start()
        status_says(office, "another folder")
        expect(office.head() == head, office.git("log", "--stat", "main"))
        shutil.move(os.path.join(office.root, "aside"), office.path("records"))
        office.replace("qbis.yaml", settings)
        office.wait_log("no longer holding")
        works_on(office)


def test_vanish__another_folder_id_can_be_accepted():
    with Office(TOBA()) as office:
        office.start()
        office.replace("qbis.yaml", re.sub("(?m)^folder_id:.*", "folder_id: kantor-baru", office.read("qbis.yaml")))
        status_says(office, "another folder")
        office.qbis("accept")
        office.wait_log("no longer holding")
        works_on(office)


def test_vanish__settings_that_are_gone():
    with Office(TOBA()) as office:
        office.start()
        os.rename(office.path("qbis.yaml"), office.path("qbis.yaml~"))
        status_says(office, "qbis.yaml is not there")
        os.rename(office.path("qbis.yaml~"), office.path("qbis.yaml"))
        office.wait_log("no longer holding")
        works_on(office)


# --- with mounts ---

def mount(*args):
    done = subprocess.run(["mount", *args], capture_output=True, text=True)
    expect(done.returncode == 0, done.stderr)


def umount(*args):
    done = subprocess.run(["umount", *args], capture_output=True, text=True)
    expect(done.returncode == 0, done.stderr)


def inside_unmounted():
    """The disk with the folder is pulled out under the daemon and put in again."""
    with Office() as office:
        disk = os.path.join(office.root, "disk")
        os.mkdir(disk)
        mount("-t", "tmpfs", "tmpfs", disk)
        shutil.copytree(office.folder, disk, dirs_exist_ok=True)
        shutil.copytree(TOBA(), os.path.join(disk, "records"), dirs_exist_ok=True)
        shutil.rmtree(office.folder)
        os.mkdir(office.folder)
        mount("--bind", disk, office.folder)
        office.start()
        umount("--lazy", office.folder)
        office.wait_log("is gone")
        status_says(office, "is gone")
        mount("--bind", disk, office.folder)
        office.wait_log("no longer holding")
        works_on(office)
        umount(office.folder)  # the daemon has ended and keeps nothing open there
        umount(disk)


def inside_mounted_over():
    with Office(TOBA()) as office:
        office.start()
        head = office.head()
        mount("-t", "tmpfs", "tmpfs", office.folder)
        office.wait_log("is gone")
        status_says(office, "is gone")
        umount(office.folder)
        office.wait_log("no longer holding")
        expect(office.head() == head, office.git("log", "--stat", "main"))
        works_on(office)


def in_namespace(name):
    if subprocess.run(["unshare", "-Urm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True).returncode:
        raise Skip("this system lets nobody mount in a namespace of their own")
    done = subprocess.run(["unshare", "-Urm", sys.executable, os.path.abspath(__file__), name], capture_output=True,
                          text=True, env={**os.environ, "QBIS_INSIDE": "1"})
    expect(done.returncode == 0, done.stdout + done.stderr)


def test_vanish__unmounted_under_the_daemon():
    in_namespace("inside_unmounted")


def test_vanish__an_empty_folder_mounted_over_it():
    in_namespace("inside_mounted_over")


if __name__ == "__main__":
    prefix = "inside_" if os.environ.get("QBIS_INSIDE") else "test_vanish__"
    sys.exit(main({n: f for n, f in globals().items() if n.startswith(prefix)}, prefix))
