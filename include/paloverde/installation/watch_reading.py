"""Versions of items as a check is shown them, read from sealed objects."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import select

from paloverde.archive.parquet import from_parquet
from paloverde.archive.reader import Archive, SealedPart
from paloverde.archive.registry import all_accounts
from paloverde.archive.seal import Part, Role
from paloverde.records import Account, Kind, Missing, Poster, Visibility, archive_day
from paloverde.search.hits import Hit
from paloverde.search.index import arrow
from paloverde.state.tables import PARTS, RUNS
from paloverde.watch.seen import Seen, SeenMedium

COLUMNS = (
    "kind", "native_id", "parent_id", "thread_id", "version_sha256", "text", "posted_at", "edited_at",
    "poster_name", "poster_username", "poster_id", "poster_missing", "visibility", "permalink", "language",
    "media", "observed_at", "raw",
)  # fmt: skip
_AT_ONCE = 4_096  # rows that are unpacked at a time
_KINDS: Mapping[str, Kind] = MappingProxyType({kind.value: kind for kind in Kind})
_VISIBILITIES: Mapping[str, Visibility] = MappingProxyType({one.value: one for one in Visibility})
_MISSING: Mapping[str, Missing] = MappingProxyType({one.value: one for one in Missing})


class Reading:
    """Reads versions. It keeps the last object that it read, since whoever asks goes along the runs."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._accounts: dict[str, Account] = {}
        self._words: tuple[Part | None, Any, Any] = None, None, None
        self._last: tuple[tuple[str, str], dict[tuple[str, str, str], Seen]] = (("", ""), {})

    def versions(self, sealed: SealedPart, kinds: Collection[str] = ()) -> Iterator[Seen]:
        """The versions that an object holds, or those of some kinds."""
        body, key = self._archive.store.get(sealed.part.stored), sealed.part.key
        chosen = None
        if kinds:
            there = from_parquet(body, ["kind"], where=key)["kind"].cast(pa.string())
            chosen = pc.is_in(there, value_set=pa.array(sorted(kinds)))
            if not pc.any(chosen).as_py():
                return
        table = from_parquet(body, COLUMNS, where=key)
        table = table if chosen is None else table.filter(chosen)
        account = self.account(sealed.account)
        for start in range(0, len(table), _AT_ONCE):
            for row in arrow.rows(table.slice(start, _AT_ONCE)):
                yield _seen(row, account, sealed.of_run)

    def version(self, sequence: int, kind: str, native_id: str, version_sha256: str) -> Seen | None:
        """A version of an item that a run sealed; None where it is there no more."""
        for sealed in self._parts(sequence):
            if found := self._by_name(sealed).get((kind, native_id, version_sha256)):
                return found
        return None

    def text(self, sequence: int, version_sha256: str) -> str | None:
        """The words of a version that a run sealed; None where it is there no more."""
        for sealed in self._parts(sequence):
            if self._words[0] != sealed.part:
                columns = self._archive.table(sealed.part, ["version_sha256", "text"]).columns
                self._words = sealed.part, columns[0], columns[1]
            at = pc.index(self._words[1], version_sha256).as_py()
            if at >= 0:
                return self._words[2][at].as_py() or ""
        return None

    def at(self, hits: Sequence[Hit]) -> list[Seen]:
        """The versions that a search found, with their exact JSON."""
        keys = sorted({hit.part for hit in hits})
        wanted = {(hit.part, hit.kind, hit.native_id, hit.version_sha256) for hit in hits}
        query = select(PARTS).where(PARTS.c.key.in_(keys))
        found = [
            seen
            for sealed in self._archive.parts_where(query)
            for seen in self.versions(sealed, {hit.kind for hit in hits if hit.part == sealed.part.key})
            if (sealed.part.key, seen.kind.value, seen.native_id, seen.version_sha256) in wanted
        ]
        return sorted(found, key=lambda seen: (seen.observed_at, seen.sequence))

    def account(self, slug: str) -> Account:
        """An account, a retired one too."""
        if slug not in self._accounts:
            self._accounts = {one.slug: one for one in all_accounts(self._archive.books)}
        return self._accounts[slug]

    def _parts(self, sequence: int) -> list[SealedPart]:
        """The objects with what a run observed; of a disposition, with what it wrote again.

        Asked by account and day, which the table is ordered by: an archive has a million objects.
        """
        run = select(RUNS.c.account, RUNS.c.day).where(RUNS.c.sequence == sequence)
        with self._archive.books.connect() as connection:
            found = connection.execute(run).first()
        if found is None:
            return []
        records = select(PARTS).where(PARTS.c.role == Role.RECORDS.value, PARTS.c.account == found.account)
        observed = records.where(PARTS.c.day == found.day, PARTS.c.of_run == sequence)
        return self._archive.parts_where(observed) or self._archive.parts_where(
            records.where(PARTS.c.sequence == sequence)
        )

    def _by_name(self, sealed: SealedPart) -> dict[tuple[str, str, str], Seen]:
        name = (sealed.part.key, sealed.part.version_id)
        if self._last[0] != name:
            of_it = {
                (one.kind.value, one.native_id, one.version_sha256): one for one in self.versions(sealed)
            }
            self._last = name, of_it
        return self._last[1]


def hit_of(seen: Seen) -> Hit:
    """A version as a search would have found it, as far as `search.conversation` asks."""
    return Hit(
        account=seen.account.slug,
        date=archive_day(seen.observed_at),
        platform=seen.account.platform,
        kind=seen.kind.value,
        native_id=seen.native_id,
        parent_id=seen.parent_id or None,
        thread_id=seen.thread_id or None,
        version_sha256=seen.version_sha256,
        posted_at=seen.posted_at,
        observed_at=seen.observed_at,
        payload_sha256="",
        part="",
        row=0,
        sequence=seen.sequence,
    )


def seen_of(hit: Hit, account: Account) -> Seen:
    """What a conversation holds, as a check is shown it: without its exact JSON."""
    told = {name: getattr(hit, name) for name in COLUMNS if name not in ("raw", "media")}
    media = [msgspec.structs.asdict(one) for one in hit.media]
    return _seen({**told, "media": media, "raw": b""}, account, hit.sequence)


def _seen(row: Mapping[str, Any], account: Account, sequence: int) -> Seen:
    observed: datetime = row["observed_at"]
    return Seen(
        account=account,
        kind=_KINDS[row["kind"]],
        native_id=row["native_id"],
        version_sha256=row["version_sha256"],
        text=row["text"] or "",
        poster=Poster(
            row["poster_name"], row["poster_username"], row["poster_id"],
            _MISSING.get(row["poster_missing"] or ""),
        ),
        visibility=_VISIBILITIES.get(row["visibility"] or "", Visibility.UNKNOWN),
        observed_at=observed,
        sequence=sequence,
        parent_id=row["parent_id"] or "",
        thread_id=row["thread_id"] or "",
        posted_at=row["posted_at"],
        edited_at=row["edited_at"],
        permalink=row["permalink"] or "",
        language=row["language"] or "",
        media=tuple(
            SeenMedium(one["url"] or "", one["type"] or "", one["alt_text"] or "", one["sha256"] or "")
            for one in row["media"] or ()
        ),
        payload=row["raw"] or b"",
    )  # fmt: skip
