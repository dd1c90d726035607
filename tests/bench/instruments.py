# SPDX-License-Identifier: GPL-2.0-or-later
"""What the benchmark measures with: programs run and timed, the daemon, a plain git beside it, the machine."""
import json
import os
import platform
import shutil
import signal
import statistics
import subprocess
import time

DEADLINE = 900  # seconds, for anything that is waited for
CLEAN = {**{k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "QBIS_"))},
         "LC_ALL": "C.UTF-8", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1",
         "GIT_AUTHOR_NAME": "Bench", "GIT_AUTHOR_EMAIL": "bench@example.org",
         "GIT_COMMITTER_NAME": "Bench", "GIT_COMMITTER_EMAIL": "bench@example.org",
         # no collection in the background, which would run into the next measurement
         "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "gc.auto", "GIT_CONFIG_VALUE_0": "0"}


class Wrong(Exception):
    """A program did not do what it is measured for."""


class Took(float):
    """Seconds by the wall's clock; and by the processors', where that is known."""

    def __new__(cls, seconds, processor=None):
        self = super().__new__(cls, seconds)
        self.processor = processor
        return self


class Run:
    """One program from start to end: what it took, peak of resident memory in bytes, what it printed."""

    def __init__(self, command, cwd=None, env=None):
        start = time.perf_counter()
        child = subprocess.Popen(command, cwd=cwd, env={**CLEAN, **(env or {})}, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            self.text = child.stdout.read().decode("utf-8", "replace")
            _, status, usage = os.wait4(child.pid, 0)
        except BaseException:  # somebody ended the benchmark: nothing stays behind
            child.kill()
            child.wait()
            raise
        self.took = Took(time.perf_counter() - start, usage.ru_utime + usage.ru_stime)
        child.stdout.close()
        child.returncode = os.waitstatus_to_exitcode(status)
        self.peak = usage.ru_maxrss * 1024
        if child.returncode:
            raise Wrong(f"{' '.join(command)}: status {child.returncode}\n{self.text[-2000:]}")


def shell(command, cwd):
    return Run(["sh", "-c", command], cwd).took


def wait_for(condition, what):
    end = time.monotonic() + DEADLINE
    while not (value := condition()):
        if time.monotonic() > end:
            raise Wrong(f"waited in vain for {what}")
        time.sleep(0.005)
    return value


def put(path, content):
    """As an editor saves: a temporary in the same folder, then a rename."""
    temporary = os.path.join(os.path.dirname(path), "~" + os.path.basename(path) + ".tmp")
    with open(temporary, "wb") as file:
        file.write(content)
    os.rename(temporary, path)


def median(times):
    known = all(time.processor is not None for time in times)
    return Took(statistics.median(times), statistics.median(time.processor for time in times) if known else None)


def interleave(rounds, yardstick, ours):
    """Yardstick, ours, yardstick, ours, ...: what disturbs the machine disturbs both. The medians."""
    theirs, mine = [], []
    for _ in range(rounds):
        theirs.append(yardstick())
        mine.append(ours())
    return median(theirs), median(mine)


class Qbis:
    """The program on one folder with its own state directory."""

    def __init__(self, program, folder, state, as_of):
        self.program, self.folder, self.state, self.as_of = program, folder, state, as_of
        self.ref = os.path.join(state, "history.git", "refs", "heads", "main")
        self.daemon = None

    def command(self, *words):
        return [self.program, "--language", "en", "-C", self.folder, "--state", self.state, *words, "--as-of", self.as_of]

    def run(self, *words):
        return Run(self.command(*words))

    def forget(self):
        """The folder as if Q-BIS had never been there."""
        for path in (self.state, os.path.join(self.folder, "schedule"), os.path.join(self.folder, "status")):
            shutil.rmtree(path, ignore_errors=True)

    def git(self, *words):
        return Run(["git", "--git-dir", os.path.join(self.state, "history.git"), *words]).text

    def start(self, settle_ms):
        log = os.path.join(self.state, "..", "daemon.log")
        with open(log, "wb") as out:
            self.daemon = subprocess.Popen(self.command("watch", "--settle", str(settle_ms)), env=CLEAN,
                                           stdin=subprocess.DEVNULL, stdout=out, stderr=out)

        def ready():
            if self.daemon.poll() is not None:
                raise Wrong(f"the daemon ended\n{open(log).read()}")
            return "watching" in open(log, encoding="utf-8").read()
        wait_for(ready, "the daemon to watch")
        self.rest()

    def stop(self):
        if self.daemon:
            self.daemon.send_signal(signal.SIGTERM)
            try:
                self.daemon.wait(DEADLINE)
            except subprocess.TimeoutExpired:
                self.daemon.kill()
                self.daemon.wait()
            self.daemon = None

    def head(self):
        with open(self.ref, "rb") as file:
            return file.read()

    def records(self):
        """As the daemon's last pass counted them."""
        try:
            with open(os.path.join(self.state, "status.json"), encoding="utf-8") as file:
                return json.load(file)["records"]
        except (OSError, ValueError):
            return None

    def processor(self):
        """Seconds of processor time that the daemon has used."""
        with open(f"/proc/{self.daemon.pid}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self, field):
        with open(f"/proc/{self.daemon.pid}/status", encoding="ascii") as file:
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith(field + ":"))

    def rest(self):
        """Until the daemon has done what it does after a second of quiet, and a little more."""
        used, since = self.processor(), time.monotonic()
        while time.monotonic() - since < 1.3:
            time.sleep(0.05)
            if (now := self.processor()) != used:
                used, since = now, time.monotonic()

    def until_commit(self, act, settle_ms):
        """Seconds from the beginning of `act` until the branch moves, the settle time taken off."""
        before = self.head()
        start = time.perf_counter()
        end = start + DEADLINE
        act()
        while self.head() == before:
            if time.perf_counter() > end:
                raise Wrong("waited in vain for a commit")
            time.sleep(0.0002)
        return Took(time.perf_counter() - start - settle_ms / 1000)


class Plain:
    """The yardstick for history: the same files in a git work tree."""

    def __init__(self, folder):
        self.folder = folder
        self.commits = 0

    def begin(self):
        shutil.rmtree(os.path.join(self.folder, ".git"), ignore_errors=True)
        Run(["git", "init", "-q", "-b", "main"], self.folder)

    def commit_all(self):
        return shell("git add -A && git commit -q -m all", self.folder)

    def commit(self, path):
        return shell(f"git add {path} && git commit -q -m one", self.folder)

    def status(self):
        return shell("git status --porcelain", self.folder)


def machine():
    def first(path, key, otherwise):
        try:
            with open(path, encoding="utf-8") as file:
                return next(line.split(":", 1)[1].strip() for line in file if line.startswith(key))
        except (OSError, StopIteration):
            return otherwise
    memory = int(first("/proc/meminfo", "MemTotal", "0 kB").split()[0]) / 2**20
    return [f"{first('/proc/cpuinfo', 'model name', platform.machine())}, {os.cpu_count()} processors, {memory:.0f} GiB",
            f"{platform.system()} {platform.release()}, {Run(['git', '--version']).text.strip()}"]
