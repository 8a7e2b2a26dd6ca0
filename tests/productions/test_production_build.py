"""A production that was built loads: every form says the same of the same documents and files."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
import pikepdf
import pyarrow.parquet as pq
import pytest
from documents import HOSTILE, PRODUCTION
from loadfiles import file_at, read_dat, read_opt
from plans import Decide, many, park, plan_of, png, whole
from pypdf import PdfReader
from rsmf_rules import faults, read
from warcio.archiveiterator import ArchiveIterator

from archives import SIGNER, make_archive, medium, record
from paloverde.archive.reader import Archive
from paloverde.archive.signing import signature_holds
from paloverde.errors import BadQuestion, BadSetting, Suspicious
from paloverde.productions.build import Built, build
from paloverde.productions.document import Treatment
from paloverde.productions.plan import Form, Kept, Plan
from paloverde.productions.resuming import is_begun
from paloverde.requests.redaction import Painted, Released, released
from paloverde.requests.review import Decision, Exempted, Region, Span, Verdict
from paloverde.search.answer import search
from paloverde.search.hits import Hit


def built(plan: Plan, archive: Archive, out: Path) -> Built:
    return build(plan, archive, SIGNER, out)


class Loaded:
    """All volumes of a production, as independent readers see them."""

    def __init__(self, out: Path) -> None:
        self.volumes = sorted(out.glob("VOL*.zip"))
        self.dat = [row for volume in self.volumes for row in read_dat(self._data(volume, "dat"))]
        self.sheet = [row for volume in self.volumes for row in self._csv(volume)]
        self.lines = [
            json.loads(line) for volume in self.volumes for line in self._data(volume, "jsonl").splitlines()
        ]
        self.table = [
            row
            for volume in self.volumes
            for row in pq.read_table(io.BytesIO(self._data(volume, "parquet"))).to_pylist()
        ]
        self.xml = [
            one
            for volume in self.volumes
            for one in ET.fromstring(self._data(volume, "xml")).iter("Document")
        ]
        self.opt = [line for volume in self.volumes for line in read_opt(self._data(volume, "opt"))]

    def body(self, link: str) -> bytes:
        (volume,) = [one for one in self.volumes if link.startswith(f".\\{one.stem}\\")]
        return file_at(volume, link)

    @staticmethod
    def _data(volume: Path, ending: str) -> bytes:
        with zipfile.ZipFile(volume) as zipped:
            return zipped.read(f"{volume.stem}/DATA/{volume.stem}.{ending}")

    def _csv(self, volume: Path) -> list[dict[str, str]]:
        text = self._data(volume, "csv").decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text, newline="")))


class Made:
    def __init__(self, folder: Path) -> None:
        self.archive = park(folder)
        self.out = folder / "out"
        self.built = built(plan_of(self.archive), self.archive, self.out)
        self.loaded = Loaded(self.out)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(tmp_path_factory.mktemp("built"))


def test_every_form_has_the_same_documents_in_the_same_order(made: Made) -> None:
    loaded = made.loaded
    numbers = [row["BEGBATES"] for row in loaded.dat]
    assert numbers == [f"PDC{101 + at:07d}" for at in range(3 + len(HOSTILE))]
    assert [row["BEGBATES"] for row in loaded.sheet] == numbers
    assert [row["BEGBATES"] for row in loaded.lines] == numbers
    assert [row["BEGBATES"] for row in loaded.table] == numbers
    assert [one.attrib["DocID"] for one in loaded.xml] == numbers
    assert [line.id for line in loaded.opt] == numbers
    assert made.built.report.tally.documents == len(numbers)


def test_every_form_has_the_same_values_and_hashes(made: Made) -> None:
    loaded = made.loaded
    for dat, sheet, line, row in zip(loaded.dat, loaded.sheet, loaded.lines, loaded.table, strict=True):
        for name in ("SHA256HASH", "MD5HASH", "PARENTID", "BEGATTACH", "ENDATTACH", "NATIVELINK", "RSMFLINK"):
            assert dat[name] == sheet[name] == line[name] == row[name]
        assert int(dat["PGCOUNT"]) == line["PGCOUNT"] == row["PGCOUNT"]
        assert line["BODYTEXT"] == row["BODYTEXT"]


def test_every_link_leads_to_a_file_with_the_hash_that_is_told(made: Made) -> None:
    for row, document in zip(made.loaded.dat, made.loaded.xml, strict=True):
        native = made.loaded.body(row["NATIVELINK"])
        assert hashlib.sha256(native).hexdigest() == row["SHA256HASH"]
        assert hashlib.md5(native, usedforsecurity=False).hexdigest() == row["MD5HASH"]
        assert str(len(native)) == row["FILESIZE"]
        assert {file.attrib["Hash"] for file in document.iter("ExternalFile")} >= {row["MD5HASH"]}
        assert made.loaded.body(row["TEXTLINK"]).decode().startswith(f"Document: {row['BEGBATES']}\n")


def test_a_native_is_what_the_site_sent_byte_for_byte(made: Made) -> None:
    texts = [json.loads(made.loaded.body(row["NATIVELINK"]))["message"] for row in made.loaded.dat[3:]]
    assert texts == list(HOSTILE)
    assert made.loaded.body(made.loaded.dat[1]["NATIVELINK"]) == png()


def test_every_page_bears_its_number_and_is_accessible(made: Made) -> None:
    for line, row in zip(made.loaded.opt, made.loaded.dat, strict=True):
        body = made.loaded.body(line.path)
        pages = PdfReader(io.BytesIO(body)).pages
        assert len(pages) == line.pages == int(row["PGCOUNT"])
        assert row["BEGBATES"] in pages[0].extract_text()
        assert row["ENDBATES"] in pages[-1].extract_text()
        assert "CONFIDENTIAL" in pages[0].extract_text()
        with pikepdf.open(io.BytesIO(body)) as pdf:
            assert pdf.Root.MarkInfo.Marked
            assert b"pdfuaid" in pdf.Root.Metadata.read_bytes()


def test_the_chats_hold_every_record_and_break_no_rule(made: Made) -> None:
    (volume,) = made.loaded.volumes
    found: dict[str, str] = {}
    with zipfile.ZipFile(volume) as zipped:
        for name in [name for name in zipped.namelist() if name.endswith(".rsmf")]:
            body = zipped.read(name)
            assert faults(body) == []
            found |= {event["id"]: name for event in read(body).events if "-" not in event["id"]}
            if "PDC0000101" in name:
                assert read(body).files["PDC0000102.png"] == png()
    for row in made.loaded.dat:
        if row["RECTYPE"] != "MEDIA":
            assert found[row["BEGBATES"]].replace("/", "\\") == row["RSMFLINK"].removeprefix(".\\")


def test_the_web_archive_holds_the_same_files(made: Made) -> None:
    (volume,) = made.loaded.volumes
    with zipfile.ZipFile(volume) as zipped:
        wacz = zipfile.ZipFile(io.BytesIO(zipped.read("VOL001/WACZ/VOL001.wacz")))
    bodies = {
        record.rec_headers.get_header("WARC-Target-URI").rpartition("/")[2]: record.content_stream().read()
        for record in ArchiveIterator(io.BytesIO(wacz.read("archive/data.warc.gz")))
        if record.rec_type == "resource"
    }
    for row in made.loaded.dat:
        assert hashlib.sha256(bodies[row["FILENAME"]]).hexdigest() == row["SHA256HASH"]
        assert f"{row['BEGBATES']}.html" in bodies


def test_the_signed_list_names_every_file(made: Made) -> None:
    body = (made.out / "HASHES.txt").read_bytes()
    told = json.loads((made.out / "HASHES.json").read_bytes())
    assert signature_holds(told["public_key"], body, told["signature"])
    assert not signature_holds(told["public_key"], body + b"\n", told["signature"])
    assert hashlib.sha256(body).hexdigest() == made.built.hashes
    listed = {path: digest for digest, path in (line.split("  ", 1) for line in body.decode().splitlines())}
    for name in ("REPORT.pdf", "REPORT.json", "VOL001.zip"):
        assert listed.pop(name) == hashlib.sha256((made.out / name).read_bytes()).hexdigest()
    with zipfile.ZipFile(made.out / "VOL001.zip") as zipped:
        assert {*listed} == {*zipped.namelist()} - {"VOL001/FILES.json"}
        for path, digest in listed.items():
            assert hashlib.sha256(zipped.read(path)).hexdigest() == digest


def test_the_report_counts_what_is_there_and_what_is_not(made: Made) -> None:
    tally = made.built.report.tally
    assert tally.documents_of == {"POST": 1, "MEDIA": 2, "COMMENT": len(HOSTILE)}
    assert tally.unknown == {
        "a picture, video or attachment that was not archived": 1,
        "which version of the site's interface answered: no seal names it": 1 + len(HOSTILE),
    }
    assert tally.replaced["VOL001.dat: 'þ'"] == 3
    pages = PdfReader(made.out / "REPORT.pdf").pages
    told = " ".join(" ".join(page.extract_text() for page in pages).split())
    assert "PDC0000101 to PDC0000116" in told
    assert "The archive notes none for what was searched." in told
    assert json.loads((made.out / "REPORT.json").read_bytes())["tally"]["pages"] == tally.pages


def test_the_same_plan_gives_the_same_bytes(made: Made, tmp_path: Path) -> None:
    again = built(plan_of(made.archive), made.archive, tmp_path / "again")
    assert again.hashes == made.built.hashes


def test_a_whole_production_is_not_written_over(made: Made) -> None:
    with pytest.raises(BadSetting, match="holds a whole production already"):
        built(plan_of(made.archive), made.archive, made.out)


def test_nothing_to_produce_is_said(made: Made, tmp_path: Path) -> None:
    with pytest.raises(BadQuestion, match="Nothing would be produced"):
        built(
            msgspec.structs.replace(plan_of(made.archive), families=lambda: iter(())), made.archive, tmp_path
        )


def test_only_the_forms_that_are_wanted_are_written(made: Made, tmp_path: Path) -> None:
    built(plan_of(made.archive, forms=frozenset({Form.DAT})), made.archive, tmp_path)
    with zipfile.ZipFile(tmp_path / "VOL001.zip") as zipped:
        folders = {name.split("/")[1] for name in zipped.namelist()}
        assert [name for name in zipped.namelist() if "/DATA/" in name] == ["VOL001/DATA/VOL001.dat"]
    assert folders == {"DATA", "NATIVES", "TEXT", "FILES.json"}


# -- volumes, and going on -----------------------------------------------------------------------------------


def small(folder: Path, texts: int = 12) -> Archive:
    """Families of a post and a comment each."""
    rows = []
    for at in range(texts):
        rows.append(record(f"{100 + at}", f"Post {at}", kind="post"))
        rows.append(record(f"{200 + at}", f"Answer {at}", parent_id=f"{100 + at}", thread_id=f"{100 + at}"))
    return make_archive(folder, rows)


def test_volumes_keep_their_size_and_families_stay_together(tmp_path: Path) -> None:
    archive, most = small(tmp_path), 400_000
    made = built(plan_of(archive, most_bytes=most), archive, tmp_path / "out")
    assert len(made.report.volumes) > 1
    assert all(volume.tally.bytes_ <= most and not volume.tally.larger for volume in made.report.volumes)
    loaded, volume_of = Loaded(tmp_path / "out"), dict[str, str]()
    for row in loaded.dat:
        assert volume_of.setdefault(row["BEGATTACH"], row["PRODVOL"]) == row["PRODVOL"]
    numbers = [int(row["BEGBATES"][3:]) for row in loaded.dat]
    assert numbers == list(range(101, 101 + 24))
    assert {row["PRODVOL"] for row in loaded.dat} == {one.stem for one in loaded.volumes}


def test_volumes_hold_no_more_documents_than_they_may(tmp_path: Path) -> None:
    archive = small(tmp_path)
    made = built(plan_of(archive, most_documents=7), archive, tmp_path / "out")
    assert [volume.tally.documents for volume in made.report.volumes] == [6, 6, 6, 6]


class Cut(Exception):
    """The power fails."""


def interrupted(plan: Plan, archive: Archive, out: Path, after: str) -> None:
    def progress(line: str) -> None:
        if line.startswith(after):
            raise Cut

    with pytest.raises(Cut):
        build(plan, archive, SIGNER, out, progress=progress)


def test_who_was_interrupted_goes_on_after_the_last_whole_volume(tmp_path: Path) -> None:
    archive, asked = small(tmp_path), list[int]()

    def reserve(pages: int) -> int:
        asked.append(pages)
        return 101

    plan = plan_of(archive, most_documents=6, reserve=reserve)
    interrupted(plan, archive, tmp_path / "cut", "VOL002 is whole")
    before = (tmp_path / "cut" / "VOL001.zip").stat().st_mtime_ns
    later = msgspec.structs.replace(plan, production=msgspec.structs.replace(PRODUCTION, root="ef" * 32))
    made = built(later, archive, tmp_path / "cut")
    assert asked == [24, 24]  # whoever goes on asks again: numbers may be burnt meanwhile
    assert (tmp_path / "cut" / "VOL001.zip").stat().st_mtime_ns == before
    assert made.hashes == built(plan, archive, tmp_path / "whole").hashes
    assert not (tmp_path / "cut" / ".unfinished").exists()


def test_a_volume_that_was_begun_is_written_again(tmp_path: Path) -> None:
    archive = small(tmp_path)
    plan = plan_of(archive, most_documents=6)
    interrupted(plan, archive, tmp_path / "cut", "VOL001 is whole")
    state = tmp_path / "cut" / ".unfinished" / "state.json"
    told = json.loads(state.read_bytes()) | {"begun": "VOL002"}
    state.write_text(json.dumps(told))
    (tmp_path / "cut" / "VOL002.zip").write_bytes(b"half of it")
    (tmp_path / "cut" / ".VOL002.zip.4711").write_bytes(b"half of it, as a killed process leaves it")
    assert built(plan, archive, tmp_path / "cut").hashes == built(plan, archive, tmp_path / "whole").hashes
    assert not list((tmp_path / "cut").glob(".*"))


def test_what_is_built_is_for_this_user_alone(tmp_path: Path) -> None:
    archive, there = small(tmp_path), tmp_path / "there"
    there.mkdir(mode=0o755)
    for out in (there, tmp_path / "new"):
        interrupted(plan_of(archive, most_documents=6), archive, out, "VOL001 is whole")
        assert (out / ".unfinished").stat().st_mode & 0o077 == 0
    assert (tmp_path / "new").stat().st_mode & 0o077 == 0


def test_what_changed_in_between_is_refused(tmp_path: Path) -> None:
    archive = small(tmp_path)
    plan = plan_of(archive, most_documents=6)
    interrupted(plan, archive, tmp_path / "out", "VOL001 is whole")
    one, *rest = plan.families()
    changed = [[msgspec.structs.replace(item, requests=("7",)) for item in one], *rest]
    with pytest.raises(BadSetting, match="as it was before something of it changed"):
        built(msgspec.structs.replace(plan, families=lambda: iter(changed)), archive, tmp_path / "out")


@pytest.mark.parametrize("damage", [lambda file: file.unlink(), lambda file: file.write_bytes(b"other")])
def test_a_volume_that_is_not_as_it_was_is_refused(tmp_path: Path, damage: Any) -> None:
    archive = small(tmp_path)
    plan = plan_of(archive, most_documents=6)
    interrupted(plan, archive, tmp_path / "out", "VOL001 is whole")
    damage(tmp_path / "out" / "VOL001.zip")
    with pytest.raises(BadSetting, match="was written whole and is now not there or another"):
        built(plan, archive, tmp_path / "out")


def test_what_is_left_of_clearing_away_a_filed_one_is_no_begun_build(tmp_path: Path) -> None:
    archive = small(tmp_path, 2)
    plan = plan_of(archive, forms=frozenset({Form.DAT}))
    built(plan, archive, tmp_path / "out")
    (tmp_path / "out" / ".unfinished" / "exact").mkdir(parents=True)
    assert not is_begun(tmp_path / "out")
    with pytest.raises(BadSetting, match="holds a whole production already"):
        built(plan, archive, tmp_path / "out")


def test_two_cannot_build_into_one_folder(tmp_path: Path) -> None:
    archive = small(tmp_path, 2)
    plan = plan_of(archive)
    with pytest.raises(BadSetting, match="Another process is building"):
        build(
            plan, archive, SIGNER, tmp_path / "out",
            progress=lambda _: build(plan, archive, SIGNER, tmp_path / "out") and None,
        )  # fmt: skip


# -- what is kept back ---------------------------------------------------------------------------------------

SECRET = "Quillon Verstappeling"


def decided(hit: Hit, **changes: Any) -> Decision:
    plain: dict[str, Any] = {
        "account": hit.account, "kind": hit.kind, "native_id": hit.native_id,
        "version_sha256": hit.version_sha256, "verdict": Verdict.EXEMPT_IN_PART,
        "exempted": (Exempted("EX-PRIV", {"privacy": "a neighbour"}),), "decided_by": "Cleo Park",
        "title": "Deputy City Attorney", "decided_at": PRODUCTION.made_at,
    }  # fmt: skip
    return Decision(**plain | changes)


def keeping_back(secret: str = SECRET) -> Decide:
    """Where a comment names somebody, the name is redacted."""

    def decide(hit: Hit, control: str) -> tuple[Released, Treatment]:
        at = (hit.text or "").find(secret)
        if at < 0 or hit.kind != "comment":
            return whole(hit, control)
        span = Span("text", at, at + len(secret), "EX-PRIV")
        return released(hit, decided(hit, spans=(span,)), control=control), Treatment.REDACTED

    return decide


def test_what_is_redacted_stands_in_no_file(tmp_path: Path) -> None:
    archive = make_archive(
        tmp_path,
        [
            record("1", "A post", kind="post"),
            record("2", f"I saw {SECRET} there", parent_id="1", thread_id="1"),
        ],
    )
    made = built(plan_of(archive, keeping_back()), archive, tmp_path / "out")
    assert made.report.tally.treatments == {"produced": 1, "redacted": 1}
    assert made.report.tally.empty == {"redacted: what the site sent holds what is kept back": 1}
    loaded = Loaded(tmp_path / "out")
    assert loaded.dat[1]["NATIVELINK"] == ""
    assert "[redacted" in loaded.dat[1]["BODYTEXT"].lower()
    for line in loaded.opt:
        assert SECRET.split()[1] not in PdfReader(io.BytesIO(loaded.body(line.path))).pages[0].extract_text()


def test_an_exact_text_that_names_it_too_is_kept_back(tmp_path: Path) -> None:
    raw = json.dumps({"id": "3", "message": "Indeed.", "to": SECRET}).encode()
    archive = make_archive(
        tmp_path,
        [record("2", f"I saw {SECRET} there"), record("3", "Indeed.", raw=raw), record("4", "Fine.")],
    )
    made = built(plan_of(archive, keeping_back()), archive, tmp_path / "out")
    assert sum(made.report.tally.empty.values()) == 2
    assert made.report.tally.natives == 1


def test_who_goes_on_tells_what_could_not_be_looked_into_before(tmp_path: Path) -> None:
    damaged = b"%PDF-1.7 and no more"
    rows = [record("1", "A post", kind="post", media=[medium(damaged, type="document")])]
    rows += [record("2", f"I saw {SECRET} there"), record("3", "Indeed.")]
    archive = make_archive(tmp_path, rows, media=[damaged])
    unread = "VOL001/NATIVES/0001/PDC0000102.pdf"
    kept = Kept(unread=frozenset({unread}))
    plan = plan_of(archive, keeping_back(), kept=kept, most_documents=2, forms=frozenset({Form.DAT}))
    interrupted(plan, archive, tmp_path / "out", "VOL001 is whole")
    made = built(plan, archive, tmp_path / "out")
    assert made.unread == (unread,)
    assert unread.encode() not in (tmp_path / "out" / "REPORT.json").read_bytes()


def test_who_is_interrupted_before_it_is_filed_goes_on_and_one_that_is_filed_is_whole(tmp_path: Path) -> None:
    archive, filed = small(tmp_path, 2), list[str]()
    plan = plan_of(archive, forms=frozenset({Form.DAT}))

    def fails(_: Built) -> None:
        raise Cut

    with pytest.raises(Cut):
        build(plan, archive, SIGNER, tmp_path / "out", file=fails)
    made = build(plan, archive, SIGNER, tmp_path / "out", file=lambda one: filed.append(one.hashes))
    assert filed == [made.hashes]
    with pytest.raises(BadSetting, match="holds a whole production already"):
        built(plan, archive, tmp_path / "out")


FORMS = [frozenset({form}) for form in Form] + [frozenset[Form]()]


@pytest.mark.parametrize("forms", FORMS, ids=lambda forms: "".join(forms) or "texts")
def test_a_volume_that_would_show_it_is_not_written(tmp_path: Path, forms: frozenset[Form]) -> None:
    rows = [record("1", "A post", kind="post", thread_id="c9"), record("2", f"I saw {SECRET} there")]
    archive = make_archive(tmp_path, rows)
    plan = plan_of(archive, keeping_back(), forms=forms)
    told = msgspec.structs.replace(
        plan.facts,
        hold=SECRET,
        recipients={(plan.accounts[0], "c9"): (SECRET,), (plan.accounts[0], ""): (SECRET,)},
    )
    with pytest.raises(Suspicious, match=r"VOL001/"):
        built(msgspec.structs.replace(plan, facts=told), archive, tmp_path / "out")
    assert not list((tmp_path / "out").glob("VOL*.zip"))


def test_a_record_that_shows_it_must_be_redacted_or_accepted_first(tmp_path: Path) -> None:
    archive = make_archive(
        tmp_path,
        [
            record("1", f"Thanks to {SECRET}!", kind="post"),
            record("2", f"I saw {SECRET}", parent_id="1", thread_id="1"),
        ],
    )
    with pytest.raises(Suspicious, match="Nothing was built"):
        built(plan_of(archive, keeping_back()), archive, tmp_path / "out")
    pair = (f"{PRODUCTION.name}-000002", f"{PRODUCTION.name}-000001")
    accepted = plan_of(archive, keeping_back(), kept=Kept(accepted=frozenset({pair})))
    assert built(accepted, archive, tmp_path / "out").report.tally.documents == 2


def test_the_words_of_a_record_that_is_kept_back_whole_are_looked_for(tmp_path: Path) -> None:
    advice = "Counsel says that the culvert belongs to the county"
    archive = make_archive(tmp_path, [record("1", "A post", kind="post"), record("2", advice)])
    (kept,) = [hit for hit in search(archive, "*").hits if hit.native_id == "2"]
    away = released(kept, decided(kept, verdict=Verdict.EXEMPT), control="PROD-2026-0001-000099")

    def produced(text: str) -> Plan:
        plan = plan_of(archive, kept=Kept(records=(away,)))
        facts = msgspec.structs.replace(plan.facts, account_ids=dict.fromkeys(plan.accounts, text))
        rest = [family for family in plan.families() if family[0].record.hit.native_id == "1"]
        return msgspec.structs.replace(plan, facts=facts, families=lambda: iter(rest))

    with pytest.raises(Suspicious, match="VOL001/"):
        built(produced(advice), archive, tmp_path / "out")
    assert built(produced("900"), archive, tmp_path / "other").report.tally.documents == 1


def test_a_withheld_member_is_a_slip_with_numbers(tmp_path: Path) -> None:
    archive = small(tmp_path, 2)

    def decide(hit: Hit, control: str) -> tuple[Released, Treatment]:
        if hit.native_id != "200":
            return whole(hit, control)
        verdict = Verdict.EXEMPT
        return released(hit, decided(hit, verdict=verdict), control=control), Treatment.WITHHELD

    built(plan_of(archive, decide), archive, tmp_path / "out")
    loaded = Loaded(tmp_path / "out")
    slip = loaded.dat[1]
    assert (slip["EXEMPTION"], slip["NATIVELINK"], slip["PGCOUNT"]) == ("Attorney-client", "", "1")
    page = PdfReader(io.BytesIO(loaded.body(loaded.opt[1].path))).pages[0].extract_text()
    assert "Withheld: Attorney-client. See the privilege log." in page
    assert slip["BEGBATES"] in page
    assert "Answer 0" not in page


def test_a_painted_picture_goes_as_it_was_painted(tmp_path: Path) -> None:
    painted = tmp_path / "painted.png"
    painted.write_bytes(png("black"))
    digest = hashlib.sha256(painted.read_bytes()).hexdigest()
    source = hashlib.sha256(png()).hexdigest()
    archive = make_archive(tmp_path, [record("1", "Look", kind="post", media=[medium(png())])], media=[png()])

    def decide(hit: Hit, control: str) -> tuple[Released, Treatment]:
        region = Region(source, 0, 0, 900, 500, "EX-PRIV")
        decision = decided(hit, regions=(region,))
        made = {source: Painted(digest, painted.stat().st_size)}
        return released(hit, decision, control=control, painted=made), Treatment.REDACTED

    plan = plan_of(archive, decide, kept=Kept(painted={digest: painted}))
    built(plan, archive, tmp_path / "out")
    loaded = Loaded(tmp_path / "out")
    assert loaded.dat[1]["SHA256HASH"] == digest
    assert loaded.body(loaded.dat[1]["NATIVELINK"]) == painted.read_bytes()
    assert source.encode() not in b"".join(
        file.read_bytes() for file in sorted((tmp_path / "out").glob("*.zip"))
    )


def test_a_longer_production_fills_many_batches(tmp_path: Path) -> None:
    archive = small(tmp_path, 12)
    made = built(
        many(plan_of(archive, forms=frozenset({Form.DAT, Form.PAGES})), 22), archive, tmp_path / "out"
    )
    assert made.report.tally.documents == 528
    loaded_numbers = [
        row["BEGBATES"] for row in read_dat(Loaded._data(tmp_path / "out" / "VOL001.zip", "dat"))
    ]
    assert loaded_numbers == [f"PDC{101 + at:07d}" for at in range(528)]
