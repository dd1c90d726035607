# SPDX-License-Identifier: GPL-2.0-or-later
"""examples/demo: it shows the main job, says so when it cannot, and leaves nothing behind."""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile

from office import QBIS, expect, main, wait_for

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
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


def shown():
    """The README's example: each command with the lines that stand under it."""
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
        text = file.read()
    steps = []
    for line in text[text.index("## An example"):text.index("## Where things are")].split("\n"):
        if line.startswith("    $ "):
            steps.append((line[6:], []))
        elif line.startswith("    "):
            steps[-1][1].append(line[4:])
    return steps


def certify_the_sixth(folder):
    """As the README tells it: the fifth, copied, with other id, numbers and dates."""
    with open(os.path.join(folder, "records/shipments/2020/07/SHP-20200701-0086.json"), encoding="utf-8") as file:
        record = json.load(file)
    record.update(id="SHP-20200706-0091", certificate_number="2020.1.0901.0.K09.E.000091",
                  application_number="2020.1.0901.0.K09.P.000131", certificate_issued_on="2020-07-06",
                  departed_on="2020-07-08")
    with open(os.path.join(folder, "records/shipments/2020/07/SHP-20200706-0091.json"), "w", encoding="utf-8") as file:
        json.dump(record, file, indent=2)


def test_readme__shows_what_the_program_says():
    with Room() as room:
        env = {**os.environ, "HOME": room.path, "XDG_STATE_HOME": os.path.join(room.path, "state")}
        folder = os.path.join(room.path, "toba")
        steps = shown()
        expect([command.split()[0] for command, _ in steps] == ["cp", "qbis", "qbis", "qbis", "qbis"], str(steps))
        shutil.copytree(os.path.join(ROOT, "examples/belawan"), folder)
        for number, (command, lines) in enumerate(steps[1:]):
            if number == 2:
                certify_the_sixth(folder)
            done = subprocess.run([QBIS, "--language", "en", *command.split()[1:]], cwd=room.path, env=env,
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True)
            found = (done.stdout + done.stderr).rstrip("\n").split("\n")
            expect(found == lines, lambda: f"{command}\nthe README:\n" + "\n".join(lines) + "\nthe program:\n" +
                   "\n".join(found))


if __name__ == "__main__":
    sys.exit(main(globals()))
