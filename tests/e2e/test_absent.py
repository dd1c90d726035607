# SPDX-License-Identifier: GPL-2.0-or-later
"""Placeholders of content that a sync client keeps elsewhere: absent, not deleted, not wrong."""
import os
import signal
import sys

from office import Office, expect, main, wait_for
from test_conflict import FIRST, TOBA, VISIT, text

FORMS = (".{}.icloud", "{}.owncloud", "{}.nextcloud")


def placeholder(path, form):
    return os.path.join(os.path.dirname(path), form.format(os.path.basename(path)))


def evict(office, path, form=FORMS[0]):
    office.write(placeholder(path, form), "bplist00")
    os.unlink(office.path(path))


def fetch(office, path, content, form=FORMS[0]):
    office.replace(path, content)
    os.unlink(office.path(placeholder(path, form)))


def records(office):
    found = []
    for base, _, names in os.walk(office.path("records")):
        found += [os.path.relpath(os.path.join(base, n), office.folder) for n in names if n.endswith(".json")]
    return sorted(found)


def test_absent__a_record_that_waits_stays_in_use():
    for form in FORMS:
        with Office(TOBA()) as office:
            office.write(VISIT, text(FIRST))
            office.once()
            tasks, head = office.read("schedule/schedule.json"), office.head()
            evict(office, VISIT, form)
            office.once()  # a start, which never saw the file
            expect(office.head() == head and office.in_head(VISIT), "it was taken for deleted")
            expect(office.read("schedule/schedule.json") == tasks and not office.problems(), str(office.problems()))
            # it comes back as it was, or changed
            fetch(office, VISIT, text({**FIRST, "note": "lain"}), form)
            office.once()
            expect("lain" in office.git("show", "main:" + VISIT) and not office.problems(), str(office.problems()))
            expect(office.status_clean(), office.git("status"))


def test_absent__all_of_them_under_the_daemon():
    with Office(TOBA()) as office:
        office.once()
        office.start()
        head, schedule = office.head(), office.read("schedule/schedule.json")
        all_records = records(office)
        for path in all_records:
            evict(office, path)
        status = lambda: office.qbis("--language", "en", "status", status=None).out
        wait_for(lambda: f"{len(all_records)} files are not on this computer" in status(), status)
        expect("holding" not in office.log(), office.log())
        expect(office.head() == head and office.read("schedule/schedule.json") == schedule, "they were taken for deleted")
        # one was deleted after all: only its placeholder tells
        path = next(p for p in all_records if "companies" in p)
        os.unlink(office.path(placeholder(path, FORMS[0])))
        office.daemon.send_signal(signal.SIGHUP)
        wait_for(lambda: not office.in_head(path), office.log)
        office.stop()
        office.fsck()


def test_absent__a_kind_that_waits_stays_in_force():
    with Office(TOBA()) as office:
        kind = "kinds/asset.yaml"
        office.write(kind, "x-qbis-kind: asset\nx-qbis-folder: assets\nx-qbis-prefix: AST\ntype: object\n"
                           "properties:\n  id: {type: string}\n  recorded_by: {type: string}\n")
        office.write("records/assets/AST-1.json", {"id": "AST-1", "recorded_by": "OFF-0001"})
        office.once()
        expect(not office.problems(), str(office.problems()))
        evict(office, kind)
        office.once()
        expect(not office.problems() and office.in_head(kind), str(office.problems()))


if __name__ == "__main__":
    sys.exit(main({n: f for n, f in globals().items() if n.startswith("test_absent__")}))
