# SPDX-License-Identifier: GPL-2.0-or-later
"""examples/demo: it shows the main job, says so when it cannot, and leaves nothing behind."""
import os
import shutil
import signal
import subprocess
import sys
import tempfile

from office import QBIS, expect, main, wait_for

DEMO = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "examples", "demo")


class Room:
    """A temporary directory in which the demo makes its own."""

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="qbis-e2e-")
        return self

    def __exit__(self, *exc):
        shutil.rmtree(self.path, ignore_errors=True)

    def start(self, program=QBIS):
        return subprocess.Popen([DEMO, program], env={**os.environ, "TMPDIR": self.path}, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def processes(self):
        """Command lines that name this directory."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/cmdline", "rb") as file:
                    words = file.read().decode("utf-8", "replace").replace("\0", " ")
            except OSError:
                continue
            if self.path in words:
                found.append(words)
        return found

    def empty(self):
        expect(os.listdir(self.path) == [], lambda: f"left behind: {os.listdir(self.path)}")
        expect(self.processes() == [], lambda: f"still running: {self.processes()}")


def test_demo__shows_the_main_job_and_cleans_up():
    with Room() as room:
        demo = room.start()
        text, _ = demo.communicate(timeout=120)
        expect(demo.returncode == 0, text)
        for shown in ("Terlambat", "SHP-20200714-PLAN.problem.txt", "THLCH -> THBKK"):
            expect(shown in text, f"it does not show {shown}\n{text}")
        room.empty()


def test_demo__fails_when_the_program_does():
    with Room() as room:
        demo = room.start("/bin/false")
        text, _ = demo.communicate(timeout=120)
        expect(demo.returncode == 1, f"{demo.returncode}\n{text}")
        room.empty()


def test_demo__cleans_up_when_it_is_stopped():
    with Room() as room:
        demo = room.start()
        wait_for(lambda: any(" watch " in p for p in room.processes()) or demo.poll() is not None, "the daemon")
        demo.send_signal(signal.SIGTERM)
        text, _ = demo.communicate(timeout=120)
        expect(demo.returncode == 143, f"{demo.returncode}\n{text}")
        room.empty()


if __name__ == "__main__":
    sys.exit(main(globals()))
