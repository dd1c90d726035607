#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Two offices at work for a while, with a sync engine between them that is cut off now and then.

usage: QBIS=... QBIS_SHARED=... tests/soak/soak.py [--minutes N] [--seed N]

Every step is one thing that a person, an editor or a cable does, chosen by the seed. A file is touched again only
when its text is in some history: what nobody could have seen whole is promised to nobody. At the end a person mends
what is left to decide, and then everything has to be as DESIGN sections 6 and 12 say. What went wrong is kept.
"""
import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
from machines import Machines, copies, shared  # noqa: E402
from office import QBIS, Failure, case, expect, wait_for  # noqa: E402

AS_OF = "2020-07-06"
REST = 300  # seconds, for all to come to rest
VISITS, COMPANIES = 24, 24
GENERATED = ("schedule/", "status/problems.")


def text_of(record):
    return json.dumps(record, indent=2, ensure_ascii=False) + "\n"


def blob(content):
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def visit(ident, **more):
    return {"id": ident, "facility": "FAC-0001", "decree": "SK-2020-0077", "type": "routine", "planned_on": "2020-07-10",
            "officers": ["OFF-0001"], "status": "planned", "recorded_by": "OFF-0001", **more}


def prepare(office):
    for i in range(VISITS):
        office.write(f"records/visits/2020/VIS-S{i:02}.json", text_of(visit(f"VIS-S{i:02}")))
    for i in range(COMPANIES):
        office.write(f"records/companies/COM-S{i:02}.json",
                     text_of({"id": f"COM-S{i:02}", "legal_name": f"PT Contoh {i}", "status": "active",
                              "recorded_by": "OFF-0002"}))


def some(dice, kind):
    """A property and a value for it."""
    if kind == "companies":
        name = dice.choice(["address", "contact_name", "email", "phone", "note", "legal_name"])
        number = dice.randrange(1000)
        return name, {"email": f"kantor{number}@example.org", "phone": f"+62811000{number:04}"}.get(name, f"Jalan {number}")
    name = dice.choice(["planned_on", "note", "assignment_letter", "officers", "recorded_by"])
    officers = ["OFF-0001", "OFF-0002"]
    return name, {"planned_on": f"2020-07-{dice.randint(10, 28)}", "officers": dice.sample(officers, dice.randint(1, 2)),
                  "recorded_by": dice.choice(officers)}.get(name, f"catatan {dice.randrange(1000)}")


class Soak:
    def __init__(self, machines, seed):
        self.machines, self.dice = machines, random.Random(seed)
        self.sides = {"a": machines.a, "b": machines.b}
        self.held = {}    # blob: where and when somebody wrote it
        self.good = {}    # path of a broken record: the text that mends it
        self.joined = True
        self.added = 0
        self.hurried = False  # daemons had to be started anew at the end
        self.steps = {}
        self.processes = machines.engines() + [office.daemon.pid for office in (machines.a, machines.b)]
        self.trail = open(os.path.join(machines.a.root, "steps.log"), "w", encoding="utf-8")

    def note(self, *words):
        print(f"{time.strftime('%H:%M:%S')}", *words, file=self.trail, flush=True)

    # --- what is in a folder ---

    def bytes_of(self, side, path):
        try:
            with open(self.sides[side].path(path), "rb") as f:
                return f.read()
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            return None

    def recorded(self, side, path):
        """Its text, when it is in a history and may be changed; None otherwise."""
        content = self.bytes_of(side, path)
        if content is None:
            return None
        name = blob(content)
        for office in self.sides.values():
            if office.git("rev-parse", "--verify", "-q", "main:" + path, status=None).strip() == name:
                return content
        return None

    def records(self, side, folder):
        found = []
        for base, _, names in os.walk(self.sides[side].path("records", folder)):
            found += [os.path.relpath(os.path.join(base, n), self.sides[side].folder) for n in names
                      if n.endswith(".json") and "conflict" not in n and not n.startswith((".", "~"))]
        return sorted(found)

    def pick(self, folder=None):
        side = self.dice.choice("ab")
        found = self.records(side, folder or self.dice.choice(["visits", "companies"]))
        found = [p for p in found if "-S" in p or "-N" in p]
        return side, self.dice.choice(found) if found else None

    # --- steps ---

    def put(self, side, path, content, how=None):
        """What would change nothing is not written: when one side touches a file and the other changes it without
        changing its size, Syncthing 1.19 takes the other's time over and never sees the change."""
        content = content if isinstance(content, str) else text_of(content)
        if self.bytes_of(side, path) == content.encode():
            return
        office = self.sides[side]
        how = how or self.dice.choice(["replace", "write", "slowly"])
        self.note(side, how, path, blob(content.encode()))
        if how == "slowly":
            self.type_slowly(office.path(path), content)
        else:
            getattr(office, how)(path, content)
        self.held[blob(content.encode())] = f"{side} {path} {time.strftime('%H:%M:%S')}"

    def type_slowly(self, path, content):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        pieces = [content[i * len(content) // 10:(i + 1) * len(content) // 10] for i in range(10)]
        with open(path, "w", encoding="utf-8") as f:
            for piece in pieces:
                f.write(piece)
                f.flush()
                time.sleep(0.03)  # the pauses are the input

    def change(self, side, path):
        content = self.recorded(side, path)
        if content is None:
            return
        try:
            record = json.loads(content)
        except ValueError:
            return
        name, value = some(self.dice, path.split("/")[1])
        self.put(side, path, {**record, name: value})

    def edit(self):
        side, path = self.pick()
        if path:
            self.change(side, path)

    def edit_both(self):
        _, path = self.pick()
        if path:
            for side in "ab":
                self.change(side, path)

    def add(self):
        side = self.dice.choice("ab")
        self.added += 1
        ident = f"VIS-N{self.added:04}{side.upper()}"
        self.put(side, f"records/visits/2020/{ident}.json", visit(ident, note=f"baru {self.added}"))

    def delete(self):
        side, path = self.pick("visits")
        if path and len(self.records(side, "visits")) > VISITS and self.recorded(side, path) is not None:
            self.note(side, "delete", path)
            os.unlink(self.sides[side].path(path))

    def delete_and_edit(self):
        """Deleted here, edited there."""
        side, path = self.pick("visits")
        other = "b" if side == "a" else "a"
        if path and self.recorded(side, path) is not None and self.recorded(other, path) is not None:
            self.note(side, "delete against edit", path)
            os.unlink(self.sides[side].path(path))
            self.change(other, path)

    def move(self):
        side, path = self.pick("visits")
        if not path or self.recorded(side, path) is None:
            return
        target = f"records/visits/{self.dice.choice(['2020', 'lain', '2020/juli'])}/{os.path.basename(path)}"
        if self.bytes_of(side, target) is None:
            self.note(side, "move", path, target)
            full = self.sides[side].path(target)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            os.rename(self.sides[side].path(path), full)

    def break_one(self):
        side, path = self.pick()
        content = self.recorded(side, path) if path else None
        if content and path not in self.good:
            self.good[path] = content.decode()
            half = content.decode()[:self.dice.randrange(5, len(content) // 2)]
            self.put(side, path, f"{half}\n{self.dice.randrange(10 ** 9)}", "write")

    def mend_one(self):
        side = self.dice.choice("ab")
        path = self.dice.choice(sorted(self.good)) if self.good else None
        if path and self.recorded(side, path) is not None:
            self.put(side, path, self.good.pop(path), "replace")

    def generated(self, side):
        found = [p for p in shared(self.sides[side]) if p.startswith(GENERATED)]
        return self.dice.choice(sorted(found)) if found else None

    def meddle(self):
        side = self.dice.choice("ab")
        path = self.generated(side)
        if path:
            self.note(side, "meddle", path)
            if self.dice.random() < 0.5:
                os.unlink(self.sides[side].path(path))
            else:
                self.sides[side].write(path, f"diubah {self.dice.randrange(1000)}\n")

    def delete_closed(self):
        side = self.dice.choice("ab")
        path = self.dice.choice(self.records(side, "shipments") or [None])
        if path and self.recorded(side, path) is not None:
            self.note(side, "delete closed", path)
            os.unlink(self.sides[side].path(path))

    def attach(self):
        side = self.dice.choice("ab")
        path = f"attachments/surat-{self.dice.randrange(4)}.txt"
        if self.bytes_of(side, path) is None or self.recorded(side, path) is not None:
            self.put(side, path, f"surat {self.dice.randrange(10 ** 9)}\n")

    def decide(self):
        """About a conflict copy: it is thrown away, or taken, or `qbis resolve` is asked."""
        side = self.dice.choice("ab")
        copy = self.dice.choice([p for p in sorted(copies(self.sides[side])) if p.startswith(("records/", "att"))] or [None])
        content = self.recorded(side, copy) if copy else None
        if content is None:
            return
        if copy.startswith("records/") and self.dice.random() < 0.3:
            how = self.dice.choice(["mine", "theirs"])
            self.note(side, "resolve", how, copy)
            self.sides[side].qbis("resolve", copy, "--take", how, status=None)  # it may have gone meanwhile
            return
        original = copy.split(".sync-conflict-")[0] + os.path.splitext(copy)[1]
        if self.dice.random() < 0.5 and self.recorded(side, original) is not None:
            self.put(side, original, content.decode(), "replace")
        self.note(side, "decide", copy)
        try:
            os.unlink(self.sides[side].path(copy))
        except FileNotFoundError:
            pass

    def cut(self):
        self.joined = not self.joined
        self.note("join" if self.joined else "cut")
        self.machines.pair("resume" if self.joined else "pause")

    def restart(self):
        side = self.dice.choice("ab")
        office = self.sides[side]
        how = self.dice.choice([signal.SIGTERM, signal.SIGKILL])
        self.note(side, "restart", how.name)
        office.daemon.send_signal(how)
        office.daemon.wait(60)
        for _ in range(self.dice.randrange(4)):
            self.edit()
        self.processes.append(office.start(AS_OF).pid)

    def plain_git(self):
        side = self.dice.choice("ab")
        office = self.sides[side]
        command = self.dice.choice([["log", "-3", "--stat"], ["gc"], ["status", "--short"], ["repack", "-d"],
                                    ["rev-list", "--objects", "--all"]])
        self.note(side, "git", *command)
        office.plain_git(*command)

    STEPS = {"edit": 40, "edit_both": 10, "add": 6, "delete": 4, "delete_and_edit": 3, "move": 3, "break_one": 3,
             "mend_one": 5, "meddle": 3, "delete_closed": 1, "attach": 3, "decide": 8, "cut": 4, "restart": 1,
             "plain_git": 2}

    def work(self, minutes):
        end = time.monotonic() + minutes * 60
        while time.monotonic() < end:
            step = self.dice.choices(list(self.STEPS), list(self.STEPS.values()))[0]
            try:
                getattr(self, step)()
            except FileNotFoundError:  # the engine or the daemon took it away in between
                pass
            self.steps[step] = self.steps.get(step, 0) + 1
            for side, office in self.sides.items():
                expect(office.daemon.poll() is None, f"the daemon of {side} ended:\n{office.log()[-3000:]}")
            time.sleep(self.dice.random() * 0.4)  # people take their time: input, not waiting

    # --- the end ---

    def idle(self):
        try:
            self.machines.pair("idle", "20")
        except Failure:  # still at work
            return False
        return True

    def at_rest(self):
        if not self.idle():
            return False
        heads = [office.head() for office in self.sides.values()]
        try:
            same = shared(self.machines.a) == shared(self.machines.b)
        except FileNotFoundError:
            return False
        return same and all(office.status_clean() for office in self.sides.values()) and \
            heads == [office.head() for office in self.sides.values()]

    def content(self):
        """Nothing is wrong, undecided, or left alone because two machines could not agree about it for a while."""
        last = [json.loads(office.qbis("status", "--json", status=None).out)["last"] for office in self.sides.values()]
        return not any(found["errors"] or found["warnings"] for found in last) and self.at_rest()

    def differences(self):
        a, b = (shared(office) for office in self.sides.values())
        found = [f"{p}: {'only a' if p not in b else 'only b' if p not in a else 'differs'}"
                 for p in sorted(set(a) | set(b)) if a.get(p) != b.get(p)]
        for side, office in self.sides.items():
            found.append(f"{side}: {office.git(f'--work-tree={office.folder}', 'status', '--short')}")
            found.append(office.log()[-1500:])
        return "\n".join(found)

    def rest(self):
        """After much unrest a file can be left alone for up to an hour (watcher/putback). Who does not want to wait
        starts the daemons anew."""
        try:
            wait_for(self.content, "", REST)
        except Failure:
            if not any("left alone" in office.log() for office in self.sides.values()):
                raise Failure("they do not come to rest:\n" + self.differences())
            self.hurried = True
            for office in self.sides.values():
                office.stop()
                self.processes.append(office.start(AS_OF).pid)
            wait_for(self.content, lambda: "they do not come to rest:\n" + self.differences(), REST)

    def left_to_decide(self):
        """What is wrong or undecided now: {path: the text that mends it, or None to delete it}. Two machines may see
        another one of two files with one id as the second: a person throws away one of them."""
        left, idents = {}, set()
        for office in self.sides.values():
            left.update({p: None for p in copies(office)})
            for problem in office.problems():
                path, ident = problem["path"], os.path.basename(problem["path"])[:-len(".json")]
                if problem["severity"] != "error" or path in left or ident in idents:
                    continue
                idents.add(ident)
                fresh = text_of(visit(ident, note="diperbaiki") if ident.startswith("VIS") else
                                {"id": ident, "legal_name": "PT Baru", "status": "active", "recorded_by": "OFF-0001"})
                left[path] = None if problem["code"] == "id-duplicate" else self.good.pop(path, fresh)
        return left

    def mend_path(self, path, content):
        """On whichever side it is, and then it has to be so on both."""
        for side, office in self.sides.items():
            if office.exists(path):
                self.note(side, "at the end", path, "delete" if content is None else "mend")
                if content is None:
                    os.unlink(office.path(path))
                else:
                    self.put(side, path, content, "replace")
                break
        wanted = None if content is None else content.encode()
        wait_for(lambda: self.bytes_of("a", path) == self.bytes_of("b", path) == wanted,
                 lambda: f"{path} does not become the same:\n" + self.differences(), REST)

    def mend(self):
        for _ in range(20):
            self.idle()
            left = self.left_to_decide()
            for path, content in left.items():
                self.mend_path(path, content)
            if not left:
                self.rest()
                return
        raise Failure(f"never mended: {left}\n{self.machines.a.problems()}")

    def objects(self):
        found = set()
        for office in self.sides.values():
            found |= {line.split(" ")[0] for line in office.git("rev-list", "--objects", "--all").split("\n")}
        return found

    def check(self):
        a, b = self.machines.a, self.machines.b
        final = shared(a)
        expect(final == shared(b), "the folders differ:\n" + self.differences())
        found = self.objects()
        lost = {name: where for name, where in self.held.items() if name not in found}
        expect(not lost, lambda: "in no history: " + json.dumps(lost, indent=1))
        expect(not copies(a), f"conflict copies: {copies(a)}")
        for office in (a, b):
            office.stop()
            office.fsck()
            expect(office.status_clean(), "git status is not clean")
        expect(shared(a) == final == shared(b), "ending changed something")
        fresh = os.path.join(a.root, "fresh")
        shutil.copytree(a.folder, fresh)
        done = subprocess.run([QBIS, "-C", fresh, "--state", fresh + "-state", "watch", "--once", "--as-of", AS_OF],
                              env=a.env, capture_output=True, text=True)
        expect(done.returncode == 0, done.stdout + done.stderr)
        for path, content in final.items():
            if path.startswith(GENERATED):
                with open(os.path.join(fresh, path), "rb") as f:
                    expect(f.read() == content, f"{path} is not what a fresh computation gives")

    def finish(self):
        if not self.joined:
            self.cut()
        self.mend()
        self.check()


def keep(machines):
    """The folders, states and logs of a run that failed, once nothing moves any more."""
    machines.end()
    kept = os.path.join(os.path.dirname(machines.a.root), f"qbis-soak-{os.getpid()}")
    for name, office in (("a", machines.a), ("b", machines.b)):
        shutil.copytree(office.root, os.path.join(kept, name), dirs_exist_ok=True)
    return kept


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=None)
    args = parser.parse_args()
    seed = args.seed if args.seed is not None else random.SystemRandom().randrange(10 ** 6)
    print(f"soak: {args.minutes:g} minutes, seed {seed}", flush=True)
    with Machines(os.path.join(case("toba"), "records"), prepare=prepare) as machines:
        soak = Soak(machines, seed)
        try:
            soak.work(args.minutes)
            soak.finish()
        except BaseException as error:
            print(f"FAILED with seed {seed}: {error}\nkept in {keep(machines)}", flush=True)
            raise
        commits = [office.commits() for office in soak.sides.values()]
        merged = sum(office.log().count("merged into") for office in soak.sides.values())
    expect(not [pid for pid in soak.processes if os.path.exists(f"/proc/{pid}")], "a process is left")
    print("steps: " + ", ".join(f"{name} {count}" for name, count in sorted(soak.steps.items())))
    if soak.hurried:
        print("files were still left alone after five minutes: the daemons were started anew")
    print(f"{len(soak.held)} versions written, all in history; {merged} merges, {commits} commits; seed {seed}: passed")


if __name__ == "__main__":
    try:
        main()
    except Failure:
        sys.exit(1)
