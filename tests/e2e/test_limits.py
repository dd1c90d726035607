# SPDX-License-Identifier: GPL-2.0-or-later
"""Limits of inotify: said in clear words, and correctness kept by looking at everything again."""
import os
import signal
import subprocess
import sys

from office import Office, Skip, expect, main, shipment, wait_for
from test_conflict import TOBA

NEW = "records/shipments/2020/07/SHP-G.json"
RESCAN = 60  # seconds: every 30 the daemon looks at what it cannot watch
FEW = 'echo 6 > /proc/sys/user/max_inotify_watches && exec "$@"'


def reaches(office, path, deadline=RESCAN):
    wait_for(lambda: office.in_head(path), office.log, deadline)


def ends_well(office):
    office.stop()
    office.fsck()
    expect(office.status_clean(), office.git(f"--work-tree={office.folder}", "status"))


def test_limits__too_few_watches():
    prefix = ["unshare", "-Ur", "sh", "-c", FEW, "sh"]
    if subprocess.run([*prefix, "true"], capture_output=True).returncode:
        raise Skip("this system lets nobody set the limit in a namespace of their own")
    with Office(TOBA()) as office:
        office.start(prefix=prefix)
        expect("raise fs.inotify.max_user_watches" in office.log(), office.log())
        said = office.qbis("--language", "en", "status").out
        expect("raise fs.inotify.max_user_watches" in said and " 6 to be had" in said, said)
        office.replace(NEW, shipment("SHP-G", "N-7"))
        os.unlink(office.path("schedule/schedule.csv"))
        reaches(office, NEW)
        wait_for(lambda: office.exists("schedule/schedule.csv"), office.log, RESCAN)
        expect(office.log().count("max_user_watches") == 1, "it is said again and again\n" + office.log())
        ends_well(office)


def test_limits__the_queue_overflows():
    with Office(TOBA()) as office:
        daemon = office.start()
        daemon.send_signal(signal.SIGSTOP)
        folder = office.path("records/shipments/2020/07")
        for i in range(10000):  # five events each; the kernel's queue holds 16 384
            temporary, other = os.path.join(folder, f"~{i}.tmp"), os.path.join(folder, f"~{i}.x.tmp")
            with open(temporary, "w", encoding="ascii") as f:
                f.write("x")
            os.rename(temporary, other)
            os.remove(other)
        office.replace(NEW, shipment("SHP-G", "N-7"))
        office.write("records/shipments/2020/09/SHP-H.json", shipment("SHP-H", "N-8"))
        daemon.send_signal(signal.SIGCONT)
        reaches(office, NEW)
        reaches(office, "records/shipments/2020/09/SHP-H.json")
        expect("too many changes at once" in office.log(), office.log())
        # and it hears again, in the new directory too
        office.write("records/shipments/2020/09/SHP-I.json", shipment("SHP-I", "N-9"))
        reaches(office, "records/shipments/2020/09/SHP-I.json")
        ends_well(office)


if __name__ == "__main__":
    sys.exit(main({n: f for n, f in globals().items() if n.startswith("test_limits__")}))
