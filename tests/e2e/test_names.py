# SPDX-License-Identifier: GPL-2.0-or-later
"""Names that do not work on every desk: said before a client stumbles, for every file in the folder, gone when mended."""
import os
import sys
import unicodedata

from office import Office, expect, main, wait_for
from test_conflict import FIRST, TOBA, VISIT, text


def names(office):
    return {p["path"]: p["message"] for p in office.problems() if p["code"] == "name-unportable"}


def bytes_path(office, name):
    return os.path.join(os.fsencode(office.folder), b"attachments", name)


def test_names__each_rule_for_every_file():
    bad = {"attachments/surat: tugas.pdf": "Windows", "attachments/akhir.": "Windows", "attachments/nul.txt": "Windows",
           "attachments/ spasi.txt": "OneDrive", "catatan?.txt": "Windows", "attachments/" + "x" * 150 + ".pdf": "143",
           "attachments/" + "/".join("folder-yang-panjang-%02d" % i for i in range(9)) + "/surat.pdf": "260"}
    with Office(TOBA()) as office:
        for path in bad:
            office.write(path, "isi")
        office.write("attachments/con/isi.txt", "folder")
        office.write("attachments/biasa (1).pdf", "isi")
        office.once()
        found = names(office)
        for path, words in bad.items():
            expect(words in found.get(path, ""), f"{path}: {found.get(path)}\n{found}")
        expect("attachments/con" in found and "attachments/con/isi.txt" not in found, str(found))
        expect(not any("biasa" in p or p.startswith("records") for p in found), str(found))
        expect(all(p["severity"] == "warning" for p in office.problems()), str(office.problems()))
        before = office.read("status/problems.json")
        office.once()
        expect(office.read("status/problems.json") == before and office.status_clean(), "another start says something else")
        for path in bad:
            os.rename(office.path(path), office.path("attachments/ok-%d.pdf" % len(path)))
        os.rename(office.path("attachments/con"), office.path("attachments/lain"))
        office.once()
        expect(not names(office), str(names(office)))


def test_names__twins():
    nfc, nfd = (unicodedata.normalize(form, "attachments/café.pdf") for form in ("NFC", "NFD"))
    with Office(TOBA()) as office:
        office.write(VISIT, text(FIRST))
        for path in (nfc, nfd, "attachments/Surat.PDF", "attachments/surat.pdf", "attachments/KTP.pdf", "attachments/ktp.pdf",
                     "records/visits/2020/vis-c.json", "attachments/Rina/a.txt", "attachments/rina/b.txt"):
            office.write(path, "isi")
        office.once(status=1)
        found = names(office)
        expect(set(found) == {nfc, "attachments/surat.pdf", "attachments/ktp.pdf", "records/visits/2020/vis-c.json",
                              "attachments/rina"}, str(found))
        expect("NFD" in found[nfc] and "macOS" in found[nfc], found[nfc])
        expect("Surat.PDF" in found["attachments/surat.pdf"] and "Windows" in found["attachments/surat.pdf"], str(found))
        expect("VIS-C.json" in found["records/visits/2020/vis-c.json"], str(found))


def test_names__under_the_daemon_they_come_and_go():
    with Office(TOBA()) as office:
        office.once()
        office.start()
        office.write("attachments/ktp.pdf", "isi")
        wait_for(lambda: office.in_head("attachments/ktp.pdf"), office.log)
        expect(not names(office), str(names(office)))
        office.write("attachments/KTP.pdf", "isi")  # the plain one comes second
        wait_for(lambda: list(names(office)) == ["attachments/ktp.pdf"], lambda: str(office.problems()))
        os.unlink(office.path("attachments/KTP.pdf"))
        wait_for(lambda: not names(office), lambda: str(office.problems()))
        office.write("attachments/a|b.txt", "isi")
        wait_for(lambda: list(names(office)) == ["attachments/a|b.txt"], lambda: str(office.problems()))
        office.stop()
        before = office.read("status/problems.json")
        office.once()
        expect(office.read("status/problems.json") == before, "a start says something else")


def test_names__in_any_bytes():
    with Office(TOBA()) as office:
        office.write("attachments/a.txt", "isi")
        for name in (b"\xff\xfe.txt", b"baris\nbaru.txt"):
            with open(bytes_path(office, name), "wb") as f:
                f.write(b"isi")
        office.once()
        expect(len(names(office)) == 2, str(office.problems()))
        out = office.qbis("check", status=1).out
        expect("\nbaru" not in out, out)


if __name__ == "__main__":
    sys.exit(main({n: f for n, f in globals().items() if n.startswith("test_names__")}))
