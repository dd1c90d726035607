# SPDX-License-Identifier: GPL-2.0-or-later
"""Two machines with a real sync engine between them: each a folder, a state directory and a daemon of its own."""
import json
import os
import shutil
import subprocess

from office import SHARED, Office, expect, wait_for

PAIR = os.path.join(SHARED, "tools", "syncthing-pair")
LONG = 120  # seconds: the engine looks for changes at its own pace


def shared(office):
    """What is the office's: the engine keeps its list of patterns, and what it has half fetched, to itself."""
    return {p: b for p, b in office.tree().items()
            if not p.startswith(".st") and not os.path.basename(p).startswith((".syncthing.", "~"))}


def copies(office):
    return [p for p in shared(office) if "conflict" in p]


class Machines:
    """Two offices whose folders are kept in step, and the link between them; daemons on those that `watched` names."""

    def __init__(self, records, watched="ab", prepare=None):
        self.a, self.b = Office(records), Office()
        self.watched = [getattr(self, name) for name in watched]
        self.prepare = prepare
        shutil.rmtree(self.b.folder)
        self.work = os.path.join(self.a.root, "pair")

    def pair(self, *args):
        done = subprocess.run([PAIR, args[0], self.work, *args[1:]], env=self.a.env, capture_output=True, text=True)
        expect(done.returncode == 0, f"syncthing-pair {args}: {done.stdout}{done.stderr}")

    def __enter__(self):
        try:
            self.begin()
        except BaseException:
            self.__exit__()
            raise
        return self

    def begin(self):
        if self.prepare:
            self.prepare(self.a)
        with open(self.a.path(".stignore"), "w", encoding="utf-8") as f:
            f.write("~*.tmp\n")
        self.pair("start", self.a.folder, self.b.folder)
        self.settle(lambda office: office.exists("qbis.yaml"))
        for office in self.watched:
            office.start()
        self.settle()

    def engines(self):
        try:
            with open(os.path.join(self.work, "pair.json"), encoding="utf-8") as f:
                return [side["pid"] for side in json.load(f)["sides"]]
        except FileNotFoundError:
            return []

    def end(self):
        """The engines and daemons, if they are still at work."""
        engines = self.engines()
        if engines:
            subprocess.run([PAIR, "stop", self.work], capture_output=True)
            wait_for(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in engines), "the engines do not end")
        for office in (self.a, self.b):
            if office.daemon and office.daemon.poll() is None:
                office.daemon.kill()
                office.daemon.wait()

    def __exit__(self, *exc):
        self.end()
        self.b.__exit__(*exc)
        self.a.__exit__(*exc)

    def logs(self):
        return f"{self.a.log()}\n{self.b.log()}\n{sorted(self.a.tree())}\n{sorted(self.b.tree())}"

    def settle(self, condition=lambda office: True, long=LONG):
        """Until both hold the same bytes, and the condition."""
        def done():
            try:
                return shared(self.a) == shared(self.b) and all(condition(office) for office in (self.a, self.b))
            except (FileNotFoundError, json.JSONDecodeError):  # it moved while this looked
                return False
        wait_for(done, self.logs, long)
