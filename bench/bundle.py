"""A response of 10,000 records and 1,000 pictures, sealed; beside what a clerk would hand over otherwise.

    make bench ARGS=bundle              (or: python bench/bundle.py [--records N] [--each N])

Every way runs in a process of its own and starts with the answer of a search in hand. Ours is the whole
bundle: pages, tagged PDF, tables, exact payloads, pictures, index, certificate, and the search of each byte
for the words of every hundredth record, in which a name is redacted. The other way is a table (CSV by pandas)
in a zip with the pictures: nothing redacted, nothing printed, nothing to verify.
"""

from __future__ import annotations

import argparse
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
from measured import environment, measured
from paloverde.archive.commit import commit
from paloverde.archive.layout import media_key, records_key
from paloverde.archive.parquet import to_parquet
from paloverde.archive.reader import Archive
from paloverde.archive.schema import RECORDS as COLUMNS
from paloverde.archive.seal import Coverage, Draft, Part, Role, RunKind
from paloverde.archive.signing import Signer
from paloverde.archive.store.directory import DirectoryStore
from paloverde.bundles import verify
from paloverde.bundles.build import build_bundle
from paloverde.bundles.contents import Contents, handed_whole
from paloverde.requests.redaction import Released, released
from paloverde.requests.review import Decision, Exempted, Span, Verdict
from paloverde.search.answer import Answer, search
from paloverde.state.books import open_books

RECORDS, EACH = 10_000, 10  # a picture for each so many records
REDACTED = 100  # every hundredth
_SCENES, _WIDE, _HIGH = 25, 1080, 810
_SIGNER = Signer(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
_NIGHT = datetime(2026, 3, 2, 9, tzinfo=UTC)
_NAME, _ACCOUNT = "PRA-2026-0001", "facebook-palmaria"


def main(records: int, each: int = EACH) -> None:
    print(environment())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = _run("make", folder, records, each).said
        print(f"{records:,} records, {made['pictures']:,} pictures of {made['bytes'] / 1e6:,.0f} MB together")
        for way in _WAYS:
            took = _run(way, folder, records, each)
            told = took.said
            print(
                f"{way:12} {told['seconds']:,.1f} s from the answer ({told['searched']:,.1f} s to search), "
                f"{told['bytes'] / 1e6:,.0f} MB; whole process {took}; {told['note']}",
                flush=True,
            )
        checked = _run("verify", folder, records, each)
        print(f"{'verify.py':12} {checked}; {checked.said['note']}")


def _run(step: str, folder: Path, records: int, each: int) -> Any:
    asked = ["--records", str(records), "--each", str(each), "--step", step, "--folder", str(folder)]
    return measured([sys.executable, __file__, *asked])


# -- what runs in processes of their own ---------------------------------------------------------------------


def _bundle(folder: Path, out: Path) -> dict[str, Any]:
    archive = _opened(folder)
    answer, searched = _answer(archive)
    started, told = perf_counter(), [0.0]

    def progress(_: str) -> None:
        told.append(perf_counter() - started)

    contents = Contents(records=_redacted(answer), with_pdf=True, by_name=True)
    given = {"name": _NAME, "agency": "City of Palma Ria", "now": _NIGHT, "out": out}
    built = build_bundle(answer, archive, _SIGNER, **given, progress=progress, contents=contents)
    seconds = perf_counter() - started
    silent = max(after - before for before, after in zip(told, [*told[1:], seconds], strict=True))
    note = f"{built.counts['files']:,} files, {built.pages:,} pages, progress told {len(told) - 1} times"
    note += f", longest silence {silent:,.1f} s"
    return {"seconds": seconds, "searched": searched, "bytes": built.size, "note": note}


def _redacted(answer: Answer) -> list[Released]:
    """As a review leaves them: in every hundredth the name of a person is redacted."""
    whole = handed_whole(answer.hits, _NAME)
    return [_decided(one) if number % REDACTED == 0 else one for number, one in enumerate(whole)]


def _decided(one: Released) -> Released:
    hit = one.hit
    end = len(hit.text or "")
    span = Span("text", end - len(_person(hit.native_id)), end, "EX-PRIV")
    decision = Decision(
        account=hit.account,
        kind=hit.kind,
        native_id=hit.native_id,
        version_sha256=hit.version_sha256,
        verdict=Verdict.EXEMPT_IN_PART,
        exempted=(Exempted("EX-PRIV", {"privacy": "a neighbour whom nobody asked"}),),
        spans=(span,),
        decided_by="Cleo Park",
        title="Deputy Clerk",
        decided_at=_NIGHT,
    )
    return released(hit, decision, control=one.control)


def _table(folder: Path, out: Path) -> dict[str, Any]:
    archive = _opened(folder)
    answer, searched = _answer(archive)
    started = perf_counter()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as box:
        box.writestr("records.csv", answer.to_pandas().to_csv(index=False))
        for sha256 in {kept.sha256 for hit in answer.hits for kept in hit.media if kept.sha256}:
            box.writestr(f"{sha256}.jpg", archive.media(sha256), zipfile.ZIP_STORED)
    note = "a table and the pictures, no more"
    bytes_ = out.stat().st_size
    return {"seconds": perf_counter() - started, "searched": searched, "bytes": bytes_, "note": note}


_WAYS = {"paloverde": _bundle, "CSV and zip": _table}


def _verify(folder: Path) -> dict[str, Any]:
    report = verify.verify(folder / "paloverde.zip", _SIGNER.public_key)
    return {"note": "; ".join(report.wrong) or f"all right, {len(report.checked)} things checked"}


def _opened(folder: Path) -> Archive:
    return Archive(DirectoryStore(folder / "store"), open_books(f"sqlite:///{folder / 'state.db'}"))


def _answer(archive: Archive) -> tuple[Answer, float]:
    started = perf_counter()
    return search(archive, "*"), perf_counter() - started


# -- the archive ---------------------------------------------------------------------------------------------


def _make(folder: Path, records: int, each: int) -> dict[str, Any]:
    archive, size, parts = _opened(folder), 0, []
    hashes: list[tuple[str, int]] = []
    for body in _pictures(records // each):
        sha256 = hashlib.sha256(body).hexdigest()
        stored = archive.store.put(media_key(sha256), body, locked_until=None)
        parts.append(Part(Role.MEDIA, stored.key, stored.version_id, stored.sha256, stored.size))
        hashes.append((sha256, len(body)))
        size += len(body)
    rows = [_row(number, text, hashes, each) for number, text in enumerate(said(records, 5))]
    parts += [_part(archive, rows[start : start + 5_000]) for start in range(0, records, 5_000)]
    draft = Draft(
        account=_ACCOUNT,
        platform="facebook",
        day=date(2026, 3, 2),
        kind=RunKind.NIGHT,
        digest=hashlib.sha256(b"a night").hexdigest(),
        started_at=_NIGHT,
        ended_at=_NIGHT + timedelta(hours=1),
        parts=parts,
        coverage=Coverage(),
        counts={"records": records},
        code_version="bench",
    )
    commit(archive.store, archive.books, _SIGNER, draft, locked_until=datetime.now(UTC) + timedelta(days=1))
    return {"pictures": len(hashes), "bytes": size}


def _part(archive: Archive, rows: Sequence[dict[str, Any]]) -> Part:
    body = to_parquet(pa.Table.from_pylist(list(rows), schema=COLUMNS))
    key = records_key(_ACCOUNT, date(2026, 3, 2), hashlib.sha256(body).hexdigest())
    stored = archive.store.put(key, body, locked_until=None)
    posted = [row["posted_at"] for row in rows]
    return Part(
        role=Role.RECORDS,
        key=stored.key,
        version_id=stored.version_id,
        sha256=stored.sha256,
        size=stored.size,
        rows=len(rows),
        undated=0,
        earliest=min(posted),
        latest=max(posted),
    )


def _row(number: int, text: str, pictures: Sequence[tuple[str, int]], each: int) -> dict[str, Any]:
    native_id = str(10**15 + number)
    text = f"{text} {_person(native_id)}"
    raw = json.dumps({"id": native_id, "message": text}, ensure_ascii=False).encode()
    shown = [pictures[number // each]] if number % each == 0 and number // each < len(pictures) else []
    media = [
        {"url": "https://pictures.example.com/p.jpg", "type": "photo", "sha256": sha256, "size": size}
        for sha256, size in shown
    ]
    return dict.fromkeys(COLUMNS.names) | {
        "account": _ACCOUNT,
        "date": date(2026, 3, 2),
        "platform": "facebook",
        "kind": "comment",
        "native_id": native_id,
        "version_sha256": hashlib.sha256(text.encode()).hexdigest(),
        "text": text,
        "posted_at": _NIGHT - timedelta(minutes=number),
        "poster_name": f"Resident {number % 977}",
        "poster_id": str(10**10 + number % 977),
        "visibility": "public",
        "permalink": f"https://social.example.com/palmaria/posts/{native_id}",
        "media": media,
        "observed_at": _NIGHT,
        "provenance": "api",
        "raw": raw,
        "payload_sha256": hashlib.sha256(raw).hexdigest(),
        "exchange_key": f"exchanges/account={_ACCOUNT}/date=2026-03-02/{'e' * 64}.warc.gz",
        "exchange_offset": number // 100 * 40_000,
        "payload_position": number % 100 * 400,
    }


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


def _step(name: str, folder: Path, records: int, each: int) -> dict[str, Any]:
    if name == "make":
        return _make(folder, records, each)
    return _verify(folder) if name == "verify" else _WAYS[name](folder, folder / f"{name}.zip")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A response to a records request, built and sealed.")
    parser.add_argument("--records", type=int, default=RECORDS)
    parser.add_argument("--each", type=int, default=EACH)
    parser.add_argument("--step", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.step:
        print(msgspec.json.encode(_step(args.step, args.folder, args.records, args.each)).decode())
    else:
        main(args.records, args.each)
