# SPDX-License-Identifier: GPL-2.0-or-later
"""qbis push and the daemon's copies: to paths, over HTTP with a secret, two machines with one remote, and what fails."""
import base64
import http.server
import json
import os
import shutil
import subprocess
import sys
import threading

from office import Office, expect, main, wait_for

OPEN = "records/visits/2020/VIS-2020-0002.json"
EN = ["--language", "en"]


def example():
    office = Office(init=["--language", "en", "--example"])
    office.once(status=None)
    return office


def bare(office, name="remote.git"):
    path = os.path.join(office.root, name)
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", path], check=True, env=office.env)
    return path


def at(path, branch="main"):
    done = subprocess.run(["git", f"--git-dir={path}", "rev-parse", "-q", "--verify", f"refs/heads/{branch}"],
                          capture_output=True, text=True)
    return done.stdout.strip()


def branches(path):
    return subprocess.run(["git", f"--git-dir={path}", "branch", "--format=%(refname:short)"], capture_output=True,
                          text=True).stdout.split()


def settings(office, *remotes):
    text = office.read("qbis.yaml").split("\nremotes:")[0]
    office.write("qbis.yaml", text + "\nremotes: [" + ", ".join(f"'{r}'" for r in remotes) + "]\n")


class Server:
    """git's own smart HTTP backend behind a password, on the loopback."""

    def __enter__(self):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.0"

            def log_message(self, *args):
                pass

            def answer(self):
                if self.headers.get("Authorization") != "Basic " + base64.b64encode(b"office:to ken").decode():
                    self.send_response(401)
                    self.send_header("WWW-Authenticate", "Basic realm=git")
                    self.end_headers()
                    return
                path, _, query = self.path.partition("?")
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if self.headers.get("Transfer-Encoding") == "chunked":
                    while (size := int(self.rfile.readline(), 16)):
                        body += self.rfile.read(size)
                        self.rfile.readline()
                    self.rfile.readline()
                env = {**os.environ, "GIT_PROJECT_ROOT": self.server.root, "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path,
                       "QUERY_STRING": query, "REQUEST_METHOD": self.command, "REMOTE_USER": "office",
                       "CONTENT_TYPE": self.headers.get("Content-Type") or "", "CONTENT_LENGTH": str(len(body))}
                done = subprocess.run(["git", "http-backend"], input=body, capture_output=True, env=env)
                head, _, rest = done.stdout.partition(b"\r\n\r\n")
                fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if line)
                self.send_response(int(fields.pop("Status", "200").split()[0]))
                for key, value in fields.items():
                    self.send_header(key, value)
                self.end_headers()
                self.wfile.write(rest)

            do_GET = do_POST = answer

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        return self

    def url(self, path):
        self.server.root = os.path.dirname(path)
        return f"http://127.0.0.1:{self.server.server_address[1]}/{os.path.basename(path)}"

    def __exit__(self, *exc):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


def test_push__a_mirror_can_be_cloned_and_audited():
    with example() as office:
        remote = bare(office)
        settings(office, remote)
        office.once(status=None)
        out = office.qbis(*EN, "push").out
        expect(office.head() in out and at(remote) == office.head(), out)
        expect("already" in office.qbis(*EN, "push").out, "twice")
        office.edit(OPEN, note="1")
        office.once(status=None)
        office.qbis("push", "file://" + remote)
        clone = os.path.join(office.root, "clone")
        subprocess.run(["git", "clone", "-q", remote, clone], check=True, env=office.env)
        report = json.loads(office.qbis("audit", clone, "--json", "--allowed-signers", f"{office.state}/allowed_signers",
                                        place=False).out)
        expect(report["head"] == office.head() and not report["findings"], str(report))
        office.fsck()


def test_push__two_machines_and_one_remote():
    with example() as office:
        remote = bare(office)
        office.qbis("push", remote)
        own, office.state = office.state, os.path.join(office.root, "other")
        office.edit(OPEN, note="seen by the other")
        office.once(status=None)
        office.qbis("push", remote)
        found = branches(remote)
        machine = next(b for b in found if b != "main")
        expect(len(found) == 2 and machine.startswith("machine-") and at(remote, machine) == office.head(), str(found))
        office.edit(OPEN, note="again")
        office.once(status=None)
        office.qbis("push", remote)
        expect(at(remote, machine) == office.head(), "it stays on its branch")
        office.state = own
        office.once(status=None)
        office.qbis("push", remote)
        expect(at(remote) == office.head() and branches(remote) == found, "and the first on main")


def test_push__never_overwrites():
    with example() as office:
        remote = bare(office)
        office.edit(OPEN, note="1")
        office.once(status=None)
        office.qbis("push", remote)
        kept = at(remote)
        office.git("update-ref", "refs/heads/main", "main~1")
        office.qbis("push", remote)  # what is there is not of this history: to a branch of its own
        expect(at(remote) == kept, "overwritten")
        own = next(b for b in branches(remote) if b != "main")
        subprocess.run(["git", f"--git-dir={remote}", "update-ref", f"refs/heads/{own}", kept], check=True)
        err = office.qbis(*EN, "push", remote, status=2).err
        expect("rewritten" in err and at(remote, own) == kept, err)


def test_push__over_http_with_a_secret_of_the_state_directory():
    with example() as office, Server() as server:
        remote = bare(office)
        subprocess.run(["git", f"--git-dir={remote}", "config", "http.receivepack", "true"], check=True)
        url = server.url(remote)
        office.qbis("push", url, status=2)
        credentials = os.path.join(office.state, "credentials")
        with open(credentials, "w") as f:
            f.write("https://office:wrong@127.0.0.1\n" + url.replace("//", "//office:to%20ken@").rsplit("/", 1)[0] + "\n")
        os.chmod(credentials, 0o644)
        expect("chmod 600" in office.qbis(*EN, "push", url, status=2).err, "a secret that all can read")
        os.chmod(credentials, 0o600)
        office.qbis("push", url)
        expect(at(remote) == office.head(), "not there")
        with open(credentials, "w") as f:
            f.write(url.replace("//", "//office:wrong@").rsplit("/", 1)[0] + "\n")
        office.edit(OPEN, note="1")
        office.once(status=None)
        office.qbis("push", url, status=2)


def test_push__the_daemon_copies_and_tries_again():
    with example() as office:
        remote = bare(office)
        settings(office, remote, os.path.join(office.root, "later.git"))
        office.start()
        wait_for(lambda: at(remote) == office.head(), lambda: office.log())
        office.wait_log("was not copied to")
        mark = json.loads(open(os.path.join(office.state, "push.json")).read())
        expect([r["error"] is None for r in mark["remotes"]] == [True, False], str(mark))
        later = bare(office, "later.git")
        office.edit(OPEN, note="1")
        wait_for(lambda: '"note": "1"' in office.git("show", f"main:{OPEN}"), "no commit")
        wait_for(lambda: at(remote) == at(later) == office.head(), lambda: office.log(), 90)
        office.stop()
        office.fsck()


def test_push__a_server_that_hangs_holds_nothing_up():
    import socket
    with example() as office, socket.create_server(("127.0.0.1", 0)) as hanging:
        settings(office, f"http://127.0.0.1:{hanging.getsockname()[1]}/x.git")
        office.start()
        hanging.settimeout(30)
        connection, _ = hanging.accept()  # the child waits for an answer that never comes
        head = office.head()
        office.edit(OPEN, note="1")
        wait_for(lambda: office.head() != head, lambda: office.log())
        expect(office.qbis(*EN, "status", status=None).out.find("running") >= 0, "no daemon")
        office.stop()
        connection.close()


def test_push__nowhere_to_and_nothing_to():
    with example() as office:
        expect("remotes" in office.qbis(*EN, "push", status=2).err, "no remotes")
        office.qbis("push", "/nowhere/at/all.git", status=2)
        settings(office, "https://office:secret@git.example.org/x.git")
        office.once(status=1)
        expect([p["code"] for p in office.problems()] == ["settings"], str(office.problems()))
        shutil.rmtree(os.path.join(office.state, "history.git"))
        office.qbis("push", status=2)


if __name__ == "__main__":
    sys.exit(main(globals()))
