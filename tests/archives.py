"""A small real archive: a write-once directory, an SQLite database, sealed runs with hand-made rows.

archive = make_archive(tmp_path, records=[record("1", "Street sweeping on Monday")])
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from paloverde.archive.commit import commit
from paloverde.archive.layout import media_key, records_key, removed_key
from paloverde.archive.parquet import to_parquet
from paloverde.archive.reader import Archive
from paloverde.archive.schema import RECORDS, REMOVED
from paloverde.archive.seal import Coverage, Draft, Part, Role, RunKind
from paloverde.archive.signing import Signer
from paloverde.archive.store.directory import DirectoryStore
from paloverde.archive.store.interface import Store
from paloverde.records import add_calendar_years, archive_day
from paloverde.state.books import open_books

ACCOUNT = "facebook-springfield"
NIGHT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # 1 a.m. of March 2 in the Pacific
SIGNER = Signer(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
Row = dict[str, Any]


def record(native_id: str, text: str | None, **more: Any) -> Row:
    """One row of `records/`; what is not given is made up. `raw` fits the row, its hash fits `raw`."""
    raw = json.dumps({"id": native_id, "message": text}, ensure_ascii=False).encode("utf-8", "surrogatepass")
    row: Row = dict.fromkeys(RECORDS.names) | {
        "account": ACCOUNT,
        "date": archive_day(more.get("observed_at", NIGHT)),
        "platform": "facebook",
        "kind": "comment",
        "native_id": native_id,
        "text": text,
        "posted_at": datetime(2026, 3, 1, 18, 0, tzinfo=UTC),
        "poster_name": "Rosa Quintero",
        "poster_id": "900",
        "visibility": "public",
        "media": [],
        "observed_at": NIGHT,
        "provenance": "api",
        "raw": raw,
        "exchange_key": f"exchanges/account={ACCOUNT}/date=2026-03-02/{'e' * 64}.warc.gz",
        "exchange_offset": 0,
        "payload_position": 0,
    }
    row |= more
    row.setdefault("payload_sha256", None)
    row["payload_sha256"] = hashlib.sha256(row["raw"]).hexdigest()
    row["version_sha256"] = (
        row["version_sha256"] or hashlib.sha256(f"{native_id} {text}".encode()).hexdigest()
    )
    return row


def removed(row: Row, **more: Any) -> Row:
    """The row of `removed/` for a record."""
    when = more.get("removed_at", row["observed_at"] + timedelta(days=1))
    return (
        row
        | {
            "removed_at": when,
            "last_seen_at": row["observed_at"],
            "confirmed_at": when,
            "confirmed_by": "direct look-up",
            "cause": "city",
            "cause_reason": "The page hid it.",
            "retain_until": add_calendar_years(archive_day(when), 2),
        }
        | more
    )


def medium(body: bytes, **more: Any) -> Row:
    """An entry of a record's `media` whose bytes are kept."""
    sha256 = hashlib.sha256(body).hexdigest()
    empty = dict.fromkeys(("url", "type", "alt_text", "native_id", "sha256", "size", "not_captured"))
    return (
        empty | {"url": "https://example.org/p", "type": "photo", "sha256": sha256, "size": len(body)} | more
    )


def open_empty(folder: Path) -> Archive:
    """An archive without a sealed run."""
    return Archive(DirectoryStore(folder / "store"), open_books(f"sqlite:///{folder / 'state.db'}"))


def make_archive(
    folder: Path,
    records: Iterable[Row] = (),
    *,
    removed: Iterable[Row] = (),
    media: Iterable[bytes] = (),
    coverage: Coverage | None = None,
) -> Archive:
    """An archive with one sealed night for each account and archive day that the rows name."""
    archive = open_empty(folder)
    rows = sorted(records, key=_night_of)
    nights = [(night, list(group)) for night, group in groupby(rows, key=_night_of)] or [
        ((date(2026, 3, 2), ACCOUNT), [])
    ]
    for number, ((day, account), group) in enumerate(nights):
        last = number == len(nights) - 1
        add_night(
            archive, account, day, group, media=media if last else (), coverage=coverage if last else None
        )  # fmt: skip
    for row in removed:
        add_night(
            archive,
            row["account"],
            archive_day(row["removed_at"]),
            [],
            removed=[row],
            kind=RunKind.REMOVAL_CHECK,
        )
    return archive


def add_night(
    archive: Archive,
    account: str,
    day: date,
    rows: Sequence[Row],
    *,
    removed: Sequence[Row] = (),
    media: Iterable[bytes] = (),
    coverage: Coverage | None = None,
    kind: RunKind = RunKind.NIGHT,
) -> None:
    """Seal one more run."""
    ended = datetime(day.year, day.month, day.day, 10, tzinfo=UTC)
    store = archive.store
    parts = [_part(store, Role.RECORDS, _key(account, day), rows, RECORDS)] if rows else []
    for row in removed:
        name = _removed_key(account, day, row["native_id"])
        parts.append(_part(store, Role.REMOVED, name, [row], REMOVED))
    for body in media:
        sha256 = hashlib.sha256(body).hexdigest()
        stored = store.put(media_key(sha256), body, locked_until=None)
        parts.append(Part(Role.MEDIA, stored.key, stored.version_id, stored.sha256, stored.size))
    draft = Draft(
        account=account,
        platform=account.partition("-")[0],
        day=day,
        kind=kind,
        digest=hashlib.sha256(repr(([part.sha256 for part in parts], coverage)).encode()).hexdigest(),
        started_at=ended - timedelta(minutes=5),
        ended_at=ended,
        parts=parts,
        coverage=coverage or Coverage(),
        counts={"records": len(rows), "removed": len(removed)},
        code_version="test",
    )
    commit(store, archive.books, SIGNER, draft, locked_until=datetime.now(UTC) + timedelta(days=1))


def _night_of(row: Mapping[str, Any]) -> tuple[date, str]:
    return row["date"], row["account"]


def _key(account: str, day: date) -> Any:
    return lambda sha256: records_key(account, day, sha256)


def _removed_key(account: str, day: date, native_id: str) -> Any:
    return lambda sha256: removed_key(account, day, native_id, sha256)


def _part(store: Store, role: Role, key: Any, rows: Sequence[Row], schema: pa.Schema) -> Part:
    body = to_parquet(pa.Table.from_pylist(list(rows), schema=schema))
    stored = store.put(key(hashlib.sha256(body).hexdigest()), body, locked_until=None)
    posted = [row["posted_at"] for row in rows if row["posted_at"] is not None]
    return Part(
        role=role,
        key=stored.key,
        version_id=stored.version_id,
        sha256=stored.sha256,
        size=stored.size,
        rows=len(rows),
        undated=len(rows) - len(posted),
        earliest=min(posted, default=None),
        latest=max(posted, default=None),
    )
