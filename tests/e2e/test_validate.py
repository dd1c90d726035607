# SPDX-License-Identifier: GPL-2.0-or-later
"""`qbis validate`: its lines and statuses, and the JSON Schema suite through the program."""
import concurrent.futures
import json
import os
import re
import subprocess
import sys
import tempfile

from office import QBIS, SHARED, WRAP, expect, main

SUITE = os.path.join(SHARED, "suites", "json-schema-2020-12")


class Place:
    """A temporary directory with files, and the program in it."""

    def __enter__(self):
        self.temporary = tempfile.TemporaryDirectory(prefix="qbis-validate-")
        self.root = self.temporary.name
        return self

    def __exit__(self, *exc):
        self.temporary.cleanup()

    def write(self, name, content):
        path = os.path.join(self.root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        data = content if isinstance(content, (str, bytes)) else json.dumps(content)
        with open(path, "wb") as f:
            f.write(data.encode() if isinstance(data, str) else data)
        return name

    def validate(self, *args, stdin=b"", language="en"):
        done = subprocess.run([*WRAP, QBIS, "--language", language, "validate", *args], cwd=self.root, input=stdin,
                              capture_output=True)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def expect(self, args, status, out, err=None, stdin=b""):
        got = self.validate(*args, stdin=stdin)
        expect(got[0] == status and got[1] == out, f"{args}: status {got[0]}\n{got[1]}{got[2]}")
        expect((err or "") in got[2] and (err or not got[2]), f"{args}: said {got[2]!r}")


SCHEMA = """{
  "properties": {
    "a": {"type": "integer"},
    "name": {"minLength": 1}
  },
  "additionalProperties": false
}
"""


def test_validate__each_violation_is_a_line():
    with Place() as place:
        place.write("s.json", SCHEMA)
        place.write("good.json", '{"a": 1}')
        place.write("bad.json", '\ufeff{\r\n  "a": "x",\r\n  "nmae": "q"\r\n}\r\n')
        place.write("broken.json", '{"a": 1,}')
        place.expect(["--schema", "s.json", "good.json"], 0, "good.json: valid\n")
        place.expect(["--schema", "s.json", "good.json", "bad.json"], 1,
                     "good.json: valid\n"
                     'bad.json:2:8: /a: A whole number without quotes must stand here, not "x".\n'
                     'bad.json:3:3: /nmae: "nmae" is not known here. Perhaps you mean: name\n')
        status, out, _ = place.validate("--schema", "s.json", "broken.json")
        expect(status == 1 and out.startswith("broken.json:1:8: "), out)
        status, out, _ = place.validate("--schema", "s.json", "bad.json", language="id")
        expect(status == 1 and "Mungkin maksudnya: name" in out, out)
        place.write("null.json", "null")
        place.write("object.yaml", "type: object\n")
        place.expect(["--schema", "object.yaml", "null.json"], 1,
                     "null.json:1:1: Names with their values, in curly brackets, must stand here, not null.\n")


def test_validate__lines_are_instances():
    with Place() as place:
        place.write("s.json", SCHEMA)
        place.write("l.jsonl", '{"a": 1}\n\n{"a": "x"}\r\n{"b": 1, "a": null}\n  \n{"a": 2}')
        place.expect(["--schema", "s.json", "--jsonl", "l.jsonl"], 1,
                     'l.jsonl:3:7: /a: A whole number without quotes must stand here, not "x".\n'
                     'l.jsonl:4:2: /b: "b" is not known here. Check the spelling, or remove it.\n'
                     "l.jsonl:4:15: /a: A whole number without quotes must stand here, not null.\n",
                     "4 checked, 2 not valid")
        place.write("good.jsonl", '{"a": 1}\n{"a": 2}\n')
        place.expect(["--schema=s.json", "--jsonl", "good.jsonl"], 0, "good.jsonl: valid\n", "2 checked, 0 not valid")
        status, out, _ = place.validate("--schema", "s.json", "--jsonl", "-", stdin=b'{"a": 1}\n{"a": \n')
        expect(status == 1 and out.startswith("-:2:"), out)


def test_validate__a_broken_schema_names_its_place():
    with Place() as place:
        place.write("i.json", "1")
        place.write("s.json", '{\n  "type": "strin",\n  "properties": {\n    "a": {"$ref": "#/$defs/none"}\n  }\n}\n')
        status, out, _ = place.validate("--schema", "s.json", "i.json")
        expect(status == 2 and re.findall(r"^s\.json:(\d+:\d+): ", out, re.M) == ["2:11", "4:19"], out)
        place.write("s.yaml", "# a comment\ntype: object\nproperties:\n  a:\n    pattern: '('\nrequired: a\n")
        status, out, _ = place.validate("--schema", "s.yaml", "i.json")
        expect(status == 2 and re.findall(r"^s\.yaml:(\d+:\d+): ", out, re.M) == ["5:14", "6:11"], out)
        place.write("t.json", '{"type": }')
        status, out, _ = place.validate("--schema", "t.json", "i.json")
        expect(status == 2 and out.startswith("t.json:1:9: "), out)
        place.write("t.yml", "type: [\n")
        status, out, _ = place.validate("--schema", "t.yml", "i.json")
        expect(status == 2 and out.startswith("t.yml:"), out)
        place.write("loop.json", '{"$ref": "#"}')
        status, out, _ = place.validate("--schema", "loop.json", "i.json")
        expect(status == 2 and out.startswith("loop.json:1:10: "), out)


def test_validate__what_cannot_run_has_status_2():
    with Place() as place:
        place.write("s.json", "true")
        place.write("i.json", "1")
        place.expect(["--schema", "none.json", "i.json"], 2, "", "none.json")
        place.expect(["--schema", "s.json", "none.json", "i.json"], 2, "i.json: valid\n", "none.json")
        place.expect(["i.json"], 2, "", "--schema")
        place.expect(["--schema", "s.json"], 2, "", "file")
        place.expect(["--schema", "s.json", "--bogus", "i.json"], 2, "", "--bogus")
        place.expect(["--schema", "s.json", "--base", "nothing", "i.json"], 2, "", "--base")
        place.expect(["--schema", "s.json", "--base", "http://a/=nowhere", "i.json"], 2, "", "nowhere")
        place.expect(["--schema", "s.json", "."], 2, "", ".")
        status, out, _ = place.validate("--help")
        expect(status == 0 and "--schema FILE" in out, out)


def test_validate__documents_lie_where_base_says():
    with Place() as place:
        place.write("i.json", '{"a": 1}')
        place.write("lib/exact", '{"type": "integer"}')
        place.write("lib/sub/named.json", '{"$ref": "../exact"}')
        place.write("lib/words.yaml", "type: string\n")
        place.write("lib/with space.json", '{"minimum": 5}')
        place.write("special/exact.json", '{"type": "null"}')
        place.write("outside.json", "false")
        base = ["--base", "http://example.com/=lib", "--base", "http://example.com/special/=special"]

        def schema(reference):
            return place.write("s.json", {"properties": {"a": {"$ref": reference}}})

        for reference, status in [("http://example.com/exact", 0), ("http://example.com/sub/named", 0),
                                  ("http://example.com/sub/named.json", 0), ("http://example.com/words", 1),
                                  ("http://example.com/with%20space.json", 1), ("http://example.com/special/exact", 1),
                                  ("http://example.com/none", 2), ("http://example.com/%2e%2e/outside", 2),
                                  ("http://example.org/exact", 2), ("http://example.com/", 2)]:
            got = place.validate("--schema", schema(reference), *base, "i.json")
            expect(got[0] == status, f"{reference}: {got}")
        place.write("lib/broken.json", '{\n"type": "intger"}')
        status, out, _ = place.validate("--schema", schema("http://example.com/broken"), *base, "i.json")
        expect(status == 2 and out.startswith("lib/broken.json:2:9: "), out)
        place.write("lib/half.json", '{\n"type"}')
        status, out, _ = place.validate("--schema", schema("http://example.com/half"), *base, "i.json")
        expect(status == 2 and out.startswith("lib/half.json:2:"), out)
        os.symlink("../outside.json", os.path.join(place.root, "lib", "link.json"))
        status, out, _ = place.validate("--schema", schema("http://example.com/link"), *base, "i.json")
        expect(status == 2, out)


def test_validate__formats_assert_when_asked():
    with Place() as place:
        place.write("s.json", '{"format": "date"}')
        place.write("i.json", '"2021-02-30"')
        place.expect(["--schema", "s.json", "i.json"], 0, "i.json: valid\n")
        status, out, _ = place.validate("--schema", "s.json", "--assert-formats", "i.json")
        expect(status == 1 and "year-month-day" in out, out)


def test_validate__nothing_raw_reaches_the_terminal():
    with Place() as place:
        place.write("s.json", '{"properties": {"a": {"type": "null"}}, "additionalProperties": false}')
        place.write("i.json", b'{"a": "\\u001b[2J\\u0007\xc2\x9b31m\xe2\x80\xae", "\\u001b]0;x\\u0007": 1}')
        status, out, _ = place.validate("--schema", "s.json", "i.json")
        expect(status == 1 and not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", out), repr(out))


def group_wrong(place, number, group, formats):
    """What the program says wrongly of one group of the suite."""
    schema = place.write(f"{number}/schema.json", group["schema"])
    names = [place.write(f"{number}/{i}.json", test["data"]) for i, test in enumerate(group["tests"])]
    options = ["--assert-formats"] if formats else []
    status, out, err = place.validate("--schema", schema, "--base", f"http://localhost:1234/={SUITE}/remotes", *options, *names)
    wrong = [f"{group['description']}: {test['description']}" for name, test in zip(names, group["tests"])
             if (f"{name}: valid\n" in out) != test["valid"]]
    if status != (0 if all(test["valid"] for test in group["tests"]) else 1):
        wrong.append(f"{group['description']}: status {status}\n{out}{err}")
    return wrong


def test_validate__the_json_schema_suite():
    expect(os.path.isdir(SUITE), f"{SUITE} is not there")
    groups = []
    corners = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "suite", "corners")
    for folder, formats in [("tests", False), ("tests/optional", False), ("tests/optional/format", True),
                            (corners, False), (os.path.join(corners, "format"), True)]:
        path = os.path.join(SUITE, folder)
        for name in sorted(n for n in os.listdir(path) if n.endswith(".json")):
            with open(os.path.join(path, name), encoding="utf-8") as f:
                # numbers are handed on as they are written
                text = json.loads(f.read(), parse_float=Written, parse_int=Written)
            groups += [(group, formats) for group in text]
    expect(len(groups) > 300, "the suite is not whole")
    if WRAP:  # a process takes a second then: some of each file
        groups = groups[::8]
    with Place() as place, concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        jobs = [pool.submit(group_wrong, place, n, Exact.tree(g), f) for n, (g, f) in enumerate(groups)]
        wrong = [w for job in jobs for w in job.result()]
    expect(not wrong, f"{len(wrong)} wrong\n" + "\n".join(wrong[:30]))


class Written(str):
    """A number as it stands in the text."""


class Exact(dict):
    """A group whose schema and values are JSON texts again, their numbers untouched."""

    @classmethod
    def tree(cls, group):
        return cls(description=group["description"], schema=cls.text(group["schema"]),
                   tests=[{"description": t["description"], "valid": t["valid"], "data": cls.text(t["data"])}
                          for t in group["tests"]])

    @classmethod
    def text(cls, value):
        if isinstance(value, Written):
            return str(value)
        if isinstance(value, dict):
            return "{" + ", ".join(json.dumps(k) + ": " + cls.text(v) for k, v in value.items()) + "}"
        if isinstance(value, list):
            return "[" + ", ".join(map(cls.text, value)) + "]"
        return json.dumps(value)


if __name__ == "__main__":
    sys.exit(main(globals()))
