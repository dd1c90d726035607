# SPDX-License-Identifier: GPL-2.0-or-later
"""Every output of the folders in tests/golden, byte by byte, with what stands beside them.

A golden folder holds qbis.yaml, records/, the date in `as-of`, and under expected/ what is to come of it: the outputs and
notes as they are, except that of a page style and script are left out (they are core/output/page.css and page.js) with
their hashes, and that a workbook is the XML
of its parts, a tag a line, so that a difference can be read. Of the workbooks of months the newest one stands for all: their
pages are all there. `make golden` writes them anew: read the diff.
"""
import base64
import hashlib
import io
import os
import shutil
import sys
import zipfile

from office import Office, expect, main

HERE = os.path.dirname(os.path.abspath(__file__))
GOLDEN = os.path.join(HERE, "..", "golden")
INSIDE = ((b"style", "page.css", 1), (b"script", "page.js", 0))  # element, its file, how often it is there at least


def without_insides(path, content):
    """A page without style and script; the content security policy lets in exactly those two (CSP Level 3, 2.3.1)."""
    for element, name, least in INSIDE:
        with open(os.path.join(HERE, "..", "..", "core", "output", name), "rb") as f:
            inside = f.read()
        whole = b"<" + element + b">" + inside + b"</" + element + b">\n"
        count = content.count(b"<" + element)
        expect(count == content.count(whole) and least <= count <= 1, f"{path}: another {name}")
        allowed = element + b"-src 'sha256-" + base64.b64encode(hashlib.sha256(inside).digest()) + b"';"
        expect(content.count(allowed) == 1, f"{path}: its policy does not let {name} in")
        content = content.replace(whole, b"<" + element + b"/>\n").replace(allowed, element + b"-src 'sha256-...';")
    return content


def readable(path, content):
    """The name and bytes that stand for an output."""
    if path.endswith(".html"):
        return path, without_insides(path, content)
    if not path.endswith(".xlsx"):
        return path, content
    text = b""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for member in archive.infolist():
            text += f"=== {member.filename}\n".encode() + archive.read(member).replace(b"><", b">\n<") + b"\n"
    return path + ".txt", text


def make(name):
    folder = os.path.join(GOLDEN, name)
    with open(os.path.join(folder, "as-of"), encoding="utf-8") as f:
        as_of = f.read().strip()
    with Office(os.path.join(folder, "records")) as office:
        shutil.copyfile(os.path.join(folder, "qbis.yaml"), office.path("qbis.yaml"))
        given = set(office.tree())
        office.once(as_of, status=1)
        made = {path: content for path, content in office.tree().items() if path not in given}
        workbooks = sorted(path for path in made if path.startswith("schedule/reports/") and path.endswith(".xlsx"))
        expect(workbooks, "no reports")
        for path in workbooks[:-1]:
            del made[path]
        return dict(readable(path, content) for path, content in made.items())


def expected(name):
    found = {}
    top = os.path.join(GOLDEN, name, "expected")
    for base, _, names in os.walk(top):
        for file in names:
            with open(os.path.join(base, file), "rb") as f:
                found[os.path.relpath(os.path.join(base, file), top)] = f.read()
    return found


def first_difference(made, wanted):
    for number, (a, b) in enumerate(zip(made.split(b"\n"), wanted.split(b"\n")), 1):
        if a != b:
            return f"line {number}\n  made:   {a[:300]!r}\n  wanted: {b[:300]!r}"
    return "one is longer"


def check(name):
    made, wanted = make(name), expected(name)
    expect(set(made) == set(wanted), f"other files: {sorted(set(made) ^ set(wanted))}")
    for path in sorted(made):
        expect(made[path] == wanted[path], lambda: f"{name}/{path}: {first_difference(made[path], wanted[path])}")


def test_golden__an_office_in_indonesian():
    check("kantor")


def test_golden__hostile_texts_in_english():
    check("hostile")


def write():
    for name in sorted(os.listdir(GOLDEN)):
        top = os.path.join(GOLDEN, name, "expected")
        shutil.rmtree(top, ignore_errors=True)
        for path, content in make(name).items():
            os.makedirs(os.path.dirname(os.path.join(top, path)), exist_ok=True)
            with open(os.path.join(top, path), "wb") as f:
                f.write(content)


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        write()
    else:
        sys.exit(main(globals()))
