# SPDX-License-Identifier: GPL-2.0-or-later
"""Record kinds: one that is written from nothing works in every command, `qbis kinds` explains them, editors know them."""
import glob
import json
import os
import subprocess
import sys

from office import QBIS, Office, case, expect, main

TOBA = lambda: os.path.join(case("toba"), "records")
DOCS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs")
SHIPPED = ["company", "facility", "commodity", "officer", "decree", "shipment", "visit", "finding"]

ASSET = """\
$schema: https://json-schema.org/draft/2020-12/schema
x-qbis-kind: asset
x-qbis-folder: assets
x-qbis-prefix: AST
x-qbis-frozen-when: {status: [written_off]}
x-qbis-label: {id: Barang inventaris, en: Asset}
x-qbis-description: {id: Barang milik kantor., en: Something that the office owns.}
type: object
additionalProperties: false
required: [id, number, name, keeper, status, recorded_by]
dependentRequired: {written_off_on: [reason]}
properties:
  $schema: {type: string}
  id: {type: string, pattern: '^AST(-[0-9A-Z]+)+$', maxLength: 40}
  number:
    type: string
    maxLength: 40
    x-qbis-unique: true
    x-qbis-frozen: true
    x-qbis-label: {id: Nomor inventaris, en: Inventory number}
  name: {type: string, minLength: 1, x-qbis-title: true, x-qbis-label: {id: Nama barang, en: Name}}
  keeper: {type: string, x-qbis-ref: officer, x-qbis-label: {id: Pemegang, en: Keeper}}
  bought_on: {type: string, format: date}
  status:
    enum: [in_use, written_off]
    x-qbis-labels-of-values:
      in_use: {id: Dipakai, en: In use}
      written_off: {id: Dihapus, en: Written off}
  written_off_on: {type: string, format: date}
  reason: {type: string, x-qbis-label: {id: Alasan, en: Reason}}
  recorded_by: {type: string, x-qbis-ref: officer, x-qbis-author: true}
  correction_reason: {type: string, minLength: 1}
"""


def asset(ident, **more):
    return {"id": ident, "number": ident[4:], "name": "Mikroskop", "keeper": "OFF-0001", "status": "in_use",
            "recorded_by": "OFF-0001", **more}


def with_assets(**options):
    office = Office(TOBA(), **options)
    office.write("kinds/asset.yaml", ASSET)
    return office


def found_in(office, path):
    problems = json.loads(office.qbis("--language", "en", "check", "--json", path, status=None).out)["problems"]
    return {(p["code"], p["pointer"]): p["message"] for p in problems}


def test_asset__a_right_record_goes_through_every_command():
    with with_assets() as office:
        office.write("records/assets/AST-1.json", asset("AST-1", bought_on="2020-02-29"))
        office.qbis("check")
        office.once()
        expect(office.git("log", "--format=%an", "main").split("\n")[0:2] == ["Petugas Contoh", "Q-BIS"], "authors")
        expect(office.status_clean() and office.in_head("kinds/asset.yaml"), "not all is in history")
        first = office.read("records/assets/AST-1.json")
        office.edit("records/assets/AST-1.json", keeper="OFF-0001", name="Mikroskop stereo")
        office.once()
        message = office.git("log", "-1", "--format=%an%n%B", "main")
        expect(message.startswith("Petugas Contoh\nChange asset AST-1\n"), message)
        expect("name: Mikroskop -> Mikroskop stereo" in message, message)
        expect("name: Mikroskop -> Mikroskop stereo" in office.qbis("log", "AST-1").out, "log")
        expect(office.qbis("show", "AST-1").out == office.read("records/assets/AST-1.json"), "show")
        expect(office.qbis("show", "AST-1@main~1").out == first, "show of an earlier version")
        office.qbis("status")
        office.fsck()


def test_asset__wrong_records_are_told_in_full():
    with with_assets() as office:
        office.write("records/assets/AST-1.json", asset("AST-1"))
        office.write("records/assets/AST-2.json", {"statsu": "in_use", **asset("AST-2", number="1", keeper="OFF-0010")})
        office.edit("records/assets/AST-2.json", status=None)
        office.write("records/assets/AST-3.json", asset("AST-4", status="lost", bought_on="2020-02-30"))
        office.once(status=1)
        two = found_in(office, "records/assets/AST-2.json")
        expect(set(two) == {("unique", "/number"), ("reference", "/keeper"), ("schema", "/statsu"), ("schema", "")},
               str(two))
        expect("AST-1" in two["unique", "/number"] and "OFF-0001" in two["reference", "/keeper"], str(two))
        expect("status" in two["schema", "/statsu"], str(two))
        three = found_in(office, "records/assets/AST-3.json")
        expect(set(three) == {("id-name", "/id"), ("schema", "/status"), ("schema", "/bought_on")}, str(three))
        expect("in_use" in three["schema", "/status"], str(three))
        expect(office.exists("records/assets/AST-2.problem.txt"), "no note beside the record")
        expect(not found_in(office, "records/assets/AST-1.json"), "the right one has problems")


def test_asset__is_closed_and_mended_with_a_reason():
    with with_assets() as office:
        path = "records/assets/AST-1.json"
        office.write(path, asset("AST-1", status="written_off", reason="Rusak", written_off_on="2020-07-01"))
        office.once()
        office.edit(path, number="77")
        office.once(status=1)
        expect(("frozen", "/number") in found_in(office, path), str(office.problems()))
        office.edit(path, correction_reason="Salah ketik")
        office.once()
        os.remove(office.path(path))
        expect(path in office.once(status=None).err and office.exists(path), "a closed record was not put back")


def test_asset__an_officer_that_is_in_use_is_missed():
    with with_assets() as office:
        office.write("records/officers/OFF-0009.json", {**office.json("records/officers/OFF-0001.json"), "id": "OFF-0009"})
        office.write("records/assets/AST-1.json", asset("AST-1", keeper="OFF-0009"))
        office.once()
        os.remove(office.path("records/officers/OFF-0009.json"))
        office.once(status=1)
        expect(("reference", "/keeper") in found_in(office, "records/assets/AST-1.json"), str(office.problems()))


def test_kinds__lists_and_explains_in_both_languages():
    with with_assets() as office:
        out = office.qbis("--language", "en", "kinds").out
        for name in SHIPPED + ["asset"]:
            expect(("\n" + out).count(f"\n{name}  ") == 1, f"{name}: {out}")
        expect("asset  Asset (records/assets/, AST-...)  The office's own: kinds/asset.yaml.\n" in out, out)
        lines = [" ".join(line.split()) for line in out[out.index("asset  "):].split("\n")]
        expect("number * Inventory number text; unique; frozen" in lines, str(lines))
        expect("keeper * Keeper -> officer" in lines and "reason (*) Reason text" in lines, str(lines))
        expect("bought_on date" in lines and "status * in_use, written_off" in lines, str(lines))
        out = office.qbis("kinds", "asset").out
        for text in ("Barang milik kantor.", "Tertutup bila status: written_off.", "written_off   Dihapus",
                     "wajib bila written_off_on diisi", "berbeda di setiap catatan", "Nomor inventaris",
                     "panjang paling banyak 40", "penulis perubahan"):
            expect(text in out, f"{text}: {out}")
        expect("shipment" not in out, out)
        two = office.qbis("--language", "en", "kinds", "shipment", "asset").out
        expect("lines[].net_weight_kg  Net weight (kg)\n    number; more than 0" in two and "\nasset  " in two, two)
        expect("asset" not in office.qbis("kinds", "--shipped").out, "the office's own among the shipped ones")


def test_kinds__works_without_a_folder():
    with Office() as office:
        done = subprocess.run([QBIS, "--language", "id", "kinds"], cwd="/", env=office.env, capture_output=True)
        out = done.stdout.decode()
        expect(done.returncode == 0 and not done.stderr and all(f"\n{n}  " in "\n" + out for n in SHIPPED), out)
        done = subprocess.run([QBIS, "kinds", "--editor"], cwd="/", env=office.env, capture_output=True)
        expect(done.returncode == 2 and done.stderr, "an editor's files without a folder")


def test_kinds__says_what_it_cannot_do():
    with with_assets() as office:
        done = office.qbis("--language", "en", "kinds", "aset", status=2)
        expect(done.err == 'qbis: there is no kind of record "aset"; perhaps this was meant: asset\n', done.err)
        for args in (["kinds", "zebra-crossing"], ["kinds", "asset", "--markdown"], ["kinds", "--editor", "--shipped"],
                     ["kinds", "--nothing"]):
            done = office.qbis(*args, status=2)
            expect(done.err.startswith("qbis: ") and not done.out, f"{args}: {done.out}{done.err}")
        office.write("kinds/broken.yaml", "type: [\n")
        done = office.qbis("kinds", status=1)
        expect("kinds/broken.yaml" in done.err and "\nasset  " in done.out, done.err + done.out)


def test_kinds__that_broke_are_shown_as_they_are_in_force():
    with with_assets() as office:
        office.once()
        office.write("kinds/asset.yaml", ASSET.replace("type: object", "type: objekt"))
        done = office.qbis("kinds", "asset", status=1)
        expect("Nomor inventaris" in done.out and "kinds/asset.yaml" in done.err, done.out + done.err)


def test_kinds__control_characters_in_labels_never_come_out_raw():
    with with_assets() as office:
        office.write("kinds/asset.yaml", ASSET.replace("Nama barang", '"Nama\\e[31m\\u202ebarang\\x07"'))
        for args in (["kinds"], ["kinds", "asset"]):
            out = office.qbis(*args).out
            expect("\x1b" not in out and "\u202e" not in out and "\x07" not in out and "barang" in out, f"{out!r}")


def test_reference__pages_are_what_the_program_writes():
    with Office() as office:
        for language, name in (("en", "reference-kinds.md"), ("id", "rujukan-jenis.md")):
            page = office.qbis("--language", language, "kinds", "--markdown", "--shipped").out
            with open(os.path.join(DOCS, name), encoding="utf-8", newline="") as f:
                expect(f.read() == page, f"docs/{name} is out of date: make docs")
            for kind in SHIPPED:
                expect(f"\n## {kind}\n" in page and f"[{kind}](#{kind})" in page, f"{kind} is not in docs/{name}")
            for line in page.split("\n"):
                if line.startswith("|"):
                    cells = line.replace("\\|", "").count("|") - 1
                    expect(cells in (3, 5), f"docs/{name}: {line}")


# --- editors ---


def test_init__writes_a_schema_for_each_kind_and_maps_records_to_it():
    with Office() as office:
        settings = office.json(".vscode/settings.json")
        expect(list(settings) == ["json.schemas"], str(settings))
        folders = sorted(os.listdir(office.path("records")))
        mapped = []
        for entry in settings["json.schemas"]:
            [match] = entry["fileMatch"]
            mapped.append(match.split("/")[1])
            expect(match == f"records/{mapped[-1]}/**/*.json", match)
            schema = office.json(os.path.normpath(entry["url"]))
            expect(schema["$schema"] == "https://json-schema.org/draft/2020-12/schema", entry["url"])
            expect(schema["x-qbis-folder"] == mapped[-1] and schema["title"], entry["url"])
        expect(sorted(mapped) == folders, f"{mapped} is not {folders}")
        expect(office.json("kinds/.schema/shipment.json")["title"] == "Pengiriman", "not in the folder's language")
        expect(office.qbis("check").err.count("\n") == 1, "the files are problems")
        office.once()
        expect(office.in_head(".vscode/settings.json") and office.in_head("kinds/.schema/visit.json"), "not in history")


def test_init__touches_no_file_that_is_there():
    with Office(init=["--language", "en"]) as office:
        expect(office.json("kinds/.schema/shipment.json")["title"] == "Shipment", "not in the folder's language")
        office.write("kinds/.schema/visit.json", "{}\n")
        office.write(".vscode/settings.json", "// mine\n")
        os.remove(office.path("kinds/.schema/decree.json"))
        office.write("kinds/asset.yaml", ASSET)
        office.qbis("init", office.folder, place=False)
        expect(office.read("kinds/.schema/visit.json") == "{}\n", "a schema was written over")
        expect(office.read(".vscode/settings.json") == "// mine\n", "the settings were written over")
        expect(office.json("kinds/.schema/decree.json")["title"] == "Decree (SK)", "a missing one stays missing")
        expect(office.json("kinds/.schema/asset.json")["title"] == "Asset" and os.path.isdir(office.path("records/assets")),
               "the office's own kind is left out")


def test_editor__files_are_brought_up_to_date_on_demand():
    with with_assets() as office:
        office.write("kinds/.schema/visit.json", "{}\n")
        office.write(".vscode/settings.json", {"editor.tabSize": 2, "json.schemas": [{"fileMatch": ["x"], "url": "./x"}]})
        office.qbis("kinds", "--editor")
        settings = office.json(".vscode/settings.json")
        expect(settings["editor.tabSize"] == 2 and settings["json.schemas"][-1]["url"] == "./x", str(settings))
        expect({"fileMatch": ["records/assets/**/*.json"], "url": "./kinds/.schema/asset.json"}
               in settings["json.schemas"], str(settings))
        expect(office.json("kinds/.schema/visit.json")["title"] == "Kunjungan", "not up to date")
        tree = office.tree()
        office.qbis("kinds", "--editor")
        expect(office.tree() == tree, "the second time changes something")
        office.write(".vscode/settings.json", "// mine\n{}\n")
        office.write("kinds/.schema/visit.json", "{}\n")
        done = office.qbis("kinds", "--editor", status=2)
        expect(".vscode/settings.json" in done.err and office.read(".vscode/settings.json") == "// mine\n{}\n", done.err)
        expect(office.json("kinds/.schema/visit.json")["title"] == "Kunjungan", "the rest was not written")
        office.once()
        expect(office.status_clean(), "git status is not clean")


def test_editor__schemas_take_the_same_records_as_the_program():
    records = {"AST-1": asset("AST-1"),
               "AST-2": asset("AST-2", reason="Hilang", written_off_on="2020-07-01", status="written_off"),
               "AST-3": asset("AST-3", written_off_on="2020-07-01"), "AST-4": asset("AST-4", status="lost"),
               "AST-5": {**asset("AST-5"), "name": ""}, "AST-6": asset("AST-6", colour="red"),
               "AST-7": asset("AST-7", bought_on="2020-02-30"), "AST-8": {"id": "AST-8"}, "AST-9": asset("AST-9", number=9),
               "AST-10": {"$schema": "../../kinds/.schema/asset.json", **asset("AST-10")}}
    with with_assets() as office:
        office.qbis("kinds", "--editor")
        for ident, record in records.items():
            office.write(f"records/assets/{ident}.json", record)
        wrong = {ident for ident in records
                 if any(code == "schema" for code, _ in found_in(office, f"records/assets/{ident}.json"))}
        expect(wrong == {f"AST-{n}" for n in range(3, 10)}, str(wrong))
        for schema in ("kinds/.schema/asset.json", "kinds/asset.yaml"):
            refused = {ident for ident in records
                       if office.qbis("validate", "--assert-formats", "--schema", office.path(schema),
                                      office.path(f"records/assets/{ident}.json"), place=False, status=None).returncode}
            expect(refused == wrong, f"{schema}: {refused} are not {wrong}")


def test_editor__shipped_schemas_take_the_records_of_a_case():
    with Office(TOBA()) as office:
        for entry in office.json(".vscode/settings.json")["json.schemas"]:
            records = glob.glob(office.path(entry["fileMatch"][0]), recursive=True)
            if records:
                office.qbis("validate", "--schema", office.path(entry["url"]), *records, place=False)


def test_records__may_name_their_schema():
    with Office(TOBA()) as office:
        for entry in office.json(".vscode/settings.json")["json.schemas"]:
            for path in glob.glob(office.path(entry["fileMatch"][0]), recursive=True):
                relative = os.path.relpath(office.path(entry["url"]), os.path.dirname(path))
                path = os.path.relpath(path, office.folder)
                office.write(path, {"$schema": relative, **office.json(path)})
        office.qbis("check", "--as-of", "2020-07-06")


if __name__ == "__main__":
    sys.exit(main(globals()))
