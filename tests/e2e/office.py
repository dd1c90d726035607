# SPDX-License-Identifier: GPL-2.0-or-later
"""What the end-to-end tests share: a folder with its state, the real program, a daemon, and waiting for conditions."""
import glob
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

QBIS = os.environ["QBIS"]
SHARED = os.environ["QBIS_SHARED"]
WRAP = os.environ.get("QBIS_WRAP", "").split()
DEADLINE = 120 if WRAP else 30  # seconds


class Failure(AssertionError):
    pass


class Skip(Exception):
    """Why a test cannot run on this machine."""


def expect(condition, why):
    if not condition:
        raise Failure(why() if callable(why) else why)


def wait_for(condition, why, deadline=DEADLINE):
    end = time.monotonic() + deadline
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise Failure("waited in vain: " + (why() if callable(why) else why))
        time.sleep(0.02)


def case(name):
    path = os.path.join(SHARED, "cases", "schedule", name)
    expect(os.path.isdir(path), f"{path} is not there")
    return path


def faked(clock):
    """The environment of a program for which it is another time: "@2020-07-10 16:59:50" (UTC), and runs on from there."""
    if not clock:
        return {}
    library = glob.glob("/usr/lib/*/faketime/libfaketime.so.1")
    expect(library, "libfaketime is not installed")
    return {"LD_PRELOAD": library[0], "FAKETIME": clock, "DONT_FAKE_MONOTONIC": "1", "TZ": "UTC",
            "ASAN_OPTIONS": "verify_asan_link_order=0"}


class Office:
    """A temporary folder and its state directory."""

    def __init__(self, records=None, init=()):
        self.root = tempfile.mkdtemp(prefix="qbis-e2e-")
        self.folder = os.path.join(self.root, "folder")
        self.state = os.path.join(self.root, "state")
        self.daemon = None
        self.env = {**os.environ, "HOME": self.root, "XDG_STATE_HOME": os.path.join(self.root, "xdg")}
        self.qbis("init", self.folder, *init, place=False)
        if records:
            shutil.copytree(records, os.path.join(self.folder, "records"), dirs_exist_ok=True)
            for base, _, names in os.walk(self.path("records")):  # the cases may be read-only
                os.chmod(base, 0o755)
                for name in names:
                    os.chmod(os.path.join(base, name), 0o644)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        if self.daemon and self.daemon.poll() is None:
            self.daemon.kill()
            self.daemon.wait()
        shutil.rmtree(self.root, ignore_errors=True)

    # --- files ---

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def read(self, path):
        with open(self.path(path), encoding="utf-8", newline="") as f:
            return f.read()

    def json(self, path):
        return json.loads(self.read(path))

    def exists(self, path):
        return os.path.exists(self.path(path))

    def write(self, path, content):
        """In place, as Notepad does."""
        full = self.path(path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8", newline="") as f:
            f.write(content if isinstance(content, str) else json.dumps(content, indent=2, ensure_ascii=False) + "\n")

    def replace(self, path, content):
        """By a temporary and a rename, as vim and sync clients do."""
        temporary = os.path.join(os.path.dirname(path), "~" + os.path.basename(path) + ".tmp")
        self.write(temporary, content)
        os.rename(self.path(temporary), self.path(path))

    def edit(self, path, **changes):
        record = self.json(path)
        for key, value in changes.items():
            if value is None:
                record.pop(key, None)
            else:
                record[key] = value
        self.replace(path, record)

    def tree(self):
        """Every file with its bytes."""
        found = {}
        for base, _, names in os.walk(self.folder):
            for name in names:
                full = os.path.join(base, name)
                with open(full, "rb") as f:
                    found[os.path.relpath(full, self.folder)] = f.read()
        return found

    # --- programs ---

    def qbis(self, *args, status=0, place=True, stdin=None, wrap=True, clock=None):
        where = ["-C", self.folder, "--state", self.state] if place else []
        done = subprocess.run((WRAP if wrap else []) + [QBIS, *where, *args], env={**self.env, **faked(clock)}, capture_output=True,
                              stdin=subprocess.DEVNULL if stdin is None else None, input=stdin)
        out, err = done.stdout.decode(), done.stderr.decode()
        expect(status is None or done.returncode == status,
               f"qbis {' '.join(args)}: status {done.returncode}, not {status}\n{out}\n{err}")
        done.out, done.err = out, err
        return done

    def once(self, as_of="2020-07-06", status=0):
        return self.qbis("watch", "--once", "--as-of", as_of, status=status)

    def git(self, *args, status=0):
        done = subprocess.run(["git", f"--git-dir={self.state}/history.git", *args], env=self.env, capture_output=True,
                              stdin=subprocess.DEVNULL)
        expect(status is None or done.returncode == status, f"git {' '.join(args)}: {done.stderr.decode()}")
        return done.stdout.decode("utf-8", "replace")

    def plain_git(self, *args):
        """As a person runs it beside the daemon: it works, unless git says itself that the history is being packed."""
        done = subprocess.run(["git", f"--git-dir={self.state}/history.git", f"--work-tree={self.folder}", *args],
                              env=self.env, capture_output=True, stdin=subprocess.DEVNULL)
        said = done.stderr.decode("utf-8", "replace")
        expect(done.returncode == 0 or (args[0] == "gc" and "already running" in said), f"git {' '.join(args)}: {said}")

    def commits(self):
        return int(self.git("rev-list", "--count", "main"))

    def head(self):
        return self.git("rev-parse", "main").strip()

    def fsck(self):
        done = subprocess.run(["git", f"--git-dir={self.state}/history.git", "fsck", "--strict", "--no-dangling"],
                              env=self.env, capture_output=True)
        expect(done.returncode == 0 and b"error" not in done.stderr, done.stderr.decode())

    def status_clean(self):
        return self.git(f"--work-tree={self.folder}", "status", "--porcelain") == ""

    def in_head(self, path):
        return self.git("ls-tree", "--name-only", "main", path).strip() == path

    # --- the daemon ---

    def start(self, as_of="2020-07-06", settle="100", extra=(), prefix=(), env=None):
        log = open(os.path.join(self.root, "daemon.log"), "ab")
        date = ["--as-of", as_of] if as_of else []
        before = self.log().count("watching ")
        self.daemon = subprocess.Popen(
            [*prefix, *WRAP, QBIS, "--language", "en", "-C", self.folder, "--state", self.state, "watch", *date,
             "--settle", settle, *extra],
            env={**self.env, **(env or {})}, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        log.close()
        self.wait_log("watching ", before + 1)
        return self.daemon

    def log(self):
        with open(os.path.join(self.root, "daemon.log"), encoding="utf-8", errors="replace") as f:
            return f.read()

    def wait_log(self, text, times=1):
        wait_for(lambda: self.log().count(text) >= times or self.daemon.poll() is not None, lambda: text + "\n" + self.log())
        expect(self.log().count(text) >= times, lambda: "the daemon ended:\n" + self.log())

    def stop(self, how=signal.SIGTERM):
        self.daemon.send_signal(how)
        status = self.daemon.wait(DEADLINE)
        self.daemon = None
        expect(status == 0, lambda: f"the daemon ended with {status}\n" + self.log())

    def problems(self):
        return self.json("status/problems.json")["problems"]

    def tasks(self):
        return {t["id"]: t for t in self.json("schedule/schedule.json")["tasks"]}


def shipment(ident, number, day="2020-07-06", **more):
    return {"id": ident, "certificate_number": number, "certificate_issued_on": day, "decree": "SK-2020-0077",
            "import_country": "JP", "port_of_loading": "IDBLW",
            "lines": [{"commodity": "CDT-0001", "net_weight_kg": 12000.5}], "status": "departed",
            "recorded_by": "OFF-0001", **more}


def main(scope, prefix="test_"):
    """Runs every test_* of a module, in TAP."""
    tests = [(n, f) for n, f in scope.items() if n.startswith(prefix) and callable(f)]
    chosen = sys.argv[1:]
    tests = [t for t in tests if not chosen or t[0] in chosen]
    failed = 0
    print(f"1..{len(tests)}")
    for number, (name, function) in enumerate(tests, 1):
        try:
            function()
            print(f"ok {number} - {name}", flush=True)
        except Skip as why:
            print(f"ok {number} - {name} # SKIP {why}", flush=True)
        except BaseException as error:  # one test's failure is not the others'
            failed += 1
            text = str(error) if isinstance(error, Failure) else traceback.format_exc()
            for line in text.splitlines():
                print("# " + line)
            print(f"not ok {number} - {name}", flush=True)
            if isinstance(error, KeyboardInterrupt):
                break
    return 1 if failed else 0
