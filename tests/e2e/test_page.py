# SPDX-License-Identifier: GPL-2.0-or-later
"""The pages as people have them: in Chromium, by file://. Makes the folders, then tests/browser/pages.js looks at them.

`make deps-browser` installs what drives the browser. NAMEs of tests as arguments run those alone.
"""
import json
import os
import re
import shutil
import subprocess
import sys

from office import Office, expect, shipment

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")
GOLDEN = os.path.join(HERE, "..", "golden")
GENERATE = os.path.join(HERE, "..", "bench", "generate")
AS_OF = "2020-07-20"

# As long as names may be, and made of what has hurt other programs.
HOSTILE = ["<script>alerted=1</script>", "\"><img src=x onerror=alerted=1>", "');alerted=1//", "x" * 200,
           "\U0001f420" * 60, "\u202egnp.exe\u200f \u2066x", "x\u2069\u202egnp", "</script><script>alerted=1</script>",
           "a\nb\tc\u2028d",
           "' onmouseover='alerted=1", "{shown} {all} &lt;b&gt; &#65;", "javascript:alerted=1", "=HYPERLINK(\"http://x\")",
           "\u0646\u0635 \u05e2\u05d1\u05e8\u05d9\u05ea 12", "Z\u0337\u0342a\u0301\u0300lgo"]

def golden(name="kantor"):
    office = Office(os.path.join(GOLDEN, name, "records"))
    shutil.copyfile(os.path.join(GOLDEN, name, "qbis.yaml"), office.path("qbis.yaml"))
    return office


def kantor():
    """An office with something of everything, and enough problems for a filter."""
    office = golden()
    for number in range(9):
        office.write(f"records/shipments/SHP-BAD-{number}.json", shipment(f"SHP-BAD-{number}", f"B-{number}", decree="SK-NONE"))
    office.once(AS_OF, status=1)
    office.qbis("log", "SHP-001", "--html", office.path("log.html"))
    return office


def copy(office, path, ident, **changes):
    folder, name = os.path.split(path)
    office.write(f"{folder}/{ident}.json", {**office.json(path), "id": ident, **changes})


def hostile():
    """Every text names a company, its facility and the officer of a visit that is due there, and a broken file."""
    office = golden("hostile")
    for number, text in enumerate(HOSTILE):
        ident = f"H{number}"
        decree = {"id": "SK-" + ident, "number": f"9{number:02}/Kpts/OT.080/K.9.A/07/2020", "facility": "FAC-" + ident,
                  "decreed_on": "2020-07-01", "valid_from": "2020-07-01", "validity_months": 3, "commodities": ["CDT-1"],
                  "monitoring": {"every": 1}, "recorded_by": "OFF-1"}
        visit = {"id": "VIS-" + ident, "facility": "FAC-" + ident, "decree": "SK-" + ident, "type": "routine",
                 "status": "planned", "planned_on": "2020-07-24", "officers": ["OFF-" + ident], "recorded_by": "OFF-1"}
        sent = shipment("SHP-" + ident, f"H-{number}", "2020-07-10", decree="SK-" + ident, recorded_by="OFF-" + ident)
        sent["lines"][0].update(commodity="CDT-1", lot=text[:40])
        copy(office, "records/companies/COM-1.json", "COM-" + ident, legal_name=text)
        copy(office, "records/facilities/FAC-1.json", "FAC-" + ident, name=text, company="COM-" + ident)
        copy(office, "records/officers/OFF-1.json", "OFF-" + ident, name=text, email=f"{ident}@example.org")
        for folder, record in (("decrees", decree), ("visits", visit), ("shipments", sent)):
            office.write(f"records/{folder}/{record['id']}.json", record)
        office.write("records/shipments/" + text.replace("/", "_")[:50] + ".json", "{")
    office.once(AS_OF, status=1)
    tasks = office.json("schedule/schedule.json")["tasks"]
    names = {o for t in tasks for o in t["officers"] if o.startswith("OFF-H")}
    expect(len(names) == len(HOSTILE), f"hostile officers with a task: {sorted(names)}\n{office.read('status/problems.json')}")
    return office


def many():
    """More facilities than are seen at a glance."""
    office = Office()
    os.remove(office.path("qbis.yaml"))
    done = subprocess.run([sys.executable, GENERATE, office.folder, "--records", "700", "--facilities", "12"],
                          capture_output=True, text=True)
    expect(done.returncode == 0, done.stderr)
    office.once(json.loads(done.stdout)["as_of"], status=None)
    return office


def pages(office, *patterns):
    found = sorted(path for path in office.tree() if any(re.fullmatch(p, path) for p in patterns))
    expect(found, f"no page like {patterns}")
    return [office.path(path) for path in found]


def words():
    """What the page says, in the folder's language, which the golden folder says is Indonesian."""
    with open(os.path.join(ROOT, "po", "id", "page.po"), encoding="utf-8") as f:
        catalogue = dict(re.findall(r'^msgid "(.+)"\nmsgstr "(.+)"$', f.read(), re.M))
    return {name: catalogue["page.filter." + name] for name in ("found", "none", "up", "down")}


def given(office, bad, crowd):
    # Every kind of page; of those that are many, the first.
    facility = office.path("schedule/facilities/FAC-1.html")
    kinds = [office.path("schedule/schedule.html"), facility, office.path("status/problems.html"), office.path("log.html")]
    kinds += [path for path in pages(office, r".*[.]html") if "/schedule/reports/" in path][:1]
    return {
        "root": os.path.dirname(office.root),
        "kinds": kinds,
        "schedule": office.path("schedule/schedule.html"),
        "tasks": sorted(office.tasks()),
        "words": words(),
        "lists": [[facility, "VIS-2", ".two > li"], [office.path("status/problems.html"), "SHP-BAD-3", ".problems > li"]],
        "many": crowd.path("schedule/schedule.html"),
        "hostile": pages(bad, r"schedule/schedule[.]html", r"schedule/facilities/FAC-H\d+[.]html", r"status/.*[.]html"),
    }


def main():
    with kantor() as office, hostile() as bad, many() as crowd:
        place = os.path.join(office.root, "pages.json")
        with open(place, "w", encoding="utf-8") as f:
            json.dump(given(office, bad, crowd), f)
        script = os.path.join(HERE, "..", "browser", "pages.js")
        return subprocess.run(["node", script, place, *sys.argv[1:]], env=office.env).returncode


if __name__ == "__main__":
    sys.exit(main())
