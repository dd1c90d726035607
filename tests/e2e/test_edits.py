# SPDX-License-Identifier: GPL-2.0-or-later
"""The daemon makes only those parts of its files anew that an edit bears on: after any sequence of edits they must be
the bytes that a program writes which has never seen the folder."""
import json
import os
import random
import shutil
import subprocess
import sys

from office import Office, expect, main, wait_for

GENERATE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "bench", "generate")


def outputs(office):
    return {path: text for path, text in office.tree().items() if path.startswith(("schedule/", "status/"))}


def records(office, kind):
    place = office.path("records", kind)
    return sorted(os.path.relpath(os.path.join(base, name), office.folder)
                  for base, _, names in os.walk(place) for name in names if name.endswith(".json"))


class Edits:
    """What people do, at random but the same every time."""

    def __init__(self, office, seed):
        self.office, self.random, self.count = office, random.Random(seed), 0

    def pick(self, kind):
        return self.random.choice(records(self.office, kind))

    def edit(self, kind, **changes):
        self.office.edit(self.pick(kind), **changes)

    def company(self):
        self.edit("companies", legal_name=f"PT {self.count}")

    def officer(self):
        self.edit("officers", name=f"Pegawai {self.count}")

    def commodity(self):
        self.edit("commodities", name=f"Komoditas {self.count}")

    def facility(self):
        self.edit("facilities", name=f"Fasilitas <{self.count}> & Co")

    def move(self):
        """A facility goes to another company."""
        company = os.path.basename(self.pick("companies"))[:-len(".json")]
        self.edit("facilities", company=company)

    def shipment(self):
        self.edit("shipments", note=f"catatan {self.count}", correction_reason="salah ketik")

    def certificate(self):
        self.edit("shipments", certificate_number=f"N-{self.count}", correction_reason="salah ketik")

    def cancel(self):
        self.edit("shipments", status="cancelled", cancel_reason="batal", correction_reason="batal")

    def visit(self):
        self.edit("visits", conducted_on="2014-01-1" + str(self.random.randrange(10)), correction_reason="salah ketik")

    def delete(self):
        os.remove(self.office.path(self.pick("shipments")))

    def broken(self):
        self.office.write(self.pick("shipments"), "{")

    def one(self):
        self.count += 1
        what = self.random.choice([self.company, self.officer, self.commodity, self.facility, self.move, self.shipment,
                                   self.certificate, self.cancel, self.visit, self.delete, self.broken])
        what()
        return what.__name__


def fresh(office, number, as_of):
    """The outputs of a start on a copy of folder and state from which all outputs are gone."""
    twin = os.path.join(office.root, f"twin-{number}")
    shutil.copytree(office.folder, os.path.join(twin, "folder"))
    shutil.copytree(office.state, os.path.join(twin, "state"))
    for place in ("schedule", "status"):
        shutil.rmtree(os.path.join(twin, "folder", place))
    folder, state = office.folder, office.state
    office.folder, office.state = os.path.join(twin, "folder"), os.path.join(twin, "state")
    done = office.qbis("watch", "--once", "--as-of", as_of, status=None)
    expect(done.returncode < 2, done.err)
    written = outputs(office)
    office.folder, office.state = folder, state
    shutil.rmtree(twin)
    return written


def go(office, seed, rounds):
    place = os.path.join(office.root, "made")
    made = subprocess.run([GENERATE, place, "--records", "300", "--facilities", "4"], capture_output=True, check=True)
    as_of = json.loads(made.stdout)["as_of"]
    shutil.copytree(os.path.join(place, "records"), office.path("records"), dirs_exist_ok=True)
    office.start(as_of=as_of, settle="30")
    edits = Edits(office, seed)
    for number in range(rounds):
        done = [edits.one() for _ in range(edits.random.choice((1, 1, 1, 3)))]
        wait_for(office.status_clean, lambda: f"{done} did not arrive\n" + office.log())
        mine, theirs = outputs(office), fresh(office, number, as_of)
        expect(mine == theirs, lambda: f"round {number}, {done}: " + str(
            sorted(path for path in {*mine, *theirs} if mine.get(path) != theirs.get(path))))
    office.stop()
    office.fsck()


def test_edits__files_are_those_of_a_fresh_start():
    with Office() as office:
        go(office, 1, 14)


if __name__ == "__main__":
    sys.exit(main(globals()))
