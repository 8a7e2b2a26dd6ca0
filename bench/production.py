"""A discovery production of 100,000 records and 10,000 pictures; beside what a paralegal would hand over.

    make bench ARGS=production                        (or: python bench/production.py [--sizes N])

Both start with the answer of a search in hand, each in a process of its own. Ours is everything: pages with
Bates numbers, natives, texts, DAT, Opticon, EDRM XML, CSV, JSON lines, Parquet, RSMF, WACZ, the look into
each file for the words of every thousandth record, in which a name is kept back, report and signed list of
hashes. The other way is one table (CSV by pandas) in a zip with the pictures: no pages, no numbers, nothing
kept back.
What each wrote is read back and counted, and every hash of the load file is held against its file.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import json
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image

from corpus import said
from measured import environment, measured, size_of
from paloverde.archive.commit import commit
from paloverde.archive.layout import media_key, records_key
from paloverde.archive.parquet import to_parquet
from paloverde.archive.reader import Archive
from paloverde.archive.schema import RECORDS as COLUMNS
from paloverde.archive.seal import Coverage, Draft, Part, Role, RunKind
from paloverde.archive.signing import Signer
from paloverde.archive.store.directory import DirectoryStore
from paloverde.bundles.contents import handed_whole
from paloverde.productions.aside import laid_aside
from paloverde.productions.bates import Bates
from paloverde.productions.build import build
from paloverde.productions.document import Production, Run, Treatment
from paloverde.productions.families import in_families
from paloverde.productions.numbering import Facts, Item
from paloverde.productions.plan import Plan
from paloverde.requests.redaction import Released, released
from paloverde.requests.review import Decision, Exempted, Span, Verdict
from paloverde.search.answer import Answer, search
from paloverde.search.hits import Hit
from paloverde.state.books import open_books

RECORDS, THREAD, KEPT_BACK = 100_000, 10, 1_000  # a post with a picture and nine comments; every thousandth
_SCENES, _WIDE, _HIGH = 25, 640, 480
_SIGNER = Signer(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
_NIGHT = datetime(2026, 3, 2, 9, tzinfo=UTC)
_NAME, _ACCOUNT = "PROD-2026-0001", "facebook-palmaria"


def main(records: int) -> None:
    print(environment())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = _run("make", folder, records).said
        print(f"{records:,} records, {made['pictures']:,} pictures of {made['bytes'] / 1e6:,.0f} MB together")
        for way in _WAYS:
            took = _run(way, folder, records)
            told = took.said
            print(
                f"{way:12} {told['seconds']:,.1f} s from the answer ({told['searched']:,.1f} s to search), "
                f"{told['bytes'] / 1e6:,.0f} MB; whole process {took}; {told['note']}",
                flush=True,
            )
        checked = _run("check", folder, records)
        print(f"{'read back':12} {checked}; {checked.said['note']}")


def _run(step: str, folder: Path, records: int) -> Any:
    command = [sys.executable, __file__, "--sizes", str(records), "--step", step, "--folder", str(folder)]
    return measured(command)


# -- what runs in processes of their own ---------------------------------------------------------------------


def _production(folder: Path) -> dict[str, Any]:
    archive = _opened(folder)
    answer, searched = _answer(archive)
    started, told = perf_counter(), [0.0]

    def progress(line: str) -> None:
        told.append(perf_counter() - started)
        print(f"{told[-1]:8.1f} s  {line}", file=sys.stderr, flush=True)

    plan = _plan(answer, folder / "families")
    del answer
    built = build(plan, archive, _SIGNER, folder / "paloverde", progress=progress)
    seconds = perf_counter() - started
    silent = max(after - before for before, after in zip(told, [*told[1:], seconds], strict=True))
    tally = built.report.tally
    note = f"{tally.documents:,} documents, {tally.pages:,} pages, {tally.files:,} files in "
    note += f"{len(built.report.volumes)} volumes, longest silence {silent:,.1f} s"
    return {"seconds": seconds, "searched": searched, "bytes": size_of(folder / "paloverde"), "note": note}


def _plan(answer: Answer, file: Path) -> Plan:
    whole = {id(one.hit): one for one in handed_whole(answer.hits, _NAME)}
    families = (
        [_item(whole.pop(id(member.hit)), member.is_root) for member in members]
        for members in in_families(answer.hits)
    )
    runs = {hit.sequence: Run(hit.sequence, "cd" * 32, "bench") for hit in answer.hits}
    return Plan(
        production=Production(
            name=_NAME, matter="Rivera v. City of Palma Ria", agency="City of Palma Ria", made_at=_NIGHT,
            root="ab" * 32, software="Paloverde bench",
        ),
        families=laid_aside(families, file),
        facts=Facts(matter="Rivera v. City of Palma Ria", confidentiality="CONFIDENTIAL", runs=runs),
        bates=Bates("PDC", 7),
        reserve=lambda _: 1,
        accounts=(_ACCOUNT,),
        limits=tuple(str(limit) for limit in answer.limits),
        by_name=True,
    )  # fmt: skip


def _item(one: Released, is_root: bool) -> Item:
    hit = one.hit
    key = (*hit.item, hit.version_sha256)
    given, treatment = one, Treatment.WHOLE
    if not is_root and int(hit.native_id) % KEPT_BACK == 1:
        given, treatment = released(hit, _decided(hit), control=one.control), Treatment.REDACTED
    privileges = ("EX-PRIV",) if treatment is Treatment.REDACTED else ()
    return Item(control=one.control, record=given, version_key=key, is_root=is_root, treatment=treatment,
                privileges=privileges)  # fmt: skip


def _decided(hit: Hit) -> Decision:
    """As a review leaves it: the name of a person is kept back."""
    end = len(hit.text or "")
    return Decision(
        account=hit.account, kind=hit.kind, native_id=hit.native_id, version_sha256=hit.version_sha256,
        verdict=Verdict.EXEMPT_IN_PART,
        exempted=(Exempted("EX-PRIV", {"privacy": "a neighbour whom nobody asked"}),),
        spans=(Span("text", end - len(_person(hit.native_id)), end, "EX-PRIV"),),
        decided_by="Cleo Park", title="Deputy City Attorney", decided_at=_NIGHT,
    )  # fmt: skip


def _table(folder: Path) -> dict[str, Any]:
    archive = _opened(folder)
    answer, searched = _answer(archive)
    started, out = perf_counter(), folder / "table.zip"
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as box:
        box.writestr("records.csv", answer.to_pandas().to_csv(index=False))
        for sha256 in {kept.sha256 for hit in answer.hits for kept in hit.media if kept.sha256}:
            box.writestr(f"{sha256}.jpg", archive.media(sha256), zipfile.ZIP_STORED)
    note, bytes_ = "a table and the pictures, no more", out.stat().st_size
    return {"seconds": perf_counter() - started, "searched": searched, "bytes": bytes_, "note": note}


_WAYS = {"paloverde": _production, "CSV and zip": _table}


def _check(folder: Path) -> dict[str, Any]:
    """Both ways have the same records and files; every native file has the hash that the table says."""
    volumes, documents, hashes = sorted((folder / "paloverde").glob("VOL*.zip")), 0, 0
    for volume in volumes:
        with zipfile.ZipFile(volume) as zipped:
            sheet = io.TextIOWrapper(
                zipped.open(f"{volume.stem}/DATA/{volume.stem}.csv"), "utf-8-sig", newline=""
            )
            for row in csv.DictReader(sheet):
                documents += 1
                if row["NATIVELINK"]:
                    body = zipped.read(row["NATIVELINK"].removeprefix(".\\").replace("\\", "/"))
                    hashes += hashlib.sha256(body).hexdigest() == row["SHA256HASH"]
    with zipfile.ZipFile(folder / "table.zip") as zipped:
        sheet = io.TextIOWrapper(zipped.open("records.csv"), "utf-8", newline="")
        records, files = sum(1 for _ in csv.DictReader(sheet)), len(zipped.namelist()) - 1
    if documents != records + files:
        raise SystemExit(f"{documents:,} documents, and {records:,} records with {files:,} files")
    return {
        "note": f"{documents:,} documents are {records:,} records and {files:,} files; "
        f"{hashes:,} hashes agree"
    }


def _opened(folder: Path) -> Archive:
    return Archive(DirectoryStore(folder / "store"), open_books(f"sqlite:///{folder / 'state.db'}"))


def _answer(archive: Archive) -> tuple[Answer, float]:
    started = perf_counter()
    return search(archive, "*"), perf_counter() - started


# -- the archive ---------------------------------------------------------------------------------------------


def _make(folder: Path, records: int) -> dict[str, Any]:
    archive, size, parts = _opened(folder), 0, []
    hashes: list[tuple[str, int]] = []
    for body in _pictures(records // THREAD):
        sha256 = hashlib.sha256(body).hexdigest()
        stored = archive.store.put(media_key(sha256), body, locked_until=None)
        parts.append(Part(Role.MEDIA, stored.key, stored.version_id, stored.sha256, stored.size))
        hashes.append((sha256, len(body)))
        size += len(body)
    rows = (_row(number, text, hashes) for number, text in enumerate(said(records, 5)))
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == 5_000:
            parts.append(_part(archive, batch))
            batch = []
    parts += [_part(archive, batch)] if batch else []
    draft = Draft(
        account=_ACCOUNT, platform="facebook", day=date(2026, 3, 2), kind=RunKind.NIGHT,
        digest=hashlib.sha256(b"a night").hexdigest(), started_at=_NIGHT,
        ended_at=_NIGHT + timedelta(hours=1),
        parts=parts, coverage=Coverage(), counts={"records": records}, code_version="bench",
    )  # fmt: skip
    commit(archive.store, archive.books, _SIGNER, draft, locked_until=datetime.now(UTC) + timedelta(days=1))
    return {"pictures": len(hashes), "bytes": size}


def _part(archive: Archive, rows: Sequence[dict[str, Any]]) -> Part:
    body = to_parquet(pa.Table.from_pylist(list(rows), schema=COLUMNS))
    key = records_key(_ACCOUNT, date(2026, 3, 2), hashlib.sha256(body).hexdigest())
    stored = archive.store.put(key, body, locked_until=None)
    posted = [row["posted_at"] for row in rows]
    return Part(
        role=Role.RECORDS, key=stored.key, version_id=stored.version_id, sha256=stored.sha256,
        size=stored.size, rows=len(rows), undated=0, earliest=min(posted), latest=max(posted),
    )  # fmt: skip


def _row(number: int, text: str, pictures: Sequence[tuple[str, int]]) -> dict[str, Any]:
    """Every tenth is a post with a picture, and the nine after it are comments on it."""
    native_id, thread = str(10**15 + number), number // THREAD
    is_post = number % THREAD == 0
    text = f"{text} {_person(native_id)}"
    told = {"id": native_id, "message": text, "from": {"name": f"Resident {number % 977}"}, "like_count": 3}
    raw = json.dumps(told, ensure_ascii=False).encode()
    root = str(10**15 + thread * THREAD)
    return dict.fromkeys(COLUMNS.names) | {
        "account": _ACCOUNT, "date": date(2026, 3, 2), "platform": "facebook",
        "kind": "post" if is_post else "comment",
        "native_id": native_id, "parent_id": None if is_post else root,
        "thread_id": None if is_post else root,
        "version_sha256": hashlib.sha256(text.encode()).hexdigest(), "text": text,
        "posted_at": _NIGHT - timedelta(minutes=20 * (RECORDS // THREAD - thread) - number % THREAD),
        "poster_name": f"Resident {number % 977}", "poster_id": str(10**10 + number % 977),
        "visibility": "public", "permalink": f"https://social.example.com/palmaria/posts/{native_id}",
        "media": [_picture(*pictures[thread])] if is_post and thread < len(pictures) else [],
        "observed_at": _NIGHT, "provenance": "api", "raw": raw,
        "payload_sha256": hashlib.sha256(raw).hexdigest(),
        "exchange_key": f"exchanges/account={_ACCOUNT}/date=2026-03-02/{'e' * 64}.warc.gz",
        "exchange_offset": number // 100 * 40_000, "payload_position": number % 100 * 400,
    }  # fmt: skip


def _picture(sha256: str, size: int) -> dict[str, Any]:
    return {"url": "https://pictures.example.com/p.jpg", "type": "photo", "sha256": sha256, "size": size}


def _person(native_id: str) -> str:
    """A name that stands in no other record."""
    return f"Orla {hashlib.sha256(native_id.encode()).hexdigest()[:12].title()}"


def _pictures(count: int) -> Iterator[bytes]:
    """Photographs of nothing, each with other bytes: a few scenes, told apart by a comment in the file."""
    chance = np.random.default_rng(5)
    scenes = [_scene(chance) for _ in range(min(count, _SCENES))]
    for number in range(count):
        scene, comment = scenes[number % len(scenes)], f"picture {number}".encode()
        yield scene[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + scene[2:]


def _scene(chance: np.random.Generator) -> bytes:
    rough = Image.fromarray(chance.integers(0, 256, (_HIGH // 6, _WIDE // 6, 3), np.uint8))
    file = io.BytesIO()
    rough.resize((_WIDE, _HIGH), Image.Resampling.BICUBIC).save(file, "JPEG", quality=85)
    return file.getvalue()


def _step(name: str, folder: Path, records: int) -> dict[str, Any]:
    if name == "make":
        return _make(folder, records)
    return _check(folder) if name == "check" else _WAYS[name](folder)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A discovery production, built and sealed.")
    parser.add_argument("--sizes", type=int, default=RECORDS)
    parser.add_argument("--step", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.step:
        print(msgspec.json.encode(_step(args.step, args.folder, args.sizes)).decode())
    else:
        main(args.sizes)
